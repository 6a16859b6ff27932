//! A socket of a server, as its users open one.

use super::way::{self, Broken, Step, Stream};
use super::{Caller, PATIENCE};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Why nothing more is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The code that the socket was closed with, where it was.
    pub code: Option<u16>,
    /// What is known of it.
    pub why: String,
}

/// An open socket.
pub struct Socket(WebSocketStream<Box<dyn Stream>>);

impl Ended {
    fn of(why: impl ToString) -> Self {
        Self {
            code: None,
            why: why.to_string(),
        }
    }
}

impl Socket {
    /// Opens a socket at a path of a server.
    ///
    /// # Errors
    /// The step of the way that fails, with the status by which the socket was refused.
    pub async fn open(caller: &Caller, path: &str) -> Result<Self, Broken> {
        let stream = way::go(caller.base()).await?;
        Self::over(stream, caller, path).await
    }

    /// Opens a socket over a connection that is there.
    ///
    /// # Errors
    /// Why it was not let through.
    pub async fn over(stream: Box<dyn Stream>, caller: &Caller, path: &str) -> Result<Self, Broken> {
        let address = caller.address(path).replacen("http", "ws", 1);
        let mut request = address
            .into_client_request()
            .map_err(|error| Broken::at(Step::Upgrade, error))?;
        // As a page of the same site: who is let in by an `Origin` alone is not what is tried here.
        if let Ok(origin) = caller.base().origin().ascii_serialization().parse() {
            request.headers_mut().insert("origin", origin);
        }
        match timeout(PATIENCE, client_async(request, stream)).await {
            Ok(Ok((socket, _))) => Ok(Self(socket)),
            Ok(Err(Error::Http(answer))) => Err(Broken {
                status: Some(answer.status().as_u16()),
                ..Broken::at(Step::Upgrade, format!("answered {} instead of 101", answer.status()))
            }),
            Ok(Err(error)) => Err(Broken::at(Step::Upgrade, error)),
            Err(_) => Err(Broken::at(
                Step::Upgrade,
                format!("no answer in {} s", PATIENCE.as_secs()),
            )),
        }
    }

    /// Says a frame.
    ///
    /// # Errors
    /// The socket is gone.
    pub async fn say(&mut self, frame: &Value) -> Result<(), Ended> {
        let frame = Message::text(frame.to_string());
        self.0.send(frame).await.map_err(Ended::of)
    }

    /// The next frame that is one of these types, or any where there are none.
    ///
    /// # Errors
    /// The close code and its reason, or that nothing came.
    pub async fn hear(&mut self, types: &[&str]) -> Result<Value, Ended> {
        let wanted = async {
            while let Some(heard) = self.0.next().await {
                match heard.map_err(Ended::of)? {
                    Message::Text(text) => {
                        let frame: Value = serde_json::from_str(&text).unwrap_or_default();
                        let is_one = |kind: &&str| frame.get("type").is_some_and(|said| said == kind);
                        if types.is_empty() || types.iter().any(is_one) {
                            return Ok(frame);
                        }
                    }
                    Message::Close(Some(close)) => {
                        return Err(Ended {
                            code: Some(close.code.into()),
                            why: format!("closed with {} {}", u16::from(close.code), close.reason),
                        });
                    }
                    Message::Close(None) => break,
                    _ => {}
                }
            }
            Err(Ended::of("closed"))
        };
        let nothing = || Ended::of(format!("nothing came in {} s", PATIENCE.as_secs()));
        timeout(PATIENCE, wanted).await.unwrap_or_else(|_| Err(nothing()))
    }

    /// Hears that the other side is alive: what it says to a ping. Everything before it is passed over.
    ///
    /// # Errors
    /// As [`Self::hear`].
    pub async fn ping(&mut self) -> Result<(), Ended> {
        self.say(&json!({"type": "ping"})).await?;
        self.hear(&["pong"]).await.map(drop)
    }

    /// Ends it as a page does that is left.
    pub async fn close(mut self) {
        // Whoever is gone already needs no goodbye.
        let _ = timeout(PATIENCE, self.0.close(None)).await;
    }
}
