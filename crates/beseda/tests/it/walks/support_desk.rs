//! The support desk: a stranger, a visitor and the staff, and those who try to be somebody else.

use crate::harness::{Actor, Answer, Heard, Server, Socket, Town, actor, in_time};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PUBLIC: &str = "/api/public/chat-rooms/";
const ADMIN: &str = "/api/admin/chat-rooms/";
/// An id that no room has.
const NO_ROOM: &str = "6f1c2a3b-9d4e-4a5b-8c6d-7e8f90a1b2c3";

/// The staff, one of them without a name, and a client.
fn town() -> Town {
    let person = |id: i64, first: &str, last: &str, role: &str| {
        let email = format!("p{id}@shop.example");
        json!({"id": id, "email": email, "first_name": first, "last_name": last, "role": role, "password": "correct horse battery"})
    };
    Town::default()
        .person(person(1, "Ольга", "Сидорова", "operator"))
        .person(person(2, "Мария", "Старшая", "mom"))
        .person(person(3, "Алла", "Главная", "admin"))
        .person(person(4, "Анна", "Иванова", "client"))
        .person(person(5, "", "", "operator"))
}

fn nobody(server: &Server) -> Actor {
    Actor::new(server.address, 0, "")
}

/// Opens a room: its id, and the value by which its visitor is known again.
async fn open_room(visitor: &Actor, name: &str, message: &str) -> (String, String) {
    let body = json!({"customer_name": name, "message": message});
    let opened = visitor.post(PUBLIC, &body).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let text = |field: &str| opened.json()[field].as_str().expect("a text").to_owned();
    (text("id"), text("visitor"))
}

async fn with_header(who: &Actor, path: &str, name: &str, value: &str) -> Answer {
    actor::answer(who.request(Method::GET, path).header(name, value)).await
}

fn ids(list: &Answer) -> Vec<String> {
    let rooms = list.json();
    let rooms = rooms.as_array().unwrap_or_else(|| panic!("no list: {list:?}"));
    let id = |room: &Value| room["id"].as_str().expect("an id").to_owned();
    rooms.iter().map(id).collect()
}

/// Opens the staff's socket; an answer to a frame shows that it listens.
async fn listen_to_all(staff: &Actor) -> Socket {
    let path = format!("/ws/admin/chat/?token={}", staff.token);
    let mut socket = Socket::open(staff.address, &path, &[]).await.expect("an upgrade");
    socket.say(&json!({"type": "mark_read"})).await;
    assert_eq!(socket.frame().await["code"], "no_room");
    socket
}

#[tokio::test]
async fn a_stranger_a_visitor_and_the_staff_meet() {
    let server = Server::start("support-desk", "", &town()).await;
    let stranger = nobody(&server);
    assert_eq!(stranger.get(PUBLIC).await.text, "[]");

    // The staff log in and listen before anybody comes.
    let login = json!({"identifier": "p1@shop.example", "password": "correct horse battery"});
    let login = stranger.post("/login/", &login).await.json();
    let operator = stranger.with_token(login["access_token"].as_str().expect("a token"));
    let tokens = server.tokens(&[2, 3, 4]).await;
    let [mom, admin, client] = [0, 1, 2].map(|n| Actor::new(server.address, 0, &tokens[n]));
    let mut console = listen_to_all(&operator).await;
    let mut second = listen_to_all(&mom).await;

    let (room, key) = open_room(&stranger, "Вера", "Где мой заказ?").await;
    for console in [&mut console, &mut second] {
        let new = console.frame().await;
        assert_eq!(
            (&new["type"], &new["room"]["id"]),
            (&json!("new_room"), &json!(room)),
            "{new}"
        );
        let first = console.frame().await;
        assert_eq!(
            (&first["type"], &first["room_id"]),
            (&json!("chat_message"), &json!(room)),
            "{first}"
        );
        assert_eq!(first["message"]["message"], "Где мой заказ?", "{first}");
    }

    // The visitor is known by the cookie or the header; the stranger's list is still empty.
    let cookie = format!("beseda_visitor={key}");
    assert_eq!(
        ids(&with_header(&stranger, PUBLIC, "Cookie", &cookie).await),
        vec![room.clone()]
    );
    assert_eq!(
        ids(&with_header(&stranger, PUBLIC, "X-Beseda-Visitor", &key).await),
        vec![room.clone()]
    );
    assert_eq!(stranger.get(PUBLIC).await.text, "[]");
    assert_eq!(client.get(PUBLIC).await.text, "[]");

    let mut window = Socket::open(server.address, &format!("/ws/chat/{room}/"), &[])
        .await
        .expect("an upgrade");
    assert_eq!(window.frame().await["messages"][0]["sender_type"], "customer");
    live_both_ways(&room, &mut window, &mut console, &mut second).await;
    staff_calls(&room, &stranger, &[&operator, &mom, &admin], &client).await;
    for frames in [&mut window, &mut console, &mut second] {
        let answered = frames.frame().await;
        assert_eq!(answered["message"]["message"], "Сейчас посмотрю", "{answered}");
    }
}

/// A message crosses live each way, and so does typing.
async fn live_both_ways(room: &str, window: &mut Socket, console: &mut Socket, second: &mut Socket) {
    window.say(&json!({"type": "chat_message", "message": "Алло?"})).await;
    let own = window.frame().await;
    assert_eq!(
        (&own["message"]["message"], own.get("room_id")),
        (&json!("Алло?"), None),
        "{own}"
    );
    for console in [&mut *console, &mut *second] {
        let heard = console.frame().await;
        assert_eq!(
            (&heard["room_id"], &heard["message"]),
            (&json!(room), &own["message"]),
            "{heard}"
        );
    }
    let answer = json!({"type": "chat_message", "room_id": room, "message": "Добрый день"});
    console.say(&answer).await;
    for frames in [&mut *window, &mut *console, &mut *second] {
        let heard = frames.frame().await;
        assert_eq!(heard["message"]["sender_type"], "admin", "{heard}");
        assert_eq!(heard["message"]["sender_name"], "Ольга Сидорова", "{heard}");
    }
    window.say(&json!({"type": "typing", "is_typing": true})).await;
    for console in [&mut *console, &mut *second] {
        let typing = console.frame().await;
        assert_eq!(
            (&typing["type"], &typing["room_id"]),
            (&json!("user_typing"), &json!(room)),
            "{typing}"
        );
    }
    second
        .say(&json!({"type": "typing", "room_id": room, "is_typing": true}))
        .await;
    for frames in [window, console] {
        assert_eq!(frames.frame().await["type"], "user_typing");
    }
}

/// Every one of the staff sees the room; a mark moves the marker's unread to 0, and the customer's `is_read` to true.
async fn staff_calls(room: &str, visitor: &Actor, staff: &[&Actor; 3], client: &Actor) {
    let one = format!("{ADMIN}{room}/");
    let (send, mark) = (format!("{one}send_message/"), format!("{one}mark_as_read/"));
    for who in staff {
        assert_eq!(ids(&who.get(ADMIN).await), [room]);
        assert_eq!(who.get(&one).await.status, 200);
    }
    for (who, status) in [(client, 403), (visitor, 401)] {
        for answer in [
            who.get(ADMIN).await,
            who.get(&one).await,
            who.post(&send, &json!({"message": "a"})).await,
            who.post(&mark, &json!({})).await,
        ] {
            assert_eq!(answer.status, status, "{answer:?}");
        }
    }
    let [operator, mom, _] = staff;
    // Two of the visitor, and for the second also the first's answer.
    assert_eq!(operator.get(&one).await.json()["unread_count"], 2);
    assert_eq!(mom.get(&one).await.json()["unread_count"], 3);
    let said = format!("{PUBLIC}{room}/get_messages/");
    assert_eq!(visitor.get(&said).await.json()[0]["is_read"], false);
    let marked = operator.post(&mark, &json!({})).await;
    assert_eq!(
        (marked.status, marked.text.as_str()),
        (200, r#"{"status":"messages marked as read"}"#)
    );
    assert_eq!(operator.get(&one).await.json()["unread_count"], 0);
    assert_eq!(mom.get(&one).await.json()["unread_count"], 3);
    assert_eq!(visitor.get(&said).await.json()[0]["is_read"], true);
    let answered = operator.post(&send, &json!({"message": "Сейчас посмотрю"})).await;
    assert_eq!(answered.status, 201, "{answered:?}");
    let seen = visitor.get(&format!("{PUBLIC}{room}/")).await.json();
    assert_eq!(
        (&seen["status"], &seen["assigned_to"], &seen["unread_count"]),
        (&json!("open"), &json!(1), &json!(2))
    );
}

#[tokio::test]
async fn nothing_but_the_id_opens_a_room() {
    let server = Server::start("support-keys", "", &town()).await;
    let visitor = nobody(&server);
    let (room, key) = open_room(&visitor, "Вера", "one").await;
    let (foreign, stranger) = open_room(&visitor, "Глеб", "two").await;
    let tokens = server.tokens(&[1]).await;
    let operator = visitor.with_token(&tokens[0]);
    let login = json!({"username": "p3@shop.example", "password": "correct horse battery"});
    let pair = visitor.post("/api/token/", &login).await.json();
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let body = key.split('.').nth(1).expect("three parts");
    let forged = [
        tokens[0].clone(),
        pair["access"].as_str().expect("a token").to_owned(),
        pair["refresh"].as_str().expect("a token").to_owned(),
        format!("{key}x"),
        format!("{}.{body}.", part(r#"{"alg":"none","typ":"JWT"}"#)),
        key.rsplit_once('.').expect("three parts").0.to_owned(),
        room.clone(),
        "1".to_owned(),
    ];
    for token in &forged {
        for (name, value) in [
            ("Cookie", format!("beseda_visitor={token}")),
            ("X-Beseda-Visitor", token.clone()),
        ] {
            let list = with_header(&visitor, PUBLIC, name, &value).await;
            assert_eq!((list.status, list.text.as_str()), (200, "[]"), "{token}");
        }
    }
    // A visitor's token is nobody's access token, on no door.
    for path in [ADMIN, "/api/me/", "/api/chat/rooms/"] {
        assert_eq!(visitor.with_token(&key).get(path).await.status, 401, "{path}");
    }
    let path = format!("/ws/admin/chat/?token={key}");
    let mut socket = Socket::open(server.address, &path, &[]).await.expect("an upgrade");
    assert_eq!(socket.closed().await.0, 4001);

    // Another visitor's key opens their own list and nothing else; the id opens the room, for anybody.
    assert_eq!(
        ids(&with_header(&visitor, PUBLIC, "X-Beseda-Visitor", &stranger).await),
        vec![foreign.clone()]
    );
    let missing = with_header(&visitor, &format!("{PUBLIC}{NO_ROOM}/"), "X-Beseda-Visitor", &stranger).await;
    assert_eq!(
        (missing.status, missing.text.as_str()),
        (404, r#"{"detail":"Not found."}"#)
    );
    let seen = visitor.get(&format!("{PUBLIC}{}/", room.to_uppercase())).await.json();
    assert_eq!(seen["customer_name"], "Вера");
    // What the staff may do, they may not do on the visitors' door with an id that is none.
    assert_eq!(operator.get(&format!("{PUBLIC}1/")).await.text, missing.text);

    // An e-mail of the staff is nothing for strangers.
    let nameless = visitor.with_token(&server.tokens(&[5]).await[0]);
    let send = format!("{ADMIN}{room}/send_message/");
    let sent = nameless.post(&send, &json!({"message": "hello"})).await.json();
    assert_eq!(sent["sender_name"], "p5@shop.example");
    let said = visitor.get(&format!("{PUBLIC}{room}/get_messages/")).await;
    assert_eq!(said.json()[1]["sender_name"], "Support");
    assert!(!said.text.contains("shop.example"), "{}", said.text);
}

#[tokio::test]
async fn a_file_is_opened_by_its_own_room_alone() {
    let server = Server::start("support-files", "", &town()).await;
    let visitor = nobody(&server);
    let (mine, _) = open_room(&visitor, "Вера", "one").await;
    let (other, _) = open_room(&visitor, "Глеб", "two").await;
    let mut addresses = Vec::new();
    for (room, bytes) in [(&mine, "mine"), (&other, "other")] {
        let part = Part::bytes(bytes.as_bytes().to_vec()).file_name("<img src=x onerror=alert(1)>.txt");
        let request = visitor.request(Method::POST, &format!("{PUBLIC}{room}/send_message/"));
        let sent = actor::answer(request.multipart(Form::new().part("file", part))).await;
        assert_eq!(sent.status, 201, "{sent:?}");
        let address = sent.json()["file"].as_str().expect("an address").to_owned();
        assert!(address.starts_with(&format!("{PUBLIC}{room}/files/")), "{address}");
        let file = visitor.get(&address).await;
        assert_eq!((file.status, file.text.as_str()), (200, bytes));
        assert!(
            file.header("Content-Disposition").starts_with("attachment;"),
            "{file:?}"
        );
        addresses.push(address);
    }
    for (address, mine, other) in [(&addresses[0], &mine, &other), (&addresses[1], &other, &mine)] {
        for swapped in [
            address.replace(mine.as_str(), other),
            address.replace(mine.as_str(), NO_ROOM),
        ] {
            let answer = visitor.get(&swapped).await;
            assert_eq!(
                (answer.status, answer.text.as_str()),
                (404, r#"{"detail":"Not found."}"#),
                "{swapped}"
            );
        }
    }
}

#[tokio::test]
async fn what_a_visitor_writes_comes_back_as_text() {
    let server = Server::start("support-payloads", "", &town()).await;
    let visitor = nobody(&server);
    let operator = visitor.with_token(&server.tokens(&[1]).await[0]);
    let payload = "\"><svg onload=alert(1)></script><script>alert('{{7*7}}')</script>";
    let body = json!({"customer_name": payload, "subject": payload, "message": payload});
    let opened = visitor.post(PUBLIC, &body).await;
    let room = opened.json()["id"].as_str().expect("an id").to_owned();
    let said = visitor.get(&format!("{PUBLIC}{room}/get_messages/")).await;
    let seen = operator.get(&format!("{ADMIN}{room}/")).await;
    for answer in [&opened, &said, &seen] {
        assert_eq!(answer.header("Content-Type"), "application/json");
        assert_eq!(answer.header("X-Content-Type-Options"), "nosniff");
    }
    assert_eq!(seen.json()["customer_name"], payload);
    assert_eq!(seen.json()["subject"], payload);
    assert_eq!(said.json()[0]["message"], payload);
    assert_eq!(said.json()[0]["sender_name"], payload);
}

/// A list that is longer than the server gives at once: the newest of it, and the whole number.
#[tokio::test]
async fn long_lists_end_at_their_limit() {
    let server = Server::start(
        "support-long",
        "limits.list_rows = 3\nlimits.rooms_per_hour = 0",
        &town(),
    )
    .await;
    let visitor = nobody(&server);
    let operator = visitor.with_token(&server.tokens(&[1]).await[0]);
    let mut rooms = Vec::new();
    for n in 1..=4 {
        rooms.insert(0, open_room(&visitor, &format!("Гость {n}"), "").await.0);
    }
    let list = operator.get(ADMIN).await;
    assert_eq!(
        (ids(&list), list.header("X-Total-Count").as_str()),
        (rooms[..3].to_vec(), "4")
    );
    let page = operator.get(&format!("{ADMIN}?page=last&page_size=3")).await.json();
    assert_eq!(
        (&page["count"], &page["results"][0]["id"]),
        (&json!(4), &json!(rooms[3])),
        "{page}"
    );
    let one = format!("{PUBLIC}{}/", rooms[0]);
    let mut sent = Vec::new();
    for n in 1..=4 {
        let answer = visitor
            .post(&format!("{one}send_message/"), &json!({"message": n.to_string()}))
            .await;
        sent.push(answer.json());
    }
    let said = async |query: &str| visitor.get(&format!("{one}get_messages/{query}")).await.json();
    assert_eq!(said("").await, json!(sent[1..]));
    assert_eq!(said("?after=0").await, json!(sent[..3]));
    assert_eq!(said(&format!("?after={}", sent[2]["id"])).await, json!(sent[3..]));
}

#[tokio::test]
async fn ten_thousand_guesses_find_nothing_and_are_slowed_down() {
    const GUESSES: usize = 10_000;
    const ALLOWED: usize = 20;
    // One more comes back every three seconds: few while the guessing lasts.
    let settings = format!("limits.misses_per_minute = {ALLOWED}");
    let server = Server::start("support-guesses", &settings, &town()).await;
    let visitor = nobody(&server);
    let (room, _) = open_room(&visitor, "Вера", "one").await;
    let answers = guessed(server.address, GUESSES).await;
    let count = |status: &str| answers.iter().filter(|found| found.as_str() == status).count();
    let (missing, refused) = (count("404"), count("429"));
    assert_eq!(missing + refused, GUESSES, "guesses found something");
    assert!(
        (ALLOWED..GUESSES / 10).contains(&missing),
        "{missing} guesses were taken"
    );

    // Every door to a room has the same allowance, and it is used up.
    let path = format!("{PUBLIC}{NO_ROOM}/");
    refused_at_last(async || Some(visitor.get(&path).await)).await;
    refused_at_last(async || Some(visitor.get(&format!("{path}files/1/")).await)).await;
    let send = format!("{path}send_message/");
    refused_at_last(async || Some(visitor.post(&send, &json!({"message": "a"})).await)).await;
    refused_at_last(
        async || match Socket::open(server.address, &format!("/ws/chat/{NO_ROOM}/"), &[]).await {
            Ok(mut socket) => {
                assert_eq!(socket.closed().await.0, 4003);
                None
            }
            Err(answer) => Some(*answer),
        },
    )
    .await;

    // Whoever has an id is not in their way, and neither is anybody from another address.
    assert_eq!(visitor.get(&format!("{PUBLIC}{room}/")).await.status, 200);
    let mut window = Socket::open(server.address, &format!("/ws/chat/{room}/"), &[])
        .await
        .expect("an upgrade");
    assert!(matches!(window.hear().await, Heard::Frame(_)));
    let (elsewhere, url) = (Ipv4Addr::new(127, 0, 0, 2), format!("http://{}{path}", server.address));
    assert_eq!(from(elsewhere.into(), &url).await, 404);
}

/// Asks for what is not there until that is refused. A slow machine may have got a part of its allowance back.
async fn refused_at_last(mut ask: impl AsyncFnMut() -> Option<Answer>) {
    for _ in 0..100 {
        let Some(answer) = ask().await else { continue };
        if answer.status == 429 {
            let seconds = answer.header("Retry-After").parse::<u64>();
            assert!(seconds.is_ok_and(|seconds| seconds >= 1), "{answer:?}");
            return;
        }
        assert_eq!(answer.status, 404, "{answer:?}");
    }
    panic!("nothing was refused");
}

/// The status of a GET from an address of this machine.
async fn from(address: IpAddr, url: &str) -> u16 {
    let client = reqwest::Client::builder()
        .local_address(address)
        .build()
        .expect("a client");
    let answer = in_time("an answer", client.get(url).send()).await;
    answer
        .unwrap_or_else(|error| panic!("no answer: {error:?}"))
        .status()
        .as_u16()
}

/// Asks for so many ids that differ, as fast as one connection carries them: the statuses.
async fn guessed(address: SocketAddr, guesses: usize) -> Vec<String> {
    let stream = in_time("a connection", TcpStream::connect(address))
        .await
        .expect("the server listens");
    let (mut read, mut write) = stream.into_split();
    let asking = tokio::spawn(async move {
        for guess in 0..guesses {
            let last = if guess + 1 == guesses {
                "Connection: close\r\n"
            } else {
                ""
            };
            let id = format!("{guess:08x}-9d4e-4a5b-8c6d-7e8f90a1b2c3");
            let request = format!("GET {PUBLIC}{id}/ HTTP/1.1\r\nHost: {address}\r\n{last}\r\n");
            write.write_all(request.as_bytes()).await.expect("it is taken");
        }
        write
    });
    let mut text = String::new();
    in_time("the answers", read.read_to_string(&mut text))
        .await
        .expect("the answers are text");
    drop(in_time("the questions leave", asking).await);
    let heads = text.split("HTTP/1.1 ").skip(1);
    let refused_so = |head: &str| !head.starts_with("429") || head.to_ascii_lowercase().contains("\r\nretry-after: ");
    let heads: Vec<&str> = heads.collect();
    assert!(
        heads.iter().all(|head| refused_so(head)),
        "a 429 does not say when to come back"
    );
    heads.iter().map(|head| head.chars().take(3).collect()).collect()
}
