//! Decodes a JPEG as small as it may be shown: each block of 8 × 8 pixels becomes 1, 2 × 2, 4 × 4 or all 64.
//!
//! An own decoder because a photo of 12 megapixels needs no pixel of its 36 MB for a thumbnail: at an eighth only the
//! DC coefficients count, so the AC codes are stepped over. They are read all the same, because only whoever has read
//! the last block knows what stands behind it. Strict where others guess: a code that does not exist or data that ends
//! is a refusal.

mod bits;
mod coefficients;
mod colour;
mod huffman;
mod inverse;
mod planes;
mod progressive;
mod sequential;
mod used;

use coefficients::Coefficients;
use colour::Rows;
use huffman::Decoding;
use inverse::Inverse;
use planes::Plane;
pub(crate) use used::Used;

use super::{Layout, Part};
use crate::Refusal;
use crate::orientation::Pixels;
use crate::shrink::{Row, Shrink};

/// Where the coefficients of the zigzag order stand in their block, row after row (T.81 figure A.6).
const NATURAL: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// How many pixels a side a block becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Eighth,
    Quarter,
    Half,
    Full,
}

impl Scale {
    /// The smallest at which the longest side still has `wanted` pixels.
    fn enough_for(longest: usize, wanted: usize) -> Self {
        [Self::Eighth, Self::Quarter, Self::Half]
            .into_iter()
            .find(|scale| longest * scale.side() / 8 >= wanted)
            .unwrap_or(Self::Full)
    }

    fn side(self) -> usize {
        match self {
            Self::Eighth => 1,
            Self::Quarter => 2,
            Self::Half => 4,
            Self::Full => 8,
        }
    }

    /// The last coefficient in zigzag order that this scale looks at.
    fn last(self) -> u8 {
        match self {
            Self::Eighth => 0,
            Self::Quarter => 4,
            Self::Half => 24,
            Self::Full => 63,
        }
    }
}

/// The picture of `layout`, not yet turned upright, with at most `longest` pixels a side; and of each scan the bytes
/// that belong to its blocks.
pub(crate) fn small(layout: &Layout<'_>, longest: usize) -> Result<(Pixels, Vec<Used>), Refusal> {
    let frame = &layout.frame;
    let size = (frame.width as usize, frame.height as usize);
    let scale = Scale::enough_for(size.0.max(size.1), longest);
    let inverse = Inverse::new(scale);
    let mut planes: Vec<Plane> =
        frame.components.iter().map(|component| Plane::new(frame, component, scale)).collect();
    let mut coefficients: Vec<Coefficients> = if frame.is_progressive() {
        planes.iter().map(Coefficients::new).collect()
    } else {
        Vec::new()
    };

    let mut decoding = Decoding::default();
    let mut used = Vec::new();
    for part in &layout.parts {
        match part {
            Part::Quant(table) => decoding.set_quant(table),
            Part::Huffman(table) => decoding.set_huffman(table)?,
            Part::Restart(interval) => decoding.restart = u32::from(*interval),
            Part::Scan(scan) => {
                for (part, component) in scan.parts(frame) {
                    if let Some(plane) = planes.get_mut(part.index) {
                        plane.latch(decoding.quant(component.quant));
                    }
                }
                used.push(if frame.is_progressive() {
                    progressive::scan(frame, scan, &decoding, &mut coefficients)?
                } else {
                    sequential::scan(frame, scan, &decoding, &inverse, &mut planes)?
                });
            }
        }
    }
    for (plane, coefficients) in planes.iter_mut().zip(&coefficients) {
        coefficients.fill(plane, &inverse);
    }

    let side = scale.side();
    let scaled = ((size.0 * side).div_ceil(8), (size.1 * side).div_ceil(8));
    let mut shrink = Shrink::to_fit(scaled, size, longest);
    let mut rows = Rows::new(layout);
    for y in 0..scaled.1 {
        shrink.add_row(y, Row::Rgb(rows.row(&planes, y, scaled.0)));
    }
    Ok((shrink.finish(), used))
}
