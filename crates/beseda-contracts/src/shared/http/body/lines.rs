//! A body of lines, a JSON object each, as programs write many at once: NDJSON.

use super::{check_coding, gathered, media_of};
use crate::shared::refused::Refused;
use axum::extract::Request;
use beseda_core::words::Limits;
use bytes::Bytes;

/// Its media type.
pub const NDJSON: &str = "application/x-ndjson";

/// The lines of a body that hold anything, in their order. They lie in it: nothing is copied.
///
/// # Errors
/// 413 for a body of more than `limits.body_bytes` bytes or `limits.bulk_rows` lines, 415 for another media type or a content
/// coding.
pub async fn lines_of(request: Request, limits: &Limits) -> Result<Vec<Bytes>, Refused> {
    check_coding(&request)?;
    let (essence, media) = media_of(&request);
    if essence != NDJSON {
        return Err(Refused::UnknownMedia(media));
    }
    let body = gathered(request.into_body(), limits.body_bytes).await?;
    let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let lines: Vec<Bytes> = lines
        .filter(|line| !line.is_empty())
        .take(limits.bulk_rows.saturating_add(1))
        .map(|line| body.slice_ref(line))
        .collect();
    if lines.len() > limits.bulk_rows {
        return Err(Refused::TooManyLines(limits.bulk_rows));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use http::header::CONTENT_TYPE;

    async fn read(media: &str, body: &str) -> Result<Vec<Bytes>, Refused> {
        let limits = Limits {
            bulk_rows: 2,
            body_bytes: 20,
            ..Limits::default()
        };
        let request = http::Request::post("/").header(CONTENT_TYPE, media);
        let request = request.body(Body::from(body.to_owned())).unwrap();
        lines_of(request, &limits).await
    }

    #[tokio::test]
    async fn lines_that_hold_nothing_are_none() {
        let lines = read(NDJSON, "\n{\"a\": 1}\r\n \t\n 2 ").await.unwrap();
        assert_eq!(lines, ["{\"a\": 1}", "2"]);
        let none = read("Application/X-NDJSON; charset=utf-8", "\n\n").await;
        assert_eq!(none, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn one_line_or_one_byte_too_many_is_too_much() {
        assert_eq!(read(NDJSON, "1\n2\n").await.unwrap().len(), 2);
        assert_eq!(read(NDJSON, "1\n2\n3").await, Err(Refused::TooManyLines(2)));
        assert_eq!(read(NDJSON, &"1".repeat(20)).await.unwrap().len(), 1);
        assert_eq!(read(NDJSON, &"1".repeat(21)).await, Err(Refused::TooLarge(20)));
    }

    #[tokio::test]
    async fn another_media_type_is_not_read() {
        for media in ["application/json", "application/jsonl", ""] {
            let refused = read(media, "{}").await;
            assert_eq!(refused, Err(Refused::UnknownMedia(media.to_owned())));
        }
    }
}
