//! Files: reserved when they are uploaded, claimed by the message that they hang on, and forgotten when none does.
//!
//! The order of things keeps both promises that files need. A row is there before its bytes, and bytes are there before
//! a message claims them: no claimed file is without bytes. A file that nobody claims is doomed first, so that nobody
//! can claim it any more, and in the same transaction a job is made that takes its bytes and then its row: no bytes are
//! without a row for good.

use super::place_for;
use crate::error::{Error, Refusal};
use crate::policy::{By, Deed};
use crate::ports::{Look, Tx};
use crate::words::{Attachment, Errand, RoomId, Time};

/// An attachment, for somebody who may read its room; `room`, where it is given, must be that one.
///
/// # Errors
/// [`Refusal::NoSuchFile`] when it is not there, its message is erased, or it is not theirs to read.
pub fn attachment(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: Option<RoomId>,
    id: i64,
) -> Result<Attachment, Error> {
    let placed = look.attachment(id)?.ok_or(Refusal::NoSuchFile)?;
    let elsewhere = room.is_some_and(|room| room != placed.room);
    if elsewhere || place_for(look, Deed::Read, placed.room, by).is_err() {
        return Err(Refusal::NoSuchFile.into());
    }
    Ok(placed.attachment)
}

/// Gives up files that nobody claimed since `before`, and promises to forget their bytes and then their rows: how many of
/// them nobody had given up yet.
pub fn doom_files(tx: &mut dyn Tx, now: Time, before: Time) -> Result<usize, Error> {
    let mut promised = 0;
    for name in tx.doom_files(before)? {
        promised += usize::from(tx.enqueue(&Errand::ForgetFile { name }, now)?);
    }
    Ok(promised)
}

/// Gives up a file at once, and promises to forget its bytes and then its row. One that hangs on some message, or is not
/// there, stays as it is.
pub(super) fn doom_file(tx: &mut dyn Tx, now: Time, name: &str) -> Result<(), Error> {
    if tx.doom_file(name)? {
        let name = name.to_owned();
        tx.enqueue(&Errand::ForgetFile { name }, now)?;
    }
    Ok(())
}

/// Which of these names no file has: bytes that were kept and never known, or forgotten by half.
pub fn unknown_files(look: &mut (impl Look + ?Sized), names: Vec<String>) -> Result<Vec<String>, Error> {
    let mut unknown = Vec::new();
    for name in names {
        // A small copy belongs to the file whose name it begins with.
        let of = name.split('.').next().unwrap_or(&name).to_owned();
        if !look.knows_file(&of)? {
            unknown.push(name);
        }
    }
    Ok(unknown)
}
