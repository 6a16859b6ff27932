//! Numbers with a name, so that a room's number cannot stand where a person's belongs.

use serde::{Deserialize, Serialize};
use std::fmt;

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
    /// A person's number: the host application's own where the person came from there.
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
    /// An order's number, given by the host application.
    OrderId
);
number!(
    /// A group's number (a class of the school), given by the host application.
    GroupId
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
