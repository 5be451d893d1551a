//! Puts a JPEG together again from what is allowed to stay.

use super::decode::Used;
use super::marker::{APP0, APP1, APP2, APP14, DHT, DQT, DRI, EOI, SOI, SOS};
use super::{Layout, Part};
use crate::{Clean, orientation};

/// A segment has 65,533 bytes, of which 14 name a chunk of a profile.
const PROFILE_CHUNK: usize = 65_519;

impl Layout<'_> {
    /// The file that holds these parts and nothing else. JFIF, Adobe, profile and scan parameters are written anew,
    /// the orientation in an EXIF segment of 36 bytes; tables, frame and the blocks of the scans are copied. `used`
    /// says of each scan which bytes of its data belong to blocks.
    pub(crate) fn clean(mut self, used: &[Used]) -> Clean {
        let inspected = self.inspected();
        let mut file = File { bytes: Vec::with_capacity(self.length()) };
        file.marker(SOI);
        if self.jfif {
            // Version 1.02, square pixels, no thumbnail.
            file.segment(APP0, &[b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"]);
        }
        if let Some(orientation) = self.exif.orientation {
            file.segment(APP1, &[b"Exif\0\0", &orientation::tiff(orientation)]);
        }
        if let Some(transform) = self.adobe {
            file.segment(APP14, &[b"Adobe\0\x64\0\0\0\0", &[transform]]);
        }
        let chunks = self.profile.chunks(PROFILE_CHUNK);
        let count = u8::try_from(chunks.len()).unwrap_or(u8::MAX);
        for (chunk, number) in chunks.zip(1_u8..) {
            file.segment(APP2, &[b"ICC_PROFILE\0", &[number, count], chunk]);
        }
        let mut frame = Some(&self.frame);
        let (mut used, mut behind_blocks) = (used.iter(), 0);
        for part in &self.parts {
            match part {
                Part::Quant(table) => file.segment(DQT, &[table.bytes]),
                Part::Huffman(table) => file.segment(DHT, &[table.bytes]),
                Part::Restart(interval) => file.segment(DRI, &[&interval.to_be_bytes()]),
                Part::Scan(scan) => {
                    if let Some(frame) = frame.take() {
                        file.segment(frame.marker, &[frame.body]);
                    }
                    file.segment(SOS, &[scan.specifications, &scan.parameters()]);
                    let before = file.bytes.len();
                    for piece in used.next().into_iter().flat_map(|used| used.pieces(scan.data)) {
                        file.bytes.extend_from_slice(piece);
                    }
                    behind_blocks += scan.data.len() - (file.bytes.len() - before);
                }
            }
        }
        file.marker(EOI);
        if behind_blocks > 0 {
            self.removed.add("behind-blocks", behind_blocks);
        }
        Clean { bytes: file.bytes, inspected, removed: self.removed }
    }

    /// At least the length of the clean file, so that it is allocated once.
    fn length(&self) -> usize {
        let parts = self.parts.iter().map(|part| match part {
            Part::Quant(table) => table.bytes.len(),
            Part::Huffman(table) => table.bytes.len(),
            Part::Restart(_) => 2,
            Part::Scan(scan) => scan.specifications.len() + 3 + scan.data.len(),
        });
        let profile = self.profile.chunks(PROFILE_CHUNK).map(|chunk| chunk.len() + 14);
        parts.chain(profile).map(|length| length + 4).sum::<usize>() + 128
    }
}

struct File {
    bytes: Vec<u8>,
}

impl File {
    fn marker(&mut self, marker: u8) {
        self.bytes.extend_from_slice(&[0xFF, marker]);
    }

    /// Every body comes from a segment at least as long, or is a few bytes: its length fits.
    fn segment(&mut self, marker: u8, body: &[&[u8]]) {
        let length = 2 + body.iter().map(|piece| piece.len()).sum::<usize>();
        self.marker(marker);
        self.bytes.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        for piece in body {
            self.bytes.extend_from_slice(piece);
        }
    }
}
