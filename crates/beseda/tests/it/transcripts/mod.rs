//! The recorded conversations of every contract, replayed against a server of their own.
#![expect(clippy::disallowed_methods, reason = "the recordings are files")]

mod pattern;
mod replay;
mod script;

use crate::harness::{Actor, Server, Town};
use crate::stories::server_api;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The people of a transcript: a town, and those of it who act, by the names that the transcript has for them.
struct Cast {
    town: Town,
    actors: Vec<(String, i64)>,
    /// Host applications by their names, and the scopes of their API keys.
    hosts: Vec<(String, String)>,
}

impl Cast {
    /// The people of a folder's transcripts: those of its `town.json` (a seed, its actors, and the scopes of
    /// `hosts`), or the usual ones.
    fn of(folder: &Path) -> Self {
        let Ok(text) = fs::read(folder.join("town.json")) else {
            return Self::usual();
        };
        let mut seed: Value = serde_json::from_slice(&text).expect("town.json is JSON");
        let actors = seed["actors"].take();
        let actors = actors.as_object().expect("the actors of town.json are an object");
        let hosts = seed
            .as_object_mut()
            .and_then(|seed| seed.remove("hosts"))
            .unwrap_or_default();
        let scopes = |scopes: &Value| scopes.as_str().expect("scopes are a text").to_owned();
        Self {
            hosts: hosts
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, host)| (name.clone(), scopes(host)))
                .collect(),
            town: Town::of_seed(&seed),
            actors: actors
                .iter()
                .map(|(name, id)| (name.clone(), id.as_i64().expect("an actor's id is a number")))
                .collect(),
        }
    }

    fn usual() -> Self {
        let actors = [
            ("anna", 1),
            ("boris", 2),
            ("olga", 3),
            ("vera", 4),
            ("gleb", 5),
            ("alla", 9),
        ];
        Self {
            town: town(),
            hosts: vec![("shop".to_owned(), "rooms".to_owned())],
            actors: actors.map(|(name, id)| (name.to_owned(), id)).to_vec(),
        }
    }
}

/// The people and orders of most transcripts; the format's README names them.
fn town() -> Town {
    let person = |id: i64, first: &str, last: &str, role: &str| {
        let email = format!("p{id}@shop.example");
        json!({"id": id, "email": email, "first_name": first, "last_name": last, "role": role})
    };
    let anna = json!({
        "id": 1, "username": "anna", "email": "anna@shop.example", "phone": "+79990000001",
        "first_name": "Анна", "last_name": "Иванова", "role": "client", "password": "correct horse battery",
    });
    Town::default()
        .person(anna)
        .person(person(2, "Борис", "Петров", "expert"))
        .person(person(3, "Ольга", "Сидорова", "operator"))
        .person(person(4, "Вера", "Чужая", "client"))
        .person(person(5, "", "", "expert"))
        .person(person(9, "Алла", "Главная", "admin"))
        .order(json!({"id": 17, "number": "A-17", "client": 1, "expert": 2, "operator": 3, "status": "new"}))
        .order(json!({"id": 18, "client": 4, "expert": 5}))
        .order(json!({"id": 19, "client": 1}))
        .order(json!({"id": 20, "client": 1, "expert": 5}))
}

/// All transcripts: the folder `transcripts` of each contract.
fn recordings() -> Vec<PathBuf> {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../beseda-contracts/src");
    let mut found = Vec::new();
    for contract in fs::read_dir(contracts).expect("the contracts").flatten() {
        let folder = contract.path().join("transcripts");
        let files = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        found.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "txt")));
    }
    found.sort();
    found
}

/// Replays one file; what is wrong with it, if anything.
async fn replayed(path: PathBuf) -> Option<String> {
    let name = path
        .file_stem()
        .and_then(|name| name.to_str())
        .expect("a name in UTF-8")
        .to_owned();
    let text = fs::read_to_string(&path).expect("the transcript can be read");
    let folder = path.parent().expect("a transcript is in a folder");
    let contract = folder.parent().and_then(Path::file_name).unwrap_or_default();
    let story = format!("transcript-{}-{name}", contract.to_string_lossy());
    let Cast { town, actors, hosts } = Cast::of(folder);
    let failure = match script::read(&text) {
        Err(wrong) => wrong,
        Ok(script) => {
            let server = Server::start(&story, &script.settings, &town).await;
            let people: Vec<i64> = actors.iter().map(|(_, id)| *id).collect();
            let tokens = server.tokens(&people).await;
            let names = actors.into_iter().map(|(name, _)| name);
            let people = names
                .zip(tokens)
                .map(|(name, token)| (name, Actor::new(server.address, 0, &token)));
            let mut people: HashMap<String, Actor> = people.collect();
            // A key costs a command: it is made for those who speak.
            let speaks = |name: &str| text.lines().any(|line| line.split(' ').next() == Some(name));
            for (name, scopes) in hosts.into_iter().filter(|(name, _)| speaks(name)) {
                people.insert(name.clone(), server_api::host(&server, &name, &scopes).await);
            }
            replay::run(&server, people, &script).await.err()?
        }
    };
    Some(format!("{}/{name}.txt:{failure}", contract.to_string_lossy()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_transcript_is_answered_as_it_says() {
    let recordings = recordings();
    assert!(
        recordings.len() >= 10,
        "only {} transcripts were found",
        recordings.len()
    );
    let replays = futures_util::stream::iter(recordings.into_iter().map(replayed)).buffer_unordered(2);
    let failures: Vec<String> = replays.filter_map(|failure| async { failure }).collect().await;
    assert!(
        failures.is_empty(),
        "{} transcripts failed\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}
