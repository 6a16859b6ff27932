//! Feeding: a session that is behind is told from the store what it has missed, as fast as its socket takes it, once
//! somebody has looked who its person is now and whether its places still are places.

use crate::ask;
use crate::dialect::Viewer;
use crate::live::Live;
use crate::seat::{Fed, Hunger, Meal, Seat};
use crate::session::{Session, close};
use crate::tell::in_words;
use beseda_core::policy::By;
use beseda_core::ports::Look;
use beseda_core::rules::{self, Missed, Standing, Where, sign_in};
use beseda_core::words::{Event, Head, Heard, Kinds, Message, Person, PersonId, Readers, RoomView, Seq, Time};
use beseda_core::{Error, Refusal};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Sessions that are fed side by side: others read too.
const FED_AT_ONCE: usize = 16;
/// Places of one session that are read for at once.
const SEATS_AT_ONCE: usize = 32;
/// Changes of a room that are read at once.
const PAGE: u32 = 50;
/// When the store could not be read, it is asked again after this.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Who is fed: what a look needs to know of a session.
#[derive(Clone, Copy)]
struct Eater {
    person: PersonId,
    proven_at: Time,
    to: Where,
    kinds: Kinds,
}

/// What is to be read for a place.
#[derive(Clone, Copy)]
struct Asked {
    hunger: Hunger,
    /// Whether also who is in the room, because somebody there says where they are.
    people: bool,
}

/// What a look found for a place.
struct Served {
    missed: Missed,
    /// The room as it was opened, where that was missed too.
    opened: Option<RoomView>,
    /// Who is in it, where that was asked.
    people: Vec<PersonId>,
}

impl Live {
    fn to_ask(&self, hunger: Hunger) -> Asked {
        Asked {
            hunger,
            people: self.has_positions(hunger.room),
        }
    }

    /// Feeds whoever is behind, for as long as it is polled.
    pub async fn feed_all(self: &Arc<Self>) {
        let mut feeding = JoinSet::new();
        loop {
            while feeding.len() < FED_AT_ONCE
                && let Some(session) = self.hub.next_hungry()
            {
                feeding.spawn(feed(Arc::clone(self), session));
            }
            tokio::select! {
                () = self.hub.hunger() => {}
                Some(fed) = feeding.join_next() => {
                    if let Err(error) = fed {
                        tracing::error!("feeding a session failed: {error}");
                    }
                }
            }
        }
    }
}

/// Feeds a session until it is whole or its socket takes no more.
async fn feed(live: Arc<Live>, session: Arc<Session>) {
    session.is_fed();
    let eater = Eater {
        person: session.person_id(),
        proven_at: session.proven_at,
        to: session.to,
        kinds: session.dialect.kinds(),
    };
    while !session.queue.is_closing() {
        let seats = to_feed(&session);
        if seats.is_empty() && !session.is_doubted() {
            return;
        }
        let asked: Vec<Asked> = seats.iter().map(|(_, hunger)| live.to_ask(*hunger)).collect();
        // Asked for before the look, which so sees this change and may see later ones.
        let change = live.hub.doubts();
        match ask::look(live.chat(), move |look| serve(look, eater, &asked)).await {
            Ok((person, served)) => {
                session.learn(change, person);
                for ((seat, hunger), served) in seats.into_iter().zip(served) {
                    eat(&live, &seat, hunger, served);
                }
            }
            Err(Error::Refused(Refusal::NotAllowed)) => {
                return session.queue.cut(close::NOT_ALLOWED, "not allowed any more");
            }
            Err(Error::Refused(_)) => return session.queue.cut(close::NOT_AUTHENTICATED, "log in again"),
            Err(Error::Failed(fault)) => {
                let to = session.to_word();
                session.logs(|| {
                    tracing::error!(to, "could not read what a session has missed, will try again: {fault}");
                });
                // Not among those who are fed: whoever can be read is not to wait for whoever cannot.
                tokio::spawn(async move {
                    tokio::time::sleep(ASK_AGAIN_AFTER).await;
                    live.hub.is_hungry(&session);
                });
                return;
            }
        }
    }
}

/// The places that are behind, as many as are fed at once; none while the socket takes nothing more.
fn to_feed(session: &Session) -> Vec<(Arc<Seat>, Hunger)> {
    let hungry = |seat: &Arc<Seat>| seat.hunger().map(|hunger| (Arc::clone(seat), hunger));
    let seats: Vec<_> = session.seats().iter().filter_map(hungry).take(SEATS_AT_ONCE).collect();
    if seats.is_empty() || session.queue.takes_more() {
        seats
    } else {
        Vec::new()
    }
}

/// Who the person is now, and what was missed in each place; nothing for what is no place of theirs any more.
fn serve(look: &mut dyn Look, eater: Eater, asked: &[Asked]) -> Result<(Person, Vec<Option<Served>>), Error> {
    let person = sign_in::who(look, eater.person, eater.proven_at)?;
    if let Where::Every(_) = eater.to
        && rules::standing(look, eater.person, eater.proven_at, eater.to, eater.kinds)? == Standing::Outside
    {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::of(&person, eater.kinds);
    let mut served = Vec::with_capacity(asked.len());
    for asked in asked {
        served.push(match serve_place(look, by, *asked) {
            Err(Error::Refused(_)) => None,
            found => Some(found?),
        });
    }
    Ok((person, served))
}

fn serve_place(look: &mut dyn Look, by: By<'_>, Asked { hunger, people }: Asked) -> Result<Served, Error> {
    let missed = rules::hear_since(look, by, hunger.room, hunger.after, PAGE)?;
    let opened = if hunger.opening {
        Some(rules::room_view(look, by, hunger.room)?)
    } else {
        None
    };
    let members = if people { look.members(hunger.room)? } else { Vec::new() };
    let people = members.into_iter().filter(|(_, person)| person.active);
    Ok(Served {
        missed,
        opened,
        people: people.map(|(_, person)| person.id).collect(),
    })
}

/// Tells a place what was found for it.
fn eat(live: &Live, seat: &Arc<Seat>, hunger: Hunger, served: Option<Served>) {
    let session = &seat.session;
    let Some(Served { missed, opened, people }) = served else {
        if session.to == Where::Room(seat.room_id) {
            session.queue.cut(close::NOT_ALLOWED, "not allowed any more");
        }
        return live.hub.take_away(seat);
    };
    let (head, more) = (missed.head, missed.more);
    if seat.feed(hunger, meals(session, hunger, missed, opened), head, more) == Fed::Whole {
        session.counts.resynced.inc();
        live.show_positions(seat, &people);
        if session.every().is_some() {
            live.hub.take_back(session, seat.room_id);
        }
    }
}

/// What was missed, in the words of the session's dialect.
fn meals(session: &Session, hunger: Hunger, missed: Missed, opened: Option<RoomView>) -> Vec<Meal> {
    let room = missed.room.name();
    let meal = |head: Head, seq: Seq, heard: Option<Heard>, viewer: Viewer| {
        let say = |heard| {
            let event = Event { room, head, heard };
            in_words(session, |dialect| dialect.event(&event, viewer))
                .ok()
                .flatten()
        };
        // A dialect that panics over it once more is taken to have no words for it.
        let frame = heard.and_then(say);
        Meal { head, seq, frame }
    };
    let opened = opened.map(|view| {
        let heard = Heard::Opened { view: Arc::new(view) };
        meal(hunger.after.next(), Seq(0), Some(heard), Viewer::default())
    });
    let messages = missed.messages.into_iter().map(|message| {
        let viewer = Viewer {
            knows_client_id: message.client_id.is_some() && message.is_by(session.person_id()),
            is_read: missed.marks.is_read(&message, session.person_id()),
        };
        meal(
            rules::told_at(&message, hunger.after),
            message.seq,
            what_happened(message, hunger.after),
            viewer,
        )
    });
    opened.into_iter().chain(messages).collect()
}

/// What became of a message since a head; nothing, for who never knew it and never will.
fn what_happened(message: Message, after: Head) -> Option<Heard> {
    let is_new = message.sent > after;
    match (is_new, message.erased_at) {
        (true, None) => Some(Heard::Sent {
            message: Arc::new(message),
        }),
        (true, Some(_)) => None,
        (false, Some(_)) => Some(Heard::Erased {
            id: message.id,
            seq: message.seq,
        }),
        (false, None) => Some(Heard::Edited {
            message: Arc::new(message),
            readers: Readers::default(),
        }),
    }
}
