//! What has moved since a token, where transactions end in another order than they began.

use crate::support::{Folder, Still, order, person};
use beseda_core::Chat;
use beseda_core::ports::{Look, Store, Tx};
use beseda_core::rules;
use beseda_core::words::{Draft, Kinds, Limits, OrderId, PersonId, Role, RoomId, Time, Token};
use beseda_store::{Options, Postgres, PostgresOptions, Sqlite};
use beseda_testkit::Ground;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use uuid::Uuid;

const NOW: Time = Time(1_763_700_000_000_000);

fn change<T: Send + 'static>(
    chat: &Chat,
    rule: impl FnMut(&mut dyn Tx) -> Result<T, beseda_core::Error> + Send + 'static,
) -> T {
    let (done, outcome) = sync_channel(1);
    chat.change(rule, move |outcome| done.send(outcome).unwrap());
    outcome.recv().unwrap().unwrap()
}

/// The rooms that moved for person 1 since a token, and the next one.
fn moved(chat: &Chat, since: Option<Token>) -> (Vec<RoomId>, Token) {
    let (done, outcome) = sync_channel(1);
    let rule = move |look: &mut dyn Look| rules::moved(look, PersonId(1), Kinds::ALL, since);
    chat.look(rule, move |outcome| done.send(outcome).unwrap());
    let moved = outcome.recv().unwrap().unwrap();
    assert!(!moved.reset);
    let mut rooms: Vec<RoomId> = moved.places.iter().map(|place| place.room.id).collect();
    rooms.sort_unstable();
    (rooms, moved.token)
}

/// The first token since which nothing is told: transactions of other tests hold it up, until they end.
fn told_out(chat: &Chat, mut token: Token) -> Token {
    loop {
        let (told, next) = moved(chat, Some(token));
        if told.is_empty() {
            return next;
        }
        token = next;
    }
}

fn send(chat: &Chat, room: RoomId) {
    change(chat, move |tx| {
        let draft = Draft {
            text: "раз".to_owned(),
            ..Draft::default()
        };
        rules::send(
            tx,
            NOW,
            &Limits::default(),
            (&person(1, Role::Client)).into(),
            room,
            &draft,
        )
        .map(drop)
    });
}

fn on(store: impl Store + 'static) -> Chat {
    let limits = Arc::new(Limits::default());
    Chat::new(Arc::new(store), Arc::new(Still), Arc::new(Still), limits)
}

/// Rooms of person 1.
fn two_rooms(chat: &Chat) -> [RoomId; 2] {
    change(chat, |tx| {
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
    })
}

#[test]
fn on_sqlite_what_has_moved_is_told_once() {
    let folder = Folder::new();
    let chat = on(Sqlite::open(&Options::at(folder.database())).unwrap());
    let [first, second] = two_rooms(&chat);
    let (_, mut token) = moved(&chat, None);
    for room in [first, second, first] {
        send(&chat, room);
        for told in [vec![room], vec![]] {
            let (rooms, next) = moved(&chat, Some(token));
            assert_eq!(rooms, told);
            token = next;
        }
    }
}

#[test]
fn what_is_committed_late_on_postgresql_is_not_passed_over() {
    let ground = Ground::new();
    let chat = on(Postgres::open(&PostgresOptions::at(ground.url())).unwrap());
    let rooms = two_rooms(&chat);
    let token = told_out(&chat, moved(&chat, None).1);
    // Somebody's transaction has its number, and is not at its end.
    let mut session = ground.session();
    let mut late = session.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut asks, mut says) = (
        late.stdin.take().unwrap(),
        BufReader::new(late.stdout.take().unwrap()).lines(),
    );
    let first = rooms[0].0;
    let begun = format!("BEGIN;\nUPDATE rooms SET tick = (SELECT tick FROM ticks) WHERE id = {first} RETURNING id;\n");
    asks.write_all(begun.as_bytes()).unwrap();
    assert_eq!(says.next().unwrap().unwrap(), first.to_string());
    // One with a higher number has ended meanwhile: it is told, and told again, because the lower one may still come.
    send(&chat, rooms[1]);
    let (told, between) = moved(&chat, Some(token));
    assert_eq!(told, [rooms[1]]);
    assert_eq!(moved(&chat, Some(between)).0, [rooms[1]]);
    asks.write_all(b"COMMIT;\nSELECT 'kept';\n").unwrap();
    assert_eq!(says.next().unwrap().unwrap(), "kept");
    let (told, after) = moved(&chat, Some(between));
    assert_eq!(told, rooms, "what came late is told");
    told_out(&chat, after);
    drop(asks);
    late.wait().unwrap();
}
