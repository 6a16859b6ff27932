//! A disk that is full or read-only, a database that is held, removed or replaced, uploads that are gone: `/readyz` names each
//! with what to do, the log tells it once, nothing is acknowledged that is not kept, and it is over by itself.
#![expect(
    clippy::disallowed_methods,
    reason = "a test does to a server's files what people and machines do"
)]

use super::documented::blocks;
use crate::harness::line::Line;
use crate::harness::nginx::page;
use crate::harness::{Actor, Server, Town, in_time};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::time::Duration;
use tokio::time::sleep;

/// Waits until `/readyz` gives this reason, or none.
async fn ready(server: &Server, reason: Option<&str>) {
    let anybody = Actor::new(server.address, 0, "");
    in_time(&format!("/readyz says {reason:?}"), async {
        loop {
            let answer = anybody.get("/readyz").await;
            let said = answer.json();
            assert_eq!(answer.status, if said["status"] == "ok" { 200 } else { 503 }, "{said}");
            if said["reason"].as_str() == reason {
                let told = |name: &str| said[name].as_str().is_some_and(|words| words.len() > 20);
                assert!(reason.is_none() || told("detail") && told("remedy"), "{said}");
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

/// Waits until `/readyz` gives this reason and the log tells what is in the way, which nobody has to ask for.
async fn unwell(server: &Server, reason: &str) {
    ready(server, Some(reason)).await;
    in_time("the log tells what is in the way", async {
        while !server.logs().contains("not ready: ") {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

/// Waits until the log tells that it is over, and looks whether what it was was told once.
async fn told_once(server: &Server, reason: &str) {
    in_time("the log tells that it is over", async {
        while !server.logs().contains("ready again") {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let logs = server.logs();
    let told: Vec<&str> = logs.lines().filter(|line| line.contains("not ready: ")).collect();
    // Each line is in the log of the folder as well, where that can be written.
    let once = told.iter().filter(|line| line.contains(reason)).count();
    assert!(matches!(once, 1 | 2) && told.len() == once, "{told:#?}");
    assert!(!logs.contains("ERROR: a request failed"), "{logs}");
}

/// What somebody sends, and what became of each.
struct Sends {
    person: Actor,
    room: i64,
    kept: Vec<String>,
    refused: Vec<String>,
}

impl Sends {
    async fn begin(server: &Server, person: &Actor, order: i64) -> Self {
        let person = person.at(server.address);
        let room = person.room_of(order).await;
        Self {
            person,
            room,
            kept: Vec::new(),
            refused: Vec::new(),
        }
    }

    async fn try_once(&self, text: &str) -> bool {
        let client_id = text.split(' ').next().expect("a word");
        let body = json!({"room": self.room, "message": text, "client_id": client_id});
        let answer = self.person.post("/api/chat/messages/", &body).await;
        match answer.status {
            200 | 201 => true,
            503 => {
                assert_eq!(answer.header("retry-after"), "1");
                false
            }
            other => panic!("{other}: {answer:?}"),
        }
    }

    /// Sends something of this many characters; whether it is kept.
    async fn send(&mut self, characters: usize) -> bool {
        let number = self.kept.len() + self.refused.len();
        let text = format!("{number} {}", "x".repeat(characters));
        let is_kept = self.try_once(&text).await;
        if is_kept {
            self.kept.push(text);
        } else {
            self.refused.push(text);
        }
        is_kept
    }

    /// Sends what was refused again, which is kept now, and looks whether everything is there, once.
    async fn all_are_kept(&mut self) {
        for text in std::mem::take(&mut self.refused) {
            assert!(self.try_once(&text).await, "it is taken now");
            self.kept.push(text);
        }
        let there = self.person.all_messages(self.room).await;
        let mut there: Vec<String> = there
            .iter()
            .map(|message| message["message"].as_str().expect("a text").to_owned())
            .filter(|text| !text.is_empty())
            .collect();
        there.sort();
        self.kept.sort();
        assert_eq!(there.len(), self.kept.len());
        assert!(there == self.kept, "each is there once");
    }

    async fn uploads(&self) -> u16 {
        let answer = self.person.bring(self.room, "notes.txt", &[b'n'; 100_000]).await;
        assert!(
            answer.status != 503 || answer.header("retry-after") == "1",
            "{answer:?}"
        );
        answer.status
    }
}

async fn stop(server: &mut Server) {
    server.ask_to_stop();
    assert!(server.stopped().await.success(), "{}", server.logs());
}

#[tokio::test]
async fn a_full_disk_takes_nothing_and_the_server_goes_on_once_there_is_room() {
    let mut server = Server::start("disk-full", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    stop(&mut server).await;
    let disk = server.serve_from_memory(12 * 1_024).await;
    let mut sends = Sends::begin(&server, &party.client, party.order).await;
    let mut socket = party.expert.at(server.address).listen(sends.room).await;
    assert!(sends.send(10).await);

    disk.fill();
    unwell(&server, "disk_full").await;
    for _ in 0..20 {
        sends.send(4_000).await;
    }
    // PostgreSQL's disk is another one: there only the files are in want of room.
    assert_eq!(sends.refused.is_empty(), server.ground().is_some());
    assert_eq!(sends.uploads().await, 503);

    disk.clear();
    ready(&server, None).await;
    told_once(&server, "disk_full").await;
    sends.all_are_kept().await;
    assert_eq!(sends.uploads().await, 201);
    let last = format!("{} ", sends.kept.len() - 1);
    let heard = socket
        .frames_until(|frame| {
            frame["message"]["message"]
                .as_str()
                .is_some_and(|text| text.starts_with(&last))
        })
        .await;
    assert_eq!(heard.len(), sends.kept.len(), "whoever listens hears what is kept");
}

#[tokio::test]
async fn a_disk_that_the_system_remounts_read_only_takes_nothing_and_loses_nothing() {
    let mut server = Server::start("disk-read-only", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    stop(&mut server).await;
    server.move_into_a_file().await;
    server.mount_from_a_file("errors=remount-ro").await;
    server.serve().await;
    let mut sends = Sends::begin(&server, &party.client, party.order).await;
    for _ in 0..20 {
        assert!(sends.send(1_000).await);
    }

    server.disk().meet_an_error(&server);
    let is_on_postgresql = server.ground().is_some();
    unwell(&server, if is_on_postgresql { "uploads" } else { "read_only" }).await;
    for _ in 0..5 {
        assert_eq!(sends.send(1_000).await, is_on_postgresql);
    }
    assert_eq!(sends.uploads().await, 503);
    assert_eq!(
        sends.person.all_messages(sends.room).await.len(),
        sends.kept.len(),
        "it is read as before"
    );
    server.kill();

    // A start on such a disk ends with what is wrong, and another one after it.
    server.mount_from_a_file("ro").await;
    let refused = server.start_command().output().expect("it starts and ends");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.to_lowercase().contains("read-only"),
        "{said}"
    );

    server.mount_from_a_file("rw").await;
    server.serve().await;
    sends.person = sends.person.at(server.address);
    sends.all_are_kept().await;
}

#[tokio::test]
async fn a_database_that_is_removed_under_the_server_is_rescued_as_the_page_says() {
    let mut server = Server::start("database-removed", "", &Town::parties(1)).await;
    if server.ground().is_some() {
        // Nobody removes PostgreSQL's files one by one.
        return;
    }
    let party = server.party(1).await;
    let mut sends = Sends::begin(&server, &party.client, party.order).await;
    for _ in 0..20 {
        assert!(sends.send(1_000).await);
    }
    let data = server.data();
    let (database, aside) = (data.join("beseda.db"), data.join("aside"));
    fs::rename(&database, &aside).expect("it is moved away");
    unwell(&server, "replaced").await;
    assert!(!sends.send(10).await);
    fs::copy(&aside, &database).expect("a copy in its place");
    assert!(!sends.send(10).await);
    fs::rename(&aside, &database).expect("it is moved back");
    ready(&server, None).await;
    told_once(&server, "replaced").await;
    assert!(sends.send(10).await);

    for name in ["beseda.db", "beseda.db-wal", "beseda.db-shm"] {
        fs::remove_file(data.join(name)).expect("it is removed");
    }
    for _ in 0..5 {
        assert!(
            !sends.send(10).await,
            "nothing is acknowledged into a file that is not there any more"
        );
    }
    unwell(&server, "replaced").await;
    let printed = blocks(&page("docs/operating/health.md"), "sh");
    let [rescue, put_back] = <[String; 2]>::try_from(printed).expect("two scripts");
    let run = |script: &str| {
        let script = script.replace("/var/lib/beseda", data.to_str().expect("a path in UTF-8"));
        let ran = Command::new("sh").args(["-euc", &script]).output().expect("sh starts");
        assert!(
            ran.status.success(),
            "{script}\n{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    };
    run(&rescue);
    stop(&mut server).await;
    run(&put_back);
    server.serve().await;
    sends.person = sends.person.at(server.address);
    sends.all_are_kept().await;
}

#[tokio::test]
async fn a_database_that_another_program_holds_is_503_and_over_when_that_ends() {
    let server = Server::start("database-held", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let mut sends = Sends::begin(&server, &party.client, party.order).await;
    assert!(sends.send(10).await);
    let hold = server.hold_by_hand();
    assert!(!sends.send(10).await, "it was waited for");
    // PostgreSQL locks rows and tables: what `/readyz` writes is free.
    if server.ground().is_none() {
        unwell(&server, "locked").await;
    }
    assert!(!sends.send(10).await);
    hold.release();
    ready(&server, None).await;
    if server.ground().is_none() {
        told_once(&server, "locked").await;
    }
    sends.all_are_kept().await;
}

#[tokio::test]
async fn uploads_that_are_gone_are_named_and_messages_are_kept_meanwhile() {
    let server = Server::start("uploads-gone", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let mut sends = Sends::begin(&server, &party.client, party.order).await;
    assert_eq!(sends.uploads().await, 201);
    let (uploads, aside) = (server.data().join("uploads"), server.data().join("aside"));
    fs::rename(&uploads, &aside).expect("they are moved away");
    unwell(&server, "uploads").await;
    assert_eq!(sends.uploads().await, 503);
    assert!(sends.send(10).await);
    // What is under a disk that is not mounted is an empty folder.
    fs::create_dir(&uploads).expect("an empty folder");
    unwell(&server, "uploads").await;
    assert_eq!(sends.uploads().await, 503);
    fs::remove_dir(&uploads).expect("nobody has put anything there");
    fs::rename(&aside, &uploads).expect("they are moved back");
    ready(&server, None).await;
    told_once(&server, "uploads").await;
    assert_eq!(sends.uploads().await, 201);
    sends.all_are_kept().await;
}

#[tokio::test]
async fn a_postgresql_without_room_is_503_and_over_when_it_has_some() {
    let server = Server::start("postgresql-full", "", &Town::parties(1)).await;
    if server.ground().is_none() {
        // Of SQLite the disk itself is full.
        return;
    }
    let party = server.party(1).await;
    let mut sends = Sends::begin(&server, &party.client, party.order).await;
    assert!(sends.send(10).await);
    server.by_hand(
        "CREATE FUNCTION want() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$; \
         CREATE TRIGGER want BEFORE INSERT OR UPDATE ON messages EXECUTE FUNCTION want(); \
         CREATE TRIGGER want BEFORE INSERT OR UPDATE ON epochs EXECUTE FUNCTION want()",
    );
    unwell(&server, "disk_full").await;
    assert!(!sends.send(10).await);
    server.by_hand("DROP TRIGGER want ON messages; DROP TRIGGER want ON epochs");
    ready(&server, None).await;
    told_once(&server, "disk_full").await;
    sends.all_are_kept().await;
}

#[tokio::test]
async fn a_postgresql_that_nobody_reaches_is_named_wherever_one_looks() {
    let mut server = Server::start("postgresql-away", "", &Town::parties(1)).await;
    let Some(url) = server.ground().map(|ground| ground.url().to_owned()) else {
        // A file is not away.
        return;
    };
    let (_, rest) = url.split_once("://").expect("a URL");
    let end = rest
        .split(['/', '?'])
        .next()
        .and_then(|place| place.split('@').next_back());
    let end = end.expect("a host and a port");
    let line = Line::to(end).await;
    stop(&mut server).await;
    let settings = server.data().join("beseda.toml");
    let text = fs::read_to_string(&settings).expect("the settings");
    fs::write(&settings, text.replace(end, &line.address.to_string())).expect("it is reached by the line");
    server.serve().await;
    let party = server.party(1).await;
    let mut sends = Sends::begin(&server, &party.client, party.order).await;
    assert!(sends.send(10).await);

    line.cut();
    unwell(&server, "store").await;
    assert!(!sends.send(10).await);
    let url = format!("http://{}", server.address);
    let doctor = server.attempt(&["doctor", "--url", &url, "--json"]).await;
    assert_eq!(doctor.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&doctor.stdout).expect("a report");
    for (id, words) in [
        ("database", "does PostgreSQL run there"),
        ("health", "is PostgreSQL there"),
    ] {
        let mut checks = said["checks"].as_array().expect("checks").iter();
        let check = checks.find(|check| check["check"] == id).expect("it is looked at");
        assert_eq!(check["outcome"], "failed", "{said:#}");
        assert!(
            check["remedy"].as_str().is_some_and(|remedy| remedy.contains(words)),
            "{check:#}"
        );
    }
    line.mend();
    ready(&server, None).await;
    told_once(&server, "cannot be reached").await;
    sends.all_are_kept().await;

    stop(&mut server).await;
    line.cut();
    let refused = server.start_command().output().expect("it starts and ends");
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        said.contains("cannot be reached") && said.contains(&line.address.to_string()),
        "{said}"
    );
}
