//! Files as they hang on messages, in memory.

use super::Run;
use super::kept::{Kept, KeptFile};
use super::mended;
use super::wrong;
use beseda_core::error::Fault;
use beseda_core::ports::{LookFiles, TxFiles};
use beseda_core::words::{Attachment, DraftFile, FileLook, PlacedAttachment, RoomId, Seq, StoredFile, Time};

impl Kept {
    /// The file with these bytes that nobody has given up, or a new one.
    pub(super) fn reserve_file(&mut self, look: &FileLook, now: Time) -> StoredFile {
        let same = |kept: &&mut KeptFile| !kept.doomed && kept.file.look.sha256 == look.sha256;
        if let Some(standing) = self.files.values_mut().find(same) {
            standing.reserved_at = now;
            return standing.file.clone();
        }
        self.last_file += 1;
        let file = StoredFile {
            id: self.last_file,
            name: self.free_name(&look.sha256),
            look: look.clone(),
        };
        let kept = KeptFile {
            file: file.clone(),
            reserved_at: now,
            doomed: false,
        };
        self.files.insert(file.id, kept);
        file
    }

    /// The hash in hex, or with a number where bytes that are being forgotten still have that name.
    fn free_name(&self, sha256: &[u8; 32]) -> String {
        let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut name = hex.clone();
        let mut number = 1;
        while self.files.values().any(|kept| kept.file.name == name) {
            number += 1;
            name = format!("{hex}-{number}");
        }
        name
    }

    /// Gives up the files that hang on nothing and were reserved before; the names of all that are given up.
    pub(super) fn doom_files(&mut self, before: Time) -> Vec<String> {
        let messages = self.messages.values().map(|line| &line.message);
        let hanging: Vec<i64> = messages
            .flat_map(|message| &message.attachments)
            .map(|attachment| attachment.file.id)
            .collect();
        for kept in self.files.values_mut() {
            kept.doomed |= kept.reserved_at < before && !hanging.contains(&kept.file.id);
        }
        let doomed = self.files.values().filter(|kept| kept.doomed);
        doomed.map(|kept| kept.file.name.clone()).collect()
    }

    /// Gives up one file, unless it hangs on something.
    pub(super) fn doom_file(&mut self, name: &str) -> bool {
        let messages = self.messages.values().map(|line| &line.message);
        let mut hanging = messages.flat_map(|message| &message.attachments);
        if hanging.any(|attachment| attachment.file.name == name) {
            return false;
        }
        let standing = |kept: &&mut KeptFile| !kept.doomed && kept.file.name == name;
        let found = self.files.values_mut().find(standing);
        found.map(|kept| kept.doomed = true).is_some()
    }

    /// Hangs files on a message.
    pub(super) fn attach(&mut self, files: &[DraftFile]) -> Result<Vec<Attachment>, Fault> {
        let mut attachments = Vec::with_capacity(files.len());
        for DraftFile { file, title } in files {
            let kept = self.files.get(file).filter(|kept| !kept.doomed);
            let kept = kept.ok_or_else(|| wrong(format!("file {file} is gone")))?;
            self.last_attachment += 1;
            attachments.push(Attachment {
                id: self.last_attachment,
                title: title.clone(),
                file: kept.file.clone(),
            });
        }
        Ok(attachments)
    }
}

impl LookFiles for Run {
    fn attachment(&mut self, id: i64) -> Result<Option<PlacedAttachment>, Fault> {
        let messages = self.kept.messages.values().map(|line| &line.message);
        let mut standing = messages.filter(|message| self.kept.rooms.contains_key(&message.room));
        Ok(standing.find_map(|message| {
            let attachment = message.attachments.iter().find(|attachment| attachment.id == id)?;
            Some(PlacedAttachment {
                room: message.room,
                message: message.id,
                attachment: attachment.clone(),
            })
        }))
    }

    fn knows_file(&mut self, name: &str) -> Result<bool, Fault> {
        Ok(self.kept.files.values().any(|kept| kept.file.name == name))
    }
}

impl TxFiles for Run {
    fn reserve_file(&mut self, look: &FileLook, now: Time) -> Result<StoredFile, Fault> {
        Ok(self.kept().reserve_file(look, now))
    }

    fn doom_files(&mut self, before: Time) -> Result<Vec<String>, Fault> {
        Ok(self.kept().doom_files(before))
    }

    fn doom_file(&mut self, name: &str) -> Result<bool, Fault> {
        Ok(self.kept().doom_file(name))
    }

    fn mend_files(&mut self, now: Time, ahead: Time) -> Result<u64, Fault> {
        let files = self.kept().files.values_mut();
        let reserved = files.filter(|kept| !kept.doomed && kept.reserved_at > ahead);
        Ok(mended(reserved, |kept| kept.reserved_at = now))
    }

    fn forget_file(&mut self, name: &str) -> Result<(), Fault> {
        self.kept()
            .files
            .retain(|_, kept| !(kept.doomed && kept.file.name == name));
        Ok(())
    }

    fn attachments(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Attachment>, Fault> {
        let line = self.kept.messages.get(&(room, seq));
        Ok(line.map(|line| line.message.attachments.clone()).unwrap_or_default())
    }
}
