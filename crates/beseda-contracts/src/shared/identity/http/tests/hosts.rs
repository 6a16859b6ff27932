//! People of host applications, who come with its tokens.

use super::*;
use beseda_core::rules::sign_in::Newcomers;
use beseda_core::words::{OrderId, RoomKey};
use beseda_identity::{IssuerKey, IssuerSettings};
use jsonwebtoken::{EncodingKey, Header};

fn host(issuer: &str) -> IssuerSettings {
    let key = IssuerKey::Secret(b"host application secret of 32 b.".to_vec());
    IssuerSettings::new(issuer, &["HS256"], key)
}

fn host_token(secret: &[u8], claims: &Value) -> String {
    jsonwebtoken::encode(&Header::default(), claims, &EncodingKey::from_secret(secret)).unwrap()
}

#[tokio::test]
async fn people_of_a_host_application_come_with_its_tokens() {
    let host = |issuer: &str, people| IssuerSettings { people, ..host(issuer) };
    let stage = Stage::new(
        |settings, _| {
            settings.identity.issuers.extend([
                host("", Newcomers::Create),
                host("https://known.example", Newcomers::Known),
            ])
        },
        no_routes(),
    )
    .await;
    let ask = |secret: &'static [u8], claims: Value| {
        let header = format!("Bearer {}", host_token(secret, &claims));
        let stage = &stage;
        async move { stage.ask("GET", "/api/me/", &[("authorization", &header)], "").await }
    };
    let secret = b"host application secret of 32 b.";
    let exp = stage.now().seconds() + 60;
    let claims =
        json!({"token_type": "access", "exp": exp, "jti": "x", "user_id": "500", "name": "Олег", "role": "expert"});
    for _ in 0..2 {
        let answer = ask(secret, claims.clone()).await;
        let user = json!({
            "id": 500, "username": "", "email": "", "first_name": "Олег", "last_name": "", "full_name": "Олег",
            "role": "expert",
        });
        assert_eq!(answer.json(), user);
    }
    let known = |id: i64| json!({"iss": "https://known.example", "exp": exp, "sub": id, "role": "admin"});
    assert_eq!(ask(secret, known(5)).await.field("role"), "client");
    ask(secret, known(501))
        .await
        .is(401, r#"{"detail":"User not found","code":"user_not_found"}"#);
    ask(b"x", claims.clone()).await.is(401, BAD_TOKEN);
    // Who has a name there and no number is called by it.
    let named = json!({"exp": exp, "sub": "auth0|abc"});
    let first = ask(secret, named.clone()).await.json();
    assert_eq!(first["id"], "auth0|abc");
    assert_eq!(ask(secret, named).await.json(), first);
    let known_name = |name: &str| json!({"iss": "https://known.example", "exp": exp, "sub": name});
    assert_eq!(
        ask(secret, known_name("auth0|abc")).await.json(),
        first,
        "issuers speak of the same people"
    );
    ask(secret, known_name("auth0|xyz"))
        .await
        .is(401, r#"{"detail":"User not found","code":"user_not_found"}"#);
    let refresh = json!({"token_type": "refresh", "exp": exp, "jti": "x", "user_id": 500});
    ask(secret, refresh)
        .await
        .is(401, &BAD_TOKEN.replace("is invalid", "has wrong type"));
    // The host's word about itself is not taken under our own name.
    ask(SECRET, json!({"exp": exp, "sub": 5})).await.is(401, BAD_TOKEN);
}

#[tokio::test]
async fn a_grant_opens_its_room_and_the_membership_once() {
    let host = host("");
    let stage = Stage::new(
        |settings, limits| {
            settings.identity.issuers.push(host);
            limits.grants = 2;
        },
        no_routes(),
    )
    .await;
    let exp = stage.now().seconds() + 60;
    let ask = |id: i64, rooms: Value| {
        let claims = json!({"exp": exp, "sub": id, "rooms": rooms});
        let header = format!("Bearer {}", host_token(b"host application secret of 32 b.", &claims));
        let stage = &stage;
        async move {
            stage
                .ask("GET", "/api/me/", &[("authorization", &header)], "")
                .await
                .status
                .as_u16()
        }
    };
    let members = || async {
        let key = RoomKey::Order(OrderId::from(17)).to_string();
        let found = move |look: &mut dyn beseda_core::ports::Look| {
            let Some(room) = look.room_by_key(&key)? else {
                return Ok(Vec::new());
            };
            let members = look.members(room.id)?;
            Ok(members
                .into_iter()
                .map(|(member, _)| (member.person, member.granted))
                .collect::<Vec<_>>())
        };
        beseda_live::ask::look(&stage.shared.chat, found).await.unwrap()
    };
    assert_eq!(ask(500, json!({})).await, 200);
    assert_eq!(members().await, []);
    for _ in 0..3 {
        assert_eq!(ask(500, json!({"order:17": "member"})).await, 200);
    }
    assert_eq!(
        ask(
            501,
            json!({"order:17": "member", "group:6f1c2a3b-0000-4000-8000-000000000001": "member"})
        )
        .await,
        200
    );
    let both = [(PersonId(500), true), (PersonId(501), true)];
    assert_eq!(members().await, both);
    // Whom a grant let in stays when the order's own people come.
    let now = stage.now();
    let order = beseda_core::words::Order {
        id: OrderId::from(17),
        number: String::new(),
        client: Some(PersonId(5)),
        expert: None,
        operator: None,
        status: String::new(),
    };
    let put = beseda_live::ask::change(&stage.shared.chat, move |tx| rules::put_order(tx, now, &order, None));
    put.await.unwrap();
    assert_eq!(members().await, [both[0], both[1], (PersonId(5), false)]);
    // Two other people's room, or a visitor's, or what is no room, costs its grant and nothing else.
    for barred in [
        "private:5:6",
        "support:6f1c2a3b-0000-4000-8000-000000000001",
        "everything",
    ] {
        assert_eq!(ask(502, json!({"order:17": "member", barred: "member"})).await, 200);
    }
    let standing = [both[0], both[1], (PersonId(5), false), (PersonId(502), true)];
    assert_eq!(members().await, standing);
    let private = |look: &mut dyn beseda_core::ports::Look| Ok(look.room_by_key("private:5:6")?);
    let private = beseda_live::ask::look(&stage.shared.chat, private).await;
    assert_eq!(private, Ok(None));
    // One room too many costs the token.
    assert_eq!(
        ask(
            500,
            json!({"order:1": "member", "order:2": "member", "order:3": "member"})
        )
        .await,
        401
    );
}

#[tokio::test]
async fn a_token_that_does_not_tell_its_age_is_over_with_the_next_sign_out() {
    let known = IssuerSettings {
        lifetime_seconds: Some(60),
        ..host("https://known.example")
    };
    let stage = Stage::new(
        |settings, _| settings.identity.issuers.extend([host(""), known]),
        no_routes(),
    )
    .await;
    let ask = |claims: Value| {
        let header = format!("Bearer {}", host_token(b"host application secret of 32 b.", &claims));
        let stage = &stage;
        async move { stage.ask("GET", "/api/me/", &[("authorization", &header)], "").await }
    };
    let exp = stage.now().seconds() + 30;
    let nothing_of_age = json!({"exp": exp, "sub": 5});
    let of_known_life = json!({"iss": "https://known.example", "exp": exp, "sub": 5});
    for token in [&nothing_of_age, &of_known_life] {
        assert_eq!(ask(token.clone()).await.status, 200);
    }
    stage.pass(1);
    let now = stage.now();
    let out = beseda_live::ask::change(&stage.shared.chat, move |tx| rules::sign_out(tx, now, PersonId(5)));
    out.await.unwrap();
    stage.pass(2);
    let unknown = BAD_TOKEN.replace(
        "Token is invalid",
        "Token does not say when it was signed (iat), and its user was signed out since",
    );
    ask(nothing_of_age).await.is(401, &unknown);
    ask(of_known_life).await.is(401, BAD_TOKEN);
    // Newer ones that tell are good, and so are those of whom a longer life is not known.
    let now = stage.now().seconds();
    for good in [
        json!({"exp": now + 30, "iat": now, "sub": 5}),
        json!({"iss": "https://known.example", "exp": now + 60, "sub": 5}),
        json!({"exp": now + 30, "sub": 6}),
    ] {
        let answer = ask(good.clone()).await;
        assert_eq!(answer.status, 200, "{good}: {}", answer.text);
    }
    let expired = json!({"exp": now, "iat": now - 9, "sub": 5});
    ask(expired)
        .await
        .is(401, &BAD_TOKEN.replace("Token is invalid", "Token is expired"));
}

#[tokio::test]
async fn our_own_token_is_said_to_be_expired_also_where_hosts_have_tokens() {
    let stage = Stage::new(|settings, _| settings.identity.issuers.push(host("")), no_routes()).await;
    let header = format!("Bearer {}", stage.access(5));
    assert_eq!(me(&stage, "authorization", &header).await, 200);
    stage.pass(900);
    stage
        .ask("GET", "/api/me/", &[("authorization", &header)], "")
        .await
        .is(401, &BAD_TOKEN.replace("Token is invalid", "Token is expired"));
}
