//! A PostgreSQL of our own that keeps what it has committed: started in a folder that goes with it, and ended as a
//! machine that fails would end it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use postgres::{Client, NoTls};

/// Where Debian puts the server, which is not on the PATH.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Tests and benchmarks side by side, each with a pool.
const CONNECTIONS: u32 = 300;

/// A running server; stopped and removed when dropped.
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes one and starts it.
    ///
    /// # Errors
    /// When there is no PostgreSQL here, or it does not start.
    pub fn start() -> Result<Self> {
        let programs = programs()?;
        // Not below the repository: whoever owns PostgreSQL here may not be let into its folders.
        let port = free_port()?;
        let folder = std::env::temp_dir().join(format!("beseda-postgres-{port}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        let postgres = Self { folder, programs, port };
        if is_root() {
            succeed(Command::new("chown").arg("postgres").arg(&postgres.folder))?;
        }
        let data = postgres.folder.join("data");
        let mut init = postgres.command("initdb");
        init.arg("-D").arg(data);
        succeed(init.args([
            "-U",
            "beseda",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]))?;
        postgres.go_on()?;
        Ok(postgres)
    }

    /// A new database, as the server is told to find it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn database(&self, name: &str) -> Result<String> {
        self.run(&format!("CREATE DATABASE {name}"))?;
        Ok(self.url(name))
    }

    /// A copy of a database to which nobody is connected, as the server is told to find it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn copy(&self, from: &str, name: &str) -> Result<String> {
        self.run(&format!("CREATE DATABASE {name} TEMPLATE {from}"))?;
        Ok(self.url(name))
    }

    /// Removes a database.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<()> {
        self.run(&format!("DROP DATABASE {name} WITH (FORCE)"))
    }

    fn run(&self, sql: &str) -> Result<()> {
        let url = self.url("postgres");
        aside(|| Client::connect(&url, NoTls)?.batch_execute(sql))??;
        Ok(())
    }

    /// Starts the server over what it has.
    ///
    /// # Errors
    /// When it does not start.
    pub fn go_on(&self) -> Result<()> {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='{}' -c max_connections={CONNECTIONS} \
             -c fsync=on -c synchronous_commit=on -c full_page_writes=on",
            self.port,
            self.folder.display()
        );
        let mut start = self.control();
        start.arg("-l").arg(self.folder.join("server.log"));
        start.args(["-w", "-t", "120", "-o", &options, "start"]);
        succeed(&mut start).with_context(|| {
            let log = std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
            log.lines().rev().take(20).collect::<Vec<_>>().join("\n")
        })
    }

    /// Ends it at once: no connection is finished and nothing is written out, as if the machine were gone.
    ///
    /// # Errors
    /// When it does not run.
    pub fn stop_at_once(&self) -> Result<()> {
        succeed(self.control().args(["-m", "immediate", "-w", "-t", "120", "stop"]))
    }

    /// Writes a database to a file, as evidence.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn dump(&self, name: &str, to: &Path) -> Result<()> {
        // Of the PATH: Debian brings clients there, and may keep them out of the server's folder.
        let mut dump = Command::new("pg_dump");
        succeed(dump.arg("--dbname").arg(self.url(name)).arg("--file").arg(to))
    }

    fn url(&self, name: &str) -> String {
        format!("postgres://beseda@127.0.0.1:{}/{name}", self.port)
    }

    fn control(&self) -> Command {
        let mut control = self.command("pg_ctl");
        control.arg("-D").arg(self.folder.join("data"));
        control
    }

    /// One of its programs. It refuses to run as root; its package brings a person for that.
    fn command(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.stop_at_once();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder of `pg_ctl`: of the PATH, or else of Debian's newest.
fn programs() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<PathBuf> = std::fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    let number = |path: &PathBuf| -> Option<u32> { path.parent()?.file_name()?.to_str()?.parse().ok() };
    debian.sort_by_key(|path| std::cmp::Reverse(number(path)));
    std::env::split_paths(&path)
        .chain(debian)
        .find(|folder| folder.join("pg_ctl").is_file() && folder.join("initdb").is_file())
        .context("no PostgreSQL here: install it (Debian: apt-get install postgresql; script/bootstrap does)")
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A port below those that the system gives to clients: one of those could be taken while the server is down.
fn free_port() -> Result<u16> {
    /// So that two that start at once do not find the same one.
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(std::process::id() % 20_000)?;
    while let port @ ..32_000 = first + TAKEN.fetch_add(1, Ordering::Relaxed) {
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port from {first} to 32000")
}

/// Runs a command to its end. What it says goes to a file: a server that it starts keeps what it was given, and a pipe
/// would never end.
fn succeed(command: &mut Command) -> Result<()> {
    let said = command.get_current_dir().unwrap_or(Path::new("/tmp")).join("said.log");
    let log = std::fs::File::create(&said)?;
    let status = command
        .stdin(std::process::Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .status()
        .with_context(|| format!("{command:?}"))?;
    let said = std::fs::read_to_string(said).unwrap_or_default();
    ensure!(status.success(), "{command:?}: {status}\n{said}");
    Ok(())
}

/// Beside the runtime of the clients: the client of PostgreSQL brings one of its own, and one may not run in the other.
pub fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    std::thread::scope(|scope| scope.spawn(work).join()).map_err(|_| anyhow!("the client of PostgreSQL panicked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_committed_is_there_after_it_was_ended_at_once() {
        let postgres = Postgres::start().unwrap();
        let url = postgres.database("kept").unwrap();
        let mut client = Client::connect(&url, NoTls).unwrap();
        client
            .batch_execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
            .unwrap();
        let fsync: String = client.query_one("SHOW fsync", &[]).unwrap().get(0);
        assert_eq!(fsync, "on");
        postgres.stop_at_once().unwrap();
        assert!(Client::connect(&url, NoTls).is_err());
        postgres.go_on().unwrap();
        let mut client = Client::connect(&url, NoTls).unwrap();
        assert_eq!(
            client.query_one("SELECT id FROM kept", &[]).unwrap().get::<_, i32>(0),
            7
        );
        let folder = postgres.folder.clone();
        drop(postgres);
        assert!(!folder.exists());
    }
}
