//! Connections that say nothing, or half a header, or half a body, are gone after their deadline; honest ones go on.

use crate::harness::{Server, Socket, Town, in_time};
use futures_util::future::join_all;
use serde_json::json;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// The documented deadline is ten seconds from the connect (`header_seconds`), and 15 s for all of them together; the
/// rest is for a machine that is busy with other tests.
const DEADLINE: Duration = Duration::from_secs(30);

/// Connects, says `what`, and waits until the server ends the connection.
async fn until_cut(address: SocketAddr, what: &str) -> bool {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(what.as_bytes()).await.expect("it leaves");
    let mut answer = Vec::new();
    // A last word such as 408 is as good as none; a reset is an end too.
    timeout(DEADLINE, stream.read_to_end(&mut answer)).await.is_ok()
}

/// One says something and both hear it; how long that took.
async fn exchange(one: &mut Socket, other: &mut Socket, number: usize) -> Duration {
    let (text, begun) = (format!("number {number}"), Instant::now());
    one.say_and_hear(&text).await;
    assert_eq!(other.texts_until(&text).await.len(), 1);
    begun.elapsed()
}

/// A line to read, not to judge by: how fast the pair was depends on what else the machine does.
fn report(before: &mut [Duration], during: &mut [Duration]) {
    let p99 = |times: &mut [Duration]| {
        times.sort();
        times[times.len() * 99 / 100]
    };
    let line = format!(
        "a talking pair's p99 beside 4,000 silent connections: {:?}, before {:?}\n",
        p99(during),
        p99(before)
    );
    let _ = std::io::stderr().write_all(line.as_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_thousand_who_say_nothing_whole_are_gone_while_a_pair_talks_on() {
    let server = Server::start("silent", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let (mut one, mut other) = (party.client.listen(room).await, party.expert.listen(room).await);

    let (mut before, mut during) = (Vec::new(), Vec::new());
    for number in 0..200 {
        before.push(exchange(&mut one, &mut other, number).await);
    }

    let address = server.address;
    let half = format!("GET /api/chat/rooms/ HTTP/1.1\r\nHost: {address}\r\nX-Half: ");
    let crowd = (0..4_000).map(|n| {
        let what = if n % 2 == 0 { String::new() } else { half.clone() };
        tokio::spawn(async move { until_cut(address, &what).await })
    });
    let mut crowd = tokio::spawn(join_all(crowd));

    let outcomes = loop {
        during.push(exchange(&mut one, &mut other, before.len() + during.len()).await);
        if crowd.is_finished() {
            break (&mut crowd).await.expect("the crowd ends");
        }
    };
    report(&mut before, &mut during);
    let talked = before.len() + during.len();
    let cut = outcomes
        .into_iter()
        .filter(|cut| *cut.as_ref().expect("each ends"))
        .count();
    assert_eq!(cut, 4_000, "connections that were ended");
    assert!(during.len() > 10, "the pair exchanged {} messages only", during.len());
    assert_eq!(party.client.all_messages(room).await.len(), talked);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_refused() {
    let server = Server::start("half-body", "limits.body_idle_seconds = 1", &Town::parties(1)).await;
    let party = server.party(1).await;
    let head = format!(
        "POST /api/chat/messages/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{\"room\"",
        server.address, party.client.token
    );
    let mut stream = TcpStream::connect(server.address).await.expect("the server listens");
    stream.write_all(head.as_bytes()).await.expect("it leaves");
    let mut answer = Vec::new();
    in_time("the connection ends", stream.read_to_end(&mut answer))
        .await
        .expect("an end");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    // Everybody else is served meanwhile and afterwards.
    assert_eq!(party.client.post("/api/chat/messages/", &json!({})).await.status, 400);
}

#[tokio::test]
async fn each_deadline_holds_without_the_others() {
    let half = "GET /healthz HTTP/1.1\r\nHost: x\r\n";
    let whole = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for (limit, what) in [
        ("first_byte_seconds", ""),
        ("header_seconds", half),
        ("idle_seconds", whole),
    ] {
        let long = ["first_byte_seconds", "header_seconds", "idle_seconds"].map(|name| {
            let seconds = if name == limit { 1 } else { 3_600 };
            format!("limits.{name} = {seconds}\n")
        });
        let server = Server::start(&format!("deadline-{limit}"), &long.concat(), &Town::default()).await;
        assert!(until_cut(server.address, what).await, "{limit}");
    }
}
