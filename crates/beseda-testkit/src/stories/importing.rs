//! Stories of what another chat has kept: it comes in under its own numbers, once, and what was done here stays done.

use super::Make;
use super::stage::{Dice, Picture, Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::rules::import::{self, Arrival, Clash};
use beseda_core::words::{
    ForeignMember, ForeignMessage, ForeignReceipt, ForeignRoom, HostId, Kinds, MemberId, MessageId, OrderId, PersonId,
    RoomId, RoomKey, Seq, Time,
};
use std::cmp::Reverse;
use uuid::Uuid;

const ROOMS: [i64; 3] = [40, 41, 70];
const NOW: Time = Time(1_790_000_000_000_000);

/// The room with this number there; its order has the number with 100 more.
fn room(id: i64) -> ForeignRoom {
    ForeignRoom {
        id: RoomId(id),
        key: RoomKey::Order(OrderId::from(id + 100)),
        title: String::new(),
        created_at: Time(1_000),
        updated_at: Time(2_000),
    }
}

/// Messages in those rooms, with gaps between their numbers; of nobody every now and then.
fn messages(dice: &mut Dice) -> Vec<ForeignMessage> {
    let mut id = 500;
    let message = |_| {
        id += 1 + dice.below(3);
        ForeignMessage {
            id: MessageId(id),
            room: RoomId(*dice.pick(&ROOMS)),
            sender: Some(PersonId(1 + dice.below(2))).filter(|_| !dice.chance(10)),
            text: format!("сообщение {id}"),
            file: None,
            // A clock goes back here and there.
            created_at: Time(id * 1_000 - dice.below(2_500)),
        }
    };
    (0..80).map(message).collect()
}

fn in_turn<T: Send + 'static>(
    stage: &Stage,
    mut work: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
) -> T {
    stage
        .change(move |tx| import::in_turn(tx, &mut work))
        .expect("it is done")
}

fn take_rooms(stage: &Stage, rooms: Vec<ForeignRoom>) -> Vec<Arrival> {
    let uuids: Vec<Uuid> = rooms.iter().map(|_| Uuid::from_bytes(stage.chat.random())).collect();
    in_turn(stage, move |tx| import::take_rooms(tx, &rooms, &uuids))
}

fn take(stage: &Stage, messages: &[ForeignMessage]) -> Vec<Arrival> {
    let messages = messages.to_vec();
    in_turn(stage, move |tx| import::take_messages(tx, NOW, &messages))
}

fn take_member(stage: &Stage, member: ForeignMember) -> bool {
    in_turn(stage, move |tx| import::take_member(tx, &member))
}

fn member(id: i64, room: i64, person: i64) -> ForeignMember {
    ForeignMember {
        id: Some(MemberId(id)),
        room: RoomId(room),
        person: PersonId(person),
        joined_at: Time(1_500),
    }
}

/// Rooms with people 1 and 2 in each, and orders that are theirs.
fn with_rooms(stage: &Stage) {
    for id in ROOMS {
        stage
            .put_order(id + 100, [Some(PersonId(1)), Some(PersonId(2)), None])
            .expect("the order is put");
    }
    assert_eq!(
        take_rooms(stage, ROOMS.map(room).to_vec()),
        [(); 3].map(|()| Arrival::New)
    );
    for id in ROOMS {
        assert!(in_turn(stage, move |tx| import::take_places(tx, NOW, RoomId(id))));
    }
}

fn pictures(stage: &Stage) -> Vec<Option<Picture>> {
    ROOMS.iter().map(|id| stage.picture(RoomId(*id))).collect()
}

pub(super) fn what_another_chat_kept_comes_in_once_wherever_it_was_cut_off(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    with_rooms(&stage);
    let all = messages(&mut dice);
    // Each time it begins anew, in parts of other sizes, and is cut off further on.
    let mut end = 0;
    while end < all.len() {
        end = (end + 1 + usize::try_from(dice.below(30)).expect("few")).min(all.len());
        let size = 1 + usize::try_from(dice.below(25)).expect("few");
        for part in all[..end].chunks(size) {
            take(&stage, part);
        }
    }
    for id in ROOMS {
        let there: Vec<&ForeignMessage> = all.iter().filter(|message| message.room.0 == id).collect();
        let Picture {
            room,
            messages,
            members,
        } = stage.picture(RoomId(id)).expect("it stands");
        let seen = messages
            .iter()
            .map(|one| (one.id, one.seq.0, &*one.text, one.created_at));
        let said = (1..)
            .zip(&there)
            .map(|(seq, one)| (one.id, seq, &*one.text, one.created_at));
        assert_eq!(seen.collect::<Vec<_>>(), said.collect::<Vec<_>>());
        let senders = messages.iter().map(|one| one.author.as_ref().map(|author| author.id));
        assert!(senders.eq(there.iter().map(|one| one.sender)));
        assert_eq!(room.created_at, Time(1_000));
        // Nobody has read anything yet: what others said is unread.
        for (member, _) in members {
            let of_others = there.iter().filter(|one| one.sender != Some(member.person)).count();
            assert_eq!(room.seq.0 - member.read.0 - member.skip, of_others as i64);
        }
    }
    let listed = stage.look(|look| Ok(look.rooms(PersonId(1), Kinds::ALL, 0, 10)?));
    let listed = listed.expect("they are listed").into_iter().map(|view| view.room.id);
    let mut by_newest = ROOMS.map(RoomId);
    by_newest.sort_by_key(|room| Reverse(all.iter().rposition(|one| one.room == *room)));
    assert!(listed.eq(by_newest), "the one with the newest message comes first");
    let before = pictures(&stage);
    assert!(take(&stage, &all).iter().all(|arrival| *arrival == Arrival::Here));
    assert_eq!(
        take_rooms(&stage, ROOMS.map(room).to_vec()),
        [(); 3].map(|()| Arrival::Here)
    );
    assert_eq!(pictures(&stage), before, "the same again changed something");
    // What is said here comes after it.
    let last = all.last().expect("there are some").id;
    let sent = stage
        .send(&stage.people[0], RoomId(40), "дальше", None)
        .expect("it is sent");
    assert!(sent.message.id > last);
    stage
        .put_order(900, [Some(PersonId(1)), None, None])
        .expect("the order is put");
    let opened = stage.open(&stage.people[0], 900).expect("it opens").0.room.id;
    assert!(opened > RoomId(70));
}

pub(super) fn what_was_taken_away_here_does_not_come_again(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    with_rooms(&stage);
    let all = messages(&mut dice);
    take(&stage, &all);
    assert!(take_member(&stage, member(901, 41, 5)));
    let (admin, now) = (stage.admin.clone(), stage.chat.now());
    let erased = all
        .iter()
        .find(|one| one.room == RoomId(41) && one.sender.is_some())
        .expect("one of many");
    let author = stage.person(erased.sender.expect("somebody"));
    stage.erase(&author, erased.id).expect("it is erased");
    stage
        .change(move |tx| rules::remove_room(tx, now, (&admin).into(), RoomId(40)))
        .expect("it is removed");
    let key = RoomKey::Order(OrderId::from(141));
    stage
        .change(move |tx| rules::remove_member(tx, now, &key, &HostId::Number(5)))
        .expect("they are shown out");

    let before = pictures(&stage);
    let again = take(&stage, &all);
    let gone = all.iter().map(|one| one.room == RoomId(40));
    assert!(again.iter().map(|arrival| *arrival == Arrival::Gone).eq(gone));
    assert_eq!(take_rooms(&stage, vec![room(40)]), [Arrival::Gone]);
    assert!(!take_member(&stage, member(901, 41, 5)), "they were shown out");
    assert_eq!(pictures(&stage), before);

    stage
        .change(move |tx| rules::remove_person(tx, now, PersonId(2)))
        .expect("they are deleted");
    let said = stage.people[1].clone();
    let put = in_turn(&stage, move |tx| {
        import::take_person(tx, now, &HostId::Number(2), &said, None)
    });
    assert!(!put.changed);
    assert!(!take_member(&stage, member(902, 70, 2)), "they were deleted");
    assert!(!in_turn(&stage, |tx| import::take_places(tx, NOW, RoomId(70))));
}

pub(super) fn a_number_that_is_taken_is_told_and_nothing_comes_in_between(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    with_rooms(&stage);
    let all = messages(&mut dice);
    // One was left out, and later ones of its room came.
    let left = all.iter().position(|one| one.room == RoomId(41)).expect("one of many");
    let without: Vec<ForeignMessage> = [&all[..left], &all[left + 1..]].concat();
    take(&stage, &without);
    let before = pictures(&stage);
    let last = all.iter().rfind(|one| one.room == RoomId(41)).expect("one of many").id;
    assert_eq!(take(&stage, &all[left..=left]), [Arrival::Clash(Clash::Late { last })]);
    let taken = &without[0];
    let other = ForeignMessage {
        created_at: Time(7),
        ..taken.clone()
    };
    let (id, of) = (taken.id, taken.room);
    assert_eq!(
        take(&stage, &[other]),
        [Arrival::Clash(Clash::MessageNumber { id, room: of })]
    );
    let number = ForeignRoom {
        id: RoomId(41),
        ..room(300)
    };
    let elsewhere = ForeignRoom {
        id: RoomId(300),
        ..room(41)
    };
    let key = "order:141".to_owned();
    let clashes = [
        Clash::RoomNumber {
            id: RoomId(41),
            key: key.clone(),
        },
        Clash::RoomElsewhere { key, id: RoomId(41) },
    ];
    assert_eq!(take_rooms(&stage, vec![number, elsewhere]), clashes.map(Arrival::Clash));
    let nowhere = ForeignMessage {
        id: MessageId(9_000),
        room: RoomId(999),
        ..taken.clone()
    };
    assert_eq!(take(&stage, &[nowhere]), [Arrival::Gone], "its room is not there");
    assert_eq!(pictures(&stage), before);
    assert_eq!(
        refusal(stage.erase(&stage.people[0], MessageId(9_000))),
        Some(Refusal::NoSuchMessage)
    );
}

pub(super) fn receipts_of_another_chat_move_ours_forward_alone(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    with_rooms(&stage);
    let message = |id: i64, sender: i64, at: i64| ForeignMessage {
        id: MessageId(id),
        room: RoomId(40),
        sender: Some(PersonId(sender)),
        text: "текст".to_owned(),
        file: None,
        created_at: Time(at),
    };
    take(
        &stage,
        &[
            message(1, 1, 10),
            message(2, 2, 20),
            message(3, 1, 30),
            message(4, 2, 40),
        ],
    );
    let read = |person: i64| {
        let members = stage.picture(RoomId(40)).expect("it stands").members;
        let member = members
            .into_iter()
            .find(|(member, _)| member.person == PersonId(person));
        let (member, _) = member.expect("they are in it");
        (member.read, member.skip)
    };
    let receipt = |person: i64, read: ForeignReceipt| {
        in_turn(&stage, move |tx| {
            import::take_receipt(tx, RoomId(40), PersonId(person), read)
        })
    };
    assert!(receipt(1, ForeignReceipt::Until(Time(20))));
    assert_eq!(read(1), (Seq(2), 1), "their own third is not unread");
    assert!(!receipt(1, ForeignReceipt::Until(Time(20))), "the same again");
    assert!(!receipt(1, ForeignReceipt::UpTo(MessageId(1))), "back");
    assert_eq!(read(1), (Seq(2), 1));
    // The third, which person 1 sent, is read by somebody: that is person 2. Person 1 keeps a receipt of their own.
    let of_messages = vec![(Some(PersonId(1)), MessageId(3)), (Some(PersonId(2)), MessageId(4))];
    assert!(in_turn(&stage, move |tx| {
        import::take_reads(tx, RoomId(40), &of_messages, &[PersonId(1)])
    }));
    assert_eq!((read(1), read(2)), ((Seq(2), 1), (Seq(3), 1)));
}
