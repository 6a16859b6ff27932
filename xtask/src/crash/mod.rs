//! The crash test, `cargo xtask crash`: many clients over sockets and REST, `kill -9` at random moments, restart,
//! resend of what was not acked, and a checker that compares every promise with what is stored and shown.

mod checker;
mod client;
mod dice;
mod finding;
mod ledger;
mod list;
mod run;
mod server;
mod stored;
mod wire;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use clap::{Args, value_parser};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use finding::{Finding, Kind};
use run::{Cycle, Run};

/// A run of so many cycles …
const FULL_RUN: u32 = 20;
/// … has to have so many acked messages: fewer would show too little.
const FULL_RUN_ACKED: usize = 20_000;
/// Findings that are printed; the JSON has all.
const PRINTED: usize = 50;

/// What `cargo xtask crash` takes.
#[derive(Args)]
pub struct Crash {
    /// How often the server is killed
    #[arg(long, value_name = "N", default_value_t = FULL_RUN, value_parser = value_parser!(u32).range(1..))]
    cycles: u32,
    /// What texts, pauses and moments are drawn from; which message is caught by a kill stays a race [default: from the clock]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Clients, each a window of one person with a socket in one room
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = value_parser!(u16).range(1..=1_000))]
    clients: u16,
    /// Rooms, at most as many as clients
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = value_parser!(u16).range(1..=1_000))]
    rooms: u16,
    /// The server [default: `beseda` beside this program]
    #[arg(long, value_name = "PATH")]
    binary: Option<PathBuf>,
    /// Print the summary as JSON; the cycles go to standard error
    #[arg(long)]
    json: bool,
}

/// All cycles, as far as they went.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
    slowest_ready: Duration,
    acked: usize,
    resent: u64,
    in_doubt: usize,
    cuts: u64,
    findings: Vec<Finding>,
}

impl Tally {
    fn count(&self, kind: Kind) -> usize {
        self.findings.iter().filter(|finding| finding.kind == kind).count()
    }
}

/// Runs the cycles and says what was found.
///
/// # Errors
/// A broken promise, or a run that could not be made.
pub fn run(asked: &Crash) -> Result<()> {
    ensure!(
        asked.rooms <= asked.clients,
        "{} rooms need as many clients; there are {}",
        asked.rooms,
        asked.clients
    );
    let here = std::env::current_exe()?;
    let beside = here.parent().context("this program has no folder")?;
    let binary = asked.binary.clone().unwrap_or_else(|| beside.join("beseda"));
    ensure!(
        binary.is_file(),
        "no server at {}: build it with `cargo build -p beseda`",
        binary.display()
    );
    let seed = asked.seed.map_or_else(seed_of_clock, Ok)?;
    let folder = beside.join("crash").join(format!("seed-{seed}"));
    let started = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    say(
        asked,
        &format!(
            "seed {seed}: {} cycles, {} clients, {} rooms",
            asked.cycles, asked.clients, asked.rooms
        ),
    )?;
    let tally = runtime.block_on(async {
        tokio::select! {
            tally = all_cycles(asked, &binary, &folder, seed) => tally,
            interrupted = interrupted() => interrupted.and(Err(anyhow::anyhow!("interrupted"))),
        }
    })?;
    let is_sound = tally.findings.is_empty();
    if is_sound {
        std::fs::remove_dir_all(&folder)?;
    }
    report(asked, &tally, seed, (!is_sound).then_some(&folder), started.elapsed())?;
    ensure!(is_sound, "crash: {} findings (seed {seed})", tally.findings.len());
    Ok(())
}

/// Waits for whoever wants to end this program: the server must not outlive it.
async fn interrupted() -> Result<()> {
    let mut end = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = end.recv() => Ok(()),
        done = tokio::signal::ctrl_c() => Ok(done?),
    }
}

fn seed_of_clock() -> Result<u64> {
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.subsec_nanos();
    Ok(u64::from(nanos) / 1_000)
}

/// Cycles until all are done or one has findings, and the check of everything at the end.
async fn all_cycles(asked: &Crash, binary: &Path, folder: &Path, seed: u64) -> Result<Tally> {
    let mut run = Run::begin(binary, folder, seed, asked.clients.into(), asked.rooms.into()).await?;
    let mut tally = Tally::default();
    let mut findings = Vec::new();
    // The evidence is fresh after the first cycle with findings; more cycles would bury it.
    while findings.is_empty() && tally.passed < asked.cycles {
        findings = match run.cycle().await {
            Ok(cycle) => {
                say(asked, &line(tally.passed + 1, &cycle))?;
                tally.in_doubt += cycle.in_doubt;
                tally.slowest_ready = tally.slowest_ready.max(cycle.ready_after);
                cycle.findings
            }
            Err(error) => vec![gone_wrong(&error)],
        };
        tally.passed += u32::from(findings.is_empty());
    }
    let at_the_end = run.end().await.unwrap_or_else(|error| vec![gone_wrong(&error)]);
    for finding in at_the_end {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    (tally.acked, tally.resent, tally.cuts) = (run.acked(), run.resent(), run.cuts());
    if findings.is_empty() && asked.cycles >= FULL_RUN && tally.acked < FULL_RUN_ACKED {
        let says = format!(
            "{} acked messages in {} cycles; {FULL_RUN_ACKED} are wanted",
            tally.acked, asked.cycles
        );
        findings.push(Finding::new(Kind::Size, says));
    }
    if !findings.is_empty() {
        tally.failed = 1;
        // What only the end has shown is the last cycle's.
        tally.passed = tally.passed.min(asked.cycles - 1);
    }
    tally.findings = findings;
    Ok(tally)
}

/// A run that cannot go on, most likely because the server does not: it has not started again, or does not answer.
fn gone_wrong(error: &anyhow::Error) -> Finding {
    Finding::new(Kind::Server, format!("the run cannot go on: {error:#}"))
}

fn line(number: u32, cycle: &Cycle) -> String {
    format!(
        "cycle {number:3}: killed after {:4} ms, ready again in {:3} ms, {:5} messages, {:3} resent ({:2} were kept), {}",
        cycle.killed_after.as_millis(),
        cycle.ready_after.as_millis(),
        cycle.sent,
        cycle.resent,
        cycle.in_doubt,
        if cycle.findings.is_empty() {
            "whole".to_owned()
        } else {
            format!("{} FINDINGS", cycle.findings.len())
        }
    )
}

/// What is for people goes to standard error when standard output is for a program.
fn say(asked: &Crash, text: &str) -> io::Result<()> {
    if asked.json {
        writeln!(io::stderr(), "{text}")
    } else {
        writeln!(io::stdout(), "{text}")
    }
}

fn report(asked: &Crash, tally: &Tally, seed: u64, kept: Option<&PathBuf>, took: Duration) -> Result<()> {
    for finding in tally.findings.iter().take(PRINTED) {
        say(asked, &finding.to_string())?;
    }
    if tally.findings.len() > PRINTED {
        say(
            asked,
            &format!("… and {} more: --json has them all", tally.findings.len() - PRINTED),
        )?;
    }
    if let Some(folder) = kept {
        say(
            asked,
            &format!(
                "the data directory and the server's log are kept in {}",
                folder.display()
            ),
        )?;
    }
    let (lost, doubled, holes) = (
        tally.count(Kind::Lost),
        tally.count(Kind::Doubled),
        tally.count(Kind::Hole),
    );
    let summary = format!(
        "{} cycles in {:.0} s: {} acked, {} resent ({} were kept, unacked), {lost} lost, {doubled} doubled, {holes} holes; {} too slow and \
         back again; slowest start {} ms\n{} passed, {} failed",
        tally.passed + tally.failed,
        took.as_secs_f64(),
        tally.acked,
        tally.resent,
        tally.in_doubt,
        tally.cuts,
        tally.slowest_ready.as_millis(),
        tally.passed,
        tally.failed
    );
    say(asked, &summary)?;
    if asked.json {
        let summary = json!({
            "seed": seed, "cycles": tally.passed + tally.failed, "passed": tally.passed, "failed": tally.failed,
            "clients": asked.clients, "rooms": asked.rooms, "acked": tally.acked, "resent": tally.resent, "in_doubt": tally.in_doubt,
            "lost": lost, "doubled": doubled, "holes": holes, "cuts": tally.cuts,
            "slowest_ready_ms": tally.slowest_ready.as_millis() as u64, "seconds": took.as_secs_f64(),
            "kept": kept, "findings": tally.findings,
        });
        writeln!(io::stdout(), "{summary:#}")?;
    }
    Ok(())
}
