//! Where the server listens: addresses, names and sockets of the file system.

use beseda_core::words::{Raw, Shown, Taken, Wrong, printable};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// What a socket of the file system begins with.
const UNIX: &str = "unix:";

/// The kernel takes no longer path for a socket, in bytes.
const UNIX_PATH_BYTES: usize = 107;

/// One place where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// Every address that a name has here, and a port.
    Name(String, u16),
    /// A socket of the file system.
    Unix(PathBuf),
}

impl Address {
    /// Where a browser on this machine finds what listens there; `None` where it cannot, or where the system is to choose
    /// the port.
    pub fn site(&self) -> Option<String> {
        let mut there = match self {
            Self::Ip(there) if there.port() != 0 => *there,
            Self::Name(name, port @ 1..) => return Some(format!("http://{name}:{port}")),
            Self::Ip(_) | Self::Name(..) | Self::Unix(_) => return None,
        };
        match there {
            SocketAddr::V4(v4) if v4.ip().is_unspecified() => there.set_ip(Ipv4Addr::LOCALHOST.into()),
            SocketAddr::V6(v6) if v6.ip().is_unspecified() => there.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        Some(format!("http://{there}"))
    }
}

/// Where a browser on this machine finds a server that listens on all of these.
pub fn site(all: &[Address]) -> Option<String> {
    all.iter().find_map(Address::site)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Name(name, port) => write!(f, "{name}:{port}"),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

/// One address to listen on, or several.
pub struct Listen;

impl Taken for Listen {
    type Kept = Vec<Address>;

    fn read(raw: &Raw, base: &Path) -> Result<Vec<Address>, Wrong> {
        let texts = match raw {
            Raw::List(_) | Raw::Untyped(_) => raw.texts()?,
            one => vec![one.text()?.to_owned()],
        };
        if texts.is_empty() {
            return Err(Wrong::new("is empty", "Give it a value, or leave it out."));
        }
        let mut addresses = Vec::new();
        for text in &texts {
            let address = address(text, base)?;
            if addresses.contains(&address) {
                return Err(Wrong::new(
                    format!("names {address} twice"),
                    "Leave out one of the two.",
                ));
            }
            addresses.push(address);
        }
        Ok(addresses)
    }

    fn show(kept: &Vec<Address>) -> Shown {
        match kept.as_slice() {
            [only] => Shown::Text(only.to_string()),
            several => Shown::List(several.iter().map(ToString::to_string).collect()),
        }
    }
}

fn address(text: &str, base: &Path) -> Result<Address, Wrong> {
    if let Some(path) = text.strip_prefix(UNIX) {
        return unix(path, base);
    }
    if let Ok(address) = text.parse() {
        return Ok(Address::Ip(address));
    }
    let name = text.rsplit_once(':').filter(|(name, _)| is_name(name));
    let port = name.and_then(|(name, port)| Some((name, port.parse().ok()?)));
    let Some((name, port)) = port else {
        let what = format!("must be an address and a port, not `{}`", printable(text));
        let todo = "Write 127.0.0.1:8000 or localhost:8000 for this machine alone, 0.0.0.0:8000 for every network of \
                    IPv4, [::]:8000 for every network, or unix:/run/beseda/beseda.sock.";
        return Err(Wrong::new(what, todo));
    };
    Ok(Address::Name(name.to_owned(), port))
}

fn unix(path: &str, base: &Path) -> Result<Address, Wrong> {
    let wrong = |what: &str| Err(Wrong::new(what, "Write it like unix:/run/beseda/beseda.sock."));
    if path.is_empty() || path.ends_with('/') {
        return wrong("names no file behind `unix:`");
    }
    let path = base.join(path);
    if path.as_os_str().len() > UNIX_PATH_BYTES {
        return wrong("names a path of more than 107 bytes, which no socket can have");
    }
    Ok(Address::Unix(path))
}

/// Whether this can be the name of a machine. What is made of digits alone is a mistyped address.
fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    text.bytes().all(is_letter) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Permission bits, as `chmod` takes them.
pub struct Mode;

impl Taken for Mode {
    type Kept = u32;

    fn read(raw: &Raw, _: &Path) -> Result<u32, Wrong> {
        let text = raw.text()?;
        let mode = u32::from_str_radix(text, 8).ok();
        let mode = mode.filter(|mode| text.bytes().all(|byte| byte.is_ascii_digit()) && *mode <= 0o777);
        mode.ok_or_else(|| {
            let what = format!("must be permission bits, not `{}`", printable(text));
            Wrong::new(what, "Write them as `chmod` takes them, like \"660\".")
        })
    }

    fn show(kept: &u32) -> Shown {
        Shown::Text(format!("{kept:03o}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let read = Listen::read(&Raw::Untyped(text.to_owned()), Path::new("/etc"));
        let read = read.map(|all| all.iter().map(ToString::to_string).collect());
        read.map_err(|wrong| wrong.what)
    }

    #[test]
    fn the_server_listens_on_addresses_names_and_sockets_of_files() {
        for text in [
            "127.0.0.1:8000",
            "[::]:8000",
            "localhost:0",
            "chat-1.shop.example:80",
            "unix:/run/beseda/beseda.sock",
        ] {
            assert_eq!(read(text).unwrap(), [text]);
        }
        assert_eq!(
            read("127.0.0.1:8000, unix:b.sock").unwrap(),
            ["127.0.0.1:8000", "unix:/etc/b.sock"]
        );
        let long = format!("unix:/{}", "a".repeat(UNIX_PATH_BYTES - 1));
        assert!(read(&long).is_ok());
        for (text, hint) in [
            ("", "is empty"),
            ("nowhere", "an address and a port, not `nowhere`"),
            ("127.0.0.256:80", "an address and a port"),
            ("localhost:65536", "an address and a port"),
            (":8000", "an address and a port"),
            ("unix:", "names no file"),
            ("unix:/run/", "names no file"),
            ("127.0.0.1:1,127.0.0.1:1", "twice"),
            (&format!("{long}a"), "107 bytes"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(hint), "{text}: {said}");
        }
    }

    #[test]
    fn permission_bits_are_those_of_chmod() {
        let mode = |text: &str| Mode::read(&Raw::Text(text.to_owned()), Path::new(""));
        assert_eq!(mode("660").unwrap(), 0o660);
        assert_eq!(mode("0777").unwrap(), 0o777);
        for wrong in ["1777", "8", "+66", "u+rw", "", "-1"] {
            assert!(mode(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Mode::show(&0o60), Shown::Text("060".to_owned()));
    }

    #[test]
    fn a_link_leads_to_where_a_browser_gets() {
        for (listen, found) in [
            ("0.0.0.0:8000", "http://127.0.0.1:8000"),
            ("[::]:8000", "http://[::1]:8000"),
            ("192.0.2.7:80", "http://192.0.2.7:80"),
            ("localhost:8000", "http://localhost:8000"),
            ("127.0.0.1:0", ""),
            ("localhost:0", ""),
            ("unix:/run/beseda.sock", ""),
        ] {
            let found = Some(found.to_owned()).filter(|found| !found.is_empty());
            assert_eq!(address(listen, Path::new("")).unwrap().site(), found);
        }
        let both = ["unix:/run/beseda.sock", "127.0.0.1:8000"].map(|text| address(text, Path::new("")).unwrap());
        assert_eq!(site(&both), Some("http://127.0.0.1:8000".to_owned()));
    }
}
