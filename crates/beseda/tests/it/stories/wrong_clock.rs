//! The clock of a running server goes twenty years ahead and back: it goes on, and nothing of that is left but a few times.

use crate::harness::machine::WrongClock;
use crate::harness::{Actor, Server, Town, in_time};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

const TWENTY_YEARS: i64 = 20 * 365 * 86_400;

/// Two orders of the same people.
fn town() -> Town {
    let person = |id: i64, role: &str| json!({"id": id, "email": format!("p{id}@shop.example"), "role": role});
    let order = |id: i64| json!({"id": id, "client": 1, "expert": 2, "operator": 3});
    Town::default()
        .person(person(1, "client"))
        .person(person(2, "expert"))
        .person(person(3, "operator"))
        .order(order(1))
        .order(order(2))
}

/// Waits until the log has told so many leaps, on standard error and in its file.
async fn leapt(server: &Server, way: &str, times: usize) {
    let told = format!("the clock has leapt {way} by ");
    in_time("the log tells that the clock has leapt", async {
        while server.logs().matches(&told).count() < 2 * times {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

async fn person(server: &Server, id: i64) -> Actor {
    let token = server.tokens(&[id]).await.remove(0);
    Actor::new(server.address, id, &token)
}

fn year(message: &Value) -> i64 {
    let at = message["created_at"].as_str().expect("a time");
    at.split('-').next().expect("a year").parse().expect("a number")
}

/// The rooms of somebody, as they are listed.
async fn listed(actor: &Actor) -> Vec<i64> {
    let rooms = actor.get("/api/chat/rooms/").await.json();
    let rooms = rooms.as_array().or_else(|| rooms["results"].as_array()).cloned();
    let rooms = rooms.expect("a list");
    rooms
        .iter()
        .map(|room| room["id"].as_i64().expect("a number"))
        .collect()
}

#[tokio::test]
async fn a_clock_that_goes_twenty_years_ahead_and_back_poisons_nothing() {
    let mut server = Server::start("wrong-clock", "", &town()).await;
    server.ask_to_stop();
    server.stopped().await;
    let clock = WrongClock::of(&mut server);
    server.serve().await;
    let client = person(&server, 1).await;
    let [first, second] = [client.room_of(1).await, client.room_of(2).await];
    let before = client.send(first, "before").await;
    let mut socket = client.listen(first).await;

    clock.is_ahead_by(TWENTY_YEARS);
    leapt(&server, "forward", 1).await;
    let of_the_future = person(&server, 1).await;
    let wrong = of_the_future.send(second, "of the future").await;
    assert_eq!(year(&wrong), year(&before) + 20);
    of_the_future.send(first, "as well").await;
    of_the_future.send(second, "and there").await;
    server.command(&["person", "sign-out", "2"]).await;

    clock.is_ahead_by(0);
    leapt(&server, "back", 1).await;
    // Whoever was let in before is let in still, and what is said now is said now.
    let after = client.send(first, "after").await;
    assert_eq!(year(&after), year(&before));
    assert!(after["created_at"].as_str() >= before["created_at"].as_str());
    assert_eq!(listed(&client).await, [first, second], "what happened last comes first");
    let texts = |messages: Vec<Value>| -> Vec<String> {
        messages
            .iter()
            .map(|message| message["message"].as_str().expect("a text").to_owned())
            .collect()
    };
    assert_eq!(texts(client.all_messages(first).await), ["before", "as well", "after"]);
    let heard = socket.texts_until("after").await;
    assert_eq!(heard, ["as well", "after"]);

    // A token of now lets in whoever was signed out then, and they can be signed out of now.
    let expert = person(&server, 2).await;
    assert_eq!(listed(&expert).await, [first, second]);
    server.command(&["person", "sign-out", "2"]).await;
    assert_eq!(expert.get("/api/chat/rooms/").await.status, 401);
    let expert = in_time("they can come in again", async {
        loop {
            let expert = person(&server, 2).await;
            if expert.get("/api/chat/rooms/").await.status == 200 {
                return expert;
            }
        }
    })
    .await;
    expert.send(second, "here I am").await;

    // Behind as far, and back.
    clock.is_ahead_by(-TWENTY_YEARS);
    leapt(&server, "back", 2).await;
    let of_the_past = person(&server, 1).await;
    let old = of_the_past.send(first, "of the past").await;
    assert_eq!(year(&old), year(&before) - 20);
    clock.is_ahead_by(0);
    leapt(&server, "forward", 2).await;
    assert_eq!(listed(&client).await, [first, second]);
    let last = client.send(second, "last").await;
    assert_eq!(year(&last), year(&before));
    assert_eq!(listed(&client).await, [second, first]);

    server.kill();
    server.serve().await;
    let client = client.at(server.address);
    assert_eq!(listed(&client).await, [second, first]);
    assert_eq!(
        texts(client.all_messages(first).await),
        ["before", "as well", "after", "of the past"]
    );
    assert_eq!(
        texts(client.all_messages(second).await),
        ["of the future", "and there", "here I am", "last"]
    );
}
