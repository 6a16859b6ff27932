//! One past each rate: 429 with `Retry-After`, or an `error` frame, and never a silent drop.

use crate::harness::{Answer, Server, Socket, Town};
use serde_json::json;

/// Allowances that do not come back while a story lasts.
const SETTINGS: &str = "\
limits.sends_per_second = 0.001
limits.sends_burst = 3
limits.logins_per_minute = 2
limits.logins_per_minute_address = 5
limits.connects_per_second = 0.001
limits.connects_burst = 3
";

fn assert_throttled(answer: &Answer) {
    assert_eq!(answer.status, 429, "{answer:?}");
    let seconds: u64 = answer
        .header("Retry-After")
        .parse()
        .unwrap_or_else(|_| panic!("no Retry-After: {answer:?}"));
    assert!(seconds >= 1, "{answer:?}");
    assert!(answer.json()["detail"].is_string(), "{answer:?}");
}

#[tokio::test]
async fn sends_and_connects_beyond_their_rates_are_refused_in_words() {
    let server = Server::start("rates", SETTINGS, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let mut socket = party.client.listen(room).await;

    // The allowance is the person's, whatever way they send.
    let message = |text: &str| json!({"room": room, "message": text});
    party.client.send(room, "one").await;
    socket.frame().await;
    socket.say_and_hear("two").await;
    party.client.send(room, "three").await;
    socket.frame().await;
    let refused = party.client.post("/api/chat/messages/", &message("four")).await;
    assert_throttled(&refused);
    let sentence = refused.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(
        sentence.starts_with("Request was throttled. Expected available in "),
        "{sentence}"
    );
    socket
        .say(&json!({"type": "chat_message", "message": "four", "client_id": "c-4"}))
        .await;
    let refused = socket.frame().await;
    assert_eq!(
        (&refused["type"], &refused["code"]),
        (&json!("error"), &json!("throttled")),
        "{refused}"
    );
    assert_eq!(refused["client_id"], "c-4");
    // Others are not held up, and what is no send goes on.
    party.expert.send(room, "of another").await;
    assert_eq!(socket.frame().await["message"]["message"], "of another");
    assert_eq!(
        party
            .client
            .post(&format!("/api/chat/rooms/{room}/mark_read/"), &json!({}))
            .await
            .status,
        200
    );
    assert_eq!(party.client.all_messages(room).await.len(), 4);

    // The third connect of this address is the last one, whoever it is; refused before the upgrade.
    let path = format!("/ws/chat/{room}/?token={}", party.expert.token);
    for _ in 0..2 {
        assert!(Socket::open(server.address, &path, &[]).await.is_ok());
    }
    for path in [path.as_str(), "/ws/chat/1/?token=fake", "/ws/chat/abc/"] {
        let refused = Socket::open(server.address, path, &[]).await.err().expect("no upgrade");
        assert_throttled(&refused);
    }
    // Calls are not connects.
    assert_eq!(party.expert.get("/api/chat/rooms/").await.status, 200);
}

#[tokio::test]
async fn logins_beyond_their_rates_are_refused_even_with_the_right_password() {
    let person = |id: i64| {
        let email = format!("p{id}@shop.example");
        json!({"id": id, "email": email, "role": "client", "password": "correct horse battery"})
    };
    let town = (1..=3).fold(Town::default(), |town, id| town.person(person(id)));
    let server = Server::start("logins", SETTINGS, &town).await;
    let nobody = crate::harness::Actor::new(server.address, 0, "");
    let login = async |path: &str, id: i64, password: &str| {
        let name = if path == "/login/" { "identifier" } else { "username" };
        nobody
            .post(
                path,
                &json!({name: format!("p{id}@shop.example"), "password": password}),
            )
            .await
    };
    // Two attempts an account, whatever way and however they end.
    assert_eq!(login("/login/", 1, "wrong").await.status, 401);
    assert_eq!(login("/api/token/", 1, "wrong").await.status, 401);
    assert_throttled(&login("/login/", 1, "correct horse battery").await);
    assert_throttled(&login("/api/token/", 1, "correct horse battery").await);
    // Another account still has its own.
    assert_eq!(login("/login/", 2, "correct horse battery").await.status, 200);
    // And then the address has had its five, or fewer, if refused ones count.
    let mut last = login("/login/", 2, "wrong").await;
    for id in [3, 3] {
        last = login("/login/", id, "wrong").await;
    }
    if last.status != 429 {
        last = login("/login/", 99, "wrong").await;
    }
    assert_throttled(&last);
}

#[tokio::test]
async fn whoever_guesses_numbers_is_slowed_down_and_who_does_not_is_not() {
    let server = Server::start("misses", "limits.misses_per_minute = 3", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let guess = async |number: i64| party.stranger.get(&format!("/api/chat/rooms/{number}/")).await;
    let mut first = 0;
    while guess(room + first).await.status == 404 {
        first += 1;
        assert!(first < 10, "nobody slows the guessing down");
    }
    assert!(first >= 3, "only {first} misses were taken");
    // A foreign room and a missing one still sound the same.
    for number in [room, 999_999] {
        assert_throttled(&guess(number).await);
    }
    // What is there is answered, whoever asks from this address.
    assert_eq!(party.stranger.get("/api/chat/rooms/").await.status, 200);
    assert_eq!(party.client.get(&format!("/api/chat/rooms/{room}/")).await.status, 200);
}
