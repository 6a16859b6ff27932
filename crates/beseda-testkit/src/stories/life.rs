//! A life: random steps of several people in one room, the same for the same seed.

use super::stage::{Dice, Stage, unless_refused};
use beseda_core::error::Refusal;
use beseda_core::words::{Message, MessageId, PersonId, RoomId, Seq};
use std::sync::Arc;

/// Who acts on a message.
#[derive(Debug, Clone, Copy)]
pub(super) enum Actor {
    /// Who wrote it.
    Author,
    /// Somebody, by their place among the people of the stage.
    Somebody(usize),
}

/// Something that somebody tries; whether they may is for the rules to say.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Send {
        who: usize,
        text: String,
        client_id: Option<String>,
    },
    Edit {
        who: Actor,
        seq: Seq,
        text: String,
    },
    Erase {
        who: Actor,
        seq: Seq,
    },
    Read {
        who: usize,
        up_to: Option<Seq>,
    },
    Settle {
        expert: Option<PersonId>,
        operator: Option<PersonId>,
    },
    Tick(i64),
}

/// The room of an order in which person 1 is always the client, and the others come and go.
pub(super) struct Life<'a> {
    pub(super) stage: &'a Stage,
    pub(super) room: RoomId,
    order: i64,
}

/// What somebody tries next in a room of about `newest` messages.
pub(super) fn next_step(dice: &mut Dice, newest: i64) -> Step {
    // Person 1 is always in the room and says the most.
    let who = if dice.chance(40) {
        0
    } else {
        usize::try_from(dice.below(5)).unwrap_or(0)
    };
    let seq = Seq(dice.below(newest) + 1);
    let actor = if dice.chance(80) {
        Actor::Author
    } else {
        Actor::Somebody(who)
    };
    match dice.below(100) {
        0..40 => {
            // Few client ids, so that some are said twice.
            let client_id = dice.chance(50).then(|| format!("c-{}", dice.below(newest + 10)));
            Step::Send {
                who,
                text: format!("слово {}", dice.below(1_000_000)),
                client_id,
            }
        }
        40..55 => Step::Edit {
            who: actor,
            seq,
            text: format!("правка {}", dice.below(3)),
        },
        55..67 => Step::Erase { who: actor, seq },
        67..87 => Step::Read {
            who,
            up_to: dice.chance(70).then(|| Seq(dice.below(newest + 4) - 2)),
        },
        87..95 => {
            let mut somebody = || dice.chance(80).then(|| PersonId(dice.below(5) + 1));
            Step::Settle {
                expert: somebody(),
                operator: somebody(),
            }
        }
        _ => Step::Tick(dice.below(4_000_000) - 1_500_000),
    }
}

impl<'a> Life<'a> {
    /// A new room for an order with this number.
    pub(super) fn begin(stage: &'a Stage, order: i64) -> Self {
        Self {
            stage,
            room: stage.room_of_three(order),
            order,
        }
    }

    /// Somebody tries something: the message that they sent or edited, or the refusal.
    pub(super) fn take(&self, step: &Step) -> Result<Option<Arc<Message>>, Refusal> {
        let stage = self.stage;
        let outcome = match step {
            Step::Send { who, text, client_id } => {
                let sent = stage.send(&stage.people[*who], self.room, text, client_id.as_deref());
                sent.map(|sent| Some(sent.message))
            }
            Step::Edit { who, seq, text } => {
                let (by, id) = self.message(*who, *seq);
                let edited = stage.edit(&stage.person(by), id, text);
                edited.map(|(message, _)| Some(message))
            }
            Step::Erase { who, seq } => {
                let (by, id) = self.message(*who, *seq);
                stage.erase(&stage.person(by), id).map(|()| None)
            }
            Step::Read { who, up_to } => {
                let read = stage.read(&stage.people[*who], self.room, *up_to);
                read.map(|_| None)
            }
            Step::Settle { expert, operator } => {
                let settled = stage.put_order(self.order, [Some(PersonId(1)), *expert, *operator]);
                settled.map(|()| None)
            }
            Step::Tick(microseconds) => {
                stage.clock.tick(*microseconds);
                Ok(None)
            }
        };
        unless_refused(outcome)
    }

    /// Takes one random step and tells it.
    pub(super) fn step(&self, dice: &mut Dice) -> Step {
        let room = self.room;
        let room = self
            .stage
            .look(move |look| Ok(look.room(room)?))
            .expect("the room is read");
        let step = next_step(dice, room.map_or(0, |room| room.seq.0));
        // Whether they might is for the rules to say.
        drop(self.take(&step));
        step
    }

    /// Takes many.
    pub(super) fn steps(&self, dice: &mut Dice, count: usize) {
        for _ in 0..count {
            self.step(dice);
        }
    }

    /// Who acts on the message with this number, and which it is; a message that is not there has the number 0.
    fn message(&self, who: Actor, seq: Seq) -> (PersonId, MessageId) {
        let room = self.room;
        let message = self
            .stage
            .look(move |look| Ok(look.message_at(room, seq)?))
            .expect("a message is read");
        let author = message
            .as_ref()
            .and_then(|message| message.author.as_ref())
            .map(|author| author.id);
        let by = match who {
            Actor::Author => author.unwrap_or(PersonId(1)),
            Actor::Somebody(who) => self.stage.people[who].id,
        };
        (by, message.map_or(MessageId(0), |message| message.id))
    }
}
