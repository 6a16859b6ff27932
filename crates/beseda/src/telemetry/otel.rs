//! Traces for OpenTelemetry, in builds with the feature `otel`: what requests and messages wait for, sent by OTLP over HTTP.

use super::{AT_THE_END, Traces};
use crate::config::Settings;
use crate::fetch::Web;
use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use beseda_live::requests::RequestId;
use beseda_live::spans::{Answerer, TRACES};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Status, TraceContextExt, TracerProvider};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::fmt;
use std::pin::Pin;
use std::sync::OnceLock;
use tokio::runtime::{Builder, Runtime};
use tracing::field::Empty;
use tracing::{Instrument, trace_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;

/// What sends the traces of this process.
static SENDS: OnceLock<SdkTracerProvider> = OnceLock::new();

/// What takes the spans of traces, where they are to be sent.
///
/// # Errors
/// Nothing can be sent from here.
pub fn traces(settings: &Settings) -> anyhow::Result<Option<Traces>> {
    let Some(collector) = &settings.otlp_endpoint else {
        return Ok(None);
    };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{collector}/v1/traces"))
        .with_http_client(Post::new()?)
        .build()
        .context("cannot send traces")?;
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_service_name("beseda").with_attribute(version);
    let sends = SdkTracerProvider::builder()
        .with_resource(resource.build())
        .with_batch_exporter(exporter)
        .build();
    let spans = tracing_opentelemetry::layer()
        .with_tracer(sends.tracer("beseda"))
        .with_location(false)
        .with_target(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|meta| meta.target() == TRACES));
    // A second log is refused anyway.
    let _ = SENDS.set(sends);
    Ok(Some(Box::new(spans)))
}

/// Sends what is left, but not for ever.
pub fn finish() {
    if let Some(sends) = SENDS.get() {
        // Whether it came, nobody is left to be told.
        let _ = sends.shutdown_with_timeout(AT_THE_END);
    }
}

/// The same routes with a span around each request. A trace that a proxy or a client began goes on in it.
pub fn traced(router: Router) -> Router {
    router.layer(from_fn(follow))
}

async fn follow(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let span = trace_span!(
        target: TRACES,
        "request",
        otel.name = method.as_str(),
        otel.kind = "server",
        http.request.method = method.as_str(),
        http.route = Empty,
        http.response.status_code = Empty,
        beseda.contract = Empty,
        beseda.request_id = request.extensions().get::<RequestId>().map(display),
    );
    let begun = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    // It fails where nobody takes traces.
    let _ = span.set_parent(begun);
    let answer = next.run(request).instrument(span.clone()).await;
    if let Some(Answerer { contract, route }) = answer.extensions().get() {
        span.record("beseda.contract", contract);
        if let Some(route) = route {
            span.record("http.route", route);
            // Its name was given when it began: a record of another one would come too late.
            span.context().span().update_name(format!("{method} {route}"));
        }
    }
    span.record("http.response.status_code", answer.status().as_u16());
    if answer.status().is_server_error() {
        span.set_status(Status::error(""));
    }
    answer
}

/// Posts what the exporter has written, on the thread of the exporter, which is none of the server's.
struct Post {
    web: Web,
    runtime: Runtime,
}

impl Post {
    fn new() -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            web: Web::new()?,
            runtime: runtime.context("cannot send traces")?,
        })
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Post")
    }
}

type Posted<'a> = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Post {
    fn send_bytes<'a, 'b>(&'a self, request: http::Request<Bytes>) -> Posted<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move { Ok(self.runtime.block_on(self.web.post(request))?) })
    }
}
