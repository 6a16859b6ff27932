//! Administrators: made with a password from standard input, or by themselves with a link that is good once.

use crate::app;
use crate::cli;
use crate::config::{self, Settings};
use crate::system::System;
use anyhow::{Context, bail};
use beseda_contracts::native::setup::path_of;
use beseda_core::words::{NewPerson, Person, PersonId, Role, SetupCode};
use beseda_core::{Chat, rules};
use beseda_identity::hash_password;
use beseda_identity::setup_codes::{self, PASSWORD_CHARS_LEAST, PASSWORD_CHARS_MOST};
use beseda_live::ask;
use serde_json::json;

/// Makes an administrator, the password from standard input.
///
/// # Errors
/// The password is too short or too long, or somebody has this e-mail already.
pub async fn create(settings: &Settings, email: String, as_json: bool) -> anyhow::Result<()> {
    let password = System
        .read_line()
        .context("cannot read the password from standard input")?;
    let chars = password.chars().count();
    if !(PASSWORD_CHARS_LEAST..=PASSWORD_CHARS_MOST).contains(&chars) {
        bail!(
            "the password on standard input has {chars} characters; it needs {PASSWORD_CHARS_LEAST} to \
             {PASSWORD_CHARS_MOST}, as in: printf %s 'a long secret' | beseda admin create --email {email}"
        );
    }
    let (store, chat) = app::open(settings)?;
    let hash = hash_password(&password, chat.random()).context("cannot hash the password")?;
    let mut person = Person::new(PersonId(0), Role::Admin);
    person.email.clone_from(&email);
    let person = NewPerson {
        person,
        password_hash: Some(hash),
    };
    let now = chat.now();
    let made = ask::change(&chat, move |tx| {
        if tx.account(&person.person.email)?.is_some() {
            return Ok(None);
        }
        rules::new_own_person(tx, now, &person).map(Some)
    });
    let made = made.await;
    store.close();
    let Some(id) = made? else {
        bail!("somebody with the e-mail {email} is there already")
    };
    cli::answer(if as_json {
        format!("{}\n", json!({"id": id, "email": email}))
    } else {
        format!("made administrator {id}, who logs in as {email}\n")
    })?;
    Ok(())
}

/// Prints a link on which an administrator makes their own account, with a password that nobody else has seen.
///
/// # Errors
/// Somebody has this e-mail already.
pub async fn create_by_link(settings: &Settings, email: String, as_json: bool) -> anyhow::Result<()> {
    let (store, chat) = app::open(settings)?;
    let asked = email.clone();
    let taken = ask::look(&chat, move |look| Ok(look.account(&asked)?)).await;
    let site = config::site(&settings.listen).unwrap_or_default();
    let made = match taken {
        Ok(None) => new_link(&chat, &site, &settings.reach.base_path, &email)
            .await
            .map(Some),
        Ok(Some(_)) => Ok(None),
        Err(error) => Err(error.into()),
    };
    store.close();
    let Some(link) = made? else {
        bail!("somebody with the e-mail {email} is there already")
    };
    if as_json {
        let answer = json!({"link": link, "email": email, "expires_in": setup_codes::SECONDS});
        cli::answer(format!("{answer}\n"))?;
    } else {
        cli::answer(format!("{link}\n"))?;
        cli::tell(format_args!(
            "It is good once, and for {} minutes. Where a proxy stands in front, put its address before {}/setup/.",
            setup_codes::SECONDS / 60,
            settings.reach.base_path
        ));
    }
    Ok(())
}

/// What is printed on a first start: a link for the first administrator, where there is none and none was ever printed.
///
/// # Errors
/// The store cannot be asked.
pub async fn first_link(chat: &Chat, site: &str, base_path: &str) -> anyhow::Result<String> {
    if ask::look(chat, |look| rules::is_set_up(look)).await? {
        return Ok(String::new());
    }
    let link = new_link(chat, site, base_path, "").await?;
    Ok(format!(
        "There is no administrator yet. Make the first one here, within {} minutes:\n  {link}\n",
        setup_codes::SECONDS / 60
    ))
}

/// A new link for somebody with this e-mail, or for whoever opens it where it is empty.
async fn new_link(chat: &Chat, site: &str, base_path: &str, email: &str) -> anyhow::Result<String> {
    let code = setup_codes::new(chat.random());
    let kept = SetupCode {
        hash: setup_codes::hash(&code),
        email: email.to_owned(),
        expires_at: chat.now().plus_seconds(setup_codes::SECONDS),
        used_at: None,
    };
    ask::change(chat, move |tx| Ok(tx.put_setup_code(&kept)?)).await?;
    Ok(format!("{site}{base_path}{}", path_of(&code)))
}
