//! How people are found by their names.

use super::Person;
use unicode_normalization::UnicodeNormalization;

/// A text as it is searched for and searched in: in lower case, and with `е` where some write `ё`. A letter and its marks
/// are one sign where there is one: some systems write `й` as two.
#[must_use]
pub fn search_form(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower
        .nfc()
        .map(|letter| if letter == 'ё' { 'е' } else { letter })
        .collect()
}

/// What a search of people looks in: the names that a person is called by. Never empty, and never an e-mail or a phone:
/// by those nobody is found who did not give them.
#[must_use]
pub fn searched_names(person: &Person) -> String {
    let Person {
        first_name,
        last_name,
        username,
        ..
    } = person;
    // People are called by either name first.
    search_form(&format!("{first_name} {last_name} {first_name} {username}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{PersonId, Role};

    #[test]
    fn case_and_the_dots_of_yo_do_not_matter() {
        assert_eq!(search_form("Фёдор ЁЖИКОВ Żółć ΟΔΟΣ"), "федор ежиков żółć οδοσ");
    }

    #[test]
    fn a_letter_and_its_marks_are_one_letter_however_they_are_written() {
        let apart = "\u{418}\u{306}\u{438}\u{306} \u{415}\u{308}\u{436} Z\u{307}o\u{301}ł";
        assert_eq!(search_form(apart), "йй еж żół");
        assert_eq!(search_form(apart), search_form("Йй Ёж Żół"));
    }

    #[test]
    fn somebody_without_names_has_a_form_too() {
        assert_eq!(searched_names(&Person::new(PersonId(1), Role::User)), "   ");
    }
}
