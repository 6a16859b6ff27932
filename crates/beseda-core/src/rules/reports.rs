//! Reports: somebody says that staff is to look at a message, and staff lists and settles what is reported. Nobody hears of it,
//! and no room changes by it.

use super::beside::{fill, seen};
use super::erase_person::At;
use super::history::message_in;
use crate::error::{Error, Refusal};
use crate::policy::{self, By, Deed};
use crate::ports::{Look, Tx};
use crate::words::{Message, Person, PersonId, Report, ReportReason, ReportState, RoomId, Seq, Time};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// A report as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The report.
    pub report: Report,
    /// The key of the room.
    pub room: Arc<str>,
    /// The message as it is now, where it is theirs to see.
    pub message: Option<Message>,
    /// Who reports it.
    pub by: Person,
    /// Who settled it.
    pub settled_by: Option<Person>,
}

/// Keeps that somebody reports a message: whether it is the first time. Again, it changes nothing, whatever became of the
/// report and of the message. `id` is its name, where it is new.
///
/// # Errors
/// The refusals of the policy; [`Refusal::NoSuchMessage`], [`Refusal::Erased`]; [`Refusal::WithOneself`] of one's own.
pub fn report(
    tx: &mut dyn Tx,
    now: Time,
    by: By<'_>,
    at: At,
    said: (ReportReason, &str),
    id: Uuid,
) -> Result<(Reported, bool), Error> {
    let (message, place) = message_in(tx, by, at.0, at.1)?;
    policy::require(Deed::Read, &place, by)?;
    if message.is_by(by.person.id) {
        return Err(Refusal::WithOneself.into());
    }
    let standing = tx.report_of(place.room.id, message.seq, by.person.id)?;
    let is_first = standing.is_none();
    if is_first && message.erased_at.is_some() {
        return Err(Refusal::Erased.into());
    }
    let (reason, text) = said;
    let report = standing.unwrap_or_else(|| Report {
        id,
        room: place.room.id,
        kind: place.room.kind,
        seq: message.seq,
        by: by.person.id,
        reason,
        text: text.to_owned(),
        note: String::new(),
        settled: None,
        created_at: now,
    });
    let mut told = one(tx, by, report)?;
    if is_first {
        tx.put_report(&told.report)?;
    }
    if !policy::settles(told.report.kind, by) {
        // What the staff writes of it, and who of them, is the staff's affair.
        told.report.note.clear();
        told.settled_by = None;
    }
    Ok((told, is_first))
}

/// What of reports somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportsAsked {
    /// Of this room alone.
    pub room: Option<RoomId>,
    /// Those that are so far alone.
    pub state: Option<ReportState>,
    /// Where an earlier page has ended.
    pub before: Option<i64>,
    /// How many are wanted at most.
    pub limit: i64,
}

/// A page of reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reports {
    /// The reports, the last first.
    pub items: Vec<Reported>,
    /// Where the next page begins; none at the end.
    pub next: Option<i64>,
}

/// What is reported of rooms that the asker answers for by their role, the last first.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who answers for no kind of rooms; [`Refusal::NoSuchRoom`] of one that is not theirs.
pub fn reports(look: &mut (impl Look + ?Sized), by: By<'_>, asked: &ReportsAsked) -> Result<Reports, Error> {
    policy::require_settling(by)?;
    let states = ReportState::WORDS.iter().map(|(state, _)| *state);
    let states = states.filter(|state| asked.state.is_none_or(|asked| asked == *state));
    let (before, limit) = (asked.before.unwrap_or(i64::MAX), asked.limit + 1);
    let mut found = Vec::new();
    if let Some(room) = asked.room {
        let room = look.room(room)?.filter(|room| policy::settles(room.kind, by));
        let room = room.ok_or(Refusal::NoSuchRoom)?;
        for state in states {
            found.extend(look.reports_in(room.id, state, before, limit)?);
        }
    } else {
        let mut kinds = look.reported_kinds()?;
        kinds.retain(|kind| policy::settles(*kind, by));
        // Each kind and state is a stretch of an index of its own: nothing that is another's is read.
        for state in states {
            for kind in &kinds {
                found.extend(look.reports_of_kind(*kind, state, before, limit)?);
            }
        }
    }
    found.sort_unstable_by_key(|(number, _)| Reverse(*number));
    let wanted = usize::try_from(asked.limit).unwrap_or_default();
    let is_more = found.len() > wanted;
    found.truncate(wanted);
    let last = found.last().map(|(number, _)| *number);
    let found = found.into_iter().map(|(_, report)| report).collect();
    Ok(Reports {
        items: told(look, by, found)?,
        next: last.filter(|_| is_more),
    })
}

/// What is to become of a report. What is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settlement {
    /// How far it is from now on.
    pub state: Option<ReportState>,
    /// What the staff notes on it.
    pub note: Option<String>,
}

/// Settles a report, opens it again, or notes something on it: whether it was settled or opened by that.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who answers for no kind of rooms; [`Refusal::NoSuchReport`] also of one that is not theirs.
pub fn settle(
    tx: &mut dyn Tx,
    now: Time,
    by: By<'_>,
    id: Uuid,
    settlement: &Settlement,
) -> Result<(Reported, bool), Error> {
    policy::require_settling(by)?;
    let standing = tx.report(id)?.filter(|report| policy::settles(report.kind, by));
    let standing = standing.ok_or(Refusal::NoSuchReport)?;
    let mut report = standing.clone();
    match (settlement.state, report.settled) {
        (Some(ReportState::Settled), None) => report.settled = Some((by.person.id, now)),
        (Some(ReportState::Open), Some(_)) => report.settled = None,
        _ => {}
    }
    if let Some(note) = &settlement.note {
        report.note.clone_from(note);
    }
    let told = one(tx, by, report)?;
    if told.report != standing {
        tx.keep_report(&told.report)?;
    }
    let is_moved = told.report.state() != standing.state();
    Ok((told, is_moved))
}

/// A report of a room that stands.
fn one(look: &mut (impl Look + ?Sized), by: By<'_>, report: Report) -> Result<Reported, Error> {
    let told = told(look, by, vec![report])?.pop();
    Ok(told.ok_or(Refusal::NoSuchReport)?)
}

/// Reports with all that is told of them, in their order.
fn told(look: &mut (impl Look + ?Sized), by: By<'_>, reports: Vec<Report>) -> Result<Vec<Reported>, Error> {
    let settlers = reports.iter().filter_map(|report| report.settled).map(|(by, _)| by);
    let wanted: BTreeSet<PersonId> = reports.iter().map(|report| report.by).chain(settlers).collect();
    let people = look.people(&wanted)?.into_iter();
    let people: BTreeMap<PersonId, Person> = people.map(|person| (person.id, person)).collect();
    let mut seqs: BTreeMap<RoomId, BTreeSet<Seq>> = BTreeMap::new();
    for report in &reports {
        seqs.entry(report.room).or_default().insert(report.seq);
    }
    let mut keys = BTreeMap::new();
    let mut messages: BTreeMap<(RoomId, Seq), Message> = BTreeMap::new();
    for (room, seqs) in seqs {
        let Some(place) = look.place(room, by.person.id)? else {
            continue;
        };
        if policy::require(Deed::Read, &place, by).is_ok() {
            let seqs: Vec<Seq> = seqs.into_iter().collect();
            let found = look.messages_at(room, &seqs)?;
            let mut found = seen(look, by.person.id, found)?;
            fill(look, &mut found)?;
            messages.extend(found.into_iter().map(|message| ((room, message.seq), message)));
        }
        keys.insert(room, place.room.key);
    }
    let told = reports.into_iter().filter_map(|report| {
        Some(Reported {
            room: Arc::clone(keys.get(&report.room)?),
            message: messages.get(&(report.room, report.seq)).cloned(),
            by: people.get(&report.by)?.clone(),
            settled_by: report.settled.and_then(|(by, _)| people.get(&by).cloned()),
            report,
        })
    });
    Ok(told.collect())
}
