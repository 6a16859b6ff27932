//! JSON that somebody else's program wrote.

use serde_json::{Error, Value};

/// What stands for half of a surrogate pair: U+FFFD, the character that replaces what cannot be told.
const REPLACEMENT: &[u8; 4] = b"fffd";

/// The value of a text. An escaped half of a surrogate pair, which `"😀".slice(0, 1)` of JavaScript leaves and which JSON
/// allows, is no character: U+FFFD is read in its place.
///
/// # Errors
/// What is no JSON.
pub fn value_of(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).or_else(|error| match with_whole_characters(text) {
        Some(mended) => serde_json::from_str(&mended),
        None => Err(error),
    })
}

/// The text, as long as it was, with U+FFFD for each escaped half of a surrogate pair; nothing where there is none.
fn with_whole_characters(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let (mut at, mut mended) = (0, false);
    while let Some(byte) = bytes.get(at) {
        if *byte != b'\\' {
            at += 1;
            continue;
        }
        let number = |from: usize| bytes.get(from..).and_then(escaped);
        match (number(at), number(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at += 12,
            (Some(0xD800..=0xDFFF), _) => {
                if let Some(digits) = bytes.get_mut(at + 2..at + 6) {
                    digits.copy_from_slice(REPLACEMENT);
                    mended = true;
                }
                at += 6;
            }
            // Whatever else is escaped, a second backslash too.
            _ => at += 2,
        }
    }
    String::from_utf8(bytes).ok().filter(|_| mended)
}

/// The number of an escape `\uXXXX` that the bytes begin with.
fn escaped(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn half_of_a_character_is_read_as_one_that_cannot_be_told() {
        for (text, value) in [
            (r#"{"a": "\ud83d"}"#, json!({"a": "\u{FFFD}"})),
            (r#"["\uDE00x", 1]"#, json!(["\u{FFFD}x", 1])),
            (r#"["\ud83d\ud83d\ude00"]"#, json!(["\u{FFFD}😀"])),
            (r#"["\ud83d\u0041"]"#, json!(["\u{FFFD}A"])),
            (r#"["\\ud83d \ud83d"]"#, json!(["\\ud83d \u{FFFD}"])),
            (r#"["😀 \ud83d\ude00"]"#, json!(["😀 😀"])),
        ] {
            assert_eq!(value_of(text).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for text in [
            "",
            "{",
            r#"["\ud8"#,
            r#"["\ud83d"#,
            r#"["\u+12f"]"#,
            r#"["\"#,
            "[\"\\ué\"]",
        ] {
            assert!(value_of(text).is_err(), "{text}");
        }
        let error = value_of(r#"{"a": "\ud83d", b}"#).unwrap_err();
        assert_eq!(
            (error.line(), error.column()),
            (1, 17),
            "where it stands in what was sent"
        );
    }
}
