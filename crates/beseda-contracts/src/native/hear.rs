//! How the socket for all rooms hears: a frame is taken for a command. A field that nobody knows is refused by its name.

use crate::shared::frames::{fields, misheard};
use beseda_core::words::{Draft, HostId, Limits, More, RoomKey, Seq};
use beseda_live::dialect::{Command, Misheard, Named, Point, Verb};
use serde_json::{Map, Value};
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// The longest name of a command, in characters.
const REF_CHARS: usize = 64;

/// A frame whose fields are taken out one by one.
struct Frame {
    fields: Map<String, Value>,
    tag: Option<String>,
}

type Heard<T> = Result<T, Misheard>;

/// The command of a frame.
///
/// # Errors
/// Why it is none.
pub(super) fn command(frame: &str, limits: &Limits) -> Heard<Command> {
    let mut frame = Frame {
        fields: fields(frame, limits)?,
        tag: None,
    };
    frame.tag = frame.tag()?;
    let tag = frame.tag.clone();
    let with_tag = |mut misheard: Misheard| {
        misheard.tag.clone_from(&tag);
        misheard
    };
    frame.command(limits).map_err(with_tag)
}

impl Frame {
    fn command(mut self, limits: &Limits) -> Heard<Command> {
        let word = match self.fields.remove("type") {
            Some(Value::String(word)) => word,
            _ => return Err(misheard("no_type", "The frame has no \"type\" that is a string.")),
        };
        let verb = match word.as_str() {
            "hello" => Verb::Hello {
                token: self.text("token")?,
                since: self.parsed("since", "a token is passed on as it came")?,
            },
            "pong" => Verb::Pong,
            "watch" => Verb::Watch(self.ids("people")?.ok_or_else(|| missing("people"))?),
            "state" => Verb::Away(self.flag("away")?),
            "ping" => Verb::Ping,
            _ => return self.in_room(&word, limits),
        };
        self.end(None, verb)
    }

    fn in_room(mut self, word: &str, limits: &Limits) -> Heard<Command> {
        // What the frame is comes before what it is about.
        if !IN_ROOMS.contains(&word) {
            return Err(misheard("unknown_type", "The frame's \"type\" is unknown."));
        }
        let room = Some(self.room()?);
        let verb = match word {
            "open" => Verb::Open {
                after: self.parsed("after", "a cursor is passed on as it came")?,
                limit: self
                    .number("limit")?
                    .map(|limit| u32::try_from(limit).unwrap_or(u32::MAX)),
            },
            "close" => Verb::Close,
            "send" => self.send(limits)?,
            "edit" => Verb::Edit {
                seq: self.seq()?,
                text: self.text("text")?.ok_or_else(|| missing("text"))?,
                mentions: self.ids("mentions")?,
            },
            "erase" => Verb::Erase(self.seq()?),
            "react" => Verb::React {
                seq: self.seq()?,
                emoji: self.emoji()?,
                on: self.flag("on")?,
            },
            "pin" => Verb::Pin {
                seq: self.seq()?,
                on: self.flag("on")?,
            },
            "read" => Verb::ReadTo(self.seq()?),
            "delivered" => Verb::Delivered(self.seq()?),
            "typing" => Verb::Typing(self.flag("on")?),
            _ => Verb::Locate(self.point()?),
        };
        self.end(room, verb)
    }

    /// The command, where nothing is left of the frame.
    fn end(self, room: Option<Named>, verb: Verb) -> Heard<Command> {
        if let Some(name) = self.fields.keys().next() {
            return Err(misheard(
                "unknown_field",
                format!("There is no field \"{}\" in this frame.", plain(name)),
            ));
        }
        Ok(Command {
            room,
            tag: self.tag,
            verb,
        })
    }

    fn tag(&mut self) -> Heard<Option<String>> {
        match self.fields.remove("ref") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(tag)) if tag.chars().nth(REF_CHARS).is_none() => Ok(Some(tag)),
            Some(_) => Err(misheard(
                "invalid",
                format!("\"ref\" is a string of at most {REF_CHARS} characters."),
            )),
        }
    }

    fn room(&mut self) -> Heard<Named> {
        let name = self.text("room")?.ok_or_else(|| missing("room"))?;
        named(&name).ok_or_else(|| misheard("no_such_room", "No room has this key."))
    }

    fn send(&mut self, limits: &Limits) -> Heard<Verb> {
        let mut text = self.text("text")?;
        let more = More {
            reply_to: self.number("reply_to")?.map(Seq),
            mentions: self.ids("mentions")?.unwrap_or_default(),
            custom: self.custom(limits)?,
            is_event: false,
            to: None,
            uploads: self.texts("files")?,
        };
        let is_plain = more == More::default();
        Ok(Verb::Send(Draft {
            text: text.take().unwrap_or_default(),
            client_id: self.text("client_id")?,
            files: Vec::new(),
            more: (!is_plain).then(|| Box::new(more)),
        }))
    }

    fn custom(&mut self, limits: &Limits) -> Heard<Option<Arc<str>>> {
        let custom = match self.fields.remove("custom") {
            None | Some(Value::Null) => return Ok(None),
            Some(custom) => custom.to_string(),
        };
        if custom.len() > limits.custom_bytes {
            return Err(misheard(
                "invalid",
                format!("\"custom\" has at most {} bytes.", limits.custom_bytes),
            ));
        }
        Ok(Some(custom.into()))
    }

    fn point(&mut self) -> Heard<Point> {
        let mut number = |name: &str, least: f64, most: f64| match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
                _ => Err(misheard(
                    "invalid",
                    format!("\"{name}\" is a number from {least} to {most}."),
                )),
            },
        };
        Ok(Point {
            latitude: number("latitude", -90.0, 90.0)?.ok_or_else(|| missing("latitude"))?,
            longitude: number("longitude", -180.0, 180.0)?.ok_or_else(|| missing("longitude"))?,
            accuracy: number("accuracy", 0.0, 1e7)?,
            heading: number("heading", 0.0, 360.0)?,
            speed: number("speed", 0.0, 1e5)?,
        })
    }

    fn emoji(&mut self) -> Heard<String> {
        let emoji = self.text("emoji")?.ok_or_else(|| missing("emoji"))?;
        super::emoji::of(&emoji).ok_or_else(|| misheard("invalid", "\"emoji\" is one emoji."))
    }

    fn seq(&mut self) -> Heard<Seq> {
        self.number("seq")?.map(Seq).ok_or_else(|| missing("seq"))
    }

    fn number(&mut self, name: &str) -> Heard<Option<i64>> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64().filter(|number| *number >= 0) {
                Some(number) => Ok(Some(number)),
                None => Err(misheard("invalid", format!("\"{name}\" is a whole number from 0."))),
            },
        }
    }

    fn flag(&mut self, name: &str) -> Heard<bool> {
        match self.fields.remove(name) {
            Some(Value::Bool(flag)) => Ok(flag),
            _ => Err(misheard("invalid", format!("\"{name}\" is true or false."))),
        }
    }

    fn text(&mut self, name: &str) -> Heard<Option<String>> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(misheard("invalid", format!("\"{name}\" is a string."))),
        }
    }

    fn texts(&mut self, name: &str) -> Heard<Vec<String>> {
        let wrong = || misheard("invalid", format!("\"{name}\" is a list of strings."));
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                let read = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(wrong);
                values.iter().map(read).collect()
            }
            Some(_) => Err(wrong()),
        }
    }

    fn parsed<T: FromStr>(&mut self, name: &str, what: &str) -> Heard<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let parsed = text
            .parse()
            .map_err(|_| misheard("invalid", format!("\"{name}\": {what}.")))?;
        Ok(Some(parsed))
    }

    fn ids(&mut self, name: &str) -> Heard<Option<Vec<HostId<'static>>>> {
        let wrong = || misheard("invalid", format!("\"{name}\" is a list of people's ids."));
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(values)) => {
                let read = |value: &Value| super::call::id_of(value).ok_or_else(wrong);
                values.iter().map(read).collect::<Heard<Vec<_>>>().map(Some)
            }
            Some(_) => Err(wrong()),
        }
    }
}

/// The frames that are about a room.
const IN_ROOMS: [&str; 11] = [
    "open",
    "close",
    "send",
    "edit",
    "erase",
    "react",
    "pin",
    "read",
    "delivered",
    "typing",
    "locate",
];

/// The room that a text names: by its unguessable name or by its key.
pub(super) fn named(text: &str) -> Option<Named> {
    let by_uuid = Uuid::try_parse(text).ok().filter(|_| !text.contains(':'));
    by_uuid
        .map(Named::Uuid)
        .or_else(|| text.parse::<RoomKey>().ok().map(Named::Key))
}

fn missing(name: &str) -> Misheard {
    misheard("invalid", format!("The frame has no \"{name}\"."))
}

/// A name that somebody made up, as it can be told back.
fn plain(name: &str) -> String {
    name.chars().filter(|sign| !sign.is_control()).take(32).collect()
}
