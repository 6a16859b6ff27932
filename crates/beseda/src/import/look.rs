//! The first pass: everything is read and compared with what is here, and nothing is written.

use super::hands::{Hands, Reader, Rows};
use super::left::Why;
use super::things::{MemberThere, MessageThere, OrderThere, PersonThere, RoomThere, Thing};
use beseda_core::Refusal;
use beseda_core::rules::check_text;
use beseda_core::rules::import::{self, Arrival};
use beseda_core::words::{ForeignMessage, ForeignRoom, HostId, Limits, MessageId, OrderId, RoomId, RoomKey, Time};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// How many things of each table are shown.
const SAMPLES: usize = 3;

/// What is in a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Rows there.
    pub there: u64,
    /// Of them: they come in.
    pub new: u64,
    /// They are here already.
    pub here: u64,
    /// They were taken away here, and stay away.
    pub gone: u64,
    /// They are not taken.
    pub left: u64,
}

/// What the first pass saw.
#[derive(Default)]
pub struct Looked {
    /// By the names of mappings.
    pub counts: BTreeMap<&'static str, Count>,
    /// Everybody.
    pub people: HashSet<HostId<'static>>,
    /// Every room that can be taken or is here, and when its first message was sent.
    pub rooms: HashMap<RoomId, Option<Time>>,
    /// The last message: what came since is for the next time.
    pub last: MessageId,
    /// Files that come in, and their bytes.
    pub files: (u64, u64),
    /// Messages that come without the file that they have there.
    pub without_file: HashSet<MessageId>,
    /// The first of each.
    pub samples: BTreeMap<&'static str, Vec<Value>>,
    orders: HashSet<OrderId>,
    keys: HashSet<RoomKey>,
    members: HashSet<(RoomId, HostId<'static>)>,
}

/// Looks at everything.
///
/// # Errors
/// The source, the store or the report fails.
pub fn look(reader: &mut Reader, hands: &mut Hands, limits: &Arc<Limits>) -> anyhow::Result<Looked> {
    let mut looked = Looked::default();
    let table = |reader: &Reader, name| reader.table(name).unwrap_or_default();
    let own = table(reader, "people");
    reader.each("people", |rows| looked.people(hands, &own, rows))?;
    let own = table(reader, "orders");
    reader.each("orders", |rows| looked.orders(hands, &own, rows))?;
    let own = table(reader, "rooms");
    reader.each("rooms", |rows| looked.rooms(hands, &own, rows))?;
    let own = table(reader, "members");
    reader.each("members", |rows| looked.members(hands, &own, rows))?;
    let own = table(reader, "messages");
    reader.each("messages", |rows| looked.messages(hands, limits, &own, rows))?;
    Ok(looked)
}

impl Looked {
    fn count(&mut self, name: &'static str) -> &mut Count {
        self.counts.entry(name).or_default()
    }

    /// The things of rows that are some, each with what its row is called by; `check` says why one is not to be had.
    fn things<T: Thing>(
        &mut self,
        hands: &mut Hands,
        (name, table): (&'static str, &str),
        rows: Rows<T>,
        check: impl Fn(&mut Self, &T) -> Result<(), Why>,
    ) -> anyhow::Result<Vec<(String, T)>> {
        let mut things = Vec::with_capacity(rows.len());
        for (id, row) in rows {
            self.count(name).there += 1;
            match row.and_then(|thing| check(self, &thing).map(|()| thing)) {
                Ok(thing) => things.push((id, thing)),
                Err(why) => {
                    self.count(name).left += 1;
                    hands.left.add(table, &id, why)?;
                }
            }
        }
        Ok(things)
    }

    fn arrived(&mut self, name: &'static str, arrival: &Arrival, sample: impl FnOnce() -> Value) {
        let count = self.count(name);
        match arrival {
            Arrival::New => count.new += 1,
            Arrival::Here => count.here += 1,
            Arrival::Gone => count.gone += 1,
            Arrival::Clash(_) => count.left += 1,
        }
        let samples = self.samples.entry(name).or_default();
        if *arrival == Arrival::New && samples.len() < SAMPLES {
            samples.push(sample());
        }
    }

    fn people(&mut self, hands: &mut Hands, table: &str, rows: Rows<PersonThere>) -> anyhow::Result<()> {
        let once = |all: &mut Self, person: &PersonThere| once(all.people.insert(person.id.clone()));
        let people = self.things(hands, ("people", table), rows, once)?;
        let ids: Vec<HostId<'static>> = people.iter().map(|(_, person)| person.id.clone()).collect();
        let standing = hands.look(move |look| {
            let mut standing = Vec::with_capacity(ids.len());
            for id in &ids {
                standing.push(look.person_of_host(id)?.map(|person| person.forgotten));
            }
            Ok(standing)
        })?;
        let mut standing = standing.unwrap_or_default().into_iter();
        for (id, person) in people {
            let arrival = match standing.next().flatten() {
                Some(true) => Arrival::Gone,
                Some(false) => Arrival::Here,
                None => Arrival::New,
            };
            self.arrived("people", &arrival, || person.sample());
            for note in person.notes {
                hands.left.add(table, &id, note)?;
            }
        }
        Ok(())
    }

    fn orders(&mut self, hands: &mut Hands, table: &str, rows: Rows<OrderThere>) -> anyhow::Result<()> {
        let once = |all: &mut Self, order: &OrderThere| once(all.orders.insert(order.id.clone()));
        let orders = self.things(hands, ("orders", table), rows, once)?;
        let ids: Vec<OrderId> = orders.iter().map(|(_, order)| order.id.clone()).collect();
        let standing = hands.look(move |look| {
            let mut standing = Vec::with_capacity(ids.len());
            for id in &ids {
                standing.push(look.order(id)?.is_some());
            }
            Ok(standing)
        })?;
        let mut standing = standing.unwrap_or_default().into_iter();
        for (id, order) in orders {
            let arrival = if standing.next() == Some(true) {
                Arrival::Here
            } else {
                Arrival::New
            };
            self.arrived("orders", &arrival, || order.sample());
            if order
                .people
                .iter()
                .flatten()
                .any(|person| !self.people.contains(person))
            {
                hands.left.add(table, &id, Why::PersonOfOrder)?;
            }
        }
        Ok(())
    }

    fn rooms(&mut self, hands: &mut Hands, table: &str, rows: Rows<RoomThere>) -> anyhow::Result<()> {
        let once = |all: &mut Self, room: &RoomThere| {
            once(!all.rooms.contains_key(&room.id) && all.keys.insert(room.key.clone()))?;
            all.rooms.insert(room.id, None);
            Ok(())
        };
        let rooms = self.things(hands, ("rooms", table), rows, once)?;
        let foreign: Vec<ForeignRoom> = rooms.iter().map(|(_, room)| room.foreign(None)).collect();
        let arrivals = hands.look(move |look| import::rooms_arriving(look, &foreign))?;
        let mut arrivals = arrivals.unwrap_or_default().into_iter();
        for (id, room) in rooms {
            let arrival = arrivals.next().unwrap_or(Arrival::New);
            self.arrived("rooms", &arrival, || room.sample());
            if let Arrival::Clash(clash) = arrival {
                self.rooms.remove(&room.id);
                hands.left.add(table, &id, Why::Clash(clash))?;
            }
        }
        Ok(())
    }

    fn members(&mut self, hands: &mut Hands, table: &str, rows: Rows<MemberThere>) -> anyhow::Result<()> {
        let check = |all: &mut Self, member: &MemberThere| {
            if !all.rooms.contains_key(&member.room) {
                return Err(Why::NoRoom);
            }
            if !all.people.contains(&member.person) {
                return Err(Why::NoPerson);
            }
            Ok(())
        };
        let mut members = self.things(hands, ("members", table), rows, check)?;
        let mut twice = Vec::new();
        members.retain(|(id, member)| {
            let is_first = self.members.insert((member.room, member.person.clone()));
            if !is_first {
                twice.push(id.clone());
            }
            is_first
        });
        for id in twice {
            self.count("members").here += 1;
            hands.left.add(table, &id, Why::InTwice)?;
        }
        let wanted: Vec<_> = members
            .iter()
            .map(|(_, member)| (member.room, member.person.clone()))
            .collect();
        let arrivals = hands.look(move |look| {
            let arrivals = wanted
                .iter()
                .map(|(room, person)| import::member_arriving(look, *room, person));
            arrivals.collect::<Result<Vec<_>, _>>()
        })?;
        let mut arrivals = arrivals.unwrap_or_default().into_iter();
        for (_, member) in members {
            let arrival = arrivals.next().unwrap_or(Arrival::New);
            self.arrived("members", &arrival, || member.sample());
        }
        Ok(())
    }

    fn messages(
        &mut self,
        hands: &mut Hands,
        limits: &Limits,
        table: &str,
        rows: Rows<MessageThere>,
    ) -> anyhow::Result<()> {
        let check = |all: &mut Self, message: &MessageThere| {
            once(message.id > all.last)?;
            all.last = message.id;
            let first = all.rooms.get_mut(&message.room).ok_or(Why::NoRoom)?;
            first.get_or_insert(message.created_at);
            Ok(())
        };
        let messages = self.things(hands, ("messages", table), rows, check)?;
        let foreign: Vec<ForeignMessage> = messages.iter().map(|(_, message)| message.foreign()).collect();
        let arrivals = hands.look(move |look| import::messages_arriving(look, &foreign))?;
        let mut arrivals = arrivals.unwrap_or_default().into_iter();
        for (id, message) in messages {
            let arrival = arrivals.next().unwrap_or(Arrival::New);
            match &arrival {
                Arrival::New => self.new_message(hands, limits, table, &id, &message)?,
                Arrival::Here | Arrival::Gone => self.arrived("messages", &arrival, || Value::Null),
                Arrival::Clash(clash) => {
                    self.arrived("messages", &arrival, || Value::Null);
                    hands.left.add(table, &id, Why::Clash(clash.clone()))?;
                }
            }
        }
        Ok(())
    }

    fn new_message(
        &mut self,
        hands: &mut Hands,
        limits: &Limits,
        table: &str,
        id: &str,
        message: &MessageThere,
    ) -> anyhow::Result<()> {
        let file = message.file.as_ref().map(|path| measured(hands, limits, path));
        let has_file = matches!(file, Some(Ok(_)));
        match file {
            Some(Ok(bytes)) => self.files = (self.files.0 + 1, self.files.1 + bytes),
            Some(Err(why)) => {
                self.without_file.insert(message.id);
                hands.left.add(table, id, why)?;
            }
            None => {}
        }
        if let Err(refusal) = check_text(limits, &message.text, has_file) {
            self.count("messages").left += 1;
            // Of an empty one whose file is missing that was said.
            if message.file.is_none() || refusal != Refusal::EmptyText {
                hands.left.add(table, id, Why::Refused(refusal))?;
            }
            return Ok(());
        }
        if message
            .sender
            .as_ref()
            .is_some_and(|sender| !self.people.contains(sender))
        {
            hands.left.add(table, id, Why::SenderUnknown)?;
        }
        self.arrived("messages", &Arrival::New, || message.sample());
        Ok(())
    }
}

/// The bytes of a file that can be taken, as far as can be told without reading it.
fn measured(hands: &Hands, limits: &Limits, path: &str) -> Result<u64, Why> {
    let max = limits.attachment_bytes;
    match hands.find_file(path)?.1 {
        0 => Err(Why::Refused(Refusal::EmptyFile)),
        bytes if bytes > max => Err(Why::Refused(Refusal::FileTooLarge { max })),
        bytes => Ok(bytes),
    }
}

fn once(is_first: bool) -> Result<(), Why> {
    if is_first { Ok(()) } else { Err(Why::Twice) }
}

impl RoomThere {
    /// The room as the rules take it; of one whose beginning nobody kept, its first message tells it.
    pub fn foreign(&self, first: Option<Time>) -> ForeignRoom {
        let created_at = self.created_at.or(first).unwrap_or_default();
        ForeignRoom {
            id: self.id,
            key: self.key.clone(),
            title: self.title.clone(),
            created_at,
            updated_at: self.updated_at.unwrap_or(created_at),
        }
    }
}

impl MessageThere {
    /// The message as the rules take it, of nobody and without its file.
    pub fn foreign(&self) -> ForeignMessage {
        ForeignMessage {
            id: self.id,
            room: self.room,
            sender: None,
            text: self.text.clone(),
            file: None,
            created_at: self.created_at,
        }
    }
}
