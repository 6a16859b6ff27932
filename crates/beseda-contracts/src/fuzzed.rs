//! What fuzzers say to every contract, over sockets and in bodies, and an ordinary test what fuzzers begin with.

use crate::shared::all_rooms::AllRooms;
use crate::shared::frames;
use crate::shared::http::body::fuzzed as body;
use crate::{native, order_desk, order_rooms, spa, support_desk};
use beseda_core::words::{Limits, OwnKinds};
use beseda_live::Dialect;
use beseda_live::dialect::{Command, Misheard, Outcome};
use serde_json::Value;
use std::sync::LazyLock;

/// What speaks on the socket for all rooms.
static NATIVE: LazyLock<&AllRooms> = LazyLock::new(|| AllRooms::lasting(OwnKinds::default(), &[7; 32]));

/// A frame: however its JSON is written, each contract hears the same, and what it answers to no command is a frame
/// again.
pub fn commands(bytes: &[u8]) {
    let Ok(frame) = std::str::from_utf8(bytes) else {
        return;
    };
    let limits = Limits::default();
    let fields = frames::fields(frame, &limits).map(Value::Object).ok();
    let fields = fields.filter(|fields| !has_fraction(fields));
    let dialects = order_rooms::dialects().into_iter().chain(spa::dialects());
    let dialects = dialects.chain(support_desk::dialects());
    for dialect in dialects.chain([*NATIVE as &dyn Dialect]) {
        let heard = dialect.hear(frame, &limits);
        is_answered(dialect, &heard);
        if let Some(fields) = &fields {
            for anew in [format!("{fields}"), format!("\n{fields:#}\t")] {
                assert_eq!(dialect.hear(&anew, &limits), heard, "{}: {anew}", dialect.name());
            }
        }
    }
}

fn is_answered(dialect: &dyn Dialect, heard: &Result<Command, Misheard>) {
    let Err(misheard) = heard else { return };
    let answer = dialect.answer(None, &Outcome::Misheard(misheard));
    let answer = answer.and_then(|answer| serde_json::from_str::<Value>(&answer).ok());
    assert!(answer.is_some_and(|answer| answer.is_object()), "{misheard:?}");
}

/// A body, and a query: what is taken keeps to the limits, however it is read.
pub fn bodies(bytes: &[u8]) {
    let limits = Limits::default();
    body::bodies(bytes).for_each(|fields| native::fuzzed::body(&fields));
    let Ok(query) = std::str::from_utf8(bytes) else {
        return;
    };
    body::queries(query, &limits);
    if let Ok(part) = order_desk::Part::of(query, &limits) {
        assert!(part.limit <= limits.list_rows);
    }
}

/// Whether a number in it is no whole one: those are read to the nearest that there is, which may be another one when it
/// is written and read again.
pub(crate) fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(values) => values.iter().any(has_fraction),
        Value::Object(fields) => fields.values().any(has_fraction),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_fuzzers_begin_with_is_read_alike_in_every_way() {
        beseda_testkit::corpus("bodies", super::bodies);
    }

    #[test]
    fn what_fuzzers_begin_with_is_heard_alike_however_it_is_written() {
        beseda_testkit::corpus("commands", super::commands);
    }
}
