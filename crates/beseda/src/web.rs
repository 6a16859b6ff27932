//! The pages, built by Vite and carried inside the binary.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

/// The page `/chat` with everything that it loads. Missing until `script/build` has built it.
#[derive(RustEmbed)]
#[folder = "../../web/apps/chat/dist/"]
#[allow_missing = true]
struct ChatPage;

/// What a page may load: its own scripts, styles and pictures, nothing inline, and sockets to its own host.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    font-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The routes of the pages.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/chat", get(|headers: HeaderMap| async move { page(&headers) }))
        .route("/chat/", get(|headers: HeaderMap| async move { page(&headers) }))
        .route(
            "/chat/{*path}",
            get(|path: Path<String>, headers: HeaderMap| async move { asset(&path, &headers) }),
        )
}

fn page(asked: &HeaderMap) -> Response {
    let Some(file) = ChatPage::get("index.html") else {
        let sentence = "This server was built without its pages. Build it with script/build.\n";
        return (StatusCode::NOT_FOUND, sentence).into_response();
    };
    let mut response = answer(file, asked, "no-cache");
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn asset(path: &str, asked: &HeaderMap) -> Response {
    match ChatPage::get(path) {
        // Names of assets hold a hash of what is in them, so they never change.
        Some(file) if path.starts_with("assets/") => answer(file, asked, "public, max-age=31536000, immutable"),
        Some(file) if path != "index.html" => answer(file, asked, "no-cache"),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(file: EmbeddedFile, asked: &HeaderMap, cache: &'static str) -> Response {
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()));
    let known = asked
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let headers = [
        (header::CONTENT_TYPE, file.metadata.mimetype().to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::ETAG, tag),
    ];
    if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, file.data).into_response()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
