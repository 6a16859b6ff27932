//! Who really asks, and for what, where a proxy stands in front: only proxies that the settings name are believed.

use super::front::{Front, host, inside, plain_host, plain_prefix};
use crate::shared::settings::Trusted;
use axum::extract::ConnectInfo;
use beseda_live::accept::OverUnix;
use http::HeaderMap;
use http::request::Parts;
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// The proxies in front.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    trusted: Trusted,
    base_path: Arc<str>,
}

/// What proxies write into requests, old and new.
const FORWARDED: [&str; 4] = ["x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded"];

/// A request as this server sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The address that it counts for.
    pub address: IpAddr,
    /// The host that it asked for.
    pub host: Option<String>,
    /// Whether it came over HTTPS.
    pub https: bool,
    /// Who has brought it.
    pub proxy: Proxy,
}

/// Who brings a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Proxy {
    /// Whoever asks.
    None,
    /// A proxy that is believed.
    Trusted,
    /// What writes as a proxy does, and is not believed: `trusted_proxies` does not name it.
    Unknown,
}

impl Proxies {
    /// Believes these and nobody else. `base_path` is what stands before every path where none of them says otherwise; they
    /// may leave it there.
    #[must_use]
    pub fn new(trusted: Trusted, base_path: &str) -> Self {
        Self {
            trusted,
            base_path: base_path.into(),
        }
    }

    /// Takes the base path from a request's address, and says how whoever asks sees this server.
    pub fn enter(&self, parts: &mut Parts) -> Front {
        if let Some(uri) = inside(&parts.uri, &self.base_path) {
            parts.uri = uri;
        }
        let said = |name| self.said(parts, name);
        Front {
            https: said("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")),
            host: said("x-forwarded-host")
                .and_then(plain_host)
                .or_else(|| host(&parts.headers))
                .map(str::to_owned),
            under: said("x-forwarded-prefix")
                .and_then(plain_prefix)
                .map_or_else(|| Arc::clone(&self.base_path), Arc::from),
        }
    }

    /// How a request was seen, for whoever wants to know whether the way here is set up well.
    #[must_use]
    pub fn seen(&self, parts: &Parts) -> Seen {
        let front = parts.extensions.get::<Front>();
        let is_forwarded = FORWARDED.iter().any(|name| parts.headers.contains_key(*name));
        Seen {
            address: self.address(parts),
            host: front.and_then(|front| front.host.clone()),
            https: front.is_some_and(|front| front.https),
            proxy: match (self.trusts_peer(parts), is_forwarded) {
                (true, true) => Proxy::Trusted,
                (false, true) => Proxy::Unknown,
                (_, false) => Proxy::None,
            },
        }
    }

    /// The address that a request counts for in rate limits: of the peer, or what a trusted proxy says of it. Of an
    /// IPv6 address only the first 64 bits count, since one customer has all the others. All who come over a Unix socket
    /// without saying for whom share one.
    #[must_use]
    pub fn address(&self, parts: &Parts) -> IpAddr {
        let peer = peer(parts);
        let client = if self.trusts_peer(parts) {
            self.forwarded_for(&parts.headers).unwrap_or(peer)
        } else {
            peer
        };
        match client {
            IpAddr::V4(_) => client,
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        }
    }

    /// What a trusted proxy says in a header. Of several values it is the last: that one the nearest has written, and those
    /// before it anybody can have.
    fn said<'a>(&self, parts: &'a Parts, name: &str) -> Option<&'a str> {
        let last = parts.headers.get_all(name).iter().next_back()?.to_str().ok()?;
        self.trusts_peer(parts)
            .then(|| last.rsplit(',').next().unwrap_or(last).trim())
    }

    fn trusts_peer(&self, parts: &Parts) -> bool {
        match parts.extensions.get::<OverUnix>() {
            Some(OverUnix) => self.trusted.unix,
            None => self.trusts(peer(parts)),
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.networks.iter().any(|network| network.contains(&address))
    }

    /// The last address of the list that is no trusted proxy: what stands before it, anybody can have written.
    fn forwarded_for(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let lists = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok());
        let addresses: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
        let mut nearest = None;
        for text in addresses.into_iter().rev() {
            let Some(address) = parsed(text) else { break };
            nearest = Some(address);
            if !self.trusts(address) {
                break;
            }
        }
        nearest
    }
}

/// An address with or without a port.
fn parsed(text: &str) -> Option<IpAddr> {
    let address = text
        .parse()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

fn peer(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| {
        peer.ip().to_canonical()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn parts(peer: &str, forwarded: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder();
        for (name, value) in forwarded {
            request = request.header(*name, *value);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts
            .extensions
            .insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        parts
    }

    fn address(proxies: &Proxies, peer: &str, forwarded: &str) -> String {
        proxies
            .address(&parts(peer, &[("x-forwarded-for", forwarded)]))
            .to_string()
    }

    fn believing(networks: &[&str]) -> Proxies {
        let networks = networks.iter().map(|network| network.parse().unwrap());
        let trusted = Trusted {
            networks: networks.collect(),
            unix: false,
        };
        Proxies::new(trusted, "/chat-api")
    }

    #[test]
    fn who_comes_over_a_unix_socket_is_believed_where_that_is_said_and_has_no_address_else() {
        let mut parts = Request::builder()
            .header("x-forwarded-for", "192.0.2.9")
            .body(())
            .unwrap()
            .into_parts()
            .0;
        parts.extensions.insert(OverUnix);
        // Every address of IPv4 is none of theirs.
        assert_eq!(believing(&["0.0.0.0/0"]).address(&parts).to_string(), "0.0.0.0");
        let trusted = Trusted {
            networks: Vec::new(),
            unix: true,
        };
        assert_eq!(
            Proxies::new(trusted.clone(), "").address(&parts).to_string(),
            "192.0.2.9"
        );
        // Who comes by an address is not believed with them.
        let (peer, said) = ("127.0.0.1", "192.0.2.9");
        assert_eq!(address(&Proxies::new(trusted, ""), peer, said), peer);
    }

    #[test]
    fn a_network_is_believed_whole() {
        let proxies = believing(&["10.0.0.0/8", "fd00::/8"]);
        assert_eq!(address(&proxies, "10.255.0.3", "192.0.2.9, 10.1.2.3"), "192.0.2.9");
        assert_eq!(address(&proxies, "::ffff:10.9.9.9", "192.0.2.9"), "192.0.2.9");
        assert_eq!(address(&proxies, "fd00::7", "192.0.2.9"), "192.0.2.9");
        assert_eq!(address(&proxies, "11.0.0.1", "192.0.2.9"), "11.0.0.1");
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let nobody = Proxies::default();
        assert_eq!(address(&nobody, "127.0.0.1", "10.0.0.7"), "127.0.0.1");
        let proxies = believing(&["127.0.0.1/32", "10.0.0.1/32"]);
        assert_eq!(address(&proxies, "192.0.2.1", "10.0.0.7"), "192.0.2.1");
        assert_eq!(
            address(&proxies, "::ffff:127.0.0.1", "1.1.1.1, 192.0.2.9, 10.0.0.1"),
            "192.0.2.9"
        );
        assert_eq!(address(&proxies, "127.0.0.1", "192.0.2.9:4711"), "192.0.2.9");
        assert_eq!(address(&proxies, "127.0.0.1", "nonsense"), "127.0.0.1");
        assert_eq!(
            address(&proxies, "127.0.0.1", "1.1.1.1, nonsense, 10.0.0.1"),
            "10.0.0.1"
        );
        assert_eq!(proxies.address(&parts("127.0.0.1", &[])).to_string(), "127.0.0.1");
    }

    #[test]
    fn an_ipv6_customer_is_one_address() {
        let nobody = Proxies::default();
        assert_eq!(address(&nobody, "2001:db8:1:2:3:4:5:6", ""), "2001:db8:1:2::");
        assert_eq!(address(&nobody, "2001:db8:1:2:ffff::1", ""), "2001:db8:1:2::");
    }

    fn front(peer: &str, headers: &[(&str, &str)]) -> (bool, String, String) {
        let mut parts = parts(peer, headers);
        let front = believing(&["127.0.0.1/32"]).enter(&mut parts);
        (front.https, front.host.unwrap_or_default(), front.under.to_string())
    }

    #[test]
    fn https_is_what_a_trusted_proxy_says() {
        let https = |peer: &str, said: &str| front(peer, &[("x-forwarded-proto", said)]).0;
        assert!(https("127.0.0.1", "https"));
        assert!(!https("127.0.0.1", "http"));
        assert!(!https("127.0.0.1", "https, http"));
        assert!(!https("192.0.2.1", "https"));
        assert!(!front("127.0.0.1", &[]).0);
    }

    #[test]
    fn host_and_prefix_are_what_a_trusted_proxy_says_and_else_what_is_asked_for_and_set() {
        let own = ("host", "inside:8000");
        let host = |peer: &str, said: &str| front(peer, &[own, ("x-forwarded-host", said)]).1;
        assert_eq!(host("127.0.0.1", "shop.example:8443"), "shop.example:8443");
        assert_eq!(host("127.0.0.1", "evil.example, shop.example"), "shop.example");
        for odd in ["", "shop.example,", "shop\"><script>", "shop.example/a", "a b"] {
            assert_eq!(host("127.0.0.1", odd), "inside:8000", "{odd}");
        }
        assert_eq!(host("192.0.2.1", "shop.example"), "inside:8000");
        let twice = [
            own,
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-host", "shop.example"),
        ];
        assert_eq!(front("127.0.0.1", &twice).1, "shop.example");

        let under = |peer: &str, said: &str| front(peer, &[("x-forwarded-prefix", said)]).2;
        assert_eq!(under("127.0.0.1", "/shop/chat/"), "/shop/chat");
        assert_eq!(under("127.0.0.1", "/evil, /shop"), "/shop");
        assert_eq!(under("127.0.0.1", "/"), "", "a proxy that says so stands at the root");
        for odd in ["", "shop", "//evil.example", "/a/../b", "/a\"b", "https://evil.example"] {
            assert_eq!(under("127.0.0.1", odd), "/chat-api", "{odd}");
        }
        assert_eq!(under("192.0.2.1", "/shop"), "/chat-api");
    }

    #[test]
    fn the_base_path_is_taken_from_the_address_or_is_not_there() {
        for (came, left) in [("/chat-api/ws/?a=b", "/ws/?a=b"), ("/ws/?a=b", "/ws/?a=b")] {
            let mut parts = parts("192.0.2.1", &[]);
            parts.uri = came.parse().unwrap();
            assert_eq!(&*believing(&[]).enter(&mut parts).under, "/chat-api");
            assert_eq!(parts.uri, *left);
        }
    }
}
