//! Writing: what the rules keep, in SQL.

use crate::rows;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{ERASED_BLOCK, Look, Tx};
use beseda_core::rules::FIRST_OWN_PERSON;
use beseda_core::words::{
    ApiKey, Attachment, Case, Event, FileLook, Group, GroupId, Member, MemberId, Message, MessageId, NewMessage,
    NewPerson, NewRoom, Order, OrderId, PersonId, RefreshToken, Room, RoomId, Scope, Seq, Session, SetupCode,
    StoredFile, Ticket, Time, searched_names,
};
use rusqlite::params;

impl Tx for Transaction<'_> {
    fn put_person(&mut self, new: &NewPerson) -> Result<(), Fault> {
        let person = &new.person;
        let values = params![
            person.id.0,
            person.username,
            person.email,
            person.phone,
            person.first_name,
            person.last_name,
            person.role.word(),
            person.active,
            number(person.signed_out_at),
            searched_names(person),
            new.password_hash,
        ];
        self.write(sql::PEOPLE_PUT, values).map(drop)
    }

    fn remove_password(&mut self, person: PersonId) -> Result<(), Fault> {
        self.write(sql::PEOPLE_REMOVE_PASSWORD, [person.0]).map(drop)
    }

    fn next_own_person(&mut self) -> Result<PersonId, Fault> {
        let first = FIRST_OWN_PERSON.0;
        let next = self.one(sql::PEOPLE_NEXT, [first], |row| row.get(0))?;
        Ok(PersonId(next.unwrap_or(first)))
    }

    fn put_subject(&mut self, issuer: &str, name: &str, person: PersonId) -> Result<(), Fault> {
        self.write(sql::SUBJECTS_PUT, params![issuer, name, person.0]).map(drop)
    }

    fn put_session(&mut self, session: &Session) -> Result<(), Fault> {
        let values = params![
            session.hash,
            session.person.0,
            session.created_at.0,
            session.seen_at.0,
            session.expires_at.0,
        ];
        self.write(sql::SESSIONS_PUT, values).map(drop)
    }

    fn end_session(&mut self, hash: &[u8; 32]) -> Result<(), Fault> {
        self.write(sql::SESSIONS_END, [hash]).map(drop)
    }

    fn end_sessions_of(&mut self, person: PersonId) -> Result<(), Fault> {
        self.write(sql::SESSIONS_END_OF_PERSON, [person.0]).map(drop)
    }

    fn put_refresh_token(&mut self, token: &RefreshToken) -> Result<(), Fault> {
        let values = params![
            token.jti,
            token.family,
            token.person.0,
            token.issued_at.0,
            token.expires_at.0,
            number(token.used_at),
            token.successor,
            number(token.revoked_at),
        ];
        self.write(sql::REFRESH_TOKENS_PUT, values).map(drop)
    }

    fn revoke_family(&mut self, family: &str, now: Time) -> Result<(), Fault> {
        self.write(sql::REFRESH_TOKENS_REVOKE_FAMILY, params![now.0, family])
            .map(drop)
    }

    fn revoke_tokens_of(&mut self, person: PersonId, now: Time) -> Result<(), Fault> {
        self.write(sql::REFRESH_TOKENS_REVOKE_OF_PERSON, [now.0, person.0])
            .map(drop)
    }

    fn put_ticket(&mut self, ticket: &Ticket) -> Result<(), Fault> {
        let values = params![ticket.hash, ticket.person.0, ticket.proven_at.0, ticket.expires_at.0];
        self.write(sql::TICKETS_PUT, values).map(drop)
    }

    fn take_ticket(&mut self, hash: &[u8; 32]) -> Result<Option<Ticket>, Fault> {
        self.returning(sql::TICKETS_TAKE, [hash], rows::ticket)
    }

    fn put_api_key(&mut self, key: &ApiKey) -> Result<(), Fault> {
        let scopes: Vec<&str> = key.scopes.iter().copied().map(Scope::word).collect();
        let values = params![
            key.hash,
            key.name,
            scopes.join(" "),
            key.created_at.0,
            number(key.revoked_at)
        ];
        self.write(sql::API_KEYS_PUT, values).map(drop)
    }

    fn put_setup_code(&mut self, code: &SetupCode) -> Result<(), Fault> {
        let values = params![code.hash, code.email, code.expires_at.0, number(code.used_at)];
        self.write(sql::SETUP_CODES_PUT, values).map(drop)
    }

    fn sweep_identity(&mut self, now: Time) -> Result<(), Fault> {
        self.write(sql::SESSIONS_SWEEP, [now.0])?;
        self.write(sql::TICKETS_SWEEP, [now.0])?;
        self.write(sql::REFRESH_TOKENS_SWEEP, [now.0]).map(drop)
    }

    fn put_order(&mut self, order: &Order) -> Result<(), Fault> {
        let person = |person: Option<PersonId>| person.map(|id| id.0);
        let values = params![
            order.id.0,
            order.number,
            person(order.client),
            person(order.expert),
            person(order.operator),
            order.status,
        ];
        self.write(sql::ORDERS_PUT, values).map(drop)
    }

    fn remove_order(&mut self, id: OrderId) -> Result<(), Fault> {
        self.write(sql::ORDERS_REMOVE, [id.0]).map(drop)
    }

    fn put_group(&mut self, group: &Group) -> Result<(), Fault> {
        self.write(
            sql::GROUPS_PUT,
            params![group.id.0, group.name, group.teacher.map(|id| id.0)],
        )?;
        self.write(sql::GROUP_STUDENTS_CLEAR, [group.id.0])?;
        for student in &group.students {
            self.write(sql::GROUP_STUDENTS_PUT, [group.id.0, student.0])?;
        }
        Ok(())
    }

    fn remove_group(&mut self, id: GroupId) -> Result<(), Fault> {
        self.write(sql::GROUP_STUDENTS_CLEAR, [id.0])?;
        self.write(sql::GROUPS_REMOVE, [id.0]).map(drop)
    }

    fn open_room(&mut self, new: &NewRoom) -> Result<(Room, bool), Fault> {
        let values = params![
            new.uuid.as_bytes(),
            new.key,
            new.kind.word(),
            new.order.map(|id| id.0),
            new.group.map(|id| id.0),
            new.title,
            new.now.0,
        ];
        let opened = self.insert(sql::ROOMS_OPEN, values)?.is_some();
        let room = self.room_by_key(&new.key)?;
        let room = room.ok_or_else(|| Fault::Internal("a room is gone while it is opened".to_owned()))?;
        Ok((room, opened))
    }

    fn keep_room(&mut self, room: &Room) -> Result<(), Fault> {
        let order = room.order.map(|id| id.0);
        let values = params![
            room.seq.0,
            room.head.0,
            room.shown.0,
            room.erased,
            room.changed.0,
            room.updated_at.0,
            room.key,
            room.title,
            order,
            room.id.0,
        ];
        if self.write(sql::ROOMS_KEEP_NUMBERS, values)? == 0 {
            self.write(sql::ROOMS_KEEP, values)?;
        }
        Ok(())
    }

    fn put_case(&mut self, case: &Case) -> Result<(), Fault> {
        let values = params![
            case.room.0,
            case.visitor.0,
            case.customer_name,
            case.customer_email,
            case.status.word(),
            case.assigned_to.map(|id| id.0),
        ];
        self.write(sql::CASES_PUT, values).map(drop)
    }

    fn remove_room(&mut self, room: &Room, now: Time) -> Result<(), Fault> {
        let name = room.name_when_removed();
        self.write(sql::ROOMS_REMOVE, params![now.0, name.as_bytes(), room.id.0])
            .map(drop)
    }

    fn join(&mut self, room: RoomId, person: PersonId, granted: bool, now: Time) -> Result<Option<MemberId>, Fault> {
        let member = self.insert(sql::MEMBERS_JOIN, params![room.0, person.0, now.0, granted])?;
        Ok(member.map(MemberId))
    }

    fn leave(&mut self, room: RoomId, person: PersonId) -> Result<bool, Fault> {
        Ok(self.write(sql::MEMBERS_LEAVE, [room.0, person.0])? > 0)
    }

    fn keep_receipt(&mut self, member: &Member) -> Result<(), Fault> {
        let values = params![member.read.0, number(member.read_at), member.skip, member.id.0];
        self.write(sql::MEMBERS_KEEP_RECEIPT, values).map(drop)
    }

    fn skip_own(&mut self, room: RoomId, person: PersonId) -> Result<(), Fault> {
        self.write(sql::MEMBERS_SKIP_OWN, [room.0, person.0]).map(drop)
    }

    fn skip_erased(&mut self, room: RoomId, author: Option<PersonId>, seq: Seq) -> Result<(), Fault> {
        let values = params![room.0, author.map(|id| id.0), seq.0];
        self.write(sql::MEMBERS_SKIP_ERASED, values).map(drop)
    }

    fn reserve_file(&mut self, look: &FileLook, now: Time) -> Result<StoredFile, Fault> {
        self.reserve(look, now)
    }

    fn doom_files(&mut self, before: Time) -> Result<Vec<String>, Fault> {
        self.write(sql::FILES_DOOM, [before.0])?;
        self.all(sql::FILES_DOOMED, [], |row| row.get(0))
    }

    fn forget_file(&mut self, name: &str) -> Result<(), Fault> {
        self.write(sql::FILES_FORGET, [name]).map(drop)
    }

    fn insert_message(&mut self, new: &NewMessage) -> Result<Option<MessageId>, Fault> {
        let files = i64::try_from(new.files.len()).unwrap_or(i64::MAX);
        let Some(sender) = new.sender else {
            let values = params![
                new.room.0,
                new.seq.0,
                new.client_id,
                new.text,
                new.created_at.0,
                new.head.0,
                files,
            ];
            return self.insert_with_files(sql::MESSAGES_INSERT_SYSTEM, values, new);
        };
        let values = params![
            new.room.0,
            new.seq.0,
            sender.0,
            new.client_id,
            new.text,
            new.created_at.0,
            new.head.0,
            files,
        ];
        self.insert_with_files(sql::MESSAGES_INSERT, values, new)
    }

    fn attachments(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Attachment>, Fault> {
        self.attachments_of(room, seq)
    }

    fn keep_message(&mut self, message: &Message) -> Result<(), Fault> {
        if message.erased_at.is_some() {
            self.write(sql::ERASED_BLOCKS_COUNT, [ERASED_BLOCK, message.room.0, message.seq.0])?;
            self.write(sql::ATTACHMENTS_CLEAR, [message.room.0, message.seq.0])?;
        }
        let values = params![
            message.text,
            number(message.edited_at),
            number(message.erased_at),
            message.changed.0,
            message.room.0,
            message.seq.0,
        ];
        self.write(sql::MESSAGES_KEEP, values).map(drop)
    }

    fn announce(&mut self, event: Event) {
        self.push_event(event);
    }

    fn announce_person(&mut self, person: PersonId) {
        self.push_person(person);
    }
}

fn number(time: Option<Time>) -> Option<i64> {
    time.map(|time| time.0)
}
