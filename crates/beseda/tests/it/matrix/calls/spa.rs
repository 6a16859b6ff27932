//! Contract 3: the sockets of a customer and a therapist.

use super::Call;
use crate::harness::ids;
use crate::matrix::objects::Object;
use crate::matrix::table::Block;
use crate::matrix::world::spare::GONE_THERAPIST;
use crate::matrix::world::{NOTHING, id_of};
use serde_json::json;

pub fn call(block: &Block, object: Object) -> Call {
    let (customer, therapist) = match object {
        Object::Foreign => (id_of("other_customer"), id_of("other_therapist")),
        Object::Missing => (id_of("customer"), NOTHING),
        Object::Deleted => (id_of("customer"), GONE_THERAPIST),
        Object::Own | Object::None => (id_of("customer"), id_of("therapist")),
    };
    let (customer, therapist) = match block.variant() {
        // Any text may be somebody's name, but for one with a control character.
        "malformed" if ids::are_texts() => (format!("{customer}%07"), therapist.to_string()),
        "malformed" => (format!("{customer}x"), therapist.to_string()),
        "swapped" => (therapist.to_string(), customer.to_string()),
        _ => (customer.to_string(), therapist.to_string()),
    };
    let path = block.path.replace("{customer_id}", &customer);
    let frame = match block.variant() {
        "message" => Some(json!({"message": "tried"})),
        "position" => Some(json!({"latitude": 55.75, "longitude": 37.61})),
        _ => None,
    };
    Call {
        frame,
        ..Call::to(block, path.replace("{therapist_id}", &therapist))
    }
}
