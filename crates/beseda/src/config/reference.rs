//! The documentation of all settings, written from the tables that read them.

use super::Settings;
use super::again::taken_again;
use super::issuer::KEYS;
use super::kinds;
use super::words::{rows, rows_of_sessions, variable};
use beseda_core::words::LIMITS;
use serde_json::Value;
use std::fmt::Write;

const OPENING: &str = "\
# Settings

<!-- Written by `beseda config reference`: change the tables in the code, not this page. -->

Every setting has one name. The file `beseda.toml` calls it `listen`, the environment `BESEDA_LISTEN`, and a command
that takes it as an argument `--listen`. Arguments win over the environment, it over the file, and the file over the
defaults.

The file is the one that `--config FILE` or `BESEDA_CONFIG` names, else `beseda.toml` in the working directory, else
`beseda.toml` in the data directory. Relative paths in the file start at the file's own directory; elsewhere they start at
the working directory.

A name that does not exist is refused, in the file and in the environment, and so is a value of the wrong kind or out
of its range: the server does not start with settings that it does not understand. `beseda config check` shows every
setting, its value and where it came from, and all that is wrong at once; `--json` is for programs.

```toml
listen = \"0.0.0.0:8000\"
allowed_origins = [\"https://shop.example\"]

[limits]
text_chars = 5000
```

";

const KINDS: &str = "
## Kinds of rooms

Rooms of any kind of the application's own (`deal:17`, `ticket:A-9`) work without a word here: their members take part, and
the application governs them by its key. One `[kinds.<word>]` table says more of a kind. Rights are words: `read` is to see,
read, listen and mark; `take-part` that and to send, react, mention, upload, pin, edit and erase one's own; `govern` to change
the room and who is in it and to erase anybody's, as `staff` also to settle what is reported; `step-in` to read and send
without being in it. `beseda policy` prints who may what. They are read when the server starts.

```toml
[kinds.deal]
title = \"Deal\"
roles = { seller = [\"take-part\"], buyer = [\"take-part\"], auditor = [\"read\"] }
staff = { admin = [\"read\", \"govern\"] }
```

| key | takes | what it is |
|---|---|---|
";

const ISSUERS: &str = "
## Issuers

People of an application that exists already bring its tokens: one `[[issuers]]` table for each application and key.
While a key changes, two tables may name the same issuer. Where a claim is named, a name with dots is also a path into the
objects of the token: `realm_access.roles`. Issuers stand in the file alone; `secret_file` keeps their
secrets out of it.

```toml
[[issuers]]
issuer = \"https://shop.example\"
algorithms = [\"RS256\"]
public_key_file = \"shop.pem\"
```

An issuer that publishes its keys, as login services do, is named with their address, which its
`/.well-known/openid-configuration` calls `jwks_uri`. It may then change its keys without a word to anybody:

```toml
[[issuers]]
issuer = \"https://login.example\"
algorithms = [\"RS256\"]
jwks_url = \"https://login.example/.well-known/jwks.json\"
```

While the address cannot be reached, the keys that were there before stay good. A key that is no longer there opens
nothing any more after 10 minutes.

| Key | Takes | |
|---|---|---|
";

const SESSIONS: &str = "
## Sessions of the host

People of an application come in with the session that they have there: [identity](identity.md#5--your-own-session). In the
file under `[sessions]`, and nothing of it is needed where nobody comes so.

A Flask application's session is verified with its `SECRET_KEY`:

```toml
[sessions]
flask_secret_file = \"flask.key\"
```

Every other application is asked whose session it is:

```toml
[sessions]
session_url = \"http://app:8000/whoami/\"
session_cookies = [\"sessionid\"]
```

| Setting | Variable | Takes | Default | |
|---|---|---|---|---|
";

const LIMITS_OPENING: &str = "
## Limits

In the file under `[limits]`. Nothing is unlimited, except that a rate of 0 means \"not limited\".

| Setting | Variable | Default | Range | Unit | |
|---|---|---|---|---|---|
";

const AGAIN: &str = "
## Read again while the server runs

On SIGHUP (`systemctl reload beseda`, `kill -HUP`) the server opens its log anew and reads file, environment and every file
of a key again. The settings below count from then on; open sockets go on as they were let in. A line of the log says what
counts, and which other settings have changed and wait for the next start. Where anything is wrong, each fault is told in
the log, and nothing changes.

";

/// The table of the file in which a setting stands; none where it stands before them all.
fn table_of(name: &str) -> Option<&str> {
    name.split_once('.').map(|(table, _)| table)
}

/// The page as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = OPENING.to_owned();
    page.push_str("| Setting | Variable | Argument | Takes | Default | |\n|---|---|---|---|---|---|\n");
    for (word, value) in rows(&Settings::default()) {
        let default = shown(value);
        let flag = word.flag.map(|flag| format!("`{flag}`")).unwrap_or_default();
        let (name, variable) = (word.name, variable(word.name));
        let _ = writeln!(
            page,
            "| `{name}` | `{variable}` | {flag} | {} | {default} | {} |",
            word.takes, word.sentence
        );
    }
    page.push_str(ISSUERS);
    for (key, takes, sentence) in KEYS {
        let _ = writeln!(page, "| `{key}` | {takes} | {sentence} |");
    }
    page.push_str(KINDS);
    for (key, takes, sentence) in kinds::KEYS {
        let _ = writeln!(page, "| `{key}` | {takes} | {sentence} |");
    }
    page.push_str(SESSIONS);
    for (name, word, value) in rows_of_sessions(&Settings::default()) {
        let (variable, takes, default, sentence) = (variable(&name), word.takes, shown(value), word.sentence);
        let _ = writeln!(page, "| `{name}` | `{variable}` | {takes} | {default} | {sentence} |");
    }
    page.push_str(LIMITS_OPENING);
    for word in LIMITS {
        let name = format!("limits.{}", word.name);
        let (variable, default) = (variable(&name), word.default);
        let (least, most) = (word.least, word.most);
        let _ = writeln!(
            page,
            "| `{name}` | `{variable}` | {default} | {least}–{most} | {} | {} |",
            word.unit, word.sentence
        );
    }
    page.push_str(AGAIN);
    let names = taken_again();
    for group in names.chunk_by(|one, next| table_of(one) == table_of(next)) {
        let names: Vec<String> = group.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "- {}", names.join(", "));
    }
    page
}

fn shown(default: Value) -> String {
    match default {
        Value::Null => "none".to_owned(),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}
