//! What `beseda config check` shows: each setting, its value, and where the value came from. No secret is in it.

use super::issuer::NEWCOMERS;
use super::problem::Problem;
use super::words::{self, variable};
use super::{Loaded, Origin};
use beseda_identity::{IssuerKey, IssuerSettings};
use serde_json::{Map, Value, json};
use std::fmt::Write;

impl Loaded {
    /// Every setting by name with its value and origin, in the order of the documentation.
    fn rows(&self) -> Vec<(String, Value, Origin)> {
        let origin = |name: &str| self.origins.get(name).cloned().unwrap_or(Origin::Default);
        let mut rows: Vec<_> = words::rows(&self.settings)
            .into_iter()
            .map(|(about, value)| (about.name.to_owned(), value, origin(about.name)))
            .collect();
        let issuers = self.settings.issuers.iter().map(show_issuer).collect();
        rows.push(("issuers".to_owned(), Value::Array(issuers), origin("issuers")));
        rows.extend(words::rows_of_sessions(&self.settings).map(|(name, _, value)| {
            let at = origin(&name);
            (name, value, at)
        }));
        for (word, value) in self.settings.limits.iter() {
            let name = format!("limits.{}", word.name);
            let value = match value {
                beseda_core::words::LimitValue::Count(count) => json!(count),
                beseda_core::words::LimitValue::Rate(rate) => json!(rate),
            };
            let at = origin(&name);
            rows.push((name, value, at));
        }
        rows
    }

    /// For people: a line for each setting.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = match &self.file {
            Some(path) => format!("Settings file: {}\n\n", path.display()),
            None => "Settings file: none\n\n".to_owned(),
        };
        let rows: Vec<_> = self
            .rows()
            .into_iter()
            .map(|(name, value, at)| {
                let shown = self.shown(&name, &value);
                (name, shown, at)
            })
            .collect();
        let widest =
            |lengths: &mut dyn Iterator<Item = usize>| lengths.filter(|length| *length <= 48).max().unwrap_or(0);
        let names = widest(&mut rows.iter().map(|(name, ..)| name.chars().count()));
        let values = widest(&mut rows.iter().map(|(_, value, _)| value.chars().count()));
        for (name, value, at) in rows {
            let _ = writeln!(out, "{name:names$}  {value:values$}  {at}");
        }
        out
    }

    fn shown(&self, name: &str, value: &Value) -> String {
        match value {
            Value::Null if name == "secret" => "(made on the first start)".to_owned(),
            Value::Null => "-".to_owned(),
            Value::String(text) => text.clone(),
            Value::Array(list) if list.is_empty() => "-".to_owned(),
            Value::Array(list) => list
                .iter()
                .map(|one| self.shown(name, one))
                .collect::<Vec<_>>()
                .join(", "),
            Value::Object(issuer) => {
                let part = |key: &str| issuer.get(key).map(|value| self.shown(key, value)).unwrap_or_default();
                let name = issuer
                    .get("issuer")
                    .and_then(Value::as_str)
                    .filter(|name| !name.is_empty());
                format!(
                    "{} ({}, {})",
                    name.unwrap_or("(no iss)"),
                    part("algorithms"),
                    part("people")
                )
            }
            other => other.to_string(),
        }
    }

    /// For programs: `{"ok", "file", "settings": [{"name", "variable", "value", "from", "where"}], "problems",
    /// "warnings"}`, the last two of `{"where", "what", "todo"}`.
    #[must_use]
    pub fn json(&self) -> String {
        let settings: Vec<_> = self
            .rows()
            .into_iter()
            .map(|(name, value, at)| {
                let place = (at != Origin::Default).then(|| at.to_string());
                let variable = (name != "issuers").then(|| variable(&name));
                json!({"name": name, "variable": variable, "value": value, "from": at.word(), "where": place})
            })
            .collect();
        let told = |list: &[Problem]| -> Vec<Value> {
            list.iter()
                .map(|one| json!({"where": one.at, "what": one.what, "todo": one.todo}))
                .collect()
        };
        let report = json!({
            "ok": self.problems.is_empty(),
            "file": self.file,
            "settings": settings,
            "problems": told(&self.problems),
            "warnings": told(&self.warnings),
        });
        format!("{report:#}\n")
    }
}

fn show_issuer(issuer: &IssuerSettings) -> Value {
    let people = NEWCOMERS.iter().find(|(_, people)| *people == issuer.people);
    let key = match &issuer.key {
        IssuerKey::Secret(_) => "[redacted]".to_owned(),
        IssuerKey::PublicPem(_) => "public key".to_owned(),
        IssuerKey::Jwks { url } => url.clone(),
    };
    let required: Map<_, _> = issuer.required_claims.iter().cloned().collect();
    let roles = issuer
        .roles
        .iter()
        .map(|(theirs, role)| (theirs.clone(), json!(role.word())));
    let roles: Map<_, _> = roles.collect();
    json!({
        "issuer": issuer.issuer,
        "algorithms": issuer.algorithms,
        "key": key,
        "audience": issuer.audience,
        "required_claims": required,
        "leeway_seconds": issuer.leeway_seconds,
        "lifetime_seconds": issuer.lifetime_seconds,
        "person_claim": issuer.person_claim,
        "name_claims": issuer.name_claims,
        "role_claim": issuer.role_claim,
        "roles": roles,
        "namespace": issuer.namespace,
        "people": people.map(|(word, _)| word),
    })
}
