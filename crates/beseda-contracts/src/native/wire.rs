//! The API's dictionary: how the socket for all rooms of a person speaks.

use super::hear;
use super::objects::{ChangesJson, MeJson, MessageJson, PersonJson, Reader, ReceiptJson, RoomJson, id_text, moment};
use super::problem;
use crate::shared::all_rooms::AllRooms;
use crate::shared::time_text;
use beseda_core::rules::{Changes, History, Totals};
use beseda_core::words::{
    Cursor, DraftFile, Event, FullRoom, Heard, Kinds, LimitValue, Limits, Me, Message, Person, PersonId, Seq, Time,
    Token,
};
use beseda_live::dialect::{
    Command, Dialect, Everywhere, Glimpse, Misheard, Outcome, Position, Presence, PresenceState, Viewer,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What is told of a room that is not open.
#[derive(Serialize)]
struct MovedFrame<'a> {
    r#type: &'static str,
    room: &'a str,
    about: Option<RoomJson>,
    head: i64,
    seq: Seq,
    cursor: String,
    me: Option<MeJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_message: Option<MessageJson>,
}

/// What is different in an open room.
#[derive(Serialize)]
struct ChangesFrame {
    r#type: &'static str,
    #[serde(flatten)]
    changes: ChangesJson,
    live: bool,
}

fn text(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}

/// A frame of a room's own, with the name of what it is.
fn framed(kind: &str, room: &RoomJson) -> String {
    json!({"type": kind, "room": room.key, "about": room}).to_string()
}

/// The cursor that an event brings its hearers to.
fn cursor(event: &Event, viewer: Viewer) -> Cursor {
    Cursor {
        epoch: viewer.epoch,
        head: event.head,
        receipts: event.receipts,
    }
}

/// What an event changes in an open room: nothing yet.
fn no_change(event: &Event, viewer: Viewer) -> ChangesJson {
    ChangesJson {
        room: event.key.to_string(),
        about: None,
        me: None,
        head: event.head.0,
        seq: event.seq,
        cursor: cursor(event, viewer).to_string(),
        members: None,
        messages: Vec::new(),
        receipts: Vec::new(),
        more: false,
        reset: false,
    }
}

fn changed(changes: ChangesJson) -> String {
    text(&ChangesFrame {
        r#type: "changes",
        changes,
        live: true,
    })
}

/// A message that is new or has changed, of which nothing but that is different.
fn message_told(event: &Event, message: &Message, viewer: Viewer) -> String {
    let reader = Reader {
        knows_client_id: viewer.knows_client_id,
        reacted: viewer.reacted,
        sees_quoted: viewer.sees_quoted,
    };
    let message_json = MessageJson::new(&event.key, message, reader);
    if viewer.has_opened {
        let mut changes = no_change(event, viewer);
        changes.messages.push(message_json);
        return changed(changes);
    }
    let is_newest = message.seq == event.seq;
    text(&MovedFrame {
        last_message: is_newest.then_some(message_json),
        ..moved_so(event, viewer, None)
    })
}

/// How somebody stands to a room, which alone is different.
fn me_told(event: &Event, me: &Me, viewer: Viewer) -> String {
    let me_json = viewer.is_about_them.then(|| MeJson::from(me));
    if viewer.has_opened {
        let mut changes = no_change(event, viewer);
        changes.me = me_json;
        if let Heard::Read { .. } = event.heard {
            changes.receipts.extend(receipt(event, me));
        }
        return changed(changes);
    }
    text(&moved_so(event, viewer, me_json))
}

/// The receipt that an event moved.
fn receipt(event: &Event, me: &Me) -> Option<ReceiptJson> {
    let Heard::Read { name, .. } = &event.heard else {
        return None;
    };
    Some(ReceiptJson::new(&me.member, name))
}

fn moved_so(event: &Event, viewer: Viewer, me: Option<MeJson>) -> MovedFrame<'_> {
    MovedFrame {
        r#type: "moved",
        room: &event.key,
        about: None,
        head: event.head.0,
        seq: event.seq,
        cursor: cursor(event, viewer).to_string(),
        me,
        last_message: None,
    }
}

/// Every limit by its name.
#[must_use]
pub fn limits_json(limits: &Limits) -> Value {
    let limits = limits.iter().map(|(word, value)| {
        let value = match value {
            LimitValue::Count(count) => json!(count),
            LimitValue::Rate(rate) => json!(rate),
        };
        (word.name.to_owned(), json!({"value": value, "unit": word.unit}))
    });
    Value::Object(limits.collect::<Map<String, Value>>())
}

impl Dialect for AllRooms {
    fn name(&self) -> &'static str {
        super::CONTRACT.name
    }

    fn kinds(&self) -> Kinds {
        Kinds::with(self.own)
    }

    fn hear(&self, frame: &str, limits: &Limits) -> Result<Command, Misheard> {
        hear::command(frame, limits)
    }

    fn history(&self, _viewer: &Person, _history: &History) -> Vec<String> {
        Vec::new()
    }

    fn event(&self, event: &Event, viewer: Viewer) -> Option<String> {
        match &event.heard {
            Heard::Sent { message } | Heard::Edited { message, .. } | Heard::Touched { message } => {
                Some(message_told(event, message, viewer))
            }
            Heard::Read { me, .. } | Heard::Viewed { me } => Some(me_told(event, me, viewer)),
            // These are read from the store.
            Heard::Opened { .. }
            | Heard::Erased { .. }
            | Heard::Joined { .. }
            | Heard::Left { .. }
            | Heard::Changed
            | Heard::Removed => None,
        }
    }

    fn everywhere(&self) -> Option<&dyn Everywhere> {
        Some(self)
    }

    fn answer(&self, tag: Option<&str>, outcome: &Outcome<'_>) -> Option<String> {
        let frame = match *outcome {
            Outcome::Sent {
                key, message, sender, ..
            } => {
                let message = MessageJson::new(key, message, Reader::of(message, sender.id));
                json!({"type": "sent", "ref": tag, "room": key, "message": message})
            }
            Outcome::Done | Outcome::Pong => {
                let tag = tag?;
                json!({"type": "ok", "ref": tag})
            }
            Outcome::Misheard(misheard) => {
                json!({"type": "refused", "ref": tag, "code": misheard.code, "detail": misheard.detail})
            }
            Outcome::Refused(refusal) => problem::refused_frame(tag, refusal),
            Outcome::Failed(fault) => problem::failed_frame(tag, fault),
        };
        Some(frame.to_string())
    }
}

impl Everywhere for AllRooms {
    fn uploads(&self, sender: PersonId, ids: &[String], now: Time) -> Option<Vec<DraftFile>> {
        let open = |id: &String| self.uploads.open(sender, id, now);
        let files = ids.iter().map(open).collect::<Option<Vec<_>>>()?;
        let draft = |(file, title)| DraftFile { file, title };
        Some(files.into_iter().map(draft).collect())
    }

    fn welcome(&self, person: &Person, limits: &Limits) -> String {
        json!({
            "type": "welcome",
            "person": PersonJson::from(person),
            "ping_seconds": limits.ping_seconds,
            "limits": limits_json(limits),
        })
        .to_string()
    }

    fn here(&self, rooms: &[(FullRoom, Cursor)], gone: &[Arc<str>], token: Option<Token>, is_anew: bool) -> String {
        let told = rooms.iter().map(|(room, cursor)| {
            let reader = room.me.as_ref().map(|me| me.member.person).unwrap_or_default();
            RoomJson::new(room, *cursor, reader)
        });
        let rooms: Vec<RoomJson> = told.collect();
        let gone: Vec<&str> = gone.iter().map(|key| &**key).collect();
        let mut frame = json!({
            "type": "here",
            "rooms": rooms,
            "gone": gone,
            "more": token.is_none(),
            "token": token.map(|token| token.to_string()),
        });
        if let Some(fields) = frame.as_object_mut().filter(|_| is_anew) {
            fields.insert("all".to_owned(), true.into());
        }
        frame.to_string()
    }

    fn changes(&self, viewer: &Person, changes: &Changes, live: bool) -> String {
        text(&ChangesFrame {
            r#type: "changes",
            changes: ChangesJson::new(changes, viewer.id),
            live,
        })
    }

    fn moved(&self, glimpse: &Glimpse<'_>) -> String {
        let Glimpse {
            room,
            cursor,
            is_changed,
        } = glimpse;
        let reader = room.me.as_ref().map(|me| me.member.person).unwrap_or_default();
        let mut about = RoomJson::new(room, *cursor, reader);
        text(&MovedFrame {
            r#type: "moved",
            room: &room.room.key,
            head: about.head,
            seq: about.seq,
            cursor: about.cursor.clone(),
            me: about.me.clone(),
            last_message: about.last_message.take(),
            about: is_changed.then(|| RoomJson::new(room, *cursor, reader)),
        })
    }

    fn added(&self, glimpse: &Glimpse<'_>) -> String {
        let reader = glimpse.room.me.as_ref().map(|me| me.member.person).unwrap_or_default();
        framed("added", &RoomJson::new(glimpse.room, glimpse.cursor, reader))
    }

    fn removed(&self, key: &str) -> String {
        json!({"type": "removed", "room": key}).to_string()
    }

    fn behind(&self, key: &str) -> String {
        json!({"type": "behind", "room": key}).to_string()
    }

    fn totals(&self, totals: Totals) -> String {
        let Totals {
            rooms,
            messages,
            mentions,
        } = totals;
        json!({"type": "totals", "rooms": rooms, "messages": messages, "mentions": mentions}).to_string()
    }

    fn ping(&self, now: Time, token: Option<Token>) -> String {
        json!({"type": "ping", "time": time_text(now), "token": token.map(|token| token.to_string())}).to_string()
    }

    fn token_of(&self, frame: &str) -> Option<Token> {
        #[derive(Deserialize)]
        struct Told<'a> {
            r#type: &'a str,
            token: Option<&'a str>,
        }
        let told: Told<'_> = serde_json::from_str(frame).ok()?;
        let token = told.token.filter(|_| matches!(told.r#type, "here" | "ping"))?;
        token.parse().ok()
    }

    fn expiring(&self, seconds: u64) -> String {
        json!({"type": "expiring", "seconds": seconds}).to_string()
    }

    fn typing(&self, key: &str, typist: &Person, is_typing: bool) -> String {
        json!({"type": "typing", "room": key, "person": id_text(&typist.host_id()), "on": is_typing}).to_string()
    }

    fn position(&self, key: &str, position: &Position) -> String {
        let point = position.point;
        json!({
            "type": "position",
            "room": key,
            "person": id_text(&position.person.host_id()),
            "latitude": point.latitude,
            "longitude": point.longitude,
            "accuracy": point.accuracy,
            "heading": point.heading,
            "speed": point.speed,
            "at": time_text(position.at),
        })
        .to_string()
    }

    fn presence(&self, people: &[Presence]) -> String {
        let items: Vec<Value> = people.iter().map(presence_json).collect();
        json!({"type": "presence", "items": items}).to_string()
    }
}

/// Whether somebody is there.
#[must_use]
pub fn presence_json(presence: &Presence) -> Value {
    let state = match presence.state {
        PresenceState::Online => "online",
        PresenceState::Away => "away",
        PresenceState::Offline => "offline",
    };
    json!({"person": id_text(&presence.person), "state": state, "last_seen": moment(presence.last_seen)})
}
