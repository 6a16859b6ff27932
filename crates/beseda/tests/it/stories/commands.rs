//! The commands that an operator types, with a server beside them or without.
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the files that an operator would"
)]

use crate::harness::server::folder_of;
use crate::harness::{Actor, PATIENCE, Server, Town, in_time};
use beseda_core::words::{Errand, Job, Time};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// Runs `beseda` in a folder of its own, with this on standard input.
async fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_beseda"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("an input");
    // A command that asks nothing has perhaps ended by now.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    timeout(PATIENCE, child.wait_with_output())
        .await
        .expect("the command ends")
        .expect("its output")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The command ended with this code, said why in words that hold `hint`, and did not panic.
fn assert_failed(output: &Output, code: i32, hint: &str) {
    let said = words(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(hint), "{hint:?} is not in: {said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn wrong_usage_ends_with_two_and_names_what_is_wrong() {
    let folder = folder_of("usage");
    assert_failed(&run(&folder, &["serev"], "").await, 2, "serev");
    assert_failed(&run(&folder, &["token"], "").await, 2, "--person");
    assert_failed(&run(&folder, &["serve", "--listen", "nowhere"], "").await, 2, "listen");
    fs::write(folder.join("beseda.toml"), "limits.text_char = 5\n").expect("the settings");
    for command in [
        &["serve"][..],
        &["migrate"],
        &["config", "check"],
        &["token", "--person", "1"],
    ] {
        assert_failed(&run(&folder, command, "").await, 2, "text_char");
    }
    fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test]
async fn a_command_that_fails_says_why() {
    let folder = folder_of("failures");
    fs::write(folder.join("half.json"), "{\"people\": [").expect("half a seed");
    fs::write(folder.join("wrong.json"), "{\"orders\": [{\"id\": 1, \"client\": 77}]}").expect("a seed");
    fs::write(folder.join("file"), "no folder").expect("a file");
    assert_failed(
        &run(&folder, &["seed", "half.json", "--new", "--data", "d"], "").await,
        1,
        "line 1",
    );
    assert_failed(
        &run(&folder, &["seed", "wrong.json", "--new", "--data", "d"], "").await,
        1,
        "orders, row 1 of the list: its `client` names the person 77",
    );
    assert_failed(
        &run(&folder, &["seed", "none.json", "--new", "--data", "d"], "").await,
        1,
        "none.json",
    );
    assert_failed(
        &run(&folder, &["token", "--person", "1", "--data", "d"], "").await,
        1,
        "1",
    );
    assert_failed(&run(&folder, &["migrate", "--data", "file"], "").await, 1, "file");
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    assert_failed(
        &run(&folder, &["serve", "--listen", &address, "--data", "d"], "").await,
        1,
        &address,
    );
    fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test]
async fn what_makes_things_makes_no_database_where_none_was_meant() {
    let folder = folder_of("no-database");
    fs::write(folder.join("seed.json"), "\u{feff}{\"people\": [{\"id\": 1}]}").expect("a seed with a mark");
    for command in [
        &["seed", "seed.json"][..],
        &["admin", "create", "--email", "a@shop.example", "--link"],
        &["key", "create", "shop", "--scope", "rooms"],
        &["migrate"],
    ] {
        let mistyped = [command, &["--data", "mistyped"]].concat();
        assert_failed(
            &run(&folder, &mistyped, "").await,
            1,
            "there is no database in mistyped",
        );
        assert_failed(&run(&folder, &mistyped, "").await, 1, "--new");
        assert!(!folder.join("mistyped").exists(), "{command:?} made it");
        let name = command.join("-");
        let meant = [command, &["--data", &name, "--new"]].concat();
        assert!(run(&folder, &meant, "").await.status.success(), "{command:?}");
        let again = [command, &["--data", &name]].concat();
        let again = run(&folder, &again, "").await;
        assert!(
            !words(&again.stderr).contains("--new"),
            "{command:?}: {}",
            words(&again.stderr)
        );
    }
    fs::write(folder.join("wide.json"), [0xff, 0xfe, b'{', 0, b'}', 0]).expect("a seed in UTF-16");
    fs::write(folder.join("list.json"), "[]").expect("a list");
    for (file, hint) in [("wide.json", "it is UTF-16"), ("list.json", "a seed looks like {")] {
        assert_failed(&run(&folder, &["seed", file, "--new"], "").await, 1, hint);
    }
    fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test]
async fn a_directory_that_is_shut_is_told_with_whose_it_is_and_what_to_type() {
    let folder = folder_of("shut");
    let data = folder.join("data");
    fs::create_dir(&data).expect("a folder");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o500)).expect("it is shut");
    // Root may do everything, unless that is taken from it.
    let is_root = rustix::process::geteuid().is_root();
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command
            .args(["--bounding-set=-all", "--inh-caps=-all"])
            .arg(env!("CARGO_BIN_EXE_beseda"));
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_beseda"))
    };
    let output = command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data.join("inside"))
        .output();
    let output = timeout(PATIENCE, output).await.expect("it ends").expect("it starts");
    let told = words(&output.stderr);
    assert_failed(&output, 1, &format!("cannot make {}", data.join("inside").display()));
    for hint in ["belongs to ", ", mode 500, and this runs as ", ": run `chmod u+rwX "] {
        assert!(told.contains(hint), "{hint}: {told}");
    }
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("it is open again");
    fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test]
async fn an_administrator_is_made_by_a_command_and_governs() {
    let server = Server::start("admin", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let arguments = ["admin", "create", "--email", "root@shop.example", "--data"];
    let data = server.data();
    let output = run(
        &data,
        &[&arguments[..], &[data.to_str().expect("a path")]].concat(),
        "a long enough pass phrase\n",
    )
    .await;
    assert!(output.status.success(), "{}", words(&output.stderr));
    assert!(!words(&output.stdout).contains("pass phrase") && !words(&output.stderr).contains("pass phrase"));

    let nobody = Actor::new(server.address, 0, "");
    let login = json!({"identifier": "root@shop.example", "password": "a long enough pass phrase"});
    let answer = nobody.post("/login/", &login).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let admin = nobody.with_token(answer.json()["access_token"].as_str().expect("a token"));
    let path = format!("/api/chat/rooms/{room}/");
    let deleted = crate::harness::actor::answer(admin.request(reqwest::Method::DELETE, &path)).await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    assert_eq!(party.client.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_seed_of_thousands_disturbs_no_running_server() {
    let server = Server::start("big-seed", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let sending = async {
        for round in 0..20 {
            let texts: Vec<String> = (0..10).map(|n| format!("{round}/{n}")).collect();
            join_all(texts.iter().map(|text| party.client.send(room, text))).await;
        }
    };
    let town = Town::parties(700);
    tokio::join!(server.seed(&town), sending);
    assert_eq!(party.expert.all_messages(room).await.len(), 200);
    let last = server.party(700).await;
    assert_eq!(last.client.get("/api/chat/rooms/").await.status, 200);
}

#[tokio::test]
async fn a_dead_job_is_shown_and_tried_again_beside_a_running_server() {
    let server = Server::start("dead-job", "", &Town::parties(1)).await;
    let plant = |tx: &mut dyn beseda_core::ports::Tx| {
        let errand = Errand::ForgetFile {
            name: "c0ffee".to_owned(),
        };
        tx.enqueue(&errand, Time(1))?;
        for job in tx.jobs(false, 9)? {
            let failure = Some("the disk was away".to_owned());
            tx.keep_job(&Job {
                dead: true,
                failure,
                ..job
            })?;
        }
        Ok(())
    };
    server.change_store(plant).await;
    let shown = server.command(&["jobs"]).await;
    for part in ["dead", "forget-file c0ffee", "the disk was away"] {
        assert!(words(&shown.stdout).contains(part), "{part}: {}", words(&shown.stdout));
    }
    assert!(words(&shown.stderr).contains("beseda jobs retry 1"));
    let shown = server.command(&["jobs", "--json"]).await;
    let jobs: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    assert_eq!(
        (&jobs[0]["id"], &jobs[0]["dead"], &jobs[1]),
        (&json!(1), &json!(true), &Value::Null)
    );
    let data = server.data();
    let retry = async |id| {
        run(
            &data,
            &["jobs", "retry", id, "--data", data.to_str().expect("a path")],
            "",
        )
        .await
    };
    assert_failed(&retry("2").await, 1, "beseda jobs");
    let retried = retry("1").await;
    assert!(retried.status.success(), "{}", words(&retried.stderr));
    in_time("the server does it", async {
        while server.store(|look| Ok(look.next_job()?)).await.is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_failed(&retry("1").await, 1, "beseda jobs");
    assert_eq!(words(&server.command(&["jobs"]).await.stdout), "");
}

#[tokio::test]
async fn health_is_told_to_everybody() {
    let server = crate::harness::town::shared().await;
    let nobody = Actor::new(server.address, 0, "");
    for path in ["/healthz", "/readyz", "/healthz/", "/readyz/"] {
        assert_eq!(nobody.get(path).await.status, 200, "{path}");
    }
}
