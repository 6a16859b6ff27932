//! Who asks, found out from a request, and the calls that let people in. What a proof is worth: `beseda-identity`.

pub mod api_keys;
pub mod caller;
pub mod http;
pub mod visitors;
