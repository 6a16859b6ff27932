//! The words of the chat: one type for each thing that the rules speak of.

mod access;
mod allowance;
mod case;
mod cursor;
mod event;
mod file;
mod host_id;
mod identity;
mod ids;
mod import;
mod job;
mod limits;
mod message;
mod order;
mod person;
mod room;
mod room_key;
mod room_kind;
mod search;
mod settings;
mod time;
mod worded;

pub use access::{ApiKey, Scope, SetupCode, Ticket};
pub use allowance::{Allowance, Millis, Rate};
pub use case::{Assigned, Case, CaseStatus};
pub use cursor::{Cursor, Epoch, NoCursor, Receipts};
pub use event::{Event, Heard, Notice, Readers};
pub use file::{Attachment, FileLook, Picture, PlacedAttachment, StoredFile};
pub use host_id::{FIRST_OWN_PERSON, HOST_NAME_CHARS, HostId, NoHostId, RESERVED_SPACE};
pub use identity::{Account, RefreshToken, Session};
pub use ids::{GroupId, Head, JobId, MemberId, MessageId, OrderId, PersonId, RoomId, Seq};
pub use import::{ForeignMember, ForeignMessage, ForeignReceipt, ForeignRoom, StandingMessage, StandingRoom};
pub use job::{Errand, Job};
pub use limits::*;
pub use message::{Author, Draft, DraftFile, Marks, Message, NewMessage};
pub use order::{Group, Order, OrderPlace};
pub use person::{NewPerson, Person, Role};
pub use room::{Member, NewMember, NewRoom, Place, Room, RoomName, RoomView};
pub use room_key::{NoRoomKey, RoomKey};
pub use room_kind::{Kinds, OwnKind, RoomKind};
pub use search::{search_form, searched_names};
pub use settings::{
    About, Folder, Maybe, OneOf, Raw, SettingWord, Shown, Taken, Text, Texts, Truth, Whole, Word, Wrong, printable,
};
pub use time::{LEAP_SECONDS, Time};
pub(crate) use worded::worded;
