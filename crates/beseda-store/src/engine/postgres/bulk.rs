//! Many rows at once: a whole table that is read, or written.

use super::{LONG_PATIENCE, PATIENCE, PostgresEngine, fault, no_answer};
use crate::backup::patterns::READ;
use crate::engine::{Columns as _, Value};
use beseda_core::error::Fault;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use std::pin::{Pin, pin};
use tokio::runtime::Runtime;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use tokio_postgres::Error;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

/// A table that is being written.
pub(crate) struct Loading<'e> {
    runtime: &'e Runtime,
    writer: Pin<Box<BinaryCopyInWriter>>,
}

impl PostgresEngine {
    /// Gives each row of a statement that takes no values; of a big table, few are in the memory at once.
    pub(crate) fn stream(
        &mut self,
        sql: &str,
        each: &mut dyn FnMut(&[Value<'_>]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let none: [&(dyn ToSql + Sync); 0] = [];
        let asked = async { timeout(LONG_PATIENCE, self.client.query_raw(sql, none)).await };
        let mut rows = pin!(heard(self.runtime.block_on(asked))?);
        loop {
            let next = async { timeout(LONG_PATIENCE, rows.try_next()).await };
            let Some(row) = heard(self.runtime.block_on(next))? else {
                return Ok(());
            };
            let values = (0..row.len()).map(|at| row.column(at)).collect::<Result<Vec<_>, _>>()?;
            each(&values)?;
        }
    }

    /// Begins to write rows into these columns of a table.
    pub(crate) fn load(&mut self, table: &str, columns: &str) -> Result<Loading<'_>, Fault> {
        let select = READ.with(&[("table", table), ("columns", columns)]);
        let copy = format!("COPY \"{table}\" ({columns}) FROM STDIN (FORMAT binary)");
        let begun = self.runtime.block_on(async {
            let begun = async {
                let columns = self.client.prepare(&select).await?;
                let types: Vec<Type> = columns.columns().iter().map(|column| column.type_().clone()).collect();
                let sink = self.client.copy_in::<_, Bytes>(copy.as_str()).await?;
                Ok(BinaryCopyInWriter::new(sink, &types))
            };
            timeout(PATIENCE, begun).await
        });
        Ok(Loading {
            writer: Box::pin(heard(begun)?),
            runtime: &self.runtime,
        })
    }
}

impl Loading<'_> {
    /// Writes a row.
    pub(crate) fn row(&mut self, values: &[Value<'_>]) -> Result<(), Fault> {
        let values: Vec<_> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let writer = self.writer.as_mut();
        heard(
            self.runtime
                .block_on(async { timeout(LONG_PATIENCE, writer.write(&values)).await }),
        )
    }

    /// Ends the table. What its rows refer to is looked for now.
    pub(crate) fn finish(mut self) -> Result<u64, Fault> {
        let writer = self.writer.as_mut();
        heard(
            self.runtime
                .block_on(async { timeout(LONG_PATIENCE, writer.finish()).await }),
        )
    }
}

fn heard<T>(answer: Result<Result<T, Error>, Elapsed>) -> Result<T, Fault> {
    answer.map_err(|_| no_answer())?.map_err(|error| fault(&error))
}
