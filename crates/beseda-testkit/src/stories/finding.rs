//! Stories of finding: people by their names, groups, rooms by their kinds, visitors' rooms, messages of the system.

use super::Make;
use super::stage::{Dice, Stage};
use beseda_core::error::{Error, Refusal};
use beseda_core::rules;
use beseda_core::words::{
    Assigned, Case, CaseState, Draft, Extra, Group, GroupId, Head, HostId, Kinds, Limits, MemberRole, NewMember,
    NewMessage, NewRoom, OrderId, Person, PersonId, Role, Room, RoomId, RoomKey, RoomKind, Seq, Time, Visit, Visitor,
};
use uuid::Uuid;

fn named(id: i64, role: Role, names: [&str; 3]) -> Person {
    let [first_name, last_name, username] = names.map(str::to_owned);
    Person {
        first_name,
        last_name,
        username,
        email: format!("secret{id}@mail.example"),
        phone: format!("+7900{id}"),
        ..Person::new(PersonId(id), role)
    }
}

/// A school: teachers 21 to 24, students 31 to 36, and somebody who is of it no more.
fn school(stage: &Stage) {
    let mut gone = named(36, Role::Student, ["Фёкла", "Ёлкина", "gone"]);
    gone.active = false;
    let people = [
        named(21, Role::Teacher, ["Пётр", "Ёжиков", "petr"]),
        named(22, Role::Teacher, ["Анна", "Абрамова", "teacher_100%"]),
        named(23, Role::Teacher, ["Żaneta", "Übermann", "zaneta"]),
        named(24, Role::Teacher, ["Андре\u{438}\u{306}", "Семе\u{308}н", "teacher24"]),
        named(31, Role::Student, ["Фёдор", "Петров", "fedor"]),
        named(32, Role::Student, ["ФЕДОРА", "Петров", "teacherX100"]),
        named(33, Role::Student, ["Борис", "Абрамов", "back\\slash"]),
        named(34, Role::Student, ["", "", "nameless"]),
        named(35, Role::Client, ["Фёдор", "Чужой", "buyer"]),
        gone,
    ];
    let put = stage.change(move |tx| {
        for person in &people {
            tx.put_person(&person.clone().into())?;
        }
        for (id, name, teacher, students) in [
            (1, "7 Б", Some(21), &[32, 31, 32, 36][..]),
            (2, "7 А", Some(22), &[31, 33]),
            (3, "7 А", None, &[]),
            (4, "Хор", Some(21), &[34]),
        ] {
            let group = Group {
                id: GroupId::from(id),
                name: name.to_owned(),
                teacher: teacher.map(PersonId),
                students: students.iter().copied().map(PersonId).collect(),
            };
            tx.put_group(&group)?;
        }
        Ok(())
    });
    put.expect("the school is put");
}

fn ids(people: Vec<Person>) -> Vec<i64> {
    people.into_iter().map(|person| person.id.0).collect()
}

pub(super) fn people_are_found_by_their_names_in_any_case_and_by_nothing_else(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    school(&stage);
    let search = |text: &str, roles: [Role; 2], limit: i64| {
        let text = text.to_owned();
        let found = stage.look(move |look| Ok(look.search_by_role(&text, roles, limit)?));
        ids(found.expect("they are searched"))
    };
    let school = |text: &str| search(text, [Role::Teacher, Role::Student], 50);
    for text in ["федор", "ФЁДОР", "Фёдор", "едор"] {
        assert_eq!(school(text), [32, 31], "{text}: by last name, first name and number");
    }
    assert_eq!(school("ежик"), [21]);
    assert_eq!(school("ё"), [21, 32, 31, 5, 24], "of those whom we let in");
    // As macOS writes what a file is called, or a name in it: letters and their marks apart.
    for text in ["Фе\u{308}дор", "фе\u{308}ДОР"] {
        assert_eq!(school(text), [32, 31], "{text}: a query with marks apart");
    }
    for text in ["андрей", "Андре\u{438}\u{306}", "семе\u{308}н", "семен", "СЕМЁН"] {
        assert_eq!(school(text), [24], "{text}: a name that was kept with marks apart");
    }
    assert_eq!(school("u\u{308}bermann"), [23]);
    assert_eq!(
        school("übermann"),
        [23],
        "lower case is not for Latin and Cyrillic alone"
    );
    assert_eq!(school("анна абрамова"), [22]);
    assert_eq!(school("абрамова анна t"), [22], "either name first, and the username");
    assert_eq!(school("анна t"), [22]);
    assert_eq!(school("абрамова t"), [0; 0]);
    assert_eq!(school("teacher_100%"), [22], "signs of a pattern are letters like any");
    assert_eq!(school("100%"), [22]);
    assert_eq!(school("_"), [22]);
    assert_eq!(school("\\"), [33]);
    assert_eq!(school("'; DROP TABLE people; --"), [0; 0]);
    for text in ["secret", "mail.example", "+7900", "790031"] {
        assert_eq!(school(text), [0; 0], "{text}: not by e-mail or phone");
    }
    assert_eq!(search("фёдор", [Role::Client, Role::Client], 50), [35]);
    assert_eq!(search("", [Role::Teacher, Role::Teacher], 50), [23, 21, 22, 24]);
    assert_eq!(search("", [Role::Teacher, Role::Teacher], 2), [23, 21]);
    assert_eq!(
        school(&"я".repeat(60_000)),
        [0; 0],
        "longer than any pattern that a store takes"
    );

    let renamed = stage.change(|tx| {
        let mut person = tx.person(PersonId(21))?.expect("he is known");
        person.last_name = "Жук".to_owned();
        Ok(tx.put_person(&person.into())?)
    });
    renamed.expect("he is renamed");
    assert_eq!((school("ежик"), school("жУк")), (vec![], vec![21]));
}

pub(super) fn classmates_are_those_of_the_groups_that_one_attends(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    school(&stage);
    let classmates = |person: i64, text: &'static str, limit: i64| {
        let found = stage.look(move |look| Ok(look.search_classmates(text, PersonId(person), limit)?));
        ids(found.expect("they are searched"))
    };
    assert_eq!(classmates(31, "", 50), [21, 33, 22, 32, 31]);
    assert_eq!(classmates(31, "", 2), [21, 33]);
    assert_eq!(classmates(31, "АБРАМ", 50), [33, 22]);
    assert_eq!(classmates(32, "", 50), [21, 32, 31]);
    assert_eq!(classmates(21, "", 50), [0; 0], "who teaches a group does not attend it");
    let share = stage.look(|look| {
        let mut share = Vec::new();
        for (one, other) in [(31, 32), (32, 31), (32, 33), (31, 21), (31, 31), (35, 35)] {
            share.push(look.share_group(PersonId(one), PersonId(other))?);
        }
        Ok(share)
    });
    assert_eq!(share, Ok(vec![true, true, false, false, true, false]));
}

pub(super) fn a_group_is_found_by_its_people_until_it_is_gone(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    school(&stage);
    let of = |person: i64| {
        let groups = stage.look(move |look| Ok(look.groups_of(PersonId(person))?));
        let groups = groups.expect("they are listed").into_iter();
        groups
            .map(|group| {
                (
                    group.id.to_string(),
                    group.students.into_iter().map(|id| id.0).collect::<Vec<_>>(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(31),
        [("2".to_owned(), vec![31, 33]), ("1".to_owned(), vec![31, 32, 36])],
        "by name"
    );
    assert_eq!(of(21), [("1".to_owned(), vec![31, 32, 36]), ("4".to_owned(), vec![34])]);
    assert_eq!(of(35), []);
    let gone = stage.change(|tx| {
        let before = tx.group(&GroupId::from(1))?.expect("it is there");
        assert_eq!((before.name.as_str(), before.teacher), ("7 Б", Some(PersonId(21))));
        tx.remove_group(&GroupId::from(1))?;
        tx.remove_group(&GroupId::from(1))?;
        tx.remove_order(&OrderId::from(77))?;
        Ok(tx.group(&GroupId::from(1))?)
    });
    assert_eq!(gone, Ok(None));
    assert_eq!(of(31), [("2".to_owned(), vec![31, 33])]);
}

fn new_room(n: u8, kind: RoomKind, group: Option<i64>, now: Time) -> NewRoom {
    NewRoom {
        uuid: Uuid::from_bytes([n; 16]),
        key: format!("{}:{n}", kind.word()),
        kind,
        group: group.map(GroupId::from),
        title: format!("Комната {n}"),
        now,
    }
}

pub(super) fn people_and_rooms_are_listed_by_their_numbers(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    school(&stage);
    let people = |after: i64, limit: i64| {
        let found = stage.look(move |look| Ok(look.people_after(PersonId(after), limit)?));
        ids(found.expect("they are listed"))
    };
    let all = people(0, 99);
    assert!(
        all.is_sorted() && all.contains(&36),
        "also who is let in nowhere: {all:?}"
    );
    assert_eq!(people(0, 3), all[..3]);
    assert_eq!(people(all[2], 99), all[3..]);
    assert_eq!(people(36, 9), Vec::<i64>::new());

    let now = stage.chat.now();
    let opened = stage.change(move |tx| {
        let rooms = (1..=4).map(|n| Ok(tx.open_room(&new_room(n, RoomKind::Order, None, now))?.0));
        let rooms: Vec<Room> = rooms.collect::<Result<_, Error>>()?;
        tx.remove_room(&rooms[1], now)?;
        Ok(rooms)
    });
    let opened = opened.expect("they open");
    let rooms = |after: RoomId, limit: i64| {
        let found = stage.look(move |look| Ok(look.rooms_after(after, limit)?));
        found.expect("they are listed")
    };
    let left = [&opened[0], &opened[2], &opened[3]].map(Clone::clone);
    assert_eq!(rooms(RoomId(0), 9), left);
    assert_eq!(rooms(RoomId(0), 2), left[..2]);
    assert_eq!(rooms(left[0].id, 9), left[1..]);
}

pub(super) fn to_a_contract_other_kinds_of_rooms_are_not_there(make: Make<'_>, seed: u64) {
    const SCHOOL: Kinds = Kinds::of(&[RoomKind::Private, RoomKind::Group]);
    let stage = Stage::new(make, seed);
    let (now, me) = (stage.chat.now(), PersonId(1));
    let rooms = stage.change(move |tx| {
        let mut rooms = Vec::new();
        for (n, kind) in (1..).zip([
            RoomKind::Order,
            RoomKind::Private,
            RoomKind::Pair,
            RoomKind::Group,
            RoomKind::Support,
            // Words that a pattern would take for the contracts' own.
            RoomKind::from_word("pr_vate").expect("it is a kind"),
            RoomKind::from_word("group-").expect("it is a kind"),
        ]) {
            // All of them changed at one time, so that a page of some kinds has the others between its ends.
            let (room, _) = tx.open_room(&new_room(n, kind, Some(5), now))?;
            for (person, granted) in [(me, n == 2), (PersonId(2), false)] {
                tx.join(&NewMember {
                    room: room.id,
                    person,
                    granted,
                    head: Head(1),
                    now,
                    role: MemberRole::MEMBER,
                })?;
            }
            // Read again, because joining counts the receipts of a room.
            let joined = tx.room_by_uuid(room.uuid)?.expect("it was opened");
            assert_eq!((joined.id, joined.kind), (room.id, kind));
            rooms.push(joined);
        }
        Ok(rooms)
    });
    let rooms = rooms.expect("they open");
    let asked = |kinds: Kinds| {
        let found = stage.look(move |look| {
            let mut places = look.places(me, kinds)?;
            places.sort_by_key(|place| place.room.id);
            for place in &places {
                let granted = place.member.as_ref().map(|member| member.granted);
                assert_eq!(granted, Some(place.room.kind == RoomKind::Private));
            }
            let mut views = look.rooms(me, kinds, 0, 9)?;
            assert!(views.iter().all(|view| view.members.len() == 2 && view.case.is_none()));
            assert_eq!(
                look.rooms(me, kinds, 1, 1)?,
                views.get(1).cloned().into_iter().collect::<Vec<_>>()
            );
            views.reverse();
            let views: Vec<Room> = views.into_iter().map(|view| view.room).collect();
            assert_eq!(views, places.into_iter().map(|place| place.room).collect::<Vec<_>>());
            assert_eq!(look.count_rooms(me, kinds)?, i64::try_from(views.len()).unwrap_or(0));
            Ok(views)
        });
        found.expect("they are listed")
    };
    assert_eq!(asked(Kinds::ALL), rooms);
    assert_eq!(asked(SCHOOL), [rooms[1].clone(), rooms[3].clone()]);
    assert_eq!(asked(Kinds::of(&[RoomKind::Order])), rooms[..1]);
    assert_eq!(asked(Kinds::of(&[])), []);

    let (gone, uuid) = (rooms[1].clone(), rooms[1].uuid);
    let of_group = stage.change(move |tx| {
        let before = tx.rooms_of_group(&GroupId::from(5))?.len();
        tx.remove_room(&gone, now)?;
        assert_eq!(tx.room_by_uuid(uuid)?, None);
        assert!(tx.rooms_of_group(&GroupId::from(6))?.is_empty());
        Ok((before, tx.rooms_of_group(&GroupId::from(5))?))
    });
    let (before, left) = of_group.expect("they are listed");
    assert_eq!(before, 7);
    assert_eq!(left, [0, 2, 3, 4, 5, 6].map(|n: usize| rooms[n].clone()), "by number");
    assert_eq!(asked(SCHOOL), rooms[3..4]);
}

pub(super) fn the_desk_lists_every_visitors_room_the_last_changed_first(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    let changes: Vec<i64> = (0..12).map(|_| dice.below(11)).collect();
    let kept = stage.change(move |tx| {
        let mut kept = Vec::new();
        for (n, &changed) in (1..).zip(&changes) {
            let (room, _) = tx.open_room(&new_room(n, RoomKind::Support, None, Time(changed)))?;
            let case = Case {
                visitor: Some(Visitor {
                    person: PersonId(6),
                    name: "Вера".to_owned(),
                    email: String::new(),
                    visit: Visit::default(),
                }),
                ..Case::new(room.id, room.created_at)
            };
            tx.put_case(&case)?;
            assert_eq!(tx.case(room.id)?, Some(case.clone()));
            kept.push((room, case));
        }
        // One is answered, one is removed; a room of another kind, and one without a case, are not of the desk.
        kept[1].1.state = CaseState::Open;
        kept[1].1.assigned_to = Some(Assigned {
            person: PersonId(3),
            host_id: HostId::Number(3),
        });
        tx.put_case(&kept[1].1)?;
        let (gone, _) = kept.remove(0);
        tx.remove_room(&gone, Time(9))?;
        assert_eq!(tx.case(gone.id)?, None);
        tx.open_room(&new_room(50, RoomKind::Pair, None, Time(1)))?;
        tx.open_room(&new_room(51, RoomKind::Support, None, Time(1)))?;
        // The last to which something happened comes first, whatever time it was.
        for &changed in &changes {
            let changed = kept.remove(usize::try_from(changed).expect("one of them"));
            tx.stir_room(changed.0.id)?;
            kept.push(changed);
        }
        kept.reverse();
        Ok(kept)
    });
    let kept = kept.expect("they are kept");
    let listed = stage.look(|look| {
        assert_eq!(look.count_cases()?, 11);
        assert_eq!(look.cases(0, 0)?, []);
        assert_eq!(look.cases(11, 5)?, []);
        let mut listed = look.cases(0, 4)?;
        listed.extend(look.cases(4, 100)?);
        Ok(listed)
    });
    let listed = listed.expect("they are listed");
    assert!(listed.iter().all(|view| view.members.is_empty() && view.last.is_none()));
    let listed: Vec<(Room, Option<Case>)> = listed.into_iter().map(|view| (view.room, view.case)).collect();
    let kept: Vec<_> = kept.into_iter().map(|(room, case)| (room, Some(case))).collect();
    assert_eq!(listed, kept);

    let unknown = stage.change(|tx| Ok(tx.put_case(&Case::new(RoomId(999), Time(1)))?));
    assert!(matches!(unknown, Err(Error::Failed(_))), "a case has a room");
}

pub(super) fn a_visitors_room_is_found_by_its_name_until_it_or_the_visitor_is_gone(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    let open = |name: &str| {
        let introduction = rules::Introduction {
            name: name.to_owned(),
            ..rules::Introduction::default()
        };
        let uuid = Uuid::from_bytes(stage.chat.random());
        let opened = stage.change(move |tx| rules::open_case(tx, now, &Limits::default(), None, &introduction, uuid));
        let (_, visitor) = opened.expect("the room opens");
        (uuid, visitor)
    };
    let (kept, vera) = open("Вера");
    let (removed, _) = open("Глеб");
    let operator = stage.people[2].clone();
    // Whom the room's name lets in as its visitor, and whether the staff find it.
    let found = |uuid: Uuid| {
        let by = operator.clone();
        let by_name = stage.look(move |look| Ok(rules::case_by_name(look, uuid)?.1.id));
        let for_staff = stage.look(move |look| rules::case_for_staff(look, &by, uuid));
        (by_name, for_staff.is_ok())
    };
    let gone = || Err(Refusal::NoSuchRoom.into());
    assert_eq!(found(kept), (Ok(vera.id), true));
    assert_eq!(found(Uuid::from_bytes(stage.chat.random())), (gone(), false));

    stage
        .change(move |tx| rules::remove_room_of(tx, now, &RoomKey::Support(removed)))
        .expect("it is removed");
    assert_eq!(found(removed), (gone(), false));

    let id = vera.id;
    stage
        .change(move |tx| rules::set_active(tx, now, id, false))
        .expect("she is let in nowhere");
    assert_eq!(found(kept), (gone(), true));
    stage
        .change(move |tx| rules::remove_person(tx, now, id))
        .expect("she is forgotten");
    assert_eq!(found(kept), (gone(), true));
}

pub(super) fn a_client_id_of_the_system_is_taken_once(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let rooms = [stage.room_of_three(1), stage.room_of_three(2)];
    let new = move |room: RoomId, seq: i64, sender: Option<i64>, client_id: Option<&str>| NewMessage {
        room,
        seq: Seq(seq),
        sender: sender.map(PersonId),
        client_id: client_id.map(str::to_owned),
        text: format!("сообщение {seq}"),
        files: Draft::default().files,
        created_at: Time(1),
        head: Head(seq + 9),
        extra: Extra::NONE,
    };
    let told = stage.change(move |tx| {
        let first = tx.insert_message(&new(rooms[0], 1, None, Some("c-1")))?;
        assert!(first.is_some());
        assert_eq!(tx.insert_message(&new(rooms[0], 2, None, Some("c-1")))?, None);
        let message = tx.message_by_client_id(rooms[0], None, "c-1")?.expect("it was sent");
        assert_eq!((Some(message.id), message.author), (first, None));
        assert_eq!(tx.message_by_client_id(rooms[0], Some(PersonId(1)), "c-1")?, None);
        assert_eq!(tx.message_by_client_id(rooms[1], None, "c-1")?, None);
        // The same one is free for a person, in another room, and for whoever gives none.
        for (room, seq, sender, client_id) in [
            (rooms[0], 2, Some(1), Some("c-1")),
            (rooms[1], 1, None, Some("c-1")),
            (rooms[0], 3, None, None),
            (rooms[0], 4, None, None),
            (rooms[0], 5, Some(1), None),
        ] {
            assert!(tx.insert_message(&new(room, seq, sender, client_id))?.is_some());
        }
        let by_person = tx
            .message_by_client_id(rooms[0], Some(PersonId(1)), "c-1")?
            .expect("it was sent");
        let author = by_person.author.expect("a person sent it");
        assert_eq!((by_person.seq, author.role), (Seq(2), Role::Client));
        Ok(tx.messages_after(rooms[0], Seq(0), 9)?.len())
    });
    assert_eq!(told, Ok(5));
    for sender in [None, Some(1)] {
        let taken = stage.change(move |tx| Ok(tx.insert_message(&new(rooms[0], 5, sender, Some("c-2")))?));
        assert!(
            matches!(taken, Err(Error::Failed(_))),
            "a number of a room is no client id: {taken:?}"
        );
    }
}
