//! The heartbeat: one wheel for all sockets. It pings who is silent and cuts off who is gone.

use crate::session::{Session, close};
use beseda_core::words::Limits;
use parking_lot::Mutex;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often the wheel turns, in milliseconds.
pub const TICK_MS: u64 = 250;

/// Every open socket, in as many spokes as the wheel has ticks in `ping_seconds`: each is looked at once a turn.
pub(crate) struct Wheel {
    spokes: Vec<Mutex<HashMap<u64, Arc<Session>>>>,
    /// When each of them is to end, in milliseconds of the wheel's own clock, and its number.
    ends: Mutex<BTreeSet<(u64, u64)>>,
    now_ms: AtomicU64,
    ping_seconds: u32,
    gone_seconds: u32,
    /// Before their end, sockets that can bring a new proof are told so.
    renew_ms: u64,
}

impl Wheel {
    pub(crate) fn new(limits: &Limits) -> Self {
        let spokes = (limits.ping_seconds * 1_000 / TICK_MS).max(1);
        Self {
            spokes: (0..spokes).map(|_| Mutex::default()).collect(),
            ends: Mutex::default(),
            now_ms: AtomicU64::new(0),
            ping_seconds: u32::try_from(limits.ping_seconds).unwrap_or(u32::MAX),
            gone_seconds: u32::try_from(limits.gone_seconds).unwrap_or(u32::MAX),
            renew_ms: limits.renew_seconds * 1_000,
        }
    }

    /// Now, in milliseconds of the wheel's own clock, as of the last tick.
    pub(crate) fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    /// Now, in whole seconds of the wheel's own clock.
    pub(crate) fn now_seconds(&self) -> u32 {
        u32::try_from(self.now_ms() / 1_000).unwrap_or(u32::MAX)
    }

    pub(crate) fn enter(&self, session: &Arc<Session>) {
        if let Some(spoke) = self.spoke(session.id) {
            spoke.lock().insert(session.id, Arc::clone(session));
        }
        // Last: a tick that finds an end there, and no socket yet, would never come back to it.
        self.ends.lock().insert((session.ends_at_ms(), session.id));
    }

    /// A socket is to end at another time.
    pub(crate) fn renew(&self, session: &Session, ends_at_ms: u64) {
        let mut ends = self.ends.lock();
        let before = session.ends_at(ends_at_ms);
        if ends.remove(&(before, session.id)) {
            ends.insert((ends_at_ms, session.id));
        }
    }

    pub(crate) fn leave(&self, session: &Session) {
        self.ends.lock().remove(&(session.ends_at_ms(), session.id));
        if let Some(spoke) = self.spoke(session.id) {
            spoke.lock().remove(&session.id);
        }
    }

    /// Everybody on the wheel.
    pub(crate) fn everybody(&self) -> Vec<Arc<Session>> {
        self.spokes
            .iter()
            .flat_map(|spoke| spoke.lock().values().cloned().collect::<Vec<_>>())
            .collect()
    }

    /// Turns the wheel to `now_ms`, and visits those who hear all their rooms, by every spoke whose time has come since the last call (all of them, if the
    /// process slept).
    pub(crate) fn tick(&self, now_ms: u64, visit: &dyn Fn(&Session)) {
        let before = self.now_ms.swap(now_ms, Ordering::Relaxed) / TICK_MS;
        let due = (now_ms / TICK_MS).saturating_sub(before).min(self.spokes.len() as u64);
        for turn in 0..due {
            if let Some(spoke) = self.spoke(before + 1 + turn) {
                for session in spoke.lock().values() {
                    self.look_at(session);
                    if session.roaming.is_some() {
                        visit(session);
                    }
                }
            }
        }
        self.warn_expiring(now_ms);
        self.end_expired(now_ms);
    }

    /// Tells the sockets whose proof ends soon, once.
    fn warn_expiring(&self, now_ms: u64) {
        let soon: Vec<_> = {
            let ends = self.ends.lock();
            let soon = ends.range((now_ms + 1, 0)..=(now_ms.saturating_add(self.renew_ms), u64::MAX));
            soon.copied().collect()
        };
        for (end, id) in soon {
            let session = self.spoke(id).and_then(|spoke| spoke.lock().get(&id).cloned());
            if let Some(session) = session
                && session
                    .roaming
                    .as_ref()
                    .is_some_and(|roaming| roaming.is_to_be_warned())
            {
                session.mention(|speaks| speaks.expiring((end - now_ms).div_ceil(1_000)));
            }
        }
    }

    /// Closes the sockets whose proof has ended by now.
    fn end_expired(&self, now_ms: u64) {
        let expired: Vec<_> = {
            let mut ends = self.ends.lock();
            let left = ends.split_off(&(now_ms + 1, 0));
            std::mem::replace(&mut *ends, left).into_iter().collect()
        };
        for (_, id) in expired {
            if let Some(session) = self.spoke(id).and_then(|spoke| spoke.lock().get(&id).cloned()) {
                session.queue.close(close::NOT_AUTHENTICATED, "token_expired");
            }
        }
    }

    fn look_at(&self, session: &Session) {
        let silent = self
            .now_seconds()
            .saturating_sub(session.alive_at.load(Ordering::Relaxed));
        // Who takes what is written, however slowly, reads no ping that waits behind it: how long it may take nothing is
        // the socket's own limit.
        if silent >= self.gone_seconds && !session.queue.is_blocked() {
            let code = if session.roaming.is_some() {
                close::GONE
            } else {
                close::TOO_SLOW
            };
            session.queue.cut(code, "no sign of life");
        } else if silent >= self.ping_seconds / 2 {
            session.queue.ping();
        }
    }

    fn spoke(&self, number: u64) -> Option<&Mutex<HashMap<u64, Arc<Session>>>> {
        self.spokes
            .get(usize::try_from(number % self.spokes.len() as u64).ok()?)
    }
}
