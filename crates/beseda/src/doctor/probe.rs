//! The diagnosis of a socket: step by step from a name to two people in one conversation. What fails first is named.

use super::way::{self, call, ended, trouble};
use crate::app;
use crate::caller::{Call, Caller, Socket, in_path};
use crate::config::Settings;
use crate::data;
use crate::report::{Found, Said, Speech, Steps, Trouble, said};
use crate::system::System;
use beseda_core::ports::Clock as _;
use beseda_core::words::{HostId, Kinds, Person, RoomKey, RoomKind};
use beseda_core::{Error, policy, rules};
use beseda_live::ask;
use std::process::ExitCode;

/// What is to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// Where the server is.
    pub url: String,
    /// Whose token is shown.
    pub token: String,
    /// Whose conversation is opened: the customer and the therapist. The newest one of whose token it is, where nobody is
    /// named.
    pub pair: Option<(HostId<'static>, HostId<'static>)>,
}

/// Tries a socket. What lies in the database is looked at where these settings lead to it.
///
/// # Errors
/// The address is none of a server, or standard output cannot be written.
pub async fn run(settings: &Settings, wishes: Wishes, speech: Speech) -> anyhow::Result<ExitCode> {
    let caller = Caller::new(&wishes.url)?;
    let mut steps = Steps::new(speech, None);
    let there = way::go(&mut steps, &caller).await?;

    let token = said("token", "токен");
    let me = steps.look_with(there, "token", token, async |()| who(&caller, &wishes.token).await);
    let me = me.await?;

    let is_here = data::is_standing(settings);
    let pair = match (&wishes.pair, &me) {
        (None, Some(me)) if is_here => newest(settings, me).await.ok().flatten(),
        (pair, _) => pair.clone(),
    };
    for (id, name) in [
        ("chat", said("conversation", "переписка")),
        ("location", said("location", "геопозиция")),
    ] {
        match &pair {
            Some((customer, therapist)) => {
                let path = format!("/ws/{id}/{}/{}/", in_path(customer), in_path(therapist));
                let open = async |_: HostId<'static>| talk(&caller, &path, &wishes.token).await;
                steps.look_with(me.clone(), id, name, open).await?;
            }
            None => {
                let why = said(
                    "name the two: --pair CUSTOMER:THERAPIST",
                    "назовите двоих: --pair ЗАКАЗЧИК:СПЕЦИАЛИСТ",
                );
                steps.skip(id, name, why)?;
            }
        }
    }

    let ready = said("server, bus and database", "сервер, шина и база");
    let now = System.now().0 / 1_000_000;
    steps
        .look_with(there, "ready", ready, async |()| way::ready(&caller, now).await)
        .await?;
    if is_here {
        super::house::database(&mut steps, settings).await?;
        people(&mut steps, settings, pair.as_ref()).await?;
    } else {
        let why = || {
            said(
                "run it on the server, with its --data",
                "запустите на сервере, с его --data",
            )
        };
        steps.skip("database", said("database", "база"), why())?;
        steps.skip("people", said("both people", "оба человека"), why())?;
    }
    Ok(steps.end()?)
}

/// Whose token it is.
async fn who(caller: &Caller, token: &str) -> Found<HostId<'static>> {
    let answer = call(caller, Call::get("/api/me/").by(token)).await?;
    let told = answer.json();
    let text = |name: &str| match told.get(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    match (answer.status, HostId::of(text("id"))) {
        (200, Ok(id)) => Ok((
            id,
            said(
                format!("{} ({})", text("id"), text("role")),
                format!("{} ({})", text("id"), text("role")),
            ),
        )),
        (status, _) => Err(Trouble::new(
            Said::verbatim(format!("{status} {}", text("detail"))),
            said(
                "get a new one (`beseda token --person ID`); is its issuer in [[issuers]], with the same secret, and the person \
                 active? the log says what is wrong with it",
                "получите новый (`beseda token --person ID`); есть ли издатель в [[issuers]], с тем же секретом, и активен ли \
                 человек? что не так, сказано в журнале",
            ),
        )),
    }
}

/// Opens a socket of the two, and hears that it lives.
async fn talk(caller: &Caller, path: &str, token: &str) -> Found<()> {
    let opened = Socket::open(caller, &format!("{path}?token={token}")).await;
    let mut socket = opened.map_err(trouble)?;
    socket.ping().await.map_err(ended)?;
    socket.close().await;
    Ok(((), said("open, and it answers", "открыта и отвечает")))
}

/// The newest conversation of a person.
async fn newest(
    settings: &Settings,
    me: &HostId<'static>,
) -> anyhow::Result<Option<(HostId<'static>, HostId<'static>)>> {
    let (store, chat) = app::open(settings)?;
    let me = me.clone();
    let found = ask::look(&chat, move |look| {
        let Some(person) = rules::find_person(look, &me)? else {
            return Ok(None);
        };
        let places = look.places(person.id, Kinds::of(&[RoomKind::Pair]))?;
        let newest = places.into_iter().max_by_key(|place| place.room.updated_at);
        Ok::<_, Error>(newest.and_then(|place| match place.room.key.parse() {
            Ok(RoomKey::Pair { customer, therapist }) => Some((customer, therapist)),
            _ => None,
        }))
    });
    let found = found.await;
    store.close();
    Ok(found?)
}

/// Whether both are known and may talk.
async fn people(
    steps: &mut Steps,
    settings: &Settings,
    pair: Option<&(HostId<'static>, HostId<'static>)>,
) -> anyhow::Result<()> {
    let name = said("both people", "оба человека");
    let Some((customer, therapist)) = pair.cloned() else {
        let why = said(
            "nobody is named: --pair CUSTOMER:THERAPIST",
            "никто не назван: --pair ЗАКАЗЧИК:СПЕЦИАЛИСТ",
        );
        return Ok(steps.skip("people", name, why)?);
    };
    let (store, chat) = app::open(settings)?;
    let both = [customer, therapist];
    let asked = both.clone();
    let found = ask::look(&chat, move |look| {
        let found = asked.iter().map(|id| rules::find_person(look, id));
        found.collect::<Result<Vec<_>, Error>>()
    });
    let found = found.await;
    store.close();
    let work = async {
        let found = found.map_err(|error| Trouble::new(Said::verbatim(error.to_string()), Said::default()))?;
        let mut people = Vec::new();
        for (id, person) in both.iter().zip(found) {
            people.push(there(id, person)?);
        }
        let (customer, therapist) = (people.first(), people.last());
        for (id, person) in both.iter().zip(&people) {
            if policy::require_pair(person, customer, therapist).is_err() {
                return Err(in_the_wrong_place(id, person));
            }
        }
        Ok((
            (),
            said("known, active, and in their roles", "известны, активны и в своих ролях"),
        ))
    };
    steps.look("people", name, work).await?;
    Ok(())
}

fn there(id: &HostId<'_>, person: Option<Person>) -> Result<Person, Trouble> {
    match person {
        None => Err(Trouble::new(
            said(format!("there is no person {id}"), format!("человека {id} нет")),
            said(
                format!("put them: `PUT /api/v1/people/{id}/`, or `beseda seed`"),
                format!("заведите его: `PUT /api/v1/people/{id}/` или `beseda seed`"),
            ),
        )),
        Some(person) if !person.active => Err(Trouble::new(
            said(format!("person {id} is deactivated"), format!("человек {id} отключён")),
            Said::verbatim(format!("`beseda person activate {id}`")),
        )),
        Some(person) => Ok(person),
    }
}

fn in_the_wrong_place(id: &HostId<'_>, person: &Person) -> Trouble {
    let word = person.role.word();
    Trouble::new(
        said(
            format!("person {id} is a {word}, which does not fit their place"),
            format!("человек {id} — {word}, и это не его место"),
        ),
        said(
            "the customer comes first, then the therapist; or give them the role",
            "сначала заказчик, потом специалист; или дайте человеку эту роль",
        ),
    )
}
