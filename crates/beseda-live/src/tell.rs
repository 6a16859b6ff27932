//! Telling: how an event, or something that is kept nowhere, reaches everybody who listens. What is said is put into
//! words once for each dialect and kind of viewer, and its bytes are shared.

use crate::codec::text_frame;
use crate::dialect::{Dialect, Position, Viewer};
use crate::hub::Hub;
use crate::place::told_under;
use crate::rooms::Seats;
use crate::seat::{Said, Seat};
use crate::session::Session;
use crate::typing::Announcement;
use beseda_core::words::{Event, Heard, PersonId, RoomName};
use bytes::Bytes;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What is kept nowhere in the words of a dialect, of a room with this key where one hears all rooms of a person.
type Passing<'a> = &'a dyn Fn(&dyn Dialect, Option<&str>) -> Option<String>;

impl Hub {
    /// Tells an event to everybody who listens in its room. Whose dialect panics over it reads it from the store.
    pub(crate) fn tell(&self, event: &Event, seats: Option<Seats>) {
        self.tell_end_of_typing(event);
        self.waiters.wake(event.room.id);
        if let Heard::Joined { person } = event.heard {
            self.waiters.wake_person(person);
            self.comes_in(person, event);
        }
        let mut said = Encoded::default();
        for seat in seats.iter().flat_map(|seats| seats.iter()) {
            let session = &seat.session;
            if session.roaming.is_some() {
                self.tell_roaming(seat, event, &mut said);
                continue;
            }
            match said.event(session, event, viewer(event, session.person_id())) {
                Words::Lost => self.seat_misses(seat, event.head),
                words => {
                    let last = is_last(event, session.person_id());
                    let about = about(event, words.frame());
                    self.tell_seat(seat, Said { last, ..about });
                }
            }
        }
        for session in self.of_kind(event.room.kind).iter() {
            match said.event(session, event, viewer(event, session.person_id())) {
                Words::None => {}
                Words::Lost => self.lend(session, event.room, &about(event, None)),
                words => self.tell_every(session, event.room, &about(event, words.frame())),
            }
        }
    }

    /// Tells everybody in the room but the typist that they type, or have stopped.
    pub(crate) fn tell_typing(&self, announcement: &Announcement) {
        let Announcement {
            room,
            person,
            is_typing,
        } = announcement;
        let say = |dialect: &dyn Dialect, key: Option<&str>| match (dialect.everywhere(), key) {
            (Some(speaks), Some(key)) => Some(speaks.typing(key, person, *is_typing)),
            _ => dialect.typing(*room, person, *is_typing),
        };
        self.tell_passing(*room, Some(person.id), &say);
    }

    /// Whoever has sent a message types it no more: the others are told so before they are told the message.
    fn tell_end_of_typing(&self, event: &Event) {
        if let Heard::Sent { message } = &event.heard
            && let Some(author) = &message.author
        {
            let mut typing = self.typing.lock();
            if let Some(announcement) = typing.sent(event.room.id, author.id) {
                self.tell_typing(&announcement);
            }
        }
    }

    /// Tells everybody in the room where somebody is, them too.
    pub(crate) fn tell_position(&self, room: RoomName, position: &Position) {
        let say = |dialect: &dyn Dialect, key: Option<&str>| match (dialect.everywhere(), key) {
            (Some(speaks), Some(key)) => Some(speaks.position(key, position)),
            _ => dialect.position(room, position),
        };
        self.tell_passing(room, None, &say);
    }

    /// Tells what is kept nowhere to everybody in the room but one.
    fn tell_passing(&self, room: RoomName, but: Option<PersonId>, say: Passing<'_>) {
        let mut said = Encoded::default();
        let seats = self.seats_in(room.id);
        for seat in seats.iter().flat_map(|seats| seats.iter()) {
            let session = &seat.session;
            let hears = session.roaming.is_none() || seat.is_near();
            if hears
                && Some(session.person_id()) != but
                && let Some(frame) = said.once(session, None, |dialect| say(dialect, seat.key())).frame()
            {
                self.tell_seat(seat, Said::passing(frame));
            }
        }
        for session in self.of_kind(room.kind).iter() {
            if Some(session.person_id()) != but
                && let Some(frame) = said.once(session, None, |dialect| say(dialect, None)).frame()
            {
                self.tell_every(session, room, &Said::passing(frame));
            }
        }
    }

    /// Tells one seat where somebody is.
    pub(crate) fn show_position(&self, seat: &Seat, room: RoomName, position: &Position) {
        let said = in_words(&seat.session, |dialect| match (dialect.everywhere(), seat.key()) {
            (Some(speaks), Some(key)) => Some(speaks.position(key, position)),
            _ => dialect.position(room, position),
        });
        if let Ok(Some(frame)) = said {
            self.tell_seat(seat, Said::passing(frame));
        }
    }
}

/// What an event brings its hearers to.
fn about(event: &Event, frame: Option<Bytes>) -> Said {
    let (head, seq) = match &event.heard {
        Heard::Sent { message, .. } => (Some(event.head), Some(message.seq)),
        Heard::Read { .. } | Heard::Viewed { .. } => (None, None),
        Heard::Opened { .. }
        | Heard::Edited { .. }
        | Heard::Touched { .. }
        | Heard::Erased { .. }
        | Heard::Joined { .. }
        | Heard::Left { .. }
        | Heard::Changed
        | Heard::Removed => (Some(event.head), None),
    };
    Said {
        head,
        seq,
        receipts: None,
        frame,
        opens: matches!(event.heard, Heard::Opened { .. }),
        last: false,
    }
}

/// Whether a place of the person in this room is lost with this event.
fn is_last(event: &Event, person: PersonId) -> bool {
    match &event.heard {
        Heard::Left { person: left } => *left == person,
        Heard::Removed => true,
        Heard::Opened { .. }
        | Heard::Sent { .. }
        | Heard::Edited { .. }
        | Heard::Touched { .. }
        | Heard::Erased { .. }
        | Heard::Read { .. }
        | Heard::Viewed { .. }
        | Heard::Joined { .. }
        | Heard::Changed => false,
    }
}

/// What of an event looks different to this person.
fn viewer(event: &Event, person: PersonId) -> Viewer {
    match &event.heard {
        Heard::Sent { message } => Viewer {
            knows_client_id: message.client_id.is_some() && message.is_by(person),
            ..Viewer::default()
        },
        Heard::Edited { message, readers } => Viewer {
            is_read: readers.is_read(message, person),
            ..Viewer::default()
        },
        Heard::Opened { .. }
        | Heard::Touched { .. }
        | Heard::Erased { .. }
        | Heard::Read { .. }
        | Heard::Viewed { .. }
        | Heard::Joined { .. }
        | Heard::Left { .. }
        | Heard::Changed
        | Heard::Removed => Viewer::default(),
    }
}

impl Hub {
    /// What of an event looks different to this place, of a session that hears every room of its person.
    pub(crate) fn viewer_of(&self, seat: &Seat, event: &Event) -> Viewer {
        let own = seat.session.person_id();
        let (knows_client_id, reacted) = match &event.heard {
            Heard::Sent { message } => (message.client_id.is_some() && message.is_by(own), 0),
            Heard::Edited { message, .. } | Heard::Touched { message } => (
                message.client_id.is_some() && message.is_by(own),
                message.reacted_by(own),
            ),
            _ => (false, 0),
        };
        let sees_quoted = match &event.heard {
            Heard::Sent { message } | Heard::Edited { message, .. } | Heard::Touched { message } => {
                message.shows_quoted_to(own)
            }
            _ => true,
        };
        let about = match &event.heard {
            Heard::Read { person, .. } => Some(*person),
            Heard::Viewed { me } => Some(me.member.person),
            _ => None,
        };
        Viewer {
            knows_client_id,
            is_read: false,
            has_opened: seat.is_open(),
            is_about_them: about == Some(own),
            reacted,
            sees_quoted,
            epoch: self.epoch(),
        }
    }
}

/// An event in the words of a dialect.
#[derive(Clone)]
pub(crate) enum Words {
    /// The frame.
    Frame(Bytes),
    /// The dialect has none for it.
    None,
    /// The dialect panicked.
    Lost,
}

impl Words {
    pub(crate) fn frame(self) -> Option<Bytes> {
        match self {
            Self::Frame(frame) => Some(frame),
            Self::None | Self::Lost => None,
        }
    }
}

/// The frames made of one event so far: each is made once for a dialect, a kind of viewer and a prefix, and shared.
#[derive(Default)]
pub(crate) struct Encoded {
    frames: Vec<(&'static str, Option<Viewer>, Arc<str>, Words)>,
}

impl Encoded {
    pub(crate) fn event(&mut self, session: &Session, event: &Event, viewer: Viewer) -> Words {
        if let Heard::Sent { message } = &event.heard
            && !message.is_for(session.person_id())
        {
            return Words::None;
        }
        self.once(session, Some(viewer), |dialect| dialect.event(event, viewer))
    }

    fn once(
        &mut self,
        session: &Session,
        viewer: Option<Viewer>,
        say: impl FnOnce(&dyn Dialect) -> Option<String>,
    ) -> Words {
        let (name, under) = (session.dialect.name(), &session.under);
        let known = self
            .frames
            .iter()
            .find(|(known, seen, prefix, _)| *seen == viewer && *known == name && prefix == under);
        if let Some((.., words)) = known {
            return words.clone();
        }
        let words = match in_words(session, say) {
            Ok(Some(frame)) => Words::Frame(frame),
            Ok(None) => Words::None,
            Err(Panicked) => Words::Lost,
        };
        self.frames.push((name, viewer, Arc::clone(under), words.clone()));
        words
    }
}

/// A dialect panicked, which the log was told.
pub(crate) struct Panicked;

/// The frame of what a session's dialect says to it.
pub(crate) fn in_words(
    session: &Session,
    say: impl FnOnce(&dyn Dialect) -> Option<String>,
) -> Result<Option<Bytes>, Panicked> {
    let dialect = session.dialect;
    let said = catch_unwind(AssertUnwindSafe(|| told_under(&session.under, || say(dialect))));
    let text = said.map_err(|_| {
        let dialect = dialect.name();
        session.logs(|| tracing::error!(dialect, "a dialect panicked over what it was to say"));
        Panicked
    })?;
    Ok(text.map(|text| text_frame(text.as_bytes())))
}
