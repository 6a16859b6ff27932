//! Canned replies: whoever works at the desk has all of them, and changes them. Nobody hears of it: a page asks.

use super::open::check_title;
use super::send::check_text;
use crate::error::{Error, Refusal};
use crate::policy::{self, By};
use crate::ports::{Look, Tx};
use crate::words::{CannedReply, Limits, strange_reply_name};
use std::mem;
use uuid::Uuid;

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedReplies {
    /// In the order in which they were made.
    pub items: Vec<CannedReply>,
    /// Where the next page begins; none at the end.
    pub next: Option<i64>,
}

/// `limit` of the canned replies, behind where an earlier page has ended.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who does not work at a desk.
pub fn canned_replies(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    after: Option<i64>,
    limit: i64,
) -> Result<CannedReplies, Error> {
    policy::require_desk(by)?;
    let mut found = look.canned_replies(after.unwrap_or(0), limit.saturating_add(1))?;
    let wanted = usize::try_from(limit).unwrap_or_default();
    let is_more = found.len() > wanted;
    found.truncate(wanted);
    let last = found.last().map(|(number, _)| *number);
    Ok(CannedReplies {
        items: found.into_iter().map(|(_, reply)| reply).collect(),
        next: last.filter(|_| is_more),
    })
}

/// One of them.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who does not work at a desk; [`Refusal::NoSuchCannedReply`].
pub fn canned_reply(look: &mut (impl Look + ?Sized), by: By<'_>, id: Uuid) -> Result<CannedReply, Error> {
    policy::require_desk(by)?;
    Ok(look.canned_reply(id)?.ok_or(Refusal::NoSuchCannedReply)?)
}

/// Keeps one, as a new one or in the place of the one with its name: whether it is new. The same again changes nothing.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who does not work at a desk; [`Refusal::EmptyTitle`], [`Refusal::TitleTooLong`],
/// [`Refusal::EmptyText`], [`Refusal::TextTooLong`], [`Refusal::NulInText`], [`Refusal::StrangeReplyName`];
/// [`Refusal::ShortcutTaken`]; [`Refusal::TooManyCannedReplies`].
pub fn put_canned_reply(
    tx: &mut dyn Tx,
    limits: &Limits,
    by: By<'_>,
    mut reply: CannedReply,
) -> Result<(CannedReply, bool), Error> {
    policy::require_desk(by)?;
    check_title(limits, &reply.title)?;
    check_text(limits, &reply.text, false)?;
    if let Some(name) = strange_reply_name(&reply.text) {
        return Err(Refusal::StrangeReplyName { name: name.to_owned() }.into());
    }
    let standing = tx.canned_reply(reply.id)?;
    let other = tx.canned_reply_typed(&reply.shortcut)?;
    if other.is_some_and(|other| other.id != reply.id) {
        return Err(Refusal::ShortcutTaken.into());
    }
    let max = limits.canned_replies;
    if standing.is_none() && tx.count_canned_replies()? >= i64::from(max) {
        return Err(Refusal::TooManyCannedReplies { max }.into());
    }
    if let Some(standing) = &standing {
        let updated_at = mem::replace(&mut reply.updated_at, standing.updated_at);
        if reply == *standing {
            return Ok((reply, false));
        }
        reply.updated_at = updated_at;
    }
    tx.put_canned_reply(&reply)?;
    Ok((reply, standing.is_none()))
}

/// Forgets one.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who does not work at a desk; [`Refusal::NoSuchCannedReply`].
pub fn remove_canned_reply(tx: &mut dyn Tx, by: By<'_>, id: Uuid) -> Result<(), Error> {
    canned_reply(tx, by, id)?;
    Ok(tx.remove_canned_reply(id)?)
}
