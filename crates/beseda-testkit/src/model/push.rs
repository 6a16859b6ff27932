//! Browsers that are told, in memory.

use super::{Run, wrong};
use beseda_core::error::Fault;
use beseda_core::ports::{LookPush, TxPush};
use beseda_core::words::{PersonId, PushSettings, PushSubscription, RoomId, Time};
use uuid::Uuid;

impl LookPush for Run {
    fn has_push(&mut self) -> Result<bool, Fault> {
        Ok(!self.kept.push_subscriptions.is_empty())
    }

    fn push_subscription(&mut self, id: Uuid) -> Result<Option<PushSubscription>, Fault> {
        let mut all = self.kept.push_subscriptions.iter();
        Ok(all.find(|one| one.id == id).cloned())
    }

    fn push_subscription_at(&mut self, endpoint: &str) -> Result<Option<PushSubscription>, Fault> {
        let mut all = self.kept.push_subscriptions.iter();
        Ok(all.find(|one| one.endpoint == endpoint).cloned())
    }

    fn push_subscriptions_of(&mut self, person: PersonId) -> Result<Vec<PushSubscription>, Fault> {
        let all = self.kept.push_subscriptions.iter();
        Ok(all.filter(|one| one.came.person == person).cloned().collect())
    }

    fn pushed_in(&mut self, rooms: &[RoomId]) -> Result<Vec<(RoomId, PersonId)>, Fault> {
        let has_browser = |person: PersonId| {
            let mut all = self.kept.push_subscriptions.iter();
            all.any(|one| one.came.person == person)
        };
        let members = self.kept.members.values();
        let mut told: Vec<_> = members
            .filter(|member| rooms.contains(&member.room) && has_browser(member.person))
            .map(|member| (member.room, member.person))
            .collect();
        told.sort_unstable();
        Ok(told)
    }

    fn push_settings(&mut self, person: PersonId) -> Result<Option<PushSettings>, Fault> {
        Ok(self.kept.push_settings.get(&person).cloned())
    }
}

impl TxPush for Run {
    fn put_push_subscription(&mut self, subscription: &PushSubscription) -> Result<(), Fault> {
        self.known(subscription.came.person)?;
        let at = self.push_subscription_at(&subscription.endpoint)?;
        if at.is_some_and(|at| at.id != subscription.id) {
            return Err(wrong("two browsers have one address"));
        }
        let all = &mut self.kept().push_subscriptions;
        match all.iter_mut().find(|one| one.id == subscription.id) {
            Some(standing) => standing.clone_from(subscription),
            None => all.push(subscription.clone()),
        }
        Ok(())
    }

    fn remove_push_subscription(&mut self, id: Uuid) -> Result<(), Fault> {
        self.kept().push_subscriptions.retain(|one| one.id != id);
        Ok(())
    }

    fn remove_push_subscriptions_of(&mut self, person: PersonId, proven_at: Option<Time>) -> Result<(), Fault> {
        self.kept().push_subscriptions.retain(|one| {
            let is_meant = proven_at.is_none_or(|at| one.came.proven_at == at);
            one.came.person != person || !is_meant
        });
        Ok(())
    }

    fn put_push_settings(&mut self, person: PersonId, settings: Option<&PushSettings>) -> Result<(), Fault> {
        self.known(person)?;
        let all = &mut self.kept().push_settings;
        match settings {
            Some(settings) => drop(all.insert(person, settings.clone())),
            None => drop(all.remove(&person)),
        }
        Ok(())
    }
}
