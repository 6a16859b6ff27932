//! Backups as an operator makes them: of a server that serves, restored beside it, and refused where that would do harm.
#![expect(
    clippy::disallowed_methods,
    reason = "a test looks at the files that an operator would"
)]

use crate::harness::server::folder_of;
use crate::harness::{Server, Town};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn said(output: &Output) -> String {
    words(&output.stdout) + &words(&output.stderr)
}

/// A folder beside a server's data directory.
fn beside(server: &Server, name: &str) -> String {
    let path = server.data().with_file_name(name);
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// Makes a backup, and says where it is.
async fn backed_up(server: &Server, arguments: &[&str]) -> (PathBuf, Value) {
    let folder = beside(server, "backups");
    let output = server
        .command(&[&["backup", folder.as_str(), "--json"], arguments].concat())
        .await;
    let made: Value = serde_json::from_slice(&output.stdout).expect("it says JSON");
    let path = made["backup"].as_str().expect("a path");
    (path.into(), made)
}

/// Runs a command over another data directory, with SQLite whatever the server has.
async fn at(data: &str, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_beseda"));
    command.args(arguments).args(["--database", "sqlite", "--data", data]);
    command.current_dir(Path::new(data).parent().expect("a folder"));
    command.output().await.expect("the command starts")
}

#[tokio::test]
async fn a_server_is_backed_up_while_it_serves_and_its_backup_serves_as_it_did() {
    let settings = "limits.text_chars = 5000\n";
    let server = Server::start("backups-whole", settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    party.client.send(room, "kept").await;
    let (_, address) = party.client.send_file(room, "notes.txt", b"the bytes of a file").await;
    let (backup, made) = backed_up(&server, &[]).await;
    assert_eq!(
        (&made["counts"]["messages"], &made["counts"]["files"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(made["lost"], json!([]));
    party.client.send(room, "after the backup").await;

    let path = backup.to_str().expect("a path in UTF-8");
    for arguments in [vec!["verify"], vec!["verify", path]] {
        let verified = server.attempt(&arguments).await;
        assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    }

    let new = folder_of("backups-restored").join("data");
    let new = new.to_str().expect("a path in UTF-8");
    let restored = at(new, &["restore", path]).await;
    assert!(restored.status.success(), "{}", said(&restored));
    assert!(said(&restored).contains("2 messages, 1 files"), "{}", said(&restored));
    // The settings of then wait to be looked at: they may name the database of then.
    let old_settings = fs::read_to_string(Path::new(new).join("beseda.toml.restored")).expect("the settings");
    assert!(old_settings.contains("text_chars = 5000"));
    assert!(!Path::new(new).join("beseda.toml").exists());
    assert_eq!(
        fs::read(Path::new(new).join("secret")).expect("the secret"),
        fs::read(server.data().join("secret")).expect("the secret")
    );

    let copy = Server::over("backups-restored").await;
    let client = party.client.at(copy.address);
    let texts: Vec<Value> = client
        .all_messages(room)
        .await
        .into_iter()
        .map(|m| m["message"].clone())
        .collect();
    assert_eq!(
        texts.len(),
        2,
        "the token of then is good, and what came later is not there: {texts:?}"
    );
    assert_eq!(client.fetch(&address).await.bytes, b"the bytes of a file");
    let found = client.get("/api/v1/search/?q=after+the+backup").await.json();
    assert_eq!(found["items"], json!([]), "what came later is not found");
    let typed = texts[0].as_str().expect("a text");
    let found = client.get(&format!("/api/v1/search/?q={typed}")).await.json();
    assert_eq!(found["items"][0]["message"]["text"], texts[0]);
}

#[tokio::test]
async fn nothing_is_restored_where_a_server_serves_and_nobody_serves_what_is_half_restored() {
    let mut server = Server::start("backups-refused", "", &Town::parties(1)).await;
    let (backup, _) = backed_up(&server, &[]).await;
    let path = backup.to_str().expect("a path in UTF-8").to_owned();
    let refused = server.attempt(&["restore", &path, "--replace"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("another server serves"), "{}", said(&refused));
    server.ask_to_stop();
    server.stopped().await;

    let occupied = server.attempt(&["restore", &path]).await;
    assert_eq!(occupied.status.code(), Some(1));
    assert!(said(&occupied).contains("--replace"), "{}", said(&occupied));
    fs::create_dir_all(server.data().join("restoring/new")).expect("what an interrupted restore leaves");
    for command in [
        vec!["serve", "--listen", "127.0.0.1:0"],
        vec!["migrate"],
        vec!["key", "list"],
        vec!["backup", &path],
    ] {
        let refused = server.attempt(&command).await;
        assert_eq!(refused.status.code(), Some(1), "{command:?}");
        assert!(said(&refused).contains("restore"), "{command:?}: {}", said(&refused));
    }
    let restored = server.attempt(&["restore", &path, "--replace", "--lang", "ru"]).await;
    assert_eq!(restored.status.code(), Some(0), "{}", said(&restored));
    assert!(said(&restored).contains("восстановлено"), "{}", said(&restored));
    server.serve().await;
    server.party(1).await.client.room_of(1).await;
    if let Some(ground) = server.ground() {
        let aside = "SELECT nspname FROM pg_namespace WHERE nspname LIKE current_schema() || '_before%'";
        let aside = ground.run(aside);
        ground.run(&format!("SET client_min_messages = error; DROP SCHEMA {aside} CASCADE"));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_backup_is_named_in_the_language_wanted_and_ends_with_one() {
    let server = Server::start("backups-wrong", "", &Town::parties(1)).await;
    let (backup, _) = backed_up(&server, &["--without-secret"]).await;
    assert!(!backup.join("secret").exists() && !backup.join("beseda.toml").exists());
    let path = backup.to_str().expect("a path in UTF-8");
    let database = backup.join("beseda.db");
    let mut bytes = fs::read(&database).expect("the database");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&database, bytes).expect("a byte is flipped");
    fs::write(backup.join("notes"), "mine").expect("a file more");
    let english = server.attempt(&["verify", path, "--json"]).await;
    let told: Value = serde_json::from_slice(&english.stdout).expect("it says JSON");
    assert_eq!((english.status.code(), &told["ok"]), (Some(1), &json!(false)));
    let failed: Vec<&Value> = told["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["outcome"] == "failed")
        .collect();
    let has = |id: &str, word: &str| {
        let mut found = failed.iter().filter(|check| check["check"] == id);
        found.any(|check| check["meaning"].as_str().is_some_and(|says| says.contains(word)))
    };
    assert!(has("checksums", "beseda.db") && has("additional", "notes"), "{told:#}");
    let russian = server.attempt(&["verify", path, "--lang", "ru"]).await;
    assert!(said(&russian).contains("СБОЙ") && said(&russian).contains("контрольные суммы"));

    fs::rename(backup.join("manifest.json"), backup.join("unfinished")).expect("it never ended");
    let unfinished = server.attempt(&["verify", path]).await;
    assert_eq!(unfinished.status.code(), Some(1));
    assert!(said(&unfinished).contains("did not end"), "{}", said(&unfinished));
    let nothing = at(&beside(&server, "nothing"), &["backup", path]).await;
    assert_eq!(nothing.status.code(), Some(1));
    assert!(said(&nothing).contains("is --data right?"), "{}", said(&nothing));
}

#[tokio::test]
async fn only_the_newest_backups_are_kept() {
    let server = Server::start("backups-kept", "", &Town::parties(1)).await;
    let old = Path::new(&beside(&server, "backups")).join("2026-01-01T00-00-00Z");
    server
        .command(&["backup", old.to_str().expect("a path in UTF-8"), "--exact"])
        .await;
    let (newest, made) = backed_up(&server, &["--keep", "1"]).await;
    assert_eq!(made["deleted"], json!([old]));
    assert!(newest.exists() && !old.exists());
}

/// The blocks of a section of the page, over another data directory and another backup.
fn printed(heading: &str, data: &Path, backup: &str) -> Vec<String> {
    let page = include_str!("../../../../../docs/operating/backups.md");
    let (_, section) = page.split_once(heading).expect("the section");
    let blocks = section.split("```sh\n").skip(1);
    blocks
        .map(|block| {
            let (block, _) = block.split_once("```").expect("the end of the block");
            // Whose the files are is another matter where nobody is `beseda`.
            block
                .replace("/backups/by-hand", backup)
                .replace("/var/lib/beseda", data.to_str().expect("a path in UTF-8"))
                .replace("chown -R beseda: . && ", "")
        })
        .collect()
}

fn sh(script: &str) {
    let output = std::process::Command::new("sh")
        .args(["-euc", script])
        .output()
        .expect("sh starts");
    assert!(output.status.success(), "{script}\n{}", said(&output));
}

#[tokio::test]
async fn by_hand_as_the_page_prints_it_a_backup_is_whole_and_begins_another_life() {
    let mut server = Server::start("backups-by-hand", "", &Town::parties(1)).await;
    if server.ground().is_some() {
        // The page's own way with PostgreSQL is PostgreSQL's.
        return;
    }
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let (_, address) = party.client.send_file(room, "notes.txt", b"the bytes of a file").await;
    let backup = beside(&server, "by-hand");
    let [make, restore] = <[String; 2]>::try_from(printed("## By hand", &server.data(), &backup)).expect("two blocks");
    sh(&make);
    party.client.send(room, "after the backup").await;
    let epoch = |server: &Server| server.by_hand("SELECT epoch FROM epochs");
    let before = epoch(&server);
    server.ask_to_stop();
    server.stopped().await;
    sh(&restore);
    server.serve().await;
    let verified = server.attempt(&["verify"]).await;
    assert!(verified.status.success(), "{}", said(&verified));
    let after = epoch(&server);
    assert!(
        !before.is_empty() && !after.is_empty() && before != after,
        "{before} {after}"
    );
    let client = party.client.at(server.address);
    assert_eq!(client.all_messages(room).await.len(), 1);
    assert_eq!(client.fetch(&address).await.bytes, b"the bytes of a file");
}
