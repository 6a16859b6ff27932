//! Other sites' pages: refused before anything else happens, unless the settings name them.

use crate::harness::town::{ALLOWED_SITE, shared};
use crate::harness::{Socket, actor};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_foreign_origin_is_refused_and_an_allowed_one_is_not() {
    let server = shared().await;
    let party = server.party(9).await;
    let (anna, room) = (&party.client, party.client.room_of(party.order).await);
    let own = format!("http://{}", server.address);
    let path = format!("/ws/chat/{room}/?token={}", anna.token);
    let message = json!({"room": room, "message": "from a page"});
    let call = async |origin: &str, method: Method, path: &str| {
        actor::answer(anna.request(method, path).header("Origin", origin).json(&message)).await
    };

    for origin in [own.as_str(), ALLOWED_SITE] {
        assert_eq!(
            call(origin, Method::POST, "/api/chat/messages/").await.status,
            201,
            "{origin}"
        );
        assert_eq!(
            call(origin, Method::GET, "/api/chat/rooms/").await.status,
            200,
            "{origin}"
        );
        let opened = Socket::open(server.address, &path, &[("Origin", origin)]).await;
        assert!(opened.is_ok(), "{origin}: {:?}", opened.err());
    }
    // Curl and native clients have none.
    assert_eq!(anna.post("/api/chat/messages/", &message).await.status, 201);
    assert!(Socket::open(server.address, &path, &[]).await.is_ok());
    let before = anna.all_messages(room).await.len();

    let port = server.address.port();
    for origin in [
        "https://evil.example".to_owned(),
        "http://shop.example".to_owned(),
        "https://shop.example.evil.example".to_owned(),
        "https://shop.example:8443".to_owned(),
        "https://evilshop.example".to_owned(),
        format!("http://127.0.0.1:{}", port.wrapping_add(1)),
        format!("http://localhost:{port}"),
        "null".to_owned(),
        "nonsense".to_owned(),
    ] {
        let sent = call(&origin, Method::POST, "/api/chat/messages/").await;
        assert_eq!(sent.status, 403, "{origin}: {sent:?}");
        assert!(sent.json()["detail"].is_string(), "{sent:?}");
        assert_eq!(
            call(&origin, Method::GET, "/api/chat/rooms/").await.status,
            403,
            "{origin}"
        );
        let refused = Socket::open(server.address, &path, &[("Origin", &origin)]).await.err();
        assert_eq!(refused.map(|answer| answer.status), Some(403), "{origin}");
        // Who is not known at all learns no more.
        let refused = Socket::open(server.address, "/ws/chat/abc/", &[("Origin", &origin)])
            .await
            .err();
        assert_eq!(refused.map(|answer| answer.status), Some(403), "{origin}");
    }
    assert_eq!(anna.all_messages(room).await.len(), before);
}

#[tokio::test]
async fn an_allowed_sites_browser_is_let_through_and_no_other() {
    let party = shared().await.party(16).await;
    let (anna, room) = (&party.client, party.client.room_of(party.order).await);
    anna.send(room, "hello").await;
    let path = format!("/api/chat/rooms/{room}/messages/");
    let list = actor::answer(anna.request(Method::GET, &path).header("Origin", ALLOWED_SITE)).await;
    assert_eq!(list.header("Access-Control-Allow-Origin"), ALLOWED_SITE, "{list:?}");
    assert_eq!(list.header("Access-Control-Allow-Credentials"), "true", "{list:?}");
    assert!(list.header("Vary").to_lowercase().contains("origin"), "{list:?}");
    let exposed = list.header("Access-Control-Expose-Headers").to_lowercase();
    assert!(
        exposed.contains("x-total-count") && exposed.contains("link"),
        "{list:?}"
    );

    // A browser asks first, without credentials.
    let nobody = anna.with_token("");
    let ask = async |origin: &str| {
        let asked = nobody
            .request(Method::OPTIONS, "/api/chat/messages/")
            .header("Origin", origin);
        let asked = asked.header("Access-Control-Request-Method", "POST");
        actor::answer(asked.header("Access-Control-Request-Headers", "authorization,content-type")).await
    };
    let allowed = ask(ALLOWED_SITE).await;
    assert!([200, 204].contains(&allowed.status), "{allowed:?}");
    assert_eq!(
        allowed.header("Access-Control-Allow-Origin"),
        ALLOWED_SITE,
        "{allowed:?}"
    );
    assert_eq!(
        allowed.header("Access-Control-Allow-Credentials"),
        "true",
        "{allowed:?}"
    );
    let (methods, headers) = (
        allowed.header("Access-Control-Allow-Methods"),
        allowed.header("Access-Control-Allow-Headers").to_lowercase(),
    );
    assert!(
        ["POST", "PATCH", "DELETE"]
            .iter()
            .all(|method| methods.contains(method)),
        "{allowed:?}"
    );
    let sent = [
        "authorization",
        "content-type",
        "x-csrftoken",
        "idempotency-key",
        "traceparent",
        "sentry-trace",
        "baggage",
    ];
    for name in sent {
        assert!(headers.split(", ").any(|header| header == name), "{name}: {allowed:?}");
    }

    let refused = ask("https://evil.example").await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(refused.header("Access-Control-Allow-Origin"), "", "{refused:?}");
    assert_eq!(anna.get(&path).await.header("Access-Control-Allow-Origin"), "");
}

#[tokio::test]
async fn a_cookie_does_not_travel_from_another_site() {
    let person = json!({
        "id": 1, "username": "anna", "email": "anna@shop.example", "role": "client", "password": "correct horse battery",
    });
    let town = crate::harness::Town::default()
        .person(person)
        .order(json!({"id": 1, "client": 1}));
    let server = crate::harness::Server::start("cookie", "", &town).await;
    let nobody = crate::harness::Actor::new(server.address, 0, "");
    let login = json!({"identifier": "anna", "password": "correct horse battery"});
    let answer = nobody.post("/login/", &login).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let set = answer.header("Set-Cookie");
    assert!(
        set.starts_with("beseda_session=") && set.contains("HttpOnly") && set.contains("SameSite="),
        "{set}"
    );
    let cookie = set.split(';').next().expect("a cookie").to_owned();
    let access = answer.json()["access_token"].as_str().expect("a token").to_owned();

    let open = json!({"order_id": 1});
    let call = async |site: Option<&str>, path: &str| {
        let mut request = nobody.request(Method::POST, path).header("Cookie", &cookie).json(&open);
        if let Some(site) = site {
            request = request.header("Sec-Fetch-Site", site);
        }
        actor::answer(request).await
    };
    let path = "/api/chat/rooms/create_for_order/";
    assert_eq!(call(Some("cross-site"), path).await.status, 403);
    let made = call(Some("same-origin"), path).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(call(None, path).await.status, 200);
    let room = made.json()["id"].as_i64().expect("an id");
    assert_eq!(
        call(Some("cross-site"), &format!("/api/chat/rooms/{room}/mark_read/"))
            .await
            .status,
        403
    );

    let path = format!("/ws/chat/{room}/");
    let across = [("Cookie", cookie.as_str()), ("Sec-Fetch-Site", "cross-site")];
    let refused = Socket::open(server.address, &path, &across).await.err();
    assert_eq!(refused.map(|answer| answer.status), Some(403));
    let evil = [("Cookie", cookie.as_str()), ("Origin", "https://evil.example")];
    let refused = Socket::open(server.address, &path, &evil).await.err();
    assert_eq!(refused.map(|answer| answer.status), Some(403));
    let mut opened = Socket::open(server.address, &path, &[("Cookie", &cookie)])
        .await
        .expect("an upgrade");
    assert_eq!(opened.frame().await["type"], "message_history");

    // A token is sent by a page's own code: where it comes from is the Origin's matter.
    let by_token = nobody.with_token(&access).request(Method::GET, "/api/chat/rooms/");
    assert_eq!(
        actor::answer(by_token.header("Sec-Fetch-Site", "cross-site"))
            .await
            .status,
        200
    );
}
