//! What can be set of the contracts: which pages, hosts and proxies are believed, and what is open.

use super::http::front::plain_prefix;
use beseda_core::settings;
use beseda_core::words::{OwnKinds, Raw, Shown, Taken, Truth, Wrong, printable};
use http::HeaderName;
use ipnet::{IpNet, Ipv4Net};
use std::net::IpAddr;
use std::path::Path;

settings! {
    /// From where the contracts are reached, and what of them is open.
    pub struct Reach {
        allowed_origins: OriginList = Vec::new(), "list of origins",
            "The sites whose pages may call this server, besides its own: `https://shop.example`, without a path; `https://*.shop.example` for each with one more name before it; `capacitor://localhost` and its like for applications; `null` for pages without a site, which any site can make. In the environment, separated by commas.";
        allowed_headers: HeaderList = sent_by_libraries(), "list of header names",
            "What pages of those sites may send besides the headers that this server reads: what their libraries add by themselves. In the environment, separated by commas.";
        allowed_hosts: HostList = Vec::new(), "list of host names",
            "The names that this server answers to, without ports: `chat.shop.example`, or `.shop.example` for it and all names under it. `/healthz` and `/readyz` answer under any. Without it, everything does: then the proxy in front has to see to that. In the environment, separated by commas.";
        trusted_proxies: TrustedList = Trusted::default(), "list of IP addresses, networks and the word `unix`",
            "The proxies in front, each by its address or as a network (`10.0.0.0/8`), or `unix` for whoever comes over a Unix socket, whose `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` are believed: each has to write these or drop what clients send in them. Without it, limits by address see the proxy's. In the environment, separated by commas.";
        base_path: Prefix = String::new(), "path",
            "The path under which the proxy in front shows this server: `/chat-api`. Links, file addresses, cookies and the page carry it, and requests under it are served as those without it, so the proxy may strip it or not. An `X-Forwarded-Prefix` of a trusted proxy stands in its place.";
        frame_ancestors: FrameList = vec![SELF.to_owned()], "list of origins",
            "The sites whose pages may show the page `/chat` and the widget in a frame: `'self'` for this server's own host, `https://shop.example`, `https://*.shop.example`; `'none'` alone for nobody. In the environment, separated by commas.";
        school_admins: Truth = false, "true or false",
            "Whether administrators use the school's calls, as if they taught there.";
        echo_socket: Truth = true, "true or false",
            "Whether `/ws/test/` is open, a socket that greets and echoes without authentication: it proves that proxies let sockets through.";
    }
}

/// What can be set.
#[derive(Clone)]
pub struct Settings {
    /// Who comes, and how they prove it.
    pub identity: beseda_identity::Settings,
    /// From where the contracts are reached.
    pub reach: Reach,
    /// What the application says of kinds of rooms of its own.
    pub own_kinds: OwnKinds,
}

impl Settings {
    /// The defaults, with these of who comes.
    #[must_use]
    pub fn new(identity: beseda_identity::Settings) -> Self {
        Self {
            identity,
            reach: Reach::default(),
            own_kinds: OwnKinds::default(),
        }
    }
}

/// Origins, each exactly as browsers send it.
pub struct OriginList;

impl Taken for OriginList {
    type Kept = Vec<String>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<String>, Wrong> {
        raw.texts()?.iter().map(|text| origin(text)).collect()
    }

    fn show(kept: &Vec<String>) -> Shown {
        Shown::List(kept.clone())
    }
}

/// What may stand before every path of this server.
pub struct Prefix;

/// How the paths of this server begin: under one of these, an address could be meant with and without the prefix.
const OWN_PATHS: [&str; 12] = [
    "admin",
    "api",
    "chat",
    "files",
    "healthz",
    "login",
    "logout",
    "readyz",
    "setup",
    "widget",
    "widget.js",
    "ws",
];

impl Taken for Prefix {
    type Kept = String;

    fn read(raw: &Raw, _: &Path) -> Result<String, Wrong> {
        let wrong = |what: String| Err(Wrong::new(what, "Write it like /chat-api, a path of plain letters."));
        let Some(prefix) = plain_prefix(raw.text()?.trim()) else {
            return wrong("is no plain path".to_owned());
        };
        match prefix.split('/').nth(1) {
            Some(first) if OWN_PATHS.contains(&first) => {
                wrong(format!("begins like addresses of this server's own, with /{first}"))
            }
            _ => Ok(prefix.to_owned()),
        }
    }

    fn show(kept: &String) -> Shown {
        Shown::Text(kept.clone())
    }
}

/// The sites that may show a page in a frame, as a policy names them.
pub struct FrameList;

/// This server's own host, in a policy.
const SELF: &str = "'self'";
/// Nobody, in a policy.
const NOBODY: &str = "'none'";

impl Taken for FrameList {
    type Kept = Vec<String>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<String>, Wrong> {
        let texts = raw.texts()?;
        let sites = texts
            .iter()
            .map(|text| frame_site(text))
            .collect::<Result<Vec<_>, _>>()?;
        if sites.len() > 1 && sites.iter().any(|site| site == NOBODY) {
            let todo = "Name the sites, or 'none' alone.";
            return Err(Wrong::new("holds 'none' beside others", todo));
        }
        Ok(sites)
    }

    fn show(kept: &Vec<String>) -> Shown {
        Shown::List(kept.clone())
    }
}

/// A site of a policy. Only what an origin is made of is taken, so that nothing ends the directive.
fn frame_site(text: &str) -> Result<String, Wrong> {
    match text.trim().trim_matches('\'') {
        "self" => Ok(SELF.to_owned()),
        "none" => Ok(NOBODY.to_owned()),
        "null" => Err(Wrong::new(
            "holds `null`, which a policy cannot name",
            "Name the sites, like https://shop.example.",
        )),
        site => {
            let site = origin(site)?;
            if site.contains([';', ',', '\'']) {
                let what = format!("holds `{}`, which is no origin", printable(&site));
                return Err(Wrong::new(what, "Write it like https://shop.example."));
            }
            Ok(site)
        }
    }
}

/// Names of headers.
pub struct HeaderList;

impl Taken for HeaderList {
    type Kept = Vec<HeaderName>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<HeaderName>, Wrong> {
        raw.texts()?.iter().map(|text| header_name(text)).collect()
    }

    fn show(kept: &Vec<HeaderName>) -> Shown {
        Shown::List(kept.iter().map(HeaderName::to_string).collect())
    }
}

/// What Django's and payment libraries, OpenTelemetry and Sentry add to calls: a preflight that refuses one of them refuses
/// the call.
fn sent_by_libraries() -> Vec<HeaderName> {
    [
        "baggage",
        "idempotency-key",
        "sentry-trace",
        "traceparent",
        "tracestate",
        "x-csrftoken",
    ]
    .map(HeaderName::from_static)
    .to_vec()
}

fn header_name(text: &str) -> Result<HeaderName, Wrong> {
    let wrong = |_| {
        Wrong::new(
            "holds what is no name of a header",
            "Write it like X-CSRFToken, without a colon.",
        )
    };
    HeaderName::try_from(text.trim()).map_err(wrong)
}

/// Names of hosts, without ports.
pub struct HostList;

impl Taken for HostList {
    type Kept = Vec<String>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<String>, Wrong> {
        raw.texts()?.iter().map(|text| host(text)).collect()
    }

    fn show(kept: &Vec<String>) -> Shown {
        Shown::List(kept.clone())
    }
}

/// The proxies that are believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trusted {
    /// Addresses and networks.
    pub networks: Vec<IpNet>,
    /// Whoever comes over a Unix socket, who has no address.
    pub unix: bool,
}

/// Addresses of machines, without ports, networks of them, and the word `unix`.
pub struct TrustedList;

/// Whoever comes over a Unix socket.
const UNIX: &str = "unix";

impl Taken for TrustedList {
    type Kept = Trusted;

    fn read(raw: &Raw, _: &Path) -> Result<Trusted, Wrong> {
        let texts = raw.texts()?;
        let networks = texts.iter().filter(|text| *text != UNIX);
        Ok(Trusted {
            networks: networks.map(|text| network(text)).collect::<Result<_, _>>()?,
            unix: texts.iter().any(|text| text == UNIX),
        })
    }

    fn show(kept: &Trusted) -> Shown {
        let show = |network: &IpNet| {
            if network.prefix_len() == network.max_prefix_len() {
                network.addr().to_string()
            } else {
                network.to_string()
            }
        };
        let unix = kept.unix.then(|| UNIX.to_owned());
        Shown::List(kept.networks.iter().map(show).chain(unix).collect())
    }
}

/// A name that the server answers to.
fn host(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let is_address = bare.is_some_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok());
    let name = text.strip_prefix('.').unwrap_or(text);
    let is_name = !name.is_empty()
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let wrong = || {
        Wrong::new(
            "holds what is no host name",
            "Write it like chat.shop.example, without scheme and port.",
        )
    };
    if is_address || is_name {
        Ok(text.to_lowercase())
    } else {
        Err(wrong())
    }
}

/// The address of a proxy, or a network of them.
fn network(text: &str) -> Result<IpNet, Wrong> {
    let wrong = || {
        Wrong::new(
            "holds what is no IP address",
            "Write it like 127.0.0.1, ::1 or 10.0.0.0/8, without a port; or unix.",
        )
    };
    let text = text.trim();
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map(|network| canonical(network).trunc()).map_err(|_| wrong())
}

/// The same network among those of IPv4, where IPv6 only maps it: peers are compared as what they are.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let bits = mapped.prefix_len().checked_sub(96);
    let four = mapped.addr().to_ipv4_mapped().zip(bits);
    four.and_then(|(four, bits)| Ipv4Net::new(four, bits).ok())
        .map_or(network, IpNet::V4)
}

/// A scheme as RFC 3986 spells one, in small letters as browsers send it.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte))
}

/// An origin exactly as browsers send it, or all origins with one more name before this one.
///
/// # Errors
/// It is none.
pub fn origin(text: &str) -> Result<String, Wrong> {
    let wrong = |what: &str, todo: &str| Err(Wrong::new(format!("holds `{}`, {what}", printable(text)), todo));
    if text == "null" {
        return Ok(text.to_owned());
    }
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
        return wrong(
            "which is no origin",
            "Begin with https:// or http://, like https://shop.example.",
        );
    };
    let host = rest.strip_suffix('/').unwrap_or(rest).to_lowercase();
    let under = host.strip_prefix("*.");
    if under.unwrap_or(&host).contains('*') || under.is_some_and(|under| !under.contains('.')) {
        return wrong(
            "and such a wildcard would let strangers' sites in",
            "Name each site, like https://shop.example, or those of one domain, like https://*.shop.example.",
        );
    }
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ', '\\']) || !host.is_ascii() {
        let todo =
            "Write the scheme, the host and the port alone, like https://shop.example (punycode for other letters).";
        return wrong("which is more or less than an origin", todo);
    }
    let usual = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    let port = host
        .rsplit_once(':')
        .filter(|_| !host.ends_with(']'))
        .map(|(_, port)| port);
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return wrong("whose port is no number", "Write it like https://shop.example:8443.");
    }
    Ok(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Result<String, String> {
        let read = Prefix::read(&Raw::Text(text.to_owned()), Path::new(""));
        read.map_err(|wrong| wrong.what)
    }

    fn frames(sites: &[&str]) -> Result<Vec<String>, String> {
        let raw = Raw::List(sites.iter().map(|&site| Raw::Text(site.to_owned())).collect());
        FrameList::read(&raw, Path::new("")).map_err(|wrong| wrong.what)
    }

    #[test]
    fn a_base_path_is_a_plain_path_where_nothing_of_our_own_lies() {
        for (text, kept) in [
            ("/chat-api", "/chat-api"),
            ("/shop/chat/", "/shop/chat"),
            ("/chats", "/chats"),
            ("/", ""),
        ] {
            assert_eq!(prefix(text), Ok(kept.to_owned()), "{text}");
        }
        for text in [
            "",
            "chat-api",
            "//shop",
            "/a/../b",
            "https://shop.example/chat-api",
            "/a b",
        ] {
            assert!(prefix(text).is_err(), "{text}");
        }
        for text in ["/admin", "/api", "/api/beseda", "/chat", "/widget", "/ws/"] {
            let wrong = prefix(text).unwrap_err();
            assert!(wrong.contains("this server's own"), "{text}: {wrong}");
        }
    }

    #[test]
    fn no_route_begins_otherwise_than_is_kept_from_base_paths() {
        let routes = crate::routes();
        let first = |path: &'static str| path.split('/').nth(1).unwrap_or_default();
        let mut begin: Vec<_> = routes.list().iter().map(|route| first(route.path)).collect();
        // What the binary adds: its probes and its pages.
        begin.extend(["healthz", "readyz", "admin", "chat", "widget", "widget.js"]);
        begin.sort_unstable();
        begin.dedup();
        assert_eq!(begin, OWN_PATHS);
    }

    #[test]
    fn frames_are_shown_by_sites_that_a_policy_can_name() {
        let kept = frames(&["self", "'self'", "https://Shop.example", "https://*.shop.example:8443"]);
        let named = [
            "'self'",
            "'self'",
            "https://shop.example",
            "https://*.shop.example:8443",
        ];
        assert_eq!(kept.unwrap(), named);
        assert_eq!(frames(&["none"]).unwrap(), ["'none'"]);
        for wrong in [
            ["null"].as_slice(),
            &["*"],
            &["shop.example"],
            &["https://a.example;script-src"],
            &["https://a.example, *"],
            &["https://'a'"],
            &["'none'", "https://a.example"],
        ] {
            assert!(frames(wrong).is_err(), "{wrong:?}");
        }
    }
}
