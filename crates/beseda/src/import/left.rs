//! What was not taken, and why: a line for each row in the report, and a count of each kind.

use crate::report::{Said, said};
use beseda_core::Refusal;
use beseda_core::rules::import::Clash;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How many rows of each kind are named in the summary.
const NAMED: usize = 5;

/// Why a row, or a part of it, is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It has no number from 1, or its id is none.
    NoNumber,
    /// A field holds bytes that are no UTF-8.
    NotUtf8,
    /// It has no time, or none that can be read.
    NoTime,
    /// Another row has the same number.
    Twice,
    /// Somebody is in a room already: they are taken once, and have read what either row says.
    InTwice,
    /// Its room was not taken.
    NoRoom,
    /// Nobody is called as it names somebody.
    NoPerson,
    /// The core refuses it.
    Refused(Refusal),
    /// Something else is in its place here.
    Clash(Clash),
    /// Its file is not in the media folder.
    FileMissing,
    /// The path of its file leads out of the media folder.
    FileOutside,
    /// Its file cannot be read.
    FileUnreadable(String),
    /// Its sender is unknown: the message is taken, of somebody who was deleted.
    SenderUnknown,
    /// Somebody whom an order names is unknown: the order is taken without them.
    PersonOfOrder,
    /// Its role is unknown: they are users.
    RoleUnknown(String),
    /// Somebody else logs in by the same: they come without a password.
    NameTaken(&'static str),
    /// The hash of the password is of no known kind: they come without one.
    PasswordUnknown,
}

/// How much it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The row is taken.
    Note,
    /// It is not, or without its file: only who says so goes on.
    Bad,
    /// The database holds something else: nothing is taken.
    Clash,
}

impl Why {
    /// The word of the kind, for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoNumber => "no_number",
            Self::NotUtf8 => "not_utf8",
            Self::NoTime => "no_time",
            Self::Twice => "twice",
            Self::InTwice => "member_twice",
            Self::NoRoom => "no_room",
            Self::NoPerson => "no_person",
            Self::Refused(refusal) => match refusal {
                Refusal::EmptyText => "empty",
                Refusal::TextTooLong { .. } => "too_long",
                Refusal::NulInText => "nul",
                Refusal::EmptyFile => "file_empty",
                Refusal::FileType => "file_type",
                Refusal::FileTooLarge { .. } => "file_too_large",
                _ => "refused",
            },
            Self::Clash(Clash::Late { .. }) => "late",
            Self::Clash(_) => "number_taken",
            Self::FileMissing => "file_missing",
            Self::FileOutside => "file_outside",
            Self::FileUnreadable(_) => "file_unreadable",
            Self::SenderUnknown => "sender_unknown",
            Self::PersonOfOrder => "person_of_order_unknown",
            Self::RoleUnknown(_) => "role_unknown",
            Self::NameTaken(_) => "name_taken",
            Self::PasswordUnknown => "password_unknown",
        }
    }

    pub fn weight(&self) -> Weight {
        match self {
            Self::Clash(Clash::Late { .. }) => Weight::Bad,
            Self::Clash(_) => Weight::Clash,
            Self::InTwice
            | Self::SenderUnknown
            | Self::PersonOfOrder
            | Self::RoleUnknown(_)
            | Self::NameTaken(_)
            | Self::PasswordUnknown => Weight::Note,
            _ => Weight::Bad,
        }
    }

    /// In words, with what can be done.
    pub fn said(&self) -> Said {
        match self {
            Self::NoNumber => said(
                "a number from 1 is missing, or an id that can be one",
                "нет номера от 1 или пригодного идентификатора",
            ),
            Self::NotUtf8 => said(
                "it is not UTF-8: correct it at the source",
                "это не UTF-8: исправьте в источнике",
            ),
            Self::NoTime => said("it has no time that can be read", "нет времени, которое можно прочесть"),
            Self::Twice => said("another row has the same number", "у другой строки тот же номер"),
            Self::InTwice => said(
                "they are in the room already: taken once, read as far as either says",
                "уже в комнате: взято один раз, прочитанным считается большее",
            ),
            Self::NoRoom => said("its room was not taken", "комната не взята"),
            Self::NoPerson => said("nobody is called so", "такого человека нет"),
            Self::Refused(refusal) => refused(refusal),
            Self::Clash(Clash::Late { .. }) => said(
                "later messages of its room are here already, and none comes before them: to take it, import into an empty \
                 data directory",
                "более поздние сообщения её комнаты уже здесь, а вставить перед ними нельзя: чтобы взять её, импортируйте в \
                 пустой каталог данных",
            ),
            Self::Clash(clash) => said(
                format!("{clash}: import into an empty data directory"),
                format!("номер занят ({clash}): импортируйте в пустой каталог данных"),
            ),
            Self::FileMissing => said(
                "its file is not in the media folder: check --media and file_prefixes of the mapping",
                "её файла нет в папке с файлами: проверьте --media и file_prefixes в описании таблиц",
            ),
            Self::FileOutside => said(
                "the path of its file leads out of the media folder",
                "путь к её файлу ведёт за пределы папки с файлами",
            ),
            Self::FileUnreadable(why) => said(
                format!("its file cannot be read: {why}"),
                format!("её файл не читается: {why}"),
            ),
            Self::SenderUnknown => said(
                "its sender is unknown: taken as of somebody who was deleted",
                "отправитель неизвестен: взято как от удалённого человека",
            ),
            Self::PersonOfOrder => said(
                "it names somebody who is unknown: taken without them",
                "назван неизвестный человек: взят без него",
            ),
            Self::RoleUnknown(role) => said(
                format!("the role {role:?} is unknown: taken as user; name it in roles of the mapping"),
                format!("роль {role:?} неизвестна: взят как user; назовите её в roles описания таблиц"),
            ),
            Self::NameTaken(field) => said(
                format!("somebody else logs in by this {field}: taken without the password"),
                format!("по этому же {field} входит другой: взят без пароля"),
            ),
            Self::PasswordUnknown => said(
                "the hash of the password is of no known kind: taken without it",
                "хеш пароля неизвестного вида: взят без пароля",
            ),
        }
    }
}

fn refused(refusal: &Refusal) -> Said {
    match refusal {
        Refusal::EmptyText => said("the text is empty", "текст пуст"),
        Refusal::TextTooLong { chars, max } => said(
            format!("the text has {chars} characters, {max} at most: set limits.text_chars higher for the import"),
            format!("в тексте {chars} знаков, а можно {max}: на время импорта поднимите limits.text_chars"),
        ),
        Refusal::NulInText => said("the text holds a NUL character", "в тексте есть знак NUL"),
        Refusal::EmptyFile => said("its file is empty", "её файл пуст"),
        Refusal::FileType => said(
            "files of this type are not taken: add it to file_types",
            "файлы этого вида не принимаются: добавьте его в file_types",
        ),
        Refusal::FileTooLarge { max } => said(
            format!("its file has more than {max} bytes: set limits.attachment_bytes higher for the import"),
            format!("в её файле больше {max} байт: на время импорта поднимите limits.attachment_bytes"),
        ),
        other => Said::verbatim(other.to_string()),
    }
}

/// Rows of one kind.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Of which table.
    pub table: String,
    /// Why, of the first one.
    pub why: Why,
    /// How many.
    pub count: u64,
    /// What the first are called.
    pub ids: Vec<String>,
}

/// Everything that was left out.
pub struct Left {
    kinds: BTreeMap<(String, &'static str), Kind>,
    /// Made with the first line.
    open: Box<dyn FnMut() -> io::Result<Box<dyn Write + Send>> + Send>,
    report: Option<Box<dyn Write + Send>>,
}

impl Left {
    /// Nothing yet. `open` begins the report.
    pub fn new(open: impl FnMut() -> io::Result<Box<dyn Write + Send>> + Send + 'static) -> Self {
        Self {
            kinds: BTreeMap::new(),
            open: Box::new(open),
            report: None,
        }
    }

    /// One more row.
    ///
    /// # Errors
    /// The report cannot be written.
    pub fn add(&mut self, table: &str, id: &str, why: Why) -> io::Result<()> {
        let report = match &mut self.report {
            Some(report) => report,
            None => self.report.insert((self.open)()?),
        };
        let line = json!({
            "table": table,
            "id": id,
            "kind": why.word(),
            "taken": why.weight() == Weight::Note,
            "why": why.said().text(crate::report::Lang::En),
        });
        writeln!(report, "{line}")?;
        let kind = self
            .kinds
            .entry((table.to_owned(), why.word()))
            .or_insert_with(|| Kind {
                table: table.to_owned(),
                why,
                count: 0,
                ids: Vec::new(),
            });
        kind.count += 1;
        if kind.ids.len() < NAMED {
            kind.ids.push(id.to_owned());
        }
        Ok(())
    }

    /// Every kind, those that weigh most first.
    pub fn kinds(&self) -> Vec<&Kind> {
        let mut kinds: Vec<&Kind> = self.kinds.values().collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.why.weight()));
        kinds
    }

    /// The heaviest of what was left out.
    pub fn heaviest(&self) -> Option<Weight> {
        self.kinds.values().map(|kind| kind.why.weight()).max()
    }

    /// Ends the report.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(&mut self) -> io::Result<()> {
        self.report.as_mut().map_or(Ok(()), Write::flush)
    }

    /// Whether there is a report.
    pub fn has_report(&self) -> bool {
        self.report.is_some()
    }
}
