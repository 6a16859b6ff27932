//! Browsers that are told, and how their people want it.

use crate::engine::{Row, strange, values};
use crate::rows::json_list;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookPush, TxPush};
use beseda_core::words::{Came, PersonId, PushSettings, PushSubscription, Quiet, RoomId, Time};
use uuid::Uuid;

fn subscription(row: &Row<'_>) -> Result<PushSubscription, Fault> {
    Ok(PushSubscription {
        id: Uuid::from_bytes(row.get(0)?),
        came: Came {
            person: PersonId(row.get(1)?),
            proven_at: Time(row.get(2)?),
            by_key: row.get(3)?,
        },
        endpoint: row.get(4)?,
        p256dh: row.get(5)?,
        auth: row.get(6)?,
        created_at: Time(row.get(7)?),
    })
}

fn minute(row: &Row<'_>, at: usize) -> Result<u16, Fault> {
    u16::try_from(row.get::<u32>(at)?).map_err(|_| strange(at))
}

impl LookPush for Transaction<'_> {
    fn has_push(&mut self) -> Result<bool, Fault> {
        let has = self.one(sql::PUSH_SUBSCRIPTIONS_ANY, values![], |row| row.get(0))?;
        Ok(has.unwrap_or(false))
    }

    fn push_subscription(&mut self, id: Uuid) -> Result<Option<PushSubscription>, Fault> {
        self.one(sql::PUSH_SUBSCRIPTIONS_GET, values![&id], subscription)
    }

    fn push_subscription_at(&mut self, endpoint: &str) -> Result<Option<PushSubscription>, Fault> {
        self.one(sql::PUSH_SUBSCRIPTIONS_AT, values![endpoint], subscription)
    }

    fn push_subscriptions_of(&mut self, person: PersonId) -> Result<Vec<PushSubscription>, Fault> {
        self.all(sql::PUSH_SUBSCRIPTIONS_OF_PERSON, values![person.0], subscription)
    }

    fn pushed_in(&mut self, rooms: &[RoomId]) -> Result<Vec<(RoomId, PersonId)>, Fault> {
        self.all(sql::PUSH_SUBSCRIPTIONS_IN_ROOMS, values![&json_list(rooms)], |row| {
            Ok((RoomId(row.get(0)?), PersonId(row.get(1)?)))
        })
    }

    fn push_settings(&mut self, person: PersonId) -> Result<Option<PushSettings>, Fault> {
        self.one(sql::PUSH_SETTINGS_GET, values![person.0], |row| {
            let (from, to) = (minute(row, 3)?, minute(row, 4)?);
            let zone: Option<String> = row.get(2)?;
            Ok(PushSettings {
                on: row.get(0)?,
                preview: row.get(1)?,
                quiet: zone.map(|zone| Quiet { zone, from, to }),
            })
        })
    }
}

impl TxPush for Transaction<'_> {
    fn put_push_subscription(&mut self, subscription: &PushSubscription) -> Result<(), Fault> {
        let came = &subscription.came;
        let values = values![
            &subscription.id,
            came.person.0,
            came.proven_at.0,
            came.by_key.as_ref(),
            &subscription.endpoint,
            &subscription.p256dh,
            &subscription.auth,
            subscription.created_at.0,
        ];
        self.write(sql::PUSH_SUBSCRIPTIONS_PUT, values).map(drop)
    }

    fn remove_push_subscription(&mut self, id: Uuid) -> Result<(), Fault> {
        self.write(sql::PUSH_SUBSCRIPTIONS_REMOVE, values![&id]).map(drop)
    }

    fn remove_push_subscriptions_of(&mut self, person: PersonId, proven_at: Option<Time>) -> Result<(), Fault> {
        match proven_at {
            None => self.write(sql::PUSH_SUBSCRIPTIONS_REMOVE_OF_PERSON, values![person.0]),
            Some(at) => self.write(sql::PUSH_SUBSCRIPTIONS_REMOVE_OF_PROOF, values![person.0, at.0]),
        }
        .map(drop)
    }

    fn put_push_settings(&mut self, person: PersonId, settings: Option<&PushSettings>) -> Result<(), Fault> {
        let Some(settings) = settings else {
            return self.write(sql::PUSH_SETTINGS_REMOVE, values![person.0]).map(drop);
        };
        let quiet = settings.quiet.as_ref();
        let zone = quiet.map(|quiet| quiet.zone.as_str());
        let (from, to) = quiet.map_or((0, 0), |quiet| (u32::from(quiet.from), u32::from(quiet.to)));
        let values = values![person.0, settings.on, settings.preview, zone, from, to];
        self.write(sql::PUSH_SETTINGS_PUT, values).map(drop)
    }
}
