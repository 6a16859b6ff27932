//! What a request calls a person, an order or a class by.

use super::Shared;
use beseda_core::Error;
use beseda_core::words::HostId;
use beseda_live::ask;
use std::fmt::Write;

/// Whether the host application may call something so. Where it has numbers alone, and every contract was written for
/// such a one, a text that is no number is a mistake and not the name of something unknown.
///
/// # Errors
/// A fault where that cannot be found out.
pub async fn can_be(shared: &Shared, id: &HostId<'_>) -> Result<bool, Error> {
    let is_number = match id {
        HostId::Number(_) => true,
        HostId::Name(name) => name.bytes().all(|byte| byte.is_ascii_digit()) && name.parse::<i64>().is_ok(),
    };
    // The server's own people speak of each other to every host.
    if is_number || id.is_reserved() {
        return Ok(true);
    }
    ask::look(&shared.chat, |look| Ok(look.has_texts()?)).await
}

/// The same of a body, where a number of any size and however written is no mistake: it names nothing.
///
/// # Errors
/// As [`can_be`].
pub async fn can_be_in_body(shared: &Shared, id: &HostId<'_>) -> Result<bool, Error> {
    Ok(is_number(id) || can_be(shared, id).await?)
}

fn is_number(id: &HostId<'_>) -> bool {
    match id {
        HostId::Number(_) => true,
        HostId::Name(name) => {
            let digits = name.strip_prefix(['-', '+']).unwrap_or(name);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
    }
}

/// An id as a line of the log holds it: a client may have chosen it, and what parts the words of a line parts none here.
#[must_use]
pub fn logged(id: &HostId<'_>) -> String {
    let mut line = String::new();
    for letter in id.to_string().chars() {
        if letter.is_alphanumeric() || "-_.:|@/~%+".contains(letter) {
            line.push(letter);
        } else {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                let _ = write!(line, "%{byte:02X}");
            }
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_word_of_the_log() {
        for (id, word) in [
            ("7", "7"),
            ("auth0|5f7c", "auth0|5f7c"),
            ("анна@shop.example", "анна@shop.example"),
            ("2, user_id=1", "2%2C%20user_id%3D1"),
            ("\u{2028}\u{202e}", "%E2%80%A8%E2%80%AE"),
        ] {
            assert_eq!(logged(&HostId::of(id).unwrap()), word);
        }
        assert_eq!(logged(&HostId::Number(-6)), "-6");
    }

    #[test]
    fn a_number_is_one_however_it_is_written() {
        for (text, expected) in [
            ("7", true),
            ("0042", true),
            ("-1", true),
            ("110169484474386276334", true),
            ("+", false),
            ("7a", false),
            ("3f2c", false),
        ] {
            assert_eq!(is_number(&HostId::of(text).unwrap()), expected, "{text}");
        }
    }
}
