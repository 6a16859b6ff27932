//! The pages, built by Vite and carried inside the binary.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use rust_embed::RustEmbed;

/// The page `/chat` with everything that it loads. Missing until `script/build` has built it.
#[derive(RustEmbed)]
#[folder = "../../web/apps/chat/dist/"]
#[allow_missing = true]
struct ChatPage;

/// The widget: its loader `/widget.js`, which pages of other sites bring in, and the page `/widget/` that it shows in a frame.
#[derive(RustEmbed)]
#[folder = "../../web/packages/widget/dist/"]
#[allow_missing = true]
struct Widget;

/// The widget's loader.
const LOADER: &str = "widget.js";

/// The staff's console, `/admin/chat`, likewise.
#[derive(RustEmbed)]
#[folder = "../../web/apps/console/dist/"]
#[allow_missing = true]
struct ConsolePage;

/// What a page may load: its own scripts, styles and pictures, nothing inline, and sockets to its own host. Who may show it
/// in a frame follows.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    font-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self'; frame-ancestors";

/// The routes of the pages, which these sites may show in a frame.
pub fn routes<S: Clone + Send + Sync + 'static>(frame_ancestors: &[String]) -> Router<S> {
    let framing = framing(frame_ancestors);
    Router::new()
        .merge(page::<ChatPage, S>("/chat", "./chat/", &framing))
        .merge(page::<ConsolePage, S>("/admin/chat", "./chat/", &framing))
        .merge(page::<Widget, S>("/widget", "./widget/", &framing))
        .route(
            "/widget.js",
            get(|asked: HeaderMap| async move { asset::<Widget>(LOADER, &asked) }),
        )
}

/// A page at its address, and everything that it loads: its files lie in this folder as seen from there.
fn page<P: RustEmbed + 'static, S: Clone + Send + Sync + 'static>(
    at: &str,
    folder: &'static str,
    framing: &HeaderMap,
) -> Router<S> {
    Router::new()
        .route(at, index::<P, S>(folder, framing.clone()))
        .route(&format!("{at}/"), index::<P, S>("./", framing.clone()))
        .route(
            &format!("{at}/{{*path}}"),
            get(|path: Path<String>, headers: HeaderMap| async move { asset::<P>(&path, &headers) }),
        )
}

/// The headers that say who may show the page in a frame: the policy, and for browsers that do not know it, the older header
/// where that can say the same.
fn framing(ancestors: &[String]) -> HeaderMap {
    let sites = match ancestors {
        [] => "'none'".to_owned(),
        sites => sites.join(" "),
    };
    let older = match sites.as_str() {
        "'none'" => Some(HeaderValue::from_static("DENY")),
        "'self'" => Some(HeaderValue::from_static("SAMEORIGIN")),
        _ => None,
    };
    // Only what a header can hold is taken for a site.
    let policy = HeaderValue::try_from(format!("{POLICY} {sites}"));
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let mut headers = HeaderMap::from_iter([(header::CONTENT_SECURITY_POLICY, policy)]);
    headers.extend(older.map(|older| (header::X_FRAME_OPTIONS, older)));
    headers
}

/// The page, whose files lie in this folder as seen from where it is shown. All its addresses are relative: whatever prefix
/// proxies have put before it, it finds its files and this server beside itself.
fn index<P: RustEmbed + 'static, S: Clone + Send + Sync + 'static>(
    folder: &'static str,
    framing: HeaderMap,
) -> MethodRouter<S> {
    get(async move |asked: HeaderMap| {
        let Some(file) = P::get("index.html") else {
            let sentence = "This server was built without its pages. Build it with script/build.\n";
            return (StatusCode::NOT_FOUND, sentence).into_response();
        };
        let html = String::from_utf8_lossy(&file.data).replace("=\"./", &format!("=\"{folder}"));
        let tag = format!("\"{}-{}\"", hex(&file.metadata.sha256_hash()), folder.len());
        (framing, answer(html, "text/html", &tag, &asked, "no-cache")).into_response()
    })
}

fn asset<F: RustEmbed>(path: &str, asked: &HeaderMap) -> Response {
    let cache = match path {
        // Every page of a shop asks for it, and a new one is to be everywhere soon.
        LOADER => "public, max-age=600",
        // Names of assets hold a hash of what is in them, so they never change.
        _ if path.starts_with("assets/") => "public, max-age=31536000, immutable",
        _ => "no-cache",
    };
    match F::get(path).filter(|_| path != "index.html") {
        Some(file) => {
            let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()));
            answer(file.data, file.metadata.mimetype(), &tag, asked, cache)
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(bytes: impl IntoResponse, media: &str, tag: &str, asked: &HeaderMap, cache: &str) -> Response {
    let known = asked
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::ETAG, tag.to_owned()),
    ];
    if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, bytes).into_response()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(sites: &[&str]) -> (String, String) {
        let headers = framing(&sites.iter().map(|&site| site.to_owned()).collect::<Vec<_>>());
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        let (_, ancestors) = policy.split_once("; frame-ancestors ").unwrap();
        let older = headers.get(header::X_FRAME_OPTIONS);
        let older = older.map_or("", |older| older.to_str().unwrap());
        (ancestors.to_owned(), older.to_owned())
    }

    #[test]
    fn who_may_frame_the_page_is_said_in_both_headers_as_far_as_the_older_can() {
        for (sites, ancestors, older) in [
            (["'self'"].as_slice(), "'self'", "SAMEORIGIN"),
            (&["'none'"], "'none'", "DENY"),
            (&[], "'none'", "DENY"),
            (&["https://shop.example"], "https://shop.example", ""),
            (
                &["'self'", "https://*.shop.example:8443"],
                "'self' https://*.shop.example:8443",
                "",
            ),
        ] {
            assert_eq!(framed(sites), (ancestors.to_owned(), older.to_owned()), "{sites:?}");
        }
    }
}
