//! What the server stands on: its folders, its log, its secrets, its database, its disk, its descriptors and its clock.

mod machine;
mod secrets;

use crate::app;
use crate::config::{Database, Settings};
use crate::data::database_path;
use crate::report::{Found, Said, Steps, Trouble, said};
use crate::system::{Process, Server, System};
use beseda_core::Chat;
use beseda_core::ports::Clock as _;
use beseda_store::{Condition, Inspection, NotSeen, OpenError, Opened, Opener, Question, Schema};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long a database is looked at. What reads every page of a large one may take longer than somebody waits.
const DATABASE_PATIENCE: Duration = Duration::from_secs(600);

/// Looks at the folders, the log, the secrets, the disk and the descriptors. `file` is the settings file, where there is one.
/// Whether the database that lies there may be opened.
///
/// # Errors
/// Standard output cannot be written.
pub async fn look(steps: &mut Steps, settings: &Settings, file: Option<&Path>) -> io::Result<Option<()>> {
    let data = settings.data.as_path();
    let server = System.server(&data.join("serving"));
    let folders = said("data directory", "каталог данных");
    steps.look("data", folders, async { folder(data, &server) }).await?;
    // In front of a bucket stands the folder alone, in which files arrive.
    let uploads = if settings.s3_bucket.is_empty() {
        data.join("uploads/chat")
    } else {
        data.join("uploads")
    };
    let files = said("uploads", "загруженные файлы");
    steps
        .look("uploads", files, async { folder(&uploads, &server) })
        .await?;
    let log = said("log", "журнал");
    steps.look("log", log, async { written_log(data, &server) }).await?;
    let secret = said("secrets", "секреты");
    steps
        .look("secret", secret, async { secrets::look(settings, file) })
        .await?;
    steps
        .look("disk", said("disk", "диск"), async { machine::disk(data) })
        .await?;
    machine::server(steps, &server, settings).await
}

/// Looks at the database: what is broken in it, what it lacks, and whether it was written by a clock of another time. Whether
/// a server of this version can work on it.
///
/// # Errors
/// Standard output cannot be written.
pub async fn database(steps: &mut Steps, settings: &Settings) -> io::Result<Option<()>> {
    let settings = settings.clone();
    let (answer, answered) = oneshot::channel();
    // A thread that nobody waits for at the end: whoever is interrupted need not see it out.
    thread::spawn(move || {
        let looked = open(&settings).and_then(|mut database| {
            let condition = database.condition()?;
            // A database that lacks migrations may not know what is asked.
            let newest = database.ask(Question::NewestRooms, 0).unwrap_or_default();
            Ok((condition, newest))
        });
        // Whoever asked may be gone.
        let _ = answer.send(looked);
    });
    let Ok(Ok(looked)) = timeout(DATABASE_PATIENCE, answered).await else {
        let late = Trouble::new(
            said(
                format!("it was not looked through in {} s", DATABASE_PATIENCE.as_secs()),
                format!("её не удалось просмотреть за {} с", DATABASE_PATIENCE.as_secs()),
            ),
            said(
                "look at a copy of it: `beseda verify` on a backup",
                "проверьте её копию: `beseda verify` на резервной копии",
            ),
        );
        let name = said("database integrity", "целостность базы");
        return steps.look("database", name, async { Err::<((), Said), _>(late) }).await;
    };
    let condition = looked.as_ref().map(|(condition, _)| condition);
    tell(steps, condition).await?;
    let newest = looked.as_ref().ok().and_then(|(_, newest)| {
        let at = newest.columns.iter().position(|column| column == "updated_at")?;
        newest.rows.first()?.get(at)?.as_ref()?.parse().ok()
    });
    let clock = said("clock", "часы");
    steps
        .look("clock", clock, async {
            machine::clock(System.now().0, newest, System.keeps_time())
        })
        .await?;
    let is_fit = condition.is_ok_and(|one| one.flaws.is_empty() && up_to_date(&one.schema).is_ok());
    Ok(is_fit.then_some(()))
}

/// The database as a command opens it that writes, where there is one that needs no migration. Nothing is made.
///
/// # Errors
/// It cannot be opened.
pub fn standing(settings: &Settings) -> Result<(Arc<dyn Opened>, Chat), Trouble> {
    let mut seen = open(settings).map_err(|why| not_seen(&why))?;
    up_to_date(&seen.schema().map_err(|fault| not_seen(&NotSeen::Asked(fault)))?)?;
    drop(seen);
    app::open_there(Opener::Command, settings).map_err(|error| {
        let told = format!("{error:#}");
        if told.contains("locked") {
            let meaning = said(
                "the database is locked: nobody can write",
                "база заблокирована: писать нельзя",
            );
            return Trouble::new(meaning, held());
        }
        Trouble::new(
            said(told.clone(), format!("базу не открыть для записи: {told}")),
            said(
                "run this as the server's user; is the disk full?",
                "запустите от имени пользователя сервера; не полон ли диск?",
            ),
        )
    })
}

/// What to do where a database is held by another program.
pub fn held() -> Said {
    said(
        "another program holds the database and lets nobody write: `fuser -v beseda.db` in the data directory names it",
        "базу держит другая программа и не даёт писать: `fuser -v beseda.db` в каталоге данных назовёт её",
    )
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
pub fn not_seen(why: &NotSeen) -> Trouble {
    let remedy = match why {
        NotSeen::Missing(_) => said(
            "is --data right? A new one is made by the first `beseda seed` or `beseda serve`",
            "верен ли --data? Новую создаёт первый `beseda seed` или `beseda serve`",
        ),
        NotSeen::Sqlite(_) | NotSeen::Asked(_) if why.to_string().contains("locked") => held(),
        NotSeen::Sqlite(_) | NotSeen::Asked(_) => said(
            "run this as the server's user; a damaged database comes back with `beseda restore BACKUP --data DIR --replace`",
            "запустите от имени пользователя сервера; повреждённую базу возвращает `beseda restore BACKUP --data DIR --replace`",
        ),
        NotSeen::Postgres(_) => said(
            "does PostgreSQL run there, and is `database` right?",
            "работает ли там PostgreSQL, и верна ли настройка `database`?",
        ),
    };
    Trouble::new(said(why.to_string(), in_russian(why)), remedy)
}

fn in_russian(why: &NotSeen) -> String {
    match why {
        NotSeen::Missing(path) => format!("файла {} нет", path.display()),
        NotSeen::Sqlite(OpenError::NotOurs(path)) => format!("{} — база другой программы", path.display()),
        NotSeen::Sqlite(OpenError::Damaged(path)) => format!("{} — не база SQLite или повреждена", path.display()),
        NotSeen::Sqlite(OpenError::Io { path, source }) => format!("{} не открыть: {source}", path.display()),
        NotSeen::Sqlite(OpenError::Sqlite { path, source }) => format!("{} не открыть: {source}", path.display()),
        NotSeen::Sqlite(other) => format!("базу не открыть: {other}"),
        NotSeen::Postgres(other) => format!("PostgreSQL не отвечает: {other}"),
        NotSeen::Asked(fault) => format!("база не отвечает: {fault}"),
    }
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
            "stop the server, keep a copy of the database, and restore the last backup: `beseda restore BACKUP --data DIR --replace`",
            "остановите сервер, сохраните копию базы и верните последнюю резервную копию: `beseda restore BACKUP --data DIR --replace`",
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

/// Whether a folder is there, and can be written by the server.
fn folder(path: &Path, server: &Server) -> Found<()> {
    let shown = path.display();
    let tried = System.try_to_write(path);
    if let Err(error) = &tried
        && error.kind() == io::ErrorKind::NotFound
    {
        return Err(Trouble::new(
            said(format!("there is no folder {shown}"), format!("папки {shown} нет")),
            said(
                "the server makes it when it starts: is --data right, and did it start there? What stood in it comes \
                 back from a backup alone: `beseda restore BACKUP --data DIR --replace`",
                "её создаёт сервер при запуске: верен ли --data, и запускался ли он там? Её содержимое вернёт только \
                 резервная копия: `beseda restore BACKUP --data DIR --replace`",
            ),
        ));
    }
    match (server, tried) {
        (Server::Known(process), _) if System.may_write(process, path) == Some(false) => {
            Err(not_the_servers(path, process))
        }
        // What a mode tells of somebody else is not everything; what was tried is.
        (Server::Known(process), Err(error)) if System.runs_as(process) => Err(not_to_write(path, &error)),
        (Server::None | Server::Hidden, Err(error)) => Err(not_to_write(path, &error)),
        (_, Ok(())) | (Server::Known(_), Err(_)) => Ok((
            (),
            said(format!("{shown} can be written"), format!("в {shown} можно писать")),
        )),
    }
}

fn user_of(process: &Process) -> String {
    format!("{}:{}", process.user, process.group)
}

fn not_the_servers(path: &Path, server: &Process) -> Trouble {
    let (shown, user) = (path.display(), user_of(server));
    let owner = System.owner(path).unwrap_or_default();
    Trouble::new(
        said(
            format!("the server runs as {user} and cannot write {shown} ({owner})"),
            format!("сервер работает от {user} и не может писать в {shown} ({owner})"),
        ),
        said(
            format!("`chown -R {user} {shown}`"),
            format!("выполните `chown -R {user} {shown}`"),
        ),
    )
}

fn not_to_write(path: &Path, error: &io::Error) -> Trouble {
    let (shown, me) = (path.display(), System.user());
    let owner = System
        .owner(path)
        .map_or_else(String::new, |owner| format!(" ({owner})"));
    Trouble::new(
        said(
            format!("{shown}{owner} cannot be written by {me}: {error}"),
            format!("{me} не может писать в {shown}{owner}: {error}"),
        ),
        said(
            "run this as the server's user; if it is that user, give the folder to it with `chown -R`; is the disk mounted to be \
             written?",
            "запустите от имени пользователя сервера; если это он и есть, отдайте ему папку через `chown -R`; не смонтирован ли \
             диск только для чтения?",
        ),
    )
}

/// Whether the log can be written, also the file that stands there.
fn written_log(data: &Path, server: &Server) -> Found<()> {
    let logs = data.join("logs");
    let file = logs.join("app.log");
    if let Server::Known(process) = server
        && System.may_write(process, &file) == Some(false)
    {
        return Err(not_the_servers(&file, process));
    }
    folder(&logs, server)
}
