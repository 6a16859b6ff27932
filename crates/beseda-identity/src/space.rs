//! Whose ids a proof speaks of: those that everybody shares, or those that somebody has for their own.

use beseda_core::words::{HostId, NoHostId, RESERVED_SPACE, RoomKey};
use std::sync::Arc;

/// Where the ids of an issuer, or of the host's own sessions, lie.
pub(crate) struct Space {
    /// The space of their own, where they have one.
    own: Option<String>,
    /// Every space that somebody has for their own.
    all: Arc<[String]>,
}

/// Why an id is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Elsewhere {
    #[error("with the namespace before it names nothing: {0}")]
    TooLong(#[from] NoHostId),
    #[error("is of another one's namespace")]
    AnotherOnes,
    #[error("is of the namespace `{RESERVED_SPACE}`, which is the server's own")]
    Reserved,
}

impl Space {
    pub(crate) fn new(own: Option<String>, all: Arc<[String]>) -> Self {
        Self { own, all }
    }

    /// Keeps one more space from whoever has none.
    pub(crate) fn reserve(&mut self, space: &str) {
        let all = self.all.iter().map(String::as_str).chain([space]);
        self.all = all.map(str::to_owned).collect();
    }

    /// Somebody or something of the host's, as it is called here. What reads like an id of another space would be taken
    /// for it.
    pub(crate) fn id(&self, id: HostId<'static>) -> Result<HostId<'static>, Elsewhere> {
        match (&self.own, &id) {
            (Some(own), _) => Ok(id.within(own)?),
            (None, id) if id.is_reserved() => Err(Elsewhere::Reserved),
            (None, HostId::Name(name)) if self.is_another_ones(name) => Err(Elsewhere::AnotherOnes),
            (None, _) => Ok(id),
        }
    }

    /// A room of the host's, as it is called here.
    pub(crate) fn room(&self, key: RoomKey) -> Result<RoomKey, Elsewhere> {
        key.with_ids(|id| self.id(id))
    }

    fn is_another_ones(&self, name: &str) -> bool {
        let space = name.split_once('/').map(|(space, _)| space);
        self.all.iter().any(|known| space == Some(known))
    }
}
