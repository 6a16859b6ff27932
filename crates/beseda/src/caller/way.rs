//! The way to a server, step by step, so that it can be told which one fails: name, connection, TLS, upgrade.

use super::{PATIENCE, late};
use crate::report::{Said, said};
use reqwest::Url;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// A step of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The name leads to an address.
    Name,
    /// Somebody takes connections there.
    Connect,
    /// They prove who they are.
    Tls,
    /// They let a socket through.
    Upgrade,
}

/// Where the way ends, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The step that fails.
    pub step: Step,
    /// What the machine or the other side says.
    pub why: Said,
    /// What that comes from, as far as it can be told.
    pub cause: Cause,
}

/// Why a step fails, where it can be told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Only the text says it.
    Unknown,
    /// A socket was refused with a status; by Beseda, if it is ours.
    Status {
        /// The status.
        status: u16,
        /// Whether Beseda gave it, and not something before it.
        is_ours: bool,
    },
    /// It is somewhere else.
    Moved(String),
    /// The certificate is not good any more, or not yet.
    Expired,
    /// The certificate is another host's.
    OtherName,
    /// Nobody whom this system trusts has signed the certificate.
    Issuer,
    /// The other side does not speak TLS.
    NotTls,
    /// The other side hangs up, or says nothing.
    HungUp,
}

/// What bytes go over.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Broken {
    pub(super) fn at(step: Step, why: Said) -> Self {
        Self {
            step,
            why,
            cause: Cause::Unknown,
        }
    }

    fn of(step: Step, error: &io::Error) -> Self {
        let is_late = error.kind() == io::ErrorKind::TimedOut;
        let is_gone = matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
        );
        Self {
            step,
            why: if is_late {
                late()
            } else {
                Said::verbatim(error.to_string())
            },
            cause: match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(error) => of_tls(error),
                None if is_late || is_gone => Cause::HungUp,
                None => Cause::Unknown,
            },
        }
    }
}

fn of_tls(error: &rustls::Error) -> Cause {
    use rustls::{CertificateError as Certificate, Error};
    match error {
        Error::InvalidCertificate(
            Certificate::Expired
            | Certificate::ExpiredContext { .. }
            | Certificate::NotValidYet
            | Certificate::NotValidYetContext { .. },
        ) => Cause::Expired,
        Error::InvalidCertificate(Certificate::NotValidForName | Certificate::NotValidForNameContext { .. }) => {
            Cause::OtherName
        }
        Error::InvalidCertificate(_) => Cause::Issuer,
        Error::InvalidMessage(_) => Cause::NotTls,
        _ => Cause::Unknown,
    }
}

fn nowhere(step: Step) -> Broken {
    Broken::at(step, said("the name has no address", "у имени нет адреса"))
}

/// Where the name of an address leads.
///
/// # Errors
/// Nowhere.
pub async fn resolve(url: &Url) -> Result<Vec<SocketAddr>, Broken> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(80);
    let found = patiently(lookup_host((host.as_str(), port))).await;
    let found: Vec<SocketAddr> = found.map_err(|error| Broken::of(Step::Name, &error))?.collect();
    if found.is_empty() {
        return Err(nowhere(Step::Name));
    }
    Ok(found)
}

/// A connection to the first address that takes one.
///
/// # Errors
/// What the last one said.
pub async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Broken> {
    let mut last = nowhere(Step::Connect);
    for address in addresses {
        match patiently(TcpStream::connect(address)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                let Broken { why, cause, .. } = Broken::of(Step::Connect, &error);
                let (en, ru) = (format!("{address}: {}", why.en()), format!("{address}: {}", why.ru()));
                last = Broken {
                    cause,
                    ..Broken::at(Step::Connect, said(en, ru))
                };
            }
        }
    }
    Err(last)
}

/// TLS over a connection, proven by the authorities that this system trusts.
///
/// # Errors
/// Why the other side is not believed.
pub async fn prove(url: &Url, stream: TcpStream) -> Result<Box<dyn Stream>, Broken> {
    if url.scheme() != "https" {
        return Ok(Box::new(stream));
    }
    let broken = |error: &dyn ToString| Broken::at(Step::Tls, Said::verbatim(error.to_string()));
    let config = ClientConfig::builder()
        .with_platform_verifier()
        .map_err(|error| broken(&error))?
        .with_no_client_auth();
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(|error| broken(&error))?;
    let connector = TlsConnector::from(Arc::new(config));
    let proven = patiently(connector.connect(name, stream)).await;
    Ok(Box::new(proven.map_err(|error| Broken::of(Step::Tls, &error))?))
}

/// The whole way.
///
/// # Errors
/// The step that fails, and why.
pub async fn go(url: &Url) -> Result<Box<dyn Stream>, Broken> {
    let addresses = resolve(url).await?;
    let stream = connect(&addresses).await?;
    prove(url, stream).await
}

async fn patiently<T>(what: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let late = || io::Error::from(io::ErrorKind::TimedOut);
    timeout(PATIENCE, what).await.unwrap_or_else(|_| Err(late()))
}
