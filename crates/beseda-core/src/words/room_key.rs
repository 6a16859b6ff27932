//! What a room is about, as the key that is unique among rooms.

use super::host_id::{is_host_name, plain_number};
use super::{HOST_NAME_CHARS, OrderId, OwnKind, PersonId, RoomKind};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// What a room is about. Written as `order:2`, `pair:1:2`, `private:3:9`, `group:<uuid>`, `support:<uuid>`, or
/// `<kind>:<id>` for any kind of an application's own; two keys are about the same exactly when they are written alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RoomKey {
    /// An order.
    Order(OrderId),
    /// A customer and a therapist.
    Pair {
        /// The customer.
        customer: PersonId,
        /// The therapist.
        therapist: PersonId,
    },
    /// Two people of the school; the lower number comes first.
    Private(PersonId, PersonId),
    /// Any set of people; the key holds the room's own unguessable name.
    Group(Uuid),
    /// A visitor and the staff; the key holds the room's own unguessable name.
    Support(Uuid),
    /// Something of an application's own.
    Own {
        /// What it calls such things.
        kind: OwnKind,
        /// What it calls this one: 1 to [`HOST_NAME_CHARS`] characters, none of them a control character.
        id: String,
    },
}

/// A text that is no key of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a room's key is order:<number>, pair:<customer>:<therapist>, private:<person>:<person>, group:<uuid>, \
     support:<uuid>, or <kind>:<id> of your own: small letters, digits, - and _ (at most {}), and 1 to {HOST_NAME_CHARS} \
     characters",
    OwnKind::BYTES
)]
pub struct NoRoomKey;

impl RoomKey {
    /// The key of two people's room, whoever is named first.
    #[must_use]
    pub fn private(one: PersonId, other: PersonId) -> Self {
        Self::Private(one.min(other), one.max(other))
    }

    /// The kind of room that it is of.
    #[must_use]
    pub fn kind(&self) -> RoomKind {
        match self {
            Self::Order(_) => RoomKind::Order,
            Self::Pair { .. } => RoomKind::Pair,
            Self::Private(..) => RoomKind::Private,
            Self::Group(_) => RoomKind::Group,
            Self::Support(_) => RoomKind::Support,
            Self::Own { kind, .. } => RoomKind::Own(*kind),
        }
    }
}

impl fmt::Display for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        let kind = kind.word();
        match self {
            Self::Order(order) => write!(f, "{kind}:{order}"),
            Self::Pair { customer, therapist } => write!(f, "{kind}:{customer}:{therapist}"),
            Self::Private(low, high) => write!(f, "{kind}:{low}:{high}"),
            Self::Group(uuid) | Self::Support(uuid) => write!(f, "{kind}:{uuid}"),
            Self::Own { id, .. } => write!(f, "{kind}:{id}"),
        }
    }
}

impl FromStr for RoomKey {
    type Err = NoRoomKey;

    fn from_str(text: &str) -> Result<Self, NoRoomKey> {
        let (kind, subject) = text.split_once(':').ok_or(NoRoomKey)?;
        let uuid = || Uuid::parse_str(subject).map_err(|_| NoRoomKey);
        match RoomKind::from_word(kind).ok_or(NoRoomKey)? {
            RoomKind::Order => Ok(Self::Order(OrderId(number(subject)?))),
            RoomKind::Pair => {
                let (customer, therapist) = two(subject)?;
                Ok(Self::Pair { customer, therapist })
            }
            RoomKind::Private => two(subject).map(|(one, other)| Self::private(one, other)),
            RoomKind::Group => uuid().map(Self::Group),
            RoomKind::Support => uuid().map(Self::Support),
            RoomKind::Own(kind) if is_host_name(subject) => Ok(Self::Own {
                kind,
                id: subject.to_owned(),
            }),
            RoomKind::Own(_) => Err(NoRoomKey),
        }
    }
}

/// Two people, who are not one.
fn two(subject: &str) -> Result<(PersonId, PersonId), NoRoomKey> {
    let (one, other) = subject.split_once(':').ok_or(NoRoomKey)?;
    let (one, other) = (PersonId(number(one)?), PersonId(number(other)?));
    if one == other { Err(NoRoomKey) } else { Ok((one, other)) }
}

/// A number, which one key writes in one way.
fn number(text: &str) -> Result<i64, NoRoomKey> {
    plain_number(text).ok_or(NoRoomKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_in_one_way() {
        let uuid = "6f1c2a3b-0000-4000-8000-000000000001";
        for text in [
            "order:2".to_owned(),
            "pair:2:1".to_owned(),
            "private:3:9".to_owned(),
            format!("group:{uuid}"),
            format!("support:{uuid}"),
            "deal:17".to_owned(),
            "lesson:2026-11-28:b2".to_owned(),
            format!("ticket:{}", "ё".repeat(HOST_NAME_CHARS)),
        ] {
            assert_eq!(text.parse::<RoomKey>().unwrap().to_string(), text);
        }
        assert_eq!("private:9:3".parse::<RoomKey>().unwrap().to_string(), "private:3:9");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "order",
            "order:",
            "order:0",
            "order:02",
            "order:+2",
            "order:-2",
            "order:2:3",
            "pair:1",
            "pair:1:1",
            "private:3:3",
            "group:1",
            "support:x",
            "Lesson:1",
            "lesson:",
            "lesson:a\nb",
            ":1",
            // What a removed room is kept under.
            "#removed-7:deal:17",
            &format!("ticket:{}", "ё".repeat(HOST_NAME_CHARS + 1)),
            "order:99999999999999999999",
        ] {
            assert_eq!(text.parse::<RoomKey>(), Err(NoRoomKey), "{text}");
        }
    }
}
