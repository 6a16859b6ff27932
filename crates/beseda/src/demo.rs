//! The demonstration: people, orders and a class in an empty data directory, under a password made for it.

use crate::seed::Seed;
use crate::system::{Outside, System};
use anyhow::Context;
use beseda_contracts::shared::hash_password;
use beseda_core::ports::Random;
use beseda_core::words::{Draft, OrderId, PersonId};
use beseda_core::{Chat, Error, Refusal, rules};
use beseda_live::ask;
use std::fmt;
use std::path::Path;
use uuid::Uuid;

/// Who is there: a client, an expert, an operator and their leader with two orders, a class, and a booking's two sides.
const SEED: &str = include_str!("demo.json");

/// The order whose room is open already.
const ORDER: OrderId = OrderId(1042);
const CLIENT: PersonId = PersonId(1);
const EXPERT: PersonId = PersonId(2);

/// What was said in it.
const SAID: [(PersonId, &str); 3] = [
    (CLIENT, "Здравствуйте! Когда будет готов заказ?"),
    (EXPERT, "Добрый день. Завтра к обеду, уже проверяю."),
    (EXPERT, "Если появятся вопросы, напишите сюда."),
];

/// Who can log in.
pub struct Guests {
    password: String,
}

impl Guests {
    /// The two who share an order, in a few words.
    pub fn who(&self) -> String {
        format!("anna or boris (order {ORDER}), password {}", self.password)
    }
}

impl fmt::Display for Guests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "People to log in as, all with the password {}:", self.password)?;
        let seed = Seed::read(SEED.as_bytes()).unwrap_or_default();
        for person in seed.people {
            let name = format!("{} {}", person.first_name, person.last_name);
            writeln!(f, "  {:<10} {:<10} {name}", person.username, person.role)?;
        }
        Ok(())
    }
}

/// Fills an empty database, and tells who can log in; `None` where there are other people's data already.
///
/// # Errors
/// The data directory or the database cannot be written.
pub async fn prepare(data: &Path, chat: &Chat) -> anyhow::Result<Option<Guests>> {
    let kept = data.join("demo-password");
    if let Ok(password) = System.read(&kept) {
        return Ok(Some(Guests {
            password: String::from_utf8_lossy(&password).into_owned(),
        }));
    }
    if ask::look(chat, |look| Ok(look.person(CLIENT)?)).await?.is_some() {
        tracing::warn!("the data directory is not empty: nothing is added for the demonstration");
        return Ok(None);
    }
    let password = new_password();
    let hash = hash_password(&password, chat.random()).context("cannot hash the password")?;
    let mut seed = Seed::read(SEED.as_bytes())?;
    for person in &mut seed.people {
        person.password = Some(password.clone());
    }
    seed.put(chat, |_| Ok(hash.clone())).await?;
    talk(chat).await?;
    System
        .create_private(&kept, password.as_bytes())
        .context("cannot keep the demonstration's password")?;
    Ok(Some(Guests { password }))
}

/// Opens the room of the first order, and says something in it.
async fn talk(chat: &Chat) -> Result<(), Error> {
    let (now, limits) = (chat.now(), chat.limits().clone());
    let uuid = uuid::Builder::from_random_bytes(chat.random()).into_uuid();
    let began = now.plus_seconds(-600);
    ask::change(chat, move |tx| say(tx, began, &limits, uuid)).await
}

fn say(
    tx: &mut dyn beseda_core::ports::Tx,
    now: beseda_core::words::Time,
    limits: &beseda_core::words::Limits,
    uuid: Uuid,
) -> Result<(), Error> {
    let client = tx.person(CLIENT)?.ok_or(Refusal::NoSuchPerson)?;
    let expert = tx.person(EXPERT)?.ok_or(Refusal::NoSuchPerson)?;
    let (view, _) = rules::open_order_room(tx, now, &client, ORDER, uuid)?;
    for (minute, (who, text)) in (0..).zip(SAID) {
        let by = if who == CLIENT { &client } else { &expert };
        let draft = Draft {
            text: text.to_owned(),
            client_id: None,
            files: Vec::new(),
        };
        rules::send(
            tx,
            now.plus_seconds(60 * minute),
            limits,
            by.into(),
            view.room.id,
            &draft,
        )?;
    }
    Ok(())
}

/// Twelve letters and digits that are not taken for one another.
fn new_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 12];
    System.fill(&mut bytes);
    bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|&letter| char::from(letter))
        .collect()
}
