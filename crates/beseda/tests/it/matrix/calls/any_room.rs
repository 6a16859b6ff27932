//! The native API for people: rooms of any kind, what is in them, and oneself.

use super::Call;
use crate::harness::ids;
use crate::matrix::objects::Object;
use crate::matrix::table::Block;
use crate::matrix::world::places::{a_browser, saying};
use crate::matrix::world::spare::{CUSTOMER, GONE_TEACHER, HEADMASTER, TUTOR};
use crate::matrix::world::{Gone, NOTHING, Place, World, id_of};
use serde_json::{Value, json};

/// How a room's calls begin.
const ROOM: &str = "/api/v1/rooms/{key}/";
/// One emoji, as a part of a path.
const EMOJI: &str = "%F0%9F%91%8D";

/// The call of a block that is for people; `None` for what only host applications call.
pub async fn call(world: &World, block: &Block, object: Object) -> Option<Call> {
    let path = block.path.as_str();
    let call = match (block.method.as_str(), path) {
        ("PUT" | "DELETE", ROOM)
        | (_, "/api/v1/rooms/{key}/system-messages/" | "/api/v1/rooms/{key}/messages/import/") => {
            return None;
        }
        ("WS", "/api/v1/ws/") => on_socket(world, block, object).await,
        (_, "/api/v1/events/") => Call::to(block, path).streaming(),
        ("POST", "/api/v1/rooms/") => opening(world, block, object).await,
        ("GET", "/api/v1/people/{id}/") => to_person(block, someone_met(object)),
        (_, "/api/v1/me/blocks/{id}/") => to_person(block, someone(object)),
        ("GET", "/api/v1/people/") => Call::to(block, format!("{path}?search=per")),
        ("GET", "/api/v1/presence/") => Call::to(block, format!("{path}?people={}", named(id_of("expert")))),
        ("GET", "/api/v1/search/") => searching(world, block, object).await,
        ("GET", "/api/v1/reports/") => Call::to(block, path),
        ("PATCH", "/api/v1/reports/{report}/") => settling(world, block, object).await,
        ("GET", "/api/v1/hours/") => Call::to(block, path),
        ("PUT", "/api/v1/hours/") => Call::to(block, path).with(json!({"zone": "UTC", "week": [[0, 10080]]})),
        ("PUT", "/api/v1/push/") => Call::to(block, path).with(json!({"preview": true})),
        ("POST", "/api/v1/push/subscriptions/") => Call::to(block, path).with(a_browser(&world.new_name())),
        ("DELETE", "/api/v1/push/subscriptions/{browser}/") => {
            let browser = world.browser(object).await;
            Call::to(block, path.replace("{browser}", &browser))
        }
        (_, "/api/v1/push/" | "/api/v1/push/test/") => Call::to(block, path),
        ("GET", "/api/v1/replies/") => Call::to(block, path),
        (_, "/api/v1/replies/{reply}/") => canned_reply(world, block, object).await,
        ("GET", "/api/v1/cases/") => Call::to(block, path),
        (method, "/api/v1/cases/{key}/") => {
            let room = ids::encoded(&place(world, block, object, Gone::Room).await.key_said);
            let call = Call::to(block, path.replace("{key}", &room));
            if method == "PATCH" {
                call.with(json!({"tags": ["tried"]}))
            } else {
                call
            }
        }
        ("PATCH", "/api/v1/me/") => Call::to(block, path).with(json!({"locale": "ru"})),
        (_, path) if path.starts_with(ROOM) => in_room(world, block, object).await,
        _ => return None,
    };
    Some(call)
}

/// What a person is called in a path.
fn named(id: i64) -> String {
    ids::encoded(&ids::word(id))
}

fn to_person(block: &Block, id: i64) -> Call {
    Call::to(block, block.path.replace("{id}", &named(id)))
}

/// The client, somebody who is in no room any more, nobody, or one who is gone.
fn someone_met(object: Object) -> i64 {
    match object {
        Object::Own | Object::None => id_of("client"),
        Object::Foreign => id_of("former"),
        Object::Missing => NOTHING,
        Object::Deleted => GONE_TEACHER,
    }
}

/// Somebody to write to: of the school, outside of it, nobody, or gone from it.
fn someone(object: Object) -> i64 {
    match object {
        Object::Own | Object::None => HEADMASTER,
        Object::Foreign => CUSTOMER,
        Object::Missing => NOTHING,
        Object::Deleted => GONE_TEACHER,
    }
}

/// A search in all rooms, or in the one that the block is about.
async fn searching(world: &World, block: &Block, object: Object) -> Call {
    let call = format!("{}?q=look", block.path);
    if object == Object::None {
        return Call::to(block, call);
    }
    let room = ids::encoded(&place(world, block, object, Gone::Room).await.key_said);
    Call::to(block, format!("{call}&room={room}"))
}

/// What becomes of a report: one about a message of theirs, of others, none, or one that went with its room.
async fn settling(world: &World, block: &Block, object: Object) -> Call {
    let report = match object {
        Object::Missing => world.new_name(),
        Object::Own | Object::Foreign | Object::Deleted | Object::None => world.report(object).await,
    };
    Call::to(block, block.path.replace("{report}", &report)).with(json!({"note": "seen"}))
}

/// A canned reply that stands, none, or one that was forgotten. A new one has a shortcut of its own.
async fn canned_reply(world: &World, block: &Block, object: Object) -> Call {
    let reply = match object {
        Object::Missing => world.new_name(),
        Object::Own | Object::Foreign | Object::Deleted | Object::None => world.canned_reply(object).await,
    };
    let call = Call::to(block, block.path.replace("{reply}", &reply));
    match block.method.as_str() {
        "PUT" => call.with(saying(&reply)),
        _ => call,
    }
}

async fn opening(world: &World, block: &Block, object: Object) -> Call {
    let with = ids::word(someone(object));
    let body = match block.variant() {
        "private" => json!({"kind": "private", "with": with}),
        "support" => json!({"kind": "support", "name": "Вера", "text": "Здравствуйте"}),
        "group" => json!({"kind": "group", "title": "some", "members": [with]}),
        // Whoever has a place in an order opens its room again: gone is one whose order is.
        _ if object == Object::Deleted => json!({"key": format!("order:{}", ids::word(world.taken_away().await))}),
        _ => json!({"key": place(world, block, object, Gone::Room).await.key_said}),
    };
    Call::to(block, &block.path).with(body)
}

/// The room that a block is about, by the kind that its title names, with a message; without a word, an order's.
async fn place(world: &World, block: &Block, object: Object, gone: Gone) -> Place {
    match block.variant().split(' ').next() {
        Some(kind @ ("group" | "deal")) => world.place_of(kind, object, gone).await,
        Some("support") => world.place_of_case(object, gone).await,
        Some("notes") => world.place_of_notes(object).await,
        _ => world.place_of_order(object, gone).await,
    }
}

async fn in_room(world: &World, block: &Block, object: Object) -> Call {
    let gone = if block.path.contains("{seq}") {
        Gone::Message
    } else {
        Gone::Room
    };
    let place = place(world, block, object, gone).await;
    let seq = if block.variant().ends_with("number") { 404 } else { 1 };
    let member = match block.variant().rsplit(' ').next() {
        Some("newcomer") => TUTOR,
        Some("nobody") => NOTHING,
        _ => id_of("expert"),
    };
    let path = block
        .path
        .replace("{key}", &place.key)
        .replace("{seq}", &seq.to_string());
    let path = path.replace("{id}", &member.to_string()).replace("{emoji}", EMOJI);
    let call = Call::to(block, path);
    let (_, part) = block.path.split_at(ROOM.len());
    match (block.method.as_str(), part) {
        ("POST", "files/") => call.with_file(),
        (method, part) => match body(method, part) {
            Some(body) => call.with(body),
            None => call,
        },
    }
}

fn body(method: &str, part: &str) -> Option<Value> {
    let body = match (method, part) {
        ("PATCH", "") => json!({"title": "Changed"}),
        ("PATCH", "me/") => json!({"pinned": true}),
        ("PATCH", "members/") => json!({"add": [ids::word(TUTOR)], "remove": [ids::word(CUSTOMER)]}),
        ("PUT", "members/{id}/") => json!({"role": "member"}),
        ("POST", "messages/{seq}/reports/") => json!({"reason": "spam", "text": "tried"}),
        ("POST", "messages/") | ("PATCH", "messages/{seq}/") => json!({"text": "tried"}),
        ("PUT", "receipt/") => json!({"read_seq": 1}),
        _ => return None,
    };
    Some(body)
}

/// The socket for all rooms; a word at the end of the title is the frame that is said on it, in the room that the word
/// before it names.
async fn on_socket(world: &World, block: &Block, object: Object) -> Call {
    let call = Call::to(block, &block.path);
    let Some(word) = block.variant().split(' ').next_back().filter(|word| !word.is_empty()) else {
        return call.on_native(None);
    };
    let gone = if ["edit", "erase", "react", "pin"].contains(&word) {
        Gone::Message
    } else {
        Gone::Room
    };
    let place = place(world, block, object, gone).await;
    let mut frame = match word {
        "send" => json!({"text": "tried"}),
        "edit" => json!({"seq": 1, "text": "tried"}),
        "react" => json!({"seq": 1, "emoji": "👍", "on": true}),
        "pin" => json!({"seq": 1, "on": true}),
        "erase" | "read" | "delivered" => json!({"seq": 1}),
        _ => json!({}),
    };
    frame["type"] = word.into();
    frame["room"] = place.key_said.into();
    call.on_native(Some(frame))
}
