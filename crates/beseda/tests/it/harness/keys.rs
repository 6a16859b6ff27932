//! Keys of issuers, made when a story runs, and the files that settings name.
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the files that an operator would"
)]

#[path = "../../../../beseda-identity/src/keys/made.rs"]
mod made;

pub use made::Pair;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

pub static RSA: LazyLock<Pair> = LazyLock::new(|| made::rsa(2_048));
pub static RSA_OTHER: LazyLock<Pair> = LazyLock::new(|| made::rsa(2_048));
pub static EC: LazyLock<Pair> = LazyLock::new(made::p256);
pub static EC_OTHER: LazyLock<Pair> = LazyLock::new(made::p384);
pub static ED: LazyLock<Pair> = LazyLock::new(made::ed25519);

/// The file that a public key is in.
pub fn file(name: &str, key: &Pair) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("it-{}", std::process::id()))
        .join("keys");
    fs::create_dir_all(&folder).expect("a folder for keys");
    let path = folder.join(name);
    fs::write(&path, &key.public).expect("the key is written");
    path
}
