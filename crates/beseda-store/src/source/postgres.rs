//! A PostgreSQL database of another program, read in one snapshot a table: nobody waits for that.

use super::select::{tables, whole};
use super::{Cell, Cells, ROWS_AT_ONCE, Select, SourceError};
use crate::engine::postgres::tls;
use crate::postgres::open::Address;
use std::error::Error as _;
use std::ops::ControlFlow;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, IsolationLevel};

/// What the connection asks of the server: times are told in UTC, and nothing is written. Between two parts of a table
/// their files are kept, which may take longer than a server lets others be idle.
const SET_UP: &str = "SET default_transaction_read_only = on; SET statement_timeout = 0; \
    SET idle_in_transaction_session_timeout = 0; SET TIME ZONE 'UTC'; SET DateStyle = 'ISO'";

pub(super) struct PostgresSource {
    runtime: Runtime,
    client: Client,
    database: String,
}

impl PostgresSource {
    pub(super) fn open(url: &str) -> Result<Self, SourceError> {
        let address = Address::of(url).map_err(|_| SourceError::Address("postgres://…".to_owned()))?;
        let database = address.to_string();
        let failed = |reason: String| SourceError::Postgres {
            database: database.clone(),
            reason,
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failed(error.to_string()))?;
        let tls = tls().map_err(|error| failed(error.to_string()))?;
        let connected = runtime.block_on(async {
            let (client, connection) = address.config.connect(tls).await?;
            tokio::spawn(connection);
            client.batch_execute(SET_UP).await?;
            Ok(client)
        });
        let client = connected.map_err(|error| failed(said(&error)))?;
        Ok(Self {
            runtime,
            client,
            database,
        })
    }

    pub(super) fn tables(&mut self) -> Result<Vec<String>, SourceError> {
        let rows = self.runtime.block_on(self.client.query(&tables(), &[]));
        let names = rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect());
        names.map_err(|error| failed(&self.database, &error))
    }

    pub(super) fn columns(&mut self, table: &str) -> Result<Vec<String>, SourceError> {
        match self.runtime.block_on(self.client.prepare(&whole(table))) {
            Ok(all) => Ok(all.columns().iter().map(|column| column.name().to_owned()).collect()),
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(Vec::new()),
            Err(error) => Err(failed(&self.database, &error)),
        }
    }

    pub(super) fn read(
        &mut self,
        select: &Select,
        rows: &mut dyn FnMut(Vec<Cells>) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let Self {
            runtime,
            client,
            database,
        } = self;
        let failed = |error: Error| failed(database, &error);
        let snapshot = client
            .build_transaction()
            .read_only(true)
            .isolation_level(IsolationLevel::RepeatableRead)
            .start();
        let snapshot = runtime.block_on(snapshot).map_err(failed)?;
        let only: Vec<&(dyn ToSql + Sync)> = select.only.iter().map(|only| &only.is as &(dyn ToSql + Sync)).collect();
        let sql = select.sql(true, false, None);
        let portal = runtime.block_on(snapshot.bind(&sql, &only)).map_err(failed)?;
        let most = i32::try_from(ROWS_AT_ONCE).unwrap_or(i32::MAX);
        loop {
            let part = runtime.block_on(snapshot.query_portal(&portal, most)).map_err(failed)?;
            let part: Result<Vec<Cells>, Error> = part.iter().map(cells).collect();
            let part = part.map_err(failed)?;
            if part.is_empty() || rows(part).is_break() {
                return runtime.block_on(snapshot.rollback()).map_err(failed);
            }
        }
    }
}

fn cells(row: &tokio_postgres::Row) -> Result<Cells, Error> {
    let text = |at| row.try_get::<_, Option<String>>(at);
    (0..row.len())
        .map(|at| Ok(text(at)?.map_or(Cell::Null, Cell::Text)))
        .collect()
}

fn failed(database: &str, error: &Error) -> SourceError {
    SourceError::Postgres {
        database: database.to_owned(),
        reason: said(error),
    }
}

/// What a failure says, without what was read.
fn said(error: &Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => error
            .source()
            .map_or_else(|| error.to_string(), |source| format!("{error}: {source}")),
    }
}
