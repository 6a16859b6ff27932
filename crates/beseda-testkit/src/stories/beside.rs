//! Stories of what messages have beside their text: answers, reactions, pins, mentions, and what they said before.

use super::Make;
use super::any_room::{Deal, hosts};
use super::stage::{Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::policy::By;
use beseda_core::rules;
use beseda_core::words::{Beside, Extra, Message, More, PersonId, Seq, Time};
use std::sync::Arc;

fn answering(seq: Seq) -> More {
    More {
        reply_to: Some(seq),
        ..More::default()
    }
}

fn naming(people: &[i64]) -> More {
    More {
        mentions: hosts(people),
        ..More::default()
    }
}

fn beside(message: &Message) -> &Beside {
    message.beside.as_ref().expect("something is beside it")
}

pub(super) fn an_answer_quotes_what_it_answers_as_that_is_now(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2]);
    let first = deal.send(1, "вопрос");
    let sent = [1, 2].map(|by| deal.say(by, "ответ", answering(first)).expect("it is sent"));
    // Who is quoted looks alike in what is heard of an answer and in what is read of it.
    for answer in &sent {
        let author = |message: &Message| beside(message).quoted.as_ref().and_then(|quoted| quoted.author.clone());
        let read = deal.message(2, answer.seq).expect("it is there");
        assert_eq!(author(answer), author(&read));
    }
    let answers = sent.map(|answer| answer.seq);
    let missing = deal.say(1, "куда?", answering(Seq(404)));
    assert_eq!(refusal(missing), Some(Refusal::NoSuchMessage));
    let quoted = |answer: Seq| {
        let message = deal.message(2, answer).expect("it is there");
        assert_eq!(beside(&message).kept.reply_to, Some(first));
        let quoted = beside(&message).quoted.clone().expect("it is quoted");
        (quoted.text.clone(), quoted.erased_at.is_some(), quoted.author.is_some())
    };
    assert_eq!(
        answers.map(quoted),
        [("вопрос".to_owned(), false, true), ("вопрос".to_owned(), false, true)]
    );
    let (before, cursor) = (deal.room(), deal.changes(2, None).cursor);
    deal.edit(1, first, "другой вопрос", None).expect("it is edited");
    assert_eq!(answers.map(quoted)[1].0, "другой вопрос");
    // One edit changes what it quotes, and every answer at a head of its own: a page can end behind any of them.
    assert_eq!(deal.room().head.0, before.head.0 + 3);
    let told = deal.changes(2, Some(cursor)).messages;
    let told: Vec<_> = told
        .iter()
        .map(|message| (message.seq, message.changed.0 - before.head.0))
        .collect();
    assert_eq!(told, [(first, 1), (answers[0], 2), (answers[1], 3)]);
    deal.erase(2, answers[1]).expect("it is erased");
    let before = deal.room().head;
    deal.erase(1, first).expect("it is erased");
    assert_eq!(deal.room().head.0, before.0 + 2, "what is erased answers nothing");
    assert_eq!(quoted(answers[0]), (String::new(), true, true));
}

pub(super) fn reactions_stand_in_their_order_each_once(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2, 3]);
    let first = deal.send(1, "раз");
    let standing = || {
        let message = deal.message(3, first).expect("it is there");
        let reactions = message.beside.as_ref().map(|beside| beside.reactions.clone());
        let reactions = reactions.unwrap_or_default().into_iter();
        reactions
            .map(|reaction| (reaction.emoji, reaction.person.id.0))
            .collect::<Vec<_>>()
    };
    let given = [("👍", 2), ("🔥", 1), ("👍", 1), ("👍", 3)];
    for (emoji, by) in given {
        deal.react(by, first, emoji, true).expect("they react");
    }
    let head = deal.room().head;
    deal.react(3, first, "👍", true).expect("again");
    deal.react(3, first, "🔥", false).expect("nothing to take away");
    assert_eq!(deal.room().head, head, "which changes nothing");
    assert_eq!(standing(), given.map(|(emoji, by)| (emoji.to_owned(), by)));
    deal.react(2, first, "👍", false).expect("it is taken away");
    deal.react(2, first, "👍", true).expect("and comes last");
    assert_eq!(standing().last(), Some(&("👍".to_owned(), 2)));
    for (emoji, by) in [("🔥", 1), ("👍", 1), ("👍", 3), ("👍", 2)] {
        deal.react(by, first, emoji, false).expect("it is taken away");
    }
    let message = deal.message(3, first).expect("it is there");
    assert_eq!(
        (message.extra, message.beside),
        (Extra::NONE, None),
        "as if there never was any"
    );
    assert_eq!(refusal(deal.react(4, first, "👍", true)), Some(Refusal::NoSuchRoom));
    let most = stage.chat.limits().reactions;
    let emoji: Vec<&'static str> = (0..=most)
        .map(|number| -> &'static str { Box::leak(format!("e{number}").into_boxed_str()) })
        .collect();
    for one in &emoji[..most] {
        deal.react(1, first, one, true).expect("so many different ones");
    }
    let one_more = refusal(deal.react(2, first, emoji[most], true));
    assert_eq!(one_more, Some(Refusal::TooManyReactions { max: most }));
    deal.react(2, first, emoji[0], true).expect("one that stands");
    deal.erase(1, first).expect("it is erased");
    assert_eq!(refusal(deal.react(2, first, "👍", true)), Some(Refusal::Erased));
}

pub(super) fn pins_stand_in_the_order_in_which_they_were_set(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2]);
    let said: Vec<Seq> = (0..5).map(|number| deal.send(1, &format!("{number}"))).collect();
    // The third and the fourth at one moment.
    for (at, by) in [(3, 1), (0, 2), (1, 2), (2, 1), (3, 1)] {
        if at != 2 {
            stage.clock.tick(1_000_000);
        }
        deal.pin(by, said[at], true).expect("it is pinned");
    }
    let pins = |after: Option<(Time, Seq)>, limit: i64| {
        let (by, room) = (deal.person(2), deal.id);
        let pins = stage.look(move |look| rules::pins(look, (&by).into(), room, after, limit));
        let rules::Pins { messages, next } = pins.expect("they are read");
        let pinned = messages.into_iter().map(|message| {
            let pinned = beside(&message).kept.pinned.clone().expect("it is pinned");
            (message.seq, pinned.by.id.0)
        });
        (pinned.collect::<Vec<_>>(), next)
    };
    let all = [(said[2], 1), (said[1], 2), (said[0], 2), (said[3], 1)];
    assert_eq!(pins(None, 4), (all.to_vec(), None), "set again, it stays where it was");
    let (mut walked, mut next) = pins(None, 1);
    while let Some(after) = next {
        let (more, then) = pins(Some(after), 1);
        walked.extend(more);
        next = then;
    }
    assert_eq!(walked, all);
    deal.pin(2, said[2], false).expect("anybody takes it away");
    deal.erase(1, said[1]).expect("it is erased");
    assert_eq!(pins(None, 9).0, all[2..], "who erases takes the pin as well");
    let message = deal.message(1, said[2]).expect("it is there");
    assert_eq!(message.extra, Extra::NONE);
}

pub(super) fn unread_mentions_are_counted_as_messages_are(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2, 3]);
    let said: Vec<Seq> = [&[2, 3][..], &[2, 2, 9], &[], &[3, 2]]
        .into_iter()
        .map(|people| deal.say(1, "эй", naming(people)).expect("it is sent").seq)
        .collect();
    let unread = |of: i64| (deal.me(of).unread, deal.me(of).mentions);
    assert_eq!([1, 2, 3].map(unread), [(0, 0), (4, 3), (4, 2)], "each message once");
    let named = deal.message(1, said[3]).expect("it is there");
    let named: Vec<_> = beside(&named).mentions.iter().map(|named| named.id).collect();
    assert_eq!(named, [PersonId(3), PersonId(2)], "in the order of the text");
    let totals = |of: i64| {
        let (now, by) = (stage.chat.now(), PersonId(of));
        let totals = stage.look(move |look| rules::totals(look, now, by, beseda_core::words::Kinds::ALL));
        totals.expect("they are counted")
    };
    assert_eq!((totals(2).rooms, totals(2).messages, totals(2).mentions), (1, 4, 3));
    assert_eq!(deal.mark(2, Some(said[0]), None).mentions, 2, "behind the mark alone");
    deal.edit(1, said[1], "никому", Some(&[])).expect("it is edited");
    deal.edit(1, said[2], "тебе", Some(&[2, 3])).expect("it is edited");
    assert_eq!([2, 3].map(unread), [(3, 2), (4, 3)]);
    deal.edit(1, said[2], "и тебе", None).expect("it is edited");
    assert_eq!(unread(2), (3, 2), "who is not said stays");
    deal.erase(1, said[3]).expect("it is erased");
    assert_eq!([2, 3].map(unread), [(2, 1), (3, 2)]);
    deal.mark(3, Some(said[3]), None);
    assert_eq!(unread(3), (0, 0));
    let most = stage.chat.limits().mentions;
    let too_many: Vec<i64> = (1..).take(most + 1).collect();
    let refused = refusal(deal.say(1, "всем", naming(&too_many)));
    assert_eq!(refused, Some(Refusal::TooManyMentions { max: most }));
    deal.say(1, "всем", naming(&too_many[..most])).expect("so many");
}

pub(super) fn what_a_message_said_before_is_kept_for_who_governs(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2]);
    let first = deal.send(1, "раз");
    for text in ["два", "три"] {
        stage.clock.tick(1_000_000);
        deal.edit(1, first, text, None).expect("it is edited");
    }
    let room = deal.id;
    let versions = stage
        .look(move |look| Ok(look.versions(room, first)?))
        .expect("they are read");
    let message = deal.message(2, first).expect("it is there");
    let texts: Vec<_> = versions.iter().map(|version| version.text.as_str()).collect();
    assert_eq!(
        (texts, message.text.as_str()),
        (vec!["раз", "два"], "три"),
        "the oldest first"
    );
    assert_eq!(versions[0].at, message.created_at, "since when it said so");
    assert!(versions[0].at < versions[1].at && Some(versions[1].at) < message.edited_at);
    let by = deal.person(2);
    let refused = stage.look(move |look| rules::versions(look, By::from(&by), room, first));
    assert!(refusal(refused).is_some(), "not for everybody");
    deal.erase(1, first).expect("it is erased");
    let versions = stage.look(move |look| Ok(look.versions(room, first)?));
    assert_eq!(
        versions,
        Ok(Vec::new()),
        "an erased message keeps its number and nothing else"
    );
    let event = More {
        is_event: true,
        custom: Some(Arc::from("{\"type\":\"paid\"}")),
        ..More::default()
    };
    let event = deal.system_with("", event).seq;
    let event = deal.message(1, event).expect("it is there");
    let kept = &beside(&event).kept;
    assert_eq!(
        (kept.is_event, kept.custom.as_deref()),
        (true, Some("{\"type\":\"paid\"}"))
    );
}
