//! Backups: made while the server serves, verified to the last byte, restored whole or not at all.

mod sentences;

use crate::app;
use crate::cli::{self, BackupCommand, Progress};
use crate::config::{Database, Settings};
use crate::data;
use crate::report::{Lang, Report, Said, Speech, said};
use crate::system::System;
use anyhow::anyhow;
use beseda_core::ports::Random;
use beseda_store::backup::{self, BackupError, Bytes, Kept, Manifest, Restored, Source, Step, Target};
use sentences::{amounts, some};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Does what is asked for with backups. `file` is the settings file that was read.
///
/// # Errors
/// It cannot be done; why.
pub fn run(
    settings: &Settings,
    file: Option<&Path>,
    command: BackupCommand,
    speech: Speech,
) -> anyhow::Result<ExitCode> {
    match command {
        BackupCommand::Make {
            folder,
            exact,
            keep,
            without_secret,
        } => {
            let to = if exact {
                folder.clone()
            } else {
                folder.join(System.time_as("%Y-%m-%dT%H-%M-%SZ"))
            };
            let made = make(settings, file.filter(|_| !without_secret), &to, without_secret, speech)?;
            let gone = match keep {
                Some(most) => {
                    let most = usize::try_from(most).unwrap_or(usize::MAX);
                    backup::keep_newest(&folder, most, (&to, &made)).map_err(in_words(speech))?
                }
                None => Vec::new(),
            };
            tell_made(&to, &made, &gone, speech)
        }
        BackupCommand::Restore { from, replace } => restore(settings, &from, replace, speech),
        BackupCommand::Verify { backup } => verify(settings, backup.as_deref(), speech),
    }
}

/// Where messages are.
fn kept(settings: &Settings) -> Kept {
    match &settings.database {
        Database::Sqlite => Kept::Sqlite(data::database_path(&settings.data)),
        Database::Postgres(url) => Kept::Postgres(url.clone()),
    }
}

/// Where files are.
fn bytes(settings: &Settings) -> anyhow::Result<Bytes> {
    Ok(if settings.s3_bucket.is_empty() {
        Bytes::Folder(app::shelves(&settings.data))
    } else {
        Bytes::Bucket(Arc::new(app::open_bucket(settings)?))
    })
}

/// What hears how far it is, and says it in a language.
fn told(speech: Speech) -> impl FnMut(Step) {
    let mut progress = Progress::new();
    move |step| progress.tell(sentences::progress(step).text(speech.lang).to_owned())
}

/// Why it cannot be done, in a language.
fn in_words(speech: Speech) -> impl FnOnce(BackupError) -> anyhow::Error {
    move |error| anyhow!("{}", sentences::why(&error).text(speech.lang))
}

fn make(
    settings: &Settings,
    file: Option<&Path>,
    to: &Path,
    without_secret: bool,
    speech: Speech,
) -> anyhow::Result<Manifest> {
    super::require_database(settings)?;
    app::refuse_half_restored(settings)?;
    System.let_others_go_first();
    let (kept, bytes) = (kept(settings), bytes(settings)?);
    let secret = settings.secret_path();
    let source = Source {
        kept: &kept,
        bytes: &bytes,
        settings: file,
        secret: Some(secret.as_path()).filter(|_| !without_secret),
        program: env!("CARGO_PKG_VERSION"),
        made_at: &System.time_as("%Y-%m-%dT%H:%M:%SZ"),
    };
    backup::make(&source, to, &mut told(speech)).map_err(in_words(speech))
}

fn tell_made(to: &Path, made: &Manifest, gone: &[PathBuf], speech: Speech) -> anyhow::Result<ExitCode> {
    let code = if made.lost.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    if speech.json {
        cli::answer(format!(
            "{}\n",
            json!({
                "backup": to, "made_at": made.made_at, "engine": made.engine, "schema": made.schema, "counts": made.counts,
                "bytes": made.bytes(), "lost": made.lost, "deleted": gone,
            })
        ))?;
        return Ok(code);
    }
    let (where_to, bytes, amounts) = (to.display(), made.bytes(), amounts(made.counts));
    let [en, ru] = [Lang::En, Lang::Ru].map(|lang| amounts.text(lang));
    tell(
        &said(
            format!("{where_to}: {en}, {bytes} bytes"),
            format!("{where_to}: {ru}, байт: {bytes}"),
        ),
        speech,
    )?;
    for old in gone {
        let old = old.display();
        tell(&said(format!("deleted {old}"), format!("удалена {old}")), speech)?;
    }
    if !made.lost.is_empty() {
        let (count, names) = (made.lost.len(), some(&made.lost));
        cli::tell(
            said(
                format!(
                    "the bytes of {count} files were gone or damaged before this: {names}. Everything else is in the backup; \
                     look for them in an older one, where they are below files/"
                ),
                format!(
                    "содержимое файлов пропало или испорчено ещё до этого ({count}): {names}. Всё остальное в копии есть; \
                     ищите их в более старой, в папке files/"
                ),
            )
            .text(speech.lang),
        );
    }
    Ok(code)
}

fn tell(sentence: &Said, speech: Speech) -> anyhow::Result<()> {
    Ok(cli::answer(format!("{}\n", sentence.text(speech.lang)))?)
}

fn restore(settings: &Settings, from: &Path, replace: bool, speech: Speech) -> anyhow::Result<ExitCode> {
    // Held to the end: no server begins to serve what is half there.
    let _alone = app::serve_alone(&settings.data)?;
    let (kept, bytes) = (kept(settings), bytes(settings)?);
    let mut epoch = [0; 8];
    System.fill(&mut epoch);
    let target = Target {
        data: &settings.data,
        kept: &kept,
        bytes: &bytes,
        epoch: (u64::from_le_bytes(epoch) >> 1).cast_signed(),
        replace,
        time: &System.compact_time(),
    };
    let restored = backup::restore(from, &target, &mut told(speech)).map_err(in_words(speech))?;
    tell_restored(&settings.data, restored, speech)
}

fn tell_restored(data: &Path, restored: Restored, speech: Speech) -> anyhow::Result<ExitCode> {
    let Restored {
        manifest,
        replaced,
        settings,
    } = restored;
    if speech.json {
        let counts = manifest.as_ref().map(|manifest| manifest.counts);
        cli::answer(format!(
            "{}\n",
            json!({
                "data": data, "counts": counts, "replaced": replaced, "settings": settings,
                "lost": manifest.map(|manifest| manifest.lost),
            })
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    let data = data.display();
    let amounts = manifest.map_or_else(|| said("the database", "база"), |manifest| amounts(manifest.counts));
    let [en, ru] = [Lang::En, Lang::Ru].map(|lang| amounts.text(lang));
    tell(
        &said(
            format!("restored into {data}: {en}"),
            format!("восстановлено в {data}: {ru}"),
        ),
        speech,
    )?;
    if let Some(old) = &replaced {
        let old = old.display();
        tell(
            &said(
                format!("what was there is in {old}"),
                format!("то, что там было, лежит в {old}"),
            ),
            speech,
        )?;
    }
    if let Some(settings) = &settings {
        let path = settings.display();
        tell(
            &said(
                format!("the settings of then are in {path}: look at them, and call the file beseda.toml to use them"),
                format!(
                    "прежние настройки лежат в {path}: просмотрите их и назовите файл beseda.toml, чтобы они действовали"
                ),
            ),
            speech,
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(settings: &Settings, backup: Option<&Path>, speech: Speech) -> anyhow::Result<ExitCode> {
    let mut report = Report::new(speech);
    let verified = match backup {
        Some(folder) => backup::verify(folder, &mut told(speech)),
        None => {
            super::require_database(settings)?;
            System.let_others_go_first();
            backup::verify_served(&kept(settings), &bytes(settings)?, &mut told(speech))
        }
    };
    match verified {
        Ok(verified) => {
            for check in sentences::checks(&verified, &settings.data) {
                report.tell(check)?;
            }
        }
        Err(error) => report.tell(sentences::no_backup(&error))?,
    }
    Ok(report.end()?)
}
