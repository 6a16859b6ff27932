//! Who asks: a token in the header, for sockets also among the subprotocols or in the query, the session cookie, or the
//! host's own session.

use crate::shared::Shared;
use crate::shared::counts::Door;
use crate::shared::http::{origin, urlencoded};
use crate::shared::refused::Refused;
use crate::shared::rooms::new_name;
use axum::extract::FromRequestParts;
use beseda_core::ports::Look;
use beseda_core::rules::{self, TicketTaken, sign_in};
use beseda_core::words::{Came, KeyHash, Person, Session, Ticket, Time, printable};
use beseda_core::{Error, Refusal};
use beseda_identity::host_session::{ShownSessions, Unvouched};
use beseda_identity::{Flaw, SocketsEndWith, Vouched, tickets};
use beseda_live::ask;
use beseda_live::upgrade::offered_token;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

/// Who asks, and what proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub person: Person,
    /// What proved it.
    pub by: Proof,
    /// When they proved it, to us or to whoever vouches for them.
    pub proven_at: Time,
    /// When a socket that it opens is to end, where that follows from the proof and the settings.
    pub ends_at: Option<Time>,
    /// When the proof itself ends, where it says so.
    pub expires_at: Option<Time>,
}

/// What proves who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A token in the `Authorization` header, or that a socket offers as a subprotocol.
    Bearer,
    /// A token in the query, of a socket only.
    Query,
    /// A ticket in the query, of a socket only; with the API key that asked for it as the person.
    Ticket(Option<KeyHash>),
    /// The session cookie.
    Cookie,
    /// A session of the host application.
    HostSession,
    /// An API key that acts as the person.
    Key(KeyHash),
}

enum Credentials {
    Token(String, Proof),
    /// Sessions of ours, and of the host.
    Sessions(Vec<[u8; 32]>, ShownSessions),
}

impl Proof {
    const fn door(self) -> Door {
        match self {
            Self::Bearer | Self::Query => Door::Token,
            Self::Ticket(_) => Door::Ticket,
            Self::Cookie => Door::Session,
            Self::HostSession => Door::HostSession,
            Self::Key(_) => Door::ApiKey,
        }
    }
}

impl Credentials {
    /// The door at which they are shown; of sessions only who is let in tells which was the one.
    fn door(&self) -> Door {
        match self {
            Self::Token(ticket, Proof::Query) if tickets::is_one(ticket) => Door::Ticket,
            Self::Token(..) => Door::Token,
            Self::Sessions(ours, _) if ours.is_empty() => Door::HostSession,
            Self::Sessions(..) => Door::Session,
        }
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refused> {
        Self::of_request(shared, parts).await
    }
}

impl Caller {
    /// Who asks with a request.
    ///
    /// # Errors
    /// 401 for whoever proves nothing, 403 where a page of another site uses the session of this one.
    pub async fn of_request(shared: &Shared, parts: &Parts) -> Result<Self, Refused> {
        Self::of(shared, credentials(shared, parts, false)?).await
    }

    /// What let them in, for as long as it does.
    #[must_use]
    pub fn came(&self) -> Came {
        let by_key = match self.by {
            Proof::Key(key) => Some(key),
            Proof::Ticket(key) => key,
            Proof::Bearer | Proof::Query | Proof::Cookie | Proof::HostSession => None,
        };
        Came {
            person: self.person.id,
            proven_at: self.proven_at,
            by_key,
        }
    }

    /// Who asks for a socket.
    ///
    /// # Errors
    /// As [`Caller::of_request`].
    pub async fn of_socket(shared: &Shared, parts: &Parts) -> Result<Self, Refused> {
        Self::of(shared, credentials(shared, parts, true)?).await
    }

    /// Who brings a token, or a ticket, in a frame of a socket.
    ///
    /// # Errors
    /// As [`Caller::of_request`].
    pub async fn of_frame(shared: &Shared, token: String) -> Result<Self, Refused> {
        Self::of(shared, Credentials::Token(token, Proof::Query)).await
    }

    async fn of(shared: &Shared, credentials: Credentials) -> Result<Self, Refused> {
        let shown = credentials.door();
        let caller = Self::proven(shared, credentials).await;
        let door = caller.as_ref().map_or(shown, |caller| caller.by.door());
        shared.counts.came(door, &caller);
        caller
    }

    async fn proven(shared: &Shared, credentials: Credentials) -> Result<Self, Refused> {
        match credentials {
            Credentials::Token(ticket, Proof::Query) if tickets::is_one(&ticket) => {
                let (person, ticket) = of_ticket(shared, &ticket).await?;
                Ok(Self {
                    person,
                    by: Proof::Ticket(ticket.came.by_key),
                    proven_at: ticket.came.proven_at,
                    ends_at: ticket.proof_ends_at,
                    expires_at: ticket.proof_ends_at,
                })
            }
            Credentials::Token(token, by) => match of_token(shared, &token).await {
                Ok((person, proven_at, expires_at)) => Ok(Self {
                    person,
                    by,
                    proven_at,
                    ends_at: expires_at.filter(|_| shared.identity.sockets_end_with == SocketsEndWith::Token),
                    expires_at,
                }),
                Err(refused) => {
                    tell(&refused);
                    Err(refused)
                }
            },
            Credentials::Sessions(hashes, hosts) => match of_session(shared, hashes).await {
                Err(Error::Refused(Refusal::NotSignedIn)) => of_host_session(shared, &hosts).await,
                found => {
                    let (person, session) = found.map_err(not_let_in)?;
                    let ends = shared.identity.sockets_end_with != SocketsEndWith::Person;
                    Ok(Self {
                        by: Proof::Cookie,
                        // Signing out everywhere ends sessions: one that lives was begun after that.
                        proven_at: session.created_at.max(person.signed_out_at.unwrap_or_default()),
                        ends_at: ends.then_some(session.expires_at),
                        expires_at: Some(session.expires_at),
                        person,
                    })
                }
            },
        }
    }
}

/// Refuses a page of another site that would use the session of this one, where a handler must know that before it
/// knows who asks. Of a socket alone a token in the query counts in the place of the session.
///
/// # Errors
/// [`Refused::CrossSite`].
pub fn check_site(shared: &Shared, parts: &Parts, is_socket: bool) -> Result<(), Refused> {
    match credentials(shared, parts, is_socket) {
        Err(Refused::CrossSite) => Err(Refused::CrossSite),
        _ => Ok(()),
    }
}

fn credentials(shared: &Shared, parts: &Parts, is_socket: bool) -> Result<Credentials, Refused> {
    if let Some((token, by)) = token_of(parts, is_socket)? {
        return Ok(Credentials::Token(token, by));
    }
    let sessions = shared.identity.session_cookie.hashes_of(&parts.headers);
    let hosts = shared.identity.host_sessions.shown_in(&parts.headers);
    if sessions.is_empty() && hosts.is_empty() {
        return Err(Refusal::NotSignedIn.into());
    }
    if origin::is_cross_site(&parts.headers) {
        return Err(Refused::CrossSite);
    }
    Ok(Credentials::Sessions(sessions, hosts))
}

/// The token that a request shows, and where.
///
/// # Errors
/// As [`bearer`].
pub fn token_of(parts: &Parts, is_socket: bool) -> Result<Option<(String, Proof)>, Refused> {
    if let Some(token) = bearer(&parts.headers)? {
        return Ok(Some((token.to_owned(), Proof::Bearer)));
    }
    if !is_socket {
        return Ok(None);
    }
    if let Some(token) = offered_token(&parts.headers) {
        return Ok(Some((token.to_owned(), Proof::Bearer)));
    }
    let query = parts.uri.query().unwrap_or_default();
    // Either may be shown as either: pages that have only a place for a token put a ticket there.
    let shown = |name| urlencoded::value(query, name).filter(|token| !token.is_empty());
    let token = shown("token").or_else(|| shown("ticket"));
    Ok(token.map(|token| (token, Proof::Query)))
}

/// The token of the header. Another scheme counts as no credentials: somebody else may be meant by it.
///
/// # Errors
/// [`Refused::BadHeader`] for a header that is no scheme and one word.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let mut words = header
        .to_str()
        .map_err(|_| Refused::BadHeader)?
        .split_ascii_whitespace();
    if !words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("Bearer")) {
        return Ok(None);
    }
    match (words.next(), words.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(Refused::BadHeader),
    }
}

fn bad_token(why: &str) -> Refused {
    Refused::BadToken(Flaw::Invalid(why.to_owned()))
}

/// Tells the log why a token lets nobody in. What is wrong on our side is told where it is answered.
fn tell(refused: &Refused) {
    match refused {
        Refused::Rule(Refusal::BadCredentials) => {
            tracing::info!("a token was refused: it was signed (iat) before its person was signed out");
        }
        Refused::UnknownPerson => tracing::info!("a token was refused: its person is unknown here"),
        refused if refused.status() == StatusCode::UNAUTHORIZED => {
            tracing::info!("a token was refused: {refused}");
        }
        _ => {}
    }
}

/// Takes the ticket: it opens one socket and no other.
async fn of_ticket(shared: &Shared, ticket: &str) -> Result<(Person, Ticket), Refused> {
    let (now, hash) = (shared.chat.now(), tickets::hash(ticket));
    let taken = ask::change(&shared.chat, move |tx| rules::take_ticket(tx, now, &hash)).await;
    match taken? {
        TicketTaken::Good(person, ticket) => Ok((*person, ticket)),
        TicketTaken::Barred(why) => Err(not_let_in(why.into())),
        TicketTaken::Spent => Err(bad_token("the ticket is unknown, used or ended")),
    }
}

/// Whose token it is, when it was signed, and when it expires.
async fn of_token(shared: &Shared, token: &str) -> Result<(Person, Time, Option<Time>), Refused> {
    let now = shared.chat.now();
    let identity = &shared.identity;
    let own = match identity.tokens.person(token, now) {
        Ok((person, issued, expires_at)) => {
            let person = ask::look(&shared.chat, move |look| {
                sign_in::who(look, &Came::oneself(person, issued))
            })
            .await;
            return Ok((person.map_err(not_let_in)?, issued, Some(expires_at)));
        }
        Err(flaw) => flaw,
    };
    let vouched = identity.issuers.vouched(token, now).await.map_err(|host| {
        // Of two reasons, the one that says more: a token that is ours was signed by us.
        let is_ours = identity.issuers.is_empty() || !matches!(own, Flaw::Invalid(_));
        Refused::BadToken(if is_ours { own } else { host })
    })?;
    if vouched.claimed.grants.len() > shared.chat.limits().grants {
        return Err(bad_token("it grants more rooms than limits.grants"));
    }
    // What was proven nobody knows when is over with the next sign-out: nothing is older.
    let proven_at = vouched.claimed.proven_at.unwrap_or_default();
    let ends_at = vouched.ends_at;
    let person = of_host(shared, vouched).await.map_err(not_let_in)?;
    Ok((person, proven_at, ends_at))
}

/// A person whom a host application vouches for; written only when that says something new.
async fn of_host(shared: &Shared, Vouched { claimed, people, .. }: Vouched) -> Result<Person, Error> {
    let (now, asked) = (shared.chat.now(), claimed.clone());
    let known = ask::look(&shared.chat, move |look| sign_in::known(look, now, &asked, people)).await?;
    let admitted = match known {
        Some(admitted) => admitted,
        None => {
            let chat = shared.chat.clone();
            let draw = move || new_name(&chat);
            ask::change(&shared.chat, move |tx| sign_in::admit(tx, now, &claimed, people, &draw)).await?
        }
    };
    for key in &admitted.barred {
        let who = printable(&admitted.person.host_id().to_string());
        let key = printable(&key.to_string());
        let line = format!("a grant of person {who} is left out: \"{key}\" is a room that no token lets them into");
        shared.identity.issuers.say_once(line);
    }
    Ok(admitted.person)
}

async fn of_session(shared: &Shared, hashes: Vec<[u8; 32]>) -> Result<(Person, Session), Error> {
    if hashes.is_empty() {
        return Err(Refusal::NotSignedIn.into());
    }
    let (now, idle) = (shared.chat.now(), shared.identity.session_idle_seconds);
    let find = move |look: &mut dyn Look| sign_in::find_session(look, now, &hashes, idle);
    let (session, person) = ask::look(&shared.chat, find).await?;
    if sign_in::is_stale(&session, now) {
        let hash = session.hash;
        // Nobody waits for it: it only keeps the session from falling asleep.
        shared
            .chat
            .change(move |tx| sign_in::touch_session(tx, now, &hash), drop);
    }
    Ok((person, session))
}

async fn of_host_session(shared: &Shared, shown: &ShownSessions) -> Result<Caller, Refused> {
    let hosts = &shared.identity.host_sessions;
    loop {
        let now = shared.chat.now();
        let vouched = hosts.vouched(shown, now).await.map_err(|why| match why {
            Unvouched::Nobody => Refusal::NotSignedIn.into(),
            Unvouched::Away => Refused::HostAway,
        })?;
        let proven_at = vouched.claimed.proven_at.unwrap_or_default();
        let person = match of_host(shared, vouched).await {
            // Signed out since the host said who it is: it may still say so.
            Err(Error::Refused(Refusal::BadCredentials)) if proven_at < now && hosts.forget(shown) => continue,
            person => person.map_err(not_let_in)?,
        };
        return Ok(Caller {
            person,
            by: Proof::HostSession,
            proven_at,
            ends_at: None,
            expires_at: None,
        });
    }
}

fn not_let_in(error: Error) -> Refused {
    match error {
        Error::Refused(Refusal::NoSuchPerson) => Refused::UnknownPerson,
        other => other.into(),
    }
}

#[cfg(test)]
mod tests;
