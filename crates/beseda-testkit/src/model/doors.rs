//! What lets people in, in memory.

use super::Run;
use super::mended;
use super::wrong;
use beseda_core::error::Fault;
use beseda_core::ports::{LookDoors, TxDoors};
use beseda_core::words::{ApiKey, PersonId, RefreshToken, Session, SetupCode, Ticket, Time};

impl Run {
    /// Ends the refresh tokens that are meant; one that was ended before keeps its time.
    fn revoke(&mut self, now: Time, is_meant: impl Fn(&RefreshToken) -> bool) {
        let tokens = self.kept().refresh_tokens.values_mut();
        for token in tokens.filter(|token| is_meant(token)) {
            token.revoked_at = token.revoked_at.or(Some(now));
        }
    }
}

impl LookDoors for Run {
    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<Session>, Fault> {
        Ok(self.kept.sessions.get(hash).cloned())
    }

    fn refresh_token(&mut self, jti: &str) -> Result<Option<RefreshToken>, Fault> {
        Ok(self.kept.refresh_tokens.get(jti).cloned())
    }

    fn api_key(&mut self, hash: &[u8; 32]) -> Result<Option<ApiKey>, Fault> {
        Ok(self.kept.api_keys.get(hash).cloned())
    }

    fn api_keys(&mut self) -> Result<Vec<ApiKey>, Fault> {
        let mut keys: Vec<ApiKey> = self.kept.api_keys.values().cloned().collect();
        keys.sort_by(|one, other| (one.created_at, &one.name).cmp(&(other.created_at, &other.name)));
        Ok(keys)
    }

    fn setup_code(&mut self, hash: &[u8; 32]) -> Result<Option<SetupCode>, Fault> {
        Ok(self.kept.setup_codes.get(hash).cloned())
    }

    fn had_setup_codes(&mut self) -> Result<bool, Fault> {
        Ok(!self.kept.setup_codes.is_empty())
    }
}

impl TxDoors for Run {
    fn put_session(&mut self, session: &Session) -> Result<(), Fault> {
        self.known(session.person)?;
        self.kept().sessions.insert(session.hash, session.clone());
        Ok(())
    }

    fn end_session(&mut self, hash: &[u8; 32]) -> Result<(), Fault> {
        self.kept().sessions.remove(hash);
        Ok(())
    }

    fn end_sessions_of(&mut self, person: PersonId) -> Result<(), Fault> {
        self.kept().sessions.retain(|_, session| session.person != person);
        Ok(())
    }

    fn put_refresh_token(&mut self, token: &RefreshToken) -> Result<(), Fault> {
        self.known(token.person)?;
        self.kept().refresh_tokens.insert(token.jti.clone(), token.clone());
        Ok(())
    }

    fn revoke_family(&mut self, family: &str, now: Time) -> Result<(), Fault> {
        self.revoke(now, |token| token.family == family);
        Ok(())
    }

    fn revoke_tokens_of(&mut self, person: PersonId, now: Time) -> Result<(), Fault> {
        self.revoke(now, |token| token.person == person);
        Ok(())
    }

    fn put_ticket(&mut self, ticket: &Ticket) -> Result<(), Fault> {
        self.known(ticket.came.person)?;
        match self.kept().tickets.insert(ticket.hash, ticket.clone()) {
            Some(_) => Err(wrong("a ticket was given twice")),
            None => Ok(()),
        }
    }

    fn take_ticket(&mut self, hash: &[u8; 32]) -> Result<Option<Ticket>, Fault> {
        Ok(self.kept().tickets.remove(hash))
    }

    fn put_api_key(&mut self, key: &ApiKey) -> Result<(), Fault> {
        let stands = |other: &ApiKey| other.hash != key.hash && other.name == key.name && other.revoked_at.is_none();
        if key.revoked_at.is_none() && self.kept.api_keys.values().any(stands) {
            return Err(wrong(format!("an API key is called {} already", key.name)));
        }
        let kept = self.kept().api_keys.entry(key.hash).or_insert_with(|| key.clone());
        kept.revoked_at = key.revoked_at;
        Ok(())
    }

    fn put_setup_code(&mut self, code: &SetupCode) -> Result<(), Fault> {
        let kept = self.kept().setup_codes.entry(code.hash).or_insert_with(|| code.clone());
        kept.used_at = code.used_at;
        Ok(())
    }

    fn mend_identity(&mut self, now: Time, ahead: Time, tickets: Time) -> Result<u64, Fault> {
        let brought_back = |begun: Time, end: Time| Time(now.0 + (end.0 - begun.0));
        let kept = self.kept();
        let sessions = kept.sessions.values_mut();
        let sessions = sessions.filter(|session| session.expires_at > now && session.seen_at > ahead);
        let sessions = mended(sessions, |session| {
            if session.created_at > ahead {
                session.expires_at = brought_back(session.created_at, session.expires_at);
                session.created_at = now;
            }
            session.seen_at = now;
        });
        let is_ahead = |token: &&mut RefreshToken| {
            token.expires_at > now && (token.issued_at > ahead || token.used_at > Some(ahead))
        };
        let tokens = mended(kept.refresh_tokens.values_mut().filter(is_ahead), |token| {
            if token.issued_at > ahead {
                token.expires_at = brought_back(token.issued_at, token.expires_at);
                token.issued_at = now;
            }
            token.used_at = token.used_at.map(|used| if used > ahead { now } else { used });
        });
        let before = kept.tickets.len();
        kept.tickets.retain(|_, ticket| ticket.expires_at <= tickets);
        Ok(sessions + tokens + (before - kept.tickets.len()) as u64)
    }

    fn sweep_identity(&mut self, now: Time) -> Result<(), Fault> {
        let kept = self.kept();
        kept.sessions.retain(|_, session| session.expires_at >= now);
        kept.refresh_tokens.retain(|_, token| token.expires_at >= now);
        kept.tickets.retain(|_, ticket| ticket.expires_at >= now);
        Ok(())
    }
}
