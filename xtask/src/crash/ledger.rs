//! What one client asked for and what it was promised: the side of the checker that does not trust the server.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Finding, Kind};

/// A change of a message that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    Edit(String),
    Erase,
}

/// A message that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it says, after the last acked edit.
    pub text: String,
    /// Its number among all messages, once the server has acked it.
    pub acked: Option<i64>,
    /// Whether an erasure was acked.
    pub erased: bool,
    /// Whether it was sent more than once, so that its answer may come more than once.
    pub resent: bool,
}

/// A change that is not acked yet, and how often it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub wish: Wish,
    pub tries: u32,
}

/// All of one client's drafts and changes.
pub struct Ledger {
    client: usize,
    pub drafts: Vec<Draft>,
    /// Drafts that are not acked.
    pub unacked: BTreeSet<usize>,
    /// Changes that are not acked; one a message at a time, so that their order is known.
    pub changes: BTreeMap<usize, Pending>,
    /// The newest message that the client knew of when it asked for a mark that was then acked.
    pub marked: Option<i64>,
    /// Acked drafts of this cycle: only they are changed, so that a client that comes back knows how far to read.
    changeable: Vec<usize>,
    /// The first draft of this cycle.
    pub cycle_start: usize,
    pub resends: u64,
}

impl Ledger {
    pub fn new(client: usize) -> Self {
        Self {
            client,
            drafts: Vec::new(),
            unacked: BTreeSet::new(),
            changes: BTreeMap::new(),
            marked: None,
            changeable: Vec::new(),
            cycle_start: 0,
            resends: 0,
        }
    }

    /// What was promised so far is kept and checked; from here on a new cycle begins.
    pub fn begin_cycle(&mut self) {
        self.cycle_start = self.drafts.len();
        self.changeable.clear();
    }

    /// The client id of a draft: unique among all clients.
    pub fn client_id(&self, number: usize) -> String {
        format!("w{}-{number}", self.client)
    }

    /// The draft of a client id, if it is one of this client's.
    pub fn number_of(&self, client_id: &str) -> Option<usize> {
        let (client, number) = client_id.strip_prefix('w')?.split_once('-')?;
        let number: usize = number.parse().ok()?;
        (client.parse() == Ok(self.client) && number < self.drafts.len()).then_some(number)
    }

    /// A new draft; `text` follows its client id, so that no two texts are the same.
    pub fn draft(&mut self, text: &str) -> usize {
        let number = self.drafts.len();
        let text = format!("{} {text}", self.client_id(number));
        self.drafts.push(Draft {
            text,
            acked: None,
            erased: false,
            resent: false,
        });
        self.unacked.insert(number);
        number
    }

    pub fn text(&self, number: usize) -> String {
        self.drafts
            .get(number)
            .map(|draft| draft.text.clone())
            .unwrap_or_default()
    }

    /// The server promises to have kept a draft as message `id`.
    pub fn acked(&mut self, number: usize, id: i64) -> Option<Finding> {
        let client_id = self.client_id(number);
        let draft = self.drafts.get_mut(number)?;
        match draft.acked {
            None => {
                draft.acked = Some(id);
                self.unacked.remove(&number);
                self.changeable.push(number);
                None
            }
            Some(first) if first == id => None,
            Some(first) => {
                let says = format!("was acked as message {first} and then as message {id}");
                Some(Finding::new(Kind::Doubled, says).of(&client_id))
            }
        }
    }

    /// Counts one more sending of a draft.
    pub fn resends(&mut self, number: usize) {
        if let Some(draft) = self.drafts.get_mut(number) {
            draft.resent = true;
            self.resends += 1;
        }
    }

    /// Acked drafts of this cycle.
    pub fn changeable(&self) -> &[usize] {
        &self.changeable
    }

    /// Wants a change of an acked draft, unless it is being changed already or gone.
    pub fn wishes(&mut self, number: usize, wish: Wish) -> bool {
        let is_there = self
            .drafts
            .get(number)
            .is_some_and(|draft| draft.acked.is_some() && !draft.erased);
        let takes_it = is_there && !self.changes.contains_key(&number);
        if takes_it {
            self.changes.insert(number, Pending { wish, tries: 0 });
        }
        takes_it
    }

    /// Counts one asking for a change: of which message, and what.
    pub fn asks(&mut self, number: usize) -> Option<(i64, Wish)> {
        let id = self.drafts.get(number)?.acked?;
        let pending = self.changes.get_mut(&number)?;
        pending.tries += 1;
        Some((id, pending.wish.clone()))
    }

    /// The server promises to have made the change that was asked for.
    pub fn changed(&mut self, number: usize) {
        let (Some(pending), Some(draft)) = (self.changes.remove(&number), self.drafts.get_mut(number)) else {
            return;
        };
        match pending.wish {
            Wish::Edit(text) => draft.text = text,
            Wish::Erase => draft.erased = true,
        }
    }

    /// Nothing is left to be answered.
    pub fn is_settled(&self) -> bool {
        self.unacked.is_empty() && self.changes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_acked_once_and_under_one_number() {
        let mut ledger = Ledger::new(3);
        let number = ledger.draft("привет");
        assert_eq!(ledger.text(number), "w3-0 привет");
        assert_eq!(ledger.number_of("w3-0"), Some(0));
        assert_eq!(ledger.number_of("w3-1"), None);
        assert_eq!(ledger.number_of("w4-0"), None);
        assert_eq!(ledger.acked(number, 10), None);
        assert_eq!(ledger.acked(number, 10), None);
        assert_eq!(
            ledger.acked(number, 11).map(|finding| finding.kind),
            Some(Kind::Doubled)
        );
        assert!(ledger.is_settled());
    }

    #[test]
    fn a_message_is_changed_one_change_at_a_time() {
        let mut ledger = Ledger::new(1);
        let number = ledger.draft("a");
        ledger.acked(number, 5);
        assert!(ledger.wishes(number, Wish::Edit("b".to_owned())));
        assert!(!ledger.wishes(number, Wish::Erase));
        assert_eq!(ledger.asks(number), Some((5, Wish::Edit("b".to_owned()))));
        assert!(!ledger.is_settled());
        ledger.changed(number);
        assert_eq!(ledger.text(number), "b");
        assert!(ledger.wishes(number, Wish::Erase));
        ledger.changed(number);
        assert!(!ledger.wishes(number, Wish::Erase));
        assert!(ledger.is_settled());
    }
}
