//! The doctor's own people: put before they talk, the same ones every time, and shut out again with nothing left of what
//! they said.

use crate::commands::standing;
use crate::config::Settings;
use crate::seed::Seed;
use crate::system::{Lock, Outside, System};
use anyhow::{Context, bail};
use beseda_core::ports::{Clock as _, Random as _};
use beseda_core::rules::sign_in;
use beseda_core::words::{HostId, OrderId, Person, RoomKey};
use beseda_core::{Chat, Error, Refusal, rules};
use beseda_identity::{OwnTokens, hash_password};
use beseda_live::ask;
use beseda_store::Opened;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What all their ids begin with, and what their order is called.
const NAME: &str = "beseda-doctor";
/// Who they are, each called by the word of their role.
const PEOPLE: [&str; 8] = [
    "admin",
    "operator",
    "client",
    "expert",
    "teacher",
    "student",
    "customer",
    "therapist",
];
/// Who logs in with a password.
const LOGS_IN: &str = "admin";
/// How long what proves them is good for, in seconds: longer than everything takes that they do.
const TOKEN_SECONDS: i64 = 600;

/// The doctor's people in a database.
pub struct Guests {
    store: Arc<dyn Opened>,
    chat: Chat,
    tokens: Vec<(&'static str, String)>,
    /// The administrator's.
    pub password: String,
    /// What the support desk knew the visitor by the last time.
    pub visitor: String,
    visitor_file: PathBuf,
    /// What they opened, besides their order's room.
    rooms: Vec<RoomKey>,
    _alone: Lock,
}

impl Guests {
    /// Puts them in.
    ///
    /// # Errors
    /// The database cannot be written, or another doctor is at work.
    pub async fn come(settings: &Settings) -> anyhow::Result<Self> {
        let alone = System.lock(&settings.data.join("doctor"))?;
        let alone = alone.context("another doctor is at work here")?;
        let (store, chat) = standing(settings)?;
        let mut drawn = [0; 24];
        System.fill(&mut drawn);
        let password: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
        let visitor_file = settings.data.join("doctor-visitor");
        let visitor = System.read(&visitor_file).unwrap_or_default();
        let mut guests = Self {
            store,
            chat,
            tokens: Vec::new(),
            password,
            visitor: String::from_utf8_lossy(&visitor).into_owned(),
            visitor_file,
            rooms: vec![
                RoomKey::private(id("teacher"), id("student")),
                RoomKey::pair(id("customer"), id("therapist")),
            ],
            _alone: alone,
        };
        guests.put().await?;
        guests.sign(settings).await?;
        Ok(guests)
    }

    async fn put(&self) -> anyhow::Result<()> {
        let person = |word: &&str| {
            let password = (*word == LOGS_IN).then_some(&self.password);
            json!({"id": id(word), "username": self.username(word), "first_name": "Beseda", "last_name": "Doctor", "role": word,
                   "password": password})
        };
        let people: Vec<_> = PEOPLE.iter().map(person).collect();
        let order = json!({"id": NAME, "number": NAME, "client": id("client"), "expert": id("expert"),
                           "operator": id("operator")});
        let seed = Seed::read(json!({"people": people, "orders": [order]}).to_string().as_bytes())?;
        let hash = |password: &str, _: Option<&str>| {
            let hash = hash_password(password, self.chat.random());
            hash.map(Some).context("cannot hash a password")
        };
        // What a doctor left who was killed would be in the way.
        self.clear().await?;
        seed.put(&self.chat, hash).await?;
        let now = self.chat.now();
        let waits = ask::change(&self.chat, move |tx| {
            let mut waits = 0;
            for word in PEOPLE {
                let person = rules::find_person(tx, &id(word))?.ok_or(Refusal::NoSuchPerson)?;
                let person = rules::set_active(tx, now, person.id, true)?;
                waits = rules::until_let_in(&person, now).max(waits);
            }
            Ok::<_, Error>(waits)
        });
        tokio::time::sleep(Duration::from_micros(waits.await?)).await;
        Ok(())
    }

    async fn sign(&mut self, settings: &Settings) -> anyhow::Result<()> {
        let secret = settings.secret_or_made(&System)?;
        let tokens = OwnTokens::new(secret.expose().as_bytes(), settings.limits.token_bytes);
        let people = ask::look(&self.chat, |look| {
            let found = PEOPLE.into_iter().map(|word| rules::find_person(look, &id(word)));
            found.collect::<Result<Vec<Option<Person>>, Error>>()
        });
        for (word, person) in PEOPLE.into_iter().zip(people.await?) {
            let Some(person) = person else {
                bail!("{} is not there", id(word))
            };
            let from = sign_in::token_time(&person, System.now());
            let mut name = [0; 16];
            System.fill(&mut name);
            self.tokens
                .push((word, tokens.access(&person, from, TOKEN_SECONDS, name)?));
        }
        Ok(())
    }

    /// What proves the one who is called so.
    pub fn token(&self, word: &str) -> &str {
        let found = self.tokens.iter().find(|(of, _)| *of == word);
        found.map(|(_, token)| token.as_str()).unwrap_or_default()
    }

    /// What the one who is called so logs in as.
    pub fn username(&self, word: &str) -> String {
        format!("{NAME}-{word}")
    }

    /// The room of a case that was opened at the support desk, and what the visitor is known by from now on.
    pub fn opened(&mut self, room: &str, visitor: &str) {
        self.rooms.extend(format!("support:{room}").parse::<RoomKey>());
        if self.visitor.is_empty() {
            // Without it the next visitor is another one.
            let _ = System.create_private(&self.visitor_file, visitor.as_bytes());
        }
    }

    /// Takes away what they said, and shuts them out.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn go(self) -> anyhow::Result<()> {
        let done = self.leave().await;
        self.store.close();
        done
    }

    async fn leave(&self) -> anyhow::Result<()> {
        self.clear().await?;
        let now = self.chat.now();
        let out = ask::change(&self.chat, move |tx| {
            for word in PEOPLE {
                let Some(person) = rules::find_person(tx, &id(word))? else {
                    continue;
                };
                rules::set_active(tx, now, person.id, false)?;
                // An administrator who cannot log in is no administrator of the house.
                tx.remove_password(person.id)?;
            }
            Ok::<_, Error>(())
        });
        Ok(out.await?)
    }

    async fn clear(&self) -> anyhow::Result<()> {
        let (rooms, now) = (self.rooms.clone(), self.chat.now());
        let cleared = ask::change(&self.chat, move |tx| {
            rules::remove_order(tx, now, &order())?;
            for room in &rooms {
                rules::remove_room_of(tx, now, room)?;
            }
            Ok::<_, Error>(())
        });
        Ok(cleared.await?)
    }
}

/// The id of the one who is called so.
pub fn id(word: &str) -> HostId<'static> {
    HostId::Name(format!("{NAME}-{word}").into())
}

/// What their order is called.
pub fn order() -> OrderId {
    OrderId(HostId::Name(NAME.into()))
}
