//! How often somebody may do something, by person, account or address.

use beseda_core::Refusal;
use beseda_core::words::{Allowance, Limits, Millis, PersonId, Rate};
use parking_lot::{Mutex, RwLock};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long the server has been running: unlike the time of day, it never goes back.
pub type Uptime = Arc<dyn Fn() -> Duration + Send + Sync>;

const SECOND: f64 = 1.0;
const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
/// In how many parts they are kept, each with a lock of its own.
const SHARDS: usize = 16;
/// Who is remembered at once in a part, of one kind; further ones share [`SHARED_KEYS`] places there.
const MOST_KEYS: usize = 1 << 13;
const SHARED_KEYS: u64 = 1 << 8;
/// So many checks of a part later, those who have all their allowance back are forgotten.
const SWEEP_EVERY: u32 = 256;

/// A rate that answers tell of, and whose allowance it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rated {
    /// What a person sends and changes.
    Sends(PersonId),
    /// The files that a person brings.
    Uploads(PersonId),
    /// What a person searches for.
    Searches(PersonId),
    /// The sockets that an address opens, and the tickets that it asks for.
    Connects(IpAddr),
    /// The rooms that an address opens with the support desk.
    Rooms(IpAddr),
}

impl Rated {
    /// Its name in headers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sends(_) => "sends",
            Self::Uploads(_) => "uploads",
            Self::Searches(_) => "searches",
            Self::Connects(_) => "connects",
            Self::Rooms(_) => "rooms",
        }
    }
}

/// What is left of an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// How many there are in one go.
    pub most: u32,
    /// In how many seconds so many come back.
    pub window_seconds: u64,
    /// How many are left.
    pub left: u32,
    /// In how many seconds all of them are back.
    pub full_in_seconds: u64,
}

/// The rates that the contracts share.
pub struct Throttles {
    sends: Throttle,
    connects: Throttle,
    logins: Throttle,
    logins_address: Throttle,
    misses: Throttle,
    uploads: Throttle,
    uploads_address: Throttle,
    searches: Throttle,
    rooms: Throttle,
}

impl Throttles {
    /// The rates of `limits`, with nothing used up.
    #[must_use]
    pub fn new(limits: &Limits, uptime: &Uptime) -> Self {
        let [
            sends,
            connects,
            logins,
            logins_address,
            misses,
            uploads,
            uploads_address,
            searches,
            rooms,
        ] = rates(limits).map(|rate| Throttle::new(rate, uptime, MOST_KEYS));
        Self {
            sends,
            connects,
            logins,
            logins_address,
            misses,
            uploads,
            uploads_address,
            searches,
            rooms,
        }
    }

    /// From now on the rates are those of `limits`. What was used up stays so, and comes back as fast as they say.
    pub fn set(&self, limits: &Limits) {
        let all = [
            &self.sends,
            &self.connects,
            &self.logins,
            &self.logins_address,
            &self.misses,
            &self.uploads,
            &self.uploads_address,
            &self.searches,
            &self.rooms,
        ];
        for (throttle, rate) in all.into_iter().zip(rates(limits)) {
            *throttle.rate.write() = rate;
        }
    }

    /// What is left of an allowance; nothing is told where it is not limited.
    #[must_use]
    pub fn left(&self, of: Rated) -> Option<Left> {
        match of {
            Rated::Sends(person) => self.sends.left(&person),
            Rated::Uploads(person) => self.uploads.left(&person),
            Rated::Searches(person) => self.searches.left(&person),
            Rated::Connects(address) => self.connects.left(&address),
            Rated::Rooms(address) => self.rooms.left(&address),
        }
    }

    /// Takes one message of the person's allowance.
    ///
    /// # Errors
    /// [`Refusal::TooFast`], as every call here.
    pub fn send(&self, person: PersonId) -> Result<(), Refusal> {
        self.sends.take(&person)
    }

    /// Takes one connect of the address's allowance.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn connect(&self, address: IpAddr) -> Result<(), Refusal> {
        self.connects.take(&address)
    }

    /// Takes one attempt to log in of the address's allowance.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn login_from(&self, address: IpAddr) -> Result<(), Refusal> {
        self.logins_address.take(&address)
    }

    /// Takes one attempt to log in of the account's allowance; one that is not there has an allowance too.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn login_to(&self, account: Result<PersonId, &str>) -> Result<(), Refusal> {
        self.logins.take(&account)
    }

    /// Takes one request for what is not there of the address's allowance.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn miss(&self, address: IpAddr) -> Result<(), Refusal> {
        self.misses.take(&address)
    }

    /// Takes one file of the person's allowance.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn upload(&self, person: PersonId) -> Result<(), Refusal> {
        self.uploads.take(&person)
    }

    /// Takes one file of the address's allowance: who needs no account is as many people as they like.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn upload_from(&self, address: IpAddr) -> Result<(), Refusal> {
        self.uploads_address.take(&address)
    }

    /// Takes one search of the person's allowance.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn search(&self, person: PersonId) -> Result<(), Refusal> {
        self.searches.take(&person)
    }

    /// Takes one room of a visitor's address's allowance.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn open_room(&self, address: IpAddr) -> Result<(), Refusal> {
        self.rooms.take(&address)
    }
}

/// The rates in the order of the fields of [`Throttles`].
fn rates(limits: &Limits) -> [Rate; 9] {
    let rate = |times: f64, seconds, burst| Rate::new(times / seconds, burst);
    let all_at_once = |times: f64, seconds| rate(times, seconds, times.ceil() as u32);
    let uploads = all_at_once(limits.uploads_per_minute, MINUTE);
    [
        rate(limits.sends_per_second, SECOND, limits.sends_burst),
        rate(limits.connects_per_second, SECOND, limits.connects_burst),
        all_at_once(limits.logins_per_minute, MINUTE),
        all_at_once(limits.logins_per_minute_address, MINUTE),
        all_at_once(limits.misses_per_minute, MINUTE),
        uploads,
        uploads,
        all_at_once(limits.searches_per_second, SECOND),
        all_at_once(limits.rooms_per_hour, HOUR),
    ]
}

/// One rate, with an allowance for each key.
struct Throttle {
    rate: RwLock<Rate>,
    uptime: Uptime,
    hasher: RandomState,
    most: usize,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    allowances: HashMap<u64, Allowance>,
    checks: u32,
    is_full: bool,
}

impl Throttle {
    /// At most so many keys are remembered in each part.
    fn new(rate: Rate, uptime: &Uptime, most: usize) -> Self {
        Self {
            rate: RwLock::new(rate),
            uptime: Arc::clone(uptime),
            hasher: RandomState::new(),
            most,
            shards: Default::default(),
        }
    }

    fn now(&self) -> Millis {
        Millis::try_from((self.uptime)().as_millis()).unwrap_or(Millis::MAX)
    }

    fn left(&self, key: &impl Hash) -> Option<Left> {
        let rate = *self.rate.read();
        let hash = self.hasher.hash_one(key);
        let shard = self.shards.get(hash as usize % SHARDS).filter(|_| rate.is_limited())?;
        let (now, mut shard) = (self.now(), shard.lock());
        let key = shard.key(hash);
        let known = shard.allowances.get_mut(&key);
        let (left, full_in) = known.map_or((rate.burst(), 0), |allowance| allowance.look(rate, now));
        Some(Left {
            most: rate.burst(),
            window_seconds: rate.refill(f64::from(rate.burst())).div_ceil(1_000).max(1),
            left,
            full_in_seconds: full_in.div_ceil(1_000),
        })
    }

    fn take(&self, key: &impl Hash) -> Result<(), Refusal> {
        let rate = *self.rate.read();
        if !rate.is_limited() {
            return Ok(());
        }
        let hash = self.hasher.hash_one(key);
        let Some(shard) = self.shards.get(hash as usize % SHARDS) else {
            return Ok(());
        };
        let now = self.now();
        let mut shard = shard.lock();
        shard.sweep(rate, now, self.most);
        let key = shard.key(hash);
        let full = || Allowance::full(rate, now);
        let allowance = shard.allowances.entry(key).or_insert_with(full);
        if allowance.take(rate, now) {
            return Ok(());
        }
        let seconds = allowance.wait(rate).div_ceil(1_000).max(1);
        Err(Refusal::TooFast {
            retry_seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
        })
    }

    /// How many are remembered.
    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().allowances.len()).sum()
    }
}

impl Shard {
    /// Under what somebody is remembered: whoever would make us remember too many shares an allowance with others, instead
    /// of our memory.
    fn key(&self, hash: u64) -> u64 {
        if self.is_full { (hash >> 32) % SHARED_KEYS } else { hash }
    }

    fn sweep(&mut self, rate: Rate, now: Millis, most: usize) {
        self.checks += 1;
        if self.checks == SWEEP_EVERY {
            self.checks = 0;
            self.allowances.retain(|_, allowance| !allowance.is_full(rate, now));
            self.allowances.shrink_to_fit();
            self.is_full = self.allowances.len() >= most;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;

    struct Hands(Arc<Mutex<Duration>>);

    impl Hands {
        fn new() -> (Self, Uptime) {
            let time = Arc::new(Mutex::new(Duration::from_secs(1_000)));
            let read = Arc::clone(&time);
            (Self(time), Arc::new(move || *read.lock()))
        }

        fn pass(&self, milliseconds: u64) {
            *self.0.lock() += Duration::from_millis(milliseconds);
        }
    }

    const ANNA: PersonId = PersonId(1);
    const BORIS: PersonId = PersonId(2);

    fn wait(outcome: Result<(), Refusal>) -> u32 {
        match outcome {
            Ok(()) => 0,
            Err(Refusal::TooFast { retry_seconds }) => retry_seconds,
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_burst_and_then_the_rate_for_each_on_their_own() {
        let (hands, uptime) = Hands::new();
        let limits = Limits {
            sends_per_second: 2.0,
            sends_burst: 3,
            ..Limits::default()
        };
        let throttles = Throttles::new(&limits, &uptime);
        for _ in 0..3 {
            assert_eq!(throttles.send(ANNA), Ok(()));
        }
        assert_eq!(wait(throttles.send(ANNA)), 1);
        assert_eq!(throttles.send(BORIS), Ok(()));
        hands.pass(499);
        assert_eq!(wait(throttles.send(ANNA)), 1);
        hands.pass(1);
        assert_eq!(throttles.send(ANNA), Ok(()));
        assert_eq!(wait(throttles.send(ANNA)), 1);
    }

    #[test]
    fn what_is_left_is_told_without_taking_any() {
        let (hands, uptime) = Hands::new();
        let limits = Limits {
            sends_per_second: 2.0,
            sends_burst: 5,
            searches_per_second: 0.0,
            ..Limits::default()
        };
        let throttles = Throttles::new(&limits, &uptime);
        let told = |throttles: &Throttles| {
            let left = throttles.left(Rated::Sends(ANNA)).unwrap();
            (left.most, left.window_seconds, left.left, left.full_in_seconds)
        };
        assert_eq!(told(&throttles), (5, 3, 5, 0));
        throttles.send(ANNA).unwrap();
        assert_eq!(told(&throttles), (5, 3, 4, 1));
        assert_eq!(told(&throttles), (5, 3, 4, 1));
        hands.pass(500);
        assert_eq!(told(&throttles), (5, 3, 5, 0));
        assert_eq!(throttles.left(Rated::Searches(ANNA)), None);
    }

    #[test]
    fn rates_that_are_set_count_at_once_and_what_was_used_up_stays_so() {
        let (hands, uptime) = Hands::new();
        let limits = |sends_per_second, sends_burst| Limits {
            sends_per_second,
            sends_burst,
            ..Limits::default()
        };
        let throttles = Throttles::new(&limits(1.0, 2), &uptime);
        assert_eq!(throttles.send(ANNA), Ok(()));
        assert_eq!(throttles.send(ANNA), Ok(()));
        throttles.set(&limits(0.1, 2));
        assert_eq!(wait(throttles.send(ANNA)), 10);
        hands.pass(10_000);
        assert_eq!(throttles.send(ANNA), Ok(()));
        assert_eq!(wait(throttles.send(ANNA)), 10);
        throttles.set(&limits(0.0, 2));
        assert_eq!(throttles.send(ANNA), Ok(()));
    }

    #[test]
    fn logins_wait_as_long_as_they_are_told() {
        let (hands, uptime) = Hands::new();
        let throttles = Throttles::new(&Limits::default(), &uptime);
        for _ in 0..5 {
            assert_eq!(throttles.login_to(Ok(ANNA)), Ok(()));
        }
        let told = wait(throttles.login_to(Ok(ANNA)));
        assert_eq!(told, 12);
        assert_eq!(throttles.login_to(Err("nobody")), Ok(()));
        hands.pass(u64::from(told) * 1_000);
        assert_eq!(throttles.login_to(Ok(ANNA)), Ok(()));
    }

    #[test]
    fn zero_is_not_limited_and_next_to_nothing_is_no_overflow() {
        let (_, uptime) = Hands::new();
        let limits = Limits {
            sends_per_second: 0.0,
            misses_per_minute: 1e-300,
            ..Limits::default()
        };
        let throttles = Throttles::new(&limits, &uptime);
        for _ in 0..10_000 {
            assert_eq!(throttles.send(ANNA), Ok(()));
        }
        let address = "192.0.2.1".parse().unwrap();
        assert_eq!(throttles.miss(address), Ok(()));
        assert!(wait(throttles.miss(address)) > 1_000_000);
        let limits = Limits {
            sends_per_second: 1e6,
            sends_burst: 1_000_000,
            ..Limits::default()
        };
        assert_eq!(Throttles::new(&limits, &uptime).send(ANNA), Ok(()));
        let limits = Limits {
            sends_per_second: 1e-9,
            sends_burst: 1_000_000,
            ..Limits::default()
        };
        assert_eq!(Throttles::new(&limits, &uptime).send(ANNA), Ok(()));
    }

    #[test]
    fn what_is_remembered_does_not_grow_without_end() {
        let (hands, uptime) = Hands::new();
        let throttle = Throttle::new(Rate::new(1.0 / 3_600.0, 1), &uptime, 500);
        for key in 0..200_000_u64 {
            let _ = throttle.take(&key);
        }
        let most = SHARDS * (500 + usize::try_from(u64::from(SWEEP_EVERY) + SHARED_KEYS).unwrap());
        let remembered = throttle.remembered();
        assert!(remembered <= most, "{remembered} are remembered");
        // An hour after their hour is over they are forgotten, and newcomers have an allowance of their own again.
        hands.pass(7_300_000);
        for key in 200_000..(200_000 + SHARDS as u64 * u64::from(SWEEP_EVERY) * 3 / 2) {
            let _ = throttle.take(&key);
        }
        let most = 2 * SHARDS * usize::try_from(SWEEP_EVERY).unwrap();
        let remembered = throttle.remembered();
        assert!(remembered <= most, "{remembered} are remembered");
        assert!(throttle.shards.iter().all(|shard| !shard.lock().is_full));
    }
}
