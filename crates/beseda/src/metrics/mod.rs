//! The numbers of a running server, for Prometheus: gathered from whoever counts, and served where no proxy shows them.

mod process;

use crate::config::{DEFAULT_METRICS, Database, Settings};
use crate::health::{self, Health};
use anyhow::Context;
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_contracts::CONTRACTS;
use beseda_contracts::shared::Shared;
use beseda_core::Chat;
use beseda_counts::{By, Gauge, Page};
use beseda_identity::KeyCounts;
use beseda_live::accept;
use beseda_live::ask;
use beseda_store::Opened;
use process::Process;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// So long the store is asked, while Prometheus waits.
const PATIENCE: Duration = Duration::from_secs(2);

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that is shown.
pub struct Metrics {
    page: Page,
    process: Process,
    chat: Chat,
    health: Health,
    store: Arc<dyn Opened>,
    ready: Gauge,
    database: Gauge,
    log: Gauge,
    jobs: By<Gauge, 1>,
    unindexed: Gauge,
}

impl Metrics {
    /// The numbers of this server, which has just started.
    pub fn new(
        settings: &Settings,
        shared: &Shared,
        health: Health,
        store: &Arc<dyn Opened>,
        keys: &KeyCounts,
    ) -> Self {
        let mut metrics = Self {
            page: Page::default(),
            process: Process::started_at(shared.chat.now()),
            chat: shared.chat.clone(),
            health,
            store: Arc::clone(store),
            ready: Gauge::default(),
            database: Gauge::default(),
            log: Gauge::default(),
            jobs: By::new(["state"]),
            unindexed: Gauge::default(),
        };
        let page = &mut metrics.page;
        let engine = match settings.database {
            Database::Sqlite => "sqlite",
            Database::Postgres(_) => "postgres",
        };
        let build = vec![("version", env!("CARGO_PKG_VERSION")), ("database", engine)];
        page.show_words("build", "What runs here", build);
        page.show(
            "ready",
            "1 while /readyz answers that all is well, else 0",
            metrics.ready.clone(),
        );
        for contract in CONTRACTS {
            // There from the start: what was never counted has no rate.
            shared.live.counts().of(contract.name);
        }
        shared.counts.show(page);
        shared.live.counts().show(page);
        store.counts().show(page);
        keys.show(page);
        page.show(
            "jobs",
            "Jobs that are kept: those that wait, and those that were given up",
            metrics.jobs.clone(),
        );
        page.show(
            "messages_unindexed",
            "The newest messages, which are not known to be in the index: a search reads them",
            metrics.unindexed.clone(),
        );
        if store.sizes().is_some() {
            page.show_bytes("database", "The database file", metrics.database.clone());
            page.show_bytes(
                "database_log",
                "What is written and not yet in the database file",
                metrics.log.clone(),
            );
        }
        metrics.process.show(page);
        metrics
    }

    /// Brings what is not counted as it happens up to date.
    async fn look(self: &Arc<Self>) {
        let looks = Arc::clone(self);
        // The list of open files has a line for each socket. A look that panicked shows what was seen before.
        let _ = spawn_blocking(move || looks.look_at_system()).await;
        let (status, _) = self.health.ready().await;
        self.ready.set(i64::from(status == StatusCode::OK));
        let count = ask::look(&self.chat, |look| {
            let (done, newest) = look.indexed_to()?;
            Ok([
                look.count_jobs(false)?,
                look.count_jobs(true)?,
                newest.0 - done.0.max(0),
            ])
        });
        // A store that does not answer is told of by `ready`.
        if let Ok(Ok([waiting, dead, unindexed])) = timeout(PATIENCE, count).await {
            self.jobs.of(["waiting".into()]).set(waiting);
            self.jobs.of(["dead".into()]).set(dead);
            self.unindexed.set(unindexed);
        }
    }

    fn look_at_system(&self) {
        self.process.look();
        if let Some(sizes) = self.store.sizes() {
            self.database.set(i64::try_from(sizes.database).unwrap_or(i64::MAX));
            self.log.set(i64::try_from(sizes.log).unwrap_or(i64::MAX));
        }
    }

    async fn answer(self: &Arc<Self>, headers: &HeaderMap) -> Response {
        self.look().await;
        let accepted = headers.get_all(ACCEPT).iter().filter_map(|media| media.to_str().ok());
        let (media, page) = if accepted
            .into_iter()
            .any(|media| media.contains("application/openmetrics-text"))
        {
            (OPEN_METRICS, self.page.open_metrics())
        } else {
            (TEXT, self.page.text())
        };
        match page {
            Ok(page) => ([(CONTENT_TYPE, media)], page).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// What is served on the listener of the numbers.
pub fn routes(metrics: Arc<Metrics>) -> Router {
    let health = metrics.health.clone();
    let page = move |headers: HeaderMap| {
        let metrics = Arc::clone(&metrics);
        async move { metrics.answer(&headers).await }
    };
    Router::new()
        .route("/metrics", get(page))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(move || async move { health.ready().await }))
}

/// The listener of the numbers, where there is to be one. Of several servers on a machine the first has the default; only an
/// address that somebody chose has to be free.
///
/// # Errors
/// That one cannot be listened on.
pub fn listen(settings: &Settings) -> anyhow::Result<Option<TcpListener>> {
    let address = settings.metrics_listen;
    address.map_or(Ok(None), |address| listen_at(address, address == DEFAULT_METRICS))
}

fn listen_at(address: SocketAddr, may_be_taken: bool) -> anyhow::Result<Option<TcpListener>> {
    match accept::listen(address) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && may_be_taken => {
            tracing::warn!(
                "no metrics are served: {address} is taken; choose another address with metrics_listen, or off"
            );
            Ok(None)
        }
        listener => {
            let listener = listener.with_context(|| {
                format!("cannot serve metrics on {address}; choose another address with metrics_listen, or off")
            })?;
            let address = listener.local_addr().context("cannot tell the own address")?;
            tracing::info!("metrics on http://{address}/metrics");
            Ok(Some(listener))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_server_goes_without_numbers_and_a_place_that_somebody_chose_has_to_be_free() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let first = listen_at(any, false).unwrap().unwrap();
        let taken = first.local_addr().unwrap();
        assert!(listen_at(taken, true).unwrap().is_none());
        let refused = listen_at(taken, false).unwrap_err().to_string();
        assert!(
            refused.contains(&format!("cannot serve metrics on {taken}; choose another address")),
            "{refused}"
        );
        let off = Settings {
            metrics_listen: None,
            ..Settings::default()
        };
        assert!(listen(&off).unwrap().is_none());
    }
}
