//! What people report of messages, and who of the staff settles it.

use super::application::{deals, members, put_deal};
use super::{hello, next, open};
use crate::harness::{Actor, Server, Town, actor::answer};
use crate::stories::server_api::{assert_problem, host};
use reqwest::Method;
use serde_json::{Value, json};

const DEAL: &str = "/api/v1/rooms/deal:17/";

/// The server of deals with the one that the stories are about, in which the seller has said something.
async fn deal(story: &str) -> (Server, Vec<Actor>, Actor) {
    let (server, people, key) = deals(story).await;
    let app = Actor::new(server.address, 0, &key);
    put_deal(&app, &json!({"members": members()})).await;
    say(&people[0], "тайна").await;
    (server, people, app)
}

async fn say(by: &Actor, text: &str) {
    let said = by.post(&format!("{DEAL}messages/"), &json!({"text": text})).await;
    assert_eq!(said.status, 201, "{said:?}");
}

fn reports_of(seq: i64) -> String {
    format!("{DEAL}messages/{seq}/reports/")
}

async fn listed(by: &Actor, query: &str) -> Value {
    let list = by.get(&format!("/api/v1/reports/{query}")).await;
    assert_eq!(list.status, 200, "{list:?}");
    list.json()
}

#[tokio::test]
async fn a_message_is_reported_once_and_settled_by_the_staff_of_its_kind() {
    let (server, people, app) = deal("native-reports").await;
    let [seller, buyer, _, broker, admin] = people.as_slice() else {
        panic!("five people")
    };
    let (mut socket, _, _) = hello(seller, None).await;
    let opened = open(&mut socket, "deal:17").await;
    let body = json!({"reason": "abuse", "text": " личное "});
    let first = buyer.post(&reports_of(1), &body).await;
    assert_eq!(first.status, 201, "{first:?}");
    let report = first.json();
    assert_eq!(
        (&report["room"], &report["seq"], &report["state"]),
        (&json!("deal:17"), &json!(1), &json!("open"))
    );
    assert_eq!((&report["by"]["id"], &report["text"]), (&json!("2"), &json!("личное")));
    assert_eq!(report["message"]["text"], "тайна");
    assert_eq!(
        (&report["note"], &report["settled_by"], &report["settled_at"]),
        (&json!(""), &Value::Null, &Value::Null)
    );
    let again = buyer.post(&reports_of(1), &json!({"reason": "spam"})).await;
    assert_eq!((again.status, again.json()), (200, report.clone()));
    // Who wrote it hears nothing of it: what comes next is what is said next.
    say(buyer, "дальше").await;
    let heard = next(&mut socket, "changes").await;
    assert_eq!(heard["messages"][0]["text"], "дальше");
    assert_eq!(heard["head"], opened["head"].as_i64().expect("a head") + 1);

    let own = seller.post(&reports_of(1), &json!({"reason": "spam"})).await;
    assert_problem(&own, 400, "invalid");
    assert!(own.json()["errors"]["seq"].is_array(), "{own:?}");
    for (body, field) in [
        (json!({}), "reason"),
        (json!({"reason": "Bad word"}), "reason"),
        (json!({"reason": "x".repeat(33)}), "reason"),
        (json!({"reason": "spam", "why": 1}), "why"),
    ] {
        let refused = buyer.post(&reports_of(2), &body).await;
        assert_problem(&refused, 400, "invalid");
        assert!(refused.json()["errors"][field].is_array(), "{refused:?}");
    }
    assert_problem(&app.get("/api/v1/reports/").await, 403, "person_required");
    for somebody in [seller, broker] {
        assert_problem(&somebody.get("/api/v1/reports/").await, 403, "not_allowed");
    }

    let id = report["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/reports/{id}/");
    let list = listed(admin, "?state=open&room=deal:17").await;
    assert_eq!(list, json!({"items": [report], "next": null}));
    assert_eq!(listed(admin, "?state=settled").await["items"], json!([]));
    assert_problem(&admin.get("/api/v1/reports/?state=new").await, 400, "invalid");
    assert_problem(&admin.get("/api/v1/reports/?room=deal:18").await, 404, "no_such_room");
    let settle = async |body: Value| admin.ask(Method::PATCH, &path, &body).await;
    let settled = settle(json!({"state": "settled", "note": "разобрались"})).await;
    assert_eq!(settled.status, 200, "{settled:?}");
    let settled = settled.json();
    assert_eq!(
        (&settled["state"], &settled["settled_by"]),
        (&json!("settled"), &json!("5"))
    );
    assert!(
        settled["settled_at"].is_string() && settled["note"] == "разобрались",
        "{settled}"
    );
    assert_problem(&settle(json!({"state": "gone"})).await, 400, "invalid");
    let missing = "/api/v1/reports/5c3e1c5e-0000-4000-8000-000000000001/";
    let missing = admin.ask(Method::PATCH, missing, &json!({"state": "open"})).await;
    assert_problem(&missing, 404, "not_found");
    let theirs = buyer.post(&reports_of(1), &json!({"reason": "abuse"})).await.json();
    assert_eq!(
        (&theirs["state"], &theirs["note"], &theirs["settled_by"]),
        (&json!("settled"), &json!(""), &Value::Null)
    );
    server.logged("a report is settled or opened again", 1).await;
    let opened = settle(json!({"state": "open", "note": null})).await.json();
    assert_eq!((&opened["settled_at"], &opened["note"]), (&Value::Null, &json!("")));
    server.logged("a report is settled or opened again", 2).await;
    assert!(!server.logs().contains("личное") && !server.logs().contains("разобрались"));

    let erased = answer(seller.request(Method::DELETE, &format!("{DEAL}messages/1/"))).await;
    assert_eq!(erased.status, 204, "{erased:?}");
    let left = listed(admin, "").await;
    assert_eq!(left["items"][0]["message"]["text"], "");
    assert!(left["items"][0]["message"]["erased_at"].is_string(), "{left}");
    let late = broker.post(&reports_of(1), &json!({"reason": "abuse"})).await;
    assert_problem(&late, 409, "erased");
}

#[tokio::test]
async fn reports_are_listed_by_pages_and_exported_to_whoever_made_them() {
    let (server, people, _) = deal("native-reports-pages").await;
    let (buyer, admin) = (&people[1], &people[4]);
    for n in 2..=5 {
        say(&people[0], &n.to_string()).await;
    }
    for seq in 1..=5 {
        let reported = buyer
            .post(&reports_of(seq), &json!({"reason": "spam", "text": "почему"}))
            .await;
        assert_eq!(reported.status, 201, "{reported:?}");
    }
    let (mut seqs, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = listed(admin, &query).await;
        let items = page["items"].as_array().expect("a list");
        assert!(items.len() <= 2, "{page}");
        seqs.extend(items.iter().filter_map(|one| one["seq"].as_i64()));
        match page["next"].as_str() {
            Some(next) => query = format!("?limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seqs, [5, 4, 3, 2, 1]);
    let privacy = host(&server, "privacy", "people,export").await;
    let lines = async || {
        let exported = privacy.get("/api/v1/people/2/export/").await.text;
        let lines = exported.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let reports = lines.filter(|line: &Value| line["type"] == "report");
        reports.collect::<Vec<_>>()
    };
    let told = lines().await;
    assert_eq!(told.len(), 5, "{told:?}");
    assert_eq!((&told[0]["room"], &told[0]["seq"]), (&json!("deal:17"), &json!(1)));
    assert_eq!(
        (&told[0]["reason"], &told[0]["text"]),
        (&json!("spam"), &json!("почему"))
    );
}

#[tokio::test]
async fn one_character_too_many_in_a_report_or_a_note_is_refused() {
    let server = Server::start(
        "native-reports-limits",
        "limits.report_chars = 5\n",
        &Town::parties(1).person(json!({
            "id": 5, "first_name": "A", "role": "admin",
        })),
    )
    .await;
    let party = server.party(1).await;
    let room = party.client.room_of(1).await;
    party.client.send(room, "раз").await;
    let path = "/api/v1/rooms/order:1/messages/1/reports/";
    let long = party
        .expert
        .post(path, &json!({"reason": "spam", "text": "шестьж"}))
        .await;
    assert_problem(&long, 400, "invalid");
    let fits = party
        .expert
        .post(path, &json!({"reason": "spam", "text": "пятьж"}))
        .await;
    assert_eq!(fits.status, 201, "{fits:?}");
    let admin = Actor::new(server.address, 5, &server.tokens(&[5]).await[0]);
    let path = format!("/api/v1/reports/{}/", fits.json()["id"].as_str().expect("an id"));
    let note = async |text: &str| admin.ask(Method::PATCH, &path, &json!({"note": text})).await;
    let long = note("шестьж").await;
    assert_problem(&long, 400, "invalid");
    assert!(long.json()["errors"]["note"].is_array(), "{long:?}");
    assert_eq!(note("пятьж").await.status, 200);
}
