//! What people are to the host application, as roles. What a role may do stands in `policy.rs` and nowhere else.

use super::OwnWord;

/// What a person is to the host application: one of those that the contracts speak of, or any word of the application's
/// own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Runs the whole system.
    Admin,
    /// Answers customers about orders assigned to them.
    Operator,
    /// Leads the operators.
    Mom,
    /// Ordered something.
    Client,
    /// Works on an order.
    Expert,
    /// Teaches classes.
    Teacher,
    /// Attends classes.
    Student,
    /// Books a therapist.
    Customer,
    /// Is booked by customers.
    Therapist,
    /// Writes to the support desk without an account.
    Visitor,
    /// Any other user: no right but those that a membership gives.
    User,
    /// A word of the application's own.
    Own(OwnWord),
}

impl Role {
    /// The ones that the contracts speak of, and [`Role::User`].
    pub const OF_CONTRACTS: [Self; 11] = [
        Self::Admin,
        Self::Operator,
        Self::Mom,
        Self::Client,
        Self::Expert,
        Self::Teacher,
        Self::Student,
        Self::Customer,
        Self::Therapist,
        Self::Visitor,
        Self::User,
    ];

    /// Its word.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Mom => "mom",
            Self::Client => "client",
            Self::Expert => "expert",
            Self::Teacher => "teacher",
            Self::Student => "student",
            Self::Customer => "customer",
            Self::Therapist => "therapist",
            Self::Visitor => "visitor",
            Self::User => "user",
            Self::Own(own) => own.word(),
        }
    }

    /// The role of a word; `None` where no role can be called so.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let known = Self::of_contracts(word).filter(|role| role.word() == word);
        known.or_else(|| OwnWord::of(word).map(Self::Own))
    }

    /// The role of a word in any case, as seeds and host applications write it.
    #[must_use]
    pub fn in_any_case(word: &str) -> Option<Self> {
        Self::from_word(&word.to_ascii_lowercase())
    }

    /// The role of a word in any case, where the contracts speak of it.
    #[must_use]
    pub fn of_contracts(word: &str) -> Option<Self> {
        let mut roles = Self::OF_CONTRACTS.into_iter();
        roles.find(|role| role.word().eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_the_word_that_it_is_made_from() {
        for role in Role::OF_CONTRACTS {
            assert_eq!(Role::from_word(role.word()), Some(role));
            assert_eq!(Role::in_any_case(&role.word().to_uppercase()), Some(role));
        }
        let auditor = Role::from_word("auditor").unwrap();
        assert_eq!(auditor.word(), "auditor");
        assert!(!Role::OF_CONTRACTS.contains(&auditor));
        assert_eq!(Role::in_any_case("Auditor"), Some(auditor));
    }

    #[test]
    fn what_can_be_no_word_is_no_role() {
        assert_eq!(Role::from_word("Admin"), None);
        assert_eq!(Role::of_contracts("auditor"), None);
        for word in ["", "7", "an auditor", "аудитор", "a/b", &"x".repeat(OwnWord::BYTES + 1)] {
            assert_eq!(Role::in_any_case(word), None, "{word}");
        }
    }
}
