//! Locate: somebody says where they are, to those who are in a room with them. It is announced without a transaction.

use super::{Call, Target};
use crate::dialect::{Point, Position};

pub(super) fn announce(call: &Call, point: Point) {
    let Target::Own(seat) = &call.target else { return };
    // Whoever may have lost their place a moment ago is not shown there.
    let Some(room) = seat.room().filter(|_| seat.is_whole()) else {
        return;
    };
    let person = call.session.person();
    let position = Position {
        person: person.id,
        role: person.role,
        point,
        at: call.live.chat().now(),
    };
    call.live.say_position(room, position);
}
