//! What a file is, by its own bytes: one list of the media types that are taken. Anything else is nothing.

use super::ole;
use super::tells;
use super::text::{self, Encoding};
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

/// What is looked at of a file's beginning.
const HEAD_BYTES: u64 = 4_096;

/// What is looked at of a zip's end, where the names of what it holds stand.
const ZIP_NAMES_BYTES: u64 = 262_144;

/// How a media type is told.
type Tell = fn(&Sample) -> bool;

/// What is none of the others: taken only where the list of those that are taken has it.
const ANYTHING: &str = "application/octet-stream";

const TEXT: &str = "text/plain";

/// Every media type there is, and how it is told; the first that fits is it. Text is told by all of its bytes and is
/// never more than text, whatever it says: a page or a drawing with a script in it does not run as `text/plain`. Only
/// what is text in its beginning and something else further on stands before it.
const KINDS: [(&str, Tell); 46] = [
    ("application/pdf", |file| file.has(0, b"%PDF-")),
    ("application/rtf", |file| file.has(0, b"{\\rtf")),
    ("audio/amr", |file| tells::is_amr(&file.head)),
    ("audio/amr-wb", |file| tells::is_amr_wb(&file.head)),
    ("application/pkcs7-signature", |file| tells::is_pkcs7(&file.head)),
    ("application/pgp-signature", |file| tells::is_pgp(&file.head, file.len)),
    (TEXT, |file| file.text.is_some()),
    ("image/png", |file| file.has(0, b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", |file| file.has(0, b"\xff\xd8\xff")),
    ("image/gif", |file| file.has(0, b"GIF87a") || file.has(0, b"GIF89a")),
    ("image/webp", |file| file.is_riff(b"WEBPVP8")),
    ("image/avif", |file| file.is_media(&[b"avif", b"avis"])),
    ("image/heic", |file| {
        file.is_media(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"])
    }),
    ("image/tiff", |file| file.has(0, b"II*\0") || file.has(0, b"MM\0*")),
    ("image/bmp", Sample::is_bitmap),
    ("image/vnd.adobe.photoshop", |file| {
        file.has(0, b"8BPS\0\x01\0\0\0\0\0\0") || file.has(0, b"8BPS\0\x02\0\0\0\0\0\0")
    }),
    ("image/vnd.dwg", |file| tells::is_dwg(&file.head)),
    ("application/vnd.corel-draw", |file| {
        file.is_riff(b"CDR") || file.has(30, b"mimetype") && file.holds_early(b"vnd.corel.")
    }),
    ("video/quicktime", |file| {
        file.is_media(&[b"qt  "]) || file.has(4, b"moov") || file.has(4, b"wide") || file.has(4, b"mdat")
    }),
    ("audio/mp4", |file| {
        [&b"ftypM4A "[..], b"ftypM4B "].iter().any(|brand| file.has(4, brand))
    }),
    ("video/3gpp", |file| {
        [&b"ftyp3gp"[..], b"ftyp3gr", b"ftyp3gs", b"ftyp3ge", b"ftyp3gg"]
            .iter()
            .any(|brand| file.has(4, brand))
    }),
    ("video/3gpp2", |file| file.has(4, b"ftyp3g2")),
    ("video/mp4", |file| {
        file.is_media(&[
            b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash",
        ])
    }),
    ("video/webm", |file| {
        file.has(0, b"\x1a\x45\xdf\xa3") && file.holds_early(b"\x42\x82\x84webm")
    }),
    ("video/x-matroska", |file| {
        file.has(0, b"\x1a\x45\xdf\xa3") && file.holds_early(b"matroska")
    }),
    ("video/x-msvideo", |file| file.is_riff(b"AVI ")),
    ("audio/ogg", Sample::is_sound_in_ogg),
    ("audio/wav", |file| file.is_riff(b"WAVE")),
    ("audio/flac", |file| file.has(0, b"fLaC")),
    ("audio/mpeg", Sample::is_mp3),
    ("audio/aac", |file| tells::is_aac(&file.head, file.len)),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        |file| file.is_office(b"word/document"),
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        |file| file.is_office(b"xl/workbook"),
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        |file| file.is_office(b"ppt/presentation"),
    ),
    ("application/vnd.oasis.opendocument.text", |file| {
        file.is_open_document(b"application/vnd.oasis.opendocument.text")
    }),
    ("application/vnd.oasis.opendocument.spreadsheet", |file| {
        file.is_open_document(b"application/vnd.oasis.opendocument.spreadsheet")
    }),
    ("application/vnd.oasis.opendocument.presentation", |file| {
        file.is_open_document(b"application/vnd.oasis.opendocument.presentation")
    }),
    ("application/zip", |file| file.has(0, ZIP) || file.has(0, b"PK\x05\x06")),
    ("application/vnd.ms-outlook", |file| {
        file.has_stream(&["__properties_version1.0"])
    }),
    ("application/msword", |file| file.has_stream(&["WordDocument"])),
    ("application/vnd.ms-excel", |file| {
        file.has_stream(&["Workbook", "Book"])
    }),
    ("application/vnd.ms-powerpoint", |file| {
        file.has_stream(&["PowerPoint Document"])
    }),
    ("application/x-7z-compressed", |file| file.has(0, b"7z\xbc\xaf\x27\x1c")),
    ("application/vnd.rar", |file| {
        file.has(0, b"Rar!\x1a\x07\x00") || file.has(0, b"Rar!\x1a\x07\x01\x00")
    }),
    ("application/gzip", |file| file.has(0, b"\x1f\x8b\x08")),
    ("application/x-tar", |file| tells::is_tar(&file.head)),
];

const ZIP: &[u8] = b"PK\x03\x04";

/// The media types that are taken: all that can be told, or some of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaTypes(Vec<&'static str>);

/// A media type that cannot be told by a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of the media types that are told by a file's bytes")]
pub struct UnknownMediaType(pub String);

impl Default for MediaTypes {
    fn default() -> Self {
        Self(Self::known().collect())
    }
}

impl MediaTypes {
    /// Only these, as `image/png`; with `application/octet-stream`, every file there is.
    ///
    /// # Errors
    /// The first that cannot be told by a file's bytes.
    pub fn only<T: AsRef<str>>(names: &[T]) -> Result<Self, UnknownMediaType> {
        let known = |name: &T| {
            let found = Self::known().chain([ANYTHING]).find(|known| *known == name.as_ref());
            found.ok_or_else(|| UnknownMediaType(name.as_ref().to_owned()))
        };
        names.iter().map(known).collect::<Result<_, _>>().map(Self)
    }

    /// Every media type that a file's bytes tell, in the order in which they are told.
    pub fn known() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(media, _)| *media)
    }

    /// What a file is taken as; `None` where it is not.
    pub(super) fn taken(&self, told: Option<Told>) -> Option<Told> {
        if self.0.contains(&ANYTHING) {
            return Some(told.unwrap_or(Told {
                media: ANYTHING,
                charset: None,
            }));
        }
        told.filter(|told| self.0.contains(&told.media))
    }
}

/// What a file's bytes tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    /// The media type, without what else is told.
    pub(super) media: &'static str,
    /// The encoding of a text, where it is certain.
    charset: Option<&'static str>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.media)?;
        match self.charset {
            Some(charset) => write!(f, "; charset={charset}"),
            None => Ok(()),
        }
    }
}

/// What a file is; `None` where it is none of the list.
pub(super) fn told(file: &mut (impl Read + Seek)) -> io::Result<Option<Told>> {
    let sample = Sample::of(file)?;
    let found = KINDS.iter().find(|(_, tell)| tell(&sample));
    Ok(found.map(|(media, _)| Told {
        media,
        charset: sample.text.filter(|_| *media == TEXT).and_then(Encoding::charset),
    }))
}

/// What is looked at of a file.
struct Sample {
    head: Vec<u8>,
    len: u64,
    /// How it is written, where all of it is text.
    text: Option<Encoding>,
    /// The last bytes of a zip.
    zip_names: Vec<u8>,
    /// What stands in an old office file.
    streams: Vec<String>,
}

impl Sample {
    fn of(file: &mut (impl Read + Seek)) -> io::Result<Self> {
        let mut head = Vec::new();
        let len = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        file.take(HEAD_BYTES).read_to_end(&mut head)?;
        let text = text::encoding(file)?;
        let mut zip_names = Vec::new();
        if head.starts_with(ZIP) {
            file.seek(SeekFrom::Start(len.saturating_sub(ZIP_NAMES_BYTES)))?;
            file.take(ZIP_NAMES_BYTES).read_to_end(&mut zip_names)?;
        }
        let streams = ole::streams(&head, file)?;
        Ok(Self {
            head,
            len,
            text,
            zip_names,
            streams,
        })
    }

    fn has(&self, at: usize, bytes: &[u8]) -> bool {
        self.head.get(at..).is_some_and(|head| head.starts_with(bytes))
    }

    fn byte(&self, at: usize) -> u8 {
        self.head.get(at).copied().unwrap_or(0)
    }

    /// Whether it stands within the first bytes, at no certain place.
    fn holds_early(&self, bytes: &[u8]) -> bool {
        holds(self.head.get(..64).unwrap_or(&self.head), bytes)
    }

    fn is_riff(&self, kind: &[u8]) -> bool {
        self.has(0, b"RIFF") && self.has(8, kind)
    }

    /// A file of the family of MP4 that says one of these brands, as its own or as one that it gets along with.
    fn is_media(&self, brands: &[&[u8; 4]]) -> bool {
        if !self.has(4, b"ftyp") {
            return false;
        }
        let len = self.head.first_chunk().map_or(0, |len| u32::from_be_bytes(*len));
        let until = usize::try_from(len).unwrap_or(usize::MAX).min(self.head.len());
        let said = self.head.get(8..until).unwrap_or_default().chunks_exact(4);
        // The second of them is a version.
        let mut said = said.enumerate().filter(|(place, _)| *place != 1);
        said.any(|(_, said)| brands.iter().any(|brand| said == *brand))
    }

    fn is_bitmap(&self) -> bool {
        let header = self.byte(14);
        self.has(0, b"BM") && self.has(6, &[0; 4]) && [12, 40, 52, 56, 64, 108, 124].contains(&header)
    }

    fn is_sound_in_ogg(&self) -> bool {
        let codecs: [&[u8]; 4] = [b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   "];
        self.has(0, b"OggS") && codecs.iter().any(|codec| self.has(28, codec))
    }

    /// A tag, or the header of a frame: 11 bits set, layer III, and nothing that is reserved.
    fn is_mp3(&self) -> bool {
        let (second, third) = (self.byte(1), self.byte(2));
        let is_frame = self.byte(0) == 0xff
            && second & 0xe6 == 0xe2
            && second & 0x18 != 0x08
            && !matches!(third >> 4, 0 | 15)
            && third & 0x0c != 0x0c;
        self.has(0, b"ID3") || is_frame
    }

    /// A zip with the parts of an office document.
    fn is_office(&self, part: &[u8]) -> bool {
        holds(&self.zip_names, b"[Content_Types].xml") && holds(&self.zip_names, part)
    }

    /// A zip whose first entry says, as it is, what it is.
    fn is_open_document(&self, media: &[u8]) -> bool {
        self.has(0, ZIP) && self.has(30, b"mimetype") && self.has(38, media) && self.has(38 + media.len(), b"PK")
    }

    fn has_stream(&self, names: &[&str]) -> bool {
        self.streams.iter().any(|stream| names.contains(&stream.as_str()))
    }
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
