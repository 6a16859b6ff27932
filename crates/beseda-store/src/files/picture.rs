//! Pictures: how big one is as it is shown, a copy without metadata, and a small copy, all within bounds.
//!
//! What the header claims is looked at before anything is decoded. Memory is bounded by what is known beforehand, and
//! a picture that needs more of it is kept without a small copy.

use super::format::Format;
use super::strip::{self, StripError};
use super::temporary::Temporary;
use beseda_core::error::{Error, Fault, Refusal};
use beseda_core::words::Limits;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder as _, ImageError, ImageReader, ImageResult};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Cursor, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// How good a small copy is, of 100.
const THUMBNAIL_QUALITY: u8 = 80;

/// A colour profile bigger than this is not worth its bytes in a small copy.
const PROFILE_BYTES: usize = 16_384;

/// What became of a picture.
pub(super) struct Looked {
    /// As it is shown.
    pub(super) width: u32,
    pub(super) height: u32,
    /// The small copy, JPEG or PNG; none where making it would need too much memory.
    pub(super) thumbnail: Option<Vec<u8>>,
}

/// Writes a picture without its metadata to `kept`, and looks at that: nothing that was left out is ever decoded.
pub(super) fn look(
    format: Format,
    original: &mut File,
    kept: &mut Temporary,
    limits: &Limits,
) -> Result<Looked, Error> {
    let (turn, held) = strip(format, original, kept)?;
    let decoder = open(format, &mut kept.file, limits)?;
    let size = decoder.dimensions();
    require_size(size, limits)?;
    let thumbnail = shrink(decoder, turn, held, limits)?;
    let (width, height) = shown(size, turn);
    Ok(Looked {
        width,
        height,
        thumbnail,
    })
}

/// A decoder that has read the header, and nothing else.
fn open<'a>(format: Format, file: &'a mut File, limits: &Limits) -> Result<impl ImageDecoder + 'a, Error> {
    file.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
    let mut reader = ImageReader::with_format(BufReader::new(file), format.codec());
    reader.limits(bounds(limits));
    reader.into_decoder().map_err(refused)
}

fn bounds(limits: &Limits) -> image::Limits {
    let mut bounds = image::Limits::no_limits();
    bounds.max_alloc = Some(limits.picture_memory_bytes);
    bounds
}

fn require_size((width, height): (u32, u32), limits: &Limits) -> Result<(), Error> {
    let (side, pixels) = (limits.picture_side_pixels, limits.picture_pixels);
    if width == 0 || height == 0 {
        return Err(Refusal::FileType.into());
    }
    if width.max(height) > side || u64::from(width) * u64::from(height) > pixels {
        return Err(Refusal::PictureTooLarge { pixels, side }.into());
    }
    Ok(())
}

fn shown((width, height): (u32, u32), turn: Orientation) -> (u32, u32) {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    match turn {
        Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH => (height, width),
        _ => (width, height),
    }
}

/// How the picture is to be turned, and how much its decoder holds.
fn strip(format: Format, original: &mut File, kept: &mut Temporary) -> Result<(Orientation, u64), Error> {
    let mut bytes = Vec::new();
    original.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
    original.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    // Walked to its end before any of it is believed: a length in it may claim anything.
    let seen = strip::strip(format, &bytes, 1, &mut io::sink()).map_err(broken)?;
    let turn = seen
        .exif
        .and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms);
    let mut to = BufWriter::with_capacity(65_536, kept);
    strip::strip(format, &bytes, turn.to_exif(), &mut to).map_err(broken)?;
    to.flush().map_err(|error| failed(&error))?;
    Ok((turn, seen.held))
}

fn broken(error: StripError) -> Error {
    match error {
        StripError::Broken => Refusal::FileType.into(),
        StripError::Io(error) => failed(&error),
    }
}

/// The small copy of a picture; `None` where decoding it would need too much memory: what the decoder gives, and `held`
/// bytes for each pixel.
fn shrink(
    mut decoder: impl ImageDecoder,
    turn: Orientation,
    held: u64,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, Error> {
    let (width, height) = decoder.dimensions();
    let held = u64::from(width) * u64::from(height) * held;
    let mut bounds = bounds(limits);
    let fits = bounds.reserve(decoder.total_bytes().saturating_add(held));
    if fits.and_then(|()| decoder.set_limits(bounds)).is_err() {
        return Ok(None);
    }
    let profile = decoder
        .icc_profile()
        .ok()
        .flatten()
        .filter(|profile| is_usable(profile));
    match DynamicImage::from_decoder(decoder) {
        Ok(picture) => encode(small(picture, turn, limits.thumbnail_side_pixels), profile).map(Some),
        Err(ImageError::Limits(_)) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

/// The small copy is RGB: only a profile for that fits it.
fn is_usable(profile: &[u8]) -> bool {
    profile.len() <= PROFILE_BYTES && profile.get(16..20) == Some(b"RGB ")
}

/// Smaller where it is bigger than `side`, turned as it is shown, in 8 bits.
fn small(picture: DynamicImage, turn: Orientation, side: u32) -> DynamicImage {
    let mut small = match picture.width().max(picture.height()) > side {
        true => picture.thumbnail(side, side),
        false => picture,
    };
    small.apply_orientation(turn);
    let rgba = small.to_rgba8();
    match rgba.pixels().any(|pixel| pixel.0.last() != Some(&u8::MAX)) {
        true => DynamicImage::ImageRgba8(rgba),
        false => DynamicImage::ImageRgb8(small.to_rgb8()),
    }
}

/// PNG where something shines through, JPEG else.
fn encode(picture: DynamicImage, profile: Option<Vec<u8>>) -> Result<Vec<u8>, Error> {
    let mut bytes = Cursor::new(Vec::new());
    let written: ImageResult<()> = if picture.color().has_alpha() {
        let mut encoder = PngEncoder::new(&mut bytes);
        // A profile that cannot be written is left out.
        let _ = profile.map(|profile| encoder.set_icc_profile(profile));
        picture.write_with_encoder(encoder)
    } else {
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, THUMBNAIL_QUALITY);
        let _ = profile.map(|profile| encoder.set_icc_profile(profile));
        picture.write_with_encoder(encoder)
    };
    written.map_err(|error| Fault::Internal(format!("a small picture could not be encoded: {error}")))?;
    Ok(bytes.into_inner())
}

fn failed(error: &io::Error) -> Error {
    super::fault(Path::new("an upload"), error).into()
}

/// What is no picture of its format is nothing that is taken.
fn refused(error: ImageError) -> Error {
    match error {
        ImageError::IoError(error) if error.raw_os_error().is_some() => failed(&error),
        _ => Refusal::FileType.into(),
    }
}
