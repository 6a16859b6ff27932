//! An internet of few addresses, a clock that is moved by hand, and no chance.

use super::{Fetch, Fetched, Fetching, KeyCounts};
use crate::IssuerKey;
use beseda_core::words::Time;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

pub const ADDRESS: &str = "https://shop.example/jwks.json";

#[derive(Clone)]
pub struct Internet(Arc<Inner>);

struct Inner {
    answers: Mutex<BTreeMap<String, Result<Vec<u8>, String>>>,
    asked: Mutex<Vec<String>>,
    /// One for each answer that may be given.
    open: Semaphore,
    uptime: Mutex<Duration>,
}

impl Internet {
    /// These keys are at the address.
    pub fn of(keys: &[Value]) -> Self {
        let internet = Self(Arc::new(Inner {
            answers: Mutex::default(),
            asked: Mutex::default(),
            open: Semaphore::new(1_000),
            uptime: Mutex::new(Duration::from_secs(100)),
        }));
        internet.publish(keys);
        internet
    }

    pub fn publish(&self, keys: &[Value]) {
        self.publish_at(ADDRESS, keys);
    }

    pub fn publish_at(&self, address: &str, keys: &[Value]) {
        self.answer(address, Ok(&json!({ "keys": keys }).to_string()));
    }

    pub fn answer(&self, address: &str, answer: Result<&str, &str>) {
        let answer = answer.map(|body| body.as_bytes().to_vec()).map_err(str::to_owned);
        self.0.answers.lock().insert(address.to_owned(), answer);
    }

    pub fn pass(&self, seconds: u64) {
        *self.0.uptime.lock() += Duration::from_secs(seconds);
    }

    /// Every answer is awaited until it is let through.
    pub fn close(&self) {
        self.0.open.forget_permits(1_000);
    }

    pub fn open(&self) {
        self.0.open.add_permits(1_000);
    }

    /// How many times somebody asked, always for an address that is there.
    pub fn asked(&self) -> usize {
        let (asked, answers) = (self.0.asked.lock(), self.0.answers.lock());
        assert!(asked.iter().all(|url| answers.contains_key(url)), "{asked:?}");
        asked.len()
    }

    pub fn key(&self) -> IssuerKey {
        IssuerKey::Jwks {
            url: ADDRESS.to_owned(),
        }
    }

    pub fn fetching(&self) -> Fetching {
        let internet = Arc::clone(&self.0);
        Fetching {
            fetch: Arc::new(self.clone()),
            uptime: Arc::new(move || *internet.uptime.lock()),
            chance: Arc::new(|| 1.0),
            now: Arc::new(|| Time(0)),
            counts: KeyCounts::default(),
        }
    }
}

impl Fetch for Internet {
    fn get<'a>(&'a self, url: &'a str) -> Fetched<'a> {
        self.0.asked.lock().push(url.to_owned());
        Box::pin(async move {
            self.0.open.acquire().await.unwrap().forget();
            let answers = self.0.answers.lock();
            answers.get(url).cloned().unwrap_or(Err("no such address".to_owned()))
        })
    }
}
