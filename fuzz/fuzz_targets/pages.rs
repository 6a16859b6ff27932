//! Any bytes for pages of the index of search.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| beseda_core::fuzzed::pages(bytes));
