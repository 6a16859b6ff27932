//! Any bytes for cookies, and the sessions of a Flask application in them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| beseda_identity::host_session::fuzzed::cookies(bytes));
