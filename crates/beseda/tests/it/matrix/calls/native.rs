//! The native API: what host applications put and take away by their keys.

use super::{Call, any_room};
use crate::matrix::objects::Object;
use crate::matrix::table::Block;
use crate::matrix::world::{World, id_of};
use serde_json::{Value, json};

pub async fn call(world: &World, block: &Block, object: Object) -> Call {
    if let Some(call) = any_room::call(world, block, object).await {
        return call;
    }
    let path = block.path.as_str();
    if object == Object::None {
        let call = Call::to(block, path);
        return match block.method.as_str() {
            "POST" if path.starts_with("/api/v1/app/") => call.with_lines(),
            "POST" => call.with(json!({})),
            _ => call,
        };
    }
    let (collection, name) = name_of(world, path);
    let standing = format!("/api/v1/{collection}/{name}/");
    if object != Object::Missing {
        world.put(&standing, &body_of(path)).await;
    }
    if object == Object::Deleted {
        world.take_away(&standing).await;
    }
    if path.ends_with("/merge/") {
        // Each of them becomes somebody else once.
        let from = world.new_number();
        world
            .put(&format!("/api/v1/people/{from}/"), &body_of("/api/v1/people/{id}/"))
            .await;
        return Call::to(block, path.replace("{id}", &name)).with(json!({"from": from}));
    }
    let call = Call::to(block, path.replace("{id}", &name).replace("{key}", &name));
    match block.method.as_str() {
        "PUT" => call.with(body_of(path)),
        "PATCH" => call.with(json!({"last_name": "Changed"})),
        "POST" if path.ends_with("/import/") => call.with_lines(),
        "POST" => call.with(json!({"text": "tried"})),
        _ => call,
    }
}

/// Where the object is kept, and a name there that nothing else has.
fn name_of(world: &World, path: &str) -> (&'static str, String) {
    let number = world.new_number();
    if path.starts_with("/api/v1/people/") {
        ("people", number.to_string())
    } else if path.starts_with("/api/v1/orders/") {
        ("orders", number.to_string())
    } else if path.starts_with("/api/v1/groups/") {
        ("groups", number.to_string())
    } else {
        ("rooms", format!("group:{}", world.new_name()))
    }
}

fn body_of(path: &str) -> Value {
    match path {
        path if path.starts_with("/api/v1/people/") => json!({"first_name": "New", "role": "user"}),
        "/api/v1/orders/{id}/" => json!({"client": id_of("client"), "operator": id_of("operator")}),
        "/api/v1/groups/{id}/" => json!({"name": "7В", "teacher": id_of("teacher")}),
        _ => json!({"title": "some", "members": [id_of("teacher"), id_of("student")]}),
    }
}
