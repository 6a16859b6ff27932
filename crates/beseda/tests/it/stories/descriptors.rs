//! A process that may open few files: it serves as many as fit, and the rest waits; or it says why it does not start.

use crate::harness::{Server, Town, in_time};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

const FEW: &str = r#"ulimit -n 64; exec "$@" --listen 127.0.0.1:0"#;

#[tokio::test]
async fn with_few_files_the_server_serves_and_whoever_does_not_fit_waits() {
    let mut server = Server::start("few-files", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    server.ask_to_stop();
    server.stopped().await;
    server.serve_by(FEW, Stdio::null()).await;
    server.logged("16 connections are taken at once", 1).await;
    // More than fit: those behind wait in the kernel.
    let request = b"GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n";
    let mut open = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(server.address).await.expect("the kernel takes it");
        stream.write_all(request).await.expect("it is sent");
        open.push(stream);
    }
    for mut stream in open {
        let mut answer = [0; 15];
        stream
            .read_exact(&mut answer)
            .await
            .expect("an answer, once there is room");
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
    }
    // Its database, its log and its files are none the worse.
    let client = party.client.at(server.address);
    client.send(room, "still here").await;
    assert_eq!(client.all_messages(room).await.len(), 1);
    // Whoever asks finds it, with what is to be done.
    let url = format!("http://{}", server.address);
    let doctor = server.attempt(&["doctor", "--lang", "en", "--url", &url]).await;
    let doctor = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(
        doctor.contains("64 open files are 16 connections, and limits.connections is 16384")
            && doctor.contains("LimitNOFILE="),
        "{doctor}"
    );
    let log = server.logged_by_stderr();
    assert!(
        !log.contains("no connection can be accepted") && !log.contains(" ERROR: "),
        "{log}"
    );
}

#[tokio::test]
async fn with_too_few_files_the_server_says_so_in_one_line() {
    let server = Server::start("too-few-files", "", &Town::parties(1)).await;
    let script = r#"ulimit -n 40; exec "$@" serve --listen 127.0.0.1:0"#;
    let output = Command::new("sh")
        .args(["-c", script, "sh", env!("CARGO_BIN_EXE_beseda")])
        .current_dir(server.data())
        .output()
        .await
        .expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.contains("this process may open 40 files, and 64 are needed"),
        "{said}"
    );
}

#[tokio::test]
async fn a_process_that_runs_out_of_files_waits_tells_once_and_goes_on() {
    let server = Server::start("no-files", "", &Town::parties(1)).await;
    let pid = i32::try_from(server.process_id()).ok().and_then(Pid::from_raw);
    let none = Rlimit {
        current: Some(1),
        ..getrlimit(Resource::Nofile)
    };
    let before = prlimit(pid, Resource::Nofile, none).expect("its limit is lowered");
    let mut stream = TcpStream::connect(server.address).await.expect("the kernel takes it");
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
        .await
        .expect("it is sent");
    server.logged("no connection can be accepted", 1).await;
    // Long enough for ten tries.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(
        server
            .logged_by_stderr()
            .matches("no connection can be accepted")
            .count(),
        1
    );
    prlimit(pid, Resource::Nofile, before).expect("its limit is as it was");
    let mut answer = String::new();
    in_time("an answer", stream.read_to_string(&mut answer))
        .await
        .expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    server.logged("connections are accepted again", 1).await;
}
