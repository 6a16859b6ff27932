//! Sockets of a walk: each message that one hears is asked for at once, by its own contract.

use super::known::{Got, Heard, Known, Scope};
use crate::harness::{Actor, Heard as Incoming, Socket, ids};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

/// By which calls a listener asks for what they heard.
#[derive(Clone)]
pub enum Asks {
    /// Of contracts 4 and 1, about the room of this order.
    Order(i64),
    /// Of contract 3, by a second socket.
    Spa,
    /// Of contract 5, as the visitor of this room.
    Visitor(String),
    /// Of contract 5, as staff.
    Staff,
    /// Of the native API, on whose socket they open this room.
    Native(String),
}

/// Somebody who listens.
#[derive(Clone)]
pub struct Ear {
    /// Their name.
    pub who: String,
    /// As whom they call.
    pub caller: Actor,
    /// What they listen to.
    pub scope: Scope,
    /// The socket's path, without a token.
    pub path: String,
    /// How they ask for what they heard.
    pub asks: Asks,
}

/// What an ear made of what it heard.
#[derive(Default)]
pub struct Findings {
    /// How many messages were asked for.
    pub judged: usize,
    /// What was not right.
    pub wrong: Vec<String>,
}

/// An open socket of a walk.
pub struct Open {
    /// Who listens, and to what.
    pub ear: Ear,
    /// What is said on it; without a sender it ends.
    pub say: Sender<Value>,
    /// Its life.
    pub task: JoinHandle<Findings>,
}

impl Ear {
    fn address(&self) -> String {
        match &self.asks {
            Asks::Visitor(_) => self.path.clone(),
            _ => format!("{}?token={}", self.path, self.caller.token),
        }
    }

    /// Opens the socket.
    pub async fn open(self, known: Arc<Mutex<Known>>) -> Open {
        let socket = Socket::open(self.caller.address, &self.address(), &[]).await;
        let socket = socket.unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"));
        let (say, said) = channel(1);
        let task = tokio::spawn(self.clone().listen(socket, said, known));
        Open { ear: self, say, task }
    }

    async fn listen(self, mut socket: Socket, mut said: Receiver<Value>, known: Arc<Mutex<Known>>) -> Findings {
        let mut findings = Findings::default();
        let mut is_ending = false;
        if let Asks::Native(room) = &self.asks {
            socket.try_say(&json!({"type": "hello"})).await;
            socket.try_say(&json!({"type": "open", "room": room})).await;
        }
        loop {
            tokio::select! {
                frame = said.recv(), if !is_ending => {
                    // No contract knows a list: the error for it is the last thing heard.
                    is_ending = frame.is_none();
                    socket.try_say(&frame.unwrap_or_else(|| json!([]))).await;
                }
                heard = socket.hear_patiently() => match heard {
                    Incoming::Frame(frame) if frame["code"] == "not_an_object" => return findings,
                    Incoming::Frame(frame) => self.judge(&frame, &known, &mut findings).await,
                    Incoming::Closed(..) | Incoming::Lost(_) => return findings,
                },
            }
        }
    }

    async fn judge(&self, frame: &Value, known: &Mutex<Known>, findings: &mut Findings) {
        if frame["type"] == "message_deleted" {
            let id = frame["id"].as_i64().expect("a number");
            let judged = known.lock().judge_erased(&self.who, &self.scope, id);
            findings.wrong.extend(judged.err());
        }
        for message in messages_of(frame) {
            let at = known.lock().step;
            let id = message["id"].as_i64().or(message["seq"].as_i64()).expect("a number");
            let room = frame["room_id"]
                .as_str()
                .or(frame["room"]["id"].as_str())
                .or(message["room"].as_str())
                .unwrap_or_default();
            let heard = Heard {
                who: &self.who,
                scope: &self.scope,
                id,
                text: message["message"]
                    .as_str()
                    .or(message["text"].as_str())
                    .expect("a text"),
                is_live: frame["type"] != "message_history",
                at,
            };
            known.lock().is_heard(&heard);
            for got in self.ask(id, room).await {
                findings.judged += 1;
                let judged = known.lock().judge(heard, &got);
                findings.wrong.extend(judged.err());
            }
        }
    }

    /// The message with this number, by every call that the listener has for it.
    async fn ask(&self, id: i64, room: &str) -> Vec<Got> {
        let after = id - 1;
        let of_list = |list: &Value| {
            let first = shown(&list[0]);
            first.filter(|(got, _)| *got == id).ok_or_else(|| list.to_string())
        };
        match &self.asks {
            Asks::Order(order) => {
                let one = self.get(&format!("/api/chat/messages/{id}/")).await;
                let desk = format!("/api/chat/order/{order}/messages/?after={after}&limit=1");
                let of_desk = self.get(&desk).await;
                vec![
                    shown(&one).ok_or_else(|| one.to_string()),
                    of_list(of_desk.get("messages").unwrap_or(&of_desk)),
                ]
            }
            Asks::Visitor(room) => {
                let path = format!("/api/public/chat-rooms/{room}/get_messages/?after={after}");
                vec![of_list(&self.get(&path).await)]
            }
            Asks::Staff => {
                let path = format!("/api/admin/chat-rooms/{room}/get_messages/?after={after}");
                vec![of_list(&self.get(&path).await)]
            }
            Asks::Native(_) => {
                let got = self.one(room, id).await;
                let found = match &got {
                    Ok((_, text)) => Some(self.search(room, id, text).await),
                    Err(_) => None,
                };
                [got].into_iter().chain(found).collect()
            }
            Asks::Spa => {
                let address = format!("{}&after={after}", self.address());
                let socket = Socket::open(self.caller.address, &address, &[]).await;
                let mut socket = socket.unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"));
                vec![match socket.hear().await {
                    Incoming::Frame(frame) => shown(&frame).ok_or_else(|| frame.to_string()),
                    ended => Err(format!("{ended:?}")),
                }]
            }
        }
    }

    /// One message of a room, by the native API.
    async fn one(&self, room: &str, id: i64) -> Got {
        let path = format!("/api/v1/rooms/{}/messages/{id}/", ids::encoded(&ids::key(room)));
        let message = self.get(&path).await;
        shown(&message).ok_or_else(|| message.to_string())
    }

    /// The same as it is found by its text; as it is now, where it says something else by then.
    async fn search(&self, room: &str, id: i64, text: &str) -> Got {
        let typed = ids::encoded(&format!("\"{text}\""));
        let path = format!("/api/v1/search/?q={typed}&room={}", ids::encoded(&ids::key(room)));
        let list = self.get(&path).await;
        let mut items = list["items"].as_array().into_iter().flatten();
        let found = items.find_map(|item| shown(&item["message"]).filter(|(found, _)| *found == id));
        match found {
            Some(found) => Ok(found),
            None => match self.one(room, id).await {
                Ok((_, now)) if now == text => Err(format!("no {id} in {list}")),
                now => now,
            },
        }
    }

    /// What is answered; a refusal as its text.
    async fn get(&self, path: &str) -> Value {
        let answer = self.caller.get(path).await;
        match answer.status {
            200 => answer.json(),
            status => format!("{status} {}", answer.text).into(),
        }
    }
}

/// The messages that a frame carries.
fn messages_of(frame: &Value) -> Vec<&Value> {
    match (frame["type"].as_str(), &frame["message"]) {
        (Some("message_history"), _) => frame["messages"].as_array().into_iter().flatten().collect(),
        // Contract 3 shows a message as the frame itself.
        (Some("chat_message"), Value::String(_)) => vec![frame],
        (Some("chat_message" | "message_updated"), message) => vec![message],
        (Some("here"), _) => rooms(frame).map(|room| &room["last_message"]).filter(is_said).collect(),
        (Some("moved"), _) => [&frame["last_message"]].into_iter().filter(is_said).collect(),
        (Some("added" | "case"), _) => [&frame["about"]["last_message"]].into_iter().filter(is_said).collect(),
        (Some("changes"), _) => {
            let messages = frame["messages"].as_array().into_iter().flatten();
            messages
                .chain([&frame["about"]["last_message"]])
                .filter(is_said)
                .collect()
        }
        (Some("new_room"), _) if !frame["room"]["last_message"].is_null() => vec![&frame["room"]["last_message"]],
        _ => Vec::new(),
    }
}

fn rooms(frame: &Value) -> impl Iterator<Item = &Value> {
    frame["rooms"].as_array().into_iter().flatten()
}

/// Whether a message of the native API says something: there is one, and it is not erased.
fn is_said(message: &&Value) -> bool {
    !message.is_null() && message["erased_at"].is_null()
}

/// A message's number and text, where there is one that is not erased.
fn shown(message: &Value) -> Option<(i64, String)> {
    if message["seq"].is_i64() && message["text"].is_string() {
        let text = message["text"].as_str().filter(|_| is_said(&message))?;
        return Some((message["seq"].as_i64()?, text.to_owned()));
    }
    Some((message["id"].as_i64()?, message["message"].as_str()?.to_owned()))
}
