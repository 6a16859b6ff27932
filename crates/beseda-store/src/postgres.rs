//! The store on PostgreSQL: some threads that write, some that read, each with a connection of its own, and a bounded
//! queue before each writer and before the readers.

mod link;
mod listener;
pub(crate) mod open;
mod reader;
mod tickets;
mod writer;

use crate::backup::Before;
use crate::counts::Counts;
use crate::notices::NoticeReader;
use crate::reach::Reach;
use crate::told::Ears;
use crate::transaction::Transaction;
use crate::{Opened, Opener, Sizes, join};
use beseda_core::error::Fault;
use beseda_core::ports::{Audience, Change, Glance, Lane, Store};
use link::Link;
use listener::Listener;
use open::Address;
pub use open::PostgresError;
use parking_lot::{Mutex, RwLock};
use reader::Glances;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, Builder, JoinHandle};
use tickets::Tickets;
use writer::Writer;

/// How a PostgreSQL database is opened.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database`.
    pub url: String,
    /// How many connections write, at least 1.
    pub writers: usize,
    /// How many connections read, at least 1.
    pub readers: usize,
    /// How many changes may wait for each writer, and how many glances; one more is answered with [`Fault::Busy`].
    pub queue: usize,
    /// Who opens it.
    pub opener: Opener,
    /// Where the database goes before it is migrated, if anywhere.
    pub before: Option<Before>,
}

impl PostgresOptions {
    /// The database of a URL, everything else as it is by default.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            writers: 4,
            readers: 2,
            queue: 4096,
            opener: Opener::Command,
            before: None,
        }
    }
}

/// Without the URL: it may hold a password.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("writers", &self.writers)
            .field("readers", &self.readers)
            .field("queue", &self.queue)
            .field("opener", &self.opener)
            .finish_non_exhaustive()
    }
}

/// Brings the schema of the database up to date; the names of the migrations that were applied now. Safe while a server
/// runs on it, and when two do it at once.
///
/// # Errors
/// Why the database cannot be opened, see [`PostgresError`].
pub fn migrate_postgres(url: &str, before: Option<&Before>) -> Result<Vec<String>, PostgresError> {
    apart(|| Address::of(url)?.bring_up(before))
}

/// Runs what waits for answers on a thread that may wait, whatever the caller's may do.
fn apart<T: Send>(run: impl FnOnce() -> Result<T, PostgresError> + Send) -> Result<T, PostgresError> {
    let panicked = |_| Err(io::Error::other("what opened the database panicked").into());
    thread::scope(|scope| Builder::new().spawn_scoped(scope, run)?.join().unwrap_or_else(panicked))
}

/// Rooms, messages and people in a PostgreSQL database. Closed when dropped.
pub struct Postgres {
    /// Gone once the store is closed.
    queues: RwLock<Option<Queues>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    closing: Arc<AtomicBool>,
    /// Of the connection that listens, where there is one.
    listens: Reach,
    ears: Ears,
    counts: Counts,
}

struct Queues {
    lanes: Vec<Queue>,
    glances: SyncSender<Box<dyn Glance>>,
    /// Of the connections that read.
    reads: Reach,
}

/// What the writers share.
struct Writers {
    tickets: Arc<Tickets>,
    floor: Arc<RwLock<()>>,
}

/// What waits for one writer.
struct Queue {
    changes: SyncSender<Box<dyn Change>>,
    waiting: Arc<AtomicUsize>,
    reach: Reach,
}

impl Postgres {
    /// Opens the database, migrated if need be, and starts the threads.
    ///
    /// # Errors
    /// Why it cannot be opened, see [`PostgresError`].
    pub fn open(options: &PostgresOptions) -> Result<Self, PostgresError> {
        apart(|| Self::open_here(options))
    }

    fn open_here(options: &PostgresOptions) -> Result<Self, PostgresError> {
        let address = Address::of(&options.url)?;
        address.bring_up(options.before.as_ref())?;
        let ears = Ears::default();
        let tickets = Tickets::new(ears.clone());
        let closing = Arc::new(AtomicBool::new(false));
        let (glances, queued) = sync_channel(options.queue.max(1));
        let mut store = Self {
            queues: RwLock::new(None),
            threads: Mutex::default(),
            closing: Arc::clone(&closing),
            listens: Reach::default(),
            ears,
            counts: Counts::default(),
        };
        if options.opener == Opener::Server {
            store.listen(&address, &tickets)?;
        }
        let writers = Writers {
            tickets,
            floor: Arc::default(),
        };
        let reads = Reach::default();
        store.read(&address, options, &reads, queued)?;
        let lanes = (0..options.writers.max(1)).map(|number| store.write(&address, options, &writers, number));
        let lanes = lanes.collect::<Result<_, _>>()?;
        store.queues = RwLock::new(Some(Queues { lanes, glances, reads }));
        Ok(store)
    }

    fn listen(&self, address: &Address, tickets: &Arc<Tickets>) -> Result<(), PostgresError> {
        let away = |fault: Fault| address.away(&fault);
        let mut link = Link::open(&address.writable, self.listens.clone()).map_err(away)?;
        let engine = link.engine().map_err(away)?;
        if !listener::begin(engine).map_err(away)? {
            return Err(PostgresError::Served(address.to_string()));
        }
        let read = NoticeReader::begin(&mut Transaction::new(engine)).map_err(away)?;
        let listener = Listener {
            link,
            tickets: Arc::clone(tickets),
            read,
            closing: Arc::clone(&self.closing),
        };
        self.spawn("store-listener".to_owned(), move || listener.run())
    }

    fn read(
        &self,
        address: &Address,
        options: &PostgresOptions,
        reads: &Reach,
        queued: Receiver<Box<dyn Glance>>,
    ) -> Result<(), PostgresError> {
        let queued: Arc<Glances> = Arc::new(Mutex::new(queued));
        for number in 0..options.readers.max(1) {
            let link = Link::open(&address.config, reads.clone()).map_err(|fault| address.away(&fault))?;
            let (queued, counts) = (Arc::clone(&queued), self.counts.clone());
            self.spawn(format!("store-reader-{number}"), move || {
                reader::run(link, &queued, &counts)
            })?;
        }
        Ok(())
    }

    fn write(
        &self,
        address: &Address,
        options: &PostgresOptions,
        writers: &Writers,
        number: usize,
    ) -> Result<Queue, PostgresError> {
        let (reach, waiting) = (Reach::default(), Arc::new(AtomicUsize::new(0)));
        let writer = Writer {
            link: Link::open(&address.writable, reach.clone()).map_err(|fault| address.away(&fault))?,
            tickets: Arc::clone(&writers.tickets),
            floor: Arc::clone(&writers.floor),
            waiting: Arc::clone(&waiting),
            notes: options.opener == Opener::Command,
            doubtful: Vec::new(),
            counts: self.counts.clone(),
        };
        let (changes, queued) = sync_channel(options.queue.max(1));
        self.spawn(format!("store-writer-{number}"), move || writer.run(&queued))?;
        Ok(Queue {
            changes,
            waiting,
            reach,
        })
    }

    fn spawn(&self, name: String, run: impl FnOnce() + Send + 'static) -> Result<(), PostgresError> {
        let thread = Builder::new().name(name).spawn(run)?;
        self.threads.lock().push(thread);
        Ok(())
    }

    fn with_queues(&self, hand_over: impl FnOnce(&Queues) -> Option<Fault>) -> Option<Fault> {
        let queues = self.queues.read();
        queues.as_ref().map_or(Some(Fault::Stopping), hand_over)
    }
}

impl Queues {
    /// The queue of a lane: always the same one for a room, and for a name.
    fn of(&self, lane: Lane) -> Option<&Queue> {
        let number = match lane {
            Lane::Any => {
                return self
                    .lanes
                    .iter()
                    .min_by_key(|queue| queue.waiting.load(Ordering::Relaxed));
            }
            Lane::Room(room) | Lane::Place(room, _) => room.0.unsigned_abs(),
            Lane::Named(uuid) => uuid.as_u64_pair().1,
        };
        let place = number.checked_rem(u64::try_from(self.lanes.len()).ok()?)?;
        self.lanes.get(usize::try_from(place).ok()?)
    }
}

impl Queue {
    /// Hands a change over, or gives it back with the reason why not.
    fn hand_over(&self, change: Box<dyn Change>) -> Result<(), (Box<dyn Change>, Fault)> {
        if let Err(fault) = self.reach.check() {
            return Err((change, fault));
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.changes.try_send(change).map_err(|refused| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            given_back(refused)
        })
    }
}

fn given_back<T>(refused: TrySendError<T>) -> (T, Fault) {
    match refused {
        TrySendError::Full(work) => (work, Fault::Busy),
        TrySendError::Disconnected(work) => (work, Fault::Store("its thread has ended".to_owned())),
    }
}

impl Opened for Postgres {
    fn set_audience(&self, audience: Arc<dyn Audience>) {
        self.ears.set(audience);
    }

    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn sizes(&self) -> Option<Sizes> {
        None
    }

    fn close(&self) {
        let queues = self.queues.write().take();
        drop(queues);
        self.closing.store(true, Ordering::Relaxed);
        let threads: Vec<_> = self.threads.lock().drain(..).collect();
        threads.into_iter().for_each(join);
    }
}

impl Store for Postgres {
    fn transact(&self, change: Box<dyn Change>) {
        // Another server may have begun to serve the database: nothing is written beside it.
        if let Err(fault) = self.listens.check() {
            self.counts.put_off(&fault);
            return change.done(Err(fault.into()));
        }
        self.counts.changes_waiting.inc();
        let lane = change.lane();
        let mut change = Some(change);
        let refused = self.with_queues(|queues| {
            let handed = queues.of(lane)?.hand_over(change.take()?);
            let (back, fault) = handed.err()?;
            change = Some(back);
            Some(fault)
        });
        if let (Some(change), Some(fault)) = (change, refused) {
            self.counts.changes_waiting.dec();
            self.counts.put_off(&fault);
            change.done(Err(fault.into()));
        }
    }

    fn glance(&self, glance: Box<dyn Glance>) {
        self.counts.glances_waiting.inc();
        let mut glance = Some(glance);
        let refused = self.with_queues(|queues| {
            if let Err(fault) = queues.reads.check() {
                return Some(fault);
            }
            let (back, fault) = queues.glances.try_send(glance.take()?).err().map(given_back)?;
            glance = Some(back);
            Some(fault)
        });
        if let (Some(glance), Some(fault)) = (glance, refused) {
            self.counts.glances_waiting.dec();
            self.counts.put_off(&fault);
            glance.done(Err(fault.into()));
        }
    }

    fn ready(&self) -> Result<(), Fault> {
        self.listens.check()?;
        let ended = self.threads.lock().iter().any(JoinHandle::is_finished);
        let refused = self.with_queues(|queues| {
            let mut reaches = queues.lanes.iter().map(|queue| &queue.reach).chain([&queues.reads]);
            reaches.find_map(|reach| reach.check().err())
        });
        match refused {
            Some(fault) => Err(fault),
            None if ended => Err(Fault::Store("its thread has ended".to_owned())),
            None => Ok(()),
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.close();
    }
}
