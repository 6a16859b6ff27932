//! The backup test, `cargo xtask backup`: backups of a server under load, each restored and compared with what was acked
//! before it began, and what they cost those who send meanwhile.

mod load;

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Args, value_parser};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::crash::Engine;
use crate::crash::dice::Dice;
use crate::crash::server::Server;
use crate::crash::stored::Stored;
use crate::postgres::Postgres;
use load::{Acked, Load, files_below};

/// How long the senders are watched without a backup in each cycle, and how long at least with one after the other.
const WATCHED: Duration = Duration::from_secs(3);
/// Names of databases in a PostgreSQL of our own.
const DATABASE: &str = "served";

/// What `cargo xtask backup` takes.
#[derive(Args)]
pub struct Backup {
    /// What the server keeps its messages in; repeat for several [default: each]
    #[arg(long, value_enum, value_name = "ENGINE")]
    engine: Vec<Engine>,
    /// How many backups are made and restored
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u32).range(1..))]
    cycles: u32,
    /// Messages a second
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// The server [default: `beseda` beside this program]
    #[arg(long, value_name = "PATH")]
    binary: Option<PathBuf>,
    /// Fail where the slowest in a hundred acks take more than so many times as long while backups are made
    #[arg(long, value_name = "TIMES")]
    at_most: Option<f64>,
    /// Print the cycles as JSON
    #[arg(long)]
    json: bool,
}

/// What came of backups one after the other, and of restoring the last of them.
struct Cycle {
    took: Duration,
    backups: usize,
    restored_in: Duration,
    messages: usize,
    files: usize,
    rate: f64,
    /// How long acks took before the backups, and while they were made.
    quiet: Vec<Duration>,
    busy: Vec<Duration>,
}

/// Runs the cycles; the first that breaks a promise ends them.
///
/// # Errors
/// A broken promise, or a run that could not be made.
pub fn run(asked: &Backup) -> Result<()> {
    let (binary, beside) = crate::binary::of(asked.binary.as_deref())?;
    let engines = if asked.engine.is_empty() {
        &[Engine::Sqlite, Engine::Postgres]
    } else {
        asked.engine.as_slice()
    };
    let mut all = Vec::new();
    for engine in engines {
        let folder = beside.join("backup-test").join(engine.name());
        // Outside the runtime: its client brings one of its own.
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Postgres::start()?),
        };
        // Those who send have a thread of their own: what is done here between backups is not to count as theirs.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        all.push(runtime.block_on(all_cycles(asked, *engine, &binary, &folder, postgres.as_ref()))?);
        std::fs::remove_dir_all(&folder)?;
    }
    if asked.json {
        writeln!(io::stdout(), "{:#}", Value::Array(all))?;
    }
    Ok(())
}

async fn all_cycles(
    asked: &Backup,
    engine: Engine,
    binary: &Path,
    folder: &Path,
    postgres: Option<&Postgres>,
) -> Result<Value> {
    let database = |name: &str| postgres.map(|postgres| postgres.database(name)).transpose();
    let mut dice = Dice::new(1, 0);
    let mut server = Server::new(binary, &folder.join("served"), database(DATABASE)?, &mut dice)?;
    server.seed(&load::town()).await?;
    server.start().await?;
    let load = Load::begin(&server, asked.rate).await?;
    let mut cycles = Vec::new();
    let (mut quiet, mut busy) = (Vec::new(), Vec::new());
    for number in 1..=asked.cycles {
        let name = format!("restored{number}");
        let into = Server::new(binary, &folder.join(&name), database(&name)?, &mut dice)?;
        let cycle = cycle(&server, &load, &into, &folder.join("backups"), &mut dice)
            .await
            .with_context(|| {
                format!(
                    "{}, cycle {number}; everything is in {}",
                    engine.name(),
                    folder.display()
                )
            })?;
        say(asked, &line(engine, number, &cycle))?;
        cycles.push(json!({
            "backup_ms": cycle.took.as_millis() as u64, "restore_ms": cycle.restored_in.as_millis() as u64,
            "backups": cycle.backups, "messages": cycle.messages, "files": cycle.files, "rate": cycle.rate,
            "p99_quiet_ms": millis(p99(&cycle.quiet)), "p99_busy_ms": millis(p99(&cycle.busy)),
        }));
        quiet.extend(cycle.quiet);
        busy.extend(cycle.busy);
        drop(into);
        postgres.map_or(Ok(()), |postgres| postgres.remove(&name))?;
        std::fs::remove_dir_all(folder.join(&name))?;
        std::fs::remove_dir_all(folder.join("backups"))?;
    }
    load.end().await?;
    server.ask_to_stop()?;
    server.stopped().await?;
    let (before, meanwhile) = (p99(&quiet), p99(&busy));
    let times = ratio(before, meanwhile);
    say(
        asked,
        &format!(
            "{}: {} cycles, every restore whole; p99 of {} acks {:.1} ms before and of {} acks {:.1} ms meanwhile ({times:.2})",
            engine.name(),
            asked.cycles,
            quiet.len(),
            millis(before),
            busy.len(),
            millis(meanwhile),
        ),
    )?;
    if let Some(most) = asked.at_most {
        ensure!(times <= most, "acks take {times:.2} times as long, {most:.2} at most");
    }
    Ok(json!({
        "engine": engine.name(), "cycles": cycles, "p99_quiet_ms": millis(before), "p99_busy_ms": millis(meanwhile),
    }))
}

fn say(asked: &Backup, text: &str) -> io::Result<()> {
    if asked.json {
        writeln!(io::stderr(), "{text}")
    } else {
        writeln!(io::stdout(), "{text}")
    }
}

fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

fn line(engine: Engine, number: u32, cycle: &Cycle) -> String {
    format!(
        "{} {number:3}: {:6} messages and {:4} files at {:4.0}/s, {:3} backups of {:4} ms, restore {:5} ms, p99 of acks {:6.1} \
         ms before and {:6.1} ms meanwhile ({:.2}), whole",
        engine.name(),
        cycle.messages,
        cycle.files,
        cycle.rate,
        cycle.backups,
        cycle.took.as_millis(),
        cycle.restored_in.as_millis(),
        millis(p99(&cycle.quiet)),
        millis(p99(&cycle.busy)),
        ratio(p99(&cycle.quiet), p99(&cycle.busy)),
    )
}

/// How long the acks took for what was sent between two moments. A file is a write of its own size, and not counted.
fn times(acked: &[Acked], from: Instant, to: Instant) -> Vec<Duration> {
    let among = |one: &&Acked| one.sent >= from && one.sent < to && !one.has_file;
    acked.iter().filter(among).map(|one| one.took).collect()
}

/// The slowest in a hundred.
fn p99(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() * 99 / 100).copied().unwrap_or_default()
}

fn ratio(before: Duration, meanwhile: Duration) -> f64 {
    meanwhile.as_secs_f64() / before.as_secs_f64().max(0.000_1)
}

async fn cycle(server: &Server, load: &Load, into: &Server, backups: &Path, dice: &mut Dice) -> Result<Cycle> {
    let quiet_from = Instant::now();
    sleep(WATCHED).await;
    let begun = Instant::now();
    let (mut before, mut took, mut backup) = (Vec::new(), Vec::new(), PathBuf::new());
    while took.is_empty() || begun.elapsed() < WATCHED {
        backup = backups.join(took.len().to_string());
        before = load.acked();
        let began = Instant::now();
        server.said_by(&["backup", utf8(&backup)?, "--exact"]).await?;
        took.push(began.elapsed());
    }
    let ended = Instant::now();
    let after = load.acked();

    let path = utf8(&backup)?;
    let restoring = Instant::now();
    into.said_by(&["restore", path]).await?;
    let restored_in = restoring.elapsed();
    into.said_by(&["verify", path]).await?;
    into.said_by(&["verify"]).await?;
    let files = holds(&into.stored()?, load, &before)?;
    let found = files_below(&into.data().join("uploads/chat"))?;
    ensure!(found >= files, "{files} files were acked and {found} are restored");
    let flipped = flip(&backup, dice)?;
    let verified = into.run(&["verify", path]).await?;
    ensure!(
        verified.status.code() == Some(1),
        "a flipped byte in {} is not found:\n{}",
        flipped.display(),
        String::from_utf8_lossy(&verified.stdout)
    );
    let in_time = |one: &&Acked| one.sent >= begun && one.sent < ended;
    Ok(Cycle {
        took: took.iter().sum::<Duration>() / u32::try_from(took.len())?,
        backups: took.len(),
        restored_in,
        messages: before.len(),
        files,
        rate: after.iter().filter(in_time).count() as f64 / (ended - begun).as_secs_f64(),
        quiet: times(&after, quiet_from, begun),
        busy: times(&after, begun, ended),
    })
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().context("the folder's name is no UTF-8")
}

/// Everything that was acked is stored once and in order; how many files there were among it.
fn holds(stored: &Stored, load: &Load, acked: &[Acked]) -> Result<usize> {
    let damage = stored.damage()?;
    ensure!(damage.is_empty(), "the restored database is not sound: {damage:?}");
    let mut kept = HashMap::new();
    for room in &load.rooms {
        let rows = stored.rows(*room, 0)?;
        for (seq, row) in (1..).zip(&rows) {
            ensure!(
                row.seq == seq,
                "room {room}: seq {} stands where {seq} belongs",
                row.seq
            );
            let client_id = row.client_id.clone().context("a message that nobody sent")?;
            ensure!(
                kept.insert((*room, client_id), row.id).is_none(),
                "room {room}, seq {seq}: doubled"
            );
        }
        let counts = stored.room_seq(*room)?;
        ensure!(
            counts == rows.len() as i64,
            "room {room} counts {counts} and has {}",
            rows.len()
        );
    }
    for one in acked {
        let place = (one.room, one.client_id.clone());
        if kept.get(&place) != Some(&one.id) {
            bail!(
                "{place:?} was acked as {} and is restored as {:?}",
                one.id,
                kept.get(&place)
            );
        }
    }
    Ok(acked.iter().filter(|one| one.has_file).count())
}

/// Flips one bit of one byte of one file, which is not shared with the server.
fn flip(backup: &Path, dice: &mut Dice) -> Result<PathBuf> {
    let name = dice
        .one_of(&["beseda.db", "manifest.json", "secret"])
        .context("a file")?;
    let path = backup.join(name);
    let mut bytes = std::fs::read(&path)?;
    let at = usize::try_from(dice.between(0, bytes.len() as u64))?;
    let byte = bytes.get_mut(at).context("an empty file")?;
    *byte ^= 1 << dice.between(0, 8);
    std::fs::write(&path, bytes)?;
    Ok(path)
}
