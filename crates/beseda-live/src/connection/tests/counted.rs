//! What is counted of sockets, messages and frames.

use super::*;
use beseda_counts::Page;

/// The numbers of these names, as the page shows them.
fn numbers(house: &House, names: &[&str]) -> Vec<String> {
    let mut page = Page::default();
    house.live.counts().show(&mut page);
    let text = page.text().unwrap();
    let of = |name: &&str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or("-").to_owned()
    };
    names.iter().map(of).collect()
}

#[tokio::test]
async fn a_socket_is_counted_while_it_is_open_and_by_its_code_once_it_is_closed() {
    let house = house().await;
    let names = [
        "beseda_ws_connections{contract=\"chat\"}",
        "beseda_ws_opened_total{contract=\"chat\"}",
        "beseda_ws_closed_total{contract=\"chat\",code=\"4242\"}",
        "beseda_ws_closed_total{contract=\"chat\",code=\"other\"}",
    ];
    assert_eq!(numbers(&house, &names), ["-", "-", "-", "-"]);
    let mut anna = house.enter(1).await;
    assert_eq!(hears(&mut anna).await, "history ");
    assert_eq!(numbers(&house, &names), ["1", "1", "-", "-"]);
    // A code that a peer made up is none that numbers are kept for.
    let code = protocol::frame::coding::CloseCode::from(4_242);
    let close = protocol::CloseFrame {
        code,
        reason: "".into(),
    };
    anna.close(Some(close)).await.unwrap();
    until(|| numbers(&house, &names)[3] == "1").await;
    assert_eq!(numbers(&house, &names), ["0", "1", "-", "1"]);
}

#[tokio::test]
async fn messages_are_counted_as_new_as_repeated_and_by_why_they_were_refused() {
    let house = house().await;
    // Before anybody came, its room was opened.
    let told = numbers(&house, &["beseda_fanout_seconds_count"])[0]
        .parse::<u32>()
        .unwrap();
    let mut anna = house.enter(1).await;
    assert_eq!(hears(&mut anna).await, "history ");
    for (said, heard) in [("send one", "sent one "), ("send two", "sent two ")] {
        says(&mut anna, said).await;
        assert_eq!(hears(&mut anna).await, heard);
    }
    says(&mut anna, "send ").await;
    hears(&mut anna).await;
    let names = [
        "beseda_messages_total{contract=\"chat\",transport=\"socket\",outcome=\"new\"}",
        "beseda_messages_total{contract=\"chat\",transport=\"socket\",outcome=\"repeated\"}",
        "beseda_messages_total{contract=\"chat\",transport=\"http\",outcome=\"new\"}",
        "beseda_send_ack_seconds_count{contract=\"chat\",transport=\"socket\"}",
        "beseda_refused_total{contract=\"chat\",transport=\"socket\",reason=\"empty_text\"}",
        "beseda_fanout_seconds_count",
    ];
    let told = (told + 2).to_string();
    assert_eq!(numbers(&house, &names), ["2", "0", "0", "2", "1", &told]);
}
