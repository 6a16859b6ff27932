//! Keeps a promise to tell a browser: looks once more whether it is to be told, and tells its push service.

use super::Push;
use super::services::{Answer, Sent};
use beseda_contracts::native::push::{is_quiet, told, told_to_try};
use beseda_core::words::{PushSubscription, RoomId, Seq};
use beseda_core::{Error, Fault, rules};
use beseda_identity::push::{Drawn, seal};
use beseda_live::ask;
use uuid::Uuid;

impl Push {
    /// Tells a browser of a message, if its person is still to be told.
    ///
    /// # Errors
    /// Why that failed, where it can go well later.
    pub async fn tell(&self, subscription: Uuid, at: (RoomId, Seq)) -> Result<(), Fault> {
        let (chat, kinds) = (self.live.chat(), self.kinds);
        let (now, limits) = (chat.now(), chat.limits());
        let found = ask::look(chat, move |look| rules::pushed(look, now, kinds, subscription, at)).await;
        let Some((browser, pushed)) = found.map_err(failed)? else {
            return Ok(());
        };
        let is_late = pushed.message.created_at.plus_seconds(limits.push_seconds) <= now;
        if is_late || is_quiet(&pushed.settings, now) || self.live.looks(pushed.person, pushed.room.name()) {
            return Ok(());
        }
        self.send(&browser, &told(&pushed, limits), Some(pushed.room.uuid))
            .await
    }

    /// Tells a browser that it is told.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub async fn try_out(&self, subscription: Uuid) -> Result<(), Fault> {
        let found = ask::look(self.live.chat(), move |look| rules::browser(look, subscription)).await;
        match found.map_err(failed)? {
            Some((browser, _)) => self.send(&browser, &told_to_try(), None).await,
            None => Ok(()),
        }
    }

    /// Hands something over to a browser's push service; of several about one room that keeps the last for a browser which is
    /// not there.
    async fn send(&self, browser: &PushSubscription, plain: &str, about: Option<Uuid>) -> Result<(), Fault> {
        let chat = self.live.chat();
        let drawn = Drawn {
            key: chat.random(),
            salt: chat.random(),
        };
        let sent = Sent {
            body: seal(browser, plain.as_bytes(), &drawn)?,
            authorization: self.identity.authorization(&browser.endpoint, chat.now())?,
            ttl_seconds: chat.limits().push_ttl_seconds,
            topic: about.map(|room| self.identity.topic(browser.id, room)),
        };
        let is_near = self.identity.is_near(&browser.endpoint);
        let (id, person) = (browser.id, browser.came.person.0);
        match self.services.post(&browser.endpoint, is_near, sent).await {
            Ok(Answer::Taken) => Ok(()),
            Ok(Answer::Gone) => {
                tracing::info!(browser = %id, person, "its push service knows a browser no more, and it is forgotten");
                ask::change(chat, move |tx| rules::push_is_gone(tx, id))
                    .await
                    .map_err(failed)
            }
            Ok(Answer::Refused(why)) => {
                tracing::warn!(browser = %id, person, "a push is given up: {why}");
                Ok(())
            }
            Err(why) => Err(Fault::Internal(why)),
        }
    }
}

/// Why a rule failed; those of pushes refuse nothing.
fn failed(error: Error) -> Fault {
    match error {
        Error::Failed(fault) => fault,
        Error::Refused(refusal) => Fault::Internal(refusal.to_string()),
    }
}
