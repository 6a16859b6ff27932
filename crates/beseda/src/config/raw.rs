//! A value as somebody wrote it, and what it can be read as.

use super::problem::Wrong;
use std::net::SocketAddr;
use toml::de::DeValue;

/// A value before anybody knows what it ought to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// From the environment or an argument: only text, whatever it means.
    Untyped(String),
    /// A string of the file.
    Text(String),
    /// A whole number of the file, as it is written in decimal.
    Whole(i128),
    /// A fraction of the file.
    Fraction(f64),
    /// `true` or `false` of the file.
    Truth(bool),
    /// A list of the file.
    List(Vec<Self>),
    /// Something that no setting is, by name: a table, a date.
    Other(&'static str),
}

impl Raw {
    /// The value of the file.
    pub fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
                Ok(whole) => Self::Whole(whole),
                Err(_) => Self::Other("number out of all range"),
            },
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(fraction) => Self::Fraction(fraction),
                Err(_) => Self::Other("number that cannot be read"),
            },
            DeValue::Boolean(truth) => Self::Truth(*truth),
            DeValue::Array(values) => Self::List(values.iter().map(|value| Self::of(value.get_ref())).collect()),
            DeValue::Table(_) => Self::Other("table"),
            DeValue::Datetime(_) => Self::Other("date"),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Untyped(_) => "text",
            Self::Text(_) => "a string",
            Self::Whole(_) => "a whole number",
            Self::Fraction(_) => "a fraction",
            Self::Truth(_) => "true or false",
            Self::List(_) => "a list",
            Self::Other(kind) => kind,
        }
    }

    fn is_not(&self, wanted: &str, example: &str) -> Wrong {
        Wrong::new(
            format!("must be {wanted}, not {}", self.kind()),
            format!("Write it like {example}."),
        )
    }

    /// Text that is not empty.
    pub fn text(&self) -> Result<&str, Wrong> {
        match self {
            Self::Untyped(text) | Self::Text(text) if text.is_empty() => {
                Err(Wrong::new("is empty", "Give it a value, or leave it out."))
            }
            Self::Untyped(text) | Self::Text(text) => Ok(text),
            _ => Err(self.is_not("a string", "\"this\", in quotes")),
        }
    }

    /// `true` or `false`.
    pub fn truth(&self) -> Result<bool, Wrong> {
        match self {
            Self::Truth(truth) => Ok(*truth),
            Self::Untyped(text) if text == "true" => Ok(true),
            Self::Untyped(text) if text == "false" => Ok(false),
            Self::Untyped(_) => Err(Wrong::new(
                "must be true or false",
                "Write true or false, in small letters.",
            )),
            _ => Err(self.is_not("true or false", "true, without quotes")),
        }
    }

    /// A whole number from `least` to `most`.
    pub fn whole(&self, least: u32, most: u32) -> Result<u32, Wrong> {
        let out = || {
            Wrong::new(
                format!("must be from {least} to {most}"),
                "Choose a number in that range.",
            )
        };
        let number = match self {
            Self::Whole(number) => u32::try_from(*number).map_err(|_| out())?,
            Self::Untyped(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.text().and_then(|text| text.parse().map_err(|_| out()))?
            }
            Self::Untyped(_) => return Err(Wrong::new("must be a whole number", "Write digits alone, like 15.")),
            _ => return Err(self.is_not("a whole number", "15, without quotes")),
        };
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(out())
        }
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, Wrong> {
        let text = self.text()?;
        let list = || choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        choices
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, choice)| *choice)
            .ok_or_else(|| {
                Wrong::new(
                    format!("cannot be `{}`", printable(text)),
                    format!("Choose one of: {}.", list()),
                )
            })
    }

    /// An address to listen on.
    pub fn address(&self) -> Result<SocketAddr, Wrong> {
        let text = self.text()?;
        text.parse().map_err(|_| {
            let what = format!("must be an IP address and a port, not `{}`", printable(text));
            Wrong::new(
                what,
                "Write 127.0.0.1:8000 for this machine alone, or 0.0.0.0:8000 for every network.",
            )
        })
    }

    /// A list of texts: a list in the file, separated by commas elsewhere.
    pub fn texts(&self) -> Result<Vec<String>, Wrong> {
        match self {
            Self::Untyped(text) => Ok(text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()),
            Self::List(values) => values.iter().map(|value| value.text().map(str::to_owned)).collect(),
            _ => Err(self.is_not("a list", "[\"this\", \"that\"]")),
        }
    }
}

/// The text as a problem may repeat it: cut where it is long, without control characters.
pub fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}
