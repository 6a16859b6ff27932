//! The command line: what can be asked for, and how it is said.

mod backup;
mod command;
mod diagnose;
mod doors;
mod duration;
mod import;
mod jobs;
mod looks;
mod manner;
mod output;
mod parts;
mod probe;
#[cfg(test)]
mod tests;

pub use backup::{BackupCommand, Progress};
pub use command::{ApiDocument, Command};
pub use diagnose::Ailment;
pub use doors::{KeyCommand, PersonCommand};
pub use import::{ImportCommand, Known};
pub use jobs::JobsCommand;
pub use looks::LookCommand;
pub use manner::Manner;
pub use output::{answer, tell};

use crate::config::Flags;
use crate::doctor;
use crate::report::Lang;
use backup::BackupVerb;
use beseda_core::words::HostId;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use diagnose::DiagnoseArguments;
use doors::{AdminVerb, KeyVerb, PersonVerb};
use import::ImportArguments;
use jobs::JobsArguments;
use looks::RoomVerb;
use parts::{Database, Form, Migration, New};
use probe::ProbeVerb;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Examples stand before everything else: they are what people look for.
const TEMPLATE: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

#[derive(Parser, Debug)]
#[command(
    name = "beseda",
    version,
    about = "Beseda: the chat of an application that already exists."
)]
#[command(help_template = TEMPLATE, disable_help_subcommand = false, subcommand_required = false)]
#[command(before_help = "Examples:
  beseda serve --demo                 try it: people, orders and rooms are there already
  beseda serve --listen 0.0.0.0:8000  serve every network
  beseda config check                 show all settings, and what is wrong with them
")]
#[command(
    after_help = "Settings also come from beseda.toml and from BESEDA_… variables: see `beseda config reference`."
)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Args, Debug)]
struct Common {
    /// The directory that everything is kept in [variable: BESEDA_DATA] [default: data]
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<String>,
    /// The settings file [variable: BESEDA_CONFIG] [default: beseda.toml, here or in the data directory]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// The language of what is said [default: that of the locale, else English]
    #[arg(long, value_name = "LANGUAGE", value_enum, global = true)]
    lang: Option<Lang>,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Run the server
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda serve --demo
  beseda serve --data /var/lib/beseda --listen 127.0.0.1:8000
")]
    Serve {
        /// Where to listen [variable: BESEDA_LISTEN] [default: 127.0.0.1:8000]
        #[arg(long, value_name = "IP:PORT")]
        listen: Option<String>,
        #[command(flatten)]
        database: Database,
        /// The bus between several servers; not in this version yet [variable: BESEDA_REDIS]
        #[arg(long, value_name = "URL")]
        redis: Option<String>,
        /// Fill an empty data directory with people and rooms to try, and print who can log in
        #[arg(long)]
        demo: bool,
        #[command(flatten)]
        migration: Migration,
    },
    /// Put people, groups and orders from a JSON file in, as often as you like
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda seed people.json
  beseda seed people.json --data /var/lib/beseda --json
  beseda seed people.json --data trial --new   begin a new data directory with it
")]
    Seed {
        /// The JSON file: {"people": […], "groups": […], "orders": […]}
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        new: New,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// Print access tokens, a line for each person
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda token --person 1
  beseda token --person 1 2 3 --ttl 2h
")]
    Token {
        /// The people's ids, as the application has them: numbers or texts
        #[arg(long, value_name = "ID", required = true, num_args = 1..)]
        person: Vec<HostId<'static>>,
        /// How long each token is good for: 30s, 15m, 2h, 7d, at most 30d
        #[arg(long, value_name = "TIME", default_value = "15m", value_parser = duration::ttl)]
        ttl: Duration,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// Administrators
    #[command(help_template = TEMPLATE, subcommand_required = true, arg_required_else_help = true)]
    Admin {
        #[command(subcommand)]
        verb: AdminVerb,
    },
    /// API keys, by which the application that the chat belongs to calls
    #[command(help_template = TEMPLATE, subcommand_required = true, arg_required_else_help = true)]
    Key {
        #[command(subcommand)]
        verb: KeyVerb,
    },
    /// People: who is there, and let them in, or nowhere any more
    #[command(help_template = TEMPLATE, subcommand_required = true, arg_required_else_help = true)]
    Person {
        #[command(subcommand)]
        verb: PersonVerb,
    },
    /// Rooms: which there are, and who is in them
    #[command(help_template = TEMPLATE, subcommand_required = true, arg_required_else_help = true)]
    Room {
        #[command(subcommand)]
        verb: RoomVerb,
    },
    /// List the jobs that wait and those that are dead, or try a dead one again
    ///
    /// A job is what was promised in the database and is done outside of it, such as forgetting the bytes of a file.
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda jobs
  beseda jobs --json
  beseda jobs retry 17
")]
    Jobs(JobsArguments),
    #[command(flatten)]
    Backups(BackupVerb),
    Import(Box<ImportArguments>),
    /// Prove a running server end to end, and name what is broken and what to do
    ///
    /// Looks at what the server stands on (folders, secret, log, database, disk, descriptors), goes the way to it (name, TLS,
    /// proxy), lets people of its own talk over every contract, and takes away what they said. Run it as the server's user.
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda doctor
  beseda doctor --data /var/lib/beseda --url https://chat.shop.example
  beseda doctor --contract support_desk --lang ru
")]
    Doctor {
        /// The server's public address, with the path under which it is shown [default: where it listens]
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Tell about one contract alone: order_desk, school, spa, order_rooms, support_desk, native
        #[arg(long, value_name = "NAME")]
        contract: Option<String>,
        /// Let an administrator's password go over plain http to another machine
        #[arg(long)]
        insecure: bool,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// Try one thing of a server step by step, and name the first step that fails
    #[command(help_template = TEMPLATE, subcommand_required = true, arg_required_else_help = true)]
    Probe {
        #[command(subcommand)]
        verb: ProbeVerb,
    },
    /// Ask a server for what clients ask first, and tell the status and the time of each answer
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda smoke https://chat.shop.example
  beseda smoke http://127.0.0.1:8000 --json
  beseda token --person 1 | beseda smoke https://chat.shop.example --token -
")]
    Smoke {
        /// Where the server is, with the path under which it is shown
        #[arg(value_name = "URL")]
        address: String,
        /// Ask as somebody: an access token, or - to read it from standard input
        #[arg(long, value_name = "TOKEN")]
        token: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Say what is wrong and what to do: with the house, an order's room, or somebody's way into it
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda diagnose
  beseda diagnose --order 2 --person 5
  beseda diagnose --person 5 --lang ru
  beseda diagnose --out /tmp/beseda-report
")]
    Diagnose(DiagnoseArguments),
    /// Settings: what they are, and whether they are good
    #[command(help_template = TEMPLATE, subcommand_required = true, arg_required_else_help = true)]
    Config {
        #[command(subcommand)]
        verb: ConfigVerb,
    },
    /// Bring the database to this version
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda migrate
  beseda migrate --data /var/lib/beseda
")]
    Migrate {
        #[command(flatten)]
        new: New,
        #[command(flatten)]
        migration: Migration,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// Ask a server whether it is ready: ends with 0 where it is, else with 1
    ///
    /// Without an address, the server of these settings is asked where it listens, also over a Unix socket.
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda health
  beseda health --url https://chat.shop.example
")]
    Health {
        /// The server's address, as its users know it
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Print who may do what in which kind of room
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda policy
  beseda policy --json
")]
    Policy {
        #[command(flatten)]
        form: Form,
        /// Answer in Markdown, as in docs/operating/policy.md
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
    },
    /// Print the native API for programs, with the limits of a server that nobody set
    ///
    /// A server shows the same with the limits in force, under /api/v1/openapi.json and /api/v1/asyncapi.json.
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda api openapi > openapi.json
  beseda api asyncapi > asyncapi.json
")]
    Api {
        /// What of it: the calls, or the socket
        #[arg(value_enum)]
        document: ApiDocument,
    },
    /// Print a script that completes commands in your shell
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda completions bash > ~/.local/share/bash-completion/completions/beseda
  beseda completions zsh > ~/.zfunc/_beseda
")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

#[derive(Subcommand, Debug)]
enum ConfigVerb {
    /// Show every setting, where its value came from, and all that is wrong
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda config check
  beseda config check --config /etc/beseda.toml --json
")]
    Check {
        #[command(flatten)]
        form: Form,
    },
    /// Print the documentation of all settings as Markdown
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda config reference | less
")]
    Reference,
}

/// A command with the settings that its arguments make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What was asked for.
    pub command: Command,
    /// What the arguments set.
    pub flags: Flags,
    /// How the answer is said.
    pub said: Manner,
}

/// Reads the arguments, the program's own name first.
///
/// # Errors
/// What is wrong with them, or what `--help` and `--version` ask for: [`clap::Error::print`] puts either where it
/// belongs and [`clap::Error::exit_code`] knows the code, 2 and 0.
pub fn parse<I, T>(arguments: I) -> Result<Call, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let Arguments { common, verb } = Arguments::try_parse_from(arguments)?;
    let mut flags = Flags {
        config: common.config,
        data: common.data,
        ..Flags::default()
    };
    let mut keep = |database: Database| flags.database = database.database;
    let command = match verb {
        None => Command::Summary,
        Some(Verb::Serve {
            listen,
            database,
            redis,
            demo,
            migration,
        }) => {
            keep(database);
            flags.no_backup = migration.taken();
            flags.listen = listen;
            flags.redis = redis;
            Command::Serve { demo }
        }
        Some(Verb::Seed {
            file,
            new,
            database,
            form,
        }) => {
            keep(database);
            Command::Seed {
                file,
                is_new: new.is_new,
                json: form.json,
            }
        }
        Some(Verb::Token {
            person,
            ttl,
            database,
            form,
        }) => {
            keep(database);
            Command::Token {
                people: person,
                ttl,
                json: form.json,
            }
        }
        Some(Verb::Admin {
            verb:
                AdminVerb::Create {
                    email,
                    link,
                    new,
                    database,
                    form,
                },
        }) => {
            keep(database);
            Command::AdminCreate {
                email,
                link,
                is_new: new.is_new,
                json: form.json,
            }
        }
        Some(Verb::Key { verb }) => {
            let (command, database) = verb.taken();
            keep(database);
            command
        }
        Some(Verb::Person { verb }) => {
            let (command, database) = verb.taken();
            keep(database);
            command
        }
        Some(Verb::Room { verb }) => {
            let (command, database) = verb.taken();
            keep(database);
            command
        }
        Some(Verb::Health { url, form }) => Command::Health { url, json: form.json },
        Some(Verb::Jobs(jobs)) => {
            let (command, database, json) = jobs.taken();
            keep(database);
            Command::Jobs { command, json }
        }
        Some(Verb::Import(import)) => {
            let (command, database) = import.taken();
            keep(database);
            Command::Import(Box::new(command))
        }
        Some(Verb::Doctor {
            url,
            contract,
            insecure,
            database,
            form,
        }) => {
            keep(database);
            let wishes = doctor::Wishes {
                url,
                contract,
                insecure,
            };
            Command::Doctor {
                wishes,
                json: form.json,
            }
        }
        Some(Verb::Probe { verb }) => {
            let (wishes, database, json) = verb.taken();
            keep(database);
            Command::Probe { wishes, json }
        }
        Some(Verb::Smoke { address, token, form }) => Command::Smoke {
            address,
            token,
            json: form.json,
        },
        Some(Verb::Diagnose(asked)) => {
            let (with, database, json) = asked.taken();
            keep(database);
            Command::Diagnose { with, json }
        }
        Some(Verb::Config {
            verb: ConfigVerb::Check { form },
        }) => Command::ConfigCheck { json: form.json },
        Some(Verb::Config {
            verb: ConfigVerb::Reference,
        }) => Command::ConfigReference,
        Some(Verb::Backups(verb)) => {
            let (command, database, json) = verb.taken();
            keep(database);
            Command::Backups { command, json }
        }
        Some(Verb::Migrate {
            new,
            migration,
            database,
            form,
        }) => {
            keep(database);
            flags.no_backup = migration.taken();
            Command::Migrate {
                is_new: new.is_new,
                json: form.json,
            }
        }
        Some(Verb::Policy { form, markdown }) => Command::Policy {
            json: form.json,
            markdown,
        },
        Some(Verb::Api { document }) => Command::Api(document),
        Some(Verb::Completions { shell }) => Command::Completions(shell),
    };
    let said = Manner { lang: common.lang };
    Ok(Call { command, flags, said })
}

/// What the program can do, with examples.
#[must_use]
pub fn summary() -> String {
    Arguments::command().render_help().to_string()
}

/// The script that completes commands in a shell.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "beseda", &mut script);
    script
}
