//! Named: what a host application calls people, orders and groups, by number or by text, and who has such a name when.

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::policy::By;
use beseda_core::rules::sign_in::{self, Claimed, Newcomers};
use beseda_core::rules::{self, Set};
use beseda_core::words::{
    Group, GroupId, HostId, Limits, Order, OrderId, Person, PersonId, Role, RoomId, RoomKey, RoomView, Seq,
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
        assert_eq!(*view.room.key, *RoomKey::pair(id(one), id(other)).to_string());
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
            ..Claimed::new(client.host_id().into_owned(), Some(now))
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
        assert_eq!((view.room.key, view.room.uuid), (format!("order:{text}").into(), uuid));
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
        let opened = stage
            .change(move |tx| rules::open_group(tx, now, &limits, &by, &rules::GroupWish::new("", set.clone()), uuid));
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
        let key = RoomKey::private(id(one), id(other));
        let claimed = Claimed {
            grants: vec![key.clone()],
            ..Claimed::new(id(one), Some(now))
        };
        let come = stage.change(move |tx| sign_in::admit(tx, now, &claimed, Newcomers::Known, &Uuid::nil));
        assert_eq!(
            come.expect("they come in").barred,
            [key],
            "nor does a token open it again"
        );

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

pub(super) fn a_number_of_ours_is_one_persons_whoever_else_is_called_so(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    let ours = || {
        let new = Person::new(PersonId(0), Role::Admin).into();
        let made = stage.change(move |tx| rules::new_own_person(tx, now, &new));
        made.expect("they are made")
    };
    let boss = ours();
    let called = |number: i64| HostId::Name(number.to_string().into());
    let put = |number: i64| {
        let put = stage.change(move |tx| {
            let (person, _) = rules::person_to_put(tx, &called(number))?;
            rules::put_person(tx, now, &person.into())
        });
        put.map(|person| person.id)
    };
    assert_eq!(refusal(put(boss.0)), Some(Refusal::NameTaken { field: "id" }));
    let claimed = Claimed::new(called(boss.0), Some(now));
    let come = stage.change(move |tx| sign_in::admit(tx, now, &claimed, Newcomers::Create, &Uuid::nil));
    assert_eq!(refusal(come), Some(Refusal::NoSuchPerson));

    let later = boss.0 + 2;
    let named = put(later).expect("nobody has this number yet");
    assert_eq!(named.0, boss.0 + 1);
    assert_eq!(ours().0, later + 1, "and nobody gets it");
    stage
        .change(move |tx| rules::remove_person(tx, now, boss))
        .expect("they are deleted");
    assert!(put(boss.0).is_ok(), "who was deleted is not told by it");
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

pub(super) fn a_visitor_is_called_in_each_room_what_they_called_themselves_there(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    let open = |visitor: Option<Person>, name: &str| {
        let introduction = rules::Introduction {
            name: name.to_owned(),
            ..rules::Introduction::default()
        };
        let uuid = Uuid::from_bytes(stage.chat.random());
        let opened = stage
            .change(move |tx| rules::open_case(tx, now, &Limits::default(), visitor.as_ref(), &introduction, uuid));
        let (view, visitor) = opened.expect("the room opens");
        (view.room.id, visitor)
    };
    let (first, vera) = open(None, "Вера");
    let (second, anna) = open(Some(vera.clone()), "Анна");
    assert_eq!(vera.id, anna.id);
    let staff = stage.people[2].clone();
    let said = |room, by: &Person| {
        let sent = stage.send(by, room, "Здравствуйте", None).expect("it is sent");
        let (asking, id) = (staff.clone(), sent.message.id);
        let kept = stage.look(move |look| Ok(rules::one_message(look, By::from(&asking), id)?.0));
        let names = [sent.message.author.clone(), kept.expect("it is read").author];
        names.map(|author| author.expect("somebody wrote it").name())
    };
    assert_eq!(said(first, &anna), ["Вера", "Вера"]);
    assert_eq!(said(second, &anna), ["Анна", "Анна"]);
    assert_eq!(
        said(first, &staff),
        said(second, &staff),
        "the staff is called as everywhere"
    );
}

pub(super) fn a_grant_is_taken_back_and_given_again_by_what_is_signed_later(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let (key, user) = (RoomKey::Order(OrderId::from(1)), stage.people[5].clone());
    let start = stage.chat.now();
    let at = move |second: i64| start.plus_seconds(second);
    let come = |grants: &[&RoomKey], is_whole, signed: i64| {
        let claimed = Claimed {
            grants: grants.iter().copied().cloned().collect(),
            is_whole,
            ..Claimed::new(user.host_id().into_owned(), Some(at(signed)))
        };
        // Every token is shown at the second after it was signed, and once more when nothing is left to do.
        let (now, asked) = (at(signed + 1), claimed.clone());
        let admitted = stage.change(move |tx| sign_in::admit(tx, now, &claimed, Newcomers::Known, &Uuid::nil));
        assert_eq!(admitted.expect("they come in").barred, []);
        let again = stage.look(move |look| sign_in::known(look, now, &asked, Newcomers::Known));
        assert!(again.expect("they come in").is_some(), "nothing is left to do");
        members(&stage, room).contains(&user.id)
    };
    let out = |person: &Person, second: i64| {
        let (key, id) = (key.clone(), person.host_id().into_owned());
        stage.change(move |tx| rules::remove_member(tx, at(second), &key, &id))
    };
    assert!(!come(&[], true, 0));
    assert!(come(&[&key], false, 1));
    assert!(come(&[], false, 2), "another token takes nothing away");
    out(&user, 10).expect("they are shown out");
    out(&user, 10).expect("and it is fine again");
    assert!(!come(&[&key], false, 9), "an older token brings them back no more");
    assert!(come(&[&key], false, 11));

    let stranger = stage.people[4].clone();
    out(&stranger, 12).expect("they were never in it");
    let came = |signed: i64| {
        let claimed = Claimed {
            grants: vec![key.clone()],
            ..Claimed::new(stranger.host_id().into_owned(), Some(at(signed)))
        };
        let come = stage.change(move |tx| sign_in::admit(tx, at(14), &claimed, Newcomers::Known, &Uuid::nil));
        come.expect("they come in");
        members(&stage, room).contains(&stranger.id)
    };
    assert!(!came(12), "nor does one of before let in who was not in yet");
    assert!(came(13));

    assert!(come(&[], true, 5), "one of before the grant knows nothing of it");
    assert!(!come(&[], true, 20));
    assert!(!come(&[&key], true, 19));
    assert!(come(&[&key], true, 21));
    assert!(come(&[&key], true, 22));
    let refused = out(&stage.people[0], 30);
    assert_eq!(
        refusal(refused),
        Some(Refusal::NotAllowed),
        "the order's own people stay"
    );
    assert!(come(&[&key], true, 40));
    let placed = stage.put_order(1, [Some(user.id), Some(PersonId(2)), None]);
    placed.expect("they get a place in the order");
    assert!(come(&[], true, 42), "and need no grant");
    let unknown = RoomKey::Order(OrderId::from(99));
    for id in [1, 99] {
        let key = unknown.clone();
        let gone = stage.change(move |tx| rules::remove_member(tx, start, &key, &HostId::Number(id)));
        assert_eq!(
            refusal(gone),
            Some(Refusal::NoSuchRoom),
            "whether there is a person {id} or not"
        );
    }
    let nobody = stage.change(move |tx| rules::remove_member(tx, start, &key, &HostId::Number(99)));
    nobody.expect("nobody is not in it");
}

pub(super) fn an_order_that_names_somebody_deleted_has_its_room_as_it_is(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let (by, now) = (stage.people[0].clone(), stage.chat.now());
    let standing = || {
        let by = by.clone();
        let view = stage.look(move |look| rules::standing_order_room(look, &by, &OrderId::from(1)));
        view.expect("it is read").map(|view| (view.room.id, view.members.len()))
    };
    assert_eq!(standing(), Some((room, 3)));
    stage
        .change(move |tx| rules::remove_person(tx, now, PersonId(2)))
        .expect("the expert is deleted");
    assert_eq!(standing(), Some((room, 2)), "nothing is to be written for it");
    stage
        .put_order(1, [Some(PersonId(1)), Some(PersonId(4)), Some(PersonId(3))])
        .expect("another expert comes");
    assert_eq!(standing(), Some((room, 3)));
}
