//! Huffman codes as tables to look symbols up in (T.81 annex C and F.2.2.3), and the tables in force.

use super::bits::Bits;
use crate::Refusal;
use crate::jpeg::tables::{HuffmanTable, QuantTable};

/// Codes up to this length are found in one look.
const QUICK_BITS: u32 = 10;
const NO_CODE: Refusal = Refusal::Damaged("a code that does not exist");

/// One table, ready for use.
pub(super) struct Huffman {
    /// By the next bits: the symbol, and the length of its code (0: it is longer).
    quick: Box<[(u8, u8); 1 << QUICK_BITS]>,
    /// By the next bits, for AC: how far the coefficient moves on, and the length of code and value (0: longer).
    steps: Box<[(u8, u8); 1 << QUICK_BITS]>,
    /// Of each length from 1 to 16: the first 16-bit number above its codes, and what to add to a code of that
    /// length for the place of its symbol.
    above: [u32; 16],
    offset: [i32; 16],
    symbols: [u8; 256],
}

impl Huffman {
    fn new(table: &HuffmanTable<'_>) -> Result<Self, Refusal> {
        let (counts, bytes) = table.codes().ok_or(NO_CODE)?;
        let mut symbols = [0; 256];
        symbols.iter_mut().zip(bytes).for_each(|(symbol, byte)| *symbol = *byte);
        let mut huffman = Self {
            quick: Box::new([(0, 0); 1 << QUICK_BITS]),
            steps: Box::new([(0, 0); 1 << QUICK_BITS]),
            above: [0; 16],
            offset: [0; 16],
            symbols,
        };
        let (mut code, mut place) = (0_u32, 0_u32);
        for (length, count) in (1_u32..).zip(counts) {
            let index = length as usize - 1;
            huffman.offset[index] = place.cast_signed() - code.cast_signed();
            for _ in 0..*count {
                if length <= QUICK_BITS {
                    huffman.enter(code, length, symbols[place as usize & 255]);
                }
                code += 1;
                place += 1;
            }
            huffman.above[index] = code << (16 - length);
            code <<= 1;
        }
        Ok(huffman)
    }

    /// Fills the places of all bit patterns that begin with `code`.
    fn enter(&mut self, code: u32, length: u32, symbol: u8) {
        let (run, size) = (symbol >> 4, symbol & 15);
        let advance = match (run, size) {
            (15, 0) => 16,
            (_, 0) => 64,
            _ => run + 1,
        };
        let length_byte = u8::try_from(length).unwrap_or(0);
        let shift = QUICK_BITS - length;
        let patterns = (code << shift) as usize..((code + 1) << shift) as usize;
        if let Some(places) = self.quick.get_mut(patterns.clone()) {
            places.fill((symbol, length_byte));
        }
        if let Some(places) = self.steps.get_mut(patterns) {
            places.fill((advance, length_byte + size));
        }
    }

    /// The next symbol. Leaves at least 16 bits in hand.
    #[inline]
    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8, Refusal> {
        bits.fill();
        let (symbol, length) = self.quick[bits.peek(QUICK_BITS) & ((1 << QUICK_BITS) - 1)];
        if length > 0 {
            bits.skip(u32::from(length));
            return Ok(symbol);
        }
        self.long_symbol(bits)
    }

    fn long_symbol(&self, bits: &mut Bits<'_>) -> Result<u8, Refusal> {
        let next = u32::try_from(bits.peek(16)).unwrap_or(u32::MAX);
        let long = (QUICK_BITS + 1..=16)
            .zip(self.above.iter().zip(&self.offset).skip(QUICK_BITS as usize));
        for (length, (above, offset)) in long {
            if next < *above {
                bits.skip(length);
                let place = (next >> (16 - length)).cast_signed() + offset;
                return Ok(self.symbols[place.cast_unsigned() as usize & 255]);
            }
        }
        Err(NO_CODE)
    }

    /// The next DC difference.
    #[inline]
    pub(super) fn difference(&self, bits: &mut Bits<'_>) -> Result<i32, Refusal> {
        let size = u32::from(self.symbol(bits)? & 15);
        Ok(bits.signed(size))
    }

    /// Steps over the AC coefficients of a sequential block from `next` on.
    #[inline]
    pub(super) fn step_over(&self, bits: &mut Bits<'_>, mut next: u32) -> Result<(), Refusal> {
        while next < 64 {
            bits.fill();
            let (advance, length) = self.steps[bits.peek(QUICK_BITS) & ((1 << QUICK_BITS) - 1)];
            if length > 0 {
                bits.skip(u32::from(length));
                next += u32::from(advance);
                continue;
            }
            let symbol = self.long_symbol(bits)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            bits.skip(size);
            next += match (run, size) {
                (15, 0) => 16,
                (_, 0) => 64,
                _ => run + 1,
            };
        }
        Ok(())
    }
}

/// The tables and the restart interval that the next scan is decoded with.
#[derive(Default)]
pub(super) struct Decoding {
    quant: [Option<[u16; 64]>; 4],
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    /// MCUs between restart markers, 0 for none.
    pub(super) restart: u32,
}

impl Decoding {
    pub(super) fn set_quant(&mut self, table: &QuantTable<'_>) {
        if let Some(slot) = self.quant.get_mut(table.destination()) {
            *slot = Some(table.values());
        }
    }

    pub(super) fn set_huffman(&mut self, table: &HuffmanTable<'_>) -> Result<(), Refusal> {
        let class = if table.is_ac() { &mut self.ac } else { &mut self.dc };
        if let Some(slot) = class.get_mut(table.destination()) {
            *slot = Some(Huffman::new(table)?);
        }
        Ok(())
    }

    /// Values in zigzag order.
    pub(super) fn quant(&self, destination: usize) -> [u16; 64] {
        self.quant.get(destination).copied().flatten().unwrap_or([1; 64])
    }

    pub(super) fn dc(&self, destination: usize) -> Result<&Huffman, Refusal> {
        self.dc
            .get(destination)
            .and_then(Option::as_ref)
            .ok_or(Refusal::Damaged("a table is missing"))
    }

    pub(super) fn ac(&self, destination: usize) -> Result<&Huffman, Refusal> {
        self.ac
            .get(destination)
            .and_then(Option::as_ref)
            .ok_or(Refusal::Damaged("a table is missing"))
    }
}
