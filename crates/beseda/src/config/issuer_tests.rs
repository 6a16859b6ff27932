//! Which issuers are taken, and which would let anybody in.

use super::tests::{GOOD, PEM, complains, of_file, read, told};
use super::*;
use crate::system::pretend::Pretend;
use beseda_core::rules::sign_in::Newcomers;
use beseda_core::words::Role;
use beseda_identity::IssuerKey;
use serde_json::json;

fn issuer(lines: &str) -> Loaded {
    of_file(&format!("[[issuers]]\n{lines}\n"))
}

#[test]
fn issuers_are_read_whole() {
    let loaded = of_file(
        "[[issuers]]\nissuer = 'https://shop.example'\nalgorithms = ['RS256', 'PS256']\npublic_key_file = 'shop.pem'\n\
         audience = 'chat'\nperson_claim = 'user_id'\nnamespace = 'shop.ru'\npeople = 'known'\n\
         role_claim = 'realm_access.roles'\nname_claims = ['user_metadata.full_name', 'nickname']\n\
         leeway_seconds = 600\nlifetime_seconds = 31536000\n\
         required_claims = { azp = 'chat', email_verified = true, acr = 1, 'realm_access.roles' = 'x' }\n\
         roles = { root = 'admin', manager = 'Operator', another = 'expert' }\n\
         [[issuers]]\nissuer = ''\nalgorithms = ['HS256']\nsecret_file = 'shop.key'\n",
    );
    assert_eq!(told(&loaded), "");
    let [shop, own] = loaded.settings.issuers.as_slice() else {
        panic!("two issuers")
    };
    assert_eq!(shop.issuer, "https://shop.example");
    assert_eq!(shop.algorithms, ["RS256", "PS256"]);
    assert_eq!(shop.key, IssuerKey::PublicPem(PEM.to_owned()));
    assert_eq!(
        (shop.audience.as_deref(), shop.person_claim.as_deref()),
        (Some("chat"), Some("user_id"))
    );
    assert_eq!(shop.role_claim.as_deref(), Some("realm_access.roles"));
    assert_eq!(shop.name_claims, ["user_metadata.full_name", "nickname"]);
    let named = |name: &str, value| (name.to_owned(), value);
    let required = [
        named("azp", json!("chat")),
        named("email_verified", json!(true)),
        named("acr", json!(1)),
        named("realm_access.roles", json!("x")),
    ];
    assert_eq!(shop.required_claims, required);
    // In the order in which they are written.
    let roles = [
        ("root", Role::Admin),
        ("manager", Role::Operator),
        ("another", Role::Expert),
    ];
    assert_eq!(shop.roles, roles.map(|(theirs, ours)| (theirs.to_owned(), ours)));
    assert_eq!(
        (shop.leeway_seconds, shop.lifetime_seconds),
        (Some(600), Some(31_536_000))
    );
    assert_eq!((own.leeway_seconds, own.lifetime_seconds), (None, None));
    assert!(!own.maps_roles() && own.required_claims.is_empty() && own.name_claims.is_empty());
    assert_eq!((shop.people, own.people), (Newcomers::Known, Newcomers::Create));
    assert_eq!(own.key, IssuerKey::Secret(GOOD.as_bytes().to_vec()));
    assert_eq!((own.audience.clone(), own.person_claim.clone()), (None, None));
    assert_eq!(
        (shop.namespace.as_deref(), own.namespace.as_deref()),
        (Some("shop.ru"), None)
    );
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
    for namespace in ["a/b", "ё", &"x".repeat(33)] {
        complains(
            &issuer(&format!("{good}secret = '{GOOD}'\nnamespace = '{namespace}'")),
            &["beseda.toml:5", "`namespace` cannot stand before an id"],
        );
    }
    complains(
        &issuer(&format!("{good}secret = '{GOOD}'\nnamespace = 'beseda'")),
        &["beseda.toml:5", "`namespace` is the server's own"],
    );
    complains(&issuer(good), &["`secret` is missing"]);
    complains(
        &issuer(&format!("{good}secret = '{GOOD}'\nsecret_file = 'shop.key'")),
        &["beside another key"],
    );
    complains(
        &issuer(&format!("{good}jwks_url = 'https://a/jwks'")),
        &["beseda.toml:4", "`jwks_url` cannot prove HS"],
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
fn what_cannot_be_said_of_claims_is_refused_with_its_line() {
    let with = |line: &str| {
        issuer(&format!(
            "issuer = 'a'\nalgorithms = ['HS256']\nsecret = '{GOOD}'\n{line}"
        ))
    };
    for (line, parts) in [
        (
            "roles = { a = 'admin', b = 'operater' }",
            ["`roles.b` cannot be `operater`", "`operator`"],
        ),
        ("roles = { a = 7 }", ["`roles.a` must be a string", "in quotes"]),
        ("roles = 'admin'", ["`roles` must be a table", "{ this ="]),
        ("role_claim = ['role']", ["`role_claim` must be a string", "in quotes"]),
        ("role_claim = ''", ["`role_claim` is empty", "leave it out"]),
        ("name_claims = 'name'", ["`name_claims` must be a list", "[\"this\""]),
        (
            "required_claims = { azp = ['a'] }",
            ["`required_claims.azp` must be", "true or false"],
        ),
        (
            "required_claims = { realm.roles = 'a' }",
            ["`required_claims.realm` is a table", "Quote"],
        ),
        (
            "required_claims = { azp = 9223372036854775808 }",
            ["`required_claims.azp` is out of all range", "2^63"],
        ),
        (
            "leeway_seconds = 601",
            ["`leeway_seconds` must be from 0 to 600", "range"],
        ),
        (
            "leeway_seconds = -1",
            ["`leeway_seconds` must be from 0 to 600", "range"],
        ),
        (
            "lifetime_seconds = 0",
            ["`lifetime_seconds` must be from 1 to 31536000", "range"],
        ),
        (
            "lifetime_seconds = 31536001",
            ["`lifetime_seconds` must be from 1 to 31536000", "range"],
        ),
        (
            "shares_people = 'yes'",
            ["`shares_people` must be true or false", "without quotes"],
        ),
        (
            "rolls = { a = 'admin' }",
            ["`rolls` is nothing that [[issuers]] knows", "`roles`"],
        ),
    ] {
        complains(&with(line), &["beseda.toml:5", parts[0], parts[1]]);
    }
    // A table of its own has lines of its own.
    let lines = with("[issuers.roles]\nroot = 'admin'\nboss = 'amdin'");
    complains(&lines, &["beseda.toml:7", "`roles.boss` cannot be `amdin`", "`admin`"]);
}

#[test]
fn issuers_that_share_their_people_say_so() {
    let table = |name: &str, more: &str| {
        format!("[[issuers]]\nissuer = '{name}'\nalgorithms = ['HS256']\nsecret = '{GOOD}'\n{more}\n")
    };
    let (shares, apart) = ("shares_people = true", "namespace = 'b'");
    for good in [
        vec![("a", ""), ("b", shares)],
        vec![("a", ""), ("b", shares), ("c", shares), ("c", "")],
        vec![("a", ""), ("b", apart)],
        vec![("a", apart), ("b", "")],
        // While a key changes.
        vec![("a", ""), ("a", "")],
        vec![("", ""), ("", "")],
        vec![("a", shares)],
    ] {
        let file: String = good.iter().map(|(name, more)| table(name, more)).collect();
        assert_eq!(told(&of_file(&file)), "", "{file}");
    }
    for wrong in [
        vec![("a", ""), ("b", "")],
        vec![("a", ""), ("a", ""), ("b", "shares_people = false")],
        vec![("a", ""), ("c", apart), ("b", "")],
    ] {
        let file: String = wrong.iter().map(|(name, more)| table(name, more)).collect();
        let line = format!("beseda.toml:{}", 5 * wrong.len() - 4);
        complains(
            &of_file(&file),
            &[
                &line,
                "\"b\" would have the people of \"a\"",
                "`shares_people = true`",
                "`namespace =",
            ],
        );
    }
    let both = table("a", &format!("{shares}\n{apart}"));
    complains(&of_file(&both), &["beseda.toml:5", "stands beside `namespace`"]);
}

#[test]
fn djangos_key_of_a_new_project_is_taken_with_a_warning() {
    let key = "django-insecure-&1x$k8fqz2lmx0vb7ntqw4eypr1sudhgjcai9(u5=o3w7z!b@d6m";
    let table = "[[issuers]]\nissuer = ''\nalgorithms = ['HS256']\n";
    let value = of_file(&format!("{table}secret = '{key}'\n"));
    let file = format!("{table}secret_file = 'django.key'\n");
    let file = Pretend::default().file("beseda.toml", &file).file("django.key", key);
    for loaded in [value, read(&file)] {
        assert_eq!(told(&loaded), "");
        let [warning] = loaded.warnings.as_slice() else {
            panic!("one warning: {:?}", loaded.warnings)
        };
        let warning = warning.to_string();
        assert!(
            warning.starts_with("beseda.toml:4") && warning.contains("Django's key of a new project"),
            "{warning}"
        );
        assert!(!warning.contains("&1x$") && !loaded.json().contains("&1x$"));
        assert!(loaded.json().contains("Django's key"), "programs are told, too");
        assert_eq!(
            loaded.settings.issuers[0].key,
            IssuerKey::Secret(key.as_bytes().to_vec())
        );
    }
    let own = read(&Pretend::default().with("BESEDA_SECRET", key));
    complains(&own, &["an example that everybody knows"]);
    assert!(of_file(&format!("{table}secret = '{GOOD}'\n")).warnings.is_empty());
}

#[test]
fn what_the_page_prints_is_taken_as_it_is() {
    let page = reference();
    let examples: Vec<_> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    let (all, issuers) = (
        examples.len(),
        examples.iter().filter(|text| text.contains("[[issuers]]")).count(),
    );
    assert!(all > issuers && issuers >= 2, "{examples:?}");
    for example in examples {
        assert_eq!(told(&of_file(example)), "", "{example}");
    }
}

#[test]
fn keys_at_an_address_are_taken_from_a_safe_one() {
    let at = |url: &str| {
        issuer(&format!(
            "issuer = 'a'\nalgorithms = ['RS256', 'PS256']\njwks_url = '{url}'"
        ))
    };
    for url in [
        "https://shop.example/keys?v=1",
        "http://127.0.0.1:8080/keys",
        "http://localhost/keys",
    ] {
        let loaded = at(url);
        assert_eq!(told(&loaded), "");
        assert_eq!(loaded.settings.issuers[0].key, IssuerKey::Jwks { url: url.to_owned() });
    }
    for url in [
        "http://shop.example/keys",
        "http://10.0.0.1/keys",
        "ftp://localhost/keys",
        "file:///keys",
    ] {
        complains(&at(url), &["beseda.toml:4", "only https://"]);
    }
    for url in ["shop.example/keys", "/keys", "https://"] {
        complains(&at(url), &["beseda.toml:4", "no address"]);
    }
    complains(&at(""), &["`jwks_url` is empty"]);
    let with_password = at("https://me:canary@shop.example/keys");
    complains(&with_password, &["a password"]);
    assert!(!told(&with_password).contains("canary"));
    let keys = "issuer = 'a'\nalgorithms = ['RS256']\njwks_url = 'https://a/keys'\n";
    complains(
        &issuer(&format!("{keys}public_key_file = 'shop.pem'")),
        &["beside another key"],
    );
    complains(&issuer(&format!("{keys}secret = '{GOOD}'")), &["beside another key"]);
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
