//! Whether the server is well: `/healthz`, `/readyz`, and the eye on its store.

use axum::Json;
use axum::http::StatusCode;
use beseda_core::{Chat, Fault};
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// What `/readyz` is answered by.
#[derive(Clone)]
pub struct Health {
    chat: Chat,
    /// Why the server stops, in a word; nothing while it serves.
    stopping: Arc<OnceLock<&'static str>>,
}

/// Answers that the process is there.
pub async fn alive() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

impl Health {
    /// The health of a server over this chat.
    pub fn new(chat: Chat) -> Self {
        Self {
            chat,
            stopping: Arc::default(),
        }
    }

    /// The server stops from now on; of several reasons the first is told.
    pub fn stops(&self, reason: &'static str) {
        // Another was first.
        let _ = self.stopping.set(reason);
    }

    /// 200 once the server serves; 503 with the reason when it does not, or will soon not any more.
    pub fn ready(&self) -> (StatusCode, Json<Value>) {
        let reason = if let Some(reason) = self.stopping.get() {
            reason
        } else if let Err(fault) = self.chat.ready() {
            tracing::error!("not ready: {fault}");
            "store"
        } else {
            return (StatusCode::OK, Json(json!({"status": "ok"})));
        };
        (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({"status": "unavailable", "reason": reason})),
        )
    }
}

/// Ends when the store is dead: it will take no work any more, however long one waits. It is asked again and again.
pub async fn store_is_dead(chat: Chat, every: Duration) {
    let mut turns = tokio::time::interval(every);
    loop {
        turns.tick().await;
        match chat.ready() {
            Err(fault @ (Fault::Store(_) | Fault::Internal(_))) => {
                return tracing::error!("the store is dead: {fault}");
            }
            Ok(()) | Err(Fault::Busy | Fault::Away(_) | Fault::Stopping) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::System;
    use beseda_core::ports::{Change, Glance, Store};
    use beseda_core::words::Limits;
    use parking_lot::Mutex;

    /// A store that is in these states one after the other, the last one first, and well in the end.
    struct Moody(Mutex<Vec<Result<(), Fault>>>);

    impl Store for Moody {
        fn transact(&self, _: Box<dyn Change>) {}

        fn glance(&self, _: Box<dyn Glance>) {}

        fn ready(&self) -> Result<(), Fault> {
            self.0.lock().pop().unwrap_or(Ok(()))
        }
    }

    fn chat(store: &Arc<Moody>) -> Chat {
        let limits = Arc::new(Limits::default());
        Chat::new(Arc::clone(store) as _, Arc::new(System), Arc::new(System), limits)
    }

    fn store(states: Vec<Result<(), Fault>>) -> Arc<Moody> {
        Arc::new(Moody(Mutex::new(states)))
    }

    fn dead() -> Fault {
        Fault::Store("its thread has ended".to_owned())
    }

    #[test]
    fn a_server_that_stops_says_why_and_a_dead_store_is_a_reason_as_well() {
        let reason = |health: &Health| {
            let (status, Json(said)) = health.ready();
            (status.as_u16(), said["reason"].clone())
        };
        let health = Health::new(chat(&store(vec![Err(dead())])));
        assert_eq!(reason(&health), (503, json!("store")));
        assert_eq!(reason(&health), (200, Value::Null));
        health.stops("task");
        health.stops("stopping");
        assert_eq!(reason(&health), (503, json!("task")));
    }

    #[tokio::test]
    async fn a_store_that_is_away_comes_back_and_a_dead_one_does_not() {
        let away = Fault::Away("connection refused".to_owned());
        let store = store(vec![Err(dead()), Err(Fault::Busy), Err(away), Ok(())]);
        store_is_dead(chat(&store), Duration::from_millis(1)).await;
        assert_eq!(*store.0.lock(), [], "it was asked until it was dead");
    }
}
