//! Who asks the chat is answered once, whatever the store does with the question.

use beseda_core::Chat;
use beseda_core::error::{Error, Fault};
use beseda_core::ports::{Change, Clock, Glance, Random, Store};
use beseda_core::words::{Limits, Time};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

/// A store that lets fall whatever it is given, or says that it was done when it was not.
struct Careless {
    lies: bool,
}

impl Store for Careless {
    fn transact(&self, change: Box<dyn Change>) {
        if self.lies {
            change.done(Ok(()));
        }
    }

    fn glance(&self, glance: Box<dyn Glance>) {
        if self.lies {
            glance.done(Ok(()));
        }
    }

    fn ready(&self) -> Result<(), Fault> {
        Ok(())
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        Time(0)
    }
}

impl Random for Still {
    fn fill(&self, _: &mut [u8]) {}
}

#[test]
fn who_asks_is_told_once_also_by_a_store_that_lets_a_rule_fall() {
    for lies in [false, true] {
        let limits = Arc::new(Limits::default());
        let chat = Chat::new(Arc::new(Careless { lies }), Arc::new(Still), Arc::new(Still), limits);
        let (answer, answers) = sync_channel::<Result<(), Error>>(4);
        let (changed, looked) = (answer.clone(), answer);
        chat.change(|_| Ok(()), move |outcome| changed.send(outcome).unwrap());
        chat.look(|_| Ok(()), move |outcome| looked.send(outcome).unwrap());
        let answers: Vec<_> = answers.iter().collect();
        assert_eq!(answers.len(), 2);
        let is_ours = |answer: &Result<(), Error>| matches!(answer, Err(Error::Failed(Fault::Internal(_))));
        assert!(answers.iter().all(is_ours), "{answers:?}");
    }
}
