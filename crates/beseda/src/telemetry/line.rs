//! How an event looks to people: `<time> [request_id=…] LEVEL: message name=value`, on one line whatever is in it.

use beseda_core::ports::Clock;
use beseda_core::words::Time;
use std::borrow::Cow;
use std::fmt::{self, Write};
use std::sync::Arc;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// The time in front of a line: ISO 8601, UTC, microseconds.
pub struct Stamp(pub Arc<dyn Clock>);

impl FormatTime for Stamp {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        out.write_str(&iso(self.0.now()))
    }
}

/// A time as lines show it.
pub fn iso(time: Time) -> String {
    jiff::Timestamp::from_microsecond(time.0).map_or_else(|_| "(no time)".to_owned(), |time| format!("{time:.6}"))
}

/// The word of a level. Those that operators' greps know are Python's.
pub fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG => "DEBUG",
        Level::TRACE => "TRACE",
    }
}

/// A line for people, with this in front.
pub struct Line(pub Stamp);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        self.0.format_time(&mut out)?;
        for span in context.event_scope().into_iter().flat_map(|spans| spans.from_root()) {
            let extensions = span.extensions();
            let fields = extensions
                .get::<FormattedFields<N>>()
                .map_or("", |fields| fields.as_str());
            let mut shown = String::new();
            escape(fields, &mut shown);
            write!(out, " [{shown}]")?;
        }
        let level = word(*event.metadata().level());
        let mut parts = Parts::default();
        event.record(&mut parts);
        write!(out, " {level}: {}{}", parts.message, parts.fields)?;
        writeln!(out)
    }
}

#[derive(Default)]
struct Parts {
    message: String,
    fields: String,
}

impl Parts {
    fn add(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            return escape(value, &mut self.message);
        }
        let quote = if value.is_empty() || value.contains(char::is_whitespace) {
            "\""
        } else {
            ""
        };
        let _ = write!(self.fields, " {}={quote}", field.name());
        escape(value, &mut self.fields);
        self.fields.push_str(quote);
    }
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format!("{value:?}"));
    }
}

/// Control characters could end the line or colour the terminal, and others could turn the text around.
fn is_odd(char: char) -> bool {
    let turns = matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    char.is_control() || turns
}

fn escape(text: &str, out: &mut String) {
    for char in text.chars() {
        if is_odd(char) {
            out.extend(char.escape_default());
        } else {
            out.push(char);
        }
    }
}

/// A whole line with what JSON leaves as it is and terminals do not, written as JSON writes what it escapes. Of a line
/// for people nothing is left to escape.
pub fn escaped(line: &str) -> Cow<'_, str> {
    let must_go = |char: char| char != '\n' && is_odd(char);
    if !line.contains(must_go) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len() + 8);
    for char in line.chars() {
        if must_go(char) {
            let _ = write!(out, "\\u{:04x}", u32::from(char));
        } else {
            out.push(char);
        }
    }
    Cow::Owned(out)
}
