//! A step of a walk: somebody searches, and asks for what they find.

use super::known::Scope;
use super::town::names;
use super::walk::Walk;
use serde_json::Value;

/// What every message of a walk has in it.
const SAID: &str = "said";

impl Walk {
    /// Somebody searches in all their rooms: whatever they find was said in one that they are in, and they can ask for it.
    pub(super) async fn search(&mut self) {
        let who = self.dice.pick(&names()).expect("somebody");
        let caller = self.people[who].clone();
        let answer = caller.get(&format!("/api/v1/search/?q={SAID}&limit=10")).await;
        // Somebody is deactivated.
        if answer.status == 401 {
            return;
        }
        let list = answer.json();
        for item in list["items"].as_array().unwrap_or_else(|| panic!("no list: {list}")) {
            let message = &item["message"];
            self.is_theirs(who, message);
            let room = item["room"].as_str().expect("a key");
            let path = format!("/api/v1/rooms/{room}/messages/{}/", message["seq"]);
            let got = caller.get(&path).await;
            assert_eq!(
                (got.status, &got.json()),
                (200, message),
                "{who} found what {path} does not give"
            );
        }
    }

    fn is_theirs(&self, who: &str, message: &Value) {
        let text = message["text"].as_str().expect("a text");
        let known = self.known();
        let room = known.room_of(text);
        let scope = Scope::Room(room.to_owned());
        assert!(
            known.is_in(who, &scope, room, known.step),
            "{who} found what was said in {room}: {message}"
        );
        assert!(!known.is_erased(text), "{who} found what is erased: {message}");
    }
}
