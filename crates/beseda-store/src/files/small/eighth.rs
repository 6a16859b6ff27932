//! A JPEG at an eighth of its width and height: the mean of each block of 8 by 8 pixels stands in the file (ITU-T T.81,
//! its "DC coefficient"), and nothing but these is unpacked and held. A progressive one gives them in its first scans.

use super::bits::{Bits, Codes, Stop, after_fill, next};
use super::{Sieve, Small, SmallError, small_size};
use std::io::{BufRead, Read as _};

/// A colour of the picture, at its own fineness.
struct Plane {
    name: u8,
    /// How fine it is across and down, next to the other colours.
    fine: (u32, u32),
    /// The table that its means are to be multiplied by, and what that was when they were read.
    table: u8,
    factor: Option<u16>,
    /// Its blocks across and down: those of the picture, and those that are written where all colours come together.
    own: (u32, u32),
    written: (u32, u32),
    means: Vec<i16>,
}

/// The picture, as its frame says.
struct Frame {
    size: (u32, u32),
    /// Whether it comes in several rounds, of which the first hold the means.
    is_progressive: bool,
    /// The finest of all colours.
    finest: (u32, u32),
    planes: Vec<Plane>,
}

/// What was said before a scan.
#[derive(Default)]
struct Tables {
    factors: [Option<u16>; 4],
    means: [Option<Codes>; 4],
    details: [Option<Codes>; 4],
    /// How many units stand between two marks; 0 where there are none.
    restart: u32,
    /// How the colours are meant, where it is said.
    transform: Option<u8>,
    profile: Option<Vec<u8>>,
}

/// What a scan holds of one colour.
struct Part {
    plane: usize,
    means: usize,
    details: usize,
}

/// How a scan of a progressive picture is written: the bits that it leaves out, and whether it only adds one.
struct Round {
    low: u8,
    adds: bool,
}

/// The small copy of a JPEG, whose longer side has at most `side` pixels, and is never longer than an eighth of the
/// picture's. `memory` bounds what is held, in bytes.
pub(in crate::files) fn of_jpeg(mut file: impl BufRead, side: u32, memory: u64) -> Result<Small, SmallError> {
    let file = &mut file;
    let mut tables = Tables::default();
    let mut frame = None;
    let mut marker = marker(file)?;
    loop {
        match marker {
            // The file's end is as good as the picture's.
            0 | 0xd9 => break,
            0x01 | 0xd0..=0xd8 => {}
            _ => {
                let body = segment(file)?;
                match (marker, &mut frame) {
                    (0xc0..=0xc2, None) => frame = Some(Frame::read(marker, &body, side, memory)?),
                    (0xc4, _) => tables.codes(&body)?,
                    (0xdb, _) => tables.factors(&body)?,
                    (0xdd, _) => tables.restart = u32::from(short(&body, 0)?),
                    (0xe2, _) => tables.profile(&body),
                    (0xee, _) if body.starts_with(b"Adobe") => tables.transform = body.get(11).copied(),
                    (0xda, Some(frame)) => {
                        marker = frame.scan(&tables, &body, file)?;
                        continue;
                    }
                    // Other frames are of other kinds, and a scan without one is none.
                    (0xc0..=0xcf | 0xda, _) => return Err(SmallError::Beyond),
                    _ => {}
                }
            }
        }
        marker = self::marker(file)?;
    }
    let frame = frame.ok_or(SmallError::Broken)?;
    let picture = frame.smaller(&tables, side)?;
    Ok(Small {
        picture,
        profile: tables.profile,
    })
}

/// The next marker; 0 at the end of the file.
fn marker(file: &mut impl BufRead) -> Result<u8, SmallError> {
    loop {
        match next(file)? {
            Some(0xff) => return Ok(after_fill(file)?.unwrap_or(0)),
            Some(_) => {}
            None => return Ok(0),
        }
    }
}

fn segment(file: &mut impl BufRead) -> Result<Vec<u8>, SmallError> {
    let [high, low] = [next(file)?, next(file)?].map(|byte| byte.unwrap_or(0));
    let len = u64::from(u16::from_be_bytes([high, low]))
        .checked_sub(2)
        .ok_or(SmallError::Broken)?;
    let mut body = Vec::new();
    file.take(len).read_to_end(&mut body)?;
    Ok(body)
}

fn byte(body: &[u8], at: usize) -> Result<u8, SmallError> {
    body.get(at).copied().ok_or(SmallError::Broken)
}

fn short(body: &[u8], at: usize) -> Result<u16, SmallError> {
    Ok(u16::from_be_bytes([byte(body, at)?, byte(body, at + 1)?]))
}

impl Tables {
    fn codes(&mut self, mut body: &[u8]) -> Result<(), SmallError> {
        while let Some((class, rest)) = body.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(SmallError::Broken)?;
            let len = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, rest) = rest.split_at_checked(len).ok_or(SmallError::Broken)?;
            let tables = if class >> 4 == 0 {
                &mut self.means
            } else {
                &mut self.details
            };
            let table = tables.get_mut(usize::from(class & 15)).ok_or(SmallError::Broken)?;
            *table = Some(Codes::new(counts, symbols)?);
            body = rest;
        }
        Ok(())
    }

    /// Of each table, what the means are multiplied by.
    fn factors(&mut self, mut body: &[u8]) -> Result<(), SmallError> {
        while let Some((class, rest)) = body.split_first() {
            let is_wide = class >> 4 != 0;
            let factor = if is_wide {
                short(rest, 0)?
            } else {
                u16::from(byte(rest, 0)?)
            };
            let table = self.factors.get_mut(usize::from(class & 15));
            *table.ok_or(SmallError::Broken)? = Some(factor);
            body = rest.get(if is_wide { 128 } else { 64 }..).ok_or(SmallError::Broken)?;
        }
        Ok(())
    }

    /// A profile that comes in one piece; a longer one is not worth its bytes in a small copy.
    fn profile(&mut self, body: &[u8]) {
        if let Some(profile) = body.strip_prefix(b"ICC_PROFILE\0\x01\x01") {
            self.profile = Some(profile.to_vec());
        }
    }
}

impl Frame {
    fn read(marker: u8, body: &[u8], side: u32, memory: u64) -> Result<Self, SmallError> {
        let size = (u32::from(short(body, 3)?), u32::from(short(body, 1)?));
        let rows = body.get(6..).ok_or(SmallError::Broken)?.as_chunks::<3>().0;
        // Other depths and numbers of colours are none of a photo's.
        if size.0 == 0 || size.1 == 0 || byte(body, 0)? != 8 || ![1, 3].contains(&rows.len()) {
            return Err(SmallError::Beyond);
        }
        let fine = |row: &[u8; 3]| (u32::from(row[1] >> 4), u32::from(row[1] & 15));
        if rows
            .iter()
            .map(fine)
            .any(|(x, y)| !(1..=4).contains(&x) || !(1..=4).contains(&y))
        {
            return Err(SmallError::Broken);
        }
        let most = |way: fn((u32, u32)) -> u32| rows.iter().map(|row| way(fine(row))).max().unwrap_or(1);
        let finest = (most(|(x, _)| x), most(|(_, y)| y));
        let mut frame = Self {
            size,
            is_progressive: marker == 0xc2,
            finest,
            planes: Vec::new(),
        };
        for row in rows {
            let fine = fine(row);
            let own = |len: u32, fine: u32, finest: u32| (len * fine).div_ceil(finest).div_ceil(8);
            let written = |len: u32, fine: u32, finest: u32| len.div_ceil(8 * finest) * fine;
            frame.planes.push(Plane {
                name: row[0],
                fine,
                table: row[2],
                factor: None,
                own: (own(size.0, fine.0, finest.0), own(size.1, fine.1, finest.1)),
                written: (written(size.0, fine.0, finest.0), written(size.1, fine.1, finest.1)),
                means: Vec::new(),
            });
        }
        let blocks = |plane: &Plane| u64::from(plane.written.0) * u64::from(plane.written.1);
        let held = frame.planes.iter().map(blocks).sum::<u64>() * 2;
        if held + Sieve::memory(small_size(frame.eighth(), side)) > memory {
            return Err(SmallError::Beyond);
        }
        for plane in &mut frame.planes {
            plane.means = vec![0; usize::try_from(blocks(plane)).map_err(|_| SmallError::Beyond)?];
        }
        Ok(frame)
    }

    fn eighth(&self) -> (u32, u32) {
        (self.size.0.div_ceil(8), self.size.1.div_ceil(8))
    }

    /// Reads a scan, and gives the marker behind it.
    fn scan(&mut self, tables: &Tables, body: &[u8], file: &mut impl BufRead) -> Result<u8, SmallError> {
        let count = usize::from(byte(body, 0)?);
        if !(1..=self.planes.len()).contains(&count) {
            return Err(SmallError::Broken);
        }
        let named = body.get(1..1 + count * 2).ok_or(SmallError::Broken)?.as_chunks::<2>().0;
        let [first, _, low] = [1, 2, 3].map(|place| body.get(count * 2 + place).copied().unwrap_or(0));
        let mut parts = Vec::new();
        for [name, codes] in named {
            let plane = self.planes.iter_mut().position(|plane| plane.name == *name);
            let plane = plane.ok_or(SmallError::Broken)?;
            if let Some(plane) = self.planes.get_mut(plane) {
                let factor = tables.factors.get(usize::from(plane.table)).copied().flatten();
                plane.factor = plane.factor.or(factor);
            }
            parts.push(Part {
                plane,
                means: usize::from(codes >> 4),
                details: usize::from(codes & 15),
            });
        }
        let low = if self.is_progressive { low } else { 0 };
        let mut bits = Bits::new(file);
        // The rest of a progressive picture is what its blocks have besides their means.
        if !self.is_progressive || first == 0 {
            let round = Round {
                low: low & 15,
                adds: low >> 4 != 0,
            };
            match self.blocks(tables, &parts, &round, &mut bits) {
                Err(Stop::Io(error)) => return Err(error.into()),
                // A picture that was cut off is shown as far as it goes.
                Ok(()) | Err(Stop::Here) => {}
            }
        }
        Ok(bits.end()?)
    }

    /// Reads a scan's blocks: all colours of a unit together, or those of a single colour row by row.
    fn blocks<R: BufRead>(
        &mut self,
        tables: &Tables,
        parts: &[Part],
        round: &Round,
        bits: &mut Bits<'_, R>,
    ) -> Result<(), Stop> {
        let (wide, high) = match parts {
            [part] => self.planes.get(part.plane).map(|plane| plane.own).ok_or(Stop::Here)?,
            _ => {
                let units = |len: u32, finest: u32| len.div_ceil(8 * finest);
                (units(self.size.0, self.finest.0), units(self.size.1, self.finest.1))
            }
        };
        let mut before = vec![0_i32; parts.len()];
        let mut until_mark = tables.restart;
        for y in 0..high {
            for x in 0..wide {
                if tables.restart > 0 {
                    if until_mark == 0 {
                        bits.restart()?;
                        before.fill(0);
                        until_mark = tables.restart;
                    }
                    until_mark -= 1;
                }
                for (part, before) in parts.iter().zip(&mut before) {
                    let plane = self.planes.get_mut(part.plane).ok_or(Stop::Here)?;
                    let (across, down) = if parts.len() == 1 { (1, 1) } else { plane.fine };
                    for block in 0..across * down {
                        let at = (x * across + block % across, y * down + block / across);
                        let place = u64::from(at.1) * u64::from(plane.written.0) + u64::from(at.0);
                        let place = usize::try_from(place).map_err(|_| Stop::Here)?;
                        let mean = plane.means.get_mut(place).ok_or(Stop::Here)?;
                        if round.adds {
                            let bit = bits.number(1)?.checked_shl(u32::from(round.low)).unwrap_or(0);
                            *mean |= i16::try_from(bit).unwrap_or(0);
                            continue;
                        }
                        *before = before.wrapping_add(difference(tables, part, bits)?);
                        let shifted = before.checked_shl(u32::from(round.low)).unwrap_or(0);
                        *mean = i16::try_from(shifted).unwrap_or(if shifted < 0 { i16::MIN } else { i16::MAX });
                        if !self.is_progressive {
                            pass_details(tables, part, bits)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The small copy: the means as colours, row by row.
    fn smaller(&self, tables: &Tables, side: u32) -> Result<image::DynamicImage, SmallError> {
        let eighth = self.eighth();
        let mut sieve = Sieve::new(eighth, small_size(eighth, side));
        let names: Vec<u8> = self.planes.iter().map(|plane| plane.name).collect();
        let is_rgb = tables.transform == Some(0) || tables.transform.is_none() && names == b"RGB";
        for y in 0..eighth.1 {
            let shade = |plane: usize, x: u32| {
                let plane = self.planes.get(plane)?;
                let at = (x * plane.fine.0 / self.finest.0, y * plane.fine.1 / self.finest.1);
                let place = u64::from(at.1) * u64::from(plane.written.0) + u64::from(at.0);
                let mean = plane.means.get(usize::try_from(place).ok()?)?;
                let shade = (i32::from(*mean) * i32::from(plane.factor.unwrap_or(1)) + 1_028) >> 3;
                Some(shade.clamp(0, 255))
            };
            sieve.row((0..eighth.0).map(|x| {
                let clamped = |shade: i32| u8::try_from(shade.clamp(0, 255)).unwrap_or(0);
                match [shade(0, x), shade(1, x), shade(2, x)] {
                    [Some(red), Some(green), Some(blue)] if is_rgb => {
                        [clamped(red), clamped(green), clamped(blue), 255]
                    }
                    [Some(light), Some(blue), Some(red)] => {
                        let (blue, red) = (blue - 128, red - 128);
                        // ITU-T T.871, in parts of 65,536.
                        [
                            clamped(light + ((91_881 * red + 32_768) >> 16)),
                            clamped(light - ((22_554 * blue + 46_802 * red - 32_768) >> 16)),
                            clamped(light + ((116_130 * blue + 32_768) >> 16)),
                            255,
                        ]
                    }
                    [light, ..] => {
                        let light = clamped(light.unwrap_or(0));
                        [light, light, light, 255]
                    }
                }
            }));
        }
        sieve.end().ok_or(SmallError::Broken)
    }
}

/// By how much a block's mean differs from that of the block before.
fn difference<R: BufRead>(tables: &Tables, part: &Part, bits: &mut Bits<'_, R>) -> Result<i32, Stop> {
    let codes = tables
        .means
        .get(part.means)
        .and_then(Option::as_ref)
        .ok_or(Stop::Here)?;
    match bits.code(codes)? {
        len @ 0..=15 => bits.signed(len),
        _ => Err(Stop::Here),
    }
}

/// Passes over what a block has besides its mean.
fn pass_details<R: BufRead>(tables: &Tables, part: &Part, bits: &mut Bits<'_, R>) -> Result<(), Stop> {
    let codes = tables
        .details
        .get(part.details)
        .and_then(Option::as_ref)
        .ok_or(Stop::Here)?;
    let mut place = 1;
    while place < 64 {
        let code = bits.code(codes)?;
        match (code >> 4, code & 15) {
            (15, 0) => place += 16,
            (_, 0) => break,
            (zeros, len) => {
                bits.number(len)?;
                place += zeros + 1;
            }
        }
    }
    Ok(())
}
