//! Reports: somebody says that staff is to look at a message; staff lists and settles what is reported.

use super::asking::{Asker, ListJson, Query, named, next, room_of, tagged};
use super::call::Body;
use super::objects::{MessageJson, PersonJson, id_text, moment};
use super::talk::{Placed, placed};
use crate::shared::rooms::new_name;
use crate::shared::{FieldError, Refused, Routes, Segment, Shared, time_text};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use beseda_core::ports::Tx;
use beseda_core::rules::{self, Reported, ReportsAsked, Settlement};
use beseda_core::words::{OwnWord, ReportReason, ReportState, Seq};
use beseda_core::{Error, Refusal, policy};
use beseda_live::ask;
use http::{HeaderMap, StatusCode, Uri};
use serde::Serialize;
use uuid::Uuid;

/// How far a report can be.
const STATES: &[&str] = &["open", "settled"];
/// No word for that is longer.
const STATE_CHARS: usize = 32;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .both(
            "/api/v1/rooms/{key}/messages/{seq}/reports/",
            post(report),
            "POST, OPTIONS",
        )
        .both("/api/v1/reports/", get(list), "GET, HEAD, OPTIONS")
        .both("/api/v1/reports/{id}/", patch(settle), "PATCH, OPTIONS")
}

/// A report.
#[derive(Serialize)]
struct ReportJson {
    id: String,
    /// The room's key.
    room: String,
    seq: Seq,
    /// The message as it is now; null where it is not the reader's to see.
    message: Option<MessageJson>,
    by: PersonJson,
    reason: String,
    text: String,
    state: &'static str,
    /// What the staff notes on it; empty for who is not of it.
    note: String,
    settled_by: Option<String>,
    settled_at: Option<String>,
    created_at: String,
}

impl ReportJson {
    fn new(reported: &Reported, asker: &Asker) -> Self {
        let report = &reported.report;
        let message = reported.message.as_ref();
        let settled_by = reported.settled_by.as_ref();
        Self {
            id: report.id.to_string(),
            room: reported.room.to_string(),
            seq: report.seq,
            message: message.map(|message| asker.message(&reported.room, message)),
            by: PersonJson::from(&reported.by),
            reason: report.reason.word().to_owned(),
            text: report.text.clone(),
            state: report.state().word(),
            note: report.note.clone(),
            settled_by: settled_by.map(|person| id_text(&person.host_id())),
            settled_at: moment(report.settled.map(|(_, at)| at)),
            created_at: time_text(report.created_at),
        }
    }
}

async fn report(
    State(shared): State<Shared>,
    asker: Asker,
    path: Placed,
    request: Request,
) -> Result<Response, Refused> {
    let (room, seq) = placed(path)?;
    let room = named(&room)?;
    let mut body = Body::read(&shared, request, &["reason", "text"]).await?;
    let word = body.required_text("reason", OwnWord::BYTES);
    let reason = word.as_deref().and_then(ReportReason::from_word);
    if word.is_some() && reason.is_none() {
        body.mistake("reason", FieldError::NotWord);
    }
    let text = body.text_or_empty("text", shared.chat.limits().report_chars);
    let text = text.unwrap_or_default();
    body.end()?;
    let reason = reason.ok_or_else(|| Refused::field("reason", FieldError::Required))?;
    asker.throttle(&shared)?;
    let (now, id) = (shared.chat.now(), new_name(&shared.chat));
    let reported = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let room = room_of(tx, &room)?;
        let (reported, first) = rules::report(tx, now, asker.by(), (room, seq), (reason, &text), id)?;
        Ok((ReportJson::new(&reported, &asker), first))
    });
    let (report, first) = match reported.await {
        Err(Error::Refused(Refusal::WithOneself)) => return Err(Refused::field("seq", FieldError::Oneself)),
        reported => reported?,
    };
    let status = if first { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(report)).into_response())
}

async fn list(State(shared): State<Shared>, asker: Asker, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    // Who answers for nothing is told so whatever they ask.
    policy::require_settling(asker.by())?;
    let mut query = Query::of(uri.query(), &["state", "room", "limit", "cursor"]);
    let word = query.text("state");
    let state = word.as_deref().and_then(ReportState::from_word);
    if word.is_some() && state.is_none() {
        query.mistake("state", FieldError::NotOneOf(STATES));
    }
    let (limit, before, room) = (query.limit(&shared), query.place(), query.text("room"));
    query.end()?;
    let room = room.map(|room| named(&room)).transpose()?;
    let list = ask::look(&shared.chat, move |look| {
        let asked = ReportsAsked {
            room: room.map(|room| room_of(look, &room)).transpose()?,
            state,
            before,
            limit,
        };
        let page = rules::reports(look, asker.by(), &asked)?;
        let items = page.items.iter().map(|reported| ReportJson::new(reported, &asker));
        Ok::<_, Error>(ListJson {
            items: items.collect(),
            next: page.next.map(next),
        })
    });
    Ok(tagged(&headers, &list.await?))
}

async fn settle(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(id): Segment,
    request: Request,
) -> Result<Json<ReportJson>, Refused> {
    policy::require_settling(asker.by())?;
    let id = Uuid::try_parse(&id).map_err(|_| Refusal::NoSuchReport)?;
    let mut body = Body::read(&shared, request, &["state", "note"]).await?;
    let word = body.text("state", STATE_CHARS);
    let settlement = Settlement {
        state: word.as_deref().and_then(ReportState::from_word),
        note: body.text_or_empty("note", shared.chat.limits().report_chars),
    };
    if word.is_some() && settlement.state.is_none() {
        body.mistake("state", FieldError::NotOneOf(STATES));
    }
    body.end()?;
    asker.throttle(&shared)?;
    let (now, person) = (shared.chat.now(), asker.person.host_id().into_owned());
    let settled = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let (reported, is_moved) = rules::settle(tx, now, asker.by(), id, &settlement)?;
        Ok((ReportJson::new(&reported, &asker), is_moved))
    });
    let (report, is_moved) = settled.await?;
    if is_moved {
        let (person, state) = (id_text(&person), report.state);
        tracing::info!(target: "beseda::audit", report = %id, state, person, "a report is settled or opened again");
    }
    Ok(Json(report))
}
