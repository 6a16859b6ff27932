//! The commands that do one thing and end: seed, token, migrate; and those about people, keys and jobs.

pub mod admin;
pub mod backup;
pub mod diagnose;
pub mod health;
pub mod jobs;
pub mod key;
pub mod looks;
pub mod person;
pub mod smoke;

use crate::app;
use crate::cli;
use crate::config::{Database, Settings};
use crate::data;
use crate::seed::{Kept, Seed};
use crate::system::System;
use anyhow::{Context, bail};
use beseda_core::Chat;
use beseda_core::ports::{Clock, Random};
use beseda_core::rules;
use beseda_core::rules::sign_in;
use beseda_core::words::HostId;
use beseda_identity::{OwnTokens, hash_password, is_password};
use beseda_live::ask;
use beseda_store::Opened;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Puts in what a seed file holds.
///
/// # Errors
/// The file or the database cannot be read, or what of the seed cannot be put in.
pub async fn seed(settings: &Settings, file: &Path, is_new: bool, as_json: bool) -> anyhow::Result<()> {
    let text = System
        .read_seed(file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let seed = Seed::read(&text).with_context(|| format!("{} cannot be used", file.display()))?;
    data::standing_or_new(settings, is_new)?;
    let (store, chat) = app::open(settings)?;
    let hash = |password: &str, kept: Option<&str>| {
        if let Some(kept) = kept
            && is_password(password, kept)?
        {
            return Ok(None);
        }
        let hash = hash_password(password, chat.random());
        hash.map(Some).context("cannot hash a password")
    };
    let done = seed.put(&chat, hash).await;
    store.close();
    let kept = done?;
    cli::answer(if as_json {
        let Kept { people, groups, orders } = kept;
        format!("{}\n", json!({"people": people, "groups": groups, "orders": orders}))
    } else {
        format!("put {kept}\n")
    })?;
    Ok(())
}

/// The store of a data directory that is there already: a command about somebody in it makes none.
///
/// # Errors
/// It is not there, or cannot be opened.
pub fn standing(settings: &Settings) -> anyhow::Result<(Arc<dyn Opened>, Chat)> {
    require_database(settings)?;
    app::open(settings)
}

fn require_database(settings: &Settings) -> anyhow::Result<()> {
    if !data::is_standing(settings) {
        bail!(
            "there is no {}; is --data right? Put people in with `beseda seed`",
            data::database_path(&settings.data).display()
        );
    }
    Ok(())
}

/// Prints an access token for each person, a line each, in the order asked for.
///
/// # Errors
/// Somebody is unknown or deactivated, or the database cannot be read.
pub async fn token(
    settings: &Settings,
    people: Vec<HostId<'static>>,
    ttl: Duration,
    as_json: bool,
) -> anyhow::Result<()> {
    let (store, chat) = standing(settings)?;
    let secret = settings.secret_or_made(&System)?;
    let tokens = OwnTokens::new(secret.expose().as_bytes(), settings.limits.token_bytes);
    let found = ask::look(&chat, move |look| {
        people
            .into_iter()
            .map(|id| rules::find_person(look, &id).map(|person| (id, person)))
            .collect::<Result<Vec<_>, beseda_core::Error>>()
    });
    let found = found.await;
    store.close();

    let (now, ttl) = (System.now(), i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
    let mut lines = String::new();
    for (id, person) in found? {
        let person = match person {
            None => bail!("there is no person {id}; put people in with `beseda seed`"),
            Some(person) if !person.active => bail!("person {id} is deactivated"),
            Some(person) => person,
        };
        let (from, ttl) = sign_in::token_times(&person, now, ttl);
        let mut name = [0; 16];
        System.fill(&mut name);
        let token = tokens.access(&person, from, ttl, name)?;
        if as_json {
            lines.push_str(&json!({"person": id, "token": token}).to_string());
        } else {
            lines.push_str(&token);
        }
        lines.push('\n');
    }
    cli::answer(lines)?;
    Ok(())
}

/// Brings the database to this version, and says what that took.
///
/// # Errors
/// The database cannot be opened or brought to this version.
pub fn migrate(settings: &Settings, is_new: bool, as_json: bool) -> anyhow::Result<()> {
    data::standing_or_new(settings, is_new)?;
    data::make(&settings.data)?;
    app::refuse_half_restored(settings)?;
    let before = app::before_migration(settings);
    let applied = match &settings.database {
        Database::Sqlite => beseda_store::migrate(&data::database_path(&settings.data), before)?,
        Database::Postgres(url) => beseda_store::migrate_postgres(url, before.as_ref())?,
    };
    cli::answer(if as_json {
        format!("{}\n", json!({"applied": applied}))
    } else if applied.is_empty() {
        "the database is at this version already\n".to_owned()
    } else {
        applied.iter().map(|name| format!("applied {name}\n")).collect()
    })?;
    Ok(())
}
