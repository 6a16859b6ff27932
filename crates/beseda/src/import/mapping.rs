//! Mappings: where in another program's database the chat's things are. Those that come with the program are written as
//! anybody's are.

use anyhow::{Context, bail};
use beseda_core::words::{Role, RoomKind};
use beseda_store::source::{Cell, ColumnName, Join, Only, Select, Source};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Contract 4's tables.
pub const DJANGO: &str = include_str!("mappings/django.toml");
/// Contract 1's tables.
pub const FLASK: &str = include_str!("mappings/flask.toml");

/// The columns that each thing has; those of the first list cannot be left out.
const PEOPLE: Known = (
    &["id"],
    &[
        "username",
        "email",
        "phone",
        "first_name",
        "last_name",
        "role",
        "active",
        "password",
    ],
);
const ORDERS: Known = (&["id"], &["number", "client", "expert", "operator", "status"]);
const ROOMS: Known = (&["id", "about"], &["title", "created_at", "updated_at"]);
const MEMBERS: Known = (&["id", "room", "person"], &["joined_at", "read_until"]);
const MESSAGES: Known = (
    &["id", "room", "sender", "created_at"],
    &["text", "file", "file_name", "is_read"],
);

type Known = (&'static [&'static str], &'static [&'static str]);

/// A mapping as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    #[serde(default)]
    roles: BTreeMap<String, String>,
    #[serde(default = "order")]
    room_kind: String,
    /// What is cut off before the paths of files.
    #[serde(default)]
    pub file_prefixes: Vec<String>,
    /// Users of the host.
    pub people: Option<Table>,
    /// Orders of the host.
    pub orders: Option<Table>,
    /// Rooms.
    pub rooms: Table,
    /// Who is in them; without it, who has a place in what they are about.
    pub members: Option<Table>,
    /// Messages.
    pub messages: Table,
}

fn order() -> String {
    "order".to_owned()
}

/// A table, or more of them joined.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name.
    pub table: String,
    columns: BTreeMap<String, String>,
    #[serde(default)]
    join: Vec<Joined>,
    /// Rows are left out unless these columns, as texts, are this.
    #[serde(default)]
    only: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Joined {
    table: String,
    called: String,
    on: BTreeMap<String, String>,
}

/// Where a field of a thing comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// A column that was asked for.
    Column(usize),
    /// The same for every row.
    Word(Cell),
}

/// A table that was found in the source.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its name.
    pub table: String,
    /// What is asked of it.
    pub select: Select,
    /// What each column is, by our words; those that are not there are left out.
    pub fields: BTreeMap<&'static str, Field>,
}

impl Mapping {
    /// Reads a mapping and checks what can be checked without its database.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let mapping: Self = toml::from_str(text)?;
        for (name, table, known) in mapping.tables() {
            table.check(known).with_context(|| format!("[{name}.columns]"))?;
        }
        for (word, role) in &mapping.roles {
            Role::in_any_case(role)
                .with_context(|| format!("roles: {word:?} is to be {role:?}, which is no role here"))?;
        }
        mapping.kind()?;
        Ok(mapping)
    }

    fn tables(&self) -> impl Iterator<Item = (&'static str, &Table, Known)> {
        let optional = [
            ("people", self.people.as_ref(), PEOPLE),
            ("orders", self.orders.as_ref(), ORDERS),
            ("members", self.members.as_ref(), MEMBERS),
        ];
        let needed = [("rooms", &self.rooms, ROOMS), ("messages", &self.messages, MESSAGES)];
        let optional = optional
            .into_iter()
            .filter_map(|(name, table, known)| Some((name, table?, known)));
        optional.chain(needed)
    }

    /// What rooms are about.
    ///
    /// # Errors
    /// A word that is no kind, or one of those whose rooms are about several things at once.
    pub fn kind(&self) -> anyhow::Result<RoomKind> {
        match RoomKind::from_word(&self.room_kind) {
            Some(kind @ (RoomKind::Order | RoomKind::Own(_))) => Ok(kind),
            _ => bail!(
                "room_kind is {:?}: it is order, or a word of your own in small letters",
                self.room_kind
            ),
        }
    }

    /// The role of a word, by the mapping or as it is.
    #[must_use]
    pub fn role(&self, word: &str) -> Option<Role> {
        Role::in_any_case(self.roles.get(word).map_or(word, String::as_str))
    }

    /// The tables as the source has them: people, orders, rooms, members and messages.
    ///
    /// # Errors
    /// A table or a column that is not there, and what is there instead.
    pub fn find(&self, source: &mut Source) -> anyhow::Result<BTreeMap<&'static str, Found>> {
        self.tables()
            .map(|(name, table, known)| Ok((name, table.find(source, known).with_context(|| format!("[{name}]"))?)))
            .collect()
    }
}

impl Table {
    fn check(&self, (needed, more): Known) -> anyhow::Result<()> {
        for name in needed {
            if !self.columns.contains_key(*name) {
                bail!("{name} is missing");
            }
        }
        let is_known = |name: &str| needed.iter().chain(more).any(|known| *known == name);
        match self.columns.keys().find(|name| !is_known(name)) {
            Some(name) => bail!("{name} is unknown; known are {}", [needed, more].concat().join(", ")),
            None => Ok(()),
        }
    }

    fn find(&self, source: &mut Source, (needed, more): Known) -> anyhow::Result<Found> {
        let mut there = BTreeMap::from([(None, columns_of(source, &self.table)?)]);
        for joined in &self.join {
            there.insert(Some(joined.called.clone()), columns_of(source, &joined.table)?);
        }
        let (mut columns, mut fields) = (Vec::new(), BTreeMap::new());
        // The first column orders the rows.
        for &name in needed.iter().chain(more) {
            let Some(text) = self.columns.get(name) else { continue };
            if let Some(word) = text.strip_prefix('=') {
                fields.insert(name, Field::Word(Cell::Text(word.to_owned())));
                continue;
            }
            let column = column(text.trim_end_matches('?'));
            if is_there(&there, &column) {
                fields.insert(name, Field::Column(columns.len()));
                columns.push(Some(column));
            } else if !text.ends_with('?') {
                bail!("{}", not_there(&self.table, text, &there));
            }
        }
        if fields.get("id") != Some(&Field::Column(0)) {
            bail!("id has to be a column of {}", self.table);
        }
        let joins = self.join.iter().map(|joined| Join {
            table: joined.table.clone(),
            called: joined.called.clone(),
            on: joined
                .on
                .iter()
                .map(|(own, other)| (own.clone(), column(other)))
                .collect(),
        });
        let only = self.only.iter().map(|(name, is)| Only {
            column: column(name),
            is: is.clone(),
        });
        Ok(Found {
            table: self.table.clone(),
            select: Select {
                table: self.table.clone(),
                joins: joins.collect(),
                columns,
                only: only.collect(),
            },
            fields,
        })
    }
}

type Columns = BTreeMap<Option<String>, BTreeSet<String>>;

fn is_there(there: &Columns, column: &ColumnName) -> bool {
    there.get(&column.of).is_some_and(|names| names.contains(&column.name))
}

fn column(text: &str) -> ColumnName {
    match text.split_once('.') {
        Some((of, name)) => ColumnName {
            of: Some(of.to_owned()),
            name: name.to_owned(),
        },
        None => ColumnName {
            of: None,
            name: text.to_owned(),
        },
    }
}

fn columns_of(source: &mut Source, table: &str) -> anyhow::Result<BTreeSet<String>> {
    let columns: BTreeSet<String> = source.columns(table)?.into_iter().collect();
    if columns.is_empty() {
        bail!(
            "the database has no table {table}; it has {}. Name yours with --users-table or --orders-table, or write a \
             mapping: `beseda import django --print-mapping` prints one to begin with",
            source.tables()?.join(", ")
        );
    }
    Ok(columns)
}

fn not_there(table: &str, text: &str, there: &Columns) -> String {
    let names: Vec<&str> = there.values().flatten().map(String::as_str).collect();
    format!("{table} has no column {text}; it has {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        format!("{:#}", Mapping::read(text).unwrap_err())
    }

    #[test]
    fn those_that_come_with_the_program_can_be_read() {
        for text in [DJANGO, FLASK] {
            let mapping = Mapping::read(text).unwrap();
            assert_eq!(mapping.kind().unwrap(), RoomKind::Order);
            assert_eq!(mapping.role("OPERATOR"), Some(Role::Operator));
            assert_eq!(
                mapping.role("Boss"),
                Role::from_word("boss"),
                "a word of the application's own"
            );
            assert_eq!(mapping.role("the boss"), None);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let with = |from: &str, to: &str| wrong(&DJANGO.replace(from, to));
        assert!(with("room = \"room_id\"\n", "").contains("[members.columns]: room is missing"));
        assert!(with("phone = ", "fone = ").contains("fone is unknown"));
        assert!(with("roles = {}", "roles = { manager = \"the boss\" }").contains("no role here"));
        assert!(with("room_kind = \"order\"", "room_kind = \"pair\"").contains("room_kind is \"pair\""));
        assert!(wrong("[rooms").contains("line 1"));
    }
}
