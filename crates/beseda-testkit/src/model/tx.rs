//! Writing the model. What a rule must never do (an unknown room, a number given twice) is a fault here, so that a
//! wrong rule fails in its tests whatever store it later runs on.

use super::Run;
use super::kept::{Kept, Line};
use beseda_core::error::Fault;
use beseda_core::ports::Tx;
use beseda_core::rules::FIRST_OWN_PERSON;
use beseda_core::words::{
    Account, ApiKey, Attachment, Case, Event, FileLook, Group, GroupId, Head, Member, MemberId, Message, MessageId,
    NewMessage, NewPerson, NewRoom, Order, OrderId, Person, PersonId, RefreshToken, Room, RoomId, Seq, Session,
    SetupCode, StoredFile, Ticket, Time,
};
use std::sync::Arc;

pub(super) fn wrong(what: impl Into<String>) -> Fault {
    Fault::Store(what.into())
}

/// Whether two people would be found by one name.
fn share_a_name(one: &Person, other: &Person) -> bool {
    let same = |one: &str, other: &str| !one.is_empty() && one == other;
    same(&one.username, &other.username)
        || same(&one.phone, &other.phone)
        || same(&one.email.to_ascii_lowercase(), &other.email.to_ascii_lowercase())
}

impl Run {
    /// What is kept, to be written to: a copy of its own from the first write on.
    pub(super) fn kept(&mut self) -> &mut Kept {
        Arc::make_mut(&mut self.kept)
    }

    fn known(&self, person: PersonId) -> Result<(), Fault> {
        self.kept
            .person(person)
            .map(drop)
            .ok_or_else(|| wrong(format!("person {person} is unknown")))
    }

    /// Ends the refresh tokens that are meant; one that was ended before keeps its time.
    fn revoke(&mut self, now: Time, is_meant: impl Fn(&RefreshToken) -> bool) {
        let tokens = self.kept().refresh_tokens.values_mut();
        for token in tokens.filter(|token| is_meant(token)) {
            token.revoked_at = token.revoked_at.or(Some(now));
        }
    }

    /// Changes the member, if there is one.
    fn change_member(&mut self, room: RoomId, person: PersonId, change: impl FnOnce(&mut Member)) {
        let id = self.kept.member(room, person).map(|member| member.id);
        if let Some(member) = id.and_then(|id| self.kept().members.get_mut(&id)) {
            change(member);
        }
    }
}

impl Tx for Run {
    fn put_person(&mut self, person: &NewPerson) -> Result<(), Fault> {
        let NewPerson { person, password_hash } = person.clone();
        let namesake = |other: &Person| other.id != person.id && share_a_name(other, &person);
        if self.kept.people.values().any(|account| namesake(&account.person)) {
            return Err(wrong(format!("a name of person {} is taken", person.id)));
        }
        let before = self
            .kept
            .people
            .get(&person.id)
            .and_then(|account| account.password_hash.clone());
        let account = Account {
            password_hash: password_hash.or(before),
            person,
        };
        self.kept().people.insert(account.person.id, account);
        Ok(())
    }

    fn remove_password(&mut self, person: PersonId) -> Result<(), Fault> {
        if let Some(account) = self.kept().people.get_mut(&person) {
            account.password_hash = None;
        }
        Ok(())
    }

    fn next_own_person(&mut self) -> Result<PersonId, Fault> {
        let newest = self.kept.people.range(FIRST_OWN_PERSON..).next_back();
        Ok(newest.map_or(FIRST_OWN_PERSON, |(id, _)| PersonId(id.0 + 1)))
    }

    fn put_subject(&mut self, issuer: &str, name: &str, person: PersonId) -> Result<(), Fault> {
        self.known(person)?;
        let subject = (issuer.to_owned(), name.to_owned());
        self.kept().subjects.insert(subject, person);
        Ok(())
    }

    fn put_session(&mut self, session: &Session) -> Result<(), Fault> {
        self.known(session.person)?;
        self.kept().sessions.insert(session.hash, session.clone());
        Ok(())
    }

    fn end_session(&mut self, hash: &[u8; 32]) -> Result<(), Fault> {
        self.kept().sessions.remove(hash);
        Ok(())
    }

    fn end_sessions_of(&mut self, person: PersonId) -> Result<(), Fault> {
        self.kept().sessions.retain(|_, session| session.person != person);
        Ok(())
    }

    fn put_refresh_token(&mut self, token: &RefreshToken) -> Result<(), Fault> {
        self.known(token.person)?;
        self.kept().refresh_tokens.insert(token.jti.clone(), token.clone());
        Ok(())
    }

    fn revoke_family(&mut self, family: &str, now: Time) -> Result<(), Fault> {
        self.revoke(now, |token| token.family == family);
        Ok(())
    }

    fn revoke_tokens_of(&mut self, person: PersonId, now: Time) -> Result<(), Fault> {
        self.revoke(now, |token| token.person == person);
        Ok(())
    }

    fn put_ticket(&mut self, ticket: &Ticket) -> Result<(), Fault> {
        self.known(ticket.person)?;
        match self.kept().tickets.insert(ticket.hash, ticket.clone()) {
            Some(_) => Err(wrong("a ticket was given twice")),
            None => Ok(()),
        }
    }

    fn take_ticket(&mut self, hash: &[u8; 32]) -> Result<Option<Ticket>, Fault> {
        Ok(self.kept().tickets.remove(hash))
    }

    fn put_api_key(&mut self, key: &ApiKey) -> Result<(), Fault> {
        let stands = |other: &ApiKey| other.hash != key.hash && other.name == key.name && other.revoked_at.is_none();
        if key.revoked_at.is_none() && self.kept.api_keys.values().any(stands) {
            return Err(wrong(format!("an API key is called {} already", key.name)));
        }
        let kept = self.kept().api_keys.entry(key.hash).or_insert_with(|| key.clone());
        kept.revoked_at = key.revoked_at;
        Ok(())
    }

    fn put_setup_code(&mut self, code: &SetupCode) -> Result<(), Fault> {
        let kept = self.kept().setup_codes.entry(code.hash).or_insert_with(|| code.clone());
        kept.used_at = code.used_at;
        Ok(())
    }

    fn sweep_identity(&mut self, now: Time) -> Result<(), Fault> {
        let kept = self.kept();
        kept.sessions.retain(|_, session| session.expires_at >= now);
        kept.refresh_tokens.retain(|_, token| token.expires_at >= now);
        kept.tickets.retain(|_, ticket| ticket.expires_at >= now);
        Ok(())
    }

    fn put_order(&mut self, order: &Order) -> Result<(), Fault> {
        for person in order.people() {
            self.known(person)?;
        }
        self.kept().orders.insert(order.id, order.clone());
        Ok(())
    }

    fn remove_order(&mut self, id: OrderId) -> Result<(), Fault> {
        self.kept().orders.remove(&id);
        Ok(())
    }

    fn put_group(&mut self, group: &Group) -> Result<(), Fault> {
        for &person in group.teacher.iter().chain(&group.students) {
            self.known(person)?;
        }
        let mut group = group.clone();
        group.students.sort_unstable();
        group.students.dedup();
        self.kept().groups.insert(group.id, group);
        Ok(())
    }

    fn remove_group(&mut self, id: GroupId) -> Result<(), Fault> {
        self.kept().groups.remove(&id);
        Ok(())
    }

    fn open_room(&mut self, new: &NewRoom) -> Result<(Room, bool), Fault> {
        if let Some(standing) = self.kept.room_by_key(&new.key) {
            return Ok((standing.clone(), false));
        }
        let room = Room {
            id: RoomId(self.kept.last_room.0 + 1),
            uuid: new.uuid,
            key: new.key.clone(),
            kind: new.kind,
            order: new.order,
            group: new.group,
            title: new.title.clone(),
            seq: Seq(0),
            head: Head(0),
            shown: Seq(0),
            erased: 0,
            changed: Head(0),
            created_at: new.now,
            updated_at: new.now,
        };
        let kept = self.kept();
        kept.last_room = room.id;
        kept.rooms.insert(room.id, room.clone());
        Ok((room, true))
    }

    fn keep_room(&mut self, room: &Room) -> Result<(), Fault> {
        if self
            .kept
            .room_by_key(&room.key)
            .is_some_and(|other| other.id != room.id)
        {
            return Err(wrong(format!("the key {} is taken", room.key)));
        }
        let rooms = &mut self.kept().rooms;
        let standing = rooms
            .get_mut(&room.id)
            .ok_or_else(|| wrong(format!("no room {}", room.id)))?;
        *standing = Room {
            uuid: standing.uuid,
            kind: standing.kind,
            group: standing.group,
            created_at: standing.created_at,
            ..room.clone()
        };
        Ok(())
    }

    fn put_case(&mut self, case: &Case) -> Result<(), Fault> {
        for person in [Some(case.visitor), case.assigned_to].into_iter().flatten() {
            self.known(person)?;
        }
        if case.room > self.kept.last_room {
            return Err(wrong(format!("no room {}", case.room)));
        }
        self.kept().cases.insert(case.room, case.clone());
        Ok(())
    }

    fn remove_room(&mut self, room: &Room, _now: Time) -> Result<(), Fault> {
        self.kept().rooms.remove(&room.id);
        Ok(())
    }

    fn join(&mut self, room: RoomId, person: PersonId, granted: bool, now: Time) -> Result<Option<MemberId>, Fault> {
        self.known(person)?;
        if !self.kept.rooms.contains_key(&room) {
            return Err(wrong(format!("no room {room}")));
        }
        if self.kept.member(room, person).is_some() {
            return Ok(None);
        }
        let kept = self.kept();
        let id = MemberId(kept.last_member.0 + 1);
        kept.last_member = id;
        kept.members.insert(
            id,
            Member {
                id,
                room,
                person,
                read: Seq(0),
                read_at: None,
                skip: 0,
                joined_at: now,
                granted,
            },
        );
        Ok(Some(id))
    }

    fn leave(&mut self, room: RoomId, person: PersonId) -> Result<bool, Fault> {
        let id = self.kept.member(room, person).map(|member| member.id);
        Ok(id.is_some_and(|id| self.kept().members.remove(&id).is_some()))
    }

    fn keep_receipt(&mut self, member: &Member) -> Result<(), Fault> {
        let Member {
            read, read_at, skip, ..
        } = *member;
        self.change_member(member.room, member.person, |kept| {
            *kept = Member {
                read,
                read_at,
                skip,
                ..kept.clone()
            }
        });
        Ok(())
    }

    fn skip_own(&mut self, room: RoomId, person: PersonId) -> Result<(), Fault> {
        self.change_member(room, person, |member| member.skip += 1);
        Ok(())
    }

    fn skip_erased(&mut self, room: RoomId, author: Option<PersonId>, seq: Seq) -> Result<(), Fault> {
        let counts = |member: &&mut Member| member.room == room && Some(member.person) != author && member.read < seq;
        for member in self.kept().members.values_mut().filter(counts) {
            member.skip += 1;
        }
        Ok(())
    }

    fn reserve_file(&mut self, look: &FileLook, now: Time) -> Result<StoredFile, Fault> {
        Ok(self.kept().reserve_file(look, now))
    }

    fn doom_files(&mut self, before: Time) -> Result<Vec<String>, Fault> {
        Ok(self.kept().doom_files(before))
    }

    fn forget_file(&mut self, name: &str) -> Result<(), Fault> {
        self.kept()
            .files
            .retain(|_, kept| !(kept.doomed && kept.file.name == name));
        Ok(())
    }

    fn insert_message(&mut self, new: &NewMessage) -> Result<Option<MessageId>, Fault> {
        let taken = |line: &Line| line.message.client_id == new.client_id && line.sender == new.sender;
        if new.client_id.is_some() && self.kept.lines(new.room).any(taken) {
            return Ok(None);
        }
        if let Some(sender) = new.sender {
            self.known(sender)?;
        }
        let newest = self
            .kept
            .lines(new.room)
            .next_back()
            .map_or(Seq(0), |line| line.message.seq);
        if !self.kept.rooms.contains_key(&new.room) || new.seq != newest.next() {
            return Err(wrong(format!(
                "room {} cannot have message {} after {newest}",
                new.room, new.seq
            )));
        }
        let attachments = self.kept().attach(&new.files)?;
        let id = MessageId(self.kept.last_message.0 + 1);
        let message = Message {
            id,
            room: new.room,
            seq: new.seq,
            author: None,
            client_id: new.client_id.clone(),
            text: new.text.clone(),
            attachments,
            created_at: new.created_at,
            edited_at: None,
            erased_at: None,
            sent: new.head,
            changed: new.head,
        };
        let line = Line {
            message,
            sender: new.sender,
        };
        let kept = self.kept();
        kept.last_message = id;
        kept.messages.insert((new.room, new.seq), Arc::new(line));
        Ok(Some(id))
    }

    fn attachments(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Attachment>, Fault> {
        let line = self.kept.messages.get(&(room, seq));
        Ok(line.map(|line| line.message.attachments.clone()).unwrap_or_default())
    }

    fn keep_message(&mut self, message: &Message) -> Result<(), Fault> {
        let line = self
            .kept()
            .messages
            .get_mut(&(message.room, message.seq))
            .map(Arc::make_mut);
        let kept = &mut line.ok_or_else(|| wrong(format!("no message {}", message.id)))?.message;
        kept.text.clone_from(&message.text);
        kept.edited_at = message.edited_at;
        kept.erased_at = message.erased_at;
        kept.changed = message.changed;
        if message.erased_at.is_some() {
            kept.attachments.clear();
        }
        Ok(())
    }

    fn announce(&mut self, event: Event) {
        self.events.push(event);
    }

    fn announce_person(&mut self, person: PersonId) {
        if !self.people.contains(&person) {
            self.people.push(person);
        }
    }
}
