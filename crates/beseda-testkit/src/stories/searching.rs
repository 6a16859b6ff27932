//! Stories of searching messages: whatever the index has, is found what reading everything finds, and nothing else.

use super::Make;
use super::any_room::{Deal, hosts};
use super::searching_by_chance::asked_for;
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::rules;
use beseda_core::words::{
    Draft, DraftFile, Extra, FileLook, FoundPage, Head, Kinds, Limits, Message, MessageId, More, Narrow, NewMessage,
    OrderId, Person, PersonId, Query, RoomId, RoomKey, RoomKind, SearchAsked, Seq, Time, ToIndex,
};
use std::sync::Arc;

/// Takes what the index lacks, `limit` messages at most, and gives what is to be added.
pub(super) fn lacking(stage: &Stage, limit: i64) -> ToIndex {
    stage.look(move |look| Ok(look.to_index(limit)?)).expect("it is read")
}

pub(super) fn add(stage: &Stage, lacking: ToIndex) {
    let part = lacking.part();
    if let Some(mark) = lacking.mark {
        let added = stage.change(move |tx| Ok(tx.add_to_index(&part, mark)?));
        added.expect("it is added");
    }
}

/// Makes one of parts of the index, if that is due: whether it was.
pub(super) fn merge(stage: &Stage, purges: bool) -> bool {
    let merge = stage.look(move |look| Ok(look.to_merge(purges)?)).expect("it is read");
    let Some(merge) = merge else { return false };
    let merged = merge.merged().expect("they are ours");
    let kept = stage.change(move |tx| Ok(tx.keep_merged(&merged)?));
    kept.expect("it is kept");
    true
}

/// Lets the index catch up: until it has everything, whoever else still writes to the same database server.
pub(super) fn catch_up(stage: &Stage) {
    loop {
        add(stage, lacking(stage, 50));
        merge(stage, true);
        let (done, newest) = stage.look(|look| Ok(look.indexed_to()?)).expect("it is read");
        if done >= newest {
            return;
        }
    }
}

pub(super) fn asked(typed: &str) -> SearchAsked {
    SearchAsked::of(Query::of(typed).expect("there is a word in it"), 50)
}

pub(super) fn search(stage: &Stage, by: &Person, asked: &SearchAsked) -> Result<FoundPage, Error> {
    let (limits, by, asked) = (Arc::clone(stage.chat.limits()), by.clone(), asked.clone());
    stage.look(move |look| rules::search(look, &limits, (&by).into(), &asked))
}

/// The texts that somebody finds.
fn found(stage: &Stage, by: &Person, asked: &SearchAsked) -> Vec<String> {
    let page = search(stage, by, asked).expect("they may search");
    assert_eq!(page.next, None, "it is all");
    page.items.into_iter().map(|found| found.message.text).collect()
}

fn say(stage: &Stage, by: &Person, room: RoomId, text: &str) -> Arc<Message> {
    stage.clock.tick(1_000_000);
    stage.send(by, room, text, None).expect("it is sent").message
}

pub(super) fn a_word_is_found_in_every_inflection_and_every_writing(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (room, anna) = (stage.room_of_three(1), stage.people[0].clone());
    let texts = [
        "Где мой заказ?",
        "Ещё вопрос",
        "и\u{306}од и бинт",
        "I was running",
        "заказной поезд",
    ];
    for text in texts {
        say(&stage, &anna, room, text);
    }
    for is_indexed in [false, true] {
        if is_indexed {
            catch_up(&stage);
        }
        for (typed, expected) in [
            ("заказа", &["Где мой заказ?"][..]),
            ("заказами мой", &["Где мой заказ?"]),
            ("еще", &["Ещё вопрос"]),
            ("ЁЩЕ", &["Ещё вопрос"]),
            ("йод", &["и\u{306}од и бинт"]),
            ("и\u{306}од", &["и\u{306}од и бинт"]),
            ("run", &["I was running"]),
            ("\"runs\"", &["I was running"]),
            ("мой зак", &["Где мой заказ?"]),
            ("зака", &["заказной поезд", "Где мой заказ?"]),
            ("з", &["заказной поезд", "Где мой заказ?"]),
            ("\"зака\"", &[]),
            ("«мой заказ»", &["Где мой заказ?"]),
            ("«где заказ»", &[]),
            ("заказ поезд", &[]),
        ] {
            assert_eq!(found(&stage, &anna, &asked(typed)), expected, "{typed}, {is_indexed}");
        }
        let page = search(&stage, &anna, &asked("заказ")).expect("she may search");
        let first = &page.items[page.items.len() - 1];
        assert_eq!((&first.highlights[..], first.message.room), (&[(8, 13)][..], room));
    }
}

pub(super) fn nobody_finds_what_was_said_where_they_are_not(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [anna, expert, .., student, user] = [0, 1, 2, 3, 4, 5].map(|at: usize| stage.people[at].clone());
    let (room, other) = (stage.room_of_three(1), stage.room_of_three(2));
    stage
        .put_order(3, [Some(user.id), None, None])
        .expect("the order is put");
    let third = stage.open(&user, 3).expect("the room opens").0.room.id;
    say(&stage, &anna, room, "тайна первая");
    say(&stage, &anna, other, "тайна вторая");
    let in_room = |room: RoomId| SearchAsked {
        room: Some(room),
        ..asked("тайна")
    };
    for is_indexed in [false, true] {
        if is_indexed {
            catch_up(&stage);
        }
        assert_eq!(
            found(&stage, &expert, &asked("тайна")),
            ["тайна вторая", "тайна первая"]
        );
        assert_eq!(found(&stage, &expert, &in_room(room)), ["тайна первая"]);
        for outsider in [&student, &user, &stage.admin] {
            assert_eq!(found(&stage, outsider, &asked("тайна")), [""; 0]);
        }
        assert_eq!(
            refusal(search(&stage, &user, &in_room(room))),
            Some(Refusal::NoSuchRoom)
        );
        assert_eq!(found(&stage, &user, &in_room(third)), [""; 0]);
        // Who may step in names the room.
        assert_eq!(
            refusal(search(&stage, &stage.admin, &in_room(room))),
            Some(Refusal::NotAllowed)
        );
        let (limits, admin, asked) = (Arc::clone(stage.chat.limits()), stage.admin.clone(), in_room(room));
        let stepping_in = stage.look(move |look| {
            let by = beseda_core::policy::By::from(&admin).stepping_in();
            rules::search(look, &limits, by, &asked)
        });
        assert_eq!(stepping_in.expect("he may").items.len(), 1);
    }
    stage
        .put_order(1, [Some(anna.id), None, None])
        .expect("the others leave");
    assert_eq!(found(&stage, &expert, &asked("тайна")), ["тайна вторая"]);
    assert_eq!(
        refusal(search(&stage, &expert, &in_room(room))),
        Some(Refusal::NoSuchRoom)
    );
    let now = stage.chat.now();
    let key = RoomKey::Order(OrderId::from(2));
    let removed = stage.change(move |tx| rules::remove_room_of(tx, now, &key));
    removed.expect("the room is removed");
    assert_eq!(found(&stage, &expert, &asked("тайна")), [""; 0]);
    assert_eq!(found(&stage, &anna, &asked("тайна")), ["тайна первая"]);
    // To whom other kinds of rooms are spoken of, it is not there.
    let limits = Arc::clone(stage.chat.limits());
    let elsewhere = stage.look(move |look| {
        let by = beseda_core::policy::By::of(&anna, Kinds::of(&[RoomKind::Group]));
        rules::search(look, &limits, by, &asked("тайна"))
    });
    assert_eq!(elsewhere.expect("she may").items, []);
}

pub(super) fn what_was_edited_or_erased_is_found_as_it_is_now(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (room, anna) = (stage.room_of_three(1), stage.people[0].clone());
    let [edited, erased, kept] = ["груша раз", "груша два", "груша три"].map(|text| say(&stage, &anna, room, text).id);
    let is_right = |when: &str| {
        assert_eq!(found(&stage, &anna, &asked("груша")), ["груша три"], "{when}");
        assert_eq!(found(&stage, &anna, &asked("слива")), ["слива"], "{when}");
    };
    // Somebody changes them while they are on their way into the index.
    let on_the_way = lacking(&stage, 50);
    stage.edit(&anna, edited, "слива").expect("it is edited");
    stage.erase(&anna, erased).expect("it is erased");
    is_right("before they come");
    add(&stage, on_the_way);
    is_right("once they came");
    catch_up(&stage);
    is_right("once all came");
    stage.edit(&anna, kept, "вишня").expect("it is edited");
    stage.edit(&anna, edited, "вишня и слива").expect("it is edited");
    assert_eq!(found(&stage, &anna, &asked("груша")), [""; 0]);
    assert_eq!(found(&stage, &anna, &asked("вишня")), ["вишня", "вишня и слива"]);
    stage.erase(&anna, kept).expect("it is erased");
    assert_eq!(found(&stage, &anna, &asked("вишня")), ["вишня и слива"]);
}

pub(super) fn a_search_is_narrowed_by_room_kind_author_time_and_file(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [anna, expert] = [stage.people[0].clone(), stage.people[1].clone()];
    let (room, now) = (stage.room_of_three(1), stage.chat.now());
    let deal = "deal:1".parse().expect("it is a key");
    let uuid = uuid::Uuid::from_bytes(stage.chat.random());
    let opened = stage.change(move |tx| {
        let (limits, people) = (Limits::default(), [PersonId(1), PersonId(2)]);
        rules::put_room(tx, now, &limits, &deal, Some("Сделка"), Some(&people), uuid)
    });
    let deal = opened.expect("the room opens").0.room;
    let first = say(&stage, &anna, room, "груша первая");
    let second = say(&stage, &expert, deal.id, "груша вторая");
    let (at, limits, by) = (stage.chat.now(), Arc::clone(stage.chat.limits()), anna.clone());
    let sent = stage.change(move |tx| {
        let look = FileLook {
            sha256: [7; 32],
            bytes: 7,
            media: "text/plain".to_owned(),
            picture: None,
        };
        let file = tx.reserve_file(&look, at)?.id;
        let files = vec![DraftFile {
            file,
            title: "письмо.txt".to_owned(),
        }];
        let draft = Draft {
            text: "груша с письмом".to_owned(),
            files,
            ..Draft::default()
        };
        rules::send(tx, at, &limits, (&by).into(), room, &draft)
    });
    sent.expect("it is sent");
    for is_indexed in [false, true] {
        if is_indexed {
            catch_up(&stage);
        }
        let pears = |narrow: &dyn Fn(&mut SearchAsked)| {
            let mut asked = asked("груша");
            narrow(&mut asked);
            found(&stage, &anna, &asked)
        };
        assert_eq!(pears(&|_| {}).len(), 3);
        assert_eq!(pears(&|asked| asked.room = Some(deal.id)), ["груша вторая"]);
        assert_eq!(pears(&|asked| asked.kind = Some(deal.kind)), ["груша вторая"]);
        assert_eq!(pears(&|asked| asked.kind = Some(RoomKind::Pair)), [""; 0]);
        assert_eq!(pears(&|asked| asked.author = Some(expert.id)), ["груша вторая"]);
        assert_eq!(pears(&|asked| asked.has_file = true), ["груша с письмом"]);
        let between = |from: Time, to: Time| {
            pears(&|asked| {
                asked.from = Some(from);
                asked.to = Some(to);
            })
        };
        assert_eq!(between(first.created_at, second.created_at), ["груша первая"]);
        assert_eq!(between(second.created_at, second.created_at), [""; 0]);
    }
}

pub(super) fn a_search_ends_at_what_it_may_look_at_and_goes_on_there(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (room, anna) = (stage.room_of_three(1), stage.people[0].clone());
    let limits = Limits {
        search_messages: 100,
        ..Limits::default()
    };
    say(&stage, &anna, room, "грушечка");
    let most = i64::from(limits.search_messages);
    let search = |asked: &SearchAsked| {
        let (limits, by, asked) = (limits.clone(), anna.clone(), asked.clone());
        let page = stage.look(move |look| rules::search(look, &limits, (&by).into(), &asked));
        let page = page.expect("she may search");
        (page.items.len(), page.next)
    };
    // An index knows no more than how they begin: each is looked at.
    for said in 1..=most {
        if said == most {
            assert_eq!(search(&asked("грушеч")), (1, None), "as many as it may");
        }
        say(&stage, &anna, room, "грушевый");
    }
    for is_indexed in [false, true] {
        if is_indexed {
            catch_up(&stage);
        }
        let (found, next) = search(&asked("грушеч"));
        assert_eq!(found, 0, "one more than it may");
        assert!(next.is_some());
        let behind = SearchAsked {
            cursor: next,
            ..asked("грушеч")
        };
        assert_eq!(search(&behind), (1, None));
    }
}

pub(super) fn a_search_ends_at_what_it_may_read_and_goes_on_there(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (room, anna, at) = (stage.room_of_three(1), stage.people[0].clone(), stage.chat.now());
    for first in (1..=9_000).step_by(1_000) {
        let kept = stage.change(move |tx| {
            let mut standing = tx.room(room)?.expect("it stands");
            let new = |seq: i64| NewMessage {
                room,
                seq: Seq(seq),
                sender: Some(PersonId(1)),
                client_id: None,
                text: format!("груша {}", if seq % 1_000 == 3 { "слива" } else { "вишня" }),
                files: Vec::new(),
                created_at: at,
                head: Head(seq + 9),
                extra: Extra::NONE,
            };
            let messages: Vec<_> = (first..first + 1_000).map(|seq| (MessageId(seq), new(seq))).collect();
            (standing.seq, standing.head) = (Seq(first + 999), Head(first + 1_008));
            tx.insert_messages_as(&messages, &[standing])?;
            Ok(tx.draw_above()?)
        });
        kept.expect("they are kept");
    }
    while {
        let (done, newest) = stage.look(|look| Ok(look.indexed_to()?)).expect("it is read");
        done < newest
    } {
        // Segments that never became one: the first turn reads some of them.
        add(&stage, lacking(&stage, 1_100));
    }
    let limits = Limits {
        search_pages: 1,
        ..Limits::default()
    };
    let (mut asked, mut found, mut turns) = (asked("груша слива"), Vec::new(), 0);
    loop {
        turns += 1;
        let (limits, by, here) = (limits.clone(), anna.clone(), asked.clone());
        let page = stage.look(move |look| rules::search(look, &limits, (&by).into(), &here));
        let page = page.expect("she may search");
        found.extend(page.items.iter().map(|found| found.message.id.0));
        assert!(
            page.next
                .is_none_or(|next| asked.cursor.is_none_or(|before| next.0 < before.0))
        );
        asked.cursor = page.next;
        if page.next.is_none() {
            break;
        }
    }
    assert_eq!(
        found,
        (0..9).rev().map(|thousand| thousand * 1_000 + 3).collect::<Vec<_>>()
    );
    assert!(turns > 1, "no single turn may read all of it");
}

/// Who is in some rooms finds what is in these, and gets all of it from page to page, whether the index is one segment or two
/// hundred, and however little one search may read.
pub(super) fn of_many_rooms_ones_own_are_looked_through(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [anna, user] = [0, 5].map(|at: usize| stage.people[at].clone());
    let mut rooms: Vec<RoomId> = (1..=6).map(|order| stage.room_of_three(order)).collect();
    for order in [7, 8] {
        let put = stage.put_order(order, [Some(user.id), None, None]);
        put.expect("the order is put");
        rooms.push(stage.open(&user, order).expect("the room opens").0.room.id);
    }
    // Far apart, so that no two messages are told of together.
    for number in 1..=200 {
        let room = rooms[usize::try_from(number).unwrap_or_default() % rooms.len()];
        take_as(
            &stage,
            (number * 700, (number - 1) / 8 + 1),
            room,
            &format!("груша {number}"),
        );
    }
    let all = (1..=200).rev().filter(|number| number % 8 < 6);
    let all: Vec<String> = all.map(|number| format!("груша {number}")).collect();
    let by_pages = |search_pages: usize| {
        let limits = Limits {
            search_pages,
            ..Limits::default()
        };
        let (mut asked, mut found, mut turns) = (asked("груша"), Vec::new(), 0);
        asked.limit = 40;
        loop {
            turns += 1;
            let (limits, by, here) = (limits.clone(), anna.clone(), asked.clone());
            let page = stage.look(move |look| rules::search(look, &limits, (&by).into(), &here));
            let page = page.expect("she may search");
            found.extend(page.items.into_iter().map(|found| found.message.text));
            asked.cursor = page.next;
            if asked.cursor.is_none() {
                return (found, turns);
            }
        }
    };
    let index = |at_once: i64| {
        while {
            let (done, newest) = stage.look(|look| Ok(look.indexed_to()?)).expect("it is read");
            done < newest
        } {
            add(&stage, lacking(&stage, at_once));
        }
    };
    for (turn, at_once) in [(1, 1_000), (2, 1)] {
        index(at_once);
        for search_pages in [2_000, 7, 1] {
            let (found, turns) = by_pages(search_pages);
            assert_eq!(found, all, "{at_once} at once, {search_pages} pages");
            assert!(
                search_pages > 1 || turns > 20,
                "{at_once} at once: more than one page a turn"
            );
        }
        // What came below others is put there anew, one after the other.
        take_as(&stage, (turn, 25 + turn), rooms[7], "слива");
    }
    // Right behind one that was found before, and whose room is known since.
    take_as(&stage, (701, 26), rooms[1], "груша 0");
    index(1_000);
    let (found, _) = by_pages(2_000);
    assert_eq!(
        found[all.len() - 2..],
        ["груша 2", "груша 0", "груша 1"].map(str::to_owned)
    );
}

pub(super) fn nothing_of_what_was_erased_stays_in_the_index(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (room, anna) = (stage.room_of_three(1), stage.people[0].clone());
    let [erased, edited, kept] = ["груша раз", "груша два", "груша три"].map(|text| say(&stage, &anna, room, text).id);
    catch_up(&stage);
    stage.edit(&anna, edited, "слива раз").expect("it is edited");
    stage.edit(&anna, erased, "груша и раз").expect("it is edited");
    stage.erase(&anna, erased).expect("it is erased");
    catch_up(&stage);
    let hits = |typed: &str| {
        let asked = Narrow {
            groups: Query::of(typed).expect("there is a word in it").lexemes(),
            rooms: None,
            pages: 100,
        };
        let hits = stage.look(move |look| {
            let (_, newest) = look.indexed_to()?;
            Ok(look.hits(&asked, MessageId(1), MessageId(newest.0 + 1), 50)?)
        });
        hits.expect("it is read").ids
    };
    assert_eq!(hits("«раз»"), [edited]);
    assert!(hits("«груша»").contains(&kept) && !hits("«груша»").contains(&erased));
}

/// A message of another chat comes in under its own number.
fn take(stage: &Stage, id: i64, room: RoomId, text: &str) {
    take_as(stage, (id, 1), room, text);
}

/// The same, with the number that it has in its room.
fn take_as(stage: &Stage, (id, seq): (i64, i64), room: RoomId, text: &str) {
    let new = NewMessage {
        room,
        seq: Seq(seq),
        sender: Some(PersonId(1)),
        client_id: None,
        text: text.to_owned(),
        files: Vec::new(),
        created_at: stage.chat.now(),
        head: Head(seq + 8),
        extra: Extra::NONE,
    };
    let kept = stage.change(move |tx| {
        let mut standing = tx.room(new.room)?.expect("it stands");
        (standing.seq, standing.head) = (new.seq, new.head);
        tx.insert_messages_as(&[(MessageId(id), new.clone())], &[standing])?;
        Ok(tx.draw_above()?)
    });
    kept.expect("it is kept");
}

pub(super) fn what_came_in_below_others_is_found_as_well(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [room, other] = [stage.room_of_three(1), stage.room_of_three(2)];
    let anna = stage.people[0].clone();
    take(&stage, 500, room, "груша над другими");
    catch_up(&stage);
    catch_up(&stage);
    take(&stage, 70, other, "груша под другими");
    assert_eq!(
        found(&stage, &anna, &asked("груша")),
        ["груша над другими", "груша под другими"]
    );
    catch_up(&stage);
    assert_eq!(
        found(&stage, &anna, &asked("груша")),
        ["груша над другими", "груша под другими"]
    );
}

pub(super) fn what_came_in_while_others_were_on_their_way_is_found_as_well(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let rooms = [1, 2, 3, 4].map(|order| stage.room_of_three(order));
    let anna = stage.people[0].clone();
    take(&stage, 500, rooms[0], "груша над другими");
    let comes_below = |id: i64, room: RoomId, text: &'static str| {
        let on_the_way = lacking(&stage, 50);
        take(&stage, id, room, text);
        add(&stage, on_the_way);
    };
    // There is no index yet, and then there is one.
    comes_below(70, rooms[1], "груша под другими");
    let both = ["груша над другими", "груша под другими"];
    assert_eq!(found(&stage, &anna, &asked("груша")), both);
    catch_up(&stage);
    stage.send(&anna, rooms[2], "слива", None).expect("it is sent");
    comes_below(60, rooms[3], "груша подо всеми");
    for _ in 0..2 {
        let all = [both[0], both[1], "груша подо всеми"];
        assert_eq!(found(&stage, &anna, &asked("груша")), all);
        catch_up(&stage);
    }
}

pub(super) fn what_is_for_some_is_found_by_these_alone(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2, 3]);
    deal.send(1, "груша для всех");
    deal.system("груша для двоих", Some(&[1, 3]));
    deal.system("груша ни для кого", Some(&[]));
    let in_room = |by: i64| {
        let asked = SearchAsked {
            room: Some(deal.id),
            ..asked("груша")
        };
        found(&stage, &deal.person(by), &asked)
    };
    for is_indexed in [false, true] {
        if is_indexed {
            catch_up(&stage);
        }
        for reader in [1, 3] {
            assert_eq!(in_room(reader), ["груша для двоих", "груша для всех"]);
        }
        assert_eq!(in_room(2), ["груша для всех"]);
        assert_eq!(found(&stage, &deal.person(2), &asked("груша")), ["груша для всех"]);
    }
}

pub(super) fn what_is_found_is_as_asking_for_it_gives_it(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [one, other] = [Deal::new(&stage, 1, &[1, 2]), Deal::new(&stage, 2, &[1, 3])];
    for deal in [&one, &other] {
        let first = deal.send(1, "груша");
        let answer = More {
            reply_to: Some(first),
            mentions: hosts(&[1]),
            custom: Some("{\"mood\":1}".into()),
            ..More::default()
        };
        let by = if deal.id == one.id { 2 } else { 3 };
        deal.say(by, "груши", answer).expect("it is sent");
        deal.react(1, first, "👍", true).expect("it is reacted to");
        deal.pin(by, first, true).expect("it is pinned");
    }
    let anna = one.person(1);
    let page = search(&stage, &anna, &asked("груша")).expect("she may search");
    assert_eq!(page.items.len(), 4);
    for found in &page.items {
        assert!(found.message.beside.is_some(), "{found:?}");
        assert_eq!(asked_for(&stage, &anna, found), found.message);
    }
}
