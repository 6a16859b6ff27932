//! Where the server listens: a Unix socket beside a port, a socket that was handed over, and what systemd is told.

use crate::harness::{Actor, Server, Town, in_time};
use reqwest::{Client, StatusCode};
use rustix::process::Signal;
use serde_json::json;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Stdio;
use tokio::net::UnixStream;

/// Starts the server again, listening here as well.
async fn serve_also_at(server: &mut Server, path: &Path) {
    let script = format!(r#"exec "$@" --listen 127.0.0.1:0,unix:{}"#, path.display());
    server.serve_by(&script, Stdio::null()).await;
}

fn over_unix(path: &Path) -> Client {
    Client::builder().unix_socket(path).build().expect("a client")
}

async fn log_in(client: &Client, address: &str) -> StatusCode {
    let login = json!({"identifier": "nobody@shop.example", "password": "not the right one"});
    let request = client
        .post("http://chat.shop.example/login/")
        .header("x-forwarded-for", address)
        .json(&login);
    in_time("an answer", request.send()).await.expect("an answer").status()
}

#[tokio::test]
async fn over_a_unix_socket_everything_goes_as_over_a_port_and_its_file_comes_and_goes() {
    let settings = "trusted_proxies = ['unix']\nsocket_mode = '640'\nlimits.logins_per_minute_address = 1\n";
    let mut server = Server::start("unix", settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    server.kill();
    let path = server.data().join("b.sock");
    serve_also_at(&mut server, &path).await;
    assert_eq!(
        std::fs::metadata(&path).expect("it is there").permissions().mode() & 0o777,
        0o640
    );

    // A socket of the web through it, and a call through the port.
    let stream = UnixStream::connect(&path).await.expect("it listens");
    let address = format!("ws://chat.shop.example/ws/chat/{room}/?token={}", party.expert.token);
    let (mut socket, _) = in_time("the upgrade", tokio_tungstenite::client_async(address, stream))
        .await
        .expect("a socket");
    party.client.at(server.address).send(room, "across").await;
    in_time("the message", async {
        use futures_util::StreamExt;
        while !socket
            .next()
            .await
            .expect("it is open")
            .expect("a frame")
            .to_string()
            .contains("across")
        {}
    })
    .await;

    // Who comes by a trusted proxy has the address that it says; who comes by a port has their own.
    let client = over_unix(&path);
    assert_ne!(log_in(&client, "192.0.2.1").await, 429);
    assert_eq!(log_in(&client, "192.0.2.1").await, 429);
    assert_ne!(log_in(&client, "192.0.2.2").await, 429);

    // Killed, it leaves the file; the next one takes it away, and its own in the end.
    server.kill();
    assert!(path.exists());
    serve_also_at(&mut server, &path).await;
    assert_eq!(log_in(&over_unix(&path), "192.0.2.1").await, 401);
    server.ask_to_stop();
    assert!(server.stopped().await.success());
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_that_is_handed_over_outlives_the_server_and_stands_in_place_of_the_settings() {
    let mut server = Server::start("handed-over", "", &Town::parties(1)).await;
    server.kill();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    // A shell does what systemd does; `listen` would be refused, because the port is taken.
    let script = format!(r#"exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@" --listen {address}"#);
    for _ in 0..2 {
        let socket = OwnedFd::from(listener.try_clone().expect("a socket"));
        server.serve_by(&script, Stdio::from(socket)).await;
        assert_eq!(server.address, address);
        let early = tokio::net::TcpStream::connect(address).await.expect("it listens");
        server.ask_to_stop();
        assert!(server.stopped().await.success(), "{}", server.logs());
        drop(early);
        // Nobody serves, and nobody is refused.
        tokio::net::TcpStream::connect(address)
            .await
            .expect("the socket is open still");
    }
}

#[tokio::test]
async fn systemd_is_told_what_the_server_does() {
    let mut server = Server::start("notify", "", &Town::parties(1)).await;
    server.kill();
    let path = server.data().join("notify");
    let heard = UnixDatagram::bind(&path).expect("a socket");
    heard.set_read_timeout(Some(crate::harness::PATIENCE)).expect("a limit");
    let script = format!(
        r#"export NOTIFY_SOCKET={} WATCHDOG_USEC=20000 WATCHDOG_PID=$$; exec "$@" --listen 127.0.0.1:0"#,
        path.display()
    );
    let next = || {
        let mut bytes = [0; 256];
        let length = heard.recv(&mut bytes).expect("it is told in time");
        String::from_utf8_lossy(&bytes[..length]).trim().to_owned()
    };
    let until = |wanted: &str| {
        let mut before = Vec::new();
        loop {
            match next() {
                said if said.starts_with(wanted) => break before,
                said => before.push(said),
            }
        }
    };
    server.serve_by(&script, Stdio::null()).await;
    let mut said = until("READY=1");
    said.extend(until("WATCHDOG=1"));
    said.extend(until("WATCHDOG=1"));
    server.signal(Signal::HUP);
    said.extend(until("RELOADING=1\nMONOTONIC_USEC="));
    said.extend(until("READY=1"));
    server.ask_to_stop();
    said.extend(until("STOPPING=1"));
    assert!(said.iter().all(|word| word == "WATCHDOG=1"), "{said:?}");
    assert!(server.stopped().await.success());
}

#[tokio::test]
async fn health_is_asked_where_the_server_listens() {
    let mut server = Server::start("health", "", &Town::parties(1)).await;
    server.kill();
    let path = server.data().join("b.sock");
    serve_also_at(&mut server, &path).await;
    let asked = async |arguments: &[&str], listen: &str| {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_beseda"))
            .arg("health")
            .args(arguments)
            .env("BESEDA_LISTEN", listen)
            .env("BESEDA_DATA", path.parent().expect("a folder"))
            .env("LC_ALL", "C")
            .output();
        let output = in_time("an answer", output).await.expect("it starts");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (unix, port) = (format!("unix:{}", path.display()), server.address.to_string());
    let url = format!("http://{port}");
    for (arguments, listen) in [(&[][..], &unix), (&[], &port), (&["--url", &url], &unix)] {
        assert_eq!(
            asked(arguments, listen).await,
            (Some(0), "the server is ready\n".to_owned()),
            "{listen}"
        );
    }
    server.ask_to_stop();
    assert!(server.stopped().await.success());
    for (arguments, listen) in [(&[][..], &unix), (&["--json"], &port), (&["--url", &url], &unix)] {
        let (code, said) = asked(arguments, listen).await;
        assert_eq!(code, Some(1), "{listen}: {said}");
        assert!(said.contains("no server answers"), "{said}");
    }
}

#[tokio::test]
async fn who_has_the_port_is_named() {
    let server = Server::start("port-taken", "", &Town::parties(1)).await;
    let beside = server.data().parent().expect("a folder").to_owned();
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_beseda"))
        .args(["serve", "--data", "other", "--listen", &server.address.to_string()])
        .current_dir(&beside)
        .output();
    let output = in_time("an answer", output).await.expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let named = format!("beseda (process {}) is there already", server.process_id());
    assert!(said.contains(&named) && said.contains("--listen"), "{said}");
    let nobody = Actor::new(server.address, 0, "");
    assert_eq!(nobody.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_server_whose_terminal_is_closed_stops() {
    let mut server = Server::start("terminal", "", &Town::parties(1)).await;
    server.kill();
    // `script` gives it a terminal of its own, which goes when that is killed.
    let script = r#"exec script -qfec "exec $* --listen 127.0.0.1:0" /dev/null"#;
    server.serve_by(script, Stdio::null()).await;
    server.kill();
    let gone = server.address;
    in_time("the server stops", async {
        while tokio::net::TcpStream::connect(gone).await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
}
