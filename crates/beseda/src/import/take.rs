//! The second pass: what the first one found good comes in, some thousands of rows a commit, each kind after what it stands
//! on. How far it came is told by what is here: whatever ends it, the same again goes on there.

use super::files::{self, Wanted};
use super::hands::{Hands, Reader, Rows};
use super::left::Why;
use super::look::Looked;
use super::things::{MemberThere, MessageThere, OrderThere, PersonThere, RoomThere};
use crate::report::Lang;
use anyhow::bail;
use beseda_core::Error;
use beseda_core::rules::check_text;
use beseda_core::rules::import::{self, Arrival, Password};
use beseda_core::words::{
    ForeignMember, ForeignMessage, ForeignReceipt, ForeignRoom, HostId, Limits, MessageId, Order, PersonId, RoomId,
};
use beseda_identity::is_foreign_hash;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::{Builder, Uuid};

/// Takes everything in.
///
/// # Errors
/// The source, the store, a disk or the report fails; or a file is not taken, and nobody said to leave it out.
pub fn take(reader: &mut Reader, hands: &mut Hands, looked: &mut Looked, limits: &Limits) -> anyhow::Result<()> {
    let mut take = Take {
        hands,
        looked,
        limits,
        people: HashMap::new(),
        read: HashMap::new(),
        own_receipts: HashMap::new(),
        tables: Default::default(),
    };
    for name in ["people", "messages"] {
        take.tables.insert(name, reader.table(name).unwrap_or_default());
    }
    reader.each("people", |rows| take.people(rows))?;
    reader.each("orders", |rows| take.orders(rows))?;
    reader.each("rooms", |rows| take.rooms(rows))?;
    reader.each("members", |rows| take.members(rows))?;
    reader.each("rooms", |rows| take.places(rows))?;
    reader.each("messages", |rows| take.messages(rows))?;
    reader.each("members", |rows| take.receipts(rows))?;
    take.reads()
}

struct Take<'a> {
    hands: &'a mut Hands,
    looked: &'a mut Looked,
    limits: &'a Limits,
    /// Everybody who is known by now.
    people: HashMap<HostId<'static>, PersonId>,
    /// In each room, the last message of each sender that somebody else has read.
    read: HashMap<RoomId, Vec<(Option<PersonId>, MessageId)>>,
    /// Who in each room has a receipt of their own.
    own_receipts: HashMap<RoomId, Vec<PersonId>>,
    tables: HashMap<&'static str, String>,
}

impl Take<'_> {
    fn people(&mut self, rows: Rows<PersonThere>) -> anyhow::Result<()> {
        let people: Arc<[PersonThere]> = rows.into_iter().filter_map(|(_, row)| row.ok()).collect();
        let (now, all) = (self.hands.chat()?.now(), Arc::clone(&people));
        let taken = self.hands.change(move |tx| {
            let mut taken = Vec::with_capacity(all.len());
            for person in all.iter() {
                let password = person.hash.as_deref().map(|hash| Password {
                    hash,
                    came: is_foreign_hash,
                });
                match import::take_person(tx, now, &person.id, &person.person, password) {
                    Err(Error::Refused(refusal)) => taken.push(Err(refusal)),
                    done => taken.push(Ok(done?)),
                }
            }
            Ok(taken)
        })?;
        let table = self.tables.get("people").cloned().unwrap_or_default();
        for (person, taken) in people.iter().zip(taken) {
            let id = person.id.to_string();
            match taken {
                Ok(taken) => {
                    self.people.insert(person.id.clone(), taken.id);
                    if let Some(field) = taken.name_taken.filter(|_| person.hash.is_some()) {
                        self.hands.left.add(&table, &id, Why::NameTaken(field))?;
                    }
                }
                Err(refusal) => self.hands.left.add(&table, &id, Why::Refused(refusal))?,
            }
        }
        Ok(())
    }

    fn orders(&mut self, rows: Rows<OrderThere>) -> anyhow::Result<()> {
        let number = |person: &Option<HostId<'static>>| self.people.get(person.as_ref()?).copied();
        let orders: Arc<[Order]> = rows
            .into_iter()
            .filter_map(|(_, row)| row.ok())
            .map(|order| {
                let [client, expert, operator] = order.people.each_ref().map(number);
                Order {
                    id: order.id,
                    number: order.number,
                    client,
                    expert,
                    operator,
                    status: order.status,
                }
            })
            .collect();
        let now = self.hands.chat()?.now();
        self.hands.change(move |tx| {
            for order in orders.iter() {
                import::take_order(tx, now, order)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Rooms that the first pass found good.
    fn good_rooms(&self, rows: Rows<RoomThere>) -> Vec<ForeignRoom> {
        let rooms = rows.into_iter().filter_map(|(_, row)| row.ok());
        let good = rooms.filter_map(|room| Some((self.looked.rooms.get(&room.id)?, room)));
        good.map(|(first, room)| room.foreign(*first)).collect()
    }

    fn rooms(&mut self, rows: Rows<RoomThere>) -> anyhow::Result<()> {
        let rooms: Arc<[ForeignRoom]> = self.good_rooms(rows).into();
        let chat = self.hands.chat()?;
        let draw = |_| Builder::from_random_bytes(chat.random()).into_uuid();
        let uuids: Vec<Uuid> = rooms.iter().map(draw).collect();
        self.hands
            .change(move |tx| import::take_rooms(tx, &rooms, &uuids).map(drop))?;
        Ok(())
    }

    /// Memberships of rooms that are here and of people who are known.
    fn good_members(&self, rows: Rows<MemberThere>) -> Vec<(PersonId, MemberThere)> {
        let members = rows.into_iter().filter_map(|(_, row)| row.ok());
        let good = members.filter(|member| self.looked.rooms.contains_key(&member.room));
        good.filter_map(|member| Some((*self.people.get(&member.person)?, member)))
            .collect()
    }

    fn members(&mut self, rows: Rows<MemberThere>) -> anyhow::Result<()> {
        let now = self.hands.chat()?.now();
        let members = self
            .good_members(rows)
            .into_iter()
            .map(|(person, member)| ForeignMember {
                id: member.id,
                room: member.room,
                person,
                joined_at: member.joined_at.unwrap_or(now),
            });
        let members: Arc<[ForeignMember]> = members.collect();
        self.hands.change(move |tx| {
            for member in members.iter() {
                import::take_member(tx, member)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Whoever has a place in what a room is about is in it, also where nobody has written that down.
    fn places(&mut self, rows: Rows<RoomThere>) -> anyhow::Result<()> {
        let rooms = self.good_rooms(rows);
        let now = self.hands.chat()?.now();
        self.hands.change(move |tx| {
            for room in &rooms {
                import::take_places(tx, now, room.id)?;
            }
            Ok(())
        })
    }

    fn messages(&mut self, rows: Rows<MessageThere>) -> anyhow::Result<()> {
        let mut last = MessageId(0);
        let is_good = |message: &MessageThere| {
            let is_first = message.id > std::mem::replace(&mut last, message.id);
            is_first && message.id <= self.looked.last && self.looked.rooms.contains_key(&message.room)
        };
        let messages: Vec<MessageThere> = rows
            .into_iter()
            .filter_map(|(_, row)| row.ok())
            .filter(is_good)
            .collect();
        self.remember_read(&messages);
        let foreign: Vec<ForeignMessage> = messages.iter().map(MessageThere::foreign).collect();
        let arrivals = self.hands.look(move |look| import::messages_arriving(look, &foreign))?;
        let arrivals = arrivals.unwrap_or_default();
        let new = messages.into_iter().zip(arrivals);
        let new: Vec<MessageThere> = new
            .filter_map(|(message, arrival)| (arrival == Arrival::New).then_some(message))
            .collect();
        let with_files = self.with_files(new)?;
        if !with_files.is_empty() {
            self.keep(with_files)?;
        }
        Ok(())
    }

    /// The messages that can be taken, with the files that could be kept.
    fn with_files(&mut self, messages: Vec<MessageThere>) -> anyhow::Result<Vec<(MessageThere, ForeignMessage)>> {
        let (mut wanted, mut found) = (Vec::new(), Vec::with_capacity(messages.len()));
        for message in &messages {
            let said = message.file.as_ref();
            let said = said.filter(|_| !self.looked.without_file.contains(&message.id));
            found.push(said.map(|said| {
                let (path, _) = self.hands.find_file(said)?;
                let name = message.file_name.clone().unwrap_or_else(|| said.clone());
                wanted.push(Wanted { path, name });
                Ok(())
            }));
        }
        let mut kept = files::keep(self.hands, wanted)?.into_iter();
        let mut taken = Vec::with_capacity(messages.len());
        for (message, found) in messages.into_iter().zip(found) {
            let mut foreign = message.foreign();
            let file = match found {
                Some(Ok(())) => kept.next(),
                Some(Err(why)) => Some(Err(why)),
                None => None,
            };
            match file {
                Some(Ok(file)) => foreign.file = Some(file),
                Some(Err(why)) => self.without_file(&message, why)?,
                None => {}
            }
            if check_text(self.limits, &foreign.text, foreign.file.is_some()).is_ok() {
                taken.push((message, foreign));
            }
        }
        Ok(taken)
    }

    /// What the first pass could not tell: only reading a file does, and it may be gone since. What is before the message is
    /// here, and the same again goes on there.
    fn without_file(&mut self, message: &MessageThere, why: Why) -> anyhow::Result<()> {
        if !self.hands.skip_bad {
            bail!(
                "message {}: {}; --skip-bad goes on without it",
                message.id,
                why.said().text(Lang::En)
            );
        }
        let table = self.tables.get("messages").cloned().unwrap_or_default();
        Ok(self.hands.left.add(&table, &message.id.to_string(), why)?)
    }

    fn keep(&mut self, messages: Vec<(MessageThere, ForeignMessage)>) -> anyhow::Result<()> {
        let now = self.hands.chat()?.now();
        let senders: Vec<Option<HostId<'static>>> = messages.iter().map(|(there, _)| there.sender.clone()).collect();
        let known: Vec<Option<PersonId>> = senders
            .iter()
            .map(|sender| self.people.get(sender.as_ref()?).copied())
            .collect();
        let mut foreign: Vec<ForeignMessage> = messages.into_iter().map(|(_, foreign)| foreign).collect();
        let found = self.hands.change(move |tx| {
            let mut found = Vec::new();
            for ((message, sender), known) in foreign.iter_mut().zip(&senders).zip(&known) {
                message.sender = match (known, sender) {
                    (None, Some(sender)) => remembered(tx, sender, &mut found)?,
                    (known, _) => *known,
                };
            }
            import::take_messages(tx, now, &foreign)?;
            Ok(found)
        })?;
        self.people.extend(found);
        Ok(())
    }

    /// What others have read.
    fn remember_read(&mut self, messages: &[MessageThere]) {
        for message in messages.iter().filter(|message| message.is_read) {
            let sender = message
                .sender
                .as_ref()
                .and_then(|sender| self.people.get(sender))
                .copied();
            let read = self.read.entry(message.room).or_default();
            match read.iter_mut().find(|(of, _)| *of == sender) {
                Some((_, last)) => *last = message.id,
                None => read.push((sender, message.id)),
            }
        }
    }

    fn receipts(&mut self, rows: Rows<MemberThere>) -> anyhow::Result<()> {
        let mut receipts = Vec::new();
        for (person, member) in self.good_members(rows) {
            if let Some(until) = member.read_until {
                self.own_receipts.entry(member.room).or_default().push(person);
                receipts.push((member.room, person, ForeignReceipt::Until(until)));
            }
        }
        self.hands.change(move |tx| {
            for (room, person, read) in &receipts {
                import::take_receipt(tx, *room, *person, *read)?;
            }
            Ok(())
        })
    }

    /// Receipts of those who have none of their own.
    fn reads(&mut self) -> anyhow::Result<()> {
        let mut read: Vec<_> = std::mem::take(&mut self.read).into_iter().collect();
        read.sort_by_key(|(room, _)| *room);
        for some in read.chunks(beseda_store::source::ROWS_AT_ONCE) {
            let some: Vec<_> = some
                .iter()
                .map(|(room, read)| (*room, read.clone(), self.own_receipts.remove(room).unwrap_or_default()))
                .collect();
            self.hands.change(move |tx| {
                for (room, read, own) in &some {
                    import::take_reads(tx, *room, read, own)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// The number of a sender whom nobody knows any more; nobody's where it is one of ours.
fn remembered(
    tx: &mut dyn beseda_core::ports::Tx,
    sender: &HostId<'static>,
    found: &mut Vec<(HostId<'static>, PersonId)>,
) -> Result<Option<PersonId>, Error> {
    if let Some((_, known)) = found.iter().find(|(id, _)| id == sender) {
        return Ok(Some(*known));
    }
    match import::find_or_remember(tx, sender) {
        Ok(id) => {
            found.push((sender.clone(), id));
            Ok(Some(id))
        }
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
