//! The session cookie: 256 random bits, of which the store keeps only the SHA-256.

use crate::{cookies, visitors};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};

/// The cookie in which browsers keep the sessions that begin here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCookie {
    name: String,
}

impl Default for SessionCookie {
    /// `beseda_session`: `session` is Flask's, and a host's own session is to live beside ours.
    fn default() -> Self {
        Self {
            name: "beseda_session".to_owned(),
        }
    }
}

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

impl SessionCookie {
    /// The cookie of this name: one token of RFC 6265, which browsers send back as it is.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let is_name = !name.is_empty() && name.bytes().all(is_token) && name != visitors::COOKIE_NAME;
        is_name.then(|| Self { name: name.to_owned() })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the store would know the request's sessions by: each cookie of the name once. Somebody else's, of another path
    /// or of the application, may stand before ours.
    #[must_use]
    pub fn hashes_of(&self, headers: &HeaderMap) -> Vec<[u8; 32]> {
        let mut hashes = Vec::new();
        for hash in cookies::values(headers, &self.name).map(hash) {
            if !hashes.contains(&hash) {
                hashes.push(hash);
            }
        }
        hashes
    }

    /// The `Set-Cookie` header that begins a session, or ends it where there is no value, for whoever sees this server under
    /// a prefix. Browsers take a name that begins with `__Host-` for a whole host alone.
    #[must_use]
    pub fn set(&self, value: Option<&str>, seconds: i64, secure: bool, under: &str) -> Option<HeaderValue> {
        let path = if under.is_empty() || self.name.starts_with("__Host-") {
            "/"
        } else {
            under
        };
        let (name, (value, seconds)) = (&self.name, value.map_or(("", 0), |value| (value, seconds)));
        let secure = if secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(cookie).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::COOKIE;

    fn of(cookies: &[&str]) -> Vec<[u8; 32]> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, cookie.parse().unwrap());
        }
        SessionCookie::default().hashes_of(&headers)
    }

    #[test]
    fn every_session_is_found_among_other_cookies() {
        assert_eq!(of(&["a=b; beseda_session=xyz; c=d"]), [hash("xyz")]);
        assert_eq!(of(&["a=b", "beseda_session=\"xyz\""]), [hash("xyz")]);
        let several = ["beseda_session=old; beseda_session=xyz", "beseda_session=old"];
        assert_eq!(of(&several), [hash("old"), hash("xyz")]);
        assert_eq!(
            of(&["session=xyz; my_beseda_session=xyz; beseda_session="]),
            [[0; 32]; 0]
        );
        assert_eq!(of(&[]), [[0; 32]; 0]);
    }

    #[test]
    fn a_cookie_is_called_by_one_word_that_is_not_the_visitors() {
        let named = |name: &str| SessionCookie::named(name).is_some();
        assert!(named("session") && named("__Host-chat") && named("a"));
        for name in ["", "a b", "a=b", "a;b", "a,b", "сессия", "beseda_visitor", "a\n"] {
            assert!(!named(name), "{name:?}");
        }
    }

    #[test]
    fn a_cookie_says_how_it_may_be_used() {
        let value = new_value([0xFF; 32]);
        assert_eq!(value.len(), 43);
        assert_eq!(
            SessionCookie::default().set(Some(&value), 60, true, "").unwrap(),
            format!("beseda_session={value}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure")
        );
        assert_eq!(
            SessionCookie::named("session")
                .unwrap()
                .set(None, 60, false, "/chat-api")
                .unwrap(),
            "session=; Path=/chat-api; Max-Age=0; HttpOnly; SameSite=Lax"
        );
        let host = SessionCookie::named("__Host-chat")
            .unwrap()
            .set(Some("a"), 60, true, "/chat-api");
        assert_eq!(
            host.unwrap(),
            "__Host-chat=a; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
    }
}
