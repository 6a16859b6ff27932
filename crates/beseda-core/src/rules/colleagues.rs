//! Colleagues: those who work at a desk know each other, because they hand their cases on.

use super::SEARCH_CHARS;
use crate::error::Error;
use crate::policy::{self, By};
use crate::ports::Look;
use crate::words::{Limits, Person, Role, search_form};
use std::collections::BTreeSet;

/// Whether both the asker and this person work at a desk.
#[must_use]
pub fn is_colleague(by: By<'_>, person: &Person) -> bool {
    let them = By { person, ..by };
    policy::require_desk(by).is_ok() && policy::require_desk(them).is_ok()
}

/// The asker's colleagues whose name holds `text`, by their names; nobody for a text shorter than [`SEARCH_CHARS`].
///
/// # Errors
/// Faults of the store.
pub fn search_colleagues(
    look: &mut (impl Look + ?Sized),
    limits: &Limits,
    by: By<'_>,
    text: &str,
) -> Result<Vec<Person>, Error> {
    let text = text.trim();
    if policy::require_desk(by).is_err() || search_form(text).chars().count() < SEARCH_CHARS {
        return Ok(Vec::new());
    }
    let desks = policy::desks(by.kinds).into_iter();
    let roles: BTreeSet<Role> = desks.flat_map(|(_, roles)| roles).collect();
    let limit = i64::from(limits.search_rows);
    let mut people = Vec::new();
    for role in roles {
        // One more, because the asker may be among them.
        people.extend(look.search_by_role(text, [role, role], limit + 1)?);
    }
    people.retain(|person| person.id != by.person.id);
    people.sort_by(|one, other| {
        (&one.last_name, &one.first_name, one.id).cmp(&(&other.last_name, &other.first_name, other.id))
    });
    people.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(people)
}
