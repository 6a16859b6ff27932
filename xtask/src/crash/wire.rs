//! What goes over the wire: a socket of the order rooms contract, and its calls.

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::list::Line;

/// Rows of a page; the most that the server gives.
const PAGE: usize = 200;

/// A frame of the server. Which fields there are follows from the type.
#[derive(Debug, Deserialize)]
pub struct Frame {
    pub r#type: String,
    pub message: Option<Said>,
    pub messages: Option<Vec<Said>>,
    pub client_id: Option<String>,
    pub id: Option<i64>,
    pub code: Option<String>,
    pub detail: Option<String>,
}

/// A message, as far as it matters here.
#[derive(Debug, Deserialize)]
pub struct Said {
    pub id: i64,
    pub room: i64,
    pub message: String,
}

impl From<Said> for Line {
    fn from(said: Said) -> Self {
        Self {
            id: said.id,
            text: said.message,
        }
    }
}

/// What a socket heard.
pub enum Heard {
    Frame(Box<Frame>),
    /// The server closed, with this code and reason.
    Closed(u16, String),
    /// The link is gone without a word.
    Lost,
}

/// A socket in a room.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

impl Socket {
    pub async fn open(address: SocketAddr, room: i64, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = format!("ws://{address}/ws/chat/{room}/?token={token}");
        let (stream, _) = tokio_tungstenite::client_async(request, stream).await?;
        Ok(Self { stream })
    }

    /// The next frame, or the end. Safe to drop while it waits.
    pub async fn next(&mut self) -> Result<Heard> {
        loop {
            return match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text).with_context(|| format!("a frame that is strange: {text}"));
                    Ok(Heard::Frame(Box::new(frame?)))
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(Some(close)))) => Ok(Heard::Closed(close.code.into(), close.reason.to_string())),
                Some(Ok(Message::Close(None))) | Some(Err(_)) | None => Ok(Heard::Lost),
                Some(Ok(other)) => bail!("the server sent what no contract says: {other:?}"),
            };
        }
    }

    /// Sends a frame. A link that is gone is noticed by who reads.
    pub async fn say(&mut self, frame: &Value) {
        let _ = self.stream.send(Message::text(frame.to_string())).await;
    }

    pub async fn send(&mut self, text: &str, client_id: &str) {
        self.say(&json!({"type": "chat_message", "message": text, "client_id": client_id}))
            .await;
    }
}

/// A page of a list.
#[derive(Deserialize)]
struct Envelope {
    previous: Option<String>,
    results: Vec<Said>,
}

/// A number among the fields of an answer.
pub fn number_in(answer: &Value, field: &str) -> Option<i64> {
    answer.get(field).and_then(Value::as_i64)
}

/// An answer over REST; nothing where none came.
pub type Reply = Option<(u16, Value)>;

/// Calls as one person.
#[derive(Clone)]
pub struct Rest {
    pub http: reqwest::Client,
    pub address: SocketAddr,
    pub token: String,
}

impl Rest {
    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> Reply {
        let request = self
            .http
            .request(method, format!("http://{}{path}", self.address))
            .bearer_auth(&self.token);
        let request = if body.is_null() { request } else { request.json(body) };
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        // The status alone promises nothing: an answer counts when it is whole.
        let body = response.bytes().await.ok()?;
        if body.is_empty() {
            return Some((status, Value::Null));
        }
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    pub async fn send(&self, room: i64, text: &str, client_id: &str) -> Reply {
        let body = json!({"room": room, "message": text, "client_id": client_id});
        self.ask(Method::POST, "/api/chat/messages/", &body).await
    }

    /// The room of an order.
    pub async fn open_room(&self, order: i64) -> Result<i64> {
        let body = json!({"order_id": order});
        let reply = self.ask(Method::POST, "/api/chat/rooms/create_for_order/", &body).await;
        let (status, room) = reply.context("no answer to create_for_order")?;
        number_in(&room, "id").with_context(|| format!("create_for_order answered {status}: {room}"))
    }

    pub async fn unread(&self, room: i64) -> Result<i64> {
        let reply = self
            .ask(Method::GET, &format!("/api/chat/rooms/{room}/"), &Value::Null)
            .await;
        let (status, room) = reply.context("no answer about a room")?;
        number_in(&room, "unread_count").with_context(|| format!("a room answered {status}: {room}"))
    }

    /// Every message of a room after message `id`, oldest first; nothing when a page did not come.
    ///
    /// Read from the end, as a client reads: what is sent meanwhile changes no older page, and what an erasure moves
    /// goes to a page that is still to be read.
    pub async fn messages_after(&self, room: i64, id: i64) -> Option<Vec<Line>> {
        let mut pages: Vec<Vec<Line>> = Vec::new();
        let mut path = format!("/api/chat/rooms/{room}/messages/?page=last&page_size={PAGE}");
        loop {
            let (status, envelope) = self.ask(Method::GET, &path, &Value::Null).await?;
            if status != 200 {
                return None;
            }
            let Envelope {
                previous,
                results: rows,
            } = serde_json::from_value(envelope).ok()?;
            let oldest = pages
                .last()
                .and_then(|page| page.first())
                .map_or(i64::MAX, |line| line.id);
            let reached = rows.first().is_none_or(|row| row.id <= id);
            let new = rows.into_iter().filter(|row| row.id > id && row.id < oldest);
            let page: Vec<Line> = new.map(Line::from).collect();
            if !page.is_empty() {
                pages.push(page);
            }
            match previous.as_deref().and_then(|url| url.split_once("/api/")) {
                Some((_, rest)) if !reached => path = format!("/api/{rest}"),
                _ => break,
            }
        }
        Some(pages.into_iter().rev().flatten().collect())
    }
}
