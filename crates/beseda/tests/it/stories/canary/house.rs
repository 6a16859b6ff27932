//! A server, the secrets that it must keep to itself, and requests that bring them wherever there is room for one.

use crate::harness::files::{BOUNDARY, Parts};
use crate::harness::{Actor, Answer, Server, Town};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A password that looks like nothing: only who never writes it down keeps it out of a log.
pub const PASSWORD: &str = "ocelots prefer marzipan";
/// What is said, and a file's name: it belongs into answers, and into no log.
pub const SAID: &str = "malachite-box-4417";
/// An order's number and its room's; no person's.
pub const ORDER: i64 = 1;
pub const ADMIN: i64 = 11;
pub const PEOPLE: [(i64, &str); 7] = [
    (ADMIN, "admin"),
    (12, "client"),
    (13, "expert"),
    (14, "teacher"),
    (15, "student"),
    (16, "customer"),
    (17, "therapist"),
];

/// Secrets of every make. None of them opens anything.
pub struct Canaries {
    pub token: String,
    pub random: String,
    pub hex: String,
    pub key: String,
    pub ticket: String,
    /// Looked for, where one can look for something: it may come back in the answer, and in no log.
    pub sought: String,
}

impl Canaries {
    pub fn new() -> Self {
        let bytes: Vec<u8> = (0..32).map(|at: u8| at.wrapping_mul(151).wrapping_add(87)).collect();
        let random = URL_SAFE_NO_PAD.encode(&bytes);
        let sought = random.chars().rev().collect();
        let part = |text: Value| URL_SAFE_NO_PAD.encode(text.to_string());
        let claims = json!({"token_type": "access", "user_id": ADMIN, "jti": "canary", "exp": 4_102_444_800_i64});
        Self {
            token: format!(
                "{}.{}.{random}",
                part(json!({"kid": "canary", "alg": "HS256"})),
                part(claims)
            ),
            hex: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            key: format!("bsk_{random}"),
            ticket: format!("bst_{random}"),
            sought,
            random,
        }
    }

    /// What must be found nowhere, piece by piece.
    pub fn traces(&self) -> Vec<String> {
        let pieces = self.token.split('.').chain([self.hex.as_str(), PASSWORD]);
        let pieces = pieces.chain(["ocelots+prefer", "ocelots%20prefer"]);
        pieces.map(str::to_owned).collect()
    }
}

pub fn town() -> Town {
    let people = PEOPLE.iter().map(|(id, role)| {
        json!({"id": id, "username": format!("u{id}"), "email": format!("u{id}@shop.example"), "role": role, "password": PASSWORD})
    });
    let town = people.fold(Town::default(), Town::person);
    town.order(json!({"id": ORDER, "number": "17", "client": 12, "expert": 13}))
}

pub fn settings(format: &str) -> String {
    format!(
        "log_level = \"trace\"\nlog_format = \"{format}\"\nlimits.uploads_per_minute = 0\nallowed_origins = [\"https://shop.example\"]\n"
    )
}

/// A server, the secrets that it must keep to itself, and whoever brings them.
pub struct House {
    pub server: Server,
    pub canaries: Canaries,
    pub access: String,
    pub refresh: String,
    pub session: String,
    pub visitor: String,
}

impl House {
    pub async fn open(format: &str) -> Self {
        Self::of_story(&format!("canary-{format}"), format).await
    }

    /// The same for another story.
    pub async fn of_story(story: &str, format: &str) -> Self {
        let server = Server::start(story, &settings(format), &town()).await;
        let client = Actor::new(server.address, 12, &server.tokens(&[12]).await[0]);
        // The numbers that stand in every path are the order's and its room's.
        assert_eq!(client.room_of(ORDER).await, ORDER);
        for _ in 0..2 {
            client.send(ORDER, SAID).await;
        }
        let nobody = Actor::new(server.address, 0, "");
        let login = json!({"identifier": "u11", "password": PASSWORD});
        let answer = nobody.post("/login/", &login).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let cookie = answer.header("Set-Cookie");
        let session = cookie.split([';', '=']).nth(1).expect("a session").to_owned();
        let guest = json!({"customer_name": SAID, "message": SAID});
        let guest = nobody.post("/api/public/chat-rooms/", &guest).await.json();
        let text = |name: &str| answer.json()[name].as_str().expect("a token").to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
            session,
            visitor: guest["visitor"].as_str().expect("a token").to_owned(),
            canaries: Canaries::new(),
            server,
        }
    }

    /// What must be found nowhere.
    pub fn traces(&self) -> Vec<String> {
        let own = [&self.access, &self.refresh, &self.visitor]
            .into_iter()
            .flat_map(|token| token.split('.').skip(1));
        let own = own.chain([self.session.as_str()]).map(str::to_owned);
        own.chain(self.canaries.traces()).collect()
    }

    /// Every way to prove who one is, by a header.
    pub fn proofs(&self) -> Vec<(&'static str, String)> {
        let canaries = &self.canaries;
        vec![
            ("Authorization", format!("Bearer {}", self.access)),
            ("Cookie", format!("beseda_session={}", self.session)),
            ("Authorization", format!("Bearer {}", canaries.token)),
            ("Authorization", format!("Bearer {}", canaries.key)),
            (
                "Authorization",
                format!("Bearer {} {}", canaries.token, canaries.random),
            ),
            ("Authorization", format!("Token {}", canaries.random)),
            ("Authorization", canaries.hex.clone()),
            ("X-API-Key", canaries.key.clone()),
            (
                "Cookie",
                format!("beseda_session={}; beseda_visitor={}", canaries.random, canaries.token),
            ),
            ("X-Beseda-Visitor", canaries.token.clone()),
            ("X-Beseda-Visitor", self.visitor.clone()),
            ("Cookie", format!("beseda_visitor={}", self.visitor)),
        ]
    }

    /// A request that brings secrets wherever there is room for one, by a proof and with a kind of body.
    pub fn request(&self, method: Method, path: &str, proof: usize, kind: usize) -> RequestBuilder {
        let canaries = &self.canaries;
        let proofs = self.proofs();
        let (name, proof) = &proofs[proof];
        // The links of a page keep what they are asked with, but no token.
        let query = format!(
            "page=1&page_size=1&token={}&%74oken={}&search={}",
            canaries.token, canaries.hex, canaries.sought
        );
        let request = Actor::new(self.server.address, 0, "")
            .request(method.clone(), &format!("{path}?{query}"))
            .header(*name, proof)
            .header("User-Agent", format!("Agent/1.0 ({}; {PASSWORD})", canaries.token))
            .header(
                "Referer",
                format!(
                    "https://shop.example/?token={}&password=ocelots%20prefer",
                    canaries.token
                ),
            )
            .header("X-Request-Id", &canaries.hex)
            .header("X-Forwarded-For", &canaries.random)
            .header("Idempotency-Key", &canaries.hex);
        if method.is_safe() {
            return request;
        }
        let body = self.body();
        match kind % 3 {
            0 => request.json(&body),
            1 => request.form(&body),
            _ => request
                .header("Content-Type", format!("multipart/form-data; boundary={BOUNDARY}"))
                .body(self.multipart(&body)),
        }
    }

    /// Fields by every name that a call may read.
    pub fn body(&self) -> Value {
        let canaries = &self.canaries;
        json!({
            "identifier": "u11", "username": "u11", "email": "u11@shop.example", "password": PASSWORD,
            "refresh": self.refresh, "token": canaries.token, "access": self.access, "ticket": canaries.ticket,
            "key": canaries.key, "secret": canaries.hex, "room": 1, "chat": 1, "chat_id": 1, "order": ORDER,
            "order_id": ORDER, "user_id": 12, "message": SAID, "text": SAID, "name": SAID, "subject": SAID,
            "customer_name": SAID, "customer_email": "", canaries.random.clone(): canaries.hex,
        })
    }

    /// In one piece: what is refused halfway is not read to its end.
    pub fn multipart(&self, body: &Value) -> Vec<u8> {
        let fields = body.as_object().expect("an object").iter();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let parts = fields.fold(Parts::default(), |parts, (name, value)| parts.text(name, text(value)));
        parts
            .file("file", &format!("{SAID}.txt"), SAID.as_bytes())
            .file(&self.canaries.token, &self.canaries.random, SAID.as_bytes())
            .body()
    }

    /// Nothing secret is in an answer. What was said may be in an answer that is no error.
    pub fn check(&self, what: &str, answer: &Answer) {
        let headers = format!("{:?}", answer.headers);
        let body = &answer.text;
        for trace in self.traces() {
            // A session that goes on is not told again; a new one is another.
            assert!(!headers.contains(&trace), "{what}: {trace} in {headers}");
            assert!(!body.contains(&trace), "{what}: {trace} in {}: {body}", answer.status);
        }
        assert!(answer.status < 400 || !body.contains(SAID), "{what}: {answer:?}");
        assert!(answer.status < 500 || answer.status == 503, "{what}: {answer:?}");
    }
}
