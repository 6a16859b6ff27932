//! Contract 4: the rooms of orders.

use super::Call;
use crate::matrix::objects::Object;
use crate::matrix::table::Block;
use crate::matrix::world::{Gone, World};
use serde_json::json;

pub async fn call(world: &World, block: &Block, object: Object) -> Call {
    let path = block.path.as_str();
    if object == Object::None {
        return Call::to(block, path);
    }
    if block.variant() == "chat" {
        // The room of another contract, by its number.
        let chat = world.chat(object).await;
        let path = path.replace("{id}", &chat.id.to_string());
        return Call::to(block, path.replace("{room_id}", &chat.id.to_string()));
    }
    let is_message = path == "/api/chat/messages/{id}/";
    let gone = if is_message { Gone::Message } else { Gone::Room };
    let order = world.order(object, gone).await;
    let id = if is_message { order.message } else { order.room };
    let filled = path.replace("{id}", &id.to_string());
    let call = Call::to(block, filled.replace("{room_id}", &id.to_string())).saying(block);
    match (block.method.as_str(), path) {
        ("POST", "/api/chat/rooms/" | "/api/chat/rooms/create_for_order/")
        | ("PUT" | "PATCH", "/api/chat/rooms/{id}/") => call.with(json!({"order_id": order.order})),
        ("POST", "/api/chat/messages/") => call.with(json!({"room": order.room, "message": "tried"})),
        ("PUT" | "PATCH", _) => call.with(json!({"message": "changed"})),
        ("POST", _) => call.with(json!({})),
        _ => call,
    }
}
