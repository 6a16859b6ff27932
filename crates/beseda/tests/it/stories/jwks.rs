//! An issuer that publishes its keys changes them, and is away for a while, without a word to anybody.

use crate::harness::keys::{Pair, RSA as FIRST, RSA_OTHER as SECOND};
use crate::harness::{Actor, PATIENCE, Server, Town};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Far in the future: no clock is needed.
const LATER: i64 = 4_102_444_800;

/// The issuer's server of keys.
struct Keys {
    address: SocketAddr,
    told: Arc<Mutex<Told>>,
    serving: JoinHandle<()>,
}

struct Told {
    status: &'static str,
    body: String,
    asked: usize,
}

impl Keys {
    async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let told = Arc::new(Mutex::new(Told {
            status: "503 Service Unavailable",
            body: String::new(),
            asked: 0,
        }));
        let say = Arc::clone(&told);
        let serving = tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.expect("a connection");
                let _ = socket.read(&mut [0; 4_096]).await;
                let answer = {
                    let mut told = say.lock();
                    told.asked += 1;
                    let (status, body, length) = (told.status, &told.body, told.body.len());
                    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
                };
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self { address, told, serving }
    }

    fn publish(&self, keys: &[Value]) {
        let mut told = self.told.lock();
        told.status = "200 OK";
        told.body = json!({ "keys": keys }).to_string();
    }

    fn asked(&self) -> usize {
        self.told.lock().asked
    }
}

fn signing(pair: &Pair) -> EncodingKey {
    EncodingKey::from_rsa_pem(pair.private.as_bytes()).expect("a key")
}

fn jwk(pair: &Pair, kid: &str) -> Value {
    let mut key = Jwk::from_encoding_key(&signing(pair), Algorithm::RS256).expect("a key");
    key.common.key_id = Some(kid.to_owned());
    serde_json::to_value(key).expect("JSON")
}

fn signed(key: &EncodingKey, header: Header) -> String {
    let claims = json!({"iss": "https://login.example", "sub": "11", "exp": LATER});
    encode(&header, &claims, key).expect("a token")
}

fn token(pair: &Pair, kid: &str) -> String {
    let header = Header {
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::RS256)
    };
    signed(&signing(pair), header)
}

async fn status(server: &Server, token: &str) -> u16 {
    Actor::new(server.address, 11, token)
        .get("/api/chat/rooms/")
        .await
        .status
}

/// Waits until a token is good, which is as long as it takes the server to look again.
async fn until_good(server: &Server, token: &str) {
    let good = async {
        while status(server, token).await != 200 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE, good).await.expect("the new key is known");
}

#[tokio::test]
async fn an_issuer_changes_its_keys_and_nobody_is_told() {
    let keys = Keys::serve().await;
    let settings = format!(
        "[[issuers]]\nissuer = \"https://login.example\"\nalgorithms = [\"RS256\"]\n\
         jwks_url = \"http://{}/.well-known/jwks.json\"\n",
        keys.address
    );
    let (first, second) = (token(&FIRST, "a"), token(&SECOND, "b"));

    // The issuer is not up yet: the server is, and lets nobody in by it.
    let server = Server::start("jwks", &settings, &Town::parties(1)).await;
    assert_eq!(status(&server, &first).await, 401);
    assert!(keys.asked() >= 1, "it asks before anybody comes");
    keys.publish(&[jwk(&FIRST, "a"), json!({"kty": "oct", "kid": "s", "k": "c2VjcmV0"})]);
    until_good(&server, &first).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    Actor::new(server.address, 11, &first).listen(room).await;
    assert_eq!(status(&server, &second).await, 401);
    assert_eq!(status(&server, &token(&SECOND, "a")).await, 401);
    let asked = keys.asked();

    // What everybody can read signs nothing, and what a token says of an address is not read.
    let header = |kid: &str| Header {
        kid: Some(kid.to_owned()),
        jku: Some(format!("http://{}/forged", keys.address)),
        ..Header::default()
    };
    let public = EncodingKey::from_secret(FIRST.public.as_bytes());
    let shared = EncodingKey::from_secret(b"secret");
    for forged in [signed(&public, header("a")), signed(&shared, header("s"))] {
        assert_eq!(status(&server, &forged).await, 401);
    }

    keys.publish(&[jwk(&SECOND, "b")]);
    until_good(&server, &second).await;
    assert_eq!(status(&server, &first).await, 401);
    assert_eq!(keys.asked(), asked + 1, "hundreds of tokens, one look");

    // The issuer is away: those who are in come again.
    keys.serving.abort();
    assert_eq!(status(&server, &second).await, 200);
    let logs = server.logs();
    assert!(logs.contains("could not be fetched") && logs.contains("503"), "{logs}");
    assert!(!logs.contains(&first) && !logs.contains(&second));
}
