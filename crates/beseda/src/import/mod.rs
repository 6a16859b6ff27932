//! `beseda import`: what another chat has kept comes in, under its own numbers, as often as one likes.

mod files;
mod hands;
mod left;
mod look;
mod mapping;
mod progress;
mod row;
mod summary;
mod take;
mod things;

use crate::app;
use crate::cli::{self, ImportCommand, Known};
use crate::config::{Database, Settings};
use crate::data;
use crate::report::Speech;
use crate::system::System;
use anyhow::{Context, anyhow, bail};
use beseda_core::Chat;
use beseda_core::ports::Files;
use beseda_store::source::{Folder, Source};
use beseda_store::{Inspection, NotSeen, Opened, Schema};
use hands::{Hands, Reader};
use left::{Left, Weight};
use mapping::Mapping;
use progress::Progress;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use summary::End;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

/// What is asked for, as far as both passes and the summary need it.
#[derive(Debug, Clone)]
pub struct Options {
    dry_run: bool,
    skip_bad: bool,
    report: PathBuf,
}

/// Runs the command: 0 where everything could be taken, or what could not was to be left out.
///
/// # Errors
/// Something that was named cannot be read, the database cannot be opened or fails, or a server serves it.
pub async fn run(settings: &Settings, command: ImportCommand, speech: Speech) -> anyhow::Result<ExitCode> {
    let text = text_of(&command)?;
    if command.print_mapping {
        cli::answer(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mapping = mapping_of(&command, &text)?;
    let from = match command.from.as_deref() {
        Some("-") => System
            .read_line()
            .context("cannot read the address from standard input")?,
        Some(from) => from.to_owned(),
        None => bail!("--from is missing: where is the other chat's database?"),
    };
    let zone = row::zone_of(&command.time_zone).map_err(|why| anyhow!(why))?;
    let media = command
        .media
        .as_ref()
        .map(|path| Folder::open(path).with_context(|| format!("the media folder {} cannot be read", path.display())));
    let media = media.transpose()?;
    let options = Options {
        dry_run: command.dry_run,
        skip_bad: command.skip_bad,
        report: command.report.clone(),
    };
    let here = if options.dry_run {
        Here::to_look(settings).await?
    } else {
        data::standing_or_new(settings, command.is_new)?;
        Here::to_write(settings)?
    };
    let limits = Arc::new(settings.limits.clone());
    let hands = Hands {
        chat: here.chat.clone(),
        handle: Handle::current(),
        files: here.files.clone(),
        media,
        left: Left::new(report_at(options.report.clone())),
        skip_bad: options.skip_bad,
    };
    let is_watched = io::stderr().is_terminal();
    let work = spawn_blocking(move || {
        let mut source = Source::open(&from)?;
        let found = mapping.find(&mut source)?;
        let kind = mapping.kind()?;
        let reader = Reader {
            source,
            found,
            mapping,
            kind,
            zone,
            progress: Progress::new(speech, is_watched),
        };
        passes(reader, hands, &options, &limits, speech)
    });
    let done = work.await?;
    here.close();
    let (text, is_well) = done?;
    cli::answer(text)?;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Both passes, and what is said of them.
fn passes(
    mut reader: Reader,
    mut hands: Hands,
    options: &Options,
    limits: &Arc<beseda_core::words::Limits>,
    speech: Speech,
) -> anyhow::Result<(String, bool)> {
    let mut looked = look::look(&mut reader, &mut hands, limits)?;
    let end = match hands.left.heaviest() {
        _ if options.dry_run => End::Looked,
        Some(Weight::Clash) => End::Refused,
        Some(Weight::Bad) if !options.skip_bad => End::Refused,
        _ => End::Taken,
    };
    if end == End::Taken {
        reader.progress.totals = looked.counts.iter().map(|(name, count)| (*name, count.there)).collect();
        take::take(&mut reader, &mut hands, &mut looked, limits)?;
    }
    hands.left.end().context("the report cannot be written")?;
    let text = summary::text(&looked, &hands, options, end, speech);
    Ok((text, summary::is_well(&hands, options)))
}

/// What is written to.
struct Here {
    store: Option<Arc<dyn Opened>>,
    chat: Option<Chat>,
    files: Option<Arc<dyn Files>>,
    /// No server serves the directory meanwhile.
    _alone: Option<crate::system::Lock>,
}

impl Here {
    /// Opens everything.
    fn to_write(settings: &Settings) -> anyhow::Result<Self> {
        let alone = app::serve_alone(&settings.data);
        let alone = alone.context("an import gives numbers as a server does, and takes turns with it")?;
        let files = app::open_files(settings)?;
        let (store, chat) = app::open(settings)?;
        Ok(Self {
            store: Some(store),
            chat: Some(chat),
            files: Some(files),
            _alone: Some(alone),
        })
    }

    /// Opens what is there, as it is: a database that there is not is not made, and an older one not brought up to date.
    async fn to_look(settings: &Settings) -> anyhow::Result<Self> {
        let mut here = Self {
            store: None,
            chat: None,
            files: None,
            _alone: None,
        };
        let (database, path) = (settings.database.clone(), data::database_path(&settings.data));
        match spawn_blocking(move || schema_of(&database, &path)).await?? {
            Some(schema) if schema.missing.is_empty() => {
                let (store, chat) = app::open(settings)?;
                (here.store, here.chat) = (Some(store), Some(chat));
            }
            Some(schema) if schema.applied.is_some() => {
                bail!("the database is of an older version: bring it up to date first, with beseda migrate")
            }
            _ => {}
        }
        Ok(here)
    }

    fn close(&self) {
        if let Some(store) = &self.store {
            store.close();
        }
    }
}

/// Which migrations the database has; none where there is no database.
fn schema_of(database: &Database, path: &Path) -> Result<Option<Schema>, NotSeen> {
    let mut seen = match database {
        Database::Sqlite if !path.exists() => return Ok(None),
        Database::Sqlite => Inspection::of_file(path)?,
        Database::Postgres(url) => Inspection::of_url(url)?,
    };
    seen.schema().map(Some).map_err(NotSeen::Asked)
}

/// The words of the mapping that is asked for.
fn text_of(command: &ImportCommand) -> anyhow::Result<String> {
    let Some(path) = &command.mapping else {
        return match command.known {
            Some(Known::Django) => Ok(mapping::DJANGO.to_owned()),
            Some(Known::Flask) => Ok(mapping::FLASK.to_owned()),
            None => bail!("what is to be imported: django, flask, or the tables that --mapping FILE describes?"),
        };
    };
    let bytes = System
        .read_seed(path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
}

fn mapping_of(command: &ImportCommand, text: &str) -> anyhow::Result<Mapping> {
    let name = command
        .mapping
        .as_ref()
        .map_or_else(|| "the mapping".to_owned(), |path| path.display().to_string());
    let mut mapping = Mapping::read(text).with_context(|| format!("{name} cannot be used"))?;
    let named = [
        (&mut mapping.people, &command.users_table, "--users-table"),
        (&mut mapping.orders, &command.orders_table, "--orders-table"),
    ];
    for (table, name, flag) in named {
        if let Some(name) = name {
            let table = table
                .as_mut()
                .with_context(|| format!("the mapping has no table that {flag} could name"))?;
            table.table.clone_from(name);
        }
    }
    Ok(mapping)
}

/// Makes the report when its first line comes.
fn report_at(path: PathBuf) -> impl FnMut() -> io::Result<Box<dyn io::Write + Send>> + Send {
    move || {
        let file = System.create_report(&path).map_err(|error| {
            let says = format!(
                "the report {} cannot be made: {error}; name another, --report",
                path.display()
            );
            io::Error::new(error.kind(), says)
        })?;
        Ok(Box::new(io::BufWriter::new(file)))
    }
}
