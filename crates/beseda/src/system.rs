//! The machine outside: clock, randomness, environment and files, in the one module that may touch them.
#![expect(
    clippy::disallowed_methods,
    reason = "everything else is handed the outside, so that it can be tested without it; here it comes in"
)]

mod condition;
mod machine;
mod owners;
mod sockets;

pub use sockets::{HandedOver, InTheWay, SocketFile};

pub use condition::{Process, Server};

use beseda_core::ports::{Clock, Random};
use beseda_core::words::Time;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// No file that is read whole is bigger than this: settings, secrets and keys are small.
const BIGGEST_FILE: u64 = 1024 * 1024;
/// How far work that can wait stands behind that of others, in steps of `nice`.
const NICE: i32 = 10;

/// What reading the settings asks of the machine.
pub trait Outside: Random {
    /// The variables of the environment.
    fn variables(&self) -> Vec<(OsString, OsString)>;
    /// The whole file, at most a mebibyte.
    ///
    /// # Errors
    /// It is not there, cannot be read, or is bigger.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// The permission bits of a file, where it has any.
    fn mode(&self, path: &Path) -> Option<u32>;
    /// Makes a file that only its owner may read, with its directories. `false`, and nothing changed, when it is
    /// there already. Nobody ever sees it half written, and it is on disk when this returns.
    ///
    /// # Errors
    /// The directory cannot be made or written.
    fn create_private(&self, path: &Path, bytes: &[u8]) -> io::Result<bool>;
}

/// A folder of files that are written at their ends: what the log asks of the machine.
pub trait Folder: Send + Sync {
    /// The files in it; none where the folder is not there yet.
    ///
    /// # Errors
    /// The folder cannot be read.
    fn files(&self) -> io::Result<Vec<KeptFile>>;
    /// Opens a file to write at its end; made, with the folder, where there is none. A last line that was cut is ended.
    ///
    /// # Errors
    /// It cannot be made, opened or written.
    fn append(&self, name: &str) -> io::Result<(Box<dyn Write + Send>, Inode)>;
    /// Which file has this name now, and its size; `None` where none has.
    ///
    /// # Errors
    /// The folder cannot be looked into.
    fn named(&self, name: &str) -> io::Result<Option<(Inode, u64)>>;
    /// Gives a file another name.
    ///
    /// # Errors
    /// It is not there, or the folder cannot be written.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Deletes a file.
    ///
    /// # Errors
    /// It is not there, or the folder cannot be written.
    fn remove(&self, name: &str) -> io::Result<()>;
}

/// A file of a [`Folder`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Its name in the folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last written.
    pub changed: Time,
}

/// What a file is on its disk, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inode {
    /// The disk.
    pub device: u64,
    /// Its number there. Nobody else gets it while the file is open.
    pub number: u64,
}

impl Inode {
    fn of(meta: &fs::Metadata) -> Self {
        Self {
            device: meta.dev(),
            number: meta.ino(),
        }
    }
}

/// A folder that only its owner may enter; nothing is made before the first file.
#[derive(Debug, Clone)]
pub struct PrivateFolder(pub PathBuf);

/// A file that this process alone has, as long as this is kept.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// The real machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    fn now(&self) -> Time {
        time_of(SystemTime::now())
    }
}

fn time_of(time: SystemTime) -> Time {
    let micros = |span: std::time::Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    Time(match time.duration_since(UNIX_EPOCH) {
        Ok(since) => micros(since),
        Err(before) => -micros(before.duration()),
    })
}

impl Random for System {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Tokens that can be guessed are worse than no server.
            let _ = writeln!(io::stderr(), "beseda: the system gives no randomness; stopping");
            std::process::abort();
        }
    }
}

impl Outside for System {
    fn variables(&self) -> Vec<(OsString, OsString)> {
        std::env::vars_os().collect()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(BIGGEST_FILE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > BIGGEST_FILE {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is bigger than 1 MiB"));
        }
        Ok(bytes)
    }

    fn mode(&self, path: &Path) -> Option<u32> {
        fs::metadata(path).ok().map(|meta| meta.permissions().mode() & 0o777)
    }

    fn create_private(&self, path: &Path, bytes: &[u8]) -> io::Result<bool> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut mark = [0; 8];
        self.fill(&mut mark);
        let draft = folder.join(format!(".{:016x}.new", u64::from_ne_bytes(mark)));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        // A link fails where the name is taken: of two who start at once, both end with the same file.
        let linked = written.and_then(|()| fs::hard_link(&draft, path));
        fs::remove_file(&draft)?;
        match linked {
            Ok(()) => File::open(folder)?.sync_all().map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Folder for PrivateFolder {
    fn files(&self) -> io::Result<Vec<KeptFile>> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry?;
            let meta = match entry.metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                meta => meta?,
            };
            if let (true, Ok(name)) = (meta.is_file(), entry.file_name().into_string()) {
                files.push(KeptFile {
                    name,
                    bytes: meta.len(),
                    changed: time_of(meta.modified()?),
                });
            }
        }
        Ok(files)
    }

    fn append(&self, name: &str) -> io::Result<(Box<dyn Write + Send>, Inode)> {
        System.make_private_folder(&self.0)?;
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .mode(0o600)
            .open(self.0.join(name))?;
        let (mut last, meta) = ([b'\n'], file.metadata()?);
        if meta.len() > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
        Ok((Box::new(file), Inode::of(&meta)))
    }

    fn named(&self, name: &str) -> io::Result<Option<(Inode, u64)>> {
        match fs::metadata(self.0.join(name)) {
            Ok(meta) => Ok(Some((Inode::of(&meta), meta.len()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }
}

impl System {
    /// Makes a folder that only its owner may enter, with those above it; one that is there stays as it is.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn make_private_folder(self, path: &Path) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    /// Lets this process open as many files as it may ask for: how many that is.
    pub fn raise_descriptors(self) -> u64 {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        let current = match setrlimit(Resource::Nofile, raised) {
            Ok(()) => maximum,
            Err(_) => current,
        };
        current.unwrap_or(u64::MAX)
    }

    /// Takes a file for this process alone, until it ends however it ends, and writes its number there; `None` where
    /// another process has it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn lock(self, path: &Path) -> io::Result<Option<Lock>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                (&file).write_all(std::process::id().to_string().as_bytes())?;
                Ok(Some(Lock { _file: file }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// From now on this process runs when others have nothing to do. Where that may not be, it runs as it did.
    pub fn let_others_go_first(self) {
        let _ = rustix::process::nice(NICE);
    }

    /// Now, as a part of a file's name: `20261128T221005Z`.
    pub fn compact_time(self) -> String {
        self.time_as("%Y%m%dT%H%M%SZ")
    }

    /// Now, in UTC, in this form.
    pub fn time_as(self, form: &str) -> String {
        let now = jiff::Timestamp::from_microsecond(self.now().0).unwrap_or_default();
        now.strftime(form).to_string()
    }

    /// A seed file, which may be as large as the business is.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_seed(self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    /// A report of a command, in the place of one that was there before; for its owner alone, because it names people.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create_report(self, path: &Path) -> io::Result<File> {
        OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(path)
    }

    /// What the system says of this process, under a name like `stat`.
    ///
    /// # Errors
    /// There is no `/proc`.
    pub fn of_process(self, name: &str) -> io::Result<String> {
        fs::read_to_string(Path::new("/proc/self").join(name))
    }

    /// One line of standard input, without its end.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_line(self) -> io::Result<String> {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

#[cfg(test)]
pub mod pretend {
    //! A machine made of maps, for tests.

    use super::{Outside, Path, Random, io};
    use parking_lot::Mutex;
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::ffi::OsString;
    use std::path::PathBuf;

    /// A folder of a test's own, which is not there yet, and gone when the test is over.
    pub struct Scratch(pub PathBuf);

    impl Scratch {
        pub fn new() -> Self {
            let mut mark = [0; 8];
            super::System.fill(&mut mark);
            #[expect(clippy::disallowed_methods, reason = "a test's own folder")]
            let all = std::env::temp_dir();
            Self(all.join(format!("beseda-test-{:016x}", u64::from_ne_bytes(mark))))
        }
    }

    impl Drop for Scratch {
        #[expect(clippy::disallowed_methods, reason = "a test takes away what its server left")]
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    /// Variables and files, and randomness that is the same each time.
    #[derive(Debug, Default)]
    pub struct Pretend {
        pub variables: Vec<(OsString, OsString)>,
        pub files: Mutex<BTreeMap<PathBuf, (Vec<u8>, u32)>>,
    }

    impl Pretend {
        pub fn with(mut self, name: &str, value: &str) -> Self {
            self.variables.push((name.into(), value.into()));
            self
        }

        pub fn file(self, path: &str, text: &str) -> Self {
            self.files.lock().insert(path.into(), (text.as_bytes().to_vec(), 0o600));
            self
        }
    }

    impl Random for Pretend {
        fn fill(&self, bytes: &mut [u8]) {
            thread_local!(static NEXT: RefCell<u8> = const { RefCell::new(1) });
            NEXT.with_borrow_mut(|next| {
                for byte in bytes {
                    *byte = *next;
                    *next = next.wrapping_mul(73).wrapping_add(41);
                }
            });
        }
    }

    impl Outside for Pretend {
        fn variables(&self) -> Vec<(OsString, OsString)> {
            self.variables.clone()
        }

        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            let files = self.files.lock();
            files
                .get(path)
                .map(|(bytes, _)| bytes.clone())
                .ok_or(io::ErrorKind::NotFound.into())
        }

        fn mode(&self, path: &Path) -> Option<u32> {
            self.files.lock().get(path).map(|(_, mode)| *mode)
        }

        fn create_private(&self, path: &Path, bytes: &[u8]) -> io::Result<bool> {
            let mut files = self.files.lock();
            let new = !files.contains_key(path);
            if new {
                files.insert(path.into(), (bytes.to_vec(), 0o600));
            }
            Ok(new)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_folder() -> PathBuf {
        let mut mark = [0; 8];
        System.fill(&mut mark);
        std::env::temp_dir().join(format!("beseda-system-{:016x}", u64::from_ne_bytes(mark)))
    }

    #[test]
    fn a_private_folder_is_made_with_its_first_file_and_ends_cut_lines() {
        let above = new_folder();
        let folder = PrivateFolder(above.join("logs"));
        assert_eq!(folder.files().unwrap(), []);
        assert!(!above.exists(), "looking made something");
        let begun = System.now();
        assert_eq!(folder.named("a").unwrap(), None);
        let (mut file, inode) = folder.append("a").unwrap();
        file.write_all(b"whole\ncut").unwrap();
        assert_eq!(folder.named("a").unwrap(), Some((inode, 9)));
        folder.append("a").unwrap().0.write_all(b"next\n").unwrap();
        folder.append("a").unwrap();
        assert_eq!(System.read(&folder.0.join("a")).unwrap(), b"whole\ncut\nnext\n");
        assert_eq!(System.mode(&folder.0), Some(0o700));
        assert_eq!(System.mode(&folder.0.join("a")), Some(0o600));

        folder.rename("a", "b").unwrap();
        fs::create_dir(folder.0.join("no file")).unwrap();
        let files = folder.files().unwrap();
        assert_eq!((files.len(), files[0].name.as_str(), files[0].bytes), (1, "b", 15));
        // Disks count time in coarser steps than clocks do.
        assert!(files[0].changed.0 > begun.0 - 10_000_000, "{files:?}");
        folder.remove("b").unwrap();
        assert_eq!(folder.files().unwrap(), []);
        fs::remove_dir_all(above).unwrap();
    }

    #[test]
    fn a_private_file_is_made_once_whole_and_for_its_owner_alone() {
        let folder = new_folder();
        let path = folder.join("deep/secret");
        assert!(System.create_private(&path, b"first").unwrap());
        assert!(!System.create_private(&path, b"second").unwrap());
        assert_eq!(System.read(&path).unwrap(), b"first");
        assert_eq!(System.mode(&path), Some(0o600));
        assert_eq!(System.mode(path.parent().unwrap()), Some(0o700));
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "a draft was left behind"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_without_end_is_not_read_into_memory() {
        let error = System.read(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
