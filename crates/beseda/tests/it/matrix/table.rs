//! The reviewed tables: a block for each route and method, a row for each kind of object, and who is told what.
//!
//! ```text
//! GET /api/chat/rooms/{id}/
//! own      200 client expert operator admin; 404 @rest; 401 @unproven
//! foreign  200 admin; 404 @rest; 401 @unproven
//! ```
//!
//! `@unproven` and its like are the groups of [`GROUPS`], and a name goes before a group; `@rest` is everybody whom the row
//! does not speak of. A title may go on after the path, where one path is spoken of in several ways:
//! `WS /ws/chat/{room_id}/ order typing`.

use super::objects::Object;
use super::world::{ACTORS, GROUPS};

/// All tables together.
pub struct Table {
    /// Their blocks, in order.
    pub blocks: Vec<Block>,
}

/// What of one route is reviewed together.
#[derive(Debug)]
pub struct Block {
    /// The contract whose table it is in.
    pub contract: String,
    /// The method; `WS` for sockets.
    pub method: String,
    /// The path, as the list of routes has it.
    pub path: String,
    /// The path and what goes on after it.
    pub title: String,
    /// A row for each kind of object.
    pub rows: Vec<Row>,
}

/// Who is told what of one kind of object.
#[derive(Debug)]
pub struct Row {
    /// The kind of object.
    pub object: Object,
    /// What each actor is told, in the order of [`ACTORS`].
    wanted: Vec<String>,
}

impl Row {
    /// What the actor is to be told.
    pub fn wanted(&self, actor: &str) -> &str {
        let at = ACTORS.iter().position(|name| *name == actor).expect("an actor");
        &self.wanted[at]
    }

    fn read(line: &str) -> Self {
        let (object, cells) = line.split_once(' ').unwrap_or_else(|| panic!("no row: {line}"));
        let object = Object::from_word(object).unwrap_or_else(|| panic!("no kind of object: {line}"));
        let mut wanted: Vec<Option<String>> = vec![None; ACTORS.len()];
        let (mut rest, mut groups) = (None, Vec::new());
        for part in cells.split(';').map(str::trim) {
            let (word, names) = part
                .split_once(' ')
                .unwrap_or_else(|| panic!("nobody: {part} in {line}"));
            for name in names.split_whitespace() {
                match name {
                    "@rest" => rest = Some(word),
                    name if name.starts_with('@') => groups.push((name, word)),
                    name => put(&mut wanted, name, word, line),
                }
            }
        }
        for (group, word) in groups {
            put_group(&mut wanted, group, word, line);
        }
        let wanted = ACTORS.iter().zip(wanted).map(|(name, wanted)| {
            let word = wanted.or_else(|| rest.map(str::to_owned));
            word.unwrap_or_else(|| panic!("{name} is not spoken of: {line}"))
        });
        Self {
            object,
            wanted: wanted.collect(),
        }
    }
}

fn put(wanted: &mut [Option<String>], name: &str, word: &str, line: &str) {
    let at = ACTORS.iter().position(|actor| *actor == name);
    let at = at.unwrap_or_else(|| panic!("nobody is called {name}: {line}"));
    let before = wanted[at].replace(word.to_owned());
    assert!(before.is_none(), "{name} stands twice: {line}");
}

/// Puts a word for everybody of a group of whom nothing was said.
fn put_group(wanted: &mut [Option<String>], group: &str, word: &str, line: &str) {
    let known = GROUPS.iter().find(|(name, _)| *name == group);
    let (_, names) = known.unwrap_or_else(|| panic!("no group is called {group}: {line}"));
    for (actor, wanted) in ACTORS.iter().zip(wanted) {
        if names.contains(actor) && wanted.is_none() {
            *wanted = Some(word.to_owned());
        }
    }
}

impl Block {
    /// Whether a call changes its object so that nobody else can try the same on it.
    pub fn uses_up(&self) -> bool {
        let is_repeated = ["/{emoji}/", "/pin/", "/receipt/", "/blocks/{id}/"];
        match self.method.as_str() {
            "DELETE" | "PUT" => !is_repeated.iter().any(|end| self.path.ends_with(end)),
            // A browser is whose last gave it.
            "POST" => self.path.ends_with("/push/subscriptions/"),
            method => method == "WS" && self.title.ends_with(" erase"),
        }
    }

    /// Whether it is about this route.
    pub fn is_of(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    /// What goes on after the path.
    pub fn variant(&self) -> &str {
        self.title.strip_prefix(&self.path).unwrap_or_default().trim()
    }
}

impl Table {
    /// Reads tables; panics where one cannot be read.
    pub fn read(texts: &[(&str, &str)]) -> Self {
        let mut blocks: Vec<Block> = Vec::new();
        for (name, text) in texts {
            let lines = text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with('#'));
            for line in lines {
                let (first, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{name}: {line}"));
                if first.bytes().all(|byte| byte.is_ascii_uppercase()) {
                    let path = rest.split_whitespace().next().expect("a path");
                    blocks.push(Block {
                        contract: (*name).to_owned(),
                        method: first.to_owned(),
                        path: path.to_owned(),
                        title: rest.to_owned(),
                        rows: Vec::new(),
                    });
                } else {
                    let block = blocks
                        .last_mut()
                        .unwrap_or_else(|| panic!("{name}: a row before its route"));
                    block.rows.push(Row::read(line));
                }
            }
        }
        assert!(
            blocks.iter().all(|block| !block.rows.is_empty()),
            "a route without rows"
        );
        Self { blocks }
    }
}
