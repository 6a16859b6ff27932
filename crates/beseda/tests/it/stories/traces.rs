//! Traces: what a collector is sent of requests and of messages, and that nothing of it is what somebody wrote.

use crate::harness::{Server, Town, in_time};
use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::sleep;

/// A collector, and what it was sent: protobuf, in which texts and ids stand as they are.
async fn collector() -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let sent = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&sent);
    let take = move |headers: HeaderMap, body: Bytes| {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        kept.lock().extend_from_slice(&body);
        async {}
    };
    let routes = Router::new().route("/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (format!("http://{address}"), sent)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn a_collector_is_sent_requests_and_messages_with_what_they_waited_for() {
    let (address, sent) = collector().await;
    let settings = format!("otlp_endpoint = \"{address}\"\n");
    let mut server = Server::start("traces", &settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let begun: Vec<u8> = (1..=16).collect();
    let trace: String = begun.iter().map(|byte| format!("{byte:02x}")).collect();
    let message = json!({"room": room, "message": "a-canary-in-a-request"});
    let request = party.client.request(Method::POST, "/api/chat/messages/");
    let request = request
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))
        .header("X-Request-Id", "of-the-proxy");
    assert_eq!(request.json(&message).send().await.expect("an answer").status(), 201);
    let mut socket = party.expert.listen(room).await;
    socket.say_and_hear("a-canary-in-a-frame").await;
    socket.leave().await;
    // What is not sent yet goes out at the end.
    server.ask_to_stop();
    assert!(server.stopped().await.success());
    in_time("everything has come", async {
        let parts: [&[u8]; 7] = [
            b"beseda",
            b"POST /api/chat/messages/",
            b"order_rooms",
            b"of-the-proxy",
            b"store change",
            b"message",
            &begun,
        ];
        while !parts.iter().all(|part| holds(&sent.lock(), part)) {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let sent = sent.lock().clone();
    assert!(!holds(&sent, b"canary") && !holds(&sent, party.client.token.as_bytes()));
    assert!(
        !server.logs().contains("[request_id= "),
        "no span of a trace is in the log"
    );
}
