//! What the host application calls somebody or something of its own.

use super::PersonId;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The lowest number of ours, of a person that no host application named or that it calls by a text. Numbers of the host's stay below: were they drawn
/// from one range, the host's next customer could become our administrator. 2^40, well inside what JSON's readers
/// take for an integer (2^53).
pub const FIRST_OWN_PERSON: PersonId = PersonId(1 << 40);

/// How many characters a host's name for somebody or something may have.
pub const HOST_NAME_CHARS: usize = 128;

/// The space of ids that are this server's own: of people and orders that its commands make and take away again. No host
/// can speak of them, see [`HostId::is_reserved`].
pub const RESERVED_SPACE: &str = "beseda";

/// What the host application calls a person, an order or a group: a number, or a text (a UUID, `auth0|5f7c`).
///
/// `7` and `"7"` are the same. A text is a number only as a number is written, from 1 and below 2^40: `"0042"` and a
/// subject of 21 digits are names. It is told as a number or as a text, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostId<'a> {
    /// A number of the host's; or one of ours, of whom the host does not know or does not know any more.
    Number(i64),
    /// A text.
    Name(Cow<'a, str>),
}

/// A text by which nothing can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is a number or a text of 1 to {HOST_NAME_CHARS} characters, without control characters")]
pub struct NoHostId;

impl<'a> HostId<'a> {
    /// What a text names.
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

    /// The number of ours that a text is, where it is one: the host does not know its bearer.
    #[must_use]
    pub fn own_number(&self) -> Option<PersonId> {
        match self {
            Self::Number(_) => None,
            Self::Name(name) => plain_number(name).map(PersonId).filter(|&id| id >= FIRST_OWN_PERSON),
        }
    }

    /// Whether no host may call anybody or anything so.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        matches!(self, Self::Name(name) if name.split_once('/').is_some_and(|(space, _)| space == RESERVED_SPACE))
    }

    /// The same without borrowing.
    #[must_use]
    pub fn into_owned(self) -> HostId<'static> {
        match self {
            Self::Number(number) => HostId::Number(number),
            Self::Name(name) => HostId::Name(Cow::Owned(name.into_owned())),
        }
    }

    /// The same person among those of one issuer that has a space of its own, written `space/id`.
    ///
    /// # Errors
    /// [`NoHostId`] for what is too long with the space before it: no call could name it.
    pub fn within(&self, space: &str) -> Result<HostId<'static>, NoHostId> {
        let id = self.to_string().replace('%', "%25").replace('/', "%2F");
        HostId::of(format!("{space}/{id}"))
    }
}

/// A number of the host's.
fn number(text: &str) -> Option<i64> {
    plain_number(text).filter(|&number| number < FIRST_OWN_PERSON.0)
}

/// A number from 1, in digits alone: a sign or a zero in front would write one number in two ways.
fn plain_number(text: &str) -> Option<i64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_plain)
}

/// Whether a host application may call something so: 1 to [`HOST_NAME_CHARS`] characters, none of them a control one.
pub(super) fn is_host_name(text: &str) -> bool {
    let is_long = text.chars().nth(HOST_NAME_CHARS).is_some();
    !text.is_empty() && !is_long && !text.contains(char::is_control)
}

impl FromStr for HostId<'static> {
    type Err = NoHostId;

    fn from_str(text: &str) -> Result<Self, NoHostId> {
        Self::of(text.to_owned())
    }
}

impl From<PersonId> for HostId<'static> {
    /// Whom the host application calls by their number here.
    fn from(person: PersonId) -> Self {
        Self::Number(person.0)
    }
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

impl<'de> Deserialize<'de> for HostId<'static> {
    /// From a whole number or a text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

struct Read;

impl Visitor<'_> for Read {
    type Value = HostId<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NoHostId}")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        HostId::of(text.to_owned()).map_err(E::custom)
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
            assert_eq!(HostId::of(text).unwrap(), HostId::Number(text.parse().unwrap()));
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
    fn a_reserved_id_is_spoken_in_one_way_alone() {
        for text in ["beseda/", "beseda/doctor-admin", "beseda/a/b"] {
            assert!(named(text).is_reserved(), "{text}");
        }
        for text in ["beseda", "beseda-doctor", "Beseda/a", "/beseda/a", "beseda%2Fa", "7"] {
            assert!(!HostId::of(text).unwrap().is_reserved(), "{text}");
        }
        assert!(!named("beseda/a").within("shop").unwrap().is_reserved());
    }

    #[test]
    fn a_space_of_its_own_meets_no_other() {
        let within = |text| HostId::of(text).unwrap().within("shop").unwrap().to_string();
        assert_eq!(
            [within("7"), within("a/b"), within("a%2Fb")],
            ["shop/7", "shop/a%2Fb", "shop/a%252Fb"]
        );
        let longest = "ё".repeat(HOST_NAME_CHARS - "shop/".len());
        assert!(HostId::of(longest.as_str()).unwrap().within("shop").is_ok());
        assert_eq!(HostId::of(format!("{longest}ё")).unwrap().within("shop"), Err(NoHostId));
    }
}
