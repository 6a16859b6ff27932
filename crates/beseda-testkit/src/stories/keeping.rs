//! Stories of keeping: every question has the answer that the model gives.

use super::Make;
use super::answers::{Answers, Given, assert_alike};
use super::life::{Life, Step, next_step};
use super::stage::{Dice, Stage};
use beseda_core::error::{Error, Fault, Refusal};
use beseda_core::ports::Look;
use beseda_core::rules;
use beseda_core::words::{
    FIRST_OWN_PERSON, Head, Kinds, MessageId, NewPerson, Person, PersonId, RefreshToken, Role, RoomId, Seq, Session,
    Time,
};
use std::sync::Arc;

/// Asks everything that can be asked about a room.
fn ask_of_room(look: &mut dyn Look, said: &mut Answers<'_>, room: RoomId) -> Result<(), Fault> {
    let standing = look.room(room)?;
    let newest = standing.as_ref().map_or(10, |room| room.seq.0);
    let stands = standing.is_some();
    said.say("room", standing);
    for person in (1..=6).map(PersonId) {
        said.say(format_args!("place {person}"), look.place(room, person)?);
    }
    if !stands {
        // Of a room that was removed the rules ask nothing more.
        return Ok(());
    }
    said.say("members", look.members(room)?);
    said.say("blocks", look.erased_by_block(room)?);
    for person in (1..=6).map(PersonId) {
        said.say(format_args!("others {person}"), look.others_mark(room, person)?);
        for client_id in (0..10).map(|n| format!("c-{n}")) {
            let first = look.message_by_client_id(room, Some(person), &client_id)?;
            said.say(format_args!("client id {person} {client_id}"), first);
        }
    }
    said.say("of nobody", look.message_by_client_id(room, None, "c-1")?);
    for seq in (-1..=newest + 1).map(Seq) {
        said.say(format_args!("at {seq}"), look.message_at(room, seq)?);
        said.say(format_args!("id at {seq}"), look.id_at(room, seq)?);
        said.say(format_args!("shown before {seq}"), look.shown_before(room, seq)?);
        let skipped = look.count_skipped(room, PersonId(2), seq)?;
        said.say(format_args!("skipped {seq}"), skipped);
        for limit in [0, 1, 4] {
            let before = look.messages_before(room, seq, limit)?;
            said.say(format_args!("before {seq} {limit}"), before);
            let after = look.messages_after(room, seq, limit)?;
            said.say(format_args!("after {seq} {limit}"), after);
            let sent = look.sent_after(room, seq, limit)?;
            said.say(format_args!("sent {seq} {limit}"), sent);
            let touched = look.touched_after(room, Head(seq.0), Seq(newest), limit)?;
            said.say(format_args!("touched {seq} {limit}"), touched);
        }
        let erased = look.erased_between(room, seq, Seq(seq.0 + 5))?;
        said.say(format_args!("erased {seq}"), erased);
    }
    Ok(())
}

/// Asks everything that can be asked about a person.
fn ask_of_person(look: &mut dyn Look, said: &mut Answers<'_>, person: PersonId) -> Result<(), Fault> {
    said.say("person", look.person(person)?);
    said.say("count", look.count_rooms(person, Kinds::ALL)?);
    for (offset, limit) in [(0, 10), (1, 1), (0, 0), (9, 1)] {
        let page = look.rooms(person, Kinds::ALL, offset, limit)?;
        said.say(format_args!("rooms {offset} {limit}"), page);
    }
    let mut places = look.places(person, Kinds::ALL)?;
    places.sort_by_key(|place| place.room.id);
    said.say("places", places);
    Ok(())
}

/// Some lives on one stage, and the numbers that its store has given out.
struct Lives<'a> {
    stage: &'a Stage,
    lives: Vec<Life<'a>>,
    given: Given,
}

impl<'a> Lives<'a> {
    fn begin(stage: &'a Stage) -> Self {
        let lives: Vec<_> = (1..=3).map(|order| Life::begin(stage, order)).collect();
        let mut given = Given::default();
        lives.iter().for_each(|life| given.rooms.got(life.room.0));
        Self { stage, lives, given }
    }

    /// Somebody tries something in one of the rooms: what came of it, in words.
    fn take(&mut self, life: usize, step: &Step) -> Result<String, Refusal> {
        let message = self.lives[life].take(step)?;
        let message = message.map(Arc::unwrap_or_clone);
        if let Some(message) = &message {
            self.given.messages.got(message.id.0);
        }
        Ok(self.given.words(message))
    }

    fn remove_room(&self, life: usize) {
        let (admin, now) = (self.stage.admin.clone(), self.stage.chat.now());
        let gone = self.lives[life].room;
        self.stage
            .change(move |tx| rules::remove_room(tx, now, (&admin).into(), gone))
            .expect("a room is removed");
    }

    fn answers(&self) -> Vec<String> {
        let given = self.given.clone();
        let said = self.stage.look(move |look| {
            let mut said = Answers::new(&given);
            for room in given.rooms.to_ask() {
                ask_of_room(look, &mut said, RoomId(room))?;
            }
            for person in (1..=7).map(PersonId) {
                ask_of_person(look, &mut said, person)?;
            }
            for id in given.messages.to_ask() {
                said.say("message", look.message(MessageId(id))?);
            }
            Ok(said.said())
        });
        said.expect("every question is answered")
    }
}

pub(super) fn a_store_answers_as_the_model_does(make: Make<'_>, seed: u64) {
    let stages = [Stage::in_memory(&Arc::default(), seed), Stage::new(make, seed)];
    let mut both = stages.each_ref().map(Lives::begin);
    let mut dice = Dice::new(seed);
    for round in 0..6 {
        for n in 0..30 {
            let step = next_step(&mut dice, 10 * (round + 1));
            let [expected, said] = both.each_mut().map(|lives| lives.take(n % 3, &step));
            assert_eq!(said, expected, "{step:?}");
        }
        if round == 4 {
            both.iter().for_each(|lives| lives.remove_room(2));
        }
        assert_alike(&both.each_ref().map(Lives::answers), format_args!("round {round}"));
    }
    both.iter().for_each(|lives| lives.given.assert_rising());
}

fn named(id: i64, username: &str, email: &str, phone: &str) -> NewPerson {
    let [username, email, phone] = [username, email, phone].map(str::to_owned);
    let person = Person {
        username,
        email,
        phone,
        ..Person::new(PersonId(id), Role::User)
    };
    NewPerson {
        password_hash: Some(format!("${id}")),
        ..NewPerson::from(person)
    }
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
    keep(named(11, "anna@a.example", "", "+1"));
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
    // Who has no password logs in by no name: several may have one, and two may change theirs in turn.
    let namesake = |id, email| NewPerson {
        password_hash: None,
        ..named(id, "", email, "+1")
    };
    for (id, email) in [
        (17, "b@b.example"),
        (18, "c@c.example"),
        (17, "c@c.example"),
        (18, "b@b.example"),
    ] {
        put(namesake(id, email)).expect("it is nobody's way in");
    }
    assert_eq!(found("c@c.example"), None);
    assert_eq!(
        put(NewPerson {
            password_hash: Some("$17".into()),
            ..namesake(17, "")
        }),
        Err(Error::Refused(Refusal::NameTaken { field: "phone" })),
        "with a password it would be one"
    );
    put(named(14, "", "", "")).expect("people without names are put");
    put(named(15, "", "", "")).expect("several of them");

    assert_eq!(
        found("anna@a.example"),
        Some((11, Some("$11".into()))),
        "a username goes before an e-mail"
    );
    assert_eq!(
        found("ANNA@a.EXAMPLE"),
        Some((12, Some("$12".into()))),
        "an e-mail is found in any case, a username is not"
    );
    assert_eq!(
        found("boris"),
        Some((12, Some("$12".into()))),
        "a username goes before a phone"
    );
    assert_eq!(found("BORIS"), None);
    assert_eq!(found("+1"), Some((11, Some("$11".into()))));
    assert_eq!(found(""), None, "an empty name is nobody's");

    put(named(11, "anna", "", "")).expect("it is put");
    assert_eq!(
        found("anna"),
        Some((11, Some("$11".into()))),
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
            .change(move |tx| rules::new_own_person(tx, now, &new))
            .expect("it is put")
    };
    let first = own("own-1");
    assert_eq!(
        [first, own("own-2")],
        [FIRST_OWN_PERSON, PersonId(FIRST_OWN_PERSON.0 + 1)]
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
