//! Stories of rooms: opened once, hidden from who is not in them, removed, moved, and listed.

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::rules::{self, PageNumber};
use beseda_core::words::{Cursor, Head, Heard, MessageId, OrderId, Person, PersonId, RoomId, Seq};
use std::collections::BTreeSet;
use std::thread;

pub(super) fn two_hundred_who_open_at_once_get_one_room(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    stage
        .put_order(2, [1, 2, 3].map(|id| Some(PersonId(id))))
        .expect("the order is put");
    let stage = &stage;
    let opened: Vec<_> = thread::scope(|scope| {
        let openers: Vec<_> = (0..200)
            .map(|n| scope.spawn(move || stage.open(&stage.people[n % 3], 2)))
            .collect();
        openers
            .into_iter()
            .map(|opener| opener.join().expect("an opener ends").expect("it opens"))
            .collect()
    });
    assert_eq!(
        opened.iter().filter(|(_, new)| *new).count(),
        1,
        "one of them opens a new room"
    );
    let rooms: BTreeSet<_> = opened.iter().map(|(view, _)| (view.room.id, view.room.uuid)).collect();
    assert_eq!(rooms.len(), 1, "all get the same room");
    let room = &opened[0].0.room;
    assert_eq!((&*room.key, room.head), ("order:2", Head(3)), "three joined, once each");
    assert_eq!(opened[0].0.members.len(), 3);
}

/// What everything a room can be asked for says to this person.
fn answers(stage: &Stage, by: &Person, room: RoomId, message: MessageId) -> Vec<Option<Refusal>> {
    fn look<T: Send + 'static>(
        stage: &Stage,
        by: &Person,
        rule: impl FnOnce(&mut dyn beseda_core::ports::Look, &Person) -> Result<T, beseda_core::Error> + Send + 'static,
    ) -> Option<Refusal> {
        let by = by.clone();
        refusal(stage.look(move |look| rule(look, &by)))
    }
    vec![
        refusal(stage.send(by, room, "я", None)),
        refusal(stage.send(by, room, "раз", Some("c-1"))),
        refusal(stage.read(by, room, None)),
        refusal(stage.edit(by, message, "я")),
        refusal(stage.erase(by, message)),
        look(stage, by, move |look, by| {
            rules::history(look, by.into(), room, rules::Since::Newest, 50)
        }),
        look(stage, by, move |look, by| {
            rules::catch_up(look, by.into(), room, Cursor::default(), 50)
        }),
        look(stage, by, move |look, by| {
            rules::page(look, by.into(), room, PageNumber::Last, 50, None)
        }),
        look(stage, by, move |look, by| rules::room_view(look, by.into(), room)),
        look(stage, by, move |look, by| rules::one_message(look, by.into(), message)),
    ]
}

/// How many rooms and messages the person finds in lists.
fn found(stage: &Stage, by: &Person) -> (i64, usize, i64, usize) {
    let by = by.clone();
    let found = stage.look(move |look| {
        let (rooms, _, views) = rules::page_of_rooms(look, (&by).into(), PageNumber::Number(1), 100)?;
        let messages = rules::messages_of(look, (&by).into(), PageNumber::Last, 100, None)?;
        Ok((rooms, views.len(), messages.count, messages.messages.len()))
    });
    found.expect("lists are read")
}

pub(super) fn who_left_or_never_came_cannot_tell_the_room_from_a_missing_one(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let [anna, left, never] = [&stage.people[0], &stage.people[1], &stage.people[4]];
    let message = stage
        .send(left, room, "раз", Some("c-1"))
        .expect("it is sent")
        .message
        .id;
    assert_eq!(found(&stage, left), (1, 1, 1, 1));
    stage.put_order(1, [Some(anna.id), None, None]).expect("they leave");
    let before = stage.picture(room);
    for person in [left, never] {
        let missing = answers(&stage, person, RoomId(999_999), MessageId(999_999));
        assert_eq!(
            answers(&stage, person, room, message),
            missing,
            "{} can tell",
            person.username
        );
        assert!(
            missing.iter().all(Option::is_some),
            "a missing room refuses everything: {missing:?}"
        );
        assert_eq!(
            found(&stage, person),
            (0, 0, 0, 0),
            "{} finds something",
            person.username
        );
    }
    assert_eq!(stage.picture(room), before);
    assert_eq!(found(&stage, anna), (1, 1, 1, 1), "who stayed still finds it");
    assert_eq!(refusal(stage.read(anna, room, None)), None);
}

pub(super) fn a_removed_room_is_found_by_nothing_and_frees_its_key(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let (anna, admin, now) = (&stage.people[0], stage.admin.clone(), stage.chat.now());
    let message = stage.send(anna, room, "раз", Some("c-1")).expect("it is sent").message;
    let gone = stage.change(move |tx| rules::remove_room(tx, now, (&admin).into(), room));
    gone.expect("the administrator removes the room");

    let missing = answers(&stage, anna, RoomId(999_999), MessageId(999_999));
    assert_eq!(answers(&stage, anna, room, message.id), missing);
    assert_eq!(found(&stage, anna), (0, 0, 0, 0));
    assert_eq!(stage.picture(room), None);
    let id = message.id;
    let left = stage.look(move |look| Ok((look.room_by_key("order:1")?, look.message(id)?)));
    assert_eq!(left.expect("it is looked for"), (None, None));
    let heard = stage.ear.until(room, message.sent.next());
    assert_eq!(heard.last().map(|event| &event.heard), Some(&Heard::Removed));

    let (again, new) = stage.open(anna, 1).expect("the key is free");
    assert!(new && again.room.id != room && again.room.seq == Seq(0), "{again:?}");
    let sent = stage.send(anna, again.room.id, "раз", Some("c-1")).expect("it is sent");
    assert!(
        sent.first && sent.message.id > message.id,
        "a new room knows nothing of the old one"
    );
}

pub(super) fn a_moved_room_follows_its_order(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let [stays, left, came] = [&stage.people[0], &stage.people[1], &stage.people[4]];
    stage.send(stays, room, "раз", None).expect("it is sent");
    stage.send(left, room, "два", None).expect("it is sent");
    stage
        .put_order(2, [Some(came.id), Some(stays.id), None])
        .expect("the order is put");
    let (admin, now) = (stage.admin.clone(), stage.chat.now());
    let view = stage
        .change(move |tx| rules::move_room(tx, now, (&admin).into(), room, &OrderId::from(2)))
        .expect("it is moved");

    let people: Vec<PersonId> = view.members.iter().map(|(member, _)| member.person).collect();
    assert_eq!(people, [stays.id, came.id]);
    let unread: Vec<i64> = view
        .members
        .iter()
        .map(|(member, _)| member.unread(&view.room))
        .collect();
    assert_eq!(unread, [1, 2], "the newcomer has read nothing of what others said");
    let said = [left, came].map(|by| refusal(stage.send(by, room, "я", None)));
    assert_eq!(said, [Some(Refusal::NoSuchRoom), None]);
    let (standing, new) = stage.open(came, 2).expect("it opens");
    assert_eq!(
        (standing.room.id, new),
        (room, false),
        "the order's room is the one that was moved"
    );
    let (fresh, new) = stage.open(stays, 1).expect("it opens");
    assert!(
        new && fresh.room.id != room,
        "the order it was about may have a room again"
    );
}

pub(super) fn the_room_last_changed_comes_first(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let rooms: Vec<RoomId> = (1..=4).map(|order| stage.room_of_three(order)).collect();
    let anna = stage.people[0].clone();
    for (room, text) in [(2, "раз"), (0, "два"), (3, "три"), (0, "четыре")] {
        stage.clock.tick(1_000);
        stage.send(&anna, rooms[room], text, None).expect("it is sent");
    }
    let by = anna.clone();
    let views = stage
        .look(move |look| rules::rooms(look, (&by).into(), 0, 10))
        .expect("the list is read");
    let listed: Vec<_> = views
        .iter()
        .map(|view| (view.room.id, view.last.as_ref().map(|last| last.text.as_str())))
        .collect();
    let expected = [(0, Some("четыре")), (3, Some("три")), (2, Some("раз")), (1, None)];
    assert_eq!(listed, expected.map(|(room, text)| (rooms[room], text)).to_vec());
    assert!(views.iter().all(|view| view.members.len() == 3));

    // Pages of one room each give the same, also when two rooms changed at the same moment.
    stage.send(&anna, rooms[1], "разом", None).expect("it is sent");
    let by = anna.clone();
    let paged = stage.look(move |look| {
        let mut paged = Vec::new();
        for number in 1..=4 {
            paged.extend(rules::page_of_rooms(look, (&by).into(), PageNumber::Number(number), 1)?.2);
        }
        Ok(paged)
    });
    let paged: Vec<RoomId> = paged
        .expect("pages are read")
        .into_iter()
        .map(|view| view.room.id)
        .collect();
    assert_eq!(paged, [1, 0, 3, 2].map(|room| rooms[room]));
    let beyond = stage.look(move |look| rules::page_of_rooms(look, (&anna).into(), PageNumber::Number(5), 1));
    assert_eq!(refusal(beyond), Some(Refusal::NoSuchPage));
}
