//! A socket of a server, as its users open one.

use super::way::{self, Broken, Cause, Step, Stream};
use super::{Caller, PATIENCE, late};
use crate::report::{Said, said};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::HeaderMap;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Why nothing more is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The code that the socket was closed with, where it was.
    pub code: Option<u16>,
    /// What is known of it.
    pub why: Said,
}

/// An open socket.
pub struct Socket(WebSocketStream<Box<dyn Stream>>);

impl Ended {
    fn of(why: Said) -> Self {
        Self { code: None, why }
    }

    fn by(error: &Error) -> Self {
        Self::of(Said::verbatim(error.to_string()))
    }
}

impl Socket {
    /// Opens a socket at a path of a server.
    ///
    /// # Errors
    /// The step of the way that fails, with the status by which the socket was refused.
    pub async fn open(caller: &Caller, path: &str) -> Result<Self, Broken> {
        let stream = way::go(caller.base()).await?;
        let address = caller.address(path).replacen("http", "ws", 1);
        let mut request = address.into_client_request().map_err(|error| at_upgrade(&error))?;
        // As a page of the same site: who is let in by an `Origin` alone is not what is tried here.
        if let Ok(origin) = caller.base().origin().ascii_serialization().parse() {
            request.headers_mut().insert("origin", origin);
        }
        match timeout(PATIENCE, client_async(request, stream)).await {
            Ok(Ok((socket, _))) => Ok(Self(socket)),
            Ok(Err(Error::Http(answer))) => Err(refused(answer.status().as_u16(), answer.headers())),
            Ok(Err(error)) => Err(at_upgrade(&error)),
            Err(_) => Err(Broken {
                cause: Cause::HungUp,
                ..Broken::at(Step::Upgrade, late())
            }),
        }
    }

    /// Says a frame.
    ///
    /// # Errors
    /// The socket is gone.
    pub async fn say(&mut self, frame: &Value) -> Result<(), Ended> {
        let frame = Message::text(frame.to_string());
        self.0.send(frame).await.map_err(|error| Ended::by(&error))
    }

    /// The next frame of one of these types.
    ///
    /// # Errors
    /// The close code and its reason, or that nothing came.
    pub async fn hear(&mut self, types: &[&str]) -> Result<Value, Ended> {
        self.hear_one(types, |_| true).await
    }

    /// The next frame of one of these types, or of any where there are none, that is the one which is waited for. What else
    /// comes is passed over, and gives no more time.
    ///
    /// # Errors
    /// As [`Self::hear`].
    pub async fn hear_one(&mut self, types: &[&str], is_it: impl Fn(&Value) -> bool) -> Result<Value, Ended> {
        let wanted = async {
            while let Some(heard) = self.0.next().await {
                match heard.map_err(|error| Ended::by(&error))? {
                    Message::Text(text) => {
                        let frame: Value = serde_json::from_str(&text).unwrap_or_default();
                        let is_one = |kind: &&str| frame.get("type").is_some_and(|said| said == kind);
                        if (types.is_empty() || types.iter().any(is_one)) && is_it(&frame) {
                            return Ok(frame);
                        }
                    }
                    Message::Close(Some(close)) => {
                        let (code, reason) = (u16::from(close.code), close.reason);
                        return Err(Ended {
                            code: Some(code),
                            why: said(
                                format!("closed with {code} {reason}"),
                                format!("закрыт с кодом {code} {reason}"),
                            ),
                        });
                    }
                    Message::Close(None) => break,
                    _ => {}
                }
            }
            Err(Ended::of(said("closed", "закрыт")))
        };
        let seconds = PATIENCE.as_secs();
        let nothing = || {
            Ended::of(said(
                format!("nothing came in {seconds} s"),
                format!("ничего не пришло за {seconds} с"),
            ))
        };
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
        let goodbye = CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        };
        let _ = timeout(PATIENCE, self.0.close(Some(goodbye))).await;
    }
}

fn at_upgrade(error: &Error) -> Broken {
    let cause = match error {
        Error::Protocol(ProtocolError::HandshakeIncomplete) | Error::Io(_) => Cause::HungUp,
        _ => Cause::Unknown,
    };
    Broken {
        cause,
        ..Broken::at(Step::Upgrade, Said::verbatim(error.to_string()))
    }
}

/// Who refused a socket, and how. What Beseda refuses it says in JSON, and what is before it in a page.
fn refused(status: u16, headers: &HeaderMap) -> Broken {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let moved = text("location");
    let cause = if (300..400).contains(&status) && !moved.is_empty() {
        // What stands behind a `?` may be a token.
        Cause::Moved(moved.split('?').next().unwrap_or_default().to_owned())
    } else {
        Cause::Status {
            status,
            is_ours: text("content-type").contains("json"),
        }
    };
    Broken {
        cause,
        ..Broken::at(
            Step::Upgrade,
            said(
                format!("answered {status} instead of 101"),
                format!("в ответ {status} вместо 101"),
            ),
        )
    }
}
