//! Signals besides those that stop the server: what is read again while it runs, and what means nothing here.

use crate::reload::Reload;
use std::io;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

/// The next signal is not looked at before this is over: of a storm of them, what is read again is read once a second.
const BREATHER: Duration = Duration::from_secs(1);

/// The signals, each of which would end a process that does not heed it.
pub struct Signals {
    hang_up: Signal,
    user_1: Signal,
    user_2: Signal,
}

impl Signals {
    /// From now on none of them ends this process.
    ///
    /// # Errors
    /// The system does not let us wait for them.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            hang_up: signal(SignalKind::hangup())?,
            user_1: signal(SignalKind::user_defined1())?,
            user_2: signal(SignalKind::user_defined2())?,
        })
    }

    /// Does what they ask for, for as long as it is polled.
    pub async fn heed(mut self, mut reload: Reload) {
        loop {
            tokio::select! {
                Some(()) = self.hang_up.recv() => reload.everything().await,
                Some(()) = self.user_1.recv() => {
                    reload.log();
                    tracing::info!("the log was opened anew (SIGUSR1)");
                }
                Some(()) = self.user_2.recv() => tracing::info!("SIGUSR2 means nothing here"),
                else => std::future::pending().await,
            }
            sleep(BREATHER).await;
        }
    }
}
