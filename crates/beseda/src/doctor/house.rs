//! What the server stands on: its folders, its secret, its log, its database, its disk and its descriptors.

use crate::app;
use crate::config::{Database, Settings};
use crate::report::{Found, Said, Steps, Trouble, said};
use crate::system::{Outside, System};
use anyhow::Context;
use beseda_store::{Condition, inspect, inspect_postgres};
use std::io;
use std::path::Path;

/// Free bytes of a disk below which somebody should look: a day of files of a busy server.
const FREE_BYTES: u64 = 1024 * 1024 * 1024;
/// Of its descriptors a server should have so many left, in percent.
const SPARE_PERCENT: u64 = 10;

/// Looks at the folders, the secret, the log, the disk and the descriptors.
///
/// # Errors
/// Standard output cannot be written.
pub async fn look(steps: &mut Steps, settings: &Settings) -> io::Result<()> {
    let data = settings.data.as_path();
    let folders = said("data directory", "каталог данных");
    steps.look("data", folders, async { folder(data) }).await?;
    let uploads = data.join("uploads");
    let files = said("uploads", "загруженные файлы");
    steps.look("uploads", files, async { folder(&uploads) }).await?;
    let logs = data.join("logs");
    let log = said("log", "журнал");
    steps.look("log", log, async { folder(&logs) }).await?;
    steps
        .look("secret", said("secret", "секрет"), async { secret(settings) })
        .await?;
    steps.look("disk", said("disk", "диск"), async { disk(data) }).await?;
    match System.serving(&data.join("serving")) {
        Some(server) => {
            let name = said("descriptors of the server", "дескрипторы сервера");
            steps.look("descriptors", name, async { descriptors(server) }).await?;
        }
        None => {
            let why = said(
                "no server serves this directory",
                "этот каталог никакой сервер не обслуживает",
            );
            steps.skip(
                "descriptors",
                said("descriptors of the server", "дескрипторы сервера"),
                why,
            )?;
        }
    }
    Ok(())
}

/// Looks at the database: what it lacks, and what is broken in it.
///
/// # Errors
/// Standard output cannot be written.
pub async fn database(steps: &mut Steps, settings: &Settings) -> anyhow::Result<()> {
    let path = app::database_path(&settings.data);
    let engine = settings.database.clone();
    // It may take long, and a runtime is no place to wait in.
    let looked = tokio::task::spawn_blocking(move || match engine {
        Database::Sqlite => inspect(&path).map_err(|error| error.to_string()),
        Database::Postgres(url) => inspect_postgres(&url).map_err(|error| error.to_string()),
    });
    let looked = looked.await.context("the database could not be looked at")?;
    let (integrity, schema) = (
        said("database integrity", "целостность базы"),
        said("migrations", "миграции"),
    );
    match looked {
        Ok(Condition { missing, flaws }) => {
            steps.look("database", integrity, async { whole(&flaws) }).await?;
            steps.look("migrations", schema, async { up_to_date(&missing) }).await?;
        }
        Err(why) => {
            let away = Trouble::new(
                Said::verbatim(why),
                said(
                    "is --data right, may this user read it, does PostgreSQL answer? a damaged database comes back with \
                     `beseda restore`",
                    "верен ли --data, можно ли его читать этому пользователю, отвечает ли PostgreSQL? повреждённую базу \
                     возвращает `beseda restore`",
                ),
            );
            steps
                .look("database", integrity, async { Err::<((), Said), _>(away) })
                .await?;
            steps.skip(
                "migrations",
                schema,
                said("the database cannot be opened", "база не открывается"),
            )?;
        }
    }
    Ok(())
}

fn whole(flaws: &[String]) -> Found<()> {
    match flaws.first() {
        None => Ok(((), said("whole", "цела"))),
        Some(first) => Err(Trouble::new(
            said(
                format!("{} flaws: {first}", flaws.len()),
                format!("повреждений: {}, первое: {first}", flaws.len()),
            ),
            said(
                "stop the server, keep a copy of the file, and restore the last backup: `beseda restore`",
                "остановите сервер, сохраните копию файла и верните последнюю резервную копию: `beseda restore`",
            ),
        )),
    }
}

fn up_to_date(missing: &[String]) -> Found<()> {
    if missing.is_empty() {
        return Ok(((), said("all applied", "все применены")));
    }
    let names = missing.join(", ");
    Err(Trouble::new(
        said(format!("missing: {names}"), format!("не хватает: {names}")),
        said(
            "`beseda migrate`, or start the server of this version",
            "`beseda migrate` или запустите сервер этой версии",
        ),
    ))
}

/// Whether a folder is there and can be written.
fn folder(path: &Path) -> Found<()> {
    let shown = path.display();
    if let Err(error) = System.try_to_write(path) {
        let (owner, me) = (System.owner(path), System.user());
        let owner = owner.map_or_else(String::new, |owner| format!(" ({owner})"));
        return Err(Trouble::new(
            said(
                format!("{shown}{owner} cannot be written: {error}"),
                format!("в {shown}{owner} нельзя писать: {error}"),
            ),
            said(
                format!("`chown -R {me} {shown}` if the server runs as {me}; is the disk mounted to be written?"),
                format!(
                    "`chown -R {me} {shown}`, если сервер работает от {me}; не смонтирован ли диск только для чтения?"
                ),
            ),
        ));
    }
    Ok((
        (),
        said(format!("{shown} can be written"), format!("в {shown} можно писать")),
    ))
}

/// Whether nobody reads or guesses the secret.
fn secret(settings: &Settings) -> Found<()> {
    for name in ["secret", "beseda.db"] {
        let path = settings.data.join(name);
        let (shown, mode) = (path.display(), System.mode(&path).unwrap_or_default());
        if mode & 0o077 != 0 {
            return Err(Trouble::new(
                said(
                    format!("{shown} is open to others: mode {mode:03o}"),
                    format!("{shown} открыт другим: права {mode:03o}"),
                ),
                Said::verbatim(format!("`chmod 600 {shown}`")),
            ));
        }
    }
    // One that can be guessed is refused with the settings already.
    settings.secret_or_made(&System).map_err(|error| {
        let remedy = said("is the data directory the server's?", "тот ли это каталог данных?");
        Trouble::new(Said::verbatim(error.to_string()), remedy)
    })?;
    Ok((
        (),
        said(
            "long enough, and open to nobody else",
            "достаточно длинный и закрыт от других",
        ),
    ))
}

fn disk(data: &Path) -> Found<()> {
    let free = System.free_bytes(data).map_err(|error| {
        let remedy = said("is the directory there?", "есть ли этот каталог?");
        Trouble::new(Said::verbatim(error.to_string()), remedy)
    })?;
    let mebibytes = free / 1024 / 1024;
    let told = said(format!("{mebibytes} MiB free"), format!("свободно {mebibytes} МиБ"));
    if free < FREE_BYTES {
        return Err(Trouble::new(
            told,
            said(
                "make room: old backups, rotated logs; a full disk takes no messages",
                "освободите место: старые копии, сменённые журналы; полный диск не принимает сообщений",
            ),
        ));
    }
    Ok(((), told))
}

fn descriptors(server: u32) -> Found<()> {
    let Some((used, most)) = System.open_files(server) else {
        let meaning = said("they cannot be looked at", "на них не посмотреть");
        return Err(Trouble::new(
            meaning,
            said(
                "run it as the server's user, or as root",
                "запустите от имени пользователя сервера или root",
            ),
        ));
    };
    let told = said(format!("{used} of {most} open"), format!("открыто {used} из {most}"));
    if used.saturating_mul(100) > most.saturating_mul(100 - SPARE_PERCENT) {
        return Err(Trouble::new(
            told,
            said(
                "raise LimitNOFILE= in the unit, or `ulimit -n`, and start the server again",
                "поднимите LimitNOFILE= в юните или `ulimit -n` и перезапустите сервер",
            ),
        ));
    }
    Ok(((), told))
}
