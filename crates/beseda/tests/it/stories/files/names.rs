//! What a sender calls a file is shown and offered to save under, and never names anything on the server.

use super::{NO_RATE, assert_harmless, is_of_ours, percent_decoded, saved_as};
use crate::harness::files::{Parts, everything_in};
use crate::harness::{Server, Town};

/// Names as they stand between the quotes of `filename="…"`.
fn hostile() -> Vec<Vec<u8>> {
    let words = [
        "../../../etc/passwd",
        "..\\\\..\\\\windows\\\\system32\\\\drivers\\\\etc\\\\hosts",
        "..\\..\\boot.ini",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "..%252f..%252fetc",
        "%00.txt",
        "....//....//x",
        "/etc/shadow",
        "C:\\\\autoexec.bat",
        "\\\\\\\\host\\\\share\\\\x",
        ".",
        "..",
        "...",
        ".htaccess",
        "CON",
        "con.txt",
        "NUL.tar.gz",
        "COM1",
        "lpt9.pdf",
        "aux .txt",
        "gpj.\u{202e}exe",
        "\u{2066}x\u{2069}.txt",
        "\u{61c}\u{200f}\u{200b}x.txt",
        "\u{feff}",
        "a%0d%0aX-Evil: 1",
        "%22; filename=evil.exe",
        "a\\\"; filename=\\\"evil.exe",
        "a;b=c,d.txt",
        "<img src=x onerror=alert(1)>.png",
        "{{7*7}}${7*7}.txt",
        "file.txt::$DATA",
        "trailing. . .",
        "   ",
        "-rf",
        "~root",
        "`reboot`$(reboot)|x",
        "😀 отчёт за год.pdf",
        "a\tb.txt",
        "a\u{85}b\u{2028}c.txt",
        "e\u{301}\u{301}\u{301}\u{301}.txt",
    ];
    let mut names: Vec<Vec<u8>> = words.iter().map(|name| name.as_bytes().to_vec()).collect();
    names.push(format!("{}.txt", "a".repeat(256)).into_bytes());
    names.push("ы".repeat(2_000).into_bytes());
    names.push(format!("x.{}", "e".repeat(500)).into_bytes());
    // What no header can hold, and what is no UTF-8.
    names.push(b"a\0b.txt".to_vec());
    names.push(b"a\rb.txt".to_vec());
    names.push(b"a\x1b[31mb.txt".to_vec());
    names.push(b"\xff\xfe.txt".to_vec());
    names
}

fn assert_shown_harmless(title: &str) {
    assert!(!title.is_empty() && title.len() <= 255, "{title:?}");
    assert!(!title.starts_with('.') && !title.ends_with(['.', ' ']), "{title:?}");
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    assert!(
        !title
            .chars()
            .any(|c| c.is_control() || turns(c) || "/\\<>:\"|?*".contains(c)),
        "{title:?}"
    );
    let stem = title
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_uppercase();
    assert!(
        !["CON", "NUL", "AUX", "PRN", "COM1", "LPT9"].contains(&stem.as_str()),
        "{title:?}"
    );
}

#[tokio::test]
async fn a_hostile_name_names_nothing_here_and_is_shown_harmless() {
    let server = Server::start("file-names", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let around = || {
        let mut paths: Vec<String> = everything_in(&server.data()).into_keys().collect();
        paths.retain(|path| {
            !path.starts_with("uploads/chat/") && !path.starts_with("beseda.db") && !path.starts_with("logs/")
        });
        paths
    };
    let before = around();
    let mut taken = 0;
    for (number, name) in hostile().iter().enumerate() {
        let what = String::from_utf8_lossy(name);
        let said = [b"name=\"file\"; filename=\"", name.as_slice(), b"\""].concat();
        let bytes = format!("text {number}");
        let form = Parts::default().text("room", room).raw(said, bytes.as_bytes());
        let answer = party.client.post_form(form).await;
        if answer.status != 201 {
            assert_eq!(answer.status, 400, "{what:?}: {answer:?}");
            assert!(answer.json().is_object(), "{what:?}: {answer:?}");
            continue;
        }
        taken += 1;
        let message = answer.json();
        let file = message["file"].as_str().expect("an address");
        let pieces: Vec<&str> = file.split('/').collect();
        assert!(pieces.len() == 4 && pieces[1] == "files", "{what:?}: {file}");
        assert!(pieces[2].bytes().all(|byte| byte.is_ascii_digit()), "{what:?}: {file}");
        let title = percent_decoded(pieces[3]);
        assert_shown_harmless(&title);

        let got = party.expert.fetch(file).await;
        assert_harmless(&what, &got);
        assert_eq!(got.bytes, bytes.as_bytes(), "{what:?}");
        assert!(got.headers.get("x-evil").is_none(), "{what:?}");
        let disposition = got.header("content-disposition");
        assert_eq!(saved_as(disposition), title, "{disposition}");
        assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
        assert_eq!(
            disposition.matches("filename").count() - title.matches("filename").count() * 2,
            2,
            "{disposition}"
        );
    }
    assert!(taken >= 40, "{taken}");
    server.nothing_in_progress().await;
    let kept = server.kept();
    assert_eq!(kept.len(), taken);
    for path in kept.keys() {
        assert!(is_of_ours(path), "{path}");
    }
    assert_eq!(around(), before, "nothing came to lie anywhere else");
}

#[tokio::test]
async fn the_other_way_to_say_a_name_makes_no_header() {
    let server = Server::start("file-names-star", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let star = "filename*=UTF-8''a%0D%0AX-Evil:%201%22%2F..%2Fb%0D%0A.html";
    for said in [
        format!("name=\"file\"; {star}"),
        format!("{star}; name=\"file\""),
        format!("name=\"file\"; filename=\"c.txt\"; {star}"),
        format!("name=\"file\"; {star}; filename=\"c.txt\""),
    ] {
        let form = Parts::default().text("room", room);
        let answer = party.client.post_form(form.clone().raw(&said, b"text")).await;
        assert_eq!(answer.status, 201, "{said}: {answer:?}");
        let file = answer.json()["file"].as_str().expect("an address").to_owned();
        let got = party.expert.fetch(&file).await;
        assert_harmless(&said, &got);
        assert_eq!(saved_as(got.header("content-disposition")), "b.html", "{said}");
        assert!(got.headers.get("x-evil").is_none(), "{said}");
        let unknown = party.client.post_form(form.raw(&said, b"\x7fELF\0")).await;
        assert_eq!(unknown.status, 400, "{said}: {unknown:?}");
    }
    assert_eq!(server.kept().len(), 1);
}

#[tokio::test]
async fn a_name_arrives_as_it_is_whoever_writes_it() {
    let server = Server::start("file-names-clients", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    for (client, said, title) in [
        (
            "a browser",
            "name=\"file\"; filename=\"отчёт за май.pdf\"",
            "отчёт за май.pdf",
        ),
        ("an old requests", "name=\"file\"; filename*=utf-8''%D1%8F.pdf", "я.pdf"),
        (
            ".NET",
            "name=file; filename=\"=?utf-8?B?0Y8ucGRm?=\"; filename*=utf-8''%D1%8F.pdf",
            "я.pdf",
        ),
        (".NET by hand", "name=file; filename=\"=?utf-8?B?0Y8ucGRm?=\"", "я.pdf"),
        ("capitals", "Name=\"file\"; FILENAME=\"я.pdf\"", "я.pdf"),
        (
            "Persian",
            "name=\"file\"; filename=\"می\u{200c}خواهم.txt\"",
            "می\u{200c}خواهم.txt",
        ),
        (
            "a pictograph",
            "name=\"file\"; filename=\"👩\u{200d}🔧.txt\"",
            "👩\u{200d}🔧.txt",
        ),
        (
            "a semicolon",
            "name=\"file\"; filename=\"a; name=b.txt\"",
            "a; name=b.txt",
        ),
    ] {
        let form = Parts::default().text("room", room).raw(said, b"text");
        let answer = party.client.post_form(form).await;
        assert_eq!(answer.status, 201, "{client}: {answer:?}");
        let file = answer.json()["file"].as_str().expect("an address").to_owned();
        assert_eq!(
            percent_decoded(file.rsplit('/').next().unwrap_or_default()),
            title,
            "{client}"
        );
        let got = party.expert.fetch(&file).await;
        assert_eq!(saved_as(got.header("content-disposition")), title, "{client}");
        assert_eq!(got.bytes, b"text", "{client}");
    }
}
