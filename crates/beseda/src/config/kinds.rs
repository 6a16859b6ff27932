//! Kinds of rooms of the application's own: `[kinds.<word>]` of the file.

use super::file::Entry;
use super::issuer::Table;
use super::problem::{Origin, Problem, nearest};
use beseda_core::policy::{Deed, Right};
use beseda_core::words::{KindRules, MemberRole, OwnWord, Raw, Role, RoomKind, Wrong, printable};

/// The keys of `[kinds.<word>]`: name, what it takes, what it says.
pub const KEYS: &[(&str, &str, &str)] = &[
    ("title", "string", "What people call such a room."),
    (
        "roles",
        "table",
        "What its members may do, by what they are in the room: `{ seller = [\"take-part\"], auditor = [\"read\"] }`. Nobody becomes anything else there. Without it, every member takes part, and is what the application likes.",
    ),
    (
        "staff",
        "table",
        "What people may do by their own role, in the room or not: `{ admin = [\"read\", \"govern\"], mom = [\"step-in\"] }`.",
    ),
    (
        "members",
        "whole number, 1 to 100000",
        "How many people are in it at most, instead of `limits.members`.",
    ),
    (
        "closed",
        "list",
        "What is left of their rights when a room is closed: `[\"read\"]` without it.",
    ),
    (
        "desk",
        "true or false",
        "Staff works at a desk of such rooms: each has a case, for those whose role has the right `desk`. Of `[kinds.order]` nothing else is said; there administrators, operators and managers work at it.",
    ),
];

/// What settings say of one kind.
pub enum Said {
    /// Of one of the application's own.
    Own(OwnWord, KindRules),
    /// Of orders: whether they have a desk.
    Orders {
        /// Whether they have.
        have_desk: bool,
    },
}

/// A kind of rooms, as `[kinds.<word>]` has it; or all that is wrong with it.
pub fn kind(word: &str, table: &Table) -> Result<Said, Vec<Problem>> {
    let mut reading = Reading { problems: Vec::new() };
    if RoomKind::from_word(word) == Some(RoomKind::Order) {
        return reading.orders(table);
    }
    let own = match RoomKind::from_word(word) {
        Some(RoomKind::Own(own)) => Some(own),
        Some(_) => {
            let todo = "Who may what in the kinds of the contracts stands in `beseda policy`, and cannot be set.";
            reading.complain(&table.at, word, "is a kind of the contracts", todo);
            None
        }
        None => {
            let todo = format!(
                "A kind is a word of small letters, digits, - and _, with a letter first and at most {} of them.",
                OwnWord::BYTES
            );
            reading.complain(&table.at, word, "can be no kind", &todo);
            None
        }
    };
    let rules = reading.rules(table);
    match own {
        Some(own) if reading.problems.is_empty() => Ok(Said::Own(own, rules)),
        _ => Err(reading.problems),
    }
}

/// A table that is being read.
struct Reading {
    problems: Vec<Problem>,
}

impl Reading {
    /// Of orders only that they have a desk is said.
    fn orders(mut self, table: &Table) -> Result<Said, Vec<Problem>> {
        let mut have_desk = false;
        let entries = table.values.iter().map(|(name, (at, raw))| (name, at, Some(raw)));
        let tables = table.tables.keys().map(|name| (name, &table.at, None));
        for (name, at, raw) in entries.chain(tables) {
            match (name.as_str(), raw) {
                ("desk", Some(Raw::Truth(desk))) => have_desk = *desk,
                ("desk", _) => self.complain(at, name, "must be true or false", "Write it without quotes."),
                (other, _) => {
                    let todo = "Of orders only `desk` is said; who may what there stands in `beseda policy`.";
                    self.complain(at, other, "is nothing that is said of orders", todo);
                }
            }
        }
        if self.problems.is_empty() {
            Ok(Said::Orders { have_desk })
        } else {
            Err(self.problems)
        }
    }

    fn rules(&mut self, table: &Table) -> KindRules {
        let mut rules = KindRules::default();
        for (name, (at, raw)) in &table.values {
            match (name.as_str(), raw) {
                ("title", Raw::Text(title)) => rules.title.clone_from(title),
                ("title", _) => self.complain(at, name, "must be a string", "Write it in quotes."),
                ("members", Raw::Whole(members)) if (1..=100_000).contains(members) => {
                    rules.members = usize::try_from(*members).ok();
                }
                ("members", _) => self.complain(at, name, "must be a whole number from 1 to 100000", "Correct it."),
                ("closed", raw) => rules.closed = Some(self.rights(at, name, raw)),
                ("desk", Raw::Truth(desk)) => rules.desk = *desk,
                ("desk", _) => self.complain(at, name, "must be true or false", "Write it without quotes."),
                ("roles" | "staff", _) if table.tables.contains_key(name) => {}
                ("roles" | "staff", _) => {
                    let todo = "Write it as { role = [\"take-part\"] }.";
                    self.complain(at, name, "must be a table", todo);
                }
                (unknown, _) => {
                    let known = KEYS.iter().map(|(name, ..)| *name);
                    let todo = format!("The nearest is `{}`.", nearest(unknown, known).unwrap_or_default());
                    self.complain(at, unknown, "is nothing that [kinds] knows", &todo);
                }
            }
        }
        if let Some(entries) = table.tables.get("roles") {
            let of_member = |word: &str| MemberRole::from_word(word);
            rules.roles = Some(self.by_role(entries, of_member));
        }
        if let Some(entries) = table.tables.get("staff") {
            rules.staff = self.by_role(entries, Role::from_word);
        }
        let works = |(_, deeds): &(Role, Vec<Deed>)| deeds.contains(&Deed::Desk);
        if rules.desk && !rules.staff.iter().any(works) {
            let todo = "Say who does: staff = { operator = [\"take-part\", \"desk\"] }.";
            self.complain(&table.at, "desk", "is worked at by nobody", todo);
        }
        rules
    }

    fn by_role<R>(&mut self, entries: &[Entry], read: impl Fn(&str) -> Option<R>) -> Vec<(R, Vec<Deed>)> {
        let mut rights = Vec::with_capacity(entries.len());
        for entry in entries {
            let deeds = self.rights(&entry.at, &entry.name, &entry.raw);
            match read(&entry.name) {
                Some(role) => rights.push((role, deeds)),
                None => {
                    let todo = "A role is a word of small letters, digits, - and _, with a letter first.";
                    self.complain(&entry.at, &entry.name, "can be no role", todo);
                }
            }
        }
        rights
    }

    fn rights(&mut self, at: &Origin, name: &str, raw: &Raw) -> Vec<Deed> {
        let todo = "Rights are a list of `read`, `take-part`, `govern`, `step-in` and, of staff, `desk`.";
        let Raw::List(words) = raw else {
            self.complain(at, name, "must be a list of rights", todo);
            return Vec::new();
        };
        let mut deeds = Vec::new();
        for word in words {
            let right = match word {
                Raw::Text(word) => Right::from_word(word),
                _ => None,
            };
            match right {
                Some(right) => deeds.extend_from_slice(right.deeds()),
                None => self.complain(at, name, "holds what is no right", todo),
            }
        }
        deeds
    }

    fn complain(&mut self, at: &Origin, name: &str, what: &str, todo: &str) {
        let wrong = Wrong::new(what.to_owned(), todo.to_owned());
        self.problems.push(Problem::of(at, &printable(name), wrong));
    }
}

#[cfg(test)]
#[path = "kinds_tests.rs"]
mod tests;
