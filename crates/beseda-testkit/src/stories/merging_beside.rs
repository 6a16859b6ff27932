//! Stories of who turns out to be somebody else: what stands beside their messages, how they see their rooms, whom they block.

use super::Make;
use super::any_room::{Deal, hosts};
use super::merging::{FROM, INTO, find, merge, put_room};
use super::stage::{Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::rules::{self, MemberChange, ViewChange};
use beseda_core::words::{HostId, Kinds, MemberRole, Message, More, PersonId, RoomId, Seq};

/// What stands beside a message: the reactions, whom it mentions, who pinned it and what it answers.
type Beside = (Vec<(String, i64)>, Vec<i64>, Option<i64>, Option<i64>);

fn beside(message: &Message) -> Beside {
    let Some(beside) = &message.beside else {
        return Beside::default();
    };
    let reactions = beside.reactions.iter();
    (
        reactions.map(|one| (one.emoji.clone(), one.person.id.0)).collect(),
        beside.mentions.iter().map(|one| one.id.0).collect(),
        beside.kept.pinned.as_ref().map(|pinned| pinned.by.id.0),
        beside.kept.reply_to.map(|seq| seq.0),
    )
}

fn naming(people: &[i64]) -> More {
    More {
        mentions: hosts(people),
        ..More::default()
    }
}

fn answering(seq: Seq) -> More {
    More {
        reply_to: Some(seq),
        ..More::default()
    }
}

pub(super) fn what_stands_beside_messages_is_the_others_too(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2, 6]);
    let said = |by: i64, more: More| deal.say(by, "что-то", more).expect("it is sent").seq;
    let named = said(2, naming(&[1]));
    let both = said(2, naming(&[1, 2, 6]));
    let plain = said(2, More::default());
    let own = said(1, More::default());
    let answer = said(2, answering(own));
    let whispered = deal.system("одному", Some(&[1])).seq;
    let untouched = said(2, More::default());
    for (by, seq, emoji) in [
        (6, named, "🔥"),
        (1, named, "🔥"),
        (1, both, "👍"),
        (2, both, "👍"),
        (6, both, "👍"),
    ] {
        deal.react(by, seq, emoji, true).expect("they react");
    }
    deal.pin(1, plain, true).expect("it is pinned");
    assert_eq!((deal.me(6).mentions, deal.message(6, whispered)), (1, None));
    let (before, cursor) = (deal.room(), deal.changes(2, None).cursor);

    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let now = |seq: Seq| beside(&deal.message(6, seq).expect("it is there"));
    let mark = |emoji: &str, by: i64| (emoji.to_owned(), by);
    assert_eq!(
        now(named),
        (vec![mark("🔥", 6)], vec![6], None, None),
        "the same twice is one"
    );
    assert_eq!(
        now(both),
        (vec![mark("👍", 6), mark("👍", 2)], vec![6, 2], None, None),
        "in their order"
    );
    assert_eq!(now(plain).2, Some(6));
    let quoted = deal
        .message(2, answer)
        .expect("it is there")
        .beside
        .and_then(|beside| beside.quoted.clone());
    assert!(quoted.expect("it is quoted").is_by(INTO));
    assert!(
        deal.message(6, whispered).is_some(),
        "what was for them is for the other"
    );
    assert_eq!((deal.me(6).mentions, deal.me(6).unread), (2, 6));

    // Each that looks different is told, at a head of its own; whoever had an older picture has the same one now.
    let told = deal.changes(2, Some(cursor)).messages;
    let told: Vec<_> = told
        .iter()
        .map(|message| (message.seq, message.changed.0 - before.head.0))
        .collect();
    assert_eq!(told, [(named, 1), (both, 2), (plain, 3), (own, 4), (answer, 5)]);
    assert!(
        deal.message(2, untouched)
            .is_some_and(|message| message.changed <= before.head)
    );
}

pub(super) fn how_who_stays_sees_a_room_stays_and_what_they_had_not_comes_to_them(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (shared, alone) = (Deal::new(&stage, 1, &[1, 2, 6]), Deal::new(&stage, 2, &[1, 2]));
    for deal in [&shared, &alone] {
        deal.send(2, "раз");
        deal.send(2, "два");
        deal.members(MemberChange::Put(HostId::from(FROM), MemberRole::OWNER));
        deal.mark(1, None, Some(Seq(2)));
        see(
            &stage,
            FROM,
            deal.id,
            ViewChange {
                archived: Some(true),
                ..ViewChange::default()
            },
        );
    }
    see(
        &stage,
        INTO,
        shared.id,
        ViewChange {
            pinned: Some(true),
            ..ViewChange::default()
        },
    );
    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let seen = |deal: &Deal<'_>| {
        let me = deal.me(6);
        let view = me.member.view;
        (
            me.member.role,
            me.member.delivered,
            view.archived,
            view.pinned_at.is_some(),
        )
    };
    assert_eq!(
        seen(&shared),
        (MemberRole::OWNER, Seq(2), false, true),
        "the view stays, somebody governs"
    );
    assert_eq!(
        seen(&alone),
        (MemberRole::OWNER, Seq(2), true, false),
        "what was theirs alone comes along"
    );
}

fn see(stage: &Stage, by: PersonId, room: RoomId, change: ViewChange) {
    let (now, by) = (stage.chat.now(), stage.person(by));
    stage
        .change(move |tx| rules::see_otherwise(tx, now, (&by).into(), room, change))
        .expect("it is seen otherwise");
}

pub(super) fn two_logs_become_one_with_all_that_stands_beside_their_messages(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [first, second] = ["private:1:5", "private:5:6"].map(|key| Deal {
        stage: &stage,
        id: put_room(&stage, key, None),
        key: key.parse().expect("it is a key"),
        kinds: Kinds::ALL,
    });
    let asked = first.send(1, "вопрос");
    stage.clock.tick(1_000);
    let other = second.send(5, "другое");
    stage.clock.tick(1_000);
    let custom = More {
        custom: Some("{\"n\":1}".into()),
        ..answering(asked)
    };
    let answered = first.say(5, "ответ", custom).expect("it is sent").seq;
    first.react(1, answered, "👍", true).expect("they react");
    first.react(5, answered, "👍", true).expect("they react");
    first.pin(1, asked, true).expect("it is pinned");
    first.edit(1, asked, "вопрос?", Some(&[5])).expect("it is edited");
    second.react(6, other, "🔥", true).expect("they react");
    first.system("одному", Some(&[1]));
    second.mark(5, Some(other), None);
    see(
        &stage,
        FROM,
        first.id,
        ViewChange {
            archived: Some(true),
            ..ViewChange::default()
        },
    );
    see(
        &stage,
        INTO,
        second.id,
        ViewChange {
            unread_from: Some(Some(other)),
            ..ViewChange::default()
        },
    );
    let looks = rules::RoomChange {
        avatar_url: Some("https://shop.example/1.png".to_owned()),
        closed: Some(true),
        ..rules::RoomChange::default()
    };
    first.alter(looks);

    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let one = Deal {
        id: find(&stage, "private:5:6").expect("it stands").room.id,
        ..second
    };
    let now = |seq: i64| one.message(6, Seq(seq)).expect("it is there");
    assert_eq!(one.seen(6).len(), 4);
    assert_eq!(one.seen(5).len(), 3, "what is for one is for nobody else");
    let mark = |emoji: &str, by: i64| (emoji.to_owned(), by);
    assert_eq!(beside(&now(1)), (vec![], vec![5], Some(6), None));
    assert_eq!(beside(&now(2)), (vec![mark("🔥", 6)], vec![], None, None));
    assert_eq!(
        beside(&now(3)),
        (vec![mark("👍", 6), mark("👍", 5)], vec![], None, Some(1))
    );
    let kept = now(3).beside.and_then(|beside| beside.kept.custom.clone());
    assert_eq!(kept.as_deref(), Some("{\"n\":1}"));
    let (id, full) = (one.id, one.full(6).expect("they are in it"));
    let versions = stage
        .look(move |look| Ok(look.versions(id, Seq(1))?))
        .expect("they are read");
    assert_eq!(
        versions.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(),
        ["вопрос"]
    );
    assert_eq!(
        (full.look.avatar_url.as_str(), full.room.closed),
        ("https://shop.example/1.png", false)
    );
    // The view of the room that stands, at its place in the new one; and as far read as in either.
    let view = one.me(6).member.view;
    assert_eq!((view.unread_from, view.archived), (Some(Seq(2)), false));
    assert_eq!(one.me(5).member.read, Seq(2));
    // Of the two that there were nothing is kept beside what is no message any more.
    let old = first.id;
    let left = stage.look(move |look| {
        Ok((
            look.versions(old, asked)?,
            look.reactions_by(PersonId(5), (old, Seq(0), ""), 9)?,
        ))
    });
    let (versions, reactions) = left.expect("they are read");
    assert_eq!((versions, reactions), (vec![], vec![(one.id, Seq(3), "👍".to_owned())]));
}

pub(super) fn who_blocked_one_of_them_has_blocked_who_they_are(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    for key in ["private:1:6", "private:2:6", "private:1:5"] {
        put_room(&stage, key, None);
    }
    Deal::new(&stage, 1, &[1, 2, 5, 6]);
    let block = |by: i64, whom: i64| {
        let (now, by) = (stage.chat.now(), stage.person(PersonId(by)));
        stage
            .change(move |tx| rules::block(tx, now, &by, &HostId::Number(whom), true))
            .expect("they are blocked");
    };
    for (by, whom) in [(1, 5), (2, 1), (6, 1), (2, 6)] {
        block(by, whom);
    }
    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let blocks = stage.look(|look| {
        let whom = look
            .blocked_by(INTO)?
            .iter()
            .map(|person| person.id.0)
            .collect::<Vec<_>>();
        Ok((
            whom,
            look.blockers_of(INTO)?,
            look.blocked_by(FROM)?,
            look.blockers_of(FROM)?,
        ))
    });
    let expected = (vec![5], vec![PersonId(2)], vec![], vec![]);
    assert_eq!(blocks.expect("they are read"), expected);
    for (key, by) in [("private:2:6", 5), ("private:5:6", 4)] {
        let room = find(&stage, key).expect("it stands").room;
        assert!(room.blocked, "{key}");
        let (one, other) = if by == 5 { (5, 1) } else { (4, 5) };
        let refused = refusal(stage.send(&stage.people[one], room.id, "слышно?", None));
        assert_eq!(refused, Some(Refusal::Blocked), "{key}: {other}");
    }
}
