//! Shrinks a picture while its rows arrive, in whatever order: each source pixel is spread over the pixels it covers.
//!
//! Area averaging with exact fractions. Memory is that of the small picture, whatever the size of the large one.

use crate::orientation::Pixels;

/// Fraction bits kept between the horizontal and the vertical step: 255 × 2^8 × 20,000 rows fit in 32 bits.
const FRACTION: u32 = 8;

/// A small picture that is being filled.
pub(crate) struct Shrink {
    from: (usize, usize),
    to: (usize, usize),
    /// One row of the small picture, three sums a pixel, before it is divided by the width.
    across: Vec<u32>,
    /// The small picture, three sums a pixel.
    sums: Vec<u32>,
}

impl Shrink {
    /// From a size of at least one pixel to fit a square of `longest`; a smaller picture keeps its size.
    pub(crate) fn to_fit(from: (usize, usize), shape: (usize, usize), longest: usize) -> Self {
        let side = shape.0.max(shape.1).max(1);
        let fit = |length: usize, most: usize| {
            let length =
                if side <= longest { length } else { (length * longest + side / 2) / side };
            length.clamp(1, most.max(1))
        };
        let to = (fit(shape.0, from.0), fit(shape.1, from.1));
        Self { from, to, across: vec![0; to.0 * 3], sums: vec![0; to.0 * to.1 * 3] }
    }

    /// Adds the RGB pixels of row `y` that stand at `first`, `first + step` and so on.
    ///
    /// A row may come in parts, as an interlaced picture sends it; each pixel must come once.
    pub(crate) fn add_row(&mut self, y: usize, first: usize, step: usize, rgb: &[u8]) {
        let (from_width, from_height) = self.from;
        let (to_width, to_height) = self.to;
        if y >= from_height {
            return;
        }
        self.across.fill(0);
        let mut x = first;
        for pixel in rgb.as_chunks::<3>().0 {
            if x >= from_width {
                break;
            }
            // In units of 1 / from_width of a small pixel, this one covers to_width units.
            let start = x * to_width;
            let (cell, into) = (start / from_width, start % from_width);
            let here = to_width.min(from_width - into);
            self.spread(cell, here, *pixel);
            self.spread(cell + 1, to_width - here, *pixel);
            x += step;
        }

        let start = y * to_height;
        let (cell, into) = (start / from_height, start % from_height);
        let here = to_height.min(from_height - into);
        let row = to_width * 3;
        for (cell, weight) in [(cell, here), (cell + 1, to_height - here)] {
            let Some(sums) = self.sums.get_mut(cell * row..(cell + 1) * row) else { continue };
            let (weight, width) = (to_u32(weight), to_u32(from_width));
            for (sum, across) in sums.iter_mut().zip(&self.across) {
                *sum += ((across << FRACTION) + width / 2) / width * weight;
            }
        }
    }

    fn spread(&mut self, cell: usize, weight: usize, pixel: [u8; 3]) {
        if let Some(sums) = self.across.get_mut(cell * 3..cell * 3 + 3) {
            for (sum, sample) in sums.iter_mut().zip(pixel) {
                *sum += u32::from(sample) * to_u32(weight);
            }
        }
    }

    /// The small picture.
    pub(crate) fn finish(self) -> Pixels {
        let total = to_u32(self.from.1) << FRACTION;
        let rgb = self.sums.iter().map(|sum| {
            let mean = (u64::from(*sum) + u64::from(total) / 2) / u64::from(total);
            u8::try_from(mean).unwrap_or(u8::MAX)
        });
        Pixels { width: self.to.0, height: self.to.1, rgb: rgb.collect() }
    }
}

/// Sizes are at most 20,000, and weights at most a size.
fn to_u32(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shrunk(from: (usize, usize), longest: usize, at: impl Fn(usize, usize) -> u8) -> Vec<u8> {
        let mut shrink = Shrink::to_fit(from, from, longest);
        for y in 0..from.1 {
            let row: Vec<u8> = (0..from.0).flat_map(|x| [at(x, y); 3]).collect();
            shrink.add_row(y, 0, 1, &row);
        }
        shrink.finish().rgb.chunks_exact(3).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn a_small_picture_stays_as_it_is() {
        let at = |x: usize, y: usize| u8::try_from(x * 40 + y).unwrap();
        let expected: Vec<u8> = (0..4).flat_map(|y| (0..5).map(move |x| at(x, y))).collect();
        assert_eq!(shrunk((5, 4), 320, at), expected);
    }

    #[test]
    fn an_even_picture_stays_even_at_every_size() {
        for (from, value) in [((640, 480), 255), ((321, 320), 200), ((1999, 1), 7), ((3, 2000), 1)]
        {
            assert!(shrunk(from, 320, |_, _| value).iter().all(|seen| *seen == value), "{from:?}");
        }
    }

    #[test]
    fn a_pixel_is_the_mean_of_what_it_covers() {
        assert_eq!(shrunk((4, 2), 2, |x, _| [0, 100, 200, 0][x]), [50, 100]);
        // Three pixels into two: the middle one is shared.
        assert_eq!(shrunk((3, 1), 2, |x, _| [0, 90, 240][x]), [30, 190]);
    }

    #[test]
    fn the_order_of_rows_and_their_parts_does_not_matter() {
        let picture = |x: usize, y: usize| u8::try_from((x * 7 + y * 13) % 256).unwrap();
        let whole = shrunk((64, 48), 20, picture);
        let mut shrink = Shrink::to_fit((64, 48), (64, 48), 20);
        for y in (0..48).rev() {
            for first in [1, 0] {
                let part: Vec<u8> =
                    (first..64).step_by(2).flat_map(|x| [picture(x, y); 3]).collect();
                shrink.add_row(y, first, 2, &part);
            }
        }
        let parts: Vec<u8> = shrink.finish().rgb.chunks_exact(3).map(|pixel| pixel[0]).collect();
        let differ = whole.iter().zip(&parts).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(differ <= Some(1), "{differ:?}");
    }
}
