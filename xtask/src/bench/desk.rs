//! The support desk: what its staff see first, the list of thousands of conversations.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::http::Web;
use super::pages::{put, timed, times_of};
use super::report::Samples;
use super::server::{Binaries, Kind, Server};
use super::town::{copy, person, run, tokens};

/// Conversations, and what their visitors have said in each.
const ROOMS: usize = 2_000;
const MESSAGES: usize = 5;
const STAFF: usize = 1;

/// A data directory with a desk in it.
pub struct Desk {
    template: PathBuf,
    token: String,
}

impl Desk {
    /// Has that many visitors write; `quick` makes them a tenth.
    pub fn build(binaries: &Binaries, folder: &Path, quick: bool) -> Result<Self> {
        let template = folder.join("desk");
        fs::create_dir_all(&template)?;
        let seed = folder.join("desk.json");
        fs::write(&seed, json!({ "people": [person(STAFF, "operator")] }).to_string())?;
        run(binaries.beseda("seed", &template, None).arg("--new").arg(&seed))?;
        let token = tokens(binaries, &template, None, &[STAFF])?.pop().context("a token")?;
        let server = Server::start(Kind::Beseda, binaries, &template, None)?;
        let mut web = Web::connect(server.address)?;
        for number in 0..if quick { ROOMS / 10 } else { ROOMS } {
            visit(&mut web, number)?;
        }
        server.stop()?;
        Ok(Self { template, token })
    }

    /// Asks for the list as a page does that knows no pages, and for the first page of it.
    pub fn measure(&self, binaries: &Binaries, folder: &Path, times: usize, samples: &mut Samples) -> Result<()> {
        let data = folder.join("asking");
        copy(&self.template, &data)?;
        let server = Server::start(Kind::Beseda, binaries, &data, None)?;
        let mut web = Web::connect(server.address)?;
        let asked = [
            ("desk", "/api/admin/chat-rooms/"),
            ("desk_page", "/api/admin/chat-rooms/?page=1&page_size=50"),
        ];
        for (name, path) in asked {
            let mut taken = times_of()?;
            for turn in 0..times + times / 10 {
                let time = timed(&mut web, path, &self.token)?;
                // The first tenth warms up.
                if turn >= times / 10 {
                    taken.record(time)?;
                }
            }
            put(samples, name, &taken);
        }
        drop(server);
        fs::remove_dir_all(data)?;
        Ok(())
    }
}

/// A visitor opens a conversation and goes on writing.
fn visit(web: &mut Web, number: usize) -> Result<()> {
    let says = |turn: usize| format!("I ordered a week ago, and line {turn} of my question is this one.");
    let room = json!({"customer_name": format!("Visitor {number}"), "customer_email": format!("visitor{number}@example.com"),
                      "subject": "Where is my order?", "message": says(0)});
    let answer: Value = serde_json::from_slice(&web.post("/api/public/chat-rooms/", None, &room.to_string())?)?;
    let id = answer
        .pointer("/id")
        .and_then(Value::as_str)
        .context("a room without id")?;
    for turn in 1..MESSAGES {
        let message = json!({ "message": says(turn) });
        let path = format!("/api/public/chat-rooms/{id}/send_message/");
        web.post(&path, None, &message.to_string())?;
    }
    Ok(())
}
