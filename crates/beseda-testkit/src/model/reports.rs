//! What people report of messages, in memory.

use super::{Run, rows, wrong};
use beseda_core::error::Fault;
use beseda_core::ports::{LookReports, TxReports};
use beseda_core::words::{PersonId, Report, ReportState, RoomId, RoomKind, Seq};
use uuid::Uuid;

impl Run {
    /// The reports that are so, the last first, each with its number.
    fn last_reports(&self, before: i64, limit: i64, is_meant: impl Fn(&Report) -> bool) -> Vec<(i64, Report)> {
        let reports = self.kept.reports.range(..before).rev();
        let meant = reports.filter(|(_, report)| is_meant(report));
        meant
            .map(|(number, report)| (*number, report.clone()))
            .take(rows(limit))
            .collect()
    }
}

impl LookReports for Run {
    fn report(&mut self, id: Uuid) -> Result<Option<Report>, Fault> {
        Ok(self.kept.reports.values().find(|report| report.id == id).cloned())
    }

    fn report_of(&mut self, room: RoomId, seq: Seq, by: PersonId) -> Result<Option<Report>, Fault> {
        let is_it = |report: &&Report| (report.room, report.seq, report.by) == (room, seq, by);
        Ok(self.kept.reports.values().find(is_it).cloned())
    }

    fn reported_kinds(&mut self) -> Result<Vec<RoomKind>, Fault> {
        let mut kinds: Vec<RoomKind> = Vec::new();
        for report in self.kept.reports.values() {
            if !kinds.contains(&report.kind) {
                kinds.push(report.kind);
            }
        }
        Ok(kinds)
    }

    fn reports_of_kind(
        &mut self,
        kind: RoomKind,
        state: ReportState,
        before: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Report)>, Fault> {
        let is_meant = |report: &Report| (report.kind, report.state()) == (kind, state);
        Ok(self.last_reports(before, limit, is_meant))
    }

    fn reports_in(
        &mut self,
        room: RoomId,
        state: ReportState,
        before: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Report)>, Fault> {
        let is_meant = |report: &Report| (report.room, report.state()) == (room, state);
        Ok(self.last_reports(before, limit, is_meant))
    }

    fn reports_by(&mut self, person: PersonId, after: i64, limit: i64) -> Result<Vec<(i64, Report)>, Fault> {
        let own = self.kept.reports.iter().filter(|(_, report)| report.by == person);
        let own = own.filter(|(number, _)| **number > after);
        Ok(own
            .map(|(number, report)| (*number, report.clone()))
            .take(rows(limit))
            .collect())
    }
}

impl TxReports for Run {
    fn put_report(&mut self, report: &Report) -> Result<i64, Fault> {
        self.known(report.by)?;
        if !self.kept.messages.contains_key(&(report.room, report.seq)) {
            return Err(wrong(format!("no message {} in room {}", report.seq, report.room)));
        }
        if self.report_of(report.room, report.seq, report.by)?.is_some() {
            return Err(wrong(format!("person {} reports a message twice", report.by)));
        }
        let kept = self.kept();
        kept.last_report += 1;
        kept.reports.insert(kept.last_report, report.clone());
        Ok(kept.last_report)
    }

    fn keep_report(&mut self, report: &Report) -> Result<(), Fault> {
        let mut kept = self.kept().reports.values_mut();
        if let Some(kept) = kept.find(|kept| kept.id == report.id) {
            kept.note.clone_from(&report.note);
            kept.settled = report.settled;
        }
        Ok(())
    }

    fn move_reports(&mut self, from: (RoomId, Seq), to: (RoomId, Seq)) -> Result<(), Fault> {
        let reports = self.kept().reports.values_mut();
        for report in reports.filter(|report| (report.room, report.seq) == from) {
            (report.room, report.seq) = to;
        }
        Ok(())
    }

    fn hand_over_reports(&mut self, from: PersonId, to: PersonId) -> Result<(), Fault> {
        let mut seen = Vec::new();
        self.kept().reports.retain(|_, report| {
            let of_both = report.by == from || report.by == to;
            let place = (report.room, report.seq);
            let is_older = !seen.contains(&place);
            if of_both {
                seen.push(place);
            }
            !of_both || is_older
        });
        for report in self.kept().reports.values_mut() {
            if report.by == from {
                report.by = to;
            }
            if let Some((by, _)) = report.settled.as_mut().filter(|(by, _)| *by == from) {
                *by = to;
            }
        }
        Ok(())
    }

    fn remove_reports_in(&mut self, room: RoomId) -> Result<(), Fault> {
        self.kept().reports.retain(|_, report| report.room != room);
        Ok(())
    }

    fn remove_reports_by(&mut self, person: PersonId) -> Result<(), Fault> {
        self.kept().reports.retain(|_, report| report.by != person);
        Ok(())
    }
}
