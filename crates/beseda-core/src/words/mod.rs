//! The words of the chat: one type for each thing that the rules speak of.

mod access;
mod allowance;
mod beside;
mod canned_reply;
mod case;
mod cursor;
mod event;
mod file;
mod found;
mod host_id;
mod hours;
mod id_set;
mod identity;
mod ids;
mod import;
mod job;
mod lexeme;
mod limits;
mod member_role;
mod message;
mod order;
mod own_word;
mod person;
mod push;
mod report;
mod role;
mod room;
mod room_key;
mod room_kind;
mod search;
mod seen;
mod segment;
mod settings;
mod terms;
mod time;
mod update;
mod worded;

pub use access::{ApiKey, Came, KeyHash, Scope, SetupCode, Ticket};
pub use allowance::{Allowance, Millis, Rate};
pub use beside::{Beside, Extra, Kept, Named, Pinned, Reaction, Version};
pub use canned_reply::{CannedReply, REPLY_NAMES, Shortcut, strange_reply_name};
pub use case::{Assigned, Case, CaseFilter, CasePlace, CaseState, Owner, Side, Visit, Visitor};
pub use cursor::{Cursor, Epoch, NoCursor, Receipts, Tick, Token};
pub use event::{Event, Heard, Notice, Readers};
pub use file::{Attachment, Blur, FileLook, Picture, PlacedAttachment, StoredFile};
pub use found::{
    Found, FoundPage, Hits, IndexEntry, IndexMark, IndexPart, NoQuery, SearchAsked, SearchCursor, Sieve, Sifted,
    ToIndex,
};
pub use host_id::{FIRST_OWN_PERSON, HOST_NAME_CHARS, HostId, NoHostId, RESERVED_SPACE};
pub use hours::Hours;
pub use id_set::{Chunk, IdSet};
pub use identity::{Account, RefreshToken, Session};
pub use ids::{GroupId, Head, JobId, MemberId, MessageId, OrderId, PersonId, RoomId, Seq};
pub use import::{ForeignMember, ForeignMessage, ForeignReceipt, ForeignRoom, StandingMessage, StandingRoom};
pub use job::{Errand, Job};
pub use lexeme::{Indexed, LEXEMES, Lexeme, Narrow, ShortRooms, short_of};
pub use limits::*;
pub use member_role::MemberRole;
pub use message::{Author, Draft, DraftFile, Look, Marks, Message, More, NewMessage};
pub use order::{Group, Order, OrderPlace};
pub use own_word::OwnWord;
pub use person::{NewPerson, Person};
pub use push::{PUSH_AUTH_BYTES, PUSH_KEY_BYTES, PushDue, PushSettings, PushSubscription, Pushed, Quiet};
pub use report::{Report, ReportReason, ReportState};
pub use role::Role;
pub use room::{
    Front, FullRoom, Me, Member, NewMember, NewRoom, Noted, Place, Room, RoomLook, RoomName, RoomView, Spot, View,
    key_before_left,
};
pub use room_key::{NoRoomKey, RoomKey};
pub use room_kind::{KindRules, Kinds, OwnKinds, RoomKind};
pub use search::{search_form, searched_names};
pub use seen::Companion;
pub use segment::{Merge, Merged, NoPage, PAGE_BITS, Page, Posting, Segment, paged, pages_of, read as read_page};
pub use settings::{
    About, Folder, Maybe, OneOf, Raw, SettingWord, Shown, Taken, Text, Texts, Truth, Whole, Word, Wrong, printable,
};
pub use terms::{Query, Term, terms};
pub use time::{LEAP_SECONDS, Time};
pub use update::{NoPlace, Updated};
pub(crate) use worded::worded;
