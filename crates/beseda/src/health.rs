//! Whether the server is well: `/healthz`, `/readyz`, and the eye on what it keeps things in.

mod unwell;

use crate::report::Lang;
use axum::Json;
use axum::http::StatusCode;
use beseda_core::ports::Files;
use beseda_core::{Chat, Fault, rules};
use beseda_live::ask;
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, interval, timeout};
pub use unwell::explained;
use unwell::{Teller, Unwell};

/// How long one proof may take; a disk that hangs answers nothing at all.
const PATIENCE: Duration = Duration::from_secs(2);
/// For how long a proof counts: whoever asks more often than that makes nothing be written.
const PROVEN_FOR: Duration = Duration::from_secs(1);

/// When something was kept to find out whether it can be, and what was in the way.
type Proof = (Instant, Option<Unwell>);

/// What `/readyz` is answered by.
#[derive(Clone)]
pub struct Health {
    chat: Chat,
    files: Arc<dyn Files>,
    /// Why the server stops, in a word; nothing while it serves.
    stopping: Arc<OnceLock<&'static str>>,
    /// What the last proof came to. Who asks while one is made waits for that.
    proven: Arc<Mutex<Option<Proof>>>,
}

/// Answers that the process is there.
pub async fn alive() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

impl Health {
    /// The health of a server over this chat, which keeps files there.
    pub fn new(chat: Chat, files: Arc<dyn Files>) -> Self {
        Self {
            chat,
            files,
            stopping: Arc::default(),
            proven: Arc::default(),
        }
    }

    /// The server stops from now on; of several reasons the first is told.
    pub fn stops(&self, reason: &'static str) {
        // Another was first.
        let _ = self.stopping.set(reason);
    }

    /// 200 once the server serves, and what it is given can be kept: that is tried. 503 with the reason when it does not, or
    /// will soon not any more.
    pub async fn ready(&self) -> (StatusCode, Json<Value>) {
        let unwell = match self.stopping.get() {
            Some(reason) => Some(Unwell::stopping(reason)),
            None => self.unwell().await,
        };
        match unwell {
            None => (StatusCode::OK, Json(json!({"status": "ok"}))),
            Some(unwell) => {
                let (meaning, remedy) = unwell.told();
                let [detail, remedy] = [&meaning, &remedy].map(|said| said.text(Lang::En));
                let reason = unwell.reason;
                let told = json!({"status": "unavailable", "reason": reason, "detail": detail, "remedy": remedy});
                (StatusCode::SERVICE_UNAVAILABLE, Json(told))
            }
        }
    }

    async fn unwell(&self) -> Option<Unwell> {
        let seen = self.look().await;
        if seen.is_some() {
            return seen;
        }
        self.proven().await
    }

    /// What the last proof came to, or another one where that is a while ago.
    async fn proven(&self) -> Option<Unwell> {
        let mut proven = self.proven.lock().await;
        if let Some((at, known)) = &*proven
            && at.elapsed() < PROVEN_FOR
        {
            return known.clone();
        }
        let found = self.prove().await;
        *proven = Some((Instant::now(), found.clone()));
        found
    }

    /// What is in the way as far as that is known without writing anything.
    async fn look(&self) -> Option<Unwell> {
        if let Err(fault) = self.chat.ready() {
            return Some(Unwell::store(&fault));
        }
        self.asked_files(|files| files.stand()).await
    }

    /// What is in the way of keeping something: it is tried.
    async fn prove(&self) -> Option<Unwell> {
        let kept = timeout(PATIENCE, ask::change(&self.chat, rules::prove_kept)).await;
        let fault = match kept {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(unwell::fault_of(error)),
            // Whoever holds it is known by now, where it is held.
            Err(_) => Some(self.chat.ready().err().unwrap_or_else(unwell::no_answer)),
        };
        match fault {
            Some(fault) => Some(Unwell::store(&fault)),
            None => self.asked_files(|files| files.prove()).await,
        }
    }

    async fn asked_files(&self, ask: fn(&dyn Files) -> Result<(), Fault>) -> Option<Unwell> {
        let files = Arc::clone(&self.files);
        let asked = timeout(PATIENCE, spawn_blocking(move || ask(files.as_ref()))).await;
        match asked {
            Ok(Ok(Ok(()))) => None,
            Ok(Ok(Err(fault))) => Some(Unwell::files(&fault)),
            Ok(Err(_)) | Err(_) => Some(Unwell::files(&unwell::no_answer())),
        }
    }

    /// Whether the last proof that somebody asked for has failed.
    async fn has_failed(&self) -> bool {
        let last = self.proven.lock().await;
        last.as_ref().is_some_and(|(_, found)| found.is_some())
    }

    /// Looks again and again, and tells the log what is in the way, once when it begins and once when it is over: nobody
    /// needs to ask for that. Ends when the store is dead: it will take no work any more, however long one waits.
    pub async fn watch(self, every: Duration) {
        let (mut turns, mut teller) = (interval(every), Teller::default());
        loop {
            turns.tick().await;
            match self.chat.ready() {
                Err(fault @ (Fault::Store(_) | Fault::Internal(_))) => {
                    return tracing::error!("the store is dead: {fault}");
                }
                Ok(()) | Err(Fault::Busy | Fault::Away(_) | Fault::Hindered(..) | Fault::Stopping) => {}
            }
            let mut seen = self.look().await;
            // What was in the way is over when something can be kept again, whether anybody wants to keep something or not.
            if seen.is_some() || teller.has_told() || self.has_failed().await {
                seen = self.proven().await;
            }
            teller.tell(seen);
        }
    }
}

#[cfg(test)]
mod tests;
