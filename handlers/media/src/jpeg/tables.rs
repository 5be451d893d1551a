//! Quantisation tables, Huffman tables and restart intervals (T.81 B.2.4), checked to the last byte.
//!
//! Only a table that a scan uses becomes part of the picture, once and just before that scan. A table that is
//! overwritten unused, or never used, would be a place to keep bytes in.

use super::Part;
use super::frame::Frame;
use super::scan::Scan;
use super::standard_tables::standard;
use crate::Refusal;

/// One quantisation table: its first byte (precision, destination), then 64 values in zigzag order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QuantTable<'a> {
    pub bytes: &'a [u8],
}

impl QuantTable<'_> {
    pub(crate) fn destination(&self) -> usize {
        self.bytes.first().map_or(0, |byte| usize::from(byte & 3))
    }

    /// The values in zigzag order.
    pub(crate) fn values(&self) -> [u16; 64] {
        let mut values = [0; 64];
        let Some((first, bytes)) = self.bytes.split_first() else { return values };
        let wide = first >> 4 == 1;
        for (value, raw) in values.iter_mut().zip(bytes.chunks_exact(if wide { 2 } else { 1 })) {
            *value = raw.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte));
        }
        values
    }
}

/// One Huffman table: its first byte (class, destination), 16 counts, then the symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HuffmanTable<'a> {
    pub bytes: &'a [u8],
}

impl HuffmanTable<'_> {
    pub(crate) fn is_ac(&self) -> bool {
        self.bytes.first().is_some_and(|byte| byte >> 4 == 1)
    }

    pub(crate) fn destination(&self) -> usize {
        self.bytes.first().map_or(0, |byte| usize::from(byte & 3))
    }

    /// How many codes there are of each length from 1 to 16, and the symbols in that order.
    pub(crate) fn codes(&self) -> Option<(&[u8; 16], &[u8])> {
        self.bytes.get(1..)?.split_first_chunk()
    }
}

/// A destination: what was last sent to it, and whether the picture has it yet.
#[derive(Clone, Copy)]
struct Slot<T> {
    table: T,
    written: bool,
}

impl<T: PartialEq> Slot<T> {
    /// The same table again is no news.
    fn define(slot: &mut Option<Self>, table: T) {
        if slot.as_ref().is_none_or(|old| old.table != table) {
            *slot = Some(Self { table, written: false });
        }
    }
}

impl<T: Copy> Slot<T> {
    fn need(slot: Option<&mut Option<Self>>) -> Result<Option<T>, Refusal> {
        let slot = slot.and_then(Option::as_mut).ok_or(Refusal::Damaged("a table is missing"))?;
        let news = (!slot.written).then_some(slot.table);
        slot.written = true;
        Ok(news)
    }
}

/// The tables in force at one point of the file.
#[derive(Default)]
pub(super) struct Tables<'a> {
    quant: [Option<Slot<QuantTable<'a>>>; 4],
    dc: [Option<Slot<HuffmanTable<'a>>>; 4],
    ac: [Option<Slot<HuffmanTable<'a>>>; 4],
    restart: u16,
    restart_written: u16,
}

impl<'a> Tables<'a> {
    pub(super) fn define_quant(&mut self, mut body: &'a [u8]) -> Result<(), Refusal> {
        const DAMAGED: Refusal = Refusal::Damaged("a quantisation table");
        while let Some(&first) = body.first() {
            let length = match first >> 4 {
                0 => 65,
                1 => 129,
                _ => return Err(DAMAGED),
            };
            let (bytes, rest) = body.split_at_checked(length).ok_or(DAMAGED)?;
            let slot = self.quant.get_mut(usize::from(first & 15)).ok_or(DAMAGED)?;
            Slot::define(slot, QuantTable { bytes });
            body = rest;
        }
        Ok(())
    }

    pub(super) fn define_huffman(&mut self, mut body: &'a [u8]) -> Result<(), Refusal> {
        const DAMAGED: Refusal = Refusal::Damaged("a Huffman table");
        while let Some(&first) = body.first() {
            let counts: &[u8; 16] =
                body.get(1..).and_then(|rest| rest.first_chunk()).ok_or(DAMAGED)?;
            let symbols: usize = counts.iter().map(|count| usize::from(*count)).sum();
            if symbols > 256 || !is_prefix_code(counts) {
                return Err(DAMAGED);
            }
            let (bytes, rest) = body.split_at_checked(17 + symbols).ok_or(DAMAGED)?;
            let class = match first >> 4 {
                // A DC symbol is a number of bits.
                0 if bytes.iter().skip(17).all(|symbol| *symbol <= 15) => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(DAMAGED),
            };
            let slot = class.get_mut(usize::from(first & 15)).ok_or(DAMAGED)?;
            Slot::define(slot, HuffmanTable { bytes });
            body = rest;
        }
        Ok(())
    }

    pub(super) fn define_restart(&mut self, body: &'a [u8]) -> Result<(), Refusal> {
        let &[high, low] = body else { return Err(Refusal::Damaged("a restart interval")) };
        self.restart = u16::from_be_bytes([high, low]);
        Ok(())
    }

    /// Puts what `scan` needs and the picture has not had yet in front of it.
    pub(super) fn needed_by(
        &mut self,
        scan: &Scan<'a>,
        frame: &Frame<'_>,
        parts: &mut Vec<Part<'a>>,
    ) -> Result<(), Refusal> {
        for (part, component) in scan.parts(frame) {
            let quant = Slot::need(self.quant.get_mut(component.quant))?;
            parts.extend(quant.map(Part::Quant));
            // A refinement of DC is plain bits, but decoders look for the table of the first scan all the same.
            if scan.first == 0 {
                let slot = self.dc.get_mut(part.dc_table);
                parts.extend(
                    Slot::need(or_standard(slot, frame, false, part.dc_table))?.map(Part::Huffman),
                );
            }
            if scan.last > 0 {
                let slot = self.ac.get_mut(part.ac_table);
                parts.extend(
                    Slot::need(or_standard(slot, frame, true, part.ac_table))?.map(Part::Huffman),
                );
            }
        }
        if self.restart != self.restart_written {
            self.restart_written = self.restart;
            parts.push(Part::Restart(self.restart));
        }
        Ok(())
    }
}

/// Webcams and microscopes that send motion JPEG leave out the tables of T.81 K.3, and decoders put them in for a
/// sequential picture. They become part of the clean file, so that every viewer shows it.
fn or_standard<'s, 'a>(
    slot: Option<&'s mut Option<Slot<HuffmanTable<'a>>>>,
    frame: &Frame<'_>,
    is_ac: bool,
    destination: usize,
) -> Option<&'s mut Option<Slot<HuffmanTable<'a>>>> {
    let slot = slot?;
    if slot.is_none() && !frame.is_progressive() {
        *slot = standard(is_ac, destination)
            .map(|bytes| Slot { table: HuffmanTable { bytes }, written: false });
    }
    Some(slot)
}

/// No more codes of a length than there is room for under the shorter ones (T.81 C.2).
fn is_prefix_code(counts: &[u8; 16]) -> bool {
    let mut room = 1_u32;
    for count in counts {
        room *= 2;
        match room.checked_sub(u32::from(*count)) {
            Some(left) => room = left,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn huffman(body: &[u8]) -> Result<(), Refusal> {
        Tables::default().define_huffman(body)
    }

    #[test]
    fn a_huffman_table_must_be_a_prefix_code_of_the_length_it_says() {
        let mut table = [0_u8; 17 + 2];
        table[1] = 2;
        assert_eq!(huffman(&table), Ok(()));
        for broken in [&table[..18], &[table.as_slice(), b"x"].concat()] {
            assert_eq!(huffman(broken), Err(Refusal::Damaged("a Huffman table")));
        }
        table[1] = 3;
        assert!(huffman(&[table.as_slice(), b"\0"].concat()).is_err(), "three codes of one bit");
        let mut wide_dc = [0_u8; 18];
        (wide_dc[1], wide_dc[17]) = (1, 16);
        assert!(huffman(&wide_dc).is_err(), "a DC difference of 16 bits");
    }

    #[test]
    fn a_quantisation_table_ends_where_it_must() {
        let mut tables = Tables::default();
        assert_eq!(tables.define_quant(&[0; 65]), Ok(()));
        assert_eq!(tables.define_quant(&[0; 130]), Ok(()), "two in one segment");
        assert!(tables.define_quant(&[0; 66]).is_err());
        assert!(tables.define_quant(&[4; 65]).is_err(), "a fifth destination");
        assert!(tables.define_quant(&[0x20; 65]).is_err(), "an unknown precision");
    }
}
