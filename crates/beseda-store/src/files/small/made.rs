//! JPEGs made by hand: of any size, each block of one shade, written as phones and programs write them.

/// How a JPEG is written.
#[derive(Clone, Copy)]
pub struct Jpeg<'a> {
    pub size: (u32, u32),
    /// How fine each colour is across and down.
    pub fine: &'a [(u32, u32)],
    /// In several rounds: the means first, but for their last bit, and that one last.
    pub is_progressive: bool,
    /// Each colour in a scan of its own.
    pub is_apart: bool,
    /// After how many units a mark stands.
    pub restart: Option<u16>,
    /// The shade of a colour's block.
    pub shade: fn(usize, u32, u32) -> u8,
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, number: u32, bits: u32) {
        self.held = self.held << bits | number;
        self.count += bits;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.held >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xff {
                self.bytes.push(0);
            }
            self.held &= (1 << self.count) - 1;
        }
    }

    /// By how much a mean differs: its length in four bits, and itself.
    fn put_difference(&mut self, difference: i32) {
        let len = 32 - difference.unsigned_abs().leading_zeros();
        let number = if difference < 0 {
            difference + (1 << len) - 1
        } else {
            difference
        };
        self.put(len, 4);
        self.put(number as u32, len);
    }

    fn fill(&mut self) {
        if self.count > 0 {
            let missing = 8 - self.count;
            self.put((1 << missing) - 1, missing);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Round {
    Whole,
    Means,
    LastBits,
    Details,
}

impl Jpeg<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"\xff\xd8".to_vec();
        let mut segment = |marker: u8, body: &[u8]| {
            bytes.extend([0xff, marker]);
            bytes.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
            bytes.extend(body);
        };
        segment(0xdb, &[&[0], [8; 64].as_slice()].concat());
        let [width, height] = [self.size.0, self.size.1].map(|side| u16::try_from(side).unwrap().to_be_bytes());
        let mut frame = vec![8, height[0], height[1], width[0], width[1], self.fine.len() as u8];
        for (name, (x, y)) in (1..).zip(self.fine) {
            frame.extend([name, (x << 4 | y) as u8, 0]);
        }
        segment(if self.is_progressive { 0xc2 } else { 0xc0 }, &frame);
        let mut means = [0; 17];
        means[4] = 12;
        segment(0xc4, &[means.as_slice(), &(0..12).collect::<Vec<u8>>()].concat());
        // One code: nothing follows.
        let mut details = [0; 18];
        (details[0], details[1]) = (0x10, 1);
        segment(0xc4, &details);
        if let Some(restart) = self.restart {
            segment(0xdd, &restart.to_be_bytes());
        }
        let all: Vec<usize> = (0..self.fine.len()).collect();
        let each: Vec<&[usize]> = all.chunks(1).collect();
        let together = if self.is_apart {
            each.clone()
        } else {
            vec![all.as_slice()]
        };
        let rounds = match self.is_progressive {
            false => vec![(together, Round::Whole)],
            true => vec![
                (together.clone(), Round::Means),
                (each, Round::Details),
                (together, Round::LastBits),
            ],
        };
        for (scans, round) in rounds {
            for planes in scans {
                bytes.extend(self.scan(planes, round));
            }
        }
        bytes.extend([0xff, 0xd9]);
        bytes
    }

    fn scan(&self, planes: &[usize], round: Round) -> Vec<u8> {
        let mut header = vec![planes.len() as u8];
        for plane in planes {
            header.extend([*plane as u8 + 1, 0]);
        }
        header.extend(match round {
            Round::Whole => [0, 63, 0],
            Round::Means => [0, 0, 1],
            Round::LastBits => [0, 0, 0x10],
            Round::Details => [1, 63, 0],
        });
        let mut bytes = vec![0xff, 0xda, 0, header.len() as u8 + 2];
        bytes.extend(header);
        let finest = [0, 1].map(|way| self.fine.iter().map(|fine| [fine.0, fine.1][way]).max().unwrap());
        let units = match planes {
            [plane] => {
                let fine = self.fine[*plane];
                let own = |len: u32, fine: u32, finest: u32| (len * fine).div_ceil(finest).div_ceil(8);
                [own(self.size.0, fine.0, finest[0]), own(self.size.1, fine.1, finest[1])]
            }
            _ => [self.size.0.div_ceil(8 * finest[0]), self.size.1.div_ceil(8 * finest[1])],
        };
        let mut bits = Bits::default();
        let mut before = [0; 4];
        let mut done = 0_u32;
        for y in 0..units[1] {
            for x in 0..units[0] {
                if let Some(restart) = self.restart.map(u32::from)
                    && done > 0
                    && done.is_multiple_of(restart)
                {
                    bits.fill();
                    bits.bytes.extend([0xff, 0xd0 + ((done / restart - 1) % 8) as u8]);
                    before = [0; 4];
                }
                done += 1;
                for plane in planes {
                    let (across, down) = if planes.len() == 1 { (1, 1) } else { self.fine[*plane] };
                    for block in 0..across * down {
                        let (x, y) = (x * across + block % across, y * down + block / across);
                        let mean = i32::from((self.shade)(*plane, x, y)) - 128;
                        match round {
                            Round::Details => bits.put(0, 1),
                            Round::LastBits => bits.put((mean & 1) as u32, 1),
                            Round::Whole | Round::Means => {
                                let mean = if round == Round::Means { mean >> 1 } else { mean };
                                bits.put_difference(mean - before[*plane]);
                                before[*plane] = mean;
                            }
                        }
                        if round == Round::Whole {
                            bits.put(0, 1);
                        }
                    }
                }
            }
        }
        bits.fill();
        bytes.extend(bits.bytes);
        bytes
    }
}
