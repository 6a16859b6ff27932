//! Stories of jobs: promised with their cause or not at all, taken by one at a time, tried again, dead, and gone when done.

use super::Make;
use super::stage::Stage;
use beseda_core::error::Fault;
use beseda_core::rules;
use beseda_core::words::{Errand, FileLook, Job, JobId, Limits, Time};
use std::sync::Arc;

fn errand(name: &str) -> Errand {
    Errand::ForgetFile { name: name.to_owned() }
}

/// Promises to forget these, each from so many seconds after now on: whether each is a new promise.
fn promise(stage: &Stage, all: &[(&'static str, i64)]) -> Vec<bool> {
    let (now, all) = (stage.chat.now(), all.to_vec());
    let promised = stage.change(move |tx| {
        let mut new = Vec::new();
        for (name, seconds) in &all {
            new.push(tx.enqueue(&errand(name), now.plus_seconds(*seconds))?);
        }
        Ok(new)
    });
    promised.expect("they are promised")
}

fn take(stage: &Stage, most: i64) -> Vec<Job> {
    let (now, limits) = (stage.chat.now(), Arc::clone(stage.chat.limits()));
    let taken = stage.change(move |tx| rules::take_jobs(tx, now, &limits, most));
    taken.expect("they are taken")
}

/// Notes that a job failed: the job as it is then.
fn fail(stage: &Stage, job: &Job) -> Option<Job> {
    let (now, limits, job) = (stage.chat.now(), Arc::clone(stage.chat.limits()), job.clone());
    let failed = stage.change(move |tx| rules::job_failed(tx, now, &limits, &job, "the disk is away", [7; 8]));
    failed.expect("it is noted")
}

fn done(stage: &Stage, job: &Job) {
    let job = job.clone();
    let done = stage.change(move |tx| rules::job_done(tx, &job));
    done.expect("it is noted");
}

/// The jobs that wait, and those that are dead.
fn standing(stage: &Stage) -> (Vec<Job>, Vec<Job>) {
    let both = stage.look(|look| {
        let (waiting, dead) = (look.jobs(false, 99)?, look.jobs(true, 99)?);
        let counted = (look.count_jobs(false)?, look.count_jobs(true)?);
        assert_eq!(counted, (waiting.len() as i64, dead.len() as i64));
        Ok((waiting, dead))
    });
    both.expect("they are listed")
}

fn names(jobs: &[Job]) -> Vec<String> {
    jobs.iter().map(|job| job.errand.about()).collect()
}

fn pass(stage: &Stage, seconds: i64) {
    stage.clock.tick(seconds * 1_000_000);
}

pub(super) fn a_job_is_kept_with_its_cause_or_not_at_all(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let look = FileLook {
        sha256: [7; 32],
        bytes: 7,
        media: "text/plain".to_owned(),
        picture: None,
    };
    let name = "07".repeat(32);
    let now = stage.chat.now();
    stage
        .change(move |tx| Ok(tx.reserve_file(&look, now)?))
        .expect("it is reserved");
    pass(&stage, 10);
    let now = stage.chat.now();
    let doom = |fails: bool| {
        stage.change(move |tx| {
            let promised = rules::doom_files(tx, now, now)?;
            if fails { Err(Fault::Busy.into()) } else { Ok(promised) }
        })
    };
    assert_eq!(doom(true), Err(Fault::Busy.into()));
    assert_eq!(standing(&stage), (Vec::new(), Vec::new()), "taken back with its cause");
    assert_eq!(doom(false), Ok(1));
    assert_eq!(doom(false), Ok(0), "given up once, promised once");
    let jobs = take(&stage, 9);
    assert_eq!(names(&jobs), [name.as_str()]);
    let known = |name: String| stage.look(move |look| Ok(look.knows_file(&name)?));
    assert_eq!(known(name.clone()), Ok(true), "its row stands until its bytes are gone");
    done(&stage, &jobs[0]);
    assert_eq!(known(name), Ok(false));
    assert_eq!(standing(&stage), (Vec::new(), Vec::new()), "gone with it");
}

pub(super) fn the_same_promise_is_one_job_until_it_is_done(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    assert_eq!(promise(&stage, &[("aa", 0), ("aa", 5), ("ab", 0)]), [true, false, true]);
    let first = take(&stage, 9);
    assert_eq!(names(&first), ["aa", "ab"]);
    assert_eq!(promise(&stage, &[("aa", 0)]), [false], "somebody is at it");
    done(&stage, &first[0]);
    done(&stage, &first[0]);
    assert_eq!(promise(&stage, &[("aa", 0)]), [true]);
    let again = take(&stage, 9);
    assert_eq!(names(&again), ["aa"]);
    assert!(again[0].id > first[1].id, "no number is given twice");
}

pub(super) fn jobs_are_taken_by_one_at_a_time_the_first_due_first(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let lease = Limits::default().job_seconds;
    let next = || stage.look(|look| Ok(look.next_job()?)).expect("it is looked at");
    assert_eq!((take(&stage, 9), next()), (Vec::new(), None));
    let begun = stage.chat.now();
    promise(
        &stage,
        &[("aa", 30), ("ab", -5), ("ac", 0), ("ad", 0), ("ae", -9), ("af", 31)],
    );
    assert_eq!(next(), Some(begun.plus_seconds(-9)));
    assert_eq!(names(&take(&stage, 3)), ["ae", "ab", "ac"]);
    assert_eq!(names(&take(&stage, 9)), ["ad"], "the others are taken, or not due");
    pass(&stage, 30);
    let late = take(&stage, 9);
    assert_eq!(names(&late), ["aa"], "due to the microsecond");
    assert_eq!((late[0].tries, late[0].due), (1, stage.chat.now().plus_seconds(lease)));

    // Whoever had the first four is gone: their time passes. Who has "aa" says that they are still at it.
    pass(&stage, lease - 30);
    let (now, limits, held) = (stage.chat.now(), Arc::clone(stage.chat.limits()), late.clone());
    let held = stage.change(move |tx| rules::hold_jobs(tx, now, &limits, &held));
    assert_eq!(held, Ok(()));
    stage.clock.tick(-1);
    assert_eq!(names(&take(&stage, 9)), ["af"], "not before their time");
    stage.clock.tick(1);
    let again = take(&stage, 9);
    assert_eq!(names(&again), ["ab", "ac", "ad", "ae"]);
    assert!(again.iter().all(|job| job.tries == 2));
    pass(&stage, 30);
    assert_eq!(
        take(&stage, 9),
        Vec::new(),
        "the one that is held is not given to another"
    );
    pass(&stage, lease - 30);
    let stolen = take(&stage, 9);
    assert!(names(&stolen).contains(&"aa".to_owned()));

    // Who has lost a job says nothing about it any more, but that it is done.
    let lost = &late[0];
    assert_eq!(fail(&stage, lost), None);
    let (now, limits, held) = (stage.chat.now(), Arc::clone(stage.chat.limits()), late.clone());
    pass(&stage, lease);
    assert_eq!(
        stage.change(move |tx| rules::hold_jobs(tx, now, &limits, &held)),
        Ok(())
    );
    assert!(names(&take(&stage, 9)).contains(&"aa".to_owned()));
    done(&stage, lost);
    assert!(!names(&standing(&stage).0).contains(&"aa".to_owned()));
}

pub(super) fn a_job_that_fails_is_tried_again_later_and_dead_after_its_last_try(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let limits = Limits::default();
    promise(&stage, &[("aa", 0), ("ab", 999_999)]);
    let mut pauses = Vec::new();
    for tries in 1..=limits.job_tries {
        let taken = take(&stage, 9).remove(0);
        assert_eq!((taken.tries, taken.dead), (tries, false));
        let failed = fail(&stage, &taken).expect("it is noted");
        assert_eq!(failed.failure.as_deref(), Some("the disk is away"));
        assert_eq!(failed.dead, tries == limits.job_tries);
        assert_eq!(take(&stage, 9), Vec::new(), "not at once");
        let pause = failed.due.0 - stage.chat.now().0;
        pauses.push(pause);
        stage.clock.tick(pause);
    }
    assert!(pauses[0] < pauses[3] && pauses[3] < pauses[6], "{pauses:?}");
    assert!(
        pauses
            .iter()
            .all(|pause| *pause <= limits.job_pause_seconds * 1_000_000)
    );
    pass(&stage, limits.job_pause_seconds * 2);
    assert_eq!(take(&stage, 9), Vec::new(), "nobody tries it unasked");
    assert_eq!(promise(&stage, &[("aa", 0)]), [false], "it is kept");
    let (waiting, dead) = standing(&stage);
    assert_eq!(
        (names(&waiting), names(&dead)),
        (vec!["ab".to_owned()], vec!["aa".to_owned()])
    );
    assert_eq!(dead[0].failure.as_deref(), Some("the disk is away"));

    let now = stage.chat.now();
    let revive = |id| stage.change(move |tx| rules::revive_job(tx, now, id));
    let ids = [waiting[0].id, JobId(999), dead[0].id, dead[0].id];
    assert_eq!(ids.map(revive), [Ok(false), Ok(false), Ok(true), Ok(false)]);
    let revived = take(&stage, 9);
    assert_eq!((names(&revived), revived[0].tries), (vec!["aa".to_owned()], 1));
}

pub(super) fn a_job_that_ends_its_server_at_each_try_dies_like_any_other(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let limits = Limits::default();
    promise(&stage, &[("aa", 0)]);
    for tries in 1..=limits.job_tries {
        let taken = take(&stage, 9);
        assert_eq!((taken[0].tries, taken[0].dead), (tries, false));
        pass(&stage, limits.job_seconds);
    }
    let buried = take(&stage, 9);
    assert!(
        buried[0].dead && buried[0].failure.is_some(),
        "told of once: {buried:?}"
    );
    pass(&stage, limits.job_seconds);
    assert_eq!((take(&stage, 9), standing(&stage).1), (Vec::new(), buried));
}

pub(super) fn eight_who_take_at_once_get_each_job_once(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    let promised = stage.change(move |tx| {
        for number in 0..200 {
            tx.enqueue(&errand(&format!("{number:03}")), Time(now.0 - number))?;
        }
        Ok(())
    });
    assert_eq!(promised, Ok(()));
    let taken: Vec<String> = std::thread::scope(|scope| {
        let takers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let jobs = take(&stage, 3);
                        if jobs.is_empty() {
                            return mine;
                        }
                        mine.extend(names(&jobs));
                    }
                })
            })
            .collect();
        let all = takers.into_iter().flat_map(|taker| taker.join().expect("it ends well"));
        all.collect()
    });
    let mut once = taken.clone();
    once.sort();
    once.dedup();
    assert_eq!((taken.len(), once.len()), (200, 200));
}
