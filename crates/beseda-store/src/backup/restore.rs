//! A backup becomes a data directory, whole or not at all: it is built beside what is there, and moved into place at the end.

use super::gather::path_of;
use super::load::Loaded;
use super::manifest::Manifest;
use super::rows::Snapshot;
use super::verify::soundness;
use super::{BackupError, Bytes, DATABASE, FILES, Kept, SECRET, SETTINGS, Step, Told, copy, disk};
use crate::engine::sqlite::{SqliteEngine, fault};
use crate::engine::{Engine, values};
use crate::migrations;
use crate::postgres::open::Address;
use crate::sqlite::open::open_to_look;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// What of a restore stands in the data directory. As long as it does, nobody serves from that directory.
const RESTORING: &str = "restoring";
/// In there, what is being built.
const DRAFT: &str = "new";
/// In there, once things are moved: the name of the folder that the old ones go to.
const MOVING: &str = "moving";
/// How the names of those folders begin.
const ASIDE: &str = "replaced-";
/// Where files are in a data directory.
const SHELVES: &str = "uploads/chat";
/// How the settings of a backup are called in a data directory: they may name another database, or another machine's paths,
/// and count only once somebody has looked at them.
const OLD_SETTINGS: &str = "beseda.toml.restored";
/// What a data directory holds that a restore brings, the database last: once it is there, everything is.
const BROUGHT: [&str; 4] = ["uploads", SECRET, OLD_SETTINGS, DATABASE];
/// What belongs to a database of SQLite that was not closed.
const BESIDE: [&str; 3] = ["beseda.db-wal", "beseda.db-shm", "beseda.db-journal"];

/// Where a backup goes.
pub struct Target<'a> {
    /// The data directory.
    pub data: &'a Path,
    /// Messages: the file `beseda.db` there, or a database of PostgreSQL.
    pub kept: &'a Kept,
    /// Files: the folder `uploads/chat` there, or a bucket.
    pub bytes: &'a Bytes,
    /// The life of the database that begins: clients whose cursor is of another one begin anew.
    pub epoch: i64,
    /// Whether what is there is moved aside.
    pub replace: bool,
    /// Now, as a part of a name.
    pub time: &'a str,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// The backup; none of a database alone.
    pub manifest: Option<Manifest>,
    /// Where the old data went, if there was any: a folder.
    pub replaced: Option<PathBuf>,
    /// Where the settings of then are, if they came along.
    pub settings: Option<PathBuf>,
}

/// How far a restore is that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restoring {
    /// It is being built, and nothing is changed.
    Building,
    /// Things are being moved.
    Moving,
}

/// How far a restore into a data directory is, if there is one that has not ended.
#[must_use]
pub fn restoring(data: &Path) -> Option<Restoring> {
    let restoring = data.join(RESTORING);
    if disk::is_there(&restoring.join(MOVING)) {
        return Some(Restoring::Moving);
    }
    // The folder alone is what is left last of one that has ended.
    disk::is_there(&restoring.join(DRAFT)).then_some(Restoring::Building)
}

/// Restores a backup, or a database alone where `from` is a file of one. The caller sees to it that no server serves there.
///
/// # Errors
/// It cannot be restored, and nothing is changed. Only an interruption while things are moved into place leaves the data
/// directory as nobody serves it; what was in it before is whole, and restoring once more, this or another backup, mends it.
pub fn restore(from: &Path, target: &Target<'_>, told: &mut Told<'_>) -> Result<Restored, BackupError> {
    let manifest = if disk::is_folder(from) {
        Some(Manifest::read(from)?)
    } else {
        None
    };
    disk::make_folder(target.data)?;
    let place = Place::of(target, brought(manifest.as_ref(), target))?;
    let built = place
        .clear()
        .and_then(|()| build(from, manifest.as_ref(), target, &place.draft, told))
        .and_then(|loaded| place.begin_to_move().map(|()| loaded));
    let loaded = match built {
        Ok(loaded) => loaded,
        Err(error) => {
            place.give_up()?;
            return Err(error);
        }
    };
    let replaced = place.move_in()?;
    if let Some(loaded) = loaded {
        loaded.commit(target.epoch)?;
    }
    disk::remove(&place.draft)?;
    disk::remove(&place.restoring)?;
    disk::sync_folder(target.data)?;
    let settings = target.data.join(OLD_SETTINGS);
    Ok(Restored {
        settings: manifest
            .as_ref()
            .is_some_and(|it| it.holds(SETTINGS))
            .then_some(settings),
        manifest,
        replaced,
    })
}

/// What of a data directory this backup replaces.
fn brought(manifest: Option<&Manifest>, target: &Target<'_>) -> Vec<&'static str> {
    let database = matches!(target.kept, Kept::Sqlite(_));
    let files = matches!(target.bytes, Bytes::Folder(_));
    let mut names: Vec<&str> = BROUGHT
        .into_iter()
        .filter(|name| match (*name, manifest) {
            (DATABASE, _) => database,
            (_, None) => false,
            ("uploads", Some(_)) => files,
            (SECRET, Some(manifest)) => manifest.holds(SECRET),
            (_, Some(manifest)) => manifest.holds(SETTINGS),
        })
        .collect();
    // A log without its database is nobody's, and would be taken for the new one's.
    if database {
        names.extend(BESIDE);
    }
    names
}

/// Builds everything in the draft, and in a transaction where the database is one of PostgreSQL.
fn build(
    from: &Path,
    manifest: Option<&Manifest>,
    target: &Target<'_>,
    draft: &Path,
    told: &mut Told<'_>,
) -> Result<Option<Loaded>, BackupError> {
    let database = draft.join(DATABASE);
    match manifest {
        None => copy_alone(from, &database, told)?,
        Some(manifest) => copy_all(from, manifest, target, draft, told)?,
    }
    let loaded = match target.kept {
        Kept::Sqlite(_) => {
            begin_life(&database, target.epoch)?;
            None
        }
        Kept::Postgres(url) => {
            let mut loaded = Loaded::begin(&Address::of(url)?, target.time, target.replace)?;
            loaded.fill(&open_to_look(&database)?, told)?;
            disk::remove(&database)?;
            Some(loaded)
        }
    };
    disk::sync_tree(draft)?;
    Ok(loaded)
}

/// A database without a manifest has no checksum: it is looked at. One that was not closed may stand with its log beside it.
fn copy_alone(from: &Path, to: &Path, told: &mut Told<'_>) -> Result<(), BackupError> {
    let mut snapshot = Snapshot::of_file(from)?;
    // What was cut off at its first byte is a sound database with nothing in it.
    let is_one = snapshot.schema()?.is_some();
    copy::copy(&mut snapshot, to, told)?;
    if !is_one || !soundness(&open_to_look(to)?).is_empty() {
        return Err(BackupError::Damaged(from.to_owned()));
    }
    Ok(())
}

fn copy_all(
    from: &Path,
    manifest: &Manifest,
    target: &Target<'_>,
    draft: &Path,
    told: &mut Told<'_>,
) -> Result<(), BackupError> {
    let all = manifest.files.len() as u64;
    for (done, listed) in (1..).zip(&manifest.files) {
        let source = from.join(&listed.path);
        let to = draft.join(place_of(&listed.path)?);
        disk::make_folder(&disk::folder_of(&to))?;
        let copied = disk::copy(&source, &to)?;
        if copied.is_none_or(|sum| super::Listed::new(listed.path.clone(), &sum) != *listed) {
            return Err(BackupError::Damaged(source));
        }
        told(Step::Files { done, all });
    }
    // One of a newer version would replace what is served, and nobody could serve it.
    open_to_look(&from.join(DATABASE))?;
    if let Bytes::Bucket(bucket) = target.bytes {
        // One by one, and before the database that speaks of them: what was put and is not spoken of does no harm.
        let shelves = draft.join(SHELVES);
        for path in disk::walk(&shelves)? {
            let name = path.rsplit('/').next().unwrap_or_default();
            bucket.put_again(name, &shelves.join(&path))?;
        }
        disk::remove(&draft.join("uploads"))?;
    } else {
        disk::make_folder(&draft.join(SHELVES))?;
    }
    Ok(())
}

/// Where a file of a backup stands in a data directory. A path that leads elsewhere is none of ours.
fn place_of(path: &str) -> Result<String, BackupError> {
    let strange = || BackupError::Damaged(path.into());
    match path {
        DATABASE | SECRET => Ok(path.to_owned()),
        SETTINGS => Ok(OLD_SETTINGS.to_owned()),
        path => {
            let name = path.rsplit('/').next().unwrap_or_default();
            crate::files::shelf(name).map_err(|_| strange())?;
            let inside = path.strip_prefix(FILES).filter(|_| path == path_of(name));
            inside.map(|inside| format!("{SHELVES}{inside}")).ok_or_else(strange)
        }
    }
}

/// Begins another life of a database, of a version that knows of lives; one that does not gets its first later.
fn begin_life(path: &Path, epoch: i64) -> Result<(), BackupError> {
    let conn = Connection::open(path).map_err(fault)?;
    let version = migrations::version(&mut SqliteEngine::new(&conn))?.unwrap_or_default();
    put_life(&mut SqliteEngine::new(&conn), version, epoch)?;
    conn.close().map_err(|(_, error)| fault(error))?;
    disk::open(path)?.sync_all().map_err(disk::trouble(path))
}

/// Begins another life of a database of this version, as SQLite counts them. Transactions of the life before are none of this
/// one's: nothing has moved since any of them.
pub(super) fn put_life(engine: &mut dyn Engine, version: i64, epoch: i64) -> Result<(), Fault> {
    let mut tx = Transaction::new(engine);
    if version >= migrations::HAS_LIVES {
        tx.write(sql::EPOCHS_PUT, values![epoch])?;
    }
    if version >= migrations::COUNTS_CHANGES {
        tx.write(sql::WHOLE_FORGET_TICKS, values![])?;
        tx.write(sql::WHOLE_FORGET_DEPARTED, values![])?;
    }
    Ok(())
}

/// Where in a data directory it is restored.
struct Place<'a> {
    data: &'a Path,
    restoring: PathBuf,
    draft: PathBuf,
    /// Where what was there goes.
    aside: PathBuf,
    /// What is there already.
    in_the_way: Vec<&'static str>,
    /// Whether an earlier restore was interrupted while things were moved.
    is_torn: bool,
}

impl<'a> Place<'a> {
    fn of(target: &Target<'a>, brings: Vec<&'static str>) -> Result<Self, BackupError> {
        let data = target.data;
        let restoring = data.join(RESTORING);
        let torn = begun_in(&restoring)?;
        let is_torn = torn.is_some();
        let aside = torn.unwrap_or_else(|| format!("{ASIDE}{}", target.time));
        let place = Self {
            data,
            draft: restoring.join(DRAFT),
            restoring,
            aside: data.join(aside),
            in_the_way: brings
                .into_iter()
                .filter(|name| disk::is_there(&data.join(name)))
                .collect(),
            is_torn,
        };
        if !place.is_torn && disk::is_there(&place.aside) {
            return Err(BackupError::Occupied(place.aside));
        }
        if !place.is_torn && !target.replace && !place.in_the_way.is_empty() {
            return Err(BackupError::FolderOccupied(data.to_owned()));
        }
        let mut mounted = place.in_the_way.iter().map(|name| disk::mounted_in(&data.join(name)));
        match mounted.find_map(|mounted| mounted) {
            Some(mounted) => Err(BackupError::Mounted(mounted)),
            None => Ok(place),
        }
    }

    fn clear(&self) -> Result<(), BackupError> {
        disk::remove(&self.draft)?;
        disk::make_folder(&self.draft)?;
        disk::sync_folder(&self.restoring)?;
        disk::sync_folder(self.data)
    }

    /// Leaves the data directory as it was; also one that is torn, which still nobody is to serve.
    fn give_up(&self) -> Result<(), BackupError> {
        disk::remove(if self.is_torn { &self.draft } else { &self.restoring })
    }

    /// Says that things are about to be moved, and where to: from here on the next restore goes on with that.
    fn begin_to_move(&self) -> Result<(), BackupError> {
        let name = self.aside.file_name().unwrap_or_default();
        disk::write_whole(&self.restoring.join(MOVING), name.as_encoded_bytes())?;
        disk::sync_folder(&self.restoring)
    }

    /// Moves what was there aside, and what was built into its place: the folder that is aside now, if anything was there.
    fn move_in(&self) -> Result<Option<PathBuf>, BackupError> {
        for name in &self.in_the_way {
            disk::make_folder(&self.aside)?;
            let (there, aside) = (self.data.join(name), self.aside.join(name));
            if disk::is_there(&aside) {
                // What was there is aside already, and this is of the restore that was interrupted.
                disk::remove(&there)?;
            } else {
                disk::rename(&there, &aside)?;
            }
        }
        let replaced = disk::is_there(&self.aside).then(|| self.aside.clone());
        if let Some(aside) = &replaced {
            disk::sync_folder(aside)?;
            disk::sync_folder(self.data)?;
        }
        for name in BROUGHT {
            if disk::is_there(&self.draft.join(name)) {
                disk::rename(&self.draft.join(name), &self.data.join(name))?;
            }
        }
        disk::sync_folder(self.data)?;
        Ok(replaced)
    }
}

/// The name of the folder to which a restore that was interrupted has begun to move things. That name is on the disk whole
/// before anything is moved, so a file that holds none is no beginning: taken for one, what is there would count as moved.
fn begun_in(restoring: &Path) -> Result<Option<String>, BackupError> {
    let name = disk::read(&restoring.join(MOVING))?.and_then(|name| String::from_utf8(name).ok());
    Ok(name.filter(|name| name.starts_with(ASIDE) && !name.contains('/')))
}
