//! The build tool beside cargo and npm: `cargo xtask <what>`.
#![expect(
    clippy::disallowed_methods,
    reason = "a build tool lives on files and the environment; nothing of it runs in the server"
)]

mod backup;
mod bench;
mod binary;
mod crash;
mod postgres;
mod tidy;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The server's, so that a floor is no higher for want of it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The build tool beside cargo and npm.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Xtask {
    #[command(subcommand)]
    job: Job,
}

#[derive(Subcommand)]
enum Job {
    /// Checks the walls of the house: dependencies, sources, licences.
    Tidy,
    /// Measures Beseda against two floors and prints a table of ratios; builds the release binaries first.
    Bench(bench::Bench),
    /// Kills the server at random moments under load and checks that no promise was broken.
    Crash(crash::Crash),
    /// Backs the server up under load, restores that, and checks that it holds everything that was acked before.
    Backup(backup::Backup),
    /// The floors that `bench` starts.
    #[command(hide = true)]
    Floor(bench::floor::Floor),
}

fn main() -> ExitCode {
    // Built together with the server, the client that asks it has the server's HTTPS and no cryptography of its own. A
    // second call finds one there, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match Xtask::parse().job {
        Job::Tidy => tidy::run(),
        Job::Bench(bench) => bench::run(&bench),
        Job::Crash(crash) => crash::run(&crash),
        Job::Backup(backup) => backup::run(&backup),
        Job::Floor(floor) => bench::floor::run(&floor),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `{error:#}` is the chain of causes without a backtrace, which would hide the findings above it.
            let _ = writeln!(std::io::stderr(), "{error:#}");
            ExitCode::FAILURE
        }
    }
}
