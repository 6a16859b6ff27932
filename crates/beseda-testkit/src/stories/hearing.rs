//! Stories of hearing: what is announced, and how who was away comes to the same.

use super::Make;
use super::life::Life;
use super::stage::{Dice, Stage};
use beseda_core::error::Error;
use beseda_core::ports::Look;
use beseda_core::rules::{self, CaughtUp};
use beseda_core::words::{Event, Head, Heard, Message, Person, PersonId, Room, RoomId, Seq};
use std::collections::BTreeMap;
use std::thread;

/// What a client keeps of a room.
#[derive(Debug, Clone, PartialEq)]
struct Copy {
    room: Option<Room>,
    people: Vec<PersonId>,
    messages: BTreeMap<Seq, Message>,
}

impl Copy {
    fn nothing() -> Self {
        Self {
            room: None,
            people: Vec::new(),
            messages: BTreeMap::new(),
        }
    }

    fn taken(look: &mut dyn Look, by: &Person, room: RoomId) -> Result<Self, Error> {
        let history = rules::history(look, by.into(), room, rules::Since::Newest, u32::MAX)?;
        let people = rules::room_view(look, by.into(), room)?
            .members
            .into_iter()
            .map(|(member, _)| member.person)
            .collect();
        let messages = history
            .messages
            .into_iter()
            .map(|message| (message.seq, message))
            .collect();
        Ok(Self {
            room: Some(history.room),
            people,
            messages,
        })
    }

    fn apply(&mut self, changes: CaughtUp) {
        self.room = Some(changes.room);
        if let Some(members) = changes.members {
            self.people = members.into_iter().map(|member| member.person).collect();
        }
        for message in changes.messages {
            if message.erased_at.is_some() {
                self.messages.remove(&message.seq);
            } else {
                self.messages.insert(message.seq, message);
            }
        }
    }
}

/// Takes a client's copy from `cursor` on to now, in pages of `size`, while others may go on.
fn catch_up(copy: &mut Copy, life: &Life<'_>, mut cursor: Head, size: u32, dice: &mut Dice) {
    let (stage, room) = (life.stage, life.room);
    // Each page is a change or more, and the others stop at some time.
    for _ in 0..10_000 {
        let by = stage.people[0].clone();
        let changes = stage
            .look(move |look| rules::catch_up(look, (&by).into(), room, cursor, size))
            .expect("changes are read");
        assert!(
            changes.messages.len() <= size as usize,
            "a page is not larger than asked for"
        );
        assert!(
            changes.messages.iter().all(|message| message.changed > cursor),
            "only what is new"
        );
        assert!(changes.cursor > cursor || !changes.more, "a page leads on");
        assert!(
            changes.more || changes.cursor == changes.room.head,
            "the last page leads to now"
        );
        let more = changes.more;
        cursor = changes.cursor;
        copy.apply(changes);
        if !more {
            return;
        }
        if dice.chance(20) {
            life.step(dice);
        }
    }
    panic!("catching up does not end");
}

pub(super) fn a_snapshot_and_the_changes_after_it_are_the_next_snapshot(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    for order in 1..=4 {
        let life = Life::begin(&stage, order);
        let room = life.room;
        let take = || {
            let by = stage.people[0].clone();
            stage
                .look(move |look| Copy::taken(look, &by, room))
                .expect("a snapshot is taken")
        };
        let mut copies = vec![Copy::nothing()];
        for _ in 0..8 {
            let steps = usize::try_from(dice.below(25)).unwrap_or(0);
            life.steps(&mut dice, steps);
            copies.push(take());
            let mut copy = dice.pick(&copies).clone();
            let cursor = copy.room.as_ref().map(|room| room.head).unwrap_or_default();
            let size = *dice.pick(&[1, 2, 5, 100]);
            catch_up(&mut copy, &life, cursor, size, &mut dice);
            assert_eq!(copy, take(), "from head {cursor} in pages of {size}");
        }
    }
}

/// Checks that the heads of each room rise by one with each change, and that receipts do not count.
fn check_heads(events: &[Event]) -> BTreeMap<RoomId, Head> {
    let mut heads: BTreeMap<RoomId, Head> = BTreeMap::new();
    for event in events {
        let before = heads.get(&event.room.id).copied().unwrap_or_default();
        let expected = if matches!(event.heard, Heard::Read { .. }) {
            before
        } else {
            before.next()
        };
        assert_eq!(event.head, expected, "{event:?}");
        heads.insert(event.room.id, event.head);
    }
    heads
}

pub(super) fn heads_rise_by_one_in_the_order_of_the_commits(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let lives = [1, 2].map(|order| Life::begin(&stage, order));
    thread::scope(|scope| {
        for n in 0..8_usize {
            let life = &lives[n % 2];
            scope.spawn(move || life.steps(&mut Dice::new(seed.wrapping_add(n as u64)), 40));
        }
    });
    for life in &lives {
        let marker = stage
            .send(&stage.people[0], life.room, "marker", None)
            .expect("it is sent")
            .message;
        let heads = check_heads(&stage.ear.until(life.room, marker.sent));
        let head = stage.picture(life.room).expect("the room stands").room.head;
        assert_eq!(heads.get(&life.room), Some(&head), "every change was heard");
    }
}

pub(super) fn what_is_heard_is_what_is_kept(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let life = Life::begin(&stage, 1);
    life.steps(&mut dice, 200);
    let picture = stage.picture(life.room).expect("the room stands");
    let mut copy = Copy::nothing();
    let mut receipts = BTreeMap::new();
    for event in stage.heard(&stage.people[0], life.room) {
        match event.heard {
            Heard::Sent { message } | Heard::Edited { message, .. } => {
                assert_eq!(message.changed, event.head);
                copy.messages.insert(message.seq, message.as_ref().clone());
            }
            Heard::Erased { id, seq } => {
                assert_eq!(copy.messages.remove(&seq).map(|message| message.id), Some(id));
            }
            Heard::Read { person, seq } => {
                receipts.insert(person, seq);
            }
            Heard::Joined { person } => {
                copy.people.push(person);
                receipts.insert(person, Seq(0));
            }
            Heard::Left { person } => {
                copy.people.retain(|member| *member != person);
                receipts.remove(&person);
            }
            Heard::Opened { .. } | Heard::Changed | Heard::Removed => panic!("nobody moved or removed the room"),
        }
    }
    let kept: Vec<Message> = picture
        .messages
        .into_iter()
        .filter(|message| message.erased_at.is_none())
        .collect();
    assert_eq!(copy.messages.into_values().collect::<Vec<_>>(), kept);
    assert_eq!(
        copy.people,
        picture
            .members
            .iter()
            .map(|(member, _)| member.person)
            .collect::<Vec<_>>()
    );
    let kept: BTreeMap<_, _> = picture
        .members
        .iter()
        .map(|(member, _)| (member.person, member.read))
        .collect();
    assert_eq!(receipts, kept, "a receipt is heard when it moves");
}
