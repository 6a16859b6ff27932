//! What lets a person in: sessions, refresh tokens, and people whom a trusted token vouches for.
//!
//! Names, times and hashes are drawn and read by the caller; here is only what follows from them.

use super::access::api_key;
use super::members::show_out;
use super::open::{check_grant, grant, is_settled};
use super::people::{find_person, logs_in, person_to_put};
use crate::error::{Error, Refusal};
use crate::policy::stands_otherwise;
use crate::ports::{Look, Tx};
use crate::words::{Came, HostId, Person, PersonId, RefreshToken, Role, Room, RoomKey, Scope, Session, Time};
use uuid::Uuid;

/// A token was signed just now if that is at most so many seconds ago.
const FRESH_SECONDS: i64 = 60;

/// A session's `seen_at` is kept to this many seconds, so that reading does not become writing.
pub const SEEN_SECONDS: i64 = 60;

/// What becomes of somebody who comes with a good token and was never seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newcomers {
    /// They are made from the token's claims, and follow them from then on.
    Create,
    /// They are refused: somebody must have put them here before, and what was put stands.
    Known,
}

/// What a trusted token says about a person; `None` where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Who, as the host application has it.
    pub id: HostId<'static>,
    /// When they proved it to whoever signed the token, at the earliest; `None` where the token does not tell.
    pub proven_at: Option<Time>,
    /// The rooms that they are let into.
    pub grants: Vec<RoomKey>,
    /// Whether they are let into those alone: what earlier tokens granted, and this does not, is taken back.
    pub is_whole: bool,
    /// A name to log in with.
    pub username: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// What the person is to the host application.
    pub role: Option<Role>,
}

impl Claimed {
    /// A token that says nothing but who its bearer is.
    #[must_use]
    pub fn new(id: HostId<'static>, proven_at: Option<Time>) -> Self {
        Self {
            id,
            proven_at,
            grants: Vec::new(),
            is_whole: false,
            username: None,
            email: None,
            first_name: None,
            last_name: None,
            role: None,
        }
    }
}

/// Whom a token lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The person.
    pub person: Person,
    /// The rooms that the token grants and that it cannot: each costs that grant, and not the token.
    pub barred: Vec<RoomKey>,
}

/// The moment that a token is to tell which is given to the person now, in whole seconds: now, but not before they were
/// last signed out everywhere.
#[must_use]
pub fn token_time(person: &Person, now: Time) -> Time {
    Time(0)
        .plus_seconds(now.seconds())
        .max(person.signed_out_at.unwrap_or_default())
}

/// The same, and for how many seconds from then on the token is good that is to be so for so many from now on: where a clock
/// that was ahead signed them out, it begins after its own end, and ends in time.
#[must_use]
pub fn token_times(person: &Person, now: Time, seconds: i64) -> (Time, i64) {
    let from = token_time(person, now);
    let early = if from.is_ahead(now) {
        from.seconds().saturating_sub(now.seconds())
    } else {
        0
    };
    (from, seconds.saturating_sub(early))
}

/// Whether a token that tells this moment was signed just now, by a clock that agrees with ours.
fn is_fresh(proven_at: Option<Time>, now: Time) -> bool {
    proven_at.is_some_and(|at| at.plus_seconds(FRESH_SECONDS) >= now && !at.is_ahead(now))
}

/// Whether what a token says came before what is kept since a moment, or with it. Where a clock that was ahead told that
/// moment, what is said just now came later, and of anything else nobody knows: then what is kept stands.
pub(super) fn came_before(proven_at: Option<Time>, kept: Time, now: Time) -> bool {
    if kept.is_ahead(now) {
        return !is_fresh(proven_at, now);
    }
    proven_at.unwrap_or_default() <= kept
}

/// The person with this number, if they are let in at all.
///
/// # Errors
/// [`Refusal::NoSuchPerson`], [`Refusal::Inactive`].
pub fn active(look: &mut (impl Look + ?Sized), id: PersonId) -> Result<Person, Error> {
    let person = look.person(id)?.ok_or(Refusal::NoSuchPerson)?;
    if !person.active {
        return Err(Refusal::Inactive.into());
    }
    Ok(person)
}

/// Who came, if what let them in does so still.
///
/// # Errors
/// [`Refusal::NoSuchPerson`], [`Refusal::Inactive`]; [`Refusal::BadCredentials`] where they were signed out since, or the
/// API key that acts as them was revoked.
pub fn who(look: &mut (impl Look + ?Sized), came: &Came) -> Result<Person, Error> {
    let person = look.person(came.person)?.ok_or(Refusal::NoSuchPerson)?;
    if let Some(key) = &came.by_key {
        api_key(look, key, Scope::Act)?;
    }
    let_in(person, came.proven_at)
}

fn let_in(person: Person, proven_at: Time) -> Result<Person, Error> {
    if !person.active {
        Err(Refusal::Inactive.into())
    } else if !person.counts(proven_at) {
        Err(Refusal::BadCredentials.into())
    } else {
        Ok(person)
    }
}

/// The person of a token, if they are let in with it.
///
/// # Errors
/// As [`who`]; [`Refusal::UnknownAge`] where they were signed out and the token does not tell its moment.
fn bearer(look: &mut (impl Look + ?Sized), now: Time, claimed: &Claimed) -> Result<Person, Error> {
    let mut person = look.person_of_host(&claimed.id)?.ok_or(Refusal::NoSuchPerson)?;
    // The host's clock and ours agree on what time it is: they were signed out before, whatever the clock said then.
    if person.signed_out_at.is_some_and(|out| out.is_ahead(now)) && is_fresh(claimed.proven_at, now) {
        person.signed_out_at = claimed.proven_at;
    }
    match (claimed.proven_at, let_in(person, claimed.proven_at.unwrap_or_default())) {
        (None, Err(Error::Refused(Refusal::BadCredentials))) => Err(Refusal::UnknownAge.into()),
        (_, person) => person,
    }
}

/// The person of a token, where nothing has to be written for it; `None` where [`admit`] has to.
///
/// # Errors
/// As [`admit`].
pub fn known(
    look: &mut (impl Look + ?Sized),
    now: Time,
    claimed: &Claimed,
    people: Newcomers,
) -> Result<Option<Admitted>, Error> {
    let person = match (bearer(look, now, claimed), people) {
        (Err(Error::Refused(Refusal::NoSuchPerson)), Newcomers::Create) => return Ok(None),
        (person, _) => person?,
    };
    if is_taken_back(look, claimed, &person)? {
        return Ok(None);
    }
    let grants = Grants::of(look, now, Some(&person), claimed)?;
    if !grants.missing.is_empty() || !grants.taken_back.is_empty() {
        return Ok(None);
    }
    if people == Newcomers::Create && as_claimed(look, now, claimed, person.clone())? != person {
        return Ok(None);
    }
    let barred = grants.barred;
    Ok(Some(Admitted { person, barred }))
}

/// The person of a token: made or changed as it says, or required to be there; and let into the rooms that it grants.
/// `draw` gives the unguessable name of a room that is new.
///
/// # Errors
/// [`Refusal::NoSuchPerson`] where they must be known and are not, [`Refusal::Inactive`]; [`Refusal::BadCredentials`]
/// where they were signed out since, [`Refusal::UnknownAge`] where they may have been.
pub fn admit(
    tx: &mut dyn Tx,
    now: Time,
    claimed: &Claimed,
    people: Newcomers,
    draw: &dyn Fn() -> Uuid,
) -> Result<Admitted, Error> {
    let standing = match (bearer(tx, now, claimed), people) {
        // Whom the host does not know is not made anew by their number.
        (Err(Error::Refused(Refusal::NoSuchPerson)), Newcomers::Create) if find_person(tx, &claimed.id)?.is_none() => {
            None
        }
        (standing, _) => Some(standing?),
    };
    let grants = Grants::of(tx, now, standing.as_ref(), claimed)?;
    // From here on nothing is refused any more.
    if let Some(person) = &standing
        && is_taken_back(tx, claimed, person)?
    {
        tx.put_person(&person.clone().into())?;
    }
    let person = match standing {
        None => newcomer(tx, now, claimed)?,
        Some(person) if people == Newcomers::Create => follow(tx, now, claimed, person)?,
        Some(person) => person,
    };
    for key in &grants.missing {
        grant(tx, now, person.id, key, draw())?;
    }
    for mut room in grants.taken_back {
        show_out(tx, claimed.proven_at.unwrap_or_default(), &mut room, person.id)?;
    }
    let barred = grants.barred;
    Ok(Admitted { person, barred })
}

/// Whether a sign-out that a clock told which was ahead is over with this token, and is kept still.
fn is_taken_back(look: &mut (impl Look + ?Sized), claimed: &Claimed, person: &Person) -> Result<bool, Error> {
    if person.signed_out_at.is_none() || person.signed_out_at != claimed.proven_at {
        return Ok(false);
    }
    let kept = look.person(person.id)?;
    Ok(kept.is_some_and(|kept| kept.signed_out_at != person.signed_out_at))
}

/// What a token's grants change.
#[derive(Default)]
struct Grants {
    /// Those that can be.
    missing: Vec<RoomKey>,
    /// Those that cannot.
    barred: Vec<RoomKey>,
    /// The rooms that earlier ones let into, and this token does not.
    taken_back: Vec<Room>,
}

impl Grants {
    fn of(
        look: &mut (impl Look + ?Sized),
        now: Time,
        person: Option<&Person>,
        claimed: &Claimed,
    ) -> Result<Self, Error> {
        let mut found = Self::default();
        for key in &claimed.grants {
            let stands = match person {
                Some(person) => is_settled(look, now, person.id, key, claimed.proven_at)?,
                None => false,
            };
            if stands {
                continue;
            }
            match check_grant(look, &claimed.id, key) {
                Ok(()) => found.missing.push(key.clone()),
                Err(Error::Refused(_)) => found.barred.push(key.clone()),
                Err(fault) => return Err(fault),
            }
        }
        if let Some(person) = person.filter(|_| claimed.is_whole) {
            found.taken_back = taken_back(look, now, person, claimed)?;
        }
        Ok(found)
    }
}

/// The rooms into which earlier tokens let the person, and this one does not. Where they have a place in the order they stay,
/// and in a room that was closed: no token names that any more.
fn taken_back(
    look: &mut (impl Look + ?Sized),
    now: Time,
    person: &Person,
    claimed: &Claimed,
) -> Result<Vec<Room>, Error> {
    let mut rooms = Vec::new();
    for room in look.granted_rooms(person.id)? {
        let is_kept = claimed.grants.iter().any(|key| key.to_string() == *room.key);
        let place = look.place(room.id, person.id)?;
        let joined_at = place.and_then(|place| place.member).map(|member| member.joined_at);
        let has_place = match room.order() {
            Some(order) => look
                .order(&order)?
                .is_some_and(|order| order.people().contains(&person.id)),
            None => false,
        };
        // One that was signed before knows nothing of it.
        let came_first = match joined_at {
            Some(joined_at) if joined_at.is_ahead(now) => is_fresh(claimed.proven_at, now),
            joined_at => joined_at <= claimed.proven_at,
        };
        if !is_kept && !has_place && !room.is_left() && came_first {
            rooms.push(room);
        }
    }
    Ok(rooms)
}

/// The person, changed as a token says.
fn follow(tx: &mut dyn Tx, now: Time, claimed: &Claimed, person: Person) -> Result<Person, Error> {
    let wanted = as_claimed(tx, now, claimed, person.clone())?;
    if wanted != person {
        tx.put_person(&wanted.clone().into())?;
        tx.person_updated(wanted.id, now)?;
        if stands_otherwise(&person, &wanted) {
            tx.announce_person(wanted.id);
        }
    }
    Ok(wanted)
}

/// Makes a person as a token says, under the host's number or one of our own.
fn newcomer(tx: &mut dyn Tx, now: Time, claimed: &Claimed) -> Result<Person, Error> {
    let (nobody, _) = person_to_put(tx, &claimed.id)?;
    let person = as_claimed(tx, now, claimed, nobody)?;
    tx.put_person(&person.clone().into())?;
    tx.person_updated(person.id, now)?;
    Ok(person)
}

/// The person with what is claimed, unless the host application has said otherwise since. A way to log in that is somebody
/// else's stays theirs: a token may name its bearer, but not take another's account away, nor fail because of it.
fn as_claimed(
    look: &mut (impl Look + ?Sized),
    now: Time,
    claimed: &Claimed,
    mut person: Person,
) -> Result<Person, Error> {
    // Tokens tell their moment in whole seconds: of the same second, what was put counts. So it does where they tell none.
    if person
        .put_at
        .is_some_and(|put_at| came_before(claimed.proven_at, put_at, now))
    {
        return Ok(person);
    }
    for (wanted, way_in) in [
        (
            &claimed.username,
            (|person| &mut person.username) as fn(&mut Person) -> &mut String,
        ),
        (&claimed.email, |person| &mut person.email),
    ] {
        let Some(wanted) = wanted else { continue };
        if way_in(&mut person) == wanted {
            continue;
        }
        let mut named = Person::new(person.id, Role::User);
        way_in(&mut named).clone_from(wanted);
        if !logs_in(look, person.id)? || look.name_taken(&named)?.is_none() {
            way_in(&mut person).clone_from(wanted);
        }
    }
    if let Some(first_name) = &claimed.first_name {
        person.first_name.clone_from(first_name);
    }
    if let Some(last_name) = &claimed.last_name {
        person.last_name.clone_from(last_name);
    }
    person.role = claimed.role.unwrap_or(person.role);
    Ok(person)
}

/// Whether somebody whose password was found right may still be let in by it: it may have been changed, or they may have
/// been deactivated, while it was checked.
///
/// # Errors
/// [`Refusal::BadCredentials`].
pub fn still_right(look: &mut (impl Look + ?Sized), id: PersonId, hash: &str) -> Result<Person, Error> {
    let account = look.account_of(id)?.filter(|account| account.person.active);
    let account = account.filter(|account| account.password_hash.as_deref() == Some(hash));
    Ok(account.ok_or(Refusal::BadCredentials)?.person)
}

/// Opens a session, and ends those that the same browser had before.
///
/// # Errors
/// As [`active`].
pub fn open_session(tx: &mut dyn Tx, session: &Session, before: &[[u8; 32]]) -> Result<(), Error> {
    active(tx, session.person)?;
    end_sessions(tx, before)?;
    Ok(tx.put_session(session)?)
}

/// The first session with one of these hashes and whose it is, unless it ended or was unused for `idle_seconds`: a browser
/// may hold several cookies of one name, and not all of them ours.
///
/// # Errors
/// [`Refusal::NotSignedIn`] where there is none any more; as [`who`].
pub fn find_session(
    look: &mut (impl Look + ?Sized),
    now: Time,
    hashes: &[[u8; 32]],
    idle_seconds: i64,
) -> Result<(Session, Person), Error> {
    let mut refused = Refusal::NotSignedIn;
    for hash in hashes {
        match live_session(look, now, hash, idle_seconds) {
            Err(Error::Refused(Refusal::NotSignedIn)) => {}
            Err(Error::Refused(refusal)) => refused = refusal,
            found => return found,
        }
    }
    Err(refused.into())
}

fn live_session(
    look: &mut (impl Look + ?Sized),
    now: Time,
    hash: &[u8; 32],
    idle_seconds: i64,
) -> Result<(Session, Person), Error> {
    let session = look.session(hash)?.ok_or(Refusal::NotSignedIn)?;
    if session.expires_at <= now || session.seen_at.plus_seconds(idle_seconds) <= now {
        return Err(Refusal::NotSignedIn.into());
    }
    // Signing out everywhere ends sessions themselves.
    let person = active(look, session.person)?;
    Ok((session, person))
}

/// Whether the session's use is worth a write.
#[must_use]
pub fn is_stale(session: &Session, now: Time) -> bool {
    session.seen_at.plus_seconds(SEEN_SECONDS) <= now
}

/// Remembers that the session is in use; one that ended meanwhile stays ended.
pub fn touch_session(tx: &mut dyn Tx, now: Time, hash: &[u8; 32]) -> Result<(), Error> {
    if let Some(mut session) = tx.session(hash)?
        && is_stale(&session, now)
    {
        session.seen_at = now;
        tx.put_session(&session)?;
    }
    Ok(())
}

/// Ends sessions, with the browsers that were given in them: whose each was, and since when what was proven by it counted. Those that are not there are fine.
pub fn end_sessions(tx: &mut dyn Tx, hashes: &[[u8; 32]]) -> Result<Vec<(PersonId, Time)>, Error> {
    let mut ended = Vec::new();
    for hash in hashes {
        let Some(session) = tx.session(hash)? else {
            continue;
        };
        tx.end_session(hash)?;
        let person = tx.person(session.person)?;
        let signed_out_at = person.and_then(|person| person.signed_out_at).unwrap_or_default();
        let proven_at = session.created_at.max(signed_out_at);
        tx.remove_push_subscriptions_of(session.person, Some(proven_at))?;
        ended.push((session.person, proven_at));
    }
    Ok(ended)
}

/// What a new refresh token is to be called and how long it is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    /// Its `jti`, never used before.
    pub jti: String,
    /// When it ends.
    pub expires_at: Time,
}

/// How refresh tokens are exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// Whether a refresh token ends when it is used.
    pub on: bool,
    /// For so many seconds a used one gives its successor again: two tabs, or an answer that was lost.
    pub grace_seconds: i64,
}

/// What came of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// This token is the one to keep now.
    Given(RefreshToken),
    /// A used token of this person came back too late: somebody else may hold it, and its whole line is ended now.
    /// This is no refusal, because a refusal would take the ending back.
    Reused(PersonId),
}

/// Gives the first refresh token of a line.
///
/// # Errors
/// As [`active`].
pub fn issue_refresh(tx: &mut dyn Tx, now: Time, person: PersonId, fresh: &Fresh) -> Result<RefreshToken, Error> {
    active(tx, person)?;
    let token = new_token(now, person, fresh, &fresh.jti);
    tx.put_refresh_token(&token)?;
    Ok(token)
}

fn new_token(now: Time, person: PersonId, fresh: &Fresh, family: &str) -> RefreshToken {
    RefreshToken {
        jti: fresh.jti.clone(),
        family: family.to_owned(),
        person,
        issued_at: now,
        expires_at: fresh.expires_at,
        used_at: None,
        successor: None,
        revoked_at: None,
    }
}

/// Exchanges a refresh token for the next of its line. The used one gives the same next one again for
/// `grace_seconds`, as long as that has not been used; later the whole line is ended.
///
/// # Errors
/// [`Refusal::BadCredentials`] for one that is unknown, ended or revoked; as [`who`].
pub fn rotate(tx: &mut dyn Tx, now: Time, jti: &str, fresh: &Fresh, rotation: Rotation) -> Result<Exchange, Error> {
    let mut token = tx.refresh_token(jti)?.ok_or(Refusal::BadCredentials)?;
    if token.revoked_at.is_some() || token.expires_at <= now {
        return Err(Refusal::BadCredentials.into());
    }
    // Signing out everywhere ends refresh tokens themselves.
    active(tx, token.person)?;
    if !rotation.on {
        return Ok(Exchange::Given(token));
    }
    let Some(successor) = &token.successor else {
        let next = new_token(now, token.person, fresh, &token.family);
        token.used_at = Some(now);
        token.successor = Some(next.jti.clone());
        tx.put_refresh_token(&token)?;
        tx.put_refresh_token(&next)?;
        return Ok(Exchange::Given(next));
    };
    let next = tx.refresh_token(successor)?.filter(|next| next.successor.is_none());
    let in_time = token
        .used_at
        .is_some_and(|used| now <= used.plus_seconds(rotation.grace_seconds));
    match next {
        Some(next) if in_time => Ok(Exchange::Given(next)),
        _ => {
            tx.revoke_family(&token.family, now)?;
            Ok(Exchange::Reused(token.person))
        }
    }
}

/// Ends the line of a refresh token; one that is not there is fine.
pub fn end_line(tx: &mut dyn Tx, now: Time, jti: &str) -> Result<(), Error> {
    if let Some(token) = tx.refresh_token(jti)? {
        tx.revoke_family(&token.family, now)?;
    }
    Ok(())
}
