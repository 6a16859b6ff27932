//! Presence: who is there, for those who share a room with them and asked to know. It is kept nowhere, and lost with the
//! process; when somebody was last there is kept now and then.

use crate::dialect::{Presence, PresenceState};
use crate::hub::Hub;
use crate::session::Session;
use crate::{Live, ask};
use beseda_core::rules::Where;
use beseda_core::words::{Companion, HostId, PersonId, RoomName, Time};
use beseda_core::{Error, rules};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Who wants to know of whom, and when who is gone was last seen.
#[derive(Default)]
pub(crate) struct Watchers {
    of: Mutex<FxHashMap<PersonId, Watched>>,
}

/// Somebody of whom others want to know.
#[derive(Default)]
struct Watched {
    /// What the host application calls them.
    name: Option<HostId<'static>>,
    by: Vec<Arc<Session>>,
    told: Option<PresenceState>,
    seen_at: Option<Time>,
}

impl Hub {
    /// Whether somebody is there: by any socket of theirs, and looking at one of those for all rooms.
    pub(crate) fn state_of(&self, person: PersonId) -> PresenceState {
        let sessions = self.sessions_of(person);
        let looks = |session: &Arc<Session>| session.roaming.as_ref().is_none_or(|roaming| !roaming.is_away());
        if sessions.iter().any(looks) {
            PresenceState::Online
        } else if sessions.is_empty() {
            PresenceState::Offline
        } else {
            PresenceState::Away
        }
    }

    /// A session wants to know of these people and of no others: how they are now.
    pub(crate) fn watch(&self, session: &Arc<Session>, people: &[Companion]) -> Vec<Presence> {
        let Some(roaming) = &session.roaming else {
            return Vec::new();
        };
        let before = roaming.watch(people.iter().map(|one| one.id).collect());
        let mut watched = self.watchers.of.lock();
        for person in before {
            forget(&mut watched, person, session);
        }
        let mut told = Vec::with_capacity(people.len());
        for one in people {
            let entry = watched.entry(one.id).or_default();
            entry.name = Some(one.name.clone());
            entry.by.push(Arc::clone(session));
            entry.seen_at = entry.seen_at.max(self.seen_at(one));
            let state = self.state_of(one.id);
            entry.told = Some(state);
            told.push(presence(&one.name, state, entry.seen_at));
        }
        told
    }

    /// When somebody was last there, as far as it is kept or known here: whichever is later.
    fn seen_at(&self, one: &Companion) -> Option<Time> {
        one.seen_at.max(self.gone.lock().at(one.id))
    }

    /// Who has gone and is not back, of whom it is to be kept.
    fn departed(&self) -> Vec<(PersonId, Time)> {
        let mut due = self.gone.lock().due();
        due.retain(|(person, _)| {
            let is_gone = self.state_of(*person) == PresenceState::Offline;
            if !is_gone {
                self.gone.lock().forget(*person);
            }
            is_gone
        });
        due
    }

    /// Somebody has come, gone, or looks elsewhere: whoever wants to know is told.
    pub(crate) fn may_have_moved(&self, person: PersonId, now: Option<Time>) {
        let mut watched = self.watchers.of.lock();
        let Some(entry) = watched.get_mut(&person) else { return };
        let state = self.state_of(person);
        if state == PresenceState::Offline {
            entry.seen_at = now.or(entry.seen_at);
        }
        if entry.told.replace(state) == Some(state) {
            return;
        }
        if let Some(name) = &entry.name {
            let told = [presence(name, state, entry.seen_at)];
            for session in &entry.by {
                session.mention(|speaks| speaks.presence(&told));
            }
        }
    }

    /// A session has ended: it wants to know of nobody any more, and its person may be gone.
    pub(crate) fn goes_off(&self, session: &Arc<Session>, now: Time) {
        if let Some(roaming) = &session.roaming {
            let mut watched = self.watchers.of.lock();
            for person in roaming.watch(Vec::new()) {
                forget(&mut watched, person, session);
            }
        }
        self.may_have_moved(session.person_id(), Some(now));
    }
}

fn forget(watched: &mut FxHashMap<PersonId, Watched>, person: PersonId, session: &Arc<Session>) {
    if let Some(entry) = watched.get_mut(&person) {
        entry.by.retain(|other| other.id != session.id);
        if entry.by.is_empty() {
            watched.remove(&person);
        }
    }
}

fn presence(name: &HostId<'static>, state: PresenceState, seen_at: Option<Time>) -> Presence {
    Presence {
        person: name.clone(),
        state,
        last_seen: seen_at.filter(|_| state == PresenceState::Offline),
    }
}

impl Live {
    /// Whether somebody would see at once what is said in a room: they look at one of their sockets, which tells of it.
    #[must_use]
    pub fn looks(&self, person: PersonId, room: RoomName) -> bool {
        let sessions = self.hub.sessions_of(person);
        sessions.iter().any(|session| match (&session.roaming, session.to) {
            (Some(roaming), _) => !roaming.is_away(),
            (None, Where::Room(one)) => one == room.id,
            (None, Where::Every(kind)) => kind == room.kind,
            (None, Where::Own) => true,
        })
    }

    /// Whether these people are there, and when they were.
    #[must_use]
    pub fn presence(&self, people: &[Companion]) -> Vec<Presence> {
        let told = |one: &Companion| presence(&one.name, self.hub.state_of(one.id), self.hub.seen_at(one));
        people.iter().map(told).collect()
    }

    /// Keeps when those were last there who have gone since it was kept. Where that fails, they are kept the next time.
    ///
    /// # Errors
    /// A fault where the store fails.
    pub async fn keep_seen(&self) -> Result<(), Error> {
        let gone = self.hub.departed();
        if gone.is_empty() {
            return Ok(());
        }
        let (now, kept) = (self.chat().now(), gone.clone());
        ask::change(self.chat(), move |tx| rules::keep_seen(tx, now, &gone)).await?;
        self.hub.gone.lock().are_kept(&kept);
        Ok(())
    }
}
