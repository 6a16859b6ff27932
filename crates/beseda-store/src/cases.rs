//! What the desk knows of visitors' rooms.

use crate::engine::values;
use crate::rooms::{last, times};
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

    fn count_cases(&mut self) -> Result<i64, Fault> {
        Ok(self.one(sql::CASES_COUNT, values![], |row| row.get(0))?.unwrap_or(0))
    }

    fn cases(&mut self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        let mut views = self.views(sql::CASES_PAGE, values![limit, offset], |row| {
            let view = RoomView {
                room: rows::room(row, 0)?,
                members: Vec::new(),
                last: None,
                case: Some(rows::case(row, ROOM)?),
            };
            Ok((view, last(row, ROOM + CASE)?))
        })?;
        if let Some((oldest, newest)) = times(&views) {
            self.fill(&mut views, sql::MEMBERS_OF_CASES, values![oldest, newest])?;
        }
        Ok(views)
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
            case.assigned_to.map(|id| id.0),
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
    use crate::engine::sqlite::SqliteEngine;
    use crate::engine::{Engine, Go, Row, Value};
    use crate::sqlite::open::in_memory;
    use crate::statements::Statement;
    use beseda_core::rules::{self, Introduction};
    use beseda_core::words::{Limits, Person, Role, Time};
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
    }

    #[test]
    fn the_desks_list_asks_as_much_for_many_rooms_as_for_few() {
        let conn = in_memory();
        let mut engine = Counting(SqliteEngine::new(&conn), 0);
        let staff = Person::new(PersonId(1), Role::Operator);
        let mut asked = Vec::new();
        for n in 1..=40_u32 {
            let introduction = Introduction {
                name: "Вера".to_owned(),
                ..Introduction::default()
            };
            let (now, limits) = (Time(n.into()), Limits::default());
            let mut tx = Transaction::new(&mut engine);
            rules::open_case(&mut tx, now, &limits, None, &introduction, Uuid::from_u128(n.into())).unwrap();
            engine.1 = 0;
            let (count, views) = rules::cases(&mut Transaction::new(&mut engine), &staff, 0, 100).unwrap();
            assert!(views.iter().all(|view| view.members.len() == 1));
            assert_eq!((count, views.len()), (n.into(), usize::try_from(n).unwrap()));
            asked.push(engine.1);
        }
        assert!(asked.iter().all(|asked| *asked == 3), "{asked:?}");
    }
}
