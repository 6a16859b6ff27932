//! Stories of who may do what in rooms of an application's own, and of who does not want to hear from whom.

use super::Make;
use super::any_room::Deal;
use super::stage::{Stage, refusal};
use beseda_core::error::Refusal;
use beseda_core::policy::{By, Right};
use beseda_core::rules::{self, MemberChange, RoomChange, ViewChange};
use beseda_core::words::{
    HostId, KindRules, Kinds, MemberRole, More, OwnKinds, PersonId, Role, RoomKind, Seq, Time, View,
};
use uuid::Uuid;

fn role(word: &str) -> MemberRole {
    MemberRole::from_word(word).expect("a role")
}

pub(super) fn kinds(rules: KindRules) -> Kinds {
    let Some(RoomKind::Own(deal)) = RoomKind::from_word("deal") else {
        panic!("a kind of an application's own");
    };
    Kinds::with(Box::leak(Box::new(OwnKinds {
        kinds: vec![(deal, rules)],
        orders_have_desk: false,
    })))
}

fn put(deal: &Deal<'_>, id: i64, role: MemberRole) {
    deal.members(MemberChange::Put(HostId::Number(id), role));
}

pub(super) fn what_members_may_do_follows_from_what_they_are_in_the_room(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut deal = Deal::new(&stage, 1, &[1, 2, 3]);
    deal.kinds = kinds(KindRules {
        roles: Some(vec![
            (role("lead"), [Right::TakePart.deeds(), Right::Govern.deeds()].concat()),
            (MemberRole::MEMBER, Right::Read.deeds().to_vec()),
        ]),
        staff: vec![(Role::Admin, Right::Govern.deeds().to_vec())],
        ..KindRules::default()
    });
    put(&deal, 1, role("lead"));
    put(&deal, 3, role("guest"));
    let cursor = deal.changes(1, None).cursor;
    let can = |who: i64| deal.full(who).map(|full| full.can.to_vec());
    assert!(can(1).expect("they see it").contains(&"send") && can(1).expect("they see it").contains(&"close"));
    assert_eq!(can(2), Ok(vec!["read"]));
    assert_eq!(
        refusal(can(3)),
        Some(Refusal::NoSuchRoom),
        "whom the application names not may do nothing"
    );
    assert_eq!(refusal(deal.say(2, "раз", More::default())), Some(Refusal::NotAllowed));
    let first = deal.send(1, "раз");
    let by = deal.person(2);
    let (id, kinds, limits, now) = (
        deal.id,
        deal.kinds,
        beseda_core::words::Limits::default(),
        stage.chat.now(),
    );
    let title = RoomChange {
        title: Some("Дело".to_owned()),
        ..RoomChange::default()
    };
    let (bounds, change) = (limits.clone(), title.clone());
    let refused = stage.change(move |tx| rules::change_room(tx, now, &bounds, By::of(&by, kinds), id, &change));
    assert_eq!(refusal(refused), Some(Refusal::NotAllowed));
    let (by, bounds) = (deal.person(1), limits.clone());
    let changed = stage.change(move |tx| rules::change_room(tx, now, &bounds, By::of(&by, kinds), id, &title));
    assert_eq!(changed.expect("who governs it changes it").title, "Дело");
    // Who becomes something else is told with the members.
    put(&deal, 2, role("lead"));
    let told = deal.changes(1, Some(cursor));
    let became: Vec<_> = told.members.expect("somebody became something").changed;
    let became: Vec<_> = became
        .iter()
        .map(|(member, _)| (member.person.0, member.role.word().to_owned()))
        .collect();
    assert_eq!(became, [(2, "lead".to_owned())]);
    assert_eq!(told.messages.first().map(|message| message.seq), Some(first));
    deal.say(2, "два", More::default()).expect("and may what they are");
    // Staff governs without being in it, and whoever is in it may leave.
    let (by, bounds) = (stage.admin.clone(), limits.clone());
    let change = [MemberChange::Put(HostId::Number(4), role("lead"))];
    let changed = stage.change(move |tx| rules::change_members(tx, now, &bounds, By::of(&by, kinds), id, &change));
    assert!(changed.is_ok());
    let (by, leaves) = (deal.person(4), [MemberChange::Remove(HostId::Number(4))]);
    let left = stage.change(move |tx| rules::change_members(tx, now, &limits, By::of(&by, kinds), id, &leaves));
    assert!(left.is_ok());
    assert_eq!(refusal(can(4)), Some(Refusal::NoSuchRoom));
}

pub(super) fn a_closed_room_leaves_what_its_kind_leaves(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut deal = Deal::new(&stage, 1, &[1, 2]);
    let first = deal.send(1, "раз");
    let close = |closed: bool| RoomChange {
        closed: Some(closed),
        ..RoomChange::default()
    };
    let cursor = deal.changes(1, None).cursor;
    deal.alter(close(true));
    let told = deal.changes(1, Some(cursor)).about.expect("the room itself changed");
    assert_eq!((told.room.closed, &*told.can), (true, ["read"].as_slice()));
    for refused in [
        refusal(deal.say(2, "два", More::default())),
        refusal(deal.edit(1, first, "иначе", None)),
        refusal(deal.react(2, first, "👍", true)),
        refusal(deal.pin(2, first, true)),
    ] {
        assert_eq!(refused, Some(Refusal::RoomClosed));
    }
    assert_eq!(deal.mark(2, Some(first), None).unread, 0, "it is read as before");
    deal.system("закрыто", None);
    deal.kinds = kinds(KindRules {
        closed: Some(Right::TakePart.deeds().to_vec()),
        ..KindRules::default()
    });
    deal.say(2, "два", More::default()).expect("of this kind more is left");
    deal.kinds = kinds(KindRules {
        closed: Some(Vec::new()),
        ..KindRules::default()
    });
    let full = deal.full(2).expect("that it is there is seen");
    assert_eq!((full.last, full.can.len()), (None, 0), "of this one nothing else");
    deal.kinds = Kinds::ALL;
    deal.alter(close(false));
    deal.say(2, "три", More::default()).expect("it is open again");
}

pub(super) fn views_and_marks_move_the_cursor_and_nothing_else(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2]);
    let said: Vec<Seq> = (0..4).map(|_| deal.send(1, "раз")).collect();
    let before = deal.changes(1, None).cursor;
    let me = deal.mark(2, None, Some(said[2])).member;
    assert_eq!((me.read, me.delivered), (Seq(0), said[2]));
    let me = deal.mark(2, None, Some(said[0])).member;
    assert_eq!(me.delivered, said[2], "it moves forward alone");
    let me = deal.mark(2, Some(said[3]), None).member;
    assert_eq!((me.read, me.delivered), (said[3], said[3]), "what is read is delivered");
    let told = deal.changes(1, Some(before));
    assert_eq!((told.cursor.head, told.about.is_none()), (before.head, true));
    let receipts: Vec<_> = told
        .receipts
        .iter()
        .map(|(member, _)| (member.person.0, member.read))
        .collect();
    assert_eq!((receipts, told.messages.len()), (vec![(2, said[3])], 0));
    let (by, room) = (deal.person(2), deal.id);
    let see = |change: ViewChange| {
        let (by, now) = (by.clone(), stage.chat.now());
        let seen = stage.change(move |tx| rules::see_otherwise(tx, now, (&by).into(), room, change));
        seen.expect("it is seen otherwise").member.view
    };
    let now = stage.chat.now();
    let view = see(ViewChange {
        muted_until: Some(Some(Time(now.0 + 9))),
        pinned: Some(true),
        archived: Some(true),
        unread_from: Some(Some(Seq(99))),
    });
    let expected = View {
        muted_until: Some(Time(now.0 + 9)),
        pinned_at: Some(now),
        archived: true,
        unread_from: Some(said[3]),
    };
    assert_eq!((view, deal.me(2).member.view), (expected, expected));
    let after = deal.changes(2, Some(told.cursor));
    assert!(after.cursor.receipts > told.cursor.receipts && after.about.is_none());
    assert_eq!(after.me.expect("they are in it").member.view, expected);
    assert_eq!(see(ViewChange::default()), expected);
    assert_eq!(
        deal.changes(2, None).cursor,
        after.cursor,
        "the same again changes nothing"
    );
    assert_eq!(
        deal.mark(2, Some(said[3]), None).member.view.unread_from,
        None,
        "any read clears it"
    );
    // Who comes back sees the room as anybody new, and has read what they had.
    deal.members(MemberChange::Remove(HostId::Number(2)));
    put(&deal, 2, MemberRole::OWNER);
    let me = deal.me(2).member;
    assert_eq!((me.view, me.read, me.delivered), (View::default(), said[3], said[3]));
    assert_eq!(me.role, MemberRole::OWNER);
}

pub(super) fn who_is_blocked_is_not_heard_in_a_room_of_two(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (anna, boris) = (stage.people[0].clone(), stage.people[1].clone());
    let open = |by: &beseda_core::words::Person, with: i64, uuid: u128| {
        let (now, by) = (stage.chat.now(), by.clone());
        stage.change(move |tx| {
            rules::open_private(tx, now, &by, &HostId::Number(with), Uuid::from_u128(uuid)).map(|(view, _)| view.room)
        })
    };
    let block = |by: &beseda_core::words::Person, other: i64, on: bool| {
        let (now, by) = (stage.chat.now(), by.clone());
        stage.change(move |tx| rules::block(tx, now, &by, &HostId::Number(other), on))
    };
    let blocked_by = |by: PersonId| {
        let blocked = stage.look(move |look| Ok(look.blocked_by(by)?)).expect("they are read");
        blocked.iter().map(|person| person.id.0).collect::<Vec<_>>()
    };
    let room = match open(&anna, 2, 1) {
        Ok(room) => room.id,
        // Where their roles do not let them, the application opens it.
        Err(_) => {
            let key = beseda_core::words::RoomKey::private(anna.host_id(), boris.host_id());
            let (now, limits) = (stage.chat.now(), beseda_core::words::Limits::default());
            let put = stage.change(move |tx| rules::put_room(tx, now, &limits, &key, None, None, Uuid::from_u128(1)));
            put.expect("it is put").0.room.id
        }
    };
    assert_eq!(refusal(block(&anna, 1, true)), Some(Refusal::WithOneself));
    assert_eq!(refusal(block(&anna, 404, true)), Some(Refusal::NoSuchPerson));
    block(&anna, 2, true).expect("it is blocked");
    block(&anna, 2, true).expect("again");
    let unmet = Some(Refusal::NoSuchPerson);
    assert_eq!(
        refusal(block(&anna, 3, true)),
        unmet,
        "whom they have nothing to do with"
    );
    assert_eq!(refusal(block(&anna, 3, false)), unmet);
    let three = stage.room_of_three(1);
    block(&anna, 3, true).expect("another one");
    assert_eq!(blocked_by(anna.id), [3, 2], "the last first");
    assert_eq!(refusal(stage.send(&boris, room, "раз", None)), Some(Refusal::Blocked));
    stage.send(&anna, room, "раз", None).expect("who blocks is heard");
    block(&boris, 1, true).expect("each may");
    assert_eq!(refusal(stage.send(&anna, room, "раз", None)), Some(Refusal::Blocked));
    block(&anna, 2, false).expect("it is taken back");
    stage.send(&boris, room, "два", None).expect("they are heard again");
    assert_eq!(refusal(stage.send(&anna, room, "два", None)), Some(Refusal::Blocked));
    block(&boris, 1, false).expect("it is taken back");
    stage.send(&anna, room, "три", None).expect("as before");
    assert_eq!(blocked_by(anna.id), [3]);
    stage
        .send(&stage.people[2], three, "раз", None)
        .expect("in a room of more nothing is otherwise");
}

pub(super) fn whoever_shares_a_room_is_a_companion(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let deal = Deal::new(&stage, 1, &[1, 2]);
    let _other = Deal::new(&stage, 2, &[2, 3]);
    let look = |kinds: Kinds| {
        let found = stage.look(move |look| {
            let all: Vec<PersonId> = (1..=9).rev().map(PersonId).collect();
            let shares = look.share_room(PersonId(1), PersonId(2), kinds)?;
            let none = look.share_room(PersonId(1), PersonId(3), kinds)?;
            Ok((look.companions(PersonId(2), kinds, &all)?, shares, none))
        });
        found.expect("it is read")
    };
    let (companions, shares, none) = look(Kinds::ALL);
    assert_eq!(companions.iter().map(|person| person.0).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((shares, none), (true, false));
    let pairs = Kinds::of(&[RoomKind::Pair]);
    assert_eq!(
        look(pairs),
        (vec![], false, false),
        "in rooms of other kinds they are not"
    );
    let (now, key) = (stage.chat.now(), deal.key.clone());
    stage
        .change(move |tx| rules::remove_room_of(tx, now, &key))
        .expect("it is taken away");
    assert_eq!(look(Kinds::ALL).0.len(), 2);
    let (id, after) = (deal.id, beseda_core::words::MemberId(0));
    let members = stage.look(move |look| Ok((look.members_after(id, after, 9)?, look.member_counts(&[id])?)));
    assert_eq!(members, Ok((vec![], vec![])), "nobody is in a room that was taken away");
}
