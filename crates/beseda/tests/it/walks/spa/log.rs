//! The log of a connection: every line that the operators know, in the order in which they know them.

use super::{PAST, SECRET, lines, logged, open, signed, spa, talk, token};
use crate::harness::Server;

/// The lines of the contract so far, from one on.
fn from(server: &Server, begin: usize) -> Vec<String> {
    let ours = |line: &String| line.contains("[JWTAuthMiddleware]") || line.contains("Consumer]");
    lines(server).into_iter().filter(ours).skip(begin).collect()
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
    assert_eq!(
        from(&server, 0),
        of_connection("ChatConsumer", "chat", "Created new", uuid)
    );
    chat.leave().await;
    logged(&server, "INFO: [ChatConsumer] WebSocket disconnected, code: 1000").await;

    for (consumer, kind) in [("ChatConsumer", "chat"), ("LocationConsumer", "location")] {
        let before = from(&server, 0).len();
        let socket = open(server.address, &format!("/ws/{kind}/9/11/"), &token(9)).await;
        socket.leave().await;
        let end = format!("INFO: [{consumer}] WebSocket disconnected, code: 1000");
        super::in_time("the end is written", async {
            while from(&server, before).last() != Some(&end) {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        })
        .await;
        let mut expected = of_connection(consumer, kind, "Found existing", uuid);
        expected.push(end);
        assert_eq!(from(&server, before), expected);
    }
}

#[tokio::test]
async fn a_connection_that_is_turned_away_leaves_the_lines_up_to_why() {
    let server = spa("spa-log-refused", "").await;
    let closed = async |path: &str, token: &str| {
        let before = from(&server, 0).len();
        let code = open(server.address, path, token).await.closed().await.0;
        (code, from(&server, before))
    };
    let (code, said) = closed("/ws/chat/1/11/", &signed(1, PAST, SECRET)).await;
    assert_eq!(code, 4001);
    assert_eq!(
        said,
        [
            "INFO: [JWTAuthMiddleware] Processing connection for path: /ws/chat/1/11/",
            "INFO: [JWTAuthMiddleware] Token found: c4a7",
            "WARNING: [JWTAuthMiddleware] Invalid token: it has expired",
            "INFO: [ChatConsumer] Connection attempt started",
            "INFO: [ChatConsumer] Customer ID: 1, Therapist ID: 11",
            "INFO: [ChatConsumer] Room group name: chat_1_11",
            "WARNING: [ChatConsumer] Connection rejected - user not authenticated",
        ]
    );
    let (code, said) = closed("/ws/chat/2/11/", &token(1)).await;
    assert_eq!(code, 4003);
    assert_eq!(
        said[5..],
        [
            "INFO: [ChatConsumer] Connection attempt started",
            "INFO: [ChatConsumer] User authenticated: True, User: 1",
            "INFO: [ChatConsumer] Customer ID: 2, Therapist ID: 11",
            "INFO: [ChatConsumer] Room group name: chat_2_11",
            "WARNING: [ChatConsumer] Authorization failed - customer 1 tried to access customer 2",
        ]
    );
    // Nobody's token: a fingerprint, and not the word itself.
    let (_, said) = closed("/ws/chat/1/11/", "fake").await;
    assert_eq!(said[1], "INFO: [JWTAuthMiddleware] Token found: b5d54c39");
    let (_, said) = closed("/ws/chat/1/11/", "").await;
    assert_eq!(said[1], "WARNING: [JWTAuthMiddleware] Invalid token: there is none");
}
