//! A session that only the host can read: it is asked, with the cookies handed on, and its answers are kept for seconds.

use crate::cookies;
use crate::throttle::Uptime;
use beseda_core::Chat;
use beseda_core::rules::sign_in::Claimed;
use beseda_core::words::{HostId, Role, RoomKey, Time};
use http::HeaderMap;
use parking_lot::Mutex;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// How long the host is waited for, with the wait for a turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it is believed that nobody is signed in, where answers are kept for longer: who signs in under the cookie
/// that they had is to come in at once.
const NOBODY_FOR: Duration = Duration::from_secs(2);
/// How long a question is not asked again that the host could not answer.
const AWAY_FOR: Duration = Duration::from_secs(1);

/// What is being asked.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Heard, String>> + Send + 'a>>;

/// What a host says of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A person, as JSON that nobody has read yet.
    Person(Vec<u8>),
    /// Nobody is signed in.
    Nobody,
}

/// Asks the host whose session it is.
pub trait Ask: Send + Sync {
    /// What the host says to a GET with these cookies, or why it says nothing, without anything secret in it. It always
    /// ends within seconds, follows no redirect, and takes nothing that is bigger than a person can be.
    fn ask<'a>(&'a self, url: &'a str, cookies: &'a str) -> Asking<'a>;
}

/// How a host is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedSettings {
    /// The address that says whose session it is.
    pub url: String,
    /// The cookies that are handed on, and no other.
    pub cookies: Vec<String>,
    /// How long an answer is kept.
    pub keep: Duration,
}

/// What is known of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is this person's.
    Person(Claimed),
    /// Nobody is signed in.
    Nobody,
    /// The host cannot say.
    Away,
}

/// A host that is asked.
pub(super) struct Asked {
    settings: AskedSettings,
    ask: Arc<dyn Ask>,
    uptime: Uptime,
    now: Arc<dyn Fn() -> Time + Send + Sync>,
    most_answers: usize,
    most_grants: usize,
    turns: Semaphore,
    patience: Duration,
    /// By the SHA-256 of the cookies: with what is kept here nobody can sign in there.
    kept: Mutex<HashMap<[u8; 32], Kept>>,
    /// Whether it could not answer the last question.
    is_away: AtomicBool,
}

/// An answer, or a question for whose answer several may wait.
struct Kept {
    answer: watch::Receiver<Option<Answer>>,
    /// When it is to be asked again; nothing while it is being asked.
    until: Option<Duration>,
}

impl Kept {
    /// Whether it has to be asked again; also where the question was lost.
    fn is_over(&self, now: Duration) -> bool {
        self.until
            .map_or_else(|| self.answer.has_changed().is_err(), |until| until <= now)
    }
}

impl Asked {
    pub(super) fn new(settings: AskedSettings, ask: Arc<dyn Ask>, uptime: &Uptime, chat: &Chat) -> Self {
        let (limits, clock) = (chat.limits(), chat.clone());
        Self {
            settings,
            ask,
            uptime: Arc::clone(uptime),
            now: Arc::new(move || clock.now()),
            most_answers: limits.session_answers,
            most_grants: limits.grants,
            turns: Semaphore::new(limits.session_questions),
            patience: PATIENCE,
            kept: Mutex::default(),
            is_away: AtomicBool::new(false),
        }
    }

    /// The cookies that are handed on, as one header says them.
    pub(super) fn shown_in(&self, headers: &HeaderMap) -> Option<String> {
        let is_meant = |name: &str| self.settings.cookies.iter().any(|cookie| cookie == name);
        let shown: Vec<_> = cookies::pairs(headers)
            .filter(|(name, value)| is_meant(name) && !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!shown.is_empty()).then(|| shown.join("; "))
    }

    /// Whose session it is: as the host said seconds ago, or as it says now. Those who want to know it of one session
    /// at once ask once.
    pub(super) async fn answer(self: &Arc<Self>, cookies: &str) -> Answer {
        let Some(mut answer) = self.kept_or_asked(cookies) else {
            tracing::warn!("more sessions of the host are asked about than `limits.session_answers`");
            return Answer::Away;
        };
        match answer.wait_for(Option::is_some).await {
            Ok(answer) => answer.clone().unwrap_or(Answer::Away),
            Err(_) => Answer::Away,
        }
    }

    /// Forgets the answer about a session; a question that is open stays.
    pub(super) fn forget(&self, cookies: &str) -> bool {
        let key: [u8; 32] = Sha256::digest(cookies).into();
        let mut kept = self.kept.lock();
        let is_answered = kept.get(&key).is_some_and(|one| one.until.is_some());
        is_answered && kept.remove(&key).is_some()
    }

    /// `None` where too many questions are open.
    fn kept_or_asked(self: &Arc<Self>, cookies: &str) -> Option<watch::Receiver<Option<Answer>>> {
        let key = Sha256::digest(cookies).into();
        let mut kept = self.kept.lock();
        let now = (self.uptime)();
        let known = kept.get(&key).filter(|known| !known.is_over(now));
        if let Some(known) = known {
            return Some(known.answer.clone());
        }
        kept.remove(&key);
        if kept.len() >= self.most_answers {
            make_room(&mut kept, now)?;
        }
        let (tell, answer) = watch::channel(None);
        let open = Kept {
            answer: answer.clone(),
            until: None,
        };
        kept.insert(key, open);
        drop(kept);
        // On its own: others wait for it too, and whoever asked may hang up.
        let (asked, cookies) = (Arc::clone(self), cookies.to_owned());
        tokio::spawn(async move { asked.ask(key, &cookies, &tell).await });
        Some(answer)
    }

    async fn ask(&self, key: [u8; 32], cookies: &str, tell: &watch::Sender<Option<Answer>>) {
        let asking = async {
            let _turn = self.turns.acquire().await;
            // What the host says is true of when it was asked: somebody may be signed out, or put, while it answers.
            let asked_at = (self.now)();
            Ok((asked_at, self.ask.ask(&self.settings.url, cookies).await?))
        };
        let heard = tokio::time::timeout(self.patience, asking).await;
        let heard = heard.unwrap_or_else(|_| Err("it did not answer in time".to_owned()));
        let answer = heard.and_then(|(asked_at, heard)| match heard {
            Heard::Nobody => Ok(Answer::Nobody),
            Heard::Person(body) => self.person(&body, asked_at).map(Answer::Person),
        });
        self.log(answer.as_ref().err());
        let answer = answer.unwrap_or(Answer::Away);
        let keep = self.settings.keep.min(match answer {
            Answer::Person(_) => Duration::MAX,
            Answer::Nobody => NOBODY_FOR,
            Answer::Away => AWAY_FOR,
        });
        if let Some(kept) = self.kept.lock().get_mut(&key) {
            kept.until = Some((self.uptime)() + keep);
        }
        tell.send_replace(Some(answer));
    }

    /// Once when the host is gone and once when it is back, however many ask.
    fn log(&self, why: Option<&String>) {
        let was_away = self.is_away.swap(why.is_some(), Ordering::Relaxed);
        match why {
            Some(why) if !was_away => tracing::warn!(
                why,
                "the host cannot say whose session it is: `sessions.session_url` must answer 200 with a person, or 401"
            ),
            None if was_away => tracing::info!("the host says again whose session it is"),
            _ => {}
        }
    }

    /// The person whom the host's answer describes. What it leaves out, or says with `null`, stays as it is.
    fn person(&self, body: &[u8], asked_at: Time) -> Result<Claimed, String> {
        let person: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| "its answer is no JSON object".to_owned())?;
        let id = match person.get("id") {
            Some(Value::Number(number)) if number.as_u64().is_some_and(|number| number > 0) => number.to_string(),
            Some(Value::String(text)) => text.trim().to_owned(),
            _ => return Err("`id` of its answer is missing, or no number from 1 and no text".to_owned()),
        };
        let id = HostId::of(id).map_err(|flaw| format!("`id` of its answer names nobody: {flaw}"))?;
        let text = |name: &str| match person.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(format!("`{name}` of its answer is no text")),
        };
        let mut claimed = Claimed {
            grants: self.grants(person.get("rooms"))?,
            username: text("username")?,
            email: text("email")?,
            first_name: text("first_name")?,
            last_name: text("last_name")?,
            // What can be no role is somebody without special rights, also if they had some before.
            role: text("role")?.map(|word| Role::in_any_case(&word).unwrap_or(Role::User)),
            ..Claimed::new(id, Some(asked_at))
        };
        if let (None, None, Some(name)) = (&claimed.first_name, &claimed.last_name, text("name")?) {
            let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
            claimed.first_name = Some(first.to_owned());
            claimed.last_name = Some(last.trim().to_owned());
        }
        Ok(claimed)
    }

    /// The rooms that they are let into. What names no room, or another part than that of a member, costs itself alone.
    fn grants(&self, rooms: Option<&Value>) -> Result<Vec<RoomKey>, String> {
        let rooms = match rooms {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Object(rooms)) => rooms,
            Some(_) => return Err("`rooms` of its answer is no object".to_owned()),
        };
        let most = self.most_grants;
        if rooms.len() > most {
            return Err(format!("its answer grants more than {most} rooms (`limits.grants`)"));
        }
        let granted = rooms
            .iter()
            .filter(|(_, part)| part.as_str() == Some("member"))
            .filter_map(|(key, _)| key.parse().ok());
        let granted: Vec<RoomKey> = granted.collect();
        if granted.len() < rooms.len() {
            tracing::info!(
                "the host's answer about a session grants what is no room, or not to a member: it is left out"
            );
        }
        Ok(granted)
    }
}

/// Forgets what is over, or else the answer that is over first. `None` where all are questions that are still open.
fn make_room(kept: &mut HashMap<[u8; 32], Kept>, now: Duration) -> Option<()> {
    let before = kept.len();
    kept.retain(|_, one| !one.is_over(now));
    if kept.len() == before {
        let answered = kept.iter().filter_map(|(key, one)| Some((one.until?, *key)));
        let (_, first) = answered.min()?;
        kept.remove(&first);
    }
    Some(())
}

#[cfg(test)]
mod tests;
