//! Proxies that are set up wrong.

use super::{behind, failed, finds, told, town, without};
use crate::harness::Server;
use crate::harness::nginx::Nginx;

fn through(nginx: &Nginx) -> String {
    format!("http://{}", nginx.address)
}

#[tokio::test]
async fn a_proxy_that_is_set_up_wrong_is_found_by_its_fault() {
    let server = Server::start("doctor-proxy", "trusted_proxies = ['127.0.0.1']\n", &town()).await;
    let nginx = behind(&server, "doctor-proxy-well", |block| block).await;
    let (status, said) = told(&server, &["doctor", "--url", &through(&nginx)]).await;
    assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");

    let nginx = behind(&server, "doctor-proxy-upgrade", without("proxy_set_header Upgrade")).await;
    let url = through(&nginx);
    let doctor = ["doctor", "--url", &url];
    finds(&server, &doctor, "upgrade", "proxy_set_header Upgrade").await;
    let [token] = <[String; 1]>::try_from(server.tokens(&[1]).await).expect("a token");
    let probe = ["probe", "ws", "--url", &url, "--token", &token, "--pair", "1:2"];
    finds(&server, &probe, "upgrade", "proxy_set_header Upgrade").await;
    let (_, said) = told(&server, &probe).await;
    assert_eq!(failed(&said), ["upgrade"], "what comes after it is not looked at");
    assert_eq!(said["first_failed"], "upgrade");

    for (fault, from, to, id, words) in [
        ("host", "$http_host", "$host", "address", "Host $http_host"),
        // What nginx does where nobody has said anything.
        ("size", "client_max_body_size 30m;", "", "file", "client_max_body_size"),
    ] {
        let nginx = behind(&server, &format!("doctor-proxy-{fault}"), |block| {
            block.replace(from, to)
        })
        .await;
        finds(&server, &["doctor", "--url", &through(&nginx)], id, words).await;
    }
}

#[tokio::test]
async fn whom_a_proxy_says_who_asks_is_looked_at() {
    // The proxy comes from an address of its own, and the doctor from that of any client.
    let server = Server::start("doctor-forged", "trusted_proxies = ['127.0.0.9']\n", &town()).await;
    let from = |block: String| block.replace("proxy_http_version", "proxy_bind 127.0.0.9; proxy_http_version");
    let nginx = behind(&server, "doctor-forged-well", from).await;
    let (status, said) = told(&server, &["doctor", "--url", &through(&nginx)]).await;
    assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");
    let passed = |block: String| from(block).replace("$proxy_add_x_forwarded_for", "$http_x_forwarded_for");
    let nginx = behind(&server, "doctor-forged-passed", passed).await;
    let doctor = ["doctor", "--url", &through(&nginx)];
    finds(&server, &doctor, "address", "$proxy_add_x_forwarded_for").await;
    let silent = |block: String| without("X-Forwarded-For")(from(block));
    let nginx = behind(&server, "doctor-forged-silent", silent).await;
    let doctor = ["doctor", "--url", &through(&nginx)];
    finds(&server, &doctor, "address", "$proxy_add_x_forwarded_for").await;

    let server = Server::start("doctor-proxy-unknown", "", &town()).await;
    let nginx = behind(&server, "doctor-proxy-untrusted", |block| block).await;
    let doctor = ["doctor", "--url", &through(&nginx)];
    finds(&server, &doctor, "address", "trusted_proxies = [\"127.0.0.1\"]").await;
}

#[tokio::test]
async fn what_answers_in_the_place_of_the_server_is_told_from_it() {
    let server = Server::start("doctor-elsewhere", "trusted_proxies = ['127.0.0.1']\n", &town()).await;
    for (fault, answer, words) in [
        (
            "moved",
            "return 301 https://chat.shop.example$request_uri;",
            "https://chat.shop.example",
        ),
        ("page", "return 200 hello;", "have to lead to Beseda"),
        ("away", "return 502;", "does not reach the server"),
    ] {
        let block = |block: String| block.replace("proxy_http_version", &format!("{answer} proxy_http_version"));
        let nginx = behind(&server, &format!("doctor-elsewhere-{fault}"), block).await;
        let url = through(&nginx);
        finds(&server, &["doctor", "--url", &url], "health", words).await;
        let (_, said) = told(&server, &["doctor", "--url", &url]).await;
        assert_eq!(failed(&said), ["address", "health"], "{said:#}");
    }
    let server = Server::start("doctor-hosts", "allowed_hosts = ['chat.shop.example']\n", &town()).await;
    let url = super::url(&server);
    finds(&server, &["doctor", "--url", &url], "address", "allowed_hosts").await;
}
