//! The log of a connection: every line that the operators know, in the order in which they know them.

use super::refused::leave;
use super::{PAST, SECRET, in_time, lines, open, signed, spa, talk, token};
use crate::harness::{Server, Socket};
use std::time::Duration;

/// The lines of the contract from one on, once this one is the last.
async fn said(server: &Server, begin: usize, last: &str) -> Vec<String> {
    let ours = |line: &String| line.contains("[JWTAuthMiddleware]") || line.contains("Consumer]");
    in_time(last, async {
        loop {
            let said: Vec<String> = lines(server).into_iter().filter(ours).skip(begin).collect();
            if said.last().is_some_and(|line| line == last) {
                return said;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
}

/// What is said of a connection of customer 9 to therapist 11 up to where it is in.
fn of_connection(consumer: &str, kind: &str, found: &str, uuid: &str) -> Vec<String> {
    let middleware = [
        format!("Processing connection for path: /ws/{kind}/9/11/"),
        "Token found: c4a7".to_owned(),
        "Decoded token payload, user_id: 9".to_owned(),
        "User found: 9 - user@example.com (role: customer)".to_owned(),
        "User authenticated: 9 (user@example.com)".to_owned(),
    ];
    let consumers = [
        "Connection attempt started".to_owned(),
        "User authenticated: True, User: 9".to_owned(),
        "Customer ID: 9, Therapist ID: 11".to_owned(),
        format!("Room group name: {kind}_9_11"),
        "Added to channel group successfully".to_owned(),
        "Connection accepted for user 9 (role: customer)".to_owned(),
        "Getting/creating conversation for customer 9, therapist 11".to_owned(),
        format!("{found} conversation: {uuid}"),
        format!("Conversation loaded/created: {uuid}"),
    ];
    let middleware = middleware.map(|line| format!("INFO: [JWTAuthMiddleware] {line}"));
    let consumers = consumers.map(|line| format!("INFO: [{consumer}] {line}"));
    middleware.into_iter().chain(consumers).collect()
}

#[tokio::test]
async fn a_connection_leaves_every_line_in_its_order() {
    let server = spa("spa-log", "").await;
    let mut chat = open(server.address, "/ws/chat/9/11/", &token(9)).await;
    let uuid = talk(&mut chat, "hello").await["conversation_id"].clone();
    let uuid = uuid.as_str().expect("a name");
    let mut known = 0;
    let mut ended = async |consumer: &str, socket: Socket, mut expected: Vec<String>| {
        leave(socket).await;
        let end = format!("INFO: [{consumer}] WebSocket disconnected, code: 1000");
        expected.push(end.clone());
        assert_eq!(said(&server, known, &end).await, expected);
        known += expected.len();
    };
    let new = of_connection("ChatConsumer", "chat", "Created new", uuid);
    ended("ChatConsumer", chat, new).await;
    for (consumer, kind) in [("ChatConsumer", "chat"), ("LocationConsumer", "location")] {
        let socket = open(server.address, &format!("/ws/{kind}/9/11/"), &token(9)).await;
        ended(consumer, socket, of_connection(consumer, kind, "Found existing", uuid)).await;
    }
}

#[tokio::test]
async fn a_connection_that_is_turned_away_leaves_the_lines_up_to_why() {
    let server = spa("spa-log-refused", "").await;
    let mut known = 0;
    let mut closed = async |path: &str, token: &str, code: u16, last: &str| {
        assert_eq!(open(server.address, path, token).await.closed().await.0, code);
        let said = said(&server, known, &format!("WARNING: [ChatConsumer] {last}")).await;
        known += said.len();
        said
    };
    let stranger = "Connection rejected - user not authenticated";
    let said = closed("/ws/chat/1/11/", &signed(1, PAST, SECRET), 4001, stranger).await;
    let why = "WARNING: [JWTAuthMiddleware] Invalid token: it has expired";
    assert!(said[2].starts_with(why), "{}", said[2]);
    assert_eq!(
        [&said[..2], &said[3..]].concat(),
        [
            "INFO: [JWTAuthMiddleware] Processing connection for path: /ws/chat/1/11/",
            "INFO: [JWTAuthMiddleware] Token found: c4a7",
            "INFO: [ChatConsumer] Connection attempt started",
            "INFO: [ChatConsumer] Customer ID: 1, Therapist ID: 11",
            "INFO: [ChatConsumer] Room group name: chat_1_11",
            "WARNING: [ChatConsumer] Connection rejected - user not authenticated",
        ]
    );
    let another = "Authorization failed - customer 1 tried to access customer 2";
    assert_eq!(
        closed("/ws/chat/2/11/", &token(1), 4003, another).await[5..],
        [
            "INFO: [ChatConsumer] Connection attempt started",
            "INFO: [ChatConsumer] User authenticated: True, User: 1",
            "INFO: [ChatConsumer] Customer ID: 2, Therapist ID: 11",
            "INFO: [ChatConsumer] Room group name: chat_2_11",
            "WARNING: [ChatConsumer] Authorization failed - customer 1 tried to access customer 2",
        ]
    );
    // Nobody's token: a fingerprint, and not the word itself.
    let said = closed("/ws/chat/1/11/", "fake", 4001, stranger).await;
    assert_eq!(said[1], "INFO: [JWTAuthMiddleware] Token found: b5d54c39");
    let said = closed("/ws/chat/1/11/", "", 4001, stranger).await;
    assert_eq!(said[1], "WARNING: [JWTAuthMiddleware] Invalid token: there is none");
}
