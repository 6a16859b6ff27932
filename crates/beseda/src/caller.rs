//! A client of a server, as its users are: what the commands speak with that try one from outside.

use anyhow::Context;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use std::error::Error;
use std::time::Duration;
use tokio::time::Instant;

/// How long anything may take. What is well answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

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
    /// From the first byte asked to the last one heard.
    pub took: Duration,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
}

impl Caller {
    /// A client of the server at this address, under a path or not.
    ///
    /// # Errors
    /// The address is none of a server, or the system trusts no authority.
    pub fn new(address: &str) -> anyhow::Result<Self> {
        let mut base = Url::parse(address).with_context(|| format!("{address} is no address"))?;
        anyhow::ensure!(
            matches!(base.scheme(), "http" | "https") && base.has_host(),
            "{address} is no address of a server: write it like https://chat.shop.example"
        );
        base.set_query(None);
        base.set_fragment(None);
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        // It fails where it has been installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent("beseda")
            .build()
            .context("are the certificates of the authorities installed (ca-certificates)?")?;
        Ok(Self { client, base })
    }

    /// The address of a path of the server.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// Calls.
    ///
    /// # Errors
    /// Why there is no answer, down to the first cause. No address stands in it.
    pub async fn call(&self, call: Call) -> Result<Answer, String> {
        let begun = Instant::now();
        let request = self
            .client
            .request(call.method, self.address(&call.path))
            .headers(call.headers);
        let mut answer = request.send().await.map_err(reason)?;
        let status = answer.status().as_u16();
        while answer.chunk().await.map_err(reason)?.is_some() {}
        Ok(Answer {
            status,
            took: begun.elapsed(),
        })
    }
}

impl Call {
    /// Asks for what stands at a path.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: HeaderMap::new(),
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
}

/// Why a request failed, down to the first cause. The address is left out: what stands in it may be secret.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
