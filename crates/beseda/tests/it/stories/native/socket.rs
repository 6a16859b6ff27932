//! What is heard on the socket for all rooms.

use super::{future, hello, next, open, party};
use crate::harness::Socket;
use serde_json::json;

#[tokio::test]
async fn two_people_talk_over_one_socket_each() {
    let (_server, client, expert) = party("native-talk", "").await;
    client.room_of(1).await;
    let (mut one, welcome, here) = hello(&client, None).await;
    assert_eq!(welcome["person"]["id"], "11");
    let room = &here["rooms"][0];
    assert_eq!(
        (
            &room["key"],
            &room["kind"],
            &room["member_count"],
            &room["me"]["unread"]
        ),
        (&json!("order:1"), &json!("order"), &json!(3), &json!(0))
    );
    assert!(here["token"].is_string() && here["more"] == false, "{here}");
    assert!(room.get("members").is_none(), "a list tells no members: {room}");
    let (mut other, ..) = hello(&expert, None).await;

    let first = open(&mut one, "order:1").await;
    assert_eq!(
        (&first["reset"], &first["live"], &first["messages"]),
        (&json!(true), &json!(true), &json!([]))
    );
    one.say(
        &json!({"type": "send", "room": "order:1", "client_id": "c-1", "text": "Добрый день", "ref": 1.to_string()}),
    )
    .await;
    // Of the two, which comes first is nobody's promise, nor when what is unread is told.
    let mut frames = Vec::new();
    while frames.len() < 2 {
        let frame = one.frame().await;
        if !["totals", "ping"].iter().any(|passing| frame["type"] == *passing) {
            frames.push(frame);
        }
    }
    frames.sort_by_key(|frame| frame["type"] == "changes");
    let [sent, told] = [frames.remove(0), frames.remove(0)];
    assert_eq!((&sent["type"], &told["type"]), (&json!("sent"), &json!("changes")));
    assert_eq!(sent["ref"], "1");
    assert_eq!(sent["message"], told["messages"][0]);
    assert_eq!(sent["message"]["client_id"], "c-1");
    assert_eq!(sent["message"]["author"]["id"], "11");
    assert_eq!(told["live"], true);
    // Who has not opened it is told in a few words, and not the sender's own name for it.
    let moved = next(&mut other, "moved").await;
    assert_eq!(moved["last_message"]["text"], "Добрый день");
    assert_eq!(moved["last_message"]["client_id"], json!(null));
    assert_eq!((&moved["seq"], &moved["me"]), (&json!(1), &json!(null)));
    let totals = next(&mut other, "totals").await;
    assert_eq!(
        totals,
        json!({"type": "totals", "rooms": 1, "messages": 1, "mentions": 0})
    );

    // A retry gives the first message.
    one.say(&json!({"type": "send", "room": "order:1", "client_id": "c-1", "text": "another"}))
        .await;
    assert_eq!(next(&mut one, "sent").await["message"]["seq"], 1);

    // Whoever opens it with a cursor hears what came since, without a seam.
    let cursor = here["rooms"][0]["cursor"].clone();
    other
        .say(&json!({"type": "open", "room": "order:1", "after": cursor}))
        .await;
    let since = next(&mut other, "changes").await;
    assert_eq!(since["messages"][0]["text"], "Добрый день");
    assert_eq!((&since["reset"], &since["live"]), (&json!(false), &json!(true)));

    other
        .say(&json!({"type": "read", "room": "order:1", "seq": 1, "ref": "r"}))
        .await;
    let read = next(&mut one, "changes").await;
    assert_eq!(
        read["receipts"],
        json!([{"person": "12", "read_seq": 1, "delivered_seq": 1}])
    );
    let own = next(&mut other, "changes").await;
    assert_eq!((&own["me"]["unread"], &own["me"]["read_seq"]), (&json!(0), &json!(1)));
    assert_eq!(next(&mut other, "ok").await["ref"], "r");

    other
        .say(&json!({"type": "react", "room": "order:1", "seq": 1, "emoji": "❤", "on": true, "ref": "x"}))
        .await;
    let reacted = next(&mut one, "changes").await;
    assert_eq!(
        reacted["messages"][0]["reactions"],
        json!([{"emoji": "❤️", "count": 1, "people": ["12"], "mine": false}])
    );
    let own = next(&mut other, "changes").await;
    assert_eq!(own["messages"][0]["reactions"][0]["mine"], true);

    one.say(&json!({"type": "edit", "room": "order:1", "seq": 1, "text": "Добрый вечер", "ref": "e"}))
        .await;
    next(&mut other, "ok").await;
    let edited = next(&mut other, "changes").await;
    assert_eq!(edited["messages"][0]["text"], "Добрый вечер");
    assert_eq!(edited["messages"][0]["reactions"][0]["mine"], true);

    one.say(&json!({"type": "erase", "room": "order:1", "seq": 1, "ref": "z"}))
        .await;
    let erased = next(&mut other, "changes").await;
    assert!(erased["messages"][0]["erased_at"].is_string(), "{erased}");
    assert_eq!(
        (&erased["messages"][0]["text"], &erased["messages"][0]["reactions"]),
        (&json!(""), &json!([]))
    );
}

#[tokio::test]
async fn what_is_no_command_is_refused_by_its_name_and_the_socket_lives_on() {
    let (_server, client, _) = party("native-refused", "").await;
    client.room_of(1).await;
    let (mut socket, ..) = hello(&client, None).await;
    let refusals = [
        (json!({"type": "open", "room": "order:404", "ref": "1"}), "no_such_room"),
        (
            json!({"type": "open", "room": "order:1001", "ref": "1"}),
            "no_such_room",
        ),
        (json!({"type": "open", "room": "!", "ref": "1"}), "no_such_room"),
        (json!({"type": "dance", "ref": "1"}), "unknown_type"),
        (json!({"ref": "1"}), "no_type"),
        (
            json!({"type": "send", "room": "order:1", "text": "", "ref": "1"}),
            "invalid",
        ),
        (
            json!({"type": "send", "room": "order:1", "text": "x", "colour": 1, "ref": "1"}),
            "unknown_field",
        ),
        (
            json!({"type": "send", "room": "order:1", "text": "x", "reply_to": 404, "ref": "1"}),
            "no_such_message",
        ),
        (
            json!({"type": "send", "room": "order:1", "text": "x", "files": ["404"], "ref": "1"}),
            "no_such_file",
        ),
        (
            json!({"type": "react", "room": "order:1", "seq": 1, "emoji": "x", "on": true, "ref": "1"}),
            "invalid",
        ),
        (
            json!({"type": "erase", "room": "order:1", "seq": 404, "ref": "1"}),
            "no_such_message",
        ),
        (
            json!({"type": "open", "room": "order:1", "after": "x", "ref": "1"}),
            "invalid",
        ),
    ];
    for (frame, code) in refusals {
        socket.say(&frame).await;
        let refused = next(&mut socket, "refused").await;
        assert_eq!(
            (&refused["ref"], &refused["code"]),
            (&json!("1"), &json!(code)),
            "{frame}: {refused}"
        );
        assert!(refused["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    }
    open(&mut socket, "order:1").await;
}

#[tokio::test]
async fn who_proves_nothing_is_closed_and_who_says_nothing_too() {
    let (server, client, _) = party("native-nobody", "limits.hello_seconds = 1\n").await;
    let mut socket = Socket::open(server.address, "/api/v1/ws", &[])
        .await
        .expect("an upgrade");
    socket.say(&json!({"type": "open", "room": "order:1"})).await;
    assert_eq!(socket.frame().await["code"], "hello_first");
    assert_eq!(socket.closed().await.0, 4001, "it said nothing for too long");
    let mut socket = Socket::open(server.address, "/api/v1/ws", &[])
        .await
        .expect("an upgrade");
    socket.say(&json!({"type": "hello", "token": "x"})).await;
    assert_eq!(socket.closed().await.0, 4001);
    let mut socket = Socket::open(server.address, "/api/v1/ws", &[])
        .await
        .expect("an upgrade");
    socket.say(&json!({"type": "hello"})).await;
    assert_eq!(socket.closed().await.0, 4001);
    hello(&client, None).await;
}

#[tokio::test]
async fn whoever_comes_back_is_told_of_what_has_moved_alone() {
    let (_server, client, expert) = party("native-back", "").await;
    let room = client.room_of(1).await;
    let (socket, _, here) = hello(&client, None).await;
    drop(socket);
    // What moved while an older transaction of anybody was under way is told again, until that ends.
    let mut still = here.clone();
    while still["rooms"] != json!([]) {
        let token = still["token"].as_str().expect("a token").to_owned();
        let (socket, _, again) = hello(&client, Some(&token)).await;
        drop(socket);
        still = again;
    }
    assert_eq!(still["gone"], json!([]));
    let token = still["token"].as_str().expect("a token");
    expert.send(room, "Вы здесь?").await;
    let (mut socket, _, moved) = hello(&client, Some(token)).await;
    // Behind that at once, and nowhere else: what is unread in all of them.
    assert_eq!(
        socket.frame().await,
        json!({"type": "totals", "rooms": 1, "messages": 1, "mentions": 0})
    );
    assert_eq!(moved["rooms"][0]["key"], "order:1");
    assert_eq!(moved["rooms"][0]["me"]["unread"], 1);
    assert_eq!(moved["rooms"][0]["last_message"]["text"], "Вы здесь?");
    // Nothing but that says whether these are all of them.
    let said = [&here, &still, &moved].map(|here| &here["all"]);
    assert_eq!(said, [&json!(true), &json!(null), &json!(null)]);
    drop(socket);
    let (_socket, _, anew) = hello(&client, Some(&future(token))).await;
    assert_eq!((&anew["all"], &anew["gone"]), (&json!(true), &json!([])));
    assert_eq!(anew["rooms"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_is_heard_of_an_answer_is_what_is_read_of_it() {
    let (_server, client, expert) = party("native-heard", "").await;
    client.room_of(1).await;
    let messages = "/api/v1/rooms/order:1/messages/";
    client.post(messages, &json!({"text": "Где заказ?"})).await;
    let (mut socket, ..) = hello(&client, None).await;
    open(&mut socket, "order:1").await;
    let answered = expert
        .post(messages, &json!({"text": "В пути", "reply_to": 1}))
        .await
        .json();
    let heard = next(&mut socket, "changes").await;
    let read = client.get(&format!("{messages}2/")).await.json();
    assert_eq!(heard["messages"][0], read);
    assert_eq!(answered["reply_to"], read["reply_to"]);
}

#[tokio::test]
async fn whoever_an_edit_begins_or_ceases_to_mention_is_told_how_many_do() {
    let (_server, client, expert) = party("native-mentioned", "").await;
    client.room_of(1).await;
    let messages = "/api/v1/rooms/order:1/messages/";
    expert.post(messages, &json!({"text": "В пути"})).await;
    let (mut socket, ..) = hello(&client, None).await;
    open(&mut socket, "order:1").await;
    for (mentions, count) in [(json!(["11"]), 1), (json!([]), 0)] {
        let edit = json!({"text": "В пути!", "mentions": mentions});
        expert
            .ask(reqwest::Method::PATCH, &format!("{messages}1/"), &edit)
            .await;
        let edited = next(&mut socket, "changes").await;
        assert_eq!(edited["messages"][0]["mentions"], mentions);
        let told = next(&mut socket, "changes").await;
        assert_eq!(told["me"]["mentions"], count, "{told}");
        let room = client.get("/api/v1/rooms/order:1/").await.json();
        assert_eq!((&told["me"], &told["cursor"]), (&room["me"], &room["cursor"]));
    }
}
