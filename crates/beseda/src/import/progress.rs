//! How far an import is, for who watches it.

use crate::cli;
use crate::report::{Lang, Speech};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Between two lines.
const EVERY: Duration = Duration::from_secs(2);

/// Tells how many rows are done, now and then, where somebody watches.
pub struct Progress {
    lang: Option<Lang>,
    /// How many rows there are, where that is known.
    pub totals: BTreeMap<&'static str, u64>,
    done: u64,
    told: Instant,
}

impl Progress {
    /// Nothing is done. Only a person at a terminal is told.
    pub fn new(speech: Speech, is_watched: bool) -> Self {
        Self {
            lang: (is_watched && !speech.json).then_some(speech.lang),
            totals: BTreeMap::new(),
            done: 0,
            told: Instant::now(),
        }
    }

    /// A table is read from its beginning.
    pub fn begin(&mut self) {
        self.done = 0;
    }

    /// So many rows more.
    pub fn tell(&mut self, name: &'static str, rows: usize) {
        self.done += rows as u64;
        let Some(lang) = self.lang.filter(|_| self.told.elapsed() >= EVERY) else {
            return;
        };
        self.told = Instant::now();
        let (called, done) = (named(name, lang), self.done);
        cli::tell(match (self.totals.get(name), lang) {
            (Some(of), Lang::En) => format!("{called}: {done} of {of}"),
            (Some(of), Lang::Ru) => format!("{called}: {done} из {of}"),
            (None, Lang::En) => format!("{called}: {done} looked at"),
            (None, Lang::Ru) => format!("{called}: просмотрено {done}"),
        });
    }
}

/// What things are called.
pub fn named(name: &'static str, lang: Lang) -> &'static str {
    match (name, lang) {
        ("people", Lang::Ru) => "люди",
        ("orders", Lang::Ru) => "заказы",
        ("rooms", Lang::Ru) => "комнаты",
        ("members", Lang::Ru) => "участники",
        ("messages", Lang::Ru) => "сообщения",
        (name, _) => name,
    }
}
