//! Fronts: what rooms show alike to everybody. Whoever comes asks for those of all their rooms, and most stand as they stood when
//! somebody asked before: these are kept beside each connection that reads.

use crate::engine::values;
use crate::rows::json_object;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookLists as _, LookPeople as _};
use beseda_core::words::{
    Author, Extra, Front, Head, Message, Person, PersonId, Room, RoomId, RoomKind, RoomLook, Seq, Time,
};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Rooms of which the front is kept: some 500 bytes each, 8 MB a connection at most.
const MOST: usize = 16_384;
/// A newest message with a longer text, in bytes, is not kept.
const TEXT: usize = 512;

/// Of what moment of a room something is: everything durable of a room moves its head. The times are there because a database
/// that loses its last commits, as a copy that takes over may, counts on from an older head.
type Moment = (Head, Seq, Time, Time);

fn moment_of(room: &Room) -> Moment {
    (room.head, room.shown, room.updated_at, room.changed_at)
}

/// Fronts that were read before, each at the place of its room's number; one makes way for the next that has the same. What they
/// take grows once and stays, because what a server takes is watched.
#[derive(Default)]
pub(crate) struct Fronts(Vec<Option<Box<Kept>>>);

struct Kept {
    room: RoomId,
    of: Moment,
    front: Front,
}

impl Fronts {
    fn get(&self, room: RoomId, moment: Moment) -> Option<Front> {
        let kept = self.0.get(place_of(room))?.as_ref()?;
        (kept.room == room && kept.of == moment).then(|| kept.front.clone())
    }

    fn keep(&mut self, room: RoomId, of: Moment, front: Front) {
        if self.0.is_empty() {
            self.0.resize_with(MOST, || None);
        }
        if let Some(place) = self.0.get_mut(place_of(room)) {
            *place = Some(Box::new(Kept { room, of, front }));
        }
    }
}

fn place_of(room: RoomId) -> usize {
    usize::try_from(room.0.unsigned_abs()).unwrap_or_default() % MOST
}

/// Whether a front is worth keeping, and will be found as it would be read: a visitor is called otherwise in each room, and what
/// is beside a message is read with it.
fn can_be_kept(room: &Room, front: &Front) -> bool {
    let is_plain =
        |last: &Arc<Message>| last.extra == Extra::NONE && last.attachments.is_empty() && last.text.len() <= TEXT;
    room.kind != RoomKind::Support && front.last.as_ref().is_none_or(is_plain)
}

/// Of these people, in the order of their numbers, the author of a message.
fn author_of<'p>(message: &Message, people: &'p [Person]) -> Option<&'p Person> {
    let author = message.author.as_ref()?;
    let at = people.binary_search_by_key(&author.id, |person| person.id).ok()?;
    people.get(at)
}

/// The front with its author as they are now; false where it has to be read again, because they are nobody any more.
fn is_up_to_date(front: &mut Front, people: &[Person]) -> bool {
    let Some(message) = front.last.as_mut().filter(|last| last.author.is_some()) else {
        return true;
    };
    let Some(person) = author_of(message, people).filter(|person| !person.forgotten) else {
        return false;
    };
    let now = Author::from(person);
    if message.author.as_ref() != Some(&now) {
        Arc::make_mut(message).author = Some(now);
    }
    true
}

impl Transaction<'_> {
    /// The fronts of rooms, as this transaction reads the rooms, in their order.
    pub(crate) fn read_fronts(&mut self, rooms: &[&Room]) -> Result<Vec<Front>, Fault> {
        let mut fronts = self.known_fronts(rooms)?;
        let missing: Vec<&Room> = rooms
            .iter()
            .zip(&fronts)
            .filter_map(|(room, front)| front.is_none().then_some(*room))
            .collect();
        if !missing.is_empty() {
            let mut read = self.fronts_anew(&missing)?.into_iter();
            for front in fronts.iter_mut().filter(|front| front.is_none()) {
                *front = read.next();
            }
        }
        Ok(fronts.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Those that were read before and are still so. A transaction that writes knows none: what it reads may never have been.
    fn known_fronts(&mut self, rooms: &[&Room]) -> Result<Vec<Option<Front>>, Fault> {
        if !self.only_looks {
            return Ok(vec![None; rooms.len()]);
        }
        let at_hand = &self.at_hand().fronts;
        let mut fronts: Vec<Option<Front>> = rooms.iter().map(|room| at_hand.get(room.id, moment_of(room))).collect();
        let lasts = fronts.iter().flatten().filter_map(|front| front.last.as_ref());
        let authors: BTreeSet<PersonId> = lasts.filter_map(|last| Some(last.author.as_ref()?.id)).collect();
        if authors.is_empty() {
            return Ok(fronts);
        }
        let people = self.people(&authors)?;
        for front in &mut fronts {
            if front.as_mut().is_some_and(|front| !is_up_to_date(front, &people)) {
                *front = None;
            }
        }
        Ok(fronts)
    }

    /// Fronts as the database has them, which are kept for whoever asks next.
    fn fronts_anew(&mut self, rooms: &[&Room]) -> Result<Vec<Front>, Fault> {
        let ids: Vec<RoomId> = rooms.iter().map(|room| room.id).collect();
        let mut looks: FxHashMap<RoomId, RoomLook> = self.room_looks(&ids)?.into_iter().collect();
        let counts: FxHashMap<RoomId, i64> = self.member_counts(&ids)?.into_iter().collect();
        let mut lasts = self.newest_of(rooms)?;
        let front = |room: &&Room| Front {
            look: looks.remove(&room.id).unwrap_or_default(),
            member_count: counts.get(&room.id).copied().unwrap_or(0),
            last: lasts.remove(&room.id).map(Arc::new),
        };
        let fronts: Vec<Front> = rooms.iter().map(front).collect();
        if self.only_looks {
            let at_hand = &mut self.at_hand().fronts;
            for (room, front) in rooms.iter().zip(&fronts) {
                if can_be_kept(room, front) {
                    at_hand.keep(room.id, moment_of(room), front.clone());
                }
            }
        }
        Ok(fronts)
    }

    /// The newest message of each of these rooms in which all are for all.
    fn newest_of(&mut self, rooms: &[&Room]) -> Result<FxHashMap<RoomId, Message>, Fault> {
        let shown = rooms
            .iter()
            .filter(|room| room.shown > Seq(0) && !room.extra.has(Extra::READERS))
            .map(|room| (room.id.0, room.shown.0));
        let places = json_object(shown);
        let mut messages = self.messages(sql::MESSAGES_OF_ROOMS, values![&places])?;
        let authors = messages.iter().filter_map(|message| message.author.as_ref());
        let authors: BTreeSet<PersonId> = authors.map(|author| author.id).collect();
        if !authors.is_empty() {
            let people = self.people(&authors)?;
            messages.iter_mut().for_each(|message| message.dress(&people));
        }
        Ok(messages.into_iter().map(|message| (message.room, message)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine as _;
    use crate::engine::sqlite::SqliteEngine;
    use crate::sqlite::open::in_memory;
    use beseda_core::policy::By;
    use beseda_core::ports::{LookRooms as _, TxPeople as _, TxRooms as _};
    use beseda_core::rules;
    use beseda_core::words::{Draft, Kinds, Limits, MemberRole, NewMember, NewRoom, Role};
    use uuid::Uuid;

    fn front(member_count: i64) -> Front {
        Front {
            member_count,
            ..Front::default()
        }
    }

    fn at(head: i64) -> Moment {
        (Head(head), Seq(1), Time(0), Time(0))
    }

    #[test]
    fn a_front_is_of_one_moment_of_its_room() {
        let (mut fronts, room) = (Fronts::default(), RoomId(1));
        fronts.keep(room, at(5), front(2));
        assert_eq!(fronts.get(room, at(5)), Some(front(2)));
        assert_eq!(fronts.get(room, at(6)), None);
        let counted_on = (Head(5), Seq(1), Time(7), Time(0));
        assert_eq!(fronts.get(room, counted_on), None, "a copy that had lost commits");
    }

    #[test]
    fn one_room_too_many_costs_the_one_in_its_place() {
        let mut fronts = Fronts::default();
        let most = i64::try_from(MOST).unwrap();
        (1..=most).for_each(|id| fronts.keep(RoomId(id), at(1), front(id)));
        assert_eq!(fronts.get(RoomId(1), at(1)), Some(front(1)));
        fronts.keep(RoomId(most + 1), at(1), front(7));
        assert_eq!((fronts.get(RoomId(1), at(1)), fronts.0.len()), (None, MOST));
        assert_eq!(fronts.get(RoomId(most + 1), at(1)), Some(front(7)));
        assert_eq!(fronts.get(RoomId(2), at(1)), Some(front(2)));
    }

    /// What the one room of the second person shows to whoever looks.
    fn shown(engine: &mut SqliteEngine<'_>) -> (String, String) {
        let mut look = Transaction::new(engine);
        look.only_looks = true;
        let places = look.places(PersonId(2), Kinds::ALL).unwrap();
        let last = look.read_fronts(&[&places[0].room]).unwrap().remove(0).last.unwrap();
        (last.text.clone(), last.author.as_ref().unwrap().called_name())
    }

    fn say(engine: &mut SqliteEngine<'_>, room: RoomId, text: &str) {
        let mut tx = Transaction::new(engine);
        let anna = Person::new(PersonId(1), Role::User);
        let draft = Draft {
            text: text.to_owned(),
            client_id: None,
            files: Vec::new(),
            more: None,
        };
        let by = By::of(&anna, Kinds::ALL);
        rules::send(&mut tx, Time(9), &Limits::default(), by, room, &draft).unwrap();
        // Whoever writes reads what may never be.
        let places = tx.places(PersonId(2), Kinds::ALL).unwrap();
        tx.read_fronts(&[&places[0].room]).unwrap();
    }

    #[test]
    fn what_was_taken_back_was_never_shown_and_an_author_is_as_they_are_now() {
        let conn = in_memory();
        let mut engine = SqliteEngine::new(&conn);
        let mut anna = Person::new(PersonId(1), Role::User);
        anna.first_name = "Анна".to_owned();
        let mut tx = Transaction::new(&mut engine);
        tx.put_person(&anna.clone().into()).unwrap();
        tx.put_person(&Person::new(PersonId(2), Role::User).into()).unwrap();
        let new = NewRoom {
            uuid: Uuid::nil(),
            key: "deal:1".to_owned(),
            kind: RoomKind::from_word("deal").unwrap(),
            group: None,
            title: String::new(),
            now: Time(1),
        };
        let room = tx.open_room(&new).unwrap().0.id;
        for person in [PersonId(1), PersonId(2)] {
            let (granted, role, head, now) = (true, MemberRole::MEMBER, Head(1), Time(1));
            let member = NewMember {
                room,
                person,
                granted,
                role,
                head,
                now,
            };
            tx.join(&member).unwrap();
        }
        engine.script("BEGIN").unwrap();
        say(&mut engine, room, "никогда");
        engine.script("ROLLBACK").unwrap();
        say(&mut engine, room, "вот");
        assert_eq!(shown(&mut engine), ("вот".to_owned(), "Анна".to_owned()));
        anna.first_name = "Анна-Мария".to_owned();
        Transaction::new(&mut engine).put_person(&anna.into()).unwrap();
        assert_eq!(shown(&mut engine), ("вот".to_owned(), "Анна-Мария".to_owned()));
    }
}
