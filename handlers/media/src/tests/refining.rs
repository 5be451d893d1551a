//! Progressive scans that refine earlier ones bit by bit, which the encoder used elsewhere in these tests never
//! writes and most programs do. A small writer of such scans, and the own decoder beside another one on its files.

use super::decoding::assert_alike;
use super::jpeg_pixels;
use crate::testing::Seeded;

const BLOCKS_ACROSS: usize = 25;
const BLOCKS_DOWN: usize = 13;

type Block = [i32; 64];

/// Grey blocks in zigzag order with a few coefficients each, some in none.
fn blocks(seeded: &mut Seeded) -> Vec<Block> {
    let mut number = |below: usize| i32::try_from(seeded.below(below)).unwrap();
    (0..BLOCKS_ACROSS * BLOCKS_DOWN)
        .map(|_| {
            let mut block = [0; 64];
            block[0] = number(900) - 450;
            if number(3) > 0 {
                for _ in 0..number(14) {
                    let at = usize::try_from(1 + number(63)).unwrap();
                    block[at] =
                        number(if at < 9 { 121 } else { 21 }) - if at < 9 { 60 } else { 10 };
                }
            }
            block
        })
        .collect()
}

/// Writes bits; each Huffman symbol but 0xFF is its own code of eight bits.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
    /// Blocks without news that are not written yet, and the corrections that go with them.
    silent: u32,
    corrections: Vec<u32>,
}

impl Writer {
    fn bits(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            self.pending = self.pending << 1 | (value >> bit & 1);
            self.count += 1;
            if self.count == 8 {
                let byte = u8::try_from(self.pending & 255).unwrap();
                self.bytes.push(byte);
                if byte == 0xFF {
                    self.bytes.push(0);
                }
                self.count = 0;
            }
        }
    }

    fn symbol(&mut self, run: u32, size: u32) {
        self.bits(run << 4 | size, 8);
    }

    fn value(&mut self, value: i32, size: u32) {
        let bits = if value < 0 { value - 1 } else { value };
        self.bits(bits.cast_unsigned() & ((1 << size) - 1), size);
    }

    fn end_silence(&mut self) {
        if self.silent > 0 {
            let size = self.silent.ilog2();
            self.symbol(size, 0);
            self.bits(self.silent - (1 << size), size);
            self.silent = 0;
            for bit in std::mem::take(&mut self.corrections) {
                self.bits(bit, 1);
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.end_silence();
        while self.count > 0 {
            self.bits(1, 1);
        }
        self.bytes
    }
}

fn size(value: i32) -> u32 {
    value.unsigned_abs().checked_ilog2().map_or(0, |bits| bits + 1)
}

/// Bits from `low` up, rounded towards zero as AC coefficients are.
fn above(value: i32, low: u32) -> i32 {
    value.signum() * (value.abs() >> low)
}

fn dc(blocks: &[Block], low: u32) -> Vec<u8> {
    let mut writer = Writer::default();
    let mut before = 0;
    for block in blocks {
        let value = block[0] >> low;
        let difference = value - before;
        before = value;
        writer.symbol(0, size(difference));
        writer.value(difference, size(difference));
    }
    writer.finish()
}

fn dc_refined(blocks: &[Block], low: u32) -> Vec<u8> {
    let mut writer = Writer::default();
    for block in blocks {
        writer.bits((block[0] >> low).cast_unsigned() & 1, 1);
    }
    writer.finish()
}

fn ac(blocks: &[Block], first: usize, last: usize, low: u32) -> Vec<u8> {
    let mut writer = Writer::default();
    for block in blocks {
        let mut zeros = 0;
        for value in block[first..=last].iter().map(|value| above(*value, low)) {
            if value == 0 {
                zeros += 1;
                continue;
            }
            writer.end_silence();
            while zeros > 15 {
                writer.symbol(15, 0);
                zeros -= 16;
            }
            writer.symbol(zeros, size(value));
            writer.value(value, size(value));
            zeros = 0;
        }
        if zeros > 0 {
            writer.silent += 1;
        }
    }
    writer.finish()
}

fn ac_refined(blocks: &[Block], first: usize, last: usize, low: u32) -> Vec<u8> {
    let mut writer = Writer::default();
    for block in blocks {
        let band: Vec<i32> = block[first..=last].iter().map(|value| above(*value, low)).collect();
        let last_new = band.iter().rposition(|value| value.abs() == 1);
        let (mut zeros, mut corrections) = (0, Vec::new());
        for (at, value) in band.iter().enumerate() {
            if *value == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 && last_new.is_some_and(|last| at <= last) {
                writer.end_silence();
                writer.symbol(15, 0);
                zeros -= 16;
                corrections.drain(..).for_each(|bit| writer.bits(bit, 1));
            }
            if value.abs() > 1 {
                corrections.push(value.unsigned_abs() & 1);
                continue;
            }
            writer.end_silence();
            writer.symbol(zeros, 1);
            writer.bits(u32::from(*value > 0), 1);
            corrections.drain(..).for_each(|bit| writer.bits(bit, 1));
            zeros = 0;
        }
        if zeros > 0 || !corrections.is_empty() {
            writer.silent += 1;
            writer.corrections.append(&mut corrections);
        }
    }
    writer.finish()
}

fn jpeg(blocks: &[Block]) -> Vec<u8> {
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], &length[..], body].concat()
    };
    let table = |class: u8, symbols: std::ops::Range<u8>| {
        let mut counts = [0; 16];
        counts[7] = symbols.end;
        segment(0xC4, &[&[class << 4][..], &counts, &symbols.collect::<Vec<u8>>()].concat())
    };
    let (width, height) = (BLOCKS_ACROSS * 8 - 3, BLOCKS_DOWN * 8 - 5);
    let size = |length: usize| u16::try_from(length).unwrap().to_be_bytes();
    let frame = [&[8][..], &size(height), &size(width), &[1, 1, 0x11, 0]].concat();
    let scan = |first: u8, last: u8, approximation: u8, data: Vec<u8>| {
        [segment(0xDA, &[1, 1, 0, first, last, approximation]), data].concat()
    };
    [
        vec![0xFF, 0xD8],
        segment(0xDB, &[&[0][..], &[2; 64]].concat()),
        segment(0xC2, &frame),
        table(0, 0..12),
        table(1, 0..255),
        scan(0, 0, 0x01, dc(blocks, 1)),
        // A band begun in parts and refined as a whole.
        scan(1, 5, 0x02, ac(blocks, 1, 5, 2)),
        scan(6, 63, 0x02, ac(blocks, 6, 63, 2)),
        scan(1, 63, 0x21, ac_refined(blocks, 1, 63, 1)),
        scan(0, 0, 0x10, dc_refined(blocks, 0)),
        scan(1, 63, 0x10, ac_refined(blocks, 1, 63, 0)),
        vec![0xFF, 0xD9],
    ]
    .concat()
}

#[test]
fn refined_pictures_look_as_others_decode_them() {
    for seed in 1..30 {
        let file = jpeg(&blocks(&mut Seeded::new(seed)));
        let clean = super::clean(&file).unwrap().bytes;
        assert!(jpeg_pixels(&file) == jpeg_pixels(&clean), "seed {seed}");
        // At its full size, and at the smaller ones by what they have in common.
        assert_alike(&clean, 400, &format!("seed {seed}"));
        for longest in [100, 50, 25] {
            super::decoding::small(&clean, longest);
        }
    }
}
