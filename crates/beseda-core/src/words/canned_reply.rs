//! Canned replies: what the staff of the desk says again and again, with names in it for whom it is said to.

use super::Time;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// What stands between two braces in a canned reply is filled in by the page that sends it: one of these names.
pub const REPLY_NAMES: &[&str] = &[
    "customer.name",
    "customer.first_name",
    "customer.email",
    "agent.name",
    "agent.first_name",
    "room.title",
];

/// Something that the staff says again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedReply {
    /// Its name, of whoever made it.
    pub id: Uuid,
    /// By what it is typed, behind a slash. No two have the same.
    pub shortcut: Shortcut,
    /// What it is about.
    pub title: String,
    /// What it says.
    pub text: String,
    /// When it was last changed.
    pub updated_at: Time,
}

/// By what a canned reply is typed: letters of any script, digits, `-` and `_`, in small letters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shortcut(Arc<str>);

impl Shortcut {
    /// How many characters it has at most.
    pub const CHARS: usize = 32;

    /// The shortcut that a text is; `None` where it is none.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let is_sign = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_');
        let small = text.to_lowercase();
        let fits = !small.is_empty() && small.chars().all(is_sign) && small.chars().nth(Self::CHARS).is_none();
        fits.then(|| Self(small.into()))
    }

    /// It, as a text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Shortcut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The first name in braces that no page could fill in.
#[must_use]
pub fn strange_reply_name(text: &str) -> Option<&str> {
    let rests = text.split("{{").skip(1);
    let mut names = rests.filter_map(|rest| Some(rest.split_once("}}")?.0.trim()));
    names.find(|name| !REPLY_NAMES.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcut_is_what_can_be_typed_behind_a_slash() {
        let of = |text: &str| Shortcut::of(text).map(|shortcut| shortcut.text().to_owned());
        assert_eq!(of("Привет-2_a").as_deref(), Some("привет-2_a"));
        assert_eq!(of(&"я".repeat(32)), Some("я".repeat(32)));
        for none in ["", "a b", "/a", "a.", "a\0", &"я".repeat(33)] {
            assert_eq!(of(none), None, "{none:?}");
        }
    }

    #[test]
    fn a_name_that_nothing_fills_in_is_seen() {
        for fine in [
            "",
            "Здравствуйте, {{customer.name}}! — {{ agent.first_name }}",
            "{one}",
            "{{two",
        ] {
            assert_eq!(strange_reply_name(fine), None, "{fine}");
        }
        assert_eq!(
            strange_reply_name("{{room.title}}: {{customer.nmae}}"),
            Some("customer.nmae")
        );
        assert_eq!(strange_reply_name("{{}}"), Some(""));
    }
}
