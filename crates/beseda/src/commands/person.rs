//! People: deactivated, activated and signed out, while the server runs or not. A running server closes their sockets
//! within a second.

use super::standing;
use crate::cli::{self, PersonCommand};
use crate::config::Settings;
use anyhow::bail;
use beseda_core::words::HostId;
use beseda_core::{Error, Refusal, rules};
use beseda_live::ask;
use serde_json::json;
use std::time::Duration;

/// Does what is asked for with a person.
///
/// # Errors
/// The person is unknown, or the database cannot be used.
pub async fn run(
    settings: &Settings,
    command: PersonCommand,
    id: HostId<'static>,
    as_json: bool,
) -> anyhow::Result<()> {
    let (store, chat) = standing(settings)?;
    let (now, asked) = (chat.now(), id.clone());
    let done = ask::change(&chat, move |tx| {
        let person = rules::find_person(tx, &asked)?.ok_or(Refusal::NoSuchPerson)?.id;
        match command {
            PersonCommand::Deactivate => rules::set_active(tx, now, person, false),
            PersonCommand::Activate => rules::set_active(tx, now, person, true),
            PersonCommand::SignOut => rules::sign_out(tx, now, person),
        }
    });
    let done = done.await;
    store.close();
    let person = match done {
        Err(Error::Refused(Refusal::NoSuchPerson)) => bail!("there is no person {id}"),
        other => other?,
    };
    // What they prove once this has ended lets them in.
    let waits = rules::until_let_in(&person, chat.now());
    tokio::time::sleep(Duration::from_micros(waits)).await;
    let (word, sentence) = match command {
        PersonCommand::Deactivate => (
            "deactivated",
            format!("deactivated person {id}, who is signed out everywhere"),
        ),
        PersonCommand::Activate => ("activated", format!("activated person {id}, who may log in again")),
        PersonCommand::SignOut => ("signed_out", format!("signed person {id} out everywhere")),
    };
    cli::answer(if as_json {
        format!("{}\n", json!({"person": id, "done": word}))
    } else {
        format!("{sentence}\n")
    })?;
    Ok(())
}
