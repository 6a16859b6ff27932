//! Setup codes and first administrators, told on the store in memory.

use crate::who_logs_in;
use beseda_core::error::{Error, Refusal};
use beseda_core::rules::{is_set_up, make_admin};
use beseda_core::words::{Person, PersonId, Role, SetupCode, Time};
use beseda_testkit::stories::Stage;
use std::sync::Arc;

fn stage() -> Stage {
    Stage::in_memory(&Arc::default(), 1)
}

fn make(stage: &Stage, code: u8, email: &str) -> Result<PersonId, Error> {
    let mut person = Person::new(PersonId(0), Role::Admin);
    email.clone_into(&mut person.email);
    let now = stage.chat.now();
    stage.change(move |tx| make_admin(tx, now, &[code; 32], &person.clone().into()))
}

#[test]
fn a_setup_code_makes_one_administrator_in_time() {
    let stage = stage();
    let now = stage.chat.now();
    let code = |n: u8, seconds| SetupCode {
        hash: [n; 32],
        email: String::new(),
        expires_at: now.plus_seconds(seconds),
        used_at: None,
    };
    let codes = [code(1, 60), code(2, 0)];
    stage
        .change(move |tx| codes.iter().try_for_each(|code| Ok(tx.put_setup_code(code)?)))
        .expect("they are kept");
    let refused = Err(Error::Refused(Refusal::BadCredentials));
    assert_eq!(make(&stage, 2, "a@shop.example"), refused, "it has ended");
    assert_eq!(make(&stage, 3, "a@shop.example"), refused, "nobody knows it");
    let id = make(&stage, 1, "a@shop.example").expect("an administrator");
    let made = stage.look(move |look| Ok(look.person(id)?)).expect("they are kept");
    assert_eq!(made.map(|person| person.role), Some(Role::Admin));
    assert_eq!(make(&stage, 1, "b@shop.example"), refused, "it is used");
}

#[test]
fn a_first_start_is_one_without_an_administrator_or_a_code() {
    let stage = stage();
    let is = || stage.look(|look| is_set_up(look));
    let admin = stage.admin.clone();
    let put = |role| {
        let person = Person { role, ..admin.clone() };
        stage.change(move |tx| Ok(tx.put_person(&person.clone().into())?))
    };
    assert_eq!(is(), Ok(true));
    put(Role::Operator).expect("they are none any more");
    assert_eq!(is(), Ok(false));
    let code = SetupCode {
        hash: [1; 32],
        email: String::new(),
        expires_at: Time(0),
        used_at: None,
    };
    let kept = stage.change(move |tx| Ok(tx.put_setup_code(&code)?));
    assert_eq!((kept, is()), (Ok(()), Ok(true)));
}

#[test]
fn a_taken_e_mail_uses_no_code_up() {
    let stage = stage();
    let code = SetupCode {
        hash: [1; 32],
        email: String::new(),
        expires_at: stage.chat.now().plus_seconds(60),
        used_at: None,
    };
    let mut other = Person::new(PersonId(50), Role::Client);
    other.email = "a@shop.example".to_owned();
    stage
        .change(move |tx| {
            tx.put_person(&who_logs_in(&other))?;
            Ok(tx.put_setup_code(&code)?)
        })
        .expect("both are kept");
    let taken = Err(Error::Refused(Refusal::NameTaken { field: "email" }));
    assert_eq!(make(&stage, 1, "A@shop.example"), taken);
    assert!(make(&stage, 1, "b@shop.example").is_ok());
}
