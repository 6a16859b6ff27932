//! The doctor's own people: let in when they are needed, the same ones every time, and shut out again with nothing left of
//! what they said.

use super::house::{held, standing};
use crate::config::Settings;
use crate::report::{Trouble, said};
use crate::system::{Lock, System};
use beseda_core::ports::Tx;
use beseda_core::rules::sign_in;
use beseda_core::words::{HostId, Kinds, NewPerson, Order, OrderId, Person, RESERVED_SPACE, Role, RoomKey, Time};
use beseda_core::{Chat, Error, Fault, Refusal, rules};
use beseda_identity::{OwnTokens, hash_password};
use beseda_live::ask;
use beseda_store::Opened;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// Who they are, and as what.
const PEOPLE: [(&str, Role); 9] = [
    (ADMIN, Role::Admin),
    ("operator", Role::Operator),
    (CLIENT, Role::Client),
    ("expert", Role::Expert),
    ("teacher", Role::Teacher),
    ("student", Role::Student),
    ("customer", Role::Customer),
    ("therapist", Role::Therapist),
    (VISITOR, Role::Visitor),
];
/// Who logs in with a password, and sees what is not theirs.
const ADMIN: &str = "admin";
/// By whom the server is known.
const CLIENT: &str = "client";
/// Who writes to the support desk.
const VISITOR: &str = "visitor";
/// How long what proves them is good for, in seconds: longer than everything takes that they do.
const TOKEN_SECONDS: i64 = 600;

/// The doctor's people in a database.
pub struct Guests {
    store: Arc<dyn Opened>,
    chat: Chat,
    tokens: OwnTokens,
    proofs: HashMap<&'static str, String>,
    order: OrderId,
    /// A word that nobody else says.
    word: String,
    /// The administrator's.
    password: String,
    _alone: Lock,
}

impl Guests {
    /// Opens the database for them. Nobody is let in yet; what a doctor left that was killed is taken away.
    ///
    /// # Errors
    /// The database is not there or cannot be written, or another doctor is at work.
    pub async fn come(settings: &Settings) -> Result<Self, Trouble> {
        let alone = alone(settings)?;
        let there = settings.clone();
        let opened = spawn_blocking(move || standing(&there)).await;
        let (store, chat) = opened.map_err(|error| not_written(&Fault::Internal(error.to_string()).into()))??;
        let secret = settings.secret.as_ref().ok_or_else(no_secret)?;
        let tokens = OwnTokens::new(secret.expose().as_bytes(), settings.limits.token_bytes);
        let word = drawn(&chat);
        let guests = Self {
            store,
            tokens,
            proofs: HashMap::new(),
            order: OrderId(reserved(&word)),
            password: drawn(&chat) + &drawn(&chat) + &drawn(&chat),
            word,
            chat,
            _alone: alone,
        };
        match guests.leave().await {
            Ok(()) => Ok(guests),
            Err(error) => {
                guests.store.close();
                Err(not_written(&error))
            }
        }
    }

    /// Lets the one in by whom the server is known.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn let_client_in(&mut self) -> Result<(), Trouble> {
        self.let_in(|word| word == CLIENT, None).await
    }

    /// Lets everybody in but the administrator, and puts their order.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn let_others_in(&mut self) -> Result<(), Trouble> {
        self.let_in(|word| word != CLIENT && word != ADMIN, None).await?;
        let (id, now, uuid) = (self.order.clone(), self.chat.now(), self.uuid());
        let put = ask::change(&self.chat, move |tx| {
            let mut number_of = |word| {
                let person = rules::find_person(tx, &reserved(word))?;
                Ok::<_, Error>(Some(person.ok_or(Refusal::NoSuchPerson)?.id))
            };
            let order = Order {
                id: id.clone(),
                number: id.to_string(),
                client: number_of(CLIENT)?,
                expert: number_of("expert")?,
                operator: number_of("operator")?,
                status: String::new(),
            };
            // Its room is there from the beginning: by that the order of a doctor is found who was killed.
            rules::put_order(tx, now, &order, Some(uuid))
        });
        put.await.map_err(|error| not_written(&error))
    }

    /// Lets the administrator in, with a password.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn let_admin_in(&mut self) -> Result<(), Trouble> {
        let hash = hash_password(&self.password, self.chat.random()).map_err(|_| {
            let meaning = said("a password cannot be hashed", "не вычислить хеш пароля");
            Trouble::new(meaning, said("is there memory left?", "есть ли свободная память?"))
        })?;
        self.let_in(|word| word == ADMIN, Some(hash)).await
    }

    /// Shuts the administrator out.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn shut_admin_out(&self) -> Result<(), Trouble> {
        let now = self.chat.now();
        let out = ask::change(&self.chat, move |tx| shut_out(tx, now, ADMIN));
        out.await.map_err(|error| not_written(&error))
    }

    async fn let_in(&mut self, is_one: fn(&str) -> bool, hash: Option<String>) -> Result<(), Trouble> {
        let now = self.chat.now();
        let people = ask::change(&self.chat, move |tx| {
            let asked = PEOPLE.into_iter().filter(|(word, _)| is_one(word));
            let put = asked.map(|(word, role)| Ok((word, put(tx, now, word, role, hash.clone())?)));
            put.collect::<Result<Vec<_>, Error>>()
        });
        let people = people.await.map_err(|error| not_written(&error))?;
        let waits = people
            .iter()
            .map(|(_, person)| rules::until_let_in(person, self.chat.now()));
        tokio::time::sleep(Duration::from_micros(waits.max().unwrap_or(0))).await;
        for (word, person) in people.into_iter().filter(|(word, _)| *word != ADMIN) {
            let (from, name) = (sign_in::token_time(&person, self.chat.now()), self.uuid().into_bytes());
            let proof = if word == VISITOR {
                self.tokens.for_visitor(person.id, from, TOKEN_SECONDS, name)
            } else {
                self.tokens.access(&person, from, TOKEN_SECONDS, name)
            };
            let proof = proof.map_err(|fault| not_written(&fault.into()))?;
            self.proofs.insert(word, proof);
        }
        Ok(())
    }

    fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.chat.random()).into_uuid()
    }

    /// What proves the one who is called so.
    pub fn token(&self, word: &str) -> &str {
        self.proofs.get(word).map(String::as_str).unwrap_or_default()
    }

    /// What the administrator logs in as, and by which password.
    pub fn login(&self) -> (String, &str) {
        (username(ADMIN), &self.password)
    }

    /// What their order is called.
    pub fn order(&self) -> &OrderId {
        &self.order
    }

    /// A sentence that nobody else says.
    pub fn words(&self, begin: &str) -> String {
        format!("{begin} {}", self.word)
    }

    /// Takes away what they said, and shuts them out.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn go(self) -> Result<(), Trouble> {
        let done = self.leave().await;
        self.store.close();
        done.map_err(|error| not_written(&error))
    }

    /// First they are shut out, so that nothing more is said.
    async fn leave(&self) -> Result<(), Error> {
        let now = self.chat.now();
        let shut = ask::change(&self.chat, move |tx| {
            PEOPLE.into_iter().try_for_each(|(word, _)| shut_out(tx, now, word))
        });
        shut.await?;
        let order = self.order.clone();
        ask::change(&self.chat, move |tx| {
            clear(tx, now)?;
            rules::remove_order(tx, now, &order)
        })
        .await
    }
}

/// Nobody else examines this directory meanwhile.
fn alone(settings: &Settings) -> Result<Lock, Trouble> {
    let path = settings.data.join("doctor");
    let shown = path.display();
    match System.lock_for_all(&path) {
        Ok(Some(lock)) => Ok(lock),
        Ok(None) => Err(Trouble::new(
            said("another doctor is at work here", "здесь уже работает другой доктор"),
            said("wait for it, and run this again", "дождитесь его и запустите снова"),
        )),
        Err(error) => Err(Trouble::new(
            said(
                format!("{shown} cannot be taken: {error}"),
                format!("{shown} не занять: {error}"),
            ),
            said(
                format!("run this as the server's user; if another user has made {shown}, remove that file"),
                format!("запустите от имени пользователя сервера; если {shown} создал другой, удалите этот файл"),
            ),
        )),
    }
}

fn no_secret() -> Trouble {
    Trouble::new(
        said("there is no secret to sign with", "нет секрета, которым подписывать"),
        said(
            "is --data the server's directory? the server makes one when it starts",
            "тот ли это каталог данных? сервер создаёт его при запуске",
        ),
    )
}

/// That a database was not written, and what has to be done.
fn not_written(error: &Error) -> Trouble {
    let told = error.to_string();
    let is_held = matches!(error, Error::Failed(Fault::Busy)) || told.contains("locked");
    let remedy = if is_held {
        held()
    } else {
        said(
            "may this user write the database, and is its disk full? run this as the server's user",
            "может ли этот пользователь писать в базу, не полон ли диск? запустите от имени пользователя сервера",
        )
    };
    let meaning = said(
        format!("the database was not written: {told}"),
        format!("записать в базу не удалось: {told}"),
    );
    Trouble::new(meaning, remedy)
}

/// Takes away every room of the doctor's people, with nothing left of what was said there.
fn clear(tx: &mut dyn Tx, now: Time) -> Result<(), Error> {
    for (word, _) in PEOPLE {
        let Some(person) = rules::find_person(tx, &reserved(word))? else {
            continue;
        };
        for place in tx.places(person.id, Kinds::ALL)? {
            let Ok(key) = place.room.key.parse::<RoomKey>() else {
                continue;
            };
            // Nobody's room but theirs.
            let is_own = match &key {
                RoomKey::Order(order) => order.0.is_reserved(),
                RoomKey::Support(_) => word == VISITOR,
                key => key.two().is_some_and(|two| two.iter().all(|id| id.is_reserved())),
            };
            if is_own {
                rules::clear_room(tx, now, &key)?;
            }
            if let (true, RoomKey::Order(order)) = (is_own, &key) {
                rules::remove_order(tx, now, order)?;
            }
        }
    }
    Ok(())
}

fn put(tx: &mut dyn Tx, now: Time, word: &str, role: Role, password_hash: Option<String>) -> Result<Person, Error> {
    let (before, _) = rules::person_to_put(tx, &reserved(word))?;
    let person = Person {
        username: username(word),
        first_name: "beseda doctor".to_owned(),
        last_name: format!("(test, {word})"),
        role,
        active: true,
        ..before
    };
    rules::put_person(tx, now, &NewPerson { person, password_hash })
}

/// Somebody who is let in nowhere, has no password, and is nothing to the host.
fn shut_out(tx: &mut dyn Tx, now: Time, word: &str) -> Result<(), Error> {
    let Some(person) = rules::find_person(tx, &reserved(word))? else {
        return Ok(());
    };
    if !person.active {
        return Ok(());
    }
    let out = Person {
        active: false,
        role: Role::User,
        first_name: "beseda doctor".to_owned(),
        last_name: format!("(test, {word})"),
        ..person
    };
    let id = out.id;
    rules::put_person(tx, now, &out.into())?;
    Ok(tx.remove_password(id)?)
}

/// What nobody can guess, in hex.
fn drawn(chat: &Chat) -> String {
    let bytes: [u8; 8] = chat.random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn username(word: &str) -> String {
    format!("{RESERVED_SPACE}/doctor-{word}")
}

/// The id of the one who is called so.
pub fn reserved(word: &str) -> HostId<'static> {
    HostId::Name(format!("{RESERVED_SPACE}/doctor-{word}").into())
}
