//! What fuzzers write into cookies, and an ordinary test what fuzzers begin with.

use super::*;
use crate::{SessionCookie, cookies as read, sessions, visitors};
use http::HeaderValue;
use http::header::COOKIE;
use miniz_oxide::deflate::compress_to_vec_zlib;

const KEY: &[u8] = b"fuzzers know this key of Flask's";
const ANOTHER: &[u8] = b"and fuzzers know another one";
const NOW: Time = Time(1_795_237_200_000_000);
const MOST_BYTES: usize = 65_536;

/// The header of a request: what is read of it can be written and read again. And behind a byte that says how it is
/// packed, what a Flask application signed: it is read alike packed or not, and nothing is read that others signed.
pub fn cookies(bytes: &[u8]) {
    if let Ok(header) = HeaderValue::from_bytes(bytes) {
        of_a_request(header);
    }
    if let Ok(cookie) = std::str::from_utf8(bytes) {
        assert_eq!(
            flask().claimed(cookie, NOW).ok().flatten(),
            None,
            "nobody has signed it"
        );
    }
    let Some((packed, session)) = bytes.split_first() else {
        return;
    };
    if *packed == b'.' {
        claimed(&format!(".{}", URL_SAFE_NO_PAD.encode(session)));
        return;
    }
    let zlib = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(session, 1));
    let plain = claimed(&URL_SAFE_NO_PAD.encode(session));
    assert_eq!(claimed(&format!(".{zlib}")), plain);
}

fn of_a_request(header: HeaderValue) {
    let (mut headers, mut again) = (HeaderMap::new(), HeaderMap::new());
    headers.append(COOKIE, header);
    let pairs: Vec<_> = read::pairs(&headers).collect();
    for (name, value) in &pairs {
        let Ok(pair) = HeaderValue::try_from(format!("{name}={value}")) else {
            unreachable!("it stood in a header")
        };
        again.append(COOKIE, pair);
    }
    assert_eq!(read::pairs(&again).collect::<Vec<_>>(), pairs);
    let ours = SessionCookie::default();
    assert_eq!(ours.hashes_of(&again), ours.hashes_of(&headers));
    assert_eq!(visitors::token(&again), visitors::token(&headers));
    // A session of ours is found beside whatever others set.
    let value = sessions::new_value(sessions::hash(&pairs.len().to_string()));
    let set = ours.set(Some(&value), 60, true, "");
    let cookie = set.as_ref().and_then(|set| set.to_str().ok()?.split(';').next());
    if let Some(Ok(cookie)) = cookie.map(HeaderValue::from_str) {
        headers.append(COOKIE, cookie);
    }
    assert!(ours.hashes_of(&headers).contains(&sessions::hash(&value)));
}

fn flask() -> Flask {
    let settings = FlaskSettings {
        keys: vec![KEY.to_vec()],
        cookie: "session".to_owned(),
        person_key: "_user_id".to_owned(),
        seconds: 3_600,
    };
    Flask::new(settings, MOST_BYTES)
}

/// Whose session it is that holds this.
fn claimed(payload: &str) -> Option<Claimed> {
    let signed_at = NOW.seconds().to_be_bytes();
    let [_, _, _, _, signed_at @ ..] = signed_at;
    let signed = format!("{payload}.{}", URL_SAFE_NO_PAD.encode(signed_at));
    let by = |key| {
        let signature = signer(key).map(|signer| signer.chain_update(&signed).finalize().into_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap_or_default()))
    };
    assert!(flask().claimed(&by(ANOTHER), NOW).is_err());
    let claimed = flask().claimed(&by(KEY), NOW).ok().flatten()?;
    assert_eq!(HostId::of(claimed.id.to_string()).as_ref(), Ok(&claimed.id));
    assert_eq!(claimed.proven_at, Some(NOW));
    Some(claimed)
}
