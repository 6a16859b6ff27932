//! Files over HTTP: what is taken, how it is given back and to whom, and what is left of it on the disk.

mod crash;
mod downloads;
mod gone;
mod limits;
mod long;
mod many;
mod names;
mod once;
mod photos;
mod samples;
mod types;

use crate::harness::files::Download;

/// No story of files is about their rate, unless it says so.
const NO_RATE: &str = "limits.uploads_per_minute = 0\n";

/// Whether a path under the folder of files is one of ours: a hash, on the shelf of its first two digits.
fn is_of_ours(path: &str) -> bool {
    let Some((shelf, name)) = path.split_once('/') else {
        return false;
    };
    let hash = name.strip_suffix(".thumbnail").unwrap_or(name);
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    hash.len() == 64 && hash.bytes().all(is_hex) && shelf.len() == 2 && hash.starts_with(shelf)
}

/// What every download of an original says, whatever it is.
fn assert_harmless(what: &str, file: &Download) {
    assert_eq!(file.status, 200, "{what}: {file:?}");
    let disposition = file.header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\""), "{what}: {file:?}");
    assert_eq!(file.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(
        file.header("content-security-policy"),
        "sandbox; default-src 'none'",
        "{what}"
    );
    let cached = file.header("cache-control");
    assert!(
        cached.contains("private") && cached.contains("no-cache"),
        "{what}: {cached}"
    );
    let media = file.header("content-type");
    for runs in ["html", "svg", "xml", "javascript", "ecmascript"] {
        // Office documents have `xml` in their names; nothing runs as them.
        assert!(
            !media.contains(runs) || media.contains("openxmlformats"),
            "{what}: {media}"
        );
    }
}

/// The title that a `Content-Disposition` offers to save under, by the rules of RFC 6266 and RFC 5987.
fn saved_as(disposition: &str) -> String {
    let (_, encoded) = disposition.split_once("; filename*=UTF-8''").expect("the whole title");
    assert!(
        encoded
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~%".contains(&byte)),
        "{disposition}"
    );
    percent_decoded(encoded)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let digits = std::str::from_utf8(&rest[..2]).expect("two digits");
            bytes.push(u8::from_str_radix(digits, 16).expect("two hex digits"));
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
