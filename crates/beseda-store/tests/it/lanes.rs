//! Writers side by side on PostgreSQL: what one waits for holds up nobody else, and what is kept together is kept as if each
//! was alone.

use crate::support::{Ear, NOW, Stage, Still, order, person, say};
use beseda_core::ports::{Audience, Lane, Look, Store, Tx};
use beseda_core::rules::{self, Sent};
use beseda_core::words::{Draft, DraftFile, FileLook, Head, Limits, OrderId, PersonId, Role, RoomId, Seq};
use beseda_core::{Chat, Error, Refusal};
use beseda_store::{Opened as _, Postgres, PostgresOptions};
use beseda_testkit::Ground;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use uuid::Uuid;

/// Somebody else's transaction that holds a room, until it is dropped.
struct Holder(Child);

impl Holder {
    fn of(ground: &Ground, room: RoomId) -> Self {
        let mut session = ground.session();
        let mut child = session.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let sql = format!("BEGIN;\nSELECT id FROM rooms WHERE id = {} FOR UPDATE;\n", room.0);
        child.stdin.as_mut().unwrap().write_all(sql.as_bytes()).unwrap();
        let mut held = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut held)
            .unwrap();
        assert_eq!(held.trim(), room.0.to_string());
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ended = self.0.wait();
    }
}

fn open_rooms(chat: &Chat) -> [RoomId; 2] {
    let (opened, rooms) = sync_channel(1);
    let open = |tx: &mut dyn Tx| {
        for (id, role) in [(1, Role::Client), (2, Role::Expert), (3, Role::Operator)] {
            rules::put_person(tx, NOW, &person(id, role).into())?;
        }
        let mut rooms = [RoomId(0); 2];
        for (room, id) in rooms.iter_mut().zip(1..) {
            rules::put_order(tx, NOW, &order(id), None)?;
            let name = Uuid::from_u128(id.unsigned_abs().into());
            let (view, _) = rules::open_order_room(tx, NOW, &person(1, Role::Client), &OrderId::from(id), name)?;
            *room = view.room.id;
        }
        Ok(rooms)
    };
    chat.change(open, move |outcome| opened.send(outcome).unwrap());
    rooms.recv().unwrap().unwrap()
}

/// A chat over one writer on PostgreSQL.
fn chat_on(ground: &Ground) -> Chat {
    chat_heard_on(ground).0
}

/// The same, and who hears it.
fn chat_heard_on(ground: &Ground) -> (Chat, Arc<Ear>) {
    let options = PostgresOptions {
        writers: 1,
        ..PostgresOptions::at(ground.url())
    };
    let store = Arc::new(Postgres::open(&options).unwrap());
    let ear = Arc::new(Ear::default());
    store.set_audience(Arc::clone(&ear) as Arc<dyn Audience>);
    let chat = Chat::new(
        store as Arc<dyn Store>,
        Arc::new(Still),
        Arc::new(Still),
        Arc::new(Limits::default()),
    );
    (chat, ear)
}

/// What is handed over until this is dropped is one batch.
fn gate(chat: &Chat) -> SyncSender<()> {
    let (gate, opened) = sync_channel::<()>(0);
    let (stands, waits) = sync_channel(1);
    let wait = move |_: &mut dyn Tx| {
        let _told = stands.try_send(());
        // It ends when the gate is dropped.
        let _closed = opened.recv();
        Ok(())
    };
    chat.change(wait, |_| ());
    waits.recv().unwrap();
    gate
}

/// Sends as somebody who says that they know their place.
fn send_as(chat: &Chat, by: i64, room: RoomId, lane: Lane, text: &'static str) -> Receiver<Result<Sent, Error>> {
    let (done, outcome) = sync_channel(1);
    let rule = move |tx: &mut dyn Tx| {
        let by = tx.person(PersonId(by))?.expect("somebody");
        let draft = Draft {
            text: text.to_owned(),
            client_id: None,
            files: Vec::new(),
            more: None,
        };
        rules::send(tx, NOW, &Limits::default(), (&by).into(), room, &draft)
    };
    chat.change_in(lane, rule, move |result| done.send(result).unwrap());
    outcome
}

#[test]
fn what_is_foreseen_for_a_batch_is_as_it_is_when_its_turn_comes() {
    let ground = Ground::new();
    let chat = chat_on(&ground);
    let [one, other] = open_rooms(&chat);
    let gate = gate(&chat);
    let place = |by: i64, room| send_as(&chat, by, room, Lane::Place(room, PersonId(by)), "x");
    let (first, second) = (place(1, one), place(2, one));
    let unasked = send_as(&chat, 1, other, Lane::Named(Uuid::from_u128(2)), "x");
    let after_unasked = place(2, other);
    chat.change(move |tx| Ok(tx.leave(one, PersonId(2), Head(9))?), |_| ());
    let (gone, again, missing) = (place(2, one), place(1, one), place(1, RoomId(99)));
    drop(gate);
    let seq = |outcome: Receiver<Result<Sent, Error>>| outcome.recv().unwrap().map(|sent| sent.message.seq.0);
    assert_eq!([seq(first), seq(second)], [Ok(1), Ok(2)], "two in one room");
    assert_eq!(
        [seq(unasked), seq(after_unasked)],
        [Ok(1), Ok(2)],
        "after somebody who did not say where"
    );
    let no_room = || Err(Error::Refused(Refusal::NoSuchRoom));
    assert_eq!([seq(gone), seq(again), seq(missing)], [no_room(), Ok(3), no_room()]);
}

#[test]
fn what_somebody_holds_holds_up_nobody_who_is_kept_with_whoever_needs_it() {
    let ground = Ground::new();
    let chat = chat_on(&ground);
    let [free, held] = open_rooms(&chat);
    let holder = Holder::of(&ground, held);

    let gate = gate(&chat);
    let send = |room: RoomId, text: &'static str| -> Receiver<Result<Sent, Error>> {
        let (done, outcome) = sync_channel(1);
        let rule = move |tx: &mut dyn Tx| say(tx, room, text);
        chat.change_in(Lane::Room(room), rule, move |result| done.send(result).unwrap());
        outcome
    };
    let (before, waits, after) = (send(free, "before"), send(held, "waits"), send(free, "after"));
    drop(gate);

    let seq = |outcome: Receiver<Result<Sent, Error>>| outcome.recv().unwrap().unwrap().message.seq.0;
    assert_eq!(seq(before), 1, "kept while the other room is held");
    drop(holder);
    assert_eq!([seq(waits), seq(after)], [1, 2], "and nothing is lost");
}

/// What somebody does in a room that they know their place in.
#[derive(Debug, Clone, Copy)]
enum Act {
    Send(&'static str, Option<&'static str>),
    /// Sends a file.
    Attach(i64),
    Read,
}

/// Hands these over to be run together, and tells the place in the room that each was told, and whether it was new.
fn together(chat: &Chat, acts: &[(i64, RoomId, Act)]) -> Vec<Result<(i64, bool), Error>> {
    let gate = gate(chat);
    let outcomes: Vec<_> = acts
        .iter()
        .map(|(by, room, act)| begin(chat, *by, *room, *act))
        .collect();
    drop(gate);
    outcomes.into_iter().map(|outcome| outcome.recv().unwrap()).collect()
}

fn begin(chat: &Chat, by: i64, room: RoomId, act: Act) -> Receiver<Result<(i64, bool), Error>> {
    let (done, outcome) = sync_channel(1);
    let role = [Role::Client, Role::Expert, Role::Operator][usize::try_from(by - 1).unwrap()];
    let by = person(by, role);
    let lane = Lane::Place(room, by.id);
    let rule = move |tx: &mut dyn Tx| {
        let mut draft = Draft {
            text: String::new(),
            client_id: None,
            files: Vec::new(),
            more: None,
        };
        match act {
            Act::Read => return Ok((rules::read(tx, NOW, (&by).into(), room, None)?.0, false)),
            Act::Send(text, client_id) => {
                draft.text = text.to_owned();
                draft.client_id = client_id.map(str::to_owned);
            }
            Act::Attach(file) => draft.files.push(DraftFile {
                file,
                title: "план.txt".to_owned(),
            }),
        }
        let sent = rules::send(tx, NOW, &Limits::default(), (&by).into(), room, &draft)?;
        Ok((sent.message.seq.0, sent.first))
    };
    chat.change_in(lane, rule, move |result| done.send(result).unwrap());
    outcome
}

/// A file that hangs on nothing yet.
fn new_file(chat: &Chat) -> i64 {
    let look = FileLook {
        sha256: [7; 32],
        bytes: 3,
        media: "text/plain".to_owned(),
        picture: None,
    };
    let (done, reserved) = sync_channel(1);
    chat.change(
        move |tx| Ok(tx.reserve_file(&look, NOW)?.id),
        move |outcome| done.send(outcome).unwrap(),
    );
    reserved.recv().unwrap().unwrap()
}

/// What there is in these rooms: their numbers, every message, how far each of three people has read and has to read.
fn seen(chat: &Chat, rooms: [RoomId; 2]) -> Vec<String> {
    let (told, lists) = sync_channel(1);
    let look = move |look: &mut dyn Look| {
        let mut seen = Vec::new();
        for room in rooms {
            let messages = look.messages_after(room, Seq(0), 99)?;
            assert!(
                messages.is_sorted_by(|one, next| one.id < next.id),
                "numbers rise in a room"
            );
            let texts = messages
                .iter()
                .map(|message| format!("{}:{}", message.seq.0, message.text));
            let room = look.room(room)?.expect("a room");
            seen.push(format!(
                "{} {} {} {:?}",
                room.seq.0,
                room.head.0,
                room.shown.0,
                texts.collect::<Vec<_>>()
            ));
            for (member, person) in look.members(room.id)? {
                seen.push(format!(
                    "{} read {}, unread {}",
                    person.id.0,
                    member.read.0,
                    member.unread(&room)
                ));
            }
        }
        Ok(seen)
    };
    chat.look(look, move |outcome| told.send(outcome).unwrap());
    lists.recv().unwrap().unwrap()
}

#[test]
fn what_is_sent_together_is_kept_as_if_each_was_alone() {
    let ground = Ground::new();
    let stage = Stage::new();
    let one_by_one = stage.chat.clone();
    let (at_once, ear) = chat_heard_on(&ground);
    let rooms = open_rooms(&at_once);
    assert_eq!(rooms, open_rooms(&one_by_one));
    let [one, other] = rooms;
    let file = new_file(&at_once);
    assert_eq!(file, new_file(&one_by_one));
    let send = |text, client_id| Act::Send(text, Some(client_id));
    let batches: [&[_]; 4] = [
        &[
            (1, one, send("раз", "a")),
            (2, one, send("\"два\" \\ \u{1} 😀", "b")),
            (3, other, Act::Send("три", None)),
            (1, other, send("четыре", "a")),
            (3, one, Act::Read),
            (2, other, Act::Send("", None)),
            (2, one, send("пять", "c")),
        ],
        // One that was kept before, among others that are new.
        &[
            (1, one, send("шесть", "d")),
            (2, one, send("снова два", "b")),
            (3, other, send("семь", "a")),
        ],
        // The same twice, in one batch.
        &[
            (2, one, send("восемь", "e")),
            (1, other, send("девять", "f")),
            (2, one, send("опять восемь", "e")),
            (1, other, Act::Read),
        ],
        // A file, which is kept by itself.
        &[
            (1, one, send("десять", "g")),
            (2, one, Act::Attach(file)),
            (3, one, send("одиннадцать", "h")),
            (3, other, send("двенадцать", "i")),
        ],
    ];
    for acts in batches {
        let alone: Vec<_> = acts.iter().flat_map(|act| together(&one_by_one, &[*act])).collect();
        let commits = ear.0.lock().len();
        assert_eq!(together(&at_once, acts), alone, "{acts:?}");
        assert_eq!(ear.0.lock().len(), commits + 1, "one commit for {acts:?}");
        assert_eq!(seen(&at_once, rooms), seen(&one_by_one, rooms), "after {acts:?}");
    }
}
