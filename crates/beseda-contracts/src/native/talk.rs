//! Messages: read, sent, edited, erased, reacted to and pinned; and how far somebody has read.

use super::asking::{Asker, AskerOrHost, LIMIT, ListJson, PLACE, Query, named, next, room_of, tagged};
use super::call::Body;
use super::described::call::{Call, Who, made, ok};
use super::described::field::{Field, Takes};
use super::described::shape;
use super::objects::{MeJson, MessageJson, id_text};
use super::rooms::{CLIENT_ID, CUSTOM, idempotency_key};
use crate::shared::{FieldError, Refused, Routes, Segment, Shared, messages, time_text};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{self, Pins, Window};
use beseda_core::words::{Draft, Message, More, Scope, Seq, Time};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use http::{HeaderMap, StatusCode, Uri};
use schemars::JsonSchema;
use serde::Serialize;
use std::str::FromStr;
use tokio::time::Instant;

const WINDOW: &[Field] = &[
    Field::new("before", Takes::Seq, "The messages before this number."),
    Field::new("after", Takes::Seq, "The messages after this number."),
    Field::new(
        "around",
        Takes::Seq,
        "The messages around this number, which is in the middle.",
    ),
    LIMIT,
];
/// Which message one answers.
pub(super) const REPLY_TO: Field =
    Field::new("reply_to", Takes::Seq, "The number of the message that it answers.").or_null();
/// What hangs on a message.
pub(super) const FILES: Field = Field::new(
    "files",
    Takes::Texts(|limits| limits.attachments),
    "The ids of files that one uploaded.",
)
.or_null();
/// Whom it mentions.
pub(super) const MENTIONS: Field =
    Field::new("mentions", Takes::Ids(|limits| limits.mentions), "Who is mentioned.").or_null();
const MESSAGE: &[Field] = &[
    Field::new(
        "text",
        Takes::Text(|limits| limits.text_chars),
        "What it says; it may be left out where there are files.",
    ),
    CLIENT_ID,
    REPLY_TO,
    FILES,
    MENTIONS,
    CUSTOM,
];
const EDIT: &[Field] = &[
    Field::new("text", Takes::Text(|limits| limits.text_chars), "What it says now.").required(),
    MENTIONS,
];
const PINS: &[Field] = &[LIMIT, PLACE];
const RECEIPT: &[Field] = &[
    Field::new("read_seq", Takes::Seq, "One has read as far as this.").or_null(),
    Field::new(
        "delivered_seq",
        Takes::Seq,
        "Messages as far as this have reached a device.",
    )
    .or_null(),
];
const MESSAGES: &str = "/api/v1/rooms/{key}/messages/";
const ONE: &str = "/api/v1/rooms/{key}/messages/{seq}/";
const REACTION: &str = "/api/v1/rooms/{key}/messages/{seq}/reactions/{emoji}/";
const PIN: &str = "/api/v1/rooms/{key}/messages/{seq}/pin/";

pub(super) const CALLS: &[Call] = &[
    Call::get(
        MESSAGES,
        "messages",
        "Messages by their numbers, erased ones too; the newest where nothing is said.",
    )
    .by(Who::Both(Scope::Rooms))
    .query(WINDOW)
    .answers(&[ok::<PageJson>("A window of them, oldest first.")])
    .tagged()
    .refuses(&["no_such_room"]),
    Call::post(MESSAGES, "send", "Sends a message.")
        .takes(MESSAGE)
        .named()
        .answers(&[
            made::<MessageJson>("The message."),
            ok::<MessageJson>("A retry: the first message."),
        ])
        .rate("sends")
        .refuses(&[
            "no_such_room",
            "no_such_message",
            "not_allowed",
            "room_closed",
            "blocked",
        ]),
    Call::get(ONE, "message", "One message.")
        .answers(&[ok::<MessageJson>("The message as it is now.")])
        .tagged()
        .refuses(&["no_such_room", "no_such_message"]),
    Call::patch(ONE, "edit", "Changes what a message says, by its author.")
        .takes(EDIT)
        .answers(&[ok::<MessageJson>("The message as it is now.")])
        .rate("sends")
        .refuses(&[
            "no_such_room",
            "no_such_message",
            "not_allowed",
            "not_author",
            "edit_too_late",
            "room_closed",
            "blocked",
            "erased",
        ]),
    Call::delete(ONE, "erase", "Erases a message, by its author or who governs the room.")
        .rate("sends")
        .refuses(&[
            "no_such_room",
            "no_such_message",
            "not_allowed",
            "not_author",
            "room_closed",
            "erased",
        ]),
    Call::get(
        "/api/v1/rooms/{key}/messages/{seq}/versions/",
        "versions",
        "What a message has said since it was sent, for its author and who governs the room.",
    )
    .answers(&[ok::<ListJson<VersionJson>>("Its versions, oldest first.")])
    .tagged()
    .refuses(&["no_such_room", "no_such_message", "not_allowed", "not_author"]),
    Call::put(REACTION, "react", "Reacts to a message. A second time nothing changes.")
        .answers(&[ok::<MessageJson>("The message as it is now.")])
        .rate("sends")
        .refuses(TOUCHES),
    Call::delete(REACTION, "unreact", "Takes a reaction back.")
        .rate("sends")
        .refuses(TOUCHES),
    Call::put(PIN, "pin", "Pins a message. A second time nothing changes.")
        .answers(&[ok::<MessageJson>("The message as it is now.")])
        .rate("sends")
        .refuses(TOUCHES),
    Call::delete(PIN, "unpin", "Takes a pin away.")
        .rate("sends")
        .refuses(TOUCHES),
    Call::get(
        "/api/v1/rooms/{key}/pins/",
        "pins",
        "Messages that are pinned, the newest pin first.",
    )
    .query(PINS)
    .answers(&[ok::<ListJson<MessageJson>>("A page of them.")])
    .tagged()
    .refuses(&["no_such_room"]),
    Call::put(
        "/api/v1/rooms/{key}/receipt/",
        "read",
        "Moves one's marks, which move forward alone.",
    )
    .takes(RECEIPT)
    .answers(&[ok::<MeJson>("How one stands to the room now.")])
    .refuses(&["no_such_room", "not_allowed"]),
];

/// What refuses that somebody touches a message.
const TOUCHES: &[&str] = &[
    "no_such_room",
    "no_such_message",
    "not_allowed",
    "room_closed",
    "blocked",
    "erased",
    "too_many_reactions",
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .both(
            "/api/v1/rooms/{key}/messages/",
            get(list).post(send),
            "GET, POST, HEAD, OPTIONS",
        )
        .both(
            "/api/v1/rooms/{key}/messages/{seq}/",
            get(one).patch(edit).delete(erase),
            "GET, PATCH, DELETE, HEAD, OPTIONS",
        )
        .both(
            "/api/v1/rooms/{key}/messages/{seq}/versions/",
            get(versions),
            "GET, HEAD, OPTIONS",
        )
        .both(
            "/api/v1/rooms/{key}/messages/{seq}/reactions/{emoji}/",
            put(react).delete(unreact),
            "PUT, DELETE, OPTIONS",
        )
        .both(
            "/api/v1/rooms/{key}/messages/{seq}/pin/",
            put(pin).delete(unpin),
            "PUT, DELETE, OPTIONS",
        )
        .both("/api/v1/rooms/{key}/pins/", get(pins), "GET, HEAD, OPTIONS")
        .both("/api/v1/rooms/{key}/receipt/", put(receipt), "PUT, OPTIONS")
}

/// A part of a room's log.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MessagePage")]
struct PageJson {
    /// Messages, oldest first.
    items: Vec<MessageJson>,
    /// How many durable changes the room has had.
    #[schemars(with = "shape::Count")]
    head: i64,
    /// The cursor to ask for changes after.
    #[schemars(with = "shape::Mark")]
    cursor: String,
    /// There are older ones.
    has_before: bool,
    /// There are newer ones.
    has_after: bool,
}

pub(super) type Placed = Result<Path<(String, String)>, PathRejection>;

/// The room and the number of a message in a path; what is no number names none.
pub(super) fn placed(path: Placed) -> Result<(String, Seq), Refused> {
    let Path((room, seq)) = path.map_err(|_| Refused::NoSuchAddress)?;
    Ok((room, seq_of(&seq)?))
}

fn seq_of(text: &str) -> Result<Seq, Refused> {
    let seq = text.parse::<i64>().map_err(|_| Refusal::NoSuchMessage)?;
    Ok(Seq(seq))
}

async fn list(
    State(shared): State<Shared>,
    AskerOrHost(asker): AskerOrHost,
    Segment(room): Segment,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let room = named(&room)?;
    let mut query = Query::of(uri.query(), WINDOW);
    let limit = query.limit(&shared);
    let asked = [
        query.number("before").map(|seq| Window::Before(Seq(seq))),
        query.number("after").map(|seq| Window::After(Seq(seq))),
        query.number("around").map(|seq| Window::Around(Seq(seq))),
    ];
    let mut asked = asked.into_iter().flatten();
    let window = asked.next().unwrap_or(Window::Newest);
    if asked.next().is_some() {
        query.mistake("before", FieldError::OneOfThem);
    }
    query.end()?;
    let page = ask::look(&shared.chat, move |look| {
        let room = room_of(look, &room)?;
        let page = rules::window(look, asker.by(), room, window, limit)?;
        let items = page
            .messages
            .iter()
            .map(|message| asker.message(&page.room.key, message));
        Ok::<_, Error>(PageJson {
            items: items.collect(),
            head: page.room.head.0,
            cursor: page.cursor.to_string(),
            has_before: page.has_before,
            has_after: page.has_after,
        })
    })
    .await?;
    Ok(tagged(&headers, &page))
}

async fn send(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(room): Segment,
    request: Request,
) -> Result<Response, Refused> {
    let room = named(&room)?;
    let limits = shared.chat.limits().clone();
    let header = idempotency_key(request.headers(), &limits)?;
    let mut body = Body::read(&shared, request, MESSAGE).await?;
    let text = body.raw_text("text", &limits).unwrap_or_default();
    let client_id = body.name("client_id", &limits).or(header);
    let more = More {
        reply_to: body.number("reply_to").map(Seq),
        mentions: body.people_in_order("mentions").unwrap_or_default(),
        custom: body.custom("custom", &limits).flatten(),
        is_event: false,
        to: None,
        uploads: Vec::new(),
    };
    let files = super::uploads::claimed(&shared, &mut body, "files", &asker.person);
    body.end()?;
    asker.throttle(&shared)?;
    let draft = Draft {
        text,
        client_id,
        files,
        more: (more != More::default()).then(|| Box::new(more)),
    };
    let now = shared.chat.now();
    let came = Instant::now();
    let sent = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let room = room_of(tx, &room)?;
        let sent = rules::send(tx, now, &limits, asker.by(), room, &draft)?;
        let mut message = [Message::clone(&sent.message)];
        if !sent.first {
            rules::fill(tx, &mut message)?;
        }
        let [message] = message;
        Ok((asker.message(&sent.key, &message), sent.first))
    })
    .await;
    messages::count(
        &shared,
        super::CONTRACT.name,
        came.elapsed(),
        sent.as_ref().map(|(_, first)| *first),
    );
    let (message, first) = sent?;
    let status = if first { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(message)).into_response())
}

async fn one(
    State(shared): State<Shared>,
    asker: Asker,
    path: Placed,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (room, seq) = placed(path)?;
    let room = named(&room)?;
    let message = ask::look(&shared.chat, move |look| told(look, &asker, &room, seq)).await?;
    Ok(tagged(&headers, &message))
}

/// A message as it is now, for whoever asks.
fn told(
    look: &mut (impl Look + ?Sized),
    asker: &Asker,
    room: &beseda_live::dialect::Named,
    seq: Seq,
) -> Result<MessageJson, Error> {
    let room = room_of(look, room)?;
    let (key, message) = rules::message_of(look, asker.by(), room, seq)?;
    Ok(asker.message(&key, &message))
}

async fn edit(
    State(shared): State<Shared>,
    asker: Asker,
    path: Placed,
    request: Request,
) -> Result<Json<MessageJson>, Refused> {
    let (room, seq) = placed(path)?;
    let room = named(&room)?;
    let mut body = Body::read(&shared, request, EDIT).await?;
    let limits = shared.chat.limits().clone();
    if !body.has("text") {
        body.mistake("text", FieldError::Required);
    }
    let text = body.raw_text("text", &limits).unwrap_or_default();
    let mentions = body.people_in_order("mentions");
    body.end()?;
    asker.throttle(&shared)?;
    let now = shared.chat.now();
    let message = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let id = room_of(tx, &room)?;
        rules::edit_at(tx, now, &limits, asker.by(), (id, seq), (&text, mentions.as_deref()))?;
        told(tx, &asker, &room, seq)
    });
    Ok(Json(message.await?))
}

async fn erase(State(shared): State<Shared>, asker: Asker, path: Placed) -> Result<StatusCode, Refused> {
    let (room, seq) = placed(path)?;
    let room = named(&room)?;
    asker.throttle(&shared)?;
    let (now, person) = (shared.chat.now(), asker.person.host_id().into_owned());
    let erased = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let id = room_of(tx, &room)?;
        let erased = rules::erase_at(tx, now, asker.by(), id, seq)?;
        Ok((erased.is_by(asker.person.id), id))
    });
    let (is_own, room) = erased.await?;
    if !is_own {
        let person = id_text(&person);
        tracing::info!(target: "beseda::audit", %room, %seq, person, "a message of somebody else was erased");
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What a message says, or said before it was edited.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Version")]
struct VersionJson {
    /// What it said.
    text: String,
    /// Since when it said so.
    #[schemars(with = "shape::Moment")]
    at: String,
    /// Who wrote it.
    #[schemars(with = "Option<shape::Id>")]
    by: Option<String>,
}

async fn versions(
    State(shared): State<Shared>,
    asker: Asker,
    path: Placed,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (room, seq) = placed(path)?;
    let room = named(&room)?;
    let versions = ask::look(&shared.chat, move |look| {
        let room = room_of(look, &room)?;
        rules::versions(look, asker.by(), room, seq)
    })
    .await?;
    let json = versions.iter().map(|version| VersionJson {
        text: version.text.clone(),
        at: time_text(version.at),
        by: version.by.as_ref().map(|by| id_text(&by.host_id())),
    });
    let items: Vec<VersionJson> = json.collect();
    Ok(tagged(&headers, &ListJson { items, next: None }))
}

type Reacted = Result<Path<(String, String, String)>, PathRejection>;

async fn react(state: State<Shared>, asker: Asker, path: Reacted) -> Result<Json<MessageJson>, Refused> {
    Ok(Json(set_reaction(state, asker, path, true).await?))
}

async fn unreact(state: State<Shared>, asker: Asker, path: Reacted) -> Result<StatusCode, Refused> {
    set_reaction(state, asker, path, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_reaction(
    State(shared): State<Shared>,
    asker: Asker,
    path: Reacted,
    on: bool,
) -> Result<MessageJson, Refused> {
    let Path((room, seq, emoji)) = path.map_err(|_| Refused::NoSuchAddress)?;
    let (room, seq) = (named(&room)?, seq_of(&seq)?);
    let emoji = super::emoji::of(&emoji).ok_or_else(|| Refused::field("emoji", FieldError::NotEmoji))?;
    asker.throttle(&shared)?;
    let (now, limits) = (shared.chat.now(), shared.chat.limits().clone());
    let message = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let id = room_of(tx, &room)?;
        rules::react(tx, now, &limits, asker.by(), (id, seq), (&emoji, on))?;
        told(tx, &asker, &room, seq)
    });
    Ok(message.await?)
}

async fn pin(state: State<Shared>, asker: Asker, path: Placed) -> Result<Json<MessageJson>, Refused> {
    Ok(Json(set_pin(state, asker, path, true).await?))
}

async fn unpin(state: State<Shared>, asker: Asker, path: Placed) -> Result<StatusCode, Refused> {
    set_pin(state, asker, path, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_pin(State(shared): State<Shared>, asker: Asker, path: Placed, on: bool) -> Result<MessageJson, Refused> {
    let (room, seq) = placed(path)?;
    let room = named(&room)?;
    asker.throttle(&shared)?;
    let now = shared.chat.now();
    let message = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let id = room_of(tx, &room)?;
        rules::pin(tx, now, asker.by(), id, seq, on)?;
        told(tx, &asker, &room, seq)
    });
    Ok(message.await?)
}

/// Where a list of pins goes on.
struct PinPlace(Time, Seq);

impl FromStr for PinPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, seq) = text.split_once(':').ok_or(())?;
        Ok(Self(
            Time(at.parse().map_err(|_| ())?),
            Seq(seq.parse().map_err(|_| ())?),
        ))
    }
}

async fn pins(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(room): Segment,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let room = named(&room)?;
    let mut query = Query::of(uri.query(), PINS);
    let (limit, after) = (query.limit(&shared), query.place::<PinPlace>());
    query.end()?;
    let list = ask::look(&shared.chat, move |look| {
        let id = room_of(look, &room)?;
        let after = after.map(|PinPlace(at, seq)| (at, seq));
        let Pins { messages, next: more } = rules::pins(look, asker.by(), id, after, limit)?;
        let key = look.room(id)?.ok_or(Refusal::NoSuchRoom)?.key;
        Ok::<_, Error>(ListJson {
            items: messages.iter().map(|message| asker.message(&key, message)).collect(),
            next: more.map(|(at, seq)| next(format!("{}:{seq}", at.0))),
        })
    })
    .await?;
    Ok(tagged(&headers, &list))
}

async fn receipt(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(room): Segment,
    request: Request,
) -> Result<Json<MeJson>, Refused> {
    let room = named(&room)?;
    let mut body = Body::read(&shared, request, RECEIPT).await?;
    let read = body.number("read_seq").map(|seq| Some(Seq(seq)));
    let delivered = body.number("delivered_seq").map(Seq);
    body.end()?;
    let now = shared.chat.now();
    let me = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let room = room_of(tx, &room)?;
        rules::mark(tx, now, asker.by(), room, read, delivered)
    });
    Ok(Json(MeJson::from(&me.await?)))
}
