//! Stories of what was said elsewhere: it comes in by time, once, before anybody says anything here, and everybody has read it.

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::rules;
use beseda_core::words::{Draft, Limits, Message, Person, RoomId, Seq, Time};

const YEAR: i64 = 365 * 86_400 * 1_000_000;

fn bring(stage: &Stage, room: RoomId, who: Option<&Person>, at: Time, name: &str) -> Result<bool, Error> {
    let (who, now) = (who.cloned(), stage.chat.now());
    let draft = Draft {
        text: format!("давно {name}"),
        client_id: Some(name.to_owned()),
        files: Vec::new(),
        more: None,
    };
    stage.change(move |tx| rules::import_message(tx, now, &Limits::default(), room, who.as_ref(), (at, &draft)))
}

fn messages(stage: &Stage, room: RoomId) -> Vec<Message> {
    stage
        .look(move |look| Ok(look.messages_after(room, Seq(0), 99)?))
        .expect("they are read")
}

pub(super) fn what_was_said_elsewhere_comes_in_by_time_and_once(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    stage.clock.tick(10 * YEAR);
    let (client, operator) = (&stage.people[0], &stage.people[2]);
    let room = stage.room_of_three(1);
    let then = Time(stage.chat.now().0 - YEAR);
    let at = |seconds: i64| Time(then.0 + seconds * 1_000_000);
    assert!(bring(&stage, room, Some(client), at(0), "a").expect("it is the first"));
    assert!(
        !bring(&stage, room, Some(client), at(0), "a").expect("it is there"),
        "once"
    );
    // A clock of whole seconds has several messages of one moment.
    for name in ["b", "c", "d"] {
        assert!(bring(&stage, room, Some(operator), at(7), name).expect("it comes behind"));
    }
    assert!(bring(&stage, room, None, at(9), "e").expect("nobody is the application"));
    let now = stage.chat.now();
    for wrong in [at(3), at(8), Time(now.0 + 1)] {
        let refused = refusal(bring(&stage, room, Some(client), wrong, "late"));
        assert_eq!(refused, Some(Refusal::OutOfTime), "{wrong:?}");
    }
    let brought = messages(&stage, room);
    let told: Vec<(Option<i64>, Time)> = brought
        .iter()
        .map(|message| (message.author.as_ref().map(|author| author.id.0), message.created_at))
        .collect();
    let (one, other) = (Some(client.id.0), Some(operator.id.0));
    let next = |time: Time, by: i64| Time(time.0 + by);
    assert_eq!(
        told,
        [
            (one, at(0)),
            (other, at(7)),
            (other, next(at(7), 1)),
            (other, next(at(7), 2)),
            (None, at(9))
        ]
    );

    let unread = |who: &Person| {
        let picture = stage.picture(room).expect("it is there");
        let member = picture
            .members
            .iter()
            .find(|(member, _)| member.person == who.id)
            .expect("they are in it");
        member.0.unread(&picture.room)
    };
    stage
        .change(move |tx| rules::end_import(tx, now, room))
        .expect("it ends");
    assert_eq!((unread(client), unread(operator)), (0, 0), "they read it elsewhere");
    let sent = stage.send(operator, room, "Здесь", None).expect("it is sent").message;
    assert_eq!((sent.seq, unread(client)), (Seq(6), 1));
    assert!(sent.created_at >= now, "what is said now is said now");
    let refused = refusal(bring(&stage, room, Some(client), now, "f"));
    assert_eq!(refused, Some(Refusal::HasMessages));
    assert!(!bring(&stage, room, Some(client), at(0), "a").expect("a retry is answered all the same"));
    stage
        .change(move |tx| rules::end_import(tx, now, room))
        .expect("nothing is left to do");
    assert_eq!(unread(client), 1);
}
