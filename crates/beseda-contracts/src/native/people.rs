//! People: put, changed in part, and forgotten.

use super::asking::{Asker, ListJson, Query};
use super::call::{self, Body};
use super::described::call::{Brings, Call, Who, lines, made, ok};
use super::described::field::{Field, Takes};
use super::lists;
use super::many::{self, LineJson, Thing, put_all};
use super::objects::PersonJson;
use crate::shared::identity::api_keys;
use crate::shared::{FieldError, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use beseda_core::ports::{Lane, Tx};
use beseda_core::rules;
use beseda_core::words::{HostId, Limits, NewPerson, Person, Role, Scope};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// The shortest and the longest password, in characters.
const PASSWORD_CHARS: (usize, usize) = (8, 128);
/// The longest name of a language, as BCP 47 has them.
const LOCALE_CHARS: usize = 35;
/// The fields of somebody, in a line that says whom it is about.
const LINE: &[Field] = &[
    Field::new("id", Takes::Id, "What the application calls them.").required(),
    named("username", "A name to log in with."),
    Field::new(
        "email",
        Takes::Email(|limits| limits.title_chars),
        "Their e-mail address.",
    )
    .or_null(),
    named("phone", "Their telephone number."),
    named("first_name", "Their given name."),
    named("last_name", "Their family name."),
    Field::new(
        "role",
        Takes::RoleOrNone,
        "What they are to the application: a word that `beseda policy` names, or any other; without one, `user`.",
    )
    .or_null(),
    Field::new("avatar_url", Takes::WebAddress, "Where their picture is.").or_null(),
    Field::new(
        "custom",
        Takes::Json(|limits| limits.custom_bytes),
        "Anything that is shown of them besides.",
    )
    .or_null(),
    LOCALE,
    Field::new(
        "password",
        Takes::Secret(PASSWORD_CHARS.0, PASSWORD_CHARS.1),
        "A password to log in with here. Another one than before signs them out everywhere.",
    ),
    Field::new("active", Takes::Flag, "Whether they are let in."),
];
/// Somebody's language.
pub(super) const LOCALE: Field = Field::new(
    "locale",
    Takes::Text(|_| LOCALE_CHARS),
    "Their language, as BCP 47 names it.",
)
.or_null();

const fn named(name: &'static str, says: &'static str) -> Field {
    Field::new(name, Takes::Text(|limits| limits.title_chars), says).or_null()
}

const ERASE: &[Field] = &[Field::new("erase", Takes::Flag, "What they wrote goes with them.")];

pub(super) const CALLS: &[Call] = &[
    Call::get(
        "/api/v1/people/{id}/",
        "person",
        "Somebody one shares a room with, or oneself.",
    )
    .answers(&[ok::<PersonJson>("Who they are.")])
    .tagged()
    .refuses(&["not_found"]),
    Call::put(
        "/api/v1/people/{id}/",
        "putPerson",
        "Puts a person. What is left out stays as it is.",
    )
    .by(Who::Application(Scope::People))
    .takes(LINE.split_at(1).1)
    .answers(&[
        ok::<AccountJson>("They were there, and are so now."),
        made::<AccountJson>("They are new."),
    ])
    .refuses(&["name_taken"]),
    Call::patch("/api/v1/people/{id}/", "changePerson", "Changes a person who is there.")
        .by(Who::Application(Scope::People))
        .takes(LINE.split_at(1).1)
        .answers(&[ok::<AccountJson>("Who they are now.")])
        .refuses(&["name_taken", "not_found"]),
    Call::delete(
        "/api/v1/people/{id}/",
        "deletePerson",
        "Forgets a person: they leave every room and are let in nowhere. What they wrote keeps the name that they had.",
    )
    .by(Who::Application(Scope::People))
    .query(ERASE),
    Call::get(
        "/api/v1/app/people/",
        "listPeople",
        "People, by when they were last changed.",
    )
    .by(Who::Application(Scope::People))
    .query(lists::PARAMETERS)
    .answers(&[ok::<ListJson<AccountJson>>("A page of them.")]),
    Call::post("/api/v1/app/people/", "putPeople", "Puts many people, a line each.")
        .by(Who::Application(Scope::People))
        .brings(Brings::Lines(LINE))
        .answers(&[lines::<LineJson>("A line for each line, in their order.")]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    let many = post(put_all::<Put>).get(lists::people);
    let methods = get(show).put(replace).patch(change).delete(remove);
    let allow = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS";
    routes
        .both("/api/v1/people/{id}/", methods, allow)
        .both("/api/v1/app/people/", many, "GET, POST, HEAD, OPTIONS")
}

async fn show(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(id): Segment,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    super::own::one(&shared, asker, &id, &headers).await
}

/// A person, as they themselves and the host application see one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub(super) struct AccountJson {
    #[serde(flatten)]
    person: PersonJson,
    /// Their e-mail address, or empty.
    email: String,
    /// The name that they log in with, or empty.
    username: String,
    /// Their telephone number, or empty.
    phone: String,
    /// Their language, as BCP 47 names it.
    locale: Option<String>,
}

impl From<&Person> for AccountJson {
    fn from(person: &Person) -> Self {
        Self {
            person: PersonJson::from(person),
            email: person.email.clone(),
            username: person.username.clone(),
            phone: person.phone.clone(),
            locale: (!person.locale.is_empty()).then(|| person.locale.clone()),
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
    avatar_url: Option<String>,
    custom: Option<Option<Arc<str>>>,
    locale: Option<String>,
    password: Option<String>,
    active: Option<bool>,
}

impl Wanted {
    fn read(body: &mut Body, limits: &Limits) -> Self {
        let wanted = Self {
            username: body.text_or_empty("username", limits),
            email: body.text_or_empty("email", limits),
            phone: body.text_or_empty("phone", limits),
            first_name: body.text_or_empty("first_name", limits),
            last_name: body.text_or_empty("last_name", limits),
            role: role(body, limits),
            avatar_url: body.web_address("avatar_url", limits),
            custom: body.custom("custom", limits),
            locale: body.text_or_empty("locale", limits),
            password: body.raw_text("password", limits),
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

    /// The person with what is said of them; what is left out stays.
    fn over(self, mut person: Person) -> Person {
        let fields = [
            (&mut person.username, self.username),
            (&mut person.email, self.email),
            (&mut person.phone, self.phone),
            (&mut person.first_name, self.first_name),
            (&mut person.last_name, self.last_name),
            (&mut person.avatar_url, self.avatar_url),
            (&mut person.locale, self.locale),
        ];
        for (field, wanted) in fields {
            if let Some(wanted) = wanted {
                *field = wanted;
            }
        }
        person.custom = self.custom.unwrap_or(person.custom);
        person.role = self.role.unwrap_or(person.role);
        person.active = self.active.unwrap_or(person.active);
        person
    }
}

/// A role by its word; no word is none.
fn role(body: &mut Body, limits: &Limits) -> Option<Role> {
    let word = body.text_or_empty("role", limits)?;
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

/// Somebody, and what a call says of them.
pub(super) struct Put {
    id: HostId<'static>,
    wanted: Wanted,
    password_hash: Option<String>,
    /// Whether they are made where nobody is called so.
    makes: bool,
}

impl Thing for Put {
    const SCOPE: Scope = Scope::People;
    const FIELDS: &'static [Field] = LINE;
    type Name = HostId<'static>;
    type Kept = Person;

    fn name(body: &mut Body, _: &Limits) -> Option<HostId<'static>> {
        body.id("id")
    }

    fn read(id: HostId<'static>, body: &mut Body, limits: &Limits) -> Self {
        Self {
            id,
            wanted: Wanted::read(body, limits),
            password_hash: None,
            makes: true,
        }
    }

    async fn prepare(&mut self, shared: &Shared) -> Result<(), Refused> {
        if let Some(password) = self.wanted.password.take() {
            self.password_hash = new_hash(shared, &self.id, password).await?;
        }
        Ok(())
    }

    fn put(self, shared: &Shared, lane: Lane) -> impl Future<Output = Result<(bool, Person), Refused>> + Send {
        let now = shared.chat.now();
        let put = ask::hand_over(&shared.chat, lane, move |tx| {
            let (before, is_new) = rules::person_to_put(tx, &self.id)?;
            if is_new && !self.makes {
                return Err(Refusal::NoSuchPerson.into());
            }
            let new = NewPerson {
                person: self.wanted.clone().over(before),
                password_hash: self.password_hash.clone(),
            };
            Ok::<_, Error>((is_new, rules::put_person(tx, now, &new)?))
        });
        async move { Ok(put.await?) }
    }

    /// Less than two seconds, and only after a sign-out: then a token that is signed after the answer lets them in.
    fn waits(person: &Person, shared: &Shared) -> Duration {
        Duration::from_micros(rules::until_let_in(person, shared.chat.now()))
    }
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
    makes: bool,
) -> Result<Response, Refused> {
    let put: Put = many::read_one(&shared, request, || call::host_id(&id)).await?;
    let put = Put { makes, ..put };
    let (is_new, person) = many::put_one(&shared, put).await?;
    Ok((many::status(is_new), Json(AccountJson::from(&person))).into_response())
}

/// The hash of a password that is not the one which is kept: that one changes nothing, and signs nobody out.
async fn new_hash(shared: &Shared, id: &HostId<'static>, password: String) -> Result<Option<String>, Refused> {
    let id = id.clone();
    let account = ask::look(&shared.chat, move |look| {
        let person = look.person_of_host(&id)?.filter(|person| !person.forgotten);
        Ok(person.map(|person| look.account_of(person.id)).transpose()?.flatten())
    })
    .await?;
    let passwords = &shared.identity.passwords;
    if let Some(kept) = account.and_then(|account| account.password_hash)
        && passwords.is_right(password.clone(), Some(kept)).await?
    {
        return Ok(None);
    }
    Ok(Some(passwords.hash(password, shared.chat.random()).await?))
}

async fn remove(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<StatusCode, Refused> {
    let key = api_keys::require(&shared, request.headers(), Scope::People).await?;
    let (id, now) = (call::host_id(&id)?, shared.chat.now());
    let mut query = Query::of(request.uri().query(), ERASE);
    let erases = query.flag("erase").unwrap_or(false);
    query.end()?;
    let asked = id.clone();
    let remove = move |tx: &mut dyn Tx| match rules::find_person_ever(tx, &asked)? {
        Some(person) if erases => rules::erase_person(tx, now, person.id),
        Some(person) => rules::remove_person(tx, now, person.id),
        None => Ok(()),
    };
    ask::change(&shared.chat, remove).await?;
    if erases {
        tracing::info!(target: "beseda::audit", key = key.name, person = %id, "somebody is erased with what they wrote");
    }
    Ok(StatusCode::NO_CONTENT)
}
