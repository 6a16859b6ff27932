//! A log file over a pretended folder and a clock that is set by hand.

use super::*;
use parking_lot::MutexGuard;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2025-11-21T12:00:00Z.
const NOON: i64 = 1_763_726_400_000_000;
const HOUR: i64 = DAY / 24;

#[derive(Default)]
struct Shelf {
    /// What has this name: its number, its text, and when it was last written.
    files: BTreeMap<String, (u64, String, Time)>,
    /// What has no name any more, and is still open.
    nameless: BTreeMap<u64, String>,
    made: u64,
    /// How many more bytes fit on the disk.
    space: Option<usize>,
    /// The calls that fail.
    broken: Vec<&'static str>,
    opened: usize,
}

/// The whole machine as the log sees it.
#[derive(Clone)]
struct World {
    shelf: Arc<Mutex<Shelf>>,
    clock: Arc<AtomicI64>,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl World {
    fn new() -> Self {
        Self {
            shelf: Arc::default(),
            clock: Arc::new(AtomicI64::new(NOON)),
            complaints: Arc::default(),
        }
    }

    fn log(&self, keep: Keep) -> LogFile {
        let complaints = Arc::clone(&self.complaints);
        let complain = Box::new(move |_, what: &str| complaints.lock().push(what.to_owned()));
        LogFile::new(Box::new(self.clone()), Arc::new(self.clone()), keep, complain)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock()
    }

    fn pass(&self, micros: i64) {
        self.clock.fetch_add(micros, Ordering::Relaxed);
    }

    fn put(&self, name: &str, text: &str, changed: i64) {
        let mut shelf = self.shelf();
        shelf.made += 1;
        let file = (shelf.made, text.into(), Time(changed));
        shelf.files.insert(name.into(), file);
    }

    /// As whoever does not ask the log: the file loses its name.
    fn take_away(&self, name: &str) {
        let mut shelf = self.shelf();
        let (number, text, _) = shelf.files.remove(name).unwrap();
        shelf.nameless.insert(number, text);
    }

    fn text(&self, name: &str) -> String {
        self.shelf()
            .files
            .get(name)
            .map(|(_, text, _)| text.clone())
            .unwrap_or_default()
    }

    fn names(&self) -> Vec<String> {
        self.shelf().files.keys().cloned().collect()
    }

    fn complaints(&self) -> Vec<String> {
        self.complaints.lock().clone()
    }

    fn fails(&self, call: &str) -> io::Result<()> {
        if self.shelf().broken.contains(&call) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(())
    }
}

impl Clock for World {
    fn now(&self) -> Time {
        Time(self.clock.load(Ordering::Relaxed))
    }
}

impl Folder for World {
    fn files(&self) -> io::Result<Vec<KeptFile>> {
        self.fails("files")?;
        let shelf = self.shelf();
        let facts = shelf.files.iter().map(|(name, (_, text, changed))| KeptFile {
            name: name.clone(),
            bytes: text.len() as u64,
            changed: *changed,
        });
        Ok(facts.collect())
    }

    fn append(&self, name: &str) -> io::Result<(Box<dyn Write + Send>, Inode)> {
        self.fails("append")?;
        self.shelf().opened += 1;
        if !self.shelf().files.contains_key(name) {
            self.put(name, "", self.now().0);
        }
        let (number, text, _) = self.shelf().files[name].clone();
        let world = self.clone();
        let mut pen = Pen { world, number };
        if !text.is_empty() && !text.ends_with('\n') {
            pen.write_all(b"\n")?;
        }
        Ok((Box::new(pen), Inode { device: 1, number }))
    }

    fn named(&self, name: &str) -> io::Result<Option<(Inode, u64)>> {
        self.fails("named")?;
        let shelf = self.shelf();
        let found = shelf.files.get(name);
        Ok(found.map(|(number, text, _)| {
            let number = *number;
            (Inode { device: 1, number }, text.len() as u64)
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.fails("rename")?;
        let mut shelf = self.shelf();
        let file = shelf.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        assert!(shelf.files.insert(to.into(), file).is_none(), "{to} was overwritten");
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.fails("remove")?;
        self.shelf().files.remove(name);
        Ok(())
    }
}

struct Pen {
    world: World,
    number: u64,
}

impl Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let now = self.world.now();
        let mut shelf = self.world.shelf();
        let fits = shelf.space.map_or(bytes.len(), |space| space.min(bytes.len()));
        if fits == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        shelf.space = shelf.space.map(|space| space - fits);
        let shelf = &mut *shelf;
        let named = shelf.files.values_mut().find(|(number, ..)| *number == self.number);
        let mut unseen = now;
        let (text, changed) = match named {
            Some((_, text, changed)) => (text, changed),
            None => (shelf.nameless.get_mut(&self.number).unwrap(), &mut unseen),
        };
        text.push_str(std::str::from_utf8(&bytes[..fits]).unwrap());
        *changed = now;
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const ROOMY: Keep = Keep {
    bytes: 10_000,
    files: 3,
    days: 30,
};

#[test]
fn a_line_is_there_as_soon_as_it_was_written_and_a_new_process_goes_on_behind_it() {
    let world = World::new();
    let log = world.log(ROOMY);
    assert_eq!(
        world.names(),
        Vec::<String>::new(),
        "it touched the folder before a line"
    );
    log.add(b"one\n");
    assert_eq!(world.text(NAME), "one\n");
    log.add(b"two\n");
    assert_eq!(world.shelf().opened, 1);
    // As after `kill -9`: nothing is closed.
    std::mem::forget(log);
    world.log(ROOMY).add(b"three\n");
    assert_eq!(world.text(NAME), "one\ntwo\nthree\n");
    assert_eq!(world.complaints(), Vec::<String>::new());
}

#[test]
fn a_line_that_would_not_fit_begins_a_new_file_and_the_oldest_goes() {
    let world = World::new();
    let log = world.log(Keep { bytes: 8, ..ROOMY });
    for line in ["1.1\n", "1.2\n", "2.1\n", "2.2\n"] {
        log.add(line.as_bytes());
    }
    assert_eq!(world.text("app.log.1"), "1.1\n1.2\n");
    assert_eq!(world.text(NAME), "2.1\n2.2\n", "8 bytes are not too many");
    log.add(b"longer than a whole file\n");
    log.add(b"4\n");
    log.add(b"5.1.2.3\n");
    assert_eq!(world.names(), [NAME, "app.log.1", "app.log.2", "app.log.3"]);
    assert_eq!(world.text("app.log.3"), "2.1\n2.2\n");
    assert_eq!(world.text("app.log.2"), "longer than a whole file\n");
    assert_eq!(world.text("app.log.1"), "4\n");
    assert_eq!(world.text(NAME), "5.1.2.3\n");
}

#[test]
fn a_new_process_counts_what_is_there_already() {
    let world = World::new();
    world.put(NAME, "1234567\n", NOON);
    world.log(Keep { bytes: 8, ..ROOMY }).add(b"x\n");
    assert_eq!(
        (world.text("app.log.1").as_str(), world.text(NAME).as_str()),
        ("1234567\n", "x\n")
    );
}

#[test]
fn a_new_day_begins_a_new_file_whether_the_process_lived_through_midnight_or_not() {
    let world = World::new();
    let log = world.log(ROOMY);
    log.add(b"friday\n");
    world.pass(12 * HOUR - 1);
    log.add(b"still friday\n");
    world.pass(1);
    log.add(b"saturday\n");
    world.pass(DAY);
    world.log(ROOMY).add(b"sunday\n");
    assert_eq!(world.text("app.log.2"), "friday\nstill friday\n");
    assert_eq!(world.text("app.log.1"), "saturday\n");
    assert_eq!(world.text(NAME), "sunday\n");
    // A clock that is set back begins nothing.
    world.pass(-2 * DAY);
    world.log(ROOMY).add(b"friday again\n");
    assert_eq!(world.text(NAME), "sunday\nfriday again\n");
}

#[test]
fn old_files_go_after_their_days_and_foreign_ones_stay() {
    let world = World::new();
    let keep = Keep { days: 2, ..ROOMY };
    world.put("app.log.1", "young enough\n", NOON - 2 * DAY);
    world.put("app.log.2", "too old\n", NOON - 2 * DAY - 1);
    world.put("app.log.9", "one too many\n", NOON);
    for foreign in ["app.log.01", "app.log.0", "app.log.gz", "app.log.4294967295", "notes"] {
        world.put(foreign, "mine\n", 0);
    }
    world.log(keep).add(b"now\n");
    let left = world.names();
    let ours: Vec<_> = left.iter().filter(|name| world.text(name) != "mine\n").collect();
    assert_eq!(ours, [NAME, "app.log.1"]);
    assert_eq!(left.len(), 7, "{left:?}");
}

#[test]
fn a_full_disk_loses_lines_says_so_once_and_the_file_says_how_many() {
    let world = World::new();
    let log = world.log(ROOMY);
    log.add(b"before\n");
    world.shelf().space = Some(4);
    log.add(b"cut in two\n");
    for _ in 0..3 {
        world.pass(PAUSE / 3);
        log.add(b"lost\n");
    }
    world.pass(PAUSE);
    log.add(b"lost too\n");
    assert_eq!(world.complaints().len(), 1, "{:?}", world.complaints());
    assert!(world.complaints()[0].contains("app.log"), "{:?}", world.complaints());

    world.shelf().space = None;
    log.add(b"the pause is kept\n");
    world.pass(PAUSE);
    log.add(b"after\n");
    log.add(b"and on\n");
    let text = world.text(NAME);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert_eq!(
        (lines[0], lines[1], lines[3], lines[4]),
        ("before", "cut ", "after", "and on")
    );
    assert!(lines[2].starts_with("2025-11-21T12:00:"), "{text}");
    assert!(lines[2].contains(" WARNING: 6 lines are missing here: "), "{text}");

    world.shelf().space = Some(0);
    log.add(b"lost\n");
    assert_eq!(world.complaints().len(), 2, "trouble that comes back is told again");
}

#[test]
fn a_clock_that_is_set_back_does_not_keep_the_file_shut() {
    let world = World::new();
    let log = world.log(ROOMY);
    world.shelf().broken = vec!["append"];
    log.add(b"lost\n");
    world.shelf().broken.clear();
    world.pass(-HOUR);
    log.add(b"there\n");
    assert!(world.text(NAME).ends_with("there\n"));
}

#[test]
fn a_folder_that_refuses_never_makes_the_file_bigger_than_it_may_be() {
    let world = World::new();
    let log = world.log(Keep { bytes: 8, ..ROOMY });
    log.add(b"1234567\n");
    world.shelf().broken = vec!["rename"];
    for _ in 0..3 {
        log.add(b"x\n");
        world.pass(PAUSE);
    }
    assert_eq!(world.text(NAME), "1234567\n");
    assert_eq!(world.complaints().len(), 1);

    // Files that cannot be deleted stop nobody from writing.
    world.shelf().broken = vec!["remove"];
    world.put("app.log.7", "old\n", 0);
    log.add(b"y\n");
    assert!(world.text(NAME).ends_with("y\n"));
    assert!(world.complaints()[1].contains("deleted"), "{:?}", world.complaints());
}

#[test]
fn a_file_that_was_moved_removed_or_emptied_is_noticed_with_the_next_line() {
    let world = World::new();
    let log = world.log(Keep { bytes: 8, ..ROOMY });
    log.add(b"1234567\n");
    // As `logrotate` with `copytruncate`: there is room again.
    world.shelf().files.get_mut(NAME).unwrap().1.clear();
    log.add(b"2\n");
    assert_eq!((world.text(NAME).as_str(), world.names().len()), ("2\n", 1));
    // With `create`: the old one has another name, and a new one is there.
    world.rename(NAME, "app.log-20251121").unwrap();
    world.put(NAME, "", NOON);
    log.add(b"3\n");
    assert_eq!(world.text(NAME), "3\n");
    assert_eq!(world.text("app.log-20251121"), "2\n");
    // Removed, or moved with its whole folder.
    world.take_away(NAME);
    log.add(b"4\n");
    assert_eq!(world.text(NAME), "4\n");
    // While there are no lines, it is there again when it is looked for.
    world.take_away(NAME);
    log.look();
    assert!(world.names().contains(&NAME.to_owned()));
    log.add(b"4\n");
    let opened = world.shelf().opened;
    log.look();
    assert_eq!(world.shelf().opened, opened, "it had its name");
    // Who may not look any more goes on.
    world.shelf().broken = vec!["named"];
    log.add(b"5\n");
    assert_eq!(world.text(NAME), "4\n5\n");
    assert_eq!(world.complaints(), Vec::<String>::new());
}

#[test]
fn a_file_that_is_opened_anew_keeps_what_it_is_told_and_is_tried_at_once() {
    let world = World::new();
    let log = world.log(ROOMY);
    log.add(b"1234567\n");
    log.reopen(Keep { bytes: 8, ..ROOMY });
    log.add(b"x\n");
    assert_eq!(
        (world.text("app.log.1").as_str(), world.text(NAME).as_str()),
        ("1234567\n", "x\n")
    );
    world.shelf().broken = vec!["append"];
    log.reopen(ROOMY);
    log.add(b"lost\n");
    world.shelf().broken.clear();
    log.add(b"lost\n");
    log.reopen(ROOMY);
    log.add(b"there\n");
    assert!(
        world
            .text(NAME)
            .ends_with(" WARNING: 2 lines are missing here: permission denied\nthere\n"),
        "{}",
        world.text(NAME)
    );
}
