//! What the index of messages consists of: segments, each of messages that stand one after the other, whose postings (which
//! lexeme, which message) lie in small pages. Every store keeps the same bytes, and finds a page by where it begins.

use super::id_set::{Chunk, IdSet};
use super::{Lexeme, MessageId};

/// How many bytes a page holds at most: it fits into a row of every store without being put elsewhere.
const PAGE: usize = 900;
/// How many of them are said of one lexeme at once.
const BODY: usize = PAGE - 16;
/// For how many bytes a message's bit is still preferred to the one or two bytes that its number takes: bits are read many at a time.
const DENSE: usize = 2;
/// Whenever the newest segments that hold less than one of these hold as many messages together, they become one. What is
/// larger than the last stays as it is, so that nothing is ever written anew that takes long.
const SIZES: [i64; 5] = [16, 128, 1_024, 8_192, 65_536];

/// Messages that stand one after the other, and that the index has together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The first of them: no other segment begins there.
    pub first: MessageId,
    /// The last of them.
    pub last: MessageId,
    /// How many they were.
    pub messages: i64,
}

impl Segment {
    /// From which of these on, the oldest being the first, they are to become one; `None` where they stay as they are.
    #[must_use]
    pub fn due(segments: &[Self]) -> Option<usize> {
        SIZES.iter().rev().find_map(|size| {
            let small = segments.iter().rev().take_while(|one| one.messages < *size);
            let (count, messages) = small.fold((0, 0), |(count, sum), one| (count + 1, sum + one.messages));
            (count > 1 && messages >= *size).then(|| segments.len() - count)
        })
    }
}

impl Segment {
    /// About how many pages it has of one lexeme at most: a list of all its messages takes so many bytes for each as tell how far
    /// they are apart on the average.
    #[must_use]
    pub fn most_pages(&self) -> usize {
        let apart = self.last.0.abs_diff(self.first.0) / self.messages.max(1).unsigned_abs();
        let bytes = u64::from(u64::BITS - apart.leading_zeros()).div_ceil(7).max(1);
        let all = self.messages.unsigned_abs().saturating_mul(bytes) / BODY as u64;
        usize::try_from(all).unwrap_or(usize::MAX).saturating_add(2)
    }

    /// How many of its messages there are from one to before another, if they are spread evenly.
    #[must_use]
    pub fn messages_between(&self, from: MessageId, below: MessageId) -> i64 {
        let whole = i128::from(self.last.0) - i128::from(self.first.0) + 1;
        let begin = i128::from(from.0.max(self.first.0));
        let part = (i128::from(below.0).min(i128::from(self.last.0) + 1) - begin).clamp(0, whole);
        i64::try_from(i128::from(self.messages) * part / whole.max(1)).unwrap_or(i64::MAX)
    }
}

/// That a message has a lexeme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    /// Which one.
    pub lexeme: Lexeme,
    /// Which message.
    pub id: MessageId,
}

/// Some of a segment's postings, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it begins: no page of the segment has the same number, and what comes later has a higher one.
    pub at: i64,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// How many bits number the pages of one lexeme: what a segment says of it fits into as many, see [`SIZES`].
const PART_BITS: u32 = 12;
/// How many bits tell the pages of a segment apart.
pub const PAGE_BITS: u32 = 31 + PART_BITS;

/// Where the messages of a lexeme begin: in the page that begins there or before. Behind it, those that begin at a later number up
/// to the second have nothing else.
#[must_use]
pub fn pages_of(lexeme: Lexeme) -> (i64, i64) {
    let first = i64::from(lexeme.number()) << PART_BITS;
    (first, first | ((1 << PART_BITS) - 1))
}

/// Puts the postings of a segment that begins with `first` into pages. They are in order, each once.
#[must_use]
pub fn paged(first: MessageId, postings: &[Posting]) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    let mut before = 0;
    for list in postings.chunk_by(|one, next| one.lexeme == next.lexeme) {
        let Some(lexeme) = list.first().map(|posting| posting.lexeme) else {
            continue;
        };
        for (part, body) in (0..).zip(bodies(first, list)) {
            let begins = pages
                .last()
                .is_none_or(|page| page.bytes.len() + body.bytes.len() + 16 > PAGE);
            if begins {
                let (at, _) = pages_of(lexeme);
                pages.push(Page {
                    at: at | part,
                    bytes: Vec::with_capacity(PAGE),
                });
                before = 0;
            }
            if let Some(page) = pages.last_mut() {
                put(&mut page.bytes, u64::from(lexeme.number() - before));
                put(&mut page.bytes, body.bytes.len() as u64 * 2 + u64::from(body.is_dense));
                page.bytes.extend(body.bytes);
            }
            before = lexeme.number();
        }
    }
    pages
}

/// Some messages of one lexeme, as a page has them.
#[derive(Default)]
struct Body {
    /// The bits of chunks that follow one another, behind how far the first is behind that of the segment's first message; else
    /// how far the first message is behind the segment's first, and how far each other is behind the one before.
    is_dense: bool,
    bytes: Vec<u8>,
}

/// The messages of one lexeme, in pieces that fit into a page.
fn bodies(first: MessageId, mut list: &[Posting]) -> Vec<Body> {
    let mut bodies = Vec::new();
    while !list.is_empty() {
        let (body, rest) = dense(first, list).unwrap_or_else(|| sparse(first, list));
        bodies.push(body);
        list = rest;
    }
    bodies
}

/// As many as fit as the bits of chunks, if those take less than [`DENSE`] bytes for each; and the rest.
fn dense(first: MessageId, list: &[Posting]) -> Option<(Body, &[Posting])> {
    let (begin, most) = (list.first()?.id, BODY / Chunk::BYTES);
    let chunk = |posting: &Posting| Chunk::number_of(posting.id) - Chunk::number_of(begin);
    let fitting = list.partition_point(|posting| usize::try_from(chunk(posting)).is_ok_and(|chunk| chunk < most));
    let (fitting, rest) = list.split_at(fitting);
    let chunks = usize::try_from(fitting.last().map_or(0, chunk)).ok()? + 1;
    if fitting.len() * DENSE <= chunks * Chunk::BYTES {
        return None;
    }
    let mut bytes = Vec::new();
    put(&mut bytes, Chunk::number_of(begin).abs_diff(Chunk::number_of(first)));
    let mut set = IdSet::default();
    fitting.iter().for_each(|posting| set.push(posting.id));
    let mut next = Chunk::number_of(begin);
    for chunk in set.chunks() {
        let gap = usize::try_from(chunk.number - next).ok()?;
        bytes.resize(bytes.len() + gap * Chunk::BYTES, 0);
        bytes.extend(chunk.bits.iter().flat_map(|word| word.to_le_bytes()));
        next = chunk.number + 1;
    }
    Some((Body { is_dense: true, bytes }, rest))
}

/// As many as fit, each by how far it is behind the one before; and the rest.
fn sparse(first: MessageId, list: &[Posting]) -> (Body, &[Posting]) {
    let (mut body, mut before, mut rest) = (Body::default(), first.0, list);
    while let Some((posting, behind)) = rest.split_first().filter(|_| body.bytes.len() + 10 <= BODY) {
        put(&mut body.bytes, posting.id.0.abs_diff(before));
        (before, rest) = (posting.id.0, behind);
    }
    (body, rest)
}

/// A page that nobody of ours has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page of the index holds what nobody put there")]
pub struct NoPage;

/// Gives the messages that a page says have the lexeme, in chunks, the oldest first; and whether the next page may have more.
///
/// # Errors
/// [`NoPage`].
pub fn read(page: &[u8], first: MessageId, lexeme: Lexeme, mut take: impl FnMut(Chunk)) -> Result<bool, NoPage> {
    let (mut lists, mut is_last) = (Lists::of(page), false);
    while let Some(list) = lists.next()? {
        is_last = list.number == u64::from(lexeme.number());
        if is_last {
            list.read(first, &mut take)?;
        }
        if list.number > u64::from(lexeme.number()) {
            break;
        }
    }
    Ok(is_last)
}

/// Every posting of a page.
fn read_all(page: &[u8], first: MessageId, postings: &mut Vec<Posting>) -> Result<(), NoPage> {
    let mut lists = Lists::of(page);
    while let Some(list) = lists.next()? {
        let lexeme = Lexeme::numbered(list.number).ok_or(NoPage)?;
        let mut ids = IdSet::default();
        list.read(first, &mut |chunk| ids.push_chunk(chunk))?;
        postings.extend(ids.iter().map(|id| Posting { lexeme, id }));
    }
    Ok(())
}

/// What a page has of one lexeme.
struct List<'p> {
    number: u64,
    is_dense: bool,
    body: &'p [u8],
}

impl List<'_> {
    fn read(&self, first: MessageId, give: &mut impl FnMut(Chunk)) -> Result<(), NoPage> {
        let mut rest = self.body;
        if self.is_dense {
            let step = i64::try_from(take(&mut rest)?).map_err(|_| NoPage)?;
            let begin = Chunk::number_of(first).checked_add(step).ok_or(NoPage)?;
            let (chunks, []) = rest.as_chunks::<{ Chunk::BYTES }>() else {
                return Err(NoPage);
            };
            let end = i64::try_from(chunks.len())
                .ok()
                .and_then(|count| begin.checked_add(count));
            let end = end.filter(|end| *end <= Chunk::number_of(MessageId(i64::MAX)) + 1);
            for (number, bytes) in (begin..end.ok_or(NoPage)?).zip(chunks) {
                give(Chunk::of(number, bytes));
            }
            return Ok(());
        }
        let mut chunk = Chunk::at(first);
        let mut place = chunk.place_of(first);
        while !rest.is_empty() {
            place = place.checked_add(take(&mut rest)?).ok_or(NoPage)?;
            if !chunk.put(place) {
                let id = chunk.id_at(place).ok_or(NoPage)?;
                let next = Chunk::at(id);
                place = next.place_of(id);
                give(std::mem::replace(&mut chunk, next));
                chunk.put(place);
            }
        }
        give(chunk);
        Ok(())
    }
}

/// The lists of a page, one after the other.
struct Lists<'p> {
    rest: &'p [u8],
    number: u64,
}

impl<'p> Lists<'p> {
    fn of(page: &'p [u8]) -> Self {
        Self { rest: page, number: 0 }
    }

    fn next(&mut self) -> Result<Option<List<'p>>, NoPage> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let step = take(&mut self.rest)?;
        self.number = self.number.checked_add(step).ok_or(NoPage)?;
        let length = take(&mut self.rest)?;
        let (is_dense, length) = (length & 1 == 1, usize::try_from(length >> 1).map_err(|_| NoPage)?);
        let (body, rest) = self.rest.split_at_checked(length).ok_or(NoPage)?;
        self.rest = rest;
        Ok(Some(List {
            number: self.number,
            is_dense,
            body,
        }))
    }
}

/// Writes a number, seven bits a byte, the lowest first.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or_default());
}

fn take(bytes: &mut &[u8]) -> Result<u64, NoPage> {
    // Most are small.
    if let Some((byte, rest)) = bytes.split_first().filter(|(byte, _)| **byte < 0x80) {
        *bytes = rest;
        return Ok(u64::from(*byte));
    }
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(NoPage)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(NoPage)
}

/// Segments that are to become one, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merge {
    /// These.
    pub segments: Vec<Segment>,
    /// Their pages, each with its segment's first message.
    pub pages: Vec<(MessageId, Vec<u8>)>,
    /// Messages of which nothing may be left.
    pub gone: Vec<MessageId>,
}

/// What several segments have become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// These.
    pub of: Vec<Segment>,
    /// The one that stands in their place.
    pub segment: Segment,
    /// Its pages.
    pub pages: Vec<Page>,
    /// Messages of which it has nothing any more.
    pub gone: Vec<MessageId>,
}

impl Merge {
    /// Makes one of them.
    ///
    /// # Errors
    /// [`NoPage`], also where there is no segment.
    pub fn merged(self) -> Result<Merged, NoPage> {
        let (first, last) = self.segments.first().zip(self.segments.last()).ok_or(NoPage)?;
        let segment = Segment {
            first: first.first,
            last: last.last,
            messages: self.segments.iter().map(|one| one.messages).sum(),
        };
        let mut postings = Vec::new();
        for (first, page) in &self.pages {
            read_all(page, *first, &mut postings)?;
        }
        postings.retain(|posting| self.gone.binary_search(&posting.id).is_err());
        // Each segment's are in order already, which this finds out.
        postings.sort();
        Ok(Merged {
            pages: paged(segment.first, &postings),
            of: self.segments,
            segment,
            gone: self.gone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexeme(number: u32) -> Lexeme {
        Lexeme::numbered(u64::from(number)).unwrap()
    }

    /// Lexemes that many messages have and some that few have, some of them far apart.
    fn postings(from: i64, messages: i64) -> Vec<Posting> {
        let mut postings = Vec::new();
        for id in from..from + messages {
            let mut lexemes = vec![
                7,
                1_000 + u32::try_from(id % 5).unwrap(),
                u32::try_from(id * 7_919).unwrap(),
            ];
            lexemes.extend((id % 3 == 0).then_some(0x7fff_ffff));
            lexemes.sort_unstable();
            lexemes.dedup();
            let of = |number| Posting {
                lexeme: lexeme(number),
                id: MessageId(if id % 100 == 0 {
                    id * 1_000_000
                } else {
                    id * 1_000_000 + 3
                }),
            };
            postings.extend(lexemes.into_iter().map(of));
        }
        postings.sort_unstable();
        postings
    }

    /// What a store finds that looks for the pages of a lexeme.
    fn found(first: MessageId, pages: &[Page], lexeme: Lexeme) -> Vec<MessageId> {
        let (low, high) = pages_of(lexeme);
        let mut ids = IdSet::default();
        let mut has_more = false;
        if let Some(page) = pages.iter().rev().find(|page| page.at <= low) {
            has_more = read(&page.bytes, first, lexeme, |chunk| ids.push_chunk(chunk)).unwrap();
        }
        for page in pages.iter().filter(|page| low < page.at && page.at <= high) {
            assert!(has_more, "{lexeme:?} goes on in a page that was not announced");
            read(&page.bytes, first, lexeme, |chunk| ids.push_chunk(chunk)).unwrap();
        }
        ids.iter().collect()
    }

    #[test]
    fn what_was_put_into_pages_is_found_there_and_nothing_else() {
        let (first, postings) = (MessageId(100_000_000), postings(100, 3_000));
        let pages = paged(first, &postings);
        assert!(pages.len() > 20 && pages.iter().all(|page| page.bytes.len() <= PAGE));
        assert!(pages.is_sorted_by(|one, next| one.at < next.at));
        for list in postings.chunk_by(|one, next| one.lexeme == next.lexeme) {
            let ids: Vec<_> = list.iter().map(|posting| posting.id).collect();
            assert_eq!(found(first, &pages, list[0].lexeme), ids);
        }
        for number in [0, 6, 8, 999, 1_005, 0x7fff_fffe] {
            assert_eq!(found(first, &pages, lexeme(number)), [], "{number}");
        }
    }

    #[test]
    fn what_most_messages_have_takes_a_bit_each() {
        let first = MessageId(1_000);
        let of = |number: u32, step: usize| {
            let ids = (1_000..21_000).step_by(step);
            ids.map(move |id| Posting {
                lexeme: lexeme(number),
                id: MessageId(id),
            })
        };
        // Neighbours behind few, and few behind neighbours.
        let (far, near) = (
            of(9, 700),
            of(9, 2).filter(|posting| (5_000..9_000).contains(&posting.id.0)),
        );
        let mut mixed: Vec<_> = far.chain(near).collect();
        mixed.sort_unstable();
        mixed.dedup();
        let lists: [Vec<_>; 4] = [of(5, 1).collect(), of(6, 3).collect(), of(7, 20).collect(), mixed];
        let pages = paged(first, &lists.concat());
        let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
        // Of two lists a bit for each message, of one a byte, and of the last some of either.
        assert!((6_000..8_000).contains(&bytes), "{bytes}");
        for list in lists {
            let ids: Vec<_> = list.iter().map(|posting| posting.id).collect();
            assert_eq!(found(first, &pages, list[0].lexeme), ids);
        }
        let merge = Merge {
            segments: vec![Segment {
                first,
                last: MessageId(21_000),
                messages: 20_000,
            }],
            pages: pages.iter().map(|page| (first, page.bytes.clone())).collect(),
            gone: Vec::new(),
        };
        assert_eq!(merge.merged().unwrap().pages, pages);
    }

    #[test]
    fn a_segment_says_what_it_holds_at_most() {
        for apart in [1, 100, 1_000_000, 1 << 40] {
            let ids: Vec<_> = (0..5_000).map(|number| MessageId(1_000 + number * apart)).collect();
            let of = |id: &MessageId| Posting {
                lexeme: lexeme(3),
                id: *id,
            };
            let segment = Segment {
                first: ids[0],
                last: *ids.last().unwrap(),
                messages: 5_000,
            };
            let pages = paged(segment.first, &ids.iter().map(of).collect::<Vec<_>>());
            assert!(pages.len() <= segment.most_pages(), "{apart}: {}", pages.len());
            let middle = ids[2_500];
            assert_eq!(segment.messages_between(MessageId(0), middle), 2_500, "{apart}");
            assert!((2_499..=2_500).contains(&segment.messages_between(middle, MessageId(i64::MAX))));
        }
        let all = Segment {
            first: MessageId(0),
            last: MessageId(i64::MAX),
            messages: 65_536,
        };
        assert_eq!(all.messages_between(MessageId(0), MessageId(i64::MAX)), 65_535);
        assert!(all.most_pages() < 1_000);
    }

    #[test]
    fn several_become_one_without_those_who_are_gone() {
        let parts = [postings(100, 40), postings(140, 500), postings(640, 3)];
        let segment = |part: &[Posting]| Segment {
            first: part.iter().map(|posting| posting.id).min().unwrap(),
            last: part.iter().map(|posting| posting.id).max().unwrap(),
            messages: 1,
        };
        let mut merge = Merge {
            gone: vec![parts[0][0].id, parts[1][9].id],
            ..Merge::default()
        };
        for part in &parts {
            let segment = segment(part);
            let pages = paged(segment.first, part).into_iter();
            merge.pages.extend(pages.map(|page| (segment.first, page.bytes)));
            merge.segments.push(segment);
        }
        let gone = merge.gone.clone();
        let merged = merge.merged().unwrap();
        let mut all = parts.concat();
        all.retain(|posting| !gone.contains(&posting.id));
        all.sort_unstable();
        assert_eq!(merged.pages, paged(merged.segment.first, &all));
        assert_eq!(
            (merged.segment.last, merged.segment.messages),
            (segment(&parts[2]).last, 3)
        );
        assert_eq!(Merge::default().merged(), Err(NoPage));
    }

    #[test]
    fn few_segments_are_left_and_each_message_is_written_anew_a_few_times() {
        let (mut segments, mut written): (Vec<Segment>, i64) = (Vec::new(), 0);
        for id in 1..=100_000 {
            segments.push(Segment {
                first: MessageId(id),
                last: MessageId(id),
                messages: 1,
            });
            while let Some(from) = Segment::due(&segments) {
                let one = Segment {
                    first: segments[from].first,
                    last: MessageId(id),
                    messages: segments[from..].iter().map(|one| one.messages).sum(),
                };
                segments.truncate(from);
                segments.push(one);
                written += one.messages;
            }
            assert!(segments.len() <= 50, "{id}: {}", segments.len());
        }
        assert!(written <= 500_000, "{written}");
        assert!(segments.iter().all(|one| one.messages <= 65_536));
    }

    /// Bits behind all numbers that there are.
    const BEYOND: [u8; 12] = [1, 0x13, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0];

    #[test]
    fn a_page_of_others_is_refused() {
        for page in [
            &[1][..],
            &[1, 10, 0],
            &[0xff; 12],
            &[1, 2, 0x80],
            &[1, 3, 1, 7],
            &BEYOND,
        ] {
            let read = read(page, MessageId(1), lexeme(1), drop);
            assert_eq!(read, Err(NoPage), "{page:?}");
        }
    }
}
