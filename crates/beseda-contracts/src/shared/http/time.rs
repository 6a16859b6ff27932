//! A moment as text: ISO 8601 in UTC with microseconds and `Z`.

use beseda_core::words::Time;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

/// Six digits of a second.
const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

/// The moment as contracts print it: `2026-11-21T05:00:00.123456Z`, always with six digits of a second.
#[must_use]
pub fn time_text(time: Time) -> String {
    // Only moments before the year -9999 or after 9999 are clamped: no clock gives one.
    let ends = (Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
    let moment = Timestamp::from_microsecond(time.0.clamp(ends.0, ends.1)).unwrap_or(Timestamp::UNIX_EPOCH);
    PRINTER.timestamp_to_string(&moment)
}

/// The moment that a text tells: a date and a time with an offset from UTC. `None` where it tells none.
#[must_use]
pub fn time_of(text: &str) -> Option<Time> {
    let moment: Timestamp = text.trim().parse().ok()?;
    Some(Time(moment.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_are_always_there() {
        assert_eq!(time_text(Time(1_795_237_200_123_456)), "2026-11-21T05:00:00.123456Z");
        assert_eq!(time_text(Time(1_795_237_200_000_000)), "2026-11-21T05:00:00.000000Z");
        assert_eq!(time_text(Time(-1)), "1969-12-31T23:59:59.999999Z");
        assert_eq!(time_text(Time(i64::MAX)).len(), "9999-12-30T22:00:00.000000Z".len());
    }
}
