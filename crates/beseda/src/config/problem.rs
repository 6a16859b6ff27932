//! What is wrong with a setting, where it stands, and what to do.

use beseda_core::words::Wrong;
use std::fmt;
use std::path::PathBuf;

/// Where a value came from. Later ones win over earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The server made it and keeps it in this file.
    Kept(PathBuf),
    /// A line of the settings file.
    File {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment(String),
    /// An argument of the command.
    Flag(&'static str),
}

impl Origin {
    /// How strong it is: of two values, the one with the higher rank counts.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Default => 0,
            Self::Kept(_) => 1,
            Self::File { .. } => 2,
            Self::Environment(_) => 3,
            Self::Flag(_) => 4,
        }
    }

    /// The word for it in what programs read.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Kept(_) => "kept",
            Self::File { .. } => "file",
            Self::Environment(_) => "environment",
            Self::Flag(_) => "flag",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Kept(path) => path.display().fmt(f),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands: `beseda.toml:12`, `BESEDA_LISTEN`, `--listen`.
    pub at: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub todo: String,
}

impl Problem {
    /// The value of the setting `name` at `at` is wrong.
    pub fn of(at: &Origin, name: &str, wrong: Wrong) -> Self {
        Self {
            at: at.to_string(),
            what: format!("`{name}` {}", wrong.what),
            todo: wrong.todo,
        }
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    {}", self.at, self.what, self.todo)
    }
}

/// Everything that is wrong with the settings, told at once.
#[derive(Debug)]
pub struct Problems(pub Vec<Problem>);

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings cannot be used:")?;
        for problem in &self.0 {
            write!(f, "\n{problem}")?;
        }
        Ok(())
    }
}

/// The name most like `name`, as people mistype.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    names
        .into_iter()
        .map(|known| {
            (
                strsim::normalized_damerau_levenshtein(&name, &known.to_lowercase()),
                known,
            )
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}
