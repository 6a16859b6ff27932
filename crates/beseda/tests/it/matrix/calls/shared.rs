//! How people come in, and files of rooms of every kind.

use super::Call;
use crate::matrix::objects::Object;
use crate::matrix::table::Block;
use crate::matrix::world::{Gone, World};
use serde_json::json;

pub async fn call(world: &World, block: &Block, object: Object) -> Call {
    let body = match block.path.as_str() {
        path if path.starts_with("/files/") => return file(world, block, object).await,
        "/login/" => json!({"identifier": "client", "password": "wrong"}),
        "/api/token/" => json!({"username": "client", "password": "wrong"}),
        "/api/token/refresh/" => json!({"refresh": "nothing"}),
        "/logout/" => json!({}),
        path => return Call::to(block, path).saying(block),
    };
    Call::to(block, &block.path).with(body)
}

async fn file(world: &World, block: &Block, object: Object) -> Call {
    let file = match block.variant() {
        "chat" => world.chat(object).await.file,
        "support" => world.case(object).await.file,
        _ => world.order(object, Gone::Message).await.file,
    };
    let path = block.path.replace("{id}", &file.to_string());
    Call::to(block, path.replace("{name}", "note.txt"))
}
