//! What lets people in: sessions, refresh tokens, tickets, API keys and setup codes.

use crate::error::Fault;
use crate::words::{ApiKey, PersonId, RefreshToken, Session, SetupCode, Ticket, Time};

/// Reading what lets people in.
pub trait LookDoors {
    /// The session with this hash, ended or not.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<Session>, Fault>;
    /// The refresh token with this name, used or not.
    fn refresh_token(&mut self, jti: &str) -> Result<Option<RefreshToken>, Fault>;
    /// The API key with this hash, revoked or not.
    fn api_key(&mut self, hash: &[u8; 32]) -> Result<Option<ApiKey>, Fault>;
    /// Every API key, the oldest first.
    fn api_keys(&mut self) -> Result<Vec<ApiKey>, Fault>;
    /// The setup code with this hash, used and ended or not.
    fn setup_code(&mut self, hash: &[u8; 32]) -> Result<Option<SetupCode>, Fault>;
    /// Whether there ever was a setup code.
    fn had_setup_codes(&mut self) -> Result<bool, Fault>;
}

/// Writing what lets people in.
pub trait TxDoors {
    /// Keeps a session.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_session(&mut self, session: &Session) -> Result<(), Fault>;
    /// Ends a session; one that is not there is no fault.
    fn end_session(&mut self, hash: &[u8; 32]) -> Result<(), Fault>;
    /// Ends every session of the person.
    fn end_sessions_of(&mut self, person: PersonId) -> Result<(), Fault>;
    /// Keeps a refresh token, or what changed of it (`used_at`, `successor`, `revoked_at`).
    fn put_refresh_token(&mut self, token: &RefreshToken) -> Result<(), Fault>;
    /// Ends every refresh token of the family.
    fn revoke_family(&mut self, family: &str, now: Time) -> Result<(), Fault>;
    /// Ends every refresh token of the person.
    fn revoke_tokens_of(&mut self, person: PersonId, now: Time) -> Result<(), Fault>;
    /// Keeps a ticket.
    fn put_ticket(&mut self, ticket: &Ticket) -> Result<(), Fault>;
    /// Takes a ticket away; it is given to the first who asks, ended or not.
    fn take_ticket(&mut self, hash: &[u8; 32]) -> Result<Option<Ticket>, Fault>;
    /// Keeps an API key, or what changed of it (`revoked_at`), by its hash.
    fn put_api_key(&mut self, key: &ApiKey) -> Result<(), Fault>;
    /// Keeps a setup code, or what changed of it (`used_at`), by its hash. None is ever forgotten: see
    /// [`LookDoors::had_setup_codes`].
    fn put_setup_code(&mut self, code: &SetupCode) -> Result<(), Fault>;
    /// Brings sessions and refresh tokens that have not ended and were begun or used after `ahead` back to `now`, each with the
    /// time that it was given, and forgets tickets that end after `tickets`: how many.
    fn mend_identity(&mut self, now: Time, ahead: Time, tickets: Time) -> Result<u64, Fault>;
    /// Forgets sessions, refresh tokens and tickets that ended before `now`.
    fn sweep_identity(&mut self, now: Time) -> Result<(), Fault>;
}
