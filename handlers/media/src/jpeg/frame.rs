//! The frame header (T.81 B.2.2): how large the picture is and how its components are sampled.

use super::marker::SOF2;
use crate::{Limits, Refusal};

/// One colour plane as the frame describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Component {
    pub id: u8,
    /// Blocks per MCU across, 1 to 4.
    pub across: u32,
    /// Blocks per MCU down, 1 to 4.
    pub down: u32,
    /// Which quantisation table, 0 to 3.
    pub quant: usize,
}

/// A sequential or progressive Huffman-coded frame of 8 bits, within limits.
#[derive(Debug, Clone)]
pub(crate) struct Frame<'a> {
    pub width: u32,
    pub height: u32,
    /// One (grey), three or four.
    pub components: Vec<Component>,
    /// SOF0 to SOF2, to be written again as it came.
    pub marker: u8,
    pub body: &'a [u8],
}

impl<'a> Frame<'a> {
    pub(super) fn parse(marker: u8, body: &'a [u8], limits: &Limits) -> Result<Self, Refusal> {
        let [precision, h1, h0, w1, w0, count, specifications @ ..] = body else {
            return Err(Refusal::Damaged("a frame header"));
        };
        if *precision != 8 {
            return Err(Refusal::Unsupported("more than 8 bits"));
        }
        let width = u32::from(u16::from_be_bytes([*w1, *w0]));
        let height = u32::from(u16::from_be_bytes([*h1, *h0]));
        if height == 0 {
            return Err(Refusal::Unsupported("height after the first scan"));
        }
        if width == 0 || specifications.len() != usize::from(*count) * 3 {
            return Err(Refusal::Damaged("a frame header"));
        }
        limits.allow(width, height)?;
        if !matches!(count, 1 | 3 | 4) {
            return Err(Refusal::Unsupported("a number of colours"));
        }

        let mut components: Vec<Component> = Vec::with_capacity(4);
        for specification in specifications.chunks_exact(3) {
            let &[id, sampling, quant] = specification else { break };
            let (across, down) = (u32::from(sampling >> 4), u32::from(sampling & 15));
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) || quant > 3 {
                return Err(Refusal::Damaged("a frame header"));
            }
            if components.iter().any(|other| other.id == id) {
                return Err(Refusal::Damaged("a colour twice"));
            }
            components.push(Component { id, across, down, quant: usize::from(quant) });
        }
        // One component alone is never interleaved, whatever factors it gives itself (T.81 A.2.2).
        if let [only] = components.as_mut_slice() {
            (only.across, only.down) = (1, 1);
        }
        let frame = Self { width, height, components, marker, body };
        let (most_across, most_down) = frame.sampling();
        if frame.components.iter().any(|c| most_across % c.across != 0 || most_down % c.down != 0) {
            return Err(Refusal::Unsupported("fractional sampling"));
        }
        Ok(frame)
    }

    pub(crate) fn is_progressive(&self) -> bool {
        self.marker == SOF2
    }

    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The largest factors across and down, which the others are measured by.
    pub(crate) fn sampling(&self) -> (u32, u32) {
        let largest =
            |factor: fn(&Component) -> u32| self.components.iter().map(factor).max().unwrap_or(1);
        (largest(|c| c.across), largest(|c| c.down))
    }

    /// MCUs of an interleaved scan, across and down.
    pub(crate) fn mcus(&self) -> (u32, u32) {
        let (most_across, most_down) = self.sampling();
        (self.width.div_ceil(8 * most_across), self.height.div_ceil(8 * most_down))
    }

    /// Blocks of one component when it stands alone in a scan, across and down (T.81 A.2.2).
    pub(crate) fn blocks_alone(&self, component: &Component) -> (u32, u32) {
        let (most_across, most_down) = self.sampling();
        let blocks = |size: u32, factor: u32, most: u32| (size * factor).div_ceil(most).div_ceil(8);
        (
            blocks(self.width, component.across, most_across),
            blocks(self.height, component.down, most_down),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: [u8; 9] = [8, 0, 16, 0, 32, 1, 1, 0x22, 0];

    fn parse(body: &[u8]) -> Result<(u32, u32), Refusal> {
        Frame::parse(0xC0, body, &Limits::default())
            .map(|frame| frame.blocks_alone(&frame.components[0]))
    }

    #[test]
    fn a_lone_component_has_as_many_blocks_as_its_size_says() {
        assert_eq!(parse(&GREY), Ok((4, 2)));
    }

    #[test]
    fn sizes_beyond_the_limits_are_refused_before_anything_else() {
        let mut bomb = GREY;
        (bomb[1], bomb[2], bomb[3], bomb[4]) = (0xFF, 0xDC, 0xFF, 0xDC);
        assert_eq!(parse(&bomb), Err(Refusal::TooManyPixels { width: 65_500, height: 65_500 }));
    }

    #[test]
    fn what_browsers_cannot_show_is_refused_by_name() {
        let mut twelve_bits = GREY;
        twelve_bits[0] = 12;
        assert_eq!(parse(&twelve_bits), Err(Refusal::Unsupported("more than 8 bits")));
        let mut no_height = GREY;
        no_height[2] = 0;
        assert_eq!(parse(&no_height), Err(Refusal::Unsupported("height after the first scan")));
    }

    #[test]
    fn a_header_of_the_wrong_length_is_damaged() {
        for length in 0..GREY.len() {
            assert!(parse(&GREY[..length]).is_err(), "{length}");
        }
        assert_eq!(
            parse(&[GREY.as_slice(), b"hidden"].concat()),
            Err(Refusal::Damaged("a frame header"))
        );
    }
}
