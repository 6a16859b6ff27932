//! Cases: what the desk knows of rooms. Whose turn it is to answer follows from what is said.

use super::changes::glimpse;
use super::open::open;
use super::people::find_person;
use super::place_for;
use crate::error::{Error, Fault, Refusal};
use crate::policy::{self, By, Deed};
use crate::ports::{Look, Tx};
use crate::words::{
    Assigned, Case, CaseFilter, CasePlace, CaseState, Cursor, Errand, Extra, FullRoom, HostId, Limits, Message, Place,
    Role, Room, RoomId, RoomKey, RoomKind, Seq, Side, Time,
};
use uuid::Uuid;

/// Messages that are read at once when whose turn it is has to be found anew.
const ROWS: i64 = 100;
/// So many messages of one side are looked through for the first one; where there are more, it waits since the last of these.
const WAITING: usize = 1_000;
/// Rooms that are given a case in one transaction.
const ROOMS: i64 = 500;

/// A case, with its room as the asker sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenCase {
    /// The case.
    pub case: Case,
    /// The room, with its cursor.
    pub about: (FullRoom, Cursor),
    /// How many notes were written about it, erased ones too.
    pub notes: Seq,
}

fn seen(look: &mut (impl Look + ?Sized), by: By<'_>, case: Case, place: Place) -> Result<SeenCase, Error> {
    let notes = notes_of(look, &place.room)?.map_or(Seq(0), |notes| notes.seq);
    let about = glimpse(look, by, place)?;
    Ok(SeenCase { case, about, notes })
}

/// The case of a room.
///
/// # Errors
/// The refusals of [`policy::require_case`].
pub fn case(look: &mut (impl Look + ?Sized), by: By<'_>, room: RoomId) -> Result<SeenCase, Error> {
    let (case, place) = place_of_case(look, by, room)?;
    seen(look, by, case, place)
}

fn place_of_case(look: &mut (impl Look + ?Sized), by: By<'_>, room: RoomId) -> Result<(Case, Place), Error> {
    let place = place_for(look, Deed::See, room, by)?;
    policy::require_case(&place, by)?;
    let case = look.case(room)?.ok_or(Refusal::NotAllowed)?;
    Ok((case, place))
}

/// Those of the cases of these rooms that are the asker's to see.
pub fn cases_in(look: &mut (impl Look + ?Sized), by: By<'_>, rooms: &[RoomId]) -> Result<Vec<SeenCase>, Error> {
    let mut found = Vec::with_capacity(rooms.len());
    for room in rooms {
        match case(look, by, *room) {
            Ok(case) => found.push(case),
            Err(Error::Refused(_)) => {}
            Err(failed) => return Err(failed),
        }
    }
    Ok(found)
}

/// A page of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePage {
    /// The cases.
    pub items: Vec<SeenCase>,
    /// Behind which to go on; `None` at the end.
    pub next: Option<CasePlace>,
}

/// The cases that are the asker's to see: `limit` of those that are as wanted, behind this place. Those come first since which
/// the shortest time has passed, or the longest.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who works at no desk.
pub fn case_page(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    filter: &CaseFilter,
    after: Option<CasePlace>,
    limit: i64,
) -> Result<CasePage, Error> {
    policy::require_desk(by)?;
    let reach = policy::reach_of_desk(by);
    let mut found = look.queue(&reach, filter, after, limit.saturating_add(1))?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > wanted;
    found.truncate(wanted);
    let last = found.last().filter(|_| has_more);
    let next = last.map(|(case, _)| CasePlace {
        since: case.since,
        room: case.room,
    });
    let mut items = Vec::with_capacity(found.len());
    for (case, room) in found {
        let place = look.place(room.id, by.person.id)?;
        let place = place.ok_or_else(|| Fault::Internal("a room that was found is not there".to_owned()))?;
        items.push(seen(look, by, case, place)?);
    }
    Ok(CasePage { items, next })
}

/// What is to be different with a case; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseChange {
    /// How far it is.
    pub state: Option<CaseState>,
    /// Until when it is snoozed.
    pub snoozed_until: Option<Time>,
    /// Who answers; nobody.
    pub assigned_to: Option<Option<HostId<'static>>>,
    /// Whom the asker took it to be assigned to before: nobody, where they do not say.
    pub taken_from: Option<HostId<'static>>,
    /// What it is sorted by.
    pub tags: Option<Vec<String>>,
}

/// Changes what the desk knows of a room. The same again changes nothing.
///
/// # Errors
/// The refusals of [`policy::require_case`]; [`Refusal::Taken`] where somebody has it of whom the asker did not know;
/// [`Refusal::NotOfDesk`] for whom it cannot be assigned to; [`Refusal::NotSnoozed`]; [`Refusal::BadTags`].
pub fn change_case(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: By<'_>,
    room: RoomId,
    change: &CaseChange,
) -> Result<SeenCase, Error> {
    let (standing, place) = place_of_case(tx, by, room)?;
    let mut case = standing.clone();
    if let Some(assigned_to) = &change.assigned_to {
        case.assigned_to = assigned(tx, by, &standing, change, assigned_to.as_ref())?;
        if case.assigned_to.is_some() && case.state == CaseState::New {
            case.turn(CaseState::Open);
        }
    }
    if let Some(state) = change.state {
        case.turn(state);
    }
    snooze(&mut case, &standing, change, now)?;
    if let Some(tags) = &change.tags {
        case.tags = tags_of(limits, tags)?;
    }
    if case != standing {
        keep(tx, &case)?;
        if let Some(until) = case
            .snoozed_until
            .filter(|until| Some(*until) != standing.snoozed_until)
        {
            tx.enqueue(&Errand::EndSnooze { room, until }, until)?;
        }
    }
    seen(tx, by, case, place)
}

/// Until when a case is snoozed that is to be, which says so or is already. Who changes something else of it says nothing of that.
fn snooze(case: &mut Case, standing: &Case, change: &CaseChange, now: Time) -> Result<(), Refusal> {
    let is_snoozed = case.state == CaseState::Snoozed;
    if is_snoozed {
        case.snoozed_until = change.snoozed_until.or(standing.snoozed_until);
    }
    let is_said = change.state.is_some() || change.snoozed_until.is_some();
    let is_ahead = case.snoozed_until.is_some_and(|until| until > now);
    let is_wrong = if is_snoozed {
        !is_ahead
    } else {
        change.snoozed_until.is_some()
    };
    if is_said && is_wrong {
        return Err(Refusal::NotSnoozed);
    }
    Ok(())
}

/// To whom a case is assigned now. Whoever takes it from somebody says so.
fn assigned(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    case: &Case,
    change: &CaseChange,
    to: Option<&HostId<'static>>,
) -> Result<Option<Assigned>, Error> {
    let person = match to {
        Some(id) => Some(find_person(look, id)?.ok_or(Refusal::NotOfDesk)?),
        None => None,
    };
    let standing = case.assigned_to.as_ref();
    let is_so = standing.map(|standing| standing.person) == person.as_ref().map(|person| person.id);
    let is_known = standing.is_none_or(|standing| change.taken_from.as_ref() == Some(&standing.host_id));
    if let (Some(standing), false, false) = (standing, is_so, is_known) {
        let name = look.person(standing.person)?.map(|person| person.full_name());
        return Err(Refusal::Taken {
            by: standing.host_id.to_string(),
            name: name.unwrap_or_default(),
        }
        .into());
    }
    let Some(person) = person else { return Ok(None) };
    let place = look.place(case.room, person.id)?;
    let theirs = By { person: &person, ..by };
    if !person.active || place.is_none_or(|place| policy::require_case(&place, theirs).is_err()) {
        return Err(Refusal::NotOfDesk.into());
    }
    Ok(Some(Assigned::from(&person)))
}

/// Tags as they are kept: without white space around them, each once, in order.
fn tags_of(limits: &Limits, tags: &[String]) -> Result<Vec<String>, Refusal> {
    let (most, chars) = (limits.case_tags, limits.tag_chars);
    let mut kept: Vec<String> = tags.iter().map(|tag| tag.trim().to_owned()).collect();
    kept.sort_unstable();
    kept.dedup();
    let is_tag = |tag: &String| !tag.is_empty() && tag.chars().count() <= chars && !tag.contains(char::is_control);
    if kept.len() <= most && kept.iter().all(is_tag) {
        Ok(kept)
    } else {
        Err(Refusal::BadTags { most, chars })
    }
}

/// Opens a case again that is snoozed until this moment.
///
/// # Errors
/// A fault where the store fails.
pub fn end_snooze(tx: &mut dyn Tx, room: RoomId, until: Time) -> Result<(), Error> {
    if let Some(mut case) = tx.case(room)?.filter(|case| case.snoozed_until == Some(until)) {
        case.turn(CaseState::Open);
        keep(tx, &case)?;
    }
    Ok(())
}

fn keep(tx: &mut dyn Tx, case: &Case) -> Result<(), Error> {
    tx.put_case(case)?;
    tx.case_moved(case.room);
    Ok(())
}

/// Somebody has sent into a room that has a case: the first of the staff who does is assigned to it, and whoever is not of the
/// staff opens it again.
pub(super) fn sent(tx: &mut dyn Tx, (room, kind): (RoomId, RoomKind), message: &Message) -> Result<(), Error> {
    let Some(author) = &message.author else { return Ok(()) };
    let case = tx.case(room)?;
    let mut case = case.ok_or_else(|| Fault::Internal("a room with a case has none".to_owned()))?;
    let before = case.clone();
    let roles = roles_of(tx, kind)?;
    let owes = owes_after(&roles, author.role);
    if case.owes != Some(owes) {
        (case.owes, case.since) = (Some(owes), message.created_at);
    }
    match owes {
        Side::Them if case.assigned_to.is_none() => {
            let person = tx.person(author.id)?;
            case.assigned_to = person.as_ref().map(Assigned::from);
            if case.state == CaseState::New {
                case.turn(CaseState::Open);
            }
        }
        Side::Us if !matches!(case.state, CaseState::New | CaseState::Open) => case.turn(CaseState::Open),
        Side::Them | Side::Us => {}
    }
    if case != before {
        tx.put_case(&case)?;
    }
    // What is said there is another thing, whatever else is.
    tx.case_moved(room);
    Ok(())
}

/// Something about a room is another thing: where it has a case, whoever works at its desk is told.
pub(super) fn case_stirs(tx: &mut dyn Tx, room: &Room) {
    if room.extra.has(Extra::CASE) {
        tx.case_moved(room.id);
    }
}

/// What was said in a room is not what it was: where it has a case, whose turn it is may be another one's.
pub(super) fn reckon(tx: &mut dyn Tx, room: &Room) -> Result<(), Error> {
    if !room.extra.has(Extra::CASE) {
        return Ok(());
    }
    if let Some(mut case) = tx.case(room.id)? {
        let before = case.clone();
        (case.owes, case.since) = turn_of(tx, room)?;
        if case != before {
            tx.put_case(&case)?;
        }
        tx.case_moved(room.id);
    }
    Ok(())
}

/// Whose turn it is after somebody with this role has said something.
fn owes_after(staff: &[Role], role: Role) -> Side {
    if staff.contains(&role) { Side::Them } else { Side::Us }
}

fn roles_of(look: &mut (impl Look + ?Sized), kind: RoomKind) -> Result<Vec<Role>, Error> {
    if kind == RoomKind::Support {
        return Ok(policy::roles_that_may(Deed::Desk, kind));
    }
    Ok(look.desk_roles(kind)?.unwrap_or_default())
}

/// Whose turn it is in a room, and since when: by its newest messages that stand and that somebody wrote.
fn turn_of(look: &mut (impl Look + ?Sized), room: &Room) -> Result<(Option<Side>, Time), Error> {
    let roles = roles_of(look, room.kind)?;
    let (mut turn, mut before, mut seen) = ((None, room.created_at), room.seq.next(), 0);
    while seen < WAITING {
        let messages = look.messages_before(room.id, before, ROWS)?;
        let Some(first) = messages.first().map(|first| first.seq) else {
            break;
        };
        before = first;
        seen += messages.len();
        for message in messages.iter().rev() {
            let Some(author) = &message.author else { continue };
            let owes = owes_after(&roles, author.role);
            if turn.0.is_some_and(|known| known != owes) {
                return Ok(turn);
            }
            turn = (Some(owes), message.created_at);
        }
    }
    Ok(turn)
}

/// Opens the notes about a room that has a case, for whoever works at its desk: the room of the notes, and whether it is new.
///
/// # Errors
/// The refusals of [`policy::require_case`].
pub fn open_notes(tx: &mut dyn Tx, now: Time, by: By<'_>, about: Uuid, uuid: Uuid) -> Result<(RoomId, bool), Error> {
    let room = tx.room_by_uuid(about)?.ok_or(Refusal::NoSuchRoom)?;
    place_of_case(tx, by, room.id)?;
    let key = RoomKey::Notes(about);
    if let Some(notes) = tx.room_by_key(&key.to_string())? {
        return Ok((notes.id, false));
    }
    let (notes, new) = open(tx, now, &key, uuid, "", &[])?;
    Ok((notes.id, new))
}

/// Somebody has said something in notes: whoever works at the desk of the room that they are about is told.
pub(super) fn noted(tx: &mut dyn Tx, about: Uuid) -> Result<(), Error> {
    if let Some(room) = tx.room_by_uuid(about)? {
        tx.case_moved(room.id);
    }
    Ok(())
}

/// The notes about a room.
pub(super) fn notes_of(look: &mut (impl Look + ?Sized), room: &Room) -> Result<Option<Room>, Error> {
    if !room.extra.has(Extra::CASE) {
        return Ok(None);
    }
    Ok(look.room_by_key(&RoomKey::Notes(room.uuid).to_string())?)
}

/// Gives some rooms of a kind whose desk is new a case; false once all have one.
///
/// # Errors
/// A fault where the store fails.
pub fn open_cases(tx: &mut dyn Tx, kind: RoomKind) -> Result<bool, Error> {
    let rooms = tx.rooms_without_case(kind, ROOMS)?;
    for room in &rooms {
        open_case_of(tx, room)?;
    }
    Ok(!rooms.is_empty())
}

/// Gives a room its case, and notes that it has one.
fn open_case_of(tx: &mut dyn Tx, room: &Room) -> Result<(), Error> {
    let mut case = Case::new(room.id, room.created_at);
    if room.seq > Seq(0) {
        (case.owes, case.since) = turn_of(tx, room)?;
        if case.owes == Some(Side::Them) {
            case.turn(CaseState::Open);
        }
    }
    let mut room = room.clone();
    room.extra |= Extra::CASE;
    tx.keep_room(&room)?;
    keep(tx, &case)
}

/// A room is new: where its kind has a desk, it gets a case. A visitor's gets its own.
pub(super) fn opened(tx: &mut dyn Tx, room: &mut Room) -> Result<(), Error> {
    let may_have_one = matches!(room.kind, RoomKind::Order | RoomKind::Own(_));
    if may_have_one && tx.desk_roles(room.kind)?.is_some() {
        room.extra |= Extra::CASE;
        open_case_of(tx, room)?;
    }
    Ok(())
}
