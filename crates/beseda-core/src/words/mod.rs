//! The words of the chat: one type for each thing that the rules speak of.

mod event;
mod identity;
mod ids;
mod limits;
mod message;
mod order;
mod person;
mod room;
mod time;

pub use event::{Event, Heard};
pub use identity::{Account, RefreshToken, Session};
pub use ids::{GroupId, Head, MemberId, MessageId, OrderId, PersonId, RoomId, Seq};
pub use limits::*;
pub use message::{Author, Draft, Marks, Message, NewMessage};
pub use order::{Group, Order};
pub use person::{NewPerson, Person, Role};
pub use room::{Member, NewRoom, Place, Room, RoomKind, RoomView};
pub use time::Time;
