//! API keys of host applications: made, listed and revoked, while the server runs or not.

use super::standing;
use crate::app;
use crate::cli::{self, KeyCommand};
use crate::config::Settings;
use crate::data;
use anyhow::bail;
use beseda_contracts::shared::time_text;
use beseda_core::words::{ApiKey, Scope};
use beseda_core::{Error, Refusal, rules};
use beseda_identity::api_keys;
use beseda_live::ask;
use serde_json::{Value, json};

/// Does what is asked for with keys.
///
/// # Errors
/// The name is taken or unknown, or the database cannot be used.
pub async fn run(settings: &Settings, command: KeyCommand, as_json: bool) -> anyhow::Result<()> {
    match command {
        KeyCommand::Create { name, scopes, is_new } => {
            data::standing_or_new(settings, is_new)?;
            create(settings, name, scopes, as_json).await
        }
        KeyCommand::List => list(settings, as_json).await,
        KeyCommand::Revoke { name } => revoke(settings, name, as_json).await,
    }
}

/// Prints a new key: it can be seen now and never again.
async fn create(settings: &Settings, name: String, scopes: Vec<Scope>, as_json: bool) -> anyhow::Result<()> {
    let (store, chat) = app::open(settings)?;
    let text = api_keys::new(chat.random());
    let key = ApiKey {
        name: name.clone(),
        hash: api_keys::hash(&text),
        scopes: scopes.clone(),
        created_at: chat.now(),
        revoked_at: None,
    };
    let kept = ask::change(&chat, move |tx| rules::put_api_key(tx, &key)).await;
    store.close();
    match kept {
        Err(Error::Refused(Refusal::NameTaken { .. })) => {
            bail!("there is an API key {name} already: choose another name, or `beseda key revoke {name}` first")
        }
        other => other?,
    }
    if as_json {
        let answer = json!({"name": name, "scopes": words(&scopes), "key": text});
        cli::answer(format!("{answer}\n"))?;
    } else {
        cli::answer(format!("{text}\n"))?;
        cli::tell("Keep it: it is not shown again.");
    }
    Ok(())
}

async fn list(settings: &Settings, as_json: bool) -> anyhow::Result<()> {
    let (store, chat) = standing(settings)?;
    let keys = ask::look(&chat, |look| Ok(look.api_keys()?)).await;
    store.close();
    let keys = keys?;
    cli::answer(if as_json {
        format!("{}\n", keys.iter().map(for_programs).collect::<Value>())
    } else {
        keys.iter().map(line).collect()
    })?;
    Ok(())
}

/// A key, for programs: not what it is.
pub(super) fn for_programs(key: &ApiKey) -> Value {
    json!({
        "name": key.name,
        "scopes": words(&key.scopes),
        "created_at": time_text(key.created_at),
        "revoked_at": key.revoked_at.map(time_text),
    })
}

/// A line about a key.
pub(super) fn line(key: &ApiKey) -> String {
    let until = key.revoked_at.map_or_else(
        || "in use".to_owned(),
        |revoked| format!("revoked {}", time_text(revoked)),
    );
    let (name, scopes) = (&key.name, words(&key.scopes).join(","));
    format!("{name:<20} {scopes:<28} made {}  {until}\n", time_text(key.created_at))
}

fn words(scopes: &[Scope]) -> Vec<&'static str> {
    scopes.iter().map(|scope| scope.word()).collect()
}

async fn revoke(settings: &Settings, name: String, as_json: bool) -> anyhow::Result<()> {
    let (store, chat) = standing(settings)?;
    let (now, asked) = (chat.now(), name.clone());
    let revoked = ask::change(&chat, move |tx| rules::revoke_api_key(tx, now, &asked)).await;
    store.close();
    if !revoked? {
        bail!("there is no API key {name} in use; `beseda key list` shows them all");
    }
    cli::answer(if as_json {
        format!("{}\n", json!({"name": name, "revoked": true}))
    } else {
        format!("revoked the API key {name}\n")
    })?;
    Ok(())
}
