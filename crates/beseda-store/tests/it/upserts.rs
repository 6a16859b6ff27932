//! What may be asked for many times at once and happens once.

use crate::support::{NOW, Stage, person, say};
use beseda_core::rules;
use beseda_core::words::{Kinds, NewRoom, OrderId, PersonId, Role, RoomKind, Seq};
use std::collections::HashSet;
use uuid::Uuid;

#[test]
fn two_hundred_who_open_one_room_get_one() {
    let stage = Stage::new();
    stage.order_room();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let open = |n: u128| {
            let new = NewRoom {
                uuid: Uuid::from_u128(n),
                key: "order:7".to_owned(),
                kind: RoomKind::Order,
                group: None,
                title: String::new(),
                now: NOW,
            };
            stage.change(move |tx| Ok(tx.open_room(&new)?)).unwrap()
        };
        let threads: Vec<_> = (100..300).map(|n| scope.spawn(move || open(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(opened.iter().filter(|(_, new)| *new).count(), 1);
    let rooms: HashSet<_> = opened.iter().map(|(room, _)| (room.id, room.uuid)).collect();
    assert_eq!(rooms.len(), 1);
}

#[test]
fn two_hundred_sends_with_one_client_id_are_one_message() {
    let stage = Stage::new();
    let room = stage.order_room();
    let sent: Vec<_> = std::thread::scope(|scope| {
        let send = || stage.send(room, "once").recv().unwrap().unwrap();
        let threads: Vec<_> = (0..200).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(sent.iter().filter(|sent| sent.first).count(), 1);
    let ids: HashSet<_> = sent.iter().map(|sent| sent.message.id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(stage.texts(room), ["once"]);
    assert_eq!(
        stage.look(move |look| Ok(look.room(room)?.unwrap().seq)).unwrap(),
        Seq(1)
    );
}

#[test]
fn a_removed_room_frees_its_key_and_is_found_by_nothing() {
    let stage = Stage::new();
    let room = stage.order_room();
    let message = stage.send(room, "gone").recv().unwrap().unwrap().message;
    let remove = move |tx: &mut dyn beseda_core::ports::Tx| {
        let room = tx.room(room)?.unwrap();
        Ok(tx.remove_room(&room, NOW)?)
    };
    stage.change(remove).unwrap();
    let client = PersonId(1);
    stage
        .look(move |look| {
            assert!(look.room(room)?.is_none());
            assert!(look.room_by_key("order:1")?.is_none());
            assert!(look.place(room, client)?.is_none());
            assert!(look.message(message.id)?.is_none());
            assert_eq!(look.count_rooms(client, Kinds::ALL)?, 0);
            assert!(look.rooms(client, Kinds::ALL, 0, 10)?.is_empty());
            assert!(look.places(client, Kinds::ALL)?.is_empty());
            Ok(())
        })
        .unwrap();
    let (again, new) = stage
        .change(|tx| rules::open_order_room(tx, NOW, &person(1, Role::Client), &OrderId::from(1), Uuid::from_u128(2)))
        .unwrap();
    assert!(new && again.room.id != room && again.room.seq == Seq(0));
    let next = stage.change(move |tx| say(tx, again.room.id, "new")).unwrap().message;
    assert!(next.id > message_id_of_removed(&stage), "numbers are never given twice");
}

fn message_id_of_removed(stage: &Stage) -> beseda_core::words::MessageId {
    let id = stage
        .raw()
        .query_row("SELECT id FROM messages WHERE text = 'gone'", [], |row| row.get(0))
        .unwrap();
    beseda_core::words::MessageId(id)
}
