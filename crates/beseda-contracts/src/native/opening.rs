//! A room is opened: by its key, with somebody, of a set of people, or with the support desk.

use super::asking::Asker;
use super::call::Body;
use super::cases;
use super::objects::RoomJson;
use super::rooms::idempotency_key;
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

/// The longest key, in characters, with every character of both ids written as three.
const KEY_CHARS: usize = 800;
/// Everything that a body may say; what kind of opening it is decides which of it.
const FIELDS: &[&str] = &[
    "key",
    "kind",
    "with",
    "title",
    "members",
    "client_id",
    "name",
    "email",
    "subject",
    "text",
];

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
    let header = idempotency_key(&parts.headers)?;
    let mut body = Body::read(&shared, request, FIELDS).await?;
    let limits = shared.chat.limits().clone();
    let client_id = body.raw_text("client_id", limits.client_id_chars).or(header);
    let kind = body.text("kind", 32);
    if kind.as_deref() == Some("support") {
        let said = cases::introduced(&mut body, &limits, client_id);
        body.end()?;
        return cases::open(&shared, asker, &parts, said).await;
    }
    let asker = asker.ok_or(Refusal::NotSignedIn)?;
    let opening = wanted(&shared, &asker, &mut body, kind.as_deref(), client_id);
    body.end()?;
    let opening = opening.ok_or(Refused::NoSuchAddress)?;
    shared.throttles.send(asker.person.id)?;
    let (now, drawn) = (shared.chat.now(), new_name(&shared.chat));
    let opened = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        open_in(tx, now, &limits, &asker, &opening, drawn)
    });
    let (room, new) = match opened.await {
        Err(Error::Refused(Refusal::WithOneself)) => return Err(Refused::field("with", FieldError::Oneself)),
        opened => opened?,
    };
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(room)).into_response())
}

/// What a body wants to be opened; `None` with a mistake noted.
fn wanted(
    shared: &Shared,
    asker: &Asker,
    body: &mut Body,
    kind: Option<&str>,
    client_id: Option<String>,
) -> Option<Opening> {
    match kind {
        None => {
            body.only(&["key", "client_id"]);
            let key = body.required_text("key", KEY_CHARS)?;
            let key = key.parse().map_err(|_| body.mistake("key", FieldError::NotRoomKey));
            key.ok().map(Opening::Key)
        }
        Some("private") => {
            body.only(&["kind", "with", "client_id"]);
            let with = body.person("with");
            if with == Some(None) || !body.has("with") {
                body.mistake("with", FieldError::Required);
            }
            with.flatten().map(Opening::Private)
        }
        Some("group") => {
            body.only(&["kind", "title", "members", "client_id"]);
            let limits = shared.chat.limits();
            let members = body.people("members", limits.members).unwrap_or_default();
            let title = body.required_text("title", limits.title_chars)?;
            // The same wish of the same person opens one room.
            let name = match &client_id {
                Some(client_id) => name_of(shared.identity.openings.of_person(asker.person.id, client_id)),
                None => new_name(&shared.chat),
            };
            Some(Opening::Group { title, members, name })
        }
        Some(_) => {
            body.mistake("kind", FieldError::NotOneOf(&["private", "group", "support"]));
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
