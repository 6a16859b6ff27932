//! Host applications whose tokens are accepted: `[[issuers]]` of the file.

use super::file::Entry;
use super::problem::{Origin, Problem, nearest};
use super::secret::{self, Secret};
use crate::fetch::is_safe;
use crate::system::Outside;
use beseda_core::rules::sign_in::Newcomers;
use beseda_core::words::{RESERVED_SPACE, Raw, Role, Wrong, printable};
use beseda_identity::{IssuerKey, IssuerSettings};
use reqwest::Url;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Characters of a namespace.
const NAMESPACE_CHARS: usize = 32;

/// The most that `leeway_seconds` and `lifetime_seconds` can be.
const LEEWAY_SECONDS: u32 = 600;
const LIFETIME_SECONDS: u32 = 31_536_000;

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    /// HMAC with SHA-256.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
    /// RSA with SHA-256.
    RS256,
    /// RSA with SHA-384.
    RS384,
    /// RSA with SHA-512.
    RS512,
    /// RSA-PSS with SHA-256.
    PS256,
    /// RSA-PSS with SHA-384.
    PS384,
    /// RSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256.
    ES256,
    /// ECDSA on P-384.
    ES384,
    /// Ed25519.
    EdDSA,
}

impl Algorithm {
    const NAMES: &[(&str, Self)] = &[
        ("HS256", Self::HS256),
        ("HS384", Self::HS384),
        ("HS512", Self::HS512),
        ("RS256", Self::RS256),
        ("RS384", Self::RS384),
        ("RS512", Self::RS512),
        ("PS256", Self::PS256),
        ("PS384", Self::PS384),
        ("PS512", Self::PS512),
        ("ES256", Self::ES256),
        ("ES384", Self::ES384),
        ("EdDSA", Self::EdDSA),
    ];

    /// Its name in a token's header.
    fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, algorithm)| *algorithm == self)
            .map_or("", |(name, _)| name)
    }

    fn key_kind(self) -> &'static str {
        match self {
            Self::HS256 | Self::HS384 | Self::HS512 => "a shared secret",
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => "an RSA key",
            Self::ES256 => "a P-256 key",
            Self::ES384 => "a P-384 key",
            Self::EdDSA => "an Ed25519 key",
        }
    }

    fn is_shared(self) -> bool {
        matches!(self, Self::HS256 | Self::HS384 | Self::HS512)
    }
}

/// What becomes of somebody who was never seen before, by the word for it.
pub const NEWCOMERS: &[(&str, Newcomers)] = &[("create", Newcomers::Create), ("known", Newcomers::Known)];

/// Whether a token names all the rooms that tokens let its bearer into, by the word for it.
const GRANTS: &[(&str, bool)] = &[("add", false), ("exact", true)];

/// The keys of `[[issuers]]`: name, what it takes, what it says.
pub const KEYS: &[(&str, &str, &str)] = &[
    (
        "issuer",
        "string",
        "What the token's `iss` must be; \"\" accepts tokens without one. Required.",
    ),
    (
        "algorithms",
        "list",
        "How its tokens may be signed, all for one kind of key: `HS256 HS384 HS512`, or `RS256 RS384 RS512 PS256 PS384 PS512`, or `ES256`, or `ES384`, or `EdDSA`. Required.",
    ),
    (
        "secret",
        "string",
        "The secret that both sides know, at least 32 bytes; for `HS…`.",
    ),
    (
        "secret_file",
        "path",
        "The file that the secret is in, instead of `secret`.",
    ),
    (
        "public_key_file",
        "path",
        "The issuer's public key as PEM; for every other algorithm.",
    ),
    (
        "jwks_url",
        "URL",
        "The address of the issuer's keys, as a set (JWKS, RFC 7517), instead of `public_key_file`. It is asked every 10 minutes, and when a token names a key that is not known yet. It begins with `https://`; on this machine `http://` does, too.",
    ),
    (
        "audience",
        "string",
        "What the token's `aud` must hold. Without it, `aud` does not matter.",
    ),
    (
        "required_claims",
        "table",
        "What else the token must claim: `{ azp = \"chat\", email_verified = true }`, each a string, a whole number, true or false. A list that holds it will do.",
    ),
    (
        "leeway_seconds",
        "seconds, 0 to 600",
        "How far the issuer's clock may be from ours: a token is good for so long after its `exp`, and so long before its `nbf` and `iat`. Without it: 0 for `exp`, and 5 for `nbf` and `iat`, which it never makes less.",
    ),
    (
        "lifetime_seconds",
        "seconds, 1 to 31536000",
        "How long its tokens live at most; one that lives longer is refused. A token without `iat` is then known to be signed no earlier than this before its `exp`.",
    ),
    (
        "person_claim",
        "string",
        "The claim that names the person. Without it: `sub`, else `user_id`.",
    ),
    (
        "name_claims",
        "list",
        "The claims of the whole name; the first that says something wins, and wins over the usual ones. Without it: `first_name` or `given_name` and `last_name` or `family_name`, else `name`, `nickname` or `preferred_username`.",
    ),
    (
        "role_claim",
        "string",
        "The claim that tells the role, a word or a list of words. Without it: `role`.",
    ),
    (
        "roles",
        "table",
        "What the issuer's words for roles mean: `{ manager = \"operator\", root = \"admin\" }`. Of several that a token has, the first of the table counts, and no other word does. Without it the words are ours, in any case. Where `roles` or `role_claim` is set, a token without a role says that there is none.",
    ),
    (
        "namespace",
        "string",
        "Its people and rooms have ids of their own, written `<namespace>/<id>`: letters, digits, `-`, `_` and `.`, at most 32, and not `beseda`. Without it they are the same people as every other issuer's, and the application's, with these ids.",
    ),
    (
        "shares_people",
        "true or false",
        "Its people are those of the issuers above it, with the same ids: 7 of one is 7 of the other. Of several issuers without a `namespace`, each but the first has to say so.",
    ),
    (
        "people",
        "`create` or `known`",
        "Somebody never seen before is made from the token's claims, or refused. Default: `create`.",
    ),
    (
        "grants",
        "`add` or `exact`",
        "The rooms that a token names are added to those of earlier ones; or they are all, and a later token that does not name a room takes its bearer out again, unless they have a place in its order. Default: `add`.",
    ),
];

/// One `[[issuers]]` table as it stands in the file: its keys with their lines.
pub struct Table {
    /// Where the table begins.
    pub at: Origin,
    /// Its values by key.
    pub values: BTreeMap<String, (Origin, Raw)>,
    /// What stands in those of its values that are tables.
    pub tables: BTreeMap<String, Vec<Entry>>,
}

/// An issuer, and what else its table says.
pub struct Issuer {
    /// What is set of it.
    pub settings: IssuerSettings,
    /// Whether its people are known to be those of others.
    pub shares_people: bool,
    /// What works, and should not stay so.
    pub warning: Option<Problem>,
}

impl Table {
    /// Reads a value, where it is there; what is wrong with it goes to `problems`.
    fn read<T>(
        &self,
        key: &str,
        problems: &mut Vec<Problem>,
        read: impl FnOnce(&Raw) -> Result<T, Wrong>,
    ) -> Option<T> {
        let (at, raw) = self.values.get(key)?;
        read(raw)
            .map_err(|wrong| problems.push(Problem::of(at, key, wrong)))
            .ok()
    }

    fn complain(&self, key: &str, what: &str, todo: &str, problems: &mut Vec<Problem>) {
        let at = self.values.get(key).map_or(&self.at, |(at, _)| at);
        problems.push(Problem::of(at, key, Wrong::new(what, todo)));
    }

    /// The issuer that the table describes, or what is wrong with it. Relative paths start at `base`.
    pub fn issuer(&self, base: &Path, outside: &dyn Outside) -> Result<Issuer, Vec<Problem>> {
        let mut problems = Vec::new();
        self.find_unknown_keys(&mut problems);
        let issuer = self.read("issuer", &mut problems, |raw| match raw {
            Raw::Text(text) => Ok(text.clone()),
            other => other.text().map(str::to_owned),
        });
        let algorithms = self.read("algorithms", &mut problems, algorithms);
        for key in ["issuer", "algorithms"] {
            if !self.values.contains_key(key) {
                let todo = format!("Add `{key}` to this [[issuers]] table.");
                self.complain(key, "is missing", &todo, &mut problems);
            }
        }
        let key = self.key(algorithms.as_deref(), base, outside, &mut problems);
        let claims = self.claims(&mut problems);
        let shares_people = self.read("shares_people", &mut problems, Raw::truth) == Some(true);
        if shares_people && claims.namespace.is_some() {
            let todo = "Leave out one of the two.";
            self.complain("shares_people", "stands beside `namespace`", todo, &mut problems);
        }
        match (issuer, algorithms, key) {
            (Some(issuer), Some(algorithms), Some(key)) if problems.is_empty() => Ok(Issuer {
                warning: self.warning(&key),
                settings: IssuerSettings {
                    issuer,
                    algorithms: algorithms.into_iter().map(|one| one.name().to_owned()).collect(),
                    key,
                    ..claims
                },
                shares_people,
            }),
            _ => Err(problems),
        }
    }

    /// What works, and should not stay so: Django's key of a new project.
    fn warning(&self, key: &IssuerKey) -> Option<Problem> {
        let place = ["secret", "secret_file"]
            .into_iter()
            .find(|place| self.values.contains_key(*place))?;
        let (at, _) = self.values.get(place)?;
        let is_djangos = matches!(key, IssuerKey::Secret(secret) if secret::is_new_djangos(secret));
        is_djangos.then(|| {
            let what = "is Django's key of a new project: who has the project's source can sign tokens of anybody";
            let todo = "Give the application another SECRET_KEY, from outside of its source, before people use it.";
            Problem::of(at, place, Wrong::new(what, todo))
        })
    }

    /// What is set of the claims; how they are signed is not looked at.
    fn claims(&self, problems: &mut Vec<Problem>) -> IssuerSettings {
        let own = |raw: &Raw| raw.text().map(str::to_owned);
        IssuerSettings {
            audience: self.read("audience", problems, own),
            required_claims: self.entries("required_claims", problems, claim),
            leeway_seconds: self.read("leeway_seconds", problems, |raw| raw.whole(0, LEEWAY_SECONDS)),
            lifetime_seconds: self.read("lifetime_seconds", problems, |raw| raw.whole(1, LIFETIME_SECONDS)),
            person_claim: self.read("person_claim", problems, own),
            namespace: self.read("namespace", problems, namespace),
            role_claim: self.read("role_claim", problems, own),
            roles: self.entries("roles", problems, role),
            name_claims: self.read("name_claims", problems, Raw::texts).unwrap_or_default(),
            people: self
                .read("people", problems, |raw| raw.choice(NEWCOMERS))
                .unwrap_or(Newcomers::Create),
            grants_are_whole: self.read("grants", problems, |raw| raw.choice(GRANTS)) == Some(true),
            ..IssuerSettings::new("", &[], IssuerKey::Secret(Vec::new()))
        }
    }

    /// Reads a table by its lines, where it is there; what is wrong with one goes to `problems`.
    fn entries<T>(
        &self,
        key: &str,
        problems: &mut Vec<Problem>,
        read: impl Fn(&Raw) -> Result<T, Wrong>,
    ) -> Vec<(String, T)> {
        let Some(entries) = self.tables.get(key) else {
            let wrong = |raw: &Raw| Err::<(), _>(raw.is_not("a table", "{ this = \"that\" }"));
            let _ = self.read(key, problems, wrong);
            return Vec::new();
        };
        let mut found = Vec::new();
        for Entry { name, at, raw } in entries {
            match read(raw) {
                Ok(value) => found.push((name.clone(), value)),
                Err(wrong) => problems.push(Problem::of(at, &format!("{key}.{}", printable(name)), wrong)),
            }
        }
        found
    }

    fn find_unknown_keys(&self, problems: &mut Vec<Problem>) {
        for (key, (at, _)) in &self.values {
            if !KEYS.iter().any(|(known, ..)| known == key) {
                let near = nearest(key, KEYS.iter().map(|(known, ..)| *known)).unwrap_or_default();
                let what = "is nothing that [[issuers]] knows";
                problems.push(Problem::of(
                    at,
                    key,
                    Wrong::new(what, format!("The nearest is `{near}`.")),
                ));
            }
        }
    }

    /// The key, of the kind that the algorithms need, from exactly one of the places where it can be.
    fn key(
        &self,
        algorithms: Option<&[Algorithm]>,
        base: &Path,
        outside: &dyn Outside,
        problems: &mut Vec<Problem>,
    ) -> Option<IssuerKey> {
        let places = ["secret", "secret_file", "public_key_file", "jwks_url"];
        let given: Vec<_> = places
            .into_iter()
            .filter(|place| self.values.contains_key(*place))
            .collect();
        let &[place] = given.as_slice() else {
            let todo = "Give one of `secret`, `secret_file`, `public_key_file` and `jwks_url`, and no more than one.";
            let what = if given.is_empty() {
                "is missing"
            } else {
                "stands beside another key"
            };
            self.complain(given.last().unwrap_or(&"secret"), what, todo, problems);
            return None;
        };
        let shared = algorithms?.first()?.is_shared();
        if shared == ["public_key_file", "jwks_url"].contains(&place) {
            let what = if shared {
                "cannot prove HS… signatures"
            } else {
                "proves only HS… signatures"
            };
            let todo =
                "HS… takes `secret` or `secret_file`; every other algorithm takes `public_key_file` or `jwks_url`.";
            self.complain(place, what, todo, problems);
            return None;
        }
        self.read(place, problems, |raw| match place {
            "secret" => shared_secret(raw.text()?),
            "secret_file" => shared_secret(&secret::line_of_file(&base.join(raw.text()?), outside)?),
            "jwks_url" => address_of_keys(raw.text()?),
            _ => public_key(&secret::read_text(&base.join(raw.text()?), outside)?),
        })
    }
}

fn algorithms(raw: &Raw) -> Result<Vec<Algorithm>, Wrong> {
    let Raw::List(list) = raw else {
        return Err(Wrong::new("must be a list", "Write it like [\"RS256\"]."));
    };
    let algorithms = list
        .iter()
        .map(|one| one.choice(Algorithm::NAMES))
        .collect::<Result<Vec<_>, _>>()?;
    let Some(first) = algorithms.first() else {
        return Err(Wrong::new(
            "is empty",
            "Name the algorithm that the issuer signs with, like [\"RS256\"].",
        ));
    };
    if let Some(other) = algorithms.iter().find(|other| other.key_kind() != first.key_kind()) {
        let (one, two) = (first.key_kind(), other.key_kind());
        let what = format!("mixes {} ({one}) and {} ({two})", first.name(), other.name());
        return Err(Wrong::new(what, "Write one [[issuers]] table for each kind of key."));
    }
    Ok(algorithms)
}

/// A word that can stand before the `/` of an id.
pub fn namespace(raw: &Raw) -> Result<String, Wrong> {
    let text = raw.text()?;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if text.chars().nth(NAMESPACE_CHARS).is_some() || !text.chars().all(is_plain) {
        let todo = format!("Letters, digits, `-`, `_` and `.`, at most {NAMESPACE_CHARS}.");
        return Err(Wrong::new("cannot stand before an id", todo));
    }
    if text == RESERVED_SPACE {
        return Err(Wrong::new("is the server's own", "Choose another word."));
    }
    Ok(text.to_owned())
}

/// A role of ours, by its word.
fn role(raw: &Raw) -> Result<Role, Wrong> {
    let word = raw.text()?;
    Role::of_contracts(word).ok_or_else(|| {
        let roles = Role::OF_CONTRACTS;
        let words = || roles.iter().map(Role::word);
        let near = nearest(word, words()).unwrap_or_default();
        let all: Vec<_> = words().collect();
        let todo = format!("The nearest is `{near}`. There are {}.", all.join(", "));
        Wrong::new(format!("cannot be `{}`", printable(word)), todo)
    })
}

/// What a claim must be.
fn claim(raw: &Raw) -> Result<Value, Wrong> {
    match raw {
        Raw::Truth(truth) => Ok(Value::from(*truth)),
        Raw::Whole(number) => {
            let out = |_| Wrong::new("is out of all range", "Choose a number below 2^63.");
            i64::try_from(*number).map(Value::from).map_err(out)
        }
        Raw::Text(_) => raw.text().map(Value::from),
        Raw::Other("table") => Err(Wrong::new(
            "is a table",
            "Quote a name with dots: \"realm_access.roles\" = \"chat\".",
        )),
        _ => Err(raw.is_not("a string, a whole number, true or false", "\"this\"")),
    }
}

/// A public key is known to everybody: as a shared secret it would let everybody in.
fn shared_secret(text: &str) -> Result<IssuerKey, Wrong> {
    let secret = Secret::of_application(text)?;
    if secret.expose().contains("-----BEGIN ") {
        let todo = "Name it in `public_key_file`, with the algorithm that the issuer signs with.";
        return Err(Wrong::new("is a PEM key, not a shared secret", todo));
    }
    Ok(IssuerKey::Secret(secret.expose().as_bytes().to_vec()))
}

/// Whoever can change what stands at this address, or on the way from it, lets in whom they like.
fn address_of_keys(text: &str) -> Result<IssuerKey, Wrong> {
    let example = "Write it like \"https://shop.example/.well-known/jwks.json\".";
    let url = Url::parse(text).map_err(|_| Wrong::new("is no address of the web", example))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Wrong::new(
            "holds a name or a password",
            "Public keys need none: leave it out.",
        ));
    }
    if !is_safe(&url) {
        return Err(Wrong::new(
            "could be changed on the way: only https:// is safe",
            example,
        ));
    }
    Ok(IssuerKey::Jwks { url: url.into() })
}

fn public_key(pem: &str) -> Result<IssuerKey, Wrong> {
    if pem.contains("PRIVATE KEY-----") {
        let todo = "Take it off this machine, and name what `openssl pkey -in KEY -pubout` prints instead.";
        return Err(Wrong::new("names a private key", todo));
    }
    if !pem.contains("-----BEGIN PUBLIC KEY-----") && !pem.contains("-----BEGIN RSA PUBLIC KEY-----") {
        let todo =
            "It must begin with -----BEGIN PUBLIC KEY-----; `openssl x509 -pubkey -noout` makes one of a certificate.";
        return Err(Wrong::new("names a file that holds no public key in PEM", todo));
    }
    Ok(IssuerKey::PublicPem(pem.to_owned()))
}
