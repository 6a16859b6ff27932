//! A folder for one test, and the two ways to upload.

#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use beseda_core::error::{Error, Refusal};
use beseda_core::ports::Files;
use beseda_core::words::{FileLook, Limits};
use beseda_store::{DiskFiles, MediaTypes};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder that is gone when the test is over.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("files-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn chat(&self) -> PathBuf {
        self.0.join("uploads/chat")
    }

    pub fn disk(&self, limits: &Limits) -> DiskFiles {
        DiskFiles::open(self.chat(), limits, MediaTypes::default()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// Uploads and keeps.
pub fn keep(files: &dyn Files, name: &str, bytes: &[u8]) -> FileLook {
    let mut upload = files.begin().unwrap();
    upload.write(bytes).unwrap();
    let look = upload.finish().unwrap();
    upload.keep(name).unwrap();
    look
}

/// Uploads, and says why it was refused.
pub fn refused(files: &dyn Files, bytes: &[u8]) -> Refusal {
    let mut upload = files.begin().unwrap();
    upload.write(bytes).unwrap();
    match upload.finish() {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// All that is kept under a name.
pub fn read(files: &dyn Files, name: &str) -> Vec<u8> {
    files.read(name, 0, usize::MAX).unwrap().unwrap()
}
