//! What a room is about, as the key that is unique among rooms.

use super::{OrderId, PersonId, RoomKind};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// What a room is about. Written as `order:2`, `pair:1:2`, `private:3:9`, `group:<uuid>` or `support:<uuid>`; two keys
/// are about the same exactly when they are written alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

/// A text that is no key of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a room's key is order:<number>, pair:<customer>:<therapist>, private:<person>:<person>, group:<uuid> or support:<uuid>"
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
    pub fn kind(self) -> RoomKind {
        match self {
            Self::Order(_) => RoomKind::Order,
            Self::Pair { .. } => RoomKind::Pair,
            Self::Private(..) => RoomKind::Private,
            Self::Group(_) => RoomKind::Group,
            Self::Support(_) => RoomKind::Support,
        }
    }
}

impl fmt::Display for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind().word();
        match self {
            Self::Order(order) => write!(f, "{kind}:{order}"),
            Self::Pair { customer, therapist } => write!(f, "{kind}:{customer}:{therapist}"),
            Self::Private(low, high) => write!(f, "{kind}:{low}:{high}"),
            Self::Group(uuid) | Self::Support(uuid) => write!(f, "{kind}:{uuid}"),
        }
    }
}

impl FromStr for RoomKey {
    type Err = NoRoomKey;

    fn from_str(text: &str) -> Result<Self, NoRoomKey> {
        let (kind, subject) = text.split_once(':').ok_or(NoRoomKey)?;
        let uuid = || Uuid::parse_str(subject).map_err(|_| NoRoomKey);
        let people = || {
            let (one, other) = subject.split_once(':').ok_or(NoRoomKey)?;
            Ok((PersonId(number(one)?), PersonId(number(other)?)))
        };
        match RoomKind::from_word(kind).ok_or(NoRoomKey)? {
            RoomKind::Order => Ok(Self::Order(OrderId(number(subject)?))),
            RoomKind::Pair => {
                let (customer, therapist) = people()?;
                if customer == therapist {
                    Err(NoRoomKey)
                } else {
                    Ok(Self::Pair { customer, therapist })
                }
            }
            RoomKind::Private => {
                let (one, other) = people()?;
                if one == other {
                    Err(NoRoomKey)
                } else {
                    Ok(Self::private(one, other))
                }
            }
            RoomKind::Group => uuid().map(Self::Group),
            RoomKind::Support => uuid().map(Self::Support),
        }
    }
}

/// A number from 1, in digits alone: a sign or a zero in front would write one key in two ways.
fn number(text: &str) -> Result<i64, NoRoomKey> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain).ok_or(NoRoomKey)
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
            "lesson:1",
            "order:99999999999999999999",
        ] {
            assert_eq!(text.parse::<RoomKey>(), Err(NoRoomKey), "{text}");
        }
    }
}
