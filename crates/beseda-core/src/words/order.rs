//! What the host application keeps that rooms are about: orders, and groups of people.

use super::{GroupId, OrderId, PersonId, RoomKey, worded};

worded! {
    /// A place in an order.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum OrderPlace {
        /// Of who ordered.
        Client = "client",
        /// Of who works on it.
        Expert = "expert",
        /// Of who answers for it.
        Operator = "operator",
    }
}

/// An order of the host application and who has a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What the host calls it.
    pub id: OrderId,
    /// The number that people read, or empty.
    pub number: String,
    /// Who ordered.
    pub client: Option<PersonId>,
    /// Who works on it; may come later.
    pub expert: Option<PersonId>,
    /// Who answers for it; may come later.
    pub operator: Option<PersonId>,
    /// The host's word for how far it is, or empty.
    pub status: String,
}

impl Order {
    /// An order of which nothing is known yet.
    #[must_use]
    pub fn new(id: OrderId) -> Self {
        Self {
            id,
            number: String::new(),
            client: None,
            expert: None,
            operator: None,
            status: String::new(),
        }
    }

    /// What its room is about.
    #[must_use]
    pub fn key(&self) -> RoomKey {
        RoomKey::Order(self.id.clone())
    }

    /// Its places, and who has each.
    #[must_use]
    pub fn seats(&self) -> [(OrderPlace, Option<PersonId>); 3] {
        [
            (OrderPlace::Client, self.client),
            (OrderPlace::Expert, self.expert),
            (OrderPlace::Operator, self.operator),
        ]
    }

    /// Everybody who has a place in the order, each once, in the order client, expert, operator.
    #[must_use]
    pub fn people(&self) -> Vec<PersonId> {
        let mut people = Vec::with_capacity(3);
        for person in self.seats().into_iter().filter_map(|(_, person)| person) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }
}

/// A class: a teacher and their students.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What the host calls it.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Who teaches it.
    pub teacher: Option<PersonId>,
    /// Who attends it.
    pub students: Vec<PersonId>,
}

impl Group {
    /// A group of which nothing is known yet.
    #[must_use]
    pub fn new(id: GroupId) -> Self {
        Self {
            id,
            name: String::new(),
            teacher: None,
            students: Vec::new(),
        }
    }

    /// Everybody of the group, each once, the teacher first.
    #[must_use]
    pub fn people(&self) -> Vec<PersonId> {
        let students = self.students.iter().copied();
        let mut people: Vec<PersonId> = self.teacher.into_iter().collect();
        people.extend(students.filter(|student| Some(*student) != self.teacher));
        people
    }
}
