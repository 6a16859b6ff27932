//! The bits of a JPEG's scans, and the codes that they are written in (ITU-T T.81, annexes C and F).

use super::SmallError;
use std::io::{self, BufRead};

/// Why a scan goes no further.
#[derive(Debug)]
pub(super) enum Stop {
    /// Its bits are at their end, or mean nothing: what was read so far stands.
    Here,
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The bits of one scan: up to the next marker.
pub(super) struct Bits<'a, R> {
    file: &'a mut R,
    /// The next bits, from the highest on.
    held: u64,
    count: u32,
    /// The marker that ended them; 0 where the file did.
    marker: Option<u8>,
}

impl<'a, R: BufRead> Bits<'a, R> {
    pub(super) fn new(file: &'a mut R) -> Self {
        Self {
            file,
            held: 0,
            count: 0,
            marker: None,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.count <= 56 && self.marker.is_none() {
            let byte = match next(self.file)? {
                Some(0xff) => match after_fill(self.file)? {
                    Some(0) => 0xff,
                    marker => {
                        self.marker = Some(marker.unwrap_or(0));
                        break;
                    }
                },
                Some(byte) => byte,
                None => {
                    self.marker = Some(0);
                    break;
                }
            };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
        Ok(())
    }

    fn drop(&mut self, count: u32) -> Result<(), Stop> {
        self.count = self.count.checked_sub(count).ok_or(Stop::Here)?;
        self.held <<= count;
        Ok(())
    }

    /// A number of at most 16 bits.
    pub(super) fn number(&mut self, bits: u8) -> Result<i32, Stop> {
        if bits == 0 {
            return Ok(0);
        }
        if self.count < u32::from(bits) {
            self.fill()?;
        }
        let number = self.held >> (64 - u32::from(bits.min(16)));
        self.drop(u32::from(bits))?;
        i32::try_from(number).map_err(|_| Stop::Here)
    }

    /// A number that may be negative: a half of those of so many bits.
    pub(super) fn signed(&mut self, bits: u8) -> Result<i32, Stop> {
        let number = self.number(bits)?;
        let is_negative = bits > 0 && number >> (bits - 1) == 0;
        Ok(if is_negative { number - (1 << bits) + 1 } else { number })
    }

    /// What the next code stands for.
    pub(super) fn code(&mut self, codes: &Codes) -> Result<u8, Stop> {
        if self.count < 16 {
            self.fill()?;
        }
        let next = u16::try_from(self.held >> 48).unwrap_or(0);
        let (symbol, len) = codes.find(next).ok_or(Stop::Here)?;
        self.drop(u32::from(len))?;
        Ok(symbol)
    }

    /// Passes over the mark between two parts that are read each on its own.
    pub(super) fn restart(&mut self) -> Result<(), Stop> {
        // What is left of the last byte is nothing; more than that is.
        if self.count < 8 {
            self.fill()?;
        }
        match self.marker {
            Some(0xd0..=0xd7) if self.count < 8 => {
                (self.held, self.count, self.marker) = (0, 0, None);
                Ok(())
            }
            _ => Err(Stop::Here),
        }
    }

    /// The marker that ends the scan, wherever it was left; 0 at the end of the file.
    pub(super) fn end(mut self) -> io::Result<u8> {
        loop {
            match self.marker.take() {
                Some(0xd0..=0xd7) | None => {}
                Some(marker) => return Ok(marker),
            }
            (self.held, self.count) = (0, 0);
            self.fill()?;
        }
    }
}

/// The next byte; none at the end of the file.
pub(super) fn next(file: &mut impl BufRead) -> io::Result<Option<u8>> {
    let byte = file.fill_buf()?.first().copied();
    file.consume(usize::from(byte.is_some()));
    Ok(byte)
}

/// The byte behind as many `0xff` as there are.
pub(super) fn after_fill(file: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        match next(file)? {
            Some(0xff) => {}
            byte => return Ok(byte),
        }
    }
}

/// Codes, shorter ones for what is frequent.
pub(super) struct Codes {
    /// What the first eight bits say, where they say all: what it stands for, and how long its code is.
    short: Vec<Option<(u8, u8)>>,
    lengths: Vec<Length>,
    symbols: Vec<u8>,
}

/// The codes of one length, which follow each other.
struct Length {
    len: u8,
    /// The first one, and the one behind the last, at the upper end of 16 bits.
    first: u32,
    until: u32,
    /// Where the symbol of the first one stands.
    symbol: u32,
}

impl Codes {
    /// How many codes there are of each length from 1 to 16, and what they stand for.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, SmallError> {
        let mut lengths = Vec::new();
        let (mut next, mut symbol) = (0_u32, 0_u32);
        for (len, count) in (1_u8..).zip(counts) {
            let count = u32::from(*count);
            let until = next + (count << (16 - len));
            if until > 1 << 16 {
                return Err(SmallError::Broken);
            }
            if count > 0 {
                lengths.push(Length {
                    len,
                    first: next,
                    until,
                    symbol,
                });
            }
            (next, symbol) = (until, symbol + count);
        }
        let mut codes = Self {
            short: Vec::new(),
            lengths,
            symbols: symbols.to_vec(),
        };
        codes.short = (0..=u8::MAX)
            .map(|first| codes.walk(u32::from(first) << 8).filter(|(_, len)| *len <= 8))
            .collect();
        Ok(codes)
    }

    fn find(&self, bits: u16) -> Option<(u8, u8)> {
        let short = self.short.get(usize::from(bits >> 8)).copied().flatten();
        short.or_else(|| self.walk(u32::from(bits)))
    }

    fn walk(&self, bits: u32) -> Option<(u8, u8)> {
        let length = self.lengths.iter().find(|length| bits < length.until)?;
        let place = length.symbol + ((bits - length.first) >> (16 - length.len));
        let symbol = self.symbols.get(usize::try_from(place).ok()?)?;
        Some((*symbol, length.len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `0` is 5, `10` is 7, `110` is 9, and a code of ten bits is 1.
    fn codes() -> Codes {
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[2], counts[9]) = (1, 1, 1, 1);
        Codes::new(&counts, &[5, 7, 9, 1]).unwrap()
    }

    #[test]
    fn codes_and_numbers_are_read_from_the_highest_bit_on() {
        // 0 10 110 1110000000 101 011, and what fills the byte.
        let mut file = [0b0101_1011, 0b1000_0000, 0b1010_1111].as_slice();
        let mut bits = Bits::new(&mut file);
        let mut code = || bits.code(&codes()).unwrap();
        assert_eq!([code(), code(), code(), code()], [5, 7, 9, 1]);
        assert_eq!((bits.signed(3).unwrap(), bits.signed(3).unwrap()), (5, -4));
        assert!(matches!(bits.number(3), Err(Stop::Here)));
    }

    #[test]
    fn a_stuffed_byte_is_one_and_a_marker_is_the_end() {
        let mut file = [0xff, 0, 0xff, 0xff, 0xda, 9].as_slice();
        let mut bits = Bits::new(&mut file);
        assert_eq!(bits.number(8).unwrap(), 0xff);
        assert!(matches!(bits.number(1), Err(Stop::Here)));
        assert_eq!((bits.end().unwrap(), file), (0xda, [9].as_slice()));
    }

    #[test]
    fn parts_are_told_apart_by_their_marks() {
        let mut file = [0b1111_1111, 0, 0xff, 0xd0, 0b0100_0000, 0xff, 0xd9].as_slice();
        let mut bits = Bits::new(&mut file);
        bits.number(3).unwrap();
        bits.restart().unwrap();
        assert_eq!(bits.number(2).unwrap(), 1);
        assert!(matches!(bits.restart(), Err(Stop::Here)));
        assert_eq!(bits.end().unwrap(), 0xd9);
    }

    #[test]
    fn more_codes_than_there_can_be_are_broken() {
        assert!(Codes::new(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[1, 2, 3]).is_err());
        assert!(codes().find(0xffff).is_none());
    }
}
