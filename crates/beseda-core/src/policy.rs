//! Who may do what. This is the only place that decides: every route and every frame asks here.

mod by;
mod can;
mod desk;

pub use by::By;
pub use can::{CAN, CAN_READ, can};
pub use desk::{desks, reach_of_desk, require_case, require_desk, require_hours};

use crate::error::Refusal;
use crate::words::{
    Group, Kinds, MemberRole, Message, Order, OrderPlace, Person, PersonId, Place, Role, RoomKind, Spot, worded,
};

worded! {
    /// Something that can be done with a room.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Deed {
        /// Know that it is there, and who is in it.
        See = "see",
        /// Read its messages.
        Read = "read",
        /// Send into it.
        Send = "send",
        /// Hear it live.
        Listen = "listen",
        /// Keep a receipt in it.
        Mark = "mark",
        /// Change the room itself, or take it away.
        Govern = "govern",
        /// Read and send without being in it, by a call that is made for that.
        StepIn = "step_in",
        /// List what people report of its messages, and settle that. Whoever governs it by their role alone does so too.
        Settle = "settle",
        /// Work at the desk, for whom these rooms are other people's questions.
        Desk = "desk",
    }
}

/// Whom a line of the table speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody who is in the room.
    Member,
    /// Who is in the room and has this role.
    MemberAs(Role),
    /// Who is in the room and is this there.
    MemberBeing(MemberRole),
    /// Who is in the room because they were let in, whatever it is about.
    LetIn,
    /// Everybody with this role, in the room or not.
    Role(Role),
}

/// One line of the table: in rooms of this kind, these people may do this.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// In which kind of room; `None`: in every kind of an application's own.
    pub kind: Option<RoomKind>,
    /// Who.
    pub who: Who,
    /// What.
    pub deeds: &'static [Deed],
}

const READ: &[Deed] = &[Deed::See, Deed::Read, Deed::Listen, Deed::Mark];
const TAKE_PART: &[Deed] = &[Deed::See, Deed::Read, Deed::Send, Deed::Listen, Deed::Mark];

worded! {
    /// Rights as an application gives them, in its settings.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Right {
        /// See, read, listen and mark.
        Read = "read",
        /// That, and send, react, mention, upload, pin, edit and erase one's own.
        TakePart = "take-part",
        /// Change the room and who is in it, erase anybody's messages, read what they said before they were edited. Whether
        /// it reads the room is said apart. By one's role, also settle what is reported.
        Govern = "govern",
        /// Read and send without being in the room.
        StepIn = "step-in",
        /// By one's role: work at the desk of such rooms, where they have one.
        Desk = "desk",
    }
}

impl Right {
    /// What can be done by it.
    #[must_use]
    pub fn deeds(self) -> &'static [Deed] {
        match self {
            Self::Read => READ,
            Self::TakePart => TAKE_PART,
            Self::Govern => &[Deed::See, Deed::Govern],
            Self::StepIn => &[Deed::StepIn],
            Self::Desk => &[Deed::Desk],
        }
    }
}

const fn line(kind: RoomKind, who: Who, deeds: &'static [Deed]) -> Line {
    Line {
        kind: Some(kind),
        who,
        deeds,
    }
}

/// The whole policy of rooms. What no line allows is refused.
pub const TABLE: &[Line] = &[
    line(RoomKind::Order, Who::Member, TAKE_PART),
    line(
        RoomKind::Order,
        Who::Role(Role::Admin),
        &[Deed::See, Deed::Govern, Deed::StepIn],
    ),
    line(RoomKind::Order, Who::Role(Role::Mom), &[Deed::StepIn]),
    // Where settings give orders a desk.
    line(RoomKind::Order, Who::Role(Role::Admin), &[Deed::Desk]),
    line(RoomKind::Order, Who::Role(Role::Operator), &[Deed::Desk]),
    line(RoomKind::Order, Who::Role(Role::Mom), &[Deed::Desk]),
    // Who is neither any more hears nothing more, though they were in it.
    line(RoomKind::Pair, Who::MemberAs(Role::Customer), TAKE_PART),
    line(RoomKind::Pair, Who::MemberAs(Role::Therapist), TAKE_PART),
    line(RoomKind::Pair, Who::Role(Role::Admin), &[Deed::Settle]),
    line(RoomKind::Private, Who::Member, TAKE_PART),
    line(RoomKind::Private, Who::Role(Role::Admin), &[Deed::Settle]),
    line(RoomKind::Group, Who::Member, TAKE_PART),
    line(RoomKind::Group, Who::MemberBeing(MemberRole::OWNER), &[Deed::Govern]),
    line(RoomKind::Group, Who::Role(Role::Admin), &[Deed::Settle]),
    line(RoomKind::Support, Who::MemberAs(Role::Visitor), TAKE_PART),
    // Whoever a visitor turned out to be. Of the staff nobody is let in.
    line(RoomKind::Support, Who::LetIn, TAKE_PART),
    // The staff's rights come with the role and end with it, whether or not they keep a receipt in the room.
    line(RoomKind::Support, Who::Role(Role::Admin), TAKE_PART),
    line(RoomKind::Support, Who::Role(Role::Admin), &[Deed::Settle, Deed::Desk]),
    line(RoomKind::Support, Who::Role(Role::Operator), TAKE_PART),
    line(RoomKind::Support, Who::Role(Role::Operator), &[Deed::Desk]),
    line(RoomKind::Support, Who::Role(Role::Mom), TAKE_PART),
    line(RoomKind::Support, Who::Role(Role::Mom), &[Deed::Desk]),
    // Who is in it says the application, which governs it with its key; it may say more in its settings.
    Line {
        kind: None,
        who: Who::Member,
        deeds: TAKE_PART,
    },
    Line {
        kind: None,
        who: Who::Role(Role::Admin),
        deeds: &[Deed::Settle],
    },
];

/// Whether the asker may do this in that place.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who may at least see the room, [`Refusal::NoSuchRoom`] for everybody else.
pub fn require(deed: Deed, place: &Place, by: By<'_>) -> Result<(), Refusal> {
    require_at(deed, place.spot(), by)
}

/// The same where no more is known of the place.
///
/// # Errors
/// As of [`require`].
pub fn require_at(deed: Deed, spot: Spot, by: By<'_>) -> Result<(), Refusal> {
    let standing = Standing::of(spot.member);
    let may = |deed| match spot.noted {
        Some(noted) => spot.kind == RoomKind::Notes && desk::may_note(deed, noted, by),
        None => may(deed, spot.kind, standing, by),
    };
    if !by.kinds.contain(spot.kind) {
        Err(Refusal::NoSuchRoom)
    } else if may(deed) {
        if is_left(spot, deed, by) {
            Ok(())
        } else {
            Err(Refusal::RoomClosed)
        }
    } else if may(Deed::See) {
        Err(Refusal::NotAllowed)
    } else {
        Err(Refusal::NoSuchRoom)
    }
}

/// Whether a closed room leaves this: to see it and to govern it always.
fn is_left(spot: Spot, deed: Deed, by: By<'_>) -> bool {
    let left = by.kinds.rules_of(spot.kind).and_then(|rules| rules.closed.as_deref());
    !spot.closed || by.is_host || matches!(deed, Deed::See | Deed::Govern) || left.unwrap_or(READ).contains(&deed)
}

/// How somebody stands to a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Outside,
    /// Who is in the room, what they are there, and whether they were let in, whatever it is about.
    Member {
        role: MemberRole,
        let_in: bool,
    },
}

impl Standing {
    fn of(member: Option<(MemberRole, bool)>) -> Self {
        match member {
            Some((role, let_in)) => Self::Member { role, let_in },
            None => Self::Outside,
        }
    }

    /// Of who is in the room as anybody, or is not.
    fn if_member(is_member: bool) -> Self {
        if is_member {
            Self::Member {
                role: MemberRole::MEMBER,
                let_in: false,
            }
        } else {
            Self::Outside
        }
    }

    fn role(self) -> Option<MemberRole> {
        match self {
            Self::Member { role, .. } => Some(role),
            Self::Outside => None,
        }
    }
}

fn may(deed: Deed, kind: RoomKind, standing: Standing, by: By<'_>) -> bool {
    // Whose notes are is not to be said of them alone: see [`require_at`].
    if kind == RoomKind::Notes {
        return false;
    }
    if by.is_host {
        return matches!(deed, Deed::See | Deed::Read | Deed::Govern);
    }
    let by_stepping_in = match deed {
        Deed::See | Deed::Read | Deed::Send => by.steps_in,
        Deed::Listen => by.hears_in,
        Deed::Mark | Deed::Govern | Deed::StepIn | Deed::Settle | Deed::Desk => false,
    };
    let gives = |deeds: &[Deed]| deeds.contains(&deed) || (by_stepping_in && deeds.contains(&Deed::StepIn));
    let role = by.person.role;
    if let Some(rules) = by.kinds.rules_of(kind) {
        let as_staff = rules.staff.iter().any(|(staff, deeds)| *staff == role && gives(deeds));
        let as_member = match (&rules.roles, standing.role()) {
            (_, None) => false,
            (None, Some(_)) => gives(TAKE_PART),
            (Some(roles), Some(member)) => roles.iter().any(|(known, deeds)| *known == member && gives(deeds)),
        };
        return as_staff || as_member;
    }
    TABLE
        .iter()
        .any(|line| line.speaks_of(kind, standing, role) && gives(line.deeds))
}

/// Everything that the asker may do in rooms of a kind, being in them or not: for who is to be told.
#[must_use]
pub fn deeds(kind: RoomKind, is_member: bool, by: By<'_>) -> Vec<Deed> {
    let standing = Standing::if_member(is_member);
    let every = Deed::WORDS.iter().map(|(deed, _)| *deed);
    every.filter(|deed| may(*deed, kind, standing, by)).collect()
}

/// Where the settings name the roles of a kind of rooms, nobody becomes anything else there.
///
/// # Errors
/// [`Refusal::UnknownRole`].
pub fn require_known_role(kinds: Kinds, kind: RoomKind, role: MemberRole) -> Result<(), Refusal> {
    let Some(roles) = kinds.rules_of(kind).and_then(|rules| rules.roles.as_ref()) else {
        return Ok(());
    };
    if roles.iter().any(|(known, _)| *known == role) {
        return Ok(());
    }
    let known: Vec<&str> = roles.iter().map(|(role, _)| role.word()).collect();
    Err(Refusal::UnknownRole {
        known: known.join(", "),
    })
}

/// What somebody is in a room in which they were two people: what the one was who stays, or else the other.
#[must_use]
pub fn role_of_two(stays: MemberRole, goes: MemberRole) -> MemberRole {
    if stays == MemberRole::MEMBER { goes } else { stays }
}

/// Whether who is in a room of this kind is said of the room itself, and does not follow from what it is about.
#[must_use]
pub fn has_people_of_its_own(kind: RoomKind) -> bool {
    matches!(kind, RoomKind::Group | RoomKind::Own(_))
}

/// Whose role alone lets them do this in every room of a kind, by a call that is made to step in or by any.
#[must_use]
pub fn roles_that_may(deed: Deed, kind: RoomKind) -> Vec<Role> {
    let may = |role: &Role| {
        let somebody = Person::new(PersonId(0), *role);
        may(deed, kind, Standing::Outside, By::from(&somebody).stepping_in())
    };
    Role::OF_CONTRACTS.into_iter().filter(may).collect()
}

/// Whether somebody of this role is what the host's staff expect in this place of an order. The rights come with the place;
/// what else an operator answers for comes with the role.
#[must_use]
pub fn suits(seat: OrderPlace, role: Role) -> bool {
    seat != OrderPlace::Operator || matches!(role, Role::Operator | Role::Mom | Role::Admin)
}

impl Line {
    fn speaks_of(&self, kind: RoomKind, standing: Standing, role: Role) -> bool {
        let is_member = standing != Standing::Outside;
        let is_meant = match self.kind {
            Some(meant) => meant == kind,
            None => matches!(kind, RoomKind::Own(_)),
        };
        is_meant
            && match self.who {
                Who::Member => is_member,
                Who::MemberAs(wanted) => is_member && role == wanted,
                Who::MemberBeing(wanted) => standing.role() == Some(wanted),
                Who::LetIn => matches!(standing, Standing::Member { let_in: true, .. }),
                Who::Role(wanted) => role == wanted,
            }
    }
}

/// Whether the person may hear every room of a kind, in them or not.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub fn require_every(kind: RoomKind, person: &Person) -> Result<(), Refusal> {
    if may(Deed::Listen, kind, Standing::Outside, person.into()) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Whether somebody who is in no room of this kind may keep a receipt there, which makes them a member.
#[must_use]
pub fn outsiders_mark(kind: RoomKind) -> bool {
    TABLE
        .iter()
        .any(|line| line.kind == Some(kind) && matches!(line.who, Who::Role(_)) && line.deeds.contains(&Deed::Mark))
}

/// Whether the asker may change or erase this message: only who wrote it, and only while in the room.
///
/// # Errors
/// [`Refusal::NotAllowed`] for another reader of the room, [`Refusal::NoSuchMessage`] for everybody else.
pub fn require_author(message: &Message, place: &Place, by: By<'_>) -> Result<(), Refusal> {
    if require(Deed::Read, place, by).is_err() || message.erased_at.is_some() {
        Err(Refusal::NoSuchMessage)
    } else if message.is_by(by.person.id) && require(Deed::Send, place, by).is_ok() {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Whether the asker may erase this message: who wrote it, while in the room, and who governs it.
///
/// # Errors
/// [`Refusal::NotAuthor`] for another reader of the room, [`Refusal::NoSuchMessage`] for everybody else.
pub fn require_eraser(message: &Message, place: &Place, by: By<'_>) -> Result<(), Refusal> {
    match require_own(message, place, by) {
        Err(_) if require(Deed::Govern, place, by).is_ok() => Ok(()),
        decided => decided,
    }
}

/// The same for what its author alone may do: edit it.
///
/// # Errors
/// As [`require_eraser`].
pub fn require_own(message: &Message, place: &Place, by: By<'_>) -> Result<(), Refusal> {
    if require(Deed::Read, place, by).is_err() {
        Err(Refusal::NoSuchMessage)
    } else if message.is_by(by.person.id) {
        require(Deed::Send, place, by)
    } else {
        Err(Refusal::NotAuthor)
    }
}

/// Whether the asker may read what a message said before it was edited: who wrote it, and who governs the room.
///
/// # Errors
/// As [`require_eraser`].
pub fn require_versions(message: &Message, place: &Place, by: By<'_>) -> Result<(), Refusal> {
    let reads = require(Deed::Read, place, by).is_ok();
    if (reads && message.is_by(by.person.id)) || require(Deed::Govern, place, by).is_ok() {
        Ok(())
    } else if reads {
        Err(Refusal::NotAuthor)
    } else {
        Err(Refusal::NoSuchMessage)
    }
}

/// Whether the asker settles what people report of rooms of this kind: by their role alone, whatever they are in one of them.
#[must_use]
pub fn settles(kind: RoomKind, by: By<'_>) -> bool {
    let may = |deed| may(deed, kind, Standing::Outside, by);
    by.kinds.contain(kind) && (may(Deed::Settle) || may(Deed::Govern))
}

/// Whether there is a kind of rooms of which the asker settles what people report.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub fn require_settling(by: By<'_>) -> Result<(), Refusal> {
    let mut kinds = RoomKind::OF_CONTRACTS.into_iter().chain(by.kinds.spoken_of());
    if kinds.any(|kind| settles(kind, by)) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Whether the asker may do this in the room of an order, whether or not it stands yet. `is_in`: whether they are in it.
///
/// # Errors
/// [`Refusal::NoPlaceInOrder`].
pub fn require_order(deed: Deed, order: &Order, is_in: bool, by: By<'_>) -> Result<(), Refusal> {
    let is_member = is_in || order.people().contains(&by.person.id);
    if may(deed, RoomKind::Order, Standing::if_member(is_member), by) {
        Ok(())
    } else {
        Err(Refusal::NoPlaceInOrder)
    }
}

/// Whether the person may open the room of this order: who has a place in it, or `is_in` it by a grant.
///
/// # Errors
/// [`Refusal::NoPlaceInOrder`].
pub fn require_place_in_order(order: &Order, is_in: bool, person: &Person) -> Result<(), Refusal> {
    if is_in || order.people().contains(&person.id) {
        Ok(())
    } else {
        Err(Refusal::NoPlaceInOrder)
    }
}

/// Whether the person has no account: a visitor of the support desk.
#[must_use]
pub fn is_visitor(person: &Person) -> bool {
    person.role == Role::Visitor
}

/// Whether somebody may turn out to be somebody else: nobody of the staff, whose conversations are others'.
#[must_use]
pub fn may_become_another(person: &Person) -> bool {
    !matches!(person.role, Role::Admin | Role::Operator | Role::Mom)
}

/// Whether a person may do other things now than before.
#[must_use]
pub fn stands_otherwise(before: &Person, now: &Person) -> bool {
    before.role != now.role || before.active != now.active
}

/// Who the other is in the room of a customer and a therapist, of whom one that is not known is nobody.
///
/// # Errors
/// [`Refusal::NotAllowed`] where the person is neither of the two, or not what they are called there;
/// [`Refusal::NoSuchPerson`] where the other is nobody.
pub fn require_pair<'a>(
    person: &Person,
    customer: Option<&'a Person>,
    therapist: Option<&'a Person>,
) -> Result<&'a Person, Refusal> {
    let is_one = |named: Option<&Person>| named.is_some_and(|named| named.id == person.id);
    match person.role {
        Role::Customer if is_one(customer) => therapist.ok_or(Refusal::NoSuchPerson),
        Role::Therapist if is_one(therapist) => customer.ok_or(Refusal::NoSuchPerson),
        _ => Err(Refusal::NotAllowed),
    }
}

/// Whether the other of a pair is there, and the one that the person is not.
///
/// # Errors
/// [`Refusal::NoSuchPerson`].
pub fn require_other(person: &Person, other: &Person) -> Result<(), Refusal> {
    match (person.role, other.role) {
        (Role::Customer, Role::Therapist) | (Role::Therapist, Role::Customer) if other.active => Ok(()),
        _ => Err(Refusal::NoSuchPerson),
    }
}

/// Whether the person may open a room for everybody of this group: who is of it, and administrators.
///
/// # Errors
/// [`Refusal::NoSuchGroup`], as if it were not there.
pub fn require_group(person: &Person, group: &Group) -> Result<(), Refusal> {
    if person.role == Role::Admin || group.people().contains(&person.id) {
        Ok(())
    } else {
        Err(Refusal::NoSuchGroup)
    }
}

/// Whether the person is of the school: teachers and students, and administrators where that is configured.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub fn require_school(person: &Person, admins: bool) -> Result<(), Refusal> {
    match person.role {
        Role::Teacher | Role::Student => Ok(()),
        Role::Admin if admins => Ok(()),
        _ => Err(Refusal::NotAllowed),
    }
}

/// Whom somebody of the school may write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Every teacher and student.
    School,
    /// Every teacher, and the students of their own classes.
    Classes,
    /// Nobody.
    Nobody,
}

/// Whom this person may write to.
#[must_use]
pub fn reach_of(person: &Person) -> Reach {
    match person.role {
        Role::Teacher | Role::Admin => Reach::School,
        Role::Student => Reach::Classes,
        _ => Reach::Nobody,
    }
}

/// Whether somebody with this reach may write to the person. `share_class`: whether they attend a class together.
///
/// # Errors
/// [`Refusal::NoSuchPerson`], as if the person were not there.
pub fn require_reach(reach: Reach, to: &Person, share_class: bool) -> Result<(), Refusal> {
    let reached = match (reach, to.role) {
        (Reach::School, Role::Teacher | Role::Student) | (Reach::Classes, Role::Teacher) => true,
        (Reach::Classes, Role::Student) => share_class,
        _ => false,
    };
    if reached && to.active {
        Ok(())
    } else {
        Err(Refusal::NoSuchPerson)
    }
}

/// The table in words, a line each: kind of room, who, what.
#[must_use]
pub fn printed() -> Vec<(String, String, String)> {
    TABLE
        .iter()
        .map(|line| {
            let who = match line.who {
                Who::Member => "member".to_owned(),
                Who::MemberAs(role) => format!("member as {}", role.word()),
                Who::MemberBeing(role) => format!("member being {}", role.word()),
                Who::LetIn => "member let in".to_owned(),
                Who::Role(role) => role.word().to_owned(),
            };
            let deeds: Vec<&str> = line.deeds.iter().map(|deed| deed.word()).collect();
            let kind = line.kind.as_ref().map_or("your own", |kind| kind.word());
            (kind.to_owned(), who, deeds.join(" "))
        })
        .collect()
}
