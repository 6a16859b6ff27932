//! Walks over pages by number: where the page before ended, so that what is erased meanwhile hides nothing from who goes on.
//!
//! Pages are counted, and an erasure moves everything behind it forward: whoever asks for page 2 then would miss what has
//! moved onto page 1. So a full page that somebody was given is remembered for a while, and the next one begins behind it.
//! Several windows of one person may walk at once, and some walk backwards, as pages do that read a room from its end: those
//! are given what is counted, so a page between two that are remembered has both.

use super::http::page::PageQuery;
use beseda_core::rules::{MessagesPage, PageNumber, Walked};
use beseda_core::words::{Limits, MessageId, Millis, PersonId, RoomId};
use beseda_identity::Uptime;
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};

/// Who walks over what, in pages of which size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Walk {
    person: PersonId,
    /// One room, or all of theirs.
    room: Option<RoomId>,
    size: i64,
}

/// How many pages of one walk are remembered; of more, the last ones.
const STEPS: usize = 16;

/// A page that they were given.
#[derive(Debug, Clone, Copy)]
struct Step {
    number: i64,
    /// Its last message, where it was full.
    end: Option<MessageId>,
    until: Millis,
}

/// The walks of late.
pub struct Walks {
    kept: Mutex<HashMap<Walk, VecDeque<Step>>>,
    most: usize,
    lasts: Millis,
    uptime: Uptime,
}

impl Walks {
    /// None yet.
    #[must_use]
    pub fn new(limits: &Limits, uptime: &Uptime) -> Self {
        Self {
            kept: Mutex::default(),
            most: limits.page_walks,
            lasts: limits.page_walk_seconds * 1_000,
            uptime: uptime.clone(),
        }
    }

    /// Where they are who ask for a page, where they were given the one in front of it a while ago.
    #[must_use]
    pub fn walked(&self, person: PersonId, room: Option<RoomId>, asked: PageQuery) -> Option<Walked> {
        let PageNumber::Number(number) = asked.number else {
            return None;
        };
        let (size, now) = (asked.size, self.now());
        let kept = self.kept.lock();
        let steps = kept.get(&Walk { person, room, size })?;
        let given = |number: Option<i64>| {
            let mut latest = steps.iter().rev().filter(|step| now < step.until);
            latest.find(|step| Some(step.number) == number)
        };
        Some(Walked {
            to: given(number.checked_sub(1))?.end?,
            from_behind: given(number.checked_add(1)).is_some(),
        })
    }

    /// Somebody was given a page. Behind one that is not full nothing stands yet.
    pub fn give(&self, person: PersonId, room: Option<RoomId>, size: i64, page: &MessagesPage) {
        let rows = i64::try_from(page.messages.len()).unwrap_or(i64::MAX);
        let last = page.messages.last().filter(|_| rows >= size);
        let (now, walk) = (self.now(), Walk { person, room, size });
        let mut kept = self.kept.lock();
        if kept.len() >= self.most && !kept.contains_key(&walk) {
            let until = |steps: &VecDeque<Step>| steps.back().map_or(0, |step| step.until);
            kept.retain(|_, steps| now < until(steps));
            let oldest = kept.iter().min_by_key(|(_, steps)| until(steps)).map(|(walk, _)| *walk);
            if let Some(oldest) = oldest.filter(|_| kept.len() >= self.most) {
                kept.remove(&oldest);
            }
        }
        let step = Step {
            number: page.number,
            end: last.map(|(message, _)| message.id),
            until: now.saturating_add(self.lasts),
        };
        let steps = kept.entry(walk).or_default();
        // A page that is given again is remembered as it is now.
        steps.retain(|known| known.number != step.number);
        if steps.len() == STEPS {
            steps.pop_front();
        }
        steps.push_back(step);
    }

    fn now(&self) -> Millis {
        Millis::try_from((self.uptime)().as_millis()).unwrap_or(Millis::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::words::{Extra, Head, Marks, Message, Seq, Time};
    use std::sync::Arc;
    use std::time::Duration;

    const ANNA: PersonId = PersonId(1);
    const ROOM: Option<RoomId> = Some(RoomId(7));

    fn walks(most: usize) -> (Walks, Arc<Mutex<Duration>>) {
        let clock = Arc::new(Mutex::new(Duration::from_secs(1)));
        let read = Arc::clone(&clock);
        let uptime: Uptime = Arc::new(move || *read.lock());
        let limits = Limits {
            page_walks: most,
            page_walk_seconds: 60,
            ..Limits::default()
        };
        (Walks::new(&limits, &uptime), clock)
    }

    /// A page of messages up to the one with this number among all.
    fn page(number: i64, rows: i64, end: i64) -> MessagesPage {
        let message = |id| Message {
            id: MessageId(id),
            room: RoomId(7),
            seq: Seq(id),
            author: None,
            client_id: None,
            text: String::new(),
            attachments: Vec::new(),
            created_at: Time(0),
            edited_at: None,
            erased_at: None,
            sent: Head(id),
            changed: Head(id),
            beside: None,
            extra: Extra::NONE,
        };
        MessagesPage {
            count: 100,
            number,
            messages: (end - rows + 1..=end)
                .map(|id| (message(id), Marks::default()))
                .collect(),
            more: true,
        }
    }

    fn asked(number: i64, size: i64) -> PageQuery {
        PageQuery {
            number: PageNumber::Number(number),
            size,
        }
    }

    #[test]
    fn the_next_page_begins_where_the_same_walker_was_and_no_other() {
        let (walks, clock) = walks(9);
        walks.give(ANNA, ROOM, 3, &page(1, 3, 30));
        let to = |person, room, number, size| {
            let walked = walks.walked(PersonId(person), room, asked(number, size));
            walked.map(|walked| walked.to)
        };
        assert_eq!(to(1, ROOM, 2, 3), Some(MessageId(30)));
        for (person, room, number, size) in [(1, ROOM, 3, 3), (1, ROOM, 1, 3), (1, ROOM, 2, 4), (2, ROOM, 2, 3)] {
            assert_eq!(to(person, room, number, size), None);
        }
        assert_eq!(to(1, None, 2, 3), None, "of all rooms is another list");
        let last = PageQuery {
            number: PageNumber::Last,
            size: 3,
        };
        assert_eq!(walks.walked(ANNA, ROOM, last), None);
        walks.give(ANNA, ROOM, 3, &page(2, 2, 33));
        assert_eq!(to(1, ROOM, 3, 3), None, "the end of the list is no end of a page");
        *clock.lock() = Duration::from_secs(60);
        assert_eq!(to(1, ROOM, 2, 3), Some(MessageId(30)));
        *clock.lock() = Duration::from_secs(61);
        assert_eq!(to(1, ROOM, 2, 3), None, "it was too long ago");
    }

    #[test]
    fn who_was_given_both_neighbours_of_a_page_may_be_on_the_way_back() {
        let (walks, _) = walks(9);
        walks.give(ANNA, ROOM, 3, &page(6, 2, 60));
        assert_eq!(
            walks.walked(ANNA, ROOM, asked(5, 3)),
            None,
            "on the way back alone, pages are counted"
        );
        walks.give(ANNA, ROOM, 3, &page(4, 3, 40));
        let walked = |number| walks.walked(ANNA, ROOM, asked(number, 3));
        let both = Walked {
            to: MessageId(40),
            from_behind: true,
        };
        assert_eq!(walked(5), Some(both));
        walks.give(ANNA, ROOM, 3, &page(4, 4, 41));
        assert_eq!(
            walked(5).map(|walked| walked.to),
            Some(MessageId(41)),
            "as it was given last"
        );
        for number in 10..10 + i64::try_from(STEPS).unwrap() {
            walks.give(ANNA, ROOM, 3, &page(number, 3, number));
        }
        assert_eq!(walked(5), None, "so many pages ago");
    }

    #[test]
    fn one_walk_past_the_most_takes_the_place_of_the_one_longest_ago() {
        let (walks, clock) = walks(2);
        for person in 1..=3 {
            *clock.lock() += Duration::from_secs(1);
            walks.give(PersonId(person), ROOM, 1, &page(1, 1, person));
        }
        let ends: Vec<_> = (1..=3)
            .map(|person| {
                walks
                    .walked(PersonId(person), ROOM, asked(2, 1))
                    .map(|walked| walked.to)
            })
            .collect();
        assert_eq!(ends, [None, Some(MessageId(2)), Some(MessageId(3))]);
    }
}
