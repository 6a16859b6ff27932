//! The crash test, `cargo xtask crash`: many clients over sockets and REST, `kill -9` of the server and of its database
//! at random moments, resend of what was not acked, and a checker that compares every promise with what is stored and
//! shown.

pub mod checker;
mod client;
pub mod dice;
pub mod finding;
mod ledger;
pub mod list;
mod run;
pub mod server;
pub mod stored;
pub mod wire;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum, value_parser};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use crate::postgres::Postgres;
use dice::Dice;
use finding::{Finding, Kind};
use run::{Blow, Cycle, Run};
use server::Server;

/// A run of so many cycles …
const FULL_RUN: u32 = 20;
/// … goes on until it has so many acked messages: fewer would show too little, and a slow machine needs longer.
const FULL_RUN_ACKED: usize = 20_000;
/// Of PostgreSQL, every so many cycles hit the database and not the server.
const DATABASE_EVERY: u32 = 4;
/// What the database is called in a PostgreSQL of our own.
const DATABASE: &str = "crash";
/// Findings that are printed; the JSON has all.
const PRINTED: usize = 50;

/// What `cargo xtask crash` takes.
#[derive(Args)]
pub struct Crash {
    /// What the server keeps its messages in; repeat for several [default: each]
    #[arg(long, value_enum, value_name = "ENGINE")]
    engine: Vec<Engine>,
    /// How often the server is killed
    #[arg(long, value_name = "N", default_value_t = FULL_RUN, value_parser = value_parser!(u32).range(1..))]
    cycles: u32,
    /// What texts, pauses and moments are drawn from; which message is caught by a kill stays a race [default: from the clock]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Stop PostgreSQL for so many seconds under load, in one more cycle
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=600))]
    stop_database: Option<u64>,
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

/// What keeps the messages.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The server's own file.
    Sqlite,
    /// A PostgreSQL that this command makes and starts.
    Postgres,
}

impl Engine {
    /// As arguments and reports say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl Crash {
    fn engines(&self) -> &[Engine] {
        if self.engine.is_empty() {
            Engine::value_variants()
        } else {
            &self.engine
        }
    }

    /// What each cycle hits.
    fn blow(&self, engine: Engine, number: u32) -> Blow {
        match (engine, self.stop_database) {
            (Engine::Sqlite, _) => Blow::Server,
            (Engine::Postgres, Some(seconds)) if number == self.cycles + 1 => {
                Blow::Database(Duration::from_secs(seconds))
            }
            (Engine::Postgres, _) if number.is_multiple_of(DATABASE_EVERY) => Blow::Database(Duration::ZERO),
            (Engine::Postgres, _) => Blow::Server,
        }
    }

    /// How many cycles there are at least.
    fn least(&self, engine: Engine) -> u32 {
        self.cycles + u32::from(engine == Engine::Postgres && self.stop_database.is_some())
    }
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
    let (binary, beside) = crate::binary::of(asked.binary.as_deref())?;
    ensure!(
        asked.stop_database.is_none() || asked.engines().contains(&Engine::Postgres),
        "--stop-database is about PostgreSQL, which is not among the engines"
    );
    let seed = asked.seed.map_or_else(seed_of_clock, Ok)?;
    let mut summaries = Vec::new();
    let mut broken = 0;
    for engine in asked.engines() {
        let folder = beside.join("crash").join(format!("{}-seed-{seed}", engine.name()));
        let (summary, findings) = run_on(asked, *engine, &binary, &folder, seed)?;
        summaries.push(summary);
        broken += findings;
    }
    if asked.json {
        writeln!(io::stdout(), "{:#}", Value::Array(summaries))?;
    }
    ensure!(broken == 0, "crash: {broken} findings (seed {seed})");
    Ok(())
}

/// All cycles on one engine: a summary for a program, and how many findings there are.
fn run_on(asked: &Crash, engine: Engine, binary: &Path, folder: &Path, seed: u64) -> Result<(Value, usize)> {
    let started = Instant::now();
    // Outside the runtime: its client brings one of its own.
    let postgres = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Arc::new(Postgres::start()?)),
    };
    let database = postgres
        .as_ref()
        .map(|postgres| postgres.database(DATABASE))
        .transpose()?;
    say(
        asked,
        &format!(
            "{}, seed {seed}: {} cycles, {} clients, {} rooms",
            engine.name(),
            asked.least(engine),
            asked.clients,
            asked.rooms
        ),
    )?;
    let server = Server::new(binary, folder, database, &mut Dice::new(seed, u64::MAX))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tally = runtime.block_on(async {
        tokio::select! {
            tally = all_cycles(asked, engine, server, postgres.clone(), seed) => tally,
            interrupted = interrupted() => interrupted.and(Err(anyhow::anyhow!("interrupted"))),
        }
    })?;
    let is_sound = tally.findings.is_empty();
    let kept = (!is_sound).then_some(folder);
    report(asked, &tally, kept, started.elapsed())?;
    if is_sound {
        std::fs::remove_dir_all(folder)?;
    } else if let Some(postgres) = postgres {
        // It goes with its folder, and what it held is evidence.
        postgres.dump(DATABASE, &folder.join("database.sql"))?;
    }
    let summary = summary(asked, engine, &tally, seed, kept, started.elapsed());
    Ok((summary, tally.findings.len()))
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
async fn all_cycles(
    asked: &Crash,
    engine: Engine,
    server: Server,
    postgres: Option<Arc<Postgres>>,
    seed: u64,
) -> Result<Tally> {
    let size = (asked.clients.into(), asked.rooms.into());
    let mut run = Run::begin(server, postgres, seed, size).await?;
    let mut tally = Tally::default();
    let mut findings = Vec::new();
    let wanted = if asked.cycles >= FULL_RUN { FULL_RUN_ACKED } else { 0 };
    // The evidence is fresh after the first cycle with findings; more cycles would bury it.
    while findings.is_empty() && (tally.passed < asked.least(engine) || run.acked() < wanted) {
        findings = match run.cycle(asked.blow(engine, tally.passed + 1)).await {
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
    if !findings.is_empty() {
        tally.failed = 1;
        // What only the end has shown is the last cycle's.
        tally.passed = tally.passed.min(asked.least(engine) - 1);
    }
    tally.findings = findings;
    Ok(tally)
}

/// A run that cannot go on, most likely because the server does not: it has not started again, or does not answer.
fn gone_wrong(error: &anyhow::Error) -> Finding {
    Finding::new(Kind::Server, format!("the run cannot go on: {error:#}"))
}

fn line(number: u32, cycle: &Cycle) -> String {
    let (hit, back) = match cycle.blow {
        Blow::Server => ("killed".to_owned(), "ready again"),
        Blow::Database(Duration::ZERO) => ("database killed".to_owned(), "ready after its return"),
        Blow::Database(away) => (
            format!("database gone for {} s", away.as_secs()),
            "ready after its return",
        ),
    };
    format!(
        "cycle {number:3}: {hit} after {:4} ms, {back} in {:3} ms, {:5} messages, {:3} resent ({:2} were kept), {}",
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

fn report(asked: &Crash, tally: &Tally, kept: Option<&Path>, took: Duration) -> Result<()> {
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
    let summary = format!(
        "{} cycles in {:.0} s: {} acked, {} resent ({} were kept, unacked), {} lost, {} doubled, {} holes; {} too slow and \
         back again; slowest start {} ms\n{} passed, {} failed",
        tally.passed + tally.failed,
        took.as_secs_f64(),
        tally.acked,
        tally.resent,
        tally.in_doubt,
        tally.count(Kind::Lost),
        tally.count(Kind::Doubled),
        tally.count(Kind::Hole),
        tally.cuts,
        tally.slowest_ready.as_millis(),
        tally.passed,
        tally.failed
    );
    Ok(say(asked, &summary)?)
}

/// The same for a program, with all findings.
fn summary(asked: &Crash, engine: Engine, tally: &Tally, seed: u64, kept: Option<&Path>, took: Duration) -> Value {
    json!({
        "engine": engine.name(), "seed": seed, "cycles": tally.passed + tally.failed, "passed": tally.passed,
        "failed": tally.failed, "clients": asked.clients, "rooms": asked.rooms, "acked": tally.acked,
        "resent": tally.resent, "in_doubt": tally.in_doubt, "lost": tally.count(Kind::Lost),
        "doubled": tally.count(Kind::Doubled), "holes": tally.count(Kind::Hole), "cuts": tally.cuts,
        "slowest_ready_ms": tally.slowest_ready.as_millis() as u64, "seconds": took.as_secs_f64(),
        "kept": kept, "findings": tally.findings,
    })
}
