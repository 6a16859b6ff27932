//! How the socket for all rooms ends: with its proof, unless another one is brought, and with its client's last sign of life.

use super::application::{deals, members, put_deal};
use super::{hello, next, open, party};
use crate::harness::actor::answer;
use crate::harness::{Actor, Socket};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn whoever_is_told_that_their_proof_ends_brings_another_and_stays() {
    let (server, client, _) = party("native-renewed", "").await;
    client.room_of(1).await;
    let short = server.command(&["token", "--person", "11", "--ttl", "3s"]).await;
    let short = client.with_token(String::from_utf8_lossy(&short.stdout).trim());
    let (mut stays, ..) = hello(&short, None).await;
    let (mut ends, ..) = hello(&short, None).await;
    for socket in [&mut stays, &mut ends] {
        let told = next(socket, "expiring").await;
        assert!(
            told["seconds"]
                .as_u64()
                .is_some_and(|seconds| (1..=3).contains(&seconds)),
            "{told}"
        );
    }
    stays
        .say(&json!({"type": "hello", "token": client.token, "ref": "h"}))
        .await;
    assert_eq!(next(&mut stays, "ok").await["ref"], "h");
    let (code, reason) = ends.closed_at_last().await;
    assert_eq!((code, reason.as_str()), (4001, "token_expired"));
    open(&mut stays, "order:1").await;
}

#[tokio::test]
async fn when_somebody_was_last_there_is_known_after_a_restart() {
    let (mut server, client, expert) = party("native-last-seen", "").await;
    client.room_of(1).await;
    let (gone, ..) = hello(&client, None).await;
    let (mut witness, ..) = hello(&expert, None).await;
    witness.say(&json!({"type": "watch", "people": ["11"]})).await;
    let online = next(&mut witness, "presence").await["items"][0].clone();
    assert_eq!(
        (&online["state"], &online["last_seen"]),
        (&json!("online"), &Value::Null)
    );
    drop(gone);
    let offline = next(&mut witness, "presence").await["items"][0].clone();
    assert!(offline["last_seen"].is_string(), "{offline}");
    let asked =
        async |address: std::net::SocketAddr| expert.at(address).get("/api/v1/presence/?people=11").await.json();
    let told = json!({"items": [offline], "next": null});
    assert_eq!(asked(server.address).await, told);
    server.ask_to_stop();
    assert_eq!(server.stopped().await.code(), Some(0));
    server.serve().await;
    assert_eq!(asked(server.address).await, told);
    let (mut witness, ..) = hello(&expert.at(server.address), None).await;
    witness.say(&json!({"type": "watch", "people": ["11"]})).await;
    assert_eq!(next(&mut witness, "presence").await["items"][0], offline);
}

#[tokio::test]
async fn who_gives_no_sign_of_life_is_closed_with_4010_and_others_see_them_go() {
    let (_server, client, expert) = party("native-gone", "limits.ping_seconds = 1\nlimits.gone_seconds = 3\n").await;
    client.room_of(1).await;
    let (dead, ..) = hello(&client, None).await;
    let (mut witness, ..) = hello(&expert, None).await;
    witness.say(&json!({"type": "watch", "people": ["11"]})).await;
    assert_eq!(next(&mut witness, "presence").await["items"][0]["state"], "online");
    // From here on nobody reads or answers on the first socket, and the link stays up.
    assert_eq!(next(&mut witness, "presence").await["items"][0]["state"], "offline");
    let close = [&4010_u16.to_be_bytes()[..], b"no sign of life"].concat();
    let last = dead.read_raw().await;
    assert!(last.ends_with(&close), "{}", String::from_utf8_lossy(&last));
}

#[tokio::test]
async fn a_key_that_is_revoked_ends_what_it_opened_and_nothing_else() {
    let (server, people, key) = deals("native-revoked").await;
    let app = Actor::new(server.address, 0, &key);
    put_deal(&app, &json!({"members": members()})).await;
    let authorization = format!("Bearer {key}");
    let bot = [("Authorization", authorization.as_str()), ("X-Beseda-As", "1")];
    let ticket = async || {
        let asked = app.request(Method::POST, "/api/v1/tickets/").header("X-Beseda-As", "1");
        let given = answer(asked).await;
        assert_eq!(given.status, 201, "{given:?}");
        format!(
            "/api/v1/ws?ticket={}",
            given.json()["ticket"].as_str().expect("a ticket")
        )
    };
    let (by_ticket, unused) = (ticket().await, ticket().await);
    let mut opened = Vec::new();
    for (path, headers) in [("/api/v1/ws", &bot[..]), (by_ticket.as_str(), &[])] {
        let mut socket = Socket::open(server.address, path, headers).await.expect("an upgrade");
        socket.say(&json!({"type": "hello"})).await;
        assert_eq!(socket.frame().await["person"]["id"], "1");
        next(&mut socket, "here").await;
        opened.push(socket);
    }
    let (mut own, ..) = hello(&people[0], None).await;

    let revoked = server.command(&["key", "revoke", "app"]).await;
    assert!(revoked.status.success(), "{revoked:?}");
    for mut socket in opened {
        assert_eq!(socket.closed_at_last().await.0, 4001);
    }
    let mut late = Socket::open(server.address, &unused, &[]).await.expect("an upgrade");
    assert_eq!(
        late.closed_at_last().await.0,
        4001,
        "a ticket of the key opens nothing any more"
    );
    // The seller's own socket lives on.
    own.say(&json!({"type": "send", "room": "deal:17", "client_id": "a", "text": "x"}))
        .await;
    assert_eq!(next(&mut own, "moved").await["last_message"]["text"], "x");
}

#[tokio::test]
async fn hello_once_more_brings_a_token_or_is_refused() {
    let (_server, client, _) = party("native-hello-again", "").await;
    let (mut socket, ..) = hello(&client, None).await;
    socket.say(&json!({"type": "hello", "ref": "h"})).await;
    let refused = next(&mut socket, "refused").await;
    assert_eq!((&refused["ref"], &refused["code"]), (&json!("h"), &json!("invalid")));
    socket
        .say(&json!({"type": "hello", "token": client.token, "ref": "i"}))
        .await;
    assert_eq!(next(&mut socket, "ok").await["ref"], "i");
}
