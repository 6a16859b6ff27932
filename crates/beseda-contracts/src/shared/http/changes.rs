//! `?changed_after=`: how clients that poll hear of edits and deletions. An answer says in a header what to ask for next.

use super::urlencoded;
use crate::shared::field::FieldError;
use crate::shared::refused::Refused;
use axum::response::Response;
use beseda_core::rules::{Poll, Since};
use beseda_core::words::Cursor;
use http::{HeaderName, HeaderValue};

/// The mark to ask for changes after.
const MARK: HeaderName = HeaderName::from_static("x-changed-after");

/// The parameter that takes it.
const PARAMETER: &str = "changed_after";

/// What a query asks for: what was changed after its mark (0 for all of it), or, without one, what `since` says.
///
/// # Errors
/// [`FieldError::NotMark`] for what no answer ever said.
pub fn asked(query: &str, since: Since) -> Result<Poll, Refused> {
    let mark = match urlencoded::given(query, PARAMETER).as_deref() {
        None => return Ok(Poll::Part(since)),
        Some("0") => Cursor::default(),
        Some(mark) => mark
            .parse()
            .map_err(|_| Refused::field(PARAMETER, FieldError::NotMark))?,
    };
    Ok(Poll::Changes(mark))
}

/// The answer with the mark to ask for changes after, where it has one.
#[must_use]
pub fn marked(mut answer: Response, mark: Option<Cursor>) -> Response {
    if let Some(mark) = mark.and_then(|mark| HeaderValue::try_from(mark.to_string()).ok()) {
        answer.headers_mut().insert(MARK, mark);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_what_an_answer_said_or_the_beginning() {
        let asked = |query: &str| asked(query, Since::Newest);
        assert_eq!(asked("changed_after="), Ok(Poll::Part(Since::Newest)));
        assert_eq!(asked("changed_after=0&after=7"), Ok(Poll::Changes(Cursor::default())));
        let mark: Cursor = "1f-2-3".parse().unwrap();
        assert_eq!(asked("changed_after=1f-2-3"), Ok(Poll::Changes(mark)));
        for wrong in ["5", "x", "2026-11-20T10:00:00.000000Z", "1f-2", "1F-2-3"] {
            let refused = Refused::field("changed_after", FieldError::NotMark);
            assert_eq!(asked(&format!("changed_after={wrong}")), Err(refused), "{wrong}");
        }
    }
}
