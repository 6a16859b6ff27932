//! Support: a visitor opens a room with the staff, and its unguessable name is the key to it.

use super::open::{check_title, open};
use super::page::Missing;
use super::people::new_own_person;
use super::rooms::view;
use super::send::check_custom;
use super::sign_in::active;
use crate::error::{Error, Refusal};
use crate::policy::{self, By};
use crate::ports::{Look, Tx};
use crate::words::{
    Case, Event, Extra, Heard, Kinds, Limits, Person, PersonId, Role, RoomKey, RoomKind, RoomView, Time, Visit, Visitor,
};
use std::sync::Arc;
use uuid::Uuid;

/// What a visitor says of themselves when they open a room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Introduction {
    /// What they want to be called.
    pub name: String,
    /// Where to write to them, or empty.
    pub email: String,
    /// What it is about, or empty.
    pub subject: String,
    /// From where they write.
    pub visit: Visit,
}

/// Opens a visitor's room. A visitor who is not known yet is made.
///
/// # Errors
/// [`Refusal::EmptyTitle`] for no name; [`Refusal::TitleTooLong`], [`Refusal::NulInText`].
pub fn open_case(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    visitor: Option<&Person>,
    introduction: &Introduction,
    uuid: Uuid,
) -> Result<(RoomView, Person), Error> {
    check_title(limits, &introduction.name)?;
    for text in [&introduction.email, &introduction.subject] {
        if !text.trim().is_empty() {
            check_title(limits, text)?;
        }
    }
    check_custom(limits, introduction.visit.custom.as_deref())?;
    // Read again: a visitor may have been shut out since they were let in.
    let visitor = match visitor {
        Some(visitor) => Some(active(tx, visitor.id)?),
        None => None,
    };
    let mut person = match &visitor {
        Some(visitor) => visitor.clone(),
        None => Person::new(PersonId(0), Role::Visitor),
    };
    introduction.name.trim().clone_into(&mut person.first_name);
    if visitor.is_some() {
        tx.put_person(&person.clone().into())?;
        tx.person_updated(person.id, now)?;
    } else {
        person.id = new_own_person(tx, now, &person.clone().into())?;
    }
    let (mut room, _) = open(
        tx,
        now,
        &RoomKey::Support(uuid),
        uuid,
        introduction.subject.trim(),
        &[person.id],
    )?;
    room.extra |= Extra::CASE;
    tx.keep_room(&room)?;
    tx.put_case(&Case {
        visitor: Some(Visitor {
            person: person.id,
            name: person.first_name.clone(),
            email: introduction.email.trim().to_owned(),
            visit: introduction.visit.clone(),
        }),
        ..Case::new(room.id, room.created_at)
    })?;
    tx.case_moved(room.id);
    let view = view(tx, room)?;
    let opened = Arc::new(view.clone());
    tx.announce(Event::of(&view.room, Heard::Opened { view: opened }));
    Ok((view, person))
}

/// The visitor's room that was opened under this name, if it stands: then opening it would change nothing. A visitor who is
/// known is given none of another one's.
///
/// # Errors
/// [`Refusal::NoSuchRoom`] where its visitor is let in nowhere.
pub fn standing_case(
    look: &mut (impl Look + ?Sized),
    visitor: Option<&Person>,
    uuid: Uuid,
) -> Result<Option<(RoomView, Person)>, Error> {
    if look.room_by_key(&RoomKey::Support(uuid).to_string())?.is_none() {
        return Ok(None);
    }
    let found = case_by_name(look, uuid)?;
    let is_theirs = visitor.is_none_or(|visitor| visitor.id == found.1.id);
    Ok(is_theirs.then_some(found))
}

/// A visitor's room by its unguessable name, with the visitor as whom everybody speaks who knows that name.
///
/// # Errors
/// [`Refusal::NoSuchRoom`].
pub fn case_by_name(look: &mut (impl Look + ?Sized), uuid: Uuid) -> Result<(RoomView, Person), Error> {
    let room = look.room_by_uuid(uuid)?.ok_or(Refusal::NoSuchRoom)?;
    let view = view(look, room)?;
    let visitor = view.case.as_ref().and_then(|case| case.visitor.as_ref());
    // Who turned out to be somebody with an account comes in by that alone.
    let visitor = look.person(visitor.ok_or(Refusal::NoSuchRoom)?.person)?;
    let visitor = visitor.filter(|visitor| visitor.active && policy::is_visitor(visitor));
    Ok((view, visitor.ok_or(Refusal::NoSuchRoom)?))
}

/// A visitor's room by its unguessable name, for the staff.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who is not of the staff; [`Refusal::NoSuchRoom`].
pub fn case_for_staff(look: &mut (impl Look + ?Sized), by: &Person, uuid: Uuid) -> Result<RoomView, Error> {
    policy::require_every(RoomKind::Support, by)?;
    let room = look.room_by_uuid(uuid)?.filter(|room| room.kind == RoomKind::Support);
    view(look, room.ok_or(Refusal::NoSuchRoom)?)
}

/// The visitors' rooms for the staff, the last changed first: how many there are, and `limit` of them after `offset`.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who is not of the staff.
pub fn cases(
    look: &mut (impl Look + ?Sized),
    by: &Person,
    offset: i64,
    limit: i64,
) -> Result<(i64, Vec<RoomView>), Error> {
    policy::require_every(RoomKind::Support, by)?;
    let views = look.cases(offset, limit)?;
    Ok((look.count_cases()?, views))
}

/// The rooms of a visitor, the last changed first.
pub fn cases_of(look: &mut (impl Look + ?Sized), visitor: &Person, limit: i64) -> Result<Vec<RoomView>, Error> {
    let kinds = Kinds::of(&[RoomKind::Support]);
    let by = By::of(visitor, kinds);
    let mut views = look.rooms(by.person.id, kinds, 0, limit)?;
    for view in &mut views {
        view.case = look.case(view.room.id)?;
    }
    Ok(views)
}

/// How many messages of others somebody has not read in a visitor's room. Who keeps no receipt there has read nothing.
pub fn unread_in_case(look: &mut (impl Look + ?Sized), by: &Person, view: &RoomView) -> Result<i64, Error> {
    let own = view.members.iter().find(|(member, _)| member.person == by.id);
    match own {
        Some((member, _)) => Ok(member.unread(&view.room)),
        None => {
            let missing = Missing::of(look, &view.room, by.id)?;
            Ok(view.room.seq.0 - missing.count() - look.said(view.room.id, by.id)?)
        }
    }
}
