//! Statements on PostgreSQL, over one connection that a thread of the store drives.

mod bulk;

use super::{Columns, Engine, Go, Row, Value, values};
use crate::at_hand::AtHand;
use crate::inspect::Table;
use crate::statements::{self as sql, COUNT, Statement};
use beseda_core::error::{Fault, Hindrance};
use bytes::BytesMut;
use futures_util::TryStreamExt as _;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::error::Error as _;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{AsyncMessage, Client, Config, Error, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long one answer may take. Locks and statements are given up by the server before that.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take where whole tables are written or read, and nobody is waiting.
const LONG_PATIENCE: Duration = Duration::from_secs(3_600);

/// What every connection asks of the server. A table, or an index, that is read whole would be locked whole, so that is
/// avoided even where it is small: every join goes row by row. And a statement is planned once for whatever values it is
/// given.
const SET_UP: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
    SET plan_cache_mode = force_generic_plan; SET jit = off; \
    SET lock_timeout = '4s'; SET statement_timeout = '8s'; SET idle_in_transaction_session_timeout = '60s'; \
    SET client_min_messages = warning; SET synchronous_commit = on; SET TIME ZONE 'UTC'";

/// What is added to a statement that reads rooms in a transaction that writes.
const HOLD: &str = "\nFOR NO KEY UPDATE OF r";

/// Why a transaction cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Another transaction was in its way: run again, it may well succeed.
    Conflict,
    /// Somebody else, whom nobody here can wait out, holds what it needs.
    Held,
    /// The connection is gone.
    Lost,
    /// A statement failed, and will again.
    Failed,
}

/// How a transaction is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// To write.
    Writing(Writing),
    /// To look at one snapshot.
    Looking,
    /// To bring the schema up to date, one after the other.
    Migrating,
}

/// How a transaction writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Writing {
    /// Every change in it stands on one room, which it holds from its first look on: what happens elsewhere meanwhile does
    /// not matter, and whoever changed that room since is met in its row. Otherwise it writes as if nobody else did.
    pub(crate) in_places: bool,
    /// It writes what several ask for. Whoever holds the rooms of one does not wait long for those of another: two that
    /// wait for each other would wait for the server to find that out, which takes it a second.
    pub(crate) many: bool,
}

impl Writing {
    fn sql(self) -> String {
        let level = if self.in_places {
            "REPEATABLE READ"
        } else {
            "SERIALIZABLE"
        };
        let patience = if self.many {
            "; SET LOCAL lock_timeout = '20ms'"
        } else {
            ""
        };
        format!("BEGIN ISOLATION LEVEL {level}{patience}")
    }
}

/// One connection with its prepared statements.
pub(crate) struct PostgresEngine {
    runtime: Runtime,
    client: Client,
    /// How long the transaction waits for an answer.
    patience: Duration,
    /// By twice the statement's number, and one more where it holds rooms.
    prepared: Vec<Option<tokio_postgres::Statement>>,
    trouble: Option<Trouble>,
    writes: bool,
    backend: Backend,
    /// Somebody has called this connection.
    called: Arc<Notify>,
    at_hand: AtHand,
}

/// The server's process for a connection.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Backend {
    pid: i64,
    /// In microseconds: another one may have the same number later.
    started: i64,
}

impl PostgresEngine {
    /// Connects.
    pub(crate) fn connect(config: &Config) -> Result<Self, Fault> {
        let unstarted = |error: &dyn std::fmt::Display| Fault::Internal(format!("no thread for PostgreSQL: {error}"));
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| unstarted(&error))?;
        let tls = tls().map_err(|error| unstarted(&error))?;
        let connected = runtime.block_on(async { timeout(PATIENCE, config.connect(tls)).await });
        let (client, mut connection) = connected.map_err(|_| no_answer())?.map_err(|error| away(&error))?;
        let called = Arc::new(Notify::new());
        let calls = Arc::clone(&called);
        runtime.spawn(async move {
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
                if matches!(message, AsyncMessage::Notification(_)) {
                    calls.notify_one();
                }
            }
        });
        let prepared = std::iter::repeat_with(|| None).take(COUNT * 2).collect();
        let mut engine = Self {
            runtime,
            client,
            patience: PATIENCE,
            prepared,
            trouble: None,
            writes: false,
            backend: Backend::default(),
            called,
            at_hand: AtHand::default(),
        };
        engine.script(SET_UP)?;
        let mut own = Backend::default();
        engine.query(sql::BACKENDS_OWN, values![], &mut |row| {
            own = Backend {
                pid: row.get(0)?,
                started: row.get(1)?,
            };
            Ok(Go::NoFurther)
        })?;
        engine.backend = own;
        Ok(engine)
    }

    /// Its process on the server.
    pub(crate) fn backend(&self) -> Backend {
        self.backend
    }

    /// Ends the process of a lost connection, if it is still there, so that nothing more comes of it.
    pub(crate) fn end(&mut self, old: &Backend) -> Result<(), Fault> {
        self.query(sql::BACKENDS_END, values![old.pid, old.started], &mut |_| Ok(Go::On))
    }

    /// Waits until somebody calls, or for a while.
    pub(crate) fn wait_for_call(&self, most: Duration) {
        let called = self
            .runtime
            .block_on(async { timeout(most, self.called.notified()).await });
        drop(called);
    }

    /// Begins a transaction.
    pub(crate) fn begin(&mut self, begin: Begin) -> Result<(), Fault> {
        self.trouble = None;
        self.writes = matches!(begin, Begin::Writing(_));
        self.patience = match begin {
            Begin::Migrating => LONG_PATIENCE,
            Begin::Writing(_) | Begin::Looking => PATIENCE,
        };
        match begin {
            Begin::Writing(writing) => self.script(&writing.sql()),
            Begin::Looking => self.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
            // A big table takes a while to be changed, and to be copied elsewhere before that.
            Begin::Migrating => self.script(
                "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; \
                 SELECT pg_advisory_xact_lock(hashtext('beseda-schema' || current_schema()))",
            ),
        }
    }

    /// Keeps what was written. Where the connection is lost meanwhile, nobody knows whether it was.
    pub(crate) fn commit(&mut self) -> Result<(), Fault> {
        self.script("COMMIT")
    }

    /// Takes back what was written, or lets a snapshot go.
    pub(crate) fn roll_back(&mut self) -> Result<(), Fault> {
        self.script("ROLLBACK")
    }

    /// Why the transaction cannot go on, once it cannot.
    pub(crate) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Whether the connection is there; asks the server.
    pub(crate) fn is_there(&mut self) -> bool {
        self.trouble = None;
        self.script("").is_ok()
    }

    /// Waits without holding anything up but this thread.
    pub(crate) fn pause(&self, time: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }

    /// Runs statements that take no values, and looks at no answer.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Fault> {
        let done = self.wait(self.client.batch_execute(sql));
        self.heard(done)
    }

    /// Refuses from now on to write anything.
    pub(crate) fn never_write(&mut self) -> Result<(), Fault> {
        self.script("SET default_transaction_read_only = on")
    }

    /// The first `most` rows of a statement, with the names of their columns. No more of them are held than that.
    pub(crate) fn rows_as_texts(&mut self, sql: &str, most: usize) -> Result<Table, Fault> {
        let answer = self.wait(async {
            let mut table = Table::default();
            let mut messages = pin!(self.client.simple_query_raw(sql).await?);
            while let Some(message) = messages.try_next().await? {
                match message {
                    SimpleQueryMessage::RowDescription(columns) => {
                        table.columns = columns.iter().map(|column| column.name().to_owned()).collect();
                    }
                    SimpleQueryMessage::Row(_) if table.rows.len() == most => {
                        table.is_cut = true;
                        break;
                    }
                    SimpleQueryMessage::Row(row) => {
                        let cells = (0..row.len()).map(|at| row.get(at).map(str::to_owned));
                        table.rows.push(cells.collect());
                    }
                    _ => {}
                }
            }
            Ok(table)
        });
        self.heard(answer)
    }

    fn wait<T>(&self, answer: impl Future<Output = T>) -> Result<T, Elapsed> {
        self.runtime.block_on(async { timeout(self.patience, answer).await })
    }

    /// An answer of the server, or what it means that there is none.
    fn heard<T>(&mut self, answer: Result<Result<T, Error>, Elapsed>) -> Result<T, Fault> {
        let Ok(answer) = answer else {
            self.trouble = Some(Trouble::Lost);
            return Err(no_answer());
        };
        answer.map_err(|error| {
            let trouble = trouble_of(&error);
            let fault = match &trouble {
                Trouble::Lost => away(&error),
                Trouble::Conflict | Trouble::Held | Trouble::Failed => fault(&error),
            };
            self.trouble = Some(trouble);
            fault
        })
    }

    /// How many values a statement takes.
    #[cfg(test)]
    pub(crate) fn parameters(&mut self, statement: &'static Statement) -> Result<usize, Fault> {
        Ok(self.prepared(statement)?.params().len())
    }

    fn prepared(&mut self, statement: &'static Statement) -> Result<tokio_postgres::Statement, Fault> {
        let holds = statement.holds && self.writes;
        let place = statement.number * 2 + usize::from(holds);
        if let Some(Some(prepared)) = self.prepared.get(place) {
            return Ok(prepared.clone());
        }
        let sql = if holds {
            format!("{}{HOLD}", statement.postgres)
        } else {
            statement.postgres.to_owned()
        };
        let made = self.wait(self.client.prepare(&sql));
        let prepared = self.heard(made)?;
        if let Some(place) = self.prepared.get_mut(place) {
            *place = Some(prepared.clone());
        }
        Ok(prepared)
    }

    /// The statement and its values as the protocol takes them.
    fn bound<'v>(
        &mut self,
        statement: &'static Statement,
        values: &'v [Value<'v>],
    ) -> Result<(tokio_postgres::Statement, Vec<&'v (dyn ToSql + Sync)>), Fault> {
        let prepared = self.prepared(statement)?;
        if prepared.params().len() != values.len() {
            return Err(Fault::Internal(format!("{} was given other values", statement.name)));
        }
        Ok((
            prepared,
            values.iter().map(|value| value as &(dyn ToSql + Sync)).collect(),
        ))
    }
}

impl Engine for PostgresEngine {
    fn query(
        &mut self,
        statement: &'static Statement,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<Go, Fault>,
    ) -> Result<(), Fault> {
        let (prepared, values) = self.bound(statement, values)?;
        let rows = self.wait(self.client.query(&prepared, &values));
        for row in self.heard(rows)? {
            if each(&Row(&row))? == Go::NoFurther {
                break;
            }
        }
        Ok(())
    }

    fn execute(&mut self, statement: &'static Statement, values: &[Value<'_>]) -> Result<u64, Fault> {
        let (prepared, values) = self.bound(statement, values)?;
        let done = self.wait(self.client.execute(&prepared, &values));
        self.heard(done)
    }

    fn script(&mut self, sql: &str) -> Result<(), Fault> {
        PostgresEngine::script(self, sql)
    }

    fn can_go_on(&self) -> bool {
        self.trouble.is_none()
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn at_hand(&mut self) -> &mut AtHand {
        &mut self.at_hand
    }
}

/// Encryption with the system's roots, which are read once.
pub(crate) fn tls() -> Result<MakeRustlsConnect, rustls::Error> {
    static MADE: OnceLock<MakeRustlsConnect> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(made.clone());
    }
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())?
        .with_no_client_auth();
    Ok(MADE.get_or_init(|| MakeRustlsConnect::new(config)).clone())
}

/// What a failure means for the transaction.
fn trouble_of(error: &Error) -> Trouble {
    let Some(state) = error.code() else {
        return Trouble::Lost;
    };
    // A name that is taken now may have been taken meanwhile: a rule that looks again refuses instead.
    let conflicts = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::UNIQUE_VIOLATION,
    ];
    if *state == SqlState::LOCK_NOT_AVAILABLE {
        return Trouble::Held;
    }
    if conflicts.contains(state) {
        return Trouble::Conflict;
    }
    // The server stops, starts, or stands by for another one.
    let gone = ["08", "57P", "25006"]
        .iter()
        .any(|class| state.code().starts_with(class));
    if gone { Trouble::Lost } else { Trouble::Failed }
}

/// What the server says of a failure, without its details: those may hold what was written.
fn fault(error: &Error) -> Fault {
    let Some(said) = error.as_db_error() else {
        return Fault::Store(error.to_string());
    };
    match *said.code() {
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED | SqlState::LOCK_NOT_AVAILABLE => {
            Fault::Busy
        }
        _ => {
            let words = format!("{} ({})", said.message(), said.code().code());
            match hindrance(said.code()) {
                Some(why) => Fault::Hindered(why, format!("PostgreSQL says: {words}")),
                None => Fault::Store(words),
            }
        }
    }
}

fn hindrance(state: &SqlState) -> Option<Hindrance> {
    Some(match *state {
        SqlState::DISK_FULL => Hindrance::DiskFull,
        SqlState::IO_ERROR => Hindrance::Disk,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => Hindrance::Damaged,
        _ => return None,
    })
}

/// Why the database cannot be reached, or is a server's that follows another one. What a driver says of an address holds no
/// password.
fn away(error: &Error) -> Fault {
    let said = match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => error
            .source()
            .map_or_else(|| error.to_string(), |source| format!("{error}: {source}")),
    };
    if follows_another(error) {
        Fault::Hindered(Hindrance::ReadOnly, format!("PostgreSQL says: {said}"))
    } else {
        Fault::Away(said)
    }
}

/// Whether the server takes no writes. The driver, which was told to look for one that does, says so in an error that no
/// system call gave.
fn follows_another(error: &Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
        || source
            .is_some_and(|source| source.kind() == io::ErrorKind::PermissionDenied && source.raw_os_error().is_none())
}

fn no_answer() -> Fault {
    Fault::Away(format!("no answer within {} s", PATIENCE.as_secs()))
}

impl Columns for tokio_postgres::Row {
    fn column(&self, at: usize) -> Result<Value<'_>, Fault> {
        self.try_get(at).map_err(|_| super::strange(at))
    }
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Bytes(raw),
            Type::VOID => Value::Null,
            _ => Value::Text(str::from_utf8(raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BOOL, Type::BYTEA, Type::TEXT, Type::VOID].contains(ty)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match *self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *ty == Type::INT4 => i32::try_from(number)?.to_sql(ty, out),
            Value::Int(number) => number.to_sql(ty, out),
            Value::Text(text) => text.to_sql(ty, out),
            Value::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BYTEA, Type::TEXT].contains(ty)
    }

    to_sql_checked!();
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::postgres::open::Address;
    use beseda_testkit::Ground;

    /// A connection to a database with our tables.
    pub(crate) fn connected_to(ground: &Ground) -> PostgresEngine {
        let address = Address::of(ground.url()).unwrap();
        address.bring_up(None).unwrap();
        PostgresEngine::connect(&address.config).unwrap()
    }

    #[test]
    fn who_writes_what_several_ask_for_waits_for_less_long_than_the_server_takes_to_find_two_that_wait_for_each_other()
    {
        let ground = Ground::new();
        let mut engine = connected_to(&ground);
        let mut patience = |begin| -> bool {
            engine.begin(begin).unwrap();
            let asked =
                "SELECT current_setting('lock_timeout')::interval < current_setting('deadlock_timeout')::interval";
            let row = engine.runtime.block_on(engine.client.query_one(asked, &[])).unwrap();
            engine.roll_back().unwrap();
            row.get(0)
        };
        for in_places in [true, false] {
            assert!(patience(Begin::Writing(Writing { in_places, many: true })));
            let alone = Writing { in_places, many: false };
            assert!(!patience(Begin::Writing(alone)), "and that is for one transaction only");
        }
    }

    #[test]
    fn who_migrates_has_as_long_as_big_tables_take() {
        let ground = Ground::new();
        let mut engine = connected_to(&ground);
        let mut patience = |begin| {
            engine.begin(begin).unwrap();
            let limits = ["statement_timeout", "idle_in_transaction_session_timeout"].map(|limit| -> String {
                let asked = format!("SHOW {limit}");
                let row = engine.runtime.block_on(engine.client.query_one(&asked, &[])).unwrap();
                row.get(0)
            });
            engine.roll_back().unwrap();
            (limits.map(|limit| limit == "0"), engine.patience)
        };
        assert_eq!(patience(Begin::Migrating), ([true, true], LONG_PATIENCE));
        assert_eq!(patience(Begin::Looking), ([false, false], PATIENCE));
    }
}
