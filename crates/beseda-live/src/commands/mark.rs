//! Mark: somebody's receipt moves up to a message that the frame names.

use super::Call;
use crate::dialect::Outcome;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::Seq;

pub(super) fn mark(call: Call, read: Option<Seq>, delivered: Option<Seq>) {
    let chat = call.live.chat().clone();
    let now = chat.now();
    call.takes_off();
    let marks = call.clone();
    let rule = move |tx: &mut dyn Tx| {
        let person = marks.who(tx)?;
        let room = marks.room(tx)?;
        rules::mark(tx, now, marks.by(&person), room, read.map(Some), delivered)
    };
    // Whoever becomes a member by it stands on who they are, too.
    chat.change_in(call.lane().widened(), rule, move |outcome| {
        match outcome {
            Ok(_) => call.answer(&Outcome::Done),
            Err(error) => call.answer_error(&error),
        }
        call.lands();
    });
}
