//! Small copies of pictures that are too big to be unpacked in memory: made row by row, as their pixels are read.

mod bits;
mod eighth;
mod rows;

#[cfg(test)]
mod made;
#[cfg(test)]
mod tests;

pub(super) use eighth::of_jpeg;
pub(super) use rows::{PNG_BYTES, of_png};

use image::{DynamicImage, RgbaImage};
use std::io;

/// A picture made smaller, and the colour profile that was found with it.
pub(super) struct Small {
    pub(super) picture: DynamicImage,
    pub(super) profile: Option<Vec<u8>>,
}

/// Why there is no small copy.
#[derive(Debug)]
pub(super) enum SmallError {
    /// It is not made as its format says.
    Broken,
    /// It would need too much memory, or it is of a kind that is not made smaller in this way.
    Beyond,
    /// It could not be read.
    Io(io::Error),
}

impl From<io::Error> for SmallError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The size of a small copy whose longer side has at most `side` pixels; nothing is enlarged.
fn small_size((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let long = u64::from(width.max(height));
    if long <= u64::from(side) {
        return (width, height);
    }
    let shorter = |of: u32| {
        let rounded = (u64::from(of) * u64::from(side) + long / 2) / long;
        u32::try_from(rounded).unwrap_or(side).max(1)
    };
    (shorter(width), shorter(height))
}

/// Takes the rows of a picture from its top on, and keeps the means of what falls into each pixel of the small copy. What
/// falls into two of them counts in each by its part.
struct Sieve {
    from: (u32, u32),
    to: (u32, u32),
    /// One for each column of the small copy: the row that came last, and the one that is being filled.
    row: Vec<Sum>,
    sums: Vec<Sum>,
    /// How far that is filled: a row of the picture fills it by the small copy's height, and the picture's is all of it.
    filled: u64,
    done: Vec<u8>,
}

/// Red, green, blue, and what shines through.
type Sum = [u64; 4];

impl Sieve {
    /// What it will hold of memory, in bytes.
    fn memory((width, height): (u32, u32)) -> u64 {
        u64::from(width) * (u64::from(height) * 4 + size_of::<Sum>() as u64 * 2)
    }

    /// `to` is nowhere bigger than `from`, and nothing is of no size.
    fn new(from: (u32, u32), to: (u32, u32)) -> Self {
        let columns = usize::try_from(to.0).unwrap_or(0);
        let pixels = u64::from(to.0) * u64::from(to.1);
        Self {
            from,
            to,
            row: vec![Sum::default(); columns],
            sums: vec![Sum::default(); columns],
            filled: 0,
            done: Vec::with_capacity(usize::try_from(pixels * 4).unwrap_or(0)),
        }
    }

    /// The next row.
    fn row(&mut self, pixels: impl Iterator<Item = [u8; 4]>) {
        self.narrow(pixels);
        let high = u64::from(self.from.1);
        let mut left = u64::from(self.to.1);
        while left > 0 {
            let part = left.min(high - self.filled);
            for (sum, row) in self.sums.iter_mut().zip(&self.row) {
                add(sum, row, part);
            }
            left -= part;
            self.filled += part;
            if self.filled == high {
                self.end_row();
            }
        }
    }

    /// The next row as narrow as the small copy.
    fn narrow(&mut self, pixels: impl Iterator<Item = [u8; 4]>) {
        let wide = u64::from(self.from.0);
        self.row.fill(Sum::default());
        let mut columns = self.row.iter_mut();
        let mut column = columns.next();
        let mut filled = 0;
        for pixel in pixels {
            let pixel = pixel.map(u64::from);
            let mut left = u64::from(self.to.0);
            while left > 0
                && let Some(sum) = column.as_deref_mut()
            {
                let part = left.min(wide - filled);
                add(sum, &pixel, part);
                left -= part;
                filled += part;
                if filled == wide {
                    filled = 0;
                    column = columns.next();
                }
            }
        }
    }

    fn end_row(&mut self) {
        let all = u64::from(self.from.0) * u64::from(self.from.1);
        for sum in &mut self.sums {
            let mean = |total: u64| (total + all / 2).checked_div(all).unwrap_or(0);
            self.done
                .extend(sum.map(|total| u8::try_from(mean(total)).unwrap_or(u8::MAX)));
            *sum = Sum::default();
        }
        self.filled = 0;
    }

    /// The small copy; `None` where rows are missing.
    fn end(self) -> Option<DynamicImage> {
        RgbaImage::from_raw(self.to.0, self.to.1, self.done).map(DynamicImage::ImageRgba8)
    }
}

fn add(sum: &mut Sum, colours: &Sum, times: u64) {
    for (total, colour) in sum.iter_mut().zip(colours) {
        *total += colour * times;
    }
}
