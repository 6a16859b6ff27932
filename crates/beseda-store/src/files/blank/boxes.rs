//! MP4, QuickTime, HEIC and AVIF: boxes in boxes, each with its length and its name (ISO/IEC 14496-12).

use super::{Blanks, OVERWRITTEN_PARTS, Source, items, timed};
use std::io::{self, Read, Seek};
use std::ops::Range;

/// What a box of metadata becomes: room that is left free.
const FREE: &[u8; 4] = b"free";

/// Room that is free already. Programs leave there what they moved elsewhere, and some cameras put places there.
const ROOM: [&[u8; 4]; 3] = [FREE, b"skip", b"wide"];

/// Boxes of a file that are needed to show it, besides those that are looked into.
const OF_FILE: [&[u8; 4]; 7] = [b"ftyp", b"styp", b"mfra", b"sidx", b"ssix", b"pdin", b"imda"];

/// And of a film.
const OF_MOVIE: [&[u8; 4]; 6] = [b"mvex", b"iods", b"pssh", b"rmra", b"ctab", b"clip"];

/// XMP, in a box whose name is one of its own.
const XMP: &[u8; 16] = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";

/// What a song says of itself, and what it needs to follow another without a gap.
const SONG: [&[u8; 4]; 14] = [
    b"\xa9nam", b"\xa9ART", b"aART", b"\xa9alb", b"\xa9gen", b"gnre", b"\xa9wrt", b"trkn", b"disk", b"cpil", b"pgap",
    b"tmpo", b"covr", b"----",
];

/// What says something besides the film wherever it stands among what is needed, and room that is free.
const BESIDE: [&[u8; 4]; 5] = [b"udta", b"meta", FREE, b"skip", b"wide"];

/// How many stretches of bytes without boxes are remembered; what stands in further ones stays.
pub(super) const MEDIA_STRETCHES: usize = 1_024;

/// A box: where it begins, where what it holds begins, and where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: [u8; 4],
    at: u64,
    pub(super) body: Range<u64>,
}

/// A walk through a file.
pub(super) struct Walk<'a, R> {
    pub(super) source: &'a mut Source<R>,
    pub(super) blanks: Blanks,
    /// What is neither box nor of a box: pictures and sounds, and whatever else was put among them.
    media: Vec<Range<u64>>,
    /// What stands among them and is to go, and whether it is to begin with an Exif that says nothing.
    wanted: Vec<(Range<u64>, bool)>,
}

/// What is to be overwritten in a file of boxes.
pub(super) fn blanks<R: Read + Seek>(source: &mut Source<R>) -> io::Result<Blanks> {
    let whole = 0..source.len;
    let mut walk = Walk {
        source,
        blanks: Blanks::default(),
        media: Vec::new(),
        wanted: Vec::new(),
    };
    walk.file(whole)?;
    if walk.wanted.len() > OVERWRITTEN_PARTS {
        return Ok(Blanks::none());
    }
    for (range, is_exif) in std::mem::take(&mut walk.wanted) {
        let is_media = walk
            .media
            .iter()
            .any(|media| media.start <= range.start && range.end <= media.end);
        match is_media {
            true => walk.among_media(range, is_exif),
            // Boxes may stand there, and a file without its boxes is none.
            false => walk.blanks.keeps_some = true,
        }
    }
    Ok(walk.blanks)
}

impl<R: Read + Seek> Walk<'_, R> {
    /// The box at a place; `None` where there is none that ends within `until`.
    pub(super) fn part(&mut self, at: u64, until: u64) -> io::Result<Option<Part>> {
        let Some([a, b, c, d, kind @ ..]) = self.source.array::<8>(at)? else {
            return Ok(None);
        };
        let (body, end) = match u32::from_be_bytes([a, b, c, d]) {
            // To the end of what it is in.
            0 => (at + 8, Some(until)),
            1 => match self.source.array(at + 8)? {
                Some(len) => (at + 16, at.checked_add(u64::from_be_bytes(len))),
                None => return Ok(None),
            },
            len => (at + 8, Some(at + u64::from(len))),
        };
        let end = end.filter(|end| body <= *end && *end <= until);
        Ok(end.map(|end| Part {
            kind,
            at,
            body: body..end,
        }))
    }

    /// Each box in turn. Whether there is nothing else.
    pub(super) fn each(
        &mut self,
        range: Range<u64>,
        mut found: impl FnMut(&mut Self, Part) -> io::Result<()>,
    ) -> io::Result<bool> {
        let mut at = range.start;
        while let Some(part) = self.part(at, range.end)? {
            at = part.body.end;
            found(self, part)?;
        }
        Ok(at == range.end)
    }

    /// The first box of a kind.
    pub(super) fn find(&mut self, range: &Range<u64>, kind: &[u8; 4]) -> io::Result<Option<Range<u64>>> {
        let mut at = range.start;
        while let Some(part) = self.part(at, range.end)? {
            if &part.kind == kind {
                return Ok(Some(part.body));
            }
            at = part.body.end;
        }
        Ok(None)
    }

    /// Leaves its room free; its name stays where that says so already.
    fn leave(&mut self, part: &Part) {
        match ROOM.contains(&&part.kind) {
            true => self.blanks.zero(part.body.clone()),
            false => self.free(part),
        }
    }

    /// Makes free room of it.
    pub(super) fn free(&mut self, part: &Part) {
        self.blanks.put(part.at + 4, FREE);
        self.blanks.zero(part.body.clone());
    }

    /// Has what stands among the media overwritten, once it is known where they are.
    pub(super) fn want(&mut self, range: Range<u64>, is_exif: bool) {
        if self.wanted.len() <= OVERWRITTEN_PARTS {
            self.wanted.push((range, is_exif));
        }
    }

    /// Overwrites what is no box.
    pub(super) fn among_media(&mut self, range: Range<u64>, is_exif: bool) {
        // Where it begins, no byte order but a directory without entries: some readers refuse what is no Exif at all.
        let nothing = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0";
        if is_exif && range.end - range.start >= nothing.len() as u64 {
            self.blanks.put(range.start, nothing);
        }
        self.blanks.zero(range);
    }

    fn file(&mut self, range: Range<u64>) -> io::Result<()> {
        let mut is_lost = false;
        let is_whole = self.each(range, |walk, part| match &part.kind {
            _ if is_lost => Ok(()),
            b"mdat" => {
                if walk.media.len() < MEDIA_STRETCHES {
                    walk.media.push(part.body);
                }
                Ok(())
            }
            b"moov" => walk.movie(part.body),
            b"moof" => walk.fragment(part.body),
            b"meta" => walk.meta(&part),
            kind if OF_FILE.contains(&kind) => Ok(()),
            // Also the film that a phone puts into a photo.
            kind if is_name(kind) => {
                walk.leave(&part);
                Ok(())
            }
            // A length before it was wrong, and this is no box.
            _ => {
                is_lost = true;
                Ok(())
            }
        })?;
        self.blanks.keeps_some |= is_lost || !is_whole;
        Ok(())
    }

    fn movie(&mut self, body: Range<u64>) -> io::Result<()> {
        let is_whole = self.each(body, |walk, part| match &part.kind {
            b"mvhd" => walk.times(&part.body),
            b"trak" => walk.track(&part),
            b"udta" => walk.user_data(&part),
            // Its boxes are packed.
            b"cmov" => {
                walk.blanks.keeps_some = true;
                Ok(())
            }
            kind if OF_MOVIE.contains(&kind) => Ok(()),
            // What it says of itself, where Apple's phones put places; and what programs and cameras put there.
            _ => {
                walk.leave(&part);
                Ok(())
            }
        })?;
        self.blanks.keeps_some |= !is_whole;
        Ok(())
    }

    fn track(&mut self, track: &Part) -> io::Result<()> {
        if let Some(samples) = timed::samples(self, &track.body)? {
            // Places and movements, second by second.
            for range in samples {
                self.want(range, false);
            }
            self.free(track);
            return Ok(());
        }
        self.each(track.body.clone(), |walk, part| match &part.kind {
            b"tkhd" => walk.times(&part.body),
            b"mdia" => walk.media_of_track(part.body),
            // What programs put there may say how it is shown: that it goes all around.
            b"uuid" if walk.source.array(part.body.start)? != Some(*XMP) => Ok(()),
            b"uuid" => {
                walk.free(&part);
                Ok(())
            }
            _ => walk.leave_beside(&part),
        })?;
        Ok(())
    }

    fn media_of_track(&mut self, body: Range<u64>) -> io::Result<()> {
        self.each(body, |walk, part| match &part.kind {
            b"mdhd" => walk.times(&part.body),
            // Behind what is read of it stands a name: of a program, or of who made the camera.
            b"hdlr" => {
                walk.blanks.zero(part.body.start + 24..part.body.end);
                Ok(())
            }
            _ => walk.leave_beside(&part),
        })?;
        Ok(())
    }

    /// A part of a film that is sent in parts.
    fn fragment(&mut self, body: Range<u64>) -> io::Result<()> {
        self.each(body, |walk, part| match &part.kind {
            b"traf" => walk.fragment_of_track(part.body),
            _ => walk.leave_beside(&part),
        })?;
        Ok(())
    }

    fn fragment_of_track(&mut self, body: Range<u64>) -> io::Result<()> {
        self.each(body, |walk, part| walk.leave_beside(&part))?;
        Ok(())
    }

    fn leave_beside(&mut self, part: &Part) -> io::Result<()> {
        if BESIDE.contains(&&part.kind) {
            self.leave(part);
        }
        Ok(())
    }

    /// When it was made and changed.
    fn times(&mut self, header: &Range<u64>) -> io::Result<()> {
        let len = match self.source.array(header.start)? {
            Some([0]) => 8,
            Some([1]) => 16,
            _ => return Ok(()),
        };
        let from = header.start + 4;
        if from + len <= header.end {
            self.blanks.zero(from..from + len);
        }
        Ok(())
    }

    /// A film's user data: nothing but what a song says of itself stays.
    fn user_data(&mut self, part: &Part) -> io::Result<()> {
        let mut is_song = false;
        let is_whole = self.each(part.body.clone(), |walk, part| {
            is_song |= &part.kind == b"meta" && walk.tags(&part.body)?.is_some();
            Ok(())
        })?;
        if !is_song || !is_whole {
            self.free(part);
            return Ok(());
        }
        self.each(part.body.clone(), |walk, part| {
            let tags = match &part.kind {
                b"meta" => walk.tags(&part.body)?,
                _ => None,
            };
            match tags {
                Some(body) => walk.song(body),
                None => {
                    walk.free(&part);
                    Ok(())
                }
            }
        })?;
        Ok(())
    }

    /// What a box of metadata holds, where it holds the tags of a song.
    fn tags(&mut self, meta: &Range<u64>) -> io::Result<Option<Range<u64>>> {
        let body = self.inside(meta)?;
        Ok(body.filter(|(_, handler)| handler == b"mdir").map(|(body, _)| body))
    }

    /// What a box of metadata holds, and by what it is to be read. QuickTime's has no version in front.
    fn inside(&mut self, meta: &Range<u64>) -> io::Result<Option<(Range<u64>, [u8; 4])>> {
        for body in [meta.start + 4..meta.end, meta.clone()] {
            if let Some(part) = self.part(body.start, body.end)?
                && &part.kind == b"hdlr"
                && part.body.end - part.body.start >= 12
                && let Some(handler) = self.source.array(part.body.start + 8)?
            {
                return Ok(Some((body, handler)));
            }
        }
        Ok(None)
    }

    fn song(&mut self, body: Range<u64>) -> io::Result<()> {
        self.each(body, |walk, part| match &part.kind {
            b"hdlr" => Ok(()),
            b"ilst" => {
                walk.each(part.body, |walk, tag| {
                    if !SONG.contains(&&tag.kind) {
                        walk.free(&tag);
                    }
                    Ok(())
                })?;
                Ok(())
            }
            _ => {
                walk.free(&part);
                Ok(())
            }
        })?;
        Ok(())
    }

    /// What a whole file says: of a still picture, what it is made of, and beside it Exif and XMP.
    fn meta(&mut self, part: &Part) -> io::Result<()> {
        match self.inside(&part.body)? {
            Some((body, handler)) if &handler == b"pict" => items::overwrite(self, &body),
            Some((body, handler)) if &handler == b"mdir" => self.song(body),
            Some(_) => {
                self.free(part);
                Ok(())
            }
            // Perhaps the picture itself.
            None => {
                self.blanks.keeps_some = true;
                Ok(())
            }
        }
    }
}

/// Whether these can be the name of a box.
fn is_name(kind: &[u8; 4]) -> bool {
    kind.iter()
        .all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | 0xa9))
}
