//! How each route is called, about which object, and what comes of it.

mod native;
mod order_desk;
mod order_rooms;
mod school;
mod shared;
mod spa;
mod support_desk;

use super::objects::Object;
use super::table::Block;
use super::world::{Actor, World};
use crate::harness::actor::answer;
use crate::harness::{Answer, Heard, Socket};
use reqwest::Method;
use serde_json::{Value, json};

/// The client id of the frame that is said last.
const LAST: &str = "last";

/// A call that somebody makes.
pub struct Call {
    method: Method,
    /// The path, with a query if it takes one.
    pub path: String,
    body: Option<Value>,
    /// A frame to say on a socket, once it is open.
    frame: Option<Value>,
    is_socket: bool,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// A status; for sockets `open`, a close code, or `refused` for a frame.
    pub word: String,
    /// What an error says, without the numbers that were asked for.
    pub body: String,
}

impl Call {
    /// The call that a block is about, on an object of this sort that no other call touches.
    pub async fn of(world: &World, block: &Block, object: Object) -> Self {
        match block.contract.as_str() {
            "shared" => shared::call(world, block, object).await,
            "native" => native::call(world, block, object).await,
            "order_desk" => order_desk::call(world, block, object).await,
            "order_rooms" => order_rooms::call(world, block, object).await,
            "school" => school::call(world, block, object).await,
            "spa" => spa::call(block, object),
            "support_desk" => support_desk::call(world, block, object).await,
            contract => panic!("nobody knows how to call {contract}"),
        }
    }

    /// A call of the block's method on this path.
    fn to(block: &Block, path: impl Into<String>) -> Self {
        let is_socket = block.method == "WS";
        let method = if is_socket { "GET" } else { &block.method };
        Self {
            method: method.parse().expect("a method"),
            path: path.into(),
            body: None,
            frame: None,
            is_socket,
        }
    }

    /// The same with a body.
    fn with(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// The same with the frame that the block's title ends with, if it names one.
    fn saying(self, block: &Block) -> Self {
        let frame = match block.variant().split_whitespace().last() {
            Some("nowhere") => Some(json!({"type": "mark_read"})),
            Some("chat_message") => Some(json!({"type": "chat_message", "message": "tried"})),
            Some("typing") => Some(json!({"type": "typing", "is_typing": true})),
            Some("mark_read") => Some(json!({"type": "mark_read"})),
            _ => None,
        };
        Self { frame, ..self }
    }

    /// The same call by another method.
    pub async fn by_method(&self, method: &str, world: &World, actor: &Actor) -> Answer {
        let method = method.parse().expect("a method");
        answer(actor.request(world, method, &self.path)).await
    }

    /// What comes of it when this actor calls.
    pub async fn by(&self, world: &World, actor: &Actor) -> Outcome {
        if self.is_socket {
            return self.knocked(world, actor).await;
        }
        let mut request = actor.request(world, self.method.clone(), &self.path);
        if let Some(body) = &self.body {
            request = request.json(body);
        }
        let answer = answer(request).await;
        let said: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        let detail = said.get("detail").or(said.get("error")).unwrap_or(&said);
        let is_error = answer.status >= 400;
        Outcome {
            word: answer.status.to_string(),
            body: if is_error {
                without_numbers(&detail.to_string())
            } else {
                String::new()
            },
        }
    }

    /// Opens a socket, says the frame if there is one, and then something wrong, to hear what came before.
    async fn knocked(&self, world: &World, actor: &Actor) -> Outcome {
        let token = actor.token();
        let query = if token.is_empty() {
            String::new()
        } else {
            format!("?token={token}")
        };
        let path = format!("{}{query}", self.path);
        let headers: Vec<(&str, &str)> = actor.visitor_header().into_iter().collect();
        let word = match Socket::open(world.server.address, &path, &headers).await {
            Err(answer) => answer.status.to_string(),
            Ok(mut socket) => self.heard(&mut socket).await,
        };
        Outcome {
            word,
            body: String::new(),
        }
    }

    async fn heard(&self, socket: &mut Socket) -> String {
        if let Some(frame) = &self.frame {
            socket.try_say(frame).await;
        }
        let last = self.last_frame();
        socket.try_say(&last).await;
        loop {
            match socket.hear().await {
                Heard::Closed(code, _) => return code.to_string(),
                Heard::Lost(why) => return format!("lost: {why}"),
                Heard::Frame(frame) if frame == last => return "open".to_owned(),
                Heard::Frame(frame) if frame["type"] == "error" => {
                    let is_last = frame["code"] == "not_an_object" || frame["client_id"] == LAST;
                    return if is_last { "open" } else { "refused" }.to_owned();
                }
                Heard::Frame(_) => {}
            }
        }
    }

    /// Something wrong, whose error comes behind whatever the frame before is answered with: the server takes one
    /// command of a socket at a time here, and what is stored, in one line.
    fn last_frame(&self) -> Value {
        let is_stored = |frame: &&Value| frame.get("latitude").is_none();
        match self.frame.as_ref().filter(is_stored) {
            Some(frame) => {
                let mut last = json!({"type": "chat_message", "message": "", "client_id": LAST});
                if let Some(room) = frame.get("room_id") {
                    last["room_id"] = room.clone();
                }
                last
            }
            // No contract knows a list; the socket that only echoes says it back.
            None => json!([]),
        }
    }
}

/// A sentence without the numbers that were asked for: they differ, and the asker knows them.
fn without_numbers(text: &str) -> String {
    text.chars().filter(|char| !char.is_ascii_digit()).collect()
}
