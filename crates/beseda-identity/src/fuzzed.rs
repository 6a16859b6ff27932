//! What fuzzers have signed as tokens, and an ordinary test what fuzzers begin with.

use crate::claims::{Claims, header};
use crate::{Flaw, IssuerKey, IssuerSettings, Issuers, OwnTokens};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use beseda_core::words::{HostId, Time};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::runtime;

const SECRET: &[u8] = b"fuzzers know this secret of ours";
const ANOTHER: &[u8] = b"and fuzzers know another of ours";
const NOW: Time = Time(1_795_237_200_000_000);
const MOST_BYTES: usize = 8_192;

/// A line that is a token's header, and behind it the claims: signed with the right secret they prove what they say and
/// no more, with another one nothing. The whole is read as a token too, which nobody signed.
pub fn tokens(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        is_fit_for_a_log(header(text));
        is_fit_for_a_log(Claims::unproven(text));
    }
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let (Some(header), Some(claims)) = (parts.next(), parts.next()) else {
        return;
    };
    let (token, forged) = (signed(header, claims, SECRET), signed(header, claims, ANOTHER));
    let own = OwnTokens::new(SECRET, MOST_BYTES);
    assert_eq!(uses(&own, &forged), 0);
    assert!(uses(&own, &token) <= 1, "a token is good for one thing");
    of_a_host(&token, &forged);
}

fn signed(header: &[u8], claims: &[u8], secret: &[u8]) -> String {
    let parts = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let Ok(signer) = Hmac::<Sha256>::new_from_slice(secret) else {
        unreachable!("HMAC takes keys of any length")
    };
    let signature = signer.chain_update(&parts).finalize().into_bytes();
    format!("{parts}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// For how many of the things that we sign tokens for this one is good.
fn uses(own: &OwnTokens, token: &str) -> usize {
    let access = is_fit_for_a_log(own.person(token, NOW));
    if let Some((person, _, ends)) = access {
        assert!(person.0 > 0 && ends > NOW && token.len() <= MOST_BYTES);
    }
    let visitor = is_fit_for_a_log(own.visitor(token, NOW));
    let refresh = is_fit_for_a_log(own.refresh_name(token, NOW));
    [access.is_some(), visitor.is_some(), refresh.is_some()]
        .iter()
        .filter(|good| **good)
        .count()
}

fn of_a_host(token: &str, forged: &str) {
    let settings = IssuerSettings::new("", &["HS256"], IssuerKey::Secret(SECRET.to_vec()));
    let issuers = Issuers::new(vec![settings], None, MOST_BYTES);
    let runtime = runtime::Builder::new_current_thread().enable_time().build();
    let (Ok(issuers), Ok(runtime)) = (issuers, runtime) else {
        unreachable!("both can be made")
    };
    let vouched = |token| is_fit_for_a_log(runtime.block_on(issuers.vouched(token, NOW)));
    assert!(vouched(forged).is_none());
    if let Some(vouched) = vouched(token) {
        assert!(token.len() <= MOST_BYTES && vouched.ends_at.is_some_and(|ends| ends > NOW));
        let claimed = vouched.claimed;
        assert!(claimed.id.own_number().is_none() && !claimed.id.is_reserved());
        assert_eq!(HostId::of(claimed.id.to_string()), Ok(claimed.id));
        for word in [claimed.username, claimed.email, claimed.first_name, claimed.last_name] {
            assert!(!word.is_some_and(|word| word.contains(char::is_control)));
        }
    }
}

/// What was proven. Why something is not stands in our log, where nobody else may write lines.
fn is_fit_for_a_log<T>(proven: Result<T, Flaw>) -> Option<T> {
    proven
        .inspect_err(|flaw| assert!(!flaw.to_string().contains(char::is_control), "{flaw}"))
        .ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_fuzzers_begin_with_proves_what_it_says() {
        beseda_testkit::corpus("tokens", super::tokens);
    }
}
