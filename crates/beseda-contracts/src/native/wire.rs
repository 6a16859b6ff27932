//! The API's dictionary: how the socket for all rooms of a person speaks.

use super::cases::CaseJson;
use super::frames::{
    AboutFrame, CaseFrame, CasesFrame, ChangesFrame, ExpiringFrame, HereFrame, MovedFrame, OkFrame, PingFrame,
    PositionFrame, PresenceFrame, PresenceJson, RoomFrame, Rooms, SentFrame, TotalsFrame, TypingFrame, WelcomeFrame,
};
use super::hear;
use super::limits::LimitsJson;
use super::objects::{ChangesJson, MeJson, MessageJson, PersonJson, Reader, ReceiptJson, RoomJson, id_text, moment};
use super::problem;
use crate::shared::all_rooms::AllRooms;
use crate::shared::time_text;
use beseda_core::rules::{Changes, History, SeenCase, Totals};
use beseda_core::words::{
    Cursor, DraftFile, Event, FullRoom, Heard, Kinds, Limits, Me, Message, Person, PersonId, Time, Token,
};
use beseda_live::dialect::{
    Command, Dialect, Everywhere, Glimpse, Misheard, Outcome, Position, Presence, PresenceState, Viewer,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

fn text(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).unwrap_or_default()
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
        Some(match *outcome {
            Outcome::Sent {
                key, message, sender, ..
            } => text(&SentFrame {
                r#type: "sent",
                r#ref: tag,
                room: key,
                message: MessageJson::new(key, message, Reader::of(message, sender.id)),
            }),
            Outcome::Done | Outcome::Pong => text(&OkFrame {
                r#type: "ok",
                r#ref: tag?,
            }),
            Outcome::Misheard(misheard) => problem::misheard_frame(tag, misheard),
            Outcome::Refused(refusal) => problem::refused_frame(tag, refusal),
            Outcome::Failed(fault) => problem::failed_frame(tag, fault),
        })
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
        text(&WelcomeFrame {
            r#type: "welcome",
            person: PersonJson::from(person),
            ping_seconds: limits.ping_seconds,
            limits: LimitsJson(limits),
        })
    }

    fn here(&self, rooms: &[(FullRoom, Cursor)], gone: &[Arc<str>], token: Option<Token>, is_anew: bool) -> String {
        text(&HereFrame {
            r#type: "here",
            rooms: Rooms(rooms),
            gone: gone.iter().map(|key| &**key).collect(),
            more: token.is_none(),
            token: token.map(|token| token.to_string()),
            all: is_anew,
        })
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
        let about = RoomJson::new(glimpse.room, glimpse.cursor, reader);
        text(&AboutFrame {
            r#type: "added",
            room: &about.key,
            about: &about,
        })
    }

    fn removed(&self, key: &str) -> String {
        text(&RoomFrame {
            r#type: "removed",
            room: key,
        })
    }

    fn behind(&self, key: &str) -> String {
        text(&RoomFrame {
            r#type: "behind",
            room: key,
        })
    }

    fn case(&self, seen: &SeenCase, reader: PersonId) -> String {
        let (room, cursor) = &seen.about;
        text(&CaseFrame {
            r#type: "case",
            case: CaseJson::new(seen, RoomJson::new(room, *cursor, reader)),
        })
    }

    fn cases(&self) -> String {
        text(&CasesFrame { r#type: "cases" })
    }

    fn totals(&self, totals: Totals) -> String {
        let Totals {
            rooms,
            messages,
            mentions,
        } = totals;
        text(&TotalsFrame {
            r#type: "totals",
            rooms,
            messages,
            mentions,
        })
    }

    fn ping(&self, now: Time, token: Option<Token>) -> String {
        text(&PingFrame {
            r#type: "ping",
            time: time_text(now),
            token: token.map(|token| token.to_string()),
        })
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
        text(&ExpiringFrame {
            r#type: "expiring",
            seconds,
        })
    }

    fn typing(&self, key: &str, typist: &Person, is_typing: bool) -> String {
        text(&TypingFrame {
            r#type: "typing",
            room: key,
            person: id_text(&typist.host_id()),
            on: is_typing,
        })
    }

    fn position(&self, key: &str, position: &Position) -> String {
        let point = position.point;
        text(&PositionFrame {
            r#type: "position",
            room: key,
            person: id_text(&position.person.host_id()),
            latitude: point.latitude,
            longitude: point.longitude,
            accuracy: point.accuracy,
            heading: point.heading,
            speed: point.speed,
            at: time_text(position.at),
        })
    }

    fn presence(&self, people: &[Presence]) -> String {
        text(&PresenceFrame {
            r#type: "presence",
            items: people.iter().map(PresenceJson::from).collect(),
        })
    }
}

impl From<&Presence> for PresenceJson {
    fn from(presence: &Presence) -> Self {
        Self {
            person: id_text(&presence.person),
            state: match presence.state {
                PresenceState::Online => "online",
                PresenceState::Away => "away",
                PresenceState::Offline => "offline",
            },
            last_seen: moment(presence.last_seen),
        }
    }
}
