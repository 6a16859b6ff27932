//! Who hears of commits in a server: its sockets, whoever tells browsers, and the runner of jobs, who is woken by those with
//! jobs in them.

use crate::push::Waiting;
use beseda_core::ports::Audience;
use beseda_core::words::{Event, Notice, PersonId, RoomId};
use std::sync::Arc;
use tokio::sync::Notify;

/// An audience that passes everything on, and rings when there are jobs.
pub struct Bell {
    passed_to: Arc<dyn Audience>,
    /// Where what is said is noted for browsers, where any are told.
    said: Option<Arc<Waiting>>,
    rings: Notify,
}

impl Bell {
    /// A bell before this audience.
    pub fn new(passed_to: Arc<dyn Audience>) -> Self {
        Self {
            passed_to,
            said: None,
            rings: Notify::new(),
        }
    }

    /// The same that notes what is said.
    pub fn noting(self, said: Option<Arc<Waiting>>) -> Self {
        Self { said, ..self }
    }

    /// Where what is said is noted.
    pub fn said(&self) -> Option<Arc<Waiting>> {
        self.said.clone()
    }

    /// Waits until it rings. What rang while nobody waited is heard at once.
    pub async fn rung(&self) {
        self.rings.notified().await;
    }
}

impl Audience for Bell {
    fn hear(&self, events: &[Event]) {
        self.passed_to.hear(events);
        if let Some(said) = &self.said {
            said.hear(events);
        }
    }

    fn people_changed(&self, people: &[PersonId]) {
        self.passed_to.people_changed(people);
    }

    fn cases_moved(&self, rooms: &[RoomId]) {
        self.passed_to.cases_moved(rooms);
    }

    fn changed_elsewhere(&self, notices: &[Notice]) {
        self.passed_to.changed_elsewhere(notices);
    }

    fn jobs_enqueued(&self) {
        self.rings.notify_one();
        self.passed_to.jobs_enqueued();
    }
}
