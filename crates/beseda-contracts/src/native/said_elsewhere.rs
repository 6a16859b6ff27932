//! Said elsewhere: the host application brings in what was said in a room before it was one of ours, a line for each message.

use super::asking::{named, room_of};
use super::call::{self, Body};
use super::described::call::{Brings, Call, Who, lines};
use super::described::field::{Field, Takes};
use super::many::{self, LineJson, Thing};
use super::rooms::CLIENT_ID;
use crate::shared::{FieldError, FieldErrors, Refused, Routes, Segment, Shared};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use beseda_core::Error;
use beseda_core::ports::Lane;
use beseda_core::rules;
use beseda_core::words::{Draft, HostId, Limits, More, RoomId, Scope, Time};
use beseda_live::ask;

/// What a line says of a message.
const LINE: &[Field] = &[
    CLIENT_ID.required(),
    Field::new("author", Takes::Id, "Who wrote it; null is the application.")
        .required()
        .or_null(),
    Field::new("text", Takes::Text(|limits| limits.text_chars), "What it says.").required(),
    Field::new("created_at", Takes::Moment, "When it was sent.")
        .required()
        .or_null(),
    Field::new(
        "custom",
        Takes::Json(|limits| limits.custom_bytes),
        "What an application says beside it.",
    )
    .or_null(),
];

pub(super) const CALLS: &[Call] = &[Call::post(
    "/api/v1/rooms/{key}/messages/import/",
    "importMessages",
    "Brings in what was said elsewhere, by time, a line each, before the room's first message of its own. Whoever is in the \
     room has read it.",
)
.by(Who::Application(Scope::Import))
.brings(Brings::Lines(LINE))
.answers(&[lines::<LineJson>(
    "A line for each line, in their order; its `id` is the message's `client_id`.",
)])
.refuses(&["no_such_room"])];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/rooms/{key}/messages/import/", post(import), "POST, OPTIONS")
}

/// A message that was sent elsewhere.
struct Import {
    room: RoomId,
    author: Option<HostId<'static>>,
    created_at: Option<Time>,
    draft: Draft,
}

impl Thing for Import {
    const SCOPE: Scope = Scope::Import;
    const FIELDS: &'static [Field] = LINE;
    type Name = String;
    type Kept = ();

    fn name(body: &mut Body, limits: &Limits) -> Option<String> {
        body.name("client_id", limits)
    }

    fn read(name: String, body: &mut Body, limits: &Limits) -> Self {
        for required in ["author", "text", "created_at"] {
            body.requires(required);
        }
        if body.is_null("created_at") {
            body.mistake("created_at", FieldError::NotTime);
        }
        let custom = body.custom("custom", limits).flatten();
        let more = custom.map(|custom| {
            Box::new(More {
                custom: Some(custom),
                ..More::default()
            })
        });
        Self {
            room: RoomId(0),
            author: body.person("author").flatten(),
            created_at: body.moment("created_at").flatten(),
            draft: Draft {
                text: body.raw_text("text", limits).unwrap_or_default(),
                client_id: Some(name),
                files: Vec::new(),
                more,
            },
        }
    }

    fn put(self, shared: &Shared, lane: Lane) -> impl Future<Output = Result<(bool, ()), Refused>> + Send {
        let (now, limits) = (shared.chat.now(), shared.chat.limits().clone());
        let put = ask::hand_over(&shared.chat, lane, move |tx| {
            let mut mistakes = FieldErrors::default();
            let author = call::people_of(tx, "author", &self.author, &mut mistakes)?.pop();
            if let Err(unknown) = mistakes.none() {
                return Ok(Err(unknown));
            }
            let author = match author {
                Some(author) => tx.person(author)?,
                None => None,
            };
            // Without a moment it was refused.
            let said = (self.created_at.unwrap_or(now), &self.draft);
            let is_new = rules::import_message(tx, now, &limits, self.room, author.as_ref(), said)?;
            Ok::<_, Error>(Ok((is_new, ())))
        });
        async move { Ok(put.await??) }
    }
}

async fn import(State(shared): State<Shared>, Segment(key): Segment, request: Request) -> Result<Response, Refused> {
    call::require(&shared, request.headers(), Scope::Import).await?;
    let room = named(&key)?;
    let room = ask::look(&shared.chat, move |look| room_of(look, &room)).await?;
    let (chat, now) = (shared.chat.clone(), shared.chat.now());
    let end = async move { Ok(ask::change(&chat, move |tx| rules::end_import(tx, now, room)).await?) };
    many::put_all_into::<Import>(&shared, request, |import| import.room = room, end).await
}
