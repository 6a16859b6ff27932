//! The log as operators search it: what is said of chats, what of that went wrong, and who was refused.

use crate::system::{PrivateFolder, System};
use crate::telemetry;
use beseda_core::words::{HostId, OrderId};
use std::collections::VecDeque;
use std::io;
use std::path::Path;

/// Lines of each collected log, the newest ones.
const LINES_MOST: usize = 50_000;
/// Bytes of each collected log, the newest ones.
const BYTES_MOST: usize = 16 * 1024 * 1024;
/// How many who were refused are looked at, the last ones.
const DENIED_MOST: usize = 5;
/// How many who were refused are remembered: some of them may be of the order that is asked about.
const DENIALS_KEPT: usize = 1_000;

/// The newest of some lines.
#[derive(Debug, Default)]
pub struct Tail {
    lines: VecDeque<String>,
    bytes: usize,
    left_out: u64,
}

impl Tail {
    fn add(&mut self, line: &str) {
        self.lines.push_back(line.to_owned());
        self.bytes += line.len() + 1;
        while self.lines.len() > LINES_MOST || self.bytes > BYTES_MOST {
            let gone = self.lines.pop_front().unwrap_or_default();
            self.bytes -= gone.len() + 1;
            self.left_out += 1;
        }
    }

    /// The newest line.
    pub fn last(&self) -> Option<&str> {
        self.lines.back().map(String::as_str)
    }

    /// How many of them begin with a time that is not before this one.
    pub fn since(&self, time: &str) -> usize {
        let rev = self.lines.iter().rev();
        rev.take_while(|line| line.get(..time.len()).is_some_and(|begin| begin >= time))
            .count()
    }

    /// All of them, and how many older ones are left out.
    pub fn text(&self) -> String {
        let head = match self.left_out {
            0 => String::new(),
            lines => format!("({lines} older lines are left out)\n"),
        };
        self.lines.iter().fold(head, |text, line| text + line + "\n")
    }
}

/// Somebody who was refused an order's chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Which order's.
    pub order: OrderId,
    /// Who.
    pub person: HostId<'static>,
    /// When the last time, as the log has it.
    pub at: String,
}

/// What is found in the log.
#[derive(Debug, Default)]
pub struct Found {
    /// As `grep -i chat` finds it.
    pub chat: Tail,
    /// As `grep -i "error\|exception\|failed" | grep -i chat` finds it.
    pub errors: Tail,
    /// Each pair of an order and a person once, the last refused first.
    denials: Vec<Denial>,
}

impl Found {
    /// Searches the log of a data directory.
    ///
    /// # Errors
    /// A file of it cannot be read.
    pub fn in_data(data: &Path) -> io::Result<Self> {
        let folder = data.join("logs");
        let mut found = Self::default();
        for name in telemetry::oldest_first(&PrivateFolder(folder.clone()))? {
            match System.each_line(&folder.join(name), &mut |line| found.add(line)) {
                // It has moved on meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other?,
            }
        }
        Ok(found)
    }

    fn add(&mut self, line: &str) {
        let small = line.to_lowercase();
        if !small.contains("chat") {
            return;
        }
        self.chat.add(line);
        if ["error", "exception", "failed"].iter().any(|word| small.contains(word)) {
            self.errors.add(line);
        }
        if let Some(denial) = denial(line) {
            let is_same = |other: &Denial| other.order == denial.order && other.person == denial.person;
            self.denials.retain(|other| !is_same(other));
            self.denials.insert(0, denial);
            self.denials.truncate(DENIALS_KEPT);
        }
    }

    /// Who was refused last, of every order or of one.
    pub fn denials(&self, order: Option<&OrderId>) -> Vec<&Denial> {
        let wanted = self.denials.iter();
        let wanted = wanted.filter(|denial| order.is_none_or(|order| denial.order == *order));
        wanted.take(DENIED_MOST).collect()
    }
}

/// Whom a line tells of, where it tells of somebody who was refused.
fn denial(line: &str) -> Option<Denial> {
    let (before, rest) = line.split_once("Chat access denied: order_id=")?;
    let (order, rest) = rest.split_once(", user_id=")?;
    let person = rest.split_whitespace().next()?;
    Some(Denial {
        order: read(order)?.parse().ok()?,
        person: read(person)?.parse().ok()?,
        at: before.split_whitespace().next().unwrap_or_default().to_owned(),
    })
}

/// An id as a line of the log holds it, read again: what parts words stands there in percents.
fn read(word: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), word.as_bytes());
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let digits = after.get(..2).and_then(|digits| str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(read) if *byte == b'%' && !(read.is_ascii_alphanumeric() || b"-_.:|@/~%+".contains(&read)) => {
                bytes.push(read);
                rest = after.get(2..)?;
            }
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_contracts::shared::ids::logged;

    #[test]
    fn lines_are_found_as_grep_finds_them_and_who_was_refused_is_known_once() {
        let mut found = Found::default();
        let lines = [
            "2025-11-21T10:00:00.000000Z WARNING: Chat access denied: order_id=2, user_id=1",
            "2025-11-21T10:00:01.000000Z INFO: answered /api/me/",
            "2025-11-21T10:00:02.000000Z ERROR: Error in send_chat_message: the disk is full",
            "2025-11-21T10:00:03.000000Z ERROR: the store failed",
            "2025-11-21T10:00:04.000000Z WARNING: Chat access denied: order_id=3, user_id=7 (request path=/x)",
            "2025-11-21T10:00:05.000000Z WARNING: Chat access denied: order_id=2, user_id=1",
        ];
        lines.into_iter().for_each(|line| found.add(line));
        let kept = |numbers: &[usize]| numbers.iter().map(|at| format!("{}\n", lines[*at])).collect::<String>();
        assert_eq!(found.chat.text(), kept(&[0, 2, 4, 5]));
        assert_eq!(found.errors.text(), kept(&[2]));
        assert_eq!(found.chat.since("2025-11-21T10:00:04"), 2);
        let denied = |order: i64, person: i64, second: u8| Denial {
            order: order.into(),
            person: HostId::Number(person),
            at: format!("2025-11-21T10:00:0{second}.000000Z"),
        };
        assert_eq!(found.denials(None), [&denied(2, 1, 5), &denied(3, 7, 4)]);
        assert_eq!(found.denials(Some(&OrderId::from(3))), [&denied(3, 7, 4)]);
    }

    #[test]
    fn of_those_who_were_refused_one_too_many_is_looked_at_no_more_and_then_kept_no_more() {
        let mut found = Found::default();
        for person in 0..=DENIALS_KEPT {
            found.add(&format!("WARNING: Chat access denied: order_id=2, user_id={person}"));
        }
        let newest = HostId::Number(i64::try_from(DENIALS_KEPT).unwrap());
        let denials = found.denials(None);
        assert_eq!((denials.len(), &denials[0].person), (DENIED_MOST, &newest));
        assert_eq!(found.denials.len(), DENIALS_KEPT);
    }

    #[test]
    fn one_line_too_many_makes_the_oldest_go_and_so_does_one_byte() {
        let mut tail = Tail::default();
        for number in 0..=LINES_MOST {
            tail.add(&format!("line {number}"));
        }
        let text = tail.text();
        assert!(
            text.starts_with("(1 older lines are left out)\nline 1\n"),
            "{:?}",
            text.get(..60)
        );
        assert_eq!(text.lines().count(), LINES_MOST + 1);
        let mut tail = Tail::default();
        let half = "x".repeat(BYTES_MOST / 2 - 1);
        tail.add(&half);
        tail.add(&half);
        assert_eq!((tail.lines.len(), tail.left_out), (2, 0));
        tail.add("");
        assert_eq!((tail.lines.len(), tail.left_out), (2, 1));
    }

    #[test]
    fn an_id_is_read_as_the_log_writes_it() {
        for id in ["7", "auth0|5f7c", "a:b%1", "%41", "2, user_id=1", "ц/3"] {
            let id = HostId::of(id).unwrap();
            assert_eq!(read(&logged(&id)).unwrap(), id.to_string());
        }
    }
}
