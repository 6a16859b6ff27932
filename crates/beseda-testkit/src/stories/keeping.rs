//! Stories of keeping: every question has the answer that the model gives.

use super::Make;
use super::life::{Life, next_step};
use super::stage::{Dice, Stage};
use beseda_core::error::{Error, Fault, Refusal};
use beseda_core::ports::Look;
use beseda_core::rules;
use beseda_core::words::{
    Head, Kinds, Member, MemberId, MessageId, NewPerson, Person, PersonId, RefreshToken, Role, RoomId, Seq, Session,
    Time,
};
use std::sync::Arc;

/// The number of a membership is a store's own affair; their order is not.
fn unnumbered<T>(members: Vec<(Member, T)>) -> Vec<(Member, T)> {
    members
        .into_iter()
        .map(|(member, with)| {
            (
                Member {
                    id: MemberId(0),
                    ..member
                },
                with,
            )
        })
        .collect()
}

/// The answers to every question that can be asked about a room, in words.
fn room_answers(look: &mut dyn Look, room: RoomId, newest: i64) -> Result<Vec<String>, Fault> {
    let standing = look.room(room)?;
    let mut said = vec![format!("{standing:?}")];
    let mut say = |what: &str, answer: String| said.push(format!("{what}: {answer}"));
    for person in (1..=6).map(PersonId) {
        let (there, member) = look
            .place(room, person)?
            .map(|place| (place.room, place.member))
            .unzip();
        let member = member.flatten().map(|member| (member, ()));
        let member = unnumbered(member.into_iter().collect());
        say("place", format!("{person} {there:?} {member:?}"));
    }
    if standing.is_none() {
        // Of a room that was removed the rules ask nothing more.
        return Ok(said);
    }
    say("members", format!("{:?}", unnumbered(look.members(room)?)));
    say("blocks", format!("{:?}", look.erased_by_block(room)?));
    for person in (1..=6).map(PersonId) {
        say("others", format!("{person} {:?}", look.others_mark(room, person)?));
        for client_id in (0..10).map(|n| format!("c-{n}")) {
            let first = look.message_by_client_id(room, Some(person), &client_id)?;
            say("client id", format!("{person} {client_id} {first:?}"));
        }
    }
    say(
        "of nobody",
        format!("{:?}", look.message_by_client_id(room, None, "c-1")?),
    );
    for seq in (-1..=newest + 1).map(Seq) {
        say("at", format!("{seq} {:?}", look.message_at(room, seq)?));
        say("shown before", format!("{seq} {:?}", look.shown_before(room, seq)?));
        say(
            "skipped",
            format!("{seq} {:?}", look.count_skipped(room, PersonId(2), seq)?),
        );
        for limit in [0, 1, 4] {
            say(
                "before",
                format!("{seq} {limit} {:?}", look.messages_before(room, seq, limit)?),
            );
            say(
                "after",
                format!("{seq} {limit} {:?}", look.messages_after(room, seq, limit)?),
            );
            say(
                "untouched",
                format!("{seq} {limit} {:?}", look.untouched_after(room, seq, limit)?),
            );
            say(
                "touched",
                format!("{seq} {limit} {:?}", look.touched_after(room, Head(seq.0), limit)?),
            );
        }
        say(
            "erased",
            format!("{seq} {:?}", look.erased_between(room, seq, Seq(seq.0 + 5))?),
        );
    }
    Ok(said)
}

/// The answers to every question that can be asked about a person, in words.
fn person_answers(look: &mut dyn Look, person: PersonId) -> Result<Vec<String>, Fault> {
    let mut said = vec![
        format!("{:?}", look.person(person)?),
        format!("{} rooms", look.count_rooms(person, Kinds::ALL)?),
    ];
    for (offset, limit) in [(0, 10), (1, 1), (0, 0), (9, 1)] {
        for view in look.rooms(person, Kinds::ALL, offset, limit)? {
            said.push(format!(
                "{:?} {:?} {:?}",
                view.room,
                unnumbered(view.members),
                view.last
            ));
        }
    }
    let mut places = look.places(person, Kinds::ALL)?;
    places.sort_by_key(|place| place.room.id);
    said.extend(places.iter().map(|place| format!("{:?}", place.room)));
    Ok(said)
}

fn answers(stage: &Stage, rooms: &[RoomId]) -> Vec<String> {
    let rooms = rooms.to_vec();
    let said = stage.look(move |look| {
        let mut said = Vec::new();
        for room in rooms {
            let newest = look.room(room)?.map_or(10, |room| room.seq.0);
            said.extend(room_answers(look, room, newest)?);
        }
        for person in (1..=7).map(PersonId) {
            said.extend(person_answers(look, person)?);
        }
        for id in (0..60).map(MessageId) {
            said.push(format!("{:?}", look.message(id)?));
        }
        Ok(said)
    });
    said.expect("every question is answered")
}

pub(super) fn a_store_answers_as_the_model_does(make: Make<'_>, seed: u64) {
    let model = Stage::in_memory(&Arc::default(), seed);
    let store = Stage::new(make, seed);
    let lives: Vec<_> = (1..=3)
        .map(|order| (Life::begin(&model, order), Life::begin(&store, order)))
        .collect();
    let rooms: Vec<RoomId> = lives.iter().map(|(in_model, _)| in_model.room).collect();
    let mut dice = Dice::new(seed);
    for round in 0..6 {
        for n in 0..30 {
            let step = next_step(&mut dice, 10 * (round + 1));
            let (in_model, in_store) = &lives[n % lives.len()];
            let expected = in_model.take(&step);
            assert_eq!(in_store.take(&step), expected, "{step:?}");
        }
        if round == 4 {
            for stage in [&model, &store] {
                let (admin, now, gone) = (stage.admin.clone(), stage.chat.now(), rooms[2]);
                stage
                    .change(move |tx| rules::remove_room(tx, now, (&admin).into(), gone))
                    .expect("a room is removed");
            }
        }
        let (expected, said) = (answers(&model, &rooms), answers(&store, &rooms));
        for (expected, said) in expected.iter().zip(&said) {
            assert_eq!(said, expected);
        }
        assert_eq!(said.len(), expected.len());
    }
}

fn named(id: i64, username: &str, email: &str, phone: &str) -> NewPerson {
    let [username, email, phone] = [username, email, phone].map(str::to_owned);
    let person = Person {
        username,
        email,
        phone,
        ..Person::new(PersonId(id), Role::User)
    };
    NewPerson::from(person)
}

pub(super) fn an_account_is_found_by_username_then_email_then_phone(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    let put = |new: NewPerson| stage.change(move |tx| rules::put_person(tx, now, &new));
    let found = |name: &'static str| {
        let account = stage
            .look(move |look| Ok(look.account(name)?))
            .expect("an account is looked up");
        account.map(|account| (account.person.id.0, account.password_hash))
    };
    // The rules let nobody have a name that another logs in by, as whatever; a store may hold such from before.
    let keep = |new: NewPerson| stage.change(move |tx| Ok(tx.put_person(&new)?)).expect("it is kept");
    keep(NewPerson {
        password_hash: Some("$one".into()),
        ..named(11, "anna@a.example", "", "+1")
    });
    keep(named(12, "boris", "Anna@A.example", "boris2"));
    keep(named(13, "", "b@b.example", "boris"));
    for clash in [
        named(16, "b@B.example", "", ""),
        named(16, "", "boris@x.example", "b@b.example"),
        named(16, "+1", "", ""),
        named(16, "", "boris", ""),
    ] {
        assert!(matches!(put(clash), Err(Error::Refused(Refusal::NameTaken { .. }))));
    }
    put(named(14, "", "", "")).expect("people without names are put");
    put(named(15, "", "", "")).expect("several of them");

    assert_eq!(
        found("anna@a.example"),
        Some((11, Some("$one".into()))),
        "a username goes before an e-mail"
    );
    assert_eq!(
        found("ANNA@a.EXAMPLE"),
        Some((12, None)),
        "an e-mail is found in any case, a username is not"
    );
    assert_eq!(found("boris"), Some((12, None)), "a username goes before a phone");
    assert_eq!(found("BORIS"), None);
    assert_eq!(found("+1"), Some((11, Some("$one".into()))));
    assert_eq!(found(""), None, "an empty name is nobody's");

    put(named(11, "anna", "", "")).expect("it is put");
    assert_eq!(
        found("anna"),
        Some((11, Some("$one".into()))),
        "a password that is not given stays"
    );
    assert_eq!(found("+1"), None);
    for (taken, field) in [
        (named(16, "boris", "", ""), "username"),
        (named(16, "", "B@b.example", ""), "email"),
        (named(16, "", "", "boris2"), "phone"),
    ] {
        let kept = taken.clone();
        assert_eq!(put(taken), Err(Refusal::NameTaken { field }.into()));
        let kept = stage.change(move |tx| Ok(tx.put_person(&kept)?));
        assert!(
            matches!(kept, Err(Error::Failed(_))),
            "a store does not rely on the rule"
        );
    }
    let own = |name: &str| {
        let new = named(0, name, "", "");
        stage
            .change(move |tx| rules::new_own_person(tx, &new))
            .expect("it is put")
    };
    let first = own("own-1");
    assert_eq!(
        [first, own("own-2")],
        [rules::FIRST_OWN_PERSON, PersonId(rules::FIRST_OWN_PERSON.0 + 1)]
    );
}

fn token(jti: &str, family: &str, expires_at: i64) -> RefreshToken {
    RefreshToken {
        jti: jti.to_owned(),
        family: family.to_owned(),
        person: PersonId(1),
        issued_at: Time(0),
        expires_at: Time(expires_at),
        used_at: None,
        successor: None,
        revoked_at: None,
    }
}

pub(super) fn sessions_and_refresh_tokens_end(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let session = |n: u8, person: i64, expires_at: i64| Session {
        hash: [n; 32],
        person: PersonId(person),
        created_at: Time(1),
        seen_at: Time(2),
        expires_at: Time(expires_at),
    };
    let sessions = [
        session(1, 1, 10),
        session(2, 1, 100),
        session(3, 2, 100),
        session(4, 2, 11),
    ];
    let kept = sessions.clone();
    let used = RefreshToken {
        used_at: Some(Time(5)),
        successor: Some("b".into()),
        ..token("a", "a", 100)
    };
    let standing = used.clone();
    let done = stage.change(move |tx| {
        for session in &kept {
            tx.put_session(session)?;
        }
        tx.put_session(&Session {
            seen_at: Time(9),
            ..kept[2].clone()
        })?;
        for token in [
            token("a", "a", 100),
            token("b", "a", 11),
            token("c", "c", 10),
            standing.clone(),
        ] {
            tx.put_refresh_token(&token)?;
        }
        tx.revoke_family("a", Time(6))?;
        tx.revoke_family("a", Time(8))?;
        tx.sweep_identity(Time(11))?;
        Ok(())
    });
    done.expect("they are kept");
    let there = || {
        let there = stage.look(|look| {
            let mut sessions = Vec::new();
            for n in 1..=4 {
                sessions.push(look.session(&[n; 32])?);
            }
            let mut tokens = Vec::new();
            for jti in ["a", "b", "c"] {
                tokens.push(look.refresh_token(jti)?);
            }
            Ok((sessions, tokens))
        });
        there.expect("they are read")
    };
    let [_, second, third, fourth] = sessions;
    let seen = Session {
        seen_at: Time(9),
        ..third
    };
    let revoked = |token: RefreshToken| {
        Some(RefreshToken {
            revoked_at: Some(Time(6)),
            ..token
        })
    };
    let (found, tokens) = there();
    assert_eq!(
        found,
        [None, Some(second.clone()), Some(seen), Some(fourth)],
        "what ended before 11 is forgotten"
    );
    assert_eq!(
        tokens,
        [revoked(used), revoked(token("b", "a", 11)), None],
        "a family ends together, and once"
    );

    let ended = stage.change(|tx| {
        tx.end_session(&[1; 32])?;
        tx.end_session(&[3; 32])?;
        Ok(tx.end_sessions_of(PersonId(2))?)
    });
    ended.expect("they end");
    assert_eq!(there().0, [None, Some(second), None, None]);
}
