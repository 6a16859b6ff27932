//! Stories of reading: counts, receipts, pages and times.

use super::Make;
use super::life::{Life, Step};
use super::stage::{Dice, Picture, Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::ports::ERASED_BLOCK;
use beseda_core::rules::{self, PageNumber};
use beseda_core::words::{Cursor, Draft, LEAP_SECONDS, Limits, Member, Message, Person, RoomId, Seq};
use std::sync::Arc;
use uuid::Uuid;

/// Everything that is derived, counted again from the messages.
fn recount(stage: &Stage, room: RoomId, after: &Step) {
    let Picture {
        room,
        members,
        messages,
    } = stage.picture(room).expect("the room stands");
    let visible = |message: &&Message| message.erased_at.is_none();
    assert_eq!(
        room.visible(),
        messages.iter().filter(visible).count() as i64,
        "visible, after {after:?}"
    );
    let shown = messages
        .iter()
        .rfind(visible)
        .map(|message| message.seq)
        .unwrap_or_default();
    assert_eq!(room.shown, shown, "the newest that is not erased, after {after:?}");
    for (member, person) in &members {
        let of_others = |message: &&Message| message.seq > member.read && !message.is_by(member.person);
        let unread = messages.iter().filter(visible).filter(of_others).count() as i64;
        assert_eq!(
            member.unread(&room),
            unread,
            "unread of {}, after {after:?}",
            person.username
        );
        let others = members.iter().filter(|(other, _)| other.person != member.person);
        let (by, id) = (Arc::clone(person), room.id);
        let history = stage
            .look(move |look| rules::history(look, (&*by).into(), id, rules::Since::Newest, 3))
            .expect("history is read");
        assert_eq!(history.marks.own, member.read);
        assert_eq!(
            history.marks.others,
            others.map(|(other, _)| other.read).max().unwrap_or_default()
        );
    }
}

pub(super) fn unread_equals_a_recount(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    for order in 1..=3 {
        let life = Life::begin(&stage, order);
        for _ in 0..120 {
            let step = life.step(&mut dice);
            recount(&stage, life.room, &step);
        }
    }
}

pub(super) fn the_desk_has_unread_what_others_said_behind_each_own_mark(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let (now, uuid) = (stage.chat.now(), Uuid::from_bytes(stage.chat.random()));
    let introduction = rules::Introduction {
        name: "Вера".to_owned(),
        ..rules::Introduction::default()
    };
    let opened = stage.change(move |tx| rules::open_case(tx, now, &Limits::default(), None, &introduction, uuid));
    let (view, visitor) = opened.expect("the room opens");
    let staff = [stage.people[2].clone(), stage.people[3].clone(), stage.admin.clone()];
    let everybody = [&visitor, &staff[0], &staff[1], &staff[2]];
    for step in 0..80 {
        match dice.below(8) {
            0 => {
                stage.read(dice.pick(&staff), view.room.id, None).expect("it is marked");
            }
            1 => {
                let said = stage.picture(view.room.id).expect("the room stands").messages;
                if let Some(last) = said.iter().rfind(|message| message.erased_at.is_none()) {
                    let author = everybody.iter().find(|person| last.is_by(person.id));
                    stage
                        .erase(author.expect("somebody wrote it"), last.id)
                        .expect("it is erased");
                }
            }
            _ => {
                let by: &&Person = dice.pick(&everybody);
                stage.send(by, view.room.id, "a", None).expect("it is sent");
            }
        }
        let picture = stage.picture(view.room.id).expect("the room stands");
        for person in &staff {
            let mark = picture.members.iter().find(|(member, _)| member.person == person.id);
            let mark = mark.map(|(member, _)| member.read).unwrap_or_default();
            let of_others = |message: &&Message| message.erased_at.is_none() && !message.is_by(person.id);
            let behind = picture.messages.iter().filter(|message| message.seq > mark);
            let by = person.clone();
            let unread = stage.look(move |look| {
                let view = rules::case_for_staff(look, &by, uuid)?;
                rules::unread_in_case(look, &by, &view)
            });
            assert_eq!(
                unread,
                Ok(behind.filter(of_others).count() as i64),
                "{}, step {step}",
                person.username
            );
        }
    }
}

pub(super) fn receipts_only_move_forward(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let life = Life::begin(&stage, 1);
    let members = || -> Vec<Member> {
        let picture = stage.picture(life.room).expect("the room stands");
        picture.members.into_iter().map(|(member, _)| member).collect()
    };
    let mut before = members();
    for _ in 0..200 {
        let step = life.step(&mut dice);
        let now = members();
        for member in &now {
            // Who leaves and comes back begins again, in a new membership.
            let settled = matches!(step, Step::Settle { .. });
            let Some(was) = before.iter().find(|was| was.person == member.person && !settled) else {
                continue;
            };
            assert!(
                member.read >= was.read,
                "{was:?} moved back to {member:?} after {step:?}"
            );
            assert!(
                member.read_at >= was.read_at,
                "{was:?} became {member:?} after {step:?}"
            );
        }
        before = now;
    }
    let anna = &stage.people[0];
    let newest = stage
        .send(anna, life.room, "раз", None)
        .expect("it is sent")
        .message
        .seq;
    let read = |up_to: Option<i64>| stage.read(anna, life.room, up_to.map(Seq)).expect("it is read");
    assert_eq!(
        read(Some(newest.0 + 5)),
        newest,
        "nobody has read what is not there yet"
    );
    assert_eq!(
        [read(Some(1)), read(Some(-3)), read(Some(i64::MIN))],
        [newest; 3],
        "a receipt never moves back"
    );
    assert_eq!(read(None), newest);

    let before = stage.heard(anna, life.room).len();
    let marker = stage.picture(life.room).expect("the room stands").room.seq;
    assert_eq!([read(None), read(None), read(Some(1))], [marker; 3]);
    assert_eq!(
        stage.heard(anna, life.room).len(),
        before + 2,
        "the marker, and the one time that the receipt moved"
    );
}

/// Sends `count` messages in one transaction.
fn fill(stage: &Stage, by: &Person, room: RoomId, count: i64) {
    let (now, limits, by) = (stage.chat.now(), Arc::clone(stage.chat.limits()), by.clone());
    let sent = stage.change(move |tx| {
        for n in 1..=count {
            rules::send(
                tx,
                now,
                &limits,
                (&by).into(),
                room,
                &Draft {
                    text: format!("{n}"),
                    client_id: None,
                    files: Vec::new(),
                    more: None,
                },
            )?;
        }
        Ok(())
    });
    sent.expect("they are sent");
}

/// Whether the message with a number is chosen.
type Chosen<'a> = &'a dyn Fn(i64, &mut Dice) -> bool;

/// Erases the messages with these numbers in one transaction.
fn erase(stage: &Stage, by: &Person, room: RoomId, seqs: Vec<i64>) {
    let (now, by) = (stage.chat.now(), by.clone());
    let erased = stage.change(move |tx| {
        for &seq in &seqs {
            let message = tx.message_at(room, Seq(seq))?.ok_or(Refusal::NoSuchMessage)?;
            rules::erase(tx, now, (&by).into(), message.id)?;
        }
        Ok(())
    });
    erased.expect("they are erased");
}

/// Pages of `size`, one after the other, are the visible messages; the last one is their tail.
fn check_pages(stage: &Stage, by: &Person, room: RoomId, size: i64) {
    let picture = stage.picture(room).expect("the room stands");
    let visible: Vec<Seq> = picture
        .messages
        .iter()
        .filter(|m| m.erased_at.is_none())
        .map(|m| m.seq)
        .collect();
    let reader = by.clone();
    let (paged, last, beyond, below) = stage
        .look(move |look| {
            let mut page = |number| rules::page(look, (&reader).into(), room, number, size, None);
            let last = page(PageNumber::Last)?;
            let mut paged = Vec::new();
            for number in 1..=last.number {
                let page = page(PageNumber::Number(number))?;
                assert_eq!((page.number, page.count), (number, last.count));
                paged.push(
                    page.messages
                        .into_iter()
                        .map(|(message, _)| message.seq)
                        .collect::<Vec<_>>(),
                );
            }
            let (beyond, below) = (page(PageNumber::Number(last.number + 1)), page(PageNumber::Number(0)));
            Ok((paged, last, beyond, below))
        })
        .expect("pages are read");
    let expected: Vec<Vec<Seq>> = visible
        .chunks(usize::try_from(size).unwrap_or(1))
        .map(<[Seq]>::to_vec)
        .collect();
    let expected = if expected.is_empty() { vec![vec![]] } else { expected };
    assert!(
        paged == expected,
        "pages of {size} of {} messages with {} visible",
        picture.messages.len(),
        visible.len()
    );
    let tail: Vec<Seq> = last.messages.into_iter().map(|(message, _)| message.seq).collect();
    assert_eq!(
        (last.count, Some(&tail)),
        (visible.len() as i64, expected.last()),
        "the last page is the tail"
    );
    assert_eq!(
        [refusal(beyond), refusal(below)],
        [Some(Refusal::NoSuchPage), Some(Refusal::NoSuchPage)]
    );
}

pub(super) fn pages_one_after_the_other_are_the_whole_list(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let anna = &stage.people[0];
    for order in 1..=8 {
        let room = stage.room_of_three(order);
        let count = dice.below(60);
        fill(&stage, anna, room, count);
        let percent = *dice.pick(&[0, 5, 30, 70, 100]);
        let seqs = (1..=count).filter(|_| dice.chance(percent)).collect();
        erase(&stage, anna, room, seqs);
        for size in [1, 7, 50] {
            check_pages(&stage, anna, room, size);
        }
        let reader = anna.clone();
        let (history, last) = stage
            .look(move |look| {
                let last = rules::page(look, (&reader).into(), room, PageNumber::Last, 50, None)?;
                Ok((
                    rules::history(look, (&reader).into(), room, rules::Since::Newest, 50)?.messages,
                    last.messages,
                ))
            })
            .expect("history is read");
        let last: Vec<Message> = last.into_iter().map(|(message, _)| message).collect();
        assert!(history.ends_with(&last), "history ends as the last page does");
    }
}

pub(super) fn pages_of_a_long_room_are_right_at_the_edges_of_its_blocks(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let anna = &stage.people[0];
    let room = stage.room_of_three(1);
    let count = 2 * ERASED_BLOCK + ERASED_BLOCK / 2;
    fill(&stage, anna, room, count);
    let mut left: Vec<i64> = (1..=count).collect();
    // At both sides of an edge; then here and there; then a whole block; then nearly everything.
    let edges = [1, ERASED_BLOCK, ERASED_BLOCK + 1, 2 * ERASED_BLOCK, count];
    let first_block = 1..=ERASED_BLOCK;
    let rounds: [Chosen<'_>; 4] = [
        &|seq, _| edges.contains(&seq),
        &|_, dice| dice.chance(10),
        &|seq, _| first_block.contains(&seq),
        &|_, dice| dice.chance(95),
    ];
    for chosen in rounds {
        let (erased, kept) = left.into_iter().partition(|seq| chosen(*seq, &mut dice));
        left = kept;
        erase(&stage, anna, room, erased);
        // ERASED_BLOCK - 3: the second page begins with the last that the first block shows, an erased one behind it.
        for size in [97, 200, ERASED_BLOCK - 3, ERASED_BLOCK - 1, ERASED_BLOCK] {
            check_pages(&stage, anna, room, size);
        }
    }
}

pub(super) fn everything_by_pages_is_everything_in_one_order(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let [anna, expert] = [stage.people[0].clone(), stage.people[1].clone()];
    let rooms: Vec<RoomId> = (1..=5).map(|order| stage.room_of_three(order)).collect();
    let mut said = Vec::new();
    for number in 0..120 {
        let by = dice.pick(&[anna.clone(), expert.clone()]).clone();
        // The last room stays empty, the first is the busiest.
        let room = *dice.pick(&[rooms[0], rooms[0], rooms[0], rooms[1], rooms[2], rooms[3]]);
        said.push((
            stage
                .send(&by, room, &format!("{number}"), None)
                .expect("it is sent")
                .message
                .id,
            by,
        ));
    }
    let erased: Vec<_> = said.iter().filter(|_| dice.chance(30)).cloned().collect();
    for (id, by) in &erased {
        stage.erase(by, *id).expect("it is erased");
    }
    stage.read(&anna, rooms[0], Some(Seq(20))).expect("it is read");
    let left: Vec<_> = said
        .into_iter()
        .map(|(id, _)| id)
        .filter(|id| !erased.iter().any(|(gone, _)| gone == id))
        .collect();
    for size in [1, 7, 200] {
        let mut paged = Vec::new();
        for number in 1.. {
            let by = anna.clone();
            let page =
                stage.look(move |look| rules::messages_of(look, (&by).into(), PageNumber::Number(number), size, None));
            let page = page.expect("there is such a page");
            assert_eq!((page.count, page.number), (left.len() as i64, number));
            for (message, marks) in &page.messages {
                let (by, id) = (anna.clone(), message.id);
                let alone = stage
                    .look(move |look| rules::one_message(look, (&by).into(), id))
                    .expect("it is there");
                assert_eq!((message, marks), (&alone.0, &alone.1), "as it is by itself");
            }
            paged.extend(page.messages.iter().map(|(message, _)| message.id));
            if number * size >= page.count {
                break;
            }
        }
        assert_eq!(paged, left, "in pages of {size}");
    }
}

pub(super) fn an_erased_message_is_read_by_nobody(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let [anna, expert] = [&stage.people[0], &stage.people[1]];
    let id = stage
        .send(anna, room, "тайна", Some("c-1"))
        .expect("it is sent")
        .message
        .id;
    stage.edit(anna, id, "другая тайна").expect("it is edited");
    stage.erase(anna, id).expect("it is erased");
    for by in [anna, expert].map(Person::clone) {
        let reader = by.clone();
        let one = stage.look(move |look| rules::one_message(look, (&reader).into(), id));
        assert_eq!(refusal(one), Some(Refusal::NoSuchMessage));
        let said = stage.look(move |look| {
            let kept = (
                look.message(id)?,
                look.message_at(room, Seq(1))?,
                look.messages_after(room, Seq(0), 9)?,
            );
            let history = rules::history(look, (&by).into(), room, rules::Since::Newest, 9)?;
            let changes = rules::catch_up(look, (&by).into(), room, Cursor::default(), 9)?;
            assert_eq!((history.messages.len(), changes.messages.len()), (0, 1));
            let lists = (
                rules::rooms(look, (&by).into(), 0, 9)?,
                rules::messages_of(look, (&by).into(), PageNumber::Last, 9, None)?,
            );
            Ok(format!("{kept:?} {history:?} {changes:?} {lists:?}"))
        });
        assert!(
            !said.expect("it is read").contains("тайна"),
            "an erased text is still there"
        );
    }
}

pub(super) fn a_clock_that_goes_back_a_little_turns_nothing_round(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let life = Life::begin(&stage, 1);
    let mut updated_at = stage.chat.now();
    for _ in 0..75 {
        // Back by so much that it is still believed, and on again.
        let back = dice.below(LEAP_SECONDS * 1_000_000);
        for moved in [-back, back + dice.below(3_000_000)] {
            stage.clock.tick(moved);
            life.step(&mut dice);
            let room = stage.picture(life.room).expect("the room stands").room;
            assert!(room.updated_at >= updated_at, "the room went back");
            updated_at = room.updated_at;
        }
    }
    let messages = stage.picture(life.room).expect("the room stands").messages;
    assert!(messages.len() > 10, "there is too little to compare");
    assert!(
        messages.is_sorted_by(|one, next| one.created_at < next.created_at),
        "a message is not younger than the one before it"
    );
    assert!(messages.is_sorted_by_key(|message| message.id));
    assert!(messages.is_sorted_by_key(|message| message.sent));
}
