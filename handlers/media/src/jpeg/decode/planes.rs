//! One colour plane of the small picture, in samples.

use super::Scale;
use crate::jpeg::frame::{Component, Frame};

/// All blocks of a component at one scale, those that fill up the last MCUs included.
pub(super) struct Plane {
    /// Of the component: MCU factors.
    pub across: usize,
    pub down: usize,
    /// Blocks in a row and rows of blocks.
    pub blocks: (usize, usize),
    /// Pixels a side of a block.
    pub side: usize,
    /// The quantisation table of the first scan with this component, in zigzag order.
    pub quant: Option<[u16; 64]>,
    samples: Vec<u8>,
}

impl Plane {
    pub(super) fn new(frame: &Frame<'_>, component: &Component, scale: Scale) -> Self {
        let (mcus_across, mcus_down) = frame.mcus();
        let blocks =
            ((mcus_across * component.across) as usize, (mcus_down * component.down) as usize);
        let side = scale.side();
        Self {
            across: component.across as usize,
            down: component.down as usize,
            blocks,
            side,
            quant: None,
            samples: vec![128; blocks.0 * blocks.1 * side * side],
        }
    }

    /// A table redefined between the scans of a progressive picture does not reach back.
    pub(super) fn latch(&mut self, quant: [u16; 64]) {
        self.quant.get_or_insert(quant);
    }

    /// One row of samples; empty beyond the last.
    pub(super) fn row(&self, y: usize) -> &[u8] {
        let stride = self.blocks.0 * self.side;
        self.samples.get(y * stride..(y + 1) * stride).unwrap_or_default()
    }

    /// Puts the samples of a block in their place, `side` rows of `side`.
    #[inline]
    pub(super) fn set_block(&mut self, x: usize, y: usize, block: &[u8]) {
        let stride = self.blocks.0 * self.side;
        let start = y * self.side * stride + x * self.side;
        if let [only] = block {
            if let Some(sample) = self.samples.get_mut(start) {
                *sample = *only;
            }
            return;
        }
        for (line, row) in block.chunks_exact(self.side).enumerate() {
            let at = start + line * stride;
            if let Some(samples) = self.samples.get_mut(at..at + self.side) {
                samples.copy_from_slice(row);
            }
        }
    }
}
