//! What lets people in.

use crate::engine::values;
use crate::rows::{self, number};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookDoors, TxDoors};
use beseda_core::words::{ApiKey, PersonId, RefreshToken, Scope, Session, SetupCode, Ticket, Time};

impl LookDoors for Transaction<'_> {
    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<Session>, Fault> {
        self.one(sql::SESSIONS_GET, values![hash], rows::session)
    }

    fn refresh_token(&mut self, jti: &str) -> Result<Option<RefreshToken>, Fault> {
        self.one(sql::REFRESH_TOKENS_GET, values![jti], rows::refresh_token)
    }

    fn api_key(&mut self, hash: &[u8; 32]) -> Result<Option<ApiKey>, Fault> {
        self.one(sql::API_KEYS_GET, values![hash], rows::api_key)
    }

    fn api_keys(&mut self) -> Result<Vec<ApiKey>, Fault> {
        self.all(sql::API_KEYS_ALL, values![], rows::api_key)
    }

    fn setup_code(&mut self, hash: &[u8; 32]) -> Result<Option<SetupCode>, Fault> {
        self.one(sql::SETUP_CODES_GET, values![hash], rows::setup_code)
    }

    fn had_setup_codes(&mut self) -> Result<bool, Fault> {
        Ok(self
            .one(sql::SETUP_CODES_ANY, values![], |row| row.get(0))?
            .unwrap_or(false))
    }
}

impl TxDoors for Transaction<'_> {
    fn put_session(&mut self, session: &Session) -> Result<(), Fault> {
        let values = values![
            &session.hash,
            session.person.0,
            session.created_at.0,
            session.seen_at.0,
            session.expires_at.0,
        ];
        self.write(sql::SESSIONS_PUT, values).map(drop)
    }

    fn end_session(&mut self, hash: &[u8; 32]) -> Result<(), Fault> {
        self.write(sql::SESSIONS_END, values![hash]).map(drop)
    }

    fn end_sessions_of(&mut self, person: PersonId) -> Result<(), Fault> {
        self.write(sql::SESSIONS_END_OF_PERSON, values![person.0]).map(drop)
    }

    fn put_refresh_token(&mut self, token: &RefreshToken) -> Result<(), Fault> {
        let values = values![
            &token.jti,
            &token.family,
            token.person.0,
            token.issued_at.0,
            token.expires_at.0,
            number(token.used_at),
            &token.successor,
            number(token.revoked_at),
        ];
        self.write(sql::REFRESH_TOKENS_PUT, values).map(drop)
    }

    fn revoke_family(&mut self, family: &str, now: Time) -> Result<(), Fault> {
        self.write(sql::REFRESH_TOKENS_REVOKE_FAMILY, values![now.0, family])
            .map(drop)
    }

    fn revoke_tokens_of(&mut self, person: PersonId, now: Time) -> Result<(), Fault> {
        self.write(sql::REFRESH_TOKENS_REVOKE_OF_PERSON, values![now.0, person.0])
            .map(drop)
    }

    fn put_ticket(&mut self, ticket: &Ticket) -> Result<(), Fault> {
        let values = values![
            &ticket.hash,
            ticket.came.person.0,
            ticket.came.proven_at.0,
            ticket.expires_at.0,
            number(ticket.proof_ends_at),
            ticket.came.by_key.as_ref(),
        ];
        self.write(sql::TICKETS_PUT, values).map(drop)
    }

    fn take_ticket(&mut self, hash: &[u8; 32]) -> Result<Option<Ticket>, Fault> {
        self.returning(sql::TICKETS_TAKE, values![hash], rows::ticket)
    }

    fn put_api_key(&mut self, key: &ApiKey) -> Result<(), Fault> {
        let scopes: Vec<&str> = key.scopes.iter().copied().map(Scope::word).collect();
        let scopes = scopes.join(" ");
        let values = values![&key.hash, &key.name, &scopes, key.created_at.0, number(key.revoked_at)];
        self.write(sql::API_KEYS_PUT, values).map(drop)
    }

    fn put_setup_code(&mut self, code: &SetupCode) -> Result<(), Fault> {
        let values = values![&code.hash, &code.email, code.expires_at.0, number(code.used_at)];
        self.write(sql::SETUP_CODES_PUT, values).map(drop)
    }

    fn mend_identity(&mut self, now: Time, ahead: Time, tickets: Time) -> Result<u64, Fault> {
        let sessions = self.write(sql::SESSIONS_MEND, values![ahead.0, now.0])?;
        let tokens = self.write(sql::REFRESH_TOKENS_MEND, values![ahead.0, now.0])?;
        Ok(sessions + tokens + self.write(sql::TICKETS_MEND, values![tickets.0])?)
    }

    fn sweep_identity(&mut self, now: Time) -> Result<(), Fault> {
        self.write(sql::SESSIONS_SWEEP, values![now.0])?;
        self.write(sql::TICKETS_SWEEP, values![now.0])?;
        self.write(sql::REFRESH_TOKENS_SWEEP, values![now.0]).map(drop)
    }
}
