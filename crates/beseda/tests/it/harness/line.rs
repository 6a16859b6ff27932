//! A line to somewhere that can be cut and mended: what is at its end is away, as after a cable or a host that fell.

use std::net::SocketAddr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A line; whoever connects to its address is at its other end.
pub struct Line {
    /// Where it begins.
    pub address: SocketAddr,
    cut: watch::Sender<bool>,
}

impl Line {
    /// A line to `HOST:PORT`.
    pub async fn to(end: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its own address");
        let (cut, seen) = watch::channel(false);
        let end = end.to_owned();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, end.clone(), seen.clone()));
            }
        });
        Self { address, cut }
    }

    /// Cuts it, and with it everything that it carries.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// Mends it for who connects from now on.
    pub fn mend(&self) {
        self.cut.send_replace(false);
    }
}

async fn carry(mut near: TcpStream, end: String, mut cut: watch::Receiver<bool>) {
    if *cut.borrow() {
        return;
    }
    let Ok(mut far) = TcpStream::connect(&end).await else {
        return;
    };
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = cut.wait_for(|cut| *cut) => {}
    }
}
