//! The steps of a walk in visitors' rooms.

use super::ears::{Asks, Ear};
use super::known::Scope;
use super::walk::{Case, Walk, created, with_file};
use crate::harness::actor;
use reqwest::Method;
use serde_json::json;

/// Visitors' rooms that are open at once, at most.
const CASES: usize = 4;

impl Walk {
    /// A visitor comes, with a first word, and listens.
    pub(super) async fn open_case(&mut self) {
        if self.cases.len() >= CASES {
            return;
        }
        let step = self.known().step;
        let text = self.text();
        let (room, visitor) = (format!("support:{step}"), format!("visitor{step}"));
        self.known().stands(&visitor, &room, true);
        self.known().say(&room, &text);
        let body = json!({"customer_name": visitor, "message": text});
        let opened = created(self.nobody.post("/api/public/chat-rooms/", &body).await);
        let id = opened["id"].as_str().expect("an id").to_owned();
        let ear = Ear {
            who: visitor.clone(),
            caller: self.nobody.clone(),
            scope: Scope::Room(room.clone()),
            path: format!("/ws/chat/{id}/"),
            asks: Asks::Visitor(id.clone()),
        };
        self.listen(ear).await;
        self.cases.push(Case { id, room, visitor });
    }

    /// The host application takes a visitor's room away.
    pub(super) async fn remove_case(&mut self) {
        if self.cases.is_empty() {
            return;
        }
        let case = self.cases.remove(self.dice.roll(self.cases.len()));
        self.known().remove(&case.room);
        let path = format!("/api/v1/rooms/support:{}/", case.id);
        let answer = self.key.ask(Method::DELETE, &path, &json!({})).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// A message into a visitor's room, from either side, by any call that there is for it.
    pub(super) async fn say_in_case(&mut self) {
        let Some(case) = self.dice.pick(&self.cases) else {
            return self.open_case().await;
        };
        let text = self.text();
        self.known().say(&case.room, &text);
        let staff = self.dice.pick(&["op1", "mom", "admin"]).expect("three");
        let answer = match self.dice.roll(5) {
            0 => {
                let scope = Scope::Room(case.room.clone());
                self.say_on_socket(&case.visitor, &scope, &text, None).await;
                return;
            }
            1 => {
                self.say_on_socket(staff, &Scope::Desk, &text, Some(&case.id)).await;
                return;
            }
            2 => {
                let path = format!("/api/admin/chat-rooms/{}/send_message/", case.id);
                self.people[staff].post(&path, &json!({"message": text})).await
            }
            3 => {
                let path = format!("/api/admin/chat-rooms/{}/send_message/", case.id);
                self.post_form(staff, &path, with_file("message", &text)).await
            }
            _ => {
                let path = format!("/api/public/chat-rooms/{}/send_message/", case.id);
                let request = self.nobody.request(Method::POST, &path);
                actor::answer(request.multipart(with_file("message", &text))).await
            }
        };
        created(answer);
    }
}
