//! A connection: a socket is let in, and what its peer says becomes commands.

#[cfg(test)]
mod tests;

use crate::ask;
use crate::codec::Incoming;
use crate::commands;
use crate::counts::SOCKET;
use crate::dialect::{Misheard, Outcome};
use crate::everywhere::Prover;
use crate::live::Live;
use crate::place::told_under;
use crate::seat::{Progress, Seat, Told};
use crate::session::{Guest, Session, close};
use crate::socket::{Ear, Queue};
use beseda_core::policy::By;
use beseda_core::ports::Look;
use beseda_core::rules::{History, Since, Standing, Where};
use beseda_core::words::{Person, PersonId};
use beseda_core::{Error, Fault, Refusal, rules};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A socket that was let in. It leaves when it is dropped.
pub(crate) struct Connection {
    live: Arc<Live>,
    session: Arc<Session>,
}

/// What is to be read for a newcomer.
#[derive(Clone, Copy)]
struct Asked {
    since: Since,
    /// So many messages at most.
    limit: u32,
    /// The last change that is seen for certain.
    change: u64,
    /// Whether also who is in the room.
    people: bool,
}

/// Why a socket is closed again: the code and the reason.
type Turned = (u16, &'static str);

impl Connection {
    /// Lets a socket in and tells it what it hears first. `None`, with the queue closed, where its person has too many.
    pub(crate) async fn enter(live: &Arc<Live>, mut guest: Guest, queue: Arc<Queue>) -> Option<Self> {
        let (since, once_in) = (guest.since, guest.once_in.take());
        let connection = Self::sit_down(live, guest, Arc::clone(&queue), None)?;
        let begun = match connection.session.to {
            Where::Room(room) => {
                let seat = Arc::new(Seat::new(Arc::clone(&connection.session), room));
                connection.begin(&seat, since).await
            }
            Where::Every(_) | Where::Own => connection.begin_everywhere().await,
        };
        let session = &connection.session;
        match begun {
            Ok(()) => {
                let room = session.own_seat().and_then(|seat| seat.room());
                session.dialect.joined(&session.person(), room);
                if let Some(once_in) = once_in {
                    once_in();
                }
            }
            Err((code, reason)) => queue.close(code, reason),
        }
        Some(connection)
    }

    /// Lets a socket in among the others; it is told nothing yet. `None`, with the queue closed, where its person has too
    /// many.
    pub(crate) fn sit_down(
        live: &Arc<Live>,
        guest: Guest,
        queue: Arc<Queue>,
        prover: Option<Arc<dyn Prover>>,
    ) -> Option<Self> {
        let (alive_at, ends_at_ms) = (live.wheel.now_seconds(), live.end_of(guest.ends_at));
        let counts = live.hub.counts().of(guest.dialect.contract());
        let number = live.hub.next_id();
        let session = Session::new(number, guest, counts, Arc::clone(&queue), alive_at, ends_at_ms, prover);
        let session = Arc::new(session);
        if !live.hub.enter(&session, live.chat().limits().listeners) {
            live.hub.counts().turned_away(close::TOO_MANY);
            queue.close(close::TOO_MANY, "too many sockets of one person");
            return None;
        }
        session.counts.opened.inc();
        session.counts.open.inc();
        live.wheel.enter(&session);
        live.send_away_if_stopping(&session);
        live.hub.may_have_moved(session.person_id(), None);
        Some(Self {
            live: Arc::clone(live),
            session,
        })
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Takes a place in a room *first*, so that what happens meanwhile waits for it; then looks whether the person may
    /// listen, on one snapshot with what they hear first, and begins with that.
    async fn begin(&self, seat: &Arc<Seat>, since: Since) -> Result<(), Turned> {
        let (live, session) = (&self.live, &self.session);
        live.hub.sit(seat);
        let limits = live.chat().limits();
        let asked = Asked {
            since,
            limit: match since {
                Since::After(_) | Since::AfterSeq(_) => limits.page_size,
                Since::Newest | Since::Now => limits.history_messages,
            },
            // Asked for before the look, which so sees this change and may see later ones.
            change: live.hub.doubts(),
            people: live.has_positions(seat.room_id),
        };
        let looked = {
            let seat = Arc::clone(seat);
            ask::look(live.chat(), move |look| first_heard(look, &seat, asked)).await
        };
        let (history, people) = looked.map_err(|error| self.turned(error))?;
        let frames = told_under(&session.under, || session.dialect.history(&session.person(), &history));
        // Of more than a page, the rest is fed behind it.
        let told = match history.messages.last() {
            Some(last) if history.more => Progress {
                head: last.sent,
                seq: last.seq,
                ..Progress::default()
            },
            _ => Progress::of(&history.room),
        };
        if history.more {
            seat.fall_behind();
        }
        if seat.begin(&frames, history.room.name(), told) == Told::Behind {
            live.hub.is_hungry(session);
        }
        live.show_positions(seat, &people);
        Ok(())
    }

    async fn begin_everywhere(&self) -> Result<(), Turned> {
        let (live, session) = (&self.live, &self.session);
        let change = live.hub.doubts();
        let (came, to, kinds) = (session.came(), session.to, session.dialect.kinds());
        let looked = ask::look(live.chat(), move |look| rules::standing(look, &came, to, kinds));
        match looked.await.and_then(inside) {
            Ok(person) => {
                session.learn(change, person);
                Ok(())
            }
            Err(error) => Err(self.turned(error)),
        }
    }

    /// What closes a socket that could not begin.
    fn turned(&self, error: Error) -> Turned {
        match error {
            Error::Refused(Refusal::BadCredentials) => (close::NOT_AUTHENTICATED, "log in again"),
            Error::Refused(_) => (close::NOT_ALLOWED, "not allowed"),
            Error::Failed(Fault::Stopping) => (close::RESTARTING, "retry_ms=1000"),
            Error::Failed(fault) => {
                self.session.dialect.not_joined(&self.session.to_word(), &fault);
                (close::INTERNAL, "internal error")
            }
        }
    }
}

/// The person who stands inside.
fn inside(standing: Standing) -> Result<Person, Error> {
    match standing {
        Standing::Inside(person) => Ok(*person),
        Standing::Outside => Err(Refusal::NotAllowed.into()),
        Standing::Inactive => Err(Refusal::BadCredentials.into()),
    }
}

/// What a newcomer hears first in a room, and who is in it if that is asked.
fn first_heard(look: &mut dyn Look, seat: &Seat, asked: Asked) -> Result<(History, Vec<PersonId>), Error> {
    let (session, room) = (&seat.session, seat.room_id);
    let kinds = session.dialect.kinds();
    let to = Where::Room(room);
    let standing = rules::standing(look, &session.came(), to, kinds)?;
    session.learn(asked.change, inside(standing)?);
    let person = session.person();
    let history = rules::listen(look, By::of(&person, kinds), room, asked.since, asked.limit)?;
    let members = if asked.people { look.members(room)? } else { Vec::new() };
    let people = members.into_iter().filter(|(_, person)| person.active);
    Ok((history, people.map(|(_, person)| person.id).collect()))
}

impl Ear for Connection {
    fn heard(&mut self, incoming: Incoming<'_>) {
        let dialect = self.session.dialect;
        let command = match incoming {
            Incoming::Text(frame) => dialect.hear(frame, self.live.chat().limits()),
            Incoming::Binary(_) => Err(Misheard::binary()),
            _ => return,
        };
        let (tag, obeyed) = match command {
            Ok(command) => {
                let tag = command.tag.clone();
                (tag, commands::obey(&self.live, &self.session, command))
            }
            Err(misheard) => (misheard.tag.clone(), Err(misheard)),
        };
        if let Err(misheard) = obeyed {
            self.live.counts().refused(dialect.contract(), SOCKET, misheard.code);
            self.session.answer(tag.as_deref(), &Outcome::Misheard(&misheard));
        }
    }

    fn alive(&self) {
        let now = self.live.wheel.now_seconds();
        self.session.alive_at.store(now, Ordering::Relaxed);
    }

    fn drained(&self) {
        self.live.hub.is_hungry(&self.session);
    }

    fn ready_to_hear(&self) -> bool {
        // Whoever does not read its answers is not read to either.
        self.session.may_take_off(self.live.chat().limits().sends_in_flight) && !self.session.queue.is_full()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.live.wheel.leave(&self.session);
        let now = self.live.chat().now();
        let last_places = self.live.hub.leave(&self.session, now);
        self.live.hub.goes_off(&self.session, now);
        self.session.counts.open.dec();
        self.live.stop_typing_of(&self.session, &last_places);
    }
}
