//! Visitors: who wrote to the support desk without an account is known again by a cookie, or by a header where cookies do
//! not travel. Both hold a token that we signed and that opens nothing else.

use crate::cookies;
use http::{HeaderMap, HeaderName, HeaderValue};

/// The cookie's name.
pub const COOKIE_NAME: &str = "beseda_visitor";

/// The header's name.
pub const HEADER: HeaderName = HeaderName::from_static("x-beseda-visitor");

/// How long a visitor is known again: a year.
pub const SECONDS: i64 = 365 * 86_400;

/// The token that a request brings, in the header or in the cookie. Nobody has looked at it yet.
#[must_use]
pub fn token(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(&HEADER).and_then(|value| value.to_str().ok());
    if let Some(token) = header.map(str::trim).filter(|token| !token.is_empty()) {
        return Some(token.to_owned());
    }
    cookies::values(headers, COOKIE_NAME).next().map(str::to_owned)
}

/// The `Set-Cookie` header that lets a visitor be known again who sees this server under a prefix.
#[must_use]
pub fn set_cookie(token: &str, secure: bool, under: &str) -> Option<HeaderValue> {
    let path = if under.is_empty() { "/" } else { under };
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE_NAME}={token}; Path={path}; Max-Age={SECONDS}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(cookie).ok()
}
