//! The commands about backups, and how they say how far they are.

use super::{Database, Form, TEMPLATE};
use clap::Subcommand;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

/// How many backups `--keep` may leave at most.
const MOST_KEPT: u64 = 100_000;

#[derive(Subcommand, Debug)]
pub(super) enum BackupVerb {
    /// Copy the database and every file into a folder, while the server runs or not
    ///
    /// Everything that was acknowledged before it began is in it: the database, files, the settings file and what signs
    /// tokens, and a manifest with the checksum of each. `beseda verify` reads it all again, `beseda restore` makes a data
    /// directory of it.
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda backup /backups --keep 14
  beseda backup /backups/before-the-fair --exact
  beseda backup /backups --without-secret --json
")]
    Backup {
        /// The folder of all backups: each is a folder in it, named by its time
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Make the backup in DIR itself, which is new or empty
        #[arg(long)]
        exact: bool,
        /// Afterwards delete the oldest whole backups in DIR, until N are left
        #[arg(long, value_name = "N", conflicts_with = "exact", value_parser = clap::value_parser!(u64).range(1..=MOST_KEPT))]
        keep: Option<u64>,
        /// Leave out what signs tokens, and the settings file, which may hold secrets too
        #[arg(long)]
        without_secret: bool,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// Make a data directory of a backup, whole or not at all
    ///
    /// The messages go where the settings say: a backup of SQLite into PostgreSQL too, and the other way round. Clients find
    /// out by themselves, and begin anew. No server may serve there meanwhile.
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda restore /backups/2026-11-28T03-00-00Z --data /var/lib/beseda
  beseda restore /backups/2026-11-28T03-00-00Z --data new --database postgres://beseda@localhost/new
  beseda restore data/backups/before-v15-20261128T030000Z.db --replace   the database alone, as before a migration
")]
    Restore {
        /// The backup, or a file that is kept before a migration
        #[arg(value_name = "BACKUP")]
        from: PathBuf,
        /// Move what is there aside first; nothing is deleted
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// Read every byte of a backup, or of the data directory, and say what is wrong
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda verify /backups/2026-11-28T03-00-00Z
  beseda verify --data /var/lib/beseda   what the server serves from, while it does
")]
    Verify {
        /// The backup; without one, the data directory is verified
        #[arg(value_name = "BACKUP")]
        backup: Option<PathBuf>,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
}

/// What is to be done with backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupCommand {
    /// Make one.
    Make {
        /// Where.
        folder: PathBuf,
        /// In that folder itself.
        exact: bool,
        /// How many are left afterwards.
        keep: Option<u64>,
        /// Without what signs tokens.
        without_secret: bool,
    },
    /// Make a data directory of one.
    Restore {
        /// Which.
        from: PathBuf,
        /// Whether what is there is moved aside.
        replace: bool,
    },
    /// Read one to its end, or the data directory.
    Verify {
        /// Which.
        backup: Option<PathBuf>,
    },
}

impl BackupVerb {
    /// What is asked for, over which database, and whether the answer is for a program.
    pub(super) fn taken(self) -> (BackupCommand, Database, bool) {
        match self {
            Self::Backup {
                folder,
                exact,
                keep,
                without_secret,
                database,
                form,
            } => {
                let command = BackupCommand::Make {
                    folder,
                    exact,
                    keep,
                    without_secret,
                };
                (command, database, form.json)
            }
            Self::Restore {
                from,
                replace,
                database,
                form,
            } => (BackupCommand::Restore { from, replace }, database, form.json),
            Self::Verify { backup, database, form } => (BackupCommand::Verify { backup }, database, form.json),
        }
    }
}

/// How far long work is, on one line of a terminal; elsewhere nothing is said.
#[derive(Debug)]
pub struct Progress {
    shows: bool,
    last: String,
}

impl Progress {
    /// Nothing was done yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shows: io::stderr().is_terminal(),
            last: String::new(),
        }
    }

    /// Says how far it is, where that is something else than before. There is nobody to tell when that fails.
    pub fn tell(&mut self, line: String) {
        if self.shows && line != self.last {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K{line}");
            self.last = line;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if !self.last.is_empty() {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}
