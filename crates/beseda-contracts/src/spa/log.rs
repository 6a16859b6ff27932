//! The lines that the contract's operators know by heart and look for. No token is in any of them, and no position.

use super::consumer::{Consumer, Pair};
use crate::shared::http::logged_path;
use crate::shared::identity::caller;
use crate::shared::sockets::Turned;
use crate::shared::{Caller, Proof, Refused};
use beseda_core::words::Person;
use beseda_core::{Fault, Refusal};
use beseda_identity::traces;
use beseda_live::close;
use http::request::Parts;
use uuid::Uuid;

const AUTH: &str = "[JWTAuthMiddleware]";

pub(super) fn processing(path: &str) {
    tracing::info!("{AUTH} Processing connection for path: {}", logged_path(path));
}

/// Somebody shows a token, good or not: a session is none.
pub(super) fn token_found(parts: &Parts) {
    if let Ok(Some((token, _))) = caller::token_of(parts, true) {
        tracing::info!("{AUTH} Token found: {}", traces::trace(&token));
    }
}

/// A ticket and a session hold no payload that could be decoded.
pub(super) fn authenticated(caller: &Caller) {
    let (id, shown) = (caller.person.host_id(), shown(&caller.person));
    if matches!(caller.by, Proof::Bearer | Proof::Query) {
        tracing::info!("{AUTH} Decoded token payload, user_id: {id}");
    }
    let role = caller.person.role.word();
    tracing::info!("{AUTH} User found: {id} - {shown} (role: {role})");
    tracing::info!("{AUTH} User authenticated: {id} ({shown})");
}

/// What a person is called in a line: by their e-mail, or the name that they log in with where they have none.
fn shown(person: &Person) -> &str {
    let names = [&person.email, &person.username];
    names.into_iter().find(|name| !name.is_empty()).map_or("-", |name| name)
}

pub(super) fn invalid(refused: &Refused) {
    let why = match refused {
        Refused::Rule(Refusal::NotSignedIn) => "there is none".to_owned(),
        Refused::BadHeader => "the Authorization header is not a scheme and one word".to_owned(),
        Refused::UnknownPerson => "its user is unknown".to_owned(),
        Refused::Rule(Refusal::Inactive) => "its user is deactivated".to_owned(),
        other => other.to_string(),
    };
    tracing::warn!("{AUTH} Invalid token: {why}");
}

/// Whether the token is good could not be found out.
pub(super) fn not_authenticated(fault: &Fault) {
    tracing::error!("{AUTH} Database error: {fault}");
}

/// Whose session it is could not be found out.
pub(super) fn host_away() {
    tracing::error!("{AUTH} The host cannot say whose session it is");
}

pub(super) fn malformed(consumer: &Consumer) {
    let name = consumer.bracketed();
    tracing::info!("{name} Connection attempt started");
    tracing::warn!("{name} Connection rejected - missing or malformed parameters");
}

pub(super) fn attempted(consumer: &Consumer, pair: &Pair, caller: Option<&Caller>) {
    let (name, group) = (consumer.bracketed(), consumer.group());
    let Pair { customer, therapist } = pair;
    tracing::info!("{name} Connection attempt started");
    if let Some(caller) = caller {
        let id = caller.person.host_id();
        tracing::info!("{name} User authenticated: True, User: {id}");
    }
    tracing::info!("{name} Customer ID: {customer}, Therapist ID: {therapist}");
    tracing::info!("{name} Room group name: {group}_{customer}_{therapist}");
}

/// Somebody is not let in before it is known who they are.
pub(super) fn turned(consumer: &Consumer, turned: &Turned) {
    if matches!(turned, Turned::Closed(close::NOT_AUTHENTICATED, _)) {
        let name = consumer.bracketed();
        tracing::warn!("{name} Connection rejected - user not authenticated");
    }
}

/// The conversation is looked for before the socket is let in, so that a failure has a close code; operators know these
/// lines from behind those of [`joined`].
pub(super) fn conversation(consumer: &Consumer, pair: &Pair, uuid: Uuid, new: bool) {
    let (name, what) = (consumer.bracketed(), if new { "Created new" } else { "Found existing" });
    looking(consumer, pair);
    tracing::info!("{name} {what} conversation: {uuid}");
    tracing::info!("{name} Conversation loaded/created: {uuid}");
}

fn looking(consumer: &Consumer, Pair { customer, therapist }: &Pair) {
    let name = consumer.bracketed();
    tracing::info!("{name} Getting/creating conversation for customer {customer}, therapist {therapist}");
}

/// Somebody asked for a conversation of others, or for one with somebody who is not there. That is decided; here it is
/// only said which of the two ids was the wrong one.
pub(super) fn unauthorized(consumer: &Consumer, person: &Person, pair: &Pair, refusal: &Refusal) {
    let (name, id, called) = (consumer.bracketed(), person.host_id(), person.role.word());
    let missing = *refusal == Refusal::NoSuchPerson;
    let sides = [("customer", &pair.customer), ("therapist", &pair.therapist)];
    let meant = sides.into_iter().find(|(side, _)| (*side == called) != missing);
    let (side, asked) = meant.unwrap_or(("customer", &pair.customer));
    let end = if missing { ", who does not exist" } else { "" };
    tracing::warn!("{name} Authorization failed - {called} {id} tried to access {side} {asked}{end}");
}

pub(super) fn database_error(consumer: &Consumer, pair: &Pair, fault: &Fault) {
    let name = consumer.bracketed();
    looking(consumer, pair);
    tracing::error!("{name} Database error in get_or_create_conversation: {fault}");
}

pub(super) fn joined(consumer: &Consumer, person: &Person) {
    let (name, id, role) = (consumer.bracketed(), person.host_id(), person.role.word());
    tracing::info!("{name} Added to channel group successfully");
    tracing::info!("{name} Connection accepted for user {id} (role: {role})");
}

pub(super) fn not_joined(consumer: &Consumer, fault: &Fault) {
    let name = consumer.bracketed();
    tracing::error!("{name} Failed to add to channel group: {fault}");
}

pub(super) fn refused(consumer: &Consumer, person: &Person, refusal: &Refusal) {
    let (name, id) = (consumer.bracketed(), person.host_id());
    match refusal {
        Refusal::EmptyText => tracing::warn!("{name} Empty message from user {id}"),
        other => tracing::warn!("{name} Message refused from user {id}: {other}"),
    }
}

pub(super) fn disconnected(consumer: &Consumer, code: u16) {
    let name = consumer.bracketed();
    tracing::info!("{name} WebSocket disconnected, code: {code}");
}
