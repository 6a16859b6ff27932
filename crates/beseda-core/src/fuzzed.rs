//! What fuzzers give the words that clients and hosts write, and an ordinary test what fuzzers begin with.

use crate::words::{Cursor, Epoch, Head, HostId, Receipts, RoomKey, search_form};
use unicode_normalization::UnicodeNormalization;

/// A cursor, a room's key and a host's id are read as they are written, and are written in one way.
pub fn cursors(bytes: &[u8]) {
    let (numbers, _) = bytes.as_chunks::<8>();
    if let [epoch, head, receipts, ..] = numbers {
        let number = |bytes: &[u8; 8]| i64::from_le_bytes(*bytes) & i64::MAX;
        let cursor = Cursor {
            epoch: Epoch(number(epoch)),
            head: Head(number(head)),
            receipts: Receipts(number(receipts)),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string(), text);
    }
    if let Ok(id) = HostId::of(text) {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(key) = text.parse::<RoomKey>() {
        is_read_as_written(&key);
    }
    let two = text.split_once('\n');
    if let Some((Ok(one), Ok(other))) = two.map(|(one, other)| (HostId::of(one), HostId::of(other)))
        && one != other
    {
        is_read_as_written(&RoomKey::pair(one.clone(), other.clone()));
        let key = RoomKey::private(one.clone(), other.clone());
        assert_eq!(RoomKey::private(other, one), key, "whoever is named first");
        is_read_as_written(&key);
    }
}

fn is_read_as_written(key: &RoomKey) {
    let written = key.to_string();
    assert_eq!(written.parse().as_ref(), Ok(key), "{written}");
}

/// A text that people are searched by: it is looked for in one form, however its letters and their marks are written.
pub fn search(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (apart, together): (String, String) = (text.nfd().collect(), text.nfc().collect());
    assert_eq!(search_form(&apart), search_form(text));
    assert_eq!(search_form(&together), search_form(text));
    assert!(!search_form(text).contains(['ё', 'Ё']));
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_fuzzers_begin_with_is_read_as_it_is_written() {
        beseda_testkit::corpus("cursors", super::cursors);
    }

    #[test]
    fn what_fuzzers_begin_with_is_found_alike() {
        beseda_testkit::corpus("search", super::search);
    }
}
