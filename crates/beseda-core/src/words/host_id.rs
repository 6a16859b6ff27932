//! What the host application calls a person.

use super::PersonId;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// The lowest number of a person that no host application named. Numbers of the host's stay below: were they drawn
/// from one range, the host's next customer could become our administrator. 2^40, well inside what JSON's readers
/// take for an integer (2^53).
pub const FIRST_OWN_PERSON: PersonId = PersonId(1 << 40);

/// How many characters a host's name for somebody may have.
pub const HOST_NAME_CHARS: usize = 128;

/// What the host application calls a person: by a number, which is theirs here too, or by a text (a UUID, `auth0|5f7c`),
/// beside which they have a number of our own.
///
/// `7` and `"7"` are the same person. A text is a number only as a number is written, from 1 and below 2^40: `"0042"`
/// and a subject of 21 digits are names. It is told as a number or as a text, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostId<'a> {
    /// By their number; or nobody of the host's, whom this server numbered itself.
    Number(PersonId),
    /// By a text.
    Name(Cow<'a, str>),
}

/// A text by which nobody can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is a number or a text of 1 to {HOST_NAME_CHARS} characters, without control characters")]
pub struct NoHostId;

impl<'a> HostId<'a> {
    /// What a text calls somebody.
    ///
    /// # Errors
    /// [`NoHostId`] for one that is empty, too long, or has control characters.
    pub fn of(text: impl Into<Cow<'a, str>>) -> Result<Self, NoHostId> {
        let text = text.into();
        if let Some(number) = number(&text) {
            return Ok(Self::Number(number));
        }
        if is_host_name(&text) {
            Ok(Self::Name(text))
        } else {
            Err(NoHostId)
        }
    }

    /// The same person among those of one issuer that has a space of its own, written `space/id`.
    #[must_use]
    pub fn within(&self, space: &str) -> HostId<'static> {
        let id = self.to_string().replace('%', "%25").replace('/', "%2F");
        HostId::Name(Cow::Owned(format!("{space}/{id}")))
    }
}

/// A number of the host's.
fn number(text: &str) -> Option<PersonId> {
    plain_number(text)
        .map(PersonId)
        .filter(|&number| number < FIRST_OWN_PERSON)
}

/// A number from 1, in digits alone: a sign or a zero in front would write one number in two ways.
pub(super) fn plain_number(text: &str) -> Option<i64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_plain)
}

/// Whether a host application may call something so: 1 to [`HOST_NAME_CHARS`] characters, none of them a control one.
pub(super) fn is_host_name(text: &str) -> bool {
    let is_long = text.chars().nth(HOST_NAME_CHARS).is_some();
    !text.is_empty() && !is_long && !text.contains(char::is_control)
}

impl fmt::Display for HostId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Serialize for HostId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => number.serialize(serializer),
            Self::Name(name) => serializer.serialize_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> HostId<'_> {
        HostId::Name(text.into())
    }

    #[test]
    fn a_text_is_a_number_only_as_a_number_is_written() {
        let greatest = (FIRST_OWN_PERSON.0 - 1).to_string();
        for text in ["1", "7", &greatest] {
            assert_eq!(
                HostId::of(text).unwrap(),
                HostId::Number(PersonId(text.parse().unwrap()))
            );
        }
        let first_own = FIRST_OWN_PERSON.to_string();
        let names = [
            "0",
            "0042",
            "-7",
            "+7",
            "7.0",
            " 7",
            "٧",
            &first_own,
            "110169484474386276334",
        ];
        for text in names
            .into_iter()
            .chain(["auth0|5f7c", "3f2c0000-0000-4000-8000-000000000001", "анна"])
        {
            assert_eq!(HostId::of(text).unwrap(), named(text));
        }
    }

    #[test]
    fn nobody_is_called_by_nothing_by_control_characters_or_by_one_character_too_many() {
        let longest = "ё".repeat(HOST_NAME_CHARS);
        assert_eq!(HostId::of(longest.as_str()).unwrap(), named(&longest));
        for text in ["", "a\nb", "a\0", &format!("{longest}ё")] {
            assert_eq!(HostId::of(text), Err(NoHostId), "{text:?}");
        }
    }

    #[test]
    fn a_space_of_its_own_meets_no_other() {
        let within = |text| HostId::of(text).unwrap().within("shop").to_string();
        assert_eq!(
            [within("7"), within("a/b"), within("a%2Fb")],
            ["shop/7", "shop/a%2Fb", "shop/a%252Fb"]
        );
    }
}
