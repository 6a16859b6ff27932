//! The server's tasks, by name: one that ends before the server does is told in the log, and ends the server.

use crate::telemetry;
use std::collections::HashMap;
use std::future::pending;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

/// What runs beside the requests. All of it is ended when this is dropped.
#[derive(Default)]
pub struct Tasks {
    running: JoinSet<()>,
    known: HashMap<Id, Known>,
}

#[derive(Clone, Copy)]
struct Known {
    name: &'static str,
    /// Whether it may come to its end.
    may_end: bool,
}

impl Tasks {
    /// Runs a task that has no end: without it the server is not whole.
    pub fn watch(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let task = self.running.spawn(task);
        self.know(&task, name, false);
    }

    /// Runs a task that comes to an end. The server is whole without it, also where it fails.
    pub fn once(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let task = self.running.spawn(task);
        self.know(&task, name, true);
    }

    /// What they are called.
    #[cfg(test)]
    pub fn names(&self) -> Vec<&'static str> {
        self.known.values().map(|known| known.name).collect()
    }

    fn know(&mut self, task: &AbortHandle, name: &'static str, may_end: bool) {
        tracing::debug!(task = name, "begins");
        self.known.insert(task.id(), Known { name, may_end });
    }

    /// Waits until a task has ended that should not have: its name.
    pub async fn ended(&mut self) -> &'static str {
        loop {
            let (id, panic) = match self.running.join_next_with_id().await {
                Some(Ok((id, ()))) => (id, None),
                Some(Err(error)) => (error.id(), Some(error)),
                None => pending().await,
            };
            let Some(Known { name, may_end }) = self.known.remove(&id) else {
                continue;
            };
            if let Some(error) = panic {
                tracing::error!(task = name, "a task has failed: {}", said(error));
            } else if !may_end {
                tracing::error!(task = name, "a task has ended that has no end");
            }
            if !may_end {
                return name;
            }
        }
    }
}

fn said(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => telemetry::panic_text(panic.as_ref()).to_owned(),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;
    use std::time::Duration;
    use tokio::sync::oneshot::channel;
    use tokio::time::timeout;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn three() -> Tasks {
        let mut tasks = Tasks::default();
        tasks.watch("one", pending());
        tasks.watch("other", pending());
        tasks.once("short", ready(()));
        tasks
    }

    async fn ended(mut tasks: Tasks) -> &'static str {
        timeout(PATIENCE, tasks.ended()).await.expect("it is noticed")
    }

    #[tokio::test]
    async fn a_task_that_panics_is_noticed_by_its_name() {
        let mut tasks = three();
        tasks.watch("wrong", async { panic!("a planted panic") });
        assert_eq!(ended(tasks).await, "wrong");
    }

    #[tokio::test]
    async fn a_task_without_end_that_returns_is_noticed_as_well() {
        let mut tasks = three();
        tasks.watch("tired", ready(()));
        assert_eq!(ended(tasks).await, "tired");
    }

    #[tokio::test]
    async fn who_may_end_may_also_fail() {
        let mut tasks = three();
        let (held, dropped) = channel::<()>();
        tasks.once("wrong", async {
            let _held = held;
            panic!("a planted panic")
        });
        tasks.watch("later", async { drop(dropped.await) });
        assert_eq!(ended(tasks).await, "later");
    }
}
