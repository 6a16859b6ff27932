//! Stories of who turns out to be somebody else: whatever was theirs is the other's, and counts right.

use super::Make;
use super::any_room::{Deal, hosts};
use super::stage::{Picture, Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::policy::By;
use beseda_core::rules::{self, Introduction, MemberChange, NotMerged, ViewChange};
use beseda_core::words::{
    Cursor, Event, Group, GroupId, Heard, HostId, Kinds, Limits, MemberRole, Message, More, Order, OrderId, Person,
    PersonId, RoomId, RoomKey, Seq,
};
use uuid::Uuid;

/// The client, who turns out to be the user.
const FROM: PersonId = PersonId(1);
const INTO: PersonId = PersonId(6);

fn merge(stage: &Stage, from: PersonId, into: PersonId) -> Result<Result<Person, NotMerged>, beseda_core::Error> {
    let (now, uuid) = (stage.chat.now(), Uuid::from_bytes(stage.chat.random()));
    stage.change(move |tx| rules::merge(tx, now, &HostId::from(from), &HostId::from(into), &|| uuid))
}

/// The room with this key; of two people's own kinds these are in it.
fn put_room(stage: &Stage, key: &str, people: Option<&[i64]>) -> RoomId {
    let key: RoomKey = key.parse().expect("it is a key");
    let people: Option<Vec<PersonId>> = people.map(|people| people.iter().copied().map(PersonId).collect());
    let (now, uuid) = (stage.chat.now(), Uuid::from_bytes(stage.chat.random()));
    let put = stage
        .change(move |tx| rules::put_room(tx, now, &Limits::default(), &key, Some("Тема"), people.as_deref(), uuid));
    put.expect("it is put").0.room.id
}

fn find(stage: &Stage, key: &str) -> Option<Picture> {
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
    assert_eq!((said, messages, case.map(|case| case.visitor)), (1, 2, Some(INTO)));
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

/// What stands beside a message: the reactions, whom it mentions, who pinned it and what it answers.
type Beside = (Vec<(String, i64)>, Vec<i64>, Option<i64>, Option<i64>);

fn beside(message: &Message) -> Beside {
    let Some(beside) = &message.beside else {
        return Beside::default();
    };
    let reactions = beside.reactions.iter();
    (
        reactions.map(|one| (one.emoji.clone(), one.person.id.0)).collect(),
        beside.mentions.iter().map(|one| one.id.0).collect(),
        beside.kept.pinned.as_ref().map(|pinned| pinned.by.id.0),
        beside.kept.reply_to.map(|seq| seq.0),
    )
}

fn naming(people: &[i64]) -> More {
    More {
        mentions: hosts(people),
        ..More::default()
    }
}

fn answering(seq: Seq) -> More {
    More {
        reply_to: Some(seq),
        ..More::default()
    }
}

pub(super) fn what_stands_beside_messages_is_the_others_too(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2, 6]);
    let said = |by: i64, more: More| deal.say(by, "что-то", more).expect("it is sent").seq;
    let named = said(2, naming(&[1]));
    let both = said(2, naming(&[1, 2, 6]));
    let plain = said(2, More::default());
    let own = said(1, More::default());
    let answer = said(2, answering(own));
    let whispered = deal.system("одному", Some(&[1])).seq;
    let untouched = said(2, More::default());
    for (by, seq, emoji) in [
        (6, named, "🔥"),
        (1, named, "🔥"),
        (1, both, "👍"),
        (2, both, "👍"),
        (6, both, "👍"),
    ] {
        deal.react(by, seq, emoji, true).expect("they react");
    }
    deal.pin(1, plain, true).expect("it is pinned");
    assert_eq!((deal.me(6).mentions, deal.message(6, whispered)), (1, None));
    let (before, cursor) = (deal.room(), deal.changes(2, None).cursor);

    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let now = |seq: Seq| beside(&deal.message(6, seq).expect("it is there"));
    let mark = |emoji: &str, by: i64| (emoji.to_owned(), by);
    assert_eq!(
        now(named),
        (vec![mark("🔥", 6)], vec![6], None, None),
        "the same twice is one"
    );
    assert_eq!(
        now(both),
        (vec![mark("👍", 6), mark("👍", 2)], vec![6, 2], None, None),
        "in their order"
    );
    assert_eq!(now(plain).2, Some(6));
    let quoted = deal
        .message(2, answer)
        .expect("it is there")
        .beside
        .and_then(|beside| beside.quoted.clone());
    assert!(quoted.expect("it is quoted").is_by(INTO));
    assert!(
        deal.message(6, whispered).is_some(),
        "what was for them is for the other"
    );
    assert_eq!((deal.me(6).mentions, deal.me(6).unread), (2, 6));

    // Each that looks different is told, at a head of its own; whoever had an older picture has the same one now.
    let told = deal.changes(2, Some(cursor)).messages;
    let told: Vec<_> = told
        .iter()
        .map(|message| (message.seq, message.changed.0 - before.head.0))
        .collect();
    assert_eq!(told, [(named, 1), (both, 2), (plain, 3), (own, 4), (answer, 5)]);
    assert!(
        deal.message(2, untouched)
            .is_some_and(|message| message.changed <= before.head)
    );
}

pub(super) fn how_who_stays_sees_a_room_stays_and_what_they_had_not_comes_to_them(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (shared, alone) = (Deal::new(&stage, 1, &[1, 2, 6]), Deal::new(&stage, 2, &[1, 2]));
    for deal in [&shared, &alone] {
        deal.send(2, "раз");
        deal.send(2, "два");
        deal.members(MemberChange::Put(HostId::from(FROM), MemberRole::OWNER));
        deal.mark(1, None, Some(Seq(2)));
        see(
            &stage,
            FROM,
            deal.id,
            ViewChange {
                archived: Some(true),
                ..ViewChange::default()
            },
        );
    }
    see(
        &stage,
        INTO,
        shared.id,
        ViewChange {
            pinned: Some(true),
            ..ViewChange::default()
        },
    );
    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let seen = |deal: &Deal<'_>| {
        let me = deal.me(6);
        let view = me.member.view;
        (
            me.member.role,
            me.member.delivered,
            view.archived,
            view.pinned_at.is_some(),
        )
    };
    assert_eq!(
        seen(&shared),
        (MemberRole::OWNER, Seq(2), false, true),
        "the view stays, somebody governs"
    );
    assert_eq!(
        seen(&alone),
        (MemberRole::OWNER, Seq(2), true, false),
        "what was theirs alone comes along"
    );
}

fn see(stage: &Stage, by: PersonId, room: RoomId, change: ViewChange) {
    let (now, by) = (stage.chat.now(), stage.person(by));
    stage
        .change(move |tx| rules::see_otherwise(tx, now, (&by).into(), room, change))
        .expect("it is seen otherwise");
}

pub(super) fn two_logs_become_one_with_all_that_stands_beside_their_messages(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [first, second] = ["private:1:5", "private:5:6"].map(|key| Deal {
        stage: &stage,
        id: put_room(&stage, key, None),
        key: key.parse().expect("it is a key"),
        kinds: Kinds::ALL,
    });
    let asked = first.send(1, "вопрос");
    stage.clock.tick(1_000);
    let other = second.send(5, "другое");
    stage.clock.tick(1_000);
    let custom = More {
        custom: Some("{\"n\":1}".into()),
        ..answering(asked)
    };
    let answered = first.say(5, "ответ", custom).expect("it is sent").seq;
    first.react(1, answered, "👍", true).expect("they react");
    first.react(5, answered, "👍", true).expect("they react");
    first.pin(1, asked, true).expect("it is pinned");
    first.edit(1, asked, "вопрос?", Some(&[5])).expect("it is edited");
    second.react(6, other, "🔥", true).expect("they react");
    first.system("одному", Some(&[1]));
    second.mark(5, Some(other), None);
    see(
        &stage,
        FROM,
        first.id,
        ViewChange {
            archived: Some(true),
            ..ViewChange::default()
        },
    );
    see(
        &stage,
        INTO,
        second.id,
        ViewChange {
            unread_from: Some(Some(other)),
            ..ViewChange::default()
        },
    );
    let looks = rules::RoomChange {
        avatar_url: Some("https://shop.example/1.png".to_owned()),
        closed: Some(true),
        ..rules::RoomChange::default()
    };
    first.alter(looks);

    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let one = Deal {
        id: find(&stage, "private:5:6").expect("it stands").room.id,
        ..second
    };
    let now = |seq: i64| one.message(6, Seq(seq)).expect("it is there");
    assert_eq!(one.seen(6).len(), 4);
    assert_eq!(one.seen(5).len(), 3, "what is for one is for nobody else");
    let mark = |emoji: &str, by: i64| (emoji.to_owned(), by);
    assert_eq!(beside(&now(1)), (vec![], vec![5], Some(6), None));
    assert_eq!(beside(&now(2)), (vec![mark("🔥", 6)], vec![], None, None));
    assert_eq!(
        beside(&now(3)),
        (vec![mark("👍", 6), mark("👍", 5)], vec![], None, Some(1))
    );
    let kept = now(3).beside.and_then(|beside| beside.kept.custom.clone());
    assert_eq!(kept.as_deref(), Some("{\"n\":1}"));
    let (id, full) = (one.id, one.full(6).expect("they are in it"));
    let versions = stage
        .look(move |look| Ok(look.versions(id, Seq(1))?))
        .expect("they are read");
    assert_eq!(
        versions.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(),
        ["вопрос"]
    );
    assert_eq!(
        (full.look.avatar_url.as_str(), full.room.closed),
        ("https://shop.example/1.png", false)
    );
    // The view of the room that stands, at its place in the new one; and as far read as in either.
    let view = one.me(6).member.view;
    assert_eq!((view.unread_from, view.archived), (Some(Seq(2)), false));
    assert_eq!(one.me(5).member.read, Seq(2));
    // Of the two that there were nothing is kept beside what is no message any more.
    let old = first.id;
    let left = stage.look(move |look| {
        Ok((
            look.versions(old, asked)?,
            look.reactions_by(PersonId(5), (old, Seq(0), ""), 9)?,
        ))
    });
    let (versions, reactions) = left.expect("they are read");
    assert_eq!((versions, reactions), (vec![], vec![(one.id, Seq(3), "👍".to_owned())]));
}

pub(super) fn who_blocked_one_of_them_has_blocked_who_they_are(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    for key in ["private:1:6", "private:2:6", "private:1:5"] {
        put_room(&stage, key, None);
    }
    Deal::new(&stage, 1, &[1, 2, 5, 6]);
    let block = |by: i64, whom: i64| {
        let (now, by) = (stage.chat.now(), stage.person(PersonId(by)));
        stage
            .change(move |tx| rules::block(tx, now, &by, &HostId::Number(whom), true))
            .expect("they are blocked");
    };
    for (by, whom) in [(1, 5), (2, 1), (6, 1), (2, 6)] {
        block(by, whom);
    }
    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let blocks = stage.look(|look| {
        let whom = look
            .blocked_by(INTO)?
            .iter()
            .map(|person| person.id.0)
            .collect::<Vec<_>>();
        Ok((
            whom,
            look.blockers_of(INTO)?,
            look.blocked_by(FROM)?,
            look.blockers_of(FROM)?,
        ))
    });
    let expected = (vec![5], vec![PersonId(2)], vec![], vec![]);
    assert_eq!(blocks.expect("they are read"), expected);
    for (key, by) in [("private:2:6", 5), ("private:5:6", 4)] {
        let room = find(&stage, key).expect("it stands").room;
        assert!(room.blocked, "{key}");
        let (one, other) = if by == 5 { (5, 1) } else { (4, 5) };
        let refused = refusal(stage.send(&stage.people[one], room.id, "слышно?", None));
        assert_eq!(refused, Some(Refusal::Blocked), "{key}: {other}");
    }
}
