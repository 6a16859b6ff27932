//! Opening: where the database is, whether it is ours, and which version of it.

use crate::backup::{self, Before, Snapshot};
use crate::engine::postgres::{Begin, PostgresEngine};
use crate::engine::values;
use crate::migrations::{self, Newer, POSTGRES, find_newer};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use std::fmt;
use std::time::Duration;
use thiserror::Error;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

/// Why a PostgreSQL database is not opened. Each says in one line what to do; none says a password.
#[derive(Debug, Error)]
pub enum PostgresError {
    /// The URL names no database.
    #[error("the database's URL cannot be read: it is postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require")]
    Url,
    /// Nobody answers, or nobody is let in.
    #[error("{database} cannot be reached: {reason}; check that PostgreSQL runs there and lets this user in")]
    Away {
        /// Where it is.
        database: String,
        /// Why not.
        reason: String,
    },
    /// A database of some other program.
    #[error("{0} is a database of another program: name another database, or make an empty one")]
    NotOurs(String),
    /// A later version of this program has written the database.
    #[error(
        "{database} was migrated by a newer Beseda (migration {applied}, this one knows {known}): install that \
         version, or restore a backup made before it"
    )]
    Newer {
        /// The database.
        database: String,
        /// The newest migration that it has.
        applied: i64,
        /// The newest migration that this program knows.
        known: i64,
    },
    /// Two servers would not hear what is sent at the other one.
    #[error("another server serves {0} already: stop it, or name another database")]
    Served(String),
    /// The schema could not be brought up to date.
    #[error("{database} cannot be migrated: {reason}; nothing was changed")]
    Migration {
        /// The database.
        database: String,
        /// Why not.
        reason: String,
    },
    /// It could not be kept before its migration.
    #[error(
        "{database} cannot be backed up before its migration: {reason}; nothing was changed. Mend that, or go on without \
         a backup: `beseda migrate --no-backup`"
    )]
    Backup {
        /// The database.
        database: String,
        /// Why not.
        reason: String,
    },
    /// No thread.
    #[error("no thread can be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// Where a database is.
pub(crate) struct Address {
    pub(crate) config: Config,
    /// The same, of several servers one that can be written.
    pub(crate) writable: Config,
    name: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Address {
    /// That of a URL.
    pub(crate) fn of(url: &str) -> Result<Self, PostgresError> {
        let mut config: Config = url.parse().map_err(|_| PostgresError::Url)?;
        let host = match (config.get_hosts().first(), config.get_ports().first()) {
            (Some(Host::Tcp(host)), Some(port)) => format!("{host}:{port}"),
            (Some(Host::Tcp(host)), None) => host.clone(),
            (Some(Host::Unix(path)), _) => path.display().to_string(),
            (None, _) => return Err(PostgresError::Url),
        };
        let name = format!("postgres://{host}/{}", config.get_dbname().unwrap_or_default());
        if config.get_application_name().is_none() {
            config.application_name("beseda");
        }
        config.connect_timeout(Duration::from_secs(5));
        config.keepalives_idle(Duration::from_secs(30));
        config.tcp_user_timeout(Duration::from_secs(15));
        let mut writable = config.clone();
        writable.target_session_attrs(TargetSessionAttrs::ReadWrite);
        Ok(Self { config, writable, name })
    }

    /// What a fault means while the database is opened.
    pub(crate) fn away(&self, fault: &Fault) -> PostgresError {
        let reason = match fault {
            Fault::Away(reason) | Fault::Store(reason) | Fault::Hindered(_, reason) => reason.clone(),
            fault => fault.to_string(),
        };
        PostgresError::Away {
            database: self.to_string(),
            reason,
        }
    }

    /// A connection to a database that is ours, of any version that is known here.
    pub(crate) fn connect_to_ours(&self) -> Result<PostgresEngine, PostgresError> {
        let mut engine = PostgresEngine::connect(&self.config).map_err(|fault| self.away(&fault))?;
        self.refuse_strange(&mut engine)?;
        Ok(engine)
    }

    fn refuse_strange(&self, engine: &mut PostgresEngine) -> Result<(), PostgresError> {
        let refused = |fault: Fault| self.refused(&fault);
        if !is_ours(engine).map_err(refused)? {
            return Err(PostgresError::NotOurs(self.to_string()));
        }
        match find_newer(engine, POSTGRES).map_err(refused)? {
            None => Ok(()),
            Some(Newer { applied, known }) => Err(PostgresError::Newer {
                database: self.to_string(),
                applied,
                known,
            }),
        }
    }

    fn keep_before(&self, before: &Before, version: i64) -> Result<(), PostgresError> {
        let kept = Snapshot::of_postgres(self).and_then(|mut now| backup::keep_before(before, &mut now, version));
        kept.map(drop).map_err(|error| PostgresError::Backup {
            database: self.to_string(),
            reason: error.to_string(),
        })
    }

    fn refused(&self, fault: &Fault) -> PostgresError {
        PostgresError::Migration {
            database: self.to_string(),
            reason: fault.to_string(),
        }
    }

    /// Brings the schema up to date, one process after the other; the migrations that were applied now.
    /// The database goes before that where it is told to.
    pub(crate) fn bring_up(&self, before: Option<&Before>) -> Result<Vec<String>, PostgresError> {
        let mut engine = PostgresEngine::connect(&self.writable).map_err(|fault| self.away(&fault))?;
        engine.begin(Begin::Migrating).map_err(|fault| self.away(&fault))?;
        self.refuse_strange(&mut engine)?;
        let refused = |fault: Fault| self.refused(&fault);
        if let Some(before) = before
            && let Some(version) = migrations::next(&mut engine, POSTGRES).map_err(refused)?
        {
            self.keep_before(before, version)?;
        }
        let applied = migrations::bring_up(&mut engine, POSTGRES).map_err(refused)?;
        engine.commit().map_err(refused)?;
        Ok(applied.into_iter().map(str::to_owned).collect())
    }
}

/// Whether the database is new or ours.
pub(crate) fn is_ours(engine: &mut PostgresEngine) -> Result<bool, Fault> {
    let mut tx = Transaction::new(engine);
    let is_known = tx.one(sql::SCHEMA_HAS_HISTORY, values![], |row| row.get::<bool>(0))?;
    if is_known == Some(true) {
        return Ok(true);
    }
    let others = tx.one(sql::SCHEMA_COUNT_OTHERS, values![], |row| row.get::<i64>(0))?;
    Ok(others == Some(0))
}
