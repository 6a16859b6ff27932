//! Stories of walks through a room: backwards, page by page, and over what was changed.

use super::Make;
use super::stage::{Dice, Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::ports::Look;
use beseda_core::rules::{self, MessagesPage, PageNumber, Poll, Since, Walked};
use beseda_core::words::{Cursor, Epoch, Message, MessageId, Person, RoomId};
use std::collections::BTreeMap;

/// A room with sixty messages of somebody's, said in turn with as many in another.
fn two_rooms(stage: &Stage, by: &Person) -> (RoomId, Vec<MessageId>) {
    let (room, other) = (stage.room_of_three(1), stage.room_of_three(2));
    let said = (0..60).map(|number: i32| {
        let text = number.to_string();
        stage.send(by, other, &text, None).expect("it is sent");
        stage.send(by, room, &text, None).expect("it is sent").message.id
    });
    (room, said.collect())
}

/// Somebody who goes on behind this message.
fn going_on(to: MessageId) -> Walked {
    Walked { to, from_behind: false }
}

pub(super) fn a_walk_backwards_gives_every_message_once(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let [anna, expert] = [stage.people[0].clone(), stage.people[1].clone()];
    let (room, said) = two_rooms(&stage, &expert);
    // Backwards, while somebody erases and somebody sends: what stood all the while comes once.
    let (mut walked, mut before, mut gone) = (Vec::new(), None, Vec::new());
    loop {
        let by = anna.clone();
        let back = stage.look(move |look| rules::history_back(look, (&by).into(), room, before, 7));
        let (history, oldest) = back.expect("it is read");
        walked.splice(0..0, history.messages.iter().map(|message| message.id));
        let Some(oldest) = oldest else { break };
        before = Some(oldest);
        for id in [oldest, *dice.pick(&said)] {
            if !gone.contains(&id) {
                stage.erase(&expert, id).expect("it is erased");
                gone.push(id);
            }
        }
        stage.send(&expert, room, "новое", None).expect("it is sent");
    }
    assert!(walked.is_sorted_by(|one, next| one < next), "each once, oldest first");
    assert!(
        said.iter().all(|id| gone.contains(id) || walked.contains(id)),
        "none is missing"
    );
    let (by, nothing) = (anna.clone(), said[0]);
    let back = stage.look(move |look| rules::history_back(look, (&by).into(), room, Some(nothing), 7));
    let (history, oldest) = back.expect("it is read");
    assert_eq!(
        (history.messages.len(), oldest),
        (0, None),
        "nothing stands in front of the first"
    );
}

pub(super) fn a_page_behind_another_skips_nothing_that_was_erased_meanwhile(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [anna, expert] = [stage.people[0].clone(), stage.people[1].clone()];
    let (room, _) = two_rooms(&stage, &expert);
    let read = |number: i64, end: Option<MessageId>| {
        let end = end.map(going_on);
        let (by, all) = (anna.clone(), anna.clone());
        let page = move |look: &mut dyn Look| {
            let one = rules::page(look, (&by).into(), room, PageNumber::Number(number), 10, end)?;
            let all = rules::messages_of(look, (&all).into(), PageNumber::Number(number), 10, end)?;
            Ok((one, all))
        };
        stage.look(page).expect("the page is there")
    };
    for of_all in [false, true] {
        let (mut walked, mut end): (Vec<MessageId>, _) = (Vec::new(), None);
        let standing = || stage.picture(room).expect("it stands").messages;
        let left: Vec<_> = standing()
            .into_iter()
            .filter(|message| message.erased_at.is_none())
            .collect();
        for number in 1.. {
            let (one, all) = read(number, end);
            let page = if of_all { all } else { one };
            assert_eq!(page.number, number);
            walked.extend(page.messages.iter().map(|(message, _)| message.id));
            end = page.messages.last().map(|(message, _)| message.id);
            let read = page.messages.iter().find(|(message, _)| message.room == room);
            if let Some((message, _)) = read {
                stage.erase(&expert, message.id).expect("it is erased");
            }
            if !page.more {
                break;
            }
        }
        assert!(walked.is_sorted_by(|one, next| one < next), "each once");
        assert!(
            left.iter().all(|message| walked.contains(&message.id)),
            "none is skipped"
        );
    }
    // Where nothing stands behind it any more, pages are as they are counted.
    let (by, end) = (anna.clone(), Some(going_on(MessageId(i64::MAX))));
    let beyond = stage.look(move |look| rules::page(look, (&by).into(), room, PageNumber::Number(99), 10, end));
    assert_eq!(refusal(beyond), Some(Refusal::NoSuchPage));
}

pub(super) fn who_comes_back_misses_nothing_while_another_window_goes_on(make: Make<'_>, seed: u64) {
    const SIZE: i64 = 5;
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let [anna, expert] = [stage.people[0].clone(), stage.people[1].clone()];
    let (room, said) = two_rooms(&stage, &expert);
    for of_all in [false, true] {
        let read = |page: PageNumber, walked: Option<Walked>| {
            let by = anna.clone();
            let page = move |look: &mut dyn Look| match of_all {
                true => rules::messages_of(look, (&by).into(), page, SIZE, walked),
                false => rules::page(look, (&by).into(), room, page, SIZE, walked),
            };
            stage.look(page).expect("the page is there")
        };
        let ids = |page: &MessagesPage| page.messages.iter().map(|(message, _)| message.id).collect::<Vec<_>>();
        // The end of each page as either window was given it last.
        let mut given: BTreeMap<i64, MessageId> = BTreeMap::new();
        let walked = |given: &BTreeMap<i64, MessageId>, number: i64| {
            Some(Walked {
                to: *given.get(&(number - 1))?,
                from_behind: given.contains_key(&(number + 1)),
            })
        };
        let last = read(PageNumber::Last, None);
        let mut back = ids(&last);
        let (mut up, mut down) = (1, last.number);
        given.insert(last.number, *back.last().expect("it holds something"));
        let mut gone = Vec::new();
        while down > 1 || up > 0 {
            if up > 0 && (down == 1 || dice.chance(50)) {
                let page = read(PageNumber::Number(up), walked(&given, up));
                given.insert(up, *ids(&page).last().expect("it holds something"));
                up = if page.more { up + 1 } else { 0 };
            } else {
                down -= 1;
                let page = read(PageNumber::Number(down), walked(&given, down));
                back.splice(0..0, ids(&page));
                given.insert(down, *ids(&page).last().expect("it holds something"));
            }
            let id = *dice.pick(&said);
            if !gone.contains(&id) && stage.erase(&expert, id).is_ok() {
                gone.push(id);
            }
        }
        let left = stage.picture(room).expect("it stands").messages;
        for message in left.iter().filter(|message| message.erased_at.is_none()) {
            assert!(back.contains(&message.id), "none is missed on the way back");
        }
    }
}

pub(super) fn a_poller_hears_what_became_of_every_message(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let [anna, expert] = [stage.people[0].clone(), stage.people[1].clone()];
    let (room, said) = two_rooms(&stage, &expert);
    stage
        .change(|tx| rules::begin_epoch(tx, Epoch(5)))
        .expect("a life begins");
    let poll = |asked: Poll, limit: u32| {
        let by = anna.clone();
        let polled = stage.look(move |look| rules::poll(look, (&by).into(), room, asked, limit));
        polled.expect("it is read")
    };
    let first = poll(Poll::Part(Since::Newest), 100);
    let mut mark = first.mark.expect("the newest have a mark");
    let mut known: BTreeMap<MessageId, Message> = first
        .messages
        .into_iter()
        .map(|message| (message.id, message))
        .collect();
    assert_eq!(poll(Poll::Changes(mark), 100).messages, [], "nothing has changed");
    assert_eq!(poll(Poll::Part(Since::After(MessageId(0))), 9).mark, None);

    for round in 0..6 {
        for _ in 0..8 {
            let id = *dice.pick(&said);
            // Whoever is gone already is refused, which is no change.
            let done = if dice.chance(50) {
                stage.erase(&expert, id)
            } else {
                stage
                    .edit(&expert, id, &format!("правка {round} {}", dice.below(99)))
                    .map(drop)
            };
            assert!(matches!(refusal(done), None | Some(Refusal::NoSuchMessage)));
        }
        stage.send(&expert, room, "новое", None).expect("it is sent");
        // One at a time, or all at once: the mark goes on from the last that was told.
        let limit = *dice.pick(&[1, 2, 100]);
        let mut heads = Vec::new();
        loop {
            let polled = poll(Poll::Changes(mark), limit);
            mark = polled.mark.expect("changes have a mark");
            heads.extend(polled.messages.iter().map(|message| message.changed));
            known.extend(polled.messages.iter().map(|message| (message.id, message.clone())));
            if polled.messages.is_empty() {
                break;
            }
        }
        assert!(
            heads.is_sorted_by(|one, next| one < next),
            "the oldest change first, each once"
        );
        let kept = stage.picture(room).expect("the room stands").messages;
        for message in kept.iter().filter(|message| said.contains(&message.id)) {
            assert_eq!(known.get(&message.id), Some(message));
        }
    }
    let all = poll(Poll::Changes(Cursor::default()), 100).messages;
    for strange in [
        Cursor {
            epoch: Epoch(6),
            ..mark
        },
        Cursor {
            head: mark.head.next().next(),
            ..mark
        },
    ] {
        assert_eq!(poll(Poll::Changes(strange), 100).messages, all, "it begins anew");
    }
    let outsider = stage.people[4].clone();
    let foreign = stage.look(move |look| rules::poll(look, (&outsider).into(), room, Poll::Changes(mark), 9));
    assert_eq!(refusal(foreign), Some(Refusal::NoSuchRoom));
}
