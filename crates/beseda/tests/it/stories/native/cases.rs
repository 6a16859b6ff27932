//! Cases over HTTP and on the socket: whoever works at the desk lists them, takes them and hears of them, and nobody else does.

use super::application::app_key;
use super::{hello, next, open};
use crate::harness::host::now;
use crate::harness::{Actor, Server, Socket, Town};
use crate::stories::server_api::assert_problem;
use reqwest::Method;
use serde_json::{Value, json};

/// Two operators and a client of an order, at desks with such settings.
async fn desk(story: &str, settings: &str) -> (Server, Actor, Actor, Actor) {
    let person = |id: i64, name: &str, role: &str| json!({"id": id, "first_name": name, "role": role});
    let people = [
        person(5, "Ольга", "operator"),
        person(6, "Пётр", "operator"),
        person(7, "Клим", "client"),
        person(8, "Эдгар", "expert"),
    ];
    let order = json!({"id": 1, "number": "А-1", "client": 7, "expert": 8, "operator": 5, "status": "active"});
    let town = people.into_iter().fold(Town::default(), Town::person).order(order);
    let server = Server::start(story, settings, &town).await;
    let tokens = server.tokens(&[5, 6, 7]).await;
    let [olga, pyotr, klim] = [(5, 0), (6, 1), (7, 2)].map(|(id, at)| Actor::new(server.address, id, &tokens[at]));
    (server, olga, pyotr, klim)
}

/// A visitor's room, by its key.
async fn visit(server: &Server, text: &str) -> String {
    let nobody = Actor::new(server.address, 0, "");
    let wish = json!({
        "kind": "support", "name": "Вера", "email": "vera@shop.example", "text": text,
        "page": "https://shop.example/cart", "custom": {"cart": 7},
    });
    let opened = nobody.post("/api/v1/rooms/", &wish).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    opened.json()["key"].as_str().expect("a key").to_owned()
}

/// The visitor says something in their room, by contract 5: its id is the key.
async fn visitor_says(server: &Server, room: &str, text: &str) {
    let id = room.trim_start_matches("support:");
    let path = format!("/api/public/chat-rooms/{id}/send_message/");
    let sent = Actor::new(server.address, 0, "")
        .post(&path, &json!({"message": text}))
        .await;
    assert_eq!(sent.status, 201, "{sent:?}");
}

fn path(room: &str) -> String {
    format!("/api/v1/cases/{room}/")
}

async fn say(who: &Actor, room: &str, text: &str) {
    let sent = who
        .post(&format!("/api/v1/rooms/{room}/messages/"), &json!({"text": text}))
        .await;
    assert_eq!(sent.status, 201, "{sent:?}");
}

/// The next news of a case.
async fn news(socket: &mut Socket) -> Value {
    let mut frame = next(socket, "case").await;
    let case = frame.as_object_mut().expect("an object");
    case.remove("type");
    frame
}

#[tokio::test]
async fn the_desk_answers_a_visitor_and_hears_whose_turn_it_is() {
    let (server, olga, pyotr, klim) = desk("native-cases", "").await;
    let (mut socket, ..) = hello(&olga, None).await;
    let (mut clients, ..) = hello(&klim, None).await;
    let room = visit(&server, "Где мой заказ?").await;
    let heard = news(&mut socket).await;
    assert_eq!(heard["room"], room.as_str());
    assert_eq!((&heard["state"], &heard["owes"]), (&json!("new"), &json!("us")));
    assert_eq!(heard["about"]["last_message"]["text"], "Где мой заказ?");
    let by = &heard["visitor"];
    assert_eq!(
        (&by["name"], &by["email"]),
        (&json!("Вера"), &json!("vera@shop.example"))
    );
    assert_eq!(
        (&by["page"], &by["custom"]),
        (&json!("https://shop.example/cart"), &json!({"cart": 7}))
    );
    assert_eq!(by["referrer"], Value::Null);
    let listed = olga
        .get("/api/v1/cases/?assigned=none&state=new&owes=us&sort=oldest")
        .await;
    assert_eq!(listed.json()["items"], json!([heard]), "what is heard can be asked for");
    assert_eq!(olga.get(&path(&room)).await.json(), heard);

    let taken = olga
        .ask(Method::PATCH, &path(&room), &json!({"assigned_to": "5"}))
        .await;
    assert_eq!(
        (taken.status, &taken.json()["assigned_to"]),
        (200, &json!("5")),
        "{taken:?}"
    );
    assert_eq!(news(&mut socket).await["state"], "open");
    let late = pyotr
        .ask(Method::PATCH, &path(&room), &json!({"assigned_to": "6"}))
        .await;
    assert_problem(&late, 409, "taken");
    assert_eq!(late.json()["by"], "5", "{late:?}");
    say(&olga, &room, "Уже в пути").await;
    let answered = news(&mut socket).await;
    assert_eq!(
        (&answered["owes"], &answered["state"]),
        (&json!("them"), &json!("open"))
    );
    let body = json!({"assigned_to": "6", "taken_from": "5", "state": "resolved", "tags": ["доставка"]});
    let moved = pyotr.ask(Method::PATCH, &path(&room), &body).await;
    assert_eq!(
        (moved.status, &moved.json()["state"]),
        (200, &json!("resolved")),
        "{moved:?}"
    );
    assert_eq!(news(&mut socket).await, olga.get(&path(&room)).await.json());
    // A second word changes nothing of whose turn it is, and is heard all the same.
    visitor_says(&server, &room, "Спасибо").await;
    assert_eq!(news(&mut socket).await["state"], "open");
    visitor_says(&server, &room, "И ещё").await;
    assert_eq!(news(&mut socket).await["about"]["last_message"]["text"], "И ещё");
    // So is an edit.
    let edit = format!("/api/v1/rooms/{room}/messages/2/");
    let edited = olga.ask(Method::PATCH, &edit, &json!({"text": "В пути"})).await;
    assert_eq!(edited.status, 200, "{edited:?}");
    assert_eq!(news(&mut socket).await["about"]["last_message"]["text"], "И ещё");
    let of_contract = olga
        .get(&format!(
            "/api/admin/chat-rooms/{}/",
            room.trim_start_matches("support:")
        ))
        .await;
    assert_eq!(of_contract.json()["status"], "open");

    // Nobody else may know that there is such a thing, or hears of it.
    assert_problem(&klim.get("/api/v1/cases/").await, 403, "not_allowed");
    assert_problem(&klim.get(&path(&room)).await, 404, "no_such_room");
    clients.say(&json!({"type": "nothing"})).await;
    assert_eq!(next(&mut clients, "refused").await["code"], "unknown_type");
}

#[tokio::test]
async fn orders_have_cases_where_settings_say_so_for_whoever_reads_them() {
    let settings = "[kinds.order]\ndesk = true\n";
    let (_server, olga, pyotr, klim) = desk("native-cases-orders", settings).await;
    let room = "order:1";
    assert_eq!(klim.post("/api/v1/rooms/", &json!({"key": room})).await.status, 201);
    say(&klim, room, "Сколько это стоит?").await;
    let case = olga.get(&path(room)).await.json();
    assert_eq!((&case["owes"], &case["visitor"]), (&json!("us"), &Value::Null));
    assert_problem(&pyotr.get(&path(room)).await, 404, "no_such_room");
    assert_eq!(pyotr.get("/api/v1/cases/").await.json()["items"], json!([]));
    assert_problem(&klim.get(&path(room)).await, 403, "not_allowed");
    let wrong = olga.ask(Method::PATCH, &path(room), &json!({"assigned_to": "6"})).await;
    assert_problem(&wrong, 400, "invalid");
    assert!(wrong.json()["errors"]["assigned_to"].is_array(), "{wrong:?}");

    let (mut socket, ..) = hello(&olga, None).await;
    open(&mut socket, room).await;
    say(&olga, room, "Сто").await;
    next(&mut socket, "changes").await;
    assert_eq!(news(&mut socket).await["owes"], "them");
}

#[tokio::test]
async fn what_is_wrong_with_a_case_is_told_by_its_field() {
    let settings = "limits.case_tags = 2\nlimits.tag_chars = 3\n";
    let (server, olga, ..) = desk("native-cases-limits", settings).await;
    let room = visit(&server, "?").await;
    for (body, field) in [
        (json!({"state": "closed"}), "state"),
        (json!({"state": "snoozed"}), "snoozed_until"),
        (
            json!({"snoozed_until": "2020-01-01T00:00:00Z", "state": "snoozed"}),
            "snoozed_until",
        ),
        (json!({"snoozed_until": "soon"}), "snoozed_until"),
        (json!({"assigned_to": "404"}), "assigned_to"),
        (json!({"assigned_to": "7"}), "assigned_to"),
        (json!({"assigned_to": []}), "assigned_to"),
        (json!({"tags": ["a", "b", "c"]}), "tags"),
        (json!({"tags": ["четы"]}), "tags"),
        (json!({"tags": "a"}), "tags"),
        (json!({"owes": "us"}), "owes"),
    ] {
        let refused = olga.ask(Method::PATCH, &path(&room), &body).await;
        assert_problem(&refused, 400, "invalid");
        assert!(refused.json()["errors"][field].is_array(), "{body}: {refused:?}");
    }
    for (query, field) in [
        ("state=closed", "state"),
        ("owes=me", "owes"),
        ("sort=newest", "sort"),
        ("tag=%D1%87%D0%B5%D1%82%D1%8B", "tag"),
        ("cursor=x", "cursor"),
        ("colour=red", "colour"),
    ] {
        let refused = olga.get(&format!("/api/v1/cases/?{query}")).await;
        assert_problem(&refused, 400, "invalid");
        assert!(refused.json()["errors"][field].is_array(), "{query}: {refused:?}");
    }
    let tagged = olga
        .ask(Method::PATCH, &path(&room), &json!({"tags": ["b", "a", "b"]}))
        .await;
    assert_eq!(tagged.json()["tags"], json!(["a", "b"]), "{tagged:?}");
    let untagged = olga.ask(Method::PATCH, &path(&room), &json!({"tags": null})).await;
    assert_eq!(untagged.json()["tags"], json!([]), "{untagged:?}");
    assert_eq!(olga.get("/api/v1/cases/?assigned=404").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_snooze_ends_by_itself() {
    let (server, olga, ..) = desk("native-cases-snooze", "").await;
    let (mut socket, ..) = hello(&olga, None).await;
    let room = visit(&server, "?").await;
    news(&mut socket).await;
    let soon = jiff::Timestamp::from_second(now() + 3).expect("a moment");
    let body = json!({"state": "snoozed", "snoozed_until": soon.to_string()});
    let snoozed = olga.ask(Method::PATCH, &path(&room), &body).await;
    assert_eq!(
        (snoozed.status, &snoozed.json()["state"]),
        (200, &json!("snoozed")),
        "{snoozed:?}"
    );
    assert_eq!(news(&mut socket).await["state"], "snoozed");
    let open = news(&mut socket).await;
    assert_eq!((&open["state"], &open["snoozed_until"]), (&json!("open"), &Value::Null));
}

#[tokio::test]
async fn a_note_is_heard_by_the_staff_alone() {
    let (server, olga, pyotr, _) = desk("native-notes", "").await;
    let room = visit(&server, "?").await;
    let id = room.trim_start_matches("support:");
    let notes = format!("notes:{id}");
    let at_shop = format!("/ws/chat/{id}/");
    let mut visitor = Socket::open(server.address, &at_shop, &[]).await.expect("their room");
    assert_eq!(visitor.frame().await["type"], "message_history");
    let (mut socket, ..) = hello(&olga, None).await;
    let missing = pyotr.get(&format!("/api/v1/rooms/{notes}/")).await;
    assert_problem(&missing, 404, "no_such_room");
    assert_eq!(pyotr.post("/api/v1/rooms/", &json!({"key": notes})).await.status, 201);
    say(&pyotr, &notes, "Грубит").await;
    let told = news(&mut socket).await;
    assert_eq!((&told["room"], &told["notes"]), (&json!(room), &json!(1)));
    let opened = open(&mut socket, &notes).await;
    assert_eq!(opened["messages"][0]["text"], "Грубит");
    say(&pyotr, &notes, "Осторожно").await;
    let heard = next(&mut socket, "changes").await;
    assert_eq!(
        (&heard["room"], &heard["messages"][0]["text"]),
        (&json!(notes), &json!("Осторожно"))
    );

    // To the application they are not there, and it says nothing in them.
    let key = Actor::new(server.address, 0, &app_key(&server, "rooms").await);
    let said = key
        .post(
            &format!("/api/v1/rooms/{notes}/system-messages/"),
            &json!({"text": "x"}),
        )
        .await;
    assert_problem(&said, 404, "no_such_room");
    assert_problem(
        &key.get(&format!("/api/v1/rooms/{notes}/messages/")).await,
        404,
        "no_such_room",
    );
    let listed = key.get("/api/v1/app/rooms/?updated_after=2020-01-01T00:00:00Z").await;
    assert!(
        listed.text.contains(&room) && !listed.text.contains("notes:"),
        "{listed:?}"
    );
    // The visitor's next word is the next thing that their socket hears.
    say(&olga, &room, "Минуту").await;
    let heard = visitor.frame().await;
    assert_eq!(heard["message"]["message"], "Минуту", "{heard}");
}

#[tokio::test]
async fn whoever_works_at_a_desk_knows_who_else_does() {
    let (_server, olga, pyotr, klim) = desk("native-colleagues", "").await;
    let found = olga.get("/api/v1/people/?search=%D0%9F%D1%91").await.json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(
        (&found["items"][0]["id"], &found["items"][0]["name"]),
        (&json!("6"), &json!("Пётр"))
    );
    assert_eq!(pyotr.get("/api/v1/people/5/").await.json()["name"], "Ольга");
    // Who does not work there neither finds them nor is told by this who they are.
    assert_eq!(
        klim.get("/api/v1/people/?search=%D0%9F%D1%91").await.json()["items"],
        json!([])
    );
    assert_problem(&klim.get("/api/v1/people/6/").await, 404, "not_found");
    assert_problem(&olga.get("/api/v1/people/8/").await, 404, "not_found");
}
