//! `name=value&…` as queries and forms write it, read strictly: what is no UTF-8 is an error and no question mark.

/// The pairs of a query or a form, decoded; `Err` where one is no UTF-8.
pub fn pairs(text: &str) -> impl Iterator<Item = Result<(String, String), NotUtf8>> + '_ {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decoded(name)?, decoded(value)?))
    })
}

/// The last value of a name in a query. One that is no UTF-8 holds U+FFFD, which no value that means anything does.
#[must_use]
pub fn value(query: &str, name: &str) -> Option<String> {
    let mut named = query.split('&').rev().filter_map(|pair| {
        let (found, value) = pair.split_once('=').unwrap_or((pair, ""));
        (!pair.is_empty() && decoded(found).is_ok_and(|found| found == name)).then_some(value)
    });
    named
        .next()
        .map(|value| decoded(value).unwrap_or_else(|NotUtf8| char::REPLACEMENT_CHARACTER.to_string()))
}

/// The same without white space around it; nothing where nothing is left: a client writes `?after=` for "after none".
#[must_use]
pub fn given(query: &str, name: &str) -> Option<String> {
    let value = value(query, name)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// A name or a value was no UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUtf8;

/// A name or value without its percents and pluses.
fn decoded(text: &str) -> Result<String, NotUtf8> {
    String::from_utf8(percent_decoded(&text.replace('+', " "))).map_err(|_| NotUtf8)
}

/// The bytes of a text without its percents. A percent that no two digits follow stands for itself.
#[must_use]
pub fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high * 16 + low);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    bytes
}

fn digit(byte: Option<u8>) -> Option<u8> {
    char::from(byte?)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, NotUtf8> {
        pairs(text).collect()
    }

    #[test]
    fn pairs_are_decoded() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read("a=1&b=%D0%BF+%d1%80&&c&d=x=y"),
            Ok(vec![pair("a", "1"), pair("b", "п р"), pair("c", ""), pair("d", "x=y"),])
        );
        assert_eq!(
            read("a=100%&b=%4&c=%zz&d=%25"),
            Ok(vec![
                pair("a", "100%"),
                pair("b", "%4"),
                pair("c", "%zz"),
                pair("d", "%"),
            ])
        );
        assert_eq!(read("a=%FF"), Err(NotUtf8));
        assert_eq!(value("page=1&page=%32", "page"), Some("2".to_owned()));
        assert_eq!(value("page_size=1", "page"), None);
    }
}
