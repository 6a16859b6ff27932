//! Stories of clocks that are wrong: twenty years ahead and back, and what is left of that.

use super::Make;
use super::stage::{Dice, Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::rules;
use beseda_core::rules::sign_in::{self, Claimed, Newcomers};
use beseda_core::words::{
    Came, Errand, FileLook, HostId, Limits, OrderId, Person, PersonId, RefreshToken, RoomId, RoomKey, Session, Ticket,
    Time,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const TWENTY_YEARS: i64 = 20 * 365 * 24 * HOUR;

/// What happens while the clock is ahead by so much.
fn ahead<T>(stage: &Stage, by: i64, happens: impl FnOnce() -> T) -> T {
    stage.clock.tick(by);
    let happened = happens();
    stage.clock.tick(-by);
    happened
}

pub(super) fn a_message_has_the_real_time_whatever_came_before_it(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let anna = stage.people[0].clone();
    let send = || {
        stage
            .send(&anna, room, "раз", None)
            .expect("it is sent")
            .message
            .created_at
    };
    let changed = || stage.picture(room).expect("it stands").room.updated_at;
    for by in [HOUR, TWENTY_YEARS, -HOUR, -TWENTY_YEARS] {
        stage.clock.tick(SECOND);
        assert_eq!(send(), stage.chat.now());
        let wrong = ahead(&stage, by, || (send(), stage.chat.now()));
        // Of a clock that went back far nobody knows whether it was wrong before or is now.
        assert_eq!(wrong.0, wrong.1, "{by}");
        stage.clock.tick(SECOND);
        assert_eq!((send(), changed()), (stage.chat.now(), stage.chat.now()), "{by}");
        // In the same microsecond one after the other, as ever.
        assert_eq!(send(), Time(stage.chat.now().0 + 1), "{by}");
        ahead(&stage, by, || {
            stage.read(&stage.people[1], room, None).expect("it is read")
        });
        stage.clock.tick(SECOND);
        send();
        stage.read(&stage.people[1], room, None).expect("it is read");
        let members = stage.picture(room).expect("it stands").members;
        let read_at = members
            .iter()
            .find(|(member, _)| member.person == PersonId(2))
            .expect("in it")
            .0
            .read_at;
        assert_eq!(read_at, Some(stage.chat.now()), "{by}");
    }
}

pub(super) fn no_two_messages_of_a_room_share_a_moment_whatever_the_clock_does(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let room = stage.room_of_three(1);
    let [anna, admin] = [stage.people[0].clone(), stage.admin.clone()];
    let begun = stage.chat.now();
    // Over the same few moments again and again, from far away, with other changes of the room between.
    for _ in 0..60 {
        let far = *dice.pick(&[0, HOUR, 2 * HOUR, TWENTY_YEARS]);
        stage.clock.tick(begun.0 + far + dice.below(4) - stage.chat.now().0);
        for _ in 0..dice.below(4) {
            stage.send(&anna, room, "раз", None).expect("it is sent");
        }
        if dice.chance(30) {
            let (now, admin, order) = (stage.chat.now(), admin.clone(), dice.below(2) + 1);
            stage
                .put_order(order, [1, 2, 3].map(|id| Some(PersonId(id))))
                .expect("it is put");
            let moved = stage.change(move |tx| rules::move_room(tx, now, (&admin).into(), room, &OrderId::from(order)));
            moved.expect("it is moved");
        }
    }
    let messages = stage.picture(room).expect("it stands").messages;
    let moments: BTreeSet<Time> = messages.iter().map(|message| message.created_at).collect();
    assert!(messages.len() > 40, "there is too little to compare");
    assert_eq!(moments.len(), messages.len(), "no two share a moment");
    assert!(
        messages.is_sorted_by_key(|message| message.seq),
        "their numbers say the order"
    );
    let at = |message: &beseda_core::words::Message| (message.created_at.0 - begun.0) % HOUR;
    assert!(
        messages.iter().all(|message| at(message) < 1_000),
        "each is close to its clock"
    );
}

/// The rooms as somebody has them in their list, at once and page by page.
fn listed(stage: &Stage, person: &Person) -> Vec<RoomId> {
    let by = person.clone();
    let whole = stage
        .look(move |look| rules::rooms(look, (&by).into(), 0, 100))
        .expect("the list is read");
    let whole: Vec<RoomId> = whole.iter().map(|view| view.room.id).collect();
    let (by, pages) = (person.clone(), whole.len() as i64);
    let paged = stage.look(move |look| {
        let mut paged = Vec::new();
        for page in 0..pages {
            paged.extend(rules::rooms(look, (&by).into(), page, 1)?);
        }
        Ok(paged)
    });
    let paged: Vec<RoomId> = paged.expect("pages are read").iter().map(|view| view.room.id).collect();
    assert_eq!(paged, whole, "pages of one room each are the same list");
    whole
}

pub(super) fn rooms_are_listed_by_what_happened_last_whatever_the_clock_said(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let anna = stage.people[0].clone();
    let said = stage.room_of_three(1);
    let send = |room| stage.send(&anna, room, "раз", None).expect("it is sent");
    let retitle = |order: i64, room| {
        let (now, admin) = (stage.chat.now(), stage.admin.clone());
        stage
            .put_order(order, [1, 2, 3].map(|id| Some(PersonId(id))))
            .expect("it is put");
        let moved = stage.change(move |tx| rules::move_room(tx, now, (&admin).into(), room, &OrderId::from(order)));
        moved.expect("it is moved");
    };
    let (poisoned, opened) = ahead(&stage, TWENTY_YEARS, || {
        let poisoned = stage.room_of_three(2);
        send(poisoned);
        (poisoned, stage.room_of_three(3))
    });
    assert_eq!(listed(&stage, &anna), [opened, poisoned, said]);
    send(said);
    assert_eq!(
        listed(&stage, &anna),
        [said, opened, poisoned],
        "what was said now comes first"
    );
    let new = stage.room_of_three(4);
    assert_eq!(listed(&stage, &anna), [new, said, opened, poisoned]);
    retitle(5, opened);
    assert_eq!(listed(&stage, &anna), [opened, new, said, poisoned]);
    retitle(6, new);
    assert_eq!(listed(&stage, &anna), [new, opened, said, poisoned]);
    send(poisoned);
    assert_eq!(listed(&stage, &anna), [poisoned, new, opened, said]);
    ahead(&stage, -TWENTY_YEARS, || send(said));
    assert_eq!(
        listed(&stage, &anna),
        [said, poisoned, new, opened],
        "nor does one that is behind"
    );
}

fn out(stage: &Stage, person: PersonId) -> Person {
    let now = stage.chat.now();
    stage
        .change(move |tx| rules::sign_out(tx, now, person))
        .expect("signed out")
}

/// Whether a token of the host that was signed so many seconds ago lets somebody in.
fn comes_in(stage: &Stage, person: PersonId, seconds_ago: i64) -> bool {
    let now = stage.chat.now();
    let signed = Time(0).plus_seconds(now.seconds() - seconds_ago);
    let claimed = Claimed::new(HostId::Number(person.0), Some(signed));
    let (asked, claimed) = (claimed.clone(), claimed);
    let known = stage.look(move |look| sign_in::known(look, now, &asked, Newcomers::Known));
    let come = stage.change(move |tx| sign_in::admit(tx, now, &claimed, Newcomers::Known, &Uuid::nil));
    if let Ok(Some(admitted)) = &known {
        assert_eq!(come.as_ref(), Ok(admitted), "both say the same");
    }
    match refusal(come) {
        None => true,
        Some(Refusal::BadCredentials) => {
            assert_eq!(refusal(known), Some(Refusal::BadCredentials));
            false
        }
        Some(other) => panic!("{other}"),
    }
}

pub(super) fn who_was_signed_out_by_a_clock_that_was_ahead_comes_in_again(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (anna, boris, vera) = (PersonId(1), PersonId(2), PersonId(3));
    let before = stage.chat.now();
    for person in [anna, boris, vera] {
        ahead(&stage, TWENTY_YEARS, || out(&stage, person));
    }
    stage.clock.tick(HOUR);
    let now = stage.chat.now();
    // What the host signs now, by a clock that says the same as ours, was signed after that. From then on all is as ever.
    assert!(!comes_in(&stage, anna, 61), "nobody knows which came first");
    assert!(comes_in(&stage, anna, 60));
    assert!(comes_in(&stage, anna, 5), "and what is signed later");
    assert!(!comes_in(&stage, anna, 61), "what was signed earlier is out for good");
    stage.clock.tick(HOUR);
    assert!(comes_in(&stage, anna, 3_600), "it is let in for as long as it lives");

    // Who logs in here is given a token of that time, which counts, and which the next sign-out ends.
    let person = stage
        .look(move |look| sign_in::active(look, boris))
        .expect("they are there");
    let (from, seconds) = sign_in::token_times(&person, now, 600);
    assert!(from.is_ahead(now));
    assert_eq!(
        from.plus_seconds(seconds).seconds(),
        now.seconds() + 600,
        "it ends in time"
    );
    assert!(
        person.counts(from.told_ahead())
            && !person.counts(before)
            && !person.counts(Time(from.0 + SECOND).told_ahead())
    );
    let person = out(&stage, boris);
    assert!(!person.counts(from.told_ahead()));
    assert!(
        !person.signed_out_at.expect("they were").is_ahead(stage.chat.now()),
        "it is as of now"
    );
    assert!(rules::until_let_in(&person, stage.chat.now()) <= 1_000_000);

    // Whoever is let in again by hand is let in again.
    let switch = |active: bool| {
        let now = stage.chat.now();
        stage
            .change(move |tx| rules::set_active(tx, now, vera, active))
            .expect("it is done")
    };
    ahead(&stage, TWENTY_YEARS, || switch(false));
    let person = switch(true);
    assert!(person.signed_out_at <= Some(stage.chat.now()));
    assert!(comes_in(&stage, vera, 0));
}

pub(super) fn what_the_host_says_is_heard_again_after_a_clock_that_was_ahead(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let key = RoomKey::Order(OrderId::from(1));
    let user = stage.people[5].clone();
    stage.put_order(1, [None; 3]).expect("it is put");
    let come = |grants: &[&RoomKey], seconds_ago: i64, name: &str| {
        let now = stage.chat.now();
        let claimed = Claimed {
            grants: grants.iter().copied().cloned().collect(),
            is_whole: true,
            first_name: Some(name.to_owned()),
            ..Claimed::new(user.host_id().into_owned(), Some(now.plus_seconds(-seconds_ago)))
        };
        let drawn = Uuid::from_bytes(stage.chat.random());
        let come = stage.change(move |tx| sign_in::admit(tx, now, &claimed, Newcomers::Create, &|| drawn));
        let (key, id) = (key.to_string(), user.id);
        let inside = stage.look(move |look| {
            let Some(room) = look.room_by_key(&key)? else {
                return Ok(false);
            };
            Ok(look.place(room.id, id)?.is_some_and(|place| place.member.is_some()))
        });
        (
            come.expect("they come in").person.first_name,
            inside.expect("it is read"),
        )
    };
    let shown_out = || {
        let (now, key, id) = (stage.chat.now(), key.clone(), user.host_id().into_owned());
        stage
            .change(move |tx| rules::remove_member(tx, now, &key, &id))
            .expect("they are shown out");
    };
    ahead(&stage, TWENTY_YEARS, || {
        assert_eq!(come(&[&key], 0, "Анна"), ("Анна".to_owned(), true));
        let (now, user) = (stage.chat.now(), user.clone());
        stage
            .change(move |tx| rules::put_person(tx, now, &user.clone().into()))
            .expect("they are put");
    });
    // What was put, and that they came in, stands against what was signed before; nobody knows what that was.
    assert_eq!(come(&[], 61, "Вера"), ("Анна".to_owned(), true));
    assert_eq!(
        come(&[], 1, "Вера"),
        ("Вера".to_owned(), false),
        "what is signed now is later"
    );
    ahead(&stage, TWENTY_YEARS, shown_out);
    assert!(!come(&[&key], 61, "Вера").1);
    assert!(come(&[&key], 1, "Вера").1);
}

pub(super) fn what_a_clock_that_was_ahead_has_begun_ends_in_time(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let limits = Arc::new(Limits::default());
    let session = |n: u8, now: Time| Session {
        hash: [n; 32],
        person: PersonId(1),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(100),
    };
    let token = |jti: &str, now: Time| RefreshToken {
        jti: jti.to_owned(),
        family: jti.to_owned(),
        person: PersonId(1),
        issued_at: now,
        expires_at: now.plus_seconds(100),
        used_at: None,
        successor: None,
        revoked_at: None,
    };
    let errand = |name: &str| Errand::ForgetFile { name: name.to_owned() };
    let begin = |n: u8| {
        let (now, jti, name) = (stage.chat.now(), n.to_string(), format!("{n:02x}"));
        let (session, token, errand) = (session(n, now), token(&jti, now), errand(&name));
        let ticket = Ticket {
            hash: [n; 32],
            came: Came::oneself(PersonId(1), now),
            expires_at: now.plus_seconds(30),
            proof_ends_at: None,
        };
        let file = FileLook {
            sha256: [n; 32],
            bytes: 1,
            media: "text/plain".to_owned(),
            picture: None,
        };
        let begun = stage.change(move |tx| {
            tx.put_session(&session)?;
            tx.put_refresh_token(&token)?;
            tx.put_ticket(&ticket)?;
            tx.enqueue(&errand, now)?;
            tx.reserve_file(&file, now)?;
            Ok(())
        });
        begun.expect("it is kept");
    };
    begin(1);
    ahead(&stage, TWENTY_YEARS, || begin(2));
    // A session of before that was in use meanwhile, and a token that was exchanged.
    let (before, later) = (stage.chat.now(), stage.chat.now().plus_seconds(20 * 365 * 86_400));
    let used = stage.change(move |tx| {
        tx.put_session(&Session {
            seen_at: later,
            ..session(1, before)
        })?;
        Ok(tx.put_refresh_token(&RefreshToken {
            used_at: Some(later),
            ..token("1", before)
        })?)
    });
    used.expect("it is kept");
    stage.clock.tick(SECOND);
    let now = stage.chat.now();
    let mend = || {
        let limits = Arc::clone(&limits);
        stage
            .change(move |tx| rules::mend(tx, now, &limits))
            .expect("it is mended")
    };
    assert_eq!(
        (mend(), mend()),
        (7, 0),
        "two sessions, two tokens, a ticket, a job and a file, once"
    );
    let seen = stage.look(|look| {
        let sessions = [look.session(&[1; 32])?, look.session(&[2; 32])?];
        let tokens = [look.refresh_token("1")?, look.refresh_token("2")?];
        Ok((sessions, tokens, look.jobs(false, 9)?))
    });
    let (sessions, tokens, jobs) = seen.expect("it is read");
    let was = Session {
        seen_at: now,
        ..session(1, before)
    };
    assert_eq!(sessions, [Some(was), Some(session(2, now))]);
    let was = RefreshToken {
        used_at: Some(now),
        ..token("1", before)
    };
    assert_eq!(tokens, [Some(was), Some(token("2", now))]);
    let due: Vec<Time> = jobs.iter().map(|job| job.due).collect();
    assert_eq!(due, [before, now]);
    let rest = stage.change(move |tx| {
        let tickets = [tx.take_ticket(&[1; 32])?.is_some(), tx.take_ticket(&[2; 32])?.is_some()];
        let doomed = [tx.doom_files(now)?.len(), tx.doom_files(Time(now.0 + 1))?.len()];
        Ok((tickets, doomed))
    });
    assert_eq!(rest, Ok(([true, false], [1, 2])));
}
