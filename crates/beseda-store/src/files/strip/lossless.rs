//! What the codes of a WebP without loss take of memory, told before a decoder builds them (RFC 9649 §3).
//!
//! A picture may have 65,536 groups of them, however small it is. A walk to them needs no pixels: it reads past those of
//! the pictures that stand before, and of the one that says which group is whose, the greatest number counts.

use std::io::BufRead;

/// How many codes there are in a group, and how many symbols each may have. The first has those of a cache, too.
const ALPHABETS: [usize; 5] = [280, 256, 256, 256, 40];

/// Symbols of the first code that stand for no colour, but for how much is repeated.
const REPEATS: std::ops::Range<u16> = 256..280;

/// What a code takes by itself, and for each of its symbols that is longer than the table of the short ones.
const CODE_BYTES: u64 = 128;
const LONG_SYMBOL_BYTES: u64 = 32;
const SHORT_BITS: usize = 10;

/// The longest code of a symbol, in bits.
const LONGEST: usize = 15;

/// How much memory the codes take, in bytes, counted up to what is more than `most`; `None` where they cannot be read.
/// `size` is that of the picture where it does not say so itself.
pub(super) fn codes(file: impl BufRead, size: Option<(u32, u32)>, most: u64) -> Option<u64> {
    let mut bits = Bits {
        file,
        held: 0,
        count: 0,
    };
    let (mut wide, high) = match size {
        Some(size) => size,
        None => bits.size()?,
    };
    let mut seen = [false; 4];
    while bits.number(1)? == 1 {
        let kind = bits.number(2)?;
        // Each may come once, so that a few bits do not stand for any number of pictures.
        let seen = seen.get_mut(usize::try_from(kind).ok()?)?;
        if std::mem::replace(seen, true) {
            return None;
        }
        match kind {
            0 | 1 => {
                bits.coarse_picture(wide, high)?;
            }
            2 => {}
            _ => {
                let colours = bits.number(8)? + 1;
                bits.picture(colours, 1)?;
                let packed = match colours {
                    1..=2 => 3,
                    3..=4 => 2,
                    5..=16 => 1,
                    _ => 0,
                };
                wide = coarse(wide, packed);
            }
        }
    }
    let cache = bits.cache()?;
    let groups = match bits.number(1)? {
        0 => 1,
        _ => bits.coarse_picture(wide, high)? + 1,
    };
    let mut held = 0;
    for _ in 0..groups {
        for code in bits.group(cache)? {
            held += code.memory();
        }
        if held > most {
            break;
        }
    }
    Some(held)
}

/// How many squares of `1 << bits` pixels cover so many.
fn coarse(len: u32, bits: u32) -> u32 {
    len.div_ceil(1 << bits)
}

/// Bits from the lowest on.
struct Bits<R> {
    file: R,
    held: u64,
    count: u32,
}

impl<R: BufRead> Bits<R> {
    /// A number of at most 18 bits.
    fn number(&mut self, bits: u32) -> Option<u32> {
        while self.count < bits {
            let byte = *self.file.fill_buf().ok()?.first()?;
            self.file.consume(1);
            self.held |= u64::from(byte) << self.count;
            self.count += 8;
        }
        let number = self.held & ((1 << bits) - 1);
        self.held >>= bits;
        self.count -= bits;
        u32::try_from(number).ok()
    }

    /// The size that stands before everything else.
    fn size(&mut self) -> Option<(u32, u32)> {
        const SIGNATURE: u32 = 0x2f;
        let is_signed = self.number(8)? == SIGNATURE;
        let size = (self.number(14)? + 1, self.number(14)? + 1);
        let version = self.number(4)? >> 1;
        (is_signed && version == 0).then_some(size)
    }

    /// How many colours are remembered.
    fn cache(&mut self) -> Option<usize> {
        match self.number(1)? {
            0 => Some(0),
            _ => match self.number(4)? {
                bits @ 1..=11 => Some(1 << bits),
                _ => None,
            },
        }
    }

    /// A picture with one pixel for each square of another. See [`Self::picture`].
    fn coarse_picture(&mut self, wide: u32, high: u32) -> Option<u32> {
        let bits = self.number(3)? + 2;
        self.picture(coarse(wide, bits), coarse(high, bits))
    }

    /// Reads past a picture that has one group of codes, and gives the greatest number in it: red and green of a pixel. What
    /// is repeated is no greater than what it repeats.
    fn picture(&mut self, wide: u32, high: u32) -> Option<u32> {
        let cache = self.cache()?;
        let [green, red, blue, alpha, far] = self.group(cache)?;
        let (mut left, mut greatest) = (u64::from(wide) * u64::from(high), 0);
        while left > 0 {
            let symbol = self.symbol(&green)?;
            let mut done = 1;
            if symbol < REPEATS.start {
                let colour = u32::from(self.symbol(&red)?) << 8 | u32::from(symbol);
                greatest = greatest.max(colour);
                self.symbol(&blue)?;
                self.symbol(&alpha)?;
            } else if REPEATS.contains(&symbol) {
                done = u64::from(self.extended(symbol - REPEATS.start)?);
                let distance = self.symbol(&far)?;
                self.extended(distance)?;
            }
            left = left.saturating_sub(done);
        }
        Some(greatest)
    }

    /// A length or a distance, of which a symbol says the beginning.
    fn extended(&mut self, symbol: u16) -> Option<u32> {
        let symbol = u32::from(symbol);
        if symbol < 4 {
            return Some(symbol + 1);
        }
        let bits = (symbol - 2) >> 1;
        Some(((2 + (symbol & 1)) << bits) + self.number(bits)? + 1)
    }

    fn symbol(&mut self, code: &Code) -> Option<u16> {
        if let [symbol] = code.symbols.as_slice() {
            return Some(*symbol);
        }
        let (mut bits, mut first, mut place) = (0, 0, 0);
        for count in code.counts {
            bits = bits << 1 | self.number(1)?;
            if bits < first + count {
                let place = place + bits.checked_sub(first)?;
                return code.symbols.get(usize::try_from(place).ok()?).copied();
            }
            (first, place) = ((first + count) << 1, place + count);
        }
        None
    }

    fn group(&mut self, cache: usize) -> Option<[Code; 5]> {
        let [first, others @ ..] = ALPHABETS;
        let first = self.code(first + cache)?;
        let [red, blue, alpha, far] = others.map(|symbols| self.code(symbols));
        Some([first, red?, blue?, alpha?, far?])
    }

    fn code(&mut self, symbols: usize) -> Option<Code> {
        if self.number(1)? == 1 {
            return self.simple_code();
        }
        const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let mut lengths = [0; 19];
        let count = usize::try_from(4 + self.number(4)?).ok()?;
        for place in ORDER.iter().take(count) {
            *lengths.get_mut(*place)? = u8::try_from(self.number(3)?).ok()?;
        }
        let of_lengths = Code::of(&lengths);
        let mut read = match self.number(1)? {
            0 => symbols,
            _ => {
                let bits = 2 + 2 * self.number(3)?;
                usize::try_from(2 + self.number(bits)?).ok()?
            }
        };
        let (mut lengths, mut last) = (Vec::new(), 8);
        while lengths.len() < symbols && read > 0 {
            read -= 1;
            let (length, times) = match self.symbol(&of_lengths)? {
                16 => (last, 3 + self.number(2)?),
                17 => (0, 3 + self.number(3)?),
                18 => (0, 11 + self.number(7)?),
                length => (u8::try_from(length).ok()?, 1),
            };
            last = if length > 0 { length } else { last };
            lengths.extend(std::iter::repeat_n(length, usize::try_from(times).ok()?));
        }
        (lengths.len() <= symbols).then(|| Code::of(&lengths))
    }

    /// A code of one symbol, or of two.
    fn simple_code(&mut self) -> Option<Code> {
        let has_two = self.number(1)? == 1;
        let bits = 1 + 7 * self.number(1)?;
        let mut code = Code::default();
        code.symbols.push(u16::try_from(self.number(bits)?).ok()?);
        if has_two {
            code.symbols.push(u16::try_from(self.number(8)?).ok()?);
            code.counts = [0; LONGEST];
            *code.counts.first_mut()? = 2;
        }
        Some(code)
    }
}

/// Symbols by their codes, shorter ones first.
#[derive(Default)]
struct Code {
    /// How many there are of each length.
    counts: [u32; LONGEST],
    symbols: Vec<u16>,
}

impl Code {
    /// The code in which the symbols have these lengths; those of none have none.
    fn of(lengths: &[u8]) -> Self {
        let mut code = Self::default();
        for (length, count) in (1_u8..).zip(&mut code.counts) {
            let before = code.symbols.len();
            let symbols = (0_u16..).zip(lengths).filter(|(_, own)| **own == length);
            code.symbols.extend(symbols.map(|(symbol, _)| symbol));
            *count = u32::try_from(code.symbols.len() - before).unwrap_or(u32::MAX);
        }
        code
    }

    /// What a decoder makes of it: a table of short codes, and a tree of the long ones.
    fn memory(&self) -> u64 {
        match self.counts.iter().rposition(|count| *count > 0) {
            Some(longest) if self.symbols.len() > 1 => {
                let long: u32 = self.counts.iter().skip(SHORT_BITS).sum();
                CODE_BYTES + (4 << (longest + 1).min(SHORT_BITS)) + LONG_SYMBOL_BYTES * u64::from(long)
            }
            _ => CODE_BYTES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::coded::{Bits, pixels};
    use super::*;

    /// Five codes with a table of ten bits.
    const GROUP: u64 = 5 * (128 + 4 * 1_024);

    #[test]
    fn all_groups_of_codes_count_however_small_the_picture_is() {
        for groups in [1, 2, 700, 65_536] {
            let pixels = pixels(groups);
            let held = codes(pixels.as_slice(), None, u64::MAX);
            assert_eq!(held, Some(u64::from(groups) * GROUP));
        }
    }

    #[test]
    fn no_more_is_counted_than_is_too_much() {
        let pixels = pixels(65_536);
        assert_eq!(codes(pixels.as_slice(), None, GROUP * 3), Some(GROUP * 4));
        assert_eq!(codes(pixels.as_slice(), None, GROUP * 3 - 1), Some(GROUP * 3));
    }

    #[test]
    fn a_size_that_stands_elsewhere_is_not_read() {
        // Behind 40 bits of signature and size.
        assert_eq!(codes(&pixels(3)[5..], Some((4, 4)), u64::MAX), Some(3 * GROUP));
    }

    #[test]
    fn wherever_the_codes_are_cut_off_they_cannot_be_read() {
        let pixels = pixels(5);
        for len in 0..pixels.len() - 9 {
            assert_eq!(codes(&pixels[..len], None, u64::MAX), None, "{len}");
        }
    }

    #[test]
    fn a_change_of_the_pixels_comes_once() {
        let with = |changes: u32| {
            let mut bits = Bits::default();
            bits.put(0x2f, 8);
            bits.put(0, 14 + 14 + 4);
            for _ in 0..changes {
                // Green is taken from the other colours.
                bits.put(0b101, 3);
            }
            bits.put(0, 3);
            for _ in 0..5 {
                bits.put(0b0001, 4);
            }
            codes(bits.bytes().as_slice(), None, u64::MAX)
        };
        assert_eq!((with(1), with(2)), (Some(5 * CODE_BYTES), None));
    }
}
