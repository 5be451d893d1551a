//! Shrinks a picture while its rows arrive, in whatever order: each source pixel is spread over the pixels it covers.
//!
//! Area averaging with exact fractions. Memory is that of the small picture, whatever the size of the large one.

use crate::orientation::Pixels;

/// A small picture that is being filled.
pub(crate) struct Shrink {
    from: (usize, usize),
    to: (usize, usize),
    /// One row of the small picture, three sums a pixel: samples × the width they cover.
    across: Vec<u32>,
    /// The small picture, three sums a pixel: samples × the area they cover.
    sums: Vec<u64>,
}

impl Shrink {
    /// From rows of `from` pixels, to show a picture of the shape `shape` in a square of `longest`. A picture that
    /// fits already keeps its size.
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
        if y >= from_height || first >= from_width {
            return;
        }
        self.across.fill(0);
        if step == 1 && first == 0 {
            self.add_whole_row(rgb);
        } else {
            self.add_scattered(first, step, rgb);
        }
        let (cell, into) = (y * to_height / from_height, y * to_height % from_height);
        let here = to_height.min(from_height - into);
        let row = to_width * 3;
        for (cell, weight) in [(cell, here), (cell + 1, to_height - here)] {
            let Some(sums) = self.sums.get_mut(cell * row..(cell + 1) * row) else { continue };
            for (sum, across) in sums.iter_mut().zip(&self.across) {
                *sum += u64::from(*across) * weight as u64;
            }
        }
    }

    /// All pixels of a row in order: each small one is a run of whole pixels between two shared ones.
    fn add_whole_row(&mut self, rgb: &[u8]) {
        let (from, to) = (self.from.0, self.to.0);
        let pixels = rgb.as_chunks::<3>().0;
        let whole = u32::try_from(to).unwrap_or(u32::MAX);
        let (mut next, mut shared) = (0, 0);
        for sums in self.across.as_chunks_mut::<3>().0 {
            // What the last pixel of the cell before left over belongs to this one.
            let mut left = from;
            if shared > 0
                && let Some(pixel) = pixels.get(next)
            {
                let part = shared.min(left);
                add(sums, *pixel, part);
                left -= part;
                next += 1;
            }
            let run = pixels.get(next..(next + left / to).min(pixels.len())).unwrap_or_default();
            let mut run_sums = [0_u32; 3];
            for pixel in run {
                for (sum, sample) in run_sums.iter_mut().zip(pixel) {
                    *sum += u32::from(*sample);
                }
            }
            for (sum, run) in sums.iter_mut().zip(run_sums) {
                *sum += run * whole;
            }
            next += run.len();
            let part = left % to;
            if part > 0
                && let Some(pixel) = pixels.get(next)
            {
                add(sums, *pixel, part);
            }
            shared = if part > 0 { to - part } else { 0 };
        }
    }

    /// Pixels `step` apart, as an interlaced picture sends them.
    fn add_scattered(&mut self, first: usize, step: usize, rgb: &[u8]) {
        let (from_width, to_width) = (self.from.0, self.to.0);
        // Measured in 1 / from_width of a small pixel, each pixel here is to_width wide: less than a small one, or as
        // wide. `into` is how far into the small pixel `cell` it begins.
        let (mut cell, mut into) = (first * to_width / from_width, first * to_width % from_width);
        for pixel in rgb.as_chunks::<3>().0 {
            let here = to_width.min(from_width - into);
            self.spread(cell, here, *pixel);
            if here < to_width {
                self.spread(cell + 1, to_width - here, *pixel);
            }
            into += to_width * step;
            while into >= from_width {
                into -= from_width;
                cell += 1;
            }
        }
    }

    #[inline]
    fn spread(&mut self, cell: usize, weight: usize, pixel: [u8; 3]) {
        // A weight is at most the width of the small picture.
        let weight = u32::try_from(weight).unwrap_or(u32::MAX);
        if let Some(sums) = self.across.get_mut(cell * 3..cell * 3 + 3) {
            for (sum, sample) in sums.iter_mut().zip(pixel) {
                *sum += u32::from(sample) * weight;
            }
        }
    }

    /// The small picture.
    pub(crate) fn finish(self) -> Pixels {
        let area = (self.from.0 * self.from.1) as u64;
        let mean = |sum: &u64| u8::try_from((sum + area / 2) / area.max(1)).unwrap_or(u8::MAX);
        Pixels { width: self.to.0, height: self.to.1, rgb: self.sums.iter().map(mean).collect() }
    }
}

/// Adds `weight` of a pixel; a weight is at most the width of the small picture.
fn add(sums: &mut [u32; 3], pixel: [u8; 3], weight: usize) {
    let weight = u32::try_from(weight).unwrap_or(u32::MAX);
    for (sum, sample) in sums.iter_mut().zip(pixel) {
        *sum += u32::from(sample) * weight;
    }
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
    fn a_row_at_once_is_the_row_pixel_by_pixel() {
        for (width, longest) in [(1, 320), (319, 320), (320, 320), (321, 320), (4000, 320), (7, 3)]
        {
            let row: Vec<u8> =
                (0..width * 3).map(|at| u8::try_from(at * 37 % 251).unwrap()).collect();
            let mut at_once = Shrink::to_fit((width, 1), (width, 1), longest);
            at_once.add_row(0, 0, 1, &row);
            let mut one_by_one = Shrink::to_fit((width, 1), (width, 1), longest);
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                one_by_one.add_row(0, x, 2, pixel);
            }
            assert_eq!(at_once.finish().rgb, one_by_one.finish().rgb, "{width} to {longest}");
        }
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
        assert_eq!(whole, parts);
    }
}
