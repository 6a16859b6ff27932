//! An upload in progress: a temporary file on this machine, looked at when it is whole, and kept or forgotten.

use super::blank::Shape;
use super::format::Format;
use super::kind::{self, MediaTypes};
use super::temporary::{Temporary, gone};
use super::workers::Workers;
use super::{fault, picture, shelf};
use beseda_core::error::{Error, Fault, Refusal};
use beseda_core::ports::{Upload, thumbnail_name};
use beseda_core::words::{FileLook, Limits, Picture, Time};
use std::fs::{self, DirBuilder, Metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes are written to find out whether any can be kept: a block of a disk.
const TRIED_BYTES: usize = 4_096;

/// Where files are kept for good.
pub(super) trait Storage: Send + Sync {
    /// Keeps the bytes under a name of ours: whole and durable when this returns, or not at all.
    fn put(&self, name: &str, from: Temporary) -> Result<(), Fault>;
}

/// The folder of uploads in progress, and what they are measured by.
pub(super) struct Incoming {
    folder: PathBuf,
    next: AtomicU64,
    limits: Limits,
    taken: MediaTypes,
    pictures: Workers,
}

impl Incoming {
    pub(super) fn open(folder: PathBuf, limits: &Limits, taken: MediaTypes) -> Result<Self, Fault> {
        make_private(&folder).map_err(|error| fault(&folder, &error))?;
        Ok(Self {
            next: AtomicU64::new(0),
            pictures: Workers::start("pictures", limits.picture_workers).map_err(|error| fault(&folder, &error))?,
            folder,
            limits: limits.clone(),
            taken,
        })
    }

    pub(super) fn begin(self: &Arc<Self>, storage: Arc<dyn Storage>) -> Result<Box<dyn Upload>, Fault> {
        Ok(Box::new(Staged {
            bytes: self.temporary()?,
            small: None,
            look: None,
            incoming: Arc::clone(self),
            storage,
        }))
    }

    /// A file that nobody else has. The numbers of an earlier process with the same id may still be there.
    fn temporary(&self) -> Result<Temporary, Fault> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.folder.join(format!("{}-{number}", std::process::id()));
            return match Temporary::make(path.clone()) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made.map_err(|error| fault(&path, &error)),
            };
        }
    }

    /// Whether the folder is there: where a disk is not mounted any more, it is not.
    pub(super) fn stand(&self) -> Result<(), Fault> {
        fs::metadata(&self.folder)
            .map(drop)
            .map_err(|error| fault(&self.folder, &error))
    }

    /// Whether bytes can be kept.
    pub(super) fn prove(&self) -> Result<(), Fault> {
        let mut tried = self.temporary()?;
        let written = tried.write_all(&[0; TRIED_BYTES]).and_then(|()| tried.file.sync_all());
        written.map_err(|error| tried.fault(&error))
    }

    /// Removes what was last written to before `before`.
    #[expect(clippy::disallowed_methods, reason = "the store owns its files")]
    pub(super) fn sweep(&self, before: Time) -> Result<(), Fault> {
        for (path, meta) in files_in(&self.folder).map_err(|error| fault(&self.folder, &error))? {
            if micros(meta.mtime(), meta.mtime_nsec()) < before {
                gone(fs::remove_file(&path)).map_err(|error| fault(&path, &error))?;
            }
        }
        Ok(())
    }
}

/// An upload in progress.
struct Staged {
    bytes: Temporary,
    /// The small copy, where it is a picture.
    small: Option<Temporary>,
    /// Said once it is finished.
    look: Option<FileLook>,
    incoming: Arc<Incoming>,
    storage: Arc<dyn Storage>,
}

impl Upload for Staged {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if self.look.is_some() {
            return Err(Fault::Internal("the upload is finished already".to_owned()));
        }
        let most = self.incoming.limits.attachment_bytes;
        // The disk never holds more than a file may have, even where nobody counted; `finish` refuses it.
        if self.bytes.len > most {
            return Ok(());
        }
        let room = usize::try_from(most - self.bytes.len)
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        let bytes = bytes.get(..room).unwrap_or(bytes);
        self.bytes.write_all(bytes).map_err(|error| self.bytes.fault(&error))
    }

    fn finish(&mut self) -> Result<FileLook, Error> {
        if self.look.is_some() {
            return Err(Fault::Internal("the upload is finished already".to_owned()).into());
        }
        let max = self.incoming.limits.attachment_bytes;
        match self.bytes.len {
            0 => return Err(Refusal::EmptyFile.into()),
            len if len > max => return Err(Refusal::FileTooLarge { max }.into()),
            _ => {}
        }
        let told = kind::told(&mut self.bytes.file).map_err(|error| self.bytes.fault(&error))?;
        let told = self.incoming.taken.taken(told).ok_or(Refusal::FileType)?;
        let picture = match Format::of(told.media) {
            Some(format) => Some(self.look_at_picture(format)?),
            None => {
                self.blank(told.media)?;
                None
            }
        };
        let look = FileLook {
            sha256: self.bytes.sha256(),
            bytes: self.bytes.len,
            media: told.to_string(),
            picture,
        };
        self.look = Some(look.clone());
        Ok(look)
    }

    fn keep(self: Box<Self>, name: &str) -> Result<(), Fault> {
        if self.look.is_none() {
            return Err(Fault::Internal("the upload is not finished yet".to_owned()));
        }
        let small_name = thumbnail_name(name);
        shelf(name)?;
        // The small copy first: whoever finds the file finds its small copy too.
        if let Some(small) = self.small {
            shelf(&small_name)?;
            self.storage.put(&small_name, small)?;
        }
        self.storage.put(name, self.bytes)
    }
}

impl Staged {
    /// Overwrites what the file tells besides itself, where that is known of its type.
    fn blank(&mut self, media: &'static str) -> Result<(), Error> {
        let failed = |error: io::Error| self.bytes.fault(&error);
        let Some(shape) = Shape::of(media, &self.bytes.file).map_err(failed)? else {
            return Ok(());
        };
        let file = self.bytes.file.try_clone().map_err(failed)?;
        let blanks = decoded(&self.incoming.pictures, move || Ok(shape.blanks(file)))?.map_err(failed)?;
        if blanks.keeps_some {
            tracing::info!(
                media,
                "a file is not made as its type says; what it tells besides itself may be kept"
            );
        }
        if blanks.is_empty() {
            return Ok(());
        }
        let overwritten = self.bytes.overwrite(&blanks);
        overwritten.map_err(|error| self.bytes.fault(&error).into())
    }

    /// Replaces the bytes by the same picture without metadata, and makes the small copy.
    fn look_at_picture(&mut self, format: Format) -> Result<Picture, Error> {
        let mut original = self.bytes.file.try_clone().map_err(|error| self.bytes.fault(&error))?;
        let mut kept = self.incoming.temporary()?;
        let limits = self.incoming.limits.clone();
        let (looked, kept) = decoded(&self.incoming.pictures, move || {
            let looked = picture::look(format, &mut original, &mut kept, &limits)?;
            Ok((looked, kept))
        })?;
        let small = match looked.thumbnail {
            Some(bytes) => {
                let mut small = self.incoming.temporary()?;
                small.write_all(&bytes).map_err(|error| small.fault(&error))?;
                Some(small)
            }
            None => None,
        };
        self.bytes = kept;
        self.small = small;
        Ok(Picture {
            width: looked.width,
            height: looked.height,
            has_thumbnail: self.small.is_some(),
            blur: looked.blur,
        })
    }
}

/// Decoders are somebody else's, and so are the bytes: where one panics over them, it is the file that is refused.
fn decoded<T: Send + 'static>(
    pictures: &Workers,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    pictures.run(work).unwrap_or_else(|| {
        tracing::warn!("a picture made its decoder panic; it was refused");
        Err(Refusal::FileType.into())
    })
}

/// Makes a folder, and those that it is in, for this user alone; one that is there stays as it is.
#[expect(clippy::disallowed_methods, reason = "the store owns its files")]
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The plain files in a folder; whatever else somebody put there is passed over.
pub(super) fn files_in(folder: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.metadata() {
            Ok(meta) if meta.is_file() => found.push((entry.path(), meta)),
            Ok(_) => {}
            // Removed since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

pub(super) fn micros(seconds: i64, nanos: i64) -> Time {
    Time(seconds.saturating_mul(1_000_000).saturating_add(nanos / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_decoder_refuses_its_file_and_no_other() {
        let pictures = Workers::start("test", 1).unwrap();
        let panics = || -> Result<(), Error> { panic!("a planted panic") };
        assert_eq!(decoded(&pictures, panics), Err(Refusal::FileType.into()));
        assert_eq!(decoded(&pictures, || Ok(1)), Ok(1));
    }
}
