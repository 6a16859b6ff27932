//! The diagnosis of a socket: step by step from a name to two people in one conversation. What fails first is named.

use super::refused::{ended, refused, trouble};
use super::way::{self, call};
use super::{Read, house, settings};
use crate::caller::{Broken, Call, Caller, Cause, Socket, in_path};
use crate::config::Settings;
use crate::report::{Check, Found, Said, Speech, Steps, Trouble, said};
use crate::system::System;
use beseda_core::ports::{Clock as _, Look, Random as _};
use beseda_core::rules::sign_in;
use beseda_core::words::{HostId, Kinds, Person, RoomKey, RoomKind, Seq};
use beseda_core::{Error, policy, rules};
use beseda_identity::OwnTokens;
use beseda_live::ask;
use std::io;
use std::process::ExitCode;
use tokio::task::spawn_blocking;

/// A customer and a therapist.
type Pair = (HostId<'static>, HostId<'static>);

/// Seconds for which the token is good by which the directory of a server is known.
const TOKEN_SECONDS: i64 = 60;

/// What is to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// Where the server is.
    pub url: String,
    /// Whose token is shown.
    pub token: String,
    /// Whose conversation is opened: the customer and the therapist. The newest one of whose token it is, where nobody is
    /// named.
    pub pair: Option<Pair>,
}

/// Tries a socket. What lies in the database is looked at where these settings lead to it.
///
/// # Errors
/// [`crate::report::Usage`] where the address is none of a server; standard output cannot be written.
pub async fn run(read: Read, wishes: Wishes, speech: Speech) -> anyhow::Result<ExitCode> {
    let caller = Caller::new(&wishes.url, speech.lang)?;
    let mut steps = Steps::new(speech, Vec::new());
    let settings = match &read.settings {
        Ok(settings) => settings,
        Err(problems) => {
            steps.tell(settings::refused(problems))?;
            return Ok(steps.end()?);
        }
    };
    let there = way::go(&mut steps, &caller).await?.map(drop);
    let through = echo(&mut steps, &caller, there).await?;

    let token = said("token", "токен");
    let me = steps.look_with(there, "token", token, async |()| who(&caller, &wishes.token).await);
    let me = me.await?;
    let is_here = match &me {
        Some(me) => is_here(settings, &caller, me).await,
        None => false,
    };
    let pair = match (&wishes.pair, &me) {
        (None, Some(me)) if is_here => newest(settings, me).await,
        (pair, _) => Ok(pair.clone()),
    };
    let pair = match pair {
        Ok(pair) => pair,
        Err(why) => {
            let name = said("newest conversation", "новейшая переписка");
            steps.look("newest", name, async { Err::<((), Said), _>(why) }).await?;
            None
        }
    };
    let both = pair.as_ref().filter(|_| is_here);
    let before = match both {
        Some(pair) => has_room(settings, pair).await,
        None => true,
    };
    conversation(&mut steps, &caller, &wishes, through.and(me), pair.as_ref()).await?;

    let ready = said("server is ready", "сервер готов");
    let now = System.now().0 / 1_000_000;
    let look = async |()| way::ready(&caller, Some(now)).await;
    steps.look_with(there, "ready", ready, look).await?;
    let alone = said(
        "one process serves everybody: there is none between servers",
        "всех обслуживает один процесс: между серверами её нет",
    );
    steps.skip("bus", said("bus", "шина"), alone)?;
    database(&mut steps, settings, is_here, pair.as_ref()).await?;
    if let (false, Some(pair)) = (before, both) {
        take_back(&mut steps, settings, pair).await?;
    }
    Ok(steps.end()?)
}

/// The upgrade, and that what is said comes back. Where the socket that echoes is off, the conversation's own shows it.
async fn echo(steps: &mut Steps, caller: &Caller, there: Option<()>) -> io::Result<Option<()>> {
    let (upgrade, test) = (
        said("upgrade to a socket", "переход на сокет"),
        said("/ws/test/", "/ws/test/"),
    );
    if there.is_none() {
        steps.blocked("upgrade", upgrade)?;
        steps.blocked("test", test)?;
        return Ok(None);
    }
    let opened = Socket::open(caller, "/ws/test/").await;
    if let Err(Broken {
        cause: Cause::Status {
            status: 404,
            is_ours: true,
        },
        ..
    }) = &opened
    {
        let off = || said("`echo_socket` is off", "`echo_socket` выключен");
        steps.skip("upgrade", upgrade, off())?;
        steps.skip("test", test, off())?;
        return Ok(Some(()));
    }
    let open = async { Ok((opened.map_err(trouble)?, said("let through", "пропущен"))) };
    let socket = steps.look("upgrade", upgrade, open).await?;
    let echo = async |socket| way::says_back(socket).await;
    steps.look_with(socket, "test", test, echo).await
}

/// The sockets of two people.
async fn conversation(
    steps: &mut Steps,
    caller: &Caller,
    wishes: &Wishes,
    me: Option<HostId<'static>>,
    pair: Option<&Pair>,
) -> io::Result<()> {
    for (id, name) in [
        ("chat", said("conversation", "переписка")),
        ("location", said("location", "геопозиция")),
    ] {
        match pair {
            Some((customer, therapist)) => {
                let path = format!("/ws/{id}/{}/{}/", in_path(customer), in_path(therapist));
                let open = async |_: HostId<'static>| talk(caller, &path, &wishes.token).await;
                steps.look_with(me.clone(), id, name, open).await?;
            }
            None if me.is_none() => steps.blocked(id, name)?,
            None => steps.tell(nobody_is_named(id, name))?,
        }
    }
    Ok(())
}

fn nobody_is_named(id: &'static str, name: Said) -> Check {
    Check::blocked(
        id,
        name,
        said(
            "this person has no conversation here: name the two, --pair CUSTOMER:THERAPIST",
            "у этого человека здесь нет переписки: назовите двоих, --pair ЗАКАЗЧИК:СПЕЦИАЛИСТ",
        ),
    )
}

/// What lies in the database: whether it is whole, and knows both.
async fn database(steps: &mut Steps, settings: &Settings, is_here: bool, pair: Option<&Pair>) -> io::Result<()> {
    if is_here {
        house::database(steps, settings).await?;
        return people(steps, settings, pair).await;
    }
    for (id, name) in [
        ("database", said("database", "база")),
        ("people", said("both people", "оба человека")),
    ] {
        let why = said(
            "this is not the data directory of that server: run it there, with its --data",
            "это не каталог данных того сервера: запустите на нём, с его --data",
        );
        steps.skip(id, name, why)?;
    }
    Ok(())
}

/// Looks into the database past its server: nothing is made or written.
async fn inspected<T: Send + 'static>(
    settings: &Settings,
    rule: impl FnOnce(&mut dyn Look) -> Result<T, Error> + Send + 'static,
) -> Result<T, Trouble> {
    let settings = settings.clone();
    let looked = spawn_blocking(move || {
        let mut database = house::open(&settings).map_err(|why| house::not_seen(&why))?;
        database.look(rule).map_err(|error| not_answered(&error.to_string()))
    });
    looked
        .await
        .unwrap_or_else(|error| Err(not_answered(&error.to_string())))
}

fn not_answered(why: &str) -> Trouble {
    Trouble::new(
        said(
            format!("the database does not answer: {why}"),
            format!("база не отвечает: {why}"),
        ),
        said(
            "`beseda migrate`, or run this as the server's user",
            "`beseda migrate` или запустите от имени пользователя сервера",
        ),
    )
}

/// Whether the data directory is that of the server: its secret is believed there, of somebody whom both know.
async fn is_here(settings: &Settings, caller: &Caller, me: &HostId<'static>) -> bool {
    let Some(secret) = &settings.secret else { return false };
    let asked = me.clone();
    let Ok(Some(person)) = inspected(settings, move |look| rules::find_person(look, &asked)).await else {
        return false;
    };
    let tokens = OwnTokens::new(secret.expose().as_bytes(), settings.limits.token_bytes);
    let mut name = [0; 16];
    System.fill(&mut name);
    let from = sign_in::token_time(&person, System.now());
    let Ok(token) = tokens.access(&person, from, TOKEN_SECONDS, name) else {
        return false;
    };
    let answer = call(caller, Call::get("/api/me/").by(&token)).await;
    answer.is_ok_and(|answer| answer.status == 200)
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
        (200, Ok(id)) => {
            let told = format!("{} ({})", text("id"), text("role"));
            Ok((id, Said::verbatim(told)))
        }
        (401 | 403, _) => Err(Trouble::new(
            Said::verbatim(format!("{} {}", answer.status, text("detail"))),
            said(
                "get a new one (`beseda token --person ID`); is its issuer in [[issuers]], with the same secret, and the person \
                 active? the log says what is wrong with it",
                "получите новый (`beseda token --person ID`); есть ли издатель в [[issuers]], с тем же секретом, и активен ли \
                 человек? что не так, сказано в журнале",
            ),
        )),
        _ => Err(refused(&answer)),
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
async fn newest(settings: &Settings, me: &HostId<'static>) -> Result<Option<Pair>, Trouble> {
    let me = me.clone();
    inspected(settings, move |look| {
        let Some(person) = rules::find_person(look, &me)? else {
            return Ok(None);
        };
        let places = look.places(person.id, Kinds::of(&[RoomKind::Pair]))?;
        let newest = places.into_iter().max_by_key(|place| place.room.updated_at);
        Ok(newest.and_then(|place| match place.room.key.parse() {
            Ok(RoomKey::Pair { customer, therapist }) => Some((customer, therapist)),
            _ => None,
        }))
    })
    .await
}

fn key_of((customer, therapist): &Pair) -> RoomKey {
    RoomKey::pair(customer.clone(), therapist.clone())
}

/// Whether the two have a conversation; what cannot be seen may be there.
async fn has_room(settings: &Settings, pair: &Pair) -> bool {
    let key = key_of(pair).to_string();
    let found = inspected(settings, move |look| Ok(look.room_by_key(&key)?.is_some())).await;
    found.unwrap_or(true)
}

/// Takes a conversation away that was made by looking at it, unless somebody has said something there.
async fn take_back(steps: &mut Steps, settings: &Settings, pair: &Pair) -> io::Result<()> {
    let (key, there) = (key_of(pair), settings.clone());
    let gone = async {
        let opened = spawn_blocking(move || house::standing(&there)).await;
        let (store, chat) = opened.map_err(|error| not_answered(&error.to_string()))??;
        let now = chat.now();
        let done = ask::change(&chat, move |tx| match tx.room_by_key(&key.to_string())? {
            Some(room) if room.seq == Seq(0) => rules::clear_room(tx, now, &key),
            _ => Ok(()),
        });
        let done = done.await;
        store.close();
        done.map_err(|error| not_answered(&error.to_string()))?;
        let told = said(
            "the conversation that this has made is gone",
            "созданная проверкой переписка убрана",
        );
        Ok(((), told))
    };
    steps
        .look("cleared", said("taken away", "убрано"), gone)
        .await
        .map(drop)
}

/// Whether both are known and may talk.
async fn people(steps: &mut Steps, settings: &Settings, pair: Option<&Pair>) -> io::Result<()> {
    let name = said("both people", "оба человека");
    let Some((customer, therapist)) = pair.cloned() else {
        return steps.tell(nobody_is_named("people", name));
    };
    let both = [customer, therapist];
    let asked = both.clone();
    let work = async {
        let found = inspected(settings, move |look| {
            let found = asked.iter().map(|id| rules::find_person(look, id));
            found.collect::<Result<Vec<_>, Error>>()
        });
        let mut people = Vec::new();
        for (id, person) in both.iter().zip(found.await?) {
            people.push(there(id, person)?);
        }
        for ((id, person), wanted) in both.iter().zip(&people).zip(["customer", "therapist"]) {
            if policy::require_pair(person, people.first(), people.last()).is_err() {
                return Err(in_the_wrong_place(id, person, wanted));
            }
        }
        Ok((
            (),
            said("known, active, and in their roles", "известны, активны и в своих ролях"),
        ))
    };
    steps.look("people", name, work).await.map(drop)
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

fn in_the_wrong_place(id: &HostId<'_>, person: &Person, wanted: &str) -> Trouble {
    let word = person.role.word();
    Trouble::new(
        said(
            format!("person {id} has the role {word}; {wanted} is needed here"),
            format!("у человека {id} роль {word}, здесь нужна {wanted}"),
        ),
        said(
            "the customer comes first, then the therapist; or give them the role",
            "сначала заказчик, потом специалист; или дайте человеку эту роль",
        ),
    )
}
