//! A connection: a socket joins, its frames become commands, and its commands reach the rules.

#[cfg(test)]
mod tests;

use crate::ask;
use crate::codec::Incoming;
use crate::dialect::{Command, Misheard, Point, Position};
use crate::listener::{Guest, Listener, close};
use crate::live::Live;
use crate::socket::{Ear, Queue};
use beseda_core::policy::By;
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{History, Since, Standing, Where};
use beseda_core::words::{Draft, Marks, Message, PersonId, RoomId, RoomName, Seq};
use beseda_core::{Chat, Error, Fault, Refusal, rules};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// A socket that was let in. It leaves when it is dropped.
pub(crate) struct Connection {
    live: Arc<Live>,
    listener: Arc<Listener>,
}

/// The room that a command is about.
#[derive(Clone, Copy)]
enum Target {
    /// The one that the socket listens to.
    Own(RoomId),
    /// One of the many that it listens to.
    Named(Uuid),
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

impl Connection {
    /// Enters a listener and tells it what it hears first. `None`, with the queue closed, where its person has too many.
    pub(crate) async fn enter(live: &Arc<Live>, guest: Guest, queue: Arc<Queue>) -> Option<Self> {
        let (id, heard_at, since) = (live.hub.next_id(), live.wheel.now_seconds(), guest.since);
        let listener = Arc::new(Listener::new(id, guest, Arc::clone(&queue), heard_at));
        if !live.hub.enter(&listener, live.chat().limits().listeners) {
            queue.close(close::TOO_MANY, "too many sockets of one person");
            return None;
        }
        live.wheel.enter(&listener);
        live.send_away_if_stopping(&listener);
        let connection = Self {
            live: Arc::clone(live),
            listener,
        };
        match connection.begin(since).await {
            Ok(()) => connection
                .listener
                .dialect
                .joined(&connection.listener.person(), connection.listener.room()),
            Err((code, reason)) => queue.close(code, reason),
        }
        Some(connection)
    }

    /// Looks whether the person may listen, on one snapshot with what they hear first, and begins with that.
    async fn begin(&self, since: Since) -> Result<(), (u16, &'static str)> {
        let listener = Arc::clone(&self.listener);
        let limits = self.live.chat().limits();
        let asked = Asked {
            since,
            limit: match since {
                Since::After(_) => limits.page_size,
                Since::Newest | Since::Now => limits.history_messages,
            },
            // Asked for before the look, which so sees this change and may see later ones.
            change: self.live.hub.doubts(),
            people: self.live.has_positions(self.listener.to),
        };
        let begun = ask::look(&self.live.chat().clone(), move |look| {
            first_heard(look, &listener, asked)
        })
        .await;
        match begun {
            Ok(None) => self.listener.begin_everywhere(),
            Ok(Some((history, people))) => {
                let room = &history.room;
                let frames = self.listener.dialect.history(&self.listener.person(), &history);
                if history.more {
                    // Told nothing of what happens: it would come back after that, and miss what is between.
                    self.listener.hear_first(&frames);
                    return Err((close::TOO_SLOW, "there is more: reconnect after the last of these"));
                }
                self.listener.begin(&frames, room.name(), room.head, room.seq);
                self.live.show_positions(&self.listener, &people);
            }
            Err(Error::Refused(Refusal::BadCredentials)) => return Err((close::NOT_AUTHENTICATED, "log in again")),
            Err(Error::Refused(_)) => return Err((close::NOT_ALLOWED, "not allowed")),
            Err(Error::Failed(Fault::Stopping)) => return Err((close::RESTARTING, "retry_ms=1000")),
            Err(Error::Failed(fault)) => {
                self.listener.dialect.not_joined(&self.listener.to_word(), &fault);
                return Err((close::INTERNAL, "internal error"));
            }
        }
        Ok(())
    }

    /// What a command without a name of a room is about.
    fn own(&self) -> Option<Target> {
        match self.listener.to {
            Where::Room(room) => Some(Target::Own(room)),
            Where::Every(_) => None,
        }
    }

    fn obey(&self, command: Command) -> Result<(), Misheard> {
        let (target, command) = match command {
            Command::In(uuid, command) => (Some(Target::Named(uuid)), *command),
            command => (self.own(), command),
        };
        let target = target.ok_or_else(|| Misheard {
            code: "no_room",
            detail: "The frame does not say which room it is for: add \"room_id\".".to_owned(),
        })?;
        match command {
            Command::Send(draft) => self.send(target, draft),
            Command::Typing(is_typing) => self.type_in(target, is_typing),
            Command::Read => read(&self.live.chat().clone(), &self.listener, target),
            Command::Locate(point) => self.locate(point),
            Command::In(..) => {}
        }
        Ok(())
    }

    /// Sends a message. Who is in the room, the sender too, hears it from the hub; the sender alone hears of a refusal
    /// or of the message that an earlier try has made.
    fn send(&self, target: Target, draft: Draft) {
        let listener = Arc::clone(&self.listener);
        let dialect = listener.dialect;
        if let Err(refusal) = self.live.pace.send(listener.person_id()) {
            return listener.answer(&dialect.refused(&refusal, draft.client_id.as_deref()));
        }
        listener.takes_off();
        let client_id = draft.client_id.clone();
        let chat = self.live.chat();
        let (person, now, limits) = (listener.person(), chat.now(), Arc::clone(chat.limits()));
        let in_flight = limits.sends_in_flight;
        let kinds = dialect.kinds();
        let rule = move |tx: &mut dyn Tx| {
            let room = room_of(tx, target)?;
            let by = By::of(&person, kinds);
            let sent = rules::send(tx, now, &limits, by, room, &draft)?;
            if sent.first {
                return Ok(None);
            }
            let (message, marks) = rules::one_message(tx, by, sent.message.id)?;
            Ok(name_of(tx, room)?.map(|name| (name, message, marks)))
        };
        chat.change(rule, move |outcome| {
            listener.lands(in_flight);
            match outcome {
                Ok(None) => {}
                Ok(Some(sent)) => answer_sent_before(&listener, &sent, client_id.as_deref()),
                Err(error) => answer_error(&listener, &error, client_id.as_deref()),
            }
        });
    }

    fn type_in(&self, target: Target, is_typing: bool) {
        match target {
            Target::Own(_) => {
                if let Some(room) = self.listener.room() {
                    self.live.say_typing(room, &self.listener.person(), is_typing);
                }
            }
            Target::Named(uuid) => self.type_in_named(uuid, is_typing),
        }
    }

    /// Which room that is, and whether they may type there, only the store knows.
    fn type_in_named(&self, uuid: Uuid, is_typing: bool) {
        let (live, listener) = (Arc::clone(&self.live), Arc::clone(&self.listener));
        let (person, proven_at, kinds) = (listener.person_id(), listener.proven_at, listener.dialect.kinds());
        let in_flight = live.chat().limits().sends_in_flight;
        let rule = move |look: &mut dyn Look| {
            let room = look.room_by_uuid(uuid)?.ok_or(Refusal::NoSuchRoom)?;
            match rules::standing(look, person, proven_at, Where::Room(room.id), kinds)? {
                Standing::Inside(person) => Ok((room.name(), Arc::new(person))),
                Standing::Outside | Standing::Inactive => Err(Refusal::NoSuchRoom.into()),
            }
        };
        listener.takes_off();
        self.live.chat().look(rule, move |found| {
            listener.lands(in_flight);
            match found {
                Ok((room, person)) => live.say_typing(room, &person, is_typing),
                Err(error) => answer_error(&listener, &error, None),
            }
        });
    }

    fn locate(&self, point: Point) {
        let Some(room) = self.listener.room() else { return };
        let person = self.listener.person();
        let position = Position {
            person: person.id,
            role: person.role,
            point,
            at: self.live.chat().now(),
        };
        self.live.say_position(room, position);
    }
}

/// What a newcomer hears first, and who is in the room if that is asked; `None` for who hears every room of a kind.
fn first_heard(
    look: &mut dyn Look,
    listener: &Listener,
    asked: Asked,
) -> Result<Option<(History, Vec<PersonId>)>, Error> {
    let kinds = listener.dialect.kinds();
    match rules::standing(look, listener.person_id(), listener.proven_at, listener.to, kinds)? {
        Standing::Inside(person) => listener.learn(asked.change, person),
        Standing::Outside => return Err(Refusal::NotAllowed.into()),
        Standing::Inactive => return Err(Refusal::BadCredentials.into()),
    }
    match listener.to {
        Where::Every(_) => Ok(None),
        Where::Room(room) => {
            let person = listener.person();
            let history = rules::listen(look, By::of(&person, kinds), room, asked.since, asked.limit)?;
            let members = if asked.people { look.members(room)? } else { Vec::new() };
            let people = members.into_iter().filter(|(_, person)| person.active);
            Ok(Some((history, people.map(|(_, person)| person.id).collect())))
        }
    }
}

fn room_of(look: &mut (impl Look + ?Sized), target: Target) -> Result<RoomId, Error> {
    match target {
        Target::Own(room) => Ok(room),
        Target::Named(uuid) => Ok(look.room_by_uuid(uuid)?.ok_or(Refusal::NoSuchRoom)?.id),
    }
}

fn name_of(look: &mut (impl Look + ?Sized), room: RoomId) -> Result<Option<RoomName>, Error> {
    Ok(look.room(room)?.map(|room| room.name()))
}

/// Moves the receipt up to what the socket has been told; in one of many rooms, up to the newest. One at a time for a
/// socket of one room: who asks again meanwhile is served by one more, so that asking often costs no more commits than
/// there is time for.
fn read(chat: &Chat, listener: &Arc<Listener>, target: Target) {
    let in_one_room = matches!(target, Target::Own(_));
    if in_one_room && !listener.begins_to_read() {
        return;
    }
    let in_flight = chat.limits().sends_in_flight;
    listener.takes_off();
    let (chat, listener) = (chat.clone(), Arc::clone(listener));
    let (person, kinds, now) = (listener.person(), listener.dialect.kinds(), chat.now());
    let seen: Option<Seq> = in_one_room.then(|| listener.seen());
    let rule = move |tx: &mut dyn Tx| {
        let room = room_of(tx, target)?;
        rules::read(tx, now, By::of(&person, kinds), room, seen)
    };
    chat.clone().change(rule, move |outcome| {
        listener.lands(in_flight);
        if let Err(error) = &outcome {
            answer_error(&listener, error, None);
        }
        if in_one_room && listener.has_read() {
            read(&chat, &listener, target);
        }
    });
}

fn answer_sent_before(
    listener: &Listener,
    (room, message, marks): &(RoomName, Message, Marks),
    client_id: Option<&str>,
) {
    let person = listener.person();
    let frame = listener.dialect.sent_before(*room, message, *marks, &person, client_id);
    listener.answer(&frame);
}

fn answer_error(listener: &Listener, error: &Error, client_id: Option<&str>) {
    let dialect = listener.dialect;
    match error {
        Error::Refused(refusal) => {
            dialect.log_refusal(&listener.person(), refusal);
            listener.answer(&dialect.refused(refusal, client_id));
        }
        Error::Failed(fault) => {
            if !matches!(fault, Fault::Busy | Fault::Stopping | Fault::Away(_)) {
                let to = listener.to_word();
                tracing::error!(to, contract = dialect.name(), "a frame failed: {fault}");
            }
            listener.answer(&dialect.failed(fault, client_id));
        }
    }
}

impl Ear for Connection {
    fn heard(&mut self, incoming: Incoming<'_>) {
        let dialect = self.listener.dialect;
        let command = match incoming {
            Incoming::Text(frame) => dialect.hear(frame, self.live.chat().limits()),
            Incoming::Binary(_) => Err(Misheard {
                code: "binary",
                detail: "send JSON as text, not as binary".to_owned(),
            }),
            _ => return,
        };
        if let Err(misheard) = command.and_then(|command| self.obey(command)) {
            self.listener.answer(&dialect.misheard(&misheard));
        }
    }

    fn alive(&self) {
        self.listener
            .heard_at
            .store(self.live.wheel.now_seconds(), Ordering::Relaxed);
    }

    fn ready_to_hear(&self) -> bool {
        // Nobody is obeyed who may have lost their place a moment ago.
        self.listener.in_flight.load(Ordering::Relaxed) < self.live.chat().limits().sends_in_flight
            && !self.listener.is_doubted()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.live.wheel.leave(&self.listener);
        if self.live.hub.leave(&self.listener) {
            self.live.stop_typing_of(&self.listener);
        }
    }
}
