//! What a search finds, by chance: on every store what reading everything finds, and nothing else.

use super::Make;
use super::any_room::{draft, hosts};
use super::searching::{add, lacking, merge, search};
use super::stage::{Dice, Stage};
use beseda_core::policy::By;
use beseda_core::rules;
use beseda_core::words::{
    Extra, Found, Message, MessageId, More, OrderId, Person, PersonId, Query, RoomId, RoomKey, SearchAsked, Time,
};
use std::cmp::Reverse;
use std::sync::Arc;

const WORDS: [&str; 22] = [
    "заказ",
    "Заказа",
    "ЗАКАЗЫ",
    "заказной",
    "ещё",
    "еще",
    "Е\u{308}ж",
    "йод",
    "и\u{306}ода",
    "груша",
    "груши",
    "run",
    "running",
    "Runs",
    "ran",
    "b2b",
    "17",
    "东京",
    "京",
    "😀",
    "naïve",
    "зака\u{ad}зами",
];

/// A sentence of some words.
fn sentence(dice: &mut Dice) -> String {
    let words: Vec<&str> = (0..=dice.below(4)).map(|_| *dice.pick(&WORDS)).collect();
    words.join(*dice.pick(&[" ", ", ", "-", " 😀 "]))
}

/// What somebody might type.
fn typed(dice: &mut Dice) -> Option<Query> {
    let mut typed = sentence(dice);
    if dice.chance(50) {
        let most = typed.chars().count() as i64;
        typed = typed
            .chars()
            .take(usize::try_from(dice.below(most) + 1).unwrap_or(1))
            .collect();
    }
    if dice.chance(25) {
        typed = format!("\"{typed}\"");
    }
    Query::of(&typed)
}

/// A step of somebody in some room: each is allowed or not.
fn step(stage: &Stage, dice: &mut Dice, rooms: &[RoomId], said: &mut Vec<(PersonId, MessageId)>) {
    let by = stage.people[usize::try_from(dice.below(4)).unwrap_or(0)].clone();
    let some = said
        .get(usize::try_from(dice.below(said.len() as i64)).unwrap_or(0))
        .copied();
    match (dice.below(20), some) {
        (0..2, Some((author, id))) => drop(stage.edit(&stage.person(author), id, &sentence(dice))),
        (2..4, Some((author, id))) => drop(stage.erase(&stage.person(author), id)),
        (4, _) => {
            let mut somebody = || dice.chance(70).then(|| PersonId(dice.below(4) + 1));
            let people = [somebody(), somebody(), somebody()];
            let order = dice.below(rooms.len() as i64) + 1;
            stage.put_order(order, people).expect("the order is put");
        }
        (5, _) => {
            let order = dice.below(rooms.len() as i64) + 1;
            let to: Vec<i64> = (1..=4).filter(|_| dice.chance(50)).collect();
            tell(stage, order, &sentence(dice), &to);
        }
        (6, _) => {
            let lacking = lacking(stage, dice.below(9) + 1);
            if let Some((author, id)) = some.filter(|_| dice.chance(50)) {
                drop(stage.edit(&stage.person(author), id, &sentence(dice)));
            }
            add(stage, lacking);
        }
        (7, _) => {
            merge(stage, dice.chance(50));
        }
        _ => {
            stage.clock.tick(dice.below(3) * 500_000);
            if let Ok(sent) = stage.send(&by, *dice.pick(rooms), &sentence(dice), None) {
                said.push((by.id, sent.message.id));
            }
        }
    }
}

/// The application says something in an order's room, to these alone.
fn tell(stage: &Stage, order: i64, text: &str, to: &[i64]) {
    let more = More {
        to: Some(hosts(to)),
        ..More::default()
    };
    let (draft, key) = (draft(text, more), RoomKey::Order(OrderId::from(order)));
    let (now, limits) = (stage.chat.now(), Arc::clone(stage.chat.limits()));
    let told = stage.change(move |tx| rules::send_system(tx, now, &limits, &key, &draft));
    told.expect("it is said");
}

/// Whether a message is for everybody in its room, or for this person among others.
fn is_for(stage: &Stage, message: &Message, person: PersonId) -> bool {
    let (room, seq) = (message.room, message.seq);
    let readers = stage.look(move |look| Ok(look.readers_of(room, &[seq])?));
    let readers = readers.expect("they are read");
    !message.extra.has(Extra::READERS) || readers.contains(&(seq, person))
}

/// What somebody finds by reading everything, newest first: of each message its number, and where it has what is searched for.
fn by_reading(stage: &Stage, by: &Person, rooms: &[RoomId], asked: &SearchAsked) -> Vec<(MessageId, Vec<(u32, u32)>)> {
    let mut all = Vec::new();
    for picture in rooms.iter().filter_map(|room| stage.picture(*room)) {
        let is_in = picture.members.iter().any(|(member, _)| member.person == by.id);
        let is_meant = asked.room.is_none_or(|room| room == picture.room.id);
        all.extend(picture.messages.into_iter().filter(|_| is_in && is_meant));
    }
    all.retain(|message| {
        message.erased_at.is_none()
            && is_for(stage, message, by.id)
            && asked.author.is_none_or(|author| message.is_by(author))
            && asked.from.is_none_or(|from| message.created_at >= from)
            && asked.to.is_none_or(|to| message.created_at < to)
    });
    all.sort_by_key(|message| Reverse(message.id));
    let found = all
        .into_iter()
        .map(|message| (message.id, asked.query.found_in(&message.text)));
    found.filter_map(|(id, at)| Some((id, at?))).collect()
}

/// What was found, as asking for it gives it.
pub(super) fn asked_for(stage: &Stage, by: &Person, found: &Found) -> Message {
    let (by, room, seq) = (by.clone(), found.message.room, found.message.seq);
    let message = stage.look(move |look| rules::message_of(look, By::from(&by), room, seq));
    message.expect("whoever finds it may ask for it").1
}

/// What somebody finds by pages.
fn by_searching(stage: &Stage, by: &Person, asked: &SearchAsked) -> Vec<(MessageId, Vec<(u32, u32)>)> {
    let (mut all, mut asked) = (Vec::new(), asked.clone());
    loop {
        let page = search(stage, by, &asked).expect("they may search");
        assert!(page.items.len() <= asked.limit as usize);
        for found in &page.items {
            assert_eq!(asked_for(stage, by, found), found.message);
        }
        all.extend(page.items.into_iter().map(|found| (found.message.id, found.highlights)));
        asked.cursor = page.next;
        if page.next.is_none() {
            return all;
        }
    }
}

pub(super) fn a_search_finds_what_reading_everything_finds(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    // Who is in few rooms is searched for in another way than who is in many.
    let orders = if seed.is_multiple_of(2) { 4 } else { 12 };
    let rooms: Vec<RoomId> = (1..=orders).map(|order| stage.room_of_three(order)).collect();
    let mut said = Vec::new();
    let began = stage.chat.now();
    let mut hits = 0;
    for _ in 0..12 {
        for _ in 0..25 {
            step(&stage, &mut dice, &rooms, &mut said);
        }
        for _ in 0..8 {
            let by = stage.people[usize::try_from(dice.below(4)).unwrap_or(0)].clone();
            let Some(query) = typed(&mut dice) else { continue };
            let mut moment = || dice.chance(20).then(|| Time(began.0 + dice.below(60) * 1_000_000));
            let (from, to) = (moment(), moment());
            let asked = SearchAsked {
                author: dice.chance(20).then(|| PersonId(dice.below(4) + 1)),
                from,
                to,
                ..SearchAsked::of(query, u32::try_from(dice.below(6) + 1).unwrap_or(1))
            };
            let found = by_searching(&stage, &by, &asked);
            assert_eq!(found, by_reading(&stage, &by, &rooms, &asked), "{asked:?}, seed {seed}");
            hits += found.len();
        }
    }
    assert!(hits > 40, "{hits} are too few to tell anything");
}
