//! What is broken is found from outside, and named with its remedy.
#![expect(clippy::disallowed_methods, reason = "a test breaks what a doctor is to find")]

use super::documented::blocks;
use crate::harness::nginx::{Nginx, page};
use crate::harness::{Server, Town, in_time};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::{Value, json};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

fn town() -> Town {
    let person = |id: i64, role: &str| json!({"id": id, "username": format!("p{id}"), "role": role});
    Town::default()
        .person(person(1, "customer"))
        .person(person(2, "therapist"))
        .person(person(3, "client"))
}

/// What a command says as JSON, and how it ended.
async fn told(server: &Server, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = server.attempt(&[arguments, &["--json"]].concat()).await;
    let said = serde_json::from_slice(&output.stdout);
    let said = said.unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), said)
}

fn checks(said: &Value) -> &[Value] {
    said["checks"].as_array().expect("checks")
}

/// The checks that failed, by their words.
fn failed(said: &Value) -> Vec<&str> {
    let failed = checks(said).iter().filter(|check| check["outcome"] == "failed");
    failed.filter_map(|check| check["check"].as_str()).collect()
}

/// The doctor finds this, and says a remedy that has these words; the command ends with 1.
async fn finds(server: &Server, arguments: &[&str], id: &str, words: &str) {
    let (status, said) = told(server, arguments).await;
    assert_eq!(status, Some(1), "{said:#}");
    let check = checks(&said).iter().find(|check| check["check"] == id);
    let check = check.unwrap_or_else(|| panic!("{id} is not looked at: {said:#}"));
    assert_eq!(check["outcome"], "failed", "{said:#}");
    let remedy = check["remedy"].as_str().expect("a remedy");
    assert!(remedy.contains(words), "{words:?} is not in: {remedy}");
}

fn url(server: &Server) -> String {
    format!("http://{}", server.address)
}

/// How many rows there are of what a doctor makes.
fn rows(server: &Server) -> String {
    let shown = "rooms WHERE removed_at IS NULL";
    let spoken = "messages JOIN rooms ON rooms.id = messages.room_id WHERE rooms.removed_at IS NULL";
    let kept = "attachments";
    [shown, spoken, "orders", kept, "people"]
        .map(|table| server.by_hand(&format!("SELECT count(*) FROM {table}")))
        .join(" ")
}

#[tokio::test]
async fn a_server_that_is_well_passes_and_keeps_nothing_of_the_doctor() {
    let server = Server::start("doctor-well", "", &town()).await;
    let url = url(&server);
    let (status, said) = told(&server, &["doctor", "--url", &url]).await;
    assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");
    let skipped = checks(&said).iter().filter(|check| check["outcome"] == "skipped");
    assert_eq!(skipped.map(|check| check["check"].clone()).collect::<Vec<_>>(), ["tls"]);
    let left = rows(&server);
    assert!(left.starts_with("0 0 0 0 "), "{left}");
    // Its people are the same ones the next time.
    let (status, said) = told(&server, &["doctor", "--url", &url]).await;
    assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");
    assert_eq!(rows(&server), left);
    let shut_out = server.by_hand("SELECT count(*) FROM people WHERE first_name = 'Beseda' AND NOT active = 0");
    assert_eq!(shut_out, "0", "nobody of them can come in");
}

#[tokio::test]
async fn the_support_desks_report_has_six_points() {
    let server = Server::start("doctor-desk", "", &town()).await;
    let arguments = ["doctor", "--url", &url(&server), "--contract", "support_desk"];
    let (status, said) = told(&server, &arguments).await;
    assert_eq!(status, Some(0), "{said:#}");
    let names: Vec<&str> = checks(&said)
        .iter()
        .filter_map(|check| check["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "database integrity",
            "server health",
            "administrator",
            "public calls",
            "staff calls",
            "sockets, support desk"
        ]
    );
    let output = server.attempt(&["doctor", "--contract", "nonsense"]).await;
    assert_eq!(output.status.code(), Some(1));
}

/// The block of the front page, with something changed.
async fn behind(server: &Server, story: &str, changed: impl Fn(String) -> String) -> Nginx {
    let printed = blocks(&page("README.md"), "nginx");
    Nginx::start(story, &changed(printed[0].clone()), server).await
}

fn without(words: &'static str) -> impl Fn(String) -> String {
    move |block| {
        assert!(block.contains(words), "{words} stands in the block");
        block
            .lines()
            .filter(|line| !line.contains(words))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

#[tokio::test]
async fn a_proxy_that_is_set_up_wrong_is_found_by_its_fault() {
    let server = Server::start("doctor-proxy", "trusted_proxies = ['127.0.0.1']\n", &town()).await;
    let through = |nginx: &Nginx| format!("http://{}", nginx.address);
    let nginx = behind(&server, "doctor-proxy-well", |block| block).await;
    let (status, said) = told(&server, &["doctor", "--url", &through(&nginx)]).await;
    assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");

    let nginx = behind(&server, "doctor-proxy-upgrade", without("proxy_set_header Upgrade")).await;
    let url = through(&nginx);
    finds(
        &server,
        &["doctor", "--url", &url],
        "upgrade",
        "proxy_set_header Upgrade",
    )
    .await;
    let [token] = <[String; 1]>::try_from(server.tokens(&[1]).await).expect("a token");
    let probe = ["probe", "ws", "--url", &url, "--token", &token, "--pair", "1:2"];
    finds(&server, &probe, "upgrade", "proxy_set_header Upgrade").await;
    let (_, said) = told(&server, &probe).await;
    assert_eq!(failed(&said), ["upgrade"], "what comes after it is not looked at");

    let nginx = behind(&server, "doctor-proxy-host", |block| {
        block.replace("$http_host", "$host")
    })
    .await;
    finds(
        &server,
        &["doctor", "--url", &through(&nginx)],
        "address",
        "Host $http_host",
    )
    .await;
    let nginx = behind(&server, "doctor-proxy-size", |block| block.replace("30m", "1k")).await;
    finds(
        &server,
        &["doctor", "--url", &through(&nginx)],
        "file",
        "client_max_body_size",
    )
    .await;

    let server = Server::start("doctor-proxy-unknown", "", &town()).await;
    let nginx = behind(&server, "doctor-proxy-untrusted", |block| block).await;
    let doctor = ["doctor", "--url", &through(&nginx)];
    finds(&server, &doctor, "address", "trusted_proxies = [\"127.0.0.1\"]").await;
}

#[tokio::test]
async fn what_a_server_stands_on_is_looked_at() {
    let server = Server::start("doctor-house", "", &town()).await;
    let url = url(&server);
    let doctor = ["doctor", "--url", &url];
    for (id, folder) in [("uploads", "uploads"), ("log", "logs")] {
        let (path, aside) = (server.data().join(folder), server.data().join("aside"));
        fs::write(&aside, "no folder").expect("a file");
        // Both at once: a server that goes on would make a folder again.
        let exchange = || renameat_with(CWD, &path, CWD, &aside, RenameFlags::EXCHANGE).expect("they change places");
        exchange();
        finds(&server, &doctor, id, "chown").await;
        exchange();
        fs::remove_file(&aside).expect("it is gone");
    }
    let pid = Pid::from_raw(i32::try_from(server.process_id()).expect("a number of a process"));
    let few = |most| {
        let limit = Rlimit {
            current: Some(most),
            ..getrlimit(Resource::Nofile)
        };
        prlimit(pid, Resource::Nofile, limit).expect("the limit is set")
    };
    let before = few(10);
    finds(&server, &doctor, "descriptors", "LimitNOFILE").await;
    few(before.current.unwrap_or(1_024));

    let database = server.data().join("beseda.db");
    if database.exists() {
        fs::set_permissions(&database, Permissions::from_mode(0o644)).expect("it is opened to others");
        finds(&server, &doctor, "secret", "chmod 600").await;
        fs::set_permissions(&database, Permissions::from_mode(0o600)).expect("it is closed again");
    }
    let secret = server.data().join("secret");
    let kept = fs::read(&secret).expect("the server has made one");
    fs::write(&secret, "a".repeat(64)).expect("another one");
    let refused = String::from_utf8(server.attempt(&doctor).await.stderr).expect("text");
    assert!(
        refused.contains("can be guessed") && refused.contains("openssl rand -hex 32"),
        "{refused}"
    );
    fs::write(&secret, "0123456789abcdefghijklmnopqrstuvwxyz").expect("another one");
    finds(&server, &doctor, "order_rooms", "the secret changed").await;
    fs::write(&secret, kept).expect("its own");

    server.forget_a_migration();
    finds(&server, &doctor, "migrations", "beseda migrate").await;
}

#[tokio::test]
async fn a_database_with_a_flipped_page_is_no_whole_one() {
    let mut server = Server::start("doctor-flipped", "", &town()).await;
    if server.ground().is_some() {
        // PostgreSQL looks after its own pages.
        return;
    }
    server.kill();
    server.by_hand("PRAGMA wal_checkpoint(TRUNCATE)");
    let path = server.data().join("beseda.db");
    let mut bytes = fs::read(&path).expect("the database");
    // The second page is the root of a table.
    bytes[4_096..4_608].fill(0xff);
    fs::write(&path, bytes).expect("a flipped page");
    finds(
        &server,
        &["doctor", "--url", &url(&server)],
        "database",
        "beseda restore",
    )
    .await;
}

#[tokio::test]
async fn who_is_not_there_and_whose_token_is_none_are_named() {
    let mut server = Server::start("doctor-token", "", &town()).await;
    let url = url(&server);
    let [customer] = <[String; 1]>::try_from(server.tokens(&[1]).await).expect("a token");
    let run = async |token: &str, pair: &str| {
        told(
            &server,
            &["probe", "ws", "--url", &url, "--token", token, "--pair", pair],
        )
        .await
    };
    let (status, said) = run(&customer, "1:2").await;
    assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");
    let (_, said) = run(&customer, "1:3").await;
    assert_eq!(
        failed(&said),
        ["chat", "location", "people"],
        "3 is no therapist: {said:#}"
    );
    let (_, said) = run(&customer, "1:99").await;
    assert!(said.to_string().contains("PUT /api/v1/people/99/"), "{said:#}");
    let soon = server.command(&["token", "--person", "1", "--ttl", "1s"]).await;
    let soon = String::from_utf8(soon.stdout).expect("a token is text");
    in_time("the token has ended", async {
        while failed(&run(soon.trim(), "1:2").await.1) != ["token"] {}
    })
    .await;
    // Without a pair it is the newest conversation of whose token it is.
    let (status, said) = told(&server, &["probe", "ws", "--url", &url, "--token", &customer]).await;
    assert_eq!(status, Some(0), "{said:#}");

    server.kill();
    finds(&server, &["doctor", "--url", &url], "connection", "firewall").await;
    let (_, said) = told(&server, &["doctor", "--url", &url]).await;
    assert!(!failed(&said).contains(&"upgrade"), "{said:#}");
}
