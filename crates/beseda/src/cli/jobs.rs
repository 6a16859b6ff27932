//! The commands about jobs: what was promised in the database and is done outside of it.

use super::{Database, Form, TEMPLATE};
use clap::{Args, Subcommand};

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct JobsArguments {
    #[command(subcommand)]
    verb: Option<JobsVerb>,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    form: Form,
}

#[derive(Subcommand, Debug)]
enum JobsVerb {
    /// Give a dead job all its tries again; a running server takes it within a second
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda jobs retry 17
")]
    Retry {
        /// The job's number, as `beseda jobs` shows it
        #[arg(value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
        id: i64,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
}

/// What is to be done with jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobsCommand {
    /// List those that wait and those that are dead.
    List,
    /// Let one that is dead be tried again.
    Retry {
        /// Its number, from 1.
        id: i64,
    },
}

impl JobsArguments {
    /// What is asked for, over which database, and whether the answer is for a program.
    pub(super) fn taken(self) -> (JobsCommand, Database, bool) {
        match self.verb {
            None => (JobsCommand::List, self.database, self.form.json),
            Some(JobsVerb::Retry { id, database, form }) => (JobsCommand::Retry { id }, database, form.json),
        }
    }
}
