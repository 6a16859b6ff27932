//! What is asked beside the socket.

use super::party;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_room_is_read_written_and_changed_by_calls() {
    let (_server, client, expert) = party("native-calls", "").await;
    let opened = client.post("/api/v1/rooms/", &json!({"key": "order:1"})).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let room = opened.json();
    assert_eq!(room["members"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        client.post("/api/v1/rooms/", &json!({"key": "order:1"})).await.status,
        200
    );
    let path = "/api/v1/rooms/order:1";

    let sent = client
        .post(
            &format!("{path}/messages/"),
            &json!({"text": "Готово", "client_id": "a"}),
        )
        .await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let again = client
        .post(
            &format!("{path}/messages/"),
            &json!({"text": "Готово", "client_id": "a"}),
        )
        .await;
    assert_eq!((again.status, again.json()), (200, sent.json()));
    let reply = expert
        .post(
            &format!("{path}/messages/"),
            &json!({"text": "Спасибо, @11", "reply_to": 1, "mentions": ["11", "14"], "custom": {"mood": 1}}),
        )
        .await
        .json();
    assert_eq!(reply["reply_to"]["excerpt"], "Готово");
    assert_eq!(reply["mentions"], json!(["11"]), "who is not in the room is left out");
    assert_eq!(reply["custom"], json!({"mood": 1}));

    let page = client.get(&format!("{path}/messages/?limit=1")).await.json();
    assert_eq!(page["items"][0]["seq"], 2);
    assert_eq!((&page["has_before"], &page["has_after"]), (&json!(true), &json!(false)));
    let two = client.get(&format!("{path}/messages/?before=2&after=1")).await;
    assert_eq!((two.status, &two.json()["code"]), (400, &json!("invalid")));

    let me = client.get("/api/v1/me/").await.json();
    assert_eq!(me["unread"], json!({"rooms": 1, "messages": 1, "mentions": 1}));
    let read = client
        .ask(Method::PUT, &format!("{path}/receipt/"), &json!({"read_seq": 2}))
        .await
        .json();
    assert_eq!((&read["unread"], &read["mentions"]), (&json!(0), &json!(0)));

    // What is quoted is quoted as it is now.
    let edited = client
        .ask(
            Method::PATCH,
            &format!("{path}/messages/1/"),
            &json!({"text": "Готово!"}),
        )
        .await;
    assert_eq!(edited.status, 200, "{edited:?}");
    let quoting = expert.get(&format!("{path}/messages/2/")).await.json();
    assert_eq!(quoting["reply_to"]["excerpt"], "Готово!");
    let versions = client.get(&format!("{path}/messages/1/versions/")).await.json();
    assert_eq!(versions["items"][0]["text"], "Готово");
    assert_eq!(
        expert.get(&format!("{path}/messages/1/versions/")).await.json()["code"],
        "not_author"
    );
    let foreign = expert
        .ask(Method::PATCH, &format!("{path}/messages/1/"), &json!({"text": "x"}))
        .await;
    assert_eq!((foreign.status, &foreign.json()["code"]), (403, &json!("not_author")));

    let reaction = format!("{path}/messages/1/reactions/%F0%9F%91%8D/");
    let reacted = expert.ask(Method::PUT, &reaction, &json!({})).await;
    assert_eq!(reacted.json()["reactions"][0]["mine"], true, "{reacted:?}");
    assert_eq!(expert.ask(Method::DELETE, &reaction, &json!({})).await.status, 204);
    assert_eq!(
        client
            .ask(Method::PUT, &format!("{path}/messages/1/pin/"), &json!({}))
            .await
            .status,
        200
    );
    let pins = expert.get(&format!("{path}/pins/")).await.json();
    assert_eq!(pins["items"][0]["pinned"]["by"], "11");

    let cursor = page["cursor"].as_str().expect("a cursor");
    let changes = expert.get(&format!("{path}/changes/?after={cursor}")).await.json();
    let heads: Vec<_> = changes["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["seq"])
        .collect();
    assert!(heads.contains(&&json!(1)) && heads.contains(&&json!(2)), "{changes}");
    assert_eq!(
        client
            .ask(Method::DELETE, &format!("{path}/messages/1/"), &json!({}))
            .await
            .status,
        204
    );
    let erased = client.get(&format!("{path}/messages/1/")).await;
    assert_eq!((erased.status, &erased.json()["text"]), (200, &json!("")));
    let again = client
        .ask(Method::DELETE, &format!("{path}/messages/1/"), &json!({}))
        .await;
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("erased")));
}

#[tokio::test]
async fn whose_room_it_is_not_is_told_what_they_would_be_told_of_none() {
    let (server, client, _) = party("native-foreign", "").await;
    client.room_of(1).await;
    let stranger = server.party(1).await.stranger;
    for path in ["", "messages/", "messages/1/", "members/", "changes/", "pins/"] {
        let mine = stranger.get(&format!("/api/v1/rooms/order:1/{path}")).await;
        let none = stranger.get(&format!("/api/v1/rooms/order:404/{path}")).await;
        assert_eq!((mine.status, mine.text), (none.status, none.text), "{path}");
        assert_eq!(mine.status, 404);
    }
}

#[tokio::test]
async fn one_sees_a_room_otherwise_and_lists_follow() {
    let (_server, client, expert) = party("native-view", "").await;
    let room = client.room_of(1).await;
    expert.send(room, "Новости").await;
    let see = async |body: serde_json::Value| client.ask(Method::PATCH, "/api/v1/rooms/order:1/me/", &body).await;
    let me = see(json!({"pinned": true, "muted_until": "2099-01-01T00:00:00Z"}))
        .await
        .json();
    assert_eq!(
        (&me["pinned"], &me["muted_until"]),
        (&json!(true), &json!("2099-01-01T00:00:00.000000Z"))
    );
    assert_eq!(
        client.get("/api/v1/me/").await.json()["unread"]["rooms"],
        0,
        "muted rooms count nothing"
    );
    assert_eq!(see(json!({"archived": true})).await.status, 200);
    assert_eq!(client.get("/api/v1/rooms/").await.json()["items"], json!([]));
    let archived = client.get("/api/v1/rooms/?archived=true&unread=true").await.json();
    assert_eq!(archived["items"][0]["key"], "order:1");
    assert!(archived["token"].is_string());
    assert_eq!(client.get("/api/v1/rooms/?colour=1").await.json()["code"], "invalid");
}

#[tokio::test]
async fn what_is_meant_for_another_is_refused_with_oneself_by_the_name_of_its_field() {
    let (_server, client, _) = party("native-oneself", "").await;
    let room = client
        .post("/api/v1/rooms/", &json!({"kind": "private", "with": "11"}))
        .await;
    let block = client.ask(Method::PUT, "/api/v1/me/blocks/11/", &json!({})).await;
    for (answer, field) in [(room, "with"), (block, "id")] {
        let json = answer.json();
        assert_eq!((answer.status, &json["code"]), (400, &json!("invalid")), "{json}");
        assert!(json["errors"][field].is_array(), "{json}");
    }
}
