//! How the socket for all rooms hears: a frame is taken for a command. A field that nobody knows is refused by its name.

use super::described::field::{Field, Takes, UNBOUNDED, check, field, limit_of};
use super::rooms::CUSTOM;
use super::talk::{FILES, MENTIONS, REPLY_TO};
use crate::shared::frames::{fields, misheard};
use beseda_core::words::{Draft, HostId, Limits, More, RoomKey, Seq};
use beseda_live::dialect::{Command, Misheard, Named, Point, Verb};
use serde_json::{Map, Value};
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// The longest name of a command, in characters.
const REF_CHARS: usize = 64;

/// A command that is known: what it is called, holds and does.
pub(super) struct KnownCommand {
    /// Its `type`.
    pub(super) word: &'static str,
    /// Whether it is about a room, which it names in `room`.
    pub(super) in_room: bool,
    pub(super) fields: &'static [Field],
    /// What it is answered by.
    pub(super) answered_by: &'static [&'static str],
    /// What it does.
    pub(super) says: &'static str,
}

impl KnownCommand {
    /// Everything that its frame may hold beside its type.
    pub(super) fn whole(&self) -> Vec<Field> {
        let room = self.in_room.then_some(ROOM);
        let own = self.fields.iter().copied();
        room.into_iter().chain(own).chain([REF]).collect()
    }
}

/// What a frame may carry, whatever it says.
const REF: Field = Field::new(
    "ref",
    Takes::Text(|_| REF_CHARS),
    "The client's own name for the command: its answer carries it back.",
)
.or_null();
/// Which room a frame is about.
const ROOM: Field = Field::new("room", Takes::Room, "The room, by its key or its uuid.").required();

const SEQ: Field = Field::new("seq", Takes::Seq, "The number of the message.").required();
const ON: Field = Field::new("on", Takes::Flag, "Whether it is so from now on.").required();
const TEXT: Field = Field::new("text", Takes::Text(|limits| limits.text_chars), "What it says.").or_null();

/// Every command.
pub(super) const COMMANDS: &[KnownCommand] = &[
    KnownCommand {
        word: "hello",
        in_room: false,
        fields: &[
            Field::new(
                "token",
                Takes::Proof,
                "A token, a ticket or a visitor's token; nothing where the request of the socket brought a proof.",
            )
            .or_null(),
            Field::new("since", Takes::Mark, "The newest token: which rooms have moved since.").or_null(),
        ],
        answered_by: &["welcome", "here", "ok"],
        says: "Says who one is, first; later, with a new `token`, that one is still the same.",
    },
    KnownCommand {
        word: "open",
        in_room: true,
        fields: &[
            Field::new(
                "after",
                Takes::Mark,
                "A cursor of the room: what is different since. Without: the newest messages.",
            )
            .or_null(),
            Field::new("limit", Takes::Number(0), "How many messages at once.").or_null(),
        ],
        answered_by: &["ok", "changes"],
        says: "From now on everything of the room is told.",
    },
    KnownCommand {
        word: "close",
        in_room: true,
        fields: &[],
        answered_by: &["ok"],
        says: "Back to what is told of every room.",
    },
    KnownCommand {
        word: "send",
        in_room: true,
        fields: &[
            TEXT,
            Field::new(
                "client_id",
                Takes::Name(|limits| limits.client_id_chars),
                "One's own name for the message: under the same name it is kept once.",
            )
            .or_null(),
            REPLY_TO,
            FILES,
            MENTIONS,
            CUSTOM,
        ],
        answered_by: &["sent"],
        says: "Sends a message.",
    },
    KnownCommand {
        word: "edit",
        in_room: true,
        fields: &[
            SEQ,
            Field {
                is_required: true,
                or_null: false,
                ..TEXT
            },
            MENTIONS,
        ],
        answered_by: &["ok"],
        says: "Changes what one's message says.",
    },
    KnownCommand {
        word: "erase",
        in_room: true,
        fields: &[SEQ],
        answered_by: &["ok"],
        says: "Erases a message.",
    },
    KnownCommand {
        word: "react",
        in_room: true,
        fields: &[SEQ, Field::new("emoji", Takes::Emoji, "One emoji.").required(), ON],
        answered_by: &["ok"],
        says: "Reacts to a message, or takes that back.",
    },
    KnownCommand {
        word: "pin",
        in_room: true,
        fields: &[SEQ, ON],
        answered_by: &["ok"],
        says: "Pins a message, or takes that back.",
    },
    KnownCommand {
        word: "read",
        in_room: true,
        fields: &[SEQ],
        answered_by: &["ok"],
        says: "One has read as far as this message.",
    },
    KnownCommand {
        word: "delivered",
        in_room: true,
        fields: &[SEQ],
        answered_by: &["ok"],
        says: "Messages as far as this one have reached a device.",
    },
    KnownCommand {
        word: "typing",
        in_room: true,
        fields: &[ON],
        answered_by: &[],
        says: "One is typing, or no more.",
    },
    KnownCommand {
        word: "locate",
        in_room: true,
        fields: &[
            Field::new("latitude", Takes::Within(-90.0, 90.0), "Degrees north.").required(),
            Field::new("longitude", Takes::Within(-180.0, 180.0), "Degrees east.").required(),
            Field::new("accuracy", Takes::Within(0.0, 1e7), "Metres by which it may be wrong.").or_null(),
            Field::new("heading", Takes::Within(0.0, 360.0), "Degrees from north, clockwise.").or_null(),
            Field::new("speed", Takes::Within(0.0, 1e5), "Metres a second.").or_null(),
        ],
        answered_by: &[],
        says: "One is there.",
    },
    KnownCommand {
        word: "watch",
        in_room: false,
        fields: &[Field::new(
            "people",
            Takes::Ids(UNBOUNDED),
            "Whom one wants to hear of, in the place of those before.",
        )
        .required()],
        answered_by: &["presence"],
        says: "From now on it is told whether these people are there.",
    },
    KnownCommand {
        word: "state",
        in_room: false,
        fields: &[Field::new("away", Takes::Flag, "Nobody looks at the page.").required()],
        answered_by: &[],
        says: "Whether one is away.",
    },
    KnownCommand {
        word: "pong",
        in_room: false,
        fields: &[],
        answered_by: &[],
        says: "Answers `ping`.",
    },
    KnownCommand {
        word: "ping",
        in_room: false,
        fields: &[],
        answered_by: &["ok"],
        says: "Asks whether the server is there; answered where it has a `ref`.",
    },
];

/// A frame whose fields are taken out one by one.
struct Frame {
    fields: Map<String, Value>,
    tag: Option<String>,
    /// What it may hold, once it is known what it is.
    known: &'static [Field],
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
        known: &[],
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
        // What the frame is comes before what it is about.
        let Some(known) = COMMANDS.iter().find(|known| known.word == word) else {
            return Err(misheard("unknown_type", "The frame's \"type\" is unknown."));
        };
        let room = if known.in_room { Some(self.room()?) } else { None };
        self.known = known.fields;
        let verb = self.verb(known.word, limits)?;
        self.end(room, verb)
    }

    fn verb(&mut self, word: &str, limits: &Limits) -> Heard<Verb> {
        Ok(match word {
            "hello" => Verb::Hello {
                token: self.text("token")?,
                since: self.parsed("since", "a token is passed on as it came")?,
            },
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
            "locate" => Verb::Locate(self.point()?),
            "watch" => Verb::Watch(self.ids("people")?.ok_or_else(|| missing("people"))?),
            "state" => Verb::Away(self.flag("away")?),
            "pong" => Verb::Pong,
            _ => Verb::Ping,
        })
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
        self.known = &[ROOM];
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
        let most = limit_of(self.known, "custom", |takes| takes.bytes(limits));
        if custom.len() > most {
            return Err(misheard("invalid", format!("\"custom\" has at most {most} bytes.")));
        }
        Ok(Some(custom.into()))
    }

    fn point(&mut self) -> Heard<Point> {
        Ok(Point {
            latitude: self.within("latitude")?.ok_or_else(|| missing("latitude"))?,
            longitude: self.within("longitude")?.ok_or_else(|| missing("longitude"))?,
            accuracy: self.within("accuracy")?,
            heading: self.within("heading")?,
            speed: self.within("speed")?,
        })
    }

    fn within(&mut self, name: &str) -> Heard<Option<f64>> {
        let (least, most) = match field(self.known, name).map(|field| field.takes) {
            Some(Takes::Within(least, most)) => (least, most),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        check(self.known, name, |field| matches!(field.takes, Takes::Within(..)));
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
                _ => Err(misheard(
                    "invalid",
                    format!("\"{name}\" is a number from {least} to {most}."),
                )),
            },
        }
    }

    fn emoji(&mut self) -> Heard<String> {
        let emoji = self.text("emoji")?.ok_or_else(|| missing("emoji"))?;
        super::emoji::of(&emoji).ok_or_else(|| misheard("invalid", "\"emoji\" is one emoji."))
    }

    fn seq(&mut self) -> Heard<Seq> {
        self.number("seq")?.map(Seq).ok_or_else(|| missing("seq"))
    }

    fn number(&mut self, name: &str) -> Heard<Option<i64>> {
        check(self.known, name, |field| {
            matches!(field.takes, Takes::Seq | Takes::Number(0))
        });
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64().filter(|number| *number >= 0) {
                Some(number) => Ok(Some(number)),
                None => Err(misheard("invalid", format!("\"{name}\" is a whole number from 0."))),
            },
        }
    }

    fn flag(&mut self, name: &str) -> Heard<bool> {
        check(self.known, name, |field| {
            matches!(field.takes, Takes::Flag) && field.is_required
        });
        match self.fields.remove(name) {
            Some(Value::Bool(flag)) => Ok(flag),
            _ => Err(misheard("invalid", format!("\"{name}\" is true or false."))),
        }
    }

    fn text(&mut self, name: &str) -> Heard<Option<String>> {
        check(self.known, name, |field| {
            !matches!(field.takes, Takes::Seq | Takes::Number(_) | Takes::Flag | Takes::Ids(_))
        });
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(misheard("invalid", format!("\"{name}\" is a string."))),
        }
    }

    fn texts(&mut self, name: &str) -> Heard<Vec<String>> {
        check(self.known, name, |field| matches!(field.takes, Takes::Texts(_)));
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
        check(self.known, name, |field| matches!(field.takes, Takes::Ids(_)));
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
