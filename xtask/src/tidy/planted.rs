//! A violation of every wall, planted in a small house, must be reported; the house itself is clean.

use super::house::{Declared, Graph, Package};
use super::tree::Tree;
use super::{Finding, check, house, packages, promises, root, source, text};

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
            "//! The seam.\nconst SEND: &str = include_str!(\"../sql/messages/append.sql\");\nfn open() { run(\"PRAGMA journal_mode = WAL\"); run(\"BEGIN IMMEDIATE\"); }\n",
        ),
        (
            "crates/beseda-store/sql/messages/append.sql",
            "INSERT INTO messages VALUES ($1)\n",
        ),
        (
            "crates/beseda-live/src/hub.rs",
            "//! The hub.\nasync fn hear() {}\n#[cfg(test)]\nmod tests { fn a() { run(\"SELECT 1 FROM x\"); } }\n",
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
            "//! The clock and the dice.\n#![expect(clippy::disallowed_methods, reason = \"here the outside comes in\")]\n",
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
    let plan: [(&str, &[&str]); 8] = [
        ("beseda-core", &["serde"]),
        ("beseda-testkit", &["beseda-core"]),
        ("beseda-store", &["beseda-core", "rusqlite"]),
        ("beseda-live", &["beseda-core", "axum"]),
        ("beseda-identity", &["beseda-core", "argon2"]),
        ("beseda-contracts", &["beseda-live", "beseda-identity"]),
        ("beseda", &["beseda-contracts", "beseda-store"]),
        ("xtask", &[]),
    ];
    let packages = plan.iter().map(|(name, needs)| Package {
        name: (*name).to_owned(),
        declared: needs.iter().map(|one| declared(one, false)).collect(),
    });
    Graph {
        packages: packages.collect(),
    }
}

fn declared(name: &str, is_dev: bool) -> Declared {
    Declared {
        name: name.to_owned(),
        is_dev,
    }
}

fn depend(graph: &mut Graph, from: &str, to: Declared) {
    let from = graph.packages.iter_mut().find(|one| one.name == from);
    from.expect("planned").declared.push(to);
}

#[track_caller]
fn planted_dependency(wall: &str, from: &str, to: &str) {
    let mut graph = crates();
    depend(&mut graph, from, declared(to, false));
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
    planted_dependency("vocabulary", "beseda", "lazy_static");
    planted_dependency("vocabulary", "beseda-contracts", "jsonwebtoken");
    planted_dependency("vocabulary", "beseda", "argon2");
    planted_dependency("vocabulary", "beseda-identity", "axum");
    planted_dependency("house", "beseda-store", "beseda-live");
    planted_dependency("house", "beseda-live", "beseda-store");
    planted_dependency("house", "beseda-contracts", "beseda-store");
    planted_dependency("house", "beseda-identity", "beseda-contracts");
    planted_dependency("house", "beseda-identity", "beseda-live");
    planted_dependency("house", "beseda-live", "beseda-identity");
    planted_dependency("house", "beseda-store", "beseda-identity");
    planted_dependency("house", "beseda-core", "beseda-store");
    planted_dependency("house", "beseda-live", "beseda");
    planted_dependency("house", "beseda", "xtask");
}

#[test]
fn tests_may_wire_more_but_not_the_binary() {
    let mut graph = crates();
    depend(&mut graph, "beseda-core", declared("proptest", true));
    depend(&mut graph, "beseda-contracts", declared("beseda-store", true));
    assert_eq!(house::check(&graph), []);
    depend(&mut graph, "beseda-contracts", declared("beseda", true));
    assert_eq!(house::check(&graph).len(), 1);
}

#[test]
fn the_testkit_stays_out_of_the_binary() {
    let mut graph = crates();
    depend(&mut graph, "beseda-store", declared("beseda-testkit", true));
    assert_eq!(house::check(&graph), []);
    depend(&mut graph, "beseda-store", declared("beseda-testkit", false));
    assert_eq!(house::check(&graph).len(), 1);
}

#[test]
fn a_ninth_crate_is_a_decision() {
    let mut graph = crates();
    graph.packages.push(Package {
        name: "beseda-extra".to_owned(),
        ..Package::default()
    });
    assert_eq!(house::check(&graph).len(), 1);
}

#[test]
fn a_limit_that_nobody_asks_for_is_a_promise() {
    planted(
        "limits",
        "crates/beseda-core/src/words/limits.rs",
        "//! Limits.\nlimits! { text_chars: usize = 1 }\n",
    );
}

#[test]
fn the_core_speaks_its_own_words() {
    let rule = "crates/beseda-core/src/rules/edit.rs";
    planted("core-words", rule, "//! Edits.\nfn edit() { std::thread::spawn(x); }\n");
    planted("core-words", rule, "//! Edits.\nasync fn edit() {}\n");
    planted("core-words", rule, "//! Edits.\nuse std::net::IpAddr;\n");
}

#[test]
fn bans_of_clippy_are_lifted_by_owners_alone() {
    let lifted = "//! Edits.\n#[expect(clippy::disallowed_methods, reason = \"once\")]\nfn edit() {}\n";
    planted("owners", "crates/beseda-core/src/rules/edit.rs", lifted);
    planted("owners", "crates/beseda/src/app.rs", lifted);
    planted(
        "owners",
        "crates/beseda-live/src/dump.rs",
        "//! Dumps.\n#![expect(\n    clippy::disallowed_types,\n    reason = \"one\"\n)]\n",
    );
    passes("crates/beseda-store/src/open.rs", lifted);
    passes("crates/beseda/tests/it/harness/files.rs", lifted);
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
    planted(
        "contract-names",
        "crates/beseda-contracts/src/shared/tokens.rs",
        "//! Tokens.\nuse crate::voices::DRF;\n",
    );
    passes(http, "//! Routes.\nuse crate::voices::DRF;\n");
    passes(
        http,
        "//! Routes.\nuse crate::school::wire;\nuse super::wire as own;\nuse crate::shared::errors;\n",
    );
}

#[test]
fn a_promise_has_its_test() {
    let kept = |page: &str| {
        let mut tree = house_files();
        for (file, text) in [
            ("docs/protocol.md", page),
            (
                "crates/beseda/tests/it/once.rs",
                "//! Once.\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn once() {}\n#[test]\nfn twice() {}\nfn helps() {}\n",
            ),
            (
                "crates/beseda-testkit/src/stories/mod.rs",
                "//! Stories.\nstories![\n    sending::told,\n];\n",
            ),
            (
                "crates/beseda-testkit/src/stories/sending.rs",
                "//! Sending.\npub(super) fn told(make: Make<'_>) {}\npub(super) fn untold() {}\n",
            ),
            (
                "hosts/test_tour.py",
                "def test_tour(bench):\n    pass\n\n\ndef tour(bench):\n    pass\n",
            ),
        ] {
            tree.files.insert(file.to_owned(), text.to_owned());
        }
        promises::check(&tree)
    };
    let link = |name: &str, file: &str| format!("**Promised.** All.\n- [`{name}`](../{file})\n");
    for (name, file) in [
        ("once", "crates/beseda/tests/it/once.rs"),
        ("twice", "crates/beseda/tests/it/once.rs"),
        ("told", "crates/beseda-testkit/src/stories/sending.rs"),
        ("test_tour", "hosts/test_tour.py"),
    ] {
        assert_eq!(kept(&link(name, file)), [], "{name}");
    }
    for (name, file) in [
        ("helps", "crates/beseda/tests/it/once.rs"),
        ("never", "crates/beseda/tests/it/once.rs"),
        ("once", "crates/beseda/tests/it/gone.rs"),
        ("untold", "crates/beseda-testkit/src/stories/sending.rs"),
        ("tour", "hosts/test_tour.py"),
    ] {
        let findings = kept(&link(name, file));
        assert_eq!(findings.len(), 1, "{name}: {findings:?}");
        assert_eq!(
            (findings[0].wall, findings[0].place.as_str()),
            ("promises", "docs/protocol.md:2")
        );
    }
    let bare = kept("**Promised.** All.\n\n## More\n\n**Promised.** More.\n");
    assert_eq!(bare.len(), 2, "{bare:?}");
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
fn pages_ship_only_what_they_may() {
    let lock = r#"{"packages": {
        "": {"name": "web"},
        "packages/client": {"version": "0.1.0"},
        "node_modules/good": {"license": "MIT"},
        "node_modules/bad": {"license": "GPL-3.0"},
        "node_modules/tool": {"license": "GPL-3.0", "dev": true},
        "node_modules/elsewhere": {"license": "ISC", "resolved": "https://mirror.example/x.tgz"}
    }}"#;
    let found: Vec<_> = packages::check(lock)
        .into_iter()
        .map(|finding| (finding.wall, finding.place))
        .collect();
    let place = |name: &str| format!("web/package-lock.json: node_modules/{name}");
    assert_eq!(found, [("licence", place("bad")), ("source", place("elsewhere"))]);
    assert_eq!(packages::check("no lock").len(), 1);
}
