//! What is wrong, in words, and what to do: with the house, with an order's room, with somebody's way into it; and what is
//! collected of it, without secrets and without what people write.
#![expect(
    clippy::disallowed_methods,
    reason = "a test breaks what an operator's machine breaks, and reads what was collected"
)]

use super::canary::house::{House, ORDER, PASSWORD, SAID};
use super::server_api::{host, put};
use super::tokens::signer::{SHARED_SECRET, Signer, now};
use crate::harness::{Actor, Server, Town, actor, ids};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Who is in the scenario: id, role.
const PEOPLE: [(i64, &str); 8] = [
    (1, "operator"),
    (2, "mom"),
    (3, "admin"),
    (4, "client"),
    (5, "expert"),
    (6, "client"),
    (7, "operator"),
    (8, "user"),
];

/// An order of the scenario with this operator.
fn order(operator: i64) -> Value {
    json!({"id": 2, "number": "ORD-2", "client": 4, "expert": 5, "operator": operator, "status": "new"})
}

fn town() -> Town {
    let people = PEOPLE.iter().map(
        |(id, role)| json!({"id": id, "email": format!("p{id}@desk.example"), "first_name": "Person", "role": role}),
    );
    let town = people.fold(Town::default(), Town::person);
    town.order(order(7)).order(json!({"id": 3, "client": 6}))
}

/// What `beseda diagnose` says, as JSON with the numbers that tests speak of, and its status.
async fn diagnosed(server: &Server, arguments: &[&str]) -> (Option<i32>, Value) {
    let url = format!("http://{}", server.address);
    let arguments = [&["diagnose", "--json", "--url", &url], arguments].concat();
    let output = server.attempt(&arguments).await;
    let text = String::from_utf8(output.stdout).expect("text");
    let said = serde_json::from_str(&ids::line(&text));
    let said = said.unwrap_or_else(|error| panic!("{error}: {text} {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), said)
}

/// The check with this id, of which there is one.
fn check<'a>(said: &'a Value, id: &str) -> &'a Value {
    let checks = said["checks"].as_array().expect("checks");
    let mut found = checks.iter().filter(|check| check["check"] == id);
    let check = found.next().unwrap_or_else(|| panic!("no {id} in {said:#}"));
    assert!(found.next().is_none(), "two {id} in {said:#}");
    check
}

fn assert_said(check: &Value, outcome: &str, meaning: &str, remedy: &str) {
    assert_eq!(check["outcome"], outcome, "{check:#}");
    let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
    assert!(text("meaning").contains(meaning), "{meaning:?} is not in {check:#}");
    assert!(text("remedy").contains(remedy), "{remedy:?} is not in {check:#}");
}

/// Whether somebody sees the room of order 2, by the command.
async fn access(server: &Server, person: i64, lang: &str) -> (Option<i32>, Value) {
    let (order, person) = (ids::word(2), ids::word(person));
    let (status, said) = diagnosed(server, &["--order", &order, "--person", &person, "--lang", lang]).await;
    (status, check(&said, "access").clone())
}

#[tokio::test]
async fn who_is_told_that_they_have_no_access_is_explained_in_one_command_in_both_languages() {
    let server = Server::start("diagnose-desk", "", &town()).await;
    let [token] = <[String; 1]>::try_from(server.tokens(&[1]).await).expect("one token");
    let olga = Actor::new(server.address, 1, &token);
    let refused = olga.get("/api/chat/order/2/messages").await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(refused.json()["error"], "Нет доступа к чату этого заказа");

    let put = r#"PUT /api/v1/orders/2/ {"number":"ORD-2","client":4,"expert":5,"operator":1,"status":"new"}"#;
    if !ids::are_texts() {
        let (status, said) = access(&server, 1, "ru").await;
        assert_eq!(status, Some(1));
        assert_said(
            &said,
            "failed",
            "Оператор 1 не назначен на заказ 2: там указан оператор 7",
            &format!("назначьте его ({put}) или дайте ему роль ADMIN или MOM"),
        );
    }
    let (status, said) = access(&server, 1, "en").await;
    assert_eq!(status, Some(1));
    assert_said(
        &said,
        "failed",
        "Operator 1 is not assigned to order 2: its operator is 7",
        "assign them (PUT ",
    );

    // The order alone is enough: who was refused stands in the log.
    let order_2 = ids::word(2);
    let (status, said) = diagnosed(&server, &["--order", &order_2]).await;
    assert_eq!(status, Some(1));
    assert_said(
        check(&said, "access"),
        "failed",
        "Operator 1 is not assigned",
        "ADMIN or MOM",
    );
    for id in [
        "order", "client", "expert", "operator", "room", "roles", "messages", "send",
    ] {
        assert_eq!(check(&said, id)["outcome"], "passed", "{said:#}");
    }

    server.seed(&Town::default().order(order(1))).await;
    assert_eq!(olga.get("/api/chat/order/2/messages").await.status, 200);
    let (status, said) = access(&server, 1, "en").await;
    assert_eq!(status, Some(0));
    assert_said(
        &said,
        "passed",
        "Operator 1 sees the chat of order 2: the order names them as its operator",
        "",
    );
    let (status, said) = diagnosed(&server, &["--order", &order_2]).await;
    assert_eq!(status, Some(0), "{said:#}");
    // The calls were tried, and nothing was said in the room.
    assert_eq!(
        olga.get("/api/chat/order/2/messages").await.json()["messages"],
        json!([])
    );
}

#[tokio::test]
async fn whoever_sees_a_room_or_not_is_told_why_and_the_server_agrees() {
    let server = Server::start("diagnose-people", "", &town()).await;
    let numbers: Vec<i64> = PEOPLE.iter().map(|(id, _)| *id).collect();
    let tokens = server.tokens(&numbers).await;
    for ((id, _), token) in PEOPLE.iter().zip(&tokens) {
        let (expected, meaning, remedy) = match id {
            4 => (200, "Client 4 sees the chat of order 2", ""),
            5 => (200, "Expert 5 sees the chat of order 2", ""),
            7 => (200, "Operator 7 sees the chat of order 2", ""),
            2 => (200, "Mom 2 reads and writes in order 2 by the order desk's calls", ""),
            3 => (200, "Admin 3 reads and writes in order 2 by the order desk's calls", ""),
            1 => (403, "Operator 1 is not assigned to order 2", "assign them"),
            6 => (
                403,
                "Client 6 has no place in order 2",
                "if it is theirs, name them in the order",
            ),
            _ => (
                403,
                "User 8 has no place in order 2",
                "if it is theirs, name them in the order",
            ),
        };
        let (status, said) = access(&server, *id, "en").await;
        let answer = Actor::new(server.address, *id, token)
            .get("/api/chat/order/2/messages")
            .await;
        assert_eq!(answer.status, expected, "{id}: {answer:?}");
        let (outcome, code) = if expected == 200 { ("passed", 0) } else { ("failed", 1) };
        assert_eq!(status, Some(code), "{said:#}");
        assert_said(&said, outcome, meaning, remedy);
    }
    let (_, said) = access(&server, 99, "ru").await;
    assert_said(&said, "failed", "Человека 99 здесь нет", "PUT /api/v1/people/99/");
    let (nowhere, olga) = (ids::word(77), ids::word(1));
    let (status, said) = diagnosed(&server, &["--order", &nowhere, "--person", &olga]).await;
    assert_eq!(status, Some(1));
    assert_said(
        check(&said, "access"),
        "failed",
        "there is no order 77",
        "PUT /api/v1/orders/77/",
    );
    let (status, said) = diagnosed(&server, &["--order", &nowhere]).await;
    assert_eq!(status, Some(1));
    assert_said(check(&said, "order"), "failed", "there is no order 77", "beseda seed");
}

#[tokio::test]
async fn whoever_was_signed_out_deactivated_deleted_or_put_again_is_told_so() {
    let server = Server::start("diagnose-changes", "", &town()).await;
    let shop = host(&server, "shop", "people,orders,rooms").await;
    let operator = ids::word(7);
    server.command(&["person", "sign-out", &operator]).await;
    let (status, said) = access(&server, 7, "en").await;
    assert_eq!(status, Some(0));
    assert_said(&said, "passed", "signed out everywhere: what was signed before 20", "");
    let (_, said) = diagnosed(&server, &["--person", &operator]).await;
    assert_said(
        check(&said, "tokens"),
        "passed",
        "signed out everywhere: what was signed before 20",
        "",
    );
    assert_said(check(&said, "rooms"), "passed", "is in none", "");

    server.command(&["person", "deactivate", &operator]).await;
    let (status, said) = access(&server, 7, "ru").await;
    assert_eq!(status, Some(1));
    assert_said(&said, "failed", "Оператор 7 деактивирован", "beseda person activate");
    let (status, said) = diagnosed(&server, &["--person", &operator]).await;
    assert_eq!(status, Some(1));
    assert_said(
        check(&said, "person"),
        "failed",
        "Operator 7 is deactivated",
        "beseda person activate",
    );

    let deleted = actor::answer(shop.request(Method::DELETE, "/api/v1/people/7/")).await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    let (_, said) = access(&server, 7, "en").await;
    assert_said(&said, "failed", "person 7 was deleted", "PUT /api/v1/people/7/");
    let (_, said) = diagnosed(&server, &["--order", &ids::word(2)]).await;
    assert_said(
        check(&said, "operator"),
        "failed",
        "was deleted; order 2 names them still",
        "PUT /api/v1/orders/2/",
    );

    put(&shop, "/api/v1/people/7/", json!({"role": "operator"})).await;
    let (status, said) = access(&server, 7, "en").await;
    assert_eq!(status, Some(1));
    if !ids::are_texts() {
        assert_said(
            &said,
            "failed",
            "the order names who was deleted under this id",
            r#""operator":7"#,
        );
    }
    put(&shop, "/api/v1/orders/2/", json!({"client": 4, "operator": 7})).await;
    let (status, said) = access(&server, 7, "en").await;
    assert_eq!(status, Some(0), "{said:#}");
    let (_, said) = diagnosed(&server, &["--person", &operator]).await;
    assert_said(check(&said, "rooms"), "passed", "is in order: 1", "");
    assert_said(
        check(&said, "person"),
        "passed",
        "last put by the application at 20",
        "",
    );
}

#[tokio::test]
async fn what_an_order_lacks_is_named_with_the_call_that_mends_it() {
    let orders = Town::default()
        .order(json!({"id": 4, "client": 4}))
        .order(json!({"id": 5, "operator": 8}));
    let server = Server::start("diagnose-lacks", "", &town()).await;
    server.seed(&orders).await;
    let (status, said) = diagnosed(&server, &["--order", &ids::word(4), "--lang", "ru"]).await;
    assert_eq!(status, Some(1));
    assert_said(
        check(&said, "operator"),
        "failed",
        "Оператор не назначен на заказ 4: из сотрудников его чат видит только ADMIN или MOM",
        "назначьте: PUT /api/v1/orders/4/",
    );
    assert_said(check(&said, "expert"), "skipped", "пока не указан", "");
    assert_said(check(&said, "roles"), "passed", "MOM: see, read, send, step_in", "");
    let (_, said) = diagnosed(&server, &["--order", &ids::word(5)]).await;
    assert_said(
        check(&said, "client"),
        "failed",
        "order 5 has no client",
        "name the client: PUT",
    );
    assert_said(
        check(&said, "operator"),
        "failed",
        "User 8 is assigned, without the role operator",
        r#"PATCH /api/v1/people/8/ {"role":"operator"}"#,
    );
}

#[tokio::test]
async fn a_grant_that_was_taken_back_is_told_with_its_time() {
    let settings = format!("[[issuers]]\nissuer = \"\"\nalgorithms = [\"HS256\"]\nsecret = \"{SHARED_SECRET}\"\n");
    let server = Server::start("diagnose-shown-out", &settings, &town()).await;
    let shop = host(&server, "shop", "rooms").await;
    let (iat, room) = (now() - 5, format!("order:{}", ids::word(2)));
    let claims = json!({"sub": ids::word(8), "iat": iat, "exp": iat + 900, "rooms": {room: "member"}});
    let token = Signer::shared().token(&claims);
    let granted = Actor::new(server.address, 8, &token);
    assert_eq!(granted.get("/api/chat/order/2/messages").await.status, 200);
    let (status, said) = access(&server, 8, "ru").await;
    assert_eq!(status, Some(0), "{said:#}");
    assert_said(
        &said,
        "passed",
        "Пользователь 8 видит чат заказа 2: впущен по разрешению в токене",
        "",
    );

    let gone = actor::answer(shop.request(Method::DELETE, "/api/v1/rooms/order:2/members/8/")).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let (status, said) = access(&server, 8, "en").await;
    assert_eq!(status, Some(1));
    assert_said(&said, "failed", "removed from the room at 20", "");
}

#[tokio::test]
async fn a_house_that_is_well_passes_and_what_is_broken_is_named() {
    let mut server = Server::start("diagnose-house", "", &town()).await;
    let (status, said) = diagnosed(&server, &[]).await;
    assert_eq!((status, &said["ok"]), (Some(0), &json!(true)), "{said:#}");
    for id in [
        "settings",
        "data",
        "uploads",
        "log",
        "secret",
        "disk",
        "descriptors",
        "failures",
        "health",
        "database",
        "migrations",
        "operators",
        "questions",
        "jobs",
        "denials",
    ] {
        assert_eq!(check(&said, id)["outcome"], "passed", "{said:#}");
    }
    assert_said(check(&said, "questions"), "passed", "all four are answered", "");
    assert_said(
        check(&said, "operators"),
        "passed",
        "there are 2; of the newest orders 1 of 2 have none (3)",
        "",
    );

    server.kill();
    let uploads = server.data().join("uploads/chat");
    fs::remove_dir_all(&uploads).expect("the folder goes");
    fs::write(server.data().join("beseda.toml.extra"), "").expect("a file");
    let log = server.data().join("logs/app.log");
    let mut text = fs::read_to_string(&log).expect("a log");
    text += "2999-01-01T00:00:00.000000Z ERROR: Failed to save chat message: database or disk is full\n";
    fs::write(&log, text).expect("the log");
    server.rename_by_hand("orders", "orders_away");
    let (status, said) = diagnosed(&server, &["--lang", "ru"]).await;
    server.rename_by_hand("orders_away", "orders");
    assert_eq!(status, Some(1));
    assert_said(check(&said, "health"), "failed", "", "запущен ли сервер");
    assert_said(check(&said, "uploads"), "failed", "нет", "резервная копия");
    assert_said(
        check(&said, "failures"),
        "failed",
        "database or disk is full",
        "причина стоит после двоеточия",
    );
    assert_said(check(&said, "questions"), "failed", "orders", "beseda migrate");
    for id in ["settings", "log", "database", "migrations"] {
        assert_eq!(check(&said, id)["outcome"], "passed", "{said:#}");
    }
}

#[tokio::test]
async fn a_wrong_setting_a_lacking_migration_and_a_missing_database_are_named() {
    let mut server = Server::start("diagnose-settings", "", &town()).await;
    server.kill();
    let file = server.data().join("beseda.toml");
    let text = fs::read_to_string(&file).expect("settings");
    fs::write(&file, format!("limits.text_char = 5\n{text}")).expect("settings");
    server.forget_a_migration();
    let (status, said) = diagnosed(&server, &[]).await;
    assert_eq!(status, Some(1));
    assert_said(
        check(&said, "settings"),
        "failed",
        "`limits.text_char` is no setting",
        "limits.text_chars",
    );
    assert_said(check(&said, "migrations"), "failed", "missing: V", "beseda migrate");
    if server.ground().is_none() {
        fs::remove_file(server.data().join("beseda.db")).expect("the database goes");
        let (status, said) = diagnosed(&server, &["--order", "2"]).await;
        assert_eq!(status, Some(1));
        assert_said(check(&said, "database"), "failed", "there is no ", "is --data right?");
        assert!(!server.data().join("beseda.db").exists(), "it was made by looking");
    }
}

#[tokio::test]
async fn a_collection_has_everything_and_neither_secrets_nor_what_people_write() {
    let house = House::of_story("diagnose-canary", "text").await;
    let key = house
        .server
        .command(&["key", "create", "shop", "--scope", "people"])
        .await;
    let key = String::from_utf8(key.stdout).expect("a key").trim().to_owned();
    for proof in 0..house.proofs().len() {
        for (method, path) in [
            (Method::POST, "/api/chat/order/1/send/"),
            (Method::GET, "/api/chat/order/1/messages/"),
        ] {
            let path = format!("{path}?chat={}", house.canaries.token);
            actor::answer(house.request(method.clone(), &path, proof, 0)).await;
        }
    }
    let folder = house.server.data().with_file_name("collection");
    let path = folder.to_str().expect("a path");
    let (order, person) = (ids::word(ORDER), ids::word(12));
    let arguments = ["--out", path, "--order", &order, "--person", &person];
    let (status, said) = diagnosed(&house.server, &arguments).await;
    assert_eq!(check(&said, "collection")["outcome"], "passed", "{said:#}");
    assert_eq!(check(&said, "access")["outcome"], "passed", "{said:#}");
    // Order 1 has no operator.
    assert_eq!(
        (status, &check(&said, "operator")["outcome"]),
        (Some(1), &json!("failed"))
    );

    let secret = fs::read_to_string(house.server.data().join("secret")).expect("the secret");
    let mut traces = house.traces();
    traces.extend([SAID, PASSWORD, secret.trim(), &key, &house.canaries.sought].map(str::to_owned));
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).expect("the collection") {
        let entry = entry.expect("a file");
        let name = entry.file_name().into_string().expect("a name");
        let text = fs::read_to_string(entry.path()).expect("text");
        assert!(!text.trim().is_empty() || name == "chat_errors.log", "{name} is empty");
        let told = traces
            .iter()
            .find(|trace| text.contains(trace.as_str()) || said.to_string().contains(trace.as_str()));
        assert_eq!(told, None, "in {name}");
        let mode = entry.metadata().expect("a mode").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
        names.push(name);
    }
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "README.txt",
            "chat_db_check.txt",
            "chat_errors.log",
            "chat_logs.log",
            "diagnosis.txt",
            "health.txt",
            "jobs.txt",
            "settings.txt",
            "system.txt",
        ]
    );
    assert_eq!(
        fs::metadata(&folder).expect("a folder").permissions().mode() & 0o777,
        0o700
    );
    let text = |name: &str| fs::read_to_string(folder.join(name)).expect("text");
    let tables = text("chat_db_check.txt");
    let length = format!("({} characters)", SAID.chars().count());
    for part in [
        "SELECT * FROM order_chats WHERE order_id =",
        "u12@shop.example",
        "CLIENT",
        &length,
        "nothing is damaged",
        "messages",
    ] {
        assert!(tables.contains(part), "{part} is not in {tables}");
    }
    assert!(text("chat_logs.log").contains("Chat message saved: message_id="));
    assert!(text("health.txt").contains("GET /readyz -> 200"));
    assert!(text("settings.txt").contains("log_level"));
    assert!(text("system.txt").contains("beseda.toml"));

    // A former collection makes room for the next one, and nothing else does.
    let (_, again) = diagnosed(&house.server, &["--out", path]).await;
    assert_eq!(check(&again, "collection")["outcome"], "passed", "{again:#}");
    fs::write(folder.join("letter.txt"), "somebody's own").expect("a file");
    let refused = house.server.attempt(&["diagnose", "--out", path]).await;
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert_eq!(
        fs::read(folder.join("letter.txt")).expect("it stays"),
        b"somebody's own"
    );
}
