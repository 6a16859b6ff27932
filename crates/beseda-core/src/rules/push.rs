//! Push: whose browsers are told of a message that nobody of theirs looks at, and what they are told.
//!
//! Whether somebody looks is known to whoever holds their sockets, and what time it is on their wall to whoever has a calendar;
//! the rest is decided here: twice, when a push is promised and when it leaves.

use super::beside::seen_one;
use super::sign_in::who;
use crate::error::{Error, Refusal};
use crate::policy::{self, By, Deed};
use crate::ports::{Look, Tx};
use crate::words::{
    Came, Errand, Kinds, Limits, Message, Person, PersonId, Place, PushDue, PushSettings, PushSubscription, Pushed,
    Quiet, Room, RoomId, RoomKind, Seq, Time,
};
use std::sync::Arc;
use uuid::Uuid;

/// Of what is said at once in a room, so many messages are looked through for the newest that is somebody's to be told of.
const LOOKED_THROUGH: i64 = 20;

/// What is left of how somebody wants to be told where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PushChange {
    /// Whether they are told at all.
    pub on: Option<bool>,
    /// Whether they are shown how a message begins.
    pub preview: Option<bool>,
    /// When they are not told; the inner `None` is never.
    pub quiet: Option<Option<Quiet>>,
}

/// Keeps a browser of somebody who came so, and whether it is new. The same again is the same, with what let them in last; that
/// of somebody else is theirs no more, because who holds the browser now is who came.
///
/// # Errors
/// [`Refusal::TooManyPushSubscriptions`].
pub fn put_push(tx: &mut dyn Tx, limits: &Limits, new: &PushSubscription) -> Result<(PushSubscription, bool), Error> {
    let standing = tx.push_subscription_at(&new.endpoint)?;
    let person = new.came.person;
    if let Some(own) = standing.as_ref().filter(|own| own.came.person == person) {
        let (id, created_at) = (own.id, own.created_at);
        let kept = PushSubscription {
            id,
            created_at,
            ..new.clone()
        };
        if kept != *own {
            tx.put_push_subscription(&kept)?;
        }
        return Ok((kept, false));
    }
    let max = limits.push_subscriptions;
    if tx.push_subscriptions_of(person)?.len() >= max {
        return Err(Refusal::TooManyPushSubscriptions { max }.into());
    }
    if let Some(foreign) = standing {
        tx.remove_push_subscription(foreign.id)?;
    }
    tx.put_push_subscription(new)?;
    Ok((new.clone(), true))
}

/// Forgets a browser of the person's own.
///
/// # Errors
/// [`Refusal::NoSuchPushSubscription`].
pub fn remove_push(tx: &mut dyn Tx, person: PersonId, id: Uuid) -> Result<(), Error> {
    let standing = tx.push_subscription(id)?;
    if standing.is_none_or(|standing| standing.came.person != person) {
        return Err(Refusal::NoSuchPushSubscription.into());
    }
    Ok(tx.remove_push_subscription(id)?)
}

/// Forgets a browser that its push service knows no more, whoever's it is.
pub fn push_is_gone(tx: &mut dyn Tx, id: Uuid) -> Result<(), Error> {
    Ok(tx.remove_push_subscription(id)?)
}

/// How somebody wants to be told, and how many browsers of theirs are.
pub fn push_of(look: &mut (impl Look + ?Sized), person: PersonId) -> Result<(PushSettings, usize), Error> {
    let settings = look.push_settings(person)?.unwrap_or_default();
    Ok((settings, look.push_subscriptions_of(person)?.len()))
}

/// Keeps what somebody changes of how they want to be told.
pub fn change_push(tx: &mut dyn Tx, person: PersonId, change: PushChange) -> Result<(PushSettings, usize), Error> {
    let (before, browsers) = push_of(tx, person)?;
    let settings = PushSettings {
        on: change.on.unwrap_or(before.on),
        preview: change.preview.unwrap_or(before.preview),
        quiet: change.quiet.unwrap_or_else(|| before.quiet.clone()),
    };
    if settings != before {
        tx.put_push_settings(person, Some(&settings))?;
    }
    Ok((settings, browsers))
}

/// Promises to try every browser of somebody: how many those are.
pub fn try_push(tx: &mut dyn Tx, now: Time, person: PersonId) -> Result<usize, Error> {
    let browsers = tx.push_subscriptions_of(person)?;
    for browser in &browsers {
        let errand = Errand::TryPush {
            subscription: browser.id,
            at: now,
        };
        tx.enqueue(&errand, now)?;
    }
    Ok(browsers.len())
}

/// Who in these rooms has browsers, of which somebody has said something since a message of each.
pub fn whom_to_push(
    look: &mut (impl Look + ?Sized),
    rooms: &[(RoomId, Seq)],
) -> Result<Vec<(RoomId, Seq, PersonId)>, Error> {
    if !look.has_push()? {
        return Ok(Vec::new());
    }
    let ids: Vec<RoomId> = rooms.iter().map(|(room, _)| *room).collect();
    let whom = look.pushed_in(&ids)?.into_iter();
    let since = |room: RoomId| rooms.iter().find(|(id, _)| *id == room).map(|(_, seq)| *seq);
    Ok(whom
        .filter_map(|(room, person)| Some((room, since(room)?, person)))
        .collect())
}

/// Which browsers of these people are to be told, and of what: of each room the newest message from a number on that is theirs to
/// be told of.
pub fn pushes(
    look: &mut (impl Look + ?Sized),
    now: Time,
    kinds: Kinds,
    whom: &[(RoomId, Seq, PersonId)],
) -> Result<Vec<PushDue>, Error> {
    let mut due = Vec::new();
    for &(room, since, person) in whom {
        let Some(person) = look.person(person)?.filter(|person| person.active) else {
            continue;
        };
        let Some(pushed) = newest(look, now, kinds, &person, room, since)? else {
            continue;
        };
        let pushed = Arc::new(pushed);
        for browser in look.push_subscriptions_of(person.id)? {
            if is_let_in(look, &browser.came)? {
                due.push(PushDue {
                    subscription: browser.id,
                    pushed: Arc::clone(&pushed),
                });
            }
        }
    }
    Ok(due)
}

/// What a browser is to be told of a message now, if it is to be; `None` where the message is read, gone or not theirs any more.
pub fn pushed(
    look: &mut (impl Look + ?Sized),
    now: Time,
    kinds: Kinds,
    subscription: Uuid,
    (room, seq): (RoomId, Seq),
) -> Result<Option<(PushSubscription, Pushed)>, Error> {
    let Some((browser, person)) = browser(look, subscription)? else {
        return Ok(None);
    };
    let Some((place, settings)) = place_to_push(look, now, kinds, &person, room)? else {
        return Ok(None);
    };
    let Some(message) = look.message_at(room, seq)? else {
        return Ok(None);
    };
    let message = told(look, &person, &place, message)?;
    let pushed = message.map(|message| told_of(look, person.id, settings, place.room, message));
    Ok(pushed.transpose()?.map(|pushed| (browser, pushed)))
}

/// A browser, and whose it is, if what let them in does so still.
pub fn browser(
    look: &mut (impl Look + ?Sized),
    subscription: Uuid,
) -> Result<Option<(PushSubscription, Person)>, Error> {
    let Some(browser) = look.push_subscription(subscription)? else {
        return Ok(None);
    };
    match who(look, &browser.came) {
        Ok(person) => Ok(Some((browser, person))),
        Err(Error::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn is_let_in(look: &mut (impl Look + ?Sized), came: &Came) -> Result<bool, Error> {
    match who(look, came) {
        Ok(_) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// The place of somebody who is to be told of this room, and how: one that counts among what is unread of theirs.
fn place_to_push(
    look: &mut (impl Look + ?Sized),
    now: Time,
    kinds: Kinds,
    person: &Person,
    room: RoomId,
) -> Result<Option<(Place, PushSettings)>, Error> {
    let settings = look.push_settings(person.id)?.unwrap_or_default();
    let place = look.place(room, person.id)?.filter(|_| settings.on);
    let is_theirs = |place: &Place| policy::require(Deed::Listen, place, By::of(person, kinds)).is_ok();
    let place = place.filter(|place| {
        let member = place.member.as_ref();
        member.is_some_and(|member| member.view.counts(now)) && is_theirs(place)
    });
    Ok(place.map(|place| (place, settings)))
}

/// The newest message of the room from a number on that somebody is to be told of.
fn newest(
    look: &mut (impl Look + ?Sized),
    now: Time,
    kinds: Kinds,
    person: &Person,
    room: RoomId,
    since: Seq,
) -> Result<Option<Pushed>, Error> {
    let Some((place, settings)) = place_to_push(look, now, kinds, person, room)? else {
        return Ok(None);
    };
    let messages = look.messages_before(room, place.room.seq.next(), LOOKED_THROUGH)?;
    for message in messages.into_iter().rev().take_while(|message| message.seq >= since) {
        if let Some(message) = told(look, person, &place, message)? {
            return told_of(look, person.id, settings, place.room, message).map(Some);
        }
    }
    Ok(None)
}

/// The message, if somebody with this place is to be told of it: it stands, is another's, is for them, and not read; and they
/// want to hear from its author.
fn told(
    look: &mut (impl Look + ?Sized),
    person: &Person,
    place: &Place,
    message: Message,
) -> Result<Option<Message>, Error> {
    let is_read = place.member.as_ref().is_none_or(|member| member.read >= message.seq);
    if is_read || message.erased_at.is_some() || message.is_by(person.id) {
        return Ok(None);
    }
    let author = message.author.as_ref().map(|author| author.id);
    if let Some(author) = author
        && look.has_blocked(person.id, author)?
    {
        return Ok(None);
    }
    seen_one(look, person.id, message)
}

fn told_of(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    settings: PushSettings,
    room: Room,
    message: Message,
) -> Result<Pushed, Error> {
    let is_of_two = matches!(room.kind, RoomKind::Private | RoomKind::Pair);
    let other = if is_of_two {
        look.others_in(&[room.id], person)?.pop().map(|(_, other)| other)
    } else {
        None
    };
    Ok(Pushed {
        person,
        settings,
        room,
        other,
        message,
    })
}
