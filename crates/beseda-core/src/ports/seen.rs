//! When people were last there.

use crate::error::Fault;
use crate::words::{PersonId, Time};

/// Reading when people were last there.
pub trait LookSeen {
    /// When each of these people was last there, of whom it is kept, in any order.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn seen_at(&mut self, people: &[PersonId]) -> Result<Vec<(PersonId, Time)>, Fault>;
}

/// Writing when people were last there.
pub trait TxSeen {
    /// Keeps when people were last there, each of them once. A later moment that is kept already stays, unless it is behind
    /// `ahead`; of who was deleted nothing is kept.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_seen(&mut self, seen: &[(PersonId, Time)], ahead: Time) -> Result<(), Fault>;
    /// Forgets when somebody was last there.
    fn forget_seen(&mut self, person: PersonId) -> Result<(), Fault>;
}
