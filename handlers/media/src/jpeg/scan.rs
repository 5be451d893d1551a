//! A scan header and its entropy-coded data (T.81 B.2.3): which components, which coefficients, at which precision.

use super::frame::{Component, Frame};
use crate::Refusal;

/// A component's place in the frame and the Huffman tables it uses in this scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScanComponent {
    /// Index into the frame's components.
    pub index: usize,
    /// 0 to 3.
    pub dc_table: usize,
    /// 0 to 3.
    pub ac_table: usize,
}

/// One pass over the picture.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'a> {
    pub components: Vec<ScanComponent>,
    /// First and last coefficient in zigzag order, 0 to 63.
    pub first: u8,
    pub last: u8,
    /// Bit position of an earlier scan that this one refines (Ah), 0 where it is the first.
    pub refines: u8,
    /// Bit position this scan stops at (Al).
    pub low: u8,
    /// The header up to its three parameters: how many components, which, and their tables.
    pub specifications: &'a [u8],
    pub data: &'a [u8],
}

impl<'a> Scan<'a> {
    /// The header alone; [`Self::with_data`] makes it whole.
    pub(super) fn parse(header: &'a [u8], frame: &Frame<'_>) -> Result<Self, Refusal> {
        const DAMAGED: Refusal = Refusal::Damaged("a scan header");
        let (&count, rest) = header.split_first().ok_or(DAMAGED)?;
        let (specifications, parameters) =
            rest.split_at_checked(usize::from(count) * 2).ok_or(DAMAGED)?;
        let &[first, last, approximation] = parameters else { return Err(DAMAGED) };
        if !(1..=4).contains(&count) {
            return Err(DAMAGED);
        }
        let mut components: Vec<ScanComponent> = Vec::with_capacity(4);
        for specification in specifications.chunks_exact(2) {
            let &[id, tables] = specification else { break };
            let index = frame.components.iter().position(|c| c.id == id).ok_or(DAMAGED)?;
            let (dc_table, ac_table) = (usize::from(tables >> 4), usize::from(tables & 15));
            // Each at most once, in the order of the frame.
            if dc_table > 3 || ac_table > 3 || components.last().is_some_and(|c| c.index >= index) {
                return Err(DAMAGED);
            }
            components.push(ScanComponent { index, dc_table, ac_table });
        }
        let (refines, low) = (approximation >> 4, approximation & 15);
        let possible = if frame.is_progressive() {
            // DC and AC never share a scan, and an AC scan has one component (T.81 G.1.1.1.1).
            low <= 13
                && (refines == 0 || refines == low + 1)
                && if first == 0 { last == 0 } else { first <= last && last <= 63 && count == 1 }
        } else {
            // Some cameras write anything where a sequential scan must say 0, 63 and 0; decoders look at none of it.
            true
        };
        if !possible {
            return Err(DAMAGED);
        }
        let (first, last, refines, low) =
            if frame.is_progressive() { (first, last, refines, low) } else { (0, 63, 0, 0) };
        let specifications = header.get(..header.len() - parameters.len()).ok_or(DAMAGED)?;
        let scan = Self { components, first, last, refines, low, specifications, data: &[] };
        if scan.blocks_per_mcu(frame) > 10 && scan.components.len() > 1 {
            return Err(DAMAGED);
        }
        Ok(scan)
    }

    /// The parameters behind the specifications: which coefficients, at which precision.
    pub(super) fn parameters(&self) -> [u8; 3] {
        [self.first, self.last, self.refines << 4 | self.low]
    }

    pub(crate) fn parts<'f>(
        &self,
        frame: &'f Frame<'_>,
    ) -> impl Iterator<Item = (ScanComponent, &'f Component)> {
        self.components.iter().filter_map(|part| Some((*part, frame.components.get(part.index)?)))
    }

    fn blocks_per_mcu(&self, frame: &Frame<'_>) -> u32 {
        self.parts(frame).map(|(_, component)| component.across * component.down).sum()
    }

    /// MCUs of this scan, across and down; where it has one component an MCU is one of its blocks.
    pub(crate) fn mcus(&self, frame: &Frame<'_>) -> (u32, u32) {
        match self.components.as_slice() {
            [only] => frame.components.get(only.index).map_or((0, 0), |c| frame.blocks_alone(c)),
            _ => frame.mcus(),
        }
    }

    /// All blocks of this scan, and so the most restart markers it can have.
    pub(super) fn blocks(&self, frame: &Frame<'_>) -> u64 {
        let (across, down) = self.mcus(frame);
        let per_mcu = if self.components.len() == 1 { 1 } else { self.blocks_per_mcu(frame) };
        u64::from(across) * u64::from(down) * u64::from(per_mcu)
    }

    /// The scan with its data, if there can be so little of it.
    ///
    /// A block takes at least two bits in a sequential scan (a DC code, an end of block) and one in a DC scan, so a
    /// file of 1 KB cannot hold the 100 megapixels it announces. AC scans may skip 32,767 blocks with a few bits.
    /// Where there is too much, what belongs to no block is cut off when the blocks are read.
    pub(super) fn with_data(self, data: &'a [u8], frame: &Frame<'_>) -> Result<Self, Refusal> {
        let blocks = self.blocks(frame);
        let least_bits = match (self.first, self.last) {
            (0, 0) => blocks,
            (0, _) => blocks * 2,
            _ => 1,
        };
        let length = data.len() as u64;
        if length < least_bits.div_ceil(8) {
            return Err(Refusal::Truncated);
        }
        Ok(Self { data, ..self })
    }
}
