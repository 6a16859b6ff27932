//! The law of any room: whoever knows a room as it was, and is told every change since, knows it as it is.

use super::Make;
use super::stage::{Dice, Stage, refusal, unless_refused};
use crate::model::Model;
use beseda_core::error::{Error, Refusal};
use beseda_core::policy::By;
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{self, Changes, MemberChange, RoomChange, ViewChange};
use beseda_core::words::{
    Beside, Cursor, Draft, Extra, FullRoom, HostId, Kept, Limits, Me, Member, MemberId, MemberRole, Message, More,
    Named, Person, PersonId, RoomId, RoomKey, Seq, Time, View,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// So many of the stage's people come and go in the room.
const PEOPLE: i64 = 5;
const EMOJI: [&str; 3] = ["👍", "❤️", "🔥"];
const ROLES: [&str; 3] = ["member", "owner", "buyer"];

/// A room of an application's own, in which everything happens.
pub(super) struct Busy<'a> {
    pub(super) stage: &'a Stage,
    pub(super) room: RoomId,
    key: RoomKey,
}

/// What somebody knows of a room: what a page shows.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    /// Title, whether it is closed, how many are in it, and what they may do.
    about: Option<(String, bool, i64, Vec<&'static str>)>,
    me: Option<Me>,
    members: BTreeMap<PersonId, (Member, Arc<Person>)>,
    messages: BTreeMap<Seq, Message>,
}

impl<'a> Busy<'a> {
    pub(super) fn begin(stage: &'a Stage, number: u32) -> Self {
        let key: RoomKey = format!("deal:{number}").parse().expect("a key");
        let (now, limits, own) = (stage.chat.now(), Limits::default(), key.clone());
        let people: Vec<PersonId> = stage.people.iter().take(4).map(|person| person.id).collect();
        let put = stage.change(move |tx| {
            let uuid = Uuid::from_u128(u128::from(number));
            rules::put_room(tx, now, &limits, &own, None, Some(&people), uuid)
        });
        Self {
            stage,
            room: put.expect("the room is put").0.room.id,
            key,
        }
    }

    /// Takes one random step; whether it may be is for the rules to say.
    pub(super) fn step(&self, dice: &mut Dice) {
        let (now, limits, room, key) = (self.stage.chat.now(), Limits::default(), self.room, self.key.clone());
        let newest = self
            .stage
            .look(move |look| Ok(look.room(room)?.map_or(0, |room| room.seq.0)))
            .expect("the room is read");
        let by = self.somebody(dice);
        let step = Step::any(dice, newest);
        if let Step::Wait(microseconds) = step {
            self.stage.clock.tick(microseconds);
        }
        let taken = self
            .stage
            .change(move |tx| step.take(tx, now, &limits, &by, room, &key));
        refusal(taken);
    }

    pub(super) fn steps(&self, dice: &mut Dice, count: i64) {
        (0..count).for_each(|_| self.step(dice));
    }

    fn somebody(&self, dice: &mut Dice) -> Person {
        let who = usize::try_from(dice.below(PEOPLE)).expect("a small number");
        self.stage.people[who].clone()
    }
}

/// Something that somebody, or the application, tries.
enum Step {
    Send(Draft),
    System(Draft),
    Edit(Seq, String, Option<Vec<HostId<'static>>>),
    Erase(Seq),
    React(Seq, &'static str, bool),
    Pin(Seq, bool),
    Mark(Option<Option<Seq>>, Option<Seq>),
    View(ViewChange),
    Members(MemberChange),
    Room(RoomChange),
    Wait(i64),
}

impl Step {
    fn any(dice: &mut Dice, newest: i64) -> Self {
        let seq = Seq(dice.below(newest) + 1);
        match dice.below(100) {
            0..25 => Self::Send(draft(dice, newest, false)),
            25..37 => Self::System(draft(dice, newest, true)),
            37..47 => {
                let mentions = dice.chance(50).then(|| some_people(dice));
                Self::Edit(seq, format!("правка {}", dice.below(3)), mentions)
            }
            47..53 => Self::Erase(seq),
            53..63 => Self::React(seq, dice.pick::<&str>(&EMOJI), dice.chance(70)),
            63..68 => Self::Pin(seq, dice.chance(60)),
            68..78 => {
                let read = dice.chance(70).then(|| dice.chance(60).then_some(seq));
                Self::Mark(read, dice.chance(50).then_some(seq))
            }
            78..83 => Self::View(view(dice, seq)),
            83..92 => Self::Members(member_change(dice)),
            92..96 => Self::Room(RoomChange {
                title: dice.chance(60).then(|| format!("Дело {}", dice.below(4))),
                closed: dice.chance(40).then(|| dice.chance(30)),
                custom: dice
                    .chance(30)
                    .then(|| Some(format!("{{\"n\":{}}}", dice.below(3)).into())),
                ..RoomChange::default()
            }),
            _ => Self::Wait(dice.below(3_000_000)),
        }
    }

    fn take(
        &self,
        tx: &mut dyn Tx,
        now: Time,
        limits: &Limits,
        who: &Person,
        room: RoomId,
        key: &RoomKey,
    ) -> Result<(), Error> {
        let by = By::from(who);
        match self {
            Self::Send(draft) => rules::send(tx, now, limits, by, room, draft).map(drop),
            Self::System(draft) => rules::send_system(tx, now, limits, key, draft).map(drop),
            Self::Edit(seq, text, mentions) => {
                let author = author_of(tx, room, *seq)?;
                let by = author.as_ref().map_or(by, By::from);
                rules::edit_at(tx, now, limits, by, (room, *seq), (text, mentions.as_deref())).map(drop)
            }
            Self::Erase(seq) => {
                let author = author_of(tx, room, *seq)?;
                let by = author.as_ref().map_or(by, By::from);
                rules::erase_at(tx, now, by, room, *seq).map(drop)
            }
            Self::React(seq, emoji, on) => rules::react(tx, now, limits, by, (room, *seq), (emoji, *on)),
            Self::Pin(seq, on) => rules::pin(tx, now, by, room, *seq, *on),
            Self::Mark(read, delivered) => rules::mark(tx, now, by, room, *read, *delivered).map(drop),
            Self::View(change) => rules::see_otherwise(tx, now, by, room, *change).map(drop),
            Self::Members(change) => {
                let mut room = tx.room(room)?.ok_or(Refusal::NoSuchRoom)?;
                rules::alter_members(tx, now, limits, by.kinds, &mut room, std::slice::from_ref(change))
            }
            Self::Room(change) => {
                let mut room = tx.room(room)?.ok_or(Refusal::NoSuchRoom)?;
                rules::alter_room(tx, now, limits, &mut room, change).map(drop)
            }
            Self::Wait(_) => Ok(()),
        }
    }
}

fn author_of(look: &mut dyn Tx, room: RoomId, seq: Seq) -> Result<Option<Person>, Error> {
    let message = look.message_at(room, seq)?;
    match message.and_then(|message| message.author) {
        Some(author) => Ok(look.person(author.id)?),
        None => Ok(None),
    }
}

fn some_people(dice: &mut Dice) -> Vec<HostId<'static>> {
    (0..dice.below(4))
        .map(|_| HostId::Number(dice.below(PEOPLE + 1) + 1))
        .collect()
}

fn draft(dice: &mut Dice, newest: i64, of_system: bool) -> Draft {
    let reply = newest > 0 && dice.chance(30);
    let more = More {
        reply_to: reply.then(|| Seq(dice.below(newest) + 1)),
        mentions: if dice.chance(40) { some_people(dice) } else { Vec::new() },
        custom: dice.chance(15).then(|| "{\"a\":1}".into()),
        is_event: of_system && dice.chance(30),
        to: (of_system && dice.chance(60)).then(|| some_people(dice)),
        uploads: Vec::new(),
    };
    Draft {
        text: format!("слово {}", dice.below(1_000_000)),
        client_id: dice.chance(30).then(|| format!("c-{}", dice.below(newest + 10))),
        files: Vec::new(),
        more: dice.chance(75).then(|| Box::new(more)),
    }
}

fn view(dice: &mut Dice, seq: Seq) -> ViewChange {
    ViewChange {
        muted_until: dice
            .chance(30)
            .then(|| dice.chance(60).then(|| Time(dice.below(9) + 1))),
        pinned: dice.chance(30).then(|| dice.chance(60)),
        archived: dice.chance(30).then(|| dice.chance(60)),
        unread_from: dice.chance(30).then(|| dice.chance(60).then_some(seq)),
    }
}

fn member_change(dice: &mut Dice) -> MemberChange {
    let id = HostId::Number(dice.below(PEOPLE) + 1);
    if dice.chance(35) {
        return MemberChange::Remove(id);
    }
    let role = MemberRole::from_word(dice.pick::<&str>(&ROLES));
    MemberChange::Put(id, role.expect("a role"))
}

impl Known {
    fn nothing() -> Self {
        Self {
            about: None,
            me: None,
            members: BTreeMap::new(),
            messages: BTreeMap::new(),
        }
    }

    /// The room as somebody sees it now, and the cursor of now.
    fn taken(look: &mut dyn Look, by: &Person, room: RoomId) -> Result<(Self, Cursor), Error> {
        let (full, cursor) = rules::full_room(look, by.into(), room)?;
        let newest = rules::changes(look, by.into(), room, rules::From::Anew, u32::MAX)?;
        assert_eq!(
            (newest.cursor, &newest.me),
            (cursor, &full.me),
            "one moment, told twice"
        );
        let last = full.last.as_ref().map(|message| message.seq);
        let shown = newest.messages.iter().rfind(|message| message.erased_at.is_none());
        assert_eq!(last, shown.map(|message| message.seq), "the last that they see");
        let members = rules::members_of(look, by.into(), room, MemberId(0), i64::MAX)?;
        let mut known = Self::nothing();
        known.me.clone_from(&full.me);
        known.about(full);
        known.members(members);
        newest
            .messages
            .into_iter()
            .for_each(|message| known.message(message, by.id));
        Ok((known, cursor))
    }

    fn apply(&mut self, changes: Changes, by: PersonId) {
        if changes.reset {
            *self = Self::nothing();
        }
        if let Some(about) = changes.about {
            if changes.reset {
                self.members(about.members.clone().unwrap_or_default());
            }
            self.about(*about);
        }
        if let Some(rules::MembersChanged { changed: came, left }) = changes.members {
            self.members(came);
            left.iter().for_each(|gone| drop(self.members.remove(&gone.id)));
        }
        for (member, named) in changes.receipts {
            assert_eq!(named.id, member.person);
            let known = self
                .members
                .get_mut(&member.person)
                .expect("whose receipt moved is in the room");
            known.0 = as_others_see(member);
        }
        if changes.me.is_some() {
            self.me = changes.me;
        }
        changes
            .messages
            .into_iter()
            .for_each(|message| self.message(message, by));
    }

    fn about(&mut self, full: FullRoom) {
        self.about = Some((full.room.title, full.room.closed, full.member_count, full.can.to_vec()));
    }

    fn members(&mut self, members: Vec<(Member, Arc<Person>)>) {
        let known = members
            .into_iter()
            .map(|(member, person)| (member.person, (as_others_see(member), person)));
        self.members.extend(known);
    }

    fn message(&mut self, message: Message, by: PersonId) {
        assert!(message.is_for(by), "what is not theirs is not told");
        self.messages.insert(message.seq, as_shown(message, by));
    }
}

/// What somebody's page shows of another member.
fn as_others_see(member: Member) -> Member {
    Member {
        skip: 0,
        view: View::default(),
        ..member
    }
}

/// What a page shows of a message: of what it quotes the text alone, and nothing where that is for others. That it is answered
/// is seen in the answer.
fn as_shown(message: Message, by: PersonId) -> Message {
    let quoted = |quoted: &Arc<Message>| {
        quoted.is_for(by).then(|| {
            Arc::new(Message {
                attachments: Vec::new(),
                edited_at: None,
                changed: quoted.sent,
                extra: Extra::NONE,
                beside: None,
                ..Message::clone(quoted)
            })
        })
    };
    let beside = message.beside.as_ref().map(|beside| {
        Arc::new(Beside {
            quoted: beside.quoted.as_ref().and_then(quoted),
            ..Beside::clone(beside)
        })
    });
    Message {
        extra: message.extra.without(Extra::ANSWERED),
        beside: beside.filter(|beside| **beside != Beside::default()),
        ..message
    }
}

/// Takes what somebody knows from `cursor` on to now, in pages of `size`, while others go on; none where they are not in the
/// room any more.
fn catch_up(known: &mut Known, busy: &Busy<'_>, who: &Person, mut cursor: Cursor, size: u32, dice: &mut Dice) -> bool {
    for _ in 0..10_000 {
        let (by, room) = (who.clone(), busy.room);
        let page = busy
            .stage
            .look(move |look| rules::changes(look, (&by).into(), room, rules::From::Cursor(cursor), size));
        let page = match page {
            Err(Error::Refused(_)) => return false,
            page => page.expect("changes are read"),
        };
        assert!(
            page.messages.len() <= size as usize,
            "a page is not larger than asked for"
        );
        assert!(page.cursor.head > cursor.head || !page.more, "a page leads on");
        assert_eq!(page.me.is_some(), !page.more, "the last page tells how they stand");
        let more = page.more;
        cursor = page.cursor;
        known.apply(page, who.id);
        if !more {
            return true;
        }
        if dice.chance(15) {
            busy.step(dice);
        }
    }
    panic!("catching up does not end");
}

pub(super) fn whoever_applies_every_change_of_any_room_knows_it_as_it_is(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let mut dice = Dice::new(seed);
    for number in 1..=3 {
        let busy = Busy::begin(&stage, number);
        // Of each person, what they knew at some moment or other.
        let mut copies: BTreeMap<PersonId, Vec<(Known, Cursor)>> = BTreeMap::new();
        for _ in 0..10 {
            let steps = dice.below(25);
            busy.steps(&mut dice, steps);
            for who in stage.people.iter().take(usize::try_from(PEOPLE).expect("few")) {
                let take = || {
                    let (by, room) = (who.clone(), busy.room);
                    stage.look(move |look| Known::taken(look, &by, room))
                };
                if let Some((known, cursor)) = copies.get(&who.id).map(|copies| dice.pick(copies).clone()) {
                    let (mut known, size) = (known, *dice.pick(&[1, 2, 5, 100]));
                    if catch_up(&mut known, &busy, who, cursor, size, &mut dice) {
                        let now = take().expect("who was told the changes sees the room").0;
                        assert_eq!(known, now, "{} from {cursor} in pages of {size}", who.id);
                    }
                }
                match take() {
                    Err(Error::Failed(fault)) => panic!("the store failed: {fault}"),
                    Err(Error::Refused(_)) => {}
                    Ok(copy) => copies.entry(who.id).or_default().push(copy),
                }
            }
        }
        whatever_is_counted_is_what_is_seen(&stage, busy.room);
    }
}

/// Whatever was done: what each member has unread, and in how much of it they are mentioned, is what counting gives.
fn whatever_is_counted_is_what_is_seen(stage: &Stage, room: RoomId) {
    let picture = stage.picture(room).expect("it stands");
    for (member, person) in picture.members {
        let by = Person::clone(&person);
        let taken = stage.look(move |look| {
            let told = rules::changes(look, (&by).into(), room, rules::From::Anew, u32::MAX)?;
            let pages = rules::page(look, (&by).into(), room, rules::PageNumber::Number(1), 1000, None)?;
            Ok((told.messages, told.me, pages))
        });
        let (mut seen, me, page) = taken.expect("they are in the room");
        seen.retain(|message| message.erased_at.is_none());
        let me = me.expect("they are in the room");
        let unread: Vec<&Message> = seen.iter().filter(|message| message.seq > member.read).collect();
        let of_others = unread.iter().filter(|message| !message.is_by(person.id));
        assert_eq!(me.unread, of_others.count() as i64, "of {}", person.id);
        let is_named = |named: &Named| named.id == person.id;
        let names = |message: &&&Message| {
            let beside = message.beside.as_ref();
            beside.is_some_and(|beside| beside.mentions.iter().any(is_named))
        };
        assert_eq!(
            me.mentions,
            unread.iter().filter(names).count() as i64,
            "of {}",
            person.id
        );
        let by_number: Vec<Seq> = page.messages.iter().map(|(message, _)| message.seq).collect();
        assert_eq!(by_number, seen.iter().map(|message| message.seq).collect::<Vec<_>>());
        assert_eq!(page.count, seen.len() as i64, "what pages count is what they have");
    }
}

/// What a store keeps beside the messages of a room, as it was asked for, without numbers that a store gives as it likes.
fn everything_beside(look: &mut dyn Look, room: RoomId) -> Result<String, Error> {
    let newest = look.room(room)?.map_or(0, |room| room.seq.0);
    let all: Vec<Seq> = (1..=newest).map(Seq).collect();
    // A row that says nothing any more may stand or not.
    let mut kept = look.kept(room, &all)?;
    kept.retain(|(_, kept)| *kept != Kept::default());
    kept.sort_by_key(|(seq, _)| *seq);
    let mut said = format!(
        "{kept:?} {:?} {:?} {:?}",
        look.reactions(room, &all)?,
        look.mentions(room, &all)?,
        look.readers_of(room, &all)?
    );
    let messages = look.messages_at(room, &all)?;
    let extra: Vec<_> = messages
        .iter()
        .map(|message| (message.seq, message.extra, message.changed))
        .collect();
    said += &format!("{extra:?} {:?}", look.pinned(room, None, 99)?);
    for seq in all {
        said += &format!("{:?} {:?}", look.versions(room, seq)?, look.answers_to(room, seq)?);
        said += &format!("{:?}", look.shown_before(room, seq)?);
    }
    for person in (1..=PEOPLE).map(PersonId) {
        said += &format!("{:?} ", look.hidden_from(room, person)?);
        said += &format!("{:?} ", look.unread_mentions(person, &[(room, Seq(newest / 2))])?);
        said += &format!("{:?} ", look.count_skipped(room, person, Seq(newest / 2))?);
    }
    Ok(said)
}

/// The same without numbers that a store gives as it likes.
fn without_numbers(known: Known) -> Known {
    let plain = |member: Member| Member {
        id: MemberId(0),
        ..member
    };
    let me = known.me.map(|me| Me {
        member: plain(me.member),
        ..me
    });
    let members = known.members.into_iter();
    let members = members.map(|(id, (member, person))| (id, (plain(member), person)));
    let unnumbered = |message: Message| Message {
        id: beseda_core::words::MessageId(0),
        ..message
    };
    let message = |message: Message| {
        let beside = message.beside.as_ref().map(|beside| {
            let quoted = beside.quoted.as_ref();
            Arc::new(Beside {
                quoted: quoted.map(|quoted| Arc::new(unnumbered(Message::clone(quoted)))),
                ..Beside::clone(beside)
            })
        });
        unnumbered(Message { beside, ..message })
    };
    Known {
        me,
        members: members.collect(),
        messages: known
            .messages
            .into_iter()
            .map(|(seq, one)| (seq, message(one)))
            .collect(),
        about: known.about,
    }
}

pub(super) fn any_room_is_kept_as_the_model_keeps_it(make: Make<'_>, seed: u64) {
    let model = Arc::new(Model::new());
    let stages = [Stage::in_memory(&model, seed), Stage::new(make, seed)];
    let rooms = stages.each_ref().map(|stage| Busy::begin(stage, 1));
    for round in 0..12 {
        let told = rooms.each_ref().map(|busy| {
            busy.steps(&mut Dice::new(seed * 100 + round), 20);
            let room = busy.room;
            let known = busy.stage.people.iter().map(|who| {
                let by = who.clone();
                let known = busy.stage.look(move |look| Known::taken(look, &by, room));
                unless_refused(known).map(|(known, _)| without_numbers(known))
            });
            let known: Vec<_> = known.collect();
            let beside = busy.stage.look(move |look| everything_beside(look, room));
            (known, beside.expect("it is read"))
        });
        let [of_model, of_store] = told;
        assert_eq!(of_store.0, of_model.0, "what people see, after round {round}");
        assert_eq!(of_store.1, of_model.1, "what is beside messages, after round {round}");
    }
}
