//! The first administrator makes their own account, by a link that is good once.

use crate::harness::actor::answer;
use crate::harness::{Actor, Answer, Server, Town};
use reqwest::Method;
use serde_json::json;

const PASSWORD: &str = "a long enough pass phrase";

/// The code of the link in a text.
fn code_in(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("/setup/?code=")?;
    Some(behind.split_whitespace().next()?.to_owned())
}

async fn link(server: &Server, email: &str) -> String {
    let output = server.command(&["admin", "create", "--link", "--email", email]).await;
    code_in(&String::from_utf8_lossy(&output.stdout)).expect("a link")
}

async fn show(nobody: &Actor, code: &str) -> Answer {
    nobody.get(&format!("/setup/?code={code}")).await
}

async fn make(nobody: &Actor, code: &str, email: &str, passwords: [&str; 2]) -> Answer {
    let [password, again] = passwords;
    let form = [
        ("code", code),
        ("email", email),
        ("password", password),
        ("password_again", again),
    ];
    answer(nobody.request(Method::POST, "/setup/").form(&form)).await
}

async fn log_in(nobody: &Actor, email: &str) -> Answer {
    let login = json!({"identifier": email, "password": PASSWORD});
    nobody.post("/login/", &login).await
}

#[tokio::test]
async fn a_first_start_prints_a_link_once() {
    let mut server = Server::start("first-admin", "log_level = \"trace\"\n", &Town::parties(1)).await;
    let nobody = Actor::new(server.address, 0, "");
    let code = code_in(&server.logs()).expect("a link on standard output");
    let page = show(&nobody, &code).await;
    assert_eq!(
        (page.status, page.header("content-type").as_str()),
        (200, "text/html; charset=utf-8")
    );
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; style-src 'sha256-")
    );
    assert!(!page.text.contains("<script"));
    let made = make(&nobody, &code, "root@shop.example", [PASSWORD, PASSWORD]).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert!(
        made.text.contains("root@shop.example") && made.text.contains("/chat/"),
        "{}",
        made.text
    );
    let logged_in = log_in(&nobody, "root@shop.example").await;
    assert_eq!(
        (logged_in.status, &logged_in.json()["user"]["role"]),
        (200, &json!("admin"))
    );

    assert_eq!(show(&nobody, &code).await.status, 404, "it is used");
    let again = make(&nobody, &code, "other@shop.example", [PASSWORD, PASSWORD]).await;
    assert_eq!(again.status, 404, "{again:?}");
    server.kill();
    server.serve().await;
    let logs = server.logs();
    assert_eq!(logs.matches("/setup/?code=").count(), 1, "the second start prints none");
    assert_eq!(logs.matches(&code).count(), 1, "and no log has it");
    assert!(!logs.contains(PASSWORD));
}

#[tokio::test]
async fn a_start_with_an_administrator_prints_none() {
    let town = Town::default().person(json!({"id": 9, "role": "admin"}));
    let server = Server::start("first-admin-there", "", &town).await;
    assert_eq!(code_in(&server.logs()), None);
}

#[tokio::test]
async fn a_link_by_command_names_its_e_mail_and_mistakes_do_not_use_it_up() {
    let server = Server::start("first-admin-link", "", &Town::parties(1)).await;
    let nobody = Actor::new(server.address, 0, "");
    let code = link(&server, "alla@shop.example").await;
    let page = show(&nobody, &code).await;
    assert!(page.text.contains("value=\"alla@shop.example\""), "{}", page.text);
    let xss = "\"><script>alert(1)</script>@shop.example";
    for (email, passwords, hint) in [
        ("alla@shop.example", ["123456789", "123456789"], "9 characters"),
        ("alla@shop.example", [PASSWORD, "another pass phrase"], "not the same"),
        ("alla", [PASSWORD, PASSWORD], "e-mail"),
        ("p11@shop.example", [PASSWORD, PASSWORD], "is for alla@shop.example"),
        (xss, ["short", "short"], "5 characters"),
    ] {
        let wrong = make(&nobody, &code, email, passwords).await;
        assert_eq!(wrong.status, 400, "{wrong:?}");
        assert!(
            wrong.text.contains(hint) && wrong.text.contains("role=\"alert\""),
            "{hint}: {}",
            wrong.text
        );
        assert!(
            !wrong.text.contains("<script") && !wrong.text.contains(PASSWORD),
            "{}",
            wrong.text
        );
    }
    let foreign = nobody
        .request(Method::POST, "/setup/")
        .header("Origin", "https://evil.example");
    let form = [
        ("code", code.as_str()),
        ("email", "e@shop.example"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];
    assert_eq!(answer(foreign.form(&form)).await.status, 403);
    let made = make(&nobody, &code, "alla@shop.example", [PASSWORD, PASSWORD]).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(log_in(&nobody, "alla@shop.example").await.status, 200);
}

#[tokio::test]
async fn who_guesses_a_link_is_told_nothing_and_slowed_down() {
    let settings = "limits.misses_per_minute = 2\nlimits.logins_per_minute_address = 5\n";
    let server = Server::start("first-admin-guess", settings, &Town::default()).await;
    let nobody = Actor::new(server.address, 0, "");
    let code = link(&server, "alla@shop.example").await;
    let changed = format!("{}x", code.get(..42).expect("43 characters"));
    for guess in ["", &changed] {
        let refused = show(&nobody, guess).await;
        assert_eq!(refused.status, 404, "{refused:?}");
        assert!(refused.text.contains("--link"), "{}", refused.text);
    }
    assert_eq!(show(&nobody, &changed).await.status, 429);
    assert_eq!(show(&nobody, &code).await.status, 200, "the right one is still shown");
    for _ in 0..5 {
        assert_eq!(make(&nobody, &code, "alla", ["x", "x"]).await.status, 400);
    }
    assert_eq!(make(&nobody, &code, "alla", ["x", "x"]).await.status, 429);
}

#[tokio::test]
async fn two_who_send_one_link_make_one_account() {
    let server = Server::start("first-admin-race", "", &Town::default()).await;
    let nobody = Actor::new(server.address, 0, "");
    let code = link(&server, "alla@shop.example").await;
    let (one, other) = tokio::join!(
        make(&nobody, &code, "alla@shop.example", [PASSWORD, PASSWORD]),
        make(&nobody, &code, "alla@shop.example", [PASSWORD, PASSWORD]),
    );
    let mut answered = [one.status, other.status];
    answered.sort_unstable();
    assert_eq!(answered, [200, 404], "{one:?} {other:?}");
}
