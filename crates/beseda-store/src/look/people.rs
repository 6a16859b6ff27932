//! Groups, and people who are searched by their names.

use crate::rows;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::words::{Group, Person, PersonId, search_form};
use rusqlite::{Params, ToSql};

/// SQLite takes no longer pattern; nobody has a name that it would find.
const LONGEST_PATTERN: usize = 50_000;

/// The pattern of names that hold a text, whatever signs are in it.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in search_form(text).chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

impl Transaction<'_> {
    /// The people of a statement that takes a pattern of names and then these values.
    pub(super) fn search(&self, sql: &str, text: &str, values: &[&dyn ToSql]) -> Result<Vec<Person>, Fault> {
        let pattern = pattern(text);
        if pattern.len() > LONGEST_PATTERN {
            return Ok(Vec::new());
        }
        let mut all: Vec<&dyn ToSql> = vec![&pattern];
        all.extend(values);
        self.all(sql, all.as_slice(), |row| rows::person(row, 0))
    }

    /// The groups of a statement, each with its students.
    pub(super) fn groups(&self, sql: &str, values: impl Params) -> Result<Vec<Group>, Fault> {
        let mut groups = self.all(sql, values, rows::group)?;
        for group in &mut groups {
            group.students = self.all(sql::GROUP_STUDENTS_OF_GROUP, [group.id.0], |row| {
                row.get(0).map(PersonId)
            })?;
        }
        Ok(groups)
    }
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn signs_of_a_pattern_stand_for_themselves() {
        assert_eq!(pattern(r"100%_\Ё"), r"%100\%\_\\е%");
    }
}
