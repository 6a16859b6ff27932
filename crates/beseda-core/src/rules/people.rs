//! People and groups, as the host application puts them.

use crate::error::{Error, Refusal};
use crate::ports::Tx;
use crate::words::{Group, NewPerson, PersonId};

/// The lowest number of a person that no host application named. Numbers of the host's stay below: were they drawn
/// from one range, the host's next customer could become our administrator. 2^40, well inside what JSON's readers
/// take for an integer (2^53).
pub const FIRST_OWN_PERSON: PersonId = PersonId(1 << 40);

/// Makes a person or changes the one with this number.
///
/// # Errors
/// A fault where the store fails, also when another person has the same username, e-mail or phone.
pub fn put_person(tx: &mut dyn Tx, person: &NewPerson) -> Result<(), Error> {
    Ok(tx.put_person(person)?)
}

/// Makes a person that no host application knows, under a number of our own. `person.id` is not looked at.
///
/// # Errors
/// As [`put_person`].
pub fn new_own_person(tx: &mut dyn Tx, person: &NewPerson) -> Result<PersonId, Error> {
    let id = tx.next_own_person()?;
    let mut person = person.clone();
    person.person.id = id;
    tx.put_person(&person)?;
    Ok(id)
}

/// Makes a group or changes the one with this number.
///
/// # Errors
/// [`Refusal::NoSuchPerson`] where somebody named is unknown.
pub fn put_group(tx: &mut dyn Tx, group: &Group) -> Result<(), Error> {
    for &person in group.teacher.iter().chain(&group.students) {
        if tx.person(person)?.is_none() {
            return Err(Refusal::NoSuchPerson.into());
        }
    }
    Ok(tx.put_group(group)?)
}
