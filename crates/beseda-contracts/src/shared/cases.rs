//! Opening a visitor's room with the support desk: the same for every contract.

use super::Shared;
use super::refused::Refused;
use super::rooms::{name_of, new_name, standing_or_opened_as};
use axum::Json;
use axum::response::{IntoResponse, Response};
use beseda_core::Error;
use beseda_core::policy::By;
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{self, Introduction, sign_in};
use beseda_core::words::{Draft, Kinds, Person, RoomKind, RoomView, Visit};
use beseda_identity::visitors as proofs;
use beseda_live::place::under;
use http::HeaderMap;
use http::StatusCode;
use http::header::{ACCEPT_LANGUAGE, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use serde::Serialize;
use uuid::Uuid;

/// The longest part of an address before the `@`, in bytes (RFC 5321).
const MAILBOX_BYTES: usize = 64;

/// So much is kept of what a visitor's browser says of itself.
const HEADER_CHARS: usize = 500;

/// A room that was opened, or stood already.
pub struct Opened {
    /// The room.
    pub view: RoomView,
    /// Whose it is.
    pub visitor: Person,
    /// It did not stand before.
    pub is_new: bool,
    /// By what the visitor is known again where cookies do not travel.
    pub token: String,
}

impl Opened {
    /// The answer with this body: it lets the visitor be known again by a cookie.
    pub fn answer(&self, shared: &Shared, parts: &Parts, body: &impl Serialize) -> Response {
        let status = if self.is_new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        let mut answer = (status, Json(body)).into_response();
        if let Some(cookie) = proofs::set_cookie(&self.token, shared.secures_cookies(parts), &under()) {
            answer.headers_mut().insert(SET_COOKIE, cookie);
        }
        answer
    }
}

/// Opens a room for a visitor, or for somebody who is not known yet, with a first message if it has a text. A retry under
/// the same client id is given the first one again.
///
/// # Errors
/// What refuses the room or the message; nothing is opened then.
pub async fn open(
    shared: &Shared,
    parts: &Parts,
    visitor: Option<Person>,
    introduction: Introduction,
    draft: Draft,
) -> Result<Opened, Refused> {
    let limits = shared.chat.limits().clone();
    let names = names_of(shared, visitor.as_ref(), draft.client_id.as_deref());
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
            let by = By::of(&person, Kinds::of(&[RoomKind::Support]));
            rules::send(tx, now, &limits, by, opened.room.id, &draft)?;
        }
        Ok((rules::case_by_name(tx, name)?, true))
    };
    let allowance = || shared.throttles.open_room(shared.proxies.address(parts));
    let opened = standing_or_opened_as(&shared.chat, name, stands, allowance, rule).await?;
    let ((view, visitor), is_new) = opened;
    let (from, seconds) = sign_in::token_times(&visitor, now, proofs::SECONDS);
    let tokens = &shared.identity.tokens;
    let token = tokens.for_visitor(visitor.id, from, seconds, shared.chat.random())?;
    Ok(Opened {
        view,
        visitor,
        is_new,
        token,
    })
}

/// What a visitor's browser says of itself: which it is, and which language it asks for first.
pub fn visit(headers: &HeaderMap) -> Visit {
    let said = |name| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().chars().take(HEADER_CHARS).collect::<String>()
    };
    let languages = said(ACCEPT_LANGUAGE);
    let locale = languages.split([',', ';']).next().unwrap_or_default().trim();
    Visit {
        locale: if locale == "*" {
            String::new()
        } else {
            locale.to_owned()
        },
        agent: said(USER_AGENT),
        ..Visit::default()
    }
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

/// Whether a text can be an e-mail address: a mailbox without anything that needs quotes, and a domain of at least two
/// labels. Whether anybody reads it there, only a letter could tell.
#[must_use]
pub fn is_address(text: &str) -> bool {
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
