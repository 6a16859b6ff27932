//! What can be set of who comes.

use super::host_session::{Ask, HostSessionSettings};
use super::push::PushSettings;
use super::sessions::SessionCookie;
use super::{Fetch, IssuerError, IssuerSettings, KeyCounts, SecureCookies};
use beseda_core::Fault;
use beseda_core::settings;
use beseda_core::words::{OneOf, Raw, Shown, Taken, Truth, Whole, Word, Wrong};
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

settings! {
    /// How long what proves somebody is good for, and how it travels.
    pub struct Proofs {
        access_minutes: Whole<1, 1_440> = 15, "minutes, 1 to 1440",
            "How long an access token is good for.";
        refresh_days: Whole<1, 365> = 30, "days, 1 to 365",
            "How long a refresh token is good for.";
        refresh_rotation: Truth = true, "true or false",
            "Whether using a refresh token gives a new one and ends the old. `false` for clients that never store the new one.";
        session_idle_hours: Whole<1, 720> = 12, "hours, 1 to 720",
            "How long a session in the browser lives without being used.";
        session_days: Whole<1, 365> = 30, "days, 1 to 365",
            "How long a session in the browser lives at most.";
        session_cookie: CookieName = SessionCookie::default(), "a cookie's name",
            "What the cookie of a session in the browser is called. `session` is Flask's own: take it only where no Flask sets one.";
        sockets_end_with: EndsWith = SocketsEndWith::Session, "`token`, `session` or `person`",
            "What an open socket ends with, always with 4001. `person`: when its person is signed out everywhere or deactivated. `session`: also when the session in the browser that opened it ends, by logging out or by age. `token`: also when the token that opened it expires; clients then come back with a new one.";
        secure_cookies: Security = SecureCookies::Auto, "`auto`, `true` or `false`",
            "Whether cookies are sent over HTTPS alone. `auto`: where a trusted proxy says that the request came over HTTPS.";
    }
}

/// The name of [`SessionCookie`].
pub struct CookieName;

impl Taken for CookieName {
    type Kept = SessionCookie;

    fn read(raw: &Raw, _: &Path) -> Result<SessionCookie, Wrong> {
        let wrong = || {
            raw.is_not(
                "a cookie's name: letters, digits, `-` and `_`, and not `beseda_visitor`",
                "beseda_session",
            )
        };
        SessionCookie::named(raw.text()?).ok_or_else(wrong)
    }

    fn show(kept: &SessionCookie) -> Shown {
        Shown::Text(kept.name().to_owned())
    }
}

/// With what an open socket ends, besides its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketsEndWith {
    /// With the token or the session that opened it.
    Token,
    /// With the session that opened it.
    Session,
    /// With nothing else.
    Person,
}

/// A word for [`SocketsEndWith`].
pub type EndsWith = OneOf<SocketsEndWith>;

impl Word for SocketsEndWith {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("token", Self::Token),
        ("session", Self::Session),
        ("person", Self::Person),
    ];
}

/// A word for [`SecureCookies`], or the truth of the file.
pub struct Security;

impl Taken for Security {
    type Kept = SecureCookies;

    fn read(raw: &Raw, _: &Path) -> Result<SecureCookies, Wrong> {
        match raw {
            Raw::Truth(true) => Ok(SecureCookies::Always),
            Raw::Truth(false) => Ok(SecureCookies::Never),
            other => other.choice(SecureCookies::WORDS),
        }
    }

    fn show(kept: &SecureCookies) -> Shown {
        Shown::Text(kept.word().to_owned())
    }
}

impl Word for SecureCookies {
    const WORDS: &'static [(&'static str, Self)] =
        &[("auto", Self::Auto), ("true", Self::Always), ("false", Self::Never)];
}

/// What can be set.
#[derive(Clone)]
pub struct Settings {
    /// What signs the server's own tokens, at least 32 bytes.
    pub secret: Vec<u8>,
    /// Host applications whose tokens are accepted.
    pub issuers: Vec<IssuerSettings>,
    /// What fetches the keys that issuers publish; needed where one of them does.
    pub fetch: Option<Arc<dyn Fetch>>,
    /// What is counted of that.
    pub key_counts: KeyCounts,
    /// The host application's own session, where it lets people in.
    pub host_session: Option<HostSessionSettings>,
    /// What asks the host whose session it is; needed where it is asked.
    pub ask: Option<Arc<dyn Ask>>,
    /// How long what proves somebody is good for.
    pub proofs: Proofs,
    /// Web push, where there is any.
    pub push: Option<PushSettings>,
}

impl Settings {
    /// The defaults, with this secret.
    #[must_use]
    pub fn new(secret: Vec<u8>) -> Self {
        Self {
            secret,
            issuers: Vec::new(),
            fetch: None,
            key_counts: KeyCounts::default(),
            host_session: None,
            ask: None,
            proofs: Proofs::default(),
            push: None,
        }
    }
}

/// Why nobody can be let in as the settings say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// An issuer cannot be used.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The host has to be asked, and nothing is there to ask it.
    #[error("the host has to be asked whose session it is, and nothing is there to ask it")]
    NobodyAsks,
    /// Something of ours failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}
