//! Watch: somebody wants to know who is there, and says whether they look themselves.

use crate::dialect::{Misheard, Outcome};
use crate::live::Live;
use crate::session::Session;
use beseda_core::ports::Look;
use beseda_core::rules;
use beseda_core::words::{Companion, HostId};
use std::sync::Arc;

pub(super) fn watch(live: &Arc<Live>, session: &Arc<Session>, tag: Option<String>, people: Vec<HostId<'static>>) {
    let most = live.chat().limits().members;
    if people.len() > most {
        let misheard = Misheard {
            code: "invalid",
            detail: format!("At most {most} people can be watched."),
            tag: None,
        };
        return session.answer(tag.as_deref(), &Outcome::Misheard(&misheard));
    }
    let (person, kinds) = (session.person_id(), session.dialect.kinds());
    let (live, session) = (Arc::clone(live), Arc::clone(session));
    let now = live.chat().now();
    let find = move |look: &mut dyn Look| rules::companions(look, now, person, kinds, &people);
    session.takes_off();
    let chat = live.chat().clone();
    chat.look(find, move |found: Result<Vec<Companion>, _>| {
        session.lands(live.chat().limits().sends_in_flight);
        match found {
            Ok(people) => {
                let told = live.hub.watch(&session, &people);
                session.mention(|speaks| speaks.presence(&told));
            }
            Err(error) => {
                let to = session.to_word();
                session.logs(|| tracing::error!(to, "who is there could not be found out: {error}"));
            }
        }
    });
}

pub(super) fn look_away(live: &Arc<Live>, session: &Arc<Session>, away: bool) {
    if session.roaming.as_ref().is_some_and(|roaming| roaming.goes_away(away)) {
        live.hub.may_have_moved(session.person_id(), None);
    }
}
