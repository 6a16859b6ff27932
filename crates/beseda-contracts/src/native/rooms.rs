//! Rooms by their keys: put and taken away, and what the host application says in them.

use super::call::{self, Body};
use crate::shared::rooms::new_name;
use crate::shared::{FieldError, FieldErrors, Refused, Routes, Segment, Shared, messages, time_text};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post, put};
use beseda_core::ports::{Look, Tx};
use beseda_core::rules;
use beseda_core::words::{
    Draft, HostId, Message, MessageId, NoHostId, NoRoomKey, RoomId, RoomKey, RoomView, Scope, Seq,
};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Serialize;
use tokio::time::Instant;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

pub(super) fn routes(routes: Routes) -> Routes {
    let methods = put(replace).delete(remove);
    let routes = routes.both("/api/v1/rooms/{key}/", methods, "PUT, DELETE, OPTIONS");
    let path = "/api/v1/rooms/{key}/members/{id}/";
    let routes = routes.both(path, delete(remove_member), "DELETE, OPTIONS");
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
            key: view.room.key,
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
    let mut body = Body::read(&shared, request, &["title", "members"]).await?;
    let limits = shared.chat.limits().clone();
    let title = body.text("title", limits.title_chars);
    let members = body.people("members", limits.members);
    if body.has("members") && !matches!(key, RoomKey::Group(_) | RoomKey::Own { .. }) {
        body.mistake("members", FieldError::FollowsFromKey);
    }
    body.end()?;
    if matches!(key, RoomKey::Support(_)) {
        return Err(Refused::field("key", FieldError::VisitorsOwn));
    }

    let now = shared.chat.now();
    let uuid = new_name(&shared.chat);
    let put = move |tx: &mut dyn Tx| {
        let mut mistakes = FieldErrors::default();
        check_key(tx, &key, &mut mistakes)?;
        let people = call::people_of(tx, "members", members.iter().flatten(), &mut mistakes)?;
        if let Err(unknown) = mistakes.none() {
            return Ok(Err(unknown));
        }
        let people = members.is_some().then_some(people.as_slice());
        let title = title.as_deref();
        Ok::<_, Error>(Ok(rules::put_room(tx, now, &limits, &key, title, people, uuid)?))
    };
    let (view, is_new) = ask::change(&shared.chat, put).await??;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(RoomJson::from(view))).into_response())
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
    call::require(&shared, request.headers(), Scope::Rooms).await?;
    let Path((key, id)) = path.map_err(|_| Refused::NoSuchAddress)?;
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
    let mut body = Body::read(&shared, request, &["text", "client_id"]).await?;
    let limits = shared.chat.limits().clone();
    if !body.has("text") {
        body.mistake("text", FieldError::Required);
    }
    let text = body.raw_text("text", limits.text_chars).unwrap_or_default();
    let client_id = body.raw_text("client_id", limits.client_id_chars).or(header);
    body.end()?;

    let draft = Draft {
        text,
        client_id,
        files: Vec::new(),
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
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refused> {
    let Some(header) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    match header.to_str() {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(_) => Err(Refused::field("client_id", FieldError::NotAscii)),
    }
}
