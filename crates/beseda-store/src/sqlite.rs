//! The store on SQLite: one thread that writes, a few that read, and a bounded queue before each kind.

mod log;
pub(crate) mod open;
pub(crate) mod place;
mod reader;
mod writer;

use crate::backup::Before;
use crate::counts::Counts;
use crate::reach::Reach;
use crate::told::Ears;
use crate::{Opened, Opener, Sizes, join};
use beseda_core::error::Fault;
use beseda_core::ports::{Audience, Change, Glance, Store};
use open::OpenError;
use parking_lot::{Mutex, RwLock};
use place::Place;
use reader::Glances;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};
use writer::Writer;

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The file; made, readable by its owner alone, when it is not there. Its directory must be.
    pub path: PathBuf,
    /// How many threads read, at least 1.
    pub readers: usize,
    /// How many changes, and how many glances, may wait; one more is answered with [`Fault::Busy`].
    pub queue: usize,
    /// How many milliseconds to wait for another process that writes.
    pub busy_timeout_ms: u32,
    /// How much of the database each thread may keep in memory, in KiB; it is taken as it is needed.
    pub cache_kib: u32,
    /// How many bytes the write-ahead log may have: a longer one is written back also while changes wait.
    pub wal_bytes: u64,
    /// Who opens it.
    pub opener: Opener,
    /// Where the database goes before it is migrated, if anywhere.
    pub before: Option<Before>,
}

impl Options {
    /// A database at a path, everything else as it is by default.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            readers: 2,
            queue: 4096,
            busy_timeout_ms: 5_000,
            cache_kib: 16 * 1024,
            wal_bytes: 64 * 1024 * 1024,
            opener: Opener::Command,
            before: None,
        }
    }
}

/// Rooms, messages and people in one SQLite file. Other processes may use the file meanwhile. Closed when dropped.
pub struct Sqlite {
    /// Gone once the store is closed.
    queues: RwLock<Option<Queues>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Mutex<Vec<JoinHandle<()>>>,
    ears: Ears,
    place: Arc<Place>,
    /// What stands in the way of the writer.
    reach: Reach,
    counts: Counts,
}

struct Queues {
    changes: SyncSender<Box<dyn Change>>,
    glances: SyncSender<Box<dyn Glance>>,
}

impl Sqlite {
    /// Opens the database, made and migrated if need be, and starts the threads.
    ///
    /// # Errors
    /// Why it cannot be opened, see [`OpenError`].
    pub fn open(options: &Options) -> Result<Self, OpenError> {
        let (conn, place, _) = open::open_writer(options)?;
        let place = Arc::new(place);
        let readers = options.readers.max(1);
        let snapshots: Result<Vec<_>, _> = (0..readers).map(|_| open::open_reader(options)).collect();
        let (changes, queued_changes) = sync_channel(options.queue.max(1));
        let (glances, queued_glances) = sync_channel(options.queue.max(1));
        let queued_glances: Arc<Glances> = Arc::new(Mutex::new(queued_glances));
        let no_thread = |source| OpenError::Io {
            path: options.path.clone(),
            source,
        };

        let counts = Counts::default();
        let mut threads = Vec::with_capacity(readers);
        for (number, conn) in snapshots?.into_iter().enumerate() {
            let (queued, counts) = (Arc::clone(&queued_glances), counts.clone());
            let thread = Builder::new().name(format!("store-reader-{number}"));
            threads.push(
                thread
                    .spawn(move || reader::run(&conn, &queued, &counts))
                    .map_err(no_thread)?,
            );
        }
        let ears = Ears::default();
        let reach = Reach::default();
        let (told, held, reached, wanted) = (ears.clone(), Arc::clone(&place), reach.clone(), options.clone());
        let counted = counts.clone();
        let thread = Builder::new().name("store-writer".to_owned());
        let write = move || Writer::new(&conn, told, &wanted, Some(held), reached, counted).run(&queued_changes);
        let writer = thread.spawn(write).map_err(no_thread)?;
        Ok(Self {
            queues: RwLock::new(Some(Queues { changes, glances })),
            writer: Mutex::new(Some(writer)),
            readers: Mutex::new(threads),
            ears,
            place,
            reach,
            counts,
        })
    }

    fn hand_over<T>(&self, work: T, queue: impl FnOnce(&Queues) -> &SyncSender<T>) -> Result<(), (T, Fault)> {
        let queues = self.queues.read();
        let Some(queues) = queues.as_ref() else {
            return Err((work, Fault::Stopping));
        };
        queue(queues).try_send(work).map_err(|refused| match refused {
            TrySendError::Full(work) => (work, Fault::Busy),
            TrySendError::Disconnected(work) => (work, Fault::Store("its thread has ended".to_owned())),
        })
    }
}

impl Opened for Sqlite {
    fn set_audience(&self, audience: Arc<dyn Audience>) {
        self.ears.set(audience);
    }

    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn sizes(&self) -> Option<Sizes> {
        Some(self.place.sizes())
    }

    /// Writes the log back, too.
    fn close(&self) {
        let Some(Queues { changes, glances }) = self.queues.write().take() else {
            return;
        };
        // Readers first: the writer's last checkpoint has to wait for every snapshot.
        drop(glances);
        self.readers.lock().drain(..).for_each(join);
        drop(changes);
        if let Some(writer) = self.writer.lock().take() {
            join(writer);
        }
    }
}

impl Store for Sqlite {
    fn transact(&self, change: Box<dyn Change>) {
        self.counts.changes_waiting.inc();
        if let Err((change, fault)) = self.hand_over(change, |queues| &queues.changes) {
            self.counts.changes_waiting.dec();
            self.counts.put_off(&fault);
            change.done(Err(fault.into()));
        }
    }

    fn glance(&self, glance: Box<dyn Glance>) {
        self.counts.glances_waiting.inc();
        if let Err((glance, fault)) = self.hand_over(glance, |queues| &queues.glances) {
            self.counts.glances_waiting.dec();
            self.counts.put_off(&fault);
            glance.done(Err(fault.into()));
        }
    }

    fn ready(&self) -> Result<(), Fault> {
        if self.queues.read().is_none() {
            return Err(Fault::Stopping);
        }
        match self.writer.lock().as_ref() {
            Some(writer) if !writer.is_finished() => {}
            _ => return Err(Fault::Store("its thread has ended".to_owned())),
        }
        self.place.check()?;
        self.reach.check()
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.close();
    }
}
