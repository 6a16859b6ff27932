//! The settings: what they are, where they come from, and what is wrong with them. Nothing else reads a setting.
//!
//! Arguments win over the environment, it over the file, and the file over the defaults, all with one set of names.

mod file;
mod issuer;
#[cfg(test)]
mod issuer_tests;
mod problem;
mod raw;
mod reference;
mod report;
mod secret;
#[cfg(test)]
mod tests;
mod words;

pub use issuer::{Issuer, IssuerKey, People};
pub use problem::{Origin, Problem, Problems};
pub use reference::reference;
pub use secret::Secret;

use crate::system::Outside;
use beseda_core::words::Limits;
use problem::{Wrong, nearest};
use raw::Raw;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Everything that can be set, as it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The directory that everything is kept in; it need not exist yet.
    pub data: PathBuf,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// What signs the server's own tokens; `None` before the first start made one: see [`Settings::secret_or_made`].
    pub secret: Option<Secret>,
    /// The file that `secret` was read from, where a setting names one.
    pub secret_file: Option<PathBuf>,
    /// Other sites whose pages may call, each exactly as browsers send it.
    pub allowed_origins: Vec<String>,
    /// The names that the server answers to; none for any.
    pub allowed_hosts: Vec<String>,
    /// Proxies whose word about who asks, and whether over HTTPS, is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Host applications whose tokens are accepted; one `iss` may stand more than once, while keys change.
    pub issuers: Vec<Issuer>,
    /// How long an access token is good for, in minutes.
    pub access_minutes: u32,
    /// How long a refresh token is good for, in days.
    pub refresh_days: u32,
    /// Whether a refresh token ends when it is used.
    pub refresh_rotation: bool,
    /// How long a session lives without being used, in hours.
    pub session_idle_hours: u32,
    /// How long a session lives at most, in days.
    pub session_days: u32,
    /// Whether cookies travel over HTTPS alone.
    pub secure_cookies: SecureCookies,
    /// Whether administrators use the school's calls.
    pub school_admins: bool,
    /// Whether the socket that only echoes is open.
    pub echo_socket: bool,
    /// The media types of files that are taken; none for all that are known.
    pub file_types: Vec<String>,
    /// The bucket that files are kept in, where it is one.
    pub bucket: Bucket,
    /// How a line of the log looks on standard error.
    pub log_format: LogFormat,
    /// The least important line that is still written.
    pub log_level: LogLevel,
    /// How big the log file gets before a new one is begun, in bytes.
    pub log_file_bytes: u32,
    /// How many old log files are kept.
    pub log_files: u32,
    /// How many days after its last line an old log file goes.
    pub log_file_days: u32,
    /// The limits.
    pub limits: Limits,
}

/// Whether cookies travel over HTTPS alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecureCookies {
    /// Where a trusted proxy says that the request came over HTTPS.
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
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

/// A bucket of a service that speaks S3, and how to get at it. Without a name, files are kept in the data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Where the service is; empty for Amazon's.
    pub endpoint: String,
    /// The region that requests are signed for.
    pub region: String,
    /// What all keys begin with.
    pub prefix: String,
    /// Whether the bucket's name stands in the path.
    pub path_style: bool,
    /// The name of the access key.
    pub key_id: String,
    /// The access key.
    pub secret_key: Option<Secret>,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            name: String::new(),
            endpoint: String::new(),
            region: "us-east-1".to_owned(),
            prefix: String::new(),
            path_style: true,
            key_id: String::new(),
            secret_key: None,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8000)),
            secret: None,
            secret_file: None,
            allowed_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            issuers: Vec::new(),
            access_minutes: 15,
            refresh_days: 30,
            refresh_rotation: true,
            session_idle_hours: 12,
            session_days: 30,
            secure_cookies: SecureCookies::Auto,
            school_admins: false,
            echo_socket: true,
            file_types: Vec::new(),
            bucket: Bucket::default(),
            log_format: LogFormat::Text,
            log_level: LogLevel::Info,
            log_file_bytes: 10 * 1024 * 1024,
            log_files: 14,
            log_file_days: 30,
            limits: Limits::default(),
        }
    }
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
                Ok(issuer) => {
                    self.loaded.settings.issuers.push(issuer);
                    self.loaded.origins.entry("issuers".to_owned()).or_insert(table.at);
                }
                Err(problems) => self.loaded.problems.extend(problems),
            }
        }
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
        if self.outside.mode(&path).is_some_and(|mode| mode & 0o007 != 0) {
            let what = format!("names {}, which every user of this machine may read", path.display());
            let todo = format!("Run `chmod 600 {}`.", path.display());
            self.loaded
                .warnings
                .push(Problem::of(&at, name, Wrong::new(what, todo)));
        }
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
        let bucket = &self.loaded.settings.bucket;
        if !bucket.name.is_empty() && (bucket.key_id.is_empty() || bucket.secret_key.is_none()) {
            let at = self.loaded.origins.get("s3_bucket").cloned().unwrap_or(Origin::Default);
            self.complain(
                &at,
                "s3_bucket",
                "needs an access key".to_owned(),
                "Give `s3_key_id` and `s3_secret_key`.",
            );
        }
        let settings = &self.loaded.settings;
        if settings.session_idle_hours > settings.session_days.saturating_mul(24) {
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
