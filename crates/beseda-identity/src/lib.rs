//! Who comes: tokens of our own and of host applications, sessions, passwords, API keys, tickets, visitors and rates.
//!
//! Nothing here answers a request or asks the store: who does is told what a proof is worth.

pub mod api_keys;
mod claims;
mod cookies;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
pub mod host_session;
pub mod issuers;
pub mod jwks;
#[cfg(test)]
mod keys;
pub mod openings;
pub mod passwords;
pub mod push;
pub mod sessions;
pub mod settings;
pub mod setup_codes;
mod space;
pub mod throttle;
pub mod tickets;
pub mod tokens;
pub mod traces;
pub mod uploads;
pub mod visitors;

pub use claims::Flaw;
pub use host_session::{HostSessionSettings, HostSessions};
pub use issuers::{IssuerError, IssuerKey, IssuerSettings, Issuers, Vouched};
pub use jwks::{Fetch, Fetched, KeyCounts, keep_keys_fresh};
pub use openings::Openings;
pub use passwords::{Passwords, hash as hash_password, is_foreign as is_foreign_hash, is_right as is_password};
pub use push::{Push, PushSettings};
pub use sessions::{SecureCookies, SessionCookie};
pub use settings::{Proofs, Settings, SettingsError, SocketsEndWith};
pub use throttle::{Left, Rated, Throttles, Uptime};
pub use tokens::OwnTokens;
pub use uploads::Uploads;

use beseda_core::Chat;
use beseda_core::rules::sign_in::Rotation;
use jwks::Fetching;
use std::sync::Arc;

/// A used refresh token gives its successor again for so long: two tabs, or an answer that was lost.
const GRACE_SECONDS: i64 = 30;

/// What lets people in.
pub struct Identity {
    /// Our own tokens.
    pub tokens: OwnTokens,
    /// Names of rooms by the client ids under which they are opened.
    pub openings: Openings,
    /// Ids of files that hang on nothing yet.
    pub uploads: Uploads,
    /// Who we are to push services, where there is web push.
    pub push: Option<Arc<Push>>,
    /// Tokens of host applications.
    pub issuers: Arc<Issuers>,
    /// Sessions of the host application.
    pub host_sessions: HostSessions,
    /// Passwords.
    pub passwords: Arc<Passwords>,
    /// The cookie of a session in the browser.
    pub session_cookie: SessionCookie,
    /// With what an open socket ends, besides its person.
    pub sockets_end_with: SocketsEndWith,
    /// Whether cookies travel over HTTPS alone.
    pub secure_cookies: SecureCookies,
    /// How long an access token is good for.
    pub access_seconds: i64,
    /// How long a refresh token is good for.
    pub refresh_seconds: i64,
    /// How refresh tokens are exchanged.
    pub rotation: Rotation,
    /// How long a session lives without being used.
    pub session_idle_seconds: i64,
    /// How long a session lives at most.
    pub session_seconds: i64,
}

impl Identity {
    /// Sets everything up. `chat` gives the limits and chance, `uptime` how long the server has been running.
    ///
    /// # Errors
    /// A setting that cannot be used.
    pub fn new(settings: Settings, chat: &Chat, uptime: &Uptime) -> Result<Self, SettingsError> {
        Self::following(None, settings, chat, uptime)
    }

    /// The same in the place of what has let people in until now: keys that were fetched go on, and passwords that are
    /// being checked count.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn following(
        before: Option<&Self>,
        settings: Settings,
        chat: &Chat,
        uptime: &Uptime,
    ) -> Result<Self, SettingsError> {
        let fetching = settings
            .fetch
            .map(|fetch| Fetching::new(fetch, uptime, chat).counted(settings.key_counts.clone()));
        let proofs = settings.proofs;
        let token_bytes = chat.limits().token_bytes;
        let spaces = settings
            .issuers
            .iter()
            .filter_map(|one| one.namespace.clone())
            .collect();
        let mut issuers = Issuers::new(settings.issuers, fetching.as_ref(), token_bytes)?;
        if let Some(space) = settings.host_session.as_ref().and_then(|host| host.namespace.as_ref()) {
            issuers.reserve(space);
        }
        if let Some(before) = before {
            issuers.take_over(&before.issuers);
        }
        let host_sessions = HostSessions::new(settings.host_session, spaces, settings.ask, uptime, chat)?;
        let push = settings.push.map(|push| Push::new(&settings.secret, push));
        let minutes = |minutes: u32| i64::from(minutes) * 60;
        Ok(Self {
            tokens: OwnTokens::new(&settings.secret, token_bytes),
            openings: Openings::new(&settings.secret),
            uploads: Uploads::new(&settings.secret),
            push: push.transpose()?.map(Arc::new),
            issuers: Arc::new(issuers),
            host_sessions,
            passwords: match before {
                Some(before) => Arc::clone(&before.passwords),
                None => Arc::new(Passwords::new(chat.limits().login_hashes, chat.random())?),
            },
            session_cookie: proofs.session_cookie,
            sockets_end_with: proofs.sockets_end_with,
            secure_cookies: proofs.secure_cookies,
            access_seconds: minutes(proofs.access_minutes),
            refresh_seconds: minutes(proofs.refresh_days) * 24 * 60,
            rotation: Rotation {
                on: proofs.refresh_rotation,
                grace_seconds: GRACE_SECONDS,
            },
            session_idle_seconds: minutes(proofs.session_idle_hours) * 60,
            session_seconds: minutes(proofs.session_days) * 24 * 60,
        })
    }
}
