//! Any bytes for multipart forms and the names of their files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| beseda_contracts::shared::http::body::fuzzed::multipart(bytes));
