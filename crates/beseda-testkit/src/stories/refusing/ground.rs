//! What stands when the rules are refused.

use super::{LATER, NOW, SOMEBODY, Stage, TAKEN};
use beseda_core::error::Error;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::{
    ApiKey, Group, GroupId, Limits, MessageId, NewPerson, OrderId, Person, PersonId, RefreshToken, Role, RoomId, Scope,
    SetupCode,
};
use std::sync::Arc;

/// What stands when the rules are refused.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) limits: Arc<Limits>,
    pub(super) anna: Person,
    pub(super) expert: Person,
    pub(super) outsider: Person,
    pub(super) admin: Person,
    pub(super) teacher: Person,
    pub(super) student: Person,
    pub(super) customer: Person,
    pub(super) barred: Person,
    pub(super) signed_out: PersonId,
    pub(super) room: RoomId,
    pub(super) kept: MessageId,
    pub(super) erased: MessageId,
}

impl Ground {
    pub(super) fn new(stage: &Stage) -> Self {
        let put = |id, role, active| {
            let person = Person {
                active,
                ..Person::new(PersonId(id), role)
            };
            let new = NewPerson::from(person.clone());
            stage
                .change(move |tx| rules::put_person(tx, NOW, &new))
                .expect("a person is put");
            person
        };
        let [anna, expert, outsider] = [0, 1, 4].map(|at| stage.people[at].clone());
        for person in [&anna, &expert] {
            let new = NewPerson {
                password_hash: Some("$".to_owned()),
                person: person.clone(),
            };
            stage
                .change(move |tx| Ok(tx.put_person(&new)?))
                .expect("they log in here");
        }
        for order in [1, 2] {
            stage
                .put_order(order, [1, 2, 3].map(|id| Some(PersonId(id))))
                .expect("the order is put");
        }
        stage
            .put_order(3, [Some(anna.id), None, None])
            .expect("the order is put");
        let (now, by) = (stage.chat.now(), anna.clone());
        let room = stage
            .change(move |tx| rules::open_order_room(tx, now, &by, &OrderId::from(1), TAKEN))
            .expect("the room opens")
            .0
            .room
            .id;
        let _other = stage.open(&anna, 2).expect("the room opens");
        let say = |text, client_id| stage.send(&anna, room, text, client_id).expect("it is sent").message.id;
        let (kept, erased) = (say("раз", None), say("два", Some("c-2")));
        stage.erase(&anna, erased).expect("it is erased");
        let ground = Self {
            limits: Arc::clone(stage.chat.limits()),
            anna,
            expert,
            outsider,
            admin: stage.admin.clone(),
            teacher: put(40, Role::Teacher, true),
            student: put(41, Role::Student, true),
            customer: put(50, Role::Customer, true),
            barred: put(60, Role::Visitor, false),
            signed_out: put(61, Role::Client, true).id,
            room,
            kept,
            erased,
        };
        stage.change(doors_stand).expect("doors stand");
        let id = ground.signed_out;
        stage
            .change(move |tx| rules::sign_out(tx, NOW, id))
            .expect("they are signed out");
        ground
    }

    pub(super) fn by(&self, who: fn(&Self) -> &Person) -> impl Fn() -> Person + Send + 'static {
        let person = who(self).clone();
        move || person.clone()
    }
}

/// Keys, codes and tokens of every sort, and a class.
fn doors_stand(tx: &mut dyn Tx) -> Result<(), Error> {
    rules::put_api_key(tx, &key("shop"))?;
    for (n, expires_at, used_at) in [(1, LATER, None), (2, NOW, None), (3, LATER, Some(NOW))] {
        tx.put_setup_code(&SetupCode {
            hash: [n; 32],
            email: String::new(),
            expires_at,
            used_at,
        })?;
    }
    for (jti, person, expires_at, revoked_at) in [
        ("ended", SOMEBODY, NOW, None),
        ("revoked", SOMEBODY, LATER, Some(NOW)),
        ("barred", PersonId(60), LATER, None),
    ] {
        tx.put_refresh_token(&RefreshToken {
            jti: jti.to_owned(),
            family: jti.to_owned(),
            person,
            issued_at: NOW,
            expires_at,
            used_at: None,
            successor: None,
            revoked_at,
        })?;
    }
    rules::put_group(tx, NOW, &class(vec![PersonId(41)]))?;
    Ok(())
}

pub(super) fn key(name: &str) -> ApiKey {
    ApiKey {
        name: name.to_owned(),
        hash: [1; 32],
        scopes: vec![Scope::People],
        created_at: NOW,
        revoked_at: None,
    }
}

pub(super) fn class(students: Vec<PersonId>) -> Group {
    Group {
        id: GroupId::from(1),
        name: "5а".to_owned(),
        teacher: Some(PersonId(40)),
        students,
    }
}
