//! Any bytes for bodies as JSON and as forms, and queries.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| beseda_contracts::fuzzed::bodies(bytes));
