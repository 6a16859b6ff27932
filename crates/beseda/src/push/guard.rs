//! The guard before push services: their addresses come from browsers, and lead nowhere into a private network.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Looks names up, and finds nothing but addresses of the public network. The connection goes to what was found, so a name that
/// leads elsewhere a moment later leads nobody.
pub struct Outside;

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("its name leads into a private network alone".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public network: of this machine, of a private network, of several at once, or set apart for
/// something else is none (RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [one, two, three, _] = address.octets();
    let is_set_apart = match (one, two) {
        (0 | 240..=255, _) => true,
        // Behind the translation of a carrier.
        (100, 64..=127) => true,
        (192, 0) => three == 0,
        // 6to4 relays.
        (192, 88) => three == 99,
        // Benchmarks.
        (198, 18..=19) => true,
        _ => false,
    };
    !(is_set_apart
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let groups = address.segments();
    let [first, second, ..] = groups;
    // One of the older network inside of this one: mapped, translated, or by 6to4.
    let inside = match (first, second) {
        (0, 0) => return false,
        (0x64, 0xff9b) => Some([groups[6], groups[7]]),
        (0x2002, _) => Some([groups[1], groups[2]]),
        _ => None,
    };
    if let Some([high, low]) = inside {
        let [one, two] = high.to_be_bytes();
        let [three, four] = low.to_be_bytes();
        return is_public_v4(Ipv4Addr::new(one, two, three, four));
    }
    // What is given out is 2000::/3; Teredo and documentation are of it.
    let is_given_out = (0x2000..=0x3fff).contains(&first);
    let is_set_apart = first == 0x2001 && (second < 0x200 || second == 0xdb8) || first == 0x3fff;
    is_given_out && !is_set_apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_apart_is_not_public() {
        let public = |text: &str| is_public(text.parse().unwrap());
        for address in [
            "1.1.1.1",
            "142.250.74.10",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "2a00:1450:4001::1",
            "2606:4700::1",
            "64:ff9b::101:101",
        ] {
            assert!(public(address), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!public(address), "{address}");
        }
    }
}
