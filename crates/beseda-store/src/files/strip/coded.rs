//! What stands in a WebP without loss that has more codes than pixels, for the tests.

const SIDE: u32 = 4;

/// Bits, the first one in the lowest place.
#[derive(Default)]
pub struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    /// A number.
    pub fn put(&mut self, number: u32, bits: u32) {
        for bit in 0..bits {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= u8::from(number >> bit & 1 == 1) << (self.count % 8);
            self.count += 1;
        }
    }

    /// All of them, the last byte filled with zeros.
    pub fn bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A code of one symbol.
    fn one(&mut self, symbol: u32) {
        self.put(0b101, 3);
        self.put(symbol, 8);
    }

    /// A code of 11 symbols, of 1 to 10 bits.
    fn eleven(&mut self) {
        const ORDER: [u32; 14] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10];
        self.put(0, 1);
        self.put(ORDER.len() as u32 - 4, 4);
        // Lengths of 1 to 6 bits are themselves written in 3 bits, those of 7 to 10 in 4.
        let length = |of: u32| match of {
            1..=6 => 3,
            7..=10 => 4,
            _ => 0,
        };
        for of in ORDER {
            self.put(length(of), 3);
        }
        // Nine and two of them are said.
        self.put(0b0011, 4);
        self.put(9, 4);
        for of in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10] {
            let code: u32 = if of <= 6 { of - 1 } else { 12 + of - 7 };
            self.put(code.reverse_bits() >> (32 - length(of)), length(of));
        }
    }
}

/// What stands in the chunk of a picture of 4 by 4 pixels with so many groups of codes: of each, five codes of at most ten
/// bits.
pub fn pixels(groups: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x2f, 8);
    bits.put(SIDE - 1, 14);
    bits.put(SIDE - 1, 14);
    // No transparency, of the first version, neither changed nor with a cache.
    bits.put(0, 1 + 3 + 1 + 1);
    // One square of pixels has the last group.
    bits.put(1, 1);
    bits.put(0, 3);
    bits.put(0, 1);
    bits.one((groups - 1) & 0xff);
    bits.one((groups - 1) >> 8);
    for _ in 0..3 {
        bits.one(0);
    }
    for _ in 0..groups * 5 {
        bits.eleven();
    }
    // Each pixel has the first symbols.
    bits.put(0, 32);
    bits.put(0, 32);
    bits.bytes()
}
