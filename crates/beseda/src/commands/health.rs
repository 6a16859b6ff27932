//! Asks a server whether it is ready, as probes of containers do: by its own listener, so that nothing else is needed there.

use crate::caller::{Call, Caller};
use crate::cli;
use crate::config::{Address, Settings};
use crate::report::{Said, Speech, said};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::io;
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// What is well answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// No answer of a probe is longer, in bytes.
const LONGEST: u64 = 65_536;

/// Asks the server at an address, or the one that these settings start: 0 where it is ready, else 1.
///
/// # Errors
/// The address is none, or standard output cannot be written.
pub async fn run(settings: &Settings, url: Option<&str>, speech: Speech) -> anyhow::Result<ExitCode> {
    let asked = match url {
        Some(url) => {
            let caller = Caller::new(url, speech.lang)?;
            let answer = caller.call(Call::get("/readyz")).await;
            let answer = answer.map(|answer| (answer.status, String::new()));
            answer.map_err(|why| why.text(speech.lang).to_owned())
        }
        None => match tokio::time::timeout(PATIENCE, ask_own(settings)).await {
            Ok(answer) => answer.map_err(|error| format!("{error:#}")),
            Err(_) => Err("no answer in 5 seconds".to_owned()),
        },
    };
    let (is_ready, told) = judged(asked);
    let text = told.text(speech.lang);
    cli::answer(if speech.json {
        format!("{}\n", json!({"ready": is_ready, "said": text}))
    } else {
        format!("{text}\n")
    })?;
    Ok(if is_ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn judged(asked: Result<(u16, String), String>) -> (bool, Said) {
    match asked {
        Ok((200, _)) => (true, said("the server is ready", "сервер готов")),
        Ok((status, body)) => {
            let body: Value = serde_json::from_str(&body).unwrap_or_default();
            let reason = body
                .get("reason")
                .and_then(Value::as_str)
                .map(|reason| format!(": {reason}"))
                .unwrap_or_default();
            let (en, ru) = ("the server is not ready", "сервер не готов");
            (
                false,
                said(format!("{en} ({status}){reason}"), format!("{ru} ({status}){reason}")),
            )
        }
        Err(why) => (
            false,
            said(
                format!("no server answers: {why}"),
                format!("сервер не отвечает: {why}"),
            ),
        ),
    }
}

/// Asks where these settings listen first.
async fn ask_own(settings: &Settings) -> anyhow::Result<(u16, String)> {
    let address = settings.listen.first().context("no address is listened on")?;
    let cannot = || format!("cannot connect to {address}");
    match address {
        Address::Unix(path) => {
            let stream = UnixStream::connect(path).await.with_context(cannot)?;
            Ok(ask(stream).await?)
        }
        Address::Ip(_) | Address::Name(..) => {
            let Some(site) = address.site() else {
                bail!("the system chose the port of {address}: say where the server is with --url");
            };
            let there = site.trim_start_matches("http://");
            let stream = TcpStream::connect(there).await.with_context(cannot)?;
            Ok(ask(stream).await?)
        }
    }
}

/// The status of `/readyz`, and what is said with it.
async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<(u16, String)> {
    let request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "what answers there is no HTTP"))?;
    Ok((status, body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Lang;

    async fn answered(answer: &str) -> (bool, String) {
        let (near, mut far) = tokio::io::duplex(1_024);
        far.write_all(answer.as_bytes()).await.unwrap();
        far.shutdown().await.unwrap();
        let (is_ready, told) = judged(ask(near).await.map_err(|error| error.to_string()));
        (is_ready, told.text(Lang::En).to_owned())
    }

    #[tokio::test]
    async fn ready_is_what_says_so_and_nothing_else() {
        for (answer, is_ready, hint) in [
            (
                "HTTP/1.1 200 OK\r\n\r\n{\"status\": \"ok\"}",
                true,
                "the server is ready",
            ),
            (
                "HTTP/1.1 503 Service Unavailable\r\n\r\n{\"reason\": \"store\"}",
                false,
                "(503): store",
            ),
            ("HTTP/1.1 404 Not Found\r\n\r\n<html>", false, "(404)"),
            ("SSH-2.0-OpenSSH_9.2\r\n", false, "no HTTP"),
            ("", false, "no HTTP"),
        ] {
            let (ready, told) = answered(answer).await;
            assert_eq!(ready, is_ready, "{answer}");
            assert!(told.contains(hint), "{told}");
        }
    }
}
