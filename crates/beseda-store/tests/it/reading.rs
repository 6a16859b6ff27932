//! Reading: one snapshot for each glance.

use crate::support::Stage;
use beseda_core::error::{Error, Fault};
use std::sync::mpsc::sync_channel;

#[test]
fn a_glance_sees_one_moment_whatever_is_committed_meanwhile() {
    let stage = Stage::new();
    let room = stage.order_room();
    let (looked, first_look) = sync_channel(1);
    let (go_on, wait) = sync_channel::<()>(1);
    let (done, outcome) = sync_channel(1);
    stage.chat.look(
        move |look| {
            let before = look.room(room)?.map(|room| room.seq.0);
            looked.send(()).unwrap();
            wait.recv().unwrap();
            Ok((
                before,
                look.room(room)?.map(|room| room.seq.0),
                look.message_at(room, beseda_core::words::Seq(1))?,
            ))
        },
        move |result| done.send(result).unwrap(),
    );
    first_look.recv().unwrap();
    stage.send(room, "meanwhile").recv().unwrap().unwrap();
    go_on.send(()).unwrap();
    assert_eq!(outcome.recv().unwrap().unwrap(), (Some(0), Some(0), None));
    assert_eq!(stage.texts(room), ["meanwhile"], "the next glance sees it");
}

#[test]
fn a_rule_that_panics_while_reading_is_a_fault_of_its_own() {
    let stage = Stage::with(|options| options.readers = 1);
    let room = stage.order_room();
    let panicked: Result<(), Error> = stage.look(|_| panic!("a rule panics on purpose"));
    assert!(
        matches!(panicked, Err(Error::Failed(Fault::Internal(_)))),
        "{panicked:?}"
    );
    assert!(stage.texts(room).is_empty(), "the reader lives on");
}
