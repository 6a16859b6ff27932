//! What clients of each contract do, done once: both ends of every socket, with something that crosses each way.

mod desk;
mod rooms;
mod texts;

pub use desk::{administrator, public, sockets, staff};
pub use rooms::{file, native, order_rooms, receipt, retry};
pub use texts::{order_desk, school, spa};

use super::guests::{Guests, reserved};
use super::refused::{refused, trouble};
use super::way::call;
use crate::caller::{Answer, Call, Caller, Socket};
use crate::report::{Found, Said, Trouble, said};
use serde_json::Value;

/// Whether the server is that of this directory: it knows the one who was put there just now, and believes the secret.
pub async fn ours(caller: &Caller, guests: &Guests) -> Found<()> {
    let me = well(call(caller, Call::get("/api/me/").by(guests.token("client"))).await?)?;
    if text(&me, "id") == reserved("client").to_string() {
        return Ok((
            (),
            said("it is the server of this directory", "это сервер этого каталога"),
        ));
    }
    Err(Trouble::new(
        said("it answers for somebody else", "он отвечает за кого-то другого"),
        said(
            "the address leads to another server: name this one's, or its --data",
            "адрес ведёт к другому серверу: назовите адрес этого или его --data",
        ),
    ))
}

async fn two(caller: &Caller, one: (&str, &str), other: (&str, &str)) -> Result<(Socket, Socket), Trouble> {
    let hers = Socket::open(caller, &with(one.0, one.1)).await.map_err(trouble)?;
    let his = Socket::open(caller, &with(other.0, other.1)).await.map_err(trouble)?;
    Ok((hers, his))
}

/// A path with what opens a socket once: it stands in the logs of proxies.
async fn with_ticket(caller: &Caller, path: &str, token: &str) -> Result<String, Trouble> {
    let ticket = well(call(caller, Call::post("/api/v1/tickets/").by(token)).await?)?;
    Ok(with(path, &text(&ticket, "ticket")))
}

fn with(path: &str, token: &str) -> String {
    format!("{path}?token={token}")
}

/// The body of an answer that is a good one.
fn well(answer: Answer) -> Result<Value, Trouble> {
    if (200..300).contains(&answer.status) && !answer.body.is_empty() {
        let told = answer.json();
        if !told.is_null() {
            return Ok(told);
        }
    }
    // Nothing to say is a good answer, too.
    if answer.status == 204 {
        return Ok(Value::Null);
    }
    Err(refused(&answer))
}

fn missing() -> Trouble {
    Trouble::new(
        said("what was said is not there", "сказанного нет"),
        said(
            "does something on the way keep old answers? let the proxy cache nothing of Beseda's",
            "не хранит ли что-то по пути старые ответы? пусть прокси ничего от Беседы не кэширует",
        ),
    )
}

fn flaw(meaning: Said) -> Trouble {
    Trouble::new(
        meaning,
        said(
            "this is a flaw of the server: please report it",
            "это ошибка сервера: сообщите о ней",
        ),
    )
}

fn crossed_live() -> Said {
    said("each hears the other live", "каждый слышит другого сразу")
}

/// What stands at a place of JSON (RFC 6901); null where nothing does.
fn field<'a>(value: &'a Value, place: &str) -> &'a Value {
    value.pointer(place).unwrap_or(&Value::Null)
}

/// A field as a text, whether it is a number or a text.
fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The newest of a list of messages.
fn last(list: &Value) -> Value {
    list.as_array()
        .and_then(|messages| messages.last())
        .cloned()
        .unwrap_or_default()
}
