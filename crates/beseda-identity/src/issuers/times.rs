//! When a token was signed, when it begins and ends, and by how much clocks may be apart.

use super::tests::{NOW, issuers, settings, vouched};
use super::*;
use serde_json::json;

fn with(leeway_seconds: Option<u32>, lifetime_seconds: Option<u32>) -> Issuers {
    issuers(IssuerSettings {
        leeway_seconds,
        lifetime_seconds,
        ..settings("")
    })
}

async fn signed_at(issuers: &Issuers, times: Value) -> Result<Option<i64>, Flaw> {
    let mut claims = json!({"sub": 1});
    for (name, value) in times.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let claimed = vouched(issuers, claims).await?;
    Ok(claimed.proven_at.map(|at| at.seconds() - NOW.seconds()))
}

#[tokio::test]
async fn clocks_may_be_apart_by_the_leeway_and_not_by_a_second_more() {
    let now = NOW.seconds();
    for (leeway, late, early) in [(None, 0, 5), (Some(0), 0, 5), (Some(3), 3, 5), (Some(30), 30, 30)] {
        let issuers = with(leeway, None);
        let ends = |seconds: i64| signed_at(&issuers, json!({"exp": now + seconds}));
        assert_eq!(ends(1 - late).await, Ok(None), "{leeway:?}");
        let expired = ends(-late).await;
        assert!(matches!(expired, Err(Flaw::Expired(_))), "{leeway:?}: {expired:?}");
        for name in ["nbf", "iat"] {
            let begins = |seconds: i64| signed_at(&issuers, json!({name: now + seconds}));
            assert!(begins(early).await.is_ok(), "{leeway:?}, {name}");
            assert_eq!(
                begins(early + 1).await,
                Err(Flaw::Invalid(format!(
                    "its {name} is {} s in the future; its issuer is \"\"",
                    early + 1
                ))),
                "{leeway:?}"
            );
        }
    }
}

#[tokio::test]
async fn when_a_token_was_signed_is_read_and_never_guessed() {
    let now = NOW.seconds();
    let open = with(None, None);
    assert_eq!(signed_at(&open, json!({"iat": now - 90})).await, Ok(Some(-90)));
    assert_eq!(signed_at(&open, json!({"exp": now + 60})).await, Ok(None));
    assert_eq!(signed_at(&open, json!({"exp": now + 86_400 * 365})).await, Ok(None));
    // `nbf` is no moment of signing: some issuers let a token begin later.
    assert_eq!(signed_at(&open, json!({"nbf": now - 90})).await, Ok(None));
    let known = with(None, Some(300));
    assert_eq!(signed_at(&known, json!({"exp": now + 60})).await, Ok(Some(60 - 300)));
    assert_eq!(
        signed_at(&known, json!({"exp": now + 60, "iat": now - 7})).await,
        Ok(Some(-7))
    );
}

#[tokio::test]
async fn a_token_that_lives_longer_than_the_issuers_do_is_refused() {
    let now = NOW.seconds();
    let issuers = with(None, Some(300));
    for (exp, iat) in [(200, Some(-100)), (305, None), (305, Some(5))] {
        let good = json!({"exp": now + exp, "iat": iat.map(|iat| now + iat)});
        let good = without_null(good);
        assert!(signed_at(&issuers, good.clone()).await.is_ok(), "{good}");
        let mut long = good;
        long["exp"] = json!(now + exp + 1);
        let why = signed_at(&issuers, long.clone()).await.unwrap_err().to_string();
        assert!(why.contains("lifetime_seconds = 300"), "{long}: {why}");
    }
}

fn without_null(mut claims: Value) -> Value {
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}
