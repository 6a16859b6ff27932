//! Migrations: which there are, and how a database gets those that it lacks.

use crate::engine::{Engine, values};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;

/// One step of the schema, in the order of their numbers; one that has been released never changes.
#[derive(Debug)]
pub(crate) struct Migration {
    /// The name of its file: `V<number>__<what it is about>`.
    pub(crate) name: &'static str,
    sql: &'static str,
}

macro_rules! migrations {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(Migration {
            name: $name,
            sql: include_str!(concat!("../migrations/", $folder, "/", $name, ".sql")),
        }),*]
    };
}

pub(crate) const SQLITE: &[Migration] = migrations![
    "sqlite":
    "V1__people",
    "V2__orders_and_groups",
    "V3__rooms",
    "V4__order_desk_views",
    "V5__doors",
    "V6__school_and_desk",
    "V7__files",
    "V8__setup_codes",
    "V9__notices_and_desk",
    "V10__cursors",
    "V11__jobs",
    "V12__names_at_the_host",
    "V13__ids_of_the_host",
    "V14__search_in_whole_letters",
    "V15__wrong_clocks",
    "V16__any_room",
    "V17__search",
    "V18__many_at_once",
    "V19__tickets_of_keys",
    "V20__search_by_pages",
    "V21__blur",
    "V22__reports_and_presence",
    "V23__search_on_shelves",
    "V24__desk",
    "V25__cases",
    "V26__push",
];

pub(crate) const POSTGRES: &[Migration] = migrations![
    "postgres":
    "V1__everything",
    "V2__cursors",
    "V3__jobs",
    "V4__names_at_the_host",
    "V5__ids_of_the_host",
    "V6__search_in_whole_letters",
    "V7__wrong_clocks",
    "V8__any_room",
    "V9__search",
    "V10__many_at_once",
    "V11__tickets_of_keys",
    "V12__search_by_pages",
    "V13__blur",
    "V14__reports_and_presence",
    "V15__search_on_shelves",
    "V16__desk",
    "V17__cases",
    "V18__push",
];

/// How many steps of SQLite's came before PostgreSQL's first, which makes what they made. From there on both take the
/// same steps, so a database of one engine at one of them has the tables and columns of the other's.
pub(crate) const BEFORE_POSTGRES: i64 = 8;

/// SQLite's step from which on a database has lives, and the one from which on what changed it last is counted.
pub(crate) const HAS_LIVES: i64 = 10;
pub(crate) const COUNTS_CHANGES: i64 = 16;

/// The migrations up to a version.
pub(crate) fn up_to(known: &'static [Migration], version: i64) -> &'static [Migration] {
    let until = known.iter().position(|one| one.version() > version);
    known.get(..until.unwrap_or(known.len())).unwrap_or_default()
}

/// The newest of the migrations.
pub(crate) fn newest_of(known: &[Migration]) -> i64 {
    known.iter().map(Migration::version).max().unwrap_or_default()
}

impl Migration {
    fn version(&self) -> i64 {
        let number = self.name.strip_prefix('V').and_then(|name| name.split_once("__"));
        number.and_then(|(number, _)| number.parse().ok()).unwrap_or_default()
    }

    fn subject(&self) -> &str {
        self.name.split_once("__").map_or(self.name, |(_, subject)| subject)
    }
}

/// A database with a migration that this program does not know.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Newer {
    pub(crate) applied: i64,
    pub(crate) known: i64,
}

/// Whether the database has more migrations than are known here.
pub(crate) fn find_newer(engine: &mut dyn Engine, known: &[Migration]) -> Result<Option<Newer>, Fault> {
    let (applied, known) = (version(engine)?.unwrap_or_default(), newest_of(known));
    Ok((applied > known).then_some(Newer { applied, known }))
}

/// The newest migration that a database has; none where there never was one.
pub(crate) fn version(engine: &mut dyn Engine) -> Result<Option<i64>, Fault> {
    let mut tx = Transaction::new(engine);
    if tx.one(sql::SCHEMA_HAS_HISTORY, values![], |row| row.get(0))? != Some(true) {
        return Ok(None);
    }
    Ok(applied(&mut tx)?.into_iter().max())
}

/// The version that a database is about to be brought to; none where it has that, or where there was none before.
pub(crate) fn next(engine: &mut dyn Engine, known: &[Migration]) -> Result<Option<i64>, Fault> {
    let schema = schema(engine, known)?;
    let lacks_some = schema.applied.is_some() && !schema.missing.is_empty();
    Ok(lacks_some.then_some(schema.known))
}

/// Applies what is missing, in a transaction that somebody else began and will end: the names of what was applied.
pub(crate) fn bring_up(engine: &mut dyn Engine, known: &[Migration]) -> Result<Vec<&'static str>, Fault> {
    let now = apply(engine, known)?;
    Transaction::new(engine).make_people_searchable()?;
    Transaction::new(engine).forget_other_lexemes()?;
    Ok(now)
}

/// The same for the tables alone, also up to a version that is not the newest.
pub(crate) fn apply(engine: &mut dyn Engine, known: &[Migration]) -> Result<Vec<&'static str>, Fault> {
    Transaction::new(engine).write(sql::SCHEMA_HISTORY, values![])?;
    let applied = applied(&mut Transaction::new(engine))?;
    let mut now = Vec::new();
    for migration in known.iter().filter(|one| !applied.contains(&one.version())) {
        engine.script(migration.sql)?;
        let (version, subject) = (migration.version(), migration.subject());
        Transaction::new(engine).write(sql::SCHEMA_APPLY, values![version, subject])?;
        now.push(migration.name);
    }
    Ok(now)
}

/// Which migrations a database has, as this program knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The newest that was applied; `None` where none was.
    pub applied: Option<i64>,
    /// The newest that is known here.
    pub known: i64,
    /// The names of those that are known here and were not applied.
    pub missing: Vec<&'static str>,
}

/// Which migrations a database has. Nothing is applied.
pub(crate) fn schema(engine: &mut dyn Engine, known: &[Migration]) -> Result<Schema, Fault> {
    let mut tx = Transaction::new(engine);
    let applied = match tx.one(sql::SCHEMA_HAS_HISTORY, values![], |row| row.get(0))? {
        Some(true) => applied(&mut tx)?,
        _ => Vec::new(),
    };
    let missing = known.iter().filter(|one| !applied.contains(&one.version()));
    Ok(Schema {
        missing: missing.map(|one| one.name).collect(),
        known: newest_of(known),
        applied: applied.into_iter().max(),
    })
}

fn applied(tx: &mut Transaction<'_>) -> Result<Vec<i64>, Fault> {
    tx.all(sql::SCHEMA_APPLIED, values![], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_on_disk_is_in_its_list() {
        for (folder, listed) in [("sqlite", SQLITE), ("postgres", POSTGRES)] {
            let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut on_disk: Vec<String> = std::fs::read_dir(path)
                .unwrap()
                .map(|file| file.unwrap().file_name().into_string().unwrap())
                .collect();
            on_disk.sort_by_key(|name| {
                name.trim_start_matches('V')
                    .split('_')
                    .next()
                    .unwrap()
                    .parse::<i64>()
                    .unwrap()
            });
            let listed: Vec<String> = listed.iter().map(|one| format!("{}.sql", one.name)).collect();
            assert_eq!(on_disk, listed);
        }
    }
}
