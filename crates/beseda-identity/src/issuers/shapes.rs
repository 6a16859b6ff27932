//! Tokens as real login services shape them: the role, the name and the subject arrive as the host means them.

use super::tests::{NOW, SECRET, issuers, settings, vouched};
use super::*;
use beseda_core::words::{HostId, Role};
use serde_json::json;

fn now() -> i64 {
    NOW.seconds()
}

/// An access token of Keycloak 26.
fn keycloak() -> Value {
    json!({
        "iss": "https://id.example/realms/shop", "exp": now() + 300, "iat": now(), "auth_time": now() - 9,
        "jti": "onrtac:7a1e", "aud": ["chat", "account"], "sub": "3f2c1b0a-9d4e-4a5b-8c6d-7e8f90a1b2c3",
        "typ": "Bearer", "azp": "shop-web", "sid": "8d1f", "acr": "1", "allowed-origins": ["https://shop.example"],
        "realm_access": {"roles": ["default-roles-shop", "offline_access", "manager", "uma_authorization"]},
        "resource_access": {"shop.web": {"roles": ["chief"]}, "account": {"roles": ["view-profile"]}},
        "scope": "openid email profile", "email_verified": true, "name": "Анна Петрова",
        "preferred_username": "anna", "given_name": "Анна", "family_name": "Петрова", "email": "anna@shop.example",
    })
}

/// An ID token of Auth0, with a claim that an action adds.
fn auth0() -> Value {
    json!({
        "iss": "https://shop.eu.auth0.example/", "aud": "Zk3", "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
        "iat": now(), "exp": now() + 36_000, "sid": "a1", "nonce": "x", "nickname": "boris.k",
        "name": "boris.k@shop.example", "picture": "https://s.gravatar.example/a.png",
        "updated_at": "2026-11-28T10:00:00.000Z", "email": "boris.k@shop.example", "email_verified": true,
        "https://shop.example/role": "EXPERT",
    })
}

/// An ID token of Google.
fn google() -> Value {
    json!({
        "iss": "https://accounts.google.com", "azp": "7.apps.googleusercontent.com",
        "aud": "7.apps.googleusercontent.com", "sub": "110169484474386276334", "email": "vera@gmail.com",
        "email_verified": true, "at_hash": "HK6E", "name": "Вера Ли", "given_name": "Вера", "family_name": "Ли",
        "picture": "https://lh3.googleusercontent.com/a", "iat": now(), "exp": now() + 3_600, "jti": "161803",
    })
}

/// An access token of Supabase.
fn supabase() -> Value {
    json!({
        "iss": "https://abc.supabase.example/auth/v1", "sub": "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
        "aud": "authenticated", "exp": now() + 3_600, "iat": now(), "email": "gleb@shop.example", "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"], "chat_role": "client"},
        "user_metadata": {"email_verified": true, "full_name": "Глеб Орлов"}, "role": "authenticated", "aal": "aal1",
        "amr": [{"method": "password", "timestamp": 1}], "session_id": "1", "is_anonymous": false,
    })
}

/// The settings that fit such a token.
fn of(claims: &Value) -> IssuerSettings {
    settings(claims["iss"].as_str().unwrap())
}

/// What a person is after coming with a token: the id, the first and the last name, the role.
async fn who(settings: IssuerSettings, claims: &Value) -> (String, String, String, Option<Role>) {
    let claimed = vouched(&issuers(settings), claims.clone()).await.unwrap();
    assert_eq!(claimed.proven_at, Some(NOW), "each of them tells when it was signed");
    let name = |part: Option<String>| part.unwrap_or_default();
    (
        claimed.id.to_string(),
        name(claimed.first_name),
        name(claimed.last_name),
        claimed.role,
    )
}

fn is(id: &str, first: &str, last: &str, role: Option<Role>) -> (String, String, String, Option<Role>) {
    (id.to_owned(), first.to_owned(), last.to_owned(), role)
}

#[tokio::test]
async fn keycloaks_roles_come_out_of_their_lists_in_the_order_of_the_table() {
    let id = "3f2c1b0a-9d4e-4a5b-8c6d-7e8f90a1b2c3";
    let roles = |path: &str, roles: &[(&str, Role)]| IssuerSettings {
        role_claim: Some(path.to_owned()),
        roles: roles
            .iter()
            .map(|(theirs, ours)| ((*theirs).to_owned(), *ours))
            .collect(),
        ..of(&keycloak())
    };
    let realm = "realm_access.roles";
    let anna = |role| is(id, "Анна", "Петрова", Some(role));
    let table = [
        ("root", Role::Admin),
        ("manager", Role::Operator),
        ("offline_access", Role::Client),
    ];
    assert_eq!(who(roles(realm, &table), &keycloak()).await, anna(Role::Operator));
    let turned = [("offline_access", Role::Client), ("manager", Role::Operator)];
    assert_eq!(who(roles(realm, &turned), &keycloak()).await, anna(Role::Client));
    // A name within the path may hold dots.
    let chief = [("chief", Role::Mom)];
    assert_eq!(
        who(roles("resource_access.shop.web.roles", &chief), &keycloak()).await,
        anna(Role::Mom)
    );
    // Words of ours need no table; with one, no other word counts.
    let mut ours = keycloak();
    ours["realm_access"]["roles"] = json!(["offline_access", "Expert", "admin"]);
    assert_eq!(who(roles(realm, &[]), &ours).await, anna(Role::Expert));
    assert_eq!(who(roles(realm, &table[1..2]), &ours).await, anna(Role::User));
    // None is none.
    for none in [
        json!([]),
        json!(null),
        json!(7),
        json!(["nobody"]),
        json!([["manager"]]),
    ] {
        let mut claims = keycloak();
        claims["realm_access"]["roles"] = none.clone();
        assert_eq!(who(roles(realm, &table), &claims).await, anna(Role::User), "{none}");
    }
    let mut claims = keycloak();
    claims.as_object_mut().unwrap().remove("realm_access");
    assert_eq!(who(roles(realm, &table), &claims).await, anna(Role::User));
    assert_eq!(who(roles("role", &[]), &claims).await, anna(Role::User));
    assert_eq!(who(of(&claims), &claims).await, is(id, "Анна", "Петрова", None));
}

#[tokio::test]
async fn auth0s_claims_have_addresses_for_names() {
    let with_role = IssuerSettings {
        role_claim: Some("https://shop.example/role".to_owned()),
        name_claims: vec!["nowhere".to_owned(), "nickname".to_owned()],
        ..of(&auth0())
    };
    let boris = "auth0|5f7c8ec7c33c6c004bbafe82";
    assert_eq!(
        who(with_role.clone(), &auth0()).await,
        is(boris, "boris.k", "", Some(Role::Expert))
    );
    // The claim of this whole name wins over a path that could be read into it.
    let mut both = auth0();
    both["https://shop"] = json!({"example/role": "admin"});
    assert_eq!(who(with_role, &both).await.3, Some(Role::Expert));
    assert_eq!(
        who(of(&auth0()), &auth0()).await,
        is(boris, "boris.k@shop.example", "", None)
    );
}

#[tokio::test]
async fn googles_subject_is_a_name_of_21_digits() {
    let vera = is("110169484474386276334", "Вера", "Ли", None);
    assert_eq!(who(of(&google()), &google()).await, vera);
    let mut ids = Vec::new();
    for subject in ["110169484474386276334", "0042", "42"] {
        let mut claims = google();
        claims["sub"] = json!(subject);
        ids.push(vouched(&issuers(of(&claims)), claims).await.unwrap().id);
    }
    let name = |text: &'static str| HostId::Name(text.into());
    let forty_two = HostId::of("42".to_owned()).unwrap();
    assert!(matches!(forty_two, HostId::Number(_)));
    assert_eq!(ids, [name("110169484474386276334"), name("0042"), forty_two]);
}

#[tokio::test]
async fn supabases_people_have_their_names_and_roles_inside() {
    let gleb = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d";
    let inside = IssuerSettings {
        audience: Some("authenticated".to_owned()),
        role_claim: Some("app_metadata.chat_role".to_owned()),
        name_claims: vec!["user_metadata.name".to_owned(), "user_metadata.full_name".to_owned()],
        ..of(&supabase())
    };
    assert_eq!(
        who(inside, &supabase()).await,
        is(gleb, "Глеб", "Орлов", Some(Role::Client))
    );
    // Its own word for everybody who is signed in is no special right.
    assert_eq!(
        who(of(&supabase()), &supabase()).await,
        is(gleb, "", "", Some(Role::User))
    );
}

#[tokio::test]
async fn a_name_is_found_where_openid_has_it() {
    for (claims, first, last) in [
        (json!({"first_name": "А", "given_name": "Б"}), Some("А"), None),
        (
            json!({"given_name": "Б", "family_name": "В", "name": "Г Д"}),
            Some("Б"),
            Some("В"),
        ),
        (json!({"family_name": "В", "name": "Г Д"}), None, Some("В")),
        (json!({"first_name": "А", "last_name": ""}), Some("А"), Some("")),
        (json!({"first_name": "", "given_name": "Б"}), Some("Б"), None),
        (
            json!({"given_name": "", "family_name": " ", "name": "Г Д"}),
            Some("Г"),
            Some("Д"),
        ),
        (
            json!({"name": " ", "nickname": "Н", "preferred_username": "п"}),
            Some("Н"),
            Some(""),
        ),
        (json!({"preferred_username": "п"}), Some("п"), Some("")),
        (json!({"name": "Г\u{0} \u{1b}Д\n"}), Some("Г"), Some("Д")),
        (json!({"first_name": "", "last_name": ""}), Some(""), Some("")),
        (
            json!({"name": 7, "given_name": ["Б"], "email": "a@b.example"}),
            None,
            None,
        ),
        (json!({}), None, None),
    ] {
        let mut whole = json!({"sub": 1});
        whole
            .as_object_mut()
            .unwrap()
            .extend(claims.as_object().unwrap().clone());
        let claimed = vouched(&issuers(settings("")), whole).await.unwrap();
        assert_eq!(
            (claimed.first_name.as_deref(), claimed.last_name.as_deref()),
            (first, last),
            "{claims}"
        );
    }
}

#[tokio::test]
async fn a_token_for_something_else_opens_nothing() {
    for (what, claims, typ, value) in [
        ("Keycloak's refresh token", keycloak(), "typ", "Refresh"),
        ("Keycloak's offline token", keycloak(), "typ", "Offline"),
        ("Keycloak's ID token", keycloak(), "typ", "ID"),
        ("Keycloak's action", keycloak(), "typ", "verify-email"),
        ("Cognito's ID token", google(), "token_use", "id"),
        ("Flask-JWT-Extended's", google(), "type", "refresh"),
        ("by hand", google(), "purpose", "password_reset"),
        ("by hand, of several", google(), "purpose", "confirm_email"),
    ] {
        let mut wrong = claims;
        wrong[typ] = json!(value);
        let flaw = vouched(&issuers(of(&wrong)), wrong.clone()).await.unwrap_err();
        let Flaw::WrongType(why) = &flaw else {
            panic!("{what}: {flaw:?}")
        };
        assert!(why.contains(&format!("its {typ} is \"{value}\"")), "{why}");
        wrong[typ] = json!(["chat", value]);
        let listed = vouched(&issuers(of(&wrong)), wrong).await;
        assert!(matches!(listed, Err(Flaw::WrongType(_))), "{what}, in a list");
    }
    for (typ, value) in [
        ("token_use", json!("access")),
        ("typ", json!("Bearer")),
        ("typ", json!("JWT")),
        ("type", json!("verified")),
        ("type", json!(7)),
        ("purpose", json!("chat")),
    ] {
        let mut good = google();
        good[typ] = value.clone();
        assert!(vouched(&issuers(of(&good)), good).await.is_ok(), "{typ} = {value}");
    }
}

#[tokio::test]
async fn a_header_may_say_what_a_token_is_for() {
    let issuers = issuers(settings(""));
    let claims = json!({"sub": 1, "exp": now() + 60});
    let typed = |typ: &str| {
        let header = Header {
            typ: Some(typ.to_owned()),
            ..Header::default()
        };
        let key = jsonwebtoken::EncodingKey::from_secret(SECRET);
        let token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        let issuers = &issuers;
        async move { issuers.vouched(&token, NOW).await }
    };
    for good in ["JWT", "jwt", "at+jwt", "application/at+jwt", "JWS", ""] {
        assert!(typed(good).await.is_ok(), "{good}");
    }
    for other in [
        "refresh+jwt",
        "rt+jwt",
        "RT+JWT",
        "application/refresh+jwt",
        "logout+jwt",
        "id+jwt",
        "secevent+jwt",
        "dpop+jwt",
    ] {
        assert!(matches!(typed(other).await, Err(Flaw::WrongType(_))), "{other}");
    }
}

#[tokio::test]
async fn claims_that_are_required_must_be_just_that() {
    let requires = |claim: &str, wanted: Value| {
        issuers(IssuerSettings {
            required_claims: vec![("email_verified".to_owned(), json!(true)), (claim.to_owned(), wanted)],
            ..of(&keycloak())
        })
    };
    for (claim, wanted) in [
        ("azp", json!("shop-web")),
        ("acr", json!("1")),
        ("realm_access.roles", json!("manager")),
        ("auth_time", json!(now() - 9)),
    ] {
        let issuers = requires(claim, wanted);
        assert!(vouched(&issuers, keycloak()).await.is_ok(), "{claim}");
        let mut not_verified = keycloak();
        not_verified["email_verified"] = json!("true");
        assert_eq!(
            vouched(&issuers, not_verified).await.unwrap_err().to_string(),
            "email_verified is \"true\", and wanted is true; its issuer is \"https://id.example/realms/shop\""
        );
    }
    for (claim, wanted, why) in [
        ("azp", json!("other"), r#"azp is "shop-web", and wanted is "other""#),
        ("acr", json!(1), r#"acr is "1", and wanted is 1"#),
        ("nowhere", json!("x"), r#"nowhere is missing, and wanted is "x""#),
        ("resource_access.chat", json!("x"), "resource_access.chat is missing"),
        ("realm_access.roles", json!("admin"), "realm_access.roles is ["),
    ] {
        let flaw = vouched(&requires(claim, wanted), keycloak()).await.unwrap_err();
        assert!(flaw.to_string().starts_with(why), "{flaw}");
    }
}
