//! The blocks for nginx that are printed run as they are, at the root and on a path: what goes through them comes through.

use super::documented::blocks;
use crate::harness::actor::answer;
use crate::harness::files::{BOUNDARY, Parts};
use crate::harness::nginx::{Nginx, page};
use crate::harness::{Actor, Server, Socket, Town};
use reqwest::Method;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";

/// The biggest file that is taken (`limits.attachment_bytes`).
const FILE_BYTES: usize = 26_214_400;

fn town() -> Town {
    let person = |id: i64, name: &str, role: &str| json!({"id": id, "username": name, "email": format!("{name}@shop.example"), "role": role, "password": PASSWORD});
    Town::default()
        .person(person(1, "anna", "client"))
        .person(person(2, "boris", "expert"))
        .order(json!({"id": 17, "client": 1, "expert": 2}))
}

/// A server behind nginx with the one block of a page.
async fn behind(story: &str, path: &str, settings: &str) -> (Server, Nginx) {
    let settings = format!("trusted_proxies = ['127.0.0.1']\n{settings}");
    let server = Server::start(story, &settings, &town()).await;
    let printed = blocks(&page(path), "nginx");
    let [block] = printed.as_slice() else {
        panic!("{path} prints one block")
    };
    let nginx = Nginx::start(&format!("{story}-nginx"), block, &server).await;
    (server, nginx)
}

#[tokio::test]
async fn the_readmes_block_lets_everything_through_at_the_root() {
    let (_server, nginx) = behind("nginx-root", "README.md", "").await;
    everything_goes_through(&nginx, "").await;
}

#[tokio::test]
async fn the_block_of_the_page_on_proxies_lets_everything_through_on_a_path() {
    let settings = "base_path = '/chat-api'\n";
    let (_server, nginx) = behind("nginx-path", "docs/operating/proxy.md", settings).await;
    everything_goes_through(&nginx, "/chat-api").await;
    let beside = Actor::new(nginx.address, 0, "").get("/api/me/").await;
    assert_eq!(beside.status, 404, "only the path is passed on");
}

/// All that a client does, at an nginx that shows the server under a path.
async fn everything_goes_through(nginx: &Nginx, under: &str) {
    let (anna, boris) = (log_in(nginx, under, "anna").await, log_in(nginx, under, "boris").await);
    let open = json!({"order_id": 17});
    let made = anna
        .post(&format!("{under}/api/chat/rooms/create_for_order/"), &open)
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let room = made.json()["id"].as_i64().expect("an id");

    let (mut hers, mut his) = (listen(&anna, under, room).await, listen(&boris, under, room).await);
    hers.say_and_hear("туда").await;
    his.texts_until("туда").await;
    his.say_and_hear("и обратно").await;
    hers.texts_until("и обратно").await;

    a_large_file_goes_both_ways(&anna, under, room, &mut his).await;
    links_lead_on(&anna, under, room).await;
    the_page_opens(&anna, under).await;
    clients_say_nothing_of_proxies(&anna, under).await;

    let log = nginx.log(5).await;
    assert!(log.contains(&format!("\"POST {under}/login/\" 200")), "{log}");
    assert!(!log.contains("token=") && !log.contains(&anna.token), "{log}");
}

async fn log_in(nginx: &Nginx, under: &str, name: &str) -> Actor {
    let nobody = Actor::new(nginx.address, 0, "");
    let login = json!({"identifier": name, "password": PASSWORD});
    let answer = nobody.post(&format!("{under}/login/"), &login).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let path = if under.is_empty() { "/" } else { under };
    let cookie = answer.header("Set-Cookie");
    assert!(cookie.contains(&format!("; Path={path}; ")), "{cookie}");
    let user = answer.json();
    let token = user["access_token"].as_str().expect("a token");
    Actor::new(nginx.address, user["user"]["id"].as_i64().expect("an id"), token)
}

/// A page's socket: with the origin that the browser sees.
async fn listen(by: &Actor, under: &str, room: i64) -> Socket {
    let origin = format!("http://{}", by.address);
    let path = format!("{under}/ws/chat/{room}/?token={}", by.token);
    let mut socket = Socket::open(by.address, &path, &[("Origin", &origin)])
        .await
        .unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"));
    assert_eq!(socket.frame().await["type"], "message_history");
    socket
}

async fn a_large_file_goes_both_ways(anna: &Actor, under: &str, room: i64, his: &mut Socket) {
    let bytes = b"a line of a long list\n".repeat(FILE_BYTES / 22 + 1);
    let bring = async |bytes: &[u8]| {
        let form = Parts::default().text("room", room).file("file", "long list.txt", bytes);
        let request = anna
            .request(Method::POST, &format!("{under}/api/chat/messages/"))
            .header("Content-Type", format!("multipart/form-data; boundary={BOUNDARY}"));
        answer(request.body(form.body())).await
    };
    let sent = bring(&bytes[..FILE_BYTES]).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let file = sent.json()["file"].as_str().expect("an address").to_owned();
    assert!(file.starts_with(&format!("{under}/files/")), "{file}");
    let heard = his.frames_until(|frame| frame["message"]["file"].is_string()).await;
    let told = heard.last().expect("a frame");
    assert_eq!(
        told["message"]["file"],
        Value::from(file.clone()),
        "a socket is told the same"
    );
    let fetched = anna.fetch(&file).await;
    assert_eq!(fetched.status, 200, "{fetched:?}");
    assert!(fetched.bytes == bytes[..FILE_BYTES], "the same bytes come back");
    // What is too much is said by the server, in its own words.
    let more = bring(&bytes[..=FILE_BYTES]).await;
    assert_eq!(
        (more.status, more.json()["detail"].is_string()),
        (413, true),
        "{more:?}"
    );
}

async fn links_lead_on(anna: &Actor, under: &str, room: i64) {
    let first = format!("{under}/api/chat/messages/?room={room}&page=1&page_size=1");
    let list = anna.get(&first).await.json();
    let next = list["next"].as_str().expect("there is more").to_owned();
    let here = format!("http://{}", anna.address);
    assert!(
        next.starts_with(&format!("{here}{under}/api/chat/messages/?page=2&")),
        "{next}"
    );
    let second = anna.get(next.strip_prefix(&here).expect("it is here")).await;
    assert_eq!(second.status, 200, "{second:?}");
    let previous = second.json()["previous"].as_str().expect("the first").to_owned();
    assert!(previous.starts_with(&format!("{here}{under}/")), "{previous}");
}

/// At both its addresses, with its script beside it.
async fn the_page_opens(anna: &Actor, under: &str) {
    let nobody = anna.with_token("");
    for (path, folder) in [("/chat?room=5", "chat/"), ("/chat/", "")] {
        let page = nobody.get(&format!("{under}{path}")).await;
        assert_eq!(page.status, 200, "{}: npm run build --prefix web", page.text);
        let (_, script) = page.text.split_once("src=\"./").expect("its script lies beside it");
        let (script, _) = script.split_once('"').expect("a whole attribute");
        assert!(script.starts_with(&format!("{folder}assets/")), "{script}");
        let at = if folder.is_empty() { "/chat/" } else { "/" };
        let script = nobody.get(&format!("{under}{at}{script}")).await;
        assert_eq!(script.status, 200, "{}", script.text);
        assert!(script.header("Content-Type").contains("javascript"), "{script:?}");
    }
}

/// What a client writes about proxies is dropped by nginx, and believed by nobody.
async fn clients_say_nothing_of_proxies(anna: &Actor, under: &str) {
    let root = anna
        .request(Method::GET, &format!("{under}/api/chat/"))
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Prefix", "/evil")
        .header("X-Forwarded-Proto", "https");
    let rooms = format!("http://{}{under}/api/chat/rooms/", anna.address);
    assert_eq!(answer(root).await.json()["rooms"], Value::from(rooms));
}
