//! The log file: every line goes through at once, and old lines make room by size and by age.

use super::line::iso;
use crate::system::{Folder, Inode, KeptFile};
use beseda_core::ports::Clock;
use beseda_core::words::Time;
use parking_lot::Mutex;
use std::io::{self, Write};
use std::sync::Arc;

/// The file that operators search.
const NAME: &str = "app.log";

const DAY: i64 = 86_400_000_000;

/// After a failure the disk is left alone for this long, in microseconds: it is asked for a few lines, not for each.
const PAUSE: i64 = 10_000_000;

/// How much of the log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// A line that would make the file bigger begins a new one, in bytes.
    pub bytes: u64,
    /// Old files beside the one that is written.
    pub files: u32,
    /// Days after its last line until an old file goes.
    pub days: u32,
}

impl Keep {
    /// Whether a file of so many bytes takes no more lines.
    fn is_over(self, bytes: u64, last_line: Time, coming: u64, now: Time) -> bool {
        let new_day = now.0.div_euclid(DAY) > last_line.0.div_euclid(DAY);
        bytes > 0 && (new_day || bytes.saturating_add(coming) > self.bytes)
    }
}

/// Says what is wrong with the file where there is no file to say it in.
pub type Complain = Box<dyn Fn(Time, &str) + Send + Sync>;

/// `app.log` and the older ones beside it: `app.log.1` is the youngest of them. A new day (UTC) begins a new file.
///
/// Nothing is buffered here, so a killed process loses only what waits in the queue before it. What cannot be written is
/// lost and counted. Who moves the file away, empties it or takes its folder away, as `logrotate` does, need not say so: it
/// is looked at before each line, and now and then.
pub struct LogFile {
    folder: Box<dyn Folder>,
    clock: Arc<dyn Clock>,
    complain: Complain,
    state: Mutex<State>,
}

struct State {
    keep: Keep,
    open: Option<Open>,
    trouble: Option<Trouble>,
}

struct Open {
    file: Box<dyn Write + Send>,
    inode: Inode,
    bytes: u64,
    last_line: Time,
}

struct Trouble {
    since: Time,
    cause: String,
    lost: u64,
}

impl LogFile {
    /// Touches nothing yet: the first line opens the file.
    pub fn new(folder: Box<dyn Folder>, clock: Arc<dyn Clock>, keep: Keep, complain: Complain) -> Self {
        Self {
            folder,
            clock,
            complain,
            state: Mutex::new(State {
                keep,
                open: None,
                trouble: None,
            }),
        }
    }

    /// From now on so much is kept, and the next line goes to the file that has the name then, also where the last one
    /// could not be written.
    pub fn reopen(&self, keep: Keep) {
        let mut state = self.state.lock();
        state.keep = keep;
        state.open = None;
        if let Some(trouble) = &mut state.trouble {
            trouble.since = Time(i64::MIN);
        }
    }

    /// Begins another file where the one that lines went to has lost its name since. Where that cannot be, the next line
    /// tells.
    pub fn look(&self) {
        let mut state = self.state.lock();
        let Some(open) = state.open.take() else { return };
        let there = self.as_it_is(open);
        state.open = there.or_else(|| self.open(state.keep, 0, self.clock.now()).ok());
    }

    /// Writes a line, or loses it.
    pub fn add(&self, line: &[u8]) {
        let mut state = self.state.lock();
        let now = self.clock.now();
        if let Some(trouble) = &mut state.trouble {
            // A clock that was set back must not make the pause longer.
            if (0..PAUSE).contains(&now.0.saturating_sub(trouble.since.0)) {
                trouble.lost += 1;
                return;
            }
        }
        match self.try_add(&mut state, line, now) {
            Ok(()) => state.trouble = None,
            Err(error) => {
                state.open = None;
                let cause = error.to_string();
                if state.trouble.is_none() {
                    (self.complain)(now, &format!("lines are missing in logs/{NAME} from now on: {cause}"));
                }
                let lost = 1 + state.trouble.as_ref().map_or(0, |trouble| trouble.lost);
                state.trouble = Some(Trouble {
                    since: now,
                    cause,
                    lost,
                });
            }
        }
    }

    fn try_add(&self, state: &mut State, line: &[u8], now: Time) -> io::Result<()> {
        let length = line.len() as u64;
        let keep = state.keep;
        let mut open = match state.open.take().and_then(|open| self.as_it_is(open)) {
            Some(open) if !keep.is_over(open.bytes, open.last_line, length, now) => open,
            _ => self.open(keep, length, now)?,
        };
        if let Some(Trouble { cause, lost, .. }) = &state.trouble {
            let note = format!("{} WARNING: {lost} lines are missing here: {cause}\n", iso(now));
            open.file.write_all(note.as_bytes())?;
            open.bytes += note.len() as u64;
        }
        open.file.write_all(line)?;
        open.bytes += length;
        open.last_line = now;
        state.open = Some(open);
        Ok(())
    }

    /// The open file with the size that it has now; nothing where its name is another's by now, or nobody's.
    fn as_it_is(&self, open: Open) -> Option<Open> {
        match self.folder.named(NAME) {
            Ok(Some((inode, bytes))) if inode == open.inode => Some(Open { bytes, ..open }),
            Ok(_) => None,
            // Who may not look any more may still write.
            Err(_) => Some(open),
        }
    }

    /// The file that the next line goes to; the one before it makes room where it is over.
    fn open(&self, keep: Keep, coming: u64, now: Time) -> io::Result<Open> {
        let files = self.folder.files()?;
        let mut current = files.iter().find(|file| file.name == NAME);
        if current.is_some_and(|file| keep.is_over(file.bytes, file.changed, coming, now)) {
            self.move_along(&files)?;
            current = None;
        }
        if let Err(error) = self.forget(keep, now) {
            (self.complain)(now, &format!("old files in logs/ could not be deleted: {error}"));
        }
        let (file, inode) = self.folder.append(NAME)?;
        Ok(Open {
            file,
            inode,
            bytes: current.map_or(0, |file| file.bytes),
            last_line: current.map_or(now, |file| file.changed),
        })
    }

    /// Every file becomes the next older one. The oldest goes first, so that none takes another's name.
    fn move_along(&self, files: &[KeptFile]) -> io::Result<()> {
        let mut numbers: Vec<u32> = files.iter().filter_map(|file| number(&file.name)).collect();
        numbers.sort_unstable();
        for number in numbers.into_iter().rev() {
            self.folder.rename(&old(number), &old(number.saturating_add(1)))?;
        }
        self.folder.rename(NAME, &old(1))
    }

    /// Deletes the old files that are too many or too old.
    fn forget(&self, keep: Keep, now: Time) -> io::Result<()> {
        let oldest = now.0.saturating_sub(i64::from(keep.days).saturating_mul(DAY));
        for file in self.folder.files()? {
            if number(&file.name).is_some_and(|number| number > keep.files || file.changed.0 < oldest) {
                self.folder.remove(&file.name)?;
            }
        }
        Ok(())
    }
}

/// The names of the log's files in a folder, whose newest lines come last.
///
/// # Errors
/// The folder cannot be read.
pub fn oldest_first(folder: &dyn Folder) -> io::Result<Vec<String>> {
    let files = folder.files()?;
    let mut numbers: Vec<u32> = files.iter().filter_map(|file| number(&file.name)).collect();
    numbers.sort_unstable();
    let current = files.iter().filter(|file| file.name == NAME).map(|_| NAME.to_owned());
    Ok(numbers.into_iter().rev().map(old).chain(current).collect())
}

fn old(number: u32) -> String {
    format!("{NAME}.{number}")
}

/// Which of the old files has this name; `None` for somebody else's file, which stays.
fn number(name: &str) -> Option<u32> {
    let number = name.strip_prefix(NAME)?.strip_prefix('.')?.parse().ok()?;
    // `app.log.007` is none of ours, and `u32::MAX` has no successor.
    (number > 0 && number < u32::MAX && old(number) == name).then_some(number)
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
