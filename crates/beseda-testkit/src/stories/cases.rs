//! Stories of cases: whose turn it is follows from what is said, one of the staff has it, and each lists those that are theirs.

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::policy::{self, By};
use beseda_core::rules::{self, CaseChange, CasePage, Introduction};
use beseda_core::words::{
    Case, CaseFilter, CaseState, Draft, Errand, FullRoom, HostId, Kinds, Limits, OwnKinds, Owner, Person, PersonId,
    RoomId, RoomKind, Seq, Side, Time,
};
use std::sync::LazyLock;
use uuid::Uuid;

/// Orders have a desk too.
static OWN: LazyLock<OwnKinds> = LazyLock::new(|| OwnKinds {
    kinds: Vec::new(),
    orders_have_desk: true,
});

fn by(person: &Person) -> By<'_> {
    By::of(person, Kinds::with(LazyLock::force(&OWN))).everywhere()
}

/// A visitor's room, with the visitor.
fn visit(stage: &Stage, name: u128) -> (RoomId, Person) {
    stage.clock.tick(10);
    let now = stage.chat.now();
    let introduction = Introduction {
        name: "Вера".to_owned(),
        ..Introduction::default()
    };
    let uuid = Uuid::from_u128(name);
    let opened = stage.change(move |tx| rules::open_case(tx, now, &Limits::default(), None, &introduction, uuid));
    let (view, visitor) = opened.expect("it is opened");
    (view.room.id, visitor)
}

fn say(stage: &Stage, who: &Person, room: RoomId) -> Time {
    stage.clock.tick(10);
    stage
        .send(who, room, "Да", None)
        .expect("it is sent")
        .message
        .created_at
}

fn case(stage: &Stage, who: &Person, room: RoomId) -> Result<Case, Error> {
    let who = who.clone();
    stage.look(move |look| rules::case(look, by(&who), room).map(|seen| seen.case))
}

fn change(stage: &Stage, who: &Person, room: RoomId, change: &CaseChange) -> Result<Case, Error> {
    let (who, change, now, limits) = (who.clone(), change.clone(), stage.chat.now(), Limits::default());
    stage.change(move |tx| rules::change_case(tx, now, &limits, by(&who), room, &change).map(|seen| seen.case))
}

fn state(state: CaseState) -> CaseChange {
    CaseChange {
        state: Some(state),
        ..CaseChange::default()
    }
}

fn assign(to: Option<&Person>, from: Option<&Person>) -> CaseChange {
    let id = |person: &Person| -> HostId<'static> { person.host_id().into_owned() };
    CaseChange {
        assigned_to: Some(to.map(id)),
        taken_from: from.map(id),
        ..CaseChange::default()
    }
}

/// Whose it is, how far it is, whose turn it is and since when.
fn told(case: &Case) -> (Option<PersonId>, CaseState, Option<Side>, Time) {
    let assigned = case.assigned_to.as_ref().map(|assigned| assigned.person);
    (assigned, case.state, case.owes, case.since)
}

pub(super) fn whose_turn_it_is_follows_from_what_is_said(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (operator, mom) = (&stage.people[2], &stage.people[3]);
    let (room, visitor) = visit(&stage, 1);
    let now = |who: &Person| told(&case(&stage, who, room).expect("it is theirs to see"));
    let opened = stage.picture(room).expect("it is there").room.created_at;
    assert_eq!(now(operator), (None, CaseState::New, None, opened));

    let first = say(&stage, &visitor, room);
    assert_eq!(now(operator), (None, CaseState::New, Some(Side::Us), first));
    say(&stage, &visitor, room);
    assert_eq!(now(operator).3, first, "they wait since the first");
    let answered = say(&stage, operator, room);
    let has_it = Some(operator.id);
    assert_eq!(now(mom), (has_it, CaseState::Open, Some(Side::Them), answered));
    say(&stage, mom, room);
    assert_eq!(now(mom), (has_it, CaseState::Open, Some(Side::Them), answered));

    for done in [CaseState::Waiting, CaseState::Resolved] {
        change(&stage, mom, room, &state(done)).expect("it is theirs");
        say(&stage, operator, room);
        assert_eq!(now(mom).1, done, "staff opens nothing by a word");
        let again = say(&stage, &visitor, room);
        assert_eq!(now(mom), (has_it, CaseState::Open, Some(Side::Us), again));
        say(&stage, operator, room);
    }

    // Messages 1 and 2 are the visitor's, 3 and 4 the staff's; then come answers in turn.
    let erase = |seq: i64| {
        let message = stage
            .look(move |look| Ok(look.message_at(room, Seq(seq))?))
            .expect("it is read");
        let message = message.expect("it is there");
        let mut authors = [operator, mom, &visitor].into_iter();
        let author = authors
            .find(|author| message.is_by(author.id))
            .expect("one of them wrote it");
        stage.erase(author, message.id).expect("it is erased");
    };
    let last = stage.picture(room).expect("it is there").room.seq.0;
    (5..=last).rev().for_each(erase);
    assert_eq!(now(mom), (has_it, CaseState::Open, Some(Side::Them), answered));
    erase(4);
    erase(3);
    assert_eq!(now(mom), (has_it, CaseState::Open, Some(Side::Us), first));
    erase(2);
    erase(1);
    assert_eq!(now(mom), (has_it, CaseState::Open, None, opened));
}

pub(super) fn a_case_is_taken_by_one_and_only_knowingly_from_another(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (client, operator, mom) = (&stage.people[0], &stage.people[2], &stage.people[3]);
    let (room, visitor) = visit(&stage, 1);
    let taken = change(&stage, operator, room, &assign(Some(operator), None)).expect("nobody had it");
    assert_eq!((told(&taken).0, taken.state), (Some(operator.id), CaseState::Open));
    let too_late = refusal(change(&stage, mom, room, &assign(Some(mom), None)));
    let by_operator = Refusal::Taken {
        by: operator.host_id().to_string(),
        name: operator.full_name(),
    };
    assert_eq!(too_late, Some(by_operator.clone()));
    let wrong = refusal(change(&stage, mom, room, &assign(None, Some(mom))));
    assert_eq!(wrong, Some(by_operator), "nor taken away from somebody else");
    change(&stage, operator, room, &assign(Some(operator), None)).expect("they have it already");
    let moved = change(&stage, mom, room, &assign(Some(mom), Some(operator))).expect("they know whose it was");
    assert_eq!(told(&moved).0, Some(mom.id));
    for nobody in [client, &visitor] {
        let wrong = change(&stage, mom, room, &assign(Some(nobody), Some(mom)));
        assert_eq!(refusal(wrong), Some(Refusal::NotOfDesk));
    }
    let free = change(&stage, mom, room, &assign(None, Some(mom))).expect("it is theirs to give");
    assert_eq!(told(&free).0, None);
    for stranger in [client, &visitor] {
        let asked = refusal(case(&stage, stranger, room));
        let asked_to = refusal(change(&stage, stranger, room, &state(CaseState::Resolved)));
        assert_eq!(asked, asked_to);
        assert!(
            matches!(asked, Some(Refusal::NotAllowed | Refusal::NoSuchRoom)),
            "{asked:?}"
        );
    }
}

pub(super) fn a_case_is_snoozed_until_a_moment_or_a_word(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let operator = &stage.people[2];
    let (room, visitor) = visit(&stage, 1);
    let now = stage.chat.now();
    let snooze = |until: Option<Time>| CaseChange {
        snoozed_until: until,
        ..state(CaseState::Snoozed)
    };
    let only_until = CaseChange {
        snoozed_until: Some(Time(now.0 + 50)),
        ..CaseChange::default()
    };
    for wrong in [snooze(None), snooze(Some(now)), only_until] {
        let refused = refusal(change(&stage, operator, room, &wrong));
        assert_eq!(refused, Some(Refusal::NotSnoozed), "{wrong:?}");
    }
    let until = Time(now.0 + 100);
    let snoozed = change(&stage, operator, room, &snooze(Some(until))).expect("it is snoozed");
    assert_eq!(
        (snoozed.state, snoozed.snoozed_until),
        (CaseState::Snoozed, Some(until))
    );
    let later = Time(now.0 + 200);
    change(&stage, operator, room, &snooze(Some(later))).expect("it is snoozed for longer");
    let jobs = stage.look(|look| Ok(look.jobs(false, 9)?)).expect("they are listed");
    let mut ends: Vec<(Errand, Time)> = jobs.into_iter().map(|job| (job.errand, job.due)).collect();
    ends.sort_by_key(|(_, due)| *due);
    let end = |until| (Errand::EndSnooze { room, until }, until);
    assert_eq!(ends, [end(until), end(later)]);

    // Its moment has come, and nobody has ended it yet: it can be tagged all the same.
    stage.clock.tick(300);
    let tagged = CaseChange {
        tags: Some(vec!["vip".to_owned()]),
        ..CaseChange::default()
    };
    let tagged = change(&stage, operator, room, &tagged).expect("it is theirs");
    assert_eq!((tagged.state, tagged.snoozed_until), (CaseState::Snoozed, Some(later)));
    let again = refusal(change(&stage, operator, room, &state(CaseState::Snoozed)));
    assert_eq!(again, Some(Refusal::NotSnoozed), "that moment is over");

    let ends = |until: Time| {
        stage
            .change(move |tx| rules::end_snooze(tx, room, until))
            .expect("it ends");
        case(&stage, operator, room).expect("it is theirs").state
    };
    assert_eq!(ends(until), CaseState::Snoozed, "it was snoozed for longer meanwhile");
    assert_eq!(ends(later), CaseState::Open);
    change(&stage, operator, room, &state(CaseState::Resolved)).expect("it is over");
    assert_eq!(
        ends(later),
        CaseState::Resolved,
        "a job that is done twice opens nothing"
    );
    let later = Time(stage.chat.now().0 + 100);
    change(&stage, operator, room, &snooze(Some(later))).expect("it is snoozed");
    say(&stage, &visitor, room);
    let open = case(&stage, operator, room).expect("it is theirs");
    assert_eq!((open.state, open.snoozed_until), (CaseState::Open, None));
}

pub(super) fn a_case_has_so_many_tags_each_once_and_in_order(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let operator = &stage.people[2];
    let (room, _) = visit(&stage, 1);
    let tagged = |tags: Vec<String>| {
        let tags = CaseChange {
            tags: Some(tags),
            ..CaseChange::default()
        };
        change(&stage, operator, room, &tags).map(|case| case.tags)
    };
    let tags = ["срочно", " vip ", "срочно"].map(str::to_owned).to_vec();
    assert_eq!(tagged(tags).expect("they are tags"), ["vip", "срочно"]);
    let limits = Limits::default();
    let (most, chars) = (limits.case_tags, limits.tag_chars);
    let many = |count: usize| (0..count).map(|n| format!("t{n:03}")).collect::<Vec<_>>();
    assert_eq!(tagged(many(most)).expect("as many as may be").len(), most);
    let longest = "ё".repeat(chars);
    assert_eq!(
        tagged(vec![longest.clone()]).expect("as long as may be"),
        std::slice::from_ref(&longest)
    );
    for wrong in [
        many(most + 1),
        vec![format!("{longest}ё")],
        vec![" ".to_owned()],
        vec!["a\u{0}".to_owned()],
    ] {
        assert_eq!(refusal(tagged(wrong)), Some(Refusal::BadTags { most, chars }));
    }
}

/// Tags of one case, some of which look like two of them in JSON.
const TAGS: [&str; 4] = ["vip", "a\",\"b", "c\\", "срочно"];

fn page(stage: &Stage, who: &Person, filter: &CaseFilter, limit: i64) -> Vec<RoomId> {
    let (mut rooms, mut after) = (Vec::new(), None);
    loop {
        let (who, filter) = (who.clone(), filter.clone());
        let page = stage.look(move |look| rules::case_page(look, by(&who), &filter, after, limit));
        let CasePage { items, next } = page.expect("they work at a desk");
        rooms.extend(items.iter().map(|seen| seen.case.room));
        after = next;
        if after.is_none() {
            return rooms;
        }
    }
}

pub(super) fn each_of_the_staff_lists_the_cases_that_are_theirs_to_answer(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (client, operator, mom) = (&stage.people[0], &stage.people[2], &stage.people[3]);
    // This order's room stood before its kind had a desk, that one's comes later.
    let before = stage.room_of_three(1);
    let asked = say(&stage, client, before);
    let desks = policy::desks(Kinds::with(LazyLock::force(&OWN)));
    stage.change(move |tx| Ok(tx.keep_desk(&desks)?)).expect("it is kept");
    let sweep = || {
        stage
            .change(|tx| rules::open_cases(tx, RoomKind::Order))
            .expect("they get cases")
    };
    assert!(sweep());
    assert!(!sweep(), "all have one");
    stage.clock.tick(10);
    let later = stage.room_of_three(2);
    let (first, vera) = visit(&stage, 1);
    let (second, _) = visit(&stage, 2);
    say(&stage, &vera, first);
    let standing = case(&stage, operator, before).expect("they are in the order");
    assert_eq!((standing.owes, standing.since), (Some(Side::Us), asked));

    let all = CaseFilter::default();
    // The last of which something is to be said comes first: the first visitor wrote after the second came.
    for limit in [1, 2, 9] {
        assert_eq!(page(&stage, operator, &all, limit), [first, second, later, before]);
    }
    let oldest = CaseFilter {
        oldest_first: true,
        ..all.clone()
    };
    assert_eq!(page(&stage, mom, &oldest, 1), [before, later, second, first]);
    let of_nobody_else = stage.room_of_three(3);
    stage
        .put_order(3, [Some(client.id), None, None])
        .expect("it has no operator any more");
    assert!(page(&stage, mom, &all, 9).contains(&of_nobody_else), "they step in");
    assert!(
        !page(&stage, operator, &all, 9).contains(&of_nobody_else),
        "they are not in it"
    );

    say(&stage, operator, first);
    change(&stage, mom, second, &assign(Some(mom), None)).expect("nobody had it");
    let tags = CaseChange {
        tags: Some(TAGS.map(str::to_owned).to_vec()),
        ..state(CaseState::Resolved)
    };
    change(&stage, mom, before, &tags).expect("they step in");
    let listed = |who: &Person, filter: CaseFilter| page(&stage, who, &filter, 9);
    let owned = |owner| CaseFilter {
        assigned: Some(owner),
        ..CaseFilter::default()
    };
    assert_eq!(listed(mom, owned(Owner::Person(mom.id))), [second]);
    assert_eq!(listed(operator, owned(Owner::Person(operator.id))), [first]);
    assert_eq!(listed(operator, owned(Owner::Nobody)), [later, before]);
    let in_states = |states: &[CaseState]| CaseFilter {
        states: states.to_vec(),
        ..CaseFilter::default()
    };
    assert_eq!(listed(operator, in_states(&[CaseState::Resolved])), [before]);
    let both = in_states(&[CaseState::Resolved, CaseState::New]);
    assert_eq!(listed(operator, both), [later, before]);
    let tagged = |tag: &str| CaseFilter {
        tag: Some(tag.to_owned()),
        ..CaseFilter::default()
    };
    for tag in TAGS {
        assert_eq!(listed(operator, tagged(tag)), [before], "{tag}");
    }
    for part in ["vi", "ip", "a\"", "b", "c\\\"", ",", "[", "VIP"] {
        assert!(listed(operator, tagged(part)).is_empty(), "{part} is a part of one");
    }
    let owing = |side| CaseFilter {
        owes: Some(side),
        ..CaseFilter::default()
    };
    assert_eq!(
        (listed(operator, owing(Side::Us)), listed(operator, owing(Side::Them))),
        (vec![before], vec![first])
    );

    for stranger in [client, &vera] {
        let stranger = stranger.clone();
        let asked = stage.look(move |look| rules::case_page(look, by(&stranger), &CaseFilter::default(), None, 9));
        assert_eq!(refusal(asked), Some(Refusal::NotAllowed));
    }
    // Nobody is told of a case whose room is gone.
    let now = stage.chat.now();
    let key = stage.picture(later).expect("it is there").room.key;
    let key = key.parse().expect("a key");
    stage
        .change(move |tx| rules::clear_room(tx, now, &key))
        .expect("it is gone");
    assert!(!page(&stage, operator, &all, 9).contains(&later));
}

/// A note about a room, by somebody of its desk.
fn note(stage: &Stage, who: &Person, about: Uuid) -> Result<RoomId, Error> {
    let (person, now, uuid) = (who.clone(), stage.chat.now(), Uuid::from_u128(about.as_u128() + 1_000));
    let notes = stage.change(move |tx| rules::open_notes(tx, now, by(&person), about, uuid));
    let (notes, _) = notes?;
    write(stage, who, notes).map(|_| notes)
}

fn write(stage: &Stage, who: &Person, notes: RoomId) -> Result<(), Error> {
    stage.clock.tick(10);
    let (person, now) = (who.clone(), stage.chat.now());
    let draft = Draft {
        text: "Осторожно".to_owned(),
        client_id: None,
        files: Vec::new(),
        more: None,
    };
    let sent = stage.change(move |tx| rules::send(tx, now, &Limits::default(), by(&person), notes, &draft));
    sent.map(drop)
}

fn full(stage: &Stage, who: &Person, room: RoomId) -> Result<FullRoom, Error> {
    let who = who.clone();
    stage.look(move |look| rules::full_room(look, by(&who), room).map(|(full, _)| full))
}

pub(super) fn notes_are_for_whoever_works_at_the_desk_and_reads_the_room(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (client, operator, mom) = (&stage.people[0], &stage.people[2], &stage.people[3]);
    let desks = policy::desks(Kinds::with(LazyLock::force(&OWN)));
    stage.change(move |tx| Ok(tx.keep_desk(&desks)?)).expect("it is kept");
    let (visited, visitor) = visit(&stage, 7);
    let order = stage.room_of_three(1);
    for (room, stranger) in [(visited, &visitor), (order, client)] {
        let about = stage.picture(room).expect("it is there").room;
        assert!(note(&stage, stranger, about.uuid).is_err(), "of them nobody knows");
        let notes = note(&stage, operator, about.uuid).expect("they work there");
        assert_eq!(
            note(&stage, mom, about.uuid).expect("so do they"),
            notes,
            "there is one of a room"
        );
        let seen = full(&stage, mom, notes).expect("it is theirs");
        assert_eq!(
            *seen.can,
            [
                "read",
                "send",
                "react",
                "pin",
                "upload",
                "mention",
                "edit-own",
                "erase-own"
            ]
        );
        assert_eq!((seen.room.seq, seen.me, seen.member_count), (Seq(2), None, 0));
        assert_eq!(seen.last.map(|last| last.text.clone()).as_deref(), Some("Осторожно"));
        assert_eq!(refusal(full(&stage, stranger, notes)), Some(Refusal::NoSuchRoom));
        assert_eq!(refusal(write(&stage, stranger, notes)), Some(Refusal::NoSuchRoom));
        let host = operator.clone();
        let asked = stage.look(move |look| rules::full_room(look, by(&host).as_host(), notes).map(drop));
        assert_eq!(refusal(asked), Some(Refusal::NoSuchRoom), "nor to the application");
        let who = mom.clone();
        let case = stage
            .look(move |look| rules::case(look, by(&who), room))
            .expect("it is theirs");
        assert_eq!(case.notes, Seq(2));
        assert_eq!(case.about.0.room.seq, about.seq, "the room itself knows nothing of it");
    }
    // Whoever reads the room no more reads no notes about it.
    let about = stage.picture(order).expect("it is there").room;
    let notes = note(&stage, operator, about.uuid).expect("they are in the order");
    stage
        .put_order(1, [Some(client.id), None, None])
        .expect("they are not any more");
    assert_eq!(refusal(write(&stage, operator, notes)), Some(Refusal::NoSuchRoom));
    assert_eq!(refusal(full(&stage, operator, notes)), Some(Refusal::NoSuchRoom));
    write(&stage, mom, notes).expect("they still do");
    // And with the room they are gone.
    let (key, now) = (about.key.parse().expect("a key"), stage.chat.now());
    stage
        .change(move |tx| rules::clear_room(tx, now, &key))
        .expect("it is gone");
    assert_eq!(refusal(full(&stage, mom, notes)), Some(Refusal::NoSuchRoom));
    let left = stage
        .look(move |look| Ok(look.messages_after(notes, Seq(0), 9)?))
        .expect("they are read");
    assert!(left.is_empty(), "{left:?}");
}
