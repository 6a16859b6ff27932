//! Stories of what the desk has: canned replies, each with a shortcut of its own, and its hours.

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::policy::By;
use beseda_core::rules::{self, CannedReplies};
use beseda_core::words::{CannedReply, Hours, Limits, Person, Shortcut, Time};
use uuid::Uuid;

/// As somebody may make one.
pub(super) fn reply(id: u128, shortcut: &str, title: &str, text: &str) -> CannedReply {
    CannedReply {
        id: Uuid::from_u128(id),
        shortcut: Shortcut::of(shortcut).expect("a shortcut"),
        title: title.to_owned(),
        text: text.to_owned(),
        updated_at: Time(0),
    }
}

fn put(stage: &Stage, by: &Person, mut reply: CannedReply) -> Result<(CannedReply, bool), Error> {
    put_within(stage, by, &mut reply, 500)
}

fn put_within(stage: &Stage, by: &Person, reply: &mut CannedReply, most: u32) -> Result<(CannedReply, bool), Error> {
    reply.updated_at = stage.chat.now();
    let (by, reply) = (by.clone(), reply.clone());
    let limits = Limits {
        canned_replies: most,
        ..Limits::default()
    };
    stage.change(move |tx| rules::put_canned_reply(tx, &limits, By::from(&by), reply.clone()))
}

fn page(stage: &Stage, by: &Person, after: Option<i64>, limit: i64) -> Result<CannedReplies, Error> {
    let by = by.clone();
    stage.look(move |look| rules::canned_replies(look, By::from(&by), after, limit))
}

fn remove(stage: &Stage, by: &Person, id: Uuid) -> Result<(), Error> {
    let by = by.clone();
    stage.change(move |tx| rules::remove_canned_reply(tx, By::from(&by), id))
}

fn shortcuts(page: &CannedReplies) -> Vec<&str> {
    page.items.iter().map(|reply| reply.shortcut.text()).collect()
}

pub(super) fn canned_replies_are_the_desks_and_each_has_its_shortcut(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (client, operator, mom) = (&stage.people[0], &stage.people[2], &stage.people[3]);
    let hello = reply(1, "Привет", "Приветствие", "Здравствуйте, {{customer.name}}!");
    let (kept, is_new) = put(&stage, operator, hello.clone()).expect("it is kept");
    assert!(is_new);
    assert_eq!(kept.shortcut.text(), "привет");
    assert_eq!(put(&stage, mom, hello).expect("the same again"), (kept.clone(), false));
    for (id, shortcut) in [(2, "late"), (3, "bye")] {
        put(&stage, &stage.admin, reply(id, shortcut, "t", "x")).expect("it is kept");
    }
    assert_eq!(
        refusal(put(&stage, mom, reply(4, "ПРИВЕТ", "t", "x"))),
        Some(Refusal::ShortcutTaken)
    );
    assert_eq!(
        refusal(put(&stage, mom, reply(2, "bye", "t", "x"))),
        Some(Refusal::ShortcutTaken),
        "one that stands cannot take it either"
    );

    stage.clock.tick(5);
    let (changed, is_new) = put(&stage, mom, reply(2, "later", "t", "y")).expect("it is changed");
    assert!(!is_new);
    let all = page(&stage, operator, None, 9).expect("they are listed");
    assert_eq!(shortcuts(&all), ["привет", "later", "bye"], "as they were made");
    assert_eq!((&all.items[0], &all.items[1]), (&kept, &changed));
    assert!(changed.updated_at > kept.updated_at);
    assert_eq!(all.next, None);

    let first = page(&stage, operator, None, 2).expect("they are listed");
    assert_eq!(shortcuts(&first), ["привет", "later"]);
    let rest = page(&stage, operator, first.next, 2).expect("they are listed");
    assert_eq!((shortcuts(&rest), rest.next), (vec!["bye"], None));

    assert_eq!(refusal(page(&stage, client, None, 9)), Some(Refusal::NotAllowed));
    assert_eq!(
        refusal(put(&stage, client, reply(9, "mine", "t", "x"))),
        Some(Refusal::NotAllowed)
    );
    assert_eq!(refusal(remove(&stage, client, kept.id)), Some(Refusal::NotAllowed));
    remove(&stage, operator, kept.id).expect("it is forgotten");
    assert_eq!(
        refusal(remove(&stage, operator, kept.id)),
        Some(Refusal::NoSuchCannedReply)
    );
    put(&stage, operator, reply(4, "привет", "t", "x")).expect("its shortcut is free again");
    let by = operator.clone();
    let gone = stage.look(move |look| rules::canned_reply(look, By::from(&by), kept.id));
    assert_eq!(refusal(gone), Some(Refusal::NoSuchCannedReply));
}

pub(super) fn a_desk_has_so_many_canned_replies_and_no_more(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    for id in [1, 2] {
        let shortcut = format!("s{id}");
        put_within(&stage, &stage.admin, &mut reply(id, &shortcut, "t", "x"), 2).expect("it is kept");
    }
    let one_more = put_within(&stage, &stage.admin, &mut reply(3, "s3", "t", "x"), 2);
    assert_eq!(refusal(one_more), Some(Refusal::TooManyCannedReplies { max: 2 }));
    put_within(&stage, &stage.admin, &mut reply(2, "s2", "t", "y"), 2).expect("one that stands is changed");
}

pub(super) fn hours_are_for_everybody_and_said_by_who_answers_for_the_desk(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let known = || stage.look(|look| rules::hours(look)).expect("they are known");
    let put = |by: &Person, week: &[(u16, u16)], words: &str| {
        let (by, now) = (by.clone(), stage.chat.now());
        let hours = Hours {
            zone: "Europe/Moscow".to_owned(),
            week: week.to_vec(),
            words: words.to_owned(),
            updated_at: now,
        };
        let limits = Limits {
            hours_stretches: 2,
            ..Limits::default()
        };
        stage.change(move |tx| rules::put_hours(tx, &limits, By::from(&by), hours.clone()))
    };
    assert_eq!(known(), Hours::always(), "as long as nobody has said");
    let week = [(540, 1080), (1980, 2520)];
    let said = put(&stage.admin, &week, "Мы ответим утром").expect("they are said");
    assert_eq!(known(), said);
    stage.clock.tick(5);
    let again = put(&stage.admin, &week, "Мы ответим утром").expect("the same again");
    assert_eq!(again, said, "nothing has changed");
    let never = put(&stage.admin, &[], "").expect("nobody is there");
    assert!(never.updated_at > said.updated_at);
    assert_eq!(known(), never);
    let three = [(1, 2), (3, 4), (5, 6)];
    for (by, week, words, refused) in [
        (&stage.people[2], &[][..], "", Refusal::NotAllowed),
        (&stage.people[0], &[], "", Refusal::NotAllowed),
        (&stage.admin, &three, "", Refusal::NotWeek { max: 2 }),
        (&stage.admin, &[(1, 10_081)], "", Refusal::NotWeek { max: 2 }),
        (&stage.admin, &[], "\0", Refusal::NulInText),
    ] {
        assert_eq!(refusal(put(by, week, words)), Some(refused), "{week:?}");
    }
}
