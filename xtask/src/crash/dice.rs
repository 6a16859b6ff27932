//! Chance from a seed: the same seed draws the same texts, pauses and moments to kill.

/// A source of chance (splitmix64: every seed is as good as any other).
pub struct Dice(u64);

impl Dice {
    /// Dice of their own for `stream` under one seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut dice = Self(seed);
        // Streams next to each other would otherwise draw shifted copies of one sequence.
        dice.0 ^= Self(stream).draw();
        dice
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` up to, but without, `end`; `least` where there is none between.
    pub fn between(&mut self, least: u64, end: u64) -> u64 {
        let width = end.saturating_sub(least).max(1);
        least + self.draw() % width
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, cases: u64) -> bool {
        self.between(0, 100) < cases
    }

    /// One of the items.
    pub fn one_of<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        let place = self.between(0, items.len() as u64);
        items.get(usize::try_from(place).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_streams_differ() {
        let draws = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            (0..50).map(|_| dice.between(0, 1_000)).collect::<Vec<_>>()
        };
        assert_eq!(draws(7, 1), draws(7, 1));
        assert_ne!(draws(7, 1), draws(7, 2));
        assert_ne!(draws(7, 1), draws(8, 1));
        assert!(draws(7, 1).iter().all(|&drawn| drawn < 1_000));
    }

    #[test]
    fn nothing_to_choose_from_is_no_choice() {
        let mut dice = Dice::new(1, 1);
        assert_eq!(dice.one_of::<u8>(&[]), None);
        assert_eq!(dice.between(5, 5), 5);
        assert!(dice.percent(100) && !dice.percent(0));
    }
}
