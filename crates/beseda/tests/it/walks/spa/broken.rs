//! The store fails for real: who comes is told 1011, the log says why, and who is in stays in.

use super::{logged, open, rest, spa, talk, token};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_failure_closes_with_1011_and_stops_nobody_who_is_in() {
    let server = spa("spa-store", "").await;
    let mut inside = open(server.address, "/ws/chat/1/11/", &token(1)).await;
    talk(&mut inside, "before").await;

    // Somebody holds the write lock for longer than the server waits for it: on PostgreSQL it takes that for a busy store.
    let word = if server.ground().is_some() { "busy" } else { "locked" };
    let lock = server.hold_by_hand();
    inside.say(&json!({"message": "meanwhile", "client_id": "c1"})).await;
    let mut newcomer = open(server.address, "/ws/chat/2/12/", &token(2)).await;
    assert_eq!(newcomer.closed().await.0, 1011);
    let failed = inside.frame().await;
    assert_eq!(
        (&failed["type"], &failed["code"], &failed["client_id"]),
        (&json!("error"), &json!("busy"), &json!("c1"))
    );
    lock.release();
    let cause = rest(
        &server,
        "ERROR: [ChatConsumer] Database error in get_or_create_conversation: ",
    )
    .await;
    assert!(cause.contains(word), "{cause}");
    talk(&mut inside, "after").await;

    // A table is gone.
    server.rename_by_hand("rooms", "rooms_away");
    let mut newcomer = open(server.address, "/ws/location/1/11/", &token(11)).await;
    assert_eq!(newcomer.closed().await, (1011, "internal error".to_owned()));
    let cause = rest(
        &server,
        "ERROR: [LocationConsumer] Database error in get_or_create_conversation: ",
    )
    .await;
    assert!(cause.contains("rooms"), "{cause}");
    server.rename_by_hand("rooms_away", "rooms");
    server.rename_by_hand("people", "people_away");
    let mut newcomer = open(server.address, "/ws/chat/1/11/", &token(11)).await;
    assert_eq!(newcomer.closed().await.0, 1011);
    rest(&server, "ERROR: [JWTAuthMiddleware] Database error: ").await;
    server.rename_by_hand("people_away", "people");
    // The conversation is found, and what was missed there is not.
    open(server.address, "/ws/location/3/13/", &token(3))
        .await
        .leave()
        .await;
    server.rename_by_hand("messages", "messages_away");
    let mut newcomer = open(server.address, "/ws/chat/3/13/?after=0", &token(3)).await;
    assert_eq!(newcomer.closed().await.0, 1011);
    let cause = rest(&server, "ERROR: [ChatConsumer] Failed to add to channel group: ").await;
    assert!(cause.contains("messages"), "{cause}");
    logged(&server, "INFO: [ChatConsumer] WebSocket disconnected, code: 1011").await;
    server.rename_by_hand("messages_away", "messages");

    // Whoever was in is still in, and the next one comes in.
    let again = talk(&mut inside, "still here").await;
    let mut newcomer = open(server.address, "/ws/chat/1/11/", &token(11)).await;
    assert_eq!(
        talk(&mut newcomer, "me too").await["conversation_id"],
        again["conversation_id"]
    );
}
