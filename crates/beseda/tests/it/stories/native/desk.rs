//! What the desk has, over HTTP: canned replies, its hours, and transcripts of rooms.

use super::application::app_key;
use crate::harness::{Actor, Answer, Server, Town, actor::answer};
use crate::stories::server_api::assert_problem;
use reqwest::Method;
use serde_json::{Value, json};

const HELLO: &str = "/api/v1/replies/00000000-0000-4000-8000-000000000001/";
const BYE: &str = "/api/v1/replies/00000000-0000-4000-8000-000000000002/";
const MORE: &str = "/api/v1/replies/00000000-0000-4000-8000-000000000003/";

/// An operator and a client, at a desk with such settings.
async fn desk(story: &str, settings: &str) -> (Server, Actor, Actor) {
    let person = |id: i64, role: &str| json!({"id": id, "first_name": "A", "role": role});
    let people = [person(5, "operator"), person(6, "client"), person(7, "admin")];
    let town = people.into_iter().fold(Town::parties(0), Town::person);
    let server = Server::start(story, settings, &town).await;
    let tokens = server.tokens(&[5, 6]).await;
    let [operator, client] = [(5, 0), (6, 1)].map(|(id, at)| Actor::new(server.address, id, &tokens[at]));
    (server, operator, client)
}

/// What somebody is told who proves nothing.
async fn plain(server: &Server, path: &str) -> Value {
    Actor::new(server.address, 0, "").get(path).await.json()
}

fn saying(shortcut: &str, text: &str) -> Value {
    json!({"shortcut": shortcut, "title": "Приветствие", "text": text})
}

#[tokio::test]
async fn the_desk_keeps_what_it_says_again_and_again() {
    let (_server, operator, client) = desk("native-replies", "").await;
    let put = async |path: &str, body: &Value| operator.ask(Method::PUT, path, body).await;
    let made = put(HELLO, &saying("Привет", "Здравствуйте, {{customer.name}}!")).await;
    assert_eq!(made.status, 201, "{made:?}");
    let reply = made.json();
    assert_eq!(
        (&reply["shortcut"], &reply["title"]),
        (&json!("привет"), &json!("Приветствие"))
    );
    let again = put(HELLO, &saying("привет", "Здравствуйте, {{customer.name}}!")).await;
    assert_eq!((again.status, again.json()), (200, reply.clone()));
    assert_eq!(put(BYE, &saying("bye", "x")).await.status, 201);
    assert_problem(&put(MORE, &saying("BYE", "x")).await, 409, "shortcut_taken");

    let one = operator.get(HELLO).await;
    assert_eq!((one.status, one.json()), (200, reply.clone()));
    let first = operator.get("/api/v1/replies/?limit=1").await.json();
    assert_eq!(first["items"], json!([reply]));
    let next = first["next"].as_str().expect("there is more");
    let rest = operator
        .get(&format!("/api/v1/replies/?limit=1&cursor={next}"))
        .await
        .json();
    assert_eq!(
        (&rest["items"][0]["shortcut"], &rest["next"]),
        (&json!("bye"), &Value::Null)
    );

    for path in ["/api/v1/replies/", HELLO] {
        assert_problem(&client.get(path).await, 403, "not_allowed");
    }
    let gone = operator.ask(Method::DELETE, HELLO, &Value::Null).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    assert_problem(&operator.get(HELLO).await, 404, "not_found");
    assert_problem(&operator.get("/api/v1/replies/hello/").await, 404, "not_found");
}

#[tokio::test]
async fn what_is_wrong_with_a_canned_reply_is_told_by_its_field() {
    let settings = "limits.text_chars = 5\nlimits.title_chars = 12\nlimits.canned_replies = 1\n";
    let (_server, operator, _) = desk("native-replies-limits", settings).await;
    let put = async |path: &str, body: &Value| operator.ask(Method::PUT, path, body).await;
    let of = |field: &str, value: Value| {
        let mut body = saying("hello", "пятьж");
        body[field] = value;
        body
    };
    for (field, value) in [
        ("shortcut", json!("two words")),
        ("shortcut", json!("я".repeat(33))),
        ("shortcut", json!("")),
        ("shortcut", Value::Null),
        ("title", json!(" ")),
        ("title", json!("ж".repeat(13))),
        ("text", json!("шестьж")),
        ("text", json!("{{a}}")),
        ("colour", json!("red")),
    ] {
        let refused = put(HELLO, &of(field, value)).await;
        assert_problem(&refused, 400, "invalid");
        assert!(refused.json()["errors"][field].is_array(), "{refused:?}");
    }
    let nameless = put("/api/v1/replies/hello/", &saying("hello", "x")).await;
    assert_problem(&nameless, 400, "invalid");
    assert!(nameless.json()["errors"]["id"].is_array(), "{nameless:?}");
    assert_eq!(put(HELLO, &of("shortcut", json!("я".repeat(32)))).await.status, 201);
    assert_problem(&put(BYE, &saying("bye", "x")).await, 409, "too_many_canned_replies");
}

#[tokio::test]
async fn the_desk_says_when_somebody_is_there_and_everybody_may_know() {
    let settings = "limits.hours_stretches = 2\nlimits.text_chars = 5\n";
    let (server, operator, _) = desk("native-hours", settings).await;
    let admin = Actor::new(server.address, 7, &server.tokens(&[7]).await[0]);
    let known = async || plain(&server, "/api/v1/hours/").await;
    let always = json!({"zone": "UTC", "week": [[0, 10080]], "words": "", "open": true, "changes_at": null});
    assert_eq!(known().await, always, "as long as nobody has said");
    let never = json!({"zone": "Europe/Moscow", "week": [], "words": "Утром"});
    let said = admin.ask(Method::PUT, "/api/v1/hours/", &never).await;
    assert_eq!(said.status, 200, "{said:?}");
    let told = json!({"zone": "Europe/Moscow", "week": [], "words": "Утром", "open": false, "changes_at": null});
    assert_eq!((said.json(), known().await), (told.clone(), told));
    let half = json!({"zone": "UTC", "week": [[10000, 60]]});
    let told = admin.ask(Method::PUT, "/api/v1/hours/", &half).await.json();
    assert_eq!(
        (&told["week"], &told["words"]),
        (&json!([[0, 60], [10000, 10080]]), &json!(""))
    );
    assert!(told["changes_at"].is_string(), "{told}");

    for (field, value) in [
        ("zone", json!("Europe/Moskau")),
        ("zone", json!("")),
        ("week", json!([[1, 2], [3, 4], [5, 6]])),
        ("week", json!([[0, 10081]])),
        ("week", json!([[-1, 5]])),
        ("week", json!([[1]])),
        ("week", json!("always")),
        ("week", Value::Null),
        ("words", json!("шестьж")),
        ("days", json!([])),
    ] {
        let mut body = half.clone();
        body[field] = value;
        let refused = admin.ask(Method::PUT, "/api/v1/hours/", &body).await;
        assert_problem(&refused, 400, "invalid");
        assert!(refused.json()["errors"][field].is_array(), "{refused:?}");
    }
    assert_problem(
        &operator.ask(Method::PUT, "/api/v1/hours/", &half).await,
        403,
        "not_allowed",
    );
}

/// A visitor, who proves by a header who they are.
struct Visitor {
    nobody: Actor,
    proof: String,
}

impl Visitor {
    async fn ask(&self, method: Method, path: &str, body: &Value) -> Answer {
        let asked = self.nobody.request(method, path);
        answer(asked.header("X-Beseda-Visitor", &self.proof).json(body)).await
    }
}

/// What would be somebody else's message, and the end, where it is taken as it came.
const FEIGNED: &str = "<script>alert(1)</script>\n2026-01-01T00:00:00.000000Z  Я\u{2028}да\r\n--\r--";
/// What some reader or other begins a new line at.
const BREAKS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// A visitor's room with what they said, who they are, and its key.
async fn question(server: &Server, texts: &[&str]) -> (Visitor, String) {
    let nobody = Actor::new(server.address, 0, "");
    let wish = json!({"kind": "support", "name": "Вера <b>", "subject": "Где \"заказ\"?", "text": texts[0]});
    let opened = nobody.post("/api/v1/rooms/", &wish).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let room = opened.json();
    let proof = room["visitor"].as_str().expect("a proof").to_owned();
    let key = room["key"].as_str().expect("a key").to_owned();
    let visitor = Visitor { nobody, proof };
    for text in &texts[1..] {
        let path = format!("/api/v1/rooms/{key}/messages/");
        let said = visitor.ask(Method::POST, &path, &json!({"text": text})).await;
        assert_eq!(said.status, 201, "{said:?}");
    }
    (visitor, key)
}

/// What the messages of a transcript say.
fn texts_of(transcript: &Value) -> Vec<&Value> {
    let messages = transcript["messages"].as_array().expect("messages");
    messages.iter().map(|message| &message["text"]).collect()
}

#[tokio::test]
async fn a_transcript_has_everything_that_was_said_page_by_page() {
    let (server, operator, client) = desk(
        "native-transcript",
        "limits.page_size = 2\nlimits.page_size_default = 2\n",
    )
    .await;
    let (visitor, key) = question(&server, &["первое", FEIGNED, "третье"]).await;
    let room = format!("/api/v1/rooms/{key}/");
    let answered = operator
        .post(&format!("{room}messages/"), &json!({"text": "Везём", "reply_to": 1}))
        .await;
    assert_eq!(answered.status, 201, "{answered:?}");
    let erased = visitor
        .ask(Method::DELETE, &format!("{room}messages/3/"), &Value::Null)
        .await;
    assert_eq!(erased.status, 204, "{erased:?}");

    let of = async |format: &str| operator.get(&format!("{room}transcript/{format}")).await;
    let text = of("").await;
    assert_eq!(
        (text.status, text.header("content-type").as_str()),
        (200, "text/plain; charset=utf-8")
    );
    assert_eq!(
        text.header("content-disposition"),
        "attachment; filename=\"transcript.txt\""
    );
    let said = text.text.clone();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], format!("Где \"заказ\"? ({key})"));
    let headings: Vec<&str> = lines
        .iter()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_once("Z  "))
        .map(|(_, who)| who)
        .collect();
    assert_eq!(headings, ["Вера <b>", "Вера <b>", "Вера <b> (erased)", "A"], "{said}");
    assert!(
        said.contains("\n    первое\n") && said.contains("\n    > первое\n    Везём\n"),
        "{said}"
    );
    assert!(!said.contains("третье") && said.ends_with("\n--\n"), "{said}");
    assert_eq!(said.split(BREAKS).filter(|line| *line == "--").count(), 1, "{said}");

    let page = of("?format=html").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let html = page.text.clone();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    assert!(html.contains("Вера &lt;b&gt;") && html.ends_with("</html>\n"), "{html}");

    let told = of("?format=json").await.json();
    assert_eq!((&told["room"], &told["title"]), (&json!(key), &json!("Где \"заказ\"?")));
    let texts = texts_of(&told);
    assert_eq!(texts, [&json!("первое"), &json!(FEIGNED), &json!(""), &json!("Везём")]);

    assert_problem(&of("?format=pdf").await, 400, "invalid");
    let path = format!("{room}transcript/");
    assert_problem(&client.get(&path).await, 403, "not_allowed");
    assert_problem(&visitor.ask(Method::GET, &path, &Value::Null).await, 403, "not_allowed");
}

/// What is for some is in the transcript of nobody else, and where that is a page or two, what comes behind it still is JSON.
#[tokio::test]
async fn what_is_for_others_is_in_no_transcript() {
    let settings =
        "limits.page_size = 1\nlimits.page_size_default = 1\n[kinds.deal]\nstaff = { operator = [\"read\"] }\n";
    let (server, operator, _) = desk("native-transcript-for-some", settings).await;
    let app = Actor::new(server.address, 0, &app_key(&server, "rooms").await);
    let put = app
        .ask(Method::PUT, "/api/v1/rooms/deal:1/", &json!({"members": ["6"]}))
        .await;
    assert_eq!(put.status, 201, "{put:?}");
    for (text, to) in [
        ("тайна", json!(["6"])),
        ("и ещё одна", json!(["6"])),
        ("открыто", Value::Null),
        ("ещё", Value::Null),
    ] {
        let said = app
            .post(
                "/api/v1/rooms/deal:1/system-messages/",
                &json!({"text": text, "to": to}),
            )
            .await;
        assert_eq!(said.status, 201, "{said:?}");
    }
    let told = operator
        .get("/api/v1/rooms/deal:1/transcript/?format=json")
        .await
        .json();
    let texts = texts_of(&told);
    assert_eq!(texts, [&json!("открыто"), &json!("ещё")]);
}
