//! A store on either engine with something of everything in it, its files, and what is told of its backups.
#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use crate::support::{Folder, NOW, Still, order, person};
use beseda_core::Chat;
use beseda_core::error::Error;
use beseda_core::ports::{Store, Tx};
use beseda_core::rules;
use beseda_core::words::{
    Blur, Cursor, Draft, DraftFile, Epoch, FileLook, Limits, MessageId, OrderId, PersonId, Picture, Query, Role,
    RoomId, SearchAsked, Seq,
};
use beseda_store::backup::{self, BackupError, Bytes, Kept, Manifest, Restored, Source, Step, Target, Told};
use beseda_store::{Opened, Options, Postgres, PostgresOptions, Sqlite};
use beseda_testkit::Ground;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use uuid::Uuid;

/// Which engine keeps the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// A data directory, and a database beside it where that is PostgreSQL's.
pub struct Town {
    folder: Folder,
    ground: Option<Ground>,
}

impl Town {
    /// Nothing at all.
    pub fn empty(engine: Engine) -> Self {
        Self {
            folder: Folder::new(),
            ground: (engine == Engine::Postgres).then(Ground::new),
        }
    }

    /// With people, rooms, messages that were edited and erased, files, and the epoch 5.
    pub fn new(engine: Engine) -> Self {
        let town = Self::empty(engine);
        town.change(|tx| {
            rules::begin_epoch(tx, Epoch(5))?;
            for (id, role) in [(1, Role::Client), (2, Role::Expert), (3, Role::Operator)] {
                rules::put_person(tx, NOW, &person(id, role).into())?;
            }
            rules::put_order(tx, NOW, &order(1), None)?;
            let by = person(1, Role::Client);
            rules::open_order_room(tx, NOW, &by, &OrderId::from(1), Uuid::from_u128(1)).map(drop)
        });
        for text in ["раз", "two\nlines", "", "erased"] {
            town.say(text, &[]);
        }
        town.say("with files", &[(b"the first file", false), (b"a picture", true)]);
        town.erase(4);
        // One that is reserved, and hangs on nothing.
        let look = town.put_bytes(b"unclaimed", false);
        town.change(move |tx| tx.reserve_file(&look, NOW).map(drop).map_err(Error::from));
        town
    }

    pub fn data(&self) -> PathBuf {
        self.folder.database().with_file_name("data")
    }

    pub fn backup(&self) -> PathBuf {
        self.folder.database().with_file_name("backup")
    }

    pub fn ground(&self) -> &Ground {
        self.ground.as_ref().expect("it is on PostgreSQL")
    }

    /// Drops what a restore put aside, and says how many messages were there.
    pub fn drop_aside(&self) -> String {
        let aside = format!("{}_before_20261128t221005z", self.ground().name());
        let count = self.ground().run(&format!("SELECT count(*) FROM {aside}.messages"));
        self.ground()
            .run(&format!("SET client_min_messages = error; DROP SCHEMA {aside} CASCADE"));
        count
    }

    pub fn kept(&self) -> Kept {
        match &self.ground {
            None => Kept::Sqlite(self.data().join("beseda.db")),
            Some(ground) => Kept::Postgres(ground.url().to_owned()),
        }
    }

    pub fn bytes(&self) -> Bytes {
        Bytes::Folder(self.data().join("uploads/chat"))
    }

    fn open(&self) -> Arc<dyn Opened> {
        std::fs::create_dir_all(self.data()).unwrap();
        match &self.ground {
            None => Arc::new(Sqlite::open(&Options::at(self.data().join("beseda.db"))).unwrap()),
            Some(ground) => Arc::new(Postgres::open(&PostgresOptions::at(ground.url())).unwrap()),
        }
    }

    /// Changes something, as a process of its own would.
    pub fn change<T: Send + 'static>(&self, rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static) -> T {
        let store = self.open();
        let chat = Chat::new(
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::new(Still),
            Arc::new(Still),
            Arc::new(Limits::default()),
        );
        let (outcome, receiver) = sync_channel(1);
        chat.change(rule, move |result| outcome.send(result).unwrap());
        let changed = receiver.recv().unwrap().unwrap();
        store.close();
        changed
    }

    /// Sends as the client, with files of these bytes, of which some have a small copy.
    pub fn say(&self, text: &'static str, files: &[(&[u8], bool)]) {
        let looks: Vec<FileLook> = files
            .iter()
            .map(|(bytes, small)| self.put_bytes(bytes, *small))
            .collect();
        self.change(move |tx| {
            let mut hung = Vec::new();
            for look in &looks {
                let file = tx.reserve_file(look, NOW)?.id;
                let title = "имя.txt".to_owned();
                hung.push(DraftFile { file, title });
            }
            let draft = Draft {
                text: if text.is_empty() {
                    "-".to_owned()
                } else {
                    text.to_owned()
                },
                client_id: Some(text.to_owned()).filter(|text| !text.is_empty()),
                files: hung,
                more: None,
            };
            let by = person(1, Role::Client);
            rules::send(tx, NOW, &Limits::default(), (&by).into(), RoomId(1), &draft).map(drop)
        });
    }

    pub fn erase(&self, message: i64) {
        self.change(move |tx| rules::erase(tx, NOW, (&person(1, Role::Client)).into(), MessageId(message)));
    }

    pub fn messages(&self) -> Vec<String> {
        self.change(|tx| {
            let messages = tx.messages_after(RoomId(1), Seq(0), 1_000)?;
            Ok(messages.into_iter().map(|message| message.text).collect())
        })
    }

    /// What the client finds.
    pub fn found(&self, typed: &str) -> Vec<String> {
        let asked = SearchAsked::of(Query::of(typed).unwrap(), 50);
        self.change(move |tx| {
            let by = person(1, Role::Client);
            let found = rules::search(tx, &Limits::default(), (&by).into(), &asked)?;
            Ok(found.items.into_iter().map(|found| found.message.text).collect())
        })
    }

    /// Puts what is missing into the index, until it has all: how many messages that is.
    pub fn index(&self) -> usize {
        let mut count = 0;
        loop {
            // Whoever opens the database proves anew that nobody writes below what is there: the second look has that.
            count += self.change(|tx| {
                let mut count = 0;
                for _ in 0..2 {
                    let lacking = tx.to_index(50)?;
                    if let Some(mark) = lacking.mark {
                        tx.add_to_index(&lacking.part(), mark)?;
                    }
                    count += lacking.messages.len();
                }
                Ok(count)
            });
            let (done, newest) = self.change(|tx| Ok(tx.indexed_to()?));
            if done >= newest {
                return count;
            }
        }
    }

    /// Where a client stands that has seen everything.
    pub fn cursor(&self) -> Cursor {
        self.change(|tx| {
            let room = tx.room(RoomId(1))?.unwrap();
            rules::cursor_of(tx, &room)
        })
    }

    /// What a client hears that stands there: what was sent since, and whether it is to begin anew.
    pub fn heard_after(&self, cursor: Cursor) -> (Vec<String>, bool) {
        self.change(move |tx| {
            let by = person(1, Role::Client);
            let heard = rules::catch_up(tx, (&by).into(), RoomId(1), cursor, 100)?;
            let messages = heard.messages.into_iter().filter(|message| message.erased_at.is_none());
            let texts = messages.map(|message| message.text).collect();
            Ok((texts, heard.reset))
        })
    }

    pub fn epoch(&self) -> Epoch {
        self.change(|tx| Ok(tx.epoch()?.unwrap()))
    }

    pub fn is_known(&self, id: i64) -> bool {
        self.change(move |tx| Ok(tx.person(PersonId(id))?.is_some()))
    }

    /// Puts bytes where files are, and says what they look like.
    fn put_bytes(&self, bytes: &[u8], small: bool) -> FileLook {
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        let path = self.path_of(bytes);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        if small {
            std::fs::write(path.with_extension("thumbnail"), b"small").unwrap();
        }
        let picture = small.then_some(Picture {
            width: 2,
            height: 2,
            has_thumbnail: true,
            blur: Blur::of(&[7; Blur::BYTES]),
        });
        FileLook {
            sha256,
            bytes: bytes.len() as u64,
            media: "text/plain".to_owned(),
            picture,
        }
    }

    /// Where the bytes of a file are.
    pub fn path_of(&self, bytes: &[u8]) -> PathBuf {
        let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        self.data().join("uploads/chat").join(&hex[..2]).join(hex)
    }

    /// Makes a backup.
    pub fn back_up(&self) -> Manifest {
        self.back_up_to(&self.backup(), &mut |_| ()).unwrap()
    }

    pub fn back_up_to(&self, to: &Path, told: &mut Told<'_>) -> Result<Manifest, BackupError> {
        let (kept, bytes) = (self.kept(), self.bytes());
        std::fs::write(self.data().join("secret"), "a secret\n").unwrap();
        let source = Source {
            kept: &kept,
            bytes: &bytes,
            settings: None,
            secret: Some(&self.data().join("secret")),
            program: "0",
            made_at: "2026-11-28T22:10:05Z",
        };
        backup::make(&source, to, told)
    }

    /// Restores a backup here, into the epoch 6.
    pub fn restore(&self, from: &Path, replace: bool) -> Result<Restored, BackupError> {
        self.restore_telling(from, replace, &mut |_| ())
    }

    pub fn restore_telling(
        &self,
        from: &Path,
        replace: bool,
        told: &mut dyn FnMut(Step),
    ) -> Result<Restored, BackupError> {
        let (kept, bytes) = (self.kept(), self.bytes());
        let target = Target {
            data: &self.data(),
            kept: &kept,
            bytes: &bytes,
            epoch: 6,
            replace,
            time: "20261128T221005Z",
        };
        backup::restore(from, &target, told)
    }
}
