//! How far a seat has come: what waits until its history is read, what it is fed, and what ends it.

use super::*;
use crate::counts::{Counts, OfContract};
use crate::seat::{Fed, Meal, Progress, Said, Seat, Served, Told};
use crate::session::Session;
use beseda_core::words::{Me, Member, MemberId, MemberRole, Named, Receipts, Time, View};
use beseda_testkit::{alone, resident_bytes};

const ROOM: RoomName = RoomName {
    id: RoomId(1),
    uuid: Uuid::nil(),
    kind: RoomKind::Order,
};

fn counts() -> Arc<OfContract> {
    Counts::default().of("chat")
}

fn session(frames: usize) -> (Arc<Session>, Arc<Queue>) {
    let queue = Arc::new(Queue::new(QueueLimits { frames, bytes: 1 << 20 }));
    let session = Session::new(1, guest(1, ROOM.id), counts(), Arc::clone(&queue), 0, u64::MAX, None);
    (Arc::new(session), queue)
}

/// A hub in which so many events wait for a seat.
fn hub(frames: usize) -> Hub {
    Hub::new(&Limits {
        queue_frames: frames,
        ..Limits::default()
    })
}

fn seat() -> (Seat, Arc<Queue>) {
    let (session, queue) = session(4_096);
    (Seat::new(session, ROOM.id), queue)
}

fn said(head: i64) -> Said {
    Said {
        head: Some(Head(head)),
        seq: Some(Seq(head)),
        receipts: None,
        frame: Some(Bytes::from(format!("frame {head}"))),
        opens: false,
        last: false,
    }
}

fn meal(head: i64) -> Meal {
    Meal {
        head: Head(head),
        seq: Seq(head),
        frame: Some(Bytes::from(format!("meal {head}"))),
    }
}

fn up_to(head: i64, seq: i64) -> Progress {
    Progress {
        head: Head(head),
        seq: Seq(seq),
        ..Progress::default()
    }
}

fn served(meals: Vec<Meal>, head: i64, more: bool) -> Served {
    Served {
        meals,
        to: up_to(head, 0),
        more,
        reset: false,
    }
}

fn event(head: i64, heard: Heard) -> Event {
    Event {
        room: ROOM,
        head: Head(head),
        heard,
        key: "".into(),
        receipts: Receipts(0),
        seq: Seq(0),
    }
}

fn read(seq: i64) -> Heard {
    let member = Member {
        id: MemberId(2),
        room: ROOM.id,
        person: PersonId(2),
        read: Seq(seq),
        read_at: None,
        skip: 0,
        joined_at: Time(0),
        granted: false,
        role: MemberRole::MEMBER,
        delivered: Seq(seq),
        view: View::default(),
    };
    Heard::Read {
        person: PersonId(2),
        seq: Seq(seq),
        name: Named {
            id: PersonId(2),
            host_name: None,
            forgotten: false,
        },
        me: Arc::new(Me {
            member,
            unread: 0,
            mentions: 0,
        }),
    }
}

#[test]
fn what_happens_while_the_history_is_read_is_told_once_and_after_it() {
    let (seat, queue) = seat();
    for head in [4, 5, 6] {
        seat.tell(said(head), 8);
    }
    seat.begin(&["history to 5".to_owned()], ROOM, up_to(5, 5));
    seat.tell(said(5), 8);
    seat.tell(said(7), 8);
    assert_eq!(seat.seen(), Seq(7));
    let frames = queue.waiting();
    assert!(frames[0].ends_with(b"history to 5"));
    assert_eq!(frames[1..], ["frame 6", "frame 7"]);
}

#[test]
fn more_than_may_wait_for_a_history_is_fed_behind_it() {
    let (seat, queue) = seat();
    assert_eq!(seat.tell(said(1), 1), Told::Noted);
    assert_eq!(seat.tell(said(2), 1), Told::Noted);
    assert_eq!(seat.hunger(), None, "nothing comes before the history");
    let begun = seat.begin(&["history to 0".to_owned()], ROOM, up_to(0, 0));
    assert_eq!((begun, queue.waiting().len()), (Told::Behind, 1));
    let hunger = seat.hunger().unwrap();
    assert_eq!(hunger.after, Head(0));
    let fed = seat.feed(hunger, served(vec![meal(1), meal(2)], 2, false));
    assert_eq!((fed, queue.waiting().len()), (Fed::Whole, 3));
    assert_eq!((seat.tell(said(3), 1), queue.waiting().len()), (Told::Now, 4));
}

#[test]
fn a_seat_whose_queue_is_full_is_fed_what_it_was_not_told_and_nothing_twice() {
    let (session, queue) = session(2);
    let seat = Seat::new(session, ROOM.id);
    seat.begin(&[], ROOM, up_to(0, 0));
    assert_eq!(seat.tell(said(1), 8), Told::Now);
    assert_eq!(seat.tell(said(2), 8), Told::Now);
    assert_eq!(seat.tell(said(3), 8), Told::Behind);
    assert_eq!(seat.tell(said(4), 8), Told::Noted);
    assert!(!queue.is_closing());
    assert_eq!(seat.seen(), Seq(2));
    let hunger = seat.hunger().unwrap();
    assert_eq!(hunger.after, Head(2));
    assert_eq!(seat.feed(hunger, served(vec![meal(3)], 3, true)), Fed::Full);
    assert_eq!(seat.hunger(), Some(hunger), "nothing was taken");
}

#[test]
fn a_head_that_was_skipped_is_read_with_what_came_after_it() {
    let (seat, queue) = seat();
    seat.begin(&[], ROOM, up_to(4, 4));
    assert_eq!(seat.tell(said(6), 8), Told::Behind);
    let hunger = seat.hunger().unwrap();
    assert_eq!(hunger.after, Head(4));
    let fed = seat.feed(hunger, served(vec![meal(5), meal(6)], 6, false));
    assert_eq!((fed, queue.waiting().len()), (Fed::Whole, 2));
    assert_eq!(seat.tell(said(7), 8), Told::Now);
}

#[test]
fn who_has_left_is_lent_no_place() {
    let hub = hub(8);
    let (session, _) = session(8);
    assert!(hub.enter(&session, 1));
    drop(hub.leave(&session, Time(0)));
    hub.lend(&session, ROOM, &said(1));
    assert!(session.places().is_empty() && hub.next_hungry().is_none());
}

#[test]
fn what_happens_while_a_seat_is_fed_is_read_too() {
    let (seat, queue) = seat();
    seat.begin(&[], ROOM, up_to(0, 0));
    seat.fall_behind();
    let hunger = seat.hunger().unwrap();
    assert_eq!(seat.tell(said(2), 8), Told::Noted);
    assert_eq!(seat.feed(hunger, served(vec![meal(1)], 1, false)), Fed::More);
    let hunger = seat.hunger().unwrap();
    seat.fall_behind();
    let fed = seat.feed(hunger, served(vec![meal(2)], 2, false));
    assert_eq!(fed, Fed::More, "it was doubted after that was read");
    assert_eq!(
        seat.feed(hunger, served(vec![meal(2)], 2, false)),
        Fed::More,
        "somebody else was faster"
    );
    let fed = seat.feed(seat.hunger().unwrap(), served(Vec::new(), 2, false));
    assert_eq!((fed, queue.waiting().len()), (Fed::Whole, 2));
}

#[test]
fn what_is_kept_nowhere_is_not_told_to_who_is_behind() {
    let (seat, queue) = seat();
    let passing = || Said::passing(Bytes::from("typing"));
    seat.begin(&[], ROOM, up_to(0, 0));
    seat.fall_behind();
    seat.tell(passing(), 8);
    assert!(queue.waiting().is_empty());
    seat.feed(seat.hunger().unwrap(), served(Vec::new(), 0, false));
    seat.tell(passing(), 8);
    assert_eq!(queue.waiting().len(), 1);
}

#[test]
fn a_doubt_that_came_later_is_not_ended_by_an_earlier_look() {
    let (session, _) = session(8);
    session.learn(1, person(1));
    session.doubt(3);
    session.doubt(2);
    session.learn(2, person(1));
    assert!(session.is_doubted());
    session.learn(3, person(1));
    assert!(!session.is_doubted());
}

#[test]
fn what_an_earlier_look_found_is_not_taken_for_newer() {
    let (session, _) = session(8);
    let named = |name: &str| Person {
        first_name: name.to_owned(),
        ..person(1)
    };
    session.learn(3, named("Анна"));
    session.learn(2, named("Аня"));
    assert_eq!(session.person().first_name, "Анна");
    session.learn(3, named("Нюра"));
    assert_eq!(session.person().first_name, "Нюра");
}

/// A place of the session in the room with this number, about this.
fn keyed(session: &Arc<Session>, id: i64, key: &str) -> Arc<Seat> {
    let room = RoomName { id: RoomId(id), ..ROOM };
    Arc::new(Seat::in_waiting(Arc::clone(session), room, key))
}

#[test]
fn a_place_is_found_by_what_its_room_is_about_for_as_long_as_it_is_one() {
    let (hub, (session, _)) = (hub(8), session(8));
    assert!(hub.enter(&session, 1));
    let numbers = [7, 3, 11, 5];
    for id in numbers {
        assert!(hub.sit(&keyed(&session, id, &format!("order:{id}"))));
        assert!(!hub.sit(&keyed(&session, id, "order:1")), "one in each room");
    }
    let about = |id: i64| session.seat_about(&format!("order:{id}")).map(|seat| seat.room_id);
    assert_eq!(numbers.map(about), numbers.map(|id| Some(RoomId(id))));
    let rooms: Vec<_> = session.places().iter().map(|seat| seat.room_id.0).collect();
    assert_eq!(rooms, [3, 5, 7, 11]);
    hub.take_away(&session.seat_in(RoomId(7)).unwrap());
    assert_eq!((about(7), about(5)), (None, Some(RoomId(5))));
    assert!(session.seat_in(RoomId(7)).is_none() && hub.seats_in(RoomId(7)).is_none());
    assert_eq!(hub.leave(&session, Time(0)).len(), 3);
    assert_eq!((about(5), about(1)), (None, None));
}

#[test]
fn of_two_rooms_about_the_same_the_later_is_found_and_the_earlier_takes_nothing_with_it() {
    let (hub, (session, _)) = (hub(8), session(8));
    assert!(hub.enter(&session, 1));
    let [earlier, later] = [1, 2].map(|id| keyed(&session, id, "deal:17"));
    assert!(hub.sit(&earlier) && hub.sit(&later));
    hub.take_away(&earlier);
    let found = session.seat_about("deal:17").unwrap();
    assert_eq!(found.room_id, RoomId(2));
    let room = found.room().unwrap();
    assert_eq!((room.uuid, room.kind.word()), (ROOM.uuid, "deal"));
    drop(hub.leave(&session, Time(0)));
}

#[test]
fn whoever_has_come_back_keeps_the_new_place_when_the_old_one_is_taken_away() {
    let (hub, (session, _)) = (hub(8), session(8));
    assert!(hub.enter(&session, 1));
    let [old, new] = [1, 1].map(|id| keyed(&session, id, "deal:17"));
    assert!(hub.sit(&old) && hub.take_away(&old) && hub.sit(&new));
    // Somebody who had the old one in hand finds out that it is none.
    assert!(!hub.take_away(&old));
    hub.goes(&old);
    let found = session.seat_about("deal:17").unwrap();
    let seats = hub.seats_in(RoomId(1)).unwrap();
    assert!(Arc::ptr_eq(&found, &new) && Arc::ptr_eq(&seats[0], &new));
    drop(hub.leave(&session, Time(0)));
}

#[test]
fn a_room_keeps_who_sits_in_it_while_one_comes_and_another_goes() {
    let (hub, first, _queue) = hub_with_seat(0);
    let sits = |ids: &[i64]| {
        let seats = hub.seats_in(ROOM.id);
        let seats = seats.iter().flat_map(|seats| seats.iter());
        let people: Vec<_> = seats.map(|seat| seat.session.person_id().0).collect();
        assert_eq!(people, ids);
    };
    sits(&[1]);
    crowd(&hub, 2..=3);
    sits(&[1, 2, 3]);
    assert_eq!(hub.leave(&first.session, Time(0)).len(), 1);
    sits(&[2, 3]);
    for person in [3, 2] {
        let session = hub.sessions_of(PersonId(person)).remove(0);
        assert_eq!(hub.leave(&session, Time(0)).len(), 1);
        sits(if person == 3 { &[2] } else { &[] });
    }
    assert!(hub.seats_in(ROOM.id).is_none());
}

/// A hub with one seat that has heard up to a head.
fn hub_with_seat(head: i64) -> (Arc<Hub>, Arc<Seat>, Arc<Queue>) {
    let (hub, (session, queue)) = (Arc::new(hub(8)), session(4_096));
    assert!(hub.enter(&session, 1));
    let seat = Arc::new(Seat::new(session, ROOM.id));
    assert!(hub.sit(&seat));
    seat.begin(&[], ROOM, up_to(head, 0));
    (hub, seat, queue)
}

#[test]
fn a_head_of_a_commit_that_was_none_is_looked_for_once() {
    let (seat, _queue) = seat();
    seat.begin(&[], ROOM, up_to(6, 6));
    seat.misses(Head(7));
    let hunger = seat.hunger().unwrap();
    assert_eq!(seat.feed(hunger, served(Vec::new(), 6, false)), Fed::Whole);
    seat.misses(Head(7));
    let hunger = seat.hunger().unwrap();
    // Told meanwhile, so the look may have been before it.
    seat.tell(said(8), 8);
    assert_eq!(seat.feed(hunger, served(Vec::new(), 6, false)), Fed::More);
}

#[test]
fn what_was_missed_before_a_lent_place_is_told_with_it() {
    let (session, _queue) = session(8);
    let seat = Seat::lent(session, ROOM, &said(9));
    let after = || seat.hunger().unwrap().after;
    assert_eq!(after(), Head(8));
    seat.misses(Head(7));
    assert_eq!(after(), Head(6));
    seat.tell(said(6), 8);
    assert_eq!(after(), Head(5));
    seat.tell(said(10), 8);
    assert_eq!(after(), Head(5));
}

#[test]
fn when_too_much_waits_to_be_told_the_writer_lends_a_hand() {
    let (hub, _seat, queue) = hub_with_seat(0);
    crowd(&hub, 2..=5);
    let event = |head| event(head, read(head));
    // Nobody polls the task that tells: one below the bound, everything waits; at it, the writer tells all.
    hub.hear(&(1..1_024).map(event).collect::<Vec<_>>());
    assert_eq!(queue.waiting().len(), 0);
    hub.hear(&[event(1_024)]);
    let frames = queue.waiting();
    assert_eq!(frames.len(), 1_024);
    assert!(frames[1_023].ends_with(b"read 2 1024"));
}

/// These sit in the room, too.
fn crowd(hub: &Hub, ids: std::ops::RangeInclusive<i64>) {
    for id in ids {
        let queue = Arc::new(Queue::new(QueueLimits::default()));
        let session = Arc::new(Session::new(
            id as u64,
            guest(id, ROOM.id),
            counts(),
            queue,
            0,
            u64::MAX,
            None,
        ));
        assert!(hub.enter(&session, 1));
        let seat = Arc::new(Seat::new(session, ROOM.id));
        assert!(hub.sit(&seat));
        seat.begin(&[], ROOM, up_to(0, 0));
    }
}

#[test]
fn a_small_room_is_told_by_the_writer_and_never_before_what_waits() {
    let (hub, _seat, queue) = hub_with_seat(0);
    hub.hear(&[event(1, read(1))]);
    assert_eq!(queue.waiting().len(), 1, "nobody polls the task that tells");
    crowd(&hub, 2..=4);
    hub.hear(&[event(2, read(2))]);
    assert_eq!(queue.waiting().len(), 2, "four are few");
    crowd(&hub, 5..=5);
    hub.hear(&[event(3, read(3))]);
    assert_eq!(queue.waiting().len(), 2, "more are left to the task");
    let leaving = hub.sessions_of(PersonId(4));
    leaving.iter().for_each(|session| drop(hub.leave(session, Time(0))));
    hub.hear(&[event(4, read(4))]);
    assert_eq!(queue.waiting().len(), 2, "what came before is told first");
}

#[tokio::test]
async fn who_left_and_is_back_before_they_come_is_not_sent_away_for_it() {
    let (hub, _seat, queue) = hub_with_seat(6);
    let telling = Arc::clone(&hub);
    tokio::spawn(async move { telling.tell_all().await });
    let left = |head| event(head, Heard::Left { person: PersonId(1) });
    hub.hear(&[left(5), event(6, read(1))]);
    until(|| queue.waiting().len() == 1).await;
    assert!(queue.waiting()[0].ends_with(b"read 2 1") && !queue.is_closing());
    hub.hear(&[left(7), event(8, read(2))]);
    until(|| queue.is_closing()).await;
    assert_eq!(queue.waiting().len(), 2, "they hear that they left, and nothing after");
}

#[test]
fn whoever_changes_is_looked_at_and_nobody_else() {
    let hub = hub(8);
    let sessions: Vec<_> = (1..=10_000)
        .map(|id| {
            let queue = Arc::new(Queue::new(QueueLimits::default()));
            let session = Arc::new(Session::new(
                id as u64,
                guest(id, ROOM.id),
                counts(),
                queue,
                0,
                u64::MAX,
                None,
            ));
            session.learn(1, person(id));
            assert!(hub.enter(&session, 1));
            session
        })
        .collect();
    hub.people_changed(&[PersonId(77)]);
    let doubted = sessions.iter().filter(|session| session.is_doubted());
    assert_eq!(doubted.map(|session| session.id).collect::<Vec<_>>(), [77]);
    assert_eq!(hub.next_hungry().map(|session| session.id), Some(77));
    assert!(hub.next_hungry().is_none());
}

#[test]
fn a_notice_of_a_room_is_for_those_who_sit_there() {
    let (hub, seat, _) = hub_with_seat(6);
    let room = |room: i64, head: i64| Notice::Room {
        room: RoomName {
            id: RoomId(room),
            ..ROOM
        },
        head: Head(head),
        came: None,
    };
    hub.changed_elsewhere(&[room(2, 9)]);
    assert!(seat.is_whole() && hub.next_hungry().is_none());
    // Also with a head that is known: the place may have been lost with it.
    hub.changed_elsewhere(&[room(1, 5)]);
    assert_eq!(seat.hunger().map(|hunger| hunger.after), Some(Head(6)));
    assert!(hub.next_hungry().is_some());
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_asked_again() {
    let house = house().await;
    let mut entered = Vec::new();
    for id in [1, 2] {
        let queue = Arc::new(Queue::new(QueueLimits::default()));
        let connection = Connection::enter(&house.live, guest(id, house.room), Arc::clone(&queue)).await;
        entered.push((connection.unwrap(), queue));
    }
    house.change(|tx| Ok(tx.leave(RoomId(1), PersonId(2), Head(9))?)).await;
    house.live.hub.changed_elsewhere(&[Notice::Everything]);
    house.model.fail_next(Fault::Busy);
    house.feed();
    until(|| {
        entered
            .iter()
            .all(|(connection, queue)| !connection.session.is_doubted() || queue.is_closing())
    })
    .await;
    let ended: Vec<bool> = entered.iter().map(|(_, queue)| queue.is_closing()).collect();
    assert_eq!(ended, [false, true]);
}

#[tokio::test]
async fn whoever_is_doubted_all_the_time_is_told_all_the_same() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    house.feed();
    let hub = Arc::clone(&house.live.hub);
    let doubting = tokio::spawn(async move {
        loop {
            hub.changed_elsewhere(&[Notice::Everything]);
            tokio::task::yield_now().await;
        }
    });
    for n in 0..20 {
        says(&mut anna, &format!("send {n}")).await;
        assert_eq!(hears(&mut boris).await, format!("sent {n} "));
        assert_eq!(hears(&mut anna).await, format!("sent {n} "));
    }
    doubting.abort();
}

#[test]
fn an_idle_session_of_twenty_seats_leaves_two_kilobytes_to_its_task_of_the_eight_that_both_may_take() {
    let name = "an_idle_session_of_twenty_seats_leaves_two_kilobytes_to_its_task_of_the_eight_that_both_may_take";
    alone(&format!("connection::tests::seats::{name}"), || {
        let each = bytes_of_an_idle_session();
        assert!(each <= 6_000, "{each} bytes a session");
    });
}

fn bytes_of_an_idle_session() -> usize {
    let (sessions, rooms, seats) = (5_000, 10_000, 20);
    let hub = hub(64);
    let before = resident_bytes();
    let kept: Vec<_> = (0..sessions)
        .map(|id| {
            let queue = Arc::new(Queue::new(QueueLimits::default()));
            let session = Arc::new(Session::new(
                id,
                guest(id as i64, ROOM.id),
                hub.counts().of("chat"),
                queue,
                0,
                u64::MAX,
                None,
            ));
            assert!(hub.enter(&session, 1));
            session.places().expect(seats as usize);
            for place in 0..seats {
                let id = RoomId((id as i64 * seats + place) % rooms);
                let (room, key) = (RoomName { id, ..ROOM }, format!("order:{id}"));
                let seat = Arc::new(Seat::in_waiting(Arc::clone(&session), room, &key));
                hub.sit(&seat);
                seat.begin_at(up_to(1, 1));
            }
            session
        })
        .collect();
    (resident_bytes() - before) / kept.len()
}
