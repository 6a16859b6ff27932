//! Jobs: what waits and what is dead, listed; a dead one tried again, while the server runs or not.

use super::standing;
use crate::cli::{self, JobsCommand};
use crate::config::Settings;
use anyhow::bail;
use beseda_contracts::shared::time_text;
use beseda_core::rules;
use beseda_core::words::{Job, JobId};
use beseda_live::ask;
use serde_json::{Value, json};

/// Does what is asked for with jobs.
///
/// # Errors
/// There is no such dead job, or the database cannot be used.
pub async fn run(settings: &Settings, command: JobsCommand, as_json: bool) -> anyhow::Result<()> {
    match command {
        JobsCommand::List => list(settings, as_json).await,
        JobsCommand::Retry { id } => retry(settings, id, as_json).await,
    }
}

/// Lists the dead ones first: they are what somebody has to do something about.
async fn list(settings: &Settings, as_json: bool) -> anyhow::Result<()> {
    let (store, chat) = standing(settings)?;
    let most = i64::from(chat.limits().list_rows);
    let both = ask::look(&chat, move |look| Ok([look.jobs(true, most)?, look.jobs(false, most)?])).await;
    store.close();
    let [dead, waiting] = both?;
    let jobs = || dead.iter().chain(&waiting);
    if as_json {
        return Ok(cli::answer(format!(
            "{}\n",
            jobs().map(for_programs).collect::<Value>()
        ))?);
    }
    cli::answer(jobs().map(line).collect::<String>())?;
    if [&dead, &waiting]
        .iter()
        .any(|jobs| i64::try_from(jobs.len()).is_ok_and(|count| count >= most))
    {
        cli::tell(format_args!(
            "Of each sort, {most} are shown (`limits.list_rows`); there may be more."
        ));
    }
    if dead.is_empty() && waiting.is_empty() {
        cli::tell("No job waits, and none is dead.");
    }
    if let Some(job) = dead.first() {
        cli::tell(format_args!(
            "Once the cause is mended, `beseda jobs retry {}` tries a dead job again.",
            job.id
        ));
    }
    Ok(())
}

fn for_programs(job: &Job) -> Value {
    json!({
        "id": job.id,
        "errand": job.errand.word(),
        "about": job.errand.about(),
        "due_at": time_text(job.due),
        "tries": job.tries,
        "failure": job.failure,
        "dead": job.dead,
    })
}

/// A job as a line for people.
pub fn line(job: &Job) -> String {
    let (id, errand, about, tries) = (job.id.0, job.errand.word(), job.errand.about(), job.tries);
    let when = if job.dead {
        "dead".to_owned()
    } else {
        format!("due {}", time_text(job.due))
    };
    let failure = job.failure.as_ref().map(|failure| format!("  {failure}"));
    format!(
        "{id:>8} {when:<31} {errand} {about}  tries {tries}{}\n",
        failure.unwrap_or_default()
    )
}

async fn retry(settings: &Settings, id: i64, as_json: bool) -> anyhow::Result<()> {
    let (store, chat) = standing(settings)?;
    let now = chat.now();
    let revived = ask::change(&chat, move |tx| rules::revive_job(tx, now, JobId(id))).await;
    store.close();
    if !revived? {
        bail!("there is no dead job {id}; `beseda jobs` shows them all");
    }
    cli::answer(if as_json {
        format!("{}\n", json!({"id": id, "dead": false}))
    } else {
        format!("job {id} is tried again\n")
    })?;
    Ok(())
}
