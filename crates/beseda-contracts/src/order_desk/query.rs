//! Which messages a request asks for: `?after=` and `?limit=`.

use crate::shared::http::{changes, urlencoded};
use crate::shared::{FieldError, Refused};
use beseda_core::rules::{Poll, Since};
use beseda_core::words::{Limits, MessageId};

/// Which messages are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The newest, those after one, or what was changed.
    pub poll: Poll,
    /// How many at most.
    pub limit: u32,
}

impl Part {
    /// What a query asks for: without `after` the newest messages, with it the oldest of those that came after.
    ///
    /// # Errors
    /// [`FieldError::NotInteger`] for a value that is no number from 0 on; those of [`changes::asked`].
    pub fn of(query: &str, limits: &Limits) -> Result<Self, Refused> {
        let since = match number(query, "after")? {
            Some(after) => Since::After(MessageId(after)),
            None => Since::Newest,
        };
        let limit = number(query, "limit")?.and_then(|limit| u32::try_from(limit).ok());
        Ok(Self {
            poll: changes::asked(query, since)?,
            limit: limit.unwrap_or(limits.list_rows).min(limits.list_rows),
        })
    }
}

/// The number under this name; one that is bigger than any message's counts as the biggest.
fn number(query: &str, name: &'static str) -> Result<Option<i64>, Refused> {
    let Some(digits) = urlencoded::given(query, name) else {
        return Ok(None);
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refused::field(name, FieldError::NotInteger));
    }
    Ok(Some(digits.parse().unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(query: &str) -> (Since, u32) {
        let part = Part::of(query, &Limits::default()).unwrap();
        let Poll::Part(since) = part.poll else {
            panic!("{query} asks for changes")
        };
        (since, part.limit)
    }

    #[test]
    fn a_query_names_the_newest_or_those_after_one() {
        let after = |id| Since::After(MessageId(id));
        assert_eq!(part(""), (Since::Newest, 1_000));
        assert_eq!(part("other=x"), (Since::Newest, 1_000));
        assert_eq!(part("after=&limit=+"), (Since::Newest, 1_000));
        assert_eq!(part("limit=5"), (Since::Newest, 5));
        assert_eq!(part("limit=0"), (Since::Newest, 0));
        assert_eq!(part("limit=1000"), (Since::Newest, 1_000));
        assert_eq!(part("limit=1001"), (Since::Newest, 1_000));
        assert_eq!(part("limit=99999999999999999999"), (Since::Newest, 1_000));
        assert_eq!(part("after=0"), (after(0), 1_000));
        assert_eq!(part("after=7&limit=3"), (after(7), 3));
        assert_eq!(part("after=99999999999999999999"), (after(i64::MAX), 1_000));
    }

    #[test]
    fn what_is_no_number_from_0_on_is_refused_by_its_name() {
        for value in ["-1", "x", "1.5", "0x1", "%FF", "1+1"] {
            for name in ["after", "limit"] {
                let wrong = Refused::field(name, FieldError::NotInteger);
                let part = Part::of(&format!("{name}={value}"), &Limits::default());
                assert_eq!(part, Err(wrong), "{name}={value}");
            }
        }
    }
}
