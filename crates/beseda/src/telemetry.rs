//! The log: a line for each event on standard error, for people or for programs, and as text in the log file, with
//! every secret blotted out.

mod file;
mod line;
#[cfg(feature = "otel")]
mod otel;
mod queue;
mod scrub;
mod wanted;
mod whole;

pub use file::oldest_first;
pub use line::escaped;
#[cfg(feature = "otel")]
pub use otel::traced;
pub use scrub::scrub;

use crate::config::{LogFormat, Settings};
use crate::system::Folder;
use beseda_core::ports::Clock;
use beseda_core::words::Time;
use file::{Keep, LogFile};
use line::{Line, Stamp, iso, word};
#[cfg(feature = "otel")]
use otel::traces;
use queue::Queue;
use serde_json::json;
use std::any::Any;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::fmt::writer::{BoxMakeWriter, MakeWriterExt};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};
use wanted::Wanted;
use whole::Whole;

/// At the end of the process, so long for each place where lines go: a pipe that nobody reads keeps nobody alive.
const AT_THE_END: Duration = Duration::from_secs(1);

/// The log of this process, once it was started.
static LOG: OnceLock<Log> = OnceLock::new();

/// What takes the spans of traces.
type Traces = Box<dyn Layer<Registry> + Send + Sync>;

struct Log {
    /// Where lines wait to be written.
    queues: Vec<Queue>,
    file: Option<Arc<LogFile>>,
    wanted: Wanted,
}

/// Writes what is logged from now on to standard error, and to the log file where there is a folder for it. Nobody who
/// logs waits for either: each has a queue of `limits.log_bytes` and a thread.
///
/// # Errors
/// The log was started before, or its threads cannot be started.
pub fn start(settings: &Settings, clock: Arc<dyn Clock>, folder: Option<Box<dyn Folder>>) -> anyhow::Result<()> {
    let (format, limit) = (settings.log_format, settings.limits.log_bytes);
    let write = |line: &[u8]| {
        // Nobody is left to tell when standard error cannot be written.
        let _ = io::stderr().write_all(line);
    };
    let stderr = Queue::start("log-stderr", limit, write, missing(format, &clock))?;
    let mut log = Log {
        queues: vec![stderr.clone()],
        file: None,
        wanted: Wanted::from(settings.log_level),
    };
    let mut to_file = None;
    if let Some(folder) = folder {
        let file = Arc::new(log_file(settings, &clock, folder, stderr.clone()));
        log.file = Some(Arc::clone(&file));
        let write = move |line: &[u8]| file.add(line);
        let queue = Queue::start("log-file", limit, write, missing(LogFormat::Text, &clock))?;
        log.queues.push(queue.clone());
        to_file = Some(BoxMakeWriter::new(move || queue.clone()));
    }
    let traces = traces(settings)?;
    let told = subscriber(format, &log.wanted, clock, move || stderr.clone(), to_file, traces);
    tracing::subscriber::set_global_default(told)?;
    log.wanted.set(settings);
    // A second log was refused just now.
    let _ = LOG.set(log);
    panic::set_hook(Box::new(tell_of_panic));
    Ok(())
}

/// A panic is a line of the log like any other: standard error itself may be a pipe that nobody reads.
fn tell_of_panic(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let (thread, text) = (thread.name().unwrap_or("without a name"), panic_text(panic.payload()));
    match panic.location() {
        Some(place) => tracing::error!(thread, "panicked at {place}: {text}"),
        None => tracing::error!(thread, "panicked: {text}"),
    }
}

/// What a panic says. A text that was put together is left out: it may hold what somebody wrote.
pub fn panic_text(payload: &(dyn Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .unwrap_or(&"(its text is left out: it was put together)")
}

/// Opens the log file anew, and writes from now on what these settings want.
pub fn reopen(settings: &Settings) {
    let Some(log) = LOG.get() else { return };
    log.wanted.set(settings);
    if let Some(file) = &log.file {
        file.reopen(keep(settings));
    }
}

/// Looks again and again whether the log file still has its name, also while nothing is logged.
pub async fn keep_looking(every: Duration) {
    let mut turns = tokio::time::interval(every);
    loop {
        turns.tick().await;
        let Some(file) = LOG.get().and_then(|log| log.file.clone()) else {
            return std::future::pending().await;
        };
        // A disk may take its time. The look cannot fail: what it finds, it tells by the next line.
        let _ = tokio::task::spawn_blocking(move || file.look()).await;
    }
}

/// Waits until what was logged is written, but not for ever.
pub fn finish() {
    #[cfg(feature = "otel")]
    otel::finish();
    for queue in LOG.get().into_iter().flat_map(|log| &log.queues) {
        queue.rest(AT_THE_END);
    }
}

/// What takes the spans of traces: nobody.
#[cfg(not(feature = "otel"))]
fn traces(_: &Settings) -> anyhow::Result<Option<Traces>> {
    Ok(None)
}

/// How much of the log file is kept.
fn keep(settings: &Settings) -> Keep {
    Keep {
        bytes: u64::from(settings.log_file_bytes),
        files: settings.log_files,
        days: settings.log_file_days,
    }
}

fn log_file(settings: &Settings, clock: &Arc<dyn Clock>, folder: Box<dyn Folder>, stderr: Queue) -> LogFile {
    let format = settings.log_format;
    let complain = move |now: Time, what: &str| stderr.add(told(format, Level::ERROR, now, what).as_bytes());
    LogFile::new(folder, Arc::clone(clock), keep(settings), Box::new(complain))
}

/// Says how many lines did not fit.
fn missing(format: LogFormat, clock: &Arc<dyn Clock>) -> impl Fn(u64) -> String + Send + use<> {
    let clock = Arc::clone(clock);
    move |lines| {
        let what = format!("{lines} lines of the log did not fit and are missing here: they were not taken in time");
        told(format, Level::WARN, clock.now(), &what)
    }
}

/// A line about the log itself, which cannot go through it.
fn told(format: LogFormat, level: Level, now: Time, what: &str) -> String {
    match format {
        LogFormat::Text => format!("{} {}: {what}\n", iso(now), word(level)),
        LogFormat::Json => {
            let level = level.as_str();
            let line = json!({"timestamp": iso(now), "level": level, "message": what, "target": "beseda::telemetry"});
            format!("{line}\n")
        }
    }
}

fn subscriber<W>(
    format: LogFormat,
    wanted: &Wanted,
    clock: Arc<dyn Clock>,
    stderr: W,
    file: Option<BoxMakeWriter>,
    traces: Option<Traces>,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let text = |writer: BoxMakeWriter| {
        let line = Line(Stamp(Arc::clone(&clock)));
        base(writer).event_format(line).with_filter(wanted.clone())
    };
    let registry = tracing_subscriber::registry().with(traces);
    let file = file.map(|file| BoxMakeWriter::new(Whole(file)));
    match format {
        // One layer for both: two would write the fields of a span twice.
        LogFormat::Text => Box::new(registry.with(text(match file {
            Some(file) => BoxMakeWriter::new(stderr.and(file)),
            None => BoxMakeWriter::new(stderr),
        }))),
        LogFormat::Json => {
            let json = base(stderr)
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .with_timer(Stamp(Arc::clone(&clock)))
                .with_filter(wanted.clone());
            Box::new(registry.with(file.map(text)).with(json))
        }
    }
}

/// What lines have in common, wherever they go.
fn base<S, W>(writer: W) -> fmt::Layer<S, fmt::format::DefaultFields, fmt::format::Format, Scrubbed<W>>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    // A line that cannot be written is lost; telling about it would panic where standard error is closed.
    fmt::layer()
        .with_ansi(false)
        .log_internal_errors(false)
        .with_writer(Scrubbed(writer))
}

/// Scrubs every line on its way out: the last line of defence, after everybody who should not have logged a secret, or
/// what a terminal obeys.
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
        self.0.write_all(escaped(&scrub(&text)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LogLevel;
    use crate::system::{Inode, KeptFile};
    use parking_lot::Mutex;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().clone()).unwrap()
        }
    }

    const PAPER: Inode = Inode { device: 1, number: 1 };

    /// Whatever the file is called, it is written on this paper.
    impl Folder for Paper {
        fn files(&self) -> io::Result<Vec<KeptFile>> {
            Ok(Vec::new())
        }

        fn append(&self, _: &str) -> io::Result<(Box<dyn Write + Send>, Inode)> {
            Ok((Box::new(self.clone()), PAPER))
        }

        fn named(&self, _: &str) -> io::Result<Option<(Inode, u64)>> {
            Ok(Some((PAPER, self.0.lock().len() as u64)))
        }

        fn rename(&self, _: &str, _: &str) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        fn remove(&self, _: &str) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
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
        let log = subscriber(format, &level.into(), Arc::new(Noon), move || out.clone(), None, None);
        tracing::subscriber::with_default(log, write);
        paper.text()
    }

    /// What stands on standard error, and what in the file.
    fn logged_twice(format: LogFormat, write: impl FnOnce()) -> (String, String) {
        let (stderr, kept) = (Paper::default(), Paper::default());
        let out = stderr.clone();
        let log = subscriber(
            format,
            &LogLevel::Info.into(),
            Arc::new(Noon),
            move || out.clone(),
            Some(file_on(&kept)),
            None,
        );
        tracing::subscriber::with_default(log, write);
        (stderr.text(), kept.text())
    }

    /// Without a queue, so that a test need not wait.
    struct Direct(Arc<LogFile>);

    impl Write for Direct {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.add(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn file_on(paper: &Paper) -> BoxMakeWriter {
        let keep = Keep {
            bytes: 1024,
            files: 1,
            days: 1,
        };
        let file = LogFile::new(
            Box::new(paper.clone()),
            Arc::new(Noon),
            keep,
            Box::new(|_, what| panic!("{what}")),
        );
        let file = Arc::new(file);
        BoxMakeWriter::new(move || Direct(Arc::clone(&file)))
    }

    fn speak() {
        let span = tracing::error_span!("request", request_id = tracing::field::display("7f"));
        let _inside = span.enter();
        tracing::warn!("Chat access denied: order_id=2, user_id=1");
        tracing::info!("ticket bst_{}", "Zk3vQw8pRt5yLm2nXc7b");
        tracing::debug!("not asked for");
    }

    const SPOKEN: &str = "\
        2025-11-21T12:00:00.000007Z WARNING: Chat access denied: order_id=2, user_id=1\n\
        2025-11-21T12:00:00.000007Z INFO: ticket [redacted]\n";

    #[test]
    fn the_file_holds_the_same_lines_as_standard_error_without_the_ids_of_requests() {
        let (stderr, kept) = logged_twice(LogFormat::Text, speak);
        assert_eq!(kept, SPOKEN);
        assert_eq!(stderr, SPOKEN.replace("7Z ", "7Z [request_id=7f] "));
    }

    #[test]
    fn the_file_holds_text_where_standard_error_is_json() {
        let (stderr, kept) = logged_twice(LogFormat::Json, speak);
        assert_eq!(kept, SPOKEN);
        assert_eq!(stderr.lines().count(), 2);
        for line in stderr.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["span"]["request_id"], "7f");
        }
        assert!(!stderr.contains("bst_") && !stderr.contains("Zk3vQw8p"), "{stderr}");
    }

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn the_file_goes_on_where_standard_error_is_closed() {
        let kept = Paper::default();
        let log = subscriber(
            LogFormat::Text,
            &LogLevel::Info.into(),
            Arc::new(Noon),
            || Closed,
            Some(file_on(&kept)),
            None,
        );
        tracing::subscriber::with_default(log, speak);
        assert_eq!(kept.text(), SPOKEN);
    }

    #[test]
    fn what_is_wrong_with_the_file_is_said_in_the_shape_of_the_log() {
        let text = told(LogFormat::Text, Level::ERROR, Noon.now(), "the disk is \"full\"");
        assert_eq!(text, "2025-11-21T12:00:00.000007Z ERROR: the disk is \"full\"\n");
        let json = told(LogFormat::Json, Level::ERROR, Noon.now(), "the disk is \"full\"");
        let line: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["message"], "the disk is \"full\"");
    }

    #[test]
    fn what_is_wanted_changes_between_two_lines() {
        let (paper, wanted) = (Paper::default(), Wanted::from(LogLevel::Info));
        let out = paper.clone();
        let log = subscriber(
            LogFormat::Text,
            &wanted,
            Arc::new(Noon),
            move || out.clone(),
            None,
            None,
        );
        let say = |number: u32| tracing::debug!("number {number}");
        let at = |log_level| Settings {
            log_level,
            ..Settings::default()
        };
        tracing::subscriber::with_default(log, || {
            say(1);
            wanted.set(&at(LogLevel::Debug));
            say(2);
            wanted.set(&at(LogLevel::Info));
            say(3);
        });
        assert_eq!(paper.text(), "2025-11-21T12:00:00.000007Z DEBUG: number 2\n");
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
        let forged = "x\r\nERROR: forged\u{1b}[31m\u{9b}31m\u{7f}\u{202e}\u{2028}";
        for format in [LogFormat::Text, LogFormat::Json] {
            let log = logged(format, LogLevel::Info, || {
                let span = tracing::info_span!("request", path = forged);
                let _inside = span.enter();
                tracing::info!(value = forged, other = ?forged, "Имя: {forged}");
            });
            assert_eq!(log.lines().count(), 1, "{log:?}");
            let line = log.trim_end();
            assert!(!line.contains(char::is_control), "{log:?}");
            assert!(!line.contains(['\u{202e}', '\u{2028}']), "{log:?}");
            if format == LogFormat::Json {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(line["value"], forged, "nothing is lost");
            }
            assert!(log.contains("Имя"), "Russian stays as it is: {log:?}");
        }
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

    #[test]
    fn of_a_panic_only_what_stands_in_the_code_is_told() {
        let said = |payload: Box<dyn Any + Send>| panic_text(payload.as_ref());
        assert_eq!(said(Box::new("a planted panic")), "a planted panic");
        let body = format!("byte index 1 is not a char boundary in {:?}", "привет");
        assert!(!said(Box::new(body)).contains("привет"));
    }
}
