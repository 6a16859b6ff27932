//! Settings that were read again: which of them count at once, and which wait for the next start.

use super::words::{rows, rows_of_sessions};
use super::{Sessions, Settings};
use beseda_contracts::shared::Reach;
use beseda_identity::Proofs;
use serde_json::Value;

/// Of the server's own settings, those that count at once.
const OWN: [&str; 5] = ["log_level", "log", "log_file_bytes", "log_files", "log_file_days"];

/// The limits that count at once. Everything else is made for its limits at the start.
const RATES: [&str; 10] = [
    "sends_per_second",
    "sends_burst",
    "connects_per_second",
    "connects_burst",
    "logins_per_minute",
    "logins_per_minute_address",
    "misses_per_minute",
    "uploads_per_minute",
    "searches_per_second",
    "rooms_per_hour",
];

/// What has changed, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// What counts from now on.
    pub taken: Vec<String>,
    /// What waits for the next start.
    pub waiting: Vec<String>,
}

/// The settings that count at once when they are read again, in the order of their documentation.
pub fn taken_again() -> Vec<String> {
    let reach = Reach::WORDS.iter().map(|word| word.about.name);
    let proofs = Proofs::WORDS.iter().map(|word| word.about.name);
    let own = OWN.into_iter().chain(reach).chain(proofs).chain(["issuers"]);
    let sessions = Sessions::WORDS
        .iter()
        .map(|word| format!("sessions.{}", word.about.name));
    let rates = RATES.into_iter().map(|rate| format!("limits.{rate}"));
    own.map(str::to_owned).chain(sessions).chain(rates).collect()
}

impl Settings {
    /// These settings with what of others, that were read again, counts at once; and what differs in those.
    pub fn following(&self, found: &Self) -> (Self, Changes) {
        let mut next = Self {
            log_level: found.log_level,
            log: found.log.clone(),
            log_file_bytes: found.log_file_bytes,
            log_files: found.log_files,
            log_file_days: found.log_file_days,
            reach: found.reach.clone(),
            proofs: found.proofs.clone(),
            issuers: found.issuers.clone(),
            sessions: found.sessions.clone(),
            host_session: found.host_session.clone(),
            ..self.clone()
        };
        for rate in RATES {
            if let Some(value) = found.limits.get(rate) {
                // It was in its range where it was read.
                let _ = next.limits.set(rate, value);
            }
        }
        let changes = self.changes(found);
        (next, changes)
    }

    fn changes(&self, found: &Self) -> Changes {
        let before = self.named();
        let changed = found
            .named()
            .into_iter()
            .zip(&before)
            .filter(|(now, before)| now != *before);
        let mut names: Vec<String> = changed.map(|((name, _), _)| name).collect();
        // What is not shown may have changed as well.
        let hidden = [
            ("issuers", self.issuers != found.issuers),
            (
                "sessions",
                self.sessions == found.sessions && self.host_session != found.host_session,
            ),
            ("kinds", self.own_kinds != found.own_kinds),
            ("database", self.database != found.database),
            ("s3_secret_key", self.s3_secret_key != found.s3_secret_key),
        ];
        for (name, has_changed) in hidden {
            if has_changed && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        let at_once = taken_again();
        let is_taken = |name: &String| at_once.contains(name) || name == "sessions";
        let (taken, waiting) = names.into_iter().partition(is_taken);
        Changes { taken, waiting }
    }

    /// Every setting that is shown, by name, but not the secret, which may have been made since.
    fn named(&self) -> Vec<(String, Value)> {
        let own = rows(self)
            .into_iter()
            .map(|(about, value)| (about.name.to_owned(), value));
        let sessions = rows_of_sessions(self).map(|(name, _, value)| (name, value));
        let limits = self
            .limits
            .iter()
            .map(|(word, value)| (format!("limits.{}", word.name), value.to_string().into()));
        let all = own.chain(sessions).chain(limits);
        all.filter(|(name, _)| name != "secret").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{GOOD, PEM, of_file, told};
    use super::*;
    use std::collections::BTreeSet;

    /// Every setting with another value than its default.
    const OTHER: &str = "\
data = 'other'
listen = '127.0.0.1:9'
socket_mode = '600'
metrics_listen = 'off'
backup_before_migration = false
database = 'postgres://somewhere/else'
file_types = ['image/png']
s3_bucket = 'bucket'
s3_endpoint = 'https://storage.shop.example'
s3_region = 'elsewhere'
s3_prefix = 'chat'
s3_path_style = false
s3_key_id = 'key'
s3_secret_key = 'secret'
push_subject = 'mailto:admin@shop.example'
push_origins = ['http://push.internal:8080']
log_format = 'json'
log_level = 'debug'
log = ['spa=debug']
log_file_bytes = 2048
log_files = 2
log_file_days = 3
allowed_origins = ['https://shop.example']
allowed_headers = ['x-own']
allowed_hosts = ['chat.shop.example']
trusted_proxies = ['unix']
base_path = '/chat-api'
frame_ancestors = ['none']
school_admins = true
echo_socket = false
access_minutes = 16
refresh_days = 31
refresh_rotation = false
session_idle_hours = 13
session_days = 31
session_cookie = 'own'
sockets_end_with = 'person'
secure_cookies = true
[sessions]
flask_secret_file = 'flask.key'
flask_fallback_files = ['shop.key']
flask_cookie = 'theirs'
flask_seconds = 60
person_key = 'user_id'
namespace = 'shop'
people = 'known'
[[issuers]]
issuer = 'https://shop.example'
algorithms = ['EdDSA']
public_key_file = 'shop.pem'
";

    /// What no file can say beside the rest.
    const NOT_TOGETHER: [&str; 7] = [
        // Refused without the feature that it is of.
        "otlp_endpoint",
        "secret",
        "secret_file",
        "redis",
        "sessions.session_url",
        "sessions.session_cookies",
        "sessions.session_seconds",
    ];

    #[test]
    fn every_setting_counts_at_once_or_is_told_to_wait() {
        let before = of_file("").settings;
        let mut loaded = of_file(OTHER);
        assert_eq!(told(&loaded), "");
        for (word, value) in before.limits.iter() {
            let other = if value == word.least { word.most } else { word.least };
            loaded.settings.limits.set(word.name, other).unwrap();
        }
        let found = loaded.settings;
        let (next, changes) = before.following(&found);
        let all: BTreeSet<String> = changes.taken.iter().chain(&changes.waiting).cloned().collect();
        let named = super::super::words::names();
        let forgotten: Vec<_> = named
            .iter()
            .filter(|name| !all.contains(*name) && !NOT_TOGETHER.contains(&name.as_str()))
            .collect();
        assert!(forgotten.is_empty(), "{forgotten:?}");

        // What is said to count does, and nothing else.
        let (was, is, wanted) = (before.named(), next.named(), found.named());
        for ((name, value), ((_, was), (_, wanted))) in is.iter().zip(was.iter().zip(&wanted)) {
            let expected = if taken_again().contains(name) { wanted } else { was };
            assert_eq!(value, expected, "{name}");
        }
        assert_eq!(
            (&next.issuers, &next.host_session),
            (&found.issuers, &found.host_session)
        );
        // Read once more, only what waits is found again.
        let (_, again) = next.following(&found);
        assert_eq!((again.taken, again.waiting), (Vec::new(), changes.waiting));
    }

    #[test]
    fn a_file_of_a_key_that_changed_is_a_change() {
        let file = "[sessions]\nflask_secret_file = 'flask.key'\n";
        let outside = |key: &str| {
            super::super::tests::read(
                &crate::system::pretend::Pretend::default()
                    .file("beseda.toml", file)
                    .file("flask.key", key)
                    .file("shop.pem", PEM),
            )
        };
        let (before, after) = (outside(GOOD).settings, outside(&format!("{GOOD}x")).settings);
        let (next, changes) = before.following(&after);
        assert_eq!(changes.taken, ["sessions"]);
        assert_eq!(next.host_session, after.host_session);
        assert_eq!(before.following(&before).1, Changes::default());
    }
}
