//! The store in memory: what every other store is held against, and what tests of contracts run on. It is written
//! to be read: no index, no cache, no counter where a search tells the same.

mod beside;
mod cases;
mod desk;
mod doors;
mod files;
mod imports;
mod jobs;
mod kept;
mod lists;
mod messages;
mod orders;
mod people;
mod push;
mod reports;
mod rooms;
mod search;
mod seen;
mod updates;

use beseda_core::error::Fault;
use beseda_core::ports::{Audience, Change, Glance, Store, Tx};
use beseda_core::words::{Event, Notice, PersonId, RoomId, Tick};
use kept::Kept;
use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;

/// A store that forgets everything when it is dropped. Changes run one at a time on the thread that hands them over;
/// `done` and glances run outside the lock, so they may hand over further work.
#[derive(Default)]
pub struct Model {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    kept: Arc<Kept>,
    audience: Option<Arc<dyn Audience>>,
    next_fault: Option<Fault>,
    reruns: bool,
}

/// What one change or glance works on. The first write makes a copy, so that dropping it takes everything back.
struct Run {
    kept: Arc<Kept>,
    events: Vec<Event>,
    /// Who may do something else now, each once.
    people: Vec<PersonId>,
    /// Whether that may be anybody.
    everybody: bool,
    /// Whether there are new jobs.
    enqueued: bool,
    /// The rooms whose cases are other ones, each once.
    cases: Vec<RoomId>,
    /// Which transaction it is.
    tick: Tick,
}

impl Model {
    /// An empty store that nobody listens to.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on `audience` hears what is committed.
    pub fn set_audience(&self, audience: Arc<dyn Audience>) {
        self.lock().audience = Some(audience);
    }

    /// Lets the next change or glance fail: the change runs and is taken back. Until then [`Store::ready`] tells the fault.
    pub fn fail_next(&self, fault: Fault) {
        self.lock().next_fault = Some(fault);
    }

    /// Whether every change runs twice, the first run being taken back: a rule must not notice.
    pub fn rerun_every_change(&self, reruns: bool) {
        self.lock().reruns = reruns;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A rule that panicked has changed its own copy only: what is kept is whole.
        self.inner.lock()
    }
}

impl Inner {
    fn begin(&self) -> Run {
        Run {
            kept: Arc::clone(&self.kept),
            events: Vec::new(),
            people: Vec::new(),
            everybody: false,
            enqueued: false,
            cases: Vec::new(),
            tick: Tick(self.kept.tick.0 + 1),
        }
    }

    fn commit(&mut self, change: &mut dyn Change) -> Result<(), beseda_core::Error> {
        if self.reruns {
            // What this run did is dropped with it; so is its outcome, for the second run has to end alike.
            drop(change.run(&mut self.begin()));
        }
        let mut run = self.begin();
        let outcome = change.run(&mut run);
        if let Err(beseda_core::Error::Refused(refusal)) = &outcome {
            // On a store that commits many changes at once, all of them would run again one by one.
            let wrote = !Arc::ptr_eq(&run.kept, &self.kept);
            assert!(
                !wrote,
                "a rule refused ({refusal}) after it had written: look, decide, then write"
            );
        }
        outcome?;
        if let Some(fault) = self.next_fault.take() {
            return Err(fault.into());
        }
        self.kept = run.kept;
        if let Some(audience) = &self.audience {
            if run.everybody {
                audience.changed_elsewhere(&[Notice::Everything]);
            }
            if !run.people.is_empty() {
                audience.people_changed(&run.people);
            }
            if !run.events.is_empty() {
                audience.hear(&run.events);
            }
            if !run.cases.is_empty() {
                audience.cases_moved(&run.cases);
            }
            if run.enqueued {
                audience.jobs_enqueued();
            }
        }
        Ok(())
    }
}

impl Run {
    /// What is kept, to be written to: a copy of its own from the first write on.
    pub(super) fn kept(&mut self) -> &mut Kept {
        let kept = Arc::make_mut(&mut self.kept);
        kept.tick = self.tick;
        kept
    }

    fn known(&self, person: PersonId) -> Result<(), Fault> {
        self.kept
            .person(person)
            .map(drop)
            .ok_or_else(|| wrong(format!("person {person} is unknown")))
    }
}

impl Tx for Run {
    fn announce(&mut self, event: Event) {
        self.events.push(event);
    }

    fn announce_person(&mut self, person: PersonId) {
        if !self.people.contains(&person) {
            self.people.push(person);
        }
    }

    fn announce_everybody(&mut self) {
        self.everybody = true;
    }
}

/// A fault for what a rule must never do (an unknown room, a number given twice), so that a wrong rule fails in its
/// tests whatever store it later runs on.
fn wrong(what: impl Into<String>) -> Fault {
    Fault::Store(what.into())
}

/// Changes each of some: how many there were.
fn mended<'a, T: 'a>(some: impl Iterator<Item = &'a mut T>, change: impl FnMut(&'a mut T)) -> u64 {
    let changed: Vec<()> = some.map(change).collect();
    changed.len() as u64
}

/// A count of rows as the ports give it; a negative one is none.
fn rows(count: i64) -> usize {
    usize::try_from(count.max(0)).unwrap_or(usize::MAX)
}

fn counted(rows: impl Iterator) -> i64 {
    i64::try_from(rows.count()).unwrap_or(i64::MAX)
}

impl Store for Model {
    fn transact(&self, mut change: Box<dyn Change>) {
        let outcome = self.lock().commit(change.as_mut());
        change.done(outcome);
    }

    fn glance(&self, mut glance: Box<dyn Glance>) {
        let mut inner = self.lock();
        let fault = inner.next_fault.take();
        let mut run = inner.begin();
        drop(inner);
        let outcome = fault.map_or_else(|| glance.run(&mut run), |fault| Err(fault.into()));
        glance.done(outcome);
    }

    fn ready(&self) -> Result<(), Fault> {
        self.lock().next_fault.clone().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stories::Stage;
    use beseda_core::error::{Error, Refusal};
    use beseda_core::rules::{put_person, send};
    use beseda_core::words::{Draft, Head, Heard, NewPerson, Receipts, Seq};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::sync_channel;

    fn stage() -> (Arc<Model>, Stage) {
        let model = Arc::new(Model::new());
        let stage = Stage::in_memory(&model, 1);
        (model, stage)
    }

    #[test]
    fn a_planned_fault_takes_one_change_back_and_no_more() {
        let (model, stage) = stage();
        let room = stage.room_of_three(1);
        let anna = &stage.people[0];
        let before = (stage.picture(room), stage.heard(anna, room).len());
        model.fail_next(Fault::Busy);
        assert_eq!(model.ready(), Err(Fault::Busy));
        assert_eq!(
            stage.send(anna, room, "раз", Some("c-1")),
            Err(Error::Failed(Fault::Busy))
        );
        assert_eq!(model.ready(), Ok(()));
        assert_eq!(
            stage.heard(anna, room).len(),
            before.1 + 1,
            "the marker of the first hearing alone"
        );
        assert!(
            stage.send(anna, room, "раз", Some("c-1")).unwrap().first,
            "nothing was kept"
        );

        model.fail_next(Fault::Stopping);
        let failed = stage.look(move |look| Ok(look.room(room)?));
        assert_eq!(failed, Err(Error::Failed(Fault::Stopping)), "a glance fails as well");
    }

    #[test]
    fn a_change_that_runs_twice_is_kept_and_heard_once() {
        let (model, stage) = stage();
        let room = stage.room_of_three(1);
        let before = stage.heard(&stage.people[0], room).len();
        model.rerun_every_change(true);
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let (now, limits, by) = (
            stage.chat.now(),
            Arc::clone(stage.chat.limits()),
            stage.people[0].clone(),
        );
        let sent = stage.change(move |tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            let draft = Draft {
                text: "раз".into(),
                ..Draft::default()
            };
            send(tx, now, &limits, (&by).into(), room, &draft)
        });
        assert_eq!((runs.load(Ordering::SeqCst), sent.unwrap().message.seq.0), (2, 2));
        assert_eq!(
            stage.heard(&stage.people[0], room).len(),
            before + 2,
            "the marker before, and the message"
        );
    }

    #[test]
    fn who_changed_is_told_once_and_before_what_happened() {
        #[derive(Default)]
        struct Told(Mutex<Vec<String>>);
        impl Audience for Told {
            fn hear(&self, events: &[Event]) {
                self.0.lock().push(format!("{} events", events.len()));
            }

            fn people_changed(&self, people: &[PersonId]) {
                self.0.lock().push(format!("{people:?}"));
            }
        }
        let (model, stage) = stage();
        let room = stage.room_of_three(1);
        let told = Arc::new(Told::default());
        model.set_audience(Arc::clone(&told) as _);
        model.rerun_every_change(true);
        let change = |refused: bool| {
            let name = stage.picture(room).unwrap().room.name();
            stage.change(move |tx| {
                for id in [2, 1, 2] {
                    tx.announce_person(PersonId(id));
                }
                tx.announce(Event {
                    room: name,
                    head: Head(9),
                    heard: Heard::Changed,
                    key: "".into(),
                    receipts: Receipts(0),
                    seq: Seq(0),
                });
                if refused {
                    Err(Refusal::NotAllowed.into())
                } else {
                    Ok(())
                }
            })
        };
        assert_eq!(change(true), Err(Refusal::NotAllowed.into()));
        assert_eq!(change(false), Ok(()));
        assert_eq!(*told.0.lock(), ["[PersonId(2), PersonId(1)]", "1 events"]);
    }

    #[test]
    fn an_outcome_may_hand_over_further_work() {
        let (_, stage) = stage();
        let (answer, outcome) = sync_channel(1);
        let chat = stage.chat.clone();
        stage.chat.change(
            |tx| Ok(tx.person(PersonId(1))?),
            move |_| {
                let again = chat.clone();
                let then =
                    move |person| again.change(|tx| Ok(tx.person(PersonId(3))?), move |_| answer.send(person).unwrap());
                chat.look(|look| Ok(look.person(PersonId(2))?), then);
            },
        );
        assert!(outcome.try_recv().unwrap().unwrap().is_some());
    }

    #[test]
    fn a_rule_that_panics_leaves_the_store_whole() {
        let (_, stage) = stage();
        let mut person = stage.people[0].clone();
        person.first_name = "Белла".to_owned();
        let new = NewPerson::from(person);
        let now = stage.chat.now();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            stage.change(move |tx| -> Result<(), Error> {
                put_person(tx, now, &new)?;
                panic!("the rule is wrong")
            })
        }));
        assert!(panicked.is_err());
        let person = stage.look(|look| Ok(look.person(PersonId(1))?)).unwrap().unwrap();
        assert_eq!(person.first_name, "Анна");
    }
}
