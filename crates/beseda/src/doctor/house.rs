//! What the server stands on: its folders, its secret, its log, its database, its disk and its descriptors.

use crate::config::{Database, Settings};
use crate::data::database_path;
use crate::descriptors;
use crate::report::{Found, Said, Steps, Trouble, said};
use crate::system::{Outside, System};
use anyhow::Context;
use beseda_store::{Condition, Inspection, NotSeen, Schema};
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
    // In front of a bucket stands the folder alone, in which files arrive.
    let uploads = if settings.s3_bucket.is_empty() {
        data.join("uploads/chat")
    } else {
        data.join("uploads")
    };
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
            let wanted = settings.limits.connections;
            steps
                .look("descriptors", name, async { descriptors(server, wanted) })
                .await?;
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

/// Looks at the database: what is broken in it, and what it lacks.
///
/// # Errors
/// Standard output cannot be written.
pub async fn database(steps: &mut Steps, settings: &Settings) -> anyhow::Result<()> {
    let settings = settings.clone();
    // It may take long, and a runtime is no place to wait in.
    let looked = tokio::task::spawn_blocking(move || open(&settings).and_then(|mut database| database.condition()));
    let looked = looked.await.context("the database could not be looked at")?;
    Ok(tell(steps, looked.as_ref()).await?)
}

/// Opens the database past its server.
///
/// # Errors
/// Why it cannot be opened.
pub fn open(settings: &Settings) -> Result<Inspection, NotSeen> {
    match &settings.database {
        Database::Sqlite => Inspection::of_file(&database_path(&settings.data)),
        Database::Postgres(url) => Inspection::of_url(url),
    }
}

/// Tells what a database is like, or why nobody knows.
///
/// # Errors
/// Standard output cannot be written.
pub async fn tell(steps: &mut Steps, looked: Result<&Condition, &NotSeen>) -> io::Result<()> {
    let integrity = said("database integrity", "целостность базы");
    let found = match looked {
        Ok(condition) => whole(condition),
        Err(why) => Err(not_seen(why)),
    };
    steps.look("database", integrity, async { found }).await?;
    let schema = said("migrations", "миграции");
    match looked {
        Ok(condition) => {
            steps
                .look("migrations", schema, async { up_to_date(&condition.schema) })
                .await?;
        }
        Err(_) => {
            let why = said("the database cannot be looked at", "в базу не заглянуть");
            steps.skip("migrations", schema, why)?;
        }
    }
    Ok(())
}

/// That a database cannot be looked at, and what has to be done.
fn not_seen(why: &NotSeen) -> Trouble {
    let remedy = match why {
        NotSeen::Missing(_) => said(
            "is --data right? A new one is made by the first `beseda seed` or `beseda serve`",
            "верен ли --data? Новую создаёт первый `beseda seed` или `beseda serve`",
        ),
        NotSeen::Sqlite(_) | NotSeen::Asked(_) => said(
            "run this as the server's user; a damaged database comes back with `beseda restore`",
            "запустите от имени пользователя сервера; повреждённую базу возвращает `beseda restore`",
        ),
        NotSeen::Postgres(_) => said(
            "does PostgreSQL run there, and is `database` right?",
            "работает ли там PostgreSQL, и верна ли настройка `database`?",
        ),
    };
    Trouble::new(Said::verbatim(why.to_string()), remedy)
}

fn whole(condition: &Condition) -> Found<()> {
    let Condition { version, flaws, .. } = condition;
    let Some(first) = flaws.first() else {
        return Ok(((), said(format!("whole; {version}"), format!("цела; {version}"))));
    };
    let count = flaws.len();
    Err(Trouble::new(
        said(
            format!("{count} flaws: {first}"),
            format!("повреждений: {count}, первое: {first}"),
        ),
        said(
            "stop the server, keep a copy of the database, and restore the last backup: `beseda restore`",
            "остановите сервер, сохраните копию базы и верните последнюю резервную копию: `beseda restore`",
        ),
    ))
}

fn up_to_date(schema: &Schema) -> Found<()> {
    let (applied, known) = (schema.applied.unwrap_or(0), schema.known);
    if applied > known {
        return Err(Trouble::new(
            said(
                format!("a newer Beseda was here (migration {applied}, this one knows {known})"),
                format!("здесь работала более новая Беседа (миграция {applied}, эта знает {known})"),
            ),
            said("install that version", "поставьте ту версию"),
        ));
    }
    if schema.missing.is_empty() {
        return Ok((
            (),
            said(format!("all applied ({applied})"), format!("все применены ({applied})")),
        ));
    }
    let names = schema.missing.join(", ");
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
        if error.kind() == io::ErrorKind::NotFound {
            return Err(Trouble::new(
                said(format!("there is no folder {shown}"), format!("папки {shown} нет")),
                said(
                    "the server makes it when it starts: is --data right, and did it start there? What stood in it comes \
                     back from a backup alone: `beseda restore`",
                    "её создаёт сервер при запуске: верен ли --data, и запускался ли он там? Её содержимое вернёт только \
                     резервная копия: `beseda restore`",
                ),
            ));
        }
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
    // One that can be guessed is refused with the settings already. A look makes none: the server's is somewhere else.
    if settings.secret.is_none() {
        return Err(Trouble::new(
            said("there is none that can be used", "нет такого, который годится"),
            said(
                "is --data the server's directory? the server makes one when it starts",
                "тот ли это каталог данных? сервер создаёт его при запуске",
            ),
        ));
    }
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

/// Whether the server may open as many files as it has connections to take, and has some left.
fn descriptors(server: u32, wanted: usize) -> Found<()> {
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
    let raise = said(
        "raise LimitNOFILE= in the unit, `ulimits: nofile` of the container, or `ulimit -Hn`, and start the server again",
        "поднимите LimitNOFILE= в юните, `ulimits: nofile` контейнера или `ulimit -Hn` и перезапустите сервер",
    );
    if used.saturating_mul(100) > most.saturating_mul(100 - SPARE_PERCENT) {
        return Err(Trouble::new(told, raise));
    }
    let fit = descriptors::fitting(most).unwrap_or_default();
    if fit < wanted {
        return Err(Trouble::new(
            said(
                format!("{most} open files are {fit} connections, and limits.connections is {wanted}"),
                format!("{most} открытых файлов — это {fit} соединений, а limits.connections — {wanted}"),
            ),
            raise,
        ));
    }
    Ok(((), told))
}
