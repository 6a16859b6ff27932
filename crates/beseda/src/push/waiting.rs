//! Rooms in which something was said and of which it is not decided yet whom to tell.

use beseda_core::words::{Event, Heard, RoomId, RoomName, Seq};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use tokio::sync::Notify;

/// Rooms that wait, with the first number that was said in each. The writer's thread adds to them: a lock and a look.
pub struct Waiting {
    rooms: Mutex<Rooms>,
    rings: Notify,
    /// So many at most.
    most: usize,
}

#[derive(Default)]
struct Rooms {
    said: BTreeMap<RoomId, (RoomName, Seq)>,
    /// Messages for whose rooms there was no place.
    left_out: u64,
}

impl Rooms {
    fn add(&mut self, room: RoomName, seq: Seq, most: usize) {
        let is_full = self.said.len() >= most;
        match self.said.entry(room.id) {
            Entry::Occupied(mut known) => {
                let first = &mut known.get_mut().1;
                *first = seq.min(*first);
            }
            Entry::Vacant(_) if is_full => self.left_out += 1,
            Entry::Vacant(new) => drop(new.insert((room, seq))),
        }
    }
}

impl Waiting {
    /// Nothing yet, and at most so many rooms.
    pub fn new(most: usize) -> Self {
        Self {
            rooms: Mutex::default(),
            rings: Notify::new(),
            most,
        }
    }

    /// Notes what was said.
    pub fn hear(&self, events: &[Event]) {
        let mut said = events
            .iter()
            .filter(|event| matches!(event.heard, Heard::Sent { .. }))
            .peekable();
        if said.peek().is_none() {
            return;
        }
        {
            let mut rooms = self.rooms.lock();
            said.for_each(|event| rooms.add(event.room, event.seq, self.most));
        }
        self.rings.notify_one();
    }

    /// Waits until something was said since it was last awaited.
    pub async fn rung(&self) {
        self.rings.notified().await;
    }

    /// Everything that waits, and how many messages found no place.
    pub fn take(&self) -> (Vec<(RoomName, Seq)>, u64) {
        let Rooms { said, left_out } = std::mem::take(&mut *self.rooms.lock());
        (said.into_values().collect(), left_out)
    }

    /// Has these decided later.
    pub fn put_back(&self, some: &[(RoomName, Seq)]) {
        {
            let mut rooms = self.rooms.lock();
            some.iter().for_each(|(room, seq)| rooms.add(*room, *seq, self.most));
        }
        self.rings.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::words::{Head, Message, MessageId, Receipts, RoomKind, Time};
    use std::sync::Arc;
    use uuid::Uuid;

    fn sent(room: i64, seq: i64) -> Event {
        let message = Message {
            id: MessageId(seq),
            room: RoomId(room),
            seq: Seq(seq),
            author: None,
            client_id: None,
            text: "x".to_owned(),
            attachments: Vec::new(),
            created_at: Time(0),
            edited_at: None,
            erased_at: None,
            sent: Head(seq),
            changed: Head(seq),
            extra: beseda_core::words::Extra::NONE,
            beside: None,
        };
        Event {
            room: RoomName {
                id: RoomId(room),
                uuid: Uuid::from_u128(1),
                kind: RoomKind::Order,
            },
            key: "order:1".into(),
            head: Head(seq),
            seq: Seq(seq),
            receipts: Receipts(0),
            heard: Heard::Sent {
                message: Arc::new(message),
            },
        }
    }

    fn taken(waiting: &Waiting) -> (Vec<(i64, i64)>, u64) {
        let (rooms, left_out) = waiting.take();
        (rooms.iter().map(|(room, seq)| (room.id.0, seq.0)).collect(), left_out)
    }

    #[test]
    fn a_room_waits_once_with_the_first_that_was_said_and_nothing_but_that_counts() {
        let waiting = Waiting::new(9);
        waiting.hear(&[sent(2, 7), sent(1, 3), sent(2, 8)]);
        let read = Event {
            heard: Heard::Changed,
            ..sent(3, 1)
        };
        waiting.hear(&[read]);
        assert_eq!(taken(&waiting), (vec![(1, 3), (2, 7)], 0));
        assert_eq!(taken(&waiting), (vec![], 0));
    }

    #[test]
    fn one_room_too_many_is_left_out_and_counted() {
        let waiting = Waiting::new(1);
        waiting.hear(&[sent(1, 3), sent(2, 1), sent(1, 4)]);
        assert_eq!(taken(&waiting), (vec![(1, 3)], 1));
        waiting.hear(&[sent(2, 2)]);
        assert_eq!(taken(&waiting), (vec![(2, 2)], 0));
    }
}
