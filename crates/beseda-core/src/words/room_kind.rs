//! What rooms are about, as kinds: the five that the contracts speak of, and those of an application's own.

use super::{Limits, MemberRole, OwnWord, Role, key_before_left};
use crate::policy::Deed;

/// What a room is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomKind {
    /// An order: the order desk and order rooms contracts meet here.
    Order,
    /// A customer and a therapist.
    Pair,
    /// Two people of the school.
    Private,
    /// Any set of people of the school.
    Group,
    /// A visitor and the staff.
    Support,
    /// What the staff of a desk says among itself of another room.
    Notes,
    /// Whatever an application of its own has: deals, tickets, lessons.
    Own(OwnWord),
}

impl RoomKind {
    /// The five that the contracts speak of.
    pub const OF_CONTRACTS: [Self; 5] = [Self::Order, Self::Pair, Self::Private, Self::Group, Self::Support];

    /// Its word.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Order => "order",
            Self::Pair => "pair",
            Self::Private => "private",
            Self::Group => "group",
            Self::Support => "support",
            Self::Notes => "notes",
            Self::Own(own) => own.word(),
        }
    }

    /// The kind of a word; `None` where no kind can be called so.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let known = Self::OF_CONTRACTS.into_iter().chain([Self::Notes]);
        let known = known.into_iter().find(|kind| kind.word() == word);
        known.or_else(|| OwnWord::of(word).map(Self::Own))
    }

    /// The kind of the room that is kept under a key: every key begins with its word.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let (word, _) = key_before_left(key).split_once(':')?;
        Self::from_word(word)
    }
}

/// Some kinds of rooms: a contract speaks of its own, and to it the others are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds {
    named: Option<&'static [RoomKind]>,
    own: &'static OwnKinds,
}

/// Of no kind of its own an application said more than that there is one.
static PLAIN: OwnKinds = OwnKinds {
    kinds: Vec::new(),
    orders_have_desk: false,
};

impl Kinds {
    /// Every kind, an application's own as well.
    pub const ALL: Self = Self {
        named: None,
        own: &PLAIN,
    };

    /// These kinds.
    #[must_use]
    pub const fn of(kinds: &'static [RoomKind]) -> Self {
        Self {
            named: Some(kinds),
            own: &PLAIN,
        }
    }

    /// Every kind, with what an application says of its own.
    #[must_use]
    pub const fn with(own: &'static OwnKinds) -> Self {
        Self { named: None, own }
    }

    /// What the application says of a kind of its own.
    #[must_use]
    pub fn rules_of(self, kind: RoomKind) -> Option<&'static KindRules> {
        let RoomKind::Own(word) = kind else { return None };
        let mut kinds = self.own.kinds.iter();
        kinds.find(|(known, _)| *known == word).map(|(_, rules)| rules)
    }

    /// Whether staff works at a desk of rooms of this kind: at that of visitors always.
    #[must_use]
    pub fn has_desk(self, kind: RoomKind) -> bool {
        match kind {
            RoomKind::Support => true,
            RoomKind::Order => self.own.orders_have_desk,
            _ => self.rules_of(kind).is_some_and(|rules| rules.desk),
        }
    }

    /// Those kinds of which that is so.
    pub fn with_desk(self) -> impl Iterator<Item = RoomKind> {
        let of_contracts = RoomKind::OF_CONTRACTS.into_iter();
        of_contracts
            .chain(self.spoken_of())
            .filter(move |kind| self.contain(*kind) && self.has_desk(*kind))
    }

    /// The limits in rooms of this kind.
    #[must_use]
    pub fn limits_in(self, kind: RoomKind, limits: &Limits) -> Limits {
        let members = self.rules_of(kind).and_then(|rules| rules.members);
        Limits {
            members: members.unwrap_or(limits.members),
            ..limits.clone()
        }
    }

    /// The kinds of the application's own of which it says anything.
    pub fn spoken_of(self) -> impl Iterator<Item = RoomKind> {
        self.own.kinds.iter().map(|(word, _)| RoomKind::Own(*word))
    }

    /// Whether this kind is one of them.
    #[must_use]
    pub fn contain(self, kind: RoomKind) -> bool {
        self.named.is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Each of them; `None` where it is every one.
    #[must_use]
    pub fn named(self) -> Option<&'static [RoomKind]> {
        self.named
    }
}

/// What an application says of kinds of rooms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnKinds {
    /// Of those of its own.
    pub kinds: Vec<(OwnWord, KindRules)>,
    /// Staff works at a desk of orders' rooms.
    pub orders_have_desk: bool,
}

/// What an application says of one kind of rooms of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KindRules {
    /// What people call it, or empty.
    pub title: String,
    /// What members may do, by what they are in the room: one of these. `None`: all take part, whatever they are.
    pub roles: Option<Vec<(MemberRole, Vec<Deed>)>>,
    /// What people may do by their role, in the room or not.
    pub staff: Vec<(Role, Vec<Deed>)>,
    /// So many people at most, where that is not `limits.members`.
    pub members: Option<usize>,
    /// What is left when a room is closed. `None`: to read it.
    pub closed: Option<Vec<Deed>>,
    /// Staff works at a desk of such rooms.
    pub desk: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_word_that_it_is_made_from() {
        let longest = "x".repeat(OwnWord::BYTES);
        for word in [
            "order", "pair", "private", "group", "support", "notes", "deal", "pa_r", "b2b-deal", &longest,
        ] {
            assert_eq!(RoomKind::from_word(word).unwrap().word(), word);
        }
        assert!(matches!(RoomKind::from_word("order"), Some(RoomKind::Order)));
    }

    #[test]
    fn a_key_tells_of_which_kind_its_room_is_also_when_one_of_the_two_is_gone() {
        let told = |key: &str| RoomKind::of_key(key).map(|kind| kind.word().to_owned());
        assert_eq!(told("order:17").as_deref(), Some("order"));
        assert_eq!(told("deal:a:7").as_deref(), Some("deal"));
        assert_eq!(told("#left-9:pair:2:1").as_deref(), Some("pair"));
        assert_eq!(told("order"), None);
    }

    #[test]
    fn a_kind_of_its_own_begins_with_a_letter_and_is_short_and_plain() {
        for word in [
            "",
            "7th",
            "-x",
            "_x",
            "Deal",
            "де",
            "a b",
            "a:b",
            "a%",
            &"x".repeat(OwnWord::BYTES + 1),
        ] {
            assert_eq!(RoomKind::from_word(word), None, "{word}");
        }
    }
}
