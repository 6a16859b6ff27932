//! What two stores answer, held against each other whatever numbers they give to their rows.
//!
//! A store is free to leave numbers out. So each is shown as its turn: 1 for the first of its sort that the story got from
//! this store, 2 for the second.

use beseda_core::words::{
    Attachment, CannedReply, Case, Group, Hours, Member, MemberId, Message, MessageId, Order, Person, PersonId, Place,
    PlacedAttachment, PushSettings, PushSubscription, Report, Room, RoomId, RoomView, Seq, StoredFile, Time, Updated,
};
use std::fmt::{Debug, Display};
use std::sync::Arc;

/// The numbers of one sort of rows, in the order in which the story got them.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers(Vec<i64>);

impl Numbers {
    /// A number that no row has, because no store comes so far.
    const NOBODYS: i64 = i64::MAX;

    /// Takes a number down, unless the story has got it before.
    pub(super) fn got(&mut self, number: i64) {
        if !self.0.contains(&number) {
            self.0.push(number);
        }
    }

    /// The number of the row that had this turn; nobody's where none had it yet.
    pub(super) fn at(&self, turn: i64) -> i64 {
        let index = usize::try_from(turn - 1).ok();
        let number = index.and_then(|index| self.0.get(index));
        number.copied().unwrap_or(Self::NOBODYS)
    }

    /// Every number to ask a store for: those of its rows by their turns, and some that no row has.
    pub(super) fn to_ask(&self) -> Vec<i64> {
        let next = self.0.last().map_or(1, |last| last + 1);
        let nobodys = [-1, 0, next, Self::NOBODYS];
        self.0.iter().copied().chain(nobodys).collect()
    }

    /// The turn of a number; below zero the number itself, where the story never got it from this store.
    fn turn(&self, number: i64) -> i64 {
        let turns = (1..).zip(&self.0);
        let mut turn = turns.filter(|(_, got)| **got == number).map(|(turn, _)| turn);
        turn.next().unwrap_or(-number)
    }

    /// Whether each is above the one before it.
    fn rise(&self) -> bool {
        self.0.is_sorted_by(|one, next| one < next)
    }
}

/// The numbers that a store has given out. A change that may be taken back, or run twice, takes them down in a copy.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) rooms: Numbers,
    pub(super) messages: Numbers,
    pub(super) files: Numbers,
    pub(super) attachments: Numbers,
    pub(super) reports: Numbers,
}

impl Given {
    /// The answer in words.
    pub(super) fn words(&self, mut answer: impl Answer) -> String {
        answer.show_turns(self);
        format!("{answer:?}")
    }

    /// Every store gives a later row the higher number: lists by number are in the order of the turns.
    pub(super) fn assert_rising(&self) {
        let sorts = [
            &self.rooms,
            &self.messages,
            &self.files,
            &self.attachments,
            &self.reports,
        ];
        assert!(sorts.into_iter().all(Numbers::rise), "{self:?}");
    }
}

/// The answers of one store, in words.
pub(super) struct Answers<'g> {
    given: &'g Given,
    said: Vec<String>,
}

impl<'g> Answers<'g> {
    /// None yet, of a store that has given out these numbers.
    pub(super) fn new(given: &'g Given) -> Self {
        Self {
            given,
            said: Vec::new(),
        }
    }

    /// Takes down what was asked, without a number that the store gave out, and what it answered.
    pub(super) fn say(&mut self, asked: impl Display, answer: impl Answer) {
        self.said.push(format!("{asked}: {}", self.given.words(answer)));
    }

    /// All of them.
    pub(super) fn said(self) -> Vec<String> {
        self.said
    }
}

/// The second store has answered as the first.
pub(super) fn assert_alike([expected, said]: &[Vec<String>; 2], when: impl Display) {
    for (said, expected) in said.iter().zip(expected) {
        assert_eq!(said, expected, "{when}");
    }
    assert_eq!(said.len(), expected.len(), "{when}");
}

/// Something that a store answers.
pub(super) trait Answer: Debug {
    /// Puts the turn in place of each number that the store gave out.
    fn show_turns(&mut self, given: &Given);
}

impl Answer for Room {
    fn show_turns(&mut self, given: &Given) {
        self.id = RoomId(given.rooms.turn(self.id.0));
    }
}

impl Answer for RoomId {
    fn show_turns(&mut self, given: &Given) {
        self.0 = given.rooms.turn(self.0);
    }
}

impl Answer for Updated {
    fn show_turns(&mut self, _: &Given) {
        // What tells two of one moment apart is a store's own affair.
        self.number = 0;
    }
}

impl Answer for Member {
    fn show_turns(&mut self, given: &Given) {
        // The number of a membership is a store's own affair; the order that they are in is not.
        self.id = MemberId(0);
        self.room = RoomId(given.rooms.turn(self.room.0));
    }
}

impl Answer for MessageId {
    fn show_turns(&mut self, given: &Given) {
        self.0 = given.messages.turn(self.0);
    }
}

impl Answer for Message {
    fn show_turns(&mut self, given: &Given) {
        self.id.show_turns(given);
        self.room = RoomId(given.rooms.turn(self.room.0));
        self.attachments.show_turns(given);
    }
}

impl Answer for StoredFile {
    fn show_turns(&mut self, given: &Given) {
        self.id = given.files.turn(self.id);
    }
}

impl Answer for Attachment {
    fn show_turns(&mut self, given: &Given) {
        self.id = given.attachments.turn(self.id);
        self.file.show_turns(given);
    }
}

impl Answer for PlacedAttachment {
    fn show_turns(&mut self, given: &Given) {
        self.room = RoomId(given.rooms.turn(self.room.0));
        self.message.show_turns(given);
        self.attachment.show_turns(given);
    }
}

impl Answer for Case {
    fn show_turns(&mut self, given: &Given) {
        self.room = RoomId(given.rooms.turn(self.room.0));
    }
}

impl Answer for Report {
    fn show_turns(&mut self, given: &Given) {
        self.room = RoomId(given.rooms.turn(self.room.0));
    }
}

impl Answer for Place {
    fn show_turns(&mut self, given: &Given) {
        self.room.show_turns(given);
        self.member.show_turns(given);
    }
}

impl Answer for RoomView {
    fn show_turns(&mut self, given: &Given) {
        self.room.show_turns(given);
        self.members.show_turns(given);
        self.last.show_turns(given);
        self.case.show_turns(given);
    }
}

impl<T: Answer> Answer for Option<T> {
    fn show_turns(&mut self, given: &Given) {
        self.iter_mut().for_each(|answer| answer.show_turns(given));
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn show_turns(&mut self, given: &Given) {
        self.iter_mut().for_each(|answer| answer.show_turns(given));
    }
}

impl<A: Answer, B: Answer> Answer for (A, B) {
    fn show_turns(&mut self, given: &Given) {
        self.0.show_turns(given);
        self.1.show_turns(given);
    }
}

/// What holds no number that a store gives out: a story numbers its people, groups and orders itself.
macro_rules! without_numbers {
    ($($answer:ty),*) => {
        $(impl Answer for $answer {
            fn show_turns(&mut self, _: &Given) {}
        })*
    };
}

without_numbers!(
    Hours,
    CannedReply,
    PushSettings,
    PushSubscription,
    bool,
    i64,
    Seq,
    Time,
    PersonId,
    Person,
    Arc<Person>,
    Group,
    Order
);
