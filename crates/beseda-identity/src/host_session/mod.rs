//! The session that the host application keeps with its browsers: whoever has one there needs nothing else here.

mod asked;
mod flask;

pub use asked::{Ask, AskedSettings, Asking, Heard};
pub use flask::FlaskSettings;
#[cfg(any(test, fuzzing))]
pub use flask::fuzzed;

use crate::issuers::Vouched;
use crate::settings::SettingsError;
use crate::space::Space;
use crate::throttle::Uptime;
use asked::{Answer, Asked};
use beseda_core::Chat;
use beseda_core::rules::sign_in::{Claimed, Newcomers};
use beseda_core::words::Time;
use flask::Flask;
use http::HeaderMap;
use std::sync::Arc;

/// The host's own session, where it lets people in: the table `[sessions]` of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSessionSettings {
    /// How it is known whose session it is.
    pub proof: HostSessionProof,
    /// The space of ids of its own that the host has, where it does not share the deployment's.
    pub namespace: Option<String>,
    /// What becomes of somebody who was never seen before.
    pub people: Newcomers,
}

/// How it is known whose session it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostSessionProof {
    /// The cookie is Flask's, which holds everything.
    Flask(FlaskSettings),
    /// The host is asked.
    Asked(AskedSettings),
}

/// The host's sessions; of no host where none is set up.
pub struct HostSessions(Option<Door>);

struct Door {
    proof: Proof,
    space: Space,
    people: Newcomers,
}

enum Proof {
    Flask(Flask),
    Asked(Arc<Asked>),
}

/// What a request shows of the host's sessions. Nobody has looked at it yet.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ShownSessions(Vec<String>);

/// Why a session of the host lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unvouched {
    /// Nobody is signed in there, or it proves nothing.
    Nobody,
    /// The host cannot say.
    Away,
}

impl HostSessions {
    /// Sets the door up. `spaces` are the namespaces of others.
    ///
    /// # Errors
    /// [`SettingsError::NobodyAsks`] where the host is to be asked without `ask`.
    pub fn new(
        settings: Option<HostSessionSettings>,
        spaces: Vec<String>,
        ask: Option<Arc<dyn Ask>>,
        uptime: &Uptime,
        chat: &Chat,
    ) -> Result<Self, SettingsError> {
        let Some(settings) = settings else {
            return Ok(Self(None));
        };
        let proof = match settings.proof {
            HostSessionProof::Flask(flask) => Proof::Flask(Flask::new(flask, chat.limits().session_bytes)),
            HostSessionProof::Asked(asked) => {
                let ask = ask.ok_or(SettingsError::NobodyAsks)?;
                Proof::Asked(Arc::new(Asked::new(asked, ask, uptime, chat)))
            }
        };
        Ok(Self(Some(Door {
            proof,
            space: Space::new(settings.namespace, spaces.into()),
            people: settings.people,
        })))
    }

    /// What a request shows of the host's sessions.
    #[must_use]
    pub fn shown_in(&self, headers: &HeaderMap) -> ShownSessions {
        ShownSessions(match self.0.as_ref().map(|door| &door.proof) {
            None => Vec::new(),
            Some(Proof::Flask(flask)) => flask.shown_in(headers),
            Some(Proof::Asked(asked)) => asked.shown_in(headers).into_iter().collect(),
        })
    }

    /// Whose session it is; of several, the first that is somebody's.
    ///
    /// # Errors
    /// [`Unvouched`]. Why a session proves nothing is told in the log alone.
    pub async fn vouched(&self, shown: &ShownSessions, now: Time) -> Result<Vouched, Unvouched> {
        let Some(door) = &self.0 else {
            return Err(Unvouched::Nobody);
        };
        for session in &shown.0 {
            let claimed = match &door.proof {
                Proof::Flask(flask) => flask.claimed(session, now).unwrap_or_else(|why| {
                    tracing::info!(why, "a session of the host proves nothing");
                    None
                }),
                Proof::Asked(asked) => match asked.answer(session).await {
                    Answer::Person(claimed) => Some(claimed),
                    Answer::Nobody => None,
                    Answer::Away => return Err(Unvouched::Away),
                },
            };
            if let Some(vouched) = claimed.and_then(|claimed| door.vouched(claimed)) {
                return Ok(vouched);
            }
        }
        Err(Unvouched::Nobody)
    }

    /// Forgets what the host said of these sessions, so that it is asked again; whether there was something to forget.
    pub fn forget(&self, shown: &ShownSessions) -> bool {
        match self.0.as_ref().map(|door| &door.proof) {
            Some(Proof::Asked(asked)) => shown.0.iter().any(|session| asked.forget(session)),
            None | Some(Proof::Flask(_)) => false,
        }
    }
}

impl ShownSessions {
    /// Whether there is nothing to look at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Door {
    /// The person, and the rooms that they are let into, in the host's space of ids.
    fn vouched(&self, mut claimed: Claimed) -> Option<Vouched> {
        match self.space.id(claimed.id) {
            Ok(id) => claimed.id = id,
            Err(elsewhere) => {
                tracing::info!(%elsewhere, "the id of a session of the host is not taken");
                return None;
            }
        }
        let told = claimed.grants.len();
        let taken = claimed.grants.into_iter().filter_map(|key| self.space.room(key).ok());
        claimed.grants = taken.collect();
        if claimed.grants.len() < told {
            tracing::info!("a session of the host grants a room outside its namespace: it is left out");
        }
        Some(Vouched {
            claimed,
            people: self.people,
            ends_at: None,
        })
    }
}

#[cfg(test)]
mod tests;
