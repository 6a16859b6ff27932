//! How far a seat has come, and what it keeps until it is whole.

use super::Said;
use beseda_core::words::{Head, Receipts, Room, Seq};

/// How far a seat has come.
pub(super) struct State {
    /// How far it has been told.
    pub(super) told: Progress,
    /// In a box: most seats are whole and keep nothing here, and every seat has room for it.
    pub(super) unsettled: Option<Box<Unsettled>>,
}

/// What a seat keeps until it is whole.
#[derive(PartialEq, Eq, Default)]
pub(super) struct Unsettled {
    /// It has not heard yet what it hears first.
    pub(super) is_to_begin: bool,
    /// What has happened meanwhile.
    pub(super) waiting: Vec<Said>,
    pub(super) behind: Option<Behind>,
    /// It is to be told the newest page, of so many messages, and begins with that.
    pub(super) anew: Option<u32>,
    /// Its session was not told that it came into the room.
    pub(super) is_new: bool,
    /// The place was lent for what was missed: that it was told up to some head was guessed.
    lent: bool,
}

/// How far a seat has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// What happened up to this head.
    pub(crate) head: Head,
    /// Of messages, up to this number.
    pub(crate) seq: Seq,
    /// Of receipts, where the session hears every room of its person: up to the move with this number.
    pub(crate) receipts: Receipts,
}

impl Progress {
    /// What of a room is to be told.
    pub(crate) fn of(room: &Room) -> Self {
        Self {
            head: room.head,
            seq: room.seq,
            receipts: room.receipts,
        }
    }
}

/// What a seat that is behind has missed, as far as anybody noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Behind {
    /// The furthest head of which it was not told.
    pub(super) newest: Head,
    /// The furthest move of a receipt of which it was not told, where that is told.
    pub(super) receipts: Receipts,
    /// How often it fell behind anew: whoever read before that has to read again.
    pub(super) times: u32,
    /// It was not told that the room was opened.
    pub(super) opening: bool,
}

impl State {
    /// Of a seat that has still to hear what it hears first.
    pub(super) fn to_begin() -> Self {
        Self {
            told: Progress::default(),
            unsettled: Some(Box::new(Unsettled {
                is_to_begin: true,
                ..Unsettled::default()
            })),
        }
    }

    /// Of a place that is lent for what was missed.
    pub(super) fn lent(missed: &Said) -> Self {
        let head = missed.head.unwrap_or_default();
        Self {
            told: Progress {
                head: Head(head.0 - 1),
                ..Progress::default()
            },
            unsettled: Some(Box::new(Unsettled {
                lent: true,
                behind: Some(Behind {
                    newest: head,
                    opening: missed.opens,
                    ..Behind::default()
                }),
                ..Unsettled::default()
            })),
        }
    }

    /// It is told nothing any more that is not read from the store, until it is whole.
    pub(super) fn fall_behind(&mut self) -> &mut Unsettled {
        let unsettled = self.unsettled.get_or_insert_default();
        unsettled.fall_behind();
        unsettled
    }

    pub(super) fn is_whole(&self) -> bool {
        let is_whole = |unsettled: &Unsettled| !unsettled.is_to_begin && unsettled.behind.is_none();
        self.unsettled.as_deref().is_none_or(is_whole)
    }

    /// What it has missed, if it is behind.
    pub(super) fn behind(&self) -> Option<Behind> {
        self.unsettled.as_ref()?.behind
    }

    /// It has begun: what has happened meanwhile.
    pub(super) fn take_waiting(&mut self) -> Vec<Said> {
        let Some(unsettled) = &mut self.unsettled else {
            return Vec::new();
        };
        unsettled.is_to_begin = false;
        std::mem::take(&mut unsettled.waiting)
    }

    /// It was not told this.
    pub(super) fn miss(&mut self, said: &Said) {
        let Some(unsettled) = &mut self.unsettled else { return };
        if let Some(behind) = &mut unsettled.behind {
            behind.newest = behind.newest.max(said.head.unwrap_or_default());
            behind.receipts = behind.receipts.max(said.receipts.unwrap_or_default());
            behind.opening |= said.opens;
        }
        // What was missed before that is told, and what came after it once more, rather than not at all.
        if unsettled.lent
            && let Some(head) = said.head
            && head <= self.told.head
        {
            self.told.head = Head(head.0 - 1);
        }
    }

    /// It was told up to here, and is never told less.
    pub(super) fn advance(&mut self, to: Progress) {
        self.told.head = self.told.head.max(to.head);
        self.told.seq = self.told.seq.max(to.seq);
        self.told.receipts = self.told.receipts.max(to.receipts);
    }

    /// It was told something of what it had missed.
    pub(super) fn has_eaten(&mut self) {
        if let Some(unsettled) = &mut self.unsettled {
            unsettled.is_new = false;
            if let Some(behind) = &mut unsettled.behind {
                behind.opening = false;
            }
        }
    }

    /// It was told a newest page up to here: what was told before is void.
    pub(super) fn begins_anew_at(&mut self, to: Progress) {
        self.told = to;
        if let Some(unsettled) = &mut self.unsettled {
            unsettled.anew = None;
        }
    }

    /// It has missed nothing any more.
    pub(super) fn is_made_whole(&mut self) {
        if let Some(unsettled) = &mut self.unsettled {
            unsettled.behind = None;
        }
        self.settle();
    }

    /// Gives back what only a seat keeps that is not whole.
    pub(super) fn settle(&mut self) {
        if self.unsettled.as_deref() == Some(&Unsettled::default()) {
            self.unsettled = None;
        }
    }
}

impl Unsettled {
    pub(super) fn fall_behind(&mut self) {
        let behind = self.behind.get_or_insert_default();
        behind.times = behind.times.wrapping_add(1);
    }
}
