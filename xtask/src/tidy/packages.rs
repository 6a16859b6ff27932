//! What the pages take in: the licences and the sources of npm's packages, which `cargo deny` does not look at.

use serde_json::Value;

use super::Finding;

/// The lock file of the pages.
pub const LOCK: &str = "web/package-lock.json";
const NPM: &str = "https://registry.npmjs.org/";
/// Licences that ask for nothing but their own text, and that of fonts, which stay under it when embedded.
const LICENCES: [&str; 8] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "ISC",
    "MIT",
    "OFL-1.1",
];

/// The packages that the pages ship; what only builds or tests them is not in the product.
pub fn check(lock: &str) -> Vec<Finding> {
    let Ok(Value::Object(lock)) = serde_json::from_str(lock) else {
        return vec![Finding::new(
            "licence",
            LOCK,
            "not a lock file",
            "run `npm install` in web/",
        )];
    };
    let packages = lock.get("packages").and_then(Value::as_object).into_iter().flatten();
    let foreign = packages.filter(|(path, package)| path.contains("node_modules/") && package.get("link").is_none());
    foreign.flat_map(|(path, package)| taken_in(path, package)).collect()
}

fn taken_in(path: &str, package: &Value) -> Vec<Finding> {
    let place = format!("{LOCK}: {path}");
    let is_set = |field: &str| package.get(field).and_then(Value::as_bool).unwrap_or(false);
    let text = |field: &str| package.get(field).and_then(Value::as_str);
    let licence = text("license").unwrap_or_default();
    let mut findings = Vec::new();
    if !is_set("dev") && !is_set("devOptional") && !LICENCES.contains(&licence) {
        findings.push(Finding::new(
            "licence",
            &place,
            format!("licence `{licence}`"),
            "the pages ship it: take another package, or argue in docs/decisions/ for one more licence",
        ));
    }
    if text("resolved").is_some_and(|from| !from.starts_with(NPM)) {
        let advice = "set `omit-lockfile-registry-resolved=true` in web/.npmrc and install again: a lock file must not name one machine's mirror";
        findings.push(Finding::new("source", &place, "not from the npm registry", advice));
    }
    findings
}
