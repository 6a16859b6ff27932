//! Verifying: whether every byte of a backup is what was written, and whether a database, of a backup or served, is sound.

use super::gather::path_of;
use super::manifest::{self, Counts, Manifest};
use super::rows::Snapshot;
use super::{BackupError, Bytes, DATABASE, Kept, Listed, Step, Told, UNFINISHED, disk};
use crate::inspect::flaws_of_file;
use crate::statements as sql;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// A file of the backup is not there.
    Missing(String),
    /// A file is there that the backup did not make.
    Additional(String),
    /// A file of the backup has another size, or other bytes.
    Changed(String),
    /// What the engine itself finds wrong.
    Database(String),
    /// A room's messages are not numbered 1, 2, 3 …: the room, and the number that it knows.
    Numbers(i64, i64),
    /// A member's unread count is not what counting gives: the room, and the person.
    Unread(i64, i64),
    /// A message has more or fewer files than it says: the room, and its number there.
    Hanging(i64, i64),
    /// The bytes of a file that hangs on a message are gone.
    NoBytes(String),
    /// The bytes of a file are not those that were sent.
    OtherBytes(String),
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What the backup is; none of a data directory.
    pub manifest: Option<Manifest>,
    /// How much is in the database.
    pub counts: Counts,
    /// Files whose every byte was read.
    pub files: u64,
    /// All that is wrong.
    pub findings: Vec<Finding>,
}

/// Verifies a backup.
///
/// # Errors
/// It is none, did not end, or its manifest is not what was written.
pub fn verify(folder: &Path, told: &mut Told<'_>) -> Result<Verified, BackupError> {
    let manifest = Manifest::read(folder)?;
    let mut findings = Vec::new();
    let all = manifest.files.len() as u64;
    for (done, listed) in (1..).zip(&manifest.files) {
        findings.extend(look_at(folder, listed)?);
        told(Step::Files { done, all });
    }
    let of_ours = [manifest::NAME, UNFINISHED];
    let listed: BTreeSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .chain(of_ours)
        .collect();
    let additional = disk::walk(folder)?
        .into_iter()
        .filter(|path| !listed.contains(path.as_str()));
    findings.extend(additional.map(Finding::Additional));

    let mut counts = Counts::default();
    if disk::is_there(&folder.join(DATABASE)) {
        // What cannot even be read is damaged, and not the end of looking.
        match look_into(&folder.join(DATABASE), &manifest) {
            Ok((found, counted)) => {
                findings.extend(found);
                counts = counted;
            }
            Err(error) => findings.push(Finding::Database(error.to_string())),
        }
    }
    Ok(Verified {
        counts,
        files: all,
        findings,
        manifest: Some(manifest),
    })
}

fn look_at(folder: &Path, listed: &Listed) -> Result<Option<Finding>, BackupError> {
    let path = folder.join(&listed.path);
    let missing = || Some(Finding::Missing(listed.path.clone()));
    match disk::size(&path)? {
        None => Ok(missing()),
        Some(bytes) if bytes != listed.bytes => Ok(Some(Finding::Changed(listed.path.clone()))),
        Some(_) => {
            let is_same = Listed::new(listed.path.clone(), &disk::sum(&path)?) == *listed;
            Ok((!is_same).then(|| Finding::Changed(listed.path.clone())))
        }
    }
}

fn look_into(database: &Path, manifest: &Manifest) -> Result<(Vec<Finding>, Counts), BackupError> {
    let mut snapshot = Snapshot::of_file(database)?;
    let mut findings = rules_of(&mut snapshot)?;
    let counts = snapshot.counts()?;
    let listed: BTreeMap<&str, &str> = manifest
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.sha256.as_str()))
        .collect();
    for file in snapshot
        .hanging()?
        .iter()
        .filter(|file| !manifest.lost.contains(&file.name))
    {
        match listed.get(path_of(&file.name).as_str()) {
            None => findings.push(Finding::NoBytes(file.name.clone())),
            Some(sum) if *sum != file.sum() => findings.push(Finding::OtherBytes(file.name.clone())),
            Some(_) => {}
        }
    }
    Ok((findings, counts))
}

/// Verifies what a server serves from, while it does.
///
/// # Errors
/// The database cannot be read.
pub fn verify_served(kept: &Kept, bytes: &Bytes, told: &mut Told<'_>) -> Result<Verified, BackupError> {
    let mut snapshot = kept.snapshot()?;
    if !snapshot.is_current()? {
        return Err(BackupError::Older);
    }
    let mut findings = rules_of(&mut snapshot)?;
    let counts = snapshot.counts()?;
    let hanging = snapshot.hanging()?;
    drop(snapshot);
    let (mut wrong, all) = (Vec::new(), hanging.len() as u64);
    for (done, file) in (1..).zip(&hanging) {
        match bytes.pour(&file.name, None)? {
            None => wrong.push(Finding::NoBytes(file.name.clone())),
            Some(sum) if sum.sha256 != file.sha256 => wrong.push(Finding::OtherBytes(file.name.clone())),
            Some(_) => {}
        }
        told(Step::Files { done, all });
    }
    if !wrong.is_empty() {
        // What was erased meanwhile is rightly gone.
        let still: BTreeSet<String> = kept.snapshot()?.hanging()?.into_iter().map(|file| file.name).collect();
        wrong.retain(
            |finding| matches!(finding, Finding::NoBytes(name) | Finding::OtherBytes(name) if still.contains(name)),
        );
    }
    findings.append(&mut wrong);
    Ok(Verified {
        manifest: None,
        counts,
        files: all,
        findings,
    })
}

/// What a database is always, whatever was said in it.
fn rules_of(snapshot: &mut Snapshot) -> Result<Vec<Finding>, BackupError> {
    let mut findings = match snapshot {
        Snapshot::Sqlite(conn) => soundness(conn),
        // PostgreSQL keeps its references itself, and has no check of its pages for everybody.
        Snapshot::Postgres(_) => Vec::new(),
    };
    for (statement, finding) in [
        (sql::WHOLE_SEQS, Finding::Numbers as fn(i64, i64) -> Finding),
        (sql::WHOLE_UNREAD, Finding::Unread),
        (sql::WHOLE_HANGING, Finding::Hanging),
    ] {
        findings.extend(
            snapshot
                .pairs(statement)?
                .into_iter()
                .map(|(one, other)| finding(one, other)),
        );
    }
    Ok(findings)
}

/// What SQLite itself finds wrong. What cannot even be read is wrong as well.
pub(super) fn soundness(conn: &Connection) -> Vec<Finding> {
    let flaws = flaws_of_file(conn).unwrap_or_else(|fault| vec![fault.to_string()]);
    flaws.into_iter().map(Finding::Database).collect()
}
