//! The log: a line for each event on standard error, for people or for programs, with every secret blotted out.

mod line;
mod scrub;

pub use scrub::scrub;

use crate::config::{LogFormat, LogLevel};
use beseda_core::ports::Clock;
use line::{Line, Stamp};
use std::io::{self, Write};
use std::sync::Arc;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::SetGlobalDefaultError;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;

/// Writes what is logged from now on to standard error.
///
/// # Errors
/// The log was started before.
pub fn start(format: LogFormat, level: LogLevel, clock: Arc<dyn Clock>) -> Result<(), SetGlobalDefaultError> {
    tracing::subscriber::set_global_default(subscriber(format, level, clock, io::stderr))
}

fn subscriber<W>(
    format: LogFormat,
    level: LogLevel,
    clock: Arc<dyn Clock>,
    writer: W,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // Libraries tell what they read from the wire when they are asked for details: nobody wants that kept.
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("beseda", level);
    let base = fmt::layer().with_ansi(false).with_writer(Scrubbed(writer));
    let registry = tracing_subscriber::registry();
    match format {
        LogFormat::Text => Box::new(registry.with(base.event_format(Line(Stamp(clock))).with_filter(filter))),
        LogFormat::Json => {
            let json = base.json().flatten_event(true).with_timer(Stamp(clock));
            Box::new(registry.with(json.with_filter(filter)))
        }
    }
}

/// Scrubs every line on its way out: the last line of defence, after everybody who should not have logged a secret.
struct Scrubbed<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Scrubbed<W> {
    type Writer = Scrubbed<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Scrubbed(self.0.make_writer())
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Self::Writer {
        Scrubbed(self.0.make_writer_for(meta))
    }
}

impl<W: Write> Write for Scrubbed<W> {
    /// An event comes in one piece, so no secret is cut in two.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write_all(scrub(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::words::Time;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Time {
            Time(1_763_726_400_000_007)
        }
    }

    fn logged(format: LogFormat, level: LogLevel, write: impl FnOnce()) -> String {
        let paper = Paper::default();
        let out = paper.clone();
        let log = subscriber(format, level, Arc::new(Noon), move || out.clone());
        tracing::subscriber::with_default(log, write);
        String::from_utf8(paper.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn lines_have_the_shape_that_operators_grep_for() {
        let log = logged(LogFormat::Text, LogLevel::Info, || {
            tracing::info!("Chat message saved: message_id=1, order_id=2");
            tracing::warn!("Chat access denied: order_id=2, user_id=1");
            tracing::error!(
                cause = "disk full",
                "Failed to save chat message: {}",
                "database or disk is full"
            );
            tracing::debug!("not asked for");
        });
        assert_eq!(
            log,
            "2025-11-21T12:00:00.000007Z INFO: Chat message saved: message_id=1, order_id=2\n\
             2025-11-21T12:00:00.000007Z WARNING: Chat access denied: order_id=2, user_id=1\n\
             2025-11-21T12:00:00.000007Z ERROR: Failed to save chat message: database or disk is full cause=\"disk full\"\n"
        );
    }

    #[test]
    fn a_message_cannot_forge_a_line_or_turn_the_text_around() {
        let forged = "x\r\nERROR: forged\u{1b}[31m\u{202e}\u{2028}";
        for format in [LogFormat::Text, LogFormat::Json] {
            let log = logged(format, LogLevel::Info, || {
                let span = tracing::info_span!("request", path = forged);
                let _inside = span.enter();
                tracing::info!(value = forged, other = ?forged, "Имя: {forged}");
            });
            assert_eq!(log.lines().count(), 1, "{log:?}");
            assert!(!log.trim_end().contains(char::is_control), "{log:?}");
            assert!(log.contains("Имя"), "Russian stays as it is: {log:?}");
        }
        let log = logged(LogFormat::Text, LogLevel::Info, || tracing::info!("{forged}"));
        assert!(!log.contains(['\u{202e}', '\u{2028}']), "{log:?}");
    }

    #[test]
    fn a_token_reaches_no_line_wherever_it_was_put() {
        let canary = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJlLWNhbmFyeQ";
        for format in [LogFormat::Text, LogFormat::Json] {
            let log = logged(format, LogLevel::Info, || {
                let span = tracing::info_span!("request", path = format!("/ws/chat/1/2/?token={canary}"));
                let _inside = span.enter();
                tracing::info!(token = canary, other = ?Some(canary), "Processing connection for path: /x/{canary}/");
                tracing::error!(target: "hyper", "bad header: Authorization: Bearer {canary}");
            });
            assert_eq!(log.lines().count(), 2);
            for part in canary.split('.') {
                assert!(!log.contains(part), "{log}");
            }
            if format == LogFormat::Json {
                for line in log.lines() {
                    serde_json::from_str::<serde_json::Value>(line).unwrap();
                }
            }
        }
    }

    #[test]
    fn libraries_are_heard_from_warnings_on_and_the_level_is_kept() {
        let write = || {
            tracing::debug!(target: "hyper::proto", "parsed 12 headers");
            tracing::warn!(target: "hyper::proto", "odd");
            tracing::debug!(target: "beseda_live::hub", "announced");
        };
        let log = logged(LogFormat::Text, LogLevel::Debug, write);
        assert!(
            log.contains("odd") && log.contains("announced") && !log.contains("parsed"),
            "{log}"
        );
        assert_eq!(logged(LogFormat::Text, LogLevel::Error, write), "");
    }
}
