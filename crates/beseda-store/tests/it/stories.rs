//! The stories, told on both databases.

use crate::support::Folder;
use beseda_core::ports::{Audience, Store};
use beseda_store::{Opened, Options, Postgres, PostgresOptions, Sqlite};
use beseda_testkit::{Ground, stories};
use parking_lot::Mutex;
use std::sync::Arc;

#[test]
fn every_story_is_true_on_sqlite() {
    for seed in 1..=3 {
        let folders = Mutex::new(Vec::new());
        let make = |audience: Arc<dyn Audience>| -> Arc<dyn Store> {
            let folder = Folder::new();
            let store = Sqlite::open(&Options::at(folder.database())).unwrap();
            store.set_audience(audience);
            folders.lock().push(folder);
            Arc::new(store)
        };
        stories::all(&make, seed);
    }
}

/// A story takes a schema of its own, which takes a while: all of them once, and those of chance more often.
#[test]
fn every_story_is_true_on_postgresql() {
    let grounds = Mutex::new(Vec::new());
    let make = |audience: Arc<dyn Audience>| -> Arc<dyn Store> {
        let ground = Ground::new();
        let store = Postgres::open(&PostgresOptions::at(ground.url())).unwrap();
        store.set_audience(audience);
        grounds.lock().push(ground);
        Arc::new(store)
    };
    stories::all(&make, 1);
    (2..=4).for_each(|seed| stories::compared(&make, seed));
}
