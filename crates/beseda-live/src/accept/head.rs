//! What HTTP itself asks of a request's head, before anybody looks what it is for (RFC 9110 and 9112).

use axum::response::Response;
use http::{HeaderMap, HeaderName, Request, StatusCode, Version, header};

use super::refusal;

/// The answer to a request whose head HTTP forbids, or whose coding nobody here understands.
pub(super) fn refused<B>(request: &Request<B>) -> Option<Response> {
    let headers = request.headers();
    let (status, detail) = match headers.get_all(header::HOST).iter().count() {
        0 if request.version() == Version::HTTP_11 => (StatusCode::BAD_REQUEST, "The request names no Host."),
        0 | 1 if has_foreign_coding(headers) => (
            StatusCode::NOT_IMPLEMENTED,
            "The only transfer coding that is spoken here is chunked.",
        ),
        0 | 1 => return None,
        _ => (StatusCode::BAD_REQUEST, "The request names more than one Host."),
    };
    Some(refusal(status, detail))
}

/// Whether the body comes in a transfer coding besides chunked, or the answer is wanted in one and in no other. What a
/// library merely likes best, with weights or a choice, is passed over: the answer goes out as it is.
fn has_foreign_coding(headers: &HeaderMap) -> bool {
    let is_chunked = |coding: &&str| coding.eq_ignore_ascii_case("chunked");
    let is_of_te = |coding: &&str| is_chunked(coding) || coding.eq_ignore_ascii_case("trailers");
    let wanted: Vec<_> = items(headers, &header::TE).collect();
    let demanded = matches!(wanted.as_slice(), [coding] if !coding.contains(';') && !is_of_te(coding));
    demanded || !items(headers, &header::TRANSFER_ENCODING).all(|coding| is_chunked(&coding))
}

fn items<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter();
    lines
        .map(|line| line.to_str().unwrap_or("?"))
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|item| !item.is_empty())
}
