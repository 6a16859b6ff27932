//! At hand: what a connection keeps of what was read over it before.

use crate::fronts::Fronts;
use crate::search::Stretches;

/// What was read before over a connection.
#[derive(Default)]
pub(crate) struct AtHand {
    pub(crate) stretches: Stretches,
    pub(crate) fronts: Fronts,
}
