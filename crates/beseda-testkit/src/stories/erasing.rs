//! Stories of who is erased: nothing of what they wrote, nor what they were called, is left anywhere.

use super::Make;
use super::any_room::{Deal, hosts};
use super::stage::Stage;
use beseda_core::rules::{self, At, Introduction};
use beseda_core::words::{
    Draft, DraftFile, Errand, FileLook, Kept, Limits, Message, More, Person, PersonId, RoomId, Seq, Visit,
};
use std::sync::Arc;
use uuid::Uuid;

const WORD: &str = "тайна";

/// Sends a text with a file into a room.
fn send_file(stage: &Stage, by: usize, room: RoomId) -> String {
    let (now, limits, by) = (
        stage.chat.now(),
        Arc::clone(stage.chat.limits()),
        stage.people[by].clone(),
    );
    let look = FileLook {
        sha256: [7; 32],
        bytes: 7,
        media: "text/plain".to_owned(),
        picture: None,
    };
    let sent = stage.change(move |tx| {
        let file = tx.reserve_file(&look, now)?;
        let draft = Draft {
            text: WORD.to_owned(),
            client_id: None,
            files: vec![DraftFile {
                file: file.id,
                title: "план.txt".to_owned(),
            }],
            more: None,
        };
        rules::send(tx, now, &limits, (&by).into(), room, &draft)?;
        Ok(file.name)
    });
    sent.expect("it is sent")
}

/// Does what the job does that was promised, and counts its stretches.
fn erase_all(stage: &Stage, person: PersonId) -> usize {
    let (mut next, mut stretches) = (Some(rules::BEGINNING), 0);
    while let Some(after) = next {
        let found = stage.look(move |look| rules::written(look, person, after));
        let (messages, behind) = found.expect("it is looked for");
        let places: Vec<At> = messages.iter().map(|message| (message.room, message.seq)).collect();
        let now = stage.chat.now();
        stage
            .change(move |tx| rules::erase_written(tx, now, person, &places))
            .expect("they are erased");
        stretches += usize::from(!messages.is_empty());
        next = behind;
    }
    let mut after = None;
    loop {
        let reacted = stage.look(move |look| rules::reacted(look, person, after.as_ref()));
        let (reacted, now) = (reacted.expect("it is looked for"), stage.chat.now());
        after = reacted.last().cloned();
        if after.is_none() {
            return stretches;
        }
        stage
            .change(move |tx| rules::erase_reacted(tx, now, person, &reacted))
            .expect("they are taken away");
    }
}

/// Everything of theirs that is kept, also in removed rooms.
fn kept(stage: &Stage, person: PersonId) -> Vec<Message> {
    let all = stage.look(move |look| Ok(look.written_by(person, rules::BEGINNING, RoomId(i64::MAX), 999)?));
    all.expect("it is read")
}

pub(super) fn of_who_is_erased_no_text_file_or_name_is_left(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [anna, boris] = [0, 1].map(|n| stage.people[n].clone());
    let (room, removed) = (stage.room_of_three(1), stage.room_of_three(2));
    for n in 0..120 {
        let by = if n % 3 == 0 { &boris } else { &anna };
        stage.send(by, room, WORD, None).expect("it is sent");
    }
    stage.send(&anna, removed, WORD, None).expect("it is sent");
    let file = send_file(&stage, 0, room);
    let now = stage.chat.now();
    stage
        .change(move |tx| rules::remove_order(tx, now, &2.into()))
        .expect("the room is removed");
    assert_eq!(kept(&stage, anna.id).len(), 82);
    let before = stage.picture(room).expect("it stands");

    for again in [false, true] {
        stage
            .change(move |tx| rules::erase_person(tx, now, PersonId(1)))
            .expect("it is promised");
        let jobs = stage.look(|look| Ok(look.jobs(false, 9)?)).expect("they are listed");
        let promised = Errand::ErasePerson { person: PersonId(1) };
        assert!(jobs.iter().any(|job| job.errand == promised), "{jobs:?}");
        // Once it is kept, a second time finds nothing.
        assert_eq!(erase_all(&stage, anna.id), if again { 0 } else { 2 });
    }
    assert_eq!(kept(&stage, anna.id), []);
    let after = stage.picture(room).expect("it stands");
    assert_eq!(after.room.seq, before.room.seq, "no number is missing");
    for message in &after.messages {
        let is_hers = before.messages[message.seq.0 as usize - 1].is_by(anna.id);
        assert_eq!(message.erased_at.is_some(), is_hers);
        assert_eq!(message.text.is_empty(), is_hers);
        assert!(message.attachments.is_empty());
        if let Some(author) = message.author.as_ref().filter(|_| is_hers) {
            assert_eq!(author.name(), "");
        }
    }
    let unread = |picture: &super::stage::Picture| {
        let member = picture.members.iter().find(|(member, _)| member.person == boris.id);
        member.map(|(member, _)| member.unread(&picture.room))
    };
    assert_eq!(
        (unread(&before), unread(&after)),
        (Some(81), Some(0)),
        "what is erased is not unread"
    );
    let gone = stage
        .look(move |look| Ok(look.knows_file(&file)?))
        .expect("it is asked");
    let jobs = stage.look(|look| Ok(look.jobs(false, 9)?)).expect("they are listed");
    let forgets = jobs.iter().any(|job| matches!(job.errand, Errand::ForgetFile { .. }));
    assert!(gone && forgets, "the file's bytes are to be forgotten: {jobs:?}");
}

pub(super) fn of_a_visitor_who_is_erased_the_desk_knows_nothing(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (now, limits) = (stage.chat.now(), Limits::default());
    let introduction = Introduction {
        name: "Вера".to_owned(),
        email: "vera@home.example".to_owned(),
        subject: WORD.to_owned(),
        visit: Visit {
            page: "https://shop.example/".to_owned(),
            agent: WORD.to_owned(),
            ..Visit::default()
        },
    };
    let uuid = Uuid::from_u128(7);
    let opened = stage.change(move |tx| rules::open_case(tx, now, &limits, None, &introduction, uuid));
    let (view, visitor) = opened.expect("it is opened");
    let room = view.room.id;
    let first = stage.send(&visitor, room, WORD, None).expect("it is sent").message;
    stage.send(&visitor, room, WORD, None).expect("it is sent");
    stage.erase(&visitor, first.id).expect("it is erased");
    let id = visitor.id;
    stage
        .change(move |tx| rules::erase_person(tx, now, id))
        .expect("it is promised");
    erase_all(&stage, id);
    assert_eq!(
        kept(&stage, id),
        [],
        "what they were called is in no message, nor in one erased before"
    );
    let left = stage.look(move |look| Ok((look.room(room)?, look.case(room)?, look.message_at(room, Seq(1))?)));
    let (room, case, message) = left.expect("it is read");
    assert_eq!(room.map(|room| room.title), Some(String::new()));
    let case = case.expect("the case is there");
    let visitor = case.visitor.expect("a visitor opened it");
    assert_eq!((visitor.name.as_str(), visitor.email.as_str()), ("", ""));
    assert_eq!(visitor.visit, Visit::default());
    let author = message.and_then(|message| message.author).expect("it has an author");
    assert_eq!(author.name(), "");
}

pub(super) fn what_stands_beside_messages_goes_with_who_is_erased(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2, 3]);
    let gone = Deal::new(&stage, 2, &[1, 2]);
    let custom = More {
        custom: Some(format!("{{\"note\": \"{WORD}\"}}").into()),
        mentions: hosts(&[2]),
        ..More::default()
    };
    let first = deal.say(1, WORD, custom.clone()).expect("it is sent").seq;
    deal.edit(1, first, "иначе", None).expect("it is edited");
    deal.react(2, first, "👍", true).expect("they react");
    let others = deal.send(2, "ответ");
    deal.react(1, others, "🔥", true).expect("they react");
    deal.react(3, others, "🔥", true).expect("they react");
    deal.pin(1, others, true).expect("it is pinned");
    let removed = gone.say(1, WORD, custom).expect("it is sent").seq;
    gone.edit(1, removed, "иначе", None).expect("it is edited");
    let reacted = gone.send(2, "ответ");
    gone.react(1, reacted, "👍", true).expect("they react");
    let (now, key, stranger) = (stage.chat.now(), gone.key.clone(), Person::clone(&stage.people[1]));
    let dressed = Person {
        avatar_url: "https://home.example/1.png".to_owned(),
        custom: Some("{}".into()),
        locale: "ru".to_owned(),
        ..stage.people[0].clone()
    };
    stage
        .change(move |tx| {
            rules::put_person(tx, now, &dressed.clone().into())?;
            rules::block(tx, now, &dressed, &stranger.host_id(), true)?;
            rules::remove_room_of(tx, now, &key)?;
            rules::erase_person(tx, now, PersonId(1))
        })
        .expect("it is promised");
    let cursor = deal.changes(3, None).cursor;
    erase_all(&stage, PersonId(1));
    let (room, gone) = (deal.id, gone.id);
    let left = stage.look(move |look| {
        let versions = [look.versions(room, first)?, look.versions(gone, removed)?].concat();
        let person = look.person(PersonId(1))?;
        let mut beside = look.kept(room, &[first])?;
        beside.retain(|(_, kept)| *kept != Kept::default());
        Ok((
            versions,
            beside,
            person,
            look.blocked_by(PersonId(1))?,
            rules::reacted(look, PersonId(1), None)?,
        ))
    });
    let (versions, beside, person, blocked, reacted) = left.expect("it is read");
    assert_eq!((versions, beside, blocked, reacted), (vec![], vec![], vec![], vec![]));
    let person = person.expect("they are known as somebody who was");
    assert_eq!(
        (person.avatar_url, person.custom, person.locale),
        (String::new(), None, String::new())
    );
    // What others wrote stays, with what others made of it; who listens is told.
    let told = deal.changes(3, Some(cursor)).messages;
    let told: Vec<_> = told
        .iter()
        .map(|message| (message.seq, message.erased_at.is_some()))
        .collect();
    assert_eq!(told, [(first, true), (others, false)]);
    let message = deal.message(3, others).expect("it is there");
    let reactions = &message.beside.as_ref().expect("something is beside it").reactions;
    let by: Vec<i64> = reactions.iter().map(|reaction| reaction.person.id.0).collect();
    assert_eq!(by, [3]);
}
