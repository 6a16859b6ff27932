//! A run: load, a blow, settle, check; as often as asked, and once more over everything.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::future::{join, join_all, try_join_all};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::checker::{self, Evidence, Promise, Receipt};
use super::client::{Client, Goal, Seat, Standing};
use super::dice::Dice;
use super::finding::{Finding, Kind};
use super::list::Line;
use super::server::Server;
use super::stored::Stored;
use super::wire::Rest;
use crate::postgres::Postgres;

/// Messages offered by all clients together, a second.
const OFFERED: u32 = 2_000;
/// Milliseconds of load before the blow.
const LOAD: std::ops::Range<u64> = 50..3_000;
/// So long may clients need to come back, have everything acked, and hear the last message. Nobody waits for it but a
/// run that has failed.
const SETTLE_PATIENCE: Duration = Duration::from_secs(120);

/// What is hit under load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// The server, by `kill -9`.
    Server,
    /// PostgreSQL, which ends at once and comes back after so long.
    Database(Duration),
}

/// A room under load.
struct Room {
    id: i64,
    /// Who is in it, each as they call the server.
    people: Vec<(i64, Rest)>,
    /// The last message that a cycle has checked, and its number in the room.
    settled: (i64, i64),
}

/// What one cycle came to.
pub struct Cycle {
    pub blow: Blow,
    pub killed_after: Duration,
    pub ready_after: Duration,
    pub sent: usize,
    pub resent: u64,
    /// Messages that were stored when it was killed, and not acked: sending them again must not double them.
    pub in_doubt: usize,
    pub findings: Vec<Finding>,
}

/// Server, clients and rooms.
pub struct Run {
    server: Server,
    postgres: Option<Arc<Postgres>>,
    clients: Vec<Client>,
    rooms: Vec<Room>,
    dice: Dice,
    standing: watch::Sender<Standing>,
    alarms: usize,
}

impl Run {
    /// People, orders and rooms are there, the server runs, and every client is connected.
    pub async fn begin(
        mut server: Server,
        postgres: Option<Arc<Postgres>>,
        seed: u64,
        (clients, rooms): (usize, usize),
    ) -> Result<Self> {
        let dice = Dice::new(seed, 0);
        server.seed(&town(rooms)).await?;
        server.start().await?;
        let rooms = open_rooms(&server, rooms).await?;
        let gap = Duration::from_secs(1) * u32::try_from(clients)? / OFFERED;
        let seats = (0..clients).zip(rooms.iter().cycle());
        let clients = seats.map(|(number, room)| {
            let (person, rest) = room
                .people
                .get(number / rooms.len() % room.people.len())
                .context("an empty room")?;
            let seat = Seat {
                number,
                person: *person,
                room: room.id,
                rest: rest.clone(),
            };
            Ok(Client::new(seat, Dice::new(seed, number as u64 + 1), gap))
        });
        let clients = clients.collect::<Result<Vec<_>>>()?;
        let mut run = Self {
            server,
            postgres,
            clients,
            rooms,
            dice,
            standing: watch::Sender::new(Standing::Whole),
            alarms: 0,
        };
        let late = run.all_reach(Goal::Settle).await?;
        anyhow::ensure!(late.is_empty(), "the clients cannot connect: {late:?}");
        Ok(run)
    }

    /// One cycle.
    pub async fn cycle(&mut self, blow: Blow) -> Result<Cycle> {
        let sent_before = self.sent();
        let resent_before = self.resent();
        self.clients.iter_mut().for_each(|client| client.ledger.begin_cycle());
        self.standing.send_replace(Standing::Whole);
        let killed_after = self.moment();
        let mut in_doubt = 0;
        let (mut findings, ready_after) = match blow {
            Blow::Server => {
                let findings = self.load_and_kill(killed_after).await?;
                let ready_after = self.server.start().await?;
                in_doubt = self.in_doubt()?;
                (findings, ready_after)
            }
            Blow::Database(away) => self.load_and_stop_database(killed_after, away).await?,
        };
        self.standing.send_replace(Standing::Enough);
        findings.extend(self.all_reach(Goal::Settle).await?);
        if findings.is_empty() {
            findings.extend(self.say_last().await?);
        }
        let stored = self.server.stored()?;
        for evidence in self.evidence(false).await? {
            findings.extend(self.check_room(evidence, &stored)?);
        }
        findings.extend(self.overheard(blow)?);
        self.settle(&stored)?;
        let (sent, resent) = (self.sent() - sent_before, self.resent() - resent_before);
        Ok(Cycle {
            blow,
            killed_after,
            ready_after,
            sent,
            resent,
            in_doubt,
            findings,
        })
    }

    fn moment(&mut self) -> Duration {
        Duration::from_millis(self.dice.between(LOAD.start, LOAD.end))
    }

    /// All clients send until the server is killed, and have noticed that it was.
    async fn load_and_kill(&mut self, after: Duration) -> Result<Vec<Finding>> {
        let Self {
            server,
            clients,
            standing,
            ..
        } = self;
        let watching = standing.subscribe();
        let load = try_join_all(clients.iter_mut().map(|client| client.pursue(Goal::Load, &watching)));
        let kill = async {
            sleep(after).await;
            let ended = server.ended()?;
            // In one go: nobody may notice the kill before `standing` says so.
            if ended.is_none() {
                server.kill()?;
            }
            standing.send_replace(Standing::Down);
            server.gone().await?;
            let says = |status| Finding::new(Kind::Server, format!("ended by itself under load: {status}"));
            anyhow::Ok(ended.map(says))
        };
        let (load, ended) = join(load, kill).await;
        load?;
        Ok(ended?.into_iter().collect())
    }

    /// All clients send while PostgreSQL ends at once and comes back, and for a while after: sends go on by themselves,
    /// over the sockets that were there. How long it took from its return until the server was ready.
    async fn load_and_stop_database(&mut self, after: Duration, away: Duration) -> Result<(Vec<Finding>, Duration)> {
        let afterwards = self.moment();
        let Self {
            server,
            postgres,
            clients,
            standing,
            ..
        } = self;
        let postgres = postgres.clone().context("there is no PostgreSQL to stop")?;
        let watching = standing.subscribe();
        let load = try_join_all(clients.iter_mut().map(|client| client.pursue(Goal::Load, &watching)));
        let blow = async {
            sleep(after).await;
            standing.send_replace(Standing::Away);
            let stopped = Arc::clone(&postgres);
            spawn_blocking(move || stopped.stop_at_once()).await??;
            sleep(away).await;
            spawn_blocking(move || postgres.go_on()).await??;
            let ready_after = server.ready().await?;
            standing.send_replace(Standing::Whole);
            sleep(afterwards).await;
            standing.send_replace(Standing::Enough);
            anyhow::Ok(ready_after)
        };
        let (load, ready_after) = join(load, blow).await;
        load?;
        Ok((Vec::new(), ready_after?))
    }

    /// How many drafts are stored that their clients know nothing of.
    fn in_doubt(&self) -> Result<usize> {
        let stored = self.server.stored()?;
        let mut count = 0;
        for room in &self.rooms {
            let rows = stored.rows(room.id, room.settled.1)?;
            let client_ids: HashSet<&str> = rows.iter().filter_map(|row| row.client_id.as_deref()).collect();
            let ledgers = self
                .clients
                .iter()
                .filter(|client| client.seat.room == room.id)
                .map(|client| &client.ledger);
            let unacked = ledgers.flat_map(|ledger| ledger.unacked.iter().map(|&number| ledger.client_id(number)));
            count += unacked
                .filter(|client_id| client_ids.contains(client_id.as_str()))
                .count();
        }
        Ok(count)
    }

    /// Every client pursues a goal; a finding for each that does not reach it.
    async fn all_reach(&mut self, goal: Goal) -> Result<Vec<Finding>> {
        let watching = self.standing.subscribe();
        let reached = join_all(self.clients.iter_mut().map(async |client| {
            let reached = timeout(SETTLE_PATIENCE, client.pursue(goal, &watching)).await;
            (client, reached)
        }));
        let mut findings = Vec::new();
        for (client, reached) in reached.await {
            let says = match reached {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => format!("{}: {error:#}", client.name()),
                Err(_) => format!("not within {SETTLE_PATIENCE:?}: {}", client.waits_for()),
            };
            findings.push(Finding::new(Kind::Late, says).in_room(client.seat.room));
        }
        Ok(findings)
    }

    /// A last message in every room, which every client must hear: frames come in order, so nothing is still on its
    /// way after it.
    async fn say_last(&mut self) -> Result<Vec<Finding>> {
        let mut last = Vec::new();
        for room in &self.rooms {
            let speaker = self
                .clients
                .iter_mut()
                .find(|client| client.seat.room == room.id)
                .context("a room without clients")?;
            last.push((speaker.seat.number, speaker.say_last().await));
        }
        let mut findings = self.all_reach(Goal::Settle).await?;
        let mut heard = Vec::new();
        for (speaker, draft) in last {
            let speaker = self.clients.get(speaker).context("client")?;
            let id = speaker.ledger.drafts.get(draft).and_then(|draft| draft.acked);
            heard.extend(id.map(|id| (speaker.seat.room, id)));
        }
        let watching = self.standing.subscribe();
        for (room, id) in heard {
            for client in self.clients.iter_mut().filter(|client| client.seat.room == room) {
                let reached = timeout(SETTLE_PATIENCE, client.pursue(Goal::Hear(id), &watching)).await;
                if !matches!(reached, Ok(Ok(()))) {
                    let says = format!(
                        "message {id} was not heard in {SETTLE_PATIENCE:?}: {}",
                        client.waits_for()
                    );
                    findings.push(Finding::new(Kind::Late, says).in_room(room));
                }
            }
        }
        Ok(findings)
    }

    /// What clients and the server's calls say: of this cycle, or of all time.
    async fn evidence(&self, of_all_time: bool) -> Result<Vec<Evidence>> {
        let mut evidence = Vec::new();
        for room in &self.rooms {
            let (after_id, after_seq) = if of_all_time { (0, 0) } else { room.settled };
            let (_, rest) = room.people.first().context("an empty room")?;
            let shown = rest
                .messages_after(room.id, after_id)
                .await
                .context("the server does not give its list")?;
            let mut receipts = Vec::new();
            for (person, rest) in &room.people {
                let said = rest.unread(room.id).await?;
                receipts.push(Receipt {
                    person: *person,
                    said,
                    recount: 0,
                    read_seq: 0,
                    marked_seq: 0,
                });
            }
            let clients: Vec<&Client> = self
                .clients
                .iter()
                .filter(|client| client.seat.room == room.id)
                .collect();
            let lists = clients
                .iter()
                .map(|client| (client.name(), client.list.lines_after(after_id).to_vec()));
            let lists: Vec<(String, Vec<Line>)> = lists.collect();
            let promises = clients
                .iter()
                .flat_map(|client| promises(client, of_all_time))
                .collect();
            let (room, room_seq, rows) = (room.id, 0, Vec::new());
            evidence.push(Evidence {
                room,
                after_seq,
                room_seq,
                rows,
                promises,
                shown,
                lists,
                receipts,
            });
        }
        Ok(evidence)
    }

    /// Adds what the database has, and checks.
    fn check_room(&self, mut evidence: Evidence, stored: &Stored) -> Result<Vec<Finding>> {
        let room = evidence.room;
        evidence.rows = stored.rows(room, evidence.after_seq)?;
        evidence.room_seq = stored.room_seq(room)?;
        for receipt in &mut evidence.receipts {
            (receipt.read_seq, receipt.recount) = stored.receipt(room, receipt.person)?;
            let windows = self
                .clients
                .iter()
                .filter(|client| client.seat.room == room && client.seat.person == receipt.person);
            let marked = windows.filter_map(|client| client.ledger.marked).max();
            receipt.marked_seq = marked.map_or(Ok(0), |id| stored.seq_of(id))?;
        }
        Ok(checker::check(&evidence))
    }

    /// From here on a new cycle begins: what was checked does not change any more.
    fn settle(&mut self, stored: &Stored) -> Result<()> {
        for room in &mut self.rooms {
            let seq = stored.room_seq(room.id)?;
            let rows = stored.rows(room.id, seq - 1)?;
            room.settled = (rows.last().map_or(0, |row| row.id), seq);
            for client in self.clients.iter_mut().filter(|client| client.seat.room == room.id) {
                client.settled = room.settled.0;
            }
        }
        Ok(())
    }

    /// What clients noticed on the way, and what the server's log has cried out since the last time. An error may tell
    /// of a database that was stopped.
    fn overheard(&mut self, blow: Blow) -> Result<Vec<Finding>> {
        let mut findings: Vec<Finding> = self
            .clients
            .iter_mut()
            .flat_map(|client| std::mem::take(&mut client.findings))
            .collect();
        let alarms = self.server.alarms()?;
        let explained = |line: &&String| blow != Blow::Server && !line.contains("panicked at");
        let new = alarms.iter().skip(self.alarms).filter(|line| !explained(line));
        findings.extend(new.map(|line| Finding::new(Kind::Server, format!("the log says: {line}"))));
        self.alarms = alarms.len();
        Ok(findings)
    }

    /// Stops the server as an operator does and checks everything once more, from the first message on.
    pub async fn end(&mut self) -> Result<Vec<Finding>> {
        let evidence = self.evidence(true).await?;
        self.server.ask_to_stop()?;
        let mut findings = self.all_reach(Goal::Stop).await?;
        match self.server.stopped().await? {
            Some(status) if status.success() => {}
            Some(status) => findings.push(Finding::new(Kind::Server, format!("SIGTERM ended it with {status}"))),
            None => findings.push(Finding::new(Kind::Server, "SIGTERM did not end it".to_owned())),
        }
        let stored = self.server.stored()?;
        for evidence in evidence {
            findings.extend(self.check_room(evidence, &stored)?);
        }
        findings.extend(stored.damage()?);
        findings.extend(self.overheard(Blow::Server)?);
        Ok(findings)
    }

    /// Drafts so far.
    fn sent(&self) -> usize {
        self.clients.iter().map(|client| client.ledger.drafts.len()).sum()
    }

    pub fn acked(&self) -> usize {
        let drafts = self.clients.iter().flat_map(|client| &client.ledger.drafts);
        drafts.filter(|draft| draft.acked.is_some()).count()
    }

    pub fn resent(&self) -> u64 {
        self.clients.iter().map(|client| client.ledger.resends).sum()
    }

    /// How often a client was cut off as too slow, and came back.
    pub fn cuts(&self) -> u64 {
        self.clients.iter().map(|client| client.cuts).sum()
    }
}

fn promises(client: &Client, of_all_time: bool) -> Vec<Promise> {
    let start = if of_all_time { 0 } else { client.ledger.cycle_start };
    let drafts = client.ledger.drafts.iter().enumerate().skip(start);
    let promise = |(number, draft): (usize, &super::ledger::Draft)| Promise {
        person: client.seat.person,
        client_id: client.ledger.client_id(number),
        acked: draft.acked,
        text: draft.text.clone(),
        erased: draft.erased,
    };
    drafts.map(promise).collect()
}

/// Who has a place in an order: a client of its own, an expert who has two orders, and in every other order an
/// operator who has them all.
fn places(order: usize, orders: usize) -> (usize, usize, Option<usize>) {
    (
        order,
        orders + order.div_ceil(2),
        order.is_multiple_of(2).then_some(2 * orders + 1),
    )
}

/// The seed: orders from 1, and whoever is in them.
fn town(orders: usize) -> String {
    let person = |id: usize, role: &str| {
        json!({"id": id, "username": format!("person{id}"), "email": format!("person{id}@example.com"),
               "first_name": "Person", "last_name": id.to_string(), "role": role})
    };
    let mut people: Vec<_> = (1..=orders).map(|id| person(id, "client")).collect();
    people.extend((1..=orders.div_ceil(2)).map(|expert| person(orders + expert, "expert")));
    people.push(person(2 * orders + 1, "operator"));
    let orders = (1..=orders).map(|order| {
        let (client, expert, operator) = places(order, orders);
        json!({"id": order, "number": format!("N-{order}"), "client": client, "expert": expert, "operator": operator,
               "status": "active"})
    });
    json!({"people": people, "orders": orders.collect::<Vec<_>>()}).to_string()
}

async fn open_rooms(server: &Server, orders: usize) -> Result<Vec<Room>> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let mut rooms = Vec::new();
    for order in 1..=orders {
        let (client, expert, operator) = places(order, orders);
        let people: Vec<i64> = [Some(client), Some(expert), operator]
            .into_iter()
            .flatten()
            .map(i64::try_from)
            .collect::<Result<_, _>>()?;
        let tokens = server.tokens(&people).await?;
        let rests = tokens.into_iter().map(|token| Rest {
            http: http.clone(),
            address: server.address,
            token,
        });
        let people: Vec<(i64, Rest)> = people.into_iter().zip(rests).collect();
        let (_, rest) = people.first().context("an empty room")?;
        rooms.push(Room {
            id: rest.open_room(i64::try_from(order)?).await?,
            people,
            settled: (0, 0),
        });
    }
    Ok(rooms)
}
