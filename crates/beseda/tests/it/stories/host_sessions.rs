//! Whoever has a session with the host application needs nothing else: a Flask's, or one that the host is asked about.

use crate::harness::host::{Host, flask_session, key_file, now};
use crate::harness::{Actor, Answer, Server, Socket, Town, actor, in_time};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

const KEY: &str = "kR3vQ9tWm2XzL7bYp4sN8cHd6fJg1aUe";
const OLD_KEY: &str = "Zx81mNq4vB7tRw2yKp9sLd3fHg6jTc5e";
const SEND: &str = "/api/chat/order/1/send";
const MESSAGES: &str = "/api/chat/order/1/messages";

/// A call with these cookies and nothing else.
async fn call(server: &Server, method: Method, path: &str, cookies: &str, site: &str) -> Answer {
    let nobody = Actor::new(server.address, 0, "");
    let mut request = nobody.request(method.clone(), path).header("Cookie", cookies);
    if method == Method::POST {
        request = request.form(&[("message", "Здравствуйте")]);
    }
    if !site.is_empty() {
        request = request.header("Sec-Fetch-Site", site);
    }
    actor::answer(request).await
}

async fn get(server: &Server, path: &str, cookies: &str) -> Answer {
    call(server, Method::GET, path, cookies, "").await
}

async fn send(server: &Server, cookies: &str) -> Answer {
    call(server, Method::POST, SEND, cookies, "").await
}

fn session(key: &str, person: impl Into<Value>, signed_at: i64) -> String {
    let session = json!({"_fresh": true, "_id": "5a1d", "_user_id": person.into(), "cart": {" t": [1, 2]}});
    format!("session={}", flask_session(key, &session, signed_at))
}

/// A server that knows a Flask's keys; its client (11) has no password, Vera (50) has one.
async fn beside_flask(story: &str) -> Server {
    let (key, old) = (
        key_file(&format!("{story}.key"), KEY),
        key_file(&format!("{story}.old"), OLD_KEY),
    );
    let settings = format!(
        "log_level = \"debug\"\n[sessions]\nflask_secret_file = {key:?}\nflask_fallback_files = [{old:?}]\nflask_seconds = 3600\n"
    );
    let vera = json!({"id": 50, "username": "vera", "role": "client", "password": "correct horse battery"});
    Server::start(story, &settings, &Town::parties(1).person(vera)).await
}

#[tokio::test]
async fn a_flasks_cookie_alone_sends_and_reads_and_opens_a_socket() {
    let server = beside_flask("flask").await;
    let (client, operator) = (session(KEY, "11", now()), session(OLD_KEY, "13", now() - 60));
    let sent = send(&server, &client).await;
    assert_eq!((sent.status, &sent.json()["success"]), (200, &json!(true)), "{sent:?}");
    assert_eq!(sent.json()["message"]["sender_id"], 11);
    let read = get(&server, MESSAGES, &operator).await;
    assert_eq!(read.json()["messages"][0]["message"], "Здравствуйте", "{read:?}");
    // Whose cookie it is does not open what is not theirs, and changes nothing that is known of them.
    assert_eq!(send(&server, &session(KEY, "14", now())).await.status, 403);
    let me = get(&server, "/api/me/", &operator).await.json();
    assert_eq!(
        (&me["id"], &me["role"], &me["full_name"]),
        (&json!(13), &json!("operator"), &json!("Person 13"))
    );

    let room = server.party(1).await.client.room_of(1).await;
    let headers = [("Cookie", client.as_str())];
    let mut socket = Socket::open(server.address, &format!("/ws/chat/{room}/"), &headers)
        .await
        .expect("an upgrade");
    assert_eq!(socket.frame().await["type"], "message_history");
    send(&server, &operator).await;
    assert_eq!(socket.frame().await["message"]["sender"]["id"], 13);

    // Somebody never seen before is made, by number or by text.
    let uuid = "3f2c0000-0000-4000-8000-000000000001";
    for (id, wanted) in [
        (json!(77), json!(77)),
        (json!("78"), json!(78)),
        (json!(uuid), json!(uuid)),
    ] {
        let me = get(&server, "/api/me/", &session(KEY, id, now())).await;
        assert_eq!((me.status, &me.json()["id"]), (200, &wanted), "{me:?}");
    }
}

#[tokio::test]
async fn a_cookie_that_no_flask_of_ours_signed_is_nobodys() {
    let server = beside_flask("flask-forged").await;
    let good = session(KEY, "11", now());
    let (head, signature) = good.rsplit_once('.').expect("a signature");
    let (_, rest) = good.split_once('.').expect("a payload");
    let operator = session(KEY, "13", now());
    let payload = operator.split('.').next().expect("a payload");
    let nobodys = format!("session={}", flask_session(KEY, &json!({"cart": [1]}), now()));
    for (what, cookies) in [
        ("forged", format!("{payload}.{rest}")),
        ("cut", head.to_owned()),
        ("without a signature", format!("{head}.")),
        (
            "another signature",
            format!("{head}.{}", signature.to_lowercase() + "x"),
        ),
        ("expired", session(KEY, "11", now() - 3_602)),
        ("of the future", session(KEY, "11", now() + 3_600)),
        (
            "another's key",
            session("mL5cPz8rVt2xNk7wQb4yGh9dJs3fAe6u", "11", now()),
        ),
        ("nobody signed in", nobodys.clone()),
        ("another name", good.replace("session=", "sessions=")),
    ] {
        let refused = send(&server, &cookies).await;
        assert_eq!(refused.status, 401, "{what}: {refused:?}");
        assert_eq!(refused.json()["success"], false, "{what}");
        assert_eq!(refused.header("Set-Cookie"), "", "{what}");
        let mut socket = Socket::open(server.address, "/ws/chat/1/", &[("Cookie", &cookies)])
            .await
            .expect("an upgrade");
        assert_eq!(socket.closed().await.0, 4001, "{what}");
    }
    // Of several, the good one counts; and a page of another site uses none.
    assert_eq!(send(&server, &format!("{nobodys}; {good}")).await.status, 200);
    for (site, status) in [("cross-site", 403), ("same-site", 200), ("same-origin", 200)] {
        let answer = call(&server, Method::POST, SEND, &good, site).await;
        assert_eq!(answer.status, status, "{site}: {answer:?}");
    }
    let across = [("Cookie", good.as_str()), ("Sec-Fetch-Site", "cross-site")];
    let refused = Socket::open(server.address, "/ws/chat/1/", &across).await.err();
    assert_eq!(refused.map(|answer| answer.status), Some(403));

    let logs = server.logs();
    assert!(
        logs.contains("another SECRET_KEY") && logs.contains("it has expired"),
        "{logs}"
    );
    let payload = good.split(['=', '.']).nth(1).expect("a payload");
    assert!(!logs.contains(signature) && !logs.contains(payload));
}

#[tokio::test]
async fn logging_in_and_out_of_either_leaves_the_others_session_alone() {
    let server = beside_flask("flask-both").await;
    let nobody = Actor::new(server.address, 0, "");
    let flask = session(KEY, "11", now());
    let login = json!({"identifier": "vera", "password": "correct horse battery"});
    let request = nobody.request(Method::POST, "/login/").header("Cookie", &flask);
    let logged_in = actor::answer(request.json(&login)).await;
    let set = logged_in.header("Set-Cookie");
    assert!(set.starts_with("beseda_session="), "{set}");
    let ours = set.split(';').next().expect("a cookie").to_owned();
    let me = async |cookies: &str| {
        let answer = get(&server, "/api/me/", cookies).await;
        (answer.status, answer.json()["id"].as_i64())
    };
    let both = format!("{flask}; {ours}");
    assert_eq!(me(&both).await, (200, Some(50)));
    // Out of the host: its cookie is a session of nobody's.
    let out = format!("session={}", flask_session(KEY, &json!({}), now()));
    assert_eq!(me(&format!("{out}; {ours}")).await, (200, Some(50)));
    // Out of here: only our cookie is taken away.
    let logout = nobody.request(Method::POST, "/logout/").header("Cookie", &both);
    let logged_out = actor::answer(logout).await;
    assert_eq!(logged_out.status, 204);
    assert!(
        logged_out.header("Set-Cookie").starts_with("beseda_session=;"),
        "{logged_out:?}"
    );
    assert_eq!(me(&both).await, (200, Some(11)));
    let again = nobody.request(Method::POST, "/logout/").header("Cookie", &flask);
    assert_eq!(actor::answer(again).await.header("Set-Cookie"), "");
    assert_eq!(me(&flask).await, (200, Some(11)));
}

#[tokio::test]
async fn whoever_is_deactivated_is_out_and_comes_in_with_a_session_signed_since() {
    let server = beside_flask("flask-deactivated").await;
    let flask = session(KEY, "11", now());
    let room = server.party(1).await.client.room_of(1).await;
    let mut socket = Socket::open(server.address, &format!("/ws/chat/{room}/"), &[("Cookie", &flask)])
        .await
        .expect("an upgrade");
    assert_eq!(socket.frame().await["type"], "message_history");
    server.command(&["person", "deactivate", "11"]).await;
    assert_eq!(socket.closed().await.0, 4001);
    assert_eq!(send(&server, &session(KEY, "11", now())).await.status, 401);
    server.command(&["person", "activate", "11"]).await;
    assert_eq!(send(&server, &flask).await.status, 401);
    // Flask counts in seconds: one that it signs in the next is surely later.
    let signed_since = async {
        while send(&server, &session(KEY, "11", now())).await.status != 200 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    in_time("a session that was signed since", signed_since).await;
}

/// A server that asks this host.
async fn beside(story: &str, host: &Host) -> Server {
    let settings = format!(
        "[sessions]\nsession_url = \"http://{}/whoami/?for=chat\"\nsession_cookies = [\"sessionid\"]\n",
        host.address
    );
    Server::start(story, &settings, &Town::parties(1)).await
}

#[tokio::test]
async fn a_host_that_is_asked_says_who_it_is_with_role_name_and_rooms() {
    let host = Host::serve().await;
    let server = beside("asked", &host).await;
    host.says("sessionid=anna", 200, r#"{"id": 11, "is_staff": false}"#);
    let boris = r#"{"id": "b-1", "name": "Борис Орлов", "role": "EXPERT", "rooms": {"order:9": "member"}}"#;
    host.says("sessionid=boris", 200, boris);

    let sent = send(&server, "csrftoken=c; sessionid=anna; beseda_visitor=v").await;
    assert_eq!(
        (sent.status, &sent.json()["message"]["sender_id"]),
        (200, &json!(11)),
        "{sent:?}"
    );
    let heard = host.heard().concat();
    assert!(heard.starts_with("GET /whoami/?for=chat HTTP/1.1\r\n"), "{heard}");
    assert!(
        heard.contains("accept: application/json\r\n") && heard.contains("cookie: sessionid=anna\r\n"),
        "{heard}"
    );
    assert_eq!(host.heard().len(), 1);

    let me = get(&server, "/api/me/", "sessionid=boris").await.json();
    assert_eq!(
        (&me["id"], &me["full_name"], &me["role"]),
        (&json!("b-1"), &json!("Борис Орлов"), &json!("expert"))
    );
    let rooms = get(&server, "/api/chat/rooms/", "sessionid=boris").await;
    assert!(rooms.text.contains(r#""order":9"#), "{rooms:?}");
    let room = server.party(1).await.client.room_of(1).await;
    let mut socket = Socket::open(
        server.address,
        &format!("/ws/chat/{room}/"),
        &[("Cookie", "sessionid=anna")],
    )
    .await
    .expect("an upgrade");
    assert_eq!(socket.frame().await["type"], "message_history");

    for cookies in ["sessionid=out", "sessionid=", "other=anna"] {
        let refused = send(&server, cookies).await;
        assert_eq!(
            (refused.status, refused.header("WWW-Authenticate").is_empty()),
            (401, false),
            "{cookies}"
        );
    }
    let asked = host.heard().len();
    let answer = call(&server, Method::POST, SEND, "sessionid=canary", "cross-site").await;
    assert_eq!((answer.status, host.heard().len()), (403, asked));
    host.says("sessionid=forbidden", 403, "no");
    assert_eq!(send(&server, "sessionid=forbidden").await.status, 401);
    assert!(!server.logs().contains("sessionid=") && !server.logs().contains("canary"));
}

#[tokio::test]
async fn a_window_full_of_calls_asks_the_host_once() {
    let host = Host::serve().await;
    let server = beside("asked-once", &host).await;
    host.says("sessionid=anna", 200, r#"{"id": 11}"#);
    host.close();
    let asked = async {
        while host.heard().is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
        // What comes late finds the answer.
        host.open();
    };
    let calls = join_all((0..20).map(|_| get(&server, MESSAGES, "sessionid=anna")));
    let (answers, ()) = tokio::join!(calls, in_time("a question", asked));
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(host.heard().len(), 1);
}

#[tokio::test]
async fn a_host_that_cannot_say_is_no_reason_to_log_anybody_out() {
    let host = Host::serve().await;
    let server = beside("asked-down", &host).await;
    host.says("sessionid=broken", 500, r#"{"id": 11}"#);
    host.says("sessionid=moved", 302, r#"{"id": 11}"#);
    host.says("sessionid=page", 200, "<!doctype html>");
    host.says(
        "sessionid=huge",
        200,
        &format!("{{\"id\": 11, \"x\": \"{}\"}}", "x".repeat(300_000)),
    );
    let put_off = async |cookies: &str| {
        let answer = send(&server, cookies).await;
        assert_eq!(
            (answer.status, answer.header("Retry-After").as_str()),
            (503, "1"),
            "{cookies}: {answer:?}"
        );
        assert_eq!(answer.json()["success"], false);
        let answer = get(&server, "/api/me/", cookies).await;
        assert_eq!(
            (answer.status, answer.header("Retry-After").as_str()),
            (503, "1"),
            "{cookies}: {answer:?}"
        );
        for path in ["/ws/chat/1/", "/ws/chat/1/2/"] {
            let mut socket = Socket::open(server.address, path, &[("Cookie", cookies)])
                .await
                .expect("an upgrade");
            assert_eq!(socket.closed().await.0, 1011, "{cookies} {path}");
        }
    };
    for cookies in [
        "sessionid=broken",
        "sessionid=moved",
        "sessionid=page",
        "sessionid=huge",
    ] {
        put_off(cookies).await;
    }
    // Who has a token, or a session of ours, does not hear of it.
    let client = server.party(1).await.client;
    let request = client
        .request(Method::GET, MESSAGES)
        .header("Cookie", "sessionid=broken");
    assert_eq!(actor::answer(request).await.status, 200);

    host.says("sessionid=slow", 200, r#"{"id": 11}"#);
    host.close();
    assert_eq!(send(&server, "sessionid=slow").await.status, 503);
    host.open();
    let back = async {
        while send(&server, "sessionid=slow").await.status != 200 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    in_time("the host is back", back).await;
    host.stop();
    put_off("sessionid=gone").await;
    let logs = server.logs();
    assert!(
        logs.contains("it answered 500") && logs.contains("says again whose session it is"),
        "{logs}"
    );
}
