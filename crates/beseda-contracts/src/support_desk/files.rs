//! Downloads: a file's address carries the room's id, which is the key to it.

use super::{by, room_in_path};
use crate::shared::files::download::{Wishes, answer};
use crate::shared::{Refused, Routes, Shared};
use crate::voices::DRF;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use beseda_core::ports::Look;
use beseda_core::rules;
use beseda_live::ask;

const ALLOW: &str = "GET, HEAD, OPTIONS";

pub(super) fn routes() -> Routes {
    Routes::said_by(&DRF)
        .both("/api/public/chat-rooms/{id}/files/{attachment}/", get(nameless), ALLOW)
        .both(
            "/api/public/chat-rooms/{id}/files/{attachment}/{name}/",
            get(named),
            ALLOW,
        )
}

async fn nameless(
    State(shared): State<Shared>,
    path: Result<Path<(String, String)>, PathRejection>,
    uri: Uri,
    Wishes(headers): Wishes,
) -> Result<Response, Refused> {
    let Path((room, attachment)) = path.map_err(|_| Refused::NoSuchAddress)?;
    file(&shared, &room, &attachment, &uri, &headers).await
}

/// The name in an address is for people; only the numbers count.
async fn named(
    State(shared): State<Shared>,
    path: Result<Path<(String, String, String)>, PathRejection>,
    uri: Uri,
    Wishes(headers): Wishes,
) -> Result<Response, Refused> {
    let Path((room, attachment, _)) = path.map_err(|_| Refused::NoSuchAddress)?;
    file(&shared, &room, &attachment, &uri, &headers).await
}

async fn file(shared: &Shared, room: &str, id: &str, uri: &Uri, headers: &HeaderMap) -> Result<Response, Refused> {
    let (name, id) = (
        room_in_path(room)?,
        id.parse::<i64>().map_err(|_| Refused::NoSuchAddress)?,
    );
    let find = move |look: &mut dyn Look| {
        let (view, visitor) = rules::case_by_name(look, name)?;
        rules::attachment(look, by(&visitor), Some(view.room.id), id)
    };
    let attachment = ask::look(&shared.chat, find).await?;
    answer(shared, &attachment, uri, headers).await
}
