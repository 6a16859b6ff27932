//! Forged tokens of every make, where one issuer shares a secret and two have public keys: nobody is let in by any.

mod claims;
mod grants;
mod hosts;
mod keys;
pub(super) mod signer;
mod sockets;

use crate::harness::keys::{self as key_files, EC, RSA};
use crate::harness::{Actor, Answer, Server, Socket, Town, actor};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use keys::good;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use signer::{
    AUDIENCE, EC_ISSUER, Forged, MOST_GRANTS, NOT_VALID, OWN_SECRET, RSA_ISSUER, SHARED_SECRET, Signer, WRONG_TYPE,
    own, rs, with,
};
use std::net::TcpListener;

fn settings() -> String {
    let (rsa, ec) = (key_files::file("rsa.pub", &RSA), key_files::file("ec.pub", &EC));
    let (rsa, ec) = (rsa.display(), ec.display());
    format!(
        "log_level = \"trace\"\nsecret = \"{OWN_SECRET}\"\n\
         [[issuers]]\nissuer = \"\"\nalgorithms = [\"HS256\"]\nsecret = \"{SHARED_SECRET}\"\npeople = \"known\"\n\
         [[issuers]]\nissuer = \"{RSA_ISSUER}\"\nalgorithms = [\"RS256\"]\npublic_key_file = \"{rsa}\"\n\
         audience = \"{AUDIENCE}\"\npeople = \"known\"\nshares_people = true\n\
         [[issuers]]\nissuer = \"{EC_ISSUER}\"\nalgorithms = [\"ES256\"]\npublic_key_file = \"{ec}\"\n\
         people = \"known\"\nshares_people = true\n"
    )
}

async fn ask(server: &Server, path: &str, token: &str) -> Answer {
    let request = Actor::new(server.address, 0, "").request(Method::GET, path);
    let header = HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()).expect("a header");
    actor::answer(request.header("Authorization", header)).await
}

/// A socket of `path`, with the token in its address.
async fn knock(server: &Server, path: &str, token: &str) -> Socket {
    let escaped: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let opened = Socket::open(server.address, &format!("{path}?token={escaped}"), &[]).await;
    opened.unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"))
}

#[tokio::test]
async fn a_forged_token_of_any_make_opens_no_call_and_no_socket() {
    let server = Server::start("tokens", &settings(), &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let (path, socket) = (format!("/api/chat/rooms/{room}/"), format!("/ws/chat/{room}/"));
    for (what, token) in good() {
        let answer = ask(&server, &path, &token).await;
        assert_eq!(answer.status, 200, "{what}: {answer:?}");
        let frame = knock(&server, &socket, &token).await.frame().await;
        assert_eq!(frame["type"], "message_history", "{what}: {frame}");
    }
    let rooms = party.client.get("/api/chat/rooms/").await.text;

    let bait = TcpListener::bind("127.0.0.1:0").expect("a port");
    bait.set_nonblocking(true).expect("accept comes back at once");
    let address = bait.local_addr().expect("an address").to_string();
    let corpora = [
        keys::by_other_keys(),
        keys::unsigned(),
        keys::by_headers(&address),
        claims::by_claims(),
        claims::by_odd_bodies(),
        claims::by_shape(),
        claims::by_type(),
        claims::by_grants(),
    ];
    let corpus: Vec<Forged> = corpora.into_iter().flatten().collect();
    assert!(corpus.len() >= 300, "{}", corpus.len());
    for (what, token, says) in &corpus {
        let answer = ask(&server, &path, token).await;
        assert_eq!((answer.status, answer.text.as_str()), (401, *says), "{what}: {token}");
        assert!(
            answer.header("WWW-Authenticate").starts_with("Bearer"),
            "{what}: {answer:?}"
        );
        for path in [&socket, "/ws/chat/16/17/", "/ws/location/16/17/", "/ws/admin/chat/"] {
            let (code, _) = knock(&server, path, token).await.closed().await;
            assert_eq!(code, 4001, "{path}, {what}: {token}");
        }
    }
    // Nobody went where a header pointed, nobody got into a room, and no line tells a token.
    assert!(bait.accept().is_err(), "a header's address was asked");
    assert_eq!(party.client.get("/api/chat/rooms/").await.text, rooms);
    let logs = server.logs();
    let told = corpus.iter().filter(|(_, token, _)| token.len() > 40);
    assert_eq!(told.clone().find(|(_, token, _)| logs.contains(token.as_str())), None);
}

#[tokio::test]
async fn a_token_opens_nothing_where_no_token_belongs() {
    let server = Server::start("tokens-elsewhere", &settings(), &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let nobody = party.client.with_token("");
    let (access, refresh) = (
        Signer::own().token(&own("access")),
        Signer::own().token(&own("refresh")),
    );
    let path = format!("/api/chat/rooms/{room}/");
    // A call takes no token from its address, and no cookie is a token.
    for query in ["token", "access", "access_token", "jwt"] {
        let answer = nobody.get(&format!("{path}?{query}={access}")).await;
        assert_eq!(answer.status, 401, "{query}: {answer:?}");
    }
    for cookie in ["session", "token", "access_token", "beseda_visitor"] {
        let request = nobody
            .request(Method::GET, &path)
            .header("Cookie", format!("{cookie}={access}"));
        assert_eq!(actor::answer(request).await.status, 401, "{cookie}");
    }
    for (header, value) in [
        ("Authorization", format!("Token {access}")),
        (
            "Authorization",
            format!("Basic {}", STANDARD.encode(format!("11:{access}"))),
        ),
        ("Authorization", access.clone()),
        ("X-Authorization", format!("Bearer {access}")),
        ("X-Beseda-Visitor", access.clone()),
    ] {
        let answer = actor::answer(nobody.request(Method::GET, &path).header(header, &value)).await;
        assert_eq!(answer.status, 401, "{header}: {value}: {answer:?}");
    }
    // Only a refresh token is exchanged, and only one that we gave out.
    for token in [&access, &refresh, &Signer::own().token(&own("visitor"))] {
        let answer = nobody.post("/api/token/refresh/", &json!({"refresh": token})).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (401, &json!("token_not_valid")),
            "{answer:?}"
        );
    }
    // What is not good makes nothing that came along good.
    let answer = ask(&server, &format!("{path}?token={access}"), "fake").await;
    assert_eq!((answer.status, answer.text.as_str()), (401, NOT_VALID));
}

#[tokio::test]
async fn as_many_rooms_as_a_token_may_grant_are_granted() {
    let server = Server::start("tokens-grants", &settings(), &Town::parties(1)).await;
    let rooms: Value = (1..=MOST_GRANTS)
        .map(|order| (format!("order:{}", 5_000 + order), json!("member")))
        .collect();
    let token = Signer::rsa(&RSA, Algorithm::RS256).token(&with(rs(), "rooms", rooms));
    let list = ask(&server, "/api/chat/rooms/", &token).await;
    assert_eq!(list.json().as_array().map(Vec::len), Some(20), "{list:?}");
}

#[tokio::test]
async fn a_visitor_is_known_by_a_visitors_token_alone() {
    let server = Server::start("tokens-visitor", &settings(), &Town::parties(1)).await;
    let nobody = Actor::new(server.address, 0, "");
    let opened = nobody
        .post("/api/public/chat-rooms/", &json!({"customer_name": "Vera"}))
        .await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let token = opened.json()["visitor"].as_str().expect("a token").to_owned();
    let body = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims"));
    let visitor: Value = serde_json::from_slice(&body.expect("base64")).expect("JSON");
    let rooms = async |token: &str| {
        let by_header = nobody.request(Method::GET, "/api/public/chat-rooms/");
        let by_header = actor::answer(by_header.header("X-Beseda-Visitor", token)).await;
        let by_cookie = nobody.request(Method::GET, "/api/public/chat-rooms/");
        let by_cookie = actor::answer(by_cookie.header("Cookie", format!("beseda_visitor={token}"))).await;
        assert_eq!(
            (by_header.status, by_cookie.status),
            (200, 200),
            "{by_header:?}, {by_cookie:?}"
        );
        assert_eq!(by_header.text, by_cookie.text);
        by_header.json().as_array().expect("a list").len()
    };
    assert_eq!(rooms(&token).await, 1);
    assert_eq!(
        rooms(&Signer::own().token(&visitor)).await,
        1,
        "the claims are what counts"
    );
    let server_signs = |name: &str, value: Value| Signer::own().token(&with(visitor.clone(), name, value));
    let (head, rest) = token.split_once('.').expect("three parts");
    for forged in [
        server_signs("token_type", json!("access")),
        server_signs("token_type", json!("refresh")),
        server_signs("token_type", Value::Null),
        server_signs("exp", json!(946_684_800)),
        server_signs("exp", json!("4102444800")),
        server_signs("jti", Value::Null),
        server_signs("user_id", json!(11)),
        Signer::own().token(&own("access")),
        Signer::shared().token(&visitor),
        Signer::hs(b"", Algorithm::HS256).token(&visitor),
        Signer::hs(OWN_SECRET.as_bytes(), Algorithm::HS512).token(&visitor),
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#)),
        format!("{head}.{}.", rest.split('.').next().expect("claims")),
        visitor["user_id"].to_string(),
    ] {
        assert_eq!(rooms(&forged).await, 0, "{forged}");
    }
    // And it opens nothing else, not even the door to which it might belong.
    for path in ["/api/me/", "/api/chat/rooms/", "/api/admin/chat-rooms/", "/api/chats/"] {
        let answer = ask(&server, path, &token).await;
        assert_eq!((answer.status, answer.text.as_str()), (401, WRONG_TYPE), "{path}");
    }
    let closed = knock(&server, "/ws/admin/chat/", &token).await.closed().await;
    assert_eq!(closed.0, 4001);
}
