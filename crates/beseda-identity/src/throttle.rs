//! How often somebody may do something, by person, account or address.

use beseda_core::Refusal;
use beseda_core::words::{Limits, PersonId};
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How long the server has been running: unlike the time of day, it never goes back.
pub type Uptime = Arc<dyn Fn() -> Duration + Send + Sync>;

const SECOND: f64 = 1.0;
const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
/// Who is remembered at once, of one kind; further ones share [`SHARED_KEYS`] places.
const MOST_KEYS: usize = 1 << 17;
const SHARED_KEYS: u64 = 1 << 12;
/// So many checks later, those who have all their allowance back are forgotten.
const SWEEP_EVERY: u64 = 4_096;
/// A rate below any use must not overflow the counting of nanoseconds.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// The rates that the contracts share.
pub struct Throttles {
    sends: Rate,
    connects: Rate,
    logins: Rate,
    logins_address: Rate,
    misses: Rate,
    uploads: Rate,
    uploads_address: Rate,
    searches: Rate,
    rooms: Rate,
}

impl Throttles {
    /// The rates of `limits`, with nothing used up.
    #[must_use]
    pub fn new(limits: &Limits, uptime: &Uptime) -> Self {
        let rate = |times, seconds, burst| Rate::new(times, seconds, burst, uptime, MOST_KEYS);
        let all_at_once = |times: f64| times.ceil() as u32;
        let (account, address, misses) = (
            limits.logins_per_minute,
            limits.logins_per_minute_address,
            limits.misses_per_minute,
        );
        Self {
            sends: rate(limits.sends_per_second, SECOND, limits.sends_burst),
            connects: rate(limits.connects_per_second, SECOND, limits.connects_burst),
            logins: rate(account, MINUTE, all_at_once(account)),
            logins_address: rate(address, MINUTE, all_at_once(address)),
            misses: rate(misses, MINUTE, all_at_once(misses)),
            uploads: rate(
                limits.uploads_per_minute,
                MINUTE,
                all_at_once(limits.uploads_per_minute),
            ),
            uploads_address: rate(
                limits.uploads_per_minute,
                MINUTE,
                all_at_once(limits.uploads_per_minute),
            ),
            searches: rate(
                limits.searches_per_second,
                SECOND,
                all_at_once(limits.searches_per_second),
            ),
            rooms: rate(limits.rooms_per_hour, HOUR, all_at_once(limits.rooms_per_hour)),
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

struct Hand(Uptime);

impl Clock for Hand {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.0)()
    }
}

type Buckets = RateLimiter<u64, DashMapStateStore<u64>, Hand, NoOpMiddleware<Duration>>;

/// One rate with a bucket for each key; `None` where it is not limited.
struct Rate(Option<Limited>);

struct Limited {
    buckets: Buckets,
    uptime: Uptime,
    hasher: RandomState,
    most: usize,
    checks: AtomicU64,
    full: AtomicBool,
}

impl Rate {
    /// `times` in so many seconds, and `burst` in one go after a pause. 0 times is not limited.
    fn new(times: f64, seconds: f64, burst: u32, uptime: &Uptime, most: usize) -> Self {
        if times <= 0.0 {
            return Self(None);
        }
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let longest = LONGEST / burst.get();
        let period = Duration::try_from_secs_f64(seconds / times).unwrap_or(longest);
        let quota = Quota::with_period(period.clamp(Duration::from_nanos(1), longest));
        Self(quota.map(|quota| Limited {
            buckets: RateLimiter::new(
                quota.allow_burst(burst),
                DashMapStateStore::default(),
                Hand(Arc::clone(uptime)),
            ),
            uptime: Arc::clone(uptime),
            hasher: RandomState::new(),
            most,
            checks: AtomicU64::new(0),
            full: AtomicBool::new(false),
        }))
    }

    fn take(&self, key: &impl Hash) -> Result<(), Refusal> {
        let Some(limited) = &self.0 else { return Ok(()) };
        limited.sweep();
        let hash = limited.hasher.hash_one(key);
        // Whoever would make us remember too many shares an allowance with others, instead of our memory.
        let key = if limited.full.load(Ordering::Relaxed) {
            hash % SHARED_KEYS
        } else {
            hash
        };
        limited.buckets.check_key(&key).map_err(|not_until| {
            let wait = not_until.wait_time_from((limited.uptime)());
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            Refusal::TooFast {
                retry_seconds: u32::try_from(seconds.max(1)).unwrap_or(u32::MAX),
            }
        })
    }
}

impl Limited {
    fn sweep(&self) {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.buckets.retain_recent();
            self.buckets.shrink_to_fit();
            self.full.store(self.buckets.len() >= self.most, Ordering::Relaxed);
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
        let rate = Rate::new(1.0, 3_600.0, 1, &uptime, 5_000);
        for key in 0..200_000_u64 {
            let _ = rate.take(&key);
        }
        let limited = rate.0.as_ref().unwrap();
        let most = 5_000 + usize::try_from(SWEEP_EVERY + SHARED_KEYS).unwrap();
        assert!(
            limited.buckets.len() <= most,
            "{} are remembered",
            limited.buckets.len()
        );
        // An hour after their hour is over they are forgotten, and newcomers have an allowance of their own again.
        hands.pass(7_300_000);
        for key in 200_000..(200_000 + SWEEP_EVERY) {
            let _ = rate.take(&key);
        }
        let most = usize::try_from(SWEEP_EVERY).unwrap();
        assert!(
            limited.buckets.len() <= most,
            "{} are remembered",
            limited.buckets.len()
        );
        assert!(!limited.full.load(Ordering::Relaxed));
    }
}
