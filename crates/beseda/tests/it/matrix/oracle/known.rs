//! What a walk has done so far, and so what anybody may hear.

use std::collections::{HashMap, HashSet};

/// What a socket listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One room.
    Room(String),
    /// Every visitor's room, as the staff do.
    Desk,
    /// Every room that they are in.
    All,
}

/// Under this name people stand as staff.
pub const STAFF: &str = "staff";
/// Under this name stand those who may step into every order's room.
pub const ANSWERING: &str = "answering";

/// A message that somebody heard.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// Who heard it.
    pub who: &'a str,
    /// On a socket that listens to this.
    pub scope: &'a Scope,
    /// The message's number.
    pub id: i64,
    /// What it says.
    pub text: &'a str,
    /// Whether it was told as it happened, and not as what was before.
    pub is_live: bool,
    /// The walk's step when it was heard.
    pub at: u64,
}

/// What somebody got who asked for a message: its number and text, or what was answered instead.
pub type Got = Result<(i64, String), String>;

struct Said {
    message: usize,
    room: String,
    step: u64,
    version: usize,
}

/// Everything that was done. Steps are written down before they are taken, so that nobody hears of one too early.
#[derive(Default)]
pub struct Known {
    /// The number of the step that is being taken.
    pub step: u64,
    said: HashMap<String, Said>,
    messages: usize,
    ids: HashMap<i64, usize>,
    erased: HashMap<usize, (String, u64)>,
    /// For a person and a room, at which steps they came in and went out.
    standing: HashMap<(String, String), Vec<(u64, bool)>>,
    removed: HashMap<String, u64>,
    heard: HashSet<(String, String)>,
}

impl Known {
    /// Somebody is in the room from this step on, or is not.
    pub fn stands(&mut self, who: &str, room: &str, is_in: bool) {
        let place = (who.to_owned(), room.to_owned());
        self.standing.entry(place).or_default().push((self.step, is_in));
    }

    /// Somebody is in no room from this step on.
    pub fn is_gone(&mut self, who: &str) {
        let step = self.step;
        for ((name, _), standing) in &mut self.standing {
            if name == who {
                standing.push((step, false));
            }
        }
    }

    /// The room is no more from this step on.
    pub fn remove(&mut self, room: &str) {
        self.removed.insert(room.to_owned(), self.step);
    }

    /// A message is sent.
    pub fn say(&mut self, room: &str, text: &str) {
        self.messages += 1;
        let said = Said {
            message: self.messages,
            room: room.to_owned(),
            step: self.step,
            version: 0,
        };
        self.said.insert(text.to_owned(), said);
    }

    /// The message with this text has this number.
    pub fn is_called(&mut self, text: &str, id: i64) {
        self.ids.insert(id, self.said[text].message);
    }

    /// A message says something else from this step on.
    pub fn edit(&mut self, before: &str, now: &str) {
        let Said {
            message,
            ref room,
            version,
            ..
        } = self.said[before];
        let said = Said {
            message,
            room: room.clone(),
            step: self.step,
            version: version + 1,
        };
        self.said.insert(now.to_owned(), said);
    }

    /// A message is no more from this step on.
    pub fn erase(&mut self, text: &str) {
        let said = &self.said[text];
        self.erased.insert(said.message, (said.room.clone(), self.step));
    }

    /// Somebody hears a message.
    pub fn is_heard(&mut self, heard: &Heard<'_>) {
        self.heard.insert((heard.who.to_owned(), heard.text.to_owned()));
    }

    /// Whether somebody has heard the message with this text.
    pub fn has_heard(&self, who: &str, text: &str) -> bool {
        self.heard.contains(&(who.to_owned(), text.to_owned()))
    }

    /// The room in which the message with this text was said.
    pub fn room_of(&self, text: &str) -> &str {
        &self.said[text].room
    }

    /// Whether a message is erased.
    pub fn is_erased(&self, text: &str) -> bool {
        self.erased.contains_key(&self.said[text].message)
    }

    /// Whether somebody may hear what is done in the room at this step.
    pub fn is_in(&self, who: &str, scope: &Scope, room: &str, step: u64) -> bool {
        let places: &[&str] = match scope {
            Scope::Room(own) if own == room => &[room],
            Scope::Desk if room.starts_with("support:") => &[STAFF],
            Scope::All if room.starts_with("support:") => &[room, STAFF],
            Scope::All if room.starts_with("order:") => &[room, ANSWERING],
            Scope::All => &[room],
            _ => &[],
        };
        let is_in = places.iter().any(|place| {
            let standing = self.standing.get(&(who.to_owned(), (*place).to_owned()));
            let mut changes = standing.into_iter().flatten().rev();
            let last = changes.find(|(since, _)| *since <= step);
            last.is_some_and(|(_, is_in)| *is_in)
        });
        is_in && self.removed.get(room).is_none_or(|since| step < *since)
    }

    /// Whether it was right that somebody heard this, who when asking for it got `got`.
    ///
    /// # Errors
    /// Why it was not.
    pub fn judge(&self, heard: Heard<'_>, got: &Got) -> Result<(), String> {
        let Heard {
            who, scope, id, text, ..
        } = heard;
        let said = self
            .said
            .get(text)
            .ok_or_else(|| format!("nobody said what {heard:?}"))?;
        // The newest message of a room is told to who comes in later, too.
        let told_until = if *scope == Scope::All { self.step } else { said.step };
        let was_in = || (said.step..=told_until).any(|step| self.is_in(who, scope, &said.room, step));
        if heard.is_live && !was_in() {
            return Err(format!("said in step {} to whom it is not for: {heard:?}", said.step));
        }
        match got {
            Ok((got_id, got)) => {
                let later = self.said.get(got).filter(|later| later.message == said.message);
                match later {
                    Some(later) if later.version >= said.version && *got_id == id => Ok(()),
                    // Under its key another room stands now.
                    None if *scope == Scope::All && self.removed.contains_key(&said.room) => Ok(()),
                    _ => Err(format!("asking gives {got_id} {got:?}: {heard:?}")),
                }
            }
            Err(instead) => {
                let is_erased = self.erased.contains_key(&said.message);
                // A step that is being taken may not have let them in yet.
                let was_out =
                    (heard.at.saturating_sub(1)..=self.step).any(|step| !self.is_in(who, scope, &said.room, step));
                if is_erased || was_out {
                    Ok(())
                } else {
                    Err(format!("asking in step {} gives {instead}: {heard:?}", self.step))
                }
            }
        }
    }

    /// Whether it was right that somebody heard that the message with this number is erased.
    ///
    /// # Errors
    /// Why it was not.
    pub fn judge_erased(&self, who: &str, scope: &Scope, id: i64) -> Result<(), String> {
        let erased = self.ids.get(&id).and_then(|message| self.erased.get(message));
        match erased {
            Some((room, step)) if self.is_in(who, scope, room, *step) => Ok(()),
            erased => Err(format!("{who} in {scope:?} heard that {id} is erased: {erased:?}")),
        }
    }
}
