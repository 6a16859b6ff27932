//! Desk: those who work at it are told of cases that are other ones now, each as it is theirs to see. They are read for that, so
//! what is told is never older than what was told before.

use crate::ask;
use crate::hub::Hub;
use crate::live::Live;
use crate::session::Session;
use beseda_core::policy::{self, By};
use beseda_core::ports::Look;
use beseda_core::rules::{self, SeenCase, sign_in};
use beseda_core::words::RoomId;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

/// What happens in so short a time is told together.
const TOGETHER: Duration = Duration::from_millis(250);
/// So long after there was no room to tell somebody, it is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// Cases that are read at once.
const AT_ONCE: usize = 100;

/// The cases of which nobody was told yet that they are other ones.
#[derive(Default)]
pub(crate) struct Moved {
    rooms: Mutex<BTreeSet<RoomId>>,
    rings: Notify,
}

impl Moved {
    pub(crate) fn add(&self, rooms: &[RoomId]) {
        self.rooms.lock().extend(rooms);
        self.rings.notify_one();
    }

    fn take(&self) -> Vec<RoomId> {
        std::mem::take(&mut *self.rooms.lock()).into_iter().collect()
    }
}

/// Tells of cases, for as long as it is polled.
pub(crate) async fn tell(live: &Arc<Live>) {
    let moved = &live.hub.cases;
    let mut has_missed = false;
    loop {
        if has_missed {
            let _ = timeout(AGAIN, moved.rings.notified()).await;
        } else {
            moved.rings.notified().await;
        }
        sleep(TOGETHER).await;
        let rooms = moved.take();
        let staff = staff(&live.hub);
        for some in rooms.chunks(AT_ONCE) {
            for sessions in staff.chunk_by(|one, next| one.person_id() == next.person_id()) {
                tell_person(live, sessions, some).await;
            }
        }
        has_missed = !staff.iter().all(|session| catches_up(session));
    }
}

/// The sessions of those who work at a desk, those of one person together.
fn staff(hub: &Hub) -> Vec<Arc<Session>> {
    let mut staff = hub.all_roaming();
    staff.retain(|session| {
        let person = session.person();
        policy::require_desk(By::of(&person, session.dialect.kinds())).is_ok()
    });
    staff.sort_unstable_by_key(|session| session.person_id());
    staff
}

/// Tells the sessions of one person those of these cases that are theirs to see.
async fn tell_person(live: &Arc<Live>, sessions: &[Arc<Session>], rooms: &[RoomId]) {
    let Some(first) = sessions.first() else { return };
    let (came, kinds, rooms) = (first.came(), first.dialect.kinds(), rooms.to_vec());
    let read = move |look: &mut dyn Look| {
        let person = sign_in::who(look, &came)?;
        rules::cases_in(look, By::of(&person, kinds).everywhere(), &rooms)
    };
    match ask::look(live.chat(), read).await {
        Ok(cases) => {
            for session in sessions {
                cases.iter().for_each(|case| tell_session(session, case));
            }
        }
        // Whoever is let in no more is told by what closes their socket. Another one of theirs may have been proven since.
        Err(beseda_core::Error::Refused(_)) => sessions.iter().skip(1).for_each(|session| session.misses_cases()),
        Err(error) => {
            tracing::warn!("cases could not be read: {error}");
            sessions.iter().for_each(|session| session.misses_cases());
        }
    }
}

fn tell_session(session: &Session, case: &SeenCase) {
    if !session.adds_at_once(|speaks| speaks.case(case, session.person_id())) {
        session.misses_cases();
    }
}

/// Says that there was more than could be told, to whom that happened; false where it cannot be said yet.
fn catches_up(session: &Session) -> bool {
    let Some(roaming) = &session.roaming else { return true };
    if !roaming.has_missed_cases() || session.has_left() {
        return true;
    }
    let is_told = session.adds_at_once(|speaks| speaks.cases());
    if is_told {
        roaming.catches_up_with_cases();
    }
    is_told
}
