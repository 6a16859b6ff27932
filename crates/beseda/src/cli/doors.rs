//! The commands about who comes in: administrators, people and API keys.

use super::looks::{LookCommand, Page};
use super::{Command, Database, Form, New, TEMPLATE};
use beseda_core::words::HostId;
use beseda_core::words::Scope;
use clap::{Args, Subcommand};

/// The longest name of an API key, in characters.
const KEY_NAME_CHARS: usize = 64;

#[derive(Subcommand, Debug)]
pub(super) enum AdminVerb {
    /// Make an administrator; the password is read from standard input
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda admin create --email anna@shop.example
  pass show beseda | beseda admin create --email anna@shop.example
  beseda admin create --email anna@shop.example --link   print a link, and let her choose it herself
")]
    Create {
        /// The administrator's e-mail, which they log in with
        #[arg(long, value_name = "E-MAIL", value_parser = email)]
        email: String,
        /// Read no password: print a link, good once and for 15 minutes, on which the administrator chooses one
        #[arg(long)]
        link: bool,
        #[command(flatten)]
        new: New,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Subcommand, Debug)]
pub(super) enum KeyVerb {
    /// Make an API key and print it: it can be seen now and never again
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda key create shop --scope people,orders,groups,rooms
  beseda key create privacy --scope people,export
  beseda key create notifier --scope rooms --json
")]
    Create {
        /// What the key is called; nobody else may have the name while it is in use
        #[arg(value_name = "NAME", value_parser = key_name)]
        name: String,
        /// What it may be used for: people, orders, groups, rooms, act (as a person), import, export
        #[arg(long, value_name = "SCOPES", required = true, value_delimiter = ',', value_parser = scope)]
        scope: Vec<Scope>,
        #[command(flatten)]
        new: New,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// List the API keys, not what they are
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda key list
  beseda key list --json
")]
    List {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// Show an API key, not what it is
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda key show shop
  beseda key show shop --json
")]
    Show {
        /// What the key is called
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
    /// End an API key: the next call with it is refused
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda key revoke shop
")]
    Revoke {
        /// What the key is called
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Subcommand, Debug)]
pub(super) enum PersonVerb {
    /// List the people, by their numbers
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda person list
  beseda person list --after 50 --limit 100 --json
")]
    List(Page),
    /// Show a person: their role, whether they are let in, and where they come from
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda person show 7
  beseda person show 7 --json
")]
    Show(Someone),
    /// Let a person in nowhere any more; their open sockets are closed within a second
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda person deactivate 7
")]
    Deactivate(Someone),
    /// Let a person in again; they log in anew
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda person activate 7
")]
    Activate(Someone),
    /// End every session and token of a person; they may log in anew
    #[command(help_template = TEMPLATE, before_help = "Examples:
  beseda person sign-out 7
")]
    SignOut(Someone),
}

#[derive(Args, Debug)]
pub(super) struct Someone {
    /// The person's id, as the application has it: a number or a text
    #[arg(value_name = "ID")]
    id: HostId<'static>,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    form: Form,
}

/// What is to be done with API keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyCommand {
    /// Make one.
    Create {
        /// Its name.
        name: String,
        /// What it may be used for, each once.
        scopes: Vec<Scope>,
        /// Begin a new data directory.
        is_new: bool,
    },
    /// List all.
    List,
    /// End one.
    Revoke {
        /// Its name.
        name: String,
    },
}

/// What is to be done with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonCommand {
    /// Let them in nowhere.
    Deactivate,
    /// Let them in again.
    Activate,
    /// End what they have proved.
    SignOut,
}

impl KeyVerb {
    /// What is asked for, and over which database.
    pub(super) fn taken(self) -> (Command, Database) {
        let key = |command, form: Form| Command::Key {
            command,
            json: form.json,
        };
        match self {
            Self::Create {
                name,
                scope,
                new,
                database,
                form,
            } => {
                let mut scopes = scope;
                scopes.sort_unstable();
                scopes.dedup();
                let is_new = new.is_new;
                (key(KeyCommand::Create { name, scopes, is_new }, form), database)
            }
            Self::List { database, form } => (key(KeyCommand::List, form), database),
            Self::Show { name, database, form } => (looking(LookCommand::Key { name }, &form), database),
            Self::Revoke { name, database, form } => (key(KeyCommand::Revoke { name }, form), database),
        }
    }
}

impl PersonVerb {
    /// What is asked for, and over which database.
    pub(super) fn taken(self) -> (Command, Database) {
        let (command, someone) = match self {
            Self::List(page) => return page.of_people(),
            Self::Show(someone) => {
                return (
                    looking(LookCommand::Person { id: someone.id }, &someone.form),
                    someone.database,
                );
            }
            Self::Deactivate(someone) => (PersonCommand::Deactivate, someone),
            Self::Activate(someone) => (PersonCommand::Activate, someone),
            Self::SignOut(someone) => (PersonCommand::SignOut, someone),
        };
        let command = Command::Person {
            command,
            id: someone.id,
            json: someone.form.json,
        };
        (command, someone.database)
    }
}

fn looking(command: LookCommand, form: &Form) -> Command {
    Command::Look {
        command,
        json: form.json,
    }
}

fn email(text: &str) -> Result<String, String> {
    let good = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
    });
    if good {
        Ok(text.to_owned())
    } else {
        Err("write it like anna@shop.example".to_owned())
    }
}

fn key_name(text: &str) -> Result<String, String> {
    let chars = text.chars().count();
    if chars == 0 || chars > KEY_NAME_CHARS || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Err(format!("choose 1 to {KEY_NAME_CHARS} characters without spaces"))
    } else {
        Ok(text.to_owned())
    }
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::from_word(text).ok_or_else(|| {
        let known: Vec<&str> = Scope::WORDS.iter().map(|(_, word)| *word).collect();
        format!("choose from {}", known.join(", "))
    })
}
