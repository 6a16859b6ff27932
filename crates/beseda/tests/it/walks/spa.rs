//! Spa booking, as its clients and its operators know it: both sides talk, see each other, and every refusal has its code.
#![expect(
    clippy::disallowed_methods,
    reason = "a test reads the files that an operator would, and breaks what only an operator can"
)]

mod broken;
mod crossing;
mod log;
mod refused;

use crate::harness::{Server, Socket, Town, ids, in_time};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

const SECRET: &str = "the secret that the spa and its chat share, 0123456789";
/// Far in the future, and long past: no clock is needed.
const LATER: i64 = 4_102_444_800;
const PAST: i64 = 946_684_800;

/// Customers 1 to 9, therapists 11 to 19, and somebody who is neither.
fn town() -> Town {
    let person = |id: i64, role: &str| json!({"id": id, "username": format!("{role}{id}"), "role": role});
    let customers = (1..9).map(|id| person(id, "customer"));
    let known = [json!({"id": 9, "username": "customer9", "email": "user@example.com", "role": "customer"})];
    let therapists = (11..20).map(|id| person(id, "therapist"));
    let others = [json!({"id": 30, "email": "desk@spa.example", "role": "operator"})];
    let everybody = customers.chain(known).chain(therapists).chain(others);
    everybody.fold(Town::default(), Town::person)
}

/// A spa whose application signs the tokens.
async fn spa(story: &str, settings: &str) -> Server {
    let issuer = "[[issuers]]\nissuer = \"\"\nalgorithms = [\"HS256\"]\npeople = \"known\"\n";
    let settings = format!("{settings}\n{issuer}secret = \"{SECRET}\"\n");
    Server::start(story, &settings, &town()).await
}

fn token(user: i64) -> String {
    signed(user, LATER, SECRET)
}

fn signed(user: i64, expires: i64, secret: &str) -> String {
    let claims = json!({"token_type": "access", "exp": expires, "iat": PAST, "jti": "c4a7", "user_id": user});
    let claims = ids::said(claims);
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::new(Algorithm::HS256), &claims, &key).expect("a token")
}

async fn open(address: SocketAddr, path: &str, token: &str) -> Socket {
    let joint = if path.contains('?') { '&' } else { '?' };
    Socket::open(address, &format!("{path}{joint}token={token}"), &[])
        .await
        .unwrap_or_else(|answer| panic!("no upgrade of {path}: {answer:?}"))
}

/// Sends a message and hears it.
async fn talk(socket: &mut Socket, text: &str) -> Value {
    socket.say(&json!({"message": text})).await;
    let frame = socket.frame().await;
    assert_eq!(frame["message"], text, "{frame}");
    frame
}

/// What `app.log` holds, without the times.
fn lines(server: &Server) -> Vec<String> {
    let text = fs::read_to_string(server.data().join("logs/app.log")).expect("a log");
    let said = text.lines().filter_map(|line| line.split_once(' '));
    said.map(|(_, said)| ids::line(said)).collect()
}

/// How often this very line stands in the log.
fn count(server: &Server, wanted: &str) -> usize {
    lines(server).iter().filter(|line| *line == wanted).count()
}

/// Waits for this very line.
async fn logged(server: &Server, wanted: &str) {
    in_time(wanted, async {
        while count(server, wanted) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

/// The rest of the one line that begins so, once it is written.
async fn rest(server: &Server, begin: &str) -> String {
    in_time(begin, async {
        loop {
            let lines = lines(server);
            if let Some(rest) = lines.iter().find_map(|line| line.strip_prefix(begin)) {
                return rest.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
}
