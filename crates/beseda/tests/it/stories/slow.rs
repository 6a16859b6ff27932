//! A reader who reads slowly, or not at all for a while, holds nobody up and hears everything.

use crate::harness::{Server, Socket, Town};
use serde_json::{Value, json};

/// So many messages of so many characters are far beyond what the kernel and the queue can hold together.
const MESSAGES: usize = 500;
const CHARS: usize = 10_000;

#[tokio::test]
async fn a_reader_who_stops_reading_for_a_while_hears_everything_once_and_in_order() {
    // The reader wakes up at once after the flood; on a slow machine that may take long.
    let settings = "limits.write_stall_seconds = 600\nlimits.gone_seconds = 600";
    let server = Server::start("slow", settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let path = format!("/ws/chat/{room}/?token={}", party.operator.token);
    let mut slow = Socket::open_narrow(server.address, &path).await;
    assert_eq!(slow.frame().await["type"], "message_history");
    let mut sender = party.client.listen(room).await;
    let mut other = party.expert.listen(room).await;

    for n in 0..MESSAGES {
        // Two bytes a character; the number makes each its own.
        let text = format!("{n:<6}{}", "ж".repeat(CHARS - 6));
        sender.say(&json!({"type": "chat_message", "message": text})).await;
        // The others hear everything while one reads nothing.
        assert_eq!(number_of(&sender.frame().await["message"]), n);
        assert_eq!(number_of(&other.frame().await["message"]), n);
    }
    for n in 0..MESSAGES {
        assert_eq!(
            number_of(&slow.frame().await["message"]),
            n,
            "what is heard has no hole"
        );
    }
    sender.say(&json!({"type": "chat_message", "message": "500"})).await;
    assert_eq!(number_of(&slow.frame().await["message"]), MESSAGES, "and is live again");
}

fn number_of(message: &Value) -> usize {
    let text = message["message"].as_str().expect("a message has a text");
    text.split_whitespace()
        .next()
        .and_then(|word| word.trim_end_matches('ж').parse().ok())
        .expect("a number in front")
}
