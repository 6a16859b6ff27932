//! Every setting there is, in one table: how it is read, shown and documented. The limits have a table of their own.

use super::problem::Wrong;
use super::raw::{Raw, printable};
use super::{LogFormat, LogLevel, Secret, SecureCookies, Settings, secret};
use beseda_core::words::{LIMITS, LimitRefusal, LimitValue, LimitWord};
use beseda_store::MediaTypes;
use serde_json::{Value, json};
use std::path::Path;

/// One setting.
pub struct SettingWord {
    /// Its name in the file; the environment's and the argument's are made of it.
    pub name: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// The argument that sets it, where there is one.
    pub flag: Option<&'static str>,
    /// What it is for.
    pub sentence: &'static str,
    /// Reads the value into the settings. Relative paths start at the path given.
    pub put: fn(&mut Settings, &Raw, &Path) -> Result<(), Wrong>,
    /// What it is set to, secrets left out.
    pub show: fn(&Settings) -> Value,
}

const SECURE: &[(&str, SecureCookies)] = &[
    ("auto", SecureCookies::Auto),
    ("true", SecureCookies::Always),
    ("false", SecureCookies::Never),
];
const FORMATS: &[(&str, LogFormat)] = &[("text", LogFormat::Text), ("json", LogFormat::Json)];
const LEVELS: &[(&str, LogLevel)] = &[
    ("error", LogLevel::Error),
    ("warn", LogLevel::Warn),
    ("info", LogLevel::Info),
    ("debug", LogLevel::Debug),
    ("trace", LogLevel::Trace),
];

/// All settings but `issuers` and `limits.*`, in the order of their documentation.
pub const SETTINGS: &[SettingWord] = &[
    SettingWord {
        name: "data",
        takes: "path",
        flag: Some("--data"),
        sentence: "The directory that everything is kept in. Under systemd its `StateDirectory` is the default.",
        put: |settings, raw, base| raw.text().map(|text| settings.data = base.join(text)),
        show: |settings| json!(settings.data),
    },
    SettingWord {
        name: "listen",
        takes: "address and port",
        flag: Some("--listen"),
        sentence: "Where the server listens. Port 0 lets the system choose one.",
        put: |settings, raw, _| raw.address().map(|address| settings.listen = address),
        show: |settings| json!(settings.listen),
    },
    SettingWord {
        name: "database",
        takes: "`sqlite`",
        flag: Some("--database"),
        sentence: "Where messages are kept: `sqlite` is the file `beseda.db` in the data directory. PostgreSQL is not in this version yet.",
        put: |_, raw, _| database(raw.text()?),
        show: |_| json!("sqlite"),
    },
    SettingWord {
        name: "redis",
        takes: "nothing yet",
        flag: Some("--redis"),
        sentence: "The bus between several servers. Not in this version yet: one process serves everybody, and needs none.",
        put: |_, _, _| {
            let todo = "Leave it out: one process serves everybody and needs no bus.";
            Err(Wrong::new("is not in this version yet", todo))
        },
        show: |_| Value::Null,
    },
    SettingWord {
        name: "secret",
        takes: "at least 32 bytes",
        flag: None,
        sentence: "Signs the server's own tokens and cookies. Without it the server makes one on its first start and keeps it in the file `secret` of the data directory.",
        put: |settings, raw, _| secret::of_value(raw).map(|secret| settings.secret = Some(secret)),
        show: |settings| {
            settings
                .secret
                .as_ref()
                .map_or(Value::Null, |secret| json!(secret.to_string()))
        },
    },
    SettingWord {
        name: "secret_file",
        takes: "path",
        flag: None,
        sentence: "The file that the secret is in, instead of `secret`.",
        put: |settings, raw, base| raw.text().map(|text| settings.secret_file = Some(base.join(text))),
        show: |settings| json!(settings.secret_file),
    },
    SettingWord {
        name: "allowed_origins",
        takes: "list of origins",
        flag: None,
        sentence: "The sites whose pages may call this server, besides its own: `https://shop.example`, without a path. In the environment, separated by commas.",
        put: |settings, raw, _| {
            let origins = raw.texts()?.iter().map(|text| origin(text)).collect::<Result<_, _>>()?;
            settings.allowed_origins = origins;
            Ok(())
        },
        show: |settings| json!(settings.allowed_origins),
    },
    SettingWord {
        name: "allowed_hosts",
        takes: "list of host names",
        flag: None,
        sentence: "The names that this server answers to, without ports: `chat.shop.example`. Without it, any: then the proxy in front has to see to that. In the environment, separated by commas.",
        put: |settings, raw, _| {
            let hosts = raw.texts()?.iter().map(|text| host(text)).collect::<Result<_, _>>()?;
            settings.allowed_hosts = hosts;
            Ok(())
        },
        show: |settings| json!(settings.allowed_hosts),
    },
    SettingWord {
        name: "trusted_proxies",
        takes: "list of IP addresses",
        flag: None,
        sentence: "The proxies in front whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Without it, limits by address see the proxy's. In the environment, separated by commas.",
        put: |settings, raw, _| {
            let proxies = raw
                .texts()?
                .iter()
                .map(|text| address(text))
                .collect::<Result<_, _>>()?;
            settings.trusted_proxies = proxies;
            Ok(())
        },
        show: |settings| json!(settings.trusted_proxies),
    },
    SettingWord {
        name: "access_minutes",
        takes: "minutes, 1 to 1440",
        flag: None,
        sentence: "How long an access token is good for.",
        put: |settings, raw, _| raw.whole(1, 1440).map(|minutes| settings.access_minutes = minutes),
        show: |settings| json!(settings.access_minutes),
    },
    SettingWord {
        name: "refresh_days",
        takes: "days, 1 to 365",
        flag: None,
        sentence: "How long a refresh token is good for.",
        put: |settings, raw, _| raw.whole(1, 365).map(|days| settings.refresh_days = days),
        show: |settings| json!(settings.refresh_days),
    },
    SettingWord {
        name: "refresh_rotation",
        takes: "true or false",
        flag: None,
        sentence: "Whether using a refresh token gives a new one and ends the old. `false` for clients that never store the new one.",
        put: |settings, raw, _| raw.truth().map(|truth| settings.refresh_rotation = truth),
        show: |settings| json!(settings.refresh_rotation),
    },
    SettingWord {
        name: "session_idle_hours",
        takes: "hours, 1 to 720",
        flag: None,
        sentence: "How long a session in the browser lives without being used.",
        put: |settings, raw, _| raw.whole(1, 720).map(|hours| settings.session_idle_hours = hours),
        show: |settings| json!(settings.session_idle_hours),
    },
    SettingWord {
        name: "session_days",
        takes: "days, 1 to 365",
        flag: None,
        sentence: "How long a session in the browser lives at most.",
        put: |settings, raw, _| raw.whole(1, 365).map(|days| settings.session_days = days),
        show: |settings| json!(settings.session_days),
    },
    SettingWord {
        name: "secure_cookies",
        takes: "`auto`, `true` or `false`",
        flag: None,
        sentence: "Whether cookies are sent over HTTPS alone. `auto`: where a trusted proxy says that the request came over HTTPS.",
        put: |settings, raw, _| {
            let choice = match raw {
                Raw::Truth(true) => Ok(SecureCookies::Always),
                Raw::Truth(false) => Ok(SecureCookies::Never),
                other => other.choice(SECURE),
            };
            choice.map(|choice| settings.secure_cookies = choice)
        },
        show: |settings| json!(name_in(SECURE, settings.secure_cookies)),
    },
    SettingWord {
        name: "school_admins",
        takes: "true or false",
        flag: None,
        sentence: "Whether administrators use the school's calls, as if they taught there.",
        put: |settings, raw, _| raw.truth().map(|truth| settings.school_admins = truth),
        show: |settings| json!(settings.school_admins),
    },
    SettingWord {
        name: "echo_socket",
        takes: "true or false",
        flag: None,
        sentence: "Whether `/ws/test/` is open, a socket that greets and echoes without authentication: it proves that proxies let sockets through.",
        put: |settings, raw, _| raw.truth().map(|truth| settings.echo_socket = truth),
        show: |settings| json!(settings.echo_socket),
    },
    SettingWord {
        name: "file_types",
        takes: "list of media types",
        flag: None,
        sentence: "The files that are taken, by what their bytes are: `image/png`, `application/pdf`. Without it, every type that is known here. In the environment, separated by commas.",
        put: |settings, raw, _| {
            let types = raw.texts()?;
            MediaTypes::only(&types).map_err(|unknown| {
                let known: Vec<&str> = MediaTypes::known().collect();
                Wrong::new(
                    format!("has an unknown type: {unknown}"),
                    format!("Known are {}.", known.join(", ")),
                )
            })?;
            settings.file_types = types;
            Ok(())
        },
        show: |settings| json!(settings.file_types),
    },
    SettingWord {
        name: "s3_bucket",
        takes: "name of a bucket",
        flag: None,
        sentence: "The bucket that files are kept in, at a service that speaks S3. Without it, files are kept in `uploads/chat` of the data directory. Let the bucket's own rules abort uploads that were not completed within a day.",
        put: |settings, raw, _| raw.text().map(|text| settings.bucket.name = text.to_owned()),
        show: |settings| json!(settings.bucket.name),
    },
    SettingWord {
        name: "s3_endpoint",
        takes: "address",
        flag: None,
        sentence: "Where the service is: `https://storage.shop.example`. Without it, Amazon's.",
        put: |settings, raw, _| origin(raw.text()?).map(|address| settings.bucket.endpoint = address),
        show: |settings| json!(settings.bucket.endpoint),
    },
    SettingWord {
        name: "s3_region",
        takes: "name of a region",
        flag: None,
        sentence: "The region that requests are signed for.",
        put: |settings, raw, _| raw.text().map(|text| settings.bucket.region = text.to_owned()),
        show: |settings| json!(settings.bucket.region),
    },
    SettingWord {
        name: "s3_prefix",
        takes: "path",
        flag: None,
        sentence: "What all keys begin with, without a slash at either end.",
        put: |settings, raw, _| raw.text().map(|text| settings.bucket.prefix = text.to_owned()),
        show: |settings| json!(settings.bucket.prefix),
    },
    SettingWord {
        name: "s3_path_style",
        takes: "true or false",
        flag: None,
        sentence: "Whether the bucket's name stands in the path, as most services but Amazon's want it.",
        put: |settings, raw, _| raw.truth().map(|truth| settings.bucket.path_style = truth),
        show: |settings| json!(settings.bucket.path_style),
    },
    SettingWord {
        name: "s3_key_id",
        takes: "name of an access key",
        flag: None,
        sentence: "The name of the access key.",
        put: |settings, raw, _| raw.text().map(|text| settings.bucket.key_id = text.to_owned()),
        show: |settings| json!(settings.bucket.key_id),
    },
    SettingWord {
        name: "s3_secret_key",
        takes: "access key",
        flag: None,
        sentence: "The access key. It is shown nowhere.",
        put: |settings, raw, _| {
            raw.text()
                .map(|text| settings.bucket.secret_key = Some(Secret::of_others(text)))
        },
        show: |settings| json!(settings.bucket.secret_key.as_ref().map(ToString::to_string)),
    },
    SettingWord {
        name: "log_format",
        takes: "`text` or `json`",
        flag: None,
        sentence: "How a line of the log looks on standard error. The file `logs/app.log` always holds text.",
        put: |settings, raw, _| raw.choice(FORMATS).map(|format| settings.log_format = format),
        show: |settings| json!(name_in(FORMATS, settings.log_format)),
    },
    SettingWord {
        name: "log_level",
        takes: "`error`, `warn`, `info`, `debug` or `trace`",
        flag: None,
        sentence: "The least important line that is still written.",
        put: |settings, raw, _| raw.choice(LEVELS).map(|level| settings.log_level = level),
        show: |settings| json!(name_in(LEVELS, settings.log_level)),
    },
    SettingWord {
        name: "log_file_bytes",
        takes: "bytes, 1024 to 1073741824",
        flag: None,
        sentence: "How big `logs/app.log` of the data directory gets. A line that would make it bigger begins a new file, and so does a new day (UTC): the old one becomes `app.log.1`, that one `app.log.2`, and so on.",
        put: |settings, raw, _| {
            raw.whole(1024, 1024 * 1024 * 1024)
                .map(|bytes| settings.log_file_bytes = bytes)
        },
        show: |settings| json!(settings.log_file_bytes),
    },
    SettingWord {
        name: "log_files",
        takes: "files, 1 to 1000",
        flag: None,
        sentence: "How many old files of the log are kept beside `app.log`.",
        put: |settings, raw, _| raw.whole(1, 1000).map(|files| settings.log_files = files),
        show: |settings| json!(settings.log_files),
    },
    SettingWord {
        name: "log_file_days",
        takes: "days, 1 to 3650",
        flag: None,
        sentence: "How many days after its last line an old file of the log is deleted, when the next file is begun.",
        put: |settings, raw, _| raw.whole(1, 3650).map(|days| settings.log_file_days = days),
        show: |settings| json!(settings.log_file_days),
    },
];

fn name_in<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words
        .iter()
        .find(|(_, known)| *known == value)
        .map_or("", |(name, _)| name)
}

/// The variable of the environment for a setting: `limits.text_chars` is `BESEDA_LIMITS_TEXT_CHARS`.
pub fn variable(name: &str) -> String {
    format!("BESEDA_{}", name.replace('.', "_").to_uppercase())
}

/// Every name that the file knows.
pub fn names() -> Vec<String> {
    let limits = LIMITS.iter().map(|word| format!("limits.{}", word.name));
    SETTINGS
        .iter()
        .map(|word| word.name.to_owned())
        .chain(["issuers".to_owned()])
        .chain(limits)
        .collect()
}

/// Reads a value into the settings by name; `None` when there is no such setting.
pub fn put(settings: &mut Settings, name: &str, raw: &Raw, base: &Path) -> Option<Result<(), Wrong>> {
    if let Some(word) = SETTINGS.iter().find(|word| word.name == name) {
        return Some((word.put)(settings, raw, base));
    }
    let limit = name.strip_prefix("limits.")?;
    let word = LIMITS.iter().find(|word| word.name == limit)?;
    Some(limit_value(raw).and_then(|value| {
        settings
            .limits
            .set(limit, value)
            .map_err(|refusal| range(word, refusal))
    }))
}

fn limit_value(raw: &Raw) -> Result<LimitValue, Wrong> {
    let wrong = |what: &str, todo: &str| Err(Wrong::new(what, todo));
    match raw {
        Raw::Whole(number) => match u64::try_from(*number) {
            Ok(count) => Ok(LimitValue::Count(count)),
            Err(_) => wrong("is out of all range", "Choose a number above 0."),
        },
        Raw::Fraction(rate) => Ok(LimitValue::Rate(*rate)),
        Raw::Untyped(text) => match (text.parse::<u64>(), text.parse::<f64>()) {
            (Ok(count), _) => Ok(LimitValue::Count(count)),
            (_, Ok(rate)) => Ok(LimitValue::Rate(rate)),
            _ => wrong("must be a number", "Write digits alone, like 200."),
        },
        _ => wrong("must be a number", "Write digits alone, like 200, without quotes."),
    }
}

fn range(word: &LimitWord, refusal: LimitRefusal) -> Wrong {
    let what = match refusal {
        LimitRefusal::NotWhole => "must be a whole number".to_owned(),
        LimitRefusal::Unknown | LimitRefusal::Range { .. } => format!("must be from {} to {}", word.least, word.most),
    };
    Wrong::new(
        what,
        format!("It counts {}; its default is {}.", word.unit, word.default),
    )
}

fn database(text: &str) -> Result<(), Wrong> {
    let todo = "Leave it out: messages are kept in `beseda.db` in the data directory.";
    if text == "sqlite" {
        Ok(())
    } else if text.starts_with("postgres:") || text.starts_with("postgresql:") {
        Err(Wrong::new("cannot be PostgreSQL in this version yet", todo))
    } else {
        // The text is not repeated: addresses of databases hold passwords.
        Err(Wrong::new("can only be `sqlite`", todo))
    }
}

/// A name that the server answers to.
fn host(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let is_address = bare.is_some_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok());
    let is_name = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let wrong = || {
        Wrong::new(
            "holds what is no host name",
            "Write it like chat.shop.example, without scheme and port.",
        )
    };
    if is_address || is_name {
        Ok(text.to_lowercase())
    } else {
        Err(wrong())
    }
}

/// The address of a proxy.
fn address(text: &str) -> Result<std::net::IpAddr, Wrong> {
    let wrong = || {
        Wrong::new(
            "holds what is no IP address",
            "Write it like 127.0.0.1 or ::1, without a port.",
        )
    };
    text.trim().parse().map_err(|_| wrong())
}

/// An origin exactly as browsers send it.
fn origin(text: &str) -> Result<String, Wrong> {
    let wrong = |what: &str, todo: &str| Err(Wrong::new(format!("holds `{}`, {what}", printable(text)), todo));
    if text.contains('*') {
        return wrong(
            "and a wildcard would let every site in",
            "Name each site, like https://shop.example.",
        );
    }
    let Some((scheme @ ("https" | "http"), rest)) = text.split_once("://") else {
        return wrong(
            "which is no origin",
            "Begin with https:// or http://, like https://shop.example.",
        );
    };
    let host = rest.strip_suffix('/').unwrap_or(rest).to_lowercase();
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ', '\\']) || !host.is_ascii() {
        let todo =
            "Write the scheme, the host and the port alone, like https://shop.example (punycode for other letters).";
        return wrong("which is more or less than an origin", todo);
    }
    let usual = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    let port = host
        .rsplit_once(':')
        .filter(|_| !host.ends_with(']'))
        .map(|(_, port)| port);
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return wrong("whose port is no number", "Write it like https://shop.example:8443.");
    }
    Ok(format!("{scheme}://{host}"))
}
