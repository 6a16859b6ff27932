//! A room of an application's own, and what is done in it: what the stories of any room share.

use super::stage::Stage;
use beseda_core::error::Error;
use beseda_core::policy::By;
use beseda_core::rules;
use beseda_core::words::{
    Cursor, Draft, FullRoom, HostId, Kinds, Me, Message, More, Person, PersonId, Room, RoomId, RoomKey, Seq,
};
use std::sync::Arc;
use uuid::Uuid;

/// A room, and who acts in it.
pub(super) struct Deal<'a> {
    pub(super) stage: &'a Stage,
    pub(super) id: RoomId,
    pub(super) key: RoomKey,
    pub(super) kinds: Kinds,
}

/// People as the host calls them.
pub(super) fn hosts(ids: &[i64]) -> Vec<HostId<'static>> {
    ids.iter().map(|id| HostId::Number(*id)).collect()
}

impl<'a> Deal<'a> {
    /// A room with these people.
    pub(super) fn new(stage: &'a Stage, number: u32, people: &[i64]) -> Self {
        let key: RoomKey = format!("deal:{number}").parse().expect("a key");
        let uuid = Uuid::from_bytes(stage.chat.random());
        let (now, limits, own) = (stage.chat.now(), Arc::clone(stage.chat.limits()), key.clone());
        let people: Vec<_> = people.iter().map(|id| PersonId(*id)).collect();
        let put = stage.change(move |tx| rules::put_room(tx, now, &limits, &own, None, Some(&people), uuid));
        Self {
            stage,
            id: put.expect("the room is put").0.room.id,
            key,
            kinds: Kinds::ALL,
        }
    }

    pub(super) fn person(&self, id: i64) -> Person {
        self.stage.person(PersonId(id))
    }

    pub(super) fn send(&self, by: i64, text: &str) -> Seq {
        self.say(by, text, More::default()).expect("it is sent").seq
    }

    /// Somebody says something with more beside it.
    pub(super) fn say(&self, by: i64, text: &str, more: More) -> Result<Arc<Message>, Error> {
        let draft = draft(text, more);
        let (kinds, by, room) = (self.kinds, self.person(by), self.id);
        let (now, limits) = (self.stage.chat.now(), Arc::clone(self.stage.chat.limits()));
        let sent = self
            .stage
            .change(move |tx| rules::send(tx, now, &limits, By::of(&by, kinds), room, &draft));
        sent.map(|sent| sent.message)
    }

    /// The application says something, to these alone or to everybody.
    pub(super) fn system(&self, text: &str, to: Option<&[i64]>) -> Arc<Message> {
        let more = More {
            to: to.map(hosts),
            ..More::default()
        };
        self.system_with(text, more)
    }

    pub(super) fn system_with(&self, text: &str, more: More) -> Arc<Message> {
        let (draft, key) = (draft(text, more), self.key.clone());
        let (now, limits) = (self.stage.chat.now(), Arc::clone(self.stage.chat.limits()));
        let sent = self
            .stage
            .change(move |tx| rules::send_system(tx, now, &limits, &key, &draft));
        sent.expect("it is said").message
    }

    pub(super) fn edit(&self, by: i64, seq: Seq, text: &str, mentions: Option<&[i64]>) -> Result<(), Error> {
        let (text, mentions) = (text.to_owned(), mentions.map(hosts));
        let (kinds, by, room) = (self.kinds, self.person(by), self.id);
        let (now, limits) = (self.stage.chat.now(), Arc::clone(self.stage.chat.limits()));
        self.stage.change(move |tx| {
            let said = (text.as_str(), mentions.as_deref());
            rules::edit_at(tx, now, &limits, By::of(&by, kinds), (room, seq), said).map(drop)
        })
    }

    pub(super) fn erase(&self, by: i64, seq: Seq) -> Result<(), Error> {
        let (now, kinds, by, room) = (self.stage.chat.now(), self.kinds, self.person(by), self.id);
        self.stage
            .change(move |tx| rules::erase_at(tx, now, By::of(&by, kinds), room, seq).map(drop))
    }

    pub(super) fn react(&self, by: i64, seq: Seq, emoji: &'static str, on: bool) -> Result<(), Error> {
        let (kinds, by, room) = (self.kinds, self.person(by), self.id);
        let (now, limits) = (self.stage.chat.now(), Arc::clone(self.stage.chat.limits()));
        self.stage
            .change(move |tx| rules::react(tx, now, &limits, By::of(&by, kinds), (room, seq), (emoji, on)))
    }

    pub(super) fn pin(&self, by: i64, seq: Seq, on: bool) -> Result<(), Error> {
        let (now, kinds, by, room) = (self.stage.chat.now(), self.kinds, self.person(by), self.id);
        self.stage
            .change(move |tx| rules::pin(tx, now, By::of(&by, kinds), room, seq, on))
    }

    pub(super) fn mark(&self, by: i64, read: Option<Seq>, delivered: Option<Seq>) -> Me {
        let (now, kinds, by, room) = (self.stage.chat.now(), self.kinds, self.person(by), self.id);
        let marked = self
            .stage
            .change(move |tx| rules::mark(tx, now, By::of(&by, kinds), room, read.map(Some), delivered));
        marked.expect("it is marked")
    }

    /// Changes who is in it, as the application does.
    pub(super) fn members(&self, change: rules::MemberChange) {
        let (now, limits, room) = (self.stage.chat.now(), Arc::clone(self.stage.chat.limits()), self.id);
        let altered = self.stage.change(move |tx| {
            let mut room = tx.room(room)?.expect("it stands");
            rules::alter_members(tx, now, &limits, Kinds::ALL, &mut room, std::slice::from_ref(&change))
        });
        altered.expect("the members change");
    }

    /// Changes the room, as the application does.
    pub(super) fn alter(&self, change: rules::RoomChange) {
        let (now, limits, room) = (self.stage.chat.now(), Arc::clone(self.stage.chat.limits()), self.id);
        let altered = self.stage.change(move |tx| {
            let mut room = tx.room(room)?.expect("it stands");
            rules::alter_room(tx, now, &limits, &mut room, &change)
        });
        altered.expect("the room changes");
    }

    pub(super) fn room(&self) -> Room {
        let id = self.id;
        let room = self.stage.look(move |look| Ok(look.room(id)?));
        room.expect("it is read").expect("it stands")
    }

    /// The room in full for somebody.
    pub(super) fn full(&self, by: i64) -> Result<FullRoom, Error> {
        let (kinds, by, room) = (self.kinds, self.person(by), self.id);
        let full = self
            .stage
            .look(move |look| rules::full_room(look, By::of(&by, kinds), room));
        full.map(|(full, _)| full)
    }

    pub(super) fn me(&self, by: i64) -> Me {
        self.full(by).expect("they see it").me.expect("they are in it")
    }

    /// Every message that somebody sees and that is not erased, with what is beside it.
    pub(super) fn seen(&self, by: i64) -> Vec<Message> {
        let mut seen = self.changes(by, None).messages;
        seen.retain(|message| message.erased_at.is_none());
        seen
    }

    /// What has changed for somebody since a cursor, or everything.
    pub(super) fn changes(&self, by: i64, since: Option<Cursor>) -> rules::Changes {
        let (kinds, by, room) = (self.kinds, self.person(by), self.id);
        let from = since.map_or(rules::From::Anew, rules::From::Cursor);
        let told = self
            .stage
            .look(move |look| rules::changes(look, By::of(&by, kinds), room, from, 1_000));
        told.expect("changes are read")
    }

    /// One message as somebody sees it; none where they do not.
    pub(super) fn message(&self, by: i64, seq: Seq) -> Option<Message> {
        self.seen(by).into_iter().find(|message| message.seq == seq)
    }
}

pub(super) fn draft(text: &str, more: More) -> Draft {
    Draft {
        text: text.to_owned(),
        more: (more != More::default()).then(|| Box::new(more)),
        ..Draft::default()
    }
}
