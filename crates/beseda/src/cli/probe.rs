//! The commands that try one thing of a server.

use super::{Database, Form, TEMPLATE};
use crate::doctor::probe::Wishes;
use beseda_core::words::{HostId, RoomKey};
use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub(super) enum ProbeVerb {
    /// A socket: name, connection, TLS, upgrade, token, conversation, location, database
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda token --person 1 | beseda probe ws --url wss://chat.spa.example --token -
  beseda probe ws --url http://127.0.0.1:8000 --token eyJ… --pair 1:2
")]
    Ws {
        /// Where the server is: http, https, ws or wss
        #[arg(long, value_name = "URL")]
        url: String,
        /// A person's access token, or - to read it from standard input
        #[arg(long, value_name = "TOKEN")]
        token: String,
        /// Whose conversation to open; a `:` in an id is written %3A [default: the person's newest]
        #[arg(long, value_name = "CUSTOMER:THERAPIST", value_parser = pair)]
        pair: Option<(HostId<'static>, HostId<'static>)>,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
}

impl ProbeVerb {
    /// What is tried, over which database, and whether the answer is for a program.
    pub(super) fn taken(self) -> (Wishes, Database, bool) {
        let Self::Ws {
            url,
            token,
            pair,
            database,
            form,
        } = self;
        (Wishes { url, token, pair }, database, form.json)
    }
}

/// A customer and a therapist, as a room's key names them.
fn pair(text: &str) -> Result<(HostId<'static>, HostId<'static>), String> {
    match format!("pair:{text}").parse() {
        Ok(RoomKey::Pair { customer, therapist }) => Ok((customer, therapist)),
        _ => Err("write it like 1:2, the customer first".to_owned()),
    }
}
