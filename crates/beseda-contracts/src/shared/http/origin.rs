//! Which sites' pages may call: this server's own, and those that the settings name.

use crate::shared::refused::Refused;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// What a page may send because something here reads it.
const READ_HERE: [&str; 6] = [
    "Accept",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "X-Beseda-Visitor",
    "X-Requested-With",
];

/// The sites whose pages may call.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    allowed: Vec<String>,
    headers: Vec<HeaderName>,
}

impl Origins {
    /// These besides our own, each exactly as browsers send it: `https://shop.example`, or `https://*.shop.example` for each
    /// with one more name before it.
    /// They may send these headers besides those that are read here.
    #[must_use]
    pub fn new(allowed: Vec<String>, headers: Vec<HeaderName>) -> Self {
        Self { allowed, headers }
    }

    /// Says what an allowed site may send.
    pub fn allow_preflight(&self, answer: &mut HeaderMap) {
        let methods = HeaderValue::from_static("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        let names: Vec<_> = READ_HERE
            .into_iter()
            .chain(self.headers.iter().map(HeaderName::as_str))
            .collect();
        if let Ok(names) = HeaderValue::try_from(names.join(", ")) {
            answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }

    /// The foreign site whose page asks and may; `None` where our own page or no page asks. `host` is what whoever asks
    /// asked for.
    ///
    /// # Errors
    /// [`Refused::ForeignOrigin`].
    pub fn check<'a>(&self, headers: &'a HeaderMap, host: Option<&str>) -> Result<Option<&'a HeaderValue>, Refused> {
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(header) = origins.next() else { return Ok(None) };
        let origin = header.to_str().unwrap_or_default();
        if origins.next().is_none() {
            if host.is_some_and(|host| is_own(origin, host)) {
                return Ok(None);
            }
            if self.allowed.iter().any(|allowed| is_allowed(origin, allowed)) {
                return Ok(Some(header));
            }
        }
        Err(Refused::ForeignOrigin(origin.to_owned()))
    }
}

/// The names that this server answers to.
#[derive(Debug, Clone, Default)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// These, without ports, `.shop.example` for it and all names under it; none for any.
    #[must_use]
    pub fn new(allowed: Vec<String>) -> Self {
        Self(allowed)
    }

    /// Whether the host that was asked for is one of them. Otherwise a page could reach this server under a name of its own,
    /// and then its origin would be ours.
    ///
    /// # Errors
    /// [`Refused::ForeignHost`].
    pub fn check(&self, host: Option<&str>) -> Result<(), Refused> {
        if self.0.is_empty() {
            return Ok(());
        }
        let asked = host.unwrap_or_default();
        let port = |(_, port): &(&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
        let name = asked.rsplit_once(':').filter(port).map_or(asked, |(name, _)| name);
        let name = name.to_ascii_lowercase();
        if self.0.iter().any(|allowed| is_under(&name, allowed)) {
            Ok(())
        } else {
            Err(Refused::ForeignHost(asked.to_owned()))
        }
    }
}

/// Whether the name is this one, or one under it where a dot says so.
fn is_under(name: &str, allowed: &str) -> bool {
    match allowed.strip_prefix('.') {
        Some(domain) => name == domain || name.ends_with(allowed),
        None => name == allowed,
    }
}

/// Whether the origin is this one, or one of those with a name in the place of its star.
fn is_allowed(origin: &str, allowed: &str) -> bool {
    let Some((scheme, under)) = allowed.split_once("*.") else {
        return origin == allowed;
    };
    let name = origin.strip_prefix(scheme).and_then(|host| host.split_once('.'));
    let is_label = |label: &str| {
        let mut bytes = label.bytes();
        !label.is_empty()
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    name.is_some_and(|(label, rest)| is_label(label) && rest == under)
}

/// Whether the origin is the host that the request was sent to. The scheme is not looked at: only a proxy knows it.
fn is_own(origin: &str, host: &str) -> bool {
    let (site, port) = match origin.split_once("://") {
        Some(("http", site)) => (site, ":80"),
        Some(("https", site)) => (site, ":443"),
        _ => return false,
    };
    site.eq_ignore_ascii_case(host)
        || host
            .strip_suffix(port)
            .is_some_and(|host| site.eq_ignore_ascii_case(host))
}

/// Whether the request is a browser's question before the real one.
#[must_use]
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Lets the page of an allowed site read the answer, and send its cookies.
pub fn allow(answer: &mut HeaderMap, origin: HeaderValue) {
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    let shown = HeaderValue::from_static(
        "Allow, Link, RateLimit, RateLimit-Policy, Retry-After, X-Changed-After, X-Request-Id, X-Total-Count",
    );
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, shown);
}

/// Whether a page of another site asks, as the browser itself says.
#[must_use]
pub fn is_cross_site(headers: &HeaderMap) -> bool {
    headers
        .get_all("sec-fetch-site")
        .iter()
        .any(|site| site.as_bytes().eq_ignore_ascii_case(b"cross-site"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, origins: &[&str]) -> Result<bool, Refused> {
        let mut headers = HeaderMap::new();
        for origin in origins {
            headers.append(ORIGIN, origin.parse().unwrap());
        }
        let allowed = Origins::new(vec!["https://shop.example".to_owned()], Vec::new());
        allowed.check(&headers, Some(host)).map(|foreign| foreign.is_some())
    }

    #[test]
    fn our_own_pages_and_allowed_ones_may_call() {
        assert_eq!(check("chat.example:8000", &[]), Ok(false));
        assert_eq!(check("chat.example:8000", &["http://chat.example:8000"]), Ok(false));
        assert_eq!(check("chat.example", &["https://CHAT.example"]), Ok(false));
        assert_eq!(check("chat.example:443", &["https://chat.example"]), Ok(false));
        assert_eq!(check("chat.example", &["https://shop.example"]), Ok(true));
    }

    #[test]
    fn every_other_page_is_refused() {
        for origin in [
            "https://evil.example",
            "null",
            "",
            "chat.example",
            "ftp://chat.example",
            "https://chat.example:8443",
            "https://chat.example.evil.example",
            "https://shop.example:444",
            "http://shop.example",
            "https://shop.example/",
            "https://SHOP.example",
        ] {
            assert_eq!(
                check("chat.example", &[origin]),
                Err(Refused::ForeignOrigin(origin.to_owned())),
                "{origin}"
            );
        }
        assert!(check("chat.example", &["https://chat.example", "https://evil.example"]).is_err());
        assert!(check("chat.example:80", &["https://chat.example"]).is_err());
    }

    #[test]
    fn a_wildcard_stands_for_one_name_and_applications_have_origins_too() {
        let allowed = [
            "https://*.shop.example",
            "https://*.a.example:8443",
            "capacitor://localhost",
            "null",
        ];
        let allowed = Origins::new(allowed.map(str::to_owned).to_vec(), Vec::new());
        let check = |origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ORIGIN, origin.parse().unwrap());
            allowed.check(&headers, Some("chat.example")).is_ok()
        };
        for origin in [
            "https://a.shop.example",
            "https://b-2.a.example:8443",
            "capacitor://localhost",
            "null",
        ] {
            assert!(check(origin), "{origin}");
        }
        for origin in [
            "https://shop.example",
            "https://.shop.example",
            "https://a.b.shop.example",
            "https://ashop.example",
            "https://evil.example/.shop.example",
            "https://evil.example#.shop.example",
            "https://a:b@c.shop.example",
            "http://a.shop.example",
            "https://a.shop.example:8443",
            "https://b.a.example",
            "https://a.shop.example.evil.example",
            "capacitor://evil",
            "ionic://localhost",
        ] {
            assert!(!check(origin), "{origin}");
        }
    }

    #[test]
    fn only_the_named_hosts_are_answered_to() {
        let asks = |allowed: &[&str], host: &str| {
            let host = Some(host).filter(|host| !host.is_empty());
            Hosts::new(allowed.iter().map(|&name| name.to_owned()).collect()).check(host)
        };
        assert_eq!(asks(&[], "evil.example"), Ok(()));
        for host in ["shop.example", "a.Shop.example:1", "a.b.shop.example"] {
            assert_eq!(asks(&[".shop.example"], host), Ok(()), "{host}");
        }
        for host in ["ashop.example", "example", "shop.example.evil.example", ""] {
            assert!(asks(&[".shop.example"], host).is_err(), "{host}");
        }
        for host in ["shop.example", "Shop.Example:8000", "[::1]:80", "[::1]"] {
            assert_eq!(asks(&["shop.example", "[::1]"], host), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "shop.example.evil.example",
            "[::2]:80",
            "shop.example:80x",
        ] {
            assert_eq!(
                asks(&["shop.example", "[::1]"], host),
                Err(Refused::ForeignHost(host.to_owned()))
            );
        }
    }
}
