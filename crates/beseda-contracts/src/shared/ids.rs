//! What a request calls a person, an order or a class by.

use super::Shared;
use beseda_core::Error;
use beseda_core::words::HostId;
use beseda_live::ask;

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
    if is_number {
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

#[cfg(test)]
mod tests {
    use super::*;

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
