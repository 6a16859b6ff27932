//! What a client makes of frames and answers: acks, its list, and what the server should not have said.

use super::{Answer, Client};
use crate::crash::finding::{Finding, Kind};
use crate::crash::ledger::Wish;
use crate::crash::list::Line;
use crate::crash::wire::{Frame, Heard, Reply, Said, number_in};

/// The close code of a reader that was too slow.
const TOO_SLOW: u16 = 4008;
/// The close code of a server that stops.
const RESTARTING: u16 = 4009;
/// The close code of a server that has failed.
const FAILED: u16 = 1011;

impl Client {
    /// Something was heard; `expects_end` when the server is about to be gone, or is gone.
    pub(super) fn hear(&mut self, heard: Heard, expects_end: bool) {
        match heard {
            Heard::Frame(frame) => self.hear_frame(*frame),
            Heard::Closed(code, reason) => {
                self.socket = None;
                match code {
                    TOO_SLOW => self.cuts += 1,
                    RESTARTING if expects_end => {}
                    // Who comes while the database is away cannot be let in; who is in stays.
                    FAILED if self.was_away && !self.has_begun => {}
                    _ => self.finds(Kind::Conduct, format!("was closed with {code} {reason:?}")),
                }
            }
            Heard::Lost => {
                self.socket = None;
                if !expects_end {
                    self.finds(
                        Kind::Conduct,
                        "lost its socket without a close, and nothing was killed".to_owned(),
                    );
                }
            }
        }
    }

    fn finds(&mut self, kind: Kind, says: String) {
        let says = format!("{} {says}", self.name());
        self.findings.push(Finding::new(kind, says).in_room(self.seat.room));
    }

    fn hear_frame(&mut self, frame: Frame) {
        match (frame.r#type.as_str(), frame.message, frame.messages, frame.id) {
            ("message_history", _, Some(history), _) => self.begin(history),
            ("chat_message", Some(said), ..) => self.hear_sent(said, frame.client_id.as_deref()),
            ("message_updated", Some(said), ..) => self.list.edited(said.id, said.message),
            ("message_deleted", _, _, Some(id)) => self.list.erased(id),
            ("error", ..) => self.hear_error(frame.code, frame.detail, frame.client_id.as_deref()),
            (other, ..) => self.finds(Kind::Conduct, format!("heard a frame that it did not expect: {other}")),
        }
    }

    fn begin(&mut self, history: Vec<Said>) {
        self.heard = history.iter().map(|said| said.id).collect();
        self.list.connected(history.into_iter().map(Line::from).collect());
        self.is_back = true;
        self.has_begun = true;
        self.ask_pages(std::time::Duration::ZERO);
    }

    fn hear_sent(&mut self, said: Said, client_id: Option<&str>) {
        if said.room != self.seat.room {
            self.finds(
                Kind::Stranger,
                format!("heard message {} of room {}", said.id, said.room),
            );
        }
        let own = client_id.and_then(|client_id| self.ledger.number_of(client_id));
        let may_come_again = own
            .and_then(|number| self.ledger.drafts.get(number))
            .is_some_and(|draft| draft.resent);
        if !self.heard.insert(said.id) && !may_come_again {
            self.finds(
                Kind::Doubled,
                format!("heard message {} twice on one connection", said.id),
            );
        }
        if let Some(number) = own {
            self.acked(number, said.id);
        }
        self.list.sent(said.into());
    }

    fn acked(&mut self, number: usize, id: i64) {
        let finding = self.ledger.acked(number, id);
        self.findings
            .extend(finding.map(|finding| finding.in_room(self.seat.room)));
    }

    /// A server that is busy is asked again; any other error is one that this load gives no reason for.
    fn hear_error(&mut self, code: Option<String>, detail: Option<String>, client_id: Option<&str>) {
        let own = client_id.and_then(|client_id| self.ledger.number_of(client_id));
        match (code.as_deref(), own) {
            (Some("busy"), Some(number)) => self.send_later(number),
            // A mark, of which nothing was promised.
            (Some("busy"), None) => {}
            (code, _) => self.finds(
                Kind::Conduct,
                format!("was told {code:?} {detail:?} about {client_id:?}"),
            ),
        }
    }

    fn send_later(&mut self, number: usize) {
        self.ledger.resends(number);
        self.by_rest(number, self.pause);
    }

    pub(super) fn answered(&mut self, answer: Answer, is_down: bool) {
        match answer {
            Answer::Sent(number, reply) => self.sent(number, reply, is_down),
            Answer::Changed(number, reply) => self.changed(number, reply, is_down),
            Answer::Marked(newest, reply) => self.marked(newest, reply),
            Answer::Pages(connection, pages) if connection == self.connection => match pages {
                Some(pages) => self.list.closed(self.settled, pages),
                None if is_down => {}
                None => self.ask_pages(self.pause),
            },
            // A later connection has asked for pages of its own.
            Answer::Pages(..) => {}
        }
    }

    fn sent(&mut self, number: usize, reply: Reply, is_down: bool) {
        match reply {
            Some((201, message)) => match number_in(&message, "id") {
                Some(id) => self.acked(number, id),
                None => self.finds(Kind::Conduct, format!("was answered 201 with {message}")),
            },
            Some((503, _)) | None => {
                if !is_down && self.ledger.unacked.contains(&number) {
                    self.send_later(number);
                }
            }
            Some((status, body)) => {
                let what = self.ledger.client_id(number);
                self.finds(
                    Kind::Conduct,
                    format!("was answered {status} {body} when it sent {what}"),
                );
            }
        }
    }

    fn changed(&mut self, number: usize, reply: Reply, is_down: bool) {
        let Some(pending) = self.ledger.changes.get(&number) else {
            return;
        };
        let may_be_done = pending.wish == Wish::Erase && pending.tries > 1;
        match reply {
            Some((200 | 204, _)) => self.ledger.changed(number),
            // An earlier try has erased it; its answer is what the crash took.
            Some((404, _)) if may_be_done => self.ledger.changed(number),
            Some((503, _)) | None => {
                if !is_down {
                    self.ask_change(number, self.pause);
                }
            }
            Some((status, body)) => {
                let what = format!("{:?} of {}", pending.wish, self.ledger.client_id(number));
                let kind = if status == 404 { Kind::Lost } else { Kind::Conduct };
                self.finds(kind, format!("was answered {status} {body} to {what}"));
                self.ledger.changes.remove(&number);
            }
        }
    }

    fn marked(&mut self, newest: i64, reply: Reply) {
        match reply {
            Some((200, _)) => self.ledger.marked = self.ledger.marked.max(Some(newest)),
            Some((503, _)) | None => {}
            Some((status, body)) => self.finds(Kind::Conduct, format!("was answered {status} {body} to mark_read")),
        }
    }
}
