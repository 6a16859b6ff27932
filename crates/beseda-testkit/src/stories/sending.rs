//! Stories of sending: once, in one order, and nothing at all when refused.

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Fault, Refusal};
use beseda_core::rules::{self, Sent};
use beseda_core::words::{Draft, Group, GroupId, Heard, MessageId, Order, OrderId, Person, PersonId, RoomId, RoomKey};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

pub(super) fn a_message_is_taken_once(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (room, elsewhere) = (stage.room_of_three(1), stage.room_of_three(2));
    let [anna, expert] = [&stage.people[0], &stage.people[1]];
    let sent = |by, room, text| -> Sent { stage.send(by, room, text, Some("c-1")).expect("it is sent") };

    let first = sent(anna, room, "раз");
    assert!(first.first);
    let retry = sent(anna, room, "раз");
    assert_eq!(
        (retry.first, &retry.message),
        (false, &first.message),
        "a retry gives the first message"
    );

    assert!(sent(expert, room, "another sender has client ids of their own").first);
    assert!(sent(anna, elsewhere, "another room as well").first);
    assert!(stage.send(anna, room, "no client id", None).expect("it is sent").first);
    assert!(stage.send(anna, room, "no client id", None).expect("it is sent").first);
    let late = sent(anna, room, "whatever it says now");
    assert_eq!(
        (late.first, &late.message),
        (false, &first.message),
        "a retry after others wrote"
    );

    stage
        .put_order(1, [Some(expert.id), None, None])
        .expect("the sender leaves");
    stage
        .put_order(1, [1, 2, 3].map(|id| Some(PersonId(id))))
        .expect("the sender comes back");
    assert_eq!(
        sent(anna, room, "раз").message.id,
        first.message.id,
        "a client id is taken for ever"
    );

    stage.edit(anna, first.message.id, "два").expect("it is edited");
    assert_eq!(
        sent(anna, room, "раз").message.text,
        "два",
        "a retry gives the message as it is now"
    );
    stage.erase(anna, first.message.id).expect("it is erased");
    let erased = stage.send(anna, room, "раз", Some("c-1"));
    assert_eq!(
        refusal(erased),
        Some(Refusal::ErasedSince),
        "what was erased is not sent again"
    );
    assert_eq!(stage.picture(room).expect("the room stands").room.seq.0, 4);
}

pub(super) fn two_hundred_senders_of_one_client_id_make_one_message(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let (stage, anna) = (&stage, &stage.people[0]);
    let answers: Vec<Sent> = thread::scope(|scope| {
        let senders: Vec<_> = (0..200)
            .map(|_| scope.spawn(|| stage.send(anna, room, "раз", Some("c-1"))))
            .collect();
        let answers = senders
            .into_iter()
            .map(|sender| sender.join().expect("a sender ends").expect("it is sent"));
        answers.collect()
    });
    assert_eq!(
        answers.iter().filter(|sent| sent.first).count(),
        1,
        "one of them is the first"
    );
    let messages: BTreeSet<MessageId> = answers.iter().map(|sent| sent.message.id).collect();
    assert_eq!(messages.len(), 1, "all get the same message");
    assert_eq!(
        stage.picture(room).expect("the room stands").messages.len(),
        1,
        "one message is kept"
    );
}

pub(super) fn numbers_are_dense_whoever_sends_at_once(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let (threads, sends) = (8, 50);
    let stage = &stage;
    let mut acked: Vec<Arc<_>> = thread::scope(|scope| {
        let senders: Vec<_> = (0..threads)
            .map(|thread| {
                let send = move |n: usize| {
                    let text = format!("{thread}/{n}");
                    stage
                        .send(&stage.people[thread % 3], room, &text, Some(&text))
                        .expect("it is sent")
                        .message
                };
                scope.spawn(move || (0..sends).map(send).collect::<Vec<_>>())
            })
            .collect();
        senders
            .into_iter()
            .flat_map(|sender| sender.join().expect("a sender ends"))
            .collect()
    });
    acked.sort_by_key(|message| message.seq);
    let seqs: Vec<i64> = acked.iter().map(|message| message.seq.0).collect();
    assert_eq!(
        seqs,
        (1..=seqs.len() as i64).collect::<Vec<_>>(),
        "numbers are 1..n without holes"
    );
    assert_eq!(seqs.len(), threads * sends);
    let kept = stage.picture(room).expect("the room stands");
    let acked: Vec<_> = acked.iter().map(|message| message.as_ref().clone()).collect();
    assert_eq!(kept.messages, acked, "what was acked is what is kept");
    assert_eq!(
        kept.room.head.0 - 3,
        kept.room.seq.0,
        "three joined, the rest of the changes are messages"
    );
    assert!(
        acked.is_sorted_by_key(|message| message.id),
        "message numbers grow with time"
    );
    // The clock stands still all the while, and what the host says is no exception.
    let (now, limits, key) = (stage.chat.now(), Arc::clone(stage.chat.limits()), OrderId::from(1));
    let draft = Draft {
        text: "Заказ готов".to_owned(),
        ..Draft::default()
    };
    stage
        .change(move |tx| rules::send_system(tx, now, &limits, &RoomKey::Order(key.clone()), &draft))
        .expect("the host says something");
    let kept = stage.picture(room).expect("the room stands").messages;
    assert!(
        kept.is_sorted_by(|one, next| one.created_at < next.created_at),
        "no two share a microsecond"
    );
}

/// A refused rule by its name, what it says, and what it should say.
type Refused = (&'static str, Option<Refusal>, Refusal);

pub(super) fn a_refused_rule_changes_nothing_and_announces_nothing(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (room, other) = (stage.room_of_three(1), stage.room_of_three(2));
    let [anna, expert] = [&stage.people[0], &stage.people[1]];
    let kept = stage.send(anna, room, "раз", None).expect("it is sent").message.id;
    let erased = stage
        .send(anna, room, "два", Some("c-2"))
        .expect("it is sent")
        .message
        .id;
    stage.erase(anna, erased).expect("it is erased");

    let before = (stage.picture(room), stage.picture(other), stage.heard(anna, other));
    let told: Vec<Refused> = refused_sends(&stage, room)
        .into_iter()
        .chain(refused_changes_of_messages(&stage, kept, erased))
        .chain(refused_changes_of_rooms(&stage, room))
        .collect();
    for (name, said, expected) in told {
        assert_eq!(said, Some(expected), "{name}");
        assert_eq!(stage.picture(room), before.0, "{name} changed the room");
    }
    // The marker of the first hearing is in the second one and in the other room's picture: one message.
    let heard = stage.heard(expert, room);
    assert_eq!(heard.len(), before.2.len() + 1, "something refused was announced");
    let grown = stage.picture(other).expect("the room stands").messages.len();
    assert_eq!(grown, before.1.expect("the room stands").messages.len() + 1);
}

fn refused_sends(stage: &Stage, room: RoomId) -> Vec<Refused> {
    let limits = stage.chat.limits();
    let (chars, id_chars) = (limits.text_chars, limits.client_id_chars);
    let [anna, outsider] = [&stage.people[0], &stage.people[4]];
    let send = |by, room, text: &str, client_id| refusal(stage.send(by, room, text, client_id));
    let too_long = Refusal::TextTooLong {
        chars: chars + 1,
        max: chars,
    };
    let bad_id = || Refusal::BadClientId { max: id_chars };
    vec![
        (
            "send from outside",
            send(outsider, room, "я", None),
            Refusal::NoSuchRoom,
        ),
        (
            "send to no room",
            send(anna, RoomId(999_999), "я", None),
            Refusal::NoSuchRoom,
        ),
        ("send nothing", send(anna, room, " \n\t ", None), Refusal::EmptyText),
        (
            "send what nobody sees",
            send(
                anna,
                room,
                "\u{200B}\u{2800}\u{3164}\u{FE0F}\u{E0020}\u{AD} \u{1}",
                None,
            ),
            Refusal::EmptyText,
        ),
        ("send NUL", send(anna, room, "a\0b", None), Refusal::NulInText),
        (
            "send too much",
            send(anna, room, &"я".repeat(chars + 1), None),
            too_long,
        ),
        ("send an empty client id", send(anna, room, "я", Some("")), bad_id()),
        (
            "send a long client id",
            send(anna, room, "я", Some(&"x".repeat(id_chars + 1))),
            bad_id(),
        ),
        (
            "send what was erased",
            send(anna, room, "два", Some("c-2")),
            Refusal::ErasedSince,
        ),
    ]
}

fn refused_changes_of_messages(stage: &Stage, kept: MessageId, erased: MessageId) -> Vec<Refused> {
    let [anna, expert, outsider] = [&stage.people[0], &stage.people[1], &stage.people[4]];
    let missing = MessageId(999_999);
    let edit = |by, id, text| refusal(stage.edit(by, id, text));
    let erase = |by, id| refusal(stage.erase(by, id));
    vec![
        ("edit another's", edit(expert, kept, "я"), Refusal::NotAllowed),
        ("edit from outside", edit(outsider, kept, "я"), Refusal::NoSuchMessage),
        ("edit to nothing", edit(anna, kept, ""), Refusal::EmptyText),
        ("edit what was erased", edit(anna, erased, "я"), Refusal::NoSuchMessage),
        (
            "edit what is not there",
            edit(anna, missing, "я"),
            Refusal::NoSuchMessage,
        ),
        ("erase another's", erase(expert, kept), Refusal::NotAllowed),
        ("erase from outside", erase(outsider, kept), Refusal::NoSuchMessage),
        ("erase twice", erase(anna, erased), Refusal::NoSuchMessage),
        ("erase what is not there", erase(anna, missing), Refusal::NoSuchMessage),
    ]
}

fn refused_changes_of_rooms(stage: &Stage, room: RoomId) -> Vec<Refused> {
    let [anna, outsider, admin] = [&stage.people[0], &stage.people[4], &stage.admin];
    let now = stage.chat.now();
    let move_room = |by: &Person, order| {
        let by = by.clone();
        refusal(stage.change(move |tx| rules::move_room(tx, now, (&by).into(), room, &OrderId::from(order))))
    };
    let remove = |by: &Person| {
        let by = by.clone();
        refusal(stage.change(move |tx| rules::remove_room(tx, now, (&by).into(), room)))
    };
    let group = Group {
        id: GroupId::from(1),
        name: "5а".into(),
        teacher: None,
        students: vec![PersonId(999)],
    };
    let order = stage
        .look(|look| Ok(look.order(&OrderId::from(1))?))
        .expect("an order is read")
        .expect("it is there");
    let order = Order {
        client: Some(PersonId(999)),
        ..order
    };
    let put_order = refusal(stage.change(move |tx| rules::put_order(tx, now, &order, None)));
    vec![
        (
            "read from outside",
            refusal(stage.read(outsider, room, None)),
            Refusal::NoSuchRoom,
        ),
        (
            "read no room",
            refusal(stage.read(anna, RoomId(999_999), None)),
            Refusal::NoSuchRoom,
        ),
        ("open no order", refusal(stage.open(anna, 99)), Refusal::NoSuchOrder),
        (
            "open another's order",
            refusal(stage.open(outsider, 1)),
            Refusal::NoPlaceInOrder,
        ),
        ("move as a member", move_room(anna, 2), Refusal::NotAllowed),
        ("move from outside", move_room(outsider, 2), Refusal::NoSuchRoom),
        ("move to no order", move_room(admin, 99), Refusal::NoSuchOrder),
        ("move to a taken order", move_room(admin, 2), Refusal::OrderHasRoom),
        ("remove as a member", remove(anna), Refusal::NotAllowed),
        ("remove from outside", remove(outsider), Refusal::NoSuchRoom),
        ("put an order of nobody", put_order, Refusal::NoSuchPerson),
        (
            "put a group of nobody",
            refusal(stage.change(move |tx| rules::put_group(tx, now, &group))),
            Refusal::NoSuchPerson,
        ),
    ]
}

pub(super) fn a_failed_neighbour_takes_nothing_from_the_others(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let (threads, sends) = (8, 30);
    let stage = &stage;
    // Every second change fails after it has written and announced.
    thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for n in 0..sends {
                    let (now, limits, by) = (
                        stage.chat.now(),
                        Arc::clone(stage.chat.limits()),
                        stage.people[thread % 3].clone(),
                    );
                    let kept = (thread + n) % 2 == 0;
                    let draft = Draft {
                        text: format!("{thread}/{n}"),
                        client_id: Some(format!("{thread}/{n}")),
                        files: Vec::new(),
                        more: None,
                    };
                    let outcome = stage.change(move |tx| {
                        let sent = rules::send(tx, now, &limits, (&by).into(), room, &draft)?;
                        if kept {
                            Ok(sent)
                        } else {
                            Err(Error::Failed(Fault::Busy))
                        }
                    });
                    assert_eq!(outcome.is_ok(), kept);
                }
            });
        }
    });
    let after = stage.picture(room).expect("the room stands");
    assert_eq!(after.messages.len(), threads * sends / 2);
    assert!(
        after
            .messages
            .iter()
            .zip(1..)
            .all(|(message, seq)| message.seq.0 == seq),
        "numbers stay dense"
    );
    let heard = stage.heard(&stage.people[0], room);
    let texts: Vec<&str> = heard
        .iter()
        .filter_map(|event| match &event.heard {
            Heard::Sent { message, .. } => Some(message.text.as_str()),
            _ => None,
        })
        .collect();
    let kept: Vec<&str> = after.messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, kept, "what was taken back is not heard, what was kept is");
}
