//! The store fails for real: who comes is told 1011, the log says why, and who is in stays in.

use super::{logged, open, python, rest, run_python, spa, talk, token};
use crate::harness::Server;
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

/// Holds the database's write lock until it is told to let go.
struct Lock(Child);

impl Lock {
    fn take(server: &Server) -> Self {
        let program = "db.execute('BEGIN IMMEDIATE')\nprint('held', flush=True)\nsys.stdin.readline()\n";
        let mut child = python(server, program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        let mut said = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("an output"));
        stdout.read_line(&mut said).expect("it says when it is ready");
        assert_eq!(said, "held\n");
        Self(child)
    }

    fn release(mut self) {
        let stdin = self.0.stdin.as_mut().expect("an input");
        stdin.write_all(b"\n").expect("it is told");
        assert!(self.0.wait().expect("it ends").success());
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_failure_closes_with_1011_and_stops_nobody_who_is_in() {
    let server = spa("spa-store", "").await;
    let mut inside = open(server.address, "/ws/chat/1/11/", &token(1)).await;
    talk(&mut inside, "before").await;

    // Somebody holds the write lock for longer than the server waits for it.
    let lock = Lock::take(&server);
    inside.say(&json!({"message": "meanwhile", "client_id": "c1"})).await;
    let mut newcomer = open(server.address, "/ws/chat/2/12/", &token(2)).await;
    assert_eq!(newcomer.closed().await.0, 1011);
    let failed = inside.frame().await;
    assert_eq!(
        (&failed["type"], &failed["code"], &failed["client_id"]),
        (&json!("error"), &json!("server_error"), &json!("c1"))
    );
    lock.release();
    let cause = rest(
        &server,
        "ERROR: [ChatConsumer] Database error in get_or_create_conversation: ",
    )
    .await;
    assert!(cause.contains("locked"), "{cause}");
    talk(&mut inside, "after").await;

    // A table is gone.
    run_python(&server, "db.execute('ALTER TABLE rooms RENAME TO rooms_away')");
    let mut newcomer = open(server.address, "/ws/location/1/11/", &token(11)).await;
    assert_eq!(newcomer.closed().await, (1011, "internal error".to_owned()));
    let cause = rest(
        &server,
        "ERROR: [LocationConsumer] Database error in get_or_create_conversation: ",
    )
    .await;
    assert!(cause.contains("rooms"), "{cause}");
    run_python(&server, "db.execute('ALTER TABLE rooms_away RENAME TO rooms')");
    run_python(&server, "db.execute('ALTER TABLE people RENAME TO people_away')");
    let mut newcomer = open(server.address, "/ws/chat/1/11/", &token(11)).await;
    assert_eq!(newcomer.closed().await.0, 1011);
    rest(&server, "ERROR: [JWTAuthMiddleware] Database error: ").await;
    run_python(&server, "db.execute('ALTER TABLE people_away RENAME TO people')");
    // The conversation is found, and what was missed there is not.
    open(server.address, "/ws/location/3/13/", &token(3))
        .await
        .leave()
        .await;
    run_python(&server, "db.execute('ALTER TABLE messages RENAME TO messages_away')");
    let mut newcomer = open(server.address, "/ws/chat/3/13/?after=0", &token(3)).await;
    assert_eq!(newcomer.closed().await.0, 1011);
    let cause = rest(&server, "ERROR: [ChatConsumer] Failed to add to channel group: ").await;
    assert!(cause.contains("messages"), "{cause}");
    logged(&server, "INFO: [ChatConsumer] WebSocket disconnected, code: 1011").await;
    run_python(&server, "db.execute('ALTER TABLE messages_away RENAME TO messages')");

    // Whoever was in is still in, and the next one comes in.
    let again = talk(&mut inside, "still here").await;
    let mut newcomer = open(server.address, "/ws/chat/1/11/", &token(11)).await;
    assert_eq!(
        talk(&mut newcomer, "me too").await["conversation_id"],
        again["conversation_id"]
    );
}
