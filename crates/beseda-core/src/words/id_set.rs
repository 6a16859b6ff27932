//! Many messages at once, as a search handles them: of each 512 numbers a bit for each.

use super::MessageId;

/// How many bits of a number tell those of one chunk apart.
const CHUNK_BITS: u32 = 9;
/// How many words of 64 bits a chunk has.
const WORDS: usize = 1 << (CHUNK_BITS - 6);

/// Which of 512 messages are meant, whose numbers are alike but for their last nine bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chunk {
    /// What their numbers have in common.
    pub number: i64,
    /// Which of them, the first at the lowest bit.
    pub bits: [u64; WORDS],
}

impl Chunk {
    /// How many bytes the bits of one take.
    pub const BYTES: usize = WORDS * 8;
    /// How many messages can be in one.
    pub const MESSAGES: i64 = 1 << CHUNK_BITS;

    /// In which one a message is.
    #[must_use]
    pub fn number_of(id: MessageId) -> i64 {
        id.0 >> CHUNK_BITS
    }

    /// The one with this number, whose bits lie in some bytes, the lowest first.
    #[must_use]
    pub fn of(number: i64, bytes: &[u8; Self::BYTES]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        let mut bits = [0; WORDS];
        for (word, bytes) in bits.iter_mut().zip(words) {
            *word = u64::from_le_bytes(*bytes);
        }
        Self { number, bits }
    }

    /// The one in which a message is, with none yet.
    pub(super) fn at(id: MessageId) -> Self {
        Self {
            number: Self::number_of(id),
            ..Self::default()
        }
    }

    /// Those of which this is true, asked by where they stand among all that could be in it; `None` where it is of none.
    #[must_use]
    pub fn keep(mut self, is_kept: impl Fn(usize) -> bool) -> Option<Self> {
        for (at, word) in self.bits.iter_mut().enumerate() {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                if !is_kept(at << 6 | bit as usize) {
                    *word &= !(1 << bit);
                }
            }
        }
        (!self.is_empty()).then_some(self)
    }

    /// The first message that could be in it.
    fn first(&self) -> MessageId {
        MessageId(self.number << CHUNK_BITS)
    }

    /// The messages, the oldest first.
    #[must_use]
    pub fn ids(self) -> Ids {
        Ids(self)
    }

    /// Where a message stands behind the first that could be in it, which is not newer.
    pub(super) fn place_of(&self, id: MessageId) -> u64 {
        id.0.abs_diff(self.first().0)
    }

    /// The message that stands there; `None` where numbers end before.
    pub(super) fn id_at(&self, place: u64) -> Option<MessageId> {
        self.first().0.checked_add_unsigned(place).map(MessageId)
    }

    /// Adds the message that stands there; false where that is in another one.
    pub(super) fn put(&mut self, place: u64) -> bool {
        let word = usize::try_from(place >> 6).ok();
        match word.and_then(|word| self.bits.get_mut(word)) {
            Some(word) => {
                *word |= 1 << (place & 63);
                true
            }
            None => false,
        }
    }

    fn add(&mut self, other: &Self) {
        let words = self.bits.iter_mut().zip(other.bits);
        words.for_each(|(word, more)| *word |= more);
    }

    fn is_empty(&self) -> bool {
        self.bits.iter().fold(0, |all, word| all | word) == 0
    }
}

/// The messages of a chunk that are left to be named, from both ends.
pub struct Ids(Chunk);

impl Ids {
    fn id(&self, word: usize, bit: u32) -> Option<MessageId> {
        let place = i64::try_from(word * 64).ok()? | i64::from(bit);
        Some(MessageId(self.0.number << CHUNK_BITS | place))
    }
}

impl Iterator for Ids {
    type Item = MessageId;

    fn next(&mut self) -> Option<MessageId> {
        let mut words = self.0.bits.iter_mut().enumerate();
        let (at, word) = words.find(|(_, word)| **word != 0)?;
        let bit = word.trailing_zeros();
        *word &= *word - 1;
        self.id(at, bit)
    }
}

impl DoubleEndedIterator for Ids {
    fn next_back(&mut self) -> Option<MessageId> {
        let mut words = self.0.bits.iter_mut().enumerate();
        let (at, word) = words.rfind(|(_, word)| **word != 0)?;
        let bit = 63 - word.leading_zeros();
        *word &= !(1 << bit);
        self.id(at, bit)
    }
}

/// Messages, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdSet {
    /// By their numbers, none of them empty.
    chunks: Vec<Chunk>,
}

impl IdSet {
    /// Adds a message, which is not older than any that is there.
    pub fn push(&mut self, id: MessageId) {
        let number = Chunk::number_of(id);
        if self.chunks.last().is_none_or(|last| last.number != number) {
            self.chunks.push(Chunk::at(id));
        }
        if let Some(last) = self.chunks.last_mut() {
            last.put(last.place_of(id));
        }
    }

    /// Adds those of a chunk, none of which is older than any that is there.
    pub fn push_chunk(&mut self, chunk: Chunk) {
        match self.chunks.last_mut().filter(|last| last.number == chunk.number) {
            Some(last) => last.add(&chunk),
            None if chunk.is_empty() => {}
            None => self.chunks.push(chunk),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// By their numbers.
    #[must_use]
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// The messages, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = MessageId> {
        self.chunks.iter().copied().flat_map(Chunk::ids)
    }

    /// Adds those of another one, none of which is older than any that is there.
    pub fn append(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        other.chunks.into_iter().for_each(|chunk| self.push_chunk(chunk));
    }

    /// Those that are in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return if self.is_empty() { other } else { self };
        }
        let mut both = Self::default();
        let (mut one, mut other) = (self.chunks.into_iter().peekable(), other.chunks.into_iter().peekable());
        while let Some(next) = match (one.peek(), other.peek()) {
            (Some(mine), Some(theirs)) if mine.number > theirs.number => other.next(),
            (None, _) => other.next(),
            _ => one.next(),
        } {
            both.push_chunk(next);
        }
        both
    }

    /// Those of it that are in another one too.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let mut rest = other.chunks.as_slice();
        self.chunks.retain_mut(|chunk| {
            let before = rest.iter().take_while(|other| other.number < chunk.number).count();
            rest = rest.get(before..).unwrap_or_default();
            let same = rest.first().filter(|other| other.number == chunk.number);
            let bits = same.map_or([0; WORDS], |same| same.bits);
            let words = chunk.bits.iter_mut().zip(bits);
            words.for_each(|(word, theirs)| *word &= theirs);
            !chunk.is_empty()
        });
        self
    }

    /// Those that are this one or newer, and older than the other.
    #[must_use]
    pub fn between(mut self, from: MessageId, below: MessageId) -> Self {
        let edges = [from, below].map(Chunk::number_of);
        self.chunks.retain_mut(|chunk| {
            if edges.contains(&chunk.number) {
                let first = chunk.first().0;
                let is_within = |place| (from.0..below.0).contains(&(first | place as i64));
                *chunk = chunk.keep(is_within).unwrap_or_default();
                return !chunk.is_empty();
            }
            (from..below).contains(&chunk.first())
        });
        self
    }
}

impl FromIterator<MessageId> for IdSet {
    /// In any order.
    fn from_iter<T: IntoIterator<Item = MessageId>>(ids: T) -> Self {
        let mut ids: Vec<MessageId> = ids.into_iter().collect();
        ids.sort_unstable();
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.push(id));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Sets of some messages, near one another and far apart.
    fn sets() -> Vec<BTreeSet<MessageId>> {
        let every = |step: usize, from: i64| (from..from + 3_000).step_by(step).map(MessageId).collect();
        let far = [1, 511, 512, 1 << 40, i64::MAX - 1].map(MessageId);
        vec![
            BTreeSet::new(),
            far.into(),
            every(1, 700),
            every(3, 0),
            every(3, 1),
            every(513, 1 << 40),
            every(1, 5_000),
        ]
    }

    fn of(ids: &BTreeSet<MessageId>) -> IdSet {
        ids.iter().rev().copied().collect()
    }

    #[test]
    fn two_sets_have_what_either_and_what_both_have() {
        for (one, other) in sets()
            .iter()
            .flat_map(|one| sets().into_iter().map(move |other| (one, other)))
        {
            let (either, both) = (of(one).or(of(&other)), of(one).and(&of(&other)));
            assert!(either.iter().eq(one.union(&other).copied()));
            assert!(both.iter().eq(one.intersection(&other).copied()));
            assert_eq!(either, of(&one.union(&other).copied().collect()));
            assert_eq!(both.is_empty(), one.is_disjoint(&other));
        }
    }

    #[test]
    fn a_set_is_cut_to_the_message() {
        for ids in sets() {
            for (from, below) in [
                (0, 0),
                (0, 1),
                (1, 512),
                (511, 513),
                (705, 1_000_000),
                (512, 1_024),
                (9, i64::MAX),
            ] {
                let (from, below) = (MessageId(from), MessageId(below));
                let cut = of(&ids).between(from, below);
                assert!(cut.iter().eq(ids.range(from..below).copied()), "{from:?} {below:?}");
                assert!(cut.iter().rev().eq(ids.range(from..below).rev().copied()));
            }
        }
    }

    #[test]
    fn of_a_chunk_those_are_kept_that_are_meant() {
        for ids in sets() {
            let kept = of(&ids)
                .chunks
                .into_iter()
                .filter_map(|chunk| chunk.keep(|place| place % 3 == 1));
            let expected = ids.iter().filter(|id| id.0.rem_euclid(Chunk::MESSAGES) % 3 == 1);
            assert!(kept.flat_map(Chunk::ids).eq(expected.copied()));
        }
    }
}
