//! The server's own access and refresh tokens: HS256, with the claims of simplejwt.

use super::claims::{Claims, Flaw, check_size, invalid};
use beseda_core::Fault;
use beseda_core::words::{HostId, Person, PersonId, RefreshToken, Time};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;

/// Signs and proves the server's own tokens.
pub struct OwnTokens {
    sign: EncodingKey,
    prove: DecodingKey,
    most_bytes: usize,
}

/// Our own tokens may begin with the next seconds, not to be older than a sign-out.
const EARLY_SECONDS: i64 = 5;

/// The claims in the order in which they are always written: the same token comes out the same, byte for byte.
#[derive(Serialize)]
struct Written<'a> {
    token_type: &'static str,
    exp: i64,
    iat: i64,
    jti: &'a str,
    /// What the host application calls them: its clients read it to know themselves.
    user_id: HostId<'a>,
    /// Their number here, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
}

impl OwnTokens {
    /// Tokens of a secret of at least 32 bytes; those are proven that have at most `most_bytes`.
    #[must_use]
    pub fn new(secret: &[u8], most_bytes: usize) -> Self {
        Self {
            sign: EncodingKey::from_secret(secret),
            prove: DecodingKey::from_secret(secret),
            most_bytes,
        }
    }

    /// An access token for the person, good for `ttl_seconds` from `now`. `jti` are random bytes.
    ///
    /// # Errors
    /// A fault where it cannot be signed.
    pub fn access(&self, person: &Person, now: Time, ttl_seconds: i64, jti: [u8; 16]) -> Result<String, Fault> {
        let (jti, iat) = (token_name(jti), now.seconds());
        let exp = iat.saturating_add(ttl_seconds);
        self.signed(&Written {
            token_type: "access",
            exp,
            iat,
            jti: &jti,
            user_id: person.host_id(),
            person: (person.host_id() != HostId::from(person.id)).then_some(person.id),
        })
    }

    /// The refresh token that these fields describe: always the same one.
    ///
    /// # Errors
    /// A fault where it cannot be signed.
    pub fn refresh(&self, token: &RefreshToken) -> Result<String, Fault> {
        self.signed(&Written {
            token_type: "refresh",
            exp: token.expires_at.seconds(),
            iat: token.issued_at.seconds(),
            jti: &token.jti,
            user_id: token.person.into(),
            person: None,
        })
    }

    /// The token by which a visitor is known again. `jti` are random bytes.
    ///
    /// # Errors
    /// A fault where it cannot be signed.
    pub fn for_visitor(&self, person: PersonId, now: Time, ttl_seconds: i64, jti: [u8; 16]) -> Result<String, Fault> {
        let (jti, iat) = (token_name(jti), now.seconds());
        self.signed(&Written {
            token_type: "visitor",
            exp: iat.saturating_add(ttl_seconds),
            iat,
            jti: &jti,
            user_id: person.into(),
            person: None,
        })
    }

    /// Whose visitor's token it is, and when it was given.
    ///
    /// # Errors
    /// Why it is none.
    pub fn visitor(&self, token: &str, now: Time) -> Result<(PersonId, Time), Flaw> {
        let claims = self.claims(token, now, "visitor")?;
        Ok((claims.person("user_id")?, issued_at(&claims, now)?))
    }

    fn signed(&self, claims: &Written<'_>) -> Result<String, Fault> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.sign)
            .map_err(|error| Fault::Internal(format!("a token cannot be signed: {error}")))
    }

    /// Whose access token it is, when it was given, and when it ends.
    ///
    /// # Errors
    /// Why it is none.
    pub fn person(&self, token: &str, now: Time) -> Result<(PersonId, Time, Time), Flaw> {
        let claims = self.claims(token, now, "access")?;
        let claim = if claims.at("person").is_some() {
            "person"
        } else {
            "user_id"
        };
        Ok((claims.person(claim)?, issued_at(&claims, now)?, claims.ends_at()?))
    }

    /// The name of a refresh token.
    ///
    /// # Errors
    /// Why it is none.
    pub fn refresh_name(&self, token: &str, now: Time) -> Result<String, Flaw> {
        let claims = self.claims(token, now, "refresh")?;
        claims.person("user_id")?;
        Ok(claims.required_text("jti")?.to_owned())
    }

    fn claims(&self, token: &str, now: Time, wanted: &str) -> Result<Claims, Flaw> {
        check_size(token, self.most_bytes)?;
        let claims = Claims::proven(token, &self.prove, &[Algorithm::HS256])?;
        claims.check_end(now, 0)?;
        claims.check_begun("nbf", now, 0)?;
        claims.signed_at()?;
        claims.required_text("jti")?;
        claims.check_type(wanted)?;
        Ok(claims)
    }
}

/// When a token of ours was given. One of the future was given by a clock that was ahead: it counts until its person is
/// signed out, and where they were signed out by that clock it was given with that.
fn issued_at(claims: &Claims, now: Time) -> Result<Time, Flaw> {
    let issued = claims.signed_at()?.ok_or_else(|| invalid("iat is missing"))?;
    let is_early = issued > now.plus_seconds(EARLY_SECONDS);
    Ok(if is_early { issued.told_ahead() } else { issued })
}

/// A token's name from random bytes.
#[must_use]
pub fn token_name(bytes: [u8; 16]) -> String {
    uuid::Uuid::from_bytes(bytes).simple().to_string()
}

#[cfg(test)]
mod tests;
