//! Tickets: a word that opens one socket in place of a token, which then stands in no address.

use super::described::call::{Call, Who, made};
use super::described::shape;
use super::gate::Noted;
use crate::shared::identity::api_keys;
use crate::shared::{Caller, Refused, Routes, Shared};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use beseda_core::words::Ticket;
use beseda_identity::{Rated, tickets};
use beseda_live::ask;
use http::StatusCode;
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

pub(super) const CALLS: &[Call] = &[Call::post(
    "/api/v1/tickets/",
    "ticket",
    "Gives a ticket, which opens one socket in the place of what proved who one is.",
)
.by(Who::Account)
.answers(&[made::<TicketJson>("The ticket.")])
.rate("connects")];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/tickets/", post(give), "POST, OPTIONS")
}

/// A ticket.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Ticket")]
struct TicketJson {
    /// What opens one socket.
    ticket: String,
    /// How long it is good for, in seconds.
    #[schemars(with = "shape::Count")]
    expires_in: i64,
}

/// Gives a ticket to whoever is signed in, or for whom an API key asks. It proves what proved them, and ends with it.
async fn give(State(shared): State<Shared>, parts: Parts) -> Result<Response, Refused> {
    let caller = match api_keys::acting(&shared, &parts).await? {
        Some(caller) => caller,
        None => Caller::of_request(&shared, &parts).await?,
    };
    // A ticket is the first half of a connect.
    let address = shared.proxies.address(&parts);
    Noted::of(&parts).rate(&shared, Rated::Connects(address));
    shared.throttles.connect(address)?;
    let expires_in = shared.chat.limits().ticket_seconds;
    let text = tickets::new(shared.chat.random());
    let ticket = Ticket {
        hash: tickets::hash(&text),
        came: caller.came(),
        proof_ends_at: caller.ends_at,
        expires_at: shared.chat.now().plus_seconds(expires_in),
    };
    ask::change(&shared.chat, move |tx| Ok(tx.put_ticket(&ticket)?)).await?;
    let answer = TicketJson {
        ticket: text,
        expires_in,
    };
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}
