//! The log file of the data directory: what operators grep is there, in text, and makes room for itself.
#![expect(clippy::disallowed_methods, reason = "a test reads the files that an operator would")]

use crate::harness::{Server, Town};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What all log files hold, the oldest first, and how big the biggest of them is. A midnight may have split them.
fn kept(logs: &Path) -> (String, u64) {
    let mut files: Vec<_> = fs::read_dir(logs)
        .expect("a folder of logs")
        .map(|entry| entry.expect("a file").path())
        .collect();
    // `app.log` is the youngest, then `app.log.1`.
    files.sort_by_key(|path| path.extension().and_then(|end| end.to_str()?.parse::<u32>().ok()));
    let biggest = files.iter().map(|path| fs::metadata(path).expect("a file").len()).max();
    let texts = files.iter().rev().map(|path| fs::read_to_string(path).expect("text"));
    (texts.collect(), biggest.expect("at least one file"))
}

/// What the server said on standard error after its start with this number.
fn stderr(server: &Server, start: u32) -> String {
    let path = server.data().with_file_name(format!("stderr.{start}"));
    fs::read_to_string(path).expect("standard error")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[tokio::test]
async fn the_log_file_holds_what_standard_error_says_and_survives_a_kill() {
    let mut server = Server::start("log-file", "", &Town::parties(1)).await;
    let logs = server.data().join("logs");
    assert!(
        fs::read_dir(&logs).is_ok_and(|files| files.count() == 1),
        "only `serve` writes it"
    );
    assert_eq!((mode(&logs), mode(&logs.join("app.log"))), (0o700, 0o600));
    server.kill();
    let first = stderr(&server, 1);
    assert!(first.contains(" INFO: serving on 127.0.0.1:"), "{first}");
    assert_eq!(kept(&logs).0, first);

    server.serve().await;
    server.ask_to_stop();
    server.stopped().await;
    let again = stderr(&server, 2);
    assert!(again.ends_with(" INFO: stopped\n"), "{again}");
    // A start goes on where the last one ended.
    assert_eq!(kept(&logs).0, format!("{first}{again}"));
}

#[tokio::test]
async fn the_log_file_makes_room_by_size_and_stays_text_beside_json() {
    let settings = "log_format = \"json\"\nlog_file_bytes = 1024\nlog_files = 2\n";
    let mut server = Server::start("log-rotation", settings, &Town::default()).await;
    for _ in 0..16 {
        server.ask_to_stop();
        server.stopped().await;
        server.serve().await;
    }
    server.kill();
    assert!(stderr(&server, 1).starts_with('{'), "{}", server.logs());
    let logs = server.data().join("logs");
    let mut names: Vec<_> = fs::read_dir(&logs)
        .expect("a folder of logs")
        .map(|entry| entry.expect("a file").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["app.log", "app.log.1", "app.log.2"]);
    let (text, biggest) = kept(&logs);
    assert!(biggest <= 1024, "{biggest}");
    assert!(text.lines().all(|line| line.contains(" INFO: ")), "{text}");
    // Nothing is missing between the files: what a server says comes back in the same order.
    let said: Vec<&str> = text
        .lines()
        .map(|line| line.split(' ').nth(2).expect("a word after the level"))
        .collect();
    let turns = ["serving", "stopping", "stopped"];
    let begun = turns.iter().position(|turn| *turn == said[0]).expect("a known line");
    let wanted: Vec<&str> = turns.iter().copied().cycle().skip(begun).take(said.len()).collect();
    assert_eq!(said, wanted);
}

#[tokio::test]
async fn a_log_file_that_cannot_be_made_stops_nobody() {
    let mut server = Server::start("log-nowhere", "", &Town::parties(1)).await;
    server.kill();
    let logs = server.data().join("logs");
    fs::remove_dir_all(&logs).expect("the folder goes");
    fs::write(&logs, "no folder").expect("a file in its place");
    server.serve().await;
    let party = server.party(1).await;
    assert_eq!(party.client.get("/api/chat/rooms/").await.status, 200);
    server.ask_to_stop();
    assert!(server.stopped().await.success(), "{}", server.logs());
    let told = stderr(&server, 2);
    assert_eq!(told.matches("lines are missing in logs/app.log").count(), 1, "{told}");
}
