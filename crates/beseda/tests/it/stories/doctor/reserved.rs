//! No host can speak of what is the server's own.

use super::town;
use crate::harness::host::now;
use crate::harness::{Actor, Server};
use crate::stories::server_api::{assert_problem, host, put};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

const SECRET: &str = "k3J9v0Zq7yWm2Xc8Lr5Tn1Bs6Hd4Gf0P";

#[tokio::test]
async fn an_id_of_the_reserved_namespace_is_nobodys_of_a_host() {
    let issuer = format!("[[issuers]]\nissuer = 'https://shop.example'\nalgorithms = ['HS256']\nsecret = '{SECRET}'\n");
    let server = Server::start("doctor-reserved", &issuer, &town()).await;
    let me = async |id: &str| Actor::new(server.address, 0, &token(id)).get("/api/me/").await.status;
    assert_eq!(me("shop-7").await, 200);
    assert_eq!(me("beseda/doctor-admin").await, 401);

    let shop = host(&server, "shop", "people,orders,rooms").await;
    for (path, body) in [
        ("/api/v1/people/beseda%2Fdoctor-admin/", json!({"role": "admin"})),
        ("/api/v1/orders/beseda%2Fdoctor-1/", json!({"client": 3})),
        ("/api/v1/orders/5/", json!({"client": "beseda/doctor-client"})),
        ("/api/v1/rooms/private:3:beseda%2Fx/", json!({})),
        ("/api/v1/rooms/deal:1/", json!({"members": ["beseda/doctor-client"]})),
    ] {
        let answer = put(&shop, path, body).await;
        assert_problem(&answer, 400, "invalid");
        assert!(answer.text.contains("namespace `beseda`"), "{answer:?}");
    }
}

fn token(id: &str) -> String {
    let now = now();
    let claims = json!({"iss": "https://shop.example", "sub": id, "iat": now, "exp": now + 600});
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&Header::default(), &claims, &key).expect("it is signed")
}
