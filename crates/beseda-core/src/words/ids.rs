//! Numbers and names with a name, so that a room's number cannot stand where a person's belongs.

use super::{HostId, NoHostId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// A person's number: the host application's own where it has one for them and the person is the first with it.
    PersonId
);
number!(
    /// A room's number.
    RoomId
);
number!(
    /// A message's number among all messages of the server; it grows with time.
    MessageId
);
number!(
    /// The number of somebody's membership in a room.
    MemberId
);
number!(
    /// A job's number; none is given twice.
    JobId
);
number!(
    /// A message's number in its room: 1, 2, 3 … without holes. 0 stands before the first.
    Seq
);
number!(
    /// How many durable changes a room has had; a client's cursor is a head.
    Head
);

macro_rules! of_host {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub HostId<'static>);

        impl From<i64> for $name {
            /// By the host's number.
            fn from(number: i64) -> Self {
                Self(HostId::Number(number))
            }
        }

        impl FromStr for $name {
            type Err = NoHostId;

            fn from_str(text: &str) -> Result<Self, NoHostId> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

of_host!(
    /// What the host application calls an order.
    OrderId
);
of_host!(
    /// What the host application calls a group (a class of the school).
    GroupId
);

impl Seq {
    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Head {
    /// The head after one more change.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}
