//! Settings that are read again while the server runs: what of them counts at once, and what waits for the next start.

use crate::app::{for_contracts, network, routes};
use crate::config::{self, Changes, Flags, Secret, Settings};
use crate::health::Health;
use crate::system::System;
use crate::{systemd, telemetry};
use beseda_contracts::shared::Shared;
use beseda_identity::{Issuers, KeyCounts, Uptime};
use beseda_live::accept::Answers;
use std::sync::Arc;
use tokio::sync::watch;

/// What is exchanged when settings are read again.
pub struct Reload {
    /// What the arguments of the command set.
    pub flags: Flags,
    /// The settings in force.
    pub settings: Settings,
    /// What signs, from the start on.
    pub secret: Secret,
    /// How long the server has been running.
    pub uptime: Uptime,
    /// What every call works with.
    pub shared: Shared,
    /// What `/readyz` is answered by.
    pub health: Health,
    /// What answers requests.
    pub answers: Answers,
    /// What is counted of the keys that issuers publish.
    pub key_counts: KeyCounts,
    /// Whose published keys are kept fresh.
    pub issuers: watch::Sender<Arc<Issuers>>,
}

impl Reload {
    /// Opens the log anew.
    pub fn log(&self) {
        telemetry::reopen(&self.settings);
    }

    /// Opens the log anew and reads the settings again, with every file that they name. Where anything is wrong with them,
    /// nothing is taken.
    pub async fn everything(&mut self) {
        systemd::reloading();
        self.log();
        self.settings().await;
        systemd::ready();
    }

    async fn settings(&mut self) {
        let flags = self.flags.clone();
        // Files may lie where reading them takes a while.
        let Ok(loaded) = tokio::task::spawn_blocking(move || config::load(&flags, &System)).await else {
            return tracing::error!("{WRONG}");
        };
        for warning in &loaded.warnings {
            tracing::warn!("{} {}", warning.what, warning.todo);
        }
        let found = match loaded.accept() {
            Ok(found) => found,
            Err(problems) => {
                for problem in &problems.0 {
                    tracing::error!("{}: {} {}", problem.at, problem.what, problem.todo);
                }
                return tracing::error!("{WRONG}");
            }
        };
        let (next, mut changes) = self.settings.following(&found);
        if found.secret.as_ref().is_some_and(|secret| *secret != self.secret) {
            changes.waiting.push("secret".to_owned());
        }
        match self.take(next) {
            Ok(()) => tell(&changes),
            Err(error) => tracing::error!("{WRONG}: {error:#}"),
        }
    }

    /// Makes these the settings in force, or changes nothing.
    fn take(&mut self, next: Settings) -> anyhow::Result<()> {
        let contracts = for_contracts(&next, &self.secret, network(&next)?, self.key_counts.clone());
        let chat = self.shared.chat.with_limits(Arc::new(next.limits.clone()));
        self.shared = self.shared.following(chat, contracts, &self.uptime)?;
        self.settings = next;
        self.issuers.send_replace(Arc::clone(&self.shared.identity.issuers));
        let frames = &self.settings.reach.frame_ancestors;
        self.answers
            .exchange(routes(self.shared.clone(), self.health.clone(), frames));
        self.log();
        Ok(())
    }
}

/// What is said where nothing is taken.
const WRONG: &str = "the settings were read again and cannot be used: those from before stay in force";

fn tell(changes: &Changes) {
    let list = |names: &[String]| names.join(", ");
    match changes.taken.as_slice() {
        [] => tracing::info!("the settings were read again; files of keys are as they are now"),
        taken => tracing::info!("the settings were read again; these count from now on: {}", list(taken)),
    }
    if !changes.waiting.is_empty() {
        tracing::warn!(
            "these settings have changed and wait for the next start: {}",
            list(&changes.waiting)
        );
    }
}
