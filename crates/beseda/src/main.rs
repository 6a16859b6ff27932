//! The binary: reads the command line and the settings, and hands over to the command.

mod api;
mod app;
mod caller;
mod cli;
mod clock;
mod commands;
mod config;
mod data;
mod demo;
mod descriptors;
mod desks;
mod doctor;
mod fetch;
mod health;
mod import;
mod jobs;
mod listen;
mod metrics;
mod policy;
mod push;
mod reload;
mod report;
mod root;
mod seed;
mod seen;
mod signals;
mod sweep;
mod system;
mod systemd;
mod tasks;
mod telemetry;
mod web;

use anyhow::Context;
use cli::{Call, Command};
use config::{Flags, Problems, Settings};
use report::{Speech, Usage};
use std::process::ExitCode;
use std::sync::Arc;
use system::{PrivateFolder, System};

/// Lists and frames are many small pieces of memory: it takes them faster than the system's, and gives them back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let call = match cli::parse(std::env::args_os()) {
        Ok(call) => call,
        Err(stop) => {
            // Nobody is left to tell when neither output can be written.
            let _ = stop.print();
            return ExitCode::from(u8::try_from(stop.exit_code()).unwrap_or(2));
        }
    };
    let outcome = run(call);
    telemetry::finish();
    match outcome {
        Ok(code) => code,
        Err(error) => {
            cli::tell(format_args!("beseda: {error:#}"));
            // Wrong settings are wrong usage, wherever they stand.
            if error.is::<Problems>() || error.is::<Usage>() {
                ExitCode::from(2)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn run(call: Call) -> anyhow::Result<ExitCode> {
    let Call { command, flags, said } = call;
    match command {
        Command::Summary => cli::answer(cli::summary())?,
        Command::Completions(shell) => cli::answer(cli::completions(shell))?,
        Command::Api(document) => api::print(document)?,
        Command::ConfigReference => cli::answer(config::reference())?,
        Command::ConfigCheck { json } => return config_check(&flags, json),
        Command::Serve { demo } => {
            let settings = accepted(&flags)?;
            // Before there is another thread: it is taken from the environment.
            let handed_over = System
                .handed_over()
                .context("a socket that was handed over cannot be used")?;
            let folder = PrivateFolder(settings.data.join("logs"));
            telemetry::start(&settings, Arc::new(System), Some(Box::new(folder)))?;
            let start = app::Start {
                flags,
                with_demo: demo,
                handed_over,
            };
            return runtime()?.block_on(app::serve(settings, start));
        }
        Command::Seed { file, is_new, json } => {
            runtime()?.block_on(commands::seed(&settings(&flags)?, &file, is_new, json))?;
        }
        Command::Token { people, ttl, json } => {
            runtime()?.block_on(commands::token(&settings(&flags)?, people, ttl, json))?;
        }
        Command::AdminCreate {
            email,
            link,
            is_new,
            json,
        } => {
            let settings = settings(&flags)?;
            data::standing_or_new(&settings, is_new)?;
            if link {
                runtime()?.block_on(commands::admin::create_by_link(&settings, email, json))?;
            } else {
                runtime()?.block_on(commands::admin::create(&settings, email, json))?;
            }
        }
        Command::Key { command, json } => {
            runtime()?.block_on(commands::key::run(&settings(&flags)?, command, json))?;
        }
        Command::Person { command, id, json } => {
            runtime()?.block_on(commands::person::run(&settings(&flags)?, command, id, json))?;
        }
        Command::Look { command, json } => {
            let speech = said.speech(json, &System);
            runtime()?.block_on(commands::looks::run(&settings(&flags)?, command, speech))?;
        }
        Command::Health { url, json } => {
            let (settings, speech) = (accepted(&flags)?, said.speech(json, &System));
            return runtime()?.block_on(commands::health::run(&settings, url.as_deref(), speech));
        }
        Command::Jobs { command, json } => {
            runtime()?.block_on(commands::jobs::run(&settings(&flags)?, command, json))?;
        }
        Command::Backups { command, json } => {
            let (settings, file) = (settings(&flags)?, config::load(&flags, &System).file);
            // What is in a bucket is asked for from this thread.
            let workers = runtime()?;
            let _inside = workers.enter();
            return commands::backup::run(&settings, file.as_deref(), command, said.speech(json, &System));
        }
        Command::Policy { json, markdown } => policy::print(&accepted(&flags)?.own_kinds, json, markdown)?,
        Command::Import(command) => {
            let speech = said.speech(command.json, &System);
            return runtime()?.block_on(import::run(&settings(&flags)?, *command, speech));
        }
        Command::Smoke { address, token, json } => {
            let speech = said.speech(json, &System);
            let token = token.map(|token| shown(token, speech)).transpose()?;
            return runtime()?.block_on(commands::smoke::run(&address, token.as_deref(), speech));
        }
        Command::Doctor { wishes, json } => {
            let speech = said.speech(json, &System);
            return runtime()?.block_on(doctor::run(read(&flags)?, wishes, speech));
        }
        Command::Probe { mut wishes, json } => {
            let speech = said.speech(json, &System);
            wishes.token = shown(wishes.token, speech)?;
            return runtime()?.block_on(doctor::probe::run(read(&flags)?, wishes, speech));
        }
        Command::Diagnose { with, json } => {
            return commands::diagnose::run(&config::load(&flags, &System), &with, said.speech(json, &System));
        }
        Command::Migrate { is_new, json } => commands::migrate(&settings(&flags)?, is_new, json)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A token as it was given, or where that is `-`, the first line of standard input: the list of processes shows arguments.
fn shown(token: String, speech: Speech) -> anyhow::Result<String> {
    let text = match token.as_str() {
        "-" => System
            .read_line()
            .context("cannot read the token from standard input")?,
        _ => token,
    };
    Ok(caller::token(&text).map_err(|why| Usage::of(&why, speech.lang))?)
}

/// The settings, good or not, of a command that tells in its report what is wrong with them.
fn read(flags: &Flags) -> anyhow::Result<doctor::Read> {
    let loaded = config::load(flags, &System);
    for warning in &loaded.warnings {
        cli::tell(warning);
    }
    let (file, settings) = (loaded.file.clone(), loaded.accept());
    if let Ok(settings) = &settings {
        telemetry::start(settings, Arc::new(System), None)?;
    }
    Ok(doctor::Read { settings, file })
}

/// The settings, and from now on a log on standard error as they want it.
fn settings(flags: &Flags) -> anyhow::Result<Settings> {
    let settings = accepted(flags)?;
    telemetry::start(&settings, Arc::new(System), None)?;
    Ok(settings)
}

/// The settings, if they are good.
fn accepted(flags: &Flags) -> anyhow::Result<Settings> {
    let loaded = config::load(flags, &System);
    for warning in &loaded.warnings {
        cli::tell(warning);
    }
    Ok(loaded.accept()?)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    beseda_live::runtime(None).context("cannot start the runtime")
}

/// Shows the settings; wrong ones end like any wrong usage, with 2.
fn config_check(flags: &Flags, json: bool) -> anyhow::Result<ExitCode> {
    let loaded = config::load(flags, &System);
    cli::answer(if json { loaded.json() } else { loaded.text() })?;
    if !json {
        for problem in loaded.warnings.iter().chain(&loaded.problems) {
            cli::tell(format_args!("\n{problem}"));
        }
        if loaded.problems.is_empty() {
            cli::tell("\nThe settings are good.");
        }
    }
    Ok(if loaded.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}
