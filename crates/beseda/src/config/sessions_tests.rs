//! Which sessions of the host are taken, and which would let anybody in.

use super::tests::{GOOD, complains, of_file, read, told};
use super::*;
use crate::system::pretend::Pretend;
use beseda_core::rules::sign_in::Newcomers;
use beseda_identity::host_session::{AskedSettings, FlaskSettings, HostSessionProof};
use std::time::Duration;

fn sessions(lines: &str) -> Loaded {
    of_file(&format!("[sessions]\n{lines}\n"))
}

/// With a Flask whose key has these bytes.
fn keyed(bytes: &[u8]) -> Loaded {
    let outside = Pretend::default().file("beseda.toml", "[sessions]\nflask_secret_file = 'key'\n");
    let outside = outside.file("key", "");
    outside.files.lock().get_mut(Path::new("key")).unwrap().0 = bytes.to_vec();
    read(&outside)
}

fn keys(loaded: &Loaded) -> &[Vec<u8>] {
    match loaded.settings.host_session.as_ref().map(|host| &host.proof) {
        Some(HostSessionProof::Flask(flask)) => &flask.keys,
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_the_table_no_session_of_a_host_lets_anybody_in() {
    for text in ["", "[sessions]\n"] {
        let loaded = of_file(text);
        assert_eq!(told(&loaded), "");
        assert_eq!(loaded.settings.host_session, None);
    }
}

#[test]
fn a_flask_is_read_whole() {
    let loaded = sessions("flask_secret_file = 'flask.key'");
    assert_eq!(told(&loaded), "");
    let usual = FlaskSettings {
        keys: vec![GOOD.as_bytes().to_vec()],
        cookie: "session".to_owned(),
        person_key: "_user_id".to_owned(),
        seconds: 2_678_400,
    };
    let wanted = HostSessionSettings {
        proof: HostSessionProof::Flask(usual),
        namespace: None,
        people: Newcomers::Create,
    };
    assert_eq!(loaded.settings.host_session, Some(wanted));
    let loaded = sessions(
        "flask_secret_file = 'flask.key'\nflask_fallback_files = ['shop.key', 'flask.key']\nflask_cookie = 'desk'\n\
         flask_seconds = 60\nperson_key = 'user_id'\nnamespace = 'desk'\npeople = 'known'",
    );
    assert_eq!(told(&loaded), "");
    let all = FlaskSettings {
        keys: vec![GOOD.as_bytes().to_vec(); 3],
        cookie: "desk".to_owned(),
        person_key: "user_id".to_owned(),
        seconds: 60,
    };
    let wanted = HostSessionSettings {
        proof: HostSessionProof::Flask(all),
        namespace: Some("desk".to_owned()),
        people: Newcomers::Known,
    };
    assert_eq!(loaded.settings.host_session, Some(wanted));
    for shown in [loaded.text(), loaded.json(), format!("{:?}", loaded.settings)] {
        assert!(!shown.contains(GOOD) && !shown.contains(&format!("{:?}", GOOD.as_bytes())));
    }
}

#[test]
fn a_host_that_is_asked_is_read_whole_also_from_the_environment() {
    let outside = Pretend::default()
        .with("BESEDA_SESSIONS_SESSION_URL", "http://app:8000/whoami/?of=chat")
        .with("BESEDA_SESSIONS_SESSION_COOKIES", "sessionid, device")
        .with("BESEDA_SESSIONS_SESSION_SECONDS", "5");
    let loaded = read(&outside);
    assert_eq!((told(&loaded).as_str(), loaded.warnings.len()), ("", 0));
    let wanted = HostSessionProof::Asked(AskedSettings {
        url: "http://app:8000/whoami/?of=chat".to_owned(),
        cookies: vec!["sessionid".to_owned(), "device".to_owned()],
        keep: Duration::from_secs(5),
    });
    assert_eq!(
        loaded.settings.host_session.as_ref().map(|host| &host.proof),
        Some(&wanted)
    );
    assert_eq!(
        loaded.origins["sessions.session_url"].to_string(),
        "BESEDA_SESSIONS_SESSION_URL"
    );
    let report: serde_json::Value = serde_json::from_str(&loaded.json()).unwrap();
    let rows = report["settings"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["name"] == "sessions.session_seconds")
        .unwrap();
    assert_eq!((&row["value"], &row["from"]), (&5.into(), &"environment".into()));
}

#[test]
fn what_cannot_work_is_refused_with_what_to_do() {
    let flask = "flask_secret_file = 'flask.key'\n";
    let asked = "session_url = 'https://shop.example/whoami/'\nsession_cookies = ['sessionid']\n";
    complains(
        &sessions("people = 'known'"),
        &["beseda.toml:2", "`flask_secret_file` or `session_url`"],
    );
    complains(
        &sessions(&format!("{flask}{asked}").replace("session_cookies = ['sessionid']\n", "")),
        &["beseda.toml:3", "stands beside `flask_secret_file`"],
    );
    complains(
        &sessions("session_url = 'https://shop.example/whoami/'"),
        &["beseda.toml:2", "needs `session_cookies`"],
    );
    complains(
        &sessions("session_url = 'https://a.example/'\nsession_cookies = []"),
        &["needs `session_cookies`"],
    );
    for key in ["session_cookies = ['a']", "session_seconds = 5"] {
        let name = key.split(' ').next().unwrap();
        complains(
            &sessions(&format!("{flask}{key}")),
            &["beseda.toml:3", name, "`session_url`"],
        );
    }
    for key in [
        "flask_cookie = 'a'",
        "flask_seconds = 5",
        "person_key = 'a'",
        "flask_fallback_files = ['shop.key']",
    ] {
        let name = key.split(' ').next().unwrap();
        complains(
            &sessions(&format!("{asked}{key}")),
            &["beseda.toml:4", name, "means nothing without `flask_secret_file`"],
        );
    }
    complains(
        &sessions(&format!("{flask}flask_secret = 'x'")),
        &["beseda.toml:3", "`sessions.flask_se"],
    );
    complains(&of_file("sessions = 5"), &["`sessions` is no setting"]);
    complains(
        &sessions(&format!("{flask}flask_seconds = 0")),
        &["from 1 to 315360000"],
    );
    complains(&sessions(&format!("{asked}session_seconds = 301")), &["from 1 to 300"]);
    complains(&sessions(&format!("{flask}people = 'all'")), &["create, known"]);
    complains(
        &sessions(&format!("{flask}namespace = 'a/b'")),
        &["cannot stand before an id"],
    );
    for name in ["a b", "", "beseda_visitor"] {
        assert_eq!(
            sessions(&format!("{flask}flask_cookie = '{name}'")).problems.len(),
            1,
            "{name}"
        );
    }
    complains(&sessions(&asked.replace("'sessionid'", "'a', 'b;c'")), &["`b;c`"]);
}

#[test]
fn a_cookie_is_ours_or_the_hosts() {
    let ours = |name: &str, lines: &str| of_file(&format!("session_cookie = '{name}'\n[sessions]\n{lines}\n"));
    let flask = "flask_secret_file = 'flask.key'";
    complains(
        &ours("session", flask),
        &["flask_cookie", "`session_cookie`", "beseda_session"],
    );
    assert_eq!(told(&ours("chat", flask)), "");
    let asked = "session_url = 'http://app/'\nsession_cookies = ['sid', 'beseda_session']";
    complains(
        &ours("beseda_session", asked),
        &["beseda.toml:4", "session_cookies", "`beseda_session`"],
    );
    assert_eq!(told(&ours("chat", asked)), "");
}

#[test]
fn an_address_is_one_of_the_web_and_a_far_one_in_the_clear_is_a_warning() {
    let at = |url: &str| sessions(&format!("session_url = '{url}'\nsession_cookies = ['sessionid']"));
    for (url, warnings) in [
        ("https://shop.example/whoami/", 0),
        ("http://app:8000/whoami/", 0),
        ("http://127.0.0.1:5000/", 0),
        ("http://shop.example/whoami/", 1),
    ] {
        let loaded = at(url);
        assert_eq!((told(&loaded).as_str(), loaded.warnings.len()), ("", warnings), "{url}");
    }
    for url in [
        "app:8000/whoami/",
        "/whoami/",
        "ftp://app/",
        "file:///etc/passwd",
        "https://",
    ] {
        complains(&at(url), &["beseda.toml:2", "no address"]);
    }
    let with_password = at("https://me:canary@shop.example/");
    complains(&with_password, &["a password"]);
    assert!(!told(&with_password).contains("canary"));
}

#[test]
fn a_key_is_bytes_without_one_line_break_and_a_plain_one_is_refused() {
    let raw: Vec<u8> = (200..=231).collect();
    let with = |end: &[u8]| [raw.as_slice(), end].concat();
    for (file, key) in [
        (raw.clone(), raw.clone()),
        (with(b"\n"), raw.clone()),
        (with(b"\r\n"), raw.clone()),
        (with(b"\n\n"), with(b"\n")),
        (with(b"\r"), with(b"\r")),
        (with(b" "), with(b" ")),
    ] {
        let loaded = keyed(&file);
        assert_eq!((told(&loaded).as_str(), loaded.warnings.len()), ("", 0));
        assert_eq!(keys(&loaded), [key]);
    }
    // An old habit, and what many applications have: 16 random bytes.
    let short = keyed(&raw[..16]);
    assert_eq!((told(&short).as_str(), short.warnings.len()), ("", 1));
    assert!(short.warnings[0].to_string().contains("16 bytes") && keys(&short) == [raw[..16].to_vec()]);
    let refused = keyed(&raw[..15]);
    complains(
        &refused,
        &["beseda.toml:2", "flask_secret_file", "15 bytes", "SECRET_KEY_FALLBACKS"],
    );
    for known in [
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf".as_bytes(),
        b"_5#y2L\"F4Q8z\n\xec]/",
        b"_5#y2L\"F4Q8z\\n\\xec]/",
        b"please-change-me-before-production",
    ] {
        complains(&keyed(known), &["an example that everybody knows"]);
    }
    complains(&keyed(&[7; 40]), &["repeats"]);
    complains(&keyed(b""), &["0 bytes"]);
    complains(&sessions("flask_secret_file = 'gone'"), &["gone", "cannot be read"]);
    complains(
        &sessions("flask_secret_file = 'flask.key'\nflask_fallback_files = ['gone']"),
        &["flask_fallback_files", "gone"],
    );
}

#[test]
fn a_key_that_everybody_may_read_is_a_warning() {
    let outside = Pretend::default()
        .file("beseda.toml", "[sessions]\nflask_secret_file = 'key'\n")
        .file("key", GOOD);
    outside.files.lock().get_mut(Path::new("key")).unwrap().1 = 0o644;
    let loaded = read(&outside);
    assert_eq!((loaded.problems.len(), loaded.warnings.len()), (0, 1));
    assert!(loaded.warnings[0].to_string().contains("chmod 600 key"));
}
