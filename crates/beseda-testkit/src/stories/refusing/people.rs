//! Refused: people, what proves who they are, and what lets them in.

use super::ground::{Ground, class, key};
use super::{LATER, NOBODY, NOW, Row, SOMEBODY, UUID, row};
use beseda_core::error::Refusal;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::rules::sign_in::{self, Claimed, Fresh, Newcomers, Rotation};
use beseda_core::words::{ApiKey, HostId, NewPerson, OrderId, Person, PersonId, Role, RoomKey, Session, Time};

const ROTATION: Rotation = Rotation {
    on: true,
    grace_seconds: 30,
};

pub(super) fn people() -> Vec<Row> {
    let taken = |field| Refusal::NameTaken { field };
    let put = |person: NewPerson| move |tx: &mut dyn Tx| rules::put_person(tx, NOW, &person);
    let new = named("", "", "+79000000001");
    vec![
        row("put_person: username", taken("username"), put(named("expert", "", ""))),
        row(
            "put_person: e-mail",
            taken("email"),
            put(named("", "expert@shop.example", "")),
        ),
        row("put_person: phone", taken("phone"), put(named("", "", "+79000000001"))),
        row("new_own_person", taken("phone"), move |tx| {
            rules::new_own_person(tx, NOW, &new)
        }),
        row("set_active", Refusal::NoSuchPerson, |tx| {
            rules::set_active(tx, NOW, NOBODY, true)
        }),
        row("sign_out", Refusal::NoSuchPerson, |tx| rules::sign_out(tx, NOW, NOBODY)),
        row("put_group", Refusal::NoSuchPerson, |tx| {
            rules::put_group(tx, NOW, &class(vec![SOMEBODY, NOBODY]))
        }),
    ]
}

pub(super) fn doors() -> Vec<Row> {
    let make = |code: u8, person: NewPerson| move |tx: &mut dyn Tx| rules::make_admin(tx, NOW, &[code; 32], &person);
    let admin = |username| named(username, "boss@shop.example", "");
    let taken = |field| Refusal::NameTaken { field };
    let bad = Refusal::BadCredentials;
    vec![
        row("put_api_key", taken("name"), |tx| {
            rules::put_api_key(
                tx,
                &ApiKey {
                    hash: [2; 32],
                    ..key("shop")
                },
            )
        }),
        row("make_admin: code unknown", bad.clone(), make(9, admin(""))),
        row("make_admin: code ended", bad.clone(), make(2, admin(""))),
        row("make_admin: code used", bad, make(3, admin(""))),
        row("make_admin: username", taken("username"), make(1, admin("expert"))),
        row(
            "make_admin: e-mail",
            taken("email"),
            make(1, named("", "expert@shop.example", "")),
        ),
    ]
}

pub(super) fn tokens(ground: &Ground) -> Vec<Row> {
    let open = |person| {
        move |tx: &mut dyn Tx| {
            let session = Session {
                hash: [1; 32],
                person,
                created_at: NOW,
                seen_at: NOW,
                expires_at: LATER,
            };
            sign_in::open_session(tx, &session, &[[7; 32]])
        }
    };
    let fresh = || Fresh {
        jti: "fresh".to_owned(),
        expires_at: LATER,
    };
    let issue = |person| move |tx: &mut dyn Tx| sign_in::issue_refresh(tx, NOW, person, &fresh());
    let rotate = |jti: &'static str| move |tx: &mut dyn Tx| sign_in::rotate(tx, NOW, jti, &fresh(), ROTATION);
    let (barred, bad) = (ground.barred.id, Refusal::BadCredentials);
    vec![
        row("open_session: nobody", Refusal::NoSuchPerson, open(NOBODY)),
        row("open_session: deactivated", Refusal::Inactive, open(barred)),
        row("issue_refresh: nobody", Refusal::NoSuchPerson, issue(NOBODY)),
        row("issue_refresh: deactivated", Refusal::Inactive, issue(barred)),
        row("rotate: unknown", bad.clone(), rotate("unknown")),
        row("rotate: ended", bad.clone(), rotate("ended")),
        row("rotate: revoked", bad, rotate("revoked")),
        row("rotate: deactivated", Refusal::Inactive, rotate("barred")),
    ]
}

pub(super) fn grants(ground: &Ground) -> Vec<Row> {
    let good = RoomKey::Order(OrderId::from(3));
    let by_name = || HostId::Name("x".into());
    let admit = |id: HostId<'static>, people, proven_at| {
        let mut claimed = Claimed::new(id, proven_at);
        claimed.grants = vec![good.clone()];
        claimed.last_name = Some("Иначе".to_owned());
        move |tx: &mut dyn Tx| sign_in::admit(tx, NOW, &claimed, people, &|| UUID)
    };
    let (create, known) = (Newcomers::Create, Newcomers::Known);
    let number = HostId::from;
    vec![
        row(
            "admit: unknown",
            Refusal::NoSuchPerson,
            admit(number(NOBODY), known, Some(LATER)),
        ),
        row(
            "admit: unknown name",
            Refusal::NoSuchPerson,
            admit(by_name(), known, Some(LATER)),
        ),
        row(
            "admit: deactivated",
            Refusal::Inactive,
            admit(number(ground.barred.id), create, Some(LATER)),
        ),
        row(
            "admit: signed before a sign-out",
            Refusal::BadCredentials,
            admit(number(ground.signed_out), create, Some(Time(0))),
        ),
        row(
            "admit: signed nobody knows when",
            Refusal::UnknownAge,
            admit(number(ground.signed_out), create, None),
        ),
    ]
}

fn named(username: &str, email: &str, phone: &str) -> NewPerson {
    let mut person = Person::new(PersonId(70), Role::User);
    username.clone_into(&mut person.username);
    email.clone_into(&mut person.email);
    phone.clone_into(&mut person.phone);
    NewPerson {
        person,
        password_hash: Some("$70".to_owned()),
    }
}
