//! A story of two stores: whatever is kept in both, in whatever order, both answer alike.

use super::Make;
use super::answers::{Answers, Given, assert_alike};
use super::desk::reply as canned_reply;
use super::pushing::alike as push;
use super::stage::{Dice, Stage};
use beseda_core::error::{Error, Fault};
use beseda_core::ports::{AtDesk, Look, Tx};
use beseda_core::words::{
    Assigned, Case, CaseFilter, CasePlace, CaseState, DraftFile, Extra, FileLook, Group, GroupId, Head, HostId, Hours,
    Kinds, MemberRole, Message, MessageId, NewMember, NewMessage, NewRoom, Order, OrderId, Owner, Person, PersonId,
    Report, ReportReason, ReportState, Role, RoomId, RoomKind, Seq, Side, Time, Updated, Visit, Visitor,
};
use std::sync::Arc;
use uuid::Uuid;

const PEOPLE: i64 = 6;
const ROOMS: i64 = 8;
const NAMES: [&str; 6] = ["", "Ёлка", "елка", "100%", "a_b", "Жук"];
const ROLES: [Role; 3] = [Role::Teacher, Role::Student, Role::Visitor];
const KINDS: [Kinds; 4] = [
    Kinds::ALL,
    Kinds::of(&[RoomKind::Support, RoomKind::Group]),
    Kinds::of(&[RoomKind::Order]),
    Kinds::of(&[]),
];

/// The kinds of the contracts, and two of an application's own.
const KIND_WORDS: [&str; 7] = ["order", "pair", "private", "group", "support", "deal", "pa_r"];

fn some_person(dice: &mut Dice) -> PersonId {
    PersonId(dice.below(PEOPLE) + 1)
}

fn some_room(given: &Given, dice: &mut Dice) -> RoomId {
    RoomId(given.rooms.at(dice.below(ROOMS) + 1))
}

/// One change, the same for the same dice; what the store said to it.
fn change(tx: &mut dyn Tx, given: &mut Given, dice: &mut Dice, now: Time) -> Result<String, Fault> {
    Ok(match dice.below(13) {
        0 => change_people(tx, dice, now)?,
        1 | 2 => change_groups(tx, dice, now)?,
        3 | 4 => change_rooms(tx, given, dice, now)?,
        5 if dice.chance(50) => change_case(tx, given, dice)?,
        5 => list_cases(tx, given, dice)?,
        6 | 7 => send(tx, given, dice, now)?,
        8 => erase(tx, given, dice, now)?,
        9 => change_reports(tx, given, dice, now)?,
        10 => change_desk(tx, dice, now)?,
        11 => push::change(tx, dice, &NAMES)?,
        _ => change_files(tx, given, dice, now)?,
    })
}

/// What the host calls orders and groups.
const HOST_IDS: [&str; 5] = ["1", "2", "3", "3f2c-é", "0042"];

fn host_id(text: &'static str) -> HostId<'static> {
    HostId::of(text).unwrap_or(HostId::Number(0))
}

fn some_host_id(dice: &mut Dice) -> HostId<'static> {
    let text: &&'static str = dice.pick(&HOST_IDS);
    host_id(text)
}

fn change_people(tx: &mut dyn Tx, dice: &mut Dice, now: Time) -> Result<String, Fault> {
    let id = some_person(dice);
    let mut person = Person::new(id, *dice.pick(&ROLES));
    person.first_name = (*dice.pick(&NAMES)).to_owned();
    person.last_name = (*dice.pick(&NAMES)).to_owned();
    person.active = dice.chance(80);
    person.signed_out_at = dice.chance(30).then(|| Time(dice.below(9)));
    person.forgotten = dice.chance(20);
    let name = *dice.pick(&NAMES);
    let is_free = tx.person_of_host(&host_id(name))?.is_none_or(|named| named.id == id);
    person.host_name = is_free.then(|| name.to_owned());
    person.put_at = dice.chance(30).then(|| Time(dice.below(9)));
    tx.put_person(&person.into())?;
    tx.person_updated(id, now)?;
    if dice.chance(20) {
        tx.free_host_id(some_person(dice))?;
    }
    let (one, other) = (some_person(dice), some_person(dice));
    let at = |dice: &mut Dice| Time(now.0 - dice.below(40) + if dice.chance(20) { 100 } else { 0 });
    let mut seen = vec![(one, at(dice)), (other, at(dice))];
    seen.dedup_by_key(|(person, _)| *person);
    tx.put_seen(&seen, now)?;
    if dice.chance(10) {
        tx.forget_seen(one)?;
    }
    Ok(String::new())
}

fn change_groups(tx: &mut dyn Tx, dice: &mut Dice, now: Time) -> Result<String, Fault> {
    let id = some_host_id(dice);
    if dice.chance(20) {
        tx.remove_group(&GroupId(id.clone()))?;
        tx.remove_order(&OrderId(id))?;
        return Ok(String::new());
    }
    tx.put_group(&Group {
        id: GroupId(id.clone()),
        name: (*dice.pick(&NAMES)).to_owned(),
        teacher: dice.chance(70).then(|| some_person(dice)),
        students: (0..dice.below(4)).map(|_| some_person(dice)).collect(),
    })?;
    tx.put_order(&Order {
        id: OrderId(id),
        number: String::new(),
        client: Some(some_person(dice)),
        expert: None,
        operator: None,
        status: String::new(),
    })?;
    // A clock that is behind takes nothing back.
    let at = Time(now.0 - dice.below(40));
    for id in [host_id("1"), some_host_id(dice)] {
        let (group, order) = (GroupId(id.clone()), OrderId(id));
        if tx.group(&group)?.is_some() {
            tx.group_updated(&group, at)?;
        }
        if tx.order(&order)?.is_some() {
            tx.order_updated(&order, at)?;
        }
    }
    Ok(String::new())
}

fn change_rooms(tx: &mut dyn Tx, given: &mut Given, dice: &mut Dice, now: Time) -> Result<String, Fault> {
    let (room, person) = (some_room(given, dice), some_person(dice));
    Ok(match dice.below(10) {
        0..4 => {
            let word = *dice.pick(&KIND_WORDS);
            let kind = RoomKind::from_word(word).expect("it is a kind");
            let key = format!("{word}:{}", dice.below(2));
            let uuid = Uuid::from_u128(u128::from(now.0.unsigned_abs()));
            let group = dice.chance(40).then(|| GroupId(some_host_id(dice)));
            let group = match group {
                Some(group) => tx.group(&group)?.map(|group| group.id),
                None => None,
            };
            let opened = tx.open_room(&NewRoom {
                uuid,
                key,
                kind,
                group,
                title: "Тема".to_owned(),
                now,
            })?;
            given.rooms.got(opened.0.id.0);
            given.words((opened, tx.room_by_uuid(uuid)?))
        }
        4..8 if tx.room(room)?.is_some() => {
            let joined = tx.join(&NewMember {
                room,
                person,
                granted: dice.chance(50),
                head: Head(dice.below(9)),
                now,
                role: MemberRole::MEMBER,
            })?;
            format!("{}", joined.is_some())
        }
        8 => {
            let left = tx.leave(room, person, Head(dice.below(9)))?;
            if dice.chance(50) && tx.room(room)?.is_some() {
                tx.show_out(room, person, now)?;
            }
            format!("{left}")
        }
        9 if dice.chance(40) => {
            tx.untitle_room(room)?;
            tx.room_updated(room, now)?;
            hand_over(tx, room, person, some_person(dice))?
        }
        _ if dice.chance(20) => {
            if let Some(room) = tx.room(room)? {
                tx.remove_room(&room, now)?;
            }
            String::new()
        }
        _ => String::new(),
    })
}

/// Makes what somebody wrote in a room another one's: how much that was.
fn hand_over(tx: &mut dyn Tx, room: RoomId, from: PersonId, to: PersonId) -> Result<String, Fault> {
    if from == to || tx.person(to)?.is_none() {
        return Ok(String::new());
    }
    let messages = tx.hand_over_messages(room, from, to, Head(100))?;
    if tx.person(from)?.is_some() && tx.merged_into(from)?.is_none() {
        tx.put_merged(from, to, Time(0))?;
    }
    Ok(format!("{messages}"))
}

fn change_case(tx: &mut dyn Tx, given: &Given, dice: &mut Dice) -> Result<String, Fault> {
    let assigned = match dice.chance(50).then(|| some_person(dice)) {
        Some(id) => Some(match tx.person(id)? {
            Some(person) => Assigned::from(&person),
            None => Assigned {
                person: id,
                host_id: id.into(),
            },
        }),
        None => None,
    };
    let visitor = dice.chance(70).then(|| Visitor {
        person: some_person(dice),
        name: (*dice.pick(&NAMES)).to_owned(),
        email: String::new(),
        visit: Visit {
            page: "https://shop.example/cart".to_owned(),
            custom: dice.chance(50).then(|| "{\"cart\":7}".into()),
            ..Visit::default()
        },
    });
    // Of a room that was never opened there is no case: the store says so.
    tx.put_case(&Case {
        room: some_room(given, dice),
        state: dice.pick(CaseState::WORDS).0,
        assigned_to: assigned,
        owes: dice.chance(80).then(|| dice.pick(Side::WORDS).0),
        since: Time(dice.below(4)),
        snoozed_until: dice.chance(20).then(|| Time(dice.below(9))),
        tags: if dice.chance(50) {
            vec!["срочно".to_owned(), "vip".to_owned()]
        } else {
            Vec::new()
        },
        visitor,
    })?;
    Ok(String::new())
}

/// Some of the cases that somebody may see, as the desk lists them.
fn list_cases(tx: &mut dyn Tx, given: &Given, dice: &mut Dice) -> Result<String, Fault> {
    let mut kinds = vec![RoomKind::Support, RoomKind::Order, RoomKind::Pair];
    let own = kinds.split_off(usize::try_from(dice.below(4)).unwrap_or(0));
    let of = AtDesk {
        person: some_person(dice),
        every: kinds,
        own,
    };
    let filter = CaseFilter {
        states: if dice.chance(50) {
            vec![dice.pick(CaseState::WORDS).0, CaseState::New]
        } else {
            Vec::new()
        },
        assigned: match dice.below(4) {
            0 => Some(Owner::Nobody),
            1 => Some(Owner::Person(some_person(dice))),
            _ => None,
        },
        owes: dice.chance(30).then(|| dice.pick(Side::WORDS).0),
        tag: dice.chance(30).then(|| "vip".to_owned()),
        oldest_first: dice.chance(50),
    };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = tx.queue(&of, &filter, after, 2)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(CasePlace {
            since: last.since,
            room: last.room,
        });
        all.extend(page);
    }
    Ok(given.words(all))
}

fn send(tx: &mut dyn Tx, given: &mut Given, dice: &mut Dice, now: Time) -> Result<String, Fault> {
    let Some(mut room) = tx.room(some_room(given, dice))? else {
        return Ok(String::new());
    };
    room.seq = room.seq.next();
    room.head = room.head.next();
    room.shown = room.seq;
    room.updated_at = Time(now.0 - dice.below(3));
    // Some of these files are unknown or given up: then nothing of it is kept.
    let hung = |dice: &mut Dice| DraftFile {
        file: given.files.at(dice.below(6) + 1),
        title: (*dice.pick(&NAMES)).to_owned(),
    };
    let files = if dice.chance(40) { dice.below(4) } else { 0 };
    let sent = tx.insert_message(&NewMessage {
        room: room.id,
        seq: room.seq,
        sender: dice.chance(60).then(|| some_person(dice)),
        client_id: dice.chance(60).then(|| format!("c-{}", dice.below(5))),
        text: "слово".to_owned(),
        files: (0..files).map(|_| hung(dice)).collect(),
        created_at: room.updated_at,
        head: room.head,
        extra: Extra::NONE,
    })?;
    if let Some(id) = sent {
        given.messages.got(id.0);
        tx.keep_room(&room)?;
    }
    let hanging = tx.attachments(room.id, room.seq)?;
    hanging
        .iter()
        .for_each(|attachment| given.attachments.got(attachment.id));
    Ok(given.words((sent, hanging)))
}

fn erase(tx: &mut dyn Tx, given: &Given, dice: &mut Dice, now: Time) -> Result<String, Fault> {
    let Some(message) = tx.message_at(some_room(given, dice), Seq(dice.below(6) + 1))? else {
        return Ok(String::new());
    };
    let changed = message.changed;
    let erased = Message {
        text: String::new(),
        erased_at: dice.chance(70).then_some(now),
        ..message
    };
    if let (Some(mut room), true) = (tx.room(erased.room)?, erased.erased_at.is_some()) {
        tx.keep_message(&erased)?;
        room.shown = tx.shown_before(room.id, Seq(999))?;
        tx.keep_room(&room)?;
    }
    Ok(format!("{changed:?}"))
}

fn change_reports(tx: &mut dyn Tx, given: &mut Given, dice: &mut Dice, now: Time) -> Result<String, Fault> {
    let (room, seq, person) = (some_room(given, dice), Seq(dice.below(6) + 1), some_person(dice));
    match dice.below(9) {
        0 => tx.remove_reports_in(room)?,
        1 => tx.remove_reports_by(person)?,
        2 => {
            let to = some_person(dice);
            if to != person && tx.person(to)?.is_some() {
                tx.hand_over_reports(person, to)?;
            }
        }
        3 => {
            let states = ReportState::WORDS.iter().map(|(state, _)| *state);
            let mut standing = 0;
            for state in states {
                standing += tx.reports_in(room, state, i64::MAX, 9)?.len();
            }
            if standing == 0 && tx.message_at(room, seq)?.is_some() {
                let from = (some_room(given, dice), Seq(dice.below(6) + 1));
                tx.move_reports(from, (room, seq))?;
            }
        }
        4 | 5 => {
            if let Some((_, mut report)) = tx.reports_by(person, 0, 1)?.pop() {
                (*dice.pick(&NAMES)).clone_into(&mut report.note);
                report.settled = dice.chance(60).then_some((report.by, now));
                tx.keep_report(&report)?;
            }
        }
        _ => {
            let Some(standing) = tx.room(room)? else {
                return Ok(String::new());
            };
            let is_new = tx.report_of(room, seq, person)?.is_none();
            if is_new && tx.message_at(room, seq)?.is_some() && tx.person(person)?.is_some() {
                let number = tx.put_report(&Report {
                    id: Uuid::from_u128(u128::from(now.0.unsigned_abs())),
                    room,
                    kind: standing.kind,
                    seq,
                    by: person,
                    reason: ReportReason::from_word("spam").expect("it is a reason"),
                    text: (*dice.pick(&NAMES)).to_owned(),
                    note: String::new(),
                    settled: dice.chance(30).then_some((person, now)),
                    created_at: now,
                })?;
                given.reports.got(number);
            }
        }
    }
    Ok(String::new())
}

fn change_desk(tx: &mut dyn Tx, dice: &mut Dice, now: Time) -> Result<String, Fault> {
    if dice.chance(20) {
        tx.put_hours(&Hours {
            words: (*dice.pick(&NAMES)).to_owned(),
            updated_at: now,
            ..Hours::always()
        })?;
    }
    let id = Uuid::from_u128(u128::from(dice.below(5).unsigned_abs()));
    if dice.chance(20) {
        tx.remove_canned_reply(id)?;
        return Ok(String::new());
    }
    let (shortcut, title): (&&str, &&str) = (dice.pick(&["да", "нет", "hello", "_"]), dice.pick(&NAMES));
    let mut reply = canned_reply(0, shortcut, title, "{{customer.name}}");
    (reply.id, reply.updated_at) = (id, now);
    if tx
        .canned_reply_typed(&reply.shortcut)?
        .is_none_or(|typed| typed.id == id)
    {
        tx.put_canned_reply(&reply)?;
    }
    Ok(format!("{:?}", tx.canned_reply(id)?))
}

/// Reports without their numbers, which are a store's own.
fn plain(reports: Vec<(i64, Report)>) -> Vec<Report> {
    reports.into_iter().map(|(_, report)| report).collect()
}

/// What people report, asked for in each way.
fn reported(look: &mut dyn Look, given: &Given, said: &mut Answers<'_>) -> Result<(), Fault> {
    for person in (1..=PEOPLE).map(PersonId) {
        let own = plain(look.reports_by(person, 0, 9)?);
        for report in own.iter().take(2) {
            said.say("report", look.report(report.id)?);
            said.say("report of", look.report_of(report.room, report.seq, person)?);
        }
        said.say("reports by", own);
        said.say("later", plain(look.reports_by(person, given.reports.at(2), 2)?));
    }
    let mut kinds = look.reported_kinds()?;
    kinds.sort_unstable_by_key(|kind| kind.word().to_owned());
    let mut words: Vec<&str> = kinds.iter().map(RoomKind::word).collect();
    words.dedup();
    assert_eq!(words.len(), kinds.len(), "each once");
    for (state, _) in ReportState::WORDS {
        for kind in &kinds {
            for (before, limit) in [(i64::MAX, 9), (given.reports.at(3), 2)] {
                let of_kind = plain(look.reports_of_kind(*kind, *state, before, limit)?);
                said.say(format_args!("reports of {}", kind.word()), of_kind);
            }
        }
        for room in given.rooms.to_ask().into_iter().map(RoomId) {
            said.say("reports in", plain(look.reports_in(room, *state, i64::MAX, 9)?));
        }
    }
    Ok(())
}

fn change_files(tx: &mut dyn Tx, given: &mut Given, dice: &mut Dice, now: Time) -> Result<String, Fault> {
    if dice.chance(70) {
        let content = u8::try_from(dice.below(4)).unwrap_or(0);
        let look = FileLook {
            sha256: [content; 32],
            bytes: 7,
            media: "text/plain".to_owned(),
            picture: None,
        };
        let file = tx.reserve_file(&look, now)?;
        given.files.got(file.id);
        let gone = dice.chance(10) && tx.doom_file(&file.name)?;
        return Ok(format!("{} {gone}", given.words(file)));
    }
    let mut names = tx.doom_files(Time(now.0 - dice.below(40)))?;
    names.sort();
    if let Some(name) = names.first() {
        tx.forget_file(name)?;
        assert!(!tx.knows_file(name)?);
    }
    Ok(format!("{names:?}"))
}

fn sorted<T, K: Ord>(mut some: Vec<T>, key: impl FnMut(&T) -> K) -> Vec<T> {
    some.sort_by_key(key);
    some
}

/// Every answer that the changes above can change, in words.
fn answers(look: &mut dyn Look, given: &Given) -> Result<Vec<String>, Fault> {
    let mut said = Answers::new(given);
    for name in NAMES {
        let roles = [Role::Teacher, Role::Student];
        said.say("by role", look.search_by_role(name, roles, 4)?);
        said.say("by the host's name", look.person_of_host(&host_id(name))?);
    }
    said.say("people", look.people(&(2..PEOPLE + 3).map(PersonId).collect())?);
    let everybody: Vec<PersonId> = (1..=PEOPLE).map(PersonId).collect();
    said.say("seen", sorted(look.seen_at(&everybody)?, |(person, _)| *person));
    for person in everybody {
        said.say("person", look.person(person)?);
        said.say("classmates", look.search_classmates("елк", person, 9)?);
        said.say("classmates", look.search_classmates("", person, 2)?);
        said.say("groups", look.groups_of(person)?);
        said.say("share", look.share_group(person, PersonId(1))?);
        said.say("orders", sorted(look.orders_of(person)?, |order| order.id.clone()));
        said.say("cases", look.cases_of_visitor(person)?);
        said.say("merged", look.merged_into(person)?);
        said.say(
            "written",
            look.written_by(person, (RoomId(0), Seq(2)), RoomId(i64::MAX), 30)?,
        );
        for kinds in KINDS {
            said.say("count", look.count_rooms(person, kinds)?);
            for (offset, limit) in [(0, 9), (1, 2)] {
                said.say("rooms", look.rooms(person, kinds, offset, limit)?);
            }
            let mut places = look.places(person, kinds)?;
            places.sort_by_key(|place| place.room.id);
            said.say("places", places);
        }
    }
    for room in given.rooms.to_ask().into_iter().map(RoomId) {
        let standing = look.room(room)?;
        let stands = standing.is_some();
        said.say("room", standing);
        said.say("case", look.case(room)?);
        for client_id in (0..5).map(|n| format!("c-{n}")) {
            said.say("of nobody", look.message_by_client_id(room, None, &client_id)?);
        }
        if stands {
            said.say("messages", look.messages_after(room, Seq(0), 99)?);
        }
    }
    for id in HOST_IDS.map(host_id) {
        let group = GroupId(id.clone());
        said.say("group", look.group(&group)?);
        said.say("rooms", look.rooms_of_group(&group)?);
        said.say("order", look.order(&OrderId(id))?);
    }
    for person in (1..=7).map(PersonId) {
        for room in given.rooms.to_ask().into_iter().map(RoomId) {
            said.say("shown out", look.shown_out_at(room, person)?);
        }
        said.say("granted", look.granted_rooms(person)?);
    }
    said.say("texts", look.has_texts()?);
    said.say("last", look.last_room()?);
    let begin = Updated::after(Time(1_500));
    said.say("people by change", look.people_updated(begin, 4)?);
    said.say("rooms by change", look.rooms_updated(Updated::BEGINNING, 5)?);
    // Of several with one moment a store may tell either first.
    said.say(
        "orders by change",
        sorted(look.orders_updated(begin, 99)?, |(_, order)| order.id.clone()),
    );
    said.say(
        "groups by change",
        sorted(look.groups_updated(begin, 99)?, |(_, group)| group.id.clone()),
    );
    for (offset, limit) in [(0, 3), (1, 9)] {
        said.say("cases", look.cases(offset, limit)?);
    }
    said.say("count", look.count_cases()?);
    reported(look, given, &mut said)?;
    let replies = look.canned_replies(0, 9)?;
    let after = replies.first().map_or(0, |(number, _)| *number);
    let later = look.canned_replies(after, 2)?;
    for (sort, replies) in [("canned replies", replies), ("later canned replies", later)] {
        said.say(sort, replies.into_iter().map(|(_, reply)| reply).collect::<Vec<_>>());
    }
    said.say("how many canned replies", look.count_canned_replies()?);
    said.say("hours", look.hours()?);
    push::asked(look, given, &mut said)?;
    for id in given.messages.to_ask().into_iter().map(MessageId) {
        said.say("message", look.message(id)?);
    }
    for id in given.attachments.to_ask() {
        said.say("attachment", look.attachment(id)?);
    }
    Ok(said.said())
}

pub(super) fn two_stores_that_keep_the_same_answer_alike(make: Make<'_>, seed: u64) {
    let stages = [Stage::in_memory(&Arc::default(), seed), Stage::new(make, seed)];
    let mut both = stages.each_ref().map(|stage| (stage, Given::default()));
    for step in 0..240 {
        let now = Time(1_000 + 10 * step);
        let seed = seed.wrapping_mul(1_000).wrapping_add(step.unsigned_abs());
        let [expected, said] = both.each_mut().map(|(stage, given)| {
            let before = given.clone();
            let outcome = stage.change(move |tx| {
                let mut given = before.clone();
                let said = change(tx, &mut given, &mut Dice::new(seed), now)?;
                Ok((said, given))
            });
            // What a fault is called is a store's own affair. What it was to give out nobody has got.
            let (said, after) = outcome.map_err(|error| matches!(error, Error::Failed(Fault::Store(_))))?;
            *given = after;
            Ok::<_, bool>(said)
        });
        assert_eq!(said, expected, "step {step}");
        if step % 20 == 19 {
            let said = both.each_ref().map(|(stage, given)| {
                let given = given.clone();
                let said = stage.look(move |look| Ok(answers(look, &given)?));
                said.expect("every question is answered")
            });
            assert_alike(&said, format_args!("step {step}"));
        }
    }
    both.iter().for_each(|(_, given)| given.assert_rising());
}
