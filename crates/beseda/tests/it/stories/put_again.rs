//! Somebody is deleted and their id put again: in every contract the newcomer reads nothing of the one before, and what
//! that one wrote keeps its name.

use super::server_api::{host, put};
use crate::harness::actor::answer;
use crate::harness::ids::encoded;
use crate::harness::{Actor, Answer, Server, Socket, Town};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// What a host calls three people and an order; the first of the people is deleted.
type Ids = [&'static str; 4];

const NUMBERS: Ids = ["6", "7", "8", "17"];
const TEXTS: Ids = ["3f2c8a10-0000-4000-8000-000000000006", "auth0|7", "a:b%8", "ц/17"];

/// A server whose host has such ids.
struct Stage {
    server: Server,
    host: Actor,
    ids: Ids,
}

impl Stage {
    /// Puts three people, of these roles. Old words are the first one's.
    async fn build(story: &str, ids: Ids, roles: [&str; 3]) -> Self {
        let story = format!("{story}-{}", if ids == NUMBERS { "numbers" } else { "texts" });
        let server = Server::start(&story, "", &Town::default()).await;
        let host = host(&server, "shop", "people,orders,groups,rooms").await;
        let stage = Self { server, host, ids };
        for (at, first) in ["Старая", "Борис", "Ольга"].into_iter().enumerate() {
            stage.put_person(at, first, roles[at]).await;
        }
        stage
    }

    async fn put_person(&self, at: usize, first: &str, role: &str) {
        let body = json!({"first_name": first, "role": role});
        let answer = put(&self.host, &self.path_of(at), body).await;
        assert_eq!(
            (answer.status, &answer.json()["id"]),
            (201, &json!(self.ids[at])),
            "{answer:?}"
        );
    }

    fn path_of(&self, at: usize) -> String {
        format!("/api/v1/people/{}/", encoded(self.ids[at]))
    }

    /// What is said where the host's id of one of these is.
    fn id(&self, at: usize) -> Value {
        self.ids[at].parse::<i64>().map_or(self.ids[at].into(), Value::from)
    }

    async fn person(&self, at: usize) -> Actor {
        let output = self
            .server
            .command(&["token", "--ttl", "12h", "--person", self.ids[at]])
            .await;
        let token = String::from_utf8(output.stdout).expect("a token is text");
        Actor::new(self.server.address, 0, token.trim())
    }

    /// Deletes the first one and puts the id again; who has it now.
    async fn replace(&self, before: &Actor, role: &str) -> Actor {
        let gone = answer(self.host.request(Method::DELETE, &self.path_of(0))).await;
        assert_eq!(gone.status, 204, "{gone:?}");
        self.put_person(0, "Новая", role).await;
        assert_eq!(before.get("/api/me/").await.status, 401, "an old token lets nobody in");
        let newcomer = self.person(0).await;
        let me = newcomer.get("/api/me/").await.json();
        assert_eq!((&me["id"], &me["first_name"]), (&self.id(0), &json!("Новая")));
        newcomer
    }

    /// The number by which somebody who was deleted is told: the host gives it to nobody.
    fn is_nobodys(id: &Value) -> bool {
        id.as_i64().is_some_and(|id| id < 0)
    }
}

async fn ok(answer: impl Future<Output = Answer>) -> Value {
    let answer = answer.await;
    assert!(answer.status < 300, "{answer:?}");
    answer.json()
}

/// Sends a file, by multipart: its address, as the answer shows it.
async fn with_file(by: &Actor, path: &str, form: Form) -> Value {
    let part = Part::bytes(b"a file".as_slice()).file_name("note.txt");
    let sent = answer(by.request(Method::POST, path).multipart(form.part("file", part))).await;
    assert!(sent.status < 300, "{sent:?}");
    sent.json()
}

async fn order_rooms_and_desk(ids: Ids) {
    let stage = Stage::build("again-order", ids, ["client", "expert", "operator"]).await;
    let order = json!({"client": stage.id(0), "expert": stage.id(1), "operator": stage.id(2)});
    let path = format!("/api/v1/orders/{}/", encoded(ids[3]));
    ok(put(&stage.host, &path, order.clone())).await;
    let (old, expert) = (stage.person(0).await, stage.person(1).await);
    let third = json!({"order_id": stage.id(3)});
    let opened = old.post("/api/chat/rooms/create_for_order/", &third);
    let room = ok(opened).await["id"].as_i64().expect("a room has a number");
    let form = Form::new()
        .text("room", room.to_string())
        .text("message", "старые слова");
    let said = with_file(&old, "/api/chat/messages/", form).await;
    let mut socket = old.listen(room).await;
    let newcomer = stage.replace(&old, "client").await;
    assert_eq!(socket.closed_at_last().await.0, 4001);

    // The newcomer.
    let desk = format!("/api/chat/order/{}/messages", encoded(ids[3]));
    for path in ["/api/chat/rooms/", "/api/chat/messages/"] {
        let list = newcomer.get(path).await;
        assert!(!list.text.contains("старые"), "{path}: {list:?}");
    }
    for (path, status) in [
        (format!("/api/chat/rooms/{room}/"), 404),
        (format!("/api/chat/rooms/{room}/messages/"), 404),
        (format!("/api/chat/messages/{}/", said["id"]), 404),
        (said["file"].as_str().expect("a file").to_owned(), 404),
        (desk.clone(), 403),
    ] {
        assert_eq!(newcomer.get(&path).await.status, status, "{path}");
    }
    assert_eq!(newcomer.knock(room).await.closed().await.0, 4003);

    // What the one before wrote.
    let seen = ok(expert.get(&format!("/api/chat/rooms/{room}/messages/"))).await;
    let history = expert.listen(room).await.history.clone();
    for message in [&seen[0], &history[0]] {
        assert_eq!(
            (&message["sender_name"], &message["sender"]["email"]),
            (&json!("Старая"), &json!(""))
        );
        assert!(Stage::is_nobodys(&message["sender"]["id"]), "{message}");
    }
    let of_desk = &ok(expert.get(&desk)).await["messages"][0];
    assert_eq!(of_desk["sender_name"], "Старая");
    assert!(Stage::is_nobodys(&of_desk["sender_id"]), "{of_desk}");
    let one = ok(expert.get(&format!("/api/chat/rooms/{room}/"))).await;
    assert_eq!(one["participants"].as_array().map(Vec::len), Some(2), "{one}");

    // In the order again, once the host says so.
    assert_eq!(put(&stage.host, &path, order).await.status, 200);
    assert_eq!(newcomer.listen(room).await.history[0]["sender_name"], "Старая");
}

#[tokio::test]
async fn in_an_orders_room_and_at_its_desk() {
    order_rooms_and_desk(NUMBERS).await;
    order_rooms_and_desk(TEXTS).await;
}

async fn school(ids: Ids) {
    let stage = Stage::build("again-school", ids, ["student", "teacher", "student"]).await;
    let group = json!({"name": "7А", "teacher": stage.id(1), "students": [stage.id(0), stage.id(2)]});
    let path = format!("/api/v1/groups/{}/", encoded(ids[3]));
    ok(put(&stage.host, &path, group)).await;
    let (old, teacher) = (stage.person(0).await, stage.person(1).await);
    let with_old = json!({"user_id": stage.id(0)});
    let private = ok(teacher.post("/api/chats/create_private/", &with_old)).await["id"].clone();
    let class = json!({"group_id": stage.id(3)});
    let class = ok(teacher.post("/api/chats/create_group/", &class)).await["id"].clone();
    for chat in [&private, &class] {
        let form = Form::new().text("chat", chat.to_string()).text("text", "старые слова");
        with_file(&old, "/api/messages/", form).await;
    }
    let newcomer = stage.replace(&old, "student").await;

    for path in ["/api/chats/", "/api/groups/"] {
        assert_eq!(ok(newcomer.get(path)).await, json!([]), "{path}");
    }
    for chat in [&private, &class] {
        assert_eq!(
            newcomer.get(&format!("/api/messages/?chat_id={chat}")).await.status,
            404
        );
        let seen = ok(teacher.get(&format!("/api/messages/?chat_id={chat}"))).await;
        assert_eq!(
            (&seen[0]["sender_name"], &seen[0]["text"]),
            (&json!("Старая"), &json!("старые слова"))
        );
        assert!(Stage::is_nobodys(&seen[0]["sender"]["id"]), "{seen}");
        let file = seen[0]["file"].as_str().expect("a file");
        assert_eq!(
            (newcomer.get(file).await.status, teacher.get(file).await.status),
            (404, 200)
        );
    }
    let listed = teacher.get("/api/chats/").await;
    assert!(!listed.text.contains("Новая"), "{listed:?}");
    let classes = ok(teacher.get("/api/groups/")).await;
    assert_eq!(classes[0]["students"].as_array().map(Vec::len), Some(1), "{classes}");
    let late = teacher
        .post("/api/messages/", &json!({"chat": private, "text": "Вы тут?"}))
        .await;
    assert_eq!(late.status, 403, "{late:?}");

    // The two who are there now have a chat of their own.
    let fresh = teacher.post("/api/chats/create_private/", &with_old).await;
    assert_eq!(
        (fresh.status, &fresh.json()["name"]),
        (201, &json!("Новая")),
        "{fresh:?}"
    );
    assert_ne!(fresh.json()["id"], private);
    assert_eq!(ok(newcomer.get("/api/chats/")).await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn in_the_chats_of_a_school() {
    school(NUMBERS).await;
    school(TEXTS).await;
}

async fn spa(ids: Ids) {
    let stage = Stage::build("again-spa", ids, ["customer", "therapist", "therapist"]).await;
    let (old, therapist) = (stage.person(0).await, stage.person(1).await);
    let two = format!("{}/{}/", encoded(ids[0]), encoded(ids[1]));
    let open = async |who: &Actor, kind: &str| {
        let path = format!("/ws/{kind}/{two}?token={}&after=0", who.token);
        Socket::open(who.address, &path, &[]).await.expect("an upgrade")
    };
    let mut socket = open(&old, "chat").await;
    socket.say(&json!({"message": "старые слова"})).await;
    let said = socket.frame().await;
    assert_eq!(
        (&said["sender_id"], &said["message"]),
        (&stage.id(0), &json!("старые слова"))
    );
    let mut place = open(&old, "location").await;
    place.say(&json!({"latitude": 55.5, "longitude": 37.5})).await;
    place.frame().await;
    let newcomer = stage.replace(&old, "customer").await;
    assert_eq!(socket.closed_at_last().await.0, 4001);
    assert_eq!(place.closed_at_last().await.0, 4001);

    // Neither of the two finds the old conversation any more, nor where its customer was.
    for (who, text) in [(&newcomer, "новые слова"), (&therapist, "и мои")] {
        let mut socket = open(who, "chat").await;
        socket.say(&json!({"message": text})).await;
        for heard in socket.frames_until(|heard| heard["message"] == text).await {
            assert_ne!(heard["message"], "старые слова");
            assert_ne!(heard["conversation_id"], said["conversation_id"]);
        }
        let mut place = open(who, "location").await;
        place.say(&json!({})).await;
        assert_eq!(place.frame().await["type"], "error");
    }
}

#[tokio::test]
async fn in_a_spas_conversation() {
    spa(NUMBERS).await;
    spa(TEXTS).await;
}

async fn support_desk(ids: Ids) {
    let stage = Stage::build("again-desk", ids, ["operator", "operator", "client"]).await;
    let (old, other) = (stage.person(0).await, stage.person(1).await);
    let visitor = Actor::new(stage.server.address, 0, "");
    let opened = json!({"customer_name": "Вера", "message": "Где заказ?"});
    let opened = ok(visitor.post("/api/public/chat-rooms/", &opened)).await;
    let room = opened["id"].as_str().expect("an id").to_owned();
    let of_staff = format!("/api/admin/chat-rooms/{room}/");
    let of_visitor = format!("/api/public/chat-rooms/{room}/");
    ok(old.post(&format!("{of_staff}send_message/"), &json!({"message": "старые слова"}))).await;
    ok(old.post(&format!("{of_staff}mark_as_read/"), &json!({}))).await;
    assert_eq!(ok(other.get(&of_staff)).await["assigned_to"], stage.id(0));
    let path = format!("/ws/admin/chat/?token={}", old.token);
    let mut socket = Socket::open(old.address, &path, &[]).await.expect("an upgrade");
    let newcomer = stage.replace(&old, "client").await;
    assert_eq!(socket.closed_at_last().await.0, 4001);

    // Of the staff no more.
    for path in ["/api/admin/chat-rooms/", &of_staff, &format!("{of_staff}get_messages/")] {
        assert_eq!(newcomer.get(path).await.status, 403, "{path}");
    }
    let path = format!("/ws/admin/chat/?token={}", newcomer.token);
    let mut refused = Socket::open(old.address, &path, &[]).await.expect("an upgrade");
    assert_eq!(refused.closed().await.0, 4003);

    // And where the newcomer is one of the staff: nobody's words and nobody's work are theirs.
    let promoted = stage
        .host
        .ask(Method::PATCH, &stage.path_of(0), &json!({"role": "operator"}))
        .await;
    assert_eq!(promoted.status, 200, "{promoted:?}");
    let case = ok(newcomer.get(&of_staff)).await;
    assert_eq!(case["unread_count"], 2, "the one before had read it: {case}");
    let mut window = Socket::open(old.address, &format!("/ws/chat/{room}/"), &[])
        .await
        .expect("an upgrade");
    let history = window.frame().await["messages"].clone();
    for messages in [
        ok(newcomer.get(&format!("{of_staff}get_messages/"))).await,
        ok(other.get(&format!("{of_staff}get_messages/"))).await,
        ok(visitor.get(&format!("{of_visitor}get_messages/"))).await,
        history,
    ] {
        assert_eq!(
            (&messages[1]["sender_name"], &messages[1]["sender_type"]),
            (&json!("Старая"), &json!("admin")),
            "{messages}"
        );
    }
    for case in [case, ok(visitor.get(&of_visitor)).await] {
        assert!(Stage::is_nobodys(&case["assigned_to"]), "{case}");
        assert_eq!(case["last_message"]["sender_name"], "Старая", "{case}");
    }
}

#[tokio::test]
async fn at_the_support_desk() {
    support_desk(NUMBERS).await;
    support_desk(TEXTS).await;
}

async fn own_rooms(ids: Ids) {
    let stage = Stage::build("again-own", ids, ["user", "user", "user"]).await;
    let members = json!({"title": "Сделка", "members": [stage.id(0), stage.id(1)]});
    let opened = ok(put(&stage.host, "/api/v1/rooms/deal:17/", members)).await;
    assert_eq!(opened["members"].as_array().map(Vec::len), Some(2));
    let newcomer = stage.replace(&stage.person(0).await, "user").await;
    assert_eq!(newcomer.get("/api/chat/rooms/").await.json(), json!([]));
    let standing = answer(stage.host.request(Method::PUT, "/api/v1/rooms/deal:17/"))
        .await
        .json();
    assert_eq!(
        (&standing["uuid"], &standing["members"][0]["person"]["id"]),
        (&opened["uuid"], &json!(ids[1]))
    );
}

#[tokio::test]
async fn in_a_room_of_the_applications_own_kind() {
    own_rooms(NUMBERS).await;
    own_rooms(TEXTS).await;
}
