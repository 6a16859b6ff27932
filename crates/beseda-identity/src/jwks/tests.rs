//! Keys that an issuer publishes: when they are fetched, which of them prove anything, and until when.

use super::pretend::{ADDRESS, Internet};
use super::*;
use crate::issuers::{IssuerKey, IssuerSettings, Issuers};
use crate::keys::{P256, Pair, RSA, RSA_OTHER, RSA_SHORT};
use beseda_core::words::Time;
use jsonwebtoken::Algorithm::{ES256, PS256, RS256};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const NOW: Time = Time(1_795_237_200_000_000);

fn settings(internet: &Internet, issuer: &str, algorithms: &[&str]) -> IssuerSettings {
    IssuerSettings::new(issuer, algorithms, internet.key())
}

fn issuers(internet: &Internet) -> Issuers {
    Issuers::new(
        vec![settings(internet, "", &["RS256"])],
        Some(&internet.fetching()),
        8_192,
    )
    .unwrap()
}

fn published(internet: &Internet) -> Arc<Published> {
    let keys = Published::new(String::new(), ADDRESS.to_owned(), vec![RS256], internet.fetching());
    Arc::new(keys)
}

fn token(pair: &Pair, kid: &str) -> String {
    pair.sign(RS256, Some(kid), &json!({"sub": 4, "exp": NOW.seconds() + 60}))
}

async fn proves(issuers: &Issuers, token: &str) -> bool {
    issuers.vouched(token, NOW).await.is_ok()
}

fn with(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

#[tokio::test]
async fn a_token_that_names_an_unknown_key_causes_one_fetch_in_half_a_minute() {
    let internet = Internet::of(&[RSA.jwk(RS256, "old")]);
    let issuers = issuers(&internet);
    assert!(proves(&issuers, &token(&RSA, "old")).await);
    assert_eq!(internet.asked(), 1);

    internet.publish(&[RSA.jwk(RS256, "old"), RSA_OTHER.jwk(RS256, "new")]);
    internet.pass(29);
    for invented in ["new", "../../dev/null", "' OR 1=1 --", ""] {
        assert!(!proves(&issuers, &token(&RSA_OTHER, invented)).await, "{invented}");
    }
    assert_eq!(internet.asked(), 1);
    internet.pass(1);
    assert!(proves(&issuers, &token(&RSA_OTHER, "new")).await);
    assert!(proves(&issuers, &token(&RSA, "old")).await);
    assert!(!proves(&issuers, &token(&RSA, "new")).await);
    assert!(!proves(&issuers, &token(&RSA, "invented")).await);
    assert_eq!(internet.asked(), 2);
}

#[tokio::test]
async fn a_hundred_tokens_at_once_cause_one_fetch_and_a_hang_up_does_not_stop_it() {
    let internet = Internet::of(&[RSA.jwk(RS256, "a")]);
    let issuers = Arc::new(issuers(&internet));
    internet.close();
    let mut asking = JoinSet::new();
    for _ in 0..100 {
        let (issuers, token) = (Arc::clone(&issuers), token(&RSA, "a"));
        asking.spawn(async move { proves(&issuers, &token).await });
    }
    let first = tokio::spawn({
        let (issuers, token) = (Arc::clone(&issuers), token(&RSA, "a"));
        async move { proves(&issuers, &token).await }
    });
    while internet.asked() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    internet.open();
    assert_eq!(asking.join_all().await, [true; 100]);
    assert_eq!(internet.asked(), 1);
}

#[tokio::test]
async fn an_address_that_fails_keeps_the_keys_and_is_asked_ever_more_seldom() {
    let internet = Internet::of(&[RSA.jwk(RS256, "a")]);
    let keys = published(&internet);
    let header = Header {
        kid: Some("a".to_owned()),
        ..Header::new(RS256)
    };
    keys.fetch_alone().await;
    let due = |keys: &Published| (keys.plan.lock().due - (keys.fetching.uptime)()).as_secs();
    assert_eq!(due(&keys), 600);

    let failures = [Err("refused"), Ok("<html>"), Ok("{}"), Ok("[]"), Ok(r#"{"keys":{}}"#)];
    let pauses = [5, 10, 20, 40, 80, 160, 320, 600, 600];
    for (failure, pause) in failures.into_iter().cycle().zip(pauses) {
        internet.pass(600);
        internet.answer(ADDRESS, failure);
        keys.fetch_alone().await;
        assert_eq!(due(&keys), pause, "{failure:?}");
        assert_eq!(keys.fitting(&header).len(), 1, "{failure:?}");
        // No token hurries it.
        internet.pass(pause.max(30) - 1);
        assert!(keys.ask().is_none());
    }
    assert_eq!(internet.asked(), 1 + pauses.len());
    internet.pass(1);
    internet.publish(&[RSA.jwk(RS256, "a")]);
    keys.ask().unwrap().changed().await.unwrap();
    assert_eq!((due(&keys), internet.asked()), (600, 2 + pauses.len()));
    // As if it had never failed.
    internet.pass(600);
    internet.answer(ADDRESS, Err("refused"));
    keys.fetch_alone().await;
    assert_eq!(due(&keys), 5);
}

#[test]
fn chance_spreads_a_pause_over_half_of_it() {
    assert_eq!(pause(0, 0.0), Duration::from_millis(2_500));
    assert_eq!(pause(1, 0.5), Duration::from_millis(7_500));
    assert_eq!(pause(6, 1.0), Duration::from_secs(320));
    for failures in [7, 31, 32, u32::MAX] {
        assert_eq!(pause(failures, 1.0), FETCH_EVERY);
        assert_eq!(pause(failures, 0.0), FETCH_EVERY / 2);
    }
}

#[tokio::test]
async fn keys_are_fetched_before_anybody_comes() {
    let internet = Internet::of(&[RSA.jwk(RS256, "a")]);
    let issuers = Arc::new(issuers(&internet));
    let fresh = tokio::spawn(keep_keys_fresh(watch::channel(Arc::clone(&issuers)).1));
    while internet.asked() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(proves(&issuers, &token(&RSA, "a")).await);
    assert_eq!(internet.asked(), 1);
    fresh.abort();
}

#[tokio::test]
async fn issuers_that_follow_others_go_on_with_keys_that_were_fetched() {
    let internet = Internet::of(&[RSA.jwk(RS256, "a")]);
    let (counting, seen) = watch::channel(Arc::new(issuers(&internet)));
    let fresh = tokio::spawn(keep_keys_fresh(seen));
    while internet.asked() == 0 {
        tokio::task::yield_now().await;
    }
    // The address is not reached any more, and other issuers count: one as before, one with another name.
    internet.answer(ADDRESS, Err("refused"));
    let both = ["", "other"].map(|name| settings(&internet, name, &["RS256"])).to_vec();
    let mut after = Issuers::new(both, Some(&internet.fetching()), 8_192).unwrap();
    after.take_over(&counting.borrow());
    let after = Arc::new(after);
    counting.send_replace(Arc::clone(&after));
    while internet.asked() == 1 {
        tokio::task::yield_now().await;
    }
    assert!(proves(&after, &token(&RSA, "a")).await);
    assert_eq!(internet.asked(), 2, "the same keys were fetched again");
    fresh.abort();
}

#[tokio::test]
async fn a_panic_over_an_issuers_keys_goes_on_to_who_keeps_them_fresh() {
    struct Panics;
    impl Fetch for Panics {
        fn get<'a>(&'a self, _: &'a str) -> Fetched<'a> {
            panic!("a planted panic")
        }
    }
    let internet = Internet::of(&[]);
    let fetching = Fetching {
        fetch: Arc::new(Panics),
        ..internet.fetching()
    };
    let issuers = Issuers::new(vec![settings(&internet, "", &["RS256"])], Some(&fetching), 8_192).unwrap();
    let kept = tokio::spawn(keep_keys_fresh(watch::channel(Arc::new(issuers)).1));
    assert!(kept.await.unwrap_err().is_panic());
}

#[tokio::test]
async fn a_key_that_vanished_proves_nothing_after_the_next_good_fetch() {
    let internet = Internet::of(&[RSA.jwk(RS256, "a"), RSA_OTHER.jwk(RS256, "b")]);
    let issuers = issuers(&internet);
    assert!(proves(&issuers, &token(&RSA, "a")).await);
    internet.publish(&[RSA_OTHER.jwk(RS256, "b")]);
    internet.pass(30);
    assert!(proves(&issuers, &token(&RSA, "a")).await, "nobody has looked yet");
    assert!(!proves(&issuers, &token(&RSA, "unknown")).await);
    assert!(!proves(&issuers, &token(&RSA, "a")).await);
    assert!(proves(&issuers, &token(&RSA_OTHER, "b")).await);
    internet.publish(&[]);
    internet.pass(30);
    assert!(!proves(&issuers, &token(&RSA, "unknown")).await);
    assert!(!proves(&issuers, &token(&RSA_OTHER, "b")).await);
}

#[tokio::test]
async fn only_keys_that_are_for_signatures_of_the_issuer_prove_them() {
    let rsa = || RSA.jwk(RS256, "a");
    let secret = json!({"kty": "oct", "kid": "a", "k": "bm9ib2R5IGtub3dzIGl0LCBub2JvZHkga25vd3MgaXQ"});
    for useless in [
        with(rsa(), "use", json!("enc")),
        with(rsa(), "key_ops", json!(["encrypt"])),
        with(rsa(), "alg", json!("PS256")),
        with(rsa(), "alg", json!("RSA-OAEP")),
        with(rsa(), "alg", json!("HS256")),
        with(rsa(), "kty", json!("rsa")),
        with(rsa(), "kid", json!("A")),
        with(rsa(), "kid", json!(1)),
        with(rsa(), "n", json!("?")),
        RSA_SHORT.jwk(RS256, "a"),
        P256.jwk(ES256, "a"),
        secret,
        json!({}),
        json!("a"),
    ] {
        let internet = Internet::of(std::slice::from_ref(&useless));
        assert!(!proves(&issuers(&internet), &token(&RSA, "a")).await, "{useless}");
        // What cannot be read takes nothing away from its neighbour.
        internet.publish(&[useless.clone(), rsa()]);
        assert!(proves(&issuers(&internet), &token(&RSA, "a")).await, "{useless}");
    }
    for useful in [
        with(rsa(), "use", json!("sig")),
        with(rsa(), "key_ops", json!(["verify"])),
        with(rsa(), "alg", json!("RS256")),
        with(rsa(), "x5u", json!("https://evil.example")),
    ] {
        let internet = Internet::of(std::slice::from_ref(&useful));
        assert!(proves(&issuers(&internet), &token(&RSA, "a")).await, "{useful}");
    }
    let short = RSA_SHORT.sign(RS256, Some("a"), &json!({"sub": 4, "exp": NOW.seconds() + 60}));
    let internet = Internet::of(&[RSA_SHORT.jwk(RS256, "a")]);
    assert!(!proves(&issuers(&internet), &short).await);
}

#[tokio::test]
async fn a_shared_secret_in_a_set_is_no_key() {
    let key = b"nobody knows it, nobody knows it";
    let secret = json!({"kty": "oct", "kid": "a", "alg": "HS256", "k": "bm9ib2R5IGtub3dzIGl0LCBub2JvZHkga25vd3MgaXQ"});
    let internet = Internet::of(&[secret]);
    let header = Header {
        kid: Some("a".to_owned()),
        ..Header::default()
    };
    let claims = json!({"sub": 4, "exp": NOW.seconds() + 60});
    let forged = jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(key)).unwrap();
    assert!(!proves(&issuers(&internet), &forged).await);
    // An algorithm that is not the issuer's does not even make it look.
    assert_eq!(internet.asked(), 0);
}

#[tokio::test]
async fn a_token_without_a_name_is_tried_against_every_key_that_fits() {
    let claims = json!({"sub": 4, "exp": NOW.seconds() + 60});
    let mut nameless = RSA.jwk(RS256, "");
    nameless.as_object_mut().unwrap().remove("kid");
    let internet = Internet::of(&[P256.jwk(ES256, "e"), RSA_OTHER.jwk(RS256, "b"), nameless]);
    let issuers = issuers(&internet);
    for pair in [&RSA, &RSA_OTHER] {
        assert!(proves(&issuers, &pair.sign(RS256, None, &claims)).await);
    }
    assert!(!proves(&issuers, &P256.sign(ES256, None, &claims)).await);
    assert!(!proves(&issuers, &RSA.sign(PS256, None, &claims)).await);
    // A token that names a key means that one.
    assert!(!proves(&issuers, &token(&RSA, "b")).await);
    assert!(!proves(&issuers, &token(&RSA, "")).await);
}

#[tokio::test]
async fn one_key_past_the_most_is_left_out() {
    let key = |n: usize| RSA.jwk(RS256, &format!("k{n}"));
    let internet = Internet::of(&(1..=MOST_KEYS + 1).map(key).collect::<Vec<_>>());
    let issuers = issuers(&internet);
    assert!(proves(&issuers, &token(&RSA, &format!("k{MOST_KEYS}"))).await);
    assert!(!proves(&issuers, &token(&RSA, &format!("k{}", MOST_KEYS + 1))).await);
}

#[tokio::test]
async fn a_key_of_one_issuer_proves_nothing_of_another() {
    let internet = Internet::of(&[RSA.jwk(RS256, "a")]);
    let elsewhere = "https://school.example/keys";
    internet.publish_at(elsewhere, &[RSA_OTHER.jwk(RS256, "a")]);
    let shop = settings(&internet, "shop", &["RS256"]);
    let mut school = settings(&internet, "school", &["RS256"]);
    school.key = IssuerKey::Jwks {
        url: elsewhere.to_owned(),
    };
    let issuers = Issuers::new(vec![shop, school], Some(&internet.fetching()), 8_192).unwrap();
    for _ in 0..2 {
        for issuer in ["shop", "school"] {
            let claims = json!({"iss": issuer, "sub": 4, "exp": NOW.seconds() + 60});
            for (pair, owner) in [(&RSA, "shop"), (&RSA_OTHER, "school")] {
                let proven = proves(&issuers, &pair.sign(RS256, Some("a"), &claims)).await;
                assert_eq!(proven, issuer == owner, "{issuer}, signed by {owner}");
            }
        }
    }
    assert_eq!(internet.asked(), 2);
}

#[tokio::test]
async fn an_address_in_a_token_is_not_read() {
    let internet = Internet::of(&[RSA.jwk(RS256, "a")]);
    let issuers = issuers(&internet);
    let claims = json!({"sub": 4, "exp": NOW.seconds() + 60});
    let evil = "https://evil.example/jwks.json".to_owned();
    let header = Header {
        kid: Some("b".to_owned()),
        jku: Some(evil.clone()),
        x5u: Some(evil),
        jwk: Some(serde_json::from_value(RSA_OTHER.jwk(RS256, "b")).unwrap()),
        ..Header::new(RS256)
    };
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(RSA_OTHER.private.as_bytes()).unwrap();
    let forged = jsonwebtoken::encode(&header, &claims, &key).unwrap();
    assert!(!proves(&issuers, &forged).await);
    // `asked` also checks that it was an issuer's own address.
    assert_eq!(internet.asked(), 1);
}
