//! Search among a million messages, held against a page of history, on both engines: each as the rules ask the store.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use beseda_core::ports::{Clock, Look, Random, Tx};
use beseda_core::words::{
    Extra, Head, Limits, MemberRole, MessageId, NewMember, NewMessage, NewPerson, NewRoom, Person, PersonId, Query,
    Role, RoomId, RoomKind, SearchAsked, Seq, Time,
};
use beseda_core::{Chat, Error, rules};
use beseda_store::{Opened, Options, Postgres, PostgresOptions, Sqlite};
use hdrhistogram::Histogram;
use uuid::Uuid;

use super::pages::{put, times_of};
use super::report::Samples;
use super::server::Kind;

const ROOMS: i64 = 10_000;
const MESSAGES: i64 = 1_000_000;
/// How many are kept, and how many indexed, in one transaction.
const BATCH: i64 = 1_000;
const INDEXED: i64 = 256;
/// Words of the language that is spoken here: the second is half as frequent as the first, and so on.
const WORDS: usize = 20_000;
const PAGE: u32 = 50;
/// Who searches: somebody in every room, and others in so many.
const IN_ROOMS: [(i64, i64); 5] = [(1, ROOMS), (2, 1_000), (3, 200), (4, 20), (5, 1)];
/// In which rank of frequency the words are that are searched for.
const RANKS: [(&str, std::ops::Range<usize>); 3] =
    [("common", 5..60), ("middling", 300..3_000), ("rare", 8_000..WORDS)];

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

/// A store with a million messages and an index of them.
pub struct Library {
    chat: Chat,
    store: Arc<dyn Opened>,
    messages: i64,
    /// What a message takes to be kept, and then to be indexed, in microseconds.
    costs: [f64; 2],
}

impl Drop for Library {
    fn drop(&mut self) {
        self.store.close();
    }
}

impl Library {
    /// In a file of this folder.
    pub fn on_sqlite(folder: &Path, quick: bool) -> Result<Self> {
        let options = Options {
            cache_kib: 64 * 1024,
            ..Options::at(folder.join("library.db"))
        };
        Self::build(Arc::new(Sqlite::open(&options)?), quick)
    }

    /// In a database of PostgreSQL.
    pub fn on_postgres(url: &str, quick: bool) -> Result<Self> {
        Self::build(Arc::new(Postgres::open(&PostgresOptions::at(url))?), quick)
    }

    fn build(store: Arc<impl Opened + 'static>, quick: bool) -> Result<Self> {
        let chat = Chat::new(
            Arc::clone(&store) as _,
            Arc::new(Fixed),
            Arc::new(Fixed),
            Arc::new(Limits::default()),
        );
        let mut library = Self {
            chat,
            store,
            messages: if quick { MESSAGES / 10 } else { MESSAGES },
            costs: [0.0; 2],
        };
        library.open_rooms()?;
        let began = Instant::now();
        library.talk()?;
        let said = began.elapsed();
        let began = Instant::now();
        library.index()?;
        let messages = library.messages as f64;
        library.costs = [said, began.elapsed()].map(|time| time.as_micros() as f64 / messages);
        Ok(library)
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

    /// Pages of history and searches in turn, so that what disturbs one disturbs the other.
    pub fn measure(&self, engine: &str, times: usize, samples: &mut Samples) -> Result<()> {
        let mut dice = Dice(99);
        let mut tally = Tally::new()?;
        for turn in 0..times + times / 10 {
            for (person, rooms) in IN_ROOMS {
                for typed in queries(&mut dice) {
                    let room = RoomId(i64::try_from(dice.below(400))? + 1);
                    let page = self.page(room)?;
                    let own = self.search(person, None, &typed)?;
                    let named = self.search(1, Some(room), &typed)?;
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
        for (name, cost) in ["keep", "index"].iter().zip(self.costs) {
            samples.put(Kind::Beseda, &format!("{engine}_{name}_us"), cost);
        }
        put(samples, &format!("{engine}_history"), &tally.pages);
        put(samples, &format!("{engine}_search"), &tally.all);
        let [keep, index] = self.costs;
        let costs = format!("  keeping a message {keep:.1} us, indexing it {index:.1} us, behind its commit\n");
        super::say(&(tally.table(engine) + &costs))
    }

    fn page(&self, room: RoomId) -> Result<u64> {
        let began = Instant::now();
        let history = self.look(move |look| {
            let by = Person::new(PersonId(1), Role::User);
            rules::history(look, (&by).into(), room, rules::Since::Newest, PAGE)
        })?;
        let taken = began.elapsed();
        ensure!(!history.messages.is_empty(), "nothing was said in {room}");
        Ok(u64::try_from(taken.as_nanos())?)
    }

    /// How long it took, and how many were found.
    fn search(&self, person: i64, room: Option<RoomId>, typed: &Typed) -> Result<(u64, usize)> {
        let (typed, author) = (typed.words.clone(), typed.author);
        let began = Instant::now();
        let page = self.look(move |look| {
            let by = Person::new(PersonId(person), Role::User);
            let Ok(query) = Query::read(&typed, 200) else {
                return Ok(None);
            };
            let asked = SearchAsked {
                room,
                author,
                ..SearchAsked::of(query, PAGE)
            };
            rules::search(look, &Limits::default(), (&by).into(), &asked).map(Some)
        })?;
        let taken = began.elapsed();
        Ok((
            u64::try_from(taken.as_nanos())?,
            page.map_or(0, |page| page.items.len()),
        ))
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
