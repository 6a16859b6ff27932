//! A row of another program's table, and what its fields mean here.

use super::left::Why;
use super::mapping::{Field, Found};
use beseda_core::words::{HostId, Time};
use beseda_store::source::{Cell, Cells};
use jiff::Timestamp;
use jiff::fmt::temporal::{DateTimeParser, Pieces};
use jiff::tz::TimeZone;

/// A row, and where its times stand that tell no zone.
pub struct Row<'r> {
    found: &'r Found,
    cells: &'r Cells,
    zone: &'r TimeZone,
}

impl<'r> Row<'r> {
    /// A row of a table.
    pub fn new(found: &'r Found, cells: &'r Cells, zone: &'r TimeZone) -> Self {
        Self { found, cells, zone }
    }

    fn cell(&self, name: &str) -> Option<&'r Cell> {
        let cell = match self.found.fields.get(name)? {
            Field::Column(at) => self.cells.get(*at)?,
            Field::Word(word) => word,
        };
        (*cell != Cell::Null).then_some(cell)
    }

    /// What reports call the row by.
    #[must_use]
    pub fn called(&self) -> String {
        self.cell("id").map(shown).unwrap_or_default()
    }

    /// A text; none where there is nothing.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub fn text(&self, name: &str) -> Result<Option<String>, Why> {
        match self.cell(name) {
            None => Ok(None),
            Some(Cell::Bytes(bytes)) => match str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text.to_owned())),
                Err(_) => Err(Why::NotUtf8),
            },
            Some(cell) => Ok(Some(shown(cell))),
        }
    }

    /// A text that a person's name may be: what no database keeps is taken out.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub fn name(&self, name: &str) -> Result<String, Why> {
        let text = self.text(name)?.unwrap_or_default();
        Ok(text.replace('\0', ""))
    }

    /// A number from 1.
    ///
    /// # Errors
    /// There is none.
    pub fn number(&self, name: &str) -> Result<i64, Why> {
        let number = self.text(name)?.and_then(|text| text.parse().ok());
        number.filter(|number| *number > 0).ok_or(Why::NoNumber)
    }

    /// What the host calls somebody or something; none where there is nothing.
    ///
    /// # Errors
    /// Nothing can be called so.
    pub fn host_id(&self, name: &str) -> Result<Option<HostId<'static>>, Why> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        let id = text
            .map(|text| HostId::of(text).map_err(|_| Why::NoNumber))
            .transpose()?;
        match id {
            Some(id) if id.is_reserved() => Err(Why::NoNumber),
            id => Ok(id),
        }
    }

    /// Yes or no; `otherwise` where there is nothing.
    #[must_use]
    pub fn truth(&self, name: &str, otherwise: bool) -> bool {
        match self.cell(name) {
            None => otherwise,
            Some(Cell::Int(number)) => *number != 0,
            Some(cell) => !["", "0", "f", "false", "n", "no"].contains(&shown(cell).to_lowercase().as_str()),
        }
    }

    /// Whether the source tells this of rows at all.
    #[must_use]
    pub fn tells(&self, name: &str) -> bool {
        self.found.fields.contains_key(name)
    }

    /// A moment; none where there is nothing.
    ///
    /// # Errors
    /// It is none.
    pub fn time(&self, name: &str) -> Result<Option<Time>, Why> {
        let Some(cell) = self.cell(name) else { return Ok(None) };
        let time = match cell {
            Cell::Int(number) => since_1970(*number),
            Cell::Real(seconds) => micros(*seconds),
            Cell::Text(text) => time(text.trim(), self.zone),
            Cell::Null | Cell::Bytes(_) => None,
        };
        time.map(Some).ok_or(Why::NoTime)
    }
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Int(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Seconds, milliseconds or microseconds since 1970: whichever is a year that chats are from.
fn since_1970(number: i64) -> Option<Time> {
    let unit = match number.unsigned_abs() {
        0..100_000_000_000 => 1_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000,
        _ => 1,
    };
    let micros = number.checked_mul(unit)?;
    Timestamp::from_microsecond(micros).ok().map(|_| Time(micros))
}

fn micros(seconds: f64) -> Option<Time> {
    let micros = (seconds * 1e6).round();
    // Every whole number up to 2^53 is exact, and that is the year 2255.
    #[expect(clippy::cast_possible_truncation, reason = "it is in the range")]
    (micros.abs() < 9e15).then_some(Time(micros as i64))
}

/// `2024-05-01 12:34:56.123456`, with a T, with or without a zone behind it; or a number, as PostgreSQL gives those too. Of a
/// time that a clock showed twice, the first is meant.
fn time(text: &str, zone: &TimeZone) -> Option<Time> {
    let number = || text.parse().ok().and_then(since_1970);
    let fraction = || text.parse().ok().and_then(micros);
    moment(text, zone).or_else(number).or_else(fraction)
}

fn moment(text: &str, zone: &TimeZone) -> Option<Time> {
    let text = text.replace(" +", "+").replace(" -", "-");
    let pieces = Pieces::parse(&text).ok()?;
    let local = pieces.date().to_datetime(pieces.time().unwrap_or_default());
    let zone = pieces.to_numeric_offset().map_or_else(|| zone.clone(), TimeZone::fixed);
    Some(Time(local.to_zoned(zone).ok()?.timestamp().as_microsecond()))
}

/// The time zone of a word: a name of the zoneinfo database, or how far ahead of UTC it is, such as `+03:00`.
///
/// # Errors
/// There is none.
pub fn zone_of(word: &str) -> Result<TimeZone, String> {
    let zone = if word.starts_with(['+', '-']) {
        DateTimeParser::new().parse_time_zone(word)
    } else {
        // What looks like UTC+3 is behind UTC where POSIX has its way.
        TimeZone::get(word)
    };
    zone.map_err(|_| no_zone(word))
}

fn no_zone(word: &str) -> String {
    format!("{word} is no time zone: it is a name such as Europe/Moscow, or how far it is ahead of UTC, such as +03:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, zone: &str) -> Option<i64> {
        time(text, &zone_of(zone).unwrap()).map(|time| time.0)
    }

    #[test]
    fn times_are_read_as_databases_write_them() {
        for text in [
            "2024-05-01 12:34:56.000007",
            "2024-05-01T12:34:56.000007Z",
            "2024-05-01 12:34:56.000007+00",
            "2024-05-01 15:34:56.000007+03",
            "2024-05-01 09:04:56.000007-03:30",
        ] {
            assert_eq!(told(text, "UTC"), Some(1_714_566_896_000_007), "{text}");
        }
        assert_eq!(told("2024-05-01 12:34:56", "UTC"), Some(1_714_566_896_000_000));
        assert_eq!(told("2024-05-01", "UTC"), Some(1_714_521_600_000_000));
        for text in [
            "1714566896",
            "1714566896000",
            "1714566896000000",
            "1714566896.0",
            "2024-05-01 15:34:56 +0300",
            "20240501T123456Z",
        ] {
            assert_eq!(told(text, "Europe/Moscow"), Some(1_714_566_896_000_000), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2024-13-01 00:00:00",
            "12:34",
            "infinity",
            "NaN",
            "2024-05-01 12:34:56+3",
            "9223372036854775807",
        ] {
            assert_eq!(told(text, "UTC"), None, "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_of_the_zone_that_is_named() {
        for zone in ["+03:00", "+0300", "Europe/Moscow"] {
            assert_eq!(told("2024-05-01 15:34:56", zone), Some(1_714_566_896_000_000), "{zone}");
        }
        assert_eq!(told("2024-05-01 12:34:56Z", "+03:00"), Some(1_714_566_896_000_000));
        assert_eq!(
            told("2024-11-03 01:30:00", "America/New_York"),
            Some(1_730_611_800_000_000),
            "the first of two"
        );
        for word in ["Moscow", "UTC+3", "+99:00", "+3", "+2:30", "+", "-x"] {
            assert!(zone_of(word).unwrap_err().contains("no time zone"), "{word}");
        }
    }

    #[test]
    fn numbers_are_times_of_the_unit_that_fits() {
        for number in [1_714_566_896, 1_714_566_896_000, 1_714_566_896_000_000] {
            assert_eq!(since_1970(number), Some(Time(1_714_566_896_000_000)));
        }
        assert_eq!(micros(1_714_566_896.25), Some(Time(1_714_566_896_250_000)));
        assert_eq!(micros(f64::NAN), None);
    }
}
