//! What fuzzers send as bodies and queries, and an ordinary test what fuzzers begin with.

use super::parameters::Parameters;
use super::*;
use crate::fuzzed::has_fraction;
use crate::shared::PageQuery;
use crate::shared::files::title::{disposition, harmless, in_address};
use futures_util::stream;
use http::header::CONTENT_DISPOSITION;
use http::{HeaderValue, Uri};
use std::convert::Infallible;
use tokio::runtime;

/// Characters of a text that is taken.
const CHARS: usize = 20;
/// Parts of a form that is written here.
const PARTS: usize = 90;
const BOUNDARY: &str = "the-mark-between-parts";

/// A body as JSON and as a form: written anew it is read the same, and each way to read a field agrees with the others.
/// Gives what was read.
pub(crate) fn bodies(bytes: &[u8]) -> impl Iterator<Item = Fields> {
    let limits = Limits::default();
    let bytes = Bytes::copy_from_slice(bytes);
    let json = of_json(&bytes, limits.json_depth).ok();
    if let Some(fields) = &json {
        let whole = Value::Object(fields.values.clone());
        if !has_fraction(&whole) {
            let anew = of_json(format!("{whole:#}").as_bytes(), limits.json_depth);
            assert_eq!(anew.as_ref(), Ok(fields));
        }
        is_read_in_agreement(fields);
    }
    let form = of_form(&bytes).ok();
    if let Some(fields) = &form {
        let pairs = fields
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let anew = pairs.map(|(name, value)| format!("{}={}", coded(name), coded(value.unwrap_or_default())));
        let anew = anew.collect::<Vec<_>>().join("&");
        assert_eq!(of_form(&anew.into()).as_ref(), Ok(fields));
        is_read_in_agreement(fields);
    }
    json.into_iter().chain(form)
}

fn is_read_in_agreement(fields: &Fields) {
    for name in fields.names().take(16) {
        let (raw, text) = (fields.raw_text(name), fields.text(name));
        let trimmed = raw.clone().map(|raw| raw.map(|raw| raw.trim().to_owned()));
        assert_eq!(text, trimmed);
        let required = fields.required_text(name, Some(CHARS));
        if let Ok(required) = &required {
            assert!(!required.is_empty() && required.chars().count() <= CHARS && !required.contains('\0'));
            assert_eq!(fields.chosen_text(name, CHARS).as_ref(), Ok(required));
            assert_eq!(text, Ok(Some(required.clone())));
        }
        if let Ok(Some(chosen)) = fields.chosen_name(name, CHARS) {
            assert!(!chosen.is_empty() && chosen.chars().count() <= CHARS && !chosen.contains('\0'));
        }
        if let Ok(Some(id)) = fields.id(name) {
            assert_eq!(fields.required_id(name), Ok(id));
        }
        if let Ok(Some(id)) = fields.host_id(name) {
            assert_eq!(HostId::of(id.to_string()), Ok(id));
        }
    }
}

/// A name or value in percents.
fn coded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// A query asks for no page that is bigger than there may be, and of several values the last counts.
pub(crate) fn queries(query: &str, limits: &Limits) {
    let address = format!("/?{query}").parse::<Uri>();
    if let Ok(Ok(page)) = address.map(|address| PageQuery::always(&address, limits)) {
        assert!((1..=i64::from(limits.page_size)).contains(&page.size));
    }
    if let Ok(pairs) = urlencoded::pairs(query).collect::<Result<Vec<_>, _>>() {
        for (name, _) in &pairs {
            let last = pairs.iter().rev().find(|(other, _)| other == name);
            assert_eq!(urlencoded::value(query, name), last.map(|(_, value)| value.clone()));
        }
    }
}

/// Behind a byte that says how it comes, a `Content-Type` and a form: read alike in whatever pieces it comes. Lines
/// `name=value` come back out of a form that is written here. And a file is called by a title that breaks out of nothing.
pub fn multipart(bytes: &[u8]) {
    let Some((size, form)) = bytes.split_first() else {
        return;
    };
    let mut parts = form.splitn(2, |byte| *byte == b'\n');
    let (media, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if let Ok(media) = HeaderValue::from_bytes(media) {
        let cut = read_form(&media, body.chunks(usize::from(*size) + 1));
        assert_eq!(cut, read_form(&media, body.chunks(usize::MAX)));
        if let Some(name) = Parameters::of(&media).get("filename") {
            is_harmless(&harmless(&name));
        }
    }
    if let Ok(text) = std::str::from_utf8(form) {
        is_harmless(&harmless(text));
        comes_back(text);
    }
}

/// The texts of a form, where it is one.
fn read_form<'a>(media: &HeaderValue, pieces: impl Iterator<Item = &'a [u8]>) -> Option<Fields> {
    let pieces: Vec<_> = pieces
        .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
        .collect();
    let body = Body::from_stream(stream::iter(pieces));
    let request = Request::builder().header(CONTENT_TYPE, media).body(body).ok()?;
    let runtime = runtime::Builder::new_current_thread().build().ok()?;
    let form = runtime.block_on(multipart::read(request, TEXT_BYTES, None));
    form.ok().map(|form| form.fields)
}

/// A title is a name and nothing else, and is read as it is offered.
fn is_harmless(title: &str) {
    assert!((1..=255).contains(&title.len()), "{title:?}");
    assert!(
        !title.contains(['/', '\\']) && !title.contains(char::is_control),
        "{title:?}"
    );
    // One that has all its bytes because it was cut would be cut again.
    assert!(title.len() == 255 || harmless(title) == title, "{title:?}");
    let offered = HeaderValue::try_from(disposition("attachment", title));
    let read = offered.map(|offered| Parameters::of(&offered).get("filename"));
    assert!(read.is_ok_and(|read| read.as_deref() == Some(title)), "{title:?}");
    assert_eq!(urlencoded::percent_decoded(&in_address(title)), title.as_bytes());
}

/// Writes lines `name=value` as a form, and reads them.
fn comes_back(text: &str) {
    let pairs = text.split('\n').filter_map(|line| line.split_once('=')).take(PARTS);
    // What other clients mean by these is told in `parameters.rs`.
    let is_plain = |name: &str| !name.contains(char::is_control) && !name.contains("%22") && !name.contains("=?");
    let pairs: Vec<_> = pairs.filter(|(name, _)| is_plain(name)).collect();
    if pairs.is_empty() || text.contains(BOUNDARY) {
        return;
    }
    let (mut form, mut wanted) = (String::new(), Fields::default());
    for (name, value) in pairs {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        form += &format!("--{BOUNDARY}\r\n{CONTENT_DISPOSITION}: form-data; name=\"{quoted}\"\r\n\r\n{value}\r\n");
        wanted.values.insert(name.to_owned(), value.into());
    }
    form += &format!("--{BOUNDARY}--\r\n");
    let media = HeaderValue::try_from(format!("multipart/form-data; boundary={BOUNDARY}"));
    let read = media.map(|media| read_form(&media, form.as_bytes().chunks(usize::MAX)));
    assert_eq!(read.ok().flatten(), Some(wanted));
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_fuzzers_begin_with_is_a_form_however_it_comes() {
        beseda_testkit::corpus("multipart", super::multipart);
    }
}
