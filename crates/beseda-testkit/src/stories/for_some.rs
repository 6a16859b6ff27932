//! Stories of messages that are for some: to everybody else they are as if they had been erased.

use super::Make;
use super::any_room::{Deal, hosts};
use super::stage::{Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::rules::{self, MemberChange, PageNumber};
use beseda_core::words::{HostId, MemberRole, More, Seq};

/// The numbers of what somebody reads by pages of this size, and how many those say there are.
fn by_pages(deal: &Deal<'_>, by: i64, size: i64) -> (Vec<i64>, i64) {
    let (mut walked, mut count) = (Vec::new(), 0);
    for number in 1.. {
        let (who, room) = (deal.person(by), deal.id);
        let page = deal
            .stage
            .look(move |look| rules::page(look, (&who).into(), room, PageNumber::Number(number), size, None));
        let page = page.expect("the page is there");
        count = page.count;
        walked.extend(page.messages.iter().map(|(message, _)| message.seq.0));
        if !page.more {
            break;
        }
        assert_eq!(page.messages.len() as i64, size, "a page with one behind it is full");
    }
    (walked, count)
}

fn numbers(deal: &Deal<'_>, by: i64) -> Vec<i64> {
    deal.seen(by).iter().map(|message| message.seq.0).collect()
}

pub(super) fn a_message_for_some_is_nowhere_for_the_others(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2, 3]);
    let cursor = deal.changes(3, None).cursor;
    deal.send(1, "всем");
    let whispered = deal.system("двоим", Some(&[1, 2, 9])).seq;
    deal.send(1, "всем");
    let last = deal.system("второму", Some(&[2])).seq;
    let nobody = deal.system("никому", Some(&[])).seq;
    for (who, seen) in [(1, vec![1, 2, 3]), (2, vec![1, 2, 3, 4]), (3, vec![1, 3])] {
        assert_eq!(numbers(&deal, who), seen, "newest page of {who}");
        for size in [1, 2, 50] {
            assert_eq!(
                by_pages(&deal, who, size),
                (seen.clone(), seen.len() as i64),
                "pages of {who}"
            );
        }
        let full = deal.full(who).expect("they are in it");
        let last = full.last.map(|message| message.seq.0);
        assert_eq!(last, seen.last().copied(), "the last of {who}");
    }
    assert_eq!([1, 2, 3].map(|who| deal.me(who).unread), [1, 4, 2]);
    let told: Vec<_> = deal
        .changes(3, Some(cursor))
        .messages
        .iter()
        .map(|message| message.seq.0)
        .collect();
    assert_eq!(told, [1, 3], "nor in what has changed");
    let room = deal.room();
    assert_eq!((room.seq, room.shown), (nobody, Seq(3)), "what lists of everybody show");
    for seq in [whispered, nobody] {
        let refused = refusal(deal.react(3, seq, "👍", true));
        assert_eq!(refused, Some(Refusal::NoSuchMessage));
    }
    deal.react(2, whispered, "👍", true)
        .expect("to whom it is, it is one like any");
    let answer = More {
        reply_to: Some(whispered),
        ..More::default()
    };
    assert_eq!(
        refusal(deal.say(3, "что?", answer.clone())),
        Some(Refusal::NoSuchMessage)
    );
    let answer = deal.say(2, "да", answer).expect("it is sent").seq;
    let quoted = deal.message(3, answer).and_then(|message| message.beside.clone());
    let quoted = quoted
        .and_then(|beside| beside.quoted.clone())
        .expect("something is quoted");
    assert_eq!(
        [1, 2, 3].map(|who| quoted.is_for(deal.person(who).id)),
        [true, true, false]
    );
    assert_eq!(
        deal.mark(2, Some(last), None).unread,
        0,
        "what nobody is told is not unread"
    );
    assert_eq!(
        deal.mark(3, Some(Seq(1)), None).unread,
        2,
        "counted anew behind the mark"
    );
}

pub(super) fn who_joins_later_or_comes_back_sees_what_is_theirs(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2]);
    deal.send(1, "раз");
    deal.system("второму", Some(&[2, 3]));
    let put = |id: i64| deal.members(MemberChange::Put(HostId::Number(id), MemberRole::MEMBER));
    put(3);
    assert_eq!(
        (numbers(&deal, 3), deal.me(3).unread),
        (vec![1], 1),
        "they were not in it then"
    );
    deal.members(MemberChange::Remove(HostId::Number(2)));
    put(2);
    assert_eq!(
        (numbers(&deal, 2), deal.me(2).unread),
        (vec![1, 2], 2),
        "what was theirs is"
    );
    // Erased, it counts once for everybody, in whichever order.
    let again = deal.system("второму", Some(&[2])).seq;
    let (key, now) = (deal.key.clone(), stage.chat.now());
    let erased = stage.change(move |tx| {
        let mut room = tx.room_by_key(&key.to_string())?.expect("it stands");
        let mut message = tx.message_at(room.id, again)?.expect("it is there");
        room.head = room.head.next();
        room.erased += 1;
        message.text.clear();
        message.erased_at = Some(now);
        message.changed = room.head;
        tx.keep_message(&message)?;
        tx.keep_room(&room)?;
        let readers = tx.readers_of(room.id, &[again])?;
        let readers: Vec<_> = readers.into_iter().map(|(_, reader)| reader).collect();
        Ok(tx.skip_erased(room.id, None, again, Some(&readers))?)
    });
    erased.expect("it is erased");
    assert_eq!([1, 2, 3].map(|who| deal.me(who).unread), [0, 2, 1]);
    assert_eq!(by_pages(&deal, 3, 1), (vec![1], 1));
    let mentioned = More {
        to: Some(hosts(&[2])),
        mentions: hosts(&[2, 3]),
        ..More::default()
    };
    deal.system_with("второму", mentioned);
    assert_eq!(
        [2, 3].map(|who| deal.me(who).mentions),
        [1, 0],
        "nobody is called by what they do not see"
    );
}

pub(super) fn pages_of_a_long_room_are_right_where_messages_are_for_some(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2]);
    // Around the edge of a block of numbers.
    let edge = beseda_core::ports::ERASED_BLOCK;
    let for_some = [1, edge - 1, edge, edge + 1, edge + 5];
    for number in 1..=edge + 6 {
        if for_some.contains(&number) {
            deal.system("второму", Some(&[2]));
        } else {
            deal.send(1, "всем");
        }
    }
    deal.erase(1, Seq(edge + 2)).expect("it is erased");
    let seen: Vec<i64> = (1..=edge + 6)
        .filter(|number| !for_some.contains(number) && *number != edge + 2)
        .collect();
    for size in [7, 500] {
        assert_eq!(by_pages(&deal, 1, size), (seen.clone(), seen.len() as i64));
        assert_eq!(by_pages(&deal, 2, size).1, edge + 5);
    }
}
