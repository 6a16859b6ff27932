//! A Rust file as a flat list of tokens: no comments, no test code, and every path spelled out.
//!
//! `use std::time::SystemTime as Clock; Clock::now()` comes out as the path `std::time::SystemTime::now`,
//! also inside a macro's arguments, which a syntax tree would not see into.

use std::collections::BTreeMap;

use anyhow::anyhow;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or a path, `a` or `a::b::c`, with its imports resolved.
    Path,
    /// A path of a `use`, one for each leaf of its tree; a glob ends in `::*`.
    Import,
    /// A string literal: its content.
    Text,
    /// A number, a character, a byte string.
    Literal,
    /// `==`, `.`, `(`, `}` and so on.
    Mark,
}

/// A token and the line that it starts on.
#[derive(Debug, Clone)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub line: usize,
}

impl Token {
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Mark | Kind::Path) && self.text == text
    }

    pub fn is_path(&self) -> bool {
        matches!(self.kind, Kind::Path | Kind::Import)
    }

    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.text.split("::")
    }

    /// The segments from the last one on.
    pub fn ending(&self) -> impl Iterator<Item = &str> {
        self.text.rsplit("::")
    }
}

/// A file's tokens, and the modules that it declares for tests only (`#[cfg(test)] mod stories;`).
#[derive(Debug, Default)]
pub struct Source {
    pub tokens: Vec<Token>,
    pub test_modules: Vec<String>,
}

/// Reads a file's text.
///
/// # Errors
/// When the text is not Rust.
pub fn read(text: &str) -> anyhow::Result<Source> {
    let stream: TokenStream = text.parse().map_err(|error| anyhow!("{error}"))?;
    let mut source = Source::default();
    let mut imports = BTreeMap::new();
    flatten(stream, &mut source, &mut imports);
    resolve(&mut source.tokens, &imports);
    Ok(source)
}

/// Name in this file → the full path that a `use` gave it.
type Imports = BTreeMap<String, String>;

fn flatten(stream: TokenStream, source: &mut Source, imports: &mut Imports) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut rest = trees.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        if let Some((attribute, after)) = attribute(rest) {
            rest = if is_test_only(&attribute) {
                skip_item(after, source)
            } else {
                after
            };
            continue;
        }
        match first {
            TokenTree::Ident(word) if word == "use" && !is_mark(tail.first(), '<') => {
                rest = import(tail, source, imports);
                continue;
            }
            TokenTree::Ident(_) => rest = path(rest, source),
            TokenTree::Punct(_) => rest = mark(rest, source),
            TokenTree::Literal(literal) => {
                source.tokens.push(string_or_literal(&literal.to_string(), line(first)));
                rest = tail;
            }
            TokenTree::Group(group) => {
                let (open, close) = brackets(group.delimiter());
                push(source, Kind::Mark, open, line(first));
                flatten(group.stream(), source, imports);
                push(source, Kind::Mark, close, group.span_close().start().line);
                rest = tail;
            }
        }
    }
}

/// `#[…]` or `#![…]` at the front: its content, and what follows it. Doc comments arrive here too.
fn attribute(trees: &[TokenTree]) -> Option<(TokenStream, &[TokenTree])> {
    let (first, tail) = trees.split_first()?;
    if !is_mark(Some(first), '#') {
        return None;
    }
    let tail = if is_mark(tail.first(), '!') {
        tail.get(1..)?
    } else {
        tail
    };
    match tail.split_first()? {
        (TokenTree::Group(group), after) if group.delimiter() == Delimiter::Bracket => Some((group.stream(), after)),
        _ => None,
    }
}

/// `cfg(test)` and `cfg(all(test, …))`, but not `cfg(not(test))`.
fn is_test_only(attribute: &TokenStream) -> bool {
    let text: String = attribute.to_string().split_whitespace().collect();
    text == "cfg(test)" || text.starts_with("cfg(all(test,") || text == "test"
}

/// Leaves out the item (or field) that a test-only attribute stands before.
fn skip_item<'a>(mut rest: &'a [TokenTree], source: &mut Source) -> &'a [TokenTree] {
    while let Some((_, after)) = attribute(rest) {
        rest = after;
    }
    let is_item = rest
        .iter()
        .take(4)
        .any(|tree| matches!(tree, TokenTree::Ident(word) if ITEMS.contains(&word.to_string().as_str())));
    for run in rest.windows(3).take(3) {
        if let [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(end)] = run
            && word == "mod"
            && end.as_char() == ';'
        {
            source.test_modules.push(name.to_string());
        }
    }
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            TokenTree::Punct(mark) if mark.as_char() == ';' || (!is_item && mark.as_char() == ',') => {
                break;
            }
            _ => {}
        }
    }
    rest
}

const ITEMS: [&str; 11] = [
    "mod",
    "fn",
    "impl",
    "struct",
    "enum",
    "use",
    "const",
    "static",
    "trait",
    "type",
    "macro_rules",
];

/// A word with all that `::` joins to it.
fn path<'a>(mut rest: &'a [TokenTree], source: &mut Source) -> &'a [TokenTree] {
    let mut text = String::new();
    let start = rest.first().map_or(0, line);
    while let Some((TokenTree::Ident(word), tail)) = rest.split_first() {
        text.push_str(&word.to_string());
        rest = tail;
        match tail {
            [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(_), ..]
                if one.as_char() == ':' && two.as_char() == ':' && one.spacing() == Spacing::Joint =>
            {
                text.push_str("::");
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => break,
        }
    }
    push(source, Kind::Path, &text, start);
    rest
}

/// One mark, or the two that make `==`, `!=`, `=>`, `::`, `->`, `||` or `&&`.
fn mark<'a>(rest: &'a [TokenTree], source: &mut Source) -> &'a [TokenTree] {
    const PAIRS: [&str; 9] = ["==", "!=", "=>", "::", "->", "||", "&&", "<=", ">="];
    let Some((TokenTree::Punct(one), tail)) = rest.split_first() else {
        return rest;
    };
    let start = rest.first().map_or(0, line);
    if let (Spacing::Joint, Some(TokenTree::Punct(two))) = (one.spacing(), tail.first()) {
        let pair: String = [one.as_char(), two.as_char()].iter().collect();
        if PAIRS.contains(&pair.as_str()) {
            push(source, Kind::Mark, &pair, start);
            return tail.get(1..).unwrap_or_default();
        }
    }
    push(source, Kind::Mark, &one.as_char().to_string(), start);
    tail
}

/// A `use` up to its `;`: a token for each leaf, and its name for what follows in the file.
fn import<'a>(rest: &'a [TokenTree], source: &mut Source, imports: &mut Imports) -> &'a [TokenTree] {
    let end = rest
        .iter()
        .position(|tree| is_mark(Some(tree), ';'))
        .unwrap_or(rest.len());
    leaves("", rest.get(..end).unwrap_or_default(), source, imports);
    rest.get(end..).unwrap_or_default()
}

fn leaves(prefix: &str, trees: &[TokenTree], source: &mut Source, imports: &mut Imports) {
    for branch in trees.split(|tree| is_mark(Some(tree), ',')) {
        let mut segments: Vec<String> = prefix
            .split("::")
            .filter(|segment| !segment.is_empty())
            .map(str::to_owned)
            .collect();
        let mut name = None;
        let mut start = 0;
        let mut rest = branch;
        while let Some((first, tail)) = rest.split_first() {
            rest = tail;
            start = start.max(line(first));
            match (first, tail.first()) {
                (TokenTree::Ident(word), Some(TokenTree::Ident(alias))) if word == "as" => {
                    name = Some(alias.to_string());
                    rest = &[];
                }
                // `use std::fs::{self}` names the folder itself.
                (TokenTree::Ident(word), _) if word == "self" && !segments.is_empty() => {}
                (TokenTree::Ident(word), _) => segments.push(word.to_string()),
                (TokenTree::Punct(star), _) if star.as_char() == '*' => segments.push("*".to_owned()),
                (TokenTree::Group(group), _) => {
                    leaves(
                        &segments.join("::"),
                        &group.stream().into_iter().collect::<Vec<_>>(),
                        source,
                        imports,
                    );
                    segments.clear();
                }
                _ => {}
            }
        }
        let full = segments.join("::");
        if let Some(last) = segments.last() {
            push(source, Kind::Import, &full, start);
            imports.insert(name.unwrap_or_else(|| last.clone()), full);
        }
    }
}

/// Replaces the first segment of each path by what the file imported under that name.
fn resolve(tokens: &mut [Token], imports: &Imports) {
    let mut after_dot = false;
    for token in tokens {
        if token.kind == Kind::Path && !after_dot {
            let (first, tail) = token
                .text
                .split_once("::")
                .map_or((token.text.as_str(), ""), |(first, tail)| (first, tail));
            if let Some(full) = imports.get(first) {
                token.text = if tail.is_empty() {
                    full.clone()
                } else {
                    format!("{full}::{tail}")
                };
            }
        }
        after_dot = token.is(".");
    }
}

fn string_or_literal(spelled: &str, line: usize) -> Token {
    let body = spelled.trim_start_matches('r').trim_start_matches('#');
    match body.strip_prefix('"') {
        Some(inner) => {
            let inner = inner.trim_end_matches('#');
            let inner = inner
                .strip_suffix('"')
                .unwrap_or(inner)
                .replace("\\n", "\n")
                .replace("\\\"", "\"");
            Token {
                kind: Kind::Text,
                text: inner,
                line,
            }
        }
        None => Token {
            kind: Kind::Literal,
            text: spelled.to_owned(),
            line,
        },
    }
}

fn push(source: &mut Source, kind: Kind, text: &str, line: usize) {
    source.tokens.push(Token {
        kind,
        text: text.to_owned(),
        line,
    });
}

fn line(tree: &TokenTree) -> usize {
    tree.span().start().line
}

fn is_mark(tree: Option<&TokenTree>, mark: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(found)) if found.as_char() == mark)
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let tokens = read(text).unwrap().tokens;
        tokens
            .into_iter()
            .filter(|token| token.kind == Kind::Path)
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn imports_are_spelled_out_under_every_name() {
        let text = "use std::{fs::{self, File}, time::SystemTime as Clock};\nfn a() { fs::read(x); File::open(x); Clock::now(); self.fs.len(); }";
        let found = paths(text);
        for path in [
            "std::fs::read",
            "std::fs::File::open",
            "std::time::SystemTime::now",
            "fs",
        ] {
            assert!(found.iter().any(|one| one == path), "{path} in {found:?}");
        }
    }

    #[test]
    fn comments_attributes_and_test_code_are_left_out() {
        let text = "//! SystemTime::now\n/// Uuid::new_v4\n#[derive(Debug)]\nstruct A { #[cfg(test)] seen: Vec<u8>, kept: u8 }\n\
             #[cfg(test)]\nmod tests { fn b() { gone() } }\n#[cfg(test)]\npub(crate) mod stories;\nfn c() { stays() }";
        let found = paths(text);
        assert!(
            found.contains(&"kept".to_owned()) && found.contains(&"stays".to_owned()),
            "{found:?}"
        );
        assert!(
            !found
                .iter()
                .any(|path| ["seen", "gone", "Debug", "SystemTime::now"].contains(&path.as_str())),
            "{found:?}"
        );
        assert_eq!(read(text).unwrap().test_modules, ["stories"]);
    }

    #[test]
    fn macros_are_looked_into_and_lines_are_right() {
        let source =
            read("fn a() {\n    info!(\n        at = ?Instant::now(),\n        r#\"SELECT 1\"#\n    );\n}").unwrap();
        let now = source.tokens.iter().find(|token| token.is("Instant::now")).unwrap();
        assert_eq!(now.line, 3);
        let text = source.tokens.iter().find(|token| token.kind == Kind::Text).unwrap();
        assert_eq!((text.text.as_str(), text.line), ("SELECT 1", 4));
    }
}
