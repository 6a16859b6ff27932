//! Named: what a host application calls people, orders and groups, by number or by text, and who has such a name when.

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::policy::By;
use beseda_core::rules::sign_in::{self, Claimed, Newcomers};
use beseda_core::rules::{self, Set};
use beseda_core::words::{
    Group, GroupId, HostId, Order, OrderId, Person, PersonId, Role, RoomId, RoomKey, RoomView, Seq,
};
use std::sync::Arc;
use uuid::Uuid;

/// What the host may call somebody or something: numbers and texts, in the order in which keys name them.
const IDS: [[&str; 2]; 3] = [["31", "32"], ["31", "3f2c-é"], ["a:b%3A", "auth0|5f7c"]];

fn id(text: &'static str) -> HostId<'static> {
    HostId::of(text).expect("it is an id")
}

fn put(stage: &Stage, text: &'static str, role: Role, name: &'static str) -> Person {
    let now = stage.chat.now();
    let put = stage.change(move |tx| {
        let (mut person, _) = rules::person_to_put(tx, &id(text))?;
        person.role = role;
        name.clone_into(&mut person.first_name);
        rules::put_person(tx, now, &person.clone().into())?;
        Ok(tx.person(person.id)?)
    });
    put.expect("somebody is put").expect("and there")
}

fn private(stage: &Stage, by: &Person, with: &'static str) -> Result<(RoomView, bool), Error> {
    let (now, by, uuid) = (stage.chat.now(), by.clone(), Uuid::from_bytes(stage.chat.random()));
    stage.change(move |tx| rules::open_private(tx, now, &by, &id(with), uuid))
}

fn members(stage: &Stage, room: RoomId) -> Vec<PersonId> {
    let members = stage.look(move |look| Ok(look.members(room)?)).expect("they are read");
    members.iter().map(|(member, _)| member.person).collect()
}

pub(super) fn two_people_have_one_room_whatever_they_are_called(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    for [one, other] in IDS {
        let (teacher, student) = (
            put(&stage, one, Role::Teacher, "Анна"),
            put(&stage, other, Role::Teacher, "Борис"),
        );
        let (view, new) = private(&stage, &teacher, other).expect("it is opened");
        assert_eq!(view.room.key.parse(), Ok(RoomKey::private(id(other), id(one))));
        assert!(new, "{}", view.room.key);
        let (again, new) = private(&stage, &student, one).expect("it stands");
        assert_eq!((again.room.id, new), (view.room.id, false));

        put(&stage, one, Role::Customer, "Анна");
        let therapist = put(&stage, other, Role::Therapist, "Борис");
        let (now, uuid) = (stage.chat.now(), Uuid::from_bytes(stage.chat.random()));
        let pair = |customer: &'static str, with: &'static str| {
            let by = therapist.clone();
            stage.change(move |tx| rules::open_pair(tx, now, &by, &id(customer), &id(with), uuid))
        };
        let (view, _) = pair(one, other).expect("it is opened");
        assert_eq!(view.room.key, RoomKey::pair(id(one), id(other)).to_string());
        assert_eq!(refusal(pair(other, one)), Some(Refusal::NotAllowed));
        assert_eq!(refusal(pair("nobody", other)), Some(Refusal::NoSuchPerson));
    }
}

pub(super) fn an_order_and_its_room_are_found_by_what_the_host_calls_it(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    let client = stage.people[0].clone();
    for text in ["5", "3f2c-é", "A:7", "0042", "42"] {
        let order = OrderId(id(text));
        // A token may open the room of an order that nobody told us of yet.
        let claimed = Claimed {
            grants: vec![RoomKey::Order(order.clone())],
            ..Claimed::new(client.host_id().into_owned(), now)
        };
        let uuid = Uuid::from_bytes(stage.chat.random());
        stage
            .change(move |tx| sign_in::admit(tx, now, &claimed, Newcomers::Known, &|| uuid))
            .expect("they are let in");
        let put = Order {
            id: order.clone(),
            number: format!("№ {text}"),
            client: Some(client.id),
            expert: Some(PersonId(2)),
            operator: None,
            status: String::new(),
        };
        let kept = put.clone();
        let standing = stage.change(move |tx| {
            rules::put_order(tx, now, &kept, Some(uuid))?;
            Ok(tx.order(&kept.id)?)
        });
        assert_eq!(standing, Ok(Some(put)));
        let (asked, by) = (order.clone(), stage.people[1].clone());
        let opened = stage.change(move |tx| rules::open_order_room(tx, now, &by, &asked, Uuid::nil()));
        let (view, new) = opened.expect("it stands");
        assert_eq!((view.room.order(), new), (Some(order.clone()), false));
        assert_eq!((view.room.key, view.room.uuid), (format!("order:{text}"), uuid));
        let gone = stage.change(move |tx| {
            rules::remove_order(tx, now, &order)?;
            Ok((
                tx.order(&order)?,
                tx.room_by_key(&RoomKey::Order(order.clone()).to_string())?,
            ))
        });
        assert_eq!(gone, Ok((None, None)));
    }
}

pub(super) fn a_class_is_found_by_what_the_host_calls_it(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (now, limits) = (stage.chat.now(), Arc::clone(stage.chat.limits()));
    let teacher = put(&stage, "31", Role::Teacher, "Анна");
    for text in ["5", "10 Б", "3f2c-é"] {
        let class = GroupId(id(text));
        let put = |students: &[i64]| {
            let group = Group {
                id: class.clone(),
                name: text.to_owned(),
                teacher: Some(teacher.id),
                students: students.iter().copied().map(PersonId).collect(),
            };
            stage.change(move |tx| rules::put_group(tx, now, &group))
        };
        assert_eq!(put(&[1, 2]), Ok(true));
        let (by, set, limits) = (teacher.clone(), Set::Group(class.clone()), Arc::clone(&limits));
        let uuid = Uuid::from_bytes(stage.chat.random());
        let opened = stage.change(move |tx| rules::open_group(tx, now, &limits, &by, "", &set, uuid));
        let room = opened.expect("it is opened").0.room.id;
        assert_eq!(put(&[2, 3]), Ok(false));
        assert_eq!(members(&stage, room), [teacher.id, PersonId(2), PersonId(3)]);
        let class = class.clone();
        let gone = stage.change(move |tx| {
            tx.remove_group(&class)?;
            Ok((tx.group(&class)?, tx.rooms_of_group(&class)?.len()))
        });
        assert_eq!(gone, Ok((None, 0)));
        // A class that is put again is another one: the old one's room is about none.
        assert_eq!(put(&[1]), Ok(true));
        assert_eq!(members(&stage, room), [teacher.id, PersonId(2), PersonId(3)]);
    }
}

pub(super) fn whoever_is_put_in_the_place_of_somebody_deleted_comes_into_none_of_their_rooms(
    make: Make<'_>,
    seed: u64,
) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    for [one, other] in IDS {
        let teacher = put(&stage, one, Role::Teacher, "Анна");
        let student = put(&stage, other, Role::Student, "Борис");
        let (old, _) = private(&stage, &teacher, other).expect("it is opened");
        let old = old.room.id;
        let said = stage.send(&student, old, "Привет", None).expect("it is sent").message;
        let gone = student.id;
        stage
            .change(move |tx| rules::remove_person(tx, now, gone))
            .expect("they are deleted");
        assert_eq!(
            refusal(stage.send(&teacher, old, "Вы тут?", None)),
            Some(Refusal::RoomClosed)
        );
        assert_eq!(refusal(private(&stage, &teacher, other)), Some(Refusal::NoSuchPerson));

        let newcomer = put(&stage, other, Role::Student, "Вера");
        assert_ne!(newcomer.id, student.id);
        let (view, new) = private(&stage, &newcomer, one).expect("it is opened");
        assert!(new && view.room.id != old);
        assert_eq!(members(&stage, old), [teacher.id]);
        let (by, new) = (teacher.clone(), newcomer.clone());
        let seen = stage.look(move |look| {
            let seen = rules::one_message(look, By::from(&by), said.id)?;
            Ok((
                seen.0.author,
                rules::one_message(look, By::from(&new), said.id).is_err(),
            ))
        });
        let (author, hidden) = seen.expect("it is read");
        let author = author.expect("somebody wrote it");
        assert!(hidden, "the newcomer reads nothing of it");
        assert_eq!(
            (author.name().as_str(), author.host_id()),
            ("Борис", HostId::Number(-gone.0))
        );
    }
}

pub(super) fn who_comes_back_has_read_what_they_had_read(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let [anna, expert] = [&stage.people[0], &stage.people[1]];
    for text in ["раз", "два", "три"] {
        stage.send(anna, room, text, None).expect("it is sent");
    }
    let second = stage.send(expert, room, "четыре", None).expect("it is sent").message;
    stage.read(expert, room, None).expect("it is read");
    let left = |expert| stage.put_order(1, [Some(PersonId(1)), expert, Some(PersonId(3))]);
    left(None).expect("the expert is gone");
    stage.send(anna, room, "пять", None).expect("it is sent");
    left(Some(PersonId(2))).expect("the expert is back");
    let place = stage.look(move |look| Ok(look.place(room, PersonId(2))?));
    let place = place.expect("it is read").expect("the room stands");
    let member = place.member.expect("they are in it");
    assert_eq!((member.read, member.unread(&place.room)), (second.seq, 1));
    assert!(member.read > Seq(0) && member.read_at.is_some());
}
