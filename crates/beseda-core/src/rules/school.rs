//! The school: whom somebody may write to, and the classes that they are of.

use crate::error::Error;
use crate::policy::{Reach, reach_of, require_reach};
use crate::ports::Look;
use crate::words::{Limits, Person, Role, search_form};

/// The shortest text that is searched for, in characters: a single letter finds half the school.
pub const SEARCH_CHARS: usize = 2;

/// People whose name holds `text` and whom the person may write to, by their names; nobody for a text shorter than
/// [`SEARCH_CHARS`].
pub fn search_people(
    look: &mut (impl Look + ?Sized),
    limits: &Limits,
    by: &Person,
    text: &str,
) -> Result<Vec<Person>, Error> {
    let text = text.trim();
    // A letter whose marks are signs of their own is one letter.
    if search_form(text).chars().count() < SEARCH_CHARS {
        return Ok(Vec::new());
    }
    let limit = i64::from(limits.search_rows);
    // One more, because the person may be among them.
    let mut people = match reach_of(by) {
        Reach::School => look.search_by_role(text, [Role::Teacher, Role::Student], limit + 1)?,
        Reach::Classes => {
            let mut people = look.search_by_role(text, [Role::Teacher, Role::Teacher], limit + 1)?;
            let classmates = look.search_classmates(text, by.id, limit + 1)?;
            let reached = |person: &Person| require_reach(Reach::Classes, person, true).is_ok();
            people.extend(classmates.into_iter().filter(reached));
            people
        }
        Reach::Nobody => Vec::new(),
    };
    people.retain(|person| person.id != by.id);
    people.sort_by(|one, other| {
        (&one.last_name, &one.first_name, one.id).cmp(&(&other.last_name, &other.first_name, other.id))
    });
    people.dedup_by_key(|person| person.id);
    people.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(people)
}
