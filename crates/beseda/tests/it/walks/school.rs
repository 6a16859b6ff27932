//! Contract 2, walked by a plain HTTP client with nothing but what its document shows.

use crate::harness::actor::answer;
use crate::harness::{Actor, Answer, Server, Town};
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::HashSet;

const TEACHER: i64 = 1;
const STUDENT: i64 = 2;
const CLASSMATE: i64 = 3;
const OUTSIDER: i64 = 4;
const CLIENT: i64 = 5;
const ADMIN: i64 = 6;
const OTHER_TEACHER: i64 = 7;

const NOT_FOUND: &str = r#"{"detail":"Not found."}"#;
const PASSWORD: &str = "correct horse battery";

/// A school of two classes, and two people who have nothing to do with it.
fn school() -> Town {
    let person = |id: i64, username: &str, first: &str, last: &str, role: &str| {
        json!({
            "id": id, "username": username, "email": format!("{username}@school.example"), "first_name": first,
            "last_name": last, "role": role,
        })
    };
    let with_password = |mut person: Value| {
        person["password"] = PASSWORD.into();
        person
    };
    Town::default()
        .person(with_password(person(TEACHER, "tamara", "Тамара", "Белова", "teacher")))
        .person(with_password(person(STUDENT, "semyon", "Семён", "Ёлкин", "student")))
        .person(person(CLASSMATE, "petr", "Пётр", "Орлов", "student"))
        .person(person(OUTSIDER, "zoya", "Зоя", "Чужая", "student"))
        .person(person(CLIENT, "oleg", "Олег", "Купцов", "client"))
        .person(person(ADMIN, "alla", "Алла", "Главная", "admin"))
        .person(person(OTHER_TEACHER, "trofim", "Трофим", "Седов", "teacher"))
        .group(class(&[STUDENT, CLASSMATE]))
        .group(json!({"id": 72, "name": "7Б", "teacher": OTHER_TEACHER, "students": [OUTSIDER]}))
}

fn class(students: &[i64]) -> Value {
    json!({"id": 71, "name": "7А", "teacher": TEACHER, "students": students})
}

async fn school_server(story: &str) -> Server {
    Server::start(story, "limits.searches_per_second = 0\n", &school()).await
}

/// Everybody of these, with a token.
async fn people<const N: usize>(server: &Server, ids: [i64; N]) -> [Actor; N] {
    let tokens = server.tokens(&ids).await;
    let mut tokens = tokens.iter();
    ids.map(|id| Actor::new(server.address, id, tokens.next().expect("a token each")))
}

async fn ok(answer: impl Future<Output = Answer>) -> Value {
    let answer = answer.await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn created(answer: impl Future<Output = Answer>) -> Value {
    let answer = answer.await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

fn ids(list: &Value) -> Vec<i64> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    list.iter().map(|row| row["id"].as_i64().expect("an id")).collect()
}

fn texts(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    list.iter().map(|row| row["text"].as_str().expect("a text")).collect()
}

async fn say(by: &Actor, chat: &Value, text: &str) -> Value {
    created(by.post("/api/messages/", &json!({"chat": chat, "text": text}))).await
}

async fn messages(by: &Actor, chat: &Value) -> Value {
    ok(by.get(&format!("/api/messages/?chat_id={chat}"))).await
}

async fn chats(by: &Actor) -> Value {
    ok(by.get("/api/chats/")).await
}

/// Somebody who logs in: their tokens.
async fn log_in(server: &Server, id: i64, identifier: Value) -> (Actor, Value) {
    let nobody = Actor::new(server.address, id, "");
    let tokens = ok(nobody.post("/api/token/", &identifier)).await;
    let access = tokens["access"].as_str().expect("an access token");
    (nobody.with_token(access), tokens)
}

#[tokio::test]
async fn a_teacher_finds_a_student_and_they_write_to_each_other() {
    let server = school_server("school-walk").await;
    let (teacher, _) = log_in(
        &server,
        TEACHER,
        json!({"email": "tamara@school.example", "password": PASSWORD}),
    )
    .await;
    let me = ok(teacher.get("/api/me/")).await;
    assert_eq!((&me["id"], &me["role"]), (&json!(TEACHER), &json!("teacher")), "{me}");

    // Search, "Написать", "Привет".
    let found = ok(teacher.get("/api/users/?search=елкин")).await;
    assert_eq!(ids(&found), [STUDENT], "{found}");
    let chat = created(teacher.post("/api/chats/create_private/", &json!({"user_id": found[0]["id"]}))).await;
    assert_eq!(
        (&chat["type"], &chat["name"]),
        (&json!("private"), &json!("Семён Ёлкин"))
    );
    let hello = say(&teacher, &chat["id"], "Привет").await;
    assert_eq!(hello["is_read"], false);

    // The student comes later, and sees the new chat and the message.
    let (student, _) = log_in(&server, STUDENT, json!({"username": "semyon", "password": PASSWORD})).await;
    let seen = chats(&student).await;
    assert_eq!(ids(&seen), ids(&json!([chat])));
    assert_eq!(
        (&seen[0]["name"], &seen[0]["unread_count"]),
        (&json!("Тамара Белова"), &json!(1))
    );
    assert_eq!(seen[0]["last_message"]["text"], "Привет");
    assert_eq!(texts(&messages(&student, &chat["id"]).await), ["Привет"]);

    // Opening the thread marks it as read.
    let mark = json!({"chat_id": chat["id"]});
    ok(student.post("/api/messages/mark_chat_as_read/", &mark)).await;
    assert_eq!(chats(&student).await[0]["unread_count"], 0);
    let answer = say(&student, &chat["id"], "Здравствуйте!").await;

    // The teacher polls from the last message on.
    let path = format!("/api/messages/?chat_id={}&after={}", chat["id"], hello["id"]);
    let news = ok(teacher.get(&path)).await;
    assert_eq!(
        (texts(&news), ids(&news)),
        (vec!["Здравствуйте!"], vec![answer["id"].as_i64().unwrap()])
    );
    let all = messages(&teacher, &chat["id"]).await;
    assert_eq!(all[0]["is_read"], true, "the student has read it: {all}");
    assert_eq!(all[1]["is_read"], false, "nobody has marked it yet: {all}");
    assert_eq!(all[1]["sender_name"], "Семён Ёлкин");
    assert_eq!(chats(&teacher).await[0]["unread_count"], 1);
}

#[tokio::test]
async fn tokens_are_refreshed_and_false_ones_refused() {
    let server = school_server("school-tokens").await;
    let (teacher, first) = log_in(&server, TEACHER, json!({"username": "tamara", "password": PASSWORD})).await;
    let nobody = teacher.with_token("");
    let second = ok(nobody.post("/api/token/refresh/", &json!({"refresh": first["refresh"]}))).await;
    assert_ne!(second["refresh"], first["refresh"]);
    let access = second["access"].as_str().expect("an access token");
    ok(teacher.with_token(access).get("/api/chats/")).await;
    let third = ok(nobody.post("/api/token/refresh/", &json!({"refresh": second["refresh"]}))).await;
    assert_ne!(third["refresh"], second["refresh"]);
    // The successor of the first one has been used.
    let late = nobody
        .post("/api/token/refresh/", &json!({"refresh": first["refresh"]}))
        .await;
    assert_eq!(late.status, 401, "{late:?}");

    for actor in [teacher.with_token("fake"), nobody] {
        for path in ["/api/me/", "/api/chats/", "/api/users/?search=an", "/api/groups/"] {
            let refused = actor.get(path).await;
            assert_eq!(refused.status, 401, "{path}: {refused:?}");
            assert!(refused.header("www-authenticate").starts_with("Bearer"), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn two_hundred_who_open_one_private_chat_at_once_get_one() {
    let server = school_server("school-race").await;
    let [teacher, student] = people(&server, [TEACHER, STUDENT]).await;
    let calls = (0..200).map(|n| {
        let (by, with) = if n % 2 == 0 {
            (&teacher, STUDENT)
        } else {
            (&student, TEACHER)
        };
        let body = json!({"user_id": with});
        async move { by.post("/api/chats/create_private/", &body).await }
    });
    let answers = join_all(calls).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(201), count(200)), (1, 199));
    let found: HashSet<i64> = answers
        .iter()
        .map(|answer| answer.json()["id"].as_i64().expect("an id"))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    for person in [&teacher, &student] {
        assert_eq!(ids(&chats(person).await).len(), 1);
    }
}

#[tokio::test]
async fn a_chat_of_a_class_follows_the_class() {
    let server = school_server("school-class").await;
    let [teacher, student, classmate, outsider] = people(&server, [TEACHER, STUDENT, CLASSMATE, OUTSIDER]).await;
    let groups = ok(teacher.get("/api/groups/")).await;
    assert_eq!(ids(&groups), [71]);
    let body = json!({"name": "Родной класс", "group_id": 71});
    let chat = created(teacher.post("/api/chats/create_group/", &body)).await["id"].clone();
    say(&student, &chat, "все здесь?").await;
    assert_eq!(texts(&messages(&classmate, &chat).await), ["все здесь?"]);
    assert_eq!(
        outsider.get(&format!("/api/messages/?chat_id={chat}")).await.status,
        404
    );

    // One comes into the class, another leaves it.
    server.seed(&Town::default().group(class(&[STUDENT, OUTSIDER]))).await;
    assert_eq!(chats(&classmate).await, json!([]));
    assert_eq!(
        classmate.get(&format!("/api/messages/?chat_id={chat}")).await.status,
        404
    );
    let seen = chats(&outsider).await;
    assert_eq!(
        (ids(&seen), &seen[0]["name"]),
        (ids(&json!([{"id": chat}])), &json!("Родной класс"))
    );
    assert_eq!(ids(&seen[0]["participants"]).len(), 3, "{seen}");
    say(&outsider, &chat, "теперь и я").await;
    assert_eq!(texts(&messages(&student, &chat).await), ["все здесь?", "теперь и я"]);
    assert_eq!(ids(&ok(outsider.get("/api/groups/")).await), [71, 72]);
    assert_eq!(ok(classmate.get("/api/groups/")).await, json!([]));
    // Who was written to in class is a stranger now, and the other way round.
    assert_eq!(ids(&ok(student.get("/api/users/?search=зоя")).await), [OUTSIDER]);
    assert_eq!(ok(student.get("/api/users/?search=орлов")).await, json!([]));
}

#[tokio::test]
async fn a_group_is_of_those_whom_one_may_write_to() {
    let server = school_server("school-group").await;
    let [teacher, student, outsider] = people(&server, [TEACHER, STUDENT, OUTSIDER]).await;
    let body = json!({"name": "Олимпиада", "user_ids": [STUDENT, OUTSIDER]});
    let chat = created(teacher.post("/api/chats/create_group/", &body)).await;
    assert_eq!((&chat["type"], &chat["name"]), (&json!("group"), &json!("Олимпиада")));
    say(&student, &chat["id"], "я иду").await;
    let seen = chats(&outsider).await;
    assert_eq!(
        (&seen[0]["unread_count"], &seen[0]["last_message"]["text"]),
        (&json!(1), &json!("я иду"))
    );
    // That they are in one group makes no classmates of them.
    let refused = student
        .post(
            "/api/chats/create_group/",
            &json!({"name": "x", "user_ids": [OUTSIDER]}),
        )
        .await;
    assert_eq!((refused.status, refused.text.as_str()), (404, NOT_FOUND));
}

#[tokio::test]
async fn a_student_cannot_reach_another_class() {
    let server = school_server("school-reach").await;
    let [teacher, student, outsider] = people(&server, [TEACHER, STUDENT, OUTSIDER]).await;
    assert_eq!(ok(student.get("/api/users/?search=зоя")).await, json!([]));
    let missing = student
        .post("/api/chats/create_private/", &json!({"user_id": 999}))
        .await;
    for id in [OUTSIDER, CLIENT, ADMIN] {
        let foreign = student
            .post("/api/chats/create_private/", &json!({"user_id": id}))
            .await;
        assert_eq!((foreign.status, &foreign.text), (404, &missing.text), "{id}");
    }
    assert_eq!((missing.status, missing.text.as_str()), (404, NOT_FOUND));
    // A teacher of any class can be reached.
    created(student.post("/api/chats/create_private/", &json!({"user_id": OTHER_TEACHER}))).await;

    // Nor is another's chat there.
    let chat = created(teacher.post("/api/chats/create_private/", &json!({"user_id": STUDENT}))).await["id"].clone();
    for (chat, what) in [(chat, "foreign"), (json!(999_999), "missing")] {
        let answers = [
            outsider.get(&format!("/api/messages/?chat_id={chat}")).await,
            outsider.get(&format!("/api/messages/?chat_id={chat}&page=1")).await,
            outsider
                .post("/api/messages/", &json!({"chat": chat, "text": "a"}))
                .await,
            outsider
                .post("/api/messages/mark_chat_as_read/", &json!({"chat_id": chat}))
                .await,
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.text.as_str()), (404, NOT_FOUND), "{what}");
        }
    }
}

#[tokio::test]
async fn nobody_else_uses_these_calls() {
    let server = school_server("school-others").await;
    let [teacher, client, admin] = people(&server, [TEACHER, CLIENT, ADMIN]).await;
    let chat = created(teacher.post("/api/chats/create_private/", &json!({"user_id": STUDENT}))).await["id"].clone();
    for person in [&client, &admin] {
        let answers = [
            person.get("/api/chats/").await,
            person.get("/api/users/?search=белова").await,
            person.get("/api/groups/").await,
            person.get(&format!("/api/messages/?chat_id={chat}")).await,
            person.post("/api/messages/", &json!({"chat": chat, "text": "a"})).await,
            person
                .post("/api/messages/mark_chat_as_read/", &json!({"chat_id": chat}))
                .await,
            person
                .post("/api/chats/create_private/", &json!({"user_id": TEACHER}))
                .await,
            person
                .post("/api/chats/create_group/", &json!({"name": "a", "user_ids": [TEACHER]}))
                .await,
            person.post("/api/chats/create_group/", &json!({"group_id": 71})).await,
        ];
        for answer in answers {
            assert_eq!(answer.status, 403, "{answer:?}");
            assert!(answer.json()["detail"].is_string(), "{answer:?}");
        }
        // They are told who they are all the same.
        assert_eq!(ok(person.get("/api/me/")).await["id"], person.id);
    }
}

#[tokio::test]
async fn a_file_is_for_those_in_the_chat() {
    let server = school_server("school-files").await;
    let [teacher, student, classmate] = people(&server, [TEACHER, STUDENT, CLASSMATE]).await;
    let chat = created(teacher.post("/api/chats/create_private/", &json!({"user_id": STUDENT}))).await["id"].clone();
    let bytes = "домашнее задание".as_bytes();
    let form = Form::new()
        .text("chat", chat.to_string())
        .part("file", Part::bytes(bytes).file_name("задание.txt"));
    let sent = answer(teacher.request(Method::POST, "/api/messages/").multipart(form)).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let sent = sent.json();
    assert_eq!(sent["text"], "");
    let file = sent["file"].as_str().expect("an address").to_owned();
    let seen = messages(&student, &chat).await;
    assert_eq!(seen[0]["file"], file);
    assert_eq!(chats(&student).await[0]["last_message"]["file"], file);
    for reader in [&teacher, &student] {
        let read = reader.get(&file).await;
        assert_eq!((read.status, read.text.as_bytes()), (200, bytes));
        assert!(read.header("content-disposition").starts_with("attachment"), "{read:?}");
        assert_eq!(read.header("x-content-type-options"), "nosniff");
    }
    let foreign = classmate.get(&file).await;
    let missing = classmate.get("/files/999999/a.txt").await;
    assert_eq!((foreign.status, foreign.text.as_str()), (404, NOT_FOUND));
    assert_eq!((missing.status, missing.text), (404, foreign.text));
    assert_eq!(classmate.with_token("").get(&file).await.status, 401);
}

#[tokio::test]
async fn a_long_thread_is_read_page_by_page_and_from_any_message_on() {
    let server = school_server("school-pages").await;
    let [teacher, student] = people(&server, [TEACHER, STUDENT]).await;
    let chat = created(teacher.post("/api/chats/create_private/", &json!({"user_id": STUDENT}))).await["id"].clone();
    let mut sent = Vec::new();
    for n in 0..120 {
        let by = if n % 3 == 0 { &teacher } else { &student };
        sent.push(say(by, &chat, &format!("{n}")).await["id"].as_i64().expect("an id"));
    }
    let mut path = format!("/api/messages/?chat_id={chat}&page=1");
    let mut paged = Vec::new();
    loop {
        let envelope = ok(teacher.get(&path)).await;
        assert_eq!(envelope["count"], 120);
        paged.push(ids(&envelope["results"]));
        let Some(next) = envelope["next"].as_str() else { break };
        path = next
            .split_once("/api/")
            .map(|(_, rest)| format!("/api/{rest}"))
            .expect("a link");
    }
    assert_eq!(paged.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20]);
    assert_eq!(paged.concat(), sent);
    assert_eq!(ids(&messages(&student, &chat).await), sent);
    let from = ok(student.get(&format!("/api/messages/?chat_id={chat}&after={}", sent[99]))).await;
    assert_eq!(ids(&from), sent[100..]);
    assert_eq!(chats(&student).await[0]["unread_count"], 40);
}

#[tokio::test]
async fn administrators_teach_where_the_server_is_set_so() {
    let server = Server::start("school-admins", "school_admins = true\n", &school()).await;
    let [admin, student, client] = people(&server, [ADMIN, STUDENT, CLIENT]).await;
    let chat = created(admin.post("/api/chats/create_private/", &json!({"user_id": STUDENT}))).await;
    say(&admin, &chat["id"], "Зайдите ко мне").await;
    assert_eq!(chats(&student).await[0]["name"], "Алла Главная");
    let class = created(admin.post("/api/chats/create_group/", &json!({"group_id": 72}))).await;
    assert_eq!(ids(&class["participants"]), [ADMIN, OTHER_TEACHER, OUTSIDER]);
    assert_eq!(client.get("/api/chats/").await.status, 403);
}
