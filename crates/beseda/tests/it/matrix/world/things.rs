//! Orders, chats and visitors' rooms to try things on, each one's own.

use super::{NOTHING, ORDERS, OTHERS, World, id_of, text_of};
use crate::harness::actor::answer;
use crate::matrix::objects::Object;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// What of an order is gone, where it is to be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// The room.
    Room,
    /// The message.
    Message,
}

/// An order with its room, and a message with a file in it.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// The order's number.
    pub order: i64,
    /// Its room's.
    pub room: i64,
    /// A message's, by the client.
    pub message: i64,
    /// The file's that hangs on it.
    pub file: i64,
}

/// A chat of the school, with a file in it.
#[derive(Debug, Clone)]
pub struct Chat {
    /// Its number.
    pub id: i64,
    /// Its unguessable name.
    pub name: String,
    /// The file's.
    pub file: i64,
}

/// A visitor's room, with a file in it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its id, which is its key.
    pub id: String,
    /// The file's number.
    pub file: i64,
}

impl World {
    /// An order of this sort that no other call touches.
    pub async fn order(&self, object: Object, gone: Gone) -> Order {
        let (next, whose) = match object {
            Object::Own | Object::Deleted | Object::None => (&self.next_own, "client"),
            Object::Foreign => (&self.next_other, "outsider"),
            Object::Missing => {
                return Order {
                    order: NOTHING,
                    room: NOTHING,
                    message: NOTHING,
                    file: NOTHING,
                };
            }
        };
        let order = next.fetch_add(1, Ordering::Relaxed);
        assert!(order % OTHERS <= ORDERS, "there are too few orders for so many cells");
        let room = self.caller(whose).room_of(order).await;
        let form = Form::new().text("room", room.to_string()).text("message", "look");
        let sent = self.with_file(whose, "/api/chat/messages/", form).await;
        let message = sent["id"].as_i64().expect("a number");
        if object == Object::Deleted {
            let (who, path) = match gone {
                Gone::Room => ("admin", format!("/api/chat/rooms/{room}/")),
                Gone::Message => ("client", format!("/api/chat/messages/{message}/")),
            };
            let answer = self.caller(who).ask(Method::DELETE, &path, &json!({})).await;
            assert_eq!(answer.status, 204, "{answer:?}");
        }
        Order {
            order,
            room,
            message,
            file: file_of(&sent),
        }
    }

    /// The number of an order that the host application has taken away, with its room.
    pub async fn taken_away(&self) -> i64 {
        let order = self.new_number();
        let path = format!("/api/v1/orders/{order}/");
        self.put(
            &path,
            &json!({"client": id_of("client"), "operator": id_of("operator")}),
        )
        .await;
        self.take_away(&path).await;
        order
    }

    /// A chat of this sort: of the teacher and the student, or of the other two.
    pub async fn chat(&self, object: Object) -> Chat {
        let (teacher, student) = match object {
            Object::Own | Object::Deleted | Object::None => ("teacher", "student"),
            Object::Foreign => ("other_teacher", "other_student"),
            Object::Missing => {
                return Chat {
                    id: NOTHING,
                    name: self.new_name(),
                    file: NOTHING,
                };
            }
        };
        let name = self.new_name();
        let path = format!("/api/v1/rooms/group:{name}/");
        let members = [id_of(teacher), id_of(student)];
        self.put(&path, &json!({"title": name, "members": members})).await;
        let id = self.number_of_chat(teacher, &name).await;
        let form = Form::new().text("chat", id.to_string());
        let sent = self.with_file(teacher, "/api/messages/", form).await;
        if object == Object::Deleted {
            self.take_away(&path).await;
        }
        Chat {
            id,
            name,
            file: file_of(&sent),
        }
    }

    /// What contract 2 calls a chat of somebody with this title.
    async fn number_of_chat(&self, person: &str, title: &str) -> i64 {
        let chats = self.caller(person).get("/api/chats/").await.json();
        let chats = chats.as_array().into_iter().flatten();
        let mut called = chats.filter(|chat| chat["name"] == title);
        let chat = called.next().expect("it is in their list");
        chat["id"].as_i64().expect("a number")
    }

    /// A visitor's room of this sort: of our visitor, or of another.
    pub async fn case(&self, object: Object) -> Case {
        let whose = match object {
            Object::Own | Object::Deleted | Object::None => "visitor",
            Object::Foreign => "passerby",
            Object::Missing => {
                return Case {
                    id: self.new_name(),
                    file: NOTHING,
                };
            }
        };
        let id = text_of(&self.open_case(&self.actor(whose).visitor).await, "id");
        let path = format!("/api/public/chat-rooms/{id}/send_message/");
        let sent = self.with_file("nobody", &path, Form::new()).await;
        if object == Object::Deleted {
            self.take_away(&format!("/api/v1/rooms/support:{id}/")).await;
        }
        Case {
            id,
            file: file_of(&sent),
        }
    }

    /// Opens a visitor's room, for one who is known again by this, or for a new one.
    pub(super) async fn open_case(&self, visitor: &str) -> Value {
        let path = "/api/public/chat-rooms/";
        let request = self.caller("nobody").request(Method::POST, path);
        let request = request.header("X-Beseda-Visitor", visitor);
        let answer = answer(request.json(&json!({"customer_name": "Вера"}))).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    async fn with_file(&self, whose: &str, path: &str, form: Form) -> Value {
        let part = Part::bytes(b"a file".as_slice()).file_name("note.txt");
        let request = self.caller(whose).request(Method::POST, path);
        let answer = answer(request.multipart(form.part("file", part))).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// Puts something as the host application.
    pub async fn put(&self, path: &str, body: &Value) -> Value {
        let answer = self.caller("api_key").ask(Method::PUT, path, body).await;
        assert!([200, 201].contains(&answer.status), "{path}: {answer:?}");
        answer.json()
    }

    /// Takes something away as the host application.
    pub async fn take_away(&self, path: &str) {
        let answer = self.caller("api_key").ask(Method::DELETE, path, &json!({})).await;
        assert_eq!(answer.status, 204, "{path}: {answer:?}");
    }

    /// A number that nothing has.
    pub fn new_number(&self) -> i64 {
        self.next_new.fetch_add(1, Ordering::Relaxed)
    }

    /// A name of a room that no room has.
    pub fn new_name(&self) -> String {
        let number = u128::try_from(self.new_number()).expect("a number from 0 on");
        Uuid::from_u128((0x6d61_7472_6978_4000_8000_u128 << 48) | number).to_string()
    }
}

/// The number of the file that a message shows: `/files/<number>/<name>`, whatever goes before.
fn file_of(message: &Value) -> i64 {
    let address = message["file"].as_str().unwrap_or_else(|| panic!("no file: {message}"));
    let mut parts = address.split('/').skip_while(|part| *part != "files");
    let number = parts.nth(1).expect("/files/<number>/<name>");
    number.parse().expect("a number")
}
