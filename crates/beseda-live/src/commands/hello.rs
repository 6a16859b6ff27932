//! Hello: somebody who is in brings a new proof before the old one ends.

use crate::dialect::{Misheard, Outcome};
use crate::live::Live;
use crate::session::Session;
use std::sync::Arc;

pub(super) fn renew(live: &Arc<Live>, session: &Arc<Session>, tag: Option<String>, token: Option<String>) {
    let Some((roaming, token)) = session.roaming.as_ref().zip(token) else {
        return misheard(
            session,
            tag,
            "invalid",
            "The frame has no \"token\", and who this is has been said.",
        );
    };
    let (live, session) = (Arc::clone(live), Arc::clone(session));
    let proving = roaming.prover.prove(token);
    session.takes_off();
    tokio::spawn(async move {
        let proven = proving.await;
        session.lands(live.chat().limits().sends_in_flight);
        let is_theirs = |proven: &crate::everywhere::Proven| proven.person.id == session.person_id();
        match proven.ok().filter(is_theirs) {
            Some(proven) => {
                live.wheel.renew(&session, live.end_of(proven.ends_at));
                if let Some(roaming) = &session.roaming {
                    roaming.is_renewed();
                }
                session.answer(tag.as_deref(), &Outcome::Done);
            }
            None => misheard(
                &session,
                tag,
                "token_not_valid",
                "This token lets the person of this socket in no more.",
            ),
        }
    });
}

fn misheard(session: &Session, tag: Option<String>, code: &'static str, detail: &str) {
    let misheard = Misheard {
        code,
        detail: detail.to_owned(),
        tag: None,
    };
    session.answer(tag.as_deref(), &Outcome::Misheard(&misheard));
}
