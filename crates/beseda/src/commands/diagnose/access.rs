//! Whether somebody sees the room of an order, in one sentence, and what would change that. Who may do what is decided by
//! the policy and the rules; here it is only said.

use super::words::{self, Seats};
use crate::caller::in_path;
use crate::report::{Check, Said, said};
use beseda_contracts::shared::time_text;
use beseda_contracts::{order_desk, order_rooms};
use beseda_core::policy::{self, Deed};
use beseda_core::ports::Look;
use beseda_core::rules::{self, OrderAccess, OrderFile};
use beseda_core::words::{HostId, OrderId, OrderPlace, Person, RoomKind};
use beseda_core::{Error, Refusal};
use serde_json::json;

/// Somebody by what the host application calls them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// They are known.
    Known(Box<Person>),
    /// They were deleted, and nobody was put in their place.
    Deleted,
    /// Nobody is called so.
    Unknown,
}

impl Who {
    /// Whom the host application calls so.
    pub fn find(look: &mut dyn Look, id: &HostId<'_>) -> Result<Self, Error> {
        if let Some(person) = rules::find_person(look, id)? {
            return Ok(Self::Known(Box::new(person)));
        }
        Ok(match look.person_of_host(id)? {
            Some(_) => Self::Deleted,
            None => Self::Unknown,
        })
    }
}

/// Everything by which it is told whether somebody sees the room of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What the order is called.
    pub order: OrderId,
    /// The order and its room.
    pub file: OrderFile,
    /// What the person is called.
    pub id: HostId<'static>,
    /// Who that is.
    pub who: Who,
    /// How they stand to it, where they are known.
    pub access: Option<OrderAccess>,
}

impl Case {
    /// Looks it up.
    pub fn find(look: &mut dyn Look, order: &OrderId, id: &HostId<'static>) -> Result<Self, Error> {
        let file = rules::order_file(look, order)?;
        let who = Who::find(look, id)?;
        let access = match &who {
            Who::Known(person) => {
                let (desk, rooms) = (order_desk::by(person), order_rooms::by(person));
                Some(rules::order_access(look, order, desk, rooms)?)
            }
            Who::Deleted | Who::Unknown => None,
        };
        Ok(Self {
            order: order.clone(),
            file,
            id: id.clone(),
            who,
            access,
        })
    }

    /// Yes or no, and why, and what to do.
    pub fn check(&self) -> Check {
        let name = said(
            format!("{} in order {}", self.id, self.order),
            format!("{} в заказе {}", self.id, self.order),
        );
        let (Who::Known(person), Some(access)) = (&self.who, &self.access) else {
            let (meaning, remedy) = nobody(&self.id, &self.who);
            return Check::failed("access", name, meaning, remedy);
        };
        if !person.active {
            let (meaning, remedy) = deactivated(person);
            return Check::failed("access", name, meaning, remedy);
        }
        match (&access.stepping_in, &access.inside) {
            (Err(Refusal::NoSuchOrder), _) => {
                let (meaning, remedy) = no_order(&self.order);
                Check::failed("access", name, meaning, remedy)
            }
            (Ok(()), Ok(())) => Check::passed("access", name, self.inside(person, access)),
            (Ok(()), Err(_)) if self.seat_of(person).is_none() => {
                Check::passed("access", name, self.by_role(person, access))
            }
            (Ok(()), Err(_)) => Check::failed("access", name, self.left_out(person), self.put_again()),
            (Err(_), _) => Check::failed("access", name, self.refused(person, access), self.remedy(person)),
        }
    }

    fn seat_of(&self, person: &Person) -> Option<OrderPlace> {
        let seated = self.file.seated.iter();
        let mut seated = seated.filter(|(_, seated)| seated.id == person.id);
        seated.next().map(|(seat, _)| *seat)
    }

    fn inside(&self, person: &Person, access: &OrderAccess) -> Said {
        let (called, order) = (words::person(person), &self.order);
        let why = match self.seat_of(person) {
            Some(seat) => {
                let seat = words::seat(seat);
                said(
                    format!("the order names them as its {}", seat.en()),
                    format!("заказ называет его: {}", seat.ru()),
                )
            }
            None => said("a token's grant let them in", "впущен по разрешению в токене"),
        };
        let stands = match &self.file.room {
            Some(room) => said(format!("room {}", room.id), format!("комната {}", room.id)),
            None => said(
                "the room opens with the first message or with create_for_order",
                "комната откроется с первым сообщением или с create_for_order",
            ),
        };
        let (deeds, proven) = (deeds(&access.deeds), proven(person));
        said(
            format!(
                "{} sees the chat of order {order}: {}; {}; may: {deeds}{}",
                called.en(),
                why.en(),
                stands.en(),
                proven.en()
            ),
            format!(
                "{} видит чат заказа {order}: {}; {}; может: {deeds}{}",
                called.ru(),
                why.ru(),
                stands.ru(),
                proven.ru()
            ),
        )
    }

    fn by_role(&self, person: &Person, access: &OrderAccess) -> Said {
        let (called, order, deeds) = (words::person(person), &self.order, deeds(&access.deeds));
        let proven = proven(person);
        said(
            format!(
                "{} reads and writes in order {order} by the order desk's calls, as the role may in every order; not being in \
                 the room, they do not have it in the list of rooms or on its socket, which are for who has a place in the \
                 order; may: {deeds}{}",
                called.en(),
                proven.en()
            ),
            format!(
                "{} читает и пишет в чат заказа {order} через вызовы стола заказов: роль даёт это в любом заказе; в самой \
                 комнате не участвует, поэтому в списке комнат и на её сокете (они для тех, у кого есть место в заказе) её \
                 не видит; может: {deeds}{}",
                called.ru(),
                proven.ru()
            ),
        )
    }

    fn left_out(&self, person: &Person) -> Said {
        let (called, order) = (words::person(person), &self.order);
        said(
            format!(
                "{} has a place in order {order} and is not in its room: the list of rooms and the socket refuse them",
                called.en()
            ),
            format!(
                "{} имеет место в заказе {order}, но в комнате не состоит: список комнат и сокет её не покажут",
                called.ru()
            ),
        )
    }

    fn put_again(&self) -> Said {
        let order = in_path(&self.order.0);
        said(
            format!(
                "let them open it (POST /api/chat/rooms/create_for_order/), or put the order again (PUT \
                 /api/v1/orders/{order}/ with all that it has)"
            ),
            format!(
                "пусть откроют её (POST /api/chat/rooms/create_for_order/), или пришлите заказ ещё раз целиком (PUT \
                 /api/v1/orders/{order}/)"
            ),
        )
    }

    /// Who was deleted under this id and is named by the order still, though somebody else has the id now.
    fn predecessor(&self) -> Option<OrderPlace> {
        let is_former = |person: &Person| person.forgotten && HostId::Number(person.id.0) == self.id;
        let mut seated = self.file.seated.iter();
        seated.find(|(_, person)| is_former(person)).map(|(seat, _)| *seat)
    }

    fn refused(&self, person: &Person, access: &OrderAccess) -> Said {
        let (called, order) = (words::person(person), &self.order);
        if self.predecessor().is_some() {
            return said(
                format!(
                    "{} does not see the chat of order {order}: the order names who was deleted under this id, and who has \
                     it since is somebody new",
                    called.en()
                ),
                format!(
                    "{} не видит чат заказа {order}: заказ называет того, кого под этим id удалили, а нынешний владелец id — \
                     новый человек",
                    called.ru()
                ),
            );
        }
        let shown_out = access.shown_out_at.map_or(Said::default(), |at| {
            let at = time_text(at);
            said(
                format!("; removed from the room at {at}"),
                format!("; удалён из комнаты {at}"),
            )
        });
        let there = self.who_is_there(person);
        if answers_for_orders(person) {
            return said(
                format!(
                    "{} is not assigned to order {order}{}{}",
                    called.en(),
                    there.en(),
                    shown_out.en()
                ),
                format!(
                    "{} не назначен на заказ {order}{}{}",
                    called.ru(),
                    there.ru(),
                    shown_out.ru()
                ),
            );
        }
        said(
            format!(
                "{} has no place in order {order}, and the role opens no order that is not theirs{}{}",
                called.en(),
                there.en(),
                shown_out.en()
            ),
            format!(
                "{} не имеет места в заказе {order}, а роль чужих заказов не открывает{}{}",
                called.ru(),
                there.ru(),
                shown_out.ru()
            ),
        )
    }

    /// Who has the place that somebody of this role would have.
    fn who_is_there(&self, person: &Person) -> Said {
        let Some(place) = place_of(person) else {
            return Said::default();
        };
        let called = words::seat(place);
        match self.file.seated.iter().find(|(seat, _)| *seat == place) {
            None => said(
                format!(": it has no {}", called.en()),
                format!(": в заказе не указан {}", called.ru()),
            ),
            Some((_, other)) => {
                let id = other.host_id();
                said(
                    format!(": its {} is {id}", called.en()),
                    format!(": там указан {} {id}", called.ru()),
                )
            }
        }
    }

    fn remedy(&self, person: &Person) -> Said {
        let Some(order) = &self.file.order else {
            return no_order(&self.order).1;
        };
        let seats = Seats {
            order,
            seated: &self.file.seated,
        };
        if let Some(place) = self.predecessor() {
            let put = seats.put(place, Some(&self.id));
            return said(
                format!("put the order again, if it is theirs: {put}"),
                format!("пришлите заказ ещё раз, если он его: {put}"),
            );
        }
        let place = place_of(person);
        let put = seats.put(place.unwrap_or(OrderPlace::Client), Some(&self.id));
        if !answers_for_orders(person) {
            return said(
                format!("if it is theirs, name them in the order: {put}"),
                format!("если заказ его, назовите его в заказе: {put}"),
            );
        }
        let roles = policy::roles_that_may(Deed::Read, RoomKind::Order);
        let roles: Vec<String> = roles.iter().map(|role| role.word().to_uppercase()).collect();
        let patch = words::patch_person(&self.id, &json!({"role": "ROLE"}));
        said(
            format!(
                "assign them ({put}), or give them the role {} ({patch})",
                words::any_of(&roles, "or")
            ),
            format!(
                "назначьте его ({put}) или дайте ему роль {} ({patch})",
                words::any_of(&roles, "или")
            ),
        )
    }
}

/// The place of an order that is called as the role is.
fn place_of(person: &Person) -> Option<OrderPlace> {
    OrderPlace::from_word(person.role.word())
}

/// Whether the role is one of those who are assigned to orders.
fn answers_for_orders(person: &Person) -> bool {
    place_of(person) == Some(OrderPlace::Operator)
}

/// Deeds, by their words in the policy.
pub fn deeds(deeds: &[Deed]) -> String {
    let words: Vec<&str> = deeds.iter().map(|deed| deed.word()).collect();
    words.join(", ")
}

/// What no longer counts of what they proved.
fn proven(person: &Person) -> Said {
    person.signed_out_at.map_or(Said::default(), |at| {
        let at = time_text(at);
        said(
            format!("; signed out everywhere: what was signed before {at} lets them in no more"),
            format!("; выведен отовсюду: подписанное до {at} больше не впускает"),
        )
    })
}

/// That an order is not there.
pub fn no_order(order: &OrderId) -> (Said, Said) {
    let put = words::put_order(order, &json!({"client": "ID", "expert": "ID", "operator": "ID"}));
    (
        said(
            format!("there is no order {order} here: nobody has put it"),
            format!("заказа {order} здесь нет: его никто не завёл"),
        ),
        said(
            format!("let the application put it: {put}; or put it by hand: beseda seed FILE"),
            format!("пусть приложение пришлёт его: {put}; или заведите вручную: beseda seed FILE"),
        ),
    )
}

/// That nobody is called so.
pub fn nobody(id: &HostId<'_>, who: &Who) -> (Said, Said) {
    let put = words::put_person(id);
    let remedy = said(
        format!("let the application put them: {put}; or put them by hand: beseda seed FILE"),
        format!("пусть приложение пришлёт его: {put}; или заведите вручную: beseda seed FILE"),
    );
    let meaning = match who {
        Who::Deleted => said(
            format!("person {id} was deleted: nobody is let in by this id until somebody is put under it again"),
            format!("Человек {id} удалён: под этим id никого не впустят, пока его не заведут снова"),
        ),
        Who::Unknown | Who::Known(_) => said(
            format!("there is no person {id} here: nobody has put them, and no token has made them"),
            format!("Человека {id} здесь нет: его никто не завёл, и ни один токен его не создал"),
        ),
    };
    (meaning, remedy)
}

/// That somebody is deactivated.
pub fn deactivated(person: &Person) -> (Said, Said) {
    let (called, id) = (words::person(person), words::in_shell(&person.host_id()));
    (
        said(
            format!("{} is deactivated: they are let in nowhere", called.en()),
            format!("{} деактивирован: его никуда не впускают", called.ru()),
        ),
        said(
            format!("if they are to come in again: beseda person activate {id}"),
            format!("если его снова надо впускать: beseda person activate {id}"),
        ),
    )
}
