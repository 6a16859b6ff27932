//! A violation of every wall, planted in a small house, must be reported; the house itself is clean.

use super::house::{Declared, Graph, Package};
use super::tree::Tree;
use super::{Finding, check, house, root, source, supply, text};

/// The house in small: enough files for every wall to have something to stand on.
fn house_files() -> Tree {
    let files = [
        (
            "crates/beseda-core/Cargo.toml",
            "[package]\nname = \"beseda-core\"\n\n[lints]\nworkspace = true\n",
        ),
        (
            "crates/beseda-core/src/policy.rs",
            "//! Who may do what.\npub fn may(person: &Person) -> bool { person.role == Role::Admin }\n",
        ),
        (
            "crates/beseda-core/src/words/person.rs",
            "//! A person.\nimpl Role { fn is(self) -> bool { matches!(self, Role::Admin) } }\n",
        ),
        (
            "crates/beseda-core/src/rules/send.rs",
            "//! Sends.\nuse uuid::Uuid;\npub fn send(at: Time, id: Uuid) -> Result<(), Refusal> { policy::may_send()?; Ok(()) }\n",
        ),
        (
            "crates/beseda-store/src/tx.rs",
            "//! The seam.\nconst SEND: &str = include_str!(\"../sql/messages/append.sql\");\nfn open() { std::fs::create_dir_all(x); run(\"PRAGMA journal_mode = WAL\"); run(\"BEGIN IMMEDIATE\"); }\n",
        ),
        (
            "crates/beseda-store/sql/messages/append.sql",
            "INSERT INTO messages VALUES ($1)\n",
        ),
        (
            "crates/beseda-live/src/hub.rs",
            "//! The hub.\nuse tokio::sync::mpsc;\nuse tokio::time::Instant;\nfn hear() { let (a, b) = mpsc::channel(256); let now = Instant::now(); }\n\
             #[cfg(test)]\nmod tests { use std::time::SystemTime; fn a() { SystemTime::now(); std::fs::read(\"SELECT 1 FROM x\"); } }\n",
        ),
        (
            "crates/beseda-contracts/src/order_rooms/wire.rs",
            "//! The dictionary.\nuse crate::shared::errors;\nuse beseda_core::words::Role;\n\
             fn say(role: Role) -> &'static str { match role { Role::Admin => \"admin\", Role::Mom => \"mom\" } }\n\
             fn hear(word: &str) -> Option<Role> { match word { \"admin\" => Some(Role::Admin), _ => None } }\n\
             fn json(p: &Person) -> Json { Json { role: say(p.role), client: p.id, text: \"Delete the room?\" } }\n\
             fn kind(word: &str) -> bool { word == \"client\" }\nfn route() { get(\"DELETE /chats/1\") }\n",
        ),
        (
            "crates/beseda-contracts/src/school/wire.rs",
            "//! The dictionary of the school.\n",
        ),
        (
            "crates/beseda-contracts/src/shared/errors.rs",
            "//! Shapes of errors.\n",
        ),
        (
            "crates/beseda-contracts/src/lib.rs",
            "//! The list.\nmod order_rooms;\nmod school;\npub fn all() { order_rooms::contract(); school::contract(); }\n",
        ),
        (
            "crates/beseda/src/config.rs",
            "//! Settings.\nfn read(outside: &Outside) { outside.variables() }\n",
        ),
        (
            "crates/beseda/src/system.rs",
            "//! The clock and the dice.\nfn now() { SystemTime::now(); std::env::vars_os(); getrandom::fill(x); uuid::Uuid::now_v7(); }\n",
        ),
        (
            "web/apps/chat/src/thread.tsx",
            "// The thread.\n// never innerHTML\nexport const Thread = () => <p>{text}</p>;\n",
        ),
    ];
    Tree {
        files: files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
    }
}

fn with(file: &str, text: &str) -> Vec<Finding> {
    let mut tree = house_files();
    tree.files.insert(file.to_owned(), text.to_owned());
    let mut findings = text::check(&tree);
    findings.extend(source::check(&tree));
    findings
}

/// Plants one file and expects one wall to report it, there, and nothing else to be reported.
#[track_caller]
fn planted(wall: &str, file: &str, text: &str) {
    let findings = with(file, text);
    assert!(!findings.is_empty(), "{wall}: nothing reported for\n{text}");
    for finding in &findings {
        assert!(
            finding.wall == wall && finding.place.starts_with(file),
            "{wall} expected, got {finding:?}"
        );
        assert!(finding.advice.len() > 20, "{finding:?} says what to do");
    }
}

#[track_caller]
fn passes(file: &str, text: &str) {
    let findings = with(file, text);
    assert!(findings.is_empty(), "{findings:#?}");
}

fn crates() -> Graph {
    let names = [
        "beseda-core",
        "beseda-store",
        "beseda-live",
        "beseda-contracts",
        "beseda",
        "xtask",
    ];
    let mut packages: Vec<Package> = names.iter().map(|name| package(name, "0.1.0")).collect();
    for package in &mut packages {
        package.is_member = true;
        package.source = None;
    }
    let mut graph = Graph { packages };
    let edges = [
        ("beseda-core", "serde"),
        ("beseda-store", "beseda-core"),
        ("beseda-store", "rusqlite"),
        ("beseda-live", "beseda-core"),
        ("beseda-live", "axum"),
        ("beseda-contracts", "beseda-live"),
        ("beseda", "beseda-contracts"),
        ("beseda", "beseda-store"),
    ];
    for (from, to) in edges {
        depend(&mut graph, from, to, false);
    }
    graph
}

fn package(name: &str, version: &str) -> Package {
    Package {
        name: name.to_owned(),
        version: version.to_owned(),
        licence: Some("MIT".to_owned()),
        source: Some("registry+https://github.com/rust-lang/crates.io-index".to_owned()),
        ..Package::default()
    }
}

fn place(graph: &Graph, name: &str) -> usize {
    graph.packages.iter().position(|one| one.name == name).expect("planned")
}

fn depend(graph: &mut Graph, from: &str, to: &str, is_dev: bool) {
    if !graph.packages.iter().any(|one| one.name == to) {
        graph.packages.push(package(to, "1.0.0"));
    }
    let to_index = place(graph, to);
    let from_index = place(graph, from);
    let from = &mut graph.packages[from_index];
    from.declared.push(Declared {
        name: to.to_owned(),
        is_dev,
        features: Vec::new(),
    });
    if !is_dev {
        from.normal.push(to_index);
    }
}

#[track_caller]
fn planted_dependency(wall: &str, from: &str, to: &str) {
    let mut graph = crates();
    depend(&mut graph, from, to, false);
    let findings = house::check(&graph);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(
        (findings[0].wall, findings[0].place.clone()),
        (wall, format!("crates/{from}/Cargo.toml"))
    );
    assert!(findings[0].what.contains(to), "{:?}", findings[0]);
}

#[test]
fn a_clean_house_passes() {
    let tree = house_files();
    let mut findings = text::check(&tree);
    findings.extend(source::check(&tree));
    // The small house gives every crate's manifest but writes out one.
    assert!(findings.is_empty(), "{findings:#?}");
    assert_eq!(house::check(&crates()), []);
}

#[test]
fn the_real_house_passes() {
    let root = root().expect("a root");
    let tree = Tree::of_work_tree(root).expect("git lists the files");
    let graph = Graph::of_workspace(root).expect("cargo knows the packages");
    let findings = check(&tree, &graph);
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn dependency_walls() {
    planted_dependency("core-dependencies", "beseda-core", "axum");
    planted_dependency("core-dependencies", "beseda-core", "serde_json");
    planted_dependency("vocabulary", "beseda-contracts", "rusqlite");
    planted_dependency("vocabulary", "beseda-store", "tokio-util");
    planted_dependency("core-dependencies", "beseda-core", "tokio");
    planted_dependency("vocabulary", "beseda-contracts", "redis");
    planted_dependency("vocabulary", "beseda-contracts", "tungstenite");
    planted_dependency("vocabulary", "beseda-contracts", "reqwest");
    planted_dependency("house", "beseda-store", "beseda-live");
    planted_dependency("house", "beseda-live", "beseda-store");
    planted_dependency("house", "beseda-contracts", "beseda-store");
    planted_dependency("house", "beseda-core", "beseda-store");
    planted_dependency("house", "beseda-live", "beseda");
    planted_dependency("house", "beseda", "xtask");
}

#[test]
fn tests_may_wire_more_but_not_the_binary() {
    let mut graph = crates();
    depend(&mut graph, "beseda-core", "proptest", true);
    depend(&mut graph, "beseda-contracts", "beseda-store", true);
    assert_eq!(house::check(&graph), []);
    depend(&mut graph, "beseda-contracts", "beseda", true);
    assert_eq!(house::check(&graph).len(), 1);
}

#[test]
fn stories_stay_out_of_the_binary() {
    let mut graph = crates();
    let store = place(&graph, "beseda-store");
    let stories = |is_dev| Declared {
        name: "beseda-core".to_owned(),
        is_dev,
        features: vec!["stories".to_owned()],
    };
    graph.packages[store].declared.push(stories(true));
    assert_eq!(house::check(&graph), []);
    graph.packages[store].declared.push(stories(false));
    assert_eq!(house::check(&graph).len(), 1);
}

#[test]
fn a_sixth_crate_is_a_decision() {
    let mut graph = crates();
    graph.packages.push(Package {
        is_member: true,
        ..package("beseda-extra", "0.1.0")
    });
    assert_eq!(house::check(&graph).len(), 1);
}

#[test]
fn the_core_speaks_its_own_words() {
    let rule = "crates/beseda-core/src/rules/edit.rs";
    planted("core-words", rule, "//! Edits.\nuse axum::Json;\n");
    planted("core-words", rule, "//! Edits.\nfn edit() { tokio::spawn(x); }\n");
    planted("core-words", rule, "//! Edits.\nfn edit() -> http::StatusCode { x }\n");
    planted("core-words", rule, "//! Edits.\nasync fn edit() {}\n");
    planted("core-words", rule, "//! Edits.\nuse std::net::IpAddr;\n");
}

#[test]
fn clocks_dice_settings_and_files_have_owners() {
    let rule = "crates/beseda-core/src/rules/edit.rs";
    planted(
        "capability",
        rule,
        "//! Edits.\nfn edit() { let at = std::time::SystemTime::now(); }\n",
    );
    planted(
        "capability",
        rule,
        "//! Edits.\nuse std::time::SystemTime as Clock;\nfn edit() { let at = Clock::now(); }\n",
    );
    planted(
        "capability",
        rule,
        "//! Edits.\nuse std::time::Instant;\nfn edit() { let at = Instant::now(); }\n",
    );
    planted(
        "capability",
        rule,
        "//! Edits.\nfn edit() { let id = Uuid::now_v7(); }\n",
    );
    planted(
        "capability",
        "crates/beseda-live/src/wheel.rs",
        "//! Ticks.\nfn tick() { jiff::Timestamp::now(); }\n",
    );
    planted(
        "capability",
        "crates/beseda-contracts/src/shared/keys.rs",
        "//! Keys.\nfn key() { getrandom::fill(&mut key) }\n",
    );
    planted(
        "capability",
        "crates/beseda-store/src/open.rs",
        "//! Opens.\nuse std::env;\nfn open() { env::var(\"X\") }\n",
    );
    planted(
        "capability",
        "crates/beseda/src/app.rs",
        "//! Wires.\nfn wire() { debug!(at = std::env::var(\"X\")) }\n",
    );
    planted(
        "capability",
        "crates/beseda-contracts/src/school/http.rs",
        "//! Routes.\nuse std::fs;\n",
    );
    planted(
        "capability",
        "crates/beseda-live/src/dump.rs",
        "//! Dumps.\nuse std::{io, fs::File};\n",
    );
    planted(
        "capability",
        "crates/beseda-store/src/wait.rs",
        "//! Waits.\nfn wait() { std::thread::sleep(x) }\n",
    );
}

#[test]
fn only_the_store_spells_sql_and_only_in_files() {
    let http = "crates/beseda-contracts/src/school/http.rs";
    planted(
        "sql",
        http,
        "//! Routes.\nfn list() { query(\"SELECT id FROM messages\") }\n",
    );
    planted(
        "sql",
        http,
        "//! Routes.\nfn list() { query(r#\"\n   insert into messages values (1)\"#) }\n",
    );
    planted(
        "sql",
        http,
        "//! Routes.\nfn list() { run!(\"DELETE FROM messages\") }\n",
    );
    planted("sql", http, "//! Routes.\nfn list() { run(\"BEGIN IMMEDIATE\") }\n");
    planted(
        "sql",
        "crates/beseda-store/src/messages.rs",
        "//! Messages.\nconst A: &str = \"UPDATE rooms SET head = head + 1\";\n",
    );
    planted("sql", "crates/beseda/src/report.sql", "SELECT 1;\n");
    passes(
        http,
        "//! Routes.\nfn say() { (\"Select a room from the list\", \"DELETE\", \"Update your page\", \"With love\") }\n",
    );
}

#[test]
fn only_the_policy_decides_by_role() {
    let rule = "crates/beseda-core/src/rules/edit.rs";
    for decision in [
        "if person.role == Role::Admin { a() }",
        "if Role::Mom != person.role { a() }",
        "if person.role() == other.role() { a() }",
        "if Some(&Role::Admin) == role.as_ref() { a() }",
        "if matches!(person.role, Role::Admin | Role::Operator) { a() }",
        "if let Role::Admin = person.role { a() }",
        "let Role::Admin = person.role else { return };",
        "match person.role { Role::Admin | Role::Mom => true, _ => false }",
        "match person.role { Role::Admin => Ok(()), _ => Err(Refusal::Forbidden) }",
        "match person.role { words::Role::Admin if a => \"x\", _ => \"y\" }",
        "if [Role::Admin, Role::Mom].contains(&person.role) { a() }",
        "if person.is_admin() { a() }",
        "if person.role.as_str() == \"admin\" { a() }",
        "if \"operator\" == claims.role { a() }",
        "if matches!(claims.role.as_str(), \"admin\" | \"mom\") { a() }",
        "if [\"admin\", \"mom\"].contains(&person.role.as_str()) { a() }",
        "match person.role.as_str() { \"admin\" | \"mom\" => true, _ => false }",
        "use beseda_core::words::Role::*;",
    ] {
        planted("permission", rule, &format!("//! Edits.\nfn edit() {{ {decision} }}\n"));
        planted(
            "permission",
            "crates/beseda-contracts/src/school/http.rs",
            &format!("//! Routes.\nfn edit() {{ {decision} }}\n"),
        );
    }
    planted(
        "permission",
        rule,
        "//! Edits.\nuse crate::words::Role as R;\nfn edit() { if person.role == R::Admin { a() } }\n",
    );
}

#[test]
fn spelling_a_role_is_not_deciding_by_it() {
    for spelling in [
        "match role { Role::Admin => \"admin\", Role::Mom => \"mom\" }",
        "match role { Role::Admin => 1, Role::Mom => 2 }",
        "match word { \"admin\" => Ok(Role::Admin), \"mom\" => Ok(Role::Mom), _ => Err(()) }",
        "match person.role { \"admin\" => Some(Role::Admin), _ => None }",
        "NewPerson { name: \"Anna\", role: Role::Client }",
        "vec![(1, Role::Client), (2, Role::Expert)]",
        "let role = Role::Client; seed(role, \"client\");",
        "Person::new(Role::Admin)",
        "assert(field == \"client\")",
    ] {
        passes(
            "crates/beseda-contracts/src/school/http.rs",
            &format!("//! Routes.\nfn edit() {{ {spelling} }}\n"),
        );
    }
}

#[test]
fn no_contract_knows_another() {
    let http = "crates/beseda-contracts/src/school/http.rs";
    planted("contract-names", http, "//! Routes.\nuse crate::order_rooms::wire;\n");
    planted(
        "contract-names",
        http,
        "//! Routes.\nuse crate::{shared, order_rooms::{self, wire}};\n",
    );
    planted(
        "contract-names",
        http,
        "//! Routes.\nfn a() { super::super::order_rooms::wire::say() }\n",
    );
    planted(
        "contract-names",
        http,
        "//! Routes.\nconst A: &str = include_str!(\"../order_rooms/README.md\");\n",
    );
    planted(
        "contract-names",
        "crates/beseda-contracts/src/shared/tokens.rs",
        "//! Tokens.\nuse crate::school::wire;\n",
    );
    passes(
        http,
        "//! Routes.\nuse crate::school::wire;\nuse super::wire as own;\nuse crate::shared::errors;\n",
    );
}

#[test]
fn every_queue_has_a_bound() {
    let hub = "crates/beseda-live/src/connection.rs";
    planted(
        "unbounded",
        hub,
        "//! A connection.\nfn a() { tokio::sync::mpsc::unbounded_channel() }\n",
    );
    planted(
        "unbounded",
        hub,
        "//! A connection.\nuse tokio::sync::mpsc::UnboundedSender;\n",
    );
    planted(
        "unbounded",
        hub,
        "//! A connection.\nuse std::sync::mpsc;\nfn a() { mpsc::channel() }\n",
    );
    planted(
        "unbounded",
        hub,
        "//! A connection.\nuse std::sync::mpsc::channel;\nfn a() { channel::<u8>() }\n",
    );
    passes(
        hub,
        "//! A connection.\nuse std::sync::mpsc;\nfn a() { mpsc::sync_channel(8); tokio::sync::oneshot::channel(); }\n",
    );
}

#[test]
fn plain_text_walls() {
    let rule = "crates/beseda-core/src/rules/edit.rs";
    planted("opening-line", rule, "// Edits.\nfn edit() {}\n");
    planted("opening-line", rule, "fn edit() {}\n");
    planted("length", rule, &format!("//! Edits.\n{}", "// more\n".repeat(600)));
    planted("left-over", rule, "//! Edits.\n// TODO: the rest\n");
    planted("left-over", rule, "//! Edits.\nfn edit() { todo!() }\n");
    planted(
        "left-over",
        "crates/beseda-core/tests/it/main.rs",
        "//! Stories.\n#[test]\n#[ignore]\nfn slow() {}\n",
    );
    planted(
        "machine-path",
        "docs/operating/start.md",
        "Run it in /home/anna/beseda.\n",
    );
    planted("machine-path", "script/server", "cd /home/anna/beseda\n");
    passes(
        "docs/operating/start.md",
        "See docs/root/x, ./root, $X/root, /rooms/1 and https://example.org/root/.\n",
    );
    planted(
        "raw-html",
        "web/apps/chat/src/thread.tsx",
        "// The thread.\nnode.innerHTML = text;\n",
    );
    planted(
        "lints",
        "crates/beseda-live/Cargo.toml",
        "[package]\nname = \"beseda-live\"\n\n[lints.rust]\nworkspace = true\n",
    );
}

#[test]
fn supply_chain_walls() {
    let walls = |graph: &Graph| -> Vec<&'static str> {
        let findings = supply::check(graph, &Tree::default());
        findings
            .iter()
            .filter(|finding| !finding.what.contains("no longer doubled"))
            .map(|finding| finding.wall)
            .collect()
    };
    assert_eq!(walls(&crates()), [""; 0]);

    let mut graph = crates();
    depend(&mut graph, "beseda", "openssl-sys", false);
    assert_eq!(walls(&graph), ["banned"]);

    let mut graph = crates();
    depend(&mut graph, "beseda", "lazy_static", false);
    assert_eq!(walls(&graph), ["banned"]);

    let mut graph = crates();
    graph.packages.push(Package {
        licence: Some("AGPL-3.0".to_owned()),
        ..package("copyleft", "1.0.0")
    });
    graph.packages.push(Package {
        source: Some("git+https://example.org/x".to_owned()),
        ..package("forked", "1.0.0")
    });
    assert_eq!(walls(&graph), ["licence", "source"]);
}

#[test]
fn a_crate_is_linked_once() {
    let doubles = |graph: &Graph| -> Vec<Finding> {
        let findings = supply::check(graph, &Tree::default());
        findings
            .into_iter()
            .filter(|finding| finding.wall == "doubled" && !finding.what.contains("no longer"))
            .collect()
    };
    let mut graph = crates();
    depend(&mut graph, "beseda-store", "syntax", false);
    assert_eq!(doubles(&graph), []);
    // An older one, through a macro first (not linked), then through a library.
    graph.packages.push(package("syntax", "0.9.0"));
    let older = graph.packages.len() - 1;
    graph.packages.push(Package {
        is_macro: true,
        normal: vec![older],
        ..package("derive", "1.0.0")
    });
    let derive = graph.packages.len() - 1;
    let store = place(&graph, "beseda-store");
    graph.packages[store].normal.push(derive);
    assert_eq!(doubles(&graph), []);
    graph.packages[store].normal.push(older);
    let found = doubles(&graph);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].place, "Cargo.lock: syntax 0.9.0");
    // Nothing of the real exceptions is in this small graph, and each of them says so.
    assert!(
        supply::check(&crates(), &Tree::default())
            .iter()
            .any(|finding| finding.what.contains("no longer doubled"))
    );
}
