//! Rows with the names of their columns, as texts: for statements whose columns nobody here reads.

use super::sqlite::fault;
use crate::inspect::Table;
use beseda_core::error::Fault;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// The first `most` rows of a statement on SQLite.
pub(crate) fn of_sqlite(conn: &Connection, sql: &str, most: usize) -> Result<Table, Fault> {
    let mut statement = conn.prepare(sql).map_err(fault)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut table = Table {
        columns,
        ..Table::default()
    };
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(fault)? {
        if table.rows.len() == most {
            table.is_cut = true;
            break;
        }
        let cells = (0..table.columns.len()).map(|at| row.get_ref(at).map(text));
        table.rows.push(cells.collect::<Result<_, _>>().map_err(fault)?);
    }
    Ok(table)
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Some(format!("({} bytes)", bytes.len())),
    }
}
