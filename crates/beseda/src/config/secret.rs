//! Secrets: never shown, never short, never one that is printed somewhere, made when there is none.

use super::problem::{Origin, Problem};
use crate::system::Outside;
use beseda_core::words::{Raw, Wrong};
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The least length of a secret that signs something.
const LEAST_BYTES: usize = 32;

/// The least length of a key that a host application signs with already.
const LEAST_BYTES_OF_HOST: usize = 16;

/// Random text has more different characters than this, even in hexadecimal.
const LEAST_DIFFERENT: usize = 8;

/// Secrets long enough that stand in examples on the web, which everybody may try.
const EXAMPLES: &[&str] = &[
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    "your-256-bit-secret-your-256-bit-secret",
    "0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    r#"_5#y2l"f4q8z\n\xec]/"#,
    "_5#y2l\"f4q8z\n\u{fffd}]/",
];

/// What Django begins the key of a new project with: it stands in the project's source, and is random otherwise.
const DJANGOS: &str = "django-insecure-";

/// What gives a secret away as a placeholder, in small letters.
const PLACEHOLDERS: &[&str] = &[
    "beseda_",
    "changeme",
    DJANGOS,
    "change-me",
    "change_me",
    "change this",
    "replace-me",
    "replace_me",
];

/// A secret. It cannot be printed by accident: `Debug` and `Display` say `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Takes a secret that is fit to sign with.
    ///
    /// # Errors
    /// It is too short, too plain, or known from an example.
    pub fn new(text: &str) -> Result<Self, Wrong> {
        let todo = "Make one with `openssl rand -hex 32`, or leave it out: the server then makes its own.";
        match flaw(text.as_bytes(), LEAST_BYTES) {
            Some(what) => Err(Wrong::new(what, todo)),
            None => Ok(Self(text.into())),
        }
    }

    /// Takes a secret that an application signs with. Django's key of a new project is one, where the rest of it is fit.
    ///
    /// # Errors
    /// As [`Secret::new`].
    pub fn of_application(text: &str) -> Result<Self, Wrong> {
        Self::new(text.strip_prefix(DJANGOS).unwrap_or(text))?;
        Ok(Self::of_others(text))
    }

    /// Takes a secret that somebody else gave out: how good it is, is theirs to know.
    pub fn of_others(text: &str) -> Self {
        Self(text.into())
    }

    /// The secret itself, for signing and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Why what has fewer than `least` bytes, or can be guessed, is no secret.
fn flaw(bytes: &[u8], least: usize) -> Option<String> {
    let small = String::from_utf8_lossy(bytes).to_lowercase();
    let different = bytes.iter().collect::<BTreeSet<_>>().len();
    if bytes.len() < least {
        let length = bytes.len();
        Some(format!("is too short: {length} bytes, and it takes at least {least}"))
    } else if EXAMPLES.contains(&small.as_str()) || PLACEHOLDERS.iter().any(|word| small.contains(word)) {
        Some("is an example that everybody knows".to_owned())
    } else if different < LEAST_DIFFERENT {
        Some("can be guessed: it repeats a few characters".to_owned())
    } else {
        None
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Whether a secret is Django's key of a new project, which everybody has who has the project's source.
pub fn is_new_djangos(secret: &[u8]) -> bool {
    secret.starts_with(DJANGOS.as_bytes())
}

/// Reads a secret that was written as a value.
pub fn of_value(raw: &Raw) -> Result<Secret, Wrong> {
    Secret::new(raw.text()?)
}

/// Reads a secret from a file.
///
/// # Errors
/// The file cannot be read, or what is in it is no good secret.
pub fn of_file(path: &Path, outside: &dyn Outside) -> Result<Secret, Wrong> {
    Secret::new(&line_of_file(path, outside)?)
}

/// Reads what a file holds of a secret. The line break that editors leave at its end does not count.
///
/// # Errors
/// The file cannot be read.
pub fn line_of_file(path: &Path, outside: &dyn Outside) -> Result<String, Wrong> {
    Ok(read_text(path, outside)?.trim_end_matches(['\n', '\r']).to_owned())
}

/// Reads a key that a host application signs with already, whatever its bytes are: the key, and what is to be said of it.
/// One of 16 random bytes is good, and old habit; nobody can tell whether they are random.
///
/// # Errors
/// The file cannot be read, or everybody can guess what is in it.
pub fn of_host(path: &Path, outside: &dyn Outside) -> Result<(Vec<u8>, Option<Wrong>), Wrong> {
    let mut key = read(path, outside)?;
    let end = if key.ends_with(b"\r\n") {
        2
    } else {
        usize::from(key.ends_with(b"\n"))
    };
    key.truncate(key.len() - end);
    let names = |what: String| format!("names {}, whose key {what}", path.display());
    let todo = "Give the application another: `python3 -c 'import secrets; print(secrets.token_hex())'` makes one, and `SECRET_KEY_FALLBACKS` keeps its sessions.";
    if let Some(what) = flaw(&key, LEAST_BYTES_OF_HOST) {
        return Err(Wrong::new(names(what), todo));
    }
    let short = format!("has {} bytes, which is few: {LEAST_BYTES} are good", key.len());
    let warning = (key.len() < LEAST_BYTES).then(|| Wrong::new(names(short), todo));
    Ok((key, warning))
}

/// Reads a small text file that a setting names.
///
/// # Errors
/// It is not there, cannot be read, or is not text.
pub fn read_text(path: &Path, outside: &dyn Outside) -> Result<String, Wrong> {
    String::from_utf8(read(path, outside)?).map_err(|_| {
        Wrong::new(
            format!("names {}, which is not text", path.display()),
            "Name a text file in UTF-8.",
        )
    })
}

fn read(path: &Path, outside: &dyn Outside) -> Result<Vec<u8>, Wrong> {
    outside.read(path).map_err(|error| {
        let what = format!("names {}, which cannot be read: {error}", path.display());
        Wrong::new(what, "Check that it exists and that the server's user may read it.")
    })
}

/// Where the server keeps the secret that it made.
pub fn kept_at(data: &Path) -> PathBuf {
    data.join("secret")
}

/// Makes a secret, unless another start made one at the same moment, and keeps it for the owner alone.
///
/// # Errors
/// The data directory cannot be written, or what is kept there is no good secret.
pub fn make(data: &Path, outside: &dyn Outside) -> Result<Secret, Problem> {
    let path = kept_at(data);
    let at = Origin::Kept(path.clone());
    let mut bytes = [0; 32];
    outside.fill(&mut bytes);
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    outside
        .create_private(&path, format!("{text}\n").as_bytes())
        .map_err(|error| {
            let what = format!("cannot be kept: {error}");
            Problem::of(
                &at,
                "secret",
                Wrong::new(what, "Check that the server's user may write the data directory."),
            )
        })?;
    of_file(&path, outside).map_err(|wrong| Problem::of(&at, "secret", wrong))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::System;
    use crate::system::pretend::Pretend;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new("Zm9vYmFyYmF6cXV4MDEyMzQ1Njc4OWFiY2Q").unwrap();
        assert_eq!(
            format!("{secret} {secret:?} {:?}", Some(&secret)),
            "[redacted] [redacted] Some([redacted])"
        );
    }

    #[test]
    fn one_byte_too_few_is_refused_without_repeating_the_secret() {
        let long = "k8fQz2LmX0vB7nTqW4eYpR1sUdHgJcAi";
        assert_eq!(long.len(), 32);
        assert!(Secret::new(long).is_ok());
        let wrong = Secret::new(&long[1..]).unwrap_err();
        assert!(wrong.what.contains("31 bytes"), "{wrong:?}");
        assert!(!format!("{wrong:?}").contains(&long[1..]), "{wrong:?}");
    }

    #[test]
    fn examples_placeholders_and_repetitions_are_refused() {
        for known in EXAMPLES {
            assert!(Secret::new(known).is_err(), "{known}");
        }
        assert!(Secret::new("Please-CHANGE-ME-before-you-go-to-production").is_err());
        assert!(Secret::new(&"abc".repeat(20)).is_err());
    }

    #[test]
    fn djangos_key_of_a_new_project_is_an_applications_and_never_ours() {
        let key = "django-insecure-&1x$k8fqz2lmx0vb7ntqw4eypr1sudhgjcai9(u5=o3w7z!b@d6m";
        assert!(Secret::new(key).is_err());
        let taken = Secret::of_application(key).unwrap();
        assert_eq!(taken.expose(), key);
        let other = "k8fQz2LmX0vB7nTqW4eYpR1sUdHgJcAi";
        assert!(is_new_djangos(key.as_bytes()) && !is_new_djangos(other.as_bytes()));
        // What Django adds is no part of the secret: the rest has to be fit.
        let short = format!("django-insecure-{}", &other[1..]);
        assert!(Secret::of_application(&short).unwrap_err().what.contains("31 bytes"));
        for plain in [
            "django-insecure-change-me-before-you-go-to-production",
            "django-insecure-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(Secret::of_application(plain).is_err(), "{plain}");
        }
    }

    /// What stands in our own pages everybody may try, so none of it may sign anything.
    #[test]
    fn a_secret_that_our_pages_print_is_refused() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let (mut folders, mut pages) = (vec![root.join("docs")], vec![root.join("README.md")]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let to = if entry.is_dir() { &mut folders } else { &mut pages };
                to.push(entry);
            }
        }
        for page in pages
            .iter()
            .filter(|page| page.extension().is_some_and(|end| end == "md") && page.exists())
        {
            let text = String::from_utf8(System.read(page).unwrap()).unwrap();
            for line in text.lines().filter(|line| line.to_lowercase().contains("secret")) {
                for word in line.split(|char: char| char.is_whitespace() || "\"'`=<>".contains(char)) {
                    assert!(
                        Secret::new(word).is_err(),
                        "{} prints what could be a secret: {word}",
                        page.display()
                    );
                }
            }
        }
    }

    #[test]
    fn the_first_start_makes_a_secret_and_the_next_finds_it() {
        let outside = Pretend::default();
        let made = make(Path::new("data"), &outside).unwrap();
        assert_eq!(made.expose().len(), 64);
        assert_eq!(make(Path::new("data"), &outside).unwrap(), made);
        assert_eq!(outside.mode(Path::new("data/secret")), Some(0o600));
    }
}
