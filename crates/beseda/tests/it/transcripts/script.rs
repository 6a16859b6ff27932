//! Reads a transcript: lines become steps.

use crate::harness::ids;
use serde_json::Value;

/// A transcript.
pub struct Script {
    /// Lines of `beseda.toml` for the server that it is replayed against.
    pub settings: String,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One thing that happens, with its line in the file.
pub struct Step {
    pub line: usize,
    pub act: Act,
}

/// What happens.
pub enum Act {
    /// `let NAME = JSON`
    Let(String, Value),
    /// `WHO METHOD PATH [BODY]`, with its `+ Header: value` lines; the answer comes with the next step.
    Ask {
        who: String,
        method: String,
        path: String,
        body: Option<String>,
        headers: Vec<(String, String)>,
    },
    /// `STATUS [JSON]`
    Answer { status: String, body: Option<Value> },
    /// `~ Header: value`
    Header(String, String),
    /// `WHO opens PATH`
    Open {
        who: String,
        path: String,
        headers: Vec<(String, String)>,
    },
    /// `WHO > FRAME`
    Say { who: String, frame: String },
    /// `WHO < FRAME`
    Hear { who: String, frame: Value },
    /// `WHO closed CODE [REASON]`
    Closed {
        who: String,
        code: u16,
        reason: Option<String>,
    },
    /// `WHO leaves`
    Leave { who: String },
}

/// Reads a transcript.
///
/// # Errors
/// The line that cannot be read, and why.
pub fn read(text: &str) -> Result<Script, String> {
    let mut script = Script {
        settings: String::new(),
        steps: Vec::new(),
    };
    for (line, text) in joined(text) {
        if let Some(setting) = text.strip_prefix("set ") {
            script.settings.push_str(setting);
            script.settings.push('\n');
        } else if let Some(header) = text.strip_prefix("+ ") {
            let header = header_of(header).ok_or_else(|| format!("{line}: a header has a colon"))?;
            match script.steps.last_mut().map(|step| &mut step.act) {
                Some(Act::Ask { headers, .. } | Act::Open { headers, .. }) => headers.push(header),
                _ => return Err(format!("{line}: a header stands behind a request")),
            }
        } else {
            let (other, is_for_texts) = text
                .strip_prefix("texts ")
                .map_or((&*text, false), |other| (other, true));
            let act = act_of(other).map_err(|why| format!("{line}: {why}: {text}"))?;
            if !is_for_texts {
                script.steps.push(Step { line, act });
            } else if ids::are_texts() {
                // What is expected where a number that is none is the name of something unknown.
                let last = script.steps.last_mut();
                *last.ok_or_else(|| format!("{line}: it stands behind what is expected of numbers"))? =
                    Step { line, act };
            }
        }
    }
    Ok(script)
}

/// Lines without comments, each with those that go on with it: they are indented.
fn joined(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match lines.last_mut().filter(|_| line.starts_with(' ')) {
            Some((_, begun)) => {
                begun.push(' ');
                begun.push_str(line.trim());
            }
            None => lines.push((number, line.trim_end().to_owned())),
        }
    }
    lines
}

fn act_of(line: &str) -> Result<Act, String> {
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    if first == "let" {
        let (name, value) = rest.split_once(" = ").ok_or("`let NAME = JSON`")?;
        return Ok(Act::Let(name.to_owned(), json_of(value)?));
    }
    if first == "~" {
        let (name, value) = header_of(rest).ok_or("a header has a colon")?;
        return Ok(Act::Header(name, value));
    }
    if first.len() == 3 && first.starts_with(|c: char| c.is_ascii_digit()) {
        let body = Some(rest).filter(|rest| !rest.is_empty()).map(json_of).transpose()?;
        return Ok(Act::Answer {
            status: first.to_owned(),
            body,
        });
    }
    let who = first.to_owned();
    let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    Ok(match verb {
        "opens" => Act::Open {
            who,
            path: rest.to_owned(),
            headers: Vec::new(),
        },
        ">" => Act::Say {
            who,
            frame: rest.to_owned(),
        },
        "<" => Act::Hear {
            who,
            frame: json_of(rest)?,
        },
        "leaves" => Act::Leave { who },
        "closed" => {
            let (code, reason) = rest
                .split_once(' ')
                .map_or((rest, None), |(code, reason)| (code, Some(reason)));
            let code = code.parse().map_err(|_| "`closed CODE`")?;
            Act::Closed {
                who,
                code,
                reason: reason.map(str::to_owned),
            }
        }
        method if !method.is_empty() && method.chars().all(|c| c.is_ascii_uppercase()) => {
            let (path, body) = rest
                .split_once(' ')
                .map_or((rest, None), |(path, body)| (path, Some(body)));
            Act::Ask {
                who,
                method: method.to_owned(),
                path: path.to_owned(),
                body: body.map(|body| body.trim().to_owned()),
                headers: Vec::new(),
            }
        }
        _ => return Err("no such verb".to_owned()),
    })
}

fn header_of(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once(':')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

fn json_of(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("this is not JSON ({error})"))
}
