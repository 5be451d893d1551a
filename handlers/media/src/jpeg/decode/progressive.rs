//! Decodes the scans of a progressive picture (T.81 annex G), keeping only the coefficients its scale looks at. Each
//! scan is read all the same: its end shows which bytes belong to no block.

use super::bits::{Bits, Intervals};
use super::coefficients::Coefficients;
use super::huffman::{Decoding, Huffman};
use super::used::Used;
use crate::Refusal;
use crate::jpeg::frame::Frame;
use crate::jpeg::scan::Scan;

/// Reads one scan into `coefficients`, and says which of its bytes were needed for it.
pub(super) fn scan(
    frame: &Frame<'_>,
    scan: &Scan<'_>,
    decoding: &Decoding,
    coefficients: &mut [Coefficients],
) -> Result<Used, Refusal> {
    if scan.first == 0 {
        return dc(frame, scan, decoding, coefficients);
    }
    let only =
        scan.components.first().and_then(|only| Some((only, coefficients.get_mut(only.index)?)));
    let Some((only, component)) = only else { return Ok(Used::all(scan.data)) };
    if component.is_lost {
        return Ok(Used::all(scan.data));
    }
    match ac(frame, scan, only.ac_table, decoding, component) {
        // The small picture shows none of it, and viewers show what there is: it stays as it came.
        Err(Refusal::Damaged(_)) if !component.shows_ac() => {
            component.is_lost = true;
            Ok(Used::all(scan.data))
        }
        outcome => outcome,
    }
}

/// A scan of AC coefficients.
fn ac(
    frame: &Frame<'_>,
    scan: &Scan<'_>,
    table: usize,
    decoding: &Decoding,
    component: &mut Coefficients,
) -> Result<Used, Refusal> {
    let (across, down) = scan.mcus(frame);
    let mut band = Band {
        bits: Bits::new(scan.data),
        table: decoding.ac(table)?,
        first: u32::from(scan.first),
        last: u32::from(scan.last),
        bit: 1 << scan.low,
        low: u32::from(scan.low),
        skip: 0,
    };
    let mut intervals = Intervals::new(decoding.restart);
    for y in 0..down as usize {
        // A row without news needs only its known coefficients refined, if it has any.
        if decoding.restart == 0 && band.skip >= across {
            band.skip -= across;
            if scan.refines > 0 {
                let row = y * component.blocks.0;
                for block in row..row + across as usize {
                    band.refine_all(component, block, band.first);
                }
            }
            continue;
        }
        for x in 0..across as usize {
            if intervals.next(&mut band.bits)? {
                band.skip = 0;
            }
            let block = y * component.blocks.0 + x;
            if scan.refines == 0 {
                band.begin(component, block)?;
            } else {
                band.refine(component, block)?;
            }
        }
        band.bits.check()?;
    }
    band.bits.used()
}

/// A scan of DC coefficients: their first bits as differences, or one more bit of each.
fn dc(
    frame: &Frame<'_>,
    scan: &Scan<'_>,
    decoding: &Decoding,
    coefficients: &mut [Coefficients],
) -> Result<Used, Refusal> {
    let alone = scan.components.len() == 1;
    let (mcus_across, mcus_down) = scan.mcus(frame);
    let mut bits = Bits::new(scan.data);
    let mut intervals = Intervals::new(decoding.restart);
    let mut predicted = [0_i32; 4];
    for mcu_y in 0..mcus_down as usize {
        for mcu_x in 0..mcus_across as usize {
            if intervals.next(&mut bits)? {
                predicted = [0; 4];
            }
            for ((part, component), predicted) in scan.parts(frame).zip(&mut predicted) {
                let Some(coefficients) = coefficients.get_mut(part.index) else { continue };
                let (across, down) = if alone {
                    (1, 1)
                } else {
                    (component.across as usize, component.down as usize)
                };
                for y in 0..down {
                    for x in 0..across {
                        let block = (mcu_y * down + y) * coefficients.blocks.0 + mcu_x * across + x;
                        if scan.refines == 0 {
                            let difference = decoding.dc(part.dc_table)?.difference(&mut bits)?;
                            *predicted = predicted.wrapping_add(difference);
                            if let Some(kept) = coefficients.kept_mut(block, 0) {
                                *kept = clamped(predicted.wrapping_shl(u32::from(scan.low)));
                            }
                        } else if bits.flag()
                            && let Some(kept) = coefficients.kept_mut(block, 0)
                        {
                            *kept |= 1 << scan.low;
                        }
                    }
                }
            }
        }
        bits.check()?;
    }
    bits.used()
}

/// A scan of AC coefficients of one component.
struct Band<'d> {
    bits: Bits<'d>,
    table: &'d Huffman,
    first: u32,
    last: u32,
    /// Bit position of this scan, and that bit.
    low: u32,
    bit: i16,
    /// How many blocks from here on have nothing new in the band (EOBRUN).
    skip: u32,
}

impl Band<'_> {
    /// The first bits of the band in one block (T.81 G.1.2.2).
    fn begin(&mut self, component: &mut Coefficients, block: usize) -> Result<(), Refusal> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(());
        }
        let mut at = self.first;
        while at <= self.last {
            let symbol = self.table.symbol(&mut self.bits)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 {
                if run < 15 {
                    self.skip = self.run_of_blocks(run) - 1;
                    break;
                }
                at += 16;
                continue;
            }
            at += run;
            let value = self.bits.signed(size);
            if at > self.last {
                break;
            }
            component.set(block, at, clamped(value << self.low));
            at += 1;
        }
        Ok(())
    }

    /// One more bit of the band in one block (T.81 G.1.2.3).
    fn refine(&mut self, component: &mut Coefficients, block: usize) -> Result<(), Refusal> {
        let mut at = self.first;
        while self.skip == 0 && at <= self.last {
            let symbol = self.table.symbol(&mut self.bits)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            let mut value = 0;
            if size > 0 {
                value = if self.bits.take(1) == 1 { self.bit } else { -self.bit };
            } else if run < 15 {
                self.skip = self.run_of_blocks(run);
                break;
            }
            // Passes over `run` coefficients that are still zero, refining the others on the way.
            let mut zeros = run;
            while at <= self.last {
                if component.is_known(block, at) {
                    self.refine_one(component, block, at);
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if value != 0 && at <= self.last {
                component.set(block, at, value);
            }
            at += 1;
        }
        if self.skip > 0 {
            self.skip -= 1;
            self.refine_all(component, block, at);
        }
        Ok(())
    }

    /// The blocks that an end-of-band code stands for: 2^run and as many more as `run` bits say.
    fn run_of_blocks(&mut self, run: u32) -> u32 {
        (1 << run) + self.bits.take(run).cast_unsigned()
    }

    fn refine_one(&mut self, component: &mut Coefficients, block: usize, at: u32) {
        if self.bits.flag()
            && let Some(kept) = component.kept_mut(block, at)
            && *kept & self.bit == 0
        {
            *kept = if *kept < 0 {
                kept.saturating_sub(self.bit)
            } else {
                kept.saturating_add(self.bit)
            };
        }
    }

    /// Refines what is known of the band from `from` on.
    fn refine_all(&mut self, component: &mut Coefficients, block: usize, from: u32) {
        if from > self.last {
            return;
        }
        let band = u64::MAX >> (63 - self.last) & u64::MAX << from;
        let mut known = component.known(block) & band;
        while known != 0 {
            self.refine_one(component, block, known.trailing_zeros());
            known &= known - 1;
        }
    }
}

fn clamped(value: i32) -> i16 {
    i16::try_from(value).unwrap_or(if value < 0 { i16::MIN } else { i16::MAX })
}
