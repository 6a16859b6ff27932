//! Web push: notes in which rooms something was said, and promises a moment later to tell the browsers of those who do not
//! look. The promises are jobs, kept in `tell.rs`.

mod guard;
mod services;
mod tell;
#[cfg(test)]
mod tests;
mod waiting;

pub use waiting::Waiting;

use crate::config::Settings;
use beseda_contracts::native::push::is_quiet;
use beseda_contracts::shared::Shared;
use beseda_core::words::{Errand, Kinds, PersonId, PushDue, RoomId, RoomName, Seq};
use beseda_core::{Error, rules};
use beseda_identity::{Push as OurKeys, PushSettings};
use beseda_live::{Dialect, Live, ask};
use services::Services;
use std::sync::Arc;
use std::time::Duration;

/// What happens in so short a time in a room is told as its newest message; and whoever reads it meanwhile is not told.
const TOGETHER: Duration = Duration::from_secs(1);
/// Rooms that are looked at at once.
const ROOMS_AT_ONCE: usize = 200;
/// People for whom it is decided, and promised, at once.
const PEOPLE_AT_ONCE: usize = 50;

/// Tells browsers.
pub struct Push {
    live: Arc<Live>,
    waiting: Arc<Waiting>,
    /// Who we are to push services.
    identity: Arc<OurKeys>,
    services: Services,
    /// The rooms of which browsers are told.
    kinds: Kinds,
}

/// Where what is said waits for browsers, where somebody answers for telling them.
pub fn waiting(settings: &Settings) -> Option<Arc<Waiting>> {
    identity(settings).map(|_| Arc::new(Waiting::new(settings.limits.push_rooms)))
}

/// Who we are to push services, where somebody answers for that.
pub fn identity(settings: &Settings) -> Option<PushSettings> {
    (!settings.push_subject.is_empty()).then(|| PushSettings {
        subject: settings.push_subject.clone(),
        near: settings.push_origins.clone(),
    })
}

impl Push {
    /// Tells whoever does not look, where there is somebody to tell.
    ///
    /// # Errors
    /// There is no encryption to be had.
    pub fn over(shared: &Shared, waiting: Option<Arc<Waiting>>) -> anyhow::Result<Option<Arc<Self>>> {
        let (Some(identity), Some(waiting)) = (shared.identity.push.clone(), waiting) else {
            return Ok(None);
        };
        Ok(Some(Arc::new(Self {
            live: Arc::clone(&shared.live),
            waiting,
            identity,
            services: Services::new()?,
            kinds: shared.all_rooms.kinds(),
        })))
    }

    /// Promises to tell whoever is to be told, for as long as it is polled.
    pub async fn promise_all(self: Arc<Self>) {
        let mut is_well = true;
        loop {
            self.waiting.rung().await;
            tokio::time::sleep(TOGETHER).await;
            let (rooms, left_out) = self.waiting.take();
            if left_out > 0 {
                tracing::warn!(
                    left_out,
                    "messages in more rooms than limits.push_rooms at once: of these nobody is told by web push"
                );
            }
            for some in rooms.chunks(ROOMS_AT_ONCE) {
                let promised = self.promise(some).await;
                if let Err(error) = &promised {
                    self.waiting.put_back(some);
                    // Told once: the store tells of itself, and this is tried every second.
                    if is_well {
                        tracing::warn!("whom to tell by web push cannot be found out, it is tried again: {error}");
                    }
                }
                is_well = promised.is_ok();
            }
        }
    }

    /// Promises to tell whoever is to be told of these rooms, in which something was said from a number on.
    async fn promise(&self, rooms: &[(RoomName, Seq)]) -> Result<(), Error> {
        let since: Vec<(RoomId, Seq)> = rooms.iter().map(|(room, seq)| (room.id, *seq)).collect();
        let mut whom = ask::look(self.live.chat(), move |look| rules::whom_to_push(look, &since)).await?;
        whom.retain(|(room, _, person)| {
            let room = rooms.iter().find(|(known, _)| known.id == *room);
            room.is_some_and(|(room, _)| !self.live.looks(*person, *room))
        });
        for some in whom.chunks(PEOPLE_AT_ONCE) {
            self.promise_people(some.to_vec()).await?;
        }
        Ok(())
    }

    async fn promise_people(&self, whom: Vec<(RoomId, Seq, PersonId)>) -> Result<(), Error> {
        let (chat, kinds) = (self.live.chat(), self.kinds);
        let now = chat.now();
        let due = ask::look(chat, move |look| rules::pushes(look, now, kinds, &whom)).await?;
        let is_loud = |due: &&PushDue| !is_quiet(&due.pushed.settings, now);
        let errands: Vec<Errand> = due.iter().filter(is_loud).map(errand).collect();
        if errands.is_empty() {
            return Ok(());
        }
        ask::change(chat, move |tx| {
            for errand in &errands {
                tx.enqueue(errand, now)?;
            }
            Ok(())
        })
        .await
    }
}

fn errand(due: &PushDue) -> Errand {
    Errand::Push {
        subscription: due.subscription,
        room: due.pushed.room.id,
        seq: due.pushed.message.seq,
    }
}
