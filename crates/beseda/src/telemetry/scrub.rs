//! Blots out whatever looks like a secret in a text that is about to be written down.
//!
//! Whoever logs is careful; this is for the day when somebody was not. It would rather blot too much than too little,
//! but the paths that the server knows stay readable.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// What stands where a secret stood.
const BLOT: &str = "[redacted]";

/// Names whose values are secret, however they begin: `access_token`, `X-Refresh-Token`, …
const SECRET_NAMES: &[&str] = &[
    "token",
    "ticket",
    "secret",
    "password",
    "passwd",
    "jwt",
    "session",
    "sessionid",
    "api_key",
    "apikey",
    VISITOR,
];

/// The cookie `beseda_visitor` and the header `X-Beseda-Visitor`.
const VISITOR: &str = "beseda_visitor";

/// What was shorter than this never was a token: 128 random bits take 22 characters.
const SHORTEST_TOKEN: usize = 20;

/// The text without what looks like a token, a key, a password in a URL, or the value of a parameter that holds one.
#[must_use]
pub fn scrub(text: &str) -> Cow<'_, str> {
    match blot(text, &named_values(text)) {
        Cow::Borrowed(text) => blot(text, &strange_words(text)),
        Cow::Owned(text) => Cow::Owned(blot(&text, &strange_words(&text)).into_owned()),
    }
}

/// What looks like a token, and is not the id of a request: proxies draw those by lot, and whoever looks for a line has
/// nothing else. One that begins as a secret does is never an id: see `RequestId` of `beseda_live`.
fn strange_words(text: &str) -> Vec<Range<usize>> {
    let is_id = |found: &Range<usize>| {
        let before = text.get(..found.start).unwrap_or_default();
        let before = before.trim_end_matches(|char: char| char.is_ascii_alphanumeric() || "._-".contains(char));
        let marked = |mark: &&str| text.get(found.clone()).is_some_and(|id| id.contains(*mark));
        (before.ends_with("[request_id=") || before.ends_with("\"request_id\":\""))
            && !["eyJ", "bsk_", "bst_"].iter().any(marked)
    };
    let mut found = tokens(text);
    found.retain(|found| !is_id(found));
    found
}

fn blot<'a>(text: &'a str, secrets: &[Range<usize>]) -> Cow<'a, str> {
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut kept) = (String::with_capacity(text.len()), 0);
    for secret in secrets {
        out.push_str(text.get(kept..secret.start).unwrap_or_default());
        out.push_str(BLOT);
        kept = secret.end;
    }
    out.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(out)
}

/// The byte at `at` and how many it takes: `%74` is a `t` of three, since whoever reads a URL reads it so.
fn unit(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let byte = *bytes.get(at)?;
    let digit = |offset: usize| {
        let digit = char::from(*bytes.get(at + offset)?).to_digit(16)?;
        u8::try_from(digit).ok()
    };
    match (byte, digit(1), digit(2)) {
        (b'%', Some(high), Some(low)) => Some((high * 16 + low, 3)),
        _ => Some((byte, 1)),
    }
}

/// Values that are secret by their names, and passwords in URLs.
fn named_values(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut found, mut name, mut at) = (Vec::new(), String::new(), 0);
    while let Some((byte, length)) = unit(bytes, at) {
        let next = at + length;
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' {
            name.push(if byte == b'-' {
                '_'
            } else {
                char::from(byte.to_ascii_lowercase())
            });
            at = next;
            continue;
        }
        let secret = match byte {
            b':' if bytes.get(next..).is_some_and(|rest| rest.starts_with(b"//")) => url_password(bytes, next + 2),
            b' ' | b'+' if name.ends_with("bearer") => run(bytes, next, is_token_byte).filter(|run| run.len() >= 8),
            b'=' if is_secret(&name) => run(bytes, next, in_parameter),
            b':' | b'"' | b'\\' if is_secret(&name) => quoted(bytes, at).or_else(|| header(&name, bytes, at)),
            _ => None,
        };
        name.clear();
        at = secret.as_ref().map_or(next, |secret| secret.end);
        found.extend(secret);
    }
    found
}

fn is_secret(name: &str) -> bool {
    SECRET_NAMES.iter().any(|secret| name.ends_with(secret))
}

/// The bytes from `start` that `belongs` takes; `None` when there are none.
fn run(bytes: &[u8], start: usize, belongs: fn(u8) -> bool) -> Option<Range<usize>> {
    let length = bytes.get(start..)?.iter().take_while(|byte| belongs(**byte)).count();
    (length > 0).then_some(start..start + length)
}

/// Whether the value of a parameter goes on with this byte.
fn in_parameter(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !matches!(byte, b'&' | b'#' | b'"' | b'\'' | b'\\' | b'<' | b'>')
}

/// The value in `"name":"value"`, `name: "value"` or `\"name\":\"value\"`, from where the name ended.
fn quoted(bytes: &[u8], name_end: usize) -> Option<Range<usize>> {
    let skip = |at: usize, what: &[u8]| {
        let rest = bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| what.contains(byte)).count()
    };
    let colon = skip(name_end, b"\\\"");
    let quote = skip(colon, b": ");
    let start = skip(quote, b"\\\"");
    if colon == quote || quote == start {
        return None;
    }
    run(bytes, start, |byte| !matches!(byte, b'"' | b'\\' | b'\n'))
}

/// The value in `name: value` as headers are written, from where the name ended. Only a name that stands in no sentence
/// is read so: what follows `token:` may be an explanation.
fn header(name: &str, bytes: &[u8], name_end: usize) -> Option<Range<usize>> {
    let rest = bytes.get(name_end..)?.strip_prefix(b":")?;
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    let value = run(bytes, name_end + 1 + spaces, in_parameter)?;
    name.ends_with(VISITOR).then_some(value)
}

/// The password in `redis://name:password@host`, from where the name begins.
fn url_password(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let authority = run(bytes, start, |byte| in_parameter(byte) && !matches!(byte, b'/' | b'?'))?;
    let part = bytes.get(authority.clone())?;
    let colon = part.iter().position(|byte| *byte == b':')?;
    let at = part.iter().rposition(|byte| *byte == b'@')?;
    (colon + 1 < at).then(|| authority.start + colon + 1..authority.start + at)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~' | b'+' | b'=' | b'%')
}

/// Words that look like a token wherever they stand.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut found, mut word, mut at) = (Vec::new(), Vec::new(), 0);
    // One past the end, the last word ends too.
    loop {
        let next = unit(bytes, at);
        match next {
            Some((byte, length)) if is_token_byte(byte) => word.push((byte, at..at + length)),
            _ => {
                if !is_kept_file(bytes, &word) {
                    judge(&word, &mut found);
                }
                word.clear();
            }
        }
        let Some((_, length)) = next else { return found };
        at += length;
    }
}

/// Whether a word is what a file is kept as, `c0/c0ffee…`: the hash of its bytes on the shelf of its first two digits. An
/// operator looks for it where the log says so, and it opens nothing.
fn is_kept_file(text: &[u8], word: &[(u8, Range<usize>)]) -> bool {
    let plain: Vec<u8> = word.iter().map(|(byte, _)| *byte).collect();
    let Some((hash, rest)) = plain.split_first_chunk::<64>() else {
        return false;
    };
    let rest = rest.strip_suffix(b".thumbnail").unwrap_or(rest);
    let is_number = match rest.split_first() {
        None => true,
        Some((b'-', digits)) => (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    };
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let start = word.first().map_or(0, |(_, first)| first.start);
    let shelf = start.checked_sub(3).and_then(|shelf| text.get(shelf..start));
    is_number && hash.iter().all(is_hex) && shelf.is_some_and(|shelf| [&hash[..2], b"/"].concat() == shelf)
}

/// Adds to `found` what of the word is a token.
fn judge(word: &[(u8, Range<usize>)], found: &mut Vec<Range<usize>>) {
    if word.len() < 8 {
        return;
    }
    let plain: Vec<u8> = word.iter().map(|(byte, _)| *byte).collect();
    let marked = |mark: &[u8]| {
        let start = plain.windows(mark.len()).position(|window| window == mark)?;
        // What stands right before the mark belongs to it: the mark may have come by chance.
        let part = plain
            .get(..start)?
            .iter()
            .rposition(is_divider)
            .map_or(0, |divider| divider + 1);
        (plain.len() - start >= mark.len() + 4).then_some(part)
    };
    // `{"` is `eyJ` in base64: so begins every part of a JWT but its signature. `bsk_` begins our own API keys,
    // and `bst_` our tickets.
    let mut rest = 0;
    let marks: [&[u8]; 3] = [b"eyJ", b"bsk_", b"bst_"];
    if let Some(start) = marks.into_iter().filter_map(marked).min() {
        judge_parts(word.get(..start).unwrap_or_default(), found);
        add(word.get(start..).unwrap_or_default(), found);
        rest = word.len();
    }
    judge_parts(word.get(rest..).unwrap_or_default(), found);
}

fn is_divider(byte: &u8) -> bool {
    matches!(byte, b'.' | b'=' | b'~')
}

fn judge_parts(word: &[(u8, Range<usize>)], found: &mut Vec<Range<usize>>) {
    for part in word.split(|(byte, _)| is_divider(byte)) {
        let plain: Vec<u8> = part.iter().map(|(byte, _)| *byte).collect();
        if is_random(&plain) {
            add(part, found);
        }
    }
}

fn add(part: &[(u8, Range<usize>)], found: &mut Vec<Range<usize>>) {
    if let (Some((_, first)), Some((_, last))) = (part.first(), part.last()) {
        found.push(first.start..last.end);
    }
}

/// Whether this looks drawn by lot rather than named by somebody. UUIDs do not count: rooms are called so.
fn is_random(part: &[u8]) -> bool {
    if part.len() < SHORTEST_TOKEN {
        return false;
    }
    if let Some(at) = part.windows(36).position(is_uuid) {
        let (before, after) = (
            part.get(..at).unwrap_or_default(),
            part.get(at + 36..).unwrap_or_default(),
        );
        return is_random(before) || is_random(after);
    }
    let mut pieces = part.split(|byte| matches!(byte, b'-' | b'_' | b'+'));
    if pieces.clone().all(is_word) {
        return false;
    }
    // In what people write, letters and digits change sides seldom, and the same letters come back.
    let changes = part.windows(2).filter(|pair| changes_side(pair)).count();
    let different = part.iter().collect::<BTreeSet<_>>().len();
    let diverse = different >= 22 || (different * 4 >= part.len() * 3 && part.iter().any(u8::is_ascii_digit));
    let unbroken = |piece: &[u8]| piece.len() > 28 && !piece.windows(2).any(changes_side);
    changes * 8 >= part.len() || diverse || pieces.any(unbroken)
}

/// A number, or a word in small letters, in capitals, or capitalised.
fn is_word(piece: &[u8]) -> bool {
    let all = |test: fn(&u8) -> bool| piece.iter().all(test);
    let tail = piece.get(1..).unwrap_or_default();
    piece.len() <= 24
        && (all(u8::is_ascii_digit)
            || all(u8::is_ascii_uppercase)
            || (piece.first().is_none_or(u8::is_ascii_alphabetic) && tail.iter().all(u8::is_ascii_lowercase)))
}

/// Whether two neighbours are of different kinds; a capital that begins a word is none.
fn changes_side(pair: &[u8]) -> bool {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        b'a'..=b'z' => 3,
        _ => 0,
    };
    match pair {
        [one, two] => match (kind(*one), kind(*two)) {
            (0, _) | (_, 0) | (2, 3) => false,
            (one, two) => one != two,
        },
        _ => false,
    }
}

fn is_uuid(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
#[path = "scrub_tests.rs"]
mod tests;
