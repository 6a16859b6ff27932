//! People: put, changed in part, and forgotten.

use super::asking::Asker;
use super::call::{self, Body};
use crate::shared::{FieldError, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::{Account, HostId, Limits, NewPerson, Person, Role, Scope};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use std::time::Duration;

/// The shortest and the longest password, in characters.
const PASSWORD_CHARS: (usize, usize) = (8, 128);
const FIELDS: &[&str] = &[
    "username",
    "email",
    "phone",
    "first_name",
    "last_name",
    "role",
    "password",
    "active",
];

pub(super) fn routes(routes: Routes) -> Routes {
    let methods = get(show).put(replace).patch(change).delete(remove);
    let allow = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS";
    routes.both("/api/v1/people/{id}/", methods, allow)
}

async fn show(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(id): Segment,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    super::own::one(&shared, asker, &id, &headers).await
}

/// A person, as a host application sees one.
#[derive(Serialize)]
struct PersonJson<'a> {
    id: HostId<'a>,
    username: &'a str,
    email: &'a str,
    phone: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    role: &'a str,
    active: bool,
}

impl<'a> From<&'a Person> for PersonJson<'a> {
    fn from(person: &'a Person) -> Self {
        Self {
            role: person.role.word(),
            id: person.host_id(),
            username: &person.username,
            email: &person.email,
            phone: &person.phone,
            first_name: &person.first_name,
            last_name: &person.last_name,
            active: person.active,
        }
    }
}

/// What a body says of a person; `None` where it says nothing.
#[derive(Debug, Clone, Default)]
struct Wanted {
    username: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    role: Option<Role>,
    password: Option<String>,
    active: Option<bool>,
}

impl Wanted {
    fn read(body: &mut Body, limits: &Limits) -> Self {
        let max = limits.title_chars;
        let wanted = Self {
            username: body.text("username", max),
            email: body.text("email", max),
            phone: body.text("phone", max),
            first_name: body.text("first_name", max),
            last_name: body.text("last_name", max),
            role: role(body),
            password: body.raw_text("password", PASSWORD_CHARS.1),
            active: body.flag("active"),
        };
        if wanted
            .email
            .as_deref()
            .is_some_and(|email| !email.is_empty() && !is_email(email))
        {
            body.mistake("email", FieldError::NotEmail);
        }
        let short = |password: &String| password.chars().nth(PASSWORD_CHARS.0 - 1).is_none();
        if wanted.password.as_ref().is_some_and(short) {
            let min = PASSWORD_CHARS.0;
            body.mistake("password", FieldError::TooShort { min });
        }
        wanted
    }

    /// The person with what is said of them. What is left out stays, or becomes empty where everything is replaced.
    fn over(self, before: Person, whole: bool) -> Person {
        let mut person = if whole {
            Person {
                active: before.active,
                signed_out_at: before.signed_out_at,
                host_name: before.host_name,
                ..Person::new(before.id, Role::User)
            }
        } else {
            before
        };
        let fields = [
            (&mut person.username, self.username),
            (&mut person.email, self.email),
            (&mut person.phone, self.phone),
            (&mut person.first_name, self.first_name),
            (&mut person.last_name, self.last_name),
        ];
        for (field, wanted) in fields {
            if let Some(wanted) = wanted {
                *field = wanted;
            }
        }
        person.role = self.role.unwrap_or(person.role);
        person.active = self.active.unwrap_or(person.active);
        person
    }
}

/// A role by its word; no word is none.
fn role(body: &mut Body) -> Option<Role> {
    let word = body.text("role", 32)?;
    if word.is_empty() {
        return Some(Role::User);
    }
    let role = Role::in_any_case(&word);
    if role.is_none() {
        body.mistake("role", FieldError::NotRole);
    }
    role
}

/// Whether a text looks like an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

async fn replace(state: State<Shared>, path: Segment, request: Request) -> Result<Response, Refused> {
    put_person(state, path, request, true).await
}

async fn change(state: State<Shared>, path: Segment, request: Request) -> Result<Response, Refused> {
    put_person(state, path, request, false).await
}

async fn put_person(
    State(shared): State<Shared>,
    Segment(id): Segment,
    request: Request,
    whole: bool,
) -> Result<Response, Refused> {
    call::require(&shared, request.headers(), Scope::People).await?;
    let id = call::host_id(&id)?;
    let mut body = Body::read(&shared, request, FIELDS).await?;
    let mut wanted = Wanted::read(&mut body, shared.chat.limits());
    body.end()?;

    let asked = id.clone();
    let account = ask::look(&shared.chat, move |look| {
        let person = look.person_of_host(&asked)?.filter(|person| !person.forgotten);
        Ok(person.map(|person| look.account_of(person.id)).transpose()?.flatten())
    })
    .await?;
    if !whole && account.is_none() {
        return Err(Refusal::NoSuchPerson.into());
    }
    let password_hash = new_hash(&shared, wanted.password.take(), account).await?;
    let now = shared.chat.now();
    let put = move |tx: &mut dyn Tx| {
        let (before, is_new) = rules::person_to_put(tx, &id)?;
        if is_new && !whole {
            return Err(Refusal::NoSuchPerson.into());
        }
        let new = NewPerson {
            person: wanted.clone().over(before, whole),
            password_hash: password_hash.clone(),
        };
        Ok::<_, Error>((is_new, rules::put_person(tx, now, &new)?))
    };
    let (is_new, person) = ask::change(&shared.chat, put).await?;
    // Less than two seconds, and only after a sign-out: then a token that is signed after the answer lets them in.
    let waits = rules::until_let_in(&person, shared.chat.now());
    tokio::time::sleep(Duration::from_micros(waits)).await;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(PersonJson::from(&person))).into_response())
}

/// The hash of a password that is not the one which is kept: that one changes nothing, and signs nobody out.
async fn new_hash(
    shared: &Shared,
    password: Option<String>,
    account: Option<Account>,
) -> Result<Option<String>, Refused> {
    let Some(password) = password else { return Ok(None) };
    let passwords = &shared.identity.passwords;
    if let Some(kept) = account.and_then(|account| account.password_hash)
        && passwords.is_right(password.clone(), Some(kept)).await?
    {
        return Ok(None);
    }
    Ok(Some(passwords.hash(password, shared.chat.random()).await?))
}

async fn remove(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<StatusCode, Refused> {
    call::require(&shared, request.headers(), Scope::People).await?;
    let (id, now) = (call::host_id(&id)?, shared.chat.now());
    let remove = move |tx: &mut dyn Tx| match tx.person_of_host(&id)? {
        Some(person) => rules::remove_person(tx, now, person.id),
        None => Ok(()),
    };
    ask::change(&shared.chat, remove).await?;
    Ok(StatusCode::NO_CONTENT)
}
