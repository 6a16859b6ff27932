//! A person: whether they are let in, what they are, where they are, and what of what they prove does not count.

use super::access::{self, Who};
use super::words;
use crate::config::Settings;
use crate::report::{Check, said};
use beseda_contracts::shared::time_text;
use beseda_core::Error;
use beseda_core::policy;
use beseda_core::ports::Look;
use beseda_core::rules::sign_in::Newcomers;
use beseda_core::words::{FIRST_OWN_PERSON, HostId, Kinds, Person};
use std::collections::BTreeMap;

/// What is kept of a person.
#[derive(Debug)]
pub struct PersonFile {
    who: Who,
    /// How many rooms they are in, by kind.
    rooms: BTreeMap<String, usize>,
    /// Whether they log in here with a password.
    has_password: bool,
}

impl PersonFile {
    /// Looks it up.
    pub fn find(look: &mut dyn Look, id: &HostId<'_>) -> Result<Self, Error> {
        let who = Who::find(look, id)?;
        let (mut rooms, mut has_password) = (BTreeMap::new(), false);
        if let Who::Known(person) = &who {
            for place in look.places(person.id, Kinds::ALL)? {
                *rooms.entry(place.room.kind.word().to_owned()).or_default() += 1;
            }
            let account = look.account_of(person.id)?;
            has_password = account.is_some_and(|account| account.password_hash.is_some());
        }
        Ok(Self {
            who,
            rooms,
            has_password,
        })
    }

    /// The person, where they are known.
    pub fn person(&self) -> Option<&Person> {
        match &self.who {
            Who::Known(person) => Some(person),
            Who::Deleted | Who::Unknown => None,
        }
    }

    /// What there is to say of them; `doors`: how many sessions and refresh tokens they have.
    pub fn checks(&self, id: &HostId<'_>, settings: &Settings, doors: &[Option<String>]) -> Vec<Check> {
        let name = said(format!("person {id}"), format!("человек {id}"));
        let Who::Known(person) = &self.who else {
            let (meaning, remedy) = access::nobody(id, &self.who);
            return vec![Check::failed("person", name, meaning, remedy)];
        };
        let first = if person.active {
            let called = words::person(person);
            let from = whence(person);
            let meaning = said(
                format!("{}; is let in; {}", called.en(), from.en()),
                format!("{}; впускается; {}", called.ru(), from.ru()),
            );
            Check::passed("person", name, meaning)
        } else {
            let (meaning, remedy) = access::deactivated(person);
            Check::failed("person", name, meaning, remedy)
        };
        vec![first, self.rooms(), self.sessions(doors), tokens(person, settings)]
    }

    fn rooms(&self) -> Check {
        let rooms = self.rooms.iter().map(|(kind, count)| format!("{kind}: {count}"));
        let rooms = rooms.collect::<Vec<_>>().join(", ");
        let meaning = if rooms.is_empty() {
            said("is in none", "не состоит ни в одной")
        } else {
            said(format!("is in {rooms}"), format!("состоит: {rooms}"))
        };
        Check::passed("rooms", said("rooms", "комнаты"), meaning)
    }

    fn sessions(&self, doors: &[Option<String>]) -> Check {
        let count = |at: usize| doors.get(at).cloned().flatten().unwrap_or_else(|| "?".to_owned());
        let (sessions, refresh) = (count(0), count(1));
        let password = if self.has_password {
            said("logs in here with a password", "входит здесь по паролю")
        } else {
            said(
                "has no password here: comes in by token only",
                "пароля здесь нет: входит только по токену",
            )
        };
        let meaning = said(
            format!(
                "{}; browsers' sessions: {sessions}, refresh tokens: {refresh}; open sockets are known to the server alone",
                password.en()
            ),
            format!(
                "{}; сеансов браузеров: {sessions}, токенов обновления: {refresh}; открытые сокеты знает только сам сервер",
                password.ru()
            ),
        );
        Check::passed("sessions", said("ways in", "входы"), meaning)
    }
}

/// Where somebody comes from.
fn whence(person: &Person) -> crate::report::Said {
    match person.put_at {
        Some(at) => {
            let at = time_text(at);
            said(
                format!("last put by the application at {at}"),
                format!("последний раз прислан приложением {at}"),
            )
        }
        None if policy::is_visitor(person) => said("a visitor of the support desk", "посетитель поддержки"),
        None if person.id >= FIRST_OWN_PERSON && person.host_name.is_none() => {
            said("made here, not by the application", "заведён здесь, а не приложением")
        }
        None => said(
            "made by a token or before times were kept",
            "создан по токену или до того, как хранилось время",
        ),
    }
}

/// What of a token would not count.
fn tokens(person: &Person, settings: &Settings) -> Check {
    let name = said("tokens", "токены");
    let since = match person.signed_out_at {
        Some(at) => {
            let at = time_text(at);
            said(
                format!("signed out everywhere: what was signed before {at} is refused, whoever signed it"),
                format!("выведен отовсюду: подписанное до {at} отклоняется, кем бы ни было подписано"),
            )
        }
        None => said("was never signed out", "отовсюду не выводился"),
    };
    let issuers = settings.issuers.iter().map(|issuer| {
        let people = match issuer.people {
            Newcomers::Create => "create",
            Newcomers::Known => "known",
        };
        let name = if issuer.issuer.is_empty() {
            "(no iss)"
        } else {
            &issuer.issuer
        };
        format!("{name} (people = {people})")
    });
    let issuers = issuers.collect::<Vec<_>>().join(", ");
    let trusted = if issuers.is_empty() {
        said(
            "only tokens of this server are trusted",
            "доверие только токенам этого сервера",
        )
    } else {
        said(
            format!("besides the server's own, tokens of {issuers} are trusted"),
            format!("кроме собственных, доверие токенам от {issuers}"),
        )
    };
    let meaning = said(
        format!("{}; {}; why one is refused is in the log", since.en(), trusted.en()),
        format!(
            "{}; {}; почему отклонён токен, сказано в журнале",
            since.ru(),
            trusted.ru()
        ),
    );
    Check::passed("tokens", name, meaning)
}
