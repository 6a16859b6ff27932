//! Half-open links: whoever gives no sign of life is let go, whoever answers pings may be silent for ever.

use crate::harness::{Server, Town};
use serde_json::json;

#[tokio::test]
async fn a_socket_without_a_sign_of_life_is_let_go() {
    let settings = "limits.ping_seconds = 1\nlimits.gone_seconds = 3\nlimits.typing_seconds = 60";
    let server = Server::start("heartbeat", settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let (mut dead, mut witness) = (party.client.listen(room).await, party.expert.listen(room).await);
    dead.say(&json!({"type": "typing", "is_typing": true})).await;
    let typing = |is_typing: bool| json!({"type": "user_typing", "user_id": party.client.id, "is_typing": is_typing});
    assert_eq!(witness.frame().await, typing(true));
    // From here on nobody reads or answers on the first socket, and the link stays up. Its typing lasts a minute: what
    // ends it is that the socket is let go. The witness says nothing either, but answers pings while it waits.
    assert_eq!(witness.frame().await, typing(false));
    assert_eq!(witness.say_and_hear("still here").await.len(), 1);
    drop(dead);
}
