//! The collection for a maintainer: a folder with a file for each thing, everything scrubbed once more on its way there.

use crate::config::{Database, Loaded, Settings};
use crate::report::{Said, said};
use crate::system::{Outside, System};
use crate::telemetry::{escaped, scrub};
use beseda_contracts::shared::time_text;
use beseda_core::ports::Clock;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

/// The file that says what the others are. It begins so, by which a former collection is known.
const README: &str = "README.txt";
const TITLE: &str = "Beseda: a collection for a maintainer";

/// Names in a folder that are listed.
const LISTED_MOST: usize = 200;

/// Every file, and what it is, in English and in Russian.
const FILES: [(&str, &str, &str); 9] = [
    (
        "diagnosis.txt",
        "what `beseda diagnose` said, in English and in Russian",
        "что сказала `beseda diagnose`, по-английски и по-русски",
    ),
    (
        "chat_errors.log",
        "what went wrong in chats: grep -i \"error\\|exception\\|failed\" logs/app.log* | grep -i chat, newest last",
        "сбои чатов: grep -i \"error\\|exception\\|failed\" logs/app.log* | grep -i chat, новые в конце",
    ),
    (
        "chat_logs.log",
        "everything that was logged of chats: grep -i chat logs/app.log*, newest last",
        "всё о чатах из журнала: grep -i chat logs/app.log*, новые в конце",
    ),
    (
        "chat_db_check.txt",
        "the database: version, integrity, rows of each table, the four questions of the operators",
        "база данных: версия, целостность, число строк в таблицах, четыре запроса операторов",
    ),
    (
        "settings.txt",
        "the settings and where each comes from, as `beseda config check` shows them",
        "настройки и откуда они взяты, как их показывает `beseda config check`",
    ),
    (
        "system.txt",
        "the program, the machine, its disks, and the files of the data directory with modes and owners",
        "программа, машина, её диски, файлы каталога данных с правами и владельцами",
    ),
    (
        "health.txt",
        "what the running server answers: /healthz, /readyz, `beseda smoke`",
        "что отвечает работающий сервер: /healthz, /readyz, `beseda smoke`",
    ),
    (
        "jobs.txt",
        "jobs that are dead and jobs that wait",
        "мёртвые и ждущие задания",
    ),
    (README, "this", "этот файл"),
];

const LEFT_OUT: &str = "\
Left out are: secrets, passwords and their hashes, tokens, keys and sessions; the texts of messages, the names of files and
of people, of which only the length is told; and the older lines of a log that is longer than 50000 lines or 16 MiB. Ids,
roles, e-mail addresses and times are in it, because operators search by them: give it to whom you would give those.

Нет в наборе: секретов, паролей и их хешей, токенов, ключей и сеансов; текстов сообщений, имён файлов и людей (указана
только длина); старых строк журнала, если он длиннее 50000 строк или 16 МиБ. Идентификаторы, роли, адреса почты и время в
нём есть, потому что по ним ищут операторы: отдавайте набор тому, кому отдали бы и их.
";

/// A folder that takes a collection.
pub struct Collection {
    folder: PathBuf,
}

impl Collection {
    /// Makes the folder. One that is there has to be empty, or to hold a former collection and nothing else.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn begin(folder: &Path) -> Result<Self, Said> {
        let path = folder.display();
        let refused = |error: io::Error| {
            said(
                format!("{path} cannot be made or read: {error}"),
                format!("{path} не создать или не прочесть: {error}"),
            )
        };
        let names = System.names(folder).map_err(refused)?.unwrap_or_default();
        if !names.is_empty() && !is_former(folder, &names) {
            return Err(said(
                format!(
                    "{path} is not empty: name a folder that is not there yet, or one with a former collection alone"
                ),
                format!("{path} не пуста: укажите папку, которой ещё нет, или ту, где только прежний набор"),
            ));
        }
        System.make_private_folder(folder).map_err(refused)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> impl std::fmt::Display + use<'_> {
        self.folder.display()
    }

    /// Puts a file into it, scrubbed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn put(&self, name: &str, text: &str) -> io::Result<()> {
        let mut clean = String::with_capacity(text.len());
        for line in text.lines() {
            clean.push_str(&escaped(&scrub(line)));
            clean.push('\n');
        }
        System.write_private(&self.folder.join(name), clean.as_bytes())
    }

    /// Puts the file in that says what the others are.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(&self) -> io::Result<()> {
        let mut text = format!("{TITLE}\nБеседа: набор для того, кто сопровождает\n\n");
        for (name, english, russian) in FILES {
            // It cannot fail into a text.
            let _ = writeln!(text, "{name:<18} {english}\n{:<18} {russian}", "");
        }
        self.put(README, &(text + "\n" + LEFT_OUT))
    }
}

/// Whether what is in a folder is a former collection, and nothing else.
fn is_former(folder: &Path, names: &[String]) -> bool {
    let is_ours = |name: &String| FILES.iter().any(|(known, ..)| known == name);
    let begins = System.read(&folder.join(README));
    names.iter().all(is_ours) && begins.is_ok_and(|bytes| bytes.starts_with(TITLE.as_bytes()))
}

/// The settings as `beseda config check` shows them, and what is to be said of them.
pub fn settings(loaded: &Loaded) -> String {
    let told = loaded.problems.iter().chain(&loaded.warnings);
    told.fold(loaded.text(), |text, problem| format!("{text}\n{problem}\n"))
}

/// The program and the machine that it is on.
pub fn system(settings: &Settings) -> String {
    let kind = if cfg!(debug_assertions) { "debug" } else { "release" };
    let mut lines = vec![
        format!("beseda: {} ({kind} build)", env!("CARGO_PKG_VERSION")),
        format!("now: {}", time_text(System.now())),
    ];
    lines.extend(
        System
            .machine()
            .into_iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    let ours = System
        .variables()
        .into_iter()
        .filter_map(|(name, _)| name.into_string().ok());
    let ours: Vec<String> = ours
        .filter(|name| name.starts_with("BESEDA_") || name == "TZ")
        .collect();
    lines.push(format!("variables that are set: {}", ours.join(", ")));
    let data = &settings.data;
    for folder in ["", "logs", "uploads", "uploads/chat", "uploads/incoming"].map(|name| data.join(name)) {
        lines.push(format!("\n{}", folder.display()));
        match System.free_bytes(&folder) {
            Ok(free) => lines.push(format!("free on its disk: {free} bytes")),
            Err(error) => lines.push(format!("free on its disk: {error}")),
        }
        match System.listing(&folder, LISTED_MOST) {
            Ok(listed) => lines.extend(listed),
            Err(error) => lines.push(error.to_string()),
        }
    }
    if settings.database != Database::Sqlite {
        lines.push("\nmessages are kept in PostgreSQL".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::pretend::Scratch;

    #[test]
    fn a_folder_is_taken_that_is_new_or_empty_or_holds_a_former_collection() {
        let scratch = Scratch::new();
        let put = |name: &str| Collection::begin(&scratch.0).map(|taken| taken.put(name, "x").unwrap());
        assert_eq!(put("jobs.txt"), Ok(()));
        assert!(put("jobs.txt").is_err(), "no README tells that it is ours");
        System
            .write_private(&scratch.0.join(README), b"somebody's own")
            .unwrap();
        assert!(put("jobs.txt").is_err());
        Collection {
            folder: scratch.0.clone(),
        }
        .end()
        .unwrap();
        assert_eq!(put("health.txt"), Ok(()));
        assert_eq!(put("else.txt"), Ok(()));
        assert!(put("jobs.txt").is_err(), "it holds something else besides");
        assert_eq!(System.mode(&scratch.0), Some(0o700));
    }

    #[test]
    fn what_comes_in_is_scrubbed_and_obeys_no_terminal() {
        let scratch = Scratch::new();
        let taken = Collection::begin(&scratch.0).unwrap();
        taken
            .put(
                "jobs.txt",
                "password=opensesame bst_Zk3vQw8pRt5yLm2nXc7b\n\u{1b}[31mred\n",
            )
            .unwrap();
        let kept = String::from_utf8(System.read(&scratch.0.join("jobs.txt")).unwrap()).unwrap();
        assert_eq!(kept, "password=[redacted] [redacted]\n\\u001b[31mred\n");
    }
}
