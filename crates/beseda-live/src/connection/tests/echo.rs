//! The socket that only echoes.

use super::*;

async fn echo(limits: Limits) -> Peer {
    let house = house_with(limits, true).await;
    let (mut peer, here) = wire().await;
    tokio::spawn(async move { house.live.echo(here.into(), Bytes::new(), "hello").await });
    assert_eq!(hears(&mut peer).await, "hello");
    peer
}

#[tokio::test]
async fn what_is_said_is_said_back_up_to_so_many_bytes() {
    let bytes = Limits::default().echo_bytes;
    let mut peer = echo(Limits::default()).await;
    for text in ["привет", "", &"x".repeat(bytes)] {
        says(&mut peer, text).await;
        assert_eq!(hears(&mut peer).await, text);
    }
    says(&mut peer, &"x".repeat(bytes + 1)).await;
    let closed = hears(&mut peer).await;
    assert!(closed.starts_with("closed 1009 "), "{closed}");
}

#[tokio::test]
async fn bytes_come_back_as_bytes_and_a_close_is_answered_at_once() {
    let mut peer = echo(Limits::default()).await;
    for bytes in [vec![0xFF, 0x00, 0xFE], Vec::new()] {
        peer.send(Frame::binary(bytes.clone())).await.unwrap();
        assert_eq!(within(peer.next()).await.unwrap().unwrap(), Frame::binary(bytes));
    }
    let bye = protocol::CloseFrame {
        code: 4321.into(),
        reason: "bye".into(),
    };
    peer.close(Some(bye)).await.unwrap();
    // Long before the socket's own time is over.
    let closed = tokio::time::timeout(Duration::from_secs(10), hears(&mut peer)).await;
    assert_eq!(closed.unwrap(), "closed 4321 ");
}

#[tokio::test]
async fn it_is_closed_after_its_time() {
    let limits = Limits {
        echo_seconds: 1,
        ..Limits::default()
    };
    let mut peer = echo(limits).await;
    says(&mut peer, "still here").await;
    assert_eq!(hears(&mut peer).await, "still here");
    let closed = hears(&mut peer).await;
    assert_eq!(closed, "closed 1000 this socket only echoes, and not for long");
}
