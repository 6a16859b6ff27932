//! `cargo xtask bench`: Beseda against two floors, interleaved in one run, as ratios.

mod client;
mod desk;
mod fill;
pub mod floor;
mod http;
mod native;
mod pages;
mod proc;
mod report;
mod search;
mod server;
mod siege;
mod slow;
mod speech;
mod town;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::{Args, ValueEnum};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use self::client::{Crowd, Load, Outcome};
use self::desk::Desk;
use self::native::Village;
use self::pages::Archive;
use self::report::Samples;
use self::search::Library;
use self::server::{Binaries, Kind, Server, pin, unpin};
use self::speech::Speech;
use self::town::{Street, Town, floor_seats};
use crate::postgres::Postgres;

/// Measures Beseda against the floors and prints a table of ratios. Builds the release binaries first.
#[derive(Args)]
pub struct Bench {
    /// Shorter runs, one round and a smaller archive: to see that it works, not to quote.
    #[arg(long)]
    quick: bool,
    /// Only these measures, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// How often each server has its turn.
    #[arg(long)]
    rounds: Option<usize>,
    /// Where to write all values as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only the floors, where there is no Beseda to measure.
    #[arg(long)]
    floors: bool,
}

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// CPU of a delivery in rooms of 2, 10 and 100; latency.
    Fanout,
    /// Sends a second, each of which waits for the last one.
    Durable,
    /// Memory of an idle connection.
    #[value(alias = "idle")]
    Memory,
    /// Pages of history and the list of rooms.
    Reading,
    /// The list of the support desk.
    Desk,
    /// A pair that talks while thousands of silent and half-spoken connections stand around.
    Siege,
    /// Deliveries, sends and idle sockets of the native API, against those of contract 4.
    Native,
    /// A busy room with one member that reads a kilobyte a second.
    Slow,
    /// Search among a million messages, against a page of history, on both engines.
    Search,
    /// Sends a second on a PostgreSQL that is made for it.
    Postgres,
}

/// A thousand sockets in rooms of three sizes, and the sends a second that are about as many deliveries for each.
const FAN_OUT: [(Street, u32); 3] = [
    (
        Street {
            members: 2,
            rooms: 500,
            messages: 0,
        },
        4_000,
    ),
    (
        Street {
            members: 10,
            rooms: 100,
            messages: 0,
        },
        1_000,
    ),
    (
        Street {
            members: 100,
            rooms: 10,
            messages: 0,
        },
        100,
    ),
];
/// Rooms with a history for those who only sit there.
const IDLE: Street = Street {
    members: 10,
    rooms: 500,
    messages: 50,
};
/// So many of them are there before the memory is looked at for the first time.
const IDLE_BEFORE: usize = 1_000;
/// How often every room's history is read before that: by each of the threads that read, by all chance.
const VISITS: usize = 6;
/// As long as besiegers may stay, and as a slow reader is borne.
const SIEGE: Duration = Duration::from_secs(15);
const QUIET: Duration = Duration::from_millis(300);

const NOTE: &str = "A send is complete when all members of its room have received it; latency runs from the scheduled instant.\n\
    Every send carries a client id like a UUID of version 7, as real clients' do.\n\
    An order has a client, an expert and an operator, so in rooms of 10 and 100 Beseda's members are windows of these three.\n\
    The floors share Beseda's socket layer and runtime; F1 keeps every message and, in a unique index, its client id:\n\
    in SQLite, synchronous=FULL, group commit; in the row about PostgreSQL, one insert of many rows a commit, same server.\n";

impl Bench {
    fn measures(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn kinds(&self) -> &'static [Kind] {
        const FLOORS: [Kind; 2] = [Kind::Raw, Kind::Durable];
        if self.floors { &FLOORS } else { &Kind::ALL }
    }
}

/// Builds, measures, prints.
pub fn run(bench: &Bench) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("workspace")?;
    if cfg!(debug_assertions) {
        return again_in_release(bench, root);
    }
    // Built together, so they lie together.
    let xtask = std::env::current_exe()?;
    let binaries = Binaries {
        beseda: xtask.with_file_name("beseda"),
        xtask,
    };
    raise_file_limit()?;
    let folder = root.join("target/bench");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let (median, worst) = proc::fdatasync_us(&folder)?;
    let machine = format!("{} · fdatasync p50 {median:.0} us p99 {worst:.0} us", proc::machine());
    say(&format!("{machine}\n{NOTE}"))?;
    if proc::load() > 0.5 {
        say("Something else is using this machine: latencies will show it, ratios of CPU less so.\n")?;
    }
    let samples = measure(bench, &binaries, &folder)?;
    say(&format!("\n{}", report::table(&samples)))?;
    if let Some(file) = &bench.json {
        std::fs::write(file, serde_json::to_string_pretty(&report::json(&samples, &machine))?)?;
    }
    std::fs::remove_dir_all(&folder)?;
    match report::invalid(&samples) {
        Some(why) => anyhow::bail!("INVALID: {why}"),
        None => Ok(()),
    }
}

fn measure(bench: &Bench, binaries: &Binaries, folder: &Path) -> Result<Samples> {
    let mut samples = Samples::default();
    let rounds = bench.rounds.unwrap_or(if bench.quick { 1 } else { 5 });
    let sockets = [
        Part::Fanout,
        Part::Durable,
        Part::Memory,
        Part::Native,
        Part::Siege,
        Part::Slow,
    ]
    .into_iter()
    .any(|part| bench.measures(part));
    if sockets {
        let town = if bench.floors {
            None
        } else {
            say("building the town …\n")?;
            let streets: Vec<Street> = FAN_OUT.iter().map(|(street, _)| *street).chain([IDLE]).collect();
            Some(Town::build(binaries, folder, None, &streets)?)
        };
        for round in 1..=rounds {
            for kind in bench.kinds() {
                say(&format!(
                    "round {round} of {rounds}: {} (load {})\n",
                    kind.name(),
                    proc::load()
                ))?;
                let turn = Turn {
                    bench,
                    binaries,
                    folder,
                    town: town.as_ref(),
                    kind: *kind,
                    database: None,
                };
                turn.take(&mut samples)?;
            }
        }
    }
    if bench.measures(Part::Reading) && !bench.floors {
        say("building the archive …\n")?;
        let archive = Archive::build(binaries, folder, bench.quick)?;
        for round in 1..=rounds {
            say(&format!("reading, round {round} of {rounds}\n"))?;
            archive.measure(binaries, folder, if bench.quick { 100 } else { 400 }, &mut samples)?;
        }
    }
    if bench.measures(Part::Desk) && !bench.floors {
        say("opening the desk …\n")?;
        let desk = Desk::build(binaries, folder, bench.quick)?;
        for round in 1..=rounds {
            say(&format!("the desk, round {round} of {rounds}\n"))?;
            desk.measure(binaries, folder, if bench.quick { 100 } else { 400 }, &mut samples)?;
        }
    }
    if bench.measures(Part::Native) && !bench.floors {
        say("building the village …\n")?;
        let village = Village::build(binaries, folder, bench.quick)?;
        for round in 1..=rounds {
            say(&format!("the village, round {round} of {rounds}\n"))?;
            village.measure(binaries, folder, if bench.quick { 20 } else { 100 }, &mut samples)?;
        }
    }
    if bench.measures(Part::Search) && !bench.floors {
        searching(bench, binaries, folder, rounds, &mut samples)?;
    }
    if bench.measures(Part::Postgres) {
        // The other rows are no worse for it.
        if let Err(error) = on_postgres(bench, binaries, folder, rounds, &mut samples) {
            say(&format!("\nThe row about PostgreSQL is left out: {error:#}\n"))?;
        }
    }
    Ok(samples)
}

/// Search and a page of history in turns, on each engine.
fn searching(bench: &Bench, binaries: &Binaries, folder: &Path, rounds: usize, samples: &mut Samples) -> Result<()> {
    let times = if bench.quick { 20 } else { 100 };
    unpin()?;
    say("filling a library …\n")?;
    let library = Library::build(binaries, folder, None, bench.quick)?;
    (0..rounds).try_for_each(|_| library.measure(binaries, times, samples))?;
    let folder = folder.join("postgres");
    // On both cores: it, and whoever fills it.
    unpin()?;
    let postgres = Postgres::start()?;
    say("filling a library on PostgreSQL …\n")?;
    let library = Library::build(binaries, &folder, Some(postgres.database("library")?), bench.quick)?;
    (0..rounds).try_for_each(|_| library.measure(binaries, times, samples))
}

/// Floor and Beseda in turns on one PostgreSQL, each on a database of its own.
fn on_postgres(bench: &Bench, binaries: &Binaries, folder: &Path, rounds: usize, samples: &mut Samples) -> Result<()> {
    // On both cores, for whoever is measured.
    unpin()?;
    let postgres = Postgres::start();
    pin(1)?;
    let postgres = postgres?;
    let [(pairs, _), ..] = FAN_OUT;
    let town = if bench.floors {
        None
    } else {
        say("building the town on PostgreSQL …\n")?;
        let database = postgres.database("town")?;
        Some(Town::build(binaries, folder, Some(&database), &[pairs])?)
    };
    for round in 1..=rounds {
        for kind in [Kind::Durable, Kind::Beseda] {
            if kind == Kind::Beseda && bench.floors {
                continue;
            }
            say(&format!("PostgreSQL, round {round} of {rounds}: {}\n", kind.name()))?;
            let database = match kind {
                Kind::Beseda => postgres.copy("town", &format!("town{round}"))?,
                _ => postgres.database(&format!("floor{round}"))?,
            };
            let turn = Turn {
                bench,
                binaries,
                folder,
                town: town.as_ref(),
                kind,
                database: Some(&database),
            };
            turn.durable(Speech::OneRoom, "pg_durable", samples)?;
        }
    }
    Ok(())
}

/// One server's turn in one round.
struct Turn<'a> {
    bench: &'a Bench,
    binaries: &'a Binaries,
    folder: &'a Path,
    town: Option<&'a Town>,
    kind: Kind,
    database: Option<&'a str>,
}

impl Turn<'_> {
    fn length(&self) -> Duration {
        Duration::from_secs(if self.bench.quick { 2 } else { 8 })
    }

    fn take(&self, samples: &mut Samples) -> Result<()> {
        // What is native is held against contract 4, so that is measured beside it.
        let is_held = self.bench.measures(Part::Native) && self.kind == Kind::Beseda;
        if self.bench.measures(Part::Fanout) || is_held {
            self.fan_out(Speech::OneRoom, "cpu", samples)?;
        }
        if (self.bench.measures(Part::Durable) && self.kind != Kind::Raw) || is_held {
            self.durable(Speech::OneRoom, "durable", samples)?;
        }
        if is_held {
            self.fan_out(Speech::Native { opens: true }, "native_cpu", samples)?;
            self.fan_out(Speech::Native { opens: false }, "moved_cpu", samples)?;
            self.durable(Speech::Native { opens: true }, "native_durable", samples)?;
        }
        if self.bench.measures(Part::Memory) {
            samples.put(self.kind, "memory", self.memory()?);
        }
        // Held against itself, not against the floors.
        if self.bench.measures(Part::Siege) && (self.kind == Kind::Beseda || self.bench.floors) {
            self.siege(samples)?;
        }
        if self.bench.measures(Part::Slow) && self.kind == Kind::Beseda {
            self.slow(samples)?;
        }
        Ok(())
    }

    /// What a delivery costs in rooms of each size.
    fn fan_out(&self, speech: Speech, measure: &str, samples: &mut Samples) -> Result<()> {
        for (street, rate) in FAN_OUT {
            let outcome = self.load(street, speech, Load::Open(rate))?;
            self.put(samples, street.members, measure, &outcome);
            samples.put(self.kind, &format!("{measure}_{}", street.members), outcome.cpu_us());
            if street.members == 10 && speech == Speech::OneRoom {
                for (name, quantile) in [("latency_p50", 0.5), ("latency_p99", 0.99), ("latency_p999", 0.999)] {
                    samples.put(self.kind, name, outcome.latency_ms(quantile));
                }
            }
        }
        Ok(())
    }

    /// Sends a second, each of which waits for the last one of its room.
    fn durable(&self, speech: Speech, measure: &str, samples: &mut Samples) -> Result<()> {
        let [(pairs, _), ..] = FAN_OUT;
        let outcome = self.load(pairs, speech, Load::Closed)?;
        self.put(samples, 0, measure, &outcome);
        samples.put(self.kind, measure, outcome.sends as f64 / outcome.seconds);
        samples.put(
            self.kind,
            &format!("{measure}_cpu"),
            outcome.cpu as f64 / 1_000.0 / outcome.sends as f64,
        );
        Ok(())
    }

    fn put(&self, samples: &mut Samples, members: usize, of: &str, outcome: &Outcome) {
        for (name, value) in [
            ("client_busy", outcome.busy),
            ("lost", outcome.lost as f64),
            ("doubled", outcome.doubled as f64),
        ] {
            samples.put(self.kind, &format!("{name}_{of}_{members}"), value);
        }
    }

    fn start(&self, name: &str) -> Result<(Server, PathBuf)> {
        let data = self.folder.join(name);
        if let (Kind::Beseda, Some(town)) = (self.kind, self.town) {
            town.copy(&data)?;
        }
        Ok((Server::start(self.kind, self.binaries, &data, self.database)?, data))
    }

    fn seats(&self, street: Street, speech: Speech) -> Result<Vec<client::Seat>> {
        match (self.kind, self.town) {
            (Kind::Beseda, Some(town)) => town.seats(street, speech),
            _ => Ok(floor_seats(street)),
        }
    }

    fn load(&self, street: Street, speech: Speech, load: Load) -> Result<Outcome> {
        let length = self.length();
        let (server, data) = self.start("loaded")?;
        let mut crowd = Crowd::of(speech)?;
        crowd.connect(server.address, &self.seats(street, speech)?)?;
        crowd.settle(QUIET)?;
        // Warms up caches, the branch predictor and the database's pages.
        crowd.run(load, length / 8, &server)?;
        crowd.settle(QUIET)?;
        let outcome = crowd.run(load, length, &server)?;
        drop(crowd);
        drop(server);
        std::fs::remove_dir_all(data)?;
        Ok(outcome)
    }

    fn siege(&self, samples: &mut Samples) -> Result<()> {
        let (server, data) = self.start("besieged")?;
        let [(pairs, _), ..] = FAN_OUT;
        let seats = self.seats(pairs, Speech::OneRoom)?;
        let (pair, _) = seats.split_at(pairs.members);
        let siege = siege::lay(server.address, pair, SIEGE, &server)?;
        for (name, outcome) in [("peace", &siege.before), ("siege", &siege.during)] {
            self.put(samples, 2, name, outcome);
            samples.put(self.kind, &format!("{name}_p99"), outcome.latency_ms(0.99));
        }
        samples.put(self.kind, "siege_gone", siege.gone);
        drop(server);
        std::fs::remove_dir_all(data)?;
        Ok(())
    }

    fn slow(&self, samples: &mut Samples) -> Result<()> {
        let (server, data) = self.start("slow")?;
        let [_, (tens, _), _] = FAN_OUT;
        let seats = self.seats(tens, Speech::OneRoom)?;
        let (room, _) = seats.split_at(tens.members);
        let slow = slow::read(server.address, room, SIEGE, &server)?;
        for (name, outcome) in [("alone", &slow.before), ("beside_slow", &slow.during)] {
            self.put(samples, 9, name, outcome);
            samples.put(self.kind, &format!("{name}_p99"), outcome.latency_ms(0.99));
        }
        samples.put(self.kind, "slow_cut", f64::from(u8::from(slow.cut)));
        samples.put(self.kind, "slow_missing", slow.missing as f64);
        drop(server);
        std::fs::remove_dir_all(data)?;
        Ok(())
    }

    /// Kilobytes (1,000 bytes) that one more idle connection costs the process.
    fn memory(&self) -> Result<f64> {
        let (server, data) = self.start("idle")?;
        let seats = self.seats(IDLE, Speech::OneRoom)?;
        // What is read of the rooms fills the caches of the database, up to what they may hold, whoever reads it and however
        // many: that is no cost of a connection. Fewer of them than those who are there before the first look.
        for visit in 0..VISITS {
            let mut visitors = Crowd::new()?;
            let one_of_each: Vec<client::Seat> = seats.iter().skip(visit).step_by(IDLE.members).cloned().collect();
            visitors.connect(server.address, &one_of_each)?;
            visitors.settle(QUIET)?;
        }
        let (before, after) = seats.split_at(IDLE_BEFORE);
        let mut crowd = Crowd::new()?;
        crowd.connect(server.address, before)?;
        crowd.settle(QUIET)?;
        let first = server.resident_kb()?;
        crowd.connect(server.address, after)?;
        crowd.settle(Duration::from_secs(2))?;
        let cost = (server.resident_kb()? - first) / after.len() as f64;
        drop(server);
        std::fs::remove_dir_all(data)?;
        Ok(cost)
    }
}

/// A debug build of the client would measure itself.
fn again_in_release(bench: &Bench, root: &Path) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .current_dir(root)
        .args(["build", "--release", "--package", "xtask"]);
    if !bench.floors {
        build.args(["--package", "beseda"]);
    }
    succeeded(build.status()?, "the release build")?;
    let mut release = Command::new(root.join("target/release/xtask"));
    succeeded(release.args(std::env::args_os().skip(1)).status()?, "the benchmark")
}

fn succeeded(status: ExitStatus, what: &str) -> Result<()> {
    ensure!(status.success(), "{what} failed");
    Ok(())
}

/// Thousands of sockets need as many files, here and in the servers, which inherit the limit.
fn raise_file_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    )?;
    pin(1)
}

fn say(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests;
