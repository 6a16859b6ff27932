//! How far a listener has come: what waits until its history is read or somebody has looked, and what ends it.

use super::*;
use crate::listener::Said;

const ROOM: RoomName = RoomName {
    id: RoomId(1),
    uuid: Uuid::nil(),
    kind: RoomKind::Order,
};

fn listener() -> (Arc<Listener>, Arc<Queue>) {
    let queue = Arc::new(Queue::new(QueueLimits {
        frames: 4_096,
        bytes: 1 << 20,
    }));
    let listener = Listener::new(1, guest(1, ROOM.id), Arc::clone(&queue), 0);
    (Arc::new(listener), queue)
}

fn said(head: i64) -> Said {
    Said {
        head: Some(Head(head)),
        seq: Some(Seq(head)),
        frame: Some(Bytes::from(format!("frame {head}"))),
        last: false,
    }
}

fn event(head: i64, heard: Heard) -> Event {
    Event {
        room: ROOM,
        head: Head(head),
        heard,
    }
}

fn read(seq: i64) -> Heard {
    Heard::Read {
        person: PersonId(2),
        seq: Seq(seq),
    }
}

#[test]
fn what_happens_while_the_history_is_read_is_told_once_and_after_it() {
    let (listener, queue) = listener();
    for head in [4, 5, 6] {
        listener.tell(said(head), 8);
    }
    listener.begin(&["history to 5".to_owned()], ROOM, Head(5), Seq(5));
    listener.tell(said(5), 8);
    listener.tell(said(7), 8);
    assert_eq!(listener.seen(), Seq(7));
    let frames = queue.waiting();
    assert!(frames[0].ends_with(b"history to 5"));
    assert_eq!(frames[1..], ["frame 6", "frame 7"]);
}

#[test]
fn more_than_may_wait_for_a_history_cuts_the_listener() {
    let (listener, queue) = listener();
    listener.tell(said(1), 1);
    assert!(!queue.is_closing());
    listener.tell(said(2), 1);
    assert!(queue.is_closing());
}

#[test]
fn a_doubt_that_came_later_is_not_ended_by_an_earlier_look() {
    let (listener, queue) = listener();
    listener.begin(&["history".to_owned()], ROOM, Head(1), Seq(1));
    listener.doubt(2);
    listener.doubt(1);
    listener.tell(said(2), 8);
    listener.trust(1, person(1));
    assert!(listener.is_doubted());
    assert_eq!(queue.waiting().len(), 1);
    listener.trust(2, person(1));
    assert!(!listener.is_doubted());
    assert_eq!(queue.waiting().len(), 2);
}

#[test]
fn what_an_earlier_look_found_is_not_taken_for_newer() {
    let (listener, _) = listener();
    let named = |name: &str| Person {
        first_name: name.to_owned(),
        ..person(1)
    };
    listener.learn(3, named("Анна"));
    listener.learn(2, named("Аня"));
    assert_eq!(listener.person().first_name, "Анна");
    listener.learn(3, named("Нюра"));
    assert_eq!(listener.person().first_name, "Нюра");
}

#[test]
fn when_too_much_waits_to_be_told_the_writer_lends_a_hand() {
    let (hub, (listener, queue)) = (Hub::new(8), listener());
    assert!(hub.enter(&listener, 1));
    listener.begin(&["history".to_owned()], ROOM, Head(0), Seq(0));
    let event = |head| event(head, read(head));
    // Nobody polls the task that tells: one below the bound, everything waits; at it, the writer tells all.
    hub.hear(&(1..1_024).map(event).collect::<Vec<_>>());
    assert_eq!(queue.waiting().len(), 1);
    hub.hear(&[event(1_024)]);
    let frames = queue.waiting();
    assert_eq!(frames.len(), 1 + 1_024);
    assert!(frames[1_024].ends_with(b"read 2 1024"));
}

#[tokio::test]
async fn who_left_and_is_back_before_they_come_is_not_sent_away_for_it() {
    let (hub, (listener, queue)) = (Arc::new(Hub::new(8)), listener());
    let telling = Arc::clone(&hub);
    tokio::spawn(async move { telling.tell_all().await });
    assert!(hub.enter(&listener, 1));
    let left = |head| event(head, Heard::Left { person: PersonId(1) });
    listener.begin(&["history to 6".to_owned()], ROOM, Head(6), Seq(1));
    hub.hear(&[left(5), event(6, read(1))]);
    until(|| queue.waiting().len() == 2).await;
    assert!(queue.waiting()[1].ends_with(b"read 2 1") && !queue.is_closing());
    hub.hear(&[left(7), event(8, read(2))]);
    until(|| queue.is_closing()).await;
    assert_eq!(queue.waiting().len(), 3, "they hear that they left, and nothing after");
}

#[tokio::test]
async fn whose_place_is_doubtful_is_not_obeyed() {
    let house = house().await;
    let queue = Arc::new(Queue::new(QueueLimits::default()));
    let entered = Connection::enter(&house.live, guest(1, house.room), Arc::clone(&queue)).await;
    let connection = entered.unwrap();
    assert!(connection.ready_to_hear());
    house.live.hub.people_changed(&[PersonId(2)]);
    assert!(connection.ready_to_hear(), "somebody else");
    house.live.hub.people_changed(&[PersonId(1)]);
    assert!(!connection.ready_to_hear());
    house.beat();
    until(|| connection.ready_to_hear()).await;
    assert!(!queue.is_closing());
}

#[tokio::test]
async fn a_store_that_cannot_tell_is_asked_again() {
    let house = house().await;
    let mut entered = Vec::new();
    for id in [1, 2] {
        let queue = Arc::new(Queue::new(QueueLimits::default()));
        let connection = Connection::enter(&house.live, guest(id, house.room), Arc::clone(&queue)).await;
        entered.push((connection.unwrap(), queue));
    }
    house.change(|tx| Ok(tx.leave(RoomId(1), PersonId(2))?)).await;
    house
        .live
        .hub
        .changed_elsewhere(&[beseda_core::words::Notice::Everything]);
    house.model.fail_next(Fault::Busy);
    house.beat();
    until(|| {
        entered
            .iter()
            .all(|(connection, queue)| connection.ready_to_hear() || queue.is_closing())
    })
    .await;
    let ended: Vec<bool> = entered.iter().map(|(_, queue)| queue.is_closing()).collect();
    assert_eq!(ended, [false, true]);
}
