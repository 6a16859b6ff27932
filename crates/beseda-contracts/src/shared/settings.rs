//! What can be set of the contracts: which pages, hosts and proxies are believed, and what is open.

use beseda_core::settings;
use beseda_core::words::{Raw, Shown, Taken, Truth, Wrong, printable};
use std::net::IpAddr;
use std::path::Path;

settings! {
    /// From where the contracts are reached, and what of them is open.
    pub struct Reach {
        allowed_origins: OriginList = Vec::new(), "list of origins",
            "The sites whose pages may call this server, besides its own: `https://shop.example`, without a path. In the environment, separated by commas.";
        allowed_hosts: HostList = Vec::new(), "list of host names",
            "The names that this server answers to, without ports: `chat.shop.example`. Without it, any: then the proxy in front has to see to that. In the environment, separated by commas.";
        trusted_proxies: AddressList = Vec::new(), "list of IP addresses",
            "The proxies in front whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Without it, limits by address see the proxy's. In the environment, separated by commas.";
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
}

impl Settings {
    /// The defaults, with these of who comes.
    #[must_use]
    pub fn new(identity: beseda_identity::Settings) -> Self {
        Self {
            identity,
            reach: Reach::default(),
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

/// Addresses of machines, without ports.
pub struct AddressList;

impl Taken for AddressList {
    type Kept = Vec<IpAddr>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<IpAddr>, Wrong> {
        raw.texts()?.iter().map(|text| address(text)).collect()
    }

    fn show(kept: &Vec<IpAddr>) -> Shown {
        Shown::List(kept.iter().map(IpAddr::to_string).collect())
    }
}

/// A name that the server answers to.
fn host(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let is_address = bare.is_some_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok());
    let is_name = !text.is_empty()
        && text
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

/// The address of a proxy.
fn address(text: &str) -> Result<IpAddr, Wrong> {
    let wrong = || {
        Wrong::new(
            "holds what is no IP address",
            "Write it like 127.0.0.1 or ::1, without a port.",
        )
    };
    text.trim().parse().map_err(|_| wrong())
}

/// An origin exactly as browsers send it.
///
/// # Errors
/// It is none.
pub fn origin(text: &str) -> Result<String, Wrong> {
    let wrong = |what: &str, todo: &str| Err(Wrong::new(format!("holds `{}`, {what}", printable(text)), todo));
    if text.contains('*') {
        return wrong(
            "and a wildcard would let every site in",
            "Name each site, like https://shop.example.",
        );
    }
    let Some((scheme @ ("https" | "http"), rest)) = text.split_once("://") else {
        return wrong(
            "which is no origin",
            "Begin with https:// or http://, like https://shop.example.",
        );
    };
    let host = rest.strip_suffix('/').unwrap_or(rest).to_lowercase();
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ', '\\']) || !host.is_ascii() {
        let todo =
            "Write the scheme, the host and the port alone, like https://shop.example (punycode for other letters).";
        return wrong("which is more or less than an origin", todo);
    }
    let usual = if scheme == "https" { ":443" } else { ":80" };
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
