//! What the contracts share: who comes, and HTTP. Nothing of any one contract, and no framework's words.

pub mod all_rooms;
pub mod cases;
pub mod counts;
pub mod depth;
pub mod field;
pub mod files;
pub mod frames;
pub mod http;
pub mod identity;
pub mod ids;
pub mod json;
pub mod language;
pub mod messages;
pub mod refused;
pub mod rooms;
pub mod settings;
pub mod sockets;
pub mod voice;
pub mod walks;

pub use self::field::{FieldError, FieldErrors, Json};
pub use self::http::body::{Fields, Form, NDJSON, lines_of};
pub use self::http::finish;
pub use self::http::page::{Links, PageQuery, json_answer, messages_answer, page_answer};
pub use self::http::paths::{Answered, Owner, RouteLine, Routes, Segment, Tells};
pub use self::http::time::time_text;
pub use self::language::Language;
pub use self::refused::{BrokenJson, Refused};
pub use self::settings::{Reach, Settings};
pub use self::voice::Voice;
#[cfg(test)]
pub use self::voice::answered;
pub use identity::caller::{Caller, Proof};

use self::all_rooms::AllRooms;
use self::counts::Counts;
use self::http::front::Front;
use self::http::origin::{Hosts, Origins};
use self::http::proxies::Proxies;
use self::walks::Walks;
use ::http::request::Parts;
use beseda_core::ports::Files;
use beseda_core::words::PersonId;
use beseda_core::{Chat, Refusal};
use beseda_identity::{Identity, SecureCookies, SettingsError, Throttles, Uptime};
use beseda_live::{Live, Pace};
use identity::caller::check_site;
use std::sync::Arc;

/// The pace of sockets: what somebody sends there counts like what they send by calls.
pub struct SocketPace(pub Arc<Throttles>);

impl Pace for SocketPace {
    fn send(&self, person: PersonId) -> Result<(), Refusal> {
        self.0.send(person)
    }
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
    /// Walks over pages of messages.
    pub walks: Arc<Walks>,
    /// Which sites' pages may call.
    pub origins: Arc<Origins>,
    /// The names that this server answers to.
    pub hosts: Arc<Hosts>,
    /// The proxies in front.
    pub proxies: Arc<Proxies>,
    /// What is counted.
    pub counts: Arc<Counts>,
    /// Whether administrators use the school's calls.
    pub school_admins: bool,
    /// Whether the socket that only echoes is open.
    pub echo_socket: bool,
    /// What the sockets for all rooms of a person know of the server.
    pub all_rooms: &'static AllRooms,
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
        let secret = settings.identity.secret.clone();
        let Settings {
            identity,
            reach,
            own_kinds,
        } = settings;
        let identity = Identity::new(identity, &chat, uptime)?;
        Ok(Self {
            throttles,
            files,
            live,
            school_admins: reach.school_admins,
            echo_socket: reach.echo_socket,
            all_rooms: AllRooms::lasting(own_kinds, &secret),
            identity: Arc::new(identity),
            counts: Arc::default(),
            walks: Arc::new(Walks::new(chat.limits(), uptime)),
            origins: Arc::new(Origins::new(reach.allowed_origins, reach.allowed_headers)),
            hosts: Arc::new(Hosts::new(reach.allowed_hosts)),
            proxies: Arc::new(Proxies::new(reach.trusted_proxies, &reach.base_path)),
            chat,
        })
    }

    /// The same under other settings, and under the limits of this chat, which may differ in rates alone. What is
    /// remembered of who comes goes on.
    ///
    /// # Errors
    /// A setting that cannot be used; nothing has changed then.
    pub fn following(&self, chat: Chat, settings: Settings, uptime: &Uptime) -> Result<Self, SettingsError> {
        let Settings { identity, reach, .. } = settings;
        let identity = Identity::following(Some(&self.identity), identity, &chat, uptime)?;
        self.throttles.set(chat.limits());
        Ok(Self {
            school_admins: reach.school_admins,
            echo_socket: reach.echo_socket,
            identity: Arc::new(identity),
            origins: Arc::new(Origins::new(reach.allowed_origins, reach.allowed_headers)),
            hosts: Arc::new(Hosts::new(reach.allowed_hosts)),
            proxies: Arc::new(Proxies::new(reach.trusted_proxies, &reach.base_path)),
            chat,
            ..self.clone()
        })
    }

    /// Lets a socket's request through to the upgrade, or says what refuses it before.
    ///
    /// # Errors
    /// [`Refusal::TooFast`] after too many connects of one address, [`Refused::CrossSite`] for a page of another site that
    /// uses the session of this one.
    pub fn connect(&self, parts: &Parts) -> Result<(), Refused> {
        check_site(self, parts, true)?;
        Ok(self.throttles.connect(self.proxies.address(parts))?)
    }

    /// Whether a cookie that answers this request is to travel over HTTPS alone.
    #[must_use]
    pub fn secures_cookies(&self, parts: &Parts) -> bool {
        match self.identity.secure_cookies {
            SecureCookies::Auto => parts.extensions.get::<Front>().is_some_and(|front| front.https),
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
