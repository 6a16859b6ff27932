//! What one process has changed, written beside the change for another one that has listeners.

use crate::engine::{Row, values};
use crate::rows;
use crate::statements as sql;
use crate::transaction::{Announced, Transaction};
use beseda_core::error::Fault;
use beseda_core::words::{Head, Heard, Notice, PersonId, RoomId, RoomKind, RoomName};
use uuid::Uuid;

/// How many notices are kept. Whoever is further behind looks at everything again.
const KEPT: i64 = 4_096;

/// What a commit makes known, as others are told: each person, and what happened in rooms, in its order. Every head by
/// itself: whoever hears every room of a kind has been told of none before it.
pub(crate) fn of(announced: &Announced) -> Vec<Notice> {
    let people = announced.people.iter().copied().map(Notice::Person);
    let rooms = announced.events.iter().map(|event| Notice::Room {
        room: event.room,
        head: event.head,
        came: match event.heard {
            Heard::Joined { person } => Some(person),
            _ => None,
        },
    });
    let everything = announced.everybody.then_some(Notice::Everything);
    everything.into_iter().chain(people).chain(rooms).collect()
}

/// How far somebody has read what others noted.
#[derive(Debug, Default)]
pub(crate) struct NoticeReader {
    last: i64,
}

impl NoticeReader {
    /// From what is noted now on.
    pub(crate) fn begin(tx: &mut Transaction<'_>) -> Result<Self, Fault> {
        Ok(Self { last: range(tx)?.1 })
    }

    /// What others have noted since. Everything, where some of that is gone already.
    pub(crate) fn next(&mut self, tx: &mut Transaction<'_>) -> Result<Vec<Notice>, Fault> {
        let (oldest, newest) = range(tx)?;
        if newest <= self.last {
            return Ok(Vec::new());
        }
        if oldest > self.last + 1 {
            self.last = newest;
            return Ok(vec![Notice::Everything]);
        }
        // Known only once it is read: a look that fails is made again.
        let rows = tx.all(sql::NOTICES_AFTER, values![self.last], notice)?;
        self.last = rows.iter().map(|(id, _)| *id).max().unwrap_or(newest);
        Ok(rows.into_iter().filter_map(|(_, notice)| notice).collect())
    }

    /// The number of the last note that was read.
    pub(crate) fn last(&self) -> i64 {
        self.last
    }
}

fn range(tx: &mut Transaction<'_>) -> Result<(i64, i64), Fault> {
    let range = tx.one(sql::NOTICES_RANGE, values![], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(range.unwrap_or_default())
}

/// A notice and its number; none where somebody only notes that they have written. What has a head and no room is about
/// everything.
fn notice(row: &Row<'_>) -> Result<(i64, Option<Notice>), Fault> {
    let (room, head): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?);
    let person: Option<i64> = row.get(3)?;
    let notice = match (room, person) {
        (Some(room), _) => Some(Notice::Room {
            room: RoomName {
                id: RoomId(room),
                uuid: Uuid::from_bytes(row.get(4)?),
                kind: rows::word(row, 5, RoomKind::from_word)?,
            },
            head: Head(head.unwrap_or_default()),
            came: person.map(PersonId),
        }),
        (None, Some(person)) => Some(Notice::Person(PersonId(person))),
        (None, None) => head.map(|_| Notice::Everything),
    };
    Ok((row.get(0)?, notice))
}

impl Transaction<'_> {
    /// Notes for others what this transaction announces; that it has written, where it announces nothing.
    pub(crate) fn note(&mut self) -> Result<(), Fault> {
        if !self.has_written() {
            return Ok(());
        }
        self.one(sql::NOTICES_TURN, values![], |_| Ok(()))?;
        let mut newest = None;
        for notice in of(self.announced()) {
            newest = match notice {
                Notice::Room { room, head, came } => {
                    let came = came.map(|person| person.0);
                    self.insert(sql::NOTICES_PUT, values![room.id.0, head.0, came])?
                }
                Notice::Person(person) => self.insert(sql::NOTICES_PUT, values![None::<i64>, None::<i64>, person.0])?,
                Notice::Everything => self.insert(sql::NOTICES_PUT, values![None::<i64>, 0_i64, None::<i64>])?,
            };
        }
        if newest.is_none() {
            newest = self.insert(sql::NOTICES_PUT, values![None::<i64>, None::<i64>, None::<i64>])?;
        }
        if let Some(newest) = newest {
            self.write(sql::NOTICES_SWEEP, values![newest - KEPT])?;
        }
        self.one(sql::NOTICES_CALL, values![], |_| Ok(())).map(drop)
    }
}
