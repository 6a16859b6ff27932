//! Stories of doors: tickets, API keys, and the names that host applications have for people.

use super::Make;
use super::stage::Stage;
use beseda_core::error::{Error, Refusal};
use beseda_core::rules::{self, TicketTaken};
use beseda_core::words::{
    ApiKey, Came, FIRST_OWN_PERSON, HostId, NewPerson, Person, PersonId, RefreshToken, Role, Scope, SetupCode, Ticket,
    Time,
};

fn ticket(n: u8, expires_at: i64) -> Ticket {
    Ticket {
        hash: [n; 32],
        came: Came {
            by_key: Some([9; 32]).filter(|_| n == 4),
            ..Came::oneself(PersonId(2), Time(7))
        },
        expires_at: Time(expires_at),
        proof_ends_at: Some(Time(expires_at + 1)),
    }
}

pub(super) fn a_ticket_is_taken_once(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let kept = stage.change(|tx| {
        for (n, expires_at) in [(1, 100), (2, 9), (3, 10), (4, 100)] {
            tx.put_ticket(&ticket(n, expires_at))?;
        }
        Ok(())
    });
    kept.expect("they are kept");
    let take = |n: u8| stage.change(move |tx| Ok(tx.take_ticket(&[n; 32])?));
    assert_eq!(take(1), Ok(Some(ticket(1, 100))));
    assert_eq!(take(1), Ok(None), "it is gone");
    stage
        .change(|tx| Ok(tx.sweep_identity(Time(10))?))
        .expect("they are swept");
    assert_eq!(take(2), Ok(None), "what ended before 10 is forgotten");
    assert_eq!(
        take(3),
        Ok(Some(ticket(3, 10))),
        "whether it has ended is for the rule to say"
    );
    let won = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| take(4))).collect();
        let taken = threads.into_iter().map(|thread| thread.join().expect("it is answered"));
        taken.filter(|taken| matches!(taken, Ok(Some(_)))).count()
    });
    assert_eq!(won, 1, "of twenty at once one gets it");
}

fn key(n: u8, name: &str, created_at: i64, scopes: &[Scope]) -> ApiKey {
    ApiKey {
        name: name.to_owned(),
        hash: [n; 32],
        scopes: scopes.to_vec(),
        created_at: Time(created_at),
        revoked_at: None,
    }
}

pub(super) fn an_api_key_keeps_its_name_until_it_is_revoked(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let put = |key: &ApiKey| {
        let key = key.clone();
        stage.change(move |tx| Ok(tx.put_api_key(&key)?))
    };
    let all = || stage.look(|look| Ok(look.api_keys()?)).expect("they are listed");
    let shop = key(9, "shop", 20, &[Scope::People, Scope::Rooms]);
    let desk = key(3, "desk", 10, &[]);
    for key in [&shop, &desk] {
        put(key).expect("it is kept");
    }
    assert_eq!(all(), [desk.clone(), shop.clone()], "the oldest first");
    let newer = key(4, "shop", 30, &[Scope::Orders]);
    assert!(matches!(put(&newer), Err(Error::Failed(_))), "the name is taken");
    let revoked = ApiKey {
        revoked_at: Some(Time(25)),
        ..shop.clone()
    };
    let renamed = ApiKey {
        name: "other".to_owned(),
        scopes: vec![Scope::Groups],
        ..revoked.clone()
    };
    put(&renamed).expect("nothing of it changes but that it is revoked");
    put(&newer).expect("the name is free");
    assert_eq!(all(), [desk.clone(), revoked.clone(), newer]);
    let found = stage.look(|look| {
        Ok((
            look.api_key(&[9; 32])?,
            look.api_key(&[3; 32])?,
            look.api_key(&[1; 32])?,
        ))
    });
    assert_eq!(found, Ok((Some(revoked), Some(desk), None)));
}

pub(super) fn a_setup_code_is_kept_for_ever_and_changes_only_when_it_is_used(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let any = || stage.look(|look| Ok(look.had_setup_codes()?));
    assert_eq!(any(), Ok(false));
    let code = SetupCode {
        hash: [7; 32],
        email: "root@shop.example".to_owned(),
        expires_at: Time(100),
        used_at: None,
    };
    let used = SetupCode {
        email: "other@shop.example".to_owned(),
        expires_at: Time(200),
        used_at: Some(Time(50)),
        ..code.clone()
    };
    let put = |code: &SetupCode| {
        let code = code.clone();
        stage.change(move |tx| Ok(tx.put_setup_code(&code)?))
    };
    let get = |n: u8| stage.look(move |look| Ok(look.setup_code(&[n; 32])?));
    put(&code).expect("it is kept");
    assert_eq!(get(7), Ok(Some(code.clone())));
    assert_eq!(get(8), Ok(None));
    put(&used).expect("it is used");
    let kept = SetupCode {
        used_at: Some(Time(50)),
        ..code
    };
    stage
        .change(|tx| Ok(tx.sweep_identity(Time(1_000))?))
        .expect("what ended is swept");
    assert_eq!(get(7), Ok(Some(kept)));
    assert_eq!(any(), Ok(true));
}

pub(super) fn a_host_calls_a_person_by_a_name_that_stays_theirs(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let named = |id: i64, name: Option<&str>| {
        let mut person = Person::new(PersonId(id), Role::User);
        person.host_name = name.map(str::to_owned);
        NewPerson::from(person)
    };
    let puts = [named(1, Some("auth0|анна")), named(2, Some("0042")), named(3, None)];
    let found = stage.change(move |tx| {
        for new in &puts {
            tx.put_person(new)?;
        }
        let mut found = Vec::new();
        for name in ["auth0|анна", "0042", "AUTH0|анна", "42", ""] {
            found.push(tx.person_of_host(&HostId::Name(name.into()))?);
        }
        Ok(found)
    });
    let found = found.expect("people are put and found");
    let ids: Vec<_> = found.iter().map(|one| one.as_ref().map(|person| person.id.0)).collect();
    assert_eq!(ids, [Some(1), Some(2), None, None, None]);
    assert_eq!(
        found[1].as_ref().map(|person| person.host_id().to_string()).as_deref(),
        Some("0042")
    );
    let taken = named(3, Some("0042"));
    let taken = stage.change(move |tx| Ok(tx.put_person(&taken)?));
    assert!(matches!(taken, Err(Error::Failed(_))), "one name is one person");

    let now = stage.chat.now();
    let gone = stage.change(move |tx| {
        rules::remove_person(tx, now, PersonId(2))?;
        Ok(tx.person_of_host(&HostId::Name("0042".into()))?)
    });
    let gone = gone.expect("they are forgotten").expect("and still theirs is the name");
    assert!(gone.forgotten && gone.id == PersonId(2), "{gone:?}");
}

pub(super) fn whoever_is_put_in_the_place_of_somebody_deleted_is_somebody_else(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    for text in ["1", "3f2c-é"] {
        let id = HostId::of(text).expect("it is an id");
        let put = |name: &'static str| {
            let id = id.clone();
            let put = stage.change(move |tx| {
                let (mut person, is_new) = rules::person_to_put(tx, &id)?;
                name.clone_into(&mut person.first_name);
                rules::put_person(tx, now, &person.clone().into())?;
                Ok((person.id, is_new))
            });
            put.expect("somebody is put")
        };
        let person = |number: PersonId| {
            let person = stage.look(move |look| Ok(look.person(number)?));
            person.expect("it is read").expect("somebody")
        };
        let (first, _) = put("Анна");
        assert_eq!(put("Белла"), (first, false));
        let remove = || {
            stage
                .change(move |tx| rules::remove_person(tx, now, first))
                .expect("they are deleted, once");
        };
        remove();
        remove();
        let gone = person(first);
        assert!(gone.forgotten && !gone.active && gone.email.is_empty(), "{gone:?}");
        assert_eq!(
            (gone.first_name.as_str(), gone.host_id()),
            ("Белла", HostId::Number(-first.0))
        );
        let refused = stage.change(move |tx| rules::set_active(tx, now, first, true));
        assert_eq!(refused, Err(Error::Refused(Refusal::NoSuchPerson)));
        let find = |id: HostId<'static>| {
            let found = stage.look(move |look| rules::find_person(look, &id));
            found.expect("it is read").map(|person| person.id)
        };
        assert_eq!(find(id.clone()), None);

        let (second, is_new) = put("Вера");
        assert!(is_new && second != first && second >= FIRST_OWN_PERSON, "{second}");
        let back = person(second);
        assert!(back.active && !back.forgotten && back.host_id() == id, "{back:?}");
        assert_eq!(
            (find(id.clone()), person(first).first_name),
            (Some(second), "Белла".to_owned())
        );
        // In whole seconds: also what was given out after the deletion, in the same second.
        let ended = back
            .signed_out_at
            .expect("what was proven as the one before does not count");
        assert!(!back.counts(ended.plus_seconds(-1)) && back.counts(ended), "{back:?}");
        assert_eq!(put("Вера"), (second, false));
    }
}

pub(super) fn what_a_person_has_proved_ends_together(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let token = |jti: &str, person: i64, revoked_at: Option<i64>| RefreshToken {
        jti: jti.to_owned(),
        family: jti.to_owned(),
        person: PersonId(person),
        issued_at: Time(0),
        expires_at: Time(100),
        used_at: None,
        successor: None,
        revoked_at: revoked_at.map(Time),
    };
    let tokens = [token("a", 1, None), token("b", 1, Some(3)), token("c", 2, None)];
    let ended = stage.change(move |tx| {
        for token in &tokens {
            tx.put_refresh_token(token)?;
        }
        tx.revoke_tokens_of(PersonId(1), Time(5))?;
        let mut revoked = Vec::new();
        for jti in ["a", "b", "c"] {
            revoked.push(tx.refresh_token(jti)?.and_then(|token| token.revoked_at));
        }
        Ok(revoked)
    });
    assert_eq!(ended, Ok(vec![Some(Time(5)), Some(Time(3)), None]));
    let signed_out = stage.change(|tx| {
        let mut person = tx.person(PersonId(1))?.expect("she is known");
        person.signed_out_at = Some(Time(5_000_000));
        let mut new = NewPerson::from(person);
        new.password_hash = Some("$one".to_owned());
        tx.put_person(&new)?;
        let before = tx.account_of(PersonId(1))?.expect("she is known");
        tx.remove_password(PersonId(1))?;
        let after = tx.account_of(PersonId(1))?.expect("she is known");
        assert_eq!(tx.account_of(PersonId(99))?.map(|account| account.person), None);
        assert_eq!(before.person, after.person);
        Ok((after.person.signed_out_at, before.password_hash, after.password_hash))
    });
    assert_eq!(signed_out, Ok((Some(Time(5_000_000)), Some("$one".to_owned()), None)));
}

pub(super) fn a_ticket_of_somebody_shut_out_is_gone_all_the_same(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    let put = |n: u8, proven_at| {
        let ticket = Ticket {
            came: Came::oneself(PersonId(2), proven_at),
            ..ticket(n, now.plus_seconds(60).0)
        };
        stage.change(move |tx| Ok(tx.put_ticket(&ticket)?)).expect("it is kept");
    };
    let take = |n: u8| stage.change(move |tx| rules::take_ticket(tx, now, &[n; 32]));
    put(1, now);
    put(2, Time(7));
    put(3, now);
    let person = stage.people[1].clone();
    let kept = Ticket {
        came: Came::oneself(PersonId(2), now),
        ..ticket(1, now.plus_seconds(60).0)
    };
    assert_eq!(take(1), Ok(TicketTaken::Good(Box::new(person.clone()), kept)));
    let out = stage.change(move |tx| rules::sign_out(tx, now, person.id));
    out.expect("they are signed out");
    assert_eq!(take(2), Ok(TicketTaken::Barred(Refusal::BadCredentials)));
    let shut = stage.change(move |tx| rules::set_active(tx, now, PersonId(2), false));
    shut.expect("they are deactivated");
    assert_eq!(take(3), Ok(TicketTaken::Barred(Refusal::Inactive)));
    for n in 1..=4 {
        assert_eq!(take(n), Ok(TicketTaken::Spent), "ticket {n}");
    }
}
