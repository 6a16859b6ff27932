//! Who really asks, where a proxy stands in front: only proxies that the settings name are believed.

use axum::extract::ConnectInfo;
use http::HeaderMap;
use http::request::Parts;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The proxies that are believed.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Believes these and nobody else.
    #[must_use]
    pub fn new(trusted: Vec<IpNet>) -> Self {
        Self(trusted)
    }

    /// The address that a request counts for in rate limits: of the peer, or what a trusted proxy says of it. Of an
    /// IPv6 address only the first 64 bits count, since one customer has all the others.
    #[must_use]
    pub fn address(&self, parts: &Parts) -> IpAddr {
        let peer = peer(parts);
        let client = if self.trusts(peer) {
            self.forwarded_for(&parts.headers).unwrap_or(peer)
        } else {
            peer
        };
        match client {
            IpAddr::V4(_) => client,
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        }
    }

    /// Whether the request came to a trusted proxy over HTTPS.
    #[must_use]
    pub fn came_by_https(&self, parts: &Parts) -> bool {
        let scheme = parts.headers.get_all("x-forwarded-proto").iter().next_back();
        let scheme = scheme
            .and_then(|value| value.to_str().ok())
            .and_then(|list| list.split(',').next_back());
        self.trusts(peer(parts)) && scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
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
        Proxies::new(networks.iter().map(|network| network.parse().unwrap()).collect())
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

    #[test]
    fn https_is_what_a_trusted_proxy_says() {
        let proxies = believing(&["127.0.0.1/32"]);
        assert!(proxies.came_by_https(&parts("127.0.0.1", &[("x-forwarded-proto", "https")])));
        assert!(!proxies.came_by_https(&parts("127.0.0.1", &[("x-forwarded-proto", "http")])));
        assert!(!proxies.came_by_https(&parts("127.0.0.1", &[("x-forwarded-proto", "https, http")])));
        assert!(!proxies.came_by_https(&parts("127.0.0.1", &[])));
        assert!(!proxies.came_by_https(&parts("192.0.2.1", &[("x-forwarded-proto", "https")])));
    }
}
