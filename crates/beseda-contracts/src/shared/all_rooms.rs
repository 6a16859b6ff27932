//! What the sockets for all rooms of a person know of the server. They speak it for as long as the process lives, so it is never
//! given back.

use beseda_core::words::OwnKinds;
use beseda_identity::Uploads;

/// What the sockets for all rooms of a person know of the server.
pub struct AllRooms {
    /// What the application says of kinds of rooms of its own.
    pub own: &'static OwnKinds,
    /// Ids of uploaded files.
    pub uploads: Uploads,
}

impl AllRooms {
    /// With what the application says, and ids that this secret seals.
    #[must_use]
    pub fn lasting(own: OwnKinds, secret: &[u8]) -> &'static Self {
        Box::leak(Box::new(Self {
            own: Box::leak(Box::new(own)),
            uploads: Uploads::new(secret),
        }))
    }
}
