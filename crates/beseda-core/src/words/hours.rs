//! The desk's hours: when of a week somebody is there to answer, and what is said to who comes otherwise.

use super::Time;

/// When somebody is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// By which clock, as the tz database calls it: `Europe/Moscow`.
    pub zone: String,
    /// From which minute of the week to before which, the first of Monday being 0; in order, and apart.
    pub week: Vec<(u16, u16)>,
    /// What is said to who comes otherwise.
    pub words: String,
    /// When that was last changed.
    pub updated_at: Time,
}

impl Hours {
    /// How many minutes a week has.
    pub const WEEK: u16 = 7 * 24 * 60;

    /// Always.
    #[must_use]
    pub fn always() -> Self {
        Self {
            zone: "UTC".to_owned(),
            week: vec![(0, Self::WEEK)],
            words: String::new(),
            updated_at: Time(0),
        }
    }

    /// The minutes of some pairs, in order and apart, whatever their order is and however they overlap. One that ends before it
    /// begins goes on from Sunday to Monday. `None` where one is no pair of minutes of a week.
    #[must_use]
    pub fn week_of(pairs: &[(u16, u16)]) -> Option<Vec<(u16, u16)>> {
        let mut cut = Vec::new();
        for (from, to) in pairs.iter().copied() {
            if from.max(to) > Self::WEEK {
                return None;
            }
            if from <= to {
                cut.push((from, to));
            } else {
                cut.extend([(from, Self::WEEK), (0, to)]);
            }
        }
        cut.retain(|(from, to)| from < to);
        cut.sort_unstable();
        cut.dedup_by(|(from, to), (_, end)| {
            let touches = *from <= *end;
            if touches {
                *end = (*end).max(*to);
            }
            touches
        });
        Some(cut)
    }

    /// Whether somebody is there in this minute of the week.
    #[must_use]
    pub fn is_open(&self, minute: u16) -> bool {
        self.week.iter().any(|(from, to)| (*from..*to).contains(&minute))
    }

    /// In how many minutes from this one on that is otherwise; `None` where it never is.
    #[must_use]
    pub fn changes_in(&self, minute: u16) -> Option<u16> {
        let edges = self.week.iter().flat_map(|(from, to)| [*from, *to]);
        let ahead = edges.map(|edge| (edge + Self::WEEK - minute) % Self::WEEK);
        let is_other = |ahead: &u16| self.is_open((minute + ahead) % Self::WEEK) != self.is_open(minute);
        ahead.filter(is_other).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(week: &[(u16, u16)]) -> Hours {
        Hours {
            week: week.to_vec(),
            ..Hours::always()
        }
    }

    #[test]
    fn a_week_has_its_minutes_in_order_and_apart() {
        for (pairs, week) in [
            (&[][..], &[][..]),
            (&[(0, Hours::WEEK)], &[(0, Hours::WEEK)]),
            (&[(1980, 2520), (540, 1080)], &[(540, 1080), (1980, 2520)]),
            (&[(0, 5), (5, 6), (2, 4), (8, 9)], &[(0, 6), (8, 9)]),
            (&[(7, 7)], &[]),
            (&[(10_000, 60)], &[(0, 60), (10_000, Hours::WEEK)]),
        ] {
            assert_eq!(Hours::week_of(pairs).as_deref(), Some(week), "{pairs:?}");
        }
        for pairs in [(0, Hours::WEEK + 1), (Hours::WEEK + 1, 0)] {
            assert_eq!(Hours::week_of(&[pairs]), None);
        }
    }

    #[test]
    fn it_is_known_when_it_changes_around_the_week_too() {
        let day = on(&[(540, 1080)]);
        assert_eq!((day.is_open(539), day.changes_in(539)), (false, Some(1)));
        assert_eq!((day.is_open(540), day.changes_in(540)), (true, Some(540)));
        assert_eq!(
            (day.is_open(1080), day.changes_in(1080)),
            (false, Some(Hours::WEEK - 540))
        );
        let night = on(&[(0, 60), (10_000, Hours::WEEK)]);
        assert_eq!(night.changes_in(10_000), Some(140), "Sunday's night goes on on Monday");
        assert_eq!((on(&[]).changes_in(0), Hours::always().changes_in(7)), (None, None));
    }
}
