//! The visitors' calls. Nobody signs in: a room's unguessable id is the key to it, and whoever knows it speaks as its
//! visitor.

use super::wire::{Desk, RoomJson, Side};
use super::{by, messages, room_in_path};
use crate::shared::identity::visitors;
use crate::shared::rooms::{name_of, new_name, standing_or_opened_as};
use crate::shared::{FieldError, FieldErrors, Fields, Refused, Routes, Segment, Shared, json_answer};
use crate::voices::DRF;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use beseda_core::Error;
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{self, Introduction, sign_in};
use beseda_core::words::{Draft, Limits, Person, RoomView, Time};
use beseda_identity::visitors as proofs;
use beseda_live::ask;
use beseda_live::place::under;
use serde::Serialize;
use uuid::Uuid;

/// The longest part of an address before the `@`, in bytes (RFC 5321).
const MAILBOX_BYTES: usize = 64;

pub(super) fn routes() -> Routes {
    Routes::said_by(&DRF)
        .both(
            "/api/public/chat-rooms/",
            get(list).post(open),
            "GET, POST, HEAD, OPTIONS",
        )
        .both("/api/public/chat-rooms/{id}/", get(retrieve), "GET, HEAD, OPTIONS")
        .both("/api/public/chat-rooms/{id}/send_message/", post(send), "POST, OPTIONS")
        .both(
            "/api/public/chat-rooms/{id}/get_messages/",
            get(list_messages),
            "GET, HEAD, OPTIONS",
        )
}

/// The room with this id, and the visitor as whom everybody speaks who knows it.
async fn room_of(shared: &Shared, id: &str) -> Result<(RoomView, Person), Refused> {
    let name = room_in_path(id)?;
    Ok(ask::look(&shared.chat, move |look| rules::case_by_name(look, name)).await?)
}

fn room_json<'a>(view: &'a RoomView, visitor: &Person) -> RoomJson<'a> {
    let own = view.members.iter().find(|(member, _)| member.person == visitor.id);
    let unread = own.map_or(0, |(member, _)| member.unread(&view.room));
    RoomJson::seen_by(view, Side::Customer, visitor.id, unread)
}

/// The visitor's own rooms. A stranger has none.
async fn list(State(shared): State<Shared>, parts: Parts) -> Result<Response, Refused> {
    let Some(visitor) = visitors::known(&shared, &parts).await? else {
        return Ok(json_answer(&[(); 0]));
    };
    let (limit, asking) = (i64::from(shared.chat.limits().list_rows), visitor.clone());
    let views = ask::look(&shared.chat, move |look| rules::cases_of(look, &asking, limit)).await?;
    let rooms: Vec<_> = views.iter().map(|view| room_json(view, &visitor)).collect();
    Ok(json_answer(&rooms))
}

/// A room, and by what its visitor is known again where cookies do not travel.
#[derive(Serialize)]
struct OpenedJson<'a> {
    #[serde(flatten)]
    room: RoomJson<'a>,
    visitor: &'a str,
}

/// The names under which a room may have been opened before with this client id; it is opened under the first of them.
/// Whoever is known is not asked for a client id that nobody can guess: it is theirs alone.
fn names_of(shared: &Shared, visitor: Option<&Person>, client_id: Option<&str>) -> Vec<Uuid> {
    let Some(client_id) = client_id else {
        return Vec::new();
    };
    let openings = &shared.identity.openings;
    let own = visitor.map(|visitor| openings.of_person(visitor.id, client_id));
    // The answer that made them known may have been lost.
    let strangers = openings.of_stranger(client_id);
    own.into_iter().chain(strangers).map(name_of).collect()
}

/// The room that was opened under one of these names, with its visitor.
fn standing(
    look: &mut dyn Look,
    visitor: Option<&Person>,
    names: &[Uuid],
) -> Result<Option<(RoomView, Person)>, Error> {
    for name in names {
        if let Some(found) = rules::standing_case(look, visitor, *name)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Opens a room, with a first message if one came along. A retry under the same client id is given the first one again.
async fn open(State(shared): State<Shared>, parts: Parts, fields: Fields) -> Result<Response, Refused> {
    let limits = shared.chat.limits().clone();
    let (introduction, draft) = introduced(&fields, &limits)?;
    let visitor = visitors::known(&shared, &parts).await?;
    let names = names_of(&shared, visitor.as_ref(), draft.client_id.as_deref());
    let name = names.first().copied().unwrap_or_else(|| new_name(&shared.chat));
    let now = shared.chat.now();
    let (asking, asked) = (visitor.clone(), names.clone());
    let stands = move |look: &mut dyn Look| standing(look, asking.as_ref(), &asked);
    let rule = move |tx: &mut dyn Tx, name| {
        if let Some(found) = standing(tx, visitor.as_ref(), &names)? {
            return Ok((found, false));
        }
        // Asked before a room is opened for it: nothing is refused after it.
        let says = !draft.text.is_empty();
        if says {
            rules::check_draft(&limits, &draft)?;
        }
        let (opened, person) = rules::open_case(tx, now, &limits, visitor.as_ref(), &introduction, name)?;
        if says {
            rules::send(tx, now, &limits, by(&person), opened.room.id, &draft)?;
        }
        Ok((rules::case_by_name(tx, name)?, true))
    };
    let allowance = || shared.throttles.open_room(shared.proxies.address(&parts));
    let opened = standing_or_opened_as(&shared.chat, name, stands, allowance, rule).await?;
    answer_opened(&shared, &parts, now, opened)
}

/// The room, and by what its visitor is known again.
fn answer_opened(
    shared: &Shared,
    parts: &Parts,
    now: Time,
    ((view, visitor), is_new): ((RoomView, Person), bool),
) -> Result<Response, Refused> {
    let tokens = &shared.identity.tokens;
    let (from, seconds) = sign_in::token_times(&visitor, now, proofs::SECONDS);
    let token = tokens.for_visitor(visitor.id, from, seconds, shared.chat.random())?;
    let opened = OpenedJson {
        room: room_json(&view, &visitor),
        visitor: &token,
    };
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let mut answer = (status, Json(opened)).into_response();
    if let Some(cookie) = proofs::set_cookie(&token, shared.secures_cookies(parts), &under()) {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// What a visitor says of themselves, and their first message, whose text may be empty.
fn introduced(fields: &Fields, limits: &Limits) -> Result<(Introduction, Draft), Refused> {
    let mut errors = FieldErrors::default();
    // Null is what many forms send for a field that nobody has filled in.
    let chosen = |name: &str, max: usize| match fields.get(name) {
        Some(value) if value.is_null() => Ok(String::new()),
        _ => fields.chosen_text(name, max),
    };
    let name = fields.required_text("customer_name", Some(limits.title_chars));
    let email = chosen("customer_email", limits.title_chars);
    let email = email.and_then(|email| {
        if email.is_empty() || is_address(&email) {
            Ok(email)
        } else {
            Err(FieldError::NotEmail)
        }
    });
    let name = errors.take("customer_name", name);
    let email = errors.take("customer_email", email);
    let subject = errors.take("subject", chosen("subject", limits.title_chars));
    let message = errors.take("message", chosen("message", limits.text_chars));
    let client_id = fields.chosen_name("client_id", limits.client_id_chars);
    let client_id = errors.take("client_id", client_id).flatten();
    errors.none()?;
    let introduction = Introduction {
        name: name.unwrap_or_default(),
        email: email.unwrap_or_default(),
        subject: subject.unwrap_or_default(),
    };
    let draft = Draft {
        text: message.unwrap_or_default(),
        client_id,
        files: Vec::new(),
        more: None,
    };
    Ok((introduction, draft))
}

/// Whether a text can be an e-mail address: a mailbox without anything that needs quotes, and a domain of at least two
/// labels. Whether anybody reads it there, only a letter could tell.
fn is_address(text: &str) -> bool {
    let Some((mailbox, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let in_mailbox = |char: char| char.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(char);
    let is_dotted = |part: &str, is_label: &dyn Fn(&str) -> bool| part.split('.').all(is_label);
    let is_atom = |atom: &str| !atom.is_empty() && atom.chars().all(in_mailbox);
    let is_label = |label: &str| {
        let in_label = |char: char| char.is_alphanumeric() || char == '-';
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(in_label)
    };
    mailbox.len() <= MAILBOX_BYTES
        && domain.contains('.')
        && is_dotted(mailbox, &is_atom)
        && is_dotted(domain, &is_label)
}

async fn retrieve(State(shared): State<Shared>, Segment(id): Segment) -> Result<Response, Refused> {
    let (view, visitor) = room_of(&shared, &id).await?;
    Ok(Json(room_json(&view, &visitor)).into_response())
}

async fn send(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<Response, Refused> {
    let (view, visitor) = room_of(&shared, &id).await?;
    let (parts, body) = request.into_parts();
    if is_multipart(&parts) {
        shared.throttles.upload_from(shared.proxies.address(&parts))?;
    }
    messages::send(
        &shared,
        visitor,
        &view,
        Side::Customer,
        Request::from_parts(parts, body),
    )
    .await
}

/// Whether a file may come with the request.
fn is_multipart(parts: &Parts) -> bool {
    let media = parts.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok());
    media.is_some_and(|media| media.trim_start().to_ascii_lowercase().starts_with("multipart/"))
}

async fn list_messages(State(shared): State<Shared>, Segment(id): Segment, uri: Uri) -> Result<Response, Refused> {
    let (view, visitor) = room_of(&shared, &id).await?;
    let (asked, rows, viewer) = (messages::asked(&uri)?, shared.chat.limits().list_rows, visitor.id);
    let desk = Desk::of(&view, Side::Customer);
    let polled = ask::look(&shared.chat, move |look| {
        rules::poll(look, by(&visitor), view.room.id, asked, rows)
    })
    .await?;
    Ok(messages::list_answer(&polled, desk, viewer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_mailbox_and_a_domain() {
        for address in [
            "a@b.ru",
            "anna.ivanova+shop@mail.example.com",
            "вера@почта.рф",
            "o'neil@x-y.org",
        ] {
            assert!(is_address(address), "{address}");
        }
        let long = format!("{}@b.ru", "a".repeat(MAILBOX_BYTES + 1));
        for odd in [
            "a",
            "@",
            "a@",
            "@b.ru",
            "a@b",
            "a b@c.ru",
            "a@b..ru",
            ".a@b.ru",
            "a.@b.ru",
            "a@-b.ru",
            "a@b-.ru",
            "a@b.ru.",
            "a@b@c.ru",
            "<script>alert(1)</script>@x.ru",
            "a@b.ru\n",
            "\"a\"@b.ru",
            "a@<b>.ru",
            "a@b.r,u",
            &long,
        ] {
            assert!(!is_address(odd), "{odd}");
        }
    }
}
