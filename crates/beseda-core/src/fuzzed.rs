//! What fuzzers give the words that clients and hosts write, and an ordinary test what fuzzers begin with.

use crate::words::{
    Cursor, Epoch, Head, HostId, IdSet, Indexed, Lexeme, Merge, Merged, MessageId, NoPage, Posting, Query, Receipts,
    RoomId, RoomKey, SearchCursor, Segment, Term, Time, paged, read_page, search_form, terms,
};
use unicode_normalization::UnicodeNormalization;

/// A cursor of a room or a search, a room's key and a host's id are read as they are written, and are written in one way.
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
    if let Ok(cursor) = text.parse::<SearchCursor>() {
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

/// A line that somebody searches for, and behind it a text that is searched.
pub fn search(bytes: &[u8]) {
    let Ok(both) = std::str::from_utf8(bytes) else {
        return;
    };
    let (typed, text) = both.split_once('\n').unwrap_or((both, both));
    stand_in_order(text);
    let (apart, together): (String, String) = (text.nfd().collect(), text.nfc().collect());
    assert_eq!(search_form(&apart), search_form(&together));
    assert_eq!(
        words(&apart),
        words(&together),
        "however letters and their marks are written"
    );
    if let Some(query) = Query::of(typed) {
        is_found_as_the_index_finds(&query, text);
        assert_eq!(query.found_in(&apart).is_some(), query.found_in(&together).is_some());
    }
    if let Some(query) = Query::of(text) {
        assert!(query.found_in(text).is_some(), "a text has all its own words");
    }
}

fn words(text: &str) -> Vec<(String, String)> {
    terms(text).into_iter().map(|term| (term.stem, term.form)).collect()
}

/// Words stand apart and inside of the text.
fn stand_in_order(text: &str) {
    let mut end = 0;
    for Term { stem, form, from, to } in terms(text) {
        assert!(end <= from && from < to, "{from} to {to} behind {end}");
        assert!(!stem.is_empty() && !form.is_empty());
        end = to;
    }
    assert!(end as usize <= text.encode_utf16().count());
}

/// What is found has everything that an index is asked for, and is shown in order, apart and inside of the text.
fn is_found_as_the_index_finds(query: &Query, text: &str) {
    let Some(found) = query.found_in(text) else {
        return;
    };
    let mut end = None;
    for (from, to) in found {
        assert!(end.is_none_or(|end| end < from) && from < to);
        end = Some(to);
    }
    assert!(end.is_some_and(|end| end as usize <= text.encode_utf16().count()));
    let words = words(text);
    let stems: Vec<&str> = words.iter().map(|(stem, _)| stem.as_str()).collect();
    let (needed, last) = query.needs();
    for together in needed {
        assert!(
            stems.windows(together.len()).any(|window| window == together),
            "{together:?}"
        );
    }
    let said = Indexed {
        id: MessageId(1),
        room: RoomId(1),
        author: None,
        has_files: false,
        text: text.to_owned(),
        created_at: Time(0),
    };
    let has = said.lexemes();
    for group in query.lexemes() {
        assert!(group.iter().any(|lexeme| has.contains(lexeme)), "{group:?}");
    }
    if let Some((stem, form)) = last {
        let fits = |(own, whole): &(String, String)| own == stem || whole.starts_with(form);
        assert!(words.iter().any(fits), "{stem}, {form}");
    }
}

/// A page of the index that somebody else may have written is read or refused; and of any messages with any lexemes the pages
/// give each lexeme its own again, and become the same pages when they are put together anew.
pub fn pages(bytes: &[u8]) {
    let first = MessageId(1_000);
    let [one, other] = [0, 7].map(Lexeme::numbered);
    for lexeme in [one, other].into_iter().flatten() {
        // Refused or not: it ends, and nothing breaks.
        let _ = read_page(bytes, first, lexeme, drop);
    }
    let _ = merged(first, vec![bytes.to_vec()]);
    let postings = postings(first, bytes);
    let pages = paged(first, &postings);
    for list in postings.chunk_by(|one, next| one.lexeme == next.lexeme) {
        let (mut ids, lexeme) = (IdSet::default(), list.first().map(|posting| posting.lexeme));
        let Some(lexeme) = lexeme else { continue };
        let mut goes_on = true;
        for page in &pages {
            let read = read_page(&page.bytes, first, lexeme, |chunk| {
                assert!(goes_on, "there is more than was announced");
                ids.push_chunk(chunk);
            });
            assert!(read.is_ok(), "a page of ours is one");
            goes_on = read == Ok(true) || ids.is_empty();
        }
        assert!(ids.iter().eq(list.iter().map(|posting| posting.id)));
    }
    let written = pages.iter().map(|page| page.bytes.clone()).collect();
    assert_eq!(merged(first, written).map(|merged| merged.pages), Ok(pages));
}

fn merged(first: MessageId, pages: Vec<Vec<u8>>) -> Result<Merged, NoPage> {
    let segment = Segment {
        first,
        last: first,
        messages: 1,
    };
    let merge = Merge {
        segments: vec![segment],
        pages: pages.into_iter().map(|page| (first, page)).collect(),
        gone: Vec::new(),
    };
    merge.merged()
}

/// Of each two bytes some messages: which of eight lexemes they have, how many, and how far they are apart.
fn postings(first: MessageId, bytes: &[u8]) -> Vec<Posting> {
    let (twos, _) = bytes.as_chunks::<2>();
    let (mut postings, mut at) = (Vec::new(), first.0);
    for [what, how_many] in twos {
        let Some(lexeme) = Lexeme::numbered(u64::from(what >> 5) * 0x0fff_ffff) else {
            continue;
        };
        for _ in 0..*how_many {
            let id = MessageId(at);
            postings.push(Posting { lexeme, id });
            at = at.saturating_add(1 << (what & 0b1_1111)).min(i64::MAX >> 1);
        }
    }
    postings.sort_unstable();
    postings.dedup();
    postings
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_fuzzers_begin_with_is_read_as_it_is_written() {
        beseda_testkit::corpus("cursors", super::cursors);
    }

    #[test]
    fn what_fuzzers_begin_with_is_a_page_or_is_refused() {
        beseda_testkit::corpus("pages", super::pages);
    }

    #[test]
    fn what_fuzzers_begin_with_is_found_alike() {
        beseda_testkit::corpus("search", super::search);
    }
}
