//! Reports: somebody says that staff is to look at a message; staff lists and settles what is reported.

use super::asking::{Asker, LIMIT, ListJson, PLACE, Query, named, next, room_of, tagged};
use super::call::Body;
use super::described::call::{Call, made, ok};
use super::described::field::{Field, Takes};
use super::described::shape;
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
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// How far a report can be.
const STATES: &[&str] = &[ReportState::Open.word(), ReportState::Settled.word()];
/// What somebody says who reports a message.
const REPORT: &[Field] = &[
    Field::new(
        "reason",
        Takes::Filled(|_| OwnWord::BYTES),
        "Why, in a word of small letters, digits, - and _.",
    )
    .required(),
    Field::new(
        "text",
        Takes::Text(|limits| limits.report_chars),
        "What there is to say of it.",
    )
    .or_null(),
];
/// Which reports are listed.
const LISTED: &[Field] = &[
    Field::new(
        "state",
        Takes::OneOf(STATES),
        "Those that are so far; all, where nothing is said.",
    ),
    Field::new("room", Takes::Room, "Of this room alone."),
    LIMIT,
    PLACE,
];
/// What the staff says of one.
const SETTLE: &[Field] = &[
    Field::new("state", Takes::OneOf(STATES), "How far it is."),
    Field::new(
        "note",
        Takes::Text(|limits| limits.report_chars),
        "What the staff notes on it.",
    )
    .or_null(),
];

pub(super) const CALLS: &[Call] = &[
    Call::post(
        "/api/v1/rooms/{key}/messages/{seq}/reports/",
        "report",
        "Reports a message to the staff: each message once.",
    )
    .takes(REPORT)
    .answers(&[
        made::<ReportJson>("The report."),
        ok::<ReportJson>("The first report, where they have reported the message before."),
    ])
    .rate("sends")
    .refuses(&["no_such_room", "no_such_message", "not_allowed", "erased"]),
    Call::get(
        "/api/v1/reports/",
        "reports",
        "What is reported of rooms that one's role governs, the last first.",
    )
    .query(LISTED)
    .answers(&[ok::<ListJson<ReportJson>>("A page of them.")])
    .tagged()
    .refuses(&["not_allowed", "no_such_room"]),
    Call::patch(
        "/api/v1/reports/{report}/",
        "settle",
        "Settles what is reported, or opens it again.",
    )
    .takes(SETTLE)
    .answers(&[ok::<ReportJson>("The report as it is now.")])
    .rate("sends")
    .refuses(&["not_allowed", "not_found"]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .both(
            "/api/v1/rooms/{key}/messages/{seq}/reports/",
            post(report),
            "POST, OPTIONS",
        )
        .both("/api/v1/reports/", get(list), "GET, HEAD, OPTIONS")
        .both("/api/v1/reports/{report}/", patch(settle), "PATCH, OPTIONS")
}

/// A report.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Report")]
struct ReportJson {
    /// Its id, of ours.
    id: String,
    /// The room's key.
    #[schemars(with = "shape::Key")]
    room: String,
    /// The number of the message.
    #[schemars(with = "shape::Count")]
    seq: Seq,
    /// The message as it is now; null where it is not the reader's to see.
    message: Option<MessageJson>,
    /// Who reports it.
    by: PersonJson,
    /// Why, in a word.
    reason: String,
    /// What they say of it.
    text: String,
    /// `open`, `settled`.
    state: &'static str,
    /// What the staff notes on it; empty for who is not of it.
    note: String,
    #[schemars(with = "Option<shape::Id>")]
    settled_by: Option<String>,
    /// When it was settled.
    #[schemars(with = "Option<shape::Moment>")]
    settled_at: Option<String>,
    /// When it was reported.
    #[schemars(with = "shape::Moment")]
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
    let mut body = Body::read(&shared, request, REPORT).await?;
    let word = body.required_text("reason", shared.chat.limits());
    let reason = word.as_deref().and_then(ReportReason::from_word);
    if word.is_some() && reason.is_none() {
        body.mistake("reason", FieldError::NotWord);
    }
    let text = body.text_or_empty("text", shared.chat.limits());
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
    let mut query = Query::of(uri.query(), LISTED);
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
    let mut body = Body::read(&shared, request, SETTLE).await?;
    let word = body.text("state", shared.chat.limits());
    let settlement = Settlement {
        state: word.as_deref().and_then(ReportState::from_word),
        note: body.text_or_empty("note", shared.chat.limits()),
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
