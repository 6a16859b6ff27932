//! What sockets ask for, a file for each verb: how it reaches the rules, and what is answered.

mod close;
mod hello;
mod locate;
mod mark;
mod open;
mod ping;
mod read;
mod send;
mod touch;
mod typing;
mod watch;

use crate::counts::SOCKET;
use crate::dialect::{Command, Misheard, Named, Outcome, Verb};
use crate::live::Live;
use crate::seat::Seat;
use crate::session::Session;
use beseda_core::policy::By;
use beseda_core::ports::{Lane, Look};
use beseda_core::rules::sign_in;
use beseda_core::words::{Person, RoomId, RoomKey};
use beseda_core::{Error, Fault, Refusal};
use std::sync::Arc;
use uuid::Uuid;

/// A command that is being carried out.
#[derive(Clone)]
struct Call {
    live: Arc<Live>,
    session: Arc<Session>,
    target: Target,
    /// What its socket calls it.
    tag: Option<String>,
}

/// The room that a command is about.
#[derive(Clone)]
enum Target {
    /// One in which the session has a place.
    Own(Arc<Seat>),
    /// Another, by its unguessable name.
    Named(Uuid),
    /// Another, by what it is about.
    Known(RoomKey),
}

/// Carries out a command.
///
/// # Errors
/// Where it names no room and the socket came for none.
pub(crate) fn obey(live: &Arc<Live>, session: &Arc<Session>, command: Command) -> Result<(), Misheard> {
    let Command { room, tag, verb } = command;
    match verb {
        Verb::Ping => ping::answer(session, tag.as_deref()),
        Verb::Pong => {}
        Verb::Hello { token, .. } => hello::renew(live, session, tag, token),
        Verb::Watch(people) => watch::watch(live, session, tag, people),
        Verb::Away(away) => watch::look_away(live, session, away),
        verb => in_room(Call::in_room(live, session, room, tag)?, verb),
    }
    Ok(())
}

/// Carries out a command in its room.
fn in_room(call: Call, verb: Verb) {
    match verb {
        Verb::Send(draft) => send::send(call, draft),
        Verb::Typing(is_typing) => typing::announce(call, is_typing),
        Verb::Read => read::read(call),
        Verb::Locate(point) => locate::announce(&call, point),
        Verb::Open { after, limit } => open::open(call, after, limit),
        Verb::Close => close::close(&call),
        Verb::ReadTo(seq) => mark::mark(call, Some(seq), None),
        Verb::Delivered(seq) => mark::mark(call, None, Some(seq)),
        Verb::Edit { seq, text, mentions } => touch::edit(call, seq, text, mentions),
        Verb::Erase(seq) => touch::erase(call, seq),
        Verb::React { seq, emoji, on } => touch::react(call, seq, emoji, on),
        Verb::Pin { seq, on } => touch::pin(call, seq, on),
        // These are about no room.
        Verb::Ping | Verb::Pong | Verb::Hello { .. } | Verb::Watch(_) | Verb::Away(_) => {}
    }
}

impl Call {
    /// In the room that it names, or else in the one that the socket came for.
    fn in_room(
        live: &Arc<Live>,
        session: &Arc<Session>,
        room: Option<Named>,
        tag: Option<String>,
    ) -> Result<Self, Misheard> {
        let target = match room {
            Some(Named::Uuid(uuid)) => Target::Named(uuid),
            Some(Named::Key(key)) => {
                let seat = session.seat_about(&key.to_string());
                seat.map_or(Target::Known(key), Target::Own)
            }
            None => Target::Own(session.own_seat().ok_or_else(|| Misheard {
                code: "no_room",
                detail: "The frame does not say which room it is for.".to_owned(),
                tag: tag.clone(),
            })?),
        };
        Ok(Self {
            live: Arc::clone(live),
            session: Arc::clone(session),
            target,
            tag,
        })
    }

    /// Commands in one room take effect in the order in which they were heard.
    fn lane(&self) -> Lane {
        match &self.target {
            Target::Own(seat) => Lane::Place(seat.room_id, self.session.person_id()),
            Target::Named(uuid) => Lane::Named(*uuid),
            Target::Known(_) => Lane::Any,
        }
    }

    /// The number of the room.
    fn room(&self, look: &mut (impl Look + ?Sized)) -> Result<RoomId, Error> {
        match &self.target {
            Target::Own(seat) => Ok(seat.room_id),
            Target::Named(uuid) => Ok(look.room_by_uuid(*uuid)?.ok_or(Refusal::NoSuchRoom)?.id),
            Target::Known(key) => Ok(look.room_by_key(&key.to_string())?.ok_or(Refusal::NoSuchRoom)?.id),
        }
    }

    /// Who asks. Somebody who may have changed since anybody looked is read again.
    fn who(&self, look: &mut (impl Look + ?Sized)) -> Result<Arc<Person>, Error> {
        let session = &self.session;
        if session.is_doubted() {
            let person = sign_in::who(look, &session.came())?;
            return Ok(Arc::new(person));
        }
        Ok(session.person())
    }

    /// The person as one who asks. Who hears every room of theirs may step into others.
    fn by<'a>(&self, person: &'a Person) -> By<'a> {
        let by = By::of(person, self.session.dialect.kinds());
        if self.session.roaming.is_some() {
            by.everywhere()
        } else {
            by
        }
    }

    /// Counts a command that waits for the store.
    fn takes_off(&self) {
        self.session.takes_off();
    }

    /// It has come back from there.
    fn lands(&self) {
        self.session.lands(self.live.chat().limits().sends_in_flight);
    }

    fn answer(&self, outcome: &Outcome<'_>) {
        self.session.answer(self.tag.as_deref(), outcome);
    }

    fn refuse(&self, refusal: &Refusal) {
        let contract = self.session.dialect.contract();
        self.live.counts().refused(contract, SOCKET, refusal.word());
        self.answer(&Outcome::Refused(refusal));
    }

    fn answer_error(&self, error: &Error) {
        let session = &self.session;
        match error {
            Error::Refused(refusal) => {
                session.logs(|| session.dialect.log_refusal(&session.person(), refusal));
                self.refuse(refusal);
            }
            Error::Failed(fault) => {
                if !matches!(
                    fault,
                    Fault::Busy | Fault::Stopping | Fault::Away(_) | Fault::Hindered(..)
                ) {
                    let to = session.to_word();
                    let contract = session.dialect.name();
                    session.logs(|| tracing::error!(to, contract, "a frame failed: {fault}"));
                }
                self.answer(&Outcome::Failed(fault));
            }
        }
    }
}
