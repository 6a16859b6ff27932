//! Many big uploads at once: they flow to the disk, and the server's memory does not grow with them.

use super::NO_RATE;
use crate::harness::files::BOUNDARY;
use crate::harness::{Actor, Server, Town, in_time};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;

const UPLOADS: usize = 100;

/// As big as a file may be by default.
const BYTES: usize = 26_214_400;

const PIECE: usize = 65_536;

/// What 100 uploads may take of memory beyond that of an idle server, in KiB.
const MOST_KIB: u64 = 200 * 1_024;

/// How long all of it may take: it is about memory, and disks differ.
const LONG: Duration = Duration::from_secs(600);

/// Sends a file of its own, and waits in the middle of it until all others are there too. The status of the answer.
async fn upload(person: &Actor, room: i64, number: usize, piece: &[u8], middle: &Barrier) -> u16 {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"room\"\r\n\r\n{room}\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{number}.gz\"\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let request = format!(
        "POST /api/chat/messages/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        person.address,
        person.token,
        head.len() + BYTES + tail.len()
    );
    let mut stream = TcpStream::connect(person.address).await.expect("the server listens");
    let first = [
        request.as_bytes(),
        head.as_bytes(),
        b"\x1f\x8b\x08",
        &number.to_le_bytes(),
    ]
    .concat();
    stream.write_all(&first).await.expect("the server reads");
    let mut left = BYTES - 3 - size_of::<usize>();
    while left > 0 {
        if left > BYTES / 2 && left - PIECE <= BYTES / 2 {
            middle.wait().await;
        }
        let length = left.min(PIECE);
        stream.write_all(&piece[..length]).await.expect("the server reads");
        left -= length;
    }
    stream.write_all(tail.as_bytes()).await.expect("the server reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("the server answers");
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("no answer: {answer}"))
}

#[tokio::test]
async fn a_hundred_big_uploads_at_once_leave_memory_as_it_is() {
    // Those who wait in the middle must not be taken for gone, however slow the disk is.
    let settings = format!("{NO_RATE}limits.body_idle_seconds = {}", LONG.as_secs());
    let server = Server::start("file-many", &settings, &Town::parties(4)).await;
    let mut people = Vec::new();
    for number in 1..=4 {
        let party = server.party(number).await;
        let room = party.client.room_of(number).await;
        people.extend([party.client, party.expert, party.operator].map(|person| (person, room)));
    }
    let piece = super::samples::packed(4, PIECE);
    let middle = Barrier::new(UPLOADS);
    let idle = server.memory_kib("VmRSS:");
    let uploads = (0..UPLOADS).map(|number| {
        let (person, room) = &people[number % people.len()];
        upload(person, *room, number, &piece, &middle)
    });
    let statuses = tokio::time::timeout(LONG, join_all(uploads))
        .await
        .expect("the uploads end");
    let most = server.memory_kib("VmHWM:");
    assert_eq!(statuses, [201; UPLOADS]);
    assert!(
        most - idle < MOST_KIB,
        "{} KiB more than idle ({idle} KiB)",
        most - idle
    );
    assert_eq!(server.in_progress(), Vec::<String>::new());
    let (person, room) = &people[0];
    let last = &person.all_messages(*room).await[0];
    let file = person.fetch(last["file"].as_str().expect("an address")).await;
    assert_eq!((file.status, file.bytes.len()), (200, BYTES));
}

/// Parts whose heads have no end come in without a name to go to the disk under: they must not fill the memory.
#[tokio::test]
async fn a_form_that_says_nothing_is_not_held_in_memory() {
    let server = Server::start("file-heads", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(1).await;
    party.client.send_file(room, "a.txt", b"words").await;
    let before = server.memory_kib("VmHWM:");
    for head in ["", "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\""] {
        let begin = head.replace("{BOUNDARY}", BOUNDARY);
        let request = format!(
            "POST /api/chat/messages/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
             Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {BYTES}\r\n\r\n{begin}",
            server.address, party.client.token
        );
        let mut stream = TcpStream::connect(server.address).await.expect("the server listens");
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let piece = vec![b'a'; PIECE];
        for _ in 0..BYTES / PIECE {
            if stream.write_all(&piece).await.is_err() {
                // It has answered and gone.
                break;
            }
        }
        let mut answer = Vec::new();
        let _ = in_time("an answer or the end", stream.read_to_end(&mut answer)).await;
        let grown = server.memory_kib("VmHWM:") - before;
        assert!(grown < 8 * 1_024, "{grown} KiB for {head:?}");
    }
    party.client.send_file(room, "b.txt", b"words").await;
}
