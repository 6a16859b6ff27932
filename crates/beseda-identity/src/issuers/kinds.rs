//! Every kind of key proves what it signed itself, and nothing else.

use super::*;
use crate::jwks::pretend::Internet;
use crate::keys::{ED25519, P256, P384, Pair, RSA, RSA_OTHER};
use beseda_core::words::HostId;
use jsonwebtoken::Algorithm::{ES256, ES384, EdDSA, HS256, PS256, RS256, RS384};
use jsonwebtoken::EncodingKey;
use serde_json::json;

const NOW: Time = Time(1_795_237_200_000_000);
const SECRETS: [&[u8]; 2] = [b"host application secret of 32 b.", b"another application's of 32 byte"];
fn pairs() -> [(&'static Pair, Algorithm); 7] {
    [
        (&RSA, RS256),
        (&RSA, RS384),
        (&RSA, PS256),
        (&RSA_OTHER, RS256),
        (&P256, ES256),
        (&P384, ES384),
        (&ED25519, EdDSA),
    ]
}

fn settings(algorithm: Algorithm, key: IssuerKey) -> IssuerSettings {
    IssuerSettings::new("", &[&format!("{algorithm:?}")], key)
}

fn claims() -> Value {
    json!({"sub": 4, "exp": NOW.seconds() + 60})
}

fn with_secret(secret: &[u8], kid: Option<&str>) -> String {
    let header = Header {
        kid: kid.map(str::to_owned),
        ..Header::new(HS256)
    };
    jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap()
}

/// A token of every key, the secrets' last.
fn tokens(kid: Option<&str>) -> Vec<String> {
    let pairs = pairs()
        .into_iter()
        .map(|(pair, algorithm)| pair.sign(algorithm, kid, &claims()));
    pairs
        .chain(SECRETS.iter().map(|secret| with_secret(secret, kid)))
        .collect()
}

async fn proves(issuers: &Issuers, token: &str) -> bool {
    let vouched = issuers.vouched(token, NOW).await;
    vouched.is_ok_and(|vouched| vouched.claimed.id == HostId::Number(4))
}

#[tokio::test]
async fn a_key_proves_its_own_signatures_and_no_others() {
    let pem = |(pair, algorithm): &(&Pair, Algorithm)| settings(*algorithm, IssuerKey::PublicPem(pair.public.clone()));
    let secret = |secret: &&[u8]| settings(HS256, IssuerKey::Secret(secret.to_vec()));
    let all: Vec<_> = pairs().iter().map(pem).chain(SECRETS.iter().map(secret)).collect();
    let tokens = tokens(None);
    for (owner, settings) in all.into_iter().enumerate() {
        let issuers = Issuers::new(vec![settings], None, 8_192).unwrap();
        for (signer, token) in tokens.iter().enumerate() {
            assert_eq!(
                proves(&issuers, token).await,
                owner == signer,
                "key {owner}, token of {signer}"
            );
        }
    }
}

#[tokio::test]
async fn a_published_key_proves_its_own_signatures_and_no_others() {
    for (owner, (pair, algorithm)) in pairs().iter().enumerate() {
        let internet = Internet::of(&[pair.jwk(*algorithm, "a")]);
        let jwks = settings(*algorithm, internet.key());
        let issuers = Issuers::new(vec![jwks], Some(&internet.fetching()), 8_192).unwrap();
        for kid in [Some("a"), None] {
            for (signer, token) in tokens(kid).iter().enumerate() {
                assert_eq!(
                    proves(&issuers, token).await,
                    owner == signer,
                    "key {owner}, token of {signer}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_everybody_can_read_signs_nothing() {
    let internet = Internet::of(&[RSA.jwk(RS256, "a")]);
    let pem = settings(RS256, IssuerKey::PublicPem(RSA.public.clone()));
    let jwks = settings(RS256, internet.key());
    let modulus = RSA.jwk(RS256, "a")["n"].as_str().unwrap().to_owned();
    for settings in [pem, jwks] {
        let issuers = Issuers::new(vec![settings], Some(&internet.fetching()), 8_192).unwrap();
        for read in [&RSA.public, RSA.public.trim_end(), &modulus] {
            for kid in [Some("a"), None] {
                assert!(!proves(&issuers, &with_secret(read.as_bytes(), kid)).await);
            }
        }
        assert!(proves(&issuers, &RSA.sign(RS256, Some("a"), &claims())).await);
    }
}

#[test]
fn a_key_of_another_kind_is_refused_before_any_token_comes() {
    let kinds = [
        (RS256, &P256),
        (RS256, &ED25519),
        (ES256, &RSA),
        (ES256, &P384),
        (ES384, &P256),
        (ES384, &ED25519),
        (EdDSA, &P256),
    ];
    for (algorithm, pair) in kinds {
        let settings = settings(algorithm, IssuerKey::PublicPem(pair.public.clone()));
        let refused = Issuers::new(vec![settings], None, 8_192).err();
        assert!(
            matches!(refused, Some(IssuerError::Key { .. })),
            "{algorithm:?}: {refused:?}"
        );
    }
    let internet = Internet::of(&[]);
    let refused = |settings, fetching: Option<Fetching>| Issuers::new(vec![settings], fetching.as_ref(), 8_192).err();
    assert!(matches!(
        refused(settings(HS256, internet.key()), Some(internet.fetching())),
        Some(IssuerError::Algorithms { .. })
    ));
    assert!(matches!(
        refused(settings(RS256, internet.key()), None),
        Some(IssuerError::NoNetwork { .. })
    ));
}

#[tokio::test]
async fn one_name_may_stand_for_a_secret_a_key_and_a_set_at_once() {
    let internet = Internet::of(&[RSA.jwk(RS256, "a")]);
    let several = vec![
        settings(HS256, IssuerKey::Secret(SECRETS[0].to_vec())),
        settings(RS256, internet.key()),
        settings(RS256, IssuerKey::PublicPem(RSA_OTHER.public.clone())),
        settings(EdDSA, IssuerKey::PublicPem(ED25519.public.clone())),
    ];
    let issuers = Issuers::new(several, Some(&internet.fetching()), 8_192).unwrap();
    // Proven by what is here already: nobody is asked.
    for good in [
        with_secret(SECRETS[0], None),
        RSA_OTHER.sign(RS256, Some("a"), &claims()),
        ED25519.sign(EdDSA, Some("b"), &claims()),
    ] {
        assert!(proves(&issuers, &good).await);
    }
    assert_eq!(internet.asked(), 0);
    assert!(proves(&issuers, &RSA.sign(RS256, Some("a"), &claims())).await);
    assert_eq!(internet.asked(), 1);
    for bad in [
        with_secret(SECRETS[1], None),
        RSA.sign(RS384, Some("a"), &claims()),
        P256.sign(ES256, Some("a"), &claims()),
    ] {
        assert!(!proves(&issuers, &bad).await);
    }
}
