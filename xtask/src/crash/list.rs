//! A client's list of its room, kept as a page in a browser keeps it: the history on connect, live frames, and the
//! pages in between.

use std::collections::{HashMap, HashSet};

/// A message on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub text: String,
}

/// What a client shows of its room.
#[derive(Default)]
pub struct List {
    lines: Vec<Line>,
    known: HashSet<i64>,
    /// What is heard between a connect and the pages that close the gap before it.
    gap: Option<Gap>,
}

#[derive(Default)]
struct Gap {
    fresh: Vec<Line>,
    edited: HashMap<i64, String>,
    erased: HashSet<i64>,
}

impl List {
    /// The lines after message `id`.
    pub fn lines_after(&self, id: i64) -> &[Line] {
        let start = self
            .lines
            .iter()
            .rposition(|line| line.id <= id)
            .map_or(0, |place| place + 1);
        self.lines.get(start..).unwrap_or_default()
    }

    /// The newest message's number; 0 when there is none.
    pub fn newest(&self) -> i64 {
        self.lines.last().map_or(0, |line| line.id)
    }

    pub fn knows(&self, id: i64) -> bool {
        self.known.contains(&id)
    }

    /// Whether pages are awaited.
    pub fn has_gap(&self) -> bool {
        self.gap.is_some()
    }

    /// A connection begins with the newest messages. What is older is not known to be whole until pages have come.
    pub fn connected(&mut self, history: Vec<Line>) {
        self.gap = Some(Gap {
            fresh: history,
            ..Gap::default()
        });
    }

    /// A message was heard.
    pub fn sent(&mut self, line: Line) {
        match &mut self.gap {
            Some(gap) => gap.fresh.push(line),
            None => self.append(line),
        }
    }

    /// Lines stay in the order in which they were heard: a client does not sort.
    fn append(&mut self, line: Line) {
        if self.known.insert(line.id) {
            self.lines.push(line);
        }
    }

    /// A change of a message was heard.
    pub fn edited(&mut self, id: i64, text: String) {
        match &mut self.gap {
            Some(gap) => {
                gap.edited.insert(id, text);
            }
            None => self.set(id, text),
        }
    }

    fn set(&mut self, id: i64, text: String) {
        if let Some(line) = self.lines.iter_mut().rev().find(|line| line.id == id) {
            line.text = text;
        }
    }

    /// An erasure was heard.
    pub fn erased(&mut self, id: i64) {
        match &mut self.gap {
            Some(gap) => {
                gap.erased.insert(id);
            }
            None => self.remove(id),
        }
    }

    fn remove(&mut self, id: i64) {
        if let Some(place) = self.lines.iter().rposition(|line| line.id == id) {
            self.lines.remove(place);
        }
    }

    /// Pages have brought every message after `settled`: they replace what was shown there. What was heard live since
    /// the connect is newer than any page.
    pub fn closed(&mut self, settled: i64, pages: Vec<Line>) {
        let gap = self.gap.take().unwrap_or_default();
        self.lines.retain(|line| line.id <= settled);
        self.known = self.lines.iter().map(|line| line.id).collect();
        for line in pages.into_iter().chain(gap.fresh) {
            if line.id > settled {
                self.append(line);
            }
        }
        for (id, text) in gap.edited {
            self.set(id, text);
        }
        for id in gap.erased {
            self.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: i64, text: &str) -> Line {
        Line {
            id,
            text: text.to_owned(),
        }
    }

    fn ids(list: &List) -> Vec<i64> {
        list.lines_after(0).iter().map(|line| line.id).collect()
    }

    fn list(of: &[i64]) -> List {
        let mut list = List::default();
        list.connected(Vec::new());
        list.closed(0, of.iter().map(|&id| line(id, "old")).collect());
        list
    }

    #[test]
    fn live_frames_stay_in_the_order_heard_and_a_retry_is_shown_once() {
        let mut list = list(&[1, 2]);
        for id in [4, 3, 4] {
            list.sent(line(id, "new"));
        }
        assert_eq!(ids(&list), [1, 2, 4, 3]);
        list.erased(2);
        list.edited(3, "newer".to_owned());
        assert_eq!(list.lines_after(0), [line(1, "old"), line(4, "new"), line(3, "newer")]);
    }

    #[test]
    fn pages_close_the_gap_and_what_was_heard_meanwhile_is_newer() {
        let mut list = list(&[1, 2, 3]);
        // Away, 3 was erased and 4 to 9 were sent; the history shows the newest two.
        list.connected(vec![line(8, "sent"), line(9, "sent")]);
        list.sent(line(10, "live"));
        list.edited(8, "edited".to_owned());
        list.erased(5);
        assert!(list.has_gap() && !list.knows(10));
        list.closed(1, [2, 4, 5, 6, 7, 8, 9].map(|id| line(id, "page")).to_vec());
        assert!(!list.has_gap());
        assert_eq!(ids(&list), [1, 2, 4, 6, 7, 8, 9, 10]);
        assert_eq!(
            list.lines_after(7),
            [line(8, "edited"), line(9, "page"), line(10, "live")]
        );
        assert_eq!(list.newest(), 10);
    }
}
