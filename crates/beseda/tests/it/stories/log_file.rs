//! The log file of the data directory: what operators grep is there, in text, and makes room for itself.
#![expect(clippy::disallowed_methods, reason = "a test reads the files that an operator would")]

use crate::harness::{Server, Town, in_time};
use parking_lot::Mutex;
use rustix::process::Signal;
use std::fs;
use std::io::{PipeReader, Read, pipe};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;
use tokio::time::sleep;

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
    // Each is written by a thread of its own.
    let serving = " INFO: serving on 127.0.0.1:";
    in_time("both tell that it serves", async {
        while !(stderr(&server, 1).contains(serving) && kept(&logs).0.contains(serving)) {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    server.kill();
    let first = stderr(&server, 1);
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

/// Where a server with a stalled log is asked for something that makes a long line.
fn long_path() -> String {
    "/nowhere".repeat(2_000)
}

/// A server whose standard error is a pipe that nobody reads and that takes nothing more, and the pipe. `before`: how
/// much its log file held when it started.
async fn stalled(story: &str) -> (Server, PipeReader, String) {
    let settings = "log_level = \"trace\"\nlimits.log_bytes = 65536\n";
    let mut server = Server::start(story, settings, &Town::parties(1)).await;
    server.ask_to_stop();
    server.stopped().await;
    let logs = server.data().join("logs");
    let before = kept(&logs).0;
    let (reader, writer) = pipe().expect("a pipe");
    server.serve_telling(writer.into()).await;
    let party = server.party(1).await;
    // Far more than the pipe and the queue before it hold.
    while kept(&logs).0.len() < before.len() + 500_000 {
        assert_eq!(party.client.get(&long_path()).await.status, 404);
    }
    (server, reader, before)
}

/// Reads a pipe to its end, beside what else happens.
fn read_on(mut pipe: PipeReader) -> (Arc<Mutex<Vec<u8>>>, JoinHandle<()>) {
    let read = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&read);
    let reading = spawn(move || {
        let mut bytes = [0; 8_192];
        while let Ok(count @ 1..) = pipe.read(&mut bytes) {
            kept.lock().extend_from_slice(&bytes[..count]);
        }
    });
    (read, reading)
}

const MISSING: &str = " lines of the log did not fit and are missing here";

/// How many lines there are or would be, and how many of them are missing.
fn lines(log: &str) -> (usize, usize) {
    let (notes, lines): (Vec<&str>, Vec<&str>) = log.lines().partition(|line| line.contains(MISSING));
    let missing = notes.iter().map(|note| {
        let (said, _) = note.split_once(MISSING).expect("a note");
        let number = said.rsplit(' ').next().expect("a number");
        number.parse::<usize>().expect("a number")
    });
    let missing: usize = missing.sum();
    (lines.len() + missing, missing)
}

#[tokio::test]
async fn a_log_that_nobody_reads_stops_no_message_and_tells_later_what_is_missing() {
    let (mut server, pipe, before) = stalled("log-stalled").await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let mut socket = party.expert.listen(room).await;
    for number in 0..20 {
        party.client.send(room, &format!("number {number}")).await;
    }
    assert_eq!(socket.texts_until("number 19").await.len(), 20);

    let (read, reading) = read_on(pipe);
    in_time("the log tells what is missing", async {
        while !String::from_utf8_lossy(&read.lock()).contains(MISSING) {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    party.client.send(room, "afterwards").await;
    server.ask_to_stop();
    assert!(server.stopped().await.success());
    reading.join().expect("it is read to its end");
    let told = String::from_utf8(read.lock().clone()).expect("text");
    assert!(told.ends_with(" INFO: stopped\n"), "the last lines are there");
    let (all, missing) = lines(&told);
    assert!(missing > 0);
    let logs = kept(&server.data().join("logs")).0;
    assert_eq!(all, lines(&logs[before.len()..]).0, "every line is there or counted");
}

#[tokio::test]
async fn a_log_that_nobody_reads_keeps_no_server_from_stopping() {
    let (mut server, _pipe, _) = stalled("log-stalled-stop").await;
    server.ask_to_stop();
    assert!(server.stopped().await.success());
}

/// A line of the log, asked for by a signal that means nothing else; which file holds it.
async fn a_line_in(server: &Server, file: &Path) {
    const LINE: &str = "SIGUSR2 means nothing here";
    server.signal(Signal::USR2);
    in_time("the line", async {
        while !fs::read_to_string(file).is_ok_and(|text| text.contains(LINE)) {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_log_that_was_moved_removed_or_emptied_goes_on_under_its_name() {
    let mut server = Server::start("log-moved", "", &Town::parties(1)).await;
    let logs = server.data().join("logs");
    let log = logs.join("app.log");
    a_line_in(&server, &log).await;
    // As logrotate does it with `create`, then with `copytruncate`.
    fs::rename(&log, logs.join("app.log-20251121")).expect("it is moved");
    fs::write(&log, "").expect("another is made");
    a_line_in(&server, &log).await;
    fs::copy(&log, logs.join("app.log-20251122")).expect("it is copied");
    fs::OpenOptions::new()
        .write(true)
        .open(&log)
        .expect("it is there")
        .set_len(0)
        .expect("it is emptied");
    a_line_in(&server, &log).await;
    assert!(
        !fs::read(&log).expect("it is there").starts_with(b"\0"),
        "it goes on where it was cut"
    );
    fs::remove_file(&log).expect("it is removed");
    a_line_in(&server, &log).await;
    // The whole folder.
    let aside = server.data().join("logs.old");
    fs::rename(&logs, &aside).expect("it is moved");
    a_line_in(&server, &log).await;
    assert_eq!((mode(&logs), mode(&log)), (0o700, 0o600));
    // While nothing is logged.
    fs::rename(&log, logs.join("app.log-20251123")).expect("it is moved");
    in_time("the file is there again", async {
        while !log.exists() {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    server.ask_to_stop();
    assert!(server.stopped().await.success());
    let told = stderr(&server, 1);
    assert!(!told.contains("lines are missing"), "{told}");
    // Each line is somewhere, once, but for the one that was removed with its file.
    let all: String = [&logs, &aside]
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("a folder"))
        .map(|entry| fs::read_to_string(entry.expect("a file").path()).expect("text"))
        .collect();
    assert_eq!(all.lines().count() + 1, told.lines().count(), "{all}");
}

#[tokio::test]
async fn a_reader_of_the_log_that_is_stopped_stops_no_message() {
    let mut server = Server::start(
        "log-reader",
        "log_level = 'trace'\nlimits.log_bytes = 65536\n",
        &Town::parties(1),
    )
    .await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    server.kill();
    let (reader, writer) = pipe().expect("a pipe");
    let mut cat = std::process::Command::new("cat")
        .stdin(reader)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("cat");
    let signal =
        |signal| rustix::process::kill_process(rustix::process::Pid::from_child(&cat), signal).expect("it is there");
    server.serve_telling(writer.into()).await;
    signal(Signal::STOP);
    let client = party.client.at(server.address);
    for number in 0..40 {
        assert_eq!(client.get(&long_path()).await.status, 404);
        client.send(room, &number.to_string()).await;
    }
    assert_eq!(client.all_messages(room).await.len(), 40);
    signal(Signal::CONT);
    server.ask_to_stop();
    assert!(server.stopped().await.success());
    cat.wait().expect("it ends with the pipe");
}
