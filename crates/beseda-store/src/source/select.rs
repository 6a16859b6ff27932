//! What is asked of another program's database. Its tables have whatever names it gave them, so the words are put together
//! here and stand in no file.

use std::fmt::Write;

/// A column, of the table itself or of one that is joined to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnName {
    /// What the joined table is called; none for the table itself.
    pub of: Option<String>,
    /// Its name.
    pub name: String,
}

/// A table whose rows are added to those that they fit; where none fits, its columns are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The table.
    pub table: String,
    /// What its columns are called by.
    pub called: String,
    /// Its column, and the one that it is to be equal to.
    pub on: Vec<(String, ColumnName)>,
}

/// Rows are left out unless this column, as a text, is this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only {
    /// The column.
    pub column: ColumnName,
    /// What it has to be.
    pub is: String,
}

/// Rows of a table that are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// The table, perhaps with its schema and a point before it.
    pub table: String,
    /// What is joined to it.
    pub joins: Vec<Join>,
    /// The columns that are wanted; the first one orders the rows. None gives nothing.
    pub columns: Vec<Option<ColumnName>>,
    /// Which rows.
    pub only: Vec<Only>,
}

/// What the table itself is called.
const OWN: &str = "own";

impl Select {
    /// The statement, with a value for each of [`Self::only`]; with `after`, the last value is the key behind which the rows
    /// begin. With `as_texts`, every column is given as a text.
    pub(super) fn sql(&self, as_texts: bool, after: bool, limit: Option<usize>) -> String {
        let key = self.key();
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|column| given(column.as_ref(), as_texts))
            .collect();
        let mut sql = ["SELECT", &columns.join(", "), "FROM", &quoted_path(&self.table), OWN].join(" ");
        for join in &self.joins {
            let on: Vec<String> = join
                .on
                .iter()
                .map(|(own, other)| format!("{}.{} = {}", quoted(&join.called), quoted(own), column(other)))
                .collect();
            // It cannot fail into a text.
            let _ = write!(
                sql,
                " LEFT JOIN {} {} ON {}",
                quoted_path(&join.table),
                quoted(&join.called),
                on.join(" AND ")
            );
        }
        let mut conditions: Vec<String> = (1..)
            .zip(&self.only)
            .map(|(at, only)| format!("CAST({} AS text) = ${at}", column(&only.column)))
            .collect();
        if after {
            conditions.push(format!("{key} > ${}", self.only.len() + 1));
        }
        if !conditions.is_empty() {
            let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
        }
        let _ = write!(sql, " ORDER BY {key}");
        if let Some(limit) = limit {
            let _ = write!(sql, " LIMIT {limit}");
        }
        sql
    }

    /// The column that orders the rows.
    fn key(&self) -> String {
        self.columns
            .first()
            .and_then(Option::as_ref)
            .map_or_else(|| "1".to_owned(), column)
    }
}

fn given(wanted: Option<&ColumnName>, as_texts: bool) -> String {
    match wanted {
        Some(name) if as_texts => format!("CAST({} AS text)", column(name)),
        Some(name) => column(name),
        None if as_texts => "CAST(NULL AS text)".to_owned(),
        None => "NULL".to_owned(),
    }
}

fn column(name: &ColumnName) -> String {
    let of = name.of.as_deref().map_or_else(|| OWN.to_owned(), quoted);
    format!("{of}.{}", quoted(&name.name))
}

/// A name, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name with a schema before it.
fn quoted_path(path: &str) -> String {
    let parts: Vec<String> = path.split('.').map(quoted).collect();
    parts.join(".")
}

/// The whole of a table, of which nothing is read but what its columns are called.
pub(super) fn whole(table: &str) -> String {
    ["SELECT", "*", "FROM", &quoted_path(table)].join(" ")
}

/// The tables of PostgreSQL, with their schema where a name alone does not find them.
pub(super) fn tables() -> String {
    let which = "schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
    [
        "SELECT",
        "CASE WHEN schemaname = ANY (current_schemas(false)) THEN '' ELSE schemaname || '.' END || tablename",
        "FROM",
        "pg_catalog.pg_tables",
        "WHERE",
        which,
    ]
    .join(" ")
}
