//! The contract's sockets: who comes, to which conversation, and the one that only echoes.

use super::consumer::{Consumer, Pair};
use super::log;
use crate::shared::http::urlencoded;
use crate::shared::rooms::standing_or_opened;
use crate::shared::sockets::{self, Admission, Turned};
use crate::shared::{Caller, Refused, Routes, Shared};
use crate::voices::DRF;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{self, Since, Where};
use beseda_core::words::{MessageId, Person, Room};
use beseda_core::{Error, Fault};
use beseda_live::upgrade::Upgrade;
use beseda_live::{Guest, close};
use http::request::Parts;
use std::sync::Arc;

/// What the socket that only echoes says first.
const GREETING: &str = r#"{"type": "connection_established", "message": "WebSocket connection works"}"#;

/// Addresses that lack an id, as clients make them of an empty one. With one id and nothing else, `/ws/chat/` leads to a
/// room of another contract.
const CHAT_WITHOUT_IDS: [&str; 7] = [
    "/ws/chat",
    "/ws/chat/",
    "/ws/chat//",
    "/ws/chat///",
    "/ws/chat//{therapist_id}",
    "/ws/chat//{therapist_id}/",
    "/ws/chat/{customer_id}//",
];

/// The same of the other socket.
const LOCATION_WITHOUT_IDS: [&str; 9] = [
    "/ws/location",
    "/ws/location/",
    "/ws/location//",
    "/ws/location///",
    "/ws/location//{therapist_id}",
    "/ws/location//{therapist_id}/",
    "/ws/location/{customer_id}",
    "/ws/location/{customer_id}/",
    "/ws/location/{customer_id}//",
];

pub(super) fn routes() -> Routes {
    let routes = Routes::said_by(&DRF)
        .both("/ws/test/", get(echo), "GET")
        .both("/ws/chat/{customer_id}/{therapist_id}/", to(&Consumer::Chat), "GET")
        .both(
            "/ws/location/{customer_id}/{therapist_id}/",
            to(&Consumer::Location),
            "GET",
        );
    let chat = CHAT_WITHOUT_IDS.map(|path| (path, &Consumer::Chat));
    let location = LOCATION_WITHOUT_IDS.map(|path| (path, &Consumer::Location));
    chat.into_iter()
        .chain(location)
        .fold(routes, |routes, (path, consumer)| routes.exactly(path, to(consumer)))
}

/// Proves that what stands between a client and the server lets sockets through.
async fn echo(State(shared): State<Shared>, parts: Parts, upgrade: Result<Upgrade, Response>) -> Response {
    if !shared.echo_socket {
        return Refused::NoSuchAddress.into_response();
    }
    if let Err(refused) = shared.connect(&parts) {
        return refused.into_response();
    }
    let live = Arc::clone(&shared.live);
    match upgrade {
        Err(refused) => refused,
        Ok(upgrade) => {
            upgrade.answer(move |stream, leftover| async move { live.echo(stream, leftover, GREETING).await })
        }
    }
}

/// What answers the addresses of a socket, with all their ids or without.
fn to(consumer: &'static Consumer) -> MethodRouter<Shared> {
    let connect = move |State(shared): State<Shared>,
                        ids: Result<Path<(String, String)>, PathRejection>,
                        parts: Parts,
                        upgrade: Result<Upgrade, Response>| async move {
        let admit = admit(consumer, &shared, Pair::read(ids), &parts);
        sockets::open(shared.clone(), &parts, upgrade, admit).await
    };
    get(connect)
}

/// Who comes and where to, with the lines that operators know. What is wrong with the address is told first, then who
/// is not known, then who may not.
async fn admit(consumer: &'static Consumer, shared: &Shared, pair: Option<Pair>, parts: &Parts) -> Admission {
    log::processing(parts.uri.path());
    let Some((pair, after)) = named(consumer, shared, pair, parts).await? else {
        log::malformed(consumer);
        return Err(Turned::Closed(close::BAD_PARAMETERS, "the ids are missing or none"));
    };
    let came = authenticated(shared, parts).await;
    log::attempted(consumer, &pair, came.as_ref().ok());
    let caller = came.inspect_err(|turned| log::turned(consumer, turned))?;
    let (room, new) = match conversation(shared, &caller.person, &pair).await {
        Ok(found) => found,
        Err(Error::Refused(refusal)) => {
            log::unauthorized(consumer, &caller.person, &pair, &refusal);
            return Err(Turned::Closed(close::NOT_ALLOWED, "not allowed"));
        }
        Err(Error::Failed(fault)) => {
            log::database_error(consumer, &pair, &fault);
            return Err(failed(&fault));
        }
    };
    let since = match (consumer, after) {
        (Consumer::Location, _) => Since::Now,
        (Consumer::Chat, Some(id)) => Since::After(id),
        // What is said from here on, before the handshake has ended too.
        (Consumer::Chat, None) => Since::AfterSeq(room.seq),
    };
    Ok(Guest {
        once_in: Some(Box::new(move || log::conversation(consumer, &pair, room.uuid, new))),
        ..caller.listening(Where::Room(room.id), since, consumer)
    })
}

/// The two, and after which message the socket hears; `None` where the address names nothing that can be.
async fn named(
    consumer: &Consumer,
    shared: &Shared,
    pair: Option<Pair>,
    parts: &Parts,
) -> Result<Option<(Pair, Option<MessageId>)>, Turned> {
    let Some((pair, after)) = pair.zip(after(consumer, parts)) else {
        return Ok(None);
    };
    match pair.can_be(shared).await {
        Ok(can_be) => Ok(can_be.then_some((pair, after))),
        // The line that operators know of whatever fails before it is known who comes.
        Err(Error::Failed(fault)) => {
            log::not_authenticated(&fault);
            Err(failed(&fault))
        }
        Err(refused) => Err(refused.into()),
    }
}

/// The last message that a chat has heard, if it names one. `None` where that is no number.
fn after(consumer: &Consumer, parts: &Parts) -> Option<Option<MessageId>> {
    let query = parts.uri.query().unwrap_or_default();
    match (consumer, urlencoded::given(query, "after")) {
        (Consumer::Location, _) | (Consumer::Chat, None) => Some(None),
        (Consumer::Chat, Some(after)) => after.parse().ok().map(|id| Some(MessageId(id))),
    }
}

async fn authenticated(shared: &Shared, parts: &Parts) -> Result<Caller, Turned> {
    log::token_found(parts);
    match Caller::of_socket(shared, parts).await {
        Ok(caller) => {
            log::authenticated(&caller);
            Ok(caller)
        }
        Err(Refused::Fault(fault)) => {
            log::not_authenticated(&fault);
            Err(failed(&fault))
        }
        Err(Refused::HostAway) => {
            log::host_away();
            Err(Turned::Closed(close::INTERNAL, "internal error"))
        }
        Err(refused) => {
            log::invalid(&refused);
            Err(Turned::Closed(close::NOT_AUTHENTICATED, "not authenticated"))
        }
    }
}

/// What a fault of ours closes a socket with.
fn failed(fault: &Fault) -> Turned {
    match fault {
        Fault::Stopping => Turned::Closed(close::RESTARTING, "retry_ms=1000"),
        Fault::Busy | Fault::Away(_) | Fault::Hindered(..) | Fault::Store(_) | Fault::Internal(_) => {
            Turned::Closed(close::INTERNAL, "internal error")
        }
    }
}

/// The pair's one conversation, and whether it is new.
async fn conversation(shared: &Shared, person: &Person, pair: &Pair) -> Result<(Room, bool), Error> {
    let (now, asking, opening) = (shared.chat.now(), person.clone(), person.clone());
    let (asked, pair) = (pair.clone(), pair.clone());
    let standing = move |look: &mut dyn Look| {
        let view = rules::standing_pair(look, &asking, &asked.customer, &asked.therapist)?;
        Ok(view.map(|view| view.room))
    };
    let open = move |tx: &mut dyn Tx, name| {
        let (view, is_new) = rules::open_pair(tx, now, &opening, &pair.customer, &pair.therapist, name)?;
        Ok((view.room, is_new))
    };
    standing_or_opened(&shared.chat, standing, || Ok(()), open).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_ours_and_a_server_that_stops_comes_back() {
        for fault in [
            Fault::Busy,
            Fault::Store("disk full".to_owned()),
            Fault::Internal("a bug".to_owned()),
        ] {
            assert_eq!(failed(&fault), Turned::Closed(1011, "internal error"), "{fault}");
        }
        assert_eq!(failed(&Fault::Stopping), Turned::Closed(4009, "retry_ms=1000"));
    }
}
