//! The support desk's report: six points, whatever is broken.

use super::{NOTHING, behind, checks, failed, left, told, town, url, without};
use crate::harness::Server;
use serde_json::Value;
use std::fs::File;

const POINTS: [&str; 6] = [
    "server health",
    "administrator",
    "public calls",
    "staff calls",
    "sockets",
    "database integrity",
];

/// The report's last six lines are its points, and it has not passed because of one of these checks.
async fn six(server: &Server, url: &str, broken: &[&str]) -> Value {
    let (status, said) = told(server, &["doctor", "--url", url, "--contract", "support_desk"]).await;
    assert_eq!(status, Some(1), "{said:#}");
    assert_eq!(said["ok"], false);
    assert!(failed(&said).iter().any(|id| broken.contains(id)), "{said:#}");
    let names: Vec<&str> = checks(&said)
        .iter()
        .filter_map(|check| check["name"].as_str())
        .collect();
    assert!(names.ends_with(&POINTS), "{names:?}");
    said
}

fn outcome<'a>(said: &'a Value, id: &str) -> &'a str {
    let check = checks(said).iter().find(|check| check["check"] == id);
    check.and_then(|check| check["outcome"].as_str()).unwrap_or_default()
}

#[tokio::test]
async fn it_has_six_points_in_their_order() {
    let server = Server::start("doctor-desk", "", &town()).await;
    let arguments = ["doctor", "--url", &url(&server), "--contract", "support_desk"];
    let (status, said) = told(&server, &arguments).await;
    assert_eq!(status, Some(0), "{said:#}");
    let names: Vec<&str> = checks(&said)
        .iter()
        .filter_map(|check| check["name"].as_str())
        .collect();
    assert_eq!(names, POINTS);
    assert_eq!(left(&server), NOTHING);
}

#[tokio::test]
async fn it_passes_on_nothing_that_is_broken() {
    let server = Server::start("doctor-desk-broken", "trusted_proxies = ['127.0.0.1']\n", &town()).await;
    let nginx = behind(&server, "doctor-desk-upgrade", without("proxy_set_header Upgrade")).await;
    let said = six(&server, &format!("http://{}", nginx.address), &["upgrade"]).await;
    assert_eq!(
        (outcome(&said, "staff"), outcome(&said, "sockets")),
        ("passed", "skipped")
    );

    let at_work = File::create(server.data().join("doctor")).expect("a lock");
    at_work.lock().expect("it is taken");
    let said = six(&server, &url(&server), &["guests"]).await;
    assert_eq!(outcome(&said, "administrator"), "skipped");
    drop(at_work);

    if server.ground().is_none() {
        let held = server.hold_by_hand();
        // Whoever tries to write first: the server, or the doctor.
        let said = six(&server, &url(&server), &["health", "guests"]).await;
        assert!(said.to_string().contains("fuser"), "{said:#}");
        held.release();
    }
    assert_eq!(left(&server), NOTHING);
}

#[tokio::test]
async fn a_server_without_the_echo_is_proven_by_its_own_sockets() {
    let server = Server::start("doctor-desk-echo", "echo_socket = false\n", &town()).await;
    let (status, said) = told(
        &server,
        &["doctor", "--url", &url(&server), "--contract", "support_desk"],
    )
    .await;
    assert_eq!((status, outcome(&said, "sockets")), (Some(0), "passed"), "{said:#}");
}
