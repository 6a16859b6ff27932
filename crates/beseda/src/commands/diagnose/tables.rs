//! What is in the database: its tables, what the operators' questions give, and the jobs that it keeps.

use crate::commands::jobs;
use crate::report::{Check, Said, said};
use beseda_contracts::shared::time_text;
use beseda_core::error::Fault;
use beseda_core::words::{Job, OrderId, Time};
use beseda_store::{Condition, Count, Inspection, Question, Table};
use std::fmt::Write;

/// What people write: shown is how long it is.
const WRITTEN: [&str; 3] = ["message", "file_name", "sender_name"];

/// How many orders the questions are about where none is asked about.
const ORDERS_ASKED: usize = 3;

/// How many jobs of each kind are shown.
const JOBS_MOST: i64 = 1_000;

/// That the database does not answer a question.
pub fn failed(id: &'static str, name: Said, fault: &impl ToString) -> Check {
    let why = fault.to_string();
    let remedy = said(
        "was it migrated to this version (`beseda migrate`)? Then the cause is in the log",
        "приведена ли она к этой версии (`beseda migrate`)? Тогда причина в журнале",
    );
    Check::failed(id, name, Said::verbatim(why), remedy)
}

/// What is found in a database.
pub struct Tables {
    /// The checks.
    pub checks: Vec<Check>,
    /// All of it as text.
    pub text: String,
}

impl Tables {
    /// Asks everything; of an order, or of the newest ones.
    pub fn ask(inspection: &mut Inspection, condition: &Condition, order: Option<&OrderId>) -> Self {
        let mut all = Self {
            checks: Vec::new(),
            text: String::new(),
        };
        all.condition(condition);
        all.counts(inspection);
        all.operators(inspection);
        all.questions(inspection, order);
        all
    }

    fn condition(&mut self, condition: &Condition) {
        let Condition { version, schema, flaws } = condition;
        let (applied, known) = (schema.applied.unwrap_or(0), schema.known);
        self.line(format_args!("{version}"));
        self.line(format_args!("migration {applied}, this program knows {known}"));
        for name in &schema.missing {
            self.line(format_args!("missing: {name}"));
        }
        let flaws = if flaws.is_empty() {
            "nothing is damaged".to_owned()
        } else {
            flaws.join("\n           ")
        };
        self.line(format_args!("integrity: {flaws}"));
    }

    fn counts(&mut self, inspection: &mut Inspection) {
        self.line(format_args!("\nRows of each table"));
        match inspection.counts() {
            Ok(counts) => {
                for Count { table, rows } in counts {
                    match rows {
                        Ok(count) => self.line(format_args!("{count:>12} {table}")),
                        Err(fault) => self.line(format_args!("{table}: {fault}")),
                    }
                }
            }
            Err(fault) => self.line(format_args!("{fault}")),
        }
        self.line(format_args!("\nThe rooms that changed last"));
        match inspection.ask(Question::NewestRooms, 0) {
            Ok(table) => self.table(&table),
            Err(fault) => self.line(format_args!("{fault}")),
        }
    }

    fn operators(&mut self, inspection: &mut Inspection) {
        let name = said("operators", "операторы");
        let counted = inspection.ask(Question::Operators, 0);
        let newest = inspection.ask(Question::NewestOrders, 0);
        let check = match (counted, newest) {
            (Ok(counted), Ok(newest)) => {
                let count = counted.first_column().next().unwrap_or_default();
                let unanswered = newest.rows.iter().filter(|row| row.last() == Some(&None));
                let ids: Vec<_> = unanswered.filter_map(|row| row.get(1).cloned().flatten()).collect();
                let (without, of) = (ids.len(), newest.rows.len());
                let ids = if ids.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", ids.join(", "))
                };
                let meaning = said(
                    format!("there are {count}; of the newest orders {without} of {of} have none{ids}"),
                    format!("всего: {count}; из последних заказов без оператора: {without} из {of}{ids}"),
                );
                Check::passed("operators", name, meaning)
            }
            (Err(fault), _) | (_, Err(fault)) => failed("operators", name, &fault),
        };
        self.checks.push(check);
    }

    /// The four questions of the operators' document. That each can be asked is a check of its own.
    fn questions(&mut self, inspection: &mut Inspection, order: Option<&OrderId>) {
        let name = said("the operators' questions", "запросы операторов");
        let asked = match self.numbers(inspection, order) {
            Ok(orders) => self.questions_about(inspection, &orders),
            Err(fault) => Err(fault),
        };
        self.checks.push(match asked {
            Ok(()) => {
                let meaning = said("all four are answered", "на все четыре есть ответ");
                Check::passed("questions", name, meaning)
            }
            Err(fault) => failed("questions", name, &fault),
        });
    }

    /// What the orders are called, and their numbers in the tables.
    fn numbers(&mut self, inspection: &mut Inspection, order: Option<&OrderId>) -> Result<Vec<(String, i64)>, Fault> {
        if let Some(order) = order {
            let number = inspection.number_of(order)?;
            return Ok(number.map(|number| (order.to_string(), number)).into_iter().collect());
        }
        let newest = inspection.ask(Question::NewestOrders, 0)?;
        let orders = newest.rows.into_iter().filter_map(|row| {
            let mut cells = row.into_iter().flatten();
            let number = cells.next()?.parse().ok()?;
            Some((cells.next()?, number))
        });
        Ok(orders.take(ORDERS_ASKED).collect())
    }

    fn questions_about(&mut self, inspection: &mut Inspection, orders: &[(String, i64)]) -> Result<(), Fault> {
        let nobody = [("(no order)".to_owned(), 0)];
        let orders = if orders.is_empty() { &nobody } else { orders };
        for (at, (called, number)) in orders.iter().enumerate() {
            self.line(format_args!("\nOrder {called}, in the tables {number}"));
            for question in Question::OF_OPERATORS {
                // What is about no order is asked once.
                if at > 0 && !question.sql().contains("$1") {
                    continue;
                }
                let sql = question.sql().replace("$1", &number.to_string());
                self.line(format_args!("\n{}", sql.trim()));
                let table = inspection.ask(question, *number).inspect_err(|fault| {
                    // It cannot fail into a text.
                    let _ = writeln!(self.text, "{fault}");
                })?;
                self.table(&table);
            }
        }
        Ok(())
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // It cannot fail into a text.
        let _ = writeln!(self.text, "{line}");
    }

    fn table(&mut self, table: &Table) {
        self.line(format_args!("{}", table.columns.join(" | ")));
        for row in &table.rows {
            let cells = table
                .columns
                .iter()
                .zip(row)
                .map(|(column, cell)| shown(column, cell.as_deref()));
            let cells = cells.collect::<Vec<_>>().join(" | ");
            self.line(format_args!("{cells}"));
        }
        let more = if table.is_cut { ", and more" } else { "" };
        self.line(format_args!("({} rows{more})", table.rows.len()));
    }
}

/// A cell as it may be seen by others: times can be read, and of what people write only its length is told.
fn shown(column: &str, cell: Option<&str>) -> String {
    let Some(cell) = cell else {
        return "-".to_owned();
    };
    if WRITTEN.contains(&column) {
        return format!("({} characters)", cell.chars().count());
    }
    match cell.parse() {
        Ok(micros) if column.ends_with("_at") => time_text(Time(micros)),
        _ => cell.replace(['\n', '\r'], " "),
    }
}

/// The jobs that are dead and those that wait, a check and as text.
pub fn jobs(inspection: &mut Inspection) -> (Check, String) {
    let name = said("jobs", "задания");
    let asked = inspection.look(|look| Ok([look.jobs(true, JOBS_MOST)?, look.jobs(false, JOBS_MOST)?]));
    let [dead, waiting] = match asked {
        Ok(both) => both,
        Err(error) => return (failed("jobs", name, &error), format!("{error}\n")),
    };
    let lines = |jobs: &[Job]| jobs.iter().map(jobs::line).collect::<String>();
    let text = format!(
        "dead: {}\n{}\nwaiting: {}\n{}",
        dead.len(),
        lines(&dead),
        waiting.len(),
        lines(&waiting)
    );
    let (count, waits) = (dead.len(), waiting.len());
    if dead.is_empty() {
        let meaning = said(
            format!("none is dead; waiting: {waits}"),
            format!("мёртвых нет; ждут: {waits}"),
        );
        return (Check::passed("jobs", name, meaning), text);
    }
    let meaning = said(
        format!("dead: {count}; waiting: {waits}"),
        format!("мёртвых: {count}; ждут: {waits}"),
    );
    let remedy = said(
        "`beseda jobs` says why; once the cause is mended, `beseda jobs retry ID`",
        "`beseda jobs` скажет почему; когда причина устранена — `beseda jobs retry ID`",
    );
    (Check::failed("jobs", name, meaning, remedy), text)
}

/// How many sessions and refresh tokens somebody has.
pub fn doors(inspection: &mut Inspection, person: i64) -> Vec<Option<String>> {
    let table = inspection.ask(Question::DoorsOfPerson, person).unwrap_or_default();
    table.rows.into_iter().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_people_write_is_told_by_its_length_alone() {
        assert_eq!(shown("message", Some("привет")), "(6 characters)");
        assert_eq!(shown("email", Some("a@shop.example")), "a@shop.example");
        assert_eq!(
            shown("created_at", Some("1763726400000007")),
            "2025-11-21T12:00:00.000007Z"
        );
        assert_eq!(
            shown("created_at", Some("2025-11-21T12:00:00Z")),
            "2025-11-21T12:00:00Z"
        );
        assert_eq!(shown("generated_order_number", Some("a\nb")), "a b");
        assert_eq!(shown("id", None), "-");
    }
}
