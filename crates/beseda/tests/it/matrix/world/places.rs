//! Rooms of every kind to try the native API on, by their keys, each with a message.

use super::{Gone, World, id_of};
use crate::harness::ids;
use crate::matrix::objects::Object;
use reqwest::Method;
use serde_json::{Value, json};

/// A room, whose first message has number 1.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its key, as paths of tests have it.
    pub key: String,
    /// The same as the host application writes it.
    pub key_said: String,
}

impl Place {
    fn new(key: String) -> Self {
        Self {
            key_said: key.clone(),
            key,
        }
    }
}

impl World {
    /// The room of an order of this sort.
    pub async fn place_of_order(&self, object: Object, gone: Gone) -> Place {
        let order = self.order(object, gone).await.order;
        Place {
            key: format!("order:{order}"),
            key_said: format!("order:{}", ids::word(order)),
        }
    }

    /// A visitor's room of this sort.
    pub async fn place_of_case(&self, object: Object, gone: Gone) -> Place {
        let of_room = match (object, gone) {
            (Object::Deleted, Gone::Message) => Object::Own,
            (object, _) => object,
        };
        let place = Place::new(format!("support:{}", self.case(of_room).await.id));
        if of_room != object {
            self.erase("visitor", &place).await;
        }
        place
    }

    /// Notes of the staff about a visitor's room of this sort, with a first one.
    pub async fn place_of_notes(&self, object: Object) -> Place {
        if object == Object::Missing {
            return Place::new(format!("notes:{}", self.new_name()));
        }
        let standing = if object == Object::Deleted { Object::Own } else { object };
        let about = self.case(standing).await.id;
        let notes = Place::new(format!("notes:{about}"));
        let mom = self.caller("mom");
        let opened = mom.post("/api/v1/rooms/", &json!({"key": notes.key})).await;
        assert_eq!(opened.status, 201, "{opened:?}");
        let path = format!("/api/v1/rooms/{}/messages/", notes.key);
        let said = mom.post(&path, &json!({"text": "look"})).await;
        assert_eq!(said.status, 201, "{said:?}");
        if object == Object::Deleted {
            self.take_away(&format!("/api/v1/rooms/support:{about}/")).await;
        }
        notes
    }

    /// A room of a kind whose people are named, of this sort: of the client, who owns it, the expert and the operator, or
    /// of the outsider.
    pub async fn place_of(&self, kind: &str, object: Object, gone: Gone) -> Place {
        let place = Place::new(format!("{kind}:{}", self.new_name()));
        let (owner, others): (_, &[&str]) = match object {
            Object::Own | Object::Deleted | Object::None => ("client", &["expert", "operator"]),
            Object::Foreign => ("outsider", &[]),
            Object::Missing => return place,
        };
        let mut members = vec![json!({"id": ids::word(id_of(owner)), "role": "owner"})];
        members.extend(others.iter().map(|name| json!(id_of(name))));
        let path = format!("/api/v1/rooms/{}/", place.key);
        self.put(&path, &json!({"title": "some", "members": members})).await;
        let said = self
            .caller(owner)
            .post(&format!("{path}messages/"), &json!({"text": "look"}))
            .await;
        assert_eq!(said.status, 201, "{said:?}");
        match (object, gone) {
            (Object::Deleted, Gone::Room) => self.take_away(&path).await,
            (Object::Deleted, Gone::Message) => self.erase(owner, &place).await,
            _ => {}
        }
        place
    }

    /// The id of a report about a message in an order's room of this sort, by somebody else who reads it.
    pub async fn report(&self, object: Object) -> String {
        let standing = if object == Object::Deleted { Object::Own } else { object };
        let place = self.place_of_order(standing, Gone::Room).await;
        let path = format!("/api/v1/rooms/{}/", place.key);
        let reported = self
            .caller("mom")
            .post(&format!("{path}messages/1/reports/"), &json!({"reason": "spam"}))
            .await;
        assert_eq!(reported.status, 201, "{reported:?}");
        if object == Object::Deleted {
            self.take_away(&path).await;
        }
        reported.json()["id"].as_str().expect("an id").to_owned()
    }

    /// The id of a browser of the client's, which is forgotten if it is to be.
    pub async fn browser(&self, object: Object) -> String {
        if object == Object::Missing {
            return self.new_name();
        }
        let (client, name) = (self.caller("client"), self.new_name());
        let put = client.post("/api/v1/push/subscriptions/", &a_browser(&name)).await;
        assert_eq!(put.status, 201, "{put:?}");
        let browser = put.json()["id"].as_str().expect("an id").to_owned();
        if object == Object::Deleted {
            let path = format!("/api/v1/push/subscriptions/{browser}/");
            let removed = client.ask(Method::DELETE, &path, &Value::Null).await;
            assert_eq!(removed.status, 204, "{removed:?}");
        }
        browser
    }

    /// The id of a canned reply of the desk's, which is forgotten if it is to be.
    pub async fn canned_reply(&self, object: Object) -> String {
        let reply = self.new_name();
        let (mom, path) = (self.caller("mom"), format!("/api/v1/replies/{reply}/"));
        let put = mom.ask(Method::PUT, &path, &saying(&reply)).await;
        assert_eq!(put.status, 201, "{put:?}");
        if object == Object::Deleted {
            let removed = mom.ask(Method::DELETE, &path, &Value::Null).await;
            assert_eq!(removed.status, 204, "{removed:?}");
        }
        reply
    }

    /// Erases the first message of a room.
    async fn erase(&self, whose: &str, place: &Place) {
        let path = format!("/api/v1/rooms/{}/messages/1/", place.key);
        let request = self.actor(whose).request(self, Method::DELETE, &path);
        let answer = crate::harness::actor::answer(request).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }
}

/// A browser that is called so, of a push service that is not there.
pub fn a_browser(name: &str) -> Value {
    json!({
        "endpoint": format!("https://push.invalid/{name}"),
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg"
        }
    })
}

/// What the canned reply with this id says.
pub fn saying(reply: &str) -> Value {
    json!({"shortcut": reply.get(4..).unwrap_or(reply), "title": "Приветствие", "text": "Здравствуйте!"})
}
