//! Where tests of the shared calls play: a chat in memory, a clock and an uptime that are moved by hand.

use crate::shared::files::shelf::Shelf;
use crate::shared::{self, Routes, Settings, Shared, SocketPace, finish};
use crate::voices::DRF;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use beseda_core::Chat;
use beseda_core::ports::{Clock, Random};
use beseda_core::rules;
use beseda_core::words::{Limits, NewPerson, Person, PersonId, Role, Time};
use beseda_identity::{Throttles, Uptime, hash_password};
use beseda_live::{Hub, Live};
use beseda_testkit::Model;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::time::Duration;
use tower::ServiceExt;

pub const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
pub const PASSWORD: &str = "верный пароль";
const BEGIN: Time = Time(1_795_237_200_000_000);

pub struct Stage {
    pub shared: Shared,
    pub router: Router,
    pub model: Arc<Model>,
    pub hub: Arc<Hub>,
    clock: Arc<HandClock>,
    uptime: Arc<Mutex<Duration>>,
}

struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

/// Every draw differs from the last; nothing here depends on their being hard to guess.
struct Draws(AtomicU8);

impl Random for Draws {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::SeqCst));
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn field(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status.as_u16(), self.text.as_str()), (status, body));
    }
}

pub fn person(id: i64, username: &str) -> Person {
    Person {
        id: PersonId(id),
        username: username.to_owned(),
        email: format!("{username}@shop.example"),
        phone: format!("+790000000{id}"),
        first_name: "Анна".to_owned(),
        last_name: "Петрова".to_owned(),
        role: Role::Client,
        active: true,
        signed_out_at: None,
        forgotten: false,
        host_name: None,
        put_at: None,
        avatar_url: String::new(),
        custom: None,
        locale: String::new(),
    }
}

/// No routes besides those that contracts share.
pub fn no_routes() -> Routes {
    Routes::said_by(&DRF)
}

impl Stage {
    /// Anna (5) and Boris (6) can log in; Vera (7) has no password.
    pub async fn new(change: impl FnOnce(&mut Settings, &mut Limits), more: Routes) -> Self {
        let (mut settings, mut limits) = (
            Settings::new(beseda_identity::Settings::new(SECRET.to_vec())),
            Limits::default(),
        );
        change(&mut settings, &mut limits);
        let clock = Arc::new(HandClock(AtomicI64::new(BEGIN.0)));
        let draws = Arc::new(Draws(AtomicU8::new(1)));
        let (model, hub) = (Arc::new(Model::new()), Arc::new(Hub::new(&limits)));
        model.set_audience(Arc::clone(&hub) as _);
        let chat = Chat::new(
            Arc::clone(&model) as _,
            Arc::clone(&clock) as _,
            draws,
            Arc::new(limits),
        );
        let uptime = Arc::new(Mutex::new(Duration::from_secs(1)));
        let read = Arc::clone(&uptime);
        let told: Uptime = Arc::new(move || *read.lock());
        let throttles = Arc::new(Throttles::new(chat.limits(), &told));
        let live = Live::new(chat, Arc::clone(&hub), Arc::new(SocketPace(Arc::clone(&throttles))));
        let files = Arc::new(Shelf::default());
        let shared = Shared::new(live, files, throttles, settings, &told).unwrap();
        let router = finish(shared::routes(&DRF).and(more), Router::new(), shared.clone());
        let stage = Self {
            shared,
            router,
            model,
            hub,
            clock,
            uptime,
        };
        let hash = hash_password(PASSWORD, [3; 16]).unwrap();
        for (id, name, hash) in [(5, "anna", Some(&hash)), (6, "boris", Some(&hash)), (7, "vera", None)] {
            stage.put(person(id, name), hash.cloned()).await;
        }
        stage
    }

    pub async fn plain() -> Self {
        Self::new(|_, _| {}, no_routes()).await
    }

    pub async fn put(&self, person: Person, password_hash: Option<String>) {
        let new = NewPerson { person, password_hash };
        let now = self.now();
        beseda_live::ask::change(&self.shared.chat, move |tx| rules::put_person(tx, now, &new))
            .await
            .unwrap();
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        *self.uptime.lock() += Duration::from_secs(seconds.unsigned_abs());
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    pub fn access(&self, person: i64) -> String {
        self.shared
            .identity
            .tokens
            .access(&Person::new(PersonId(person), Role::User), self.now(), 60, [9; 16])
            .unwrap()
    }

    /// Asks with a method, a path, headers and a body that is JSON if it is not empty.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "chat.example");
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4_711))));
        self.send(request).await
    }

    pub async fn send(&self, request: Request) -> Answer {
        let response: Response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }
}
