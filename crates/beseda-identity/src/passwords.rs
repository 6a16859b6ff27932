//! Passwords: argon2id, a few at a time, and the same work whether the account is there or not.

mod foreign;

pub use foreign::is_foreign;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use beseda_core::Fault;
use foreign::Foreign;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// 19 MiB, two passes, one lane: a recommendation of the OWASP cheat sheets.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A longer password is nobody's.
const PASSWORD_BYTES: usize = 1_024;
/// For each password that is being checked, so many may wait; further ones are put off.
const WAITING: usize = 16;

/// Checks passwords.
pub struct Passwords {
    at_once: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// The hash of no password, checked where there is no account.
    nobody: Arc<str>,
}

impl Passwords {
    /// At most `at_once` passwords are checked at the same time. `chance` are random bytes.
    ///
    /// # Errors
    /// A fault where argon2 does not work at all.
    pub fn new(at_once: usize, chance: [u8; 48]) -> Result<Self, Fault> {
        let (salt, output) = chance.split_at(16);
        // Random bytes where a hash belongs are the hash of nothing that anybody will find.
        let nobody = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: (&params()?).try_into().map_err(fault)?,
            salt: Some(argon2::password_hash::phc::Salt::new(salt).map_err(fault)?),
            hash: Some(argon2::password_hash::phc::Output::new(output).map_err(fault)?),
        };
        Ok(Self {
            at_once: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::new(Semaphore::new(at_once.saturating_mul(WAITING))),
            nobody: nobody.to_string().into(),
        })
    }

    /// Whether the password is the one of this hash; without a hash it never is, and that takes as long.
    ///
    /// # Errors
    /// [`Fault::Busy`] where too many wait already; a fault where the hash cannot be read.
    pub async fn is_right(&self, password: String, hash: Option<String>) -> Result<bool, Fault> {
        let nobody = Arc::clone(&self.nobody);
        self.in_turn(move || is_right(&password, hash.as_deref().unwrap_or(&nobody)))
            .await
    }

    /// The PHC string of a password's hash, made in turn with those that are checked.
    ///
    /// # Errors
    /// [`Fault::Busy`] where too many wait already; a fault where argon2 does not work at all.
    pub async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String, Fault> {
        self.in_turn(move || hash(&password, salt)).await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let _place = self.waiting.try_acquire().map_err(|_| Fault::Busy)?;
        let turn = Arc::clone(&self.at_once)
            .acquire_owned()
            .await
            .map_err(|_| Fault::Stopping)?;
        let done = tokio::task::spawn_blocking(move || {
            // Kept until the work is done, also when whoever asked has gone away.
            let _turn = turn;
            work()
        });
        done.await.map_err(fault)?
    }
}

/// Whether the password is the one of this hash. It takes as long as [`hash`], or as long as another program made it take.
///
/// # Errors
/// A fault where the hash cannot be read.
pub fn is_right(password: &str, hash: &str) -> Result<bool, Fault> {
    if let Some(foreign) = Foreign::of(hash) {
        return foreign.is_right(password);
    }
    let parsed = PasswordHash::new(hash).map_err(fault)?;
    let fits = password.len() <= PASSWORD_BYTES;
    let password = if fits { password.as_bytes() } else { b"" };
    match Argon2::default().verify_password(password, &parsed) {
        Ok(()) => Ok(fits),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(fault(error)),
    }
}

/// The PHC string of a password's hash. It takes tens of milliseconds and 19 MiB: not on a thread of the runtime.
///
/// # Errors
/// A fault where argon2 does not work at all.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String, Fault> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?);
    let hash: PasswordHash = argon2
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(fault)?;
    Ok(hash.to_string())
}

fn params() -> Result<Params, Fault> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(fault)
}

fn fault(error: impl std::fmt::Display) -> Fault {
    Fault::Internal(format!("a password cannot be checked: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_for_its_own_hash_alone() {
        let passwords = Passwords::new(1, [7; 48]).unwrap();
        let hash = hash("пароль", [1; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let right = |password: &str, hash: Option<&String>| passwords.is_right(password.to_owned(), hash.cloned());
        assert_eq!(right("пароль", Some(&hash)).await, Ok(true));
        assert_eq!(right("Пароль", Some(&hash)).await, Ok(false));
        assert_eq!(right("", Some(&hash)).await, Ok(false));
        assert_eq!(right("пароль", None).await, Ok(false));
        assert_eq!(right(&"п".repeat(513), Some(&hash)).await, Ok(false));
        assert!(right("пароль", Some(&"plain".to_owned())).await.is_err());
    }

    #[test]
    fn nobody_costs_what_somebody_costs() {
        let nobody = Passwords::new(1, [7; 48]).unwrap().nobody;
        let somebody = hash("пароль", [1; 16]).unwrap();
        let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(&nobody), cost(&somebody));
        assert_eq!(nobody.len(), somebody.len());
    }

    #[tokio::test]
    async fn who_would_wait_too_long_is_put_off() {
        let passwords = Passwords::new(1, [7; 48]).unwrap();
        let _all = Arc::clone(&passwords.waiting)
            .acquire_many_owned(WAITING as u32)
            .await
            .unwrap();
        assert_eq!(passwords.is_right("x".to_owned(), None).await, Err(Fault::Busy));
    }
}
