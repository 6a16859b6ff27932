//! What runs in a browser when somebody is careless: wherever it is put, it comes back as the text that it is.

use crate::harness::files::Parts;
use crate::harness::{Actor, Answer, Server, Socket, Town, actor};
use reqwest::Method;
use serde_json::{Value, json};

/// The expert of every order, and the others whose names are plain.
const EXPERT: i64 = 2;
const TEACHER: i64 = 3;
const STUDENT: i64 = 4;
const CUSTOMER: i64 = 5;
const THERAPIST: i64 = 6;
const ADMIN: i64 = 7;
/// The client of an order without anything odd about it.
const CLIENT: i64 = 8;
/// The person and the order of the first payload; the others follow.
const FIRST: i64 = 100;

/// The texts, which the browser's tests share.
fn payloads() -> Vec<String> {
    let all: Vec<String> = serde_json::from_str(include_str!("payloads.json")).expect("a list of texts");
    assert!(all.len() >= 60, "{}", all.len());
    all
}

/// Every payload as somebody's names, and as the number of their order.
fn town() -> Town {
    let plain = [
        (EXPERT, "expert"),
        (TEACHER, "teacher"),
        (STUDENT, "student"),
        (CUSTOMER, "customer"),
        (THERAPIST, "therapist"),
        (ADMIN, "admin"),
        (CLIENT, "client"),
    ];
    let plain = plain.iter().map(|(id, role)| {
        json!({"id": id, "username": role, "email": format!("{role}@shop.example"), "first_name": "Plain", "role": role})
    });
    let town = plain.fold(Town::default(), Town::person);
    let town = town.order(json!({"id": 1, "client": CLIENT, "expert": EXPERT}));
    (FIRST..).zip(payloads()).fold(town, |town, (id, payload)| {
        town.person(json!({
            "id": id, "username": payload, "first_name": payload, "last_name": payload, "role": "client",
        }))
        .order(json!({"id": id, "number": payload, "client": id, "expert": EXPERT}))
    })
}

/// A server with the town in it. Nothing of the texts may be in its log, which tells everything else.
struct House {
    server: Server,
    plain: Vec<Actor>,
}

impl House {
    async fn open(story: &str) -> Self {
        let settings = "log_level = \"trace\"\nlimits.uploads_per_minute = 0\nlimits.rooms_per_hour = 0\n\
                        limits.searches_per_second = 0\n";
        let server = Server::start(story, settings, &town()).await;
        let ids: Vec<i64> = (EXPERT..=CLIENT).collect();
        let tokens = server.tokens(&ids).await;
        let plain = ids.iter().zip(tokens);
        let plain = plain
            .map(|(id, token)| Actor::new(server.address, *id, &token))
            .collect();
        Self { server, plain }
    }

    fn person(&self, id: i64) -> &Actor {
        self.plain.iter().find(|actor| actor.id == id).expect("somebody plain")
    }

    /// No line holds a payload, as it is or as JSON writes it.
    fn check_log(&self) {
        let logs = self.server.logs();
        assert!(logs.contains("answered"), "a log that says nothing proves nothing");
        for payload in payloads() {
            let quoted = json!(payload).to_string();
            let told = logs
                .lines()
                .find(|line| line.contains(&payload) || line.contains(quoted.trim_matches('"')));
            assert_eq!(told, None, "{payload:?} is in the log");
        }
    }
}

/// An answer in JSON that no browser takes for anything else, with nothing of the payload in a header.
fn body_of(answer: &Answer, status: u16, payload: &str) -> Value {
    assert_eq!(answer.status, status, "{payload:?}: {answer:?}");
    check_head(answer, payload);
    assert_eq!(
        answer.header("Content-Type"),
        "application/json",
        "{payload:?}: {answer:?}"
    );
    answer.json()
}

fn check_head(answer: &Answer, payload: &str) {
    assert_eq!(
        answer.header("X-Content-Type-Options"),
        "nosniff",
        "{payload:?}: {answer:?}"
    );
    for (name, value) in &answer.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        // A file's name is in quotes there, and nothing in it can end them: see the story of files.
        let told = value.contains(payload) && name != "content-disposition";
        assert!(!told && !value.contains("script>"), "{payload:?}: {name}: {value}");
    }
    assert!(!answer.header("Set-Cookie").contains("evil"), "{payload:?}: {answer:?}");
}

fn escaped(payload: &str) -> String {
    payload.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Each text of a list is the payload of the same number.
fn check_texts(list: &Value, field: &str) {
    let list = list.as_array().expect("a list");
    let texts: Vec<&str> = list.iter().filter_map(|message| message[field].as_str()).collect();
    assert_eq!(texts, payloads());
}

#[tokio::test]
async fn a_message_in_a_room_of_an_order_comes_back_as_the_text_that_it_is() {
    let house = House::open("payload-texts").await;
    let (client, expert) = (house.person(CLIENT), house.person(EXPERT));
    let room = client.room_of(1).await;
    let mut socket = expert.listen(room).await;
    for payload in &payloads() {
        let body = json!({"room": room, "message": payload});
        let sent = body_of(&client.post("/api/chat/messages/", &body).await, 201, payload);
        assert_eq!(&sent["message"], payload);
        assert_eq!(&socket.frame().await["message"]["message"], payload);
        let path = format!("/api/chat/messages/{}/", sent["id"]);
        assert_eq!(&body_of(&client.get(&path).await, 200, payload)["message"], payload);
        let room = body_of(&client.get(&format!("/api/chat/rooms/{room}/")).await, 200, payload);
        assert_eq!(&room["last_message"]["message"], payload);
    }
    let list = client.get(&format!("/api/chat/rooms/{room}/messages/")).await;
    check_texts(&body_of(&list, 200, "<"), "message");
    // The order desk is in the same room; and here they come by socket, and by an edit.
    let desk = "/api/chat/order/1";
    let list = client.get(&format!("{desk}/messages")).await;
    check_texts(&body_of(&list, 200, "<")["messages"], "message");
    let edited = client.send(room, "plain").await["id"].clone();
    socket.frame().await;
    for payload in &payloads() {
        let form = [("message", payload)];
        let request = client.request(Method::POST, &format!("{desk}/send")).form(&form);
        let sent = body_of(&actor::answer(request).await, 200, payload);
        assert_eq!(&sent["message"]["message"], payload);
        assert_eq!(&socket.frame().await["message"]["message"], payload);
        socket.say(&json!({"type": "chat_message", "message": payload})).await;
        assert_eq!(&socket.frame().await["message"]["message"], payload);
        let changed = client
            .ask(
                Method::PATCH,
                &format!("/api/chat/messages/{edited}/"),
                &json!({"message": payload}),
            )
            .await;
        assert_eq!(&body_of(&changed, 200, payload)["message"], payload);
        assert_eq!(&socket.frame().await["message"]["message"], payload);
    }
    house.check_log();
}

#[tokio::test]
async fn a_message_or_a_name_of_a_chat_of_the_school_comes_back_as_the_text_that_it_is() {
    let house = House::open("payload-school").await;
    let (teacher, student) = (house.person(TEACHER), house.person(STUDENT));
    let made = teacher
        .post("/api/chats/create_private/", &json!({"user_id": STUDENT}))
        .await;
    let chat = body_of(&made, 201, "<")["id"].clone();
    for payload in &payloads() {
        let sent = teacher
            .post("/api/messages/", &json!({"chat": chat, "text": payload}))
            .await;
        assert_eq!(&body_of(&sent, 201, payload)["text"], payload);
        let group = json!({"name": payload, "user_ids": [STUDENT]});
        let group = body_of(&teacher.post("/api/chats/create_group/", &group).await, 201, payload);
        assert_eq!(&group["name"], payload);
        let chats = body_of(&student.get("/api/chats/").await, 200, payload);
        assert_eq!(&chats[0]["name"], payload);
        let found = teacher.get(&format!("/api/users/?search={}", escaped(payload))).await;
        assert_eq!(body_of(&found, 200, payload), json!([]));
    }
    let list = student.get(&format!("/api/messages/?chat_id={chat}")).await;
    check_texts(&body_of(&list, 200, "<"), "text");
    house.check_log();
}

#[tokio::test]
async fn a_message_of_the_spa_comes_back_as_the_text_that_it_is() {
    let house = House::open("payload-spa").await;
    let path = |id: i64| format!("/ws/chat/{CUSTOMER}/{THERAPIST}/?token={}", house.person(id).token);
    let open = async |id: i64| {
        Socket::open(house.server.address, &path(id), &[])
            .await
            .expect("an upgrade")
    };
    let (mut customer, mut therapist) = (open(CUSTOMER).await, open(THERAPIST).await);
    // Whoever hears what they said themselves is in; before that nothing is told of what others say.
    for socket in [&mut customer, &mut therapist] {
        socket.say(&json!({"message": "ready"})).await;
        socket.frames_until(|frame| frame["message"] == "ready").await;
    }
    for payload in &payloads() {
        customer.say(&json!({"message": payload})).await;
        for socket in [&mut customer, &mut therapist] {
            let said = |frame: &Value| frame["type"] == "chat_message" && frame["message"] != "ready";
            let heard = socket.frames_until(said).await;
            assert_eq!(heard.last().map(|frame| &frame["message"]), Some(&json!(payload)));
        }
    }
    house.check_log();
}

#[tokio::test]
async fn what_a_visitor_says_of_themselves_comes_back_as_the_text_that_it_is() {
    let house = House::open("payload-desk").await;
    let (nobody, staff) = (Actor::new(house.server.address, 0, ""), house.person(ADMIN));
    let path = format!("/ws/admin/chat/?token={}", staff.token);
    let mut desk = Socket::open(house.server.address, &path, &[])
        .await
        .expect("an upgrade");
    for payload in &payloads() {
        let body = json!({"customer_name": payload, "subject": payload, "message": payload});
        let room = body_of(&nobody.post("/api/public/chat-rooms/", &body).await, 201, payload);
        let heard = desk.frames_until(|frame| frame["type"] == "chat_message").await;
        let opened = heard
            .iter()
            .find(|frame| frame["type"] == "new_room")
            .expect("a new room");
        let id = room["id"].as_str().expect("an id");
        let seen = [
            room.clone(),
            opened["room"].clone(),
            body_of(
                &nobody.get(&format!("/api/public/chat-rooms/{id}/")).await,
                200,
                payload,
            ),
            body_of(&staff.get(&format!("/api/admin/chat-rooms/{id}/")).await, 200, payload),
        ];
        for room in &seen {
            assert_eq!(
                (&room["customer_name"], &room["subject"]),
                (&json!(payload), &json!(payload)),
                "{room}"
            );
        }
        let messages = body_of(
            &nobody.get(&format!("/api/public/chat-rooms/{id}/get_messages/")).await,
            200,
            payload,
        );
        for message in [&messages[0], &heard.last().expect("a message")["message"]] {
            assert_eq!(
                (&message["message"], &message["sender_name"]),
                (&json!(payload), &json!(payload)),
                "{message}"
            );
        }
        // What cannot be an address is not taken for one, and not said back.
        if payload.contains(['<', '"', ' ', ':']) {
            let body = json!({"customer_name": "Plain", "customer_email": format!("{payload}@x.example")});
            let refused = nobody.post("/api/public/chat-rooms/", &body).await;
            assert!(
                body_of(&refused, 400, payload)["customer_email"].is_array(),
                "{refused:?}"
            );
            assert!(!refused.text.contains(payload.as_str()), "{refused:?}");
        }
    }
    house.check_log();
}

#[tokio::test]
async fn what_people_are_called_comes_back_as_the_text_that_it_is() {
    let house = House::open("payload-names").await;
    let (expert, payloads) = (house.person(EXPERT), payloads());
    let ids: Vec<i64> = (FIRST..).take(payloads.len()).collect();
    let tokens = house.server.tokens(&ids).await;
    for ((id, token), payload) in ids.iter().zip(tokens).zip(&payloads) {
        let client = Actor::new(house.server.address, *id, &token);
        let both = format!("{payload} {payload}");
        let me = body_of(&client.get("/api/me/").await, 200, payload);
        assert_eq!([&me["username"], &me["first_name"], &me["last_name"]], [payload; 3]);
        assert_eq!(me["full_name"], both);
        let room = client.room_of(*id).await;
        let mut socket = expert.listen(room).await;
        let sent = client.send(room, "plain").await;
        let heard = socket.frame().await;
        for message in [&sent, &heard["message"]] {
            assert_eq!(message["sender_name"], both);
            assert_eq!(
                [&message["sender"]["first_name"], &message["sender"]["last_name"]],
                [payload; 2]
            );
        }
        let shown = body_of(&expert.get(&format!("/api/chat/rooms/{room}/")).await, 200, payload);
        let people = shown["participants"].as_array().expect("a list").iter();
        assert!(
            people.map(|row| &row["user"]["first_name"]).any(|name| name == payload),
            "{shown}"
        );
        let desk = body_of(
            &expert.get(&format!("/api/chat/order/{id}/messages")).await,
            200,
            payload,
        );
        assert_eq!(desk["messages"][0]["sender_name"], both);
    }
    house.check_log();
}

#[tokio::test]
async fn what_a_file_is_called_breaks_out_of_nothing() {
    let house = House::open("payload-files").await;
    let (client, expert) = (house.person(CLIENT), house.person(EXPERT));
    let room = client.room_of(1).await;
    for (number, payload) in payloads().iter().enumerate() {
        // No two are the same bytes: what is inside is as bad as its name.
        let inside = format!("<script>alert({number})</script>");
        let parts = Parts::default()
            .text("room", room)
            .file("file", payload, inside.as_bytes());
        let sent = client.post_form(parts).await;
        // A header takes no control characters; browsers escape the ends of lines.
        if payload.contains(|char: char| char.is_ascii_control() && !"\t\r\n".contains(char)) {
            body_of(&sent, 400, payload);
            continue;
        }
        let sent = body_of(&sent, 201, payload);
        let address = sent["file"].as_str().expect("an address");
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte);
        assert!(address.bytes().all(plain), "{payload:?}: {address}");
        let list = body_of(&expert.get("/api/chat/order/1/messages?limit=1").await, 200, payload);
        let name = list["messages"][0]["file_name"].as_str().expect("a name");
        let is_odd = |char: char| char.is_control() || "<>\"/\\:|?*\u{202e}\u{2028}".contains(char);
        assert!(!name.is_empty() && !name.contains(is_odd), "{payload:?}: {name:?}");
        let file = expert.get(address).await;
        check_head(&file, payload);
        assert_eq!(
            (file.status, file.text.as_str()),
            (200, inside.as_str()),
            "{payload:?}: {file:?}"
        );
        assert_eq!(
            file.header("Content-Type").split(';').next(),
            Some("text/plain"),
            "{file:?}"
        );
        let disposition = file.header("Content-Disposition");
        assert!(
            disposition.starts_with("attachment; ") && disposition.matches('"').count() == 2,
            "{disposition}"
        );
        assert!(file.header("Content-Security-Policy").contains("sandbox"), "{file:?}");
    }
    house.check_log();
}

#[tokio::test]
async fn nothing_of_a_request_is_said_back_in_a_page_or_a_header() {
    let house = House::open("payload-requests").await;
    let client = house.person(CLIENT);
    let room = client.room_of(1).await.to_string();
    let routes = beseda_contracts::routes();
    let pages = [
        "/",
        "/chat",
        "/chat/",
        "/chat/{path}",
        "/{path}",
        "/api/{path}",
        "/healthz",
        "/readyz",
    ];
    let paths: Vec<&str> = routes.list().iter().map(|route| route.path).chain(pages).collect();
    for payload in &payloads() {
        let escaped = escaped(payload);
        // A header takes neither the ends of lines nor other controls.
        let header: String = payload.chars().filter(|char| !char.is_control()).collect();
        for (at, path) in paths.iter().enumerate() {
            let value = if at % 2 == 0 { escaped.as_str() } else { room.as_str() };
            let segment = |part: &str| {
                if part.starts_with('{') {
                    value.to_owned()
                } else {
                    part.to_owned()
                }
            };
            let path = path.split('/').map(segment).collect::<Vec<_>>().join("/");
            let request = client
                .request(
                    Method::GET,
                    &format!("{path}?page={escaped}&room={escaped}&next={escaped}&{escaped}"),
                )
                .header("User-Agent", &header)
                .header("Referer", &header)
                .header("Accept-Language", &header)
                .header("X-Forwarded-For", &header)
                .header("X-Forwarded-Host", &header)
                .header("X-Request-Id", &header);
            let answer = actor::answer(request).await;
            check_head(&answer, payload);
            assert!(answer.status < 500, "{path}: {answer:?}");
            assert!(
                !answer.text.contains(payload.as_str()),
                "{path}: {payload:?}: {answer:?}"
            );
            if answer.header("Content-Type").starts_with("text/html") {
                assert!(
                    answer
                        .header("Content-Security-Policy")
                        .starts_with("default-src 'none'"),
                    "{answer:?}"
                );
            }
        }
    }
    house.check_log();
}

#[tokio::test]
async fn a_nul_is_no_text() {
    let house = House::open("payload-nul").await;
    let client = house.person(CLIENT);
    let room = client.room_of(1).await;
    let mut socket = client.listen(room).await;
    for text in [
        "\0",
        "<img src=x onerror\0=alert(1)>",
        "<scr\0ipt>alert(1)</scr\0ipt>",
        "java\0script:alert(1)",
    ] {
        let sent = client
            .post("/api/chat/messages/", &json!({"room": room, "message": text}))
            .await;
        let error = body_of(&sent, 400, text);
        assert_eq!(error, json!({"message": ["Null characters are not allowed."]}));
        socket.say(&json!({"type": "chat_message", "message": text})).await;
        assert_eq!(socket.frame().await["type"], "error", "{text:?}");
    }
    let list = client.get(&format!("/api/chat/rooms/{room}/messages/")).await;
    assert_eq!(body_of(&list, 200, "<"), json!([]));
}
