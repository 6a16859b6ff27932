//! What several commands take alike: a database, whether it is new, how the answer is written.

use clap::Args;

#[derive(Args, Debug)]
pub(super) struct Database {
    /// Where messages are kept: `sqlite`, or a postgres:// URL [variable: BESEDA_DATABASE] [default: sqlite]
    #[arg(long, value_name = "URL")]
    pub(super) database: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct New {
    /// Begin a new data directory where there is no database yet; without it, that is refused
    #[arg(long = "new")]
    pub(super) is_new: bool,
}

#[derive(Args, Debug)]
pub(super) struct Migration {
    /// Migrate without keeping the database of before [variable: BESEDA_BACKUP_BEFORE_MIGRATION]
    #[arg(long)]
    no_backup: bool,
}

impl Migration {
    /// What the flag sets.
    pub(super) fn taken(self) -> Option<String> {
        self.no_backup.then(|| "false".to_owned())
    }
}

#[derive(Args, Debug)]
pub(super) struct Form {
    /// Answer in JSON, for programs
    #[arg(long)]
    pub(super) json: bool,
}
