//! The command that says what is wrong with a house, with the room of an order, or with somebody's way into it.

use super::{Database, Form};
use beseda_core::words::{HostId, OrderId};
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct DiagnoseArguments {
    /// Collect what a maintainer needs in this folder, which is made; no secrets and no texts of messages are in it
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Look at the room of this order: who sees it, and who does not, and why
    #[arg(long, value_name = "ID")]
    order: Option<OrderId>,
    /// Look at this person: whether they are let in, and, with --order, whether they see the order's room
    #[arg(long, value_name = "ID")]
    person: Option<HostId<'static>>,
    /// Where the running server is [default: where the settings let it listen]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    form: Form,
}

/// What is to be diagnosed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ailment {
    /// Where everything is collected.
    pub out: Option<PathBuf>,
    /// The order whose room is looked at.
    pub order: Option<OrderId>,
    /// The person who is looked at.
    pub person: Option<HostId<'static>>,
    /// Where the server is.
    pub url: Option<String>,
}

impl DiagnoseArguments {
    /// What is asked for, over which database, and whether the answer is for a program.
    pub(super) fn taken(self) -> (Ailment, Database, bool) {
        let Self {
            out,
            order,
            person,
            url,
            database,
            form,
        } = self;
        let asked = Ailment {
            out,
            order,
            person,
            url,
        };
        (asked, database, form.json)
    }
}
