//! What can be asked for, once it was understood.

use super::{Ailment, BackupCommand, ImportCommand, JobsCommand, KeyCommand, LookCommand, PersonCommand};
use crate::doctor;
use beseda_core::words::HostId;
use clap::ValueEnum;
use clap_complete::Shell;
use std::path::PathBuf;
use std::time::Duration;

/// What of the native API is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ApiDocument {
    /// The calls, as OpenAPI 3.1
    #[value(name = "openapi")]
    OpenApi,
    /// The socket, as AsyncAPI 3.0
    #[value(name = "asyncapi")]
    AsyncApi,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Print what the program can do.
    Summary,
    /// Run the server.
    Serve {
        /// Fill an empty data directory with people and rooms to try.
        demo: bool,
    },
    /// Put in what a JSON file holds.
    Seed {
        /// The file.
        file: PathBuf,
        /// Begin a new data directory.
        is_new: bool,
        /// Answer in JSON.
        json: bool,
    },
    /// Print access tokens.
    Token {
        /// The people, at least one.
        people: Vec<HostId<'static>>,
        /// How long a token is good for, from a second to 30 days.
        ttl: Duration,
        /// Answer in JSON.
        json: bool,
    },
    /// Make an administrator, the password from standard input or chosen by themselves.
    AdminCreate {
        /// Their e-mail.
        email: String,
        /// Print a link instead of reading a password.
        link: bool,
        /// Begin a new data directory.
        is_new: bool,
        /// Answer in JSON.
        json: bool,
    },
    /// Do something with API keys.
    Key {
        /// What.
        command: KeyCommand,
        /// Answer in JSON.
        json: bool,
    },
    /// Do something with a person.
    Person {
        /// What.
        command: PersonCommand,
        /// Who, as the application calls them.
        id: HostId<'static>,
        /// Answer in JSON.
        json: bool,
    },
    /// Look at what is there.
    Look {
        /// At what.
        command: LookCommand,
        /// Answer in JSON.
        json: bool,
    },
    /// Ask a server whether it is ready.
    Health {
        /// Its address; none for the one of the settings.
        url: Option<String>,
        /// Answer in JSON.
        json: bool,
    },
    /// List jobs, or try a dead one again.
    Jobs {
        /// What.
        command: JobsCommand,
        /// Answer in JSON.
        json: bool,
    },
    /// Take in what another chat has.
    Import(Box<ImportCommand>),
    /// Prove a running server end to end.
    Doctor {
        /// Which, and what of it.
        wishes: doctor::Wishes,
        /// Answer in JSON.
        json: bool,
    },
    /// Try a socket step by step.
    Probe {
        /// Whose, and where.
        wishes: doctor::probe::Wishes,
        /// Answer in JSON.
        json: bool,
    },
    /// Ask a server for what clients ask first.
    Smoke {
        /// Where it is.
        address: String,
        /// Whose token is shown; `-` where it is read from standard input.
        token: Option<String>,
        /// Answer in JSON.
        json: bool,
    },
    /// Say what is wrong, and collect what a maintainer needs.
    Diagnose {
        /// With what.
        with: Ailment,
        /// Answer in JSON.
        json: bool,
    },
    /// Do something with backups.
    Backups {
        /// What.
        command: BackupCommand,
        /// Answer in JSON.
        json: bool,
    },
    /// Show the settings.
    ConfigCheck {
        /// Answer in JSON.
        json: bool,
    },
    /// Print the documentation of the settings.
    ConfigReference,
    /// Bring the database to this version.
    Migrate {
        /// Begin a new data directory.
        is_new: bool,
        /// Answer in JSON.
        json: bool,
    },
    /// Print who may do what.
    Policy {
        /// Answer in JSON.
        json: bool,
        /// Answer in Markdown.
        markdown: bool,
    },
    /// Print the native API.
    Api(ApiDocument),
    /// Print a script for a shell.
    Completions(Shell),
}
