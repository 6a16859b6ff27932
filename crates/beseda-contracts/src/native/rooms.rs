//! Rooms by their keys: put and taken away, and what the host application says in them.

use super::asking::Asker;
use super::call::{self, Body};
use super::places;
use crate::shared::identity::api_keys;
use crate::shared::rooms::new_name;
use crate::shared::{FieldError, FieldErrors, Refused, Routes, Segment, Shared, messages, time_text};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{self, MemberChange, RoomChange};
use beseda_core::words::{
    Draft, HostId, Message, MessageId, More, NoHostId, NoRoomKey, RoomId, RoomKey, RoomView, Scope, Seq,
};
use beseda_core::{Error, Refusal};
use beseda_live::Dialect;
use beseda_live::ask;
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Serialize;
use tokio::time::Instant;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

pub(super) fn routes(routes: Routes) -> Routes {
    let methods = get(show).put(replace).patch(change).delete(remove);
    let allow = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS";
    let routes = routes.both("/api/v1/rooms/{key}/", methods, allow);
    let path = "/api/v1/rooms/{key}/members/{id}/";
    let routes = routes.both(path, put(put_member).delete(remove_member), "PUT, DELETE, OPTIONS");
    let path = "/api/v1/rooms/{key}/system-messages/";
    routes.both(path, post(say), "POST, OPTIONS")
}

/// A room, as a host application sees one.
#[derive(Serialize)]
struct RoomJson {
    key: String,
    id: RoomId,
    uuid: String,
    title: String,
    members: Vec<HostId<'static>>,
    created_at: String,
}

impl From<RoomView> for RoomJson {
    fn from(view: RoomView) -> Self {
        Self {
            id: view.room.id,
            uuid: view.room.uuid.to_string(),
            members: view
                .members
                .iter()
                .map(|(_, person)| person.host_id().into_owned())
                .collect(),
            created_at: time_text(view.room.created_at),
            key: view.room.key.to_string(),
            title: view.room.title,
        }
    }
}

/// A system message, as a host application sees one.
#[derive(Serialize)]
struct MessageJson<'a> {
    id: MessageId,
    room: RoomId,
    seq: Seq,
    text: &'a str,
    created_at: String,
}

impl<'a> From<&'a Message> for MessageJson<'a> {
    fn from(message: &'a Message) -> Self {
        Self {
            id: message.id,
            room: message.room,
            seq: message.seq,
            text: &message.text,
            created_at: time_text(message.created_at),
        }
    }
}

fn room_key(text: &str) -> Result<RoomKey, Refused> {
    let key = text.parse::<RoomKey>();
    let key = key.map_err(|NoRoomKey| Refused::field("key", FieldError::NotRoomKey))?;
    let of_host = |id: HostId<'static>| if id.is_reserved() { Err(NoHostId) } else { Ok(id) };
    key.with_ids(of_host)
        .map_err(|NoHostId| Refused::field("key", FieldError::Reserved))
}

/// What of a key is not there: the order, or one of two people.
fn check_key(look: &mut (impl Look + ?Sized), key: &RoomKey, mistakes: &mut FieldErrors) -> Result<(), Error> {
    if let RoomKey::Order(order) = key
        && look.order(order)?.is_none()
    {
        mistakes.add("key", FieldError::NoSuchOrder(order.clone()));
    }
    call::people_of(look, "key", key.two().into_iter().flatten(), mistakes).map(drop)
}

async fn replace(State(shared): State<Shared>, Segment(key): Segment, request: Request) -> Result<Response, Refused> {
    call::require(&shared, request.headers(), Scope::Rooms).await?;
    let key = room_key(&key)?;
    let fields = &["title", "avatar_url", "custom", "subject", "closed", "members"];
    let mut body = Body::read(&shared, request, fields).await?;
    let limits = shared.chat.limits().clone();
    let title = body.text("title", limits.title_chars);
    let change = RoomChange {
        title: None,
        avatar_url: body.web_address("avatar_url"),
        custom: body.custom("custom", limits.custom_bytes),
        subject: body.custom("subject", limits.custom_bytes),
        closed: body.flag("closed"),
    };
    let members = body.members("members");
    if members.as_ref().is_some_and(|members| members.len() > limits.members) {
        body.mistake("members", FieldError::TooManyMembers { max: limits.members });
    }
    if body.has("members") && !matches!(key, RoomKey::Group(_) | RoomKey::Own { .. }) {
        body.mistake("members", FieldError::FollowsFromKey);
    }
    body.end()?;
    if matches!(key, RoomKey::Support(_)) {
        return Err(Refused::field("key", FieldError::VisitorsOwn));
    }

    let (now, kinds) = (shared.chat.now(), shared.all_rooms.kinds());
    let uuid = new_name(&shared.chat);
    let put = move |tx: &mut dyn Tx| {
        let mut mistakes = FieldErrors::default();
        check_key(tx, &key, &mut mistakes)?;
        let named = members.iter().flatten().filter_map(|change| match change {
            MemberChange::Put(id, _) => Some(id),
            MemberChange::Remove(_) => None,
        });
        let mut people = call::people_of(tx, "members", named, &mut mistakes)?;
        people.sort_unstable();
        people.dedup();
        if let Err(unknown) = mistakes.none() {
            return Ok(Err(unknown));
        }
        let people = members.is_some().then_some(people.as_slice());
        let title = title.as_deref();
        let (mut view, is_new) = rules::put_room(tx, now, &limits, &key, title, people, uuid)?;
        rules::alter_room(tx, now, &limits, &mut view.room, &change)?;
        if let Some(members) = &members {
            rules::alter_members(tx, now, &limits, kinds, &mut view.room, members)?;
        }
        Ok::<_, Error>(Ok((view, is_new)))
    };
    let (view, is_new) = ask::change(&shared.chat, put).await??;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(RoomJson::from(view))).into_response())
}

async fn show(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(key): Segment,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    places::one(&shared, asker, &key, &headers).await
}

async fn change(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(key): Segment,
    request: Request,
) -> Result<Response, Refused> {
    places::change(&shared, asker, &key, request).await
}

/// Puts somebody into a room, for who governs it.
async fn put_member(
    State(shared): State<Shared>,
    asker: Asker,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Result<Response, Refused> {
    let Path((key, id)) = path.map_err(|_| Refused::NoSuchAddress)?;
    places::put_member(&shared, asker, (&key, call::host_id(&id)?), request).await
}

async fn remove(State(shared): State<Shared>, Segment(key): Segment, request: Request) -> Result<StatusCode, Refused> {
    call::require(&shared, request.headers(), Scope::Rooms).await?;
    let (key, now) = (room_key(&key)?, shared.chat.now());
    ask::change(&shared.chat, move |tx| rules::remove_room_of(tx, now, &key)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows somebody out: 204 also for who is not there.
async fn remove_member(
    State(shared): State<Shared>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Result<StatusCode, Refused> {
    let Path((key, id)) = path.map_err(|_| Refused::NoSuchAddress)?;
    let (mut parts, _) = request.into_parts();
    if !api_keys::is_application(&parts) {
        let asker = Asker::from_request_parts(&mut parts, &shared).await?;
        return places::remove_member(&shared, asker, (&key, call::host_id(&id)?)).await;
    }
    call::require(&shared, &parts.headers, Scope::Rooms).await?;
    let (key, id, now) = (room_key(&key)?, call::host_id(&id)?, shared.chat.now());
    match ask::change(&shared.chat, move |tx| rules::remove_member(tx, now, &key, &id)).await {
        Err(Error::Refused(Refusal::NotAllowed)) => Err(Refused::field("id", FieldError::FollowsFromKey)),
        done => Ok(done.map(|()| StatusCode::NO_CONTENT)?),
    }
}

/// Says something in nobody's name: 201 for a new message, 200 for a retry, which is answered with the first one.
async fn say(State(shared): State<Shared>, Segment(key): Segment, request: Request) -> Result<Response, Refused> {
    call::require(&shared, request.headers(), Scope::Rooms).await?;
    let key = room_key(&key)?;
    let header = idempotency_key(request.headers())?;
    let mut body = Body::read(&shared, request, &["text", "kind", "custom", "client_id", "to"]).await?;
    let limits = shared.chat.limits().clone();
    let kind = body.text("kind", 32);
    let is_event = kind.as_deref() == Some("event");
    if !matches!(kind.as_deref(), None | Some("system" | "event")) {
        body.mistake("kind", FieldError::NotOneOf(&["system", "event"]));
    }
    if !body.has("text") && !is_event {
        body.mistake("text", FieldError::Required);
    }
    let text = body.raw_text("text", limits.text_chars).unwrap_or_default();
    let client_id = body.raw_text("client_id", limits.client_id_chars).or(header);
    let more = More {
        custom: body.custom("custom", limits.custom_bytes).flatten(),
        is_event,
        to: body.people_in_order("to"),
        ..More::default()
    };
    body.end()?;

    let draft = Draft {
        text,
        client_id,
        files: Vec::new(),
        more: (more != More::default()).then(|| Box::new(more)),
    };
    let now = shared.chat.now();
    let send = move |tx: &mut dyn Tx| rules::send_system(tx, now, &limits, &key, &draft);
    let came = Instant::now();
    let sent = ask::change(&shared.chat, send).await;
    messages::count(
        &shared,
        super::CONTRACT.name,
        came.elapsed(),
        sent.as_ref().map(|sent| sent.first),
    );
    let sent = sent?;
    let status = if sent.first {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(MessageJson::from(&*sent.message))).into_response())
}

/// The header that other services know for what we call a client id; a field of that name goes before it.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refused> {
    let Some(header) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    match header.to_str() {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(_) => Err(Refused::field("client_id", FieldError::NotAscii)),
    }
}
