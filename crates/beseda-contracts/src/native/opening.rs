//! A room is opened: by its key, with somebody, of a set of people, or with the support desk.

use super::asking::Asker;
use super::call::Body;
use super::described::call::{Brings, Call, Who, made, ok};
use super::described::field::{Field, Takes};
use super::objects::RoomJson;
use super::rooms::{CLIENT_ID, idempotency_key};
use super::visitors::{self, OpenedJson};
use crate::shared::rooms::{name_of, new_name};
use crate::shared::{FieldError, Refused, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use beseda_core::policy;
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{self, GroupWish, Set};
use beseda_core::words::{HostId, Limits, MemberRole, RoomId, RoomKey, Time};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use http::StatusCode;
use http::request::Parts;
use uuid::Uuid;

const KEY: Field = Field::new("key", Takes::Room, "The room's key.").required();
const KINDS: &[&str] = &["private", "group", "support"];
const WITH: Field = Field::new("with", Takes::Id, "With whom.").required();
const TITLE: Field = Field::new("title", Takes::Filled(|limits| limits.title_chars), "Its title.").required();
const MEMBERS: Field = Field::new(
    "members",
    Takes::Ids(|limits| limits.members),
    "Who is in it besides oneself.",
)
.or_null();
const NAME: Field = Field::new(
    "name",
    Takes::Filled(|limits| limits.title_chars),
    "What one is called.",
)
.required();
const EMAIL: Field = Field::new(
    "email",
    Takes::Email(|limits| limits.title_chars),
    "One's e-mail address.",
);
const SUBJECT: Field = Field::new("subject", Takes::Text(|limits| limits.title_chars), "What it is about.");
const PAGE: Field = Field::new(
    "page",
    Takes::WebAddress,
    "The address of the page from which one writes.",
)
.or_null();
const REFERRER: Field = Field::new("referrer", Takes::WebAddress, "Where one was before.").or_null();
const CUSTOM: Field = Field::new(
    "custom",
    Takes::Json(|limits| limits.custom_bytes),
    "What the page says of one besides, for the desk.",
)
.or_null();
const TEXT: Field = Field::new("text", Takes::Text(|limits| limits.text_chars), "The first message.");

const fn kind(words: &'static [&'static str]) -> Field {
    Field::new("kind", Takes::OneOf(words), "What is opened.")
}

/// Everything that a body may say; what kind of opening it is decides which of it.
const FIELDS: &[Field] = &[
    KEY,
    kind(KINDS),
    WITH,
    TITLE,
    MEMBERS,
    CLIENT_ID,
    NAME,
    EMAIL,
    SUBJECT,
    TEXT,
    PAGE,
    REFERRER,
    CUSTOM,
];
const BY_KEY: &[Field] = &[KEY, CLIENT_ID];
const PRIVATE: &[Field] = &[kind(&["private"]).required(), WITH, CLIENT_ID];
const GROUP: &[Field] = &[kind(&["group"]).required(), TITLE, MEMBERS, CLIENT_ID];
/// What a visitor says.
pub(super) const SUPPORT: &[Field] = &[
    kind(&["support"]).required(),
    NAME,
    EMAIL,
    SUBJECT,
    TEXT,
    CLIENT_ID,
    PAGE,
    REFERRER,
    CUSTOM,
];

pub(super) const CALL: Call = Call::post(
    "/api/v1/rooms/",
    "open",
    "Opens a room: by its key, with somebody, of a set of people, or with the support desk, for which nobody need be known.",
)
.by(Who::PersonOrStranger)
.brings(Brings::OneOf(&[
    ("By its key", BY_KEY),
    ("With somebody", PRIVATE),
    ("Of a set of people", GROUP),
    ("With the support desk", SUPPORT),
]))
.named()
.answers(&[
    made::<OpenedJson<'_>>("The room is new."),
    ok::<OpenedJson<'_>>("The room stands already."),
])
.rate("sends")
.refuses(&["no_such_room", "not_found", "not_allowed", "blocked"]);

/// Which room somebody wants to open.
enum Opening {
    /// By its key.
    Key(RoomKey),
    /// With somebody.
    Private(HostId<'static>),
    /// Of a set of people.
    Group {
        title: String,
        members: Vec<HostId<'static>>,
        name: Uuid,
    },
}

/// Opens a room: 201 for a new one, 200 for one that stands.
pub(super) async fn open(
    State(shared): State<Shared>,
    asker: Result<Asker, Refused>,
    parts: Parts,
    request: Request,
) -> Result<Response, Refused> {
    // Whoever writes to the support desk may be somebody whom nobody knows.
    let asker = match asker {
        Err(Refused::Rule(Refusal::NotSignedIn)) => None,
        asker => Some(asker?),
    };
    let limits = shared.chat.limits().clone();
    let header = idempotency_key(&parts.headers, &limits)?;
    let mut body = Body::read(&shared, request, FIELDS).await?;
    let client_id = body.name("client_id", &limits).or(header);
    let kind = body.text("kind", &limits);
    if kind.as_deref() == Some("support") {
        let said = visitors::introduced(&mut body, &parts.headers, &limits, client_id);
        body.end()?;
        return visitors::open(&shared, asker, &parts, said).await;
    }
    let asker = asker.ok_or(Refusal::NotSignedIn)?;
    let opening = wanted(&shared, &asker, &mut body, kind.as_deref(), client_id);
    body.end()?;
    let opening = opening.ok_or(Refused::NoSuchAddress)?;
    asker.throttle(&shared)?;
    let (now, drawn) = (shared.chat.now(), new_name(&shared.chat));
    let opened = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        open_in(tx, now, &limits, &asker, &opening, drawn)
    });
    let (room, new) = match opened.await {
        Err(Error::Refused(Refusal::WithOneself)) => return Err(Refused::field("with", FieldError::Oneself)),
        opened => opened?,
    };
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    let opened = OpenedJson { room, visitor: None };
    Ok((status, Json(opened)).into_response())
}

/// What a body wants to be opened; `None` with a mistake noted.
fn wanted(
    shared: &Shared,
    asker: &Asker,
    body: &mut Body,
    kind: Option<&str>,
    client_id: Option<String>,
) -> Option<Opening> {
    let limits = shared.chat.limits();
    match kind {
        None => {
            body.only(BY_KEY);
            let key = body.required_text("key", limits)?;
            let key = key.parse().map_err(|_| body.mistake("key", FieldError::NotRoomKey));
            key.ok().map(Opening::Key)
        }
        Some("private") => {
            body.only(PRIVATE);
            body.id("with").map(Opening::Private)
        }
        Some("group") => {
            body.only(GROUP);
            let members = body.people("members", limits).unwrap_or_default();
            let title = body.required_text("title", limits)?;
            // The same wish of the same person opens one room.
            let name = match &client_id {
                Some(client_id) => name_of(shared.identity.openings.of_person(asker.person.id, client_id)),
                None => new_name(&shared.chat),
            };
            Some(Opening::Group { title, members, name })
        }
        Some(_) => {
            body.mistake("kind", FieldError::NotOneOf(KINDS));
            None
        }
    }
}

fn open_in(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    asker: &Asker,
    opening: &Opening,
    drawn: Uuid,
) -> Result<(RoomJson, bool), Error> {
    let by = &asker.person;
    let (room, new) = match opening {
        Opening::Key(key @ RoomKey::Order(order)) => match rules::open_order_room(tx, now, by, order, drawn) {
            Ok((view, new)) => (view.room.id, new),
            // The order of others is as one that is missing, but for who may see its room without a place in it.
            Err(Error::Refused(Refusal::NoPlaceInOrder | Refusal::NoSuchOrder)) => (standing(tx, key)?, false),
            Err(error) => return Err(error),
        },
        Opening::Key(key @ (RoomKey::Pair { .. } | RoomKey::Private(..))) => {
            let (view, new) = rules::open_by_key(tx, now, by, key, drawn)?;
            (view.room.id, new)
        }
        Opening::Key(RoomKey::Notes(about)) => rules::open_notes(tx, now, asker.by(), *about, drawn)?,
        // Who is in any other is said by whoever governs it: it stands, or is not theirs to open.
        Opening::Key(key) => (standing(tx, key)?, false),
        Opening::Private(with) => {
            let (view, new) = rules::open_private(tx, now, by, with, drawn)?;
            (view.room.id, new)
        }
        // Who is nobody's customer yet gathers nobody.
        Opening::Group { .. } if policy::is_visitor(by) => return Err(Refusal::NotAllowed.into()),
        Opening::Group { title, members, name } => {
            let wish = GroupWish {
                title: title.clone(),
                set: Set::People(members.clone()),
                maker: MemberRole::OWNER,
            };
            let (view, new) = rules::open_group(tx, now, limits, by, &wish, *name)?;
            (view.room.id, new)
        }
    };
    let found = rules::full_room(tx, asker.by(), room)?;
    Ok((asker.room(&found), new))
}

/// The room that has this key already.
fn standing(look: &mut (impl Look + ?Sized), key: &RoomKey) -> Result<RoomId, Error> {
    let room = look.room_by_key(&key.to_string())?;
    Ok(room.ok_or(Refusal::NoSuchRoom)?.id)
}
