//! Logging in and out, over the routes.

mod hosts;

use crate::stage::{PASSWORD, SECRET, Stage, no_routes, person};
use beseda_core::rules;
use beseda_core::words::{Person, PersonId};
use beseda_identity::SessionCookie;
use http::StatusCode;
use serde_json::{Value, json};
use std::net::IpAddr;

fn name_and_password(field: &str, name: &str, password: &str) -> String {
    json!({ field: name, "password": password }).to_string()
}

async fn login(stage: &Stage, name: &str, password: &str) -> crate::stage::Answer {
    stage
        .ask("POST", "/login/", &[], &name_and_password("identifier", name, password))
        .await
}

async fn me(stage: &Stage, name: &str, value: &str) -> u16 {
    stage.ask("GET", "/api/me/", &[(name, value)], "").await.status.as_u16()
}

const NO_ACCOUNT: &str = r#"{"detail":"No active account found with the given credentials"}"#;
const NO_TOKEN: &str = r#"{"detail":"Token is invalid","code":"token_not_valid"}"#;

#[tokio::test]
async fn a_person_logs_in_by_each_of_their_names() {
    let stage = Stage::plain().await;
    for name in ["anna", "ANNA@shop.example", " +7900000005 "] {
        let answer = login(&stage, name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text);
        let user = json!({
            "id": 5, "username": "anna", "email": "anna@shop.example", "first_name": "Анна", "last_name": "Петрова",
            "full_name": "Анна Петрова", "role": "client",
        });
        assert_eq!(answer.json()["user"], user);
        assert_eq!(
            me(
                &stage,
                "authorization",
                &format!("Bearer {}", answer.field("access_token"))
            )
            .await,
            200
        );
        let cookie = answer.header("set-cookie");
        assert!(
            cookie.starts_with("beseda_session=")
                && cookie.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax")
        );
        assert_eq!(me(&stage, "cookie", cookie.split(';').next().unwrap()).await, 200);
    }
    let form = axum::extract::Request::post("/login")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(
            "identifier=boris&password=%D0%B2%D0%B5%D1%80%D0%BD%D1%8B%D0%B9+%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C"
                .into(),
        );
    assert_eq!(stage.send(form.unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_sound_alike() {
    let stage = Stage::plain().await;
    stage.put(inactive(8, "gone"), None).await;
    for (name, password) in [
        ("anna", "wrong"),
        ("nobody", PASSWORD),
        ("vera", PASSWORD),
        ("vera", ""),
        ("gone", PASSWORD),
    ] {
        let answer = login(&stage, name, password).await;
        if password.is_empty() {
            answer.is(400, r#"{"password":["This field may not be blank."]}"#);
        } else {
            answer.is(401, NO_ACCOUNT);
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
        }
    }
    let answer = stage
        .ask(
            "POST",
            "/api/token/",
            &[],
            &name_and_password("email", "anna@shop.example", "no"),
        )
        .await;
    answer.is(401, NO_ACCOUNT);
    let required = r#"{"username":["This field is required."],"password":["This field is required."]}"#;
    stage.ask("POST", "/api/token/", &[], "{}").await.is(400, required);
    let missing = r#"{"identifier":["This field is required."],"password":["This field is required."]}"#;
    stage.ask("POST", "/login/", &[], "{}").await.is(400, missing);
    stage
        .ask("POST", "/login/", &[], &"x".repeat(16_385))
        .await
        .is(413, r#"{"detail":"The body is larger than 16384 bytes."}"#);
}

#[tokio::test]
async fn too_many_attempts_lock_the_account_and_nobody_else() {
    let stage = Stage::plain().await;
    for _ in 0..5 {
        login(&stage, "anna", "wrong").await.is(401, NO_ACCOUNT);
    }
    // By any of its names, and with the right password too.
    for name in ["anna", "anna@shop.example"] {
        let answer = login(&stage, name, PASSWORD).await;
        answer.is(
            429,
            r#"{"detail":"Request was throttled. Expected available in 12 seconds."}"#,
        );
        assert_eq!(answer.header("retry-after"), "12");
    }
    assert_eq!(login(&stage, "boris", PASSWORD).await.status, StatusCode::OK);
    stage.pass(12);
    assert_eq!(login(&stage, "anna", PASSWORD).await.status, StatusCode::OK);
}

#[tokio::test]
async fn too_many_attempts_from_one_address_lock_the_address() {
    let stage = Stage::new(|_, limits| limits.logins_per_minute_address = 2.0, no_routes()).await;
    for name in ["nobody", "anna"] {
        login(&stage, name, "wrong").await.is(401, NO_ACCOUNT);
    }
    assert_eq!(
        login(&stage, "boris", PASSWORD).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    stage.pass(30);
    assert_eq!(login(&stage, "boris", PASSWORD).await.status, StatusCode::OK);
}

#[tokio::test]
async fn tokens_are_obtained_and_exchanged() {
    let stage = Stage::plain().await;
    let obtain = |name: &'static str, value: &'static str| {
        let stage = &stage;
        async move {
            stage
                .ask("POST", "/api/token/", &[], &name_and_password(name, value, PASSWORD))
                .await
        }
    };
    let first = obtain("email", "anna@shop.example").await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(first.header("set-cookie").is_empty());
    assert_eq!(obtain("username", "anna").await.status, StatusCode::OK);
    assert_eq!(
        me(&stage, "authorization", &format!("Bearer {}", first.field("access"))).await,
        200
    );

    let exchange = |token: String| {
        let stage = &stage;
        async move {
            stage
                .ask(
                    "POST",
                    "/api/token/refresh/",
                    &[],
                    &json!({ "refresh": token }).to_string(),
                )
                .await
        }
    };
    let used = first.field("refresh");
    let second = exchange(used.clone()).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_eq!(
        me(&stage, "authorization", &format!("Bearer {}", second.field("access"))).await,
        200
    );
    assert_ne!(second.field("refresh"), used);
    // A second tab, or a lost answer: the same successor, byte for byte.
    stage.pass(30);
    assert_eq!(exchange(used.clone()).await.field("refresh"), second.field("refresh"));
    // Later it is somebody who stole it, and the line ends.
    stage.pass(1);
    exchange(used).await.is(401, NO_TOKEN);
    exchange(second.field("refresh")).await.is(401, NO_TOKEN);

    exchange("nonsense".to_owned()).await.is(401, NO_TOKEN);
    let access = first.field("access");
    exchange(access)
        .await
        .is(401, r#"{"detail":"Token has wrong type","code":"token_not_valid"}"#);
    let refresh = r#"{"refresh":["This field is required."]}"#;
    stage
        .ask("POST", "/api/token/refresh/", &[], "{}")
        .await
        .is(400, refresh);
}

#[tokio::test]
async fn without_rotation_the_same_refresh_token_comes_back() {
    let stage = Stage::new(
        |settings, _| settings.identity.proofs.refresh_rotation = false,
        no_routes(),
    )
    .await;
    let first = stage
        .ask(
            "POST",
            "/api/token/",
            &[],
            &name_and_password("username", "anna", PASSWORD),
        )
        .await;
    let body = json!({"refresh": first.field("refresh")}).to_string();
    for _ in 0..3 {
        stage.pass(60);
        let answer = stage.ask("POST", "/api/token/refresh/", &[], &body).await;
        assert_eq!(
            (answer.status, answer.field("refresh")),
            (StatusCode::OK, first.field("refresh"))
        );
    }
}

#[tokio::test]
async fn logging_out_ends_the_session_and_the_tokens_line() {
    let stage = Stage::plain().await;
    let answer = login(&stage, "anna", PASSWORD).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let body = json!({"refresh": answer.field("refresh_token")}).to_string();
    let out = stage.ask("POST", "/logout/", &[("cookie", &cookie)], &body).await;
    out.is(204, "");
    assert_eq!(
        out.header("set-cookie"),
        "beseda_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    );
    assert_eq!(me(&stage, "cookie", &cookie).await, 401);
    stage
        .ask("POST", "/api/token/refresh/", &[], &body)
        .await
        .is(401, NO_TOKEN);
    stage.ask("POST", "/logout", &[], "").await.is(204, "");
}

#[tokio::test]
async fn a_session_that_is_not_ours_is_left_alone() {
    let stage = Stage::new(
        |settings, _| settings.identity.proofs.session_cookie = SessionCookie::named("session").unwrap(),
        no_routes(),
    )
    .await;
    let flasks = "session=eyJfdXNlcl9pZCI6IjIifQ.aSl0eA.Zm9yZWlnbg";
    let out = stage.ask("POST", "/logout/", &[("cookie", flasks)], "").await;
    out.is(204, "");
    assert!(!out.headers.contains_key("set-cookie"), "another's session is ended");
    let own = login(&stage, "anna", PASSWORD).await;
    let own = own.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(own.starts_with("session="));
    let both = format!("{flasks}; {own}");
    assert_eq!(me(&stage, "cookie", &both).await, 200);
    let out = stage.ask("POST", "/logout/", &[("cookie", &both)], "").await;
    assert!(out.header("set-cookie").starts_with("session=; "));
    assert_eq!(me(&stage, "cookie", &both).await, 401);
}

#[tokio::test]
async fn a_new_login_ends_the_session_before_and_https_makes_cookies_secure() {
    let stage = Stage::new(
        |settings, _| {
            settings
                .reach
                .trusted_proxies
                .networks
                .push(IpAddr::from([192, 0, 2, 1]).into())
        },
        no_routes(),
    )
    .await;
    let first = login(&stage, "anna", PASSWORD).await;
    let cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
    let headers = [
        ("cookie", cookie.as_str()),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-for", "203.0.113.5"),
    ];
    let body = name_and_password("identifier", "anna", PASSWORD);
    let second = stage.ask("POST", "/login/", &headers, &body).await;
    assert!(second.header("set-cookie").ends_with("; Secure"));
    assert_eq!(me(&stage, "cookie", &cookie).await, 401);
}

#[tokio::test]
async fn a_session_sleeps_in_after_half_a_day_and_not_while_it_is_used() {
    let stage = Stage::plain().await;
    let answer = login(&stage, "anna", PASSWORD).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    for _ in 0..3 {
        stage.pass(12 * 3_600 - 1);
        assert_eq!(me(&stage, "cookie", &cookie).await, 200);
    }
    stage.pass(12 * 3_600);
    let answer = stage.ask("GET", "/api/me/", &[("cookie", &cookie)], "").await;
    answer.is(401, r#"{"detail":"Authentication credentials were not provided."}"#);
}

const BAD_TOKEN: &str = r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token is invalid"}]}"#;

#[tokio::test]
async fn headers_that_prove_nothing_are_answered_as_the_framework_does() {
    let stage = Stage::plain().await;
    stage.put(inactive(8, "gone"), None).await;
    let header = |value: String| {
        let stage = &stage;
        async move { stage.ask("GET", "/api/me/", &[("authorization", &value)], "").await }
    };
    let nobody = r#"{"detail":"Authentication credentials were not provided."}"#;
    let answer = stage.ask("GET", "/api/me/", &[], "").await;
    answer.is(401, nobody);
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
    header("Basic YTpi".to_owned()).await.is(401, nobody);
    header("Token abc def".to_owned()).await.is(401, nobody);
    let bad = r#"{"detail":"Authorization header must contain two space-delimited values","code":"bad_authorization_header"}"#;
    header("Bearer".to_owned()).await.is(401, bad);
    header("Bearer a b".to_owned()).await.is(401, bad);
    header("Bearer fake".to_owned()).await.is(401, BAD_TOKEN);
    header(format!("Bearer {}", stage.access(5))).await.json();
    header(format!("Bearer {}", stage.access(99)))
        .await
        .is(401, r#"{"detail":"User not found","code":"user_not_found"}"#);
    header(format!("Bearer {}", stage.access(8)))
        .await
        .is(401, r#"{"detail":"User is inactive","code":"user_inactive"}"#);
    // A token in the query opens sockets, and nothing else.
    stage
        .ask("GET", &format!("/api/me/?token={}", stage.access(5)), &[], "")
        .await
        .is(401, nobody);
    let refresh = login(&stage, "anna", PASSWORD).await.field("refresh_token");
    let wrong = BAD_TOKEN.replace("is invalid", "has wrong type");
    header(format!("Bearer {refresh}")).await.is(401, &wrong);
    let expired = stage.access(5);
    stage.pass(60);
    let ended = BAD_TOKEN.replace("is invalid", "is expired");
    header(format!("Bearer {expired}")).await.is(401, &ended);
}

#[tokio::test]
async fn a_page_of_another_site_cannot_use_the_session_of_this_one() {
    let stage = Stage::plain().await;
    let answer = login(&stage, "anna", PASSWORD).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let bearer = format!("Bearer {}", stage.access(5));
    let ask = async |headers: &[(&str, &str)]| stage.ask("GET", "/api/me/", headers, "").await.status.as_u16();
    let cross = ("sec-fetch-site", "cross-site");
    assert_eq!(ask(&[("cookie", &cookie), cross]).await, 403);
    assert_eq!(
        ask(&[("cookie", &cookie), ("sec-fetch-site", "same-origin")]).await,
        200
    );
    assert_eq!(
        ask(&[("cookie", &cookie), ("authorization", &bearer), cross]).await,
        200
    );
    assert_eq!(ask(&[cross]).await, 401);
    let out = stage.ask("POST", "/logout/", &[("cookie", &cookie), cross], "").await;
    assert_eq!(out.status, StatusCode::FORBIDDEN);
    assert_eq!(me(&stage, "cookie", &cookie).await, 200);
}

#[tokio::test]
async fn signing_out_everywhere_ends_what_was_proven_and_nothing_after() {
    let stage = Stage::plain().await;
    let before = format!("Bearer {}", stage.access(5));
    let me = |header: String| {
        let stage = &stage;
        async move { stage.ask("GET", "/api/me/", &[("authorization", &header)], "").await }
    };
    let login = || async {
        let body = json!({"identifier": "anna", "password": PASSWORD}).to_string();
        stage.ask("POST", "/login/", &[], &body).await
    };
    let first = login().await;
    let now = stage.now();
    let out = beseda_live::ask::change(&stage.shared.chat, move |tx| rules::sign_out(tx, now, PersonId(5)));
    out.await.unwrap();
    me(before).await.is(401, BAD_TOKEN);
    me(format!("Bearer {}", first.field("access_token")))
        .await
        .is(401, BAD_TOKEN);
    let refresh = json!({"refresh": first.field("refresh_token")}).to_string();
    assert_eq!(
        stage.ask("POST", "/api/token/refresh/", &[], &refresh).await.status,
        401
    );
    let cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(
        stage.ask("GET", "/api/me/", &[("cookie", &cookie)], "").await.status,
        401
    );
    // In the same second, somebody logs in again.
    let second = login().await;
    assert_eq!(me(format!("Bearer {}", second.field("access_token"))).await.status, 200);
    let refresh = json!({"refresh": second.field("refresh_token")}).to_string();
    let renewed = stage.ask("POST", "/api/token/refresh/", &[], &refresh).await;
    assert_eq!(me(format!("Bearer {}", renewed.field("access"))).await.status, 200);
    let cookie = second.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(
        stage.ask("GET", "/api/me/", &[("cookie", &cookie)], "").await.status,
        200
    );
}

fn inactive(id: i64, username: &str) -> Person {
    Person {
        active: false,
        ..person(id, username)
    }
}
