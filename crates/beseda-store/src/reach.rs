//! Whether a database takes work, for those who would hand some over.

use beseda_core::error::Fault;
use parking_lot::Mutex;
use std::sync::Arc;

/// What stands in the way of some connections, while something does.
#[derive(Clone, Default)]
pub(crate) struct Reach(Arc<Mutex<Option<Fault>>>);

impl Reach {
    /// Whether they can be used.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        self.0.lock().clone().map_or(Ok(()), Err)
    }

    /// What stands in their way from now on; nothing where it is over.
    pub(crate) fn set(&self, fault: Option<Fault>) {
        *self.0.lock() = fault;
    }
}
