//! Send: a message goes into a room. Who listens there, the sender too, hears it from the hub; the sender alone hears
//! what came of the command.

use super::Call;
use crate::dialect::Outcome;
use beseda_core::policy::By;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::{Draft, Marks};
use std::sync::Arc;
use tokio::time::Instant;

pub(super) fn send(call: Call, draft: Draft) {
    let (chat, session) = (call.live.chat().clone(), Arc::clone(&call.session));
    if let Err(refusal) = call.live.pace.send(session.person_id()) {
        return call.refuse(&refusal);
    }
    let (came, span) = (Instant::now(), session.trace());
    call.takes_off();
    let (now, limits, kinds) = (chat.now(), Arc::clone(chat.limits()), session.dialect.kinds());
    let (sends, has_files) = (call.clone(), !draft.files.is_empty());
    let rule = move |tx: &mut dyn Tx| {
        let person = sends.who(tx)?;
        let room = sends.room(tx)?;
        let by = By::of(&person, kinds);
        let sent = rules::send(tx, now, &limits, by, room, &draft)?;
        if sent.first {
            // Nobody can have read what was not there before.
            return Ok((sent, Marks::default()));
        }
        let (_, marks) = rules::one_message(tx, by, sent.message.id)?;
        Ok((sent, marks))
    };
    let lane = if has_files { call.lane().widened() } else { call.lane() };
    chat.change_in(lane, rule, move |outcome| {
        call.lands();
        let first = outcome.as_ref().map(|(sent, _)| sent.first);
        call.session.counts.came_by_socket(came.elapsed(), first);
        match outcome {
            Ok((sent, marks)) => call.answer(&Outcome::Sent {
                room: sent.room,
                message: &sent.message,
                marks,
                sender: &call.session.person(),
                first: sent.first,
            }),
            Err(error) => call.answer_error(&error),
        }
        drop(span);
    });
}
