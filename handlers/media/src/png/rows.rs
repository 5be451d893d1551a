//! Turns the rows of a PNG into a shrinking picture: never more than a few rows are in memory.

use super::Layout;
use super::header::{Colour, Header};
use super::unfilter::unfilter;
use super::unpacked::{End, Unpacked};
use crate::Refusal;
use crate::shrink::Shrink;

/// Feeds every row to `shrink`, and says how the compressed rows end. Transparent parts are shown on white.
pub(super) fn shrink(layout: &Layout<'_>, shrink: &mut Shrink) -> Result<End, Refusal> {
    let header = layout.header();
    let pixel = header.pixel_bytes();
    let samples = Samples::of(layout);
    let mut unpacked = Unpacked::new(&layout.rows);
    let (mut above, mut row) = (Vec::new(), Vec::new());
    let mut rgb = Vec::with_capacity(header.width as usize * 3);
    for pass in header.passes() {
        let width = (header.width - pass.x).div_ceil(pass.across) as usize;
        let length = header.row_bytes(width);
        above.clear();
        above.resize(length, 0);
        for y in (pass.y..header.height).step_by(pass.down as usize) {
            let (filter, sent) =
                unpacked.next(1 + length)?.split_first().ok_or(Refusal::Truncated)?;
            row.clear();
            row.extend_from_slice(sent);
            unfilter(*filter, pixel, &above, &mut row)?;
            let pixels = samples.as_rgb(&row, width, &mut rgb);
            shrink.add_row(y as usize, pass.x as usize, pass.across as usize, pixels);
            std::mem::swap(&mut above, &mut row);
        }
    }
    unpacked.end()
}

/// What the bytes of a row mean.
struct Samples<'a> {
    header: Header,
    /// Of an indexed picture: each entry on white.
    palette: Vec<[u8; 3]>,
    /// The one sample or colour that is transparent, two bytes a sample.
    key: Option<&'a [u8]>,
}

impl<'a> Samples<'a> {
    fn of(layout: &Layout<'a>) -> Self {
        let header = *layout.header();
        let transparency = layout.ancillary.find(*b"tRNS");
        let mut palette = Vec::new();
        if header.colour == Colour::Indexed {
            let alphas = transparency.unwrap_or_default().iter().copied();
            let colours = layout.palette.unwrap_or_default().as_chunks::<3>().0;
            let seen = colours.iter().zip(alphas.chain(std::iter::repeat(u8::MAX)));
            palette.extend(seen.map(|(colour, alpha)| colour.map(|sample| over(sample, alpha))));
            // An index without an entry is black, as viewers show it.
            palette.resize(256, [0; 3]);
        }
        let key = transparency.filter(|_| header.colour != Colour::Indexed);
        Self { header, palette, key }
    }

    /// The `width` pixels of an unfiltered row as RGB; in `rgb` unless the row is that already.
    fn as_rgb<'r>(&self, row: &'r [u8], width: usize, rgb: &'r mut Vec<u8>) -> &'r [u8] {
        let is_wide = self.header.bit_depth == 16;
        if self.header.colour == Colour::Rgb && !is_wide && self.key.is_none() {
            return row;
        }
        rgb.clear();
        match self.header.colour {
            Colour::Rgb if is_wide => {
                rgb.extend(row.as_chunks::<6>().0.iter().flat_map(|sample| {
                    let &[r, _, g, _, b, _] = sample;
                    if self.is_key(sample) { [u8::MAX; 3] } else { [r, g, b] }
                }));
            }
            Colour::Rgb => rgb.extend(row.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| {
                if self.is_key(&[0, r, 0, g, 0, b]) { [u8::MAX; 3] } else { [r, g, b] }
            })),
            Colour::Rgba if is_wide => rgb.extend(
                row.as_chunks::<8>()
                    .0
                    .iter()
                    .flat_map(|&[r, _, g, _, b, _, a, _]| [r, g, b].map(|sample| over(sample, a))),
            ),
            Colour::Rgba => rgb.extend(row.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, a]| {
                if a == u8::MAX { [r, g, b] } else { [r, g, b].map(|sample| over(sample, a)) }
            })),
            Colour::GreyAlpha if is_wide => {
                rgb.extend(
                    row.as_chunks::<4>().0.iter().flat_map(|&[grey, _, a, _]| [over(grey, a); 3]),
                );
            }
            Colour::GreyAlpha => {
                rgb.extend(row.as_chunks::<2>().0.iter().flat_map(|&[grey, a]| [over(grey, a); 3]));
            }
            Colour::Grey if is_wide => {
                rgb.extend(row.as_chunks::<2>().0.iter().flat_map(|sample| {
                    if self.is_key(sample) { [u8::MAX; 3] } else { [sample[0]; 3] }
                }));
            }
            Colour::Grey => {
                let most = u8::MAX >> (8 - self.header.bit_depth);
                rgb.extend(packed_samples(row, self.header.bit_depth, width).flat_map(|grey| {
                    if self.is_key(&[0, grey]) {
                        [u8::MAX; 3]
                    } else {
                        [grey * (u8::MAX / most); 3]
                    }
                }));
            }
            Colour::Indexed => {
                rgb.extend(packed_samples(row, self.header.bit_depth, width).flat_map(|index| {
                    self.palette.get(usize::from(index)).copied().unwrap_or_default()
                }));
            }
        }
        rgb
    }

    fn is_key(&self, sample: &[u8]) -> bool {
        self.key.is_some_and(|key| key == sample)
    }
}

/// Samples of 1, 2, 4 or 8 bits, the first in the highest bits.
fn packed_samples(row: &[u8], depth: u8, width: usize) -> impl Iterator<Item = u8> {
    let per_byte = 8 / depth;
    let mask = u8::MAX >> (8 - depth);
    let samples = row
        .iter()
        .flat_map(move |byte| (0..per_byte).rev().map(move |place| byte >> (place * depth) & mask));
    samples.take(width)
}

fn over(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample), u32::from(alpha));
    u8::try_from((sample * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}
