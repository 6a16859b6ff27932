//! Asks at addresses of the settings: without detours, for a few seconds, and for not too much.

use anyhow::Context;
#[cfg(feature = "otel")]
use axum::body::Bytes;
use beseda_identity::host_session::{Ask, Asking, Heard};
use beseda_identity::{Fetch, Fetched};
use reqwest::header::{ACCEPT, COOKIE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

/// How long the whole of an answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an answer; sets of keys have some thousands, people some hundreds.
const MOST_BYTES: usize = 256 * 1024;

/// The network, as far as it is asked for what the settings name.
pub struct Web(Client);

impl Web {
    /// Trusts the authorities that this system trusts.
    ///
    /// # Errors
    /// The system trusts none.
    pub fn new() -> anyhow::Result<Self> {
        Self::patient(TIMEOUT)
    }

    fn patient(timeout: Duration) -> anyhow::Result<Self> {
        // It fails where it has been installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(timeout)
            .redirect(Policy::none())
            .user_agent("beseda")
            .build();
        client.map(Self).context(
            "cannot ask other servers over HTTPS: are the certificates of the authorities installed (ca-certificates)?",
        )
    }

    /// Sends a request as it is.
    ///
    /// # Errors
    /// Nobody answered, or with too much.
    #[cfg(feature = "otel")]
    pub async fn post(&self, request: axum::http::Request<Bytes>) -> Result<axum::http::Response<Bytes>, String> {
        let request = reqwest::Request::try_from(request).map_err(reason)?;
        let answer = self.0.execute(request).await.map_err(reason)?;
        let status = answer.status();
        let mut whole = axum::http::Response::new(whole(answer).await?.into());
        *whole.status_mut() = status;
        Ok(whole)
    }

    async fn body(&self, url: &str) -> Result<Vec<u8>, String> {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        if !is_safe(&url) {
            return Err("it is asked over HTTPS alone, or on this machine".to_owned());
        }
        let request = self.0.get(url).header(ACCEPT, "application/json");
        let answer = request.send().await.map_err(reason)?;
        match answer.status() {
            StatusCode::OK => whole(answer).await,
            other => Err(format!("it answered {other}")),
        }
    }

    /// Asks also in the clear: where the host is beside this server, as in a container, nobody is on the way.
    async fn session(&self, url: &str, cookies: &str) -> Result<Heard, String> {
        let cookies = HeaderValue::from_bytes(cookies.as_bytes());
        let mut cookies = cookies.map_err(|_| "the cookies cannot be handed on".to_owned())?;
        cookies.set_sensitive(true);
        let request = self
            .0
            .get(url)
            .header(ACCEPT, "application/json")
            .header(COOKIE, cookies);
        let answer = request.send().await.map_err(reason)?;
        match answer.status() {
            StatusCode::OK => whole(answer).await.map(Heard::Person),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(Heard::Nobody),
            other => Err(format!("it answered {other}")),
        }
    }
}

/// The whole body of an answer, if it is not too big.
async fn whole(mut answer: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(reason)? {
        if body.len() + part.len() > MOST_BYTES {
            return Err(format!("its answer has more than {MOST_BYTES} bytes"));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

impl Fetch for Web {
    fn get<'a>(&'a self, url: &'a str) -> Fetched<'a> {
        Box::pin(self.body(url))
    }
}

impl Ask for Web {
    fn ask<'a>(&'a self, url: &'a str, cookies: &'a str) -> Asking<'a> {
        Box::pin(self.session(url, cookies))
    }
}

/// Whether nobody on the way can change what stands there.
pub fn is_safe(url: &Url) -> bool {
    let is_here = |host: &str| host == "localhost" || address(host).is_some_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => url.has_host(),
        "http" => url.host_str().is_some_and(is_here),
        _ => false,
    }
}

/// Whether what is said there stays where it is said, as far as its name tells: safe, in a private network, or by a name
/// that is known nowhere else, as containers have one.
pub fn is_near(url: &Url) -> bool {
    let is_inside = |host: &str| match address(host) {
        Some(IpAddr::V4(address)) => address.is_private() || address.is_link_local(),
        Some(IpAddr::V6(address)) => address.is_unique_local() || address.is_unicast_link_local(),
        None => !host.contains('.'),
    };
    is_safe(url) || url.host_str().is_some_and(is_inside)
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Why a request failed, down to the first cause. The address is left out: what stands in it may be secret.
pub fn reason(error: reqwest::Error) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A server that says this to everybody, and then hangs up if it says anything at all.
    async fn server(says: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut silent = Vec::new();
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = [0; 4_096];
                let _ = socket.read(&mut request).await;
                if says.is_empty() {
                    silent.push(socket);
                } else {
                    let _ = socket.write_all(&says).await;
                }
            }
        });
        format!("http://{address}/keys")
    }

    fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
            .into_bytes()
    }

    async fn got(says: Vec<u8>) -> Result<Vec<u8>, String> {
        let url = server(says).await;
        Web::new().unwrap().get(&url).await
    }

    #[tokio::test]
    async fn a_body_is_given_whole_and_one_byte_too_many_is_refused() {
        assert_eq!(got(answer("200 OK", "", "{}")).await, Ok(b"{}".to_vec()));
        let most = "x".repeat(MOST_BYTES);
        assert_eq!(got(answer("200 OK", "", &most)).await, Ok(most.clone().into_bytes()));
        let refused = got(answer("200 OK", "", &format!("{most}x"))).await.unwrap_err();
        assert!(refused.contains("more than 262144 bytes"), "{refused}");
        // Also where nobody says beforehand how long it is.
        let endless = format!("HTTP/1.1 200 OK\r\n\r\n{most}x").into_bytes();
        assert!(got(endless).await.is_err());
    }

    #[tokio::test]
    async fn nothing_but_a_good_answer_counts_and_no_detour_is_taken() {
        let elsewhere = server(answer("200 OK", "", "{}")).await;
        let moved = answer("302 Found", &format!("location: {elsewhere}\r\n"), "");
        assert_eq!(got(moved).await.unwrap_err(), "it answered 302 Found");
        for status in ["204 No Content", "404 Not Found", "500 Internal Server Error"] {
            assert!(got(answer(status, "", "")).await.is_err(), "{status}");
        }
        assert!(got(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()).await.is_err());
        let mut cut = answer("200 OK", "", "{}");
        cut.pop();
        assert!(got(cut).await.is_err());
    }

    #[tokio::test]
    async fn a_host_that_is_asked_hears_the_cookies_and_says_who_it_is_or_that_nobody_is() {
        let heard = async |says: Vec<u8>| {
            let url = server(says).await;
            Web::new().unwrap().ask(&url, "sessionid=канарейка").await
        };
        let person = heard(answer("200 OK", "", r#"{"id":2}"#)).await;
        assert_eq!(person, Ok(Heard::Person(br#"{"id":2}"#.to_vec())));
        for status in ["401 Unauthorized", "403 Forbidden"] {
            assert_eq!(heard(answer(status, "", "{}")).await, Ok(Heard::Nobody), "{status}");
        }
        let moved = heard(answer("302 Found", "location: http://127.0.0.1:1/login\r\n", "")).await;
        assert_eq!(moved.unwrap_err(), "it answered 302 Found");
        for status in ["204 No Content", "404 Not Found", "500 Internal Server Error"] {
            assert!(heard(answer(status, "", "")).await.is_err(), "{status}");
        }
        assert!(heard(answer("200 OK", "", &"x".repeat(MOST_BYTES + 1))).await.is_err());
        let gone = Web::new()
            .unwrap()
            .ask("http://127.0.0.1:1/", "sessionid=канарейка")
            .await;
        assert!(!gone.unwrap_err().contains("канарейка"));
    }

    #[test]
    fn near_is_what_no_stranger_is_between() {
        let near = |url: &str| is_near(&Url::parse(url).unwrap());
        for url in [
            "https://shop.example/who",
            "http://127.0.0.1/who",
            "http://app:8000/who",
            "http://10.1.2.3/who",
            "http://192.168.0.1/who",
            "http://[fd00::1]:80/who",
        ] {
            assert!(near(url), "{url}");
        }
        for url in [
            "http://shop.example/who",
            "http://192.0.2.1/who",
            "http://[2001:db8::1]/who",
        ] {
            assert!(!near(url), "{url}");
        }
    }

    #[tokio::test]
    async fn a_server_that_says_nothing_is_not_waited_for() {
        let url = server(Vec::new()).await;
        let hasty = Web::patient(Duration::from_millis(50)).unwrap();
        let refused = hasty.get(&url).await.unwrap_err();
        assert!(refused.contains("timed out"), "{refused}");
    }

    #[tokio::test]
    async fn a_server_without_a_certificate_is_not_believed() {
        let url = server(answer("200 OK", "", "{}")).await;
        let refused = Web::new()
            .unwrap()
            .get(&url.replace("http:", "https:"))
            .await
            .unwrap_err();
        assert!(!refused.contains("/keys"), "{refused}");
    }

    #[tokio::test]
    async fn only_this_machine_is_asked_in_the_clear() {
        let safe = |url: &str| is_safe(&Url::parse(url).unwrap());
        for url in [
            "https://shop.example/keys",
            "https://192.0.2.1:8443/keys",
            "http://localhost:8080/keys",
            "http://LOCALHOST/keys",
            "http://127.0.0.1/keys",
            "http://127.9.9.9/keys",
            "http://[::1]:80/keys",
        ] {
            assert!(safe(url), "{url}");
        }
        for url in [
            "http://shop.example/keys",
            "http://192.0.2.1/keys",
            "http://localhost.shop.example/keys",
            "http://127.0.0.1.shop.example/keys",
            "http://[::2]/keys",
            "ftp://localhost/keys",
            "file:///etc/passwd",
            "data:application/json,{}",
        ] {
            assert!(!safe(url), "{url}");
            assert!(Web::new().unwrap().get(url).await.is_err(), "{url}");
        }
    }
}
