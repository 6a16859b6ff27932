//! Where connections come from: sockets that were handed over, or those of the settings; and why one cannot be had.

use crate::config::{Address, Settings};
use crate::system::{HandedOver, InTheWay, SocketFile, System};
use anyhow::{Context, bail};
use beseda_live::accept::{Listener, listen_at, listen_beside};
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::{TcpListener, UnixListener};

/// What the server listens on.
#[derive(Debug, Default)]
pub struct Open {
    /// Where connections come from.
    pub listeners: Vec<Listener>,
    /// Where each of them is.
    pub addresses: Vec<Address>,
    /// Taken away when this is dropped.
    pub files: Vec<SocketFile>,
}

/// Listens wherever the settings say, or where whoever started this process listens already: that stands in place of the
/// settings.
///
/// # Errors
/// Where that cannot be, who is there instead, and what to do.
pub async fn open(settings: &Settings, handed_over: Vec<HandedOver>) -> anyhow::Result<Open> {
    let mut open = Open::default();
    if !handed_over.is_empty() {
        for socket in handed_over {
            open.take(socket)
                .context("a socket that was handed over cannot be used")?;
        }
        return Ok(open);
    }
    for address in &settings.listen {
        match address {
            Address::Ip(ip) => open
                .listen(*ip, &settings.listen)
                .map_err(|error| refused(address, &error))?,
            Address::Name(name, port) => open.listen_by_name(name, *port, settings).await?,
            Address::Unix(path) => open.listen_at(path, settings.socket_mode)?,
        }
    }
    Ok(open)
}

impl Open {
    fn take(&mut self, socket: HandedOver) -> io::Result<()> {
        match socket {
            HandedOver::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                self.keep(TcpListener::from_std(listener)?)
            }
            HandedOver::Unix(listener) => {
                listener.set_nonblocking(true)?;
                let path = listener.local_addr()?.as_pathname().map(Path::to_owned);
                self.addresses.push(Address::Unix(path.unwrap_or_default()));
                self.listeners.push(UnixListener::from_std(listener)?.into());
                Ok(())
            }
        }
    }

    fn keep(&mut self, listener: TcpListener) -> io::Result<()> {
        self.addresses.push(Address::Ip(listener.local_addr()?));
        self.listeners.push(listener.into());
        Ok(())
    }

    fn listen(&mut self, ip: SocketAddr, all: &[Address]) -> io::Result<()> {
        // `[::]` is for IPv4 as well, unless IPv4 has this port for itself.
        let has_own =
            |other: &Address| matches!(other, Address::Ip(other) if other.is_ipv4() && other.port() == ip.port());
        let alone = all.iter().any(has_own);
        self.keep(listen_beside(ip, alone)?)
    }

    /// Listens on every address of a name that this machine has. All have one port, also where the system chooses it.
    async fn listen_by_name(&mut self, name: &str, port: u16, settings: &Settings) -> anyhow::Result<()> {
        let wanted = Address::Name(name.to_owned(), port);
        let found = tokio::net::lookup_host((name, port)).await;
        let mut found: Vec<SocketAddr> = found
            .with_context(|| format!("cannot listen on {wanted}: the name {name} is not known"))?
            .collect();
        found.sort_unstable();
        found.dedup();
        let (mut chosen, mut missing) = (port, None);
        for mut ip in found {
            ip.set_port(chosen);
            match self.listen(ip, &settings.listen) {
                Ok(()) => {
                    if let Some(Address::Ip(here)) = self.addresses.last() {
                        chosen = here.port();
                    }
                }
                Err(error) if is_not_here(&error) => missing = Some(refused(&Address::Ip(ip), &error)),
                Err(error) => return Err(refused(&Address::Ip(ip), &error).into()),
            }
        }
        match missing {
            Some(missing) if self.listeners.is_empty() => Err(missing.into()),
            Some(missing) => {
                tracing::warn!("of the addresses of {name}, one is left out: {missing}");
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn listen_at(&mut self, path: &Path, mode: u32) -> anyhow::Result<()> {
        let address = Address::Unix(path.to_owned());
        match System.make_way(path).map_err(|error| refused(&address, &error))? {
            Ok(()) => {}
            Err(InTheWay::Listener) => {
                bail!(
                    "cannot listen on {address}: another process listens there already; stop it, or choose another path"
                )
            }
            Err(InTheWay::Other) => {
                bail!(
                    "cannot listen on {address}: something that is no socket is there; take it away, or choose another path"
                )
            }
        }
        let mut file = None;
        let listener = listen_at(path, || {
            file = Some(System.own_socket(path, mode)?);
            Ok(())
        });
        self.listeners
            .push(listener.map_err(|error| refused(&address, &error))?.into());
        self.addresses.push(address);
        self.files.extend(file);
        Ok(())
    }
}

/// Whether this machine has no such address, as one without IPv6 has none of `localhost`'s.
fn is_not_here(error: &io::Error) -> bool {
    const NO_SUCH_FAMILY: i32 = 97;
    error.kind() == ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(NO_SUCH_FAMILY)
}

/// Why the server cannot listen somewhere, and what to do.
#[derive(Debug)]
struct Refused {
    address: String,
    why: String,
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot listen on {}: {}", self.address, self.why)
    }
}

fn refused(address: &Address, error: &io::Error) -> Refused {
    let port = match address {
        Address::Ip(ip) => ip.port(),
        Address::Name(_, port) => *port,
        Address::Unix(_) => 0,
    };
    let why = match (error.kind(), address) {
        (ErrorKind::AddrInUse, _) => {
            let who = System.listener_on(port).map_or_else(
                || format!("another process is there already (`ss -ltnp 'sport = :{port}'` tells root which)"),
                |who| format!("{who} is there already"),
            );
            format!("{who}; stop it, or choose another address with --listen")
        }
        (ErrorKind::AddrNotAvailable, _) => {
            format!("this machine has no such address ({error}); `ip address` shows those that it has")
        }
        (ErrorKind::PermissionDenied, Address::Ip(_) | Address::Name(..)) if port < 1024 => {
            format!("{error}: ports below 1024 are root's; choose one above, or let systemd hand the socket over")
        }
        (ErrorKind::NotFound, Address::Unix(path)) => {
            let folder = path.parent().unwrap_or(path).display().to_string();
            format!("there is no folder {folder}; make it, or let systemd do so (`RuntimeDirectory=`)")
        }
        _ => error.to_string(),
    };
    Refused {
        address: address.to_string(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Outside;
    use crate::system::pretend::Scratch;
    use tokio::net::{TcpStream, UnixStream};

    fn listening_on(listen: Vec<Address>) -> Settings {
        Settings {
            listen,
            ..Settings::default()
        }
    }

    fn ip(text: &str) -> Address {
        Address::Ip(text.parse().unwrap())
    }

    fn port(open: &Open) -> u16 {
        match open.addresses.first() {
            Some(Address::Ip(ip)) => ip.port(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_name_is_all_its_addresses_under_one_port() {
        let opened = open(
            &listening_on(vec![Address::Name("localhost".to_owned(), 0)]),
            Vec::new(),
        )
        .await;
        let opened = opened.unwrap();
        let found: Vec<_> = tokio::net::lookup_host(("localhost", port(&opened)))
            .await
            .unwrap()
            .collect();
        for there in found {
            match TcpStream::connect(there).await {
                Ok(_) => assert!(opened.addresses.contains(&Address::Ip(there))),
                Err(error) => assert!(is_not_here(&error), "{there}: {error}"),
            }
        }
    }

    #[tokio::test]
    async fn every_network_is_both_kinds_unless_ipv4_has_a_place_of_its_own() {
        let both = open(&listening_on(vec![ip("[::]:0")]), Vec::new()).await.unwrap();
        TcpStream::connect(("127.0.0.1", port(&both))).await.unwrap();
        TcpStream::connect(("::1", port(&both))).await.unwrap();
        let free = port(&both);
        drop(both);
        let side_by_side = vec![
            Address::Ip(SocketAddr::from(([0, 0, 0, 0], free))),
            Address::Ip(SocketAddr::from(([0; 8], free))),
        ];
        let opened = open(&listening_on(side_by_side), Vec::new()).await.unwrap();
        assert_eq!(opened.listeners.len(), 2);
    }

    #[tokio::test]
    async fn a_socket_of_the_file_system_has_its_mode_and_goes_in_the_end() {
        let folder = Scratch::new();
        System.make_private_folder(&folder.0).unwrap();
        let path = folder.0.join("b.sock");
        let settings = Settings {
            socket_mode: 0o600,
            ..listening_on(vec![Address::Unix(path.clone()), ip("127.0.0.1:0")])
        };
        let opened = open(&settings, Vec::new()).await.unwrap();
        assert_eq!(System.mode(&path), Some(0o600));
        UnixStream::connect(&path).await.unwrap();
        let second = open(&settings, Vec::new()).await.unwrap_err().to_string();
        assert!(second.contains("another process listens there already"), "{second}");
        drop(opened);
        assert_eq!(System.mode(&path), None);
    }

    #[tokio::test]
    async fn what_cannot_be_had_is_told_with_who_has_it_and_what_to_do() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let nowhere = Scratch::new();
        let me = format!("(process {}) is there already", std::process::id());
        for (address, hint) in [
            (Address::Ip(address), me.as_str()),
            (ip("192.0.2.1:0"), "this machine has no such address"),
            (Address::Unix(nowhere.0.join("b.sock")), "there is no folder"),
            (
                Address::Name("nowhere.invalid".to_owned(), 1),
                "the name nowhere.invalid is not known",
            ),
        ] {
            let said = format!(
                "{:#}",
                open(&listening_on(vec![address.clone()]), Vec::new())
                    .await
                    .unwrap_err()
            );
            assert!(
                said.contains(&format!("cannot listen on {address}")) && said.contains(hint),
                "{said}"
            );
        }
    }

    #[tokio::test]
    async fn what_was_handed_over_stands_in_place_of_the_settings() {
        let folder = Scratch::new();
        System.make_private_folder(&folder.0).unwrap();
        let path = folder.0.join("b.sock");
        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let there = Address::Ip(tcp.local_addr().unwrap());
        let unix = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let handed_over = vec![HandedOver::Tcp(tcp), HandedOver::Unix(unix)];
        let opened = open(&Settings::default(), handed_over).await.unwrap();
        assert_eq!(opened.addresses, [there, Address::Unix(path.clone())]);
        drop(opened);
        assert!(path.exists(), "it is whose it was");
    }
}
