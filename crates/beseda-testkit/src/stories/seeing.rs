//! A story of when people were last there.

use super::Make;
use super::any_room::{Deal, hosts};
use super::merging::{FROM, INTO, merge};
use super::stage::Stage;
use beseda_core::rules;
use beseda_core::words::{HostId, Kinds, PersonId, Time};

/// Keeps that people were last there so many seconds after a moment.
fn keep(stage: &Stage, seen: &[(i64, i64)]) {
    let now = stage.chat.now();
    let seen: Vec<_> = seen
        .iter()
        .map(|(id, at)| (PersonId(*id), now.plus_seconds(*at)))
        .collect();
    stage
        .change(move |tx| rules::keep_seen(tx, now, &seen))
        .expect("it is kept");
}

/// What person 2 is told of these, in seconds from now.
fn told(stage: &Stage, ids: &[i64]) -> Vec<(i64, Option<i64>)> {
    let (now, ids) = (stage.chat.now(), hosts(ids));
    let found = stage.look(move |look| rules::companions(look, now, PersonId(2), Kinds::ALL, &ids));
    let found = found.expect("they are read");
    let seconds = |at: Time| at.seconds() - now.seconds();
    found.iter().map(|one| (one.id.0, one.seen_at.map(seconds))).collect()
}

pub(super) fn when_somebody_was_last_there_is_the_later_moment_and_goes_with_them(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let _deal = Deal::new(&stage, 1, &[1, 2, 5, 6]);
    keep(&stage, &[(1, -5), (6, -9)]);
    assert_eq!(
        told(&stage, &[1, 5, 6, 3]),
        [(1, Some(-5)), (5, None), (6, Some(-9))],
        "whom they share a room with"
    );
    keep(&stage, &[(1, -7), (5, -1), (404, -1)]);
    assert_eq!(
        told(&stage, &[1, 5]),
        [(1, Some(-5)), (5, Some(-1))],
        "of two moments the later"
    );

    // A clock that was ahead says nothing, and gives way to one that is right.
    keep(&stage, &[(5, 3_600)]);
    assert_eq!(told(&stage, &[5]), [(5, None)]);
    keep(&stage, &[(5, -2)]);
    assert_eq!(told(&stage, &[5]), [(5, Some(-2))]);

    let known = stage.look(|look| rules::known_of(look, &HostId::from(PersonId(1))));
    assert_eq!(
        known.expect("it is read").seen_at,
        Some(stage.chat.now().plus_seconds(-5))
    );
    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    assert_eq!(told(&stage, &[6]), [(6, Some(-5))], "the later of both");
    let now = stage.chat.now();
    for id in [5, 6] {
        stage
            .change(move |tx| rules::remove_person(tx, now, PersonId(id)))
            .expect("they are deleted");
    }
    keep(&stage, &[(1, -1), (6, -1)]);
    let left = stage.look(|look| Ok(look.seen_at(&[1, 5, 6].map(PersonId))?));
    assert_eq!(left, Ok(vec![]), "of who was deleted nothing is kept, also not later");
}
