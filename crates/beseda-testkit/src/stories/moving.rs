//! Stories of what has moved among somebody's rooms since a token.

use super::Make;
use super::any_room::Deal;
use super::stage::{Dice, Stage};
use beseda_core::rules::{self, MemberChange, Moved, RoomChange, ViewChange};
use beseda_core::words::{Epoch, HostId, Kinds, MemberRole, PersonId, Seq, Tick, Token};

fn moved(stage: &Stage, person: i64, since: Option<Token>) -> Moved {
    let person = PersonId(person);
    let moved = stage.look(move |look| rules::moved(look, person, Kinds::ALL, since));
    moved.expect("it is read")
}

/// What moved for somebody since the token that they have, and the next one.
struct Watch<'a> {
    stage: &'a Stage,
    person: i64,
    token: Token,
}

/// The keys of rooms that moved, by their letters, and of those that are gone.
type Told = (Vec<String>, Vec<String>);

impl<'a> Watch<'a> {
    fn new(stage: &'a Stage, person: i64) -> Self {
        let token = moved(stage, person, None).token;
        let mut watch = Self { stage, person, token };
        watch.look();
        watch
    }

    /// What is told. While a transaction is under way that began earlier, on PostgreSQL even one of another database, the
    /// same is told again: it is asked until nothing is.
    fn look(&mut self) -> Told {
        let told = self.ask();
        for _ in 0..100_000 {
            let again = self.ask();
            if again == Told::default() {
                return told;
            }
            assert_eq!(again, told, "what is told again is the same");
        }
        panic!("it is told for ever: {told:?}");
    }

    fn ask(&mut self) -> Told {
        let moved = moved(self.stage, self.person, Some(self.token));
        assert!(!moved.reset && moved.token.tick >= self.token.tick);
        self.token = moved.token;
        let mut keys: Vec<String> = moved.places.iter().map(|place| place.room.key.to_string()).collect();
        let mut gone: Vec<String> = moved.gone.iter().map(ToString::to_string).collect();
        keys.sort();
        gone.sort();
        (keys, gone)
    }
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

pub(super) fn each_change_moves_its_room_and_no_other(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (one, _other) = (Deal::new(&stage, 1, &[1, 2]), Deal::new(&stage, 2, &[1]));
    let first = one.send(2, "раз");
    let mut watch = Watch::new(&stage, 1);
    assert_eq!(watch.look(), (vec![], vec![]), "nothing has happened");
    let (by, room) = (one.person(2), one.id);
    let view = move |tx: &mut dyn beseda_core::ports::Tx, now| {
        let change = ViewChange {
            archived: Some(true),
            ..ViewChange::default()
        };
        rules::see_otherwise(tx, now, (&by).into(), room, change).map(drop)
    };
    let (now, whole) = (stage.chat.now(), &stage);
    let changes: Vec<Box<dyn FnOnce() + '_>> = vec![
        Box::new(|| {
            one.send(2, "два");
        }),
        Box::new(|| drop(one.system("трём", Some(&[2])))),
        Box::new(|| one.edit(2, first, "иначе", None).expect("it is edited")),
        Box::new(|| one.react(2, first, "👍", true).expect("they react")),
        Box::new(|| one.pin(2, first, true).expect("it is pinned")),
        Box::new(|| one.erase(2, first).expect("it is erased")),
        Box::new(|| {
            let _ = one.mark(2, Some(Seq(2)), None);
        }),
        Box::new(|| {
            let _ = one.mark(2, None, Some(Seq(3)));
        }),
        Box::new(move || stage_change(whole, move |tx| view(tx, now))),
        Box::new(|| one.members(MemberChange::Put(HostId::Number(3), MemberRole::MEMBER))),
        Box::new(|| one.members(MemberChange::Put(HostId::Number(3), MemberRole::OWNER))),
        Box::new(|| one.members(MemberChange::Remove(HostId::Number(3)))),
        Box::new(|| {
            one.alter(RoomChange {
                avatar_url: Some("https://shop.example/1.png".to_owned()),
                ..RoomChange::default()
            });
        }),
        Box::new(|| {
            one.alter(RoomChange {
                closed: Some(true),
                ..RoomChange::default()
            });
        }),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        change();
        assert_eq!(watch.look(), (keys(&["deal:1"]), vec![]), "change {number}");
    }
}

fn stage_change(
    stage: &Stage,
    change: impl FnMut(&mut dyn beseda_core::ports::Tx) -> Result<(), beseda_core::error::Error> + Send + 'static,
) {
    stage.change(change).expect("it changes");
}

pub(super) fn a_room_that_is_left_or_taken_away_is_gone_until_one_is_in_it_again(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let one = Deal::new(&stage, 1, &[1, 2]);
    let mut watch = Watch::new(&stage, 1);
    let mut behind = Watch::new(&stage, 1);
    one.members(MemberChange::Remove(HostId::Number(1)));
    assert_eq!(watch.look(), (vec![], keys(&["deal:1"])));
    one.send(2, "без них");
    assert_eq!(watch.look(), (vec![], vec![]), "nor of what happens there");
    one.members(MemberChange::Put(HostId::Number(1), MemberRole::MEMBER));
    assert_eq!(watch.look(), (keys(&["deal:1"]), vec![]), "they are back");
    assert_eq!(
        behind.look(),
        (keys(&["deal:1"]), vec![]),
        "who did not look knows of no absence"
    );
    let remove = |deal: &Deal<'_>| {
        let (now, key) = (stage.chat.now(), deal.key.clone());
        stage_change(&stage, move |tx| rules::remove_room_of(tx, now, &key));
    };
    remove(&one);
    assert_eq!(watch.look(), (vec![], keys(&["deal:1"])), "it is taken away");
    let two = Deal::new(&stage, 1, &[1]);
    assert_eq!(watch.look(), (keys(&["deal:1"]), vec![]), "another one under its key");
    assert_eq!(behind.look(), (keys(&["deal:1"]), vec![]));
    two.members(MemberChange::Remove(HostId::Number(1)));
    remove(&two);
    assert_eq!(watch.look(), (vec![], keys(&["deal:1"])));
    assert_eq!(behind.look(), (vec![], keys(&["deal:1"])), "left, and then taken away");
}

pub(super) fn a_token_of_another_life_or_of_a_future_that_never_came_tells_everything(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let _deals = [Deal::new(&stage, 1, &[1]), Deal::new(&stage, 2, &[1])];
    let now = moved(&stage, 1, None);
    assert_eq!((now.places.len(), now.reset), (2, false));
    let token = now.token;
    let strange = [
        Token {
            epoch: Epoch(token.epoch.0 + 1),
            ..token
        },
        Token {
            tick: Tick(i64::MAX),
            ..token
        },
    ];
    for strange in strange {
        let told = moved(&stage, 1, Some(strange));
        assert_eq!(
            (told.places.len(), told.reset, told.token.epoch),
            (2, true, token.epoch)
        );
    }
    let read: Token = token.to_string().parse().expect("a token is passed on as it came");
    assert_eq!(read, token);
}

pub(super) fn changes_of_many_rooms_come_in_pages_each_room_once(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deals: Vec<Deal<'_>> = (1..=5).map(|number| Deal::new(&stage, number, &[1, 2])).collect();
    let watch = Watch::new(&stage, 1);
    let strange = Token {
        epoch: Epoch(watch.token.epoch.0 + 1),
        ..watch.token
    };
    for deal in &deals {
        deal.send(2, "раз");
    }
    let me = stage.person(PersonId(1));
    for since in [watch.token, strange] {
        let (mut token, mut told) = (since, Vec::new());
        loop {
            let asked = (token, me.clone());
            let page = stage.look(move |look| rules::changes_since(look, (&asked.1).into(), asked.0, 2));
            let page = page.expect("it is read");
            assert!(!page.rooms.is_empty() && page.rooms.iter().all(|changes| changes.messages.len() == 1));
            told.extend(page.rooms.iter().map(|changes| changes.room.key.to_string()));
            token = page.token;
            if !page.more {
                break;
            }
        }
        let expected: Vec<String> = deals.iter().map(|deal| deal.key.to_string()).collect();
        assert_eq!(told, expected, "the earliest moved first");
    }
}

/// Many write into many rooms at once, and one watches: what they know of each room in the end is what it is.
pub(super) fn who_watches_while_others_write_misses_nothing(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deals: Vec<Deal<'_>> = (1..=6).map(|number| Deal::new(&stage, number, &[1, 2, 3, 4])).collect();
    let mut token = moved(&stage, 1, None).token;
    let mut known = std::collections::BTreeMap::new();
    let mut take = |token: &mut Token| {
        let told = moved(&stage, 1, Some(*token));
        *token = told.token;
        for place in told.places {
            known.insert(place.room.id, (place.room.head, place.room.receipts));
        }
    };
    std::thread::scope(|scope| {
        let writers: Vec<_> = (2..=4_u8)
            .map(|who| {
                let (deals, mut dice) = (&deals, Dice::new(seed + u64::from(who)));
                scope.spawn(move || {
                    for _ in 0..60 {
                        let deal = dice.pick(deals);
                        match dice.below(3) {
                            0 => drop(deal.mark(who.into(), Some(Seq(dice.below(99))), None)),
                            _ => drop(deal.send(who.into(), "раз")),
                        }
                    }
                })
            })
            .collect();
        while writers.iter().any(|writer| !writer.is_finished()) {
            take(&mut token);
        }
    });
    take(&mut token);
    for deal in &deals {
        let room = deal.room();
        let is_now = (room.head, room.receipts);
        assert!(
            room.seq == Seq(0) || known.get(&room.id) == Some(&is_now),
            "room {}",
            room.id
        );
    }
}
