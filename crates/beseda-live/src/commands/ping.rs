//! Ping: it is answered at once, whatever room it names.

use crate::dialect::Outcome;
use crate::session::Session;

pub(super) fn answer(session: &Session, tag: Option<&str>) {
    session.answer(tag, &Outcome::Pong);
}
