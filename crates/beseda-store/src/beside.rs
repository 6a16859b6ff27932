//! What messages have beside their text.

use crate::engine::{Row, values};
use crate::rows::{self, json_list, number};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookBeside, TxBeside};
use beseda_core::words::{Extra, Head, Kept, Message, Named, PersonId, Pinned, Reaction, RoomId, Seq, Time, Version};

impl LookBeside for Transaction<'_> {
    fn kept(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, Kept)>, Fault> {
        self.all(sql::EXTRAS_OF_MESSAGES, values![&numbers(seqs), room.0], |row| {
            Ok((Seq(row.get(0)?), kept(row)?))
        })
    }

    fn reactions(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, Reaction)>, Fault> {
        self.all(sql::REACTIONS_OF_MESSAGES, values![&numbers(seqs), room.0], |row| {
            let reaction = Reaction {
                emoji: row.get(1)?,
                person: rows::named(row, 2)?,
            };
            Ok((Seq(row.get(0)?), reaction))
        })
    }

    fn mentions(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, Named)>, Fault> {
        self.all(sql::MENTIONS_OF_MESSAGES, values![&numbers(seqs), room.0], |row| {
            Ok((Seq(row.get(0)?), rows::named(row, 1)?))
        })
    }

    fn readers_of(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, PersonId)>, Fault> {
        self.all(sql::READERS_OF_MESSAGES, values![&numbers(seqs), room.0], |row| {
            Ok((Seq(row.get(0)?), PersonId(row.get(1)?)))
        })
    }

    fn messages_at(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<Message>, Fault> {
        self.messages(sql::MESSAGES_SOME, values![&numbers(seqs), room.0])
    }

    fn hidden_from(&mut self, room: RoomId, person: PersonId) -> Result<Vec<Seq>, Fault> {
        self.all(sql::MESSAGES_HIDDEN_FROM, values![room.0, person.0], |row| {
            row.get(0).map(Seq)
        })
    }

    fn versions(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Version>, Fault> {
        self.all(sql::VERSIONS_OF_MESSAGE, values![room.0, seq.0], |row| {
            Ok(Version {
                text: row.get(0)?,
                at: Time(row.get(1)?),
                by: None,
            })
        })
    }

    fn answers_to(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Seq>, Fault> {
        self.all(sql::EXTRAS_ANSWERS, values![room.0, seq.0], |row| row.get(0).map(Seq))
    }

    fn reactions_by(
        &mut self,
        person: PersonId,
        after: (RoomId, Seq, &str),
        limit: i64,
    ) -> Result<Vec<(RoomId, Seq, String)>, Fault> {
        let values = values![person.0, after.0.0, after.1.0, after.2, limit];
        self.all(sql::REACTIONS_OF_PERSON, values, |row| {
            Ok((RoomId(row.get(0)?), Seq(row.get(1)?), row.get(2)?))
        })
    }

    fn pinned(&mut self, room: RoomId, after: Option<(Time, Seq)>, limit: i64) -> Result<Vec<(Time, Seq)>, Fault> {
        let (at, seq) = after.unwrap_or((Time(i64::MAX), Seq(i64::MAX)));
        self.all(sql::EXTRAS_PINNED, values![room.0, at.0, seq.0, limit], |row| {
            Ok((Time(row.get(0)?), Seq(row.get(1)?)))
        })
    }

    fn unread_mentions(&mut self, person: PersonId, rooms: &[(RoomId, Seq)]) -> Result<Vec<(RoomId, i64)>, Fault> {
        let behind = json_list(rooms.iter().map(|(room, seq)| json_list([room.0, seq.0])));
        self.all(sql::MENTIONS_UNREAD, values![&behind, person.0], |row| {
            Ok((RoomId(row.get(0)?), row.get(1)?))
        })
    }
}

impl TxBeside for Transaction<'_> {
    fn put_kept(&mut self, room: RoomId, seq: Seq, kept: &Kept) -> Result<(), Fault> {
        let pinned = kept.pinned.as_ref();
        let values = values![
            room.0,
            seq.0,
            kept.is_event,
            kept.reply_to.map(|seq| seq.0),
            &kept.custom,
            number(pinned.map(|pinned| pinned.at)),
            pinned.map(|pinned| pinned.by.id.0),
        ];
        self.write(sql::EXTRAS_PUT, values).map(drop)
    }

    fn react(&mut self, room: RoomId, seq: Seq, emoji: &str, person: PersonId, on: bool) -> Result<bool, Fault> {
        let sql = if on { sql::REACTIONS_PUT } else { sql::REACTIONS_REMOVE };
        Ok(self.write(sql, values![room.0, seq.0, emoji, person.0])? > 0)
    }

    fn put_mentions(&mut self, room: RoomId, seq: Seq, people: &[PersonId]) -> Result<(), Fault> {
        self.write(sql::MENTIONS_CLEAR, values![room.0, seq.0])?;
        for (position, person) in (0_i64..).zip(people) {
            self.write(sql::MENTIONS_PUT, values![room.0, seq.0, position, person.0])?;
        }
        Ok(())
    }

    fn put_readers(&mut self, room: RoomId, seq: Seq, people: &[PersonId]) -> Result<(), Fault> {
        for person in people {
            self.write(sql::READERS_PUT, values![room.0, seq.0, person.0])?;
        }
        self.write(sql::MEMBERS_SKIP_OTHERS, values![room.0, &json_list(people), seq.0])
            .map(drop)
    }

    fn put_version(&mut self, room: RoomId, seq: Seq, text: &str, at: Time) -> Result<(), Fault> {
        self.write(sql::VERSIONS_PUT, values![room.0, seq.0, text, at.0])
            .map(drop)
    }

    fn clear_beside(&mut self, room: RoomId, seq: Seq) -> Result<(), Fault> {
        for sql in [
            sql::EXTRAS_CLEAR,
            sql::REACTIONS_CLEAR,
            sql::MENTIONS_CLEAR,
            sql::VERSIONS_CLEAR,
        ] {
            self.write(sql, values![room.0, seq.0])?;
        }
        Ok(())
    }

    fn touch_message(&mut self, room: RoomId, seq: Seq, changed: Head, extra: Extra) -> Result<(), Fault> {
        let values = values![changed.0, extra.0, room.0, seq.0];
        self.write(sql::MESSAGES_TOUCH, values).map(drop)
    }
}

fn numbers(seqs: &[Seq]) -> String {
    json_list(seqs.iter().map(|seq| seq.0))
}

fn kept(row: &Row<'_>) -> Result<Kept, Fault> {
    let pinned = match row.get::<Option<i64>>(4)? {
        Some(at) => Some(Pinned {
            by: rows::named(row, 5)?,
            at: Time(at),
        }),
        None => None,
    };
    Ok(Kept {
        is_event: row.get(1)?,
        reply_to: row.get::<Option<i64>>(2)?.map(Seq),
        custom: row.get(3)?,
        pinned,
    })
}
