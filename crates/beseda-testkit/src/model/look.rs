//! Reading the model.

use super::Run;
use super::kept::{Kept, Line};
use beseda_core::error::Fault;
use beseda_core::ports::{ERASED_BLOCK, Look};
use beseda_core::words::{
    Account, ApiKey, Case, Group, GroupId, Head, Kinds, Member, Message, MessageId, Order, OrderId, Person, PersonId,
    Place, PlacedAttachment, RefreshToken, Role, Room, RoomId, RoomView, Seq, Session, SetupCode, search_form,
    searched_names,
};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A count of rows as the ports give it; a negative one is none.
fn rows(count: i64) -> usize {
    usize::try_from(count.max(0)).unwrap_or(usize::MAX)
}

fn counted(rows: impl Iterator) -> i64 {
    i64::try_from(rows.count()).unwrap_or(i64::MAX)
}

impl Kept {
    fn account(&self, identifier: &str) -> Option<&Account> {
        // An empty name is no name.
        let found = |is: fn(&Person, &str) -> bool| {
            self.people
                .values()
                .find(|account| !identifier.is_empty() && is(&account.person, identifier))
        };
        found(|person, name| person.username == name)
            .or_else(|| found(|person, name| person.email.eq_ignore_ascii_case(name)))
            .or_else(|| found(|person, name| person.phone == name))
    }

    fn members_with_people(&self, room: RoomId) -> Vec<(Member, Person)> {
        self.members_of(room)
            .filter_map(|m| Some((m.clone(), self.person(m.person)?.clone())))
            .collect()
    }

    fn others_mark(&self, room: RoomId, person: PersonId) -> Seq {
        self.members_of(room)
            .filter(|m| m.person != person)
            .map(|m| m.read)
            .max()
            .unwrap_or_default()
    }

    fn last_shown(&self, room: RoomId) -> Option<Message> {
        let last = self.lines(room).rfind(|line| !line.is_erased());
        last.map(|line| self.shown(line))
    }

    fn search(&self, text: &str, limit: i64, among: impl Fn(&Person) -> bool) -> Vec<Person> {
        let text = search_form(text);
        let wanted = |person: &&Person| person.active && among(person) && searched_names(person).contains(&text);
        let people = self.people.values().map(|account| &account.person);
        let mut found: Vec<&Person> = people.filter(wanted).collect();
        found.sort_by_key(|person| (&person.last_name, &person.first_name, person.id));
        found.into_iter().take(rows(limit)).cloned().collect()
    }
}

impl Look for Run {
    fn person(&mut self, id: PersonId) -> Result<Option<Person>, Fault> {
        Ok(self.kept.person(id).cloned())
    }

    fn account(&mut self, identifier: &str) -> Result<Option<Account>, Fault> {
        Ok(self.kept.account(identifier).cloned())
    }

    fn name_taken(&mut self, person: &Person) -> Result<Option<&'static str>, Fault> {
        let others = || {
            let others = self.kept.people.values().map(|account| &account.person);
            others.filter(|other| other.id != person.id)
        };
        // A name that somebody logs in by is theirs, as whatever they have it: or another could stand in its way.
        let taken = |name: &str| {
            let is_known = |other: &Person| {
                other.username == name || other.phone == name || other.email.eq_ignore_ascii_case(name)
            };
            !name.is_empty() && others().any(is_known)
        };
        Ok(if taken(&person.username) {
            Some("username")
        } else if taken(&person.email) {
            Some("email")
        } else if taken(&person.phone) {
            Some("phone")
        } else {
            None
        })
    }

    fn account_of(&mut self, id: PersonId) -> Result<Option<Account>, Fault> {
        Ok(self.kept.people.get(&id).cloned())
    }

    fn subject(&mut self, issuer: &str, name: &str) -> Result<Option<PersonId>, Fault> {
        let subject = (issuer.to_owned(), name.to_owned());
        Ok(self.kept.subjects.get(&subject).copied())
    }

    fn search_by_role(&mut self, text: &str, roles: [Role; 2], limit: i64) -> Result<Vec<Person>, Fault> {
        Ok(self.kept.search(text, limit, |person| roles.contains(&person.role)))
    }

    fn search_classmates(&mut self, text: &str, person: PersonId, limit: i64) -> Result<Vec<Person>, Fault> {
        let groups = self.kept.groups.values();
        let own: Vec<&Group> = groups.filter(|group| group.students.contains(&person)).collect();
        let is_of = |group: &&Group, id| group.teacher == Some(id) || group.students.contains(&id);
        Ok(self
            .kept
            .search(text, limit, |person| own.iter().any(|group| is_of(group, person.id))))
    }

    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<Session>, Fault> {
        Ok(self.kept.sessions.get(hash).cloned())
    }

    fn refresh_token(&mut self, jti: &str) -> Result<Option<RefreshToken>, Fault> {
        Ok(self.kept.refresh_tokens.get(jti).cloned())
    }

    fn api_key(&mut self, hash: &[u8; 32]) -> Result<Option<ApiKey>, Fault> {
        Ok(self.kept.api_keys.get(hash).cloned())
    }

    fn api_keys(&mut self) -> Result<Vec<ApiKey>, Fault> {
        let mut keys: Vec<ApiKey> = self.kept.api_keys.values().cloned().collect();
        keys.sort_by(|one, other| (one.created_at, &one.name).cmp(&(other.created_at, &other.name)));
        Ok(keys)
    }

    fn setup_code(&mut self, hash: &[u8; 32]) -> Result<Option<SetupCode>, Fault> {
        Ok(self.kept.setup_codes.get(hash).cloned())
    }

    fn had_setup_codes(&mut self) -> Result<bool, Fault> {
        Ok(!self.kept.setup_codes.is_empty())
    }

    fn order(&mut self, id: OrderId) -> Result<Option<Order>, Fault> {
        Ok(self.kept.orders.get(&id).cloned())
    }

    fn group(&mut self, id: GroupId) -> Result<Option<Group>, Fault> {
        Ok(self.kept.groups.get(&id).cloned())
    }

    fn groups_of(&mut self, person: PersonId) -> Result<Vec<Group>, Fault> {
        let is_of = |group: &&Group| group.teacher == Some(person) || group.students.contains(&person);
        let mut groups: Vec<Group> = self.kept.groups.values().filter(is_of).cloned().collect();
        groups.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        Ok(groups)
    }

    fn share_group(&mut self, one: PersonId, other: PersonId) -> Result<bool, Fault> {
        let attend = |group: &Group| group.students.contains(&one) && group.students.contains(&other);
        Ok(self.kept.groups.values().any(attend))
    }

    fn room(&mut self, id: RoomId) -> Result<Option<Room>, Fault> {
        Ok(self.kept.rooms.get(&id).cloned())
    }

    fn room_by_key(&mut self, key: &str) -> Result<Option<Room>, Fault> {
        Ok(self.kept.room_by_key(key).cloned())
    }

    fn room_by_uuid(&mut self, uuid: Uuid) -> Result<Option<Room>, Fault> {
        Ok(self.kept.rooms.values().find(|room| room.uuid == uuid).cloned())
    }

    fn rooms_of_group(&mut self, group: GroupId) -> Result<Vec<Room>, Fault> {
        let rooms = self.kept.rooms.values();
        Ok(rooms.filter(|room| room.group == Some(group)).cloned().collect())
    }

    fn place(&mut self, room: RoomId, person: PersonId) -> Result<Option<Place>, Fault> {
        let member = self.kept.member(room, person).cloned();
        Ok(self.kept.rooms.get(&room).map(|room| Place {
            room: room.clone(),
            member,
        }))
    }

    fn members(&mut self, room: RoomId) -> Result<Vec<(Member, Person)>, Fault> {
        Ok(self.kept.members_with_people(room))
    }

    fn others_mark(&mut self, room: RoomId, person: PersonId) -> Result<Seq, Fault> {
        Ok(self.kept.others_mark(room, person))
    }

    fn places(&mut self, person: PersonId, kinds: Kinds) -> Result<Vec<Place>, Fault> {
        let place = |room: &Room| Place {
            room: room.clone(),
            member: self.kept.member(room.id, person).cloned(),
        };
        Ok(self.kept.rooms_of(person, kinds).map(place).collect())
    }

    fn count_rooms(&mut self, person: PersonId, kinds: Kinds) -> Result<i64, Fault> {
        Ok(counted(self.kept.rooms_of(person, kinds)))
    }

    fn rooms(&mut self, person: PersonId, kinds: Kinds, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        let mut rooms: Vec<&Room> = self.kept.rooms_of(person, kinds).collect();
        rooms.sort_by_key(|room| Reverse((room.updated_at, room.id)));
        let view = |room: &Room| RoomView {
            room: room.clone(),
            members: self.kept.members_with_people(room.id),
            last: self.kept.last_shown(room.id),
            case: None,
        };
        let page = rooms.into_iter().skip(rows(offset)).take(rows(limit));
        Ok(page.map(view).collect())
    }

    fn case(&mut self, room: RoomId) -> Result<Option<Case>, Fault> {
        let case = self.kept.cases.get(&room);
        Ok(case.filter(|_| self.kept.rooms.contains_key(&room)).cloned())
    }

    fn count_cases(&mut self) -> Result<i64, Fault> {
        Ok(counted(self.kept.desk()))
    }

    fn cases(&mut self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        let mut desk: Vec<(&Room, &Case)> = self.kept.desk().collect();
        desk.sort_by_key(|(room, _)| Reverse((room.updated_at, room.id)));
        let view = |(room, case): (&Room, &Case)| RoomView {
            room: room.clone(),
            members: Vec::new(),
            last: self.kept.last_shown(room.id),
            case: Some(case.clone()),
        };
        Ok(desk
            .into_iter()
            .skip(rows(offset))
            .take(rows(limit))
            .map(view)
            .collect())
    }

    fn message(&mut self, id: MessageId) -> Result<Option<Message>, Fault> {
        Ok(self.kept.line(id).map(|line| self.kept.shown(line)))
    }

    fn message_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<Message>, Fault> {
        let line = self
            .kept
            .messages
            .get(&(room, seq))
            .filter(|_| self.kept.rooms.contains_key(&room));
        Ok(line.map(|line| self.kept.shown(line)))
    }

    fn message_by_client_id(
        &mut self,
        room: RoomId,
        sender: Option<PersonId>,
        client_id: &str,
    ) -> Result<Option<Message>, Fault> {
        let first = self
            .kept
            .lines(room)
            .find(|line| line.sender == sender && line.message.client_id.as_deref() == Some(client_id));
        Ok(first.map(|line| self.kept.shown(line)))
    }

    fn messages_before(&mut self, room: RoomId, before: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let newest_first = self
            .kept
            .lines(room)
            .rev()
            .filter(|line| line.message.seq < before && !line.is_erased());
        let mut messages: Vec<Message> = newest_first
            .take(rows(limit))
            .map(|line| self.kept.shown(line))
            .collect();
        messages.reverse();
        Ok(messages)
    }

    fn messages_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let lines = self
            .kept
            .lines(room)
            .filter(|line| line.message.seq > after && !line.is_erased());
        Ok(lines.take(rows(limit)).map(|line| self.kept.shown(line)).collect())
    }

    fn untouched_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let untouched = |message: &Message| message.seq > after && message.changed == message.sent;
        let lines = self.kept.lines(room).filter(|line| untouched(&line.message));
        Ok(lines.take(rows(limit)).map(|line| self.kept.shown(line)).collect())
    }

    fn touched_after(&mut self, room: RoomId, after: Head, limit: i64) -> Result<Vec<Message>, Fault> {
        let touched = |message: &Message| message.changed > after && message.changed != message.sent;
        let mut lines: Vec<&Line> = self.kept.lines(room).filter(|line| touched(&line.message)).collect();
        lines.sort_by_key(|line| line.message.changed);
        Ok(lines
            .into_iter()
            .take(rows(limit))
            .map(|line| self.kept.shown(line))
            .collect())
    }

    fn erased_by_block(&mut self, room: RoomId) -> Result<Vec<(i64, i64)>, Fault> {
        let mut blocks: BTreeMap<i64, i64> = BTreeMap::new();
        for line in self.kept.lines(room).filter(|line| line.is_erased()) {
            *blocks.entry((line.message.seq.0 - 1) / ERASED_BLOCK).or_default() += 1;
        }
        Ok(blocks.into_iter().collect())
    }

    fn erased_between(&mut self, room: RoomId, from: Seq, to: Seq) -> Result<Vec<Seq>, Fault> {
        let erased = self
            .kept
            .lines(room)
            .filter(|line| line.is_erased())
            .map(|line| line.message.seq);
        Ok(erased.filter(|seq| (from..=to).contains(seq)).collect())
    }

    fn count_skipped(&mut self, room: RoomId, person: PersonId, after: Seq) -> Result<i64, Fault> {
        let skipped = |line: &&Line| line.message.seq > after && (line.is_erased() || line.sender == Some(person));
        Ok(counted(self.kept.lines(room).filter(skipped)))
    }

    fn shown_before(&mut self, room: RoomId, before: Seq) -> Result<Seq, Fault> {
        let shown = self
            .kept
            .lines(room)
            .rfind(|line| line.message.seq < before && !line.is_erased());
        Ok(shown.map(|line| line.message.seq).unwrap_or_default())
    }

    fn attachment(&mut self, id: i64) -> Result<Option<PlacedAttachment>, Fault> {
        let messages = self.kept.messages.values().map(|line| &line.message);
        let mut standing = messages.filter(|message| self.kept.rooms.contains_key(&message.room));
        Ok(standing.find_map(|message| {
            let attachment = message.attachments.iter().find(|attachment| attachment.id == id)?;
            Some(PlacedAttachment {
                room: message.room,
                message: message.id,
                attachment: attachment.clone(),
            })
        }))
    }

    fn knows_file(&mut self, name: &str) -> Result<bool, Fault> {
        Ok(self.kept.files.values().any(|kept| kept.file.name == name))
    }

    fn id_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<MessageId>, Fault> {
        Ok(self.message_at(room, seq)?.map(|message| message.id))
    }
}
