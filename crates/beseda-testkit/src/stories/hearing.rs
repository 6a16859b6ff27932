//! Stories of hearing: what is announced, and how who was away comes to the same.

use super::Make;
use super::life::Life;
use super::stage::{Dice, Stage, as_kept};
use beseda_core::error::Error;
use beseda_core::ports::Look;
use beseda_core::rules::{self, CaughtUp};
use beseda_core::words::{Cursor, Epoch, Event, Head, Heard, Message, Person, PersonId, Room, RoomId, Seq};
use std::collections::{BTreeMap, BTreeSet};
use std::thread;

/// What a client keeps of a room.
#[derive(Debug, Clone, PartialEq)]
struct Copy {
    room: Option<Room>,
    people: BTreeMap<PersonId, Seq>,
    messages: BTreeMap<Seq, Message>,
}

impl Copy {
    fn nothing() -> Self {
        Self {
            room: None,
            people: BTreeMap::new(),
            messages: BTreeMap::new(),
        }
    }

    fn taken(look: &mut dyn Look, by: &Person, room: RoomId) -> Result<Self, Error> {
        let history = rules::history(look, by.into(), room, rules::Since::Newest, u32::MAX)?;
        let people = rules::room_view(look, by.into(), room)?
            .members
            .into_iter()
            .map(|(member, _)| (member.person, member.read))
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
        if changes.reset {
            *self = Self::nothing();
        }
        self.room = Some(changes.room);
        self.people
            .extend(changes.joined.into_iter().map(|member| (member.person, member.read)));
        self.people.retain(|person, _| !changes.left.contains(person));
        for member in changes.receipts {
            self.people.entry(member.person).and_modify(|read| *read = member.read);
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
fn catch_up(copy: &mut Copy, life: &Life<'_>, mut cursor: Cursor, size: u32, dice: &mut Dice) {
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
            changes.messages.iter().all(|message| message.changed > cursor.head),
            "only what is new"
        );
        assert!(changes.cursor.head > cursor.head || !changes.more, "a page leads on");
        assert!(
            changes.more || changes.cursor.head == changes.room.head,
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
            let taken = move |look: &mut dyn Look| {
                let copy = Copy::taken(look, &by, room)?;
                let cursor = match &copy.room {
                    Some(room) => rules::cursor_of(look, room)?,
                    None => Cursor::default(),
                };
                Ok((copy, cursor))
            };
            stage.look(taken).expect("a snapshot is taken")
        };
        let mut copies = vec![(Copy::nothing(), Cursor::default())];
        for _ in 0..8 {
            let steps = usize::try_from(dice.below(25)).unwrap_or(0);
            life.steps(&mut dice, steps);
            copies.push(take());
            let (mut copy, cursor) = dice.pick(&copies).clone();
            let size = *dice.pick(&[1, 2, 5, 100]);
            catch_up(&mut copy, &life, cursor, size, &mut dice);
            assert_eq!(copy, take().0, "from {cursor} in pages of {size}");
        }
    }
}

/// What somebody hears who is behind by more than a page, while others go on: a message that they do not know is always
/// told as a new one, whatever has happened to it since.
pub(super) fn who_is_fed_in_pages_is_told_of_a_message_before_its_changes(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    for order in 1..=4 {
        let life = Life::begin(&stage, order);
        let room = life.room;
        for _ in 0..6 {
            let (mut after, mut known) = stage
                .look(move |look| {
                    let room = look.room(room)?.expect("it stands");
                    let sent = look.sent_after(room.id, Seq(0), i64::MAX)?;
                    Ok((
                        room.head,
                        sent.into_iter().map(|message| message.seq).collect::<BTreeSet<_>>(),
                    ))
                })
                .expect("the room is read");
            life.steps(&mut dice, 40);
            let size = *dice.pick(&[1, 2, 5]);
            loop {
                let by = stage.people[0].clone();
                let missed = stage
                    .look(move |look| rules::hear_since(look, (&by).into(), room, after, size))
                    .expect("what was missed is read");
                for message in &missed.messages {
                    let (is_known, is_told) = (known.contains(&message.seq), message.sent > after);
                    assert_ne!(
                        is_known, is_told,
                        "{} after {after}: told as new, or known",
                        message.seq
                    );
                    known.insert(message.seq);
                }
                let told = missed.messages.iter().map(|message| rules::told_at(message, after));
                assert!(told.is_sorted(), "{:?} after {after}", missed.messages);
                after = missed.head;
                if !missed.more {
                    break;
                }
                if dice.chance(30) {
                    life.step(&mut dice);
                }
            }
        }
    }
}

pub(super) fn a_cursor_of_another_life_or_of_a_future_that_never_came_begins_anew(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let life = Life::begin(&stage, 1);
    let (room, by) = (life.room, stage.people[0].clone());
    let begun = stage.change(|tx| rules::begin_epoch(tx, Epoch(7)));
    assert_eq!(begun, Ok(Epoch(7)));
    let again = stage.change(|tx| rules::begin_epoch(tx, Epoch(8)));
    assert_eq!(again, Ok(Epoch(7)), "it has begun");
    life.steps(&mut dice, 40);
    let look = |after: Cursor| {
        let by = by.clone();
        let changes = stage.look(move |look| rules::catch_up(look, (&by).into(), room, after, 500));
        changes.expect("changes are read")
    };
    let now = look(Cursor::default());
    assert!(now.reset, "nobody has an epoch of nought any more");
    assert_eq!(now.cursor.epoch, Epoch(7));
    assert!(!look(now.cursor).reset);
    let later = [
        Cursor {
            head: now.cursor.head.next(),
            ..now.cursor
        },
        Cursor {
            receipts: now.cursor.receipts.next(),
            ..now.cursor
        },
    ];
    let begun = stage.change(|tx| Ok(tx.put_epoch(Epoch(9))?));
    assert_eq!(begun, Ok(()), "as after a restore");
    let by = &by;
    let kept = stage.look({
        let by = by.clone();
        move |look| Copy::taken(look, &by, room)
    });
    let kept = kept.expect("a snapshot is taken");
    let [future_head, future_receipt] = later.map(|cursor| Cursor {
        epoch: Epoch(9),
        ..cursor
    });
    for cursor in [now.cursor, future_head, future_receipt] {
        let mut copy = kept.clone();
        copy.messages.clear();
        copy.people.insert(PersonId(77), Seq(1));
        let changes = look(cursor);
        assert!(changes.reset, "{cursor}");
        copy.apply(changes);
        assert_eq!(copy, kept, "{cursor}");
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
    // Who comes back has read what they had read.
    let mut left = BTreeMap::new();
    for event in stage.heard(&stage.people[0], life.room) {
        match event.heard {
            Heard::Sent { message } | Heard::Edited { message, .. } => {
                assert_eq!(message.changed, event.head);
                copy.messages.insert(message.seq, as_kept(&message));
            }
            Heard::Erased { id, seq } => {
                assert_eq!(copy.messages.remove(&seq).map(|message| message.id), Some(id));
            }
            Heard::Read { person, seq, .. } => {
                copy.people.insert(person, seq);
            }
            Heard::Joined { person } => {
                copy.people.insert(person, left.remove(&person).unwrap_or_default());
            }
            Heard::Left { person } => {
                left.extend(copy.people.remove(&person).map(|seq| (person, seq)));
            }
            Heard::Opened { .. } | Heard::Changed | Heard::Removed | Heard::Touched { .. } | Heard::Viewed { .. } => {
                panic!("nobody did that")
            }
        }
    }
    let kept: Vec<Message> = picture
        .messages
        .into_iter()
        .filter(|message| message.erased_at.is_none())
        .collect();
    assert_eq!(copy.messages.into_values().collect::<Vec<_>>(), kept);
    let kept: BTreeMap<_, _> = picture
        .members
        .iter()
        .map(|(member, _)| (member.person, member.read))
        .collect();
    assert_eq!(copy.people, kept, "a receipt is heard when it moves");
}
