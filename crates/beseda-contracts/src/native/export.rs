//! Export: everything that is kept of a person, as they may ask for it. A line for each thing, so that no export is too large.

use super::call;
use super::objects::{id_text, kept};
use super::people::AccountJson;
use crate::shared::files::title;
use crate::shared::identity::api_keys;
use crate::shared::{Links, NDJSON, Refused, Routes, Segment, Shared, time_text};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::Error;
use beseda_core::ports::Look;
use beseda_core::rules::{self, At, Known, Made, Reacted, Said};
use beseda_core::words::{Attachment, Beside, Group, Order, PersonId, Place, Report, Scope, Time};
use beseda_live::ask;
use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use std::io;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/people/{id}/export/", get(export), "GET, HEAD, OPTIONS")
}

/// Where an export has come to.
enum Next {
    /// What is known of them is told, and so is what they wrote up to here.
    Written(At),
    /// That, and what they made of messages up to this.
    Made(Option<Reacted>),
    /// That, and what they report up to the report with this number.
    Reported(i64),
    /// Everything is told but that it is everything.
    End,
    Nothing,
}

async fn export(
    State(shared): State<Shared>,
    Segment(id): Segment,
    links: Links,
    request: Request,
) -> Result<Response, Refused> {
    let key = api_keys::require(&shared, request.headers(), Scope::Export).await?;
    let id = call::host_id(&id)?;
    let asked = id.clone();
    let known = ask::look(&shared.chat, move |look| rules::known_of(look, &asked)).await?;
    tracing::info!(target: "beseda::audit", key = key.name, person = %id, "what is kept of somebody is exported");
    let person = known.person.id;
    let begin = (Some(lines(&told(&known))), Next::Written(rules::BEGINNING));
    let pieces = stream::try_unfold(begin, move |(first, next)| {
        let (shared, links) = (shared.clone(), links.clone());
        async move {
            if let Some(first) = first {
                return Ok(Some((first, (None, next))));
            }
            let piece = piece(&shared, &links, person, next).await;
            let piece = piece.map_err(io::Error::other)?;
            Ok::<_, io::Error>(piece.map(|(bytes, next)| (bytes, (None, next))))
        }
    });
    Ok(([(CONTENT_TYPE, NDJSON)], Body::from_stream(pieces)).into_response())
}

/// The next lines, and where to go on; nothing once all are told.
async fn piece(shared: &Shared, links: &Links, person: PersonId, next: Next) -> Result<Option<(Bytes, Next)>, Error> {
    let mut after = match next {
        Next::Written(after) => after,
        Next::Made(after) => return made(shared, person, after).await.map(Some),
        Next::Reported(after) => return reported(shared, person, after).await.map(Some),
        Next::End => return Ok(Some((lines(&[json!({"type": "end"})]), Next::Nothing))),
        Next::Nothing => return Ok(None),
    };
    loop {
        let look = move |look: &mut dyn Look| rules::said_by(look, person, after);
        let (said, next) = ask::look(&shared.chat, look).await?;
        let told: Vec<Value> = said.iter().map(|said| message(said, links)).collect();
        match next {
            Some(next) if told.is_empty() => after = next,
            Some(next) => return Ok(Some((lines(&told), Next::Written(next)))),
            None => return Ok(Some((lines(&told), Next::Made(None)))),
        }
    }
}

/// The next lines of what they made of messages, and where to go on.
async fn made(shared: &Shared, person: PersonId, after: Option<Reacted>) -> Result<(Bytes, Next), Error> {
    let look = move |look: &mut dyn Look| rules::made_by(look, person, after.as_ref());
    let made = ask::look(&shared.chat, look).await?;
    let told: Vec<Value> = made.iter().map(reaction).collect();
    let next = made.into_iter().next_back();
    Ok((
        lines(&told),
        next.map_or(Next::Reported(0), |last| Next::Made(Some(last.reacted))),
    ))
}

/// The next lines of what they report, and where to go on.
async fn reported(shared: &Shared, person: PersonId, after: i64) -> Result<(Bytes, Next), Error> {
    let look = move |look: &mut dyn Look| rules::reported_by(look, person, after);
    let reported = ask::look(&shared.chat, look).await?;
    let told: Vec<Value> = reported.iter().map(|(_, room, one)| report(room, one)).collect();
    let next = reported.last().map(|(number, ..)| *number);
    Ok((lines(&told), next.map_or(Next::End, Next::Reported)))
}

fn lines(told: &[Value]) -> Bytes {
    told.iter().map(|line| format!("{line}\n")).collect::<String>().into()
}

/// Everything but what they wrote.
fn told(known: &Known) -> Vec<Value> {
    let id = known.person.id;
    let mut person = of_type("person", json!(AccountJson::from(&known.person)));
    if let Value::Object(fields) = &mut person {
        fields.insert("last_seen".to_owned(), json!(known.seen_at.map(time_text)));
    }
    let mut told = vec![person];
    told.extend(known.orders.iter().map(|one| order(one, id)));
    told.extend(known.groups.iter().map(|one| group(one, id)));
    told.extend(known.cases.iter().map(|(room, case)| {
        let (name, email) = (&case.customer_name, &case.customer_email);
        json!({"type": "case", "room": room, "name": name, "email": email, "status": case.status.word()})
    }));
    told.extend(known.places.iter().filter_map(membership));
    told.extend(
        known
            .blocked
            .iter()
            .map(|person| json!({"type": "block", "person": id_text(&person.host_id())})),
    );
    told
}

fn of_type(kind: &str, mut told: Value) -> Value {
    if let Value::Object(fields) = &mut told {
        fields.insert("type".to_owned(), kind.into());
    }
    told
}

/// An order, and which places in it are theirs. Whose the others are is others' affair.
fn order(order: &Order, person: PersonId) -> Value {
    let own = order.seats().into_iter().filter(|(_, of)| *of == Some(person));
    let places: Vec<&str> = own.map(|(place, _)| place.word()).collect();
    json!({
        "type": "order", "id": id_text(&order.id.0), "number": order.number, "status": order.status,
        "places": places,
    })
}

fn group(group: &Group, person: PersonId) -> Value {
    let teaches = (group.teacher == Some(person)).then_some("teacher");
    let attends = group.students.contains(&person).then_some("student");
    let places: Vec<&str> = teaches.into_iter().chain(attends).collect();
    json!({"type": "group", "id": id_text(&group.id.0), "name": group.name, "places": places})
}

/// A membership with its receipt, and how they see the room.
fn membership(place: &Place) -> Option<Value> {
    let member = place.member.as_ref()?;
    let view = &member.view;
    Some(json!({
        "type": "membership", "room": rules::about(&place.room), "title": place.room.title, "role": member.role.word(),
        "joined_at": time_text(member.joined_at), "read_seq": member.read.0, "read_at": member.read_at.map(time_text),
        "delivered_seq": member.delivered.0, "muted_until": view.muted_until.map(time_text),
        "pinned": view.pinned_at.is_some(), "archived": view.archived, "unread_from": view.unread_from,
    }))
}

fn message(said: &Said, links: &Links) -> Value {
    let message = &said.message;
    let at = |time: Option<Time>| time.map(time_text);
    let files: Vec<Value> = message.attachments.iter().map(|one| file(one, links)).collect();
    let plain = Beside::default();
    let beside = message.beside.as_deref().unwrap_or(&plain);
    let mentions: Vec<String> = beside.mentions.iter().map(|one| id_text(&one.host_id())).collect();
    let before = said.versions.iter();
    let versions: Vec<Value> = before
        .map(|one| json!({"text": one.text, "at": time_text(one.at)}))
        .collect();
    json!({
        "type": "message", "room": said.room, "removed": said.removed, "seq": message.seq.0, "text": message.text,
        "files": files, "created_at": time_text(message.created_at), "edited_at": at(message.edited_at),
        "versions": versions, "reply_to": beside.kept.reply_to, "mentions": mentions,
        "custom": kept(beside.kept.custom.as_ref()),
    })
}

fn reaction(made: &Made) -> Value {
    let (_, seq, emoji) = &made.reacted;
    json!({"type": "reaction", "room": made.room, "removed": made.removed, "seq": seq, "emoji": emoji})
}

fn report(room: &str, report: &Report) -> Value {
    json!({
        "type": "report", "room": room, "seq": report.seq, "reason": report.reason.word(), "text": report.text,
        "state": report.state().word(), "created_at": time_text(report.created_at),
    })
}

/// A file with its address, for whoever may read its room.
fn file(attachment: &Attachment, links: &Links) -> Value {
    let look = &attachment.file.look;
    let address = format!("/files/{}/{}", attachment.id, title::in_address(&attachment.title));
    json!({"name": attachment.title, "media": look.media, "bytes": look.bytes, "url": links.url(&address)})
}
