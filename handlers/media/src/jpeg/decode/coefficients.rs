//! What a progressive picture keeps between its scans.

use super::NATURAL;
use super::inverse::Inverse;
use super::planes::Plane;

/// What is known of one component between two scans.
pub(super) struct Coefficients {
    /// Blocks in a row and rows of blocks.
    pub blocks: (usize, usize),
    /// Coefficients a side of those kept of a block.
    side: usize,
    /// `side` × `side` coefficients of each block.
    kept: Vec<i16>,
    /// Of each block, which coefficients are not zero so far, in zigzag order: refining needs to know of all in the
    /// band.
    known: Vec<u64>,
    /// A scan could not be read to its end, so nobody knows where later ones end.
    pub is_lost: bool,
}

impl Coefficients {
    pub(super) fn new(plane: &Plane) -> Self {
        let count = plane.blocks.0 * plane.blocks.1;
        Self {
            blocks: plane.blocks,
            side: plane.side,
            kept: vec![0; count * plane.side * plane.side],
            known: vec![0; count],
            is_lost: false,
        }
    }

    /// Whether the small picture looks at more than the mean of each block.
    pub(super) fn shows_ac(&self) -> bool {
        self.side > 1
    }

    /// The place of coefficient `at` (zigzag) of a block among those kept.
    fn place(&self, block: usize, at: u32) -> Option<usize> {
        let natural = usize::from(*NATURAL.get(at as usize)?);
        let (x, y) = (natural % 8, natural / 8);
        (x < self.side && y < self.side).then(|| (block * self.side + y) * self.side + x)
    }

    pub(super) fn kept_mut(&mut self, block: usize, at: u32) -> Option<&mut i16> {
        let place = self.place(block, at)?;
        self.kept.get_mut(place)
    }

    /// Turns all blocks into samples.
    pub(super) fn fill(&self, plane: &mut Plane, inverse: &Inverse) {
        let quant = plane.quant.unwrap_or([1; 64]);
        let mut samples = [0; 64];
        for (index, kept) in self.kept.chunks_exact(self.side * self.side).enumerate() {
            let mut block = [0; 64];
            for (row, kept) in block.chunks_exact_mut(8).zip(kept.chunks_exact(self.side)) {
                row.iter_mut().zip(kept).for_each(|(place, value)| *place = i32::from(*value));
            }
            let (x, y) = (index % self.blocks.0, index / self.blocks.0);
            plane.set_block(x, y, inverse.samples(&block, &quant, &mut samples));
        }
    }

    /// Which coefficients of a block are not zero, one bit each in zigzag order.
    pub(super) fn known(&self, block: usize) -> u64 {
        self.known.get(block).copied().unwrap_or(0)
    }

    pub(super) fn is_known(&self, block: usize, at: u32) -> bool {
        self.known(block) >> at & 1 == 1
    }

    /// Gives a coefficient its first bits.
    pub(super) fn set(&mut self, block: usize, at: u32, value: i16) {
        if let Some(known) = self.known.get_mut(block) {
            *known |= 1 << at;
        }
        if let Some(kept) = self.kept_mut(block, at) {
            *kept = value;
        }
    }
}
