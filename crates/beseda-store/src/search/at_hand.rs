//! At hand: in which rooms messages are, as a connection has read it before. Such a row never changes once the index has all of
//! its numbers, but where messages come below others.

use std::collections::BTreeMap;

/// So many rows at most, the newest: of two million messages, in four megabytes of each connection that searches.
const ROWS: usize = 4_096;

/// Rows of rooms that were read before.
#[derive(Default)]
pub(crate) struct AtHand {
    /// How many times messages had come below others.
    turn: i64,
    rows: BTreeMap<i64, Box<[u8]>>,
}

impl AtHand {
    /// Messages have come below others so many times: what was read before that is forgotten.
    pub(super) fn turn(&mut self, turn: i64) {
        if self.turn != turn {
            *self = Self {
                turn,
                rows: BTreeMap::new(),
            };
        }
    }

    /// The row of a stretch, if it was read.
    pub(super) fn get(&self, stretch: i64) -> Option<&[u8]> {
        self.rows.get(&stretch).map(|row| &**row)
    }

    /// Keeps a row that changes no more.
    pub(super) fn keep(&mut self, stretch: i64, row: Vec<u8>) {
        if self.rows.len() < ROWS {
            self.rows.insert(stretch, row.into());
        } else if self.rows.first_key_value().is_some_and(|(oldest, _)| *oldest < stretch) {
            self.rows.pop_first();
            self.rows.insert(stretch, row.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_too_many_costs_the_oldest() {
        let mut at_hand = AtHand::default();
        at_hand.turn(1);
        let rows = i64::try_from(ROWS).unwrap();
        for stretch in 10..10 + rows {
            at_hand.keep(stretch, vec![7]);
        }
        at_hand.keep(9, vec![7]);
        assert!(at_hand.get(9).is_none() && at_hand.get(10).is_some());
        at_hand.keep(10 + rows, vec![8]);
        assert_eq!((at_hand.get(10), at_hand.get(10 + rows)), (None, Some(&[8][..])));
        assert_eq!(at_hand.rows.len(), ROWS);
    }

    #[test]
    fn what_was_read_before_messages_came_below_others_is_forgotten() {
        let mut at_hand = AtHand::default();
        at_hand.turn(1);
        at_hand.keep(3, vec![7]);
        at_hand.turn(1);
        assert_eq!(at_hand.get(3), Some(&[7][..]));
        at_hand.turn(2);
        assert_eq!(at_hand.get(3), None);
    }
}
