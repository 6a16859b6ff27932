//! Any bytes for tokens, ours and those of hosts.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| beseda_identity::fuzzed::tokens(bytes));
