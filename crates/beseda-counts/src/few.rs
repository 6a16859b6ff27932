//! A few things by their keys, found without a lock: what is counted at every request and every message.

use std::array;
use std::sync::OnceLock;

/// At most `N` things by their keys. Each is made when it is first asked for, and stays.
#[derive(Debug)]
pub struct Few<K, V, const N: usize>([OnceLock<(K, V)>; N]);

impl<K, V, const N: usize> Default for Few<K, V, N> {
    fn default() -> Self {
        Self(array::from_fn(|_| OnceLock::new()))
    }
}

impl<K: Copy + Eq, V, const N: usize> Few<K, V, N> {
    /// The thing of this key; `None` where there is no place left for it.
    pub fn of(&self, key: K, make: impl Fn() -> V) -> Option<&V> {
        let known = self.0.iter().map(|place| place.get_or_init(|| (key, make())));
        known
            .into_iter()
            .find(|(other, _)| *other == key)
            .map(|(_, found)| found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn each_is_made_once_and_one_too_many_has_no_place() {
        let (few, made) = (Few::<&str, u32, 2>::default(), AtomicU32::new(0));
        let of = |key| few.of(key, || made.fetch_add(1, Ordering::Relaxed)).copied();
        assert_eq!(
            [of("a"), of("b"), of("a"), of("b"), of("c")],
            [Some(0), Some(1), Some(0), Some(1), None]
        );
        assert_eq!(made.load(Ordering::Relaxed), 2);
    }
}
