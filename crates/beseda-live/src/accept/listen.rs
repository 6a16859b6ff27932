//! Listeners as the system gives them: TCP with a long backlog, and sockets of the file system.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, UnixListener, UnixSocket};

/// The kernel keeps so many connections for us until we accept them.
const BACKLOG: u32 = 4_096;

/// A listener on `address` with a long backlog; on `[::]`, for IPv4 as well. Needs a tokio runtime.
///
/// # Errors
/// What the system says, most often that the address is in use.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    listen_beside(address, false)
}

/// The same; `alone`: where it is an address of IPv6, for IPv6 alone, because IPv4 has a listener of its own.
///
/// # Errors
/// As [`listen`].
pub fn listen_beside(address: SocketAddr, alone: bool) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    if address.is_ipv6() {
        // Machines are set up either way (`net.ipv6.bindv6only`).
        SockRef::from(&socket).set_only_v6(alone)?;
    }
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// A listener at a path where there is nothing yet. `prepare` sets its permissions before anybody can connect.
///
/// # Errors
/// What the system says: something is there, or the folder is not; or what `prepare` says.
pub fn listen_at(path: &Path, prepare: impl FnOnce() -> io::Result<()>) -> io::Result<UnixListener> {
    let socket = UnixSocket::new_stream()?;
    socket.bind(path)?;
    prepare()?;
    socket.listen(BACKLOG)
}
