//! People, groups and orders to seed: a party is one order with everybody who has a place in it, and somebody who has none.

use super::{Actor, Server, ids};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// What a seed file holds.
#[derive(Default)]
pub struct Town {
    people: Vec<Value>,
    groups: Vec<Value>,
    orders: Vec<Value>,
}

impl Town {
    /// Everybody and everything of a seed.
    pub fn of_seed(seed: &Value) -> Self {
        let rows = |name: &str| seed[name].as_array().cloned().unwrap_or_default();
        Self {
            people: rows("people"),
            groups: rows("groups"),
            orders: rows("orders"),
        }
    }

    /// Adds a person.
    #[must_use]
    pub fn person(mut self, person: Value) -> Self {
        self.people.push(person);
        self
    }

    /// Adds a group.
    #[must_use]
    pub fn group(mut self, group: Value) -> Self {
        self.groups.push(group);
        self
    }

    /// Adds an order.
    #[must_use]
    pub fn order(mut self, order: Value) -> Self {
        self.orders.push(order);
        self
    }

    /// Parties 1 to `count`: order `n`, client `10n+1`, expert `10n+2`, operator `10n+3`, stranger `10n+4`, who is
    /// the client of an order of their own, `n+1000`.
    #[must_use]
    pub fn parties(count: i64) -> Self {
        let mut town = Self::default();
        for n in 1..=count {
            for (at, role) in ["client", "expert", "operator", "client"].iter().enumerate() {
                let id = 10 * n + 1 + i64::try_from(at).expect("a small number");
                town = town.person(json!({
                    "id": id, "email": format!("p{id}@shop.example"), "first_name": "Person", "last_name": id.to_string(),
                    "role": role,
                }));
            }
            let (client, expert, operator, stranger) = (10 * n + 1, 10 * n + 2, 10 * n + 3, 10 * n + 4);
            town = town
                .order(json!({"id": n, "client": client, "expert": expert, "operator": operator}))
                .order(json!({"id": n + 1000, "client": stranger}));
        }
        town
    }

    /// The seed file's text.
    pub fn json(&self) -> String {
        let named = |rows: &[Value]| rows.iter().cloned().map(of_the_host).collect::<Vec<_>>();
        json!({"people": named(&self.people), "groups": named(&self.groups), "orders": named(&self.orders)}).to_string()
    }
}

/// A row of a seed with the host's ids as it has them.
fn of_the_host(row: Value) -> Value {
    let id = row["id"].as_i64();
    let mut row = ids::said(row);
    if let Some(id) = id {
        row["id"] = ids::word(id).into();
    }
    row
}

/// One order and the people around it.
pub struct Party {
    /// The order's number.
    pub order: i64,
    /// Who ordered.
    pub client: Actor,
    /// Who works on it.
    pub expert: Actor,
    /// Who answers for it.
    pub operator: Actor,
    /// Who has nothing to do with it.
    pub stranger: Actor,
}

impl Server {
    /// Party `n` of [`Town::parties`].
    pub async fn party(&self, n: i64) -> Party {
        let ids = [10 * n + 1, 10 * n + 2, 10 * n + 3, 10 * n + 4];
        let tokens = self.tokens(&ids).await;
        let mut actors = ids
            .iter()
            .zip(&tokens)
            .map(|(&id, token)| Actor::new(self.address, id, token));
        let mut next = || actors.next().expect("four people");
        Party {
            order: n,
            client: next(),
            expert: next(),
            operator: next(),
            stranger: next(),
        }
    }
}

static SHARED: OnceCell<Server> = OnceCell::const_new();

/// The site that may call the shared server besides its own pages.
pub const ALLOWED_SITE: &str = "https://shop.example";

/// The server of all stories that do not disturb each other. Each takes a party of its own, by number.
pub async fn shared() -> &'static Server {
    SHARED
        .get_or_init(|| async {
            let settings = format!(
                "log_level = \"trace\"\nallowed_origins = [\"{ALLOWED_SITE}\"]\nlimits.typing_seconds = 60\nlimits.listeners = 60\n"
            );
            Server::start("shared", &settings, &Town::parties(40)).await
        })
        .await
}
