//! Typing: somebody types, or has stopped. It is announced without a transaction.

use super::{Call, Target};
use beseda_core::ports::Look;
use beseda_core::rules::{self, Standing, Where};
use beseda_core::{Error, Refusal};
use std::sync::Arc;

pub(super) fn announce(call: Call, is_typing: bool) {
    match &call.target {
        // Whoever may have lost their place a moment ago is not announced there.
        Target::Own(seat) => {
            if let Some(room) = seat.room().filter(|_| seat.is_whole()) {
                call.live.say_typing(room, &call.session.person(), is_typing);
            }
        }
        Target::Named(_) | Target::Known(_) => announce_in(call, is_typing),
    }
}

/// Which room that is, and whether they may type there, only the store knows.
fn announce_in(call: Call, is_typing: bool) {
    let session = &call.session;
    let (came, kinds) = (session.came(), session.dialect.kinds());
    let asks = call.clone();
    let rule = move |look: &mut dyn Look| {
        let room = asks.room(look)?;
        let room = look.room(room)?.ok_or(Refusal::NoSuchRoom)?;
        match rules::standing(look, &came, Where::Room(room.id), kinds)? {
            Standing::Inside(person) => Ok((room.name(), Arc::from(person))),
            Standing::Outside | Standing::Inactive => Err(Error::Refused(Refusal::NoSuchRoom)),
        }
    };
    call.takes_off();
    call.live.chat().clone().look(rule, move |found| {
        match found {
            Ok((room, person)) => call.live.say_typing(room, &person, is_typing),
            Err(error) => call.answer_error(&error),
        }
        call.lands();
    });
}
