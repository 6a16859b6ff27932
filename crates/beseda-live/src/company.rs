//! Company: what those who hear all their rooms are told now and then: how much is unread, and a ping with the token to come
//! back with.

use crate::ask;
use crate::live::Live;
use crate::session::Session;
use beseda_core::ports::Look;
use beseda_core::rules::{self, Totals};
use beseda_core::words::{Kinds, PersonId, Time, Token};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// People for whom is counted at once.
const COUNTED_AT_ONCE: usize = 64;
/// What is unread is told with what is told next, or alone after so long.
pub(crate) const ALONG_WITHIN: Duration = Duration::from_millis(250);
/// So long after a look everything that it saw has been told, if nothing from before waits to be.
const TOLD_AFTER: Duration = Duration::from_secs(5);

/// Up to where everybody has been told.
#[derive(Default)]
pub(crate) struct HowFar {
    state: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Everything up to it has been told.
    told: Option<Token>,
    /// What was seen last, and when.
    seen: Option<(Token, Instant)>,
}

impl HowFar {
    /// Everything up to this token has been told to whoever is not behind.
    pub(crate) fn token(&self) -> Option<Token> {
        self.state.lock().told
    }

    /// What was seen long enough ago is told by now; whether it is time to look again. `oldest`: since when what is
    /// committed and not yet told waits.
    fn settle(&self, now: Instant, oldest: Option<Instant>) -> bool {
        let mut state = self.state.lock();
        let Some((token, seen_at)) = state.seen else {
            return true;
        };
        if now.duration_since(seen_at) < TOLD_AFTER || oldest.is_some_and(|oldest| oldest < seen_at + TOLD_AFTER) {
            return false;
        }
        *state = Seen {
            told: Some(token),
            seen: None,
        };
        true
    }
}

/// Looks how far the log is; that is told in a while.
pub(crate) async fn look_how_far(live: &Arc<Live>) {
    if live.hub.roaming() == 0 || !live.told.settle(Instant::now(), live.hub.oldest_waiting()) {
        return;
    }
    if let Ok(token) = ask::look(live.chat(), |look| rules::token(look)).await {
        live.told.state.lock().seen = Some((token, Instant::now()));
    }
}

/// Asks for a sign of life, with the token to come back with where the session has been told everything up to it. Who is still
/// being told where they are hears that first.
pub(crate) fn ping(session: &Session, now: Time, token: Option<Token>) {
    if !session.roaming.as_ref().is_some_and(|roaming| roaming.has_arrived()) {
        return;
    }
    let is_whole = !session.is_doubted() && session.places().iter().all(|seat| seat.is_whole());
    session.mention(|speaks| speaks.ping(now, token.filter(|_| is_whole)));
}

/// Counts what is unread for everybody for whom it may be another number, and gives these. They are told along with what they
/// are told next, or once their queues are stirred.
pub(crate) async fn count(live: &Arc<Live>) -> Vec<Arc<Session>> {
    let mut sessions = std::mem::take(&mut *live.hub.miscounted.lock());
    sessions.retain(|session| !session.has_left());
    // Whoever looks through many windows is counted for once.
    sessions.sort_unstable_by_key(|session| session.person_id());
    for some in sessions.chunks(COUNTED_AT_ONCE) {
        let mut people: Vec<(PersonId, Kinds)> = Vec::with_capacity(some.len());
        for session in some {
            if let Some(roaming) = &session.roaming {
                roaming.is_counted();
            }
            let who = (session.person_id(), session.dialect.kinds());
            if !people.contains(&who) {
                people.push(who);
            }
        }
        let now = live.chat().now();
        let rule = move |look: &mut dyn Look| {
            let count = |(person, kinds): (PersonId, Kinds)| Ok((person, rules::totals(look, now, person, kinds)?));
            people
                .into_iter()
                .map(count)
                .collect::<Result<Vec<_>, beseda_core::Error>>()
        };
        match ask::look(live.chat(), rule).await {
            Ok(totals) => tell(live, some, &totals),
            // What could not be counted is counted with the next change.
            Err(error) => tracing::warn!("what is unread could not be counted: {error}"),
        }
    }
    sessions
}

/// Tells who comes what is unread in their rooms, which was counted along with these.
pub(crate) fn tell_first(session: &Session, totals: Totals) {
    if let Some(roaming) = &session.roaming {
        roaming.counts_first(totals, || session.announce(|speaks| speaks.totals(totals)));
    }
}

fn tell(live: &Live, sessions: &[Arc<Session>], totals: &[(PersonId, Totals)]) {
    for session in sessions {
        let own = totals.iter().find(|(person, _)| *person == session.person_id());
        if let (Some((_, totals)), Some(roaming)) = (own, &session.roaming)
            && !roaming.counts(*totals, || session.adds(|speaks| speaks.totals(*totals)))
        {
            // There was no room for it: in a second there may be.
            live.hub.miscounts(session);
        }
    }
}
