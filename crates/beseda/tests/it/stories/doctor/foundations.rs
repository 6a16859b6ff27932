//! What a server stands on: folders, secrets, database, descriptors, settings.

use super::{NOTHING, finds, left, told, town, url};
use crate::harness::Server;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

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

    server.forget_a_migration();
    finds(&server, &doctor, "migrations", "beseda migrate").await;
    let (_, said) = told(&server, &doctor).await;
    assert!(
        said.to_string().contains("in the way: migrations"),
        "nobody talks: {said:#}"
    );
    finds(&server, &doctor, "migrations", "beseda migrate").await;
}

#[tokio::test]
async fn what_is_secret_is_closed_to_others_and_is_the_servers() {
    let server = Server::start("doctor-secrets", "", &town()).await;
    let url = url(&server);
    let doctor = ["doctor", "--url", &url];
    let open = |name: &str, mode: u32| {
        let path = server.data().join(name);
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("its mode is changed");
    };
    let mut closed = vec!["secret"];
    if server.ground().is_none() {
        closed.extend(["beseda.db", "beseda.db-wal"]);
    }
    for name in closed {
        open(name, 0o644);
        finds(
            &server,
            &doctor,
            "secret",
            &format!("chmod 600 {}", server.data().join(name).display()),
        )
        .await;
        open(name, 0o600);
    }
    let settings = server.data().join("beseda.toml");
    let text = fs::read_to_string(&settings).expect("the settings");
    fs::write(&settings, format!("s3_secret_key = 'whatever-it-is'\n{text}")).expect("a secret stands in them");
    open("beseda.toml", 0o644);
    finds(&server, &doctor, "secret", "beseda.toml").await;
    fs::write(&settings, &text).expect("as they were");

    let secret = server.data().join("secret");
    let kept = fs::read(&secret).expect("the server has made one");
    for (lang, words) in [("en", "openssl rand -hex 32"), ("ru", "Создайте")] {
        fs::write(&secret, "a".repeat(64)).expect("another one");
        let arguments = [doctor.as_slice(), &["--lang", lang]].concat();
        finds(&server, &arguments, "settings", words).await;
    }
    fs::write(&secret, "0123456789abcdefghijklmnopqrstuvwxyz").expect("another one");
    finds(&server, &doctor, "server", "the secret").await;
    assert_eq!(left(&server), NOTHING);
    fs::write(&secret, kept).expect("its own");
    fs::write(&settings, format!("lissen = 'x'\n{text}")).expect("a mistake");
    finds(&server, &doctor, "settings", "`listen`").await;
}

#[tokio::test]
async fn a_database_that_is_not_whole_or_not_the_servers_is_found() {
    let mut server = Server::start("doctor-flipped", "", &town()).await;
    if server.ground().is_some() {
        // PostgreSQL looks after its own pages.
        return;
    }
    let url = url(&server);
    let path = server.data().join("beseda.db");
    let (copy, aside) = (server.data().join("copy.db"), server.data().join("aside.db"));
    server.by_hand("PRAGMA wal_checkpoint(TRUNCATE)");
    fs::copy(&path, &copy).expect("a copy");
    fs::set_permissions(&copy, Permissions::from_mode(0o600)).expect("a closed one");
    fs::rename(&path, &aside).expect("it is moved under the server");
    fs::rename(&copy, &path).expect("another one lies there");
    finds(
        &server,
        &["doctor", "--url", &url],
        "database_file",
        "copy its file first",
    )
    .await;
    fs::rename(&aside, &path).expect("it is moved back");

    server.kill();
    server.by_hand("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = fs::read(&path).expect("the database");
    // The second page is the root of a table.
    bytes[4_096..4_608].fill(0xff);
    fs::write(&path, bytes).expect("a flipped page");
    finds(&server, &["doctor", "--url", &url], "database", "beseda restore").await;
}
