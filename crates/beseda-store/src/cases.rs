//! What the desk knows of rooms.

use crate::engine::{strange, values};
use crate::rooms::between_blanks;
use crate::rows::{self, CASE, ROOM};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{AtDesk, LookCases, TxCases};
use beseda_core::words::{
    Case, CaseFilter, CasePlace, CaseState, Owner, PersonId, Role, Room, RoomId, RoomKind, RoomView, Side, Visit,
    Visitor,
};
use serde_json::json;

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

    fn queue(
        &mut self,
        of: &AtDesk,
        filter: &CaseFilter,
        after: Option<CasePlace>,
        limit: i64,
    ) -> Result<Vec<(Case, Room)>, Fault> {
        let all: Vec<CaseState> = CaseState::WORDS.iter().map(|(state, _)| *state).collect();
        let states = if filter.states.is_empty() { &all } else { &filter.states };
        let mut found = Vec::new();
        // In each state they lie in order.
        for state in states {
            found.extend(self.queue_in(*state, of, filter, after, limit)?);
        }
        found.sort_by_key(|(case, _)| (case.since, case.room));
        if !filter.oldest_first {
            found.reverse();
        }
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    fn rooms_without_case(&mut self, kind: RoomKind, limit: i64) -> Result<Vec<Room>, Fault> {
        self.all(sql::WHOLE_ROOMS_WITHOUT_CASE, values![kind.word(), limit], |row| {
            rows::room(row, 0)
        })
    }

    fn desk_roles(&mut self, kind: RoomKind) -> Result<Option<Vec<Role>>, Fault> {
        let roles = self.one(sql::CASES_ROLES, values![kind.word()], |row| row.get::<String>(0))?;
        let Some(roles) = roles else { return Ok(None) };
        let words: Vec<String> = serde_json::from_str(&roles).map_err(|_| strange(0))?;
        Ok(Some(words.iter().filter_map(|word| Role::from_word(word)).collect()))
    }

    fn said(&mut self, room: RoomId, person: PersonId) -> Result<i64, Fault> {
        let said = self.one(sql::SAID_GET, values![room.0, person.0], |row| row.get(0))?;
        Ok(said.unwrap_or(0))
    }
}

impl Transaction<'_> {
    /// Those in one state.
    fn queue_in(
        &mut self,
        state: CaseState,
        of: &AtDesk,
        filter: &CaseFilter,
        after: Option<CasePlace>,
        limit: i64,
    ) -> Result<Vec<(Case, Room)>, Fault> {
        let (statement, end) = if filter.oldest_first {
            (sql::CASES_OLDEST, i64::MIN)
        } else {
            (sql::CASES_NEWEST, i64::MAX)
        };
        let (every, own) = (words_of_kinds(&of.every), words_of_kinds(&of.own));
        let (whose, owner) = match filter.assigned {
            None => ("", 0),
            Some(Owner::Nobody) => ("nobody", 0),
            Some(Owner::Person(person)) => ("person", person.0),
        };
        let tag = filter
            .tag
            .as_ref()
            .map(|tag| format!(",{}", json!(tag)))
            .unwrap_or_default();
        let (since, room) = after.map_or((end, end), |place| (place.since.0, place.room.0));
        let values = values![
            state.word(),
            &every,
            &own,
            of.person.0,
            whose,
            owner,
            filter.owes.map_or("", Side::word),
            &tag,
            since,
            room,
            limit,
        ];
        self.all(statement, values, |row| {
            Ok((rows::case(row, 0)?, rows::room(row, CASE)?))
        })
    }
}

fn words_of_kinds(kinds: &[RoomKind]) -> String {
    between_blanks(kinds.iter().map(RoomKind::word))
}

impl TxCases for Transaction<'_> {
    fn put_case(&mut self, case: &Case) -> Result<(), Fault> {
        let nobody = Visitor {
            person: PersonId(0),
            name: String::new(),
            email: String::new(),
            visit: Visit::default(),
        };
        let visitor = case.visitor.as_ref().unwrap_or(&nobody);
        let tags = json!(case.tags).to_string();
        let values = values![
            case.room.0,
            case.state.word(),
            case.assigned_to.as_ref().map(|assigned| assigned.person.0),
            case.owes.map(Side::word),
            case.since.0,
            case.snoozed_until.map(|until| until.0),
            &tags,
            case.visitor.as_ref().map(|visitor| visitor.person.0),
            &visitor.name,
            &visitor.email,
            &visitor.visit.page,
            &visitor.visit.referrer,
            &visitor.visit.locale,
            &visitor.visit.agent,
            &visitor.visit.custom,
        ];
        self.write(sql::CASES_PUT, values).map(drop)
    }

    fn case_moved(&mut self, room: RoomId) {
        self.announce_case(room);
    }

    fn keep_desk(&mut self, desk: &[(RoomKind, Vec<Role>)]) -> Result<(), Fault> {
        let words = between_blanks(desk.iter().map(|(kind, _)| kind.word()));
        self.write(sql::CASES_FORGET_ROLES, values![&words])?;
        for (kind, roles) in desk {
            let roles = json!(roles.iter().map(|role| role.word()).collect::<Vec<_>>()).to_string();
            self.write(sql::CASES_PUT_ROLES, values![kind.word(), &roles])?;
        }
        Ok(())
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
