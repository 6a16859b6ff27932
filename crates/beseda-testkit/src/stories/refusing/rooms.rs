//! Refused: orders and rooms.

use super::ground::Ground;
use super::{NO_ROOM, NOBODY, NOW, Row, SOMEBODY, TAKEN, UUID, row};
use beseda_core::error::Refusal;
use beseda_core::policy::{By, Deed};
use beseda_core::ports::Tx;
use beseda_core::rules::{self, Set};
use beseda_core::words::{GroupId, Order, OrderId, Person, PersonId, RoomKey};
use std::sync::Arc;

pub(super) fn orders(ground: &Ground) -> Vec<Row> {
    let room = ground.room;
    let moved = |by: fn(&Ground) -> &Person, room, order| {
        let by = ground.by(by);
        move |tx: &mut dyn Tx| rules::move_room(tx, NOW, By::from(&by()), room, &OrderId::from(order))
    };
    let removed = |by: fn(&Ground) -> &Person, room| {
        let by = ground.by(by);
        move |tx: &mut dyn Tx| rules::remove_room(tx, NOW, By::from(&by()), room)
    };
    let nobody = || Refusal::NoSuchPerson;
    vec![
        row("put_order", nobody(), |tx| {
            rules::put_order(tx, NOW, &order_of(NOBODY), None)
        }),
        row("put_order: with a room", nobody(), |tx| {
            rules::put_order(tx, NOW, &order_of(NOBODY), Some(UUID))
        }),
        row(
            "move_room: no room",
            Refusal::NoSuchRoom,
            moved(|g| &g.admin, NO_ROOM, 3),
        ),
        row(
            "move_room: from outside",
            Refusal::NoSuchRoom,
            moved(|g| &g.outsider, room, 3),
        ),
        row(
            "move_room: as a member",
            Refusal::NotAllowed,
            moved(|g| &g.anna, room, 3),
        ),
        row(
            "move_room: to no order",
            Refusal::NoSuchOrder,
            moved(|g| &g.admin, room, 99),
        ),
        row(
            "move_room: to a taken one",
            Refusal::OrderHasRoom,
            moved(|g| &g.admin, room, 2),
        ),
        row(
            "remove_room: from outside",
            Refusal::NoSuchRoom,
            removed(|g| &g.outsider, room),
        ),
        row(
            "remove_room: as a member",
            Refusal::NotAllowed,
            removed(|g| &g.anna, room),
        ),
    ]
}

pub(super) fn rooms_of_orders(ground: &Ground) -> Vec<Row> {
    let open = |order| {
        let by = ground.by(|g| &g.outsider);
        move |tx: &mut dyn Tx| rules::open_order_room(tx, NOW, &by(), &OrderId::from(order), UUID)
    };
    let opened = |order| {
        let by = ground.by(|g| &g.outsider);
        move |tx: &mut dyn Tx| {
            rules::opened_room_of_order(tx, NOW, By::from(&by()), Deed::Send, &OrderId::from(order), UUID)
        }
    };
    vec![
        row("open_order_room: none", Refusal::NoSuchOrder, open(99)),
        row("open_order_room: another's", Refusal::NoPlaceInOrder, open(3)),
        row("opened_room_of_order: none", Refusal::NoSuchOrder, opened(99)),
        row("opened_room_of_order: another's", Refusal::NoPlaceInOrder, opened(3)),
    ]
}

pub(super) fn rooms_of_people(ground: &Ground) -> Vec<Row> {
    let pair = |by: fn(&Ground) -> &Person, customer: PersonId, therapist: PersonId| {
        let by = ground.by(by);
        move |tx: &mut dyn Tx| rules::open_pair(tx, NOW, &by(), &customer.into(), &therapist.into(), UUID)
    };
    let private = |by: fn(&Ground) -> &Person, with: PersonId| {
        let by = ground.by(by);
        move |tx: &mut dyn Tx| rules::open_private(tx, NOW, &by(), &with.into(), UUID)
    };
    let (customer, teacher) = (ground.customer.id, ground.teacher.id);
    vec![
        row(
            "open_pair: of others",
            Refusal::NotAllowed,
            pair(|g| &g.anna, customer, SOMEBODY),
        ),
        row(
            "open_pair: nobody",
            Refusal::NoSuchPerson,
            pair(|g| &g.customer, customer, NOBODY),
        ),
        row(
            "open_pair: no therapist",
            Refusal::NoSuchPerson,
            pair(|g| &g.customer, customer, SOMEBODY),
        ),
        row(
            "open_private: oneself",
            Refusal::WithOneself,
            private(|g| &g.teacher, teacher),
        ),
        row(
            "open_private: nobody",
            Refusal::NoSuchPerson,
            private(|g| &g.teacher, NOBODY),
        ),
        row(
            "open_private: out of reach",
            Refusal::NoSuchPerson,
            private(|g| &g.teacher, SOMEBODY),
        ),
    ]
}

pub(super) fn sets_of_people(ground: &Ground) -> Vec<Row> {
    let open = |by: fn(&Ground) -> &Person, title: String, set: Set| {
        let (by, limits) = (ground.by(by), Arc::clone(&ground.limits));
        move |tx: &mut dyn Tx| {
            rules::open_group(
                tx,
                NOW,
                &limits,
                &by(),
                &rules::GroupWish::new(&title, set.clone()),
                UUID,
            )
        }
    };
    let with = |person: PersonId| Set::People(vec![person.into()]);
    let class = |id| Set::Group(GroupId::from(id));
    let (student, max, title) = (ground.student.id, ground.limits.title_chars, || "x".to_owned());
    let long = Refusal::TitleTooLong { max };
    vec![
        row(
            "open_group: no title",
            Refusal::EmptyTitle,
            open(|g| &g.teacher, String::new(), with(student)),
        ),
        row(
            "open_group: a long title",
            long,
            open(|g| &g.teacher, "x".repeat(max + 1), with(student)),
        ),
        row(
            "open_group: NUL",
            Refusal::NulInText,
            open(|g| &g.teacher, "a\0b".to_owned(), with(student)),
        ),
        row(
            "open_group: nobody",
            Refusal::NoSuchPerson,
            open(|g| &g.teacher, title(), with(NOBODY)),
        ),
        row(
            "open_group: no class",
            Refusal::NoSuchGroup,
            open(|g| &g.teacher, title(), class(9)),
        ),
        row(
            "open_group: another's class",
            Refusal::NoSuchGroup,
            open(|g| &g.anna, title(), class(1)),
        ),
    ]
}

pub(super) fn put_rooms(ground: &Ground) -> Vec<Row> {
    let max = ground.limits.members;
    let put = |key: RoomKey, title: String, people: Vec<PersonId>| {
        let limits = Arc::clone(&ground.limits);
        move |tx: &mut dyn Tx| rules::put_room(tx, NOW, &limits, &key, Some(&title), Some(&people), UUID)
    };
    let group = RoomKey::Group(UUID);
    let named = |title: &str| put(group.clone(), title.to_owned(), vec![SOMEBODY]);
    let of = |key, people| put(key, "x".to_owned(), people);
    let pair = RoomKey::pair(SOMEBODY.into(), NOBODY.into());
    let title = ground.limits.title_chars;
    let crowd = (1..).map(PersonId).take(max + 1).collect();
    vec![
        row(
            "put_room: no order",
            Refusal::NoSuchOrder,
            of(RoomKey::Order(OrderId::from(99)), vec![]),
        ),
        row("put_room: a pair of nobody", Refusal::NoSuchPerson, of(pair, vec![])),
        row(
            "put_room: a group of nobody",
            Refusal::NoSuchPerson,
            of(group.clone(), vec![SOMEBODY, NOBODY]),
        ),
        row(
            "put_room: a visitor's",
            Refusal::NotAllowed,
            of(RoomKey::Support(UUID), vec![]),
        ),
        row(
            "put_room: another's name",
            Refusal::NoSuchRoom,
            of(RoomKey::Group(TAKEN), vec![SOMEBODY]),
        ),
        row(
            "put_room: a kind of its own, and nobody",
            Refusal::NoSuchPerson,
            of("deal:17".parse().expect("it is a key"), vec![SOMEBODY, NOBODY]),
        ),
        row(
            "put_room: a crowd",
            Refusal::TooManyMembers { max },
            of(group.clone(), crowd),
        ),
        row("put_room: a blank title", Refusal::EmptyTitle, named(" ")),
        row("put_room: NUL", Refusal::NulInText, named("a\0b")),
        row(
            "put_room: a long title",
            Refusal::TitleTooLong { max: title },
            named(&"x".repeat(title + 1)),
        ),
    ]
}

fn order_of(client: PersonId) -> Order {
    Order {
        id: OrderId::from(4),
        number: String::new(),
        client: Some(client),
        expert: None,
        operator: None,
        status: String::new(),
    }
}
