//! Where settings come from, and what is said about wrong ones.

use super::*;
use crate::system::pretend::Pretend;
use beseda_core::words::{LIMITS, LimitValue};
use beseda_identity::SecureCookies;

pub const GOOD: &str = "k8fQz2LmX0vB7nTqW4eYpR1sUdHgJcAi-Vo93";
pub const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n";

pub fn read(outside: &Pretend) -> Loaded {
    load(&Flags::default(), outside)
}

pub fn of_file(text: &str) -> Loaded {
    read(
        &Pretend::default()
            .file("beseda.toml", text)
            .file("shop.pem", PEM)
            .file("shop.key", GOOD)
            .file("flask.key", GOOD),
    )
}

pub fn told(loaded: &Loaded) -> String {
    loaded.problems.iter().map(|problem| format!("{problem}\n")).collect()
}

fn listens(loaded: &Loaded) -> Vec<String> {
    loaded.settings.listen.iter().map(ToString::to_string).collect()
}

#[track_caller]
pub fn complains(loaded: &Loaded, parts: &[&str]) {
    let told = told(loaded);
    assert_eq!(loaded.problems.len(), 1, "{told}");
    for part in parts {
        assert!(told.contains(part), "`{part}` is missing: {told}");
    }
}

#[test]
fn with_nothing_set_the_defaults_are_good() {
    let loaded = read(&Pretend::default());
    assert_eq!(told(&loaded), "");
    assert_eq!(loaded.settings, Settings::default());
    assert_eq!(listens(&loaded), ["127.0.0.1:8000"]);
    assert!(loaded.accept().is_ok());
}

#[test]
fn arguments_win_over_the_environment_it_over_the_file_and_the_file_over_the_defaults() {
    let file = "listen = '1.1.1.1:1'\naccess_minutes = 7\n[limits]\ntext_chars = 11\nframe_bytes = 2048\n";
    let outside = Pretend::default()
        .file("beseda.toml", file)
        .with("BESEDA_LISTEN", "2.2.2.2:2")
        .with("BESEDA_LIMITS_TEXT_CHARS", "22");
    let flags = Flags {
        listen: Some("3.3.3.3:3".into()),
        ..Flags::default()
    };

    let both = read(&outside);
    assert_eq!(listens(&both), ["2.2.2.2:2"]);
    assert_eq!(both.origins["listen"], Origin::Environment("BESEDA_LISTEN".into()));
    assert_eq!(both.settings.limits.text_chars, 22);
    assert_eq!(both.settings.limits.frame_bytes, 2048);
    assert_eq!(both.origins["limits.frame_bytes"].to_string(), "beseda.toml:5");
    assert_eq!(both.settings.proofs.access_minutes, 7);
    assert_eq!(both.settings.proofs.refresh_days, 30);

    let all = load(&flags, &outside);
    assert_eq!(listens(&all), ["3.3.3.3:3"]);
    assert_eq!(all.origins["listen"], Origin::Flag("--listen"));
}

#[test]
fn every_limit_has_its_variable_and_its_key() {
    for word in LIMITS {
        let value = word.default;
        let variable = format!("BESEDA_LIMITS_{}", word.name.to_uppercase());
        let loaded = read(&Pretend::default().with(&variable, &value.to_string()));
        assert_eq!((told(&loaded).as_str(), loaded.origins.len()), ("", 1), "{variable}");
        let loaded = of_file(&format!("limits.{} = {value}", word.name));
        assert_eq!((told(&loaded).as_str(), loaded.origins.len()), ("", 1), "{}", word.name);

        let past = match word.most {
            LimitValue::Count(most) => (most + 1).to_string(),
            LimitValue::Rate(most) => (most + 0.5).to_string(),
        };
        complains(
            &of_file(&format!("limits.{} = {past}", word.name)),
            &["beseda.toml:1", word.name, "must be from"],
        );
        complains(
            &read(&Pretend::default().with(&variable, &past)),
            &[&variable, "must be from"],
        );
    }
}

#[test]
fn how_much_of_the_log_is_kept_has_bounds() {
    for (name, least, most) in [
        ("log_file_bytes", 1024_u64, 1024 * 1024 * 1024),
        ("log_files", 1, 1000),
        ("log_file_days", 1, 3650),
    ] {
        for good in [least, most] {
            assert_eq!(told(&of_file(&format!("{name} = {good}"))), "", "{name}");
        }
        for wrong in [least - 1, most + 1] {
            complains(
                &of_file(&format!("{name} = {wrong}")),
                &["beseda.toml:1", name, "must be from"],
            );
        }
    }
    let text = "log_file_bytes = 2048\nlog_files = 3\nlog_file_days = 4";
    let settings = of_file(text).accept().unwrap();
    assert_eq!(
        (settings.log_file_bytes, settings.log_files, settings.log_file_days),
        (2048, 3, 4)
    );
}

#[test]
fn the_file_is_the_one_that_is_named_else_the_one_here_else_the_one_in_the_data_directory() {
    let here = || Pretend::default().file("beseda.toml", "access_minutes = 1");
    let both = here()
        .file("data/beseda.toml", "access_minutes = 2")
        .file("/etc/b.toml", "access_minutes = 3");
    assert_eq!(read(&both).settings.proofs.access_minutes, 1);
    let flags = Flags {
        config: Some("/etc/b.toml".into()),
        ..Flags::default()
    };
    assert_eq!(load(&flags, &both).settings.proofs.access_minutes, 3);
    assert_eq!(
        read(&both.with("BESEDA_CONFIG", "/etc/b.toml"))
            .settings
            .proofs
            .access_minutes,
        3
    );

    let in_data = || Pretend::default().file("/srv/beseda.toml", "access_minutes = 4");
    let flags = Flags {
        data: Some("/srv".into()),
        ..Flags::default()
    };
    assert_eq!(load(&flags, &in_data()).settings.proofs.access_minutes, 4);
    assert_eq!(
        read(&in_data().with("BESEDA_DATA", "/srv"))
            .settings
            .proofs
            .access_minutes,
        4
    );
    assert_eq!(
        read(&in_data().with("STATE_DIRECTORY", "/srv"))
            .settings
            .proofs
            .access_minutes,
        4
    );
    assert_eq!(read(&in_data()).file, None);

    let flags = Flags {
        config: Some("gone.toml".into()),
        ..Flags::default()
    };
    complains(&load(&flags, &here()), &["--config", "gone.toml", "cannot be read"]);
}

#[test]
fn paths_in_the_file_start_at_the_file() {
    let outside = Pretend::default()
        .file("/etc/beseda/b.toml", "data = 'kept'\nsecret_file = 's'\n")
        .file("/etc/beseda/s", &format!("{GOOD}\n"));
    let flags = Flags {
        config: Some("/etc/beseda/b.toml".into()),
        ..Flags::default()
    };
    let settings = load(&flags, &outside).accept().unwrap();
    assert_eq!(settings.data, Path::new("/etc/beseda/kept"));
    assert_eq!(settings.secret.unwrap().expose(), GOOD);
}

#[test]
fn the_file_in_the_data_directory_cannot_move_it() {
    complains(
        &read(&Pretend::default().file("data/beseda.toml", "data = 'other'")),
        &["data/beseda.toml:1", "--data"],
    );
}

#[test]
fn an_unknown_name_is_refused_with_its_place_and_the_nearest() {
    complains(
        &of_file("\n# one\nlisten_on = '1.1.1.1:1'"),
        &["beseda.toml:3", "`listen_on`", "`listen`"],
    );
    complains(
        &of_file("[limits]\ntext_char = 5"),
        &["beseda.toml:2", "`limits.text_char`", "`limits.text_chars`"],
    );
    complains(&of_file("[limit]\ntext_chars = 5"), &["beseda.toml:1", "`limit`"]);
    complains(
        &of_file("[limits.text_chars]\nx = 1"),
        &["`limits.text_chars`", "must be a number"],
    );
    let typo = Pretend::default()
        .with("BESEDA_LISTN", "1.1.1.1:1")
        .with("OTHER_LISTN", "x");
    complains(&read(&typo), &["BESEDA_LISTN", "`BESEDA_LISTEN`"]);
    // Kubernetes tells every container of every service.
    let services = Pretend::default()
        .with("BESEDA_SERVICE_HOST", "10.0.0.7")
        .with("BESEDA_SERVICE_PORT", "8000")
        .with("BESEDA_SERVICE_PORT_HTTP", "8000")
        .with("BESEDA_PORT", "tcp://10.0.0.7:8000")
        .with("BESEDA_PORT_8000_TCP", "tcp://10.0.0.7:8000")
        .with("BESEDA_PORT_8000_TCP_PROTO", "tcp")
        .with("BESEDA_PORT_8000_TCP_ADDR", "10.0.0.7")
        .with("BESEDA_REDIS_PORT_6379_TCP_PORT", "6379")
        .with("BESEDA_REDIS_SERVICE_HOST", "10.0.0.8");
    assert!(read(&services).problems.is_empty());
    complains(&read(&Pretend::default().with("BESEDA_PORT", "8000")), &["BESEDA_PORT"]);
    complains(
        &read(&Pretend::default().with("BESEDA_CONFG", "x")),
        &["`BESEDA_CONFIG`"],
    );
    complains(
        &read(&Pretend::default().with("BESEDA_ISSUERS", "[]")),
        &["[[issuers]]"],
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_with_its_place_and_what_to_do() {
    complains(
        &of_file("access_minutes = '15'"),
        &["beseda.toml:1", "whole number", "without quotes"],
    );
    complains(&of_file("access_minutes = 1.5"), &["whole number"]);
    complains(&of_file("access_minutes = 0"), &["from 1 to 1440"]);
    complains(&of_file("access_minutes = 1441"), &["from 1 to 1440"]);
    complains(&of_file("refresh_rotation = 'no'"), &["true or false"]);
    complains(&of_file("listen = ':8000'"), &["0.0.0.0:8000"]);
    complains(&of_file("listen = 8000"), &["must be a string"]);
    complains(&of_file("log_format = 'xml'"), &["`xml`", "text, json"]);
    complains(
        &of_file("[limits]\ntext_chars = 1.5"),
        &["beseda.toml:2", "whole number"],
    );
    complains(&of_file("[limits]\ntext_chars = '5'"), &["must be a number"]);
    complains(&of_file("limits = 5"), &["`limits`"]);
    complains(
        &of_file("[limits]\ngone_seconds = 20"),
        &["beseda.toml:2", "limits.ping_seconds"],
    );
    complains(
        &of_file("session_idle_hours = 48\nsession_days = 1"),
        &["beseda.toml:1", "session_days"],
    );
    complains(
        &read(&Pretend::default().with("BESEDA_ACCESS_MINUTES", "١٥")),
        &["whole number"],
    );
    complains(&read(&Pretend::default().with("BESEDA_LISTEN", "")), &["is empty"]);
    complains(
        &read(&Pretend::default().with("BESEDA_REFRESH_ROTATION", "1")),
        &["true or false"],
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let outside = Pretend::default()
        .file(
            "beseda.toml",
            "listen = 1\nsecret = 'short'\nfoo = 2\n[[issuers]]\nissuer = 3\n",
        )
        .with("BESEDA_LOG_LEVEL", "loud");
    let loaded = read(&outside);
    // The issuer: its name is no string, and both its algorithms and its key are missing.
    assert_eq!(loaded.problems.len(), 7, "{}", told(&loaded));
    let refused = loaded.accept().unwrap_err().to_string();
    assert!(
        refused.starts_with("the settings cannot be used:") && refused.contains("loud"),
        "{refused}"
    );
}

#[test]
fn a_broken_file_is_told_with_its_line() {
    complains(
        &of_file("listen = '1.1.1.1:1'\n[limits\n"),
        &["beseda.toml:2", "no TOML"],
    );
}

#[test]
fn what_is_not_in_this_version_says_so() {
    complains(&of_file("database = 'oracle://u:hunter22@db/x'"), &["only be `sqlite`"]);
    complains(
        &of_file("redis = 'redis://u:hunter22@db'"),
        &["not in this version yet", "one process"],
    );
    for loaded in [
        of_file("database = 'oracle://u:hunter22@db/x'"),
        of_file("redis = 'redis://u:hunter22@db'"),
    ] {
        assert!(!told(&loaded).contains("hunter22"));
    }
    assert_eq!(told(&of_file("database = 'sqlite'")), "");
}

#[test]
fn a_database_is_taken_by_its_url_and_its_password_shown_to_nobody() {
    let loaded = of_file("database = 'postgres://u:hunter22@db/x'");
    let url = "postgres://u:hunter22@db/x".to_owned();
    assert_eq!(loaded.settings.database, Database::Postgres(url));
    assert_eq!(told(&loaded), "");
    assert!(!format!("{:?} {}", loaded.settings, loaded.settings.database).contains("hunter22"));
    assert_eq!(of_file("database = ''").settings.database, Database::Sqlite);
}

#[test]
fn origins_are_kept_as_browsers_send_them() {
    let of = |list: &str| of_file(&format!("allowed_origins = {list}"));
    let loaded = of("['https://Shop.Example', 'http://localhost:3000', 'https://a.example:443/', 'http://[::1]:80']");
    let wanted = [
        "https://shop.example",
        "http://localhost:3000",
        "https://a.example",
        "http://[::1]",
    ];
    assert_eq!(loaded.settings.reach.allowed_origins, wanted);
    let listed = Pretend::default().with("BESEDA_ALLOWED_ORIGINS", "https://a.example, https://b.example,");
    assert_eq!(
        read(&listed).settings.reach.allowed_origins,
        ["https://a.example", "https://b.example"]
    );
    let apps = of("['https://*.Shop.example:8443', 'capacitor://localhost', 'null']");
    assert_eq!(
        apps.settings.reach.allowed_origins,
        ["https://*.shop.example:8443", "capacitor://localhost", "null"]
    );
    for wrong in [
        "['*']",
        "['https://*.example']",
        "['shop.example']",
        "['https://a.example/path']",
        "['https://*']",
        "['https://*.*.example']",
        "['https://a.*.shop.example']",
        "['https://a*.shop.example']",
        "['Capacitor://localhost']",
        "['://localhost']",
        "['https://']",
        "['https://u@a.example']",
        "['https://a.example:port']",
        "['https://магазин.example']",
        "'https://a.example'",
    ] {
        assert_eq!(of(wrong).problems.len(), 1, "{wrong}");
    }
}

#[test]
fn the_secret_comes_from_a_value_a_file_or_the_data_directory() {
    let secret = |outside: &Pretend| {
        read(outside)
            .accept()
            .unwrap()
            .secret
            .map(|secret| secret.expose().to_owned())
    };
    let other = GOOD.to_uppercase();
    assert_eq!(secret(&Pretend::default()), None);
    assert_eq!(
        secret(&Pretend::default().with("BESEDA_SECRET", GOOD)).as_deref(),
        Some(GOOD)
    );
    let named = || {
        Pretend::default()
            .file("/run/s", &format!("{GOOD}\n"))
            .with("BESEDA_SECRET_FILE", "/run/s")
    };
    assert_eq!(secret(&named()).as_deref(), Some(GOOD));
    // The environment's file wins over the file's value, and a kept one over nothing.
    let both = named().file("beseda.toml", &format!("secret = '{other}'"));
    assert_eq!(secret(&both).as_deref(), Some(GOOD));
    let kept = Pretend::default().file("data/secret", &other);
    assert_eq!(secret(&kept), Some(other.clone()));
    assert_eq!(read(&kept).origins["secret"].to_string(), "data/secret");
    assert_eq!(secret(&kept.with("BESEDA_SECRET", GOOD)).as_deref(), Some(GOOD));

    complains(
        &read(&named().with("BESEDA_SECRET", GOOD)),
        &["BESEDA_SECRET_FILE", "stands beside", "BESEDA_SECRET"],
    );
    complains(
        &read(&Pretend::default().with("BESEDA_SECRET_FILE", "/gone")),
        &["/gone", "cannot be read"],
    );
    complains(
        &read(&Pretend::default().file("data/secret", "cut")),
        &["data/secret", "3 bytes"],
    );
}

#[test]
fn a_secret_that_everybody_may_read_is_a_warning() {
    let outside = Pretend::default().file("data/secret", GOOD);
    outside.files.lock().get_mut(Path::new("data/secret")).unwrap().1 = 0o644;
    let loaded = read(&outside);
    assert_eq!((loaded.problems.len(), loaded.warnings.len()), (0, 1));
    assert!(loaded.warnings[0].to_string().contains("chmod 600 data/secret"));
}

#[test]
fn no_report_and_no_problem_shows_a_secret() {
    let key = "Issuer0Secret1That2Nobody3May4See5Ever6";
    let outside = Pretend::default()
        .file(
            "beseda.toml",
            &format!("[[issuers]]\nissuer = ''\nalgorithms = ['HS256']\nsecret = '{key}'\n"),
        )
        .with("BESEDA_SECRET", GOOD);
    let loaded = read(&outside);
    assert_eq!(told(&loaded), "");
    for shown in [loaded.text(), loaded.json(), format!("{loaded:?}")] {
        assert!(
            !shown.contains(GOOD) && !shown.contains(key) && shown.contains("[redacted]"),
            "{shown}"
        );
    }
    let short = read(&Pretend::default().with("BESEDA_SECRET", "hunter22"));
    assert!(!told(&short).contains("hunter22") && !short.json().contains("hunter22"));
}

#[test]
fn the_report_names_every_setting_and_where_it_came_from() {
    let loaded = of_file("listen = '1.2.3.4:5'\n[limits]\nsends_per_second = 0\n");
    let text = loaded.text();
    assert!(
        text.lines()
            .any(|line| line.starts_with("listen ") && line.ends_with(" beseda.toml:1")),
        "{text}"
    );
    let report: serde_json::Value = serde_json::from_str(&loaded.json()).unwrap();
    assert_eq!(
        (report["ok"].as_bool(), report["file"].as_str()),
        (Some(true), Some("beseda.toml"))
    );
    let settings = report["settings"].as_array().unwrap();
    let named: Vec<_> = settings.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(named.len(), words::names().len());
    let find = |name: &str| settings.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(find("limits.sends_per_second")["value"], 0.0);
    assert_eq!(find("limits.sends_per_second")["from"], "file");
    assert_eq!(find("limits.text_chars")["variable"], "BESEDA_LIMITS_TEXT_CHARS");
    assert_eq!(find("limits.text_chars")["from"], "default");
}

#[test]
fn the_page_of_settings_is_the_one_that_the_code_writes() {
    let page = include_str!("../../../../docs/operating/settings.md");
    assert!(
        page == reference(),
        "run: cargo run -p beseda -- config reference > docs/operating/settings.md"
    );
    for name in words::names().iter().filter(|name| *name != "issuers") {
        assert!(
            page.contains(&format!("| `{name}` | `{}` |", words::variable(name))),
            "{name}"
        );
    }
}

#[test]
fn cookies_are_secure_when_that_is_said() {
    let choice = |text: &str| of_file(text).accept().unwrap().proofs.secure_cookies;
    assert_eq!(choice(""), SecureCookies::Auto);
    assert_eq!(choice("secure_cookies = true"), SecureCookies::Always);
    assert_eq!(choice("secure_cookies = 'true'"), SecureCookies::Always);
    assert_eq!(choice("secure_cookies = false"), SecureCookies::Never);
}

#[test]
fn headers_are_names() {
    let loaded = of_file("allowed_headers = ['X-Shop-Token', 'traceparent']");
    let names = loaded.settings.reach.allowed_headers.iter().map(ToString::to_string);
    assert_eq!(names.collect::<Vec<_>>(), ["x-shop-token", "traceparent"]);
    assert!(
        of_file("allowed_headers = []")
            .settings
            .reach
            .allowed_headers
            .is_empty()
    );
    for wrong in ["X Shop", "X-Shop:", "*, a", "ё"] {
        let said = told(&of_file(&format!("allowed_headers = ['{wrong}']")));
        assert!(said.contains("no name of a header"), "{wrong}");
    }
}

#[test]
fn hosts_are_names() {
    let loaded = of_file("allowed_hosts = ['Chat.shop.example', '[::1]', '127.0.0.1', '.Shop.test']");
    assert_eq!(
        loaded.settings.reach.allowed_hosts,
        ["chat.shop.example", "[::1]", "127.0.0.1", ".shop.test"]
    );
    for wrong in [
        "['https://shop.example']",
        "['shop.example:80']",
        "['*.shop.example']",
        "['.']",
        "['..shop.example']",
    ] {
        assert!(
            told(&of_file(&format!("allowed_hosts = {wrong}"))).contains("no host name"),
            "{wrong}"
        );
    }
}

#[test]
fn proxies_are_addresses_and_networks() {
    let loaded =
        of_file("trusted_proxies = ['127.0.0.1', '::1', '10.1.2.3/8', '::ffff:192.0.2.1', '::ffff:10.0.0.0/104']");
    let proxies = loaded
        .settings
        .reach
        .trusted_proxies
        .networks
        .iter()
        .map(ToString::to_string);
    assert_eq!(
        proxies.collect::<Vec<_>>(),
        ["127.0.0.1/32", "::1/128", "10.0.0.0/8", "192.0.2.1/32", "10.0.0.0/8"]
    );
    assert!(!loaded.settings.reach.trusted_proxies.unix);
    let with_unix = of_file("trusted_proxies = ['unix', '::1']")
        .settings
        .reach
        .trusted_proxies;
    assert_eq!((with_unix.unix, with_unix.networks.len()), (true, 1));
    for wrong in ["nginx:80", "10.0.0.0/33", "10.0.0.0/", "Unix"] {
        let said = told(&of_file(&format!("trusted_proxies = ['{wrong}']")));
        assert!(said.contains("no IP address"), "{wrong}");
    }
}
