//! A body that says that it is too long is refused before a byte of it is read, in every contract where a file may come.

use super::NO_RATE;
use crate::harness::files::BOUNDARY;
use crate::harness::{Actor, Server, Town, in_time};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const MOST: usize = 5_000_000;

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// The head of a request with so long a form, that waits to be told to go on.
fn head(person: &Actor, path: &str, bytes: usize) -> String {
    let proof = if person.token.is_empty() {
        String::new()
    } else {
        format!("Authorization: Bearer {}\r\n", person.token)
    };
    format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\n{proof}Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\
         Content-Length: {bytes}\r\nExpect: 100-continue\r\n\r\n",
        person.address
    )
}

/// The answer to a head and whatever follows it, to the end of the connection.
async fn answer_to(person: &Actor, head: &str, body: &[u8]) -> (String, Value) {
    in_time("an answer", async {
        let mut stream = TcpStream::connect(person.address).await.expect("the server listens");
        stream.write_all(head.as_bytes()).await.expect("the server reads");
        stream.write_all(body).await.expect("the server takes it");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer to its end");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let body = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
        (head.to_lowercase(), body)
    })
    .await
}

#[tokio::test]
async fn too_long_a_body_is_refused_by_its_length_and_costs_nothing_after_it() {
    let settings = format!(
        "{NO_RATE}limits.body_bytes = {MOST}\nlimits.attachment_bytes = {}",
        MOST / 2
    );
    let staff = [(90, "mom"), (91, "teacher")];
    let person = |(id, role)| json!({"id": id, "email": format!("{role}@shop.example"), "role": role});
    let town = staff.into_iter().map(person).fold(Town::parties(1), Town::person);
    let server = Server::start("file-long", &settings, &town).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let tokens = server.tokens(&[90, 91]).await;
    let operator = Actor::new(server.address, 90, &tokens[0]);
    let teacher = Actor::new(server.address, 91, &tokens[1]);
    let visitor = Actor::new(server.address, 0, "");
    let introduction = json!({"customer_name": "Анна", "message": "?"});
    let case = visitor.post("/api/public/chat-rooms/", &introduction).await.json();
    let case = case["id"].as_str().expect("a room");
    let routes = [
        (&party.client, "/api/chat/messages/".to_owned(), "detail"),
        (&teacher, "/api/messages/".to_owned(), "detail"),
        (&party.client, format!("/api/chat/order/{}/send", party.order), "error"),
        (
            &visitor,
            format!("/api/public/chat-rooms/{case}/send_message/"),
            "detail",
        ),
        (
            &operator,
            format!("/api/admin/chat-rooms/{case}/send_message/"),
            "detail",
        ),
    ];
    for (person, path, says) in routes {
        // Whoever waits is not told to send it, and whoever does not wait reads the answer all the same.
        for sent in [0, MOST + 1] {
            let (head, said) = answer_to(person, &head(person, &path, MOST + 1), &vec![b'x'; sent]).await;
            assert!(head.starts_with("http/1.1 413 "), "{path} {sent}: {head}");
            assert!(head.contains("\r\nconnection: close"), "{path} {sent}: {head}");
            assert!(
                said[says].as_str().is_some_and(|said| said.contains("5000000")),
                "{path}: {said}"
            );
        }
        // One byte less is asked for.
        let mut stream = TcpStream::connect(server.address).await.expect("the server listens");
        let last = head(person, &path, MOST);
        stream.write_all(last.as_bytes()).await.expect("the server reads");
        let mut told = vec![0; CONTINUE.len()];
        in_time("it is asked for", stream.read_exact(&mut told))
            .await
            .expect("a word");
        assert_eq!(String::from_utf8_lossy(&told), CONTINUE, "{path}");
    }
    server.nothing_in_progress().await;
    assert_eq!(server.kept().len(), 0);
    party.client.send(room, "words").await;
}
