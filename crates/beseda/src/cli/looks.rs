//! The commands that only look: who and what is there, and what of it.

use super::{Command, Database, Form, TEMPLATE};
use beseda_core::words::HostId;
use clap::{Args, Subcommand};

/// How much of a list is shown at once, at most.
const MOST: i64 = 1_000;

#[derive(Args, Debug)]
pub(super) struct Page {
    /// Begin behind the one with this id, which the page before ended with
    #[arg(long, value_name = "ID")]
    after: Option<HostId<'static>>,
    /// How many to show
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=MOST))]
    limit: i64,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    form: Form,
}

#[derive(Subcommand, Debug)]
pub(super) enum RoomVerb {
    /// List the rooms, by their numbers
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda room list
  beseda room list --after 50 --limit 100 --json
")]
    List {
        /// Begin behind the room with this number, which the page before ended with
        #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
        after: i64,
        /// How many to show
        #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=MOST))]
        limit: i64,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// Show a room: who is in it and how far each has read, and nothing of what is said
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda room show order:1042
  beseda room show 17 --json
")]
    Show {
        /// Its key, like order:1042, its unguessable name, or its number
        #[arg(value_name = "KEY")]
        key: String,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
}

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookCommand {
    /// Some people, in the order of their numbers.
    People {
        /// Behind this one.
        after: Option<HostId<'static>>,
        /// How many, from 1 to 1000.
        limit: i64,
    },
    /// A person.
    Person {
        /// As the application calls them.
        id: HostId<'static>,
    },
    /// An API key, but not what it is.
    Key {
        /// Its name.
        name: String,
    },
    /// Some rooms, in the order of their numbers.
    Rooms {
        /// Behind this one.
        after: i64,
        /// How many, from 1 to 1000.
        limit: i64,
    },
    /// A room.
    Room {
        /// Its key, its unguessable name or its number.
        key: String,
    },
}

impl Page {
    /// The list of people that is asked for, and over which database.
    pub(super) fn of_people(self) -> (Command, Database) {
        let Self {
            after,
            limit,
            database,
            form,
        } = self;
        let command = LookCommand::People { after, limit };
        let json = form.json;
        (Command::Look { command, json }, database)
    }
}

impl RoomVerb {
    /// What is asked for, and over which database.
    pub(super) fn taken(self) -> (Command, Database) {
        let (command, database, json) = match self {
            Self::List {
                after,
                limit,
                database,
                form,
            } => (LookCommand::Rooms { after, limit }, database, form.json),
            Self::Show { key, database, form } => (LookCommand::Room { key }, database, form.json),
        };
        (Command::Look { command, json }, database)
    }
}
