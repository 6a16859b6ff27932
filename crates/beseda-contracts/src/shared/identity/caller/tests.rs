//! Who asks for a socket: requests are told in the tests of the calls.

use super::*;
use crate::stage::{Stage, no_routes};
use beseda_core::words::{PersonId, Role, Session};
use beseda_identity::host_session::{Ask, AskedSettings, Asking, Heard, HostSessionProof, HostSessionSettings};
use beseda_identity::sessions;
use http::Request;
use std::sync::Arc;
use std::time::Duration;

fn parts(uri: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

async fn who(stage: &Stage, uri: &str, headers: &[(&str, &str)]) -> Result<(i64, Proof), Refused> {
    let caller = Caller::of_socket(&stage.shared, &parts(uri, headers)).await?;
    Ok((caller.person.id.0, caller.by))
}

async fn cookie(stage: &Stage, person: i64) -> String {
    let (now, value) = (stage.now(), sessions::new_value([7; 32]));
    let session = Session {
        hash: sessions::hash(&value),
        person: PersonId(person),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(60),
    };
    let open = move |tx: &mut dyn beseda_core::ports::Tx| sign_in::open_session(tx, &session, &[]);
    ask::change(&stage.shared.chat, open).await.unwrap();
    format!("beseda_session={value}")
}

#[tokio::test]
async fn a_socket_is_opened_by_header_then_query_then_cookie() {
    let stage = Stage::plain().await;
    let (anna, boris, cookie) = (stage.access(5), stage.access(6), cookie(&stage, 7).await);
    let (bearer, uri) = (format!("Bearer {anna}"), format!("/ws/chat/1/?a=b&token={boris}"));
    let all = [("authorization", bearer.as_str()), ("cookie", cookie.as_str())];
    assert_eq!(who(&stage, &uri, &all).await, Ok((5, Proof::Bearer)));
    assert_eq!(who(&stage, &uri, &all[1..]).await, Ok((6, Proof::Query)));
    assert_eq!(
        who(&stage, "/ws/chat/1/?token=", &all[1..]).await,
        Ok((7, Proof::Cookie))
    );
    assert_eq!(who(&stage, "/ws/chat/1/", &[]).await, Err(Refusal::NotSignedIn.into()));
    assert_eq!(
        who(&stage, "/ws/chat/1/", &[("cookie", "beseda_session=other")]).await,
        Err(Refusal::NotSignedIn.into())
    );
    // A page that can set no header offers its token behind `bearer`.
    let offer = format!("bearer, {boris}");
    let offered = [("sec-websocket-protocol", offer.as_str()), ("cookie", cookie.as_str())];
    let by_query = format!("/ws/chat/1/?token={anna}");
    assert_eq!(who(&stage, &by_query, &offered).await, Ok((6, Proof::Bearer)));
    let asked = Caller::of_request(&stage.shared, &parts("/api/me/", &offered[..1])).await;
    assert_eq!(asked, Err(Refusal::NotSignedIn.into()), "no call is a socket");
    for (offer, proof) in [("bearer, bad", None), ("bearer", Some(7)), ("chat", Some(7))] {
        let come = who(&stage, "/ws/chat/1/", &[("sec-websocket-protocol", offer), offered[1]]).await;
        assert_eq!(come.ok().map(|(id, _)| id), proof, "{offer}");
    }
    // Of several cookies of the name, whichever is a session of ours.
    let several = format!("beseda_session=stale; a=b; {cookie}");
    assert_eq!(
        who(&stage, "/ws/chat/1/", &[("cookie", &several)]).await,
        Ok((7, Proof::Cookie))
    );
    // Somebody who shows a bad token is not let in by what else they have.
    let refused = who(&stage, "/ws/chat/1/?token=bad", &all[1..]).await.unwrap_err();
    assert_eq!(refused, bad_token("it is malformed"));
}

#[tokio::test]
async fn what_is_said_of_a_refused_token_holds_nothing_of_it() {
    let stage = Stage::plain().await;
    let token = stage.access(5);
    let (head, signature) = token.rsplit_once('.').unwrap();
    for forged in [
        format!("{head}.{}", "A".repeat(signature.len())),
        format!("{head}."),
        head.to_owned(),
    ] {
        let refused = who(&stage, &format!("/ws/chat/1/?token={forged}"), &[])
            .await
            .unwrap_err();
        let (said, body) = (refused.to_string(), format!("{refused:?}"));
        assert!(
            token
                .split('.')
                .all(|part| !said.contains(part) && !body.contains(part)),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_page_of_another_site_gets_no_socket_and_a_storm_of_connects_is_slowed() {
    let stage = Stage::plain().await;
    let cookie = cookie(&stage, 5).await;
    let cross = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(
        stage.shared.connect(&parts("/ws/chat/1/", &cross)),
        Err(Refused::CrossSite)
    );
    assert_eq!(stage.shared.connect(&parts("/ws/chat/1/?token=x", &cross)), Ok(()));
    for connect in 1..50 {
        assert_eq!(
            stage.shared.connect(&parts("/ws/chat/1/", &[])),
            Ok(()),
            "connect {connect}"
        );
    }
    let slowed = stage.shared.connect(&parts("/ws/chat/1/", &[]));
    assert_eq!(slowed, Err(Refusal::TooFast { retry_seconds: 1 }.into()));
    stage.pass(1);
    assert_eq!(stage.shared.connect(&parts("/ws/chat/1/", &[])), Ok(()));
}

/// A host application: its cookie's value is what it says of it.
struct Host;

impl Ask for Host {
    fn ask<'a>(&'a self, _: &'a str, cookies: &'a str) -> Asking<'a> {
        Box::pin(async move {
            match cookies.strip_prefix("sessionid=") {
                Some("out") => Ok(Heard::Nobody),
                Some("down") => Err("connection refused".to_owned()),
                person => Ok(Heard::Person(person.unwrap_or_default().into())),
            }
        })
    }
}

/// A stage beside a host that is asked.
async fn beside_host(people: sign_in::Newcomers) -> Stage {
    let host = HostSessionSettings {
        proof: HostSessionProof::Asked(AskedSettings {
            url: "http://app:8000/whoami/".to_owned(),
            cookies: vec!["sessionid".to_owned()],
            keep: Duration::from_secs(10),
        }),
        namespace: None,
        people,
    };
    Stage::new(
        |settings, _| {
            settings.identity.host_session = Some(host);
            settings.identity.ask = Some(Arc::new(Host));
        },
        no_routes(),
    )
    .await
}

#[tokio::test]
async fn the_session_of_the_host_is_the_last_proof_that_is_tried() {
    let stage = beside_host(sign_in::Newcomers::Create).await;
    let (anna, ours) = (stage.access(5), cookie(&stage, 7).await);
    let (bearer, uri) = (
        format!("Bearer {anna}"),
        format!("/ws/chat/1/?token={}", stage.access(6)),
    );
    let hosts = r#"sessionid={"id":9}"#;
    let both = format!("{hosts}; {ours}");
    let all = [("authorization", bearer.as_str()), ("cookie", both.as_str())];
    assert_eq!(who(&stage, &uri, &all).await, Ok((5, Proof::Bearer)));
    assert_eq!(who(&stage, &uri, &all[1..]).await, Ok((6, Proof::Query)));
    assert_eq!(who(&stage, "/ws/chat/1/", &all[1..]).await, Ok((7, Proof::Cookie)));
    let stale = format!("beseda_session=stale; {hosts}");
    for cookies in [hosts, &stale] {
        let found = who(&stage, "/ws/chat/1/", &[("cookie", cookies)]).await;
        assert_eq!(found, Ok((9, Proof::HostSession)), "{cookies}");
    }
    // Whoever is out here is not let in by the host either; who is out there has no session.
    stage.put(person_with(7, false), None).await;
    let by_host = async |cookie: &str| who(&stage, "/ws/chat/1/", &[("cookie", cookie)]).await;
    assert_eq!(by_host("sessionid={\"id\":7}").await, Err(Refusal::Inactive.into()));
    assert_eq!(by_host("sessionid=out").await, Err(Refusal::NotSignedIn.into()));
    assert_eq!(by_host("sessionid=down").await, Err(Refused::HostAway));
    assert_eq!(by_host("sessionid=<html>").await, Err(Refused::HostAway));
}

fn person_with(id: i64, active: bool) -> Person {
    Person {
        active,
        ..crate::stage::person(id, "vera")
    }
}

#[tokio::test]
async fn what_the_host_says_of_a_person_is_kept_and_what_it_does_not_say_stays() {
    let stage = beside_host(sign_in::Newcomers::Create).await;
    let of = async |cookie: &str| {
        let caller = Caller::of_socket(&stage.shared, &parts("/ws/chat/1/", &[("cookie", cookie)])).await;
        caller.unwrap()
    };
    let caller =
        of(r#"sessionid={"id":"a-b","name":"Вера Орлова","role":"operator","rooms":{"order:17":"member"}}"#).await;
    let told = (caller.person.full_name(), caller.person.role, caller.proven_at);
    assert_eq!(told, ("Вера Орлова".to_owned(), Role::Operator, stage.now()));
    stage.pass(11);
    let again = of(r#"sessionid={"id":"a-b"}"#).await;
    assert_eq!((again.person, again.proven_at), (caller.person, stage.now()));

    let strict = beside_host(sign_in::Newcomers::Known).await;
    let found = who(&strict, "/ws/chat/1/", &[("cookie", r#"sessionid={"id":9}"#)]).await;
    assert_eq!(found, Err(Refused::UnknownPerson));
    let found = who(
        &strict,
        "/ws/chat/1/",
        &[("cookie", r#"sessionid={"id":5,"name":"X"}"#)],
    )
    .await;
    assert_eq!(found, Ok((5, Proof::HostSession)));
}

#[tokio::test]
async fn after_a_sign_out_the_host_is_asked_anew() {
    let stage = beside_host(sign_in::Newcomers::Create).await;
    let cookies = [("cookie", r#"sessionid={"id":5}"#)];
    let proven_at = async || {
        let caller = Caller::of_socket(&stage.shared, &parts("/ws/chat/1/", &cookies)).await;
        caller.unwrap().proven_at
    };
    let first = proven_at().await;
    stage.pass(1);
    assert_eq!(proven_at().await, first, "the answer is kept");
    let now = stage.now();
    let sign_out = move |tx: &mut dyn beseda_core::ports::Tx| rules::sign_out(tx, now, PersonId(5));
    ask::change(&stage.shared.chat, sign_out).await.unwrap();
    stage.pass(1);
    assert_eq!(proven_at().await, stage.now());
}

#[tokio::test]
async fn a_page_of_another_site_uses_no_session_of_the_host() {
    let stage = beside_host(sign_in::Newcomers::Create).await;
    let cross = [("cookie", r#"sessionid={"id":5}"#), ("sec-fetch-site", "cross-site")];
    assert_eq!(who(&stage, "/ws/chat/1/", &cross).await, Err(Refused::CrossSite));
    let connect = |headers: &[(&str, &str)]| stage.shared.connect(&parts("/ws/chat/1/", headers));
    assert_eq!(connect(&cross), Err(Refused::CrossSite));
    // Other cookies prove nothing, and no page is refused for them.
    assert_eq!(connect(&[("cookie", "theme=dark"), cross[1]]), Ok(()));
    for path in ["/logout/", "/logout/?token=any"] {
        assert_eq!(
            check_site(&stage.shared, &parts(path, &cross), false),
            Err(Refused::CrossSite),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_host_that_cannot_say_is_503_and_to_be_asked_again() {
    let stage = beside_host(sign_in::Newcomers::Create).await;
    let answer = stage.ask("GET", "/api/me/", &[("cookie", "sessionid=down")], "").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"));
    assert_eq!(answer.header("www-authenticate"), "");
    let answer = stage.ask("GET", "/api/me/", &[("cookie", "sessionid=out")], "").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("www-authenticate")),
        (401, "Bearer realm=\"api\"")
    );
}
