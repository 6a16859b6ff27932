//! What people report of messages.

use crate::engine::{Row, strange, values};
use crate::rows::{number, word};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookReports, TxReports};
use beseda_core::words::{PersonId, Report, ReportReason, ReportState, RoomId, RoomKind, Seq, Time};
use uuid::Uuid;

/// A report, behind its number.
fn report(row: &Row<'_>) -> Result<(i64, Report), Fault> {
    let settled = match (row.get::<Option<i64>>(9)?, row.get::<Option<i64>>(10)?) {
        (Some(by), Some(at)) => Some((PersonId(by), Time(at))),
        (None, None) => None,
        _ => return Err(strange(10)),
    };
    let report = Report {
        id: Uuid::from_bytes(row.get(1)?),
        room: RoomId(row.get(2)?),
        kind: word(row, 3, RoomKind::from_word)?,
        seq: Seq(row.get(4)?),
        by: PersonId(row.get(5)?),
        reason: word(row, 6, ReportReason::from_word)?,
        text: row.get(7)?,
        note: row.get(8)?,
        settled,
        created_at: Time(row.get(11)?),
    };
    Ok((row.get(0)?, report))
}

impl LookReports for Transaction<'_> {
    fn report(&mut self, id: Uuid) -> Result<Option<Report>, Fault> {
        let found = self.one(sql::REPORTS_GET, values![&id], report)?;
        Ok(found.map(|(_, report)| report))
    }

    fn report_of(&mut self, room: RoomId, seq: Seq, by: PersonId) -> Result<Option<Report>, Fault> {
        let found = self.one(sql::REPORTS_OF_MESSAGE, values![room.0, seq.0, by.0], report)?;
        Ok(found.map(|(_, report)| report))
    }

    fn reported_kinds(&mut self) -> Result<Vec<RoomKind>, Fault> {
        self.all(sql::REPORTS_KINDS, values![], |row| word(row, 0, RoomKind::from_word))
    }

    fn reports_of_kind(
        &mut self,
        kind: RoomKind,
        state: ReportState,
        before: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Report)>, Fault> {
        let values = values![kind.word(), state.word(), before, limit];
        self.all(sql::REPORTS_OF_KIND, values, report)
    }

    fn reports_in(
        &mut self,
        room: RoomId,
        state: ReportState,
        before: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Report)>, Fault> {
        let values = values![room.0, state.word(), before, limit];
        self.all(sql::REPORTS_OF_ROOM, values, report)
    }

    fn reports_by(&mut self, person: PersonId, after: i64, limit: i64) -> Result<Vec<(i64, Report)>, Fault> {
        self.all(sql::REPORTS_OF_PERSON, values![person.0, after, limit], report)
    }
}

impl TxReports for Transaction<'_> {
    fn put_report(&mut self, report: &Report) -> Result<i64, Fault> {
        let (settled_by, settled_at) = report.settled.unzip();
        let values = values![
            &report.id,
            report.room.0,
            report.kind.word(),
            report.seq.0,
            report.by.0,
            report.reason.word(),
            &report.text,
            report.state().word(),
            &report.note,
            settled_by.map(|person| person.0),
            number(settled_at),
            report.created_at.0,
        ];
        let unmade = || Fault::Internal("a new report has no number".to_owned());
        self.insert(sql::REPORTS_PUT, values)?.ok_or_else(unmade)
    }

    fn keep_report(&mut self, report: &Report) -> Result<(), Fault> {
        let (settled_by, settled_at) = report.settled.unzip();
        let values = values![
            report.state().word(),
            &report.note,
            settled_by.map(|person| person.0),
            number(settled_at),
            &report.id,
        ];
        self.write(sql::REPORTS_KEEP, values).map(drop)
    }

    fn move_reports(&mut self, from: (RoomId, Seq), to: (RoomId, Seq)) -> Result<(), Fault> {
        let values = values![to.0.0, to.1.0, from.0.0, from.1.0];
        self.write(sql::REPORTS_MOVE, values).map(drop)
    }

    fn hand_over_reports(&mut self, from: PersonId, to: PersonId) -> Result<(), Fault> {
        self.write(sql::REPORTS_DROP_YOUNGER, values![from.0, to.0])?;
        self.write(sql::REPORTS_HAND_OVER, values![to.0, from.0])?;
        self.write(sql::REPORTS_HAND_OVER_SETTLED, values![to.0, from.0])
            .map(drop)
    }

    fn remove_reports_in(&mut self, room: RoomId) -> Result<(), Fault> {
        self.write(sql::REPORTS_REMOVE_OF_ROOM, values![room.0]).map(drop)
    }

    fn remove_reports_by(&mut self, person: PersonId) -> Result<(), Fault> {
        self.write(sql::REPORTS_REMOVE_OF_PERSON, values![person.0]).map(drop)
    }
}
