//! The matrix of permissions: every route and socket command, by everybody, on an object of their own, of others, that
//! is missing and that is gone, against the reviewed tables in `tables/`.
//!
//! The list of routes comes from the program itself, so a route without a row fails here.

mod calls;
mod lists;
mod objects;
mod oracle;
mod table;
mod world;

use beseda_core::words::Role;
use calls::{Call, Outcome};
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use objects::Object;
use std::collections::BTreeMap;
use std::fmt::Write;
use table::{Block, Row, Table};
use world::World;

/// The reviewed tables, one for each contract.
const TABLES: &[(&str, &str)] = &[
    ("shared", include_str!("tables/shared.txt")),
    ("order_desk", include_str!("tables/order_desk.txt")),
    ("order_rooms", include_str!("tables/order_rooms.txt")),
    ("school", include_str!("tables/school.txt")),
    ("spa", include_str!("tables/spa.txt")),
    ("support_desk", include_str!("tables/support_desk.txt")),
    ("native", include_str!("tables/native.txt")),
];

/// How many blocks are tried at once.
const AT_ONCE: usize = 4;

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let table = Table::read(TABLES);
    let mut wrong = String::new();
    for line in beseda_contracts::routes().list() {
        for method in methods(line.allow) {
            let is_socket = line.path.starts_with("/ws/") || line.path.ends_with("/ws/");
            let method = if is_socket { "WS" } else { method };
            if !table.blocks.iter().any(|block| block.is_of(method, line.path)) {
                let _ = writeln!(wrong, "no row for {method} {}", line.path);
            }
        }
    }
    for block in &table.blocks {
        let known = |line: &&beseda_contracts::shared::RouteLine| line.path == block.path;
        if !beseda_contracts::routes().list().iter().any(|line| known(&line)) {
            let _ = writeln!(wrong, "no route for {} {}", block.method, block.path);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_role_is_among_those_who_try() {
    let missing: Vec<&str> = Role::OF_CONTRACTS
        .iter()
        .map(Role::word)
        .filter(|word| !world::ACTORS.contains(word))
        .collect();
    assert!(missing.is_empty(), "nobody tries as {}", missing.join(", "));
}

/// The methods of a route, without those that follow from the others.
fn methods(allow: &str) -> impl Iterator<Item = &str> {
    allow.split(", ").filter(|method| !["HEAD", "OPTIONS"].contains(method))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_is_as_reviewed() {
    let table = Table::read(TABLES);
    let world = World::build("matrix").await;
    let checked: Vec<(usize, String)> = stream::iter(&table.blocks)
        .map(|block| check(&world, block))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let cells: usize = checked.iter().map(|(cells, _)| cells).sum();
    let wrong: String = checked.into_iter().map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "{cells} cells, and of these:\n{wrong}");
    assert!(cells > 5_000, "only {cells} cells");
}

/// Tries every cell of a block; how many there were, and what was wrong.
async fn check(world: &World, block: &Block) -> (usize, String) {
    let (mut cells, mut wrong) = (0, String::new());
    // What each actor was told of each kind of object.
    let mut told: BTreeMap<(&str, Object), Outcome> = BTreeMap::new();
    for row in &block.rows {
        let outcomes = outcomes(world, block, row).await;
        cells += outcomes.len();
        for (actor, outcome) in world.actors.iter().zip(outcomes) {
            let (name, object) = (&actor.name, row.object);
            let wanted = row.wanted(name);
            if outcome.word != wanted {
                let _ = writeln!(
                    wrong,
                    "{} {} {} by {name}: {} instead of {wanted} {}",
                    block.method,
                    block.title,
                    object.word(),
                    outcome.word,
                    outcome.body
                );
            }
            told.insert((name, object), outcome);
        }
    }
    for ((name, object), outcome) in &told {
        let missing = told.get(&(*name, Object::Missing));
        if let Some(missing) = missing.filter(|missing| missing.word == outcome.word && missing.body != outcome.body) {
            let _ = writeln!(
                wrong,
                "{} {} by {name}: a {} one ({}) can be told from a missing one ({})",
                block.method,
                block.title,
                object.word(),
                outcome.body,
                missing.body
            );
        }
    }
    (cells, wrong)
}

/// What comes of a row's cells, in the order of the actors.
async fn outcomes(world: &World, block: &Block, row: &Row) -> Vec<Outcome> {
    if block.uses_up() {
        let one = |actor| async move { Call::of(world, block, row.object).await.by(world, actor).await };
        return join_all(world.actors.iter().map(one)).await;
    }
    let call = Call::of(world, block, row.object).await;
    join_all(world.actors.iter().map(|actor| call.by(world, actor))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_are_answered_alike_on_every_route() {
    let table = Table::read(TABLES);
    let world = World::build("methods").await;
    let mut wrong = String::new();
    for line in beseda_contracts::routes().list() {
        let block = table.blocks.iter().find(|block| block.path == line.path);
        let block = block.expect("every route has a row");
        let object = block.rows[0].object;
        for name in ["nobody", "client", "teacher", "admin"] {
            let actor = world.actor(name);
            let call = Call::of(&world, block, object).await;
            let mut expect = |method: &str, is: u16, wanted: u16, allow: String| {
                if is != wanted || (wanted != 200 && allow != line.allow) {
                    let path = line.path;
                    let _ = writeln!(wrong, "{method} {path} by {name}: {is} instead of {wanted}, {allow:?}");
                }
            };
            let brewed = call.by_method("BREW", &world, actor).await;
            expect("BREW", brewed.status, 405, brewed.header("allow"));
            let asked = call.by_method("OPTIONS", &world, actor).await;
            let has = |method: &str| line.allow.split(", ").any(|allowed| allowed == method);
            let wanted = if has("OPTIONS") { 204 } else { 405 };
            expect("OPTIONS", asked.status, wanted, asked.header("allow"));
            if has("HEAD") {
                let got = call.by_method("GET", &world, actor).await;
                let head = call.by_method("HEAD", &world, actor).await;
                expect("HEAD", head.status, got.status, head.header("allow"));
                assert!(head.text.is_empty(), "a body: {head:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
