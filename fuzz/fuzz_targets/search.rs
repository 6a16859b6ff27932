//! Any bytes for searches.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| beseda_core::fuzzed::search(bytes));
