//! Search among a million messages, held against a page of history, on both engines: each as whoever asks the server waits for it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail};
use beseda_core::ports::{Clock, Look, Random, Tx};
use beseda_core::words::{
    Extra, Head, Limits, MemberRole, MessageId, NewMember, NewMessage, NewPerson, NewRoom, Person, PersonId, Role,
    RoomId, RoomKind, Seq, Time,
};
use beseda_core::{Chat, Error};
use beseda_store::{Opened, Options, Postgres, PostgresOptions, Sqlite};
use hdrhistogram::Histogram;
use serde_json::Value;
use uuid::Uuid;

use super::http::Web;
use super::pages::{put, timed, times_of};
use super::report::Samples;
use super::server::{Binaries, Kind, Server};
use super::town::{run, tokens};

const ROOMS: i64 = 10_000;
const MESSAGES: i64 = 1_000_000;
/// How many are kept, and how many indexed, in one transaction.
const BATCH: i64 = 1_000;
const INDEXED: i64 = 256;
/// Words of the language that is spoken here: the second is half as frequent as the first, and so on.
const WORDS: usize = 20_000;
const PAGE: usize = 50;
/// Who searches: somebody in every room, and others in so many.
const IN_ROOMS: [(i64, i64); 5] = [(1, ROOMS), (2, 1_000), (3, 200), (4, 20), (5, 1)];
/// In which rank of frequency the words are that are searched for.
const RANKS: [(&str, std::ops::Range<usize>); 3] =
    [("common", 5..60), ("middling", 300..3_000), ("rare", 8_000..WORDS)];

/// Rooms of this kind are the application's own.
const SETTINGS: &str = "[kinds.deal]\ntitle = \"Deal\"\n\n[limits]\nsearches_per_second = 0\n";

const START: Time = Time(1_790_000_000_000_000);

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Time {
        START
    }
}

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Numbers that look random, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }

    /// Low numbers more often than high ones, as words are.
    fn rank(&mut self) -> usize {
        let drawn = self.below(1_000_000) as f64 / 1_000_000.0;
        ((WORDS as f64).powf(drawn) as usize).saturating_sub(1)
    }
}

/// The word with a rank: some syllables, and an ending.
fn word(rank: usize) -> String {
    const SYLLABLES: [&str; 27] = [
        "за", "ка", "по", "ре", "ни", "ло", "ту", "мы", "ве", "са", "го", "де", "жи", "ко", "лу", "ми", "но", "пе",
        "ра", "си", "то", "фу", "хо", "ча", "ша", "бе", "вы",
    ];
    let (mut rest, mut word) = (rank + SYLLABLES.len(), String::new());
    while rest > 0 {
        word.push_str(SYLLABLES.get(rest % SYLLABLES.len()).copied().unwrap_or_default());
        rest /= SYLLABLES.len();
    }
    word
}

fn sentence(dice: &mut Dice) -> String {
    const ENDINGS: [&str; 5] = ["", "ми", "х", "й", "м"];
    let mut text = String::new();
    for _ in 0..4 + dice.below(12) {
        let ending = ENDINGS.get(dice.below(ENDINGS.len())).copied().unwrap_or_default();
        let _ = write!(text, "{}{ending} ", word(dice.rank()));
    }
    text
}

/// A data directory with a million messages and an index of them.
pub struct Library {
    data: PathBuf,
    database: Option<String>,
    /// Access tokens of those who search.
    tokens: Vec<String>,
    /// What a message takes to be kept, and then to be indexed, in microseconds.
    costs: [f64; 2],
}

impl Library {
    /// In a database of PostgreSQL, where one is named, or else in a file of this folder.
    pub fn build(binaries: &Binaries, folder: &Path, database: Option<String>, quick: bool) -> Result<Self> {
        let data = folder.join("library");
        fs::create_dir_all(&data)?;
        fs::write(data.join("beseda.toml"), SETTINGS)?;
        let messages = if quick { MESSAGES / 10 } else { MESSAGES };
        let costs = match &database {
            Some(url) => Filler::fill(Arc::new(Postgres::open(&PostgresOptions::at(url))?), messages)?,
            None => {
                // Put there by the program itself, so that it finds what it expects.
                run(binaries.beseda("migrate", &data, None).arg("--new"))?;
                let file = fs::read_dir(&data)?.filter_map(Result::ok).map(|entry| entry.path());
                let mut file = file.filter(|path| path.extension().is_some_and(|extension| extension == "db"));
                let options = Options {
                    cache_kib: 64 * 1024,
                    ..Options::at(file.next().context("no database")?)
                };
                Filler::fill(Arc::new(Sqlite::open(&options)?), messages)?
            }
        };
        let people: Vec<usize> = (1..=IN_ROOMS.len()).collect();
        let tokens = tokens(binaries, &data, database.as_deref(), &people)?;
        Ok(Self {
            data,
            database,
            tokens,
            costs,
        })
    }

    /// Pages of history and searches in turn, so that what disturbs one disturbs the other.
    pub fn measure(&self, binaries: &Binaries, times: usize, samples: &mut Samples) -> Result<()> {
        let server = Server::start(Kind::Beseda, binaries, &self.data, self.database.as_deref())?;
        let mut web = Web::connect(server.address)?;
        let mut dice = Dice(99);
        let mut tally = Tally::new()?;
        let [everywhere, ..] = self.tokens.as_slice() else {
            bail!("nobody searches")
        };
        for turn in 0..times + times / 10 {
            for ((_, rooms), token) in IN_ROOMS.iter().zip(&self.tokens) {
                for typed in queries(&mut dice) {
                    let room = dice.below(400) + 1;
                    let path = format!("/api/v1/rooms/deal:{room}/messages/?limit={PAGE}");
                    let page = timed(&mut web, &path, everywhere)?;
                    let own = search(&mut web, token, &typed, None)?;
                    let named = search(&mut web, everywhere, &typed, Some(room))?;
                    // The first tenth warms up.
                    if turn < times / 10 {
                        continue;
                    }
                    tally.pages.record(page)?;
                    tally.add(format!("{} in {rooms} rooms", typed.kind), own)?;
                    tally.add(format!("{} in a room that is named", typed.kind), named)?;
                }
            }
        }
        let engine = if self.database.is_some() { "pg" } else { "sqlite" };
        for (name, cost) in ["keep", "index"].iter().zip(self.costs) {
            samples.put(Kind::Beseda, &format!("{engine}_{name}_us"), cost);
        }
        put(samples, &format!("{engine}_history"), &tally.pages);
        put(samples, &format!("{engine}_search"), &tally.all);
        let [keep, index] = self.costs;
        let costs = format!("  keeping a message {keep:.1} us, indexing it {index:.1} us, behind its commit\n");
        super::say(&(tally.table(engine) + &costs))?;
        server.stop()
    }
}

/// How long a search takes, in nanoseconds, and how many are found.
fn search(web: &mut Web, token: &str, typed: &Typed, room: Option<usize>) -> Result<(u64, usize)> {
    let words: String = typed.words.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut path = format!("/api/v1/search/?limit={PAGE}&q={words}");
    if let Some(author) = typed.author {
        let _ = write!(path, "&author={}", author.0);
    }
    if let Some(room) = room {
        let _ = write!(path, "&room=deal:{room}");
    }
    let began = Instant::now();
    let body = web.get(&path, Some(token))?;
    let taken = began.elapsed();
    let body: Value = serde_json::from_slice(&body)?;
    let found = body
        .get("items")
        .and_then(Value::as_array)
        .context("no page was given")?;
    Ok((u64::try_from(taken.as_nanos())?, found.len()))
}

/// A store that is being filled; closed when dropped.
struct Filler {
    chat: Chat,
    store: Arc<dyn Opened>,
    messages: i64,
}

impl Drop for Filler {
    fn drop(&mut self) {
        self.store.close();
    }
}

impl Filler {
    /// Puts so many messages there, and all of them into the index: what each takes, in microseconds.
    fn fill(store: Arc<impl Opened + 'static>, messages: i64) -> Result<[f64; 2]> {
        let chat = Chat::new(
            Arc::clone(&store) as _,
            Arc::new(Fixed),
            Arc::new(Fixed),
            Arc::new(Limits::default()),
        );
        let filler = Self { chat, store, messages };
        filler.open_rooms()?;
        let began = Instant::now();
        filler.talk()?;
        let said = began.elapsed();
        let began = Instant::now();
        filler.index()?;
        let times = [said, began.elapsed()];
        Ok(times.map(|time| time.as_micros() as f64 / messages as f64))
    }

    fn change<T: Send + 'static>(
        &self,
        rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T> {
        let (answer, outcome) = sync_channel(1);
        self.chat.change(rule, move |outcome| drop(answer.send(outcome)));
        outcome.recv()?.map_err(|error| anyhow!("{error}"))
    }

    fn look<T: Send + 'static>(
        &self,
        rule: impl FnOnce(&mut dyn Look) -> Result<T, Error> + Send + 'static,
    ) -> Result<T> {
        let (answer, outcome) = sync_channel(1);
        self.chat.look(rule, move |outcome| drop(answer.send(outcome)));
        outcome.recv()?.map_err(|error| anyhow!("{error}"))
    }

    fn open_rooms(&self) -> Result<()> {
        self.change(|tx| {
            for id in 1..=100 {
                tx.put_person(&NewPerson::from(Person::new(PersonId(id), Role::User)))?;
            }
            Ok(())
        })?;
        for first in (0..ROOMS).step_by(500) {
            self.change(move |tx| (first..first + 500).try_for_each(|number| open_room(tx, number)))?;
        }
        Ok(())
    }

    /// Everybody talks in all rooms at once, in some much more than in others.
    fn talk(&self) -> Result<()> {
        let mut dice = Dice(1);
        let mut seqs = vec![0_i64; usize::try_from(ROOMS)?];
        for first in (0..self.messages).step_by(usize::try_from(BATCH)?) {
            let mut messages = Vec::new();
            for id in first + 1..=first + BATCH {
                let drawn = dice.below(1_000_000) as f64 / 1_000_000.0;
                let room = (drawn * drawn * ROOMS as f64) as usize;
                let seq = seqs.get_mut(room).context("a room")?;
                *seq += 1;
                let sender = PersonId(i64::try_from(dice.below(5))? + 1);
                let new = NewMessage {
                    room: RoomId(i64::try_from(room)? + 1),
                    seq: Seq(*seq),
                    sender: Some(sender),
                    client_id: None,
                    text: sentence(&mut dice),
                    files: Vec::new(),
                    created_at: Time(START.0 + id * 1_000_000),
                    head: Head(*seq + 4),
                    extra: Extra::NONE,
                };
                messages.push((MessageId(id), new));
            }
            self.change(move |tx| {
                let mut rooms = BTreeMap::new();
                for (_, new) in &messages {
                    if !rooms.contains_key(&new.room) {
                        rooms.extend(tx.room(new.room)?.map(|room| (new.room, room)));
                    }
                    if let Some(room) = rooms.get_mut(&new.room) {
                        (room.seq, room.head) = (new.seq, new.head);
                    }
                }
                let rooms: Vec<_> = rooms.values().cloned().collect();
                Ok(tx.insert_messages_as(&messages, &rooms)?)
            })?;
        }
        self.change(|tx| Ok(tx.draw_above()?))
    }

    /// As the server's task does, but for its pauses.
    fn index(&self) -> Result<()> {
        loop {
            let lacking = self.look(|look| Ok(look.to_index(INDEXED)?))?;
            let Some(mark) = lacking.mark else { return Ok(()) };
            let part = lacking.part();
            self.change(move |tx| Ok(tx.add_to_index(&part, mark)?))?;
            if let Some(merge) = self.look(|look| Ok(look.to_merge(false)?))? {
                let merged = merge.merged()?;
                self.change(move |tx| Ok(tx.keep_merged(&merged)?))?;
            }
        }
    }
}

fn open_room(tx: &mut dyn Tx, number: i64) -> Result<(), Error> {
    let (room, _) = tx.open_room(&NewRoom {
        uuid: Uuid::from_u128(number.unsigned_abs().into()),
        key: format!("deal:{number}"),
        kind: RoomKind::from_word("deal").unwrap_or(RoomKind::Order),
        group: None,
        title: String::new(),
        now: START,
    })?;
    for (person, rooms) in IN_ROOMS {
        // Spread over quiet rooms and loud ones.
        if number % (ROOMS / rooms) == (ROOMS / rooms) / 2 {
            tx.join(&NewMember {
                room: room.id,
                person: PersonId(person),
                granted: false,
                role: MemberRole::MEMBER,
                head: Head(person),
                now: START,
            })?;
        }
    }
    Ok(())
}

/// How long everything took.
struct Tally {
    pages: Histogram<u64>,
    all: Histogram<u64>,
    kinds: BTreeMap<String, (Histogram<u64>, usize)>,
}

impl Tally {
    fn new() -> Result<Self> {
        let (pages, all, kinds) = (times_of()?, times_of()?, BTreeMap::new());
        Ok(Self { pages, all, kinds })
    }

    fn add(&mut self, kind: String, (taken, found): (u64, usize)) -> Result<()> {
        let entry = self.kinds.entry(kind).or_insert((times_of()?, 0));
        entry.0.record(taken)?;
        entry.1 += found;
        Ok(self.all.record(taken)?)
    }

    /// Each beside a page of history.
    fn table(&self, engine: &str) -> String {
        let line = |name: &str, times: &Histogram<u64>| {
            let [median, worst] = [0.5, 0.99].map(|quantile| {
                let [taken, page] = [times, &self.pages].map(|times| times.value_at_quantile(quantile) as f64);
                (taken / 1e6, taken / page)
            });
            format!(
                "  {name:<44} p50 {:>7.3} ms, {:>5.2} x; p99 {:>7.3} ms, {:>5.2} x",
                median.0, median.1, worst.0, worst.1
            )
        };
        let page = line("a page of history", &self.pages);
        let mut table = format!("{engine}:\n{page}\n{}\n", line("all searches", &self.all));
        for (kind, (times, found)) in &self.kinds {
            let each = *found as f64 / times.len() as f64;
            let _ = writeln!(table, "{}, {each:.1} found", line(kind, times));
        }
        table
    }
}

/// What somebody searches for.
struct Typed {
    kind: String,
    words: String,
    author: Option<PersonId>,
}

/// Words of every frequency, whole, begun, several, in quotes, and by somebody.
fn queries(dice: &mut Dice) -> Vec<Typed> {
    let mut queries = Vec::new();
    for (name, ranks) in RANKS {
        let mut drawn = || word(ranks.start + dice.below(ranks.len()));
        let (one, other) = (drawn(), drawn());
        let begun: String = one.chars().take(1 + dice.below(4)).collect();
        let mut add = |kind: String, words: String, author| queries.push(Typed { kind, words, author });
        add(format!("{name} word"), format!("\"{one}\""), None);
        add(format!("{name} word begun"), begun, None);
        add(format!("two {name} words"), format!("{one} {other}"), None);
        add(format!("{name} phrase"), format!("\"{one} {other}\""), None);
        add(
            format!("{name} word by somebody"),
            format!("\"{one}\""),
            Some(PersonId(2)),
        );
    }
    queries
}
