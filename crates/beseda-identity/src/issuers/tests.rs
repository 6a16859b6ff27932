//! Tokens of host applications, with shared secrets and with key pairs.

use super::*;
use crate::keys::ED25519;
use beseda_core::words::{FIRST_OWN_PERSON, HOST_NAME_CHARS, HostId, Role};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

pub(super) const SECRET: &[u8] = b"host application secret of 32 b.";
pub(super) const NOW: Time = Time(1_795_237_200_000_000);
const MOST_BYTES: usize = 8_192;

pub(super) fn settings(issuer: &str) -> IssuerSettings {
    IssuerSettings::new(issuer, &["HS256"], IssuerKey::Secret(SECRET.to_vec()))
}

pub(super) fn issuers(settings: IssuerSettings) -> Issuers {
    Issuers::new(vec![settings], None, MOST_BYTES).unwrap()
}

fn token(secret: &[u8], changes: Value) -> String {
    let mut claims = json!({"exp": NOW.seconds() + 60});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(secret)).unwrap()
}

pub(super) async fn vouched(issuers: &Issuers, claims: Value) -> Result<Claimed, Flaw> {
    issuers
        .vouched(&token(SECRET, claims), NOW)
        .await
        .map(|vouched| vouched.claimed)
}

#[tokio::test]
async fn tokens_of_simplejwt_work_as_they_are() {
    let issuers = issuers(settings(""));
    let claims = json!({"token_type": "access", "iat": NOW.seconds(), "jti": "a1", "user_id": "7"});
    assert_eq!(
        vouched(&issuers, claims).await,
        Ok(Claimed {
            ..Claimed::new(HostId::Number(7), Some(NOW))
        })
    );
    assert_eq!(
        vouched(&issuers, json!({"user_id": 7})).await.unwrap().id,
        HostId::Number(7)
    );
    let refresh = vouched(&issuers, json!({"token_type": "refresh", "user_id": 7})).await;
    assert_eq!(
        refresh,
        Err(Flaw::WrongType(
            "its token_type is \"refresh\"; its issuer is \"\"".to_owned()
        ))
    );
    assert!(
        vouched(&issuers, json!({"token_type": null, "user_id": 7}))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_person_is_what_the_claims_say() {
    let open = issuers(settings(""));
    let claims =
        json!({"sub": "8", "user_id": 9, "name": "Анна  Петрова Старшая", "email": " a@b.example ", "role": "EXPERT"});
    assert_eq!(
        vouched(&open, claims).await,
        Ok(Claimed {
            id: HostId::Number(8),
            // It has no `iat`, and nobody guesses.
            proven_at: None,
            grants: Vec::new(),
            is_whole: false,
            username: None,
            email: Some("a@b.example".to_owned()),
            first_name: Some("Анна".to_owned()),
            last_name: Some("Петрова Старшая".to_owned()),
            role: Some(Role::Expert),
        })
    );
    // A word that is no role takes rights away; no word leaves them.
    assert_eq!(
        vouched(&open, json!({"sub": 8, "role": "king"})).await.unwrap().role,
        Some(Role::User)
    );
    assert_eq!(vouched(&open, json!({"sub": 8})).await.unwrap().role, None);
    let named = issuers(IssuerSettings {
        person_claim: Some("uid".to_owned()),
        ..settings("")
    });
    assert_eq!(
        vouched(&named, json!({"sub": "x", "uid": 3})).await.unwrap().id,
        HostId::Number(3)
    );
    assert!(vouched(&named, json!({"sub": 8})).await.is_err());
}

#[tokio::test]
async fn a_subject_is_a_number_or_a_name_and_anything_else_is_refused() {
    let issuers = issuers(settings(""));
    let called = |subject: Value| {
        let issuers = &issuers;
        async move {
            vouched(issuers, json!({ "sub": subject }))
                .await
                .map(|claimed| claimed.id)
        }
    };
    let own = FIRST_OWN_PERSON.0;
    for number in [
        json!(own - 1),
        json!((own - 1).to_string()),
        json!(format!(" {} ", own - 1)),
    ] {
        assert_eq!(called(number).await.unwrap(), HostId::Number(own - 1));
    }
    for name in ["0042", "110169484474386276334", "auth0|abc", &own.to_string()] {
        assert_eq!(called(json!(name)).await.unwrap(), HostId::Name(name.into()));
    }
    assert_eq!(
        called(json!(own)).await.unwrap().to_string(),
        own.to_string(),
        "and not our own person"
    );
    for nobody in [
        json!(""),
        json!(" "),
        json!("a\u{0}b"),
        json!("x".repeat(HOST_NAME_CHARS + 1)),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(true),
        json!(null),
        json!(["7"]),
    ] {
        assert!(called(nobody.clone()).await.is_err(), "{nobody}");
    }
    assert!(vouched(&issuers, json!({})).await.is_err());
}

#[tokio::test]
async fn the_name_of_the_issuer_picks_the_key() {
    let other = IssuerSettings {
        key: IssuerKey::Secret(vec![b'x'; 32]),
        ..settings("https://shop.example")
    };
    let issuers = Issuers::new(
        vec![settings("https://shop.example"), other, settings("")],
        None,
        MOST_BYTES,
    )
    .unwrap();
    let shop = async |secret: &[u8]| {
        issuers
            .vouched(&token(secret, json!({"iss": "https://shop.example", "sub": 1})), NOW)
            .await
    };
    // Two keys at once, while the host changes its own.
    assert!(shop(SECRET).await.is_ok());
    assert!(shop(&[b'x'; 32]).await.is_ok());
    assert!(shop(&[b'y'; 32]).await.is_err());
    for issuer in [
        json!("https://evil.example"),
        json!(""),
        json!(null),
        json!(["https://shop.example"]),
    ] {
        assert!(
            vouched(&issuers, json!({"iss": issuer.clone(), "sub": 1}))
                .await
                .is_err(),
            "{issuer}"
        );
    }
    assert!(
        issuers
            .vouched(&token(&[b'x'; 32], json!({"sub": 1})), NOW)
            .await
            .is_err()
    );
    assert!(
        Issuers::new(Vec::new(), None, MOST_BYTES)
            .unwrap()
            .vouched(&token(SECRET, json!({"sub": 1})), NOW)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_audience_must_be_held_where_it_is_set() {
    let chat = issuers(IssuerSettings {
        audience: Some("chat".to_owned()),
        ..settings("")
    });
    for held in [json!("chat"), json!(["other", "chat"])] {
        assert!(vouched(&chat, json!({"sub": 1, "aud": held})).await.is_ok());
    }
    for missed in [
        json!("other"),
        json!([]),
        json!(["other"]),
        json!([["chat"]]),
        json!({"chat": 1}),
        json!(null),
        json!(1),
    ] {
        assert!(
            vouched(&chat, json!({"sub": 1, "aud": missed.clone()})).await.is_err(),
            "{missed}"
        );
    }
    assert!(vouched(&chat, json!({"sub": 1})).await.is_err());
    assert!(
        vouched(&issuers(settings("")), json!({"sub": 1, "aud": "anything"}))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn times_are_checked_as_strictly_as_in_our_own() {
    let issuers = issuers(settings(""));
    let now = NOW.seconds();
    for times in [
        json!({"exp": now}),
        json!({"exp": (now + 60).to_string()}),
        json!({"exp": null}),
        json!({"exp": [now + 60]}),
        json!({"nbf": now + 6}),
        json!({"iat": now + 6}),
        json!({"nbf": (now - 1).to_string()}),
        json!({"iat": "now"}),
    ] {
        let mut claims = json!({"sub": 1});
        claims
            .as_object_mut()
            .unwrap()
            .extend(times.as_object().unwrap().clone());
        assert!(vouched(&issuers, claims).await.is_err(), "{times}");
    }
    let no_end = jsonwebtoken::encode(
        &Header::default(),
        &json!({"sub": 1}),
        &EncodingKey::from_secret(SECRET),
    );
    assert!(issuers.vouched(&no_end.unwrap(), NOW).await.is_err());
}

#[tokio::test]
async fn a_public_key_is_no_shared_secret() {
    let public = |algorithms: &[&str], key| IssuerSettings {
        algorithms: algorithms.iter().map(|name| (*name).to_owned()).collect(),
        key,
        ..settings("")
    };
    let ed = issuers(public(&["EdDSA"], IssuerKey::PublicPem(ED25519.public.clone())));
    let claims = json!({"sub": 4, "exp": NOW.seconds() + 60});
    let token = ED25519.sign(Algorithm::EdDSA, None, &claims);
    assert_eq!(ed.vouched(&token, NOW).await.unwrap().claimed.id, HostId::Number(4));
    // Signed with what everybody can read.
    for secret in [ED25519.public.as_str(), ED25519.public.trim_end()] {
        let key = EncodingKey::from_secret(secret.as_bytes());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
        assert!(ed.vouched(&token, NOW).await.is_err());
    }
    let refused = |settings| {
        Issuers::new(vec![settings], None, MOST_BYTES)
            .err()
            .expect("it cannot be used")
    };
    let pem = || IssuerKey::PublicPem(ED25519.public.clone());
    for algorithms in [&["HS256"][..], &["EdDSA", "HS256"], &["RS256", "EdDSA"], &[]] {
        let error = refused(public(algorithms, pem()));
        assert_eq!(
            error,
            IssuerError::Algorithms { issuer: String::new() },
            "{algorithms:?}"
        );
    }
    let secret = || IssuerKey::Secret(SECRET.to_vec());
    assert!(matches!(
        refused(public(&["RS256"], secret())),
        IssuerError::Algorithms { .. }
    ));
    assert!(matches!(
        refused(public(&["none"], secret())),
        IssuerError::Algorithm { .. }
    ));
    assert!(matches!(refused(public(&["RS256"], pem())), IssuerError::Key { .. }));
}

#[tokio::test]
async fn issuers_share_their_ids_but_for_who_has_a_namespace() {
    let within = IssuerSettings {
        namespace: Some("shop".to_owned()),
        ..settings("https://shop.example")
    };
    let issuers = Issuers::new(
        vec![settings("https://one.example"), settings(""), within],
        None,
        MOST_BYTES,
    )
    .unwrap();
    let called = |claims: Value| {
        let issuers = &issuers;
        async move { vouched(issuers, claims).await.map(|claimed| claimed.id.to_string()) }
    };
    for claims in [
        json!({"sub": "auth0|abc"}),
        json!({"iss": "https://one.example", "sub": "auth0|abc"}),
    ] {
        assert_eq!(called(claims).await.unwrap(), "auth0|abc");
    }
    let shop = |sub: Value| json!({"iss": "https://shop.example", "sub": sub});
    assert_eq!(called(shop(json!(7))).await.unwrap(), "shop/7");
    assert_eq!(called(shop(json!("shop/7"))).await.unwrap(), "shop/shop%2F7");
    assert!(
        called(json!({"sub": "shop/7"})).await.is_err(),
        "who is the shop's, by a token of another"
    );
    assert_eq!(called(json!({"sub": "team/7"})).await.unwrap(), "team/7");
}

#[tokio::test]
async fn issuers_share_their_rooms_but_for_who_has_a_namespace() {
    let shop = IssuerSettings {
        namespace: Some("shop".to_owned()),
        ..settings("https://shop.example")
    };
    let issuers = Issuers::new(vec![settings(""), shop], None, MOST_BYTES).unwrap();
    let group = "group:6f1c2a3b-0000-4000-8000-000000000001";
    for (granted, ours, the_shops) in [
        ("order:17", "order:17", "order:shop/17"),
        ("order:shop/17", "", "order:shop/shop%2F17"),
        ("order:team/17", "order:team/17", "order:shop/team%2F17"),
        ("pair:7:1", "pair:7:1", "pair:shop/7:shop/1"),
        ("pair:7:shop/1", "", "pair:shop/7:shop/shop%252F1"),
        ("private:9:7", "private:7:9", "private:shop/7:shop/9"),
        ("deal:17", "deal:17", "deal:shop/17"),
        ("deal:shop/17", "", "deal:shop/shop%2F17"),
        (group, group, group),
    ] {
        for (issuer, expected) in [("", ours), ("https://shop.example", the_shops)] {
            let mut claims = json!({"sub": 7, "rooms": {granted: "member"}});
            if !issuer.is_empty() {
                claims["iss"] = json!(issuer);
            }
            let grants = vouched(&issuers, claims).await.unwrap().grants;
            let keys: Vec<String> = grants.iter().map(ToString::to_string).collect();
            assert_eq!(keys.join(" "), expected, "{granted} by {issuer:?}");
        }
    }
    let long = format!("deal:{}", "d".repeat(128));
    let claims = json!({"iss": "https://shop.example", "sub": 7, "rooms": {long: "member", "deal:1": "member"}});
    assert_eq!(vouched(&issuers, claims).await.unwrap().grants.len(), 1);
}

#[tokio::test]
async fn what_the_host_has_for_its_own_is_no_issuers() {
    let shop = IssuerSettings {
        namespace: Some("shop".to_owned()),
        ..settings("https://shop.example")
    };
    let mut issuers = Issuers::new(vec![settings(""), shop], None, MOST_BYTES).unwrap();
    issuers.reserve("desk");
    for (sub, is_taken) in [("desk/7", false), ("shop/7", false), ("team/7", true), ("desk", true)] {
        let claimed = vouched(&issuers, json!({"sub": sub})).await;
        assert_eq!(claimed.is_ok(), is_taken, "{sub}");
    }
}

#[tokio::test]
async fn a_token_lets_into_the_rooms_that_it_names() {
    let issuers = issuers(settings(""));
    let granted = |rooms: Value| vouched(&issuers, json!({"sub": 7, "rooms": rooms}));
    let keys = granted(json!({"order:17": "member", "private:9:7": "member"})).await;
    let keys: Vec<String> = keys.unwrap().grants.iter().map(ToString::to_string).collect();
    assert_eq!(keys, ["order:17", "private:7:9"]);
    assert_eq!(granted(json!({})).await.unwrap().grants, []);
    assert_eq!(granted(json!(null)).await.unwrap().grants, []);
    for rooms in [json!(["order:17"]), json!("order:17"), json!(1), json!(true)] {
        assert!(granted(rooms.clone()).await.is_err(), "{rooms}");
    }
    // One bad word costs its grant, and neither the others nor the token.
    for (room, role) in [
        ("order:17", json!("admin")),
        ("order:17", json!(true)),
        ("order:", json!("member")),
        ("Lesson:1", json!("member")),
        ("everything", json!("member")),
    ] {
        let rooms = json!({"order:18": "member", room: role});
        let keys: Vec<String> = granted(rooms)
            .await
            .unwrap()
            .grants
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(keys, ["order:18"], "{room}: {role}");
    }
}

#[tokio::test]
async fn a_token_of_one_byte_too_many_is_not_looked_at() {
    let issuers = issuers(settings(""));
    let padded = |pad: usize| token(SECRET, json!({"sub": 1, "pad": "x".repeat(pad)}));
    // Three bytes of claims are four letters.
    let bare = padded(0).len();
    let most = (0..3)
        .map(|more| padded((MOST_BYTES - bare) * 3 / 4 + more))
        .find(|token| token.len() == MOST_BYTES)
        .expect("a token of just so many bytes");
    assert!(issuers.vouched(&most, NOW).await.is_ok());
    let why = issuers.vouched(&format!("{most}x"), NOW).await.unwrap_err().to_string();
    assert_eq!(why, "it has 8193 bytes, and limits.token_bytes takes 8192");
}

#[tokio::test]
async fn what_is_said_of_a_flaw_names_the_issuer_and_the_claim_and_no_more_than_a_word_of_it() {
    let shop = IssuerSettings {
        audience: Some("chat".to_owned()),
        ..settings("https://shop.example")
    };
    let issuers = Issuers::new(vec![shop, settings("")], None, MOST_BYTES).unwrap();
    let why = |claims: Value| {
        let issuers = &issuers;
        async move { vouched(issuers, claims).await.unwrap_err().to_string() }
    };
    assert_eq!(
        why(json!({"iss": "https://evil.example", "sub": 1})).await,
        r#"its iss is "https://evil.example", and wanted is one of ["https://shop.example", ""]"#
    );
    assert_eq!(
        why(json!({"iss": "https://shop.example", "sub": 1, "aud": "till"})).await,
        r#"aud is "till", and wanted is "chat"; its issuer is "https://shop.example""#
    );
    assert_eq!(
        why(json!({"sub": 1, "exp": NOW.seconds() - 7})).await,
        r#"it has expired (exp), 7 s ago; its issuer is """#
    );
    let long = format!("\u{1b}[2J\n\u{202e}{}", "x".repeat(4_000));
    let told = why(json!({"iss": long, "sub": 1})).await;
    assert!(told.contains("\\u{1b}[2J\\n\\u{202e}xxx") && told.len() < 200, "{told}");
    let forged = issuers.vouched(&token(b"another secret", json!({"sub": 1})), NOW).await;
    assert_eq!(
        forged.unwrap_err().to_string(),
        r#"its signature is wrong; its issuer is """#
    );
}
