//! Pictures: how big one is as it is shown, a copy without metadata, a small copy and a blurred look, all within bounds.
//!
//! What the header claims is looked at before anything is decoded. Memory is bounded by what is known beforehand. A
//! picture that needs more of it is made smaller as it is read, where its format has a way, or kept without a small copy.

use super::format::Format;
use super::small::{self, Small, SmallError};
use super::strip::{self, Seen, StripError};
use super::temporary::Temporary;
use beseda_core::error::{Error, Fault, Refusal};
use beseda_core::words::{Blur, Limits};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder as _, ImageError, ImageReader, ImageResult};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Cursor, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use thumbhash::rgba_to_thumb_hash;

/// How good a small copy is, of 100.
const THUMBNAIL_QUALITY: u8 = 80;

/// A colour profile bigger than this is not worth its bytes in a small copy.
const PROFILE_BYTES: usize = 16_384;

/// The longer side of what a blurred look is made of: the most that a ThumbHash takes, and it would not gain by more.
const BLURRED_SIDE_PIXELS: u32 = 100;

/// What became of a picture.
pub(super) struct Looked {
    /// As it is shown.
    pub(super) width: u32,
    pub(super) height: u32,
    /// The small copy, JPEG or PNG; none where making it would need too much memory.
    pub(super) thumbnail: Option<Vec<u8>>,
    /// Of the small copy.
    pub(super) blur: Option<Blur>,
}

/// Writes a picture without its metadata to `kept`, and looks at that: nothing that was left out is ever decoded.
pub(super) fn look(
    format: Format,
    original: &mut File,
    kept: &mut Temporary,
    limits: &Limits,
) -> Result<Looked, Error> {
    let (turn, seen) = strip(format, original, kept)?;
    let size = match seen.size {
        // Its decoder would read the whole file only to say this.
        Some(size) => size,
        None => open(format, &mut kept.file, limits.picture_memory_bytes)?
            .ok_or(Refusal::FileType)?
            .dimensions(),
    };
    if size.0 == 0 || size.1 == 0 {
        return Err(Refusal::FileType.into());
    }
    let small = match is_too_large(size, limits) {
        true => None,
        false => shrink(format, kept, size, &seen, limits)?,
    };
    let small = small.map(|small| Small {
        picture: upright(small.picture, turn, limits.thumbnail_side_pixels),
        ..small
    });
    let blur = small.as_ref().and_then(|small| blurred(&small.picture));
    let thumbnail = small.map(|small| encode(small.picture, small.profile)).transpose()?;
    let (width, height) = shown(size, turn);
    Ok(Looked {
        width,
        height,
        thumbnail,
        blur,
    })
}

/// A decoder that has read the header, and nothing else; `None` where that takes more memory than `bytes`.
fn open<'a>(format: Format, file: &'a mut File, bytes: u64) -> Result<Option<impl ImageDecoder + 'a>, Error> {
    file.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
    let mut reader = ImageReader::with_format(BufReader::new(file), format.codec());
    reader.limits(bounds(bytes));
    match reader.into_decoder() {
        Ok(decoder) => Ok(Some(decoder)),
        Err(ImageError::Limits(_)) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

fn bounds(bytes: u64) -> image::Limits {
    let mut bounds = image::Limits::no_limits();
    bounds.max_alloc = Some(bytes);
    bounds
}

/// Whether a small copy of it is not worth its time, whatever memory it would need.
fn is_too_large((width, height): (u32, u32), limits: &Limits) -> bool {
    width.max(height) > limits.picture_side_pixels || u64::from(width) * u64::from(height) > limits.picture_pixels
}

fn shown((width, height): (u32, u32), turn: Orientation) -> (u32, u32) {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    match turn {
        Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH => (height, width),
        _ => (width, height),
    }
}

/// How the picture is to be turned, and what else was seen.
fn strip(format: Format, original: &mut File, kept: &mut Temporary) -> Result<(Orientation, Seen), Error> {
    // Walked to its end before any of it is believed: a length in it may claim anything.
    let seen = strip::strip(format, original, 1, &mut io::sink()).map_err(broken)?;
    let exif = seen.exif.as_deref();
    let turn = exif
        .and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms);
    let mut to = BufWriter::with_capacity(65_536, kept);
    strip::strip(format, original, turn.to_exif(), &mut to).map_err(broken)?;
    to.flush().map_err(|error| failed(&error))?;
    Ok((turn, seen))
}

fn broken(error: StripError) -> Error {
    match error {
        StripError::Broken => Refusal::FileType.into(),
        StripError::Io(error) => failed(&error),
    }
}

/// A small copy: of the whole picture where that fits into the memory, else of its rows or its eighth. `None` where
/// neither goes.
fn shrink(
    format: Format,
    kept: &mut Temporary,
    (width, height): (u32, u32),
    seen: &Seen,
    limits: &Limits,
) -> Result<Option<Small>, Error> {
    let file = if seen.holds_file { kept.len } else { 0 };
    let held = u64::from(width) * u64::from(height) * seen.held + file;
    let bytes = match format {
        // What its decoder holds besides pixels is no part of what is counted.
        Format::Png => limits.picture_memory_bytes.min(small::PNG_BYTES),
        Format::Jpeg | Format::Gif | Format::WebP => limits.picture_memory_bytes,
    };
    if let Some(rest) = limits.picture_memory_bytes.checked_sub(held)
        && let besides = strip::besides(format, &mut kept.file, (width, height), rest).map_err(broken)?
        && besides <= rest
        && let Some(decoder) = open(format, &mut kept.file, bytes)?
        && let Some(whole) = unpacked(decoder, held + besides, limits)?
    {
        return Ok(Some(whole));
    }
    kept.file.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
    let file = BufReader::with_capacity(65_536, &mut kept.file);
    let (side, memory) = (limits.thumbnail_side_pixels, limits.picture_memory_bytes);
    let made = match format {
        Format::Jpeg => small::of_jpeg(file, side, memory),
        Format::Png => small::of_png(file, side, memory, limits.picture_unpacked_bytes),
        Format::Gif | Format::WebP => Err(SmallError::Beyond),
    };
    match made {
        Ok(small) => Ok(Some(small)),
        Err(SmallError::Beyond) => Ok(None),
        Err(SmallError::Broken) => Err(Refusal::FileType.into()),
        Err(SmallError::Io(error)) => Err(failed(&error)),
    }
}

/// The whole picture; `None` where that would need too much memory: what its decoder gives, and what it holds.
fn unpacked(mut decoder: impl ImageDecoder, held: u64, limits: &Limits) -> Result<Option<Small>, Error> {
    let mut bounds = bounds(limits.picture_memory_bytes);
    let fits = bounds.reserve(decoder.total_bytes().saturating_add(held));
    if fits.and_then(|()| decoder.set_limits(bounds)).is_err() {
        return Ok(None);
    }
    let profile = decoder.icc_profile().ok().flatten();
    match DynamicImage::from_decoder(decoder) {
        Ok(picture) => Ok(Some(Small { picture, profile })),
        Err(ImageError::Limits(_)) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

/// The small copy is RGB: only a profile for that fits it.
fn is_usable(profile: &[u8]) -> bool {
    profile.len() <= PROFILE_BYTES && profile.get(16..20) == Some(b"RGB ")
}

/// Smaller where it is bigger than `side`, turned as it is shown, in 8 bits.
fn upright(picture: DynamicImage, turn: Orientation, side: u32) -> DynamicImage {
    let mut small = match is_larger(&picture, side) {
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

fn is_larger(picture: &DynamicImage, side: u32) -> bool {
    picture.width().max(picture.height()) > side
}

/// The ThumbHash of what is upright.
fn blurred(picture: &DynamicImage) -> Option<Blur> {
    let pixels = match is_larger(picture, BLURRED_SIDE_PIXELS) {
        true => picture.thumbnail(BLURRED_SIDE_PIXELS, BLURRED_SIDE_PIXELS).to_rgba8(),
        false => picture.to_rgba8(),
    };
    let (width, height) = (pixels.width().try_into().ok()?, pixels.height().try_into().ok()?);
    Blur::of(&rgba_to_thumb_hash(width, height, &pixels))
}

/// PNG where something shines through, JPEG else.
fn encode(picture: DynamicImage, profile: Option<Vec<u8>>) -> Result<Vec<u8>, Error> {
    let mut bytes = Cursor::new(Vec::new());
    let profile = profile.filter(|profile| is_usable(profile));
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
