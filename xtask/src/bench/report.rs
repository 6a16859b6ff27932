//! What the rounds have shown: medians, ratios to the floors, and whether the aims are reached.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::server::Kind;

/// All values of all rounds, by server and measure.
#[derive(Default)]
pub struct Samples(BTreeMap<(Kind, String), Vec<f64>>);

impl Samples {
    pub fn put(&mut self, kind: Kind, measure: &str, value: f64) {
        self.0.entry((kind, measure.to_owned())).or_default().push(value);
    }

    fn of(&self, kind: Kind, measure: &str) -> Option<Spread> {
        let mut values = self.0.get(&(kind, measure.to_owned()))?.clone();
        values.sort_by(f64::total_cmp);
        let middle = *values.get(values.len() / 2)?;
        Some(Spread {
            median: middle,
            least: *values.first()?,
            most: *values.last()?,
        })
    }

    /// The highest value of any server of the measures whose names begin so.
    fn highest(&self, prefix: &str) -> f64 {
        let matching = self.0.iter().filter(|((_, measure), _)| measure.starts_with(prefix));
        matching.flat_map(|(_, values)| values).copied().fold(0.0, f64::max)
    }
}

#[derive(Clone, Copy)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

/// Against what a value of Beseda's is held.
enum Aim {
    /// At most so many times the other server's.
    AtMost(f64, Kind),
    /// At least so many times the other server's.
    AtLeast(f64, Kind),
    /// At most so much.
    Below(f64),
    /// At most so many times another measure of its own.
    AtMostOwn(f64, &'static str),
    /// Only shown.
    None,
}

struct Row {
    measure: &'static str,
    says: &'static str,
    unit: &'static str,
    aim: Aim,
}

const fn row(measure: &'static str, says: &'static str, unit: &'static str, aim: Aim) -> Row {
    Row {
        measure,
        says,
        unit,
        aim,
    }
}

const ROWS: [Row; 57] = [
    row(
        "cpu_2",
        "CPU a delivery, rooms of 2",
        "us",
        Aim::AtMost(1.25, Kind::Durable),
    ),
    row(
        "cpu_10",
        "CPU a delivery, rooms of 10",
        "us",
        Aim::AtMost(1.25, Kind::Durable),
    ),
    row(
        "cpu_100",
        "CPU a delivery, rooms of 100",
        "us",
        Aim::AtMost(1.35, Kind::Raw),
    ),
    row(
        "latency_p50",
        "latency p50, rooms of 10",
        "ms",
        Aim::AtMost(2.0, Kind::Durable),
    ),
    row("latency_p99", "latency p99", "ms", Aim::AtMost(2.0, Kind::Durable)),
    row("latency_p999", "latency p99.9", "ms", Aim::AtMost(3.0, Kind::Durable)),
    row(
        "durable",
        "sends, 500 rooms of 2, each waits",
        "/s",
        Aim::AtLeast(0.85, Kind::Durable),
    ),
    row("durable_cpu", "CPU a send in that", "us", Aim::None),
    row(
        "pg_durable",
        "the same on PostgreSQL",
        "/s",
        Aim::AtLeast(0.3, Kind::Durable),
    ),
    row("pg_durable_cpu", "CPU a send in that", "us", Aim::None),
    row(
        "native_cpu_2",
        "CPU a delivery, native, rooms of 2",
        "us",
        Aim::AtMostOwn(1.1, "cpu_2"),
    ),
    row(
        "native_cpu_10",
        "CPU a delivery, native, rooms of 10",
        "us",
        Aim::AtMostOwn(1.1, "cpu_10"),
    ),
    row(
        "native_cpu_100",
        "CPU a delivery, native, rooms of 100",
        "us",
        Aim::AtMostOwn(1.1, "cpu_100"),
    ),
    row(
        "moved_cpu_2",
        "the same, rooms of 2 not open",
        "us",
        Aim::AtMostOwn(1.1, "cpu_2"),
    ),
    row(
        "moved_cpu_10",
        "the same, rooms of 10 not open",
        "us",
        Aim::AtMostOwn(1.1, "cpu_10"),
    ),
    row(
        "moved_cpu_100",
        "the same, rooms of 100 not open",
        "us",
        Aim::AtMostOwn(1.1, "cpu_100"),
    ),
    row(
        "native_durable",
        "sends, native, 500 rooms of 2, each waits",
        "/s",
        Aim::None,
    ),
    row(
        "native_durable_cpu",
        "CPU a send in that",
        "us",
        Aim::AtMostOwn(1.1, "durable_cpu"),
    ),
    row(
        "native_memory",
        "idle native socket with 20 rooms",
        "kB",
        Aim::Below(8.0),
    ),
    row("native_storm", "the same, all coming at once", "kB", Aim::None),
    row(
        "here_1000_p50_ms",
        "hello until all of 1,000 rooms, p50",
        "ms",
        Aim::None,
    ),
    row(
        "here_1000_p99_ms",
        "hello until all of 1,000 rooms, p99",
        "ms",
        Aim::Below(10.0),
    ),
    row("here_10000_p50_ms", "hello until all of 10,000, p50", "ms", Aim::None),
    row("here_10000_p99_ms", "hello until all of 10,000, p99", "ms", Aim::None),
    row("elsewhere_cpu", "CPU a delivery to who has one room", "us", Aim::None),
    row(
        "among_10000_cpu",
        "CPU a delivery to who has 10,000",
        "us",
        Aim::AtMostOwn(1.1, "elsewhere_cpu"),
    ),
    row("among_10000_p99_ms", "latency p99 of those", "ms", Aim::None),
    row("memory", "memory an idle connection", "kB", Aim::Below(4.0)),
    row("peace_p99", "latency p99 of one pair", "ms", Aim::None),
    row(
        "siege_p99",
        "the same among 4,000 slow connections",
        "ms",
        Aim::AtMostOwn(2.0, "peace_p99"),
    ),
    row("siege_gone", "until those are gone", "s", Aim::Below(15.0)),
    row(
        "alone_p99",
        "latency p99 of nine, 200 messages a second",
        "ms",
        Aim::None,
    ),
    row(
        "beside_slow_p99",
        "the same beside one that reads 1 kB/s",
        "ms",
        Aim::AtMostOwn(1.1, "alone_p99"),
    ),
    row("slow_cut", "times that one was cut off", "", Aim::Below(0.0)),
    row("slow_missing", "messages that it never got", "", Aim::Below(0.0)),
    row("page_1k_p50_ms", "newest 50 of 1,000, p50", "ms", Aim::None),
    row(
        "page_1m_p50_ms",
        "newest 50 of the long room, p50",
        "ms",
        Aim::AtMostOwn(1.5, "page_1k_p50_ms"),
    ),
    row(
        "page_1m_p99_ms",
        "newest 50 of the long room, p99",
        "ms",
        Aim::Below(2.0),
    ),
    row("deep_1k_p50_ms", "any page of 1,000, p50", "ms", Aim::None),
    row(
        "deep_1m_p50_ms",
        "any page of the long room, p50",
        "ms",
        Aim::AtMostOwn(1.5, "deep_1k_p50_ms"),
    ),
    row(
        "deep_1m_p99_ms",
        "any page of the long room, p99",
        "ms",
        Aim::Below(2.0),
    ),
    row("list_20_p50_ms", "1,000 rooms, few unread each, p50", "ms", Aim::None),
    row(
        "list_20_p99_ms",
        "1,000 rooms, few unread each, p99",
        "ms",
        Aim::Below(5.0),
    ),
    row(
        "list_2000_p50_ms",
        "1,000 rooms, many unread each, p50",
        "ms",
        Aim::AtMostOwn(1.5, "list_20_p50_ms"),
    ),
    row(
        "list_2000_p99_ms",
        "1,000 rooms, many unread each, p99",
        "ms",
        Aim::Below(5.0),
    ),
    row("desk_p50_ms", "desk of 2,000 rooms, p50", "ms", Aim::None),
    row("desk_p99_ms", "desk of 2,000 rooms, p99", "ms", Aim::Below(10.0)),
    row("desk_page_p50_ms", "the first 50 of that, p50", "ms", Aim::None),
    row("desk_page_p99_ms", "the first 50 of that, p99", "ms", Aim::Below(10.0)),
    row(
        "sqlite_history_p99_ms",
        "newest 50 of a room, SQLite, p99",
        "ms",
        Aim::None,
    ),
    row(
        "sqlite_search_p99_ms",
        "search among 1,000,000 there, p99",
        "ms",
        Aim::AtMostOwn(3.0, "sqlite_history_p99_ms"),
    ),
    row("sqlite_keep_us", "keeping a message, 1,000 at once", "us", Aim::None),
    row("sqlite_index_us", "putting one into the index there", "us", Aim::None),
    row(
        "pg_history_p99_ms",
        "newest 50 of a room, PostgreSQL, p99",
        "ms",
        Aim::None,
    ),
    row(
        "pg_search_p99_ms",
        "search among 1,000,000 there, p99",
        "ms",
        Aim::AtMostOwn(3.0, "pg_history_p99_ms"),
    ),
    row("pg_keep_us", "keeping a message there, 1,000 at once", "us", Aim::None),
    row("pg_index_us", "putting one into the index there", "us", Aim::None),
];

/// A client that was busier than this was what was measured.
const TOO_BUSY: f64 = 0.8;

/// How one row turned out.
struct Verdict {
    aim: String,
    reached: Option<bool>,
    ratio: Option<f64>,
}

fn judge(samples: &Samples, row: &Row) -> Option<Verdict> {
    let ours = samples.of(Kind::Beseda, row.measure)?.median;
    let against = |kind| samples.of(kind, row.measure).map(|spread| ours / spread.median);
    let (aim, ratio, reached): (String, Option<f64>, Option<bool>) = match row.aim {
        Aim::AtMost(most, kind) => {
            let ratio = against(kind);
            (
                format!("<= {most} x {}", kind.name()),
                ratio,
                ratio.map(|ratio| ratio <= most),
            )
        }
        Aim::AtLeast(least, kind) => {
            let ratio = against(kind);
            (
                format!(">= {least} x {}", kind.name()),
                ratio,
                ratio.map(|ratio| ratio >= least),
            )
        }
        Aim::Below(most) => (format!("<= {most} {}", row.unit), None, Some(ours <= most)),
        Aim::AtMostOwn(most, other) => {
            let ratio = samples.of(Kind::Beseda, other).map(|spread| ours / spread.median);
            (format!("<= {most} x {other}"), ratio, ratio.map(|ratio| ratio <= most))
        }
        Aim::None => (String::new(), None, None),
    };
    Some(Verdict { aim, reached, ratio })
}

/// Why the numbers may not be used, if so.
pub fn invalid(samples: &Samples) -> Option<String> {
    let busy = samples.highest("client_busy");
    if busy > TOO_BUSY {
        return Some(format!(
            "the client was busy {:.0} % of the time: it was the bottleneck",
            busy * 100.0
        ));
    }
    let (lost, doubled) = (samples.highest("lost"), samples.highest("doubled"));
    (lost + doubled > 0.0).then(|| format!("{lost} deliveries were lost and {doubled} doubled in a run"))
}

/// The table.
pub fn table(samples: &Samples) -> String {
    let mut table = format!(
        "{:<44}{:>24}{:>24}{:>24}{:>8}  aim\n",
        "median (least-most)", "F0 raw", "F1 durable", "beseda", "ratio"
    );
    for row in &ROWS {
        let cells = Kind::ALL.map(|kind| samples.of(kind, row.measure));
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let _ = write!(table, "{:<44}", row.says);
        for cell in cells {
            let _ = write!(
                table,
                "{:>24}",
                cell.map_or_else(|| "-".to_owned(), |cell| shown(cell, row.unit))
            );
        }
        if let Some(verdict) = judge(samples, row) {
            let ratio = verdict.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
            let reached = verdict
                .reached
                .map_or("", |reached| if reached { "  reached" } else { "  NOT REACHED" });
            let _ = write!(table, "{ratio:>8}  {}{reached}", verdict.aim);
        }
        table.push('\n');
    }
    table
}

fn shown(spread: Spread, unit: &str) -> String {
    let places = if spread.median >= 1_000.0 { 0 } else { 2 };
    format!(
        "{:.places$} {unit} ({:.places$}-{:.places$})",
        spread.median, spread.least, spread.most
    )
}

/// Everything, for a program.
pub fn json(samples: &Samples, machine: &str) -> Value {
    let mut servers = BTreeMap::new();
    for ((kind, measure), values) in &samples.0 {
        servers
            .entry(kind.name())
            .or_insert_with(BTreeMap::new)
            .insert(measure.clone(), values.clone());
    }
    let aims: Vec<Value> = ROWS
        .iter()
        .filter_map(|row| judge(samples, row).map(|verdict| (row, verdict)))
        .map(|(row, verdict)| {
            json!({"measure": row.measure, "unit": row.unit, "aim": verdict.aim, "ratio": verdict.ratio, "reached": verdict.reached})
        })
        .collect();
    json!({ "machine": machine, "invalid": invalid(samples), "servers": servers, "aims": aims })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(ours: f64, busy: f64, lost: f64) -> Samples {
        let mut samples = Samples::default();
        for value in [9.0, 10.0, 30.0] {
            samples.put(Kind::Durable, "cpu_2", value);
            samples.put(Kind::Durable, "durable", value);
        }
        samples.put(Kind::Beseda, "cpu_2", ours);
        samples.put(Kind::Beseda, "durable", ours);
        samples.put(Kind::Beseda, "client_busy_cpu_2", busy);
        samples.put(Kind::Beseda, "lost_cpu_2", lost);
        samples
    }

    fn reached(samples: &Samples, measure: &str) -> bool {
        let row = ROWS.iter().find(|row| row.measure == measure).unwrap();
        judge(samples, row).unwrap().reached.unwrap()
    }

    #[test]
    fn ratios_are_of_medians_and_held_against_the_aim() {
        assert!(reached(&samples(12.5, 0.1, 0.0), "cpu_2"));
        assert!(!reached(&samples(12.6, 0.1, 0.0), "cpu_2"));
        assert!(reached(&samples(8.5, 0.1, 0.0), "durable"));
        assert!(!reached(&samples(8.4, 0.1, 0.0), "durable"));
        assert!(table(&samples(15.1, 0.1, 0.0)).contains("NOT REACHED"));
    }

    #[test]
    fn a_busy_client_and_a_lost_delivery_make_it_invalid() {
        assert_eq!(invalid(&samples(1.0, 0.8, 0.0)), None);
        assert!(invalid(&samples(1.0, 0.81, 0.0)).is_some());
        assert!(invalid(&samples(1.0, 0.1, 1.0)).is_some());
        assert!(!json(&samples(1.0, 0.9, 0.0), "machine")["invalid"].is_null());
    }
}
