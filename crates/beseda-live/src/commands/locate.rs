//! Locate: somebody says where they are, to those who are in a room with them. It is announced without a transaction.

use super::{Call, Target};
use crate::dialect::{Point, Position};

pub(super) fn announce(call: &Call, point: Point) {
    let Target::Own(seat) = &call.target else { return };
    // Whoever may have lost their place a moment ago is not shown there.
    let Some(room) = seat.room().filter(|_| seat.is_whole()) else {
        return;
    };
    let position = Position {
        person: call.session.person(),
        point,
        at: call.live.chat().now(),
    };
    call.live.say_position(room, position);
}
