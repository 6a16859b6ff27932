//! Roam: how what happens reaches sessions that hear every room of their person. A room that they have not opened is told
//! in a few words, one that they have in full; what is no frame for many alike is read for each from the store.

use crate::hub::Hub;
use crate::seat::{Progress, Said, Seat};
use crate::session::Session;
use crate::tell::{Encoded, Words};
use beseda_core::words::{Event, Heard, PersonId, RoomName};
use std::sync::Arc;

impl Hub {
    /// Tells such a session's place an event of its room.
    pub(crate) fn tell_roaming(&self, seat: &Arc<Seat>, event: &Event, said: &mut Encoded) {
        let session = &seat.session;
        let own = session.person_id();
        match &event.heard {
            Heard::Left { person } if *person == own => self.goes(seat),
            Heard::Removed => self.goes(seat),
            Heard::Sent { message } => {
                seat.comes_near();
                if !message.is_by(own) {
                    self.miscounts(session);
                }
                self.tell_in_words(seat, event, said, message.is_for(own));
            }
            Heard::Edited { message, .. } | Heard::Touched { message } => {
                self.tell_in_words(seat, event, said, message.is_for(own));
            }
            Heard::Read { person, .. } => {
                if *person == own {
                    self.miscounts(session);
                }
                self.tell_in_words(seat, event, said, *person == own || seat.is_open());
            }
            Heard::Viewed { me } => {
                let is_own = me.member.person == own;
                if is_own {
                    self.miscounts(session);
                }
                self.tell_in_words(seat, event, said, is_own);
            }
            Heard::Erased { .. } => {
                self.miscounts(session);
                self.seat_misses(seat, event.head);
            }
            Heard::Opened { .. } | Heard::Joined { .. } | Heard::Left { .. } | Heard::Changed => {
                self.seat_misses(seat, event.head);
            }
        }
    }

    /// Tells it in words that it shares with others, or, where it is not told, that it knows it now.
    fn tell_in_words(&self, seat: &Arc<Seat>, event: &Event, said: &mut Encoded, is_told: bool) {
        let words = if is_told {
            said.event(&seat.session, event, self.viewer_of(seat, event))
        } else {
            Words::None
        };
        let is_receipt = matches!(event.heard, Heard::Read { .. } | Heard::Viewed { .. });
        if let Words::Lost = words {
            return self.seat_misses(seat, event.head);
        }
        self.tell_seat(
            seat,
            Said {
                head: (!is_receipt).then_some(event.head),
                seq: Some(event.seq),
                receipts: Some(event.receipts),
                frame: words.frame(),
                opens: false,
                last: false,
            },
        );
    }

    /// Somebody came into a room: the sessions that hear every room of theirs get a place in it, and are told so.
    pub(crate) fn comes_in(&self, person: PersonId, event: &Event) {
        let told = Progress {
            head: event.head,
            seq: event.seq,
            receipts: event.receipts,
        };
        for session in self.sessions_of(person) {
            self.take_in(&session, event.room, &event.key, told);
        }
    }

    /// Gives a session that hears every room of its person a place in one of them of which it was not told.
    pub(crate) fn take_in(&self, session: &Arc<Session>, room: RoomName, key: &str, told: Progress) {
        if session.roaming.is_none() {
            return;
        }
        let seat = Arc::new(Seat::among(Arc::clone(session), room, key, told, true));
        if self.sit(&seat) {
            self.miscounts(session);
            self.is_hungry(session);
        }
    }

    /// Somebody may be in rooms of which no session here knows: those that hear every room look for them.
    pub(crate) fn looks_around(&self, session: &Arc<Session>) {
        if let Some(roaming) = &session.roaming {
            roaming.is_to_look_around();
            self.is_hungry(session);
        }
    }

    /// A place is none any more: its session is told so, once.
    pub(crate) fn goes(&self, seat: &Arc<Seat>) {
        if self.take_away(seat)
            && let Some(key) = seat.key()
        {
            seat.session.announce(|speaks| speaks.removed(key));
            self.miscounts(&seat.session);
        }
    }

    /// What is unread for a session's person may be another number now: they are told soon.
    pub(crate) fn miscounts(&self, session: &Arc<Session>) {
        if session.roaming.as_ref().is_some_and(|roaming| roaming.miscounts()) {
            self.miscounted.lock().push(Arc::clone(session));
        }
    }
}
