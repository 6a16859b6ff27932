//! The walls between crates: who may depend on whom, and on what.

use std::path::Path;

use anyhow::Context as _;
use cargo_metadata::{Dependency, DependencyKind, MetadataCommand};

use super::Finding;

/// Our crates, and what each asks for.
#[derive(Debug, Default, Clone)]
pub struct Graph {
    pub packages: Vec<Package>,
}

/// A crate of ours.
#[derive(Debug, Default, Clone)]
pub struct Package {
    pub name: String,
    pub declared: Vec<Declared>,
}

/// A line of a Cargo.toml.
#[derive(Debug, Clone)]
pub struct Declared {
    pub name: String,
    pub is_dev: bool,
}

impl Graph {
    /// Asks cargo for the members of the workspace.
    ///
    /// # Errors
    /// When cargo cannot read a manifest.
    pub fn of_workspace(root: &Path) -> anyhow::Result<Graph> {
        let metadata = MetadataCommand::new()
            .current_dir(root)
            .no_deps()
            .exec()
            .context("cargo metadata --no-deps")?;
        let packages = metadata.packages.iter().map(|package| Package {
            name: package.name.to_string(),
            declared: package.dependencies.iter().map(declared).collect(),
        });
        Ok(Graph {
            packages: packages.collect(),
        })
    }
}

fn declared(dependency: &Dependency) -> Declared {
    Declared {
        name: dependency.name.clone(),
        is_dev: dependency.kind == DependencyKind::Development,
    }
}

/// A crate of ours and those of ours that it may use.
const PLAN: [(&str, &[&str]); 8] = [
    ("beseda-core", &[]),
    ("beseda-counts", &[]),
    // Of no list of theirs: only tests may use it.
    ("beseda-testkit", &["beseda-core"]),
    ("beseda-store", &["beseda-core", "beseda-counts"]),
    ("beseda-live", &["beseda-core", "beseda-counts"]),
    ("beseda-identity", &["beseda-core", "beseda-counts"]),
    (
        "beseda-contracts",
        &["beseda-core", "beseda-counts", "beseda-live", "beseda-identity"],
    ),
    (
        "beseda",
        &[
            "beseda-core",
            "beseda-counts",
            "beseda-store",
            "beseda-live",
            "beseda-identity",
            "beseda-contracts",
        ],
    ),
];

/// All that the core may use.
const CORE_MAY_USE: [&str; 5] = ["frostem", "serde", "thiserror", "unicode-normalization", "uuid"];

/// Foreign crates with a vocabulary of their own, and the crates of ours that may speak it.
const VOCABULARIES: [(&[&str], &[&str], &str); 17] = [
    (
        &[
            "rusqlite",
            "libsqlite3-sys",
            "refinery",
            "postgres",
            "tokio-postgres",
            "deadpool-postgres",
            "sqlx",
            "diesel",
            "object_store",
        ],
        &["beseda-store"],
        "only the store keeps anything",
    ),
    (
        &[
            "axum",
            "axum-extra",
            "tower",
            "tower-http",
            "http-body-util",
            "tokio-util",
            "futures",
        ],
        &["beseda-live", "beseda-contracts", "beseda"],
        "the core and the store are plain synchronous code: no sockets, no runtime; who comes answers no request",
    ),
    (
        &["http"],
        &["beseda-live", "beseda-identity", "beseda-contracts", "beseda"],
        "proofs stand in headers; beyond them and the contracts there is no HTTP",
    ),
    (
        &["tokio", "futures-util"],
        &[
            "beseda-live",
            "beseda-identity",
            "beseda-contracts",
            "beseda",
            "beseda-store",
        ],
        "the core is plain synchronous code; of the store only its files in S3 are not, because their library is not",
    ),
    (
        &["argon2", "bcrypt", "jsonwebtoken", "pbkdf2", "scrypt"],
        &["beseda-identity"],
        "what proves who comes is looked at in one crate",
    ),
    (
        &["hyper", "hyper-util", "tungstenite"],
        &["beseda-live"],
        "only live holds a socket",
    ),
    (
        &["tokio-tungstenite"],
        &["beseda-live", "beseda"],
        "only live holds a socket; the commands that try a server hold the other end",
    ),
    (
        &["redis", "async-nats"],
        &["beseda-live"],
        "fan-out between processes is live's",
    ),
    (
        &["jiff", "time"],
        &["beseda-contracts", "beseda"],
        "inside, a time is a number of milliseconds; only what is said or logged has a calendar",
    ),
    (
        &["rand", "getrandom", "fastrand"],
        &["beseda"],
        "random numbers are handed in by the binary",
    ),
    (
        &["clap", "toml", "strsim", "anyhow", "tracing-subscriber"],
        &["beseda"],
        "the command line, the settings and the log's shape belong to the binary",
    ),
    (
        &["reqwest", "rustls"],
        &["beseda", "beseda-store"],
        "others are called from three places: the binary's fetch.rs and push/services.rs, and the store's files in S3",
    ),
    (
        &["prometheus-client", "prometheus", "metrics"],
        &["beseda-counts"],
        "what is counted is a field of who does it; how monitoring reads it is known in one crate",
    ),
    (
        &[
            "opentelemetry",
            "opentelemetry_sdk",
            "opentelemetry-http",
            "opentelemetry-otlp",
            "tracing-opentelemetry",
        ],
        &["beseda"],
        "traces leave from one place, telemetry/otel.rs; spans are made of tracing",
    ),
    (
        &["chrono"],
        &[],
        "jiff has time zones that are right, and one calendar is enough",
    ),
    (
        &["lazy_static", "once_cell", "log"],
        &[],
        "the standard library has OnceLock and LazyLock, and the fields of tracing can be queried",
    ),
    (
        &["dashmap"],
        &[],
        "its guards deadlock when they are held over another call",
    ),
];

pub fn check(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &graph.packages {
        for dependency in &package.declared {
            findings.extend(inner(package, dependency, graph));
            findings.extend(outer(package, dependency));
        }
        if package.name != "xtask" && !PLAN.iter().any(|(name, _)| *name == package.name) {
            let advice = "the house has eight crates and xtask; a ninth is a decision: write it down in docs/decisions/ and add it to PLAN in xtask/src/tidy/house.rs";
            findings.push(Finding::new(
                "house",
                manifest(package),
                "a crate that is not in the plan",
                advice,
            ));
        }
    }
    findings
}

/// Walls between our own crates. Tests may wire more together than the binary does.
fn inner(package: &Package, dependency: &Declared, graph: &Graph) -> Option<Finding> {
    if !graph.packages.iter().any(|one| one.name == dependency.name) {
        return None;
    }
    let may = PLAN
        .iter()
        .find(|(name, _)| *name == package.name)
        .map(|(_, may)| *may)
        .unwrap_or_default();
    let is_top = ["beseda", "xtask"].contains(&dependency.name.as_str());
    let is_free = package.name == "xtask" || dependency.is_dev;
    let broken = is_top || !(is_free || may.contains(&dependency.name.as_str()));
    broken.then(|| {
        let advice = match is_top {
            true => "the binary wires everything and nobody depends on it, nor on the build tool: move what is shared below",
            false => "our crates form a tree (ARCHITECTURE.md): store and live never meet, contracts speak to the core's ports; let `beseda` wire the two together",
        };
        Finding::new("house", manifest(package), format!("{} depends on {}", package.name, dependency.name), advice)
    })
}

/// Walls around other people's vocabularies.
fn outer(package: &Package, dependency: &Declared) -> Option<Finding> {
    if package.name == "xtask" || dependency.is_dev {
        return None;
    }
    let name = dependency.name.as_str();
    if package.name == "beseda-core" && !name.starts_with("beseda") && !CORE_MAY_USE.contains(&name) {
        let advice = format!(
            "the core uses {} and nothing else: define a port in ports.rs and let another crate bring `{name}`",
            CORE_MAY_USE.join(", ")
        );
        return Some(Finding::new(
            "core-dependencies",
            manifest(package),
            format!("the core depends on {name}"),
            advice,
        ));
    }
    let (_, owners, reason) = VOCABULARIES.iter().find(|(names, _, _)| names.contains(&name))?;
    (!owners.contains(&package.name.as_str())).then(|| {
        let may = if owners.is_empty() {
            "nobody".to_owned()
        } else {
            owners.join(", ")
        };
        Finding::new(
            "vocabulary",
            manifest(package),
            format!("{} depends on {name}", package.name),
            format!("{reason}: {may} may use it"),
        )
    })
}

fn manifest(package: &Package) -> String {
    match package.name.as_str() {
        "xtask" => "xtask/Cargo.toml".to_owned(),
        name => format!("crates/{name}/Cargo.toml"),
    }
}
