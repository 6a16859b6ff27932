//! Words that the diagnosis uses again and again: what people are called, and the calls that mend something.

use crate::caller::in_path;
use crate::report::{Said, said};
use beseda_core::words::{HostId, Order, OrderId, OrderPlace, Person, Role};
use serde_json::{Map, Value, json};

/// What a role is called in Russian; the English word is its own.
const ROLES: &[(Role, &str)] = &[
    (Role::Admin, "администратор"),
    (Role::Operator, "оператор"),
    (Role::Mom, "MOM"),
    (Role::Client, "клиент"),
    (Role::Expert, "эксперт"),
    (Role::Teacher, "преподаватель"),
    (Role::Student, "ученик"),
    (Role::Customer, "клиент салона"),
    (Role::Therapist, "терапевт"),
    (Role::Visitor, "посетитель"),
    (Role::User, "пользователь"),
];

/// A role as staff say it.
pub fn role(role: Role) -> Said {
    let known = ROLES.iter().find(|(known, _)| role.eq(known));
    let russian = known.map_or(role.word(), |(_, russian)| *russian);
    said(role.word(), russian)
}

/// What a place of an order is called.
pub fn seat(seat: OrderPlace) -> Said {
    let russian = match seat {
        OrderPlace::Client => "клиент",
        OrderPlace::Expert => "эксперт",
        OrderPlace::Operator => "оператор",
    };
    said(seat.word(), russian)
}

/// Somebody by their role and id, as a sentence begins.
pub fn person(person: &Person) -> Said {
    let (id, called) = (person.host_id(), role(person.role));
    let [english, russian] = [called.en(), called.ru()].map(capital);
    said(format!("{english} {id}"), format!("{russian} {id}"))
}

/// A word with a capital in front.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Who has a place in an order, and who is to have one: what [`put_order`] says of its people.
pub struct Seats<'a> {
    /// The order, as it stands.
    pub order: &'a Order,
    /// Who has a place in it.
    pub seated: &'a [(OrderPlace, Person)],
}

impl Seats<'_> {
    /// The call that puts the order as it stands, but with somebody else in a place: all of it, because what is left out
    /// becomes empty. Nobody known belongs into a place whose bearer was deleted.
    pub fn put(&self, place: OrderPlace, who: Option<&HostId<'_>>) -> String {
        let mut fields = Map::new();
        fields.insert("number".to_owned(), json!(self.order.number));
        for (seat, word) in OrderPlace::WORDS {
            let mut seated = self.seated.iter().filter(|(_, person)| !person.forgotten);
            let bearer = match seated.find(|(named, _)| named == seat) {
                _ if *seat == place => who.map_or(json!("ID"), |who| json!(who)),
                Some((_, person)) => json!(person.host_id()),
                None => continue,
            };
            fields.insert((*word).to_owned(), bearer);
        }
        fields.insert("status".to_owned(), json!(self.order.status));
        put_order(&self.order.id, &Value::Object(fields))
    }
}

/// The call that puts an order.
pub fn put_order(order: &OrderId, fields: &Value) -> String {
    format!("PUT /api/v1/orders/{}/ {fields}", in_path(&order.0))
}

/// The call that changes a person.
pub fn patch_person(id: &HostId<'_>, fields: &Value) -> String {
    format!("PATCH /api/v1/people/{}/ {fields}", in_path(id))
}

/// The call that puts a person.
pub fn put_person(id: &HostId<'_>) -> String {
    format!("PUT /api/v1/people/{}/ {{\"role\": ROLE}}", in_path(id))
}

/// An id as an argument of a command.
pub fn in_shell(id: &HostId<'_>) -> String {
    let text = id.to_string();
    let is_plain = text
        .chars()
        .all(|letter| letter.is_alphanumeric() || "-_.:@/+%".contains(letter));
    if is_plain && !text.starts_with('-') {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Words as a list, with a last "or".
pub fn any_of(words: &[String], or: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} {or} {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::words::PersonId;

    #[test]
    fn an_order_is_put_with_everything_that_it_has() {
        let order = Order {
            id: "a/b".parse().unwrap(),
            number: "ORD-2".to_owned(),
            client: Some(PersonId(4)),
            expert: Some(PersonId(5)),
            operator: None,
            status: "new".to_owned(),
        };
        let gone = Person::new(PersonId(5), Role::Expert).forget();
        let seated = [
            (OrderPlace::Client, Person::new(PersonId(4), Role::Client)),
            (OrderPlace::Expert, gone),
        ];
        let seats = Seats {
            order: &order,
            seated: &seated,
        };
        assert_eq!(
            seats.put(OrderPlace::Operator, Some(&HostId::Number(1))),
            r#"PUT /api/v1/orders/a%2Fb/ {"number":"ORD-2","client":4,"operator":1,"status":"new"}"#
        );
        assert!(seats.put(OrderPlace::Expert, None).contains(r#""expert":"ID""#));
    }

    #[test]
    fn every_role_has_a_word_in_both_languages() {
        for known in Role::OF_CONTRACTS {
            let (called, word) = (role(known), known.word());
            assert_eq!(called.en(), word);
            assert_eq!(ROLES.iter().filter(|(role, _)| *role == known).count(), 1, "{word}");
        }
    }

    #[test]
    fn ids_are_written_where_they_are_typed() {
        let typed = |text: &str| in_shell(&HostId::of(text.to_owned()).unwrap());
        assert_eq!(
            [typed("7"), typed("auth0|7"), typed("it's")],
            ["7", "'auth0|7'", r"'it'\''s'"]
        );
        assert_eq!(
            any_of(&["a".to_owned(), "b".to_owned(), "c".to_owned()], "or"),
            "a, b or c"
        );
    }
}
