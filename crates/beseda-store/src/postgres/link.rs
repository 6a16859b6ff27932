//! A connection that comes back: whoever needs one has it or learns at once that it is away.

use crate::engine::postgres::{Backend, PostgresEngine};
use crate::reach::Reach;
use beseda_core::error::Fault;
use std::time::Duration;
use tokio::time::Instant;
use tokio_postgres::Config;

/// After how long a lost connection is tried again; twice as long each time, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A connection, or none while the database is away.
pub(crate) struct Link {
    config: Config,
    engine: Option<PostgresEngine>,
    reach: Reach,
    pause: Duration,
    next_try: Instant,
    /// What of an earlier connection may still be at work.
    old: Option<Backend>,
}

impl Link {
    /// Connects.
    pub(crate) fn open(config: &Config, reach: Reach) -> Result<Self, Fault> {
        let engine = PostgresEngine::connect(config)?;
        Ok(Self {
            config: config.clone(),
            engine: Some(engine),
            reach,
            pause: FIRST_PAUSE,
            next_try: Instant::now(),
            old: None,
        })
    }

    /// The connection, made anew if it is time for that.
    pub(crate) fn engine(&mut self) -> Result<&mut PostgresEngine, Fault> {
        if self.engine.is_none() {
            self.come_back()?;
        }
        self.engine
            .as_mut()
            .ok_or_else(|| Fault::Away("the connection is lost".to_owned()))
    }

    /// Whether it has no connection.
    pub(crate) fn is_away(&self) -> bool {
        self.engine.is_none()
    }

    /// The connection is of no use any more; it is tried again at once, and then now and then.
    pub(crate) fn lose(&mut self) {
        if let Some(engine) = self.engine.take() {
            self.old = Some(engine.backend());
            self.pause = FIRST_PAUSE;
            self.next_try = Instant::now();
        }
    }

    /// The connection is there and of no use: why, for those who ask.
    pub(crate) fn refuse(&mut self, fault: Fault) {
        self.reach.set(Some(fault));
    }

    /// The connection is of use after all.
    pub(crate) fn accept(&mut self) {
        self.reach.set(None);
    }

    /// Asks whether the connection is there, where there should be one, and otherwise tries to have one.
    pub(crate) fn look_after(&mut self) {
        if let Some(engine) = &mut self.engine
            && !engine.is_there()
        {
            self.lose();
        }
        drop(self.engine());
    }

    /// How long to wait before the connection is looked after.
    pub(crate) fn patience(&self, idle: Duration) -> Duration {
        if self.engine.is_some() {
            idle
        } else {
            self.pause.min(idle)
        }
    }

    fn come_back(&mut self) -> Result<(), Fault> {
        if Instant::now() < self.next_try {
            return self.reach.check();
        }
        let made = PostgresEngine::connect(&self.config).and_then(|mut engine| {
            if let Some(old) = &self.old {
                engine.end(old)?;
            }
            Ok(engine)
        });
        match made {
            Ok(engine) => {
                (self.engine, self.old) = (Some(engine), None);
                self.reach.set(None);
                Ok(())
            }
            Err(fault) => {
                self.reach.set(Some(fault.clone()));
                self.next_try = Instant::now() + self.pause;
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                Err(fault)
            }
        }
    }
}
