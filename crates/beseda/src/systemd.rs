//! What systemd is told, where it started us: that the server is ready, reads its settings again, stops, and is alive.

use sd_notify::NotifyState;
use std::time::Duration;

/// The server serves, or has read its settings again.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The settings are read again; [`ready`] follows.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// The server stops.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says again and again that the server is alive, where that is asked for: as long as its tasks get their turns.
pub async fn keep_alive() {
    let Some(every) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    let mut turns = tokio::time::interval(every.max(LEAST) / 2);
    loop {
        turns.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
}

/// Nobody means less.
const LEAST: Duration = Duration::from_millis(10);

fn tell(what: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(what) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
