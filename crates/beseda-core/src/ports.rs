//! What the rules ask of the outside: a clock, randomness, a store, and somebody who listens.
//!
//! The store runs rules; the rules never wait for it. A job is handed over and answers through its own `done`,
//! so that nothing here knows how the store's threads, or those of its callers, take turns.

pub mod files;

pub use files::{Files, Upload, thumbnail_name};

use crate::error::{Error, Fault};
use crate::words::{
    Account, ApiKey, Case, Event, FileLook, Group, GroupId, Head, Kinds, Member, MemberId, Message, MessageId,
    NewMessage, NewPerson, NewRoom, Notice, Order, OrderId, Person, PersonId, Place, PlacedAttachment, RefreshToken,
    Role, Room, RoomId, RoomView, Seq, Session, SetupCode, StoredFile, Ticket, Time,
};
use uuid::Uuid;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Time;
}

/// Where randomness comes from.
pub trait Random: Send + Sync {
    /// Fills `bytes` with random ones, fit for secrets.
    fn fill(&self, bytes: &mut [u8]);
}

/// Who hears of what was committed.
pub trait Audience: Send + Sync {
    /// Takes the events of a commit: called after it, in commit order, never twice for one commit, and from one
    /// thread at a time. It must not wait for anything: the writer stands still meanwhile.
    fn hear(&self, events: &[Event]);

    /// What these people may do, or whether they are let in at all, has changed with a commit: whoever of them listens
    /// may have lost their place. Called after the commit, before its events; not to wait here either.
    fn people_changed(&self, _people: &[PersonId]) {}

    /// Somebody else, in another process, has changed what is kept, and announced nothing here: what these notices
    /// name is to be read again. Not to wait here either. An audience that holds nobody's place has nothing to do.
    fn changed_elsewhere(&self, _notices: &[Notice]) {}
}

/// Reading: one snapshot, the same for every call of one job.
pub trait Look {
    /// The person, deactivated or not.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn person(&mut self, id: PersonId) -> Result<Option<Person>, Fault>;
    /// The account whose username, e-mail (in any case) or phone is `identifier`. Where several match, a username
    /// goes before an e-mail and an e-mail before a phone.
    fn account(&mut self, identifier: &str) -> Result<Option<Account>, Fault>;
    /// The first of `username`, `email` and `phone` by which somebody else is known already, as whichever of the three: a
    /// username that is another's e-mail would stand in the way of their logging in.
    fn name_taken(&mut self, person: &Person) -> Result<Option<&'static str>, Fault>;
    /// The account of the person with this number.
    fn account_of(&mut self, id: PersonId) -> Result<Option<Account>, Fault>;
    /// The person whom a host application calls by this name, where its names are no numbers.
    fn subject(&mut self, issuer: &str, name: &str) -> Result<Option<PersonId>, Fault>;
    /// People whose name holds `text`, whatever the case, who are let in and have one of two roles, by their names.
    fn search_by_role(&mut self, text: &str, roles: [Role; 2], limit: i64) -> Result<Vec<Person>, Fault>;
    /// The same of those who attend or teach a group that `person` attends.
    fn search_classmates(&mut self, text: &str, person: PersonId, limit: i64) -> Result<Vec<Person>, Fault>;
    /// The session with this hash, ended or not.
    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<Session>, Fault>;
    /// The refresh token with this name, used or not.
    fn refresh_token(&mut self, jti: &str) -> Result<Option<RefreshToken>, Fault>;

    /// The API key with this hash, revoked or not.
    fn api_key(&mut self, hash: &[u8; 32]) -> Result<Option<ApiKey>, Fault>;
    /// Every API key, the oldest first.
    fn api_keys(&mut self) -> Result<Vec<ApiKey>, Fault>;
    /// The setup code with this hash, used and ended or not.
    fn setup_code(&mut self, hash: &[u8; 32]) -> Result<Option<SetupCode>, Fault>;
    /// Whether there ever was a setup code.
    fn had_setup_codes(&mut self) -> Result<bool, Fault>;

    /// The order.
    fn order(&mut self, id: OrderId) -> Result<Option<Order>, Fault>;
    /// The group, its students by their numbers.
    fn group(&mut self, id: GroupId) -> Result<Option<Group>, Fault>;
    /// The groups that the person teaches or attends, by name and then number.
    fn groups_of(&mut self, person: PersonId) -> Result<Vec<Group>, Fault>;
    /// Whether both attend one group.
    fn share_group(&mut self, one: PersonId, other: PersonId) -> Result<bool, Fault>;

    /// The room, unless it was removed.
    fn room(&mut self, id: RoomId) -> Result<Option<Room>, Fault>;
    /// The room with this key, unless it was removed.
    fn room_by_key(&mut self, key: &str) -> Result<Option<Room>, Fault>;
    /// The room with this unguessable name, unless it was removed.
    fn room_by_uuid(&mut self, uuid: Uuid) -> Result<Option<Room>, Fault>;
    /// The rooms about this group, by their numbers.
    fn rooms_of_group(&mut self, group: GroupId) -> Result<Vec<Room>, Fault>;
    /// The room and the person's membership in it, in one statement: every send begins with it. In a transaction it
    /// holds the room until the commit, so that two who number messages at once take turns.
    fn place(&mut self, room: RoomId, person: PersonId) -> Result<Option<Place>, Fault>;
    /// Everybody in the room, by the number of their membership.
    fn members(&mut self, room: RoomId) -> Result<Vec<(Member, Person)>, Fault>;
    /// The furthest receipt of anybody in the room but `person`.
    fn others_mark(&mut self, room: RoomId, person: PersonId) -> Result<Seq, Fault>;
    /// Every room of these kinds that the person is in, in any order.
    fn places(&mut self, person: PersonId, kinds: Kinds) -> Result<Vec<Place>, Fault>;
    /// How many rooms of these kinds the person is in.
    fn count_rooms(&mut self, person: PersonId, kinds: Kinds) -> Result<i64, Fault>;
    /// The rooms of these kinds that the person is in, the last changed first (then the higher number), with everybody
    /// in them and their newest message, but without a case; `limit` of them after leaving out `offset`.
    fn rooms(&mut self, person: PersonId, kinds: Kinds, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault>;
    /// What the desk knows of a visitor's room.
    fn case(&mut self, room: RoomId) -> Result<Option<Case>, Fault>;
    /// How many visitors' rooms there are.
    fn count_cases(&mut self) -> Result<i64, Fault>;
    /// The visitors' rooms, the last changed first (then the higher number), with everything but their members;
    /// `limit` of them after leaving out `offset`.
    fn cases(&mut self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault>;

    /// The message, erased or not, unless its room was removed.
    fn message(&mut self, id: MessageId) -> Result<Option<Message>, Fault>;
    /// The message with this number in the room, erased or not.
    fn message_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<Message>, Fault>;
    /// The message that `sender`, or the system, sent into the room under this client id, erased or not.
    fn message_by_client_id(
        &mut self,
        room: RoomId,
        sender: Option<PersonId>,
        client_id: &str,
    ) -> Result<Option<Message>, Fault>;
    /// The newest `limit` messages with a number below `before` that are not erased, oldest first.
    fn messages_before(&mut self, room: RoomId, before: Seq, limit: i64) -> Result<Vec<Message>, Fault>;
    /// The oldest `limit` messages with a number above `after` that are not erased, oldest first.
    fn messages_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault>;
    /// The oldest `limit` messages with a number above `after` that nothing happened to since they were sent.
    fn untouched_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault>;
    /// The first `limit` messages by `changed` that were edited or erased at a head above `after`.
    fn touched_after(&mut self, room: RoomId, after: Head, limit: i64) -> Result<Vec<Message>, Fault>;
    /// How many messages of each block of [`ERASED_BLOCK`] numbers are erased, by block; blocks with none are left
    /// out. Block 0 holds the numbers 1 to [`ERASED_BLOCK`].
    fn erased_by_block(&mut self, room: RoomId) -> Result<Vec<(i64, i64)>, Fault>;
    /// The numbers of the erased messages from `from` to `to`, both included, ascending.
    fn erased_between(&mut self, room: RoomId, from: Seq, to: Seq) -> Result<Vec<Seq>, Fault>;
    /// How many messages after `after` are erased or by `person`: what [`Member::skip`] is made of.
    fn count_skipped(&mut self, room: RoomId, person: PersonId, after: Seq) -> Result<i64, Fault>;
    /// The newest message below `before` that is not erased; 0 where there is none.
    fn shown_before(&mut self, room: RoomId, before: Seq) -> Result<Seq, Fault>;
    /// The attachment, unless its message is erased or its room removed.
    fn attachment(&mut self, id: i64) -> Result<Option<PlacedAttachment>, Fault>;
    /// Whether a file is known by this name of its bytes.
    fn knows_file(&mut self, name: &str) -> Result<bool, Fault>;
    /// The number among all messages of the one with this number in the room, erased or not.
    fn id_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<MessageId>, Fault>;
}

/// How many numbers of a room one block of [`Look::erased_by_block`] covers.
pub const ERASED_BLOCK: i64 = 1024;

/// Writing: everything that one job does is kept together, or none of it.
pub trait Tx: Look {
    /// Makes the person or changes the one with this number.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_person(&mut self, person: &NewPerson) -> Result<(), Fault>;
    /// Takes the person's password away: they come in by token only.
    fn remove_password(&mut self, id: PersonId) -> Result<(), Fault>;
    /// A number for a person that no host application gave one: see `FIRST_OWN_PERSON` in `rules::people`.
    fn next_own_person(&mut self) -> Result<PersonId, Fault>;
    /// Remembers whom a host application calls by this name.
    fn put_subject(&mut self, issuer: &str, name: &str, person: PersonId) -> Result<(), Fault>;
    /// Keeps a session.
    fn put_session(&mut self, session: &Session) -> Result<(), Fault>;
    /// Ends a session; one that is not there is no fault.
    fn end_session(&mut self, hash: &[u8; 32]) -> Result<(), Fault>;
    /// Ends every session of the person.
    fn end_sessions_of(&mut self, person: PersonId) -> Result<(), Fault>;
    /// Keeps a refresh token, or what changed of it (`used_at`, `successor`, `revoked_at`).
    fn put_refresh_token(&mut self, token: &RefreshToken) -> Result<(), Fault>;
    /// Ends every refresh token of the family.
    fn revoke_family(&mut self, family: &str, now: Time) -> Result<(), Fault>;
    /// Ends every refresh token of the person.
    fn revoke_tokens_of(&mut self, person: PersonId, now: Time) -> Result<(), Fault>;
    /// Keeps a ticket.
    fn put_ticket(&mut self, ticket: &Ticket) -> Result<(), Fault>;
    /// Takes a ticket away; it is given to the first who asks, ended or not.
    fn take_ticket(&mut self, hash: &[u8; 32]) -> Result<Option<Ticket>, Fault>;
    /// Keeps an API key, or what changed of it (`revoked_at`), by its hash.
    fn put_api_key(&mut self, key: &ApiKey) -> Result<(), Fault>;
    /// Keeps a setup code, or what changed of it (`used_at`), by its hash. None is ever forgotten: see
    /// [`Look::had_setup_codes`].
    fn put_setup_code(&mut self, code: &SetupCode) -> Result<(), Fault>;
    /// Forgets sessions, refresh tokens and tickets that ended before `now`.
    fn sweep_identity(&mut self, now: Time) -> Result<(), Fault>;

    /// Makes the order or changes the one with this number.
    fn put_order(&mut self, order: &Order) -> Result<(), Fault>;
    /// Forgets the order; one that is not there is no fault.
    fn remove_order(&mut self, id: OrderId) -> Result<(), Fault>;
    /// Makes the group or changes the one with this number, its students with it.
    fn put_group(&mut self, group: &Group) -> Result<(), Fault>;
    /// Forgets the group, which no room is about any more; one that is not there is no fault.
    fn remove_group(&mut self, id: GroupId) -> Result<(), Fault>;

    /// Opens a room, unless one with its key stands: the room, and whether it is new.
    fn open_room(&mut self, room: &NewRoom) -> Result<(Room, bool), Fault>;
    /// Keeps a room's `seq`, `head`, `shown`, `erased`, `changed`, `updated_at`, `key`, `order` and `title`.
    fn keep_room(&mut self, room: &Room) -> Result<(), Fault>;
    /// Keeps what the desk knows of a visitor's room.
    fn put_case(&mut self, case: &Case) -> Result<(), Fault>;
    /// Takes a room away: it is found by nothing any more, and its key and its unguessable name are free.
    fn remove_room(&mut self, room: &Room, now: Time) -> Result<(), Fault>;
    /// Makes the person a member, by a grant or not; `None` when they are one already.
    fn join(&mut self, room: RoomId, person: PersonId, granted: bool, now: Time) -> Result<Option<MemberId>, Fault>;
    /// Ends a membership; false when there was none.
    fn leave(&mut self, room: RoomId, person: PersonId) -> Result<bool, Fault>;
    /// Keeps a member's `read`, `read_at` and `skip`.
    fn keep_receipt(&mut self, member: &Member) -> Result<(), Fault>;
    /// Adds one to the `skip` of the member: they sent a message.
    fn skip_own(&mut self, room: RoomId, person: PersonId) -> Result<(), Fault>;
    /// Adds one to the `skip` of every member but `author` who has read less than `seq`: that message was erased.
    fn skip_erased(&mut self, room: RoomId, author: Option<PersonId>, seq: Seq) -> Result<(), Fault>;

    /// The file with these bytes, reserved from `now` on: the one that is kept already, or a new one under a new name.
    fn reserve_file(&mut self, look: &FileLook, now: Time) -> Result<StoredFile, Fault>;
    /// The names of files that hang on no message and were last reserved before `before`: nobody can reserve them any
    /// more, and their bytes may be forgotten. Also of those that were given out here before.
    fn doom_files(&mut self, before: Time) -> Result<Vec<String>, Fault>;
    /// Forgets a doomed file.
    fn forget_file(&mut self, name: &str) -> Result<(), Fault>;

    /// Keeps a new message with its files and gives its number; `None`, and nothing kept, when the sender's client id
    /// is taken. A system message has a sender in that sense too: nobody.
    fn insert_message(&mut self, message: &NewMessage) -> Result<Option<MessageId>, Fault>;
    /// The files of a message, as just kept.
    fn attachments(&mut self, room: RoomId, seq: Seq) -> Result<Vec<crate::words::Attachment>, Fault>;
    /// Keeps a message's `text`, `edited_at`, `erased_at` and `changed`; one that is erased also loses its files and is
    /// counted in its block.
    fn keep_message(&mut self, message: &Message) -> Result<(), Fault>;

    /// Announces an event: it is heard when, and only when, this transaction is committed.
    fn announce(&mut self, event: Event);
    /// Announces that what the person may do has changed: as an event, heard only on commit.
    fn announce_person(&mut self, person: PersonId);
}

/// Work that changes something. It may run more than once (a conflict, or a neighbour in the same commit that had to
/// be taken back), so it changes nothing but the transaction; `done` is called exactly once, after the commit or
/// after it is certain that there is none.
pub trait Job: Send {
    /// Runs the rule. An error takes back everything that this run did.
    ///
    /// # Errors
    /// What the rule refuses, or what failed below it.
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), Error>;
    /// Takes the outcome.
    fn done(self: Box<Self>, outcome: Result<(), Error>);
}

/// Work that only reads, on one snapshot.
pub trait Glance: Send {
    /// Runs once, unless the store cannot; then `failed` is called instead.
    fn run(self: Box<Self>, look: &mut dyn Look);
    /// The store could not run it.
    fn failed(self: Box<Self>, fault: Fault);
}

/// Which jobs have to be committed one after the other. A store that writes by several connections gives each lane to
/// one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lane {
    /// It does not matter: whoever hands it over waits for the outcome before they hand over more.
    #[default]
    Any,
    /// After everything that was handed over for this room before.
    Room(RoomId),
}

/// Where everything is kept.
pub trait Store: Send + Sync {
    /// Hands over a job. Jobs of one room's lane are committed in the order in which they are handed over. A store whose
    /// queue is full answers the job at once with [`Fault::Busy`].
    fn transact(&self, lane: Lane, job: Box<dyn Job>);
    /// Hands over a glance.
    fn glance(&self, glance: Box<dyn Glance>);
    /// Whether it takes work.
    ///
    /// # Errors
    /// Why it does not.
    fn ready(&self) -> Result<(), Fault>;
}
