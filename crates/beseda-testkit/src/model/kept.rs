//! What the model keeps, and the searches that reading and writing share.

use beseda_core::words::{
    Account, ApiKey, Author, CannedReply, Case, Epoch, Group, GroupId, Head, Hours, Job, JobId, Kinds, Member,
    MemberId, Message, MessageId, Order, OrderId, Person, PersonId, PushSettings, PushSubscription, Receipts,
    RefreshToken, Report, Role, Room, RoomId, RoomKind, RoomLook, Seq, Session, SetupCode, StoredFile, Tick, Ticket,
    Time, Updated, Version,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything there is.
#[derive(Clone, Default)]
pub(super) struct Kept {
    pub(super) people: BTreeMap<PersonId, Account>,
    pub(super) sessions: BTreeMap<[u8; 32], Session>,
    pub(super) refresh_tokens: BTreeMap<String, RefreshToken>,
    pub(super) tickets: BTreeMap<[u8; 32], Ticket>,
    pub(super) api_keys: BTreeMap<[u8; 32], ApiKey>,
    pub(super) setup_codes: BTreeMap<[u8; 32], SetupCode>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) groups: BTreeMap<GroupId, Group>,
    /// The rooms that stand. A removed one leaves this map for the next one: its messages stay.
    pub(super) rooms: BTreeMap<RoomId, Room>,
    pub(super) removed_rooms: BTreeMap<RoomId, Room>,
    /// The group that each room follows which is about one.
    pub(super) about: BTreeMap<RoomId, GroupId>,
    pub(super) last_room: RoomId,
    /// When each room was last stirred, counted over all of them.
    pub(super) stirred: BTreeMap<RoomId, u64>,
    pub(super) cases: BTreeMap<RoomId, Case>,
    /// Who works at the desk of which kinds of rooms.
    pub(super) desk: Vec<(RoomKind, Vec<Role>)>,
    /// Memberships that have not ended.
    pub(super) members: BTreeMap<MemberId, Member>,
    pub(super) last_member: MemberId,
    /// At which head each member came, and the last of the room's receipts that was theirs.
    pub(super) came: BTreeMap<(RoomId, PersonId), (Head, Receipts)>,
    /// At which head each who left did, in which transaction, and as what they had read.
    pub(super) gone: BTreeMap<(RoomId, PersonId), (Head, Tick, Member)>,
    /// When each who left was shown out.
    pub(super) shown_out: BTreeMap<(RoomId, PersonId), Time>,
    pub(super) epoch: Option<Epoch>,
    /// The last transaction that wrote, and the last that changed each room or a receipt of it.
    pub(super) tick: Tick,
    pub(super) ticks: BTreeMap<RoomId, Tick>,
    pub(super) looks: BTreeMap<RoomId, RoomLook>,
    /// Who has blocked whom, in the order in which they did.
    pub(super) blocks: Vec<(PersonId, PersonId)>,
    /// Every message that was ever sent; shared, so that a copy of everything is cheap.
    pub(super) messages: BTreeMap<(RoomId, Seq), Arc<Line>>,
    pub(super) last_message: MessageId,
    /// Up to which message a search may trust the index, which is no more than that here.
    pub(super) indexed_to: MessageId,
    pub(super) files: BTreeMap<i64, KeptFile>,
    /// No number of a file or an attachment is given twice, whatever is forgotten.
    pub(super) last_file: i64,
    pub(super) last_attachment: i64,
    /// The jobs that are not done.
    pub(super) jobs: BTreeMap<JobId, Job>,
    pub(super) last_job: JobId,
    /// When what a host knows of was last changed, and which turn of all it was the first time.
    pub(super) updated: BTreeMap<Subject, Updated>,
    /// Who has become whom.
    pub(super) merged: BTreeMap<PersonId, PersonId>,
    /// What people report, by the number of each.
    pub(super) reports: BTreeMap<i64, Report>,
    pub(super) last_report: i64,
    /// What the staff says again and again, by the number of each.
    pub(super) canned_replies: BTreeMap<i64, CannedReply>,
    pub(super) last_canned_reply: i64,
    /// When somebody is at the desk.
    pub(super) hours: Option<Hours>,
    /// Browsers to be told, in the order in which they were given.
    pub(super) push_subscriptions: Vec<PushSubscription>,
    pub(super) push_settings: BTreeMap<PersonId, PushSettings>,
    /// When people were last there.
    pub(super) seen: BTreeMap<PersonId, Time>,
}

/// What a host application knows of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Person(PersonId),
    Order(OrderId),
    Group(GroupId),
    Room(RoomId),
}

/// A message as it is kept: who sent it is looked up when it is read, because people change their names.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) message: Message,
    pub(super) sender: Option<PersonId>,
    /// What they are called in it, where that is its own affair.
    pub(super) called: Option<String>,
    /// What it has beside its text.
    pub(super) row: beseda_core::words::Kept,
    pub(super) reactions: Vec<(String, PersonId)>,
    pub(super) mentions: Vec<PersonId>,
    pub(super) readers: Option<Vec<PersonId>>,
    pub(super) versions: Vec<Version>,
}

/// A file, and whether somebody may still hang it on a message.
#[derive(Clone)]
pub(super) struct KeptFile {
    pub(super) file: StoredFile,
    pub(super) reserved_at: Time,
    pub(super) doomed: bool,
}

impl Line {
    pub(super) fn is_erased(&self) -> bool {
        self.message.erased_at.is_some()
    }

    /// Whether anything beside its text is this person's, or names them.
    pub(super) fn names(&self, person: PersonId) -> bool {
        let pinned = self.row.pinned.as_ref().is_some_and(|pinned| pinned.by.id == person);
        let reads = self.readers.as_ref().is_some_and(|readers| readers.contains(&person));
        let reacts = self.reactions.iter().any(|(_, by)| *by == person);
        pinned || reads || reacts || self.mentions.contains(&person)
    }

    /// Makes everything of one person another one's, who has used these client ids.
    pub(super) fn hand_over(&mut self, from: PersonId, to: PersonId, used: &[&str]) {
        if self.sender == Some(from) {
            self.sender = Some(to);
            let client_id = self.message.client_id.as_deref();
            if client_id.is_some_and(|client_id| used.contains(&client_id)) {
                self.message.client_id = None;
            }
        }
        let now = |person: PersonId| if person == from { to } else { person };
        if let Some(pinned) = &mut self.row.pinned {
            pinned.by.id = now(pinned.by.id);
        }
        let mut reactions = Vec::with_capacity(self.reactions.len());
        for (emoji, by) in std::mem::take(&mut self.reactions) {
            let reaction = (emoji, now(by));
            if !reactions.contains(&reaction) {
                reactions.push(reaction);
            }
        }
        self.reactions = reactions;
        for people in [Some(&mut self.mentions), self.readers.as_mut()].into_iter().flatten() {
            let mut once = Vec::with_capacity(people.len());
            for person in people.iter().map(|person| now(*person)) {
                if !once.contains(&person) {
                    once.push(person);
                }
            }
            *people = once;
        }
    }

    /// Whether it is this person's to see, erased or not.
    pub(super) fn is_for(&self, person: PersonId) -> bool {
        self.readers.as_ref().is_none_or(|readers| readers.contains(&person))
    }
}

impl Kept {
    pub(super) fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id).map(|account| &account.person)
    }

    pub(super) fn room_by_key(&self, key: &str) -> Option<&Room> {
        self.rooms.values().find(|room| *room.key == *key)
    }

    /// Puts the room first in the lists.
    pub(super) fn stir(&mut self, room: RoomId) {
        let last = self.stirred.values().max().copied().unwrap_or(0);
        self.stirred.insert(room, last + 1);
    }

    /// The memberships of a room that stands, by their number.
    pub(super) fn members_of(&self, room: RoomId) -> impl Iterator<Item = &Member> {
        self.members
            .values()
            .filter(move |member| member.room == room && self.rooms.contains_key(&room))
    }

    pub(super) fn member(&self, room: RoomId, person: PersonId) -> Option<&Member> {
        self.members_of(room).find(|member| member.person == person)
    }

    /// The rooms of these kinds that the person is in, by the number of the membership.
    pub(super) fn rooms_of(&self, person: PersonId, kinds: Kinds) -> impl Iterator<Item = &Room> {
        self.members
            .values()
            .filter(move |member| member.person == person)
            .filter_map(|m| self.rooms.get(&m.room))
            .filter(move |room| kinds.contain(room.kind))
    }

    /// The visitors' rooms that stand, each with what the desk knows of it.
    pub(super) fn desk(&self) -> impl Iterator<Item = (&Room, &Case)> {
        let of_visitors = self.rooms.values().filter(|room| room.kind == RoomKind::Support);
        of_visitors.filter_map(|room| Some((room, self.cases.get(&room.id)?)))
    }

    /// Every message of a room that stands, erased ones too, by number.
    pub(super) fn lines(&self, room: RoomId) -> impl DoubleEndedIterator<Item = &Line> {
        self.messages
            .range((room, Seq(i64::MIN))..=(room, Seq(i64::MAX)))
            .map(|(_, line)| line.as_ref())
            .filter(move |_| self.rooms.contains_key(&room))
    }

    /// The message with this number among all, if its room stands.
    pub(super) fn line(&self, id: MessageId) -> Option<&Line> {
        let mut all = self.messages.values().map(AsRef::as_ref);
        all.find(|line| line.message.id == id && self.rooms.contains_key(&line.message.room))
    }

    /// The message as a reader sees it, with the author's name as it is today.
    pub(super) fn shown(&self, line: &Line) -> Message {
        let author = line.sender.and_then(|sender| self.person(sender)).map(Author::from);
        let author = author.map(|author| Author { look: None, ..author });
        let author = author.map(|author| match &line.called {
            Some(name) => author.called(name),
            None => author,
        });
        Message {
            author,
            ..line.message.clone()
        }
    }
}
