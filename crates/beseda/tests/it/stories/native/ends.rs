//! How the socket for all rooms ends: with its proof, unless another one is brought, and with its client's last sign of life.

use super::{hello, next, open, party};
use serde_json::json;

#[tokio::test]
async fn whoever_is_told_that_their_proof_ends_brings_another_and_stays() {
    let (server, client, _) = party("native-renewed", "").await;
    client.room_of(1).await;
    let short = server.command(&["token", "--person", "11", "--ttl", "3s"]).await;
    let short = client.with_token(String::from_utf8_lossy(&short.stdout).trim());
    let (mut stays, ..) = hello(&short, None).await;
    let (mut ends, ..) = hello(&short, None).await;
    for socket in [&mut stays, &mut ends] {
        let told = next(socket, "expiring").await;
        assert!(
            told["seconds"]
                .as_u64()
                .is_some_and(|seconds| (1..=3).contains(&seconds)),
            "{told}"
        );
    }
    stays
        .say(&json!({"type": "hello", "token": client.token, "ref": "h"}))
        .await;
    assert_eq!(next(&mut stays, "ok").await["ref"], "h");
    let (code, reason) = ends.closed_at_last().await;
    assert_eq!((code, reason.as_str()), (4001, "token_expired"));
    open(&mut stays, "order:1").await;
}

#[tokio::test]
async fn who_gives_no_sign_of_life_is_closed_with_4010_and_others_see_them_go() {
    let (_server, client, expert) = party("native-gone", "limits.ping_seconds = 1\nlimits.gone_seconds = 3\n").await;
    client.room_of(1).await;
    let (dead, ..) = hello(&client, None).await;
    let (mut witness, ..) = hello(&expert, None).await;
    witness.say(&json!({"type": "watch", "people": ["11"]})).await;
    assert_eq!(next(&mut witness, "presence").await["items"][0]["state"], "online");
    // From here on nobody reads or answers on the first socket, and the link stays up.
    assert_eq!(next(&mut witness, "presence").await["items"][0]["state"], "offline");
    let close = [&4010_u16.to_be_bytes()[..], b"no sign of life"].concat();
    let last = dead.read_raw().await;
    assert!(last.ends_with(&close), "{}", String::from_utf8_lossy(&last));
}
