//! The server under test: started over one data directory and one port again and again, killed, and at last stopped.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::dice::Dice;
use super::stored::Stored;

/// So long may a start take before the run is given up …
const START_PATIENCE: Duration = Duration::from_secs(120);
/// … and a stop: the server's own limit is ten seconds, and a busy machine takes longer.
const STOP_PATIENCE: Duration = Duration::from_secs(60);

/// Rates are off, and all windows of a person fit: the load is the test, not its limits.
const SETTINGS: [(&str, &str); 5] = [
    ("BESEDA_LIMITS_SENDS_PER_SECOND", "0"),
    ("BESEDA_LIMITS_UPLOADS_PER_MINUTE", "0"),
    ("BESEDA_LIMITS_CONNECTS_PER_SECOND", "0"),
    ("BESEDA_LIMITS_MISSES_PER_MINUTE", "0"),
    ("BESEDA_LIMITS_LISTENERS", "10000"),
];

/// A server, its data directory and its log. Dropped, it is killed.
pub struct Server {
    binary: PathBuf,
    folder: PathBuf,
    pub address: SocketAddr,
    /// Where its PostgreSQL is; nothing for SQLite.
    database: Option<String>,
    child: Option<Child>,
}

impl Server {
    /// Nothing runs yet. Everything is kept in `folder`, which is emptied.
    pub fn new(binary: &Path, folder: &Path, database: Option<String>, dice: &mut Dice) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let (binary, folder) = (binary.canonicalize()?, folder.canonicalize()?);
        Ok(Self {
            binary,
            folder,
            address: free_address(dice)?,
            database,
            child: None,
        })
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What is stored.
    pub fn stored(&self) -> Result<Stored> {
        Stored::open(&self.data(), self.database.as_deref())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// Any command of the binary on the data directory; the caller's own settings do not reach it.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .arg("--data")
            .arg(self.data())
            .current_dir(&self.folder);
        if let Some(database) = &self.database {
            command.args(["--database", database]);
        }
        command
            .env_clear()
            .envs(SETTINGS)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Puts people and orders in.
    pub async fn seed(&self, seed: &str) -> Result<()> {
        let file = self.folder.join("seed.json");
        fs::write(&file, seed)?;
        self.said_by(&["seed", "--new", file.to_str().context("the folder's name is no UTF-8")?])
            .await
            .map(drop)
    }

    /// An access token for each of these people.
    pub async fn tokens(&self, people: &[i64]) -> Result<Vec<String>> {
        let ids: Vec<String> = people.iter().map(i64::to_string).collect();
        let mut arguments = vec!["token", "--ttl", "7d", "--person"];
        arguments.extend(ids.iter().map(String::as_str));
        let tokens: Vec<String> = self.said_by(&arguments).await?.lines().map(str::to_owned).collect();
        anyhow::ensure!(
            tokens.len() == people.len(),
            "{} tokens for {} people",
            tokens.len(),
            people.len()
        );
        Ok(tokens)
    }

    /// What a command says that ends well.
    pub async fn said_by(&self, arguments: &[&str]) -> Result<String> {
        let output = self.run(arguments).await?;
        if !output.status.success() {
            bail!(
                "beseda {arguments:?}: {}\n{}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Runs a command on the data directory, however it ends.
    pub async fn run(&self, arguments: &[&str]) -> Result<Output> {
        let ended = self.command(arguments).output().await;
        ended.context("the binary does not start")
    }

    /// Starts the server over what the last one left; how long it took until it was ready.
    pub async fn start(&mut self) -> Result<Duration> {
        let log = OpenOptions::new().create(true).append(true).open(self.log())?;
        let mut command = self.command(&["serve", "--listen", &self.address.to_string()]);
        command.stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn()?);
        self.ready().await
    }

    /// How long it took until the server was ready.
    pub async fn ready(&mut self) -> Result<Duration> {
        let started = Instant::now();
        let ready = format!("http://{}/readyz", self.address);
        while started.elapsed() < START_PATIENCE {
            if let Some(status) = self.ended()? {
                bail!("the server ended: {status}\n{}", self.last_words());
            }
            if reqwest::get(&ready).await.is_ok_and(|answer| answer.status() == 200) {
                return Ok(started.elapsed());
            }
            sleep(Duration::from_millis(5)).await;
        }
        bail!(
            "the server is not ready after {START_PATIENCE:?}\n{}",
            self.last_words()
        )
    }

    /// The status of a server that has ended by itself.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.as_mut().map(Child::try_wait).transpose()?.flatten())
    }

    /// `kill -9`; comes back at once.
    pub fn kill(&mut self) -> Result<()> {
        self.child
            .as_mut()
            .context("nothing runs")?
            .start_kill()
            .context("kill -9")
    }

    /// Waits until a killed server is gone.
    pub async fn gone(&mut self) -> Result<()> {
        self.child.take().context("nothing runs")?.wait().await?;
        Ok(())
    }

    /// SIGTERM; comes back at once.
    pub fn ask_to_stop(&self) -> Result<()> {
        let id = self.child.as_ref().and_then(Child::id).context("nothing runs")?;
        let pid = Pid::from_raw(i32::try_from(id)?).context("a process without a number")?;
        kill_process(pid, Signal::TERM).context("SIGTERM")
    }

    /// How a server that was asked to stop has ended; nothing when it did not.
    pub async fn stopped(&mut self) -> Result<Option<ExitStatus>> {
        let mut child = self.child.take().context("nothing runs")?;
        match timeout(STOP_PATIENCE, child.wait()).await {
            Ok(status) => Ok(Some(status?)),
            Err(_) => {
                child.kill().await?;
                Ok(None)
            }
        }
    }

    /// Lines of the log that no crash explains.
    pub fn alarms(&self) -> Result<Vec<String>> {
        let mut log = String::new();
        File::open(self.log())?.read_to_string(&mut log)?;
        let alarm = |line: &&str| line.contains("panicked at") || line.contains("ERROR");
        Ok(log.lines().filter(alarm).map(str::to_owned).collect())
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

/// A free port below those that the system gives to clients: one of those could be taken while the server is down.
fn free_address(dice: &mut Dice) -> Result<SocketAddr> {
    for _ in 0..100 {
        let port = u16::try_from(dice.between(10_000, 32_000))?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    bail!("no free port among a hundred from 10000 to 32000")
}
