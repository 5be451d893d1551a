//! Shrinks a picture while its rows arrive, in whatever order: each source pixel is spread over the pixels it covers.
//!
//! Area averaging with exact fractions: sums of whole numbers, so the order of adding does not matter. Rows that lie
//! within one small row are added up first, sample by sample, and only their sum is spread across. Memory is that of
//! the small picture and one row, whatever the size of the large one.

mod across;
mod packed;

use across::{Plain, spread};
pub(crate) use packed::Colours;
use packed::PackedRow;

use crate::orientation::Pixels;

/// So many rows of bytes fit into sums of 16 bits.
const MOST_GATHERED: u32 = 257;

/// All pixels of a row.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    Grey(&'a [u8]),
    Rgb(&'a [u8]),
    /// A fourth byte that does not count.
    Rgbx(&'a [u8]),
    /// Numbers of colours.
    Packed(&'a Colours, &'a [u8]),
}

/// A small picture that is being filled.
pub(crate) struct Shrink {
    from: (usize, usize),
    to: (usize, usize),
    gathered: Gathered,
    /// One row of the small picture, three sums a pixel: samples × the width they cover.
    across: Vec<u64>,
    /// The small picture, three sums a pixel: samples × the area they cover.
    sums: Vec<u64>,
}

/// The sum of whole rows that lie within row `y` of the small picture.
#[derive(Default)]
struct Gathered {
    y: usize,
    rows: u32,
    /// Samples of a pixel.
    each: usize,
    sums: Vec<u16>,
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
        let (across, sums) = (vec![0; to.0 * 3], vec![0; to.0 * to.1 * 3]);
        Self { from, to, gathered: Gathered::default(), across, sums }
    }

    /// Adds row `y`. Each pixel must come once.
    pub(crate) fn add_row(&mut self, y: usize, row: Row<'_>) {
        if y >= self.from.1 {
            return;
        }
        let (small_y, here) = self.place(y);
        let (samples, each) = match row {
            Row::Grey(samples) => (samples, 1),
            Row::Rgb(samples) => (samples, 3),
            Row::Rgbx(samples) => (samples, 4),
            Row::Packed(colours, row) => {
                let widths = (self.from.0, self.to.0);
                spread(&PackedRow { colours, row }, widths, &mut self.across);
                return self.add_across(small_y, here);
            }
        };
        // Where hardly a row lies within a small one there is nothing to gain.
        if here == self.to.1 && self.from.1 >= 3 * self.to.1 {
            return self.gather(small_y, samples, each);
        }
        self.spread_samples(samples, each);
        self.add_across(small_y, here);
    }

    /// Adds the RGB pixels of row `y` that stand at `first`, `first + step` and so on, as an interlaced picture sends
    /// them. Each pixel must come once.
    pub(crate) fn add_scattered(&mut self, y: usize, first: usize, step: usize, rgb: &[u8]) {
        let (from_width, to_width) = (self.from.0, self.to.0);
        if y >= self.from.1 || first >= from_width {
            return;
        }
        self.across.fill(0);
        // Measured in 1 / from_width of a small pixel, each pixel here is to_width wide: less than a small one, or as
        // wide. `into` is how far into the small pixel `cell` it begins.
        let (mut cell, mut into) = (first * to_width / from_width, first * to_width % from_width);
        for pixel in rgb.as_chunks::<3>().0 {
            let here = to_width.min(from_width - into);
            self.add_pixel(cell, here, *pixel);
            if here < to_width {
                self.add_pixel(cell + 1, to_width - here, *pixel);
            }
            into += to_width * step;
            while into >= from_width {
                into -= from_width;
                cell += 1;
            }
        }
        let (small_y, here) = self.place(y);
        self.add_across(small_y, here);
    }

    /// The small row in which row `y` begins, and how much of it lies there; all of it is the small picture's height.
    fn place(&self, y: usize) -> (usize, usize) {
        let (from, to) = (self.from.1, self.to.1);
        (y * to / from, to.min(from - y * to % from))
    }

    fn gather(&mut self, small_y: usize, samples: &[u8], each: usize) {
        let gathered = &self.gathered;
        let is_of_these = gathered.y == small_y
            && gathered.each == each
            && gathered.sums.len() == samples.len()
            && gathered.rows < MOST_GATHERED;
        if gathered.rows > 0 && is_of_these {
            for (sum, sample) in self.gathered.sums.iter_mut().zip(samples) {
                *sum += u16::from(*sample);
            }
            self.gathered.rows += 1;
            return;
        }
        self.settle();
        self.gathered.sums.clear();
        self.gathered.sums.extend(samples.iter().copied().map(u16::from));
        (self.gathered.y, self.gathered.each, self.gathered.rows) = (small_y, each, 1);
    }

    /// Adds what was gathered to the small picture.
    fn settle(&mut self) {
        if self.gathered.rows == 0 {
            return;
        }
        let sums = std::mem::take(&mut self.gathered.sums);
        self.spread_samples(&sums, self.gathered.each);
        self.add_across(self.gathered.y, self.to.1);
        (self.gathered.sums, self.gathered.rows) = (sums, 0);
    }

    fn spread_samples<T: Copy + Into<u32>>(&mut self, samples: &[T], each: usize) {
        let widths = (self.from.0, self.to.0);
        match each {
            1 => spread(&Plain(samples.as_chunks::<1>().0), widths, &mut self.across),
            3 => spread(&Plain(samples.as_chunks::<3>().0), widths, &mut self.across),
            _ => spread(&Plain(samples.as_chunks::<4>().0), widths, &mut self.across),
        }
    }

    /// Adds `across` to the small row `small_y` with the weight `here`, and to the next with what is left of a row's.
    fn add_across(&mut self, small_y: usize, here: usize) {
        let row = self.to.0 * 3;
        for (y, weight) in [(small_y, here), (small_y + 1, self.to.1 - here)] {
            let Some(sums) = self.sums.get_mut(y * row..(y + 1) * row) else { continue };
            if weight > 0 {
                for (sum, across) in sums.iter_mut().zip(&self.across) {
                    *sum += across * weight as u64;
                }
            }
        }
    }

    #[inline]
    fn add_pixel(&mut self, cell: usize, weight: usize, pixel: [u8; 3]) {
        if let Some(sums) = self.across.get_mut(cell * 3..cell * 3 + 3) {
            for (sum, sample) in sums.iter_mut().zip(pixel) {
                *sum += u64::from(sample) * weight as u64;
            }
        }
    }

    /// The small picture.
    pub(crate) fn finish(mut self) -> Pixels {
        self.settle();
        let area = (self.from.0 * self.from.1) as u64;
        let mean = |sum: &u64| u8::try_from((sum + area / 2) / area.max(1)).unwrap_or(u8::MAX);
        Pixels { width: self.to.0, height: self.to.1, rgb: self.sums.iter().map(mean).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shrunk(from: (usize, usize), longest: usize, at: impl Fn(usize, usize) -> u8) -> Vec<u8> {
        let mut shrink = Shrink::to_fit(from, from, longest);
        for y in 0..from.1 {
            let row: Vec<u8> = (0..from.0).flat_map(|x| [at(x, y); 3]).collect();
            shrink.add_row(y, Row::Rgb(&row));
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
            at_once.add_row(0, Row::Rgb(&row));
            let mut one_by_one = Shrink::to_fit((width, 1), (width, 1), longest);
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                one_by_one.add_scattered(0, x, 2, pixel);
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
                shrink.add_scattered(y, first, 2, &part);
            }
        }
        let parts: Vec<u8> = shrink.finish().rgb.chunks_exact(3).map(|pixel| pixel[0]).collect();
        assert_eq!(whole, parts);
    }

    #[test]
    fn rows_added_up_first_are_the_rows_one_by_one() {
        let sizes = [(64, 48), (1, 4000), (100, 1000), (640, 961), (33, 90_000)];
        for (from, longest) in
            sizes.into_iter().flat_map(|from| [(from, 320), (from, 20), (from, 1)])
        {
            let sample = |x: usize, y: usize| u8::try_from((x * 7 + y * 13 + x * y) % 256).unwrap();
            let rgb = |x, y| [sample(x, y), 255 - sample(x, y), 255];
            let mut gathered = Shrink::to_fit(from, from, longest);
            let mut one_by_one = Shrink::to_fit(from, from, longest);
            for y in 0..from.1 {
                let row: Vec<[u8; 3]> = (0..from.0).map(|x| rgb(x, y)).collect();
                // A fourth byte that does not count, now and then.
                let wide: Vec<[u8; 4]> = row.iter().map(|[r, g, b]| [*r, *g, *b, 77]).collect();
                gathered.add_row(
                    y,
                    if y % 5 == 0 {
                        Row::Rgbx(wide.as_flattened())
                    } else {
                        Row::Rgb(row.as_flattened())
                    },
                );
                one_by_one.add_scattered(y, 0, 1, row.as_flattened());
            }
            assert!(gathered.finish().rgb == one_by_one.finish().rgb, "{from:?} to {longest}");
        }
    }

    #[test]
    fn grey_and_numbered_colours_are_the_rgb_that_they_stand_for() {
        let colours = Colours::new(4, (0..16).map(|number| [number * 17; 3]));
        for (width, longest) in [(64, 20), (4001, 320), (33, 33)] {
            let from = (width, 60);
            let mut shrinks = [(); 3].map(|()| Shrink::to_fit(from, from, longest));
            for y in 0..60 {
                let numbers: Vec<u8> = (0..width)
                    .map(|x| u8::try_from((x * 3 + y * 5 + x * y) % 16).unwrap())
                    .collect();
                let grey: Vec<u8> = numbers.iter().map(|number| number * 17).collect();
                let rgb: Vec<[u8; 3]> = grey.iter().map(|grey| [*grey; 3]).collect();
                let packed: Vec<u8> = numbers
                    .chunks(2)
                    .map(|two| two[0] << 4 | two.get(1).copied().unwrap_or_default())
                    .collect();
                shrinks[0].add_row(y, Row::Grey(&grey));
                shrinks[1].add_row(y, Row::Rgb(rgb.as_flattened()));
                shrinks[2].add_row(y, Row::Packed(&colours, &packed));
            }
            let [grey, rgb, packed] = shrinks.map(|shrink| shrink.finish().rgb);
            assert!(grey == rgb && packed == rgb, "{width} to {longest}");
        }
    }
}
