//! Old office files are small file systems of sectors: the names of what stands in one.
//!
//! Only the directory is read, and never more of it than a bound: what a hostile file claims costs nothing.

use std::io::{self, Read, Seek, SeekFrom};

const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Sectors of the directory that are read; with 4 names or more each, documents name themselves far sooner.
const DIRECTORY_SECTORS: usize = 64;

/// Sectors that list the file's table, where its header does not suffice: those of a file of 8 GB.
const LIST_SECTORS: u64 = 1_024;

/// How many sectors of the file's table are listed in its header.
const LISTED: u64 = 109;

/// The names of the streams in a file that begins with `head`; none where it is no such file, or a broken one.
pub(super) fn streams(head: &[u8], file: &mut (impl Read + Seek)) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let (true, Some(first), Some(shift)) = (head.starts_with(MAGIC), u32_at(head, 48), head.get(30)) else {
        return Ok(names);
    };
    let bytes = match shift {
        9 => 512,
        12 => 4_096,
        _ => return Ok(names),
    };
    let mut sectors = Sectors { file, head, bytes };
    let mut next = Some(first);
    for _ in 0..DIRECTORY_SECTORS {
        let Some(number) = next else { break };
        let Some(sector) = sectors.read(number)? else { break };
        names.extend(sector.chunks_exact(128).filter_map(stream));
        next = sectors.after(number)?;
    }
    Ok(names)
}

/// The name in an entry of the directory, where it is a stream's.
fn stream(entry: &[u8]) -> Option<String> {
    const STREAM: u8 = 2;
    let bytes = usize::from(u16::from_le_bytes(*entry.get(64..)?.first_chunk()?));
    // The NUL at its end is counted too.
    let name = entry.get(..bytes.checked_sub(2)?.min(62))?;
    let units: Vec<u16> = name
        .as_chunks()
        .0
        .iter()
        .map(|unit| u16::from_le_bytes(*unit))
        .collect();
    (entry.get(66) == Some(&STREAM)).then(|| String::from_utf16_lossy(&units))
}

struct Sectors<'a, F> {
    file: &'a mut F,
    head: &'a [u8],
    /// How big one is.
    bytes: u64,
}

impl<F: Read + Seek> Sectors<'_, F> {
    /// A sector; `None` where the file has no such, or ends within it.
    fn read(&mut self, number: u32) -> io::Result<Option<Vec<u8>>> {
        let mut sector = Vec::new();
        self.file.seek(SeekFrom::Start((u64::from(number) + 1) * self.bytes))?;
        self.file.take(self.bytes).read_to_end(&mut sector)?;
        Ok(Some(sector).filter(|sector| sector.len() as u64 == self.bytes))
    }

    /// The sector that follows one in its chain; `None` at the end of it.
    fn after(&mut self, number: u32) -> io::Result<Option<u32>> {
        let entries = self.bytes / 4;
        let Some(place) = self.table(u64::from(number) / entries)? else {
            return Ok(None);
        };
        let within = u64::from(number) % entries * 4;
        let sector = self.read(place)?;
        Ok(sector.and_then(|sector| link(&sector, within)))
    }

    /// Where a part of the file's table is: the first are listed in the header, the others in a chain of sectors.
    fn table(&mut self, part: u64) -> io::Result<Option<u32>> {
        let Some(far) = part.checked_sub(LISTED) else {
            return Ok(link(self.head, 76 + part * 4));
        };
        let listed = self.bytes / 4 - 1;
        let mut place = link(self.head, 68);
        if far / listed > LIST_SECTORS {
            return Ok(None);
        }
        for _ in 0..far / listed {
            let Some(number) = place else { break };
            place = self.read(number)?.and_then(|sector| link(&sector, listed * 4));
        }
        match place {
            Some(number) => Ok(self.read(number)?.and_then(|sector| link(&sector, far % listed * 4))),
            None => Ok(None),
        }
    }
}

/// A sector's number, unless it says that there is none.
fn link(bytes: &[u8], at: u64) -> Option<u32> {
    const LAST: u32 = 0xffff_fffa;
    u32_at(bytes, usize::try_from(at).ok()?).filter(|number| *number <= LAST)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
