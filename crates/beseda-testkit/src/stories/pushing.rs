//! Stories of web push: whose browsers are told of what, and when they are forgotten.

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::rules::{self, PushChange, ViewChange, sign_in};
use beseda_core::words::{
    Came, Draft, Errand, HostId, Kinds, Limits, More, Person, PersonId, PushSettings, PushSubscription, Quiet, RoomId,
    RoomKey, Seq, Session, Time,
};
use std::sync::Arc;
use uuid::Uuid;

/// A browser of somebody, given by what was proven at a moment.
pub(super) fn browser(id: u128, person: PersonId, proven_at: Time) -> PushSubscription {
    PushSubscription {
        id: Uuid::from_u128(id),
        came: Came::oneself(person, proven_at),
        endpoint: format!("https://push.example/{id}"),
        p256dh: [4; 65],
        auth: [5; 16],
        created_at: proven_at,
    }
}

fn put(stage: &Stage, new: &PushSubscription) -> Result<(PushSubscription, bool), Error> {
    let new = new.clone();
    stage.change(move |tx| rules::put_push(tx, &Limits::default(), &new))
}

/// The browsers of somebody, by their ids.
fn browsers(stage: &Stage, person: &Person) -> Vec<u128> {
    let id = person.id;
    let browsers = stage.look(move |look| Ok(look.push_subscriptions_of(id)?));
    browsers
        .expect("they are read")
        .iter()
        .map(|one| one.id.as_u128())
        .collect()
}

/// Which browsers are told of what was said in a room from a number on.
fn told(stage: &Stage, room: RoomId, since: i64) -> Vec<(u128, Seq)> {
    let now = stage.chat.now();
    let due = stage.look(move |look| {
        let whom = rules::whom_to_push(look, &[(room, Seq(since))])?;
        rules::pushes(look, now, Kinds::ALL, &whom)
    });
    let due = due.expect("it is decided");
    for one in &due {
        let (subscription, at) = (one.subscription, (room, one.pushed.message.seq));
        let again = stage.look(move |look| rules::pushed(look, now, Kinds::ALL, subscription, at));
        let (_, again) = again.expect("it is decided again").expect("nothing has happened since");
        assert_eq!(again, *one.pushed, "what is promised is what leaves");
    }
    due.iter()
        .map(|one| (one.subscription.as_u128(), one.pushed.message.seq))
        .collect()
}

fn change(stage: &Stage, person: &Person, change: PushChange) -> PushSettings {
    let id = person.id;
    let changed = stage.change(move |tx| rules::change_push(tx, id, change.clone()));
    changed.expect("it is changed").0
}

fn view(stage: &Stage, person: &Person, room: RoomId, change: ViewChange) {
    let (now, by) = (stage.chat.now(), person.clone());
    let seen = stage.change(move |tx| rules::see_otherwise(tx, now, (&by).into(), room, change));
    seen.expect("it is seen otherwise");
}

/// A room of three, of whom the second has one browser and the third two.
fn with_browsers(make: Make<'_>, seed: u64) -> (Stage, RoomId) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let now = stage.chat.now();
    for (id, person) in [(21, 2), (31, 3), (32, 3)] {
        assert!(put(&stage, &browser(id, PersonId(person), now)).expect("it is kept").1);
    }
    (stage, room)
}

pub(super) fn whoever_has_a_browser_is_told_what_others_say_and_has_not_read_it(make: Make<'_>, seed: u64) {
    let (stage, room) = with_browsers(make, seed);
    let [anna, boris, vera] = [0, 1, 2].map(|at| &stage.people[at]);
    stage.send(anna, room, "one", None).expect("it is sent");
    assert_eq!(told(&stage, room, 1), [(21, Seq(1)), (31, Seq(1)), (32, Seq(1))]);
    let two = stage.send(boris, room, "two", None).expect("it is sent").message;
    assert_eq!(
        told(&stage, room, 1),
        [(21, Seq(1)), (31, Seq(2)), (32, Seq(2))],
        "of several the newest that is another's"
    );
    assert_eq!(told(&stage, room, 2), [(31, Seq(2)), (32, Seq(2))]);
    stage.read(vera, room, Some(Seq(1))).expect("it is read");
    assert_eq!(told(&stage, room, 1).len(), 3, "the newest is not read");
    stage.erase(boris, two.id).expect("it is erased");
    assert_eq!(
        told(&stage, room, 1),
        [(21, Seq(1))],
        "what is gone is nobody's to be told of"
    );
    stage.read(boris, room, None).expect("it is read");
    assert_eq!(told(&stage, room, 1), []);
    let elsewhere = stage.look(move |look| rules::whom_to_push(look, &[(RoomId(room.0 + 1), Seq(1))]));
    assert_eq!(elsewhere.expect("it is decided"), []);
}

pub(super) fn a_room_that_makes_no_noise_tells_nobody_and_neither_does_who_is_blocked(make: Make<'_>, seed: u64) {
    let (stage, room) = with_browsers(make, seed);
    let [anna, boris, vera] = [0, 1, 2].map(|at| stage.people[at].clone());
    stage.send(&anna, room, "one", None).expect("it is sent");
    let until = stage.chat.now().plus_seconds(60);
    view(
        &stage,
        &boris,
        room,
        ViewChange {
            muted_until: Some(Some(until)),
            ..ViewChange::default()
        },
    );
    assert_eq!(told(&stage, room, 1), [(31, Seq(1)), (32, Seq(1))]);
    stage.clock.tick(60_000_000);
    assert_eq!(told(&stage, room, 1).len(), 3, "it makes a noise again");
    let archived = |on| ViewChange {
        archived: Some(on),
        ..ViewChange::default()
    };
    view(&stage, &boris, room, archived(true));
    assert_eq!(told(&stage, room, 1), [(31, Seq(1)), (32, Seq(1))]);
    view(&stage, &boris, room, archived(false));

    let (now, by) = (stage.chat.now(), vera.clone());
    let blocked = stage.change(move |tx| rules::block(tx, now, &by, &HostId::Number(1), true));
    blocked.expect("she is blocked");
    assert_eq!(told(&stage, room, 1), [(21, Seq(1))]);
    change(
        &stage,
        &boris,
        PushChange {
            on: Some(false),
            ..PushChange::default()
        },
    );
    assert_eq!(told(&stage, room, 1), [], "who wants to be told of nothing is not");
}

pub(super) fn a_message_for_some_is_told_to_those_alone_and_the_applications_to_all(make: Make<'_>, seed: u64) {
    let (stage, room) = with_browsers(make, seed);
    let say = |text: &str, to: Option<Vec<HostId<'static>>>| {
        let (now, limits) = (stage.chat.now(), Arc::clone(stage.chat.limits()));
        let key: RoomKey = "order:1".parse().expect("a key");
        let draft = Draft {
            text: text.to_owned(),
            more: to.map(|to| {
                Box::new(More {
                    to: Some(to),
                    ..More::default()
                })
            }),
            ..Draft::default()
        };
        let said = stage.change(move |tx| rules::send_system(tx, now, &limits, &key, &draft));
        said.expect("it is said");
    };
    say("to all", None);
    assert_eq!(told(&stage, room, 1).len(), 3);
    say("to the second alone", Some(vec![HostId::Number(2)]));
    assert_eq!(told(&stage, room, 2), [(21, Seq(2))]);
    assert_eq!(
        told(&stage, room, 1),
        [(21, Seq(2)), (31, Seq(1)), (32, Seq(1))],
        "the others know nothing of it"
    );
}

pub(super) fn a_browser_is_one_persons_and_each_has_so_many(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let [anna, boris] = [0, 1].map(|at| &stage.people[at]);
    let now = stage.chat.now();
    let first = browser(1, anna.id, now);
    assert_eq!(put(&stage, &first).expect("it is kept"), (first.clone(), true));
    let again = PushSubscription {
        id: Uuid::from_u128(9),
        auth: [6; 16],
        created_at: now.plus_seconds(5),
        came: Came::oneself(anna.id, now.plus_seconds(5)),
        ..first.clone()
    };
    let (kept, is_new) = put(&stage, &again).expect("it is kept");
    assert!(!is_new);
    assert_eq!((kept.id, kept.created_at), (first.id, first.created_at));
    assert_eq!(
        (kept.auth, kept.came),
        (again.auth, again.came),
        "it follows what is said last"
    );

    let theirs = PushSubscription {
        endpoint: first.endpoint.clone(),
        ..browser(2, boris.id, now)
    };
    assert!(put(&stage, &theirs).expect("it is kept").1);
    assert_eq!((browsers(&stage, anna), browsers(&stage, boris)), (vec![], vec![2]));

    let limits = Limits {
        push_subscriptions: 1,
        ..Limits::default()
    };
    let more = browser(3, boris.id, now);
    let one_more = stage.change(move |tx| rules::put_push(tx, &limits, &more));
    assert_eq!(refusal(one_more), Some(Refusal::TooManyPushSubscriptions { max: 1 }));
    let (one, other) = (anna.id, boris.id);
    let foreign = stage.change(move |tx| rules::remove_push(tx, one, Uuid::from_u128(2)));
    assert_eq!(refusal(foreign), Some(Refusal::NoSuchPushSubscription));
    stage
        .change(move |tx| rules::remove_push(tx, other, Uuid::from_u128(2)))
        .expect("it is forgotten");
    let gone = stage.change(move |tx| rules::remove_push(tx, other, Uuid::from_u128(2)));
    assert_eq!(refusal(gone), Some(Refusal::NoSuchPushSubscription));
}

pub(super) fn a_browser_is_forgotten_with_what_let_its_person_in(make: Make<'_>, seed: u64) {
    let (stage, room) = with_browsers(make, seed);
    let [anna, boris, vera] = [0, 1, 2].map(|at| stage.people[at].clone());
    stage.send(&anna, room, "one", None).expect("it is sent");
    // One of the two that she has was given by a session, which she ends.
    let began = stage.chat.now().plus_seconds(7);
    let session = Session {
        hash: [7; 32],
        person: vera.id,
        created_at: began,
        seen_at: began,
        expires_at: began.plus_seconds(3_600),
    };
    stage
        .change(move |tx| sign_in::open_session(tx, &session, &[]))
        .expect("it is opened");
    put(&stage, &browser(33, vera.id, began)).expect("it is kept");
    stage
        .change(|tx| sign_in::end_sessions(tx, &[[7; 32]]))
        .expect("it is ended");
    assert_eq!(browsers(&stage, &vera), [31, 32]);

    let (now, id) = (stage.chat.now(), vera.id);
    stage
        .change(move |tx| rules::sign_out(tx, now, id))
        .expect("she is signed out");
    assert_eq!(browsers(&stage, &vera), []);
    put(&stage, &browser(34, vera.id, now)).expect("it is kept");
    assert_eq!(
        told(&stage, room, 1),
        [(21, Seq(1))],
        "what she proved before lets her in no more"
    );

    let (now, id) = (stage.chat.now(), boris.id);
    change(
        &stage,
        &boris,
        PushChange {
            preview: Some(true),
            ..PushChange::default()
        },
    );
    stage
        .change(move |tx| rules::erase_person(tx, now, id))
        .expect("he is erased");
    assert_eq!(browsers(&stage, &boris), []);
    let settings = stage.look(move |look| Ok(look.push_settings(id)?));
    assert_eq!(settings.expect("they are read"), None);
    assert_eq!(told(&stage, room, 1), []);
}

pub(super) fn how_somebody_is_told_stays_where_nothing_is_said(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let anna = &stage.people[0];
    let id = anna.id;
    let first = stage.look(move |look| rules::push_of(look, id)).expect("it is read");
    assert_eq!(first, (PushSettings::default(), 0));
    let quiet = Quiet {
        zone: "Europe/Moscow".to_owned(),
        from: 1_320,
        to: 420,
    };
    let quietly = change(
        &stage,
        anna,
        PushChange {
            preview: Some(true),
            quiet: Some(Some(quiet.clone())),
            ..PushChange::default()
        },
    );
    assert_eq!((quietly.on, quietly.preview, quietly.quiet), (true, true, Some(quiet)));
    let loudly = change(
        &stage,
        anna,
        PushChange {
            quiet: Some(None),
            ..PushChange::default()
        },
    );
    assert_eq!((loudly.preview, loudly.quiet), (true, None));
}

pub(super) fn who_tries_their_browsers_is_promised_each(make: Make<'_>, seed: u64) {
    let (stage, _) = with_browsers(make, seed);
    let now = stage.chat.now();
    let promised = stage.change(move |tx| rules::try_push(tx, now, PersonId(3)));
    assert_eq!(promised.expect("they are promised"), 2);
    let jobs = stage.look(|look| Ok(look.jobs(false, 9)?)).expect("they are read");
    let errands: Vec<Errand> = jobs.into_iter().map(|job| job.errand).collect();
    let expected = [31, 32].map(|id| Errand::TryPush {
        subscription: Uuid::from_u128(id),
        at: now,
    });
    assert_eq!(errands, expected);
}

/// What the story of two stores keeps and asks of browsers.
pub(super) mod alike {
    use super::browser;
    use crate::stories::answers::{Answers, Given};
    use crate::stories::stage::Dice;
    use beseda_core::error::Fault;
    use beseda_core::ports::{Look, Tx};
    use beseda_core::words::{PersonId, PushSettings, Quiet, RoomId, Time};
    use uuid::Uuid;

    const BROWSERS: i64 = 5;
    const PEOPLE: i64 = 6;

    fn id(number: i64) -> u128 {
        u128::from(number.unsigned_abs())
    }

    /// One change of somebody's browsers, the same for the same dice.
    pub(in crate::stories) fn change(tx: &mut dyn Tx, dice: &mut Dice, zones: &[&str]) -> Result<String, Fault> {
        let person = PersonId(dice.below(PEOPLE) + 1);
        let zone = *dice.pick(zones);
        let proven_at = Time(dice.below(3));
        match dice.below(6) {
            0 => tx.remove_push_subscription(Uuid::from_u128(id(dice.below(BROWSERS))))?,
            1 => tx.remove_push_subscriptions_of(person, dice.chance(50).then_some(proven_at))?,
            2 if tx.person(person)?.is_some() => {
                let settings = PushSettings {
                    on: dice.chance(50),
                    preview: dice.chance(50),
                    quiet: dice.chance(50).then(|| Quiet {
                        zone: zone.to_owned(),
                        from: 1_320,
                        to: 420,
                    }),
                };
                tx.put_push_settings(person, dice.chance(80).then_some(&settings))?;
            }
            _ => {
                let mut browser = browser(id(dice.below(BROWSERS)), person, proven_at);
                browser.came.by_key = dice.chance(30).then_some([7; 32]);
                browser.auth = [u8::try_from(dice.below(9)).unwrap_or(0); 16];
                if tx.person(person)?.is_some() {
                    tx.put_push_subscription(&browser)?;
                }
            }
        }
        Ok(String::new())
    }

    /// What there is of browsers, asked for in each way.
    pub(in crate::stories) fn asked(look: &mut dyn Look, given: &Given, said: &mut Answers<'_>) -> Result<(), Fault> {
        said.say("whether there is any browser", look.has_push()?);
        for number in 0..=BROWSERS {
            let found = look.push_subscription(Uuid::from_u128(id(number)))?;
            let at = look.push_subscription_at(&format!("https://push.example/{number}"))?;
            assert_eq!(found, at, "one address is one browser");
            said.say("secret", found.as_ref().map(|found| i64::from(found.auth[0])));
            said.say("browser", found);
        }
        for person in (1..=PEOPLE).map(PersonId) {
            said.say("browsers of", look.push_subscriptions_of(person)?);
            said.say("how they are told", look.push_settings(person)?);
        }
        for room in given.rooms.to_ask().into_iter().map(RoomId) {
            let told = look.pushed_in(&[room])?;
            said.say(
                "told in",
                told.into_iter().map(|(_, person)| person).collect::<Vec<_>>(),
            );
        }
        Ok(())
    }
}
