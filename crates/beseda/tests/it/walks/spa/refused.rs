//! Every refusal has its code, and the log the lines that operators know, without a token in any of them.

use super::{LATER, PAST, SECRET, lines, logged, open, rest, signed, spa, talk, token};
use crate::harness::frames::{FIN, masked, opcode};
use crate::harness::{Socket, ids};
use serde_json::json;

/// Closes with 1000, which the server answers.
pub(super) async fn leave(mut socket: Socket) {
    let close = masked(FIN | opcode::CLOSE, &1000_u16.to_be_bytes());
    socket.write_raw(&close).await;
    assert_eq!(socket.closed().await.0, 1000);
}

#[tokio::test]
async fn every_refusal_has_its_code_and_the_log_its_lines() {
    let server = spa("spa-codes", "log_level = \"trace\"\n").await;
    let closed = async |path: &str, token: &str| open(server.address, path, token).await.closed().await.0;
    let good = token(1);
    // Any text may be the name of somebody, where the host has texts.
    let no_number = if ids::are_texts() { 4001 } else { 4000 };
    for kind in ["chat", "location"] {
        // 4000, whoever comes.
        for (two, code) in [
            ("1//", 4000),
            ("/11/", 4000),
            ("//", 4000),
            ("a/11/", no_number),
            ("1/b/", no_number),
            ("1/b%0A/", 4000),
            ("1/11/?after=x", if kind == "chat" { 4000 } else { 4001 }),
        ] {
            assert_eq!(closed(&format!("/ws/{kind}/{two}"), "fake").await, code, "{kind} {two}");
        }
        // 4001.
        let path = format!("/ws/{kind}/1/11/");
        for bad in [
            String::new(),
            "fake".to_owned(),
            signed(1, PAST, SECRET),
            signed(777, LATER, SECRET),
            signed(1, LATER, "another secret that nobody shares, 0123456789"),
        ] {
            assert_eq!(closed(&path, &bad).await, 4001, "{bad}");
        }
        // 4003.
        for (ids, person) in [
            ("2/11", 1),
            ("1/12", 11),
            ("11/1", 1),
            ("11/1", 11),
            ("1/777", 1),
            ("777/11", 11),
            ("1/2", 1),
            ("1/11", 30),
        ] {
            let code = closed(&format!("/ws/{kind}/{ids}/"), &token(person)).await;
            assert_eq!(code, 4003, "{kind} {ids} as {person}");
        }
    }
    // 1000, with everything on the way.
    let mut chat = open(server.address, "/ws/chat/1/11/", &good).await;
    chat.say(&json!({"message": "  "})).await;
    assert_eq!(chat.frame().await["code"], "empty");
    let uuid = talk(&mut chat, "canary of a message").await["conversation_id"].clone();
    leave(chat).await;
    let mut location = open(server.address, "/ws/location/1/11/", &good).await;
    location.say(&json!({"latitude": 91, "longitude": 0})).await;
    assert_eq!(location.frame().await["code"], "out_of_range");
    leave(location).await;

    let uuid = uuid.as_str().expect("a name").to_owned();
    for (consumer, kind) in [("ChatConsumer", "chat"), ("LocationConsumer", "location")] {
        for line in [
            format!("INFO: [JWTAuthMiddleware] Processing connection for path: /ws/{kind}/1/11/"),
            "INFO: [JWTAuthMiddleware] Decoded token payload, user_id: 1".to_owned(),
            "INFO: [JWTAuthMiddleware] User authenticated: 1 (customer1)".to_owned(),
            "INFO: [JWTAuthMiddleware] User authenticated: 30 (desk@spa.example)".to_owned(),
            "WARNING: [JWTAuthMiddleware] Invalid token: its user is unknown".to_owned(),
            "WARNING: [JWTAuthMiddleware] Invalid token: its signature is wrong; its issuer is \"\"".to_owned(),
            "WARNING: [JWTAuthMiddleware] Invalid token: there is none".to_owned(),
            format!("INFO: [{consumer}] Connection attempt started"),
            format!("INFO: [{consumer}] Customer ID: 1, Therapist ID: 11"),
            format!("INFO: [{consumer}] Room group name: {kind}_1_11"),
            format!("INFO: [{consumer}] Added to channel group successfully"),
            format!("INFO: [{consumer}] Connection accepted for user 1 (role: customer)"),
            format!("WARNING: [{consumer}] Connection rejected - missing or malformed parameters"),
            format!("WARNING: [{consumer}] Connection rejected - user not authenticated"),
            format!("WARNING: [{consumer}] Authorization failed - customer 1 tried to access customer 2"),
            format!("WARNING: [{consumer}] Authorization failed - therapist 11 tried to access therapist 12"),
            format!("WARNING: [{consumer}] Authorization failed - operator 30 tried to access customer 1"),
            format!(
                "WARNING: [{consumer}] Authorization failed - customer 1 tried to access therapist 777, who does not exist"
            ),
            format!("INFO: [{consumer}] WebSocket disconnected, code: 1000"),
        ] {
            logged(&server, &line).await;
        }
    }
    let ago = rest(
        &server,
        "WARNING: [JWTAuthMiddleware] Invalid token: it has expired (exp), ",
    )
    .await;
    assert!(ago.ends_with(" s ago; its issuer is \"\""), "{ago}");
    logged(
        &server,
        &format!("INFO: [ChatConsumer] Created new conversation: {uuid}"),
    )
    .await;
    logged(
        &server,
        &format!("INFO: [LocationConsumer] Found existing conversation: {uuid}"),
    )
    .await;
    logged(&server, "WARNING: [ChatConsumer] Empty message from user 1").await;
    let logs = server.logs();
    assert!(!logs.contains("canary of a message"), "a message was logged");
    assert!(!lines(&server).iter().any(|line| line.starts_with("ERROR")), "{logs}");
}

#[tokio::test]
async fn no_token_reaches_the_log_wherever_it_was_put() {
    let server = spa("spa-canary", "log_level = \"trace\"\n").await;
    let (good, bad) = (token(1), signed(1, PAST, SECRET));
    for token in [&good, &bad] {
        let mut answers = vec![open(server.address, "/ws/chat/1/11/", token).await];
        for path in [
            format!("/ws/chat/{token}/11/"),
            format!("/ws/chat/1/{token}/"),
            format!("/ws/chat/1/11/?after={token}"),
            format!("/ws/location/{token}/"),
            format!("/ws/location//{token}/"),
        ] {
            answers.push(open(server.address, &path, token).await);
        }
        let header = format!("Bearer {token}");
        let answer = Socket::open(server.address, "/ws/location/1/11/", &[("Authorization", &header)]).await;
        answers.push(answer.expect("an upgrade"));
        for mut socket in answers {
            socket
                .say_text(&format!("{{\"message\": 5, \"token\": \"{token}\"}}"))
                .await;
            socket.hear().await;
        }
    }
    logged(
        &server,
        "INFO: [JWTAuthMiddleware] Processing connection for path: /ws/chat/[redacted]/11/",
    )
    .await;
    let logs = server.logs();
    for part in good.split('.').chain(bad.split('.')) {
        assert!(!logs.contains(part), "a part of a token was logged");
    }
}

#[tokio::test]
async fn whoever_is_deactivated_is_nobody_to_write_to() {
    let server = spa("spa-deactivated", "").await;
    let mut customer = open(server.address, "/ws/chat/1/11/", &token(1)).await;
    talk(&mut customer, "hello").await;
    server.by_hand("UPDATE people SET active = 0 WHERE username = 'therapist11'");
    assert_eq!(
        open(server.address, "/ws/chat/1/11/", &token(1)).await.closed().await.0,
        4003
    );
    assert_eq!(
        open(server.address, "/ws/chat/1/11/", &token(11))
            .await
            .closed()
            .await
            .0,
        4001
    );
    let line = "Authorization failed - customer 1 tried to access therapist 11, who does not exist";
    logged(&server, &format!("WARNING: [ChatConsumer] {line}")).await;
    logged(
        &server,
        "WARNING: [JWTAuthMiddleware] Invalid token: its user is deactivated",
    )
    .await;
}
