//! Replays a transcript: asks, listens, and compares.

use super::pattern::Names;
use super::script::{Act, Script};
use crate::harness::{Actor, Answer, Heard, Server, Socket, actor};
use reqwest::Method;
use serde_json::Value;
use std::collections::HashMap;

/// The server of a transcript, the people, and what they have said and heard so far.
struct Stage {
    people: HashMap<String, Actor>,
    nobody: Actor,
    sockets: HashMap<String, Socket>,
    names: Names,
    last: Option<Answer>,
}

/// Replays a transcript among these people; `nobody`, who has no token, is always there too.
///
/// # Errors
/// The line that was not answered as it says, and how it was.
pub async fn run(server: &Server, people: HashMap<String, Actor>, script: &Script) -> Result<(), String> {
    let mut stage = Stage {
        people,
        nobody: Actor::new(server.address, 0, ""),
        sockets: HashMap::new(),
        names: Names::default(),
        last: None,
    };
    stage.names.bind("host", server.address.to_string().into());
    for step in &script.steps {
        let outcome = stage.play(&step.act).await;
        outcome.map_err(|why| format!("{}: {why}", step.line))?;
    }
    Ok(())
}

impl Stage {
    async fn play(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Let(name, value) => {
                let value = self.names.filled_json(value)?;
                self.names.bind(name, value);
                Ok(())
            }
            Act::Ask {
                who,
                method,
                path,
                body,
                headers,
            } => self.ask(who, method, path, body.as_deref(), headers).await,
            Act::Answer { status, body } => self.check_answer(status, body.as_ref()),
            Act::Header(name, pattern) => {
                let answer = self.last.as_ref().ok_or("nothing was asked")?;
                let value = answer.header(name);
                let same = self.names.compare_text(pattern, &value);
                same.map_err(|()| format!("{name} is {value:?}, not {pattern:?}"))
            }
            Act::Open { who, path, headers } => self.open(who, path, headers).await,
            Act::Say { who, frame } => {
                let frame = self.filled_body(frame)?;
                self.socket(who)?.say_text(&frame).await;
                Ok(())
            }
            Act::Hear { who, frame } => match self.socket(who)?.hear().await {
                Heard::Frame(found) => self
                    .names
                    .compare(frame, &found, "frame")
                    .map_err(|why| format!("{why}\n  heard: {found}")),
                other => Err(format!("a frame should have come: {other:?}")),
            },
            Act::Closed { who, code, reason } => {
                let Heard::Closed(found, why) = self.socket(who)?.hear().await else {
                    return Err("the socket should have been closed".to_owned());
                };
                let pattern = reason.as_deref().unwrap_or("$any");
                let same = found == *code && self.names.compare_text(pattern, &why).is_ok();
                if same {
                    Ok(())
                } else {
                    Err(format!("closed with {found} {why:?}"))
                }
            }
            Act::Leave { who } => {
                self.sockets.remove(who).ok_or("no such socket")?.leave().await;
                Ok(())
            }
        }
    }

    /// Somebody by name; `anna/2` is Anna in another window.
    fn person(&self, who: &str) -> Result<&Actor, String> {
        let name = who.split('/').next().unwrap_or_default();
        if name == "nobody" {
            Ok(&self.nobody)
        } else {
            self.people.get(name).ok_or(format!("who is {who}?"))
        }
    }

    fn socket(&mut self, who: &str) -> Result<&mut Socket, String> {
        self.sockets
            .get_mut(who)
            .ok_or_else(|| format!("{who} has no socket open"))
    }

    /// A body or a frame: JSON keeps the types of what its names stand for, anything else is a text.
    fn filled_body(&self, body: &str) -> Result<String, String> {
        match serde_json::from_str::<Value>(body) {
            Ok(value) if body.contains('$') => Ok(self.names.filled_json(&value)?.to_string()),
            _ => self.names.filled(body),
        }
    }

    async fn ask(
        &mut self,
        who: &str,
        method: &str,
        path: &str,
        body: Option<&str>,
        headers: &[(String, String)],
    ) -> Result<(), String> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
        let path = self.names.filled(path)?;
        let mut request = self.person(who)?.request(method, &path);
        for (name, value) in headers {
            request = request.header(name, self.names.filled(value)?);
        }
        if let Some(body) = body {
            request = match body.split_once(' ') {
                Some(("form", fields)) => request
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .body(self.names.filled(fields)?),
                Some(("multipart", fields)) => request.multipart(self.multipart(fields)?),
                Some(("text", text)) => request
                    .header("Content-Type", "text/plain")
                    .body(self.names.filled(text)?),
                _ => request
                    .header("Content-Type", "application/json")
                    .body(self.filled_body(body)?),
            };
        }
        self.last = Some(actor::answer(request).await);
        Ok(())
    }

    /// `name=value&name=value`; the value `@name` is a file of that name.
    fn multipart(&self, fields: &str) -> Result<reqwest::multipart::Form, String> {
        let mut form = reqwest::multipart::Form::new();
        for field in fields.split('&') {
            let (name, value) = field.split_once('=').ok_or("a field has a value")?;
            form = match value.strip_prefix('@') {
                Some(file) => {
                    let part = reqwest::multipart::Part::bytes(b"a file".as_slice()).file_name(file.to_owned());
                    form.part(name.to_owned(), part)
                }
                None => form.text(name.to_owned(), self.names.filled(value)?),
            };
        }
        Ok(form)
    }

    fn check_answer(&mut self, status: &str, body: Option<&Value>) -> Result<(), String> {
        let answer = self.last.as_ref().ok_or("nothing was asked")?;
        let found = answer.status.to_string();
        let same = found
            .chars()
            .zip(status.chars())
            .all(|(c, wanted)| wanted == 'x' || c == wanted);
        if !same {
            return Err(format!("{found}, not {status}\n  body: {}", answer.text));
        }
        let Some(expected) = body else {
            return if answer.text.is_empty() {
                Ok(())
            } else {
                Err(format!("nobody expects a body: {}", answer.text))
            };
        };
        let found: Value = match serde_json::from_str(&answer.text) {
            Ok(found) => found,
            Err(error) => return Err(format!("the body is not JSON ({error}): {:?}", answer.text)),
        };
        self.names
            .compare(expected, &found, "body")
            .map_err(|why| format!("{why}\n  body: {found}"))
    }

    async fn open(&mut self, who: &str, path: &str, headers: &[(String, String)]) -> Result<(), String> {
        let mut path = self.names.filled(path)?;
        let person = self.person(who)?;
        if !person.token.is_empty() && !path.contains('?') {
            path = format!("{path}?token={}", person.token);
        }
        let address = person.address;
        let mut filled = Vec::new();
        for (name, value) in headers {
            filled.push((name.as_str(), self.names.filled(value)?));
        }
        let headers: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match Socket::open(address, &path, &headers).await {
            Ok(socket) => {
                self.sockets.insert(who.to_owned(), socket);
                self.last = None;
            }
            // The next step may expect just this.
            Err(answer) => self.last = Some(*answer),
        }
        Ok(())
    }
}
