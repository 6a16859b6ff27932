//! Rows under numbers that are given, and whose a number is already.

use crate::engine::values;
use crate::rows::{self, ROOM, json_list};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookImports, TxImports, TxRooms, TxUpdates};
use beseda_core::words::{
    Member, MemberId, MessageId, NewMember, NewMessage, NewRoom, PersonId, Room, RoomId, Seq, StandingMessage,
    StandingRoom, Time,
};
use std::collections::BTreeMap;

impl LookImports for Transaction<'_> {
    fn standing_rooms(&mut self, ids: &[RoomId]) -> Result<Vec<StandingRoom>, Fault> {
        self.all(sql::IMPORTS_ROOMS, values![&json_list(ids)], |row| {
            Ok(StandingRoom {
                room: rows::room(row, 0)?,
                removed: row.get(ROOM)?,
                last: row.get::<Option<i64>>(ROOM + 1)?.map(MessageId),
            })
        })
    }

    fn standing_messages(&mut self, first: MessageId, last: MessageId) -> Result<Vec<StandingMessage>, Fault> {
        self.all(sql::IMPORTS_MESSAGES, values![first.0, last.0], |row| {
            Ok(StandingMessage {
                id: MessageId(row.get(0)?),
                room: RoomId(row.get(1)?),
                sender: row.get::<Option<i64>>(2)?.map(PersonId),
                created_at: Time(row.get(3)?),
            })
        })
    }

    fn last_until(&mut self, room: RoomId, until: Time) -> Result<Seq, Fault> {
        let seq = self.one(sql::IMPORTS_LAST_UNTIL, values![room.0, until.0], |row| row.get(0))?;
        Ok(Seq(seq.unwrap_or(0)))
    }
}

impl TxImports for Transaction<'_> {
    fn nobody_serves(&mut self) -> Result<bool, Fault> {
        let alone = self.one(sql::IMPORTS_ALONE, values![], |row| row.get(0))?;
        Ok(alone.unwrap_or(false))
    }

    fn open_room_as(&mut self, id: RoomId, new: &NewRoom, updated_at: Time) -> Result<(), Fault> {
        let order = self.order_of_key(&new.key)?;
        let values = values![
            id.0,
            &new.uuid,
            &new.key,
            new.kind.word(),
            order,
            &new.title,
            new.now.0,
            updated_at.0,
        ];
        self.write(sql::IMPORTS_OPEN_ROOM, values)?;
        self.room_updated(id, updated_at)
    }

    fn join_as(&mut self, id: Option<MemberId>, new: &NewMember) -> Result<Option<Member>, Fault> {
        let Some(id) = id else {
            return self.join(new);
        };
        let values = values![
            id.0,
            new.room.0,
            new.person.0,
            new.now.0,
            new.granted,
            new.head.0,
            new.role.word()
        ];
        let member = self.returning(sql::IMPORTS_JOIN, values, |row| rows::member(row, 0))?;
        if let Some(member) = &member {
            self.has_joined(member)?;
        }
        Ok(member)
    }

    fn insert_messages_as(&mut self, messages: &[(MessageId, NewMessage)], rooms: &[Room]) -> Result<(), Fault> {
        self.write(sql::IMPORTS_KEEP_MESSAGES, values![&message_rows(messages)?])?;
        if let Some((first, _)) = messages.iter().min_by_key(|(id, _)| *id) {
            self.index_from(*first)?;
        }
        let newest: BTreeMap<RoomId, MessageId> = messages.iter().map(|(id, new)| (new.room, *id)).collect();
        let rooms = rooms.iter().filter_map(|room| Some((room, newest.get(&room.id)?)));
        let rooms = rooms.map(|(room, newest)| {
            let ahead = room
                .ahead
                .map_or_else(|| "null".to_owned(), |ahead| ahead.0.to_string());
            let numbers = [room.id.0, room.seq.0, room.head.0, room.updated_at.0, newest.0];
            json_list(numbers.map(|number| number.to_string()).into_iter().chain([ahead]))
        });
        self.write(sql::IMPORTS_MOVE_ON, values![&json_list(rooms)])?;
        let sent = sent_by_each(messages);
        let sent = sent
            .iter()
            .map(|((room, sender), count)| json_list([room.0, sender.0, *count]));
        self.write(sql::IMPORTS_SKIP_OWN, values![&json_list(sent)])?;
        messages.iter().try_for_each(|(_, new)| self.hang_up(new))
    }

    fn draw_above(&mut self) -> Result<(), Fault> {
        self.one(sql::IMPORTS_DRAW_ABOVE, values![], |_| Ok(())).map(drop)
    }
}

/// The messages as the statement takes them, which knows the columns by their places.
fn message_rows(messages: &[(MessageId, NewMessage)]) -> Result<String, Fault> {
    let row = |(id, new): &(MessageId, NewMessage)| {
        let sender = new.sender.map(|sender| sender.0);
        let (text, files) = (new.text.clone(), new.files.len());
        (
            new.room.0,
            new.seq.0,
            id.0,
            sender,
            text,
            new.created_at.0,
            new.head.0,
            files,
        )
    };
    let rows: Vec<_> = messages.iter().map(row).collect();
    serde_json::to_string(&rows).map_err(|error| Fault::Internal(error.to_string()))
}

/// How many of the messages each has sent into each room.
fn sent_by_each(messages: &[(MessageId, NewMessage)]) -> BTreeMap<(RoomId, PersonId), i64> {
    let mut sent = BTreeMap::new();
    for (_, new) in messages {
        if let Some(sender) = new.sender {
            *sent.entry((new.room, sender)).or_insert(0) += 1;
        }
    }
    sent
}
