//! Stories of files: reserved when uploaded, claimed by a message, released with it, and forgotten when nothing holds
//! them.

use super::Make;
use super::stage::{Stage, as_kept, refusal};
use beseda_core::error::{Error, Fault, Refusal};
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::{
    Blur, Draft, DraftFile, Extra, FileLook, Head, Kinds, Message, NewMessage, OrderId, PersonId, Picture, RoomId,
    RoomKey, Seq, StoredFile, Time,
};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

fn look_of(content: u8) -> FileLook {
    FileLook {
        sha256: [content; 32],
        bytes: u64::from(content) * 1_000,
        media: "image/png".to_owned(),
        picture: content.is_multiple_of(2).then_some(Picture {
            width: 640,
            height: 480,
            has_thumbnail: content == 2,
            blur: Blur::of(&[content; Blur::BYTES]).filter(|_| content == 2),
        }),
    }
}

fn hung(file: i64, title: &str) -> DraftFile {
    DraftFile {
        file,
        title: title.to_owned(),
    }
}

/// Something that happens to the bytes of one upload.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Move {
    /// Somebody uploads them.
    Reserve,
    /// A message is sent with what was reserved last, however long ago.
    Claim,
    /// The oldest message that still has them is erased.
    Release,
    /// What nobody has and was last reserved before the last step is given up.
    Doom,
    /// The bytes that were given up first are gone.
    Forget,
}

const MOVES: [Move; 5] = [Move::Reserve, Move::Claim, Move::Release, Move::Doom, Move::Forget];

/// What has to be true of the bytes after some moves.
#[derive(Default)]
struct Fate {
    reserved: Option<StoredFile>,
    /// The file that can be reserved and claimed, and when it last was reserved.
    live: Option<(StoredFile, Time)>,
    /// Messages that have it, by number, with the attachment.
    hanging: BTreeMap<i64, i64>,
    doomed: Vec<String>,
    sent: i64,
    names: Vec<String>,
}

impl Fate {
    /// Makes a move at a time and looks at what came of it; false where the rules of files do not let it happen.
    fn take(&mut self, tx: &mut dyn Tx, room: RoomId, next: Move, now: Time) -> Result<bool, Fault> {
        match next {
            Move::Reserve => self.reserve(tx, now)?,
            Move::Claim => return self.claim(tx, room, now),
            Move::Release => self.release(tx, room, now)?,
            Move::Doom => self.doom(tx, Time(now.0 - 10))?,
            Move::Forget => {
                if let Some(live) = &self.live {
                    tx.forget_file(&live.0.name)?;
                }
                if !self.doomed.is_empty() {
                    tx.forget_file(&self.doomed.remove(0))?;
                }
            }
        }
        for name in &self.names {
            let is_live = self.live.as_ref().is_some_and(|live| live.0.name == *name);
            assert_eq!(
                tx.knows_file(name)?,
                is_live || self.doomed.contains(name),
                "known until it is forgotten"
            );
        }
        Ok(true)
    }

    fn reserve(&mut self, tx: &mut dyn Tx, now: Time) -> Result<(), Fault> {
        let file = tx.reserve_file(&look_of(2), now)?;
        assert_eq!(file.look, look_of(2));
        match &self.live {
            Some((live, _)) => assert_eq!(file, *live, "the same bytes are the same file"),
            None => {
                assert!(!self.doomed.contains(&file.name), "its bytes are being forgotten");
                let hash = "02".repeat(32);
                let expected = (1..).map(|n| if n == 1 { hash.clone() } else { format!("{hash}-{n}") });
                let free = expected.into_iter().find(|name| !self.doomed.contains(name));
                assert_eq!(Some(&file.name), free.as_ref());
                let stale = self.reserved.as_ref().is_some_and(|before| before.id == file.id);
                assert!(!stale, "a number is never given twice");
            }
        }
        self.names.push(file.name.clone());
        self.live = Some((file.clone(), now));
        self.reserved = Some(file);
        Ok(())
    }

    fn claim(&mut self, tx: &mut dyn Tx, room: RoomId, now: Time) -> Result<bool, Fault> {
        let file = self.reserved.as_ref().map_or(999, |file| file.id);
        let new = NewMessage {
            room,
            seq: Seq(self.sent + 1),
            sender: Some(PersonId(1)),
            client_id: None,
            text: String::new(),
            files: vec![hung(file, "кот.png")],
            created_at: now,
            head: Head(self.sent + 9),
            extra: Extra::NONE,
        };
        let claimed = tx.insert_message(&new);
        if self.live.as_ref().is_none_or(|(live, _)| live.id != file) {
            assert!(matches!(claimed, Err(Fault::Store(_))), "{claimed:?}");
            return Ok(false);
        }
        assert!(claimed?.is_some());
        self.sent += 1;
        let attachments = tx.attachments(room, new.seq)?;
        let [attachment] = attachments.as_slice() else {
            panic!("one file, not {attachments:?}")
        };
        assert_eq!(Some(&attachment.file), self.reserved.as_ref());
        self.hanging.insert(self.sent, attachment.id);
        Ok(true)
    }

    fn release(&mut self, tx: &mut dyn Tx, room: RoomId, now: Time) -> Result<(), Fault> {
        let Some((seq, attachment)) = self.hanging.pop_first() else {
            return Ok(());
        };
        let placed = tx.attachment(attachment)?.expect("it hangs on a message");
        let message = tx.message_at(room, Seq(seq))?.expect("it was sent");
        assert_eq!((placed.room, placed.message), (room, message.id));
        assert_eq!(message.attachments, [placed.attachment]);
        tx.keep_message(&Message {
            text: String::new(),
            erased_at: Some(now),
            ..message
        })?;
        assert_eq!(tx.attachment(attachment)?, None);
        let erased = tx.message_at(room, Seq(seq))?.expect("it keeps its number");
        assert!(erased.attachments.is_empty() && tx.attachments(room, Seq(seq))?.is_empty());
        Ok(())
    }

    fn doom(&mut self, tx: &mut dyn Tx, before: Time) -> Result<(), Fault> {
        let unclaimed = self.hanging.is_empty();
        if let Some((file, _)) = self.live.take_if(|live| unclaimed && live.1 < before) {
            self.doomed.push(file.name);
        }
        let mut names = tx.doom_files(before)?;
        names.sort();
        let mut doomed = self.doomed.clone();
        doomed.sort();
        assert_eq!(names, doomed);
        Ok(())
    }
}

pub(super) fn a_claimed_file_is_never_given_up_in_whatever_order_things_happen(make: Make<'_>, seed: u64) {
    const LENGTH: u32 = 6;
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let told = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&told);
    // Each order of moves is told inside one transaction and taken back, so that the next begins anew.
    for order in 0..MOVES.len().pow(LENGTH) {
        let counted = Arc::clone(&counted);
        let taken_back = stage.change(move |tx| {
            let mut fate = Fate::default();
            for step in 0..LENGTH {
                let next = MOVES[order / MOVES.len().pow(step) % MOVES.len()];
                if !fate.take(tx, room, next, Time(i64::from(step) * 10))? {
                    break;
                }
            }
            *counted.lock() += 1;
            Err::<(), Error>(Fault::Busy.into())
        });
        assert_eq!(taken_back, Err(Fault::Busy.into()), "order {order}");
    }
    assert!(*told.lock() >= MOVES.len().pow(LENGTH));
}

pub(super) fn a_file_is_shown_with_its_message_and_gone_with_it(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let (now, limits) = (stage.chat.now(), Arc::clone(stage.chat.limits()));
    let reserve = |content: u8| {
        stage
            .change(move |tx| Ok(tx.reserve_file(&look_of(content), now)?))
            .expect("it is reserved")
    };
    let files = [reserve(1), reserve(2), reserve(1)];
    assert_eq!(files[0], files[2]);
    let draft = Draft {
        text: String::new(),
        client_id: Some("c-1".to_owned()),
        files: (files.iter().zip(["один", "два", "три"]))
            .map(|(file, title)| hung(file.id, title))
            .collect(),
        more: None,
    };
    let by = stage.people[0].clone();
    let send = |draft: Draft| {
        let (limits, by) = (Arc::clone(&limits), by.clone());
        stage.change(move |tx| rules::send(tx, now, &limits, (&by).into(), room, &draft))
    };
    let sent = send(draft.clone()).expect("files say it without a text").message;
    let sent = as_kept(&sent);
    let shown: Vec<(StoredFile, &str)> = sent
        .attachments
        .iter()
        .map(|attachment| (attachment.file.clone(), attachment.title.as_str()))
        .collect();
    let [one, two, three] = files;
    assert_eq!(shown, [(one, "один"), (two, "два"), (three, "три")]);
    let again = send(draft.clone()).expect("a retry is answered");
    assert_eq!((again.first, as_kept(&again.message)), (false, sent.clone()));
    let bare = stage.send(&by, room, "без файлов", None).expect("it is sent").message;
    assert!(bare.attachments.is_empty());

    let everywhere = stage.look(move |look| {
        let mut found = vec![look.message(sent.id)?, look.message_at(room, sent.seq)?];
        found.push(look.message_by_client_id(room, Some(PersonId(1)), "c-1")?);
        found.push(look.messages_before(room, Seq(9), 9)?.into_iter().next());
        found.extend(look.messages_after(room, Seq(0), 1)?.into_iter().map(Some));
        found.extend(look.sent_after(room, Seq(0), 1)?.into_iter().map(Some));
        assert!(found.iter().all(|found| found.as_ref() == Some(&sent)), "{found:?}");
        Ok(found.len())
    });
    assert_eq!(everywhere, Ok(6));
    stage.erase(&by, bare.id).expect("it is erased");
    let last = stage.look(|look| Ok(look.rooms(PersonId(1), Kinds::ALL, 0, 1)?));
    let last = last.expect("they are listed").remove(0).last.expect("one is left");
    assert_eq!(last.attachments.len(), 3, "the newest message of a list has its files");

    stage.erase(&by, last.id).expect("it is erased");
    let gone = stage.look(move |look| {
        for attachment in &last.attachments {
            assert_eq!(look.attachment(attachment.id)?, None);
        }
        Ok(look.message(last.id)?.expect("it keeps its number").attachments)
    });
    assert_eq!(gone, Ok(Vec::new()));
    assert_eq!(refusal(send(draft)), Some(Refusal::ErasedSince));
}

pub(super) fn a_picture_keeps_its_first_blurred_look_of_whatever_length(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let now = stage.chat.now();
    let look = |content: u8, blur: &[u8]| {
        let mut look = look_of(2);
        look.sha256 = [content; 32];
        look.picture = look.picture.map(|picture| Picture {
            blur: Blur::of(blur),
            ..picture
        });
        look
    };
    // The first was kept before there were any.
    for (content, len) in (1..).zip([0, 1, 17, Blur::BYTES]) {
        let first = look(content, &vec![content; len]);
        for later in [first.clone(), look(content, b"another")] {
            let first = first.clone();
            let kept = stage.change(move |tx| {
                tx.reserve_file(&first, now)?;
                Ok(tx.reserve_file(&later, now)?.look)
            });
            assert_eq!(kept, Ok(look(content, &vec![content; len])), "{len}");
        }
    }
}

pub(super) fn a_removed_room_shows_its_files_to_nobody_and_keeps_them(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let room = stage.room_of_three(1);
    let now = stage.chat.now();
    let left = stage.change(move |tx| {
        let file = tx.reserve_file(&look_of(3), now)?;
        let new = NewMessage {
            room,
            seq: Seq(1),
            sender: None,
            client_id: None,
            text: String::new(),
            files: vec![hung(file.id, "договор.pdf")],
            created_at: now,
            head: Head(9),
            extra: Extra::NONE,
        };
        tx.insert_message(&new)?;
        let attachment = tx.attachments(room, Seq(1))?.remove(0).id;
        assert!(tx.attachment(attachment)?.is_some());
        let room = tx.room(room)?.expect("it stands");
        tx.remove_room(&room, now)?;
        Ok((tx.attachment(attachment)?, tx.doom_files(now.plus_seconds(1))?))
    });
    assert_eq!(left, Ok((None, Vec::new())));
}

pub(super) fn a_cleared_room_keeps_no_text_and_gives_up_what_hangs_nowhere_else(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let (room, other) = (stage.room_of_three(1), stage.room_of_three(2));
    let (now, by) = (stage.chat.now(), stage.people[0].clone());
    let send = |room: RoomId, content: u8| {
        let (limits, by) = (Arc::clone(stage.chat.limits()), by.clone());
        let sent = stage.change(move |tx| {
            let file = tx.reserve_file(&look_of(content), now)?;
            let draft = Draft {
                text: "a text".to_owned(),
                client_id: None,
                files: vec![hung(file.id, "файл")],
                more: None,
            };
            rules::send(tx, now, &limits, (&by).into(), room, &draft)?;
            Ok(file.name)
        });
        sent.expect("it is sent")
    };
    let (alone, shared, _) = (send(room, 1), send(room, 3), send(other, 3));
    let key = RoomKey::Order(OrderId::from(1));
    let cleared = stage.change(move |tx| {
        rules::clear_room(tx, now, &key)?;
        rules::clear_room(tx, now, &key)?;
        let texts = [tx.message_at(room, Seq(1))?, tx.message_at(room, Seq(2))?];
        let jobs = tx.jobs(false, 9)?.into_iter().map(|job| job.errand.about());
        Ok((texts, tx.room(room)?.is_some(), jobs.collect::<Vec<_>>()))
    });
    let (texts, stands, promised) = cleared.expect("it is cleared");
    assert!(texts.into_iter().flatten().all(|message| message.text.is_empty()));
    assert_eq!((stands, promised), (false, vec![alone]));
    let standing = stage.look(move |look| Ok((look.knows_file(&shared)?, look.message_at(other, Seq(1))?)));
    let (is_known, said) = standing.expect("it is looked at");
    assert!(
        is_known && said.is_some_and(|message| message.text == "a text"),
        "nobody else's"
    );
}
