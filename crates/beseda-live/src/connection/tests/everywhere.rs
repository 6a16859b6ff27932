//! Every room of a kind: what the staff of the support desk hear and say.

use super::*;
use beseda_core::rules::Introduction;
use beseda_core::words::RoomKey;

const ORDER_ROOM: u128 = 0;

/// Opens a visitor's room with this unguessable name.
async fn case(house: &House, uuid: u128) -> (RoomId, Person) {
    let limits = Arc::clone(house.chat.limits());
    let introduction = Introduction {
        name: "Вера".to_owned(),
        ..Introduction::default()
    };
    let (view, visitor) = house
        .change(move |tx| rules::open_case(tx, Time(0), &limits, None, &introduction, Uuid::from_u128(uuid)))
        .await;
    (view.room.id, visitor)
}

fn staff(id: i64) -> Guest {
    Guest {
        to: Where::Every(RoomKind::Support),
        since: Since::Now,
        dialect: &DESK,
        ..guest(id, RoomId(0))
    }
}

async fn enter_staff(house: &House, id: i64) -> Peer {
    let before = house.live.listeners();
    let mut peer = house.let_in(staff(id)).await;
    says(&mut peer, "nonsense").await;
    assert_eq!(hears(&mut peer).await, "error what");
    says(&mut peer, "ping").await;
    assert_eq!(hears(&mut peer).await, "pong ", "whatever room, and none");
    assert_eq!(house.live.listeners(), before + 1);
    peer
}

async fn enter_visitor(house: &House, (room, visitor): &(RoomId, Person)) -> Peer {
    let mut peer = house
        .let_in(Guest {
            person: Arc::new(visitor.clone()),
            ..guest(0, *room)
        })
        .await;
    assert!(hears(&mut peer).await.starts_with("history "));
    peer
}

#[tokio::test]
async fn every_room_of_the_kind_is_heard_and_no_other_in_order() {
    let house = house().await;
    let old = case(&house, 11).await;
    for _ in 0..3 {
        house.say(old.1.clone(), old.0, "before").await;
    }
    let mut staff = enter_staff(&house, 4).await;
    let new = case(&house, 12).await;
    let said = [(&new, "one"), (&old, "two"), (&new, "three"), (&old, "four")];
    for ((room, visitor), text) in said {
        house.say(visitor.clone(), *room, text).await;
        house.say(person(1), house.room, "of an order").await;
    }
    let heard = [
        "12: opened",
        "12: sent one ",
        "11: sent two ",
        "12: sent three ",
        "11: sent four ",
    ];
    for expected in heard {
        assert_eq!(hears(&mut staff).await, expected);
    }
}

#[tokio::test]
async fn who_is_not_of_the_staff_does_not_hear_every_room() {
    let house = house().await;
    assert_eq!(
        hears(&mut house.let_in(staff(3)).await).await,
        "closed 4003 not allowed"
    );
}

#[tokio::test]
async fn a_command_says_which_room_it_is_for_and_reaches_that_one() {
    let house = house().await;
    let (one, other) = (case(&house, 11).await, case(&house, 12).await);
    let (mut vera, mut zoya) = (enter_visitor(&house, &one).await, enter_visitor(&house, &other).await);
    let mut staff = enter_staff(&house, 4).await;
    for unaimed in ["send hello", "typing", "read", "once hello"] {
        says(&mut staff, unaimed).await;
        assert_eq!(hears(&mut staff).await, "error no_room", "{unaimed}");
    }
    says(&mut staff, "in 12 once hello").await;
    assert_eq!(hears(&mut staff).await, "12: sent hello c1");
    assert_eq!(hears(&mut zoya).await, "sent hello ");
    says(&mut staff, "in 12 once hello").await;
    assert_eq!(hears(&mut staff).await, "12: again hello c1");
    says(&mut staff, "in 11 send and you").await;
    assert_eq!(hears(&mut staff).await, "11: sent and you ");
    assert_eq!(hears(&mut vera).await, "sent and you ", "and nothing before");
    says(&mut staff, "in 11 read").await;
    assert_eq!(hears(&mut staff).await, "11: read 4 1");
    assert_eq!(hears(&mut vera).await, "read 4 1");
    for aimed in ["send x", "typing", "read"] {
        for elsewhere in [ORDER_ROOM, 99] {
            says(&mut staff, &format!("in {elsewhere} {aimed}")).await;
            assert_eq!(hears(&mut staff).await, "refused NoSuchRoom", "{elsewhere} {aimed}");
        }
    }
}

#[tokio::test]
async fn a_visitor_reaches_no_other_room_by_naming_it() {
    let house = house().await;
    let (one, _) = (case(&house, 11).await, case(&house, 12).await);
    let mut vera = enter_visitor(&house, &one).await;
    for aimed in ["send x", "typing", "read"] {
        says(&mut vera, &format!("in 12 {aimed}")).await;
        assert_eq!(hears(&mut vera).await, "refused NoSuchRoom", "{aimed}");
    }
}

#[tokio::test]
async fn typing_goes_both_ways_and_ends_with_the_last_window() {
    let house = house().await;
    let (one, other) = (case(&house, 11).await, case(&house, 12).await);
    let (mut vera, mut zoya) = (enter_visitor(&house, &one).await, enter_visitor(&house, &other).await);
    let (mut staff, mut lead) = (enter_staff(&house, 4).await, enter_staff(&house, 5).await);
    says(&mut staff, "in 12 typing").await;
    assert_eq!(hears(&mut zoya).await, "typing 4 true");
    assert_eq!(hears(&mut lead).await, "12: typing 4 true");
    says(&mut vera, "typing").await;
    let vera_types = format!("11: typing {} true", one.1.id);
    assert_eq!(hears(&mut staff).await, vera_types, "and nothing of their own");
    assert_eq!(hears(&mut lead).await, vera_types);
    drop(staff);
    assert_eq!(hears(&mut zoya).await, "typing 4 false");
    assert_eq!(hears(&mut lead).await, "12: typing 4 false");
}

#[tokio::test]
async fn a_colleague_hears_on_when_one_loses_the_role() {
    let house = house().await;
    let (room, visitor) = case(&house, 11).await;
    let (mut staff, mut lead) = (enter_staff(&house, 4).await, enter_staff(&house, 5).await);
    house.feed();
    let plain = Person {
        role: Role::User,
        ..person(4)
    };
    house
        .change(move |tx| rules::put_person(tx, Fixed.now(), &plain.clone().into()))
        .await;
    house.say(visitor, room, "secret").await;
    assert_eq!(hears(&mut staff).await, "closed 4003 not allowed any more");
    assert_eq!(hears(&mut lead).await, "11: sent secret ");
}

#[tokio::test]
async fn a_room_that_is_gone_takes_only_those_with_it_who_listen_there() {
    let house = house().await;
    let (one, other) = (case(&house, 11).await, case(&house, 12).await);
    let mut vera = enter_visitor(&house, &one).await;
    let mut staff = enter_staff(&house, 4).await;
    house
        .change(|tx| rules::remove_room_of(tx, Time(0), &RoomKey::Support(Uuid::from_u128(11))))
        .await;
    assert_eq!(hears(&mut vera).await, "closed 4003 no longer in this room");
    house.say(other.1, other.0, "hello").await;
    assert_eq!(hears(&mut staff).await, "12: sent hello ");
}

#[tokio::test]
async fn what_another_process_has_said_in_a_room_is_heard_by_who_hears_every_one() {
    let house = house().await;
    let (room, visitor) = case(&house, 11).await;
    let mut staff = enter_staff(&house, 4).await;
    house.say(visitor.clone(), room, "one").await;
    house.say(visitor.clone(), room, "two").await;
    for text in ["one", "two"] {
        assert_eq!(hears(&mut staff).await, format!("11: sent {text} "));
    }
    house.feed();
    let name = house
        .change(move |tx| Ok(tx.room(room)?.map(|room| (room.name(), room.head))))
        .await;
    let (name, newest) = name.unwrap();
    let elsewhere = RoomName {
        kind: RoomKind::Order,
        ..name
    };
    let of = |room, head| Notice::Room {
        room,
        head: Head(head),
        came: None,
    };
    // As if they had not been told: of both, and of one in a room of another kind.
    house
        .live
        .hub
        .changed_elsewhere(&[of(elsewhere, 1), of(name, newest.0 - 1), of(name, newest.0)]);
    for text in ["one", "two"] {
        assert_eq!(hears(&mut staff).await, format!("11: sent {text} "));
    }
    house.say(person(1), house.room, "of an order").await;
    house.say(visitor, room, "three").await;
    assert_eq!(hears(&mut staff).await, "11: sent three ", "and nothing in between");
}
