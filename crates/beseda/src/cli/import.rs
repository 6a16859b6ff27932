//! The command that takes in what another chat has.

use super::{Database, Form, New, TEMPLATE};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// A chat whose tables are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Known {
    /// Contract 4's tables of Django, in SQLite or PostgreSQL
    Django,
    /// Contract 1's tables of Flask, in SQLite
    Flask,
}

/// Take in what another chat has: people, orders, rooms, messages, files and passwords, under their own numbers
#[derive(Args, Debug)]
#[command(help_template = TEMPLATE, before_help = "Examples:
  beseda import django --from postgres://chat@db/shop --media /srv/shop/media --orders-table shop_order --dry-run
  beseda import flask --from sqlite:////srv/desk/app.db --media /srv/desk/uploads --time-zone Europe/Moscow --new
  beseda import django --print-mapping > mine.toml
  beseda import --mapping mine.toml --from sqlite:////srv/school/db.sqlite3 --media /srv/school/media --skip-bad
")]
pub(super) struct ImportArguments {
    /// Whose tables they are
    #[arg(
        value_enum,
        value_name = "WHAT",
        conflicts_with = "mapping",
        required_unless_present = "mapping"
    )]
    known: Option<Known>,
    /// A TOML file that says where in other tables everything is
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The other chat's database, which is only read: sqlite:///path/to/file.db, postgres://… or - to read it from standard
    /// input, where no list of processes shows its password
    #[arg(long, value_name = "URL", required_unless_present = "print_mapping")]
    from: Option<String>,
    /// The folder in which its files are
    #[arg(long, value_name = "DIR")]
    media: Option<PathBuf>,
    /// The table of the host's users, where it is another one
    #[arg(long, value_name = "TABLE")]
    users_table: Option<String>,
    /// The table of the host's orders, where it is another one
    #[arg(long, value_name = "TABLE")]
    orders_table: Option<String>,
    /// The zone of times that tell none: a name such as Europe/Moscow, or +03:00
    #[arg(long, value_name = "ZONE", default_value = "UTC", allow_hyphen_values = true)]
    time_zone: String,
    /// Count, show samples and say what cannot be taken, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave out what cannot be taken; without this, nothing is taken then
    #[arg(long)]
    skip_bad: bool,
    /// Where every row is named that is not taken, or not whole; made if there is one
    #[arg(long, value_name = "FILE", default_value = "import-report.jsonl")]
    report: PathBuf,
    /// Print the mapping, to begin one of your own with
    #[arg(long)]
    print_mapping: bool,
    #[command(flatten)]
    new: New,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    form: Form,
}

/// What is to be taken in, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportCommand {
    /// Whose tables they are, where they are known.
    pub known: Option<Known>,
    /// A description of others.
    pub mapping: Option<PathBuf>,
    /// The other chat's database.
    pub from: Option<String>,
    /// The folder of its files.
    pub media: Option<PathBuf>,
    /// The table of the host's users.
    pub users_table: Option<String>,
    /// The table of the host's orders.
    pub orders_table: Option<String>,
    /// The zone of times that tell none.
    pub time_zone: String,
    /// Write nothing.
    pub dry_run: bool,
    /// Leave out what cannot be taken.
    pub skip_bad: bool,
    /// Where the report is written.
    pub report: PathBuf,
    /// Print the mapping and do nothing.
    pub print_mapping: bool,
    /// Begin a database where none is.
    pub is_new: bool,
    /// Answer in JSON.
    pub json: bool,
}

impl ImportArguments {
    /// What is asked for, and over which database.
    pub(super) fn taken(self) -> (ImportCommand, Database) {
        let command = ImportCommand {
            known: self.known,
            mapping: self.mapping,
            from: self.from,
            media: self.media,
            users_table: self.users_table,
            orders_table: self.orders_table,
            time_zone: self.time_zone,
            dry_run: self.dry_run,
            skip_bad: self.skip_bad,
            report: self.report,
            print_mapping: self.print_mapping,
            is_new: self.new.is_new,
            json: self.form.json,
        };
        (command, self.database)
    }
}
