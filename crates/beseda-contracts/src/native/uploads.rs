//! Uploads: a file comes first and gets an id, by which its sender hangs it on a message.
//!
//! The id says whose the file is and until when it is kept, sealed by the server: nothing of it is kept anywhere else.

use super::asking::{Asker, named, room_of};
use super::call::Body;
use super::described::call::{Brings, Call, made};
use super::objects::{FileJson, blur_text};
use crate::shared::files::upload;
use crate::shared::{FieldError, FieldErrors, Form, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use beseda_core::Error;
use beseda_core::rules;
use beseda_core::words::{DraftFile, Person};
use beseda_identity::Rated;
use beseda_live::ask;
use http::StatusCode;

pub(super) const CALLS: &[Call] = &[Call::post(
    "/api/v1/rooms/{key}/files/",
    "upload",
    "Brings a file for a message of this room. It is forgotten after `limits.upload_seconds`, unless a message names it.",
)
.brings(Brings::File)
.answers(&[made::<FileJson>("The file, whose `id` a message then names.")])
.rate("uploads")
.refuses(&["no_such_room", "not_allowed", "room_closed", "blocked", "parse_error"])];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/rooms/{key}/files/", post(take), "POST, OPTIONS")
}

/// Takes a file for a message of this room: field `file`.
async fn take(
    State(shared): State<Shared>,
    mut asker: Asker,
    Segment(room): Segment,
    request: Request,
) -> Result<Response, Refused> {
    let room = named(&room)?;
    let asking = Asker::of(&shared, asker.person.clone());
    ask::look(&shared.chat, move |look| {
        let room = room_of(look, &room)?;
        rules::may_send(look, asking.by(), room)?;
        Ok::<_, Error>(())
    })
    .await?;
    asker.counts(&shared, Rated::Uploads(asker.person.id));
    let mut form = Form::read(&shared, &mut asker.person, request).await?;
    let mut errors = FieldErrors::default();
    let files = errors.take("file", form.one_file("file")).unwrap_or_default();
    if files.is_empty() {
        errors.add("file", FieldError::Required);
    }
    errors.none()?;
    let kept = upload::keep_with_looks(&shared, files).await?;
    let (draft, look) = kept.into_iter().next().ok_or(Refused::NoSuchAddress)?;
    let ends_at = shared.chat.now().plus_seconds(shared.chat.limits().upload_seconds / 2);
    let uploads = &shared.identity.uploads;
    let id = uploads.seal(asker.person.id, draft.file, &draft.title, ends_at);
    let json = FileJson {
        id,
        name: draft.title,
        bytes: look.bytes,
        width: look.picture.map(|picture| picture.width),
        height: look.picture.map(|picture| picture.height),
        url: None,
        thumbnail_url: None,
        blur: blur_text(&look),
        media: look.media,
    };
    Ok((StatusCode::CREATED, Json(json)).into_response())
}

/// The files that a body names, as its sender brought them.
pub(super) fn claimed(shared: &Shared, body: &mut Body, name: &'static str, sender: &Person) -> Vec<DraftFile> {
    let ids = body.texts(name).unwrap_or_default();
    let now = shared.chat.now();
    let open = |id: &String| shared.identity.uploads.open(sender.id, id, now);
    let files: Option<Vec<_>> = ids.iter().map(open).collect();
    let Some(files) = files else {
        body.mistake(name, FieldError::NoSuchUpload);
        return Vec::new();
    };
    files
        .into_iter()
        .map(|(file, title)| DraftFile { file, title })
        .collect()
}
