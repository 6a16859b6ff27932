//! Writers side by side on PostgreSQL: what one waits for holds up nobody else.

use crate::support::{NOW, Still, order, person, say};
use beseda_core::ports::{Lane, Store, Tx};
use beseda_core::rules::{self, Sent};
use beseda_core::words::{Draft, Head, Limits, OrderId, PersonId, Role, RoomId};
use beseda_core::{Chat, Error, Refusal};
use beseda_store::{Postgres, PostgresOptions};
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
            let (view, _) = rules::open_order_room(tx, NOW, &person(1, Role::Client), OrderId(id), name)?;
            *room = view.room.id;
        }
        Ok(rooms)
    };
    chat.change(open, move |outcome| opened.send(outcome).unwrap());
    rooms.recv().unwrap().unwrap()
}

/// A chat over one writer on PostgreSQL.
fn chat_on(ground: &Ground) -> Chat {
    let options = PostgresOptions {
        writers: 1,
        ..PostgresOptions::at(ground.url())
    };
    let store: Arc<dyn Store> = Arc::new(Postgres::open(&options).unwrap());
    Chat::new(store, Arc::new(Still), Arc::new(Still), Arc::new(Limits::default()))
}

/// What is handed over until this is dropped is one batch.
fn gate(chat: &Chat) -> SyncSender<()> {
    let (gate, opened) = sync_channel::<()>(0);
    let wait = move |_: &mut dyn Tx| {
        // It ends when the gate is dropped.
        let _closed = opened.recv();
        Ok(())
    };
    chat.change(wait, |_| ());
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
