//! Turns the rows of a PNG into a shrinking picture: never more than a few rows are in memory.

use super::Layout;
use super::header::{Colour, Header};
use super::unfilter::unfilter;
use super::unpacked::{End, Unpacked};
use crate::Refusal;
use crate::shrink::{Colours, Row, Shrink};

/// Feeds every row to `shrink`, and says how the compressed rows end. Transparent parts are shown on white.
pub(super) fn shrink(layout: &Layout<'_>, shrink: &mut Shrink) -> Result<End, Refusal> {
    let header = layout.header();
    let pixel = header.pixel_bytes();
    let samples = Samples::of(layout);
    let mut unpacked = Unpacked::new(&layout.rows);
    let (mut above, mut row) = (Vec::new(), Vec::new());
    let mut rgb = Vec::new();
    for pass in header.passes() {
        let width = (header.width - pass.x).div_ceil(pass.across) as usize;
        let length = header.row_bytes(width);
        for row in [&mut above, &mut row] {
            row.clear();
            row.resize(length, 0);
        }
        for y in (pass.y..header.height).step_by(pass.down as usize) {
            let (filter, sent) =
                unpacked.next(1 + length)?.split_first().ok_or(Refusal::Truncated)?;
            unfilter(*filter, pixel, &above, sent, &mut row)?;
            if pass.across == 1 {
                shrink.add_row(y as usize, samples.row(&row, &mut rgb));
            } else {
                let pixels = samples.as_rgb(&row, width, &mut rgb);
                shrink.add_scattered(y as usize, pass.x as usize, pass.across as usize, pixels);
            }
            std::mem::swap(&mut above, &mut row);
        }
    }
    unpacked.end()
}

/// What the bytes of a row mean.
struct Samples<'a> {
    header: Header,
    /// Where a pixel has at most 8 bits: what each value looks like on white.
    colours: Option<Colours>,
    /// The one sample or colour that is transparent, two bytes a sample.
    key: Option<&'a [u8]>,
}

impl<'a> Samples<'a> {
    fn of(layout: &Layout<'a>) -> Self {
        let header = *layout.header();
        let transparency = layout.ancillary.find(*b"tRNS");
        let key = transparency.filter(|_| header.colour != Colour::Indexed);
        let colours = match header.colour {
            Colour::Indexed => {
                let alphas = transparency.unwrap_or_default().iter().copied();
                let colours = layout.palette.unwrap_or_default().as_chunks::<3>().0;
                let seen = colours.iter().zip(alphas.chain(std::iter::repeat(u8::MAX)));
                let seen = seen.map(|(colour, alpha)| colour.map(|sample| over(sample, alpha)));
                // An index without an entry is black, as viewers show it.
                Some(Colours::new(header.bit_depth, seen))
            }
            Colour::Grey if header.bit_depth < 8 || (header.bit_depth == 8 && key.is_some()) => {
                let most = u8::MAX >> (8 - header.bit_depth);
                let is_key = |grey: u8| key == Some([0, grey].as_slice());
                let seen = (0..=most).map(|grey| {
                    if is_key(grey) { [u8::MAX; 3] } else { [grey * (u8::MAX / most); 3] }
                });
                Some(Colours::new(header.bit_depth, seen))
            }
            _ => None,
        };
        Self { header, colours, key }
    }

    /// All pixels of an unfiltered row; made in `rgb` where they need to be.
    fn row<'r>(&'r self, row: &'r [u8], rgb: &'r mut Vec<u8>) -> Row<'r> {
        if let Some(colours) = &self.colours {
            return Row::Packed(colours, row);
        }
        match self.header.colour {
            Colour::Grey if self.header.bit_depth == 8 => Row::Grey(row),
            Colour::Rgba if self.header.bit_depth == 8 && is_opaque(row) => Row::Rgbx(row),
            _ => Row::Rgb(self.as_rgb(row, self.header.width as usize, rgb)),
        }
    }

    /// The `width` pixels of an unfiltered row as RGB; in `rgb` unless the row is that already.
    fn as_rgb<'r>(&self, row: &'r [u8], width: usize, rgb: &'r mut Vec<u8>) -> &'r [u8] {
        let is_wide = self.header.bit_depth == 16;
        if self.header.colour == Colour::Rgb && !is_wide && self.key.is_none() {
            return row;
        }
        rgb.resize(width * 3, 0);
        let to = rgb.as_chunks_mut::<3>().0;
        if let Some(colours) = &self.colours {
            to.iter_mut().enumerate().for_each(|(x, to)| *to = colours.pixel(row, x));
            return rgb;
        }
        match (self.header.colour, is_wide) {
            (Colour::Rgb, true) => {
                each(row, to, |sample: &[u8; 6]| {
                    let &[r, _, g, _, b, _] = sample;
                    if self.is_key(sample) { [u8::MAX; 3] } else { [r, g, b] }
                });
            }
            (Colour::Rgb, false) => {
                each(row, to, |&[r, g, b]: &[u8; 3]| {
                    if self.is_key(&[0, r, 0, g, 0, b]) { [u8::MAX; 3] } else { [r, g, b] }
                });
            }
            (Colour::Rgba, true) => {
                each(row, to, |&[r, _, g, _, b, _, a, _]: &[u8; 8]| {
                    [r, g, b].map(|sample| over(sample, a))
                });
            }
            (Colour::Rgba, false) => {
                each(row, to, |&[r, g, b, a]: &[u8; 4]| [r, g, b].map(|sample| over(sample, a)));
            }
            (Colour::GreyAlpha, true) => {
                each(row, to, |&[grey, _, a, _]: &[u8; 4]| [over(grey, a); 3]);
            }
            (Colour::GreyAlpha, false) => {
                each(row, to, |&[grey, a]: &[u8; 2]| [over(grey, a); 3]);
            }
            (_, true) => {
                each(
                    row,
                    to,
                    |sample: &[u8; 2]| {
                        if self.is_key(sample) { [u8::MAX; 3] } else { [sample[0]; 3] }
                    },
                );
            }
            (_, false) => each(row, to, |&[grey]: &[u8; 1]| [grey; 3]),
        }
        rgb
    }

    fn is_key(&self, sample: &[u8]) -> bool {
        self.key.is_some_and(|key| key == sample)
    }
}

fn each<const N: usize>(row: &[u8], to: &mut [[u8; 3]], seen: impl Fn(&[u8; N]) -> [u8; 3]) {
    for (to, pixel) in to.iter_mut().zip(row.as_chunks::<N>().0) {
        *to = seen(pixel);
    }
}

/// Whether no pixel of RGBA lets anything through.
fn is_opaque(row: &[u8]) -> bool {
    row.as_chunks::<4>().0.iter().fold(u8::MAX, |all, [_, _, _, alpha]| all & alpha) == u8::MAX
}

/// A sample on white: the mean of both by `alpha`, rounded.
fn over(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u16::from(sample), u16::from(alpha));
    // A division by 255 without dividing; 16 bits are enough.
    let sum = sample * alpha + 255 * (255 - alpha) + 128;
    let [mean, _] = (sum + (sum >> 8)).to_be_bytes();
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_on_white_is_the_rounded_mean() {
        for (sample, alpha) in
            (0..=u8::MAX).flat_map(|sample| (0..=u8::MAX).map(move |a| (sample, a)))
        {
            let (s, a) = (u32::from(sample), u32::from(alpha));
            assert_eq!(u32::from(over(sample, alpha)), (s * a + 255 * (255 - a) + 127) / 255);
        }
    }
}
