//! Stories of who turns out to be somebody else: whatever was theirs is the other's, and counts right.

use super::Make;
use super::stage::{Picture, Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::policy::By;
use beseda_core::rules::{self, Introduction, NotMerged};
use beseda_core::words::{
    Cursor, Event, Group, GroupId, Heard, HostId, Kinds, Limits, Message, Order, OrderId, Person, PersonId, RoomId,
    RoomKey, Seq,
};
use uuid::Uuid;

/// The client, who turns out to be the user.
pub(super) const FROM: PersonId = PersonId(1);
pub(super) const INTO: PersonId = PersonId(6);

pub(super) fn merge(
    stage: &Stage,
    from: PersonId,
    into: PersonId,
) -> Result<Result<Person, NotMerged>, beseda_core::Error> {
    let (now, uuid) = (stage.chat.now(), Uuid::from_bytes(stage.chat.random()));
    stage.change(move |tx| rules::merge(tx, now, &HostId::from(from), &HostId::from(into), &|| uuid))
}

/// The room with this key; of two people's own kinds these are in it.
pub(super) fn put_room(stage: &Stage, key: &str, people: Option<&[i64]>) -> RoomId {
    let key: RoomKey = key.parse().expect("it is a key");
    let people: Option<Vec<PersonId>> = people.map(|people| people.iter().copied().map(PersonId).collect());
    let (now, uuid) = (stage.chat.now(), Uuid::from_bytes(stage.chat.random()));
    let put = stage
        .change(move |tx| rules::put_room(tx, now, &Limits::default(), &key, Some("Тема"), people.as_deref(), uuid));
    put.expect("it is put").0.room.id
}

pub(super) fn find(stage: &Stage, key: &str) -> Option<Picture> {
    let key = key.to_owned();
    let room = stage
        .look(move |look| Ok(look.room_by_key(&key)?))
        .expect("it is asked");
    stage.picture(room?.id)
}

/// Who is in a room, how far each has read, and what is unread for them.
fn members(picture: &Picture) -> Vec<(i64, i64, i64)> {
    let mut members: Vec<_> = picture
        .members
        .iter()
        .map(|(member, _)| (member.person.0, member.read.0, member.unread(&picture.room)))
        .collect();
    members.sort_unstable();
    members
}

/// What is unread for each, counted anew.
fn recounted(picture: &Picture) -> Vec<(i64, i64, i64)> {
    let unread = |member: &beseda_core::words::Member| {
        let others = picture.messages.iter().filter(|message| {
            message.seq > member.read && message.erased_at.is_none() && !message.is_by(member.person)
        });
        others.count() as i64
    };
    let mut members: Vec<_> = picture
        .members
        .iter()
        .map(|(member, _)| (member.person.0, member.read.0, unread(member)))
        .collect();
    members.sort_unstable();
    members
}

fn texts(picture: &Picture) -> Vec<(i64, Option<i64>, &str)> {
    let told = |message: &Message| message.author.as_ref().map(|author| author.id.0);
    let messages = picture.messages.iter();
    messages
        .map(|message| (message.seq.0, told(message), message.text.as_str()))
        .collect()
}

fn say(stage: &Stage, by: PersonId, room: RoomId, text: &str, client_id: Option<&str>) {
    stage.clock.tick(1_000);
    stage
        .send(&stage.person(by), room, text, client_id)
        .expect("it is sent");
}

pub(super) fn whatever_was_theirs_is_the_others_and_is_told(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let shared = put_room(&stage, "deal:1", Some(&[1, 2, 6]));
    let alone = put_room(&stage, "deal:2", Some(&[1, 2]));
    stage
        .put_order(5, [Some(FROM), Some(PersonId(2)), None])
        .expect("it is put");
    let ordered = stage.open(&stage.people[0], 5).expect("it opens").0.room.id;
    let now = stage.chat.now();
    let group = Group {
        teacher: Some(PersonId(2)),
        students: vec![FROM, PersonId(5)],
        ..Group::new(GroupId::from(9))
    };
    stage
        .change(move |tx| rules::put_group(tx, now, &group))
        .expect("it is put");
    for room in [shared, alone, ordered] {
        say(&stage, FROM, room, "раз", Some("c-1"));
        say(&stage, PersonId(2), room, "два", None);
        say(&stage, FROM, room, "три", None);
    }
    say(&stage, INTO, shared, "четыре", Some("c-1"));
    stage.read(&stage.people[0], shared, Some(Seq(3))).expect("it is read");
    stage.read(&stage.people[5], shared, Some(Seq(1))).expect("it is read");
    stage.read(&stage.people[0], alone, Some(Seq(1))).expect("it is read");
    let boris = stage.people[1].clone();
    let by = boris.clone();
    let cursor = stage.look(move |look| {
        let changes = rules::catch_up(look, (&by).into(), shared, Cursor::default(), 99)?;
        Ok(changes.cursor)
    });
    let cursor = cursor.expect("they are read");

    let merged = merge(&stage, FROM, INTO).expect("it is done");
    assert_eq!(merged.map(|person| person.id), Ok(INTO));
    let picture = stage.picture(shared).expect("it stands");
    assert_eq!(
        texts(&picture),
        [
            (1, Some(6), "раз"),
            (2, Some(2), "два"),
            (3, Some(6), "три"),
            (4, Some(6), "четыре")
        ]
    );
    assert_eq!(
        members(&picture),
        [(2, 0, 3), (6, 3, 0)],
        "the further mark, and what they said is read"
    );
    for room in [shared, alone, ordered] {
        let picture = stage.picture(room).expect("it stands");
        assert_eq!(members(&picture), recounted(&picture));
        assert_eq!(
            picture
                .members
                .iter()
                .map(|(member, _)| member.person.0)
                .collect::<Vec<_>>(),
            [2, 6]
        );
    }
    assert_eq!(
        members(&stage.picture(alone).expect("it stands")),
        [(2, 0, 2), (6, 1, 1)]
    );
    let kept = stage.look(|look| Ok((look.order(&OrderId::from(5))?, look.group(&GroupId::from(9))?)));
    let (order, group) = kept.expect("they are read");
    assert_eq!(order.and_then(|order: Order| order.client), Some(INTO));
    assert_eq!(group.map(|group| group.students), Some(vec![PersonId(5), INTO]));

    // Who catches up is told of everything that looks different now.
    let caught = stage.look(move |look| rules::catch_up(look, (&boris).into(), shared, cursor, 99));
    let caught = caught.expect("they are read");
    let told: Vec<_> = caught.messages.iter().map(|message| message.seq.0).collect();
    assert_eq!((told, caught.left), (vec![1, 3], vec![FROM]));
    // Who was before them is let in nowhere, and a retry of theirs is the other's first message.
    let gone = stage
        .look(|look| Ok(look.person(FROM)?))
        .expect("it is read")
        .expect("they are known");
    assert!(gone.forgotten && !gone.active && gone.full_name().is_empty());
    let sent = stage
        .send(&stage.people[5], shared, "четыре", Some("c-1"))
        .expect("it is sent");
    assert_eq!((sent.first, sent.message.seq), (false, Seq(4)));
}

pub(super) fn a_second_time_nothing_is_merged_and_what_makes_no_sense_never(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = put_room(&stage, "deal:1", Some(&[1, 2, 6]));
    say(&stage, FROM, room, "раз", None);
    assert_eq!(merge(&stage, FROM, FROM), Ok(Err(NotMerged::Oneself)));
    assert_eq!(merge(&stage, PersonId(77), INTO), Ok(Err(NotMerged::Unknown)));
    for staff in [3, 4, 7] {
        assert_eq!(merge(&stage, PersonId(staff), INTO), Ok(Err(NotMerged::OfStaff)));
    }
    assert_eq!(refusal(merge(&stage, FROM, PersonId(77))), Some(Refusal::NoSuchPerson));
    let before = stage.picture(room);
    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let after = stage.picture(room);
    assert_ne!(before, after);
    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    assert_eq!(stage.picture(room), after, "the second time changes nothing");
    assert_eq!(
        merge(&stage, FROM, PersonId(5)),
        Ok(Err(NotMerged::Unknown)),
        "they are nobody any more"
    );
}

pub(super) fn two_rooms_with_one_person_become_one_log_by_time(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [first, second] = ["private:1:5", "private:5:6"].map(|key| put_room(&stage, key, None));
    let student = PersonId(5);
    say(&stage, FROM, first, "а", Some("c-1"));
    say(&stage, INTO, second, "б", Some("c-1"));
    say(&stage, student, second, "в", None);
    say(&stage, FROM, first, "г", None);
    say(&stage, student, first, "д", Some("c-2"));
    say(&stage, INTO, second, "е", None);
    let edited = stage.picture(first).expect("it stands").messages[1].clone();
    stage.edit(&stage.people[0], edited.id, "Г").expect("it is edited");
    let erased = stage.picture(second).expect("it stands").messages[1].clone();
    stage.erase(&stage.people[4], erased.id).expect("it is erased");
    // In the first room the student has read to the second message, in the second to the first.
    stage.read(&stage.people[4], first, Some(Seq(2))).expect("it is read");
    stage.read(&stage.people[4], second, Some(Seq(1))).expect("it is read");
    stage.read(&stage.people[0], first, Some(Seq(1))).expect("it is read");

    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let picture = find(&stage, "private:5:6").expect("it stands");
    assert_eq!(
        texts(&picture),
        [
            (1, Some(6), "а"),
            (2, Some(6), "б"),
            (3, Some(5), ""),
            (4, Some(6), "Г"),
            (5, Some(5), "д"),
            (6, Some(6), "е"),
        ]
    );
    assert!(picture.messages[2].erased_at.is_some() && picture.messages[3].edited_at.is_some());
    assert!(
        picture
            .messages
            .is_sorted_by(|one, next| one.created_at < next.created_at && one.sent < next.sent)
    );
    assert_eq!(
        members(&picture),
        [(5, 4, 1), (6, 1, 1)],
        "each has read as far as in either room"
    );
    assert_eq!(members(&picture), recounted(&picture));
    assert_eq!((picture.room.erased, picture.room.shown), (1, Seq(6)));

    // Whoever knows one of the rooms is told that it is gone.
    assert!(![first, second].contains(&picture.room.id));
    assert_eq!((stage.picture(first), stage.picture(second)), (None, None));
    assert_eq!(find(&stage, "private:1:5"), None);
    let events: Vec<Event> = stage.heard(&stage.people[4], picture.room.id);
    let removed = |room| {
        events
            .iter()
            .any(|event| event.room.id == room && event.heard == Heard::Removed)
    };
    assert!(removed(first) && removed(second), "{events:?}");
    // What was said is kept once, and each is asked for by its client id still.
    let left = stage.look(|look| Ok(look.written_by(FROM, rules::BEGINNING, RoomId(i64::MAX), 99)?));
    assert_eq!(left.expect("it is read"), []);
    let sent = stage
        .send(&stage.people[4], picture.room.id, "д", Some("c-2"))
        .expect("it is sent");
    assert_eq!((sent.first, sent.message.seq), (false, Seq(5)));
}

pub(super) fn a_room_of_two_follows_who_they_are_and_closes_where_they_are_one(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let with_student = put_room(&stage, "private:1:5", None);
    let between = put_room(&stage, "private:1:6", None);
    say(&stage, FROM, with_student, "раз", None);
    say(&stage, FROM, between, "два", None);
    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let picture = find(&stage, "private:5:6").expect("it stands");
    assert_eq!(
        (picture.room.id, texts(&picture)),
        (with_student, vec![(1, Some(6), "раз")])
    );
    let closed = stage.picture(between).expect("it stands");
    assert!(closed.room.is_left());
    assert_eq!(members(&closed), [(6, 0, 0)]);
    let told = stage.send(&stage.people[5], between, "три", None);
    assert_eq!(refusal(told), Some(Refusal::RoomClosed));
}

pub(super) fn a_visitor_who_turns_out_to_be_a_customer_keeps_their_conversation(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (now, limits, uuid) = (stage.chat.now(), Limits::default(), Uuid::from_u128(7));
    let introduction = Introduction {
        name: "Вера".to_owned(),
        ..Introduction::default()
    };
    let opened = stage.change(move |tx| rules::open_case(tx, now, &limits, None, &introduction, uuid));
    let (view, visitor) = opened.expect("it is opened");
    let room = view.room.id;
    stage.send(&visitor, room, "Помогите", None).expect("it is sent");
    let operator = &stage.people[2];
    stage.send(operator, room, "Да?", None).expect("it is sent");
    assert!(merge(&stage, visitor.id, INTO).expect("it is done").is_ok());

    let customer = &stage.people[5];
    let kinds = Kinds::of(&[beseda_core::words::RoomKind::Support]);
    let by = customer.clone();
    let heard = stage.look(move |look| {
        let said = look.said(room, by.id)?;
        let history = rules::listen(look, By::of(&by, kinds), room, rules::Since::Newest, 9)?;
        Ok((said, history.messages.len(), look.case(room)?))
    });
    let (said, messages, case) = heard.expect("they may read it");
    assert_eq!(
        (
            said,
            messages,
            case.and_then(|case| case.visitor).map(|visitor| visitor.person)
        ),
        (1, 2, Some(INTO))
    );
    stage.send(customer, room, "Спасибо", None).expect("they may answer");
    // Who knows the room's name alone is not them.
    let named = stage.look(move |look| rules::case_by_name(look, uuid));
    assert_eq!(refusal(named), Some(Refusal::NoSuchRoom));
    // A colleague who has read it and is of the staff no more is not let in by that.
    let demoted = Person {
        role: beseda_core::words::Role::User,
        ..operator.clone()
    };
    stage.read(operator, room, None).expect("they may");
    let new = demoted.clone();
    stage
        .change(move |tx| rules::put_person(tx, now, &new.clone().into()))
        .expect("they are put");
    assert_eq!(
        refusal(stage.send(&demoted, room, "я ещё тут", None)),
        Some(Refusal::NoSuchRoom)
    );
}
