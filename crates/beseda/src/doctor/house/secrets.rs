//! Whether nobody reads what is secret: it lies in files, and in the settings.

use crate::config::Settings;
use crate::report::{Found, Said, Trouble, said};
use crate::system::{Outside, System};
use std::path::{Path, PathBuf};

/// Files of the data directory that nobody but the server reads.
const OWN: [&str; 5] = ["secret", "beseda.db", "beseda.db-wal", "beseda.db-shm", "doctor"];

pub(super) fn look(settings: &Settings, file: Option<&Path>) -> Found<()> {
    let data = settings.data.as_path();
    if System.mode(data).is_some_and(|mode| mode & 0o022 != 0) {
        return Err(open_to_others(data, "chmod go-w"));
    }
    for path in OWN.map(|name| data.join(name)) {
        if System.mode(&path).is_some_and(|mode| mode & 0o077 != 0) {
            return Err(open_to_others(&path, "chmod 600"));
        }
    }
    let named = file
        .map(|file| named_in(file, &settings_text(file)))
        .unwrap_or_default();
    // A group may be who the settings are shared with; everybody is not.
    for path in settings.secret_file.clone().into_iter().chain(named) {
        if System.mode(&path).is_some_and(|mode| mode & 0o007 != 0) {
            return Err(open_to_others(&path, "chmod o="));
        }
    }
    // One that can be guessed is refused with the settings already. A look makes none: the server's is somewhere else.
    if settings.secret.is_none() {
        return Err(Trouble::new(
            said("there is none that can be used", "нет такого, который годится"),
            said(
                "is --data the server's directory? the server makes one when it starts",
                "тот ли это каталог данных? сервер создаёт его при запуске",
            ),
        ));
    }
    Ok((
        (),
        said(
            "long enough, and open to nobody else",
            "достаточно длинные и закрыты от других",
        ),
    ))
}

fn settings_text(file: &Path) -> String {
    String::from_utf8_lossy(&System.read(file).unwrap_or_default()).into_owned()
}

/// The files that hold the secrets of a settings file: itself, where one stands in it, and those that it names.
fn named_in(file: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = text.lines().filter_map(|line| line.split_once('='));
    for (name, value) in entries.filter(|(name, _)| !name.trim_start().starts_with('#')) {
        let name = name.trim().rsplit('.').next().unwrap_or_default().trim();
        let value = value.trim().trim_matches(['"', '\'']);
        if matches!(name, "secret_file" | "flask_secret_file") {
            found.push(file.parent().unwrap_or(Path::new("")).join(value));
        } else if matches!(name, "secret" | "s3_secret_key") || (name == "database" && has_password(value)) {
            found.push(file.to_owned());
        }
    }
    found
}

fn has_password(url: &str) -> bool {
    let user = url.split_once("//").and_then(|(_, rest)| rest.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':')) || url.contains("password=")
}

fn open_to_others(path: &Path, mend: &str) -> Trouble {
    let (shown, mode) = (path.display(), System.mode(path).unwrap_or_default());
    Trouble::new(
        said(
            format!("{shown} is open to others: mode {mode:03o}"),
            format!("{shown} открыт другим: права {mode:03o}"),
        ),
        Said::verbatim(format!("`{mend} {shown}`")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_name_the_files_that_are_secret() {
        let named = |text| named_in(Path::new("/etc/beseda.toml"), text);
        for text in ["secret = 'x'", "s3_secret_key=\"x\"", "database = 'postgres://a:b@c/d'"] {
            assert_eq!(named(text), [PathBuf::from("/etc/beseda.toml")], "{text}");
        }
        assert_eq!(
            named("[[issuers]]\nsecret_file = 'shop.key'"),
            [PathBuf::from("/etc/shop.key")]
        );
        assert_eq!(
            named("sessions.flask_secret_file = \"/run/key\""),
            [PathBuf::from("/run/key")]
        );
        for text in [
            "# secret = 'x'",
            "database = 'postgres://beseda@127.0.0.1:5432/chat'",
            "database = 'sqlite'",
            "secrets",
            "listen = '127.0.0.1:1'",
        ] {
            assert!(named(text).is_empty(), "{text}");
        }
    }
}
