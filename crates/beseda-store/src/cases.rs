//! What the desk knows of visitors' rooms.

use crate::engine::values;
use crate::rooms::last;
use crate::rows::{self, CASE, ROOM};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookCases, TxCases};
use beseda_core::words::{Case, RoomId, RoomView};

impl LookCases for Transaction<'_> {
    fn case(&mut self, room: RoomId) -> Result<Option<Case>, Fault> {
        self.one(sql::CASES_OF_ROOM, values![room.0], |row| rows::case(row, 0))
    }

    fn count_cases(&mut self) -> Result<i64, Fault> {
        Ok(self.one(sql::CASES_COUNT, values![], |row| row.get(0))?.unwrap_or(0))
    }

    fn cases(&mut self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        self.views(sql::CASES_PAGE, values![limit, offset], |row| {
            let view = RoomView {
                room: rows::room(row, 0)?,
                members: Vec::new(),
                last: None,
                case: Some(rows::case(row, ROOM)?),
            };
            Ok((view, last(row, ROOM + CASE)?))
        })
    }
}

impl TxCases for Transaction<'_> {
    fn put_case(&mut self, case: &Case) -> Result<(), Fault> {
        let values = values![
            case.room.0,
            case.visitor.0,
            &case.customer_name,
            &case.customer_email,
            case.status.word(),
            case.assigned_to.map(|id| id.0),
        ];
        self.write(sql::CASES_PUT, values).map(drop)
    }
}
