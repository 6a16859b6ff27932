//! GIF: a header, then blocks that are images or extensions, each in pieces of at most 255 bytes.

use super::{StripError, Walk};
use std::io::Write;

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const END: u8 = 0x3b;
const CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

pub(super) fn strip(bytes: &[u8], to: &mut impl Write) -> Result<(), StripError> {
    let mut walk = Walk::new(bytes);
    if !walk.take(6)?.starts_with(b"GIF8") {
        return Err(StripError::Broken);
    }
    let screen = Area::read(&mut walk)?;
    let [flags, _, _] = walk.array()?;
    colours(&mut walk, flags)?;
    to.write_all(walk.since(0))?;
    loop {
        let from = walk.at;
        match walk.byte() {
            Ok(IMAGE) => {
                let (corner, image) = (Area::read(&mut walk)?, Area::read(&mut walk)?);
                // What was not claimed in the header is not shown by surprise.
                if corner.width + image.width > screen.width || corner.height + image.height > screen.height {
                    return Err(StripError::Broken);
                }
                let flags = walk.byte()?;
                colours(&mut walk, flags)?;
                walk.byte()?;
                pieces(&mut walk)?;
                to.write_all(walk.since(from))?;
            }
            Ok(EXTENSION) => match walk.byte()? {
                CONTROL => {
                    pieces(&mut walk)?;
                    to.write_all(walk.since(from))?;
                }
                APPLICATION => application(&mut walk, to)?,
                _ => pieces(&mut walk)?,
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
    if let (b"NETSCAPE2.0", [1, times @ ..]) = (name, first)
        && times.len() == 2
    {
        to.write_all(&[EXTENSION, APPLICATION, 11])?;
        to.write_all(name)?;
        to.write_all(&[3, 1])?;
        to.write_all(times)?;
        to.write_all(&[0])?;
    }
    Ok(())
}

/// A table of colours, where the flags say that there is one.
fn colours(walk: &mut Walk<'_>, flags: u8) -> Result<(), StripError> {
    if flags & 0x80 != 0 {
        walk.take(3 << ((flags & 0x07) + 1))?;
    }
    Ok(())
}

/// Pieces up to the empty one that ends them.
fn pieces(walk: &mut Walk<'_>) -> Result<(), StripError> {
    while !piece(walk)?.is_empty() {}
    Ok(())
}

fn piece<'a>(walk: &mut Walk<'a>) -> Result<&'a [u8], StripError> {
    let len = walk.byte()?;
    walk.take(usize::from(len))
}
