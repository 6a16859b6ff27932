//! The recorded conversations of every contract, replayed against a server of their own.
#![expect(clippy::disallowed_methods, reason = "the recordings are files")]

mod pattern;
mod replay;
mod script;

use crate::harness::{Server, Town};
use futures_util::StreamExt;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// The people and orders of every transcript; the format's README names them.
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
    let failure = match script::read(&text) {
        Err(wrong) => wrong,
        Ok(script) => {
            let server = Server::start(&format!("transcript-{name}"), &script.settings, &town()).await;
            let tokens = server.tokens(&[1, 2, 3, 4, 5, 9]).await;
            replay::run(&server, &tokens, &script).await.err()?
        }
    };
    Some(format!(
        "{}:{failure}",
        path.file_name().unwrap_or_default().to_string_lossy()
    ))
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
