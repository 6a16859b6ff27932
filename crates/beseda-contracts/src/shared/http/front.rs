//! This server as whoever asks sees it: the host and the prefix in front of it, and the path that is left behind them.

use http::header::HOST;
use http::uri::PathAndQuery;
use http::{HeaderMap, Uri};
use std::sync::Arc;

/// How whoever asks sees this server, past the proxies that are believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Front {
    /// Whether they came over HTTPS.
    pub https: bool,
    /// The host that they asked for, with its port; `None` where none was named that can stand in an address.
    pub host: Option<String>,
    /// What stands before every path: nothing, or a path like `/chat-api`.
    pub under: Arc<str>,
}

/// The host that the request itself names, if nothing in it could break out of an address.
#[must_use]
pub fn host(headers: &HeaderMap) -> Option<&str> {
    plain_host(headers.get(HOST)?.to_str().ok()?)
}

/// A host with or without a port, if nothing in it could break out of an address.
#[must_use]
pub fn plain_host(host: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_plain)).then_some(host)
}

/// A path that can stand before others, without the slash at its end: `/chat-api`, or nothing for `/`. Only letters, digits,
/// `-`, `.`, `_` and `~` stand between its slashes, and there are no `..` in it.
#[must_use]
pub fn plain_prefix(path: &str) -> Option<&str> {
    let bare = path.strip_suffix('/').unwrap_or(path);
    let is_plain = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_unreserved);
    match bare.strip_prefix('/') {
        Some(segments) => segments.split('/').all(is_plain).then_some(bare),
        None => path.strip_prefix('/').filter(|rest| rest.is_empty()),
    }
}

/// The address as routes know it, where that is another: letters that came in percents are those letters (RFC 3986, 6.2.2),
/// and what lies under `base` lies at the root. Everything else stays as it came, an encoded slash too.
#[must_use]
pub fn inside(uri: &Uri, base: &str) -> Option<Uri> {
    let path = uri.path();
    let plain = path.contains('%').then(|| unescaped(path));
    let plain = plain.as_deref().unwrap_or(path);
    let bare = match plain.strip_prefix(base) {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => plain,
    };
    if bare == path {
        return None;
    }
    let whole = uri
        .query()
        .map_or_else(|| bare.to_owned(), |query| format!("{bare}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
    Uri::from_parts(parts).ok()
}

/// Characters that mean the same in percents and bare (RFC 3986, 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// The path with those of its characters bare that came in percents and need none. What comes out is not read again: `%2563`
/// stays what it is.
fn unescaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('%') {
        out.push_str(before);
        let digits = behind
            .get(..2)
            .filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|byte| is_unreserved(*byte)) {
            Some(byte) => {
                out.push(char::from(byte));
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                out.push('%');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(base: &str, uri: &str) -> String {
        let uri: Uri = uri.parse().unwrap();
        inside(&uri, base).unwrap_or(uri).to_string()
    }

    #[test]
    fn letters_in_percents_are_those_letters_and_are_read_once() {
        for (came, seen_as) in [
            ("/api/%63hat/rooms/", "/api/chat/rooms/"),
            ("/%61%70%69/chat/?a=%63&b=/", "/api/chat/?a=%63&b=/"),
            ("/a%2Fb/%2f", "/a%2Fb/%2f"),
            ("/%2563hat/", "/%2563hat/"),
            ("/%25%36%33/", "/%2563/"),
            ("/%7E%2d%5F%2E/", "/~-_./"),
            ("/%zz%6/%", "/%zz%6/%"),
            ("/%D0%B6/", "/%D0%B6/"),
            ("/api/chat/", "/api/chat/"),
        ] {
            assert_eq!(seen("", came), seen_as, "{came}");
        }
    }

    #[test]
    fn what_lies_under_the_base_lies_at_the_root_and_the_rest_where_it_is() {
        for (came, seen_as) in [
            ("/chat-api/api/chat/?page=2", "/api/chat/?page=2"),
            ("/chat-api/", "/"),
            ("/chat-api", "/"),
            ("/chat-api?a=b", "/?a=b"),
            ("/ch%61t-api/healthz", "/healthz"),
            ("/api/chat/", "/api/chat/"),
            ("/chat-apis/api/", "/chat-apis/api/"),
            ("/chat-api%2Fapi/", "/chat-api%2Fapi/"),
            ("/chat-api/chat-api/a", "/chat-api/a"),
            ("/chat-api//a", "//a"),
        ] {
            assert_eq!(seen("/chat-api", came), seen_as, "{came}");
        }
    }

    #[test]
    fn a_prefix_is_a_plain_path_or_none() {
        for (path, prefix) in [
            ("/chat-api", "/chat-api"),
            ("/chat-api/", "/chat-api"),
            ("/a/b.c/~d_e", "/a/b.c/~d_e"),
            ("/", ""),
        ] {
            assert_eq!(plain_prefix(path), Some(prefix), "{path}");
        }
        for path in [
            "",
            "chat",
            "//",
            "//evil.example",
            "/a//b",
            "/a//",
            "/..",
            "/a/../b",
            "/./a",
            "/a?b",
            "/a#b",
            "/a b",
            "/%61",
            "/a\\b",
            "/\"",
            "/a;b",
            "https://evil.example",
            "/ж",
        ] {
            assert_eq!(plain_prefix(path), None, "{path}");
        }
    }
}
