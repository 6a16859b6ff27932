//! A client of a server, as its users are: what the commands speak with that try one from outside.

mod address;
mod socket;
pub mod way;

pub use address::token;
pub use socket::{Ended, Socket};
pub use way::{Broken, Cause, Step};

use crate::fetch;
use crate::report::{Lang, Said, Usage, said};
use address::base;
use anyhow::Context;
use beseda_core::words::HostId;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// How long anything may take. What is well answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read: more than a file of the default limit, and less than what fills a machine.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A client, and the server that it calls.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    /// Without a slash at its end.
    base: Url,
}

/// What was asked, and what came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Vec<u8>,
    /// From the first byte asked to the last one heard.
    pub took: Duration,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Caller {
    /// A client of the server at this address, under a path or not.
    ///
    /// # Errors
    /// [`Usage`] where the address is none of a server; the system trusts no authority.
    pub fn new(address: &str, lang: Lang) -> anyhow::Result<Self> {
        let base = base(address).map_err(|why| Usage::of(&why, lang))?;
        // It fails where it has been installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let no_authority = said(
            "are the certificates of the authorities installed (ca-certificates)?",
            "установлены ли сертификаты центров (ca-certificates)?",
        );
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent("beseda")
            .build()
            .with_context(|| no_authority.text(lang).to_owned())?;
        Ok(Self { client, base })
    }

    /// The address of a path of the server.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// Where the server is.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Calls.
    ///
    /// # Errors
    /// Why there is no answer, down to the first cause. No address stands in it.
    pub async fn call(&self, call: Call) -> Result<Answer, Said> {
        let begun = Instant::now();
        let mut request = self
            .client
            .request(call.method, self.address(&call.path))
            .headers(call.headers);
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let mut answer = request.send().await.map_err(reason)?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(reason)? {
            if body.len() + part.len() > MOST_BYTES {
                return Err(said(
                    format!("its answer has more than {MOST_BYTES} bytes"),
                    format!("в его ответе больше {MOST_BYTES} байт"),
                ));
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer {
            status,
            headers,
            body,
            took: begun.elapsed(),
        })
    }
}

impl Call {
    /// Asks for what stands at a path.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// Says something to a path.
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: HeaderMap::new(),
            body: None,
        }
    }

    /// By a person's token, or by a key.
    #[must_use]
    pub fn by(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a header; what a header cannot hold is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// With JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string().into_bytes())
    }

    /// With a body of some kind.
    #[must_use]
    pub fn body(mut self, kind: &str, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self.header("content-type", kind)
    }
}

impl Answer {
    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// How the body begins, as a text of at most so many bytes.
    #[must_use]
    pub fn text(&self, most_bytes: usize) -> String {
        let begins = self.body.get(..most_bytes).unwrap_or(&self.body);
        String::from_utf8_lossy(begins).trim().to_owned()
    }

    /// A header as a text, or empty.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// An id as one part of a path.
#[must_use]
pub fn in_path(id: &HostId<'_>) -> String {
    let sign = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    id.to_string().bytes().map(sign).collect()
}

/// Why a request failed.
fn reason(error: reqwest::Error) -> Said {
    if error.is_timeout() {
        return late();
    }
    Said::verbatim(fetch::reason(error))
}

/// That nothing came in time.
fn late() -> Said {
    let seconds = PATIENCE.as_secs();
    said(
        format!("no answer in {seconds} s"),
        format!("нет ответа за {seconds} с"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_answer_so_many_bytes_are_shown_and_not_one_more() {
        let answer = Answer {
            status: 200,
            headers: HeaderMap::new(),
            body: b" ready\n".to_vec(),
            took: Duration::ZERO,
        };
        assert_eq!(
            [5, 6, 7, 8].map(|most| answer.text(most)),
            ["read", "ready", "ready", "ready"]
        );
    }

    #[test]
    fn an_id_is_one_part_of_a_path_whatever_is_in_it() {
        let typed = |text: &str| in_path(&HostId::of(text.to_owned()).unwrap());
        assert_eq!(
            [typed("7"), typed("a/b"), typed("auth0|ц")],
            ["7", "a%2Fb", "auth0%7C%D1%86"]
        );
    }
}
