//! A running server: started, stopped, killed and started again over one data directory.
#![expect(
    clippy::disallowed_methods,
    reason = "a test makes the server's directory and reads what it left there"
)]

use super::{PATIENCE, Town, ids};
use beseda_store::{Opened, Options, Postgres, PostgresOptions, Sqlite};
use beseda_testkit::Ground;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Once};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Rates are off, so that a story is refused for its own reason only; a story that is about a rate sets it.
const SETTINGS: &str = "\
limits.sends_per_second = 0
limits.typing_per_second = 0
limits.connects_per_second = 0
limits.logins_per_minute = 0
limits.logins_per_minute_address = 0
limits.misses_per_minute = 0
metrics_listen = \"off\"
";

/// A server, its directory and its logs. Dropped, it is killed; the directory stays when the story failed.
pub struct Server {
    dir: PathBuf,
    running: Option<Running>,
    starts: u32,
    /// Where its messages are, if that is in PostgreSQL.
    ground: Option<Ground>,
    /// What it is started through from now on: a program and its arguments, which becomes the server in the end.
    pub through: Vec<String>,
    /// What stands in the environment of it, and of commands, besides.
    pub environment: Vec<(&'static str, PathBuf)>,
    /// Where it listens; another port after each start.
    pub address: SocketAddr,
}

struct Running {
    process: Child,
    /// Kills the server when this program ends without having done so: a killed test leaves nothing behind.
    lifeline: Child,
}

impl Server {
    /// A server of its own for a story. `settings` are lines of `beseda.toml`; they go before the rates above.
    pub async fn start(story: &str, settings: &str, town: &Town) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("it-{}", std::process::id()))
            .join(story);
        let _ = fs::remove_dir_all(&dir);
        // The server's HTTPS is compiled into what the stories ask with, too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        fs::create_dir_all(dir.join("data")).expect("a directory for the server");
        let ground = is_on_postgresql().then(Ground::new);
        let database = ground.as_ref().map(|ground| format!("database = '{}'\n", ground.url()));
        let text = database.unwrap_or_default() + &merged(settings);
        fs::write(dir.join("data/beseda.toml"), text).expect("the settings are written");
        let mut server = Self::in_folder(dir, ground);
        server.seed(town).await;
        server.serve().await;
        server
    }

    /// A server over a data directory that is there already: `data` in the folder of a story.
    pub async fn over(story: &str) -> Self {
        let mut server = Self::in_folder(folder_of(story), None);
        server.serve().await;
        server
    }

    fn in_folder(dir: PathBuf, ground: Option<Ground>) -> Self {
        Self {
            dir,
            running: None,
            starts: 0,
            ground,
            through: Vec::new(),
            environment: Vec::new(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// Its piece of a PostgreSQL, where this run is told on one.
    pub fn ground(&self) -> Option<&Ground> {
        self.ground.as_ref()
    }

    /// Its messages, for a look past it.
    pub fn open_store(&self) -> Arc<dyn Opened> {
        match &self.ground {
            Some(ground) => Arc::new(Postgres::open(&PostgresOptions::at(ground.url())).expect("the store opens")),
            None => {
                let options = Options::at(self.data().join("beseda.db"));
                Arc::new(Sqlite::open(&options).expect("the store opens"))
            }
        }
    }

    /// Runs `beseda` with these arguments over the server's data directory; it has to end well.
    pub async fn command(&self, arguments: &[&str]) -> Output {
        let output = self.attempt(arguments).await;
        assert!(
            output.status.success(),
            "beseda {arguments:?}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    /// The same, however it ends.
    pub async fn attempt(&self, arguments: &[&str]) -> Output {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_beseda"));
        command
            .args(arguments)
            .arg("--data")
            .arg(self.data())
            .current_dir(&self.dir)
            .envs(self.environment.iter().cloned())
            .kill_on_drop(true);
        timeout(PATIENCE, command.output())
            .await
            .expect("the command ends")
            .expect("the command starts")
    }

    /// Puts people and orders in, while the server runs or not.
    pub async fn seed(&self, town: &Town) {
        let file = self.dir.join("seed.json");
        fs::write(&file, town.json()).expect("the seed is written");
        self.command(&["seed", "--new", file.to_str().expect("a path in UTF-8")])
            .await;
    }

    /// An access token for each of these people.
    pub async fn tokens(&self, people: &[i64]) -> Vec<String> {
        let ids: Vec<String> = people.iter().map(|id| ids::word(*id)).collect();
        let mut arguments = vec!["token", "--ttl", "12h", "--person"];
        arguments.extend(ids.iter().map(String::as_str));
        let output = self.command(&arguments).await;
        let lines = String::from_utf8(output.stdout).expect("tokens are text");
        let tokens: Vec<String> = lines.lines().map(str::to_owned).collect();
        assert_eq!(tokens.len(), people.len(), "a token a line: {lines}");
        tokens
    }

    /// Starts the server over what the last one left, and waits until it is ready.
    pub async fn serve(&mut self) {
        let stderr = self.output("stderr", self.starts + 1);
        self.serve_telling(stderr).await;
    }

    /// `beseda serve` over its data directory, as it is started.
    pub fn start_command(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_beseda");
        let mut command = match self.through.split_first() {
            None => Command::new(program),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(self.data())
            .current_dir(&self.dir)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    fn output(&self, name: &str, start: u32) -> Stdio {
        let file = fs::File::create(self.dir.join(format!("{name}.{start}")));
        Stdio::from(file.expect("a file for the log"))
    }

    /// The same with another standard error.
    pub async fn serve_telling(&mut self, stderr: Stdio) {
        self.serve_as(self.start_command(), stderr).await;
    }

    /// The same by a shell, in which `$@` is the server: it is to end with `exec "$@"` and arguments, and has this as
    /// standard input. It listens on a port of 127.0.0.1.
    pub async fn serve_by(&mut self, script: &str, stdin: Stdio) {
        let mut command = Command::new("sh");
        command
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_beseda"), "serve", "--data"])
            .arg(self.data())
            .current_dir(&self.dir)
            .stdin(stdin);
        let stderr = self.output("stderr", self.starts + 1);
        self.serve_as(command, stderr).await;
    }

    async fn serve_as(&mut self, mut command: Command, stderr: Stdio) {
        assert!(self.running.is_none(), "it runs already");
        self.starts += 1;
        let process = command
            .stdout(self.output("stdout", self.starts))
            .stderr(stderr)
            .spawn()
            .expect("the server starts");
        let lifeline = Command::new("sh")
            .args(["-c", r#"read -r _; kill -9 "$0""#, &process.id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh starts");
        self.running = Some(Running { process, lifeline });
        let said = self
            .until("the server says where it listens", |server| server.address_said())
            .await;
        self.address = said;
        let ready = format!("http://{said}/readyz");
        loop {
            let answer = timeout(PATIENCE, reqwest::get(&ready)).await.expect("/readyz answers");
            if answer.is_ok_and(|answer| answer.status() == 200) {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn address_said(&mut self) -> Option<SocketAddr> {
        if let Some(status) = self.exit_status() {
            panic!("the server ended with {status}:\n{}", self.logs());
        }
        let stdout = fs::read_to_string(self.dir.join(format!("stdout.{}", self.starts))).unwrap_or_default();
        let (_, rest) = stdout.split_once("http://127.0.0.1:")?;
        // Only a number with something behind it is whole.
        let (port, _) = rest.split_once(|c: char| !c.is_ascii_digit())?;
        port.parse()
            .ok()
            .map(|port: u16| SocketAddr::from(([127, 0, 0, 1], port)))
    }

    async fn until<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let found = timeout(PATIENCE, async {
            loop {
                if let Some(found) = look(self) {
                    break found;
                }
                sleep(Duration::from_millis(10)).await;
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => panic!("{what}: not in {PATIENCE:?}\n{}", self.logs()),
        }
    }

    fn exit_status(&mut self) -> Option<ExitStatus> {
        self.running
            .as_mut()?
            .process
            .try_wait()
            .expect("the server can be waited for")
    }

    /// The number of the running process.
    pub fn process_id(&self) -> u32 {
        self.running.as_ref().expect("it runs").process.id()
    }

    /// Asks the server to stop (SIGTERM) and comes back at once.
    pub fn ask_to_stop(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends the server a signal.
    pub fn signal(&self, signal: Signal) {
        let running = self.running.as_ref().expect("it runs");
        let pid = Pid::from_child(&running.process);
        kill_process(pid, signal).expect("the signal is sent");
    }

    /// Waits until the process that runs has logged this so many times.
    pub async fn logged(&self, what: &str, times: usize) {
        let counted = async {
            while self.logged_by_stderr().matches(what).count() < times {
                sleep(Duration::from_millis(10)).await;
            }
        };
        if timeout(PATIENCE, counted).await.is_err() {
            panic!("{what:?} is not logged {times} times:\n{}", self.logs());
        }
    }

    /// What the process that runs, or ran last, has said on standard error.
    pub fn logged_by_stderr(&self) -> String {
        let path = self.dir.join(format!("stderr.{}", self.starts));
        String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
    }

    /// Waits for the end of a server that was asked to stop.
    pub async fn stopped(&mut self) -> ExitStatus {
        let status = self.until("the server ends", Self::exit_status).await;
        self.cut_lifeline();
        status
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.cut_lifeline();
    }

    fn cut_lifeline(&mut self) {
        if let Some(Running {
            mut process,
            mut lifeline,
        }) = self.running.take()
        {
            // The lifeline first: a number of a process that is gone may be somebody else's.
            let _ = lifeline.kill();
            let _ = lifeline.wait();
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Everything that was logged since the first start, by every process and into every file.
    pub fn logs(&self) -> String {
        let folders = [self.dir.clone(), self.dir.join("data/logs")];
        let files = folders
            .iter()
            .flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
        let mut paths: Vec<PathBuf> = files.map(|entry| entry.path()).filter(|path| is_log(path)).collect();
        paths.sort();
        let texts = paths
            .iter()
            .map(|path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned());
        texts.collect()
    }
}

/// Whether this run is told on PostgreSQL: TEST_ENGINE says so.
fn is_on_postgresql() -> bool {
    match std::env::var("TEST_ENGINE").as_deref() {
        Ok("postgres") => true,
        Ok("sqlite") | Err(_) => false,
        Ok(other) => panic!("TEST_ENGINE is sqlite or postgres, not {other}"),
    }
}

/// A folder for a story. What earlier runs have left is swept away first.
pub fn folder_of(story: &str) -> PathBuf {
    static SWEPT: Once = Once::new();
    let all = Path::new(env!("CARGO_TARGET_TMPDIR"));
    SWEPT.call_once(|| {
        let runs = fs::read_dir(all)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        for run in runs.filter(|path| is_over(path)) {
            let _ = fs::remove_dir_all(run);
        }
    });
    let folder = all.join(format!("it-{}", std::process::id())).join(story);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Whether a folder belongs to a run whose process is gone. Where nobody can know, it is left alone.
fn is_over(folder: &Path) -> bool {
    let process = folder
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.strip_prefix("it-"));
    let known = Path::new("/proc/self").exists();
    process.is_some_and(|process| known && !Path::new("/proc").join(process).exists())
}

fn is_log(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    ["stdout.", "stderr."].iter().any(|start| name.starts_with(start)) || name.contains(".log")
}

/// The story's settings and those of the usual ones that it does not set itself.
fn merged(settings: &str) -> String {
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    let own: Vec<String> = settings.lines().map(key).collect();
    let usual: String = SETTINGS
        .lines()
        .filter(|line| !own.contains(&key(line)))
        .map(|line| format!("{line}\n"))
        .collect();
    // Tables such as [[issuers]] swallow what follows them: they come last.
    format!("{usual}{settings}\n")
}

impl Drop for Server {
    fn drop(&mut self) {
        self.cut_lifeline();
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}
