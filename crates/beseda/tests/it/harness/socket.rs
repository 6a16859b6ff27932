//! A client's side of a socket: frames as JSON, raw bytes where a story needs to misbehave.

use super::actor::Answer;
use super::{ids, in_time};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};

/// A client's side of a socket.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// The messages that the room's history began with.
    pub history: Vec<Value>,
}

/// What a socket heard.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A frame.
    Frame(Value),
    /// The server closed, with this code and reason; 1005 where it gave no code.
    Closed(u16, String),
    /// The link is gone without a word.
    Lost(String),
}

impl Socket {
    /// Connects; an answer other than 101 is given back.
    pub async fn open(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<Self, Box<Answer>> {
        let stream = in_time("a connection", TcpStream::connect(address))
            .await
            .expect("the server listens");
        Self::over(stream, address, path, headers).await
    }

    /// Connects with a small window, so that a reader who stops reading soon holds the server up.
    pub async fn open_narrow(address: SocketAddr, path: &str) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a small window");
        let stream = in_time("a connection", socket.connect(address))
            .await
            .expect("the server listens");
        Self::over(stream, address, path, &[])
            .await
            .unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"))
    }

    async fn over(
        stream: TcpStream,
        address: SocketAddr,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, Box<Answer>> {
        let mut request = format!("ws://{address}{}", ids::path(path))
            .into_client_request()
            .expect("an address");
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
            request
                .headers_mut()
                .append(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        stream.set_nodelay(true).expect("no delay");
        match in_time("the upgrade", tokio_tungstenite::client_async(request, stream)).await {
            Ok((stream, _)) => Ok(Self {
                stream,
                history: Vec::new(),
            }),
            Err(Error::Http(response)) => {
                let (parts, body) = response.into_parts();
                let text = String::from_utf8_lossy(&body.unwrap_or_default()).into_owned();
                Err(Box::new(Answer {
                    status: parts.status.as_u16(),
                    headers: parts.headers,
                    text,
                }))
            }
            Err(error) => panic!("the upgrade failed: {error}"),
        }
    }

    /// The next thing heard; pings are answered on the way.
    pub async fn hear(&mut self) -> Heard {
        in_time("a frame", self.hear_patiently()).await
    }

    /// The next thing heard, however long it takes.
    pub async fn hear_patiently(&mut self) -> Heard {
        loop {
            return match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text);
                    let frame = frame.unwrap_or_else(|error| panic!("no JSON was heard ({error}): {text}"));
                    Heard::Frame(ids::heard(frame, false))
                }
                Some(Ok(Message::Close(None))) => Heard::Closed(1005, String::new()),
                Some(Ok(Message::Close(Some(close)))) => Heard::Closed(close.code.into(), close.reason.to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(other)) => panic!("heard what no contract says: {other:?}"),
                Some(Err(error)) => Heard::Lost(error.to_string()),
                None => Heard::Lost("the stream has ended".to_owned()),
            };
        }
    }

    /// The next frame, which must come.
    pub async fn frame(&mut self) -> Value {
        match self.hear().await {
            Heard::Frame(frame) => frame,
            other => panic!("a frame should have come: {other:?}"),
        }
    }

    /// The frames up to the first one for which `last` is true, and that one.
    pub async fn frames_until(&mut self, last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = self.frame().await;
            let end = last(&frame);
            frames.push(frame);
            if end {
                return frames;
            }
        }
    }

    /// The texts of the messages heard up to and with `text`. Any other kind of frame is a failure.
    pub async fn texts_until(&mut self, text: &str) -> Vec<String> {
        let frames = self.frames_until(|frame| frame["message"]["message"] == text).await;
        let text_of = |frame: &Value| {
            assert_eq!(frame["type"], "chat_message", "{frame}");
            frame["message"]["message"]
                .as_str()
                .expect("a message has a text")
                .to_owned()
        };
        frames.iter().map(text_of).collect()
    }

    /// The code and reason that the server closes with; a frame before that is a failure.
    pub async fn closed(&mut self) -> (u16, String) {
        match self.hear().await {
            Heard::Closed(code, reason) => (code, reason),
            other => panic!("the socket should have been closed: {other:?}"),
        }
    }

    /// The code that the server closes with, whatever it says before.
    pub async fn closed_at_last(&mut self) -> (u16, String) {
        loop {
            match self.hear().await {
                Heard::Frame(_) => {}
                Heard::Closed(code, reason) => return (code, reason),
                Heard::Lost(why) => panic!("the socket was lost instead of closed: {why}"),
            }
        }
    }

    /// Sends a frame.
    pub async fn say(&mut self, frame: &Value) {
        self.say_text(&frame.to_string()).await;
    }

    /// Sends a text frame, JSON or not.
    pub async fn say_text(&mut self, text: &str) {
        in_time("the frame leaves", self.stream.send(Message::text(text)))
            .await
            .expect("the socket is open");
    }

    /// Sends a frame to a server that may be gone; whether it left.
    pub async fn try_say(&mut self, frame: &Value) -> bool {
        in_time("the frame leaves", self.stream.send(Message::text(frame.to_string())))
            .await
            .is_ok()
    }

    /// Sends a message and waits until it comes back.
    pub async fn say_and_hear(&mut self, text: &str) -> Vec<Value> {
        self.say(&serde_json::json!({"type": "chat_message", "message": text}))
            .await;
        self.frames_until(|frame| frame["message"]["message"] == text).await
    }

    /// Writes bytes past the library, whatever they are.
    pub async fn write_raw(&mut self, bytes: &[u8]) {
        // The server may have closed already because of the first half of them.
        let _ = in_time("the bytes leave", self.stream.get_mut().write_all(bytes)).await;
    }

    /// Everything that is still to be read, past the library, which would answer a peer that has gone.
    pub async fn read_raw(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = in_time("the end", self.stream.get_mut().read_to_end(&mut bytes)).await;
        bytes
    }

    /// Closes in an orderly way.
    pub async fn leave(mut self) {
        let _ = in_time("the close leaves", self.stream.close(None)).await;
    }
}
