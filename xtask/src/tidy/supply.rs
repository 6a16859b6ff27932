//! What other people's code we take in: licences, sources, banned crates, doubled crates.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Finding;
use super::house::{Graph, Package};
use super::tree::Tree;

/// Licences that ask for nothing but their own text.
const LICENCES: [&str; 14] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "BSL-1.0",
    "Unlicense",
    "CC0-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "CDLA-Permissive-2.0",
];

/// What the pages may ship besides: OFL-1.1 is the licence of fonts, which stay under it when embedded.
const WEB_LICENCES: [&str; 2] = ["BlueOak-1.0.0", "OFL-1.1"];

/// The binary links at most so many crates; each is somebody to trust. Pictures cost 21 of them, files in S3 10, and the
/// keys that issuers publish 40: see docs/decisions/0012.
const LINKED_MAX: usize = 285;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "https://registry.npmjs.org/";

/// Never in the graph, however deep.
const BANNED: [(&str, &str); 14] = [
    (
        "openssl-sys",
        "a C library that every machine has in another version; rustls or rust_crypto instead",
    ),
    (
        "openssl",
        "a C library that every machine has in another version; rustls or rust_crypto instead",
    ),
    ("native-tls", "it is openssl on Linux; rustls instead"),
    (
        "aws-lc-sys",
        "it needs cmake and minutes of C; ring or rust_crypto instead",
    ),
    (
        "fastwebsockets",
        "its reassembly ignores the size limit: one client can fill the memory",
    ),
    ("fred", "unmaintained; redis instead"),
    (
        "sqlx",
        "it links another SQLite than rusqlite does, and has no group commit",
    ),
    ("multipart", "unmaintained; multer, by axum"),
    ("async-std", "discontinued, and a second runtime"),
    ("stream-chat", "its licence forbids use by a chat server"),
    ("utoipa-swagger-ui", "its build script downloads from the network"),
    ("dotenv", "unmaintained; settings have one place"),
    ("failure", "unmaintained; thiserror instead"),
    ("net2", "unmaintained; socket2 instead"),
];

/// Not by us; others may still need them.
const BANNED_DIRECTLY: [(&str, &str); 5] = [
    (
        "chrono",
        "jiff has time zones that are right, and one calendar is enough",
    ),
    ("lazy_static", "std::sync::LazyLock"),
    ("once_cell", "std::sync::OnceLock and LazyLock"),
    ("log", "tracing, whose fields can be queried"),
    (
        "dashmap",
        "shards of a parking_lot map: its guards deadlock when held over another call",
    ),
];

/// Crates that are linked twice, the older version, and why nothing can be done about it here.
/// An exception that no longer occurs is an error too: the table never says more than the truth.
const DOUBLED: [(&str, &str, &str); 14] = [
    ("base64", "0.22", JSONWEBTOKEN),
    ("block-buffer", "0.10", OLD_CURVES),
    ("const-oid", "0.9", OLD_CURVES),
    ("cpufeatures", "0.2", OLD_CURVES),
    ("crypto-common", "0.1", OLD_CURVES),
    ("digest", "0.10", OLD_CURVES),
    ("getrandom", "0.2", OLD_CURVES),
    ("hashbrown", "0.14", "governor's dashmap 6 has not moved"),
    ("hashbrown", "0.16", "governor 0.10 has not moved"),
    ("miniz_oxide", "0.8", "png 0.18 has not moved"),
    ("rand", "0.8", JSONWEBTOKEN),
    ("rand_core", "0.6", OLD_CURVES),
    ("sha2", "0.10", OLD_CURVES),
    ("spin", "0.9", "multer 3 and lazy_static have not moved"),
];

const JSONWEBTOKEN: &str = "jsonwebtoken 11 has not moved";
const OLD_CURVES: &str =
    "jsonwebtoken 11's rust_crypto stands on rsa 0.9, p256 0.13 and ed25519-dalek 2, which await their next major";

pub fn check(graph: &Graph, tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = graph.packages.iter().flat_map(package).collect();
    findings.extend(doubled(graph, &DOUBLED));
    findings.extend(linked(graph));
    if let Some(lock) = tree.files.get("web/package-lock.json") {
        findings.extend(web(lock));
    }
    findings
}

fn package(package: &Package) -> Vec<Finding> {
    let place = format!("Cargo.lock: {} {}", package.name, package.version);
    let mut findings = Vec::new();
    let licence = package.licence.as_deref().unwrap_or("");
    if !is_allowed(licence, &LICENCES) {
        let advice = "we ship under MIT and want no conditions but the licence's own text: take another crate, or argue in docs/decisions/ for one more licence in xtask/src/tidy/supply.rs";
        findings.push(Finding::new("licence", &place, format!("licence `{licence}`"), advice));
    }
    if package.source.as_deref().is_some_and(|source| source != CRATES_IO) {
        let source = package.source.as_deref().unwrap_or_default();
        findings.push(Finding::new(
            "source",
            &place,
            format!("from {source}"),
            "crates come from crates.io with a checksum: a branch of somebody's repository changes under us",
        ));
    }
    for (name, reason) in BANNED.iter().filter(|(name, _)| *name == package.name) {
        findings.push(Finding::new(
            "banned",
            &place,
            format!("`{name}` is in the graph (`cargo tree -i {name}` says through whom)"),
            *reason,
        ));
    }
    let direct = |(name, _): &&(&str, &str)| package.is_member && package.declared.iter().any(|one| one.name == *name);
    for (name, reason) in BANNED_DIRECTLY.iter().filter(direct) {
        findings.push(Finding::new(
            "banned",
            format!("{}'s Cargo.toml", package.name),
            format!("depends on `{name}`"),
            *reason,
        ));
    }
    findings
}

/// The part of a version that may not differ within one binary: `1`, `0.22`, `0.0.3`.
fn compatible(version: &str) -> String {
    let mut kept = Vec::new();
    for part in version.split('.') {
        kept.push(part);
        if part != "0" {
            break;
        }
    }
    kept.join(".")
}

fn doubled(graph: &Graph, exceptions: &[(&str, &str, &str)]) -> Vec<Finding> {
    let linked = graph.linked_into("beseda");
    let mut versions: BTreeMap<&str, Vec<(&Package, String)>> = BTreeMap::new();
    for (index, needed_by) in &linked {
        if let Some(package) = graph.packages.get(*index) {
            let by: Vec<String> = needed_by
                .iter()
                .map(|one| format!("{} {}", one.name, one.version))
                .collect();
            versions
                .entry(&package.name)
                .or_default()
                .push((package, by.join(", ")));
        }
    }
    let mut findings = Vec::new();
    let mut met = Vec::new();
    for (name, found) in versions.iter_mut().filter(|(_, found)| found.len() > 1) {
        found.sort_by_key(|(package, _)| order(&package.version));
        // The newest is the one that the others should become.
        for (package, by) in found.iter().rev().skip(1) {
            let line = compatible(&package.version);
            if exceptions
                .iter()
                .any(|(crate_name, version, _)| crate_name == name && *version == line)
            {
                met.push((name.to_string(), line));
                continue;
            }
            let advice = "two versions are compiled, linked and trusted: move whoever needs the older one, or add it with its reason to DOUBLED in xtask/src/tidy/supply.rs";
            findings.push(Finding::new(
                "doubled",
                format!("Cargo.lock: {name} {}", package.version),
                format!("also linked in a newer version; needed by {by}"),
                advice,
            ));
        }
    }
    for (name, version, _) in exceptions
        .iter()
        .filter(|(name, version, _)| !met.contains(&(name.to_string(), version.to_string())))
    {
        let what = format!("{name} {version} is no longer doubled");
        findings.push(Finding::new(
            "doubled",
            "xtask/src/tidy/supply.rs",
            what,
            "good: take its line out of DOUBLED",
        ));
    }
    findings
}

fn order(version: &str) -> Vec<u64> {
    version
        .split(['.', '-', '+'])
        .map_while(|part| part.parse().ok())
        .collect()
}

fn linked(graph: &Graph) -> Option<Finding> {
    let count = graph.linked_into("beseda").len();
    (count > LINKED_MAX).then(|| {
        Finding::new(
            "linked",
            "Cargo.lock",
            format!("{count} crates in the binary, {LINKED_MAX} at most"),
            "each is somebody to trust and something to compile: do without the last one, or without its features",
        )
    })
}

/// An SPDX expression: `OR` binds weaker than `AND`, the older `/` means `OR`, `WITH` only ever allows more.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let verdict = any_of(&mut rest, allowed);
    verdict && rest.is_empty()
}

fn any_of(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut verdict = all_of(words, allowed);
    while let ["OR" | "or", rest @ ..] = *words {
        *words = rest;
        verdict |= all_of(words, allowed);
    }
    verdict
}

fn all_of(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut verdict = one(words, allowed);
    while let ["AND" | "and", rest @ ..] = *words {
        *words = rest;
        verdict &= one(words, allowed);
    }
    verdict
}

fn one(words: &mut &[&str], allowed: &[&str]) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let verdict = any_of(words, allowed);
            let [")", rest @ ..] = *words else {
                return false;
            };
            *words = rest;
            verdict
        }
        [licence, "WITH", _, rest @ ..] | [licence, rest @ ..] => {
            *words = rest;
            allowed.contains(licence)
        }
        [] => false,
    }
}

/// The packages that the pages ship; what only builds or tests them is not in the product.
fn web(lock: &str) -> Vec<Finding> {
    let place = "web/package-lock.json";
    let Ok(Value::Object(lock)) = serde_json::from_str(lock) else {
        return vec![Finding::new(
            "licence",
            place,
            "not a lock file",
            "run `npm install` in web/",
        )];
    };
    let packages = lock.get("packages").and_then(Value::as_object).into_iter().flatten();
    let allowed: Vec<&str> = LICENCES.iter().chain(&WEB_LICENCES).copied().collect();
    let mut findings = Vec::new();
    for (path, package) in
        packages.filter(|(path, package)| path.contains("node_modules/") && package.get("link").is_none())
    {
        let is_set = |field: &str| package.get(field).and_then(Value::as_bool).unwrap_or(false);
        let licence = package.get("license").and_then(Value::as_str).unwrap_or("");
        if !is_set("dev") && !is_set("devOptional") && !is_allowed(licence, &allowed) {
            findings.push(Finding::new(
                "licence",
                format!("{place}: {path}"),
                format!("licence `{licence}`"),
                "the pages ship it: take another package",
            ));
        }
        if package
            .get("resolved")
            .and_then(Value::as_str)
            .is_some_and(|from| !from.starts_with(NPM))
        {
            findings.push(Finding::new("source", format!("{place}: {path}"), "not from the npm registry", "set `omit-lockfile-registry-resolved=true` in web/.npmrc and install again: a lock file must not name one machine's mirror"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_expressions() {
        for fine in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "(MIT OR GPL-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
            "GPL-3.0 OR MIT AND ISC",
        ] {
            assert!(is_allowed(fine, &LICENCES), "{fine}");
        }
        for not in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT",
            "MIT)",
            "MPL-2.0 OR AGPL-3.0",
            "MIT ISC",
            "OR MIT",
        ] {
            assert!(!is_allowed(not, &LICENCES), "{not}");
        }
    }

    #[test]
    fn what_may_not_differ_in_a_version() {
        assert_eq!(["1.2.3", "0.22.1", "0.0.3"].map(compatible), ["1", "0.22", "0.0.3"]);
    }

    #[test]
    fn pages_ship_only_what_they_may() {
        let lock = r#"{"packages": {
            "": {"name": "web"},
            "packages/client": {"version": "0.1.0"},
            "node_modules/good": {"license": "MIT"},
            "node_modules/bad": {"license": "GPL-3.0"},
            "node_modules/tool": {"license": "GPL-3.0", "dev": true},
            "node_modules/elsewhere": {"license": "ISC", "resolved": "https://mirror.example/x.tgz"}
        }}"#;
        let places: Vec<String> = web(lock).into_iter().map(|finding| finding.place).collect();
        assert_eq!(
            places,
            [
                "web/package-lock.json: node_modules/bad",
                "web/package-lock.json: node_modules/elsewhere"
            ]
        );
    }
}
