//! The keys that an issuer publishes at an address: fetched, kept by their names, and exchanged while the issuer changes them.

mod counts;
mod keeping;
mod set;

pub use counts::KeyCounts;
pub use keeping::keep_keys_fresh;

use super::throttle::Uptime;
use beseda_core::Chat;
use beseda_core::words::Time;
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use parking_lot::{Mutex, RwLock};
use set::{Key, read};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long keys are good for before the next look: what an issuer took back opens nothing any more after that.
const FETCH_EVERY: Duration = Duration::from_secs(10 * 60);
/// Tokens that name an unknown key cause no more than one fetch in so long: everybody can write such tokens.
const EARLIEST_AGAIN: Duration = Duration::from_secs(30);
/// A token that names no key is tried against every key that fits: so many of a set, and no more, are kept.
const MOST_KEYS: usize = 32;
/// The first pause after a fetch that failed; it doubles with each further one, up to [`FETCH_EVERY`].
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// What is being fetched.
pub type Fetched<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + 'a>>;

/// Fetches what stands at an address.
pub trait Fetch: Send + Sync {
    /// The whole body of a GET whose answer is 200, or why there is none, without anything secret in it. It always
    /// ends within seconds, follows no redirect, and takes nothing that is bigger than a set of keys may be.
    fn get<'a>(&'a self, url: &'a str) -> Fetched<'a>;
}

/// What fetching takes from outside: the network, the time and chance.
#[derive(Clone)]
pub struct Fetching {
    fetch: Arc<dyn Fetch>,
    uptime: Uptime,
    chance: Arc<dyn Fn() -> f64 + Send + Sync>,
    now: Arc<dyn Fn() -> Time + Send + Sync>,
    counts: KeyCounts,
}

impl Fetching {
    /// Fetches with `fetch`, at moments that `uptime` and the chat's randomness decide.
    #[must_use]
    pub fn new(fetch: Arc<dyn Fetch>, uptime: &Uptime, chat: &Chat) -> Self {
        let (clock, chat) = (chat.clone(), chat.clone());
        Self {
            fetch,
            uptime: Arc::clone(uptime),
            now: Arc::new(move || clock.now()),
            counts: KeyCounts::default(),
            chance: Arc::new(move || f64::from(u32::from_ne_bytes(chat.random())) / f64::from(u32::MAX)),
        }
    }
}

impl Fetching {
    /// The same, counted there.
    #[must_use]
    pub fn counted(self, counts: KeyCounts) -> Self {
        Self { counts, ..self }
    }
}

/// The keys that one issuer publishes. No other issuer's token is ever proven by them, whatever key it names.
pub struct Published {
    issuer: String,
    url: String,
    algorithms: Vec<Algorithm>,
    fetching: Fetching,
    keys: RwLock<Arc<[Key]>>,
    plan: Mutex<Plan>,
    /// How many fetches have ended.
    ended: watch::Sender<u64>,
}

/// When the next fetch may be, and when it must.
struct Plan {
    running: bool,
    failures: u32,
    /// Not earlier, whatever tokens ask for.
    earliest: Duration,
    due: Duration,
}

impl Published {
    /// Keys that nobody has fetched yet, for tokens that are signed with one of `algorithms`.
    pub fn new(issuer: String, url: String, algorithms: Vec<Algorithm>, fetching: Fetching) -> Self {
        fetching.counts.begin(&issuer);
        Self {
            issuer,
            url,
            algorithms,
            fetching,
            keys: RwLock::new(Arc::new([])),
            plan: Mutex::new(Plan {
                running: false,
                failures: 0,
                earliest: Duration::ZERO,
                due: Duration::ZERO,
            }),
            ended: watch::Sender::new(0),
        }
    }

    /// Whether these are the same keys: what one knows of them, the other may take over.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.issuer, &self.url, &self.algorithms) == (&other.issuer, &other.url, &other.algorithms)
    }

    /// The keys that may have signed a token with this header. One that names no key may be signed with any that fits.
    pub fn fitting(&self, header: &Header) -> Vec<DecodingKey> {
        let keys = Arc::clone(&self.keys.read());
        let named = |key: &&Key| header.kid.is_none() || header.kid == key.name;
        keys.iter()
            .filter(|key| key.algorithms.contains(&header.alg))
            .filter(named)
            .map(|key| key.proof.clone())
            .collect()
    }

    /// Asks for a fetch because a token names a key that is not here. It is there, or not, once what is given here
    /// changes; nothing is given where it is too early to ask again.
    pub fn ask(self: &Arc<Self>) -> Option<watch::Receiver<u64>> {
        let ended = self.ended.subscribe();
        let began = {
            let mut plan = self.plan.lock();
            let now = (self.fetching.uptime)();
            if !plan.running && now < plan.earliest {
                return None;
            }
            !std::mem::replace(&mut plan.running, true)
        };
        if began {
            // On its own: others wait for it too, and whoever asked may hang up.
            let keys = Arc::clone(self);
            tokio::spawn(async move { keys.fetch().await });
        }
        Some(ended)
    }

    /// Fetches the keys whenever it is time to, for as long as it is polled.
    pub async fn keep_fresh(self: Arc<Self>) {
        loop {
            let rest = self.plan.lock().due.saturating_sub((self.fetching.uptime)());
            if rest.is_zero() {
                self.fetch_alone().await;
            } else {
                tokio::time::sleep(rest).await;
            }
        }
    }

    /// Fetches the keys, or waits for the fetch that is under way already.
    async fn fetch_alone(&self) {
        let mut ended = self.ended.subscribe();
        if std::mem::replace(&mut self.plan.lock().running, true) {
            let _ = ended.changed().await;
        } else {
            self.fetch().await;
        }
    }

    async fn fetch(&self) {
        let found = self.fetching.fetch.get(&self.url).await;
        let keys = found.and_then(|body| read(&body, &self.algorithms));
        let issuer = self.issuer.as_str();
        let mut plan = self.plan.lock();
        let now = (self.fetching.uptime)();
        plan.running = false;
        match keys {
            Ok(mut keys) => {
                if keys.is_empty() {
                    tracing::warn!(
                        issuer,
                        "none of the keys that the issuer publishes is one for its algorithms"
                    );
                }
                if keys.len() > MOST_KEYS {
                    tracing::warn!(
                        issuer,
                        keys = keys.len(),
                        "the issuer publishes so many keys; the first {MOST_KEYS} are taken"
                    );
                    keys.truncate(MOST_KEYS);
                }
                self.fetching.counts.fetched(issuer, (self.fetching.now)());
                plan.failures = 0;
                (plan.earliest, plan.due) = (now + EARLIEST_AGAIN, now + FETCH_EVERY);
                *self.keys.write() = keys.into();
            }
            Err(why) => {
                self.fetching.counts.failed(issuer);
                let pause = pause(plan.failures, (self.fetching.chance)());
                tracing::warn!(
                    issuer,
                    why,
                    seconds = pause.as_secs(),
                    "the keys of the issuer could not be fetched: those from before stay good, and in so many seconds it is tried again"
                );
                plan.failures = plan.failures.saturating_add(1);
                (plan.earliest, plan.due) = (now + pause.max(EARLIEST_AGAIN), now + pause);
            }
        }
        drop(plan);
        self.ended.send_modify(|ended| *ended += 1);
    }
}

/// How long to wait after so many failures before this one. `chance`, from 0 to 1, spreads servers that lost one issuer
/// at one moment over half of the time.
fn pause(failures: u32, chance: f64) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures));
    doubled.min(FETCH_EVERY).mul_f64(0.5 + chance / 2.0)
}

#[cfg(test)]
pub(super) mod pretend;
#[cfg(test)]
mod tests;
