//! Any bytes for cursors, rooms' keys and hosts' ids.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| beseda_core::fuzzed::cursors(bytes));
