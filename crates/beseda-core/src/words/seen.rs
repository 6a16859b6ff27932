//! Somebody whom another one shares a room with, and when they were last there.

use super::{HostId, PersonId, Time};

/// Somebody whom another one shares a room with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// Their number.
    pub id: PersonId,
    /// What the host application calls them.
    pub name: HostId<'static>,
    /// When they were last there, where that is kept.
    pub seen_at: Option<Time>,
}
