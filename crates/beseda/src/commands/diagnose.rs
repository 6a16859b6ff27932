//! Diagnosis: what a person did by hand, done in one call, with what is wrong in words and what to do. It looks and changes
//! nothing; what it collects holds no secret and no text of a message.

mod access;
mod collection;
mod house;
mod logs;
mod order;
mod person;
mod server;
mod tables;
mod words;

use crate::cli::{self, Ailment};
use crate::config::{Loaded, Settings};
use crate::doctor::house as foundations;
use crate::report::{Check, Lang, Speech, Steps, said};
use crate::system::System;
use crate::telemetry;
use access::Case;
use beseda_core::ports::Clock;
use beseda_core::rules;
use beseda_core::words::{HostId, OrderId};
use beseda_store::Inspection;
use collection::Collection;
use logs::Found;
use person::PersonFile;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use tables::Tables;
use tokio::runtime::Runtime;

/// Diagnoses what is asked for: an order's room and somebody's way into it where one is named, else the whole house; and
/// all of it where it is collected.
///
/// # Errors
/// The collection or standard output cannot be written.
pub fn run(loaded: &Loaded, with: &Ailment, speech: Speech) -> anyhow::Result<ExitCode> {
    telemetry::start(&loaded.settings, Arc::new(System), None)?;
    let collection = match with.out.as_deref().map(Collection::begin).transpose() {
        Ok(collection) => collection,
        Err(refused) => {
            cli::tell(refused.text(speech.lang));
            return Ok(ExitCode::from(2));
        }
    };
    let mut diagnosis = Diagnosis {
        loaded,
        with,
        address: server::address(&loaded.settings, with.url.as_deref()),
        runtime: beseda_live::runtime(None)?,
        found: Found::in_data(&loaded.settings.data).map_err(|error| error.to_string()),
        steps: Steps::new(speech, Vec::new()),
        papers: Vec::new(),
    };
    let is_whole = collection.is_some() || (with.order.is_none() && with.person.is_none());
    if is_whole {
        diagnosis.house()?;
    }
    let mut inspection = if is_whole {
        diagnosis.tables()?
    } else {
        diagnosis.open()?
    };
    if let Some(inspection) = &mut inspection {
        diagnosis.rooms(inspection, is_whole)?;
    }
    diagnosis.end(collection.as_ref())
}

/// A diagnosis under way.
struct Diagnosis<'a> {
    loaded: &'a Loaded,
    with: &'a Ailment,
    /// Where the server is, as far as that is known.
    address: Option<String>,
    runtime: Runtime,
    found: Result<Found, String>,
    steps: Steps,
    /// What is collected: the name of each file, and its text.
    papers: Vec<(&'static str, String)>,
}

impl Diagnosis<'_> {
    fn settings(&self) -> &Settings {
        &self.loaded.settings
    }

    fn tell(&mut self, checks: impl IntoIterator<Item = Check>) -> io::Result<()> {
        checks.into_iter().try_for_each(|check| self.steps.tell(check))
    }

    /// Settings, folders, log, and the running server.
    fn house(&mut self) -> anyhow::Result<()> {
        let settings = &self.loaded.settings;
        self.steps.tell(house::settings(self.loaded))?;
        let file = self.loaded.file.as_deref();
        self.runtime
            .block_on(foundations::look(&mut self.steps, settings, file))?;
        self.steps.tell(house::failures(&self.found, System.now()))?;
        let asked = server::look(&mut self.steps, self.address.as_deref());
        let health = self.runtime.block_on(asked)?;
        let text = |tail: fn(&Found) -> String| match &self.found {
            Ok(found) => tail(found),
            Err(why) => format!("{why}\n"),
        };
        self.papers.extend([
            ("chat_errors.log", text(|found| found.errors.text())),
            ("chat_logs.log", text(|found| found.chat.text())),
            ("settings.txt", collection::settings(self.loaded)),
            ("system.txt", collection::system(settings)),
            ("health.txt", health),
        ]);
        Ok(())
    }

    /// The database. Only that it cannot be looked at is told.
    fn open(&mut self) -> anyhow::Result<Option<Inspection>> {
        match foundations::open(self.settings()) {
            Ok(inspection) => Ok(Some(inspection)),
            Err(why) => {
                self.runtime.block_on(foundations::tell(&mut self.steps, Err(&why)))?;
                Ok(None)
            }
        }
    }

    /// The database, and all that is in it.
    fn tables(&mut self) -> anyhow::Result<Option<Inspection>> {
        let opened = foundations::open(self.settings());
        let opened = opened.and_then(|mut inspection| Ok((inspection.condition()?, inspection)));
        let looked = opened.as_ref().map(|(condition, _)| condition);
        self.runtime.block_on(foundations::tell(&mut self.steps, looked))?;
        let (condition, mut inspection) = match opened {
            Ok(opened) => opened,
            Err(why) => {
                let names = ["chat_db_check.txt", "jobs.txt"];
                self.papers.extend(names.map(|name| (name, format!("{why}\n"))));
                return Ok(None);
            }
        };
        let Tables { checks, text } = Tables::ask(&mut inspection, &condition, self.with.order.as_ref());
        self.tell(checks)?;
        let (check, jobs) = tables::jobs(&mut inspection);
        self.steps.tell(check)?;
        self.papers.extend([("chat_db_check.txt", text), ("jobs.txt", jobs)]);
        Ok(Some(inspection))
    }

    /// The order and the person who were named, and who was refused lately.
    fn rooms(&mut self, inspection: &mut Inspection, is_whole: bool) -> anyhow::Result<()> {
        match (&self.with.order, &self.with.person) {
            (Some(order), person) => {
                if is_whole || person.is_none() {
                    self.order(inspection, order)?;
                }
                match person {
                    Some(person) => self.access(inspection, order, person)?,
                    None => self.refused(inspection, order)?,
                }
            }
            (None, Some(person)) => self.person(inspection, person)?,
            (None, None) => {
                if let Ok(found) = &self.found {
                    let check = house::denials(&found.denials(None));
                    self.steps.tell(check)?;
                }
            }
        }
        Ok(())
    }

    fn order(&mut self, inspection: &mut Inspection, id: &OrderId) -> anyhow::Result<()> {
        let file = match inspection.look(|look| rules::order_file(look, id)) {
            Ok(file) => file,
            Err(error) => {
                let name = said(format!("order {id}"), format!("заказ {id}"));
                return Ok(self.steps.tell(tables::failed("order", name, &error))?);
            }
        };
        self.tell(order::checks(id, &file))?;
        if file.order.is_some() {
            let person = order::somebody(&file, self.with.person.as_ref());
            let (settings, address) = (self.settings(), self.address.as_deref());
            let calls = server::calls(settings, address, id, person.as_ref());
            let checks = self.runtime.block_on(calls);
            self.tell(checks)?;
        }
        Ok(())
    }

    fn access(&mut self, inspection: &mut Inspection, order: &OrderId, id: &HostId<'static>) -> anyhow::Result<()> {
        let check = match inspection.look(|look| Case::find(look, order, id)) {
            Ok(case) => case.check(),
            Err(error) => tables::failed("access", said("access", "доступ"), &error),
        };
        Ok(self.steps.tell(check)?)
    }

    /// Whether those who were refused the order's chat would be now.
    fn refused(&mut self, inspection: &mut Inspection, order: &OrderId) -> anyhow::Result<()> {
        let denials = match &self.found {
            Ok(found) => found.denials(Some(order)).into_iter().cloned().collect(),
            Err(_) => Vec::new(),
        };
        for denial in denials {
            self.access(inspection, order, &denial.person)?;
        }
        Ok(())
    }

    fn person(&mut self, inspection: &mut Inspection, id: &HostId<'static>) -> anyhow::Result<()> {
        let file = match inspection.look(|look| PersonFile::find(look, id)) {
            Ok(file) => file,
            Err(error) => {
                let name = said(format!("person {id}"), format!("человек {id}"));
                return Ok(self.steps.tell(tables::failed("person", name, &error))?);
            }
        };
        let doors = file.person().map(|person| tables::doors(inspection, person.id.0));
        let checks = file.checks(id, self.settings(), &doors.unwrap_or_default());
        Ok(self.tell(checks)?)
    }

    /// Puts everything into the collection, where there is one, and sums up.
    fn end(mut self, collection: Option<&Collection>) -> anyhow::Result<ExitCode> {
        if let Some(collection) = collection {
            for (name, text) in &self.papers {
                collection.put(name, text)?;
            }
            let told = [Lang::En, Lang::Ru].map(|lang| self.steps.report().written(lang));
            collection.put("diagnosis.txt", &told.join("\n"))?;
            collection.end()?;
            let (path, files) = (collection.path(), self.papers.len() + 2);
            let meaning = said(
                format!("{path}: {files} files; README.txt says what they are, and what was left out"),
                format!("{path}: файлов {files}; что в них и чего нет, сказано в README.txt"),
            );
            self.steps
                .tell(Check::passed("collection", said("collection", "набор"), meaning))?;
        }
        Ok(self.steps.end()?)
    }
}
