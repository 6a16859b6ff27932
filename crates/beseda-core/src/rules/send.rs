//! Send: a draft becomes a message, once.

use super::beside::{dress, know_readers, seen_one};
use super::cases;
use super::history::one_message;
use super::people::find_person;
use super::place_for;
use crate::error::{Error, Fault, Refusal};
use crate::policy::{By, Deed, is_visitor};
use crate::ports::{Look, Tx};
use crate::words::{
    Author, Beside, Draft, Event, Extra, Heard, HostId, Kept, Limits, Marks, Message, Named, NewMessage, Person, Room,
    RoomId, RoomKey, RoomKind, RoomName, Seq, Time,
};
use std::sync::Arc;

/// What became of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Where.
    pub room: RoomName,
    /// What the room is about, as [`Room::key`].
    pub key: Arc<str>,
    /// The message: the new one, or the first one with the draft's client id.
    pub message: Arc<Message>,
    /// Whether it is new.
    pub first: bool,
}

/// Sends a draft into a room. The second draft of a sender with the same client id gives the first message again.
///
/// # Errors
/// The refusals of [`check_draft`] and of the policy; [`Refusal::RoomClosed`], [`Refusal::ErasedSince`].
pub fn send(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: By<'_>,
    room: RoomId,
    draft: &Draft,
) -> Result<Sent, Error> {
    let room = place_to_send(tx, room, by)?;
    check_draft(limits, draft)?;
    if room.blocked {
        not_blocked(tx, &room, by.person)?;
    }
    let beside = beside_of(tx, limits, &room, Some(by.person), draft)?;
    let (id, kind) = (room.id, room.kind);
    let mut author = Author::from(by.person);
    let called = called_there(tx, &room, by.person)?;
    if let Some(name) = &called {
        author = author.called(name);
    }
    let has_case = room.extra.has(Extra::CASE);
    let is_about = room.is_about();
    let moment = next_moment(tx, &room, now)?;
    let sent = keep(tx, moment, room, Some(author), draft, beside)?;
    if let (true, Some(name)) = (sent.first, &called) {
        tx.name_sender(id, sent.message.seq, name)?;
    }
    if sent.first && kind == RoomKind::Support {
        tx.count_said(id, by.person.id, 1)?;
    }
    if sent.first && has_case {
        cases::sent(tx, (id, kind), &sent.message)?;
    }
    if let (true, Some(about)) = (sent.first, is_about) {
        cases::noted(tx, about)?;
    }
    Ok(sent)
}

/// What somebody is called in a room alone: a visitor what they called themselves there, whatever they did elsewhere.
fn called_there(look: &mut (impl Look + ?Sized), room: &Room, by: &Person) -> Result<Option<String>, Error> {
    if room.kind != RoomKind::Support || !is_visitor(by) {
        return Ok(None);
    }
    let case = look.case(room.id)?;
    Ok(case.and_then(|case| case.visitor).map(|visitor| visitor.name))
}

/// Sends a draft and gives the message as its sender sees it, and whether it is new: a retry gives the first one.
///
/// # Errors
/// As [`send`].
pub fn send_seen(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: By<'_>,
    room: RoomId,
    draft: &Draft,
) -> Result<(Message, Marks, bool), Error> {
    let sent = send(tx, now, limits, by, room, draft)?;
    if sent.first {
        // Nobody can have read what was not there before.
        return Ok((Message::clone(&sent.message), Marks::default(), true));
    }
    let (message, marks) = one_message(tx, by, sent.message.id)?;
    Ok((message, marks, false))
}

/// Whether somebody may send into a room: asked before what they bring is kept anywhere.
///
/// # Errors
/// The refusals of the policy; [`Refusal::RoomClosed`].
pub fn may_send(look: &mut (impl Look + ?Sized), by: By<'_>, room: RoomId) -> Result<(), Error> {
    place_to_send(look, room, by).map(drop)
}

fn place_to_send(look: &mut (impl Look + ?Sized), room: RoomId, by: By<'_>) -> Result<Room, Error> {
    let room = place_for(look, Deed::Send, room, by)?.room;
    if room.is_left() {
        return Err(Refusal::RoomClosed.into());
    }
    Ok(room)
}

/// Sends what the host application says in a room, in nobody's name. The second text with the same client id gives the
/// first message again.
///
/// # Errors
/// [`Refusal::NoSuchRoom`]; as [`send`].
pub fn send_system(tx: &mut dyn Tx, now: Time, limits: &Limits, key: &RoomKey, draft: &Draft) -> Result<Sent, Error> {
    let room = tx.room_by_key(&key.to_string())?.ok_or(Refusal::NoSuchRoom)?;
    send_system_in(tx, now, limits, room, draft)
}

/// The same in a room that was found.
///
/// # Errors
/// As [`send`].
pub fn send_system_in(tx: &mut dyn Tx, now: Time, limits: &Limits, room: Room, draft: &Draft) -> Result<Sent, Error> {
    // What the staff says among itself is the staff's.
    if room.kind == RoomKind::Notes {
        return Err(Refusal::NoSuchRoom.into());
    }
    check_draft(limits, draft)?;
    let beside = beside_of(tx, limits, &room, None, draft)?;
    let moment = next_moment(tx, &room, now)?;
    cases::case_stirs(tx, &room);
    keep(tx, moment, room, None, draft, beside)
}

/// Whether nobody in a room of two has blocked the other: who is blocked is not heard there.
fn not_blocked(look: &mut (impl Look + ?Sized), room: &Room, by: &Person) -> Result<(), Error> {
    for (member, _) in look.members(room.id)? {
        if member.person != by.id && look.has_blocked(member.person, by.id)? {
            return Err(Refusal::Blocked.into());
        }
    }
    Ok(())
}

/// What a draft says beside its text, and what it is to the message that it answers.
#[derive(Default)]
pub(super) struct Aside {
    extra: Extra,
    beside: Beside,
}

/// What a draft says beside its text, as it can be kept. `by`: who sends it; nobody for the application.
pub(super) fn beside_of(
    look: &mut (impl Look + ?Sized),
    limits: &Limits,
    room: &Room,
    by: Option<&Person>,
    draft: &Draft,
) -> Result<Aside, Error> {
    let Some(more) = &draft.more else {
        return Ok(Aside::default());
    };
    let mut aside = Aside::default();
    let beside = &mut aside.beside;
    beside.mentions = mentioned(look, limits, room.id, &more.mentions)?;
    if let Some(to) = &more.to {
        let readers = in_the_room(look, room.id, to)?;
        beside
            .mentions
            .retain(|person| readers.iter().any(|reader| reader.id == person.id));
        let mut readers: Vec<_> = readers.into_iter().map(|reader| reader.id).collect();
        readers.sort_unstable();
        beside.readers = Some(readers);
        aside.extra |= Extra::READERS;
    }
    if !beside.mentions.is_empty() {
        aside.extra |= Extra::MENTIONS;
    }
    if let Some(seq) = more.reply_to {
        let quoted = look.message_at(room.id, seq)?.ok_or(Refusal::NoSuchMessage)?;
        let mut quoted = match by {
            Some(person) => seen_one(look, person.id, quoted)?.ok_or(Refusal::NoSuchMessage)?,
            None => quoted,
        };
        know_readers(look, &mut quoted)?;
        dress(look, std::slice::from_mut(&mut quoted))?;
        beside.quoted = Some(Arc::new(quoted));
    }
    beside.kept = Kept {
        is_event: more.is_event,
        reply_to: more.reply_to,
        custom: more.custom.clone(),
        pinned: None,
    };
    if beside.kept != Kept::default() {
        aside.extra |= Extra::KEPT;
    }
    Ok(aside)
}

/// Those of these people who are in the room, in their order and each once.
///
/// # Errors
/// [`Refusal::TooManyMentions`].
pub(super) fn mentioned(
    look: &mut (impl Look + ?Sized),
    limits: &Limits,
    room: RoomId,
    people: &[HostId<'static>],
) -> Result<Vec<Named>, Error> {
    if people.len() > limits.mentions {
        return Err(Refusal::TooManyMentions { max: limits.mentions }.into());
    }
    in_the_room(look, room, people)
}

fn in_the_room(look: &mut (impl Look + ?Sized), room: RoomId, people: &[HostId<'static>]) -> Result<Vec<Named>, Error> {
    let mut found: Vec<Named> = Vec::with_capacity(people.len());
    for id in people {
        let Some(person) = find_person(look, id)? else { continue };
        let place = look.place(room, person.id)?;
        let is_in = place.is_some_and(|place| place.member.is_some());
        if is_in && !found.iter().any(|known| known.id == person.id) {
            found.push(Named::from(&person));
        }
    }
    Ok(found)
}

/// Keeps what a new message has beside its text.
fn keep_aside(tx: &mut dyn Tx, room: RoomId, seq: Seq, aside: &Aside) -> Result<(), Error> {
    let Aside { extra, beside } = aside;
    if extra.has(Extra::KEPT) {
        tx.put_kept(room, seq, &beside.kept)?;
    }
    if extra.has(Extra::MENTIONS) {
        let people: Vec<_> = beside.mentions.iter().map(|person| person.id).collect();
        tx.put_mentions(room, seq, &people)?;
    }
    if let Some(readers) = &beside.readers {
        tx.put_readers(room, seq, readers)?;
    }
    match &beside.quoted {
        // Once it is known to be answered, it stays so; that alone is no change of it.
        Some(quoted) if !quoted.extra.has(Extra::ANSWERED) && quoted.erased_at.is_none() => {
            Ok(tx.touch_message(room, quoted.seq, quoted.changed, quoted.extra | Extra::ANSWERED)?)
        }
        _ => Ok(()),
    }
}

/// Keeps a draft that passed the rules, and announces it, unless it was said elsewhere.
pub(super) fn keep(
    tx: &mut dyn Tx,
    moment: Moment,
    mut room: Room,
    author: Option<Author>,
    draft: &Draft,
    aside: Aside,
) -> Result<Sent, Error> {
    let new = NewMessage {
        room: room.id,
        seq: room.seq.next(),
        sender: author.as_ref().map(|author| author.id),
        client_id: draft.client_id.clone(),
        text: draft.text.clone(),
        files: draft.files.clone(),
        created_at: moment.at,
        head: room.head.next(),
        extra: aside.extra,
    };
    let Some(id) = tx.insert_message(&new)? else {
        return sent_before(tx, &room, &new);
    };
    (room.seq, room.head, room.updated_at) = (new.seq, new.head, new.created_at);
    let extra = (room.extra | new.extra).with(Extra::IMPORTED, moment.is_past);
    let ahead = moment.ahead;
    // What is for some is not what a room shows in everybody's lists.
    let is_for_some = new.extra.has(Extra::READERS);
    if !is_for_some {
        room.shown = new.seq;
    }
    if is_for_some || ahead != room.ahead || extra != room.extra {
        (room.ahead, room.extra) = (ahead, extra);
        tx.keep_room(&room)?;
    }
    if new.extra != Extra::NONE {
        keep_aside(tx, room.id, new.seq, &aside)?;
    }
    let attachments = if new.files.is_empty() {
        Vec::new()
    } else {
        tx.attachments(room.id, new.seq)?
    };
    let message = Arc::new(Message {
        id,
        room: room.id,
        seq: new.seq,
        author,
        client_id: new.client_id,
        text: new.text,
        attachments,
        created_at: new.created_at,
        edited_at: None,
        erased_at: None,
        sent: new.head,
        changed: new.head,
        extra: new.extra,
        beside: (new.extra != Extra::NONE).then(|| Arc::new(aside.beside)),
    });
    if !moment.is_past {
        let heard = Heard::Sent {
            message: Arc::clone(&message),
        };
        tx.announce(Event::of(&room, heard));
    }
    Ok(Sent {
        room: room.name(),
        key: room.key,
        message,
        first: true,
    })
}

/// When a message is sent.
pub(super) struct Moment {
    pub(super) at: Time,
    /// From when on others of the room have moments already.
    pub(super) ahead: Option<Time>,
    /// It was sent elsewhere.
    pub(super) is_past: bool,
}

/// When a message is sent: now, but later than the one before it, because clients sort by it. Where that one came from a
/// clock that was ahead, it is now all the same, and what others of the room have is passed over: no two share a moment.
fn next_moment(look: &mut (impl Look + ?Sized), room: &Room, now: Time) -> Result<Moment, Error> {
    let said_before = room.seq > Seq(0);
    let mut at = now.not_before(Time(room.updated_at.0 + i64::from(said_before)));
    let mut ahead = room.ahead;
    if room.updated_at.is_ahead(now) || ahead.is_some_and(|ahead| ahead <= at) {
        ahead = look.said_from(room.id, at)?;
        while ahead == Some(at) {
            at.0 += 1;
            ahead = look.said_from(room.id, at)?;
        }
    }
    Ok(Moment {
        at,
        ahead,
        is_past: false,
    })
}

/// The message that took this client id first.
fn sent_before(tx: &mut dyn Tx, room: &Room, new: &NewMessage) -> Result<Sent, Error> {
    let Some(client_id) = new.client_id.as_deref() else {
        return Err(Fault::Internal("a message without a client id was taken for a retry".to_owned()).into());
    };
    let first = tx.message_by_client_id(new.room, new.sender, client_id)?;
    let first = first.ok_or_else(|| Fault::Internal("a client id is taken by no message".to_owned()))?;
    if first.erased_at.is_some() {
        return Err(Refusal::ErasedSince.into());
    }
    Ok(Sent {
        room: room.name(),
        key: Arc::clone(&room.key),
        message: Arc::new(first),
        first: false,
    })
}

/// Whether a draft can be sent, wherever to.
///
/// # Errors
/// The refusals of [`check_text`]; [`Refusal::TooManyFiles`], [`Refusal::BadClientId`].
pub fn check_draft(limits: &Limits, draft: &Draft) -> Result<(), Refusal> {
    let is_event = draft.more.as_ref().is_some_and(|more| more.is_event);
    check_text(limits, &draft.text, is_event || !draft.files.is_empty())?;
    if draft.files.len() > limits.attachments {
        return Err(Refusal::TooManyFiles {
            max: limits.attachments,
        });
    }
    check_custom(limits, draft.more.as_ref().and_then(|more| more.custom.as_deref()))?;
    check_client_id(limits, draft.client_id.as_deref())
}

/// Whether what an application keeps of its own can be kept.
///
/// # Errors
/// [`Refusal::CustomTooLong`].
pub fn check_custom(limits: &Limits, custom: Option<&str>) -> Result<(), Refusal> {
    let max = limits.custom_bytes;
    match custom {
        Some(custom) if custom.len() > max => Err(Refusal::CustomTooLong { max }),
        _ => Ok(()),
    }
}

/// Whether a text can be sent. What nobody sees is nothing to say, unless files say it; characters are Unicode scalar
/// values.
///
/// # Errors
/// [`Refusal::EmptyText`], [`Refusal::TextTooLong`], [`Refusal::NulInText`].
pub fn check_text(limits: &Limits, text: &str, files_say_it: bool) -> Result<(), Refusal> {
    if text.contains('\0') {
        return Err(Refusal::NulInText);
    }
    if text.chars().all(is_invisible) && !files_say_it {
        return Err(Refusal::EmptyText);
    }
    let max = limits.text_chars;
    // A character takes at least one byte: only a text that may be too long is counted.
    if text.len() > max {
        let chars = text.chars().count();
        if chars > max {
            return Err(Refusal::TextTooLong { chars, max });
        }
    }
    Ok(())
}

/// Whether a character alone shows nothing: white space, controls, what Unicode calls default ignorable
/// (`DerivedCoreProperties.txt`: joiners, fillers, selectors, marks of direction, tags), and the empty Braille pattern.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
        )
}

fn check_client_id(limits: &Limits, client_id: Option<&str>) -> Result<(), Refusal> {
    let max = limits.client_id_chars;
    match client_id {
        Some(id) if id.is_empty() || id.contains('\0') || id.chars().count() > max => Err(Refusal::BadClientId { max }),
        _ => Ok(()),
    }
}
