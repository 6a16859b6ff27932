//! The settings: what they are, where they come from, and what is wrong with them. Nothing else looks for a setting.
//!
//! Arguments win over the environment, it over the file, and the file over the defaults, all with one set of names.

mod again;
mod file;
mod filter;
mod issuer;
#[cfg(test)]
mod issuer_tests;
mod kinds;
mod listen;
mod problem;
mod reference;
mod report;
mod secret;
mod sessions;
#[cfg(test)]
mod sessions_tests;
mod taken;
#[cfg(test)]
mod tests;
mod words;

pub use again::Changes;
pub use filter::{LogFilter, Part};
pub use listen::{Address, site};
pub use problem::{Origin, Problem, Problems};
pub use reference::reference;
pub use secret::Secret;

use crate::system::Outside;
use beseda_contracts::shared::Reach;
use beseda_core::settings;
use beseda_core::words::{Folder, Limits, Maybe, OneOf, OwnKinds, Raw, Text, Truth, Whole, Wrong, printable};
use beseda_identity::{HostSessionSettings, IssuerSettings, Proofs};
use issuer::Issuer;
use listen::{Listen, Mode};
use problem::nearest;
use sessions::Sessions;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use taken::{Bus, Collector, DatabaseUrl, Endpoint, GivenOut, Media, MetricsListen, PushOrigins, PushSubject, Signing};

/// Where numbers are served, if nobody says otherwise: where the field looks for those of a program that has no port of
/// its own.
pub const DEFAULT_METRICS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

settings! {
    /// Everything that can be set, as it counts.
    pub struct Settings {
        data: Folder = PathBuf::from("data"), "path" flag "--data",
            "The directory that everything is kept in. Under systemd its `StateDirectory` is the default.";
        listen: Listen = vec![Address::Ip(SocketAddr::from((Ipv4Addr::LOCALHOST, 8000)))], "address and port, or a list" flag "--listen",
            "Where the server listens: `127.0.0.1:8000`; `localhost:8000`, which is every address of the name; `[::]:8000`, which is every network; `unix:/run/beseda/beseda.sock`. Several are a list, in the environment and on the command line separated by commas. Port 0 lets the system choose one. Sockets that systemd hands over are taken in place of all these.";
        socket_mode: Mode = 0o660, "permission bits",
            "Who may connect to a socket of the file system, as `chmod` takes it.";
        metrics_listen: MetricsListen = Some(DEFAULT_METRICS), "address and port, or `off`",
            "Where `/metrics` is served to Prometheus, with `/healthz` and `/readyz` beside it: a listener of its own, which no proxy shows to the world. Where another process has the default already, the server warns and goes without. See [monitoring](monitoring.md).";
        otlp_endpoint: Collector = None, "origin, or `off`",
            "Where traces are sent by OTLP over HTTP, like `http://127.0.0.1:4318`: a collector, to whose `/v1/traces` they go. Only a build with the feature `otel` sends any. See [monitoring](monitoring.md#traces).";
        database: DatabaseUrl = Database::Sqlite, "`sqlite`, or a URL" flag "--database",
            "Where messages are kept: `sqlite` is the file `beseda.db` in the data directory, and `postgres://USER:PASSWORD@HOST/DATABASE` a database of PostgreSQL, 14 or later. With `?sslmode=require` the connection is encrypted, by a certificate that the system trusts. The variable keeps a password from the list of processes, which shows a flag. Files, and what signs tokens, stay in the data directory.";
        redis: Bus = (), "nothing yet" flag "--redis",
            "The bus between several servers. Not in this version yet: one process serves everybody, and needs none.";
        secret: Maybe<Signing> = None, "at least 32 bytes",
            "Signs the server's own tokens and cookies. Without it the server makes one on its first start and keeps it in the file `secret` of the data directory.";
        secret_file: Maybe<Folder> = None, "path",
            "The file that the secret is in, instead of `secret`.";
        backup_before_migration: Truth = true, "true or false" flag "--no-backup",
            "Whether a database with somebody in it is copied to `backups` of the data directory before a newer version changes its tables: `before-v15-….db`, the last three. The copy of a big one takes a while; without it, take a backup yourself.";
        file_types: Media = Vec::new(), "list of media types",
            "The files that are taken, by what their bytes are: `image/png`, `application/pdf`. Without it, every type that is known here. With `application/octet-stream` among them, every file: what is known as what it is, and anything else, programs too, as that. All are saved and never shown. In the environment, separated by commas.";
        s3_bucket: Text = String::new(), "name of a bucket",
            "The bucket that files are kept in, at a service that speaks S3. Without it, files are kept in `uploads/chat` of the data directory. Let the bucket's own rules abort uploads that were not completed within a day.";
        s3_endpoint: Endpoint = String::new(), "address",
            "Where the service is: `https://storage.shop.example`. Without it, Amazon's.";
        s3_region: Text = "us-east-1".to_owned(), "name of a region",
            "The region that requests are signed for.";
        s3_prefix: Text = String::new(), "path",
            "What all keys begin with, without a slash at either end.";
        s3_path_style: Truth = true, "true or false",
            "Whether the bucket's name stands in the path, as most services but Amazon's want it.";
        s3_key_id: Text = String::new(), "name of an access key",
            "The name of the access key.";
        s3_secret_key: Maybe<GivenOut> = None, "access key",
            "The access key. It is shown nowhere.";
        push_subject: PushSubject = String::new(), "address",
            "Who answers for this server at push services: `mailto:admin@shop.example`, or an address that begins with `https:`. With it, people can have their browsers told of messages while they are away, and this server speaks to the push services of those browsers (Google's, Mozilla's, Apple's); without it, it speaks to none. See [web push](push.md).";
        push_origins: PushOrigins = Vec::new(), "list of origins",
            "Push services of your own that lie in a private network or are asked without encryption: `http://push.internal:8080`. Every other is asked over HTTPS, and in no private network. In the environment, separated by commas.";
        log_format: OneOf<LogFormat> = LogFormat::Text, "`text` or `json`",
            "How a line of the log looks on standard error. The file `logs/app.log` always holds text.";
        log_level: OneOf<LogLevel> = LogLevel::Info, "`error`, `warn`, `info`, `debug` or `trace`",
            "The least important line that is still written.";
        log: LogFilter = Vec::new(), "list of parts and levels",
            "The same for a part of the server alone: a contract (`spa=debug`), `server`, `contracts`, `http`, `identity`, `live`, `store`, or a module by its path. In the environment, separated by commas. See [monitoring](monitoring.md#the-log).";
        log_file_bytes: Whole<1_024, 1_073_741_824> = 10 * 1_024 * 1_024, "bytes, 1024 to 1073741824",
            "How big `logs/app.log` of the data directory gets. A line that would make it bigger begins a new file, and so does a new day (UTC): the old one becomes `app.log.1`, that one `app.log.2`, and so on.";
        log_files: Whole<1, 1_000> = 14, "files, 1 to 1000",
            "How many old files of the log are kept beside `app.log`.";
        log_file_days: Whole<1, 3_650> = 30, "days, 1 to 3650",
            "How many days after its last line an old file of the log is deleted, when the next file is begun.";
    }
    besides {
        /// From where the contracts are reached, and what of them is open.
        reach: Reach = Reach::default();
        /// How long what proves somebody is good for.
        proofs: Proofs = Proofs::default();
        /// Host applications whose tokens are accepted; one `iss` may stand more than once, while keys change.
        issuers: Vec<IssuerSettings> = Vec::new();
        /// Kinds of rooms of the application's own, as `[kinds.<word>]` says.
        own_kinds: OwnKinds = OwnKinds::default();
        /// What `[sessions]` says, as it is written.
        sessions: Sessions = Sessions::default();
        /// The host's own session, as `[sessions]` has it, where it lets people in.
        host_session: Option<HostSessionSettings> = None;
        /// The limits.
        limits: Limits = Limits::default();
    }
}

/// Where messages are kept. A URL holds a password: it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// The file `beseda.db` in the data directory.
    Sqlite,
    /// The database of this URL.
    Postgres(String),
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres://[redacted]",
        })
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people and grep.
    Text,
    /// For programs.
    Json,
}

/// How important a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Needs a person.
    Error,
    /// Went wrong and was dealt with.
    Warn,
    /// Normal.
    Info,
    /// For somebody who looks for a fault.
    Debug,
    /// Everything.
    Trace,
}

impl Settings {
    /// The secret that signs; made and kept in the data directory when there is none yet.
    ///
    /// # Errors
    /// The data directory cannot be written.
    pub fn secret_or_made(&self, outside: &dyn Outside) -> Result<Secret, Problem> {
        self.secret
            .clone()
            .map_or_else(|| secret::make(&self.data, outside), Ok)
    }

    /// The file that the secret is in, if it is in one.
    pub fn secret_path(&self) -> PathBuf {
        self.secret_file.clone().unwrap_or_else(|| secret::kept_at(&self.data))
    }
}

/// What the arguments of the command set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--data`.
    pub data: Option<String>,
    /// `--listen`.
    pub listen: Option<String>,
    /// `--database`.
    pub database: Option<String>,
    /// `--redis`.
    pub redis: Option<String>,
    /// `--no-backup`, as what it sets.
    pub no_backup: Option<String>,
}

/// The settings with everything that is to be said about them.
#[derive(Debug)]
pub struct Loaded {
    /// The settings, without the values that cannot be taken.
    pub settings: Settings,
    /// Where each value came from, by name; what is missing is a default.
    pub origins: BTreeMap<String, Origin>,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What works, and should not stay so.
    pub warnings: Vec<Problem>,
}

impl Loaded {
    /// The settings, if nothing is wrong with them.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn accept(self) -> Result<Settings, Problems> {
        if self.problems.is_empty() {
            Ok(self.settings)
        } else {
            Err(Problems(self.problems))
        }
    }
}

/// Reads the settings from everywhere. Nothing is made or changed.
pub fn load(flags: &Flags, outside: &dyn Outside) -> Loaded {
    let mut reading = Reading::new(outside);
    let variables = reading.variables();
    reading.file(flags, &variables);
    reading.environment(&variables);
    reading.flags(flags);
    reading.secret();
    reading.sessions();
    reading.agreement();
    reading.loaded
}

struct Reading<'a> {
    outside: &'a dyn Outside,
    loaded: Loaded,
    /// The bases that relative paths start at, for `[[issuers]]` too: the folder of the file.
    base: PathBuf,
}

impl<'a> Reading<'a> {
    fn new(outside: &'a dyn Outside) -> Self {
        let loaded = Loaded {
            settings: Settings::default(),
            origins: BTreeMap::new(),
            file: None,
            problems: Vec::new(),
            warnings: Vec::new(),
        };
        Self {
            outside,
            loaded,
            base: PathBuf::new(),
        }
    }

    fn complain(&mut self, at: &Origin, name: &str, what: impl Into<String>, todo: impl Into<String>) {
        self.loaded.problems.push(Problem::of(at, name, Wrong::new(what, todo)));
    }

    /// The same at the place that a setting comes from.
    fn complain_of(&mut self, name: &str, what: impl Into<String>, todo: impl Into<String>) {
        let at = self.loaded.origins.get(name).cloned().unwrap_or(Origin::Default);
        self.complain(&at, name, what, todo);
    }

    fn warn(&mut self, name: &str, wrong: Wrong) {
        let at = self.loaded.origins.get(name).cloned().unwrap_or(Origin::Default);
        self.loaded.warnings.push(Problem::of(&at, name, wrong));
    }

    /// Warns of a file that is secret and lies open.
    fn warn_of_readers(&mut self, name: &str, path: &Path) {
        if self.outside.mode(path).is_some_and(|mode| mode & 0o007 != 0) {
            let what = format!("names {}, which every user of this machine may read", path.display());
            self.warn(name, Wrong::new(what, format!("Run `chmod 600 {}`.", path.display())));
        }
    }

    /// Our variables by name, `STATE_DIRECTORY` of systemd among them.
    fn variables(&mut self) -> BTreeMap<String, String> {
        let mut ours = BTreeMap::new();
        for (name, value) in self.outside.variables() {
            let name = name.to_string_lossy().into_owned();
            if !name.starts_with("BESEDA_") && name != "STATE_DIRECTORY" {
                continue;
            }
            match value.into_string() {
                Ok(value) => drop(ours.insert(name, value)),
                Err(_) => {
                    let at = Origin::Environment(name.clone());
                    self.complain(&at, &name, "is not UTF-8", "Set it to text in UTF-8, or unset it.");
                }
            }
        }
        if let Some(state) = ours.remove("STATE_DIRECTORY") {
            // systemd separates several directories by colons; the first is the unit's main one.
            let first = state.split(':').next().unwrap_or_default();
            if !first.is_empty() {
                self.loaded.settings.data = first.into();
                let origin = Origin::Environment("STATE_DIRECTORY".to_owned());
                self.loaded.origins.insert("data".to_owned(), origin);
            }
        }
        ours
    }

    fn put(&mut self, name: &str, at: &Origin, raw: &Raw, base: &Path) -> bool {
        match words::put(&mut self.loaded.settings, name, raw, base) {
            None => return false,
            Some(Ok(())) => drop(self.loaded.origins.insert(name.to_owned(), at.clone())),
            Some(Err(wrong)) => self.loaded.problems.push(Problem::of(at, name, wrong)),
        }
        true
    }

    fn file(&mut self, flags: &Flags, variables: &BTreeMap<String, String>) {
        let named = match (&flags.config, variables.get("BESEDA_CONFIG")) {
            (Some(path), _) => Some((path.clone(), Origin::Flag("--config"))),
            (None, Some(path)) => Some((path.into(), Origin::Environment("BESEDA_CONFIG".to_owned()))),
            (None, None) => None,
        };
        let data = flags.data.as_ref().or_else(|| variables.get("BESEDA_DATA"));
        let data = data.map_or_else(|| self.loaded.settings.data.clone(), PathBuf::from);
        let kept = data.join("beseda.toml");
        let places = [Path::new("beseda.toml"), &kept];
        let (path, text) = match named {
            Some((path, at)) => match secret::read_text(&path, self.outside) {
                Ok(text) => (path, text),
                Err(wrong) => return self.loaded.problems.push(Problem::of(&at, "config", wrong)),
            },
            None => {
                let found = places.into_iter().find(|place| self.outside.mode(place).is_some());
                let Some(path) = found else { return };
                match secret::read_text(path, self.outside) {
                    Ok(text) => (path.to_owned(), text),
                    Err(wrong) => {
                        let at = Origin::Kept(path.to_owned());
                        return self.loaded.problems.push(Problem::of(&at, "config", wrong));
                    }
                }
            }
        };
        self.base = path.parent().unwrap_or(Path::new("")).to_owned();
        self.contents(file::read(&path, &text), path == kept);
        self.loaded.file = Some(path);
    }

    fn contents(&mut self, contents: file::Contents, in_data: bool) {
        self.loaded.problems.extend(contents.problems);
        let base = self.base.clone();
        for entry in contents.entries {
            if entry.name == "data" && in_data {
                let what = "stands in the data directory that it names";
                self.complain(
                    &entry.at,
                    "data",
                    what,
                    "Name it with --data or BESEDA_DATA, or move the file.",
                );
            } else if !self.put(&entry.name, &entry.at, &entry.raw, &base) {
                let names = words::names();
                let near = nearest(&entry.name, names.iter().map(String::as_str)).unwrap_or_default();
                self.complain(
                    &entry.at,
                    &entry.name,
                    "is no setting",
                    format!("The nearest is `{near}`."),
                );
            }
        }
        for table in contents.issuers {
            match table.issuer(&base, self.outside) {
                Ok(issuer) => self.issuer(table.at, issuer),
                Err(problems) => self.loaded.problems.extend(problems),
            }
        }
        for (word, table) in &contents.kinds {
            match kinds::kind(word, table) {
                Ok(kinds::Said::Own(word, rules)) => self.loaded.settings.own_kinds.kinds.push((word, rules)),
                Ok(kinds::Said::Orders { have_desk }) => self.loaded.settings.own_kinds.orders_have_desk = have_desk,
                Err(problems) => self.loaded.problems.extend(problems),
            }
        }
    }

    /// An issuer whose people are the same as another's by their ids alone would let one be taken for the other.
    fn issuer(&mut self, at: Origin, issuer: Issuer) {
        let above = self.loaded.settings.issuers.iter();
        let above = above.filter(|other| other.namespace.is_none());
        let above: Vec<_> = above.map(|other| other.issuer.clone()).collect();
        let name = &issuer.settings.issuer;
        if let Some(other) = above.first()
            && !(issuer.settings.namespace.is_some() || issuer.shares_people || above.contains(name))
        {
            let (name, other) = (printable(name), printable(other));
            let what = format!("\"{name}\" would have the people of \"{other}\": 7 of one would be 7 of the other");
            let todo = "Add `shares_people = true` if that is so, or `namespace = \"...\"` to keep them apart.";
            self.complain(&at, "issuer", what, todo);
        }
        self.loaded.warnings.extend(issuer.warning);
        self.loaded.settings.issuers.push(issuer.settings);
        self.loaded.origins.entry("issuers".to_owned()).or_insert(at);
    }

    fn environment(&mut self, variables: &BTreeMap<String, String>) {
        let names = words::names();
        let known: Vec<(String, &str)> = names
            .iter()
            .map(|name| (words::variable(name), name.as_str()))
            .collect();
        for (variable, value) in variables.iter().filter(|(variable, _)| *variable != "BESEDA_CONFIG") {
            let at = Origin::Environment(variable.clone());
            match known.iter().find(|(known, _)| known == variable) {
                Some((_, "issuers")) => {
                    let todo =
                        "Write [[issuers]] tables into the settings file; `secret_file` keeps secrets out of it.";
                    self.complain(&at, "issuers", "cannot be set by a variable", todo);
                }
                Some((_, name)) => drop(self.put(name, &at, &Raw::Untyped(value.clone()), Path::new(""))),
                None if is_service_link(variable, value) => {}
                None => {
                    let others = known.iter().map(|(known, _)| known.as_str()).chain(["BESEDA_CONFIG"]);
                    let near = nearest(variable, others).unwrap_or_default();
                    self.complain(&at, variable, "is no setting", format!("The nearest is `{near}`."));
                }
            }
        }
    }

    fn flags(&mut self, flags: &Flags) {
        let given = [
            ("data", "--data", &flags.data),
            ("listen", "--listen", &flags.listen),
            ("database", "--database", &flags.database),
            ("redis", "--redis", &flags.redis),
            ("backup_before_migration", "--no-backup", &flags.no_backup),
        ];
        for (name, flag, value) in given {
            if let Some(value) = value {
                self.put(name, &Origin::Flag(flag), &Raw::Untyped(value.clone()), Path::new(""));
            }
        }
    }

    /// Settles where the secret comes from: a value, a file, or what an earlier start kept.
    fn secret(&mut self) {
        let origin = |name: &str| self.loaded.origins.get(name).cloned();
        let path = match (origin("secret"), origin("secret_file")) {
            (Some(value), Some(file)) if value.rank() == file.rank() => {
                let todo = "Keep one of the two.";
                return self.complain(&file, "secret_file", format!("stands beside `secret` ({value})"), todo);
            }
            (Some(value), Some(file)) if value.rank() > file.rank() => {
                self.loaded.settings.secret_file = None;
                self.loaded.origins.remove("secret_file");
                return;
            }
            (_, Some(file)) => self.loaded.settings.secret_file.clone().map(|path| (path, file)),
            (Some(_), None) => return,
            (None, None) => {
                let path = secret::kept_at(&self.loaded.settings.data);
                self.outside.mode(&path).map(|_| (path.clone(), Origin::Kept(path)))
            }
        };
        let Some((path, at)) = path else { return };
        let name = if at.rank() > 1 { "secret_file" } else { "secret" };
        match secret::of_file(&path, self.outside) {
            Ok(secret) => {
                self.loaded.settings.secret = Some(secret);
                self.loaded.origins.insert("secret".to_owned(), at.clone());
            }
            Err(wrong) => self.loaded.problems.push(Problem::of(&at, name, wrong)),
        }
        self.warn_of_readers(name, &path);
    }

    /// Settings that are fine each, and not together.
    fn agreement(&mut self) {
        for found in self.loaded.settings.limits.contradictions() {
            let name = format!("limits.{}", found.limit);
            let at = self.loaded.origins.get(&name).cloned().unwrap_or(Origin::Default);
            self.complain(
                &at,
                &name,
                format!("does not fit: {}", found.sentence),
                "Change one of the two.",
            );
        }
        let settings = &self.loaded.settings;
        if !settings.s3_bucket.is_empty() && (settings.s3_key_id.is_empty() || settings.s3_secret_key.is_none()) {
            let at = self.loaded.origins.get("s3_bucket").cloned().unwrap_or(Origin::Default);
            self.complain(
                &at,
                "s3_bucket",
                "needs an access key".to_owned(),
                "Give `s3_key_id` and `s3_secret_key`.",
            );
        }
        let proofs = &self.loaded.settings.proofs;
        if proofs.session_idle_hours > proofs.session_days.saturating_mul(24) {
            let at = self
                .loaded
                .origins
                .get("session_idle_hours")
                .cloned()
                .unwrap_or(Origin::Default);
            let what = "does not fit: a session cannot be idle for longer than it lives (`session_days`)";
            self.complain(&at, "session_idle_hours", what, "Change one of the two.");
        }
    }
}

/// Whether Kubernetes has set this for a service of a name like ours, as it does in every container: `BESEDA_SERVICE_HOST`,
/// `BESEDA_PORT`, `BESEDA_REDIS_PORT_6379_TCP_ADDR`. See its "Environment variables" of services.
fn is_service_link(variable: &str, value: &str) -> bool {
    let is_address = ["tcp://", "udp://", "sctp://"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    let of_port = |protocol| variable.contains("_PORT_") && variable.contains(protocol);
    variable.ends_with("_SERVICE_HOST")
        || variable.contains("_SERVICE_PORT")
        || (variable.ends_with("_PORT") && is_address)
        || ["_TCP", "_UDP", "_SCTP"].into_iter().any(of_port)
}
