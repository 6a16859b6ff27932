//! What a newcomer is told, and how the rest of a long room is found.

use crate::harness::town::shared;
use crate::harness::{Actor, Server, Town};
use serde_json::{Value, json};

fn numbers(messages: &[Value]) -> Vec<usize> {
    let number = |message: &Value| {
        message["message"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    };
    messages.iter().map(number).collect()
}

#[tokio::test]
async fn a_newcomer_is_told_the_newest_fifty_oldest_first() {
    let party = shared().await.party(7).await;
    let room = party.client.room_of(party.order).await;
    let mut sender = party.client.listen(room).await;
    for n in 0..60 {
        sender.say_and_hear(&n.to_string()).await;
    }
    let newcomer = party.expert.listen(room).await;
    assert_eq!(numbers(&newcomer.history), (10..60).collect::<Vec<_>>());
    // A deleted one leaves no gap.
    let id = newcomer.history[30]["id"].as_i64().expect("an id");
    let deleted = party
        .client
        .request(reqwest::Method::DELETE, &format!("/api/chat/messages/{id}/"));
    assert_eq!(crate::harness::actor::answer(deleted).await.status, 204);
    let expected: Vec<usize> = (9..60).filter(|n| *n != 40).collect();
    assert_eq!(numbers(&party.expert.listen(room).await.history), expected);
}

/// Follows `Link: rel="prev"` from the newest messages to the first one.
async fn everything_by_link(person: &Actor, room: i64) -> Vec<Value> {
    let mut all = Vec::new();
    let mut path = format!("/api/chat/rooms/{room}/messages/");
    loop {
        let answer = person.get(&path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        all.splice(0..0, answer.json().as_array().expect("a list").iter().cloned());
        let link = answer.header("Link");
        let previous = link.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let Some((next, rest)) = previous else { return all };
        assert!(rest.contains("rel=\"prev\""), "{link}");
        let origin = format!("http://{}", person.address);
        path = next
            .strip_prefix(&origin)
            .unwrap_or_else(|| panic!("{next} is elsewhere"))
            .to_owned();
    }
}

#[tokio::test]
async fn what_a_list_leaves_out_stands_behind_its_link() {
    let settings = "limits.list_rows = 7\nlimits.page_size = 3\nlimits.page_size_default = 3";
    let server = Server::start("links", settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    for n in 0..23 {
        party.client.send(room, &n.to_string()).await;
    }
    let list = party.expert.get(&format!("/api/chat/rooms/{room}/messages/")).await;
    assert_eq!(
        numbers(list.json().as_array().expect("a list")),
        (16..23).collect::<Vec<_>>()
    );
    assert_eq!(list.header("X-Total-Count"), "23");
    let all = numbers(&everything_by_link(&party.expert, room).await);
    assert_eq!(all, (0..23).collect::<Vec<_>>(), "each once");
}

#[tokio::test]
async fn who_counts_pages_up_misses_nothing_that_was_deleted_meanwhile() {
    let party = shared().await.party(17).await;
    let room = party.client.room_of(party.order).await;
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(party.client.send(room, &n.to_string()).await["id"].clone());
    }
    let mut walked = Vec::new();
    for page in 1..=4 {
        let path = format!("/api/chat/rooms/{room}/messages/?page={page}&page_size=5");
        let envelope = party.expert.get(&path).await.json();
        let seen = numbers(envelope["results"].as_array().expect("a list"));
        assert_eq!(envelope["count"], json!(20 - (page - 1) * 2), "what stands: {envelope}");
        // Two that this page has shown are gone before the next one is asked for.
        for n in &seen[..2] {
            let path = format!("/api/chat/messages/{}/", ids[*n]);
            let request = party.client.request(reqwest::Method::DELETE, &path);
            assert_eq!(crate::harness::actor::answer(request).await.status, 204);
        }
        walked.extend(seen);
    }
    assert_eq!(walked, (0..20).collect::<Vec<_>>());
    // Somebody else, who comes now, counts what stands.
    let path = format!("/api/chat/rooms/{room}/messages/?page=3&page_size=5");
    let fresh = party.operator.get(&path).await.json();
    assert_eq!(numbers(fresh["results"].as_array().expect("a list")), [18, 19]);
}

#[tokio::test]
async fn every_message_is_on_one_page_whatever_was_deleted() {
    let party = shared().await.party(8).await;
    let room = party.client.room_of(party.order).await;
    let mut ids = Vec::new();
    for n in 0..40 {
        ids.push(
            party.client.send(room, &n.to_string()).await["id"]
                .as_i64()
                .expect("an id"),
        );
    }
    let keeps = |n: usize| n % 10 == 3 || n > 35;
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| !keeps(*n)) {
        let request = party
            .client
            .request(reqwest::Method::DELETE, &format!("/api/chat/messages/{id}/"));
        assert_eq!(crate::harness::actor::answer(request).await.status, 204, "{n}");
    }
    let kept: Vec<usize> = (0..40).filter(|n| keeps(*n)).collect();
    for size in [1, 2, 3, 7, 50] {
        let mut paged = Vec::new();
        for page in 1..=kept.len().div_ceil(size) {
            let path = format!("/api/chat/rooms/{room}/messages/?page={page}&page_size={size}");
            let envelope = party.expert.get(&path).await.json();
            assert_eq!(envelope["count"], json!(kept.len()), "{envelope}");
            paged.extend(numbers(envelope["results"].as_array().expect("a list")));
        }
        assert_eq!(paged, kept, "in pages of {size}");
    }
    let unread = party.expert.get(&format!("/api/chat/rooms/{room}/")).await.json();
    assert_eq!(unread["unread_count"], json!(kept.len()), "{unread}");
}
