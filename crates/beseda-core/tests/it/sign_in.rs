//! Signing in, told on the store in memory.

use crate::who_logs_in;
use beseda_core::error::{Error, Refusal};
use beseda_core::rules::sign_in::*;
use beseda_core::rules::{new_own_person, sign_out};
use beseda_core::words::{FIRST_OWN_PERSON, HostId, Person, PersonId, Role, Session, Time};
use beseda_testkit::Model;
use beseda_testkit::stories::Stage;
use std::sync::Arc;
use uuid::Uuid;

const DAY: i64 = 86_400;
const ROTATION: Rotation = Rotation {
    on: true,
    grace_seconds: 30,
};

fn stage() -> Stage {
    let model = Arc::new(Model::new());
    model.rerun_every_change(true);
    Stage::in_memory(&model, 1)
}

/// What an exchange gave, in short.
fn exchange(stage: &Stage, jti: &str, fresh: &str, rotation: Rotation) -> Result<String, Refusal> {
    let (now, jti) = (stage.chat.now(), jti.to_owned());
    let fresh = Fresh {
        jti: fresh.to_owned(),
        expires_at: now.plus_seconds(30 * DAY),
    };
    match stage.change(move |tx| rotate(tx, now, &jti, &fresh, rotation)) {
        Ok(Exchange::Given(token)) => Ok(token.jti),
        Ok(Exchange::Reused(_)) => Ok("reused".to_owned()),
        Err(Error::Refused(refusal)) => Err(refusal),
        Err(Error::Failed(fault)) => panic!("{fault}"),
    }
}

fn first(stage: &Stage, jti: &str) {
    let now = stage.chat.now();
    let fresh = Fresh {
        jti: jti.to_owned(),
        expires_at: now.plus_seconds(30 * DAY),
    };
    stage
        .change(move |tx| issue_refresh(tx, now, PersonId(1), &fresh))
        .unwrap();
}

fn deactivate(stage: &Stage, id: i64) {
    stage
        .change(move |tx| {
            let mut person = tx.person(PersonId(id))?.expect("there");
            person.active = false;
            Ok(tx.put_person(&person.into())?)
        })
        .unwrap();
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_used_refresh_token_gives_its_unused_successor_again_for_thirty_seconds() {
    let stage = stage();
    first(&stage, "a");
    assert_eq!(exchange(&stage, "a", "b", ROTATION), Ok("b".to_owned()));
    stage.clock.tick(30_000_000);
    assert_eq!(exchange(&stage, "a", "c", ROTATION), Ok("b".to_owned()));
    stage.clock.tick(1);
    assert_eq!(exchange(&stage, "a", "d", ROTATION), Ok("reused".to_owned()));
    // The whole line is gone, the successor that was never used with it.
    assert_eq!(exchange(&stage, "b", "e", ROTATION), Err(Refusal::BadCredentials));
    assert_eq!(exchange(&stage, "a", "f", ROTATION), Err(Refusal::BadCredentials));
}

#[test]
fn a_used_refresh_token_whose_successor_was_used_ends_the_line_at_once() {
    let stage = stage();
    first(&stage, "a");
    first(&stage, "other");
    assert_eq!(exchange(&stage, "a", "b", ROTATION), Ok("b".to_owned()));
    assert_eq!(exchange(&stage, "b", "c", ROTATION), Ok("c".to_owned()));
    assert_eq!(exchange(&stage, "a", "d", ROTATION), Ok("reused".to_owned()));
    assert_eq!(exchange(&stage, "c", "e", ROTATION), Err(Refusal::BadCredentials));
    assert_eq!(exchange(&stage, "other", "g", ROTATION), Ok("g".to_owned()));
}

#[test]
fn without_rotation_a_refresh_token_is_given_again_until_it_ends() {
    let stage = stage();
    let off = Rotation { on: false, ..ROTATION };
    first(&stage, "a");
    for _ in 0..3 {
        assert_eq!(exchange(&stage, "a", "b", off), Ok("a".to_owned()));
        stage.clock.tick(9 * DAY * 1_000_000);
    }
    stage.clock.tick(3 * DAY * 1_000_000);
    assert_eq!(exchange(&stage, "a", "b", off), Err(Refusal::BadCredentials));
}

#[test]
fn ended_unknown_and_inactive_are_refused() {
    let stage = stage();
    first(&stage, "a");
    assert_eq!(exchange(&stage, "never", "b", ROTATION), Err(Refusal::BadCredentials));
    let now = stage.chat.now();
    stage.change(move |tx| end_line(tx, now, "a")).unwrap();
    assert_eq!(exchange(&stage, "a", "b", ROTATION), Err(Refusal::BadCredentials));
    first(&stage, "c");
    deactivate(&stage, 1);
    assert_eq!(exchange(&stage, "c", "d", ROTATION), Err(Refusal::Inactive));
}

fn session(stage: &Stage, hash: u8) -> [u8; 32] {
    let (now, hash) = (stage.chat.now(), [hash; 32]);
    let session = Session {
        hash,
        person: PersonId(2),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(30 * DAY),
    };
    stage.change(move |tx| open_session(tx, &session, &[])).unwrap();
    hash
}

fn find(stage: &Stage, hash: [u8; 32]) -> Result<(Session, Person), Error> {
    let now = stage.chat.now();
    stage.look(move |look| find_session(look, now, &[hash], DAY / 2))
}

#[test]
fn a_session_ends_when_idle_and_at_its_end_whatever_happens() {
    let stage = stage();
    let hash = session(&stage, 1);
    // Used every eleven hours, it lives on until its thirty days are over.
    for used in 0..65 {
        assert_eq!(find(&stage, hash).unwrap().1.id, PersonId(2), "use {used}");
        let now = stage.chat.now();
        stage.change(move |tx| touch_session(tx, now, &hash)).unwrap();
        stage.clock.tick(11 * 3_600_000_000);
    }
    stage.clock.tick(5 * 3_600_000_000);
    assert_eq!(refused(find(&stage, hash)), Refusal::NotSignedIn);

    let idle = session(&stage, 2);
    stage.clock.tick(DAY / 2 * 1_000_000 - 1);
    assert!(find(&stage, idle).is_ok());
    stage.clock.tick(1);
    assert_eq!(refused(find(&stage, idle)), Refusal::NotSignedIn);
}

#[test]
fn a_session_is_touched_at_most_once_a_minute_and_never_brought_back() {
    let stage = stage();
    let hash = session(&stage, 1);
    let opened = stage.chat.now();
    let touch = |stage: &Stage| {
        let now = stage.chat.now();
        stage.change(move |tx| touch_session(tx, now, &hash)).unwrap();
    };
    stage.clock.tick(59_999_999);
    touch(&stage);
    assert_eq!(find(&stage, hash).unwrap().0.seen_at, opened);
    stage.clock.tick(1);
    touch(&stage);
    assert_eq!(find(&stage, hash).unwrap().0.seen_at, opened.plus_seconds(60));
    stage.change(move |tx| end_sessions(tx, &[hash])).unwrap();
    stage.clock.tick(60_000_000);
    touch(&stage);
    assert_eq!(refused(find(&stage, hash)), Refusal::NotSignedIn);
}

#[test]
fn a_new_session_ends_the_one_that_the_browser_had() {
    let stage = stage();
    let (old, now) = (session(&stage, 1), stage.chat.now());
    let new = Session {
        hash: [9; 32],
        ..find(&stage, old).unwrap().0
    };
    stage.change(move |tx| open_session(tx, &new, &[old])).unwrap();
    assert_eq!(refused(find(&stage, old)), Refusal::NotSignedIn);
    assert_eq!(find(&stage, [9; 32]).unwrap().0.created_at, now);
    deactivate(&stage, 2);
    assert_eq!(refused(find(&stage, [9; 32])), Refusal::Inactive);
}

#[test]
fn a_person_is_made_and_changed_as_a_trusted_token_says() {
    let stage = stage();
    let mut claimed = Claimed {
        email: Some("new@shop.example".to_owned()),
        first_name: Some("Новая".to_owned()),
        role: Some(Role::Expert),
        ..Claimed::new(HostId::Number(100), Some(stage.chat.now()))
    };
    let now = stage.chat.now();
    let ask = |claimed: &Claimed, people| {
        let claimed = claimed.clone();
        let known = stage.look(move |look| known(look, now, &claimed, people));
        known.map(|known| known.map(|known| known.person))
    };
    let tell = |claimed: &Claimed, people| {
        let claimed = claimed.clone();
        let admitted = stage.change(move |tx| admit(tx, now, &claimed, people, &Uuid::nil));
        admitted.map(|admitted| admitted.person)
    };
    assert_eq!(refused(tell(&claimed, Newcomers::Known)), Refusal::NoSuchPerson);
    assert_eq!(ask(&claimed, Newcomers::Create), Ok(None));
    let made = tell(&claimed, Newcomers::Create).unwrap();
    assert_eq!(
        (made.first_name.as_str(), made.role, made.active),
        ("Новая", Role::Expert, true)
    );
    assert_eq!(ask(&claimed, Newcomers::Create), Ok(Some(made.clone())));

    claimed.last_name = Some("Иванова".to_owned());
    claimed.first_name = None;
    assert_eq!(ask(&claimed, Newcomers::Create), Ok(None));
    assert_eq!(tell(&claimed, Newcomers::Create).unwrap().full_name(), "Новая Иванова");

    // Where people must be known, what was put stands.
    claimed.role = Some(Role::Client);
    assert_eq!(tell(&claimed, Newcomers::Known).unwrap().role, Role::Expert);

    deactivate(&stage, 100);
    assert_eq!(refused(tell(&claimed, Newcomers::Create)), Refusal::Inactive);
}

#[test]
fn a_token_cannot_take_a_way_to_log_in_from_somebody_else() {
    let stage = stage();
    let (client, expert) = (stage.people[0].clone(), stage.people[1].clone());
    stage
        .change(move |tx| {
            tx.put_person(&who_logs_in(&client))?;
            Ok(tx.put_person(&who_logs_in(&expert))?)
        })
        .unwrap();
    let claimed = Claimed {
        username: Some("client".to_owned()),
        email: Some("EXPERT@shop.example".to_owned()),
        ..Claimed::new(HostId::Number(100), Some(stage.chat.now()))
    };
    let (wanted, now) = (claimed.clone(), stage.chat.now());
    let made = stage
        .change(move |tx| admit(tx, now, &wanted, Newcomers::Create, &Uuid::nil))
        .unwrap();
    let logs_in = who_logs_in(&made.person);
    assert_eq!(
        (made.person.username.as_str(), made.person.email.as_str()),
        ("client", "EXPERT@shop.example"),
        "they cannot log in by it"
    );
    stage
        .change(move |tx| {
            let mut new = logs_in.clone();
            new.person.username = String::new();
            new.person.email = String::new();
            Ok(tx.put_person(&new)?)
        })
        .unwrap();
    let (wanted, now) = (claimed.clone(), stage.chat.now());
    let made = stage
        .change(move |tx| admit(tx, now, &wanted, Newcomers::Create, &Uuid::nil))
        .unwrap();
    let person = &made.person;
    assert_eq!(
        (person.username.as_str(), person.email.as_str()),
        ("", ""),
        "now they could"
    );
    // And it is not tried again at every request.
    assert_eq!(
        stage.look(move |look| known(look, now, &claimed, Newcomers::Create)),
        Ok(Some(made))
    );
}

#[test]
fn a_newcomer_by_name_cannot_take_the_first_own_persons_way_in() {
    let stage = stage();
    let mut first = Person::new(PersonId(0), Role::Admin);
    first.email = "boss@shop.example".to_owned();
    let now = stage.chat.now();
    let made = stage.change(move |tx| new_own_person(tx, now, &who_logs_in(&first)));
    assert_eq!(made, Ok(FIRST_OWN_PERSON));
    let claimed = Claimed {
        email: Some("boss@shop.example".to_owned()),
        ..Claimed::new(HostId::Name("x".into()), Some(stage.chat.now()))
    };
    let now = stage.chat.now();
    let made = stage.change(move |tx| admit(tx, now, &claimed, Newcomers::Create, &Uuid::nil));
    let made = made.unwrap();
    assert_ne!(made.person.id, FIRST_OWN_PERSON);
    let found = stage.look(|look| Ok(look.account("boss@shop.example")?));
    assert_eq!(found.unwrap().map(|account| account.person.id), Some(FIRST_OWN_PERSON));
}

#[test]
fn a_token_of_unknown_age_lets_in_until_its_person_is_signed_out() {
    let stage = stage();
    let claimed = |proven_at| Claimed::new(HostId::Number(1), proven_at);
    let ask = |proven_at| {
        let (claimed, now) = (claimed(proven_at), stage.chat.now());
        let known = stage.look(move |look| known(look, now, &claimed, Newcomers::Create));
        known.map(|known| known.map(|known| known.person.id))
    };
    assert_eq!(ask(None), Ok(Some(PersonId(1))));
    let before = stage.chat.now();
    stage.clock.tick(1_000_000);
    let now = stage.chat.now();
    stage.change(move |tx| sign_out(tx, now, PersonId(1))).unwrap();
    let signed_out_at = stage
        .look(|look| Ok(look.person(PersonId(1))?.and_then(|person| person.signed_out_at)))
        .unwrap()
        .expect("they are signed out");
    assert_eq!(refused(ask(None)), Refusal::UnknownAge);
    assert_eq!(refused(ask(Some(before))), Refusal::BadCredentials);
    assert_eq!(
        refused(ask(Some(Time(signed_out_at.0 - 1)))),
        Refusal::BadCredentials,
        "one microsecond too early"
    );
    assert_eq!(ask(Some(signed_out_at)), Ok(Some(PersonId(1))));
    deactivate(&stage, 1);
    assert_eq!(refused(ask(None)), Refusal::Inactive);
}
