//! What fuzzers begin with and have found: files that every test run gives to the same function.
#![expect(
    clippy::expect_used,
    reason = "a test-kit: a corpus that cannot be read is a failure"
)]

use std::panic::catch_unwind;
use std::path::Path;

/// Gives every file of `fuzz/corpus/<name>` to the function that the fuzz target of this name gives bytes to.
///
/// # Panics
/// Where the function does, with the file's name; where there is no file.
#[expect(clippy::disallowed_methods, reason = "the corpora are files of the repository")]
pub fn corpus(name: &str, takes: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(name);
    let files = std::fs::read_dir(&folder).expect("a folder of the corpus");
    let mut taken = 0;
    for file in files {
        let path = file.expect("a file of the corpus").path();
        let bytes = std::fs::read(&path).expect("a file of the corpus");
        assert!(catch_unwind(|| takes(&bytes)).is_ok(), "{}", path.display());
        taken += 1;
    }
    assert!(taken > 0, "{} is empty", folder.display());
}
