//! Opening: who is in a room when it is opened, granted, put, moved and taken away, and opened again.

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::policy::By;
use beseda_core::rules::sign_in::{self, Admitted, Claimed, Newcomers};
use beseda_core::rules::{self, Introduction, Set};
use beseda_core::words::{
    Group, GroupId, Head, HostId, Kinds, OrderId, Person, PersonId, Role, RoomId, RoomKey, RoomKind, RoomView, Time,
};
use std::sync::Arc;
use std::thread;
use uuid::Uuid;

const UUID: Uuid = Uuid::from_u128(0x6f1c_2a3b_0000_4000_8000_0000_0000_0001);

/// Puts teacher 40 and students 41 and 42.
fn school(stage: &Stage) -> [Person; 3] {
    let people = [(40, Role::Teacher), (41, Role::Student), (42, Role::Student)]
        .map(|(id, role)| Person::new(PersonId(id), role));
    for person in people.clone() {
        let now = stage.chat.now();
        stage
            .change(move |tx| rules::put_person(tx, now, &person.clone().into()))
            .expect("somebody is put");
    }
    people
}

fn put_class(stage: &Stage, students: &[i64]) {
    let class = Group {
        id: GroupId::from(1),
        name: "10 Б".to_owned(),
        teacher: Some(PersonId(40)),
        students: students.iter().copied().map(PersonId).collect(),
    };
    let now = stage.chat.now();
    stage
        .change(move |tx| rules::put_group(tx, now, &class))
        .expect("the class is put");
}

/// Somebody comes with a token that grants them rooms.
fn come(stage: &Stage, id: HostId<'static>, people: Newcomers, grants: Vec<RoomKey>) -> Admitted {
    let (now, drawn) = (stage.chat.now(), Uuid::from_bytes(stage.chat.random()));
    let claimed = Claimed {
        grants,
        ..Claimed::new(id, Some(now))
    };
    stage
        .change(move |tx| sign_in::admit(tx, now, &claimed, people, &|| drawn))
        .expect("somebody is let in")
}

fn grant(stage: &Stage, person: i64, key: RoomKey) -> RoomId {
    let admitted = come(stage, HostId::Number(person), Newcomers::Known, vec![key.clone()]);
    assert_eq!(admitted.barred, []);
    let room = stage.look(move |look| Ok(look.room_by_key(&key.to_string())?));
    room.expect("it is read").expect("it stands").id
}

fn members(stage: &Stage, room: RoomId) -> Vec<i64> {
    let members = stage.look(move |look| Ok(look.members(room)?)).expect("they are read");
    let mut members: Vec<i64> = members.iter().map(|(member, _)| member.person.0).collect();
    members.sort_unstable();
    members
}

pub(super) fn two_peoples_room_has_both_in_it(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [teacher, student, other] = school(&stage);
    let now = stage.chat.now();
    let key = RoomKey::private(teacher.id.into(), student.id.into());
    let room = grant(&stage, 40, key.clone());
    assert_eq!(members(&stage, room), [40, 41], "a grant lets the other in as well");
    let (one, two) = (teacher.clone(), student.id);
    let left = stage.change(move |tx| {
        tx.leave(room, two, Head(9))?;
        rules::standing_private(tx, &one, &two.into())
    });
    assert_eq!(left, Ok(None), "one alone is nobody's private room");
    let open = stage.change(move |tx| rules::open_private(tx, now, &teacher, &student.id.into(), UUID));
    let (view, new) = open.expect("it is opened");
    assert_eq!((view.room.id, new, members(&stage, room)), (room, false, vec![40, 41]));
    let admitted = come(&stage, other.id.into(), Newcomers::Known, vec![key.clone()]);
    assert_eq!(admitted.barred, [key]);
    assert_eq!(members(&stage, room), [40, 41], "and nobody else");
}

pub(super) fn a_grant_that_cannot_be_costs_itself_alone(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [teacher, student, other] = school(&stage);
    let two = RoomKey::private(teacher.id.into(), student.id.into());
    grant(&stage, 40, two.clone());
    stage.put_order(2, [Some(PersonId(4)), None, None]).expect("it is put");
    stage.open(&stage.people[3], 2).expect("it is opened");
    let taken = stage.look(|look| Ok(look.room_by_key("order:2")?));
    let taken = RoomKey::Group(taken.expect("it is read").expect("it stands").uuid);
    let pair = RoomKey::pair(teacher.id.into(), student.id.into());
    let (number, name) = (HostId::from, || HostId::Name("x".into()));
    let (create, known) = (Newcomers::Create, Newcomers::Known);
    for (what, order, id, people, barred) in [
        (
            "a newcomer to two others",
            11,
            number(PersonId(900)),
            create,
            two.clone(),
        ),
        ("a new name to two others", 12, name(), create, two.clone()),
        ("who is known, to two others", 13, number(other.id), create, two.clone()),
        ("to a visitor's", 14, number(other.id), known, RoomKey::Support(UUID)),
        ("to a pair of others", 15, number(other.id), known, pair),
        ("under another room's name", 16, number(other.id), known, taken),
    ] {
        let good = RoomKey::Order(OrderId::from(order));
        let admitted = come(&stage, id.clone(), people, vec![barred.clone(), good.clone()]);
        assert_eq!(admitted.barred, vec![barred.clone()], "{what}");
        let (person, key) = (admitted.person.id, good.to_string());
        let room = stage.look(move |look| Ok(look.room_by_key(&key)?));
        let room = room.expect("it is read").expect("the other is there").id;
        assert_eq!(members(&stage, room), [person.0], "{what}");
        // And nothing is written for it at the next request.
        let claimed = Claimed {
            grants: vec![good, barred],
            ..Claimed::new(id, Some(stage.chat.now()))
        };
        let now = stage.chat.now();
        let asked = stage.look(move |look| sign_in::known(look, now, &claimed, people));
        assert_eq!(asked, Ok(Some(admitted)), "{what}");
    }
    assert_eq!(members(&stage, grant(&stage, 40, two)), [40, 41]);
}

pub(super) fn a_class_takes_its_room_with_it(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [_, student, _] = school(&stage);
    put_class(&stage, &[41, 42]);
    let (now, limits, admin) = (stage.chat.now(), Arc::clone(stage.chat.limits()), stage.admin.clone());
    let set = Set::Group(GroupId::from(1));
    let (by, of_class, bounds) = (student, set.clone(), Arc::clone(&limits));
    let opened = stage.change(move |tx| {
        rules::open_group(
            tx,
            now,
            &bounds,
            &by,
            &rules::GroupWish::new("", of_class.clone()),
            UUID,
        )
    });
    let room = opened.expect("a student opens it").0.room.id;
    let outside = Uuid::from_u128(7);
    let opened = stage.change(move |tx| {
        rules::open_group(
            tx,
            now,
            &limits,
            &admin,
            &rules::GroupWish::new("", set.clone()),
            outside,
        )
    });
    let watched = opened.expect("an administrator opens it").0.room.id;
    put_class(&stage, &[42]);
    assert_eq!(members(&stage, room), [40, 42], "who opened it goes with the others");
    assert_eq!(members(&stage, watched), [7, 40, 42], "who was never of it stays");
}

pub(super) fn a_room_follows_its_order_and_grants_do_not(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    stage
        .put_order(2, [Some(PersonId(4)), None, None])
        .expect("another order");
    let user = stage.people[5].clone();
    let opened = {
        let (now, user) = (stage.chat.now(), user.clone());
        move |order: i64| {
            let user = user.clone();
            move |tx: &mut dyn beseda_core::ports::Tx| {
                rules::open_order_room(tx, now, &user, &OrderId::from(order), UUID)
            }
        }
    };
    assert_eq!(refusal(stage.change(opened(1))), Some(Refusal::NoPlaceInOrder));
    assert_eq!(grant(&stage, user.id.0, RoomKey::Order(OrderId::from(1))), room);
    let (view, new) = stage.change(opened(1)).expect("who was let in opens it");
    assert_eq!((view.room.id, new), (room, false));
    // Of an order that nobody told us of, a grant is all that there is.
    let unknown = grant(&stage, user.id.0, RoomKey::Order(OrderId::from(77)));
    assert_eq!(stage.change(opened(77)).expect("it stands").0.room.id, unknown);
    assert_eq!(refusal(stage.change(opened(78))), Some(Refusal::NoSuchOrder));

    let (now, admin) = (stage.chat.now(), stage.admin.clone());
    let moved = stage.change(move |tx| rules::move_room(tx, now, By::from(&admin), room, &OrderId::from(2)));
    moved.expect("it is moved");
    assert_eq!(members(&stage, room), [4], "nobody was let into that one");
}

pub(super) fn a_group_is_put_taken_away_and_put_again(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let key = RoomKey::Group(UUID);
    let put = |title: Option<&'static str>, people: Option<&'static [PersonId]>| {
        let (now, limits, key) = (stage.chat.now(), Arc::clone(stage.chat.limits()), key.clone());
        let put = stage.change(move |tx| rules::put_room(tx, now, &limits, &key, title, people, Uuid::nil()));
        let (view, new) = put.expect("it is put");
        (view.room.id, view.room.uuid, view.room.title, new)
    };
    let (room, uuid, _, new) = put(Some("Все"), Some(&[PersonId(1), PersonId(2)]));
    assert_eq!((uuid, new, members(&stage, room)), (UUID, true, vec![1, 2]));
    let (same, _, title, new) = put(Some("Мы"), None);
    assert_eq!((same, title.as_str(), new), (room, "Мы", false));
    assert_eq!(members(&stage, room), [1, 2], "nobody is named, nobody goes");
    put(None, Some(&[PersonId(2)]));
    assert_eq!(members(&stage, room), [2]);
    let now = stage.chat.now();
    for _ in 0..2 {
        let gone = key.clone();
        let removed = stage.change(move |tx| rules::remove_room_of(tx, now, &gone));
        removed.expect("it is taken away");
        let (again, uuid, title, new) = put(None, Some(&[PersonId(3)]));
        assert_eq!((uuid, title.as_str(), new), (UUID, "", true));
        assert_ne!(again, room);
        assert_eq!(members(&stage, again), [3]);
    }
}

pub(super) fn signing_out_twice_within_a_second_ends_what_was_given_in_between(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    let out = move |tx: &mut dyn beseda_core::ports::Tx| {
        rules::sign_out(tx, now, PersonId(1))?;
        Ok(tx.person(PersonId(1))?.expect("there"))
    };
    let first = stage.change(out).expect("signed out");
    let given = sign_in::token_time(&first, now);
    assert!(first.counts(given) && !first.counts(now));
    let second = stage.change(out).expect("signed out again");
    assert!(!second.counts(given) && second.counts(sign_in::token_time(&second, now)));
}

pub(super) fn a_kind_of_the_applications_own_needs_no_word_of_configuration(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let key: RoomKey = "deal:2026/17:б".parse().expect("it is a key");
    let put = |people: &[i64]| {
        let (now, limits, key) = (stage.chat.now(), Arc::clone(stage.chat.limits()), key.clone());
        let people: Vec<PersonId> = people.iter().copied().map(PersonId).collect();
        let put = stage.change(move |tx| rules::put_room(tx, now, &limits, &key, None, Some(&people), UUID));
        let (view, new) = put.expect("the application puts it");
        (view.room, new)
    };
    let (room, new) = put(&[1, 2]);
    assert_eq!((&*room.key, room.kind.word(), new), ("deal:2026/17:б", "deal", true));
    let (again, new) = put(&[1, 3]);
    assert_eq!((again.id, new, members(&stage, room.id)), (room.id, false, vec![1, 3]));

    let say = |person: i64| refusal(stage.send(&stage.person(PersonId(person)), room.id, "Да", None));
    assert_eq!(say(1), None, "its members take part");
    for stranger in [2, 4, stage.admin.id.0] {
        assert_eq!(say(stranger), Some(Refusal::NoSuchRoom), "nobody has rights by a role");
    }
    let (member, orders) = (stage.person(PersonId(1)), Kinds::of(&[RoomKind::Order]));
    let seen = stage.look(move |look| rules::room_view(look, By::of(&member, orders), room.id));
    assert_eq!(
        refusal(seen),
        Some(Refusal::NoSuchRoom),
        "a contract speaks of its own kinds"
    );
    let governed = stage
        .change(move |tx| rules::remove_room(tx, Time(0), By::from(&Person::new(PersonId(1), Role::User)), room.id));
    assert_eq!(refusal(governed), Some(Refusal::NotAllowed), "the application governs");

    assert_eq!(grant(&stage, 5, key.clone()), room.id, "a token lets in");
    assert_eq!(say(5), None);
    let now = stage.chat.now();
    // Whatever an application calls its things: nobody's name is in the way of what is taken away.
    let odd: RoomKey = format!("{key}#removed:{}", room.id).parse().expect("it is a key");
    let (limits, like) = (Arc::clone(stage.chat.limits()), odd.clone());
    let put = stage.change(move |tx| rules::put_room(tx, now, &limits, &like, None, None, Uuid::from_u128(8)));
    let odd_room = put.expect("it is put").0.room.id;
    stage
        .change(move |tx| rules::remove_room_of(tx, now, &key))
        .expect("it is taken away");
    assert_eq!(say(1), Some(Refusal::NoSuchRoom));
    let found = stage.look(move |look| Ok(look.room_by_key(&odd.to_string())?.map(|room| room.id)));
    assert_eq!(found, Ok(Some(odd_room)));
}

/// Does the same at once, so many times.
fn at_once<T: Send>(times: usize, act: impl Fn() -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let actors: Vec<_> = (0..times).map(|_| scope.spawn(&act)).collect();
        actors.into_iter().map(|actor| actor.join().expect("it ends")).collect()
    })
}

pub(super) fn who_opens_a_set_twice_under_one_name_is_given_the_first_one(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [teacher, student, other] = school(&stage);
    let (stage, name) = (&stage, Uuid::from_u128(77));
    let open = |by: &Person, title: &'static str, with: &Person| {
        let (now, limits, by) = (stage.chat.now(), Arc::clone(stage.chat.limits()), by.clone());
        let set = Set::People(vec![with.id.into()]);
        stage.change(move |tx| {
            rules::open_group(tx, now, &limits, &by, &rules::GroupWish::new(title, set.clone()), name)
        })
    };
    let opened = at_once(50, || open(&teacher, "Олимпиада", &student).expect("it opens"));
    assert_eq!(opened.iter().filter(|(_, new)| *new).count(), 1, "one is new");
    let room = opened[0].0.room.id;
    assert!(opened.iter().all(|(view, _)| view.room.id == room), "all get the same");
    stage.send(&student, room, "Ура", None).expect("it is sent");
    let (again, new) = open(&teacher, "Другое", &other).expect("whatever it says now");
    assert_eq!(
        (again.room.title.as_str(), new, members(stage, room)),
        ("Олимпиада", false, vec![40, 41])
    );
    assert_eq!(again.last.map(|last| last.text).as_deref(), Some("Ура"), "as it is now");
    assert_eq!(refusal(open(&other, "Чужое", &teacher)), Some(Refusal::NoSuchRoom));
    let now = stage.chat.now();
    stage
        .change(move |tx| rules::remove_room_of(tx, now, &RoomKey::Group(name)))
        .expect("it is taken away");
    assert!(
        open(&teacher, "Снова", &student).expect("it opens").1,
        "what is gone is opened anew"
    );
}

pub(super) fn a_visitors_room_is_opened_once_under_one_name(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (stage, name) = (&stage, Uuid::from_u128(78));
    let open = |visitor: Option<Person>| {
        let (now, limits) = (stage.chat.now(), Arc::clone(stage.chat.limits()));
        let introduction = Introduction {
            name: "Вера".to_owned(),
            ..Introduction::default()
        };
        stage.change(move |tx| {
            if let Some(found) = rules::standing_case(tx, visitor.as_ref(), name)? {
                return Ok((found, false));
            }
            Ok((
                rules::open_case(tx, now, &limits, visitor.as_ref(), &introduction, name)?,
                true,
            ))
        })
    };
    let opened = at_once(50, || open(None).expect("it opens"));
    assert_eq!(opened.iter().filter(|(_, new)| *new).count(), 1, "one is new");
    let (view, vera) = opened[0].0.clone();
    let same = |((other, visitor), _): &((RoomView, Person), bool)| other.room.id == view.room.id && *visitor == vera;
    assert!(opened.iter().all(same), "all get the same, as the same visitor");
    assert_eq!(stage.look(|look| Ok(look.count_cases()?)), Ok(1));

    let standing = |visitor: Option<Person>| stage.look(move |look| rules::standing_case(look, visitor.as_ref(), name));
    assert_eq!(
        standing(Some(vera.clone()))
            .expect("it stands")
            .map(|(view, _)| view.room.id),
        Some(view.room.id)
    );
    let another = Person::new(PersonId(99), Role::Visitor);
    assert_eq!(standing(Some(another)), Ok(None), "it is no other visitor's");
    let (now, id) = (stage.chat.now(), vera.id);
    stage
        .change(move |tx| rules::set_active(tx, now, id, false))
        .expect("she is let in nowhere");
    assert_eq!(refusal(standing(None)), Some(Refusal::NoSuchRoom));
}
