//! Voices that several contracts have in common. One that a contract has for itself stands in its folder.

pub mod drf;

pub use drf::DRF;
