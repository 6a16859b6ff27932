//! The client against the floors: what it counts is what happened.

use std::net::SocketAddr;
use std::sync::mpsc;

use anyhow::Result;
use axum::Router;
use beseda_live::accept::{AcceptLimits, listen, serve};
use tokio_util::sync::CancellationToken;

use super::*;

/// A floor in a thread of its own, for as long as the test runs.
fn serving(router: Router) -> SocketAddr {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        beseda_live::runtime(Some(1)).unwrap().block_on(async {
            let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            serve(listener, router, AcceptLimits::default(), CancellationToken::new()).await;
        });
    });
    receiver.recv().unwrap()
}

struct Free;

impl proc::Clocked for Free {
    fn cpu(&self) -> Result<u64> {
        Ok(0)
    }
}

const STREET: Street = Street {
    members: 5,
    rooms: 4,
    messages: 0,
};
const SHORT: Duration = Duration::from_millis(200);

fn crowd(address: SocketAddr) -> Crowd {
    let mut crowd = Crowd::new().unwrap();
    crowd.connect(address, &floor_seats(STREET)).unwrap();
    crowd
}

#[test]
fn a_send_is_complete_when_every_member_has_it() {
    let mut crowd = crowd(serving(floor::raw()));
    let outcome = crowd.run(Load::Open(500), SHORT, &Free).unwrap();
    assert_eq!((outcome.sends, outcome.deliveries), (100, 500));
    assert_eq!((outcome.lost, outcome.doubled, outcome.latency.len()), (0, 0, 500));
    let outcome = crowd.run(Load::Closed, SHORT, &Free).unwrap();
    assert!(outcome.sends >= 4);
    assert_eq!((outcome.deliveries, outcome.lost), (outcome.sends * 5, 0));
}

#[test]
fn the_durable_floor_has_kept_what_it_said() {
    let folder = std::env::temp_dir().join(format!("floor-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut crowd = crowd(serving(floor::durable(&folder).unwrap()));
    let outcome = crowd.run(Load::Closed, SHORT, &Free).unwrap();
    assert_eq!(outcome.lost, 0);
    let database = rusqlite::Connection::open(folder.join("floor.db")).unwrap();
    let kept: i64 = database
        .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept as u64, outcome.sends);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_floor_on_postgres_keeps_a_group_with_one_insert() {
    let server = Postgres::start().unwrap();
    let url = server.database("floor").unwrap();
    let mut crowd = crowd(serving(floor::on_postgres(&url).unwrap()));
    let outcome = crowd.run(Load::Closed, SHORT, &Free).unwrap();
    assert_eq!(outcome.lost, 0);
    let mut database = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    let counted = "SELECT count(*), count(DISTINCT client_id), count(DISTINCT xmin::text) FROM messages";
    let kept = database.query_one(counted, &[]).unwrap();
    let [messages, ids, commits] = [0, 1, 2].map(|at| kept.get::<_, i64>(at) as u64);
    assert_eq!((messages, ids), (outcome.sends, outcome.sends));
    assert!(commits < messages, "{commits} commits for {messages} messages");
}

#[test]
fn a_slow_reader_that_is_not_cut_has_everything_in_the_end() {
    let address = serving(floor::raw());
    let seats = floor_seats(STREET);
    let slow = slow::read(address, &seats[..STREET.members], SHORT, &Free).unwrap();
    assert_eq!((slow.during.sends, slow.during.lost), (40, 0));
    assert_eq!((slow.cut, slow.missing), (false, 0));
}
