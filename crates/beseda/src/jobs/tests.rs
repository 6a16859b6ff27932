//! The runner over the store in memory, with files whose removal does what a test wants.

use super::*;
use beseda_core::ports::{Audience, Store, Upload};
use beseda_core::words::{Errand, Time};
use beseda_testkit::Model;
use beseda_testkit::stories::Stage;
use parking_lot::{Condvar, Mutex};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(60);
const NEVER: Duration = Duration::from_secs(86_400);

/// Files of which some make a panic, some cannot be removed, and some wait until they are let go.
#[derive(Default)]
struct Planted {
    seen: Mutex<Seen>,
    let_go: Condvar,
}

#[derive(Default)]
struct Seen {
    removed: Vec<String>,
    waiting: usize,
    is_open: bool,
}

impl Planted {
    fn open(&self) {
        self.seen.lock().is_open = true;
        self.let_go.notify_all();
    }

    fn waiting(&self) -> usize {
        self.seen.lock().waiting
    }

    fn removed(&self) -> Vec<String> {
        self.seen.lock().removed.clone()
    }
}

impl Files for Planted {
    fn begin(&self) -> Result<Box<dyn Upload>, Fault> {
        Err(Fault::Busy)
    }

    fn read(&self, _: &str, _: u64, _: usize) -> Result<Option<Vec<u8>>, Fault> {
        Ok(None)
    }

    fn remove(&self, name: &str) -> Result<(), Fault> {
        match name {
            "panics" => panic!("a planted panic"),
            "fails" => return Err(Fault::Store("the disk is away".to_owned())),
            _ => {}
        }
        let mut seen = self.seen.lock();
        if name.starts_with("waits") && !name.ends_with(".thumbnail") {
            seen.waiting += 1;
            self.let_go.wait_while(&mut seen, |seen| !seen.is_open);
            seen.waiting -= 1;
        }
        seen.removed.push(name.to_owned());
        Ok(())
    }

    fn names(&self) -> Result<Vec<(String, Time)>, Fault> {
        Ok(Vec::new())
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

/// A runner at work, and everything around it.
struct House {
    stage: Stage,
    files: Arc<Planted>,
    stop: CancellationToken,
    runner: JoinHandle<()>,
}

fn house(every: Duration) -> House {
    let (model, bell) = (Arc::new(Model::new()), Mutex::new(None));
    let make = |audience: Arc<dyn Audience>| -> Arc<dyn Store> {
        let before = Arc::new(Bell::new(audience));
        model.set_audience(Arc::clone(&before) as _);
        *bell.lock() = Some(before);
        Arc::clone(&model) as _
    };
    let stage = Stage::new(&make, 1);
    let bell = bell.lock().take().expect("the store has an audience");
    let (files, stop) = (Arc::new(Planted::default()), CancellationToken::new());
    let jobs = Jobs {
        every,
        ..Jobs::new(stage.chat.clone(), Arc::clone(&files) as _, bell)
    };
    let runner = tokio::spawn(jobs.run(stop.clone()));
    House {
        stage,
        files,
        stop,
        runner,
    }
}

impl House {
    fn promise(&self, names: &[&str]) {
        let (now, names) = (self.stage.chat.now(), names.join(" "));
        let promised = self.stage.change(move |tx| {
            for name in names.split(' ') {
                tx.enqueue(&Errand::ForgetFile { name: name.to_owned() }, now)?;
            }
            Ok(())
        });
        promised.unwrap();
    }

    fn jobs(&self) -> Vec<Job> {
        self.stage.look(|look| Ok(look.jobs(false, 99)?)).unwrap()
    }

    /// Waits until the jobs are so.
    async fn until(&self, what: &str, are_so: impl Fn(&[Job]) -> bool) {
        let waited = timeout(PATIENCE, async {
            while !are_so(&self.jobs()) {
                sleep(Duration::from_millis(1)).await;
            }
        });
        assert!(waited.await.is_ok(), "{what}: {:?}", self.jobs());
    }
}

fn failed(jobs: &[Job], about: &str, tries: u32, failure: &str) -> bool {
    let job = jobs.iter().find(|job| job.errand.about() == about);
    job.is_some_and(|job| job.tries == tries && job.failure.as_deref() == Some(failure))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_panics_costs_itself_a_try_and_no_other_job_anything() {
    let house = house(Duration::from_millis(1));
    house.promise(&["panics", "fails", "good"]);
    let (panic, fault) = ("it panicked: a planted panic", "the store failed: the disk is away");
    let both = |jobs: &[Job], tries| failed(jobs, "panics", tries, panic) && failed(jobs, "fails", tries, fault);
    house.until("two fail", |jobs| jobs.len() == 2 && both(jobs, 1)).await;
    assert!(house.files.removed().contains(&"good".to_owned()));
    house.stage.clock.tick(5_000_000);
    house.until("they are tried again", |jobs| both(jobs, 2)).await;
    house.promise(&["better"]);
    house.until("it goes on", |jobs| jobs.len() == 2).await;
    assert!(!house.runner.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_than_the_limit_run_at_the_same_time_and_those_that_run_are_held() {
    let house = house(Duration::from_millis(1));
    let limits = Arc::clone(house.stage.chat.limits());
    let most = limits.job_workers;
    let names: Vec<String> = (0..=most).map(|number| format!("waits-{number}")).collect();
    house.promise(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let tried = |jobs: &[Job], tries: u32| jobs.iter().filter(|job| job.tries == tries).count();
    house.until("as many as may", |jobs| tried(jobs, 1) == most).await;
    let all_wait = timeout(PATIENCE, async {
        while house.files.waiting() < most {
            sleep(Duration::from_millis(1)).await;
        }
    });
    all_wait.await.expect("each is at it");
    // Twice their time passes, and nobody is given them.
    for _ in 0..4 {
        house.stage.clock.tick(limits.job_seconds * 500_000);
        let until = house.stage.chat.now().plus_seconds(limits.job_seconds);
        let held = |jobs: &[Job]| jobs.iter().filter(|job| job.due == until).count() == most;
        house.until("they are held", held).await;
    }
    assert_eq!((tried(&house.jobs(), 1), tried(&house.jobs(), 0)), (most, 1));
    house.files.open();
    house.until("all are done", <[Job]>::is_empty).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_with_jobs_wakes_the_runner() {
    let house = house(NEVER);
    for name in ["one", "other"] {
        house.promise(&[name]);
        house.until("it is done", <[Job]>::is_empty).await;
    }
    assert!(house.files.removed().ends_with(&["other".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_is_told_to_stop_ends_what_it_has_begun_and_begins_nothing() {
    let mut house = house(Duration::from_millis(1));
    let most = house.stage.chat.limits().job_workers;
    let names: Vec<String> = (0..most).map(|number| format!("waits-{number}")).collect();
    house.promise(&names.iter().map(String::as_str).chain(["later"]).collect::<Vec<_>>());
    house
        .until("some are begun", |jobs| {
            jobs.iter().filter(|job| job.tries == 1).count() == most
        })
        .await;
    house.stop.cancel();
    assert!(!house.runner.is_finished());
    house.files.open();
    timeout(PATIENCE, &mut house.runner)
        .await
        .expect("it ends")
        .expect("well");
    let left: Vec<String> = house.jobs().iter().map(|job| job.errand.about()).collect();
    assert_eq!(left, ["later"]);
}
