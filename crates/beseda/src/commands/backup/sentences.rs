//! What the commands about backups say, in both languages.

use crate::app;
use crate::report::{Check, Said, said};
use beseda_store::backup::{BackupError, Counts, Finding, Step, Verified};
use std::path::Path;

/// Of each sort of finding, so many are told; the count tells how many there are.
const TOLD: usize = 20;

/// How far it is.
pub(super) fn progress(step: Step) -> Said {
    match step {
        Step::Database { done, all: Some(all) } => {
            let percent = done.saturating_mul(100).checked_div(all).unwrap_or(100);
            said(format!("database: {percent} %"), format!("база: {percent} %"))
        }
        Step::Database { done, all: None } => said(format!("database: {done} rows"), format!("база: строк {done}")),
        Step::Files { done, all } => said(format!("files: {done} of {all}"), format!("файлы: {done} из {all}")),
    }
}

/// How much is in a database.
pub(super) fn amounts(counts: Counts) -> Said {
    let Counts {
        people,
        rooms,
        messages,
        files,
    } = counts;
    said(
        format!("{people} people, {rooms} rooms, {messages} messages, {files} files"),
        format!("людей {people}, комнат {rooms}, сообщений {messages}, файлов {files}"),
    )
}

/// The first of some names.
pub(super) fn some(names: &[String]) -> String {
    let mut first: Vec<&str> = names.iter().take(TOLD).map(String::as_str).collect();
    if names.len() > TOLD {
        first.push("…");
    }
    first.join(", ")
}

/// Why it cannot be done.
pub(super) fn why(error: &BackupError) -> Said {
    let russian = match error {
        BackupError::Disk { path, source } => format!("{}: {source}", path.display()),
        BackupError::Database(says) => format!("база: {says}"),
        BackupError::Occupied(path) => format!("{} не пуст: назовите новую папку", path.display()),
        BackupError::NoBackup(path) => format!("в {} нет копии: там нет manifest.json", path.display()),
        BackupError::Unfinished(path) => format!(
            "копия в {} не доделана и ни на что не годится: сделайте новую, а эту папку удалите",
            path.display()
        ),
        BackupError::Manifest(path) => format!(
            "{} повреждён: сделайте новую копию или возьмите другой экземпляр этой",
            path.display()
        ),
        BackupError::Newer(path) => format!("{} от более новой версии Beseda: установите её", path.display()),
        BackupError::Damaged(path) => format!(
            "{} повреждён или отсутствует: сделайте новую копию или возьмите другой экземпляр этой; ничего не изменено",
            path.display()
        ),
        BackupError::FolderOccupied(path) => format!(
            "в {} уже есть данные: назовите другой каталог или отодвиньте их в сторону: --replace",
            path.display()
        ),
        BackupError::Mounted(path) => format!(
            "{} — точка монтирования, в сторону её не отодвинуть: размонтируйте её, восстановите копию и перенесите туда то, \
             что тогда будет на этом месте; ничего не изменено",
            path.display()
        ),
        BackupError::DatabaseOccupied(name) => {
            format!("база {name} не пуста: назовите пустую или отодвиньте её содержимое в сторону: --replace")
        }
        BackupError::TooOld => "копия старше всего, что умеет PostgreSQL: восстановите её в SQLite, выполните \
            `beseda migrate` и сделайте копию оттуда"
            .to_owned(),
        BackupError::Older => "база от более старой версии: сначала `beseda migrate`".to_owned(),
        BackupError::Sqlite(_) | BackupError::Postgres(_) => error.to_string(),
    };
    said(error.to_string(), russian)
}

/// Why it cannot even be verified, as a check that failed.
pub(super) fn no_backup(error: &BackupError) -> Check {
    let remedy = said(
        "take another backup, `beseda backup DIR`, or name the folder of one; what is served is verified by \
         `beseda verify --data DIR`",
        "сделайте новую копию, `beseda backup DIR`, или назовите папку копии; то, с чем работает сервер, проверяет \
         `beseda verify --data DIR`",
    );
    Check::failed("manifest", said("manifest", "опись"), why(error), remedy)
}

/// What a finding is about: its check, and how it is told.
fn place(finding: &Finding) -> (usize, String) {
    match finding {
        Finding::Missing(path) => (0, format!("{path} (missing)")),
        Finding::Changed(path) => (0, path.clone()),
        Finding::Additional(path) => (1, path.clone()),
        Finding::Database(says) => (2, says.clone()),
        Finding::Numbers(room, seq) => (3, format!("room {room}, seq {seq}")),
        Finding::Unread(room, person) => (4, format!("room {room}, person {person}")),
        Finding::Hanging(room, seq) => (5, format!("room {room}, seq {seq}")),
        Finding::NoBytes(name) => (5, format!("{name} (missing)")),
        Finding::OtherBytes(name) => (5, name.clone()),
    }
}

/// A line for each thing that was looked at. `data` is the directory that is served.
pub(super) fn checks(verified: &Verified, data: &Path) -> Vec<Check> {
    let mut found: [Vec<String>; 6] = Default::default();
    for finding in &verified.findings {
        let (at, says) = place(finding);
        if let Some(list) = found.get_mut(at) {
            list.push(says);
        }
    }
    let is_backup = verified.manifest.is_some();
    // What is served has no checksums of its own, and other things stand beside it.
    let skipped = if is_backup { 0 } else { 2 };
    let looks = looks(verified, &again(is_backup, data)).into_iter().zip(&found);
    looks.skip(skipped).map(|(look, found)| look.check(found)).collect()
}

/// What mends a database or a file that is not what it was.
fn again(is_backup: bool, data: &Path) -> Said {
    if is_backup {
        return said(
            "take another backup, or another copy of this one",
            "возьмите другой экземпляр или сделайте новую копию",
        );
    }
    let command = app::restore_command(data);
    said(
        format!("stop the server, and restore the newest backup that `beseda verify BACKUP` finds whole: `{command}`"),
        format!(
            "остановите сервер и верните последнюю копию, в которой `beseda verify BACKUP` не нашёл сбоев: `{command}`"
        ),
    )
}

/// Something that is looked at, what it is when it is well, and what to do when it is not.
struct Look {
    id: &'static str,
    name: Said,
    well: Said,
    remedy: Said,
}

impl Look {
    fn check(self, found: &[String]) -> Check {
        let Self { id, name, well, remedy } = self;
        if found.is_empty() {
            return Check::passed(id, name, well);
        }
        let meaning = Said::verbatim(format!("{}: {}", found.len(), some(found)));
        Check::failed(id, name, meaning, remedy)
    }
}

/// In the order of [`place`].
fn looks(verified: &Verified, again: &Said) -> [Look; 6] {
    let (read, files) = (verified.files, verified.counts.files);
    let look = |id, name, well, remedy: &Said| Look {
        id,
        name,
        well,
        remedy: remedy.clone(),
    };
    let whole = said(
        format!("{read} files are what was written"),
        format!("файлов, равных записанным: {read}"),
    );
    let only = said("only what the backup made", "только то, что создала копия");
    let away = said(
        "move them elsewhere: a backup is not to be changed",
        "уберите их: копию не меняют",
    );
    let order = said("1, 2, 3 … in every room", "1, 2, 3 … в каждой комнате");
    let older = said(
        "look for them in an older backup, below files/, and put them back into uploads/chat",
        "поищите их в более старой копии, в папке files/, и верните в uploads/chat",
    );
    [
        look("checksums", said("checksums", "контрольные суммы"), whole, again),
        look("additional", said("nothing else", "ничего лишнего"), only, &away),
        look("database", said("database", "база"), amounts(verified.counts), again),
        look(
            "numbers",
            said("messages without holes", "номера сообщений без дыр"),
            order,
            again,
        ),
        look(
            "unread",
            said("unread counts", "счётчики непрочитанного"),
            said("counting gives the same", "пересчёт даёт то же"),
            again,
        ),
        look(
            "files",
            said("files of messages", "файлы сообщений"),
            said(format!("{files} are there"), format!("на месте: {files}")),
            &older,
        ),
    ]
}
