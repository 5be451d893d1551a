//! IHDR (PNG 11.2.1): how large the picture is and how many bytes its rows unpack to.

use crate::{Limits, Refusal};

/// What one byte of deflate can at most become.
const MAX_INFLATION: u64 = 1032;
/// A screen of 8 megapixels has an eighth of this.
const MAX_UNPACKED: u64 = 256 * 1024 * 1024;
/// A picture of up to this many pixels may be as blank as it likes: a screenshot with a few words is, and the largest
/// screens have 9 megapixels.
const BLANK_PIXELS: u64 = 12_000_000;
/// And of up to this many bytes: 9 megapixels with alpha have 36 MB.
const BLANK_UNPACKED: u64 = 42_000_000;
/// Larger ones become at most this many bytes from one: photos about 2, drawings and screens 10 to 100.
const BLANK_INFLATION: u64 = 250;

/// A header that the standard allows, within limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub width: u32,
    pub height: u32,
    pub bit_depth: u8,
    pub colour: Colour,
    pub interlaced: bool,
}

/// Colour types 0, 2, 3, 4 and 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    Grey,
    Rgb,
    Indexed,
    GreyAlpha,
    Rgba,
}

impl Colour {
    pub(super) fn channels(self) -> u8 {
        match self {
            Self::Grey | Self::Indexed => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::Grey => 0,
            Self::Rgb => 2,
            Self::Indexed => 3,
            Self::GreyAlpha => 4,
            Self::Rgba => 6,
        }
    }
}

/// One of the passes over a picture: its first column and row, and the steps between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pass {
    pub x: u32,
    pub y: u32,
    pub across: u32,
    pub down: u32,
}

const fn pass(x: u32, y: u32, across: u32, down: u32) -> Pass {
    Pass { x, y, across, down }
}

const ONE_PASS: [Pass; 1] = [pass(0, 0, 1, 1)];
/// PNG 8.2.
const ADAM7: [Pass; 7] = [
    pass(0, 0, 8, 8),
    pass(4, 0, 8, 8),
    pass(0, 4, 4, 8),
    pass(2, 0, 4, 4),
    pass(0, 2, 2, 4),
    pass(1, 0, 2, 2),
    pass(0, 1, 1, 2),
];

impl Header {
    pub(super) fn parse(data: &[u8], limits: &Limits) -> Result<Self, Refusal> {
        const DAMAGED: Refusal = Refusal::Damaged("a header");
        let (width, rest) = data.split_first_chunk().ok_or(DAMAGED)?;
        let (height, rest) = rest.split_first_chunk().ok_or(DAMAGED)?;
        let &[bit_depth, colour, compression @ 0, filter @ 0, interlace @ (0 | 1)] = rest else {
            return Err(DAMAGED);
        };
        let _ = (compression, filter);
        let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
        if width == 0 || height == 0 {
            return Err(DAMAGED);
        }
        limits.allow(width, height)?;
        let colour = match (colour, bit_depth) {
            (0, 1 | 2 | 4 | 8 | 16) => Colour::Grey,
            (2, 8 | 16) => Colour::Rgb,
            (3, 1 | 2 | 4 | 8) => Colour::Indexed,
            (4, 8 | 16) => Colour::GreyAlpha,
            (6, 8 | 16) => Colour::Rgba,
            _ => return Err(DAMAGED),
        };
        let header = Self { width, height, bit_depth, colour, interlaced: interlace == 1 };
        if header.unpacked() > limits.max_scan_pixels.min(MAX_UNPACKED) {
            return Err(Refusal::TooMuchWork);
        }
        Ok(header)
    }

    pub(super) fn to_bytes(self) -> [u8; 13] {
        let mut bytes = [0; 13];
        bytes[..4].copy_from_slice(&self.width.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.height.to_be_bytes());
        bytes[8] = self.bit_depth;
        bytes[9] = self.colour.number();
        bytes[12] = u8::from(self.interlaced);
        bytes
    }

    /// The passes that have pixels.
    pub(super) fn passes(&self) -> impl Iterator<Item = Pass> {
        let passes = if self.interlaced { ADAM7.as_slice() } else { ONE_PASS.as_slice() };
        passes.iter().copied().filter(|pass| pass.x < self.width && pass.y < self.height)
    }

    /// Bytes of all rows, each with its filter byte.
    pub(super) fn unpacked(&self) -> u64 {
        let bits = u64::from(self.bit_depth) * u64::from(self.colour.channels());
        let bytes = |pass: Pass| {
            let width = u64::from((self.width - pass.x).div_ceil(pass.across));
            let rows = u64::from((self.height - pass.y).div_ceil(pass.down));
            (1 + (width * bits).div_ceil(8)) * rows
        };
        self.passes().map(bytes).sum()
    }

    /// Bytes of a pixel, 1 where it has fewer bits than 8.
    pub(super) fn pixel_bytes(&self) -> usize {
        (usize::from(self.bit_depth) * usize::from(self.colour.channels())).div_ceil(8)
    }

    /// Bytes of a row of so many pixels, without its filter byte.
    pub(super) fn row_bytes(&self, width: usize) -> usize {
        (width * usize::from(self.bit_depth) * usize::from(self.colour.channels())).div_ceil(8)
    }

    /// What stays of a palette: all that indices can name. Viewers pass over one that no pixel can use.
    ///
    /// # Errors
    /// Pixels are indices, and it is no list of colours.
    pub(super) fn palette<'a>(&self, data: &'a [u8]) -> Result<Option<&'a [u8]>, Refusal> {
        let is_list = data.len().is_multiple_of(3) && !data.is_empty();
        match self.colour {
            Colour::Indexed if is_list => {
                let most = 3 << self.bit_depth;
                Ok(Some(data.get(..most).unwrap_or(data)))
            }
            Colour::Indexed => Err(Refusal::Damaged("a palette")),
            Colour::Rgb | Colour::Rgba if is_list && data.len() <= 3 * 256 => Ok(Some(data)),
            _ => Ok(None),
        }
    }

    /// There is a palette where it is needed, and there are rows enough to be true.
    pub(super) fn allows(&self, has_palette: bool, rows: &[&[u8]]) -> Result<(), Refusal> {
        if self.colour == Colour::Indexed && !has_palette {
            return Err(Refusal::Damaged("a palette"));
        }
        let packed: u64 = rows.iter().map(|data| data.len() as u64).sum();
        // A few hundred bytes that say they are 100 megapixels.
        if packed.saturating_mul(MAX_INFLATION) < self.unpacked() {
            return Err(Refusal::Truncated);
        }
        // Large and all but blank: no photo, but it would be unpacked in full.
        let pixels = u64::from(self.width) * u64::from(self.height);
        let may_be_blank = pixels <= BLANK_PIXELS && self.unpacked() <= BLANK_UNPACKED;
        if !may_be_blank && packed.saturating_mul(BLANK_INFLATION) < self.unpacked() {
            return Err(Refusal::TooMuchWork);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(width: u32, height: u32, rest: [u8; 5]) -> Result<Header, Refusal> {
        let bytes = [&width.to_be_bytes()[..], &height.to_be_bytes()[..], &rest[..]].concat();
        Header::parse(&bytes, &Limits::default())
    }

    #[test]
    fn a_header_is_written_as_it_was_read() {
        for rest in [[8, 2, 0, 0, 0], [16, 6, 0, 0, 1], [1, 3, 0, 0, 0], [4, 0, 0, 0, 1]] {
            let read = header(17, 9, rest).unwrap();
            assert_eq!(Header::parse(&read.to_bytes(), &Limits::default()), Ok(read));
        }
    }

    #[test]
    fn what_the_standard_does_not_allow_is_damaged() {
        for rest in
            [[3, 2, 0, 0, 0], [8, 1, 0, 0, 0], [8, 2, 1, 0, 0], [8, 2, 0, 0, 2], [16, 3, 0, 0, 0]]
        {
            assert!(header(17, 9, rest).is_err(), "{rest:?}");
        }
        assert!(header(0, 9, [8, 2, 0, 0, 0]).is_err());
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let bomb = header(65_500, 65_500, [8, 2, 0, 0, 0]);
        assert_eq!(bomb, Err(Refusal::TooManyPixels { width: 65_500, height: 65_500 }));
    }

    #[test]
    fn interlaced_rows_are_counted_pass_by_pass() {
        // 8 × 8 grey: passes of 1×1, 1×1, 2×1, 2×2, 4×2, 4×4 and 8×4 pixels, each row with a filter byte.
        let passes = header(8, 8, [8, 0, 0, 0, 1]).unwrap();
        assert_eq!(passes.unpacked(), 2 + 2 + 3 + 6 + 10 + 20 + 36);
        let one_pixel = header(1, 1, [8, 0, 0, 0, 1]).unwrap();
        assert_eq!(one_pixel.unpacked(), 2);
    }
}
