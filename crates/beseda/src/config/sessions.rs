//! The host's own session: `[sessions]` of the file.

use super::issuer::{NEWCOMERS, namespace};
use super::{Reading, secret};
use crate::fetch::is_near;
use beseda_core::rules::sign_in::Newcomers;
use beseda_core::settings;
use beseda_core::words::{Folder, Maybe, Raw, Shown, Taken, Text, Whole, Wrong, printable};
use beseda_identity::SessionCookie;
use beseda_identity::host_session::{AskedSettings, FlaskSettings, HostSessionProof, HostSessionSettings};
use reqwest::Url;
use std::path::{Path, PathBuf};
use std::time::Duration;

settings! {
    /// What `[sessions]` says.
    pub struct Sessions {
        flask_secret_file: Maybe<Folder> = None, "path",
            "The file that holds the `SECRET_KEY` of a Flask application: its bytes are the key, without one line break at its end.";
        flask_fallback_files: Files = Vec::new(), "list of paths",
            "The files of earlier keys that still count, as in Flask's `SECRET_KEY_FALLBACKS`.";
        flask_cookie: Cookie = "session".to_owned(), "a cookie's name",
            "Flask's `SESSION_COOKIE_NAME`.";
        flask_seconds: Whole<1, 315_360_000> = 2_678_400, "seconds, 1 to 315360000",
            "Flask's `PERMANENT_SESSION_LIFETIME`: how long a session is good for after it was last signed.";
        person_key: Text = "_user_id".to_owned(), "a key",
            "What in Flask's session names the person. `_user_id` is Flask-Login's.";
        session_url: Maybe<Address> = None, "URL",
            "The address of the application that says whose session it is: 200 with a person, or 401. Plain `http://` is for an application beside this server: whoever is on the way could read sessions, and answer.";
        session_cookies: Cookies = Vec::new(), "list of cookies' names",
            "The cookies that are handed on to `session_url`, and no others. Required with it.";
        session_seconds: Whole<1, 300> = 10, "seconds, 1 to 300",
            "How long an answer of `session_url` is kept; that nobody is signed in, at most 2 seconds.";
        namespace: Maybe<Namespace> = None, "string",
            "The application's people have ids of their own, as with an issuer's `namespace`.";
        people: People = Newcomers::Create, "`create` or `known`",
            "Somebody never seen before is made, or refused.";
    }
}

/// The settings that only one of the two doors knows.
const OF_FLASK: &[&str] = &["flask_fallback_files", "flask_cookie", "flask_seconds", "person_key"];
const OF_ASKED: &[&str] = &["session_cookies", "session_seconds"];

/// A list of files.
pub struct Files;

impl Taken for Files {
    type Kept = Vec<PathBuf>;

    fn read(raw: &Raw, base: &Path) -> Result<Vec<PathBuf>, Wrong> {
        Ok(raw.texts()?.iter().map(|path| base.join(path)).collect())
    }

    fn show(kept: &Vec<PathBuf>) -> Shown {
        Shown::List(kept.iter().map(|path| path.display().to_string()).collect())
    }
}

/// The name of a cookie of the host.
pub struct Cookie;

impl Taken for Cookie {
    type Kept = String;

    fn read(raw: &Raw, _: &Path) -> Result<String, Wrong> {
        cookie(raw.text()?)
    }

    fn show(kept: &String) -> Shown {
        Shown::Text(kept.clone())
    }
}

/// The names of cookies of the host.
pub struct Cookies;

impl Taken for Cookies {
    type Kept = Vec<String>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<String>, Wrong> {
        raw.texts()?.iter().map(|name| cookie(name)).collect()
    }

    fn show(kept: &Vec<String>) -> Shown {
        Shown::List(kept.clone())
    }
}

/// What can be the name of a session's cookie of ours can be that of the host's.
fn cookie(name: &str) -> Result<String, Wrong> {
    let wrong = || {
        let what = format!("has `{}`, which is no name of a cookie of the host", printable(name));
        Wrong::new(what, "Letters, digits, `-` and `_`; not `beseda_visitor`.")
    };
    SessionCookie::named(name).map(|_| name.to_owned()).ok_or_else(wrong)
}

/// An address of the host.
pub struct Address;

impl Taken for Address {
    type Kept = Url;

    fn read(raw: &Raw, _: &Path) -> Result<Url, Wrong> {
        let example = "Write it like \"http://app:8000/whoami/\".";
        let url = Url::parse(raw.text()?).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or_else(|| Wrong::new("is no address of the web", example))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Wrong::new(
                "holds a name or a password",
                "The cookies are the proof: leave it out.",
            ));
        }
        Ok(url)
    }

    fn show(kept: &Url) -> Shown {
        Shown::Text(kept.to_string())
    }
}

/// A word before ids.
pub struct Namespace;

impl Taken for Namespace {
    type Kept = String;

    fn read(raw: &Raw, _: &Path) -> Result<String, Wrong> {
        namespace(raw)
    }

    fn show(kept: &String) -> Shown {
        Shown::Text(kept.clone())
    }
}

/// A word for [`Newcomers`].
pub struct People;

impl Taken for People {
    type Kept = Newcomers;

    fn read(raw: &Raw, _: &Path) -> Result<Newcomers, Wrong> {
        raw.choice(NEWCOMERS)
    }

    fn show(kept: &Newcomers) -> Shown {
        let word = NEWCOMERS.iter().find(|(_, people)| people == kept);
        word.map_or(Shown::Nothing, |(word, _)| Shown::Text((*word).to_owned()))
    }
}

impl Reading<'_> {
    /// Settles how it is known whose session of the host it is, where anything is said of that.
    pub(super) fn sessions(&mut self) {
        let is_broken = self
            .loaded
            .problems
            .iter()
            .any(|one| one.what.starts_with("`sessions."));
        let first = self.loaded.origins.keys().find(|name| name.starts_with("sessions."));
        let (Some(first), false) = (first.cloned(), is_broken) else {
            return;
        };
        let sessions = self.loaded.settings.sessions.clone();
        let proof = match (&sessions.flask_secret_file, &sessions.session_url) {
            (Some(path), None) => self.flask(path, &sessions),
            (None, Some(url)) => self.asked(url, &sessions),
            (Some(_), Some(_)) => {
                let todo = "Keep one of the two: a session is Flask's, or the application is asked.";
                self.complain_of("sessions.session_url", "stands beside `flask_secret_file`", todo);
                None
            }
            (None, None) => {
                let what = "is set, and nothing says whose session it is";
                let todo = "Give `flask_secret_file` or `session_url`, or leave out [sessions].";
                self.complain_of(&first, what, todo);
                None
            }
        };
        self.loaded.settings.host_session = proof.map(|proof| HostSessionSettings {
            proof,
            namespace: sessions.namespace,
            people: sessions.people,
        });
    }

    fn flask(&mut self, path: &Path, sessions: &Sessions) -> Option<HostSessionProof> {
        self.refuse(OF_ASKED, "session_url");
        self.refuse_own("sessions.flask_cookie", &sessions.flask_cookie);
        let mut keys = vec![self.host_key("sessions.flask_secret_file", path)?];
        for path in &sessions.flask_fallback_files {
            keys.push(self.host_key("sessions.flask_fallback_files", path)?);
        }
        Some(HostSessionProof::Flask(FlaskSettings {
            keys,
            cookie: sessions.flask_cookie.clone(),
            person_key: sessions.person_key.clone(),
            seconds: i64::from(sessions.flask_seconds),
        }))
    }

    fn asked(&mut self, url: &Url, sessions: &Sessions) -> Option<HostSessionProof> {
        self.refuse(OF_FLASK, "flask_secret_file");
        if sessions.session_cookies.is_empty() {
            let todo = "Name the cookies that the application knows its sessions by, like [\"sessionid\"].";
            self.complain_of("sessions.session_url", "needs `session_cookies`", todo);
        }
        for name in &sessions.session_cookies {
            self.refuse_own("sessions.session_cookies", name);
        }
        if !is_near(url) {
            let what = "hands sessions on in the clear: whoever is on the way can read them, and let in whom they like";
            let todo = "Write https://, or the name or the address that the application has in your own network.";
            self.warn("sessions.session_url", Wrong::new(what, todo));
        }
        Some(HostSessionProof::Asked(AskedSettings {
            url: url.to_string(),
            cookies: sessions.session_cookies.clone(),
            keep: Duration::from_secs(u64::from(sessions.session_seconds)),
        }))
    }

    /// A key of the application's, which it alone can change.
    fn host_key(&mut self, name: &str, path: &Path) -> Option<Vec<u8>> {
        match secret::of_host(path, self.outside) {
            Ok((key, warning)) => {
                if let Some(warning) = warning {
                    self.warn(name, warning);
                }
                self.warn_of_readers(name, path);
                Some(key)
            }
            Err(wrong) => {
                self.complain_of(name, wrong.what, wrong.todo);
                None
            }
        }
    }

    /// Refuses the settings that only the other door knows.
    fn refuse(&mut self, keys: &[&str], needs: &str) {
        for key in keys {
            let name = format!("sessions.{key}");
            if self.loaded.origins.contains_key(&name) {
                let todo = format!("Leave it out, or give `{needs}` instead.");
                self.complain_of(&name, format!("means nothing without `{needs}`"), todo);
            }
        }
    }

    /// A cookie of this server's own is nothing for the host to read, and none of its sessions.
    fn refuse_own(&mut self, name: &str, cookie: &str) {
        if self.loaded.settings.proofs.session_cookie.name() == cookie {
            let what = format!("has `{cookie}`, which is this server's own cookie too (`session_cookie`)");
            self.complain_of(name, what, "Leave `session_cookie` out: it is `beseda_session` then.");
        }
    }
}
