//! When people, orders, groups and rooms were last changed, and who became whom.

use crate::engine::{Row, values};
use crate::rows::{self, PERSON, ROOM};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookUpdates, TxUpdates};
use beseda_core::words::{Group, GroupId, Order, OrderId, Person, PersonId, RoomId, RoomView, Time, Updated};

/// What a row is about, in the column of that name.
pub(crate) const ORDER: &str = "order";
pub(crate) const GROUP: &str = "group";
const PEOPLE: &str = "person";
const ROOMS: &str = "room";

impl Transaction<'_> {
    /// Notes that something has changed, by its number here.
    pub(crate) fn updated(&mut self, kind: &str, subject: i64, at: Time) -> Result<(), Fault> {
        self.write(sql::UPDATES_PUT, values![kind, subject, at.0]).map(drop)
    }
}

/// The place of a row that begins with the number of what it is about.
fn place(row: &Row<'_>, at: usize) -> Result<Updated, Fault> {
    Ok(Updated {
        at: Time(row.get(at)?),
        number: row.get(0)?,
    })
}

impl LookUpdates for Transaction<'_> {
    fn people_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, Person)>, Fault> {
        let values = values![after.at.0, after.number, limit];
        self.all(sql::UPDATES_PEOPLE, values, |row| {
            Ok((place(row, PERSON)?, rows::person(row, 0)?))
        })
    }

    fn orders_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, Order)>, Fault> {
        let values = values![after.at.0, after.number, limit];
        self.all(sql::UPDATES_ORDERS, values, |row| {
            Ok((place(row, 7)?, rows::order(row)?))
        })
    }

    fn groups_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, Group)>, Fault> {
        let values = values![after.at.0, after.number, limit];
        let mut groups = self.all(sql::UPDATES_GROUPS, values, |row| {
            Ok((place(row, 4)?, rows::group(row)?.1))
        })?;
        for (place, group) in &mut groups {
            group.students = self.students(place.number)?;
        }
        Ok(groups)
    }

    fn rooms_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, RoomView)>, Fault> {
        let values = values![after.at.0, after.number, limit];
        let rooms = self.all(sql::UPDATES_ROOMS, values, |row| {
            Ok((place(row, ROOM)?, rows::room(row, 0)?))
        })?;
        let (places, rooms): (Vec<_>, Vec<_>) = rooms.into_iter().unzip();
        let mut views: Vec<RoomView> = rooms.into_iter().map(RoomView::of).collect();
        self.fill(&mut views)?;
        Ok(places.into_iter().zip(views).collect())
    }

    fn merged_into(&mut self, person: PersonId) -> Result<Option<PersonId>, Fault> {
        self.one(sql::MERGES_GET, values![person.0], |row| row.get(0).map(PersonId))
    }
}

impl TxUpdates for Transaction<'_> {
    fn person_updated(&mut self, person: PersonId, at: Time) -> Result<(), Fault> {
        self.updated(PEOPLE, person.0, at)
    }

    fn order_updated(&mut self, order: &OrderId, at: Time) -> Result<(), Fault> {
        match self.order_number(order)? {
            Some(number) => self.updated(ORDER, number, at),
            None => Ok(()),
        }
    }

    fn group_updated(&mut self, group: &GroupId, at: Time) -> Result<(), Fault> {
        match self.group_number(group)? {
            Some(number) => self.updated(GROUP, number, at),
            None => Ok(()),
        }
    }

    fn room_updated(&mut self, room: RoomId, at: Time) -> Result<(), Fault> {
        self.updated(ROOMS, room.0, at)
    }

    fn put_merged(&mut self, person: PersonId, into: PersonId, at: Time) -> Result<(), Fault> {
        self.write(sql::MERGES_PUT, values![person.0, into.0, at.0]).map(drop)
    }
}
