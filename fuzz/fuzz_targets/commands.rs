//! Any bytes for what the sockets of every contract hear.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| beseda_contracts::fuzzed::commands(bytes));
