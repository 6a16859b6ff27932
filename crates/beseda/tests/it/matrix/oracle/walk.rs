//! A walk: steps by chance over orders, a class, a booking and visitors' rooms, while many listen.

use super::ears::{Asks, Ear, Findings, Open};
use super::known::{ANSWERING, Known, STAFF, Scope};
use super::town::{CLASS, Dice, EXPERTS, Order, build, id_of, names, orders};
use crate::harness::{Actor, Answer, Server, actor, in_time};
use parking_lot::{Mutex, MutexGuard};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The booking's conversation.
const PAIR: &str = "pair";
/// The class's chat.
const SCHOOL: &str = "school";

/// A message that its sender may edit.
#[derive(Clone)]
struct Sent {
    by: &'static str,
    room: String,
    id: i64,
    text: String,
}

/// A visitor's room.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) room: String,
    pub(super) visitor: String,
}

/// A walk under way.
pub struct Walk {
    server: Server,
    pub(super) known: Arc<Mutex<Known>>,
    pub(super) people: HashMap<&'static str, Actor>,
    pub(super) key: Actor,
    pub(super) nobody: Actor,
    pub(super) dice: Dice,
    pub(super) orders: Vec<Order>,
    pub(super) cases: Vec<Case>,
    sent: Vec<Sent>,
    chat: i64,
    is_in_class: bool,
    gone: Vec<&'static str>,
    pub(super) open: Vec<Open>,
}

impl Walk {
    /// Everything before the first step.
    pub async fn begin(seed: u64) -> Self {
        let (server, people) = build().await;
        let key = server.command(&["key", "create", "walk", "--scope", "people,orders,groups,rooms"]);
        let key = String::from_utf8(key.await.stdout).expect("text");
        let body = json!({"name": "7А", "group_id": CLASS});
        let chat = created(people["teacher"].post("/api/chats/create_group/", &body).await);
        let mut walk = Self {
            known: Arc::default(),
            key: Actor::new(server.address, 0, key.trim()),
            nobody: Actor::new(server.address, 0, ""),
            server,
            people,
            dice: Dice::new(seed),
            orders: orders(),
            cases: Vec::new(),
            sent: Vec::new(),
            chat: chat["id"].as_i64().expect("a number"),
            is_in_class: true,
            gone: Vec::new(),
            open: Vec::new(),
        };
        for who in ["op1", "op2", "mom", "admin"] {
            walk.known().stands(who, STAFF, true);
        }
        for who in ["mom", "admin"] {
            walk.known().stands(who, ANSWERING, true);
        }
        for who in ["teacher", "student1", "student2"] {
            walk.known().stands(who, SCHOOL, true);
        }
        for who in ["customer", "therapist"] {
            walk.known().stands(who, PAIR, true);
        }
        for at in 0..walk.orders.len() {
            walk.open_room(at).await;
        }
        walk
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock()
    }

    /// Takes a step.
    pub async fn step(&mut self) {
        self.known().step += 1;
        match self.dice.roll(100) {
            0..22 => self.send_in_order().await,
            22..30 => self.edit().await,
            30..36 => self.erase().await,
            36..39 => self.mark_read().await,
            39..42 => self.search().await,
            42..50 => self.move_expert().await,
            50..53 => self.remove_room().await,
            53..61 => self.say_in_pair().await,
            61..73 => self.say_in_case().await,
            73..76 => self.open_case().await,
            76..78 => self.remove_case().await,
            78..81 => self.say_in_class().await,
            81..83 => self.move_student().await,
            83 => self.deactivate().await,
            84..86 => self.change_staff().await,
            86..90 => self.say_in_nobodys_name().await,
            _ => self.open_socket().await,
        }
    }

    /// Ends the walk: what was found by everybody who listened.
    pub async fn end(self) -> Findings {
        let mut all = Findings::default();
        for Open { say, task, .. } in self.open {
            drop(say);
            let found = in_time("a socket ends", task).await.expect("nothing panics");
            all.judged += found.judged;
            all.wrong.extend(found.wrong);
        }
        drop(self.server);
        all
    }

    pub(super) fn text(&self) -> String {
        format!("said in step {}", self.known().step)
    }

    /// Opens the room of an order, as its client.
    async fn open_room(&mut self, at: usize) {
        let order = &self.orders[at];
        let name = format!("order:{}:{}", order.number, self.known().step);
        for who in order.people() {
            let is_in = !self.gone.contains(&who);
            self.known().stands(who, &name, is_in);
        }
        let room = self.people[order.client].room_of(order.number).await;
        self.orders[at].room = Some((room, name));
    }

    /// A message into an order's room, by any call that there is for it.
    async fn send_in_order(&mut self) {
        let at = self.dice.roll(self.orders.len());
        let Some((room, name)) = self.orders[at].room.clone() else {
            return self.open_room(at).await;
        };
        let mut people = self.orders[at].people();
        people.retain(|who| !self.gone.contains(who));
        let by = self.dice.pick(&people).expect("a client");
        let text = self.text();
        self.known().say(&name, &text);
        let way = self.dice.roll(6);
        let number = self.orders[at].number;
        let answer = match way {
            0 | 1 if self.say_on_socket(by, &Scope::Room(name.clone()), &text, None).await => return,
            0..=2 => {
                let body = json!({"room": room, "message": text});
                created(self.people[by].post("/api/chat/messages/", &body).await)
            }
            3 => {
                let form = with_file("message", &text).text("room", room.to_string());
                created(self.post_form(by, "/api/chat/messages/", form).await)
            }
            way => {
                // Who answers for every order may, too, without being in the room.
                let by = if way == 5 {
                    self.dice.pick(&["mom", "admin"]).expect("two")
                } else {
                    by
                };
                let path = format!("/api/chat/order/{number}/send");
                let answer = self.post_form(by, &path, with_file("message", &text)).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                answer.json()["message"].clone()
            }
        };
        let id = answer["id"].as_i64().expect("a number");
        self.known().is_called(&text, id);
        if way != 5 {
            let room = name;
            self.sent.push(Sent { by, room, id, text });
        }
    }

    /// One of the messages that can still be changed by who sent them.
    fn pick_sent(&mut self) -> Option<usize> {
        let known = self.known();
        let can = |sent: &Sent| {
            let scope = Scope::Room(sent.room.clone());
            known.is_in(sent.by, &scope, &sent.room, known.step) && !known.is_erased(&sent.text)
        };
        let standing: Vec<usize> = (0..self.sent.len()).filter(|at| can(&self.sent[*at])).collect();
        drop(known);
        self.dice.pick(&standing)
    }

    async fn edit(&mut self) {
        let Some(at) = self.pick_sent() else { return };
        let text = self.text();
        self.known().edit(&self.sent[at].text, &text);
        let Sent { by, id, .. } = self.sent[at];
        let path = format!("/api/chat/messages/{id}/");
        let answer = self.people[by]
            .ask(Method::PATCH, &path, &json!({"message": text}))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.sent[at].text = text;
    }

    async fn erase(&mut self) {
        let Some(at) = self.pick_sent() else { return };
        let Sent { by, id, ref text, .. } = self.sent[at];
        self.known().erase(text);
        let path = format!("/api/chat/messages/{id}/");
        let answer = self.people[by].ask(Method::DELETE, &path, &json!({})).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    async fn mark_read(&mut self) {
        let at = self.dice.roll(self.orders.len());
        let (Some((room, _)), client) = (&self.orders[at].room, self.orders[at].client) else {
            return;
        };
        let path = format!("/api/chat/rooms/{room}/mark_read/");
        let answer = self.people[client].post(&path, &json!({})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Puts another expert into an order, or none.
    async fn move_expert(&mut self) {
        let at = self.dice.roll(self.orders.len());
        let Some((_, name)) = self.orders[at].room.clone() else {
            return self.open_room(at).await;
        };
        let mut experts: Vec<Option<&'static str>> = EXPERTS.into_iter().map(Some).collect();
        experts.retain(|who| who.is_some_and(|who| !self.gone.contains(&who)));
        experts.push(None);
        let expert = self.dice.pick(&experts).expect("none at least");
        let before = std::mem::replace(&mut self.orders[at].expert, expert);
        if before == expert {
            return;
        }
        for (who, is_in) in [(before, false), (expert, true)] {
            if let Some(who) = who {
                self.known().stands(who, &name, is_in);
            }
        }
        let path = format!("/api/v1/orders/{}/", self.orders[at].number);
        let answer = self.key.ask(Method::PUT, &path, &self.orders[at].json()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    async fn remove_room(&mut self) {
        let at = self.dice.roll(self.orders.len());
        let Some((room, name)) = self.orders[at].room.take() else {
            return self.open_room(at).await;
        };
        self.known().remove(&name);
        let path = format!("/api/chat/rooms/{room}/");
        let answer = self.people["admin"].ask(Method::DELETE, &path, &json!({})).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// The host application says something, in any room that stands.
    async fn say_in_nobodys_name(&mut self) {
        let pair = format!("pair:{}:{}", id_of("customer"), id_of("therapist"));
        let mut rooms = vec![(pair, PAIR.to_owned())];
        for order in &self.orders {
            let name = order.room.as_ref().map(|(_, name)| name.clone());
            rooms.extend(name.map(|name| (format!("order:{}", order.number), name)));
        }
        for case in &self.cases {
            rooms.push((format!("support:{}", case.id), case.room.clone()));
        }
        let (key, room) = self.dice.pick(&rooms).expect("the pair's at least");
        let text = self.text();
        self.known().say(&room, &text);
        let path = format!("/api/v1/rooms/{key}/system-messages/");
        let answer = self.key.post(&path, &json!({"text": text})).await;
        // The two have not met before one of them has connected.
        let wanted: &[u16] = if room == PAIR { &[201, 404] } else { &[201] };
        assert!(wanted.contains(&answer.status), "{answer:?}");
    }

    async fn say_in_pair(&mut self) {
        let by = self.dice.pick(&["customer", "therapist"]).expect("two");
        let text = self.text();
        self.known().say(PAIR, &text);
        let scope = Scope::Room(PAIR.to_owned());
        self.say_on_socket(by, &scope, &text, None).await;
    }

    async fn say_in_class(&mut self) {
        let (by, text) = (self.dice.pick(&["teacher", "student1"]).expect("two"), self.text());
        self.known().say(SCHOOL, &text);
        let form = with_file("text", &text).text("chat", self.chat.to_string());
        created(self.post_form(by, "/api/messages/", form).await);
    }

    /// The class has no sockets of its own: it is heard on the one for all rooms.
    async fn move_student(&mut self) {
        self.is_in_class = !self.is_in_class;
        self.known().stands("student2", SCHOOL, self.is_in_class);
        let mut students = vec![id_of("student1")];
        students.extend(self.is_in_class.then(|| id_of("student2")));
        let body = json!({"name": "7А", "teacher": id_of("teacher"), "students": students});
        let answer = self
            .key
            .ask(Method::PUT, &format!("/api/v1/groups/{CLASS}/"), &body)
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Deactivates an expert, at most one in a walk: the others go on.
    async fn deactivate(&mut self) {
        if !self.gone.is_empty() {
            return;
        }
        let who = self.dice.pick(&EXPERTS).expect("three");
        self.gone.push(who);
        self.known().is_gone(who);
        self.change_person(who, &json!({"active": false})).await;
    }

    /// Takes somebody's place among the staff away, or gives it back.
    async fn change_staff(&mut self) {
        let step = self.known().step;
        let is_staff = self.known().is_in("op2", &Scope::Desk, "support:", step);
        self.known().stands("op2", STAFF, !is_staff);
        let role = if is_staff { "user" } else { "operator" };
        self.change_person("op2", &json!({"role": role})).await;
    }

    async fn change_person(&self, who: &str, body: &Value) {
        let path = format!("/api/v1/people/{}/", id_of(who));
        let answer = self.key.ask(Method::PATCH, &path, body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub(super) async fn post_form(&self, by: &str, path: &str, form: Form) -> Answer {
        let request = self.people[by].request(Method::POST, path);
        actor::answer(request.multipart(form)).await
    }

    /// Says it on an open socket of this person, if they have one, and waits until they hear it themselves.
    pub(super) async fn say_on_socket(&self, by: &str, scope: &Scope, text: &str, room: Option<&str>) -> bool {
        let is_it = |open: &&Open| open.ear.who == by && open.ear.scope == *scope && !open.task.is_finished();
        let Some(open) = self.open.iter().find(is_it) else {
            return false;
        };
        let mut frame = json!({"type": "chat_message", "message": text});
        if let Some(room) = room {
            frame["room_id"] = room.into();
        }
        if open.say.send(frame).await.is_err() {
            return true;
        }
        in_time("the sender hears it", async {
            while !self.known().has_heard(by, text) && !open.task.is_finished() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await;
        true
    }

    /// Somebody opens a socket somewhere, whether they may or not.
    async fn open_socket(&mut self) {
        let mut places: Vec<(String, Scope, Asks)> = Vec::new();
        for order in &self.orders {
            if let Some((room, name)) = &order.room {
                let scope = Scope::Room(name.clone());
                places.push((format!("/ws/chat/{room}/"), scope, Asks::Order(order.number)));
            }
        }
        let pair = format!("/ws/chat/{}/{}/", id_of("customer"), id_of("therapist"));
        places.push((pair, Scope::Room(PAIR.to_owned()), Asks::Spa));
        places.push(("/ws/admin/chat/".to_owned(), Scope::Desk, Asks::Staff));
        // The socket for all rooms, as often as those for one; the one that is opened on it may be of others.
        for order in &self.orders {
            let room = format!("order:{}", order.number);
            places.push(("/api/v1/ws/".to_owned(), Scope::All, Asks::Native(room)));
        }
        let (path, scope, asks) = self.dice.pick(&places).expect("two at least");
        // Most who try may; everybody tries now and then.
        let mut names = names();
        if self.dice.roll(4) > 0 && scope != Scope::All {
            let known = self.known();
            let room = match &scope {
                Scope::Room(room) => room,
                Scope::Desk | Scope::All => "support:",
            };
            names.retain(|who| known.is_in(who, &scope, room, known.step));
        }
        let Some(who) = self.dice.pick(&names) else { return };
        let caller = self.people[who].clone();
        let ear = Ear {
            who: who.to_owned(),
            caller,
            scope,
            path,
            asks,
        };
        self.listen(ear).await;
    }

    /// Opens a socket, unless the same one is open.
    pub(super) async fn listen(&mut self, ear: Ear) {
        let same = |open: &Open| open.ear.who == ear.who && open.ear.scope == ear.scope && !open.task.is_finished();
        if !self.open.iter().any(same) {
            let open = ear.open(Arc::clone(&self.known)).await;
            self.open.push(open);
        }
    }
}

/// What was made.
pub(super) fn created(answer: Answer) -> Value {
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

/// A form with a text under this name, and a file.
pub(super) fn with_file(name: &'static str, text: &str) -> Form {
    let part = Part::bytes(b"a file".as_slice()).file_name("note.txt");
    Form::new().text(name, text.to_owned()).part("file", part)
}
