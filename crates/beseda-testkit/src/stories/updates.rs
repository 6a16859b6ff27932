//! Stories of what a host application compares its own with: walked while it changes, nothing of it is missed.

use super::Make;
use super::stage::{Dice, Stage};
use beseda_core::policy::By;
use beseda_core::ports::Look;
use beseda_core::rules::{self, Stretch};
use beseda_core::words::{
    Group, GroupId, HostId, Limits, Order, OrderId, Person, PersonId, Role, RoomKey, Time, Updated,
};
use std::collections::BTreeMap;
use std::fmt::Debug;
use uuid::Uuid;

/// How many there are of each kind.
const THINGS: i64 = 12;
const PAGE: i64 = 3;

/// Changes something, as the host says: people, orders, groups and rooms from number 101 on.
fn change(stage: &Stage, dice: &mut Dice) {
    // Several have the same moment, and a clock goes back here and there.
    stage
        .clock
        .tick(dice.below(3) * 1_000_000 - 1_000_000 * i64::from(dice.chance(10)));
    let (now, number) = (stage.chat.now(), 101 + dice.below(THINGS));
    let (kind, word) = (dice.below(4), dice.below(1_000).to_string());
    let (limits, uuid) = (Limits::default(), Uuid::from_bytes(stage.chat.random()));
    let person = Some(PersonId(1 + dice.below(5)));
    let changed = stage.change(move |tx| match kind {
        0 => {
            let mut person = Person::new(PersonId(number), Role::User);
            person.first_name.clone_from(&word);
            rules::put_person(tx, now, &person.into()).map(drop)
        }
        1 => {
            let order = Order {
                number: word.clone(),
                client: person,
                ..Order::new(OrderId::from(number))
            };
            rules::put_order(tx, now, &order, Some(uuid))
        }
        2 => {
            let group = Group {
                name: word.clone(),
                teacher: person,
                ..Group::new(GroupId::from(number))
            };
            rules::put_group(tx, now, &group).map(drop)
        }
        _ => {
            let key: RoomKey = format!("deal:{number}").parse().expect("it is a key");
            let people: Vec<PersonId> = person.into_iter().collect();
            rules::put_room(tx, now, &limits, &key, Some(&word), Some(&people), uuid).map(drop)
        }
    });
    changed.expect("it is put");
}

/// A part of one of the four lists, in words.
type Part = fn(&mut dyn Look, Updated) -> Result<Stretch<(String, String)>, beseda_core::Error>;

fn told<T: Debug>(stretch: Stretch<T>, name: impl Fn(&T) -> String) -> Stretch<(String, String)> {
    let items = stretch.items.iter().map(|item| (name(item), format!("{item:?}")));
    Stretch {
        items: items.collect(),
        next: stretch.next,
    }
}

const LISTS: [Part; 4] = [
    |look, after| {
        Ok(told(rules::people_updated(look, after, PAGE)?, |person| {
            person.id.to_string()
        }))
    },
    |look, after| {
        Ok(told(rules::orders_updated(look, after, PAGE)?, |(order, _)| {
            order.id.to_string()
        }))
    },
    |look, after| {
        Ok(told(rules::groups_updated(look, after, PAGE)?, |group| {
            group.id.to_string()
        }))
    },
    |look, after| {
        let host = Person::new(PersonId(0), Role::User);
        let by = By::from(&host).as_host();
        Ok(told(rules::rooms_updated(look, by, after, PAGE)?, |(full, _)| {
            full.room.key.to_string()
        }))
    },
];

/// Walks a list from a place on, while it changes, into what is known of it.
fn walk(stage: &Stage, list: Part, begin: Updated, known: &mut BTreeMap<String, String>, mut between: impl FnMut()) {
    let mut next = Some(begin);
    while let Some(after) = next {
        let part = stage.look(move |look| list(look, after)).expect("it is read");
        assert!(part.items.len() <= PAGE as usize, "{part:?}");
        assert!(part.next.is_none_or(|next| next > after), "it goes on");
        known.extend(part.items);
        next = part.next;
        between();
    }
}

pub(super) fn whoever_walks_while_things_change_misses_nothing(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    (0..40).for_each(|_| change(&stage, &mut dice));
    for list in LISTS {
        let mut known = BTreeMap::new();
        let began = stage.chat.now();
        let mut changes = 12;
        walk(&stage, list, Updated::BEGINNING, &mut known, || {
            let some = dice.below(4).min(changes);
            changes -= some;
            (0..some).for_each(|_| change(&stage, &mut dice));
        });
        // What was changed behind the walker is told to who asks for what was changed since they began.
        walk(&stage, list, rules::changed_after(began), &mut known, || {});
        let mut all = BTreeMap::new();
        walk(&stage, list, Updated::BEGINNING, &mut all, || {});
        assert_eq!(known, all);
        assert!(all.len() > 4, "{all:?}");
    }
}

pub(super) fn who_asks_for_what_was_changed_after_a_moment_is_given_little_else(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    (0..60).for_each(|_| change(&stage, &mut dice));
    stage.clock.tick(3_600_000_000);
    let began = stage.chat.now();
    let put = |number: i64| {
        let (now, person) = (stage.chat.now(), Person::new(PersonId(number), Role::Client));
        stage
            .change(move |tx| rules::put_person(tx, now, &person.clone().into()))
            .expect("they are put");
    };
    let changed = |since: Time| {
        let people = stage.look(move |look| rules::people_updated(look, rules::changed_after(since), 99));
        let people = people.expect("they are listed").items;
        people.into_iter().map(|person| person.id.0).collect::<Vec<_>>()
    };
    put(101);
    assert_eq!(changed(began), [101]);
    // A change whose moment was told before the walk began and that was kept after it.
    stage.clock.tick(-30_000_000);
    put(102);
    assert_eq!(changed(began), [102, 101]);
    // A clock that is behind takes nobody back.
    put(101);
    assert_eq!(changed(began), [102, 101]);
    let gone = HostId::Number(102);
    let now = stage.chat.now();
    stage
        .change(move |tx| match rules::find_person(tx, &gone)? {
            Some(person) => rules::remove_person(tx, now, person.id),
            None => Ok(()),
        })
        .expect("they are deleted");
    assert_eq!(changed(began), [101], "who was deleted is not listed");
    assert_eq!(changed(began.plus_seconds(61)), [], "nor is what was changed before");
}
