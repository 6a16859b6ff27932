//! Feeding: a session that is behind is told from the store what it has missed, as fast as its socket takes it, once
//! somebody has looked who its person is now and whether its places still are places.

use crate::ask;
use crate::codec::text_frame;
use crate::dialect::{Glimpse, Viewer};
use crate::here;
use crate::live::Live;
use crate::place::told_under;
use crate::seat::{Fed, Hunger, Meal, Progress, Seat, Served};
use crate::session::{Session, close};
use crate::tell::in_words;
use beseda_core::policy::By;
use beseda_core::ports::Look;
use beseda_core::rules::{self, Changes, From, Missed, Standing, Where, sign_in};
use beseda_core::words::{
    Came, Cursor, Event, FullRoom, Head, Heard, Kinds, Message, Person, PersonId, Readers, RoomView, Seq,
};
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
    came: Came,
    to: Where,
    kinds: Kinds,
    /// It hears every room of its person.
    roams: bool,
}

/// What is to be read for a place.
#[derive(Clone, Copy)]
struct Asked {
    hunger: Hunger,
    /// Whether also who is in the room, because somebody there says where they are.
    people: bool,
}

/// What a look found for a place.
enum Found {
    /// In its own room, or among every one of a kind.
    Missed(Box<FoundInPlace>),
    /// Among all rooms of a person, in one that is open.
    Changes(Box<Changes>),
    /// In one that is not.
    Moved(Box<(FullRoom, Cursor)>),
    /// In one that is not, of which there is nothing new.
    Still(Progress),
}

/// What a look found for a place in its own room.
struct FoundInPlace {
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
        came: session.came(),
        to: session.to,
        kinds: session.dialect.kinds(),
        roams: session.roaming.is_some(),
    };
    if let Some(roaming) = &session.roaming
        && roaming.begins_to_look_around()
        && let Err(error) = here::look_around(&live, &session).await
    {
        session.logs(|| tracing::warn!("the rooms of a session could not be looked through, will try again: {error}"));
        roaming.is_to_look_around();
        hungry_again(&live, &session);
    }
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
                return hungry_again(&live, &session);
            }
        }
    }
}

/// Feeds a session again in a while. It does not wait among those who are fed: whoever can be read is not to wait for
/// whoever cannot.
fn hungry_again(live: &Arc<Live>, session: &Arc<Session>) {
    let (live, session) = (Arc::clone(live), Arc::clone(session));
    tokio::spawn(async move {
        tokio::time::sleep(ASK_AGAIN_AFTER).await;
        live.hub.is_hungry(&session);
    });
}

/// The places that are behind, as many as are fed at once; none while the socket takes nothing more.
fn to_feed(session: &Session) -> Vec<(Arc<Seat>, Hunger)> {
    let hungry = |seat: &Arc<Seat>| seat.hunger().map(|hunger| (Arc::clone(seat), hunger));
    let seats: Vec<_> = session.places().iter().filter_map(hungry).take(SEATS_AT_ONCE).collect();
    if seats.is_empty() || session.queue.takes_more() {
        seats
    } else {
        Vec::new()
    }
}

/// Who the person is now, and what was missed in each place; nothing for what is no place of theirs any more.
fn serve(look: &mut dyn Look, eater: Eater, asked: &[Asked]) -> Result<(Person, Vec<Option<Found>>), Error> {
    let person = sign_in::who(look, &eater.came)?;
    if let Where::Every(_) = eater.to
        && rules::standing(look, &eater.came, eater.to, eater.kinds)? == Standing::Outside
    {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::of(&person, eater.kinds);
    let mut served = Vec::with_capacity(asked.len());
    for asked in asked {
        let found = if eater.roams {
            serve_roaming(look, by.everywhere(), asked.hunger)
        } else {
            serve_place(look, by, *asked)
        };
        served.push(match found {
            Err(Error::Refused(_)) => None,
            found => Some(found?),
        });
    }
    Ok((person, served))
}

fn serve_place(look: &mut dyn Look, by: By<'_>, Asked { hunger, people }: Asked) -> Result<Found, Error> {
    let missed = rules::hear_since(look, by, hunger.room, hunger.after, PAGE)?;
    let opened = if hunger.opening {
        Some(rules::room_view(look, by, hunger.room)?)
    } else {
        None
    };
    let members = if people { look.members(hunger.room)? } else { Vec::new() };
    let people = members.into_iter().filter(|(_, person)| person.active);
    Ok(Found::Missed(Box::new(FoundInPlace {
        missed,
        opened,
        people: people.map(|(_, person)| person.id).collect(),
    })))
}

/// The same among all rooms of a person.
fn serve_roaming(look: &mut dyn Look, by: By<'_>, hunger: Hunger) -> Result<Found, Error> {
    if hunger.is_open {
        let (from, limit) = match hunger.anew {
            Some(limit) => (From::Anew, limit),
            None => {
                let cursor = Cursor {
                    epoch: look.epoch()?.unwrap_or_default(),
                    head: hunger.after,
                    receipts: hunger.receipts,
                };
                (From::Cursor(cursor), PAGE)
            }
        };
        let changes = rules::changes(look, by, hunger.room, from, limit)?;
        return Ok(Found::Changes(Box::new(changes)));
    }
    // Whoever is in it no more has no place that is not open.
    let place = look.place(hunger.room, by.person.id)?;
    let place = place
        .filter(|place| place.member.is_some())
        .ok_or(Refusal::NoSuchRoom)?;
    let now = Progress::of(&place.room);
    if !hunger.is_new && now.head == hunger.after && now.receipts == hunger.receipts {
        return Ok(Found::Still(now));
    }
    Ok(Found::Moved(Box::new(rules::glimpse(look, by, place)?)))
}

/// Tells a place what was found for it.
fn eat(live: &Live, seat: &Arc<Seat>, hunger: Hunger, found: Option<Found>) {
    let session = &seat.session;
    match found {
        None if session.to == Where::Room(seat.room_id) => {
            session.queue.cut(close::NOT_ALLOWED, "not allowed any more");
            live.hub.take_away(seat);
        }
        None => live.hub.goes(seat),
        Some(Found::Missed(found)) => {
            let FoundInPlace { missed, opened, people } = *found;
            let served = Served {
                to: Progress {
                    head: missed.head,
                    ..Progress::default()
                },
                more: missed.more,
                reset: false,
                meals: meals(session, hunger, missed, opened),
            };
            if seat.feed(hunger, served) == Fed::Whole {
                session.counts.resynced.inc();
                live.show_positions(seat, &people);
                if session.every().is_some() {
                    live.hub.take_back(session, seat.room_id);
                }
            }
        }
        Some(found) => {
            if let Some(served) = roaming_meal(session, hunger, found)
                && seat.feed(hunger, served) == Fed::Whole
            {
                session.counts.resynced.inc();
            }
        }
    }
}

/// What is told of a room to a session that hears all those of its person.
fn roaming_meal(session: &Session, hunger: Hunger, found: Found) -> Option<Served> {
    let speaks = session.roaming.as_ref()?.speaks;
    let (to, more, reset, text) = match found {
        Found::Changes(changes) => {
            let seq = match changes.messages.last() {
                Some(last) if changes.more => last.seq,
                _ => changes.room.seq,
            };
            let to = Progress {
                head: changes.cursor.head,
                seq,
                receipts: changes.cursor.receipts,
            };
            let live = !changes.more;
            let say = || speaks.changes(&session.person(), &changes, live);
            (to, changes.more, changes.reset, Some(told_under(&session.under, say)))
        }
        Found::Moved(moved) => {
            let (room, cursor) = *moved;
            let glimpse = Glimpse {
                is_changed: hunger.is_new || room.room.changed > hunger.after,
                room: &room,
                cursor,
            };
            let say = || match hunger.is_new {
                true => speaks.added(&glimpse),
                false => speaks.moved(&glimpse),
            };
            (
                Progress::of(&room.room),
                false,
                false,
                Some(told_under(&session.under, say)),
            )
        }
        Found::Still(now) => (now, false, false, None),
        Found::Missed(_) => return None,
    };
    let frame = text.map(|text| text_frame(text.as_bytes()));
    Some(Served {
        meals: vec![Meal {
            head: to.head,
            seq: to.seq,
            frame,
        }],
        to,
        more,
        reset,
    })
}

/// What was missed, in the words of the session's dialect.
fn meals(session: &Session, hunger: Hunger, missed: Missed, opened: Option<RoomView>) -> Vec<Meal> {
    let meal = |head: Head, seq: Seq, heard: Option<Heard>, viewer: Viewer| {
        let say = |heard| {
            let event = Event {
                head,
                ..Event::of(&missed.room, heard)
            };
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
            ..Viewer::default()
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
