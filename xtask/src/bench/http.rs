//! As much HTTP as asking one server one thing after the other needs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

/// One kept connection.
pub struct Web {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Web {
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self {
            stream: BufReader::with_capacity(65_536, stream),
            address,
        })
    }

    /// The body of a 2xx answer.
    pub fn get(&mut self, path: &str, token: Option<&str>) -> Result<Vec<u8>> {
        self.ask("GET", path, token, "")
    }

    /// The body of a 2xx answer to a JSON body.
    pub fn post(&mut self, path: &str, token: Option<&str>, body: &str) -> Result<Vec<u8>> {
        self.ask("POST", path, token, body)
    }

    fn ask(&mut self, method: &str, path: &str, token: Option<&str>, body: &str) -> Result<Vec<u8>> {
        let bearer = token
            .map(|token| format!("authorization: Bearer {token}\r\n"))
            .unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{bearer}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut head = String::new();
        self.stream.read_line(&mut head)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            ensure!(
                self.stream.read_line(&mut line)? > 0,
                "the server closed in the middle of an answer"
            );
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().context("content-length")?;
            }
            ensure!(
                !line.starts_with("transfer-encoding"),
                "an answer in chunks is not understood here"
            );
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        ensure!(
            head.starts_with("HTTP/1.1 2"),
            "{method} {path}: {} {}",
            head.trim(),
            String::from_utf8_lossy(&answer)
        );
        Ok(answer)
    }
}
