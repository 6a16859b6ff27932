//! The desk's hours: everybody may know them, and who answers for visitors' rooms by their role changes them.

use super::send::check_text;
use crate::error::{Error, Refusal};
use crate::policy::{self, By};
use crate::ports::{Look, Tx};
use crate::words::{Hours, Limits};

/// When somebody is at the desk; always, where nobody has said.
pub fn hours(look: &mut (impl Look + ?Sized)) -> Result<Hours, Error> {
    Ok(look.hours()?.unwrap_or_else(Hours::always))
}

/// Keeps when somebody is at the desk. The same again changes nothing.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who does not answer for visitors' rooms; [`Refusal::NotWeek`]; [`Refusal::TextTooLong`],
/// [`Refusal::NulInText`] of the words.
pub fn put_hours(tx: &mut dyn Tx, limits: &Limits, by: By<'_>, mut hours: Hours) -> Result<Hours, Error> {
    policy::require_hours(by)?;
    let max = limits.hours_stretches;
    let week = Hours::week_of(&hours.week).filter(|_| hours.week.len() <= max);
    hours.week = week.ok_or(Refusal::NotWeek { max })?;
    // Nothing may be said.
    check_text(limits, &hours.words, true)?;
    if let Some(standing) = tx.hours()? {
        let updated_at = std::mem::replace(&mut hours.updated_at, standing.updated_at);
        if hours == standing {
            return Ok(hours);
        }
        hours.updated_at = updated_at;
    }
    tx.put_hours(&hours)?;
    Ok(hours)
}
