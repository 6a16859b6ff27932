//! Contract 1: what staff and customers say about an order.

use super::Call;
use crate::matrix::objects::Object;
use crate::matrix::table::Block;
use crate::matrix::world::{Gone, NOTHING, World};
use serde_json::json;

pub async fn call(world: &World, block: &Block, object: Object) -> Call {
    let order = match (block.variant(), object) {
        // An order is gone when the host application takes it away, a room of one when an administrator does.
        ("order", Object::Deleted) => world.taken_away().await,
        (_, Object::Missing) => NOTHING,
        _ => world.order(object, Gone::Room).await.order,
    };
    let call = Call::to(block, block.path.replace("{order_id}", &order.to_string()));
    if block.method == "POST" {
        call.with(json!({"message": "tried"}))
    } else {
        call
    }
}
