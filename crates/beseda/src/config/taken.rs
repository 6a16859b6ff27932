//! What the settings of the server itself take that no other crate's do.

use super::{Database, LogFormat, LogLevel, Secret, secret};
use beseda_contracts::shared::settings::origin;
use beseda_core::words::{Raw, Shown, Taken, Word, Wrong, printable};
use beseda_store::MediaTypes;
use std::net::SocketAddr;
use std::path::Path;

/// An address to listen on, or none.
pub struct MetricsListen;

impl Taken for MetricsListen {
    type Kept = Option<SocketAddr>;

    fn read(raw: &Raw, _: &Path) -> Result<Option<SocketAddr>, Wrong> {
        let text = raw.text()?;
        if text == "off" {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| {
            let what = format!("must be an IP address and a port, or off, not `{}`", printable(text));
            Wrong::new(what, "Write 127.0.0.1:9464 for this machine alone, or off.")
        })
    }

    fn show(kept: &Option<SocketAddr>) -> Shown {
        Shown::Text(kept.map_or_else(|| "off".to_owned(), |address| address.to_string()))
    }
}

/// Where traces are sent, or nowhere.
pub struct Collector;

impl Taken for Collector {
    type Kept = Option<String>;

    fn read(raw: &Raw, _: &Path) -> Result<Option<String>, Wrong> {
        match raw.text()? {
            "off" => Ok(None),
            _ if !cfg!(feature = "otel") => {
                let todo = "Build it with `cargo build --release --features otel`, or write off.";
                Err(Wrong::new("is not in this build, which sends no traces", todo))
            }
            address if address.starts_with("http") && !address.contains('*') => origin(address).map(Some),
            address => {
                let what = format!("cannot be `{}`", printable(address));
                Err(Wrong::new(what, "Write an address like http://127.0.0.1:4318, or off."))
            }
        }
    }

    fn show(kept: &Option<String>) -> Shown {
        Shown::Text(kept.clone().unwrap_or_else(|| "off".to_owned()))
    }
}

/// Where messages are kept.
pub struct DatabaseUrl;

impl Taken for DatabaseUrl {
    type Kept = Database;

    fn read(raw: &Raw, _: &Path) -> Result<Database, Wrong> {
        database(raw.text()?)
    }

    fn show(database: &Database) -> Shown {
        Shown::Text(database.to_string())
    }
}

fn database(text: &str) -> Result<Database, Wrong> {
    if text.is_empty() || text == "sqlite" {
        Ok(Database::Sqlite)
    } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        Ok(Database::Postgres(text.to_owned()))
    } else {
        // The text is not repeated: addresses of databases hold passwords.
        let todo = "Leave it out: messages are kept in `beseda.db` in the data directory.";
        Err(Wrong::new("can only be `sqlite` or begin with postgres://", todo))
    }
}

/// The bus between several servers, which there is not.
pub struct Bus;

impl Taken for Bus {
    type Kept = ();

    fn read(_: &Raw, _: &Path) -> Result<(), Wrong> {
        let todo = "Leave it out: one process serves everybody and needs no bus.";
        Err(Wrong::new("is not in this version yet", todo))
    }

    fn show((): &()) -> Shown {
        Shown::Nothing
    }
}

/// A secret that signs.
pub struct Signing;

impl Taken for Signing {
    type Kept = Secret;

    fn read(raw: &Raw, _: &Path) -> Result<Secret, Wrong> {
        secret::of_value(raw)
    }

    fn show(kept: &Secret) -> Shown {
        Shown::Text(kept.to_string())
    }
}

/// A secret that somebody else gave out.
pub struct GivenOut;

impl Taken for GivenOut {
    type Kept = Secret;

    fn read(raw: &Raw, _: &Path) -> Result<Secret, Wrong> {
        raw.text().map(Secret::of_others)
    }

    fn show(kept: &Secret) -> Shown {
        Shown::Text(kept.to_string())
    }
}

/// The address of a service.
pub struct Endpoint;

impl Taken for Endpoint {
    type Kept = String;

    fn read(raw: &Raw, _: &Path) -> Result<String, Wrong> {
        origin(raw.text()?)
    }

    fn show(kept: &String) -> Shown {
        Shown::Text(kept.clone())
    }
}

/// Who answers for the server at push services, or nobody.
pub struct PushSubject;

impl Taken for PushSubject {
    type Kept = String;

    fn read(raw: &Raw, _: &Path) -> Result<String, Wrong> {
        let text = raw.text()?.trim();
        let is_address = |rest: &str| rest.len() > 2 && rest.chars().all(|sign| sign.is_ascii_graphic());
        let mail = text.strip_prefix("mailto:").filter(|mail| mail.contains('@'));
        match mail.or_else(|| text.strip_prefix("https://")) {
            Some(rest) if is_address(rest) => Ok(text.to_owned()),
            None if text.is_empty() => Ok(String::new()),
            _ => {
                let what = format!("cannot be `{}`", printable(text));
                Err(Wrong::new(
                    what,
                    "Write an address like mailto:admin@shop.example or https://shop.example/contact.",
                ))
            }
        }
    }

    fn show(kept: &String) -> Shown {
        Shown::Text(kept.clone())
    }
}

/// Origins of push services that are reached wherever they are.
pub struct PushOrigins;

impl Taken for PushOrigins {
    type Kept = Vec<String>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<String>, Wrong> {
        let of_the_web = |text: &String| text.starts_with("http") && !text.contains('*');
        let one = |text: String| match of_the_web(&text) {
            true => origin(&text),
            false => {
                let what = format!("holds `{}`", printable(&text));
                Err(Wrong::new(what, "Name origins, like http://push.internal:8080."))
            }
        };
        raw.texts()?.into_iter().map(one).collect()
    }

    fn show(kept: &Vec<String>) -> Shown {
        Shown::List(kept.clone())
    }
}

/// Media types that are known here.
pub struct Media;

impl Taken for Media {
    type Kept = Vec<String>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<String>, Wrong> {
        let types = raw.texts()?;
        MediaTypes::only(&types).map_err(|unknown| {
            let known: Vec<&str> = MediaTypes::known().collect();
            Wrong::new(
                format!("has an unknown type: {unknown}"),
                format!(
                    "Known are {}; application/octet-stream is every file.",
                    known.join(", ")
                ),
            )
        })?;
        Ok(types)
    }

    fn show(kept: &Vec<String>) -> Shown {
        Shown::List(kept.clone())
    }
}

impl Word for LogFormat {
    const WORDS: &'static [(&'static str, Self)] = &[("text", Self::Text), ("json", Self::Json)];
}

impl Word for LogLevel {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("error", Self::Error),
        ("warn", Self::Warn),
        ("info", Self::Info),
        ("debug", Self::Debug),
        ("trace", Self::Trace),
    ];
}
