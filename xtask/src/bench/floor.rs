//! The floors: the same sockets, codec and runtime as Beseda's, with no chat behind them.
//!
//! The raw one only passes on. The durable ones keep every message first, and its client id once: one writer thread,
//! group commit, fsync, in SQLite or in a PostgreSQL. What Beseda costs beyond them is what Beseda does.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{self, State};
use axum::response::Response;
use axum::routing::get;
use beseda_live::accept::{AcceptLimits, listen, serve};
use beseda_live::codec::{Incoming, text_frame};
use beseda_live::socket::{Ear, Queue, QueueLimits, SocketLimits, drive};
use beseda_live::upgrade::Upgrade;
use clap::{Args, ValueEnum};
use postgres::NoTls;
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use super::speech::{AFTER, BEFORE, BETWEEN};

/// Messages in one commit at most, as in the store.
const GROUP: usize = 256;

/// Runs a floor until it is killed.
#[derive(Args)]
pub struct Floor {
    /// Which one.
    kind: Kind,
    /// Where it listens.
    #[arg(long)]
    listen: SocketAddr,
    /// Where the durable one keeps its database.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where the one on PostgreSQL keeps its messages.
    #[arg(long)]
    database: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Raw,
    Durable,
    Postgres,
}

type Rooms = Mutex<Vec<Vec<Arc<Queue>>>>;

/// One message on its way to the disk.
struct Sent {
    room: usize,
    text: String,
    client_id: String,
}

/// Keeps a group and gives the numbers of its messages; nothing when it could not.
type Commit = Box<dyn FnMut(&[Sent]) -> Option<Vec<i64>> + Send>;

#[derive(Clone)]
struct House {
    rooms: Arc<Rooms>,
    writer: Option<SyncSender<Sent>>,
}

impl House {
    fn join(&self, room: usize, queue: Arc<Queue>) {
        let mut rooms = self.rooms.lock();
        if rooms.len() <= room {
            rooms.resize_with(room + 1, Vec::new);
        }
        if let Some(members) = rooms.get_mut(room) {
            members.push(queue);
        }
    }
}

/// Runs the floor.
pub fn run(floor: &Floor) -> Result<()> {
    let router = match floor.kind {
        Kind::Raw => raw(),
        Kind::Durable => durable(floor.data.as_deref().context("the durable floor needs --data")?)?,
        Kind::Postgres => on_postgres(
            floor
                .database
                .as_deref()
                .context("a floor on PostgreSQL needs --database")?,
        )?,
    };
    beseda_live::runtime(None)?.block_on(async {
        let listener = listen(floor.listen)?;
        serve(listener, router, AcceptLimits::default(), CancellationToken::new()).await;
        Ok(())
    })
}

/// What only passes on.
pub fn raw() -> Router {
    doors(House {
        rooms: Arc::default(),
        writer: None,
    })
}

/// What keeps everything first, in `floor.db` in `data`.
pub fn durable(data: &Path) -> Result<Router> {
    let mut database = open(data)?;
    Ok(keeping(Box::new(move |group| commit(&mut database, group).ok())))
}

/// What keeps everything first in a PostgreSQL: one insert of many rows is one commit.
pub fn on_postgres(url: &str) -> Result<Router> {
    let mut client = postgres::Client::connect(url, NoTls)?;
    client.batch_execute(
        "CREATE TABLE messages (room bigint NOT NULL, seq bigint NOT NULL, sender bigint NOT NULL, client_id text NOT NULL,
             text text NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (room, seq));
         CREATE UNIQUE INDEX messages_client ON messages (client_id, sender, room);",
    )?;
    let insert = client.prepare(
        "INSERT INTO messages (room, seq, sender, client_id, text, created_at)
         SELECT room, seq, 1234, client_id, text, 1795237200000000
         FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS sent (room, seq, client_id, text)
         ON CONFLICT DO NOTHING",
    )?;
    let mut last: HashMap<usize, i64> = HashMap::new();
    Ok(keeping(Box::new(move |group| {
        let seqs = group.iter().map(|sent| {
            let last = last.entry(sent.room).or_default();
            *last += 1;
            *last
        });
        let seqs: Vec<i64> = seqs.collect();
        let rooms: Vec<i64> = group.iter().map(|sent| sent.room as i64).collect();
        let ids: Vec<&str> = group.iter().map(|sent| sent.client_id.as_str()).collect();
        let texts: Vec<&str> = group.iter().map(|sent| sent.text.as_str()).collect();
        client.execute(&insert, &[&rooms, &seqs, &ids, &texts]).ok()?;
        Some(seqs)
    })))
}

fn keeping(commit: Commit) -> Router {
    let (sender, queue) = sync_channel(4_096);
    let rooms = Arc::new(Rooms::default());
    let said = Arc::clone(&rooms);
    std::thread::spawn(move || keep(commit, &queue, &said));
    doors(House {
        rooms,
        writer: Some(sender),
    })
}

fn doors(house: House) -> Router {
    Router::new()
        .route("/ws/{room}", get(enter))
        .route("/readyz", get(|| async {}))
        .with_state(house)
}

async fn enter(State(house): State<House>, extract::Path(room): extract::Path<usize>, upgrade: Upgrade) -> Response {
    upgrade.answer(async move |stream, leftover| {
        let queue = Arc::new(Queue::new(QueueLimits::default()));
        house.join(room, Arc::clone(&queue));
        let member = Member { house, room };
        drive(stream, leftover, queue, SocketLimits::default(), member).await;
    })
}

struct Member {
    house: House,
    room: usize,
}

impl Ear for Member {
    fn heard(&mut self, incoming: Incoming<'_>) {
        let Incoming::Text(frame) = incoming else { return };
        // No chat logic: what stands between the fixed pieces of the client's frame is the text and the client id.
        let Some((text, client_id)) = frame
            .strip_prefix(BEFORE)
            .and_then(|rest| rest.strip_suffix(AFTER))
            .and_then(|rest| rest.split_once(BETWEEN))
        else {
            return;
        };
        match &self.house.writer {
            None => say(&self.house.rooms, self.room, 1, text),
            Some(writer) => {
                // A full queue holds this thread, and with it the senders: a floor may.
                let _ = writer.send(Sent {
                    room: self.room,
                    text: text.to_owned(),
                    client_id: client_id.to_owned(),
                });
            }
        }
    }
}

/// Encodes once and queues for every member. The envelope is as long as the one of the order rooms.
fn say(rooms: &Rooms, room: usize, seq: i64, text: &str) {
    let frame = format!(
        "{{\"type\":\"chat_message\",\"message\":{{\"id\":{seq},\"room\":{room},\"sender\":{{\"id\":1234,\
         \"email\":\"client1234@example.com\",\"first_name\":\"Client\",\"last_name\":\"Number1234\"}},\
         \"sender_name\":\"Client Number1234\",\"message\":\"{text}\",\"file\":null,\"is_read\":false,\
         \"created_at\":\"2026-11-21T05:00:00.000000Z\"}}}}"
    );
    let frame = text_frame(frame.as_bytes());
    let rooms = rooms.lock();
    for member in rooms.get(room).into_iter().flatten() {
        if member.push(frame.clone()).is_err() {
            member.cut(4008, "too slow");
        }
    }
}

fn open(data: &Path) -> Result<Connection> {
    let database = Connection::open(data.join("floor.db"))?;
    database.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
         CREATE TABLE rooms (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
         CREATE TABLE messages (room INTEGER NOT NULL, seq INTEGER NOT NULL, sender INTEGER NOT NULL, client_id TEXT NOT NULL,
             text TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (room, seq)) STRICT, WITHOUT ROWID;
         CREATE UNIQUE INDEX messages_client ON messages (client_id, sender, room);
         WITH RECURSIVE n (id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n WHERE id < 9999)
         INSERT INTO rooms SELECT id, 0 FROM n;",
    )?;
    Ok(database)
}

/// The writer: all that is queued in one commit, then said.
fn keep(mut commit: Commit, queue: &Receiver<Sent>, rooms: &Rooms) {
    let mut group: Vec<Sent> = Vec::with_capacity(GROUP);
    while let Ok(first) = queue.recv() {
        group.push(first);
        while group.len() < GROUP {
            let Ok(next) = queue.try_recv() else { break };
            group.push(next);
        }
        match commit(&group) {
            Some(seqs) => {
                for (sent, seq) in group.drain(..).zip(seqs) {
                    say(rooms, sent.room, seq, &sent.text);
                }
            }
            // Nobody is told, so the benchmark counts the group as lost and says so.
            None => group.clear(),
        }
    }
}

fn commit(database: &mut Connection, group: &[Sent]) -> rusqlite::Result<Vec<i64>> {
    let transaction = database.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut seqs = Vec::with_capacity(group.len());
    {
        let mut next = transaction.prepare_cached("UPDATE rooms SET seq = seq + 1 WHERE id = ?1 RETURNING seq")?;
        let mut insert = transaction.prepare_cached(
            "INSERT INTO messages (room, seq, sender, client_id, text, created_at)
             VALUES (?1, ?2, 1234, ?3, ?4, 1795237200000000) ON CONFLICT DO NOTHING",
        )?;
        for sent in group {
            let room = i64::try_from(sent.room).unwrap_or_default();
            let seq: i64 = next.query_row([room], |row| row.get(0))?;
            insert.execute((room, seq, &sent.client_id, &sent.text))?;
            seqs.push(seq);
        }
    }
    transaction.commit()?;
    Ok(seqs)
}
