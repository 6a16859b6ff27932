//! Contract 2: chats, people and classes of a school.

use super::Call;
use crate::matrix::objects::Object;
use crate::matrix::table::Block;
use crate::matrix::world::spare::{CLASS, CLASSMATE_OF_OTHERS, CUSTOMER, GONE_TEACHER, OTHER_CLASS, TUTOR};
use crate::matrix::world::{NOTHING, World};
use serde_json::json;

pub async fn call(world: &World, block: &Block, object: Object) -> Call {
    let path = block.path.as_str();
    match (block.method.as_str(), path) {
        (_, "/api/chats/create_private/") => Call::to(block, path).with(json!({"user_id": person(block, object)})),
        (_, "/api/chats/create_group/") if block.variant() == "class" => {
            Call::to(block, path).with(json!({"group_id": class(object)}))
        }
        (_, "/api/chats/create_group/") => {
            let people = [person(block, object)];
            Call::to(block, path).with(json!({"name": "some", "user_ids": people}))
        }
        ("GET", "/api/messages/") => Call::to(block, format!("{path}?chat_id={}", chat(world, object).await)),
        ("POST", "/api/messages/") => {
            let chat = chat(world, object).await;
            Call::to(block, path).with(json!({"chat": chat, "text": "tried"}))
        }
        (_, "/api/messages/mark_chat_as_read/") => {
            Call::to(block, path).with(json!({"chat_id": chat(world, object).await}))
        }
        (_, "/api/users/") => Call::to(block, format!("{path}?search=per")),
        _ => Call::to(block, path),
    }
}

async fn chat(world: &World, object: Object) -> i64 {
    world.chat(object).await.id
}

/// Somebody to write to: of the school, outside of it, nobody, or gone from it.
fn person(block: &Block, object: Object) -> i64 {
    match object {
        Object::Own if block.variant() == "student" => CLASSMATE_OF_OTHERS,
        Object::Own => TUTOR,
        Object::Foreign => CUSTOMER,
        Object::Deleted => GONE_TEACHER,
        Object::Missing | Object::None => NOTHING,
    }
}

fn class(object: Object) -> i64 {
    match object {
        Object::Own => CLASS,
        Object::Foreign => OTHER_CLASS,
        _ => NOTHING,
    }
}
