//! Databases of other programs, which are read and never written: what an import takes from.

mod folder;
mod postgres;
mod select;
mod sqlite;

pub use folder::{Folder, NoFile};
pub use select::{ColumnName, Join, Only, Select};

use postgres::PostgresSource;
use sqlite::SqliteSource;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Rows that are read at once. Between two reads of a SQLite file its own program writes as it likes.
pub const ROWS_AT_ONCE: usize = 2_000;

/// A field of a row. PostgreSQL gives texts alone.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes, or a text that is not UTF-8.
    Bytes(Vec<u8>),
}

/// The fields that were asked for, in that order.
pub type Cells = Vec<Cell>;

/// Why another program's database cannot be read. None says a password.
#[derive(Debug, Error)]
pub enum SourceError {
    /// The address is none.
    #[error(
        "{0} is no address of a database: it is sqlite:///path/to/file.db, the path of a SQLite file, or \
         postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    Address(String),
    /// There is no such file.
    #[error("{0} is not there")]
    NotThere(PathBuf),
    /// The file cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// The server cannot be asked.
    #[error("{database} cannot be read: {reason}")]
    Postgres {
        /// Where it is.
        database: String,
        /// What it says.
        reason: String,
    },
}

/// A database of another program.
pub struct Source(Kind);

enum Kind {
    Sqlite(SqliteSource),
    Postgres(PostgresSource),
}

impl Source {
    /// Opens the database of an address, to read it alone. It blocks, as every call here.
    ///
    /// # Errors
    /// As every call here: why it cannot be read.
    pub fn open(address: &str) -> Result<Self, SourceError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Ok(Self(Kind::Postgres(PostgresSource::open(address)?)));
        }
        let path = path_of(address)?;
        Ok(Self(Kind::Sqlite(SqliteSource::open(&path)?)))
    }

    /// The tables that are there.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn tables(&mut self) -> Result<Vec<String>, SourceError> {
        match &mut self.0 {
            Kind::Sqlite(source) => source.tables(),
            Kind::Postgres(source) => source.tables(),
        }
    }

    /// The columns of a table; none where it is not there.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn columns(&mut self, table: &str) -> Result<Vec<String>, SourceError> {
        match &mut self.0 {
            Kind::Sqlite(source) => source.columns(table),
            Kind::Postgres(source) => source.columns(table),
        }
    }

    /// Hands every row over, some at a time, in the order of the first column, until it is told to stop.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(
        &mut self,
        select: &Select,
        rows: &mut dyn FnMut(Vec<Cells>) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        match &mut self.0 {
            Kind::Sqlite(source) => source.read(select, rows),
            Kind::Postgres(source) => source.read(select, rows),
        }
    }
}

/// The file of an address. SQLAlchemy writes a relative path with three slashes, everybody else an absolute one.
fn path_of(address: &str) -> Result<PathBuf, SourceError> {
    let path = match address.strip_prefix("sqlite:") {
        Some(rest) => rest.strip_prefix("//").unwrap_or(rest),
        None if address.contains("://") || address.contains("password=") => {
            return Err(SourceError::Address(scheme_of(address)));
        }
        None => address,
    };
    let relative = path.trim_start_matches('/');
    let found = [path, relative].into_iter().map(Path::new).find(|path| path.is_file());
    found.map_or_else(|| Err(SourceError::NotThere(path.into())), |path| Ok(path.to_owned()))
}

/// What of an address can be repeated: not what may hold a password.
fn scheme_of(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, _)) => format!("{scheme}://…"),
        None => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests;
