//! The server's own connection: as long as it stands, no other server serves the database; and it is called when another
//! process has changed something.

use super::link::Link;
use super::tickets::{Tickets, Told};
use crate::engine::postgres::PostgresEngine;
use crate::engine::values;
use crate::notices::NoticeReader;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::words::Notice;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long to wait for a call before looking all the same.
const IDLE: Duration = Duration::from_secs(1);

pub(crate) struct Listener {
    pub(crate) link: Link,
    pub(crate) tickets: Arc<Tickets>,
    pub(crate) read: NoticeReader,
    /// The store is being closed.
    pub(crate) closing: Arc<AtomicBool>,
}

/// Sees to it that no other server serves the database, and listens from now on; false where one does.
pub(crate) fn begin(engine: &mut PostgresEngine) -> Result<bool, Fault> {
    let alone = Transaction::new(engine).one(sql::SERVERS_ALONE, values![], |row| row.get::<bool>(0))?;
    engine.script("LISTEN beseda")?;
    Ok(alone == Some(true))
}

impl Listener {
    pub(crate) fn run(mut self) {
        while !self.closing.load(Ordering::Relaxed) {
            if self.look().is_err() {
                self.link.lose();
                self.come_back();
            }
        }
    }

    /// Tells what others have noted, and waits for a call.
    fn look(&mut self) -> Result<(), Fault> {
        let engine = self.link.engine()?;
        let notices = self.read.next(&mut Transaction::new(engine))?;
        if !notices.is_empty() {
            let told = Told {
                notices,
                ..Told::default()
            };
            self.tickets.take().put_down(told);
        }
        engine.wait_for_call(IDLE);
        Ok(())
    }

    /// Waits until the database is there again and nobody else serves it.
    fn come_back(&mut self) {
        while !self.closing.load(Ordering::Relaxed) {
            match self.link.engine().and_then(begin) {
                Ok(true) => {
                    self.link.accept();
                    // Whoever served meanwhile noted nothing for us.
                    return self.tickets.take().put_down(Told {
                        notices: vec![Notice::Everything],
                        ..Told::default()
                    });
                }
                Ok(false) => {
                    self.link
                        .refuse(Fault::Away("another server has begun to serve the database".to_owned()));
                }
                Err(_) => self.link.lose(),
            }
            std::thread::park_timeout(IDLE / 4);
        }
    }
}
