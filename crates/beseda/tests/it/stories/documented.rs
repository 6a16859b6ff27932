//! What docs/operating/identity.md prints works: every example of it is run, one after the other.
#![expect(
    clippy::disallowed_methods,
    reason = "a test does what an operator would, with files"
)]

use crate::harness::{PATIENCE, Server, Town};
use std::fs;
use std::path::Path;
use tokio::process::Command;
use tokio::time::timeout;

/// Where the page says that the server listens.
const PRINTED: &str = "127.0.0.1:8000";

/// The fenced blocks of a page in a language, in order.
pub fn blocks(page: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}");
    let (mut found, mut block) = (Vec::new(), None);
    for line in page.lines() {
        match &mut block {
            None if line == opening => block = Some(String::new()),
            None => {}
            Some(_) if line == "```" => found.extend(block.take()),
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    found
}

/// Runs a script beside the data directory; what it printed.
async fn run(server: &Server, script: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_beseda")).parent().expect("a folder");
    let path = std::env::var("PATH").expect("a path");
    let child = Command::new("sh")
        .args(["-eu", "-c", &script.replace(PRINTED, &server.address.to_string())])
        .current_dir(server.data().parent().expect("a folder"))
        .env("PATH", format!("{}:{path}", program.display()))
        .kill_on_drop(true)
        .output();
    let output = timeout(PATIENCE, child).await.expect("it ends").expect("sh starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{script}\n{said}\n{wrong}");
    said
}

#[tokio::test]
async fn every_example_of_the_page_on_identity_works() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operating/identity.md");
    let page = fs::read_to_string(page).expect("the page");
    let mut server = Server::start("documented", "", &Town::default()).await;
    server.kill();
    let mut scripts = blocks(&page, "sh").into_iter();
    run(&server, &scripts.next().expect("the first example")).await;
    let settings = server.data().join("beseda.toml");
    let kept = fs::read_to_string(&settings).expect("the settings");
    let issuers = blocks(&page, "toml").concat();
    fs::write(&settings, format!("{kept}\n{issuers}")).expect("the settings are written");
    server.serve().await;

    // One shell runs them all: a later example uses what an earlier one has made.
    let said = run(&server, &scripts.collect::<String>()).await;
    for wanted in [
        r#""id":7,"#,
        r#""order":17"#,
        "/setup/?code=",
        r#""access":"#,
        r#""number":"A-40""#,
        "Заказ оплачен",
        "token=bst_",
        r#""customer_name":"Иван""#,
        "deactivated person 30",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in:\n{said}");
    }
}
