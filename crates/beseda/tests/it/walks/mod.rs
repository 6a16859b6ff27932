//! Acceptance walks: each contract's whole scenario, spoken as its document shows it and no other way.

mod order_desk;
mod school;
mod spa;
mod support_desk;
