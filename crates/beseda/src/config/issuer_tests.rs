//! Which issuers are taken, and which would let anybody in.

use super::issuer::Algorithm;
use super::tests::{GOOD, PEM, complains, of_file, read, told};
use super::*;
use crate::system::pretend::Pretend;

fn issuer(lines: &str) -> Loaded {
    of_file(&format!("[[issuers]]\n{lines}\n"))
}

#[test]
fn issuers_are_read_whole() {
    let loaded = of_file(
        "[[issuers]]\nissuer = 'https://shop.example'\nalgorithms = ['RS256', 'PS256']\npublic_key_file = 'shop.pem'\n\
         audience = 'chat'\nperson_claim = 'user_id'\npeople = 'known'\n\
         [[issuers]]\nissuer = ''\nalgorithms = ['HS256']\nsecret_file = 'shop.key'\n",
    );
    assert_eq!(told(&loaded), "");
    let [shop, own] = loaded.settings.issuers.as_slice() else {
        panic!("two issuers")
    };
    assert_eq!(shop.issuer, "https://shop.example");
    assert_eq!(shop.algorithms, [Algorithm::RS256, Algorithm::PS256]);
    assert_eq!(shop.key, IssuerKey::PublicPem(PEM.to_owned()));
    assert_eq!(
        (shop.audience.as_deref(), shop.person_claim.as_deref()),
        (Some("chat"), Some("user_id"))
    );
    assert_eq!((shop.people, own.people), (People::Known, People::Create));
    assert_eq!(own.key, IssuerKey::Secret(Secret::new(GOOD).unwrap()));
    assert_eq!((own.audience.clone(), own.person_claim.clone()), (None, None));
}

#[test]
fn an_issuer_that_would_let_anybody_in_is_refused() {
    let good = "issuer = 'a'\nalgorithms = ['HS256']\n";
    complains(
        &issuer(&format!("{good}secret = 'short'")),
        &["beseda.toml:4", "5 bytes"],
    );
    complains(
        &issuer(&format!("{good}secret = '{}'", PEM.replace('\n', "").repeat(2))),
        &["PEM"],
    );
    complains(
        &issuer(&format!("{good}public_key_file = 'shop.pem'")),
        &["cannot prove HS"],
    );
    complains(
        &issuer(&format!("issuer = 'a'\nalgorithms = ['RS256']\nsecret = '{GOOD}'")),
        &["only HS"],
    );
    complains(&issuer(good), &["`secret` is missing"]);
    complains(
        &issuer(&format!("{good}secret = '{GOOD}'\nsecret_file = 'shop.key'")),
        &["beside another key"],
    );
    complains(
        &issuer(&format!("{good}jwks_url = 'https://a/jwks'")),
        &["jwks_url", "not in this version yet"],
    );
    complains(
        &issuer(&format!("issuer = 'a'\nalgorithms = ['none']\nsecret = '{GOOD}'")),
        &["`none`"],
    );
    complains(
        &issuer(&format!("issuer = 'a'\nalgorithms = []\nsecret = '{GOOD}'")),
        &["is empty"],
    );
    complains(
        &issuer(&format!(
            "issuer = 'a'\nalgorithms = ['HS256', 'RS256']\nsecret = '{GOOD}'"
        )),
        &["mixes"],
    );
    complains(
        &issuer(&format!("algorithms = ['HS256']\nsecret = '{GOOD}'")),
        &["beseda.toml:1", "`issuer` is missing"],
    );
    complains(
        &issuer(&format!("{good}secret = '{GOOD}'\npeople = 'all'")),
        &["create, known"],
    );
    complains(
        &issuer(&format!("{good}secret = '{GOOD}'\naudiense = 'x'")),
        &["beseda.toml:5", "`audience`"],
    );
    complains(&of_file("issuers = 'x'"), &["[[issuers]]"]);
}

#[test]
fn only_public_keys_are_taken_as_public_keys() {
    let read = |pem: &str| {
        let text = "[[issuers]]\nissuer = 'a'\nalgorithms = ['EdDSA']\npublic_key_file = 'k'\n";
        read(&Pretend::default().file("beseda.toml", text).file("k", pem))
    };
    assert_eq!(told(&read(PEM)), "");
    complains(
        &read("-----BEGIN PRIVATE KEY-----\nMC4\n-----END PRIVATE KEY-----\n"),
        &["private key", "-pubout"],
    );
    complains(&read("-----BEGIN CERTIFICATE-----\n"), &["no public key"]);
    complains(&read(""), &["no public key"]);
}
