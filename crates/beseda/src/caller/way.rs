//! The way to a server, step by step, so that it can be told which one fails: name, connection, TLS, upgrade.

use super::PATIENCE;
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
    pub why: String,
    /// The status by which a socket was refused.
    pub status: Option<u16>,
}

/// What bytes go over.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Broken {
    pub(super) fn at(step: Step, why: impl ToString) -> Self {
        Self {
            step,
            why: why.to_string(),
            status: None,
        }
    }
}

/// Where the name of an address leads.
///
/// # Errors
/// Nowhere.
pub async fn resolve(url: &Url) -> Result<Vec<SocketAddr>, Broken> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(80);
    let found = patiently(lookup_host((host.as_str(), port))).await;
    let found: Vec<SocketAddr> = found.map_err(|error| Broken::at(Step::Name, error))?.collect();
    if found.is_empty() {
        return Err(Broken::at(Step::Name, "the name has no address"));
    }
    Ok(found)
}

/// A connection to the first address that takes one.
///
/// # Errors
/// What the last one said.
pub async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Broken> {
    let mut last = Broken::at(Step::Connect, "the name has no address");
    for address in addresses {
        match patiently(TcpStream::connect(address)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Broken::at(Step::Connect, format!("{address}: {error}")),
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
    let broken = |error: &dyn ToString| Broken::at(Step::Tls, error.to_string());
    let config = ClientConfig::builder()
        .with_platform_verifier()
        .map_err(|error| broken(&error))?
        .with_no_client_auth();
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(|error| broken(&error))?;
    let connector = TlsConnector::from(Arc::new(config));
    let proven = patiently(connector.connect(name, stream)).await;
    Ok(Box::new(proven.map_err(|error| broken(&error))?))
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
    let late = || {
        io::Error::new(
            io::ErrorKind::TimedOut,
            format!("no answer in {} s", PATIENCE.as_secs()),
        )
    };
    timeout(PATIENCE, what).await.unwrap_or_else(|_| Err(late()))
}
