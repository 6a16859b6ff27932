//! Contract 5: visitors' rooms, whose ids are their keys, and the staff's side.

use super::Call;
use crate::matrix::objects::Object;
use crate::matrix::table::Block;
use crate::matrix::world::{Case, World};
use serde_json::{Value, json};

pub async fn call(world: &World, block: &Block, object: Object) -> Call {
    let path = block.path.as_str();
    if object == Object::None {
        let call = Call::to(block, path.replace("{room_id}", "neither-number-nor-uuid"));
        return if block.method == "POST" {
            call.with(json!({"customer_name": "Вера"}))
        } else {
            call
        };
    }
    let case = if block.variant().starts_with("chat ") {
        // The room of another contract, by its name.
        let chat = world.chat(object).await;
        Case {
            id: chat.name,
            file: chat.file,
        }
    } else {
        world.case(object).await
    };
    let file = if block.variant() == "of another room" {
        world.case(Object::Foreign).await.file
    } else {
        case.file
    };
    let path = path.replace("{id}", &case.id).replace("{room_id}", &case.id);
    let path = path.replace("{attachment}", &file.to_string());
    let call = Call::to(block, path.replace("{name}", "note.txt")).saying(block);
    match block.method.as_str() {
        "POST" => call.with(json!({"message": "tried"})),
        "WS" if block.path == "/ws/admin/chat/" && block.variant() != "nowhere" => in_room(call, &case.id),
        _ => call,
    }
}

/// The staff's frames say which room they are about.
fn in_room(mut call: Call, id: &str) -> Call {
    if let Some(frame) = call.frame.as_mut().and_then(Value::as_object_mut) {
        frame.insert("room_id".to_owned(), id.into());
    }
    call
}
