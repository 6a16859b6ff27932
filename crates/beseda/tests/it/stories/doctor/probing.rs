//! A socket's way, step by step.

use super::{NOTHING, failed, finds, left, told, town, url};
use crate::harness::ids::word;
use crate::harness::{Server, Socket, in_time};
use serde_json::json;

#[tokio::test]
async fn who_is_not_there_and_whose_token_is_none_are_named() {
    let mut server = Server::start("doctor-token", "", &town()).await;
    let url = url(&server);
    let [customer] = <[String; 1]>::try_from(server.tokens(&[1]).await).expect("a token");
    let run = async |token: &str, pair: &str| {
        told(
            &server,
            &["probe", "ws", "--url", &url, "--token", token, "--pair", pair],
        )
        .await
    };
    let (status, said) = run(&customer, "1:2").await;
    assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");
    let (_, said) = run(&customer, "1:3").await;
    assert_eq!(
        failed(&said),
        ["chat", "location", "people"],
        "3 is no therapist: {said:#}"
    );
    let (_, said) = run(&customer, "1:99").await;
    assert!(said.to_string().contains("PUT /api/v1/people/99/"), "{said:#}");
    let soon = server.command(&["token", "--person", "1", "--ttl", "1s"]).await;
    let soon = String::from_utf8(soon.stdout).expect("a token is text");
    in_time("the token has ended", async {
        while failed(&run(soon.trim(), "1:2").await.1) != ["token"] {}
    })
    .await;
    assert_eq!(left(&server), NOTHING, "what was made by looking is gone");
    // Without a pair it is the newest conversation of whose token it is.
    let alone = ["probe", "ws", "--url", &url, "--token", &customer];
    let (status, said) = told(&server, &alone).await;
    assert_eq!((status, failed(&said)), (Some(1), vec![]), "there is none: {said:#}");
    let open = format!("/ws/chat/{}/{}/?token={customer}", word(1), word(2));
    let mut talked = Socket::open(server.address, &open, &[]).await.expect("it opens");
    talked.say(&json!({"message": "hello"})).await;
    talked.frame().await;
    talked.leave().await;
    let (status, said) = told(&server, &alone).await;
    assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");
    let rooms = server.by_hand("SELECT count(*) FROM rooms WHERE removed_at IS NULL");
    assert_eq!(rooms, "1", "what was there stays");

    server.kill();
    finds(&server, &["doctor", "--url", &url], "connection", "firewall").await;
    let (_, said) = told(&server, &["doctor", "--url", &url]).await;
    assert!(!failed(&said).contains(&"upgrade"), "{said:#}");
}
