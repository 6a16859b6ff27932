//! A push service of a test's own, and browsers that it pushes to, which read what is meant for them.

use super::in_time;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey};
use parking_lot::Mutex;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Duration, sleep};

/// A push service.
pub struct PushService {
    /// Where it listens.
    pub address: SocketAddr,
    told: Arc<Told>,
    serving: JoinHandle<()>,
}

/// What was pushed.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// For whom, as the path says.
    pub path: String,
    /// The headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

#[derive(Default)]
struct Told {
    /// What it answers from now on; 201 where nothing is said.
    status: Mutex<Option<u16>>,
    pushed: Mutex<Vec<Pushed>>,
}

impl PushService {
    /// One that takes everything.
    pub async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let told = Arc::new(Told::default());
        let take = Arc::clone(&told);
        let serving = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.expect("a connection");
                tokio::spawn(Told::take(Arc::clone(&take), socket));
            }
        });
        Self { address, told, serving }
    }

    /// The settings of a server that pushes here.
    pub fn settings(&self) -> String {
        format!(
            "push_subject = 'mailto:admin@shop.example'\npush_origins = ['http://{}']\n",
            self.address
        )
    }

    /// From now on it answers so.
    pub fn says(&self, status: u16) {
        *self.told.status.lock() = Some(status);
    }

    /// What was pushed so far.
    pub fn pushed(&self) -> Vec<Pushed> {
        self.told.pushed.lock().clone()
    }

    /// What was pushed, once that is so many.
    pub async fn until(&self, count: usize) -> Vec<Pushed> {
        let enough = async {
            while self.told.pushed.lock().len() < count {
                sleep(Duration::from_millis(10)).await;
            }
            self.pushed()
        };
        in_time("a push", enough).await
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Told {
    async fn take(self: Arc<Self>, mut socket: TcpStream) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match socket.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8(head).expect("a head is text");
        let mut lines = head.lines();
        let path = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a path");
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers["content-length"].parse().expect("a length");
        let mut body = vec![0; length];
        socket.read_exact(&mut body).await.expect("a whole body");
        let path = path.to_owned();
        self.pushed.lock().push(Pushed { path, headers, body });
        let status = self.status.lock().unwrap_or(201);
        let answer = format!("HTTP/1.1 {status} So\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        let _ = socket.write_all(answer.as_bytes()).await;
    }
}

/// A browser, which alone can read what is pushed to it.
pub struct Browser {
    endpoint: String,
    key: SecretKey,
    auth: [u8; 16],
}

impl Browser {
    /// A browser that is called so at a push service.
    pub fn at(service: &PushService, name: &str) -> Self {
        let seed = mac(name.as_bytes(), &[b"a browser"]);
        Self {
            endpoint: format!("http://{}/{name}", service.address),
            key: SecretKey::from_slice(&seed).expect("a key"),
            auth: first(mac(&seed, &[b"its secret"])),
        }
    }

    fn public(&self) -> Vec<u8> {
        self.key.public_key().to_encoded_point(false).as_bytes().to_vec()
    }

    /// What its page sends to the server.
    pub fn subscription(&self) -> Value {
        let keys = json!({"p256dh": URL_SAFE_NO_PAD.encode(self.public()), "auth": URL_SAFE_NO_PAD.encode(self.auth)});
        json!({"endpoint": self.endpoint, "expirationTime": null, "keys": keys})
    }

    /// What a push says, as RFC 8291 has it read.
    pub fn read(&self, pushed: &Pushed) -> Value {
        assert_eq!(pushed.headers["content-encoding"], "aes128gcm");
        let (salt, rest) = pushed.body.split_at(16);
        assert_eq!(&rest[..5], &[0, 0, 16, 0, 65], "records of 4096 bytes, and a key of 65");
        let (theirs, record) = rest[5..].split_at(65);
        let sender = PublicKey::from_sec1_bytes(theirs).expect("a point");
        let shared = diffie_hellman(self.key.to_nonzero_scalar(), sender.as_affine());
        let both = mac(
            &mac(&self.auth, &[shared.raw_secret_bytes()]),
            &[b"WebPush: info\0", &self.public(), theirs, &[1]],
        );
        let seed = mac(salt, &[&both]);
        let key: [u8; 16] = first(mac(&seed, &[b"Content-Encoding: aes128gcm\0", &[1]]));
        let nonce: [u8; 12] = first(mac(&seed, &[b"Content-Encoding: nonce\0", &[1]]));
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).expect("a key"));
        let mut record = record.to_vec();
        let plain = key
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
            .expect("it is meant for this browser");
        let (end, said) = plain.split_last().expect("a record has an end");
        assert_eq!(*end, 2, "it is the last record");
        serde_json::from_slice(said).expect("JSON")
    }
}

/// The claims of a push's token, which this public key has signed for this service.
pub fn claims(pushed: &Pushed, public_key: &str, service: &PushService) -> Value {
    let said = pushed.headers["authorization"].strip_prefix("vapid t=").expect("VAPID");
    let (token, key) = said.split_once(", k=").expect("a token and a key");
    assert_eq!(key, public_key);
    let point = URL_SAFE_NO_PAD.decode(key).expect("base64url");
    let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[format!("http://{}", service.address)]);
    let key = DecodingKey::from_ec_components(&x, &y).expect("a key");
    let token = jsonwebtoken::decode::<Value>(token, &key, &validation);
    token.expect("it is signed, for this service, and not over").claims
}

fn mac(key: &[u8], said: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    said.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn first<const N: usize>(block: [u8; 32]) -> [u8; N] {
    block[..N].try_into().expect("so many bytes")
}
