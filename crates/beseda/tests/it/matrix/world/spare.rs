//! People and classes who do not try anything themselves, but are written to.

use super::id_of;
use crate::harness::Town;
use serde_json::json;

/// A teacher, whom everybody of the school may write to.
pub const TUTOR: i64 = 901;
/// A student of the other teacher's class.
pub const CLASSMATE_OF_OTHERS: i64 = 902;
/// A teacher who is deactivated.
pub const GONE_TEACHER: i64 = 903;
/// A therapist who is deactivated.
pub const GONE_THERAPIST: i64 = 904;
/// Somebody who is not of the school.
pub const CUSTOMER: i64 = 905;
/// A teacher to whom nobody has written yet by another contract.
pub const HEADMASTER: i64 = 906;

/// The teacher's class, with the student in it.
pub const CLASS: i64 = 1;
/// The other teacher's class, with the other student in it.
pub const OTHER_CLASS: i64 = 2;

/// These people, and the classes.
pub fn people_and_classes(mut town: Town) -> Town {
    for (id, role) in [
        (TUTOR, "teacher"),
        (CLASSMATE_OF_OTHERS, "student"),
        (GONE_TEACHER, "teacher"),
        (GONE_THERAPIST, "therapist"),
        (CUSTOMER, "client"),
        (HEADMASTER, "teacher"),
    ] {
        town = town.person(json!({
            "id": id, "username": format!("spare{id}"), "role": role, "first_name": "Spare", "last_name": "Person",
        }));
    }
    town.group(json!({"id": CLASS, "name": "7А", "teacher": id_of("teacher"), "students": [id_of("student")]}))
        .group(json!({
            "id": OTHER_CLASS, "name": "7Б", "teacher": id_of("other_teacher"),
            "students": [id_of("other_student"), CLASSMATE_OF_OTHERS],
        }))
}
