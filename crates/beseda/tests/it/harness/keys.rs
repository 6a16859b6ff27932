//! Keys of issuers, made when a story runs, and the files that settings name.
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the files that an operator would"
)]

#[path = "../../../../beseda-identity/src/keys/made.rs"]
mod made;

pub use made::Pair;

use super::server::folder_of;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub static RSA: LazyLock<Pair> = LazyLock::new(|| made::rsa(2_048));
pub static RSA_OTHER: LazyLock<Pair> = LazyLock::new(|| made::rsa(2_048));
pub static EC: LazyLock<Pair> = LazyLock::new(made::p256);
pub static EC_OTHER: LazyLock<Pair> = LazyLock::new(made::p384);
pub static ED: LazyLock<Pair> = LazyLock::new(made::ed25519);

/// A file that a public key is in. Each call makes one of its own: a server that starts beside another story would read
/// one that is being written anew.
pub fn file(name: &str, key: &Pair) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder_of("keys").join(format!("{number}-{name}"));
    fs::write(&path, &key.public).expect("the key is written");
    path
}
