//! A PNG read row by row: of its pixels no more than some rows are held at a time.

use super::{Sieve, Small, SmallError, small_size};
use png::{ColorType, Decoder, DecodingError, Limits, Transformations};
use std::io::{BufRead, Seek};

/// What its decoder holds besides some rows: what is packed and unpacked at a time.
const HELD_BYTES: u64 = 524_288;

/// What its decoder may take for a colour profile, as it is packed and unpacked, and a row.
pub(in crate::files) const PNG_BYTES: u64 = 4_194_304;

/// How many rows it holds: as they were packed, as they are given, and the one before.
const HELD_ROWS: u64 = 4;

/// The small copy of a PNG, whose longer side has at most `side` pixels. `memory` bounds what is held, and `unpacked`
/// what is read through, both in bytes.
pub(in crate::files) fn of_png(
    file: impl BufRead + Seek,
    side: u32,
    memory: u64,
    unpacked: u64,
) -> Result<Small, SmallError> {
    let bytes = usize::try_from(memory.min(PNG_BYTES)).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(file, Limits { bytes });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(failed)?;
    let (size, small) = (reader.info().size(), small_size(reader.info().size(), side));
    // Rows that come in seven rounds are not in their order.
    if reader.info().interlaced {
        return Err(SmallError::Beyond);
    }
    // At 16 bits they are twice as long before they are given.
    let row = reader.output_line_size(size.0).ok_or(SmallError::Beyond)? as u64 * 2;
    let held = row * HELD_ROWS + HELD_BYTES + Sieve::memory(small);
    if held > memory || row.saturating_mul(u64::from(size.1)) > unpacked.saturating_mul(2) {
        return Err(SmallError::Beyond);
    }
    let profile = reader.info().icc_profile.as_ref().map(|profile| profile.to_vec());
    let (colours, _) = reader.output_color_type();
    let mut sieve = Sieve::new(size, small);
    for _ in 0..size.1 {
        let row = reader.next_row().map_err(failed)?.ok_or(SmallError::Broken)?;
        let row = row.data();
        match colours {
            ColorType::Grayscale | ColorType::Indexed => sieve.row(row.iter().map(|grey| [*grey, *grey, *grey, 255])),
            ColorType::GrayscaleAlpha => {
                let pixels = row.as_chunks::<2>().0.iter();
                sieve.row(pixels.map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]));
            }
            ColorType::Rgb => {
                let pixels = row.as_chunks::<3>().0.iter();
                sieve.row(pixels.map(|[red, green, blue]| [*red, *green, *blue, 255]));
            }
            ColorType::Rgba => sieve.row(row.as_chunks::<4>().0.iter().copied()),
        }
    }
    let picture = sieve.end().ok_or(SmallError::Broken)?;
    Ok(Small { picture, profile })
}

fn failed(error: DecodingError) -> SmallError {
    match error {
        DecodingError::IoError(error) if error.raw_os_error().is_some() => SmallError::Io(error),
        DecodingError::LimitsExceeded => SmallError::Beyond,
        _ => SmallError::Broken,
    }
}
