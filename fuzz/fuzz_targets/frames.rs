//! Any bytes for the codec of sockets.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| beseda_live::codec::fuzzed::frames(bytes));
