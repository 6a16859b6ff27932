//! What the desk knows of visitors' rooms.

use crate::engine::values;
use crate::rows::{self, CASE, ROOM};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookCases, TxCases};
use beseda_core::words::{Case, PersonId, RoomId, RoomView};

impl LookCases for Transaction<'_> {
    fn case(&mut self, room: RoomId) -> Result<Option<Case>, Fault> {
        self.one(sql::CASES_OF_ROOM, values![room.0], |row| rows::case(row, 0))
    }

    fn cases_of_visitor(&mut self, visitor: PersonId) -> Result<Vec<Case>, Fault> {
        self.all(sql::CASES_OF_VISITOR, values![visitor.0], |row| rows::case(row, 0))
    }

    fn count_cases(&mut self) -> Result<i64, Fault> {
        Ok(self.one(sql::CASES_COUNT, values![], |row| row.get(0))?.unwrap_or(0))
    }

    fn cases(&mut self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        self.views(sql::CASES_PAGE, values![limit, offset], ROOM + CASE, |row| {
            rows::case(row, ROOM).map(Some)
        })
    }

    fn said(&mut self, room: RoomId, person: PersonId) -> Result<i64, Fault> {
        let said = self.one(sql::SAID_GET, values![room.0, person.0], |row| row.get(0))?;
        Ok(said.unwrap_or(0))
    }
}

impl TxCases for Transaction<'_> {
    fn put_case(&mut self, case: &Case) -> Result<(), Fault> {
        let values = values![
            case.room.0,
            case.visitor.0,
            &case.customer_name,
            &case.customer_email,
            case.status.word(),
            case.assigned_to.as_ref().map(|assigned| assigned.person.0),
        ];
        self.write(sql::CASES_PUT, values).map(drop)
    }

    fn count_said(&mut self, room: RoomId, person: PersonId, messages: i64) -> Result<(), Fault> {
        self.write(sql::SAID_COUNT, values![room.0, person.0, messages])
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::at_hand::AtHand;
    use crate::engine::sqlite::SqliteEngine;
    use crate::engine::{Engine, Go, Row, Value};
    use crate::sqlite::open::in_memory;
    use crate::statements::Statement;
    use beseda_core::ports::TxMessages;
    use beseda_core::rules::{self, Introduction};
    use beseda_core::words::{DraftFile, Extra, FileLook, Head, Limits, NewMessage, Person, Role, Seq, Time};
    use uuid::Uuid;

    /// Counts what is asked.
    struct Counting<'c>(SqliteEngine<'c>, usize);

    impl Engine for Counting<'_> {
        fn query(
            &mut self,
            statement: &'static Statement,
            values: &[Value<'_>],
            each: &mut dyn FnMut(&Row<'_>) -> Result<Go, Fault>,
        ) -> Result<(), Fault> {
            self.1 += 1;
            self.0.query(statement, values, each)
        }

        fn execute(&mut self, statement: &'static Statement, values: &[Value<'_>]) -> Result<u64, Fault> {
            self.0.execute(statement, values)
        }

        fn script(&mut self, sql: &str) -> Result<(), Fault> {
            self.0.script(sql)
        }

        fn is_remote(&self) -> bool {
            self.0.is_remote()
        }

        fn can_go_on(&self) -> bool {
            self.0.can_go_on()
        }

        fn at_hand(&mut self) -> &mut AtHand {
            self.0.at_hand()
        }
    }

    /// Hangs a file on the first message of a visitor's room.
    fn write_with_file(tx: &mut Transaction<'_>, view: &RoomView, file: i64) {
        let message = NewMessage {
            room: view.room.id,
            seq: Seq(1),
            sender: Some(view.members[0].1.id),
            client_id: None,
            text: "вот".to_owned(),
            files: vec![DraftFile {
                file,
                title: "план.txt".to_owned(),
            }],
            created_at: view.room.created_at,
            head: Head(view.room.head.0 + 1),
            extra: Extra::NONE,
        };
        tx.insert_message(&message).unwrap();
    }

    #[test]
    fn the_desks_list_asks_as_much_for_many_rooms_as_for_few() {
        let conn = in_memory();
        let mut engine = Counting(SqliteEngine::new(&conn), 0);
        let staff = Person::new(PersonId(1), Role::Operator);
        let look = FileLook {
            sha256: [7; 32],
            bytes: 3,
            media: "text/plain".to_owned(),
            picture: None,
        };
        let file = Transaction::new(&mut engine).reserve(&look, Time(0)).unwrap().id;
        let mut asked = Vec::new();
        for n in 1..=40_u32 {
            let introduction = Introduction {
                name: "Вера".to_owned(),
                ..Introduction::default()
            };
            let (now, limits) = (Time(n.into()), Limits::default());
            let mut tx = Transaction::new(&mut engine);
            let opened = rules::open_case(&mut tx, now, &limits, None, &introduction, Uuid::from_u128(n.into()));
            write_with_file(&mut tx, &opened.unwrap().0, file);
            engine.1 = 0;
            let (count, views) = rules::cases(&mut Transaction::new(&mut engine), &staff, 0, 100).unwrap();
            assert!(views.iter().all(|view| view.members.len() == 1));
            let files = views
                .iter()
                .flat_map(|view| &view.last)
                .flat_map(|last| &last.attachments);
            assert!(files.map(|hung| hung.file.id).eq(views.iter().map(|_| file)));
            assert_eq!((count, views.len()), (n.into(), usize::try_from(n).unwrap()));
            asked.push(engine.1);
        }
        // The rooms with their newest messages, the files of these, the members, the people, and the count.
        assert!(asked.iter().all(|asked| *asked == 5), "{asked:?}");
    }
}
