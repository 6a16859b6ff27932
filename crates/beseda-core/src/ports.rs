//! What the rules ask of the outside: a clock, randomness, a store, and somebody who listens.
//!
//! The store runs rules; the rules never wait for it. Work is handed over and answers through its own `done`,
//! so that nothing here knows how the store's threads, or those of its callers, take turns.

mod beside;
mod bytes;
mod cases;
mod desk;
mod doors;
mod files;
mod imports;
mod jobs;
mod lists;
mod messages;
mod orders;
mod people;
mod push;
mod reports;
mod rooms;
mod search;
mod seen;
mod updates;

pub use beside::{LookBeside, TxBeside};
pub use bytes::{Files, Upload, kept_as, thumbnail_name};
pub use cases::{AtDesk, LookCases, TxCases};
pub use desk::{LookDesk, TxDesk};
pub use doors::{LookDoors, TxDoors};
pub use files::{LookFiles, TxFiles};
pub use imports::{LookImports, TxImports};
pub use jobs::{LookJobs, TxJobs};
pub use lists::{LookLists, TxLists};
pub use messages::{ERASED_BLOCK, LookMessages, TxMessages};
pub use orders::{LookOrders, TxOrders};
pub use people::{LookPeople, TxPeople};
pub use push::{LookPush, TxPush};
pub use reports::{LookReports, TxReports};
pub use rooms::{LookRooms, TxRooms};
pub use search::{LookSearch, TxSearch};
pub use seen::{LookSeen, TxSeen};
pub use updates::{LookUpdates, TxUpdates};

use crate::error::{Error, Fault};
use crate::words::{Event, Notice, PersonId, RoomId, Time};
use uuid::Uuid;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Time;
}

/// Where randomness comes from.
pub trait Random: Send + Sync {
    /// Fills `bytes` with random ones, fit for secrets.
    fn fill(&self, bytes: &mut [u8]);
}

/// Who hears of what was committed.
pub trait Audience: Send + Sync {
    /// Takes the events of a commit: called after it, in commit order, never twice for one commit, and from one
    /// thread at a time. It must not wait for anything: the writer stands still meanwhile.
    fn hear(&self, events: &[Event]);

    /// What these people may do, or whether they are let in at all, has changed with a commit: whoever of them listens
    /// may have lost their place. Called after the commit, before its events; not to wait here either.
    fn people_changed(&self, _people: &[PersonId]) {}

    /// Cases, or what is said in their rooms, are other ones with a commit. Called after its events; not to wait here either.
    fn cases_moved(&self, _rooms: &[RoomId]) {}

    /// Somebody else, in another process, has changed what is kept, and announced nothing here: what these notices
    /// name is to be read again. Not to wait here either. An audience that holds nobody's place has nothing to do.
    fn changed_elsewhere(&self, _notices: &[Notice]) {}

    /// Jobs were enqueued with a commit. Not to wait here either. Whoever runs jobs looks for them anyway, a moment later.
    fn jobs_enqueued(&self) {}
}

/// Reading: one snapshot, the same for every call of one piece of work.
pub trait Look:
    LookPeople
    + LookDoors
    + LookRooms
    + LookLists
    + LookMessages
    + LookBeside
    + LookFiles
    + LookOrders
    + LookCases
    + LookJobs
    + LookImports
    + LookSearch
    + LookUpdates
    + LookReports
    + LookSeen
    + LookDesk
    + LookPush
{
}

impl<
    T: LookPeople
        + LookDoors
        + LookRooms
        + LookLists
        + LookMessages
        + LookBeside
        + LookFiles
        + LookOrders
        + LookCases
        + LookJobs
        + LookImports
        + LookSearch
        + LookUpdates
        + LookReports
        + LookSeen
        + LookDesk
        + LookPush,
> Look for T
{
}

/// Writing: everything that one piece of work does is kept together, or none of it.
pub trait Tx:
    Look
    + TxPeople
    + TxDoors
    + TxRooms
    + TxLists
    + TxMessages
    + TxBeside
    + TxFiles
    + TxOrders
    + TxCases
    + TxJobs
    + TxImports
    + TxSearch
    + TxUpdates
    + TxReports
    + TxSeen
    + TxDesk
    + TxPush
{
    /// Announces an event: it is heard when, and only when, this transaction is committed.
    fn announce(&mut self, event: Event);
    /// Announces that what the person may do has changed: as an event, heard only on commit.
    fn announce_person(&mut self, person: PersonId);
    /// Announces the same of whoever it may be.
    fn announce_everybody(&mut self);
}

/// Which changes have to be committed one after the other. A store that writes by several connections gives each lane to
/// one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lane {
    /// It does not matter: whoever hands it over waits for the outcome before they hand over more.
    #[default]
    Any,
    /// After everything that was handed over for this room before. Whoever knows which room they change says so: then
    /// those who write do not wait for each other over it.
    Room(RoomId),
    /// After everything that was handed over under this unguessable name of a room, whose number is not known; or of
    /// several changes that are to follow each other.
    Named(Uuid),
    /// As [`Self::Room`], and the rule stands on nothing but that room, with what is said and who is in it, and on this
    /// person's place there, at which it looks first. A store where looks are far away looks at many at once, and need not
    /// fear what happens elsewhere meanwhile. Whoever hangs up files stands on those as well.
    Place(RoomId, PersonId),
}

impl Lane {
    /// The same for a rule that stands on more than the place.
    #[must_use]
    pub fn widened(self) -> Self {
        match self {
            Self::Place(room, _) => Self::Room(room),
            other => other,
        }
    }

    /// The room, where its number is known.
    #[must_use]
    pub fn room(self) -> Option<RoomId> {
        match self {
            Self::Any | Self::Named(_) => None,
            Self::Room(room) | Self::Place(room, _) => Some(room),
        }
    }
}

/// Work that changes something. It may run more than once (a conflict, or a neighbour in the same commit that had to
/// be taken back), so it changes nothing but the transaction; `done` is called exactly once, after the commit or
/// after it is certain that there is none.
pub trait Change: Send {
    /// After what it has to be committed. Whatever names a room writes in that one alone.
    fn lane(&self) -> Lane {
        Lane::Any
    }
    /// Runs the rule. An error takes back everything that this run did.
    ///
    /// # Errors
    /// What the rule refuses, or what failed below it.
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), Error>;
    /// Takes the outcome.
    fn done(self: Box<Self>, outcome: Result<(), Error>);
}

/// Work that only reads, on one snapshot.
pub trait Glance: Send {
    /// Runs the rule, once.
    ///
    /// # Errors
    /// What the rule refuses, or what failed below it.
    fn run(&mut self, look: &mut dyn Look) -> Result<(), Error>;
    /// Takes the outcome: called exactly once, also where it did not run.
    fn done(self: Box<Self>, outcome: Result<(), Error>);
}

/// Where everything is kept.
pub trait Store: Send + Sync {
    /// Hands over a change. Changes of one room's lane are committed in the order in which they are handed over. A store whose
    /// queue is full answers the change at once with [`Fault::Busy`].
    fn transact(&self, change: Box<dyn Change>);
    /// Hands over a glance.
    fn glance(&self, glance: Box<dyn Glance>);
    /// Whether it takes work.
    ///
    /// # Errors
    /// Why it does not.
    fn ready(&self) -> Result<(), Fault>;
}
