//! Keeps when people were last there, now and then: what a killed server had not kept is lost.

use beseda_live::Live;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often.
pub const EVERY: Duration = Duration::from_secs(30);

/// Keeps it again and again, for as long as it is polled.
pub async fn run(live: Arc<Live>, every: Duration) {
    let mut turns = interval(every);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_well = true;
    loop {
        turns.tick().await;
        let kept = live.keep_seen().await;
        match &kept {
            // Told once: the store tells of itself.
            Err(error) if is_well => {
                tracing::warn!("when people were last there could not be kept, it is tried again: {error}");
            }
            Ok(()) if !is_well => tracing::info!("when people were last there can be kept again"),
            _ => {}
        }
        is_well = kept.is_ok();
    }
}
