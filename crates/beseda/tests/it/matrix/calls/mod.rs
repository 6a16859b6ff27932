//! How each route is called, about which object, and what comes of it.

mod any_room;
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
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// The client id of the frame that is said last.
const LAST: &str = "last";

/// A call that somebody makes.
pub struct Call {
    method: Method,
    /// The path, with a query if it takes one.
    pub path: String,
    body: Option<Value>,
    /// Whether a file is brought.
    has_file: bool,
    /// Whether the answer has no end, and is not waited for.
    is_stream: bool,
    /// Whether the body is one of lines, without any.
    of_lines: bool,
    /// A frame to say on a socket, once it is open.
    frame: Option<Value>,
    is_socket: bool,
    /// Whether the socket is the one for all rooms.
    is_native: bool,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// A status; for sockets `open`, a close code, or `refused` for a frame.
    pub word: String,
    /// What an error says, without the numbers that were asked for.
    pub body: String,
}

impl Outcome {
    /// One of which only the word is looked at.
    fn of(word: &str) -> Self {
        Self {
            word: word.to_owned(),
            body: String::new(),
        }
    }
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
            has_file: false,
            is_stream: false,
            of_lines: false,
            frame: None,
            is_socket,
            is_native: false,
        }
    }

    /// The same with a body.
    fn with(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// The same with a file.
    fn with_file(self) -> Self {
        Self { has_file: true, ..self }
    }

    /// The same with an answer that has no end.
    fn streaming(self) -> Self {
        Self {
            is_stream: true,
            ..self
        }
    }

    /// The same on the socket for all rooms, where this is said.
    fn on_native(self, frame: Option<Value>) -> Self {
        Self {
            frame,
            is_native: true,
            ..self
        }
    }

    /// The same with a body of lines, which has none.
    fn with_lines(self) -> Self {
        Self { of_lines: true, ..self }
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
        if self.has_file {
            let part = Part::bytes(b"a file".as_slice()).file_name("note.txt");
            request = request.multipart(Form::new().part("file", part));
        }
        if self.of_lines {
            request = request.header("Content-Type", "application/x-ndjson").body("\n");
        }
        if self.is_stream {
            let begun = request.send().await.expect("an answer");
            return Outcome::of(begun.status().as_str());
        }
        let answer = answer(request).await;
        let is_error = answer.status >= 400;
        Outcome {
            word: answer.status.to_string(),
            body: if is_error {
                without_numbers(&answer.text)
            } else {
                String::new()
            },
        }
    }

    /// Opens a socket, says the frame if there is one, and then something wrong, to hear what came before.
    async fn knocked(&self, world: &World, actor: &Actor) -> Outcome {
        let token = actor.token();
        // A key stands in a header: no socket takes it from an address.
        let bearer = format!("Bearer {token}");
        let mut headers: Vec<(&str, &str)> = actor.header().into_iter().collect();
        let mut query = String::new();
        if token.starts_with("bsk_") && self.is_native {
            headers.push(("Authorization", &bearer));
        } else if !token.is_empty() {
            query = format!("?token={token}");
        }
        let path = format!("{}{query}", self.path);
        match Socket::open(world.server.address, &path, &headers).await {
            Err(answer) => Outcome::of(&answer.status.to_string()),
            Ok(mut socket) if self.is_native => self.heard_of_all(&mut socket).await,
            Ok(mut socket) => Outcome::of(&self.heard(&mut socket).await),
        }
    }

    /// Says hello on the socket for all rooms, and the frame if there is one: what that is answered with.
    async fn heard_of_all(&self, socket: &mut Socket) -> Outcome {
        socket.try_say(&json!({"type": "hello"})).await;
        if let Some(frame) = &self.frame {
            let mut frame = frame.clone();
            frame["ref"] = LAST.into();
            socket.try_say(&frame).await;
        }
        loop {
            match socket.hear().await {
                Heard::Closed(code, _) => return Outcome::of(&code.to_string()),
                Heard::Lost(why) => return Outcome::of(&format!("lost: {why}")),
                Heard::Frame(frame) if frame["type"] == "welcome" && self.frame.is_none() => {
                    return Outcome::of("open");
                }
                Heard::Frame(frame) if frame["ref"] == LAST => {
                    return match frame["code"].as_str() {
                        None => Outcome::of("ok"),
                        Some(code) => Outcome {
                            word: code.to_owned(),
                            body: without_numbers(&frame.to_string()),
                        },
                    };
                }
                Heard::Frame(_) => {}
            }
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
