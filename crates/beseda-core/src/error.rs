//! What goes wrong: a refusal is the person's mistake, a fault is ours.

use crate::words::{Hours, REPLY_NAMES};
use std::fmt;
use thiserror::Error;

/// Why a request was refused. Closed on purpose: a new one does not compile until every contract says how it sounds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The room is not there, or the asker may not know that it is.
    #[error("no such room")]
    NoSuchRoom,
    /// The message is not there, or the asker may not know that it is.
    #[error("no such message")]
    NoSuchMessage,
    /// A page beyond the last, or below the first.
    #[error("no such page")]
    NoSuchPage,
    /// The order is not there.
    #[error("no such order")]
    NoSuchOrder,
    /// The person is not there, or not for the asker to write to.
    #[error("no such person")]
    NoSuchPerson,
    /// The group is not there, or the asker is not of it.
    #[error("no such group")]
    NoSuchGroup,
    /// Another person logs in by this.
    #[error("another person has this {field}")]
    NameTaken {
        /// `username`, `email` or `phone`.
        field: &'static str,
    },
    /// A private room with oneself.
    #[error("a private room is with somebody else")]
    WithOneself,
    /// A room of a set of people needs a title.
    #[error("the room needs a title")]
    EmptyTitle,
    /// More characters than `title_chars`.
    #[error("a title has at most {max} characters")]
    TitleTooLong {
        /// How many are taken.
        max: usize,
    },
    /// More people than `members`.
    #[error("a room has at most {max} people")]
    TooManyMembers {
        /// How many are taken.
        max: usize,
    },
    /// A role that the settings do not name for this kind of room: whoever had it could do nothing there.
    #[error("in such a room somebody is one of {known}")]
    UnknownRole {
        /// Those that they name.
        known: String,
    },
    /// The order is there, and the asker has no place in it.
    #[error("no place in this order")]
    NoPlaceInOrder,
    /// Somebody in the room asks for what only others may do.
    #[error("not allowed")]
    NotAllowed,
    /// One of the two whose room it is was deleted, or the room's business is over: nothing can be said there any more.
    #[error("the room is closed")]
    RoomClosed,
    /// Somebody asks for what only the author of the message may do, or who governs the room.
    #[error("the message is somebody else's")]
    NotAuthor,
    /// More than `edit_seconds` after it was sent.
    #[error("a message can be edited for {seconds} s")]
    EditTooLate {
        /// For how many seconds it can be.
        seconds: u64,
    },
    /// The other of the two has blocked the asker.
    #[error("the other of the two has blocked this person")]
    Blocked,
    /// The message is erased, and nothing can be done with it any more.
    #[error("the message is erased")]
    Erased,
    /// More different reactions than `reactions`.
    #[error("a message has at most {max} different reactions")]
    TooManyReactions {
        /// How many are taken.
        max: usize,
    },
    /// More people than `mentions`.
    #[error("a message mentions at most {max} people")]
    TooManyMentions {
        /// How many are taken.
        max: usize,
    },
    /// More bytes than `custom_bytes`.
    #[error("what an application keeps of its own has at most {max} bytes")]
    CustomTooLong {
        /// How many are taken.
        max: usize,
    },
    /// The report is not there, or the asker may not know that it is.
    #[error("no such report")]
    NoSuchReport,
    /// The canned reply is not there.
    #[error("no such canned reply")]
    NoSuchCannedReply,
    /// Somebody has said something in the room itself: nothing is brought in before that any more.
    #[error("somebody has said something in this room already")]
    HasMessages,
    /// A message that was sent elsewhere comes before the one that was brought in before it, or from the future.
    #[error("messages are brought in by time, each behind the one before it, and none of the future")]
    OutOfTime,
    /// Somebody has a case of whom the asker did not know.
    #[error("somebody else has taken it: {}", if .name.is_empty() { .by } else { .name })]
    Taken {
        /// What the host application calls them.
        by: String,
        /// Their full name, or empty.
        name: String,
    },
    /// A case cannot be assigned to whoever does not work at its desk or does not read its room.
    #[error("nobody with this id works at the desk of this room")]
    NotOfDesk,
    /// A case is snoozed until a moment that is still to come, and only a snoozed one has such a moment.
    #[error("a case is snoozed until a moment that is still to come, and only then it has one")]
    NotSnoozed,
    /// More tags than `case_tags`, or one that is empty or longer than `tag_chars`.
    #[error("a case has at most {most} tags of 1 to {chars} characters")]
    BadTags {
        /// How many are taken.
        most: usize,
        /// How long one may be.
        chars: usize,
    },
    /// Another canned reply is typed so.
    #[error("another canned reply has this shortcut")]
    ShortcutTaken,
    /// A canned reply has a name in braces that no page could fill in.
    #[error("nothing is filled in for {{{{{name}}}}}: what can be is {}", REPLY_NAMES.join(", "))]
    StrangeReplyName {
        /// What stands between the braces.
        name: String,
    },
    /// Hours that are no minutes of a week, or more stretches of it than `hours_stretches`.
    #[error(
        "a week is at most {max} pairs [from, to] of its minutes, from 0, the first of Monday, to {}",
        Hours::WEEK
    )]
    NotWeek {
        /// How many are taken.
        max: usize,
    },
    /// More canned replies than `canned_replies`.
    #[error("a desk has at most {max} canned replies")]
    TooManyCannedReplies {
        /// How many are taken.
        max: u32,
    },
    /// The server pushes to nobody's browsers.
    #[error("this server does not push")]
    NoPush,
    /// The browser is not among the asker's.
    #[error("no such browser")]
    NoSuchPushSubscription,
    /// More browsers than `push_subscriptions`.
    #[error("at most {max} browsers of a person are told")]
    TooManyPushSubscriptions {
        /// How many are taken.
        max: usize,
    },
    /// Another room is already about this order.
    #[error("the order has another room")]
    OrderHasRoom,
    /// Nothing to say.
    #[error("the text is empty")]
    EmptyText,
    /// More characters than `text_chars`.
    #[error("the text has {chars} characters, at most {max} are taken")]
    TextTooLong {
        /// How many it has.
        chars: usize,
        /// How many are taken.
        max: usize,
    },
    /// A NUL character, which not every store can keep.
    #[error("the text holds a NUL character")]
    NulInText,
    /// A client id that is empty or longer than `client_id_chars`.
    #[error("a client id has 1 to {max} characters")]
    BadClientId {
        /// How many characters are taken.
        max: usize,
    },
    /// A file without a single byte.
    #[error("the file is empty")]
    EmptyFile,
    /// More bytes than `attachment_bytes`.
    #[error("a file has at most {max} bytes")]
    FileTooLarge {
        /// How many are taken.
        max: u64,
    },
    /// Bytes of a type that is not taken.
    #[error("files of this type are not taken")]
    FileType,
    /// More files than `attachments`.
    #[error("a message has at most {max} files")]
    TooManyFiles {
        /// How many are taken.
        max: usize,
    },
    /// The file is not there, or the asker may not know that it is.
    #[error("no such file")]
    NoSuchFile,
    /// A retry of a message that has been erased since.
    #[error("the message with this client id was erased")]
    ErasedSince,
    /// More of something than a rate allows.
    #[error("too many, try again in {retry_seconds} s")]
    TooFast {
        /// Whole seconds to wait, at least 1.
        retry_seconds: u32,
    },
    /// No credentials where some are needed.
    #[error("not signed in")]
    NotSignedIn,
    /// Credentials that prove nothing: a wrong password, or a spent, revoked or foreign token.
    #[error("the credentials are not valid")]
    BadCredentials,
    /// A good token that does not tell when it was signed, of somebody who was signed out: nobody can tell which came first.
    #[error(
        "the token does not say when it was signed (iat), and its person was signed out since: the application has to \
         write iat, or the issuer's lifetime_seconds has to say how long its tokens live"
    )]
    UnknownAge,
    /// The person has been deactivated.
    #[error("the person is deactivated")]
    Inactive,
}

impl Refusal {
    /// Its word for who counts what was refused. It stays what it is: alarms are set on it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoSuchRoom => "no_such_room",
            Self::NoSuchMessage => "no_such_message",
            Self::NoSuchPage => "no_such_page",
            Self::NoSuchOrder => "no_such_order",
            Self::NoSuchPerson => "no_such_person",
            Self::NoSuchGroup => "no_such_group",
            Self::NoSuchFile => "no_such_file",
            Self::NameTaken { .. } => "name_taken",
            Self::WithOneself => "with_oneself",
            Self::EmptyTitle => "empty_title",
            Self::TitleTooLong { .. } => "title_too_long",
            Self::TooManyMembers { .. } => "too_many_members",
            Self::UnknownRole { .. } => "unknown_role",
            Self::NoPlaceInOrder => "no_place_in_order",
            Self::NotAllowed => "not_allowed",
            Self::RoomClosed => "room_closed",
            Self::NotAuthor => "not_author",
            Self::EditTooLate { .. } => "edit_too_late",
            Self::Blocked => "blocked",
            Self::Erased => "erased",
            Self::TooManyReactions { .. } => "too_many_reactions",
            Self::TooManyMentions { .. } => "too_many_mentions",
            Self::CustomTooLong { .. } => "custom_too_long",
            Self::NoSuchReport => "no_such_report",
            Self::NoSuchCannedReply => "no_such_canned_reply",
            Self::HasMessages => "has_messages",
            Self::OutOfTime => "out_of_time",
            Self::Taken { .. } => "taken",
            Self::NotOfDesk => "not_of_desk",
            Self::NotSnoozed => "not_snoozed",
            Self::BadTags { .. } => "bad_tags",
            Self::ShortcutTaken => "shortcut_taken",
            Self::StrangeReplyName { .. } => "strange_reply_name",
            Self::NotWeek { .. } => "not_week",
            Self::TooManyCannedReplies { .. } => "too_many_canned_replies",
            Self::NoPush => "no_push",
            Self::NoSuchPushSubscription => "no_such_push_subscription",
            Self::TooManyPushSubscriptions { .. } => "too_many_push_subscriptions",
            Self::OrderHasRoom => "order_has_room",
            Self::EmptyText => "empty_text",
            Self::TextTooLong { .. } => "text_too_long",
            Self::NulInText => "nul_in_text",
            Self::BadClientId { .. } => "bad_client_id",
            Self::EmptyFile => "empty_file",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::FileType => "file_type",
            Self::TooManyFiles { .. } => "too_many_files",
            Self::ErasedSince => "erased_since",
            Self::TooFast { .. } => "too_fast",
            Self::NotSignedIn => "not_signed_in",
            Self::BadCredentials => "bad_credentials",
            Self::UnknownAge => "unknown_age",
            Self::Inactive => "inactive",
        }
    }
}

/// What went wrong on our side. It is logged with its words; clients learn only that something did.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The writer has as much work waiting as `store_queue` allows; later it will have less.
    #[error("the store is busy: its queue is full")]
    Busy,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// The database cannot be reached; it is asked again and again until it can.
    #[error("the database cannot be reached: {0}")]
    Away(String),
    /// Nothing can be kept for now, and why, in the words of whoever was asked; it is tried again with every change.
    #[error("{0}: {1}")]
    Hindered(Hindrance, String),
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(String),
    /// Something else of ours failed.
    #[error("{0}")]
    Internal(String),
}

impl Fault {
    /// Its word for who counts what failed.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Stopping => "stopping",
            Self::Away(_) => "away",
            Self::Hindered(why, _) => why.word(),
            Self::Store(_) => "store",
            Self::Internal(_) => "internal",
        }
    }
}

/// What keeps the store, or the folder of files, from keeping anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hindrance {
    /// No room, or no more than a quota gives.
    DiskFull,
    /// Another process holds what has to be written.
    Locked,
    /// Nobody may write: a disk that was mounted so, or a server that follows another one.
    ReadOnly,
    /// What is open is not what is there by its name: it was removed, or something else was put in its place.
    Replaced,
    /// It is not there, or this process may not open it.
    Closed,
    /// The disk fails.
    Disk,
    /// What is there cannot be read as what it was.
    Damaged,
}

impl Hindrance {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::DiskFull,
        Self::Locked,
        Self::ReadOnly,
        Self::Replaced,
        Self::Closed,
        Self::Disk,
        Self::Damaged,
    ];

    /// Its word, for programs: it stays the same.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::Locked => "locked",
            Self::ReadOnly => "read_only",
            Self::Replaced => "replaced",
            Self::Closed => "cannot_open",
            Self::Disk => "disk",
            Self::Damaged => "damaged",
        }
    }
}

impl fmt::Display for Hindrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DiskFull => "the disk is full",
            Self::Locked => "another process holds it locked",
            Self::ReadOnly => "it can only be read",
            Self::Replaced => "it was removed or replaced while it was open",
            Self::Closed => "it is gone or may not be opened",
            Self::Disk => "the disk fails",
            Self::Damaged => "it is damaged",
        })
    }
}

/// Why something did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// The person's mistake.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Ours.
    #[error(transparent)]
    Failed(#[from] Fault),
}
