//! Lists of rooms, each with its newest message.

use crate::attachments::with_count;
use crate::rows::{self, CASE, MEMBER, ROOM};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::words::{Kinds, Member, Message, Person, PersonId, RoomId, RoomView};
use rusqlite::{Params, Row, params};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The words of the kinds, a space before and after each, to be searched for one of them.
pub(super) fn words_of(kinds: Kinds) -> String {
    let words = kinds.iter().map(|kind| format!("{} ", kind.word()));
    std::iter::once(" ".to_owned()).chain(words).collect()
}

impl Transaction<'_> {
    /// A page of a person's rooms with everybody in them.
    pub(super) fn rooms_of(
        &self,
        person: PersonId,
        kinds: Kinds,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<RoomView>, Fault> {
        let kinds = words_of(kinds);
        let mut views = self.views(sql::ROOMS_OF_PERSON, params![person.0, kinds, limit, offset], |row| {
            let view = RoomView {
                room: rows::room(row, 0)?,
                members: Vec::new(),
                last: None,
                case: None,
            };
            Ok((view, last(row, ROOM)?))
        })?;
        views.sort_unstable_by_key(|view| Reverse((view.room.updated_at, view.room.id)));
        let (Some(newest), Some(oldest)) = (views.first(), views.last()) else {
            return Ok(views);
        };
        let times = (oldest.room.updated_at.0, newest.room.updated_at.0);
        let mut by_room: HashMap<RoomId, &mut Vec<(Member, Person)>> =
            views.iter_mut().map(|view| (view.room.id, &mut view.members)).collect();
        // The same people are in many rooms of one person: each is read once. Rooms of another page may have changed
        // at the same time as those at its ends.
        let mut known: HashMap<i64, Person> = HashMap::new();
        self.all(
            sql::MEMBERS_OF_ROOMS,
            params![person.0, kinds, times.0, times.1],
            |row| {
                let member = rows::member(row, 0)?;
                if let Some(members) = by_room.get_mut(&member.room) {
                    let person = match known.entry(member.person.0) {
                        Entry::Occupied(person) => person.get().clone(),
                        Entry::Vacant(unknown) => unknown.insert(rows::person(row, MEMBER)?).clone(),
                    };
                    members.push((member, person));
                }
                Ok(())
            },
        )?;
        for view in &mut views {
            view.members.sort_unstable_by_key(|(member, _)| member.id);
        }
        Ok(views)
    }

    /// A page of the visitors' rooms.
    pub(super) fn desk(&self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        self.views(sql::CASES_PAGE, [limit, offset], |row| {
            let view = RoomView {
                room: rows::room(row, 0)?,
                members: Vec::new(),
                last: None,
                case: Some(rows::case(row, ROOM)?),
            };
            Ok((view, last(row, ROOM + CASE)?))
        })
    }

    /// Rooms and their newest messages, whose files are read once the rows are.
    fn views(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<(RoomView, Option<(Message, i64)>)>,
    ) -> Result<Vec<RoomView>, Fault> {
        let mut views = Vec::new();
        for (mut view, last) in self.all(sql, values, read)? {
            if let Some((mut message, files)) = last {
                self.read_files(&mut message, files)?;
                view.last = Some(message);
            }
            views.push(view);
        }
        Ok(views)
    }
}

/// The newest message and how many files hang on it; none in a room where nothing is shown.
fn last(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<(Message, i64)>> {
    let shown: Option<i64> = row.get(at)?;
    shown.is_some().then(|| with_count(row, at)).transpose()
}
