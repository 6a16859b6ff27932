//! Somebody with a token who calls the server.

use super::{PATIENCE, Socket, ids, in_time};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Somebody who calls the server.
#[derive(Clone)]
pub struct Actor {
    /// The person's number.
    pub id: i64,
    /// Their access token; empty for somebody without one.
    pub token: String,
    /// Where the server listens.
    pub address: SocketAddr,
    http: Client,
}

/// An answer of the server.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body, which must be JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's value, empty where there is none.
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default()
    }
}

impl Actor {
    /// Somebody with a token, which may be empty.
    pub fn new(address: SocketAddr, id: i64, token: &str) -> Self {
        let http = Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build();
        Self {
            id,
            token: token.to_owned(),
            address,
            http: http.expect("a client"),
        }
    }

    /// The same person at the server's new address.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self::new(address, self.id, &self.token)
    }

    /// The same person with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self::new(self.address, self.id, token)
    }

    /// A request as this person.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("http://{}{path}", self.address));
        if self.token.is_empty() {
            request
        } else {
            request.bearer_auth(&self.token)
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, body).await
    }

    /// Any method with a JSON body.
    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> Answer {
        answer(self.request(method, path).json(body)).await
    }

    /// Opens the room of an order, or finds it, and gives its number.
    pub async fn room_of(&self, order: i64) -> i64 {
        let answer = self
            .post("/api/chat/rooms/create_for_order/", &json!({"order_id": order}))
            .await;
        assert!([200, 201].contains(&answer.status), "{answer:?}");
        answer.json()["id"].as_i64().expect("a room has a number")
    }

    /// Sends a message by REST and gives it as the server shows it.
    pub async fn send(&self, room: i64, text: &str) -> Value {
        let answer = self
            .post("/api/chat/messages/", &json!({"room": room, "message": text}))
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// Opens a socket in a room; the history has been heard.
    pub async fn listen(&self, room: i64) -> Socket {
        let mut socket = self.knock(room).await;
        let first = socket.frame().await;
        assert_eq!(first["type"], "message_history", "{first}");
        socket.history = first["messages"].as_array().expect("a list").clone();
        socket
    }

    /// Opens a socket in a room and has heard nothing yet.
    pub async fn knock(&self, room: impl std::fmt::Display) -> Socket {
        let path = format!("/ws/chat/{room}/?token={}", self.token);
        Socket::open(self.address, &path, &[])
            .await
            .unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"))
    }

    /// Every message of a room, oldest first, page by page.
    pub async fn all_messages(&self, room: i64) -> Vec<Value> {
        let mut messages = Vec::new();
        for page in 1.. {
            let path = format!("/api/chat/rooms/{room}/messages/?page={page}&page_size=200");
            let envelope = self.get(&path).await.json();
            messages.extend(
                envelope["results"]
                    .as_array()
                    .unwrap_or_else(|| panic!("no page: {envelope}"))
                    .clone(),
            );
            if envelope["next"].is_null() {
                break;
            }
        }
        messages
    }
}

/// Sends a request and reads the whole answer.
pub async fn answer(request: RequestBuilder) -> Answer {
    let (http, request) = request.build_split();
    let request = ids::request(request.expect("a request"));
    let response = in_time("an answer", http.execute(request))
        .await
        .unwrap_or_else(|error| panic!("no answer: {error:?}"));
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let is_native = response.url().path().starts_with("/api/v1/");
    let text = in_time("a body", response.text()).await.expect("a body");
    let text = ids::answer(text, status, is_native);
    Answer { status, headers, text }
}
