//! A client: one window of one person, with a socket in one room, that sends, changes and reads, and comes back after
//! every loss with whatever was not acked.

mod hearing;

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::dice::Dice;
use super::finding::Finding;
use super::ledger::{Ledger, Wish};
use super::list::{Line, List};
use super::wire::{Heard, Reply, Rest, Socket};

/// Messages of a client that may wait for their ack; a client that waits for more holds its next one back.
const WINDOW: usize = 64;
/// Before what failed is tried again …
const PAUSE: Duration = Duration::from_millis(50);
/// … and while the database is away.
const LONG_PAUSE: Duration = Duration::from_millis(500);
/// How long a client tries to come back before the run is given up.
const CONNECT_PATIENCE: Duration = Duration::from_secs(120);
/// So far may a client be behind its own pace.
const MOST_BEHIND: Duration = Duration::from_millis(500);
/// Of a hundred messages, so many go over the socket, the others over REST.
const BY_SOCKET: u64 = 65;
/// What is said, in turns.
const WORDS: [&str; 6] = [
    "когда заказ?",
    "спасибо 🙂",
    "ok",
    "\"кавычки\" и \\",
    "две\nстроки",
    "посмотрю сегодня и отвечу",
];

/// How it stands with the server under load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It runs, and so does its database.
    Whole,
    /// It has been killed.
    Down,
    /// It runs, and its database has gone away.
    Away,
    /// It runs, and the load is over.
    Enough,
}

/// What a client does until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Sends and changes until the load is over, or the server is down and everything asked is answered or lost.
    Load,
    /// Comes back and asks again until everything is acked and its list is whole.
    Settle,
    /// Listens until it has heard this message.
    Hear(i64),
    /// Listens until the server closes.
    Stop,
}

/// Who a client is.
pub struct Seat {
    pub number: usize,
    pub person: i64,
    pub room: i64,
    pub rest: Rest,
}

/// An answer over REST, with what it answers.
enum Answer {
    Sent(usize, Reply),
    Changed(usize, Reply),
    /// A mark that was asked for when this message was the newest on the screen.
    Marked(i64, Reply),
    /// Pages for the gap before this connection.
    Pages(u64, Option<Vec<Line>>),
}

type Asked = Pin<Box<dyn Future<Output = Answer>>>;

/// A client.
pub struct Client {
    pub seat: Seat,
    pub ledger: Ledger,
    pub list: List,
    pub findings: Vec<Finding>,
    /// The last message of the cycle before: the list up to it has been checked, and nothing in it changes any more.
    pub settled: i64,
    /// How often the server cut this client off as too slow.
    pub cuts: u64,
    dice: Dice,
    socket: Option<Socket>,
    /// Connections so far.
    connection: u64,
    /// Messages heard on this connection.
    heard: HashSet<i64>,
    /// Whether this connection has begun with its history.
    has_begun: bool,
    /// Whether the database has been away in this cycle: what came in between may still be told.
    was_away: bool,
    /// Before what failed is tried again.
    pause: Duration,
    /// Just connected: what is not acked has to be sent again.
    is_back: bool,
    asked: FuturesUnordered<Asked>,
    gap: Duration,
    due: Instant,
}

impl Client {
    /// Somebody who has not come yet and will send once every `gap`.
    pub fn new(seat: Seat, dice: Dice, gap: Duration) -> Self {
        Self {
            ledger: Ledger::new(seat.number),
            seat,
            list: List::default(),
            findings: Vec::new(),
            settled: 0,
            cuts: 0,
            dice,
            socket: None,
            connection: 0,
            heard: HashSet::new(),
            has_begun: false,
            was_away: false,
            pause: PAUSE,
            is_back: false,
            asked: FuturesUnordered::new(),
            gap,
            due: Instant::now(),
        }
    }

    /// How findings call it.
    pub fn name(&self) -> String {
        format!("client {} (person {})", self.seat.number, self.seat.person)
    }

    /// What it still waits for, for a finding about one that waits too long.
    pub fn waits_for(&self) -> String {
        let first = self
            .ledger
            .unacked
            .iter()
            .next()
            .map(|&number| self.ledger.client_id(number));
        format!(
            "{} waits for {} acks (first {first:?}), {} changes, {} answers, pages: {}, connected: {}, newest message {}",
            self.name(),
            self.ledger.unacked.len(),
            self.ledger.changes.len(),
            self.asked.len(),
            self.list.has_gap(),
            self.socket.is_some(),
            self.list.newest()
        )
    }

    /// Pursues a goal, as long as it stands so with the server.
    pub async fn pursue(&mut self, goal: Goal, standing: &watch::Receiver<Standing>) -> Result<()> {
        let mut standing = standing.clone();
        self.due = Instant::now() + self.next_gap();
        match goal {
            Goal::Load => self.was_away = false,
            Goal::Settle => self.ask_changes_again(),
            _ => {}
        }
        loop {
            let now = *standing.borrow_and_update();
            self.was_away |= now == Standing::Away;
            self.pause = if now == Standing::Away { LONG_PAUSE } else { PAUSE };
            if self.has_reached(goal, now) {
                return Ok(());
            }
            let is_down = now == Standing::Down;
            if self.socket.is_none() && !is_down {
                self.connect(&standing).await?;
            }
            let may_send = goal == Goal::Load && !is_down && !self.list.has_gap();
            tokio::select! {
                heard = next_of(&mut self.socket) => {
                    let is_down = *standing.borrow() == Standing::Down;
                    self.hear(heard?, is_down || goal == Goal::Stop);
                }
                Some(answer) = self.asked.next(), if !self.asked.is_empty() => {
                    let is_down = *standing.borrow() == Standing::Down;
                    self.answered(answer, is_down);
                }
                () = sleep_until(self.due), if may_send => self.act().await,
                changed = standing.changed(), if !is_down => changed.context("the run is over")?,
            }
            if std::mem::take(&mut self.is_back) {
                self.send_again().await;
            }
        }
    }

    fn has_reached(&self, goal: Goal, now: Standing) -> bool {
        let is_idle = self.asked.is_empty();
        match goal {
            Goal::Load => now == Standing::Enough || (now == Standing::Down && is_idle && self.socket.is_none()),
            Goal::Settle => is_idle && self.ledger.is_settled() && self.socket.is_some() && !self.list.has_gap(),
            Goal::Hear(id) => self.list.knows(id),
            Goal::Stop => self.socket.is_none(),
        }
    }

    /// Connects, however often it takes, unless the server goes down.
    async fn connect(&mut self, standing: &watch::Receiver<Standing>) -> Result<()> {
        let deadline = Instant::now() + CONNECT_PATIENCE;
        while *standing.borrow() != Standing::Down {
            match Socket::open(self.seat.rest.address, self.seat.room, &self.seat.rest.token).await {
                Ok(socket) => {
                    self.socket = Some(socket);
                    self.connection += 1;
                    self.heard.clear();
                    self.has_begun = false;
                    return Ok(());
                }
                Err(error) if Instant::now() > deadline => {
                    return Err(error.context(format!("{} cannot connect", self.name())));
                }
                Err(_) => sleep(self.pause).await,
            }
        }
        Ok(())
    }

    fn next_gap(&mut self) -> Duration {
        let micros = u64::try_from(self.gap.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.dice.between(micros / 2, micros + micros / 2))
    }

    /// Sends, and now and then changes or reads something.
    async fn act(&mut self) {
        let due = self.due + self.next_gap();
        // Who is far behind does not make up for it in one go.
        self.due = due.max(Instant::now() - MOST_BEHIND);
        if self.ledger.unacked.len() < WINDOW {
            let text = self.dice.one_of(&WORDS).unwrap_or_default();
            let number = self.ledger.draft(text);
            self.send(number).await;
        }
        match self.dice.between(0, 100) {
            0..4 => self.edit(),
            4..6 => self.erase(),
            6..8 => self.mark(),
            8..10 => {
                if let Some(socket) = &mut self.socket {
                    socket.say(&json!({"type": "mark_read"})).await;
                }
            }
            _ => {}
        }
    }

    /// Says one more message over the socket: whoever hears it has heard everything before it. Its draft.
    pub async fn say_last(&mut self) -> usize {
        let number = self.ledger.draft("конец");
        self.by_socket(number).await;
        number
    }

    async fn send(&mut self, number: usize) {
        if self.dice.percent(BY_SOCKET) {
            self.by_socket(number).await;
        } else {
            self.by_rest(number, Duration::ZERO);
        }
    }

    async fn by_socket(&mut self, number: usize) {
        let (text, client_id) = (self.ledger.text(number), self.ledger.client_id(number));
        if let Some(socket) = &mut self.socket {
            socket.send(&text, &client_id).await;
        }
    }

    fn by_rest(&mut self, number: usize, pause: Duration) {
        let (text, client_id) = (self.ledger.text(number), self.ledger.client_id(number));
        let (rest, room) = (self.seat.rest.clone(), self.seat.room);
        self.asked.push(Box::pin(async move {
            sleep(pause).await;
            Answer::Sent(number, rest.send(room, &text, &client_id).await)
        }));
    }

    /// Sends everything again that is not acked, under the same client ids.
    async fn send_again(&mut self) {
        let unacked: Vec<usize> = self.ledger.unacked.iter().copied().collect();
        for number in unacked {
            self.ledger.resends(number);
            self.send(number).await;
        }
    }

    fn edit(&mut self) {
        let Some(number) = self.dice.one_of(self.ledger.changeable()) else {
            return;
        };
        let text = format!(
            "{} (исправлено, {})",
            self.ledger.client_id(number),
            self.dice.between(0, 1_000_000)
        );
        self.wish(number, Wish::Edit(text));
    }

    fn erase(&mut self) {
        if let Some(number) = self.dice.one_of(self.ledger.changeable()) {
            self.wish(number, Wish::Erase);
        }
    }

    fn wish(&mut self, number: usize, wish: Wish) {
        if self.ledger.wishes(number, wish) {
            self.ask_change(number, Duration::ZERO);
        }
    }

    fn ask_change(&mut self, number: usize, pause: Duration) {
        let Some((id, wish)) = self.ledger.asks(number) else {
            return;
        };
        let (method, body) = match wish {
            Wish::Edit(text) => (Method::PATCH, json!({ "message": text })),
            Wish::Erase => (Method::DELETE, Value::Null),
        };
        let rest = self.seat.rest.clone();
        self.asked.push(Box::pin(async move {
            sleep(pause).await;
            Answer::Changed(
                number,
                rest.ask(method, &format!("/api/chat/messages/{id}/"), &body).await,
            )
        }));
    }

    /// Asks again for every change whose answer the crash took.
    fn ask_changes_again(&mut self) {
        let open: Vec<usize> = self.ledger.changes.keys().copied().collect();
        for number in open {
            self.ask_change(number, Duration::ZERO);
        }
    }

    fn mark(&mut self) {
        let (rest, room, newest) = (self.seat.rest.clone(), self.seat.room, self.list.newest());
        self.asked.push(Box::pin(async move {
            let path = format!("/api/chat/rooms/{room}/mark_read/");
            Answer::Marked(newest, rest.ask(Method::POST, &path, &Value::Null).await)
        }));
    }

    fn ask_pages(&mut self, pause: Duration) {
        let (rest, room, settled, connection) = (self.seat.rest.clone(), self.seat.room, self.settled, self.connection);
        self.asked.push(Box::pin(async move {
            sleep(pause).await;
            Answer::Pages(connection, rest.messages_after(room, settled).await)
        }));
    }
}

async fn next_of(socket: &mut Option<Socket>) -> Result<Heard> {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}
