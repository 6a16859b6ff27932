//! What people report of messages.

use crate::error::Fault;
use crate::words::{PersonId, Report, ReportState, RoomId, RoomKind, Seq};
use uuid::Uuid;

/// Reading what people report. Each report has a number of the store's beside it; a later one has the higher number.
pub trait LookReports {
    /// The report with this name.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn report(&mut self, id: Uuid) -> Result<Option<Report>, Fault>;
    /// What this person reports of a message.
    fn report_of(&mut self, room: RoomId, seq: Seq, by: PersonId) -> Result<Option<Report>, Fault>;
    /// Of which kinds of rooms anything is reported, in any order.
    fn reported_kinds(&mut self) -> Result<Vec<RoomKind>, Fault>;
    /// What is reported of rooms of a kind and is so far, the last first: `limit` of those with a number below `before`.
    fn reports_of_kind(
        &mut self,
        kind: RoomKind,
        state: ReportState,
        before: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Report)>, Fault>;
    /// The same of one room.
    fn reports_in(
        &mut self,
        room: RoomId,
        state: ReportState,
        before: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Report)>, Fault>;
    /// What this person reports, the first first: `limit` of those with a number above `after`.
    fn reports_by(&mut self, person: PersonId, after: i64, limit: i64) -> Result<Vec<(i64, Report)>, Fault>;
}

/// Writing what people report.
pub trait TxReports {
    /// Keeps a new report, and gives its number. A person reports a message once.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_report(&mut self, report: &Report) -> Result<i64, Fault>;
    /// Keeps a report's `note` and `settled`.
    fn keep_report(&mut self, report: &Report) -> Result<(), Fault>;
    /// What is reported of one message is reported of another one from now on, of a room of the same kind.
    fn move_reports(&mut self, from: (RoomId, Seq), to: (RoomId, Seq)) -> Result<(), Fault>;
    /// Makes what `from` reports `to`'s, and what `from` settled too. Of two reports of one message the older stays.
    fn hand_over_reports(&mut self, from: PersonId, to: PersonId) -> Result<(), Fault>;
    /// Forgets what is reported of a room.
    fn remove_reports_in(&mut self, room: RoomId) -> Result<(), Fault>;
    /// Forgets what somebody reports.
    fn remove_reports_by(&mut self, person: PersonId) -> Result<(), Fault>;
}
