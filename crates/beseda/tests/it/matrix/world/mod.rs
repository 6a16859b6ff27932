//! Everybody who tries, and what there is to try.

pub mod places;
pub mod spare;
mod things;

pub use places::Place;
pub use things::{Case, Gone};

use crate::harness::{Actor as Caller, Server, Town, ids};
use beseda_core::words::Role;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::atomic::AtomicI64;

/// Everybody, by the names that the tables use.
pub const ACTORS: &[&str] = &[
    "nobody",
    "forged",
    "expired",
    "refresh",
    "deactivated",
    "visitor",
    "passerby",
    "api_key",
    "wrong_key",
    "client",
    "expert",
    "operator",
    "former",
    "outsider",
    "stranger_operator",
    "mom",
    "admin",
    "teacher",
    "student",
    "other_teacher",
    "other_student",
    "customer",
    "therapist",
    "other_customer",
    "other_therapist",
    "user",
    "bot",
];

/// Words of the tables for several actors.
pub const GROUPS: &[(&str, &[&str])] = &[
    // Those who prove nothing to most calls: no token, a forged one, one that has ended, one of another type, one of
    // somebody who is deactivated; visitors, and the keys of host applications.
    (
        "@unproven",
        &[
            "nobody",
            "forged",
            "expired",
            "refresh",
            "deactivated",
            "visitor",
            "passerby",
            "api_key",
            "wrong_key",
            "bot",
        ],
    ),
    // Those who prove nothing to the calls of the native API for people: it knows visitors and keys.
    ("@strangers", &["nobody", "forged", "expired", "refresh", "deactivated"]),
    ("@keys", &["api_key", "wrong_key"]),
    ("@staff", &["admin", "operator", "stranger_operator", "mom"]),
    ("@school", &["teacher", "student", "other_teacher", "other_student"]),
];

/// Actors who come with a token of the client, or with none.
const PERSONLESS: &[&str] = &[
    "nobody",
    "forged",
    "expired",
    "refresh",
    "visitor",
    "passerby",
    "api_key",
    "wrong_key",
    "bot",
];

/// What API keys may be used for.
const SCOPES: [&str; 6] = ["people", "orders", "groups", "rooms", "import", "export"];

/// Orders of either sort; each call that changes something takes one for itself.
const ORDERS: i64 = 900;
/// Orders of others begin behind this.
const OTHERS: i64 = 10_000;
/// Numbers of what is put in the course of trying begin behind this.
const NEW: i64 = 1_000_000;
/// The number of nothing.
pub const NOTHING: i64 = 99_999_999;

const PASSWORD: &str = "correct horse battery";

/// Somebody who tries.
pub struct Actor {
    /// The name in the tables.
    pub name: String,
    caller: Caller,
    /// By what a visitor is known again; empty for everybody else.
    visitor: String,
    /// As whom an API key acts; empty for everybody else.
    acts_as: String,
}

impl Actor {
    /// A request as this actor.
    pub fn request(&self, world: &World, method: Method, path: &str) -> RequestBuilder {
        // A wrong key is one that may do everything but what it is tried for.
        let wrong = world
            .wrong_keys
            .iter()
            .find(|(scope, _)| Some(*scope) == scope_of(path));
        let caller = match wrong {
            Some((_, caller)) if self.name == "wrong_key" => caller,
            _ => &self.caller,
        };
        let request = caller.request(method, path);
        match self.header() {
            Some((name, value)) => request.header(name, value),
            None => request,
        }
    }

    /// What goes into `?token=`.
    pub fn token(&self) -> &str {
        &self.caller.token
    }

    /// The header by which a visitor is known again, and in which a bot says as whom it acts.
    pub fn header(&self) -> Option<(&str, &str)> {
        if self.acts_as.is_empty() {
            (!self.visitor.is_empty()).then_some(("X-Beseda-Visitor", &self.visitor))
        } else {
            Some(("X-Beseda-As", &self.acts_as))
        }
    }
}

/// What a key is for that may call a path.
fn scope_of(path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default();
    let called = path.strip_prefix("/api/v1/app/").or(path.strip_prefix("/api/v1/"))?;
    let first = match path {
        path if path.ends_with("/export/") => "export",
        path if path.ends_with("/import/") => "import",
        _ => called,
    };
    SCOPES.into_iter().find(|scope| first.split('/').next() == Some(scope))
}

/// A server with people and things.
pub struct World {
    /// The server.
    pub server: Server,
    /// Everybody, in the order of [`ACTORS`].
    pub actors: Vec<Actor>,
    /// For each scope a key with all the others.
    wrong_keys: Vec<(&'static str, Caller)>,
    next_own: AtomicI64,
    next_other: AtomicI64,
    next_new: AtomicI64,
}

/// Whoever is called as a role has it, and each role has somebody: a test of the tables sees to that.
fn role_of(name: &str) -> &str {
    match name {
        "former" => "expert",
        "stranger_operator" => "operator",
        "other_teacher" => "teacher",
        "other_student" => "student",
        "other_customer" => "customer",
        "other_therapist" => "therapist",
        name if Role::of_contracts(name).is_some() => name,
        _ => "client",
    }
}

/// An actor's number as a person; those without a person of their own have the client's.
pub fn id_of(name: &str) -> i64 {
    if PERSONLESS.contains(&name) {
        return id_of("client");
    }
    let at = ACTORS.iter().position(|actor| *actor == name).expect("an actor");
    101 + i64::try_from(at).expect("a small number")
}

fn people() -> Town {
    let mut town = Town::default();
    for name in ACTORS.iter().filter(|name| !PERSONLESS.contains(name)) {
        town = town.person(json!({
            "id": id_of(name), "username": name, "email": format!("{name}@shop.example"), "role": role_of(name),
            "first_name": name, "last_name": "Person", "password": PASSWORD,
        }));
    }
    spare::people_and_classes(town)
}

/// The orders, with this expert in the own ones.
fn orders(expert: &str) -> Town {
    let mut town = Town::default();
    for n in 1..=ORDERS {
        let own = json!({
            "id": n, "client": id_of("client"), "expert": id_of(expert), "operator": id_of("operator"),
        });
        town = town
            .order(own)
            .order(json!({"id": OTHERS + n, "client": id_of("outsider")}));
    }
    town
}

impl World {
    /// Builds everything.
    pub async fn build(story: &str) -> Self {
        let settings = "limits.uploads_per_minute = 0\nlimits.rooms_per_hour = 0\nlimits.searches_per_second = 0\n\
            limits.push_subscriptions = 1000\npush_subject = 'mailto:admin@shop.example'\n\
            limits.listeners = 100000\nlimits.sends_in_flight = 1\n";
        let server = Server::start(story, settings, &people()).await;
        server.seed(&orders("former")).await;
        let ids: Vec<i64> = ACTORS.iter().map(|name| id_of(name)).collect();
        let tokens = server.tokens(&ids).await;
        let mut actors = Vec::new();
        for (name, token) in ACTORS.iter().zip(tokens) {
            let token = match *name {
                "forged" => forged(&token),
                name if PERSONLESS.contains(&name) => String::new(),
                _ => token,
            };
            actors.push(Actor {
                name: (*name).to_owned(),
                caller: Caller::new(server.address, id_of(name), &token),
                visitor: String::new(),
                acts_as: if *name == "bot" {
                    ids::encoded(&ids::word(id_of(name)))
                } else {
                    String::new()
                },
            });
        }
        let mut world = Self {
            server,
            actors,
            wrong_keys: Vec::new(),
            next_own: AtomicI64::new(1),
            next_other: AtomicI64::new(OTHERS + 1),
            next_new: AtomicI64::new(NEW),
        };
        // Rooms that stand follow their orders: whoever was in them is not any more.
        for n in 1..=ORDERS {
            world.caller("client").room_of(n).await;
        }
        world.server.seed(&orders("expert")).await;
        world.end_proofs().await;
        world.give_keys().await;
        for name in ["visitor", "passerby"] {
            let opened = world.open_case("").await;
            world.actor_mut(name).visitor = text_of(&opened, "visitor");
        }
        world
    }

    /// Gives those who prove nothing what they come with.
    async fn end_proofs(&mut self) {
        let nobody = Caller::new(self.server.address, 0, "");
        let answer = nobody
            .post("/api/token/", &json!({"username": "client", "password": PASSWORD}))
            .await;
        self.give("refresh", &text_of(&answer.json(), "refresh"));
        let id = ids::word(id_of("client"));
        let short = self.printed(&["token", "--ttl", "1s", "--person", &id]).await;
        self.give("expired", &short);
        while self.caller("expired").get("/api/me/").await.status == 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        for id in [id_of("deactivated"), spare::GONE_TEACHER, spare::GONE_THERAPIST] {
            self.server.command(&["person", "deactivate", &ids::word(id)]).await;
        }
    }

    async fn give_keys(&mut self) {
        let all = self
            .printed(&["key", "create", "all", "--scope", &SCOPES.join(",")])
            .await;
        self.give("api_key", &all);
        let acting = self.printed(&["key", "create", "bot", "--scope", "act"]).await;
        self.give("bot", &acting);
        for scope in SCOPES {
            let others: Vec<&str> = SCOPES.into_iter().filter(|other| *other != scope).collect();
            let name = format!("all-but-{scope}");
            let key = self
                .printed(&["key", "create", &name, "--scope", &others.join(",")])
                .await;
            self.give("wrong_key", &key);
            self.wrong_keys.push((scope, self.caller("wrong_key").clone()));
        }
    }

    /// What a command prints, which is one word.
    async fn printed(&self, arguments: &[&str]) -> String {
        let output = self.server.command(arguments).await;
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    fn actor_mut(&mut self, name: &str) -> &mut Actor {
        let actor = self.actors.iter_mut().find(|actor| actor.name == name);
        actor.expect("an actor")
    }

    fn give(&mut self, name: &str, token: &str) {
        let actor = self.actor_mut(name);
        actor.caller = actor.caller.with_token(token);
    }

    /// Somebody who tries.
    pub fn actor(&self, name: &str) -> &Actor {
        let actor = self.actors.iter().find(|actor| actor.name == name);
        actor.expect("an actor")
    }

    /// As whom an actor calls.
    pub fn caller(&self, name: &str) -> &Caller {
        &self.actor(name).caller
    }
}

/// The same token with another signature.
fn forged(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').expect("a token");
    let turned: String = signature.chars().rev().collect();
    format!("{signed}.{turned}")
}

/// A field of an answer that is a text.
fn text_of(answer: &Value, name: &str) -> String {
    let text = answer[name].as_str();
    text.unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned()
}
