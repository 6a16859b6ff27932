//! Stretches: in which rooms messages are, as a connection has read it before. Such a row never changes once the index has all
//! of its numbers, but where messages come below others.

use std::collections::VecDeque;

/// Of so many stretches at most, the newest: of two million messages, in four megabytes of each connection that searches.
const MOST: usize = 4_096;

/// Rows of rooms that were read before.
#[derive(Default)]
pub(crate) struct Stretches {
    /// How many times messages had come below others.
    turn: i64,
    /// Of which stretch the first row is; each next one is of the next.
    first: i64,
    rows: VecDeque<Option<Box<[u8]>>>,
}

impl Stretches {
    /// Messages have come below others so many times: what was read before that is forgotten.
    pub(super) fn turn(&mut self, turn: i64) {
        if self.turn != turn {
            *self = Self {
                turn,
                ..Self::default()
            };
        }
    }

    /// The row of a stretch, if it was read.
    pub(super) fn get(&self, stretch: i64) -> Option<&[u8]> {
        let place = usize::try_from(stretch.checked_sub(self.first)?).ok()?;
        self.rows.get(place)?.as_deref()
    }

    /// Keeps a row that changes no more.
    pub(super) fn keep(&mut self, stretch: i64, row: Vec<u8>) {
        let end = self
            .first
            .saturating_add(i64::try_from(self.rows.len()).unwrap_or(i64::MAX));
        if self.rows.is_empty() || usize::try_from(stretch.saturating_sub(end)).is_ok_and(|gap| gap >= MOST) {
            self.rows.clear();
            self.first = stretch;
        }
        if stretch < self.first {
            let before = self.first.abs_diff(stretch);
            let room = MOST.saturating_sub(self.rows.len());
            if before > room as u64 {
                return;
            }
            (0..before).for_each(|_| self.rows.push_front(None));
            self.first = stretch;
        }
        let place = usize::try_from(stretch.abs_diff(self.first)).unwrap_or(usize::MAX);
        while self.rows.len() <= place {
            self.rows.push_back(None);
        }
        if let Some(here) = self.rows.get_mut(place) {
            *here = Some(row.into());
        }
        while self.rows.len() > MOST {
            self.rows.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(kept: &Stretches, stretches: &[i64]) -> Vec<i64> {
        let is_known = |stretch: &i64| kept.get(*stretch) == Some(&stretch.to_le_bytes()[..]);
        stretches.iter().copied().filter(is_known).collect()
    }

    fn keep(kept: &mut Stretches, stretch: i64) {
        kept.keep(stretch, stretch.to_le_bytes().to_vec());
        assert!(kept.rows.len() <= MOST);
    }

    #[test]
    fn rows_are_kept_in_any_order_and_one_too_many_costs_the_oldest() {
        let (mut kept, most) = (Stretches::default(), i64::try_from(MOST).unwrap());
        for stretch in [1_000, 1_002, 998, 1_001] {
            keep(&mut kept, stretch);
        }
        assert_eq!(
            known(&kept, &[997, 998, 999, 1_000, 1_001, 1_002, 1_003]),
            [998, 1_000, 1_001, 1_002]
        );
        // As far apart as may be, and one more.
        keep(&mut kept, 998 + most - 1);
        keep(&mut kept, 997);
        assert_eq!(known(&kept, &[997, 998, 998 + most - 1]), [998, 998 + most - 1]);
        keep(&mut kept, 998 + most);
        assert_eq!(known(&kept, &[998, 1_000, 998 + most]), [1_000, 998 + most]);
        // Far from all others, on either side.
        for far in [i64::MAX >> 9, 1 << 40] {
            keep(&mut kept, far);
        }
        assert_eq!(known(&kept, &[1_000, 1 << 40, i64::MAX >> 9]), [i64::MAX >> 9]);
    }

    #[test]
    fn what_was_read_before_messages_came_below_others_is_forgotten() {
        let mut kept = Stretches::default();
        kept.turn(1);
        kept.keep(3, vec![7]);
        kept.turn(1);
        assert_eq!(kept.get(3), Some(&[7][..]));
        kept.turn(2);
        assert_eq!(kept.get(3), None);
    }
}
