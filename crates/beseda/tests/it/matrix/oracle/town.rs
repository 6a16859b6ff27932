//! The people of a walk, the orders that they talk about, and chance.

use crate::harness::{Actor, Server, Town};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

const PEOPLE: &[(&str, i64, &str)] = &[
    ("client1", 11, "client"),
    ("client2", 12, "client"),
    ("client3", 13, "client"),
    ("expert1", 21, "expert"),
    ("expert2", 22, "expert"),
    ("expert3", 23, "expert"),
    ("op1", 31, "operator"),
    ("op2", 32, "operator"),
    ("mom", 41, "mom"),
    ("admin", 42, "admin"),
    ("teacher", 51, "teacher"),
    ("student1", 52, "student"),
    ("student2", 53, "student"),
    ("customer", 61, "customer"),
    ("therapist", 62, "therapist"),
    ("stranger", 71, "client"),
];

/// Who may be put into an order.
pub const EXPERTS: [&str; 3] = ["expert1", "expert2", "expert3"];
/// The only class.
pub const CLASS: i64 = 1;

/// A person's number.
pub fn id_of(name: &str) -> i64 {
    let person = PEOPLE.iter().find(|(known, ..)| *known == name);
    person.unwrap_or_else(|| panic!("nobody is called {name}")).1
}

/// Everybody's names.
pub fn names() -> Vec<&'static str> {
    PEOPLE.iter().map(|(name, ..)| *name).collect()
}

/// An order, and who has a place in it.
pub struct Order {
    /// Its number.
    pub number: i64,
    /// Who ordered.
    pub client: &'static str,
    /// Who answers for it.
    pub operator: &'static str,
    /// Who works on it, if anybody does.
    pub expert: Option<&'static str>,
    /// The number and the walk's own name of its room, while there is one.
    pub room: Option<(i64, String)>,
}

impl Order {
    /// What a host application says of it.
    pub fn json(&self) -> Value {
        json!({
            "client": id_of(self.client), "operator": id_of(self.operator), "expert": self.expert.map(id_of),
        })
    }

    /// Everybody who has a place in it.
    pub fn people(&self) -> Vec<&'static str> {
        let mut people = vec![self.client, self.operator];
        people.extend(self.expert);
        people
    }
}

/// The orders as they begin, without rooms.
pub fn orders() -> Vec<Order> {
    let order = |number, client, operator, expert| Order {
        number,
        client,
        operator,
        expert: Some(expert),
        room: None,
    };
    vec![
        order(1, "client1", "op1", "expert1"),
        order(2, "client2", "op1", "expert2"),
        order(3, "client3", "op2", "expert3"),
    ]
}

/// Everybody, on a server of their own.
pub async fn build() -> (Server, HashMap<&'static str, Actor>) {
    let mut town = Town::default();
    for (name, id, role) in PEOPLE {
        town = town.person(json!({"id": id, "username": name, "role": role, "first_name": name}));
    }
    for order in orders() {
        let mut row = order.json();
        row["id"] = order.number.into();
        town = town.order(row);
    }
    let town = town.group(json!({
        "id": CLASS, "name": "7А", "teacher": id_of("teacher"), "students": [id_of("student1"), id_of("student2")],
    }));
    let settings = "limits.uploads_per_minute = 0\nlimits.rooms_per_hour = 0\nlimits.searches_per_second = 0\n";
    let server = Server::start("oracle", settings, &town).await;
    let ids: Vec<i64> = PEOPLE.iter().map(|(_, id, _)| *id).collect();
    let tokens = server.tokens(&ids).await;
    let actors = PEOPLE.iter().zip(&tokens);
    let actors = actors.map(|((name, id, _), token)| (*name, Actor::new(server.address, *id, token)));
    let actors = actors.collect();
    (server, actors)
}

/// Chance that can be had again: the same seed gives the same walk.
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides` (SplitMix64).
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % sides as u64).expect("a small number")
    }

    /// One of these, if there are any.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.roll(from.len())].clone())
    }
}

/// A seed that nobody knows before.
pub fn new_seed() -> u64 {
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
