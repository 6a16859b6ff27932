//! Files in memory, for tests: everything is text.

use beseda_core::Error;
use beseda_core::error::{Fault, Refusal};
use beseda_core::ports::{Files, Upload};
use beseda_core::words::{FileLook, Time};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keeps bytes by name.
#[derive(Default)]
pub struct Shelf(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

struct Draft(Arc<Mutex<BTreeMap<String, Vec<u8>>>>, Vec<u8>);

impl Files for Shelf {
    fn begin(&self) -> Result<Box<dyn Upload>, Fault> {
        Ok(Box::new(Draft(Arc::clone(&self.0), Vec::new())))
    }

    fn read(&self, name: &str, from: u64, most: usize) -> Result<Option<Vec<u8>>, Fault> {
        let from = usize::try_from(from).unwrap();
        let shelf = self.0.lock();
        Ok(shelf
            .get(name)
            .map(|bytes| bytes.iter().skip(from).take(most).copied().collect()))
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        self.0.lock().remove(name);
        Ok(())
    }

    fn names(&self) -> Result<Vec<(String, Time)>, Fault> {
        Ok(self.0.lock().keys().map(|name| (name.clone(), Time(0))).collect())
    }

    fn sweep(&self, _: Time) -> Result<(), Fault> {
        Ok(())
    }

    fn stand(&self) -> Result<(), Fault> {
        Ok(())
    }

    fn prove(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl Upload for Draft {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.1.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self) -> Result<FileLook, Error> {
        if self.1.is_empty() {
            return Err(Refusal::EmptyFile.into());
        }
        Ok(FileLook {
            sha256: Sha256::digest(&self.1).into(),
            bytes: self.1.len() as u64,
            media: "text/plain".to_owned(),
            picture: None,
        })
    }

    fn keep(self: Box<Self>, name: &str) -> Result<(), Fault> {
        self.0.lock().insert(name.to_owned(), self.1);
        Ok(())
    }
}
