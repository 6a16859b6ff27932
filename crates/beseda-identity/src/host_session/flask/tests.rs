//! Cookies of a real Flask, whole, changed and too late.

use super::made::*;
use super::*;

#[test]
fn what_fuzzers_begin_with_is_read_alike_packed_or_not() {
    beseda_testkit::corpus("cookies", fuzzed::cookies);
}

fn settings(keys: &[&[u8]], person_key: &str) -> FlaskSettings {
    FlaskSettings {
        keys: keys.iter().map(|key| key.to_vec()).collect(),
        cookie: "session".to_owned(),
        person_key: person_key.to_owned(),
        seconds: 2_678_400,
    }
}

fn flask(keys: &[&[u8]], person_key: &str) -> Flask {
    Flask::new(settings(keys, person_key), 65_536)
}

fn moment(seconds: i64) -> Time {
    Time(seconds * 1_000_000)
}

/// Whose session it is a minute after it was signed.
fn who(person_key: &str, cookie: &str) -> Result<Option<HostId<'static>>, &'static str> {
    let claimed = flask(&[KEY], person_key).claimed(cookie, moment(SIGNED_AT + 60))?;
    Ok(claimed.map(|claimed| {
        assert_eq!(claimed, Claimed::new(claimed.id.clone(), Some(moment(SIGNED_AT))));
        claimed.id
    }))
}

fn named(name: &'static str) -> Result<Option<HostId<'static>>, &'static str> {
    Ok(Some(HostId::Name(name.into())))
}

fn numbered(number: i64) -> Result<Option<HostId<'static>>, &'static str> {
    Ok(Some(HostId::Number(number)))
}

#[test]
fn what_flask_signed_says_who_it_is_and_nothing_else() {
    for (cookie, wanted) in [
        (PLAIN, numbered(2)),
        (LONG, numbered(2)),
        (TAGGED, numbered(7)),
        (UUID_TEXT, named("3f2c0000-0000-4000-8000-000000000001")),
        (CYRILLIC, named("анна|5f7c")),
        // Nobody is signed in, or under another name.
        (LOGGED_OUT, Ok(None)),
        (NUMBER, Ok(None)),
    ] {
        assert_eq!(who("_user_id", cookie), wanted, "{cookie}");
    }
    assert_eq!(who("user_id", NUMBER), numbered(42));
    assert_eq!(who("user_id", UUID), named("3f2c0000-0000-4000-8000-00000000abcd"));
    // What is no id is none: a truth, a list.
    for other in ["_fresh", "_flashes", "t", "at"] {
        let refused = who(other, TAGGED).unwrap_err();
        assert!(refused.contains("person_key"), "{other}: {refused}");
    }
}

#[test]
fn a_session_is_good_from_its_moment_until_its_life_is_over() {
    let at = |seconds: i64| flask(&[KEY], "_user_id").claimed(PLAIN, moment(SIGNED_AT + seconds));
    for seconds in [-5, 0, 2_678_400] {
        let claimed = at(seconds).unwrap().unwrap();
        assert_eq!(claimed.proven_at, Some(moment(SIGNED_AT + seconds.min(0))), "{seconds}");
    }
    assert_eq!(at(2_678_401), Err("it has expired"));
    assert!(at(-6).unwrap_err().contains("clocks differ"));
}

#[test]
fn a_key_from_before_counts_as_long_as_it_is_named_and_any_other_never() {
    let by = |keys: &[&[u8]], cookie| flask(keys, "_user_id").claimed(cookie, moment(SIGNED_AT)).is_ok();
    assert!(by(&[KEY, OLD_KEY], OLD) && by(&[KEY, OLD_KEY], PLAIN) && by(&[OLD_KEY], OLD));
    assert!(!by(&[KEY], OLD) && !by(&[OLD_KEY], PLAIN) && !by(&[], PLAIN));
    assert!(!by(&[KEY, OLD_KEY], FOREIGN));
    assert!(!by(&[b""], PLAIN) && !by(&[KEY, &KEY[1..]], FOREIGN));
}

#[test]
fn nothing_of_a_session_can_be_changed() {
    let refused = |cookie: &str| who("_user_id", cookie).expect_err(cookie);
    for cookie in [PLAIN, NUMBER] {
        for (at, letter) in cookie.char_indices() {
            let other = if letter == 'A' { "B" } else { "A" };
            let mut changed = cookie.to_owned();
            changed.replace_range(at..=at, other);
            refused(&changed);
            refused(&cookie[..at]);
            refused(&cookie[at + 1..]);
            changed.insert(at, '.');
            refused(&changed);
        }
        refused(&format!("{cookie}="));
        refused(&format!("{cookie}A"));
        refused(&format!(" {cookie}"));
    }
    let (payload, signed) = NUMBER.split_once('.').unwrap();
    let (signed_at, signature) = signed.split_once('.').unwrap();
    let forged = URL_SAFE_NO_PAD.encode(br#"{"user_id":1}"#);
    refused(&format!("{forged}.{signed_at}.{signature}"));
    refused(&format!("{payload}.{}.{signature}", URL_SAFE_NO_PAD.encode([0x7F; 4])));
    refused(&format!("{payload}.{signature}"));
    refused(&format!("{payload}.{signed_at}."));
    for nothing in ["", ".", "..", "...", "a", "a.b.c", "{}", "анна.анна.анна"] {
        refused(nothing);
    }
}

/// A cookie that whoever knows the key signs.
fn signed(payload: &str, signed_at: &[u8]) -> String {
    let value = format!("{payload}.{}", URL_SAFE_NO_PAD.encode(signed_at));
    let signature = signer(KEY).unwrap().chain_update(&value).finalize();
    format!("{value}.{}", URL_SAFE_NO_PAD.encode(signature.into_bytes()))
}

#[test]
fn what_is_signed_and_makes_no_sense_lets_nobody_in() {
    let now = u32::try_from(SIGNED_AT).unwrap().to_be_bytes();
    let plain = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let good = plain(r#"{"_user_id":"2"}"#);
    assert_eq!(who("_user_id", &signed(&good, &now)), numbered(2));
    for payload in [
        "",
        ".",
        "!",
        ".AAAA",
        &format!(".{good}"),
        &format!("..{good}"),
        &plain("{"),
        &plain("[2]"),
    ] {
        assert_eq!(
            who("_user_id", &signed(payload, &now)),
            Err("it is malformed"),
            "{payload}"
        );
    }
    for id in [
        "0",
        "-1",
        "1.5",
        "true",
        "\"\"",
        "\" \"",
        "[2]",
        "{\" u\":\"no\"}",
        "{\" t\":[2]}",
        "\"a\\nb\"",
    ] {
        let cookie = signed(&plain(&format!(r#"{{"_user_id":{id}}}"#)), &now);
        assert!(who("_user_id", &cookie).unwrap_err().contains("person_key"), "{id}");
    }
    assert_eq!(who("_user_id", &signed(&plain(r#"{"_user_id":null}"#), &now)), Ok(None));
    // A moment of no bytes is the first of 1970; one of eight would be none.
    assert_eq!(who("_user_id", &signed(&good, &[])), Err("it has expired"));
    assert!(
        who("_user_id", &signed(&good, &[0xFF; 7]))
            .unwrap_err()
            .contains("clocks")
    );
    assert!(
        who("_user_id", &signed(&good, &[0; 8]))
            .unwrap_err()
            .contains("no moment")
    );
}

#[test]
fn a_session_unfolds_to_its_limit_and_not_a_byte_further() {
    assert_eq!(who("_user_id", BIGGEST), numbered(2));
    let refused = who("_user_id", TOO_BIG).unwrap_err();
    assert!(refused.contains("limits.session_bytes"), "{refused}");
    let small = Flask::new(settings(&[KEY], "user_id"), 13);
    assert!(
        small
            .claimed(NUMBER, moment(SIGNED_AT))
            .unwrap_err()
            .contains("limits.session_bytes")
    );
    let just = Flask::new(settings(&[KEY], "user_id"), 14);
    assert!(just.claimed(NUMBER, moment(SIGNED_AT)).is_ok());
}

#[test]
fn every_cookie_of_the_name_is_shown_and_no_key_is() {
    let mut headers = HeaderMap::new();
    let cookies = format!("a=b; session={PLAIN}; session=\"{NUMBER}\"; session=; sessions=x");
    headers.append("cookie", cookies.parse().unwrap());
    assert_eq!(flask(&[KEY], "_user_id").shown_in(&headers), [PLAIN, NUMBER]);
    let shown = format!("{:?}", settings(&[KEY], "_user_id"));
    assert!(
        !shown.contains("5e9b") && !shown.contains(&format!("{KEY:?}")),
        "{shown}"
    );
}
