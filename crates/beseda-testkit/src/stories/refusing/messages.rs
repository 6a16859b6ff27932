//! Refused: what is said, and what visitors open.

use super::ground::Ground;
use super::{NO_ROOM, NOBODY, NOW, Row, UUID, row};
use crate::stories::desk::reply;
use beseda_core::error::Refusal;
use beseda_core::policy::By;
use beseda_core::ports::Tx;
use beseda_core::rules::{self, Introduction, Settlement};
use beseda_core::words::{Draft, DraftFile, MessageId, OrderId, Person, ReportReason, ReportState, Role, RoomKey, Seq};
use std::sync::Arc;

pub(super) fn sends(ground: &Ground) -> Vec<Row> {
    let send = |by: fn(&Ground) -> &Person, room, draft: Draft| {
        let (by, limits) = (ground.by(by), Arc::clone(&ground.limits));
        move |tx: &mut dyn Tx| rules::send(tx, NOW, &limits, By::from(&by()), room, &draft)
    };
    let seen = |draft: Draft| {
        let (by, limits, room) = (ground.by(|g| &g.anna), Arc::clone(&ground.limits), ground.room);
        move |tx: &mut dyn Tx| rules::send_seen(tx, NOW, &limits, By::from(&by()), room, &draft)
    };
    let system = |order, text: &'static str| {
        let limits = Arc::clone(&ground.limits);
        let key = RoomKey::Order(OrderId::from(order));
        move |tx: &mut dyn Tx| rules::send_system(tx, NOW, &limits, &key, &draft(text, None, 0))
    };
    let said = |text: &str| send(|g| &g.anna, ground.room, draft(text, None, 0));
    let (chars, files, ids) = (
        ground.limits.text_chars,
        ground.limits.attachments,
        ground.limits.client_id_chars,
    );
    let (room, plain) = (ground.room, || draft("я", None, 0));
    let long = Refusal::TextTooLong {
        chars: chars + 1,
        max: chars,
    };
    let again = || draft("два", Some("c-2"), 0);
    let crowd = send(|g| &g.anna, room, draft("я", None, files + 1));
    vec![
        row(
            "send: no room",
            Refusal::NoSuchRoom,
            send(|g| &g.anna, NO_ROOM, plain()),
        ),
        row(
            "send: from outside",
            Refusal::NoSuchRoom,
            send(|g| &g.outsider, room, plain()),
        ),
        row(
            "send: who only sees",
            Refusal::NotAllowed,
            send(|g| &g.admin, room, plain()),
        ),
        row("send: nothing", Refusal::EmptyText, said(" \n")),
        row("send: NUL", Refusal::NulInText, said("a\0b")),
        row("send: too much", long, said(&"я".repeat(chars + 1))),
        row("send: too many files", Refusal::TooManyFiles { max: files }, crowd),
        row(
            "send: client id",
            Refusal::BadClientId { max: ids },
            seen(draft("я", Some(""), 0)),
        ),
        row(
            "send: erased since",
            Refusal::ErasedSince,
            send(|g| &g.anna, room, again()),
        ),
        row("send_seen: erased since", Refusal::ErasedSince, seen(again())),
        row("send_system: no room", Refusal::NoSuchRoom, system(99, "я")),
        row("send_system: nothing", Refusal::EmptyText, system(1, "")),
    ]
}

pub(super) fn messages(ground: &Ground) -> Vec<Row> {
    let edit = |by: fn(&Ground) -> &Person, id, text: &'static str| {
        let (by, limits) = (ground.by(by), Arc::clone(&ground.limits));
        move |tx: &mut dyn Tx| rules::edit(tx, NOW, &limits, By::from(&by()), id, text)
    };
    let erase = |by: fn(&Ground) -> &Person, id| {
        let by = ground.by(by);
        move |tx: &mut dyn Tx| rules::erase(tx, NOW, By::from(&by()), id)
    };
    let read = |by: fn(&Ground) -> &Person, room| {
        let by = ground.by(by);
        move |tx: &mut dyn Tx| rules::read(tx, NOW, By::from(&by()), room, None)
    };
    let read_to = |room, message| {
        let by = ground.by(|g| &g.anna);
        move |tx: &mut dyn Tx| rules::read_message(tx, NOW, By::from(&by()), room, message)
    };
    let (kept, erased, gone) = (ground.kept, ground.erased, || Refusal::NoSuchMessage);
    vec![
        row("edit: not there", gone(), edit(|g| &g.anna, MessageId(999_999), "я")),
        row("edit: erased", gone(), edit(|g| &g.anna, erased, "я")),
        row("edit: from outside", gone(), edit(|g| &g.outsider, kept, "я")),
        row("edit: another's", Refusal::NotAllowed, edit(|g| &g.expert, kept, "я")),
        row("edit: to nothing", Refusal::EmptyText, edit(|g| &g.anna, kept, "")),
        row("erase: twice", gone(), erase(|g| &g.anna, erased)),
        row("erase: from outside", gone(), erase(|g| &g.outsider, kept)),
        row("erase: another's", Refusal::NotAllowed, erase(|g| &g.expert, kept)),
        row("read: no room", Refusal::NoSuchRoom, read(|g| &g.anna, NO_ROOM)),
        row(
            "read: from outside",
            Refusal::NoSuchRoom,
            read(|g| &g.outsider, ground.room),
        ),
        row(
            "read_message: of another room",
            Refusal::NoSuchMessage,
            read_to(ground.room, MessageId(999_999)),
        ),
        row(
            "read_message: from nowhere",
            Refusal::NoSuchRoom,
            read_to(NO_ROOM, MessageId(1)),
        ),
        row(
            "read: who only sees",
            Refusal::NotAllowed,
            read(|g| &g.admin, ground.room),
        ),
    ]
}

pub(super) fn visitors(ground: &Ground) -> Vec<Row> {
    let open = |visitor: Option<Person>, name: &str, subject: &str| {
        let limits = Arc::clone(&ground.limits);
        let introduction = Introduction {
            name: name.to_owned(),
            email: String::new(),
            subject: subject.to_owned(),
            ..Introduction::default()
        };
        move |tx: &mut dyn Tx| rules::open_case(tx, NOW, &limits, visitor.as_ref(), &introduction, UUID)
    };
    let barred = ground.barred.clone();
    let nobody = Person::new(NOBODY, Role::Visitor);
    let max = ground.limits.title_chars;
    let long = "x".repeat(max + 1);
    vec![
        row("open_case: no name", Refusal::EmptyTitle, open(None, " ", "")),
        row("open_case: NUL", Refusal::NulInText, open(None, "Гость", "a\0b")),
        row(
            "open_case: too long",
            Refusal::TitleTooLong { max },
            open(None, "Гость", &long),
        ),
        row(
            "open_case: shut out",
            Refusal::Inactive,
            open(Some(barred), "Гость", ""),
        ),
        row(
            "open_case: unknown",
            Refusal::NoSuchPerson,
            open(Some(nobody), "Гость", ""),
        ),
    ]
}

pub(super) fn reports(ground: &Ground) -> Vec<Row> {
    let report = |by: fn(&Ground) -> &Person, room, seq| {
        let by = ground.by(by);
        let reason = ReportReason::from_word("spam").expect("a reason");
        move |tx: &mut dyn Tx| rules::report(tx, NOW, By::from(&by()), (room, Seq(seq)), (reason, ""), UUID)
    };
    let settle = |by: fn(&Ground) -> &Person| {
        let by = ground.by(by);
        let settlement = Settlement {
            state: Some(ReportState::Settled),
            note: None,
        };
        move |tx: &mut dyn Tx| rules::settle(tx, NOW, By::from(&by()), UUID, &settlement)
    };
    let room = ground.room;
    vec![
        row("report: no room", Refusal::NoSuchRoom, report(|g| &g.anna, NO_ROOM, 1)),
        row(
            "report: from outside",
            Refusal::NoSuchRoom,
            report(|g| &g.outsider, room, 1),
        ),
        row(
            "report: who only sees",
            Refusal::NotAllowed,
            report(|g| &g.admin, room, 1),
        ),
        row(
            "report: not there",
            Refusal::NoSuchMessage,
            report(|g| &g.expert, room, 99),
        ),
        row("report: one's own", Refusal::WithOneself, report(|g| &g.anna, room, 1)),
        row("report: erased", Refusal::Erased, report(|g| &g.expert, room, 2)),
        row("settle: of no staff", Refusal::NotAllowed, settle(|g| &g.anna)),
        row("settle: not there", Refusal::NoSuchReport, settle(|g| &g.admin)),
    ]
}

pub(super) fn canned_replies(ground: &Ground) -> Vec<Row> {
    let put = |title: &str, text: &str| {
        let (by, limits) = (ground.by(|g| &g.admin), Arc::clone(&ground.limits));
        let reply = reply(1, "hello", title, text);
        move |tx: &mut dyn Tx| rules::put_canned_reply(tx, &limits, By::from(&by()), reply.clone())
    };
    let long = "я".repeat(ground.limits.text_chars + 1);
    let (chars, max) = (ground.limits.text_chars + 1, ground.limits.text_chars);
    let title_chars = ground.limits.title_chars;
    let by = ground.by(|g| &g.admin);
    let remove = move |tx: &mut dyn Tx| rules::remove_canned_reply(tx, By::from(&by()), UUID);
    let outsider = ground.by(|g| &g.outsider);
    let foreign = move |tx: &mut dyn Tx| rules::remove_canned_reply(tx, By::from(&outsider()), UUID);
    let strange = Refusal::StrangeReplyName { name: "who".to_owned() };
    vec![
        row("canned reply: no title", Refusal::EmptyTitle, put(" ", "x")),
        row(
            "canned reply: a long title",
            Refusal::TitleTooLong { max: title_chars },
            put(&"я".repeat(title_chars + 1), "x"),
        ),
        row("canned reply: no text", Refusal::EmptyText, put("t", "\n")),
        row(
            "canned reply: a long text",
            Refusal::TextTooLong { chars, max },
            put("t", &long),
        ),
        row("canned reply: NUL", Refusal::NulInText, put("t", "\0")),
        row("canned reply: a strange name", strange, put("t", "{{who}}")),
        row("canned reply: of no desk", Refusal::NotAllowed, foreign),
        row("canned reply: not there", Refusal::NoSuchCannedReply, remove),
    ]
}

fn draft(text: &str, client_id: Option<&str>, files: usize) -> Draft {
    let file = |n| DraftFile {
        file: n,
        title: String::new(),
    };
    Draft {
        text: text.to_owned(),
        client_id: client_id.map(str::to_owned),
        files: (1..).map(file).take(files).collect(),
        more: None,
    }
}
