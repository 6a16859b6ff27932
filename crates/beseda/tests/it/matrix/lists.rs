//! What lists hold: everything in a list that somebody is given can be asked for by the same person, one by one, and
//! what is another's is in none.

use super::objects::Object;
use super::world::spare::{CLASS, OTHER_CLASS};
use super::world::{ACTORS, Gone, World, id_of};
use crate::harness::actor::answer;
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeSet;

/// A list, and the call for one of what it holds.
const LISTS: &[(&str, &str)] = &[
    ("/api/chat/rooms/", "/api/chat/rooms/{id}/messages/"),
    ("/api/chat/messages/?page_size=200", "/api/chat/messages/{id}/"),
    ("/api/chats/", "/api/messages/?chat_id={id}"),
    ("/api/admin/chat-rooms/", "/api/admin/chat-rooms/{id}/get_messages/"),
    ("/api/public/chat-rooms/", "/api/public/chat-rooms/{id}/get_messages/"),
];

/// What an actor's list holds; nothing where it is refused.
async fn ids(world: &World, name: &str, path: &str) -> BTreeSet<String> {
    let answer = answer(world.actor(name).request(world, Method::GET, path)).await;
    if answer.status != 200 {
        return BTreeSet::new();
    }
    let list = answer.json();
    let rows = list.get("results").unwrap_or(&list);
    let rows = rows.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    let id = |row: &Value| row["id"].to_string().trim_matches('"').to_owned();
    rows.iter().map(id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_hold_what_can_be_asked_for_and_nothing_else() {
    let world = World::build("lists").await;
    let (own, foreign) = (
        world.order(Object::Own, Gone::Room).await,
        world.order(Object::Foreign, Gone::Room).await,
    );
    let (chat, other_chat) = (world.chat(Object::Own).await, world.chat(Object::Foreign).await);
    let (case, other_case) = (world.case(Object::Own).await, world.case(Object::Foreign).await);
    for (list, one) in LISTS {
        for name in ACTORS {
            for id in ids(&world, name, list).await.into_iter().take(10) {
                let path = one.replace("{id}", &id);
                let answer = answer(world.actor(name).request(&world, Method::GET, &path)).await;
                assert_eq!(
                    answer.status, 200,
                    "{list} shows {name} what {path} does not: {answer:?}"
                );
            }
        }
    }
    for (list, id, wanted) in [
        (
            "/api/chat/rooms/",
            own.room.to_string(),
            vec!["client", "expert", "operator"],
        ),
        ("/api/chat/rooms/", foreign.room.to_string(), vec!["outsider"]),
        (
            "/api/chat/messages/?page=last",
            own.message.to_string(),
            vec!["client", "expert", "operator"],
        ),
        (
            "/api/chat/messages/?page=last",
            foreign.message.to_string(),
            vec!["outsider"],
        ),
        ("/api/chats/", chat.id.to_string(), vec!["teacher", "student"]),
        (
            "/api/chats/",
            other_chat.id.to_string(),
            vec!["other_teacher", "other_student"],
        ),
        ("/api/public/chat-rooms/", case.id, vec!["visitor"]),
        ("/api/public/chat-rooms/", other_case.id.clone(), vec!["passerby"]),
        (
            "/api/admin/chat-rooms/",
            other_case.id,
            vec!["operator", "stranger_operator", "mom", "admin"],
        ),
    ] {
        let mut holders = Vec::new();
        for name in ACTORS {
            if ids(&world, name, list).await.contains(&id) {
                holders.push(*name);
            }
        }
        assert_eq!(holders, wanted, "who finds {id} in {list}");
    }
}

/// Users are found by those who may write to them, and classes are listed to those who are of them.
#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_those_who_may_write_to_them() {
    let world = World::build("found").await;
    let finders = |list: &'static str, id: i64| {
        let world = &world;
        async move {
            let mut finders = Vec::new();
            for name in ACTORS {
                if ids(world, name, list).await.contains(&id.to_string()) {
                    finders.push(*name);
                }
            }
            finders
        }
    };
    let of_teacher = finders("/api/users/?search=teacher", id_of("teacher")).await;
    assert_eq!(
        of_teacher,
        ["student", "other_teacher", "other_student"],
        "all but herself"
    );
    let of_student = finders("/api/users/?search=student", id_of("student")).await;
    assert_eq!(of_student, ["teacher", "other_teacher"], "no student of another class");
    for (path, outside) in [
        ("/api/users/?search=client", "client"),
        ("/api/users/?search=admin", "admin"),
        ("/api/users/?search=customer", "customer"),
    ] {
        let found = finders(path, id_of(outside)).await;
        assert!(
            found.is_empty(),
            "{outside} is not of the school, and found by {found:?}"
        );
    }
    assert_eq!(finders("/api/groups/", CLASS).await, ["teacher", "student"]);
    assert_eq!(
        finders("/api/groups/", OTHER_CLASS).await,
        ["other_teacher", "other_student"]
    );
}

/// What somebody finds by a word: of each message its room and its number there.
async fn found(world: &World, name: &str, query: &str) -> BTreeSet<(String, String)> {
    let path = format!("/api/v1/search/?q={query}&limit=200");
    let answer = answer(world.actor(name).request(world, Method::GET, &path)).await;
    if answer.status != 200 {
        return BTreeSet::new();
    }
    let list = answer.json();
    let rows = list["items"].as_array().unwrap_or_else(|| panic!("no list: {list}"));
    let place = |row: &Value| {
        let room = row["room"].as_str().expect("a key").to_owned();
        (room, row["message"]["seq"].to_string())
    };
    rows.iter().map(place).collect()
}

/// What a search finds can be asked for one by one, and what is another's is not found.
#[tokio::test(flavor = "multi_thread")]
async fn messages_are_found_by_those_who_may_ask_for_them() {
    let world = World::build("searched").await;
    let mut rooms = Vec::new();
    for (kind, object, wanted) in [
        ("order", Object::Own, vec!["client", "expert", "operator", "bot"]),
        ("order", Object::Foreign, vec!["outsider"]),
        ("group", Object::Own, vec!["client", "expert", "operator", "bot"]),
        ("deal", Object::Foreign, vec!["outsider"]),
    ] {
        let place = match kind {
            "order" => world.place_of_order(object, Gone::Room).await,
            kind => world.place_of(kind, object, Gone::Room).await,
        };
        rooms.push((place.key, wanted));
    }
    for name in ACTORS {
        for (room, seq) in found(&world, name, "look").await {
            let path = format!("/api/v1/rooms/{room}/messages/{seq}/");
            let answer = answer(world.actor(name).request(&world, Method::GET, &path)).await;
            assert_eq!(answer.status, 200, "{name} finds what {path} does not give: {answer:?}");
        }
    }
    for (room, wanted) in rooms {
        let mut finders = Vec::new();
        for name in ACTORS {
            let found = found(&world, name, "look").await;
            if found.iter().any(|(found, _)| *found == room) {
                finders.push(*name);
            }
        }
        assert_eq!(finders, wanted, "who finds what was said in {room}");
    }
}
