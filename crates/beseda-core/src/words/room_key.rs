//! What a room is about, as the key that is unique among rooms.

use super::host_id::is_host_name;
use super::{HOST_NAME_CHARS, HostId, NoHostId, OrderId, OwnWord, RoomKind};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// What a room is about. Written as `order:2`, `pair:1:2`, `private:3:9`, `group:<uuid>`, `support:<uuid>`, `notes:<uuid>`, or
/// `<kind>:<id>` for any kind of an application's own; two keys are about the same exactly when they are written alike.
///
/// People and orders stand there as the host application calls them, whether or not they are known yet. Where two people
/// do, a `%` and a `:` of an id are written in percents.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RoomKey {
    /// An order.
    Order(OrderId),
    /// A customer and a therapist.
    Pair {
        /// The customer.
        customer: HostId<'static>,
        /// The therapist.
        therapist: HostId<'static>,
    },
    /// Two people of the school; numbers come before names, and the lower one first.
    Private(HostId<'static>, HostId<'static>),
    /// Any set of people; the key holds the room's own unguessable name.
    Group(Uuid),
    /// A visitor and the staff; the key holds the room's own unguessable name.
    Support(Uuid),
    /// What the staff of a desk says among itself of the room with this unguessable name.
    Notes(Uuid),
    /// Something of an application's own.
    Own {
        /// What it calls such things.
        kind: OwnWord,
        /// What it calls this one: 1 to [`HOST_NAME_CHARS`] characters, none of them a control character.
        id: String,
    },
}

/// A text that is no key of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a room's key is order:<id>, pair:<customer>:<therapist>, private:<person>:<person>, group:<uuid>, support:<uuid>, notes:<uuid>, or \
     <kind>:<id> of your own: small letters, digits, - and _ (at most {}); an id has 1 to {HOST_NAME_CHARS} characters, and \
     where there are two, % and : of one are written %25 and %3A",
    OwnWord::BYTES
)]
pub struct NoRoomKey;

impl RoomKey {
    /// The key of two people's room, whoever is named first.
    #[must_use]
    pub fn private(one: HostId<'_>, other: HostId<'_>) -> Self {
        let (one, other) = (as_read(&one), as_read(&other));
        if one <= other {
            Self::Private(one, other)
        } else {
            Self::Private(other, one)
        }
    }

    /// The key of a customer and a therapist.
    #[must_use]
    pub fn pair(customer: HostId<'_>, therapist: HostId<'_>) -> Self {
        Self::Pair {
            customer: as_read(&customer),
            therapist: as_read(&therapist),
        }
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
            Self::Notes(_) => RoomKind::Notes,
            Self::Own { kind, .. } => RoomKind::Own(*kind),
        }
    }

    /// The key of the room that has other ids of the host's in the same places. What has a name of the room's own stays.
    ///
    /// # Errors
    /// What `change` refuses, and [`NoHostId`].
    pub fn with_ids<E: From<NoHostId>>(
        self,
        mut change: impl FnMut(HostId<'static>) -> Result<HostId<'static>, E>,
    ) -> Result<Self, E> {
        Ok(match self {
            Self::Order(order) => Self::Order(OrderId(change(order.0)?)),
            Self::Pair { customer, therapist } => Self::pair(change(customer)?, change(therapist)?),
            Self::Private(one, other) => Self::private(change(one)?, change(other)?),
            Self::Own { kind, id } => Self::Own {
                kind,
                id: change(HostId::of(id)?)?.to_string(),
            },
            Self::Group(_) | Self::Support(_) | Self::Notes(_) => self,
        })
    }

    /// Whose room it is, where it is two people's.
    #[must_use]
    pub fn two(&self) -> Option<[&HostId<'static>; 2]> {
        match self {
            Self::Pair { customer, therapist } => Some([customer, therapist]),
            Self::Private(one, other) => Some([one, other]),
            Self::Order(_) | Self::Group(_) | Self::Support(_) | Self::Notes(_) | Self::Own { .. } => None,
        }
    }
}

impl fmt::Display for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        let kind = kind.word();
        match self {
            Self::Order(order) => write!(f, "{kind}:{order}"),
            Self::Pair { customer, therapist } => write!(f, "{kind}:{}:{}", escaped(customer), escaped(therapist)),
            Self::Private(one, other) => write!(f, "{kind}:{}:{}", escaped(one), escaped(other)),
            Self::Group(uuid) | Self::Support(uuid) | Self::Notes(uuid) => write!(f, "{kind}:{uuid}"),
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
            RoomKind::Order => subject.parse().map(Self::Order).map_err(|_| NoRoomKey),
            RoomKind::Pair => {
                let (customer, therapist) = two(subject)?;
                Ok(Self::Pair { customer, therapist })
            }
            RoomKind::Private => two(subject).map(|(one, other)| Self::private(one, other)),
            RoomKind::Group => uuid().map(Self::Group),
            RoomKind::Support => uuid().map(Self::Support),
            RoomKind::Notes => uuid().map(Self::Notes),
            RoomKind::Own(kind) if is_host_name(subject) => Ok(Self::Own {
                kind,
                id: subject.to_owned(),
            }),
            RoomKind::Own(_) => Err(NoRoomKey),
        }
    }
}

/// Two people, who are not one.
fn two(subject: &str) -> Result<(HostId<'static>, HostId<'static>), NoRoomKey> {
    let (one, other) = subject.split_once(':').ok_or(NoRoomKey)?;
    let (one, other) = (unescaped(one)?, unescaped(other)?);
    if one == other { Err(NoRoomKey) } else { Ok((one, other)) }
}

/// An id as it is when a key is read: a number of ours reads as a text, and a key is written in one way.
fn as_read(id: &HostId<'_>) -> HostId<'static> {
    HostId::of(id.to_string()).unwrap_or_else(|_| id.clone().into_owned())
}

/// An id as it stands beside another one.
fn escaped(id: &HostId<'_>) -> String {
    id.to_string().replace('%', "%25").replace(':', "%3A")
}

/// The id that stands so beside another one.
fn unescaped(text: &str) -> Result<HostId<'static>, NoRoomKey> {
    let id = text.replace("%3A", ":").replace("%3a", ":").replace("%25", "%");
    match HostId::of(id) {
        Ok(id) if escaped(&id).eq_ignore_ascii_case(text) => Ok(id),
        _ => Err(NoRoomKey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::FIRST_OWN_PERSON;

    #[test]
    fn a_key_is_written_in_one_way() {
        let uuid = "6f1c2a3b-0000-4000-8000-000000000001";
        for text in [
            "order:2".to_owned(),
            format!("order:{uuid}"),
            "order:0042".to_owned(),
            "order:A:7".to_owned(),
            "pair:2:1".to_owned(),
            "pair:google|7:auth0|5f7c".to_owned(),
            "private:3:9".to_owned(),
            format!("private:9:{uuid}"),
            "private:a%253A:b%3Ac".to_owned(),
            format!("group:{uuid}"),
            format!("support:{uuid}"),
            format!("notes:{uuid}"),
            "deal:17".to_owned(),
            "lesson:2026-11-28:b2".to_owned(),
            format!("ticket:{}", "ё".repeat(HOST_NAME_CHARS)),
        ] {
            assert_eq!(text.parse::<RoomKey>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn two_people_have_one_private_room_whoever_is_named_first() {
        for (written, kept) in [
            ("private:9:3", "private:3:9"),
            ("private:10:9", "private:9:10"),
            ("private:b:a", "private:a:b"),
            ("private:b:9", "private:9:b"),
        ] {
            assert_eq!(written.parse::<RoomKey>().unwrap().to_string(), kept);
        }
        assert_eq!("pair:9:3".parse::<RoomKey>().unwrap().to_string(), "pair:9:3");
    }

    #[test]
    fn somebody_of_ours_stands_in_a_key_as_it_is_read() {
        let ours = HostId::Number(FIRST_OWN_PERSON.0);
        for other in ["7", "0042", "abc"] {
            let key = RoomKey::private(ours.clone(), HostId::of(other).unwrap());
            assert_eq!(key.to_string().parse(), Ok(key));
        }
    }

    #[test]
    fn a_sign_that_parts_ids_is_one_of_theirs_in_percents() {
        let id = |text: &'static str| HostId::of(text).unwrap();
        let key = RoomKey::pair(id("a:b%3A"), id("7"));
        assert_eq!(key.to_string(), "pair:a%3Ab%253A:7");
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["pair:a%:7", "pair:a%20b:7", "pair:a:b:7", "pair:%2:7"] {
            assert_eq!(wrong.parse::<RoomKey>(), Err(NoRoomKey), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "order",
            "order:",
            "order:a\nb",
            "pair:1",
            "pair:1:1",
            "pair::1",
            "private:3:3",
            "private:a:a",
            "group:1",
            "support:x",
            "notes:17",
            "Lesson:1",
            "lesson:",
            "lesson:a\nb",
            ":1",
            // What a removed room is kept under.
            "#removed-7:deal:17",
            &format!("ticket:{}", "ё".repeat(HOST_NAME_CHARS + 1)),
            &format!("order:{}", "ё".repeat(HOST_NAME_CHARS + 1)),
        ] {
            assert_eq!(text.parse::<RoomKey>(), Err(NoRoomKey), "{text}");
        }
    }
}
