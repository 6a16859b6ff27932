//! Who asks for a socket: requests are told in the tests of the calls.

use super::*;
use crate::stage::Stage;
use beseda_core::words::{PersonId, Session};
use beseda_identity::sessions;
use http::Request;

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
