//! Stories of what people report: once, for the staff of that kind of rooms alone, and gone with whoever or whatever it is about.

use super::Make;
use super::any_room::Deal;
use super::governing::kinds;
use super::merging::{FROM, INTO, find, merge, put_room};
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::policy::{By, Right};
use beseda_core::rules::{self, Reported, Reports, ReportsAsked, Settlement};
use beseda_core::words::{KindRules, Kinds, PersonId, Report, ReportReason, ReportState, Role, RoomId, Seq};
use uuid::Uuid;

/// Whom deals have as staff: who governs them, and who reads them besides.
fn with_staff() -> Kinds {
    kinds(KindRules {
        staff: vec![
            (Role::Mom, Right::Govern.deeds().to_vec()),
            (Role::Operator, [Right::Govern.deeds(), Right::Read.deeds()].concat()),
        ],
        ..KindRules::default()
    })
}

/// Who asks, among rooms of these kinds.
struct Asker<'a> {
    stage: &'a Stage,
    kinds: Kinds,
    id: i64,
}

impl Asker<'_> {
    fn report(&self, room: RoomId, seq: i64, reason: &str, text: &'static str) -> Result<(Reported, bool), Error> {
        let (now, person, kinds) = (self.stage.chat.now(), self.stage.person(PersonId(self.id)), self.kinds);
        let reason = ReportReason::from_word(reason).expect("a reason");
        let id = Uuid::from_bytes(self.stage.chat.random());
        self.stage.change(move |tx| {
            let by = By::of(&person, kinds).everywhere();
            rules::report(tx, now, by, (room, Seq(seq)), (reason, text), id)
        })
    }

    fn ask(&self, asked: ReportsAsked) -> Result<Reports, Error> {
        let (person, kinds) = (self.stage.person(PersonId(self.id)), self.kinds);
        self.stage
            .look(move |look| rules::reports(look, By::of(&person, kinds).everywhere(), &asked))
    }

    fn all(&self) -> Vec<Reported> {
        self.ask(EVERYTHING).expect("they are listed").items
    }

    fn settle(&self, id: Uuid, settlement: Settlement) -> Result<(Reported, bool), Error> {
        let (now, person, kinds) = (self.stage.chat.now(), self.stage.person(PersonId(self.id)), self.kinds);
        self.stage.change(move |tx| {
            let by = By::of(&person, kinds).everywhere();
            rules::settle(tx, now, by, id, &settlement)
        })
    }
}

const EVERYTHING: ReportsAsked = ReportsAsked {
    room: None,
    state: None,
    before: None,
    limit: 99,
};

fn to(state: ReportState) -> Settlement {
    Settlement {
        state: Some(state),
        note: None,
    }
}

/// Where each report stands, and whose it is.
fn places(found: &[Reported]) -> Vec<(&str, i64, i64)> {
    let place = |one: &Reported| (one.report.seq.0, one.report.by.0);
    found
        .iter()
        .map(|one| (&*one.room, place(one).0, place(one).1))
        .collect()
}

pub(super) fn a_message_is_reported_once_and_settled_by_who_answers_for_its_kind(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let kinds = with_staff();
    let deal = Deal::new(&stage, 1, &[1, 2, 6]);
    let by = |id: i64| Asker {
        stage: &stage,
        kinds,
        id,
    };
    deal.send(1, "бранное слово");
    let heard = stage.heard(&stage.people[0], deal.id).len();
    let before = deal.room();

    let (first, is_first) = by(2).report(deal.id, 1, "abuse", "грубит").expect("it is reported");
    assert!(is_first);
    assert_eq!(
        (&*first.room, first.by.id.0, first.report.text.as_str()),
        ("deal:1", 2, "грубит")
    );
    assert_eq!(
        first.message.as_ref().map(|message| message.text.as_str()),
        Some("бранное слово")
    );
    let again = by(2).report(deal.id, 1, "spam", "иначе").expect("again");
    assert_eq!(again, (first.clone(), false), "what was said first stays");
    for (who, seq, refused) in [
        (1, 1, Refusal::WithOneself),
        (2, 9, Refusal::NoSuchMessage),
        (5, 1, Refusal::NoSuchRoom),
        (4, 1, Refusal::NotAllowed),
    ] {
        assert_eq!(
            refusal(by(who).report(deal.id, seq, "abuse", "")),
            Some(refused),
            "{who}"
        );
    }
    assert_eq!(deal.room(), before, "the room is as it was");
    // Nobody hears of it: the marker of this hearing alone is new.
    assert_eq!(stage.heard(&stage.people[0], deal.id).len(), heard + 1);

    let id = first.report.id;
    assert_eq!(
        refusal(by(1).ask(EVERYTHING)),
        Some(Refusal::NotAllowed),
        "not of the staff"
    );
    assert_eq!(
        refusal(by(2).settle(id, to(ReportState::Settled))),
        Some(Refusal::NotAllowed)
    );
    assert_eq!(by(7).all(), [], "of the staff of other kinds");
    let foreign = by(7).settle(id, to(ReportState::Settled));
    let missing = by(7).settle(Uuid::from_u128(404), to(ReportState::Settled));
    assert_eq!(
        (refusal(foreign), refusal(missing)),
        (Some(Refusal::NoSuchReport), Some(Refusal::NoSuchReport))
    );
    let seen = by(4).all();
    assert_eq!(
        (places(&seen), &seen[0].message),
        (vec![("deal:1", 1, 2)], &None),
        "who governs need not read"
    );
    assert_eq!(
        by(3).all(),
        std::slice::from_ref(&first),
        "who reads is shown the message"
    );

    let noted = Settlement {
        note: Some("разобрались".to_owned()),
        ..to(ReportState::Settled)
    };
    let (settled, is_moved) = by(4).settle(id, noted).expect("it is settled");
    let at = stage.chat.now();
    assert!(is_moved);
    assert_eq!(settled.report.settled, Some((PersonId(4), at)));
    assert_eq!(settled.settled_by.map(|person| person.id.0), Some(4));
    stage.clock.tick(1_000);
    let (again, is_moved) = by(3).settle(id, to(ReportState::Settled)).expect("again");
    assert_eq!(
        (again.report.settled, is_moved),
        (Some((PersonId(4), at)), false),
        "the first one settled it"
    );
    assert_eq!(again.report.note, "разобрались", "what is left out stays");
    let (theirs, _) = by(2)
        .report(deal.id, 1, "abuse", "")
        .expect("they are told of their own");
    assert_eq!(
        (theirs.report.state(), theirs.report.note.as_str()),
        (ReportState::Settled, "")
    );
    assert_eq!(theirs.settled_by, None, "who of the staff is the staff's affair");
    let (opened, is_moved) = by(3).settle(id, to(ReportState::Open)).expect("it is opened");
    assert_eq!((opened.report.settled, is_moved), (None, true));

    // Of an erased message the report stays, and the text is nowhere.
    deal.erase(1, Seq(1)).expect("it is erased");
    let seen = by(3).all();
    let message = seen[0].message.as_ref().expect("it is there still");
    assert_eq!((message.text.as_str(), message.erased_at.is_some()), ("", true));
    assert_eq!(refusal(by(6).report(deal.id, 1, "abuse", "")), Some(Refusal::Erased));
    assert!(!by(2).report(deal.id, 1, "abuse", "").expect("it stands").1);
}

pub(super) fn a_message_for_some_is_reported_by_these_and_shown_to_no_other(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let kinds = with_staff();
    let deal = Deal::new(&stage, 1, &[1, 2]);
    deal.system("одному", Some(&[2]));
    let by = |id: i64| Asker {
        stage: &stage,
        kinds,
        id,
    };
    assert_eq!(
        refusal(by(1).report(deal.id, 1, "spam", "")),
        Some(Refusal::NoSuchMessage)
    );
    let (reported, _) = by(2).report(deal.id, 1, "spam", "").expect("the application's too");
    assert!(reported.message.is_some());
    let seen = by(3).all();
    assert_eq!((places(&seen), &seen[0].message), (vec![("deal:1", 1, 2)], &None));
}

pub(super) fn reports_are_listed_by_pages_the_last_first(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let kinds = with_staff();
    let deals = [Deal::new(&stage, 1, &[1, 2, 6]), Deal::new(&stage, 2, &[1, 2, 6])];
    let group = put_room(&stage, "group:5c3e1c5e-0000-4000-8000-000000000001", Some(&[1, 2]));
    stage.send(&stage.people[0], group, "раз", None).expect("it is sent");
    let by = |id: i64| Asker {
        stage: &stage,
        kinds,
        id,
    };
    let mut expected = Vec::new();
    for n in 1..=4 {
        for deal in &deals {
            deal.send(1, "раз");
            for who in [2, 6] {
                let (one, _) = by(who).report(deal.id, n, "spam", "").expect("it is reported");
                expected.insert(0, one.report);
            }
        }
        if n == 2 {
            by(2).report(group, 1, "spam", "").expect("it is reported");
        }
    }
    for report in expected.iter().step_by(3) {
        by(4)
            .settle(report.id, to(ReportState::Settled))
            .expect("it is settled");
    }
    let is_settled = |at: usize| at.is_multiple_of(3);
    let walk = |asked: ReportsAsked| -> Vec<Uuid> {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = by(4).ask(ReportsAsked { before, ..asked }).expect("they are listed");
            assert!(page.items.len() <= usize::try_from(asked.limit).expect("a few"));
            found.extend(page.items.iter().map(|one| one.report.id));
            before = page.next;
            if before.is_none() {
                return found;
            }
        }
    };
    for limit in [1, 3, 99] {
        let asked = ReportsAsked { limit, ..EVERYTHING };
        let ids = |is_meant: &dyn Fn(usize, &Report) -> bool| -> Vec<Uuid> {
            let all = expected.iter().enumerate();
            all.filter(|(at, one)| is_meant(*at, one))
                .map(|(_, one)| one.id)
                .collect()
        };
        assert_eq!(
            walk(asked),
            ids(&|_, _| true),
            "{limit}: what is theirs, and nothing else"
        );
        for (state, settled) in [(ReportState::Open, false), (ReportState::Settled, true)] {
            let asked = ReportsAsked {
                state: Some(state),
                ..asked
            };
            assert_eq!(
                walk(asked),
                ids(&|at, _| is_settled(at) == settled),
                "{limit}: {state:?}"
            );
        }
        let room = deals[1].id;
        let of_room = ReportsAsked {
            room: Some(room),
            ..asked
        };
        assert_eq!(walk(of_room), ids(&|_, one| one.room == room), "{limit}: of one room");
    }
    let of_group = |who: i64| {
        by(who).ask(ReportsAsked {
            room: Some(group),
            ..EVERYTHING
        })
    };
    assert_eq!(refusal(of_group(4)), Some(Refusal::NoSuchRoom), "of another kind");
    assert_eq!(
        of_group(7).expect("they are listed").items.len(),
        1,
        "the administrator answers for groups"
    );
    assert_eq!(by(7).all().len(), 1);
}

pub(super) fn what_is_reported_goes_with_its_room_and_follows_its_message_and_whoever_reports(
    make: Make<'_>,
    seed: u64,
) {
    let stage = Stage::new(make, seed);
    let kinds = with_staff();
    let by = |id: i64| Asker {
        stage: &stage,
        kinds,
        id,
    };
    let deal = Deal::new(&stage, 1, &[1, 2, 6]);
    let gone = Deal::new(&stage, 2, &[1, 2]);
    deal.send(2, "раз");
    deal.send(2, "два");
    gone.send(2, "раз");
    let [first, second] = ["private:1:5", "private:5:6"].map(|key| put_room(&stage, key, None));
    stage
        .send(&stage.people[4], second, "раньше", None)
        .expect("it is sent");
    stage.clock.tick(1_000);
    stage
        .send(&stage.people[4], first, "бранное слово", None)
        .expect("it is sent");
    let (older, _) = by(1).report(deal.id, 1, "spam", "первая").expect("it is reported");
    by(6).report(deal.id, 1, "abuse", "вторая").expect("it is reported");
    by(1).report(deal.id, 2, "spam", "").expect("it is reported");
    by(1).report(gone.id, 1, "spam", "").expect("it is reported");
    let (private, _) = by(1).report(first, 1, "abuse", "").expect("it is reported");

    let (now, key) = (stage.chat.now(), gone.key.clone());
    stage
        .change(move |tx| rules::remove_room_of(tx, now, &key))
        .expect("it is taken away");
    assert!(merge(&stage, FROM, INTO).expect("it is done").is_ok());
    let seen = by(4).all();
    assert_eq!(places(&seen), [("deal:1", 2, 6), ("deal:1", 1, 6)]);
    assert_eq!(
        (seen[1].report.id, seen[1].report.text.as_str()),
        (older.report.id, "первая")
    );
    // Of a room of two there is one log now, in which the message has another number.
    let joined = find(&stage, "private:5:6").expect("it stands").room.id;
    let seen = by(7).all();
    assert_eq!(places(&seen), [("private:5:6", 2, 6)]);
    assert_eq!((seen[0].report.id, seen[0].report.room), (private.report.id, joined));
    assert_eq!(seen[0].message, None, "what two say to each other is theirs");
    let (again, is_first) = by(6).report(joined, 2, "spam", "").expect("it stands");
    assert_eq!((again.report.id, is_first), (private.report.id, false));
    assert_eq!(
        again.message.map(|message| message.text),
        Some("бранное слово".to_owned())
    );
}

pub(super) fn of_who_is_erased_no_report_is_left_and_what_they_settled_is(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let kinds = with_staff();
    let by = |id: i64| Asker {
        stage: &stage,
        kinds,
        id,
    };
    let deal = Deal::new(&stage, 1, &[1, 2, 6]);
    deal.send(1, "раз");
    by(2).report(deal.id, 1, "spam", "тайна").expect("it is reported");
    let (other, _) = by(6).report(deal.id, 1, "spam", "").expect("it is reported");
    by(3)
        .settle(other.report.id, to(ReportState::Settled))
        .expect("it is settled");
    let told = stage
        .look(|look| rules::reported_by(look, PersonId(2), 0))
        .expect("they are read");
    let told: Vec<_> = told
        .iter()
        .map(|(_, room, one)| (room.as_str(), one.text.as_str()))
        .collect();
    assert_eq!(told, [("deal:1", "тайна")], "what is kept of somebody");
    let now = stage.chat.now();
    for id in [2, 3] {
        stage
            .change(move |tx| rules::erase_person(tx, now, PersonId(id)))
            .expect("it is promised");
    }
    let seen = by(4).all();
    assert_eq!(places(&seen), [("deal:1", 1, 6)]);
    let settler = seen[0].settled_by.as_ref().expect("somebody settled it");
    assert!(settler.forgotten && settler.full_name().is_empty());
    let left = stage
        .look(|look| rules::reported_by(look, PersonId(2), 0))
        .expect("they are read");
    assert_eq!(left, []);
}
