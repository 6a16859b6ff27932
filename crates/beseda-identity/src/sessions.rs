//! The session cookie: 256 random bits, of which the store keeps only the SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};

/// The cookie's name.
pub const COOKIE_NAME: &str = "session";

/// Whether cookies travel over HTTPS alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecureCookies {
    /// When the request that they answer came over HTTPS.
    #[default]
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

/// A new session's cookie value, from random bytes.
#[must_use]
pub fn new_value(bytes: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the store knows a session by.
#[must_use]
pub fn hash(value: &str) -> [u8; 32] {
    Sha256::digest(value.as_bytes()).into()
}

/// What the store would know the request's session by, if it has one.
#[must_use]
pub fn hash_of(headers: &HeaderMap) -> Option<[u8; 32]> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|list| list.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, value)| *name == COOKIE_NAME && !value.is_empty())?;
    Some(hash(value.trim_matches('"')))
}

/// The `Set-Cookie` header that begins a session, or ends it where there is no value.
#[must_use]
pub fn set_cookie(value: Option<&str>, seconds: i64, secure: bool) -> Option<HeaderValue> {
    let (value, seconds) = value.map_or(("", 0), |value| (value, seconds));
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE_NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(cookie).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cookies: &[&str]) -> Option<[u8; 32]> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, cookie.parse().unwrap());
        }
        hash_of(&headers)
    }

    #[test]
    fn a_session_is_found_among_other_cookies() {
        assert_eq!(of(&["a=b; session=xyz; c=d"]), Some(hash("xyz")));
        assert_eq!(of(&["a=b", "session=\"xyz\""]), Some(hash("xyz")));
        assert_eq!(of(&["mysession=xyz; sessionid=xyz; session="]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_cookie_says_how_it_may_be_used() {
        let value = new_value([0xFF; 32]);
        assert_eq!(value.len(), 43);
        assert_eq!(
            set_cookie(Some(&value), 60, true).unwrap(),
            format!("session={value}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure")
        );
        assert_eq!(
            set_cookie(None, 60, false).unwrap(),
            "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}
