//! The people, orders and rooms that Beseda is measured with: made once, copied for every round.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::client::Seat;
use super::fill;
use super::http::Web;
use super::server::{Binaries, Kind, Server};
use super::speech::Speech;

/// People of an order: client, expert and operator.
const PEOPLE: usize = 3;
/// Tokens asked for in one command.
const AT_ONCE: usize = 500;

/// Which rooms: how many, and with how many members each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Street {
    pub members: usize,
    pub rooms: usize,
    /// Messages in each from the start.
    pub messages: usize,
}

struct Room {
    id: i64,
    key: String,
    tokens: Vec<String>,
}

/// A data directory with streets of rooms in it.
pub struct Town {
    template: PathBuf,
    streets: BTreeMap<Street, Vec<Room>>,
}

impl Town {
    /// Builds it in `folder`, and in a PostgreSQL where there is a `database`; there its rooms stay empty.
    pub fn build(binaries: &Binaries, folder: &Path, database: Option<&str>, streets: &[Street]) -> Result<Self> {
        let template = folder.join(if database.is_some() { "town-postgres" } else { "town" });
        fs::create_dir_all(&template)?;
        let orders: usize = streets.iter().map(|street| street.rooms).sum();
        let seed = folder.join("town.json");
        fs::write(&seed, seed_of(orders).to_string())?;
        run(binaries.beseda("seed", &template, database).arg("--new").arg(&seed))?;
        let people: Vec<usize> = (1..=orders * PEOPLE).collect();
        let tokens = tokens(binaries, &template, database, &people)?;
        let server = Server::start(Kind::Beseda, binaries, &template, database)?;
        let mut web = Web::connect(server.address)?;
        let mut rooms = tokens.chunks(PEOPLE).zip(1..).map(|(tokens, order)| {
            let opener = tokens.first().context("token")?;
            let answer = web.post(
                "/api/chat/rooms/create_for_order/",
                Some(opener),
                &json!({ "order_id": order }).to_string(),
            )?;
            let room: Value = serde_json::from_slice(&answer)?;
            Ok(Room {
                id: room
                    .pointer("/id")
                    .and_then(Value::as_i64)
                    .context("a room without id")?,
                key: format!("order:{order}"),
                tokens: tokens.to_vec(),
            })
        });
        let mut town = BTreeMap::new();
        for street in streets {
            town.insert(*street, rooms.by_ref().take(street.rooms).collect::<Result<Vec<_>>>()?);
        }
        drop(rooms);
        server.stop()?;
        for (street, rooms) in town.iter().filter(|(street, _)| street.messages > 0) {
            let ids: Vec<i64> = rooms.iter().map(|room| room.id).collect();
            fill::rooms(&template, &ids, street.messages)?;
        }
        Ok(Self {
            template,
            streets: town,
        })
    }

    /// A copy of the data directory.
    pub fn copy(&self, to: &Path) -> Result<()> {
        copy(&self.template, to)
    }

    /// The members of a street: a room's people take turns, each in so many windows, which speak so.
    pub fn seats(&self, street: Street, speech: Speech) -> Result<Vec<Seat>> {
        let rooms = self.streets.get(&street).context("no such street")?;
        let seats = rooms.iter().enumerate().flat_map(|(number, room)| {
            let people = street.members.min(PEOPLE);
            room.tokens
                .iter()
                .take(people)
                .cycle()
                .take(street.members)
                .map(move |token| Seat {
                    room: number,
                    key: room.key.clone(),
                    path: match speech {
                        Speech::OneRoom => format!("/ws/chat/{}/?token={token}", room.id),
                        Speech::Native { .. } => format!("/api/v1/ws?token={token}"),
                    },
                })
        });
        Ok(seats.collect())
    }
}

/// The same seats in a floor.
pub fn floor_seats(street: Street) -> Vec<Seat> {
    let rooms = (0..street.rooms).flat_map(|room| std::iter::repeat_n(room, street.members));
    rooms
        .map(|room| Seat {
            room,
            key: String::new(),
            path: format!("/ws/{room}"),
        })
        .collect()
}

/// An order each for `orders` times three people.
fn seed_of(orders: usize) -> Value {
    let roles = ["client", "expert", "operator"];
    let people: Vec<Value> = (0..orders * PEOPLE)
        .map(|n| person(n + 1, roles.get(n % PEOPLE).copied().unwrap_or_default()))
        .collect();
    let orders: Vec<Value> = (0..orders)
        .map(|n| {
            let first = n * PEOPLE + 1;
            json!({"id": n + 1, "number": format!("N-{n}"), "client": first, "expert": first + 1,
                   "operator": first + 2, "status": "active"})
        })
        .collect();
    json!({ "people": people, "orders": orders })
}

/// A person for a seed.
pub fn person(id: usize, role: &str) -> Value {
    json!({"id": id, "username": format!("person{id}"), "email": format!("person{id}@example.com"),
           "first_name": "Person", "last_name": format!("Number{id}"), "role": role})
}

/// An access token for each of `people`, in order.
pub fn tokens(binaries: &Binaries, data: &Path, database: Option<&str>, people: &[usize]) -> Result<Vec<String>> {
    let mut tokens = Vec::new();
    for some in people.chunks(AT_ONCE) {
        let ids = some.iter().map(ToString::to_string);
        let printed = run(binaries
            .beseda("token", data, database)
            .args(["--ttl", "6h", "--person"])
            .args(ids))?;
        tokens.extend(printed.lines().map(str::to_owned));
    }
    ensure!(
        tokens.len() == people.len(),
        "{} tokens for {} people",
        tokens.len(),
        people.len()
    );
    Ok(tokens)
}

/// Runs a command to its end and gives what it printed.
pub fn run(command: &mut std::process::Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
