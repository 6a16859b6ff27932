//! What `/readyz` answers, and what is noticed without anybody asking.

use super::*;
use crate::system::pretend::Scratch;
use crate::system::{Folder as _, PrivateFolder, System};
use beseda_core::ports::{Change, Glance, Store};
use beseda_core::words::{Epoch, Limits};
use beseda_core::{Hindrance, rules};
use beseda_store::{DiskFiles, MediaTypes};
use beseda_testkit::Model;

/// A store that is in these states one after the other, the last one first, and well in the end; it keeps everything.
struct Moody(parking_lot::Mutex<Vec<Result<(), Fault>>>, Arc<Model>);

impl Store for Moody {
    fn transact(&self, change: Box<dyn Change>) {
        self.1.transact(change);
    }

    fn glance(&self, glance: Box<dyn Glance>) {
        self.1.glance(glance);
    }

    fn ready(&self) -> Result<(), Fault> {
        self.0.lock().pop().unwrap_or(Ok(()))
    }
}

struct House {
    store: Arc<Moody>,
    health: Health,
    folder: Scratch,
}

impl House {
    async fn new(states: Vec<Result<(), Fault>>) -> Self {
        let store = Arc::new(Moody(parking_lot::Mutex::new(states), Arc::new(Model::new())));
        let (folder, limits) = (Scratch::new(), Arc::new(Limits::default()));
        let files = DiskFiles::open(folder.0.join("chat"), &limits, MediaTypes::default()).unwrap();
        let chat = Chat::new(Arc::clone(&store) as _, Arc::new(System), Arc::new(System), limits);
        ask::change(&chat, |tx| rules::begin_epoch(tx, Epoch(1))).await.unwrap();
        Self {
            store,
            health: Health::new(chat, Arc::new(files)),
            folder,
        }
    }

    /// The last proof counts no more.
    async fn later(&self) {
        *self.health.proven.lock().await = None;
    }

    async fn reason(&self) -> (u16, Value) {
        let (status, Json(said)) = self.health.ready().await;
        (status.as_u16(), said["reason"].clone())
    }
}

fn dead() -> Fault {
    Fault::Store("its thread has ended".to_owned())
}

#[tokio::test]
async fn a_server_that_stops_says_why_and_a_dead_store_is_a_reason_as_well() {
    let house = House::new(vec![Err(dead())]).await;
    assert_eq!(house.reason().await, (503, json!("store")));
    assert_eq!(house.reason().await, (200, Value::Null));
    house.health.stops("task");
    house.health.stops("stopping");
    assert_eq!(house.reason().await, (503, json!("task")));
}

#[tokio::test]
async fn what_cannot_be_kept_is_a_reason_and_is_over_by_itself() {
    let house = House::new(Vec::new()).await;
    let full = || Fault::Hindered(Hindrance::DiskFull, "no space".to_owned());
    house.store.1.fail_next(full());
    assert_eq!(house.reason().await, (503, json!("disk_full")));
    assert_eq!(
        house.reason().await,
        (503, json!("disk_full")),
        "a proof counts for a while"
    );
    house.later().await;
    assert_eq!(house.reason().await, (200, Value::Null));
}

#[tokio::test]
async fn uploads_that_are_gone_are_a_reason_and_so_is_a_folder_that_was_put_in_their_place() {
    let house = House::new(Vec::new()).await;
    assert_eq!(house.reason().await, (200, Value::Null));
    let folder = PrivateFolder(house.folder.0.clone());
    folder.rename("chat", "away").unwrap();
    assert_eq!(house.reason().await, (503, json!("uploads")));
    System.make_private_folder(&folder.0.join("chat")).unwrap();
    assert_eq!(house.reason().await, (503, json!("uploads")), "nobody makes them anew");
    folder.rename("chat", "empty").unwrap();
    folder.rename("away", "chat").unwrap();
    house.later().await;
    assert_eq!(house.reason().await, (200, Value::Null));
}

#[tokio::test]
async fn a_store_that_is_away_comes_back_and_a_dead_one_does_not() {
    let away = Fault::Away("connection refused".to_owned());
    let locked = Fault::Hindered(Hindrance::Locked, "busy".to_owned());
    // Asked twice a turn: whether it is dead, and what is in the way.
    let states = [locked, Fault::Busy, away].map(|fault| [Err(fault.clone()), Err(fault)]);
    let states: Vec<_> = [Err(dead())].into_iter().chain(states.into_iter().flatten()).collect();
    let house = House::new(states).await;
    house.health.clone().watch(Duration::from_millis(1)).await;
    assert_eq!(*house.store.0.lock(), [], "it was asked until it was dead");
}
