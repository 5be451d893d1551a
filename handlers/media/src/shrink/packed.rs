//! Rows whose pixels have 1, 2, 4 or 8 bits, each the number of a colour: bytes are added up without unpacking them.

use std::ops::Range;

use super::across::Source;

/// Of each colour's share in a sum: more than 8,000 pixels fit.
const SHARE: u32 = 21;
const MOST_BYTES: usize = 1000;

/// What the numbers stand for.
pub(crate) struct Colours {
    /// How many pixels are in a byte, as a power of two.
    in_byte: u32,
    /// By number: the three samples, in one number.
    pixels: [u64; 256],
    /// By byte: the sum of its pixels.
    bytes: [u64; 256],
}

impl Colours {
    /// Of numbers with `depth` bits, the first pixel in the highest bits.
    pub(crate) fn new(depth: u8, colours: impl Iterator<Item = [u8; 3]>) -> Self {
        let in_byte = (8 / depth.clamp(1, 8)).ilog2();
        let mut all = Self { in_byte, pixels: [0; 256], bytes: [0; 256] };
        for (pixel, [red, green, blue]) in all.pixels.iter_mut().zip(colours) {
            *pixel = u64::from(red) | u64::from(green) << SHARE | u64::from(blue) << (2 * SHARE);
        }
        for byte in 0..=u8::MAX {
            let row = [byte];
            let sum = (0..1 << in_byte).map(|x| all.at(&row, x)).sum();
            all.bytes[usize::from(byte)] = sum;
        }
        all
    }

    /// The colour of the pixel at `x`; black beyond the last.
    pub(crate) fn pixel(&self, row: &[u8], x: usize) -> [u8; 3] {
        parts(self.at(row, x)).map(|sample| u8::try_from(sample).unwrap_or(u8::MAX))
    }

    #[inline]
    fn at(&self, row: &[u8], x: usize) -> u64 {
        let Some(byte) = row.get(x >> self.in_byte) else { return 0 };
        let depth = 8 >> self.in_byte;
        let behind = (1 << self.in_byte) - 1 - (x & ((1 << self.in_byte) - 1));
        let number = byte >> (behind * depth) & (u8::MAX >> (8 - depth));
        self.pixels[usize::from(number)]
    }
}

#[inline]
fn parts(sum: u64) -> [u32; 3] {
    const MASK: u64 = (1 << SHARE) - 1;
    [sum, sum >> SHARE, sum >> (2 * SHARE)].map(|sum| u32::try_from(sum & MASK).unwrap_or(0))
}

/// One row of them.
pub(super) struct PackedRow<'a> {
    pub colours: &'a Colours,
    pub row: &'a [u8],
}

impl Source for PackedRow<'_> {
    #[inline]
    fn pixel(&self, x: usize) -> [u32; 3] {
        parts(self.colours.at(self.row, x))
    }

    #[inline]
    fn run(&self, run: Range<usize>) -> [u32; 3] {
        let in_byte = self.colours.in_byte;
        let whole = run.start.div_ceil(1 << in_byte)..run.end >> in_byte;
        if whole.is_empty() {
            return parts(run.map(|x| self.colours.at(self.row, x)).sum());
        }
        let before = run.start..whole.start << in_byte;
        let behind = whole.end << in_byte..run.end;
        let mut sums = parts(before.chain(behind).map(|x| self.colours.at(self.row, x)).sum());
        for bytes in self.row.get(whole).unwrap_or_default().chunks(MOST_BYTES) {
            let sum = bytes.iter().map(|byte| self.colours.bytes[usize::from(*byte)]).sum();
            sums.iter_mut().zip(parts(sum)).for_each(|(all, these)| *all += these);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_the_sum_of_its_pixels_at_every_depth() {
        let row: Vec<u8> = (0..2600_u32).map(|at| u8::try_from(at * 89 % 256).unwrap()).collect();
        for depth in [1, 2, 4, 8] {
            let colours = (0..=255).map(|number| [number, number ^ 0x55, 255 - number]);
            let colours = Colours::new(depth, colours);
            let source = PackedRow { colours: &colours, row: &row };
            let width = row.len() * 8 / usize::from(depth);
            for (start, end) in [(0, 0), (0, 1), (3, 5), (1, 17), (7, 64), (13, 1300), (5, width)] {
                let mut sums = [0; 3];
                for x in start..end {
                    let pixel = colours.pixel(&row, x).map(u32::from);
                    assert_eq!(pixel, source.pixel(x));
                    sums.iter_mut().zip(pixel).for_each(|(sum, sample)| *sum += sample);
                }
                assert_eq!(source.run(start..end), sums, "{start} to {end} of {depth} bits");
            }
            assert_eq!(source.pixel(width), [0; 3]);
        }
    }

    #[test]
    fn the_first_pixel_is_in_the_highest_bits() {
        let colours = Colours::new(2, [[9, 0, 0], [8, 0, 0], [7, 0, 0], [6, 0, 0]].into_iter());
        let seen = [0, 1, 2, 3].map(|x| colours.pixel(&[0b11_10_01_00], x)[0]);
        assert_eq!(seen, [6, 7, 8, 9]);
    }
}
