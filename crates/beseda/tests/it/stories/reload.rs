//! Settings that are read again while the server runs: what counts at once, what waits, and what a mistake changes.
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the files that an operator would"
)]

use crate::harness::{Server, Socket, Town};
use jsonwebtoken::{EncodingKey, Header, encode};
use rustix::process::Signal;
use serde_json::json;
use std::fs;

const ISSUER: &str = "[[issuers]]\nissuer = 'https://shop.example'\nalgorithms = ['HS256']\nsecret_file = 'shop.key'\n";
const OLD_KEY: &str = "what the shop signs with until today, 0123456789";
const NEW_KEY: &str = "what the shop signs with from now on, 0123456789";
const AGAIN: &str = "the settings were read again";

/// Changes the settings of a server, and has it read them again for the time with this number.
async fn reload(server: &Server, change: impl FnOnce(String) -> String, time: usize) {
    let path = server.data().join("beseda.toml");
    let settings = fs::read_to_string(&path).expect("the settings");
    fs::write(&path, change(settings)).expect("the settings are written");
    server.signal(Signal::HUP);
    server.logged(AGAIN, time).await;
}

async fn status_by(server: &Server, key: &str) -> u16 {
    let claims = json!({"iss": "https://shop.example", "sub": "11", "exp": 4_102_444_800_i64});
    let token = encode(&Header::default(), &claims, &EncodingKey::from_secret(key.as_bytes())).expect("a token");
    let party = server.party(1).await;
    party.client.with_token(&token).get("/api/me/").await.status
}

#[tokio::test]
async fn keys_and_hosts_count_at_once_and_what_cannot_is_told_to_wait() {
    let mut server = Server::start("reload", "", &Town::parties(1)).await;
    fs::write(server.data().join("shop.key"), OLD_KEY).expect("a key");
    assert_eq!(status_by(&server, OLD_KEY).await, 401);
    reload(&server, |settings| format!("{settings}{ISSUER}"), 1).await;
    assert_eq!(status_by(&server, OLD_KEY).await, 200);
    // The file of the key alone changes.
    fs::write(server.data().join("shop.key"), NEW_KEY).expect("a key");
    reload(&server, |settings| settings, 2).await;
    assert_eq!(
        (status_by(&server, OLD_KEY).await, status_by(&server, NEW_KEY).await),
        (401, 200)
    );

    let more = "listen = '127.0.0.1:1'\nallowed_hosts = ['127.0.0.1']\nlog_level = 'warn'\nlimits.text_chars = 4\n";
    let path = server.data().join("beseda.toml");
    let settings = fs::read_to_string(&path).expect("the settings");
    fs::write(&path, format!("{more}{settings}")).expect("the settings are written");
    server.signal(Signal::HUP);
    server.logged("wait for the next start: limits.text_chars", 1).await;
    let party = server.party(1).await;
    let elsewhere = party
        .client
        .request(reqwest::Method::GET, "/api/me/")
        .header("host", "evil.example");
    assert_eq!(crate::harness::actor::answer(elsewhere).await.status, 400);
    let room = party.client.room_of(party.order).await;
    party.client.send(room, "more than four letters").await;
    server.ask_to_stop();
    assert!(server.stopped().await.success());
    assert!(
        !server.logged_by_stderr().contains(" INFO: stopped"),
        "the level was taken"
    );
}

#[tokio::test]
async fn a_mistake_changes_nothing_and_each_is_told() {
    let server = Server::start("reload-wrong", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let wrong = |settings: String| format!("allowed_hosts = ['nobody.example']\nlimits.text_char = 4\n{settings}");
    reload(&server, wrong, 1).await;
    server.logged("`limits.text_char` is no setting", 1).await;
    assert_eq!(
        party.client.get("/api/me/").await.status,
        200,
        "its hosts are as before"
    );
    // A key that is none is found later than everything else.
    let broken = |settings: String| {
        let settings = settings.replace("limits.text_char = 4\n", "");
        format!("{settings}[[issuers]]\nissuer = 'x'\nalgorithms = ['RS256']\npublic_key_file = 'broken.pem'\n")
    };
    let pem = "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n";
    fs::write(server.data().join("broken.pem"), pem).expect("no key");
    reload(&server, broken, 2).await;
    assert_eq!(
        party.client.get("/api/me/").await.status,
        200,
        "its hosts are as before"
    );
    server.logged("those from before stay in force", 2).await;
}

#[tokio::test]
async fn rates_count_at_once_for_calls_and_sockets_alike() {
    let server = Server::start("reload-rates", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let mut socket = party.client.listen(room).await;
    for _ in 0..3 {
        socket.say_and_hear("as often as one likes").await;
    }
    let slow = |settings: String| {
        settings.replace(
            "limits.sends_per_second = 0\n",
            "limits.sends_per_second = 0.001\nlimits.sends_burst = 1\n",
        )
    };
    reload(&server, slow, 1).await;
    party.client.send(room, "the last one for a while").await;
    let refused = party
        .client
        .post("/api/chat/messages/", &json!({"room": room, "message": "no"}))
        .await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert_eq!(
        socket.texts_until("the last one for a while").await,
        ["the last one for a while"]
    );
    socket.say(&json!({"message": "no"})).await;
    let error = socket.frame().await;
    assert_eq!(
        error["type"], "error",
        "the socket that was open is held to the same rate: {error}"
    );
}

#[tokio::test]
async fn a_storm_of_signals_does_no_harm() {
    let server = Server::start("storm", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let mut socket: Socket = party.expert.listen(room).await;
    for number in 0..30 {
        for _ in 0..40 {
            for signal in [Signal::HUP, Signal::USR1, Signal::USR2] {
                server.signal(signal);
            }
        }
        party.client.send(room, &number.to_string()).await;
    }
    assert_eq!(socket.texts_until("29").await.len(), 30);
    server.logged(AGAIN, 1).await;
    server.logged("SIGUSR1", 1).await;
    server.logged("SIGUSR2 means nothing", 1).await;
    // 3,600 signals: what they ask for is done once for all that came meanwhile.
    let log = server.logged_by_stderr();
    assert!(
        log.matches("SIGUSR").count() + log.matches(AGAIN).count() < 100,
        "{log}"
    );
}
