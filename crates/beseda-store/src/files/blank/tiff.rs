//! TIFF: directories of entries, each with a number, and values that stand anywhere (TIFF 6.0). Directories become shorter
//! in their place, and what the entries that are gone pointed to becomes zeros.

use super::{Blanks, Source, joined};
use std::collections::BTreeSet;
use std::io::{self, Read, Seek};
use std::ops::Range;

/// Entries that are needed to show the picture, its further pages and its layers.
const KEPT: [u16; 73] = [
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 288, 289,
    290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 326, 327, 328, 330, 332, 334, 336,
    338, 339, 340, 341, 342, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 559, 32_995, 32_996,
    32_997, 32_998, 34_675, 37_724, 50_674,
];

/// Further directories, of pictures; of what a camera says; of a place; and of what goes with what a camera says.
const DIRECTORIES: u16 = 330;
const CAMERA: u16 = 34_665;
const PLACE: u16 = 34_853;
const ALONG: u16 = 40_965;

/// Of a picture as a camera's sensor saw it, only these go: who took it, when and where, the camera's own number, and
/// texts of people and programs. What the camera says besides is needed to show it.
const GONE_OF_RAW: [u16; 17] = [
    270, 306, 315, 700, 33_432, 33_723, 34_377, PLACE, 36_867, 36_868, 37_510, 42_016, 42_032, 42_033, 42_037, 50_735,
    50_827,
];

/// How a picture's colours are kept: one per point, as the sensor saw it, or all, but not made for the eye.
const COLOURS: u16 = 262;
const OF_SENSOR: [u64; 2] = [32_803, 34_892];
const DNG: u16 = 50_706;

/// How many directories and entries are walked, and how many places of further directories are listed; a file with more
/// stays as it came.
pub(super) const DIRECTORIES_WALKED: usize = 4_096;
pub(super) const ENTRIES_WALKED: usize = 65_536;

type Entry = [u8; 12];

/// Whether no directory stands where another one or a value does: each can become shorter without changing them.
fn apart(directories: &[Directory], values: &[Range<u64>]) -> bool {
    let mut ranges = joined(values.to_vec());
    ranges.extend(directories.iter().map(Directory::range));
    ranges.sort_by_key(|range| range.start);
    ranges.is_sorted_by(|one, next| one.end <= next.start)
}

/// A directory: its entries, and what stands behind them.
struct Directory {
    at: u64,
    entries: Vec<Entry>,
    next: [u8; 4],
}

impl Directory {
    fn range(&self) -> Range<u64> {
        self.at..self.at + 6 + self.entries.len() as u64 * 12
    }
}

struct Walk<'a, R> {
    source: &'a mut Source<R>,
    is_little: bool,
    entries: usize,
    listed: usize,
    is_whole: bool,
    /// Whether there was more than is walked.
    is_over: bool,
}

/// What is to be overwritten in a TIFF.
pub(super) fn blanks<R: Read + Seek>(source: &mut Source<R>) -> io::Result<Blanks> {
    let Some([order, _, _, _, first @ .., c, r]) = source.array::<10>(0)? else {
        return Ok(Blanks::none());
    };
    let is_little = order == b'I';
    let mut walk = Walk {
        source,
        is_little,
        entries: 0,
        listed: 0,
        is_whole: true,
        is_over: false,
    };
    let first = walk.number(&first);
    // Cameras whose files say so.
    let says_so = [c, r] == *b"CR";
    let mut is_raw = says_so;
    let mut directories = walk.directories(vec![first], &[DIRECTORIES])?;
    for entry in directories.iter().flat_map(|directory| &directory.entries) {
        is_raw |= walk.tag(entry) == DNG
            || walk.tag(entry) == COLOURS && OF_SENSOR.contains(&walk.number(&[entry[8], entry[9]]));
    }
    if is_raw {
        directories = walk.directories(vec![first], &[DIRECTORIES, CAMERA, ALONG])?;
    }
    walk.blanks(&directories, is_raw, 0..if says_so { 10 } else { 8 })
}

impl<R: Read + Seek> Walk<'_, R> {
    fn number(&self, bytes: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self.is_little {
            true => bytes.iter().rev().fold(0, add),
            false => bytes.iter().fold(0, add),
        }
    }

    fn tag(&self, entry: &Entry) -> u16 {
        u16::try_from(self.number(&[entry[0], entry[1]])).unwrap_or(0)
    }

    /// Where the value of an entry stands, where that is not the entry itself.
    fn value(&self, entry: &Entry) -> Option<Range<u64>> {
        let size = match self.number(&[entry[2], entry[3]]) {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => return None,
        };
        let [.., a, b, c, d] = *entry;
        let (count, at) = (
            self.number(&[entry[4], entry[5], entry[6], entry[7]]),
            self.number(&[a, b, c, d]),
        );
        (count * size > 4).then(|| at..at + count * size)
    }

    /// The places that an entry points to: one, or a list of them that stands elsewhere.
    fn places(&mut self, entry: &Entry) -> io::Result<Vec<u64>> {
        let Some(range) = self.value(entry) else {
            let [.., a, b, c, d] = *entry;
            return Ok(vec![self.number(&[a, b, c, d])]);
        };
        // Each may list the same places again.
        self.listed = self
            .listed
            .saturating_add(usize::try_from((range.end - range.start).div_ceil(4)).unwrap_or(usize::MAX));
        if self.listed > DIRECTORIES_WALKED {
            self.is_over = true;
            return Ok(Vec::new());
        }
        let list = self.source.bytes(&range, DIRECTORIES_WALKED * 4)?;
        self.is_whole &= list.is_some();
        let list = list.unwrap_or_default();
        Ok(list.as_chunks::<4>().0.iter().map(|place| self.number(place)).collect())
    }

    fn directory(&mut self, at: u64) -> io::Result<Option<Directory>> {
        let Some(count) = self.source.array::<2>(at)? else {
            return Ok(None);
        };
        let count = self.number(&count);
        let until = at + 2 + count * 12;
        self.entries += usize::try_from(count).unwrap_or(usize::MAX);
        if self.entries > ENTRIES_WALKED {
            self.is_over = true;
            return Ok(None);
        }
        let bytes = self.source.bytes(&(at + 2..until), ENTRIES_WALKED * 12)?;
        Ok(bytes.zip(self.source.array(until)?).map(|(bytes, next)| Directory {
            at,
            entries: bytes.as_chunks().0.to_vec(),
            next,
        }))
    }

    /// These directories, those that follow them, and those that entries of these numbers point to.
    fn directories(&mut self, mut places: Vec<u64>, pointers: &[u16]) -> io::Result<Vec<Directory>> {
        let mut found: Vec<Directory> = Vec::new();
        let mut seen = BTreeSet::new();
        (self.entries, self.listed) = (0, 0);
        while let Some(at) = places.pop() {
            if at == 0 || !seen.insert(at) {
                continue;
            }
            if found.len() >= DIRECTORIES_WALKED {
                self.is_over = true;
                break;
            }
            let Some(directory) = self.directory(at)? else {
                self.is_whole = false;
                continue;
            };
            places.push(self.number(&directory.next));
            for entry in &directory.entries {
                if pointers.contains(&self.tag(entry)) {
                    places.extend(self.places(entry)?);
                }
            }
            found.push(directory);
        }
        Ok(found)
    }

    /// Entries that go out of these directories, and what only they point to.
    fn blanks(&mut self, directories: &[Directory], is_raw: bool, header: Range<u64>) -> io::Result<Blanks> {
        let mut blanks = Blanks::default();
        // What is needed: it is not overwritten, whoever else points to it.
        let mut needed = vec![header];
        let mut gone = Vec::new();
        let mut inner = Vec::new();
        for directory in directories {
            let mut kept = Vec::new();
            for entry in &directory.entries {
                let tag = self.tag(entry);
                let is_kept = if is_raw {
                    !GONE_OF_RAW.contains(&tag)
                } else {
                    KEPT.contains(&tag)
                };
                if is_kept {
                    kept.push(*entry);
                    needed.extend(self.value(entry));
                } else {
                    gone.extend(self.value(entry));
                    if [CAMERA, PLACE].contains(&tag) {
                        inner.extend(self.places(entry)?);
                    }
                }
            }
            if kept.len() < directory.entries.len() {
                blanks.put(directory.at, &self.shorter(directory, &kept));
            }
        }
        for directory in self.directories(inner, &[ALONG])? {
            gone.push(directory.range());
            gone.extend(directory.entries.iter().filter_map(|entry| self.value(entry)));
        }
        if self.is_over || !apart(directories, &needed) {
            return Ok(Blanks::none());
        }
        needed.extend(directories.iter().map(Directory::range));
        let needed = joined(needed);
        for range in gone {
            let before = needed.partition_point(|needed| needed.end <= range.start);
            let is_free = needed.get(before).is_none_or(|needed| range.end <= needed.start);
            if is_free && range.end <= self.source.len {
                blanks.zero(range);
            } else {
                self.is_whole = false;
            }
        }
        blanks.keeps_some = !self.is_whole;
        Ok(blanks)
    }

    /// A directory with fewer entries: what follows moves up, and zeros behind it.
    fn shorter(&self, directory: &Directory, kept: &[Entry]) -> Vec<u8> {
        let count = u16::try_from(kept.len()).unwrap_or(0);
        let count = if self.is_little {
            count.to_le_bytes()
        } else {
            count.to_be_bytes()
        };
        let mut bytes = [&count, kept.as_flattened(), &directory.next].concat();
        bytes.resize(6 + directory.entries.len() * 12, 0);
        bytes
    }
}
