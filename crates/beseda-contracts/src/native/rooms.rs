//! Rooms by their keys: put and taken away, and what the host application says in them.

use super::asking::{Asker, AskerOrHost, ListJson, room_of};
use super::call::{self, Body};
use super::described::call::{Brings, Call, Who, lines, made, ok};
use super::described::field::{Field, Takes, UNBOUNDED, names};
use super::hear;
use super::lists;
use super::many::{self, LineJson, Thing, put_all};
use super::objects::{MessageJson, RoomJson};
use super::places;
use crate::shared::identity::api_keys;
use crate::shared::rooms::new_name;
use crate::shared::{FieldError, FieldErrors, Refused, Routes, Segment, Shared, messages};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use beseda_core::ports::{Lane, Look, Tx};
use beseda_core::rules::{self, MemberChange, RoomChange};
use beseda_core::words::{Draft, HostId, Limits, Message, More, NoHostId, NoRoomKey, RoomKey, Scope, Time};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use beseda_live::dialect::Named;
use http::{HeaderMap, HeaderName, StatusCode};
use tokio::time::Instant;
use uuid::Uuid;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The fields of a room, in a line that says by either of the first two which one it is: answers call its key its `id`.
const LINE: &[Field] = &[
    Field::new("key", Takes::Room, "Its key: this or `id`."),
    Field::new("id", Takes::Room, "The same, as answers call it."),
    Field::new("title", Takes::Text(|limits| limits.title_chars), "Its title.").or_null(),
    Field::new("avatar_url", Takes::WebAddress, "Where its picture is.").or_null(),
    CUSTOM,
    Field::new(
        "subject",
        Takes::Card(|limits| limits.custom_bytes),
        "The card of the business object that it is about.",
    )
    .or_null(),
    Field::new("closed", Takes::Flag, "Its business is over."),
    Field::new(
        "members",
        Takes::Members,
        "Who is in it, where that does not follow from the key: at most `limits.members`, or what the settings say of its kind.",
    )
    .or_null(),
];
/// Anything of the application's own.
pub(super) const CUSTOM: Field = Field::new(
    "custom",
    Takes::Json(|limits| limits.custom_bytes),
    "Anything of the application's own.",
)
.or_null();
/// The fields where the path says that.
const FIELDS: &[Field] = LINE.split_at(2).1;
/// A sender's own name for what is made.
pub(super) const CLIENT_ID: Field = Field::new(
    "client_id",
    Takes::Name(|limits| limits.client_id_chars),
    "One's own name for it: under the same name it is made once. It goes before the header `Idempotency-Key`.",
);
const SAYS: &[Field] = &[
    Field::new(
        "text",
        Takes::Text(|limits| limits.text_chars),
        "What it says; of an event it may be left out.",
    ),
    Field::new(
        "kind",
        Takes::OneOf(&["system", "event"]),
        "`event` reports something in structure, which `custom` says; else `system`.",
    ),
    CUSTOM,
    CLIENT_ID,
    Field::new(
        "to",
        Takes::Ids(UNBOUNDED),
        "For whom alone it is; for everybody else it is missing.",
    )
    .or_null(),
];

pub(super) const CALLS: &[Call] = &[
    Call::get("/api/v1/rooms/{key}/", "room", "A room.")
        .by(Who::Both(Scope::Rooms))
        .answers(&[ok::<RoomJson>("The room, as the asker sees it.")])
        .tagged()
        .refuses(&["no_such_room"]),
    Call::put(
        "/api/v1/rooms/{key}/",
        "putRoom",
        "Puts a room. What is left out stays as it is.",
    )
    .by(Who::Application(Scope::Rooms))
    .takes(FIELDS)
    .answers(&[
        ok::<RoomJson>("The room was there, and is so now."),
        made::<RoomJson>("The room is new."),
    ])
    .refuses(&["not_allowed", "no_such_room", "not_found"]),
    Call::patch(
        "/api/v1/rooms/{key}/",
        "changeRoom",
        "Changes a room, by who governs it.",
    )
    .takes(places::CHANGE)
    .answers(&[ok::<RoomJson>("The room as it is now.")])
    .rate("sends")
    .refuses(&["not_allowed", "no_such_room", "room_closed"]),
    Call::delete("/api/v1/rooms/{key}/", "deleteRoom", "Takes a room away.").by(Who::Application(Scope::Rooms)),
    Call::get(
        "/api/v1/app/rooms/",
        "listRooms",
        "Rooms, by when they or who is in them last changed.",
    )
    .by(Who::Application(Scope::Rooms))
    .query(lists::PARAMETERS)
    .answers(&[ok::<ListJson<RoomJson>>("A page of them.")]),
    Call::post("/api/v1/app/rooms/", "putRooms", "Puts many rooms, a line each.")
        .by(Who::Application(Scope::Rooms))
        .brings(Brings::Lines(LINE))
        .answers(&[lines::<LineJson>("A line for each line, in their order.")]),
    Call::put(
        "/api/v1/rooms/{key}/members/{id}/",
        "putMember",
        "Puts somebody into a room, or makes them something else there.",
    )
    .by(Who::Both(Scope::Rooms))
    .takes(places::ROLE)
    .answers(&[
        ok::<super::objects::MemberJson>("They were in it."),
        made::<super::objects::MemberJson>("They are new in it."),
    ])
    .rate("sends")
    .refuses(&["not_allowed", "no_such_room", "not_found", "room_closed"]),
    Call::delete(
        "/api/v1/rooms/{key}/members/{id}/",
        "removeMember",
        "Takes somebody out of a room; oneself leaves.",
    )
    .by(Who::Both(Scope::Rooms))
    .rate("sends")
    .refuses(&["not_allowed", "no_such_room", "not_found", "room_closed"]),
    Call::post(
        "/api/v1/rooms/{key}/system-messages/",
        "say",
        "Says something in nobody's name.",
    )
    .by(Who::Application(Scope::Rooms))
    .takes(SAYS)
    .named()
    .answers(&[
        made::<MessageJson>("The message."),
        ok::<MessageJson>("A retry: the first message."),
    ])
    .refuses(&["no_such_room", "not_found"]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    let many = post(put_all::<Put>).get(lists::rooms);
    let methods = get(show).put(replace).patch(change).delete(remove);
    let allow = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS";
    let routes = routes.both("/api/v1/rooms/{key}/", methods, allow).both(
        "/api/v1/app/rooms/",
        many,
        "GET, POST, HEAD, OPTIONS",
    );
    let path = "/api/v1/rooms/{key}/members/{id}/";
    let routes = routes.both(path, put(put_member).delete(remove_member), "PUT, DELETE, OPTIONS");
    let path = "/api/v1/rooms/{key}/system-messages/";
    routes.both(path, post(say), "POST, OPTIONS")
}

fn room_key(text: &str) -> Result<RoomKey, Refused> {
    key_of(text).map_err(|error| Refused::field("key", error))
}

fn key_of(text: &str) -> Result<RoomKey, FieldError> {
    let key = text.parse::<RoomKey>().map_err(|NoRoomKey| FieldError::NotRoomKey)?;
    let of_host = |id: HostId<'static>| if id.is_reserved() { Err(NoHostId) } else { Ok(id) };
    key.with_ids(of_host).map_err(|NoHostId| FieldError::Reserved)
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

/// A room, and what a call says of it; `None` where it says nothing.
pub(super) struct Put {
    key: RoomKey,
    title: Option<String>,
    change: RoomChange,
    members: Option<Vec<MemberChange>>,
    /// Whether the room is told.
    answers: bool,
}

impl Put {
    /// What it says, in one transaction. Who or what is not there is a mistake.
    fn keep(
        &self,
        tx: &mut dyn Tx,
        (now, uuid): (Time, Uuid),
        limits: &Limits,
        host: &Asker,
    ) -> Result<Result<(bool, Option<RoomJson>), FieldErrors>, Error> {
        let mut mistakes = FieldErrors::default();
        let limits = &host.kinds.limits_in(self.key.kind(), limits);
        let max = limits.members;
        // Before any of them is looked up.
        if self.members.as_ref().is_some_and(|members| members.len() > max) {
            mistakes.add("members", FieldError::TooManyMembers { max });
            return Ok(mistakes.none().map(|()| (false, None)));
        }
        check_key(tx, &self.key, &mut mistakes)?;
        let named = self.members.iter().flatten().filter_map(|change| match change {
            MemberChange::Put(id, _) => Some(id),
            MemberChange::Remove(_) => None,
        });
        let mut people = call::people_of(tx, "members", named, &mut mistakes)?;
        people.sort_unstable();
        people.dedup();
        if let Err(unknown) = mistakes.none() {
            return Ok(Err(unknown));
        }
        let people = self.members.is_some().then_some(people.as_slice());
        let title = self.title.as_deref();
        let (mut view, is_new) = rules::put_room(tx, now, limits, &self.key, title, people, uuid)?;
        rules::alter_room(tx, now, limits, &mut view.room, &self.change)?;
        if let Some(members) = &self.members {
            rules::alter_members(tx, now, limits, host.kinds, &mut view.room, members)?;
        }
        let room = if self.answers {
            Some(host.room(&rules::full_room(tx, host.by(), view.room.id)?))
        } else {
            None
        };
        Ok(Ok((is_new, room)))
    }
}

impl Thing for Put {
    const SCOPE: Scope = Scope::Rooms;
    const FIELDS: &'static [Field] = LINE;
    type Name = RoomKey;
    type Kept = Option<RoomJson>;

    fn name(body: &mut Body, limits: &Limits) -> Option<RoomKey> {
        let name = match (body.has("key"), body.has("id")) {
            (false, true) => "id",
            (true, false) => "key",
            (has_key, _) => {
                let wrong = if has_key {
                    FieldError::Unknown(names(FIELDS))
                } else {
                    FieldError::Required
                };
                body.mistake(if has_key { "id" } else { "key" }, wrong);
                return None;
            }
        };
        let text = body.raw_text(name, limits)?;
        let key = key_of(&text);
        key.map_err(|error| body.mistake(name, error)).ok()
    }

    fn read(key: RoomKey, body: &mut Body, limits: &Limits) -> Self {
        let members = body.members("members");
        if body.has("members") && !matches!(key, RoomKey::Group(_) | RoomKey::Own { .. }) {
            body.mistake("members", FieldError::FollowsFromKey);
        }
        if matches!(key, RoomKey::Support(_)) {
            body.mistake("key", FieldError::VisitorsOwn);
        }
        Self {
            key,
            title: body.text_or_empty("title", limits),
            change: RoomChange {
                title: None,
                avatar_url: body.web_address("avatar_url", limits),
                custom: body.custom("custom", limits),
                subject: body.card("subject", limits),
                closed: body.flag("closed"),
            },
            members,
            answers: false,
        }
    }

    fn people(&self) -> usize {
        self.members.as_ref().map_or(0, Vec::len)
    }

    fn put(
        self,
        shared: &Shared,
        lane: Lane,
    ) -> impl Future<Output = Result<(bool, Option<RoomJson>), Refused>> + Send {
        let fresh = (shared.chat.now(), new_name(&shared.chat));
        let (limits, host) = (shared.chat.limits().clone(), Asker::host(shared));
        let put = ask::hand_over(&shared.chat, lane, move |tx| self.keep(tx, fresh, &limits, &host));
        async move { Ok(put.await??) }
    }
}

async fn replace(State(shared): State<Shared>, Segment(key): Segment, request: Request) -> Result<Response, Refused> {
    call::require(&shared, request.headers(), Scope::Rooms).await?;
    let key = room_key(&key)?;
    let mut body = Body::read(&shared, request, FIELDS).await?;
    let put = Put::read(key, &mut body, shared.chat.limits());
    body.end()?;
    let put = Put { answers: true, ..put };
    let (is_new, room) = many::put_one(&shared, put).await?;
    Ok((many::status(is_new), Json(room)).into_response())
}

async fn show(
    State(shared): State<Shared>,
    AskerOrHost(asker): AskerOrHost,
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
    AskerOrHost(asker): AskerOrHost,
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
    let room = match hear::named(&key) {
        Some(named @ Named::Uuid(_)) => named,
        _ => Named::Key(room_key(&key)?),
    };
    let limits = shared.chat.limits().clone();
    let header = idempotency_key(request.headers(), &limits)?;
    let mut body = Body::read(&shared, request, SAYS).await?;
    let kind = body.text("kind", &limits);
    let is_event = kind.as_deref() == Some("event");
    if !matches!(kind.as_deref(), None | Some("system" | "event")) {
        body.mistake("kind", FieldError::NotOneOf(&["system", "event"]));
    }
    if !body.has("text") && !is_event {
        body.mistake("text", FieldError::Required);
    }
    let text = body.raw_text("text", &limits).unwrap_or_default();
    let client_id = body.name("client_id", &limits).or(header);
    let more = More {
        custom: body.custom("custom", &limits).flatten(),
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
    let (now, host) = (shared.chat.now(), Asker::host(&shared));
    let send = move |tx: &mut dyn Tx| {
        let room = room_of(tx, &room)?;
        let room = tx.room(room)?.ok_or(Refusal::NoSuchRoom)?;
        let sent = rules::send_system_in(tx, now, &limits, room, &draft)?;
        let mut message = [Message::clone(&sent.message)];
        rules::fill(tx, &mut message)?;
        let [message] = message;
        Ok::<_, Error>((host.message(&sent.key, &message), sent.first))
    };
    let came = Instant::now();
    let sent = ask::change(&shared.chat, send).await;
    messages::count(
        &shared,
        super::CONTRACT.name,
        came.elapsed(),
        sent.as_ref().map(|(_, first)| *first),
    );
    let (message, first) = sent?;
    Ok((many::status(first), Json(message)).into_response())
}

/// The header that other services know for what we call a client id; a field of that name goes before it.
///
/// # Errors
/// 400 for what would be no client id.
pub(super) fn idempotency_key(headers: &HeaderMap, limits: &Limits) -> Result<Option<String>, Refused> {
    let Some(header) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let max = limits.client_id_chars;
    let wrong = match header.to_str() {
        Ok("") => FieldError::Blank,
        Ok(text) if text.chars().nth(max).is_some() => FieldError::TooLong { max },
        Ok(text) => return Ok(Some(text.to_owned())),
        Err(_) => FieldError::NotAscii,
    };
    Err(Refused::field("Idempotency-Key", wrong))
}
