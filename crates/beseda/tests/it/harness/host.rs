//! Host applications with sessions of their own: what a Flask signs, and one that says whose a session is.
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the files that an operator would, and signs what is good now"
)]

use super::server::folder_of;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use parking_lot::Mutex;
use serde_json::Value;
use sha1::Sha1;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

fn hmac(key: &[u8], said: &[u8]) -> Vec<u8> {
    let mac = Hmac::<Sha1>::new_from_slice(key).expect("a key").chain_update(said);
    mac.finalize().into_bytes().to_vec()
}

/// Now, in seconds since 1970.
pub fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    i64::try_from(now.as_secs()).expect("a small number")
}

/// The file that an application's key is in.
pub fn key_file(name: &str, key: &str) -> PathBuf {
    let path = folder_of("keys").join(name);
    fs::write(&path, format!("{key}\n")).expect("the key is written");
    path
}

/// The value of a session's cookie as Flask signs it with this key at this moment, in seconds since 1970.
pub fn flask_session(key: &str, session: &Value, signed_at: i64) -> String {
    let bytes = signed_at.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let [payload, moment] = [session.to_string().as_bytes(), &bytes[first..]].map(|part| URL_SAFE_NO_PAD.encode(part));
    let signed = format!("{payload}.{moment}");
    let signature = hmac(&hmac(key.as_bytes(), b"cookie-session"), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// An application that says whose session it is.
pub struct Host {
    /// Where it listens.
    pub address: SocketAddr,
    told: Arc<Told>,
    serving: JoinHandle<()>,
}

struct Told {
    /// What it answers to a `Cookie` header: a status and a body; 401 to every other.
    answers: Mutex<BTreeMap<String, (u16, String)>>,
    heard: Mutex<Vec<String>>,
    /// One for each answer that it may give.
    open: Semaphore,
}

impl Host {
    /// An application in which nobody is signed in.
    pub async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let told = Arc::new(Told {
            answers: Mutex::default(),
            heard: Mutex::default(),
            open: Semaphore::new(10_000),
        });
        let say = Arc::clone(&told);
        let serving = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.expect("a connection");
                tokio::spawn(Told::answer(Arc::clone(&say), socket));
            }
        });
        Self { address, told, serving }
    }

    /// From now on it answers so to these cookies.
    pub fn says(&self, cookies: &str, status: u16, body: &str) {
        let answer = (status, body.to_owned());
        self.told.answers.lock().insert(cookies.to_owned(), answer);
    }

    /// The requests that it has heard, head by head.
    pub fn heard(&self) -> Vec<String> {
        self.told.heard.lock().clone()
    }

    /// It says nothing any more, until it is opened.
    pub fn close(&self) {
        self.told.open.forget_permits(10_000);
    }

    /// It says something again.
    pub fn open(&self) {
        self.told.open.add_permits(10_000);
    }

    /// It is gone.
    pub fn stop(&self) {
        self.serving.abort();
    }
}

impl Told {
    async fn answer(self: Arc<Self>, mut socket: TcpStream) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match socket.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let cookies = head
            .lines()
            .find_map(|line| line.strip_prefix("cookie: "))
            .unwrap_or_default();
        let (status, body) = self
            .answers
            .lock()
            .get(cookies)
            .cloned()
            .unwrap_or((401, "{}".to_owned()));
        self.heard.lock().push(head);
        self.open.acquire().await.expect("it is open").forget();
        let length = body.len();
        let answer = format!("HTTP/1.1 {status} So\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        let _ = socket.write_all(answer.as_bytes()).await;
    }
}
