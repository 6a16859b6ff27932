//! A look at a database past its server, for who diagnoses one: nothing is made, brought up to date or written.

use crate::OpenError;
use crate::PostgresError;
use crate::engine::named;
use crate::engine::postgres::{Begin, PostgresEngine};
use crate::engine::sqlite::SqliteEngine;
use crate::migrations::{self, POSTGRES, SQLITE, Schema};
use crate::postgres::open::{self as postgres, Address};
use crate::sqlite::Options;
use crate::sqlite::open::{self as sqlite, is_ours, open_reader};
use crate::transaction::Transaction;
use beseda_core::error::{Error, Fault};
use beseda_core::ports::Look;
use beseda_core::words::OrderId;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use thiserror::Error as Caused;

/// How many rows of an answer are looked at; the next ones are left out.
pub const ROWS_MOST: usize = 100;

/// How many flaws of a database are told; a broken one has thousands.
const FLAWS_MOST: usize = 10;

/// What a database is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Which database program it is of, and which version of that.
    pub version: String,
    /// Which migrations it has, and which it lacks.
    pub schema: Schema,
    /// What is broken in it, as the database says it, at most ten.
    pub flaws: Vec<String>,
}

/// What operators ask a database by hand, and what else tells how it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The room of an order.
    ChatOfOrder,
    /// The newest messages.
    NewestMessages,
    /// The messages of an order, with who sent them.
    MessagesOfOrder,
    /// Who answers for an order.
    OperatorOfOrder,
    /// The newest orders, with what the host application calls them.
    NewestOrders,
    /// How many people who are let in answer for orders.
    Operators,
    /// The rooms that changed last.
    NewestRooms,
    /// What a person is let in by.
    DoorsOfPerson,
}

impl Question {
    /// The four that operators know, in the order of their document.
    pub const OF_OPERATORS: [Self; 4] = [
        Self::ChatOfOrder,
        Self::NewestMessages,
        Self::MessagesOfOrder,
        Self::OperatorOfOrder,
    ];

    /// As it is asked, on either engine; `$1` stands where the number belongs.
    #[must_use]
    pub fn sql(self) -> &'static str {
        match self {
            Self::ChatOfOrder => include_str!("../sql/by_hand/chat_of_order.sql"),
            Self::NewestMessages => include_str!("../sql/by_hand/newest_messages.sql"),
            Self::MessagesOfOrder => include_str!("../sql/by_hand/messages_of_order.sql"),
            Self::OperatorOfOrder => include_str!("../sql/by_hand/operator_of_order.sql"),
            Self::NewestOrders => include_str!("../sql/by_hand/newest_orders.sql"),
            Self::Operators => include_str!("../sql/by_hand/operators.sql"),
            Self::NewestRooms => include_str!("../sql/by_hand/newest_rooms.sql"),
            Self::DoorsOfPerson => include_str!("../sql/by_hand/doors_of_person.sql"),
        }
    }
}

const COUNT: &str = include_str!("../sql/by_hand/count.sql");

/// An answer as texts, whatever its columns are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, at most [`ROWS_MOST`]; `None` where there is nothing.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there were more.
    pub is_cut: bool,
}

impl Table {
    /// The first column of each row.
    pub fn first_column(self) -> impl Iterator<Item = String> {
        self.rows.into_iter().filter_map(|row| row.into_iter().next().flatten())
    }
}

/// How many rows a table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Its name.
    pub table: String,
    /// How many, or why that cannot be told.
    pub rows: Result<String, Fault>,
}

/// Why a database cannot be looked at.
#[derive(Debug, Caused)]
pub enum NotSeen {
    /// There is no file.
    #[error("there is no {0}")]
    Missing(PathBuf),
    /// A file that cannot be looked at.
    #[error(transparent)]
    Sqlite(#[from] OpenError),
    /// A server that cannot be asked.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// It is there, and does not answer.
    #[error("the database does not answer: {0}")]
    Asked(Fault),
}

/// A database that is looked at. A PostgreSQL is asked from a thread that may wait.
pub struct Inspection(Kind);

enum Kind {
    Sqlite(Connection),
    Postgres(Box<PostgresEngine>),
}

impl Inspection {
    /// Of a file.
    ///
    /// # Errors
    /// It is not there, is damaged, is another program's, or cannot be read.
    pub fn of_file(path: &Path) -> Result<Self, NotSeen> {
        if !path.exists() {
            return Err(NotSeen::Missing(path.to_owned()));
        }
        let conn = open_reader(&Options::at(path))?;
        match is_ours(&conn) {
            Ok(true) => Ok(Self(Kind::Sqlite(conn))),
            Ok(false) => Err(OpenError::NotOurs(path.to_owned()).into()),
            Err(error) => Err(sqlite::explain(path, error).into()),
        }
    }

    /// Of the PostgreSQL of a URL.
    ///
    /// # Errors
    /// It cannot be reached, or is another program's.
    pub fn of_url(url: &str) -> Result<Self, NotSeen> {
        let address = Address::of(url)?;
        let connected = PostgresEngine::connect(&address.config).and_then(|mut engine| {
            engine.never_write()?;
            let is_ours = postgres::is_ours(&mut engine)?;
            Ok((engine, is_ours))
        });
        let (engine, is_ours) = connected.map_err(|fault| address.away(&fault))?;
        if !is_ours {
            return Err(PostgresError::NotOurs(address.to_string()).into());
        }
        Ok(Self(Kind::Postgres(Box::new(engine))))
    }

    /// Runs a rule that only reads, on one snapshot.
    ///
    /// # Errors
    /// What the rule refuses, or what failed below it.
    pub fn look<T>(&mut self, rule: impl FnOnce(&mut dyn Look) -> Result<T, Error>) -> Result<T, Error> {
        match &mut self.0 {
            Kind::Sqlite(conn) => {
                let mut engine = SqliteEngine::new(conn);
                engine.begin_to_look()?;
                let outcome = rule(&mut Transaction::new(&mut engine));
                engine.roll_back()?;
                outcome
            }
            Kind::Postgres(engine) => {
                engine.begin(Begin::Looking)?;
                let outcome = rule(&mut Transaction::new(engine.as_mut()));
                engine.roll_back()?;
                outcome
            }
        }
    }

    /// The number that an order has in the tables.
    ///
    /// # Errors
    /// A [`Fault`] where the database does not answer, as of every call here.
    pub fn number_of(&mut self, order: &OrderId) -> Result<Option<i64>, Fault> {
        match &mut self.0 {
            Kind::Sqlite(conn) => Transaction::new(&mut SqliteEngine::new(conn)).order_number(order),
            Kind::Postgres(engine) => Transaction::new(engine.as_mut()).order_number(order),
        }
    }

    /// Asks a question, about a number where it is about one.
    ///
    /// # Errors
    /// As every call here.
    pub fn ask(&mut self, question: Question, number: i64) -> Result<Table, Fault> {
        self.rows(&question.sql().replace("$1", &number.to_string()))
    }

    /// The tables by name, and how many rows each has.
    ///
    /// # Errors
    /// As every call here.
    pub fn counts(&mut self) -> Result<Vec<Count>, Fault> {
        let tables = self.own(
            include_str!("../sql/by_hand/tables.sql"),
            include_str!("../sql/by_hand/tables.postgres.sql"),
        )?;
        let counted = tables.first_column().map(|table| {
            let quoted = format!("\"{}\"", table.replace('"', "\"\""));
            let rows = self.rows(&COUNT.replace("$1", &quoted));
            Count {
                rows: rows.map(|rows| rows.first_column().next().unwrap_or_default()),
                table,
            }
        });
        Ok(counted.collect())
    }

    /// What it is like. Of a file every page is read for that; a PostgreSQL tells what it has met.
    ///
    /// # Errors
    /// [`NotSeen::Asked`], where it does not answer.
    pub fn condition(&mut self) -> Result<Condition, NotSeen> {
        let version = self.version().map_err(NotSeen::Asked)?;
        let schema = self.schema().map_err(NotSeen::Asked)?;
        let flaws = self.flaws().map_err(NotSeen::Asked)?;
        Ok(Condition { version, schema, flaws })
    }

    fn version(&mut self) -> Result<String, Fault> {
        let version = self.own(
            include_str!("../sql/by_hand/version.sql"),
            include_str!("../sql/by_hand/version.postgres.sql"),
        )?;
        Ok(version.first_column().next().unwrap_or_default())
    }

    /// Which migrations it has, and which it lacks.
    ///
    /// # Errors
    /// As every call here.
    pub fn schema(&mut self) -> Result<Schema, Fault> {
        match &mut self.0 {
            Kind::Sqlite(conn) => migrations::schema(&mut SqliteEngine::new(conn), SQLITE),
            Kind::Postgres(engine) => migrations::schema(engine.as_mut(), POSTGRES),
        }
    }

    /// What is broken: of a PostgreSQL, what it knows of itself.
    fn flaws(&mut self) -> Result<Vec<String>, Fault> {
        match &mut self.0 {
            Kind::Sqlite(conn) => flaws_of_file(conn),
            Kind::Postgres(engine) => {
                let flaws = engine.rows_as_texts(include_str!("../sql/by_hand/integrity.postgres.sql"), ROWS_MOST)?;
                Ok(flaws.first_column().collect())
            }
        }
    }

    /// The rows of what each engine says in its own words.
    fn own(&mut self, sqlite: &str, postgres: &str) -> Result<Table, Fault> {
        let sql = match &self.0 {
            Kind::Sqlite(_) => sqlite,
            Kind::Postgres(_) => postgres,
        };
        self.rows(sql)
    }

    fn rows(&mut self, sql: &str) -> Result<Table, Fault> {
        match &mut self.0 {
            Kind::Sqlite(conn) => named::of_sqlite(conn, sql, ROWS_MOST),
            Kind::Postgres(engine) => engine.rows_as_texts(sql, ROWS_MOST),
        }
    }
}

/// What is broken in a file: pages, indexes, and rows that speak of none.
pub(crate) fn flaws_of_file(conn: &Connection) -> Result<Vec<String>, Fault> {
    let rows = |sql| named::of_sqlite(conn, sql, ROWS_MOST);
    let damages = rows(include_str!("../sql/by_hand/integrity.sql"))?;
    let mut flaws: Vec<String> = damages.first_column().filter(|word| word != "ok").collect();
    flaws.extend(rows(include_str!("../sql/by_hand/orphans.sql"))?.first_column());
    flaws.truncate(FLAWS_MOST);
    Ok(flaws)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::postgres::tests::connected_to;
    use crate::sqlite::open::in_memory;
    use beseda_testkit::Ground;

    #[test]
    fn every_question_is_answered_alike_by_either_engine() {
        let ground = Ground::new();
        drop(connected_to(&ground));
        let engines = [
            Inspection(Kind::Sqlite(in_memory())),
            Inspection::of_url(ground.url()).unwrap(),
        ];
        let mut columns = Vec::new();
        for mut engine in engines {
            let questions = [
                Question::NewestOrders,
                Question::Operators,
                Question::NewestRooms,
                Question::DoorsOfPerson,
            ];
            let questions = Question::OF_OPERATORS.into_iter().chain(questions);
            let asked = questions.map(|question| engine.ask(question, 2).unwrap().columns);
            columns.push(asked.collect::<Vec<_>>());
            let Condition { version, schema, flaws } = engine.condition().unwrap();
            assert_eq!((schema.applied, schema.missing.len()), (Some(schema.known), 0));
            assert_eq!(flaws, [""; 0]);
            assert!(version.contains("SQL"), "{version}");
            let counts = engine.counts().unwrap();
            let none = Count {
                table: "messages".to_owned(),
                rows: Ok("0".to_owned()),
            };
            assert!(counts.contains(&none), "{counts:?}");
            assert_eq!(engine.look(|look| Ok(look.order(&OrderId::from(2))?)), Ok(None));
        }
        assert_eq!(columns[0], columns[1]);
        assert!(columns[0].iter().all(|columns| !columns.is_empty()), "{columns:?}");
    }

    #[test]
    fn one_row_too_many_is_left_out_and_nothing_can_be_written() {
        let ground = Ground::new();
        drop(connected_to(&ground));
        let mut engines = [
            Inspection(Kind::Sqlite(in_memory())),
            Inspection::of_url(ground.url()).unwrap(),
        ];
        let numbers = |most: usize| {
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most}) SELECT i FROM n")
        };
        for engine in &mut engines {
            for (rows, is_cut) in [(ROWS_MOST, false), (ROWS_MOST + 1, true)] {
                let table = engine.rows(&numbers(rows)).unwrap();
                assert_eq!((table.rows.len(), table.is_cut), (ROWS_MOST, is_cut));
            }
        }
        let refused = engines[1].rows("DELETE FROM jobs").unwrap_err().to_string();
        assert!(refused.contains("read-only"), "{refused}");
    }
}
