//! Browsers that are told, and how their people want it.

use crate::error::Fault;
use crate::words::{PersonId, PushSettings, PushSubscription, RoomId, Time};
use uuid::Uuid;

/// Reading them.
pub trait LookPush {
    /// Whether there is any browser to be told.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn has_push(&mut self) -> Result<bool, Fault>;
    /// The browser with this id.
    fn push_subscription(&mut self, id: Uuid) -> Result<Option<PushSubscription>, Fault>;
    /// The browser with this address.
    fn push_subscription_at(&mut self, endpoint: &str) -> Result<Option<PushSubscription>, Fault>;
    /// The browsers of a person, the first given first.
    fn push_subscriptions_of(&mut self, person: PersonId) -> Result<Vec<PushSubscription>, Fault>;
    /// Who is in these rooms and has a browser to be told, by rooms and then by their numbers.
    fn pushed_in(&mut self, rooms: &[RoomId]) -> Result<Vec<(RoomId, PersonId)>, Fault>;
    /// How the person wants to be told; `None` where they have not said.
    fn push_settings(&mut self, person: PersonId) -> Result<Option<PushSettings>, Fault>;
}

/// Writing them.
pub trait TxPush {
    /// Keeps a browser, in the place of that with the same id. No other has its address.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_push_subscription(&mut self, subscription: &PushSubscription) -> Result<(), Fault>;
    /// Forgets one; one that is not there is fine.
    fn remove_push_subscription(&mut self, id: Uuid) -> Result<(), Fault>;
    /// Forgets those of a person; those alone, where a moment is given, that they gave by what was proven then.
    fn remove_push_subscriptions_of(&mut self, person: PersonId, proven_at: Option<Time>) -> Result<(), Fault>;
    /// Keeps how the person wants to be told; `None` forgets it.
    fn put_push_settings(&mut self, person: PersonId, settings: Option<&PushSettings>) -> Result<(), Fault>;
}
