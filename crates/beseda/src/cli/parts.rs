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
pub(super) struct Form {
    /// Answer in JSON, for programs
    #[arg(long)]
    pub(super) json: bool,
}
