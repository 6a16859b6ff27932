//! What the contracts share: who comes, and HTTP. Nothing of any one contract, and no framework's words.

pub mod depth;
pub mod field;
pub mod files;
pub mod frames;
pub mod http;
pub mod identity;
pub mod language;
pub mod messages;
pub mod refused;
pub mod rooms;
pub mod sockets;
pub mod voice;

pub use self::field::{FieldError, FieldErrors, Json};
pub use self::http::body::{Fields, Form};
pub use self::http::finish;
pub use self::http::page::{Links, PageQuery, json_answer, page_answer};
pub use self::http::paths::{RouteLine, Routes, Segment};
pub use self::http::time::time_text;
pub use self::language::Language;
pub use self::refused::{BrokenJson, Refused};
pub use self::voice::Voice;
#[cfg(test)]
pub use self::voice::answered;
pub use beseda_core::rules::sign_in::People;
pub use identity::caller::{Caller, Proof};
pub use identity::throttle::{Throttles, Uptime};
pub use identity::{
    Fetch, Fetched, Identity, IssuerError, IssuerKey, IssuerSettings, OwnTokens, SecureCookies, hash_password,
    is_password,
};

use self::http::origin::{Hosts, Origins};
use self::http::proxies::Proxies;
use ::http::request::Parts;
use beseda_core::ports::Files;
use beseda_core::rules::sign_in::Rotation;
use beseda_core::{Chat, Fault};
use beseda_live::Live;
use identity::caller::check_site;
use identity::issuers::Issuers;
use identity::jwks::Fetching;
use identity::passwords::Passwords;
use std::net::IpAddr;
use std::sync::Arc;
use thiserror::Error;

/// A used refresh token gives its successor again for so long: two tabs, or an answer that was lost.
const GRACE_SECONDS: i64 = 30;

/// What can be set.
#[derive(Clone)]
pub struct Settings {
    /// What signs the server's own tokens, at least 32 bytes.
    pub secret: Vec<u8>,
    /// Host applications whose tokens are accepted.
    pub issuers: Vec<IssuerSettings>,
    /// What fetches the keys that issuers publish; needed where one of them does.
    pub fetch: Option<Arc<dyn Fetch>>,
    /// Other sites whose pages may call, each exactly as browsers send it.
    pub allowed_origins: Vec<String>,
    /// The names that this server answers to, without ports; none for any.
    pub allowed_hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether cookies travel over HTTPS alone.
    pub secure_cookies: SecureCookies,
    /// How long an access token is good for.
    pub access_seconds: i64,
    /// How long a refresh token is good for.
    pub refresh_seconds: i64,
    /// Whether a refresh token ends when it is used.
    pub refresh_rotation: bool,
    /// How long a session lives without being used.
    pub session_idle_seconds: i64,
    /// How long a session lives at most.
    pub session_seconds: i64,
    /// Whether administrators use the school's calls, as if they taught there.
    pub school_admins: bool,
    /// Whether the socket that only echoes is open.
    pub echo_socket: bool,
}

impl Settings {
    /// The defaults, with this secret.
    #[must_use]
    pub fn new(secret: Vec<u8>) -> Self {
        Self {
            secret,
            issuers: Vec::new(),
            fetch: None,
            allowed_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            secure_cookies: SecureCookies::Auto,
            access_seconds: 15 * 60,
            refresh_seconds: 30 * 86_400,
            refresh_rotation: true,
            session_idle_seconds: 12 * 3_600,
            session_seconds: 30 * 86_400,
            school_admins: false,
            echo_socket: true,
        }
    }
}

/// Why the contracts cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// An issuer cannot be used.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// Something of ours failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What every call of every contract works with.
#[derive(Clone)]
pub struct Shared {
    /// The chat.
    pub chat: Chat,
    /// Open sockets.
    pub live: Arc<Live>,
    /// Where the bytes of files are kept.
    pub files: Arc<dyn Files>,
    /// What lets people in.
    pub identity: Arc<Identity>,
    /// How often somebody may do something.
    pub throttles: Arc<Throttles>,
    /// Which sites' pages may call.
    pub origins: Arc<Origins>,
    /// The names that this server answers to.
    pub hosts: Arc<Hosts>,
    /// The proxies that are believed.
    pub proxies: Arc<Proxies>,
    /// Whether administrators use the school's calls.
    pub school_admins: bool,
    /// Whether the socket that only echoes is open.
    pub echo_socket: bool,
}

impl Shared {
    /// Sets everything up over a chat with open sockets. `throttles` must be the pace of `live`; `uptime` tells how long
    /// the server has been running.
    ///
    /// # Errors
    /// A setting that cannot be used.
    pub fn new(
        live: Arc<Live>,
        files: Arc<dyn Files>,
        throttles: Arc<Throttles>,
        settings: Settings,
        uptime: &Uptime,
    ) -> Result<Self, SettingsError> {
        let chat = live.chat().clone();
        let fetching = settings.fetch.map(|fetch| Fetching::new(fetch, uptime, &chat));
        let identity = Identity {
            tokens: OwnTokens::new(&settings.secret),
            issuers: Issuers::new(settings.issuers, fetching.as_ref())?,
            passwords: Passwords::new(chat.limits().login_hashes, chat.random())?,
            secure_cookies: settings.secure_cookies,
            access_seconds: settings.access_seconds,
            refresh_seconds: settings.refresh_seconds,
            rotation: Rotation {
                on: settings.refresh_rotation,
                grace_seconds: GRACE_SECONDS,
            },
            session_idle_seconds: settings.session_idle_seconds,
            session_seconds: settings.session_seconds,
        };
        Ok(Self {
            throttles,
            files,
            live,
            school_admins: settings.school_admins,
            echo_socket: settings.echo_socket,
            identity: Arc::new(identity),
            origins: Arc::new(Origins::new(settings.allowed_origins)),
            hosts: Arc::new(Hosts::new(settings.allowed_hosts)),
            proxies: Arc::new(Proxies::new(&settings.trusted_proxies)),
            chat,
        })
    }

    /// Lets a socket's request through to the upgrade, or says what refuses it before.
    ///
    /// # Errors
    /// [`Refusal::TooFast`] after too many connects of one address, [`Refused::CrossSite`] for a page of another site that
    /// uses the session of this one.
    pub fn connect(&self, parts: &Parts) -> Result<(), Refused> {
        check_site(parts)?;
        Ok(self.throttles.connect(self.proxies.address(parts))?)
    }

    /// Whether a cookie that answers this request is to travel over HTTPS alone.
    #[must_use]
    pub fn secures_cookies(&self, parts: &Parts) -> bool {
        match self.identity.secure_cookies {
            SecureCookies::Auto => self.proxies.came_by_https(parts),
            SecureCookies::Always => true,
            SecureCookies::Never => false,
        }
    }
}

/// The routes that belong to no one contract, those that let people in, and files; `voice` says what goes wrong there.
#[must_use]
pub fn routes(voice: &'static dyn Voice) -> Routes {
    identity::http::routes(voice).and(files::download::routes(voice))
}
