//! Send: a message goes into a room. Who listens there, the sender too, hears it from the hub; the sender alone hears
//! what came of the command.

use super::Call;
use crate::dialect::Outcome;
use beseda_core::Refusal;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::{Draft, Marks};
use std::sync::Arc;
use tokio::time::Instant;

pub(super) fn send(call: Call, mut draft: Draft) {
    let (chat, session) = (call.live.chat().clone(), Arc::clone(&call.session));
    if let (Some(roaming), Some(more)) = (&session.roaming, &mut draft.more) {
        let ids = std::mem::take(&mut more.uploads);
        match roaming.speaks.uploads(session.person_id(), &ids, chat.now()) {
            Some(files) => draft.files = files,
            None => return call.refuse(&Refusal::NoSuchFile),
        }
    }
    if let Err(refusal) = call.live.pace.send(session.person_id()) {
        return call.refuse(&refusal);
    }
    let (came, span) = (Instant::now(), session.trace());
    call.takes_off();
    let (now, limits) = (chat.now(), Arc::clone(chat.limits()));
    let (sends, has_files) = (call.clone(), !draft.files.is_empty());
    let rule = move |tx: &mut dyn Tx| {
        let person = sends.who(tx)?;
        let room = sends.room(tx)?;
        let by = sends.by(&person);
        let mut sent = rules::send(tx, now, &limits, by, room, &draft)?;
        if sent.first {
            // Nobody can have read what was not there before.
            return Ok((sent, Marks::default()));
        }
        let (message, marks) = rules::one_message(tx, by, sent.message.id)?;
        if sends.session.roaming.is_some() {
            let mut message = [message];
            rules::fill(tx, &mut message)?;
            let [message] = message;
            sent.message = Arc::new(message);
        }
        Ok((sent, marks))
    };
    let lane = if has_files { call.lane().widened() } else { call.lane() };
    chat.change_in(lane, rule, move |outcome| {
        let first = outcome.as_ref().map(|(sent, _)| sent.first);
        call.session.counts.came_by_socket(came.elapsed(), first);
        match outcome {
            Ok((sent, marks)) => call.answer(&Outcome::Sent {
                room: sent.room,
                key: &sent.key,
                message: &sent.message,
                marks,
                sender: &call.session.person(),
                first: sent.first,
            }),
            Err(error) => call.answer_error(&error),
        }
        call.lands();
        drop(span);
    });
}
