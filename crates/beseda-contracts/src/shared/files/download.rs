//! Downloads: a file's bytes for whoever may read its room, whole or in part (RFC 9110 §14).

use super::title::disposition;
use super::upload::on_a_thread;
use crate::shared::http::paths::{Routes, Segment};
use crate::shared::http::urlencoded;
use crate::shared::identity::caller::Caller;
use crate::shared::refused::Refused;
use crate::shared::{Shared, Voice};
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::policy::By;
use beseda_core::ports::{Look, kept_as, thumbnail_name};
use beseda_core::rules;
use beseda_core::words::Attachment;
use beseda_live::ask;
use futures_util::stream;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use std::convert::Infallible;
use std::io;
use std::sync::Arc;

/// Bytes that are read at once.
const PIECE_BYTES: usize = 65_536;

/// What `?view=` asks for.
const THUMBNAIL: &str = "thumbnail";

pub(in crate::shared) fn routes(voice: &'static dyn Voice) -> Routes {
    Routes::said_by(voice)
        .both("/files/{id}/", get(nameless), "GET, HEAD, OPTIONS")
        .both("/files/{id}/{name}/", get(named), "GET, HEAD, OPTIONS")
}

/// The headers of a request, in which a wish for a part is left out unless it is a GET: nothing else has parts (RFC 9110
/// §14.2).
pub struct Wishes(pub HeaderMap);

impl<S: Sync> FromRequestParts<S> for Wishes {
    type Rejection = Infallible;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let mut wishes = request.headers.clone();
        if request.method != Method::GET {
            wishes.remove(RANGE);
        }
        Ok(Self(wishes))
    }
}

async fn nameless(
    shared: State<Shared>,
    caller: Caller,
    Segment(id): Segment,
    uri: Uri,
    Wishes(wishes): Wishes,
) -> Result<Response, Refused> {
    file(shared, caller, &id, &uri, &wishes).await
}

/// The name in an address is for people; only the number counts.
async fn named(
    shared: State<Shared>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
    uri: Uri,
    Wishes(wishes): Wishes,
) -> Result<Response, Refused> {
    // What is no text names nothing.
    let Path((id, _)) = path.map_err(|_| Refused::NoSuchAddress)?;
    file(shared, caller, &id, &uri, &wishes).await
}

async fn file(
    State(shared): State<Shared>,
    caller: Caller,
    id: &str,
    uri: &Uri,
    wishes: &HeaderMap,
) -> Result<Response, Refused> {
    let id: i64 = id.parse().map_err(|_| Refused::NoSuchAddress)?;
    let find = move |look: &mut dyn Look| {
        // Who reads the messages of an order without being in its room reads their files, too.
        rules::attachment(look, By::from(&caller.person).stepping_in(), None, id)
    };
    let attachment = ask::look(&shared.chat, find).await?;
    answer(&shared, &attachment, uri, wishes).await
}

/// A file's bytes, or with `?view=thumbnail` those of its small copy. Only small copies are shown in the browser: they
/// are made here, so that nothing of what was uploaded can be in them but a picture.
///
/// # Errors
/// 404 where there is no small copy; 416 for a part that is not there; 500 where the bytes cannot be read.
pub async fn answer(
    shared: &Shared,
    attachment: &Attachment,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Response, Refused> {
    let view = urlencoded::value(uri.query().unwrap_or_default(), "view");
    let wanted = match view.as_deref() {
        Some(THUMBNAIL) => small_copy(shared, attachment).await?,
        _ => Wanted {
            name: attachment.file.name.clone(),
            bytes: attachment.file.look.bytes,
            media: attachment.file.look.media.clone(),
            disposition: disposition("attachment", &attachment.title),
        },
    };
    let tag = format!("\"{}\"", wanted.name);
    if matches_any(headers, &tag) {
        return Ok(dressed(StatusCode::NOT_MODIFIED, &wanted, &tag, Body::empty()));
    }
    let (status, part) = match asked_part(headers, &tag, wanted.bytes) {
        Part::Whole => (StatusCode::OK, 0..wanted.bytes),
        Part::Some(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Nothing => {
            let mut answer = dressed(StatusCode::RANGE_NOT_SATISFIABLE, &wanted, &tag, Body::empty());
            insert(
                answer.headers_mut(),
                CONTENT_RANGE,
                &format!("bytes */{}", wanted.bytes),
            );
            return Ok(answer);
        }
    };
    let first = piece(shared, &wanted.name, part.start, part.end).await?;
    let length = part.end - part.start;
    let body = Body::from_stream(pieces(shared.clone(), wanted.name.clone(), part.clone(), first));
    let mut answer = dressed(status, &wanted, &tag, body);
    insert(answer.headers_mut(), CONTENT_LENGTH, &length.to_string());
    // Also where the part is the whole: who asks for `bytes=0-` finds out so that parts are given.
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {}-{}/{}", part.start, part.end - 1, wanted.bytes);
        insert(answer.headers_mut(), CONTENT_RANGE, &range);
    }
    Ok(answer)
}

/// What is to be sent.
struct Wanted {
    name: String,
    bytes: u64,
    media: String,
    disposition: String,
}

async fn small_copy(shared: &Shared, attachment: &Attachment) -> Result<Wanted, Refused> {
    let picture = attachment.file.look.picture.filter(|picture| picture.has_thumbnail);
    picture.ok_or(Refused::NoSuchAddress)?;
    let name = thumbnail_name(&attachment.file.name);
    let (files, asked) = (Arc::clone(&shared.files), name.clone());
    // It is small: its length is found by reading it.
    let read = on_a_thread(move || Ok(files.read(&asked, 0, usize::MAX)?)).await?;
    let bytes = read.ok_or_else(|| gone(&name))?;
    let media = if bytes.starts_with(&[0x89, b'P', b'N', b'G']) {
        "image/png"
    } else {
        "image/jpeg"
    };
    Ok(Wanted {
        name,
        bytes: bytes.len() as u64,
        media: media.to_owned(),
        disposition: disposition("inline", &attachment.title),
    })
}

/// Which part of the bytes is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Some(std::ops::Range<u64>),
    Nothing,
}

/// One range is answered; several at once, or what cannot be read, get the whole, as RFC 9110 allows.
fn asked_part(headers: &HeaderMap, tag: &str, bytes: u64) -> Part {
    let Some(range) = headers.get(RANGE).and_then(|range| range.to_str().ok()) else {
        return Part::Whole;
    };
    if headers
        .get(IF_RANGE)
        .is_some_and(|known| known.as_bytes() != tag.as_bytes())
    {
        return Part::Whole;
    }
    let Some((from, to)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let number = |text: &str| {
        let digits = Some(text.trim()).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse::<u64>().ok())
    };
    match (from.trim(), to.trim()) {
        ("", to) => match number(to) {
            Some(0) => Part::Nothing,
            Some(last) => Part::Some(bytes.saturating_sub(last)..bytes),
            None => Part::Whole,
        },
        (from, to) => match (number(from), to, number(to)) {
            (Some(from), _, _) if from >= bytes => Part::Nothing,
            (Some(from), "", _) => Part::Some(from..bytes),
            (Some(from), _, Some(to)) if to >= from => Part::Some(from..bytes.min(to.saturating_add(1))),
            _ => Part::Whole,
        },
    }
}

fn matches_any(headers: &HeaderMap, tag: &str) -> bool {
    let listed = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    listed
        .flat_map(|list| list.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

fn dressed(status: StatusCode, wanted: &Wanted, tag: &str, body: Body) -> Response {
    let mut answer = (status, body).into_response();
    let headers = answer.headers_mut();
    insert(headers, CONTENT_TYPE, &wanted.media);
    insert(headers, CONTENT_DISPOSITION, &wanted.disposition);
    insert(headers, ETAG, tag);
    insert(headers, ACCEPT_RANGES, "bytes");
    // Who asks again is asked who they are again.
    insert(headers, CACHE_CONTROL, "private, no-cache");
    insert(headers, CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    answer
}

fn insert(headers: &mut HeaderMap, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// What is said of a file of which bytes are not where they belong: by the name under which they can be looked for.
fn gone(name: &str) -> Refused {
    let at = kept_as(name);
    tracing::error!("the bytes of the file {at} are gone: it is not where files are kept, or shorter than it was");
    Refused::FileGone(at)
}

/// The next bytes from `from` on, before `end`.
async fn piece(shared: &Shared, name: &str, from: u64, end: u64) -> Result<Bytes, Refused> {
    let most = usize::try_from(end - from).unwrap_or(usize::MAX).min(PIECE_BYTES);
    if most == 0 {
        return Ok(Bytes::new());
    }
    let (files, asked) = (Arc::clone(&shared.files), name.to_owned());
    let read = on_a_thread(move || Ok(files.read(&asked, from, most)?)).await?;
    match read {
        Some(bytes) if !bytes.is_empty() => Ok(Bytes::from(bytes)),
        _ => Err(gone(name)),
    }
}

/// The pieces of a part one after the other, the first of which was read already.
fn pieces(
    shared: Shared,
    name: String,
    part: std::ops::Range<u64>,
    first: Bytes,
) -> impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static {
    let begin = (part.start, Some(first));
    stream::try_unfold(begin, move |(at, ready)| {
        let (shared, name, end) = (shared.clone(), name.clone(), part.end);
        async move {
            let bytes = match ready {
                Some(bytes) => bytes,
                None if at >= end => return Ok(None),
                None => piece(&shared, &name, at, end).await.map_err(io::Error::other)?,
            };
            let next = at + bytes.len() as u64;
            Ok(if bytes.is_empty() {
                None
            } else {
                Some((bytes, (next, None)))
            })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(range: &str) -> Part {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().unwrap());
        asked_part(&headers, "\"a\"", 10)
    }

    #[test]
    fn one_range_is_answered_and_what_cannot_be_read_gets_the_whole() {
        assert_eq!(part("bytes=0-3"), Part::Some(0..4));
        assert_eq!(part("bytes=4-"), Part::Some(4..10));
        assert_eq!(part("bytes=-3"), Part::Some(7..10));
        assert_eq!(part("bytes=-30"), Part::Some(0..10));
        assert_eq!(part("bytes=9-99"), Part::Some(9..10));
        assert_eq!(part("bytes=10-"), Part::Nothing);
        assert_eq!(part("bytes=-0"), Part::Nothing);
        for odd in [
            "bytes=3-1",
            "bytes=a-b",
            "bytes=0-1,3-4",
            "lines=0-1",
            "bytes=",
            "bytes=-",
            "bytes=+1-2",
            "bytes=-+2",
        ] {
            assert_eq!(part(odd), Part::Whole, "{odd}");
        }
    }

    #[test]
    fn a_part_of_what_has_changed_is_the_whole() {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, "bytes=0-3".parse().unwrap());
        headers.insert(IF_RANGE, "\"b\"".parse().unwrap());
        assert_eq!(asked_part(&headers, "\"a\"", 10), Part::Whole);
        headers.insert(IF_RANGE, "\"a\"".parse().unwrap());
        assert_eq!(asked_part(&headers, "\"a\"", 10), Part::Some(0..4));
    }
}
