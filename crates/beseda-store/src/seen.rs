//! When people were last there.

use crate::engine::values;
use crate::rows::json_list;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookSeen, TxSeen};
use beseda_core::words::{PersonId, Time};

impl LookSeen for Transaction<'_> {
    fn seen_at(&mut self, people: &[PersonId]) -> Result<Vec<(PersonId, Time)>, Fault> {
        self.all(sql::LAST_SEEN_OF_PEOPLE, values![&json_list(people)], |row| {
            Ok((PersonId(row.get(0)?), Time(row.get(1)?)))
        })
    }
}

impl TxSeen for Transaction<'_> {
    fn put_seen(&mut self, seen: &[(PersonId, Time)], ahead: Time) -> Result<(), Fault> {
        let seen = json_list(seen.iter().map(|(person, at)| json_list([person.0, at.0])));
        self.write(sql::LAST_SEEN_PUT, values![&seen, ahead.0]).map(drop)
    }

    fn forget_seen(&mut self, person: PersonId) -> Result<(), Fault> {
        self.write(sql::LAST_SEEN_FORGET, values![person.0]).map(drop)
    }
}
