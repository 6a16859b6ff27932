//! A server under measurement: started on a core of its own, asked for its CPU time and memory, ended.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{CpuSet, sched_setaffinity};

use super::http::Web;
use super::proc::{Clocked, cpu_of, resident_kb};

const SERVER_CORE: usize = 0;
const CLIENT_CORE: usize = 1;

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    Raw,
    Durable,
    Beseda,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Raw, Self::Durable, Self::Beseda];

    /// As the table and the JSON call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "F0",
            Self::Durable => "F1",
            Self::Beseda => "beseda",
        }
    }
}

/// Where the binaries are.
pub struct Binaries {
    pub beseda: PathBuf,
    pub xtask: PathBuf,
}

impl Binaries {
    /// A command of Beseda's on `data`, and on the PostgreSQL of `database` where there is one.
    pub fn beseda(&self, verb: &str, data: &Path, database: Option<&str>) -> Command {
        let mut command = Command::new(&self.beseda);
        command.arg(verb).arg("--data").arg(data);
        if let Some(database) = database {
            command.args(["--database", database]);
        }
        command
    }
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts it and waits until it is ready.
    pub fn start(kind: Kind, binaries: &Binaries, data: &Path, database: Option<&str>) -> Result<Self> {
        std::fs::create_dir_all(data)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = match kind {
            Kind::Raw | Kind::Durable => {
                let mut command = Command::new(&binaries.xtask);
                let floor = match (kind, database) {
                    (Kind::Raw, _) => "raw",
                    (_, Some(_)) => "postgres",
                    (_, None) => "durable",
                };
                command.args(["floor", floor, "--listen", &address.to_string()]);
                command.arg("--data").arg(data);
                if let Some(database) = database {
                    command.args(["--database", database]);
                }
                command
            }
            Kind::Beseda => {
                let mut command = binaries.beseda("serve", data, database);
                command.args(["--listen", &address.to_string()]);
                // A rate of 0 is no limit. All members of a room are windows of its two or three people.
                command.env("BESEDA_LIMITS_SENDS_PER_SECOND", "0");
                command.env("BESEDA_LIMITS_CONNECTS_PER_SECOND", "0");
                command.env("BESEDA_LIMITS_ROOMS_PER_HOUR", "0");
                command.env("BESEDA_LIMITS_LISTENERS", "100000");
                command
            }
        };
        let log = File::create(data.join("bench.log"))?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .process_group(0);
        pin(SERVER_CORE)?;
        let child = command.spawn().with_context(|| format!("{command:?}"));
        pin(CLIENT_CORE)?;
        let mut server = Self { child: child?, address };
        server
            .wait_until_ready()
            .with_context(|| format!("the log is {}/bench.log", data.display()))?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended at once: {status}");
            }
            if Web::connect(self.address)
                .and_then(|mut web| web.get("/readyz", None))
                .is_ok()
            {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("the server was not ready after 30 seconds")
    }

    /// Resident memory in kilobytes (1,000 bytes).
    pub fn resident_kb(&self) -> Result<f64> {
        resident_kb(self.child.id())
    }

    /// Ends it in good order and waits for that.
    pub fn stop(mut self) -> Result<()> {
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(Pid::from_raw)
            .context("pid")?;
        kill_process(pid, Signal::TERM)?;
        let status = self.child.wait()?;
        anyhow::ensure!(status.success(), "the server did not stop in good order: {status}");
        Ok(())
    }
}

impl Clocked for Server {
    fn cpu(&self) -> Result<u64> {
        cpu_of(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets this thread, and what it starts, run on every core.
pub fn unpin() -> Result<()> {
    let mut cores = CpuSet::new();
    [SERVER_CORE, CLIENT_CORE].into_iter().for_each(|core| cores.set(core));
    sched_setaffinity(None, &cores).context("letting go of a core")
}

/// Pins this thread, and what it starts, to one core; on a machine with a single one there is nothing to do.
pub fn pin(core: usize) -> Result<()> {
    if std::thread::available_parallelism()?.get() == 1 && core > 0 && !core_exists(core) {
        return Ok(());
    }
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).context("pinning to a core")
}

fn core_exists(core: usize) -> bool {
    Path::new(&format!("/sys/devices/system/cpu/cpu{core}")).exists()
}
