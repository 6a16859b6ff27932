//! GIF: a header, then blocks that are images or extensions, each in pieces of at most 255 bytes.

use super::{StripError, Walk};
use std::io::Write;

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const END: u8 = 0x3b;
const CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

pub(super) fn strip(walk: &mut Walk<'_>, to: &mut impl Write) -> Result<(), StripError> {
    if !walk.array::<6>()?.starts_with(b"GIF8") {
        return Err(StripError::Broken);
    }
    let screen = Area::read(walk)?;
    let [flags, _, _] = walk.array()?;
    colours(walk, flags)?;
    walk.copy(0, to)?;
    loop {
        let from = walk.at;
        match walk.byte() {
            Ok(IMAGE) => {
                let (corner, image) = (Area::read(walk)?, Area::read(walk)?);
                // What was not claimed in the header is not shown by surprise.
                if corner.width + image.width > screen.width || corner.height + image.height > screen.height {
                    return Err(StripError::Broken);
                }
                let flags = walk.byte()?;
                colours(walk, flags)?;
                walk.byte()?;
                pieces(walk)?;
                walk.copy(from, to)?;
            }
            Ok(EXTENSION) => match walk.byte()? {
                CONTROL => {
                    pieces(walk)?;
                    walk.copy(from, to)?;
                }
                APPLICATION => application(walk, to)?,
                _ => pieces(walk)?,
            },
            // Many end without saying so.
            Ok(END) | Err(StripError::Broken) => break,
            Ok(_) => return Err(StripError::Broken),
            Err(error) => return Err(error),
        }
    }
    to.write_all(&[END])?;
    Ok(())
}

/// Two numbers: so wide and so high, or so far from the left and from the top.
struct Area {
    width: u32,
    height: u32,
}

impl Area {
    fn read(walk: &mut Walk<'_>) -> Result<Self, StripError> {
        let [width, height] = [walk.array()?, walk.array()?].map(|number| u32::from(u16::from_le_bytes(number)));
        Ok(Self { width, height })
    }
}

/// Of what programs put there, only how often the animation is repeated is copied.
fn application(walk: &mut Walk<'_>, to: &mut impl Write) -> Result<(), StripError> {
    let name = piece(walk)?;
    let first = piece(walk)?;
    if !first.is_empty() {
        pieces(walk)?;
    }
    if let (b"NETSCAPE2.0", [1, times @ ..]) = (name.as_slice(), first.as_slice())
        && times.len() == 2
    {
        to.write_all(&[EXTENSION, APPLICATION, 11])?;
        to.write_all(&name)?;
        to.write_all(&[3, 1])?;
        to.write_all(times)?;
        to.write_all(&[0])?;
    }
    Ok(())
}

/// A table of colours, where the flags say that there is one.
fn colours(walk: &mut Walk<'_>, flags: u8) -> Result<(), StripError> {
    if flags & 0x80 != 0 {
        walk.skip(3 << ((flags & 0x07) + 1))?;
    }
    Ok(())
}

/// Pieces up to the empty one that ends them.
fn pieces(walk: &mut Walk<'_>) -> Result<(), StripError> {
    loop {
        match walk.byte()? {
            0 => return Ok(()),
            len => walk.skip(u64::from(len))?,
        }
    }
}

fn piece(walk: &mut Walk<'_>) -> Result<Vec<u8>, StripError> {
    let len = walk.byte()?;
    walk.take(u16::from(len))
}
