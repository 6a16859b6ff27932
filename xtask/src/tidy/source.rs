//! Walls inside the Rust sources: who may wait, spell SQL, name another contract.

use std::collections::BTreeSet;

use super::Finding;
use super::permission;
use super::tokens::{self, Kind, Source, Token};
use super::tree::Tree;
use beseda_core::words::LIMITS;

const CORE: &str = "crates/beseda-core/src/";
const STORE: &str = "crates/beseda-store/";
/// Makes a piece of a PostgreSQL for a test, before there is a store on it.
const GROUND: &str = "crates/beseda-testkit/src/ground.rs";
const CONTRACTS: &str = "crates/beseda-contracts/src/";
/// What contracts share without a framework's words, and the voices that have them.
const SHARED: &str = "shared";
const VOICES: &str = "voices";
const TESTKIT: &str = "crates/beseda-testkit/";
/// The table of all limits.
const LIMITS_TABLE: &str = "crates/beseda-core/src/words/limits.rs";
/// The only file, and the only folder, that may decide or spell what a role is.
const ROLE_HOMES: [&str; 3] = [
    "crates/beseda-core/src/policy.rs",
    "crates/beseda-core/src/policy/",
    "crates/beseda-core/src/words/",
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = sql_files(tree);
    let sources = read_all(tree, &mut findings);
    let contracts = contract_folders(tree);
    for (file, source) in &sources {
        let tokens = &source.tokens;
        findings.extend(core_words(file, tokens));
        findings.extend(sql(file, tokens));
        findings.extend(contract_names(file, tokens, &contracts));
        if !ROLE_HOMES.iter().any(|home| file.starts_with(home)) {
            findings.extend(permission::check(file, tokens));
        }
    }
    if tree.files.contains_key(LIMITS_TABLE) {
        findings.extend(unasked_limits(&sources));
    }
    findings
}

/// The sources of the crates, without the modules that exist in tests only.
fn read_all<'a>(tree: &'a Tree, findings: &mut Vec<Finding>) -> Vec<(&'a str, Source)> {
    let mut sources = Vec::new();
    let mut test_only: Vec<String> = Vec::new();
    for (file, text) in tree
        .below("crates/", "rs")
        .filter(|(file, _)| file.split('/').nth(2) == Some("src"))
    {
        match tokens::read(text) {
            Ok(source) => {
                let folder = module_folder(file);
                for module in &source.test_modules {
                    test_only.push(format!("{folder}{module}.rs"));
                    test_only.push(format!("{folder}{module}/"));
                }
                sources.push((file, source));
            }
            Err(error) => findings.push(Finding::new(
                "rust",
                file,
                error.to_string(),
                "the file cannot be read as Rust, so no wall in it can be checked",
            )),
        }
    }
    sources.retain(|(file, _)| !test_only.iter().any(|path| file.starts_with(path.as_str())));
    sources
}

/// Where the modules that a file declares are found.
fn module_folder(file: &str) -> String {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    match name {
        "lib.rs" | "main.rs" | "mod.rs" => format!("{folder}/"),
        _ => format!("{folder}/{}/", name.trim_end_matches(".rs")),
    }
}

fn contract_folders(tree: &Tree) -> BTreeSet<&str> {
    let below = tree
        .files
        .keys()
        .filter_map(|file| file.strip_prefix(CONTRACTS)?.split_once('/'));
    below
        .map(|(folder, _)| folder)
        .filter(|folder| ![SHARED, VOICES].contains(folder))
        .collect()
}

/// What the core may not depend on is not there for it to name; this is what Rust itself would give it.
fn core_words(file: &str, tokens: &[Token]) -> Vec<Finding> {
    if !file.starts_with(CORE) {
        return Vec::new();
    }
    let waits = |token: &&Token| {
        token.is_path()
            && (["async", "await"].contains(&token.text.as_str())
                || ["std::net", "std::thread"]
                    .iter()
                    .any(|path| token.text.starts_with(path)))
    };
    let found = tokens.iter().filter(waits);
    found
        .map(|token| {
            let advice = "the core says what is true and never waits: no socket, no runtime, no thread; let the crate that owns it call the core";
            Finding::at("core-words", file, token.line, format!("the core names `{}`", token.text), advice)
        })
        .collect()
}

/// The table makes a limit that can be set and read about; it bounds something only where somebody asks for it.
fn unasked_limits(sources: &[(&str, Source)]) -> Vec<Finding> {
    let asks = |name: &str| {
        let sources = sources
            .iter()
            .filter(|(file, _)| *file != LIMITS_TABLE && !file.starts_with(TESTKIT));
        sources
            .flat_map(|(_, source)| source.tokens.windows(5))
            .any(|run| is_asked(run, name))
    };
    let unasked = LIMITS.iter().filter(|limit| !asks(limit.name));
    unasked
        .map(|limit| {
            let advice = "a limit that nobody asks for is a promise: ask for `limits.<name>` where it holds, or take its line out";
            Finding::new("limits", LIMITS_TABLE, format!("nobody asks for `{}`", limit.name), advice)
        })
        .collect()
}

/// `limits.name` or `limits().name` at the front.
fn is_asked(run: &[Token], name: &str) -> bool {
    match run {
        [limits, dot, field, ..] if limits.is("limits") && dot.is(".") => field.is(name),
        [limits, open, close, dot, field] if limits.is("limits") && open.is("(") => {
            close.is(")") && dot.is(".") && field.is(name)
        }
        _ => false,
    }
}

/// SQL stands in files of its own, in the store.
fn sql(file: &str, tokens: &[Token]) -> Vec<Finding> {
    let in_store = file.starts_with(STORE);
    if file == GROUND {
        return Vec::new();
    }
    let spelled = |token: &&Token| {
        token.kind == Kind::Text && is_sql(&token.text) && !(in_store && is_session_command(&token.text))
    };
    let found = tokens.iter().filter(spelled);
    found
        .map(|token| {
            let what = format!("SQL in a string: \"{}\"", token.text.trim().chars().take(40).collect::<String>());
            let advice = match in_store {
                true => "a statement is a file, crates/beseda-store/sql/<table>/<verb>.sql, read with include_str!: only so can one test prepare every statement on every engine",
                false => "only the store spells SQL: ask it through a port of the core",
            };
            Finding::at("sql", file, token.line, what, advice)
        })
        .collect()
}

fn is_sql(text: &str) -> bool {
    const VERBS: [&str; 15] = [
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "CREATE",
        "ALTER",
        "DROP",
        "WITH",
        "PRAGMA",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT",
        "VACUUM",
        "ATTACH",
    ];
    const SMALL: [&str; 7] = [
        "insert into ",
        "delete from ",
        "create table ",
        "create index ",
        "drop table ",
        "alter table ",
        "pragma ",
    ];
    let text = text.trim_start();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    // `DELETE /rooms/1` is HTTP.
    let shouted = VERBS.contains(&first.trim_end_matches(';')) && !rest.starts_with('/');
    let verb_alone =
        rest.is_empty() && !["BEGIN", "COMMIT", "ROLLBACK", "VACUUM"].contains(&first.trim_end_matches(';'));
    let queried = text.starts_with("select ") && text.contains(" from ");
    (shouted && !verb_alone) || queried || SMALL.iter().any(|start| text.starts_with(start))
}

/// What is said to a connection rather than asked of a table.
fn is_session_command(text: &str) -> bool {
    const COMMANDS: [&str; 7] = [
        "PRAGMA",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT",
        "RELEASE",
        "VACUUM",
    ];
    let first = text.split_whitespace().next().unwrap_or_default();
    COMMANDS.contains(&first.trim_end_matches(';'))
}

fn sql_files(tree: &Tree) -> Vec<Finding> {
    const HOMES: [&str; 2] = ["crates/beseda-store/sql/", "crates/beseda-store/migrations/"];
    let strays = tree
        .below("", "sql")
        .filter(|(file, _)| !HOMES.iter().any(|home| file.starts_with(home)));
    strays
        .map(|(file, _)| {
            Finding::new(
                "sql",
                file,
                "an SQL file outside the store",
                "only the store spells SQL: crates/beseda-store/sql/ or migrations/",
            )
        })
        .collect()
}

/// `order_desk` does not know that there is a `school`, and `shared` knows neither, nor how anything sounds.
fn contract_names(file: &str, tokens: &[Token], contracts: &BTreeSet<&str>) -> Vec<Finding> {
    let Some((own, _)) = file.strip_prefix(CONTRACTS).and_then(|rest| rest.split_once('/')) else {
        return Vec::new();
    };
    let is_other = |name: &&str| *name != own && (contracts.contains(name) || (own == SHARED && *name == VOICES));
    let other = |token: &Token| match token.kind {
        Kind::Path | Kind::Import if token.text.contains("::") => token.segments().find(is_other).map(str::to_owned),
        Kind::Text if token.text.contains("../") => token.text.split('/').find(is_other).map(str::to_owned),
        _ => None,
    };
    let found = tokens.iter().filter_map(|token| Some((token, other(token)?)));
    found
        .map(|(token, other)| {
            let advice = "no contract knows another: what two of them need goes to shared/ (if it has no contract's words), to voices/ (if it has) or into the core";
            Finding::at("contract-names", file, token.line, format!("`{own}` names `{other}`"), advice)
        })
        .collect()
}
