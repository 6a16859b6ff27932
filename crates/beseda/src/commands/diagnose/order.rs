//! The room of an order: who has a place in it, whether each of them can come in, and what anybody else may do.

use super::access::{self, deeds};
use super::words::{self, Seats};
use crate::report::{Check, Said, said};
use beseda_contracts::order_desk;
use beseda_contracts::shared::time_text;
use beseda_core::policy;
use beseda_core::rules::OrderFile;
use beseda_core::words::{HostId, Order, OrderId, OrderPlace, Person, PersonId, Role, RoomKind};

/// What there is to say of an order and its room.
pub fn checks(id: &OrderId, file: &OrderFile) -> Vec<Check> {
    let name = said(format!("order {id}"), format!("заказ {id}"));
    let Some(order) = &file.order else {
        let (meaning, remedy) = access::no_order(id);
        return vec![Check::failed("order", name, meaning, remedy)];
    };
    let shown = |text: &str| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text.to_owned()
        }
    };
    let (number, status) = (shown(&order.number), shown(&order.status));
    let meaning = said(
        format!("is here; number {number}, status {status}"),
        format!("есть; номер {number}, статус {status}"),
    );
    let mut checks = vec![Check::passed("order", name, meaning)];
    let places = [
        ("client", OrderPlace::Client),
        ("expert", OrderPlace::Expert),
        ("operator", OrderPlace::Operator),
    ];
    checks.extend(places.map(|(word, seat)| place(word, order, file, seat)));
    checks.push(room(id, file));
    checks.push(roles());
    checks
}

/// Whether somebody has a place, is let in, and is in the room.
fn place(word: &'static str, order: &Order, file: &OrderFile, seat: OrderPlace) -> Check {
    let called = words::seat(seat);
    let name = said(words::capital(called.en()), words::capital(called.ru()));
    let seats = Seats {
        order,
        seated: &file.seated,
    };
    let Some((_, person)) = file.seated.iter().find(|(named, _)| *named == seat) else {
        return nobody(word, name, &seats, seat);
    };
    if person.forgotten {
        let put = seats.put(seat, None);
        let meaning = said(
            format!("was deleted; order {} names them still", order.id),
            format!("удалён, а заказ {} всё ещё называет его", order.id),
        );
        let remedy = said(
            format!("put the order again with who is in their place: {put}"),
            format!("пришлите заказ ещё раз с тем, кто вместо него: {put}"),
        );
        return Check::failed(word, name, meaning, remedy);
    }
    if !person.active {
        let (meaning, remedy) = access::deactivated(person);
        return Check::failed(word, name, meaning, remedy);
    }
    if !policy::suits(seat, person.role) {
        let (meaning, remedy) = unsuited(person, seat);
        return Check::failed(word, name, meaning, remedy);
    }
    let is_in = file.members.iter().any(|(member, _)| member.person == person.id);
    let inside = match (&file.room, is_in) {
        (None, _) => said("the room does not stand yet", "комнаты ещё нет"),
        (Some(_), true) => said("is in the room", "состоит в комнате"),
        (Some(_), false) => said(
            "comes into the room with the next message of the order desk, or with create_for_order",
            "войдёт в комнату со следующим сообщением стола заказов или с create_for_order",
        ),
    };
    let called = words::person(person);
    let may = deeds(&policy::deeds(RoomKind::Order, true, order_desk::by(person)));
    let meaning = said(
        format!("{}; {}; may: {may}", called.en(), inside.en()),
        format!("{}; {}; может: {may}", called.ru(), inside.ru()),
    );
    Check::passed(word, name, meaning)
}

/// That nobody has a place. Experts come later; without an operator no one of the staff is in the room.
fn nobody(word: &'static str, name: Said, seats: &Seats<'_>, seat: OrderPlace) -> Check {
    let (id, put) = (&seats.order.id, seats.put(seat, None));
    match seat {
        OrderPlace::Expert => Check::skipped(
            word,
            name,
            said(
                format!("order {id} has none yet; who comes later is let into the room"),
                format!("в заказе {id} пока не указан; кто придёт позже, войдёт в комнату"),
            ),
        ),
        OrderPlace::Client => Check::failed(
            word,
            name,
            said(
                format!("order {id} has no client: nobody who ordered it sees its chat"),
                format!("в заказе {id} не указан клиент: чат не видит никто из заказчиков"),
            ),
            said(format!("name the client: {put}"), format!("укажите клиента: {put}")),
        ),
        OrderPlace::Operator => {
            let roles: Vec<String> = roles_above().iter().map(|role| role.word().to_uppercase()).collect();
            let (english, russian) = (words::any_of(&roles, "or"), words::any_of(&roles, "или"));
            Check::failed(
                word,
                name,
                said(
                    format!("no operator is assigned to order {id}: of the staff, only {english} sees its chat"),
                    format!("Оператор не назначен на заказ {id}: из сотрудников его чат видит только {russian}"),
                ),
                said(format!("assign one: {put}"), format!("назначьте: {put}")),
            )
        }
    }
}

fn unsuited(person: &Person, seat: OrderPlace) -> (Said, Said) {
    let (called, place) = (words::person(person), words::seat(seat));
    let patch = words::patch_person(&person.host_id(), &serde_json::json!({"role": seat.word()}));
    (
        said(
            format!(
                "{} is assigned, without the role {}: they see this chat by their place, and nothing else of what the role gives",
                called.en(),
                place.en()
            ),
            format!(
                "{} назначен, но роли {} не имеет: этот чат видит по своему месту, а прочего, что даёт роль, нет",
                called.ru(),
                seat.word().to_uppercase()
            ),
        ),
        said(
            format!("give them the role: {patch}"),
            format!("дайте ему роль: {patch}"),
        ),
    )
}

fn room(id: &OrderId, file: &OrderFile) -> Check {
    let name = said("room", "комната");
    let Some(room) = &file.room else {
        let meaning = said(
            format!("order {id} has none yet: the first message or create_for_order opens it"),
            format!("у заказа {id} её ещё нет: её откроет первое сообщение или create_for_order"),
        );
        return Check::passed("room", name, meaning);
    };
    let (number, messages, changed) = (room.id, room.visible(), time_text(room.updated_at));
    let people: Vec<String> = file
        .members
        .iter()
        .map(|(_, person)| person.host_id().to_string())
        .collect();
    let people = people.join(", ");
    let meaning = said(
        format!("{number} is open; messages: {messages}; last changed {changed}; in it: {people}"),
        format!("{number} открыта; сообщений: {messages}; последнее изменение {changed}; в ней: {people}"),
    );
    Check::passed("room", name, meaning)
}

/// The roles that read in every order.
fn roles_above() -> Vec<Role> {
    policy::roles_that_may(policy::Deed::Read, RoomKind::Order)
}

/// What each role may do in an order in which it has no place.
fn roles() -> Check {
    let mut told = Vec::new();
    for role in Role::OF_CONTRACTS {
        let somebody = Person::new(PersonId(0), role);
        let may = policy::deeds(RoomKind::Order, false, order_desk::by(&somebody));
        if !may.is_empty() {
            told.push(format!("{}: {}", role.word().to_uppercase(), deeds(&may)));
        }
    }
    let told = told.join("; ");
    let meaning = said(
        format!("without a place in the order: {told}; every other role: nothing"),
        format!("без места в заказе: {told}; прочие роли: ничего"),
    );
    Check::passed("roles", said("roles", "роли"), meaning)
}

/// Somebody of the order by whom the server's calls can be tried: who has a place and is let in, an operator first.
pub fn somebody(file: &OrderFile, wanted: Option<&HostId<'_>>) -> Option<Person> {
    let let_in = || {
        file.seated
            .iter()
            .rev()
            .map(|(_, person)| person)
            .filter(|person| person.active)
    };
    let found = let_in().find(|person| wanted.is_none_or(|id| person.host_id() == *id));
    found.or_else(|| let_in().next()).cloned()
}
