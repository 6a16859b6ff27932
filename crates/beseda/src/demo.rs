//! The demonstration: people, orders, a class and a conversation of every kind in an empty data directory, under a
//! password made for it.

use crate::seed::Seed;
use crate::system::{Outside, System};
use anyhow::Context;
use beseda_core::ports::{Random, Tx};
use beseda_core::rules::{self, GroupWish, Introduction, Set};
use beseda_core::words::{Draft, GroupId, HostId, Limits, OrderId, Person, PersonId, RoomView, Time};
use beseda_core::{Chat, Error, Refusal};
use beseda_identity::hash_password;
use beseda_live::ask;
use std::fmt;
use std::path::Path;
use uuid::Uuid;

/// Who is there: a client, an expert, an operator and their leader with two orders, a class, and a booking's two sides.
const SEED: &str = include_str!("demo.json");

/// The order whose room is open already.
const ORDER: OrderId = OrderId(HostId::Number(1042));
const CLIENT: PersonId = PersonId(1);
const EXPERT: PersonId = PersonId(2);
const TEACHER: PersonId = PersonId(5);
const STUDENT: PersonId = PersonId(6);
const CUSTOMER: PersonId = PersonId(8);
const THERAPIST: PersonId = PersonId(9);
const CLASS: GroupId = GroupId(HostId::Number(1));

/// Who said what.
type Said = &'static [(PersonId, &'static str)];

/// In the order's room.
const IN_ORDER: Said = &[
    (CLIENT, "Здравствуйте! Когда будет готов заказ?"),
    (EXPERT, "Добрый день. Завтра к обеду, уже проверяю."),
    (EXPERT, "Если появятся вопросы, напишите сюда."),
];

/// Between a teacher and a student.
const IN_PRIVATE: Said = &[
    (TEACHER, "София, пришлите, пожалуйста, решение третьей задачи."),
    (STUDENT, "Хорошо, пришлю вечером."),
];

/// In the class.
const IN_CLASS: Said = &[(TEACHER, "Завтра контрольная, возьмите линейки.")];

/// Between a customer and a therapist.
const IN_PAIR: Said = &[
    (CUSTOMER, "Я буду на пять минут позже."),
    (THERAPIST, "Ничего страшного, жду вас."),
];

/// What a visitor asked the support desk.
const ASKED: &str = "Подскажите, можно ли вернуть товар без чека?";

/// Who can log in.
pub struct Guests {
    password: String,
}

impl Guests {
    /// The two who share an order, in a few words.
    pub fn who(&self) -> String {
        format!("anna or boris (order {ORDER}), password {}", self.password)
    }
}

impl fmt::Display for Guests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "People to log in as, all with the password {}:", self.password)?;
        let seed = Seed::read(SEED.as_bytes()).unwrap_or_default();
        for person in seed.people {
            let name = format!("{} {}", person.first_name, person.last_name);
            writeln!(f, "  {:<10} {:<10} {name}", person.username, person.role)?;
        }
        Ok(())
    }
}

/// Fills an empty database, and tells who can log in; `None` where there are other people's data already.
///
/// # Errors
/// The data directory or the database cannot be written.
pub async fn prepare(data: &Path, chat: &Chat) -> anyhow::Result<Option<Guests>> {
    let kept = data.join("demo-password");
    if let Ok(password) = System.read(&kept) {
        return Ok(Some(Guests {
            password: String::from_utf8_lossy(&password).into_owned(),
        }));
    }
    if ask::look(chat, |look| Ok(look.person(CLIENT)?)).await?.is_some() {
        tracing::warn!("the data directory is not empty: nothing is added for the demonstration");
        return Ok(None);
    }
    let password = new_password();
    let hash = hash_password(&password, chat.random()).context("cannot hash the password")?;
    let mut seed = Seed::read(SEED.as_bytes())?;
    for person in &mut seed.people {
        person.password = Some(password.clone());
    }
    seed.put(chat, |_, _| Ok(Some(hash.clone()))).await?;
    talk(chat).await?;
    System
        .create_private(&kept, password.as_bytes())
        .context("cannot keep the demonstration's password")?;
    Ok(Some(Guests { password }))
}

/// Opens a room of every kind, and says something in each.
async fn talk(chat: &Chat) -> Result<(), Error> {
    let (began, limits) = (chat.now().plus_seconds(-600), chat.limits().clone());
    let uuids = [(); 5].map(|()| uuid::Builder::from_random_bytes(chat.random()).into_uuid());
    ask::change(chat, move |tx| fill(tx, began, &limits, uuids)).await
}

fn fill(tx: &mut dyn Tx, now: Time, limits: &Limits, uuids: [Uuid; 5]) -> Result<(), Error> {
    let [order, private, class, pair, case] = uuids;
    let client = someone(tx, CLIENT)?;
    let (view, _) = rules::open_order_room(tx, now, &client, &ORDER, order)?;
    say(tx, now, limits, &view, IN_ORDER)?;
    let teacher = someone(tx, TEACHER)?;
    let (view, _) = rules::open_private(tx, now, &teacher, &STUDENT.into(), private)?;
    say(tx, now, limits, &view, IN_PRIVATE)?;
    let wish = GroupWish::new("", Set::Group(CLASS));
    let (view, _) = rules::open_group(tx, now, limits, &teacher, &wish, class)?;
    say(tx, now, limits, &view, IN_CLASS)?;
    let customer = someone(tx, CUSTOMER)?;
    let (view, _) = rules::open_pair(tx, now, &customer, &CUSTOMER.into(), &THERAPIST.into(), pair)?;
    say(tx, now, limits, &view, IN_PAIR)?;
    let introduction = Introduction {
        name: "Гость".to_owned(),
        email: String::new(),
        subject: "Возврат".to_owned(),
        ..Introduction::default()
    };
    let (view, visitor) = rules::open_case(tx, now, limits, None, &introduction, case)?;
    send(tx, now, limits, &view, &visitor, ASKED)
}

fn someone(tx: &mut dyn Tx, id: PersonId) -> Result<Person, Error> {
    Ok(tx.person(id)?.ok_or(Refusal::NoSuchPerson)?)
}

fn say(tx: &mut dyn Tx, now: Time, limits: &Limits, view: &RoomView, said: Said) -> Result<(), Error> {
    for (minute, &(who, text)) in (0..).zip(said) {
        let by = someone(tx, who)?;
        send(tx, now.plus_seconds(60 * minute), limits, view, &by, text)?;
    }
    Ok(())
}

fn send(tx: &mut dyn Tx, now: Time, limits: &Limits, view: &RoomView, by: &Person, text: &str) -> Result<(), Error> {
    let draft = Draft {
        text: text.to_owned(),
        ..Draft::default()
    };
    rules::send(tx, now, limits, by.into(), view.room.id, &draft).map(drop)
}

/// Twelve letters and digits that are not taken for one another.
fn new_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 12];
    System.fill(&mut bytes);
    bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|&letter| char::from(letter))
        .collect()
}
