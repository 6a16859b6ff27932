//! However a doctor ends, nothing of it stays; and where there is nothing, it makes nothing.

use super::{NOTHING, checks, failed, left, told, town, url};
use crate::harness::{Server, in_time};
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::sleep;

fn begun(server: &Server) -> Child {
    Command::new(env!("CARGO_BIN_EXE_beseda"))
        .args(["doctor", "--json", "--url", &url(server), "--data"])
        .arg(server.data())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts")
}

/// Sends a signal to a doctor in the middle of its work: its people are there, and their order.
async fn signalled(server: &Server, signal: Signal) -> Output {
    // Rules wait for this one: the doctor cannot be over before it is met.
    let child = begun(server);
    let id = Pid::from_raw(i32::try_from(child.id().expect("it runs")).expect("a number")).expect("a process");
    in_time("an order of the doctor", async {
        while server.by_hand("SELECT count(*) FROM orders") == "0" {
            sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    let _ = kill_process(id, signal);
    in_time("its end", child.wait_with_output())
        .await
        .expect("it has ended")
}

#[tokio::test]
async fn a_signal_in_the_middle_leaves_nothing_behind() {
    let server = Server::start("doctor-signals", "", &town()).await;
    for signal in [Signal::INT, Signal::TERM] {
        let output = signalled(&server, signal).await;
        assert_eq!(left(&server), NOTHING, "{signal:?}");
        let said = serde_json::from_slice(&output.stdout).expect("a report");
        assert_eq!(
            (output.status.code(), failed(&said)),
            (Some(1), vec!["interrupted"]),
            "{said:#}"
        );
    }
}

#[tokio::test]
async fn what_a_killed_doctor_left_is_taken_away_by_the_next() {
    let server = Server::start("doctor-killed", "", &town()).await;
    signalled(&server, Signal::KILL).await;
    assert_ne!(left(&server), NOTHING, "it was killed in the middle");
    let (status, said) = told(&server, &["doctor", "--url", &url(&server)]).await;
    assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");
    assert_eq!(left(&server), NOTHING);
}

#[tokio::test]
async fn where_nothing_is_nothing_is_made() {
    let server = Server::start("doctor-nowhere", "", &town()).await;
    let nowhere = server.data().join("nowhere");
    let ran = Command::new(env!("CARGO_BIN_EXE_beseda"))
        .args(["doctor", "--json", "--url", &url(&server), "--data"])
        .arg(&nowhere)
        .current_dir(Path::new("/"))
        .output();
    let output = in_time("the report", ran).await.expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(!nowhere.exists());
    let said = serde_json::from_slice(&output.stdout).expect("a report");
    assert!(failed(&said).contains(&"database"), "{said:#}");
    let public = checks(&said)
        .iter()
        .find(|check| check["check"] == "public")
        .expect("it is told");
    assert_eq!(public["outcome"], "skipped", "{said:#}");
    assert_eq!(left(&server), NOTHING);
}

#[tokio::test]
async fn another_server_hears_no_more_than_one_client_and_no_password() {
    let server = Server::start("doctor-own", "", &town()).await;
    let other = Server::start("doctor-other", "", &town()).await;
    let (status, said) = told(&server, &["doctor", "--url", &url(&other)]).await;
    assert_eq!((status, failed(&said)), (Some(1), vec!["server"]), "{said:#}");
    let administrators = "SELECT count(*) FROM people WHERE host_name = 'beseda/doctor-admin'";
    for one in [&server, &other] {
        assert_eq!(
            (left(one).as_str(), one.by_hand(administrators).as_str()),
            (NOTHING, "0")
        );
    }
    assert!(!other.logs().contains("logged in"), "{}", other.logs());
}
