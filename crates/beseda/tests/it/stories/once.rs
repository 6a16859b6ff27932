//! Races: who comes at once gets one room, and one message.

use crate::harness::town::shared;
use crate::harness::{Actor, Server, Socket, Town};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::HashSet;

#[tokio::test]
async fn two_hundred_who_open_a_room_at_once_get_one() {
    let party = shared().await.party(1).await;
    let people = [&party.client, &party.expert, &party.operator];
    let body = json!({"order_id": party.order});
    let path = ["/api/chat/rooms/create_for_order/", "/api/chat/rooms/"];
    let calls = (0..200).map(|n| people[n % 3].post(path[usize::from(n % 7 == 0)], &body));
    let answers = join_all(calls).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(201), count(200)), (1, 199));
    let rooms: HashSet<i64> = answers
        .iter()
        .map(|answer| answer.json()["id"].as_i64().expect("an id"))
        .collect();
    assert_eq!(rooms.len(), 1);
    for person in people {
        let list = person.get("/api/chat/rooms/").await.json();
        assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
        assert_eq!(list[0]["participants"].as_array().map(Vec::len), Some(3), "{list}");
    }
}

#[tokio::test]
async fn fifty_strangers_with_one_client_id_open_one_room_and_say_one_thing() {
    let server = Server::start("once-visitors", "limits.rooms_per_hour = 1000", &Town::parties(1)).await;
    let visitor = Actor::new(server.address, 0, "");
    let body = json!({"customer_name": "Вера", "message": "Ау", "client_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"});
    let answers = join_all((0..50).map(|_| visitor.post("/api/public/chat-rooms/", &body))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(201), count(200)), (1, 49));
    let rooms: HashSet<String> = answers.iter().map(|answer| answer.json()["id"].to_string()).collect();
    assert_eq!(rooms.len(), 1);
    let room = answers[0].json()["id"].as_str().expect("an id").to_owned();
    let said = visitor
        .get(&format!("/api/public/chat-rooms/{room}/get_messages/"))
        .await
        .json();
    assert_eq!(said.as_array().map(Vec::len), Some(1), "{said}");
}

/// What a socket of the sender hears of the message that all of them send: the broadcast, and an answer a retry.
async fn hear_own(socket: &mut Socket) -> Vec<Value> {
    socket
        .frames_until(|frame| frame["message"]["message"] == "the end")
        .await
}

async fn send_by_rest(sender: &Actor, room: i64) -> Value {
    let body = json!({"room": room, "message": "only once", "client_id": "the-one"});
    let answer = sender.post("/api/chat/messages/", &body).await;
    assert!([200, 201].contains(&answer.status), "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn two_hundred_sends_with_one_client_id_make_one_message() {
    let party = shared().await.party(2).await;
    let (sender, room) = (&party.client, party.client.room_of(party.order).await);
    let mut other = party.expert.listen(room).await;
    let mut sockets = join_all((0..10).map(|_| sender.listen(room))).await;

    let frame = json!({"type": "chat_message", "message": "only once", "client_id": "the-one"});
    let by_socket = join_all(sockets.iter_mut().map(async |socket| {
        for _ in 0..10 {
            socket.say(&frame).await;
        }
    }));
    let by_rest = join_all((0..100).map(|_| send_by_rest(sender, room)));
    let (_, answers) = tokio::join!(by_socket, by_rest);

    // A frame behind the ten on the same socket is answered after them.
    for socket in &mut sockets {
        socket.say(&json!({"type": "done"})).await;
    }
    let mut ids: HashSet<i64> = answers
        .iter()
        .map(|message| message["id"].as_i64().expect("an id"))
        .collect();
    let mut heard = 0;
    for socket in &mut sockets {
        while heard_of_one(socket, &mut ids).await {
            heard += 1;
        }
    }
    sender.send(room, "the end").await;
    for socket in &mut sockets {
        let late = hear_own(socket).await;
        heard += late.len() - 1;
        ids.extend(
            late.iter()
                .rev()
                .skip(1)
                .map(|frame| frame["message"]["id"].as_i64().expect("an id")),
        );
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    // Ten broadcasts, and an answer to every retry by frame: all of them, but for the one that was first, if it was.
    assert!((109..=110).contains(&heard), "{heard} frames");
    assert_eq!(other.texts_until("the end").await, ["only once", "the end"]);
    let messages = party.expert.all_messages(room).await;
    let texts: Vec<_> = messages.iter().map(|message| message["message"].clone()).collect();
    assert_eq!(texts, ["only once", "the end"]);
}

/// Hears one frame of the message, or the answer to the unknown frame behind them all.
async fn heard_of_one(socket: &mut Socket, ids: &mut HashSet<i64>) -> bool {
    let frame = socket.frame().await;
    if frame["type"] == "error" {
        assert_eq!(frame["code"], "unknown_type", "{frame}");
        return false;
    }
    assert_eq!(frame["client_id"], "the-one", "{frame}");
    ids.insert(frame["message"]["id"].as_i64().expect("an id"))
        .then(|| assert_eq!(frame["message"]["message"], "only once"));
    true
}

#[tokio::test]
async fn a_hundred_frames_in_a_row_keep_their_order() {
    let party = shared().await.party(3).await;
    let room = party.client.room_of(party.order).await;
    let (mut sender, mut other) = (party.client.listen(room).await, party.expert.listen(room).await);
    let texts: Vec<String> = (0..100).map(|n| format!("number {n}")).collect();
    for text in &texts {
        sender.say(&json!({"type": "chat_message", "message": text})).await;
    }
    assert_eq!(sender.texts_until("number 99").await, texts);
    assert_eq!(other.texts_until("number 99").await, texts);
}

#[tokio::test]
async fn nobody_gets_another_persons_answer() {
    let server = shared().await;
    let parties = join_all((30..40).map(|n| server.party(n))).await;
    let people: Vec<(&Actor, i64)> = parties
        .iter()
        .flat_map(|p| [(&p.client, p.order), (&p.expert, p.order)])
        .collect();
    let rooms = join_all(people.iter().map(|(person, order)| person.room_of(*order))).await;
    let calls = (0..600).map(async |n: usize| {
        let ((person, order), room) = (people[n % people.len()], rooms[n % people.len()]);
        if n.is_multiple_of(3) {
            let sent = person.send(room, &format!("of {}", person.id)).await;
            assert_eq!(
                (&sent["room"], &sent["sender"]["id"]),
                (&json!(room), &json!(person.id))
            );
        } else {
            let list = person.get("/api/chat/rooms/").await.json();
            assert_eq!(
                (list.as_array().map(Vec::len), &list[0]["order"]),
                (Some(1), &json!(order)),
                "{list}"
            );
        }
    });
    join_all(calls).await;
    for ((person, order), room) in people.iter().zip(&rooms) {
        for message in person.all_messages(*room).await {
            let sender = message["sender"]["id"].as_i64().expect("a sender");
            assert_eq!(sender / 10, *order, "{message}");
            assert_eq!(message["message"], format!("of {sender}"));
        }
    }
}
