//! What is done to a server's database past the server, by hand, on either engine.

use super::Server;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Keeps a SQLite database from being written to until a line comes in.
const HOLD_SQLITE: &str = "\
import sqlite3, sys
holder = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
holder.execute('BEGIN IMMEDIATE')
print('held', flush=True)
sys.stdin.readline()
holder.execute('ROLLBACK')
print('let go', flush=True)
";

/// The same of rooms in PostgreSQL, without which nothing is sent or opened; they can be read meanwhile.
const HOLD_POSTGRES: &str = "BEGIN; LOCK TABLE rooms IN SHARE ROW EXCLUSIVE MODE; SELECT 'held';\n";
const LET_GO_POSTGRES: &str = "ROLLBACK; SELECT 'let go';\n";

impl Server {
    /// Runs a statement: what it answers, a row a line.
    pub fn by_hand(&self, sql: &str) -> String {
        if let Some(ground) = self.ground() {
            return ground.run(sql);
        }
        let ran = Command::new("sqlite3")
            .args(["-batch", "-bail", "-cmd", ".timeout 60000"])
            .arg(self.data().join("beseda.db"))
            .arg(sql)
            .output()
            .expect("sqlite3 runs");
        assert!(ran.status.success(), "{sql}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8_lossy(&ran.stdout).trim().to_owned()
    }

    /// Gives a table another name: whoever asks for it fails.
    pub fn rename_by_hand(&self, from: &str, to: &str) {
        self.by_hand(&format!("ALTER TABLE {from} RENAME TO {to}"));
    }

    /// Takes the newest migration out of the database's history.
    pub fn forget_a_migration(&self) {
        let history = match self.ground() {
            Some(_) => "beseda_migrations",
            None => "refinery_schema_history",
        };
        let newest = format!("(SELECT max(version) FROM {history})");
        self.by_hand(&format!("DELETE FROM {history} WHERE version = {newest}"));
    }

    /// Keeps the database from being written to.
    pub fn hold_by_hand(&self) -> Hold {
        let mut command = match self.ground() {
            Some(ground) => ground.session(),
            None => {
                let mut command = Command::new("python3");
                command.args(["-c", HOLD_SQLITE]).arg(self.data().join("beseda.db"));
                command
            }
        };
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let out = BufReader::new(process.stdout.take().expect("an output"));
        let is_on_postgresql = self.ground().is_some();
        let mut hold = Hold {
            process,
            out,
            is_on_postgresql,
        };
        if is_on_postgresql {
            hold.tell(HOLD_POSTGRES);
        }
        assert_eq!(hold.hear(), "held");
        hold
    }
}

/// Somebody who keeps a database from being written to.
pub struct Hold {
    process: Child,
    out: BufReader<ChildStdout>,
    is_on_postgresql: bool,
}

impl Hold {
    /// Lets it be written to again.
    pub fn release(mut self) {
        self.tell(if self.is_on_postgresql { LET_GO_POSTGRES } else { "\n" });
        assert_eq!(self.hear(), "let go");
    }

    fn tell(&mut self, line: &str) {
        let input = self.process.stdin.as_mut().expect("an input");
        input.write_all(line.as_bytes()).expect("it is told");
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("it answers");
        line.trim_end().to_owned()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
