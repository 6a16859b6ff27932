//! A reader who stops reading is cut with 4008, holds nobody up, and is whole again after reconnect.

use crate::harness::{Heard, Server, Socket, Town};
use serde_json::{Value, json};

/// So many messages of so many characters are far beyond what the kernel and the queue can hold together.
const MESSAGES: usize = 500;
const CHARS: usize = 10_000;

#[tokio::test]
async fn a_reader_who_stops_reading_is_cut_and_whole_after_reconnect() {
    // The reader wakes up at once after the flood; on a slow machine that is more than the usual ten seconds.
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

    let mut heard = 0;
    loop {
        match slow.hear().await {
            Heard::Frame(frame) => {
                assert_eq!(number_of(&frame["message"]), heard, "what is heard has no hole");
                heard += 1;
            }
            Heard::Closed(code, _) => {
                assert_eq!(code, 4008);
                break;
            }
            Heard::Lost(why) => panic!("cut without its code: {why}"),
        }
    }
    assert!(heard < MESSAGES, "the slow reader was never cut");

    let back = party.operator.listen(room).await;
    let newest: Vec<usize> = back.history.iter().map(number_of).collect();
    assert_eq!(newest, (MESSAGES - 50..MESSAGES).collect::<Vec<_>>());
    let all: Vec<usize> = party.operator.all_messages(room).await.iter().map(number_of).collect();
    assert_eq!(all, (0..MESSAGES).collect::<Vec<_>>());
}

fn number_of(message: &Value) -> usize {
    let text = message["message"].as_str().expect("a message has a text");
    text.split_whitespace()
        .next()
        .and_then(|word| word.trim_end_matches('ж').parse().ok())
        .expect("a number in front")
}
