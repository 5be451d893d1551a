//! Decodes a sequential scan, block by block, straight into samples (T.81 F.2).

use super::bits::{Bits, Intervals};
use super::huffman::{Decoding, Huffman};
use super::inverse::{Block, Inverse};
use super::planes::Plane;
use super::used::Used;
use super::{NATURAL, Scale};
use crate::Refusal;
use crate::jpeg::frame::Frame;
use crate::jpeg::scan::Scan;

/// One component in this scan.
struct Part<'d> {
    index: usize,
    /// Blocks per MCU.
    across: usize,
    down: usize,
    dc: &'d Huffman,
    ac: &'d Huffman,
    predicted: i32,
}

/// Decodes into `planes`, and says which bytes of the scan were needed for it.
pub(super) fn scan(
    frame: &Frame<'_>,
    scan: &Scan<'_>,
    decoding: &Decoding,
    inverse: &Inverse,
    planes: &mut [Plane],
) -> Result<Used, Refusal> {
    let alone = scan.components.len() == 1;
    let mut parts = Vec::with_capacity(4);
    for (part, component) in scan.parts(frame) {
        parts.push(Part {
            index: part.index,
            across: if alone { 1 } else { component.across as usize },
            down: if alone { 1 } else { component.down as usize },
            dc: decoding.dc(part.dc_table)?,
            ac: decoding.ac(part.ac_table)?,
            predicted: 0,
        });
    }
    let (mcus_across, mcus_down) = scan.mcus(frame);
    let mut bits = Bits::new(scan.data);
    let mut intervals = Intervals::new(decoding.restart);
    let mut samples = [0; 64];
    for mcu_y in 0..mcus_down as usize {
        for mcu_x in 0..mcus_across as usize {
            if intervals.next(&mut bits)? {
                for part in &mut parts {
                    part.predicted = 0;
                }
            }
            for part in &mut parts {
                let Some(plane) = planes.get_mut(part.index) else { continue };
                let quant = plane.quant.unwrap_or([1; 64]);
                for down in 0..part.down {
                    for across in 0..part.across {
                        let (x, y) = (mcu_x * part.across + across, mcu_y * part.down + down);
                        part.predicted =
                            part.predicted.wrapping_add(part.dc.difference(&mut bits)?);
                        if inverse.scale() == Scale::Eighth {
                            part.ac.step_over(&mut bits, 1)?;
                            plane.set_block(x, y, &[Inverse::mean(part.predicted, quant[0])]);
                        } else {
                            let block = block(part, &mut bits, inverse.scale())?;
                            plane.set_block(x, y, inverse.samples(&block, &quant, &mut samples));
                        }
                    }
                }
            }
        }
        bits.check()?;
    }
    bits.used()
}

/// The coefficients of one block up to the last that the scale looks at; the rest is stepped over.
fn block(part: &Part<'_>, bits: &mut Bits<'_>, scale: Scale) -> Result<Block, Refusal> {
    let mut block = [0; 64];
    block[0] = part.predicted;
    let mut next = 1_u32;
    while next <= u32::from(scale.last()) {
        let symbol = part.ac.symbol(bits)?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (15, 0) => next += 16,
            (_, 0) => return Ok(block),
            _ => {
                next += run;
                let value = bits.signed(size);
                if let Some(place) = NATURAL.get(next as usize) {
                    block[usize::from(place & 63)] = value;
                }
                next += 1;
            }
        }
    }
    part.ac.step_over(bits, next)?;
    Ok(block)
}
