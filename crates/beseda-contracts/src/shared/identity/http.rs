//! The calls that let people in: `/login/`, `/logout/`, `/api/token/`, `/api/token/refresh/`, `/api/me/`.

use super::caller::{Caller, check_site};
use crate::shared::counts::Door;
use crate::shared::field::{FieldError, FieldErrors};
use crate::shared::http::body::Fields;
use crate::shared::http::paths::Routes;
use crate::shared::refused::Refused;
use crate::shared::{Shared, Voice};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use beseda_core::rules;
use beseda_core::rules::sign_in::{self, Exchange, Fresh};
use beseda_core::words::{HostId, Person, PersonId, RefreshToken, Session, Time};
use beseda_core::{Error, Refusal};
use beseda_identity::tokens::token_name;
use beseda_identity::{Flaw, is_foreign_hash, sessions};
use beseda_live::ask;
use beseda_live::place::under;
use http::StatusCode;
use http::header::SET_COOKIE;
use http::request::Parts;
use serde::Serialize;

/// Nobody who is not yet known sends more than this.
const BODY_BYTES: u64 = 16_384;

/// The routes.
pub fn routes(voice: &'static dyn Voice) -> Routes {
    Routes::said_by(voice)
        .both("/login/", post(login), "POST, OPTIONS")
        .both("/logout/", post(logout), "POST, OPTIONS")
        .both("/api/token/", post(token), "POST, OPTIONS")
        .both("/api/token/refresh/", post(refresh), "POST, OPTIONS")
        .both("/api/me/", get(me), "GET, HEAD, OPTIONS")
}

/// A user, as these calls show one to themselves.
#[derive(Serialize)]
struct User<'a> {
    id: HostId<'a>,
    username: &'a str,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    full_name: String,
    role: &'a str,
}

impl<'a> From<&'a Person> for User<'a> {
    fn from(person: &'a Person) -> Self {
        Self {
            id: person.host_id(),
            username: &person.username,
            email: &person.email,
            first_name: &person.first_name,
            last_name: &person.last_name,
            full_name: person.full_name(),
            role: person.role.word(),
        }
    }
}

#[derive(Serialize)]
struct LoggedIn<'a> {
    access_token: String,
    refresh_token: String,
    user: User<'a>,
}

#[derive(Serialize)]
struct Obtained {
    refresh: String,
    access: String,
}

#[derive(Serialize)]
struct Refreshed {
    access: String,
    refresh: String,
}

async fn me(caller: Caller) -> Response {
    Json(User::from(&caller.person)).into_response()
}

/// Gives tokens and begins a session in the place of the one that the browser had.
async fn login(State(shared): State<Shared>, request: Request) -> Result<Response, Refused> {
    let (parts, fields) = read(&shared, request).await?;
    let (id, password_hash) = proven(&shared, &parts, &fields, "identifier").await?;
    let now = shared.chat.now();
    let (fresh, value) = (fresh(&shared, now), sessions::new_value(shared.chat.random()));
    let session = Session {
        hash: sessions::hash(&value),
        person: id,
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(shared.identity.session_seconds),
    };
    let before = shared.identity.session_cookie.hashes_of(&parts.headers);
    let begin = move |tx: &mut dyn beseda_core::ports::Tx| {
        let person = sign_in::still_right(tx, id, &password_hash)?;
        sign_in::open_session(tx, &session, &before)?;
        Ok((person, sign_in::issue_refresh(tx, now, id, &fresh)?))
    };
    let (person, token) = ask::change(&shared.chat, begin).await.map_err(not_let_in)?;
    let (access_token, refresh_token) = written(&shared, &person, &token)?;
    let answer = Json(LoggedIn {
        access_token,
        refresh_token,
        user: User::from(&person),
    })
    .into_response();
    Ok(with_cookie(&shared, &parts, Some(&value), answer))
}

/// Ends the browser's session, and the line of the refresh token that the body names, if it names one.
async fn logout(State(shared): State<Shared>, request: Request) -> Result<Response, Refused> {
    let (parts, fields) = read(&shared, request).await?;
    check_site(&shared, &parts, false)?;
    let now = shared.chat.now();
    let sessions = shared.identity.session_cookie.hashes_of(&parts.headers);
    let token = fields.raw_text("refresh").ok().flatten();
    let token = token.and_then(|token| shared.identity.tokens.refresh_name(&token, now).ok());
    let mut ended = Vec::new();
    if !sessions.is_empty() || token.is_some() {
        let end = move |tx: &mut dyn beseda_core::ports::Tx| {
            let ended = sign_in::end_sessions(tx, &sessions)?;
            token.as_deref().map_or(Ok(()), |jti| sign_in::end_line(tx, now, jti))?;
            Ok(ended)
        };
        ended = ask::change(&shared.chat, end).await?;
    }
    for (person, proven_at) in &ended {
        shared.live.end(*person, *proven_at);
    }
    let answer = StatusCode::NO_CONTENT.into_response();
    if ended.is_empty() {
        // A cookie of this name that is not ours stays: it may be the application's own session.
        return Ok(answer);
    }
    Ok(with_cookie(&shared, &parts, None, answer))
}

async fn token(State(shared): State<Shared>, request: Request) -> Result<Json<Obtained>, Refused> {
    let (parts, fields) = read(&shared, request).await?;
    let name = if fields.has("email") { "email" } else { "username" };
    let (id, password_hash) = proven(&shared, &parts, &fields, name).await?;
    let now = shared.chat.now();
    let fresh = fresh(&shared, now);
    let begin = move |tx: &mut dyn beseda_core::ports::Tx| {
        let person = sign_in::still_right(tx, id, &password_hash)?;
        Ok((person, sign_in::issue_refresh(tx, now, id, &fresh)?))
    };
    let (person, token) = ask::change(&shared.chat, begin).await.map_err(not_let_in)?;
    let (access, refresh) = written(&shared, &person, &token)?;
    Ok(Json(Obtained { refresh, access }))
}

async fn refresh(State(shared): State<Shared>, request: Request) -> Result<Json<Refreshed>, Refused> {
    let (_, fields) = read(&shared, request).await?;
    let token = fields
        .required_text("refresh", None)
        .map_err(|error| Refused::field("refresh", error))?;
    let now = shared.chat.now();
    let bad = |why: &str| Refused::BadRefresh(Flaw::Invalid(why.to_owned()));
    let jti = shared.identity.tokens.refresh_name(&token, now);
    let jti = jti.map_err(Refused::BadRefresh)?;
    let (fresh, rotation) = (fresh(&shared, now), shared.identity.rotation);
    let exchange = move |tx: &mut dyn beseda_core::ports::Tx| {
        let exchange = sign_in::rotate(tx, now, &jti, &fresh, rotation)?;
        let holder = match &exchange {
            Exchange::Given(token) => Some(sign_in::active(tx, token.person)?),
            Exchange::Reused(_) => None,
        };
        Ok((exchange, holder))
    };
    match ask::change(&shared.chat, exchange).await {
        Ok((Exchange::Given(token), Some(person))) => {
            let (access, refresh) = written(&shared, &person, &token)?;
            Ok(Json(Refreshed { access, refresh }))
        }
        Ok((Exchange::Given(_), None)) => Err(Refused::NoAccountOfToken),
        Ok((Exchange::Reused(person), _)) => {
            tracing::warn!(%person, "a used refresh token came back: somebody may have stolen it, its line is ended");
            Err(bad("it was used before"))
        }
        Err(Error::Refused(Refusal::BadCredentials)) => Err(bad("it is unknown or ended")),
        Err(Error::Refused(Refusal::NoSuchPerson | Refusal::Inactive)) => Err(Refused::NoAccountOfToken),
        Err(error) => Err(error.into()),
    }
}

async fn read(shared: &Shared, request: Request) -> Result<(Parts, Fields), Refused> {
    let (parts, body) = request.into_parts();
    let limits = shared.chat.limits();
    let request = Request::from_parts(parts.clone(), body);
    Ok((
        parts,
        Fields::read(request, limits, limits.body_bytes.min(BODY_BYTES)).await?,
    ))
}

/// Who knows the password, and the hash that it fits. Whether there is such an account can be told neither from the answer nor from how long
/// it takes.
async fn proven(
    shared: &Shared,
    parts: &Parts,
    fields: &Fields,
    name: &'static str,
) -> Result<(PersonId, String), Refused> {
    let mut errors = FieldErrors::default();
    let identifier = errors.take(name, fields.required_text(name, None));
    let password = errors.take("password", required_password(fields));
    errors.none()?;
    let identifier = identifier.unwrap_or_default();
    shared.throttles.login_from(shared.proxies.address(parts))?;
    let asked = identifier.clone();
    let account = ask::look(&shared.chat, move |look| Ok(look.account(&asked)?)).await?;
    let lower = identifier.to_lowercase();
    shared
        .throttles
        .login_to(account.as_ref().map(|account| account.person.id).ok_or(lower.as_str()))?;
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let password = password.unwrap_or_default();
    let is_right = shared
        .identity
        .passwords
        .is_right(password.clone(), hash.clone())
        .await?;
    let proven = match (account, hash) {
        (Some(account), Some(hash)) if is_right && account.person.active => {
            tracing::info!(person = %account.person.host_id(), "somebody logged in");
            let id = account.person.id;
            Ok((id, renewed(shared, id, password, hash).await?))
        }
        _ => {
            tracing::info!("a login was refused: no such account, or a wrong password");
            Err(Refused::NoAccount)
        }
    };
    shared.counts.came(Door::Password, &proven);
    proven
}

/// The hash of a password that is right: one that another program made is made anew, now that the password is known.
async fn renewed(shared: &Shared, id: PersonId, password: String, hash: String) -> Result<String, Refused> {
    if !is_foreign_hash(&hash) {
        return Ok(hash);
    }
    let passwords = &shared.identity.passwords;
    let new = passwords.hash(password.clone(), shared.chat.random()).await?;
    let renew = move |tx: &mut dyn beseda_core::ports::Tx| rules::renew_hash(tx, id, &hash, new.clone());
    match ask::change(&shared.chat, renew).await {
        Err(Error::Refused(Refusal::BadCredentials)) => {}
        done => return Ok(done?),
    }
    // Another window of theirs may have been faster.
    let account = ask::look(&shared.chat, move |look| Ok(look.account_of(id)?)).await?;
    let kept = account.and_then(|account| account.password_hash);
    let is_right = passwords.is_right(password, kept.clone()).await?;
    kept.filter(|_| is_right).ok_or(Refused::NoAccount)
}

/// A password that was right a moment ago is not any more.
fn not_let_in(error: Error) -> Refused {
    match error {
        Error::Refused(Refusal::BadCredentials) => Refused::NoAccount,
        other => other.into(),
    }
}

/// White space belongs to a password.
fn required_password(fields: &Fields) -> Result<String, FieldError> {
    let password = fields.raw_text("password")?.ok_or(FieldError::Required)?;
    if password.is_empty() {
        Err(FieldError::Blank)
    } else {
        Ok(password)
    }
}

fn fresh(shared: &Shared, now: Time) -> Fresh {
    Fresh {
        jti: token_name(shared.chat.random()),
        expires_at: now.plus_seconds(shared.identity.refresh_seconds),
    }
}

/// An access token and this refresh token, as texts.
fn written(shared: &Shared, person: &Person, token: &RefreshToken) -> Result<(String, String), Refused> {
    let identity = &shared.identity;
    let (from, seconds) = sign_in::token_times(person, shared.chat.now(), identity.access_seconds);
    let access = identity.tokens.access(person, from, seconds, shared.chat.random())?;
    Ok((access, identity.tokens.refresh(token)?))
}

fn with_cookie(shared: &Shared, parts: &Parts, value: Option<&str>, mut answer: Response) -> Response {
    let secure = shared.secures_cookies(parts);
    let cookie = &shared.identity.session_cookie;
    if let Some(cookie) = cookie.set(value, shared.identity.session_seconds, secure, &under()) {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

#[cfg(test)]
mod tests;
