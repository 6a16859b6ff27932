//! What the rules ask of the outside: a clock, randomness, a store, and somebody who listens.
//!
//! The store runs rules; the rules never wait for it. A job is handed over and answers through its own `done`,
//! so that nothing here knows how the store's threads, or those of its callers, take turns.

use crate::error::{Error, Fault};
use crate::words::{
    Account, Event, Group, Head, Member, MemberId, Message, MessageId, NewMessage, NewPerson, NewRoom, Order, OrderId,
    Person, PersonId, Place, RefreshToken, Room, RoomId, RoomView, Seq, Session, Time,
};

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

    /// Somebody else, in another process, has changed what is kept, and announced nothing here: whoever listens may
    /// have lost their place. Not to wait here either. An audience that holds nobody's place has nothing to do.
    fn changed_elsewhere(&self) {}
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
    /// The session with this hash, ended or not.
    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<Session>, Fault>;
    /// The refresh token with this name, used or not.
    fn refresh_token(&mut self, jti: &str) -> Result<Option<RefreshToken>, Fault>;

    /// The order.
    fn order(&mut self, id: OrderId) -> Result<Option<Order>, Fault>;

    /// The room, unless it was removed.
    fn room(&mut self, id: RoomId) -> Result<Option<Room>, Fault>;
    /// The room with this key, unless it was removed.
    fn room_by_key(&mut self, key: &str) -> Result<Option<Room>, Fault>;
    /// The room and the person's membership in it, in one statement: every send begins with it. In a transaction it
    /// holds the room until the commit, so that two who number messages at once take turns.
    fn place(&mut self, room: RoomId, person: PersonId) -> Result<Option<Place>, Fault>;
    /// Everybody in the room, by the number of their membership.
    fn members(&mut self, room: RoomId) -> Result<Vec<(Member, Person)>, Fault>;
    /// The furthest receipt of anybody in the room but `person`.
    fn others_mark(&mut self, room: RoomId, person: PersonId) -> Result<Seq, Fault>;
    /// Every room that the person is in, in any order.
    fn places(&mut self, person: PersonId) -> Result<Vec<Place>, Fault>;
    /// How many rooms the person is in.
    fn count_rooms(&mut self, person: PersonId) -> Result<i64, Fault>;
    /// The rooms that the person is in, the last changed first (then the higher number), with everybody in them and
    /// their newest message; `limit` of them after leaving out `offset`.
    fn rooms(&mut self, person: PersonId, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault>;

    /// The message, erased or not, unless its room was removed.
    fn message(&mut self, id: MessageId) -> Result<Option<Message>, Fault>;
    /// The message with this number in the room, erased or not.
    fn message_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<Message>, Fault>;
    /// The message that `sender` sent into the room under this client id, erased or not.
    fn message_by_client_id(
        &mut self,
        room: RoomId,
        sender: PersonId,
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
    /// A number for a person that no host application gave one: see `FIRST_OWN_PERSON` in `rules::people`.
    fn next_own_person(&mut self) -> Result<PersonId, Fault>;
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
    /// Forgets sessions and refresh tokens that ended before `now`.
    fn sweep_identity(&mut self, now: Time) -> Result<(), Fault>;

    /// Makes the order or changes the one with this number.
    fn put_order(&mut self, order: &Order) -> Result<(), Fault>;
    /// Makes the group or changes the one with this number, its students with it.
    fn put_group(&mut self, group: &Group) -> Result<(), Fault>;

    /// Opens a room, unless one with its key stands: the room, and whether it is new.
    fn open_room(&mut self, room: &NewRoom) -> Result<(Room, bool), Fault>;
    /// Keeps a room's `seq`, `head`, `shown`, `erased`, `changed`, `updated_at`, `key`, `order` and `title`.
    fn keep_room(&mut self, room: &Room) -> Result<(), Fault>;
    /// Takes a room away: it is found by nothing any more, and its key is free.
    fn remove_room(&mut self, room: RoomId, now: Time) -> Result<(), Fault>;
    /// Makes the person a member; `None` when they are one already.
    fn join(&mut self, room: RoomId, person: PersonId, read: Seq, now: Time) -> Result<Option<MemberId>, Fault>;
    /// Ends a membership; false when there was none.
    fn leave(&mut self, room: RoomId, person: PersonId) -> Result<bool, Fault>;
    /// Keeps a member's `read`, `read_at` and `skip`.
    fn keep_receipt(&mut self, member: &Member) -> Result<(), Fault>;
    /// Adds one to the `skip` of the member: they sent a message.
    fn skip_own(&mut self, room: RoomId, person: PersonId) -> Result<(), Fault>;
    /// Adds one to the `skip` of every member but `author` who has read less than `seq`: that message was erased.
    fn skip_erased(&mut self, room: RoomId, author: Option<PersonId>, seq: Seq) -> Result<(), Fault>;

    /// Keeps a new message and gives its number; `None`, and nothing kept, when the sender's client id is taken.
    fn insert_message(&mut self, message: &NewMessage) -> Result<Option<MessageId>, Fault>;
    /// Keeps a message's `text`, `edited_at`, `erased_at` and `changed`; one that is erased is also counted in its
    /// block.
    fn keep_message(&mut self, message: &Message) -> Result<(), Fault>;

    /// Announces an event: it is heard when, and only when, this transaction is committed.
    fn announce(&mut self, event: Event);
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

/// Where everything is kept.
pub trait Store: Send + Sync {
    /// Hands over a job. Jobs handed over by one thread are committed in that order. A store whose queue is full
    /// answers the job at once with [`Fault::Busy`].
    fn transact(&self, job: Box<dyn Job>);
    /// Hands over a glance.
    fn glance(&self, glance: Box<dyn Glance>);
    /// Whether it takes work.
    ///
    /// # Errors
    /// Why it does not.
    fn ready(&self) -> Result<(), Fault>;
}
