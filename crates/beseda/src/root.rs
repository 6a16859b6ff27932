//! What stands at the root: the way to the page for a person, and for a monitor how the server is and how it is seen.

use crate::health::Health;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use beseda_contracts::shared::Shared;
use beseda_live::place::under;
use serde_json::json;

/// The root.
pub fn route(health: Health) -> Router<Shared> {
    let root = async move |State(shared): State<Shared>, request: Request| {
        if wants_a_page(request.headers()) {
            let page = format!("{}/chat", under());
            return (StatusCode::SEE_OTHER, [(header::LOCATION, page)]).into_response();
        }
        tell(&health, &shared, request).await
    };
    Router::new().route("/", get(root))
}

fn wants_a_page(asked: &HeaderMap) -> bool {
    let types = asked.get(header::ACCEPT).and_then(|types| types.to_str().ok());
    types.is_some_and(|types| types.contains("text/html"))
}

/// Whoever asks is told nothing of others: it is their own address, and their own way here.
async fn tell(health: &Health, shared: &Shared, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (status, Json(said)) = health.ready().await;
    let under = under();
    let at = |path: &str| format!("{under}{path}");
    let told = json!({
        "name": "beseda",
        "status": said.get("status"),
        "reason": said.get("reason"),
        "remedy": said.get("remedy"),
        "page": at("/chat"),
        "alive": at("/healthz"),
        "ready": at("/readyz"),
        "limits": at("/api/v1/limits/"),
        "seen": shared.proxies.seen(&parts),
    });
    (status, [(header::CACHE_CONTROL, "no-cache")], Json(told)).into_response()
}
