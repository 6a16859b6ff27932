//! What both passes of an import work with: the source that is read, and the chat that is looked at and written to.

use super::left::{Left, Why};
use super::mapping::{Found, Mapping};
use super::progress::Progress;
use super::row::Row;
use super::things::Thing;
use anyhow::Context;
use beseda_core::ports::{Files, Look, Tx};
use beseda_core::rules::import;
use beseda_core::words::RoomKind;
use beseda_core::{Chat, Error};
use beseda_live::ask;
use beseda_store::source::{Folder, NoFile, Source};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::runtime::Handle;

/// A row as a thing, with what the row is called by.
pub type Rows<T> = Vec<(String, Result<T, Why>)>;

/// The source, and what its rows mean.
pub struct Reader {
    pub source: Source,
    pub found: BTreeMap<&'static str, Found>,
    pub mapping: Mapping,
    pub kind: RoomKind,
    pub zone: TimeZone,
    pub progress: Progress,
}

impl Reader {
    /// The tables that things of this name are in; none where the mapping has none.
    pub fn table(&self, name: &str) -> Option<String> {
        self.found.get(name).map(|found| found.table.clone())
    }

    /// Hands over every row, some at a time.
    ///
    /// # Errors
    /// The source cannot be read; what `take` fails with.
    pub fn each<T: Thing>(
        &mut self,
        name: &'static str,
        mut take: impl FnMut(Rows<T>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(found) = self.found.get(name) else {
            return Ok(());
        };
        let mut outcome = Ok(());
        let (mapping, kind, zone) = (&self.mapping, self.kind, &self.zone);
        let progress = &mut self.progress;
        progress.begin();
        let mut last = String::new();
        self.source.read(&found.select, &mut |part| {
            let rows = part.iter().map(|cells| {
                let row = Row::new(found, cells, zone);
                let called = row.called();
                // As where a joined table has two rows for one: the first counts.
                let thing = if !called.is_empty() && called == last {
                    Err(Why::Twice)
                } else {
                    T::read(&row, mapping, kind)
                };
                last.clone_from(&called);
                (called, thing)
            });
            outcome = take(rows.collect());
            progress.tell(name, part.len());
            match outcome {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        outcome
    }
}

/// The chat, the folders and the report.
pub struct Hands {
    /// None where nothing is there yet, and nothing is to be made.
    pub chat: Option<Chat>,
    pub handle: Handle,
    /// Where files are kept; none where nothing is written.
    pub files: Option<Arc<dyn Files>>,
    pub media: Option<Folder>,
    pub left: Left,
    /// Whether what cannot be taken is left out.
    pub skip_bad: bool,
}

impl Hands {
    /// Looks at what is here; none where nothing is.
    ///
    /// # Errors
    /// The store fails.
    pub fn look<T: Send + 'static>(
        &self,
        rule: impl FnOnce(&mut dyn Look) -> Result<T, Error> + Send + 'static,
    ) -> anyhow::Result<Option<T>> {
        let Some(chat) = &self.chat else { return Ok(None) };
        Ok(Some(self.handle.block_on(ask::look(chat, rule))?))
    }

    /// Writes, as an import does.
    ///
    /// # Errors
    /// The store fails, or a server serves it.
    pub fn change<T: Send + 'static>(
        &self,
        mut rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    ) -> anyhow::Result<T> {
        let chat = self.chat()?;
        let in_turn = move |tx: &mut dyn Tx| import::in_turn(tx, &mut rule);
        Ok(self.handle.block_on(ask::change(chat, in_turn))?)
    }

    /// The chat that is written to.
    ///
    /// # Errors
    /// There is none.
    pub fn chat(&self) -> anyhow::Result<&Chat> {
        self.chat.as_ref().context("there is no database")
    }

    /// Where a file of the media folder is, and its bytes.
    pub fn find_file(&self, path: &str) -> Result<(PathBuf, u64), Why> {
        let media = self.media.as_ref().ok_or(Why::FileMissing)?;
        media.find(path).map_err(no_file)
    }
}

/// Why a message comes without its file.
pub fn no_file(no: NoFile) -> Why {
    match no {
        NoFile::Missing => Why::FileMissing,
        NoFile::Outside => Why::FileOutside,
        NoFile::Unreadable(why) => Why::FileUnreadable(why),
    }
}
