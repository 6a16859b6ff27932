//! Push services, which are asked over HTTP (RFC 8030). Their addresses come from browsers: see `guard.rs`.

use super::guard::{Outside, is_public};
use crate::fetch::reason;
use anyhow::Context;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response, StatusCode, Url};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a push service may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What is handed over.
pub struct Sent {
    /// What the browser is told, encrypted for it.
    pub body: Vec<u8>,
    /// Who hands it over.
    pub authorization: String,
    /// How long it is kept for a browser that is not there.
    pub ttl_seconds: i64,
    /// What it is about: of several of one topic the last is kept.
    pub topic: Option<String>,
}

/// What a push service says.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has it.
    Taken,
    /// It knows no such browser any more.
    Gone,
    /// It does not take it, and would not later either.
    Refused(String),
}

/// Asks push services.
pub struct Services {
    /// What lies in no private network.
    outside: Client,
    /// What the settings name.
    near: Client,
}

impl Services {
    /// Trusts the authorities that this system trusts. No proxy is asked: it would look up names by itself.
    ///
    /// # Errors
    /// The system trusts none.
    pub fn new() -> anyhow::Result<Self> {
        // It fails where it has been installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let made = |client: ClientBuilder| {
            client
                .timeout(TIMEOUT)
                .redirect(Policy::none())
                .no_proxy()
                .user_agent("beseda")
                .build()
                .context(
                    "cannot ask push services: are the certificates of the authorities installed (ca-certificates)?",
                )
        };
        Ok(Self {
            outside: made(Client::builder().dns_resolver(Arc::new(Outside)).https_only(true))?,
            near: made(Client::builder())?,
        })
    }

    /// Hands something over for the browser with this address.
    ///
    /// # Errors
    /// Why it was not taken, where it may be later. The address is not told: whoever knows it can use it.
    pub async fn post(&self, endpoint: &str, is_near: bool, sent: Sent) -> Result<Answer, String> {
        let Ok(url) = Url::parse(endpoint) else {
            return Ok(Answer::Refused("the browser's address is none".to_owned()));
        };
        if !is_near && !may_be_outside(&url) {
            return Ok(Answer::Refused(
                "its push service lies in a private network, or is not asked by HTTPS".to_owned(),
            ));
        }
        let Ok(mut authorization) = HeaderValue::try_from(sent.authorization) else {
            return Ok(Answer::Refused(
                "what the settings say of who answers is no header".to_owned(),
            ));
        };
        authorization.set_sensitive(true);
        let client = if is_near { &self.near } else { &self.outside };
        let mut request = client
            .post(url)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("ttl", sent.ttl_seconds)
            .header("urgency", "high");
        if let Some(topic) = sent.topic {
            request = request.header("topic", topic);
        }
        let answer = request.body(sent.body).send().await.map_err(reason)?;
        answered(&answer)
    }
}

/// What an answer says: its body is not looked at.
fn answered(answer: &Response) -> Result<Answer, String> {
    let status = answer.status();
    match status {
        _ if status.is_success() => Ok(Answer::Taken),
        StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Answer::Gone),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Err(format!("the push service answered {status}"))
        }
        _ if status.is_server_error() => Err(format!("the push service answered {status}")),
        _ => Ok(Answer::Refused(format!("the push service answered {status}"))),
    }
}

/// Whether an address may lie outside: one of HTTPS, with a name or with a number of the public network. What a name leads to is
/// looked at when it is looked up.
fn may_be_outside(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let number: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    url.scheme() == "https" && !host.is_empty() && number.is_none_or(is_public)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_private_networks_are_not_asked_however_they_are_written() {
        let may = |url: &str| may_be_outside(&Url::parse(url).unwrap());
        for url in [
            "https://fcm.googleapis.com/x",
            "https://192.0.1.1/x",
            "https://[2a00::1]/x",
        ] {
            assert!(may(url), "{url}");
        }
        for url in [
            "http://push.example/x",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://10.1.2.3:8443/x",
            "https://[::1]/x",
            "https://[::ffff:10.0.0.1]/x",
            "https://[fd00::1]/x",
        ] {
            assert!(!may(url), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_asked() {
        let sent = Sent {
            body: Vec::new(),
            authorization: "vapid".to_owned(),
            ttl_seconds: 0,
            topic: None,
        };
        let services = Services::new().unwrap();
        let refused = services
            .post("https://localhost:1/канарейка", false, sent)
            .await
            .unwrap_err();
        assert!(refused.contains("private network"), "{refused}");
        assert!(!refused.contains("канарейка"), "{refused}");
    }
}
