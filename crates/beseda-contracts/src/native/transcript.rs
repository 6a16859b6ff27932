//! A room's transcript, for the desk to hand on: everything that was said, oldest first, as a text, a page or JSON. It is read and told
//! a page at a time, so that no room is too long for it.

use super::asking::{Asker, Query, named, room_of};
use super::described::call::{Call, media, ok};
use super::described::field::{Field, Takes};
use super::described::shape;
use super::html::{escaped, policy};
use super::objects::MessageJson;
use crate::shared::{FieldError, Language, Refused, Routes, Segment, Shared, time_text};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::ports::Look;
use beseda_core::rules::{self, Window};
use beseda_core::words::{RoomId, Seq};
use beseda_core::{Error, policy as rights};
use beseda_live::ask;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Uri};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::Write;
use std::io;
use std::sync::Arc;

const FORMATS: &[&str] = &["txt", "html", "json"];
/// What a transcript may be asked as.
const ASKED: &[Field] = &[Field::new(
    "format",
    Takes::OneOf(FORMATS),
    "As what: a text, where nothing is said.",
)];

pub(super) const CALLS: &[Call] = &[Call::get(
    "/api/v1/rooms/{key}/transcript/",
    "transcript",
    "Everything that was said in a room, oldest first, for whoever works at the desk and reads the room. An answer without its end is \
     not whole.",
)
.query(ASKED)
.answers(&[
    media("text/plain", "A text, whose last line is `--`."),
    media("text/html", "A page that loads nothing."),
    ok::<TranscriptJson>("JSON."),
])
.rate("sends")
.refuses(&["not_allowed", "no_such_room"])];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/rooms/{key}/transcript/", get(transcript), "GET, HEAD, OPTIONS")
}

/// A transcript, as JSON; it is written piece by piece.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Transcript")]
struct TranscriptJson {
    /// The room's key.
    #[schemars(with = "shape::Key")]
    room: String,
    /// Its title, or empty.
    title: String,
    /// When it was asked for.
    #[schemars(with = "shape::Moment")]
    made_at: String,
    /// Everything that was said, oldest first.
    messages: Vec<MessageJson>,
}

/// As what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Page,
    Json,
}

impl Format {
    fn of(word: Option<&str>) -> Option<Self> {
        match word {
            None | Some("txt") => Some(Self::Text),
            Some("html") => Some(Self::Page),
            Some("json") => Some(Self::Json),
            Some(_) => None,
        }
    }

    fn media(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Page => "text/html; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Text => "attachment; filename=\"transcript.txt\"",
            Self::Page => "attachment; filename=\"transcript.html\"",
            Self::Json => "attachment; filename=\"transcript.json\"",
        }
    }
}

/// How the page looks. Everything on it stands in the text too.
const STYLE: &str = "body{font:15px/22px system-ui,sans-serif;max-width:68ch;margin:24px auto;padding:0 16px;color:#1A1C20;background:#fff}\
    h1+p,article{margin:0 0 16px}h2{font-size:13px;margin:0;color:#4A4D54}article p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}\
    blockquote{margin:0;padding-inline-start:8px;border-inline-start:3px solid #8C867A;color:#4A4D54}i{color:#61646B}";

/// Who asks for which room, and as what they want it.
struct Asked {
    shared: Shared,
    asker: Asker,
    room: RoomId,
    format: Format,
    language: Language,
}

/// What a page of it says of the room, and the messages.
struct Read {
    key: String,
    title: String,
    messages: Vec<MessageJson>,
    /// What the next page begins behind; none at the end.
    next: Option<Seq>,
}

async fn transcript(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(room): Segment,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    // Who works at no desk is told so whatever they ask.
    rights::require_desk(asker.by())?;
    let room = named(&room)?;
    let mut query = Query::of(uri.query(), ASKED);
    let word = query.text("format");
    let format = Format::of(word.as_deref());
    if format.is_none() {
        query.mistake("format", FieldError::NotOneOf(FORMATS));
    }
    query.end()?;
    asker.throttle(&shared)?;
    let room = ask::look(&shared.chat, move |look| room_of(look, &room)).await?;
    let asked = Arc::new(Asked {
        format: format.unwrap_or(Format::Text),
        language: Language::of(&headers),
        shared,
        asker,
        room,
    });
    // Whoever may not read it is refused before anything is told.
    let first = read(&asked, Seq(0)).await?;
    let made_at = time_text(asked.shared.chat.now());
    let begun = head(&asked, &first, &made_at) + &told(&asked, &first.messages, true);
    let begun = Next::Begun(begun, first.next, first.messages.is_empty());
    let format = asked.format;
    let pieces = stream::try_unfold(begun, move |next| piece(Arc::clone(&asked), next));
    let mut answer = Body::from_stream(pieces).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.media()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(format.file()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if format == Format::Page {
        headers.insert(CONTENT_SECURITY_POLICY, policy(STYLE));
    }
    Ok(answer)
}

/// What is told next.
enum Next {
    /// What was read already, what is behind it, and whether no message has been told by then.
    Begun(String, Option<Seq>, bool),
    /// The messages behind this one, and whether they may be the first that are told.
    Behind(Seq, bool),
    End,
    Nothing,
}

impl Next {
    fn behind(next: Option<Seq>, is_first: bool) -> Self {
        next.map_or(Self::End, |after| Self::Behind(after, is_first))
    }
}

async fn piece(asked: Arc<Asked>, next: Next) -> io::Result<Option<(Bytes, Next)>> {
    let (text, next) = match next {
        Next::Begun(text, next, is_first) => (text, Next::behind(next, is_first)),
        Next::Behind(after, is_first) => {
            let read = read(&asked, after).await.map_err(io::Error::other)?;
            let text = told(&asked, &read.messages, is_first);
            (text, Next::behind(read.next, is_first && read.messages.is_empty()))
        }
        Next::End => (end(asked.format).to_owned(), Next::Nothing),
        Next::Nothing => return Ok(None),
    };
    Ok(Some((text.into(), next)))
}

/// The messages behind one, as whoever asks sees them now: who loses their place meanwhile is told no more.
async fn read(asked: &Arc<Asked>, after: Seq) -> Result<Read, Error> {
    let limit = i64::from(asked.shared.chat.limits().page_size);
    let asking = Arc::clone(asked);
    ask::look(&asked.shared.chat, move |look: &mut dyn Look| {
        let page = rules::window(look, asking.asker.by(), asking.room, Window::After(after), limit)?;
        let key = page.room.key.to_string();
        let messages = page.messages.iter().map(|message| asking.asker.message(&key, message));
        Ok(Read {
            messages: messages.collect(),
            title: page.room.title.clone(),
            next: page.has_after.then_some(Seq(after.0.saturating_add(limit))),
            key,
        })
    })
    .await
}

fn head(asked: &Asked, read: &Read, made_at: &str) -> String {
    let Read { key, title, .. } = read;
    match asked.format {
        Format::Text if title.is_empty() => format!("{key}\n{made_at}\n"),
        Format::Text => format!("{} ({key})\n{made_at}\n", in_one_line(title)),
        Format::Page => {
            let shown = escaped(if title.is_empty() { key } else { title });
            let (key, lang) = (
                escaped(key),
                if asked.language == Language::Russian {
                    "ru"
                } else {
                    "en"
                },
            );
            format!(
                "<!doctype html>\n<html lang=\"{lang}\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
                 content=\"width=device-width\"><title>{shown}</title><style>{STYLE}</style>\n<h1><bdi>{shown}</bdi></h1>\n<p>{key}, \
                 {made_at}</p>\n"
            )
        }
        Format::Json => {
            let [key, title, made_at] =
                [key.as_str(), title, made_at].map(|text| serde_json::Value::from(text).to_string());
            format!("{{\"room\":{key},\"title\":{title},\"made_at\":{made_at},\"messages\":[")
        }
    }
}

fn end(format: Format) -> &'static str {
    match format {
        Format::Text => "\n--\n",
        Format::Page => "</html>\n",
        Format::Json => "]}\n",
    }
}

/// Some messages; with the comma between them where it is one.
fn told(asked: &Asked, messages: &[MessageJson], is_first: bool) -> String {
    let mut text = String::new();
    for (at, message) in messages.iter().enumerate() {
        // Into a text, which takes everything.
        let _ = match asked.format {
            Format::Text => in_text(&mut text, message, asked.language),
            Format::Page => on_page(&mut text, message, asked.language),
            Format::Json => {
                let comma = if is_first && at == 0 { "" } else { "," };
                write!(text, "{comma}{}", serde_json::to_string(message).unwrap_or_default())
            }
        };
    }
    text
}

/// Who says it, when, and what became of it.
fn heading(message: &MessageJson, language: Language) -> String {
    let name = message.author.as_ref().map_or("—", |author| author.name.as_str());
    let (edited, erased) = match language {
        Language::English => ("edited", "erased"),
        Language::Russian => ("изменено", "удалено"),
    };
    let mark = match (&message.edited_at, &message.erased_at) {
        (_, Some(_)) => format!(" ({erased})"),
        (Some(_), None) => format!(" ({edited})"),
        (None, None) => String::new(),
    };
    // Nobody who reads it needs fractions of a second.
    let at = message.created_at.get(..19).unwrap_or_default().replace('T', " ");
    format!("{at}Z  {name}{mark}")
}

/// What some reader or other begins a new line at.
const BREAKS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

fn in_one_line(text: &str) -> String {
    text.replace(BREAKS, " ")
}

/// Each line of what is said stands further in than who says it, so that nothing that is said looks like a heading.
fn in_text(out: &mut String, message: &MessageJson, language: Language) -> std::fmt::Result {
    writeln!(out, "\n{}", in_one_line(&heading(message, language)))?;
    if let Some(reply) = &message.reply_to {
        writeln!(out, "    > {}", in_one_line(&reply.excerpt))?;
    }
    for line in message
        .text
        .replace("\r\n", "\n")
        .split(BREAKS)
        .filter(|_| !message.text.is_empty())
    {
        writeln!(out, "    {line}")?;
    }
    for file in &message.files {
        writeln!(out, "    + {}, {} B", in_one_line(&file.name), file.bytes)?;
    }
    Ok(())
}

fn on_page(out: &mut String, message: &MessageJson, language: Language) -> std::fmt::Result {
    writeln!(
        out,
        "<article><h2><bdi>{}</bdi></h2>",
        escaped(&heading(message, language))
    )?;
    if let Some(reply) = &message.reply_to {
        writeln!(out, "<blockquote dir=\"auto\">{}</blockquote>", escaped(&reply.excerpt))?;
    }
    writeln!(out, "<p dir=\"auto\">{}</p>", escaped(&message.text))?;
    for file in &message.files {
        writeln!(
            out,
            "<p><i><bdi>{}</bdi>, {} B</i></p>",
            escaped(&file.name),
            file.bytes
        )?;
    }
    writeln!(out, "</article>")
}
