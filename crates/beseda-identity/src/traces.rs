//! What a log may say of a token, so that its lines are found by it: its `jti`, or a fingerprint.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The longest `jti` that is shown, in characters: a UUID takes 36.
const JTI_CHARS: usize = 64;
/// How many bytes of a digest tell tokens apart in a log.
const FINGERPRINT_BYTES: usize = 4;

#[derive(Deserialize)]
struct Named {
    jti: String,
}

/// What a log calls a token, whether it is good or not. Nobody gets in by it, and nothing else of the token is in it.
#[must_use]
pub fn trace(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap_or_default();
    let decoded = URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .unwrap_or_default();
    match serde_json::from_slice(&decoded) {
        Ok(Named { jti }) if is_plain(&jti) => jti,
        _ => fingerprint(token),
    }
}

/// Who makes up a token says what its `jti` is: only one that could be nothing else is repeated.
fn is_plain(jti: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':');
    (1..=JTI_CHARS).contains(&jti.len()) && jti.bytes().all(plain)
}

fn fingerprint(token: &str) -> String {
    let digest = Sha256::digest(token.as_bytes());
    let bytes = digest.iter().take(FINGERPRINT_BYTES);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("eyJhbGciOiJIUzI1NiJ9.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn a_token_is_called_by_its_jti_or_by_a_fingerprint() {
        assert_eq!(trace(&token(r#"{"jti": "018f3c1e-7a2b-7c3d"}"#)), "018f3c1e-7a2b-7c3d");
        let most = "x".repeat(JTI_CHARS);
        assert_eq!(trace(&token(&format!(r#"{{"jti": "{most}"}}"#))), most);
        for other in [
            token("{}"),
            token(r#"{"jti": ""}"#),
            token(r#"{"jti": 17}"#),
            token(r#"{"jti": "a\nINFO: all is well"}"#),
            token(r#"{"jti": "a.b.c"}"#),
            token(&format!(r#"{{"jti": "{most}x"}}"#)),
            "bst_ticket".to_owned(),
            "fake".to_owned(),
            "..".to_owned(),
        ] {
            let shown = trace(&other);
            assert!(
                shown.len() == 8 && shown.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{shown}"
            );
            assert!(!other.contains(&shown), "{other}");
        }
        assert_eq!(trace("fake"), "b5d54c39", "the beginning of its SHA-256");
    }
}
